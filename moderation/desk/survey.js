// The survey's own words: questions, options, statuses, reasons.
import { read } from './server.js';
import { pick } from './words.js';

export let survey;
export let lines = [];

export async function loadSurvey() {
  const [declared, places] = await Promise.all([read('/survey'), read('/lines')]);
  survey = declared;
  lines = places.lines;
}

const questionOf = (id) => survey.questions.find((question) => question.id === id);
export const questionText = (id) => pick(questionOf(id)?.text) || id;
/** What a question is about: its text up to the first stop. */
export const topicText = (id) => questionText(id).split(/[：:，,？?]/u, 1)[0];
export const optionText = (question, id) =>
  pick(questionOf(question)?.options.find((option) => option.id === id)?.text) || id;
export const basisText = (id) => pick(survey.basis.find((basis) => basis.id === id)?.text) || id;
export const statusText = (id) => pick(survey.statuses.texts?.[id]) || id;
export const standingText = (id) => pick(survey.standings?.[id]) || id;
export const reasons = () => Object.keys(survey.reasons).filter((id) => id !== 'ok');
export const reasonText = (id) => pick(survey.reasons[id]) || id;

/** The class that gives a status its colour, as on the public pages. */
export function statusClass(id) {
  const mapped = [...new Set(Object.values(survey.statuses.map))];
  const at = mapped.indexOf(id);
  if (at >= 0) return `s${at}`;
  return id === survey.statuses.several ? 'several' : id === survey.statuses.not_open ? 'closed' : 'none';
}

/** An instant of the server, kept to the hour, in the survey's offset. */
export function hourText(instant) {
  const [, sign, hours, minutes] = survey.utc_offset.match(/^([+-])(\d+):(\d+)$/);
  const shift = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000);
  return new Date(Date.parse(instant) + shift).toISOString().slice(0, 16).replace('T', ' ');
}

/** "2026-11-20 08:30": the offset is left out where it is the survey's own. */
export const visitText = (visited) =>
  visited === null ? '' : visited.replace('T', ' ').replace(survey.utc_offset, '');
