// A report after "send": kept, waiting, or received, with what can be done next.
import { anchor, button, download, hourText, language, make, say, visitText } from './dom.js';
import { sendsWhenClosed } from './limits.js';

/** @typedef {import('./store.js').Entry} Entry */
/** @typedef {import('./catalogue.js').Survey} Survey */
/** @typedef {(id: string) => string} Naming the name of a station's id */

const offset = document.documentElement.dataset.offset ?? '+00:00';

/** @param {Entry} entry @param {Naming} nameOf @returns {[label: string, value: string, name: string][]} */
function rows(entry, nameOf) {
  const { report, receipt } = entry;
  /** @type {[string, string|undefined, string][]} */
  const all = [
    [say('row_station'), nameOf(report.station), ''],
    [say('row_visited'), visitText(report.visited), ''],
    [say('received'), receipt?.received, 'arrival'],
    [say('row_id'), entry.id, 'code'],
    [say('row_tracking'), receipt?.tracking, 'code secret'],
    [say('row_hash'), receipt?.content_hash, 'code'],
    [say('row_nonce'), receipt?.nonce, 'code'],
  ];
  return /** @type {[string, string, string][]} */ (all.filter(([, value]) => value));
}

/** @param {string} instant */
function arrival(instant) {
  return make('time', { datetime: instant }, hourText(instant, offset));
}

/** @param {Entry} entry @param {Naming} nameOf */
export function facts(entry, nameOf) {
  const list = rows(entry, nameOf).map(([label, value, name]) =>
    make('div', {}, make('dt', {}, label), make('dd', { class: name || undefined }, name === 'arrival' ? arrival(value) : value)),
  );
  return make('dl', { class: 'receipt', id: 'receipt' }, ...list);
}

/** @param {Entry} entry @param {Naming} nameOf */
function asText(entry, nameOf) {
  const lines = rows(entry, nameOf).map(([label, value]) => `${label}: ${value}`);
  return `${document.title}\n${location.origin}/mine\n\n${lines.join('\n')}\n`;
}

/** Save, copy, print. @param {Entry} entry @param {Naming} nameOf */
export function keepButtons(entry, nameOf) {
  const copied = async (/** @type {Event} */ event) => {
    await navigator.clipboard.writeText(asText(entry, nameOf));
    /** @type {HTMLElement} */ (event.currentTarget).textContent = say('copied');
  };
  const save = () => download(`zhanji-${entry.id}.txt`, 'text/plain;charset=utf-8', asText(entry, nameOf));
  return make(
    'p',
    { class: 'own' },
    button(say('save'), save),
    navigator.clipboard && button(say('copy'), (event) => copied(event).catch(() => {})),
    button(say('print'), () => print()),
  );
}

/** @param {Survey|undefined} survey @param {'states'|'reasons'} kind @param {string} id */
export function term(survey, kind, id) {
  return survey?.[kind][id]?.[language] ?? id;
}

/** How a report stands, in a word or two. @param {Entry} entry @param {Survey|undefined} survey */
export function pill(entry, survey) {
  const known = entry.known?.status;
  if (entry.state === 'waiting') {
    const id = entry.withdraw ? 'withdraw_waiting' : entry.change ? 'change_waiting' : 'waiting';
    return make('p', { class: 'state waits' }, make('b', {}, say(id)));
  }
  if (entry.state === 'refused')
    return make('p', { class: 'state rejected' }, make('b', {}, say(entry.receipt ? 'change_refused' : 'refused')));
  const told = known === 'gone' ? say('status_gone') : term(survey, 'states', known ?? 'pending');
  return make('p', { class: `state ${known ?? 'pending'}` }, make('b', {}, told));
}

/** What keeps a waiting report waiting. @param {Entry} entry */
export function troubleText(entry) {
  return entry.trouble ? say(`trouble_${entry.trouble}`) : undefined;
}

/** @param {Entry} entry @param {Naming} nameOf @param {Survey|undefined} survey */
function receivedPanel(entry, nameOf, survey) {
  const { station } = entry.report;
  return [
    make('h1', { tabindex: '-1' }, say('sent_title')),
    pill(entry, survey),
    make(
      'ol',
      { class: 'next' },
      make('li', {}, say('next_1')),
      make('li', {}, say('next_2'), anchor(`/stations/${encodeURIComponent(station)}`, nameOf(station))),
      make('li', {}, say('next_4')),
      make('li', {}, say('next_3')),
    ),
    make('h2', {}, say('keep')),
    make('p', {}, say(entry.receipt?.tracking ? 'keep_why' : 'no_tracking')),
    facts(entry, nameOf),
    keepButtons(entry, nameOf),
  ];
}

/** @param {Entry} entry @param {Naming} nameOf @param {{retry: () => void, edit: () => void}} actions */
function waitingPanel(entry, nameOf, { retry, edit }) {
  const trouble = troubleText(entry);
  const sending = !trouble && navigator.onLine !== false;
  return [
    make('h1', { tabindex: '-1' }, say(sending ? 'sending' : 'waiting_title')),
    make('p', { class: 'lead' }, `${nameOf(entry.report.station)} · ${visitText(entry.report.visited)}`),
    make('p', {}, say(sendsWhenClosed() ? 'waiting_body_sync' : 'waiting_body')),
    entry.change && make('p', {}, say('unfinished_change')),
    make('p', { role: 'status', class: 'quiet' }, trouble ?? ''),
    make('p', { class: 'own' }, button(say('retry'), retry), button(say('edit'), edit)),
  ];
}

/**
 * The panel that takes the form's place.
 * @param {Entry} entry @param {Naming} nameOf @param {Survey|undefined} survey
 * @param {{retry: () => void, edit: () => void}} actions
 */
export function panel(entry, nameOf, survey, actions) {
  const body = entry.state === 'sent' ? receivedPanel(entry, nameOf, survey) : waitingPanel(entry, nameOf, actions);
  return make(
    'div',
    { class: 'receipt-page', 'data-state': entry.state },
    ...body,
    make('p', { class: 'own' }, anchor('/report', say('report_another'), { class: 'button' }), anchor('/mine', say('mine'), { class: 'button' })),
  );
}
