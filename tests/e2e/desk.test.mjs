// What the desk stands on: who is let in, the order of use, flags, preview, bulk decisions.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { program, report, root, runProgram, serverFor, startServer, waitFor } from './harness.mjs';
import { addModerator, makeKey, moderate, sendReports, signedHeaders } from './moderators.mjs';

const api = '/api/v1/moderation';

/** Every row of the moderation API's table: { method, path, local }. */
function endpoints() {
  const text = readFileSync(path.join(root, 'moderation/routes.c'), 'utf8').replaceAll('API "', `"${api}`);
  const rows = [...text.matchAll(/\{HTTP_(\w+),\s*"([^"]+)",[^}]*?\}/g)];
  return rows
    .filter(([, , where]) => where.startsWith(api))
    .map(([row, method, where]) => ({ method, where, local: row.includes('HTTP_LOCAL_ONLY') }));
}

describe('every moderation endpoint refuses', () => {
  const server = serverFor({ before, after });
  let known, retired, unknown, id;
  before(async () => {
    known = await addModerator(server(), 'Known');
    retired = await addModerator(server(), 'Retired');
    unknown = await makeKey(server(), 'Unknown');
    assert.equal((await moderate(server(), ['moderator', 'retire', 'Retired'])).code, 0);
    [id] = await sendReports(server(), 1);
  });

  const bodyOf = (method) => (method === 'POST' ? '{}' : '');
  async function send(method, where, headers, body = bodyOf(method)) {
    const type = body === '' ? {} : { 'content-type': 'application/json' };
    return server().request(where, { method, headers: { ...headers, ...type }, ...(body === '' ? {} : { body }) });
  }
  const now = () => Math.floor(Date.now() / 1000);
  const flip = (signature) => signature.replace(/=:(.)/, (_, first) => `=:${first === 'A' ? 'B' : 'A'}`);

  /** What is wrong with the request; gives its status. */
  const wrongs = {
    'no key': [401, (method, where) => send(method, where, {})],
    'an unknown key': [401, (method, where) => send(method, where, signedHeaders(unknown, method, where, bodyOf(method)))],
    'a retired key': [403, (method, where) => send(method, where, signedHeaders(retired, method, where, bodyOf(method)))],
    'a wrong signature': [401, (method, where) => {
      const headers = signedHeaders(known, method, where, bodyOf(method));
      return send(method, where, { ...headers, signature: flip(headers.signature) });
    }],
    'an old timestamp': [401, (method, where) =>
      send(method, where, signedHeaders(known, method, where, bodyOf(method), { created: now() - 61 }))],
    'a timestamp to come': [401, (method, where) =>
      send(method, where, signedHeaders(known, method, where, bodyOf(method), { created: now() + 3600 }))],
    'a reused nonce': [401, async (method, where) => {
      const headers = signedHeaders(known, method, where, bodyOf(method));
      const first = await send(method, where, headers);
      assert.ok(first.status !== 401 && first.status !== 403, `${method} ${where}: ${first.status} ${first.text}`);
      return send(method, where, headers);
    }],
    'a changed body': [401, (method, where) => {
      const headers = signedHeaders(known, method, where, '{"x":1}');
      if (method === 'POST') return send(method, where, headers, '{"x":2}');
      return send(method, where, { ...headers, 'content-digest': headers['content-digest'].replace(/:./, ':_') });
    }],
    'a changed path': [401, (method, where) =>
      send(method, where, signedHeaders(known, method, `${where}x`, bodyOf(method)))],
    'a changed query': [401, (method, where) =>
      send(method, `${where}?a=1`, signedHeaders(known, method, `${where}?a=2`, bodyOf(method)))],
    'another method': [401, (method, where) =>
      send(method, where, signedHeaders(known, method === 'GET' ? 'POST' : 'GET', where, bodyOf(method)))],
  };

  const rows = endpoints();
  test('the table is read whole', () => assert.ok(rows.length >= 15, `${rows.length}`));
  for (const [name, [status, ask]] of Object.entries(wrongs))
    test(name, async () => {
      for (const { method, where, local } of rows) {
        const place = where.replace('{id}', id).replace('{name}', 'Known');
        // What is the operator's is not there for anybody else, with or without a signature.
        const expected = local ? 404 : status;
        if (local && name === 'a reused nonce') continue;
        const reply = await ask(method, place);
        assert.equal(reply.status, expected, `${method} ${place}: ${reply.text}`);
        if (expected === 401) assert.equal(reply.headers['www-authenticate'], 'Signature');
        assert.equal(reply.json.reports, undefined);
      }
    });
});

const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
const queue = async (server, query) =>
  (await server.request(`${api}/reports?${query}`, { local: true })).json;
const flagsOf = (found) => found.flags.map(({ flag }) => flag).sort();

test('the order of use, flags and filters', async (t) => {
  const server = await startServer(t);
  const send = async (fields) => (await sendReports(server, 1, fields))[0];
  const same = { answers: { ticket_machine: 'id_required', card_issue: 'id_required' } };
  const plain = await send({ station: '劲松', visited: day(10), ...same });
  const odd = await send({ station: '劲松', visited: day(20), ...same, note: '电话 13812345678 或 a@b.cn' });
  const past = await send({ station: '国贸', visited: '2024-12-01', ...same });
  const change = await send({ station: '巴沟', visited: day(3), answers: { card_issue: 'no_id', window_ticket: 'no_id', card_topup: 'no_id' } });
  const twins = [];
  for (let i = 0; i < 5; i += 1) twins.push(await send({ station: '西直门', visited: day(4), ...same }));
  const hurry = [];
  for (const station of ['东直门', '雍和宫'])
    hurry.push(await send({ station, visited: `${day(5)}T08:30+08:00`, ...same, reporter: 'q'.repeat(30) }));

  const { reports, total, waiting } = await queue(server, 'order=use&limit=100');
  assert.deepEqual([total, waiting], [11, 11]);
  const at = Object.fromEntries(reports.map((found, i) => [found.id, i]));
  const flags = Object.fromEntries(reports.map((found) => [found.id, flagsOf(found)]));
  assert.equal(at[change], 0, 'what changes a status comes first');
  assert.notEqual(reports[0].effect.from, reports[0].effect.to);
  assert.equal(at[plain], 10, 'what nothing is said about comes last');
  assert.deepEqual(flags[odd], ['links', 'numbers']);
  assert.deepEqual(flags[past], ['past']);
  for (const id of twins) assert.deepEqual(flags[id], ['burst', 'repeated']);
  for (const id of hurry) assert.deepEqual(flags[id], ['hurried']);

  const found = async (query) => (await queue(server, query)).reports.map(({ id }) => id).sort();
  const cases = [
    ['flag=links', [odd]], ['flag=hurried', hurry], ['flag=burst', twins], ['changes=1', [change]],
    ['q=13812345678', [odd]], [`q=${encodeURIComponent('巴沟')}`, [change]], ['station=guomao&flag=any', [past]],
    [`visited_from=${day(4)}`, [change, ...twins]], ['visited_to=2024-12-31', [past]], ['visited_to=2024', [past]], ['visited_from=2024-12&visited_to=2024-12', [past]],
    ['answer=window_ticket:no_id', [change]], ['flag=none&line=7', []], ['flag=none&order=age', [plain, change]],
  ];
  for (const [query, ids] of cases) assert.deepEqual(await found(query), ids.toSorted(), query);

  const pages = [];
  let next = '';
  do {
    const page = await queue(server, `order=use&limit=3&after=${next}`);
    pages.push(...page.reports.map(({ id }) => id));
    next = page.next;
  } while (next);
  assert.deepEqual(pages, reports.map(({ id }) => id), 'pages join without gap or repetition');

  for (const query of ['flag=red', 'order=up', 'answer=x', 'visited_from=2024-13', 'visited_to=2024-05-01T08:00Z', 'changes=2', 'q=a&state=approved', 'order=use&after=x'])
    assert.equal((await server.request(`${api}/reports?${query}`, { local: true })).status, 400, query);
});

test('an answer against a confident consensus is flagged, and counts all the same', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const ids = [];
  for (const [i, letter] of [...'abcdefgh'].entries())
    ids.push(...(await sendReports(server, 1, { station: '国贸', visited: day(8 + 20 * i), answers: { card_issue: 'no_id' }, reporter: letter.repeat(30) })));
  assert.equal((await moderate(server, ['--key', lin.file, 'approve', ...ids])).code, 0);
  await waitFor(async () => (await server.request('/api/v1/stations/guomao')).json.questions.card_issue.standing === 'confirmed', 'the consensus');
  const [id] = await sendReports(server, 1, { station: '国贸', visited: day(2), answers: { card_issue: 'id_required' } });
  const [found] = (await queue(server, 'order=use')).reports;
  assert.equal(found.id, id);
  assert.deepEqual(flagsOf(found), ['contradicts']);
  assert.match(found.flags[0].text.en, /the change itself/);
  assert.match(found.flags[0].text.zh, /规定正好变了/);
  assert.equal((await moderate(server, ['--key', lin.file, 'approve', id])).code, 0, 'a flag rejects nothing');
});

