// What trust.md §4 says is not kept is searched for as a thief would: in every file, in what the
// server says, and in its memory.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { report, startServer, waitFor } from './harness.mjs';
import { addModerator, moderate } from './moderators.mjs';

const reports = '/api/v1/reports';
const word = (name) => `CANARY${name}${randomBytes(8).toString('hex')}`;

// What browsers and proxies say of a visitor.
const told = {
  'user-agent': word('agent'), 'accept-language': word('language'), referer: word('referer'),
  cookie: `id=${word('cookie')}`, 'x-forwarded-for': '203.0.113.77', forwarded: `for=${word('forwarded')}`,
};
const toldWords = Object.values(told).map((value) => value.replace(/^(id|for)=/, ''));

/** The bytes of a file; none when it was only there for a moment. */
function contents(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

/** The files of the server and what it said, by name. */
function traces(server) {
  const found = new Map([['stderr', server.stderr]]);
  for (const entry of readdirSync(server.folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.path, entry.name);
    if (entry.isFile() && !file.endsWith('.key')) found.set(entry.name, contents(file));
  }
  return found;
}

const bytes = (text) => Buffer.from(text).toString('latin1');

function assertNowhere(server, words) {
  for (const [name, text] of traces(server)) {
    for (const secret of words) assert.ok(!text.includes(bytes(secret)), `${secret} is in ${name}`);
  }
}

function assertSomewhere(server, secret) {
  assert.ok([...traces(server).values()].some((text) => text.includes(bytes(secret))), `${secret} is kept`);
}

/** How often each word is in the writable memory of a process. */
function inMemory(pid, words) {
  const counts = new Map(words.map((secret) => [secret, 0]));
  const maps = readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n');
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  for (const line of maps.filter((map) => /^\S+ rw/.test(map))) {
    const [from, to] = line.split(' ')[0].split('-').map((hex) => Number.parseInt(hex, 16));
    if (to - from > 2 ** 30) continue; // the shadow of a sanitizer
    const part = Buffer.alloc(to - from);
    try {
      readSync(memory, part, 0, part.length, from);
    } catch {
      continue; // a page of a device
    }
    for (const secret of words) {
      for (let at = part.indexOf(secret); at >= 0; at = part.indexOf(secret, at + 1)) {
        counts.set(secret, counts.get(secret) + 1);
      }
    }
  }
  closeSync(memory);
  return counts;
}

async function send(server, fields) {
  const sent = report(fields);
  const reply = await server.request(reports, { method: 'POST', json: sent, headers: { ...told } });
  assert.equal(reply.status, 201, reply.text);
  return { ...reply.json, at: `${reports}/${sent.id}`, sent };
}

const own = (server, { at, tracking }, method, json) =>
  server.request(at, { method, json, bearer: tracking, headers: { ...told } });

test('no file and no message names a visitor, a pseudonym, a secret or a private note', async (t) => {
  const server = await startServer(t, { args: ['--trust-proxy', 'X-Forwarded-For'] });
  const person = await addModerator(server, 'Reader');
  const secrets = { private_note: word('private'), reporter: word('reporter') };
  const kept = word('note');
  const first = await send(server, { ...secrets, note: kept });
  assert.equal((await own(server, first, 'GET')).status, 200);
  for (const where of ['/', '/report', '/stations/bagou', '/nowhere', `${reports}?${word('query')}`]) {
    await server.request(where, { headers: { ...told } });
  }
  const approved = await moderate(server, ['--key', person.file, 'approve', first.id]);
  assert.equal(approved.code, 0, approved.stderr);
  const never = [...toldWords, ...Object.values(secrets), first.tracking, 'CANARYquery'];
  assertNowhere(server, never);
  assertSomewhere(server, kept);
  await server.stop();
  assertNowhere(server, never);
  assertSomewhere(server, kept);
});

for (const decided of [false, true]) {
  test(`a ${decided ? 'published' : 'pending'} report that is withdrawn is erased from the disk`, async (t) => {
    const server = await startServer(t);
    const person = await addModerator(server, 'Reader');
    const visited = '2024-05-17T08:31:07.8642+08:00';
    const [before, after] = [word('before'), word('after')];
    const first = await send(server, { visited, note: before, reporter: word('reporter') });
    const amended = await own(server, first, 'PUT', { ...first.sent, note: after });
    assert.equal(amended.status, 200, amended.text);
    if (decided) assert.equal((await moderate(server, ['--key', person.file, 'approve', first.id])).code, 0);
    await server.restart();
    assertSomewhere(server, after);
    assertNowhere(server, [before]);
    assert.equal((await own(server, first, 'DELETE')).status, 200);
    await server.stop();
    assertNowhere(server, [before, after, visited, '08:31:07', first.tracking]);
    assertSomewhere(server, '"act":"withdraw"');
  });
}

// A sanitizer keeps what was freed, and what realloc left behind, for a while.
const skip = process.env.ASAN_OPTIONS !== undefined;

test('private notes and pseudonyms are wiped from memory when the reply is out', { skip }, async (t) => {
  const server = await startServer(t);
  const words = [];
  const secret = (name) => words[words.push(word(name)) - 1];
  const first = await send(server, { private_note: secret('post'), reporter: secret('reporter') });
  await own(server, first, 'PUT', { ...first.sent, private_note: secret('amended') });
  const refused = report({ private_note: secret('refused'), station: 'nowhere' });
  const plain = { 'content-type': 'application/json' };
  const ndjson = { 'content-type': 'application/x-ndjson' };
  const lines = (private_note) =>
    Array.from({ length: 500 }, () => JSON.stringify(report({ private_note }))).join('\n');
  const form = { station: '巴沟', visited: '2024-05', 'answers.card_issue': 'no_id' };
  for (const [where, options, status] of [
    [reports, { json: refused }, 422],
    [reports, { body: `${JSON.stringify(report({ private_note: secret('broken') }))}x`, headers: plain }, 400],
    [reports, { body: JSON.stringify({ private_note: secret('large').repeat(700) }), headers: plain }, 413],
    [`${reports}/batch`, { body: lines(secret('batch')), headers: ndjson }, 200],
    ['/report', { form: { ...form, private_note: secret('form'), station: 'nowhere' } }, 422],
  ]) {
    const reply = await server.request(where, { method: 'POST', ...options });
    assert.equal(reply.status, status, reply.text.slice(0, 300));
  }
  const survey = 'beijing-subway';
  assert.ok(inMemory(server.pid, [survey]).get(survey) > 0, 'the search finds what is there');
  await waitFor(() => {
    const counts = inMemory(server.pid, words);
    return words.every((each) => counts.get(each) === 0);
  }, `none of ${words} in memory`, 200);
});
