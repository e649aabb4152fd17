// A shared device's memory: the secrets of one blinding, in this tab alone; no code and no answer.

import type { Blinding } from "./ballot.ts";
import type { Group } from "./codes.ts";

const NAME = "blinding";

export function hold(blinding: Blinding): void {
  sessionStorage.setItem(NAME, JSON.stringify(blinding));
}

/** The blinding that was under way in this tab for this session and group, if any. */
export function held(session: string, group: Group, keyId: string): Blinding | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(NAME) ?? "null") as Blinding | null;
    return found && found.session === session && found.group === group && found.keyId === keyId ? found : null;
  } catch {
    return null;
  }
}

export function letGo(): void {
  sessionStorage.removeItem(NAME);
}
