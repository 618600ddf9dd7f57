// The moderators' desk in the browser: a key made there, the queue, single and bulk decisions.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { report, serverFor, waitFor } from '../e2e/harness.mjs';
import { addModerator, moderate, sendReports } from '../e2e/moderators.mjs';
import { barriers, browserFor, desktop, openTab, overflow, phone } from './browser.mjs';

const refusedKey = /401|403/; // the browser itself logs that a key was refused

/** Makes a key in the tab, has the operator add its line, and opens the desk. */
async function signIn(tab, server, name, query = '') {
  await tab.goto(`/desk${query}`);
  await tab.fill('[name=name]', name);
  await tab.click('.act');
  const shown = await tab.innerText('#line');
  const [, line] = shown.match(/"(ed25519 [A-Za-z0-9+/]{43}= .+)"/);
  const added = await moderate(server, ['moderator', 'add', line]);
  assert.equal(added.code, 0, added.stderr);
  await tab.click('#enter');
  await tab.waitForSelector('#find');
  return line;
}

const waiting = async (server) =>
  (await server.request('/api/v1/moderation/statistics', { local: true })).json.waiting;
const state = async (server, id) =>
  (await server.request(`/api/v1/moderation/reports/${id}`, { local: true })).json;
const rows = (tab) => tab.locator('#queue li');
/** Of its text, not of what is drawn: rows are drawn when they come into sight. */
const currentStation = (tab) => tab.textContent('#queue [aria-current] .where');
/** Gathers what the dialog's status line says; the result gives it. */
async function watchSteps(tab) {
  await tab.evaluate(() => {
    globalThis.steps = [];
    new MutationObserver(() => globalThis.steps.push(document.querySelector('dialog [role=status]')?.textContent ?? ''))
      .observe(document.querySelector('dialog'), { childList: true, subtree: true, attributes: true });
  });
  return () => tab.evaluate(() => globalThis.steps);
}
const entries = async (server) =>
  (await server.request('/api/v1/moderation/entries?from=0', { local: true })).json.entries;

