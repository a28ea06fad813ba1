// Gate in the browser: it takes a guess of some kind, and shows the answer once Python sends it (gate.py). Nothing of
// the answer is here before, and nothing is compared here.

/**
 * @typedef {[number, number]} Place
 * @typedef {{kind: "picture", png: DataView, alt: string, width: number} | {kind: "table", rows: [string, string][]} | {kind: "view"}} Part
 * @typedef {{node: HTMLElement, read: () => any, draw: () => void, focus: () => void, tidy?: () => void}} Hand
 * @typedef {{asked: any, texts: any, model: Model, commit: () => void, draft: (guess: any) => void}} Gating
 */

let gates = 0;

// --- a plane to draw on: axes, ticks, and what leads from values to pixels ---------------------------------------

/** The value of each column after the hand has gone from one place to another: columns between are filled in.
 * @param {(number | null)[]} heights @param {Place} from column and height @param {Place} to */
function strokeOver(heights, [i, a], [j, b]) {
  const out = [...heights];
  const way = j < i ? -1 : 1;
  for (let k = i; way * (j - k) >= 0; k += way) out[k] = i === j ? b : a + ((b - a) * (k - i)) / (j - i);
  return out;
}

/** The curve after a key: the column it is at, and the heights. An empty column takes over its neighbour's height.
 * @param {{column: number, heights: (number | null)[]}} drawn @param {string} key @param {boolean} far
 * @param {Place} y @returns {{column: number, heights: (number | null)[]} | null} */
function curveByKey({ column, heights }, key, far, [low, high]) {
  const way = WAYS[key];
  if (!way && key !== "Home" && key !== "End") return null;
  const last = heights.length - 1;
  const here = heights[column] ?? (low + high) / 2;
  if (way?.[1]) {
    const next = clamped(here + (way[1] * (high - low) * (far ? 10 : 1)) / 50, low, high);
    return { column, heights: heights.with(column, next) };
  }
  const to = key === "Home" ? 0 : key === "End" ? last : clamped(column + (way?.[0] ?? 0) * (far ? 5 : 1), 0, last);
  let filled = heights.with(column, here);
  for (let k = column; k !== to; k += Math.sign(to - column)) {
    const next = k + Math.sign(to - column);
    if (filled[next] === null) filled = filled.with(next, filled[k]);
  }
  return { column: to, heights: filled };
}

/** A line through the heights that are there. @param {(number | null)[]} heights
 * @param {(k: number) => number} across @param {(y: number) => number} down */
function curveThrough(heights, across, down) {
  let [d, open] = ["", false];
  heights.forEach((y, k) => {
    if (y === null || !Number.isFinite(y)) open = false;
    else {
      d += `${open ? "L" : "M"}${across(k).toFixed(1)} ${down(y).toFixed(1)}`;
      open = true;
    }
  });
  return d;
}

/** A frame with ticks. @param {number} width @param {number} height @param {any} ticks @param {[number, number]} x
 * @param {[number, number]} y @param {[string, string]} labels */
function axesOf(width, height, ticks, x, y, labels) {
  const [px, py] = [(/** @type {number} */ v) => ((v - x[0]) / (x[1] - x[0])) * width, (/** @type {number} */ v) => ((y[1] - v) / (y[1] - y[0])) * height];
  return drawn("g", { class: "course-ticks", "aria-hidden": "true" },
    drawn("rect", { class: "course-frame", width, height }),
    drawn("text", { x: width / 2, y: height + 5, dy: "2.6em", "text-anchor": "middle" }, labels[0]),
    drawn("text", { dy: "-2.8em", "text-anchor": "middle", transform: `translate(-8 ${height / 2}) rotate(-90)` }, labels[1]),
    ...ticks.x.flatMap((/** @type {[number, string]} */ [v, text]) => [drawn("path", { d: `M${px(v)} ${height}v5` }),
      drawn("text", { x: px(v), y: height + 5, dy: "1.1em", "text-anchor": "middle" }, text)]),
    ...ticks.y.flatMap((/** @type {[number, string]} */ [v, text]) => [drawn("path", { d: `M0 ${py(v)}h-5` }),
      drawn("text", { x: -8, y: py(v), dy: "0.36em", "text-anchor": "end" }, text)]));
}

/** Letters keep their size on a sheet that shrinks. @param {HTMLElement} desk @param {number} width */
function keepLetters(desk, width) {
  const resized = new ResizeObserver(([entry]) => {
    if (entry.contentRect.width > 0) desk.style.setProperty("--letters", String(Math.max(1, width / entry.contentRect.width)));
  });
  resized.observe(desk);
  return resized;
}

