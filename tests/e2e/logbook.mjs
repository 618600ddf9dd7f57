// A second implementation of the log's formats with node's crypto alone (RFC 6962, C2SP signed-note,
// tlog-checkpoint, tlog-tiles, tlog-proof, and the entries of trust.md), so that two programs agree.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const spki = Buffer.from('302a300506032b6570032100', 'hex'); // RFC 8410, then the key

export const sha256 = (...parts) =>
  createHash('sha256').update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
export const leafHash = (entry) => sha256([0], entry);
export const nodeHash = (left, right) => sha256([1], left, right);

/** Whether the signature by a raw Ed25519 public key fits. */
export const signedBy = (key, bytes, signature) =>
  verify(null, Buffer.from(bytes), createPublicKey({ key: Buffer.concat([spki, key]), format: 'der', type: 'spki' }), signature);

/** RFC 6962 §2.1, by its own recursion over leaf hashes. */
export function rootOf(leaves) {
  if (leaves.length === 0) return sha256([]);
  if (leaves.length === 1) return leaves[0];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/** NAME+id+base64(01 ‖ key): { name, id, key }. */
export function openVerifier(line) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)\n$/.exec(line);
  const bytes = Buffer.from(encoded, 'base64');
  assert.equal(bytes[0], 1);
  const key = bytes.subarray(1);
  assert.equal(sha256(name, '\n', [1], key).subarray(0, 4).toString('hex'), id);
  return { name, id: Buffer.from(id, 'hex'), key };
}

/** A signed note of the key: its head { size, root }. */
export function openCheckpoint(note, verifier) {
  const at = note.lastIndexOf('\n\n');
  const text = note.slice(0, at + 1);
  const signatures = note.slice(at + 2).split('\n').filter(Boolean);
  const own = signatures.find((line) => line.startsWith(`— ${verifier.name} `));
  const bytes = Buffer.from(own.split(' ')[2], 'base64');
  assert.deepEqual(bytes.subarray(0, 4), verifier.id);
  assert.ok(signedBy(verifier.key, text, bytes.subarray(4)), 'the head is signed');
  const [origin, size, root] = text.split('\n');
  assert.equal(origin, verifier.name);
  return { size: Number(size), root: Buffer.from(root, 'base64') };
}

const group = (index) => {
  const text = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  const groups = text.match(/\d{3}/g);
  return groups.map((part, i) => (i + 1 < groups.length ? `x${part}` : part)).join('/');
};

/** The paths of the tiles of a level ("entries" or a number) in a tree of this size, with widths. */
export function tiles(level, size) {
  const count = Math.floor(size / 256 ** (level === 'entries' ? 0 : level));
  return Array.from({ length: Math.ceil(count / 256) }, (_, index) => {
    const width = Math.min(256, count - index * 256);
    return { width, path: `tile/${level}/${group(index)}${width === 256 ? '' : `.p/${width}`}` };
  });
}

export function bundleEntries(bytes) {
  const entries = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt16BE(at);
    entries.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}

/** Reads a whole log through `read(path)` → Buffer, and checks it: { head, entries }. */
export async function readLog(read) {
  const verifier = openVerifier((await read('vkey')).toString());
  const head = openCheckpoint((await read('checkpoint')).toString(), verifier);
  const entries = [];
  for (const { path: where, width } of tiles('entries', head.size)) {
    const bundle = bundleEntries(await read(where));
    assert.equal(bundle.length, width);
    entries.push(...bundle);
  }
  const leaves = entries.map(leafHash);
  assert.deepEqual(rootOf(leaves), head.root, 'the entries hash to the root');
  for (let level = 0; 256 ** level <= head.size; level++) {
    for (const [index, { path: where, width }] of tiles(level, head.size).entries()) {
      const step = 256 ** level;
      const expected = Array.from({ length: width }, (_, i) =>
        rootOf(leaves.slice((index * 256 + i) * step, (index * 256 + i + 1) * step)));
      assert.deepEqual(await read(where), Buffer.concat(expected), where);
    }
  }
  return { verifier, head, leaves, entries: entries.map((bytes) => JSON.parse(bytes)), lines: entries };
}

const ascii = (text) =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Every decision is signed by a key that was a moderator's then; the number of decisions. */
export function checkDecisions(log) {
  const active = new Set();
  let decisions = 0;
  log.entries.forEach((entry, number) => {
    const key = () => Buffer.from(entry.subject.split(' ')[1], 'base64').toString('hex');
    if (entry.act === 'moderator-add') active.add(key());
    if (entry.act === 'moderator-retire') active.delete(key());
    if (!['approve', 'reject', 'withhold', 'revert'].includes(entry.act)) return;
    const { sig, ...rest } = entry;
    const line = ascii(JSON.stringify(rest, Object.keys(rest).sort()));
    assert.ok(active.has(entry.by), `entry ${number}`);
    assert.ok(signedBy(Buffer.from(entry.by, 'hex'), `zhanji-decision/v1\n${line}`, Buffer.from(sig, 'base64')), `entry ${number}`);
    decisions++;
  });
  return decisions;
}

/** Checks a tlog-proof@v1 of an entry's line (RFC 9162 §2.1.3.2): the index. */
export function checkProof(text, line, verifier) {
  const [first, second, ...rest] = text.split('\n');
  assert.equal(first, 'c2sp.org/tlog-proof@v1');
  const index = Number(/^index (\d+)$/.exec(second)[1]);
  const end = rest.indexOf('');
  const head = openCheckpoint(rest.slice(end + 1).join('\n'), verifier);
  let [fn, sn, r] = [index, head.size - 1, leafHash(line)];
  for (const hash of rest.slice(0, end).map((one) => Buffer.from(one, 'base64'))) {
    assert.ok(sn > 0);
    if (fn % 2 === 1 || fn === sn) {
      r = nodeHash(hash, r);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else {
      r = nodeHash(r, hash);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  assert.equal(sn, 0);
  assert.deepEqual(r, head.root);
  return index;
}

/** A reader of a mirror folder. */
export const fromFolder = (folder) => async (where) => readFileSync(path.join(folder, where));
