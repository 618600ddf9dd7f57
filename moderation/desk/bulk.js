// All that the filter finds, decided by one signed entry.
import { decideMany } from './decide.js';
import { el, openDialog, say } from './dom.js';
import { narrowed } from './filter.js';
import { queue } from './list.js';
import { reasonFields } from './reasons.js';
import { ask } from './server.js';
import { language, number, pick, word } from './words.js';

const acts = ['approve', 'hide', 'reject', 'withhold'];
const shown = 12; // stations named whose status would change

/** A bar and a line: hashing counts, the server's part has no measure. */
function buildProgress(total) {
  const bar = el('progress', { max: total, value: 0, hidden: true, 'aria-labelledby': 'bulk-step' });
  const line = el('p', { role: 'status', class: 'quiet', id: 'bulk-step' });
  const tell = (step, done) => {
    bar.hidden = false;
    if (done === undefined) bar.removeAttribute('value');
    else bar.value = done;
    line.textContent = word(`bulk_${step}`, { n: number(total) });
  };
  const stop = (text) => {
    bar.hidden = true;
    line.textContent = text;
  };
  return { parts: [bar, line], tell, stop };
}

async function showEffect(reports, place) {
  try {
    const { stations } = await ask('POST', '/preview', { reports: reports.map(({ id }) => id) });
    const changed = stations.filter((station) => station.changes);
    const names = changed.slice(0, shown).map((station) => pick(station.after.name)).join(language === 'zh' ? '、' : ', ');
    const list = `${names}${changed.length > shown ? '…' : ''}`;
    place.textContent =
      changed.length === 0 ? word('bulk_effect_none') : word('bulk_effect', { n: number(changed.length), list });
  } catch (error) {
    place.textContent = error.message;
  }
}

function verdictOf(form) {
  const data = new FormData(form);
  const act = data.get('act');
  return {
    act: act === 'hide' ? 'approve' : act,
    hide: act === 'hide',
    reason: data.get('reason') ?? 'ok',
    note: data.get('note')?.trim(),
  };
}

/** Reasons are for what is not published. */
function chooseFields(form, why) {
  const act = new FormData(form).get('act');
  const approves = act === 'approve' || act === 'hide' || !act;
  why.hidden = approves;
  for (const field of why.querySelectorAll('input, textarea')) field.disabled = approves;
}

async function submit(form, dialog, reports, progress) {
  const fields = [...form.querySelectorAll('input, textarea, button')].filter((field) => !field.disabled);
  const verdict = verdictOf(form);
  const enable = (on) => fields.forEach((field) => (field.disabled = !on));
  const stay = (event) => event.preventDefault(); // what is under way cannot be called off
  enable(false);
  dialog.addEventListener('cancel', stay);
  try {
    await decideMany(reports, verdict, progress.tell);
    dialog.close();
  } catch (error) {
    const why = word('failed', { why: error.message });
    progress.stop(error.status === 409 ? `${why} ${word('bulk_conflict')}` : why);
    enable(true);
  } finally {
    dialog.removeEventListener('cancel', stay);
  }
}

function bulkForm(reports, total) {
  const title = word('bulk_head', { n: number(reports.length) });
  const dialog = openDialog(title, { closesOutside: false });
  const effect = el('p', { class: 'quiet', id: 'bulk-effect' }, word('loading'));
  const progress = buildProgress(reports.length);
  const why = reasonFields(() => {});
  const what = acts.map((act) => el('label', {}, el('input', { type: 'radio', name: 'act', value: act, required: true }), ' ', word(act)));
  const form = el(
    'form',
    {},
    el('h2', {}, title),
    total > reports.length && el('p', { class: 'quiet' }, word('bulk_cut')),
    el('fieldset', { class: 'reasons' }, el('legend', {}, word('bulk_what')), ...what),
    effect,
    why,
    ...progress.parts,
    el('div', { class: 'ends' },
      el('button', { type: 'button', class: 'plain', onclick: () => dialog.close() }, word('cancel')),
      el('button', { class: 'act' }, word('bulk_sign', { n: number(reports.length) }))),
  );
  form.addEventListener('change', () => chooseFields(form, why));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit(form, dialog, reports, progress);
  });
  chooseFields(form, why);
  dialog.append(form);
  form.querySelector('input').focus();
  showEffect(reports, effect);
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