/** A name beside a mark. @param {number} x @param {number} y @param {string} text @param {number} width @param {string} style */
const beside = (x, y, text, width, style) => drawn("text", { class: `course-note course-gate-${style}`,
  x: x > width - 110 ? x - 10 : x + 10, y, "text-anchor": x > width - 110 ? "end" : "start" }, text);

// --- the four kinds of guesses -----------------------------------------------------------------------------------

/** @param {Gating} gating @returns {Hand} */
function choiceOf({ asked, model, draft }) {
  const name = `course-gate-${gates++}`;
  /** @type {HTMLInputElement[]} */
  const radios = asked.options.map((/** @type {string} */ _, /** @type {number} */ k) =>
    element("input", { type: "radio", name, value: k, onchange: () => draft(k) }));
  const labels = radios.map((radio, k) => element("label", {}, radio, element("span", { class: "course-mark", "aria-hidden": "true" }), element("span", {}, ...prose(asked.options[k]))));
  const node = element("fieldset", { class: "course-options" }, element("legend", {}, ...prose(model.get("text"))), ...labels);
  return {
    node,
    read: () => { const k = radios.findIndex((radio) => radio.checked); return k < 0 ? null : k; },
    focus: () => (radios.find((radio) => radio.checked) ?? radios[0]).focus(),
    draw: () => {
      const { right } = model.get("truth");
      const guess = model.get("guess");
      node.disabled = model.get("committed");
      labels.forEach((label, k) => {
        if (k === guess) radios[k].checked = true;
        const sign = right === undefined ? "" : k === right ? "✓" : k === guess ? "✗" : "";
        const mark = /** @type {HTMLElement} */ (label.children[1]);
        say(mark, sign);
        mark.hidden = right === undefined;
        mark.className = `course-mark ${sign === "✓" ? "course-right" : "course-wrong"}`;
      });
    },
  };
}

/** @param {Gating} gating @returns {Hand} */
function numberOf({ asked, texts, model, draft }) {
  const later = soon(() => draft(box.value));
  /** @type {HTMLInputElement} */
  const box = element("input", { type: "text", class: "course-box", "aria-label": texts.number, placeholder: texts.placeholder,
    inputmode: "text", autocomplete: "off", spellcheck: "false", maxlength: 60, oninput: () => later.later(), onchange: later.now });
  const line = element("div", { class: "course-gate-line" });
  return {
    node: element("div", {}, element("div", { class: "course-row" }, box, element("span", {}, asked.unit)), line),
    read: () => { later.cancel(); return box.value; },
    focus: () => box.focus(),
    tidy: later.cancel,
    draw: () => {
      if (box !== document.activeElement && model.get("guess") !== null) box.value = model.get("guess");
      box.readOnly = model.get("committed");
      const { line: both } = model.get("truth");
      line.replaceChildren(...(both ? [numberLine(both, texts)] : []));
    },
  };
}

/** Guess and truth on a line. @param {any} both shares @param {any} texts */
function numberLine({ guess, truth, guessText, truthText, ticks }, texts) {
  const at = (/** @type {number} */ share) => 20 + 480 * share;
  const flag = (/** @type {number} */ share, /** @type {string} */ text, /** @type {string} */ style, /** @type {number} */ y) => [
    drawn("path", { d: marker(style === "true" ? "D" : "o", at(share), 40, 6), class: `course-gate-${style}` }),
    drawn("text", { x: clamped(at(share), 60, 460), y, "text-anchor": "middle", class: `course-note course-gate-${style}` }, text)];
  return drawn("svg", { viewBox: "0 0 520 70", class: "course-gate-numbers", "aria-hidden": "true" },
    drawn("path", { d: "M10 40H510", class: "course-frame" }),
    ...(guess === undefined ? [] : [drawn("path", { d: `M${at(guess)} 40H${at(truth)}`, class: "course-gate-off" })]),
    ...ticks.flatMap((/** @type {[number, string]} */ [share, text]) => [drawn("path", { d: `M${at(share)} 40v5`, class: "course-frame" }),
      drawn("text", { x: at(share), y: 62, "text-anchor": "middle", class: "course-gate-tick" }, text)]),
    ...(guess === undefined ? [] : flag(guess, `${texts.mine}: ${guessText}`, "mine", 12)),
    ...flag(truth, `${texts.true}: ${truthText}`, "true", 28));
}

