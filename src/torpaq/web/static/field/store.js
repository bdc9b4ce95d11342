// What the phone keeps: its key and forms, drafts, and the outbox. Nothing leaves the outbox before the server has it.

const NAME = "torpaq";
const VERSION = 1;
const STORES = { kept: "name", drafts: "id", outbox: "instance_id" };
let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(STORES)) request.result.createObjectStore(store, { keyPath });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function within(store, mode, act) {
  const transaction = (await database()).transaction(store, mode, { durability: "strict" });
  const request = act(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export const get = (store, key) => within(store, "readonly", (rows) => rows.get(key));
export const all = (store) => within(store, "readonly", (rows) => rows.getAll());
export const put = (store, row) => within(store, "readwrite", (rows) => rows.put(row));
export const remove = (store, key) => within(store, "readwrite", (rows) => rows.delete(key));

export async function kept(name) { return (await get("kept", name))?.value; }
export const keep = (name, value) => put("kept", { name, value });

// A draft becomes a report on its way out in one transaction: it is always in one of the two, never in none.
export async function handOver(draftId, item) {
  const transaction = (await database()).transaction(["drafts", "outbox"], "readwrite", { durability: "strict" });
  transaction.objectStore("outbox").put(item);
  transaction.objectStore("drafts").delete(draftId);
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}
