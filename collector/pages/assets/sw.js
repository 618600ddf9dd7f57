// The service worker: the form and the own reports open without a network, and what waits is sent
// when there is one again. It answers from the network first; its copies are for when that fails.
import { sendAll } from '/assets/queue.js';
import { text } from '/assets/texts.js';

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const cacheName = 'zhanji-1';
const patience = 4000; // milliseconds; a bad signal is no better than none
const pages = ['/report', '/mine'];
const modules = ['catalogue', 'dom', 'faults', 'fields', 'limits', 'mine', 'picker', 'pseudonym', 'queue', 'receipt', 'report', 'send', 'site', 'store', 'texts', 'transfer'];
const shell = [
  ...pages.flatMap((page) => ['zh', 'en'].map((language) => `${page}?lang=${language}`)),
  ...modules.map((name) => `/assets/${name}.js`),
  ...['style.css', 'report.css', 'catalogue.json', 'drawings.svg', 'icon.svg'].map((name) => `/assets/${name}`),
  '/api/v1/survey',
];

/** Tabs whose page came from the copies: their parts come from there too. @type {Set<string>} */
const offline = new Set();

async function fetchShell() {
  const cache = await caches.open(cacheName);
  await cache.addAll(shell.map((path) => new Request(path, { cache: 'no-cache', credentials: 'omit' })));
}

/** The language of a page: the address says it, or the browser as it would say it to the server. @param {URL} url */
function languageOf(url) {
  const chosen = url.searchParams.get('lang');
  if (chosen === 'zh' || chosen === 'en') return chosen;
  return navigator.languages.some((each) => each.startsWith('zh')) || navigator.languages.length === 0 ? 'zh' : 'en';
}

/** Under which name a copy is kept; undefined for what has none. @param {URL} url */
function keyOf(url) {
  if (pages.includes(url.pathname)) return `${url.pathname}?lang=${languageOf(url)}`;
  return shell.includes(url.pathname) ? url.pathname : undefined;
}

/** @param {string} key */
async function copy(key) {
  return (await caches.open(cacheName)).match(key);
}

/** Keeps a newer copy of an answer, but of no page that was made for one station. @param {URL} url @param {string} key @param {Response} response */
async function refresh(url, key, response) {
  const parameters = [...url.searchParams.keys()].filter((name) => name !== 'lang');
  if (response.ok && !response.redirected && parameters.length === 0) await (await caches.open(cacheName)).put(key, response);
}

/** @param {FetchEvent} event @param {URL} url @param {string} key */
async function networkFirst(event, url, key) {
  const late = new Promise((resolve) => setTimeout(resolve, patience));
  const answer = fetch(event.request).then((response) => {
    event.waitUntil(refresh(url, key, response.clone()).catch(() => {}));
    return response;
  });
  const first = await Promise.race([answer.catch(() => undefined), late]);
  if (first instanceof Response && first.status < 500) return first;
  const kept = await copy(key);
  if (!kept) return answer;
  if (event.resultingClientId) offline.add(event.resultingClientId);
  return kept;
}

/** @param {string} key @param {Request} request */
async function copyFirst(key, request) {
  return (await copy(key)) ?? fetch(request);
}

/** A page that there is no copy of. @param {FetchEvent} event @param {URL} url */
async function orApology(event, url) {
  try {
    return await fetch(event.request);
  } catch {
    const language = languageOf(url);
    /** @param {string} id */
    const say = (id) => text(language, id);
    const links = pages.map((page) => `<a href="${page}?lang=${language}">${say(page === '/mine' ? 'mine' : 'report_another')}</a>`);
    const page = `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${say('offline_title')}</title><link rel="stylesheet" href="/assets/style.css"><main class="wrap narrow"><h1>${say('offline_title')}</h1><p>${say('offline_body')}</p><p>${links.join(' · ')}</p></main></html>`;
    return new Response(page, { status: 503, headers: { 'Content-Type': 'text/html; charset=utf-8' } });
  }
}

/** @param {FetchEvent} event */
function answer(event) {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== worker.location.origin) return;
  const key = keyOf(url);
  if (key && offline.has(event.clientId)) event.respondWith(copyFirst(key, event.request));
  else if (key) event.respondWith(networkFirst(event, url, key));
  else if (event.request.mode === 'navigate') event.respondWith(orApology(event, url));
}

/** The browser asks again later if this rejects. */
async function sync() {
  const { left } = await sendAll();
  if (left > 0) throw new Error('still waiting');
}

worker.addEventListener('install', (event) => event.waitUntil(fetchShell().then(() => worker.skipWaiting())));
worker.addEventListener('activate', (event) =>
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== cacheName).map((name) => caches.delete(name))))),
);
worker.addEventListener('fetch', answer);
worker.addEventListener('sync', (/** @type {any} */ event) => event.waitUntil(sync()));
