// The reports of this browser: how they stand and why, amended, withdrawn, taken elsewhere. The
// server is asked when this page is opened or Refresh is pressed, and not otherwise.
import { catalogue, survey } from './catalogue.js';
import { anchor, button, download, find, language, link, make, say, visitText } from './dom.js';
import { refusalList } from './faults.js';
import { evictionWarning, openOffline, start, wechatNotice } from './limits.js';
import * as queue from './queue.js';
import { facts, keepButtons, pill, term, troubleText } from './receipt.js';
import { status } from './send.js';
import * as store from './store.js';
import { exported, imported } from './transfer.js';

/** @typedef {import('./store.js').Entry} Entry */

const wrap = find('main > .wrap');
const intro = find('.own-intro', wrap);
const list = make('ul', { class: 'mine', id: 'mine' });
const told = make('p', { role: 'status', class: 'quiet', id: 'told' });
const atOnce = 3; // questions to the server at a time

/** @type {import('./catalogue.js').Catalogue|undefined} */
let places;
/** @type {import('./catalogue.js').Survey|undefined} */
let terms;
/** What each report's card asks before it does it. @type {Map<string, 'withdraw'|'discard'|'forget'>} */
const asking = new Map();
/** @type {Set<string>} */
const receipts = new Set();

/** @param {string} id */
function nameOf(id) {
  return places?.stations.find((station) => station.id === id)?.[language] ?? id;
}

/** @param {import('./store.js').Report} report */
function answers(report) {
  const rows = (terms?.questions ?? []).flatMap((question) => {
    const option = question.options.find(({ id }) => id === report.answers[question.id]);
    return option ? [make('div', {}, make('dt', {}, question.text[language]), make('dd', {}, option.text[language]))] : [];
  });
  return make('dl', { class: 'said' }, ...rows);
}

/** Why the moderators decided so. @param {NonNullable<Entry['known']>} known */
function verdict({ status, reason }) {
  if (status === 'gone') return say('gone_why');
  if (!reason || status === 'pending') return undefined;
  return status === 'approved' ? say('decided_ok') : say('reason') + term(terms, 'reasons', reason);
}

/** Why it is where it is. @param {Entry} entry @returns {(Node|undefined)[]} */
function grounds(entry) {
  const { known, refusal } = entry;
  const trouble = entry.state === 'waiting' ? troubleText(entry) : undefined;
  const reason = entry.state === 'sent' && known ? verdict(known) : undefined;
  return [
    reason ? make('p', {}, reason) : undefined,
    known?.reason_note ? make('blockquote', { dir: 'auto' }, known.reason_note) : undefined,
    entry.state === 'refused' && refusal ? refusalList(refusal, entry.change ?? entry.report, terms, places?.earliest.slice(0, 4)) : undefined,
    trouble ? make('p', { class: 'quiet' }, trouble) : undefined,
    entry.receipt && !entry.receipt.tracking ? make('p', { class: 'quiet' }, say('no_tracking')) : undefined,
  ];
}

/** @type {{[what in 'withdraw'|'discard'|'forget']: (id: string) => Promise<void>}} */
const acts = { withdraw: queue.withdraw, discard: queue.withdraw, forget: queue.forget };

/** @param {Entry} entry @param {'withdraw'|'discard'|'forget'} what */
function question(entry, what) {
  const answer = (/** @type {boolean} */ yes) => async () => {
    asking.delete(entry.id);
    if (yes) await acts[what](entry.id);
    await render();
    if (yes && what === 'withdraw') queue.attempt();
  };
  return [
    make('p', { class: 'alert', role: 'alert' }, say(`${what}_sure`)),
    button(say(`${what}_yes`), answer(true), { class: 'danger' }),
    button(say('cancel'), answer(false)),
  ];
}

/** @param {Entry} entry @param {string} label @param {'withdraw'|'discard'|'forget'} what */
function asks(entry, label, what) {
  return button(say(label), () => {
    asking.set(entry.id, what);
    return render();
  });
}

/** @param {Entry} entry */
function receiptButton(entry) {
  const open = receipts.has(entry.id);
  const click = () => {
    if (!receipts.delete(entry.id)) receipts.add(entry.id);
    return render();
  };
  return button(say('show_receipt'), click, { 'aria-expanded': String(open) });
}

/** @param {Entry} entry */
function resendButton(entry) {
  const click = async () => {
    await queue.resend(entry.id);
    await queue.attempt();
  };
  return button(say('resend'), click, { class: 'act' });
}

