// Why a report is not published: a reason by its digit, a public note where one is needed.
import { el } from './dom.js';
import { reasons, reasonText } from './survey.js';
import { word } from './words.js';

/** Digits choose a reason at once; `other` waits for its note. */
export function reasonFields(choose) {
  const note = el('textarea', { name: 'note', maxlength: 500, rows: 2, id: 'why-note' });
  const list = reasons().map((id, i) =>
    el('label', {}, el('input', { type: 'radio', name: 'reason', value: id, required: true }), el('kbd', { 'aria-hidden': 'true' }, String(i + 1)), ' ', reasonText(id)),
  );
  const box = el(
    'div',
    {},
    el('fieldset', { class: 'reasons' }, el('legend', {}, word('why')), ...list),
    el('label', { class: 'block' }, word('public_note'), note),
    el('p', { class: 'quiet' }, word('note_warning')),
  );
  const check = () => {
    note.required = box.querySelector('[name=reason]:checked')?.value === 'other';
  };
  box.addEventListener('change', check);
  box.addEventListener('keydown', (event) => {
    const at = Number(event.key) - 1;
    if (event.target === note || !(at >= 0 && at < list.length)) return;
    event.preventDefault();
    list[at].querySelector('input').checked = true;
    check();
    if (note.required) note.focus();
    else choose();
  });
  return box;
}
