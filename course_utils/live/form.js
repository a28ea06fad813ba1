// Shared by the widgets that are forms: it stands before their own script, in one module (base.py, script()).

/**
 * @typedef {import("@anywidget/types").AnyModel<any>} Model
 * @typedef {{[listener: `on${string}`]: (event: any) => unknown, [name: string]: any}} Attributes
 */

/** An HTML element: element("p", {class, onclick, ...}, children...).
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Attributes} attributes @param {(Node | string)[]} children @returns {HTMLElementTagNameMap[K]} */
const element = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);

/** An element with these attributes, listeners (on...) and children.
 * @template {Element} E @param {E} node @param {Attributes} attributes @param {(Node | string)[]} children */
function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** What Python has this widget say (base.py, `texts`): words(id, {n: 3}) fills the named places of a sentence.
 * @param {Model} model @returns {(id: string, places?: Record<string, string | number>) => string} */
const wordsOf = (model) => (id, places = {}) =>
  (model.get("texts")[id] ?? id).replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => String(places[name]));

/** A text with `code` and subscripts such as η_t, as nodes. @param {string} text */
function prose(text) {
  return text.split(/(`[^`]+`|(?<![\p{L}\p{N}_])\p{L}_(?:\{[^{}]+\}|[\p{L}\p{N}]+)(?![\p{L}\p{N}_]))/u).map((part) => {
    if (/^`.+`$/.test(part)) return element("code", {}, part.slice(1, -1));
    if (!/^\p{L}_./u.test(part)) return part;
    const letter = String.fromCodePoint(part.codePointAt(0) ?? 0);
    return element("span", {}, letter, element("sub", {}, part.slice(letter.length + 1).replace(/^\{(.*)\}$/, "$1")));
  });
}

let asked = 0;
/** A form that is called by the question in it: so each has a name of its own.
 * @template {HTMLElement} E @param {E} form @param {HTMLElement} question */
function calledBy(form, question) {
  question.id = `course-asked-${asked++}-${Math.random().toString(36).slice(2)}`; // also unlike those of another module
  form.setAttribute("aria-labelledby", question.id);
  return form;
}

/** The keys that lead into a form after Shift+Enter, and out of it: shown until a hand has been inside.
 * @param {string} text */
const keysLine = (text) => element("p", { class: "course-keys" }, text);

/** JupyterLab has shortcuts on plain keys: what is typed in a form is meant for the form.
 * @param {KeyboardEvent} event */
const keepKeys = (event) => event.key !== "Escape" && !event.ctrlKey && !event.shiftKey && event.stopPropagation();

/** @param {() => void} act @returns {(event: Event) => void} */
const onSubmit = (act) => (event) => {
  event.preventDefault();
  act();
};

/** What is typed goes to Python when the hand rests for a moment, or leaves the box: later() and now(), if it changed.
 * @param {() => void} act @param {number} rest milliseconds */
function soon(act, rest = 400) {
  /** @type {number | null} */
  let timer = null;
  const cancel = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const now = () => {
    const waiting = timer !== null;
    cancel();
    if (waiting) act();
  };
  return {
    cancel,
    now,
    later: (wait = rest) => {
      cancel();
      timer = setTimeout(now, wait);
    },
  };
}

/** Draw now and on every change of the named traits. -> what stops it
 * @param {Model} model @param {Record<string, () => void>} watch traits, with spaces between: what draws them */
function drawOn(model, watch) {
  for (const [traits, draw] of Object.entries(watch)) {
    model.on(traits.replaceAll(/\S+/g, "change:$&"), draw);
    draw();
  }
  return () => Object.values(watch).forEach((draw) => model.off(null, draw));
}

/** Where a class looks on, a button that shares how the exercise came out (sharing.py), and what leaves the notebook by it.
 * @param {Model} model @param {HTMLElement} el */
function offerToShare(model, el) {
  const offer = model.get("offer");
  if (!offer?.button) return;
  const share = element("button", { type: "button", class: "course-button", onclick: () => model.send({ do: "share" }) }, offer.button);
  const told = element("p", { class: "course-small", role: "status" });
  const leaves = element("p", { class: "course-small" }, offer.leaves);
  (el.querySelector(".course-widget") ?? el).append(element("div", { class: "course-share" }, share, leaves, told));
  return drawOn(model, { shared: () => (told.textContent = model.get("shared")) });
}

/** A line of words as nodes: a point such as (−1, 0.5) stays on one line, and letters of formulas are typeset.
 * @param {string} line */
const unbroken = (line) => line.split(/(\([^\s()]{1,14}, [^\s()]{1,14}\)[.,;:]?)/).flatMap((part, k) =>
  k % 2 ? [element("span", { class: "course-point" }, part)] : typeset(part, (letter, style) => element("var", { class: style }, letter)));

/** A quantity's letter has the quantity's colour. @type {Record<string, string>} */
const QUANTITY = { "η": "course-eta", "μ": "course-mu", g: "course-g", v: "course-v" };
const MATHML = "http://www.w3.org/1998/Math/MathML";

/** @param {string} text @param {string | undefined} style */
function mathml(text, style) {
  const letter = document.createElementNS(MATHML, "mi");
  letter.textContent = text;
  const math = document.createElementNS(MATHML, "math");
  if (style) math.setAttribute("class", style);
  math.append(letter);
  return math;
}

/** A text with the letters of its formulas typeset: Greek ones, and those that stand alone or after a Greek one.
 *
 * As MathML in a formula; what is read aloud or copied as a sentence takes <var>, which stays in the line.
 * @param {string} text @param {(letter: string, style?: string) => Node} as @returns {(Node | string)[]} */
const typeset = (text, as = mathml) => text.split(/([ηµμθΘκλρ]|(?<![\p{Script=Latin}\p{N}_’'])[gvfxy](?![\p{L}\p{N}_’']))/u).map((part, k) =>
  k % 2 ? as(part, QUANTITY[part]) : part);

/** A node in a room for the longest that may stand in it: texts laid out in its place, and never seen.
 * @param {HTMLElement} node @param {string} style @returns {[room: HTMLElement, reserve: (texts: string[]) => void]} */
function roomFor(node, style) {
  const room = element("div", { class: `course-room ${style}` }, node);
  let kept = "";
  const reserve = (/** @type {string[]} */ texts) => {
    if (kept === (kept = texts.join("\n\n"))) return;
    room.replaceChildren(node, ...texts.map((text) => element("div", { class: "course-ghost", "aria-hidden": "true" },
      ...text.split("\n").map((line) => element("p", {}, ...unbroken(line))))));
  };
  return [room, reserve];
}
