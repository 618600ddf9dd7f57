import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, after, describe, test } from 'node:test';

import { report, serverFor, startServer } from './harness.mjs';
import { addModerator, moderate } from './moderators.mjs';

const reports = '/api/v1/reports';
const archived = '0190a000-0000-7000-8000-000000000005';

describe('/api/v1/reports/{id}', () => {
  const server = serverFor({ before, after });

  async function sent(fields) {
    const body = report(fields);
    const { status, json } = await server().request(reports, { method: 'POST', json: body });
    assert.equal(status, 201);
    return { body, at: `${reports}/${body.id}`, ...json };
  }
  const get = (at, options) => server().request(at, options);
  const put = (at, bearer, json) => server().request(at, { method: 'PUT', bearer, json });
  const remove = (at, bearer) => server().request(at, { method: 'DELETE', bearer });

  test('the reporter reads all of the own report with its tracking secret', async () => {
    const own = await sent({ basis: 'saw', note: '机器旁边', private_note: 'x', reporter: 'r'.repeat(22) });
    const reply = await get(own.at, { bearer: own.tracking });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['cache-control'], 'no-store');
    assert.equal(reply.headers['access-control-allow-origin'], undefined);
    assert.deepEqual(reply.json, {
      id: own.id, status: 'pending', reason: null, reason_note: null, station: 'beijingxizhan',
      visited: own.body.visited, basis: 'saw', answers: own.body.answers, note: '机器旁边',
      private_note_kept: true, version: 1, received: own.received, decided: null,
      content_hash: own.content_hash, nonce: own.nonce,
    });
  });

  test('what is published is read by all, at day precision', async () => {
    const reply = await get(`${reports}/${archived}`);
    assert.equal(reply.status, 200);
    assert.equal(reply.json.station, 'bagou');
    assert.equal(reply.json.visited, '2023');
    assert.match(reply.json.decided, /^\d{4}-\d\d-\d\d$/);
    assert.deepEqual(Object.keys(reply.json), [
      'id', 'station', 'visited', 'basis', 'answers', 'note', 'version', 'decided',
    ]);
    assert.equal(reply.headers['access-control-allow-origin'], '*');
    assert.equal((await get(`${reports}/${archived}`, {
      headers: { 'if-none-match': reply.headers.etag },
    })).status, 304);
  });

  test('every refusal is the same 404', async () => {
    const own = await sent();
    const other = await sent();
    const wrong = own.tracking.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
    const asked = [
      [own.at, {}], [own.at, { bearer: wrong }], [own.at, { bearer: other.tracking }],
      [own.at, { bearer: own.tracking.slice(0, 42) }], [own.at, { bearer: `${own.tracking}A` }],
      [own.at, { headers: { authorization: `Basic ${own.tracking}` } }],
      [own.at, { headers: { authorization: own.tracking } }],
      [`${reports}/${randomUUID()}`, {}], [`${reports}/${randomUUID()}`, { bearer: own.tracking }],
      [`${reports}/x`, {}], [`${reports}/${archived}`, { bearer: wrong }],
      [own.at, { method: 'DELETE' }], [own.at, { method: 'DELETE', bearer: wrong }],
      [own.at, { method: 'PUT', json: own.body }], [own.at, { method: 'PUT', json: {}, bearer: wrong }],
    ];
    const bodies = new Set();
    for (const [at, options] of asked) {
      const reply = await get(at, options);
      assert.equal(reply.status, 404, `${options.method ?? 'GET'} ${at} ${JSON.stringify(options)}`);
      bodies.add(reply.text.replaceAll(at, ''));
    }
    assert.equal(bodies.size, 1, [...bodies].join('\n'));
    assert.equal((await get(own.at, { bearer: own.tracking })).status, 200);
  });

  test('an amendment replaces the content and counts the version up', async () => {
    const own = await sent({ note: 'before', private_note: 'x' });
    const amended = { ...own.body, id: undefined, note: 'after', private_note: undefined };
    const reply = await put(own.at, own.tracking, amended);
    assert.equal(reply.status, 200);
    assert.equal(reply.json.status, 'pending');
    assert.equal(reply.json.version, 2);
    assert.notEqual(reply.json.content_hash, own.content_hash);
    const kept = await get(own.at, { bearer: own.tracking });
    assert.equal(kept.json.note, 'after');
    assert.equal(kept.json.version, 2);
    assert.equal(kept.json.private_note_kept, false);
    assert.equal(kept.json.content_hash, reply.json.content_hash);
    const again = await put(own.at, own.tracking, { ...amended, id: own.id });
    assert.equal(again.status, 200);
    assert.equal(again.json.version, 2);
    const post = await server().request(reports, { method: 'POST', json: own.body });
    assert.equal(post.status, 409);
  });

  test('an amendment is checked like a report, and keeps its id', async () => {
    const own = await sent();
    const foreign = await put(own.at, own.tracking, report());
    assert.equal(foreign.status, 422);
    assert.deepEqual(foreign.json.errors.map(({ pointer, code }) => [pointer, code]), [['/id', 'bad_id']]);
    const faulty = await put(own.at, own.tracking, { ...own.body, answers: {} });
    assert.equal(faulty.status, 422);
    assert.equal(faulty.json.errors[0].code, 'empty');
    assert.equal((await get(own.at, { bearer: own.tracking })).json.version, 1);
  });

  test('a withdrawn report is erased, and its id stays taken', async () => {
    const own = await sent({ note: 'gone', reporter: 'g'.repeat(22) });
    for (let round = 0; round < 2; round++) {
      const reply = await remove(own.at, own.tracking);
      assert.equal(reply.status, 200);
      assert.deepEqual(reply.json, { id: own.id, status: 'withdrawn' });
    }
    const kept = await get(own.at, { bearer: own.tracking });
    assert.equal(kept.json.status, 'withdrawn');
    assert.deepEqual(
      [kept.json.station, kept.json.visited, kept.json.note, kept.json.answers],
      [null, null, null, {}],
    );
    assert.equal(kept.json.content_hash, own.content_hash);
    const again = await server().request(reports, { method: 'POST', json: own.body });
    assert.equal(again.status, 409);
    assert.match(again.json.detail, /withdrawn/);
    assert.equal((await put(own.at, own.tracking, own.body)).status, 409);
  });

  test('a retry of a published report tells no secret, unless it carries a pseudonym', async () => {
    const lines = readFileSync(new URL('../../schema/archive/reports.ndjson', import.meta.url), 'utf8');
    const line = lines.split('\n').find((text) => text.includes(archived));
    const named = await server().request(reports, { method: 'POST', json: JSON.parse(line) });
    assert.equal(named.status, 200);
    assert.equal(named.json.status, 'approved');
    assert.match(named.json.tracking, /^.{43}$/);
    const guessed = await server().request(reports, {
      method: 'POST', json: { ...JSON.parse(line), reporter: undefined },
    });
    assert.equal(guessed.status, 409);
  });
});

