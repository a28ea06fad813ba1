// JupyterLab, on its own, writes "model not found" where a widget has no kernel, though the widget left a picture,
// or a page, beside it. This shows it, and says how to bring the widget to life. It also lays out the page of a notebook
// of the course (page.css). Hand-written, no build step: JupyterLab asks for init and get, as for every extension
// (package.json), and the notebooks need not store anything for it.
(() => {
  /**
   * @typedef {Record<string, unknown>} Data what a cell stored, by its type
   * @typedef {{data: Data}} Output
   * @typedef {{node: HTMLElement, isDisposed: boolean, disposed: JupyterLabSignal, renderModel(model: Output): Promise<void>,
   *   dispose(): void, show(): void}} Renderer
   * @typedef {Renderer & {widgets: readonly object[]}} WidgetRenderer that of ipywidgets
   * @typedef {{createRenderer(options: object): Renderer}} Factory
   * @typedef {{getFactory(type: string): Factory | undefined, getRank(type: string): number | undefined,
   *   addFactory(factory: Factory, rank?: number): void, createRenderer(type: string): Renderer}} RenderMime
   * @typedef {{type: string, sharedModel: {source: string}}} Cell
   * @typedef {Iterable<Cell> & {changed: JupyterLabSignal}} Cells
   * @typedef {{model: {cells: Cells} | null, node: HTMLElement, toggleClass(name: string, on: boolean): void}} Notebook
   * @typedef {{content: Notebook, context: {ready: Promise<void>, model: {cells: Cells}}}} Panel
   * @typedef {{widgetAdded?: JupyterLabSignal<unknown, Panel>}} Tracker
   */

  const HERE = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const PICTURE = "image/png";
  const PAGE = "text/html"; // of a gate: a closed <details>, into which its picture belongs
  const stillOf = (/** @type {Data} */ data) => [PAGE, PICTURE].find((type) => type in data);
  const PATIENCE = 300; // ms in which a live widget appears, so that no picture flashes before it

  /** @type {JupyterLabScope} */
  let shared; // what JupyterLab and its extensions lend to each other

  /** @param {string} name @param {string} thing */
  async function borrow(name, thing) {
    const [version] = Object.values(shared[name] ?? {});
    return version && (await version.get())()[thing];
  }

  // the words in each language that the course speaks; without them there is no line, but everything else
  const wordsIn = fetch(new URL("words.json", HERE))
    .then((answer) => answer.json())
    .catch(() => ({}));

  async function wordsOfReader() {
    const all = await wordsIn;
    const known = navigator.languages.flatMap((language) => [language, language.split("-")[0]]).find((name) => name in all);
    return all[known ?? "en"];
  }

  /** @param {string} type */
  async function note(type) {
    const words = await wordsOfReader();
    const line = document.createElement("p");
    line.className = "course-still";
    line.style.cssText = "margin: 0 0 4px; font-size: var(--jp-ui-font-size1); color: var(--jp-ui-font-color2)";
    line.textContent = words?.[type === PICTURE ? "picture" : "page"] ?? "";
    return line;
  }

  /** Have all that JupyterLab draws of a type completed by `add`. @param {RenderMime} rendermime @param {string} type
   * @param {(node: HTMLElement, data: Data) => unknown} add */
  function afterDrawing(rendermime, type, add) {
    const factory = rendermime.getFactory(type);
    if (!factory) return;
    const createRenderer = (/** @type {object} */ options) => {
      const renderer = factory.createRenderer(options);
      const draw = renderer.renderModel;
      renderer.renderModel = async (model) => {
        await draw.call(renderer, model);
        await add(renderer.node, model.data);
      };
      return renderer;
    };
    rendermime.addFactory({ ...factory, createRenderer }, rendermime.getRank(type));
  }

  const sentenceOf = (/** @type {Data} */ data) => String(data["text/plain"] ?? ""); // JupyterLab leaves it out

  /** Whatever stands in for a widget gets the line, also in a notebook that is not trusted yet; every picture its sentence.
   * @param {RenderMime} rendermime @param {string} type */
  function sayWhatStillsAre(rendermime, type) {
    afterDrawing(rendermime, type, async (node, data) => {
      const picture = type === PICTURE && node.querySelector("img");
      if (picture) picture.alt = sentenceOf(data);
      if (VIEW in data) node.prepend(await note(type));
    });
  }

  /** An answer that waits behind a gate: its picture goes where the answer is. @param {RenderMime} rendermime */
  function putPicturesBehindGates(rendermime) {
    afterDrawing(rendermime, PAGE, (node, data) => {
      const held = PICTURE in data && node.querySelector("details");
      if (!held) return;
      const image = document.createElement("img");
      image.src = `data:${PICTURE};base64,${data[PICTURE]}`;
      image.alt = sentenceOf(data);
      held.append(image);
    });
  }

  /** @param {Renderer} still @param {WidgetRenderer} renderer @param {Output} model */
  async function showStill(still, renderer, model) {
    await still.renderModel(model);
    if (renderer.isDisposed || renderer.widgets.length) return still.dispose();
    renderer.disposed.connect(() => still.dispose());
    renderer.node.replaceChildren(still.node);
    renderer.show();
  }

  /** @type {WeakMap<WidgetRenderer, {id: string, done: Promise<void>}>} the widget that it draws, and when that is done */
  const begun = new WeakMap();

  /** The renderer of ipywidgets shows a model that it finds; in all other cases it is helped out.
   * @param {RenderMime} rendermime */
  function fallBackToStills(rendermime) {
    const Renderer = /** @type {{prototype: WidgetRenderer}} */ (rendermime.createRenderer(VIEW).constructor);
    const draw = Renderer.prototype.renderModel;
    const drawn = async (/** @type {WidgetRenderer} */ renderer, /** @type {Output} */ model) => {
      const type = stillOf(model.data);
      if (!type) return draw.call(renderer, model);
      const show = () => showStill(rendermime.createRenderer(type), renderer, model);
      const soon = setTimeout(show, PATIENCE);
      await draw.call(renderer, model);
      clearTimeout(soon);
      if (!renderer.widgets.length) await show();
    };
    Renderer.prototype.renderModel = async function (/** @type {Output} */ model) {
      const { model_id: id } = /** @type {{model_id: string}} */ (model.data[VIEW]);
      const before = begun.get(this);
      if (before?.id === id) await before.done; // its picture follows: the widget is not redrawn for it
      if (before?.id === id && this.widgets.length) return;
      const done = drawn(this, model);
      begun.set(this, { id, done });
      await done;
    };
  }

  /** A notebook of the course is one that uses it; a new cell that does so turns its notebook into one.
   * @param {Notebook} notebook */
  function layOut(notebook) {
    const cells = notebook.model?.cells ?? [];
    const ours = Array.from(cells).some((cell) => cell.type === "code" && /\bcourse_utils\b/.test(cell.sharedModel.source));
    notebook.toggleClass("course-page", ours);
    if (ours) notebook.node.querySelectorAll("mjx-container").forEach(glue);
  }

  /** @param {JupyterLabSignal<unknown, Panel>} widgetAdded */
  function layOutPages(widgetAdded) {
    widgetAdded.connect((_tracker, panel) => {
      panel.context.ready.then(() => {
        layOut(panel.content);
        panel.context.model.cells.changed.connect(() => layOut(panel.content));
      });
    });
  }

  // a formula is a box, and a line may break at a box: keep the punctuation on its line
  const OPENS = /[(\[{“‘"'—–]+$/;
  const CLOSES = /^[^\s\w]+/;

  /** @param {Element} formula */
  function glue(formula) {
    if (formula.hasAttribute("display") || formula.closest(".course-glued")) return;
    const [before, after] = [formula.previousSibling, formula.nextSibling];
    const opens = before instanceof Text && before.data.match(OPENS)?.[0];
    const closes = after instanceof Text && after.data.match(CLOSES)?.[0];
    if (!opens && !closes) return;
    const glued = Object.assign(document.createElement("span"), { className: "course-glued" });
    formula.before(glued);
    glued.append(formula);
    if (opens) {
      before.data = before.data.slice(0, -opens.length);
      glued.prepend(opens);
    }
    if (closes) {
      after.data = after.data.slice(closes.length);
      glued.append(closes);
    }
  }

  function keepPunctuationAtFormulas() {
    const observer = new MutationObserver((changes) => {
      for (const { addedNodes } of changes)
        for (const node of addedNodes) if (node instanceof Element && node.matches(".course-page mjx-container")) glue(node);
    });
    observer.observe(document.body, { childList: true, subtree: true });
  }

  async function addStyle() {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet" });
    link.href = new URL("page.css", HERE).href;
    document.head.append(link);
  }

  const plugin = async () => ({
    id: "downhill-blindfolded:stills",
    autoStart: true,
    requires: [await borrow("@jupyterlab/rendermime", "IRenderMimeRegistry")],
    optional: [
      await borrow("@jupyterlab/notebook", "INotebookTracker"),
      await borrow("@jupyter-widgets/base", "IJupyterWidgetRegistry"), // it comes first
    ].filter(Boolean),
    /** @param {unknown} _app @param {RenderMime} rendermime @param {Tracker | undefined} tracker */
    activate: (_app, rendermime, tracker) => {
      if (tracker?.widgetAdded) layOutPages(tracker.widgetAdded);
      keepPunctuationAtFormulas();
      for (const type of [PICTURE, PAGE]) sayWhatStillsAre(rendermime, type);
      putPicturesBehindGates(rendermime);
      if (rendermime.getFactory(VIEW)) fallBackToStills(rendermime);
    },
  });

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB["downhill-blindfolded"] = {
    init: (scope) => (shared = scope),
    get: async (part) => {
      if (part === "./style") return addStyle;
      const made = await plugin();
      return () => made;
    },
  };
})();
