// A host for anywidget modules on a page without a kernel: a model on a plain state object, and answers that were
// recorded when the page was built. The widgets' own modules draw; nothing is computed here.

/**
 * @typedef {Record<string, any>} State
 * @typedef {{state: State, replies?: Record<string, State>}} Stored what the build stored of one widget: its state, and
 *   what Python answered to each message, by the message as JSON
 * @typedef {(name: string, listener: Function) => void} Listening
 */

/** The state with its binary parts, {"base64": text}, as the DataViews that a kernel would have sent.
 * @param {any} value @returns {any} */
export function revived(value) {
  if (Array.isArray(value)) return value.map(revived);
  if (value === null || typeof value !== "object") return value;
  const names = Object.keys(value);
  if (names.length === 1 && typeof value.base64 === "string") {
    return new DataView(Uint8Array.from(atob(value.base64), (letter) => letter.charCodeAt(0)).buffer);
  }
  return Object.fromEntries(names.map((name) => [name, revived(value[name])]));
}

/** A model as anywidget hands it to render(): changes are told at once, messages are answered from what was recorded.
 * @param {Stored} stored @param {(message: any) => void} unanswered what to do with a message that needs a kernel */
export function modelOf({ state, replies = {} }, unanswered = () => {}) {
  /** @type {State} */
  const now = revived(state);
  /** @type {Map<string, Set<Function>>} */
  const listeners = new Map();
  const tell = (/** @type {string} */ name) => [...(listeners.get(name) ?? [])].forEach((listener) => listener());

  /** @param {State} changes */
  function take(changes) {
    const changed = Object.keys(changes).filter((name) => now[name] !== changes[name]);
    for (const name of changed) now[name] = changes[name]; // all of them before anybody hears of one
    for (const name of changed) tell(`change:${name}`);
    if (changed.length) tell("change");
  }

  return {
    /** @param {string} name */
    get: (name) => now[name],
    /** @param {string} name @param {any} value */
    set: (name, value) => take({ [name]: value }),
    save_changes: () => {},
    /** @param {any} message */
    send: (message) => {
      const reply = replies[JSON.stringify(message)];
      if (reply) take(revived(reply));
      else unanswered(message);
    },
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
