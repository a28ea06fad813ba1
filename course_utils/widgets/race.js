// Race in the browser: it draws the lines that Python computed (race.py says what each trait is), as far as the hand
// asks for. No loss is computed here.

/**
 * @typedef {{name: string, label: string, colour: string, marker: string}} Method
 * @typedef {[share: number, text: string]} Tick
 * @typedef {{
 *   step: number, steps: number, chosen: string[], playing: boolean, speed: number, speeds: number[], title: string,
 *   unit: string, methods: Method[], curves: DataView, ticks: Tick[], words: string[], texts: Record<string, string>, alt: string, notice: string,
 * }} RaceState
 * @typedef {{method: Method, box: HTMLInputElement, output: HTMLElement, label: HTMLElement, rest: SVGElement,
 *   band: SVGElement, line: SVGElement, mark: SVGElement}} Row
 */

const initialize = clock(1, (model) => model.get("steps"));

// --- a view
/** @param {{model: import("@anywidget/types").AnyModel<RaceState>, el: HTMLElement}} context */
function render({ model, el }) {
  /** @template {keyof RaceState} K @param {K} name */
  const get = (name) => model.get(name);
  /** @template {keyof RaceState} K @param {K} name @param {RaceState[K]} value */
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  const words = wordsOf(model);

  // --- the sheet: lines in shares of 1000 by 500, letters and markers in pixels
  const lines = drawn("g");
  const now = drawn("line", { class: "course-race-now", y1: 0, y2: 500 });
  const grid = drawn("g");
  const sheet = drawn("svg", { class: "course-race-sheet", viewBox: "0 0 1000 500", preserveAspectRatio: "none", role: "img" },
    grid, lines, now, drawn("rect", { class: "course-race-frame", width: 1000, height: 500, "vector-effect": "non-scaling-stroke" }));
  const marks = drawn("g", { class: "course-race-marks" });
  const signs = drawn("svg", { class: "course-race-signs", "aria-hidden": "true" });
  const desk = element("div", { class: "course-race-desk" }, sheet, signs);

  // --- the controls
  const steering = player(model, { first: 1, last: () => get("steps"), counted: () => "step count" });
  const chooser = element("fieldset", { class: "course-race-methods" }, element("legend", {}, words("methods")));
  const everyone = element("button", { type: "button", class: "course-button",
    onclick: () => put("chosen", get("methods").map((m) => m.name)) }, words("all"));
  const nobody = element("button", { type: "button", class: "course-button", onclick: () => put("chosen", []) }, words("none"));
  const notice = element("p", { class: "course-notice", role: "alert" });
  const spoken = element("p", { class: "course-spoken", "aria-live": "polite" });
  el.append(rooted("course-race", { "aria-label": get("title") },
    element("p", { class: "course-title" }, get("title")), notice, desk, steering.bar, chooser,
    element("div", { class: "course-player" }, everyone, nobody), spoken));

  // --- drawing
  /** @type {Row[]} */
  let rows = [];
  let [curves, steps] = [new Float32Array(), 1];
  const numbers = (/** @type {number} */ row, /** @type {number} */ part) => curves.subarray((4 * row + part) * steps, (4 * row + part + 1) * steps);
  const across = (/** @type {number} */ t) => (steps > 1 ? (1000 * t) / (steps - 1) : 500);
  const along = (/** @type {Float32Array} */ values, /** @type {number} */ upTo) => {
    const d = [];
    for (let t = 0; t < upTo; t++) d.push(`${across(t).toFixed(1)} ${(500 * values[t]).toFixed(1)}`);
    return d;
  };

  function take() {
    curves = float32(get("curves"));
    steps = get("steps");
    grid.replaceChildren(...get("ticks").map(([share]) =>
      drawn("line", { class: "course-race-grid", x1: 0, x2: 1000, y1: 500 * share, y2: 500 * share })));
    rows.forEach((row) => row.label.remove());
    rows = get("methods").map((method) => {
      /** @type {HTMLInputElement} */
      const box = element("input", { type: "checkbox", onchange: () => {
        const others = get("chosen").filter((name) => name !== method.name);
        put("chosen", box.checked ? [...others, method.name] : others);
      } });
      const output = element("output");
      const label = element("label", { class: "course-check" }, box, swatch(method), method.label, output);
      const [rest, band, line] = ["rest", "band", "line"].map((name) => drawn("path", { class: `course-race-${name}` }));
      const mark = drawn("path");
      for (const node of [rest, band, line, mark]) node.style.setProperty("--method", method.colour);
      chooser.append(label);
      return { method, box, output, label, rest, band, line, mark };
    });
    lines.replaceChildren(
      ...rows.map((row) => row.band), ...rows.map((row) => row.rest), ...rows.map((row) => row.line));
    marks.replaceChildren(...rows.map((row) => row.mark));
    rows.forEach((row, k) => row.rest.setAttribute("d", `M${along(numbers(k, 0), steps).join("L")}`));
    drawStep();
  }

  let [width, height] = [0, 0];
  function drawStep() {
    const [step, chosen] = [get("step"), get("chosen")];
    rows.forEach((row, k) => {
      const seen = chosen.includes(row.method.name);
      row.box.checked = seen;
      for (const node of [row.rest, row.band, row.line, row.mark]) node.style.display = seen ? "" : "none";
      row.line.setAttribute("d", `M${along(numbers(k, 0), step).join("L")}`);
      row.band.setAttribute("d", `M${[...along(numbers(k, 1), step), ...along(numbers(k, 2), step).reverse()].join("L")}Z`);
      say(row.output, seen ? twoDigits(numbers(k, 3)[step - 1]) : "");
      const spots = [];
      const every = Math.max(1, Math.floor(steps / 10));
      for (let t = 0; t < step; t += every) spots.push(t);
      if (spots.at(-1) !== step - 1) spots.push(step - 1);
      row.mark.setAttribute("d", spots.map((t) =>
        marker(row.method.marker, (across(t) / 1000) * width, numbers(k, 0)[t] * height, t === step - 1 ? 6.5 : 4)).join(""));
    });
    const x = across(step - 1);
    now.setAttribute("x1", String(x));
    now.setAttribute("x2", String(x));
    steering.draw();
  }

  const smallest = (/** @type {Tick[]} */ ticks, /** @type {number} */ height) =>
    Math.max(1, Math.min(height, ...ticks.slice(1).map(([share], k) => Math.abs(share - ticks[k][0]) * height)));
  function drawSigns() {
    const text = (/** @type {Attributes} */ attributes, /** @type {string} */ said) => drawn("text", attributes, said);
    const size = 10 ** Math.floor(Math.log10(steps / 3));
    const every = Math.max(1, size * ([5, 2].find((k) => k * size <= steps / 3) ?? 1));
    const stops = [1, ...Array.from({ length: Math.floor(steps / every) }, (_, k) => (k + 1) * every)];
    const line = 15 * (Number(getComputedStyle(signs).getPropertyValue("--larger")) || 1);
    const heights = get("ticks").filter(([share], k, all) => k % Math.ceil(line / smallest(all, height)) === 0);
    signs.replaceChildren(marks,
      ...heights.map(([share, tick]) => text({ x: -8, y: share * height + 4, "text-anchor": "end" }, tick)),
      ...stops.map((t) => text({ x: (across(t - 1) / 1000) * width, y: height + 18, "text-anchor": "middle" }, String(t))),
      text({ x: width / 2, y: height + 36, "text-anchor": "middle" }, words("step")),
      text({ x: -48, y: height / 2, "text-anchor": "middle", transform: `rotate(-90 -48 ${height / 2})` }, get("unit")));
    drawStep();
  }

  const resized = new ResizeObserver(([entry]) => {
    ({ width, height } = entry.contentRect);
    drawSigns();
  });
  resized.observe(desk);

  const announced = soon(() => say(spoken, get("words").join(". ")), 350);
  const stop = drawOn(model, {
    "curves methods ticks": take,
    "step chosen": drawStep,
    "playing speed": steering.draw,
    "words alt": () => {
      sheet.setAttribute("aria-label", get("alt"));
      announced.later();
    },
    notice: () => say(notice, get("notice")),
  });
  return () => {
    stop();
    steering.tidy();
    announced.cancel();
    resized.disconnect();
  };
}

export default { initialize, render: watched(render) };
