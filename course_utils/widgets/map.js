// The live map in the browser: it draws what Python computed (map.py says what each trait is) and tells Python
// what the hand did. No optimizer lives here, and no number is made here: only pixels, and the choice of a step.

const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const top = (model) => (model.get("frames").length ? model.get("frames").length - 1 : model.get("last"));
const initialize = clock(0, top);

// --- a view ------------------------------------------------------------------------------------------------

function render({ model, el }) {
  const get = (name) => model.get(name);
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  // --- the sheet
  const image = drawn("image", { preserveAspectRatio: "none" });
  const lines = drawn("g", {});
  const marks = drawn("g", {});
  const frame = drawn("rect", { class: "course-frame" });
  const labels = drawn("g", { class: "course-ticks", "aria-hidden": "true" });
  const window_ = drawn("svg", {}, image, lines, marks); // what leaves it is cut off
  const sheet = drawn("svg", { class: "course-sheet", role: "img" }, window_, frame, labels);
  const handle = point2d("start", "Start point", "course-handle");
  const aim = point2d("aim", "Cross hair", "course-aim");
  const desk = element("div", { class: "course-desk" }, sheet, handle, aim);

  // --- what stands beside and below it
  const title = element("p", { class: "course-title" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const words = element("div", { class: "course-words", "aria-live": "polite" });
  const [wordsRoom, reserveWords] = roomFor(words, "course-reading");
  const buttons = element("div", { class: "course-buttons" });
  const rows = element("tbody", {});
  const table = element("table", { class: "course-table" },
    element("thead", {}, element("tr", {}, ...["method", "point", "loss f"].map((t) => element("th", { scope: "col" }, t)))), rows);
  const sliders = element("div", { class: "course-sliders" });
  const spoken = element("p", { class: "course-spoken", "aria-live": "polite" });
  const steering = player(model, {
    first: 0, last: top, unit: () => (get("frames").length ? "arrow" : "step") });
  const arrows = element("input", { type: "checkbox", onchange: () => put("arrows", arrows.checked) });
  const pressed = (what, text, style = "") =>
    element("button", { type: "button", class: `course-button ${style}`, onclick: () => model.send({ do: what }) }, text);
  const fit = pressed("fit", "Zoom to paths");
  const home = pressed("home", "Whole map");
  const zoom = element("div", { class: "course-player" }, element("label", { class: "course-check" }, arrows, "arrows"), fit, home);
  const root = rooted("course-map", {},
    title, notice,
    element("div", { class: "course-sides" },
      element("div", { class: "course-left" }, desk, steering.bar),
      element("div", { class: "course-right-side" }, wordsRoom, buttons, table, sliders, zoom)),
    spoken);
  el.append(root);

  // --- geometry: data to pixels, and back
  let [width, height] = get("size");
  const px = (x, y) => {
    const [x0, x1, y0, y1] = get("bounds");
    const near = (v) => clamped(v, -1e9, 1e9); // a path may leave by 1e300 before it diverges
    return [near(((x - x0) / (x1 - x0)) * width), near(((y1 - y) / (y1 - y0)) * height)];
  };
  const data = (event) => {
    const [x0, x1, y0, y1] = get("bounds");
    const box = desk.getBoundingClientRect();
    return snap([
      x0 + (Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))) * (x1 - x0),
      y1 - (Math.min(1, Math.max(0, (event.clientY - box.top) / box.height))) * (y1 - y0),
    ]);
  };
  const snap = (p) => p.map((v) => Number((Math.round(v / get("grid")) * get("grid")).toPrecision(10)));
  const inside = ([x, y]) => x >= -1 && x <= width + 1 && y >= -1 && y <= height + 1;
  const border = ([x, y], gap = 9) => [Math.min(width - gap, Math.max(gap, x)), Math.min(height - gap, Math.max(gap, y))];

  // --- paths
  let tracks = []; // one a method: [[x, y] in pixels at each step], the losses, and its three SVG paths
  let parts = new Float64Array();
  let at = 0; // the step drawn last, from where the next one glides
  let glide = null; // {from, begun, lasts}

  function takeTracks() {
    const numbers = float64(get("tracks"));
    const n = get("last") + 1;
    const methods = get("methods");
    while (tracks.length > methods.length) tracks.pop().group.remove();
    methods.forEach((method, i) => {
      if (!tracks[i]) {
        const [all, gone, dots, head] = ["all", "gone", "dots", "head"].map((c) => drawn("path", { class: `course-${c}` }));
        const note = drawn("text", { class: "course-note" });
        tracks[i] = { all, gone, dots, head, note, group: drawn("g", {}, all, gone, dots, head, note) };
        lines.append(tracks[i].group);
      }
      tracks[i].group.style.setProperty("--method", method.colour);
      setTrack(tracks[i], method, numbers.subarray(3 * n * i, 3 * n * (i + 1)));
    });
    makeRows();
  }

  function setTrack(t, method, xyf) {
    t.method = method;
    t.xyf = xyf;
    t.end = Math.min(xyf.length / 3 - 1, method.status === "diverged" ? method.ended - 1 : method.ended);
    place(t);
  }

  function place(t) {
    t.points = Array.from({ length: t.end + 1 }, (_, k) => px(t.xyf[3 * k], t.xyf[3 * k + 1]));
    t.all.setAttribute("d", polyline(t.points, t.end));
  }

  /** The line through the points up to `end`, a fraction allowed; cut off well outside the sheet. */
  function polyline(points, end) {
    let d = "";
    for (let k = 1; k <= Math.ceil(end); k++) {
      const seg = clip(points[k - 1], k > end ? between(points[k - 1], points[k], end - k + 1) : points[k]);
      if (seg) d += `M${seg[0].toFixed(1)} ${seg[1].toFixed(1)}L${seg[2].toFixed(1)} ${seg[3].toFixed(1)}`;
    }
    return d;
  }

  const between = ([a, b], [c, e], part) => [a + (c - a) * part, b + (e - b) * part];

  /** The part of a segment that lies near the sheet (Liang and Barsky), or null. */
  function clip([a, b], [c, e]) {
    let [from, to] = [0, 1];
    for (const [start, way, size] of [[a, c - a, width], [b, e - b, height]]) {
      const [low, high] = [(-50 - start) / way, (size + 50 - start) / way].sort((p, q) => p - q);
      if (way === 0 && (start < -50 || start > size + 50)) return null;
      if (way !== 0) [from, to] = [Math.max(from, low), Math.min(to, high)];
    }
    return from <= to ? [a + (c - a) * from, b + (e - b) * from, a + (c - a) * to, b + (e - b) * to] : null;
  }

  const pathStep = () => (get("frames").length ? get("frames")[get("step")]?.at ?? 0 : get("step"));

  function drawPaths(where) {
    const hidden = get("hidden");
    for (const t of tracks) {
      const shown = !hidden.includes(t.method.label) && t.points.length > 0;
      t.group.style.display = shown ? "" : "none";
      if (!shown) continue;
      const end = Math.min(where, t.end);
      const whole = Math.floor(end);
      const head = end > whole ? between(t.points[whole], t.points[whole + 1], end - whole) : t.points[whole];
      const r = t.end > 200 ? 0 : t.end > 40 ? 2.4 : 3.4;
      t.gone.setAttribute("d", polyline(t.points, end));
      let dots = "";
      if (r) for (let k = 0; k <= whole; k++) if (inside(t.points[k])) dots += marker(t.method.marker, ...t.points[k], r);
      t.dots.setAttribute("d", dots);
      const over = t.method.status === "diverged" && where >= t.method.ended;
      const [x, y] = border(head);
      const away = !inside(head);
      t.head.setAttribute("d", marker(over ? "X" : t.method.marker, x, y, away || over ? 7 : 6));
      t.head.classList.toggle("course-away", away && !over);
      const left = x > width / 2;
      say(t.note, over ? `diverges at step ${t.method.ended}` : "");
      t.note.setAttribute("x", left ? x - 12 : x + 12);
      t.note.setAttribute("y", Math.max(16, Math.min(height - 8, y + 5)));
      t.note.setAttribute("text-anchor", left ? "end" : "start");
    }
  }

  // --- marks: arrows, points, rings
  function arrow({ from, to, colour, label, broad, side = 1 }) {
    const [[a, b], [c, e]] = [px(...from), px(...to)];
    const long = Math.hypot(c - a, e - b);
    if (!(long > 0.5)) return drawn("g", {});
    const seg = clip([a, b], [c, e]);
    if (!seg) return drawn("g", {});
    const [ux, uy] = [(c - a) / long, (e - b) / long];
    const [w, tip] = broad ? [4.5, Math.min(17, long)] : [1.6, Math.min(12, long)];
    const [x, y, X, Y] = seg;
    const xy = (a, b) => `${a.toFixed(1)} ${b.toFixed(1)}`;
    const at = (along, across) => xy(X - along * ux - across * uy, Y - along * uy + across * ux);
    const tail = (across) => xy(x - across * uy, y + across * ux);
    const barb = 2.4 * w + 1;
    const corners = [tail(w), at(tip, w), at(tip, barb), at(0, 0), at(tip, -barb), at(tip, -w), tail(-w)];
    const d = `M${corners.join("L")}Z`;
    const note = drawn("text", { class: "course-note", fill: colour, "text-anchor": "middle",
      x: (x + X) / 2 - side * 16 * uy, y: (y + Y) / 2 + side * 16 * ux + 5 }, long > 9 ? label ?? "" : "");
    return drawn("g", {}, drawn("path", { class: "course-arrow", d, fill: colour, "fill-opacity": broad ? 0.45 : 1 }), note);
  }

  function spot({ kind, at: where, colour = "#222", label = "", marker: shape = "o" }) {
    const p = px(...where);
    const [x, y] = border(p);
    const ring = kind === "ring";
    const d = kind === "cross" ? marker("X", x, y, 6) : marker(shape, x, y, ring ? 8 : 5);
    const left = x > width - 110;
    const words = label + (inside(p) ? "" : " (outside the map)");
    const below = ring && y < height - 40;
    const dash = ring ? "4 2.5" : "none";
    return drawn("g", {},
      drawn("path", { d, fill: ring ? "none" : colour, stroke: ring ? colour : "white",
        "stroke-width": ring ? 2.2 : 1.2, "stroke-dasharray": dash }),
      drawn("text", { class: "course-note", x: below ? x : left ? x - 12 : x + 12, y: below ? y + 26 : y + 5,
        "text-anchor": below ? "middle" : left ? "end" : "start" }, words));
  }

  function drawMarks() {
    const step = get("step");
    const given = [...get("marks"), ...(get("frames")[step]?.marks ?? [])];
    if (get("arrows") && !get("frames").length) {
      const n = get("last") + 1;
      const hidden = get("hidden");
      tracks.forEach((t, i) => {
        if (hidden.includes(t.method.label) || step >= t.end || parts.length < 6 * n * (i + 1)) return;
        const here = Array.from(t.xyf.subarray(3 * step, 3 * step + 2));
        const there = Array.from(t.xyf.subarray(3 * step + 3, 3 * step + 5));
        const [kx, ky, gx, gy, lx, ly] = parts.subarray(6 * (n * i + step), 6 * (n * i + step) + 6);
        const look = [here[0] + kx, here[1] + ky];
        const side = kx * gy > ky * gx ? 1 : -1; // names stand outside the triangle
        const [kept, pull, sum] = t.method.arrows;
        given.push({ kind: "arrow", from: here, to: there, ...sum, broad: true });
        if (Number.isFinite(kx)) {
          given.push({ kind: "arrow", from: here, to: look, ...kept, side });
          given.push({ kind: "arrow", from: look, to: [look[0] + gx, look[1] + gy], ...pull, side });
          if (lx !== here[0] || ly !== here[1]) given.push({ kind: "ring", at: [lx, ly], colour: "#222" });
        }
      });
    }
    given.sort((a, b) => Boolean(b.broad) - Boolean(a.broad)); // the sum below its parts
    marks.replaceChildren(...given.map((mark) => (mark.kind === "arrow" ? arrow(mark) : spot(mark))));
  }

  // --- drawing at the screen's own pace
  let asked = 0;
  const draw = () => { asked ||= requestAnimationFrame(frameNow); };
  const drawNow = () => { // what a hand did must be in the very next frame
    cancelAnimationFrame(asked);
    frameNow(performance.now());
  };

  function frameNow(now) {
    asked = 0;
    let where = pathStep();
    if (glide) {
      const part = (now - glide.begun) / glide.lasts;
      if (part < 1) { where = glide.from + (where - glide.from) * Math.max(0, part); draw(); }
      else glide = null;
    }
    drawPaths(where);
  }

  function stepChanged() {
    const to = pathStep();
    const near = Math.abs(to - at) === 1 && !still.matches && (get("playing") || get("frames").length);
    const lasts = get("playing") ? Math.min(600, 1000 / get("speed")) : 250;
    glide = near ? { from: at, begun: performance.now(), lasts } : null;
    at = to;
    drawMarks();
    readOut();
    drawNow();
  }

  // --- the read-out
  let cells = [];
  function makeRows() {
    const methods = get("methods");
    const known = (m, i) => cells[i].label === m.label && cells[i].colour === m.colour;
    const same = cells.length === methods.length && methods.every(known);
    if (!same) {
      cells = methods.map((m) => {
        const [where, loss, state] = [element("span", {}), element("td", {}), element("span", { class: "course-state" })];
        const button = element("button", { type: "button", class: "course-legend", title: "show or hide",
          onclick: () => {
            const hidden = get("hidden");
            put("hidden", hidden.includes(m.label) ? hidden.filter((l) => l !== m.label) : [...hidden, m.label]);
          } }, swatch(m), m.label);
        const row = element("tr", {}, element("th", { scope: "row" }, button), element("td", {}, where, state), loss);
        return { label: m.label, colour: m.colour, button, where, loss, state, row };
      });
      rows.replaceChildren(...cells.map((c) => c.row));
    }
    readOut();
  }

  let line = "";
  const announced = soon(() => say(spoken, line));
  let wordsShown = null;
  function readOut() {
    const step = get("step");
    const end = top(model);
    const where = pathStep();
    const hidden = get("hidden");
    steering.draw();
    const parts = [];
    tracks.forEach((t, i) => {
      const k = Math.min(where, t.end);
      const p = [t.xyf[3 * k], t.xyf[3 * k + 1]];
      const off = t.points[k] && !inside(t.points[k]) ? "outside the map" : "";
      const over = t.method.status === "diverged" && where >= t.method.ended;
      const rests = where >= t.end && ["converged", "stalled"].includes(t.method.status);
      const state = over ? `diverges at step ${t.method.ended}` : rests ? t.method.status : "";
      const shown = !hidden.includes(t.method.label);
      cells[i].button.setAttribute("aria-pressed", shown);
      cells[i].row.classList.toggle("course-off", !shown);
      say(cells[i].where, over ? "" : pair(p));
      say(cells[i].state, state || off);
      say(cells[i].loss, over ? "" : number(t.xyf[3 * k + 2]));
      const told = over ? state : `${pair(p)}, loss ${number(t.xyf[3 * k + 2])}${off && `, ${off}`}`;
      if (shown) parts.push(`${t.method.label} ${told}`);
    });
    const told = (get("frames")[step]?.words ?? get("words")).split("\n").filter(Boolean);
    if (told.join() !== wordsShown) words.replaceChildren(...told.map((line) => element("p", {}, ...unbroken(line))));
    wordsShown = told.join();
    announced.cancel();
    if (get("frames").length) say(spoken, told.at(-1) ?? "");
    else if (end > 0) {
      line = `Step ${where}. ${parts.join(". ")}`;
      announced.later(get("playing") ? 1500 : 350);
    }
  }

  // --- points that a hand moves: the start, the cross hair
  function point2d(name, text, style) {
    const node = element("div", {
      class: style, tabindex: 0, role: "slider", "aria-label": text, "aria-roledescription": "point on the map",
      onkeydown: (event) => {
        const way = WAYS[event.key];
        if (event.key === "Enter" && name === "aim") model.send({ do: "aim", at: get("aim") });
        if (!way) return;
        event.preventDefault();
        const by = get("grid") * (event.shiftKey ? 10 : 1);
        put(name, snap(get(name).map((v, i) => v + way[i] * by)));
      },
      onpointerdown: (event) => {
        if (name === "aim") return;
        node.setPointerCapture(event.pointerId);
        node.focus();
        event.preventDefault();
      },
      onpointermove: (event) => node.hasPointerCapture(event.pointerId) && put(name, data(event)),
    });
    return node;
  }

  desk.addEventListener("click", (event) => {
    if (!get("aiming")) return;
    aim.focus({ preventScroll: true });
    model.send({ do: "aim", at: data(event) });
  });

  function drawHands() {
    for (const [node, name, shown] of [[handle, "start", get("movable")], [aim, "aim", get("aiming")]]) {
      node.hidden = !shown;
      const [x, y] = px(...get(name));
      const off = !inside([x, y]);
      const [X, Y] = border([x, y], 0);
      node.style.left = `${(100 * X) / width}%`;
      node.style.top = `${(100 * Y) / height}%`;
      node.classList.toggle("course-away", off);
      node.setAttribute("aria-valuenow", get(name)[0]);
      node.setAttribute("aria-valuetext", pair(get(name)) + (off ? ", outside the map" : ""));
      node.title = `${pair(get(name))}${off ? ", outside the map" : ""} · arrow keys move it, Shift: ten times as far`;
    }
    desk.classList.toggle("course-aiming", get("aiming"));
  }

  // --- sliders
  let tracksOf = {};
  function makeSliders() {
    tracksOf = {};
    sliders.replaceChildren(...get("sliders").map(({ key, label, values }) => {
      const typed = element("input", {
        type: "text", class: "course-box course-typed", autocomplete: "off", "aria-label": `${label}, typed`,
        onchange: () => model.send({ do: "type", key, text: typed.value.slice(0, 60) }) });
      const range = element("input", { type: "range", min: 0, max: values.length - 1, "aria-label": label,
        onpointerenter: () => ask(key), onfocus: () => ask(key),
        oninput: () => {
          pick(key, Number(range.value));
          put("settings", { ...get("settings"), [key]: values[range.value] });
          ask(key);
        } });
      const [pins, below] = [element("div", {}), element("p", {})];
      const [room, reserve] = roomFor(below, "course-small");
      const ticks = element("div", { class: "course-limits" }, pins, room);
      tracksOf[key] = { typed, range, ticks, pins, below, reserve, values };
      return element("div", { class: "course-slider" }, element("span", { class: "course-name" }, label), typed, range, ticks);
    }));
    drawSliders();
  }

  // Python walks the paths at every stop of a slider when a hand comes near: they are drawn from here at once,
  // while Python hears of the change and answers with the paths in full precision
  let family = new Float32Array();
  let requested = "";
  let picked = 0;

  function takeFamily() {
    family = float32(get("family")?.tracks);
    if (!family.length) requested = "";
  }

  function ask(key) {
    if (requested === key || get("family")?.key === key) return;
    requested = key;
    model.send({ do: "family", key });
  }

  function pick(key, k) {
    const { key: whose, ended, status } = get("family") ?? {};
    if (whose !== key || !family.length || get("arrows")) return;
    const n = 3 * (get("last") + 1);
    tracks.forEach((t, i) => {
      const from = (i * ended[i].length + k) * n;
      setTrack(t, { ...t.method, ended: ended[i][k], status: status[i][k] }, family.subarray(from, from + n));
    });
    clearTimeout(picked);
    picked = setTimeout(() => { picked = 0; takeTracks(); draw(); }, 150);
    readOut();
    drawNow();
  }

  /** Where a value stands among the stops of a slider, between them if need be. */
  function stop(values, v) {
    const k = values.findIndex((w) => w >= v);
    if (k < 0) return values.length - 1;
    return k === 0 ? 0 : k - (values[k] - v) / (values[k] - values[k - 1]);
  }

  function drawSliders() {
    for (const [key, { typed, range, ticks, pins, below, reserve, values }] of Object.entries(tracksOf)) {
      const value = get("settings")[key];
      range.value = Math.round(stop(values, value));
      range.setAttribute("aria-valuetext", number(value));
      typed.value = number(value);
      const limits = get("limits").filter((l) => l.key === key);
      pins.replaceChildren(
        ...limits.map((l) =>
          drawn("svg", { class: "course-limit", viewBox: "-7 -7 14 14", "aria-hidden": "true",
            style: `--at: ${stop(values, l.at) / (values.length - 1)}` },
            drawn("path", { d: "M0 -9V7", stroke: l.colour, "stroke-width": 2 }),
            drawn("path", { d: marker(l.marker, 0, 3, 4.2), fill: l.colour }))));
      const told = (at) => (limits.length ? `stable below: ${limits.map((l) => `${l.label} ${at(l)}`).join(", ")}` : "");
      say(below, told((l) => number(l.at)));
      reserve(limits.length ? [told(() => "0.08888")] : []);
      ticks.hidden = !limits.length;
    }
  }

  // --- what stands still
  /** As many ticks as have room, evenly, and 0 among them: [[value, text, place], ...]. */
  function every(ticks, room, at) {
    const placed = ticks.map(([v, text]) => [v, text, at(v)]);
    if (placed.length < 2) return placed;
    const by = Math.ceil(room / Math.abs(placed[1][2] - placed[0][2]));
    const zero = Math.max(0, placed.findIndex(([v]) => v === 0));
    return placed.filter((_, k) => (k - zero) % by === 0);
  }

  function drawTicks() {
    const { x = [], y = [] } = get("ticks");
    const [x0, , , y1] = get("bounds");
    const size = letters * (Number(getComputedStyle(sheet).getPropertyValue("--larger")) || 1);
    const widest = (7.6 * Math.max(0, ...x.map(([, text]) => text.length)) + 6) * size;
    labels.replaceChildren(
      drawn("text", { x: width + 16, y: height + 5, dy: "1.1em", class: "course-axis" }, "x"),
      drawn("text", { x: -8, y: -11, "text-anchor": "end", class: "course-axis" }, "y"),
      ...every(x, widest, (v) => px(v, y1)[0]).flatMap(([v, text, X]) => [
        drawn("path", { d: `M${X} ${height}v5` }),
        drawn("text", { x: X, y: height + 5, dy: "1.1em", "text-anchor": "middle" }, text),
      ]),
      ...every(y, 15 * size, (v) => px(x0, v)[1]).flatMap(([v, text, Y]) => [
        drawn("path", { d: `M0 ${Y}h-5` }),
        drawn("text", { x: -8, y: Y, dy: "0.36em", "text-anchor": "end" }, text),
      ]));
  }

  let letters = 1; // letters keep their size on a sheet that shrinks
  const resized = new ResizeObserver(([entry]) => {
    if (!(entry.contentRect.width > 0)) return;
    letters = Math.max(1, width / entry.contentRect.width);
    sheet.style.setProperty("--letters", letters);
    drawTicks();
  });
  resized.observe(desk);
  let url;
  function drawSheet() {
    [width, height] = get("size");
    sheet.setAttribute("viewBox", `0 0 ${width} ${height}`);
    desk.style.setProperty("--width", `${width}px`);
    desk.style.setProperty("--shape", `${width} / ${height}`);
    for (const node of [image, frame, window_]) { node.setAttribute("width", width); node.setAttribute("height", height); }
    if (url) URL.revokeObjectURL(url);
    const png = get("background");
    url = png?.byteLength ? URL.createObjectURL(new Blob([png], { type: "image/png" })) : "";
    image.setAttribute("href", url);
    drawTicks();
    tracks.forEach(place);
    drawHands();
    drawMarks();
    draw();
  }

  let offered = null;
  function drawRest() {
    say(title, get("title"));
    say(notice, get("notice"));
    root.setAttribute("aria-label", get("title") || "Live map");
    root.classList.toggle("course-framed", get("frames").length > 0);
    root.classList.toggle("course-fog", get("fog"));
    if (get("frames").length) words.removeAttribute("aria-live"); // its last line is announced instead
    sheet.setAttribute("aria-label", get("alt"));
    arrows.checked = get("arrows");
    const frames = get("frames").length > 0;
    steering.bar.hidden = top(model) < 1 || get("aiming");
    steering.play.hidden = frames;
    steering.speed.hidden = frames;
    zoom.hidden = frames || get("aiming");
    table.hidden = frames || get("aiming");
    const offer = JSON.stringify(get("buttons"));
    if (offer !== offered) buttons.replaceChildren(...get("buttons").map((b) => pressed(b.do, b.label, "course-primary")));
    offered = offer;
    reserveWords([...get("room"), ...get("frames").map((frame) => frame.words)]);
    readOut();
  }

  const watch = {
    "change:tracks change:methods change:last": () => { if (!picked) { takeTracks(); drawNow(); } },
    "change:family": takeFamily,
    "change:parts": () => { parts = float64(get("parts")); drawMarks(); },
    "change:tracks change:marks change:hidden": () => { drawMarks(); draw(); readOut(); },
    "change:step change:frames": stepChanged,
    "change:background change:bounds change:size change:ticks": drawSheet,
    "change:start change:aim change:movable change:aiming": drawHands,
    "change:sliders": makeSliders,
    "change:settings change:limits change:notice": drawSliders,
    [["title", "notice", "alt", "speed", "arrows", "playing", "buttons", "aiming", "frames", "words", "room", "fog"]
      .map((name) => `change:${name}`).join(" ")]: drawRest,
  };
  for (const [events, act] of Object.entries(watch)) model.on(events, act);
  parts = float64(get("parts"));
  at = pathStep();
  takeFamily();
  takeTracks();
  drawSheet();
  makeSliders();
  drawRest();
  return () => {
    for (const [events, act] of Object.entries(watch)) model.off(events, act);
    cancelAnimationFrame(asked);
    resized.disconnect();
    steering.tidy();
    announced.cancel();
    clearTimeout(picked);
    if (url) URL.revokeObjectURL(url);
  };
}

export default { initialize, render: watched(render) };
export { number }; // for the tests
