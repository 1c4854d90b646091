/* Dossier: what the pages of the office gain from a script. Without it they do all the same. */
"use strict";
(() => {
  // A chosen file goes into the field where its text is pasted otherwise.
  for (const field of document.querySelectorAll("[data-file-for]")) {
    const text = document.getElementById(field.dataset.fileFor);
    const chosen = field.querySelector("input[type=file]");
    if (!text || !chosen) continue;
    field.hidden = false;
    chosen.addEventListener("change", async () => {
      const file = chosen.files[0];
      if (file) text.value = await file.text();
    });
  }
})();
