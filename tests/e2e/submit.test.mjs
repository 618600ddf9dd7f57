import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { before, after, describe, test } from 'node:test';

import { report, serverFor } from './harness.mjs';

const path = '/api/v1/reports';

// RFC 8785 for what a report can hold: sorted keys, no space; our strings need no more.
function canonical(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}

function contentHash(nonce, content) {
  return createHash('sha256')
    .update('zhanji-report/v1\n')
    .update(Buffer.from(nonce, 'hex'))
    .update(canonical(content))
    .digest('hex');
}

describe('POST /api/v1/reports', () => {
  const server = serverFor({ before, after });
  const post = (json, options = {}) => server().request(path, { method: 'POST', json, ...options });

  test('a report is acknowledged with a receipt', async () => {
    const sent = report();
    const reply = await post(sent);
    assert.equal(reply.status, 201);
    assert.equal(reply.headers['content-type'], 'application/json');
    assert.equal(reply.headers.location, `${path}/${sent.id}`);
    assert.equal(reply.headers['cache-control'], 'no-store');
    assert.deepEqual(Object.keys(reply.json), [
      'id', 'status', 'station', 'received', 'content_hash', 'nonce', 'tracking',
    ]);
    assert.equal(reply.json.id, sent.id);
    assert.equal(reply.json.status, 'pending');
    assert.equal(reply.json.station, 'beijingxizhan');
    assert.match(reply.json.received, /^\d{4}-\d\d-\d\dT\d\d:00:00Z$/);
    assert.match(reply.json.tracking, /^[A-Za-z0-9_-]{43}$/);
  });

  test('anybody can compute the content hash from the receipt and what was sent', async () => {
    const full = report({
      basis: 'told', note: '两台机器\n"都"问了\t', private_note: 'seen by 😀', reporter: 'a'.repeat(22),
    });
    full.note = full.note.replace('\t', '');
    for (const sent of [report(), full]) {
      const { json } = await post(sent);
      assert.equal(json.content_hash, contentHash(json.nonce, { ...sent, station: 'beijingxizhan' }));
    }
  });

  test('a report without an id is given one, which a retry may carry', async () => {
    const sent = report({ id: undefined });
    const first = await post(sent);
    assert.equal(first.status, 201);
    assert.match(first.json.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const again = await post({ ...sent, id: first.json.id });
    assert.equal(again.status, 200);
    assert.equal((await post(sent)).status, 201);
  });

  test('a retry in any form gets the same receipt with 200', async () => {
    const sent = report({ note: 'x' });
    const first = await post(sent);
    const forms = [
      sent,
      Object.fromEntries(Object.entries(sent).reverse()),
      { ...sent, id: sent.id.toUpperCase() },
      { ...sent, station: ' 北京西站地铁站 ' },
      { ...sent, station: 'BeiJingXiZhan' },
    ];
    for (const form of forms) {
      const again = await post(form);
      assert.equal(again.status, 200);
      assert.deepEqual(again.json, first.json);
    }
  });

  test('the same id with other content is a conflict, and the first stands', async () => {
    const sent = report({ note: 'first' });
    const first = await post(sent);
    for (const other of [
      { ...sent, note: 'second' }, { ...sent, note: undefined }, { ...sent, visited: '2023-12-20' },
      { ...sent, private_note: 'x' }, { ...sent, reporter: 'b'.repeat(22) }, { ...sent, basis: 'saw' },
    ]) {
      const reply = await post(other);
      assert.equal(reply.status, 409);
      assert.equal(reply.headers['content-type'], 'application/problem+json');
      assert.ok(!reply.text.includes(first.json.tracking));
    }
    assert.equal((await post(sent)).status, 200);
  });

  test('of many equal posts at once one creates the report', async () => {
    const sent = report();
    const replies = await Promise.all(Array.from({ length: 60 }, () => post(sent)));
    const counts = replies.map((reply) => reply.status).sort();
    assert.deepEqual(counts, [...Array(59).fill(200), 201]);
    assert.equal(new Set(replies.map((reply) => reply.text)).size, 1);
  });

  test('every fault is listed at once', async () => {
    const reply = await post({ station: 'nowhere', visited: '2024-02-30', answers: {}, basis: 'guess', extra: 1 });
    assert.equal(reply.status, 422);
    assert.equal(reply.headers['content-type'], 'application/problem+json');
    assert.equal(reply.json.status, 422);
    assert.deepEqual(
      new Set(reply.json.errors.map(({ pointer, code }) => `${pointer} ${code}`)),
      new Set(['/station unknown_station', '/visited bad_date', '/answers empty', '/basis unknown_option',
        '/extra unknown_field']),
    );
    for (const { detail } of reply.json.errors) assert.ok(detail.length > 10);
  });

  const raw = (body, headers = { 'content-type': 'application/json' }) =>
    server().request(path, { method: 'POST', body, headers });

  const refusals = [
    ['no JSON', '{', 400],
    ['nothing at all', '', 400],
    ['a key given twice', '{"station":"巴沟","station":"巴沟"}', 400],
    ['too deep a nest', `${'['.repeat(9)}${']'.repeat(9)}`, 400],
    ['bad UTF-8', Buffer.from('{"station":"\xff"}', 'latin1'), 400],
    ['an array', '[]', 422],
    ['17 KiB', JSON.stringify({ note: 'x'.repeat(17 * 1024) }), 413],
  ];
  for (const [name, body, status] of refusals) {
    test(`${name} is refused with ${status}`, async () => {
      const reply = await raw(body);
      assert.equal(reply.status, status);
      assert.equal(reply.json.status, status);
      assert.ok(reply.json.detail);
    });
  }

  test('a duplicate key is named', async () => {
    const reply = await raw('{"station":"巴沟","station":"巴沟"}');
    assert.equal(reply.json.errors[0].code, 'duplicate_key');
  });

  test('other media types and methods are refused', async () => {
    const text = await raw(JSON.stringify(report()), { 'content-type': 'text/plain' });
    assert.equal(text.status, 415);
    const got = await server().request(path, { method: 'PUT', json: report() });
    assert.equal(got.status, 405);
    assert.equal(got.headers.allow, 'POST');
  });

  test('a name that fits several stations is answered with the candidates', async () => {
    const reply = await post(report({ station: 'Guan Zhuang' }));
    assert.equal(reply.status, 422);
    const [error] = reply.json.errors;
    assert.equal(error.code, 'ambiguous_station');
    assert.deepEqual(error.candidates.map(({ id }) => id).sort(), ['guanzhuang-l1', 'guanzhuang-l15']);
  });

  test('ids may be of any version', async () => {
    for (const id of ['00000000-0000-0000-0000-000000000001', randomUUID().replace(/-4/, '-7')]) {
      assert.equal((await post(report({ id }))).status, 201);
    }
  });
});
