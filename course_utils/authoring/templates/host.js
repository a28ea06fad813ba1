// A host for anywidget modules on a page without a kernel: a model on a plain state object, and answers that were
// recorded when the page was built. The widgets' own modules draw; nothing is computed here.

/**
 * @typedef {Record<string, any>} State
 * @typedef {[message: any, changes: State, reached: string]} Reply
 * @typedef {{field: string, fills: string[], known: string[], rounded: any, other: any, blank: any, unreadable: any}} Typed
 * @typedef {{kind: string, module?: string, html?: string, state: State, key?: string, typed?: Typed | null,
 *   sets?: string[]}} Stored what the build wrote down of one widget (recording.py, of_widget)
 * @typedef {{replies: Reply[], views: Record<string, any>}} Answers
 * @typedef {(name: string, listener: Function) => void} Listening
 */

/** The state with its binary parts, {"blob": name}, as the DataViews that a kernel would have sent.
 * @param {any} value @param {Record<string, string>} blobs base64 by name @returns {any} */
export function revived(value, blobs) {
  if (Array.isArray(value)) return value.map((part) => revived(part, blobs));
  if (value === null || typeof value !== "object") return value;
  const names = Object.keys(value);
  if (names.length === 1 && typeof value.blob === "string") {
    return new DataView(Uint8Array.from(atob(blobs[value.blob]), (letter) => letter.charCodeAt(0)).buffer);
  }
  return Object.fromEntries(names.map((name) => [name, revived(value[name], blobs)]));
}

// --- numbers that are typed: read as in Python (typed_numbers.py), for a page on which no Python runs

const ATOM = "\\(?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[-+]?\\d+)?\\)?";
const DECIMAL_COMMA = /^[-+]?(?:0?,\d+|[1-9]\d*,(?:\d{1,2}|\d{4,})|[1-9]\d{3,},\d{3})$/; // 1,200 may be 1200
const NUMBER = new RegExp(`^\\(?([-+]?)(?:(\\d+) (\\d+)/(\\d+)|(${ATOM})(?:/([-+]?${ATOM}))?)\\)?$`);

/** @param {string} text @returns {{value: number, decimals: number} | null | undefined} null: blank; undefined: not to be read */
export function readNumber(text) {
  const plain = text.normalize("NFKC").toLowerCase().replace(/[−–—‐]/g, "-").replace(/[⁄÷]/g, "/").trim()
    .replace(/^(?:\p{L}[^-+*/^<>=≈]*)?[=≈]\s*/u, "").replace(/ *([-+/]) */g, "$1");
  if (!plain) return null;
  const found = NUMBER.exec(DECIMAL_COMMA.test(plain) ? plain.replace(",", ".") : plain);
  if (!found) return undefined;
  const [, sign, whole, top, below, number, divisor] = found;
  const atom = (/** @type {string} */ part) => Number(part.replace(/[()]/g, ""));
  const size = whole ? Number(whole) + Number(top) / Number(below) : atom(number) / (divisor ? atom(divisor) : 1);
  if (!Number.isFinite(size)) return undefined;
  const typed = divisor || whole ? "" : number.replace(/[()]/g, "").split(".")[1] ?? "";
  return { value: sign === "-" ? -size : size, decimals: /e/.test(typed) ? 0 : typed.length };
}

/** How many decimals it takes to write a number; a dozen where it takes more, as 1/3 does. @param {number} value */
function decimalsOf(value) {
  for (let d = 0; d < 12; d++) if (Math.abs(value * 10 ** d - Math.round(value * 10 ** d)) < 1e-9 * Math.max(1, Math.abs(value * 10 ** d))) return d;
  return 12;
}

/** Whether a number is the right one, rounded or cut off after some decimals, at least so many.
 * @param {{value: number, decimals: number}} given @param {number} right @param {number} atLeast */
export function isShortened({ value, decimals }, right, atLeast = 0) {
  const off = Math.abs(value - right);
  if (Number.isInteger(value) && 2 * off > Math.abs(right)) return false;
  const places = Math.max(atLeast, decimalsOf(value), Math.min(decimals, 3));
  const unit = 10 ** -places;
  const slack = 1e-9 * unit;
  const short = Math.abs(right) - Math.abs(value);
  return 2 * off <= unit + slack || (value * right > 0 && short >= -slack && short < unit - slack && places > 0);
}

