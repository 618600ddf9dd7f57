// Reports from a station without signal: nothing is lost, nothing comes twice, nothing is hidden.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { patience, serverFor, waitFor } from '../e2e/harness.mjs';
import { moderate } from '../e2e/moderators.mjs';
import { barriers, browserFor, openTab, overflow, phone } from './browser.mjs';
import { gateFor } from './gate.mjs';
import { profileFor, startPhone } from './phone.mjs';
import { atEnd } from './teardown.mjs';

const network = /ERR_|Failed to load resource/;

const ready = (tab) => tab.waitForSelector('#form[data-ready]');
const panel = (tab, state) => tab.waitForSelector(`.receipt-page[data-state=${state}]`);
const inMine = (tab, state) => tab.waitForSelector(`#mine li[data-state=${state}]`);
const answer = (tab, question, option) =>
  tab.locator(`label:has(input[name="q.${question}"][value="${option}"])`).click();

async function fillIn(tab, station, note = '') {
  await ready(tab);
  await tab.fill('#f-station', station);
  await answer(tab, 'card_issue', 'id_required');
  await tab.fill('#f-note', note);
}

const send = (tab) => tab.click('.send .act');

/** Presses "try now", unless the queue's own next try is quicker, and waits for the receipt. */
async function tryNow(tab, state = panel) {
  tab.click('button:has-text("现在就试")').catch(() => {});
  await state(tab, 'sent');
}

/** What has arrived of one station. */
async function arrived(server, station) {
  const { stdout, stderr } = await moderate(server, ['--json', 'queue', '--station', station]);
  assert.equal(stderr, '');
  return JSON.parse(stdout).reports;
}

/** A tab whose service worker has the page ready for no network. */
async function openReady(t, browser, gate, options) {
  const tab = await openTab(t, browser, gate, { size: phone, expected: network, ...options });
  await tab.goto('/report');
  await tab.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  return tab;
}

