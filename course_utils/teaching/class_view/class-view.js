// The page for the projector (page.py): it asks for the counts and draws what has changed. Python counts, and has all the words.

/** @typedef {{name: string, count: number, share: number, rest: boolean}} Bar */
/** @typedef {{about: string, question: string, why: string[]}} Ask */
/** @typedef {{title: string, answered: string, told: string, done: number, bars: Bar[], ask: Ask | null}} Task */

const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @type {{data: string, every: number, token: string, texts: Record<string, string>}} */
const setup = JSON.parse(part("setup").textContent ?? "");
const choice = /** @type {HTMLSelectElement} */ (part("pick").querySelector("select"));
/** @type {Task[]} */
let tasks = [];

/** Write only what is different: what stays is not announced again, and a selection in it is kept.
 * @param {Element} node @param {string} text */
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function drawChoice() {
  const known = [...choice.options].slice(1).map((option) => option.value);
  const titles = tasks.map((task) => task.title).sort();
  if (known.join("\n") === titles.join("\n")) return;
  const before = choice.value;
  choice.replaceChildren(choice.options[0], ...titles.map((title) => new Option(title, title)));
  choice.value = titles.includes(before) ? before : "";
  part("pick").hidden = titles.length < 2;
}

/** @param {Bar[]} bars */
function drawBars(bars) {
  const list = part("bars");
  const there = new Map([...list.children].map((item) => [/** @type {HTMLElement} */ (item).dataset.name, /** @type {HTMLElement} */ (item)]));
  const items = bars.map(({ name, count, share, rest }) => {
    const item = there.get(name) ?? document.createElement("li");
    if (!item.children.length) item.append(...["span", "b", "i"].map((kind) => document.createElement(kind)));
    item.dataset.name = name;
    item.classList.toggle("rest", rest);
    const [label, number, bar] = /** @type {HTMLElement[]} */ ([...item.children]);
    put(label, name);
    put(number, String(count));
    bar.style.width = `${100 * share}%`;
    return item;
  });
  list.replaceChildren(...items);
  part("mistakes").hidden = !items.length;
}

/** @param {Ask | null} ask */
function drawAsk(ask) {
  part("ask").hidden = !ask;
  if (!ask) return;
  const [about, details] = [part("about"), /** @type {HTMLDetailsElement} */ (part("why"))];
  if (about.textContent !== ask.about) details.open = false; // another mistake: its answer is not given away
  put(about, ask.about);
  put(part("question"), ask.question);
  details.hidden = !ask.why.length;
  details.lastElementChild?.replaceChildren(...ask.why.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
}

function draw() {
  drawChoice();
  const task = tasks.find(({ title }) => title === choice.value) ?? tasks.at(-1);
  put(part("title"), task?.title ?? "");
  put(part("told"), task ? task.told || task.answered : setup.texts.empty);
  put(part("answered"), task?.told ? task.answered : "");
  part("done").style.width = `${100 * (task?.done ?? 0)}%`;
  drawBars(task?.bars ?? []);
  drawAsk(task?.ask ?? null);
}

async function look() {
  try {
    const answer = await fetch(setup.data, { cache: "no-store", redirect: "error" });
    if (!answer.ok) throw new Error(answer.statusText);
    const told = await answer.json();
    tasks = told.tasks;
    put(part("notice"), told.notice);
    draw();
  } catch {
    put(part("notice"), setup.texts.lost); // what was counted last stays
  }
}

async function end() {
  if (!confirm(setup.texts.sure)) return;
  await fetch("end", { method: "POST", headers: { "X-XSRFToken": setup.token } });
  await look();
}

part("look").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.look ? root.dataset.look === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.look = dark ? "light" : "dark";
});
choice.addEventListener("change", draw);
document.getElementById("end")?.addEventListener("click", end);
setInterval(look, setup.every);
look();
