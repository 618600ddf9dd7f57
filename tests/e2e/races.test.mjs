// The tool and the desk on the same reports at the same time: one decision each, the other is told,
// and the log has exactly the winners. ZHANJI_RACES sets how many; 10,000 take about a minute.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';

import { report, startServer } from './harness.mjs';
import { addModerator, moderate, signedEntry, signedHeaders } from './moderators.mjs';

const races = Number(process.env.ZHANJI_RACES ?? 1500);
const handful = 60; // reports that one run of the tool is about
const lanes = 3; // runs of the tool under way at a time, each with a hand at the desk against it
const decisions = '/api/v1/moderation/decisions';

async function fill(server) {
  const lines = Array.from({ length: races }, () => JSON.stringify(report({ visited: '2024-05-01' })));
  const ids = [];
  for (let at = 0; at < races; at += 5000) {
    const reply = await server.request('/api/v1/reports/batch', {
      method: 'POST', local: true, body: lines.slice(at, at + 5000).join('\n'),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    ids.push(...reply.text.trim().split('\n').map((line) => JSON.parse(line).id));
  }
  return ids;
}

/** One signed request a report, as the desk sends them, the last one first: what each became. */
async function desk(server, person, { survey, agent }, ids, statuses) {
  for (const id of ids.toReversed()) {
    const entry = signedEntry(person, { act: 'reject', reason: 'spam', report: id, survey });
    const body = JSON.stringify({ entries: [entry] });
    const headers = { 'content-type': 'application/json', ...signedHeaders(person, 'POST', decisions, body) };
    const { status, json } = await server.request(decisions, { method: 'POST', agent, body, headers });
    assert.equal(json.results[0].status, status);
    statuses.set(id, status);
  }
}

/** The program itself. */
async function tool(server, person, ids, statuses) {
  const { stdout, stderr } = await moderate(server, ['--key', person.file, '--json', 'approve', ...ids]);
  assert.notEqual(stdout, '', stderr);
  for (const { id, status } of JSON.parse(stdout).results) statuses.set(id, status);
}

/** Both on the same handfuls at the same time; what each report became for each of them. */
async function race(server, people, survey, ids) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: lanes });
  const [ofTool, ofDesk] = [new Map(), new Map()];
  let next = 0;
  async function lane() {
    while (next < ids.length) {
      const some = ids.slice(next, (next += handful));
      await Promise.all([
        tool(server, people.approve, some, ofTool),
        desk(server, people.reject, { survey, agent }, some, ofDesk),
      ]);
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane));
  agent.destroy();
  return [ofTool, ofDesk];
}

async function entriesOf(server) {
  const all = [];
  for (;;) {
    const { json } = await server.request(`/api/v1/moderation/entries?from=${all.length}`, { local: true });
    if (json.entries.length === 0) return all;
    all.push(...json.entries.map((line) => JSON.parse(line)));
  }
}

test(`${races} races of the tool against the desk: one decision each, and the log has the winners`, async (t) => {
  const server = await startServer(t);
  const people = { approve: await addModerator(server, 'Tool'), reject: await addModerator(server, 'Desk') };
  const survey = (await server.request('/api/v1/survey')).json.id;
  const ids = await fill(server);
  const before = (await entriesOf(server)).length;
  const [ofTool, ofDesk] = await race(server, people, survey, ids);

  const winner = new Map(ids.map((id) => {
    assert.deepEqual([ofTool.get(id), ofDesk.get(id)].toSorted(), [200, 409], id);
    return [id, ofTool.get(id) === 200 ? 'approve' : 'reject'];
  }));
  const log = (await entriesOf(server)).slice(before);
  assert.equal(log.length, races);
  for (const { act, by, report: id } of log) {
    assert.equal(act, winner.get(id), id);
    assert.equal(by, people[act].key, id);
    winner.delete(id);
  }
  assert.equal(winner.size, 0, 'each in the log once');
  const wins = [...ofTool.values()].filter((status) => status === 200).length;
  assert.ok(wins > 0 && wins < races, `no race at all: the tool won ${wins} of ${races}`);
  t.diagnostic(`the tool won ${wins}, the desk ${races - wins}`);
  const checked = await moderate(server, ['check', '--json']);
  assert.equal(checked.code, 0, checked.stderr);
});
