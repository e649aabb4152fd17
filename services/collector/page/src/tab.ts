// A shared device's memory: the secrets of one blinding, in this tab alone; no code and no answer.

import type { Blinding } from "./ballot.ts";

const NAME = "blinding";

/** Where the browser forbids it, a reload costs the slip: nothing better can be done there. */
export function hold(blinding: Blinding): void {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(blinding));
  } catch {
    return;
  }
}

/** The blinding that was under way in this tab for this key, if any. */
export function held(keyId: string): Blinding | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(NAME) ?? "null") as Blinding | null;
    return found?.keyId === keyId ? found : null;
  } catch {
    return null;
  }
}

export function letGo(): void {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    return;
  }
}
