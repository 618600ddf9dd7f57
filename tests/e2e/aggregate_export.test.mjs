// The published figures follow from the export alone: a server with a random history of decisions,
// reverts, withdrawals and a notice, and the aggregator's figures beside the server's own.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { report, runProgram, startServer, temporaryFolder, waitFor } from './harness.mjs';
import { addModerator, moderate } from './moderators.mjs';

/** Deterministic numbers in [0, 1) (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const stations = ['巴沟', '北京西站', '天通苑', '国家图书馆', '奥林匹克公园'];
const visits = ['2022', '2023', '2024', '2023-05', '2024-02', '2022-12', '2023-11-05', '2023-11-06', '2024-06-30', '2025-01-15'];
const questions = {
  ticket_machine: ['payment', 'id_required', 'out_of_service'],
  window_ticket: ['no_id', 'id_required', 'refused'],
  card_issue: ['no_id', 'id_required', 'not_offered'],
  card_topup: ['no_id', 'id_required', 'not_offered'],
  card_type: ['t_union', 'local_only', 'none'],
  card_condition: ['new', 'used_good', 'used_worn'],
};

function randomReport(next) {
  const pick = (list) => list[Math.floor(next() * list.length)];
  const answers = {};
  for (const [question, options] of Object.entries(questions)) {
    if (next() < 0.6) answers[question] = pick(options);
  }
  if (Object.keys(answers).length === 0) answers.card_type = 'none';
  const reporter = next() < 0.7 ? `reporter-number-${Math.floor(next() * 6)}-of-six` : undefined;
  return report({ station: pick(stations), visited: pick(visits), basis: pick(['self', 'saw', 'told']), answers, reporter });
}

/** Sends, decides, reverts, decides again, withdraws. */
async function randomHistory(server, next) {
  const person = await addModerator(server, 'mei');
  const key = ['--key', person.file];
  const made = Array.from({ length: 120 }, () => randomReport(next));
  const lines = made.map((one) => JSON.stringify(one)).join('\n');
  const reply = await server.request('/api/v1/reports/batch', {
    method: 'POST', body: lines, headers: { 'content-type': 'application/x-ndjson' },
  });
  const receipts = reply.text.trimEnd().split('\n').map((line) => JSON.parse(line));
  const some = (share) => made.filter(() => next() < share).map(({ id }) => id);
  const decided = some(0.8);
  const did = async (...args) => {
    const { code, stderr } = await moderate(server, [...key, ...args]);
    assert.equal(code, 0, stderr);
  };
  await did('approve', ...decided);
  const reverted = decided.filter(() => next() < 0.3);
  await did('revert', ...reverted);
  await did('approve', ...reverted.slice(0, reverted.length / 2));
  await did('withhold', ...reverted.slice(reverted.length / 2), '--reason', 'policy');
  for (const [i, { id }] of made.entries()) {
    if (next() < 0.1) {
      const gone = await server.request(`/api/v1/reports/${id}`, { method: 'DELETE', bearer: receipts[i].tracking });
      assert.equal(gone.status, 200, gone.text);
    }
  }
}

/** "item,answer,…" rows of a CSV without quotes, by their first `width` fields. */
const rows = (text) => text.trimEnd().split('\n').slice(1).map((line) => line.split(','));

const day = (bracket) => (bracket ? [bracket.earliest, bracket.likely, bracket.latest] : ['', '', '']);
const shown = (segments, name) => segments.map((segment) => [
  name, segment.answer ?? segment.status, ...day(segment.from), ...day(segment.until),
  segment.confidence === null ? '' : String(segment.confidence),
]);

/** What the server says of a station, in the aggregator's form. */
function published(station) {
  const figures = [[station.id, station.status, station.confidence === null ? '' : String(station.confidence), station.standing, String(station.reports)]];
  const history = shown(station.history, station.id);
  for (const [id, question] of Object.entries(station.questions).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const largest = Math.max(...Object.values(question.p));
    figures.push([`${station.id}/${id}`, question.answer ?? '', String(largest), question.standing, String(question.reports)]);
    history.push(...shown(question.history, `${station.id}/${id}`));
  }
  return { figures, history };
}

const exported = (server) => server.request('/api/v1/export/reports.ndjson');

/** Resolves when everything that was decided is published: an export without a validator is behind. */
const settled = (server) => waitFor(async () => (await exported(server)).headers.etag, 'an exact export');

