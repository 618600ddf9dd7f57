// The survey is data: the same programs on another city's questions, places and status rule, and
// what they say to a survey that has a fault.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { createServer, root, serverFor, temporaryFolder } from './harness.mjs';

const ferries = path.join(root, 'tests/cases/tiny-survey');

describe('a second survey', () => {
  const server = serverFor({ before, after }, { args: ['--schema', ferries] });
  const get = async (where) => (await server().request(`/api/v1/${where}`)).json;
  const post = (json) => server().request('/api/v1/reports', { method: 'POST', json });

  test('is what the server declares', async () => {
    const survey = await get('survey');
    assert.equal(survey.id, 'river-ferries');
    assert.deepEqual(survey.questions.map((question) => question.id), ['bicycle', 'step_free']);
    const { stations } = await get('stations');
    assert.deepEqual(stations.map((station) => station.id), ['north-quay', 'old-bridge', 'mill-landing', 'new-harbour']);
    assert.deepEqual((await get('lines')).lines.map((line) => line.id), ['upper', 'round']);
  });

  test('has statuses, conditions and notices of its own', async () => {
    const bridge = await get('stations/old-bridge?as_of=2021-09-01');
    assert.equal(bridge.status, 'welcome');
    assert.deepEqual(bridge.conditions, { step_free: true, all: true });
    assert.deepEqual(Object.keys(bridge.questions), ['bicycle', 'step_free']);
    assert.deepEqual(Object.keys(bridge.questions.bicycle.p), ['free', 'paid', 'no', 'folded']);
    const quay = await get('stations/north-quay?as_of=2021-12-15');
    assert.deepEqual([quay.status, quay.standing], ['refused', 'inferred']);
    const unbuilt = await get('stations/new-harbour?as_of=2024-01-01');
    assert.equal(unbuilt.status, 'not_built');
    assert.equal((await get('stations/mill-landing?as_of=2020-07-01')).status, 'not_built');
  });

  test('judges reports by its own questions, places, days and basis', async () => {
    const good = { station: 'xin gang', visited: '2025-05', basis: 'sign', answers: { bicycle: 'folded' } };
    const taken = await post(good);
    assert.equal(taken.status, 201);
    assert.equal(taken.json.station, 'new-harbour');
    const beijing = { station: '北京西站', visited: '2020', basis: 'self', answers: { ticket_machine: 'payment' } };
    const refused = await post(beijing);
    assert.equal(refused.status, 422);
    assert.deepEqual(
      refused.json.errors.map(({ pointer, code }) => `${pointer} ${code}`),
      ['/station unknown_station', '/answers/ticket_machine unknown_question', '/basis unknown_option'],
    );
    const early = await post({ ...good, visited: '2020-05-31' });
    assert.equal(early.json.errors[0].code, 'too_early');
    const shared = await post({ ...good, station: 'Bridge' });
    assert.deepEqual(shared.json.errors[0].candidates.map(({ id }) => id), ['old-bridge', 'new-harbour']);
  });

  test('is what the form asks', async () => {
    const page = await server().request('/report', { headers: { accept: 'text/html', 'accept-language': 'en' } });
    assert.equal(page.status, 200);
    assert.match(page.text, /Bicycle taken along\?/);
    assert.match(page.text, /Did not look/);
    assert.doesNotMatch(page.text, /一卡通|T-Union/);
  });
});

describe('a survey with a fault is refused at the start with file, line and reason', () => {
  const faults = [
    ['survey.json', '"no": "refused"', '"none": "refused"', 'survey.json:36: /statuses/map/none: no status question has the option "none"'],
    ['survey.json', '"version": 3,', '"version": 3', 'survey.json:4: '],
    ['stations/stations.csv', '北码头', '', 'stations/stations.csv:2: name_zh: must not be empty'],
    ['stations/stops.csv', 'round,3,new-harbour', 'round,3,harbour', 'stations/stops.csv:6: station_id: unknown station "harbour"'],
    ['notices.json', '"official"', '"gossip"', 'notices.json:7: /0/kind: must be official, press or finding'],
    ['archive/reports.ndjson', '"2022"', '"2022-13"', 'archive/reports.ndjson:3: /visited: bad_date: '],
  ];
  for (const [file, from, to, reason] of faults) {
    test(`${file}: ${from} as ${to || 'nothing'}`, async (t) => {
      const folder = temporaryFolder(t);
      const schema = path.join(folder, 'schema');
      cpSync(ferries, schema, { recursive: true });
      const text = readFileSync(path.join(schema, file), 'utf8');
      assert.ok(text.includes(from));
      writeFileSync(path.join(schema, file), text.replace(from, to));
      const server = createServer(folder, { args: ['--schema', schema] });
      await assert.rejects(server.start());
      const { code, stderr } = await server.ended;
      assert.equal(code, 1);
      assert.ok(stderr.includes(reason), stderr);
    });
  }
});
