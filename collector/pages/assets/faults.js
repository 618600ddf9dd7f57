// What is wrong with a report, beside its fields and in a list that has the focus.
import { language, make, say } from './dom.js';
import { has } from './texts.js';

/** @typedef {import('./store.js').Fault} Fault */
/** @typedef {import('./store.js').Refusal} Refusal */
/** @typedef {import('./store.js').Report} Report */
/** @typedef {import('./catalogue.js').Survey} Survey */

const fields = ['station', 'visited', 'answers', 'basis', 'note', 'private_note'];

/** @param {Fault} fault */
function fieldOf({ pointer }) {
  return fields.find((field) => pointer === `/${field}` || pointer.startsWith(`/${field}/`));
}

/** @param {Fault} fault @param {{year?: string, n?: number}} slots */
function sentence(fault, slots) {
  const field = fieldOf(fault);
  const own = { required: `fault_${field}`, empty: `fault_${field}` }[fault.code];
  const id = [own, `fault_${fault.code}`].find((each) => each && has(each));
  return id ? say(id, slots) : say('fault_other', { detail: fault.detail ?? fault.code });
}

/** Takes all that was said off the form. @param {HTMLFormElement} form */
export function clear(form) {
  document.getElementById('alert')?.remove();
  form.querySelectorAll('.fault, .candidates').forEach((each) => each.remove());
  for (const each of form.querySelectorAll('[aria-describedby^="e-"]')) {
    const rest = (each.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id && !id.startsWith('e-'));
    each.removeAttribute('aria-invalid');
    if (rest.length > 0) each.setAttribute('aria-describedby', rest.join(' '));
    else each.removeAttribute('aria-describedby');
  }
}

/** @param {HTMLElement} target @param {string} field @param {string} told */
function mark(target, field, told) {
  const message = make('p', { class: 'fault', id: `e-${field}` }, told);
  const described = target.getAttribute('aria-describedby');
  target.setAttribute('aria-describedby', described ? `e-${field} ${described}` : `e-${field}`);
  if (!target.matches('input, textarea')) {
    const title = target.querySelector(':scope > .title');
    if (title) title.after(message);
    else target.prepend(message);
    return;
  }
  target.setAttribute('aria-invalid', 'true');
  target.before(message);
}

/** A box at the head of the form that takes the focus. @param {HTMLFormElement} form @param {...(Node|string)} content */
export function alertBox(form, ...content) {
  document.getElementById('alert')?.remove();
  const box = make('div', { class: 'alert', role: 'alert', tabindex: '-1', id: 'alert' }, ...content);
  form.before(box);
  box.focus();
  return box;
}

/**
 * Shows faults on the form; `slots` fill their sentences.
 * @param {HTMLFormElement} form @param {Fault[]} faults @param {{year?: string, n?: number}} [slots]
 */
export function show(form, faults, slots = {}) {
  clear(form);
  const rows = faults.map((fault) => {
    const field = fieldOf(fault);
    const target = field && document.getElementById(`f-${field}`);
    const note = field && form.elements.namedItem(field);
    const n = note instanceof HTMLTextAreaElement ? [...note.value].length : undefined;
    const told = sentence(fault, n === undefined ? slots : { ...slots, n });
    if (!field || !target) return make('li', {}, told);
    if (!document.getElementById(`e-${field}`)) mark(target, field, told);
    const label = target.getAttribute('aria-label') ?? target.closest('.group')?.querySelector('.title')?.textContent;
    return make('li', {}, make('a', { href: `#f-${field}` }, label ?? field), ` — ${told}`);
  });
  alertBox(form, make('p', {}, make('b', {}, say('faults'))), make('ul', {}, ...rows));
}

/** Why a report was not taken as a whole. @param {Refusal} refusal */
export function refusalText({ status, detail }) {
  if (status === 409) return say('refused_conflict');
  if (status === 404) return say('refused_denied');
  return say('fault_other', { detail });
}

/** What a fault's place is called. @param {Fault} fault @param {Survey|undefined} terms */
function placeOf(fault, terms) {
  const field = fieldOf(fault);
  const question = terms?.questions.find(({ id }) => fault.pointer === `/answers/${id}`);
  return question?.text[language] ?? (field ? say(`field_${field}`) : undefined);
}

/** @param {Fault} fault @param {Report} report @param {string|undefined} year */
function sentenceOf(fault, report, year) {
  const field = fieldOf(fault);
  const text = field === 'note' || field === 'private_note' ? report[field] : undefined;
  return sentence(fault, { year, n: text === undefined ? undefined : [...text].length });
}

/**
 * Why a report was not taken, each fault with the name of its place: for where its form is not.
 * @param {Refusal} refusal @param {Report} report @param {Survey|undefined} terms @param {string|undefined} year
 */
export function refusalList(refusal, report, terms, year) {
  if (refusal.errors.length === 0) return make('p', { class: 'fault' }, refusalText(refusal));
  const rows = refusal.errors.map((fault) => {
    const place = placeOf(fault, terms);
    return make('li', {}, place && make('b', {}, place), place && ' — ', sentenceOf(fault, report, year));
  });
  return make('ul', { class: 'fault' }, ...rows);
}
