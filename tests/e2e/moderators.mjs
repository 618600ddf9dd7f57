// Moderators for tests: keys made by the tool, and a second implementation of what they sign
// (RFC 9421 requests and the entries of decisions), so that two programs agree on every byte.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { runProgram } from './harness.mjs';

const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex'); // RFC 8410, then the seed

/** A signer from 32 bytes of seed: { key (hex), sign(bytes) → base64 }. */
export function signer(seed) {
  const secret = createPrivateKey({
    key: Buffer.concat([pkcs8, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const key = createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    key: key.toString('hex'),
    sign: (bytes) => sign(null, Buffer.from(bytes), secret).toString('base64'),
  };
}

/** Runs zhanji-moderate against a server: { code, stdout, stderr }. */
export function moderate(server, args, options) {
  return runProgram('zhanji-moderate', ['--socket', server.socket, ...args], options);
}

/** Makes a key with the tool: { file, line, name, key, sign }. */
export async function makeKey(server, name) {
  const file = path.join(server.folder, `${name}.key`);
  const made = await runProgram('zhanji-moderate', ['key', 'new', file, name, '--json']);
  if (made.code !== 0) throw new Error(made.stderr);
  const seed = Buffer.from(readFileSync(file, 'utf8').split(' ')[1], 'base64');
  return { file, name, line: JSON.parse(made.stdout).line, ...signer(seed) };
}

/** A key that the operator has added. */
export async function addModerator(server, name) {
  const person = await makeKey(server, name);
  const added = await moderate(server, ['moderator', 'add', person.line]);
  if (added.code !== 0) throw new Error(added.stderr);
  return person;
}

/** The three headers of a signed request. Options change one thing for tests of refusal. */
export function signedHeaders(person, method, where, body = '', options = {}) {
  const [pathname, query = ''] = where.split('?');
  const created = options.created ?? Math.floor(Date.now() / 1000);
  const nonce = options.nonce ?? randomBytes(16).toString('base64url');
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  const parameters =
    '("@method" "@path" "@query" "content-digest")' +
    `;created=${created};keyid="${person.key}";nonce="${nonce}"`;
  const base = [
    `"@method": ${method}`,
    `"@path": ${pathname}`,
    `"@query": ?${query}`,
    `"content-digest": ${digest}`,
    `"@signature-params": ${parameters}`,
  ].join('\n');
  return {
    'content-digest': digest,
    'signature-input': `sig1=${parameters}`,
    signature: `sig1=:${person.sign(base)}:`,
  };
}

const ascii = (text) =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The canonical line of an object: sorted keys, no spaces, ASCII (trust §2). */
export function canonical(object) {
  const sorted = Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
  return ascii(JSON.stringify(sorted));
}

/** A signed entry as its line. */
export function signedEntry(person, fields) {
  const entry = { at: Math.floor(Date.now() / 1000), by: person.key, v: 1, version: 1, ...fields };
  if (entry.act === 'approve') entry.hide_note ??= 0;
  if (entry.act === 'approve') entry.reason ??= 'ok';
  return canonical({ ...entry, sig: person.sign(`zhanji-decision/v1\n${canonical(entry)}`) });
}

/** Sends reports; resolves to their ids. */
export async function sendReports(server, count, fields = {}) {
  const ids = [];
  for (let i = 0; i < count; i += 1) {
    const reply = await server.request('/api/v1/reports', {
      method: 'POST',
      json: {
        station: '北京西站',
        visited: '2024-05-01',
        answers: { ticket_machine: 'payment' },
        ...fields,
      },
    });
    if (reply.status !== 201) throw new Error(reply.text);
    ids.push(reply.json.id);
  }
  return ids;
}
