// The public log: signed heads, tiles, proofs, what a flipped byte or a swapped entry does, and what
// a backup that is put back does. Checked by the tool and by a second implementation (logbook.mjs).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { report, root, runProgram, serverFor, startServer, temporaryFolder, waitFor } from './harness.mjs';
import { checkDecisions, checkProof, fromFolder, openCheckpoint, openVerifier, readLog } from './logbook.mjs';
import { addModerator, moderate, sendReports, signedEntry } from './moderators.mjs';

// The key may change between two requests: then the head is not yet, or no more, of this key.
const headOf = (server) =>
  waitFor(async () => {
    const key = async () => (await server.request('/log/vkey')).text;
    const before = await key();
    const { text } = await server.request('/log/checkpoint');
    return (await key()) === before && openCheckpoint(text, openVerifier(before));
  }, 'a head and its key');
const signedTo = (server, size) =>
  waitFor(async () => (await headOf(server)).size >= size, `a head of ${size}`);

function* files(folder, below = '') {
  for (const item of readdirSync(path.join(folder, below), { withFileTypes: true })) {
    const where = path.join(below, item.name);
    if (item.isDirectory()) yield* files(folder, where);
    else yield where;
  }
}

test('openssl and a shell find a log right, and find what was changed in it', async (t) => {
  const server = await startServer(t);
  const ada = await addModerator(server, 'Ada');
  const bob = await addModerator(server, 'Bob');
  const ids = await sendReports(server, 6, { note: 'x' });
  for (const [person, act, id, ...why] of [
    [ada, 'approve', ids[0]], [bob, 'reject', ids[1], '--reason', 'other', '--note', '重复 "引号"'],
    [ada, 'withhold', ids[2], '--reason', 'policy'], [bob, 'revert', ids[1]],
  ]) assert.equal((await moderate(server, ['--key', person.file, act, id, ...why])).code, 0);
  assert.equal((await moderate(server, ['moderator', 'retire', 'Bob'])).code, 0);
  const lines = Array.from({ length: 250 }, () => JSON.stringify(report()));
  const sent = await server.request('/api/v1/reports/batch', { method: 'POST', body: lines.join('\n'), headers: { 'content-type': 'application/x-ndjson' } });
  for (const { id, tracking } of sent.text.trim().split('\n').map((line) => JSON.parse(line)))
    assert.equal((await server.request(`/api/v1/reports/${id}`, { method: 'DELETE', bearer: tracking })).status, 200);
  await signedTo(server, 15 + 2 + 4 + 1 + lines.length); // /healthz may still tell an older head
  const folder = path.join(temporaryFolder(t), 'mirror');
  assert.equal((await runProgram('zhanji-moderate', ['log', 'fetch', server.url, folder])).code, 0);

  const script = (...args) => spawnSync(path.join(root, 'tests/e2e/verify_log.sh'), [folder, ...args], { encoding: 'utf8' });
  const found = script();
  assert.equal(found.status, 0, found.stderr);
  assert.match(found.stdout, /^beijing-subway\/decisions: 27[2-9] entries, 17 decisions, all as signed\n$/);
  const touch = (where, change) => {
    const file = path.join(folder, where);
    const bytes = readFileSync(file, 'latin1');
    assert.notEqual(change(bytes), bytes, where);
    writeFileSync(file, change(bytes), 'latin1');
    const { status, stderr } = script();
    writeFileSync(file, bytes, 'latin1');
    assert.equal(status, 1, where);
    return stderr;
  };
  const entries = 'tile/entries/000';
  assert.match(touch(entries, (text) => text.replace('"reason":"policy"', '"reason":"polisy"')), /its signature is wrong/);
  assert.match(touch(entries, (text) => text.replace(`Ada"`, `Eve"`)), /do not hash to the root/);
  assert.match(touch(entries, (text) => text.replace('ed25519 ', 'ed25518 ')), /not by a moderator/);
  assert.match(touch('checkpoint', (text) => text.replace(/\n(\d+)\n/, (_, size) => `\n${size - 1}\n`)), /the head is not signed/);
});

