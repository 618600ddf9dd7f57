// What this browser can be trusted with, told honestly, and the service worker that opens the
// page without a network.
import { make, say } from './dom.js';
import { attempt } from './queue.js';

/** Sends what waits: now, when the network comes back, and when the page is looked at again. */
export function start() {
  addEventListener('online', attempt);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') attempt();
  });
  return attempt();
}

/** Resolves to whether pages open without a network from now on. */
export async function openOffline() {
  try {
    await navigator.serviceWorker.register('/sw.js', { type: 'module' });
    return true;
  } catch {
    return false;
  }
}

/** Whether the browser sends what waits even with the page closed. */
export function sendsWhenClosed() {
  return 'serviceWorker' in navigator && 'SyncManager' in globalThis;
}

/** Asks that nothing here be cleared; resolves to whether that was granted. */
export async function persist() {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return false;
  }
}

function isInstalled() {
  return matchMedia('(display-mode: standalone)').matches;
}

/** A warning where what is kept may be cleared. @returns {Promise<HTMLElement|undefined>} */
export async function evictionWarning() {
  if (isInstalled() || (await persist())) return undefined;
  return make('p', { class: 'warning', id: 'evict' }, say('evict'));
}

/** WeChat's own browser keeps little and closes early. @returns {HTMLElement|undefined} */
export function wechatNotice() {
  if (!/MicroMessenger/i.test(navigator.userAgent)) return undefined;
  return make('p', { class: 'warning', role: 'note', id: 'wechat' }, make('b', {}, say('wechat')));
}