/** All that one compares belongs to one view: a fit that is published meanwhile has it done again. */
async function assertReproduced(t, server) {
  const folder = temporaryFolder(t);
  await waitFor(async () => {
    const { headers, bytes } = await exported(server);
    if (!headers.etag) return false;
    const file = path.join(folder, 'export');
    writeFileSync(file, bytes);
    const fault = await compareAll(server, file).then(() => null, (error) => error);
    if ((await exported(server)).headers.etag !== headers.etag) return false;
    if (fault) throw fault;
    return true;
  }, 'a view that rests');
}

async function compareAll(server, file) {
  for (const asOf of [undefined, '2023-07-01', '2024-03-10']) {
    const args = ['--export', file, '--out', '-', ...(asOf ? ['--now', asOf] : [])];
    const out = await runProgram('zhanji-aggregate', args);
    assert.equal(out.code, 0, out.stderr);
    const history = await runProgram('zhanji-aggregate', ['--export', file, '--history', '-']);
    const whole = await runProgram('zhanji-aggregate', ['--export', file, '--json', ...(asOf ? ['--now', asOf] : [])]);
    assert.equal(whole.code, 0, whole.stderr);
    const again = new Map(whole.stdout.trimEnd().split('\n').map((line) => JSON.parse(line)).map((one) => [one.id, one]));
    const query = asOf ? `?as_of=${asOf}` : '';
    const { json } = await server.request(`/api/v1/stations${query}`);
    assert.equal(json.stations.length, 424);
    for (const { id } of json.stations) {
      const one = (await server.request(`/api/v1/stations/${id}${query}`)).json;
      const expected = published(one);
      const mine = (row) => row[0] === id || row[0].startsWith(`${id}/`);
      assert.deepEqual(rows(out.stdout).filter(mine), expected.figures);
      assert.deepEqual(rows(history.stdout).filter(mine), expected.history);
      const { name, lines, pending, ...figures } = one;
      assert.deepEqual(again.get(id), figures);
    }
  }
}

for (const seed of [1, 2]) {
  test(`figures follow from the export after a random history (seed ${seed})`, async (t) => {
    const server = await startServer(t);
    await randomHistory(server, random(seed));
    await assertReproduced(t, server);
  });
}

/** The value of a metric. */
async function metric(server, name) {
  const { text } = await server.request('/metrics', { local: true });
  return Number(text.match(new RegExp(`^${name} (\\S+)$`, 'm'))[1]);
}

/** Asks for a fit and waits for what it gives. One that the decisions set off may run before it. */
async function refit(server) {
  await settled(server);
  assert.equal((await moderate(server, ['refit'])).code, 0);
  await waitFor(async () => (await metric(server, 'zhanji_fit_owed')) === 0, 'the fit');
  assert.ok((await metric(server, 'zhanji_fits_total')) >= 1);
}

/** A visit of a simulated city whose machines ask for identity from 2024-03-10 on; every eighth
 * reporter says the opposite. */
function cityReport(next, stationIds) {
  const number = Math.floor(next() * 24);
  const day = Math.floor(next() * 700);
  const visited = new Date(Date.UTC(2023, 0, 1) + day * 86400000).toISOString().slice(0, 10);
  const asks = (visited >= '2024-03-10') !== (number % 8 === 0);
  const answers = {
    ticket_machine: asks ? 'id_required' : 'payment',
    card_issue: next() < 0.9 ? 'id_required' : 'no_id',
  };
  const station = stationIds[Math.floor(next() * stationIds.length)];
  const reporter = next() < 0.9 ? `citizen-number-${number}-of-twenty-four` : undefined;
  return report({ station, visited, basis: 'self', answers, reporter });
}

