// The station field as a combobox (WAI-ARIA APG): what is typed finds stations by any name, an
// empty field offers those used recently, and a list by lines helps who knows no name.
import { meant, search } from './catalogue.js';
import { button, language, make, say } from './dom.js';

/** @typedef {import('./catalogue.js').Catalogue} Catalogue */
/** @typedef {import('./catalogue.js').Station} Station */
/** @typedef {import('./catalogue.js').Match} Match */

const most = 12;

/** @param {Catalogue} places @param {number} number */
export function chip(places, number) {
  const line = places.lines[number];
  const short = language === 'en' ? line.en_short : line.zh_short;
  return make('span', { class: `chip l${number}`, role: 'img', 'aria-label': line[language] }, short);
}

/** @param {Catalogue} places @param {Station} station */
export function chips(places, station) {
  return make('span', { class: 'chips' }, ...station.lines.map((number) => chip(places, number)));
}

/** The name that finds this station and no other, in the page's language if it can be. @param {Catalogue} places @param {Station} station */
export function tellingName(places, station) {
  const alone = [station[language], station.zh].find((name) => meant(places, name).length === 1);
  return alone ?? station.id;
}

/** What the server's own spelling adds: former, short and other names. @param {Match} match @param {string} typed */
function also({ station, by }, typed) {
  if (by && !/^[\x20-\x7e]*$/.test(typed)) return say('picked_former', { name: by });
  return language === 'en' ? station.zh : station.en;
}

/**
 * @param {HTMLInputElement} input @param {Catalogue} places @param {string[]} recent ids
 * @returns {{chosen: () => Station[]}} the stations that the field means now
 */
export function pickStation(input, places, recent) {
  /** @type {Station|undefined} */
  let picked;
  let active = -1;
  /** @type {Match[]} */
  let shown = [];
  const list = make('ul', { id: 'picks', role: 'listbox', class: 'picks', 'aria-label': say('row_station'), hidden: true });
  const told = make('p', { class: 'help', role: 'status', id: 'picks-told' });

  const isOpen = () => !list.hidden;
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  /** @param {Station} station */
  const choose = (station) => {
    picked = station;
    input.value = tellingName(places, station);
    told.textContent = '';
    close();
    input.dispatchEvent(new Event('change', { bubbles: true }));
  };
  /** @param {number} to */
  const activate = (to) => {
    const options = list.querySelectorAll('[role=option]');
    options[active]?.setAttribute('aria-selected', 'false');
    active = (to + options.length) % options.length;
    options[active].setAttribute('aria-selected', 'true');
    options[active].scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', options[active].id);
  };
  /** @param {Match} match @param {number} index */
  const option = (match, index) => {
    const { station } = match;
    return make(
      'li',
      { role: 'option', id: `pick-${index}`, 'aria-selected': 'false', click: () => choose(station) },
      make('b', {}, station[language]),
      chips(places, station),
      make('small', {}, also(match, input.value)),
    );
  };
  const offer = () => {
    const typed = input.value.trim();
    const used = recent.map((id) => places.stations.find((station) => station.id === id));
    shown = typed
      ? search(places, typed, recent).slice(0, most)
      : used.flatMap((station) => (station ? [{ station, score: 0 }] : []));
    close();
    told.textContent = typed && shown.length === 0 ? say('none_found') : '';
    if (shown.length === 0) return;
    const title = typed ? [] : [make('li', { role: 'presentation', class: 'quiet' }, say('recent'))];
    list.replaceChildren(...title, ...shown.map(option));
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
  };
  /** What the field says, if it can mean one station only. */
  const settle = () => {
    close();
    const best = search(places, input.value, recent).filter(({ score }) => score === 0);
    const named = meant(places, input.value);
    const one = named.length === 1 ? named[0] : named.length === 0 && best.length === 1 ? best[0].station : undefined;
    if (!picked && one) choose(one);
  };
  /** @type {{[key: string]: (event: KeyboardEvent) => void}} */
  const keys = {
    ArrowDown: () => (isOpen() ? activate(active + 1) : offer()),
    ArrowUp: () => isOpen() && activate(active < 0 ? -1 : active - 1),
    Escape: close,
    Enter: (event) => {
      if (!isOpen() || active < 0) return;
      event.preventDefault();
      choose(shown[active].station);
    },
  };

  input.removeAttribute('list');
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'picks', 'aria-autocomplete': 'list' }))
    input.setAttribute(name, value);
  input.after(make('div', { class: 'picker' }, list), told, byLine(places, choose));
  input.addEventListener('input', () => {
    picked = undefined;
    offer();
  });
  input.addEventListener('focus', () => input.value === '' && offer());
  input.addEventListener('click', () => !isOpen() && !picked && offer());
  input.addEventListener('blur', settle);
  input.addEventListener('keydown', (event) => {
    if (event.key.startsWith('Arrow')) event.preventDefault();
    if (!event.isComposing) keys[event.key]?.(event);
  });
  list.addEventListener('pointerdown', (event) => event.preventDefault()); // the field keeps the focus

  return {
    chosen: () => {
      settle();
      return picked && input.value === tellingName(places, picked) ? [picked] : meant(places, input.value);
    },
  };
}

/** All lines; the chosen one shows its stations in order. @param {Catalogue} places @param {(station: Station) => void} choose */
function byLine(places, choose) {
  const stops = make('div', { class: 'stops' });
  const details = make('details', { class: 'by-line' }, make('summary', {}, say('by_line')));
  /** @param {number} number */
  const show = (number) => {
    const line = places.lines[number];
    for (const [other, each] of [...lines.children].entries()) each.setAttribute('aria-pressed', String(other === number));
    const names = line.stops.map((stop) => places.stations[stop]);
    stops.replaceChildren(
      make('p', { class: 'quiet' }, say('stations_of', { line: line[language] })),
      ...names.map((station) =>
        button(station[language], () => {
          choose(station);
          details.open = false;
        }),
      ),
    );
  };
  const lines = make(
    'div',
    { class: 'lines', role: 'group', 'aria-label': say('lines') },
    ...places.lines.map((line, number) =>
      button(language === 'en' ? line.en_short : line.zh_short, () => show(number), {
        class: `chip l${number}`,
        'aria-label': line[language],
        'aria-pressed': 'false',
      }),
    ),
  );
  details.append(lines, stops);
  return details;
}
