// Standing in the browser: a table of the lectures, with a bar and the same in words. Python counts (standing.py).

const PARTS = ["done", "tried", "open"];

/** @param {{model: Model, el: HTMLElement}} context */
function render({ model, el }) {
  const words = wordsOf(model);
  const rows = element("tbody");
  const kept = element("p", { class: "course-small" });
  const notice = element("p", { class: "course-notice", role: "alert" });
  const said = element("p", { class: "course-spoken", role: "status", "aria-live": "polite" });
  const look = element(
    "button",
    {
      type: "button",
      class: "course-button",
      onclick: () => {
        model.send({ do: "look" });
        said.textContent = "";
      },
    },
    words("look"),
  );
  const head = ["lecture", "exercises", ...PARTS].map((id) => element("th", { scope: "col" }, words(id)));
  el.append(
    element(
      "section",
      { class: "course-widget course-standing", "aria-label": words("standing") },
      element("table", { class: "course-table" }, element("thead", {}, element("tr", {}, ...head)), rows),
      element("div", { class: "course-buttons" }, look),
      kept,
      said,
      notice,
    ),
  );

  /** @param {{lecture: string, title: string, [part: string]: any}} standing */
  function row({ lecture, title, ...counts }) {
    const all = PARTS.reduce((sum, part) => sum + counts[part], 0);
    // the numbers beside it say the same: nothing here for a screen reader
    const bar = element(
      "span",
      { class: "course-bar", "aria-hidden": "true" },
      ...PARTS.map((part) => element("span", { class: `course-bar-${part}`, style: `flex-grow: ${counts[part] / all}` })),
    );
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, ...prose(`${lecture} ${title}`.trim())),
      element("td", {}, bar),
      ...PARTS.map((part) => element("td", {}, String(counts[part]))),
    );
  }

  return drawOn(model, {
    rows: () => rows.replaceChildren(...model.get("rows").map(row)),
    looked: () => (said.textContent = model.get("looked") ? words("looked") : ""),
    kept: () => (kept.textContent = model.get("kept")),
    notice: () => (notice.textContent = model.get("notice")),
  });
}

export default { render: watched(render) };
