// The list of this browser's reports as a file, and a file as the list: to another phone, or
// against the day that the browser clears what it keeps.
import * as store from './store.js';

/** @typedef {import('./store.js').Entry} Entry */

const kind = 'zhanji-reports';
const states = ['waiting', 'sent', 'refused'];
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @returns {Promise<string>} the list as JSON text */
export async function exported() {
  const reports = await store.entries();
  return `${JSON.stringify({ kind, version: 1, origin: location.origin, reports }, null, 1)}\n`;
}

/** @param {any} value */
function isText(value) {
  return value === undefined || typeof value === 'string';
}

/** @param {any} report */
function isReport(report) {
  return (
    report !== null &&
    typeof report === 'object' &&
    typeof report.station === 'string' &&
    typeof report.visited === 'string' &&
    typeof report.answers === 'object' &&
    report.answers !== null &&
    Object.values(report.answers).every((answer) => typeof answer === 'string') &&
    [report.note, report.private_note, report.basis, report.reporter].every(isText)
  );
}

/** @param {any} receipt */
function isReceipt(receipt) {
  return (
    typeof receipt === 'object' &&
    receipt !== null &&
    [receipt.received, receipt.content_hash, receipt.nonce].every((text) => typeof text === 'string') &&
    isText(receipt.tracking)
  );
}

/** @param {any} entry @returns {entry is Entry} */
function isEntry(entry) {
  return (
    entry !== null &&
    typeof entry === 'object' &&
    uuid.test(entry.id) &&
    states.includes(entry.state) &&
    typeof entry.created === 'number' &&
    typeof entry.tried === 'number' &&
    isReport(entry.report) &&
    (entry.change === undefined || isReport(entry.change)) &&
    (entry.receipt === undefined || isReceipt(entry.receipt)) &&
    (entry.state !== 'sent' || entry.receipt !== undefined)
  );
}

/** Only what is known by name is taken over. @param {Entry} entry @returns {Entry} */
function plain({ id, created, state, report, tried, change, withdraw, refusal, receipt, known }) {
  return JSON.parse(JSON.stringify({ id, created, state, report: { ...report, id }, tried, change, withdraw, refusal, receipt, known }));
}

/**
 * Adds the reports of an exported file that are not here yet; what is here stays as it is.
 * Resolves to undefined, with nothing changed, if the file is none.
 * @param {string} text @returns {Promise<{added: number, same: number}|undefined>}
 */
export async function imported(text) {
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (json?.kind !== kind || !Array.isArray(json.reports) || !json.reports.every(isEntry)) return undefined;
  const here = new Set((await store.entries()).map(({ id }) => id));
  const added = json.reports.filter((/** @type {Entry} */ { id }) => !here.has(id)).map(plain);
  await store.putAll(added);
  return { added: added.length, same: json.reports.length - added.length };
}
