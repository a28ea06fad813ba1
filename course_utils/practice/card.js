// Card in the browser: the verdict, which Python has written, and below it the help that is due (card.py).

/** @param {{model: Model, el: HTMLElement}} context */
function render({ model, el }) {
  const words = wordsOf(model);
  const ask = (/** @type {string} */ what) => () => model.send({ do: what });
  const verdict = element("div", { role: "status" });
  const next = element("p", { class: "course-next" });
  const hint = element("button", { type: "button", class: "course-button", onclick: ask("hint") });
  const solution = element("button", { type: "button", class: "course-button", onclick: ask("solution") }, words("show"));
  const buttons = element("div", { class: "course-buttons" }, hint, solution);
  const notice = element("p", { class: "course-notice", role: "alert" });
  const hints = element("ul", { class: "course-lines", "aria-label": words("hints"), "aria-live": "polite" });
  const worked = element("div", { class: "course-worked", "aria-live": "polite" });
  el.append(element("section", { class: "course-widget course-card", "aria-label": words("card"), onkeydown: keepKeys },
    verdict, hints, worked, notice, buttons, next));

  function drawVerdict() {
    verdict.innerHTML = model.get("html"); // escaped where it was made
    next.textContent = model.get("next");
  }

  function drawHelp() {
    const [given, more, tried] = [model.get("hints"), model.get("more"), model.get("tried")];
    hints.replaceChildren(...given.map((/** @type {string[]} */ [name, text]) =>
      element("li", {}, element("b", {}, `${name}. `), ...prose(text))));
    hint.hidden = !more && !given.length;
    buttons.hidden = hint.hidden && !tried;
    hint.textContent = more || words("hints");
    usable(hint, Boolean(more));
    usable(solution, tried && !model.get("solution").length);
    solution.title = tried ? "" : words("later");
    notice.textContent = model.get("notice");
  }

  function drawSolution() {
    const [code, why] = model.get("solution");
    worked.replaceChildren(...(code ? [
      element("h4", {}, words("solution")),
      element("pre", {}, code),
      ...why.split("\n").map((/** @type {string} */ line) => element("p", {}, ...prose(line))),
    ] : []));
    drawHelp();
  }

  return drawOn(model, { "html next": drawVerdict, "hints more tried notice": drawHelp, solution: drawSolution });
}

export default { render: watched(render) };
