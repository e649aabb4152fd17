// The first screens: type what is on the slip, compare the fingerprint, read the promise, say whose device it is.

import { grouped, type Group } from "../codes.ts";
import { button, h, paragraphs, type Screen } from "../dom.ts";
import type { Voice } from "../texts.ts";
import type { Form } from "../wire.ts";

export interface Typed {
  session: string;
  code: string;
  /** The session is known from the link; only the code is asked for. */
  only: boolean;
  errors: { session?: string; code?: string };
}

export function typing(
  voice: Voice,
  typed: Typed,
  unsent: boolean,
  given: (session: string, code: string) => void,
): Screen {
  const title = voice.say("type.title");
  const session = typed.only ? null : field(voice, "session", typed.session, typed.errors.session);
  const code = field(voice, "code", typed.code, typed.errors.code);
  const form = h(
    "form",
    {
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        given(session?.querySelector("input")?.value ?? "", code.querySelector("input")?.value ?? "");
      },
    },
    session,
    code,
    h("div", { class: "buttons" }, h("button", { class: "button button-primary" }, voice.say("ui.continue"))),
  );
  return {
    title,
    body: [
      summary(voice, typed.errors),
      h("h1", {}, title),
      unsent && notice("caution", voice.say("send.not_yet"), [voice.say("type.unsent")]),
      h("p", { class: "lede" }, voice.say(typed.only ? "type.board" : "type.lede")),
      form,
    ],
  };
}

/** What stands in the form's fields now. */
export function typedSoFar(): { session?: string; code?: string } {
  const found: { session?: string; code?: string } = {};
  for (const name of ["session", "code"] as const) {
    const input = document.getElementById(name);
    if (input instanceof HTMLInputElement) found[name] = input.value;
  }
  return found;
}

function field(voice: Voice, name: "session" | "code", value: string, error: string | undefined): HTMLElement {
  const described = [`${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return h(
    "div",
    { class: error ? "field field-wrong" : "field" },
    h("label", { class: "label", for: name }, voice.say(`type.${name}`)),
    h("p", { class: "hint", id: `${name}-hint` }, voice.say(`type.${name}_hint`)),
    error &&
      h(
        "p",
        { class: "field-error", id: `${name}-error` },
        h("span", { class: "visually-hidden" }, voice.say("ui.error"), " "),
        voice.say(error),
      ),
    h("input", {
      class: "input input-code",
      id: name,
      name,
      value,
      type: "text",
      autocomplete: "off",
      autocapitalize: "characters",
      autocorrect: "off",
      spellcheck: "false",
      "aria-describedby": described,
      "aria-invalid": error ? "true" : null,
    }),
  );
}

function summary(voice: Voice, errors: Typed["errors"]): HTMLElement | null {
  const found = (["session", "code"] as const).filter((name) => errors[name]);
  if (found.length === 0) return null;
  const link = (name: "session" | "code"): HTMLElement =>
    h("li", {}, h("a", { href: `#${name}`, onclick: focusOn(name) }, voice.say(errors[name] ?? "")));
  return h(
    "div",
    { class: "error-summary", role: "alert", "data-first": true },
    h("h2", {}, voice.say("ui.problem")),
    h("ul", {}, ...found.map(link)),
  );
}

/** A link inside the page that moves the focus and leaves the address alone: the fragment is for secrets. */
function focusOn(id: string): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    document.getElementById(id)?.focus();
  };
}

export function comparing(voice: Voice, fingerprint: string, yes: () => void, no: () => void): Screen {
  const title = voice.say("finger.title");
  return {
    title,
    body: [
      h("h1", {}, title),
      h("p", {}, voice.say("finger.lede")),
      h("p", { class: "eyebrow" }, voice.say("finger.label")),
      h("p", { class: "participation-code", "data-fingerprint": fingerprint }, grouped(fingerprint)),
      h("div", { class: "buttons" }, button(voice.say("finger.yes"), yes), button(voice.say("finger.no"), no, "secondary")),
    ],
  };
}

export function promising(voice: Voice, form: Form, group: Group, go: () => void): Screen {
  const title = voice.say("promise.title");
  const k = form.groups[group]?.k ?? 0;
  const who = voice.say("promise.who", { group: form.texts.groups[group] ?? "", level: form.texts.level });
  return {
    title,
    body: [
      h("p", { class: "eyebrow" }, who),
      h("h1", {}, title),
      ...paragraphs(form.texts.promise[group] ?? []),
      group === "leader" && h("p", {}, voice.say("promise.leaders", { k })),
      h("p", {}, h("strong", {}, voice.say("promise.voluntary"))),
      h("p", { class: "muted" }, voice.say("promise.until", { closes: form.texts.closes })),
      h("div", { class: "buttons" }, button(voice.say("ui.continue"), go)),
    ],
  };
}

export type Mode = "personal" | "shared";

/** What was chosen so far, and whether somebody went on without choosing: another language leaves both. */
export interface Chosen {
  mode?: Mode;
  missed?: boolean;
}

export function choosing(voice: Voice, so: Chosen, chosen: (mode: Mode) => void, back: () => void): Screen {
  const title = voice.say("device.title");
  const wrong = h("p", { class: "field-error", role: "alert" }, so.missed ? voice.say("device.error") : "");
  const row = (mode: Mode): HTMLElement =>
    h(
      "div",
      { class: "choice" },
      h("input", {
        type: "radio",
        name: "device",
        id: `device-${mode}`,
        value: mode,
        checked: so.mode === mode,
        "aria-describedby": `hint-${mode}`,
        onchange: () => {
          Object.assign(so, { mode, missed: false });
          wrong.textContent = "";
        },
      }),
      h(
        "label",
        { for: `device-${mode}` },
        voice.say(`device.${mode}`),
        h("span", { class: "choice-hint", id: `hint-${mode}` }, voice.say(`device.${mode}_hint`)),
      ),
    );
  const form = h(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        if (so.mode) return chosen(so.mode);
        so.missed = true;
        wrong.textContent = voice.say("device.error");
      },
    },
    h(
      "fieldset",
      { class: "field" },
      h("legend", {}, h("h1", {}, title)),
      wrong,
      h("div", { class: "choices" }, row("personal"), row("shared")),
    ),
    h(
      "div",
      { class: "buttons" },
      h("button", { class: "button button-primary" }, voice.say("ui.continue")),
      button(voice.say("ui.back"), back, "secondary"),
    ),
  );
  return { title, body: [form] };
}

export function notice(kind: "info" | "caution" | "good" | "error", title: string, texts: string[]): HTMLElement {
  return h(
    "div",
    { class: `notice notice-${kind}` },
    h("p", { class: "notice-title" }, title),
    h("div", { class: "notice-body" }, ...paragraphs(texts)),
  );
}
