// The report form as a report, and a report as the form; and what can be said of it without the
// server.
import { dayText, find, say } from './dom.js';

/** @typedef {import('./store.js').Report} Report */
/** @typedef {import('./store.js').Fault} Fault */
/** @typedef {import('./catalogue.js').Station} Station */
/** @typedef {{day: string, earliest?: string, stations?: Station[]}} Known what the check may use; the day is today's */

const longest = 2000;
// eslint-disable-next-line no-control-regex
const refused = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** @param {HTMLFormElement} form @param {string} name */
function value(form, name) {
  const given = new FormData(form).get(name);
  return typeof given === 'string' ? given : '';
}

/** @param {HTMLFormElement} form @param {string} name @param {string} text */
function fill(form, name, text) {
  const field = form.elements.namedItem(name);
  if (field instanceof RadioNodeList) field.value = text;
  else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.value = text;
}

/** The names of the answers' fields, each once. @param {HTMLFormElement} form */
function questions(form) {
  const names = [...form.elements].map((field) => field.getAttribute('name') ?? '');
  return [...new Set(names.filter((name) => name.startsWith('q.')))];
}

/** @param {HTMLFormElement} form */
function visited(form) {
  const when = value(form, 'when');
  return (when === 'day' || when === 'about' ? value(form, when) : when).trim();
}

/** The report as the form has it; empty texts and "not seen" are left out. @param {HTMLFormElement} form @returns {Report} */
export function readForm(form) {
  const answers = questions(form).map((name) => [name.slice(2), value(form, name)]);
  const texts = ['note', 'private_note'].map((name) => [name, value(form, name).replace(/\r\n/g, '\n')]);
  return {
    id: value(form, 'id'),
    station: value(form, 'station').trim(),
    visited: visited(form),
    basis: value(form, 'basis'),
    answers: Object.fromEntries(answers.filter(([, answer]) => answer)),
    ...Object.fromEntries(texts.filter(([, text]) => text)),
  };
}

/** @param {HTMLFormElement} form @param {Report} report @param {string} today */
export function fillForm(form, report, today) {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(report.visited);
  const when = report.visited === today || report.visited === '' ? today : isDay ? 'day' : 'about';
  fill(form, 'station', report.station);
  fill(form, 'when', when);
  if (when !== today) fill(form, when, report.visited);
  fill(form, 'basis', report.basis ?? '');
  for (const name of questions(form)) fill(form, name, report.answers[name.slice(2)] ?? '');
  for (const name of ['note', 'private_note']) fill(form, name, /** @type {any} */ (report)[name] ?? '');
  const more = form.querySelector('details.more');
  if (more?.querySelector('input:checked:not([value=""])')) more.setAttribute('open', '');
}

/**
 * A clock that is behind the page's own day is wrong: then that day is today.
 * @param {string} served the day on which the server made the page
 * @param {string} [offset] "+08:00", else the device's own
 */
export function today(served, offset) {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset ?? '') ?? [];
  const shift = sign ? (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) : -new Date().getTimezoneOffset();
  const day = new Date(Date.now() + shift * 60_000).toISOString().slice(0, 10);
  return day < served ? served : day;
}

/** The page may be a copy of another day: "just now" is today all the same. @param {HTMLFormElement} form @param {string} day */
export function dateForm(form, day) {
  const radio = form.querySelector('[name=when]');
  if (!(radio instanceof HTMLInputElement) || radio.value === day) return;
  radio.value = day;
  radio.id = `when-${day}`;
  const label = /** @type {HTMLLabelElement} */ (find('label', /** @type {ParentNode} */ (radio.parentElement)));
  label.htmlFor = radio.id;
  label.textContent = say('just_now', { day: dayText(day) });
  form.querySelector('[name=day]')?.setAttribute('max', day);
}

/** @param {string} text a day that there is */
function isReal(text) {
  const [year, month = '01', day = '01'] = text.split('-');
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${month}-${day}`);
}

/** @param {string} visited @param {string} day today @param {string} [earliest] */
function visitCode(visited, day, earliest) {
  if (visited === '') return 'required';
  if (/T/.test(visited)) return undefined; // an exact instant: the server judges it
  if (!/^\d{4}(-\d{2}(-\d{2})?)?$/.test(visited) || !isReal(visited)) return 'bad_date';
  if (visited > day.slice(0, visited.length)) return 'in_future';
  return earliest && visited < earliest.slice(0, visited.length) ? 'too_early' : undefined;
}

/** @param {string} [text] */
function noteCode(text = '') {
  if ([...text].length > longest) return 'too_long';
  return refused.test(text) ? 'bad_character' : undefined;
}

/** @param {Report} report @param {Station[]} [stations] what its name may mean */
function stationCode({ station }, stations) {
  if (station === '') return 'required';
  if (!stations || stations.length === 1) return undefined;
  return stations.length === 0 ? 'unknown_station' : 'ambiguous_station';
}

/** What is wrong with a report, in the server's own words. @param {Report} report @param {Known} known @returns {Fault[]} */
export function faultsOf(report, { day, earliest, stations }) {
  /** @type {[string, string|undefined][]} */
  const codes = [
    ['/station', stationCode(report, stations)],
    ['/visited', visitCode(report.visited, day, earliest)],
    ['/answers', Object.keys(report.answers).length === 0 ? 'required' : undefined],
    ['/note', noteCode(report.note)],
    ['/private_note', noteCode(report.private_note)],
  ];
  return codes.flatMap(([pointer, code]) => (code ? [{ pointer, code }] : []));
}