test('the preview is what is published afterwards', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const reporter = 'p'.repeat(30);
  for (const [fields, name] of [
    [{ station: '巴沟', visited: day(3), answers: { card_issue: 'no_id', card_type: 't_union' } }, 'unnamed'],
    [{ station: '巴沟', visited: day(2), answers: { card_issue: 'no_id' }, reporter }, 'a new reporter'],
    [{ station: '巴沟', visited: '2023-11', answers: { card_issue: 'id_required' }, basis: 'told' }, 'of a month, in the past'],
  ]) {
    const [id] = await sendReports(server, 1, fields);
    const { stations } = (await server.request(`${api}/preview?report=${id}`, { local: true })).json;
    const { before, after, station } = stations[0];
    const shown = async () => (await server.request(`/api/v1/stations/${station}`)).json;
    const bare = ({ history, pending, questions, ...rest }) => ({
      ...rest,
      questions: Object.fromEntries(Object.entries(questions).map(([q, { history: _, ...question }]) => [q, question])),
    });
    assert.deepEqual(bare(before), bare(await shown()), `${name}: before`);
    assert.equal((await moderate(server, ['--key', lin.file, 'approve', id])).code, 0);
    await waitFor(async () => (await shown()).reports === after.reports, 'the publication');
    assert.deepEqual(bare(after), bare(await shown()), `${name}: after`);
  }
});

