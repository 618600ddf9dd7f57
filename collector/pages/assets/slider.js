// The city through time: every step is drawn from one small document; where the hand rests, the
// page of that day is fetched, so that the list and the figures are the server's own.
import { language, make } from './dom.js';
import { draw } from './card.js';

/** @typedef {{months: string[], statuses: string[], standings: string[], stations: {[id: string]: [string, string]}}} Timeline */
/** @typedef {{lines: [number, string][][]}} Network */

const still = matchMedia('(prefers-reduced-motion: reduce)');
const shapes = { play: 'M5 3 19 12 5 21Z', pause: 'M6 4h4v16h-4zM14 4h4v16h-4z' };

/** @param {string} path */
async function load(path) {
  const reply = await fetch(path);
  if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
  return reply.json();
}

/** The last day of a month "2023-07". @param {string} month */
function lastDay(month) {
  const [year, number] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}

/** @param {string} day */
function dayText(day) {
  /** @type {Intl.DateTimeFormatOptions} */
  const form = { year: 'numeric', month: 'long', timeZone: 'UTC' };
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'zh-CN', form).format(new Date(day));
}

export class Slider {
  /** @param {HTMLElement} element @param {import('./map.js').Diagram} diagram @param {import('./card.js').Words} words */
  constructor(element, diagram, words) {
    const { earliest = '', today = '', asOf = '' } = element.dataset;
    this.element = element;
    this.diagram = diagram;
    this.words = words;
    this.earliest = earliest;
    this.today = today;
    this.asOf = asOf;
    this.months = monthsBetween(earliest, today);
    this.input = /** @type {HTMLInputElement} */ (element.querySelector('input'));
    this.button = /** @type {HTMLButtonElement} */ (element.querySelector('.play'));
    this.marker = [...document.querySelectorAll('.chart .panel')].map((panel) => {
      const line = make('span', { class: 'now' });
      panel.append(line);
      return line;
    });
    this.settled = (/** @type {string} */ _day) => {};
    this.drawn = () => {};
    /** @type {Promise<{timeline: Timeline, network: Network}>|undefined} */
    this.loading = undefined;
    this.timer = 0;
    this.playing = 0;
    this.begin();
  }

  begin() {
    const { input } = this;
    input.min = '0';
    input.max = String(this.months.length - 1);
    this.position();
    this.mark();
    this.icon('play');
    this.element.hidden = false;
    input.addEventListener('input', () => {
      this.pause();
      this.step();
    });
    this.button.addEventListener('click', () => (this.playing ? this.pause(true) : this.play()));
    this.say();
  }

  /** Where the hand stands for the page's day. */
  position() {
    const month = this.months.indexOf(this.asOf.slice(0, 7));
    this.input.value = String(month < 0 ? this.months.length - 1 : month);
    this.input.style.left = `calc(${this.share(lastDay(this.months[0])) * 100}% - 0.6875rem)`;
  }

  /** Flags of what happened. */
  mark() {
    const rail = this.input.parentElement;
    this.events = [...this.element.parentElement?.querySelectorAll('.events li') ?? []].map((item) => ({
      day: item.getAttribute('data-day') ?? '',
      when: item.querySelector('time')?.textContent ?? '',
      what: `${item.querySelector('.kind')?.textContent} · ${item.querySelector('.what')?.textContent}`,
    }));
    for (const { day } of this.events) {
      const flag = make('i', { 'aria-hidden': 'true' });
      flag.style.left = `${this.share(day) * 100}%`;
      rail?.append(flag);
    }
  }

  /** @param {string} day */
  share(day) {
    const [from, to, at] = [this.earliest, this.today, day].map((each) => Date.parse(each));
    return Math.min(Math.max((at - from) / (to - from || 1), 0), 1);
  }

  get index() {
    return Number(this.input.value);
  }

  get day() {
    const day = lastDay(this.months[this.index]);
    return day < this.today ? day : this.today;
  }

  /** @returns {Promise<{timeline: Timeline, network: Network}>} */
  documents() {
    const known = new URLSearchParams(location.search).get('known_at');
    const query = known ? `?known_at=${encodeURIComponent(known)}` : '';
    this.loading ??= Promise.all([load(`/api/v1/timeline${query}`), load('/assets/network.json')]).then(
      ([timeline, network]) => ({ timeline, network }),
    );
    this.loading.catch(() => (this.loading = undefined));
    return this.loading;
  }

  async step() {
    this.say();
    clearTimeout(this.timer);
    const { timeline, network } = await this.documents();
    this.draw(timeline, network);
    if (!this.playing) this.timer = window.setTimeout(() => this.settled(this.day), 300);
  }

