// The questions: one area a screen, native radio groups, an explanation a tap away, everything may be skipped.

import type { Answer, Answers, Step } from "../answers.ts";
import { button, h, type Screen } from "../dom.ts";
import { direction, type Voice } from "../texts.ts";
import type { Form, Item, Question } from "../wire.ts";

const RATINGS = ["1", "2", "3", "4", "5"];

export interface Asking {
  voice: Voice;
  form: Form;
  answers: Answers;
  /** Called after each change. */
  changed: () => void;
}

export function asking(
  asked: Asking,
  step: Step,
  place: { at: number; of: number },
  next: () => void,
  back: () => void,
): Screen {
  const { voice, form } = asked;
  const area = step.kind === "area" ? form.texts.areas[step.area] : undefined;
  const title = area?.question ?? voice.say("ask.about");
  const questions =
    step.kind === "area" ? step.items.map((item) => rating(asked, item)) : step.questions.map((q) => background(asked, q));
  const page = h(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        next();
      },
    },
    ...questions,
    h(
      "div",
      { class: "buttons" },
      h("button", { class: "button button-primary" }, voice.say("ui.next")),
      button(voice.say("ui.back"), back, "secondary"),
    ),
  );
  return {
    title,
    body: [
      progress(voice, place.at, place.of),
      area ? h("p", { class: "eyebrow" }, area.name) : null,
      h("h1", {}, title),
      h("p", { class: "muted" }, voice.say("ask.skip")),
      page,
    ],
  };
}

export function progress(voice: Voice, at: number, of: number): HTMLElement {
  const label = voice.say("ui.progress_label");
  return h(
    "div",
    { class: "progress" },
    h(
      "p",
      { class: "progress-label" },
      h("span", {}, label),
      h("span", { class: "progress-count" }, voice.say("ui.progress", { value: at, total: of })),
    ),
    h("progress", { value: at, max: of, "aria-label": label }),
  );
}

function rating({ voice, form, answers, changed }: Asking, item: Item): HTMLElement {
  const labels = form.scale[item.scale] ?? {};
  const chosen = answers.items[item.code];
  const clear = clearing(voice, chosen === undefined, () => {
    delete answers.items[item.code];
    changed();
  });
  const choose = (value: string): void => {
    answers.items[item.code] = (RATINGS.includes(value) ? Number(value) : value) as Answer;
    clear.hidden = false;
    changed();
  };
  const row = (value: string): HTMLElement =>
    choice("radio", item.code, value, labels[value] ?? value, String(chosen) === value, () => choose(value));
  return h(
    "fieldset",
    { class: "question", "data-item": item.code },
    h("legend", item.language === form.language ? {} : spokenIn(item.language), item.text),
    item.hint ? h("details", {}, h("summary", {}, voice.say("ask.hint")), h("p", { class: "explain" }, item.hint)) : null,
    h("div", { class: "choices choices-scale" }, ...RATINGS.map(row)),
    h("div", { class: "choices choices-aside" }, row("na"), row("pn")),
    clear,
  );
}

/** For a text in another language than the rest of the page. */
function spokenIn(language: string): Record<string, string> {
  return { lang: language, dir: direction(language) };
}

function background(asked: Asking, question: Question): HTMLElement {
  return question.kind === "many" ? ticks(asked, question) : single(asked, question);
}

function single({ voice, answers, changed }: Asking, question: Question): HTMLElement {
  const chosen = answers.background[question.code];
  const clear = clearing(voice, chosen === undefined, () => {
    delete answers.background[question.code];
    changed();
  });
  const row = (code: string, text: string): HTMLElement =>
    choice("radio", question.code, code, text, chosen === code, () => {
      answers.background[question.code] = code;
      clear.hidden = false;
      changed();
    });
  const ten = question.kind === "ten";
  const ends = ten ? [question.options[0], question.options[question.options.length - 1]] : [];
  return h(
    "fieldset",
    { class: "question", "data-question": question.code },
    h("legend", {}, question.text),
    ten ? h("p", { class: "hint" }, ends.map((end) => end?.text).join(" · ")) : null,
    h(
      "div",
      { class: ten ? "choices choices-ten" : "choices" },
      ...question.options.map((option) => row(option.code, ten ? option.code : option.text)),
    ),
    h("div", { class: "choices choices-aside" }, row("pn", voice.say("ask.pn"))),
    clear,
  );
}

function ticks({ voice, answers, changed }: Asking, question: Question): HTMLElement {
  const boxes = new Map<string, HTMLInputElement>();
  const none = "none";
  const given = (): Set<string> => {
    const answer = answers.background[question.code];
    if (answer === undefined) return new Set();
    if (answer === "pn") return new Set(["pn"]);
    return answer.length === 0 ? new Set([none]) : new Set(answer);
  };
  const refresh = (): void => {
    const ticked = given();
    for (const [code, box] of boxes) box.checked = ticked.has(code);
  };
  const tick = (code: string, on: boolean): void => {
    const alone = code === none || code === "pn";
    const before = given();
    const kept = question.options.map((option) => option.code).filter((each) => (each === code ? on : before.has(each)));
    if (alone && on) answers.background[question.code] = code === none ? [] : "pn";
    else if (!alone && kept.length > 0) answers.background[question.code] = kept;
    else delete answers.background[question.code];
    refresh();
    changed();
  };
  const row = (code: string, text: string): HTMLElement => {
    const made = choice("checkbox", question.code, code, text, given().has(code), (on) => tick(code, on));
    boxes.set(code, made.querySelector("input") as HTMLInputElement);
    return made;
  };
  return h(
    "fieldset",
    { class: "question", "data-question": question.code },
    h("legend", {}, question.text),
    h("div", { class: "choices" }, ...question.options.map((option) => row(option.code, option.text))),
    h("div", { class: "choices choices-aside" }, row(none, voice.say("ask.none")), row("pn", voice.say("ask.pn"))),
  );
}

function choice(
  type: "radio" | "checkbox",
  name: string,
  value: string,
  text: string,
  checked: boolean,
  act: (on: boolean) => void,
): HTMLElement {
  const id = `${name}-${value}`;
  const input = h("input", { type, name, value, id, onchange: () => act(input.checked) });
  input.checked = checked;
  return h("div", { class: "choice" }, input, h("label", { for: id }, text));
}

function clearing(voice: Voice, hidden: boolean, clear: () => void): HTMLButtonElement {
  const made = button(
    voice.say("ask.clear"),
    () => {
      const inputs = made.closest("fieldset")?.querySelectorAll("input") ?? [];
      for (const input of inputs) input.checked = false;
      clear();
      inputs[0]?.focus();
      made.hidden = true;
    },
    "quiet",
  );
  made.hidden = hidden;
  return made;
}