/** RFC 6962 root over texts, by its definition. */
function naiveRoot(ids) {
  const hash = (...parts) => parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest();
  if (ids.length === 1) return hash(Buffer.from([0]), ids[0]);
  let split = 1;
  while (split * 2 < ids.length) split *= 2;
  return hash(Buffer.from([1]), naiveRoot(ids.slice(0, split)), naiveRoot(ids.slice(split)));
}

test('bulk from the tool: a dry run, one entry, one undo', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  const count = 537;
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify(report({ station: '西直门', note: i < 37 ? '好' : `加微信 ${i}` }, i)));
  await server.request('/api/v1/reports/batch', { method: 'POST', local: true, body: lines.join('\n'), headers: { 'content-type': 'application/x-ndjson' } });
  const bulk = (...args) => moderate(server, ['--key', lin.file, 'bulk', ...args]);
  const waits = async () => (await server.request(`${api}/statistics`, { local: true })).json.waiting;

  const dry = await bulk('approve', '--flag', 'links', '--dry-run');
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /^500 reports of 500 that match/);
  assert.match(dry.stdout, /of 1 station would change its status/);
  assert.equal(await waits(), count);
  const told = JSON.parse((await bulk('approve', '--flag', 'links', '--dry-run', '--json')).stdout);
  assert.deepEqual(told, { dry_run: true, reports: 500, total: 500, stations: [] });
  const none = ['--text', 'nothing like this'];
  assert.deepEqual(JSON.parse((await bulk('reject', ...none, '--reason', 'spam', '--json')).stdout), { results: [] });
  assert.equal(JSON.parse((await bulk('approve', ...none, '--dry-run', '--json')).stdout).reports, 0);
  assert.equal((await bulk('reject', '--flag', 'links')).code, 2, 'a rejection says why');

  const list = path.join(server.folder, 'links.ids');
  const done = await bulk('reject', '--flag', 'links', '--reason', 'spam', '--list', list);
  assert.equal(done.code, 0, done.stderr);
  assert.equal(await waits(), 37);
  const { entries } = (await server.request(`${api}/entries?from=0`, { local: true })).json;
  const entry = JSON.parse(entries.at(-1));
  const ids = readFileSync(list, 'utf8').trim().split('\n');
  assert.deepEqual([entry.reports, entry.reason, ids.length], [500, 'spam', 500]);
  assert.equal(entry.root, naiveRoot(ids).toString('base64'));

  const undone = await bulk('revert', list);
  assert.equal(undone.code, 0, undone.stderr);
  assert.equal(await waits(), count);
  assert.equal((await moderate(server, ['check'])).code, 0);

  const again = await bulk('withhold', '--flag', 'links', '--reason', 'policy');
  const [, number] = again.stdout.match(/bulk revert (\d+)$/m);
  const back = await waitFor(async () => {
    const tried = await bulk('revert', number);
    return tried.code === 0 && tried; // until the entry is in the signed log
  }, 'the undo by the number of the entry');
  assert.match(back.stdout, /^500 reports wait again/);
  assert.equal(await waits(), count);
  assert.match((await bulk('revert', '0')).stderr, /entry 0 of the log is no decision on many/);

  const stats = await moderate(server, ['stats', '--json']);
  const figures = JSON.parse(stats.stdout);
  assert.equal(figures.by_flag.links, 500);
  assert.deepEqual([figures.decided.at(-1).rejected, figures.decided.at(-1).reverted], [500, 1000]);
  assert.match((await moderate(server, ['stats'])).stdout, /537 wait/);
});

