// NumberQuiz in the browser: one box for one number. Which is right, and what a wrong one shows, is known to Python only (quizzes.py).

/** @type {Record<string, string>} */
const SIGNS = { right: "✓", wrong: "✗", unreadable: "?" };

/** @param {{model: Model, el: HTMLElement}} context */
function render({ model, el }) {
  const words = wordsOf(model);
  const box = element("input", {
    type: "text",
    class: "course-box",
    "aria-label": words("answer"),
    inputmode: "text",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: words("number"),
    maxlength: 100,
    oninput: () => {
      drafts.later();
      drawMark();
    },
    onchange: () => drafts.now(),
  });
  const mark = element("span", { class: "course-mark", "aria-hidden": "true" });
  const told = element("p", { class: "course-message", role: "status", "aria-live": "polite" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const startAgain = () => {
    say({ do: "again" });
    box.value = "";
    model.set("typed", "");
    box.focus(); // the button goes away
  };
  const again = element(
    "button",
    { type: "button", class: "course-button", title: words("again does"), onclick: startAgain },
    words("again"),
  );
  const say = (/** @type {object} */ message) => {
    drafts.cancel(); // what was typed before is out of date, or goes along
    model.send(message);
  };
  const drafts = soon(() => {
    model.set("typed", box.value); // for a second view
    model.send({ type: box.value });
  });
  const check = () => say({ answer: box.value });
  const question = element("p", {}, ...prose(model.get("text")));
  el.append(
    calledBy(element(
      "form",
      { class: "course-widget course-number", onkeydown: keepKeys, onsubmit: onSubmit(check) },
      question,
      element(
        "div",
        { class: "course-buttons" },
        element("span", { class: "course-row" }, box, mark),
        element("button", { type: "submit", class: "course-button course-primary" }, words("check")),
        again,
      ),
      told,
      notice,
      keysLine(words("keys")),
    ), question),
  );
  function drawMark() {
    again.hidden = !box.value && !model.get("mark");
    const kind = box.value === model.get("checked") ? model.get("mark") : ""; // an edit takes the mark away
    box.setAttribute("aria-invalid", String(kind === "wrong" || kind === "unreadable"));
    mark.textContent = SIGNS[kind] ?? "";
    mark.className = `course-mark course-${kind}`;
    told.replaceChildren(...(kind ? prose(model.get("why")) : []));
    told.classList.toggle("course-good", kind === "right");
  }
  const stop = drawOn(model, {
    typed: () => {
      if (box !== document.activeElement) box.value = model.get("typed");
    },
    "mark why checked typed": drawMark,
    notice: () => (notice.textContent = model.get("notice")),
  });
  return () => {
    drafts.cancel();
    stop();
  };
}

export default { render: watched(render) };
