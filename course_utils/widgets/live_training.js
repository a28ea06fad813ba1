// LiveTraining in the browser: it draws the losses that Python sends while it trains (live_training.py says what each trait
// is), and sends back where the sliders stand. No loss is computed here.

/**
 * @typedef {{key: string, label: string, values: string[]}} TrainingSlider
 * @typedef {{
 *   title: string, steps: number, stops: Record<string, number>, sliders: TrainingSlider[], ticks: [share: number, text: string][],
 *   guessing: number, heights: DataView, moved: [step: number, text: string][], pixels: DataView, read: number[], words: string[],
 *   status: string, texts: Record<string, string>, alt: string, notice: string,
 * }} TrainingState
 */

const DIGIT = 28; // pixels of an image's side
/** @type {Record<string, string>} */
const SLIDES = { lr: "--eta", momentum: "--mu" };

/** The image of a digit, as a picture of its own. @param {Uint8Array} ink */
function digitImage(ink) {
  const canvas = element("canvas", { class: "course-training-image", width: DIGIT, height: DIGIT, "aria-hidden": "true" });
  const pen = canvas.getContext("2d");
  const image = new ImageData(DIGIT, DIGIT);
  ink.forEach((dark, k) => image.data.set([255 - dark, 255 - dark, 255 - dark, 255], 4 * k));
  pen?.putImageData(image, 0, 0);
  return canvas;
}

/** @param {{model: import("@anywidget/types").AnyModel<TrainingState>, el: HTMLElement}} context */
function render({ model, el }) {
  /** @template {keyof TrainingState} K @param {K} name */
  const get = (name) => model.get(name);
  const words = wordsOf(model);

  // --- the sheet: lines in shares of 1000 by 450, letters in pixels
  const HEIGHT = 450;
  const path = (/** @type {string} */ style) => drawn("path", { class: `course-training-${style}` });
  const [each, mean] = [path("each"), path("mean")];
  const across = (/** @type {number} */ step) => (1000 * step) / get("steps");
  const level = (/** @type {string} */ style, /** @type {number} */ share) =>
    drawn("line", { class: style, x1: 0, x2: 1000, y1: HEIGHT * share, y2: HEIGHT * share });
  const marks = drawn("g");
  const sheet = drawn("svg", { class: "course-training-sheet", viewBox: `0 0 1000 ${HEIGHT}`, preserveAspectRatio: "none", role: "img" },
    ...get("ticks").map(([share]) => level("course-training-grid", share)), level("course-training-guessing", get("guessing")),
    marks, each, mean, drawn("rect", { class: "course-training-frame", width: 1000, height: HEIGHT }));
  const signs = drawn("svg", { class: "course-training-signs", "aria-hidden": "true" });
  const desk = element("div", { class: "course-training-desk" }, sheet, signs);

  // --- the digits
  const images = bytes(get("pixels"));
  const answers = Array.from({ length: 10 }, () => element("span", { class: "course-training-read" }));
  const digits = element("div", { class: "course-training-digits", role: "group", "aria-label": words("digits") },
    ...answers.map((answer, k) => element("div", {}, digitImage(images.subarray(k * DIGIT * DIGIT, (k + 1) * DIGIT * DIGIT)), answer)));

  // --- the controls
  const work = workBar(model);
  const sliders = get("sliders").map(({ key, label, values }) => {
    const input = element("input", { type: "range", min: 0, max: values.length - 1, "aria-label": label, oninput: () => {
      model.set("stops", { ...get("stops"), [key]: Number(input.value) });
      model.save_changes();
    } });
    const value = element("output", { class: "course-training-value" });
    const row = element("label", { class: "course-training-slider" }, element("span", {}, ...typeset(label)), input, value);
    if (SLIDES[key]) row.style.setProperty("--quantity", `var(${SLIDES[key]})`);
    return { key, values, input, value, row };
  });
  const lines = element("div", { class: "course-training-words" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const spoken = element("p", { class: "course-spoken", "aria-live": "polite" });
  el.append(rooted("course-training", { "aria-label": get("title") || words("run start") },
    get("title") ? element("p", { class: "course-title" }, get("title")) : "", notice, work.bar, ...sliders.map(({ row }) => row),
    desk, lines, digits, spoken));

  // --- drawing
  const joined = (/** @type {Float32Array} */ heights) =>
    heights.length ? `M${Array.from(heights, (share, k) => `${across(k + 1).toFixed(1)} ${(HEIGHT * share).toFixed(1)}`).join("L")}` : "";
  function drawLosses() {
    const heights = float32(get("heights"));
    const n = heights.length / 2;
    each.setAttribute("d", joined(heights.subarray(0, n)));
    mean.setAttribute("d", joined(heights.subarray(n)));
  }

  let [width, height] = [0, 0];
  function drawSigns() {
    const text = (/** @type {Attributes} */ attributes, /** @type {string} */ said) => drawn("text", attributes, said);
    const quarter = get("steps") / 4;
    const places = [0, 1, 2, 3, 4].map((k) => k * quarter);
    marks.replaceChildren(...get("moved").map(([step]) =>
      drawn("line", { class: "course-training-mark", x1: across(step), x2: across(step), y1: 0, y2: HEIGHT })));
    signs.replaceChildren(
      ...get("ticks").map(([share, tick]) => text({ x: -8, y: share * height + 4, "text-anchor": "end" }, tick)),
      ...places.map((step) => text({ x: (across(step) / 1000) * width, y: height + 18, "text-anchor": "middle" }, String(step))),
      text({ x: width / 2, y: height + 36, "text-anchor": "middle" }, words("step")),
      text({ x: -46, y: height / 2, "text-anchor": "middle", transform: `rotate(-90 -46 ${height / 2})` }, words("loss")),
      text({ class: "course-training-note", x: width - 6, y: get("guessing") * height - 5, "text-anchor": "end" }, words("guessing")),
      ...get("moved").map(([step, said], k) => text({ class: "course-training-note", x: (across(step) / 1000) * width + 4, y: 14 + 15 * (k % 3) }, said)));
  }

  const resized = new ResizeObserver(([entry]) => {
    ({ width, height } = entry.contentRect);
    drawSigns();
  });
  resized.observe(desk);

  const announced = soon(() => say(spoken, get("words").join(". ")), 400);
  const tidy = drawOn(model, {
    status: () => {
      work.draw();
      announced.later();
    },
    heights: drawLosses,
    moved: drawSigns,
    stops: () => sliders.forEach(({ key, values, input, value }) => {
      const stop = get("stops")[key];
      input.value = String(stop);
      input.setAttribute("aria-valuetext", values[stop]);
      say(value, values[stop]);
    }),
    words: () => lines.replaceChildren(...get("words").map((line) => element("p", {}, line))),
    read: () => get("read").forEach((read, digit) => {
      const right = read === digit;
      say(answers[digit], right ? "✓" : String(read));
      answers[digit].className = `course-training-read ${right ? "course-right" : "course-wrong"}`;
      answers[digit].setAttribute("aria-label", words(right ? "right" : "wrong", { digit, read }));
      answers[digit].setAttribute("role", "img");
    }),
    alt: () => sheet.setAttribute("aria-label", get("alt")),
    notice: () => say(notice, get("notice")),
  });
  return () => {
    tidy();
    announced.cancel();
    resized.disconnect();
  };
}

export default { render: watched(render) };
