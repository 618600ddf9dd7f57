// A station's page with a record as strangers write it: dense, hostile, printed, shown elsewhere.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { report, serverFor, waitFor } from '../e2e/harness.mjs';
import { moderate } from '../e2e/moderators.mjs';
import { addModerator, barriers, browserFor, languages, openTab, overflow, phone, publish } from './browser.mjs';

const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);

const hostile = {
  script: '</blockquote><script>document.title="taken"</script><img src=x onerror="document.title=1">',
  'one long word': 'a'.repeat(2000),
  zalgo: `z${'\u0301\u0302\u0303\u0316\u0317'.repeat(300)} ${'q\u0489'.repeat(200)}`,
  'both directions': 'אבג \u200f\u061c(שלום) abc\u200e',
  'two thousand emoji': '😀'.repeat(2000),
};

const answers = [
  { card_issue: 'no_id', ticket_machine: 'payment', card_type: 't_union' },
  { card_issue: 'id_required', window_ticket: 'refused', card_type: 'none' },
];

// A hundred and thirty visits over four years: by day, by month, by year.
const dense = Array.from({ length: 130 }, (_, i) => {
  const visited = day(3 + i * 11);
  const length = i % 9 === 0 ? 7 : i % 40 === 1 ? 4 : 10;
  return { station: 'guomao', visited: visited.slice(0, length), answers: answers[i < 60 ? 1 : 0] };
});

const notes = Object.values(hostile).map((note, i) => ({
  station: 'wukesong',
  visited: day(i + 1),
  answers: { card_issue: 'id_required' },
  note,
}));

