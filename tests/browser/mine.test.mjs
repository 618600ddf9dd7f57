// The reports of one browser: how they stand and why, amended, withdrawn, taken to another.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { serverFor, startServer, waitFor } from '../e2e/harness.mjs';
import { moderate } from '../e2e/moderators.mjs';
import { addModerator, barriers, browserFor, openTab, phone } from './browser.mjs';
import { gateFor } from './gate.mjs';

describe('the own reports', () => {
  const server = serverFor({ before, after });
  const browser = browserFor({ before, after });
  let moderator;
  before(async () => {
    moderator = await addModerator(server(), 'lin');
  });

  /** Sends a report by the form; resolves to its id. */
  async function report(tab, station, { note = '', pseudonym = false } = {}) {
    await tab.goto('/report');
    await tab.waitForSelector('#form[data-ready]');
    await tab.fill('#f-station', station);
    await tab.locator('label:has(input[name="q.card_issue"][value=no_id])').click();
    await tab.fill('#f-note', note);
    if (pseudonym) await tab.check('#f-pseudonym');
    const id = await tab.inputValue('[name=id]');
    await tab.click('.send .act');
    await tab.waitForSelector('.receipt-page[data-state=sent]');
    return id;
  }

  const decide = async (...args) => {
    const done = await moderate(server(), ['--key', moderator.file, ...args]);
    assert.equal(done.code, 0, done.stderr);
  };
  const card = (tab, id) => tab.locator(`#mine-${id}`);
  const open = async (tab) => {
    await tab.goto('/mine');
    await tab.waitForSelector('text=已刷新');
  };

  test("a decision is shown with the moderator's reason and note", async (t) => {
    const tab = await openTab(t, browser(), server(), { size: phone });
    const id = await report(tab, '国贸', { note: '13800000000' });
    await open(tab);
    assert.match(await card(tab, id).locator('.state').innerText(), /待审核/);
    await decide('reject', id, '--reason', 'personal_data', '--note', '<b>电话</b>');
    await tab.click('#refresh');
    await tab.waitForSelector('.state.rejected');
    const told = await card(tab, id).innerText();
    assert.match(told, /未采用/);
    assert.match(told, /理由：含个人信息/);
    assert.match(told, /<b>电话<\/b>/, 'as text');
    assert.deepEqual(await barriers(tab), []);
  });

  test('an approval gives no reason as if there were an objection, and the arrival is the hour there', async (t) => {
    const tab = await openTab(t, browser(), server(), { size: phone });
    const id = await report(tab, '国贸');
    const arrival = tab.locator('#receipt time');
    const instant = await arrival.getAttribute('datetime');
    const there = new Date(Date.parse(instant) + 8 * 3_600_000);
    assert.equal(await arrival.innerText(),
      `${there.getUTCFullYear()}年${there.getUTCMonth() + 1}月${there.getUTCDate()}日${there.getUTCHours()}时`);
    await decide('approve', id);
    await open(tab);
    const told = await card(tab, id).innerText();
    assert.match(told, /已公布/);
    assert.match(told, /审核员没有异议，报告已经计入。/);
    assert.doesNotMatch(told, /理由/);
  });

  test('what a server from an older backup has lost is sent to it again', async (t) => {
    const restored = await startServer(t);
    const gate = await gateFor(t, restored);
    const backup = join(restored.folder, 'backup.db');
    assert.equal((await moderate(restored, ['backup', backup])).code, 0);
    const tab = await openTab(t, browser(), gate, { expected: /404/ });
    const id = await report(tab, '国贸', { note: 'kept here' });
    await restored.stop();
    for (const ending of ['-wal', '-shm']) rmSync(restored.db + ending, { force: true });
    copyFileSync(backup, restored.db);
    await restored.start();
    await open(tab);
    assert.match(await card(tab, id).innerText(), /服务器不再认得这份报告[^]*可以重新发送/);
    assert.deepEqual(await barriers(tab), []);
    await card(tab, id).locator('button.act').click();
    await card(tab, id).locator('text=撤回…').waitFor();
    assert.match(await card(tab, id).innerText(), /待审核/);
    assert.equal(gate.posts, 2);
    const sent = gate.sent.map((body) => JSON.parse(body));
    assert.deepEqual(sent.at(-1).note, 'kept here');
    assert.equal(sent.at(-1).id, id);
  });

  test('an amendment takes the place of what was sent', async (t) => {
    const tab = await openTab(t, browser(), server());
    const id = await report(tab, '劲松', { note: 'first' });
    await open(tab);
    await card(tab, id).locator('text=修改').click();
    await tab.waitForSelector('h1:has-text("修改已发送的报告")');
    assert.equal(await tab.inputValue('#f-station'), '劲松');
    assert.equal(await tab.inputValue('#f-note'), 'first');
    assert.deepEqual(await barriers(tab), []);
    await tab.fill('#f-note', 'second');
    await tab.click('.send .act');
    await tab.waitForSelector('.receipt-page[data-state=sent]');
    const secret = await tab.innerText('.secret');
    const own = await server().request(`/api/v1/reports/${id}`, { bearer: secret });
    assert.equal(own.json.note, 'second');
    assert.equal(own.json.version, 2);
    await open(tab);
    assert.match(await card(tab, id).innerText(), /second/);
  });

  test('withdrawing asks once more, tells the server and erases what it said', async (t) => {
    const tab = await openTab(t, browser(), server());
    const id = await report(tab, '巴沟', { note: 'to be erased' });
    const secret = await tab.innerText('.secret');
    await open(tab);
    await card(tab, id).locator('text=撤回…').click();
    await card(tab, id).locator('text=确定撤回').click();
    await tab.waitForSelector('.state.withdrawn');
    assert.doesNotMatch(await card(tab, id).innerText(), /to be erased/);
    const own = await server().request(`/api/v1/reports/${id}`, { bearer: secret });
    assert.equal(own.json.status, 'withdrawn');
  });

  test('the list goes to another browser as a file, and no further', async (t) => {
    const tab = await openTab(t, browser(), server());
    const id = await report(tab, '五道口');
    await open(tab);
    const [file] = await Promise.all([tab.waitForEvent('download'), tab.click('#export')]);
    const path = await file.path();
    assert.equal(JSON.parse(readFileSync(path, 'utf8')).reports[0].id, id);

    const other = await openTab(t, browser(), server());
    await other.goto('/mine');
    await other.waitForSelector('text=还没有发过报告');
    await other.setInputFiles('#import', { name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"kind":"other"}') });
    await other.waitForSelector('text=不是导出的清单');
    await other.setInputFiles('#import', path);
    await other.waitForSelector('text=导入了1份');
    await card(other, id).locator('text=撤回…').waitFor();
    await other.setInputFiles('#import', path);
    await other.waitForSelector('text=1份本来就有');
    await card(other, id).locator('text=从清单中移除').click();
    await card(other, id).locator('.danger').click();
    await other.waitForSelector('text=还没有发过报告');
  });

  test('the server is asked when the page is opened or refreshed, and not otherwise', async (t) => {
    const gate = await gateFor(t, server());
    const tab = await openTab(t, browser(), gate);
    const id = await report(tab, '望京');
    const asked = () => gate.asked.filter((each) => each === `GET /api/v1/reports/${id}`).length;
    await tab.goto('/about');
    await tab.goto('/report');
    await tab.waitForSelector('#form[data-ready]');
    assert.equal(asked(), 0);
    await open(tab);
    assert.equal(asked(), 1);
    await tab.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    assert.equal(asked(), 1);
    await tab.click('#refresh');
    await waitFor(async () => (await tab.innerText('#told')) === '已刷新');
    assert.ok(!gate.asked.some((each) => each.includes('Bearer')), 'no secret in an address');
  });

  test('a pseudonym is sent only where it was chosen, and can be deleted', async (t) => {
    const gate = await gateFor(t, server());
    const tab = await openTab(t, browser(), gate);
    await report(tab, '西单');
    await report(tab, '东单', { pseudonym: true });
    await report(tab, '王府井');
    const sent = gate.sent.map((body) => JSON.parse(body));
    assert.equal(sent[0].reporter, undefined);
    assert.match(sent[1].reporter, /^[\w-]{43}$/);
    assert.equal(sent[2].reporter, sent[1].reporter, 'ticked as the last time');
    await tab.goto('/mine');
    await tab.click('text=删掉化名');
    await tab.waitForSelector('text=化名已删掉');
    await tab.goto('/report');
    await tab.waitForSelector('#form[data-ready]');
    assert.equal(await tab.isChecked('#f-pseudonym'), false);
  });

  test('the private note is not kept here once the server has it', async (t) => {
    const tab = await openTab(t, browser(), server());
    await tab.goto('/report');
    await tab.waitForSelector('#form[data-ready]');
    await tab.fill('#f-station', '西单');
    await tab.locator('label:has(input[name="q.card_issue"][value=no_id])').click();
    await tab.fill('#f-private_note', 'a secret');
    await tab.click('.send .act');
    await tab.waitForSelector('.receipt-page[data-state=sent]');
    await open(tab);
    const [file] = await Promise.all([tab.waitForEvent('download'), tab.click('#export')]);
    assert.doesNotMatch(readFileSync(await file.path(), 'utf8'), /a secret/);
  });
});
