// The filter: what is shown, and what a bulk decision is about.
import { el } from './dom.js';
import { lines, optionText, questionText, survey } from './survey.js';
import { pick, word } from './words.js';

const flags = ['contradicts', 'burst', 'repeated', 'hurried', 'past', 'numbers', 'links'];
const fields = ['q', 'line', 'flag', 'answer', 'visited_from', 'visited_to', 'changes'];
let form;
let onChange = () => {};

const value = (name) => {
  const field = form.elements[name];
  return field.type === 'checkbox' ? (field.checked ? '1' : '') : field.value.trim();
};

/** "&q=…&flag=…" for the parameters that are set. */
export const narrowed = () =>
  fields
    .filter((name) => value(name) !== '')
    .map((name) => `&${name}=${encodeURIComponent(value(name))}`)
    .join('');
export const query = () => `${narrowed()}&order=${value('order') || 'use'}`;

export function setFilter(values) {
  form.reset();
  for (const [name, text] of Object.entries(values)) {
    const field = form.elements[name];
    if (field.type === 'checkbox') field.checked = Boolean(text);
    else field.value = text;
  }
  onChange();
}

const options = (pairs) => pairs.map(([id, text]) => el('option', { value: id }, text));
const select = (name, label, pairs) =>
  el('label', {}, el('span', {}, label), el('select', { name }, ...options(pairs)));

const answerPairs = () =>
  survey.questions.flatMap((question) =>
    question.options.map((option) => [
      `${question.id}:${option.id}`,
      `${questionText(question.id)}：${optionText(question.id, option.id)}`,
    ]),
  );

const moreFields = () =>
  el(
    'details',
    {},
    el('summary', {}, word('more_filters')),
    el(
      'div',
      { class: 'fields' },
      select('line', word('line'), [['', word('any_line')], ...lines.map((line) => [line.id, pick(line.name)])]),
      select('answer', word('answer'), [['', word('any_answer')], ...answerPairs()]),
      el('label', {}, el('span', {}, word('from')), el('input', { type: 'date', name: 'visited_from' })),
      el('label', {}, el('span', {}, word('to')), el('input', { type: 'date', name: 'visited_to' })),
      el('label', { class: 'check' }, el('input', { type: 'checkbox', name: 'changes' }), word('changes_only')),
      select('order', word('order'), [['use', word('by_use')], ['age', word('by_age')]]),
      el('button', { type: 'button', class: 'plain', onclick: () => setFilter({}) }, word('clear')),
    ),
  );

export function buildFilter(changed, bulk) {
  let waiting;
  onChange = changed;
  const flagPairs = [['', word('any_flag')], ['any', word('flagged')], ['none', word('unflagged')]];
  form = el(
    'form',
    { class: 'filter', role: 'search', onsubmit: (event) => event.preventDefault() },
    el('label', { class: 'find' }, el('span', { class: 'hidden' }, word('search')),
      el('input', { type: 'search', name: 'q', id: 'find', placeholder: `${word('search')}  /`, autocomplete: 'off' })),
    el('label', {}, el('span', { class: 'hidden' }, word('flag')),
      el('select', { name: 'flag' }, ...options([...flagPairs, ...flags.map((id) => [id, word(`flag_${id}`)])]))),
    el('p', { class: 'counts' }, el('b', { id: 'count' }), ' ', el('span', { id: 'waiting', class: 'quiet' })),
    el('button', { type: 'button', class: 'plain', id: 'bulk', onclick: bulk }, word('bulk')),
    moreFields(),
  );
  form.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(onChange, 200);
  });
  return form;
}
