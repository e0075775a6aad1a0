// Members of `document`, of its elements and of a page's forms, whatever the page's markup names.
//
// An element with a name, such as <img name="currentScript">, takes the place of any member of `document`, and a field that of
// any member of its form. Members of the prototype keep their place (HTML, "DOM tree accessors"; Web IDL,
// [LegacyOverrideBuiltIns]).

const get = (kind, object, name) => Object.getOwnPropertyDescriptor(kind.prototype, name).get.call(object);

/** A member of the document. */
export const page = (name) => get(Document, document, name);

/** A member of a form that says what the browser does with it: `action`, `method`. */
export const ofForm = (form, name) => get(HTMLFormElement, form, name);

/** Calls a function at each event of a target; `early` is before the handlers of the page's elements. */
export const listen = (target, event, then, early) => EventTarget.prototype.addEventListener.call(target, event, then, early);

/** The elements of the page that a selector finds, in the page's order. */
export const find = (selector) => [...Document.prototype.querySelectorAll.call(document, selector)];

/** A new element with these properties and children. */
export function element(name, properties, ...children) {
  const made = Object.assign(Document.prototype.createElement.call(document, name), properties);
  made.append(...children);
  return made;
}
