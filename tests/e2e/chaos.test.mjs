import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';

import { createServer, report, startServer, temporaryFolder, waitFor } from './harness.mjs';
import { addModerator, moderate } from './moderators.mjs';

const kills = Number(process.env.ZHANJI_KILLS ?? 200);
const reports = '/api/v1/reports';
const streams = 8;

// A small generator, so that a failure can be had again (Numerical Recipes' LCG).
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Posts until the server dies; fills acknowledged (id → {sent, receipt}) and unsure (sent). */
async function stream(server, agent, acknowledged, unsure, progress) {
  for (;;) {
    const sent = report({ note: `${acknowledged.size}`, private_note: progress.count % 50 ? undefined : 'p' });
    try {
      const reply = await server.request(reports, { method: 'POST', json: sent, agent });
      assert.equal(reply.status, 201, reply.text);
      acknowledged.set(sent.id, { sent, receipt: reply.json });
      progress.count++;
      progress.check();
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      unsure.push(sent);
      return;
    }
  }
}

/** One life of the server: kills it after `limit` acknowledgements, plus what was under way. */
async function life(server, limit) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: streams });
  const acknowledged = new Map();
  const unsure = [];
  const progress = { count: 0 };
  const reached = new Promise((resolve) => {
    progress.check = () => progress.count >= limit && resolve();
  });
  progress.check();
  const all = Array.from({ length: streams }, () => stream(server, agent, acknowledged, unsure, progress));
  await Promise.race([reached, Promise.all(all)]);
  await server.kill();
  await Promise.all(all);
  agent.destroy();
  return { acknowledged, unsure };
}

/** What was acknowledged is there, once, and its secret works; what was not can be sent again. */
async function verify(server, { acknowledged, unsure }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: streams });
  const checks = [...acknowledged.values()].map(async ({ sent, receipt }) => {
    const again = await server.request(reports, { method: 'POST', json: sent, agent });
    assert.equal(again.status, 200, `acknowledged, then lost: ${sent.id}`);
    assert.deepEqual(again.json, receipt);
    const own = await server.request(`${reports}/${sent.id}`, { bearer: receipt.tracking, agent });
    assert.equal(own.status, 200);
    assert.equal(own.json.content_hash, receipt.content_hash);
  });
  const retries = unsure.map(async (sent) => {
    const { status } = await server.request(reports, { method: 'POST', json: sent, agent });
    assert.ok(status === 200 || status === 201, `${status}`);
  });
  await Promise.all([...checks, ...retries]);
  agent.destroy();
  return acknowledged.size + unsure.length;
}

test(`${kills} times kill −9 loses nothing that was acknowledged and doubles nothing`, async (t) => {
  const server = await startServer(t);
  const random = randomFrom(20231220);
  let stored = 0;
  for (let round = 0; round < kills; round++) {
    const result = await life(server, Math.floor(random() ** 2 * 120));
    await server.start();
    stored += await verify(server, result);
  }
  assert.ok(stored > kills, `${stored} reports were stored`);
  await waitFor(async () => (await server.request('/api/v1/summary')).json.pending === stored,
    `${stored} pending reports`);
});

// What a reporter may change, and how it shows that it was.
const changes = [
  { method: 'DELETE', holds: (own) => own.status === 'withdrawn' },
  { method: 'PUT', note: 'amended', holds: (own) => own.version === 2 && own.note === 'amended' },
];

/** Changes the reports one after the other; true in `done` where the server said so. */
async function change(server, told, { method, note }, done, progress) {
  for (const { sent, receipt } of told) {
    const json = note && { ...sent, note };
    const reply = await server
      .request(`${reports}/${sent.id}`, { method, json, bearer: receipt.tracking })
      .catch(() => undefined);
    if (!reply) return;
    assert.equal(reply.status, 200, reply.text);
    done.add(sent.id);
    progress();
  }
}

/** Approves them all, one command each; the tool may be told of none, some or all. */
async function approve(server, told, person, done, progress) {
  for (const { sent } of told) {
    const { code } = await moderate(server, ['--key', person.file, 'approve', sent.id]);
    if (code !== 0) return;
    done.add(sent.id);
    progress();
  }
}

test('kill −9 undoes no withdrawal, amendment or decision that was acknowledged', async (t) => {
  const server = await startServer(t);
  const person = await addModerator(server, 'Somebody');
  const random = randomFrom(20241001);
  const size = 6;
  for (let round = 0; round < 8; round++) {
    const told = [];
    for (let i = 0; i < 3 * size; i++) {
      const sent = report({ note: 'first' });
      told.push({ sent, receipt: (await server.request(reports, { method: 'POST', json: sent })).json });
    }
    const [withdrawn, amended, approved] = [0, 1, 2].map((n) => told.slice(n * size, (n + 1) * size));
    const done = new Set();
    let limit = Math.floor(random() * told.length);
    const progress = () => limit-- === 0 && server.kill();
    progress();
    await Promise.all([
      change(server, withdrawn, changes[0], done, progress),
      change(server, amended, changes[1], done, progress),
      approve(server, approved, person, done, progress),
    ]);
    await server.kill();
    await server.start();
    const holds = [...withdrawn.map((each) => [each, changes[0].holds]),
      ...amended.map((each) => [each, changes[1].holds]),
      ...approved.map((each) => [each, (own) => own.status === 'approved'])];
    for (const [{ sent, receipt }, check] of holds) {
      const own = await server.request(`${reports}/${sent.id}`, { bearer: receipt.tracking });
      assert.equal(own.status, 200);
      const untouched = own.json.status === 'pending' && own.json.note === 'first';
      assert.ok(check(own.json) || (untouched && !done.has(sent.id)), own.text);
    }
  }
  const checked = await moderate(server, ['check']);
  assert.equal(checked.code, 0, checked.stderr);
});

const stages = ['zhanji.db', 'zhanji.db-wal', 'zhanji.db.state', 'zhanji.db.state/pseudonym.key',
  'zhanji.db.state/box.key', 'zhanji.sock'];
for (const stage of stages) {
  test(`killed on its first start when ${stage} is there, it starts whole the next time`, async (t) => {
    const server = createServer(temporaryFolder(t));
    const started = server.start().catch(() => {});
    await waitFor(() => existsSync(path.join(server.folder, stage)), stage, 0);
    await server.kill();
    await started;
    await server.start();
    const { json } = await server.request('/api/v1/stations/bagou/reports');
    assert.equal(json.reports.length, 1);
    assert.equal((await server.stop()).code, 0);
  });
}
