// The report form with scripts: stations found by any name, reports kept until the server has
// them, and what is wrong told without a network. Without scripts the form posts itself.
import { catalogue, survey } from './catalogue.js';
import { button, find, language, link, make, say } from './dom.js';
import { alertBox, clear, refusalText, show } from './faults.js';
import { dateForm, faultsOf, fillForm, readForm, today } from './fields.js';
import { evictionWarning, openOffline, start, wechatNotice } from './limits.js';
import { chips, pickStation, tellingName } from './picker.js';
import { pseudonymField } from './pseudonym.js';
import * as queue from './queue.js';
import { panel } from './receipt.js';
import * as store from './store.js';

/** @typedef {import('./store.js').Entry} Entry */
/** @typedef {import('./store.js').Report} Report */
/** @typedef {import('./catalogue.js').Catalogue} Catalogue */
/** @typedef {import('./catalogue.js').Station} Station */

const draftKey = 'zhanji-draft';
const recentMost = 6;
const form = /** @type {HTMLFormElement} */ (find('#form'));
const wrap = /** @type {HTMLElement} */ (form.parentElement);
const isPart = (/** @type {Node} */ node) => !(node instanceof HTMLLinkElement || node instanceof HTMLScriptElement);
const formNodes = [...wrap.childNodes].filter(isPart);
const stationField = /** @type {HTMLInputElement} */ (find('#f-station'));
const served = form.querySelector('[name=day]')?.getAttribute('max') ?? '';

/** @type {Catalogue|undefined} */
let places;
/** @type {import('./catalogue.js').Survey|undefined} */
let terms;
/** @type {{chosen: () => Station[]}|undefined} */
let picker;
/** @type {{value: () => Promise<string|undefined>, choose: (on: boolean) => void}|undefined} */
let pseudonym;
/** The report that is being mended, if it is not a new one. @type {Entry|undefined} */
let editing;
/** The report whose panel is shown. @type {string|undefined} */
let shown;
let busy = false;

/** Today, as far as this browser can tell. */
const day = () => today(served, places?.offset);

/** @param {string} id */
function nameOf(id) {
  return places?.stations.find((station) => station.id === id)?.[language] ?? id;
}

/** @param {Report} report @returns {Promise<Report>} with what the form's texts stand for */
async function complete(report) {
  const stations = picker?.chosen() ?? [];
  const station = stations.length === 1 ? stations[0].id : report.station;
  const reporter = await pseudonym?.value();
  return { ...report, station, ...(reporter ? { reporter } : {}) };
}

/** @param {Report} report */
function check(report) {
  const stations = picker && report.station ? picker.chosen() : undefined;
  const faults = faultsOf(report, { day: day(), earliest: places?.earliest, stations });
  if (faults.length === 0) return true;
  show(form, faults, { year: places?.earliest.slice(0, 4) });
  if (stations && stations.length > 1) offerCandidates(stations);
  return false;
}

/** Names that several stations share: their lines tell them apart. @param {Station[]} stations */
function offerCandidates(stations) {
  const picks = stations.map((station) =>
    button('', () => {
      stationField.value = tellingName(/** @type {Catalogue} */ (places), station);
      form.requestSubmit();
    }, { class: 'pick' }),
  );
  picks.forEach((pick, i) => pick.append(`${stations[i][language]} `, chips(/** @type {Catalogue} */ (places), stations[i])));
  stationField.closest('.group')?.append(make('p', { class: 'candidates' }, ...picks));
}

/** Nothing was kept: said so, with the way that needs no room. */
function showNotKept() {
  alertBox(
    form,
    make('p', {}, make('b', {}, say('full'))),
    make('p', {}, button(say('send_directly'), () => form.submit())),
  );
}

/** @param {string} station */
async function remember(station) {
  const before = (await store.setting('recent')) ?? [];
  const after = [station, ...before.filter((/** @type {string} */ id) => id !== station)];
  await store.set('recent', after.slice(0, recentMost));
}

/** @param {Report} report */
async function keep(report) {
  const entry = editing ? await queue.edit(editing.id, report) : await queue.add(report);
  sessionStorage.removeItem(draftKey);
  remember(report.station).catch(() => {}); // a convenience
  return entry;
}

async function send() {
  const typed = readForm(form);
  if (!check(typed)) return;
  let entry;
  try {
    entry = await keep(await complete(typed));
  } catch {
    showNotKept();
    return;
  }
  if (!entry) return;
  shown = entry.id;
  editing = undefined;
  history.replaceState(null, '', location.pathname + location.search); // a reload is a new report
  await render();
  queue.attempt();
}

/** What the page shows; its style stays. @param {...Node} nodes */
function fillPage(...nodes) {
  for (const node of [...wrap.childNodes].filter(isPart)) node.remove();
  wrap.append(...nodes);
}

/** @param {Report} report */
function fillIn(report) {
  const station = places?.stations.find(({ id }) => id === report.station);
  const name = station && places ? tellingName(places, station) : report.station;
  fillForm(form, { ...report, station: name }, day());
  pseudonym?.choose(Boolean(report.reporter));
}

