import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import http from 'node:http';
import { test } from 'node:test';

import { report, startServer, waitFor } from './harness.mjs';
import { addModerator, moderate } from './moderators.mjs';

const reports = '/api/v1/reports';

const post = (server, json, options) => server.request(reports, { method: 'POST', json, ...options });

/** Posts on several connections until `each` says stop or the connection is cut; sent → reply. */
async function stream(server, connections, each) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const replies = new Map();
  async function one() {
    for (;;) {
      const sent = report();
      const reply = await post(server, sent, { agent }).catch(() => null);
      if (!reply) return;
      replies.set(sent, reply);
      if (each(reply, replies)) return;
    }
  }
  await Promise.all(Array.from({ length: connections }, one));
  agent.destroy();
  return replies;
}

async function assertKept(server, replies) {
  for (const [sent, reply] of replies) {
    if (reply.status !== 201) continue;
    const again = await post(server, sent);
    assert.equal(again.status, 200, `acknowledged, then lost: ${sent.id}`);
    assert.deepEqual(again.json, reply.json);
  }
}

test('SIGTERM under load ends with 0, and what was acknowledged is there', async (t) => {
  const server = await startServer(t);
  let ended;
  const replies = await stream(server, 16, (reply, all) => {
    if (all.size === 400) ended = server.stop();
    return false;
  });
  assert.equal((await ended).code, 0);
  for (const { status } of replies.values()) assert.ok(status === 201 || status === 503, `${status}`);
  await server.start();
  await assertKept(server, replies);
});

test('a disk that is full is answered with 503, and nothing that was acknowledged is lost', async (t) => {
  const fresh = await startServer(t);
  const room = statSync(`${fresh.db}-wal`).size + 600_000;
  const server = await startServer(t, { wrapper: ['prlimit', `--fsize=${room}`] });
  const refused = [];
  const replies = await stream(server, 4, (reply) => {
    if (reply.status === 201) return false;
    refused.push(reply);
    return true;
  });
  assert.equal(refused.length, 4, 'the disk became full');
  assert.ok(replies.size > 100);
  for (const reply of refused) {
    assert.equal(reply.status, 503);
    assert.match(reply.headers['retry-after'], /^\d+$/);
    assert.equal(reply.headers['content-type'], 'application/problem+json');
  }
  assert.equal((await server.request('/api/v1/stations/bagou')).status, 200, 'reading goes on');
  await server.kill();
  server.wrapper = [];
  await server.start();
  await assertKept(server, replies);
});

test('the tracking secret is told until the report is decided, then to its pseudonym alone', async (t) => {
  const server = await startServer(t);
  const person = await addModerator(server, 'Somebody');
  const plain = report({ id: '11111111-1111-4111-8111-111111111111' });
  const named = report({ id: '22222222-2222-4222-8222-222222222222', reporter: 'n'.repeat(22) });
  const first = {};
  for (const sent of [plain, named]) first[sent.id] = (await post(server, sent)).json;
  const decide = async (...args) => {
    const { code, stderr } = await moderate(server, ['--key', person.file, ...args]);
    assert.equal(code, 0, stderr);
  };
  const told = async () => {
    const again = {};
    for (const sent of [plain, named]) again[sent.id] = (await post(server, sent)).json;
    return again;
  };
  await decide('approve', plain.id, named.id);
  const { tracking, ...rest } = first[plain.id];
  assert.ok(tracking);
  let again = await told();
  assert.deepEqual(again[plain.id], { ...rest, status: 'approved' });
  assert.deepEqual(again[named.id], { ...first[named.id], status: 'approved' });
  await decide('revert', plain.id, named.id);
  again = await told();
  assert.deepEqual(again[plain.id], rest, 'it was public once');
  assert.deepEqual(again[named.id], first[named.id]);
});

test('an amendment of a published report waits, while the published one stands', async (t) => {
  const server = await startServer(t);
  const person = await addModerator(server, 'Somebody');
  const sent = report({ note: 'first' });
  const { tracking } = (await post(server, sent)).json;
  const at = `${reports}/${sent.id}`;
  await moderate(server, ['--key', person.file, 'approve', sent.id]);
  assert.equal((await server.request(at)).json.note, 'first');
  const put = await server.request(at, { method: 'PUT', bearer: tracking, json: { ...sent, note: 'second' } });
  assert.equal(put.json.status, 'pending');
  assert.equal(put.json.version, 2);
  const standing = (await server.request(at)).json;
  assert.deepEqual([standing.note, standing.version], ['first', 1]);
  assert.equal((await server.request(at, { bearer: tracking })).json.note, 'second');
  const { code, stderr } = await moderate(server, ['--key', person.file, 'approve', sent.id, '--hide-note']);
  assert.equal(code, 0, stderr);
  const published = (await server.request(at)).json;
  assert.deepEqual([published.note, published.version], [null, 2]);
  const gone = await server.request(at, { method: 'DELETE', bearer: tracking });
  assert.equal(gone.status, 200);
  assert.equal((await server.request(at)).status, 404);
});

test('a batch counts each of its lines against the rate', async (t) => {
  const server = await startServer(t, { args: ['--trust-proxy', 'X-Forwarded-For', '--rate', '2'] });
  const from = (address) => ({ 'x-forwarded-for': address });
  const batch = (count, address) =>
    server.request(`${reports}/batch`, {
      method: 'POST',
      body: Array.from({ length: count }, () => JSON.stringify(report())).join('\n'),
      headers: { 'content-type': 'application/x-ndjson', ...from(address) },
    });
  assert.equal((await batch(20, '192.0.2.1')).status, 200);
  const refused = await batch(1, '192.0.2.1');
  assert.equal(refused.status, 429);
  assert.match(refused.headers['retry-after'], /^\d+$/);
  assert.equal((await post(server, report(), { headers: from('192.0.2.1') })).status, 429);
  assert.equal((await batch(21, '198.51.100.1')).status, 429, 'all or none');
  assert.equal((await batch(19, '198.51.100.1')).status, 200);
  await waitFor(async () => (await server.request('/api/v1/summary')).json.pending === 39, '39 reports');
});
