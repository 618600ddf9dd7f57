// schema/openapi.json beside the server: every path is driven by it, and what comes back is what it
// says: status, media type, schema of JSON, columns of CSV.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { report, root, serverFor, waitFor } from './harness.mjs';

const api = JSON.parse(readFileSync(path.join(root, 'schema/openapi.json'), 'utf8'));
const survey = JSON.parse(readFileSync(path.join(root, 'schema/survey.json'), 'utf8'));

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(api, 'api');

const resolved = (value) =>
  value?.$ref ? value.$ref.slice(2).split('/').reduce((at, key) => at[key], api) : value;
const pointer = (...keys) =>
  keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Checks a value against the schema at a place of the description. */
function matches(value, place, what) {
  const validate = ajv.compile({ $ref: `api#${encodeURI(place)}` });
  assert.ok(validate(value), `${what}: ${ajv.errorsText(validate.errors)}`);
}

const media = (reply) => reply.headers['content-type']?.split(';')[0];

function checkLines(reply, place, what) {
  const lines = reply.text.trim().split('\n').map((line) => JSON.parse(line));
  for (const line of lines) matches(line, `${place}${pointer('x-line')}`, what);
}

/** The header row that the described columns give with this survey. */
function columns(described) {
  const ids = { question: survey.questions.map(({ id }) => id), condition: Object.keys(survey.conditions) };
  const names = [];
  for (let i = 0; i < described.length; i++) {
    const kind = /\{(\w+)\}/.exec(described[i].name)?.[1];
    if (!kind) {
      names.push(described[i].name);
      continue;
    }
    // Neighbours of one kind are repeated together, as long as what follows the id differs.
    const group = [];
    for (; described[i]?.name.startsWith(`{${kind}}`); i++) group.push(described[i].name);
    i--;
    for (const id of ids[kind]) for (const name of group) names.push(name.replace(`{${kind}}`, id));
  }
  return names;
}

const driven = new Set();

/** Checks a reply against what the description says of an operation. */
function described(template, method, reply) {
  const what = `${method.toUpperCase()} ${template} → ${reply.status}`;
  const operation = api.paths[template][method];
  assert.ok(operation, `${what}: no such operation`);
  const answer = operation.responses[reply.status];
  assert.ok(answer, `${what}: not described: ${reply.text.slice(0, 300)}`);
  const place = answer.$ref
    ? answer.$ref.slice(1)
    : pointer('paths', template, method, 'responses', reply.status);
  const type = media(reply);
  const content = resolved(answer).content?.[type];
  assert.ok(content, `${what}: ${type} is not described`);
  const schema = `${place}${pointer('content', type, 'schema')}`;
  if (/^application\/(problem\+)?json$/.test(type)) matches(reply.json, schema, what);
  if (type === 'application/x-ndjson') checkLines(reply, schema, what);
  if (type === 'text/csv')
    assert.deepEqual(reply.text.split('\n')[0].split(','), columns(content.schema['x-columns']), what);
  driven.add(`${method} ${template} ${reply.status}`);
}

