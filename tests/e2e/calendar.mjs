// Servers that live through days: the clock of a program is set before each start (libfaketime).
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { createServer, temporaryFolder } from './harness.mjs';

const libraries = '/usr/lib';
const clock = readdirSync(libraries)
  .map((folder) => path.join(libraries, folder, 'faketime/libfaketimeMT.so.1'))
  .find((file) => existsSync(file));

// A sanitizer's runtime does not start under a preloaded library.
export const skip = clock === undefined || process.env.ASAN_OPTIONS !== undefined;

/** The environment in which a program's clock starts at an instant, and goes on from there. */
export function at(instant) {
  return {
    LD_PRELOAD: clock,
    TZ: 'UTC',
    FAKETIME: `@${instant.replace('T', ' ').replace('Z', '')}`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

/** A server that lives through several days: on(instant, task) starts it then and stops it after. */
export function calendar(t) {
  const server = createServer(temporaryFolder(t));
  t.after(() => server.child && server.stop());
  const on = async (instant, task) => {
    server.env = at(instant);
    await server.start();
    await task();
    const { code, stderr } = await server.stop();
    assert.equal(code, 0, stderr);
  };
  return { server, on };
}
