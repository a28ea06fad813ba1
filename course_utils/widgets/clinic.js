// Clinic in the browser: it draws the curves that Python sends (clinic.py says what each trait is), and sends what the
// hand asks for. No training happens here, and no cause is known to be right.

/**
 * @typedef {[share: number, text: string]} Mark
 * @typedef {[id: string, name: string, lines: [id: string, images: string, colour: string][], marks: Mark[]]} Dial
 * @typedef {[id: string, name: string, values: string[]]} Knob
 */

let clinics = 0;
const EVERY = [10, 50]; // steps between two marks on the axis, and between two that are labelled

/** The points of a line that are there, as a path: numbers in shares of the height, one per step.
 * @param {Float32Array} values @param {number} steps */
function pathThrough(values, steps) {
  const points = [];
  for (let t = 0; t < values.length; t++)
    if (!Number.isNaN(values[t])) points.push(`${((1000 * t) / steps).toFixed(1)} ${(400 * values[t]).toFixed(1)}`);
  return points.length ? `M${points.join("L")}` : "";
}

/** @param {{model: Model, el: HTMLElement}} context */
function render({ model, el }) {
  const get = (/** @type {string} */ name) => model.get(name);
  const words = wordsOf(model);
  const id = `course-clinic-${clinics++}`;

  // --- the curves
  const stops = Array.from({ length: Math.floor(get("steps") / EVERY[0]) + 1 }, (_, k) => EVERY[0] * k);
  const labelled = stops.filter((step) => step % EVERY[1] === 0);
  const across = (/** @type {number} */ step) => (1000 * step) / get("steps");
  /** @type {SVGElement[]} */
  const before = [];
  /** @type {SVGElement[]} */
  const now = [];
  const dials = get("dials").map((/** @type {Dial} */ [, name, lines, marks]) => {
    const paths = lines.map(([, , colour], k) => {
      const style = `--line: ${colour}`;
      before.push(drawn("path", { class: `course-clinic-before course-clinic-${k}`, style }));
      now.push(drawn("path", { class: `course-clinic-now course-clinic-${k}`, style }));
      return [before.at(-1), now.at(-1)];
    });
    const grid = marks.map(([share]) => drawn("line", { class: "course-clinic-grid", x1: 0, x2: 1000, y1: 400 * share, y2: 400 * share }));
    grid.push(...stops.map((step) => drawn("line", { class: "course-clinic-stop", x1: across(step), x2: across(step), y1: step % EVERY[1] ? 388 : 372, y2: 400 })));
    const sheet = drawn("svg", { viewBox: "0 0 1000 400", preserveAspectRatio: "none", "aria-hidden": "true" }, ...grid,
      ...paths.flat().map((path) => /** @type {SVGElement} */ (path)));
    const signs = marks.map(([share, text]) => element("span", { style: `top: ${100 * share}%` }, text));
    const below = labelled.map((step) => element("span", { style: `left: ${across(step) / 10}%` }, String(step)));
    return element("div", { class: "course-clinic-dial" },
      element("p", {}, ...typeset(name), ...(lines.length > 1 ? [element("small", {}, ...lines.flatMap(([, images, colour]) =>
        [" ", element("span", { style: `--line: ${colour}` }, images)]))] : [])),
      element("div", { class: "course-clinic-sheet" }, element("div", { class: "course-clinic-signs" }, ...signs), sheet, element("div", { class: "course-clinic-stops" }, ...below)));
  });
  const board = element("div", { class: "course-clinic-dials", role: "img" }, ...dials);
  const key = element("p", { class: "course-small course-clinic-key" });
  const rows = element("tbody", {});
  const numbers = element("details", {}, element("summary", {}, words("numbers")),
    element("table", { class: "course-table" },
      element("thead", {}, element("tr", {}, ...["line", "start", "halfway", "end"].map((name) => element("th", { scope: "col" }, words(name))))), rows));

  // --- the diagnosis
  /** @type {HTMLInputElement[]} */
  const radios = get("causes").map((/** @type {[string, string]} */ [value]) =>
    element("input", { type: "radio", name: id, value, onchange: () => usable(commit, true) }));
  const commit = element("button", { type: "submit", class: "course-button" }, words("commit"));
  const diagnose = () => {
    const picked = radios.find((radio) => radio.checked);
    if (picked) model.send({ cause: picked.value });
  };
  const answer = element("p", { class: "course-message", role: "status", "aria-live": "polite" });
  const diagnosis = element("form", { onsubmit: onSubmit(diagnose) },
    element("fieldset", { class: "course-options" }, element("legend", {}, words("what is wrong")),
      ...radios.map((radio, k) => element("label", {}, radio, element("span", {}, ...prose(get("causes")[k][1]))))),
    element("div", { class: "course-buttons" }, commit), answer);

  // --- the panel
  /** @type {HTMLSelectElement[]} */
  const selects = get("knobs").map((/** @type {Knob} */ [knob, , values]) => {
    const select = /** @type {HTMLSelectElement} */ (element("select", { class: "course-box",
      onchange: () => model.send({ change: [knob, select.selectedIndex] }) },
      ...values.map((text, k) => element("option", { value: k }, text))));
    return select;
  });
  const work = workBar(model);
  const locked = element("p", { class: "course-small" }, words("locked"));
  const panel = element("fieldset", { class: "course-clinic-panel" }, element("legend", {}, words("panel")),
    ...selects.map((select, k) => element("label", {}, element("span", {}, ...typeset(get("knobs")[k][1])), select)), work.bar);
  const lines = element("div", { class: "course-message course-clinic-lines", role: "status", "aria-live": "polite" });
  const tries = element("ol", { class: "course-small" });
  const tried = element("details", { class: "course-clinic-tries" }, element("summary", {}, words("tries")), tries);
  const again = element("button", { type: "button", class: "course-button", title: words("again does"),
    onclick: () => model.send({ do: "again" }) }, words("again"));
  const notice = element("p", { class: "course-notice", role: "alert" });

  el.append(rooted("course-clinic", { "aria-label": get("title") },
    element("p", { class: "course-title" }, get("title")),
    element("p", { class: "course-clinic-complaint" }, ...prose(get("complaint"))),
    board, key, numbers,
    element("div", { class: "course-clinic-sides" }, diagnosis, element("div", {}, locked, panel, notice, lines, tried)),
    element("div", { class: "course-buttons" }, again), keysLine(words("keys"))));

  const trace = (/** @type {SVGElement[]} */ paths, /** @type {string} */ name) => {
    const [values, length] = [float32(get(name)), get("steps") + 1];
    paths.forEach((path, k) => path.setAttribute("d", pathThrough(values.subarray(k * length, (k + 1) * length), get("steps"))));
  };
  return drawOn(model, {
    before: () => trace(before, "before"),
    now: () => {
      trace(now, "now");
      const compared = get("now").byteLength > 0;
      board.classList.toggle("course-clinic-compared", compared);
      say(key, [words("axis", { steps: get("steps") }), ...(compared ? [words("compared")] : [])].join(" "));
    },
    alt: () => board.setAttribute("aria-label", get("alt")),
    table: () => rows.replaceChildren(...get("table").map((/** @type {string[]} */ [name, ...values]) =>
      element("tr", {}, element("th", { scope: "row" }, name), ...values.map((value) => element("td", {}, value))))),
    "cause right answer": () => {
      const cause = get("cause");
      radios.forEach((radio) => (radio.checked = cause ? radio.value === cause : false));
      usable(commit, radios.some((radio) => radio.checked));
      answer.replaceChildren(...(cause ? [get("right") ? "✓ " : "✗ ", ...prose(get("answer"))] : []));
      answer.classList.toggle("course-good", get("right"));
      locked.hidden = Boolean(cause);
      panel.disabled = !cause;
    },
    chosen: () => selects.forEach((select, k) => (select.selectedIndex = get("chosen")[get("knobs")[k][0]])),
    status: work.draw,
    "lines good": () => {
      const told = get("lines");
      const mark = get("good") ? "✓ " : "";
      lines.hidden = !told.length;
      lines.replaceChildren(...told.map((/** @type {string} */ line, /** @type {number} */ k) => element("p", {}, k ? "" : mark, ...prose(line))));
      lines.classList.toggle("course-good", get("good"));
    },
    tries: () => {
      tried.hidden = !get("tries").length;
      tries.replaceChildren(...get("tries").map((/** @type {string} */ line) => element("li", {}, line)));
    },
    notice: () => say(notice, get("notice")),
  });
}

export default { render: watched(render) };
