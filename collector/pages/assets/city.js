// The city page where scripts run: the map moves, time moves, and filters answer in place. What is
// shown of a day always comes from the server's own page of that day.
import { Card, draw, Words } from './card.js';
import { make } from './dom.js';
import { listenToKeys, listenToPointers } from './hands.js';
import { Diagram } from './map.js';
import { Slider } from './slider.js';

/** What is taken over from the page of another day or filter. */
const parts = ['.city .headline', '.city .list', '.city .aside', '.diagram .tracks', '.diagram .stops', '.diagram .names'];

/** @param {() => void} later */
function whenIdle(later) {
  if ('requestIdleCallback' in window) requestIdleCallback(later, { timeout: 2000 });
  else setTimeout(later, 200);
}

class City {
  /** @param {HTMLElement} section @param {HTMLElement} frame @param {SVGSVGElement} svg */
  constructor(section, frame, svg) {
    this.frame = frame;
    this.form = /** @type {HTMLFormElement|null} */ (document.querySelector('form.filters'));
    this.diagram = new Diagram(svg);
    this.words = new Words(section, this.form);
    this.card = new Card(frame, this.diagram, this.words);
    this.region = make('p', { class: 'live-region', role: 'status' });
    section.append(this.region);
    this.asked = 0;
    this.open();
    this.takeTime();
    this.takeFilters();
  }

  open() {
    const { frame, diagram, card } = this;
    frame.classList.add('live');
    frame.tabIndex = 0;
    frame.setAttribute('role', 'application');
    frame.setAttribute('aria-label', frame.dataset.help ?? '');
    diagram.moved = () => card.put();
    this.putButtons();
    this.nameStops();
    listenToPointers(frame, diagram, {
      hover: (stop) => {
        if (!card.element.classList.contains('held')) card.show(stop);
        frame.classList.toggle('over', Boolean(stop));
      },
      tap: (stop, touch) => this.tap(stop, touch),
      focus: () => {},
    });
    listenToKeys(frame, diagram, { hover: () => {}, tap: () => {}, focus: (stop) => this.focus(stop) });
    // On the frame: Chromium takes a drawing that listens for the focus for one that wants it.
    frame.addEventListener('focusin', (event) => {
      if (event.target instanceof SVGAElement) card.show(event.target);
    });
    frame.addEventListener('focusout', (event) => {
      if (event.target instanceof SVGAElement) card.show(undefined);
    });
  }

  /** @param {SVGAElement|undefined} stop @param {boolean} touch */
  tap(stop, touch) {
    if (stop && !touch) location.href = stop.href.baseVal;
    else this.card.show(stop, Boolean(stop));
  }

  /** @param {SVGAElement} stop */
  focus(stop) {
    this.diagram.reveal(stop);
    this.nameStop(stop, this.card.name(stop));
    this.diagram.svg.removeAttribute('aria-hidden');
    stop.focus({ preventScroll: true });
    this.card.show(stop);
  }

