// HeatMap in the browser: it colours and picks what Python computed (heat.py says what each trait is). No rate,
// no step and no eigenvalue is computed here.

/**
 * @typedef {[number, number]} Point
 * @typedef {{
 *   cell: Point, kappa: number, kappas: number[], title: string, colours: DataView, levels: DataView, border: Point[],
 *   axes: {lr: string[], momentum: string[], ticks: [share: number, rate: string][]}, best: {at: Point, cell: Point},
 *   paths: DataView, rings: [number, number, string][], roots: DataView, shells: number[], look: {colour: string, marker: string},
 *   words: string[], room: string[], texts: Record<string, string>, alt: string, notice: string,
 * }} HeatState
 * @typedef {import("@anywidget/types").AnyModel<HeatState>} HeatModel
 */

/** Ticks, names and the star of the best pair around the cells: in pixels, so that letters keep their size.
 * @param {HeatModel} model @param {string} id of its gradient */
function signsOf(model, id) {
  const words = wordsOf(model);
  const { lr, momentum, ticks } = model.get("axes");
  const node = drawn("svg", { class: "course-heat-ticks", "aria-hidden": "true" });
  const tuned = drawn("g", { class: "course-heat-star" }, drawn("path", { d: marker("*", 0, 0, 8) }));
  const name = drawn("text", { class: "course-heat-name" }, words("best"));
  const text = (/** @type {Attributes} */ attributes, /** @type {string} */ said) => drawn("text", attributes, said);
  /** The wanted texts that are there, and how far along they stand, in shares. @param {string[]} texts @param {string[]} wanted */
  const every = (texts, wanted) => wanted.filter((tick) => texts.includes(tick)).map((tick) =>
    /** @type {[number, string]} */ ([(texts.indexOf(tick) + 0.5) / texts.length, tick]));
  let [width, height] = [0, 0];

  function draw() {
    if (!width) return;
    const [bx, by] = model.get("best").at;
    tuned.setAttribute("transform", `translate(${bx * width} ${by * height})`);
    const bar = ticks.flatMap(([share, rate]) => [
      drawn("path", { d: `M${width + 26} ${share * height}h5` }),
      text({ x: width + 34, y: share * height + 4 }, rate)]);
    const colours = bytes(model.get("colours"));
    const stops = Array.from({ length: 17 }, (_, k) => {
      const at = 3 * Math.round((k / 16) * (colours.length / 3 - 1));
      return drawn("stop", { offset: k / 16, "stop-color": `rgb(${colours.subarray(at, at + 3).join(",")})` });
    });
    node.replaceChildren(
      drawn("defs", {}, drawn("linearGradient", { id, x1: 0, y1: 0, x2: 0, y2: 1 }, ...stops)),
      ...every(lr, ["0.5", "1", "1.5", "2"]).flatMap(([share, tick]) => [
        drawn("path", { d: `M${share * width} ${height}v5` }),
        text({ x: share * width, y: height + 18, "text-anchor": "middle" }, tick)]),
      ...every(momentum, ["0", "0.2", "0.4", "0.6", "0.8"]).flatMap(([share, tick]) => [
        drawn("path", { d: `M0 ${(1 - share) * height}h-5` }),
        text({ x: -8, y: (1 - share) * height + 4, "text-anchor": "end" }, tick)]),
      text({ x: width / 2, y: height + 34, "text-anchor": "middle" }, words("lr")),
      text({ x: -41, y: height / 2, "text-anchor": "middle", transform: `rotate(-90 -41 ${height / 2})` }, words("momentum")),
      drawn("rect", { x: width + 14, y: 0, width: 12, height, fill: `url(#${id})` }),
      ...bar,
      text({ x: width + 14, y: -8 }, words("rate")),
      text({ x: width - 8, y: height - 10, "text-anchor": "end", class: "course-heat-name" }, words("diverges")),
      tuned, name);
    placeName();
  }

  /** The star's name stands to its left, or to its right where the frame of the cell would cover it. */
  function placeName() {
    const [bx, by] = model.get("best").at;
    const [column, row] = model.get("cell");
    const away = [(bx - (column + 0.5) / lr.length) * width, (by - 1 + (row + 0.5) / momentum.length) * height];
    const covered = away[0] > 0 && away[0] < 60 && Math.abs(away[1] - 12) < 24;
    name.setAttribute("x", String(bx * width + (covered ? 13 : -13)));
    name.setAttribute("y", String(by * height - 8));
    name.setAttribute("text-anchor", covered ? "start" : "end");
  }

  /** @param {number} wide @param {number} high */
  const resize = (wide, high) => {
    [width, height] = [wide, high];
    draw();
  };
  return { node, draw, placeName, resize };
}

