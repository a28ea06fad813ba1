// The style belongs to the page, not to an output: an output that scrolls away would take it along.
const STYLE = `
.jp-Notebook {
  --jp-content-font-size1: 20px;
  --jp-code-font-size: 17px;
  --jp-content-line-height: 1.5;
}
.jp-OutputArea-output img { zoom: 1.35; }
.jp-Notebook .course-widget { max-width: none !important; --larger: 1.3; } /* whatever a kind of figure says of itself */
.jp-Notebook :is(.course-map, .course-heat, .course-race) { font-size: 17px; padding-block: 0.5rem; }
.jp-Notebook .course-heat-right { display: grid; grid-template-columns: 2fr 1fr; gap: 0.7rem; }
.jp-Notebook .course-heat-lower { display: contents; }
.jp-Notebook .course-heat-disc { width: 100%; }
.jp-Notebook .course-heat-words { grid-column: 1 / -1; }
.jp-Notebook .course-race-desk { aspect-ratio: auto; height: max(14rem, 100vh - 29rem); }
@media (min-width: 1100px) {
  .jp-Notebook .course-sides { flex-wrap: nowrap; }
  .jp-Notebook .course-right-side { flex: 1 0 25rem; }
}
@media (min-width: 1600px) and (min-height: 900px) {
  .jp-Notebook :is(.course-map, .course-heat) { zoom: 1.3; }
}
`;

export default {
  /** @param {{model: import("@anywidget/types").AnyModel<{on: boolean}>}} context */
  initialize({ model }) {
    const style = document.createElement("style");
    style.className = "course-projector";
    style.textContent = STYLE;
    const draw = () => (model.get("on") ? document.head.append(style) : style.remove());
    model.on("change:on", draw);
    draw();
    return () => style.remove();
  },
};