describe('the public log', () => {
  const server = serverFor({ before, after });
  let ada;
  let survey;
  const ids = [];

  async function decide(person, act, some, fields = {}) {
    const lines = some.map((id) => signedEntry(person, { act, report: id, survey, ...fields }));
    for (let at = 0; at < lines.length; at += 1000) {
      const { json } = await server().request('/api/v1/moderation/decisions', {
        method: 'POST', local: true, json: { entries: lines.slice(at, at + 1000) },
      });
      assert.ok(json.results.every(({ ok }) => ok), JSON.stringify(json.results.find(({ ok }) => !ok)));
    }
  }
  const verify = (...args) => runProgram('zhanji-moderate', ['log', 'verify', ...args]);

  before(async () => {
    survey = (await server().request('/api/v1/survey')).json.id;
    ada = await addModerator(server(), 'Ada');
    const bob = await addModerator(server(), 'Bob');
    const lines = Array.from({ length: 600 }, () => JSON.stringify(report({ visited: '2024-05-01' })));
    const reply = await server().request('/api/v1/reports/batch', {
      method: 'POST', body: lines.join('\n'), headers: { 'content-type': 'application/x-ndjson' },
    });
    ids.push(...reply.text.trim().split('\n').map((line) => JSON.parse(line).id));
    await decide(ada, 'approve', ids.slice(0, 300));
    await decide(bob, 'reject', ids.slice(300, 400), { reason: 'spam' });
    await decide(ada, 'revert', ids.slice(0, 50));
    await decide(ada, 'withhold', ids.slice(0, 50), { reason: 'policy' });
    assert.equal((await moderate(server(), ['moderator', 'retire', 'Bob'])).code, 0);
    await decide(ada, 'approve', ids.slice(400, 410), { hide_note: 1 });
    await signedTo(server(), 15 + 2 + 510 + 1);
  });

  test('is a C2SP log to a second implementation, with every decision signed', async () => {
    const read = async (where) => {
      const reply = await server().request(`/log/${where}`);
      assert.equal(reply.status, 200, where);
      return reply.bytes;
    };
    const log = await readLog(read);
    assert.equal(log.verifier.name, `${survey}/decisions`);
    assert.equal(checkDecisions(log), 13 + 510);
    assert.equal(log.entries.filter(({ by }) => by === ada.key).length, 300 + 50 + 50 + 10);
  });

  test('serves tiles that never change, and none that are not signed', async () => {
    const { size } = await headOf(server());
    const full = await server().request('/log/tile/0/000');
    assert.equal(full.bytes.length, 256 * 32);
    assert.equal(full.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(full.headers['access-control-allow-origin'], '*');
    assert.deepEqual((await server().request('/log/tile/0/000.p/3')).bytes, full.bytes.subarray(0, 96));
    assert.equal((await server().request('/log/checkpoint')).headers['cache-control'], 'no-cache');
    for (const where of [`0/002.p/${size - 512 + 1}`, '0/002', '0/003', '1/000', '2/000.p/1', '0/0', '0/x000/000',
      '8/000', 'entries/000.p/0', 'entries/000.p/256', '0/000.p/3/', '../checkpoint', '']) {
      assert.equal((await server().request(`/log/tile/${where}`)).status, 404, where);
    }
    for (const where of ['received/2020-01-01', 'received/today', 'reports/0', 'reports/999999', 'reports/x'])
      assert.equal((await server().request(`/log/${where}`)).status, 404, where);
  });

  test('is found right by the tool, which says what it checked and what not', async (t) => {
    const online = await verify(server().url);
    assert.equal(online.code, 0, online.stderr);
    for (const what of [/signed by its key/, /523 decisions/, /273 reports of the export are exactly/, /all 424 stations follow/, /Not checked/])
      assert.match(online.stdout, what);
    const folder = path.join(temporaryFolder(t), 'mirror');
    const fetched = await runProgram('zhanji-moderate', ['log', 'fetch', server().url, folder]);
    assert.equal(fetched.code, 0, fetched.stderr);
    const { stdout, code } = await verify(folder, '--json');
    const found = JSON.parse(stdout);
    assert.deepEqual([code, found.ok, found.decisions, found.exported, found.statuses], [0, true, 523, 273, 424]);
    await readLog(fromFolder(folder));
    const key = (await server().request('/log/vkey')).text.trim();
    assert.equal((await verify(folder, '--log-key', key)).code, 0);
    assert.equal((await verify(folder, '--log-key', key.replace('+A', '+B'))).code, 1);
    assert.equal((await verify(path.join(folder, 'nowhere'))).code, 1);
    assert.equal((await verify('http://127.0.0.1:1')).code, 3);
  });

  test('proves a decision by a tlog-proof', async () => {
    const verifier = openVerifier((await server().request('/log/vkey')).text);
    for (const id of [ids[0], ids[200], ids[409]]) {
      const { stdout, code, stderr } = await runProgram('zhanji-moderate', ['log', 'prove', id, server().url, '--json']);
      assert.equal(code, 0, stderr);
      const { index, entry, proof } = JSON.parse(stdout);
      assert.equal(checkProof(proof, entry, verifier), index);
      assert.equal(JSON.parse(entry).report, id);
    }
    assert.equal((await runProgram('zhanji-moderate', ['log', 'prove', ids[500], server().url])).code, 1);
    assert.equal((await runProgram('zhanji-moderate', ['log', 'prove', 'x', server().url])).code, 1);
  });

  describe('a mirror that somebody touched', () => {
    let folder;
    before(async () => {
      folder = path.join(server().folder, 'touched');
      const fetched = await runProgram('zhanji-moderate', ['log', 'fetch', server().url, folder]);
      assert.equal(fetched.code, 0, fetched.stderr);
      // Without its sums: the log must show it by itself.
      rmSync(path.join(folder, 'SHA256SUMS'));
    });
    const refused = async (what) => {
      const { code, stdout } = await verify(folder, '--json');
      assert.equal(code, 1, `${what}: ${stdout}`);
    };
    const keeping = async (where, change) => {
      const file = path.join(folder, where);
      const bytes = readFileSync(file);
      await change(bytes, file);
      writeFileSync(file, bytes);
    };
    const places = (length) =>
      length < 120 ? [...Array(length).keys()] : [0, 1, ...Array.from({ length: 6 }, (_, i) => Math.floor((length * (i + 1)) / 7)), length - 1];

    test('any byte of any file of the log', async () => {
      // Without the exports, which take longer to look at than the log.
      renameSync(path.join(folder, 'export'), `${folder}-export`);
      const log = [...files(folder)];
      assert.ok(log.length > 8);
      for (const where of log) {
        const all = statSync(path.join(folder, where)).size < 300;
        await keeping(where, async (bytes, file) => {
          for (const at of all ? bytes.keys() : places(bytes.length)) {
            const flipped = Buffer.from(bytes);
            flipped[at] ^= 1;
            writeFileSync(file, flipped);
            await refused(`${where}, byte ${at}`);
          }
        });
      }
      assert.equal((await verify(folder, '--json')).code, 0);
      renameSync(`${folder}-export`, path.join(folder, 'export'));
    });

    test('an entry dropped, swapped or repeated', async () => {
      const where = 'tile/entries/001';
      const changes = {
        dropped: (all) => all.slice(1),
        swapped: (all) => [all[1], all[0], ...all.slice(2)],
        repeated: (all) => [all[0], all[0], ...all.slice(2)],
      };
      for (const [what, change] of Object.entries(changes)) {
        await keeping(where, async (bytes, file) => {
          const entries = [];
          for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at)) entries.push(bytes.subarray(at, at + 2 + bytes.readUInt16BE(at)));
          writeFileSync(file, Buffer.concat(change(entries)));
          await refused(what);
        });
      }
    });

    test('a published report dropped, added, put in another version, or changed in what it says', async () => {
      const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
      const changes = {
        'is missing': (rows) => rows.slice(0, -1),
        'stands twice': (rows) => [...rows, rows.at(-1)],
        'not approved': (rows) => rows.map((row, i) => (i === 1 ? row.replace(/"id":"[^"]+"/, `"id":"${ids[300]}"`) : row)),
        version: (rows) => rows.map((row, i) => (i === 2 ? row.replace('"version":1', '"version":2') : row)),
        'but the approved reports give': (rows) => rows.map((row) => row.replace('"visited":"2024-05-01"', `"visited":"${yesterday}"`)),
      };
      for (const [what, change] of Object.entries(changes)) {
        await keeping('export/reports.ndjson', async (bytes, file) => {
          writeFileSync(file, `${change(bytes.toString().trimEnd().split('\n')).join('\n')}\n`);
          const { code, stdout } = await verify(folder, '--json');
          assert.equal(code, 1, what);
          assert.match(stdout, new RegExp(what));
        });
      }
      await keeping('export/status.csv', async (bytes, file) => {
        writeFileSync(file, bytes.toString().replace(/real_name,inferred/, 'anonymous,inferred'));
        await refused('a status');
      });
    });

    test('any byte at all, by the sums of what was fetched', async () => {
      assert.equal((await runProgram('zhanji-moderate', ['log', 'fetch', server().url, folder])).code, 0);
      for (const where of ['export/reports.ndjson', 'export/status.csv', 'SHA256SUMS'])
        await keeping(where, async (bytes, file) => {
          for (const at of [0, Math.floor(bytes.length / 2), bytes.length - 1]) {
            const flipped = Buffer.from(bytes);
            flipped[at] ^= 1;
            writeFileSync(file, flipped);
            await refused(`${where}, byte ${at}`);
          }
        });
      assert.equal((await verify(folder, '--json')).code, 0);
    });
  });
});

describe('a log and its operator', () => {
  const decideOne = async (server, person) => {
    const [id] = await sendReports(server, 1);
    const before = (await headOf(server)).size;
    assert.equal((await moderate(server, ['--key', person.file, 'approve', id])).code, 0);
    await signedTo(server, before + 1);
    return id;
  };

  test('goes on after a restart, and after kill −9', async (t) => {
    const server = await startServer(t);
    const ada = await addModerator(server, 'Ada');
    const first = (await server.request('/log/checkpoint')).text;
    await decideOne(server, ada);
    await server.kill();
    await server.start();
    const then = await headOf(server);
    assert.ok(then.size > Number(first.split('\n')[1]));
    await server.restart();
    assert.deepEqual(await headOf(server), then);
    await decideOne(server, ada);
    assert.equal((await headOf(server)).size, then.size + 1);
    assert.equal(statSync(`${server.db}.state/log.key`).mode & 0o777, 0o600);
  });

  test('a backup that is behind the head is served, but not signed, until a new log begins', async (t) => {
    const server = await startServer(t);
    const ada = await addModerator(server, 'Ada');
    const backup = path.join(server.folder, 'backup.db');
    assert.equal((await moderate(server, ['backup', backup])).code, 0);
    await decideOne(server, ada);
    const old = openVerifier((await server.request('/log/vkey')).text);
    await server.stop();
    const head = readFileSync(`${server.db}.state/log.head`);
    for (const ending of ['-wal', '-shm']) rmSync(server.db + ending, { force: true });
    copyFileSync(backup, server.db);
    server.stderr = '';
    await server.start();
    await waitFor(() => /older backup.*fork the log.*newer backup.*log rotate/.test(server.stderr), 'what it says');
    assert.equal((await server.request('/log/checkpoint')).status, 503);
    assert.equal((await server.request('/api/v1/stations/bagou')).status, 200);
    assert.equal((await server.request('/healthz')).json.log, null);
    const check = await moderate(server, ['check']);
    assert.equal(check.code, 1);
    assert.match(check.stderr, /older backup/);
    assert.deepEqual(readFileSync(`${server.db}.state/log.head`), head, 'the head that was signed stays');
    await server.restart();
    assert.equal((await server.request('/log/checkpoint')).status, 503, 'and so after a restart');

    assert.equal((await moderate(server, ['log', 'rotate', old.name])).code, 0);
    assert.equal((await server.request('/log/checkpoint')).status, 503, 'not under the same name');
    assert.equal((await moderate(server, ['log', 'rotate', 'reports.example.org/decisions'])).code, 0);
    await waitFor(async () => (await server.request('/log/checkpoint')).status === 200, 'the new log');
    const log = await readLog(async (where) => (await server.request(`/log/${where}`)).bytes);
    assert.equal(log.verifier.name, 'reports.example.org/decisions');
    assert.notDeepEqual(log.verifier.key, old.key);
    assert.equal(log.entries.at(-1).act, 'log-key');
    assert.equal((await runProgram('zhanji-moderate', ['log', 'verify', server.url])).code, 0);
    await server.restart();
    await decideOne(server, ada);
    assert.equal((await moderate(server, ['check'])).code, 0);
  });

  test('a lost head file or key is not made again in silence', async (t) => {
    for (const [file, says] of [['log.head', /nobody knows what was signed/], ['log.key', /key of the log.*missing/]]) {
      const server = await startServer(t);
      await server.stop();
      rmSync(`${server.db}.state/${file}`);
      server.stderr = '';
      await server.start();
      await waitFor(() => says.test(server.stderr), says);
      assert.equal((await server.request('/log/checkpoint')).status, 503);
    }
  });

  test('a new key takes over in a head that both keys sign', async (t) => {
    const server = await startServer(t);
    const ada = await addModerator(server, 'Ada');
    await signedTo(server, 16);
    const old = openVerifier((await server.request('/log/vkey')).text);
    const mirror = path.join(server.folder, 'mirror');
    const follow = () => runProgram('zhanji-moderate', ['log', 'fetch', server.url, mirror]);
    assert.equal((await follow()).code, 0);
    assert.equal((await moderate(server, ['log', 'rotate'])).code, 0);
    await signedTo(server, 17);
    const note = (await server.request('/log/checkpoint')).text;
    const now = openVerifier((await server.request('/log/vkey')).text);
    assert.equal(now.name, old.name);
    assert.notDeepEqual(now.key, old.key);
    assert.equal(note.trimEnd().split('\n').filter((line) => line.startsWith('— ')).length, 2);
    const log = await readLog(async (where) => (await server.request(`/log/${where}`)).bytes);
    assert.equal(log.entries.at(-1).subject, (await server.request('/log/vkey')).text.trim());
    await server.restart();
    await decideOne(server, ada);
    assert.equal((await runProgram('zhanji-moderate', ['log', 'verify', server.url])).code, 0);
    assert.equal((await follow()).code, 0, 'a mirror follows');
    assert.equal((await runProgram('zhanji-moderate', ['log', 'verify', mirror])).code, 0);
    assert.deepEqual(readdirSync(`${server.db}.state`).filter((name) => name.startsWith('log.')).sort(), ['log.head', 'log.key']);
  });
});
