// One signed decision on many reports: all of them or none, one entry of the log, one undo.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { report, serverFor, waitFor } from './harness.mjs';
import { addModerator, canonical } from './moderators.mjs';

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();

/** RFC 6962 §2.1, by its own recursion. */
function root(leaves) {
  if (leaves.length === 1) return sha256(Buffer.from([0]), Buffer.from(leaves[0]));
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.from([1]), root(leaves.slice(0, split)), root(leaves.slice(split)));
}

describe('decisions on many reports', () => {
  const server = serverFor({ before, after });
  let ada;
  let survey;
  before(async () => {
    ada = await addModerator(server(), 'Ada');
    survey = (await server().request('/api/v1/survey')).json.id;
  });

  async function send(count) {
    const lines = Array.from({ length: count }, () => JSON.stringify(report({ visited: '2024-05-01' })));
    const reply = await server().request('/api/v1/reports/batch', {
      method: 'POST', body: lines.join('\n'), headers: { 'content-type': 'application/x-ndjson' },
    });
    const results = reply.text.trim().split('\n').map((line) => JSON.parse(line));
    assert.ok(results.every(({ status }) => status === 201));
    return results.map(({ id }) => id).sort();
  }

  function sign(act, ids, fields = {}) {
    const entry = {
      act, at: Math.floor(Date.now() / 1000), by: ada.key, reports: ids.length,
      root: root(ids).toString('base64'), survey, v: 1,
      ...(act === 'approve' && { hide_note: 0, reason: 'ok' }),
      ...fields,
    };
    return { entry, line: canonical({ ...entry, sig: ada.sign(`zhanji-decision/v1\n${canonical(entry)}`) }) };
  }
  const post = (line, lists) =>
    server().request('/api/v1/moderation/decisions', {
      method: 'POST', local: true, json: { entries: [line], ...(lists && { reports: lists }) },
    });
  const decide = ({ entry, line }, ids) => post(line, { [entry.root]: ids });
  const state = async (id) =>
    (await server().request(`/api/v1/moderation/reports/${id}`, { local: true })).json.state;

  test('five thousand are decided by one entry, and taken back by another', async () => {
    const ids = await send(5000);
    for (const [act, becomes] of [['approve', 'approved'], ['revert', 'pending']]) {
      const { status, json } = await decide(sign(act, ids), ids);
      assert.equal(status, 200, JSON.stringify(json));
      const { entry, ...result } = json.results[0];
      assert.deepEqual(result, {
        id: null, ok: true, status: 200, state: becomes, error: null, reports: 5000, conflicts: [],
      });
      const listed = await waitFor(async () => {
        const list = await server().request(`/log/reports/${entry}`);
        return list.status === 200 && list.text;
      }, 'the list of the entry');
      assert.equal(listed, ids.map((id) => `${id}\n`).join(''));
      for (const id of [ids[0], ids[2500], ids[4999]]) assert.equal(await state(id), becomes);
    }
  });

  test('one report in the way stops them all, and is named', async () => {
    const ids = await send(300);
    const first = sign('approve', ids.slice(0, 2));
    assert.equal((await decide(first, ids.slice(0, 2))).status, 200);
    const { status, json } = await decide(sign('reject', ids, { reason: 'spam' }), ids);
    assert.equal(status, 409);
    const [{ conflicts, ok, state: none }] = json.results;
    assert.deepEqual([ok, none], [false, null]);
    assert.deepEqual(conflicts.map(({ id }) => id), ids.slice(0, 2));
    assert.match(conflicts[0].error, /already approved/);
    assert.equal(await state(ids[2]), 'pending');
    assert.equal((await decide(first, ids.slice(0, 2))).status, 200, 'the identical entry again');
  });

  test('a version that has moved on is a conflict when the list gives versions', async () => {
    const ids = await send(2);
    const entry = sign('approve', ids);
    const at = (version) => ids.map((id) => ({ id, version }));
    assert.equal((await decide(entry, at(2))).status, 409);
    assert.equal((await decide(entry, at(1))).status, 200);
  });

  test('refuses lists that are not what was signed', async () => {
    const ids = await send(3);
    const signed = sign('approve', ids);
    const { line, entry } = signed;
    const refused = [
      [undefined, /no list/], [{}, /no list/], [{ [entry.root]: ids.slice(1) }, /the list has 2/],
      [{ [entry.root]: [...ids].reverse() }, /id order/],
      [{ [entry.root]: [ids[0], ids[0], ids[1]] }, /id order/],
      [{ [entry.root]: [ids[0], ids[1], 'x'] }, /no id/],
      [{ [entry.root]: [...ids.slice(0, 2), 'ffffffff-ffff-4fff-bfff-ffffffffffff'] }, /root/],
    ];
    for (const [lists, why] of refused) {
      const { status, json } = await post(line, lists);
      assert.equal(status, 422);
      assert.match(json.results[0].error, why);
    }
    assert.equal((await server().request('/api/v1/moderation/decisions', {
      method: 'POST', local: true, json: { entries: [line], reports: [] },
    })).status, 422);
    assert.equal(await state(ids[0]), 'pending');
    assert.equal((await decide(signed, ids)).status, 200);
  });
});
