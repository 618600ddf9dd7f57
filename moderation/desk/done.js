// What was decided here and can be taken back, the last one first: it outlives a reload.
import { withStore } from './storage.js';

const kept = 100;

/** {key, report} of one, {key, ids} of many. */
export async function remember(decision) {
  await withStore('done', 'readwrite', (done) => done.add(decision));
  const numbers = await withStore('done', 'readonly', (done) => done.getAllKeys());
  if (numbers.length > kept)
    await withStore('done', 'readwrite', (done) => done.delete(IDBKeyRange.upperBound(numbers.at(-kept), true)));
}

/** Takes out the last one that this key signed; undefined if there is none. */
export async function takeLast(key) {
  let last;
  await withStore('done', 'readwrite', (done) => {
    const request = done.openCursor(null, 'prev');
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) return;
      if (cursor.value.key !== key) {
        cursor.continue();
        return;
      }
      last = cursor.value;
      cursor.delete();
    };
    return request;
  });
  return last;
}
