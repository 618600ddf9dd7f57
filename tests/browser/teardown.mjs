// What a test made is taken down in the opposite order: a tab ends before the gate or the profile
// that it stands on. (Of itself `t.after` runs first things first.)
/** @type {WeakMap<object, Array<() => unknown>>} */
const made = new WeakMap();

/** Runs every step, the last one first, and then fails with the first fault of them. */
async function takeDown(steps) {
  const faults = [];
  while (steps.length > 0)
    try {
      await steps.pop()();
    } catch (fault) {
      faults.push(fault);
    }
  if (faults.length > 0) throw faults[0];
}

/** Has `step` run when the test ends, before the steps that were given earlier. */
export function atEnd(t, step) {
  let steps = made.get(t);
  if (!steps) {
    steps = [];
    made.set(t, steps);
    t.after(() => takeDown(steps));
  }
  steps.push(step);
}
