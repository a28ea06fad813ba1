// OneAxis in the browser: it draws the stop of the slider out of what Python computed for all of them
// (one_axis.py says what each trait is). No eigenvalue, no rate and no step is computed here.

/**
 * @typedef {{
 *   kind: string, title: string, x: string, y: string, window: [number, number, number, number], ticks: [number[], number[]],
 *   ground: [string, [number, number][]][], signs: [number, number, string][], points: DataView, radii: number[],
 * }} Sheet
 * @typedef {{
 *   stop: number, title: string, slider: {label: string, colour: string, values: string[]}, pictures: Sheet[],
 *   look: {colour: string, marker: string}, lines: string[], texts: Record<string, string>, alt: string, notice: string,
 * }} AxisState
 */

const AXIS_MARGIN = { left: 52, right: 12, top: 30, bottom: 44 };

/** One picture. -> {node, draw}: draw(stop) shows that stop.
 * @param {Sheet} sheet @param {{marker: string}} look @param {number} stops @param {(stop: number) => void} go */
function axisSheet(sheet, look, stops, go) {
  const square = sheet.kind === "circle";
  const [width, height] = square ? [360, 370] : [400, 300];
  const { left, right, top, bottom } = AXIS_MARGIN;
  const [x0, x1, y0, y1] = sheet.window;
  const x = (/** @type {number} */ at) => left + ((at - x0) / (x1 - x0)) * (width - left - right);
  const y = (/** @type {number} */ at) => height - bottom - ((at - y0) / (y1 - y0)) * (height - top - bottom);
  const points = float32(sheet.points);
  const each = points.length / stops;
  const joined = sheet.kind === "walk" || sheet.kind === "plane";

  const line = drawn("path", { class: "course-axis-line" });
  const dots = drawn("path", { class: "course-axis-dots" });
  const shell = drawn("path", { class: "course-axis-shell" });
  const [wide, high] = [width - left - right, height - top - bottom];
  const inside = drawn("svg", { x: left, y: top, width: wide, height: high, viewBox: `${left} ${top} ${wide} ${high}` }, // it clips what runs out
    ...sheet.ground.map(([style, corners]) => drawn("path", { class: style,
      d: corners.map(([a, b], k) => `${k ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("") })),
    shell, line);
  const node = drawn("svg", { class: `course-axis-sheet course-axis-${sheet.kind}`, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": sheet.title },
    drawn("rect", { class: "course-axis-paper", x: left, y: top, width: wide, height: high }),
    inside, dots,
    drawn("text", { class: "course-axis-title", x: left, y: 18 }, sheet.title),
    drawn("text", { x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle" }, sheet.x),
    drawn("text", { x: 14, y: (top + height - bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 14 ${(top + height - bottom) / 2})` }, sheet.y),
    ...sheet.ticks[0].map((at) => drawn("text", { x: x(at), y: height - bottom + 17, "text-anchor": "middle" }, number(at))),
    ...sheet.ticks[1].map((at) => drawn("text", { x: left - 7, y: y(at) + 4, "text-anchor": "end" }, number(at))),
    ...sheet.signs.map(([a, b, text]) => drawn("text", { class: "course-axis-sign", x: x(a), y: y(b) - 2, "text-anchor": "middle" }, text)));

  if (sheet.kind === "rate") {
    const point = (/** @type {PointerEvent} */ event) => {
      const box = node.getBoundingClientRect();
      const at = ((event.clientX - box.left) / box.width) * width;
      let nearest = 0;
      for (let k = 1; k < stops; k++) if (Math.abs(x(points[k * each]) - at) < Math.abs(x(points[nearest * each]) - at)) nearest = k;
      go(nearest);
    };
    node.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      node.setPointerCapture(event.pointerId);
      point(event);
    });
    node.addEventListener("pointermove", (event) => node.hasPointerCapture(event.pointerId) && point(event));
  }

  const draw = (/** @type {number} */ stop) => {
    let [d, spots] = ["", ""];
    for (let k = stop * each; k < (stop + 1) * each; k += 2) {
      const [a, b] = [x(points[k]), y(points[k + 1])];
      d += `${d ? "L" : "M"}${clamped(a, -1e4, 1e4).toFixed(1)} ${clamped(b, -1e4, 1e4).toFixed(1)}`;
      const seen = a >= left - 1 && a <= width - right + 1 && b >= top - 1 && b <= height - bottom + 1;
      if (seen) spots += marker(look.marker, a, b, joined ? 2.6 : 6);
    }
    if (joined) line.setAttribute("d", d);
    dots.setAttribute("d", spots);
    const radius = sheet.radii[stop];
    if (radius) {
      const r = x(radius) - x(0);
      shell.setAttribute("d", `M${x(0) - r} ${y(0)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`);
    } else shell.removeAttribute("d");
  };
  return { node, draw };
}

/** @param {{model: import("@anywidget/types").AnyModel<AxisState>, el: HTMLElement}} context */
function render({ model, el }) {
  /** @template {keyof AxisState} K @param {K} name */
  const get = (name) => model.get(name);
  const words = wordsOf(model);
  const { label, colour, values } = get("slider");
  const heard = soon(() => model.save_changes(), 60); // drawn at once; Python hears of it when the hand rests
  const go = (/** @type {number} */ stop) => {
    model.set("stop", clamped(stop, 0, values.length - 1));
    heard.later();
  };

  const sheets = get("pictures").map((sheet) => axisSheet(sheet, get("look"), values.length, go));
  /** @type {HTMLInputElement} */
  const slider = element("input", { type: "range", min: 0, max: values.length - 1, "aria-label": label,
    oninput: () => go(Number(slider.value)) });
  slider.style.accentColor = colour;
  const value = element("output");
  const line = element("p");
  const [room, reserve] = roomFor(line, "course-axis-said");
  const longest = get("lines").toSorted((a, b) => b.length - a.length).slice(0, 3);
  reserve(longest);
  const spoken = element("p", { class: "course-spoken", "aria-live": "polite" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const root = rooted("course-axis", { "aria-label": words("axis", { label }) },
    get("title") ? element("p", { class: "course-title" }, get("title")) : "", notice,
    element("div", { class: "course-axis-slider" }, element("span", { class: "course-axis-name" }, label), slider, value),
    element("div", { class: "course-axis-sides" }, ...sheets.map(({ node }) => node)), room, spoken);
  root.style.setProperty("--method", get("look").colour);
  el.append(root);

  const announced = soon(() => say(spoken, get("lines")[get("stop")]), 350);
  const tidy = drawOn(model, {
    stop: () => {
      const stop = get("stop");
      slider.value = String(stop);
      slider.setAttribute("aria-valuetext", values[stop]);
      say(value, `${label} = ${values[stop]}`);
      say(line, get("lines")[stop]);
      sheets.forEach(({ draw }) => draw(stop));
      announced.later();
    },
    notice: () => say(notice, get("notice")),
  });
  return () => {
    tidy();
    heard.now();
    announced.cancel();
  };
}

export default { render: watched(render) };
