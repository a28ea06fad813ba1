// Shared by the widgets that draw (map, heat, race): it stands before their own script, in one module (base.py,
// script()). Elements, numbers, markers, and the player that runs through steps.

// --- elements and bytes

/** An SVG element: drawn("path", {d, ...}, children...).
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag @param {Attributes} attributes @param {(Node | string)[]} children @returns {SVGElementTagNameMap[K]} */
const drawn = (tag, attributes = {}, ...children) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

/** The root of a widget: JupyterLab's shortcuts leave its keys alone.
 * @param {string} style @param {Attributes} attributes @param {(Node | string)[]} children */
const rooted = (style, attributes, ...children) =>
  element("div", { class: `course-widget ${style}`, role: "group", "data-lm-suppress-shortcuts": "true",
    onkeydown: (/** @type {KeyboardEvent} */ event) => !event.ctrlKey && !event.metaKey && event.stopPropagation(), ...attributes }, ...children);

/** Set the text only where it changed: screen readers announce, and browsers lay out, what is set.
 * @param {Element} node @param {string} text */
const say = (node, text) => node.textContent !== text && (node.textContent = text);

/** A copy of what Python sent. @param {DataView | null | undefined} view */
const bytes = (view) => (view ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice() : new Uint8Array());
/** @param {DataView | null | undefined} view */
const float32 = (view) => new Float32Array(bytes(view).buffer);
/** @param {DataView | null | undefined} view */
const float64 = (view) => new Float64Array(bytes(view).buffer);

/** Which way an arrow key leads: [right, up]. @type {Record<string, [number, number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @param {number} x @param {number} low @param {number} high */
const clamped = (x, low, high) => Math.min(high, Math.max(low, x));

// --- numbers

/** A number as Python's f"{x:.4g}" writes it, with a true minus sign; ties go to the even digit, as there.
 * @param {number} x */
function number(x) {
  if (!Number.isFinite(x)) return "–";
  if (x === 0) return "0";
  let [mantissa, exponent] = x.toExponential(3).split("e");
  const exact = Math.abs(x).toExponential(60).replace(/e.*/, "").replace(".", "");
  if (/^50*$/.test(exact.slice(4)) && Number(exact[3]) % 2 === 0) {
    [mantissa, exponent] = [`${x < 0 ? "-" : ""}${exact[0]}.${exact.slice(1, 4)}`, String(Math.floor(Math.log10(Math.abs(x))))];
  }
  const power = Number(exponent);
  const text =
    power < -4 || power >= 4
      ? `${Number(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`
      : String(Number(Number(`${mantissa}e${power}`).toFixed(Math.max(0, 3 - power))));
  return text.replaceAll("-", "−");
}

/** With two digits: what still holds on another computer. @param {number} x */
const twoDigits = (x) => number(Number(x.toPrecision(2)));

/** @param {[number, number]} point */
const pair = ([x, y]) => `(${number(x)}, ${number(y)})`;

// --- markers, in matplotlib's letters: the corners of each; what has none is a disc

/** n corners on the unit circle, the first one at the top; with `inner`, a star whose inner corners lie that far out.
 * @param {number} n */
const star = (n, inner = 1) =>
  Array.from({ length: inner < 1 ? 2 * n : n }, (_, k) => {
    const [r, a] = [inner < 1 && k % 2 ? inner : 1, (2 * Math.PI * k) / (inner < 1 ? 2 * n : n)];
    return [r * Math.sin(a), -r * Math.cos(a)];
  });
const ARM = [[-0.35, -0.35], [-0.35, -1], [0.35, -1]];
const PLUS = [0, 1, 2, 3].flatMap((k) => ARM.map(([x, y]) => [[x, y], [-y, x], [-x, -y], [y, -x]][k]));
/** @type {Record<string, number[][]>} */
const CORNERS = {
  s: [[-0.72, -0.72], [0.72, -0.72], [0.72, 0.72], [-0.72, 0.72]],
  "^": star(3),
  v: star(3).map(([x, y]) => [x, -y]),
  D: star(4),
  P: PLUS,
  X: PLUS.map(([x, y]) => [0.75 * (x - y), 0.75 * (x + y)]),
  "*": star(5, 0.45),
  h: star(6),
};

