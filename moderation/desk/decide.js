// Deciding one report with a key, and taking decisions back.
import { remember, takeLast } from './done.js';
import { el, openDialog, say } from './dom.js';
import { rootOf, signEntry } from './entry.js';
import { current, putBack, reload, takeOut } from './list.js';
import { reasonFields } from './reasons.js';
import { ask, Refusal } from './server.js';
import { number, pick, word } from './words.js';

const underway = new Set(); // decisions that the server has not answered yet
let key;

export const useDecisionKey = (own) => {
  key = own;
};

async function post(lines, reports) {
  const answer = await ask('POST', '/decisions', reports ? { entries: lines, reports } : { entries: lines });
  const [result] = answer.results;
  if (result.ok) return;
  const refusal = new Refusal(result.status, result.error ?? String(result.status));
  throw Object.assign(refusal, { conflicts: (result.conflicts ?? []).map(({ id }) => id) });
}

const fail = (error) => say(word('failed', { why: error.message }), 'bad');

/** A decision that stands is no less one when there is no room to remember it. */
const keep = (decision) => remember({ key: key.id, ...decision }).catch(() => say(word('not_kept'), 'bad'));

/** Somebody else was quicker: what still waits comes back as it is now. */
async function lookAgain(report) {
  const now = await ask('GET', `/reports/${report.id}`).catch(() => ({}));
  if (now.state === 'pending') putBack({ ...report, ...now });
}

async function send(report, verdict, text) {
  try {
    await post([await signEntry(key, verdict, { report: report.id, version: report.version })]);
    say(word(text, { station: pick(report.name) }), 'good');
    await keep({ report });
  } catch (error) {
    fail(error);
    if (error.status === 409) await lookAgain(report);
    else putBack(report);
  }
}

/** The report leaves the list at once and comes back if the server says no. */
function decide(report, verdict, text) {
  takeOut(report);
  const sending = send(report, verdict, text).finally(() => underway.delete(sending));
  underway.add(sending);
}

/** One signed entry on many; `progress` is told of each step. */
export async function decideMany(reports, verdict, progress) {
  const ids = reports.map(({ id }) => id);
  const root = await rootOf(ids, (hashed) => progress('hashing', hashed));
  progress('writing');
  await post([await signEntry(key, verdict, { reports: ids.length, root })], { [root]: reports });
  await keep({ ids });
  progress('reading');
  await reload();
  say(word('done_bulk', { n: number(ids.length) }), 'good');
}

function askReason(act, verdictOf) {
  const form = el('form', { method: 'dialog' });
  const dialog = openDialog(word('why_head', { act: word(act) }), { children: [form] });
  form.append(
    el('h2', {}, word('why_head', { act: word(act) })),
    reasonFields(() => form.requestSubmit()),
    el('div', { class: 'ends' },
      el('button', { type: 'button', class: 'plain', onclick: () => dialog.close() }, word('cancel')),
      el('button', { class: 'act' }, word(act))),
  );
  form.addEventListener('submit', () => {
    const data = new FormData(form);
    verdictOf({ reason: data.get('reason'), note: data.get('note').trim() });
  });
  form.querySelector('input').focus();
}

const against = (act) => (report) =>
  askReason(act, (why) => decide(report, { act, ...why }, `done_${act}`));

const acts = {
  approve: (report) => decide(report, { act: 'approve', reason: 'ok' }, 'done_approve'),
  hide: (report) => decide(report, { act: 'approve', reason: 'ok', hide: true }, 'done_hide'),
  reject: against('reject'),
  withhold: against('withhold'),
};

export function press(name) {
  const report = current();
  if (report) acts[name](report);
}

async function undoOne(report) {
  await post([await signEntry(key, { act: 'revert' }, { report: report.id, version: report.version })]);
  putBack(report);
  say(word('done_revert'), 'good');
}

/** Those that were withdrawn or decided anew since are in the way of the entry: it is signed without. */
async function undoMany(ids) {
  const root = await rootOf(ids);
  say(word('undoing', { n: number(ids.length) }));
  try {
    await post([await signEntry(key, { act: 'revert' }, { reports: ids.length, root })], { [root]: ids });
  } catch (error) {
    const left = ids.filter((id) => !error.conflicts?.includes(id));
    if (left.length === 0 || left.length === ids.length) throw error;
    await undoMany(left);
    return;
  }
  await reload();
  say(word('undone_bulk', { n: number(ids.length) }), 'good');
}

/** Takes the last decision back, be it of one report or of thousands, of now or before a reload. */
export async function undo() {
  await Promise.allSettled(underway); // the last one is the last that was pressed
  const last = await takeLast(key.id);
  if (!last) {
    say(word('nothing_to_undo'));
    return;
  }
  try {
    await (last.report ? undoOne(last.report) : undoMany(last.ids));
  } catch (error) {
    fail(error);
    if (error.status !== 409) await keep(last);
  }
}
