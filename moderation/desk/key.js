// The moderator's key: Ed25519, made here, not extractable, kept in IndexedDB.
const store = 'keys';

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('zhanji-desk', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function withStore(mode, action) {
  const database = await open();
  try {
    const transaction = database.transaction(store, mode);
    const request = action(transaction.objectStore(store));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
    return request.result;
  } finally {
    database.close();
  }
}

export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export function base64(bytes) {
  let text = '';
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text);
}

const complete = (kept) =>
  kept && {
    name: kept.name,
    id: hex(kept.raw),
    line: `ed25519 ${base64(kept.raw)} ${kept.name}`,
    sign: async (text) => base64(await crypto.subtle.sign('Ed25519', kept.secret, new TextEncoder().encode(text))),
  };

/** The key of this browser, or undefined. */
export const loadKey = async () => complete(await withStore('readonly', (keys) => keys.get('own')));

export async function makeKey(name) {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  await withStore('readwrite', (keys) => keys.put({ name, raw, secret: pair.privateKey }, 'own'));
  return loadKey();
}

export const forgetKey = () => withStore('readwrite', (keys) => keys.delete('own'));
