// While a reader is on the site, the browser edition's Python is fetched in advance, quietly: its service worker fetches
// what the notebooks will ask for. Never where data is expensive, and not on pages opened from a folder.
(() => {
  const QUIET = 6000; // milliseconds: the page itself comes first
  const { serviceWorker, connection } = navigator;
  const dear = connection && (connection.saveData || connection.type === "cellular" || /[23]g/.test(connection.effectiveType));
  if (!serviceWorker || dear || !location.protocol.startsWith("http")) return;

  async function fetchAhead() {
    const registration = await serviceWorker.register(`${document.body.dataset.base}lite/service-worker.js?enableCache=false`);
    const worker = registration.active ?? registration.waiting ?? registration.installing;
    worker?.postMessage("fetch ahead");
  }

  const begin = () => fetchAhead().catch(console.warn);
  addEventListener("load", () => setTimeout(begin, QUIET));
  // a reader who is about to follow a link to the notebooks does not wait for QUIET to pass
  for (const link of document.querySelectorAll("a[href*='lite/']")) {
    for (const name of ["pointerenter", "focus", "touchstart"]) link.addEventListener(name, begin, { once: true, passive: true });
  }
})();
