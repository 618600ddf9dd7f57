// The machine is lost; what is left is last night's backup and a mirror of the public log. The steps
// are those of zhanji-moderate(1), "RESTORING A BACKUP".
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { runProgram, serverFor, waitFor } from './harness.mjs';
import { fromFolder, readLog } from './logbook.mjs';
import { addModerator, moderate, sendReports } from './moderators.mjs';

const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');
const contents = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .sort()
    .map((name) => `${name} ${digest(readFileSync(path.join(folder, name)))}`);

describe('after a disaster', () => {
  const server = serverFor({ before, after });
  const kept = {};
  let ada;
  let lost;

  const run = async (...args) => {
    const done = await moderate(server(), ['--key', ada.file, ...args]);
    assert.equal(done.code, 0, done.stderr);
    return done;
  };
  const signed = () =>
    waitFor(async () => {
      const { json } = await server().request('/healthz');
      const { status, text } = await server().request('/log/checkpoint');
      return status === 200 && Number(text.split('\n')[1]) >= json.log;
    }, 'a signed head');
  const fetchMirror = (folder = kept.mirror) => runProgram('zhanji-moderate', ['log', 'fetch', server().url, folder]);
  const restore = async () => {
    await server().stop();
    for (const ending of ['', '-wal', '-shm']) rmSync(server().db + ending, { force: true });
    rmSync(`${server().db}.state`, { recursive: true });
    cpSync(kept.state, `${server().db}.state`, { recursive: true, preserveTimestamps: true });
    copyFileSync(kept.database, server().db);
  };

  before(async () => {
    ada = await addModerator(server(), 'Ada');
    for (const [what, name] of Object.entries({ database: 'backup.db', state: 'backup.state', mirror: 'mirror' }))
      kept[what] = path.join(server().folder, name);
    const [first] = await sendReports(server(), 1);
    await run('approve', first);
    await run('backup', kept.database);
    await signed();
    cpSync(`${server().db}.state`, kept.state, { recursive: true });
    const [published, waiting] = await sendReports(server(), 2, { visited: '2024-06-01T08:30+08:00', note: 'after the backup' });
    await run('approve', published);
    await waitFor(async () => (await server().request(`/api/v1/reports/${published}`)).status === 200, 'the published report');
    await signed();
    assert.equal((await fetchMirror()).code, 0);
    lost = { first, published, waiting };
  });

  test('a mirror finds the end cut off, then the fork, and stays as it was', async () => {
    const before = contents(kept.mirror);
    await restore();
    await server().start(); // with a head as old as the database: the server cannot know
    await signed();
    const cut = await fetchMirror();
    assert.equal(cut.code, 1);
    assert.match(cut.stderr, /has 17 entries, and 18 were signed already: its end was cut off; this folder is left as it is/);
    const [other, another] = await sendReports(server(), 2);
    await run('reject', other, '--reason', 'spam');
    await run('reject', another, '--reason', 'spam');
    await signed();
    const fork = await fetchMirror();
    assert.equal(fork.code, 1);
    assert.match(fork.stderr, /is a fork: its first 18 entries are not those that were signed/);
    assert.deepEqual(contents(kept.mirror), before);
    assert.equal((await fetchMirror(path.join(server().folder, 'other'))).code, 0);
  });

  test('with the head of the mirror the server knows, and goes on under a new log', async () => {
    await restore();
    const filed = `${server().db}.state/log.head`;
    copyFileSync(path.join(kept.mirror, 'checkpoint'), filed);
    chmodSync(filed, 0o600);
    await server().start();
    const check = await moderate(server(), ['check']);
    assert.equal(check.code, 1);
    assert.match(check.stderr, /17 entries of the log, but 18 were signed: it is an older backup/);
    const unsigned = await fetchMirror();
    assert.equal(unsigned.code, 1, unsigned.stdout);
    assert.match(unsigned.stderr, /The log is not signed at present/);
    await run('log', 'rotate', 'beijing-subway/decisions/2');
    await signed();
    assert.equal((await moderate(server(), ['check'])).code, 0);
    const followed = await fetchMirror();
    assert.match(followed.stderr, /has a new log, beijing-subway\/decisions\/2, and no longer beijing-subway\/decisions: fetch it into another folder/);

    const renewed = path.join(server().folder, 'renewed');
    assert.equal((await fetchMirror(renewed)).code, 0);
    assert.equal((await runProgram('zhanji-moderate', ['log', 'verify', renewed])).code, 0);
    const { entries } = await readLog(fromFolder(renewed));
    const head = digest(readFileSync(path.join(kept.mirror, 'checkpoint')));
    assert.deepEqual([entries.at(-1).act, entries.at(-1).digest], ['log-key', head], 'it tells the last head of the old log');
  });

  test('what the mirror holds as published comes back, and what nobody holds is said to be unknown', async () => {
    for (const id of [lost.published, lost.waiting])
      assert.equal((await server().request(`/api/v1/reports/${id}`)).status, 404);
    const brought = await run('--json', 'import', path.join(kept.mirror, 'export/reports.ndjson'), '--approve');
    assert.deepEqual(JSON.parse(brought.stdout), { created: 1, unchanged: 14, refused: 0, approved: 1, errors: [] });
    const { json } = await waitFor(async () => {
      const reply = await server().request(`/api/v1/reports/${lost.published}`);
      return reply.status === 200 && reply;
    }, 'the report in public again');
    assert.deepEqual([json.station, json.visited, json.note], ['beijingxizhan', '2024-06-01', 'after the backup']);
    assert.equal((await server().request(`/api/v1/reports/${lost.waiting}`)).status, 404);
    const again = await run('--json', 'import', path.join(kept.mirror, 'export/reports.ndjson'), '--approve');
    assert.deepEqual(JSON.parse(again.stdout), { created: 0, unchanged: 15, refused: 0, approved: 0, errors: [] });
    await signed();
    assert.equal((await runProgram('zhanji-moderate', ['log', 'verify', server().url])).code, 0);
  });
});
