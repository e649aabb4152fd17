// One person's visit: all that the page holds of one person, and the part of it that a personal device keeps.

import { noAnswers } from "./answers.ts";
import type { Ballot, Blinding, GroupKey } from "./ballot.ts";
import type { Slip } from "./codes.ts";
import type { Mode } from "./screens/slip.ts";
import type { Language } from "./texts.ts";
import type { Kept, Place } from "./vault.ts";
import type { Form } from "./wire.ts";

/** A new one is made for the next person, so that nothing is left of the one before. */
export class Visit {
  slip: Partial<Slip> = {};
  forms = new Map<Language, Form>();
  key: GroupKey | null = null;
  mode: Mode = "shared";
  place: Place | null = null;
  blinding: Blinding | null = null;
  ballot: Ballot | null = null;
  answers = noAnswers();
  step = 0;
  body: string | null = null;
  over = false;
}

/** What is kept of a visit, without its code; null while there is nothing worth keeping. */
export function record(visit: Visit): Kept | null {
  const { session, group, fingerprint = null } = visit.slip;
  const { blinding, ballot, answers, step, body } = visit;
  if (!blinding || !session || !group) return null;
  return { slip: { session, group, fingerprint }, blinding, ballot, answers, step, body };
}