  putButtons() {
    const { diagram } = this;
    const { dataset } = this.frame;
    const button = (/** @type {string} */ label, /** @type {string} */ path, /** @type {() => void} */ click) => {
      const icon = draw('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, draw('path', { d: path }));
      return make('button', { type: 'button', 'aria-label': label, title: label, click }, icon);
    };
    this.frame.append(
      make(
        'div',
        { class: 'zoom' },
        button(dataset.in ?? '', 'M12 4v16M4 12h16', () => diagram.zoom(1.6)),
        button(dataset.out ?? '', 'M4 12h16', () => diagram.zoom(1 / 1.6)),
        button(dataset.whole ?? '', 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5', () => diagram.showWhole()),
      ),
    );
  }

  /** Stations are links with names for those who hear the page. The one in focus has its name at
   * once, the others when there is time, and only then are they told of: a slow phone has more
   * urgent things to do first. */
  nameStops() {
    const { svg, stops, names } = this.diagram;
    svg.setAttribute('aria-hidden', 'true');
    svg.querySelector('.names')?.setAttribute('aria-hidden', 'true');
    whenIdle(() => {
      stops.forEach((stop, i) => this.nameStop(stop, names[i].textContent ?? ''));
      svg.removeAttribute('aria-hidden');
    });
  }

  /** @param {SVGAElement} stop @param {string} name */
  nameStop(stop, name) {
    stop.setAttribute('aria-label', this.card.sentence(stop, name));
  }

  takeTime() {
    const element = /** @type {HTMLElement|null} */ (document.querySelector('.slider'));
    if (!element) return;
    const slider = new Slider(element, this.diagram, this.words);
    this.slider = slider;
    slider.drawn = () => this.card.refresh();
    slider.settled = (day) => {
      const url = new URL(location.href);
      if (day === slider.today) url.searchParams.delete('as_of');
      else url.searchParams.set('as_of', day);
      if (url.href !== location.href) this.go(url, 'replace');
    };
    whenIdle(() => slider.arrive(slider.asOf));
  }

  takeFilters() {
    this.form?.addEventListener('submit', (event) => {
      event.preventDefault();
      const url = new URL('/', location.href);
      for (const [name, value] of new FormData(/** @type {HTMLFormElement} */ (this.form)))
        if (typeof value === 'string' && value) url.searchParams.set(name, value);
      this.go(url, 'push');
    }, { capture: true });
    this.form?.addEventListener('change', (event) => {
      if (event.target instanceof HTMLInputElement && event.target.type === 'date') this.form?.requestSubmit();
    });
    document.addEventListener('click', (event) => {
      const anchor = event.target instanceof Element ? event.target.closest('.city .list a[href^="/?"], .city .list a[href="/"]') : null;
      if (!(anchor instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.go(new URL(anchor.href), 'push');
    });
    addEventListener('popstate', () => this.go(new URL(location.href), undefined));
  }

  /** Shows what the page at this address shows. @param {URL} url @param {'push'|'replace'|undefined} how */
  async go(url, how) {
    const asked = ++this.asked;
    const list = document.querySelector('.city .list');
    list?.classList.add('waiting-for');
    try {
      const reply = await fetch(url, { headers: { accept: 'text/html' } });
      const text = await reply.text();
      if (asked !== this.asked) return;
      if (!reply.ok) throw new Error(String(reply.status));
      if (how === 'push') history.pushState(null, '', url);
      else if (how === 'replace') history.replaceState(history.state, '', url);
      this.takeOver(new DOMParser().parseFromString(text, 'text/html'));
    } catch {
      if (asked === this.asked) location.href = url.href;
    } finally {
      list?.classList.remove('waiting-for');
    }
  }

  /** @param {Document} page */
  takeOver(page) {
    this.card.show(undefined);
    for (const selector of parts) {
      const [here, there] = [document.querySelector(selector), page.querySelector(selector)];
      if (here && there) here.replaceWith(document.adoptNode(there));
    }
    this.takeForm(page);
    const change = page.querySelector('.switch')?.getAttribute('href');
    if (change) document.querySelector('.switch')?.setAttribute('href', change);
    document.title = page.title;
    this.slider?.arrive(page.querySelector('.slider')?.getAttribute('data-as-of') ?? '');
    this.nameStops();
    this.region.textContent = page.querySelector('h1')?.textContent ?? '';
  }

  /** @param {Document} page */
  takeForm(page) {
    for (const field of this.form?.elements ?? []) {
      const name = field.getAttribute('name');
      const there = name && page.querySelector(`form.filters [name="${name}"]`);
      if (there instanceof HTMLInputElement || there instanceof HTMLSelectElement)
        /** @type {HTMLInputElement} */ (field).value = there.value;
    }
  }
}

const section = document.querySelector('section.map');
const frame = section?.querySelector('.frame');
const svg = frame?.querySelector('svg');
if (section instanceof HTMLElement && frame instanceof HTMLElement && svg instanceof SVGSVGElement) new City(section, frame, svg);
