/* Dossier: keys at the queue and on review pages. Nothing needs them. j and k go from row to row, o opens and c takes up the chosen row,
   a and r choose a verdict. */
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility?.() ?? true);
  let here = -1;
  // After rows came in or went, none is chosen until j or k choose one.
  const chosen = () => document.querySelector('[data-row][aria-current="true"]');
  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    here = Math.min(Math.max(here + step, 0), all.length - 1);
    all.forEach((row, at) => (at === here ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current")));
    const row = all[here];
    row.scrollIntoView({ block: "nearest" });
    (row.querySelector("[data-open]") || row.querySelector("summary, input"))?.focus({ preventScroll: true });
  };
  const press = (name) => chosen()?.querySelector(`[data-${name}]`)?.click();
  const verdict = (key) => {
    const found = document.querySelector(`[data-verdict="${key}"]`);
    if (!found) return;
    found.checked = true;
    found.focus();
    found.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
    // Who switched single keys off, or reads their list, meant all of them (WCAG 2.1.4).
    if (document.body.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const act = { j: () => go(1), k: () => go(-1), o: () => press("open"), c: () => press("claim"), a: () => verdict("approve"), r: () => verdict("changes") }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
