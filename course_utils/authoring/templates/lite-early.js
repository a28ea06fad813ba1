// Start the kernel's worker together with JupyterLite's page, which would start it seconds later, and hand it over when the
// page asks for one. COURSE is defined above: {version: of JupyterLite, worker: the name of its worker's script}.
(() => {
  const { version, worker } = /** @type {{version: string, worker: string}} */ (COURSE);
  const Made = window.Worker;
  const root = new URL("../", location.href);
  const guard = new URL("service-worker.js?enableCache=false", root).href; // as JupyterLite will call it
  let asked = false;
  /** @type {Worker | undefined} */
  let running;

  // The service worker first: it stands between a worker and its files only if it was there before.
  async function guarded() {
    const { serviceWorker } = navigator;
    if (!serviceWorker) return;
    localStorage.setItem(`${guard}-version`, version); // else JupyterLite takes it for an older one, and removes it
    if (serviceWorker.controller) return;
    const controlled = new Promise((go) => serviceWorker.addEventListener("controllerchange", go, { once: true }));
    const registration = await serviceWorker.register(guard);
    if (!registration.active) await controlled;
  }

  guarded()
    .catch(console.warn) // a browser that keeps nothing
    .then(() => {
      if (!asked) running = new Made(new URL("static/pyodide/worker.mjs", root), { type: "module" });
    });

  window.Worker = new Proxy(Made, {
    construct(made, given) {
      if (!String(given[0]).includes(worker)) return Reflect.construct(made, given);
      window.Worker = Made;
      asked = true;
      return running ?? Reflect.construct(made, given);
    },
  });
})();
