// The browser's own database: the reports of this browser and a few settings. Every function is
// one transaction, and is done only when the browser says that it is on disk.

/** @typedef {{[question: string]: string}} Answers */
/**
 * A report as it is sent (POST /api/v1/reports).
 * @typedef {{id: string, station: string, visited: string, basis?: string, answers: Answers,
 *   note?: string, private_note?: string, reporter?: string}} Report
 */
/** @typedef {{pointer: string, code: string, detail?: string, candidates?: {id: string}[]}} Fault */
/**
 * @typedef {{received: string, content_hash: string, nonce: string, tracking?: string}} Receipt
 * @typedef {{status: string, reason?: string|null, reason_note?: string|null, asked: number}} Known
 * @typedef {{status: number, errors: Fault[], detail: string}} Refusal
 */
/**
 * One report of this browser and how it stands. Without a receipt its report is still to be sent;
 * with one, `change` is to be put in its place, and `withdraw` is to be told.
 * @typedef {{id: string, created: number, state: 'waiting'|'sent'|'refused', report: Report,
 *   tried: number, change?: Report, withdraw?: boolean, trouble?: string, refusal?: Refusal,
 *   receipt?: Receipt, known?: Known}} Entry
 */

/** @type {Promise<IDBDatabase>|undefined} */
let opened;

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('zhanji', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('reports', { keyPath: 'id' });
      request.result.createObjectStore('settings');
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      // Deleted by another tab or by the browser: the next to ask opens it anew.
      request.result.onversionchange = () => {
        request.result.close();
        opened = undefined;
      };
      request.result.onclose = () => (opened = undefined);
      resolve(request.result);
    };
  });
  opened.catch(() => (opened = undefined));
  return opened;
}

/**
 * Runs `work` on one object store in one transaction; resolves when that is on disk.
 * @template T
 * @param {string} name @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => T|Promise<T>} work @returns {Promise<T>}
 */
async function run(name, mode, work) {
  const database = await open();
  const transaction = database.transaction(name, mode, { durability: 'strict' });
  const ended = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(undefined);
    transaction.onabort = () => reject(transaction.error ?? new DOMException('aborted', 'AbortError'));
  });
  ended.catch(() => {}); // the same is told below, unless `work` failed first
  const result = await work(transaction.objectStore(name));
  await ended;
  return result;
}

/** Whether this browser lets the site keep anything. */
export async function usable() {
  try {
    await open();
    return true;
  } catch {
    return false;
  }
}

/** Every report of this browser, newest first. @returns {Promise<Entry[]>} */
export async function entries() {
  const all = await run('reports', 'readonly', (store) => settled(store.getAll()));
  return all.sort((a, b) => b.created - a.created);
}

/** @param {string} id @returns {Promise<Entry|undefined>} */
export function entry(id) {
  return run('reports', 'readonly', (store) => settled(store.get(id)));
}

/** @param {Entry} value */
export function put(value) {
  return run('reports', 'readwrite', (store) => settled(store.put(value)));
}

/** All of them or none. @param {Entry[]} values */
export function putAll(values) {
  return run('reports', 'readwrite', (store) => Promise.all(values.map((value) => settled(store.put(value)))));
}

/**
 * Reads, changes and writes one report with nothing in between; gives what was written, or
 * undefined if `change` found nothing to do.
 * @param {string} id @param {(entry: Entry) => Entry|undefined} change
 * @returns {Promise<Entry|undefined>}
 */
export function update(id, change) {
  return run('reports', 'readwrite', async (store) => {
    const before = await settled(store.get(id));
    const after = before && change(before);
    if (after) await settled(store.put(after));
    return after;
  });
}

/** Puts one report in the place of another. @param {string} id @param {Entry} value */
export function replace(id, value) {
  return run('reports', 'readwrite', async (store) => {
    await settled(store.put(value));
    await settled(store.delete(id));
  });
}

/** @param {string} id */
export function forget(id) {
  return run('reports', 'readwrite', (store) => settled(store.delete(id)));
}

/** @param {string} name @returns {Promise<any>} */
export function setting(name) {
  return run('settings', 'readonly', (store) => settled(store.get(name)));
}

/** @param {string} name @param {unknown} value undefined forgets it */
export function set(name, value) {
  return run('settings', 'readwrite', async (store) => {
    if (value === undefined) await settled(store.delete(name));
    else await settled(store.put(value, name));
  });
}
