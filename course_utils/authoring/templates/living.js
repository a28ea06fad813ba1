// Live figures on a page without a kernel: each takes the place of its stored picture when it comes near the screen, drawn
// by the widget's own module on the model of host.js. Where anything fails, the picture stays.
import { allUnpacked, inflated, modelOf } from "./host.js";

/** What the files of a figure hand in: {stored, blobs} first, {answers, blobs} when they are asked for.
 * @type {{modules: Record<string, any>, stored: Record<string, any>, answers: Record<string, any>,
 *   now(name: string): Promise<void>, hold(name: string, stored: any, blobs: Record<string, string>): void,
 *   tell(name: string, answers: string, blobs: Record<string, string>): void}} */
const course = {
  modules: {},
  stored: {},
  answers: {},
  hold: (name, stored, blobs) => { course.stored[name] = { stored, blobs }; },
  // the figure that is seen first: its scripts follow it directly, so that it is live before the rest of the page has arrived
  now: (name) => beginWith(/** @type {HTMLElement} */ (document.querySelector(`[data-live="${name}"]`))),
  tell: (name, answers, blobs) => { course.answers[name] = readable(answers).then((known) => ({ answers: known, blobs })); },
};
/** @type {any} */ (window).course = course;
const readable = async (/** @type {string} */ base64) => JSON.parse(new TextDecoder().decode(await inflated(base64)));

/** @type {Map<string, Promise<void>>} */
const coming = new Map();
/** Scripts and not fetch(): a page that is opened from a folder may load nothing else. @param {string} name */
function loaded(name) {
  const src = `${document.body.dataset.base ?? ""}assets/alive/${name}.js`;
  if (!coming.has(src)) {
    coming.set(src, new Promise((resolve, reject) =>
      document.head.append(Object.assign(document.createElement("script"), { src, onload: () => resolve(), onerror: () => reject(new Error(src)) }))));
  }
  return /** @type {Promise<void>} */ (coming.get(src));
}
/** @param {"stored" | "answers" | "modules"} shelf @param {string} name @param {string} file */
async function taken(shelf, name, file) {
  if (!course[shelf][name]) await loaded(file);
  return course[shelf][name];
}

// --- answers are kept in this browser

const KEPT = "downhill answers";
const RANKS = ["", "open", "tried", "done"];
function kept() {
  try { return JSON.parse(localStorage.getItem(KEPT) ?? "{}"); } catch { return {}; } // a browser that keeps nothing
}
/** @param {string} key @param {(before: any) => any} change what is kept under the key, from what was */
function keep(key, change) {
  const all = kept();
  all[key] = change(all[key] ?? {});
  try { localStorage.setItem(KEPT, JSON.stringify(all)); } catch { /* nothing to lose over it */ }
}
/** What is kept once a message was answered: how far it led at best, the answer given last, the hints asked for since
 * the beginning, and what stands in the boxes.
 * @param {any} before @param {any} message @param {string} reached "" for a hint */
function after({ reached: best = "", message: last = null, asides = [] }, message, reached) {
  const most = RANKS.indexOf(best) > RANKS.indexOf(reached) ? best : reached; // what is done stays done
  if (message.do === "again") return { reached: most };
  const typed = message.entries && { entries: message.entries };
  return reached ? { reached: most, message, asides, typed } : { reached: most, message: last, asides: [...asides, message], typed };
}
/** A model whose hand is kept: what is typed, ticked or drawn, before it is checked. @param {any} model @param {string} key */
function remembering(model, key) {
  return { ...model, set: (/** @type {string} */ name, /** @type {any} */ value) => {
    model.set(name, value);
    keep(key, (before) => ({ ...before, typed: { [name]: value } }));
  } };
}
/** Put an exercise back as it was left. @param {any} model @param {any} before */
async function putBack(model, { message, asides = [], typed = {} }) {
  for (const each of [...(message ? [message] : []), ...asides]) await model.send(each);
  for (const name in typed) model.set(name, typed[name]);
}

// --- drawing

/** Draw one widget into an element.
 * @param {any} stored @param {Record<string, string>} blobs @param {() => Promise<any>} answers @param {HTMLElement} el */