/** What can be done with a report now. @param {Entry} entry @returns {(Node|undefined|false)[]} */
function choices(entry) {
  const what = asking.get(entry.id);
  if (what) return question(entry, what);
  const main = entry.state === 'refused'; // nothing but mending helps
  const edit = make('a', { class: main ? 'act' : 'button', href: `${link('/report')}#edit=${entry.id}` }, say(entry.receipt ? 'amend' : 'edit'));
  if (entry.state === 'waiting')
    return [button(say('retry'), () => queue.attempt()), !entry.withdraw && edit, !entry.receipt && !entry.withdraw && asks(entry, 'discard', entry.tried ? 'withdraw' : 'discard')];
  if (entry.state === 'refused')
    return [!entry.withdraw && edit, entry.receipt ? button(say('drop_change'), () => queue.dropChange(entry.id)) : asks(entry, 'discard', 'discard')];
  const gone = entry.known?.status === 'gone';
  const open = Boolean(entry.receipt?.tracking) && entry.known?.status !== 'withdrawn' && !gone;
  return [gone && resendButton(entry), open && edit, receiptButton(entry), open && asks(entry, 'withdraw', 'withdraw'), asks(entry, 'forget', 'forget')];
}

/** @param {Entry} entry */
function card(entry) {
  const { station, visited, note } = entry.report;
  const name = places ? anchor(`/stations/${encodeURIComponent(station)}`, nameOf(station)) : nameOf(station);
  return make(
    'li',
    { id: `mine-${entry.id}`, 'data-state': entry.state },
    make('h2', {}, name, ' ', make('small', {}, visitText(visited))),
    pill(entry, terms),
    ...grounds(entry),
    answers(entry.change ?? entry.report),
    note ? make('blockquote', { dir: 'auto' }, entry.change?.note ?? note) : undefined,
    receipts.has(entry.id) && facts(entry, nameOf),
    receipts.has(entry.id) && keepButtons(entry, nameOf),
    make('div', { class: 'own' }, ...choices(entry)),
  );
}

async function render() {
  const all = await store.entries();
  const focus = document.activeElement?.closest('#mine > li')?.id;
  list.replaceChildren(...all.map(card));
  if (all.length === 0) list.replaceChildren(make('li', {}, make('p', {}, say('list_empty')), anchor('/report', say('report_first'), { class: 'act' })));
  const next = focus ? document.getElementById(focus)?.querySelector('.own button, .own a') : undefined;
  if (next instanceof HTMLElement) next.focus();
}

/** Asks how one report stands. @param {Entry} entry */
async function ask(entry) {
  const now = await status(entry);
  if (now === undefined) return false;
  const known =
    now === null
      ? { status: 'gone', asked: Date.now() }
      : { status: now.status, reason: now.reason, reason_note: now.reason_note, asked: Date.now() };
  await store.update(entry.id, (before) => (before.state === 'sent' ? { ...before, known } : undefined));
  return true;
}

/** Asks how all stand, a few at a time. */
async function refresh() {
  const rest = (await store.entries()).filter(({ state, receipt, known }) => state === 'sent' && receipt?.tracking && known?.status !== 'withdrawn');
  let failed = 0;
  told.textContent = rest.length > 0 ? say('refreshing') : '';
  const worker = async () => {
    for (let entry = rest.shift(); entry; entry = rest.shift()) if (!(await ask(entry))) failed += 1;
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (told.textContent) told.textContent = failed > 0 ? say('refresh_failed', { n: failed }) : say('refreshed');
  await render();
}

/** @param {Event} event */
async function takeFile(event) {
  const input = /** @type {HTMLInputElement} */ (event.currentTarget);
  const file = input.files?.[0];
  if (!file) return;
  const done = await imported(await file.text());
  input.value = '';
  told.textContent = done ? say('import_done', { n: done.added, same: done.same }) : say('import_bad');
  await render();
  if (done) queue.attempt();
}

/** Everything that concerns the list as a whole. */
function tools() {
  const day = new Date().toISOString().slice(0, 10);
  const file = make('input', { type: 'file', accept: '.json,application/json', id: 'import', hidden: true, change: takeFile });
  return make(
    'div',
    { class: 'tools' },
    make('p', { class: 'own' },
      button(say('refresh'), refresh, { id: 'refresh' }),
      button(say('export'), async () => download(`zhanji-${day}.json`, 'application/json', await exported()), { id: 'export' }),
      button(say('import'), () => file.click()), file),
    make('p', { class: 'help' }, say('export_help')),
    told,
  );
}

/** @returns {Promise<HTMLElement|undefined>} */
async function pseudonymNote() {
  if (!(await store.setting('pseudonym'))) return undefined;
  const note = make('p', { class: 'quiet', id: 'pseudonym' }, `${say('pseudonym_on')} `);
  note.append(
    button(say('pseudonym_forget'), async () => {
      await store.set('pseudonym', undefined);
      note.textContent = say('pseudonym_gone');
    }),
  );
  return note;
}

async function begin() {
  openOffline();
  if (!(await store.usable())) return;
  [places, terms] = await Promise.all([catalogue(), survey()]).catch(() => []);
  const keeps = (await store.entries()).length > 0;
  const notes = [wechatNotice(), keeps ? await evictionWarning(false) : undefined, await pseudonymNote()];
  find('h1', wrap).textContent = say('mine');
  intro.before(make('p', {}, say('list_private')), ...notes.filter((note) => note !== undefined), tools(), list, make('h2', {}, say('other_report')));
  await render();
  queue.watch(render);
  list.dataset.ready = 'yes';
  await start();
  await refresh();
}

begin();
