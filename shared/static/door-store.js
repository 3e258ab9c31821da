// What a phone at the door keeps: the list of one congress, and the facts that still have to be sent.
// Apart, because signing out on any page wipes the list and may not lose a fact. Facts hold no names.

const open = (name, upgrade) => new Promise((done, fail) => {
  const asked = indexedDB.open(name, 1);
  asked.onupgradeneeded = () => upgrade(asked.result);
  asked.onsuccess = () => {
    asked.result.onversionchange = () => asked.result.close();
    done(asked.result);
  };
  asked.onerror = () => fail(asked.error);
});

/** Runs `act` on a store in one transaction; ends when it is on the phone's disk. */
function within(db, store, mode, act) {
  return new Promise((done, fail) => {
    const transaction = db.transaction(store, mode, { durability: 'strict' });
    const asked = act(transaction.objectStore(store));
    transaction.oncomplete = () => done(asked?.result);
    transaction.onabort = () => fail(transaction.error);
  });
}

const LIST = 'plekken-deur-lijst'; // and where a sign-out form is sent
const OUTBOX = 'plekken-deur-uit';

/** Opens both for `event`; answers what the page does with them. */
export async function openStore(event) {
  const list = await open(LIST, (db) => db.createObjectStore('lists', { keyPath: 'event' }));
  const outbox = await open(OUTBOX, (db) => {
    db.createObjectStore('facts', { keyPath: 'order', autoIncrement: true });
    db.createObjectStore('phone');
  });
  return {
    list: () => within(list, 'lists', 'readonly', (store) => store.get(event)),
    keepList: (found) => within(list, 'lists', 'readwrite', (store) => store.put({ ...found, event })),
    wipe: () => within(list, 'lists', 'readwrite', (store) => store.delete(event)),
    add: (fact) => within(outbox, 'facts', 'readwrite', (store) => store.add({ ...fact, event })),
    remove: (order) => within(outbox, 'facts', 'readwrite', (store) => store.delete(order)),
    async waiting() {
      const all = await within(outbox, 'facts', 'readonly', (store) => store.getAll());
      return all.filter((fact) => fact.event === event);
    },
    async phone() {
      const known = await within(outbox, 'phone', 'readonly', (store) => store.get('id'));
      if (known) return known;
      const made = crypto.randomUUID();
      await within(outbox, 'phone', 'readwrite', (store) => store.put(made, 'id'));
      return made;
    },
  };
}
