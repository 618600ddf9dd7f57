// A small card beside a station: its name, its lines, what is known and on what ground.
import { make } from './dom.js';

const drawing = 'http://www.w3.org/2000/svg';

/** @param {string} name @param {{[attribute: string]: string}} attributes @param {...Node} children */
export function draw(name, attributes, ...children) {
  const element = document.createElementNS(drawing, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** What statuses and standings are called on this page. */
export class Words {
  /** @param {HTMLElement} section @param {HTMLFormElement|null} form */
  constructor(section, form) {
    const items = [...section.querySelectorAll('.legend [data-status]')];
    this.statuses = items.map((item) => ({
      id: item.getAttribute('data-status') ?? '',
      mark: item.getAttribute('data-class') ?? '',
      text: item.textContent ?? '',
    }));
    const options = form?.querySelectorAll('select[name="standing"] option') ?? [];
    this.standings = new Map([...options].map((option) => [option.getAttribute('value') ?? '', option.textContent ?? '']));
  }

  /** @param {Element} stop */
  status(stop) {
    return this.statuses.find(({ mark }) => stop.classList.contains(mark));
  }

  /** @param {Element} stop */
  standing(stop) {
    const id = [...this.standings.keys()].find((each) => each && stop.classList.contains(each)) ?? '';
    return { id, text: id === 'unknown' ? '' : (this.standings.get(id) ?? '') };
  }
}

/** The mark of a stop, as in lists. @param {string} shape @param {string} standing */
export function mark(shape, standing) {
  const svg = draw('svg', { class: `mark ${shape} ${standing}`, 'aria-hidden': 'true' }, draw('use', { href: `#m-${shape}` }));
  if (standing === 'disputed') svg.append(draw('use', { href: '#m-strike' }));
  return svg;
}

export class Card {
  /** @param {HTMLElement} frame @param {import('./map.js').Diagram} diagram @param {Words} words */
  constructor(frame, diagram, words) {
    this.diagram = diagram;
    this.words = words;
    this.shut = frame.dataset.shut ?? '';
    /** @type {SVGAElement|undefined} */
    this.stop = undefined;
    this.element = make('div', { class: 'card', hidden: true });
    frame.append(this.element);
  }

  /** @param {SVGAElement} stop */
  name(stop) {
    return this.diagram.names[this.diagram.stops.indexOf(stop)]?.textContent ?? '';
  }

  /** @param {SVGAElement} stop */
  lines(stop) {
    const tracks = this.diagram.svg.querySelectorAll('.tracks > path');
    const indices = (stop.dataset.lines ?? '').split(' ');
    return indices.map((index) => {
      const { name = '', chip = '' } = /** @type {SVGPathElement} */ (tracks[Number(index)]).dataset;
      return { index, name, chip };
    });
  }

  /** The station in words. @param {SVGAElement} stop @param {string} name */
  sentence(stop, name) {
    const lines = this.lines(stop).map(({ name }) => name);
    const shut = stop.classList.contains('shut') ? this.shut : '';
    const parts = [name, ...lines, this.words.status(stop)?.text, this.words.standing(stop).text, shut];
    return parts.filter(Boolean).join(', ');
  }

  /** @param {SVGAElement|undefined} stop @param {boolean} [held] by a finger: then it can be followed */
  show(stop, held = false) {
    if (this.stop !== stop) this.stop?.classList.remove('chosen');
    this.stop = stop;
    this.element.hidden = !stop;
    this.element.classList.toggle('held', held);
    if (!stop) return;
    stop.classList.add('chosen');
    this.fill(stop, held);
    this.put();
  }

  /** @param {SVGAElement} stop @param {boolean} held */
  fill(stop, held) {
    const status = this.words.status(stop);
    const standing = this.words.standing(stop);
    const chips = this.lines(stop).map(({ index, chip }) => make('span', { class: `chip l${index}` }, chip));
    const name = held ? make('a', { href: stop.getAttribute('href') }, this.name(stop)) : make('span', {}, this.name(stop));
    const grounds = [standing.text, stop.classList.contains('shut') ? this.shut : ''].filter(Boolean).join(' · ');
    this.element.replaceChildren(
      make('p', { class: 'place' }, name, make('span', { class: 'chips' }, ...chips)),
      make(
        'p',
        { class: `verdict ${status?.mark ?? ''}` },
        status && mark(status.mark, standing.id),
        status?.text,
        make('small', {}, grounds),
      ),
    );
  }

  /** Above its station where there is room, else below; always inside the frame. */
  put() {
    if (!this.stop) return;
    const { x, y } = this.diagram.place(this.stop);
    const { width, height } = this.diagram.size;
    const card = this.element;
    const left = Math.min(Math.max(x - card.offsetWidth / 2, 8), Math.max(width - card.offsetWidth - 8, 8));
    const above = y - card.offsetHeight - 16;
    const top = above > 8 ? above : Math.min(y + 16, height - card.offsetHeight - 8);
    card.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  /** Its station may look otherwise now. */
  refresh() {
    const { stop } = this;
    if (!stop) return;
    if (!stop.isConnected || stop.classList.contains('closed')) return this.show(undefined);
    this.fill(stop, this.element.classList.contains('held'));
    this.put();
  }
}
