import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';

import { createServer, report, startServer, temporaryFolder, waitFor } from './harness.mjs';

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