describe('the description of the API', () => {
  const server = serverFor({ before, after });
  const moderator = generateKeyPairSync('ed25519');
  const key = moderator.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const archived = '0190a000-0000-7000-8000-000000000005';

  /** Drives one operation; `parameters` fill the path and the query. */
  async function drive(method, template, status, parameters = {}, options = {}) {
    const rest = { ...parameters };
    const where = template.replace(/\{(\w+)\}/g, (_, name) => {
      const value = rest[name];
      delete rest[name];
      return encodeURIComponent(value);
    });
    const query = new URLSearchParams(rest).toString();
    const reply = await server().request(query ? `${where}?${query}` : where, {
      method: method.toUpperCase(),
      ...options,
    });
    assert.equal(reply.status, status, `${method} ${where}: ${reply.text.slice(0, 400)}`);
    described(template, method, reply);
    return reply;
  }
  const get = (template, parameters, options) => drive('get', template, 200, parameters, options);
  const post = (template, status, options) => drive('post', template, status, {}, options);
  const local = { local: true };

  function entry(act, id, fields = {}) {
    const bare = {
      act, at: Math.floor(Date.now() / 1000), by: key.toString('hex'), report: id,
      survey: survey.id, v: 1, version: 1, ...(act === 'revert' ? {} : { reason: 'ok' }), ...fields,
    };
    if (act === 'approve') bare.hide_note = 0;
    const line = (object) => JSON.stringify(object, Object.keys(object).sort());
    const signature = sign(null, Buffer.from(`zhanji-decision/v1\n${line(bare)}`), moderator.privateKey);
    return line({ ...bare, sig: signature.toString('base64') });
  }
  const decide = (status, ...lines) =>
    post('/api/v1/moderation/decisions', status, { ...local, json: { entries: lines } });
  const send = async (fields) => {
    const body = report(fields);
    return { body, ...(await post('/api/v1/reports', 201, { json: body })).json };
  };

  test('is OpenAPI 3.1, and its references lead somewhere', () => {
    assert.match(api.openapi, /^3\.1\./);
    const operations = new Set();
    const walk = (value) => {
      if (typeof value !== 'object' || value === null) return;
      if (typeof value.$ref === 'string') assert.ok(resolved(value), value.$ref);
      if (typeof value.operationId === 'string') {
        assert.ok(!operations.has(value.operationId), value.operationId);
        operations.add(value.operationId);
        assert.ok(value.summary && value.tags.length === 1 && value.responses, value.operationId);
      }
      Object.values(value).forEach(walk);
    };
    walk(api);
    for (const template of Object.keys(api.paths)) {
      const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (api.paths[template].parameters ?? []).map((one) => resolved(one).name);
      assert.deepEqual(declared, names, template);
    }
  });

  test('names every path that the server has for programs, and no other', () => {
    const tables = ['collector/intake/routes.c', 'collector/intake/read_routes.c',
      'collector/intake/record_routes.c', 'moderation/routes.c'];
    const found = [];
    for (const table of tables) {
      const text = readFileSync(path.join(root, table), 'utf8').replaceAll('API "', '"/api/v1/moderation');
      for (const [, method, route] of text.matchAll(/\{HTTP_(\w+),\s*"([^"]+)"/g)) {
        if (/^\/(api|log)\/|\.|^\/healthz$|^\/metrics$/.test(route))
          found.push(`${method.toLowerCase()} ${route}`);
      }
    }
    const named = Object.entries(api.paths).flatMap(([template, item]) =>
      Object.keys(item).filter((one) => one !== 'parameters').map((method) => `${method} ${template}`));
    assert.deepEqual(named.sort(), found.sort());
  });

  test('declarations', async () => {
    const { json } = await get('/api/v1/survey');
    assert.equal(json.id, survey.id);
    assert.equal((await get('/api/v1/notices')).json.notices.length, 4);
    assert.deepEqual((await get('/api/v1/notices', { known_at: '2020-01-01' })).json.notices, []);
    await drive('get', '/api/v1/notices', 400, { known_at: 'today' });
    const { lines } = (await get('/api/v1/lines')).json;
    assert.equal(lines.length, 28);
  });

  test('stations, as of any day and as published at any day', async () => {
    const all = (await get('/api/v1/stations')).json;
    assert.equal(all.stations.length, 424);
    const found = async (q) => (await get('/api/v1/stations', { q })).json.stations[0].id;
    for (const name of ['北京西', 'xizhan', 'bjxz', 'Beijing West']) assert.equal(await found(name), 'beijingxizhan');
    const filtered = (await get('/api/v1/stations', {
      line: '10', status: 'real_name', standing: 'inferred', as_of: all.as_of,
    })).json.stations;
    assert.ok(filtered.some(({ id }) => id === 'bagou'));
    assert.ok(filtered.every((one) => one.lines.includes('10') && one.standing === 'inferred'));
    for (const [name, value, allowed] of [
      ['line', '99', /\b10\b/], ['status', 'open', /anonymous, real_name/], ['standing', 'sure', /confirmed/],
      ['as_of', '2024-02-30', /as_of/], ['known_at', '2024', /known_at/],
    ]) {
      const { json } = await drive('get', '/api/v1/stations', 400, { [name]: value });
      assert.match(json.detail, new RegExp(name));
      assert.match(json.detail, allowed);
    }
    await drive('get', '/api/v1/stations/{id}', 404, { id: 'nowhere' });
    await drive('get', '/api/v1/stations/{id}', 400, { id: 'bagou', as_of: '1' });
    const early = (await get('/api/v1/stations/{id}', { id: 'bagou', known_at: '2020-01-01' })).json;
    assert.equal(early.status, 'unknown');
    assert.equal(early.known_at, '2020-01-01');
  });

  test('the archive’s story', async () => {
    const station = async (id, as_of) =>
      (await get('/api/v1/stations/{id}', { id, ...(as_of && { as_of }) })).json;
    const then = await station('beijingxizhan', '2023-07-01');
    assert.equal(then.status, 'anonymous');
    assert.equal(then.conditions.all, true);
    const now = await station('beijingxizhan');
    assert.equal(now.status, 'real_name');
    const [was, is] = now.history.slice(-2);
    assert.deepEqual([was.status, is.status, is.until], ['anonymous', 'real_name', null]);
    assert.ok(is.from.earliest >= '2023-01-01' && is.from.latest <= '2024-12-31');
    assert.deepEqual(now.history, then.history);
    const bagou = await station('bagou', '2023-07-01');
    assert.equal(bagou.status, 'anonymous');
    assert.equal(bagou.questions.card_condition.answer, 'used_worn');
    assert.equal(bagou.conditions.all, false);
    const today = await station('bagou');
    assert.deepEqual([today.status, today.standing], ['real_name', 'inferred']);
    for (const [id, status] of [
      ['jinanqiao', 'real_name'], ['haidianhuangzhuang', 'real_name'], ['shoujingmao', 'anonymous'],
    ]) assert.equal((await station(id, '2023-07-01')).status, status);
    const { stations } = (await get('/api/v1/stations', { known_at: '2020-01-01' })).json;
    assert.ok(stations.every(({ status }) => status === 'unknown' || status === 'not_open'));
  });

  test('the city by month, visited apart from inferred', async () => {
    const whole = (await get('/api/v1/summary')).json;
    assert.equal(whole.months[0].month, '2022-01');
    for (const month of whole.months)
      for (const [status, count] of Object.entries(month.visited)) assert.ok(count <= month[status]);
    const last = whole.months.at(-1);
    assert.ok(last.real_name > 300 && last.visited.real_name < 20);
    assert.deepEqual(whole.years, [{ year: '2023', reports: 9 }, { year: '2024', reports: 4 }]);
    const part = (await get('/api/v1/summary', { from: '2023-06-15', to: '2023-08-01' })).json;
    assert.deepEqual(part.months.map(({ month }) => month), ['2023-06', '2023-07', '2023-08']);
    assert.deepEqual(part.months, whole.months.slice(17, 20));
    assert.deepEqual(part.years, whole.years.slice(0, 1));
    assert.deepEqual((await get('/api/v1/summary', { from: '2023-06', to: '2023-08' })).json, part);
    assert.equal((await get('/api/v1/summary', { from: '2023', to: '2023' })).json.months.length, 12);
    await drive('get', '/api/v1/summary', 400, { from: '2023-13' });
  });

  test('every station by month says what the station itself says', async () => {
    const { months, statuses, standings, stations } = (await get('/api/v1/timeline')).json;
    const lastDay = (month) => new Date(Date.UTC(...month.split('-').map(Number), 0)).toISOString().slice(0, 10);
    for (const index of [0, 17, 18, 23, months.length - 2, months.length - 1]) {
      const query = index < months.length - 1 ? { as_of: lastDay(months[index]) } : {};
      const day = (await get('/api/v1/stations', query)).json;
      for (const { id, status, standing } of day.stations) {
        const told = stations[id].map((text) => Number.parseInt(text[index], 36));
        assert.deepEqual([statuses[told[0]], standings[told[1]]], [status, standing], `${id}, ${months[index]}`);
      }
    }
    const before = (await get('/api/v1/timeline', { known_at: '2020-01-01' })).json;
    assert.ok(Object.values(before.stations).every(([, text]) => /^(.)\1*$/.test(text)), 'nothing was known');
    await drive('get', '/api/v1/timeline', 400, { known_at: '2023' });
  });

  const moderation = '/api/v1/moderation';
  async function backlog(id, visited) {
    const filter = { station: 'bagou', line: '10', q: '巴沟', visited_from: visited, answer: 'card_issue:no_id' };
    const found = (await get(`${moderation}/reports`, { ...filter, order: 'use', changes: 1 }, local)).json;
    assert.deepEqual([found.total, found.reports[0].id, found.reports[0].effect.from], [1, id, 'real_name']);
    await drive('get', `${moderation}/reports`, 400, { flag: 'red' }, local);
    const { reports } = (await get(`${moderation}/selection`, filter, local)).json;
    assert.deepEqual(reports, [{ id, version: 1 }]);
    await drive('get', `${moderation}/selection`, 400, { line: '99' }, local);
    const { stations } = (await get(`${moderation}/preview`, { report: id }, local)).json;
    assert.deepEqual([stations[0].changes, stations[0].after.reports], [true, 2]);
    await drive('get', `${moderation}/preview`, 404, { report: randomUUID() }, local);
    await post(`${moderation}/preview`, 200, { ...local, json: { reports: [id] } });
    await post(`${moderation}/preview`, 422, { ...local, json: {} });
    assert.ok((await get(`${moderation}/statistics`, {}, local)).json.by_use.changes_status >= 1);
  }

  test('a report on its way: sent, decided, seen, amended, withdrawn', async () => {
    await post('/api/v1/moderation/moderators', 201, { ...local, json: { line: `ed25519 ${key.toString('base64')} Ada` } });
    await post('/api/v1/moderation/moderators', 200, { ...local, json: { line: `ed25519 ${key.toString('base64')} Ada` } });
    const answers = { window_ticket: 'no_id', card_issue: 'no_id', card_topup: 'no_id', ticket_machine: 'payment' };
    const visited = new Date().toISOString().slice(0, 10);
    const sent = await send({ station: 'bagou', visited, answers, reporter: 'r'.repeat(22) });
    await post('/api/v1/reports', 200, { json: sent.body });
    await post('/api/v1/reports', 409, { json: { ...sent.body, note: 'else' } });
    await post('/api/v1/reports', 422, { json: { station: '西' } });
    await post('/api/v1/reports', 400, { body: '{', headers: { 'content-type': 'application/json' } });
    await post('/api/v1/reports', 415, { body: '{}', headers: { 'content-type': 'text/plain' } });
    await post('/api/v1/reports', 413, { json: { note: 'x'.repeat(20000) } });

    const queue = (await get('/api/v1/moderation/reports', { station: 'bagou' }, local)).json.reports;
    assert.deepEqual(queue.map(({ id }) => id), [sent.id]);
    await drive('get', '/api/v1/moderation/reports', 401);
    await backlog(sent.id, visited);
    await get('/api/v1/moderation/reports/{id}', { id: sent.id }, local);
    await drive('get', '/api/v1/moderation/reports/{id}', 404, { id: randomUUID() }, local);
    await decide(422, '{}');
    await decide(404, entry('approve', randomUUID()));
    const { results } = (await decide(200, entry('approve', sent.id))).json;
    assert.equal(results[0].state, 'approved');
    await decide(409, entry('reject', sent.id, { reason: 'spam' }));

    const seen = await waitFor(async () => {
      const { json } = await get('/api/v1/stations/{id}', { id: 'bagou' });
      return json.reports === 2 && json;
    }, 'the report in public view');
    assert.equal(seen.pending, 0);
    const { changes } = (await get('/api/v1/changes', { limit: 1 })).json;
    assert.equal(changes[0].station, 'bagou');
    assert.equal(changes[0].from, 'real_name');
    assert.equal(changes[0].to, seen.status);
    await drive('get', '/api/v1/changes', 400, { limit: 0 });
    await drive('get', '/api/v1/changes', 400, { after: 'x' });
    for (const feed of ['/feed.atom', '/api/v1/feed.atom']) {
      const { text } = await get(feed);
      assert.match(text, /<title>巴沟 Bagou: /);
      assert.match(text, /<id>urn:uuid:[0-9a-f-]{36}<\/id>/);
    }

    const page = (await get('/api/v1/stations/{id}/reports', { id: 'bagou', limit: 1 })).json;
    assert.equal(page.reports[0].id, sent.id);
    const next = (await get('/api/v1/stations/{id}/reports', { id: 'bagou', after: page.next })).json;
    assert.deepEqual([next.reports.map(({ id }) => id), next.next], [[archived], null]);
    await drive('get', '/api/v1/stations/{id}/reports', 400, { id: 'bagou', after: '?' });
    await drive('get', '/api/v1/stations/{id}/reports', 404, { id: 'nowhere' });

    await get('/api/v1/reports/{id}', { id: archived });
    const own = { bearer: sent.tracking };
    await get('/api/v1/reports/{id}', { id: sent.id }, own);
    await drive('get', '/api/v1/reports/{id}', 404, { id: randomUUID() });
    await drive('put', '/api/v1/reports/{id}', 200, { id: sent.id }, { ...own, json: { ...sent.body, note: '改' } });
    await drive('put', '/api/v1/reports/{id}', 422, { id: sent.id }, { ...own, json: {} });
    await drive('put', '/api/v1/reports/{id}', 404, { id: sent.id }, { json: sent.body });
    await drive('delete', '/api/v1/reports/{id}', 200, { id: sent.id }, own);
    await drive('delete', '/api/v1/reports/{id}', 404, { id: sent.id });
    await drive('put', '/api/v1/reports/{id}', 409, { id: sent.id }, { ...own, json: sent.body });
  });

  test('a batch answers a line a line', async () => {
    const headers = { 'content-type': 'application/x-ndjson' };
    const lines = [report(), { station: 'nowhere' }].map((one) => JSON.stringify(one));
    const reply = await post('/api/v1/reports/batch', 200, { body: `${lines.join('\n')}\n{\n`, headers });
    const statuses = reply.text.trim().split('\n').map((line) => JSON.parse(line).status);
    assert.deepEqual(statuses, [201, 422, 400]);
    await post('/api/v1/reports/batch', 413, { body: '{}\n'.repeat(10001), headers });
  });

  test('exports', async () => {
    const { text } = await get('/api/v1/export/reports.ndjson');
    const [header, ...rows] = text.trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(header.survey, survey.id);
    assert.ok(rows.length >= 13);
    assert.deepEqual(rows.map(({ id }) => id), rows.map(({ id }) => id).sort());
    assert.ok(rows.every(({ accuracy }) => accuracy === 0.85));
    const csv = await get('/api/v1/export/reports.csv');
    assert.equal(csv.text.trim().split('\n').length, rows.length + 1);
    assert.match(csv.headers['content-disposition'], /reports\.csv/);
    assert.equal((await get('/api/v1/export/status.csv')).text.trim().split('\n').length, 425);
    await get('/api/v1/export/history.csv');
    await drive('get', '/api/v1/export/status.csv', 400, { known_at: 'x' });
  });

  test('the log', async () => {
    for (const where of ['/log/checkpoint', '/log/vkey']) await get(where);
    const tile = async (where) => {
      const reply = await server().request(`/log/tile/${where}`);
      described('/log/tile/{path...}', 'get', reply);
      return reply.status;
    };
    assert.deepEqual([await tile('0/000.p/1'), await tile('entries/000.p/1'), await tile('0/999')], [200, 200, 404]);
    await drive('get', '/log/received/{day}', 404, { day: '2020-01-01' });
    await drive('get', '/log/reports/{entry}', 404, { entry: 0 });
    const { id } = await send({ station: 'bagou' });
    const root = createHash('sha256').update(`\0${id}`).digest('base64');
    const line = entry('reject', undefined, { reports: 1, root, version: undefined, reason: 'spam' });
    const { results } = (await post(`${moderation}/decisions`, 200, {
      ...local, json: { entries: [line], reports: { [root]: [id] } },
    })).json;
    assert.deepEqual([results[0].ok, results[0].reports], [true, 1]);
    const { log } = await waitFor(async () => {
      const { json } = await server().request('/healthz');
      return (await server().request(`/log/reports/${json.log - 1}`)).status === 200 && json;
    }, 'the entry in the log');
    assert.equal((await get('/log/reports/{entry}', { entry: log - 1 })).text, `${id}\n`);
    await drive('post', '/api/v1/moderation/log-key', 422, {}, { ...local, json: { name: 'a b' } });
    await drive('post', '/api/v1/moderation/log-key', 400, {}, { ...local, body: '{', headers: { 'content-type': 'application/json' } });
    await drive('post', '/api/v1/moderation/log-key', 202, {}, { ...local, json: {} });
    await drive('post', '/api/v1/moderation/log-key', 404, {}, { json: {} });
  });

  test('operation', async () => {
    await get('/healthz');
    assert.deepEqual((await get('/openapi.json')).json, api);
    assert.match((await get('/metrics', {}, local)).text, /^zhanji_publications_total \d+$/m);
    await drive('get', '/metrics', 404);
    await get('/api/v1/moderation/moderators', {}, local);
    await drive('get', '/api/v1/moderation/moderators', 404);
    await get('/api/v1/moderation/entries', {}, local);
    const notice = {
      id: 'test', from: '2026-01', scope: { stations: ['bagou'] }, kind: 'press',
      source: { zh: '报', en: 'Paper' }, text: { zh: '文', en: 'Text' },
    };
    await post('/api/v1/moderation/notices', 200, { ...local, json: notice });
    await post('/api/v1/moderation/notices', 422, { ...local, json: { ...notice, kind: 'rumour' } });
    await waitFor(async () => (await get('/api/v1/notices')).json.notices.length === 5, 'the notice');
    await post('/api/v1/moderation/refit', 202, local);
    await waitFor(async () => /^zhanji_fit_owed 0$/m.test((await get('/metrics', {}, local)).text), 'the fit');
    await post('/api/v1/moderation/check', 200, local);
    await post('/api/v1/moderation/purge', 200, { ...local, json: { days: 365, dry_run: true } });
    await post('/api/v1/moderation/purge', 200, { ...local, json: { days: 365 } });
    await post('/api/v1/moderation/purge', 422, { ...local, json: { days: 0 } });
    await drive('post', '/api/v1/moderation/purge', 404, {}, { json: { days: 365 } });
    await get('/api/v1/moderation/backup', {}, local);
    await drive('delete', '/api/v1/moderation/moderators/{name}', 200, { name: 'Ada' }, local);
    await drive('delete', '/api/v1/moderation/moderators/{name}', 404, { name: 'Nobody' }, local);
  });

  test('public data may be read from elsewhere, and is not sent twice', async () => {
    for (const where of ['/api/v1/stations', '/api/v1/stations/bagou?as_of=2023-07-01', '/api/v1/summary']) {
      const reply = await server().request(where);
      assert.equal(reply.headers['access-control-allow-origin'], '*', where);
      const again = await server().request(where, { headers: { 'if-none-match': reply.headers.etag } });
      assert.equal(again.status, 304, where);
      const head = await server().request(where, { method: 'HEAD' });
      assert.deepEqual([head.status, head.text, head.headers.etag], [200, '', reply.headers.etag], where);
    }
  });

  test('every operation was driven to its success', () => {
    // A day must be over first: tests/unit/test_record.c.
    driven.add('get /log/received/{day} 200');
    for (const [template, item] of Object.entries(api.paths)) {
      for (const [method, { responses }] of Object.entries(item)) {
        if (method === 'parameters') continue;
        const good = Object.keys(responses).filter((status) => status < 300);
        for (const status of good) assert.ok(driven.has(`${method} ${template} ${status}`), `${method} ${template} ${status}`);
      }
    }
  });
});
