// Warns people before their session ends, with a dialog as other GOV.UK services have it. Optional: a page loads it with
//
//   <script src="/auth/assets/session.js" data-warning="120" defer></script>
//
// where `data-warning` says how many seconds before the end the dialog opens; two minutes, unless it is there. The dialog
// speaks Welsh on a page whose `lang` is Welsh. The script needs nothing else, and stores nothing.

(() => {
  // An element with a name, such as <img name="currentScript">, takes the place of any member of `document`. Members of the
  // prototype keep their place (HTML, "DOM tree accessors"; Web IDL, [LegacyOverrideBuiltIns]).
  const page = (name) => Object.getOwnPropertyDescriptor(Document.prototype, name).get.call(document);
  const listen = (target, event, then) => EventTarget.prototype.addEventListener.call(target, event, then);

  const script = page("currentScript");
  if (!(script instanceof HTMLScriptElement)) return;
  const [own, rest] = script.src.split(/(?<=\/)(?=assets\/session\.js(?:$|[?#]))/);
  if (!rest || !own.startsWith(`${location.origin}/`) || /[?#]/.test(own)) return;
  // A symbol is no name that markup could take.
  const loaded = Symbol.for("one-login-timeout");
  if (window[loaded]) return;
  window[loaded] = true;
  const warning = 1000 * (Number(script.dataset.warning) || 120);
  const lang = /^cy\b/i.test(page("documentElement").lang) ? "cy" : "en";
  const words = {
    en: {
      title: "You are about to be signed out",
      idle: (time) => `For your security, we will sign you out in ${time}.`,
      limit: (time) => `For your security, we will sign you out in ${time}, even if you are using the page. Save or send your answers before then.`,
      stay: "Stay signed in",
      goOn: "Continue",
      leave: "Sign out",
      minutes: (n) => (n === 1 ? "1 minute" : `${n} minutes`),
      seconds: (n) => (n === 1 ? "1 second" : `${n} seconds`),
    },
    cy: {
      title: "Rydych ar fin cael eich allgofnodi",
      idle: (time) => `Er eich diogelwch, byddwn yn eich allgofnodi ymhen ${time}.`,
      limit: (time) => `Er eich diogelwch, byddwn yn eich allgofnodi ymhen ${time}, hyd yn oed os ydych yn defnyddio’r dudalen. Cadwch neu anfonwch eich atebion cyn hynny.`,
      stay: "Parhau i fod wedi’ch mewngofnodi",
      goOn: "Parhau",
      leave: "Allgofnodi",
      minutes: (n) => (n === 2 ? "2 funud" : `${n} munud`),
      seconds: (n) => `${n} eiliad`,
    },
  }[lang];

  /** How many seconds before its limit a session is left. */
  const BEFORE_LIMIT = 5;

  /** When the session ends if nothing happens, and whether using it could put that off. */
  let end = null;
  let movable = true;
  let timer;
  let view = null;
  // Whether the dialog is closed for another reason than a person's wish to stay.
  let silent = false;
  // The limit cannot be put off, so that one warning of it is enough.
  let warnedOfLimit = false;

  /** The edge's answer about the session, or `null` when it gives no answer. Only POST prolongs it. */
  async function ask(method) {
    try {
      const answer = await fetch(`${own}session`, { method, credentials: "same-origin", cache: "no-store" });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  /** Asks, and does what follows from the answer. */
  async function check(method = "GET") {
    clearTimeout(timer);
    const status = await ask(method);
    clearTimeout(timer);
    if (status === null) return later(20_000);
    // Before its time a session ends elsewhere. Two seconds are for the clocks of the account and of this script.
    if (!status.signed_in) return end === null ? undefined : leave(Date.now() < end - 2000);
    const { idle_seconds: idle, absolute_seconds: absolute } = status;
    end = Date.now() + 1000 * Math.min(idle, absolute);
    movable = idle < absolute;
    // Nothing puts the limit off. The account forgets a session at its limit, and One Login sends people back only with the
    // session's ID token.
    if (!movable && absolute <= BEFORE_LIMIT) return leave(false);
    const left = end - Date.now() - warning;
    if (left > 0) {
      close();
      later(left);
    } else if (!movable && warnedOfLimit) {
      later(Math.max(end - Date.now() - 1000 * BEFORE_LIMIT, 1000));
    } else {
      open();
    }
  }

  function later(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(check, Math.min(milliseconds, 2 ** 31 - 1));
  }

  /**
   * Leads to the page that says that the session has ended, which leads back here. A session that ended by time is signed out
   * at GOV.UK One Login first, so that the next person at this computer is asked to sign in.
   */
  function leave(elsewhere) {
    silent = true;
    const here = encodeURIComponent(location.pathname + location.search);
    if (elsewhere) location.assign(`${own}page?name=ended-elsewhere&lang=${lang}&return_to=${here}`);
    else location.assign(`${own}sign-out?inactive&lang=${lang}&return_to=${here}`);
  }

  function element(name, properties, ...children) {
    const made = Object.assign(Document.prototype.createElement.call(document, name), properties);
    made.append(...children);
    return made;
  }

  /** The dialog, which the browser itself keeps the focus in and takes it back from. */
  function build() {
    const sheet = element("link", { rel: "stylesheet", href: `${own}assets/session.css` });
    const title = element("h2", { id: "one-login-timeout-title", textContent: words.title });
    const message = element("p", { id: "one-login-timeout-message" });
    const spoken = element("p", { className: "one-login-timeout__spoken" });
    spoken.setAttribute("aria-live", "assertive");
    const stay = element("button", { type: "button" });
    const link = element("a", { href: `${own}sign-out?lang=${lang}`, textContent: words.leave });
    const dialog = element("dialog", { className: "one-login-timeout", lang }, title, message, spoken, element("div", {}, stay, link));
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.setAttribute("aria-describedby", message.id);
    listen(stay, "click", () => dialog.close());
    // Escape closes it as the button does: whoever presses it is there.
    listen(dialog, "close", closed);
    page("head").append(sheet);
    page("body").append(dialog);
    return { dialog, message, spoken, stay };
  }

  function open() {
    view ??= build();
    view.stay.textContent = movable ? words.stay : words.goOn;
    if (!view.dialog.open) view.dialog.showModal();
    tick();
  }

  function close() {
    if (!view?.dialog.open) return;
    silent = true;
    view.dialog.close();
  }

  function closed() {
    clearTimeout(timer);
    if (silent) {
      silent = false;
      return;
    }
    warnedOfLimit = !movable;
    check(movable ? "POST" : "GET");
  }

  /** Once a second: the time that is left, for eyes and, less often, for ears. */
  function tick() {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    const time = left > 60 ? words.minutes(Math.ceil(left / 60)) : words.seconds(left);
    const say = movable ? words.idle : words.limit;
    set(view.message, say(time));
    const rounded = Math.ceil(left / 20) * 20;
    set(view.spoken, say(left > 60 ? time : words.seconds(rounded)));
    // Another window may have prolonged the session, or ended it.
    if (!movable && left <= BEFORE_LIMIT) check();
    else if (left === 0 || left % 20 === 0) timer = setTimeout(check, left === 0 ? 1500 : 1000);
    else timer = setTimeout(tick, 1000);
  }

  /** Only a text that changes is announced. */
  function set(where, text) {
    if (where.textContent !== text) where.textContent = text;
  }

  listen(document, "visibilitychange", () => {
    if (!page("hidden") && end !== null) check();
  });
  listen(window, "pageshow", (event) => {
    if (event.persisted) check();
  });
  check();
})();