/** The sheet of cells, one for each pair (η, μ), and the hand on it.
 * @param {HeatModel} model @param {(cell: Point) => void} choose */
function cellsOf(model, choose) {
  const words = wordsOf(model);
  const { lr, momentum } = model.get("axes");
  const [columns, rows] = [lr.length, momentum.length];
  const id = `course-heat-${Math.random().toString(36).slice(2)}`; // also unlike that of a figure behind a gate, in a module of its own
  const canvas = element("canvas", { width: columns, height: rows, "aria-hidden": "true" });
  const cross = element("div", { class: "course-heat-cell", tabindex: 0, role: "slider", "aria-label": words("cell"),
    "aria-roledescription": words("cell role"), "aria-valuemin": 0, "aria-valuemax": columns * rows - 1,
    title: words("cell keys") });
  const edge = model.get("border").map(([x, y]) => `${(400 * x).toFixed(2)} ${(300 * y).toFixed(2)}`).join("L");
  const over = drawn("svg", { viewBox: "0 0 400 300", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawn("defs", {}, drawn("pattern", { id, width: 9, height: 9, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      drawn("path", { d: "M0 0V9", stroke: "#8a8a8a", "stroke-width": 2 }))),
    drawn("path", { d: `M${edge}L400 0L400 300Z`, fill: `url(#${id})` }),
    drawn("path", { class: "course-heat-halo", d: `M${edge}` }),
    drawn("path", { class: "course-heat-edge", d: `M${edge}` }));
  const signs = signsOf(model, `${id}-fade`);
  const desk = element("div", { class: "course-heat-desk" }, canvas, over, signs.node, cross);

  const within = (/** @type {number} */ k, /** @type {number} */ n) => clamped(k, 0, n - 1);
  cross.addEventListener("keydown", (event) => {
    const way = WAYS[event.key];
    if (!way) return;
    event.preventDefault();
    const [column, row] = model.get("cell");
    const by = event.shiftKey ? 10 : 1;
    choose([within(column + by * way[0], columns), within(row + by * way[1], rows)]);
  });
  const point = (/** @type {MouseEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    choose([within(Math.floor(x * columns), columns), within(Math.floor((1 - y) * rows), rows)]);
  };
  desk.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    desk.setPointerCapture(event.pointerId);
    cross.focus({ preventScroll: true });
    point(event);
  });
  desk.addEventListener("pointermove", (event) => desk.hasPointerCapture(event.pointerId) && point(event));

  function drawLevels() {
    const [levels, colours] = [bytes(model.get("levels")), bytes(model.get("colours"))];
    const image = new ImageData(columns, rows);
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++) {
        const level = levels[j * columns + i];
        const to = 4 * ((rows - 1 - j) * columns + i); // the lowest μ at the bottom
        if (3 * level >= colours.length) continue; // not stable: what lies below shows
        image.data.set(colours.subarray(3 * level, 3 * level + 3), to);
        image.data[to + 3] = 255;
      }
    }
    canvas.getContext("2d")?.putImageData(image, 0, 0);
    signs.draw();
  }

  function drawChosen() {
    const [column, row] = model.get("cell");
    cross.style.left = `${(100 * (column + 0.5)) / columns}%`;
    cross.style.top = `${100 - (100 * (row + 0.5)) / rows}%`;
    cross.setAttribute("aria-valuenow", String(row * columns + column));
    cross.setAttribute("aria-valuetext", `η = ${lr[column]}, μ = ${momentum[row]}`);
    signs.placeName();
  }

  const resized = new ResizeObserver(([{ contentRect }]) => signs.resize(contentRect.width, contentRect.height));
  resized.observe(canvas);
  return { desk, drawLevels, drawChosen, stop: () => resized.disconnect() };
}

/** The path of the chosen pair. @param {HeatModel} model */
function walkOf(model) {
  const node = drawn("svg", { class: "course-heat-sheet", viewBox: "0 0 400 200", role: "img" });
  const rings = drawn("g", {});
  const line = drawn("path", { class: "course-heat-line" });
  const dots = drawn("path", { class: "course-heat-dots" });
  const start = drawn("circle", { r: 5, fill: "#fff", stroke: "#222", "stroke-width": 2 });
  const look = model.get("look");
  node.append(rings, drawn("path", { d: "M195 100H205M200 95V105", stroke: "#222", "stroke-width": 2 }), line, dots, start);
  node.style.setProperty("--method", look.colour);

  const drawRings = () => rings.replaceChildren(...model.get("rings").map(([rx, ry, fill]) =>
    drawn("ellipse", { class: "course-heat-ring", fill, cx: 200, cy: 100, rx: 400 * rx, ry: 200 * ry })));
  /** @param {Float32Array} xy in halves of the sheet, from its middle */
  function draw(xy) {
    let [d, spots] = ["", ""];
    for (let t = 0; t < xy.length; t += 2) {
      const [x, y] = [400 * xy[t], 200 * xy[t + 1]];
      if (Number.isNaN(x)) break;
      d += `${t ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
      if (t && Math.abs(x) < 500 && Math.abs(y) < 300) spots += marker(look.marker, x, y, 3);
    }
    line.setAttribute("d", d);
    dots.setAttribute("d", spots);
    start.setAttribute("cx", String(400 * xy[0]));
    start.setAttribute("cy", String(200 * xy[1]));
  }
  return { node, drawRings, draw };
}

/** The eigenvalues of a step of the chosen pair, around the unit circle. */
function discOf() {
  const node = drawn("svg", { class: "course-heat-sheet course-heat-disc", viewBox: "-100 -100 200 200", role: "img" });
  const shell = drawn("circle", { class: "course-heat-shell" });
  const [one, two] = ["one", "two"].map((name) => drawn("path", { class: `course-heat-${name}` }));
  const [nameOne, nameTwo] = ["λ₁", "λ₂"].map((text) => drawn("text", {}, text));
  node.append(drawn("path", { class: "course-heat-axis", d: "M-100 0H100M0 -100V100" }),
    drawn("circle", { class: "course-heat-unit", r: 72 }), shell, one, two, nameOne, nameTwo,
    drawn("text", { x: 74, y: 14 }, "1"));

  /** What lies far outside is put on the frame, in its own direction. @param {Float32Array} root @returns {Point} */
  const inDisc = ([re, im]) => {
    const [x, y] = [72 * re, -72 * im];
    const far = Math.max(1, Math.abs(x) / 92, Math.abs(y) / 92);
    return [x / far, y / far];
  };
  /** @param {Element} pair @param {Element} label @param {Float32Array} roots two @param {string} kind @param {boolean} left */
  function place(pair, label, roots, kind, left) {
    const [a, b] = [inDisc(roots.subarray(0, 2)), inDisc(roots.subarray(2, 4))];
    pair.setAttribute("d", marker(kind, ...a, 5) + marker(kind, ...b, 5));
    label.setAttribute("x", String(left ? a[0] - 9 : a[0] + 9));
    label.setAttribute("y", String(a[1] - 8));
    label.setAttribute("text-anchor", left ? "end" : "start");
  }
  /** @param {Float32Array} roots two for each axis @param {number} radius that most of them have */
  function draw(roots, radius) {
    place(one, nameOne, roots.subarray(0, 4), "o", roots[0] > 0.75);
    place(two, nameTwo, roots.subarray(4, 8), "D", roots[4] > -0.75);
    shell.setAttribute("r", String(72 * radius));
  }
  return { node, draw };
}

/** @param {{model: HeatModel, el: HTMLElement}} context */
function render({ model, el }) {
  /** @template {keyof HeatState} K @param {K} name */
  const get = (name) => model.get(name);
  /** @template {keyof HeatState} K @param {K} name @param {HeatState[K]} value */
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const words = wordsOf(model);
  const [cells, walk, disc] = [cellsOf(model, (cell) => put("cell", cell)), walkOf(model), discOf()];

  const lines = [0, 1, 2, 3].map(() => element("p"));
  const rooms = lines.map((line, k) => {
    const [room, reserve] = roomFor(line, "course-heat-said");
    reserve([get("room")[k]]);
    return room;
  });
  /** @type {HTMLInputElement} */
  const slider = element("input", { type: "range", min: 0, max: get("kappas").length - 1, "aria-label": words("kappa"),
    oninput: () => put("kappa", get("kappas")[Number(slider.value)]) });
  const kappa = element("output");
  const spoken = element("p", { class: "course-spoken", "aria-live": "polite" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const goBest = element("button", { type: "button", class: "course-button", onclick: () => put("cell", get("best").cell) },
    words("go best"));
  el.append(rooted("course-heat", { "aria-label": words("heat", { method: get("title") }) },
    element("p", { class: "course-title" }, words("heading", { method: get("title") })), notice,
    element("div", { class: "course-heat-sides" },
      element("div", { class: "course-heat-left" }, cells.desk,
        element("div", { class: "course-heat-slider" }, element("span", {}, words("kappa")), slider, kappa, goBest)),
      element("div", { class: "course-heat-right" }, walk.node,
        element("div", { class: "course-heat-lower" }, disc.node, element("div", { class: "course-heat-words" }, ...rooms)))),
    spoken));

  // each for all cells, one after the other
  let [paths, roots] = [new Float32Array(), new Float32Array()];

  function takePaths() {
    [paths, roots] = [float32(get("paths")), float32(get("roots"))];
    walk.drawRings();
    drawCell();
  }

  function drawCell() {
    const { lr, momentum } = get("axes");
    const [column, row] = get("cell");
    const k = row * lr.length + column;
    const n = paths.length / (lr.length * momentum.length);
    cells.drawChosen();
    walk.draw(paths.subarray(k * n, (k + 1) * n));
    disc.draw(roots.subarray(8 * k, 8 * k + 8), get("shells")[row] ?? 0);
  }

  function drawKappa() {
    slider.value = String(get("kappas").findIndex((k) => k >= get("kappa")));
    slider.setAttribute("aria-valuetext", String(get("kappa")));
    say(kappa, `κ = ${get("kappa")}`);
  }

  const announced = soon(() => say(spoken, get("words").join(" ")), 350);
  const stop = drawOn(model, {
    levels: cells.drawLevels,
    paths: takePaths,
    kappa: drawKappa,
    cell: drawCell,
    "words alt": () => {
      get("words").forEach((line, k) => say(lines[k], line));
      walk.node.setAttribute("aria-label", get("words")[3] ?? "");
      disc.node.setAttribute("aria-label", words("eigenvalues", { along: get("words")[1] ?? "", across: get("words")[2] ?? "" }));
      announced.later();
    },
    notice: () => say(notice, get("notice")),
  });
  return () => {
    stop();
    announced.cancel();
    cells.stop();
  };
}

export default { render: watched(render) };
