// The live map in the browser: it draws what Python computed (map.py says what each trait is) and tells Python
// what the hand did. No optimizer lives here, and no number is made here: only pixels, and the choice of a step.

/**
 * @typedef {[number, number]} Point
 * @typedef {{label: string, colour: string, marker: string, ended: number, status: string, growth?: string,
 *   arrows: {colour: string, label: string}[]}} MapMethod
 * @typedef {{kind: "arrow", from: Point, to: Point, colour: string, label?: string, broad?: boolean,
 *   side?: number}} Arrow
 * @typedef {{kind: "point" | "ring" | "cross", at: Point, colour?: string, label?: string, marker?: string}} Spot
 * @typedef {{kind: "ellipse", at: Point, reach: Point, label?: string}} Ellipse
 * @typedef {{edges: number[], reach: [number, number] | null}} Margin
 * @typedef {{label: string, limit: number | null}} Gauge
 * @typedef {{key: string, label: string, values: number[]}} SliderSpec
 * @typedef {{key: string, at: number, label: string, colour: string, marker: string}} Limit
 * @typedef {{key: string, tracks: DataView, ended: number[][], status: string[][]}} Family
 * @typedef {[value: number, text: string]} Tick
 * @typedef {{
 *   start: Point, step: number, playing: boolean, speed: number, arrows: boolean, hidden: string[], aim: Point,
 *   speeds: number[], title: string, background: DataView, bounds: [number, number, number, number], size: Point,
 *   ticks: {x?: Tick[], y?: Tick[]}, methods: MapMethod[], tracks: DataView, parts: DataView, last: number,
 *   frames: {at: number, marks?: (Arrow | Spot | Ellipse)[], words: string}[], marks: (Arrow | Spot | Ellipse)[], words: string,
 *   crowd: DataView, margins: Margin[], bars: DataView, gauges: Gauge[], levels: DataView, scale: [number, number],
 *   room: string[], buttons: {do: string, label: string}[], sliders: SliderSpec[],
 *   settings: Record<string, number>, limits: Limit[], movable: boolean, aiming: boolean, fog: boolean,
 *   grid: number, axes: [string, string], minimum: number[], texts: Record<string, string>, alt: string, notice: string,
 *   family?: Family,
 * }} MapState
 * @typedef {import("@anywidget/types").AnyModel<MapState>} MapModel
 *
 * One path: what is drawn of it, where it is in pixels at each step, and x, y and loss at each step.
 * @typedef {{all: SVGElement, rim: SVGElement, gone: SVGElement, fading: SVGElement, dots: SVGElement, head: SVGElement,
 *   note: SVGElement, group: SVGElement, leaves: number, method: MapMethod, xyf: Float32Array | Float64Array, end: number, points: Point[]}} Track
 *
 * @typedef {ReturnType<typeof sheetOf>} Sheet
 * @typedef {ReturnType<typeof pathsOf>} Paths
 */

/** The last step, or the last frame. @param {MapModel} model */
const top = (model) => (model.get("frames").length ? model.get("frames").length - 1 : model.get("last"));

/** The step of the paths that is shown. @param {MapModel} model */
const stepOf = (model) =>
  model.get("frames").length ? model.get("frames")[model.get("step")]?.at ?? 0 : model.get("step");

const initialize = clock(0, top);

// --- lines and places --------------------------------------------------------------------------------------

/** The point at this part of the way. @param {Point} from @param {Point} to @param {number} part @returns {Point} */
const between = ([a, b], [c, e], part) => [a + (c - a) * part, b + (e - b) * part];

/** The part of a segment that lies near a sheet of this size (Liang and Barsky): [x, y, x, y], or null.
 * @param {Point} from @param {Point} to @param {Point} size @returns {[number, number, number, number] | null} */
function clip([a, b], [c, e], [width, height]) {
  let [from, to] = [0, 1];
  for (const [start, way, size] of [[a, c - a, width], [b, e - b, height]]) {
    const [low, high] = [(-50 - start) / way, (size + 50 - start) / way].sort((p, q) => p - q);
    if (way === 0 && (start < -50 || start > size + 50)) return null;
    if (way !== 0) [from, to] = [Math.max(from, low), Math.min(to, high)];
  }
  return from <= to ? [a + (c - a) * from, b + (e - b) * from, a + (c - a) * to, b + (e - b) * to] : null;
}

/** The line through the points up to `end`, a fraction allowed; cut off well outside a sheet of this size.
 * @param {Point[]} points @param {number} end @param {Point} size @param {number} from the first point */
function polyline(points, end, size, from = 0) {
  let d = "";
  for (let k = from + 1; k <= Math.ceil(end); k++) {
    const seg = clip(points[k - 1], k > end ? between(points[k - 1], points[k], end - k + 1) : points[k], size);
    if (seg) d += `M${seg[0].toFixed(1)} ${seg[1].toFixed(1)}L${seg[2].toFixed(1)} ${seg[3].toFixed(1)}`;
  }
  return d;
}

/** Where a value stands among the stops of a slider, between them if need be. @param {number[]} values @param {number} v */
function placeAmong(values, v) {
  const k = values.findIndex((w) => w >= v);
  if (k < 0) return values.length - 1;
  return k === 0 ? 0 : k - (values[k] - v) / (values[k] - values[k - 1]);
}

/** As many ticks as have room, evenly, and 0 among them.
 * @param {Tick[]} ticks @param {number} room @param {(v: number) => number} at
 * @returns {[value: number, text: string, place: number][]} */
