// Moderation with the real programs: the tool, the server, and a second implementation of both
// signatures (moderators.mjs).
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { report, runProgram, startServer, temporaryFolder, waitFor } from './harness.mjs';
import {
  addModerator,
  makeKey,
  moderate,
  sendReports,
  signedEntry,
  signedHeaders,
  signer,
} from './moderators.mjs';

const decisions = '/api/v1/moderation/decisions';
const reports = '/api/v1/moderation/reports';

async function survey(server) {
  return (await server.request('/api/v1/survey')).json.id;
}

async function queue(server, args = []) {
  const shown = await moderate(server, ['queue', '--json', ...args]);
  assert.equal(shown.code, 0, shown.stderr);
  return JSON.parse(shown.stdout).reports;
}

async function state(server, id) {
  return (await server.request(`${reports}/${id}`, { local: true })).json.state;
}

test('a report goes from the queue to public view and back', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin 林');
  const [id] = await sendReports(server, 1, { note: '窗口说可以' });
  assert.deepEqual((await queue(server)).map((report) => report.id), [id]);
  assert.equal((await server.request(`/api/v1/reports/${id}`)).status, 404);

  const approved = await moderate(server, ['--key', lin.file, 'approve', id, '--json']);
  assert.deepEqual(JSON.parse(approved.stdout), {
    results: [{ id, ok: true, status: 200, error: null }],
  });
  const shown = await server.request(`/api/v1/reports/${id}`);
  assert.equal(shown.status, 200);
  assert.equal(shown.json.note, '窗口说可以');
  assert.deepEqual(await queue(server), []);

  const again = await moderate(server, ['--key', lin.file, 'reject', id, '--reason', 'spam']);
  assert.equal(again.code, 1);
  assert.match(again.stderr, new RegExp(`${id}: .*approved.*\\(409\\)`));

  assert.equal((await moderate(server, ['--key', lin.file, 'revert', id])).code, 0);
  assert.equal((await server.request(`/api/v1/reports/${id}`)).status, 404);
  const hidden = await moderate(server, ['--key', lin.file, 'approve', id, '--hide-note']);
  assert.equal(hidden.code, 0, hidden.stderr);
  assert.equal((await server.request(`/api/v1/reports/${id}`)).json.note, null);
});

test('two moderators on the same reports: one wins each, the other gets 409', async (t) => {
  const server = await startServer(t);
  const people = [await addModerator(server, 'Lin'), await addModerator(server, 'Wang')];
  const ids = await sendReports(server, 40);
  const acts = [['approve'], ['reject', '--reason', 'implausible']];
  const outcomes = await Promise.all(
    people.map((person, i) =>
      moderate(server, ['--key', person.file, acts[i][0], ...ids, ...acts[i].slice(1), '--json']),
    ),
  );
  const results = outcomes.map((outcome) => JSON.parse(outcome.stdout).results);
  let refused = 0;
  for (const [i, id] of ids.entries()) {
    const statuses = [results[0][i].status, results[1][i].status];
    assert.deepEqual(statuses.toSorted(), [200, 409], id);
    assert.equal(await state(server, id), statuses[0] === 200 ? 'approved' : 'rejected');
    refused += statuses.filter((status) => status === 409).length;
  }
  assert.equal(refused, ids.length);
  const checked = await moderate(server, ['check', '--json']);
  assert.equal(checked.code, 0, checked.stderr);
});

test('two hand-made entries for one report, sent at once: one decision', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const wang = await addModerator(server, 'Wang');
  const survey_id = await survey(server);
  for (const id of await sendReports(server, 25)) {
    const replies = await Promise.all(
      [lin, wang].map((person) =>
        server.request(decisions, {
          method: 'POST',
          local: true,
          json: {
            entries: [signedEntry(person, { act: 'approve', report: id, survey: survey_id })],
          },
        }),
      ),
    );
    assert.deepEqual(replies.map((reply) => reply.status).toSorted(), [200, 409]);
  }
});

