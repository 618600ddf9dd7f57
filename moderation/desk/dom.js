/** An element: attributes, `on…` listeners, then children; text is always set as text. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

const svgNamespace = 'http://www.w3.org/2000/svg';

export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export const find = (selector) => document.querySelector(selector);

let clearing;

/** One line for a while, read aloud too. */
export function say(text, kind = '') {
  const notice = find('#notice');
  notice.className = `toast ${kind}`;
  notice.textContent = text;
  clearTimeout(clearing);
  clearing = setTimeout(() => notice.replaceChildren(), 6000);
}

/** A modal dialog that is gone when it closes. */
export function openDialog(label, { closesOutside = true, children = [] } = {}) {
  const dialog = el('dialog', { 'aria-label': label, class: 'sheet' }, ...children);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    if (closesOutside && event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
