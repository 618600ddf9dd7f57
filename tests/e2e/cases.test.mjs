// The hand-made documents of tests/cases, sent to a running server: each gets its own precise
// answer, and none leaves anything behind.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { root, serverFor } from './harness.mjs';

function* documents(folder, beside) {
  const directory = path.join(root, 'tests/cases', folder);
  for (const file of readdirSync(directory).sort()) {
    if (!file.endsWith('.json') || file.endsWith(beside)) continue;
    const name = file.slice(0, -'.json'.length);
    const expected = JSON.parse(readFileSync(path.join(directory, name + beside), 'utf8'));
    yield { name, body: readFileSync(path.join(directory, file)), expected };
  }
}

describe('hand-made documents', () => {
  const server = serverFor({ before, after });
  const agent = new http.Agent({ keepAlive: true });
  after(() => agent.destroy());
  const headers = { 'content-type': 'application/json' };
  const post = (body) => server().request('/api/v1/reports', { method: 'POST', body, headers, agent });

  test('every bad one is refused with exactly its faults', async () => {
    let count = 0;
    for (const { name, body, expected } of documents('invalid', '.errors.json')) {
      const reply = await post(body);
      assert.equal(reply.status, expected.status, name);
      assert.match(reply.headers['content-type'], /^application\/problem\+json/, name);
      assert.equal(reply.json.status, expected.status, name);
      const found = reply.json.errors.map(({ pointer, code, candidates }) =>
        candidates ? { pointer, code, candidates: candidates.map(({ id }) => id) } : { pointer, code });
      const wanted = expected.errors ?? [{ pointer: '', code: expected.code }];
      assert.deepEqual(found, wanted, name);
      for (const { detail } of reply.json.errors) assert.ok(detail.length > 0, name);
      count++;
    }
    assert.ok(count >= 200);
  });

  test('nothing of them is kept', async () => {
    const { json } = await server().request('/api/v1/summary');
    assert.equal(json.pending, 0);
  });

  test('every good one is taken', async () => {
    for (const { name, body, expected } of documents('valid', '.canonical.json')) {
      const reply = await post(body);
      // Some share an id and say other things: that is a conflict, not a fault.
      assert.ok(reply.status === 201 || (reply.status === 409 && expected.id), `${name}: ${reply.text}`);
      if (reply.status === 201) assert.equal(reply.json.station, expected.station, name);
    }
  });
});