function thinned(ticks, room, at) {
  const placed = ticks.map(([v, text]) => /** @type {[number, string, number]} */ ([v, text, at(v)]));
  if (placed.length < 2) return placed;
  const by = Math.ceil(room / Math.abs(placed[1][2] - placed[0][2]));
  const zero = Math.max(0, placed.findIndex(([v]) => v === 0));
  return placed.filter((_, k) => (k - zero) % by === 0);
}

/** Whether a path has diverged by then. @param {Track} track @param {number} step */
const over = ({ method }, step) => method.status === "diverged" && step >= method.ended;

// --- the sheet: the landscape, its frame and ticks, and what leads from data to pixels and back --------------

/** @param {MapModel} model */
function sheetOf(model) {
  const image = drawn("image", { preserveAspectRatio: "none" });
  const lines = drawn("g");
  const marks = drawn("g");
  const frame = drawn("rect", { class: "course-frame" });
  const labels = drawn("g", { class: "course-ticks", "aria-hidden": "true" });
  const window_ = drawn("svg", {}, image, lines, marks); // what leaves it is cut off
  const picture = drawn("svg", { class: "course-sheet", role: "img" }, window_, frame, labels);
  const desk = element("div", { class: "course-desk" }, picture);

  let [width, height] = model.get("size");
  let letters = 1; // letters keep their size on a sheet that shrinks
  let url = "";

  /** @param {Point} point @returns {Point} */
  const px = ([x, y]) => {
    const [x0, x1, y0, y1] = model.get("bounds");
    const near = (/** @type {number} */ v) => clamped(v, -1e9, 1e9); // a path may leave by 1e300 before it diverges
    return [near(((x - x0) / (x1 - x0)) * width), near(((y1 - y) / (y1 - y0)) * height)];
  };

  /** The point of the grid next to a point. @param {Point} point @returns {Point} */
  const snap = ([x, y]) => {
    const near = (/** @type {number} */ v) =>
      Number((Math.round(v / model.get("grid")) * model.get("grid")).toPrecision(10));
    return [near(x), near(y)];
  };

  /** The point of the grid under a pointer. @param {MouseEvent} event */
  const under = (event) => {
    const [x0, x1, y0, y1] = model.get("bounds");
    const box = desk.getBoundingClientRect();
    return snap([
      x0 + clamped((event.clientX - box.left) / box.width, 0, 1) * (x1 - x0),
      y1 - clamped((event.clientY - box.top) / box.height, 0, 1) * (y1 - y0),
    ]);
  };

  /** @param {Point} pixels */
  const inside = ([x, y]) => x >= -1 && x <= width + 1 && y >= -1 && y <= height + 1;

  /** The nearest place on the sheet, this far from its edge. @param {Point} pixels @returns {Point} */
  const border = ([x, y], gap = 9) => [clamped(x, gap, width - gap), clamped(y, gap, height - gap)];

  function drawTicks() {
    const { x = [], y = [] } = model.get("ticks");
    const [x0, , , y1] = model.get("bounds");
    const size = letters * (Number(getComputedStyle(picture).getPropertyValue("--larger")) || 1);
    const widest = (7.6 * Math.max(0, ...x.map(([, text]) => text.length)) + 6) * size;
    labels.replaceChildren(
      drawn("text", { x: width + 6, y: height + 5, dx: "0.7em", dy: "1.1em", class: "course-axis" }, model.get("axes")[0]),
      drawn("text", { x: -8, y: -2, dy: "-0.65em", "text-anchor": "end", class: "course-axis" }, model.get("axes")[1]),
      ...thinned(x, widest, (v) => px([v, y1])[0]).flatMap(([, text, X]) => [
        drawn("path", { d: `M${X} ${height}v5` }),
        drawn("text", { x: X, y: height + 5, dy: "1.1em", "text-anchor": "middle" }, text),
      ]),
      ...thinned(y, 15 * size, (v) => px([x0, v])[1]).flatMap(([, text, Y]) => [
        drawn("path", { d: `M0 ${Y}h-5` }),
        drawn("text", { x: -8, y: Y, dy: "0.36em", "text-anchor": "end" }, text),
      ]));
  }

  const resized = new ResizeObserver(([entry]) => {
    if (!(entry.contentRect.width > 0)) return;
    letters = Math.max(1, width / entry.contentRect.width);
    picture.style.setProperty("--letters", String(letters));
    drawTicks();
  });
  resized.observe(desk);

  function forget() {
    if (url) URL.revokeObjectURL(url);
  }

  function draw() {
    [width, height] = model.get("size");
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    desk.style.setProperty("--width", `${width}px`);
    desk.style.setProperty("--shape", `${width} / ${height}`);
    for (const node of [image, frame, window_]) {
      node.setAttribute("width", String(width));
      node.setAttribute("height", String(height));
    }
    forget();
    const png = bytes(model.get("background"));
    url = png.length ? URL.createObjectURL(new Blob([png], { type: "image/png" })) : "";
    image.setAttribute("href", url);
    drawTicks();
  }

  return {
    desk, picture, lines, marks, px, snap, under, inside, border, draw,
    size: () => /** @type {Point} */ ([width, height]),
    tidy: () => {
      resized.disconnect();
      forget();
    },
  };
}

// --- the paths, drawn at the screen's own pace ---------------------------------------------------------------