test('whoever guesses an amendment of a published report is not told its secret', async (t) => {
  const server = await startServer(t);
  const person = await addModerator(server, 'Reader');
  const decide = async (...args) => {
    const { code, stderr } = await moderate(server, ['--key', person.file, ...args]);
    assert.equal(code, 0, stderr);
  };
  for (const acts of [['approve'], ['approve', 'revert']]) {
    const sent = report();
    const { json: receipt } = await server.request(reports, { method: 'POST', json: sent });
    for (const act of acts) await decide(act, sent.id);
    const amended = { ...sent, answers: { ticket_machine: 'id_required' } };
    const at = `${reports}/${sent.id}`;
    const put = await server.request(at, { method: 'PUT', json: amended, bearer: receipt.tracking });
    assert.equal(put.status, 200);
    const guessed = await server.request(reports, { method: 'POST', json: amended });
    assert.equal(guessed.status, 200);
    assert.equal(guessed.json.status, 'pending');
    assert.equal(guessed.json.tracking, undefined, acts.join());
  }
});

test('nothing of a private note or a pseudonym is on disk in clear', async (t) => {
  const server = await startServer(t);
  const secrets = { private_note: 'PRIVATE-NOTE-0123456789', reporter: 'PSEUDONYM-0123456789-abcdef' };
  const sent = report(secrets);
  const { status } = await server.request(reports, { method: 'POST', json: sent });
  assert.equal(status, 201);
  const { status: amended } = await server.request(`${reports}/${sent.id}`, {
    method: 'PUT', bearer: (await server.request(reports, { method: 'POST', json: sent })).json.tracking,
    json: { ...sent, note: 'VISIBLE-0123456789' },
  });
  assert.equal(amended, 200);
  await server.kill();
  let seen = 0;
  for (const name of readdirSync(server.folder, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue;
    const bytes = readFileSync(path.join(name.path, name.name), 'latin1');
    if (bytes.includes('VISIBLE-0123456789')) seen++;
    for (const secret of Object.values(secrets)) assert.ok(!bytes.includes(secret), name.name);
  }
  assert.ok(seen > 0, 'the public note is there, so the search can find something');
});
