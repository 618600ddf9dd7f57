import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';

import { report, startServer, waitFor } from './harness.mjs';

const connections = 1000;
const rounds = 5;

test('a thousand busy connections are all served, without an error', async (t) => {
  const server = await startServer(t);
  const agents = Array.from({ length: connections }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }));
  t.after(() => agents.forEach((agent) => agent.destroy()));
  const receipts = new Map();
  await Promise.all(agents.map(async (agent, i) => {
    for (let round = 0; round < rounds; round++) {
      const json = report({ note: `${i}/${round}` });
      const reply = await server.request('/api/v1/reports', { method: 'POST', json, agent });
      assert.equal(reply.status, 201, reply.text);
      receipts.set(json.id, reply.json);
      const read = await server.request('/api/v1/stations/bagou', { agent });
      assert.equal(read.status, 200);
    }
  }));
  assert.equal(receipts.size, connections * rounds);
  await waitFor(async () => (await server.request('/api/v1/summary')).json.pending === receipts.size,
    'all to be counted');
});