/** @param {MapModel} model @param {Sheet} sheet */
function pathsOf(model, sheet) {
  const words = wordsOf(model);
  /** @type {Track[]} */
  const tracks = [];
  let at = stepOf(model); // the step drawn last, from where the next one glides
  /** @type {{from: number, begun: number, lasts: number} | null} */
  let glide = null;
  let asked = 0;

  /** @param {Track} t */
  const seen = (t) => !model.get("hidden").includes(t.method.label) && t.points.length > 0;

  /** @returns {Track} */
  function newTrack() {
    const [all, fading, rim, gone, dots, head] = ["all", "fading", "rim", "gone", "dots", "head"].map((c) =>
      drawn("path", { class: `course-${c}` }));
    const note = drawn("text", { class: "course-note" });
    const group = drawn("g", {}, all, fading, rim, gone, dots, head, note);
    sheet.lines.append(group);
    return { all, rim, gone, fading, dots, head, note, group, leaves: 0, method: model.get("methods")[0], xyf: new Float64Array(), end: 0, points: [] };
  }

  function take() {
    const numbers = float64(model.get("tracks"));
    const n = model.get("last") + 1;
    const methods = model.get("methods");
    while (tracks.length > methods.length) tracks.pop()?.group.remove();
    methods.forEach((method, i) => {
      tracks[i] ??= newTrack();
      tracks[i].group.style.setProperty("--method", method.colour);
      put(tracks[i], method, numbers.subarray(3 * n * i, 3 * n * (i + 1)));
    });
  }

  /** @param {Track} t @param {MapMethod} method @param {Float32Array | Float64Array} xyf */
  function put(t, method, xyf) {
    t.method = method;
    t.xyf = xyf;
    t.end = Math.min(xyf.length / 3 - 1, method.status === "diverged" ? method.ended - 1 : method.ended);
    place(t);
  }

  /** @param {Track} t */
  function place(t) {
    t.points = Array.from({ length: t.end + 1 }, (_, k) => sheet.px([t.xyf[3 * k], t.xyf[3 * k + 1]]));
    t.leaves = leavesAt(t);
    t.all.setAttribute("d", polyline(t.points, t.leaves, sheet.size()));
  }

  /** The step with which a path has left the map for good; the last one where it stays. @param {Track} t */
  const leavesAt = (t) => Math.min(t.points.findLastIndex(sheet.inside) + 1, t.end);

  /** @param {Track} t @param {number} where a fraction while it glides */
  function drawTrack(t, where) {
    t.group.style.display = seen(t) ? "" : "none";
    if (!seen(t)) return;
    const end = Math.min(where, t.end);
    const whole = Math.floor(end);
    const head = end > whole ? between(t.points[whole], t.points[whole + 1], end - whole) : t.points[whole];
    const line = polyline(t.points, Math.min(end, t.leaves), sheet.size());
    t.rim.setAttribute("d", line);
    t.gone.setAttribute("d", line);
    t.fading.setAttribute("d", polyline(t.points, end, sheet.size(), t.leaves));
    t.dots.setAttribute("d", dotsOf(t, whole));
    const away = !sheet.inside(head);
    const [x, y] = sheet.border(head);
    t.head.setAttribute("d", marker(over(t, where) ? "X" : t.method.marker, x, y, away || over(t, where) ? 7 : 6));
    t.head.classList.toggle("course-away", away && !over(t, where));
    const fast = away && where >= t.leaves ? t.method.growth ?? "" : "";
    drawNote(t, over(t, where) ? words("diverges", { n: t.method.ended }) : fast, x, y);
  }

  /** A marker at each step, where there are not too many. @param {Track} t @param {number} end */
  function dotsOf(t, end) {
    const r = t.end > 200 ? 0 : t.end > 40 ? 2.4 : 3.4;
    if (!r) return "";
    return t.points.slice(0, end + 1).filter(sheet.inside).map(([x, y]) => marker(t.method.marker, x, y, r)).join("");
  }

  /** @param {Track} t @param {string} text @param {number} x @param {number} y */
  function drawNote({ note }, text, x, y) {
    const [width, height] = sheet.size();
    const left = x > width / 2;
    say(note, text);
    note.setAttribute("x", String(left ? x - 12 : x + 12));
    note.setAttribute("y", String(Math.max(16, Math.min(height - 8, y + 5))));
    note.setAttribute("text-anchor", left ? "end" : "start");
  }

  const draw = () => { asked ||= requestAnimationFrame(frameNow); };
  const drawNow = () => { // what a hand did must be in the very next frame
    cancelAnimationFrame(asked);
    frameNow(performance.now());
  };

  /** @param {number} now */
  function frameNow(now) {
    asked = 0;
    let where = stepOf(model);
    if (glide) {
      const part = (now - glide.begun) / glide.lasts;
      if (part < 1) {
        where = glide.from + (where - glide.from) * Math.max(0, part);
        draw();
      } else glide = null;
    }
    for (const t of tracks) drawTrack(t, where);
  }

  /** To the next step it glides, where that is seen and wanted. */
  function stepChanged() {
    const to = stepOf(model);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const near = Math.abs(to - at) === 1 && !still && (model.get("playing") || model.get("frames").length);
    const lasts = model.get("playing") ? Math.min(600, 1000 / model.get("speed")) : 250;
    glide = near ? { from: at, begun: performance.now(), lasts } : null;
    at = to;
    drawNow();
  }

  return {
    tracks, take, put, seen, draw, drawNow, stepChanged,
    place: () => tracks.forEach(place),
    tidy: () => cancelAnimationFrame(asked),
  };
}

