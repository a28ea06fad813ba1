// StepExercise in the browser: boxes, buttons and texts. Everything is decided in Python (exercises.py).

const MARKS = {
  right: ["✓", "right"],
  wrong: ["✗", "not right yet"],
  unreadable: ["?", "not a number I can read"],
  open: ["", ""],
};

function render({ model, el }) {
  const ask = (what) => {
    drafts.cancel(); // this message takes the entries along
    model.send({ do: what, entries: typed() });
  };
  const button = (label, what, extra = {}) =>
    element("button", { type: "button", class: "course-button", onclick: () => ask(what), ...extra }, label);

  const text = element("p", { class: "course-question" });
  const rule = element("p", { class: "course-rule" });
  const rows = element("div", { class: "course-rows" });
  const check = element("button", { type: "submit", class: "course-button course-primary" }, "Check");
  const hint = button("Hint", "hint");
  const solution = button("Show the solution", "solution");
  const onMap = button("Show on the map", "map");
  const another = button("Another one like it", "another");
  const again = button("Start again", "again", { title: "Empty the boxes; what is done stays done" });
  const message = element("p", { class: "course-message", role: "status", "aria-live": "polite" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const hints = element("ul", { class: "course-lines", "aria-label": "Hints", "aria-live": "polite" });
  const worked = element("ul", { class: "course-lines", "aria-label": "Solution", "aria-live": "polite" });
  const map = element("div", { class: "course-map-of-answer" });
  const form = element(
    "form",
    {
      class: "course-widget course-exercise",
      "aria-label": "Exercise",
      novalidate: "",
      onsubmit: onSubmit(() => ask("check")),
      onkeydown: keepKeys,
    },
    text,
    rule,
    rows,
    element("div", { class: "course-buttons" }, check, hint, onMap, solution, another, again),
    message,
    notice,
    hints,
    worked,
  );
  el.append(form, map);

  let boxes = [];

  const typed = () => boxes.map((pair) => pair.map(({ input }) => input.value.slice(0, 400)));

  // so that nothing typed is lost, and a second view of the exercise shows the same
  const drafts = soon(() => {
    model.set("entries", typed());
    model.send({ do: "type", entries: typed() });
  });

  function drawQuestion() {
    const question = model.get("question");
    text.textContent = question.text ?? "";
    rule.textContent = question.rule ?? "";
    boxes = (question.labels ?? []).map((label) =>
      ["x", "y"].map((axis) => {
        const input = element("input", {
          type: "text",
          class: "course-box",
          inputmode: "text",
          autocomplete: "off",
          spellcheck: "false",
          "aria-label": `${axis} of ${label}`,
          placeholder: axis,
          oninput: drafts.later,
          onchange: drafts.now,
        });
        return { input, mark: element("span", { class: "course-mark", role: "img" }) };
      }),
    );
    rows.replaceChildren(
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
        const kind = marks[t]?.[i] ?? "open";
        const [sign, words] = MARKS[kind];
        mark.textContent = sign;
        mark.className = `course-mark course-${kind}`;
        if (words) mark.setAttribute("aria-label", words);
        else mark.removeAttribute("aria-label");
        mark.setAttribute("role", words ? "img" : "presentation");
        input.setAttribute("aria-invalid", String(kind === "wrong" || kind === "unreadable"));
      }),
    );
  }

  function drawTexts() {
    const [good, tried, given] = [model.get("good"), model.get("tried"), model.get("hints")];
    message.textContent = model.get("message");
    message.classList.toggle("course-good", good);
    notice.textContent = model.get("notice");
    hints.replaceChildren(...given.map((line, i) => element("li", {}, element("b", {}, `Hint ${i + 1}. `), line)));
    worked.replaceChildren(...model.get("solution").map((line) => element("li", {}, line)));
    hint.disabled = given.length >= 3 || good;
    hint.textContent = given.length ? `Hint ${Math.min(given.length + 1, 3)} of 3` : "Hint";
    for (const late of [onMap, solution]) {
      late.disabled = !tried;
      late.title = tried ? "" : "First check a try of your own";
    }
  }

  // the map is a widget of its own (map.js): the page's widget manager makes a view of it
  async function drawMap() {
    const name = model.get("map");
    map.replaceChildren();
    if (!name) return;
    const child = await model.widget_manager.get_model(name.slice("IPY_MODEL_".length));
    map.replaceChildren((await model.widget_manager.create_view(child)).el);
  }

  function drawAll() {
    drawQuestion();
    drawEntries();
    drawMarks();
    drawTexts();
  }

  const stop = drawOn(model, {
    question: drawAll,
    entries: drawEntries,
    marks: drawMarks,
    "message good tried hints solution notice": drawTexts,
    map: drawMap,
  });
  return () => {
    drafts.cancel();
    stop();
  };
}

export default { render };
