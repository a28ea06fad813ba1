// Shared by the widgets that work in the kernel (live/working.py): it stands after draw.js and before their own script.

/** The buttons of a widget that works in the kernel (live/working.py): start, pause or go on; stop; and reset.
 *
 * -> {bar, draw}; draw() shows them as `status` now needs them
 * @param {Model} model */
function workBar(model) {
  const words = wordsOf(model);
  const button = (/** @type {string} */ name, /** @type {string} */ style, /** @type {() => void} */ onclick) =>
    element("button", { type: "button", class: `course-button ${style}`, onclick }, words(name));
  const ask = (/** @type {string} */ run) => model.send({ run });
  const go = button("run start", "course-primary", () => ask(model.get("status") === "running" ? "pause" : "start"));
  const stop = button("run stop", "", () => ask("stop"));
  const reset = button("run reset", "", () => ask("reset"));
  const bar = element("div", { class: "course-player course-work", role: "group", "aria-label": words("run") }, go, stop, reset);

  function draw() {
    const status = model.get("status");
    say(go, words({ running: "run pause", paused: "run on" }[/** @type {string} */ (status)] ?? "run start"));
    usable(stop, status === "running" || status === "paused");
    usable(reset, status !== "ready");
  }
  return { bar, draw };
}
