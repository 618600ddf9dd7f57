// Tables of labels as people have them: every one gives figures, or is told what it lacks and where.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, describe } from 'node:test';

import { runProgram, temporaryFolder } from './harness.mjs';

const aggregate = (args, options) => runProgram('zhanji-aggregate', args, options);
const methods = ['zhanji', 'dawid-skene', 'majority', 'latest', 'window:30', 'decay:30'];
const plain = 'item,reporter,answer\n';
const timed = 'item,reporter,answer,time\n';
const lines = (count, line) => Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('');
const day = (i) => `2024-${String(1 + (i % 9)).padStart(2, '0')}-${10 + (i % 17)}`;

/** No field is anything but a name or a number. */
const assertNumbers = (text) => assert.doesNotMatch(text, /(^|,)[+-]?(nan|inf)/im);

describe('tables as people have them', () => {
  const same = {
    'a byte-order mark and CRLF': `\ufeff${plain}a,r,x\nb,s,y\n`.replaceAll('\n', '\r\n'),
    'no end of the last line': `${plain}a,r,x\nb,s,y`,
    'blank lines': `${plain}\n\na,r,x\n\nb,s,y\n\n`,
    'everything in quotes': `"item","reporter","answer"\n"a","r","x"\n"b","s","y"\n`,
    'spaces around': 'item , reporter, answer\na, r, x\n b\t,s ,"y" \n',
    'other columns and another order': 'answer,seconds,item,reporter,\nx,3,a,r,\ny,,b,s,\n',
    'an empty question': 'question,item,reporter,answer\n,a,r,x\n,b,s,y\n',
  };
  for (const [name, input] of Object.entries(same)) {
    test(`${name} make no difference`, async () => {
      const told = await aggregate(['--csv', '-'], { input });
      assert.equal(told.code, 0, told.stderr);
      assert.equal(told.stdout, (await aggregate(['--csv', '-'], { input: `${plain}a,r,x\nb,s,y\n` })).stdout);
    });
  }

  test('names with spaces, commas, quotes and line breaks come back as they were', async (t) => {
    const out = path.join(temporaryFolder(t), 'out.csv');
    const items = ['" a"', '"a,b"', '"a ""b"""', '"a\nb"', '站'];
    const input = plain + items.map((item) => `${item},r,"yes, or\nno "\n`).join('');
    const { code, stderr } = await aggregate(['--csv', '-', '--out', out], { input });
    assert.equal(code, 0, stderr);
    // What was written is read again as a truth: every name is found.
    const { stdout } = await aggregate(['--csv', '-', '--truth', out, '--json'], { input });
    const { compared, missing, accuracy } = JSON.parse(stdout).truth;
    assert.deepEqual([compared, missing, accuracy], [items.length, 0, 1]);
  });

  test('one who is named only by spaces is nobody', async () => {
    const rows = (name) => plain + lines(40, (i) => `i${i % 8},${i % 5 ? `r${i % 5}` : name},${i % 3}`);
    const told = async (name, file) => (await aggregate(['--csv', '-', file, '-'], { input: rows(name) })).stdout;
    for (const file of ['--out', '--reporters']) assert.equal(await told('  ', file), await told('', file));
    assert.ok((await aggregate(['--csv', '-'], { input: `${plain}a,r, \n` })).stderr.includes('line 2: no answer'));
  });

  const odd = {
    'one row': `${plain}a,r,x\n`,
    'one row with a time': `${timed}a,r,x,2024\n`,
    'one answer only': plain + lines(200, (i) => `i${i % 50},r${i % 7},x`),
    'one answer only, over months': timed + lines(1500, (i) => `i${i % 90},r${i % 7},x,${day(i)}`),
    'one reporter': plain + lines(50, (i) => `i${i},r,${i % 7}`),
    'one reporter over months': timed + lines(1500, (i) => `i${i % 90},r,${(i * 7) % 5},${day(i)}`),
    'no reporter': plain + lines(100, (i) => `i${i % 20},,${i % 3}`),
    'no reporter over months': timed + lines(1500, (i) => `i${i % 90},,${(i * 7) % 3},${day(i)}`),
    'as many reporters as rows': plain + lines(200, (i) => `i${i % 20},r${i},${i % 4}`),
    'an answer of its own for each item': plain + lines(16, (i) => `i${i},r${i % 3},${i}`),
    'questions of one answer among others': `item,reporter,answer,question\n${lines(240, (i) => `i${i % 24},r${i % 5},${(i * 7) % (1 + 3 * (i % 4))},q${i % 4}`)}`,
  };
  for (const [name, input] of Object.entries(odd)) {
    test(`${name}: figures from every method`, async (t) => {
      const folder = temporaryFolder(t);
      const items = new Set(input.trimEnd().split('\n').slice(1).map((line) => line.split(',')[0]));
      for (const method of methods) {
        const { code, stdout, stderr } = await aggregate(['--csv', '-', '--method', method], { input });
        assert.equal(code, 0, stderr);
        assert.equal(stderr, '');
        assertNumbers(stdout);
        const rows = stdout.trimEnd().split('\n').slice(1).map((line) => line.split(','));
        assert.equal(rows.length, items.size);
        for (const [, answer, p] of rows) assert.ok(answer !== '' && Number(p) > 0 && Number(p) <= 1, `${method}: ${p}`);
      }
      const truth = path.join(folder, 'truth.csv');
      writeFileSync(truth, 'item,answer\na,x\ni0,x\ni1,never said\nnowhere,x\n');
      const { code, stdout, stderr } = await aggregate(['--csv', '-', '--history', '-', '--reporters', path.join(folder, 'reporters'), '--truth', truth, '--json'], { input });
      assert.equal(code, 0, stderr);
      assertNumbers(stdout);
      const { compared, missing, accuracy, brier } = JSON.parse(stdout.trimEnd().split('\n').at(-1)).truth;
      assert.equal(compared + missing, 4);
      assert.ok(accuracy >= 0 && accuracy <= 1 && brier >= 0 && brier <= 2);
    });
  }

  const refused = {
    'semicolons for commas': ['item;reporter;answer\na;r;x\n', 'line 1: no column item (item, reporter and answer are needed, between them commas; here is: item;reporter;answer)'],
    'tabs for commas': ['item\treporter\tanswer\na\tr\tx\n', 'between them commas; here is: item?reporter?answer)'],
    'lines that end in CR alone': ['item,reporter,answer\ra,r,x\r', 'line 1: ends in CR alone (save the table with lines that end in LF or CRLF)'],
    'UTF-16': [Buffer.from(`\ufeff${plain}a,r,x\n`, 'utf16le'), 'line 1: a NUL character (text in UTF-8 has none)'],
    'other names of columns': ['question,worker,answer\na,r,x\n', 'line 1: no column item (item, reporter and answer are needed; here are: question, worker, answer)'],
    'other letters': ['Item,Reporter,Answer\na,r,x\n', 'line 1: no column item (item, reporter and answer are needed; here are: Item, Reporter, Answer)'],
    'a row without a time': [`${timed}a,r,x,2024\nb,r,x,\n`, 'line 3: "" is no time'],
    'an item of two questions': ['item,reporter,answer,question\na,r,x,1\na,s,y,2\n', 'line 3: item a belongs to another question'],
  };
  for (const [name, [input, says]] of Object.entries(refused)) {
    test(`refuses ${name}, with line and remedy`, async () => {
      const { code, stdout, stderr } = await aggregate(['--csv', '-'], { input });
      assert.deepEqual([code, stdout], [1, '']);
      assert.ok(stderr.includes(says), stderr);
    });
  }
});
