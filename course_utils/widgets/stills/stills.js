// JupyterLab, on its own, writes "model not found" where a widget has no kernel, though the widget left a picture,
// or a page, beside it. This shows it, and says how to bring the widget to life. It also lays out the page of a notebook
// of the course (page.css). Hand-written, no build step: JupyterLab asks for init and get, as for every extension
// (package.json), and the notebooks need not store anything for it.
(() => {
  const HERE = document.currentScript.src;
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const PICTURE = "image/png";
  const PAGE = "text/html"; // of a gate: a closed <details>, into which its picture belongs
  const stillOf = (data) => [PAGE, PICTURE].find((type) => type in data);
  const PATIENCE = 300; // ms in which a live widget appears, so that no picture flashes before it

  let shared; // what JupyterLab and its extensions lend to each other

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

  async function note(type) {
    const words = await wordsOfReader();
    const line = document.createElement("p");
    line.className = "course-still";
    line.style.cssText = "margin: 0 0 4px; font-size: var(--jp-ui-font-size1); color: var(--jp-ui-font-color2)";
    line.textContent = words?.[type === PICTURE ? "picture" : "page"] ?? "";
    return line;
  }

  // whatever stands in for a widget gets the line, also in a notebook that is not trusted yet; every picture its sentence
  function sayWhatStillsAre(rendermime, type) {
    const factory = rendermime.getFactory(type);
    const createRenderer = (options) => {
      const renderer = factory.createRenderer(options);
      const draw = renderer.renderModel;
      renderer.renderModel = async (model) => {
        await draw.call(renderer, model);
        const picture = type === PICTURE && renderer.node.querySelector("img");
        if (picture) picture.alt = String(model.data["text/plain"] ?? ""); // JupyterLab leaves it out
        if (VIEW in model.data) renderer.node.prepend(await note(type));
      };
      return renderer;
    };
    rendermime.addFactory({ ...factory, createRenderer }, rendermime.getRank(type));
  }

  // an answer that waits behind a gate: its picture goes where the answer is
  function putPicturesBehindGates(rendermime) {
    const factory = rendermime.getFactory(PAGE);
    const createRenderer = (options) => {
      const renderer = factory.createRenderer(options);
      const draw = renderer.renderModel;
      renderer.renderModel = async (model) => {
        await draw.call(renderer, model);
        const held = PICTURE in model.data && renderer.node.querySelector("details");
        if (!held) return;
        const image = document.createElement("img");
        image.src = `data:${PICTURE};base64,${model.data[PICTURE]}`;
        image.alt = String(model.data["text/plain"] ?? "");
        held.append(image);
      };
      return renderer;
    };
    rendermime.addFactory({ ...factory, createRenderer }, rendermime.getRank(PAGE));
  }

  async function showStill(renderer, model) {
    const still = rendermimeOf.get(renderer.constructor).createRenderer(stillOf(model.data));
    await still.renderModel(model);
    if (renderer.isDisposed || renderer.widgets.length) return still.dispose();
    renderer.disposed.connect(() => still.dispose());
    renderer.node.replaceChildren(still.node);
    renderer.show();
  }

  const rendermimeOf = new Map(); // by the class of the renderer
  const begun = new WeakMap(); // of a renderer: the widget that it draws, and when that is done

  // the renderer of ipywidgets shows a model that it finds; in all other cases it is helped out
  function fallBackToStills(rendermime) {
    const Renderer = rendermime.createRenderer(VIEW).constructor;
    const draw = Renderer.prototype.renderModel;
    rendermimeOf.set(Renderer, rendermime);
    const drawn = async (renderer, model) => {
      if (!stillOf(model.data)) return draw.call(renderer, model);
      const soon = setTimeout(() => showStill(renderer, model), PATIENCE);
      await draw.call(renderer, model);
      clearTimeout(soon);
      if (!renderer.widgets.length) await showStill(renderer, model);
    };
    Renderer.prototype.renderModel = async function (model) {
      const id = model.data[VIEW].model_id;
      const before = begun.get(this);
      if (before?.id === id) await before.done; // its picture follows: the widget is not redrawn for it
      if (before?.id === id && this.widgets.length) return;
      const done = drawn(this, model);
      begun.set(this, { id, done });
      await done;
    };
  }

  // a notebook of the course is one that uses it; a new cell that does so turns its notebook into one
  function layOut(notebook) {
    const cells = notebook.model?.cells ?? [];
    const ours = Array.from(cells).some((cell) => cell.type === "code" && /\bcourse_utils\b/.test(cell.sharedModel.source));
    notebook.toggleClass("course-page", ours);
    if (ours) notebook.node.querySelectorAll("mjx-container").forEach(glue);
  }

  function layOutPages(tracker) {
    tracker.widgetAdded.connect((_tracker, panel) => {
      panel.context.ready.then(() => {
        layOut(panel.content);
        panel.context.model.cells.changed.connect(() => layOut(panel.content));
      });
    });
  }

  // a formula is a box, and a line may break at a box: keep the punctuation on its line
  const OPENS = /[(\[{“‘"'—–]+$/;
  const CLOSES = /^[^\s\w]+/;

  function glue(formula) {
    if (formula.hasAttribute("display") || formula.closest(".course-glued")) return;
    const [before, after] = [formula.previousSibling, formula.nextSibling];
    const opens = before?.nodeType === Node.TEXT_NODE && before.data.match(OPENS)?.[0];
    const closes = after?.nodeType === Node.TEXT_NODE && after.data.match(CLOSES)?.[0];
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
        for (const node of addedNodes) if (node.nodeName === "MJX-CONTAINER" && node.closest(".course-page")) glue(node);
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
    activate: (_app, rendermime, tracker) => {
      if (tracker?.widgetAdded) layOutPages(tracker);
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
