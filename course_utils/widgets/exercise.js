// StepExercise in the browser: boxes, buttons and texts. Everything is decided in Python (exercises.py).

/** @typedef {{input: HTMLInputElement, mark: HTMLElement}} Box */

/** @type {Record<string, string>} */
const SIGNS = { right: "✓", wrong: "✗", unreadable: "?", open: "" };

/** The rows of boxes for the points, each box with its mark.
 * @param {Model} model @param {() => void} edited @param {() => void} left when a box that was edited is left */
function boxesOf(model, edited, left) {
  const words = wordsOf(model);
  const node = element("div", { class: "course-rows" });
  /** @type {Box[][]} */
  let boxes = [];

  const typed = () => boxes.map((pair) => pair.map(({ input }) => input.value.slice(0, 400)));
  // what is shown as right is what stands in the box now: an edit takes the mark away
  const unchanged = (/** @type {number} */ t, /** @type {number} */ i) => boxes[t][i].input.value === model.get("checked")[t]?.[i];
  const allUnchanged = () => boxes.every((pair, t) => pair.every((_, i) => unchanged(t, i)));
  const focus = () => boxes[0]?.[0].input.focus();

  function draw() {
    const question = model.get("question");
    boxes = (question.labels ?? []).map((/** @type {string} */ label) =>
      question.letters.map((/** @type {string} */ axis) => {
        /** @type {HTMLInputElement} */
        const input = element("input", {
          type: "text",
          class: "course-box",
          inputmode: "text",
          autocomplete: "off",
          spellcheck: "false",
          "aria-label": words("axis", { axis, label }),
          placeholder: axis,
          oninput: edited,
          onchange: left,
        });
        return { input, mark: element("span", { class: "course-mark", role: "img" }) };
      }),
    );
    node.replaceChildren(
      ...boxes.map(([x, y], t) =>
        element(
          "div",
          { class: "course-row", role: "group", "aria-label": question.labels[t] },
          element("span", { class: "course-label" }, `${question.labels[t]} = (`),
          x.input,
          x.mark,
          element("span", {}, ","),
          y.input,
          y.mark,
          element("span", {}, ")"),
        ),
      ),
    );
  }

  function drawEntries() {
    const entries = model.get("entries");
    boxes.forEach((pair, t) =>
      pair.forEach(({ input }, i) => {
        const value = entries[t]?.[i] ?? "";
        if (input.value !== value && input !== document.activeElement) input.value = value;
      }),
    );
  }

  function drawMarks() {
    const marks = model.get("marks");
    boxes.forEach((pair, t) =>
      pair.forEach(({ input, mark }, i) => {
        const kind = (unchanged(t, i) && marks[t]?.[i]) || "open";
        const about = SIGNS[kind] && words(`mark ${kind}`);
        mark.textContent = SIGNS[kind];
        mark.className = `course-mark course-${kind}`;
        if (about) mark.setAttribute("aria-label", about);
        else mark.removeAttribute("aria-label");
        mark.setAttribute("role", about ? "img" : "presentation");
        input.setAttribute("aria-invalid", String(kind === "wrong" || kind === "unreadable"));
      }),
    );
  }

  return { node, draw, drawEntries, drawMarks, typed, allUnchanged, focus };
}