/** Back to the form with a report that is to be mended. @param {Entry} entry */
function mend(entry) {
  shown = undefined;
  editing = entry;
  fillPage(...formNodes);
  fillIn(entry.change ?? entry.report);
  showEditing(entry);
}

/** @param {Entry} entry */
function showEditing(entry) {
  clear(form);
  find('h1', wrap).textContent = say(entry.receipt ? 'amending' : 'editing');
  if (entry.receipt && !document.getElementById('amending')) form.before(make('p', { class: 'warning', id: 'amending' }, say('amending_help')));
  form.querySelectorAll('.send .act').forEach((each) => (each.textContent = say('save_edit')));
  const { refusal } = entry;
  if (!refusal) find('h1', wrap).scrollIntoView();
  else if (refusal.errors.length > 0) show(form, refusal.errors, { year: places?.earliest.slice(0, 4) });
  else alertBox(form, make('p', {}, make('b', {}, refusalText(refusal))));
}

/** Shows the report that was sent, as it stands now. */
async function render() {
  if (!shown) return;
  const entry = await store.entry(shown);
  if (!entry) return;
  if (entry.state === 'refused') {
    mend(entry);
    return;
  }
  const first = !wrap.querySelector('.receipt-page');
  fillPage(panel(entry, nameOf, terms, { retry: () => queue.attempt(), edit: () => mend(entry) }));
  if (entry.state === 'waiting') await warn();
  if (first || entry.state === 'sent') find('h1', wrap).focus();
}

async function warn() {
  const warning = await evictionWarning(true);
  if (warning && !document.getElementById('evict')) wrap.querySelector('.receipt-page')?.append(warning);
}

/** How many reports wait or need mending, above the form. */
async function renderStrip() {
  const all = await store.entries();
  document.getElementById('strip')?.remove();
  const waiting = all.filter(({ state }) => state === 'waiting').length;
  const refused = all.filter(({ state }) => state === 'refused').length;
  if (shown || editing || waiting + refused === 0) return;
  const told = [waiting && say('strip_waiting', { n: waiting }), refused && say('strip_refused', { n: refused })];
  form.before(make('p', { class: 'strip', id: 'strip', role: 'status' }, `${told.filter(Boolean).join(' ')} `, make('a', { href: link('/mine') }, say('mine'))));
}

/** The language is switched here: what was typed goes along, and no network is needed. @param {HTMLElement} to */
async function switchLanguage(to) {
  const draft = { report: await complete(readForm(form)), editing: editing?.id };
  sessionStorage.setItem(draftKey, JSON.stringify(draft));
  const edit = editing ? `#edit=${editing.id}` : '';
  location.assign(`${to.getAttribute('formaction')}${edit}`);
}

/** @param {SubmitEvent} event */
async function submitted(event) {
  event.preventDefault();
  if (busy) return;
  busy = true;
  try {
    const { submitter } = event;
    if (submitter?.getAttribute('name') === 'draft') await switchLanguage(submitter);
    else {
      if (submitter?.getAttribute('name') === 'pick') stationField.value = submitter.getAttribute('value') ?? '';
      await send();
    }
  } finally {
    busy = false;
  }
}

/** What the address or the other language left to go on with. */
async function takeUp() {
  const kept = sessionStorage.getItem(draftKey);
  sessionStorage.removeItem(draftKey);
  const id = /^#edit=([0-9a-f-]{36})$/.exec(location.hash)?.[1];
  const entry = id ? await store.entry(id) : undefined;
  const draft = kept ? JSON.parse(kept).report : undefined;
  if (entry) mend(draft ? { ...entry, [entry.receipt ? 'change' : 'report']: draft } : entry);
  else if (draft) fillIn(draft);
}

async function loadPlaces() {
  try {
    [places, terms] = await Promise.all([catalogue(), survey()]);
    picker = pickStation(stationField, places, (await store.setting('recent')) ?? []);
  } catch {
    // Typed names still go; the server finds their stations.
  }
}

async function begin() {
  const notice = wechatNotice();
  if (notice) form.before(notice);
  openOffline().then((opens) => opens || form.before(make('p', { class: 'help' }, say('older_browser'))));
  if (!(await store.usable())) {
    form.before(make('p', { class: 'warning' }, say('not_kept')));
    return;
  }
  form.addEventListener('submit', submitted);
  form.noValidate = true;
  const answered = document.getElementById('alert') !== null; // the server's own answer: the same report
  const id = /** @type {HTMLInputElement} */ (form.elements.namedItem('id'));
  if (!answered) id.value = queue.newId();
  await loadPlaces();
  if (!answered) dateForm(form, day());
  pseudonym = await pseudonymField(find('.send', form));
  await takeUp();
  queue.watch(() => render().then(renderStrip));
  await renderStrip();
  form.dataset.ready = 'yes';
  await start();
}

begin();
