// Deciding: one report with a key, or all of a filter with one signed entry; and taking it back.
import { el, openDialog, say } from './dom.js';
import { rootOf, signEntry } from './entry.js';
import { narrowed } from './filter.js';
import { current, putBack, queue, reload, takeOut } from './list.js';
import { ask } from './server.js';
import { reasons, reasonText } from './survey.js';
import { number, pick, word } from './words.js';

const done = []; // what can be taken back, the last one last
let key;

export const useDecisionKey = (own) => {
  key = own;
};

async function post(lines, reports) {
  const answer = await ask('POST', '/decisions', reports ? { entries: lines, reports } : { entries: lines });
  const result = answer.results[0];
  if (!result.ok) throw new Error(result.error ?? String(result.status));
}

/** The report leaves the list at once and comes back if the server says no. */
async function decide(report, verdict, text) {
  takeOut(report);
  try {
    await post([await signEntry(key, verdict, { report: report.id, version: report.version })]);
    done.push({ report });
    say(word(text, { station: pick(report.name) }), 'good');
  } catch (error) {
    putBack(report);
    say(word('failed', { why: error.message }), 'bad');
  }
}

/** Digits choose a reason at once; `other` waits for its note. */
function reasonFields(choose) {
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

function askReason(act, verdictOf) {
  const form = el('form', { method: 'dialog' });
  const dialog = openDialog(word('why_head', { act: word(act) }), form);
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

/** Takes the last decision back, be it of one report or of thousands. */
export async function undo() {
  const last = done.pop();
  if (!last) {
    say(word('nothing_to_undo'));
    return;
  }
  try {
    if (last.report) {
      await post([await signEntry(key, { act: 'revert' }, { report: last.report.id, version: last.report.version })]);
      putBack(last.report);
      say(word('done_revert'), 'good');
      return;
    }
    await post([await signEntry(key, { act: 'revert' }, { reports: last.ids.length, root: last.root })], { [last.root]: last.ids });
    await reload();
    say(word('undone_bulk', { n: number(last.ids.length) }), 'good');
  } catch (error) {
    say(word('failed', { why: error.message }), 'bad');
  }
}

async function decideAll(reports, verdict, progress) {
  progress.textContent = word('signing');
  const ids = reports.map(({ id }) => id);
  const root = await rootOf(ids);
  const line = await signEntry(key, verdict, { reports: ids.length, root });
  await post([line], { [root]: reports });
  done.push({ ids, root });
  await reload();
  say(word('done_bulk', { n: number(ids.length) }), 'good');
}

const bulkActs = ['approve', 'hide', 'reject', 'withhold'];

function bulkForm(reports, total) {
  const dialog = openDialog(word('bulk_head', { n: number(reports.length) }));
  const effect = el('p', { class: 'quiet', id: 'bulk-effect' }, word('loading'));
  const progress = el('p', { role: 'status', class: 'quiet' });
  const form = el('form', {});
  const why = reasonFields(() => {});
  const what = bulkActs.map((act) => el('label', {}, el('input', { type: 'radio', name: 'act', value: act, required: true }), ' ', word(act)));
  form.append(
    el('h2', {}, word('bulk_head', { n: number(reports.length) })),
    total > reports.length ? el('p', { class: 'quiet' }, word('bulk_cut')) : '',
    el('fieldset', { class: 'reasons' }, el('legend', {}, word('bulk_what')), ...what),
    effect,
    why,
    progress,
    el('div', { class: 'ends' },
      el('button', { type: 'button', class: 'plain', onclick: () => dialog.close() }, word('cancel')),
      el('button', { class: 'act' }, word('bulk_sign', { n: number(reports.length) }))),
  );
  const enable = () => {
    const act = new FormData(form).get('act');
    const approves = act === 'approve' || act === 'hide' || !act;
    why.hidden = approves;
    for (const field of why.querySelectorAll('input, textarea')) field.disabled = approves;
  };
  form.addEventListener('change', enable);
  enable();
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const act = data.get('act');
    const verdict = { act: act === 'hide' ? 'approve' : act, hide: act === 'hide', reason: data.get('reason') ?? 'ok', note: data.get('note')?.trim() };
    form.querySelector('.act').disabled = true;
    try {
      await decideAll(reports, verdict, progress);
      dialog.close();
    } catch (error) {
      progress.textContent = word('failed', { why: error.message });
      form.querySelector('.act').disabled = false;
    }
  });
  dialog.append(form);
  form.querySelector('input').focus();
  showEffect(reports, effect);
}

async function showEffect(reports, place) {
  try {
    const { stations } = await ask('POST', '/preview', { reports: reports.map(({ id }) => id) });
    const changed = stations.filter((station) => station.changes);
    const names = changed.slice(0, 12).map((station) => pick(station.after.name)).join(word('desk') === '审核台' ? '、' : ', ');
    place.textContent =
      changed.length === 0 ? word('bulk_effect_none') : `${word('bulk_effect', { n: changed.length })}: ${names}${changed.length > 12 ? '…' : ''}`;
  } catch (error) {
    place.textContent = error.message;
  }
}

export async function bulk() {
  if (queue.total === 0) return;
  try {
    const { total, reports } = await ask('GET', `/selection?${narrowed().slice(1)}`);
    if (reports.length > 0) bulkForm(reports, total);
  } catch (error) {
    say(word('failed', { why: error.message }), 'bad');
  }
}
