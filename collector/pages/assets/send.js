// What is still to be told to the server, and how it answered. The same report may be sent any
// number of times: its id makes sure that there is one. Until a receipt of the server is in hand
// (not of a station's Wi-Fi gate) nothing counts as sent.

/** @typedef {import('./store.js').Entry} Entry */
/** @typedef {{entry: Entry, again: boolean, after?: number}} Outcome */

const address = '/api/v1/reports';
const patience = 30_000;

/** @typedef {{method: string, path: string, body?: unknown}} Step */

/** The next thing to tell the server of a report. @param {Entry} entry @returns {Step|undefined} */
export function step(entry) {
  const path = `${address}/${entry.id}`;
  if (entry.state !== 'waiting') return undefined;
  if (!entry.receipt) return { method: 'POST', path: address, body: entry.report };
  if (entry.withdraw) return { method: 'DELETE', path };
  if (entry.change) return { method: 'PUT', path, body: entry.change };
  return undefined;
}

/** @param {Entry} entry @returns {{[name: string]: string}} */
function bearer(entry) {
  return entry.receipt?.tracking ? { Authorization: `Bearer ${entry.receipt.tracking}` } : {};
}

/** @param {string} method @param {string} path @param {Entry} entry @param {unknown} [body] */
async function ask(method, path, entry, body) {
  const response = await fetch(path, {
    method,
    headers: {
      Accept: 'application/json',
      ...bearer(entry),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    redirect: 'error',
    cache: 'no-store',
    credentials: 'omit',
    signal: AbortSignal.timeout(patience),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: parsed(text) };
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the server keeps needs no second copy of what it sealed. @param {import('./store.js').Report} report */
function withoutSecret({ private_note: _, ...rest }) {
  return rest;
}

/** @param {Entry} entry @param {any} json @returns {Entry} */
function received(entry, json) {
  const { received, content_hash, nonce, tracking, status } = json;
  return {
    ...entry,
    report: { ...withoutSecret(entry.report), station: json.station ?? entry.report.station },
    receipt: { received, content_hash, nonce, ...(tracking ? { tracking } : {}) },
    known: { status, asked: Date.now() },
  };
}

/** @param {Entry} entry @param {any} json @returns {Entry} */
function amended(entry, json) {
  const { change, ...rest } = entry;
  const tracking = entry.receipt?.tracking;
  const taken = received({ ...rest, report: change ?? entry.report }, json);
  return { ...taken, receipt: { ...(/** @type {any} */ (taken.receipt)), ...(tracking ? { tracking } : {}) } };
}

/** @param {Entry} entry @returns {Entry} */
export function withdrawn(entry) {
  const { change, withdraw, ...rest } = entry;
  const { id, station, visited } = entry.report;
  return {
    ...rest,
    state: 'sent',
    report: { id, station, visited, answers: {} },
    known: { status: 'withdrawn', asked: Date.now() },
  };
}

/** @type {{[method: string]: (entry: Entry, json: any) => Entry}} */
const taken = { POST: received, PUT: amended, DELETE: withdrawn };

/** @param {Entry} entry @param {any} json */
function isOurs(entry, json) {
  return json && json.id === entry.id && typeof json.status === 'string';
}

/** @param {Entry} entry @param {string} trouble @param {number} [after] @returns {Outcome} */
function stillWaiting(entry, trouble, after) {
  return { entry: { ...entry, trouble }, again: true, after };
}

/** @param {Headers} headers */
function seconds(headers) {
  const value = Number(headers.get('Retry-After'));
  return value > 0 && value < 86_400 ? value : undefined;
}

/** Takes one step and tells how the report stands after it. @param {Entry} entry @returns {Promise<Outcome>} */
export async function take(entry) {
  const next = step(entry);
  if (!next) return { entry: { ...entry, state: 'sent' }, again: false };
  let answer;
  try {
    answer = await ask(next.method, next.path, entry, next.body);
  } catch {
    return stillWaiting(entry, 'network');
  }
  return judge(entry, next.method, answer);
}

/** @param {Entry} entry @param {string} method @param {{status: number, headers: Headers, json: any}} answer */
function judge(entry, method, { status, headers, json }) {
  if (status === 200 || status === 201) {
    if (!isOurs(entry, json)) return stillWaiting(entry, 'foreign');
    const { trouble, refusal, ...rest } = taken[method](entry, json);
    /** @type {Entry} */
    const after = step({ ...rest, state: 'waiting' }) ? { ...rest, state: 'waiting' } : { ...rest, state: 'sent' };
    return { entry: after, again: false };
  }
  if (status === 429 || status >= 500) return stillWaiting(entry, status === 429 ? 'rate' : 'busy', seconds(headers));
  // A problem document is our server's word; a gate in between speaks HTML.
  if (!json || json.status !== status) return stillWaiting(entry, 'foreign');
  const { trouble, ...rest } = entry;
  const refusal = { status, errors: json.errors ?? [], detail: json.detail ?? '' };
  return { entry: { .../** @type {Entry} */ (rest), state: /** @type {const} */ ('refused'), refusal }, again: false };
}

/**
 * Asks how a sent report stands: what is known now, undefined without an answer, null if the
 * server does not know it (any more).
 * @param {Entry} entry
 */
export async function status(entry) {
  if (!entry.receipt?.tracking) return undefined;
  try {
    const answer = await ask('GET', `${address}/${entry.id}`, entry);
    if (answer.status === 404 && answer.json?.status === 404) return null;
    return answer.status === 200 && isOurs(entry, answer.json) ? answer.json : undefined;
  } catch {
    return undefined;
  }
}
