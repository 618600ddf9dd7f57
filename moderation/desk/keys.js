// Keyboard first.
import { bulk } from './bulk.js';
import { press, undo } from './decide.js';
import { el, find, openDialog } from './dom.js';
import { choose, queue } from './list.js';
import { showStatistics } from './statistics.js';
import { word } from './words.js';

const keys = {
  j: ['key_next', () => choose(queue.at + 1)],
  k: ['key_previous', () => choose(queue.at - 1)],
  a: ['approve', () => press('approve')],
  h: ['hide', () => press('hide')],
  r: ['reject', () => press('reject')],
  w: ['withhold', () => press('withhold')],
  u: ['undo', undo],
  b: ['key_bulk', bulk],
  s: ['key_statistics', showStatistics],
  '/': ['key_search', () => find('#find').focus()],
  '?': ['key_help', () => showKeys()],
};

export function showKeys() {
  const rows = Object.entries(keys).map(([key, [text]]) => el('div', {}, el('dt', {}, el('kbd', {}, key)), el('dd', {}, word(text))));
  const dialog = openDialog(word('keys'), {
    children: [
      el('h2', {}, word('keys')),
      el('dl', { class: 'keys' }, ...rows),
      el('form', { method: 'dialog', class: 'ends' }, el('button', { class: 'plain' }, word('close'))),
    ],
  });
  dialog.querySelector('button').focus();
}

// A dialog that has closed keeps the focus until the page is drawn again: nobody types there.
const isTyping = (target) =>
  target.closest('input, textarea, select, dialog') !== null && target.closest('dialog:not([open])') === null;

export function listenToKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'Escape' && event.target.id === 'find') event.target.blur();
    if (isTyping(event.target)) return;
    if (event.key === 'Escape') document.body.classList.remove('reading');
    const found = keys[event.key];
    if (!found) return;
    event.preventDefault();
    found[1]();
  });
}
