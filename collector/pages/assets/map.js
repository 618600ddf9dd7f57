// The diagram can be moved and come nearer: by mouse, by touch, by keyboard. It draws nothing that
// the server has not drawn; it changes the part that is seen, and which names there is room for.

/** From how many pixels a cell names of a level show, as the server placed them. */
const scales = [5, 7, 10, 14, 20, 30, 50, 90];
const cell = 20;
const nearest = 96; // pixels a cell: all names have room

/** @typedef {{x: number, y: number, width: number}} Part what is seen, in units of the diagram */

/** @param {number} value @param {number} least @param {number} most */
const within = (value, least, most) => Math.min(Math.max(value, least), most);

export class Diagram {
  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.svg = svg;
    const [left, top, width, height] = (svg.getAttribute('viewBox') ?? '').split(' ').map(Number);
    this.whole = { left, top, width, height };
    /** @type {Part} */
    this.part = { x: left, y: top, width };
    this.size = { width: 0, height: 0 };
    this.moved = () => {};
    this.resize();
    new ResizeObserver(() => this.resize()).observe(svg);
  }

  get stops() {
    return /** @type {SVGAElement[]} */ ([...this.svg.querySelectorAll('.stops > .stop')]);
  }

  get names() {
    return [...this.svg.querySelectorAll('.names > text')];
  }

  /** Pixels a unit. */
  get k() {
    return this.size.width / this.part.width;
  }

  resize() {
    const { width, height } = this.svg.getBoundingClientRect();
    if (width === this.size.width && height === this.size.height) return;
    const whole = this.size.width === 0 || this.near <= 1.01;
    this.size = { width: width || 1, height: height || 1 };
    if (whole) this.showWhole();
    else this.show(this.part);
  }

  /** The width of the part that shows everything. */
  get widest() {
    return Math.max(this.whole.width, (this.whole.height * this.size.width) / this.size.height);
  }

  /** The width of the part at the nearest. */
  get narrowest() {
    return Math.min((this.size.width * cell) / (nearest * this.textSize), this.widest);
  }

  /** How many times larger than usual texts are here. */
  get textSize() {
    return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  }

  /** How many times nearer than whole. */
  get near() {
    return this.widest / this.part.width;
  }

  showWhole() {
    this.show({ x: this.whole.left, y: this.whole.top, width: this.widest });
  }

  /** @param {Part} wanted */
  show(wanted) {
    const width = within(wanted.width, this.narrowest, this.widest);
    const height = (width * this.size.height) / this.size.width;
    const x = hold(wanted.x, width, this.whole.left, this.whole.width);
    const y = hold(wanted.y, height, this.whole.top, this.whole.height);
    this.part = { x, y, width };
    this.svg.setAttribute('viewBox', `${x} ${y} ${width} ${height}`);
    this.dress();
    this.moved();
  }

  /** Marks, lines and names keep their size once they are large enough to read. */
  dress() {
    const k = this.k / this.textSize;
    const level = scales.findLastIndex((scale) => scale <= cell * k + 0.01);
    const { style, dataset, classList } = this.svg;
    style.setProperty('--k', String(Math.max(k, scales[0] / cell))); // smaller still, names shrink with the map
    style.setProperty('--m', String(Math.min(1.15, 1.15 / k)));
    style.setProperty('--w', String(Math.min(1, 1.3 / k)));
    dataset.level = String(Math.max(level, 0));
    classList.toggle('near', this.near > 1.01);
  }

  /** @param {number} factor @param {{x: number, y: number}} [about] a point in pixels */
  zoom(factor, about = { x: this.size.width / 2, y: this.size.height / 2 }) {
    const width = within(this.part.width / factor, this.narrowest, this.widest);
    const shift = (this.part.width - width) / this.size.width;
    this.show({ x: this.part.x + about.x * shift, y: this.part.y + about.y * shift, width });
  }

  /** @param {number} x pixels to the right @param {number} y pixels down */
  pan(x, y) {
    this.show({ ...this.part, x: this.part.x + x / this.k, y: this.part.y + y / this.k });
  }

  /** Where a station is, in pixels from the corner. @param {SVGAElement} stop */
  place(stop) {
    const [x, y] = position(stop);
    return { x: (x - this.part.x) * this.k, y: (y - this.part.y) * this.k };
  }

  /** The station at a point, or near it. @param {{x: number, y: number}} point @param {number} reach pixels */
  at(point, reach) {
    /** @type {SVGAElement|undefined} */
    let found;
    let least = reach;
    for (const stop of this.stops) {
      if (stop.classList.contains('closed')) continue;
      const { x, y } = this.place(stop);
      const far = Math.hypot(x - point.x, y - point.y);
      if (far < least) [found, least] = [stop, far];
    }
    return found;
  }

  /** The next station in a direction. @param {SVGAElement} from @param {number} dx @param {number} dy */
  next(from, dx, dy) {
    const [x, y] = position(from);
    /** @type {SVGAElement|undefined} */
    let found;
    let least = Infinity;
    for (const stop of this.stops) {
      if (stop.classList.contains('closed')) continue;
      const [left, top] = position(stop);
      const along = (left - x) * dx + (top - y) * dy;
      const aside = Math.abs((left - x) * dy) + Math.abs((top - y) * dx);
      if (along > 0 && aside <= along * 1.5 && along + 2 * aside < least) [found, least] = [stop, along + 2 * aside];
    }
    return found;
  }

  /** Moves as far as a station needs to be well in sight. @param {SVGAElement} stop */
  reveal(stop) {
    const { x, y } = this.place(stop);
    const margin = Math.min(80, this.size.width / 4, this.size.height / 4);
    const dx = Math.min(x - margin, 0) + Math.max(x - this.size.width + margin, 0);
    const dy = Math.min(y - margin, 0) + Math.max(y - this.size.height + margin, 0);
    if (dx || dy) this.pan(dx, dy);
  }
}

/** Keeps the part over the diagram; what is larger than it stands in the middle. @param {number} from
 * @param {number} length @param {number} first @param {number} whole */
function hold(from, length, first, whole) {
  if (length >= whole) return first - (length - whole) / 2;
  return within(from, first, first + whole - length);
}

/** @param {SVGAElement} stop @returns {[number, number]} */
function position(stop) {
  const { matrix } = stop.transform.baseVal.getItem(0);
  return [matrix.e, matrix.f];
}
