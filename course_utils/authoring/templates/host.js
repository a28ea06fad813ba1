// A host for anywidget modules on a page without a kernel: a model on a plain state object, and answers that were
// recorded when the page was built. The widgets' own modules draw; nothing is computed here.

import { isRight, isSame, isShortened, readNumber } from "./numbers.js";
import { answerOfTable } from "./table.js";

/**
 * @typedef {Record<string, any>} State
 * @typedef {[message: any, changes: State, reached: string]} Reply
 * @typedef {{field: string, fills: string[], known: string[], rounded: any, other: any, blank: any, unreadable: any}} Typed
 * @typedef {{kind: string, module?: string, html?: string, state: State, packs?: Packs, key?: string,
 *   sets?: string[]}} Stored what the build wrote down of one widget (recording.py, of_widget)
 * @typedef {{blob: string, dtype: "f4" | "f8", bytes: number, columns: number}} Pack numbers in few bytes (packing.py)
 * @typedef {Record<string, Pack>} Packs
 * @typedef {Record<string, Float32Array | Float64Array>} Numbers
 * @typedef {{replies: Reply[], family?: Packs, views: Record<string, any>, typed?: Typed | import("./table.js").Table | null}} Answers
 * @typedef {(name: string, listener: Function) => void} Listening
 */

/** @param {string} base64 */
const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
/** @param {string} base64 of what zlib deflated */
export async function inflated(base64) {
  return new Uint8Array(await new Response(new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
}

/** The state with its binary parts, {"blob": name} or {"pack": name, "from": place, "numbers": how many}, as the DataViews
 * that a kernel would have sent.
 * @param {any} value @param {Record<string, string>} blobs base64 by name @param {Numbers} packs @returns {any} */
export function revived(value, blobs, packs = {}) {
  if (Array.isArray(value)) return value.map((part) => revived(part, blobs, packs));
  if (value === null || typeof value !== "object") return value;
  if (typeof value.blob === "string") return new DataView(bytesOf(blobs[value.blob]).buffer);
  if (typeof value.pack === "string") {
    if (!value.numbers) return new DataView(new ArrayBuffer(0));
    const { buffer, BYTES_PER_ELEMENT: each } = packs[value.pack];
    return new DataView(buffer, each * value.from, each * value.numbers);
  }
  return Object.fromEntries(Object.keys(value).map((name) => [name, revived(value[name], blobs, packs)]));
}

/** The numbers of a pack: of each column, differences from row to row of the first bytes of float32.
 * @param {Pack} pack @param {Record<string, string>} blobs */
async function unpacked({ blob, dtype, bytes: size, columns }, blobs) {
  const packed = await inflated(blobs[blob]);
  const rows = packed.length / size / columns;
  const [numbers, four] = [new (dtype === "f4" ? Float32Array : Float64Array)(rows * columns), new DataView(new ArrayBuffer(4))];
  for (let k = 0; k < columns; k++) {
    for (let i = 0, bits = 0; i < rows; i++) {
      let step = 0;
      for (let byte = 0; byte < size; byte++) step = 256 * step + packed[(k * size + byte) * rows + i];
      bits = (bits + step) % 256 ** size;
      four.setUint32(0, bits * 256 ** (4 - size));
      numbers[i * columns + k] = four.getFloat32(0);
    }
  }
  return numbers;
}

/** @param {Packs | undefined} packs @param {Record<string, string>} blobs @returns {Promise<Numbers>} */
export async function allUnpacked(packs, blobs) {
  const found = Object.entries(packs ?? {}).map(async ([name, pack]) => [name, await unpacked(pack, blobs)]);
  return Object.fromEntries(await Promise.all(found));
}

/** What to send in place of what was typed: one of the numbers that an answer was recorded for.
 * @param {string} text @param {Typed} typed */
export function foreseen(text, { known, rounded, other, blank, unreadable }) {
  const given = readNumber(text);
  if (given === null) return blank;
  if (given === undefined) return unreadable;
  const values = known.map((each) => /** @type {import("./numbers.js").Typed} */ (readNumber(each)).value);
  const exact = values.findIndex((value) => isSame(given, value));
  if (exact >= 0) return known[exact];
  if (values.length && !isRight(given, values[0]) && isShortened(given, values[0])) return rounded;
  const near = values.findIndex((value) => isRight(given, value));
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
 * @param {(message: any, reached: string) => void} answered @param {Record<string, string>} blobs @param {Numbers} packs of the state */
export function modelOf({ state, sets = [] }, answers, answered = () => {}, blobs = {}, packs = {}) {
  /** @type {State} */
  const now = revived(state, blobs, packs);
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

  /** @type {Promise<Numbers> | null} */
  let family = null;
  /** @param {any} message */
  async function ask(message) {
    const { answers: known, blobs: more } = await answers();
    replies ??= new Map(known.replies.map((reply) => [JSON.stringify(reply[0]), reply]));
    const numbers = await (family ??= allUnpacked(known.family, { ...blobs, ...more }));
    const { typed } = known;
    const reply = typed && "right" in typed ? answerOfTable(message, now, typed) : recordedFor(message, typed, replies);
    if (!reply) return;
    take(revived(reply[1], { ...blobs, ...more }, numbers));
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
