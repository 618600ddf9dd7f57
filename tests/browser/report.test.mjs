// A person reports a visit in the browser, with and without JavaScript, and reads the result.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { report, serverFor, waitFor } from '../e2e/harness.mjs';
import { moderate } from '../e2e/moderators.mjs';
import { addModerator, barriers, browserFor, openTab, phone, publish } from './browser.mjs';

const hostile = [
  '<script>document.title = "taken"</script><img src=x onerror="document.title=1">',
  'a'.repeat(300),
  `z${'\u0301\u0302\u0303\u0316\u0317'.repeat(60)}`,
  'العربية שלום',
  '😀'.repeat(2000),
];

describe('reporting a visit', () => {
  const server = serverFor({ before, after });
  const browser = browserFor({ before, after });
  let moderator;
  before(async () => {
    moderator = await addModerator(server(), 'lin');
  });

  const choose = (tab, question, text) =>
    tab.locator(`fieldset:has(input[name="q.${question}"]) label`, { hasText: text }).first().click();
  const ready = (tab) => tab.waitForSelector('#form[data-ready]');
  const title = (tab, text) => tab.waitForSelector(`h1:has-text("${text}")`);
  const fact = (tab, label) => tab.locator('.receipt div', { hasText: label }).locator('dd').innerText();

  for (const script of [true, false])
    test(`from the form to the station's page, ${script ? 'with' : 'without'} JavaScript`, async (t) => {
      const tab = await openTab(t, browser(), server(), { script, size: phone });
      await tab.goto('/stations/jinsong');
      await tab.click('text=报告一次在这里的走访');
      if (script) await ready(tab);
      assert.equal(await tab.inputValue('[name=station]'), '劲松');
      await choose(tab, 'card_issue', '不要');
      await choose(tab, 'card_condition', '全新');
      await tab.fill('[name=note]', '三号窗口\n<b>第二行</b>');
      await tab.click('.send button');
      await title(tab, '收到了');
      assert.match(await tab.innerText('.state'), /待审核/);
      const id = await fact(tab, '报告编号');
      assert.match(await fact(tab, '查询码'), /^[A-Za-z0-9_-]{43}$/);
      if (script) assert.deepEqual(await barriers(tab), []); // axe-core is a script itself
      await tab.click('.receipt-page .own >> text=我的报告');
      assert.match(await tab.innerText('.state'), /待审核/);

      const counted = async () => (await server().request('/api/v1/stations/jinsong')).json.reports;
      const before = await counted();
      const done = await moderate(server(), ['--key', moderator.file, 'approve', id]);
      assert.equal(done.code, 0, done.stderr);
      await waitFor(async () => (await counted()) === before + 1, 'the report counted');
      await tab.goto('/stations/jinsong');
      assert.ok((await tab.innerText('.basis')).includes(`${before + 1}份报告`));
      const shown = tab.locator(`#report-${id}`);
      assert.equal(await shown.locator('blockquote').innerText(), '三号窗口\n<b>第二行</b>');
      assert.match(await shown.innerText(), /亲自试过/);
    });

  test('what is wrong is said beside the field, and nothing typed is lost', async (t) => {
    const tab = await openTab(t, browser(), server());
    await tab.goto('/report?lang=en');
    await ready(tab);
    const id = await tab.inputValue('[name=id]');
    await tab.fill('[name=station]', 'Atlantis');
    await tab.check('#when-about');
    await tab.fill('[name=about]', '2023-13');
    await choose(tab, 'ticket_machine', 'Straight to payment');
    await tab.check('[name=basis][value=saw]');
    await tab.fill('[name=note]', '"quoted" & <kept>');
    await tab.fill('[name=private_note]', 'kept too');
    await tab.click('.send button');
    assert.match(await tab.innerText('#e-station'), /No such station/);
    assert.match(await tab.innerText('#e-visited'), /Not a date/);
    assert.equal(await tab.evaluate(() => document.activeElement?.id), 'alert', 'the summary has the focus');
    assert.equal(await tab.inputValue('[name=id]'), id, 'the same report');
    assert.equal(await tab.inputValue('[name=about]'), '2023-13');
    assert.ok(await tab.isChecked('[name="q.ticket_machine"][value=payment]'));
    assert.ok(await tab.isChecked('[name=basis][value=saw]'));
    assert.equal(await tab.inputValue('[name=note]'), '"quoted" & <kept>');
    assert.equal(await tab.inputValue('[name=private_note]'), 'kept too');
    assert.deepEqual(await barriers(tab), []);

    await tab.fill('[name=station]', 'Guomao');
    await tab.fill('[name=about]', '2023-12');
    await tab.click('.send button');
    await title(tab, 'Received');
    assert.equal(await fact(tab, 'Visited'), '2023-12');
  });

  test('a name that two stations share is asked back, one tap answers', async (t) => {
    const tab = await openTab(t, browser(), server());
    await tab.goto('/report');
    await ready(tab);
    await tab.fill('[name=station]', 'guanzhuang');
    await choose(tab, 'card_topup', '要');
    await tab.click('.send button');
    assert.equal(await tab.locator('.pick').count(), 2);
    await tab.click('.pick:has-text("关庄")');
    await title(tab, '收到了');
    assert.equal(await fact(tab, '车站'), '关庄');
  });

  test('switching the language keeps what was typed', async (t) => {
    const tab = await openTab(t, browser(), server(), { script: false });
    await tab.goto('/report');
    await tab.fill('[name=station]', '西站');
    await choose(tab, 'window_ticket', '不要');
    await tab.fill('[name=note]', 'typed');
    await tab.click('.form-switch button');
    assert.equal(await tab.getAttribute('html', 'lang'), 'en');
    assert.equal(await tab.inputValue('[name=station]'), '西站');
    assert.equal(await tab.inputValue('[name=note]'), 'typed');
    assert.ok(await tab.isChecked('[name="q.window_ticket"][value=no_id]'));
  });

  test('Enter in a field sends, and does not switch the language', async (t) => {
    const tab = await openTab(t, browser(), server());
    await tab.goto('/report');
    await ready(tab);
    await choose(tab, 'card_issue', '要');
    await tab.fill('[name=station]', '国贸');
    await tab.press('[name=station]', 'Enter');
    await title(tab, '收到了');
  });

  test('a whole report by keyboard alone', async (t) => {
    const tab = await openTab(t, browser(), server());
    const until = async (name) => {
      for (let i = 0; i < 80; i += 1) {
        if ((await tab.evaluate(() => document.activeElement?.getAttribute('name'))) === name) return;
        await tab.keyboard.press('Tab');
      }
      assert.fail(`${name} is not reached by Tab`);
    };
    await tab.goto('/report');
    await ready(tab);
    await until('station');
    await tab.keyboard.type('国贸');
    await tab.keyboard.press('Escape');
    await until('q.card_issue');
    await tab.keyboard.press('ArrowDown'); // on from "not seen", the last: the first answer
    await until('private_note');
    await tab.keyboard.press('Tab'); // the pseudonym
    await tab.keyboard.press('Tab');
    await tab.keyboard.press('Enter');
    await title(tab, '收到了');
  });

  test('the reporter withdraws, after being asked once more', async (t) => {
    const tab = await openTab(t, browser(), server());
    await tab.goto('/report?station=bagou');
    await ready(tab);
    await choose(tab, 'card_issue', '要');
    await tab.click('.send button');
    await title(tab, '收到了');
    const [id, secret] = [await fact(tab, '报告编号'), await fact(tab, '查询码')];
    await tab.goto('/mine');
    await tab.fill('[name=id]', id);
    await tab.fill('[name=tracking]', secret);
    await tab.click('button:text("查询")');
    await tab.click('text=撤回这份报告');
    await tab.click('text=确定撤回');
    assert.match(await tab.innerText('.state'), /已撤回/);
    assert.equal(await tab.locator('dl').count(), 0, 'what it said is gone');
    assert.ok(!tab.url().includes(secret), 'the secret is in no address');
  });

  test('hostile notes are shown as text and stay in their place', async (t) => {
    await publish(
      server(),
      moderator,
      hostile.map((note, i) => report({ station: 'wudaokou', visited: `2025-0${i + 1}-11`, note })),
    );
    const tab = await openTab(t, browser(), server(), { size: phone });
    await tab.goto('/stations/wudaokou');
    const notes = await tab.locator('.reports blockquote').allInnerTexts();
    assert.deepEqual(notes.toSorted(), hostile.toSorted());
    assert.match(await tab.title(), /五道口/);
    const widths = await tab.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.equal(widths[0], widths[1]);
  });
});
