// Making elements, and the language of the page. Texts are set as texts, never as markup.
import { text } from './texts.js';

export const language = document.documentElement.lang.startsWith('en') ? 'en' : 'zh';

/** A text in the page's language. @param {string} id @param {{[slot: string]: string|number}} [slots] */
export function say(id, slots) {
  return text(language, id, slots);
}

/** What keeps a chosen language in a link. @param {string} path */
export function link(path) {
  const chosen = new URLSearchParams(location.search).get('lang');
  return chosen ? `${path}?lang=${encodeURIComponent(chosen)}` : path;
}

/** @typedef {Node|string|undefined|false} Child */

/**
 * An element with attributes and children; an attribute that is undefined or false is left out,
 * one that is a function listens.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {{[name: string]: any}} [attributes] @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(.../** @type {(Node|string)[]} */ (children.filter((child) => child !== undefined && child !== false)));
  return element;
}

/** @param {string} label @param {(event: Event) => unknown} click @param {{[name: string]: any}} [attributes] */
export function button(label, click, attributes = {}) {
  return make('button', { type: 'button', click, ...attributes }, label);
}

/** @param {string} path @param {string} label @param {{[name: string]: any}} [attributes] */
export function anchor(path, label, attributes = {}) {
  return make('a', { href: link(path), ...attributes }, label);
}

/** @param {string} selector @param {ParentNode} [within] @returns {HTMLElement} */
export function find(selector, within = document) {
  const found = within.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`no ${selector}`);
  return found;
}

/** Offers a text as a file. @param {string} name @param {string} type @param {string} content */
export function download(name, type, content) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  make('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A day as people read it. @param {string} iso "2026-11-22" */
export function dayText(iso) {
  const locale = language === 'en' ? 'en-GB' : 'zh-CN';
  /** @type {Intl.DateTimeFormatOptions} */
  const form = { year: 'numeric', month: language === 'en' ? 'short' : 'long', day: 'numeric', timeZone: 'UTC' };
  return new Intl.DateTimeFormat(locale, form).format(new Date(`${iso}T00:00:00Z`));
}

/**
 * The hour of an instant, in the survey's offset.
 * @param {string} instant "2026-11-22T08:00:00Z" @param {string} offset "+08:00"
 */
export function hourText(instant, offset) {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset) ?? ['', '+', '0', '0'];
  const shift = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  const there = new Date(Date.parse(instant) + shift * 60_000).toISOString();
  const hour = Number(there.slice(11, 13));
  return say('hour', { day: dayText(there.slice(0, 10)), hour, next: hour + 1 });
}

/** A visit at its own precision. @param {string} visited */
export function visitText(visited) {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(visited)?.[0];
  return day ? dayText(day) : visited;
}
