// A log that goes on while strangers read it: what they are shown together belongs together, and what
// does not is found.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { at, calendar, skip } from './calendar.mjs';
import { report, runProgram, startServer, temporaryFolder, waitFor } from './harness.mjs';
import { addModerator, moderate, sendReports, signedEntry } from './moderators.mjs';

const log = (...args) => runProgram('zhanji-moderate', ['log', ...args]);
const exported = '/api/v1/export/reports.ndjson';
const headerOf = (text) => JSON.parse(text.slice(0, text.indexOf('\n')));

async function send(server, count) {
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify(report({ visited: '2024-05-01', reporter: String.fromCharCode(97 + (i % 20)).repeat(30) })));
  const { text } = await server.request('/api/v1/reports/batch', {
    method: 'POST', local: true, body: lines.join('\n'), headers: { 'content-type': 'application/x-ndjson' },
  });
  return text.trim().split('\n').map((line) => JSON.parse(line).id);
}

test('is found right, whatever is decided meanwhile', async (t) => {
  const server = await startServer(t);
  const ada = await addModerator(server, 'Ada');
  const survey = (await server.request('/api/v1/survey')).json.id;
  const ids = await send(server, 2000);
  let is_over = false;
  let decided = 0;
  const deciding = (async () => {
    for (const id of ids) {
      if (is_over) return;
      const entries = [signedEntry(ada, { act: 'approve', report: id, survey })];
      const { status } = await server.request('/api/v1/moderation/decisions', { method: 'POST', local: true, json: { entries } });
      assert.equal(status, 200);
      decided += 1;
    }
  })();
  const found = [];
  for (let i = 0; i < 8; i += 1) {
    const { code, stdout, stderr } = await log('verify', server.url, '--json');
    assert.equal(code, 0, `after ${decided} decisions: ${stdout} ${stderr}`);
    found.push(JSON.parse(stdout));
  }
  is_over = true;
  await deciding;
  assert.ok(found.at(-1).exported > found[0].exported, 'decisions were made meanwhile');
  for (const { followed, entries } of found) assert.ok(followed <= entries);
});

test('an export names the entries that it follows from, and the view that it tells of', async (t) => {
  const server = await startServer(t);
  const first = await server.request(exported);
  const status = await server.request('/api/v1/export/status.csv');
  assert.equal(headerOf(first.text).entries, (await server.request('/healthz')).json.log);
  assert.match(first.headers['zhanji-view'], /^[\w-]{16}$/);
  assert.equal(status.headers['zhanji-view'], first.headers['zhanji-view']);
  const ada = await addModerator(server, 'Ada');
  const [id] = await sendReports(server, 1);
  assert.equal((await moderate(server, ['--key', ada.file, 'approve', id])).code, 0);
  const then = await waitFor(async () => {
    const reply = await server.request(exported);
    return reply.text.includes(id) && reply;
  }, 'the report in the export');
  assert.equal(headerOf(then.text).entries, headerOf(first.text).entries + 2, 'a moderator and a decision');
  assert.notEqual(then.headers['zhanji-view'], first.headers['zhanji-view']);
});

test('an old export beside a new log is found', { skip }, async (t) => {
  const { server, on } = calendar(t);
  const [old, now] = ['old', 'now'].map((name) => path.join(temporaryFolder(t), name));
  let ada;
  let ids;
  await on('2026-01-10T08:00:00Z', async () => {
    ada = await addModerator(server, 'Ada');
    ids = await sendReports(server, 2);
    await waitFor(async () => (await log('fetch', server.url, old)).code === 0, 'a copy');
  });
  for (const [i, day] of ['2026-01-12', '2026-01-13'].entries())
    await on(`${day}T08:00:00Z`, async () => {
      const done = await moderate(server, ['--key', ada.file, 'approve', ids[i]], { env: at(`${day}T08:00:10Z`) });
      assert.equal(done.code, 0, done.stderr);
      await waitFor(async () => (await server.request(exported)).text.includes(ids[i]), 'the report in the export');
      assert.equal((await log('fetch', server.url, now)).code, 0);
      assert.equal((await log('verify', now)).code, 0);
    });
  rmSync(path.join(now, 'export'), { recursive: true });
  cpSync(path.join(old, 'export'), path.join(now, 'export'), { recursive: true });
  rmSync(path.join(now, 'SHA256SUMS'));
  const stale = await log('verify', now);
  assert.equal(stale.code, 1, stale.stdout);
  assert.match(stale.stderr, /the log went on for more than an hour/);
  const file = path.join(now, 'export/reports.ndjson');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"entries":\d+/, '"entries":999'));
  const ahead = await log('verify', now);
  assert.equal(ahead.code, 1);
  assert.match(ahead.stderr, /follows from more entries than the log has/);
});
