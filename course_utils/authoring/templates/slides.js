// A live figure takes the room of its slide. Whatever is slightly too large is shrunk: live figures and pictures first, then type.
// A test finds what still does not fit.
const PICTURE = { most: 560, least: 260 };
const TYPE = { most: 1, least: 0.75 };
const LIVE = { most: 1.4, least: 0.75 };
const LIVE_AT_LAST = { most: 0.75, least: 0.4 };
/** @param {HTMLElement | undefined} slide */
function fit(slide) {
  if (!slide) return;
  const spills = () => slide.scrollHeight > slide.clientHeight + 1 || slide.scrollWidth > slide.clientWidth + 1;
  /** @param {{most: number, least: number}} range @param {number} step @param {(size: number) => void} apply */
  const shrink = ({ most, least }, step, apply) => {
    for (let size = most; apply(size), spills() && size > least; size = Math.max(least, size - step));
  };
  slide.style.fontSize = "";
  const live = (/** @type {number} */ size) => slide.style.setProperty("--live", String(size));
  const living = slide.querySelector(".living");
  if (living) shrink(LIVE, 0.05, live);
  shrink(PICTURE, 20, (size) => slide.style.setProperty("--picture", `${size}px`));
  shrink(TYPE, 0.025, (size) => (slide.style.fontSize = `${size}em`));
  if (living && spills()) shrink(LIVE_AT_LAST, 0.05, live);
}
Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0,
  center: false,
  hash: true,
  slideNumber: "c/t",
  transition: matchMedia("(prefers-reduced-motion: reduce)").matches ? "none" : "slide",
  pdfSeparateFragments: false,
  plugins: [RevealNotes],
});
// Dark with the key D, or from the start with ?dark in the address.
const theme = document.documentElement.dataset;
function turn() {
  theme.theme = theme.theme === "dark" ? "light" : "dark";
  theme.jpThemeLight = String(theme.theme === "light"); // as JupyterLab says it to the widgets
}
if (new URLSearchParams(location.search).has("dark")) turn();
Reveal.addKeyBinding({ keyCode: 68, key: "D", description: theme.dark }, turn);
// At once, and again when a live figure has measured itself.
function settle() {
  fit(Reveal.getCurrentSlide());
  requestAnimationFrame(() => requestAnimationFrame(() => fit(Reveal.getCurrentSlide())));
}
// All typefaces are loaded before the first slide is fitted: one that came with a later slide would make it taller afterwards.
const faces = Promise.allSettled([...document.fonts].map((face) => face.load()));
Reveal.on("ready", () => faces.then(settle));
document.addEventListener("living", settle);
Reveal.on("slidechanged", settle);
