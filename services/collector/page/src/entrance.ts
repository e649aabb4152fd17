// From the slip to the ballot: what was typed or linked, the questionnaire, the promise, the device, the trade.

import { blind, fingerprint, finish, keyOf } from "./ballot.ts";
import { readCode, readFragment, readSession } from "./codes.ts";
import type { Course } from "./course.ts";
import type { Departure } from "./departure.ts";
import type { Memory } from "./memory.ts";
import { pause } from "./patience.ts";
import type { Scene } from "./scene.ts";
import { waiting } from "./screens/end.ts";
import * as first from "./screens/slip.ts";
import * as tab from "./tab.ts";
import { LANGUAGES } from "./texts.ts";
import type { Visit } from "./visit.ts";
import { fetchForm, type Form, trade } from "./wire.ts";

const WORKER_MS = 10_000;
const CLOSED = 410;

export class Entrance {
  constructor(
    private readonly scene: Scene,
    private readonly memory: Memory,
    private readonly course: Course,
    private readonly departure: Departure,
    private readonly identity: string,
  ) {}

  /** Begins with a link's fragment; what is missing in it is asked for. */
  async open(fragment: string): Promise<void> {
    const { visit } = this.scene;
    const { wrong, ...slip } = readFragment(fragment);
    visit.slip = slip;
    this.scene.unsent = await this.memory.holdsAnything();
    if (!wrong && slip.session && slip.group && slip.code) await this.fetchQuestions(visit);
    else if (!wrong) this.type({});
    else this.type(slip.session && slip.group ? { code: "type.error_code" } : { session: "type.error_session" });
  }

  /** Asks for what stands on the slip. */
  type(errors: first.Typed["errors"], session = "", code = ""): void {
    const { scene } = this;
    const { slip } = scene.visit;
    const typed = { session, code, errors, only: Boolean(slip.session && slip.group) };
    const given = (s: string, c: string): void => this.typed(typed.only, s, c);
    const drawn = () => first.typing(scene.voice, typed, scene.unsent, given);
    // Another language leaves what was typed so far.
    scene.to(drawn, () => {
      Object.assign(typed, first.typedSoFar());
      return drawn();
    });
  }

  private typed(only: boolean, session: string, code: string): void {
    const { visit } = this.scene;
    const where = only ? { session: visit.slip.session, group: visit.slip.group } : readSession(session);
    const read = readCode(code);
    const errors: first.Typed["errors"] = {};
    if (!where) errors.session = session.trim() ? "type.error_session" : "type.error_session_empty";
    if (!read) errors.code = code.trim() ? "type.error_code" : "type.error_code_empty";
    if (!where || !read) return this.type(errors, session, code);
    Object.assign(visit.slip, where, { code: read });
    void this.fetchQuestions(visit);
  }

  private async fetchQuestions(visit: Visit): Promise<void> {
    const { scene } = this;
    const { session = "", group } = visit.slip;
    const form = await this.inTheLanguageOfTheMoment(visit);
    if (!form || !group) return;
    void this.fetchOthers(visit);
    scene.voice.child = group === "student" && form.level === "primary";
    visit.key = await keyOf(form.key_card, session, group);
    if (!visit.key || !form.groups[group]) return scene.stop("slip");
    const shown = await fingerprint(form.key_card);
    if (visit.slip.fingerprint && visit.slip.fingerprint !== shown) return scene.stop("card");
    if (scene.unsent && (await this.resume(visit))) return;
    if (form.state !== "open") return scene.stop(form.state);
    if (visit.slip.fingerprint) return this.promise();
    scene.to(() => first.comparing(scene.voice, shown, () => this.promise(), () => scene.stop("card")));
  }

  /** The questionnaire; null if the visit ended. Whoever changes the language meanwhile gets that one. */
  private async inTheLanguageOfTheMoment(visit: Visit): Promise<Form | null> {
    const { scene } = this;
    for (;;) {
      const { language } = scene.voice;
      const found = await scene.insist(visit, "questionnaire", () => fetchForm(visit.slip.session ?? "", language));
      if (!found) return null;
      if (found.kind === "stop") {
        scene.stop("unknown_session");
        return null;
      }
      visit.forms.set(language, found.value);
      if (language === scene.voice.language) return found.value;
    }
  }

  /** The other languages are there before they are asked for, and so is everything once the network is gone. */
  private async fetchOthers(visit: Visit): Promise<void> {
    // Through the worker, if there is one, so that it keeps them.
    await Promise.race([navigator.serviceWorker?.ready, pause(WORKER_MS)]);
    for (const language of LANGUAGES) {
      const found = await fetchForm(visit.slip.session ?? "", language);
      if (found.kind === "done" && !visit.forms.has(language)) visit.forms.set(language, found.value);
    }
  }

  /** Goes on with what this device kept for this code, if it did. */
  private async resume(visit: Visit): Promise<boolean> {
    const { scene } = this;
    scene.to(() => waiting(scene.voice, "open", false, () => undefined));
    if (!(await this.memory.recall(visit))) return false;
    if (visit.body) void this.departure.send(visit.body);
    else if (scene.form.state !== "open") scene.stop(scene.form.state);
    else if (visit.ballot) this.course.ask(visit.step);
    else await this.trade(visit);
    return true;
  }

  private promise(): void {
    const { scene } = this;
    const { group } = scene.visit.slip;
    if (group) scene.to(() => first.promising(scene.voice, scene.form, group, () => this.choose()));
  }

  private choose(): void {
    const { scene } = this;
    const so: first.Chosen = {};
    scene.to(() => first.choosing(scene.voice, so, (mode) => void this.begin(mode), () => this.promise()));
  }

  private async begin(mode: first.Mode): Promise<void> {
    const { scene } = this;
    const { visit } = scene;
    if (!visit.key) return;
    visit.mode = mode;
    scene.to(() => waiting(scene.voice, "ballot", false, () => undefined));
    // The secrets are kept before the code is traded: a lost answer can then be asked for again. Those of this tab
    // come first: after a reload the code goes with no others.
    visit.blinding = tab.held(visit.key.keyId) ?? (await blind(visit.key));
    await this.memory.begin(visit);
    await this.trade(visit);
  }

  private async trade(visit: Visit): Promise<void> {
    const { scene } = this;
    const { session = "", group, code = "" } = visit.slip;
    const { blinding, key } = visit;
    if (!group || !blinding || !key) return;
    const request = { session, group, code, blinded: blinding.blinded };
    const found = await scene.insist(visit, "ballot", () => trade(this.identity, request));
    if (!found) return;
    if (found.kind === "stop") {
      await this.memory.drop(visit); // without a ballot there is nothing to go on with
      return scene.stop(found.status === CLOSED ? "closed" : "slip");
    }
    try {
      visit.ballot = await finish(blinding, key, found.value.blind_signature);
    } catch {
      return scene.stop("ballot"); // not signed with the key on the slip's card
    }
    await this.memory.keep(visit);
    this.course.ask(0);
  }
}
