// Shared by all widgets: it stands before their own script, in one module (base.py, script()). Each hands its render
// to watched(), which sees to what holds for every widget: a kernel that is gone is said, and the keyboard is never lost.

const CONTROLS = "a[href], button, input, select, textarea, [tabindex]:not([tabindex='-1'])";

/** What hangs on JupyterLab's own widget manager, where there is one.
 * @typedef {{connect(slot: Function): void, disconnect(slot: Function): void}} Signal
 * @typedef {import("@anywidget/types").AnyModel<any> & {widget_manager?: {kernel?: {statusChanged?: Signal,
 *   disposed?: Signal}}}} LiveModel
 * @typedef {void | (() => void)} Tidy
 */

/** @param {(context: any) => Tidy | Promise<Tidy>} render @returns {(context: {model: any, el: HTMLElement}) => Promise<() => void>} */
const watched = (render) => async (context) => {
  const { model, el } = context;
  const tidy = await render(context);
  const stops = [tidy, offerToShare(model, el), keepFocus(el), wayIn(el), sayWhenGone(model, el)];
  return () => stops.forEach((stop) => stop?.());
};

// --- the kernel

/** Without its kernel a widget would look alive and do nothing: it says so, and takes no more input.
 * @param {LiveModel} model @param {HTMLElement} el */
function sayWhenGone(model, el) {
  const say = () => {
    if (el.querySelector(":scope > .course-gone-kernel")) return;
    const line = document.createElement("p");
    Object.assign(line, { className: "course-gone-kernel", role: "alert", tabIndex: -1, textContent: wordsOf(model)("gone") });
    const held = el.contains(document.activeElement);
    for (const part of el.children) /** @type {HTMLElement} */ (part).inert = true;
    el.prepend(line);
    if (held) line.focus();
  };
  const onLive = () => el.classList.contains("jupyter-widgets-disconnected") && say(); // ipywidgets sets it
  const onStatus = (/** @type {unknown} */ _, /** @type {string} */ status) => /restarting|terminating|dead/.test(status) && say(); // a crash is not told otherwise
  const kernel = model.widget_manager?.kernel;
  model.on("comm_live_update", onLive);
  kernel?.statusChanged?.connect(onStatus);
  kernel?.disposed?.connect(say);
  onLive();
  return () => {
    model.off("comm_live_update", onLive);
    kernel?.statusChanged?.disconnect(onStatus);
    kernel?.disposed?.disconnect(say);
  };
}

// --- the keyboard

/** @param {Element} control */
const off = (control) => control.getAttribute("aria-disabled") === "true";
/** @param {Element & {disabled?: boolean}} control */
const holds = (control) =>
  control.isConnected && !control.disabled && !control.closest("[inert]") && control.getClientRects().length > 0;

/** A button that has no use now stays where the keyboard can be: `disabled` would drop the focus to the page.
 * @param {Element} button @param {boolean} yes */
const usable = (button, yes) => button.setAttribute("aria-disabled", String(!yes));

/** Where the focused control goes away, the focus goes to the next sensible one. @param {HTMLElement} el */
function keepFocus(el) {
  /** @type {Element | null} */
  let last = null;
  const onFocus = (/** @type {FocusEvent} */ event) => (last = /** @type {Element} */ (event.target));
  const onBlur = (/** @type {FocusEvent} */ { target }) => queueMicrotask(() => target === last && last && holds(last) && (last = null)); // left by hand
  const onClick = (/** @type {MouseEvent} */ event) => {
    if (!(/** @type {Element} */ (event.target).closest("[aria-disabled='true']"))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const watcher = new MutationObserver((changes) => {
    if (!last || holds(last)) return;
    const lost = last;
    last = null;
    if (![lost, document.body, null].includes(document.activeElement)) return; // somebody has seen to it
    const removed = changes.find((change) => [...change.removedNodes].some((node) => node.contains(lost)));
    afterLoss(el, removed?.target ?? lost, Boolean(removed))?.focus();
  });
  el.addEventListener("focusin", onFocus);
  el.addEventListener("focusout", onBlur);
  el.addEventListener("click", onClick, true);
  watcher.observe(el, { childList: true, subtree: true, attributeFilter: ["hidden", "disabled"] });
  return () => watcher.disconnect();
}

/** @param {HTMLElement} el @returns {HTMLElement[]} */
const controlsOf = (el) => [...el.querySelectorAll(CONTROLS)].map((control) => /** @type {HTMLElement} */ (control));

/** What stands in the same place, else the main button, else what comes next, else what came before.
 * @param {HTMLElement} el @param {Node} place @param {boolean} inside @returns {HTMLElement | undefined} */
function afterLoss(el, place, inside) {
  const controls = controlsOf(el).filter((control) => holds(control) && !off(control));
  const follows = (/** @type {Element} */ control) => place.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_FOLLOWING;
  return (
    (inside && controls.find((control) => place.contains(control))) ||
    controls.find((control) => control.matches(".course-primary")) ||
    controls.find(follows) ||
    controls.at(-1)
  );
}

/** Tab on the selected cell leads to the first control in its output, Escape leads back: JupyterLab has no keys for it.
 * @param {HTMLElement} el */
function wayIn(el) {
  const cell = () => /** @type {HTMLElement | null} */ (el.closest(".jp-Cell"));
  const enter = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Tab" || event.shiftKey || event.target !== cell() || event.defaultPrevented) return;
    const first = controlsOf(el).find(holds);
    if (!first) return;
    event.preventDefault();
    event.stopPropagation();
    first.focus();
  };
  const leave = (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && cell()?.focus();
  document.addEventListener("keydown", enter, true);
  el.addEventListener("keydown", leave, true);
  return () => document.removeEventListener("keydown", enter, true);
}
