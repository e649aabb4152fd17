// The requests of the page, and what their answers mean: done, stop (and why), or try again (and when).

import type { Group } from "./codes.ts";

export interface Item {
  code: string;
  area: string;
  text: string;
  /** The language of the text: a school's own item may stand in one alone. */
  language: string;
  hint: string;
  scale: "agree" | "useful";
}

export interface Question {
  code: string;
  kind: "one" | "many" | "ten";
  text: string;
  options: { code: string; text: string }[];
}

export interface Form {
  session: string;
  version: string;
  language: string;
  level: string;
  state: "planned" | "open" | "closed" | "cancelled";
  opens: string;
  closes: string;
  grace: number;
  key_card: string;
  operators: { codes: string; answers: string };
  groups: Partial<Record<Group, { k: number; items: Item[]; background: Question[] }>>;
  scale: Record<string, Record<string, string>>;
  texts: {
    opens: string;
    closes: string;
    level: string;
    areas: Record<string, { name: string; question: string }>;
    groups: Record<string, string>;
    promise: Record<string, string[]>;
  };
}

export type Outcome<T> =
  | { kind: "done"; value: T }
  | { kind: "stop"; status: number }
  | { kind: "again"; status: number; after: number };

const PATIENCE_MS = 20_000;

async function ask<T>(address: string, request: RequestInit, stops: number[], done: number): Promise<Outcome<T>> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(address, {
      ...request,
      signal: limit.signal,
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    if (answer.status === done) return { kind: "done", value: (await answer.json()) as T };
    if (stops.includes(answer.status)) return { kind: "stop", status: answer.status };
    return { kind: "again", status: answer.status, after: seconds(answer.headers.get("Retry-After")) };
  } catch {
    return { kind: "again", status: 0, after: 0 };
  } finally {
    clearTimeout(timer);
  }
}

function seconds(header: string | null): number {
  const value = Number(header);
  return header !== null && Number.isFinite(value) && value > 0 ? Math.min(value, 3600) : 0;
}

export function fetchForm(session: string, language: string): Promise<Outcome<Form>> {
  return ask(`/v1/sessions/${encodeURIComponent(session)}/questionnaire?lang=${language}`, {}, [400, 404], 200);
}

export interface BlindSignature {
  key_id: string;
  blind_signature: string;
}

/** Trades a code for a blind signature; the same code with the same blinded message may be sent again. */
export function trade(
  identity: string,
  asked: { session: string; group: Group; code: string; blinded: string },
): Promise<Outcome<BlindSignature>> {
  const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked) };
  return ask(`${identity}/v1/ballots`, request, [400, 404, 409, 410, 413, 415, 422], 200);
}

/** Sends a finished response. Only the statuses listed here end it; any other keeps it and tries again. */
export function submit(body: string): Promise<Outcome<unknown>> {
  const request = { method: "POST", headers: { "Content-Type": "application/json" }, body };
  return ask("/v1/responses", request, [400, 401, 404, 410, 413, 415, 422], 202);
}
