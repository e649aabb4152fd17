// The last screens: look over, on the way, counted; and the ones that say why it goes no further.

import { type Answers, counted, type Step } from "../answers.ts";
import { button, h, paragraphs, type Screen } from "../dom.ts";
import type { Voice } from "../texts.ts";
import type { Form } from "../wire.ts";
import { progress } from "./questions.ts";

export function reviewing(
  voice: Voice,
  form: Form,
  all: Step[],
  answers: Answers,
  change: (step: number) => void,
  send: () => void,
): Screen {
  const title = voice.say("review.title");
  const row = (step: Step, at: number): HTMLElement => {
    const name = step.kind === "area" ? (form.texts.areas[step.area]?.name ?? step.area) : voice.say("ask.about");
    const edit = button(voice.say("review.change"), () => change(at), "quiet");
    edit.setAttribute("aria-label", `${voice.say("review.change")}: ${name}`);
    return h("div", {}, h("dt", {}, name), h("dd", { class: "row" }, voice.say("review.count", { ...counted(step, answers) }), edit));
  };
  const go = button(voice.say("review.send"), () => {
    go.disabled = true;
    send();
  });
  return {
    title,
    body: [
      progress(voice, all.length + 1, all.length + 1),
      h("h1", {}, title),
      h("p", {}, voice.say("review.lede")),
      h("dl", { class: "facts" }, ...all.map(row)),
      h(
        "div",
        { class: "buttons" },
        go,
        button(voice.say("ui.back"), () => change(all.length - 1), "secondary"),
      ),
    ],
  };
}

export interface Sending {
  /** It did not get through yet. */
  delayed: boolean;
  personal: boolean;
  hurry: () => void;
  nextPerson: () => void;
}

export function sending(voice: Voice, state: Sending): Screen {
  const title = voice.say(state.delayed ? "send.not_yet" : "send.title");
  return {
    title,
    body: [
      h("h1", {}, title),
      h(
        "div",
        { role: "status" },
        state.delayed && h("p", {}, voice.say("send.keep_open")),
        state.delayed && state.personal && h("p", {}, voice.say("send.may_close")),
      ),
      state.delayed &&
        h(
          "div",
          { class: "buttons" },
          button(voice.say("ui.try_again"), state.hurry),
          !state.personal && button(voice.say("send.next_person"), state.nextPerson, "secondary"),
        ),
    ],
  };
}

export function ended(voice: Voice, personal: boolean, nextPerson: () => void): Screen {
  const title = voice.say("done.title");
  return {
    title,
    body: [
      h("h1", { class: "counted" }, title),
      h("p", { class: "lede" }, voice.say("done.text")),
      h("p", {}, voice.say(personal ? "done.close" : "done.hand_over")),
      !personal && h("div", { class: "buttons" }, button(voice.say("send.next_person"), nextPerson)),
    ],
  };
}

export function waiting(voice: Voice, what: string, offline: boolean, again: () => void): Screen {
  const title = voice.say("wait.title");
  return {
    title,
    body: [
      h("h1", {}, title),
      h(
        "div",
        { role: "status" },
        h("p", { class: "lede" }, voice.say(`wait.${what}`)),
        offline && h("p", {}, voice.say("wait.offline")),
      ),
      offline && h("div", { class: "buttons" }, button(voice.say("ui.try_again"), again)),
    ],
  };
}

export function stopped(voice: Voice, why: string, values: Record<string, string | number>, over: () => void): Screen {
  const title = voice.say(`stop.${why}.title`);
  return {
    title,
    body: [
      h("h1", {}, title),
      ...paragraphs([voice.say(`stop.${why}.text`, values)]),
      h("div", { class: "buttons" }, button(voice.say("ui.start_over"), over, "secondary")),
    ],
  };
}