async function draw(stored, blobs, answers, el) {
  if (stored.html !== undefined) {
    el.innerHTML = stored.html;
    return;
  }
  const widget = await taken("modules", stored.module, stored.module);
  let back = false; // as it was left: from now on what a hand does is kept
  const answered = (/** @type {any} */ message, /** @type {string} */ reached) => {
    if (stored.key && back && message.guess !== null) keep(stored.key, (before) => after(before, message, reached));
    setTimeout(() => el.dispatchEvent(new Event("living", { bubbles: true })), 50); // it may have grown: slides make it fit
  };
  /** @type {any} */
  const plain = modelOf(stored, answers, answered, blobs, await allUnpacked(stored.packs, blobs));
  const model = stored.key ? remembering(plain, stored.key) : plain;
  model.widget_manager = {
    get_model: async (/** @type {string} */ id) => (await answers()).answers.views[id],
    create_view: async (/** @type {any} */ view) => {
      const { blobs: more } = await answers();
      const box = document.createElement("div");
      await draw(view, { ...blobs, ...more }, async () => ({ answers: view, blobs: { ...blobs, ...more } }), box);
      return { el: box, trigger: () => {} };
    },
  };
  widget.initialize?.({ model });
  await widget.render({ model, el });
  for (const box of el.querySelectorAll(".course-typed")) /** @type {HTMLInputElement} */ (box).readOnly = true; // any number takes a kernel
  if (stored.key) await putBack(plain, kept()[stored.key] ?? {});
  back = true;
}

/** @type {Map<HTMLElement, Promise<void>>} */
const begun = new Map();
/** @param {HTMLElement} place that holds the stored picture */
function enliven(place) {
  if (!begun.has(place)) begun.set(place, takePlace(place));
  return /** @type {Promise<void>} */ (begun.get(place));
}
/** @param {HTMLElement} place */
async function takePlace(place) {
  const name = /** @type {string} */ (place.dataset.live);
  const { stored, blobs } = await taken("stored", name, name);
  const el = Object.assign(document.createElement("div"), { className: "alive" });
  el.dataset.preventSwipe = ""; // to the next slide
  place.append(el); // beside the picture, unseen, so that it can measure itself
  try {
    await draw(stored, blobs, () => taken("answers", name, `${name}-answers`), el);
    place.classList.add("living");
    place.dispatchEvent(new Event("living", { bubbles: true }));
  } catch (error) {
    el.remove();
    throw error;
  }
}

const reach = document.querySelector("article") ? 2500 : 300; // pixels: a lecture's page is scrolled, by some in one go; the first one may just be left
const near = new IntersectionObserver((entries) => entries.forEach(({ isIntersecting, target }) => {
  if (!isIntersecting) return;
  near.unobserve(target);
  enliven(/** @type {HTMLElement} */ (target));
}), { rootMargin: `${reach}px 0px` });

// A live figure is taller than its picture: what it pushes down when it takes its room stays hidden until then.
const patience = () => new Promise((resolve) => setTimeout(resolve, 5000)); // for a network that stalls, not for a slow phone
/** Draw the first figure: what stands below it comes while it is drawn. @param {HTMLElement} place */
function beginWith(place) {
  /** @type {Element[]} */
  const around = [];
  for (let part = /** @type {Element | null} */ (place); part && part.localName !== "main"; part = part.parentElement) around.push(part);
  for (const part of around) part.classList.add("coming");
  return Promise.race([enliven(place), patience()]).finally(() => around.forEach((part) => part.classList.remove("coming")));
}

const root = document.documentElement;
const arriving = (/** @type {boolean} */ is) => root.classList.toggle("arriving", is);
if (document.querySelector("article") && location.hash) arriving(true);
/** Go to the heading in the address. @param {HTMLElement[]} places */
async function arrive(places) {
  const { hash } = location;
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  if (target) {
    arriving(true);
    target.scrollIntoView();
    const seen = places.filter((place) => {
      const { top, bottom } = place.getBoundingClientRect();
      return bottom > -reach && top < innerHeight;
    });
    await Promise.race([Promise.allSettled(seen.map(enliven)), patience()]);
    if (location.hash !== hash) return; // the reader has gone on
    target.scrollIntoView();
  }
  arriving(false);
}

document.addEventListener("DOMContentLoaded", async () => {
  const places = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("article [data-live]"))];
  const go = () => arrive(places).catch(() => arriving(false));
  addEventListener("hashchange", go); // before anything is waited for
  if (location.hash) await go();
  await Promise.allSettled(begun.values()); // what was seen first has its height: only then it shows what else is near
  document.querySelectorAll("[data-live]").forEach((place) => near.observe(place));
});