test('a refused filter names the option that was typed', async (t) => {
  const server = await startServer(t);
  const ada = await addModerator(server, 'Ada');
  const options = {
    '--from': 'yesterday', '--to': '2024-05-01T08:00Z', '--flag': 'red', '--answer': 'x', '--line': 'nowhere', '--order': 'up',
  };
  for (const [option, value] of Object.entries(options)) {
    const { code, stderr } = await moderate(server, ['queue', option, value]);
    assert.equal(code, 1, option);
    assert.ok(stderr.startsWith(`zhanji-moderate: ${option}: `), stderr);
  }
  for (const command of [['review'], ['bulk', 'reject', '--reason', 'spam']]) {
    const { code, stderr } = await moderate(server, ['--key', ada.file, ...command, '--from', '2024-13']);
    assert.equal(code, 1);
    assert.match(stderr, /^zhanji-moderate: --from: give a day, a month or a year, such as 2026-11-22/);
  }
  const [id] = await sendReports(server, 1, { visited: '2024-05-01' });
  const listed = async (...args) => JSON.parse((await moderate(server, ['queue', '--json', ...args])).stdout).reports.map((one) => one.id);
  assert.deepEqual(await listed('--from', '2024', '--to', '2024-05'), [id]);
  assert.deepEqual(await listed('--from', '2024-06'), []);
  assert.equal((await moderate(server, ['queue', '--text', ''])).code, 2, 'an empty filter is no filter for everything');
});

test('review shows flags and what approving would do', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  await sendReports(server, 1, { station: '巴沟', visited: day(3), answers: { card_issue: 'no_id', card_topup: 'no_id', window_ticket: 'no_id' }, note: 'www.example.org' });
  const shown = await moderate(server, ['--key', lin.file, 'review'], { input: 'q', env: { LANG: 'en_GB.UTF-8' } });
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /! The note holds a link/);
  assert.match(shown.stdout, /now: +Identity asked \(Inferred citywide/);
  assert.match(shown.stdout, /approved: (?!Identity asked)/);
  const dry = await moderate(server, ['--key', lin.file, 'bulk', 'approve', '--changes', '--dry-run', '--json']);
  const [{ name, ...change }] = JSON.parse(dry.stdout).stations;
  assert.deepEqual([change.id, change.from, name.zh], ['bagou', 'real_name', '巴沟']);
  assert.notEqual(change.to, change.from);
});

test('review takes back decision after decision, and shows each again', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  await sendReports(server, 4);
  const { code, stdout, stderr } = await moderate(server, ['--key', lin.file, 'review'], { input: 'asauuuaq' });
  assert.equal(code, 0, stderr);
  const seen = [...stdout.matchAll(/^ {2}id +([0-9a-f-]{36})/gm)].map(([, id]) => id);
  const [first, second, third] = seen;
  assert.equal(new Set([first, second, third]).size, 3);
  assert.deepEqual(seen.slice(4), [third, first, third], `${stdout}`);
  assert.match(stdout, /nothing to take back/);
  assert.match(stdout, /1 decided, 1 skipped/);
  const stateOf = async (id) => (await server.request(`${api}/reports/${id}`, { local: true })).json.state;
  assert.deepEqual(await Promise.all([first, second, third].map(stateOf)), ['approved', 'pending', 'pending']);
});

