// The desk with a real backlog: how long it takes to open, a decision a key, a bulk decision and its
// undo. Prints figures and judges nothing.
//   ZHANJI_BUILD=build node tests/bench/desk.mjs [REPORTS]
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { chromium } from 'playwright-core';

import { createServer, waitFor } from '../e2e/harness.mjs';
import { moderate } from '../e2e/moderators.mjs';

const reports = Number(process.argv[2] ?? 10_000);
const bulkShare = 2; // every second report has the word that the bulk decision is about
const decisions = 60;
const notes = ['窗口说要身份证', '三号口的机器可以直接付款', '工作人员说从这个月起都要登记', null, null];
const answers = [
  { ticket_machine: 'payment', card_issue: 'no_id', card_type: 't_union', card_condition: 'new' },
  { ticket_machine: 'id_required', card_issue: 'id_required' },
  { window_ticket: 'no_id', card_topup: 'no_id' },
];

/** A backlog of the kind that comes in: hundreds of stations, months of visits, many reporters. */
function* backlog(stations) {
  const reporters = Array.from({ length: Math.ceil(reports / 8) }, () => randomBytes(24).toString('base64url'));
  for (let i = 0; i < reports; i += 1) {
    const day = new Date(Date.now() - ((i * 7919) % 700) * 86_400_000).toISOString().slice(0, 10);
    const note = i % bulkShare === 0 ? `群发 ${i % 97}` : notes[i % notes.length];
    yield JSON.stringify({
      id: randomUUID(), station: stations[(i * 31) % stations.length], visited: day,
      answers: answers[i % answers.length], ...(note && { note }),
      ...(i % 3 && { reporter: reporters[i % reporters.length] }),
    });
  }
}

async function fill(server) {
  const { stations } = (await server.request('/api/v1/stations')).json;
  const lines = [...backlog(stations.map(({ id }) => id))];
  for (let at = 0; at < lines.length; at += 5000) {
    const reply = await server.request('/api/v1/reports/batch', {
      method: 'POST', body: lines.slice(at, at + 5000).join('\n'), local: true,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    if (reply.text.match(/"status":201/g)?.length !== Math.min(5000, lines.length - at)) throw new Error(reply.text.slice(0, 300));
  }
}

/** Processor time of the server so far, in milliseconds. */
function used(server) {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function signIn(tab, server) {
  await tab.goto('/desk?lang=zh');
  await tab.fill('[name=name]', 'Bench');
  await tab.click('.act');
  const [, line] = (await tab.innerText('#line')).match(/"(ed25519 [A-Za-z0-9+/]{43}= .+)"/);
  await moderate(server, ['moderator', 'add', line]);
}

/** Opens the desk: milliseconds until the list is drawn, until the first card has its preview. */
async function open(tab, server) {
  const [begin, before] = [performance.now(), used(server)];
  await tab.goto('/desk?lang=zh', { waitUntil: 'commit' });
  await tab.waitForSelector('#queue li:nth-child(50)', { state: 'attached' });
  const list = performance.now() - begin;
  await tab.waitForSelector('#effect table');
  return `list ${Math.round(list)} ms, card with preview ${Math.round(performance.now() - begin)} ms (server ${used(server) - before} ms of processor)`;
}

async function decide(tab, server) {
  const times = [];
  const before = used(server);
  for (let i = 0; i < decisions; i += 1) {
    const begin = performance.now();
    await tab.keyboard.press('a');
    await waitFor(() => tab.evaluate((count) => globalThis.toasts >= count, i + 1), 'the decision', 2);
    await tab.waitForSelector('#effect table');
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  const at = (share) => Math.round(times[Math.floor(times.length * share)]);
  return `median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, to the next card with its preview (server ${Math.round((used(server) - before) / decisions)} ms of processor each)`;
}

async function bulk(tab, server) {
  await tab.fill('#find', '群发');
  await waitFor(async () => Number.parseInt((await tab.innerText('#count')).replaceAll(',', ''), 10) <= reports / bulkShare, 'the filter');
  const shown = performance.now();
  await tab.click('#bulk');
  await tab.waitForSelector('dialog [value=approve]');
  const asked = performance.now();
  await tab.click('dialog [value=approve]');
  const [begin, before] = [performance.now(), used(server)];
  await tab.click('dialog .act');
  await tab.waitForSelector('dialog', { state: 'detached' });
  const decided = performance.now();
  const cost = used(server) - before;
  await tab.keyboard.press('u');
  await waitFor(async () => /重新等待/.test(await tab.innerText('#notice')), 'the undo');
  return `dialog ${Math.round(asked - shown)} ms, decided ${Math.round(decided - begin)} ms (server ${cost} ms), undone ${Math.round(performance.now() - decided)} ms`;
}

const folder = mkdtempSync(path.join(tmpdir(), 'zhanji-desk-'));
const server = await createServer(folder).start();
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const context = await browser.newContext({ baseURL: server.url, locale: 'zh-CN', viewport: { width: 1280, height: 900 } });
  const tab = await context.newPage();
  await tab.addInitScript(() => {
    globalThis.toasts = 0;
    addEventListener('DOMContentLoaded', () => new MutationObserver(() => (globalThis.toasts += 1))
      .observe(document.querySelector('#notice'), { childList: true }));
  });
  await signIn(tab, server);
  await fill(server); // after the desk's thread has read: it must read them all when the desk opens
  console.log(`${reports} reports wait`);
  console.log(`opened first: ${await open(tab, server)}`);
  console.log(`opened again: ${await open(tab, server)}`);
  console.log(`a key, a decision: ${await decide(tab, server)}`);
  console.log(`bulk over ${reports / bulkShare}: ${await bulk(tab, server)}`);
} finally {
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
