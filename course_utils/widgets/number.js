// NumberQuiz in the browser: one box for one number. Which is right, and what a wrong one shows, is known to Python only (quizzes.py).

const SIGNS = { right: "✓", wrong: "✗", unreadable: "?" };

function render({ model, el }) {
  const box = element("input", {
    type: "text",
    class: "course-box",
    "aria-label": "Your answer, a number",
    inputmode: "text",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "number",
    maxlength: 100,
  });
  const mark = element("span", { class: "course-mark", "aria-hidden": "true" });
  const told = element("p", { class: "course-message", role: "status", "aria-live": "polite" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const check = () => model.send({ answer: box.value });
  el.append(
    element(
      "form",
      { class: "course-widget course-number", "aria-label": "Question", onkeydown: keepKeys, onsubmit: onSubmit(check) },
      element("p", {}, model.get("text")),
      element(
        "div",
        { class: "course-buttons" },
        element("span", { class: "course-row" }, box, mark),
        element("button", { type: "submit", class: "course-button course-primary" }, "Check"),
      ),
      told,
      notice,
    ),
  );
  box.value = model.get("typed");
  return drawOn(model, {
    "mark why typed": () => {
      const kind = model.get("mark");
      box.setAttribute("aria-invalid", String(kind === "wrong" || kind === "unreadable"));
      mark.textContent = SIGNS[kind] ?? "";
      mark.className = `course-mark course-${kind}`;
      told.textContent = model.get("why");
      told.classList.toggle("course-good", kind === "right");
    },
    notice: () => (notice.textContent = model.get("notice")),
  });
}

export default { render };
