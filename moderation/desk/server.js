// Requests to the moderation API, each signed (RFC 9421): no password, no cookie.
import { base64 } from './key.js';
import { word } from './words.js';

const base = '/api/v1/moderation';
let key;
let skew = 0; // seconds that the server's clock is ahead of this one

export const useKey = (own) => {
  key = own;
};
export const serverSeconds = () => Math.floor(Date.now() / 1000) + skew;

const digest = async (text) =>
  base64(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));

function nonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

async function headers(method, path, query, body) {
  const content = `sha-256=:${await digest(body)}:`;
  const parameters =
    '("@method" "@path" "@query" "content-digest")' +
    `;created=${serverSeconds()};keyid="${key.id}";nonce="${nonce()}"`;
  const signed = [
    `"@method": ${method}`,
    `"@path": ${path}`,
    `"@query": ?${query}`,
    `"content-digest": ${content}`,
    `"@signature-params": ${parameters}`,
  ].join('\n');
  return {
    'Content-Digest': content,
    'Signature-Input': `sig1=${parameters}`,
    Signature: `sig1=:${await key.sign(signed)}:`,
    ...(body === '' ? {} : { 'Content-Type': 'application/json' }),
  };
}

export class Refusal extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

async function send(method, where, body, signal) {
  const [path, query = ''] = `${base}${where}`.split('?');
  const options = { method, signal, cache: 'no-store', credentials: 'omit' };
  options.headers = await headers(method, path, query, body);
  if (body !== '') options.body = body;
  return fetch(query === '' ? path : `${path}?${query}`, options).catch((error) => {
    throw error.name === 'AbortError' ? error : new Refusal(0, word('no_server'));
  });
}

/** A clock that is wrong here is no reason to turn somebody away: the server tells the time. */
function learnTime(reply) {
  const told = Date.parse(reply.headers.get('Date') ?? '');
  const found = Number.isNaN(told) ? 0 : Math.round((told - Date.now()) / 1000);
  if (Math.abs(found - skew) < 30) return false;
  skew = found;
  return true;
}

/** The JSON of the reply; a Refusal for anything but a result. */
export async function ask(method, where, json, signal) {
  const body = json === undefined ? '' : JSON.stringify(json);
  let reply = await send(method, where, body, signal);
  if (reply.status === 401 && learnTime(reply)) reply = await send(method, where, body, signal);
  const answer = await reply.json().catch(() => ({}));
  if (!reply.ok && !answer.results) throw new Refusal(reply.status, answer.detail ?? `${reply.status}`);
  return answer;
}

/** What everybody may read needs no signature. */
export async function read(where, signal) {
  const reply = await fetch(`/api/v1${where}`, { signal, credentials: 'omit' });
  if (!reply.ok) throw new Refusal(reply.status, `${reply.status}`);
  return reply.json();
}
