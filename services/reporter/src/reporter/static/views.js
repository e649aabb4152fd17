// Shows another view of a report without loading the page anew: the same address, the same bytes from the server.
// Nothing here is needed: without it the form and the links load a page.
(() => {
  "use strict";
  if (!window.fetch || !window.DOMParser || !window.history.pushState) return;
  const own = window.location.pathname;
  let asked = 0;
  let looked = window.location.search;

  // Outside of what is replaced, so that it is heard.
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  document.body.append(said);

  const part = (page) => page.querySelector("main");

  const put = (page, address) => {
    const focused = document.activeElement && document.activeElement.id;
    document.title = page.title;
    part(document).replaceWith(document.adoptNode(part(page)));
    const switches = [document, page].map((one) => one.querySelector(".languages"));
    if (switches[0] && switches[1]) switches[0].replaceWith(document.adoptNode(switches[1]));
    document.dispatchEvent(new CustomEvent("shown"));
    const again = focused && document.getElementById(focused);
    if (again && again.closest("[data-view]")) again.focus({ preventScroll: true });
    else {
      const place = address.hash && document.getElementById(address.hash.slice(1));
      const heading = place || document.querySelector("h1");
      heading.setAttribute("tabindex", "-1");
      heading.focus({ preventScroll: true });
      heading.scrollIntoView({ block: "start" });
    }
    said.textContent = document.querySelector("h1").textContent;
  };

  const show = async (address, keep) => {
    const number = ++asked;
    document.documentElement.setAttribute("data-loading", "");
    try {
      const answer = await fetch(address.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (number !== asked) return;
      if (!part(page)) throw new Error("no page");
      if (keep) window.history.pushState(null, "", address.href);
      looked = address.search;
      put(page, address);
    } catch (problem) {
      if (number === asked) window.location.assign(address.href);
    } finally {
      if (number === asked) document.documentElement.removeAttribute("data-loading");
    }
  };

  const query = (form) => {
    const names = new Map();
    for (const [name, value] of new FormData(form)) names.set(name, [...(names.get(name) || []), value]);
    const boxes = form.querySelectorAll("[name=groups]").length;
    if ((names.get("groups") || []).length === boxes) names.delete("groups");
    if ((names.get("sort") || [])[0] === "form") names.delete("sort");
    return Array.from(names, ([name, values]) => name + "=" + values.map(encodeURIComponent).join(",")).join("&");
  };

  const submit = (form) => {
    const address = new URL(form.action);
    address.search = query(form);
    void show(address, address.href !== window.location.href);
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-view]")) return;
    event.preventDefault();
    submit(event.target);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-view]");
    if (form) submit(form);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[data-view]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    void show(new URL(link.href), true);
  });

  window.addEventListener("popstate", () => {
    const address = new URL(window.location.href);
    if (address.pathname === own && address.search !== looked) void show(address, false);
  });
})();
