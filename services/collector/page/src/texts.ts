// The words of the page in the language of the moment; built in from texts.yaml, so that they are there offline.

import words from "built:texts";

/** A language tag, as BCP 47 writes it. */
export type Language = string;
export const LANGUAGES: Language[] = Object.keys(words);

const LEFTWARDS = ["ar", "ckb", "dv", "fa", "he", "ku-arab", "ps", "sd", "ug", "ur", "yi"];

/** Where lines of this language begin. */
export function direction(language: Language): "ltr" | "rtl" {
  const tag = `${language.toLowerCase()}-`;
  return LEFTWARDS.some((each) => tag.startsWith(`${each}-`)) ? "rtl" : "ltr";
}

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
  return text !== null && LANGUAGES.includes(text);
}
