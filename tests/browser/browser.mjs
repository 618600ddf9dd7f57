// Chromium on the real server. Every tab watches itself: a console error, a fault of a script, a
// violation of the Content-Security-Policy or a request to anywhere else fails the test that
// opened it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { chromium } from 'playwright-core';

import { addModerator, moderate } from '../e2e/moderators.mjs';
import { patience, waitFor } from '../e2e/harness.mjs';
import { atEnd } from './teardown.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1280, height: 900 };
export const languages = { zh: 'zh-CN', en: 'en-GB' };

/** One browser for all tests of a describe(): call the result to get it. */
export function browserFor({ before, after }) {
  let browser;
  before(async () => {
    const args = ['--no-sandbox', '--disable-dev-shm-usage'];
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args, timeout: patience });
  });
  after(() => browser?.close());
  return () => browser;
}

function watch(tab, server, faults) {
  tab.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  tab.on('pageerror', (error) => faults.push(String(error)));
  tab.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && origin !== new URL(server.url).origin) faults.push(request.url());
  });
}

/**
 * A tab of its own in a browser of its own: { tab, go(path), … }. Options: language, scheme, size,
 * script (false: without JavaScript), expected (console errors that belong to the test).
 */
export async function openTab(t, browser, server, options = {}) {
  const { language = 'zh', scheme = 'light', size = desktop, script = true, expected } = options;
  const context = await browser.newContext({
    locale: languages[language],
    colorScheme: scheme,
    viewport: size,
    javaScriptEnabled: script,
    baseURL: server.url,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(patience);
  const faults = [];
  const tab = await context.newPage();
  watch(tab, server, faults);
  atEnd(t, async () => {
    assert.deepEqual(await context.cookies(), [], 'no page sets a cookie');
    await context.close();
    assert.deepEqual(expected ? faults.filter((fault) => !expected.test(fault)) : faults, []);
  });
  return tab;
}

/** What axe-core finds wrong on the page, in short. */
export async function barriers(tab) {
  await tab.evaluate(axe);
  const { violations } = await tab.evaluate(() => globalThis.axe.run(document));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** How many pixels the page is wider than its window. */
export function overflow(tab) {
  return tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Sends reports and approves them; resolves when they are in public view. */
export async function publish(server, moderator, reports) {
  const ids = [];
  for (const report of reports) {
    const reply = await server.request('/api/v1/reports', { method: 'POST', json: report });
    assert.equal(reply.status, 201, reply.text);
    ids.push(reply.json.id);
  }
  const done = await moderate(server, ['--key', moderator.file, 'approve', ...ids]);
  assert.equal(done.code, 0, done.stderr);
  for (const [index, id] of ids.entries())
    await waitFor(async () => {
      const station = encodeURIComponent(reports[index].station);
      const page = await server.request(`/stations/${station}`);
      return page.text.includes(id);
    }, `${id} in public view`);
  return ids;
}

export { addModerator };
