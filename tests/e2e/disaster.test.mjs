// The machine is lost; what is left is last night's backup and a mirror of the public log. The steps
// are those of zhanji-moderate(1), "RESTORING A BACKUP".
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { report, runProgram, serverFor, waitFor } from './harness.mjs';
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
  let bob;
  let lost;

  const run = async (...args) => {
    const done = await moderate(server(), args[0] === '--key' ? args : ['--key', ada.file, ...args]);
    assert.equal(done.code, 0, done.stderr);
    return done;
  };
  const signed = (entries, log = 'beijing-subway/decisions') =>
    waitFor(async () => {
      const { status, text } = await server().request('/log/checkpoint');
      const [name, size] = text.split('\n');
      return status === 200 && name === log && Number(size) >= entries;
    }, `a signed head of ${entries} entries of ${log}`);
  const fetchMirror = (folder = kept.mirror) => runProgram('zhanji-moderate', ['log', 'fetch', server().url, folder]);
  const restore = async () => {
    await server().stop();
    for (const ending of ['', '-wal', '-shm']) rmSync(server().db + ending, { force: true });
    rmSync(`${server().db}.state`, { recursive: true });
    cpSync(kept.state, `${server().db}.state`, { recursive: true, preserveTimestamps: true });
    copyFileSync(kept.database, server().db);
  };

  const withdraw = async ({ id, tracking }) =>
    assert.equal((await server().request(`/api/v1/reports/${id}`, { method: 'DELETE', bearer: tracking })).status, 200);
  const send = async () => (await server().request('/api/v1/reports', { method: 'POST', json: report({ visited: '2024-05-01' }) })).json;
  const stateOf = async (id) => (await server().request(`/api/v1/moderation/reports/${id}`, { local: true })).json.state;

  before(async () => {
    ada = await addModerator(server(), 'Ada');
    for (const [what, name] of Object.entries({ database: 'backup.db', state: 'backup.state', mirror: 'mirror' }))
      kept[what] = path.join(server().folder, name);
    const [first, later, refused] = await sendReports(server(), 3);
    const many = await sendReports(server(), 3, { visited: '2024-07-01' });
    const regretted = [await send(), await send()];
    await run('approve', first, regretted[0].id);
    await run('backup', kept.database);
    await signed(18);
    cpSync(`${server().db}.state`, kept.state, { recursive: true });
    const [published, waiting] = await sendReports(server(), 2, { visited: '2024-06-01T08:30+08:00', note: 'after the backup' });
    await run('approve', published);
    await run('approve', later);
    bob = await addModerator(server(), 'Bob');
    await run('--key', bob.file, 'reject', refused, '--reason', 'spam');
    await run('bulk', 'withhold', '--from', '2024-07', '--to', '2024-07', '--reason', 'policy');
    for (const each of regretted) await withdraw(each);
    await waitFor(async () => (await server().request(`/api/v1/reports/${published}`)).status === 200, 'the published report');
    await signed(25);
    assert.equal((await fetchMirror()).code, 0);
    lost = { first, published, waiting, later, refused, many, regretted: regretted.map(({ id }) => id) };
  });

  test('a mirror finds the end cut off, then the fork, and stays as it was', async () => {
    const before = contents(kept.mirror);
    await restore();
    await server().start(); // with a head as old as the database: the server cannot know
    await signed(18);
    const cut = await fetchMirror();
    assert.equal(cut.code, 1);
    assert.match(cut.stderr, /has 18 entries, and 25 were signed already: its end was cut off; this folder is left as it is/);
    const others = await sendReports(server(), 8);
    await run('reject', ...others, '--reason', 'spam');
    await signed(26);
    const fork = await fetchMirror();
    assert.equal(fork.code, 1);
    assert.match(fork.stderr, /is a fork: its first 25 entries are not those that were signed/);
    assert.deepEqual(contents(kept.mirror), before);
    assert.equal((await fetchMirror(path.join(server().folder, 'other'))).code, 0);
  });

  test('with the head of the mirror the server knows that it may not sign', async () => {
    await restore();
    const filed = `${server().db}.state/log.head`;
    copyFileSync(path.join(kept.mirror, 'checkpoint'), filed);
    chmodSync(filed, 0o600);
    await server().start();
    const check = await moderate(server(), ['check']);
    assert.equal(check.code, 1);
    assert.match(check.stderr, /18 entries of the log, but 25 were signed: it is an older backup/);
    const unsigned = await fetchMirror();
    assert.equal(unsigned.code, 1, unsigned.stdout);
    assert.match(unsigned.stderr, /The log is not signed at present/);
  });

  test('what the mirror holds as published comes back, and what was decided holds again', async () => {
    for (const id of [lost.published, lost.waiting])
      assert.equal((await server().request(`/api/v1/reports/${id}`)).status, 404);
    const file = path.join(kept.mirror, 'export/reports.ndjson');
    const brought = await run('--json', 'import', file);
    assert.deepEqual(JSON.parse(brought.stdout), { created: 1, unchanged: 15, refused: 0, approved: 0, errors: [] });

    const redo = async () => {
      const { code, stdout, stderr } = await moderate(server(), ['log', 'redo', kept.mirror, '--json']);
      return { code, stderr, ...JSON.parse(stdout) };
    };
    const first = await redo();
    assert.deepEqual([first.code, first.redone, first.lost, first.refused.length], [1, 3, 0, 1]);
    assert.match(first.refused[0], /^entry \d+: .*moderator/);
    assert.deepEqual(first.moderators, [bob.line]);
    assert.match(first.stderr, /moderator add "ed25519 \S+ Bob" first/);
    assert.deepEqual(first.withdrawn.toSorted(), lost.regretted.toSorted());
    await run('moderator', 'add', bob.line);
    for (const [i, id] of lost.regretted.entries()) {
      if (i === 0) await run('revert', id);
      await run('reject', id, '--reason', 'other', '--note', 'withdrawn by its reporter');
    }
    const second = await redo();
    assert.deepEqual([second.code, second.redone, second.refused, second.withdrawn, second.moderators], [0, 1, [], [], []], second.stderr);
    assert.equal((await redo()).redone, 0);
    const states = [lost.first, lost.published, lost.later, lost.refused, ...lost.many, ...lost.regretted];
    assert.deepEqual(await Promise.all(states.map(stateOf)),
      ['approved', 'approved', 'approved', 'rejected', 'withheld', 'withheld', 'withheld', 'rejected', 'rejected']);
    const { json } = await waitFor(async () => {
      const reply = await server().request(`/api/v1/reports/${lost.published}`);
      return reply.status === 200 && reply;
    }, 'the report in public again');
    assert.deepEqual([json.station, json.visited, json.note], ['beijingxizhan', '2024-06-01', 'after the backup']);
    assert.equal((await server().request(`/api/v1/reports/${lost.waiting}`)).status, 404);
    const again = await run('--json', 'import', file, '--approve');
    assert.deepEqual(JSON.parse(again.stdout), { created: 0, unchanged: 16, refused: 0, approved: 0, errors: [] });
  });

  test('a mirror that somebody touched decides nothing', async () => {
    const touched = path.join(server().folder, 'touched');
    cpSync(kept.mirror, touched, { recursive: true });
    const tile = path.join(touched, 'tile/entries/000.p/25');
    writeFileSync(tile, readFileSync(tile, 'latin1').replace('"reason":"spam"', '"reason":"spum"'), 'latin1');
    const { code, stderr } = await moderate(server(), ['log', 'redo', touched]);
    assert.equal(code, 1);
    assert.match(stderr, /do not hash to the root that is signed/);
  });

  test('the new log begins where the old one ended', async () => {
    await run('log', 'rotate', 'beijing-subway/decisions/2');
    await signed(1, 'beijing-subway/decisions/2');
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
});
