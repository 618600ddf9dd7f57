// Questions with many answers, and many questions: planted truths, told by good and bad reporters.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test, describe } from 'node:test';

import { program, runProgram, temporaryFolder } from './harness.mjs';

const aggregate = (args, options) => runProgram('zhanji-aggregate', args, options);
const methods = ['dawid-skene', 'majority', 'latest', 'window:60', 'decay:60'];

/** Numbers below a limit, by a seed: mulberry32. */
function drawer(seed) {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * limit);
  };
}

const dayOf = (number) => new Date(Date.UTC(2023, 0, 1 + number)).toISOString().slice(0, 10);

/**
 * Two thirds of the reporters are right four times of five, and slip in all directions; the others
 * are seldom right, and err alike: for each answer they have another one. Truth of every third item
 * changes half way, if it is timed. Of one item more, whose truth nobody knows, all say something
 * else, until every answer was given.
 */
function planted({ answers, items, each, timed }) {
  const below = drawer(answers + items);
  const other = (answer) => (answer + 1 + below(answers - 1)) % answers;
  const rows = [];
  const truth = [];
  const add = (item, reporter, answer, day) => rows.push({ item, reporter: `r${reporter}`, answer, time: timed && dayOf(day) });
  for (let item = 0; item < items; item++) {
    const first = (item * 7) % answers;
    const last = timed && item % 3 === 0 ? other(first) : first;
    truth.push([`i${item}`, last]);
    const offset = below(30);
    for (let n = 0; n < each; n++) {
      const reporter = (offset + n * 7) % 30;
      const day = Math.floor((400 * (n + below(100) / 100)) / each);
      const right = day < 200 ? first : last;
      const good = reporter % 3 !== 0;
      const answer = below(100) < (good ? 80 : 15) ? right : good ? other(right) : (right + 1) % answers;
      add(`i${item}`, reporter, answer, day);
    }
  }
  const said = new Set(rows.map(({ answer }) => answer));
  for (let answer = 0; answer < answers; answer++) if (!said.has(answer)) add('unclear', answer % 30, answer, below(400));
  return { rows, truth, timed, items: new Set(rows.map(({ item }) => item)).size };
}

const name = (answer) => `a${answer}`;
const told = ({ rows, timed }, named = name) =>
  [`item,reporter,answer${timed ? ',time' : ''}`, ...rows.map(({ item, reporter, answer, time }) => `${item},${reporter},${named(answer)}${timed ? `,${time}` : ''}`), ''].join('\n');
const known = ({ truth }, named = name) => ['item,answer', ...truth.map(([item, answer]) => `${item},${named(answer)}`), ''].join('\n');
const records = (text) => text.trimEnd().split('\n').map((line) => line.split(','));

/** All that a run tells: its files as rows, and its summary. */
async function run(folder, set, named) {
  const file = (kind) => path.join(folder, kind);
  const kinds = ['out', 'history', 'reporters'];
  writeFileSync(file('truth'), known(set, named));
  const args = ['--csv', '-', '--truth', file('truth'), '--json', ...kinds.flatMap((kind) => [`--${kind}`, file(kind)])];
  const { code, stdout, stderr } = await aggregate(args, { input: told(set, named) });
  assert.equal(code, 0, stderr);
  return [JSON.parse(stdout), ...kinds.map((kind) => records(readFileSync(file(kind), 'utf8')))];
}

const sets = {
  '20 answers': { answers: 20, items: 200, each: 9, timed: false },
  '20 answers over months': { answers: 20, items: 200, each: 12, timed: true },
  '100 answers': { answers: 100, items: 200, each: 7, timed: false },
  '100 answers over months': { answers: 100, items: 200, each: 12, timed: true },
  '1,000 answers': { answers: 1000, items: 90, each: 7, timed: false, again: false },
  '1,000 answers over months': { answers: 1000, items: 200, each: 8, timed: true },
};

