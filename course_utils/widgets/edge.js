// Edge in the browser: it draws the run that the hand asks for out of those that were trained ahead (edge.py says what
// each trait is). Nothing is trained here, and no eigenvalue is computed.

/**
 * @typedef {[share: number, text: string]} Tick
 * @typedef {{title: string, x: string, y: string, ticks: [Tick[], Tick[]], points: DataView}} Panel
 * @typedef {{
 *   stop: number, centred: boolean, title: string, slider: {label: string, colour: string, values: string[]}, limits: Tick[],
 *   pictures: Panel[], edge: number[], look: {colour: string, marker: string}, lines: string[], texts: Record<string, string>,
 *   alt: string, notice: string,
 * }} EdgeState
 */

const EDGE_BOX = { width: 330, height: 240, left: 46, right: 12, top: 28, bottom: 42 };

/** One picture. -> {node, draw}: draw(run, edge) shows a run, and the line 2/η where it has a place.
 * @param {Panel} panel @param {number} runs @param {string} marked @param {string} name of the line */
function edgeSheet(panel, runs, marked, name) {
  const { width, height, left, right, top, bottom } = EDGE_BOX;
  const x = (/** @type {number} */ share) => left + share * (width - left - right);
  const y = (/** @type {number} */ share) => top + share * (height - top - bottom);
  const points = float32(panel.points);
  const each = points.length / runs;
  const dotted = each < 40;

  const line = drawn("path", { class: "course-edge-line" });
  const dots = drawn("path", { class: "course-edge-dots" });
  const limit = drawn("path", { class: "course-edge-limit" });
  const label = drawn("text", { class: "course-edge-name", x: x(1) - 4, "text-anchor": "end" }, name);
  const [acrossTicks, heightTicks] = panel.ticks;
  const node = drawn("svg", { class: "course-edge-sheet", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": panel.title },
    drawn("rect", { class: "course-edge-paper", x: left, y: top, width: width - left - right, height: height - top - bottom }),
    ...heightTicks.map(([share]) => drawn("path", { class: "course-edge-grid", d: `M${x(0)} ${y(share)}H${x(1)}` })),
    limit, line, dots, label,
    drawn("text", { class: "course-edge-title", x: left, y: 18 }, panel.title),
    drawn("text", { x: x(0.5), y: height - 8, "text-anchor": "middle" }, panel.x),
    drawn("text", { x: 13, y: y(0.5), "text-anchor": "middle", transform: `rotate(-90 13 ${y(0.5)})` }, panel.y),
    ...acrossTicks.map(([share, text]) => drawn("text", { x: x(share), y: height - bottom + 17, "text-anchor": "middle" }, text)),
    ...heightTicks.map(([share, text]) => drawn("text", { x: left - 7, y: y(share) + 4, "text-anchor": "end" }, text)));

  const draw = (/** @type {number} */ run, /** @type {number | null} */ edge) => {
    let [d, spots] = ["", ""];
    for (let k = 0; k < each; k++) {
      const share = points[run * each + k];
      if (Number.isNaN(share)) break;
      const [a, b] = [x(k / (each - 1)), y(share)];
      d += `${d ? "L" : "M"}${a.toFixed(1)} ${b.toFixed(1)}`;
      if (dotted) spots += marker(marked, a, b, 3.2);
    }
    line.setAttribute("d", d);
    dots.setAttribute("d", spots);
    limit.setAttribute("d", edge === null ? "" : `M${x(0)} ${y(edge).toFixed(1)}H${x(1)}`);
    label.setAttribute("y", edge === null ? "-20" : String(y(edge) + (edge < 0.12 ? 15 : -6)));
  };
  return { node, draw };
}

/** @param {{model: import("@anywidget/types").AnyModel<EdgeState>, el: HTMLElement}} context */
function render({ model, el }) {
  /** @template {keyof EdgeState} K @param {K} name */
  const get = (name) => model.get(name);
  const words = wordsOf(model);
  const { label, colour, values } = get("slider");
  const heard = soon(() => model.save_changes(), 60); // drawn at once; Python hears of it when the hand rests
  const put = (/** @type {"stop" | "centred"} */ name, /** @type {any} */ value) => {
    model.set(name, value);
    heard.later();
  };

  const [losses, curvatures] = get("pictures").map((panel) =>
    edgeSheet(panel, 2 * values.length, get("look").marker, words("line")));
  /** @type {HTMLInputElement} */
  const slider = element("input", { type: "range", min: 0, max: values.length - 1, "aria-label": words("rate"),
    oninput: () => put("stop", clamped(Number(slider.value), 0, values.length - 1)) });
  slider.style.accentColor = colour;
  const flag = element("span", { class: "course-edge-flag", "aria-hidden": "true" }, element("span", {}));
  const value = element("output");
  /** @type {HTMLInputElement} */
  const box = element("input", { type: "checkbox", onchange: () => put("centred", box.checked) });
  const line = element("p");
  const [room, reserve] = roomFor(line, "course-edge-said");
  reserve(get("lines").toSorted((a, b) => b.length - a.length).slice(0, 3));
  const spoken = element("p", { class: "course-spoken", "aria-live": "polite" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const root = rooted("course-edge", { "aria-label": words("edge") },
    get("title") ? element("p", { class: "course-title" }, get("title")) : "", notice,
    element("div", { class: "course-edge-hand" },
      element("span", { class: "course-edge-name" }, label),
      element("span", { class: "course-edge-track" }, slider, flag), value,
      element("label", { class: "course-edge-switch" }, box, words("centre"))),
    element("div", { class: "course-edge-sides" }, losses.node, curvatures.node), room, spoken);
  root.style.setProperty("--method", get("look").colour);
  root.style.setProperty("--rate", colour);
  el.append(root);

  const said = () => get("lines")[get("stop") + (get("centred") ? values.length : 0)];
  const announced = soon(() => say(spoken, said()), 350);
  const tidy = drawOn(model, {
    "stop centred": () => {
      const [stop, centred] = [get("stop"), get("centred")];
      const run = stop + (centred ? values.length : 0);
      slider.value = String(stop);
      slider.setAttribute("aria-valuetext", values[stop]);
      box.checked = centred;
      say(value, `${label} = ${values[stop]}`);
      const [share, text] = get("limits")[centred ? 1 : 0];
      flag.style.setProperty("--at", String(share));
      say(/** @type {Element} */ (flag.firstElementChild), text);
      if (line.dataset.said !== said()) line.replaceChildren(...unbroken((line.dataset.said = said())));
      losses.draw(run, null);
      curvatures.draw(run, get("edge")[stop]);
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