/** @param {Gating} gating @returns {Hand} */
function pointOf({ asked, texts, model, commit, draft }) {
  const [[width, height], [x0, x1, y0, y1]] = [asked.size, asked.bounds];
  const url = URL.createObjectURL(new Blob([bytes(asked.background)], { type: "image/png" }));
  const marks = drawn("g");
  const px = (/** @type {Place} */ [x, y]) => [((x - x0) / (x1 - x0)) * width, ((y1 - y) / (y1 - y0)) * height];
  const sheet = drawn("svg", { class: "course-sheet", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    drawn("image", { href: url, width, height, preserveAspectRatio: "none" }), axesOf(width, height, asked.ticks, [x0, x1], [y0, y1], ["x", "y"]), marks);
  const desk = element("div", { class: "course-desk course-gate-desk", tabindex: 0, role: "slider", "aria-label": texts.cross, "aria-roledescription": texts["on map"],
    style: `--width: ${width}px; --shape: ${width} / ${height}`, onkeydown: onKey, onclick: onClick }, sheet);
  const letters = keepLetters(desk, width);
  /** @type {Place} */
  let at = asked.first;
  let chosen = false;
  const snap = (/** @type {number} */ v) => Number((Math.round(v / asked.grid) * asked.grid).toPrecision(10));
  /** @param {Place} to */
  function put([x, y]) {
    at = [clamped(snap(x), x0, x1), clamped(snap(y), y0, y1)];
    chosen = true;
    draft(at);
    draw();
  }
  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (model.get("committed")) return;
    const way = WAYS[event.key];
    if (event.key === "Enter") commit();
    else if (way) put([at[0] + way[0] * asked.grid * (event.shiftKey ? 10 : 1), at[1] + way[1] * asked.grid * (event.shiftKey ? 10 : 1)]);
    else return;
    event.preventDefault();
  }
  /** @param {MouseEvent} event */
  function onClick(event) {
    if (model.get("committed")) return;
    const box = desk.getBoundingClientRect();
    put([x0 + ((event.clientX - box.left) / box.width) * (x1 - x0), y1 - ((event.clientY - box.top) / box.height) * (y1 - y0)]);
  }
  function draw() {
    const [truth, guess] = [model.get("truth").point, model.get("guess")];
    if (guess) [at, chosen] = [guess, true];
    const mine = px(at);
    const spots = asked.marks.flatMap((/** @type {[number, number, string]} */ [x, y, text]) => {
      const [X, Y] = px([x, y]);
      return [drawn("path", { d: marker("o", X, Y, 5), fill: "#222", stroke: "#fff" }), beside(X, Y + 5, text, width, "mark")];
    });
    const there = truth ? px(truth) : null;
    const under = there && there[1] < mine[1]; // the guess's name keeps away from the answer and its name
    marks.replaceChildren(...spots,
      ...(there && chosen ? [drawn("path", { d: `M${mine.join(" ")}L${there.join(" ")}`, class: "course-gate-off" })] : []),
      ...(model.get("opened") && !chosen ? [] : [
        drawn("path", { d: `M${mine[0] - 10} ${mine[1]}h20M${mine[0]} ${mine[1] - 10}v20`, class: "course-gate-cross-halo" }),
        drawn("path", { d: `M${mine[0] - 10} ${mine[1]}h20M${mine[0]} ${mine[1] - 10}v20`, class: "course-gate-cross" }),
        ...(chosen ? [beside(mine[0], mine[1] + (under ? 22 : -12), texts.mine, width, "mine")] : [])]),
      ...(there ? [drawn("path", { d: marker("D", there[0], there[1], 6), class: "course-gate-true" }), beside(there[0], there[1] + (under ? -10 : 20), texts.true, width, "true")] : []));
    desk.setAttribute("aria-valuenow", String(at[0]));
    desk.setAttribute("aria-valuetext", pair(at));
    desk.classList.toggle("course-aiming", !model.get("committed"));
    desk.classList.toggle("course-gate-unset", !chosen);
  }
  return { node: desk, read: () => (chosen ? at : null), draw, focus: () => desk.focus(), tidy: () => { letters.disconnect(); URL.revokeObjectURL(url); } };
}

