// Signed decisions: entries of the public log, one line of canonical ASCII JSON each.
import { base64 } from './key.js';
import { serverSeconds } from './server.js';
import { survey } from './survey.js';

const ascii = (text) =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Sorted keys, no spaces, ASCII (RFC 8785 for integers and strings). */
export function canonical(object) {
  const keys = Object.keys(object).sort();
  return ascii(`{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(object[key])}`).join(',')}}`);
}

async function sha256(...parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

const piece = 500; // hashed between two signs of progress

async function leavesOf(ids, progress) {
  const encoder = new TextEncoder();
  const leaves = [];
  for (let at = 0; at < ids.length; at += piece) {
    progress(at);
    const hashes = ids.slice(at, at + piece).map((id) => sha256(new Uint8Array([0]), encoder.encode(id)));
    leaves.push(...(await Promise.all(hashes)));
  }
  return leaves;
}

/** RFC 6962 root of ids in order, each as its text; `progress` is told how many are hashed. */
export async function rootOf(ids, progress = () => {}) {
  let level = await leavesOf(ids, progress);
  if (level.length === 0) return base64(await sha256());
  while (level.length > 1) {
    const above = [];
    for (let i = 0; i + 1 < level.length; i += 2) above.push(sha256(new Uint8Array([1]), level[i], level[i + 1]));
    // The odd one at the end goes up as it is: the tree splits at the largest power of two.
    if (level.length % 2 === 1) above.push(level.at(-1));
    level = await Promise.all(above);
  }
  return base64(level[0]);
}

const signed = new Set(); // what this page signed: the same bytes again would change nothing

/** The signed line. `about` is {report, version} or {reports, root}. */
export async function signEntry(key, verdict, about) {
  const entry = { act: verdict.act, at: serverSeconds(), by: key.id, survey: survey.id, v: 1, ...about };
  if (verdict.act !== 'revert') entry.reason = verdict.reason;
  if (verdict.act === 'approve') entry.hide_note = verdict.hide ? 1 : 0;
  if (verdict.note) entry.note = verdict.note;
  while (signed.has(canonical(entry))) entry.at += 1; // decided, taken back, decided so again
  signed.add(canonical(entry));
  entry.sig = await key.sign(`zhanji-decision/v1\n${canonical(entry)}`);
  return canonical(entry);
}
