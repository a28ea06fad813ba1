// Stage in the browser: it turns and paints the relief model that Python built (stage.py and ground.py say what each
// trait is), and moves markers along their trails. No height and no path is computed here: only pixels.

/**
 * @typedef {[azimuth: number, elevation: number, zoom: number]} Turn
 * @typedef {{label: string, colour: string, marker: string, figure: "walker" | "ball", ended: number, status: string,
 *   per: number, trail: DataView, rows: DataView}} Actor
 * @typedef {[x: number, y: number, z: number, text: string]} HeightLabel
 * @typedef {[share: number, text: string]} Tick
 * @typedef {{title: string, methods: number[], vertices?: DataView, faces?: DataView, colours?: DataView,
 *   walls?: DataView, shades?: DataView, contours?: DataView, heights?: DataView, columns?: number,
 *   half?: [number, number], tall?: number, labels?: HeightLabel[], spots?: number[][], ground?: DataView,
 *   axis?: string, ticks?: {x: Tick[], y: Tick[]}}} Panel
 * @typedef {{step: number, playing: boolean, speed: number, speeds: number[], turn: Turn, home: Turn, view: string,
 *   title: string, panels: Panel[], methods: Actor[], last: number, texts: any, alt: string, notice: string}} StageState
 * @typedef {import("@anywidget/types").AnyModel<StageState>} StageModel
 * @typedef {{width: number, height: number, scale: number, x: number, y: number}} Frame
 * @typedef {{draw: (where: number) => void, turned: () => void, node: HTMLElement, tidy: () => void}} Scene
 * @typedef {{vertices: Float32Array, faces: Uint16Array, colours: Uint32Array, walls: Uint16Array,
 *   shades: Uint32Array}} Model3d
 */

const CORNERS_OF_A_FACE = 5;
const NO_CORNER = 65535;
const FINER = 2; // pixels of the canvas a CSS pixel, along each side

const initialize = clock(0, (model) => model.get("last"));

// --- from the box to the eye ---------------------------------------------------------------------------------

/** The words of a turn: right, up and away of points x, y, z in a row. @param {ArrayLike<number>} points @param {Turn} turn */
function seenFrom(points, [azimuth, elevation]) {
  const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
  const [ca, sa, ce, se] = [Math.cos(a), Math.sin(a), Math.cos(e), Math.sin(e)];
  const out = new Float32Array(points.length);
  for (let k = 0; k < points.length; k += 3) {
    const away = points[k + 1] * ca - points[k] * sa;
    out[k] = points[k] * ca + points[k + 1] * sa;
    out[k + 1] = points[k + 2] * ce + away * se;
    out[k + 2] = away;
  }
  return out;
}

/** The numbers of the faces, the farthest first. @param {Float32Array} seen right, up, away @param {Uint16Array} faces */
function fromBackToFront(seen, faces) {
  const count = faces.length / CORNERS_OF_A_FACE;
  const order = new Float64Array(count); // sorted without a function to compare: the distance, then the number
  for (let k = 0; k < count; k++) {
    const at = k * CORNERS_OF_A_FACE;
    const away = seen[3 * faces[at] + 2] + seen[3 * faces[at + 2] + 2]; // of opposite corners
    order[k] = Math.round(-away * 1e5) * 65536 + k;
  }
  order.sort();
  return Uint16Array.from(order, (key) => ((key % 65536) + 65536) % 65536);
}

/** Whether the ground stands between each point and the eye. It walks towards the eye and looks.
 * @param {Float32Array} points x, y, z in a row @param {Turn} turn
 * @param {{heights: Float32Array, columns: number, half: [number, number], tall: number}} ground */
