// The optional pseudonym: a random secret of this browser, sent only with reports whose reporter
// ticked it.
import { make, say } from './dom.js';
import * as store from './store.js';

/** 32 random bytes as base64url. */
function random() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The pseudonym, made when first asked for. */
async function own() {
  const kept = await store.setting('pseudonym');
  if (kept) return kept;
  const made = random();
  await store.set('pseudonym', made);
  return made;
}

/** The tick box, before what sends. @param {HTMLElement} before */
export async function pseudonymField(before) {
  const box = make('input', { type: 'checkbox', id: 'f-pseudonym', 'aria-describedby': 'h-pseudonym' });
  box.checked = Boolean(await store.setting('pseudonym'));
  before.before(
    make(
      'div',
      { class: 'group' },
      make('label', { class: 'tick', for: 'f-pseudonym' }, box, make('span', { class: 'title' }, say('pseudonym'))),
      make('p', { class: 'help', id: 'h-pseudonym' }, say('pseudonym_help')),
    ),
  );
  return {
    /** @returns {Promise<string|undefined>} */
    value: async () => (box.checked ? own() : undefined),
    /** @param {boolean} on */
    choose: (on) => {
      box.checked = on;
    },
  };
}
