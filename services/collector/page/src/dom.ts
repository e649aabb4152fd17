// Elements without strings of markup: what comes from outside is always text.

type Child = Node | string | null | undefined | false;
type Value = string | number | boolean | null | undefined | ((event: Event) => void);

/** An element; a property that begins with `on` listens, true is an empty attribute, null and false leave it out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

export interface Screen {
  /** For the tab and the heading alike. */
  title: string;
  body: Child[];
}

/** Puts a screen in place of the last one; `moved` sets the focus on its heading, as a new page would. */
export function show(screen: Screen, moved: boolean): void {
  const place = document.getElementById("content");
  if (!place) return;
  document.title = `${screen.title} – Güzgü`;
  place.replaceChildren(h("div", { class: "narrow" }, ...screen.body));
  if (!moved) return;
  scrollTo(0, 0);
  const target = place.querySelector<HTMLElement>("[data-first]") ?? place.querySelector<HTMLElement>("h1");
  target?.setAttribute("tabindex", "-1");
  target?.focus({ preventScroll: true });
}

export function button(text: string, act: () => void, kind = "primary"): HTMLButtonElement {
  return h("button", { type: "button", class: `button button-${kind}`, onclick: act }, text);
}

export function paragraphs(texts: string[]): HTMLElement[] {
  return texts.map((text) => h("p", {}, text));
}
