// Every page, in both languages and both themes, with what axe-core checks and at every width.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { report, serverFor } from '../e2e/harness.mjs';
import { addModerator, barriers, browserFor, languages, openTab, overflow, publish } from './browser.mjs';

const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
const secret = (letter) => letter.repeat(43);

const everywhere = {
  ticket_machine: 'id_required',
  window_ticket: 'id_required',
  card_issue: 'id_required',
  card_topup: 'id_required',
};

// Of every kind of standing, and notes of every kind of writing.
const seen = [
  { station: 'bagou', visited: day(3), answers: { card_issue: 'no_id' }, reporter: secret('a'), note: 'ok' },
  { station: 'bagou', visited: day(2), answers: { card_issue: 'id_required' }, reporter: secret('b') },
  { station: 'guomao', visited: day(9), answers: everywhere, reporter: secret('c') },
  { station: 'guomao', visited: day(5), answers: everywhere, reporter: secret('d') },
  { station: 'dongdan', visited: day(4), answers: { ticket_machine: 'id_required', card_topup: 'no_id' }, reporter: secret('f') },
  { station: 'xizhimen', visited: day(300), answers: { window_ticket: 'refused', card_topup: 'no_id' }, reporter: secret('e') },
];

const paths = {
  'the city': '/?standing=disputed',
  'the city of another day': '/?standing=likely&as_of=2023-12-20',
  'a search': '/?q=bjx',
  'a line': '/?line=10',
  'nothing found': '/?q=zzzz',
  'a station seen long ago': '/stations/beijingxizhan',
  'a disputed station': '/stations/bagou',
  'a station seen lately': '/stations/guomao',
  'a station of another day': '/stations/beijingxizhan?as_of=2023-07-01',
  'a station nobody visited': '/stations/andingmen',
  changes: '/changes',
  about: '/about',
  'the method': '/about/method',
  'the data': '/data',
  'the reference': '/api',
  privacy: '/privacy',
  'the form': '/report?station=guomao',
  'the own report': '/mine',
  'no such page': '/nowhere',
};

// The other theme has other colours and nothing else: a page of each kind shows them all.
const kinds = ['the city', 'a disputed station', 'a station seen lately', 'about', 'the method', 'the data', 'the reference', 'privacy', 'the form', 'no such page'];
const dark = Object.fromEntries(kinds.map((name) => [name, paths[name]]));

function openTwo() {
  for (const each of [...document.querySelectorAll('details')].slice(0, 2)) each.open = true;
}

describe('pages are there for everyone', () => {
  const server = serverFor({ before, after });
  const browser = browserFor({ before, after });
  before(async () => {
    const moderator = await addModerator(server(), 'lin');
    await publish(server(), moderator, seen.map((fields) => report(fields)));
    await server().request('/api/v1/reports', { method: 'POST', json: report({ station: 'bagou' }) });
  });

  for (const language of Object.keys(languages))
    for (const scheme of ['light', 'dark'])
      test(`axe-core finds nothing: ${language}, ${scheme}`, async (t) => {
        const tab = await openTab(t, browser(), server(), { language, scheme, expected: /404/ });
        for (const [name, path] of Object.entries(scheme === 'light' ? paths : dark)) {
          await tab.goto(path);
          await tab.evaluate(openTwo); // of many tables that are alike
          assert.deepEqual(await barriers(tab), [], name);
        }
      });

  test('axe-core finds nothing on the whole city', async (t) => {
    const tab = await openTab(t, browser(), server());
    await tab.goto('/');
    assert.deepEqual(await barriers(tab), []);
  });

  for (const width of [320, 390, 768, 1280, 3840])
    test(`no page is wider than a window of ${width} pixels`, async (t) => {
      const size = { width, height: 800 };
      for (const language of Object.keys(languages)) {
        const tab = await openTab(t, browser(), server(), { language, size, expected: /404/ });
        for (const [name, path] of Object.entries(paths)) {
          await tab.goto(path);
          assert.equal(await overflow(tab), 0, `${name}, ${language}`);
        }
      }
    });

  test('everything in a page can be reached and is seen when it has the focus', async (t) => {
    const tab = await openTab(t, browser(), server());
    for (const path of ['/?q=bjx', '/stations/bagou', '/report']) {
      await tab.goto(path);
      for (let i = 0; i < 12; i += 1) {
        await tab.keyboard.press('Tab');
        const shown = await tab.evaluate(() => {
          const inside = document.activeElement;
          const styles = [inside, inside.closest('label')].filter(Boolean).map((each) => getComputedStyle(each));
          return styles.some(({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && outlineWidth !== '0px');
        });
        assert.ok(shown, `${path}: the ${i + 1}th focus is visible`);
      }
    }
  });

  test('the language follows the browser, the switch keeps the address', async (t) => {
    const tab = await openTab(t, browser(), server(), { language: 'en' });
    await tab.goto('/stations/bagou?as_of=2023-07-01');
    assert.equal(await tab.getAttribute('html', 'lang'), 'en');
    await tab.click('.switch');
    assert.equal(await tab.getAttribute('html', 'lang'), 'zh-Hans');
    const url = new URL(tab.url());
    assert.equal(url.pathname, '/stations/bagou');
    assert.deepEqual(Object.fromEntries(url.searchParams), { as_of: '2023-07-01', lang: 'zh' });
    await tab.click('.brand');
    assert.equal(await tab.getAttribute('html', 'lang'), 'zh-Hans', 'links carry it on');
  });

  test('seen, inferred, old and disputed differ in shape, not in colour alone', async (t) => {
    const tab = await openTab(t, browser(), server());
    const mark = (station) => tab.locator(`.stations li:has(a[href^="/stations/${station}"]) .mark`).first();
    await tab.goto('/');
    const fill = (station) => mark(station).evaluate((each) => getComputedStyle(each).fill);
    assert.equal(await fill('andingmen'), 'none', 'inferred is hollow');
    assert.notEqual(await fill('guomao'), 'none', 'seen is solid');
    assert.equal(await mark('beijingxizhan').evaluate((each) => Number(getComputedStyle(each).opacity) < 1), true, 'old is faded');
    assert.equal(await mark('bagou').locator('use').count(), 2, 'disputed is struck');
  });
});
