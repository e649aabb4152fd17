// Makes the drawn charts react: the same definition as the picture, drawn again by Vega without unsafe-eval.
// Nothing here is needed to read a page; if anything fails the picture stays.
(() => {
  "use strict";
  const own = document.currentScript;
  if (!own) return;

  const options = {
    ast: true, defaultStyle: false, actions: false, renderer: "svg", tooltip: { disableDefaultStyle: true },
  };

  const bring = async (chart) => {
    const specs = JSON.parse(chart.querySelector(".chart-definition").textContent);
    for (const width of ["wide", "narrow"]) {
      const place = chart.querySelector(".chart-" + width);
      if (!place || !specs[width] || place.offsetParent === null || place.dataset.live) continue;
      place.dataset.live = "yes";
      const picture = place.querySelector("svg");
      const stage = document.createElement("div");
      try {
        const { view } = await window.vegaEmbed(stage, specs[width], options);
        const drawn = stage.querySelector("svg");
        for (const name of ["role", "aria-labelledby", "aria-describedby"]) drawn.setAttribute(name, picture.getAttribute(name));
        for (const part of stage.querySelectorAll("svg [role], svg [aria-label]")) {
          for (const name of ["role", "aria-label", "aria-roledescription"]) part.removeAttribute(name);
        }
        for (const part of picture.querySelectorAll(":scope > title, :scope > desc")) drawn.prepend(part.cloneNode(true));
        place.replaceChildren(stage);
        place.dataset.drawn = "yes";
        void view;
      } catch (problem) {
        console.warn("The chart stays a picture.", problem);
      }
    }
  };

  const watch = () => {
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) void bring(entry.target);
    }, { rootMargin: "200px" });
    const start = () => {
      seen.disconnect();
      for (const chart of document.querySelectorAll(".reactive")) seen.observe(chart);
    };
    start();
    document.addEventListener("shown", start);
    window.matchMedia("(max-width: 40rem)").addEventListener("change", start);
  };

  let loading = false;
  const load = () => {
    if (loading || !document.querySelector(".reactive")) return;
    loading = true;
    const script = document.createElement("script");
    script.src = own.dataset.charts;
    script.type = "module";
    script.addEventListener("load", watch);
    document.head.append(script);
  };
  document.addEventListener("shown", load);
  if ("requestIdleCallback" in window) window.requestIdleCallback(load, { timeout: 3000 });
  else window.setTimeout(load, 500);
  window.addEventListener("beforeprint", () => document.querySelectorAll("details.twin").forEach((part) => { part.open = true; }));
})();
