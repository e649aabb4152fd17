// What stands on a slip: session, group and participation code, in a link or typed; mistyped ones are found here.

export type Group = "leader" | "teacher" | "student" | "trainer";

export interface Slip {
  session: string;
  group: Group;
  code: string;
  fingerprint: string | null;
}

const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const LETTERS: Record<string, Group> = { L: "leader", T: "teacher", S: "student", C: "trainer" };
const GROUPS: string[] = Object.values(LETTERS);

/** Without hyphens and spaces, in capital letters. */
export function tidy(typed: string): string {
  return typed.replace(/[\s\-\u2010-\u2015]/g, "").replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

/** Whether the last character is the check character of those before it. */
export function checks(text: string): boolean {
  const places = [...text].map((character) => ALPHABET.indexOf(character));
  if (places.length < 2 || places.includes(-1)) return false;
  const sum = places.slice(0, -1).reduce((total, value, at) => total + (at + 1) * value, 0);
  return sum % ALPHABET.length === places[places.length - 1];
}

/** `SSSS-SSSS-G` as session and group, or null if mistyped. */
export function readSession(typed: string): { session: string; group: Group } | null {
  const text = tidy(typed);
  const group = LETTERS[text.slice(8)];
  return text.length === 9 && group && checks(text.slice(0, 8)) ? { session: text.slice(0, 8), group } : null;
}

/** `XXXX-XXXX-C` as it goes on the wire, or null if mistyped. */
export function readCode(typed: string): string | null {
  const text = tidy(typed);
  return text.length === 9 && checks(text) ? text : null;
}

/** What a link's fragment says: each part that is there and right; `wrong` if one is there and is not. */
export function readFragment(fragment: string): Partial<Slip> & { wrong: boolean } {
  const parts = new URLSearchParams(fragment.replace(/^#/, ""));
  const found: Partial<Slip> & { wrong: boolean } = { wrong: false };
  const session = parts.get("s");
  const group = parts.get("g");
  const code = parts.get("c");
  const fingerprint = parts.get("f");
  if (session !== null) {
    const text = tidy(session);
    if (text.length === 8 && checks(text)) found.session = text;
    else found.wrong = true;
  }
  if (group !== null) {
    const named = LETTERS[tidy(group)] ?? (GROUPS.includes(group) ? (group as Group) : undefined);
    if (named) found.group = named;
    else found.wrong = true;
  }
  if (code !== null) {
    const text = readCode(code);
    if (text) found.code = text;
    else found.wrong = true;
  }
  if (fingerprint !== null) found.fingerprint = fingerprint;
  return found;
}

/** The same text in groups of four, for eyes. */
export function grouped(text: string): string {
  return (text.match(/.{1,4}/g) ?? []).join(" ");
}
