// The service worker of the browser edition. It keeps every file of one version (COURSE, defined above), so that the course
// needs no network after one visit, and versions are never mixed: a new one is fetched whole, and takes over when no page
// of the old one is open any more. A kernel's files are still read and written through JupyterLite's own worker.
(() => {
  const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
  const { version, files } = worker.COURSE; // files: {path: SHA-256}
  const CACHE = `course-${version}`;
  const HOME = new URL("./", worker.location.href);
  const page = new BroadcastChannel("course-loading");
  const QUIET = 10000; // milliseconds without a request
  const PYTHON = "static/pyodide/";
  let asked = 0; // when a page asked for a file
  let loaded = 0; // bytes of Python, including those that came before a page was listening
  /** @type {Map<string, Promise<Response>>} by path */
  const coming = new Map();

  /** @param {string} address @returns {string | undefined} undefined: not one of our files */
  function pathOf(address) {
    const url = new URL(address);
    if (url.origin !== HOME.origin || !url.pathname.startsWith(HOME.pathname)) return undefined;
    const path = decodeURIComponent(url.pathname.slice(HOME.pathname.length));
    const named = path === "" || path.endsWith("/") ? `${path}index.html` : path;
    return Object.hasOwn(files, named) ? named : undefined;
  }

  const addressOf = (/** @type {string} */ path) => new URL(path.split("/").map(encodeURIComponent).join("/"), HOME);

  /** @param {string} path @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream */
  async function read(path, stream) {
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const parts = [];
    const reader = stream.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      if (!path.startsWith(PYTHON)) continue;
      loaded += part.value.length;
      page.postMessage({ loaded });
    }
    return new Blob(parts);
  }

  /** @param {string} path @param {Blob} body */
  async function isOurs(path, body) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await body.arrayBuffer()));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") === files[path];
  }

  /** A file on the server may be newer than this worker: then the page gets it, but it is not kept.
   * @param {string} path */
  async function fetchAndKeep(path) {
    const answer = await fetch(addressOf(path), { cache: "no-cache" });
    if (!answer.ok || !answer.body) return answer;
    const body = await read(path, answer.body);
    const file = new Response(body, { headers: { "Content-Type": answer.headers.get("Content-Type") ?? "" } });
    if (await isOurs(path, body)) await (await caches.open(CACHE)).put(addressOf(path), file.clone());
    return file;
  }

  /** @param {string} path */
  async function take(path) {
    const kept = await (await caches.open(CACHE)).match(addressOf(path));
    if (kept) return kept;
    if (!coming.has(path)) coming.set(path, fetchAndKeep(path).finally(() => coming.delete(path)));
    return (await /** @type {Promise<Response>} */ (coming.get(path))).clone();
  }

  async function calm() {
    while (coming.size || Date.now() - asked < QUIET) await new Promise((go) => setTimeout(go, 1000));
  }

  // Fetch the files that no page has asked for yet, once no page is waiting for others. folder: only the files in it
  async function fill(folder = "") {
    const kept = new Set((await (await caches.open(CACHE)).keys()).map((request) => pathOf(request.url)));
    for (const path of Object.keys(files)) if (path.startsWith(folder) && !kept.has(path)) await take(path);
  }

  /** @type {Promise<void> | undefined} */
  let filling; // starts when a page has what it needs

  /** JupyterLite's worker, whose listeners come after these, would take over at once and keep nothing.
   * @param {"install" | "activate"} name @param {() => Promise<void>} handle */
  function instead(name, handle) {
    worker.addEventListener(name, (event) => {
      event.stopImmediatePropagation();
      event.waitUntil(handle());
    });
  }

  instead("install", async () => {
    if (worker.registration.active) await fill();
  });
  instead("activate", async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("course-") && name !== CACHE) await caches.delete(name);
    }
    await worker.clients.claim();
  });
  worker.addEventListener("message", (event) => {
    if (event.data === "fetch ahead") event.waitUntil(fill(PYTHON)); // from a page of the site; most of it is Python
  });
  worker.addEventListener("fetch", (event) => {
    const path = event.request.method === "GET" ? pathOf(event.request.url) : undefined;
    if (path === undefined) return;
    event.stopImmediatePropagation();
    asked = Date.now();
    event.respondWith(take(path));
    filling ??= calm().then(() => fill()).catch(() => (filling = undefined)); // no network: try again with a later request
    event.waitUntil(filling);
  });
})();

importScripts("jupyterlite-worker.js");