// --- marks: arrows, points, rings ----------------------------------------------------------------------------

/** @param {Arrow} mark @param {Sheet} sheet */
function arrowOf({ from, to, colour, label, broad, side = 1 }, sheet) {
  const [[a, b], [c, e]] = [sheet.px(from), sheet.px(to)];
  const long = Math.hypot(c - a, e - b);
  const seg = long > 0.5 ? clip([a, b], [c, e], sheet.size()) : null;
  if (!seg) return drawn("g");
  const [ux, uy] = [(c - a) / long, (e - b) / long];
  const [w, tip] = broad ? [4.5, Math.min(17, long)] : [1.6, Math.min(12, long)];
  const [x, y, X, Y] = seg;
  const xy = (/** @type {number} */ a, /** @type {number} */ b) => `${a.toFixed(1)} ${b.toFixed(1)}`;
  const at = (/** @type {number} */ along, /** @type {number} */ across) =>
    xy(X - along * ux - across * uy, Y - along * uy + across * ux);
  const tail = (/** @type {number} */ across) => xy(x - across * uy, y + across * ux);
  const barb = 2.4 * w + 1;
  const corners = [tail(w), at(tip, w), at(tip, barb), at(0, 0), at(tip, -barb), at(tip, -w), tail(-w)];
  const d = `M${corners.join("L")}Z`;
  const [across, down] = [-side * uy, side * ux];
  const beside = Math.abs(across) > 0.5; // then a long name begins or ends at the arrow, and does not cover it
  const note = drawn("text", { class: "course-note", fill: colour,
    "text-anchor": beside ? (across > 0 ? "start" : "end") : "middle",
    x: (x + X) / 2 + (beside ? 9 : 16) * across, y: (y + Y) / 2 + 16 * down + 5 }, long > 9 ? label ?? "" : "");
  return drawn("g", {},
    drawn("path", { class: "course-arrow", d, fill: colour, "fill-opacity": broad ? 0.45 : 1 }), note);
}

/** @param {Spot} mark @param {Sheet} sheet @param {ReturnType<typeof wordsOf>} words */
function spotOf({ kind, at, colour = "#222", label = "", marker: shape = "o" }, sheet, words) {
  const [width, height] = sheet.size();
  const [x, y] = sheet.border(sheet.px(at));
  const ring = kind === "ring";
  const d = kind === "cross" ? marker("X", x, y, 6) : marker(shape, x, y, ring ? 8 : 5);
  const left = x > width - 110;
  const text = sheet.inside(sheet.px(at)) ? label : words("spot outside", { label });
  const below = ring && y < height - 40;
  return drawn("g", {},
    drawn("path", { d, fill: ring ? "none" : colour, stroke: ring ? colour : "white",
      "stroke-width": ring ? 2.2 : 1.2, "stroke-dasharray": ring ? "4 2.5" : "none" }),
    drawn("text", { class: "course-note", x: below ? x : left ? x - 12 : x + 12, y: below ? y + 26 : y + 5,
      "text-anchor": below ? "middle" : left ? "end" : "start" }, text));
}

/** @param {Ellipse} mark @param {Sheet} sheet */
function ellipseOf({ at: [a, b], reach: [across, up], label = "" }, sheet) {
  const [[x, y], [X, Y]] = [sheet.px([a, b]), sheet.px([a + across, b + up])];
  const lines = label.split("\n");
  const top = clamped(Y - 8 - 16 * (lines.length - 1), 16, sheet.size()[1] - 16 * lines.length);
  return drawn("g", {},
    drawn("ellipse", { cx: x, cy: y, rx: X - x, ry: y - Y, class: "course-ellipse" }),
    drawn("text", { class: "course-note", y: top, "text-anchor": "middle" },
      ...lines.map((line, k) => drawn("tspan", { x, dy: k && "1.15em" }, line))));
}

/** The step as its parts: the kept velocity, the pull of the gradient, their sum.
 * @param {Track} t @param {number} step @param {Float64Array} numbers six a step: map.py, parts
 * @returns {(Arrow | Spot)[]} */
function partsOf(t, step, numbers) {
  const [x, y, , X, Y] = t.xyf.subarray(3 * step, 3 * step + 5);
  const [kx, ky, gx, gy, lx, ly] = numbers;
  const [kept, pull, sum] = t.method.arrows;
  /** @type {Arrow} */
  const whole = { kind: "arrow", from: [x, y], to: [X, Y], ...sum, broad: true };
  if (!Number.isFinite(kx)) return [whole];
  /** @type {Point} */
  const look = [x + kx, y + ky];
  const side = kx * gy > ky * gx ? 1 : -1; // names stand outside the triangle
  return [
    whole,
    { kind: "arrow", from: [x, y], to: look, ...kept, side },
    { kind: "arrow", from: look, to: [look[0] + gx, look[1] + gy], ...pull, side },
    ...(lx !== x || ly !== y ? [/** @type {Spot} */ ({ kind: "ring", at: [lx, ly], colour: "#222" })] : []),
  ];
}

