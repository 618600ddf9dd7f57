// Every method beside the engine, on simulated cities with a known truth, on labelled sets if a folder
// is given, and for speed beside a plain numpy Dawid–Skene. On simulated cities there is also how right
// the engine would be if it knew what it has to learn ("knowing …": oracle.c), so how much of the
// errors is the data's own, and how it is with consensus.md's own weights and s ("by the letter");
// and at the end how often claimed changes are true beside the engine's own chance of them.
//
//   node tests/bench/aggregate.mjs [--first SEED] [--seeds N] [--crowd FOLDER]
//     [--speed REPORTS [--answers K]]
//
// FOLDER holds a folder for each set, with answers.csv and truth.csv. Programs are looked for in
// $ZHANJI_BUILD (default build/).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = path.dirname(fileURLToPath(import.meta.url));
const build = path.resolve(process.env.ZHANJI_BUILD ?? path.join(here, '../../build'));
const aggregator = path.join(build, 'zhanji-aggregate');
const simulator = path.join(build, 'tests/bench/simulate');
const oracle = path.join(build, 'tests/bench/oracle');
const methods = ['zhanji', 'majority', 'latest', 'window:90', 'decay:60', 'dawid-skene'];
const oracles = {
  letter: 'by the letter', r: 'knowing reporters', h: 'knowing hazards', c: 'knowing liars', rhc: 'knowing all three',
  phc: 'knowing records',
};
const scenarios = ['base', 'sparse', 'heavy-attack', 'slow-attack', 'no-attack', 'no-city-change', 'late', 'calm'];
const lastDay = '2024-01-07'; // of the simulator's 730 days

