/* Dossier: what pages gain from a script. Without it they do all the same.
   Its words stand in the attributes of #said; into a page goes text alone, or what the server drew. */
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const on = (what, does) => document.addEventListener(what, does);
  const status = document.getElementById("said");
  const word = (name, values = {}) =>
    Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), status?.dataset[name] ?? "");
  /* Said politely to who listens; the same text twice is said twice. */
  const say = (text) => {
    if (!status || !text) return;
    status.textContent = "";
    setTimeout(() => { status.textContent = text; }, 100);
  };
  const clock = (moment) => new Date(moment).toLocaleTimeString("en-GB");
  const make = (tag, text, parent) => {
    const one = parent.appendChild(document.createElement(tag));
    one.textContent = text;
    return one;
  };
  const isTypedInto = (node) =>
    node instanceof HTMLElement && (node.isContentEditable || node.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));

  /* The secret of a link stands behind #, where no server sees it: it goes into its field, and out of the address. */
  const secret = document.querySelector("[data-from-fragment]");
  if (secret && location.hash.length > 1) {
    secret.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname + location.search);
    document.querySelector("input[type=password]")?.focus();
  }

  /* What has to be mended is read first. */
  document.querySelector("[data-errors]")?.focus();

  /* A form is sent once: a second click within ten seconds does nothing. Coming back to the page makes it whole again. */
  const AGAIN_AFTER = 10000;
  const sent = new Map();
  const changed = new Set();
  on("submit", (event) => {
    const form = event.target, now = Date.now();
    if (event.defaultPrevented) return;
    if (form.method === "post" && now - (sent.get(form) ?? 0) < AGAIN_AFTER) {
      event.preventDefault();
      return;
    }
    sent.set(form, now);
    changed.delete(form);
    form.dispatchEvent(new Event("sent"));
    /* The next at this device is somebody else. */
    if (form.matches("[action*='/sign-out']")) store.tidy(Infinity);
  });
  addEventListener("pageshow", () => sent.clear());
  on("input", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-guard], [data-autosave]")) changed.add(form);
  });
  /* Whoever leaves with text that nobody has is asked; the browser has the words. */
  addEventListener("beforeunload", (event) => {
    if ([...changed].some((form) => form.isConnected)) event.preventDefault();
  });

  /* ---- Typed text is kept in the background ---- */
  const KEPT_FOR = 7 * 24 * 3600 * 1000;
  const PAUSE = 1200, PAUSE_MAX = 8000, RETRY_MAX = 30000;
  /* Storage may be full, or not allowed. */
  const attempt = (does) => { try { return does(); } catch { return null; } };
  const store = {
    read: (key) => attempt(() => JSON.parse(localStorage.getItem(key))),
    write: (key, value) => attempt(() => localStorage.setItem(key, JSON.stringify(value))),
    remove: (key) => attempt(() => localStorage.removeItem(key)),
    tidy: (before) => attempt(() => {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith("kept:") && !(store.read(key)?.at > before)) store.remove(key);
      }
    }),
  };
  /* What people can change: never what the page drew for the server, such as versions and keys, nor what is said of one text alone. */
  const controls = (form) => [...form.elements].filter((one) =>
    one.name && !one.matches("[type=hidden], [type=file], [type=password], [type=submit], [data-unkept], button, fieldset, output"));
  const isOut = (answer) => answer?.status === 401 || answer?.type === "opaqueredirect";
  const isBox = (one) => one.matches("[type=checkbox], [type=radio]");
  const chosen = (one) => isBox(one) ? (one.checked ? "on" : "")
    : one.multiple ? [...one.selectedOptions].map((option) => option.value).join("\n") : one.value;
  const put = (one, value) => {
    if (isBox(one)) one.checked = value === "on";
    else if (one.multiple) for (const option of one.options) option.selected = value.split("\n").includes(option.value);
    else one.value = value;
  };
  /* A name that stands many times is told apart by its value (boxes) or its place (lines). */
  const named = (form) => {
    const seen = {};
    return controls(form).map((one) => {
      const kind = isBox(one) ? `=${one.value}` : `#${seen[one.name] = (seen[one.name] ?? 0) + 1}`;
      return [one.name + kind, one];
    });
  };
  const typed = (form) => Object.fromEntries(named(form).map(([name, one]) => [name, chosen(one)]));

  const keep = (form) => {
    const address = form.dataset.autosave, mine = form.elements.form?.value, key = `kept:${mine}:${address}`;
    const shown = form.querySelector("[data-saved]");
    shown?.removeAttribute("role");
    let timer = 0, first = 0, wait = 2000, running = false, again = false, state = "", ending;

    const show = (next, values) => {
      const text = word(next, values);
      if (shown) { shown.textContent = text; shown.dataset.state = next; }
      /* Announced when it turns bad, or good again; not each time. */
      if (next !== state && (next !== "kept" || (state && state !== "elsewhere"))) say(text);
      state = next;
    };
    const later = (pause) => { clearTimeout(timer); timer = setTimeout(save, pause); };
    const failed = (next) => {
      show(next);
      later(wait);
      wait = Math.min(wait * 2, RETRY_MAX);
    };
    const body = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    const save = async (leaving = false) => {
      if (sent.has(form)) return;
      if (running) { again = true; return; }
      running = true;
      ending = new AbortController();
      again = false;
      first = 0;
      const values = typed(form), sending = body();
      const answer = await fetch(address, {
        method: "POST", body: sending, redirect: "manual", headers: { Accept: "application/json" }, signal: ending.signal,
        keepalive: leaving && sending.toString().length < 60000,
      }).catch(() => null);
      running = false;
      if (sent.has(form)) return;
      const isSame = JSON.stringify(values) === JSON.stringify(typed(form));
      if (answer && (answer.ok || answer.status === 409)) {
        wait = 2000;
        if (isSame) { store.remove(key); changed.delete(form); }
        show(answer.ok ? "kept" : "elsewhere", { time: clock(Date.now()) });
      } else if ([400, 413, 422].includes(answer?.status)) {
        /* Nor is the same again: the next change is tried. */
        show("refused");
      } else {
        failed(isOut(answer) ? "signedOut" : answer || navigator.onLine ? "trying" : "offline");
        return;
      }
      if (again || !isSame) later(PAUSE);
    };
    const noted = () => {
      store.write(key, { at: Date.now(), values: typed(form) });
      first ||= Date.now();
      later(Math.max(0, Math.min(PAUSE, first + PAUSE_MAX - Date.now())));
    };
    /* A late one brings back what was sent. */
    form.addEventListener("sent", () => { clearTimeout(timer); ending?.abort(); });
    for (const what of ["input", "change"]) form.addEventListener(what, noted);
    addEventListener("online", () => { if (changed.has(form)) save(); });
    on("visibilitychange", () => {
      if (document.visibilityState === "hidden" && changed.has(form) && !sent.has(form)) { clearTimeout(timer); save(true); }
    });

    /* What the server did not get the last time is put back, and told. */
    const before = store.read(key);
    if (!before) return;
    const known = new Map(named(form)), left = [];
    let differs = false;
    for (const [name, value] of Object.entries(before.values ?? {})) {
      const one = known.get(name);
      if (!one) { if (value && value !== "on") left.push(value); continue; }
      if (chosen(one) !== value) { put(one, value); differs = true; }
    }
    if (!differs && !left.length) { store.remove(key); return; }
    const told = make("div", "", form);
    told.className = "note turn flow-s";
    say(make("p", word("restored", { time: clock(before.at) }), told).textContent);
    /* Lines that the form no longer has are shown, so that they can be copied. */
    for (const value of left) make("pre", value, told).dir = "auto";
    form.prepend(told);
    changed.add(form);
    form.dispatchEvent(new Event("restored", { bubbles: true }));
    if (left.length) store.remove(key);
    later(0);
  };
  store.tidy(Date.now() - KEPT_FOR);
  all("form[data-autosave]").forEach(keep);

  /* ---- Pages that move ---- */
  const LOOK_EVERY = 1000;
  const stream = document.body.dataset.liveAt;
  const marked = (within = document) => all("[data-live][id]", within);
  /* What is drawn anew with each page, such as keys against a double click, is no change. */
  const essence = (element) => {
    const copy = element.cloneNode(true);
    all("input[type=hidden]", copy).forEach((one) => one.remove());
    return copy.outerHTML;
  };
  const follow = () => {
    const drawn = new Map(marked().map((one) => [one.id, essence(one)]));
    const topics = new Set(marked().flatMap((one) => one.dataset.live.split(" ")).filter(Boolean));
    if (!topics.size) return;
    const address = `${stream}?${new URLSearchParams([...topics].slice(0, 8).map((topic) => ["topic", topic]))}`;
    let source = null, waiting = 0, last = Date.now(), isLooking = false;

    const replace = (old, fresh) => {
      const focused = old.contains(document.activeElement) ? document.activeElement : null;
      if (focused && isTypedInto(focused)) {
        /* Nobody's typing is taken away: it waits until they have left the field. */
        focused.addEventListener("blur", soon, { once: true });
        return false;
      }
      const same = (one) => one.id ? `#${CSS.escape(one.id)}` : one.tagName +
        ["name", "value", "href"].map((name) => one.hasAttribute(name) ? `[${name}="${CSS.escape(one.getAttribute(name))}"]` : "").join("");
      const opened = all("details", old).map((one) => one.open);
      all("details", fresh).forEach((one, at) => { if (opened[at] !== undefined) one.open = opened[at]; });
      all("form", old).forEach((form, at) => {
        const other = all("form", fresh)[at];
        if (!other || form.getAttribute("action") !== other.getAttribute("action")) return;
        const values = typed(form);
        form.reset();
        const drawn = typed(form);
        for (const [name, one] of named(other)) if (name in values && values[name] !== drawn[name]) put(one, values[name]);
        if (changed.delete(form)) changed.add(other);
      });
      old.replaceWith(fresh);
      if (focused) (fresh.matches(same(focused)) ? fresh : fresh.querySelector(same(focused)))?.focus({ preventScroll: true });
      return true;
    };
    const look = async () => {
      if (isLooking) { soon(); return; }
      isLooking = true;
      last = Date.now();
      let page = null;
      try {
        const answer = await fetch(location.pathname + location.search, { redirect: "manual", headers: { Accept: "text/html" } });
        if (isOut(answer)) stop();
        else if (answer.ok) page = new DOMParser().parseFromString(await answer.text(), "text/html");
      } catch { /* the next message */ }
      isLooking = false;
      if (!page) return;
      for (const symbol of all(".sprite symbol", page)) {
        if (!document.getElementById(symbol.id)) document.querySelector(".sprite")?.append(document.importNode(symbol, true));
      }
      let moved = false;
      for (const old of marked()) {
        const fresh = page.getElementById(old.id);
        if (!old.isConnected || !fresh) continue;
        const now = essence(fresh);
        if (now === drawn.get(old.id)) continue;
        if (replace(old, document.importNode(fresh, true))) { drawn.set(old.id, now); moved = true; }
      }
      if (!moved) return;
      document.title = page.title;
      say(word("changed"));
      document.dispatchEvent(new Event("moved"));
    };
    const soon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(look, Math.max(50, last + LOOK_EVERY - Date.now()));
    };
    const stop = () => { source?.close(); source = null; };
    /* A browser has few connections to one host: a page listens only while it is looked at, and looks once when it comes back. */
    const listen = () => {
      if (document.visibilityState === "hidden") { stop(); return; }
      if (source) return;
      source = new EventSource(address);
      source.addEventListener("open", soon);
      source.addEventListener("message", soon);
    };
    on("visibilitychange", listen);
    addEventListener("pagehide", stop);
    addEventListener("pageshow", listen);
    listen();
  };
  if (stream) follow();

  /* ---- Keys ---- */
  /* Rows have keys of their service's script, which looks at the switch as well. */
  const SWITCH = "keys", ROWS = "[data-rows]";
  const isOff = () => attempt(() => localStorage.getItem(SWITCH)) === "off";
  const tell = () => { document.body.dataset.keys = isOff() ? "off" : "on"; };
  const press = (one) => one.matches("a, button, summary") ? one.click() : one.focus();
  let list = null;
  const showKeys = () => {
    list?.remove();
    list = document.createElement("dialog");
    make("h2", word("keys"), list);
    const terms = document.createElement("dl");
    const line = (key, says) => { make("kbd", key, make("dt", "", terms)); make("dd", says, terms); };
    for (const one of all("[data-key]")) line(one.dataset.key, one.dataset.keySays || one.textContent.trim());
    if (document.querySelector(ROWS)) line("j k", word("rows"));
    line("?", word("keys"));
    list.append(terms);
    const buttons = make("p", "", list);
    buttons.className = "row tightly";
    const turn = make("button", word(isOff() ? "keysOn" : "keysOff"), buttons);
    turn.addEventListener("click", () => {
      attempt(() => localStorage.setItem(SWITCH, isOff() ? "on" : "off"));
      tell();
      turn.textContent = word(isOff() ? "keysOn" : "keysOff");
    });
    make("button", word("close"), buttons).addEventListener("click", () => list.close());
    list.setAttribute("aria-label", word("keys"));
    document.body.append(list);
    list.showModal();
  };
  tell();
  if (document.querySelector(`[data-key], ${ROWS}`)) {
    const button = make("button", word("keys"), document.querySelector(".foot .wrap") ?? document.body);
    button.className = "quiet tight";
    button.addEventListener("click", showKeys);
    on("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
      if (isOff() || isTypedInto(event.target) || document.querySelector("dialog[open]")) return;
      const one = all("[data-key]").find((one) => one.dataset.key === event.key && one.checkVisibility?.() !== false);
      if (event.key === "?") showKeys();
      else if (one) press(one);
      else return;
      event.preventDefault();
    });
  }
})();