describe('reports wait for a network and arrive once', () => {
  const server = serverFor({ before, after });
  const browser = browserFor({ before, after });

  test('a report filled without network, the browser killed and opened again: it arrives once', async (t) => {
    const gate = await gateFor(t, server());
    const profile = profileFor(t);
    const first = await startPhone(t, profile);
    await first.tab.goto(`${gate.url}/report`);
    await first.tab.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    gate.turn('shut');
    await first.tab.goto(`${gate.url}/report`);
    await fillIn(first.tab, 'bjxz', 'offline');
    await send(first.tab);
    await panel(first.tab, 'waiting');
    await first.kill();
    assert.equal((await arrived(server(), 'beijingxizhan')).length, 0);

    const second = await startPhone(t, profile);
    await second.tab.goto(`${gate.url}/mine`);
    await inMine(second.tab, 'waiting');
    gate.turn('open');
    await tryNow(second.tab, inMine);
    const reports = await arrived(server(), 'beijingxizhan');
    assert.equal(reports.length, 1);
    assert.equal(reports[0].note, 'offline');
    assert.equal(gate.posts, 1);
    await second.kill();
  });

  test('the answer is lost after the commit: still one, and its receipt comes', async (t) => {
    const gate = await gateFor(t, server());
    const tab = await openReady(t, browser(), gate);
    gate.turn('cut');
    await fillIn(tab, '国贸', 'cut');
    await send(tab);
    await waitFor(() => gate.cuts > 0, 'a cut answer');
    await tab.waitForSelector('text=暂时连不上服务器');
    assert.equal((await arrived(server(), 'guomao')).length, 1, 'it is there, and the phone does not know');
    gate.turn('open');
    await tryNow(tab);
    assert.match(await tab.innerText('.secret'), /^[\w-]{43}$/);
    assert.equal((await arrived(server(), 'guomao')).length, 1);
    assert.ok(gate.posts > 1);
  });

  test('a report edited after its answer was lost is replaced, not doubled', async (t) => {
    const gate = await gateFor(t, server());
    const tab = await openReady(t, browser(), gate);
    gate.turn('cut');
    await fillIn(tab, '劲松', 'before');
    await send(tab);
    await tab.waitForSelector('text=暂时连不上服务器');
    await tab.click('.receipt-page button:has-text("修改")');
    await tab.fill('#f-note', 'after');
    await send(tab);
    await panel(tab, 'waiting');
    gate.turn('open');
    await tryNow(tab);
    const reports = await arrived(server(), 'jinsong');
    assert.deepEqual(reports.map(({ note }) => note), ['after']);
  });

  test('the answer of a Wi-Fi login is no receipt', async (t) => {
    const gate = await gateFor(t, server());
    const tab = await openReady(t, browser(), gate);
    await fillIn(tab, '巴沟');
    gate.turn('login');
    await send(tab);
    await tab.waitForSelector('text=不是本站服务器给的');
    assert.equal((await arrived(server(), 'bagou')).length, 0);
    gate.turn('open');
    await tryNow(tab);
    assert.equal((await arrived(server(), 'bagou')).length, 1);
  });

  test('a refused report shows its reason beside the field, is mended and sent under the same number', async (t) => {
    const tab = await openTab(t, browser(), server(), { expected: /422/ });
    await tab.clock.setFixedTime(Date.now() + 3 * 86_400_000); // a phone whose clock is wrong
    await tab.goto('/report');
    await fillIn(tab, '五道口');
    const id = await tab.inputValue('[name=id]');
    await send(tab);
    assert.match(await tab.innerText('#e-visited'), /还没到/);
    assert.equal(await tab.evaluate(() => document.activeElement?.id), 'alert');
    assert.deepEqual(await barriers(tab), []);
    await tab.check('#when-about');
    await tab.fill('[name=about]', '2026');
    await send(tab);
    await panel(tab, 'sent');
    assert.deepEqual((await arrived(server(), 'wudaokou')).map((each) => each.id), [id]);
  });

  test('a refused report waits in the list until it is mended or thrown away', async (t) => {
    const tab = await openTab(t, browser(), server(), { expected: /422/ });
    await tab.clock.setFixedTime(Date.now() + 3 * 86_400_000);
    await tab.goto('/report');
    await fillIn(tab, '雍和宫');
    await send(tab);
    await tab.waitForSelector('#e-visited');
    await tab.goto('/mine');
    await inMine(tab, 'refused');
    assert.equal(await tab.innerText('#mine .fault'), '走访时间 — 这个时间还没到');
    assert.equal(await tab.innerText('#mine .act'), '修改', 'mending is the main way on');
    assert.deepEqual(await barriers(tab), []);
    await tab.goto('/mine?lang=en');
    await inMine(tab, 'refused');
    assert.equal(await tab.innerText('#mine .fault'), 'Visited — This time is still to come');
    assert.equal(await tab.innerText('#mine .act'), 'Edit');
    await tab.goto('/mine');
    await inMine(tab, 'refused');
    await tab.click('#mine button:has-text("不发了")');
    await tab.click('#mine button:has-text("删掉")');
    await tab.waitForSelector('text=还没有发过报告');
  });

  test('every fault of a refused report is told with its place and its figures', async (t) => {
    const tab = await openTab(t, browser(), server());
    await tab.goto('/mine');
    const told = await tab.evaluate(async () => {
      const { refusalList } = await import('/assets/faults.js');
      const { survey } = await import('/assets/catalogue.js');
      const faults = [['/visited', 'too_early'], ['/note', 'too_long'], ['/answers/card_issue', 'unknown_option']];
      const refusal = { status: 422, errors: faults.map(([pointer, code]) => ({ pointer, code })), detail: '' };
      const report = { id: '', station: 'bagou', visited: '2021', answers: {}, note: '𠮷'.repeat(2001) };
      const list = refusalList(refusal, report, await survey(), '2022');
      return [...list.children].map(({ textContent }) => textContent);
    });
    assert.match(told[0], /^走访时间 — .*2022年/);
    assert.match(told[1], /^公开备注 — .*现在2001字/);
    assert.match(told[2], /^.*办.*卡.* — 没有这个选项$/);
  });

  test('two tabs and the network back in both: sent once', async (t) => {
    const gate = await gateFor(t, server());
    const tab = await openReady(t, browser(), gate);
    gate.turn('shut');
    await fillIn(tab, '西直门');
    await send(tab);
    await tab.waitForSelector('text=暂时连不上服务器');
    const other = await tab.context().newPage();
    await other.goto('/mine');
    await inMine(other, 'waiting');
    gate.turn('open');
    const online = () => dispatchEvent(new Event('online'));
    await Promise.all([tab.evaluate(online), other.evaluate(online)]);
    await Promise.all([panel(tab, 'sent'), inMine(other, 'sent')]);
    assert.equal(gate.posts, 1, 'asked once only');
    assert.equal((await arrived(server(), 'xizhimen')).length, 1);
  });

  test('two tabs, a clock that is years off, and the database deleted beneath them: the next report is kept and sent', async (t) => {
    const gate = await gateFor(t, server());
    const tab = await openReady(t, browser(), gate, { expected: /ERR_|Failed to load resource|422/ });
    gate.turn('shut');
    await fillIn(tab, '海淀黄庄', 'lost');
    await send(tab);
    await panel(tab, 'waiting');
    const other = await tab.context().newPage();
    await other.clock.setFixedTime(new Date('2019-01-01T00:00:00Z'));
    await other.goto('/report');
    await ready(other);
    const deleted = await other.evaluate(() => new Promise((resolve) => {
      const request = indexedDB.deleteDatabase('zhanji');
      request.onsuccess = () => resolve('deleted');
      request.onblocked = () => resolve('blocked');
    }));
    assert.equal(deleted, 'deleted', 'no tab holds on to it');
    await fillIn(other, '海淀黄庄', 'kept');
    await send(other);
    await panel(other, 'waiting');
    await tab.goto('/report');
    await fillIn(tab, '海淀黄庄', 'also kept');
    await send(tab);
    await panel(tab, 'waiting');
    gate.turn('open');
    const online = () => dispatchEvent(new Event('online'));
    await Promise.all([tab.evaluate(online), other.evaluate(online)]);
    await Promise.all([panel(tab, 'sent'), panel(other, 'sent')]);
    const notes = (await arrived(server(), 'haidianhuangzhuang')).map(({ note }) => note);
    assert.deepEqual(notes.toSorted(), ['also kept', 'kept']);
    assert.equal(gate.posts, 2);
  });

  test('without room in the browser it says so, keeps what was typed and can send directly', async (t) => {
    const tab = await openTab(t, browser(), server());
    await tab.addInitScript(() => {
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (...values) {
        if (this.name === 'reports') throw new DOMException('full', 'QuotaExceededError');
        return put.apply(this, values);
      };
    });
    await tab.goto('/report');
    await fillIn(tab, '望京', 'typed');
    await send(tab);
    assert.match(await tab.innerText('#alert'), /存储空间满了.*没有存下，也没有发送/s);
    assert.equal(await tab.inputValue('#f-note'), 'typed');
    await tab.click('text=不经保存，直接发送');
    await tab.waitForSelector('h1:has-text("收到了")');
    assert.equal((await arrived(server(), 'wangjing')).length, 1);
  });

  test('without room for the receipt it says so, goes on waiting and doubles nothing', async (t) => {
    const gate = await gateFor(t, server());
    const tab = await openTab(t, browser(), gate, { expected: network });
    await tab.addInitScript(() => {
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (...values) {
        if (values[0]?.receipt && !sessionStorage.getItem('room')) throw new DOMException('full', 'QuotaExceededError');
        return put.apply(this, values);
      };
      Object.defineProperty(navigator, 'serviceWorker', { value: undefined });
    });
    await tab.goto('/report');
    await fillIn(tab, '西二旗');
    await send(tab);
    await tab.waitForSelector('#stuck');
    assert.equal((await arrived(server(), 'xierqi')).length, 1);
    await tab.evaluate(() => sessionStorage.setItem('room', 'yes'));
    await tryNow(tab);
    assert.equal((await arrived(server(), 'xierqi')).length, 1);
    assert.match(await tab.innerText('.secret'), /^[\w-]{43}$/);
  });

  test('a second press while the first is under way sends nothing twice', async (t) => {
    const gate = await gateFor(t, server());
    const tab = await openReady(t, browser(), gate);
    await fillIn(tab, '东直门');
    await tab.evaluate(() => {
      const form = document.querySelector('#form');
      form.requestSubmit();
      form.requestSubmit();
    });
    await panel(tab, 'sent');
    assert.equal((await arrived(server(), 'dongzhimen')).length, 1);
  });

  test("in WeChat's browser it asks to be opened elsewhere", async (t) => {
    const context = await browser().newContext({ baseURL: server().url, userAgent: 'Mozilla/5.0 MicroMessenger/8.0' });
    context.setDefaultTimeout(patience);
    atEnd(t, () => context.close());
    const tab = await context.newPage();
    await tab.goto('/report?lang=zh');
    assert.match(await tab.locator('#wechat').innerText(), /请点右上角···，在浏览器打开/);
  });

  test('other pages say that there is no network, and what works without', async (t) => {
    const gate = await gateFor(t, server());
    const tab = await openReady(t, browser(), gate);
    gate.turn('shut');
    await tab.goto('/about?lang=zh');
    assert.match(await tab.innerText('h1'), /没有网络/);
    await tab.click('text=再报告一次');
    await ready(tab);
  });

  test('switching the language takes along what was typed, without network too', async (t) => {
    const gate = await gateFor(t, server());
    const tab = await openReady(t, browser(), gate);
    await ready(tab);
    gate.turn('shut');
    await fillIn(tab, '管庄', 'typed');
    await tab.click('.form-switch button');
    await tab.waitForSelector('html[lang=en] #form[data-ready]');
    assert.equal(await tab.inputValue('#f-station'), '管庄', 'the English name has two stations');
    assert.equal(await tab.inputValue('#f-note'), 'typed');
    assert.ok(await tab.isChecked('[name="q.card_issue"][value=id_required]'));
  });

  for (const language of ['zh', 'en'])
    for (const scheme of ['light', 'dark'])
      test(`a waiting and a sent report are there for everyone: ${language}, ${scheme}`, async (t) => {
        const gate = await gateFor(t, server());
        const tab = await openReady(t, browser(), gate, { language, scheme, size: { width: 320, height: 640 } });
        await fillIn(tab, '天通苑');
        gate.turn('shut');
        await send(tab);
        await panel(tab, 'waiting');
        await tab.waitForSelector('#evict');
        assert.deepEqual(await barriers(tab), [], 'waiting');
        assert.equal(await overflow(tab), 0, 'waiting');
        gate.turn('open');
        await tab.locator('.receipt-page button').first().click();
        await panel(tab, 'sent');
        assert.deepEqual(await barriers(tab), [], 'sent');
        assert.equal(await overflow(tab), 0, 'sent');
        await tab.goto('/mine');
        await inMine(tab, 'sent');
        assert.deepEqual(await barriers(tab), [], 'mine');
        assert.equal(await overflow(tab), 0, 'mine');
      });
});
