// The places and the survey, as the server gives them (the service worker keeps a copy), and how
// one finds a station by whatever name one knows.

/** @typedef {{id: string, zh: string, en: string, zh_short: string, en_short: string, stops: number[]}} Line */
/**
 * @typedef {{id: string, zh: string, en: string, index: number, lines: number[], names: string[],
 *   initials: string, further: string[]}} Station
 * @typedef {{offset: string, earliest: string, lines: Line[], stations: Station[]}} Catalogue
 * @typedef {{station: Station, score: number, by?: string}} Match
 * @typedef {{zh: string, en: string}} Text
 * @typedef {{questions: {id: string, text: Text, options: {id: string, text: Text}[]}[],
 *   states: {[id: string]: Text}, reasons: {[id: string]: Text}}} Survey
 */

/** @param {string} path */
async function load(path) {
  const response = await fetch(path, { credentials: 'omit' });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** The form in which names are compared, as the server folds them. @param {string} name */
export function fold(name) {
  return name
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\s\u200b\ufeff]/g, '')
    .toLowerCase();
}

/** @param {string} folded */
function strip(folded) {
  return folded.replace(/(.)(?:地铁站|地鐵站|站)$/, '$1');
}

/** @param {any[]} row @param {number} index @returns {Station} */
function station([id, zh, en, pinyin, initials, further], index) {
  return { id, zh, en, index, lines: [], names: [zh, en, pinyin, id].map(fold), initials, further };
}

/** @param {any} json @returns {Catalogue} */
export function read(json) {
  const stations = json.stations.map(station);
  json.lines.forEach((/** @type {Line} */ line, /** @type {number} */ number) => {
    for (const stop of line.stops)
      if (!stations[stop].lines.includes(number)) stations[stop].lines.push(number);
  });
  return { offset: json.offset, earliest: json.earliest, lines: json.lines, stations };
}

/** @returns {Promise<Catalogue>} */
export async function catalogue() {
  return read(await load('/assets/catalogue.json'));
}

/** @returns {Promise<Survey>} */
export function survey() {
  return load('/api/v1/survey');
}

/** The stations that a whole name means, as the server would find them. @param {Catalogue} places @param {string} name */
export function meant(places, name) {
  const folded = fold(name);
  const bare = strip(folded);
  if (!folded) return [];
  const byId = places.stations.filter(({ id }) => id === folded);
  if (byId.length > 0) return byId;
  /** @param {(name: string) => boolean} same */
  const by = (same) => places.stations.filter(({ names, further }) => names.some(same) || further.some(same));
  const exact = by((each) => each === folded);
  return exact.length > 0 ? exact : by((each) => each === bare || strip(each) === bare);
}

/** 0 exact, 1 from the beginning, 2 within, 3 not at all. @param {string} name @param {string} query */
function closeness(name, query) {
  const at = name.indexOf(query);
  if (at < 0) return 3;
  if (at > 0) return 2;
  return name.length === query.length ? 0 : 1;
}

/** @param {Station} station @param {string} query @returns {Match} */
function match(station, query) {
  let score = Math.min(...station.names.map((name) => closeness(name, query)));
  if (station.initials.startsWith(query)) score = Math.min(score, station.initials === query ? 0 : 1);
  let by;
  for (const name of station.further) {
    const close = closeness(name, query);
    if (close < score) [score, by] = [close, name];
  }
  return { station, score, by };
}

/**
 * What somebody may mean who has typed this much, best first; those used recently come first
 * among equals.
 * @param {Catalogue} places @param {string} typed @param {string[]} [recent] @returns {Match[]}
 */
export function search(places, typed, recent = []) {
  const folded = fold(typed);
  const query = strip(folded);
  if (!query) return [];
  /** @param {Match} found */
  const rank = ({ station }) => (recent.includes(station.id) ? 0 : 1);
  return places.stations
    .map((each) => {
      const whole = match(each, folded);
      const bare = query === folded ? whole : match(each, query);
      return whole.score <= bare.score ? whole : bare;
    })
    .filter(({ score }) => score < 3)
    .sort((a, b) => a.score - b.score || rank(a) - rank(b) || a.station.index - b.station.index);
}
