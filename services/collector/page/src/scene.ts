// What stands on the screen, in which language, and whose visit it is; waiting and stopping look alike everywhere.

import { type Screen, show } from "./dom.ts";
import { delay, pause } from "./patience.ts";
import { stopped, waiting } from "./screens/end.ts";
import type { Language, Voice } from "./texts.ts";
import { Visit } from "./visit.ts";
import { fetchForm, type Form, type Outcome } from "./wire.ts";

/** What ended a request for good. */
export type Ended<T> = Exclude<Outcome<T>, { kind: "again" }>;

export class Scene {
  visit = new Visit();
  /** What was begun on this device and is not sent yet, of whomever. */
  unsent = false;
  private screen: () => Screen = () => ({ title: "", body: [] });
  /** While the questions in another language are fetched, the screen stays as it was underneath. */
  private covered = false;
  private turns = 0;

  constructor(
    readonly voice: Voice,
    private readonly over: () => void,
  ) {}

  /** The questionnaire in the language of the moment, or in the one that is there. */
  get form(): Form {
    const form = this.visit.forms.get(this.voice.language) ?? [...this.visit.forms.values()][0];
    if (!form) throw new Error("no questionnaire yet");
    return form;
  }

  /** Puts another screen up; `drawnAgain` is what stands there whenever the same is drawn once more. */
  to(screen: () => Screen, drawnAgain: () => Screen = screen): void {
    this.screen = drawnAgain;
    if (!this.covered) show(screen(), true);
  }

  /** Draws the same screen once more, where it is. */
  redraw(): void {
    if (!this.covered) show(this.screen(), false);
  }

  /** Clears away all that is of one person. */
  begin(): Visit {
    this.turns += 1;
    this.covered = false;
    this.voice.child = false;
    this.visit = new Visit();
    return this.visit;
  }

  /** Speaks another language; answers stay, and so does the way back if the questions cannot be fetched now. */
  async speak(language: Language): Promise<void> {
    const { visit } = this;
    const turn = ++this.turns;
    this.voice.language = language;
    this.covered = false;
    for (let tries = 0; visit.forms.size > 0 && !visit.forms.has(language); tries++) {
      const found = await fetchForm(visit.slip.session ?? "", language);
      if (turn !== this.turns) return;
      if (found.kind === "stop") break;
      if (found.kind === "done") visit.forms.set(language, found.value);
      else {
        this.covered = true;
        await pause(delay(tries, found.after), (wake) => show(waiting(this.voice, "questionnaire", true, wake), false));
        if (turn !== this.turns) return;
      }
    }
    this.covered = false;
    this.redraw();
  }

  /** Asks until it is done or has to stop; null if the person has gone on to something else meanwhile. */
  async insist<T>(visit: Visit, what: string, request: () => Promise<Outcome<T>>): Promise<Ended<T> | null> {
    let wake: () => void = () => undefined;
    let offline = false;
    this.to(() => waiting(this.voice, what, offline, () => wake()));
    for (let tries = 0; ; tries++) {
      const found = await request();
      if (visit !== this.visit) return null;
      if (found.kind !== "again") return found;
      if (!offline) {
        offline = true;
        this.redraw();
      }
      await pause(delay(tries, found.after), (end) => (wake = end));
      if (visit !== this.visit) return null;
    }
  }

  /** Says why it goes no further. */
  stop(why: string, values: Record<string, string | number> = {}): void {
    this.visit.over = true;
    this.to(() => {
      const times = this.visit.forms.size > 0 ? this.form.texts : { opens: "", closes: "" };
      return stopped(this.voice, why, { opens: times.opens, closes: times.closes, ...values }, this.over);
    });
  }
}
