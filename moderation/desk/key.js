// The moderator's key: Ed25519, made here, not extractable, kept in IndexedDB.
import { withStore } from './storage.js';

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
export const loadKey = async () => complete(await withStore('keys', 'readonly', (keys) => keys.get('own')));

export async function makeKey(name) {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  await withStore('keys', 'readwrite', (keys) => keys.put({ name, raw, secret: pair.privateKey }, 'own'));
  return loadKey();
}

export const forgetKey = () => withStore('keys', 'readwrite', (keys) => keys.delete('own'));
