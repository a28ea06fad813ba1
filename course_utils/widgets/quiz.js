// Quiz in the browser: one choice of several. Which is right, and why, is known to Python only (quizzes.py).

let count = 0;

function render({ model, el }) {
  const name = `course-quiz-${count++}`;
  const radios = model.get("options").map((_, i) =>
    element("input", { type: "radio", name, value: i, onchange: () => tick(i) }),
  );
  const check = element("button", { type: "submit", class: "course-button course-primary", disabled: "" }, "Check");
  const startAgain = () => {
    model.send({ do: "again" });
    radios[0].focus(); // the button goes away
  };
  const again = element(
    "button",
    { type: "button", class: "course-button", title: "Choose anew; what is done stays done", onclick: startAgain },
    "Start again",
  );
  const told = element("p", { class: "course-message", role: "status", "aria-live": "polite" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const tick = (i) => {
    model.set("ticked", i); // for a second view
    model.send({ tick: i });
  };
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
      element("div", { class: "course-buttons" }, check, again),
      told,
      notice,
    ),
  );
  return drawOn(model, {
    "ticked chosen why right": () => {
      const [chosen, right] = [model.get("chosen"), model.get("right")];
      radios.forEach((radio, i) => (radio.checked = i === model.get("ticked")));
      check.disabled = again.hidden = model.get("ticked") < 0;
      told.textContent = chosen < 0 ? "" : `${right ? "✓" : "✗"} ${model.get("why")}`;
      told.classList.toggle("course-good", right);
    },
    notice: () => (notice.textContent = model.get("notice")),
  });
}

export default { render };
