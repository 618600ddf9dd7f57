// The backlog in figures.
import { el, openDialog, say, svg } from './dom.js';
import { setFilter } from './filter.js';
import { ask } from './server.js';
import { number, word } from './words.js';

function bars(title, counts, label, choose) {
  const most = Math.max(1, ...Object.values(counts));
  const rows = Object.entries(counts).map(([id, count]) => {
    const meter = el('meter', { min: 0, max: most, value: count, 'aria-hidden': 'true' });
    const text = choose && count > 0
      ? el('button', { type: 'button', class: 'text', onclick: () => choose(id) }, label(id))
      : label(id);
    return el('tr', {}, el('th', { scope: 'row' }, text), el('td', {}, meter), el('td', { class: 'n' }, number(count)));
  });
  return el('section', {}, el('h3', {}, title), el('table', {}, el('tbody', {}, ...rows)));
}

const parts = ['approved', 'rejected', 'withheld'];

function days(decided) {
  const most = Math.max(1, ...decided.map((day) => parts.reduce((sum, part) => sum + day[part], 0)));
  const columns = decided.flatMap((day, i) => {
    let top = 60;
    return parts.map((part) => {
      const height = (day[part] / most) * 58;
      top -= height;
      return svg('rect', { x: i * 10 + 1, y: top, width: 8, height, class: part });
    });
  });
  const last = decided.at(-1);
  return el(
    'figure',
    { class: 'days' },
    el('figcaption', {}, el('h3', {}, word('decided_head'))),
    svg('svg', { viewBox: `0 0 ${decided.length * 10} 60`, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, ...columns),
    el('p', { class: 'quiet' }, last.day, ...parts.map((part) => el('span', { class: 'sum' }, el('i', { class: part }), `${word(part)} ${number(last[part])}`))),
  );
}

export async function showStatistics() {
  let figures;
  try {
    figures = await ask('GET', '/statistics');
  } catch (error) {
    say(word('failed', { why: error.message }), 'bad');
    return;
  }
  const dialog = openDialog(word('statistics'));
  const narrow = (values) => {
    dialog.close();
    setFilter(values);
  };
  dialog.append(
    el('h2', {}, word('waiting_head', { n: number(figures.waiting) })),
    figures.oldest ? el('p', { class: 'quiet' }, `${word('oldest')} ${figures.oldest.slice(0, 10)}`) : '',
    el('div', { class: 'figures' },
      bars(word('by_use_head'), figures.by_use, word, (id) => narrow(id === 'changes_status' ? { changes: '1' } : id === 'looks_wrong' ? { flag: 'any' } : { flag: 'none' })),
      bars(word('by_age_head'), figures.by_age, word),
      bars(word('by_flag_head'), figures.by_flag, (id) => word(`flag_${id}`), (id) => narrow({ flag: id })),
      days(figures.decided)),
    el('form', { method: 'dialog', class: 'ends' }, el('button', { class: 'plain' }, word('close'))),
  );
  dialog.querySelector('form button').focus();
}