  /** @param {Timeline} timeline @param {Network} network */
  draw(timeline, network) {
    const { index } = this;
    const counts = { seen: 0, inferred: 0 };
    const { stops, names } = this.diagram;
    const rows = Object.values(timeline.stations);
    stops.forEach((stop, i) => {
      const [statuses, standings] = rows[i];
      const status = this.words.statuses[parseInt(statuses[index], 36)];
      const standing = timeline.standings[parseInt(standings[index], 36)];
      if (standing === 'inferred') counts.inferred += 1;
      else if (standing !== 'unknown') counts.seen += 1;
      dress(stop, status.mark, standing);
      names[i].classList.toggle('closed', status.mark === 'closed');
    });
    const tracks = this.diagram.svg.querySelectorAll('.tracks > path');
    tracks.forEach((track, i) => {
      const path = network.lines[i].findLast(([month]) => month <= index)?.[1] ?? '';
      if (track.getAttribute('d') !== path) track.setAttribute('d', path);
    });
    this.count(counts);
    this.drawn();
  }

  /** @param {{seen: number, inferred: number}} counts */
  count(counts) {
    const text = this.element.dataset.counts ?? '';
    const line = this.element.querySelector('output span');
    if (line) line.textContent = text.replace('[seen]', String(counts.seen)).replace('[inferred]', String(counts.inferred));
  }

  /** The month, the line in the chart, and what had just happened. */
  say() {
    const { day } = this;
    const text = dayText(day);
    const title = this.element.querySelector('output b');
    if (title) title.textContent = text;
    this.input.setAttribute('aria-valuetext', text);
    for (const line of this.marker) line.style.left = `${this.share(day) * 100}%`;
    const last = this.events?.findLast((event) => event.day <= day);
    const note = this.element.querySelector('.event');
    note?.replaceChildren(...(last ? [make('b', {}, last.when), ' ', last.what] : []));
  }

  /** @param {'play'|'pause'} name */
  icon(name) {
    this.button.setAttribute('aria-label', this.element.dataset[name] ?? '');
    this.button.replaceChildren(draw('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, draw('path', { d: shapes[name] })));
  }

  async play() {
    this.playing = 1;
    this.icon('pause');
    if (this.index === this.months.length - 1) this.input.value = '0';
    await this.step();
    let last = performance.now();
    const pace = still.matches ? 700 : 160;
    const frame = (/** @type {number} */ now) => {
      if (!this.playing) return;
      if (now - last >= pace) {
        last = now;
        this.input.value = String(this.index + 1);
        if (this.index === this.months.length - 1) return this.pause(true);
        this.step();
      }
      this.playing = requestAnimationFrame(frame);
    };
    if (this.playing) this.playing = requestAnimationFrame(frame);
  }

  /** @param {boolean} [settle] */
  pause(settle = false) {
    if (this.playing) cancelAnimationFrame(this.playing);
    this.playing = 0;
    this.icon('play');
    if (settle) this.step();
  }

  /** The page tells of this day now. @param {string} day */
  arrive(day) {
    this.asOf = day;
    this.position();
    this.say();
    this.documents().then(({ timeline }) => this.countOnly(timeline));
  }

  /** @param {Timeline} timeline */
  countOnly(timeline) {
    const counts = { seen: 0, inferred: 0 };
    for (const [, standings] of Object.values(timeline.stations)) {
      const standing = timeline.standings[parseInt(standings[this.index], 36)];
      if (standing === 'inferred') counts.inferred += 1;
      else if (standing !== 'unknown') counts.seen += 1;
    }
    this.count(counts);
  }
}

/** @param {string} from @param {string} to */
function monthsBetween(from, to) {
  const months = [];
  const at = new Date(`${from.slice(0, 7)}-01`);
  for (; at.getTime() <= Date.parse(to); at.setUTCMonth(at.getUTCMonth() + 1)) months.push(at.toISOString().slice(0, 7));
  return months;
}

/** @param {SVGAElement} stop @param {string} shape @param {string} standing */
function dress(stop, shape, standing) {
  const kept = ['out', 'chosen'].filter((each) => stop.classList.contains(each));
  const wanted = ['stop', shape, standing, ...kept].join(' ');
  if (stop.getAttribute('class') === wanted) return;
  stop.setAttribute('class', wanted);
  const use = stop.querySelector('use');
  use?.setAttribute('href', `#m-${shape}`);
  if (use && standing === 'disputed' && !stop.querySelector('.strike')) stop.append(strike(use));
}

/** The stroke over a mark, of its size; drawn where it is needed first. @param {SVGUseElement} use */
function strike(use) {
  const copy = /** @type {SVGUseElement} */ (use.cloneNode());
  copy.setAttribute('class', 'strike');
  copy.setAttribute('href', '#m-strike');
  return copy;
}