/** @param {MapModel} model @param {Sheet} sheet @param {Paths} paths */
function marksOf(model, sheet, paths) {
  const words = wordsOf(model);
  let parts = new Float64Array();

  function stepParts() {
    const step = model.get("step");
    const n = model.get("last") + 1;
    return paths.tracks.flatMap((t, i) => {
      if (model.get("hidden").includes(t.method.label) || step >= t.end || parts.length < 6 * n * (i + 1)) return [];
      return partsOf(t, step, parts.subarray(6 * (n * i + step), 6 * (n * i + step) + 6));
    });
  }

  function draw() {
    const given = [...model.get("marks"), ...(model.get("frames")[model.get("step")]?.marks ?? [])];
    if (model.get("arrows") && !model.get("frames").length) given.push(...stepParts());
    const rank = (/** @type {Arrow | Spot | Ellipse} */ mark) => Number(mark.kind === "arrow" && Boolean(mark.broad));
    given.sort((a, b) => rank(b) - rank(a)); // the sum below its parts
    sheet.marks.replaceChildren(...given.map((mark) => mark.kind === "arrow" ? arrowOf(mark, sheet)
      : mark.kind === "ellipse" ? ellipseOf(mark, sheet) : spotOf(mark, sheet, words)));
  }

  return {
    draw,
    take: () => {
      parts = float64(model.get("parts"));
      draw();
    },
  };
}

// --- the crowd: many walkers as dots, and along two edges of the map how they spread --------------------------

const [WHOLE, TALLEST] = [360, 90]; // pixels, of a bar that holds the whole crowd, and of any bar

/** @param {MapModel} model @param {Sheet} sheet */
function crowdOf(model, sheet) {
  const dots = drawn("path", { class: "course-crowd" });
  const bars = drawn("path", { class: "course-bars" });
  const reaches = drawn("path", { class: "course-reach" });
  sheet.marks.before(drawn("g", { "aria-hidden": "true" }, bars, reaches, dots));
  let numbers = new Float32Array();
  let shares = new Uint8Array();

  function dotsAt(/** @type {number} */ step) {
    const size = numbers.length / (model.get("last") + 1);
    const here = numbers.subarray(size * step, size * (step + 1));
    let d = "";
    for (let k = 0; k < here.length; k += 2) {
      const [x, y] = sheet.px([here[k], here[k + 1]]);
      if (sheet.inside([x, y])) d += `M${x.toFixed(1)} ${y.toFixed(1)}h0`;
    }
    return d;
  }

  /** Bars that stand on the lower edge for the first coordinate, on the left edge for the second. */
  function barsAt(/** @type {number} */ step) {
    const height = sheet.size()[1];
    return model.get("margins").flatMap(({ edges }, axis) => edges.slice(1).map((_, k) => {
      const share = shares[(edges.length - 1) * (axis * (model.get("last") + 1) + step) + k] / 255;
      const long = Math.min(WHOLE * share, TALLEST);
      const [from, to] = [place(axis, edges[k]), place(axis, edges[k + 1])];
      if (!long) return "";
      return axis === 0 ? `M${from} ${height}V${height - long}H${to}V${height}Z` : `M0 ${from}H${long}V${to}H0Z`;
    })).join("");
  }

  function reachesOf() {
    const height = sheet.size()[1];
    return model.get("margins").flatMap(({ reach }, axis) => (reach ?? []).map((end) =>
      axis === 0 ? `M${place(axis, end)} ${height}v-14` : `M0 ${place(axis, end)}h14`)).join("");
  }

  /** Where a value of this coordinate stands, in pixels along its edge. */
  function place(/** @type {number} */ axis, /** @type {number} */ v) {
    return axis === 0 ? sheet.px([v, 0])[0] : sheet.px([0, v])[1];
  }

  function draw() {
    const step = Math.min(stepOf(model), model.get("last"));
    dots.setAttribute("d", dotsAt(step));
    bars.setAttribute("d", barsAt(step));
    reaches.setAttribute("d", reachesOf());
  }

  return {
    draw,
    take: () => {
      numbers = float32(model.get("crowd"));
      shares = bytes(model.get("bars"));
      draw();
    },
  };
}

// --- gauges: numbers that change from step to step, as bars on a logarithmic scale -----------------------------

/** How far along a logarithmic scale a value stands, from 0 to 1. @param {number} v @param {[number, number]} scale */
const alongScale = (v, [low, high]) => clamped(Math.log(v / low) / Math.log(high / low), 0, 1);

/** @param {MapModel} model */
function gaugesOf(model) {
  const words = wordsOf(model);
  const node = element("div", { class: "course-gauges" });
  let levels = new Float32Array();
  /** @type {((step: number) => void)[]} */
  let bars = [];

  /** @param {Gauge} gauge @param {number} i */
  function barOf({ label, limit }, i) {
    const [fill, value] = [element("span", { class: "course-gauge-fill" }), element("span", { class: "course-gauge-value" })];
    const at = (/** @type {number} */ v) => `${(100 * alongScale(v, model.get("scale"))).toFixed(2)}%`;
    const pin = limit === null ? [] : [element("span", { class: "course-gauge-limit", style: `left: ${at(limit)}` })];
    const row = element("div", { class: "course-gauge" }, element("var", {}, label),
      element("div", { class: "course-gauge-bar", "aria-hidden": "true" }, fill, ...pin), value);
    node.append(row);
    return (/** @type {number} */ step) => {
      const level = levels[i * (model.get("last") + 1) + step];
      const over = limit !== null && level > limit;
      fill.style.width = Number.isFinite(level) ? at(level) : "0";
      row.classList.toggle("course-over", over);
      say(value, over ? words("gauge over", { value: number(level) }) : number(level));
    };
  }

  const draw = () => bars.forEach((bar) => bar(Math.min(stepOf(model), model.get("last"))));
  return {
    node, draw,
    take: () => {
      levels = float32(model.get("levels"));
      const [low, high] = model.get("scale").map(number);
      node.hidden = !model.get("gauges").length;
      node.replaceChildren(element("p", {}, words("gauges", { low, high })));
      bars = model.get("gauges").map(barOf);
      draw();
    },
  };
}

