import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, lstatSync, openSync, readFileSync, readSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, describe } from 'node:test';

import { program, runProgram, temporaryFolder, waitFor } from './harness.mjs';

const aggregate = (args, options) => runProgram('zhanji-aggregate', args, options);

/** Until there is something in a pipe that is read without waiting. */
const bytesArrive = (descriptor) => waitFor(() => {
  try {
    return readSync(descriptor, Buffer.alloc(1)) > 0;
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error;
    return false;
  }
}, 'bytes in the pipe');

function table(text) {
  const [head, ...lines] = text.trimEnd().split('\n').map((line) => line.split(','));
  return lines.map((fields) => Object.fromEntries(fields.map((field, i) => [head[i], field])));
}

/** Reports of a year by ten reporters on thirty items; option y is true from day 200 on for most. */
function changingCity() {
  const rows = [];
  const start = Date.UTC(2024, 0, 1);
  for (let item = 0; item < 30; item++) {
    for (let visit = 0; visit < 30; visit++) {
      const day = (visit * 12 + item * 7) % 360;
      const reporter = (visit * 3 + item) % 10;
      let answer = day >= 200 && item % 5 !== 0 ? 'y' : 'n';
      if (reporter === 9) answer = answer === 'y' ? 'n' : 'y';
      const time = new Date(start + day * 86_400_000).toISOString().slice(0, 10);
      rows.push(`i${String(item).padStart(2, '0')},r${reporter},${answer},${time}`);
    }
  }
  return rows;
}

const csv = (rows, head = 'item,reporter,answer,time') => [head, ...rows, ''].join('\n');

