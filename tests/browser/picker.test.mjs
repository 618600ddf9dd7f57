// Stations are found by whatever name one knows.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { serverFor } from '../e2e/harness.mjs';
import { barriers, browserFor, openTab, phone } from './browser.mjs';

const finds = [
  ['北京西', '北京西站'],
  ['西站', '北京西站'],
  ['北京西客站', '北京西站'],
  ['bjxz', '北京西站'],
  ['beijing xi', '北京西站'],
  ['Beijing West', '北京西站'],
  ['ｂｊｘｚ', '北京西站'],
  ['国贸站', '国贸'],
  ['guomao', '国贸'],
  ['古城路', '古城'],
  ['广播学院', '传媒大学'],
  ['國貿', '国贸'],
];

describe('the station field', () => {
  const server = serverFor({ before, after });
  const browser = browserFor({ before, after });
  const open = async (t, options) => {
    const tab = await openTab(t, browser(), server(), { size: phone, ...options });
    await tab.goto('/report');
    await tab.waitForSelector('#form[data-ready]');
    return tab;
  };
  const first = (tab) => tab.locator('#picks [role=option] b').first().innerText();

  test('Chinese, pinyin, initials, English, former, short and traditional names', async (t) => {
    const tab = await open(t);
    for (const [typed, name] of finds) {
      await tab.fill('#f-station', typed);
      assert.equal(await first(tab), name, typed);
    }
    await tab.fill('#f-station', '古城路');
    assert.match(await tab.innerText('#picks'), /又名古城路/);
    await tab.fill('#f-station', 'zzzz');
    assert.match(await tab.innerText('#picks-told'), /没有匹配/);
  });

  test('names that sound alike are told apart by their lines', async (t) => {
    const tab = await open(t);
    await tab.fill('#f-station', 'guanzhuang');
    const names = await tab.locator('#picks [role=option]').allInnerTexts();
    assert.match(names[0], /管庄\s+1/);
    assert.match(names[1], /关庄\s+15/);
    assert.deepEqual(await barriers(tab), []);
  });

  test('by keyboard: arrows choose, Enter takes, Escape closes, nothing is sent', async (t) => {
    const tab = await open(t);
    await tab.focus('#f-station');
    await tab.keyboard.type('guanzhuang');
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('ArrowDown');
    assert.equal(await tab.getAttribute('#f-station', 'aria-activedescendant'), 'pick-1');
    await tab.keyboard.press('Enter');
    assert.equal(await tab.inputValue('#f-station'), '关庄');
    assert.equal(await tab.locator('#picks').isVisible(), false);
    await tab.keyboard.type('x');
    await tab.keyboard.press('Escape');
    assert.equal(await tab.getAttribute('#f-station', 'aria-expanded'), 'false');
  });

  test('initials alone become the name when the field is left', async (t) => {
    const tab = await open(t, { language: 'en' });
    await tab.fill('#f-station', 'bjxz');
    await tab.focus('#f-note');
    assert.equal(await tab.inputValue('#f-station'), 'Beijing West Railway Station');
  });

  test('by line, and next time the station is offered first', async (t) => {
    const tab = await open(t);
    await tab.click('.by-line summary');
    await tab.click('.lines button[aria-label="10号线"]');
    await tab.click('.stops button:text-is("劲松")');
    assert.equal(await tab.inputValue('#f-station'), '劲松');
    await tab.locator('label:has(input[name="q.card_issue"][value=no_id])').click();
    await tab.click('.send .act');
    await tab.waitForSelector('.receipt-page[data-state=sent]');
    await tab.click('text=再报告一次');
    await tab.waitForSelector('#form[data-ready]');
    await tab.focus('#f-station');
    assert.match(await tab.innerText('#picks'), /最近用过/);
    assert.equal(await first(tab), '劲松');
    assert.deepEqual(await barriers(tab), []);
  });

  test('every answer that has a drawing shows it', async (t) => {
    const tab = await open(t);
    const shown = await tab.locator('.drawing').evaluateAll((all) => all.map((each) => each.querySelector('use').getBBox().width > 0));
    assert.ok(shown.length > 20);
    assert.ok(shown.slice(0, 12).every(Boolean), 'drawn');
  });

  test('the site can be installed: a manifest, and icons of the size that they say', async (t) => {
    const { json, headers } = await server().request('/manifest.webmanifest');
    assert.match(headers['content-type'], /manifest\+json/);
    const tab = await open(t);
    for (const { src, sizes, type } of json.icons) {
      const icon = await server().request(src);
      assert.equal(icon.headers['content-type'], type);
      if (type !== 'image/png') continue;
      const size = await tab.evaluate(async (address) => {
        const image = new Image();
        image.src = address;
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      }, src);
      assert.equal(size, sizes);
    }
  });
});