describe('questions with many answers', () => {
  for (const [title, shape] of Object.entries(sets)) {
    const set = planted(shape);

    test(`${title}: zhanji tells what was planted, no less than a majority`, async (t) => {
      const folder = temporaryFolder(t);
      const plain = await run(folder, set);
      if (shape.again ?? true) {
        // 7919 is prime to every number of rows and of answers here.
        const rows = set.rows.map((_, i) => set.rows[(i * 7919) % set.rows.length]);
        const renamed = (answer) => `${(answer * 7919 + 5) % shape.answers} of them`;
        const back = new Map(Array.from({ length: shape.answers }, (_, answer) => [renamed(answer), name(answer)]));
        const other = await run(folder, { ...set, rows }, renamed);
        for (const file of other.slice(1, 3)) for (const row of file.slice(1)) row[1] = back.get(row[1]);
        assert.deepEqual(other, plain, 'the order of rows and other names for the answers change no digit');
        writeFileSync(path.join(folder, 'truth'), known(set));
      }

      const [{ reports, items, truth }, out, history, reporters] = plain;
      assert.deepEqual([reports, items, truth.compared, truth.missing], [set.rows.length, set.items, shape.items, 0]);
      assert.equal(out.length, 1 + set.items);
      assert.ok(history.length > shape.items);
      for (const field of [...out, ...history, ...reporters].flat()) assert.doesNotMatch(field, /^-?(nan|inf)$/);
      for (const [, , p] of out.slice(1)) assert.ok(p > 0 && p <= 1);
      const accuracies = (good) => reporters.slice(1).filter(([reporter]) => (reporter.slice(1) % 3 !== 0) === good).map((row) => Number(row[2]));
      assert.ok(Math.max(...accuracies(false)) < Math.min(...accuracies(true)), 'who is right is known');

      const majority = await aggregate(['--csv', '-', '--truth', path.join(folder, 'truth'), '--json', '--method', 'majority'], { input: told(set) });
      const votes = JSON.parse(majority.stdout).truth;
      assert.ok(truth.accuracy >= votes.accuracy && truth.accuracy > 0.75, `${truth.accuracy} beside ${votes.accuracy}`);
      assert.ok(truth.brier < votes.brier, `${truth.brier} beside ${votes.brier}`);
    });

    for (const method of methods) {
      test(`${title}: --method ${method} gives figures`, async (t) => {
        const folder = temporaryFolder(t);
        writeFileSync(path.join(folder, 'truth'), known(set));
        const args = ['--csv', '-', '--out', path.join(folder, 'out'), '--truth', path.join(folder, 'truth'), '--json', '--method', method];
        const { code, stdout, stderr } = await aggregate(args, { input: told(set) });
        assert.equal(code, 0, stderr);
        const { accuracy, brier, ece } = JSON.parse(stdout).truth;
        assert.ok(accuracy > 0.3 && accuracy <= 1 && brier >= 0 && brier <= 2 && ece >= 0 && ece <= 1, stdout);
        for (const [, answer, p] of records(readFileSync(path.join(folder, 'out'), 'utf8')).slice(1)) assert.ok(answer.startsWith('a') && p > 0 && p <= 1);
      });
    }
  }

  test('an answer too many is refused with line and remedy, and nothing is written', async (t) => {
    const folder = temporaryFolder(t);
    const out = path.join(folder, 'out.csv');
    const most = 1000;
    const labels = (answers) => `item,reporter,answer\n${Array.from({ length: answers }, (_, i) => `i${i % 10},r${i % 7},${i}\n`).join('')}`;
    const args = ['--csv', '-', '--out', out, '--method', 'majority'];
    const refused = await aggregate(args, { input: labels(most + 1) });
    assert.equal(refused.code, 1);
    assert.ok(refused.stderr.includes(`line ${most + 2}: more than ${most} different answers to one question (free text or a measured number is no category; a column question parts what was asked)`), refused.stderr);
    assert.equal(existsSync(out), false);
    assert.deepEqual(readdirSync(folder), []);
    assert.equal((await aggregate(args, { input: labels(most) })).code, 0);
    assert.equal(records(readFileSync(out, 'utf8')).length, 11);
    const { stdout } = await aggregate(['--help']);
    assert.ok(stdout.includes(`at most ${most.toLocaleString('en')} different answers a question`));
  });

  test('questions of very different numbers of answers stand side by side', async () => {
    const rows = Array.from({ length: 1800 }, (_, i) => {
      const question = i % 3;
      const answer = [0, Math.floor(i / 3) % 2, Math.floor(i / 3) % 200][question];
      return `q${question}/${answer}/${i % 2},r${i % 11},${answer},${question}\n`;
    });
    const { code, stdout, stderr } = await aggregate(['--csv', '-'], { input: `item,reporter,answer,question\n${rows.join('')}` });
    assert.equal(code, 0, stderr);
    for (const [item, answer] of records(stdout).slice(1)) assert.equal(item.split('/')[1], answer, item);
  });
});

// A sanitizer needs more room than there is, however little is asked for.
const skip = process.env.ASAN_OPTIONS !== undefined && 'a sanitizer has memory of its own';

test('sixty thousand questions need little memory', { skip }, async (t) => {
  const folder = temporaryFolder(t);
  const input = path.join(folder, 'in.csv');
  const below = drawer(9);
  const rows = Array.from({ length: 200_000 }, (_, i) => {
    const question = i % 60_000;
    const answer = below(10) < 7 ? question % 3 : below(3);
    return `i${question}${i % 2 ? 'x' : ''},r${below(500)},a${answer},q${question}\n`;
  });
  writeFileSync(input, `item,reporter,answer,question\n${rows.join('')}`);
  for (const method of ['zhanji', 'dawid-skene', 'decay:60']) {
    const args = ['-c', 'ulimit -v 400000; exec "$0" "$@"', program('zhanji-aggregate'), '--csv', input, '--out', path.join(folder, 'out'), '--method', method];
    const { status, stderr } = spawnSync('/bin/sh', args, { encoding: 'utf8' });
    assert.equal(status, 0, `${method}: ${stderr}`);
  }
});