// --- points that a hand moves: the start, the cross hair -----------------------------------------------------

/** @param {MapModel} model @param {Sheet} sheet */
function handsOf(model, sheet) {
  const words = wordsOf(model);
  const handle = hand("start", "course-handle");
  const aim = hand("aim", "course-aim");
  sheet.desk.append(handle, aim);
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    handle.focus();
    event.preventDefault();
  });
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) put("start", sheet.under(event));
  });
  aim.addEventListener("keydown", (event) => {
    if (event.key === "Enter") model.send({ do: "aim", at: model.get("aim") });
  });
  sheet.desk.addEventListener("click", (event) => {
    if (!model.get("aiming")) return;
    aim.focus({ preventScroll: true });
    model.send({ do: "aim", at: sheet.under(event) });
  });

  /** @param {"start" | "aim"} name @param {Point} point */
  function put(name, point) {
    model.set(name, point);
    model.save_changes();
  }

  /** @param {"start" | "aim"} name @param {string} style */
  function hand(name, style) {
    return element("div", {
      class: style, tabindex: 0, role: "slider", "aria-label": words(name), "aria-roledescription": words("hand role"),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        const way = WAYS[event.key];
        if (!way) return;
        event.preventDefault();
        const by = model.get("grid") * (event.shiftKey ? 10 : 1);
        const [x, y] = model.get(name);
        put(name, sheet.snap([x + way[0] * by, y + way[1] * by]));
      },
    });
  }

  /** @param {HTMLElement} node @param {Point} point @param {boolean} shown */
  function drawHand(node, point, shown) {
    node.hidden = !shown;
    const [width, height] = sheet.size();
    const off = !sheet.inside(sheet.px(point));
    const [x, y] = sheet.border(sheet.px(point), 0);
    const place = { point: pair(point) };
    node.style.left = `${(100 * x) / width}%`;
    node.style.top = `${(100 * y) / height}%`;
    node.classList.toggle("course-away", off);
    node.setAttribute("aria-valuenow", String(point[0]));
    node.setAttribute("aria-valuetext", off ? words("point outside", place) : place.point);
    node.title = words(off ? "hand outside" : "hand", place);
  }

  return {
    draw: () => {
      drawHand(handle, model.get("start"), model.get("movable"));
      drawHand(aim, model.get("aim"), model.get("aiming"));
      sheet.desk.classList.toggle("course-aiming", model.get("aiming"));
    },
  };
}

// --- sliders -------------------------------------------------------------------------------------------------

/** Python walks the paths at every stop of a slider when a hand comes near: they are drawn from here at once,
 * while Python hears of the change and answers with the paths in full precision. `take` puts those in place.
 * @param {MapModel} model @param {Paths} paths @param {() => void} take @param {() => void} moved */
function slidersOf(model, paths, take, moved) {
  const words = wordsOf(model);
  const node = element("div", { class: "course-sliders" });
  /** @type {ReturnType<typeof sliderOf>[]} */
  let sliders = [];
  let family = new Float32Array();
  let requested = "";
  let picking = false; // what Python answers meanwhile belongs to an earlier stop
  const settled = soon(() => {
    picking = false;
    take();
  }, 150);

  function takeFamily() {
    family = float32(model.get("family")?.tracks);
    if (!family.length) requested = "";
  }

  /** @param {string} key */
  function ask(key) {
    if (requested === key || model.get("family")?.key === key) return;
    requested = key;
    model.send({ do: "family", key });
  }

  /** @param {string} key @param {number} k */
  function pick(key, k) {
    const { key: whose, ended, status } = model.get("family") ?? {};
    if (whose !== key || !ended || !status || !family.length || model.get("arrows")) return;
    const n = 3 * (model.get("last") + 1);
    paths.tracks.forEach((t, i) => {
      const from = (i * ended[i].length + k) * n;
      paths.put(t, { ...t.method, ended: ended[i][k], status: status[i][k], growth: "" }, family.subarray(from, from + n));
    });
    picking = true;
    settled.later();
    moved();
  }

  /** @param {SliderSpec} spec */
  function sliderOf({ key, label, values }) {
    /** @type {HTMLInputElement} */
    const typed = element("input", {
      type: "text", class: "course-box course-typed", autocomplete: "off", "aria-label": words("typed", { label }),
      onchange: () => model.send({ do: "type", key, text: typed.value.slice(0, 60) }) });
    const range = element("input", { type: "range", min: 0, max: values.length - 1, "aria-label": label,
      onpointerenter: () => ask(key), onfocus: () => ask(key),
      oninput: () => {
        pick(key, Number(range.value));
        model.set("settings", { ...model.get("settings"), [key]: values[Number(range.value)] });
        model.save_changes();
        ask(key);
      } });
    const [pins, below] = [element("div"), element("p")];
    const [room, reserve] = roomFor(below, "course-small");
    const ticks = element("div", { class: "course-limits" }, pins, room);
    const symbol = /[ημ]/u.exec(label)?.[0];
    const row = element("div", { class: "course-slider", style: symbol && `--quantity: var(--${symbol === "η" ? "eta" : "mu"})` },
      element("span", { class: "course-name" }, ...typeset(label)), typed, range, ticks);

    /** @param {Limit} limit */
    const pin = (limit) =>
      drawn("svg", { class: "course-limit", viewBox: "-7 -7 14 14", "aria-hidden": "true",
        style: `--at: ${placeAmong(values, limit.at) / (values.length - 1)}` },
        drawn("path", { d: "M0 -9V7", stroke: limit.colour, "stroke-width": 2 }),
        drawn("path", { d: marker(limit.marker, 0, 3, 4.2), fill: limit.colour }));

    function draw() {
      const value = model.get("settings")[key];
      range.value = String(Math.round(placeAmong(values, value)));
      range.setAttribute("aria-valuetext", number(value));
      typed.value = number(value);
      const limits = model.get("limits").filter((l) => l.key === key);
      pins.replaceChildren(...limits.map(pin));
      const told = (/** @type {(l: Limit) => string} */ at) =>
        limits.length ? words("stable below", { limits: limits.map((l) => `${l.label} ${at(l)}`).join(", ") }) : "";
      say(below, told((l) => number(l.at)));
      reserve(limits.length ? [told(() => "0.08888")] : []);
      ticks.hidden = !limits.length;
    }
    return { row, draw };
  }

  const draw = () => sliders.forEach((slider) => slider.draw());
  return {
    node, draw, takeFamily,
    picking: () => picking,
    make: () => {
      sliders = model.get("sliders").map(sliderOf);
      node.replaceChildren(...sliders.map(({ row }) => row));
      draw();
    },
    tidy: settled.cancel,
  };
}

