(() => {
  // Words come with the page: words("found", {n: 3}) fills the named places of a sentence.
  /** @typedef {Record<string, string | number>} Places */

  /** @type {Record<string, string> & {places: string[]}} */
  const said = JSON.parse(document.body.dataset.words ?? "");
  const filled = (/** @type {string} */ text, /** @type {Places} */ places) => text.replace(/\{(\w+)\}/g, (_, name) => String(places[name]));
  const words = (/** @type {string} */ id, /** @type {Places} */ places = {}) => filled(said[id], places);
  const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

  // The theme: what the system says, until the reader decides.
  const page = document.documentElement;
  const button = part("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (page.dataset.theme ? page.dataset.theme === "dark" : system.matches);
  const named = () => {
    page.dataset.jpThemeLight = String(!isDark()); // as JupyterLab says it to the widgets
    button.textContent = words(isDark() ? "light" : "dark"); button.title = words(isDark() ? "to light" : "to dark");
  };
  button.addEventListener("click", () => {
    page.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("theme", page.dataset.theme); } catch { /* a browser that keeps nothing */ }
    named();
  });
  system.addEventListener("change", named);
  named();

  // No browser runs the browser edition from a folder, so the links to it say so.
  if (location.protocol === "file:") {
    for (const link of document.querySelectorAll('a[href*="lite/"]')) {
      link.addEventListener("click", (event) => { event.preventDefault(); alert(words("from a folder")); });
    }
  }

  // How many questions of a lecture are answered, as recorded by living.js in this browser.
  const answers = (() => { try { return JSON.parse(localStorage.getItem("downhill answers") ?? "{}"); } catch { return {}; } })();
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-questions]"))) {
    const { questions = "", told = "" } = line.dataset;
    const done = JSON.parse(questions).filter((/** @type {string} */ key) => answers[key]?.reached === "done").length;
    if (done) line.textContent = filled(told, { done });
  }

  // A formula that has to scroll can be reached by keyboard, too.
  const boxes = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const target = /** @type {HTMLElement} */ (entry.target);
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const box of document.querySelectorAll(".katex-display")) boxes.observe(box);

  // Search: the sections come with the site, so no server is asked, and they are loaded only once a reader wants to search.
  const query = /** @type {HTMLInputElement} */ (part("query"));
  const found = part("found");
  const list = /** @type {HTMLOListElement} */ (found.querySelector("ol"));
  const told = part("told");
  const loaded = (/** @type {string} */ name) => new Promise((resolve, reject) => {
    const src = `${document.body.dataset.base}assets/${name}`;
    document.head.append(Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject }));
  });
  /** @type {Promise<MiniSearch> | undefined} */
  let coming;
  const index = () => (coming ??= Promise.all(["minisearch.js", "sections.js"].map(loaded)).then(() => {
    const made = new MiniSearch({
      fields: ["title", "text", "page"],
      storeFields: ["url", "title", "page", "text"],
      searchOptions: { prefix: (_, place, asked) => place === asked.length - 1, boost: { title: 3, page: 2 }, combineWith: "AND" },
    });
    made.addAll(window.SECTIONS.map((section, id) => ({ id, ...section })));
    return made;
  }));

  /** Whole words first, of which the last may be unfinished; typing errors are allowed for only if nothing is found.
   * @param {MiniSearch} known @param {string} asked */
  function hitsOf(known, asked) {
    const hits = known.search(asked);
    return hits.length ? hits : known.search(asked, { prefix: true, fuzzy: (word) => (word.length > 4 ? 0.2 : false) });
  }

  /** Some whole words before and after the first that was found. @param {string} text @param {string[]} terms */
  function around(text, terms) {
    const words = text.split(" ");
    const found = words.findIndex((word) => terms.some((term) => word.toLowerCase().replace(/^[^\p{L}\p{N}]+/u, "").startsWith(term)));
    const [from, to] = [Math.max(0, found - 10), Math.max(0, found) + 24];
    return (from ? "… " : "") + words.slice(from, to).join(" ") + (to < words.length ? " …" : "");
  }

  async function search() {
    const known = await index();
    const asked = query.value.trim(); // as it reads now
    found.hidden = !asked;
    const hits = asked ? hitsOf(known, asked).slice(0, said.places.length - 1) : [];
    told.textContent = asked ? filled(said.places[hits.length], { asked }) : "";
    list.replaceChildren(...hits.map((hit) => {
      const item = document.createElement("li"), link = document.createElement("a"), of = document.createElement("span"), text = document.createElement("p");
      link.href = document.body.dataset.base + hit.url;
      link.textContent = hit.title || hit.page;
      of.className = "of";
      of.textContent = hit.title === hit.page ? "" : " " + words("in page", { page: hit.page });
      text.textContent = around(hit.text, hit.terms);
      item.append(link, of, text);
      return item;
    }));
  }
  query.addEventListener("focus", index);
  query.addEventListener("input", search);
  query.addEventListener("keydown", (event) => { if (event.key === "Escape") { query.value = ""; search(); } });
  list.addEventListener("click", (event) => { if (/** @type {Element} */ (event.target).closest("a")) { query.value = ""; search(); } });
})();
