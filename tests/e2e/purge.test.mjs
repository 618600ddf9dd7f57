// What was refused long ago loses what is personal; the log says which, and everybody can check it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { at, calendar, skip } from './calendar.mjs';
import { report, runProgram, startServer, temporaryFolder, waitFor } from './harness.mjs';
import { sha256 } from './logbook.mjs';
import { addModerator, moderate } from './moderators.mjs';

const word = (name) => `CANARY${name}${randomBytes(8).toString('hex')}`;

/** Where a word is still to be read: files of the server's folder, apart from the moderators' keys. */
function places(server, wanted) {
  const files = readdirSync(server.folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && !file.name.endsWith('.key'))
    .filter((file) => readFileSync(path.join(file.path, file.name), 'latin1').includes(wanted))
    .map(({ name }) => name);
}

async function send(server, fields) {
  const sent = report(fields);
  const reply = await server.request('/api/v1/reports', { method: 'POST', json: sent });
  assert.equal(reply.status, 201, reply.text);
  return { ...reply.json, sent };
}

const purge = (server, instant, ...args) => moderate(server, ['purge', ...args], { env: at(instant) });
const shown = async (server, id) =>
  (await server.request(`/api/v1/moderation/reports/${id}`, { local: true })).json;
const signed = (server) =>
  waitFor(async () => {
    const { json } = await server.request('/api/v1/moderation/entries', { local: true });
    const head = await server.request('/log/checkpoint');
    return Number(head.text.split('\n')[1]) === json.entries.length && json.entries.map((line) => JSON.parse(line));
  }, 'all entries signed');

test('notes, pseudonyms and times of what was refused long ago go; what waits or is published stays', { skip }, async (t) => {
  const { server, on } = calendar(t);
  const notes = { rejected: word('rejected'), withheld: word('withheld'), approved: word('approved'), late: word('late'), waiting: word('waiting') };
  const visited = '2024-05-17T08:31:07.8642+08:00';
  const sent = {};
  let ada;
  const decide = async (instant, act, id, ...args) => {
    const done = await moderate(server, ['--key', ada.file, act, id, ...args], { env: at(instant) });
    assert.equal(done.code, 0, done.stderr);
  };
  await on('2026-01-10T08:00:00Z', async () => {
    ada = await addModerator(server, 'Ada');
    for (const [name, note] of Object.entries(notes))
      sent[name] = await send(server, { note, visited, reporter: randomBytes(24).toString('base64url'), private_note: word('private') });
    await decide('2026-01-10T08:01:00Z', 'reject', sent.rejected.id, '--reason', 'spam');
    await decide('2026-01-10T08:01:00Z', 'withhold', sent.withheld.id, '--reason', 'policy');
    await decide('2026-01-10T08:01:00Z', 'approve', sent.approved.id);
  });
  await on('2027-01-09T23:59:00Z', async () => {
    await decide('2027-01-09T23:59:10Z', 'reject', sent.late.id, '--reason', 'spam');
    const early = await purge(server, '2027-01-09T23:59:20Z', '364');
    assert.match(early.stdout, /nothing to purge: no report that was refused before 2026-01-10/);
  });
  const folder = path.join(temporaryFolder(t), 'mirror');
  await on('2027-01-10T08:00:00Z', async () => {
    const instant = '2027-01-10T08:00:10Z';
    const dry = await purge(server, instant, '364', '--dry-run');
    assert.match(dry.stdout, /^2 reports that were refused before 2026-01-11 would lose/);
    assert.equal((await shown(server, sent.rejected.id)).note, notes.rejected, 'nothing is erased yet');
    const done = await purge(server, instant, '364');
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /^2 reports .* have lost/);
    assert.match((await purge(server, instant, '364')).stdout, /nothing to purge/);
    for (const name of ['rejected', 'withheld']) {
      const { note, reporter, visited: day, has_private_note: sealed, answers, state } = await shown(server, sent[name].id);
      assert.deepEqual([note, reporter, day, sealed, state], [null, null, '2024-05-17', false, name]);
      assert.deepEqual(answers, sent[name].sent.answers);
    }
    for (const name of ['approved', 'late', 'waiting']) assert.equal((await shown(server, sent[name].id)).note, notes[name]);

    const entries = await signed(server);
    const entry = entries.at(-1);
    const list = (await server.request(`/log/reports/${entries.length - 1}`)).text;
    assert.deepEqual(list, [sent.rejected.id, sent.withheld.id].sort().map((id) => `${id}\n`).join(''));
    assert.deepEqual([entry.act, entry.by, entry.reports, entry.subject], ['purge', 'server', 2, '2026-01-11']);
    assert.equal(entry.digest, sha256(list).toString('hex'));
    const again = await server.request('/api/v1/reports', { method: 'POST', json: sent.rejected.sent });
    assert.equal(again.status, 200, 'a retry is still the same report');
    const fetched = await runProgram('zhanji-moderate', ['log', 'fetch', server.url, folder]);
    assert.equal(fetched.code, 0, fetched.stderr);
    const verified = await runProgram('zhanji-moderate', ['log', 'verify', folder]);
    assert.equal(verified.code, 0, verified.stderr);
    assert.match(verified.stdout, /the texts of 2 reports were purged, each of which was rejected or withheld/);
    const file = path.join(folder, `reports/${entries.length - 1}`);
    writeFileSync(file, list.replace(sent.rejected.id, sent.approved.id));
    const forged = await runProgram('zhanji-moderate', ['log', 'verify', folder]);
    assert.equal(forged.code, 1);
    assert.match(forged.stderr, /is not the list that was digested/);
  });
  for (const name of ['rejected', 'withheld']) assert.deepEqual(places(server, notes[name]), [], name);
  assert.deepEqual(places(server, '08:31:07.8642').length, 1, 'of those that stay');
  assert.notDeepEqual(places(server, notes.late), []);
});

test('purge says what it takes, and is the operator’s', async (t) => {
  const server = await startServer(t);
  for (const days of ['0', '-1', 'x', '36501', '1.5']) {
    const { code, stderr } = await moderate(server, ['purge', '--', days]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /give 1 to 36500/);
  }
  for (const json of [{}, { days: 0 }, { days: '9' }, { days: 9, dry_run: 1 }, { days: 9, extra: 1 }])
    assert.equal((await server.request('/api/v1/moderation/purge', { method: 'POST', local: true, json })).status, 422);
  assert.equal((await server.request('/api/v1/moderation/purge', { method: 'POST', json: { days: 9 } })).status, 404);
});