function hiddenFrom(points, [azimuth, elevation], { heights, columns, half, tall }) {
  const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
  const [dx, dy, dz] = [Math.sin(a) * Math.cos(e), -Math.cos(a) * Math.cos(e), Math.sin(e)];
  const rows = heights.length / columns;
  const out = new Uint8Array(points.length / 3);
  for (let k = 0; k < out.length; k++) {
    for (let t = 0.03; t < 1.2; t += 0.03) {
      const z = points[3 * k + 2] + t * dz + 0.012;
      if (z > tall) break;
      const i = Math.round(((points[3 * k] + t * dx) / half[0] + 1) / 2 * (columns - 1));
      const j = Math.round(((points[3 * k + 1] + t * dy) / half[1] + 1) / 2 * (rows - 1));
      if (!(i >= 0 && i < columns && j >= 0 && j < rows)) break;
      if (heights[j * columns + i] > z) { // where it is cut off it stands as high as the cut
        out[k] = 1;
        break;
      }
    }
  }
  return out;
}

/** How a turn goes on: by degrees, the elevation within what shows the ground from above.
 * @param {Turn} turn @param {number} right @param {number} up @param {number} closer a factor @returns {Turn} */
function turnedBy([azimuth, elevation, zoom], right, up, closer = 1) {
  const around = (((azimuth + right) % 360) + 360) % 360;
  return [around, clamped(elevation + up, 8, 88), clamped(zoom * closer, 0.6, 3)];
}

/** Names that would lie on one another, moved apart: from their heights, those at which they can be read.
 * @param {number[]} heights @param {number} gap */
function apartBy(heights, gap) {
  const order = heights.map((_, k) => k).sort((p, q) => heights[p] - heights[q]);
  const out = [...heights];
  for (let round = 0; round < 20; round++) {
    for (let n = 1; n < order.length; n++) {
      const [upper, lower] = [order[n - 1], order[n]];
      const lacks = gap - (out[lower] - out[upper]);
      if (lacks > 1e-9) {
        out[upper] -= lacks / 2;
        out[lower] += lacks / 2;
      }
    }
  }
  return out;
}

// --- moving figures ------------------------------------------------------------------------------------------

/** A walker with a blindfold, his feet at 0, about 26 high. */
const WALKER = "M0 -26a4.6 4.6 0 1 0 .01 0ZM-3.4 -14.4Q0 -18.4 3.6 -14.4L6.4 -8.2L4.2 -7.2L2.6 -10.6L2.4 -6.6L5.6 0H2.6L0 -5L-3.4 0H-6.4L-2.6 -7L-2.8 -10L-5.4 -6.4L-7.2 -7.8Z";
const BLINDFOLD = "M-4.6 -22.8H4.7V-20.4H-4.6Z";

/** What is drawn of one method: its trail, hidden and seen, its steps and its head. @param {Actor} actor */
function actorOf(actor) {
  const line = (/** @type {string} */ name) => drawn("path", { class: `course-stage-${name}` });
  const [behind, halo, trail, dots] = ["behind", "halo", "trail", "dots"].map(line);
  const head = drawn("g", { class: "course-stage-head" });
  const note = drawn("text", { class: "course-note course-stage-note" });
  const group = drawn("g", { style: `--method: ${actor.colour}` }, behind, halo, trail, dots);
  return { actor, behind, halo, trail, dots, head, note, group, points: float32(actor.trail), rows: float64(actor.rows) };
}

/** @typedef {ReturnType<typeof actorOf>} Drawn */

/** Lines through the places (right, down in a row) where `on`; a place that is not a number breaks it.
 * @param {Float32Array} places @param {number} end @param {(k: number) => boolean} on */
