// The queue: pages of reports in the server's order, one of them current.
import { el, find, say } from './dom.js';
import { query } from './filter.js';
import { ask } from './server.js';
import { optionText, questionText, statusClass, statusText, topicText, visitText } from './survey.js';
import { number, pick, word } from './words.js';

const firstPage = 50; // soon there; the next follows when the browser has time
const nextPage = 250;

export const queue = { reports: [], rows: new Map(), next: null, total: 0, waiting: 0, at: -1 };
let onCurrent = () => {};
let loading;

export const current = () => queue.reports[queue.at];
export const whenCurrent = (listener) => {
  onCurrent = listener;
};

const mark = (report) => {
  if (report.effect && report.effect.from !== report.effect.to)
    return el('span', { class: `use ${statusClass(report.effect.to)}`, title: word('would_change') }, '◆');
  return report.flags.length > 0 ? el('span', { class: 'use wrong' }, '!') : el('span', { class: 'use' }, '');
};

const summary = (report) =>
  Object.entries(report.answers).map(([question, option]) =>
    el('span', {}, `${topicText(question)}${word('colon')}`, el('b', {}, optionText(question, option))));

function row(report) {
  const flags = report.flags.map(({ flag }) => el('span', { class: 'tag' }, word(`flag_${flag}`)));
  const changes = report.effect && report.effect.from !== report.effect.to;
  const button = el(
    'button',
    { type: 'button', class: 'row', onclick: () => choose(queue.reports.indexOf(report), true) },
    mark(report),
    el('span', { class: 'where' }, pick(report.name)),
    el('span', { class: 'when' }, visitText(report.visited)),
    el('span', { class: 'what' }, ...summary(report)),
    (flags.length > 0 || report.note || changes) &&
      el(
        'span',
        { class: 'extra' },
        changes && el('span', { class: `tag ${statusClass(report.effect.to)}` }, `→ ${statusText(report.effect.to)}`),
        ...flags,
        report.note && el('span', { class: 'quote' }, report.note),
      ),
  );
  return el('li', {}, button);
}

function append(reports) {
  const list = find('#queue');
  const rows = reports.map((report) => {
    const made = row(report);
    queue.rows.set(report.id, made);
    return made;
  });
  list.append(...rows);
  queue.reports.push(...reports);
}

export function showCounts() {
  find('#count').textContent = word('matching', { n: number(queue.total) });
  find('#waiting').textContent = word('of_waiting', { n: number(queue.waiting) });
  find('#empty').textContent =
    queue.reports.length > 0 || loading ? '' : word(queue.waiting === 0 ? 'nothing' : 'nothing_matches');
}

/** Chooses a report; `open` shows its card where there is no room for both. */
export function choose(at, open = false) {
  if (queue.reports.length === 0) queue.at = -1;
  else queue.at = Math.max(0, Math.min(at, queue.reports.length - 1));
  for (const marked of document.querySelectorAll('#queue [aria-current]')) marked.removeAttribute('aria-current');
  const report = current();
  if (report) {
    const made = queue.rows.get(report.id);
    made.firstChild.setAttribute('aria-current', 'true');
    made.scrollIntoView({ block: 'nearest' });
  }
  if (open) document.body.classList.add('reading');
  if (!report) document.body.classList.remove('reading');
  onCurrent(report);
  if (queue.at > queue.reports.length - 30) loadMore();
}

const page = (limit, rest) => ask('GET', `/reports?state=pending&limit=${limit}${rest}`);
/** The first page without a filter: asked for while the desk is still being built. */
export const askFirst = () => page(firstPage, '&order=use');

export async function loadMore() {
  if (!queue.next || loading) return;
  await load(`&after=${encodeURIComponent(queue.next)}`);
}

async function load(after, answered) {
  const mine = (loading = {});
  try {
    const answer = answered ?? (await page(after === '' ? firstPage : nextPage, `${query()}${after}`));
    if (loading !== mine) return;
    const fresh = answer.reports.filter((report) => !queue.rows.has(report.id));
    queue.next = answer.next;
    queue.total = after === '' ? answer.total : queue.total;
    queue.waiting = answer.waiting;
    if (after === '' && !answer.settled) settle();
    append(fresh);
  } finally {
    if (loading === mine) loading = undefined;
    showCounts();
  }
}

/** The order is still being worked out: it is read again unless the hand has moved on. */
function settle() {
  const read = queue.reports;
  setTimeout(() => {
    if (queue.reports === read && queue.at <= 0 && !document.querySelector('dialog[open], .reading')) reload();
  }, 1500);
}

/** Reads the queue anew, from its beginning; `answered` is its first page, if it is there already. */
export async function reload(answered) {
  const before = current()?.id;
  loading = undefined;
  Object.assign(queue, { reports: [], next: null, at: -1 });
  queue.rows.clear();
  find('#queue').replaceChildren();
  find('#empty').textContent = word('loading');
  try {
    await load('', answered);
    (globalThis.requestIdleCallback ?? setTimeout)(() => loadMore());
    choose(Math.max(0, queue.reports.findIndex((report) => report.id === before)));
  } catch (error) {
    say(word('failed', { why: error.message }), 'bad');
  }
}

/** Takes a decided report out; the next one becomes current. */
export function takeOut(report) {
  const at = queue.reports.indexOf(report);
  if (at < 0) return;
  queue.reports.splice(at, 1);
  queue.rows.get(report.id)?.remove();
  queue.rows.delete(report.id);
  queue.total -= 1;
  queue.waiting -= 1;
  showCounts();
  choose(at < queue.at ? queue.at - 1 : queue.at);
  if (queue.reports.length === 0 && queue.next) reload();
}

/** Puts a report back where the hand left it. */
export function putBack(report) {
  if (queue.rows.has(report.id)) return;
  const made = row(report);
  const at = Math.max(queue.at, 0);
  queue.rows.set(report.id, made);
  find('#queue').insertBefore(made, find('#queue').children[at] ?? null);
  queue.reports.splice(at, 0, report);
  queue.total += 1;
  queue.waiting += 1;
  showCounts();
  choose(at);
}

export function buildList() {
  const more = el('div', { id: 'more' });
  new IntersectionObserver((seen) => seen[0].isIntersecting && loadMore()).observe(more);
  return el(
    'section',
    { class: 'queue', 'aria-label': word('queue') },
    el('ul', { id: 'queue' }),
    el('p', { id: 'empty', class: 'quiet' }),
    more,
  );
}

export const answersOf = (report) =>
  Object.entries(report.answers).map(([question, option]) => [
    question,
    questionText(question),
    optionText(question, option),
  ]);
