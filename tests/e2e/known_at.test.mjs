// Days go by, by a clock that is set before each start: what was published on an earlier day is
// answered as it was published then, whatever came later.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { at, calendar, skip } from './calendar.mjs';
import { report, runProgram, waitFor } from './harness.mjs';
import { addModerator, moderate } from './moderators.mjs';

const reports = '/api/v1/reports';
const get = async (server, where) => {
  const { status, json, text } = await server.request(where);
  assert.equal(status, 200, `${where}: ${text}`);
  return json;
};

async function send(server, fields) {
  const sent = report(fields);
  const { status, json, text } = await server.request(reports, { method: 'POST', json: sent });
  assert.equal(status, 201, text);
  return { ...json, sent };
}

async function decide(server, person, instant, ...args) {
  const done = await moderate(server, ['--key', person.file, ...args], { env: at(instant) });
  assert.equal(done.code, 0, done.stderr);
}

const station = 'shoujingmao';
const where = `/api/v1/stations/${station}`;
const figures = ({ as_of: _day, known_at: _known, pending: _waiting, ...rest }) => rest;

test('an earlier day is answered by what was published then', { skip }, async (t) => {
  const { server, on } = calendar(t);
  const days = ['2025-03-10', '2025-03-11', '2025-03-12', '2025-03-13'];
  const published = new Map();
  const asked = (day) => `${where}?as_of=2025-03-09&known_at=${day}`;
  const keep = async (day) => {
    const today = await get(server, `${where}?as_of=2025-03-09`);
    assert.equal(today.known_at, day);
    published.set(day, today);
  };
  const fields = { station, visited: '2025-03-09', answers: { card_issue: 'no_id' } };
  let person;
  let first;
  let second;
  await on('2025-03-10T04:00:00Z', async () => {
    person = await addModerator(server, 'Reader');
    first = await send(server, { ...fields, reporter: 'a'.repeat(22) });
    await keep(days[0]);
  });
  await on('2025-03-11T04:00:00Z', async () => {
    await decide(server, person, '2025-03-11T04:00:10Z', 'approve', first.id);
    await waitFor(async () => (await get(server, where)).last_visit === '2025-03-09', 'the first');
    await keep(days[1]);
  });
  await on('2025-03-12T04:00:00Z', async () => {
    second = await send(server, { ...fields, reporter: 'b'.repeat(22) });
    await decide(server, person, '2025-03-12T04:00:10Z', 'approve', second.id);
    const before = published.get(days[1]).reports;
    await waitFor(async () => (await get(server, where)).reports === before + 1, 'the second');
    await keep(days[2]);
  });
  await on('2025-03-13T04:00:00Z', async () => {
    const before = published.get(days[2]).reports;
    await server.request(`${reports}/${first.id}`, { method: 'DELETE', bearer: first.tracking });
    await waitFor(async () => (await get(server, where)).reports === before - 1, 'the withdrawal');
    await keep(days[3]);
    for (const day of days) {
      assert.deepEqual(figures(await get(server, asked(day))), figures(published.get(day)), day);
    }
  });
  await on('2025-06-01T04:00:00Z', async () => {
    for (const day of days) {
      const then = await get(server, asked(day));
      assert.equal(then.known_at, day);
      assert.deepEqual(figures(then), figures(published.get(day)), day);
    }
    const between = await get(server, asked('2025-05-01'));
    const last = published.get(days[3]);
    for (const figure of ['status', 'standing', 'confidence', 'reports', 'last_visit', 'conditions']) {
      assert.deepEqual(between[figure], last[figure], figure);
    }
    const nothing = await get(server, `${where}?known_at=2025-03-09`);
    assert.equal(nothing.status, 'unknown');
    assert.deepEqual(nothing.history, []);
    assert.equal(nothing.reports, 0);
    const list = await get(server, `/api/v1/stations?q=${station}&as_of=2025-03-09&known_at=${days[1]}`);
    assert.equal(list.stations[0].reports, published.get(days[1]).reports);
    assert.equal(list.stations[0].status, published.get(days[1]).status);
  });
  const counts = days.map((day) => published.get(day).reports);
  assert.deepEqual(counts.map((count) => count - counts[0]), [0, 1, 2, 1], 'every day has its own');
});

async function metrics(server) {
  const { text } = await server.request('/metrics', { local: true });
  return Object.fromEntries(text.split('\n').filter((line) => line.startsWith('zhanji_')).map((line) => line.split(' ')));
}

