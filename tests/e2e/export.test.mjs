// An export is of one moment, however long it takes to read, and has a validator.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';

import { report, startServer, waitFor } from './harness.mjs';
import { addModerator, moderate } from './moderators.mjs';

const exported = '/api/v1/export/reports.ndjson';

async function sendAll(server, reports) {
  const reply = await server.request('/api/v1/reports/batch', {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: reports.map((one) => JSON.stringify(one)).join('\n'),
  });
  return reply.text.trimEnd().split('\n').map((line) => JSON.parse(line));
}

/** Begins to read and stops at once; the result goes on to the end. */
function readSlowly(server, where) {
  return new Promise((resolve, reject) => {
    http.get(`${server.url}${where}`, { agent: false }, (response) => {
      response.pause();
      const rest = async () => {
        const parts = [];
        for await (const part of response) parts.push(part);
        return Buffer.concat(parts).toString();
      };
      resolve({ etag: response.headers.etag, rest });
    }).on('error', reject);
  });
}

test('what is decided while an export is read is not in it', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const note = '这里的窗口说可以。'.repeat(120);
  const receipts = [];
  for (let i = 0; i < 4; i += 1)
    receipts.push(...(await sendAll(server, Array.from({ length: 2000 }, () => report({ note })))));
  const decide = async (act, some) => {
    const ids = some.map(({ id }) => id);
    const done = await moderate(server, ['--key', lin.file, act, ...ids]);
    assert.equal(done.code, 0, done.stderr.slice(0, 500));
  };
  await decide('approve', receipts.slice(0, 6000));
  await waitFor(async () => (await server.request('/api/v1/stations/beijingxizhan')).json.reports === 6002, 'the reports');
  // A fit that so many reports set off may be published between the two.
  const [before, rest] = await waitFor(async () => {
    const whole = await server.request(exported);
    const slow = await readSlowly(server, exported);
    if (slow.etag === whole.headers.etag) return [whole, slow.rest];
    return void (await slow.rest());
  }, 'the same export twice');
  await decide('approve', receipts.slice(6000));
  await decide('revert', receipts.slice(0, 6000).filter((_, i) => i % 50 === 0));
  for (const { id, tracking } of receipts.slice(0, 6000).filter((_, i) => i % 50 === 1).slice(0, 20)) {
    assert.equal((await server.request(`/api/v1/reports/${id}`, { method: 'DELETE', bearer: tracking })).status, 200);
  }
  const text = await rest();
  assert.equal(text.length, before.text.length);
  assert.ok(text === before.text, 'the same bytes');

  const after = await server.request(exported);
  assert.notEqual(after.headers.etag, before.headers.etag);
  assert.equal(after.text.trimEnd().split('\n').length, 1 + 13 + 8000 - 120 - 20);
});

test('an export that has not changed is not sent again', async (t) => {
  const server = await startServer(t);
  for (const where of [exported, '/api/v1/export/reports.csv']) {
    const whole = await server.request(where);
    assert.equal(whole.headers['cache-control'], 'no-cache');
    const zipped = await server.request(where, { headers: { 'accept-encoding': 'gzip' } });
    assert.notEqual(zipped.headers.etag, whole.headers.etag);
    const head = await server.request(where, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.etag, head.text], [200, whole.headers.etag, '']);
    for (const etag of [whole.headers.etag, `W/${zipped.headers.etag}`])
      for (const coding of ['identity', 'gzip']) {
        const again = await server.request(where, { headers: { 'if-none-match': etag, 'accept-encoding': coding } });
        assert.deepEqual([again.status, again.text], [304, ''], `${where} ${etag} ${coding}`);
        assert.equal(again.headers['access-control-allow-origin'], '*');
      }
  }
});
