// Warns people before their session ends, with a dialog as other GOV.UK services have it. Optional: a page loads it with
//
//   <script src="/auth/assets/session.js" data-warning="120" defer></script>
//
// where `data-warning` says how many seconds before the end the dialog opens; two minutes, unless it is there. The dialog
// speaks Welsh on a page whose `lang` is Welsh. The script needs nothing else, and stores nothing.
//
// Where a route has `form_warning`, it asks before a form is posted there, and a form that would be lost stays on the page.

import { element, listen, page } from "./session/document.js";
import { hold, isKept, isSent, posted, restore, sendNow } from "./session/forms.js";
import { WORDS } from "./session/words.js";

(() => {
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
  const words = WORDS[lang];

  /** How many seconds before its limit a session is left. */
  const BEFORE_LIMIT = 5;

  /** How long a form waits for the edge's answer, in milliseconds; then it is sent, as without this script. */
  const PATIENCE = 3000;

  /** How long a page whose session has ended stays with a form that was not sent, in milliseconds: time to sign in again. */
  const KEEPING = 15 * 60_000;

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
  // The submissions that wait for an answer, in the page's order. While there is one, the page is not left.
  let held = [];
  // Until when the page is not left although its session has ended, and the dialog that says so.
  let keeps = 0;
  let notice = null;

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
      if (held.length > 0) return later(20_000);
      if (end === null) return undefined;
      return Date.now() < keeps ? later(keeps - Date.now()) : leave(Date.now() < end - 2000);
    }
    keeps = 0;
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

  /**
   * Sends a form once the edge has said that it would not be lost, or has said nothing. A page may save a draft while its person
   * sends the form, in either order: each goes to the page's own handlers, and of those that lead away the browser takes the last.
   * So none is sent before the answers about all are there. Where one would be lost, the page stays.
   */
  async function send(mine) {
    held.push(mine);
    mine.status = await ask("GET", mine.address.pathname);
    // Another one came after it, or the page was left.
    if (!held.includes(mine) || held.some(({ status }) => status === undefined)) return;
    const all = held;
    held = [];
    const lost = all.filter(({ status }) => Object.hasOwn(words.lost, status?.form_lost));
    for (const one of all) if (!lost.includes(one)) sendNow(one, lost.length > 0);
    lost.forEach(restore);
    const last = lost.pop();
    if (last) keep(words.lost[last.status.form_lost], last.status, last.address);
  }

  /**
   * Says that the form stays, and leads to a sign-in in a tab of its own, where one would help. Nothing of the form is stored.
   */
  function keep([heading, way], status, address) {
    let place = address.pathname + address.search;
    let time;
    if (!status.signed_in) {
      close();
      place = location.pathname + location.search;
      // Not put off by a form that a script sends again and again.
      if (end !== null) {
        keeps ||= Date.now() + KEEPING;
        time = words.minutes(Math.max(1, Math.ceil((keeps - Date.now()) / 60_000)));
        later(keeps - Date.now());
      }
    }
    if (notice) return;
    const href = `${own}sign-in?lang=${lang}&return_to=${encodeURIComponent(place)}`;
    const link = element("a", { href, target: "_blank", rel: "noreferrer noopener", textContent: way });
    const back = element("button", { type: "button", textContent: words.back });
    const after = element("p", { textContent: way ? words.comeBack : words.reopen });
    const message = element("p", { textContent: `${words.kept} ${words.stays(time)}` });
    const steps = way ? [element("p", {}, link), after] : [after];
    notice = modal("form", heading, message, ...steps, element("div", {}, back));
    listen(back, "click", () => notice.close());
    listen(notice, "close", () => {
      notice.remove();
      notice = null;
    });
    notice.showModal();
  }

  // Before the page's own handlers, which see the form once: when it is sent.
  listen(window, "submit", (event) => {
    const { target: form, submitter } = event;
    if (!asksFirst || !event.isTrusted || event.defaultPrevented || isSent(form)) return;
    const address = posted(form, submitter);
    if (address === null) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // One that waits already takes its turn after those that came since.
    const known = held.findIndex((one) => one.form === form && one.submitter === submitter);
    if (known < 0) send(hold(form, submitter, address));
    else held.push(...held.splice(known, 1));
  }, true);
  // After the page's own handlers.
  listen(window, "submit", (event) => {
    if (isKept(event.target)) event.preventDefault();
  });
  // A page that comes back for Back may be in front of another person.
  listen(window, "pagehide", () => {
    held = [];
    keeps = 0;
  });
  listen(document, "visibilitychange", () => {
    if (!page("hidden") && end !== null) check();
  });
  listen(window, "pageshow", (event) => {
    if (event.persisted) check();
  });
  check();
})();