// --- the read-out: where each path is, the words beside the map, and what is announced -----------------------

/** @param {MapModel} model @param {Sheet} sheet @param {Paths} paths */
function readOutOf(model, sheet, paths) {
  const words = wordsOf(model);
  const reading = element("div", { class: "course-words", "aria-live": "polite" });
  const [readingRoom, reserveReading] = roomFor(reading, "course-reading");
  const rows = element("tbody");
  const heads = ["method", "point", "loss"].map((id) => element("th", { scope: "col" }, words(id)));
  const distance = element("th", { scope: "col" }, words("distance"));
  const table = element("table", { class: "course-table" }, element("thead", {}, element("tr", {}, ...heads, distance)), rows);
  const spoken = element("p", { class: "course-spoken", "aria-live": "polite" });
  let line = "";
  const announced = soon(() => say(spoken, line));
  /** @type {ReturnType<typeof rowOf>[]} */
  let cells = [];
  let shown = "";

  /** @param {MapMethod} method */
  function rowOf({ label, colour, marker }) {
    const [where, state] = [element("span"), element("span", { class: "course-state" })];
    const cellOf = (/** @type {string} */ id, /** @type {Node[]} */ ...inside) => element("td", { "data-said": words(id) }, ...inside);
    const [point, loss, far] = [cellOf("point", where, state), cellOf("loss"), cellOf("distance")];
    const toggle = () => {
      const hidden = model.get("hidden");
      model.set("hidden", hidden.includes(label) ? hidden.filter((l) => l !== label) : [...hidden, label]);
      model.save_changes();
    };
    const button = element("button", { type: "button", class: "course-legend", title: words("show or hide"), onclick: toggle },
      swatch({ colour, marker }), label);
    const row = element("tr", {}, element("th", { scope: "row" }, button), point, loss, far);
    return { label, colour, button, where, loss, far, state, row };
  }

  function makeRows() {
    const methods = model.get("methods");
    const known = (/** @type {MapMethod} */ m, /** @type {number} */ i) =>
      cells[i].label === m.label && cells[i].colour === m.colour;
    if (cells.length === methods.length && methods.every(known)) return;
    cells = methods.map(rowOf);
    rows.replaceChildren(...cells.map((c) => c.row));
  }

  /** Fill the row of a path. -> what is announced of it, or nothing for a hidden one.
   * @param {Track} t @param {number} i @param {number} where */
  function drawRow(t, i, where) {
    const k = Math.min(where, t.end);
    const [x, y, f] = t.xyf.subarray(3 * k, 3 * k + 3);
    const away = t.points[k] && !sheet.inside(t.points[k]);
    const rests = where >= t.end && ["converged", "stalled"].includes(t.method.status);
    const gone = over(t, where);
    const state = gone ? "diverges" : rests ? t.method.status : away ? "outside" : "";
    const visible = !model.get("hidden").includes(t.method.label);
    cells[i].button.setAttribute("aria-pressed", String(visible));
    cells[i].row.classList.toggle("course-off", !visible);
    say(cells[i].where, gone ? "" : pair([x, y]));
    say(cells[i].state, state && words(state, { n: t.method.ended }));
    say(cells[i].loss, gone ? "" : number(f));
    const [a, b] = model.get("minimum");
    const far = a === undefined ? "" : number(Math.hypot(x - a, y - b));
    say(cells[i].far, gone ? "" : far);
    const told = gone ? "path diverges" : `path${far && " measured"}${away ? " outside" : ""}`;
    const said = { label: t.method.label, point: pair([x, y]), loss: number(f), distance: far, n: t.method.ended };
    return visible ? [words(told, said)] : [];
  }

  function drawWords() {
    const told = (model.get("frames")[model.get("step")]?.words ?? model.get("words")).split("\n").filter(Boolean);
    if (told.join("\n") !== shown) reading.replaceChildren(...told.map((text) => element("p", {}, ...unbroken(text))));
    shown = told.join("\n");
    return told;
  }

  function draw() {
    const where = stepOf(model);
    const minimum = model.get("minimum");
    table.classList.toggle("course-measured", minimum.length > 0);
    distance.title = minimum.length ? words("to the minimum", { point: pair([minimum[0], minimum[1]]) }) : "";
    const parts = paths.tracks.flatMap((t, i) => drawRow(t, i, where));
    const told = drawWords();
    announced.cancel();
    if (model.get("frames").length) say(spoken, told.at(-1) ?? "");
    else if (top(model) > 0) {
      line = words("at step", { step: where, paths: parts.join(". ") });
      announced.later(model.get("playing") ? 1500 : 350);
    }
  }

  return {
    readingRoom, table, spoken, makeRows, draw,
    reserve: () => {
      if (model.get("frames").length) reading.removeAttribute("aria-live"); // its last line is announced instead
      reserveReading([...model.get("room"), ...model.get("frames").map((frame) => frame.words)]);
    },
    tidy: announced.cancel,
  };
}