function lineThrough(places, end, on) {
  let [d, open] = ["", false];
  for (let k = 0; k <= end; k++) {
    const [x, y] = [places[2 * k], places[2 * k + 1]];
    if (!(x === x) || !(on(k) || (k > 0 && on(k - 1)))) open = false; // NaN is not itself
    else {
      d += `${open ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
      open = true;
    }
  }
  return d;
}

/** The last place at or before `where` that is a place. @param {Float32Array} places @param {number} where */
function placeAt(places, where) {
  let k = Math.min(Math.floor(where), places.length / 2 - 1);
  const part = where - k;
  while (k > 0 && !(places[2 * k] === places[2 * k])) k--;
  const [x, y, X, Y] = places.subarray(2 * k, 2 * k + 4);
  return X === X && part > 0 && part < 1 ? [x + (X - x) * part, y + (Y - y) * part] : [x, y];
}

/** @param {Drawn} drawn_ @param {Float32Array} places @param {number} where steps @param {(k: number) => boolean} seen */
function drawActor(drawn_, places, where, seen) {
  const { actor, behind, halo, trail, dots } = drawn_;
  const end = Math.floor(where * actor.per);
  const [x, y] = placeAt(places, where * actor.per);
  const tip = Number.isFinite(x) ? `L${x.toFixed(1)} ${y.toFixed(1)}` : "";
  const whole = lineThrough(places, end, () => true);
  const front = lineThrough(places, end, seen);
  behind.setAttribute("d", whole && whole + tip);
  for (const node of [halo, trail]) node.setAttribute("d", front && front + (seen(end) ? tip : ""));
  let spots = "";
  for (let t = 0; t <= where && actor.ended <= 200; t++) {
    const [a, b] = [places[2 * t * actor.per], places[2 * t * actor.per + 1]];
    if (a === a && seen(t * actor.per)) spots += marker(actor.marker, a, b, actor.ended > 60 ? 2 : 2.8);
  }
  dots.setAttribute("d", spots);
  return [x, y];
}

/** The head of a path: a walker, or the method's marker with a ball's sheen.
 * @param {Drawn} drawn_ @param {number} x @param {number} y @param {boolean} lost @param {boolean} standing */
function drawHead({ actor, head }, x, y, lost, standing) {
  if (!head.childNodes.length) {
    head.append(actor.figure === "walker" && standing
      ? drawn("g", {}, drawn("path", { d: WALKER, class: "course-stage-body" }), drawn("path", { d: BLINDFOLD, fill: "#fff" }))
      : standing
        ? drawn("g", {}, drawn("circle", { cy: -10, r: 10, class: "course-stage-body" }), drawn("path", { d: marker(actor.marker, 0, -10, 4), fill: "#fff" }))
        : drawn("path", { d: marker(actor.marker, 0, 0, 7), class: "course-stage-body" }));
    head.style.setProperty("--method", actor.colour);
  }
  head.style.display = Number.isFinite(x) ? "" : "none";
  head.setAttribute("transform", `translate(${(x || 0).toFixed(1)} ${(y || 0).toFixed(1)})`);
  head.classList.toggle("course-stage-lost", lost);
}

/** Names at the heads. @param {Drawn[]} actors @param {number[][]} heads @param {number} width @param {boolean} wanted */
function drawNames(actors, heads, width, wanted) {
  const there = actors.map((_, k) => k).filter((k) => wanted && Number.isFinite(heads[k][0]));
  const ys = apartBy(there.map((k) => heads[k][1]), 17);
  actors.forEach(({ note, actor }, k) => {
    const n = there.indexOf(k);
    say(note, n < 0 ? "" : actor.label);
    if (n < 0) return;
    const left = heads[k][0] > width * 0.62;
    note.setAttribute("x", String(heads[k][0] + (left ? -14 : 14)));
    note.setAttribute("y", String(ys[n] - 4));
    note.setAttribute("text-anchor", left ? "end" : "start");
    note.setAttribute("fill", actor.colour);
  });
}

// --- a relief model ------------------------------------------------------------------------------------------

/** @param {DataView | undefined} view */
const uint16 = (view) => new Uint16Array(bytes(view).buffer);

/** Colours as the bytes of a pixel. @param {DataView | undefined} view */
function coloursOf(view) {
  const parts = bytes(view);
  return Uint32Array.from({ length: parts.length / 3 }, (_, k) =>
    ((255 << 24) | (parts[3 * k + 2] << 16) | (parts[3 * k + 1] << 8) | parts[3 * k]) >>> 0);
}

/** Fill a convex polygon. Pixels belong to it whose middle lies inside: so neighbours leave no seam.
 * @param {{pixels: Uint32Array, width: number, height: number}} sheet @param {ArrayLike<number>} places x and y in a row
 * @param {ArrayLike<number>} corners @param {number} first @param {number} most @param {number} colour */
function fillPolygon({ pixels, width, height }, places, corners, first, most, colour) {
  let top = Infinity; // plain variables: this runs a hundred thousand times a frame
  let bottom = -Infinity;
  let n = 0;
  for (; n < most && corners[first + n] !== NO_CORNER; n++) {
    const y = places[2 * corners[first + n] + 1];
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  const end = Math.min(height, Math.ceil(bottom - 0.5));
  for (let row = Math.max(0, Math.ceil(top - 0.5)); row < end; row++) {
    const middle = row + 0.5;
    let left = Infinity;
    let right = -Infinity;
    for (let k = 0; k < n; k++) {
      const p = 2 * corners[first + k];
      const q = 2 * corners[first + (k + 1 === n ? 0 : k + 1)];
      const a = places[p + 1];
      const b = places[q + 1];
      if (a <= middle === b <= middle) continue;
      const x = places[p] + ((middle - a) * (places[q] - places[p])) / (b - a);
      if (x < left) left = x;
      if (x > right) right = x;
    }
    const to = row * width + Math.min(width, Math.ceil(right - 0.5));
    for (let at = row * width + Math.max(0, Math.ceil(left - 0.5)); at < to; at++) pixels[at] = colour;
  }
}

/** Paint the model, from back to front: first its faces, then the walls that face the eye. Twice as fine as it is
 * shown, which smooths the edges.
 * @param {{pixels: Uint32Array, width: number, height: number}} sheet @param {Model3d} model
 * @param {Float32Array} seen @param {Float32Array} places of the vertices, in pixels of the sheet */
function paint(sheet, { faces, colours, walls, shades }, seen, places) {
  sheet.pixels.fill(0);
  for (const k of fromBackToFront(seen, faces)) fillPolygon(sheet, places, faces, CORNERS_OF_A_FACE * k, CORNERS_OF_A_FACE, colours[k]);
  for (let w = 0; w < shades.length; w++) {
    if (places[2 * walls[4 * w + 1]] > places[2 * walls[4 * w]]) fillPolygon(sheet, places, walls, 4 * w, 4, shades[w]);
  }
}

/** @param {StageModel} model @param {Panel} panel @param {Drawn[]} actors @param {(turn: Turn) => void} turn @returns {Scene} */
function surfaceOf(model, panel, actors, turn) {
  const texts = model.get("texts");
  const canvas = element("canvas", { class: "course-stage-canvas", "aria-hidden": "true" });
  const overlay = drawn("g");
  const sheet = drawn("svg", { class: "course-stage-sheet", role: "img", "aria-label": panel.title || model.get("alt") }, overlay);
  const desk = element("div", { class: "course-stage-desk", tabindex: 0, role: "slider", "aria-label": panel.title ? `${texts.view}: ${panel.title}` : texts.view,
    "aria-roledescription": texts.role, "aria-valuemin": 0, "aria-valuemax": 360, title: texts.how, onkeydown: onKey }, canvas, sheet);
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const faces = uint16(panel.faces);
  const contours = float32(panel.contours);
  const middles = Float32Array.from({ length: contours.length / 2 }, (_, k) => {
    const at = 6 * Math.floor(k / 3) + (k % 3);
    return (contours[at] + contours[at + 3]) / 2;
  });
  const model3d = { vertices: float32(panel.vertices), faces, colours: coloursOf(panel.colours), walls: uint16(panel.walls), shades: coloursOf(panel.shades) };
  const ground = { heights: float32(panel.heights), columns: panel.columns ?? 1, half: panel.half ?? [1, 1], tall: panel.tall ?? 1 };
  const labels = (panel.labels ?? []).map(([x, y, z, text]) => ({ at: new Float32Array([x, y, z]), node: drawn("text", { class: "course-stage-height" }, text) }));
  const spots = (panel.spots ?? []).map((at) => ({ at: new Float32Array(at), node: drawn("path", { class: "course-stage-spot" }) }));
  const [halfX, halfY] = ground.half;
  const axes = [ // at the middle of the edge in front
    { ends: [[0, -1.1 * halfY, -0.2], [0, 1.1 * halfY, -0.2]], node: drawn("text", { class: "course-stage-axis" }, "x") },
    { ends: [[-1.1 * halfX, 0, -0.2], [1.1 * halfX, 0, -0.2]], node: drawn("text", { class: "course-stage-axis" }, "y") },
  ];
  overlay.append(...axes.map((a) => a.node), ...labels.map((l) => l.node), ...spots.map((s) => s.node),
    ...actors.map((a) => a.group), ...actors.map((a) => a.head), ...actors.map((a) => a.note));

  let radius = 0.1;
  for (let k = 0; k < model3d.vertices.length; k += 3) radius = Math.max(radius, Math.hypot(model3d.vertices[k], model3d.vertices[k + 1]));
  const finer = model.get("panels").length > 1 ? 1.5 : FINER;
  /** @type {Frame} */
  let frame = { width: 0, height: 0, scale: 1, x: 0, y: 0 };
  /** @type {ImageData | null} */
  let image = null;
  let left = 0; // of the canvas in the desk
  let sheet3d = { pixels: new Uint32Array(), width: 0, height: 0 };
  /** @type {{places: Float32Array, hidden: Uint8Array}[]} */
  let trails = [];

  /** @param {Float32Array} points */
  function placesOf(points) {
    const seen = seenFrom(points, model.get("turn"));
    const out = new Float32Array((points.length / 3) * 2);
    for (let k = 0; k < out.length / 2; k++) {
      out[2 * k] = frame.x + frame.scale * seen[3 * k];
      out[2 * k + 1] = frame.y - frame.scale * seen[3 * k + 1];
    }
    return out;
  }

  /** The contours that are seen, in one go. @param {Turn} at */
  function drawContours(at) {
    const [places, hidden] = [placesOf(contours), hiddenFrom(middles, at, ground)];
    ink.lineWidth = 0.9 * finer;
    ink.strokeStyle = "rgba(84, 62, 40, 0.62)";
    ink.beginPath();
    for (let s = 0; s < hidden.length; s++) {
      if (hidden[s]) continue;
      ink.moveTo(finer * (places[4 * s] - left), finer * places[4 * s + 1]);
      ink.lineTo(finer * (places[4 * s + 2] - left), finer * places[4 * s + 3]);
    }
    ink.stroke();
  }

  /** All of the ground fits in, from whatever side it is seen. */
  function fit() {
    const { clientWidth: width, clientHeight: height } = desk; // its own pixels, also on a slide that is scaled
    const scale = Math.min(width / (2.04 * radius), height / (1.08 * Math.hypot(2 * radius, ground.tall + 0.16))) * model.get("turn")[2];
    frame = { width, height, scale, x: width / 2, y: height / 2 + scale * 0.5 * ground.tall * Math.cos((model.get("turn")[1] * Math.PI) / 180) - 0.04 * scale };
  }

  function turned() {
    fit();
    if (!(frame.width > 0)) return;
    const wide = Math.min(frame.width, 2.1 * radius * frame.scale); // no more than the model takes
    left = (frame.width - wide) / 2;
    canvas.style.left = `${left}px`;
    canvas.style.width = `${wide}px`;
    const [w, h] = [Math.round(wide * finer), Math.round(frame.height * finer)];
    if (sheet3d.width !== w || sheet3d.height !== h) {
      [canvas.width, canvas.height] = [w, h];
      image = ink.createImageData(w, h);
      sheet3d = { pixels: new Uint32Array(image.data.buffer), width: w, height: h };
    }
    const at = model.get("turn");
    const places = placesOf(model3d.vertices).map((v, k) => (k % 2 ? v : v - left) * finer);
    paint(sheet3d, model3d, seenFrom(model3d.vertices, at), places);
    if (image) ink.putImageData(image, 0, 0);
    drawContours(at);
    trails = actors.map(({ points }) => ({ places: placesOf(points), hidden: hiddenFrom(points, at, ground) }));
    /** @type {[number, number][]} */
    const written = [];
    for (const { at: point, node } of labels) {
      const [x, y] = placesOf(point);
      const crowded = written.some(([a, b]) => Math.abs(a - x) < 30 && Math.abs(b - y) < 13); // on a steep slope they would lie on each other
      const seen = !crowded && !hiddenFrom(point, at, ground)[0];
      if (seen) written.push([x, y]);
      node.style.display = seen ? "" : "none";
      node.setAttribute("x", x.toFixed(1));
      node.setAttribute("y", (y + 4).toFixed(1));
    }
    for (const { at: point, node } of spots) {
      const [x, y] = placesOf(point);
      node.style.display = hiddenFrom(point, at, ground)[0] ? "none" : "";
      node.setAttribute("d", `M${(x - 6).toFixed(1)} ${y.toFixed(1)}h12M${x.toFixed(1)} ${(y - 6).toFixed(1)}v12`);
    }
    for (const { ends, node } of axes) {
      const [front] = ends.map((end) => placesOf(new Float32Array(end))).sort((p, q) => q[1] - p[1]);
      node.setAttribute("x", front[0].toFixed(1));
      node.setAttribute("y", (front[1] + 6).toFixed(1));
    }
    const [azimuth, elevation, zoom] = at;
    desk.setAttribute("aria-valuenow", String(Math.round(azimuth)));
    const side = texts[`side ${Math.round((((azimuth % 360) + 360) % 360) / 45) % 8}`];
    desk.setAttribute("aria-valuetext", texts.seen.replace("{side}", side).replace("{degrees}", String(Math.round(elevation))).replace("{zoom}", number(Number(zoom.toFixed(2)))));
  }

  /** @param {number} where */
  function draw(where) {
    if (trails.length < actors.length) return;
    const heads = actors.map((actor, k) => drawActor(actor, trails[k].places, where, (n) => !trails[k].hidden[n]));
    actors.forEach((actor, k) => drawHead(actor, heads[k][0], heads[k][1],
      Boolean(trails[k].hidden[Math.floor(where * actor.actor.per)]), false));
    drawNames(actors, heads, frame.width, actors.length > 1 || !panel.title);
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const way = WAYS[event.key];
    const by = event.shiftKey ? 15 : 5;
    const closer = { "+": 1.15, "=": 1.15, "-": 1 / 1.15, "−": 1 / 1.15 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || (!way && !closer && event.key !== "Home")) return;
    event.preventDefault();
    if (event.key === "Home") turn(model.get("home"));
    else turn(turnedBy(model.get("turn"), way ? by * way[0] : 0, way ? by * way[1] : 0, closer));
  }

  /** @type {[number, number] | null} */
  let from = null;
  desk.addEventListener("pointerdown", (event) => {
    desk.setPointerCapture(event.pointerId);
    desk.focus({ preventScroll: true });
    from = [event.clientX, event.clientY];
  });
  desk.addEventListener("pointermove", (event) => {
    if (!from || !desk.hasPointerCapture(event.pointerId)) return;
    turn(turnedBy(model.get("turn"), -0.5 * (event.clientX - from[0]), 0.4 * (event.clientY - from[1])));
    from = [event.clientX, event.clientY];
  });
  for (const end of ["pointerup", "pointercancel"]) desk.addEventListener(end, () => (from = null));
  return framed(model, panel, desk, { draw, turned });
}

// --- a profile -----------------------------------------------------------------------------------------------

/** @param {StageModel} model @param {Panel} panel @param {Drawn[]} actors @returns {Scene} */
function profileOf(model, panel, actors) {
  const sky = drawn("rect", { class: "course-stage-sky" });
  const [hill, grass] = [drawn("path", { class: "course-stage-hill" }), drawn("path", { class: "course-stage-grass" })];
  const signs = drawn("g", { class: "course-ticks", "aria-hidden": "true" });
  const sheet = drawn("svg", { class: "course-stage-sheet course-stage-profile", role: "img", "aria-label": model.get("alt") },
    sky, hill, grass, signs, ...actors.map((a) => a.group), ...actors.map((a) => a.head), ...actors.map((a) => a.note));
  const desk = element("div", { class: "course-stage-desk course-stage-side" }, sheet);
  const outline = float32(panel.ground);
  let [width, height] = [0, 0];
  /** @type {Float32Array[]} */
  let trails = [];

  function turned() {
    ({ clientWidth: width, clientHeight: height } = desk);
    if (!(width > 0)) return;
    const line = Array.from({ length: outline.length / 2 }, (_, k) =>
      `${(outline[2 * k] * width).toFixed(1)} ${((1 - outline[2 * k + 1]) * height).toFixed(1)}`).join("L");
    sky.setAttribute("width", String(width));
    sky.setAttribute("height", String(height));
    hill.setAttribute("d", `M${line}L${width} ${height}L0 ${height}Z`);
    grass.setAttribute("d", `M${line}`);
    const { x = [], y = [] } = panel.ticks ?? {};
    signs.replaceChildren(
      drawn("text", { x: width + 8, y: height + 5, dy: "1.1em", class: "course-axis" }, panel.axis ?? ""),
      drawn("text", { x: -8, y: -9, "text-anchor": "end", class: "course-axis" }, "f"),
      ...x.flatMap(([share, text]) => [drawn("path", { d: `M${share * width} ${height}v5` }),
        drawn("text", { x: share * width, y: height + 5, dy: "1.1em", "text-anchor": "middle" }, text)]),
      ...y.flatMap(([share, text]) => [drawn("path", { d: `M0 ${(1 - share) * height}h-5` }),
        drawn("text", { x: -8, y: (1 - share) * height, dy: "0.36em", "text-anchor": "end" }, text)]));
    trails = actors.map(({ points }) => {
      const out = new Float32Array((points.length / 3) * 2);
      for (let k = 0; k < out.length / 2; k++) {
        out[2 * k] = points[3 * k] * width;
        out[2 * k + 1] = (1 - points[3 * k + 1]) * height;
      }
      return out;
    });
  }

  /** @param {number} where */
  function draw(where) {
    if (trails.length < actors.length) return;
    const heads = actors.map((actor, k) => drawActor(actor, trails[k], where, () => true));
    actors.forEach((actor, k) => drawHead(actor, heads[k][0], heads[k][1], false, true));
    drawNames(actors, heads.map(([x, y]) => [x, y - 18]), width, actors.length > 1);
  }

  return framed(model, panel, desk, { draw, turned });
}

/** A desk under its title, redrawn when its size changes.
 * @param {StageModel} model @param {Panel} panel @param {HTMLElement} desk
 * @param {{draw: (step: number) => void, turned: () => void}} hands */
function framed(model, panel, desk, { draw, turned }) {
  const resized = new ResizeObserver(() => {
    turned();
    draw(model.get("step"));
  });
  resized.observe(desk);
  const node = element("div", { class: "course-stage-panel" },
    ...(panel.title ? [element("p", { class: "course-stage-title" }, panel.title)] : []), desk);
  return { node, draw, turned, tidy: () => resized.disconnect() };
}

// --- the read-out --------------------------------------------------------------------------------------------

/** @param {StageModel} model @param {Drawn[]} actors */
function tableOf(model, actors) {
  const texts = model.get("texts");
  const cells = actors.map(({ actor }) => {
    const [where, height, moved] = [element("td"), element("td"), element("td")];
    const row = element("tr", {}, element("th", { scope: "row" }, element("span", { class: "course-legend course-stage-key" }, swatch(actor), actor.label)),
      where, height, moved);
    return { where, height, moved, row };
  });
  const heads = ["method", model.get("view") === "profile" ? "along" : "point", "height", "moved"].map((name) => element("th", { scope: "col" }, texts[name]));
  const node = element("table", { class: "course-table" }, element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...cells.map((c) => c.row)));
  /** @param {number} step -> what is announced */
  function draw(step) {
    return actors.map(({ actor, rows }, k) => {
      const t = Math.min(step, actor.ended);
      const over = actor.status === "diverged" && step >= actor.ended;
      const [x, y, f, moved] = rows.subarray(4 * t, 4 * t + 4);
      const at = model.get("view") === "profile" ? number(x) : pair([x, y]);
      const lost = texts.diverges.replace("{step}", String(actor.ended));
      say(cells[k].where, over ? lost : at);
      say(cells[k].height, over ? "" : number(f));
      say(cells[k].moved, over ? "" : number(moved));
      return `${actor.label}: ${over ? lost : `${at}, ${texts.height} ${number(f)}`}`;
    }).join(". ");
  }
  return { node, draw };
}

// --- a view --------------------------------------------------------------------------------------------------

/** @param {{model: StageModel, el: HTMLElement}} context */
function render({ model, el }) {
  const texts = model.get("texts");
  const profile = model.get("view") === "profile";
  const all = model.get("methods").map(actorOf);
  let asked = 0;
  let due = false; // whether the ground must be repainted
  /** @type {{from: number, begun: number, lasts: number} | null} */
  let glide = null;
  let at = model.get("step");

  const told = soon(() => model.save_changes(), 150);
  /** @param {Turn} turn */
  const turn = (turn) => {
    model.set("turn", turn);
    told.later();
  };
  const scenes = model.get("panels").map((panel) => {
    const those = panel.methods.map((k) => (model.get("panels").length > 1 ? actorOf(model.get("methods")[k]) : all[k]));
    return profile ? profileOf(model, panel, those) : surfaceOf(model, panel, those, turn);
  });
  const steering = player(model, { first: 0, last: (m) => m.get("last") });
  const table = tableOf(model, all);
  const button = (/** @type {string} */ text, /** @type {() => void} */ onclick) =>
    element("button", { type: "button", class: "course-button", onclick }, text);
  const turning = element("div", { class: "course-player course-stage-turning" },
    button(texts.closer, () => turn(turnedBy(model.get("turn"), 0, 0, 1.15))),
    button(texts.farther, () => turn(turnedBy(model.get("turn"), 0, 0, 1 / 1.15))),
    button(texts["turn back"], () => turn(model.get("home"))), element("span", { class: "course-stage-how" }, texts.how));
  const title = element("p", { class: "course-title" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const spoken = element("p", { class: "course-spoken", "aria-live": "polite" });
  let line = "";
  const announced = soon(() => say(spoken, line));
  const root = rooted("course-stage", { "aria-label": model.get("title") || texts.stage },
    title, notice, element("div", { class: "course-stage-panels", style: `--panels: ${scenes.length}` }, ...scenes.map((s) => s.node)),
    ...(model.get("last") > 0 ? [steering.bar] : []), ...(all.length ? [table.node] : []), ...(profile ? [] : [turning]), spoken);
  el.append(root);

  const soonDraw = () => { asked ||= requestAnimationFrame(frameNow); };

  /** @param {number} now */
  function frameNow(now) {
    asked = 0;
    let where = model.get("step");
    if (glide) {
      const part = (now - glide.begun) / glide.lasts;
      if (part < 1) {
        where = glide.from + (where - glide.from) * Math.max(0, part);
        soonDraw();
      } else glide = null;
    }
    for (const scene of scenes) {
      if (due) scene.turned();
      scene.draw(where);
    }
    due = false;
  }

  function stepChanged() {
    const to = model.get("step");
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const near = Math.abs(to - at) === 1 && !still && model.get("playing");
    glide = near ? { from: at, begun: performance.now(), lasts: Math.min(600, 1000 / model.get("speed")) } : null;
    at = to;
    steering.draw();
    const said = table.draw(to);
    line = texts.announced.replace("{step}", String(to)).replace("{where}", said);
    announced.later(model.get("playing") ? 1500 : 350);
    cancelAnimationFrame(asked);
    frameNow(performance.now());
  }

  const stop = drawOn(model, {
    step: stepChanged,
    turn: () => {
      due = true;
      soonDraw();
    },
    "playing speed": steering.draw,
    "title notice": () => {
      say(title, model.get("title"));
      say(notice, model.get("notice"));
    },
    alt: () => root.querySelectorAll("[role=img]").forEach((node, k) =>
      node.setAttribute("aria-label", model.get("panels")[k]?.title || model.get("alt"))),
  });
  return () => {
    stop();
    cancelAnimationFrame(asked);
    announced.cancel();
    told.now();
    steering.tidy();
    for (const scene of scenes) scene.tidy();
  };
}

export default { initialize, render: watched(render) };
