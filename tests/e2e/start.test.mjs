import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { createServer, report, root, runProgram, startServer, temporaryFolder } from './harness.mjs';

const mode = (file) => (statSync(file).mode & 0o777).toString(8);

test('one line on standard output, SIGTERM ends with 0', async (t) => {
  const server = await startServer(t);
  assert.match(server.stdout, /^listening on http:\/\/127\.0\.0\.1:[1-9]\d*\n$/);
  const { code, stderr } = await server.stop();
  assert.equal(code, 0);
  assert.match(stderr, /stopped\n$/);
  assert.equal(server.stdout.split('\n').length, 2);
  assert.ok(!existsSync(server.socket), 'the socket is removed');
});

test('SIGINT ends with 0 too', async (t) => {
  const server = await startServer(t);
  assert.equal((await server.end('SIGINT')).code, 0);
});

test('wrong usage ends with 2 and says how it goes', async (t) => {
  const cwd = temporaryFolder(t);
  for (const args of [['--port', '1'], ['serve'], ['--db'], ['--db='], ['--rate', '0'], ['--rate', 'x'],
    ['--rate', '-1'], ['--listen', '127.0.0.1'], ['--listen', '127.0.0.1:99999'],
    ['--listen', '127.0.0.1:-1'], ['--listen', '127.0.0.1:'], ['--trust-proxy', 'X Forwarded'],
    ['--trust-proxy', 'X-Real-IP:']]) {
    const { code, stdout, stderr } = await runProgram('zhanji-collector', args, { cwd });
    assert.equal(code, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, /usage: zhanji-collector/);
  }
  assert.deepEqual(readdirSync(cwd), [], 'nothing was made');
});

test('--help tells the options and ends with 0', async () => {
  const { code, stdout } = await runProgram('zhanji-collector', ['--help']);
  assert.equal(code, 0);
  for (const option of ['--db', '--listen', '--socket', '--schema', '--rate', '--trust-proxy']) {
    assert.ok(stdout.includes(option));
  }
});

test('a database in use is refused with 3, and the first server goes on', async (t) => {
  const server = await startServer(t);
  const args = ['--db', server.db, '--socket', server.socket, '--listen', '127.0.0.1:0'];
  const { code, stdout, stderr } = await runProgram('zhanji-collector', args);
  assert.equal(code, 3, stderr);
  assert.equal(stdout, '');
  assert.ok(stderr.includes(server.db));
  assert.equal((await server.request('/healthz', { local: true })).status, 200);
  assert.equal((await server.request('/api/v1/reports', { method: 'POST', json: report() })).status, 201);
});

test('a damaged database is not taken for one in use', async (t) => {
  const server = await startServer(t);
  await server.stop();
  const bytes = readFileSync(server.db);
  bytes.fill(0xa5, 4096); // all but the first page, which has the schema
  writeFileSync(server.db, bytes);
  const args = ['--db', server.db, '--socket', server.socket, '--listen', '127.0.0.1:0'];
  const { code, stdout, stderr } = await runProgram('zhanji-collector', args);
  assert.equal(code, 1, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, /zhanji\.db is damaged: put a backup in its place/);
});

test('a stale socket is replaced, and only then', async (t) => {
  const server = await startServer(t);
  await server.kill();
  assert.ok(existsSync(server.socket));
  await server.start();
  assert.equal((await server.request('/healthz', { local: true })).status, 200);
  assert.equal(mode(server.socket), '600');
});

test('the keys and the data are for the owner alone', async (t) => {
  const server = await startServer(t);
  const state = `${server.db}.state`;
  assert.equal(mode(state), '700');
  const files = readdirSync(state);
  assert.ok(files.length >= 4);
  for (const file of files) assert.equal(mode(path.join(state, file)), '600', file);
  assert.equal(mode(server.db), '600');
});

test('receipts hold after a restart', async (t) => {
  const server = await startServer(t);
  const sent = report();
  const first = await server.request('/api/v1/reports', { method: 'POST', json: sent });
  await server.restart();
  const again = await server.request('/api/v1/reports', { method: 'POST', json: sent });
  assert.equal(again.status, 200);
  assert.deepEqual(again.json, first.json);
});

test('a database without its keys, or with others, is refused', async (t) => {
  const server = await startServer(t);
  const state = `${server.db}.state`;
  await server.stop();
  const args = ['--db', server.db, '--socket', server.socket, '--listen', '127.0.0.1:0'];
  const kept = `${state}.kept`;
  cpSync(state, kept, { recursive: true });
  rmSync(path.join(state, 'tracking.key'));
  const missing = await runProgram('zhanji-collector', args);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /missing.*backup/);
  assert.ok(!existsSync(path.join(state, 'tracking.key')), 'no new key took its place');
  writeFileSync(path.join(state, 'tracking.key'), `${'0'.repeat(64)}\n`, { mode: 0o600 });
  const other = await runProgram('zhanji-collector', args);
  assert.equal(other.code, 1);
  assert.match(other.stderr, /another database/);
  cpSync(kept, state, { recursive: true });
  await server.start();
});

test('a fresh database starts with the archive approved, once', async (t) => {
  const server = await startServer(t);
  const count = async () => {
    const { json } = await server.request('/api/v1/stations/bagou/reports');
    return json.reports.length;
  };
  assert.equal(await count(), 1);
  const [first] = (await server.request('/api/v1/stations/bagou/reports')).json.reports;
  await server.restart();
  assert.equal(await count(), 1);
  assert.deepEqual((await server.request('/api/v1/stations/bagou/reports')).json.reports, [first]);
});

const faults = [
  ['survey.json', '{', /survey\.json/],
  ['stations/stations.csv', 'id,nothing\nx,y\n', /stations\.csv/],
  ['archive/reports.ndjson', '\n{"station":"nowhere","visited":"2023","answers":{"ticket_machine":"payment"}}\n',
    /archive\/reports\.ndjson:2: .*unknown_station/],
  ['archive/reports.ndjson', '{"station"\n', /archive\/reports\.ndjson:1: /],
];
for (const [file, text, reason] of faults) {
  test(`a fault in ${file} is refused with file and reason: ${JSON.stringify(text.slice(0, 12))}`, async (t) => {
    const folder = temporaryFolder(t);
    const schema = path.join(folder, 'schema');
    cpSync(path.join(root, 'schema'), schema, { recursive: true });
    writeFileSync(path.join(schema, file), text);
    const { code, stdout, stderr } = await runProgram('zhanji-collector', [
      '--schema', schema, '--db', path.join(folder, 'z.db'), '--socket', path.join(folder, 'z.sock'),
      '--listen', '127.0.0.1:0',
    ]);
    assert.equal(code, 1, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, reason);
  });
}

test('a survey without an archive starts empty', async (t) => {
  const folder = temporaryFolder(t);
  const schema = path.join(folder, 'schema');
  cpSync(path.join(root, 'schema'), schema, { recursive: true });
  rmSync(path.join(schema, 'archive'), { recursive: true });
  const server = createServer(folder, { args: ['--schema', schema] });
  await server.start();
  const { json } = await server.request('/api/v1/stations/bagou/reports');
  assert.deepEqual(json.reports, []);
  assert.equal((await server.stop()).code, 0);
});
