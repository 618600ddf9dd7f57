// What this browser keeps: the key, and what can be taken back.
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('zhanji-desk', 2);
    request.onupgradeneeded = () => {
      const { result } = request;
      if (!result.objectStoreNames.contains('keys')) result.createObjectStore('keys');
      if (!result.objectStoreNames.contains('done')) result.createObjectStore('done', { autoIncrement: true });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}

/** Runs `action` with one store in a transaction; resolves to its request's result after the commit. */
export async function withStore(store, mode, action) {
  const database = await open();
  try {
    const transaction = database.transaction(store, mode);
    const request = action(transaction.objectStore(store));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
    return request.result;
  } finally {
    database.close();
  }
}
