// schema/report.schema.json beside schema/survey.json and the hand-made cases, by a validator that
// is not ours. What no schema can tell (which stations there are, what day it is) is left to C.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';

const root = new URL('../../', import.meta.url);
const cases = new URL('tests/cases/', root);
const readJson = (path) => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
const schema = readJson('schema/report.schema.json');
const survey = readJson('schema/survey.json');
const validate = new Ajv2020({ allErrors: true, strict: true }).compile(schema);

const beyondSchema = new Set(['unknown_station', 'ambiguous_station', 'too_early', 'in_future']);
const escape = (key) => key.replaceAll('~', '~0').replaceAll('/', '~1');

// Where the validator finds fault, as the pointers of design §5: a missing or unknown member is
// told at the member, not at the object that lacks or has it.
function pointerOf({ instancePath, keyword, params }) {
  if (keyword === 'required') return `${instancePath}/${escape(params.missingProperty)}`;
  if (keyword === 'additionalProperties') return `${instancePath}/${escape(params.additionalProperty)}`;
  return instancePath;
}

function* documents(folder, beside) {
  for (const file of readdirSync(new URL(`${folder}/`, cases))) {
    if (!file.endsWith('.json') || file.endsWith(beside)) continue;
    const name = file.slice(0, -'.json'.length);
    const bytes = readFileSync(new URL(`${folder}/${file}`, cases));
    const expected = readFileSync(new URL(`${folder}/${name}${beside}`, cases), 'utf8');
    yield { name, bytes, expected: JSON.parse(expected) };
  }
}

const parse = (bytes) => JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));

test('the schema lists exactly the questions, options and bases of the survey', () => {
  const listed = schema.properties.answers.properties;
  assert.deepEqual(Object.keys(listed), survey.questions.map((question) => question.id));
  for (const { id, text, options } of survey.questions) {
    assert.deepEqual(listed[id].enum, options.map((option) => option.id));
    assert.equal(listed[id].description, text.en);
  }
  assert.deepEqual(schema.properties.basis.enum, survey.basis.map((basis) => basis.id));
  assert.equal(schema.properties.answers.additionalProperties, false);
});

test('the schema takes its own examples, the archive and every good document', () => {
  for (const example of schema.examples) assert.ok(validate(example));
  const archive = readFileSync(new URL('schema/archive/reports.ndjson', root), 'utf8');
  for (const line of archive.trim().split('\n')) assert.ok(validate(JSON.parse(line)), line);
  let count = 0;
  for (const { name, bytes } of documents('valid', '.canonical.json')) {
    assert.ok(validate(parse(bytes)), `${name}: ${JSON.stringify(validate.errors)}`);
    count++;
  }
  assert.ok(count >= 50);
});

test('the schema refuses every bad document that a schema can tell, at the same places', () => {
  let told = 0;
  for (const { name, bytes, expected } of documents('invalid', '.errors.json')) {
    if (expected.status !== 422) continue;
    assert.equal(validate(parse(bytes)), !expected.schema, name);
    const found = new Set((validate.errors ?? []).map(pointerOf));
    const pointers = new Set(expected.errors.map((error) => error.pointer));
    for (const pointer of found) assert.ok(pointers.has(pointer), `${name}: ${pointer} is told by the schema alone`);
    for (const { pointer, code } of expected.errors) {
      if (!beyondSchema.has(code)) assert.ok(found.has(pointer), `${name}: the schema does not tell ${pointer}`);
    }
    told++;
  }
  assert.ok(told >= 200);
});

test('what is no JSON is none to another parser either, but for repeated keys, depth and surrogates', () => {
  for (const { name, bytes, expected } of documents('invalid', '.errors.json')) {
    if (expected.status !== 400) continue;
    const stricter = /^(duplicate|nested-(nine|mixed)|lone-surrogate)/.test(name);
    if (stricter) assert.doesNotThrow(() => parse(bytes), name);
    else assert.throws(() => parse(bytes), name);
    assert.equal(expected.code, name.startsWith('duplicate-') ? 'duplicate_key' : 'bad_json', name);
  }
});
