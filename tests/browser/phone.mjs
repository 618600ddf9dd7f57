// A reporter's browser that can be killed: Chromium on a profile of its own, driven from outside.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { chromium } from 'playwright-core';

import { patience } from '../e2e/harness.mjs';
import { atEnd } from './teardown.mjs';

const options = ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--no-first-run', '--remote-debugging-port=0', '--accept-lang=zh-CN'];

function address(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (bytes) => {
      text += bytes;
      const found = /ws:\/\/\S+/.exec(text);
      if (found) resolve(found[0]);
    });
    child.on('close', () => reject(new Error(`chromium ended:\n${text}`)));
  });
}

/** A folder for a profile, removed when the test ends. */
export function profileFor(t) {
  const folder = mkdtempSync(path.join(tmpdir(), 'zhanji-profile-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

/** Starts Chromium on a profile: { tab, kill() }, where kill is kill −9 of all its processes. */
export async function startPhone(t, profile) {
  const child = spawn('/usr/bin/chromium', [...options, `--user-data-dir=${profile}`, 'about:blank'], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const kill = async () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
    await ended;
  };
  atEnd(t, kill);
  const browser = await chromium.connectOverCDP(await address(child), { timeout: patience });
  browser.contexts()[0].setDefaultTimeout(patience);
  const tab = await browser.contexts()[0].newPage();
  return { tab, kill };
}