/** A file of reports of a city that changed, for the import. */
function cityFile(folder, round) {
  const stations = [station, 'bagou', 'tiantongyuan', 'andingmen', 'dongzhimen', 'beixinqiao'];
  const lines = Array.from({ length: 400 }, (_, i) => {
    const visited = new Date(Date.UTC(2023, 0, 1) + ((i * 37 + round * 11) % 700) * 86_400_000).toISOString().slice(0, 10);
    const answer = (visited < '2024-01-15') === (i % 7 !== 0) ? 'payment' : 'id_required';
    return JSON.stringify(report({ station: stations[i % 6], visited, answers: { ticket_machine: answer }, reporter: `reporter-number-${String(i % 31).padStart(2, '0')}-of-31` }));
  });
  const file = path.join(folder, `city-${round}.ndjson`);
  writeFileSync(file, lines.join('\n'));
  return file;
}

test('kill −9 while a fit runs or is written changes nothing that was published', { skip }, async (t) => {
  const { server, on } = calendar(t);
  const asked = ['/api/v1/stations?', `${where}?`, '/api/v1/stations/bagou?'].map((what) => `${what}as_of=2025-03-09&known_at=2025-03-10`);
  const told = () => Promise.all(asked.map(async (what) => (await server.request(what)).text));
  const settled = () => waitFor(async () => (await server.request('/api/v1/export/reports.ndjson')).headers.etag && (await metrics(server)).zhanji_fit_owed === '0', 'rest', 50);
  let person;
  let published;
  await on('2025-03-10T04:00:00Z', async () => {
    person = await addModerator(server, 'Reader');
    await decide(server, person, '2025-03-10T04:00:10Z', 'import', cityFile(server.folder, 0), '--approve');
    await settled();
    assert.equal((await moderate(server, ['refit'])).code, 0);
    await settled();
    published = await told();
  });
  const isDone = (now) => Number(now.zhanji_fits_total) > 0;
  const moments = [
    (now) => now.zhanji_fit_running === '1' || isDone(now),
    (now) => Number(now.zhanji_fit_progress) > 0.3 || isDone(now),
    isDone,
    (now) => isDone(now) && now.zhanji_fit_owed === '0',
  ];
  for (const [round, moment] of moments.entries()) {
    server.env = at('2025-03-11T04:00:00Z');
    await server.start();
    assert.deepEqual(await told(), published, `before kill ${round}`);
    await decide(server, person, '2025-03-11T04:00:10Z', 'import', cityFile(server.folder, round + 1), '--approve');
    assert.equal((await moderate(server, ['refit'])).code, 0);
    await waitFor(async () => moment(await metrics(server)), `moment ${round}`, 1);
    await server.kill();
  }
  await on('2025-03-12T04:00:00Z', async () => {
    await settled();
    assert.deepEqual(await told(), published, 'after all');
    const { bytes } = await server.request('/api/v1/export/reports.ndjson');
    const file = path.join(server.folder, 'export');
    writeFileSync(file, bytes);
    const again = await runProgram('zhanji-aggregate', ['--export', file, '--json']);
    assert.equal(again.code, 0, again.stderr);
    for (const line of again.stdout.trimEnd().split('\n').filter((one) => one.includes('"tiantongyuan"') || one.includes('"bagou"'))) {
      const { name, lines, pending, ...one } = await get(server, `/api/v1/stations/${JSON.parse(line).id}`);
      assert.deepEqual(JSON.parse(line), one);
    }
  });
});

test('a day begins at midnight of the survey, at the ends of months and years too', { skip }, async (t) => {
  const { server, on } = calendar(t);
  for (const [instant, today, tomorrow] of [
    ['2024-02-28T15:50:00Z', '2024-02-28', '2024-02-29'],
    ['2024-02-28T16:00:05Z', '2024-02-29', '2024-03-01'],
    ['2024-02-29T16:00:05Z', '2024-03-01', '2024-03-02'],
    ['2024-12-31T15:50:00Z', '2024-12-31', '2025-01-01'],
    ['2024-12-31T16:00:05Z', '2025-01-01', '2025-01-02'],
  ]) {
    await on(instant, async () => {
      const { as_of, known_at } = await get(server, `${where}?as_of=9999-12-31&known_at=9999-12-31`);
      assert.deepEqual([as_of, known_at], [today, today], instant);
      const { months } = await get(server, '/api/v1/summary');
      assert.equal(months.at(-1).month, today.slice(0, 7));
      for (const visited of [today, today.slice(0, 7), today.slice(0, 4)]) await send(server, { visited });
      const late = report({ visited: tomorrow });
      const { status, json } = await server.request(reports, { method: 'POST', json: late });
      assert.equal(status, 422);
      assert.equal(json.errors[0].code, 'in_future');
    });
  }
});
