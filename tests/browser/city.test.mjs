// The city's page in Chromium: the map, its hands and keys, time, filters, and the list that is its
// twin.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { serverFor, waitFor } from '../e2e/harness.mjs';
import { barriers, browserFor, desktop, openTab, phone } from './browser.mjs';

const part = (tab) => tab.getAttribute('.diagram', 'viewBox').then((box) => box.split(' ').map(Number));
const shown = (tab, selector) =>
  tab.locator(selector).evaluateAll((all) => all.filter((each) => getComputedStyle(each).display !== 'none').length);

async function openCity(t, browser, server, path = '/', options = {}) {
  const tab = await openTab(t, browser, server, options);
  await tab.goto(path);
  if (options.script !== false) await tab.waitForSelector('.frame.live');
  return tab;
}

/** Stations by status, as the map draws them and as the list names them. */
async function twins(tab) {
  const drawn = await tab.$$eval('.stop:not(.closed):not(.out)', (all) => all.map((each) => [
    new URL(each.href.baseVal, location.href).pathname, /\b(s\d|several|none)\b/.exec(each.getAttribute('class'))[1]]));
  const listed = await tab.$$eval('.list .stations li', (all) => all.map((each) => [
    new URL(each.querySelector('a').href).pathname, /\b(s\d|several|none|closed)\b/.exec(each.querySelector('.mark').getAttribute('class'))[1]]));
  return [drawn.sort(), listed.filter(([, shape]) => shape !== 'closed').sort()];
}

