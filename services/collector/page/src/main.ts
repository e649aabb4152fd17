// Begins: takes the secrets out of the address, then hands over to the app.

import { App } from "./app.ts";
import { h, show } from "./dom.ts";
import { direction, isLanguage, LANGUAGES, Voice } from "./texts.ts";

const root = document.documentElement;

/** The code must not stay in the address bar, the history or a synchronised tab. */
function takeFragment(): string {
  const fragment = location.hash;
  history.replaceState(null, "", location.pathname + location.search);
  return fragment;
}

const fragment = takeFragment();

const asked = new URLSearchParams(location.search).get("lang");
const told = root.lang;
const voice = new Voice(isLanguage(asked) ? asked : isLanguage(told) ? told : "az");
const app = new App(voice, root.dataset["identity"] ?? "");

function sentence(key: string): void {
  show({ title: "Güzgü", body: [h("h1", {}, "Güzgü"), h("p", { class: "lede" }, voice.say(key))] }, true);
}

function switchLanguages(): void {
  const list = document.getElementById("languages");
  if (!list) return;
  const names: Record<string, string> = { az: "Azərbaycanca", en: "English" };
  const draw = (): void => {
    root.lang = voice.language;
    root.dir = direction(voice.language);
    // What stands around the screens comes with the page, in every language.
    for (const place of document.querySelectorAll<HTMLElement>(`[data-said-${voice.language.toLowerCase()}]`))
      place.textContent = place.getAttribute(`data-said-${voice.language}`);
    for (const link of document.querySelectorAll<HTMLAnchorElement>("a[href^='/preview']"))
      link.href = `/preview?lang=${voice.language}`;
    list.setAttribute("aria-label", voice.say("ui.language"));
    const rows = LANGUAGES.map((language) => {
      const current = language === voice.language;
      const act = (): void => {
        void app.speak(language);
        draw();
      };
      const made = h(
        "button",
        { type: "button", class: "button button-quiet", lang: language, "aria-pressed": String(current), onclick: act },
        names[language] ?? language,
      );
      return h("li", {}, made);
    });
    list.replaceChildren(h("ul", { class: "language-list" }, ...rows));
  };
  draw();
}

if (!isSecureContext) sentence("ui.insecure");
else if (!crypto.subtle || !("indexedDB" in window)) sentence("ui.too_old");
else {
  switchLanguages();
  void app.start(fragment);
  addEventListener("hashchange", () => {
    if (location.hash.length > 1) void app.follow(takeFragment());
  });
  if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/worker.js").catch(() => undefined);
}
