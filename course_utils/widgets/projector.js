// The style belongs to the page, not to an output: an output that scrolls away would take it along.
const STYLE = `
.jp-Notebook {
  --jp-content-font-size1: 20px;
  --jp-code-font-size: 17px;
  --jp-content-line-height: 1.5;
}
.jp-OutputArea-output img { zoom: 1.35; }
.jp-Notebook .course-map { zoom: 1.2; font-size: 16px; }
.jp-Notebook .course-map .course-right-side { flex-basis: 13rem; }
.jp-Notebook .course-widget { max-width: none; }
`;

export default {
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