test('the same signed entry again is 200, and the log holds it once', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const [id] = await sendReports(server, 1);
  const entry = signedEntry(lin, { act: 'approve', report: id, survey: await survey(server) });
  const send = () =>
    server.request(decisions, { method: 'POST', local: true, json: { entries: [entry] } });
  assert.equal((await send()).status, 200);
  assert.equal((await send()).status, 200);
  const other = signedEntry(lin, { act: 'reject', reason: 'spam', report: id, survey: await survey(server) });
  const refused = await server.request(decisions, { method: 'POST', local: true, json: { entries: [other] } });
  assert.equal(refused.headers['content-type'], 'application/problem+json');
  const [{ status, error }] = refused.json.results;
  assert.deepEqual([refused.status, refused.json.status, status, refused.json.detail], [409, 409, 409, error]);
  const log = await server.request('/api/v1/moderation/entries', { local: true });
  assert.equal(log.json.entries.filter((line) => line === entry).length, 1);
});

test('an entry may be an object, in any order of its keys', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const [id] = await sendReports(server, 1);
  const line = signedEntry(lin, {
    act: 'reject',
    reason: 'other',
    note: '重复提交 🚇',
    report: id,
    survey: await survey(server),
  });
  const turned = Object.fromEntries(Object.entries(JSON.parse(line)).reverse());
  const reply = await server.request(decisions, {
    method: 'POST',
    local: true,
    json: { entries: [turned] },
  });
  assert.equal(reply.status, 200, reply.text);
  const log = await server.request('/api/v1/moderation/entries', { local: true });
  assert.ok(log.json.entries.includes(line));
});

test('an entry may have every key of the format, though it says nothing', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const [id] = await sendReports(server, 1);
  const plain = { hide_note: 0, note: '', report: id, survey: await survey(server) };
  const lines = ['reject', 'revert', 'approve'].map((act) =>
    signedEntry(lin, { ...plain, act, reason: act === 'reject' ? 'spam' : 'ok' }),
  );
  for (const line of lines) {
    const reply = await server.request(decisions, { method: 'POST', local: true, json: { entries: [line] } });
    assert.equal(reply.status, 200, reply.text);
  }
  await server.restart();
  const log = await server.request('/api/v1/moderation/entries', { local: true });
  for (const line of lines) assert.ok(log.json.entries.includes(line), line);
  const folder = path.join(server.folder, 'mirror');
  assert.equal((await runProgram('zhanji-moderate', ['log', 'fetch', server.url, folder])).code, 0);
  const checked = await runProgram('zhanji-moderate', ['log', 'verify', folder]);
  assert.equal(checked.code, 0, checked.stderr);
});

test('the known answer of the request signature', () => {
  const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
  const headers = signedHeaders(signer(seed), 'POST', decisions, '{}', {
    created: 1700000000,
    nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
  });
  assert.equal(
    headers.signature,
    'sig1=:ZJExkIXfKUukgEdvvrW95hYIRBi1dHNPBwvVwq+O7dGJiXWX02kgat9xTckkOP6Jdvrww+BZuPreehNIKxeYAA==:',
  );
});

test('over TCP every endpoint refuses what is not signed by an active moderator', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const old = await addModerator(server, 'Old');
  const stranger = await makeKey(server, 'Stranger');
  assert.equal((await moderate(server, ['moderator', 'retire', 'Old'])).code, 0);
  const [id] = await sendReports(server, 1);
  const now = Math.floor(Date.now() / 1000);
  const endpoints = [
    ['GET', `${reports}?state=pending`],
    ['GET', `${reports}/${id}`],
    ['GET', '/api/v1/moderation/entries'],
    ['POST', decisions, '{"entries":[]}'],
  ];
  const refusals = [
    ['no key', () => ({}), 401],
    ['unknown key', (...to) => signedHeaders(stranger, ...to), 401],
    ['retired key', (...to) => signedHeaders(old, ...to), 403],
    [
      'wrong signature',
      (...to) => ({ ...signedHeaders(lin, ...to), signature: signedHeaders(old, ...to).signature }),
      401,
    ],
    [
      'wrong signature of a retired key',
      (...to) => ({ ...signedHeaders(old, ...to), signature: signedHeaders(lin, ...to).signature }),
      401,
    ],
    ['too old', (...to) => signedHeaders(lin, ...to, { created: now - 3600 }), 401],
    ['from the future', (...to) => signedHeaders(lin, ...to, { created: now + 3600 }), 401],
    ['changed body', (method, where) => signedHeaders(lin, method, where, 'other'), 401],
    ['changed path', (method, where, body) => signedHeaders(lin, method, `${where}x`, body), 401],
    ['changed method', (method, where, body) => signedHeaders(lin, 'PUT', where, body), 401],
  ];
  for (const [method, where, body = ''] of endpoints) {
    const send = (headers) =>
      server.request(where, {
        method,
        body: body === '' ? undefined : body,
        headers: { ...(body === '' ? {} : { 'content-type': 'application/json' }), ...headers },
      });
    for (const [name, make, status] of refusals) {
      const reply = await send(make(method, where, body));
      assert.equal(reply.status, status, `${method} ${where}: ${name}: ${reply.text}`);
    }
    const good = signedHeaders(lin, method, where, body);
    assert.notEqual((await send(good)).status, 401, `${method} ${where}`);
    assert.equal((await send(good)).status, 401, `${method} ${where}: the nonce again`);
  }
});