/** @param {Gating} gating @returns {Hand} */
function curveOf({ asked, texts, model, commit, draft }) {
  const [width, height] = [600, 260];
  const { x, y, columns } = asked;
  const across = (/** @type {number} */ k) => (k / (columns - 1)) * width;
  const down = (/** @type {number} */ v) => ((y[1] - v) / (y[1] - y[0])) * height;
  const [mine, truth, gap] = ["mine", "true", "gap"].map((name) => drawn("path", { class: `course-gate-curve course-gate-${name}` }));
  const pen = drawn("circle", { r: 6, class: "course-gate-pen" });
  const names = drawn("g");
  const sheet = drawn("svg", { class: "course-sheet", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    axesOf(width, height, asked.ticks, x, y, asked.labels), gap, truth, mine, names, pen);
  const desk = element("div", { class: "course-desk course-gate-desk course-gate-axes", tabindex: 0, role: "slider", "aria-label": texts.curve,
    "aria-roledescription": texts["on axes"], style: `--width: ${width}px; --shape: ${width} / ${height}`, onkeydown: onKey }, sheet);
  const letters = keepLetters(desk, width);
  /** @type {{column: number, heights: (number | null)[]}} */
  let line = { column: 0, heights: Array.from({ length: columns }, (_, k) => (k === 0 ? asked.start : null)) };
  const later = soon(() => draft(line.heights), 200);
  /** @type {Place | null} */
  let from = null;

  let box = desk.getBoundingClientRect(); // as the stroke begins: JupyterLab may scroll the cell under the hand
  /** @param {PointerEvent} event @returns {Place} */
  function under(event) {
    return [Math.round(clamped((event.clientX - box.left) / box.width, 0, 1) * (columns - 1)),
      y[1] - clamped((event.clientY - box.top) / box.height, 0, 1) * (y[1] - y[0])];
  }
  /** @param {PointerEvent} event */
  function stroke(event) {
    const to = under(event);
    line = { column: to[0], heights: strokeOver(line.heights, from ?? to, to) };
    from = to;
    later.later();
    draw();
  }
  desk.addEventListener("pointerdown", (event) => {
    if (model.get("committed")) return;
    desk.setPointerCapture(event.pointerId);
    box = desk.getBoundingClientRect();
    desk.focus({ preventScroll: true });
    stroke(event);
  });
  desk.addEventListener("pointermove", (event) => from && stroke(event));
  for (const end of ["pointerup", "pointercancel"]) desk.addEventListener(end, () => (from = null));
  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (model.get("committed") || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") commit();
    else {
      const next = curveByKey(line, event.key, event.shiftKey, y);
      if (!next) return;
      line = next;
      later.later();
      draw();
    }
    event.preventDefault();
  }
  function draw() {
    const [guess, answer] = [model.get("guess"), model.get("truth").curve];
    if (guess && model.get("committed")) line = { ...line, heights: guess };
    const { column, heights } = line;
    mine.setAttribute("d", curveThrough(heights, across, down));
    truth.setAttribute("d", answer ? curveThrough(answer, across, down) : "");
    gap.setAttribute("d", answer && model.get("committed")
      ? `${curveThrough(heights, across, down)}L${curveThrough(answer.toReversed(), (k) => across(columns - 1 - k), down).slice(1)}Z` : "");
    const at = heights[column];
    pen.setAttribute("cx", String(across(column)));
    pen.setAttribute("cy", String(down(at ?? (y[0] + y[1]) / 2)));
    pen.style.display = model.get("opened") || model.get("committed") ? "none" : "";
    names.replaceChildren(...(answer ? namesOf(heights, answer) : []));
    const label = texts.at.replace("{label}", asked.labels[0]).replace("{place}", number(Number((x[0] + (column / (columns - 1)) * (x[1] - x[0])).toPrecision(3))))
      .replace("{height}", at === null ? texts.blank : number(Number(at.toPrecision(2))));
    desk.setAttribute("aria-valuenow", String(column));
    desk.setAttribute("aria-valuemax", String(columns - 1));
    desk.setAttribute("aria-valuetext", label);
    desk.classList.toggle("course-aiming", !model.get("committed"));
  }
  /** Names of both curves, where they are farthest apart. @param {(number | null)[]} heights @param {number[]} answer */
  function namesOf(heights, answer) {
    const off = (/** @type {number} */ k) => Math.abs((heights[k] ?? answer[k]) - answer[k]);
    let k = Math.floor(columns / 3);
    for (let n = 3; n < columns - 8; n++) if (off(n) > off(k)) k = n;
    const [mineY, trueY] = [down(heights[k] ?? answer[k]), down(answer[k])];
    const up = mineY <= trueY ? 1 : -1;
    const place = (/** @type {number} */ v) => clamped(v, 14, height - 6);
    return [...(heights[k] === null ? [] : [beside(across(k), place(mineY - 10 * up + (up < 0 ? 10 : 0)), texts.mine, width, "mine")]),
      beside(across(k), place(trueY + 10 * up + (up > 0 ? 10 : 0)), texts.true, width, "true")];
  }
  return { node: desk, read: () => { later.cancel(); return line.heights; }, draw, focus: () => desk.focus(), tidy: () => { letters.disconnect(); later.cancel(); } };
}

/** @type {Record<string, (gating: Gating) => Hand>} */
const KINDS = { choice: choiceOf, number: numberOf, point: pointOf, curve: curveOf };

// --- the answer --------------------------------------------------------------------------------------------------

/** @param {Model} model @param {HTMLElement} place @returns {() => Promise<void>} */
function answerOf(model, place) {
  /** @type {string[]} */
  let urls = [];
  let drawn_ = "";
  return async () => {
    /** @type {Part[]} */
    const parts = model.get("parts");
    const names = [...model.get("views")];
    const key = JSON.stringify([parts.map((part) => part.kind), names, model.get("opened")]);
    if (key === drawn_) return; // two traits tell of one change
    drawn_ = key;
    urls.forEach((url) => URL.revokeObjectURL(url));
    urls = [];
    /** @type {any[]} */
    const nodes = await Promise.all(parts.map(async (part) => {
      if (part.kind === "view") return viewOf(model, names.shift());
      if (part.kind === "table") return element("table", { class: "course-gate-table" }, element("tbody", {}, ...part.rows.map(([name, value]) =>
        element("tr", {}, element("th", { scope: "row" }, ...prose(name)), element("td", {}, value)))));
      urls.push(URL.createObjectURL(new Blob([bytes(part.png)], { type: "image/png" })));
      return element("figure", {}, element("img", { src: urls.at(-1), alt: part.alt, width: part.width }), element("figcaption", {}, part.alt));
    }));
    if (key !== drawn_) return;
    place.replaceChildren(...nodes.map((node) => node?.el ?? node).filter((node) => node instanceof Node));
    for (const node of nodes) node?.trigger?.("displayed"); // only then ipywidgets sets formulas
  };
}

/** A widget in the answer: the page's widget manager makes a view of it. @param {Model} model @param {string | undefined} name */
async function viewOf(model, name) {
  if (!name) return null;
  const manager = /** @type {any} */ (model.widget_manager); // anywidget's types leave create_view out
  const child = await manager.get_model(name.slice("IPY_MODEL_".length));
  return manager.create_view(child);
}

/** @param {{model: Model, el: HTMLElement}} context */
function render({ model, el }) {
  const texts = model.get("texts");
  let awaited = false; // whether the hand is waiting for the answer: then the focus goes to it
  const commit = () => {
    if (model.get("committed")) return;
    awaited = true;
    model.send({ do: "commit", guess: hand.read() });
  };
  /** @param {any} guess */
  const draft = (guess) => {
    model.set("guess", guess); // for a second view
    model.send({ do: "draft", guess });
  };
  const hand = KINDS[model.get("kind")]({ asked: model.get("asked"), texts, model, commit, draft });
  const button = element("button", { type: "submit", class: "course-button course-primary" }, texts.commit);
  const buttons = element("div", { class: "course-buttons" }, button);
  const told = element("p", { class: "course-message", role: "status", "aria-live": "polite", tabindex: -1 });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const place = element("div", { class: "course-gate-answer", role: "region", "aria-label": texts.answer });
  const keys = element("p", { class: "course-keys" }, texts[`keys ${model.get("kind")}`]);
  const question = hand.node.querySelector("legend") ?? element("p", { class: "course-question" }, ...prose(model.get("text")));
  el.append(calledBy(element("form", { class: "course-widget course-gate", novalidate: "", "data-lm-suppress-shortcuts": "true",
    onkeydown: keepKeys, onsubmit: onSubmit(commit) },
    ...(model.get("kind") === "choice" ? [] : [question]), hand.node, buttons, notice, told, place, keys), question));
  const drawAnswer = answerOf(model, place);

  const stop = drawOn(model, {
    "guess committed opened truth told": () => {
      hand.draw();
      const committed = model.get("committed") || model.get("opened");
      told.replaceChildren(...prose(model.get("told")));
      const lost = committed && !buttons.hidden && buttons.contains(document.activeElement);
      buttons.hidden = committed;
      keys.hidden = committed;
      place.hidden = !model.get("opened");
      if (!(model.get("opened") && awaited) && !lost) return;
      awaited = false;
      (model.get("told") ? told : place).focus();
    },
    "parts views opened": drawAnswer,
    notice: () => {
      say(notice, model.get("notice"));
      if (model.get("notice") && awaited && !model.get("committed")) {
        awaited = false;
        hand.focus();
      }
    },
  });
  return () => {
    stop();
    hand.tidy?.();
  };
}

export default { render: watched(render) };