/** The path of a marker about as large as a disc of radius r.
 * @param {string} kind @param {number} x @param {number} y @param {number} r */
function marker(kind, x, y, r) {
  const corners = CORNERS[kind];
  if (!corners) return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  return `M${corners.map(([a, b]) => `${(x + 1.25 * r * a).toFixed(1)} ${(y + 1.25 * r * b).toFixed(1)}`).join("L")}Z`;
}

/** What a method looks like, beside its name. @param {{colour: string, marker: string}} method */
const swatch = ({ colour, marker: kind }) =>
  drawn("svg", { class: "course-swatch", viewBox: "-9 -9 18 18", "aria-hidden": "true" },
    drawn("path", { d: marker(kind, 0, 0, 5.5), fill: colour, stroke: "white", "stroke-width": 1 }));

// --- the player

/** While `playing`, `step` runs to last(model): -> initialize(). One clock a model, however many views look on.
 * @param {number} first @param {(model: any) => number} last @returns {(context: {model: Model}) => () => void} */
const clock = (first, last) => ({ model }) => {
  let due = 0;
  /** @param {number} now */
  function tick(now) {
    if (!model.get("playing")) return;
    const wait = 1000 / model.get("speed");
    const hops = Math.floor((now - due) / wait);
    if (hops > 0) {
      due += hops * wait;
      const step = Math.min(model.get("step") + hops, last(model));
      model.set("step", step);
      if (step === last(model)) {
        model.set("playing", false);
        model.save_changes();
        return;
      }
    }
    requestAnimationFrame(tick);
  }
  const start = () => {
    if (!model.get("playing")) return;
    if (model.get("step") >= last(model)) model.set("step", first);
    due = performance.now();
    requestAnimationFrame(tick);
  };
  model.on("change:playing", start);
  start();
  return () => model.off("change:playing", start);
};

/** The player of one view: buttons, scrubber, speed. Its words say the step by the id `told()`, and show it by `counted()`.
 *
 * -> {bar, play, speed, draw, tidy}; draw() shows the step, the ends and the speed as they are now
 * @param {Model} model
 * @param {{first: number, last: (model: any) => number, told?: () => string, counted?: () => string}} options */
function player(model, { first, last, told = () => "step of", counted = told }) {
  const words = wordsOf(model);
  const heard = soon(() => model.save_changes(), 120); // drawn at once; Python hears of it when the hand rests
  const goTo = (/** @type {number} */ step) => {
    model.set("playing", false);
    model.set("step", clamped(step, first, last(model)));
    heard.later();
  };
  const put = (/** @type {string} */ name, /** @type {unknown} */ value) => {
    model.set(name, value);
    model.save_changes();
  };
  const button = (/** @type {string} */ name, /** @type {() => void} */ onclick) =>
    element("button", { type: "button", class: `course-button course-${name}`, onclick }, words(name));
  const back = button("back", () => goTo(model.get("step") - 1));
  const play = button("play", () => put("playing", !model.get("playing")));
  const next = button("next", () => goTo(model.get("step") + 1));
  /** @type {HTMLInputElement} */
  const scrub = element("input", { type: "range", min: first, class: "course-scrub", "aria-label": words("step"),
    oninput: () => goTo(Number(scrub.value)) });
  const count = element("output", { class: "course-count" });
  /** @type {HTMLSelectElement} */
  const speed = element("select", { class: "course-box course-speed", "aria-label": words("speed"),
    onchange: () => put("speed", Number(speed.value)) },
    ...model.get("speeds").map((/** @type {number} */ n) => element("option", { value: n }, words(`speed ${n}`))));
  const bar = element("div", { class: "course-player", role: "group", "aria-label": words("steps") },
    back, play, next, scrub, count, speed);

  function draw() {
    const [step, end] = [model.get("step"), last(model)];
    scrub.max = String(end);
    scrub.value = String(step);
    scrub.setAttribute("aria-valuetext", words(told(), { step, end }));
    say(count, words(counted(), { step, end }));
    count.style.minWidth = `${words(counted(), { step: end, end }).length}ch`;
    usable(back, step > first);
    usable(next, step < end);
    say(play, words(model.get("playing") ? "pause" : "play"));
    speed.value = model.get("speed");
  }
  return { bar, play, speed, draw, tidy: heard.now };
}
