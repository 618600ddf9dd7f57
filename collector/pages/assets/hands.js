// Mouse, fingers and keys on the diagram.

/** @typedef {import('./map.js').Diagram} Diagram */
/** @typedef {{hover(stop: SVGAElement|undefined): void, tap(stop: SVGAElement|undefined, touch: boolean): void,
 *   focus(stop: SVGAElement): void}} Told */

const tapPixels = 6;

/** @param {PointerEvent|WheelEvent|MouseEvent} event @param {Element} frame */
function point(event, frame) {
  const { left, top } = frame.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

/** @param {Map<number, {x: number, y: number}>} fingers */
function spread(fingers) {
  const [a, b] = [...fingers.values()];
  return { far: Math.hypot(a.x - b.x, a.y - b.y), middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
}

/** @param {HTMLElement} frame @param {Diagram} diagram @param {Told} told */
export function listenToPointers(frame, diagram, told) {
  const { svg } = diagram;
  /** @type {Map<number, {x: number, y: number}>} */
  const fingers = new Map();
  let travelled = 0;
  let used = false; // the wheel belongs to the page until the map has been touched

  svg.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    if (fingers.size === 0) travelled = 0;
    fingers.set(event.pointerId, point(event, svg));
    used = true;
  });
  svg.addEventListener('pointermove', (event) => {
    const at = point(event, svg);
    const before = fingers.get(event.pointerId);
    if (!before) return told.hover(diagram.at(at, 16));
    if (fingers.size === 2) pinch(event.pointerId, at);
    else if (event.pointerType !== 'touch' || diagram.near > 1.01) drag(event, before, at);
    else travelled += Math.hypot(at.x - before.x, at.y - before.y);
    fingers.set(event.pointerId, at);
  });

  /** @param {PointerEvent} event @param {{x: number, y: number}} before @param {{x: number, y: number}} at */
  function drag(event, before, at) {
    travelled += Math.hypot(at.x - before.x, at.y - before.y);
    if (travelled < tapPixels) return;
    if (!svg.hasPointerCapture(event.pointerId)) svg.setPointerCapture(event.pointerId);
    frame.classList.add('moving');
    diagram.pan(before.x - at.x, before.y - at.y);
  }

  /** @param {number} id @param {{x: number, y: number}} at */
  function pinch(id, at) {
    const before = spread(fingers);
    const after = spread(new Map([...fingers, [id, at]]));
    travelled = Infinity;
    diagram.pan(before.middle.x - after.middle.x, before.middle.y - after.middle.y);
    diagram.zoom(after.far / (before.far || 1), after.middle);
  }

  /** @param {PointerEvent} event */
  function lift(event) {
    const held = fingers.delete(event.pointerId);
    frame.classList.remove('moving');
    if (!held || event.type !== 'pointerup' || travelled >= tapPixels) return;
    const touch = event.pointerType === 'touch';
    told.tap(diagram.at(point(event, svg), touch ? 24 : 16), touch);
  }
  svg.addEventListener('pointerup', lift);
  svg.addEventListener('pointercancel', lift);
  svg.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse') told.hover(undefined);
  });
  // A tap has been answered already; Enter on a station follows its link.
  svg.addEventListener('click', (event) => {
    if (event.detail > 0) event.preventDefault();
  });
  svg.addEventListener('dblclick', (event) => diagram.zoom(2, point(event, svg)));
  frame.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse') used = false;
  });
  svg.addEventListener(
    'wheel',
    (event) => {
      if (!used && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      diagram.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.002)), point(event, svg));
    },
    { passive: false },
  );
}

/** @type {{[key: string]: [number, number]}} */
const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {HTMLElement} frame @param {Diagram} diagram @param {Told} told */
export function listenToKeys(frame, diagram, told) {
  const focused = () => diagram.stops.find((stop) => stop === document.activeElement);
  const middle = () => ({ x: diagram.size.width / 2, y: diagram.size.height / 2 });

  /** @param {[number, number]} arrow */
  function step(arrow) {
    const from = focused();
    const to = from ? diagram.next(from, ...arrow) : diagram.at(middle(), Infinity);
    if (to) told.focus(to);
  }

  frame.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLButtonElement) return;
    const arrow = arrows[event.key];
    const stop = focused();
    const about = stop ? diagram.place(stop) : undefined;
    if (arrow && event.shiftKey) diagram.pan(arrow[0] * 80, arrow[1] * 80);
    else if (arrow) step(arrow);
    else if (event.key === '+' || event.key === '=') diagram.zoom(1.5, about);
    else if (event.key === '-') diagram.zoom(1 / 1.5, about);
    else if (event.key === '0') diagram.showWhole();
    else if (event.key === 'Escape' && stop) frame.focus();
    else return;
    event.preventDefault();
  });
}
