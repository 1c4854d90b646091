/* Dossier: what pages gain from a script. Without it they do all the same. */
"use strict";
(() => {
  // The secret of a link stands behind #, where no server sees it: it goes into its field, and out of the address.
  const field = document.querySelector("[data-from-fragment]");
  if (field && location.hash.length > 1) {
    field.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname + location.search);
    document.querySelector("input[type=password]")?.focus();
  }
})();
