// The queue of reports: kept in IndexedDB, sent by whoever comes first (this tab, another, the
// service worker), one at a time under one lock. Nothing leaves it without the server's receipt
// or the reporter's own word.
import * as store from './store.js';
import { take } from './send.js';

/** @typedef {import('./store.js').Entry} Entry */
/** @typedef {import('./store.js').Report} Report */

const lock = 'zhanji-queue';
const tag = 'zhanji-queue';
const pause = { first: 5, longest: 300 };

/** Others listen here: tabs, the service worker. */
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('zhanji-queue') : undefined;
const local = new EventTarget();

/** Tells everybody that something changed. */
function tell() {
  local.dispatchEvent(new Event('change'));
  channel?.postMessage('change');
}

/** Calls `changed` whenever the queue changes, here or in another tab. @param {() => void} changed */
export function watch(changed) {
  local.addEventListener('change', changed);
  channel?.addEventListener('message', changed);
}

/** Calls `told` when the browser could not keep how a report stands; it goes on waiting. @param {() => void} told */
export function whenFull(told) {
  local.addEventListener('full', told);
}

/** Runs `work` while nobody else sends or edits. @template T @param {() => Promise<T>} work @returns {Promise<T>} */
async function alone(work) {
  return navigator.locks ? await navigator.locks.request(lock, work) : work();
}

/** A random UUID (RFC 9562 §5.4), also where the page came without TLS. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** @param {Report} report @returns {Entry} */
export function fresh(report) {
  return { id: report.id, created: Date.now(), state: 'waiting', report, tried: 0 };
}

/** Keeps a new report; it is on disk when this resolves. @param {Report} report */
export async function add(report) {
  const entry = fresh(report);
  await store.put(entry);
  tell();
  askForSync();
  return entry;
}

async function askForSync() {
  try {
    const worker = /** @type {any} */ (await navigator.serviceWorker?.getRegistration());
    await worker?.sync?.register(tag);
  } catch {
    // Not allowed or not there: opening the page and coming online send as well.
  }
}

/**
 * The same report mended. What may have reached the server already is not exchanged under its id
 * but put in its place once the receipt is in hand; what was refused as a whole gets a new id.
 * @param {Entry} entry @param {Report} report @returns {Entry}
 */
export function mended(entry, report) {
  const { refusal, trouble, ...rest } = entry;
  const waiting = /** @type {Entry} */ ({ ...rest, state: 'waiting' });
  if (entry.receipt || (entry.state === 'waiting' && entry.tried > 0))
    return { ...waiting, change: { ...report, id: entry.id } };
  if (refusal?.status === 409) return fresh({ ...report, id: newId() });
  return { ...waiting, report: { ...report, id: entry.id } };
}

/** @param {string} id @param {Report} report @returns {Promise<Entry|undefined>} the report as it waits now */
export async function edit(id, report) {
  const after = await alone(async () => {
    const before = await store.entry(id);
    if (!before) return undefined;
    const entry = mended(before, report);
    await (entry.id === id ? store.put(entry) : store.replace(id, entry));
    return entry;
  });
  tell();
  askForSync();
  return after;
}

/** Takes a sent report back, or throws away one that has never left. @param {string} id */
export async function withdraw(id) {
  await alone(async () => {
    const before = await store.entry(id);
    if (!before) return;
    if (!before.receipt && (before.tried === 0 || before.state === 'refused')) await store.forget(id);
    else {
      const { refusal, change, ...rest } = before;
      await store.put({ ...rest, state: 'waiting', withdraw: true });
    }
  });
  tell();
}

/** Drops a change that was refused; what the server has stands. @param {string} id */
export async function dropChange(id) {
  await alone(() =>
    store.update(id, ({ refusal, change, withdraw, trouble, ...rest }) => ({ ...rest, state: 'sent' })),
  );
  tell();
}

/** Sends a report anew that the server has lost, under its own number. @param {string} id */
export async function resend(id) {
  await alone(() =>
    store.update(id, ({ receipt, known, refusal, trouble, change, withdraw, ...rest }) => ({ ...rest, report: change ?? rest.report, state: 'waiting' })),
  );
  tell();
  askForSync();
}

/** Takes a report off this browser's list; the server keeps it. @param {string} id */
export async function forget(id) {
  await alone(() => store.forget(id));
  tell();
}

/**
 * Sends one report until nothing is left to tell of it or the network gives out. That it is being
 * tried is on disk before it leaves.
 * @param {string} id
 */
async function sendOne(id) {
  for (;;) {
    const before = await store.update(id, (entry) =>
      entry.state === 'waiting' ? { ...entry, tried: entry.tried + 1 } : undefined,
    );
    if (!before) return { again: false, after: undefined };
    const { entry, again, after } = await take(before);
    await store.put(entry);
    tell();
    if (again || entry.state !== 'waiting') return { again, after };
  }
}

/**
 * Sends all that waits, oldest first, and stops at the first that cannot leave. Resolves to how
 * many still wait, and in how many seconds the server wants to be asked again.
 */
export function sendAll() {
  return alone(async () => {
    const waiting = (await store.entries()).filter((entry) => entry.state === 'waiting').reverse();
    for (const [index, entry] of waiting.entries()) {
      const { again, after } = await sendOne(entry.id);
      if (again) return { left: waiting.length - index, after };
    }
    return { left: 0, after: undefined };
  });
}

let wait = pause.first;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;

/** Sends now if there is a network, and again later while anything waits. */
export async function attempt() {
  clearTimeout(timer);
  if (navigator.onLine === false) return;
  try {
    const { left, after } = await sendAll();
    if (left === 0) {
      wait = pause.first;
      return;
    }
    timer = setTimeout(attempt, (after ?? wait) * 1000);
  } catch {
    local.dispatchEvent(new Event('full'));
    timer = setTimeout(attempt, wait * 1000);
  }
  wait = Math.min(wait * 2, pause.longest);
}