/** What to send in place of what was typed: one of the numbers that an answer was recorded for.
 * @param {string} text @param {Typed} typed */
export function foreseen(text, { known, rounded, other, blank, unreadable }) {
  const given = readNumber(text);
  if (given === null) return blank;
  if (given === undefined) return unreadable;
  const values = known.map((each) => /** @type {{value: number}} */ (readNumber(each)).value);
  const same = (/** @type {number} */ v) => Math.abs(given.value - v) <= 1e-12 * Math.abs(v);
  const right = (/** @type {number} */ v) => same(v) || isShortened(given, v, 3);
  const exact = values.findIndex(same);
  if (exact >= 0) return known[exact];
  if (values.length && !right(values[0]) && isShortened(given, values[0])) return rounded;
  const near = values.findIndex(right);
  return near >= 0 ? known[near] : other;
}

// --- the model

/** The message for which an answer may have been recorded. @param {any} message @param {Typed | null | undefined} typed
 * @param {Map<string, Reply>} replies */
function recordedFor(message, typed, replies) {
  const exact = replies.get(JSON.stringify(message));
  if (exact || !typed || !(typed.field in message)) return exact;
  const given = message[typed.field];
  const incomplete = given === null || (Array.isArray(given) && given.includes(null));
  const instead = typeof given === "string" ? foreseen(given, typed) : incomplete ? typed.blank : typed.other;
  const found = replies.get(JSON.stringify({ ...message, [typed.field]: instead }));
  if (!found || incomplete) return found;
  const filled = Object.fromEntries(typed.fills.filter((name) => name in found[1]).map((name) => [name, given]));
  return /** @type {Reply} */ ([message, { ...found[1], ...filled }, found[2]]);
}

/** A model as anywidget hands it to render(): changes are told at once, messages are answered from what was recorded.
 * @param {Stored} stored @param {() => Promise<{answers: Answers, blobs: Record<string, string>}>} answers
 * @param {(message: any, reached: string) => void} answered @param {Record<string, string>} blobs */
export function modelOf({ state, typed, sets = [] }, answers, answered = () => {}, blobs = {}) {
  /** @type {State} */
  const now = revived(state, blobs);
  /** @type {Map<string, Set<Function>>} */
  const listeners = new Map();
  /** @type {Map<string, Reply> | null} */
  let replies = null;
  const tell = (/** @type {string} */ name) => [...(listeners.get(name) ?? [])].forEach((listener) => listener());

  /** @param {State} changes */
  function take(changes) {
    const changed = Object.keys(changes).filter((name) => now[name] !== changes[name]);
    for (const name of changed) now[name] = changes[name]; // all of them before anybody hears of one
    for (const name of changed) tell(`change:${name}`);
    if (changed.length) tell("change");
  }

  /** @param {any} message */
  async function ask(message) {
    const { answers: known, blobs: more } = await answers();
    replies ??= new Map(known.replies.map((reply) => [JSON.stringify(reply[0]), reply]));
    const reply = recordedFor(message, typed, replies);
    if (!reply) return;
    take(revived(reply[1], { ...blobs, ...more }));
    answered(message, reply[2]);
  }

  return {
    /** @param {string} name */
    get: (name) => now[name],
    /** @param {string} name @param {any} value */
    set: (name, value) => {
      if (now[name] === value) return;
      take({ [name]: value });
      if (sets.includes(name)) ask({ set: { [name]: value } });
    },
    save_changes: () => {},
    send: ask,
    /** Names stand with spaces between, as in Backbone. @type {Listening} */
    on: (names, listener) => {
      for (const name of names.split(" ")) listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
    },
    /** Without names, or without a listener, all that fit. @param {string | null} [names] @param {Function | null} [listener] */
    off: (names, listener) => {
      for (const name of names ? names.split(" ") : [...listeners.keys()]) {
        if (listener) listeners.get(name)?.delete(listener);
        else listeners.delete(name);
      }
    },
  };
}
