// The answers of one person, which screens ask for them, and the one request that carries them all.

import type { Ballot } from "./ballot.ts";
import { utf8 } from "./bytes.ts";
import type { Group } from "./codes.ts";
import type { Form, Item, Question } from "./wire.ts";

export type Answer = number | "na" | "pn";

export interface Answers {
  items: Record<string, Answer>;
  background: Record<string, string | string[]>;
}

export type Step = { kind: "area"; area: string; items: Item[] } | { kind: "background"; questions: Question[] };

export const BODY_BYTES = 8192;

export function noAnswers(): Answers {
  return { items: {}, background: {} };
}

/** One screen for each area in which the group has items, in the order of the form, then the background. */
export function steps(form: Form, group: Group): Step[] {
  const asked = form.groups[group];
  if (!asked) return [];
  const areas = new Map<string, Item[]>();
  for (const item of asked.items) areas.set(item.area, [...(areas.get(item.area) ?? []), item]);
  const found: Step[] = [...areas].map(([area, items]) => ({ kind: "area", area, items }));
  if (asked.background.length > 0) found.push({ kind: "background", questions: asked.background });
  return found;
}

/** How many questions a step has, and how many of them are answered. */
export function counted(step: Step, answers: Answers): { answered: number; total: number } {
  const codes = step.kind === "area" ? step.items.map((item) => item.code) : step.questions.map((asked) => asked.code);
  const given: Record<string, unknown> = step.kind === "area" ? answers.items : answers.background;
  return { answered: codes.filter((code) => given[code] !== undefined).length, total: codes.length };
}

/** The body of the request, filled to one size for all. */
export function body(form: Form, group: Group, language: string, answers: Answers, ballot: Ballot): string {
  const content = {
    session: form.session,
    group,
    key_id: ballot.keyId,
    ballot: ballot.message,
    signature: ballot.signature,
    questionnaire: form.version,
    language,
    answers: answers.items,
    background: answers.background,
    padding: "",
  };
  const missing = BODY_BYTES - utf8(JSON.stringify(content)).length;
  return JSON.stringify({ ...content, padding: "0".repeat(Math.max(0, missing)) });
}