describe('the city', () => {
  const server = serverFor({ before, after });
  const browser = browserFor({ before, after });

  test('the map draws every station, and says what the list says', async (t) => {
    const tab = await openCity(t, browser(), server());
    assert.equal(await tab.locator('.stop').count(), 424);
    assert.equal(await tab.locator('.tracks path').count(), 28);
    const [drawn, listed] = await twins(tab);
    assert.deepEqual(drawn, listed);
    assert.equal(await tab.locator('.credit a').getAttribute('href'), 'https://www.openstreetmap.org/copyright');
  });

  test('without scripts it is there all the same, for any day', async (t) => {
    const tab = await openCity(t, browser(), server(), '/?as_of=2022-06-15&sort=status', { script: false });
    const [drawn, listed] = await twins(tab);
    assert.deepEqual(drawn, listed);
    assert.ok(drawn.length > 300 && drawn.length < 424, 'only what was open then');
    const path = (line) => tab.locator(`.tracks path[data-chip="${line}"]`).getAttribute('d');
    assert.equal(await path('3'), '', 'a line that was yet to come');
    assert.notEqual(await path('2'), '');
  });

  test('the map is one stop of the Tab key, its buttons the next', async (t) => {
    const tab = await openCity(t, browser(), server());
    await tab.focus('.frame');
    await tab.keyboard.press('Tab');
    assert.equal(await tab.evaluate(() => document.activeElement.tagName), 'BUTTON');
  });

  test('keys zoom, pan, and go from station to station', async (t) => {
    const tab = await openCity(t, browser(), server());
    await tab.focus('.frame');
    const whole = await part(tab);
    const names = await shown(tab, '.names text');
    for (const key of ['+', '+', '+']) await tab.keyboard.press(key);
    const near = await part(tab);
    assert.ok(near[2] < whole[2] / 3);
    await tab.keyboard.press('Shift+ArrowRight');
    assert.ok((await part(tab))[0] > near[0]);
    await tab.keyboard.press('ArrowDown');
    const first = await tab.evaluate(() => document.activeElement.getAttribute('aria-label'));
    assert.ok(first.length > 2);
    assert.ok(await tab.isVisible('.card'));
    await tab.keyboard.press('ArrowRight');
    assert.notEqual(await tab.evaluate(() => document.activeElement.getAttribute('aria-label')), first);
    await tab.keyboard.press('0');
    assert.deepEqual(await part(tab), whole);
    assert.equal(await shown(tab, '.names text'), names);
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/\/stations\//);
  });

  test('names never cover each other, however near', async (t) => {
    const everywhere = ['zh', 'en'].flatMap((language) => [desktop, phone].map((size) => ({ language, size })));
    for (const { language, size } of everywhere) {
      const tab = await openCity(t, browser(), server(), '/', { language, size });
      for (let step = 0; step < 4; step += 1) {
        const covered = await tab.$$eval('.names text', (all) => {
          const boxes = all.filter((each) => getComputedStyle(each).display !== 'none').map((each) => [each.textContent, each.getBoundingClientRect()]);
          const meet = (a, b) => a.left + 2 < b.right && b.left + 2 < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom;
          return boxes.flatMap(([name, box], i) => boxes.slice(i + 1).filter(([, other]) => meet(box, other)).map(([other]) => `${name} ${other}`));
        });
        assert.ok(covered.length <= 2, `${language}, ${size.width} px, step ${step}: ${covered.join(', ')}`);
        await tab.locator('.zoom button').first().click();
      }
    }
  });

  test('a finger opens a card that leads to the station', async (t) => {
    const tab = await openCity(t, browser(), server(), '/', { size: phone });
    const stop = tab.locator('.stop').first();
    const box = await stop.evaluate((each) => {
      each.scrollIntoView({ block: 'center' });
      const { x, y, width, height } = each.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    });
    await tab.evaluate(({ x, y }) => {
      const svg = document.querySelector('.diagram');
      for (const type of ['pointerdown', 'pointerup'])
        svg.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: y, pointerType: 'touch', pointerId: 7, bubbles: true }));
    }, box);
    assert.match(await tab.getAttribute('.card .place a', 'href'), /^\/stations\//);
  });

  test('time moves marks, counts and the address, and the list follows', async (t) => {
    const tab = await openCity(t, browser(), server(), '/?line=10');
    await waitFor(async () => /\d/.test(await tab.textContent('.slider output span')), 'the counts');
    const before = await tab.textContent('.slider output span');
    await tab.focus('#month');
    await tab.keyboard.press('Home');
    for (let month = 0; month < 18; month += 1) await tab.keyboard.press('ArrowRight');
    await tab.waitForURL(/as_of=2023-07-31/);
    assert.match(tab.url(), /line=10/);
    await waitFor(async () => (await tab.textContent('h1')).includes('2023'), 'the headline of that day');
    assert.notEqual(await tab.textContent('.slider output span'), before);
    const [drawn, listed] = await twins(tab);
    assert.deepEqual(drawn, listed);
    assert.ok(drawn.length > 40 && drawn.length < 50);
    await tab.keyboard.press('End');
    await tab.waitForURL((url) => !url.searchParams.has('as_of'));
    await waitFor(async () => (await tab.textContent('.slider output span')) === before, 'the counts of today');
  });

  test('time plays to its end by itself', async (t) => {
    const tab = await openCity(t, browser(), server(), '/?as_of=2026-08-31');
    await tab.click('.play');
    await tab.waitForURL((url) => !url.searchParams.has('as_of'));
    assert.equal(await tab.inputValue('#month'), await tab.getAttribute('#month', 'max'));
  });

  test('filters and orders answer in place, and again with the way back', async (t) => {
    const tab = await openCity(t, browser(), server());
    const height = () => tab.locator('.list .stations li').count();
    const all = await height();
    await tab.selectOption('[name=line]', '2');
    await tab.waitForURL(/line=2/);
    await waitFor(async () => (await height()) === 18, 'the stops of line 2');
    assert.equal(await tab.locator('.stop:not(.out):not(.closed)').count(), 18);
    await tab.selectOption('[name=sort]', 'need');
    await tab.waitForURL(/sort=need/);
    await waitFor(async () => (await tab.textContent('.list .stations a')) === '东直门', 'three lines first');
    await tab.goBack();
    await tab.goBack();
    await waitFor(async () => (await height()) === all, 'all again');
  });

  for (const language of ['zh', 'en'])
    test(`axe-core finds nothing: ${language}`, async (t) => {
      const tab = await openTab(t, browser(), server(), { language, scheme: language === 'zh' ? 'dark' : 'light' });
      await tab.goto('/?line=2');
      assert.deepEqual(await barriers(tab), []);
    });
});
