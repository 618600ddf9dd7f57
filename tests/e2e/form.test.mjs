import assert from 'node:assert/strict';
import { before, after, describe, test } from 'node:test';

import { serverFor } from './harness.mjs';

const hidden = (html, name) => new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(html)?.[1];
const tracking = (html) => /name="tracking"[^>]*value="([A-Za-z0-9_-]{43})"/.exec(html)?.[1];

describe('the form at /report', () => {
  const server = serverFor({ before, after });
  const post = (form, options) => server().request('/report', { method: 'POST', form, ...options });
  const mine = (form) => server().request('/mine', { method: 'POST', form });

  async function filled(fields = {}) {
    const page = await server().request('/report');
    assert.equal(page.status, 200);
    return {
      id: hidden(page.text, 'id'), station: '巴沟', when: 'day', day: '2023-12-20',
      'q.ticket_machine': 'payment', ...fields,
    };
  }

  test('it is html with an id of its own each time', async () => {
    const pages = await Promise.all([1, 2].map(() => server().request('/report')));
    for (const page of pages) assert.match(page.headers['content-type'], /^text\/html/);
    assert.match(hidden(pages[0].text, 'id'), /^[0-9a-f-]{36}$/);
    assert.notEqual(hidden(pages[0].text, 'id'), hidden(pages[1].text, 'id'));
  });

  test('sending it ends on a receipt with the tracking secret, in no address', async () => {
    const form = await filled({ note: '<b>"quoted" & safe</b>' });
    const receipt = await post(form);
    assert.equal(receipt.status, 201);
    assert.equal(receipt.headers.location, undefined);
    assert.equal(receipt.headers['cache-control'], 'no-store');
    assert.ok(receipt.text.includes(form.id));
    const secret = tracking(receipt.text);
    assert.ok(secret, 'the receipt holds the secret');
    assert.ok(!/(href|action)="[^"]*[A-Za-z0-9_-]{43}/.test(receipt.text));
    const own = await server().request(`/api/v1/reports/${form.id}`, { bearer: secret });
    assert.equal(own.json.status, 'pending');
    assert.equal(own.json.station, 'bagou');
    assert.equal(own.json.visited, '2023-12-20');
    assert.equal(own.json.note, '<b>"quoted" & safe</b>');
    assert.deepEqual(own.json.answers, { ticket_machine: 'payment' });
  });

  test('a double click sends once', async () => {
    const form = await filled();
    const replies = await Promise.all([post(form), post(form)]);
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 201]);
    assert.equal(tracking(replies[0].text), tracking(replies[1].text));
  });

  test('another site cannot have a visitor send a report unseen', async () => {
    const form = await filled({ note: 'from elsewhere' });
    const foreign = await post(form, { headers: { 'sec-fetch-site': 'cross-site', 'accept-language': 'en' } });
    assert.equal(foreign.status, 403);
    assert.match(foreign.text, /Another site sent this report/);
    assert.match(foreign.text, /from elsewhere/);
    assert.equal((await post(form, { headers: { 'sec-fetch-site': 'same-origin' } })).status, 201);
  });

  test('faults stand in the page with all that was typed, and mending them is enough', async () => {
    const typed = await filled({
      station: 'no such <place>', day: '2024-02-30', note: 'kept & shown', private_note: 'kept too',
    });
    const page = await post(typed);
    assert.equal(page.status, 422);
    for (const kept of ['no such &lt;place&gt;', '2024-02-30', 'kept &amp; shown', 'kept too', typed.id]) {
      assert.ok(page.text.includes(kept), kept);
    }
    assert.ok(/value="payment"[^>]*checked/.test(page.text), 'the choice is kept');
    const mended = await post({ ...typed, station: '巴沟', day: '2024-02-29' });
    assert.equal(mended.status, 201);
  });

  test('a name that fits several stations offers them', async () => {
    const page = await post(await filled({ station: 'guanzhuang' }));
    assert.equal(page.status, 422);
    assert.ok(page.text.includes('guanzhuang-l1') && page.text.includes('guanzhuang-l15'));
  });

  test('an id that is taken by another report is refused with all that was typed', async () => {
    const form = await filled();
    assert.equal((await post(form)).status, 201);
    const page = await post({ ...form, note: 'something else' });
    assert.equal(page.status, 409);
    assert.ok(page.text.includes('something else'));
  });

  test('the reporter finds the report at /mine, and withdraws it when sure', async () => {
    const form = await filled({ note: 'MY NOTE' });
    const secret = tracking((await post(form)).text);
    const own = { id: form.id, tracking: ` ${secret}\r\n` };
    const shown = await mine({ ...own, act: 'show' });
    assert.equal(shown.status, 200);
    assert.ok(shown.text.includes('MY NOTE'));
    const asked = await mine({ ...own, act: 'withdraw' });
    assert.equal(asked.status, 200);
    const at = `/api/v1/reports/${form.id}`;
    assert.equal((await server().request(at, { bearer: secret })).json.status, 'pending');
    await mine({ ...own, act: 'withdraw', sure: 'yes' });
    assert.equal((await server().request(at, { bearer: secret })).json.status, 'withdrawn');
    const after = await mine({ ...own, act: 'show' });
    assert.equal(after.status, 200);
    assert.ok(!after.text.includes('MY NOTE'));
  });

  test('/mine tells nothing without the secret', async () => {
    const form = await filled();
    await post(form);
    for (const secret of ['', 'A'.repeat(43)]) {
      const page = await mine({ id: form.id, tracking: secret, act: 'show' });
      assert.equal(page.status, 404);
    }
    assert.equal((await server().request('/mine')).status, 200);
  });
});
