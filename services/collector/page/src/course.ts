// The questions, one screen after the other, back and forth, to the last look and the one request.

import { body, steps } from "./answers.ts";
import type { Departure } from "./departure.ts";
import type { Memory } from "./memory.ts";
import type { Scene } from "./scene.ts";
import { reviewing } from "./screens/end.ts";
import { asking } from "./screens/questions.ts";
import { promising } from "./screens/slip.ts";
import type { Visit } from "./visit.ts";

export class Course {
  constructor(
    private readonly scene: Scene,
    private readonly memory: Memory,
    private readonly departure: Departure,
  ) {}

  /** Goes to a step: 0 is the first screen of questions, the one after the last is the review. */
  ask(at: number): void {
    this.scene.visit.step = at;
    history.pushState({ step: at }, "");
    this.paint(at);
  }

  /** The browser's own way back and forth. */
  travelled(state: { step?: number } | null): void {
    const { visit } = this.scene;
    if (!visit.ballot || visit.over || visit.body) return;
    visit.step = state?.step ?? 0;
    if (state?.step === undefined) history.pushState({ step: 0 }, "");
    this.paint(visit.step);
  }

  private paint(at: number): void {
    const { scene } = this;
    const { visit, voice } = scene;
    const { group } = visit.slip;
    if (!group) return;
    const changed = (): void => void this.memory.keep(visit);
    scene.to(() => {
      const { form } = scene;
      const all = steps(form, group);
      const step = all[at];
      if (!step)
        return reviewing(voice, form, all, visit.answers, (to) => this.ask(to), () => this.finish(visit));
      const back = (): void => (at === 0 ? this.promiseAgain() : this.ask(at - 1));
      const place = { at: at + 1, of: all.length + 1 };
      return asking({ voice, form, answers: visit.answers, changed }, step, place, () => this.ask(at + 1), back);
    });
    changed();
  }

  /** The promise can be read again; the ballot stays. */
  private promiseAgain(): void {
    const { scene } = this;
    const { group } = scene.visit.slip;
    if (group) scene.to(() => promising(scene.voice, scene.form, group, () => this.ask(0)));
  }

  private finish(visit: Visit): void {
    const { form, voice } = this.scene;
    const { group } = visit.slip;
    if (visit.body || !visit.ballot || !group) return;
    const content = body(form, group, voice.language, visit.answers, visit.ballot);
    visit.body = content;
    void this.memory.keep(visit).then(() => this.departure.send(content));
  }
}
