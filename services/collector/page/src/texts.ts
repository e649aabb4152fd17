// The words of the page in the language of the moment; built in from texts.yaml, so that they are there offline.

import words from "built:texts";

export type Language = "az" | "en";
export const LANGUAGES: Language[] = ["az", "en"];

export class Voice {
  /** Primary students are spoken to in words of their own. */
  child = false;

  constructor(public language: Language) {}

  /** The text of a key with its {placeholders} filled. */
  say(key: string, values: Record<string, string | number> = {}): string {
    const own = words[this.language] ?? {};
    const text = (this.child ? own[`${key}.child`] : undefined) ?? own[key];
    if (text === undefined) throw new Error(`no text ${key}`);
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
  }
}

export function isLanguage(text: string | null): text is Language {
  return text !== null && (LANGUAGES as string[]).includes(text);
}