test("the operator's endpoints are not to be seen over TCP", async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  for (const [method, where] of [
    ['GET', '/api/v1/moderation/moderators'],
    ['GET', '/api/v1/moderation/backup'],
    ['POST', '/api/v1/moderation/check'],
    ['POST', '/api/v1/moderation/refit'],
  ]) {
    const headers = signedHeaders(lin, method, where);
    assert.equal((await server.request(where, { method, headers })).status, 404, where);
  }
  const refused = await runProgram('zhanji-moderate', ['--server', server.url, 'check']);
  assert.equal(refused.code, 2);
});

test('a moderator decides over TCP with the tool', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const [id] = await sendReports(server, 1);
  const remote = (args) =>
    runProgram('zhanji-moderate', ['--server', `${server.url}/`, '--key', lin.file, ...args]);
  assert.match((await remote(['queue'])).stdout, new RegExp(id));
  assert.equal((await remote(['withhold', id, '--reason', 'policy'])).code, 0);
  assert.equal(await state(server, id), 'withheld');
  const unsigned = await runProgram('zhanji-moderate', ['--server', server.url, 'queue'], {
    env: { ZHANJI_KEY: '' },
  });
  assert.equal(unsigned.code, 2);
});

test('a private note is opened by the moderators of its day alone', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const [id] = await sendReports(server, 1, { private_note: '请勿公开 canary-4711' });
  const late = await addModerator(server, 'Late');
  const opened = await moderate(server, ['--key', lin.file, 'show', id]);
  assert.match(opened.stdout, /请勿公开 canary-4711/);
  const closed = await moderate(server, ['--key', late.file, 'show', id]);
  assert.equal(closed.code, 0);
  assert.doesNotMatch(closed.stdout, /canary-4711/);
  assert.match(closed.stdout, /private/);

  assert.equal((await moderate(server, ['moderator', 'retire', 'Lin'])).code, 0);
  const [later] = await sendReports(server, 1, { private_note: '之后 canary-4712' });
  assert.match((await moderate(server, ['--key', late.file, 'show', later])).stdout, /canary-4712/);
  const gone = await moderate(server, ['--key', lin.file, 'show', later, id]);
  assert.doesNotMatch(gone.stdout, /canary-4712/, 'not sealed to the retired');
  assert.match(gone.stdout, /canary-4711/, 'what was sealed to them before stays');
});

test('moderators come and go', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const list = async () => JSON.parse((await moderate(server, ['moderator', 'list', '--json'])).stdout);
  assert.deepEqual(
    (await list()).moderators.map((one) => [one.name, one.retired === null]).toSorted(),
    [['Lin', true], ['archive', false]],
  );
  const twice = await moderate(server, ['moderator', 'add', lin.line]);
  assert.equal(twice.code, 0);
  const other = await makeKey(server, 'Other');
  const clash = await moderate(server, ['moderator', 'add', other.line.replace('Other', 'Lin')]);
  assert.equal(clash.code, 1);
  assert.match(clash.stderr, /another moderator with the name Lin/);
  assert.equal((await moderate(server, ['moderator', 'retire', 'Nobody'])).code, 1);
  assert.equal((await moderate(server, ['moderator', 'retire', 'Lin'])).code, 0);
  const back = await moderate(server, ['moderator', 'add', lin.line]);
  assert.equal(back.code, 1);
  const [id] = await sendReports(server, 1);
  const late = await moderate(server, ['--key', lin.file, 'approve', id]);
  assert.equal(late.code, 1);
  assert.match(late.stderr, /retired.*\(403\)/);
  assert.equal((await moderate(server, ['moderator', 'add', 'ed25519 short Lin'])).code, 1);
});

