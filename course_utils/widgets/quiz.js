// Quiz in the browser: one choice of several. Which is right, and why, is known to Python only (quizzes.py).

let count = 0;

/** @param {{model: Model, el: HTMLElement}} context */
function render({ model, el }) {
  const words = wordsOf(model);
  const name = `course-quiz-${count++}`;
  /** @type {HTMLInputElement[]} */
  const radios = model.get("options").map((/** @type {string} */ _, /** @type {number} */ i) =>
    element("input", { type: "radio", name, value: i, onchange: () => tick(i) }),
  );
  const check = element("button", { type: "submit", class: "course-button course-primary" }, words("check"));
  const startAgain = () => {
    model.send({ do: "again" });
    radios[0].focus(); // the button goes away
  };
  const again = element(
    "button",
    { type: "button", class: "course-button", title: words("again does"), onclick: startAgain },
    words("again"),
  );
  const told = element("p", { class: "course-message", role: "status", "aria-live": "polite" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const tick = (/** @type {number} */ i) => {
    model.set("ticked", i); // for a second view
    model.send({ tick: i });
  };
  const choose = () => {
    const at = radios.findIndex((radio) => radio.checked);
    if (at >= 0) model.send({ choose: at });
  };
  const question = element("legend", {}, ...prose(model.get("text")));
  el.append(
    calledBy(element(
      "form",
      { class: "course-widget course-quiz", onkeydown: keepKeys, onsubmit: onSubmit(choose) },
      element(
        "fieldset",
        { class: "course-options" },
        question,
        ...radios.map((radio, i) => element("label", {}, radio, element("span", {}, ...prose(model.get("options")[i])))),
      ),
      element("div", { class: "course-buttons" }, check, again),
      told,
      notice,
      keysLine(words("keys")),
    ), question),
  );
  return drawOn(model, {
    "ticked chosen why right": () => {
      const [ticked, chosen, right] = [model.get("ticked"), model.get("chosen"), model.get("right")];
      const checked = chosen >= 0 && chosen === ticked; // what is said is said of the option that has the dot
      radios.forEach((radio, i) => (radio.checked = i === ticked));
      usable(check, ticked >= 0);
      again.hidden = ticked < 0;
      told.replaceChildren(...(checked ? [right ? "✓ " : "✗ ", ...prose(model.get("why"))] : []));
      told.classList.toggle("course-good", checked && right);
    },
    notice: () => (notice.textContent = model.get("notice")),
  });
}

export default { render: watched(render) };