describe('one report at a time', () => {
  const server = serverFor({ before, after });
  const browser = browserFor({ before, after });

  test('a key that nobody added opens nothing, and a retired one no more', async (t) => {
    const tab = await openTab(t, browser(), server(), { expected: refusedKey });
    await tab.goto('/desk');
    await tab.fill('[name=name]', '无名');
    await tab.click('.act');
    await tab.click('#enter');
    await tab.waitForSelector('.toast.bad');
    assert.equal(await tab.locator('#queue').count(), 0);
    const extractable = await tab.evaluate(async () => {
      const open = indexedDB.open('zhanji-desk');
      const database = await new Promise((resolve) => (open.onsuccess = () => resolve(open.result)));
      const get = database.transaction('keys').objectStore('keys').get('own');
      const kept = await new Promise((resolve) => (get.onsuccess = () => resolve(get.result)));
      return kept.secret.extractable;
    });
    assert.equal(extractable, false);
    await signIn(await openTab(t, browser(), server(), { expected: refusedKey }), server(), '离开的人');
    const gone = await openTab(t, browser(), server(), { expected: refusedKey });
    await signIn(gone, server(), '已退');
    assert.equal((await moderate(server(), ['moderator', 'retire', '已退'])).code, 0);
    await gone.reload();
    await gone.waitForSelector('[role=alert]');
  });

  test('keys decide, and u takes back', async (t) => {
    const tab = await openTab(t, browser(), server());
    const [id] = await sendReports(server(), 1, { note: '第三<b>窗口</b>', answers: { card_issue: 'no_id' } });
    await sendReports(server(), 2, { station: '巴沟', visited: '2026-10-01', answers: { card_issue: 'no_id' } });
    await signIn(tab, server(), 'Lin 林');
    await rows(tab).nth(2).waitFor();
    await waitFor(async () => (await currentStation(tab)) === '巴沟', 'what changes a status to come first');
    await tab.keyboard.press('j');
    await tab.keyboard.press('j');
    assert.equal(await currentStation(tab), '北京西站');
    await tab.locator('#card blockquote').waitFor();
    assert.equal(await tab.innerText('#card blockquote'), '第三<b>窗口</b>', 'text is set as text');

    await tab.keyboard.press('h');
    await waitFor(async () => (await state(server(), id)).state === 'approved', 'the approval');
    assert.equal((await state(server(), id)).note_hidden, true);
    await tab.waitForSelector('.toast.good');
    assert.equal(await rows(tab).count(), 2);
    await tab.keyboard.press('u');
    await waitFor(async () => (await state(server(), id)).state === 'pending', 'the revert');
    await rows(tab).nth(2).waitFor();
    assert.equal(await currentStation(tab), '北京西站', 'it is where the hand left it');

    await tab.keyboard.press('r');
    await tab.keyboard.press('2');
    await waitFor(async () => (await state(server(), id)).state === 'rejected', 'the rejection');
    assert.equal((await state(server(), id)).reason, 'implausible');
    await waitFor(async () => (await rows(tab).count()) === 2, 'the row to go');
    await tab.keyboard.press('k');
    await tab.keyboard.press('w');
    await tab.click('dialog [value=other]');
    await tab.fill('dialog textarea', '「另有说明」');
    await tab.click('dialog .act');
    await waitFor(async () => (await waiting(server())) === 1, 'the withholding');
    const last = JSON.parse((await entries(server())).at(-1));
    assert.deepEqual([last.act, last.reason, last.note], ['withhold', 'other', '「另有说明」']);
    assert.equal((await moderate(server(), ['check'])).code, 0, 'the tool verifies what the browser signed');
  });

  test('the preview says what approving would do', async (t) => {
    const tab = await openTab(t, browser(), server(), { language: 'en' });
    await sendReports(server(), 1, { station: 'guomao', visited: '2026-10-01', answers: { card_issue: 'no_id', ticket_machine: 'payment' } });
    await signIn(tab, server(), 'Wang');
    await tab.fill('#find', 'guomao');
    await waitFor(async () => (await rows(tab).count()) === 1, 'the filter');
    await tab.waitForSelector('#effect .turn.moved');
    assert.match(await tab.innerText('#effect .turn'), /Identity asked[\s\S]*→/);
    assert.equal(await tab.locator('#effect tbody tr').count(), 2);
    await tab.waitForSelector('#recent li');
    await tab.keyboard.press('Escape');
    await tab.keyboard.press('?');
    assert.match(await tab.innerText('dialog'), /Undo/);
    await tab.keyboard.press('Escape');
    await tab.waitForFunction(() => !document.querySelector('dialog[open]'));
    await tab.keyboard.press('s');
    await tab.waitForSelector('dialog .figures');
  });

  test('a report that another moderator decided says so and stays away', async (t) => {
    const tab = await openTab(t, browser(), server(), { expected: /404|409/ });
    const wang = await addModerator(server(), 'Wang 2');
    const [id] = await sendReports(server(), 1, { station: '劲松', visited: '2026-10-02' });
    await signIn(tab, server(), 'Late');
    await tab.fill('#find', '劲松');
    await waitFor(async () => (await rows(tab).count()) === 1, 'the filter');
    await tab.keyboard.press('Escape');
    assert.equal((await moderate(server(), ['--key', wang.file, 'approve', id])).code, 0);
    await tab.keyboard.press('a');
    await tab.waitForSelector('.toast.bad');
    assert.match(await tab.innerText('.toast'), /already approved/);
    await waitFor(async () => (await rows(tab).count()) === 0, 'it to stay away');
  });

  test('a reload forgets nothing that can be taken back, and no tab takes it back twice', async (t) => {
    const tab = await openTab(t, browser(), server());
    const [id] = await sendReports(server(), 1, { station: '望京', visited: '2026-10-02' });
    await signIn(tab, server(), 'Reload');
    await tab.fill('#find', '望京');
    await waitFor(async () => (await rows(tab).count()) === 1, 'the filter');
    await tab.keyboard.press('Escape');
    await tab.keyboard.press('a');
    await tab.waitForSelector('.toast.good');
    const other = await tab.context().newPage();
    await other.goto('/desk');
    await other.waitForSelector('#find');
    await tab.reload();
    await tab.waitForSelector('#find');
    await tab.keyboard.press('u');
    await waitFor(async () => (await state(server(), id)).state === 'pending', 'the revert');
    await other.keyboard.press('u');
    await waitFor(async () => /没有可撤回/.test(await other.innerText('#notice')), 'that nothing is left');
  });
});

