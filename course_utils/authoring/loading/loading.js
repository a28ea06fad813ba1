// In the browser edition a kernel takes a while to arrive, the first time over the network. This shows the progress that the
// service worker reports. Its words and the total number of bytes come from the page's configuration.
// Hand-written, no build step: JupyterLab calls init and get, as for every extension (package.json).
(() => {
  /** @typedef {{session?: {kernel?: {status: string} | null} | null, statusChanged: JupyterLabSignal,
   *   disposed: JupyterLabSignal}} SessionContext
   * @typedef {{sessionContext: SessionContext}} Panel
   * @typedef {{forEach(visit: (panel: Panel) => void): void, widgetAdded: JupyterLabSignal<unknown, Panel>}} Tracker */

  const NAME = "downhill-browser-edition";
  const MB = 1e6;
  const page = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "");
  const { words, total } = page.litePluginSettings[`${NAME}:loading`];
  let loaded = 0; // bytes
  /** @type {JupyterLabScope} */
  let shared; // what JupyterLab and its extensions lend to each other

  /** @param {string} name @param {string} thing */
  async function borrow(name, thing) {
    const [version] = Object.values(shared[name] ?? {});
    return version && (await version.get())()[thing];
  }

  const line = document.createElement("div");
  const bar = document.createElement("progress");
  const text = document.createElement("span");
  line.className = "course-loading";
  line.style.cssText =
    "position: fixed; z-index: 1000; bottom: 12px; left: 50%; transform: translateX(-50%); max-width: 90vw; padding: 6px 14px;" +
    "display: flex; gap: 10px; align-items: center; border: 1px solid var(--jp-border-color1); border-radius: 6px;" +
    "background: var(--jp-layout-color1); color: var(--jp-ui-font-color1); font-size: var(--jp-ui-font-size1)";
  bar.setAttribute("aria-label", words.starting); // a screen reader can ask for the bar, but does not read out each megabyte
  line.append(bar, text);

  function draw() {
    const coming = loaded > 0 && loaded < total;
    /** @type {Record<string, number>} */
    const numbers = { loaded: Math.round(loaded / MB), total: Math.round(total / MB) };
    const said = /** @type {string} */ (coming ? words.loading : words.starting);
    const now = said.replace(/\{(\w+)\}/g, (_all, name) => String(numbers[name]));
    if (coming) {
      bar.max = total;
      bar.value = loaded;
    } else bar.removeAttribute("value");
    if (text.textContent !== now) text.textContent = now;
  }

  const heard = new BroadcastChannel("course-loading");
  heard.onmessage = ({ data }) => {
    loaded = data.loaded;
    if (line.isConnected) draw();
  };

  /** @param {SessionContext} sessionContext */
  function waitFor(sessionContext) {
    const ready = () => ["idle", "busy"].includes(String(sessionContext.session?.kernel?.status));
    if (ready()) return;
    draw();
    document.body.append(line);
    const look = () => ready() && (line.remove(), sessionContext.statusChanged.disconnect(look));
    sessionContext.statusChanged.connect(look);
    sessionContext.disposed.connect(() => line.remove());
  }

  const plugin = async () => ({
    id: `${NAME}:loading`,
    autoStart: true,
    requires: [await borrow("@jupyterlab/notebook", "INotebookTracker")],
    /** @param {unknown} _app @param {Tracker} tracker */
    activate: (_app, tracker) => {
      tracker.forEach((panel) => waitFor(panel.sessionContext));
      tracker.widgetAdded.connect((_tracker, panel) => waitFor(panel.sessionContext));
      navigator.storage?.persist?.(); // or answers may be cleared when the disk is full
    },
  });

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB[NAME] = {
    init: (scope) => (shared = scope),
    get: async () => {
      const made = await plugin();
      return () => made;
    },
  };
})();
