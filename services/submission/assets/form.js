/* What the form of an entry gains from a script: fields that are asked only when another says so, signs counted, rows added, upload watched. */
"use strict";
(() => {
  const form = document.querySelector("form[data-autosave]");
  const values = (name) => new FormData(form).getAll(name);
  const conditions = () => {
    for (const field of form.querySelectorAll("[data-when]")) {
      const wanted = field.dataset.is.split("\u001f");
      const held = values(field.dataset.when);
      const filled = [...field.querySelectorAll("input:not([type=radio]):not([type=checkbox]),textarea,select")].some((one) => one.value)
        || field.querySelector("input:checked");
      field.closest(".formrow").hidden = !filled && !held.some((one) => wanted.includes(one));
    }
  };
  const count = (area) => {
    const tail = form.querySelector(`[data-count="${area.id}"]`);
    if (tail && area.dataset.most) tail.textContent = `${[...area.value].length} / ${area.dataset.most}`;
  };
  if (form) {
    form.addEventListener("input", (event) => {
      conditions();
      if (event.target.dataset.most) count(event.target);
    });
    for (const area of form.querySelectorAll("[data-most]")) count(area);
    conditions();
    // A link to a field in a folded part opens the part.
    const open = () => {
      const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
      const part = target && target.closest("details");
      if (part) { part.open = true; target.scrollIntoView(); }
    };
    addEventListener("hashchange", open);
    open();
  }
  const upload = document.querySelector("form[data-upload]");
  if (upload) {
    const bar = upload.querySelector("progress");
    upload.addEventListener("submit", (event) => {
      event.preventDefault();
      const request = new XMLHttpRequest();
      bar.hidden = false;
      request.upload.addEventListener("progress", (step) => { if (step.lengthComputable) bar.value = step.loaded / step.total; });
      request.addEventListener("load", () => {
        if (request.status < 400) { location.assign(request.responseURL || upload.dataset.upload); return; }
        document.open(); document.write(request.responseText); document.close();
      });
      request.addEventListener("error", () => upload.submit());
      request.open("POST", upload.action);
      request.setRequestHeader("Accept", "text/html");
      request.send(new FormData(upload));
    });
  }
})();