describe("a station's page", () => {
  const server = serverFor({ before, after });
  const browser = browserFor({ before, after });
  let shown;
  before(async () => {
    const moderator = await addModerator(server(), 'lin');
    shown = await publish(server(), moderator, notes.map((fields) => report(fields)));
    await publishAll(server(), moderator, dense.map((fields) => report(fields)));
  });

  for (const [i, [name, note]] of Object.entries(hostile).entries())
    test(`a note is text and stays in its place: ${name}`, async (t) => {
      for (const [language, size] of [['zh', phone], ['en', undefined]]) {
        const tab = await openTab(t, browser(), server(), { language, size });
        await tab.goto('/stations/wukesong');
        const quote = tab.locator(`#report-${shown[i]} blockquote`);
        assert.equal(await quote.textContent(), note);
        assert.match(await tab.title(), /站记/, 'no script of a note runs');
        assert.equal(await overflow(tab), 0);
        const boxes = await tab.evaluate((id) => {
          const item = document.getElementById(`report-${id}`);
          const [box, inner] = [item, item.querySelector('blockquote')].map((each) => each.getBoundingClientRect());
          const { contain } = getComputedStyle(item.querySelector('blockquote'));
          return { inside: inner.right <= box.right && inner.bottom <= box.bottom, height: inner.height, contain };
        }, shown[i]);
        assert.ok(boxes.inside && boxes.height < 400, JSON.stringify(boxes));
        assert.equal(boxes.contain, 'paint', 'nothing is painted over its neighbours');
      }
    });

  for (const language of Object.keys(languages))
    for (const scheme of ['light', 'dark'])
      test(`axe-core finds nothing: ${language}, ${scheme}`, async (t) => {
        const tab = await openTab(t, browser(), server(), { language, scheme });
        for (const station of ['wukesong', 'guomao']) {
          await tab.goto(`/stations/${station}`);
          await tab.evaluate(() => document.querySelectorAll('details').forEach((each) => (each.open = true)));
          assert.deepEqual(await barriers(tab), [], station);
        }
      });

  test('every visit of a dense record has its mark, though not all are told in full', async (t) => {
    const tab = await openTab(t, browser(), server());
    await tab.goto('/stations/guomao');
    const plot = tab.locator('section:has(#q-card_issue) .plot');
    const classes = await plot.locator('g.mark').evaluateAll((marks) => marks.map((each) => each.classList[1]));
    assert.deepEqual([...new Set(classes)].sort(), ['s0', 's1'], 'a mark is of its answer');
    assert.ok(classes.length > 90, `${classes.length} marks`);
    assert.ok((await plot.locator('g.notice').count()) > 0);
    const open = await tab.locator('.reports > li').evaluateAll((rows) => rows.filter((each) => each.checkVisibility()).length);
    assert.equal(open, 10);
    assert.equal(await tab.innerText('#reports .count'), String(await count(server())));
  });

  test('a link to a report that lies folded opens the fold', async (t) => {
    const tab = await openTab(t, browser(), server(), { script: false });
    await tab.goto('/stations/guomao');
    const id = await tab.locator('.reports + details li').last().getAttribute('id');
    await tab.goto(`/stations/guomao#${id}`);
    await tab.locator(`#${id} .when`).waitFor();
    assert.ok(await tab.locator(`#${id}`).evaluate((each) => each.getBoundingClientRect().top < innerHeight));
  });

  test('the numbers are in a table beneath their drawing', async (t) => {
    const tab = await openTab(t, browser(), server(), { script: false });
    await tab.goto('/stations/guomao');
    const question = tab.locator('section:has(#q-card_issue)');
    assert.equal(await question.locator('.plot + details table').count(), 1);
    assert.match(await question.locator('tbody tr').first().textContent(), /^\d{4}-\d\d-\d\d[\d.–]+/);
  });

  test('what was published when leads to the page of that day', async (t) => {
    const tab = await openTab(t, browser(), server(), { language: 'en' });
    await tab.goto('/stations/guomao');
    const link = tab.locator('section:has(#published) a').first();
    assert.match(await link.getAttribute('href'), /^\/stations\/guomao\?known_at=\d{4}-\d\d-\d\d$/);
    await link.click();
    assert.match(await tab.innerText('h1'), /Guomao/);
  });

  test('the badge shows on a page of another site, at the size that was computed', async (t) => {
    const tab = await openTab(t, browser(), server(), { language: 'en' });
    await tab.goto('/stations/guomao');
    const code = await tab.inputValue('#badge-code');
    assert.match(code, /^<a href="http:\/\/127\.0\.0\.1:\d+\/stations\/guomao"><img src="[^"]+badge\.svg\?lang=en" alt="Zhanji: Guomao as it is now"/);
    const own = await tab.locator('.badge img').evaluate((each) => [each.naturalWidth, each.naturalHeight, each.width]);
    const elsewhere = await tab.context().newPage();
    await elsewhere.setContent(code, { waitUntil: 'load' });
    const size = await elsewhere.locator('img').evaluate((each) => [each.naturalWidth, each.naturalHeight]);
    assert.deepEqual(size, own.slice(0, 2));
    assert.equal(own[2], own[0], 'its place was reserved');
    assert.ok(size[0] > 80);
  });

  test('on paper stand the answers and drawings, without what can only be pressed', async (t) => {
    const tab = await openTab(t, browser(), server());
    await tab.emulateMedia({ media: 'print' });
    await tab.goto('/stations/wukesong');
    for (const kept of ['.sentence', '.conditions', '.plot', '.reports blockquote'])
      assert.ok(await tab.locator(kept).first().isVisible(), kept);
    for (const gone of ['.menu', '.actions', '.days', '.badge', 'summary'])
      assert.ok(!(await tab.locator(gone).first().isVisible()), gone);
    assert.equal((await tab.pdf({ format: 'A4' })).subarray(0, 4).toString(), '%PDF');
  });

  test('paper is white whatever the screen is, and shows a table whole', async (t) => {
    const tab = await openTab(t, browser(), server());
    const look = async (media, colorScheme) => {
      await tab.emulateMedia({ media, colorScheme });
      return tab.evaluate(() => [document.body, document.querySelector('.sentence')].map((each) => getComputedStyle(each).color));
    };
    await tab.goto('/stations/wukesong');
    assert.notDeepEqual(await look('screen', 'dark'), await look('screen', 'light'));
    assert.deepEqual(await look('print', 'dark'), await look('print', 'light'));
    await tab.goto('/data');
    const hidden = () => tab.locator('.scroll').first().evaluate((each) => each.scrollHeight - each.clientHeight);
    await tab.emulateMedia({ media: 'screen' });
    assert.ok((await hidden()) > 0);
    await tab.emulateMedia({ media: 'print' });
    assert.equal(await hidden(), 0);
    await tab.goto('/');
    assert.ok(!(await tab.locator('.letters').isVisible()), 'what jumps about is of no use on paper');
  });
});

/** How many published reports there are of the dense station. */
async function count(server) {
  const { json } = await server.request('/api/v1/stations/guomao');
  return json.reports;
}

/** More reports than a page tells in full: their number says when they are in public view. */
async function publishAll(server, moderator, reports) {
  const archived = await count(server);
  const ids = [];
  for (const json of reports)
    ids.push((await server.request('/api/v1/reports', { method: 'POST', json })).json.id);
  const done = await moderate(server, ['--key', moderator.file, 'approve', ...ids]);
  assert.equal(done.code, 0, done.stderr);
  await waitFor(async () => (await count(server)) === archived + ids.length);
}