describe('many at once', () => {
  const server = serverFor({ before, after });
  const browser = browserFor({ before, after });
  const count = 700;
  before(async () => {
    const lines = Array.from({ length: count }, (_, i) =>
      JSON.stringify(report({ station: i % 2 ? '西直门' : '巴沟', note: i % 7 ? null : `加微信 ${i}`, visited: '2026-10-01' }, i)).replace(',"note":null', ''));
    const reply = await server().request('/api/v1/reports/batch', {
      method: 'POST', body: lines.join('\n'), headers: { 'content-type': 'application/x-ndjson' }, local: true,
    });
    assert.equal(reply.text.match(/"status":201/g).length, count);
  });

  test('one signed entry over a filter, with its preview, and one undo', async (t) => {
    const tab = await openTab(t, browser(), server());
    await signIn(tab, server(), '批量');
    await tab.selectOption('[name=flag]', 'links');
    await waitFor(async () => (await tab.innerText('#count')).startsWith('100 '), 'the filter');
    const before = (await entries(server())).length;
    await tab.keyboard.press('Escape');
    await tab.click('#bulk');
    await waitFor(async () => /状态/.test(await tab.innerText('#bulk-effect')), 'the preview');
    await tab.click('dialog [value=reject]');
    await tab.click('dialog [value=spam]');
    const steps = await watchSteps(tab);
    await tab.click('dialog .act');
    await tab.waitForSelector('dialog', { state: 'detached' });
    const told = await steps();
    for (const step of [/散列/, /写入/, /重新读取/]) assert.ok(told.some((text) => step.test(text)), `${told}`);
    assert.equal(await waiting(server()), count - 100);
    const lines = await entries(server());
    assert.equal(lines.length, before + 1);
    assert.deepEqual([JSON.parse(lines.at(-1)).reports, JSON.parse(lines.at(-1)).reason], [100, 'spam']);
    await tab.reload();
    await rows(tab).nth(99).waitFor({ state: 'attached' });
    await tab.locator('.tools button').first().click();
    await waitFor(async () => (await waiting(server())) === count, 'the undo');
    assert.equal((await entries(server())).length, before + 2);
    assert.equal((await moderate(server(), ['check'])).code, 0);
    await tab.waitForSelector('.toast.good');
    await tab.keyboard.press('u');
    await waitFor(async () => /没有可撤回/.test(await tab.innerText('#notice')), 'that it was the last');
  });

  test('what was withdrawn since is left out of the undo', async (t) => {
    const tab = await openTab(t, browser(), server(), { expected: /409/ });
    const sent = await server().request('/api/v1/reports', { method: 'POST', json: report({ note: '撤销我' }) });
    await sendReports(server(), 2, { note: '撤销我' });
    await signIn(tab, server(), '撤回');
    await tab.fill('#find', '撤销我');
    await waitFor(async () => (await tab.innerText('#count')).startsWith('3 '), 'the filter');
    await tab.click('#bulk');
    await tab.click('dialog [value=approve]');
    await tab.click('dialog .act');
    await tab.waitForSelector('dialog', { state: 'detached' });
    const gone = await server().request(`/api/v1/reports/${sent.json.id}`, { method: 'DELETE', bearer: sent.json.tracking });
    assert.equal(gone.json.status, 'withdrawn');
    await tab.locator('.tools button').first().click();
    await waitFor(async () => /2 份已撤回/.test(await tab.innerText('#notice')), 'the undo of the others');
    await waitFor(async () => (await waiting(server())) === count + 2, 'the two');
  });

  test('the list goes on as one scrolls', async (t) => {
    const tab = await openTab(t, browser(), server());
    await signIn(tab, server(), '滚动');
    await rows(tab).nth(99).waitFor({ state: 'attached' });
    for (let i = 0; i < 180; i += 1) await tab.keyboard.press('j');
    await rows(tab).nth(299).waitFor({ state: 'attached' });
  });
});

describe('the desk is there for everyone', () => {
  const server = serverFor({ before, after });
  const browser = browserFor({ before, after });
  before(async () => {
    await sendReports(server(), 3, { note: '打电话 138 1234 5678', reporter: 'r'.repeat(30) });
    await sendReports(server(), 1, { station: 'bagou', visited: '2026-10-01', private_note: 'x', answers: { card_issue: 'no_id' } });
  });

  for (const language of ['zh', 'en'])
    for (const scheme of ['light', 'dark'])
      for (const [name, size] of Object.entries({ phone, desktop }))
        test(`axe-core finds nothing: ${language}, ${scheme}, ${name}`, async (t) => {
          const tab = await openTab(t, browser(), server(), { language, scheme, size });
          await tab.goto('/desk');
          await tab.waitForSelector('[name=name]');
          assert.deepEqual(await barriers(tab), [], 'the first page');
          await signIn(tab, server(), `${language} ${scheme} ${name}`);
          await rows(tab).nth(3).waitFor();
          assert.deepEqual(await barriers(tab), [], 'the queue');
          assert.equal(await overflow(tab), 0);
          await rows(tab).first().click();
          await tab.waitForSelector('#effect table');
          assert.deepEqual(await barriers(tab), [], 'a report');
          assert.equal(await overflow(tab), 0);
          await tab.click('[data-act=reject]');
          assert.deepEqual(await barriers(tab), [], 'the reasons');
        });

  test('on a phone the card covers the list, and goes back to it', async (t) => {
    const tab = await openTab(t, browser(), server(), { size: phone });
    await signIn(tab, server(), '手机');
    await rows(tab).nth(1).click();
    await tab.waitForSelector('#card .acts');
    assert.equal(await tab.locator('#card').isVisible(), true);
    for (const button of await tab.locator('.acts button').all())
      assert.ok((await button.boundingBox()).height >= 44, 'large enough for a thumb');
    await tab.click('.back');
    assert.equal(await tab.locator('#card').isVisible(), false);
    await tab.keyboard.press('?');
    assert.match(await tab.innerText('dialog .keys'), /^u\s+撤回$/m, 'the sheet of keys names them also here');
  });
});
