// A form that is held while the edge is asked, and is sent afterwards as the browser would have sent it at once.

import { find, ofForm, page } from "./document.js";

/** The attributes of a button that decide what is sent, and where to. */
const SENDING = ["type", "name", "value", "formaction", "formmethod", "formenctype", "formtarget", "formnovalidate"];

/** The form that is being sent. */
let passes = null;

/** Whether a form is being sent, so that its event is the page's. */
export const isSent = (form) => form === passes;

/** Whether the page stays when its handlers have had the form that is being sent. */
let stays = false;

/** Whether a form is being sent only to the page's own handlers. */
export const isKept = (form) => stays && isSent(form);

/**
 * The address to which a form is posted in place of this page, or `null` for any other form. A browser without
 * `requestSubmit` could not send it later.
 */
export function posted(form, submitter) {
  if (!HTMLFormElement.prototype.requestSubmit) return null;
  const said = (name) => (submitter?.hasAttribute(`form${name}`) ? submitter[`form${name}`] : ofForm(form, name.toLowerCase()));
  // HTML, "get an element's target": an empty one is this page, and only a form without one has that of `base`.
  const attributes = [submitter?.getAttribute("formtarget"), Element.prototype.getAttribute.call(form, "target")];
  const target = attributes.find((one) => typeof one === "string") ?? find("base[target]")[0]?.target ?? "";
  const isHere = said("Method") === "post" && /^(_self|_parent|_top)?$/i.test(target);
  return isHere && said("Action").startsWith(`${location.origin}/`) ? new URL(said("Action")) : null;
}

/** The disabled controls of a form, and the disabled groups around it. */
function disabled(form) {
  return find("[disabled]").filter((found) => found.form === form || found.contains(form));
}

/** A form as it is when it is held. Pages often change it just after the click: they disable the button, or take it away. */
export function hold(form, submitter, address) {
  const copy = submitter?.cloneNode();
  copy?.removeAttribute("form");
  return { form, submitter, copy, address, before: disabled(form) };
}

/** Takes back what keeps a held form from being sent. Returns the controls that the page has disabled since. */
export function restore({ form, before }) {
  if (!page("documentElement").contains(form)) page("body").append(form);
  const since = disabled(form).filter((found) => !before.includes(found));
  for (const control of since) control.removeAttribute("disabled");
  return since;
}

/**
 * Sends a held form. The page's handlers see its own button, unless that would send something else by now. With `isKept` only they
 * have it, because another form of the page would be lost.
 */
export function sendNow(held, isKept) {
  const since = restore(held);
  const { form, submitter, copy } = held;
  const isSame = submitter?.form === form && SENDING.every((name) => submitter.getAttribute(name) === copy.getAttribute(name));
  if (copy && !isSame) {
    copy.hidden = true;
    Element.prototype.append.call(form, copy);
  }
  passes = form;
  stays = isKept;
  try {
    HTMLFormElement.prototype.requestSubmit.call(form, isSame ? submitter : copy);
  } finally {
    passes = null;
    copy?.remove();
    for (const control of since) control.setAttribute("disabled", "");
  }
}
