// The way of one person from the slip to "Counted", and of the next one after that.

import { body, steps } from "./answers.ts";
import { blind, fingerprint, finish, keyOf } from "./ballot.ts";
import { readCode, readFragment, readSession } from "./codes.ts";
import { type Screen, show } from "./dom.ts";
import { type Fate, Outbox, type Parcel } from "./outbox.ts";
import { delay, pause } from "./patience.ts";
import * as end from "./screens/end.ts";
import { asking } from "./screens/questions.ts";
import * as first from "./screens/slip.ts";
import * as tab from "./tab.ts";
import { type Language, LANGUAGES, type Voice } from "./texts.ts";
import * as vault from "./vault.ts";
import { record, Visit } from "./visit.ts";
import { fetchForm, type Form, type Outcome, trade } from "./wire.ts";

const DAY_MS = 86_400_000;
const WORKER_MS = 10_000;

export class App {
  private visit = new Visit();
  private screen: () => Screen = () => ({ title: "", body: [] });
  private readonly outbox = new Outbox(() => this.tellWaiting());
  private unsent = false;
  private saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly voice: Voice,
    private readonly identity: string,
  ) {
    window.addEventListener("popstate", (event) => this.travelled(event.state as { step?: number } | null));
    window.addEventListener("beforeunload", (event) => {
      const busy = this.visit.mode === "shared" && !this.visit.over && Object.keys(this.visit.answers.items).length > 0;
      if (busy || (this.outbox.waiting > 0 && this.visit.mode === "shared")) event.preventDefault();
    });
  }

  /** A slip's link, opened while the page stands: it is followed unless somebody is in the middle of answering. */
  async follow(fragment: string): Promise<void> {
    if (this.visit.ballot && !this.visit.over) return;
    this.visit = new Visit();
    this.voice.child = false;
    await this.start(fragment);
  }

  async start(fragment: string): Promise<void> {
    const read = readFragment(fragment);
    this.unsent = await vault.holdsAnything(Date.now()).catch(() => false);
    const { wrong, ...slip } = read;
    this.visit.slip = slip;
    if (!wrong && slip.session && slip.group && slip.code) await this.fetchQuestions(this.visit);
    else if (!wrong) this.type({});
    else this.type(slip.session && slip.group ? { code: "type.error_code" } : { session: "type.error_session" });
  }

  /** Speaks another language; answers stay. */
  async speak(language: Language): Promise<void> {
    const visit = this.visit;
    const { screen } = this;
    this.voice.language = language;
    if (visit.forms.size > 0 && !visit.forms.has(language)) {
      const found = await this.insist(visit, "questionnaire", () => fetchForm(visit.slip.session ?? "", language));
      if (found?.kind === "done") visit.forms.set(language, found.value);
      if (visit === this.visit) this.screen = screen;
    }
    show(this.screen(), false);
    this.tellWaiting();
  }

  private get form(): Form {
    const form = this.visit.forms.get(this.voice.language) ?? [...this.visit.forms.values()][0];
    if (!form) throw new Error("no questionnaire yet");
    return form;
  }

  private to(screen: () => Screen, moved = true): void {
    this.screen = screen;
    show(screen(), moved);
  }

  // ---- the slip ----

  private type(errors: first.Typed["errors"], session = "", code = ""): void {
    const { slip } = this.visit;
    const typed = { session, code, errors, only: Boolean(slip.session && slip.group) };
    const screen = (): Screen => first.typing(this.voice, typed, this.unsent, (s, c) => this.typed(typed.only, s, c));
    this.to(screen);
    // Another language leaves what was typed so far.
    this.screen = () => {
      Object.assign(typed, first.typedSoFar());
      return screen();
    };
  }

  private typed(only: boolean, session: string, code: string): void {
    const where = only ? { session: this.visit.slip.session, group: this.visit.slip.group } : readSession(session);
    const read = readCode(code);
    const errors: first.Typed["errors"] = {};
    if (!where) errors.session = session.trim() ? "type.error_session" : "type.error_session_empty";
    if (!read) errors.code = code.trim() ? "type.error_code" : "type.error_code_empty";
    if (!where || !read) return this.type(errors, session, code);
    Object.assign(this.visit.slip, where, { code: read });
    void this.fetchQuestions(this.visit);
  }

  private async fetchQuestions(visit: Visit): Promise<void> {
    const { session = "", group, code = "" } = visit.slip;
    const language = this.voice.language;
    const found = await this.insist(visit, "questionnaire", () => fetchForm(session, language));
    if (!found || !group) return;
    if (found.kind === "stop") return this.stop("unknown_session");
    const form = found.value;
    visit.forms.set(form.language as Language, form);
    void this.fetchOthers(visit);
    this.voice.child = group === "student" && form.level === "primary";
    visit.key = await keyOf(form.key_card, session, group);
    if (!visit.key || !form.groups[group]) return this.stop("slip");
    const shown = await fingerprint(form.key_card);
    if (visit.slip.fingerprint && visit.slip.fingerprint !== shown) return this.stop("card");
    if (this.unsent && (await this.resume(visit, code))) return;
    if (form.state !== "open") return this.stop(form.state);
    const go = (): void => this.promise();
    if (visit.slip.fingerprint) go();
    else this.to(() => first.comparing(this.voice, shown, go, () => this.stop("card")));
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
  private async resume(visit: Visit, code: string): Promise<boolean> {
    this.to(() => end.waiting(this.voice, "open", false, () => undefined));
    const { place, kept } = await vault.open(code);
    if (!kept || kept.slip.session !== visit.slip.session || kept.slip.group !== visit.slip.group) return false;
    Object.assign(visit, { ...kept, slip: visit.slip, place, mode: "personal" });
    if (visit.body) void this.send(visit.body);
    else if (this.form.state !== "open") this.stop(this.form.state);
    else if (visit.ballot) this.ask(visit.step);
    else await this.trade(visit);
    return true;
  }

  private promise(): void {
    const group = this.visit.slip.group;
    if (!group) return;
    this.to(() => first.promising(this.voice, this.form, group, () => this.choose()));
  }

  private choose(): void {
    const so: first.Chosen = {};
    this.to(() => first.choosing(this.voice, so, (mode) => void this.begin(mode), () => this.promise()));
  }

  // ---- the ballot ----

  private async begin(mode: first.Mode): Promise<void> {
    const visit = this.visit;
    const { key } = visit;
    if (!key) return;
    visit.mode = mode;
    this.to(() => end.waiting(this.voice, "ballot", false, () => undefined));
    // The secrets are kept before the code is traded: a lost answer can then be asked for again.
    visit.blinding = (mode === "shared" && tab.held(key.keyId)) || (await blind(key));
    if (mode === "personal" && !(await this.keepHere(visit))) visit.mode = "shared";
    if (visit.mode === "shared") tab.hold(visit.blinding);
    await this.trade(visit);
  }

  /** Makes a place on this device; false if the browser keeps nothing, as in a private window. */
  private async keepHere(visit: Visit): Promise<boolean> {
    try {
      visit.place = (await vault.open(visit.slip.code ?? "")).place;
      void navigator.storage?.persist?.();
      await this.save(visit);
      return true;
    } catch {
      return false;
    }
  }

  private async trade(visit: Visit): Promise<void> {
    const { session = "", group, code = "" } = visit.slip;
    const { blinding, key } = visit;
    if (!group || !blinding || !key) return;
    const request = { session, group, code, blinded: blinding.blinded };
    const found = await this.insist(visit, "ballot", () => trade(this.identity, request));
    if (!found) return;
    if (found.kind === "stop") return this.stop(found.status === 410 ? "closed" : "slip");
    try {
      visit.ballot = await finish(blinding, key, found.value.blind_signature);
    } catch {
      return this.stop("card"); // not signed with the key on the slip's card
    }
    await this.save(visit);
    this.ask(0);
  }

  // ---- the answers ----

  private ask(at: number): void {
    const visit = this.visit;
    visit.step = at;
    history.pushState({ step: at }, "");
    this.paint(at);
  }

  private paint(at: number): void {
    const visit = this.visit;
    const group = visit.slip.group;
    if (!group) return;
    this.to(() => {
      const all = steps(this.form, group);
      const step = all[at];
      const { voice } = this;
      if (!step)
        return end.reviewing(voice, this.form, all, visit.answers, (to) => this.ask(to), () => this.finish(visit));
      const asked = { voice, form: this.form, answers: visit.answers, changed: () => void this.save(visit) };
      const back = (): void => (at === 0 ? this.promiseAgain() : this.ask(at - 1));
      return asking(asked, step, { at: at + 1, of: all.length + 1 }, () => this.ask(at + 1), back);
    });
    void this.save(visit);
  }

  /** The promise can be read again; the ballot stays. */
  private promiseAgain(): void {
    const group = this.visit.slip.group;
    if (group) this.to(() => first.promising(this.voice, this.form, group, () => this.ask(0)));
  }

  private travelled(state: { step?: number } | null): void {
    const visit = this.visit;
    if (!visit.ballot || visit.over || visit.body) return;
    visit.step = state?.step ?? 0;
    if (state?.step === undefined) history.pushState({ step: 0 }, "");
    this.paint(visit.step);
  }

  // ---- the end ----

  private finish(visit: Visit): void {
    const group = visit.slip.group;
    if (visit.body || !visit.ballot || !group) return;
    visit.body = body(this.form, group, this.voice.language, visit.answers, visit.ballot);
    void this.save(visit).then(() => this.send(visit.body ?? ""));
  }

  private async send(content: string): Promise<void> {
    const visit = this.visit;
    const { parcel, fate } = this.outbox.send(content);
    visit.over = true;
    this.onTheWay(visit, parcel);
    const found = await fate;
    await this.arrived(visit, found);
  }

  private onTheWay(visit: Visit, parcel: Parcel): void {
    const personal = visit.mode === "personal";
    this.to(() =>
      end.sending(this.voice, {
        delayed: parcel.tries > 0,
        personal,
        hurry: () => parcel.hurry(),
        nextPerson: () => this.nextPerson(),
      }),
    );
  }

  private async arrived(visit: Visit, fate: Fate): Promise<void> {
    const mine = visit === this.visit;
    const gone = fate.kind === "counted" || fate.status === 410 || fate.status === 401;
    if (gone && visit.place) await this.saving.then(() => vault.remove(visit.place?.id ?? ""));
    if (mine && visit.mode === "shared") tab.letGo();
    if (!mine) return;
    if (fate.kind === "counted") {
      this.to(() => end.ended(this.voice, visit.mode === "personal", () => this.nextPerson()));
    } else if (fate.status === 410) this.stop("closed");
    else if (fate.status === 401 || fate.status === 404) this.stop("slip");
    else this.stop("refused", { status: fate.status });
  }

  private nextPerson(): void {
    tab.letGo();
    this.visit = new Visit();
    this.voice.child = false;
    void vault.holdsAnything(Date.now()).then((found) => (this.unsent = found), () => undefined);
    this.type({});
  }

  // ---- in between ----

  /** Asks until it is done or has to stop; null if the person has gone on to something else meanwhile. */
  private async insist<T>(
    visit: Visit,
    what: string,
    request: () => Promise<Outcome<T>>,
  ): Promise<Exclude<Outcome<T>, { kind: "again" }> | null> {
    let wake: () => void = () => undefined;
    let offline = false;
    this.to(() => end.waiting(this.voice, what, offline, () => wake()));
    for (let tries = 0; ; tries++) {
      const found = await request();
      if (visit !== this.visit) return null;
      if (found.kind !== "again") return found;
      if (!offline) {
        offline = true;
        show(this.screen(), false);
      }
      await pause(delay(tries, found.after), (end) => (wake = end));
      if (visit !== this.visit) return null;
    }
  }

  private save(visit: Visit): Promise<void> {
    const { place } = visit;
    const kept = record(visit);
    if (!place || !kept) return Promise.resolve();
    const until = new Date(this.form.closes).getTime() + this.form.grace * 1000 + DAY_MS;
    this.saving = this.saving.then(() => vault.keep(place, kept, until)).catch(() => undefined);
    return this.saving;
  }

  private stop(why: string, values: Record<string, string | number> = {}): void {
    this.visit.over = true;
    this.to(() => {
      const form = this.visit.forms.size > 0 ? this.form : null;
      const opens = form?.texts.opens ?? "";
      const closes = form?.texts.closes ?? "";
      return end.stopped(this.voice, why, { opens, closes, ...values }, () => this.nextPerson());
    });
  }

  private tellWaiting(): void {
    const place = document.getElementById("waiting");
    const n = this.outbox.waiting;
    if (place) {
      place.hidden = n === 0;
      place.textContent = n === 0 ? "" : this.voice.say("send.waiting", { n });
    }
    if (this.visit.over && n > 0) show(this.screen(), false);
  }
}
