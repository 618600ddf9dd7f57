// The desk: a key of its own, then the queue.
import { bulk } from './bulk.js';
import { showCard } from './card.js';
import { press, undo, useDecisionKey } from './decide.js';
import { el, find, say } from './dom.js';
import { buildFilter } from './filter.js';
import { forgetKey, loadKey, makeKey } from './key.js';
import { listenToKeys, showKeys } from './keys.js';
import { askFirst, buildList, reload, whenCurrent } from './list.js';
import { useKey } from './server.js';
import { showStatistics } from './statistics.js';
import { loadSurvey } from './survey.js';
import { language, word } from './words.js';

const page = (...children) =>
  find('#main').replaceChildren(el('div', { class: 'wrap narrow welcome' }, ...children));

function switchLanguage() {
  const address = new URL(location.href);
  address.searchParams.set('lang', language === 'zh' ? 'en' : 'zh');
  return el('a', { class: 'switch', href: address.href, lang: language === 'zh' ? 'en' : 'zh-Hans' }, word('other_language'));
}

function showTools(key) {
  const tool = (text, act) => el('button', { type: 'button', class: 'switch', onclick: act }, text);
  find('#tools').replaceChildren(
    ...(key
      ? [
          el('span', { class: 'quiet who' }, word('signed_as', { name: key.name })),
          tool(word('undo'), undo),
          tool(word('statistics'), showStatistics),
          tool(word('keys'), showKeys),
        ]
      : []),
    switchLanguage(),
  );
}

function showDesk(firstPage) {
  find('#main').replaceChildren(
    el('h1', { class: 'hidden' }, word('desk')),
    buildFilter(() => reload(), bulk),
    el('div', { class: 'panes' }, buildList(), el('article', { id: 'card', class: 'card', tabindex: '-1', 'aria-live': 'off' })),
  );
  whenCurrent((report) => showCard(report, press));
  listenToKeys();
  return reload(firstPage);
}

function showLine(key, refusal = {}) {
  const command = `zhanji-moderate moderator add "${key.line}"`;
  page(
    el('h1', {}, word('line_head')),
    refusal.status === 403 ? el('p', { class: 'bad', role: 'alert' }, word('retired')) : null,
    el('p', {}, word('line_text')),
    el('pre', { id: 'line', tabindex: '0' }, command),
    el('div', { class: 'ends' },
      el('button', { type: 'button', class: 'plain', onclick: () => copy(key.line) }, word('copy')),
      el('button', { type: 'button', class: 'act', id: 'enter', onclick: () => enter(key, true) }, word('try_again'))),
    refusal.message ? el('p', { class: 'quiet' }, refusal.message) : null,
    el('button', { type: 'button', class: 'text', onclick: discard }, word('forget')),
  );
}

async function copy(text) {
  await navigator.clipboard.writeText(text).catch(() => {});
  say(word('copied'), 'good');
}

async function discard() {
  if (!confirm(word('forget_sure'))) return;
  await forgetKey();
  location.reload();
}

/** Whether the server knows the key is seen when it is asked for the queue. */
async function enter(key, again = false) {
  let firstPage;
  useKey(key);
  useDecisionKey(key);
  const declared = loadSurvey();
  declared.catch(() => {}); // it is waited for below, unless the key opens nothing
  try {
    firstPage = await askFirst();
  } catch (error) {
    if (error.status !== 401 && error.status !== 403) throw error;
    showLine(key, error);
    if (again) say(word('not_yet'), 'bad');
    return;
  }
  await declared;
  showTools(key);
  await showDesk(firstPage);
}

function showFirst() {
  const form = el(
    'form',
    { class: 'first' },
    el('label', { class: 'block' }, word('your_name'), el('input', { name: 'name', required: true, maxlength: 60, autocomplete: 'nickname' })),
    el('button', { class: 'act' }, word('make_key')),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      showLine(await makeKey(form.elements.name.value.trim().replace(/\s+/g, ' ')));
    } catch (error) {
      say(error.name === 'NotSupportedError' ? word('no_ed25519') : error.message, 'bad');
    }
  });
  page(el('h1', {}, word('first_head')), el('p', {}, word('first_text')), form);
  form.elements.name.focus();
}

async function start() {
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
  document.title = `${word('desk')} · ${language === 'zh' ? '站记' : 'Zhanji'}`;
  showTools();
  if (!globalThis.isSecureContext || !crypto.subtle) {
    page(el('h1', {}, word('desk')), el('p', { class: 'bad' }, word('insecure')));
    return;
  }
  const key = await loadKey();
  if (key) await enter(key);
  else showFirst();
}

start().catch((error) => page(el('h1', {}, word('desk')), el('p', { class: 'bad', role: 'alert' }, error.message)));