const { values: options } = parseArgs({
  options: {
    first: { type: 'string', default: '1' }, seeds: { type: 'string', default: '2' },
    crowd: { type: 'string' }, speed: { type: 'string' }, answers: { type: 'string', default: '3' },
  },
});
const folder = mkdtempSync(path.join(tmpdir(), 'zhanji-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const file = (name) => path.join(folder, name);
const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
const shown = (value, digits = 3) => (Number.isFinite(value) ? value.toFixed(digits) : '–');
const rows = (text) => text.trimEnd().split('\n').slice(1).map((line) => line.split(','));
const run = (args) => execFileSync(aggregator, args, { encoding: 'utf8', maxBuffer: 1 << 30 });
const score = (args) => JSON.parse(run([...args, '--json'])).truth;

function print(head, table) {
  const widths = head.map((name, i) => Math.max(name.length, ...table.map((row) => row[i].length)));
  const line = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  console.log([line(head), ...table.map(line), ''].join('\n'));
}

const dayNumber = (text) => Date.parse(text) / 86_400_000;

/**
 * Claimed changes beside the true ones: a claim is right within 120 days of a change to its answer.
 * Its chance is that both answers, the one before and the new one, were so when they were surest.
 */
function changes(history, truth) {
  const byItem = new Map();
  for (const change of rows(truth)) byItem.set(change[0], [...(byItem.get(change[0]) ?? []), change]);
  const errors = [];
  const claims = [];
  let covered = 0;
  let before = [];
  for (const segment of rows(history)) {
    const [item, answer, earliest, likely, latest] = segment;
    const chance = before[0] === item ? Number(before.at(-1)) * Number(segment.at(-1)) : NaN;
    before = segment;
    if (!likely) continue;
    claims.push({ chance, right: false });
    const distance = ([, day]) => Math.abs(day - dayNumber(likely));
    const nearest = (byItem.get(item) ?? [])
      .filter((change) => change[3] === answer && distance(change) <= 120)
      .sort((a, b) => distance(a) - distance(b))[0];
    if (!nearest) continue;
    claims.at(-1).right = true;
    errors.push(distance(nearest));
    covered += dayNumber(earliest) <= nearest[1] && nearest[1] <= dayNumber(latest);
  }
  errors.sort((a, b) => a - b);
  return {
    error: errors[Math.floor(errors.length / 2)],
    claims,
    wrong: 1 - errors.length / claims.length,
    coverage: covered / errors.length,
    found: errors.length / rows(truth).length,
  };
}

function measure(method) {
  const base = ['--csv', file('reports.csv'), '--now', lastDay, '--method', method];
  const now = score([...base, '--truth', file('now.csv')]);
  const ever = score([...base, '--truth', file('ever.csv')]);
  const result = { now: now.accuracy, brier: now.brier, ece: now.ece, ever: ever.accuracy };
  if (method !== 'zhanji') return result;
  return { ...result, ...changes(run([...base, '--history', '-']), readFileSync(file('changes.csv'), 'utf8')) };
}

/** The engine's figures with something known that it otherwise learns. */
function consult(known) {
  const ask = (truth) => {
    const text = execFileSync(oracle, [folder, known, file(truth), file('history.csv')], { encoding: 'utf8' });
    return JSON.parse(text).truth;
  };
  const now = ask('now.csv');
  const found = changes(readFileSync(file('history.csv'), 'utf8'), readFileSync(file('changes.csv'), 'utf8'));
  return { now: now.accuracy, brier: now.brier, ece: now.ece, ever: ask('ever.csv').accuracy, ...found };
}

/** How often claims are true, by their chance; beginnings, which have nothing before them, are left out. */
function calibrated(claims) {
  const edges = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
  const table = edges.slice(1).map((end, i) => {
    const some = claims.filter(({ chance }) => chance >= edges[i] && chance < end);
    return [
      `${edges[i]}–${end}`, String(some.length), shown(mean(some.map(({ chance }) => chance))),
      shown(mean(some.map(({ right }) => Number(right)))),
    ];
  });
  print(['chance of a change', 'claims', 'mean', 'true'], table);
}

function simulated(first, seeds) {
  const claims = [];
  const measured = [
    ...methods.map((method) => [method, () => measure(method)]),
    ...Object.entries(oracles).map(([known, name]) => [name, () => consult(known)]),
  ];
  for (const scenario of scenarios) {
    const results = measured.map(() => []);
    for (let seed = first; seed < first + seeds; seed++) {
      execFileSync(simulator, [scenario, String(seed), folder]);
      measured.forEach(([, figures], i) => results[i].push(figures()));
      claims.push(...results[0].at(-1).claims);
    }
    const columns = ['now', 'ever', 'brier', 'ece', 'error', 'wrong', 'coverage', 'found'];
    const table = measured.map(([name], i) => [
      name, ...columns.map((column) => shown(mean(results[i].map((result) => result[column])))),
    ]);
    print([scenario, 'now', 'any day', 'Brier', 'ECE', 'days off', 'false', 'covered', 'found'], table);
  }
  calibrated(claims);
}

function crowd(where) {
  const sets = readdirSync(where).filter((name) => existsSync(path.join(where, name, 'truth.csv')));
  const compared = ['zhanji', 'dawid-skene', 'majority'];
  const table = sets.map((name) => [
    name,
    ...compared.map((method) => {
      const data = (part) => path.join(where, name, part);
      return shown(score(['--csv', data('answers.csv'), '--truth', data('truth.csv'), '--method', method]).accuracy, 4);
    }),
  ]);
  const means = compared.map((_, i) => shown(mean(table.map((row) => Number(row[i + 1]))), 4));
  print(['labelled set', ...compared], [...table, ['mean', ...means]]);
}

/** A program's wall and processor seconds, and the most memory it had in MB. */
function timed(args) {
  const script = `import json, resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
wall = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))`;
  const [wall, cpu, memory] = JSON.parse(execFileSync('/usr/bin/python3', ['-c', script, ...args], { encoding: 'utf8' }));
  return `${wall.toFixed(1)} s (${cpu.toFixed(1)} s of CPU), ${memory.toFixed(0)} MB`;
}

function speed(reports, answers) {
  const csv = file('reports.csv');
  const whole = [aggregator, '--csv', csv, '--out', '/dev/null'];
  execFileSync(simulator, ['base', '1', folder, String(Math.ceil(reports / 25)), '730', String(reports), answers]);
  console.log(`${reports} reports of ${answers} answers, --csv to --out: ${timed(whole)}`);
  console.log(`reading and writing alone: ${timed([...whole, '--method', 'latest'])}`);
  execFileSync(path.join(build, 'tests/bench/fit_rate'), [csv], { stdio: 'inherit' });
  execFileSync('/usr/bin/python3', [path.join(here, 'dawid_skene.py'), csv], { stdio: 'inherit' });
}

if (options.speed) speed(Number(options.speed), options.answers);
if (options.crowd) crowd(options.crowd);
if (!options.speed && !options.crowd) simulated(Number(options.first), Number(options.seeds));
