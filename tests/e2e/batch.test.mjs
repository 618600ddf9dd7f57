import assert from 'node:assert/strict';
import { before, after, describe, test } from 'node:test';

import { report, serverFor, waitFor } from './harness.mjs';

const path = '/api/v1/reports/batch';

describe('POST /api/v1/reports/batch', () => {
  const server = serverFor({ before, after });

  function post(body) {
    return server().request(path, {
      method: 'POST', body, headers: { 'content-type': 'application/x-ndjson' },
    });
  }
  const results = (reply) => reply.text.trimEnd().split('\n').map((line) => JSON.parse(line));
  const pending = async () => (await server().request('/api/v1/summary')).json.pending;

  test('ten thousand reports are created once', async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => JSON.stringify(report({ note: `${i}` })));
    const body = lines.join('\n');
    const before = await pending();
    const first = await post(body);
    assert.equal(first.status, 200);
    assert.equal(first.headers['content-type'], 'application/x-ndjson');
    const created = results(first);
    assert.equal(created.length, 10_000);
    created.forEach((result, i) => {
      assert.equal(result.line, i + 1);
      assert.equal(result.status, 201);
      assert.equal(result.id, JSON.parse(lines[i]).id);
    });
    const again = results(await post(`${body}\n`));
    assert.equal(again.length, 10_000);
    again.forEach((result, i) => assert.deepEqual(result, { ...created[i], status: 200 }));
    await waitFor(async () => (await pending()) === before + 10_000, 'the reports to be counted once');
    const last = created.at(-1);
    const own = await server().request(`/api/v1/reports/${last.id}`, { bearer: last.tracking });
    assert.equal(own.json.note, '9999');
  });

  test('each line has its own answer, in order, blank lines none', async () => {
    const good = report();
    const lines = [
      '', JSON.stringify(good), '{', ' \t\r', JSON.stringify({ ...good, note: 'other' }),
      JSON.stringify(good), '[]', JSON.stringify({ note: 'x'.repeat(17_000) }),
      '{"id":"x","id":"y"}', `${JSON.stringify(report({ id: undefined }))}\r`,
      JSON.stringify(report({ station: 'nowhere', visited: '2023-02-29' })),
    ];
    const answers = results(await post(lines.join('\n')));
    assert.deepEqual(
      answers.map(({ line, status }) => [line, status]),
      [[2, 201], [3, 400], [5, 409], [6, 200], [7, 422], [8, 413], [9, 400], [10, 201], [11, 422]],
    );
    assert.deepEqual(
      answers.at(-1).errors.map(({ pointer, code }) => [pointer, code]),
      [['/station', 'unknown_station'], ['/visited', 'bad_date']],
    );
    assert.equal(answers[6].errors[0].code, 'duplicate_key');
    assert.equal(answers[0].state, 'pending');
    assert.match(answers[0].tracking, /^.{43}$/);
  });

  test('no line at all is an empty answer', async () => {
    for (const body of ['', '\n\n', '  \n']) {
      const reply = await post(body);
      assert.equal(reply.status, 200);
      assert.equal(reply.text, '');
    }
  });

  const tooLarge = {
    'more than 10,000 lines': () => `${JSON.stringify(report())}\n`.repeat(10_001),
    'more than 8 MiB': () => `${JSON.stringify(report({ note: 'x'.repeat(1900) }))}\n`.repeat(4_500),
  };
  for (const [name, make] of Object.entries(tooLarge)) {
    test(`${name} is refused whole`, async () => {
      const body = make();
      const reply = await post(body);
      assert.equal(reply.status, 413);
      const { id } = JSON.parse(body.slice(0, body.indexOf('\n')));
      const once = await server().request('/api/v1/reports', { method: 'POST', json: report({ id }) });
      assert.equal(once.status, 201, 'the id is free: nothing was stored');
    });
  }

  test('other requests are answered while a batch is worked off', async () => {
    const body = Array.from({ length: 10_000 }, () => JSON.stringify(report())).join('\n');
    let running = true;
    const batch = post(body).finally(() => (running = false));
    let served = 0;
    while (running) {
      assert.equal((await server().request('/api/v1/stations/bagou')).status, 200);
      served++;
    }
    assert.equal((await batch).status, 200);
    assert.ok(served > 10, `${served} requests were served meanwhile`);
  });
});