async function sendCity(server, next, count) {
  const { json } = await server.request('/api/v1/stations');
  const ids = json.stations.slice(0, 40).map(({ id }) => id);
  const file = path.join(server.folder, `city-${count}.ndjson`);
  const made = Array.from({ length: count }, () => cityReport(next, ids));
  writeFileSync(file, made.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return { file, made };
}

test('figures follow from the export after refits, and the citywide change is found', async (t) => {
  const server = await startServer(t);
  const next = random(3);
  await randomHistory(server, next);
  const key = ['--key', path.join(server.folder, 'mei.key')];
  const { file, made } = await sendCity(server, next, 1500);
  const imported = await moderate(server, [...key, 'import', file, '--approve']);
  assert.equal(imported.code, 0, imported.stderr);
  await refit(server);
  assert.ok((await metric(server, 'zhanji_fit_questions')) >= 1);
  assert.ok((await metric(server, 'zhanji_fit_observations')) > 1000);
  assert.ok((await metric(server, 'zhanji_fit_iterations')) >= 28);
  assert.equal(await metric(server, 'zhanji_fit_progress'), 1);
  await assertReproduced(t, server);
  const undone = made.filter(() => next() < 0.1).map(({ id }) => id);
  assert.equal((await moderate(server, [...key, 'revert', ...undone])).code, 0);
  await refit(server);
  await assertReproduced(t, server);
  const { city_changes: changes } = (await server.request('/api/v1/summary')).json;
  assert.deepEqual(changes.map(({ question }) => question), ['ticket_machine']);
  const [change] = changes;
  assert.ok(change.day >= '2024-03-08' && change.day <= '2024-03-12', change.day);
  assert.ok(change.from_share.payment > 0.9 && change.to_share.id_required > 0.9, JSON.stringify(change));
  assert.ok(change.stations >= 30);
  const lines = (await server.request('/api/v1/export/reports.ndjson')).text.trimEnd().split('\n');
  const accuracies = new Set(lines.slice(1).map((line) => JSON.parse(line).accuracy));
  assert.ok(accuracies.size > 2, 'accuracies were learned');
  assert.ok([...accuracies].every((value) => Math.abs(value * 20 - Math.round(value * 20)) < 1e-9));
  await restartAndCompare(server);
});

/** What was learned is there again after a restart, to the last digit. */
async function restartAndCompare(server) {
  const all = async () => (await server.request('/api/v1/export/history.csv')).text;
  const before = await all();
  await server.stop();
  await server.start();
  assert.equal(await all(), before);
}

const header = (fields = {}) => JSON.stringify({
  export: 1, offset: '+08:00', earliest_visit: '2022-01-01', as_of: '2024-01-01', known_at: '2024-01-01',
  basis: { self: 1 }, statuses: { questions: ['q'], map: { a: 'A' }, several: 'mixed', none: 'unknown', not_open: 'not_open' },
  conditions: {}, notices: [], stations: { s: { opened: null } },
  model: { span: 100, unnamed: 0.85, questions: [{ id: 'q', options: ['a', 'b'], initial: [0.5, 0.5], direction: [[0, 1], [1, 0]], hazard: { origin: '2022-01-01', bins: 0, base_rate: 0.0003, base_target: [0.5, 0.5], own: [] } }] },
  ...fields,
});
const line = (fields) => JSON.stringify({ id: '1', station: 's', visited: '2023-05-01', basis: 'self', answers: { q: 'a' }, reporter: null, accuracy: 0.85, ...fields });

test('an export of another survey needs nothing of this machine', async () => {
  const { code, stdout } = await runProgram('zhanji-aggregate', ['--export', '-'], { input: `${header()}\n${line()}\n` });
  assert.equal(code, 0);
  assert.deepEqual(rows(stdout).map((row) => row.slice(0, 2)), [['s', 'A'], ['s/q', 'a']]);
});

const refused = {
  'no header': ['{}\n', 'line 1: no header'],
  'an empty file': ['', 'line 1: no header'],
  'a header without stations': [`${header({ stations: {} })}\n`, 'line 1: the header has no usable "stations"'],
  'an unknown station': [`${header()}\n${line({ station: 'x' })}\n`, 'line 2: no usable "station"'],
  'an unknown option': [`${header()}\n${line()}\n${line({ answers: { q: 'z' } })}\n`, 'line 3: no usable "answers"'],
  'an accuracy that is none': [`${header()}\n${line()}\n${line({ accuracy: -1 })}\n`, 'line 3: no usable "accuracy"'],
  'a weight that is none': [`${header({ basis: { self: -1 } })}\n`, 'line 1: the header has no usable "basis"'],
  'a negative rate': [`${header().replace('"base_rate":0.0003', '"base_rate":-1')}\n`, 'line 1: the model of question q has a number that is no chance or rate'],
  'a condition of no question': [`${header({ conditions: { c: { x: 'y' } } })}\n`, 'line 1: the header has no usable "conditions"'],
  'a line cut short': [`${header()}\n{"id":`, 'line 2: no JSON object'],
  'a bad day': [`${header()}\n${line({ visited: '2023-02-30' })}`, 'line 2: no usable "visited"'],
};
for (const [name, [input, says]] of Object.entries(refused)) {
  test(`${name} is refused with its line`, async () => {
    const { code, stderr, stdout } = await runProgram('zhanji-aggregate', ['--export', '-'], { input });
    assert.deepEqual([code, stdout], [1, '']);
    assert.ok(stderr.includes(says), stderr);
  });
}