/** @param {{model: Model, el: HTMLElement}} context */
function render({ model, el }) {
  const words = wordsOf(model);
  let awaited = ""; // what the hand asked for last: the eye and the keyboard go where its answer appears
  const ask = (/** @type {string} */ what) => {
    awaited = what;
    drafts.cancel(); // this message takes the entries along
    model.send({ do: what, entries: boxes.typed() });
  };
  const button = (/** @type {string} */ what, extra = {}) =>
    element("button", { type: "button", class: "course-button", onclick: () => ask(what), ...extra }, words(what));

  const text = element("p", { class: "course-question" });
  const rule = element("p", { class: "course-rule" });
  const boxes = boxesOf(
    model,
    () => {
      drafts.later();
      drawMarks();
    },
    () => drafts.now(),
  );
  const check = element("button", { type: "submit", class: "course-button course-primary" }, words("check"));
  const hint = button("hint");
  const solution = button("solution");
  const onMap = button("map");
  const another = button("another");
  const again = button("again", { title: words("again does") });
  /** @type {Record<string, HTMLElement>} */
  const buttons = { check, hint, map: onMap, solution, another, again };
  const offered = model.get("offered");
  const message = element("p", { class: "course-message", role: "status", "aria-live": "polite", "data-past": words("last check") });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const hints = element("ul", { class: "course-lines", "aria-label": words("hints"), "aria-live": "polite" });
  const worked = element("ul", { class: "course-lines", "aria-label": words("worked"), "aria-live": "polite" });
  const map = element("div", { class: "course-map-of-answer" });
  const form = element(
    "form",
    {
      class: "course-widget course-exercise",
      novalidate: "",
      onsubmit: onSubmit(() => ask("check")),
      onkeydown: keepKeys,
    },
    text,
    rule,
    boxes.node,
    element("div", { class: "course-buttons" }, ...offered.map((/** @type {string} */ what) => buttons[what])),
    message,
    notice,
    hints,
    worked,
    keysLine(words("keys")),
  );
  calledBy(form, text);
  el.append(element("div", { class: "course-beside" }, form, map)); // side by side where there is room

  let told = "";

  // so that nothing typed is lost, and a second view of the exercise shows the same
  const drafts = soon(() => {
    const entries = boxes.typed();
    model.set("entries", entries);
    model.send({ do: "type", entries });
  });

  function drawQuestion() {
    const question = model.get("question");
    text.replaceChildren(...prose(question.text ?? ""));
    rule.replaceChildren(...typeset(question.rule ?? ""));
    boxes.draw();
  }

  function drawMarks() {
    boxes.drawMarks();
    drawMessage();
  }

  // praise goes with the first edit; advice stays readable while the hand corrects, as that on the last check
  function drawMessage() {
    const current = boxes.allUnchanged();
    const good = model.get("good") && current;
    const said = model.get("good") && !current ? "" : model.get("message");
    if (said !== told) message.replaceChildren(...prose(said)); // what stays the same is not announced again
    told = said;
    message.classList.toggle("course-good", good);
    message.classList.toggle("course-past", !current);
    usable(hint, model.get("hints").length < 3 && !good);
  }

  function drawTexts() {
    const [tried, given] = [model.get("tried"), model.get("hints")];
    drawMessage();
    notice.textContent = model.get("notice");
    hints.replaceChildren(...given.map((/** @type {string} */ line, /** @type {number} */ i) => element("li", {}, element("b", {}, words("hint number", { n: i + 1 }), " "), ...prose(line))));
    worked.replaceChildren(...model.get("solution").map((/** @type {string} */ line) => element("li", {}, ...prose(line))));
    hint.textContent = given.length ? words("next hint", { n: Math.min(given.length + 1, 3) }) : words("hint");
    for (const late of [onMap, solution]) {
      usable(late, tried);
      late.title = tried ? "" : words("try first");
    }
  }

  // the map is a widget of its own (map.js): the page's widget manager makes a view of it
  async function drawMap() {
    const name = model.get("map");
    map.replaceChildren();
    if (!name) return;
    const manager = /** @type {any} */ (model.widget_manager); // anywidget's types leave create_view out
    const child = await manager.get_model(name.slice("IPY_MODEL_".length));
    map.replaceChildren((await manager.create_view(child)).el);
    if (awaited !== "map") return;
    awaited = "";
    requestAnimationFrame(() => map.scrollIntoView({ block: "nearest" }));
  }

  function drawAll() {
    drawQuestion();
    boxes.drawEntries();
    drawMarks();
    drawTexts();
    if (awaited !== "another") return;
    awaited = "";
    boxes.focus();
  }

  const stop = drawOn(model, {
    question: drawAll,
    entries: () => {
      boxes.drawEntries();
      drawMarks();
    },
    "marks checked": drawMarks,
    "message good tried hints solution notice": drawTexts,
    map: drawMap,
  });
  return () => {
    drafts.cancel();
    stop();
  };
}

export default { render: watched(render) };
