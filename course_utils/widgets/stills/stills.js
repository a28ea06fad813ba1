// JupyterLab, on its own, writes "model not found" where a widget has no kernel, though the widget left a picture
// beside it. This shows the picture, and says how to bring the widget to life. Hand-written, no build step: JupyterLab
// asks for init and get, as of every extension (package.json), and the notebooks need not store anything for it.
(() => {
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const PICTURE = "image/png";
  const PAGE = "text/html"; // of a gate: a closed <details>, into which its picture belongs
  const PATIENCE = 300; // ms in which a live widget appears, so that no picture flashes before it

  let shared; // what JupyterLab and its extensions lend to each other

  async function borrow(name, thing) {
    const [version] = Object.values(shared[name] ?? {});
    return version && (await version.get())()[thing];
  }

  function note() {
    const line = document.createElement("p");
    line.className = "course-still";
    line.style.cssText = "margin: 0 0 4px; font-size: var(--jp-ui-font-size1); color: var(--jp-ui-font-color2)";
    line.textContent = "This is a picture. Run this cell (Shift+Enter) to make it live.";
    return line;
  }

  // every picture that stands in for a widget gets the line, also in a notebook that is not trusted yet
  function sayWhatPicturesAre(rendermime) {
    const factory = rendermime.getFactory(PICTURE);
    const createRenderer = (options) => {
      const renderer = factory.createRenderer(options);
      const draw = renderer.renderModel;
      renderer.renderModel = async (model) => {
        await draw.call(renderer, model);
        if (!(VIEW in model.data)) return;
        renderer.node.querySelector("img").alt = String(model.data["text/plain"] ?? "");
        renderer.node.prepend(note());
      };
      return renderer;
    };
    rendermime.addFactory({ ...factory, createRenderer }, rendermime.getRank(PICTURE));
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

  const stillOf = (model) => [PAGE, PICTURE].find((type) => type in model.data);

  async function showPicture(renderer, model) {
    const still = rendermimeOf.get(renderer.constructor).createRenderer(stillOf(model));
    await still.renderModel(model);
    if (renderer.isDisposed || renderer.widgets.length) return still.dispose();
    renderer.disposed.connect(() => still.dispose());
    renderer.node.replaceChildren(still.node);
    renderer.show();
  }

  const rendermimeOf = new Map(); // by the class of the renderer

  // the renderer of ipywidgets shows a model that it finds; in all other cases it is helped out
  function fallBackToPictures(rendermime) {
    const Renderer = rendermime.createRenderer(VIEW).constructor;
    const draw = Renderer.prototype.renderModel;
    rendermimeOf.set(Renderer, rendermime);
    Renderer.prototype.renderModel = async function (model) {
      if (!stillOf(model)) return draw.call(this, model);
      const soon = setTimeout(() => showPicture(this, model), PATIENCE);
      await draw.call(this, model);
      clearTimeout(soon);
      if (!this.widgets.length) await showPicture(this, model);
    };
  }

  const plugin = async () => ({
    id: "downhill-blindfolded:stills",
    autoStart: true,
    requires: [await borrow("@jupyterlab/rendermime", "IRenderMimeRegistry")],
    optional: [await borrow("@jupyter-widgets/base", "IJupyterWidgetRegistry")].filter(Boolean), // it comes first
    activate: (_app, rendermime) => {
      sayWhatPicturesAre(rendermime);
      putPicturesBehindGates(rendermime);
      if (rendermime.getFactory(VIEW)) fallBackToPictures(rendermime);
    },
  });

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB["downhill-blindfolded"] = {
    init: (scope) => (shared = scope),
    get: async () => {
      const made = await plugin();
      return () => made;
    },
  };
})();
