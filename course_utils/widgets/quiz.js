// Quiz in the browser: one choice of several. Which is right, and why, is known to Python only (quizzes.py).

let count = 0;

function render({ model, el }) {
  const name = `course-quiz-${count++}`;
  const radios = model.get("options").map((_, i) =>
    element("input", { type: "radio", name, value: i, onchange: () => (check.disabled = false) }),
  );
  const check = element("button", { type: "submit", class: "course-button course-primary", disabled: "" }, "Check");
  const told = element("p", { class: "course-message", role: "status", "aria-live": "polite" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const choose = () => {
    const at = radios.findIndex((radio) => radio.checked);
    if (at >= 0) model.send({ choose: at });
  };
  el.append(
    element(
      "form",
      { class: "course-widget course-quiz", "aria-label": "Question", onkeydown: keepKeys, onsubmit: onSubmit(choose) },
      element(
        "fieldset",
        { class: "course-options" },
        element("legend", {}, model.get("text")),
        ...radios.map((radio, i) => element("label", {}, radio, element("span", {}, model.get("options")[i]))),
      ),
      element("div", { class: "course-buttons" }, check),
      told,
      notice,
    ),
  );
  return drawOn(model, {
    "chosen why right": () => {
      const [chosen, right] = [model.get("chosen"), model.get("right")];
      if (radios[chosen]) radios[chosen].checked = true;
      check.disabled = !radios.some((radio) => radio.checked);
      told.textContent = chosen < 0 ? "" : `${right ? "✓" : "✗"} ${model.get("why")}`;
      told.classList.toggle("course-good", right);
    },
    notice: () => (notice.textContent = model.get("notice")),
  });
}

export default { render };
