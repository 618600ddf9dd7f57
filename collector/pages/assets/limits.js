// What this browser can be trusted with, told honestly, and the service worker that opens the
// page without a network.
import { find, make, say } from './dom.js';
import { attempt, whenFull } from './queue.js';

function sayFull() {
  if (!document.getElementById('stuck')) find('main > .wrap').prepend(make('p', { class: 'warning', role: 'alert', id: 'stuck' }, say('full_later')));
}

/** Sends what waits: now, when the network comes back, and when the page is looked at again. */
export function start() {
  whenFull(sayFull);
  addEventListener('online', attempt);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') attempt();
  });
  return attempt();
}

/** Resolves to whether pages open without a network from now on. */
export async function openOffline() {
  try {
    const there = await navigator.serviceWorker.getRegistration();
    if (there) return true;
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

async function persisted() {
  try {
    return await navigator.storage.persisted();
  } catch {
    return false;
  }
}

/**
 * A warning where what is kept may be cleared. Some browsers ask the user: only after a report.
 * @param {boolean} ask @returns {Promise<HTMLElement|undefined>}
 */
export async function evictionWarning(ask) {
  if (isInstalled() || (await (ask ? persist() : persisted()))) return undefined;
  return make('p', { class: 'warning', id: 'evict' }, say('evict'));
}

/** WeChat's own browser keeps little and closes early. @returns {HTMLElement|undefined} */
export function wechatNotice() {
  if (!/MicroMessenger/i.test(navigator.userAgent)) return undefined;
  return make('p', { class: 'warning', role: 'note', id: 'wechat' }, make('b', {}, say('wechat')));
}