test('review: single keys decide, skip, take back and end', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const ids = await sendReports(server, 4);
  // approve, take back, approve with the note hidden, reject: spam, skip, withhold: other + note
  const reasons = Object.keys((await server.request('/api/v1/survey')).json.reasons).filter(
    (id) => id !== 'ok',
  );
  const digit = (id) => String(reasons.indexOf(id) + 1);
  const keys = `auhr${digit('spam')}sw${digit('other')}说明\n`;
  const run = await moderate(server, ['--key', lin.file, 'review'], { input: keys });
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, /3 decided, 1 skipped/);
  const states = await Promise.all(ids.map((id) => state(server, id)));
  assert.deepEqual(states.toSorted(), ['approved', 'pending', 'rejected', 'withheld']);
  const withheld = ids[states.indexOf('withheld')];
  const shown = await server.request(`${reports}/${withheld}`, { local: true });
  assert.equal(shown.json.reason_note, '说明');
  const hidden = await server.request(`${reports}/${ids[states.indexOf('approved')]}`, { local: true });
  assert.equal(hidden.json.note_hidden, true);
});

test('a CSV is imported, approved, and imported again without effect', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const file = path.join(server.folder, 'old list.csv');
  writeFileSync(
    file,
    '\ufeffstation,visited,basis,ticket_machine,card_issue,note\r\n' +
      '北京西,2023-07,self,payment,no_id,"“匿名站”, 第一版"\r\n' +
      'Beijing West Railway Station,2023-08-01,saw,,no_id,\r\n' +
      '天通苑北,2023,told,id_required,,\r\n' +
      '没有这个站,2023,self,payment,,\r\n' +
      '北京西,2999,self,maybe,,\r\n',
  );
  const args = ['--key', lin.file, 'import', file, '--approve', '--json'];
  const first = await moderate(server, args);
  assert.equal(first.code, 1);
  const summary = JSON.parse(first.stdout);
  assert.deepEqual(
    { ...summary, errors: summary.errors.map((error) => error.line) },
    { created: 3, unchanged: 0, refused: 2, approved: 3, errors: [5, 6] },
  );
  assert.match(first.stderr, /old list\.csv:5: .*unknown_station/);
  assert.match(first.stderr, /old list\.csv:6: .*in_future.*unknown_option/);
  const second = JSON.parse((await moderate(server, args)).stdout);
  assert.deepEqual([second.created, second.unchanged, second.approved], [0, 3, 0]);
  const published = await waitFor(async () => {
    const page = await server.request('/api/v1/stations/beijingxizhan/reports');
    return page.json?.reports.length >= 3 && page.json.reports;
  }, 'the imported reports in public view');
  assert.ok(published.some((report) => report.note === '“匿名站”, 第一版'));
  const wrong = path.join(server.folder, 'wrong.csv');
  writeFileSync(wrong, 'station,visited,lift\n北京西,2023,works\n');
  const refused = await moderate(server, ['import', wrong]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /lift/);
});

test('a line that is longer than a report is named, and the others are imported', async (t) => {
  const server = await startServer(t);
  const file = path.join(server.folder, 'long.ndjson');
  const lines = [report(), { ...report(), note: 'x'.repeat(9 << 20) }, report()];
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
  const run = await moderate(server, ['import', file]);
  assert.equal(run.code, 1);
  assert.match(run.stdout, /^2 new, 0 there before, 1 refused$/m);
  assert.match(run.stderr, /long\.ndjson:2: .*16384 bytes \(413\)/);
});

