// Truths that stay: the engine beside majority, Dawid–Skene and its own candidates, on crowds of many
// kinds (crowd.c) or on labelled sets.
//
//   node tests/bench/crowd.mjs [--seeds N] [--family NAME]… [--crowd FOLDER]
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
const methods = ['zhanji', 'dawid-skene', 'majority'];

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2' },
    family: { type: 'string', multiple: true },
    crowd: { type: 'string' },
  },
});
const run = (program, args) => execFileSync(path.join(build, program), args, { encoding: 'utf8', maxBuffer: 1 << 26 });
const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
const shown = (value, digits = 4) => (Number.isFinite(value) ? value.toFixed(digits) : '–');

/** Candidates are learned of one question alone. */
const hasQuestions = (answers) => readFileSync(answers, 'utf8').split('\n', 1)[0].includes('question');

/** All that is measured of one set: numbers by name, accuracies of the candidates by theirs. */
function measure(folder, ceiling) {
  const answers = path.join(folder, 'answers.csv');
  const truth = path.join(folder, 'truth.csv');
  const found = { ceiling, candidates: {} };
  for (const method of methods) {
    const args = ['--csv', answers, '--truth', truth, '--static', '--method', method, '--json'];
    found[method] = JSON.parse(run('zhanji-aggregate', args)).truth;
  }
  if (!hasQuestions(answers)) {
    const [, ...candidates] = JSON.parse(run('tests/bench/candidates', [answers, truth]));
    for (const { name, accuracy } of candidates) found.candidates[name] = accuracy;
  }
  return found;
}

/** The candidate that is best over all the sets of a family, and how it does. */
function best(sets) {
  return Object.keys(sets[0].candidates)
    .map((name) => ({ name, accuracy: mean(sets.map((set) => set.candidates[name])) }))
    .reduce((one, other) => (other.accuracy > one.accuracy ? other : one), { name: '–', accuracy: -Infinity });
}

const head = ['', 'ceiling', 'majority', 'DS', 'zhanji', 'best', 'candidate', 'Brier', 'of DS', 'ECE', 'of DS'];

function row(name, sets) {
  const of = (method, figure) => mean(sets.map((set) => set[method][figure]));
  const { name: candidate, accuracy } = best(sets);
  return [
    name, mean(sets.map((set) => set.ceiling)), of('majority', 'accuracy'), of('dawid-skene', 'accuracy'),
    of('zhanji', 'accuracy'), accuracy, candidate, of('zhanji', 'brier'), of('dawid-skene', 'brier'),
    of('zhanji', 'ece'), of('dawid-skene', 'ece'),
  ];
}

function print(rows) {
  const means = head.map((_, i) => (typeof rows[0][i] === 'number' ? mean(rows.map((cells) => cells[i]).filter(Number.isFinite)) : ''));
  means[0] = 'mean';
  const table = [head, ...[...rows, means].map((cells) => cells.map((cell) => (typeof cell === 'number' ? shown(cell) : cell)))];
  const widths = head.map((_, i) => Math.max(...table.map((cells) => cells[i].length)));
  const line = (cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  console.log(table.map(line).join('\n'));
}

/** How much better than Dawid–Skene, set by set, with the standard error. */
function compare(sets) {
  const gains = sets.map((set) => set.zhanji.accuracy - set['dawid-skene'].accuracy);
  const gain = mean(gains);
  const error = Math.sqrt(mean(gains.map((value) => (value - gain) ** 2)) / gains.length);
  console.log(`zhanji − DS over ${sets.length} sets: ${shown(gain)} ± ${shown(error)}`);
}

function drawn(seeds, wanted) {
  const folder = mkdtempSync(path.join(tmpdir(), 'zhanji-crowd-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const families = wanted ?? run('tests/bench/crowd', []).trimEnd().split('\n');
  return families.map((family) => {
    const sets = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const ceiling = Number(run('tests/bench/crowd', [family, String(seed), folder]));
      sets.push(measure(folder, ceiling));
    }
    return [family, sets];
  });
}

function labelled(where) {
  return readdirSync(where)
    .filter((name) => existsSync(path.join(where, name, 'truth.csv')))
    .map((name) => [name, [measure(path.join(where, name), NaN)]]);
}

const found = options.crowd ? labelled(options.crowd) : drawn(Number(options.seeds), options.family);
print(found.map(([name, sets]) => row(name, sets)));
compare(found.flatMap(([, sets]) => sets));