// --- a view --------------------------------------------------------------------------------------------------

/** The buttons that Python offers, and those of the map itself. @param {MapModel} model */
function buttonsOf(model) {
  const words = wordsOf(model);
  /** @param {string} what @param {string} text */
  const pressed = (what, text, style = "") =>
    element("button", { type: "button", class: `course-button ${style}`, onclick: () => model.send({ do: what }) }, text);
  const offers = element("div", { class: "course-buttons" });
  const arrows = element("input", { type: "checkbox", onchange: () => {
    model.set("arrows", arrows.checked);
    model.save_changes();
  } });
  const zoom = element("div", { class: "course-player" }, element("label", { class: "course-check" }, arrows, words("arrows")),
    pressed("fit", words("fit")), pressed("home", words("home")));
  let offered = "";

  function draw() {
    arrows.checked = model.get("arrows");
    zoom.hidden = model.get("frames").length > 0 || model.get("aiming");
    const offer = JSON.stringify(model.get("buttons"));
    if (offer !== offered) {
      offers.replaceChildren(...model.get("buttons").map((b) => pressed(b.do, b.label, "course-primary")));
    }
    offered = offer;
  }
  return { offers, zoom, draw };
}

/** @param {{model: MapModel, el: HTMLElement}} context */
function render({ model, el }) {
  const words = wordsOf(model);
  const sheet = sheetOf(model);
  const paths = pathsOf(model, sheet);
  const crowd = crowdOf(model, sheet);
  const marks = marksOf(model, sheet, paths);
  const gauges = gaugesOf(model);
  const hands = handsOf(model, sheet);
  const readOut = readOutOf(model, sheet, paths);
  const buttons = buttonsOf(model);
  const steering = player(model, {
    first: 0, last: top, told: () => (model.get("frames").length ? "arrow of" : "step of") });
  const sliders = slidersOf(model, paths, takeTracks, () => {
    drawStep();
    paths.drawNow();
  });
  const title = element("p", { class: "course-title" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const root = rooted("course-map", {},
    title, notice,
    element("div", { class: "course-sides" },
      element("div", { class: "course-left" }, sheet.desk, steering.bar, gauges.node),
      element("div", { class: "course-right-side" },
        readOut.readingRoom, buttons.offers, readOut.table, sliders.node, buttons.zoom)),
    readOut.spoken);
  el.append(root);

  function drawStep() {
    steering.draw();
    readOut.draw();
  }

  function takeTracks() {
    paths.take();
    readOut.makeRows();
    drawStep();
    paths.drawNow();
  }

  function drawSheet() {
    sheet.draw();
    paths.place();
    hands.draw();
    marks.draw();
    crowd.draw();
    paths.draw();
  }

  function drawRest() {
    const frames = model.get("frames").length > 0;
    say(title, model.get("title"));
    say(notice, model.get("notice"));
    root.setAttribute("aria-label", model.get("title") || words("map"));
    root.classList.toggle("course-framed", frames);
    root.classList.toggle("course-fog", model.get("fog"));
    root.classList.toggle("course-crowded", model.get("margins").length > 0);
    sheet.picture.setAttribute("aria-label", model.get("alt"));
    steering.bar.hidden = top(model) < 1 || model.get("aiming");
    steering.play.hidden = frames;
    steering.speed.hidden = frames;
    readOut.table.hidden = frames || model.get("aiming");
    buttons.draw();
    readOut.reserve();
    drawStep();
  }

  const stop = drawOn(model, {
    "tracks methods last": () => sliders.picking() || takeTracks(),
    family: sliders.takeFamily,
    parts: marks.take,
    "tracks marks hidden arrows": () => {
      marks.draw();
      paths.draw();
      readOut.draw();
    },
    "crowd margins bars": crowd.take,
    "gauges levels scale": gauges.take,
    "step frames": () => {
      marks.draw();
      crowd.draw();
      gauges.draw();
      drawStep();
      paths.stepChanged();
    },
    "background bounds size ticks axes": drawSheet,
    "start aim movable aiming": hands.draw,
    sliders: sliders.make,
    "settings limits notice": sliders.draw,
    "title notice alt speed arrows playing buttons aiming frames words room fog": drawRest,
  });
  return () => {
    stop();
    for (const part of [sheet, paths, readOut, steering, sliders]) part.tidy();
  };
}

export default { initialize, render: watched(render) };
