// A personal device's memory: one encrypted record a slip, under a key derived from its code, until it is counted.

import type { Answers } from "./answers.ts";
import type { Ballot, Blinding } from "./ballot.ts";
import { type Bytes, utf8 } from "./bytes.ts";
import type { Slip } from "./codes.ts";

/** All that is needed to go on after a restart. `body` is there once it was finished and is to be sent. */
export interface Kept {
  slip: Omit<Slip, "code">;
  blinding: Blinding;
  ballot: Ballot | null;
  answers: Answers;
  step: number;
  body: string | null;
}

interface Row {
  id: string;
  iv: Bytes;
  sealed: ArrayBuffer;
  until: number;
}

const ROUNDS = 600_000;
const NAME = "guzgu";

/** An open place for one slip's record; `key` never leaves the browser's own crypto. */
export interface Place {
  id: string;
  key: CryptoKey;
}

/** Whether anything is kept on this device; records of sessions that are over are thrown away first. */
export async function holdsAnything(now: number): Promise<boolean> {
  const rows = await all();
  for (const row of rows.filter((row) => row.until < now)) await remove(row.id);
  return rows.some((row) => row.until >= now);
}

/** The place of this code on this device, and what it holds, if anything. */
export async function open(code: string): Promise<{ place: Place; kept: Kept | null }> {
  const key = await derive(code, await salt());
  for (const row of await all()) {
    const kept = await unsealed(row, key);
    if (kept) return { place: { id: row.id, key }, kept };
  }
  return { place: { id: crypto.randomUUID?.() ?? String(Math.random()), key }, kept: null };
}

/** Keeps the record, in place of what was there; `until` in ms since 1970. */
export async function keep(place: Place, kept: Kept, until: number): Promise<void> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, place.key, utf8(JSON.stringify(kept)));
  const row: Row = { id: place.id, iv, sealed, until };
  await run("rows", "readwrite", (store) => store.put(row));
}

export async function remove(id: string): Promise<void> {
  await run("rows", "readwrite", (store) => store.delete(id));
}

async function unsealed(row: Row, key: CryptoKey): Promise<Kept | null> {
  try {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, key, row.sealed);
    return JSON.parse(new TextDecoder().decode(plain)) as Kept;
  } catch {
    return null; // another code's record
  }
}

async function derive(code: string, salted: Bytes): Promise<CryptoKey> {
  const secret = await crypto.subtle.importKey("raw", utf8(code), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt: salted, iterations: ROUNDS },
    secret,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

async function salt(): Promise<Bytes> {
  const held = await run<{ id: string; salt: Bytes } | undefined>("device", "readonly", (store) => store.get("salt"));
  if (held) return held.salt;
  const fresh = crypto.getRandomValues(new Uint8Array(16));
  await run("device", "readwrite", (store) => store.put({ id: "salt", salt: fresh }));
  return fresh;
}

function all(): Promise<Row[]> {
  return run("rows", "readonly", (store) => store.getAll());
}

function run<T>(name: string, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("rows", { keyPath: "id" });
      opening.result.createObjectStore("device", { keyPath: "id" });
    };
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(name, mode);
      const request = act(transaction.objectStore(name));
      transaction.oncomplete = () => {
        database.close();
        resolve(request.result as T);
      };
      transaction.onabort = transaction.onerror = () => {
        database.close();
        reject(transaction.error);
      };
    };
  });
}