describe('zhanji-aggregate', () => {
  test('tells each item with its answer, probability, standing and reports', async () => {
    const { code, stdout, stderr } = await aggregate(['--csv', '-'], { input: csv(changingCity()) });
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '', 'no progress bar without a terminal');
    const rows = table(stdout);
    assert.equal(rows.length, 30);
    rows.forEach((row, i) => {
      assert.equal(row.item, `i${String(i).padStart(2, '0')}`, 'sorted by item');
      assert.equal(row.answer, i % 5 === 0 ? 'n' : 'y');
      assert.ok(Number(row.p) > 0.9 && Number(row.p) <= 1);
      assert.equal(row.standing, 'confirmed');
      assert.equal(row.reports, '30');
    });
  });

  test('a rare answer is told where it has the better part of the votes', async () => {
    // Three reporters who are wrong alike often; one item in ten is "n".
    const rare = (item) => item % 10 === 0;
    const wrong = (item, reporter) => item % 5 === 0 && reporter === Math.floor(item / 10) % 3;
    const rows = Array.from({ length: 180 }, (_, i) => [Math.floor(i / 3), i % 3])
      .map(([item, reporter]) => `i${item},r${reporter},${rare(item) !== wrong(item, reporter) ? 'n' : 'y'}`);
    const { stdout } = await aggregate(['--csv', '-'], { input: csv(rows, 'item,reporter,answer') });
    for (const { item, answer, p } of table(stdout)) {
      assert.equal(answer, rare(Number(item.slice(1))) ? 'n' : 'y', item);
      assert.ok(Number(p) > 0.5 && Number(p) < 1);
    }
  });

  test('the order of rows and the line ends leave no trace', async (t) => {
    const folder = temporaryFolder(t);
    const rows = changingCity();
    const shuffled = rows.map((row, i) => [(i * 7919) % rows.length, row]).sort((a, b) => a[0] - b[0]);
    const outputs = [];
    for (const [name, text] of Object.entries({
      plain: csv(rows),
      other: csv(shuffled.map(([, row]) => row)).replaceAll('\n', '\r\n'),
    })) {
      const file = (kind) => path.join(folder, `${name}.${kind}`);
      writeFileSync(file('in'), text);
      const args = ['--csv', file('in'), '--out', file('out'), '--history', file('history'), '--reporters', file('reporters')];
      assert.equal((await aggregate(args)).code, 0);
      outputs.push(['out', 'history', 'reporters'].map((kind) => readFileSync(file(kind), 'utf8')));
    }
    assert.deepEqual(outputs[0], outputs[1]);
  });

  test('other names for the answers change no digit', async (t) => {
    const folder = temporaryFolder(t);
    const answers = ['a', 'b', 'c', 'd', 'e'];
    const renamed = { a: 'd', b: 'zz', c: 'a', d: '00', e: 'c' };
    const back = Object.fromEntries(Object.entries(renamed).map(([old, name]) => [name, old]));
    let state = 7;
    const below = (limit) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 4294967296) * limit);
    };
    const rows = Array.from({ length: 2500 }, () => [`i${below(40)}`, `r${below(12)}`, answers[Math.min(below(5), below(5))], `202${below(4)}-0${1 + below(9)}-1${below(9)}`]);
    const told = async (name, extra) => {
      const files = Object.fromEntries(['out', 'history', 'reporters'].map((file) => [file, path.join(folder, file)]));
      const input = csv(rows.map(([item, reporter, answer, time]) => [item, reporter, name(answer), time].join(',')));
      const { code, stderr } = await aggregate(['--csv', '-', ...extra, ...Object.entries(files).flatMap(([file, where]) => [`--${file}`, where])], { input });
      assert.equal(code, 0, stderr);
      return Object.values(files).map((file) => readFileSync(file, 'utf8').split('\n').map((line) => line.split(',')));
    };
    for (const extra of [[], ['--static']]) {
      const plain = await told((answer) => answer, extra);
      const other = await told((answer) => renamed[answer], extra);
      for (const file of other.slice(0, 2)) for (const line of file.slice(1)) if (line.length > 1) line[1] = back[line[1]];
      assert.deepEqual(other, plain);
    }
  });

  test('names are told apart and sorted by their bytes, short or long', async () => {
    const long = 'a place with a name that is longer than most';
    const names = ['', '0', 'abcdefgh', 'abcdefgh\u0001', 'abcdefghi', 'b', long, `${long}r`, '站'];
    const many = Array.from({ length: 5000 }, (_, i) => `n${i}`);
    const items = [...names.slice(1), ...many];
    const rows = items.map((name, i) => `${name},${names[i % names.length]},x,2024-01-01`);
    const { stdout, code } = await aggregate(['--csv', '-'], { input: csv([...rows, ...rows]) });
    assert.equal(code, 0);
    const sorted = items.map((name) => Buffer.from(name)).sort(Buffer.compare).map(String);
    assert.deepEqual(table(stdout).map(({ item }) => item), sorted);
    assert.ok(table(stdout).every(({ reports }) => reports === '2'));
  });

  test('the history brackets the change', async () => {
    const { stdout } = await aggregate(['--csv', '-', '--history', '-'], { input: csv(changingCity()) });
    const rows = table(stdout).filter(({ item }) => item === 'i01');
    assert.deepEqual(rows.map(({ answer }) => answer), ['n', 'y']);
    assert.equal(rows[0].from_likely, '');
    assert.equal(rows[1].until_likely, '');
    assert.equal(rows[0].until_likely, rows[1].from_likely);
    const { from_earliest: earliest, from_likely: likely, from_latest: latest } = rows[1];
    assert.ok(earliest <= likely && likely <= latest);
    assert.ok('2024-06-20' < earliest && latest < '2024-08-20', `${earliest} ${latest}`);
  });

  test('knows who is right', async () => {
    const { stdout } = await aggregate(['--csv', '-', '--reporters', '-'], { input: csv(changingCity()) });
    const rows = table(stdout);
    assert.equal(rows.length, 10);
    for (const { reporter, accuracy, low, high, reports } of rows) {
      assert.equal(reports, '90');
      assert.ok(Number(low) < Number(accuracy) && Number(accuracy) < Number(high));
      assert.ok(reporter === 'r9' ? accuracy < 0.3 : accuracy > 0.85, `${reporter} ${accuracy}`);
    }
  });

  test('--now tells of an earlier day', async () => {
    const { stdout } = await aggregate(['--csv', '-', '--now', '2024-05-01'], { input: csv(changingCity()) });
    table(stdout).forEach(({ answer, reports }) => {
      assert.equal(answer, 'n');
      assert.ok(Number(reports) < 15);
    });
  });

  test('a truth that says nothing is refused', async (t) => {
    const folder = temporaryFolder(t);
    const truth = path.join(folder, 'truth.csv');
    const cases = {
      'item,answer\n': 'no rows after the header',
      'item,answer\nnowhere,n\nnobody,y\n': 'none of its 2 items was reported on',
      'item,answer\ni00,n\ni01,\n': 'line 3: no answer',
      'item,answer\n,n\n': 'line 2: no item',
    };
    for (const [text, says] of Object.entries(cases)) {
      writeFileSync(truth, text);
      for (const extra of [[], ['--json']]) {
        const { code, stdout, stderr } = await aggregate(['--csv', '-', '--truth', truth, ...extra], { input: csv(changingCity()) });
        assert.deepEqual([code, stdout], [1, '']);
        assert.ok(stderr.includes(`truth.csv: ${says}`), stderr);
      }
    }
  });

  test('--truth measures, at the end and at times of its own', async (t) => {
    const folder = temporaryFolder(t);
    const file = path.join(folder, 'truth.csv');
    writeFileSync(file, 'item,answer,time\ni01,n,2024-03-01\ni01,y,2024-11-01\ni01,y,\nzz,y,2024-01-01\ni02,?,\n');
    const { stdout, code } = await aggregate(['--csv', '-', '--truth', file, '--json'], { input: csv(changingCity()) });
    assert.equal(code, 0);
    const { truth, reports, items, reporters } = JSON.parse(stdout);
    assert.deepEqual([reports, items, reporters], [900, 30, 10]);
    assert.deepEqual([truth.compared, truth.missing, truth.accuracy], [4, 1, 0.75]);
    assert.ok(truth.brier > 0.4 && truth.brier < 0.6 && truth.ece > 0.2);
  });

  const methods = { majority: 'y', latest: 'n', 'window:30': 'y', 'decay:30': 'y', 'dawid-skene': 'y', zhanji: 'y' };
  for (const [method, answer] of Object.entries(methods)) {
    test(`--method ${method} says ${answer} of a late contradiction`, async () => {
      const rows = ['a', 'b', 'c', 'd', 'e'].map((reporter) => `x,${reporter},y,2024-01-01`);
      const { stdout } = await aggregate(['--csv', '-', '--method', method], { input: csv([...rows, 'x,f,n,2024-01-02']) });
      assert.equal(table(stdout)[0].answer, answer);
    });
  }

  test('a draw earns its share of the truth, whatever the answers are called', async (t) => {
    const truth = path.join(temporaryFolder(t), 'truth.csv');
    for (const [one, other] of [['a', 'b'], ['b', 'a']]) {
      writeFileSync(truth, `item,answer\nx,${one}\ny,${one}\nz,other\n`);
      const input = csv([`x,r,${one}`, `x,s,${other}`, `y,r,${one}`, `z,s,${one}`, `z,r,${other}`], 'item,reporter,answer');
      const { stdout } = await aggregate(['--csv', '-', '--method', 'majority', '--truth', truth, '--json'], { input });
      const { accuracy, compared } = JSON.parse(stdout).truth;
      assert.deepEqual([accuracy, compared], [0.5, 3]);
    }
  });

  test('questions have options of their own', async () => {
    const rows = ['s1/q1,a,yes,q1', 's1/q2,a,3,q2', 's2/q2,b,4,q2', 's2/q1,b,no,q1'];
    const { stdout } = await aggregate(['--csv', '-'], { input: csv(rows, 'item,reporter,answer,question') });
    assert.deepEqual(table(stdout).map(({ answer }) => answer), ['yes', '3', 'no', '4']);
  });

  const refused = {
    'no such column': ['item,answer\na,b\n', 'line 1: no column reporter'],
    'a time that is none': [csv(['a,b,c,2024-02-30']), 'line 2: "2024-02-30" is no time'],
    'a row that is too short': [csv(['a,b,c,2024', 'a,b']), 'line 3: '],
    'no answer': [csv(['a,b,,2024']), 'line 2: no answer'],
    'no item': [csv([',b,c,2024']), 'line 2: no item'],
    'no rows': [csv([]), 'no rows after the header'],
    'an item of two questions': ['item,reporter,answer,question\na,r,x,1\na,r,x,2\n', 'line 3: item a belongs to another question'],
    'the first of two faulty lines': ['item,reporter,answer,question\na,r,x,1\na,r,x,2\nb,r\n', 'line 3: item a belongs to another question'],
    'a fault behind many good lines': [csv([...Array.from({ length: 1000 }, (_, i) => `i${i},r${i},x,2024`), 'a,b,c,never']), 'line 1002: "never" is no time'],
    'a NUL': [csv(['a,b,c,2024', 'a,b\0x,c,2024']), 'line 3: a NUL character'],
    'a NUL in quotes': [csv(['a,"b\0",c,2024']), 'line 2: a NUL character'],
    'seventy thousand questions': [
      'item,reporter,answer,question\n' + Array.from({ length: 70000 }, (_, i) => `i${i},r,x,q${i}\n`).join(''),
      'line 65537: more than 65535 questions',
    ],
    'nine thousand years': [csv(['a,b,c,0100', 'a,b,c,9000']), 'the times span more than 200000 days: from 0100-07-02 to 9000-07-02'],
    'other names of columns': ['task,worker,label\na,b,c\n', 'line 1: no column item (item, reporter and answer are needed; here are: task, worker, label)'],
  };
  for (const [name, [input, says]] of Object.entries(refused)) {
    test(`refuses ${name}, with exit code 1`, async () => {
      const { code, stderr, stdout } = await aggregate(['--csv', '-'], { input });
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.ok(stderr.includes(says), stderr);
    });
  }

  const misused = [[], ['--csv'], ['--csv', 'a', '--export', 'b'], ['--method', 'magic'], ['--csv', 'a', '--method', 'window:0'], ['--what'], ['--csv', 'a', '--now', 'bad'], ['--export', 'a', '--now', '2024-02'], ['--csv', '-', '--truth', '-']];
  for (const args of misused) {
    test(`refuses the arguments "${args.join(' ')}", with exit code 2`, async () => {
      const { code, stderr } = await aggregate(args);
      assert.equal(code, 2);
      assert.match(stderr, /^zhanji-aggregate: /);
    });
  }

  test('a file that is not there is named, with exit code 1', async () => {
    const { code, stderr } = await aggregate(['--csv', '/nonexistent.csv']);
    assert.equal(code, 1);
    assert.match(stderr, /nonexistent\.csv: No such file/);
  });

  test('hostile values give numbers', async () => {
    const rows = ['"a,""b",r,x,2024', '"a,""b",r,x,2024', '"a,""b",,x,1970', 'b,r,y,2024-01-01T00:00:00.5+08:00', 'b,é,z,2024-01-01T00:00'];
    const { code, stdout, stderr } = await aggregate(['--csv', '-', '--out', '-', '--history', '/dev/null'], { input: csv(rows) });
    assert.equal(code, 0, stderr);
    assert.ok(!/nan|inf/i.test(stdout.replaceAll('inferred', '')));
    assert.ok(stdout.includes('"a,""b",x,'));
  });

  test('a time may stand apart from its day by a space', async () => {
    const told = async (time) => (await aggregate(['--csv', '-', '--history', '-', '--out', '-'], { input: csv([`a,r,x,${time}`, 'a,s,y,2025-03-01', 'a,t,y,2025-03-01']) })).stdout;
    const plain = await told('2024-05-01T08:30:00+08:00');
    assert.equal(table(plain.slice(0, plain.indexOf('item,answer,from'))).length, 1);
    assert.equal(await told('2024-05-01 08:30:00+08:00'), plain);
    assert.equal(await told('2024-05-01 00:30:00'), plain);
  });

  test('items and history on standard output stand one after the other', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `i${String(i).padStart(5, '0')},r${i % 7},x,2024`);
    const { code, stdout } = await aggregate(['--csv', '-', '--history', '-', '--out', '-'], { input: csv(rows) });
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, 2 + 2 * rows.length);
    assert.equal(lines.findIndex((line) => line.startsWith('item,answer,from_earliest')), 1 + rows.length);
  });

  test('what is refused or killed leaves a file as it was', async (t) => {
    const folder = temporaryFolder(t);
    const out = path.join(folder, 'out.csv');
    const input = path.join(folder, 'in.csv');
    writeFileSync(input, csv(Array.from({ length: 50_000 }, (_, i) => `item-${i},r${i % 7},x,2024`)));
    writeFileSync(out, 'as it was', { mode: 0o640 });
    const refused = await aggregate(['--csv', input, '--out', out, '--history', path.join(folder, 'none', 'x')]);
    assert.equal(refused.code, 1);
    assert.equal(readFileSync(out, 'utf8'), 'as it was');

    // The history is a pipe that nobody empties: half of the items are written by then.
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    t.after(() => closeSync(reader));
    const running = spawn(program('zhanji-aggregate'), ['--csv', input, '--out', out, '--history', pipe], { stdio: 'ignore' });
    await bytesArrive(reader);
    running.kill('SIGKILL');
    await once(running, 'exit');
    assert.equal(readFileSync(out, 'utf8'), 'as it was');
    assert.deepEqual(readdirSync(folder).sort(), ['in.csv', 'out.csv', 'pipe']);

    const done = await aggregate(['--csv', input, '--out', out]);
    assert.equal(done.code, 0, done.stderr);
    assert.equal(readFileSync(out, 'utf8').split('\n').length, 50_002);
    assert.equal(statSync(out).mode & 0o777, 0o640);
  });

  test('standard output may be named by its file', async (t) => {
    const folder = temporaryFolder(t);
    const input = path.join(folder, 'in.csv');
    const truth = path.join(folder, 'truth.csv');
    const both = path.join(folder, 'both');
    writeFileSync(input, csv(['a,b,c,2024']));
    writeFileSync(truth, 'item,answer\na,c\n');
    for (const out of ['/dev/stdout', both]) {
      const file = openSync(both, 'w');
      const running = spawn(program('zhanji-aggregate'), ['--csv', input, '--truth', truth, '--out', out], { stdio: ['ignore', file, 'inherit'] });
      assert.deepEqual(await once(running, 'exit'), [0, null]);
      closeSync(file);
      assert.match(readFileSync(both, 'utf8'), /^item,answer,p,standing,reports\na,c,1,likely,1\naccuracy {2}1\n/);
    }
  });

  test('a file behind a link is written, the link stays', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(path.join(folder, 'out.csv'), '');
    symlinkSync('out.csv', path.join(folder, 'link'));
    const { code, stderr } = await aggregate(['--csv', '-', '--out', path.join(folder, 'link')], { input: csv(['a,b,c,2024']) });
    assert.equal(code, 0, stderr);
    assert.ok(lstatSync(path.join(folder, 'link')).isSymbolicLink());
    assert.ok(readFileSync(path.join(folder, 'out.csv'), 'utf8').includes('a,c,1,likely,1'));
  });

  test('a full disk is told', async () => {
    const { code, stderr } = await aggregate(['--csv', '-', '--out', '/dev/full'], { input: csv(['a,b,c,2024']) });
    assert.equal(code, 1);
    assert.match(stderr, /\/dev\/full: No space left/);
  });

  test('--help tells of every option', async () => {
    const { code, stdout } = await aggregate(['--help']);
    assert.equal(code, 0);
    for (const option of ['--csv', '--export', '--now', '--static', '--method', '--truth', '--out', '--history', '--reporters', '--json']) {
      assert.ok(stdout.includes(option));
    }
  });
});
