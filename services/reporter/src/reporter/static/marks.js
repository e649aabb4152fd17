// Lets a keyboard read a drawn chart: with the chart in focus, arrow keys go from mark to mark and say each.
(() => {
  "use strict";
  let words = null;

  const told = (mark) => {
    const found = mark.__data__ && (Array.isArray(mark.__data__) ? mark.__data__[0] : mark.__data__).tooltip;
    return found && typeof found === "object" ? Object.values(found).join(", ") : found || "";
  };

  const marks = (chart) => Array.from(chart.querySelectorAll("[data-drawn] svg path")).filter((mark) => told(mark)
    && mark.getBoundingClientRect().width);

  const hide = (chart) => {
    for (const mark of chart.querySelectorAll("[data-current]")) mark.removeAttribute("data-current");
    if (words) words.remove();
    words = null;
  };

  const point = (chart, mark) => {
    hide(chart);
    mark.setAttribute("data-current", "");
    words = document.createElement("p");
    words.className = "mark-words";
    words.setAttribute("role", "status");
    chart.append(words);
    words.textContent = told(mark);
    mark.scrollIntoView({ block: "nearest", inline: "nearest" });
    const place = mark.getBoundingClientRect();
    const left = Math.max(4, Math.min(place.left, document.documentElement.clientWidth - words.offsetWidth - 4));
    const below = place.bottom + 8;
    const top = below + words.offsetHeight < window.innerHeight ? below : place.top - words.offsetHeight - 8;
    words.style.setProperty("left", left + "px");
    words.style.setProperty("top", top + "px");
  };

  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

  document.addEventListener("keydown", (event) => {
    const chart = event.target.closest && event.target.closest(".reactive .chart-drawing");
    if (!chart || chart !== event.target) return;
    if (event.key === "Escape") {
      hide(chart);
      return;
    }
    const found = marks(chart);
    const at = found.findIndex((mark) => mark.hasAttribute("data-current"));
    let to = null;
    if (event.key in STEPS) to = at < 0 ? (STEPS[event.key] > 0 ? 0 : found.length - 1) : at + STEPS[event.key];
    else if (event.key === "Home") to = 0;
    else if (event.key === "End") to = found.length - 1;
    if (to === null || !found[to]) return;
    event.preventDefault();
    point(chart, found[to]);
  });

  document.addEventListener("focusout", (event) => {
    const chart = event.target.closest && event.target.closest(".reactive .chart-drawing");
    if (chart) hide(chart);
  });
})();
