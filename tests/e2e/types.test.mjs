// The scripts of the pages keep to the types that their comments declare (tsc --checkJs).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';

import { root } from './harness.mjs';

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');

for (const [whose, project] of [
  ['pages', 'tsconfig.json'],
  ['service worker', 'tsconfig.worker.json'],
])
  test(`the scripts of the ${whose} have the types that they say`, () => {
    const found = spawnSync(process.execPath, [compiler, '--project', path.join(root, 'tests', project)], { encoding: 'utf8' });
    assert.equal(found.stdout, '');
    assert.equal(found.status, 0, found.stderr);
  });
