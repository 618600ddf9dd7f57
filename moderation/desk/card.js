// One report: what it says, what looks odd, and what approving it would do.
import { el, find } from './dom.js';
import { ask, read } from './server.js';
import {
  basisText, hourText, optionText, questionText, standingText, statusClass, statusText, survey, visitText,
} from './survey.js';
import { answersOf } from './list.js';
import { pick, word } from './words.js';

let asking;

const percent = (p) => `${Math.round(p * 100)}%`;
const fact = (label, text) => el('div', {}, el('dt', {}, label), el('dd', {}, text));
const link = (station, text) => el('a', { href: `/stations/${encodeURIComponent(station)}`, target: '_blank', rel: 'noopener' }, text);

const state = (label, station) =>
  el(
    'div',
    { class: 'stand' },
    el('span', { class: 'quiet' }, label),
    el('b', { class: statusClass(station.status) }, statusText(station.status)),
    el('small', {}, station.status === survey.statuses.none ? '' : standingText(station.standing)),
  );

/** A question's answer and how sure it is, as a bar and a number. */
function share(question) {
  if (question.answer === null) return el('span', { class: 'quiet' }, word('unknown'));
  const p = question.p[question.answer];
  return el('span', { class: 'share' }, el('meter', { min: 0, max: 1, value: p, 'aria-hidden': 'true' }), percent(p));
}

const changeRow = (id, before, after) =>
  el(
    'tr',
    { class: before.answer === after.answer ? '' : 'moved' },
    el('th', { scope: 'row' }, questionText(id)),
    ...[before, after].map((question) =>
      el('td', {}, question.answer === null ? '' : optionText(id, question.answer), ' ', share(question)),
    ),
  );

export function effectOf({ before, after, changes }, questions) {
  return [
    el('div', { class: changes ? 'turn moved' : 'turn' }, state(word('now'), before), el('span', { class: 'arrow', 'aria-hidden': 'true' }, '→'), state(word('after'), after)),
    !changes && el('p', { class: 'quiet' }, word('effect_none')),
    el(
      'table',
      {},
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, word('answers_head')), el('th', { scope: 'col' }, word('now')), el('th', { scope: 'col' }, word('after')))),
      el('tbody', {}, ...questions.map((id) => changeRow(id, before.questions[id], after.questions[id]))),
    ),
  ].filter(Boolean);
}

const recentRow = (report) =>
  el(
    'li',
    {},
    el('b', {}, report.visited),
    ' ',
    answersOf(report).map(([, , option]) => option).join(' · '),
    report.note && el('q', {}, report.note),
  );

async function fillIn(report, signal) {
  const [preview, recent] = await Promise.all([
    ask('GET', `/preview?report=${report.id}`, undefined, signal),
    read(`/stations/${encodeURIComponent(report.station)}/reports?limit=8`, signal),
  ]);
  if (signal.aborted) return;
  find('#effect').replaceChildren(...effectOf(preview.stations[0], Object.keys(report.answers)));
  find('#recent').replaceChildren(
    ...(recent.reports.length === 0
      ? [el('li', { class: 'quiet' }, word('recent_none'))]
      : recent.reports.map(recentRow)),
  );
}

/** The preview is asked for when the hand rests on a report. */
function rest(report) {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  setTimeout(() => {
    if (signal.aborted) return;
    fillIn(report, signal).catch((error) => {
      if (!signal.aborted) find('#effect')?.replaceChildren(el('p', { class: 'quiet' }, error.message));
    });
  }, 80);
}

const flagsOf = (report) =>
  report.flags.length > 0 && el('ul', { class: 'flags' }, ...report.flags.map(({ flag, text }) => el('li', { class: `flag-${flag}` }, pick(text))));

const noteOf = (report) => [
  report.note && el('figure', {}, el('figcaption', { class: 'quiet' }, word('note_head')), el('blockquote', {}, report.note)),
  report.has_private_note && el('p', { class: 'sealed' }, word('private_note', { id: report.id })),
];

const facts = (report) =>
  el(
    'dl',
    { class: 'facts' },
    fact(word('visited'), visitText(report.visited)),
    fact(word('basis'), basisText(report.basis)),
    fact(word('received'), hourText(report.received)),
    fact(word('reporter'), report.reporter ? el('code', {}, report.reporter.slice(0, 8)) : word('unnamed')),
  );

const buttons = [
  ['approve', 'a', 'act'],
  ['hide', 'h', 'plain'],
  ['reject', 'r', 'plain'],
  ['withhold', 'w', 'plain'],
];

export function showCard(report, press) {
  const card = find('#card');
  asking?.abort();
  if (!report) {
    card.replaceChildren();
    return;
  }
  const answers = answersOf(report).map(([id, question, option]) => el('div', { class: id }, el('dt', {}, question), el('dd', {}, option)));
  card.replaceChildren(
    el('button', { type: 'button', class: 'plain back', onclick: () => document.body.classList.remove('reading') }, `← ${word('back')}`),
    el('h2', {}, link(report.station, pick(report.name))),
    report.version > 1 ? el('p', { class: 'quiet' }, word('version', { n: report.version })) : '',
    facts(report),
    flagsOf(report) || '',
    el('dl', { class: 'answers' }, ...answers),
    ...noteOf(report).filter(Boolean),
    el('h3', {}, word('effect_head')),
    el('div', { id: 'effect', class: 'effect' }, el('p', { class: 'quiet' }, word('loading'))),
    el('h3', {}, word('recent_head')),
    el('ul', { id: 'recent', class: 'recent' }, el('li', { class: 'quiet' }, word('loading'))),
    el('div', { class: 'acts' }, ...buttons.map(([name, key, kind]) =>
      el('button', { type: 'button', class: kind, 'data-act': name, onclick: () => press(name) }, word(name), ' ', el('kbd', { 'aria-hidden': 'true' }, key)))),
  );
  card.scrollTop = 0;
  rest(report);
}