test('progress is for terminals alone', async (t) => {
  const server = await startServer(t);
  const lin = await addModerator(server, 'Lin');
  await sendReports(server, 3, { note: '加微信' });
  const line = [program('zhanji-moderate'), '--socket', server.socket, '--key', lin.file, 'bulk', 'reject', '--flag', 'links', '--reason', 'spam'].join(' ');
  const terminal = spawnSync('script', ['-qec', `${line} --dry-run && ${line}`, '/dev/null'], { encoding: 'utf8' });
  assert.equal(terminal.status, 0, terminal.stdout);
  for (const step of [/reading which reports match/, /3 reports: hashing and signing/, /3 reports: signed; the server writes/]) assert.match(terminal.stdout, step);
  const back = await moderate(server, ['--key', lin.file, 'bulk', 'reject', '--reason', 'spam']);
  assert.equal(back.stderr, '');
});

test('the man page and the completion know every command and option', async () => {
  const help = (await runProgram('zhanji-moderate', ['--help'])).stdout;
  const commands = [...help.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}\S/gm)].map(([, name]) => name);
  assert.ok(commands.includes('bulk approve') && commands.includes('stats'), help);
  const source = readFileSync(path.join(root, 'moderation/arguments.c'), 'utf8');
  const options = [...source.matchAll(/\{"(--[a-z-]+)"/g)].map(([, name]) => name);
  const page = readFileSync(path.join(root, 'moderation/zhanji-moderate.1'), 'utf8').replaceAll('\\-', '-').replaceAll('\\~', ' ');
  const shell = readFileSync(path.join(root, 'moderation/zhanji-moderate.bash'), 'utf8');
  for (const command of commands) {
    assert.ok(page.includes(command), `the man page lacks ${command}`);
    for (const word of command.split(' ')) assert.match(shell, new RegExp(`\\b${word}\\b`), `the completion lacks ${command}`);
  }
  for (const option of options.filter((name) => name !== '--help')) {
    assert.ok(page.includes(option), `the man page lacks ${option}`);
    assert.ok(shell.includes(option), `the completion lacks ${option}`);
  }
});

test('the completion completes', () => {
  const file = path.join(root, 'moderation/zhanji-moderate.bash');
  const ask = 'source "$1"; shift; COMP_WORDS=(zhanji-moderate "$@"); COMP_CWORD=$#; _zhanji_moderate; echo "${COMPREPLY[@]}"';
  for (const [line, expected] of [
    ['bul', 'bulk'],
    ['bulk |', 'approve reject revert withhold'],
    ['--socket /run/x --json pu', 'purge'],
    ['--key k reject id --reason sp', 'spam'],
    ['queue --flag con', 'contradicts'],
    ['queue --ord', '--order'],
    ['bulk reject --flag links --rea', '--reason'],
    ['purge 365 --', '--dry-run --socket --server --key --json --help'],
    ['log v', 'verify'],
    ['queue --station |', ''],
    ['queue --flag = li', 'links'],
    ['queue --order =', 'use age'],
    [`queue --key = ${root}/LIC`, `${root}/LICENSE`],
    ['--key = k reject id --reason = sp', 'spam'],
    [`approve ${root}/LIC`, ''],
    [`bulk revert ${root}/LIC`, `${root}/LICENSE`],
    [`log verify ${root}/READ`, `${root}/README.md`],
    [`--key ${root}/LIC`, `${root}/LICENSE`],
  ]) {
    const words = line.split(' ').map((each) => (each === '|' ? '' : each));
    const { stdout, stderr } = spawnSync('bash', ['-c', ask, 'bash', file, ...words], { encoding: 'utf8' });
    assert.equal(stderr, '', line);
    assert.equal(stdout.trim(), expected, line);
  }
});

test('the desk’s files are served with the strict policy, and nothing else is', async (t) => {
  const server = await startServer(t);
  const page = await server.request('/desk');
  assert.equal(page.status, 200);
  assert.match(page.headers['content-type'], /text\/html/);
  assert.match(page.headers['content-security-policy'], /default-src 'none'; script-src 'self'/);
  assert.equal(page.headers['set-cookie'], undefined);
  for (const [, file] of page.text.matchAll(/(?:href|src)="(\/desk\/[^"]+)"/g))
    assert.equal((await server.request(file)).status, 200, file);
  const scripts = readdirSync(path.join(root, 'moderation/desk')).filter((file) => file.endsWith('.js'));
  for (const file of scripts)
    assert.ok(page.text.includes(`"/desk/${file}"`), `${file} is asked for at once, not when another script names it`);
  for (const file of ['/desk/nothing.js', '/desk/..%2froutes.c', '/desk/%2e%2e'])
    assert.equal((await server.request(file)).status, 404, file);
});
