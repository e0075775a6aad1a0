// Warns people before their session ends, with a dialog as other GOV.UK services have it. Optional: a page loads it with
//
//   <script src="/auth/assets/session.js" data-warning="120" defer></script>
//
// where `data-warning` says how many seconds before the end the dialog opens; two minutes, unless it is there. The dialog
// speaks Welsh on a page whose `lang` is Welsh. The script needs nothing else, and stores nothing.
//
// Where a route has `form_warning`, it asks before a form is posted there, and a form that would be lost stays on the page.

(() => {
  // An element with a name, such as <img name="currentScript">, takes the place of any member of `document`. Members of the
  // prototype keep their place (HTML, "DOM tree accessors"; Web IDL, [LegacyOverrideBuiltIns]).
  const page = (name) => Object.getOwnPropertyDescriptor(Document.prototype, name).get.call(document);
  const listen = (target, event, then, early) => EventTarget.prototype.addEventListener.call(target, event, then, early);

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
      lost: {
        "form-expired": ["You need to sign in before you can send this", "Sign in (opens in new tab)"],
        "form-sign-in-again": ["You need to sign in again before you can send this", "Sign in (opens in new tab)"],
        "form-needs-identity": ["You need to prove your identity before you can send this", "Prove your identity (opens in new tab)"],
      },
      kept: "We have not sent your answers. They are still on this page.",
      comeBack: "Come back to this tab and send the form again.",
      back: "Go back to your answers",
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
      lost: {
        "form-expired": ["Mae angen i chi fewngofnodi cyn y gallwch anfon hyn", "Mewngofnodi (yn agor mewn tab newydd)"],
        "form-sign-in-again": ["Mae angen i chi fewngofnodi eto cyn y gallwch anfon hyn", "Mewngofnodi (yn agor mewn tab newydd)"],
        "form-needs-identity": ["Mae angen i chi brofi eich hunaniaeth cyn y gallwch anfon hyn", "Profi eich hunaniaeth (yn agor mewn tab newydd)"],
      },
      kept: "Nid ydym wedi anfon eich atebion. Maent yn dal ar y dudalen hon.",
      comeBack: "Dewch yn ôl i’r tab hwn ac anfonwch y ffurflen eto.",
      back: "Mynd yn ôl i’ch atebion",
    },
  }[lang];

  /** How many seconds before its limit a session is left. */
  const BEFORE_LIMIT = 5;

  /** How long a form waits for the edge's answer, in milliseconds; then it is sent, as without this script. */
  const PATIENCE = 3000;

  /** When the session ends if nothing happens, and whether using it could put that off. */
  let end = null;
  let movable = true;
  let timer;
  let sheet;
  let view = null;
  // Whether the dialog is closed for another reason than a person's wish to stay.
  let silent = false;
  // The limit cannot be put off, so that one warning of it is enough.
  let warnedOfLimit = false;
  // Whether a route of the service has `form_warning`.
  let asksFirst = false;
  // Whether a form waits for an answer, or stays on the page because there is no session. Then the page is not left.
  let asking = false;
  let keeps = false;
  // The form that is sent after the question, and how often the page was left: a form of before is not sent any more.
  let passes = null;
  let departures = 0;

  /**
   * The edge's answer about the session, or `null` when it gives no answer. Only POST prolongs it. An answer about a form
   * that is about to be posted to a path is waited for as long as `PATIENCE` says.
   */
  async function ask(method, form) {
    const abort = new AbortController();
    const patience = form === undefined ? undefined : setTimeout(() => abort.abort(), PATIENCE);
    try {
      const address = form === undefined ? `${own}session` : `${own}session?form=${encodeURIComponent(form)}`;
      const answer = await fetch(address, { method, credentials: "same-origin", cache: "no-store", signal: abort.signal });
      const status = answer.ok ? await answer.json() : null;
      if (status !== null) asksFirst = status.form_warning === true;
      return status;
    } catch {
      return null;
    } finally {
      clearTimeout(patience);
    }
  }

  /** Asks, and does what follows from the answer. */
  async function check(method = "GET") {
    clearTimeout(timer);
    const status = await ask(method);
    clearTimeout(timer);
    if (status === null) return later(20_000);
    // Before its time a session ends elsewhere. Two seconds are for the clocks of the account and of this script.
    if (!status.signed_in) {
      if (asking) return later(20_000);
      return keeps || end === null ? undefined : leave(Date.now() < end - 2000);
    }
    keeps = false;
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

  /** A dialog, which the browser itself keeps the focus in and takes it back from. The first element says what it is about. */
  function modal(name, heading, message, ...children) {
    sheet ??= page("head").appendChild(element("link", { rel: "stylesheet", href: `${own}assets/session.css` }));
    const title = element("h2", { id: `one-login-${name}-title`, textContent: heading });
    message.id = `one-login-${name}-message`;
    const dialog = element("dialog", { className: "one-login-timeout", lang }, title, message, ...children);
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.setAttribute("aria-describedby", message.id);
    page("body").append(dialog);
    return dialog;
  }

  function build() {
    const message = element("p");
    const spoken = element("p", { className: "one-login-timeout__spoken" });
    spoken.setAttribute("aria-live", "assertive");
    const stay = element("button", { type: "button" });
    const link = element("a", { href: `${own}sign-out?lang=${lang}`, textContent: words.leave });
    const dialog = modal("timeout", words.title, message, spoken, element("div", {}, stay, link));
    listen(stay, "click", () => dialog.close());
    // Escape closes it as the button does: whoever presses it is there.
    listen(dialog, "close", closed);
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

  /** The path to which a form is posted in place of this page, or `null` for any other form. */
  function posted(form, submitter) {
    const said = (name) => {
      if (submitter?.hasAttribute(`form${name}`)) return submitter[`form${name}`];
      return Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, name.toLowerCase()).get.call(form);
    };
    const isHere = said("Method") === "post" && /^(_self|_parent|_top)?$/i.test(said("Target"));
    return isHere && said("Action").startsWith(`${location.origin}/`) ? new URL(said("Action")).pathname : null;
  }

  /** Sends a form once the edge has said that it would not be lost, or has said nothing. */
  async function send(form, submitter, path) {
    const before = departures;
    asking = true;
    const status = await ask("GET", path);
    asking = false;
    if (departures !== before) return;
    if (Object.hasOwn(words.lost, status?.form_lost)) return keep(words.lost[status.form_lost], status, path);
    const submit = (by) => HTMLFormElement.prototype.requestSubmit.call(form, by);
    passes = form;
    try {
      submit(submitter);
    } catch {
      // The page has taken the button away meanwhile.
      submit(null);
    } finally {
      passes = null;
    }
  }

  /** Says that the form stays, and leads to a sign-in in a tab of its own. Nothing of the form is stored. */
  function keep([heading, way], status, path) {
    let place = path;
    if (!status.signed_in) {
      clearTimeout(timer);
      close();
      end = null;
      keeps = true;
      place = location.pathname + location.search;
    }
    const href = `${own}sign-in?lang=${lang}&return_to=${encodeURIComponent(place)}`;
    const link = element("a", { href, target: "_blank", rel: "noreferrer noopener", textContent: way });
    const back = element("button", { type: "button", textContent: words.back });
    const after = element("p", { textContent: words.comeBack });
    const dialog = modal("form", heading, element("p", { textContent: words.kept }), element("p", {}, link), after, element("div", {}, back));
    listen(back, "click", () => dialog.close());
    listen(dialog, "close", () => dialog.remove());
    dialog.showModal();
  }

  // Before the page's own handlers, which see the form once: when it is sent.
  listen(window, "submit", (event) => {
    const { target: form, submitter } = event;
    if (!asksFirst || !event.isTrusted || event.defaultPrevented || form === passes) return;
    const path = HTMLFormElement.prototype.requestSubmit && posted(form, submitter);
    if (typeof path !== "string") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!asking) send(form, submitter, path);
  }, true);
  listen(window, "pagehide", () => {
    departures += 1;
  });
  listen(document, "visibilitychange", () => {
    if (!page("hidden") && (end !== null || keeps)) check();
  });
  listen(window, "pageshow", (event) => {
    if (event.persisted) check();
  });
  check();
})();