test('ten thousand lines of NDJSON, then the same again', async (t) => {
  const server = await startServer(t);
  const file = path.join(server.folder, 'many.ndjson');
  const lines = Array.from({ length: 10_000 }, (_, i) =>
    JSON.stringify({
      station: 'bagou',
      visited: `2023-0${1 + (i % 9)}-1${i % 10}`,
      answers: { card_issue: i % 3 === 0 ? 'id_required' : 'no_id' },
    }),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
  const first = await moderate(server, ['import', file, '--json']);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(JSON.parse(first.stdout).created, 10_000);
  const second = await moderate(server, ['import', file, '--json']);
  assert.deepEqual(JSON.parse(second.stdout), {
    created: 0,
    unchanged: 10_000,
    refused: 0,
    approved: 0,
    errors: [],
  });
});

test('a notice is published once', async (t) => {
  const server = await startServer(t);
  const file = path.join(server.folder, 'notice.json');
  const notice = {
    id: '2026-test',
    from: '2026-11-01',
    scope: 'all',
    kind: 'press',
    source: { zh: '报纸', en: 'A paper' },
    text: { zh: '试验', en: 'A test' },
    expects_change: ['card_issue'],
    asserts: { card_issue: 'no_id' },
  };
  writeFileSync(file, JSON.stringify(notice));
  assert.equal((await moderate(server, ['notice', 'add', file])).code, 0);
  assert.equal((await moderate(server, ['notice', 'add', file])).code, 0);
  await waitFor(async () => {
    const shown = await server.request('/api/v1/notices');
    return shown.json?.notices.some((one) => one.id === '2026-test');
  }, 'the notice in public view');
  writeFileSync(file, JSON.stringify({ ...notice, from: '2026-11-02' }));
  assert.equal((await moderate(server, ['notice', 'add', file])).code, 1);
  writeFileSync(file, JSON.stringify({ ...notice, id: 'x', kind: 'rumour' }));
  assert.equal((await moderate(server, ['notice', 'add', file])).code, 1);
  writeFileSync(file, '{');
  assert.equal((await moderate(server, ['notice', 'add', file])).code, 1);
});

test('a backup is a whole database, and only its owner may read it', async (t) => {
  const server = await startServer(t);
  await sendReports(server, 3);
  const file = path.join(server.folder, 'copy.db');
  const done = await moderate(server, ['backup', file, '--json']);
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(JSON.parse(done.stdout), { file, bytes: statSync(file).size });
  assert.equal(readFileSync(file).subarray(0, 15).toString(), 'SQLite format 3');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  await server.stop();
  const { renameSync, rmSync } = await import('node:fs');
  for (const end of ['-wal', '-shm']) rmSync(`${server.db}${end}`, { force: true });
  renameSync(file, server.db);
  await server.start();
  assert.equal((await queue(server)).length, 3);
});

test('check and refit answer', async (t) => {
  const server = await startServer(t);
  const checked = await moderate(server, ['check', '--json']);
  assert.equal(checked.code, 0, checked.stderr);
  const found = JSON.parse(checked.stdout);
  assert.equal(found.ok, true);
  assert.ok(found.decisions > 0, "the archive's decisions are in the log");
  assert.equal((await moderate(server, ['refit'])).code, 0);
});

test('exit codes tell a script what happened', async (t) => {
  const folder = temporaryFolder(t);
  const nowhere = path.join(folder, 'none.sock');
  const run = (...args) => runProgram('zhanji-moderate', args, { cwd: folder });
  const none = await run('--socket', nowhere, 'queue');
  assert.equal(none.code, 3);
  assert.equal(
    none.stderr,
    `zhanji-moderate: no server at ${nowhere}: start zhanji-collector or give --socket\n`,
  );
  for (const args of [
    [],
    ['praise'],
    ['moderator'],
    ['approve'],
    ['queue', 'x'],
    ['queue', '--reason', 'spam'],
    ['queue', '--limit', '0'],
    ['queue', '--colour'],
    ['reject', 'x', '--key', 'k'],
    ['--socket', nowhere, '--server', 'http://127.0.0.1:1', 'queue'],
  ]) {
    assert.notEqual((await run(...args)).code, 0, args.join(' '));
  }
  assert.equal((await run()).code, 2);
  assert.equal((await run('praise')).code, 2);
  assert.equal((await run('queue', '--limit', '0')).code, 2);
  assert.equal((await run('--help')).code, 0);
  assert.equal((await run('reject', '--help')).code, 0);
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const missing = '00000000-0000-4000-8000-000000000000';
  const refused = await moderate(server, ['--key', lin.file, 'approve', missing, '--json']);
  assert.equal(refused.code, 1);
  assert.equal(JSON.parse(refused.stdout).results[0].status, 404);
  assert.equal((await moderate(server, ['show', missing])).code, 1);
  assert.equal((await moderate(server, ['--key', lin.file, 'reject', missing])).code, 2);
});
