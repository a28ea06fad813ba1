// Shared by all widgets: it stands before their own script, in one module (base.py, script()). Each hands its render
// to watched(), which sees to what holds for every widget: a kernel that is gone is said, and the keyboard is never lost.

const GONE = "The kernel that drew this is gone. Run this cell again to make it live.";
const CONTROLS = "a[href], button, input, select, textarea, [tabindex]:not([tabindex='-1'])";

const watched = (render) => async (context) => {
  const { model, el } = context;
  const tidy = await render(context);
  const stops = [tidy, keepFocus(el), wayIn(el), sayWhenGone(model, el)];
  return () => stops.forEach((stop) => stop?.());
};

// --- the kernel

/** Without its kernel a widget would look alive and do nothing: it says so, and takes no more input. */
function sayWhenGone(model, el) {
  const say = () => {
    if (el.querySelector(":scope > .course-gone-kernel")) return;
    const line = document.createElement("p");
    Object.assign(line, { className: "course-gone-kernel", role: "alert", tabIndex: -1, textContent: GONE });
    const held = el.contains(document.activeElement);
    for (const part of el.children) part.inert = true;
    el.prepend(line);
    if (held) line.focus();
  };
  const onLive = () => el.classList.contains("jupyter-widgets-disconnected") && say(); // ipywidgets sets it
  const onStatus = (_, status) => /restarting|terminating|dead/.test(status) && say(); // a crash is not told otherwise
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

const off = (control) => control.getAttribute("aria-disabled") === "true";
const holds = (control) =>
  control.isConnected && !control.disabled && !control.closest("[inert]") && control.getClientRects().length > 0;

/** A button that has no use now stays where the keyboard can be: `disabled` would drop the focus to the page. */
const usable = (button, yes) => button.setAttribute("aria-disabled", String(!yes));

/** Where the focused control goes away, the focus goes to the next sensible one. */
function keepFocus(el) {
  let last = null;
  const onFocus = (event) => (last = event.target);
  const onBlur = ({ target }) => queueMicrotask(() => target === last && holds(target) && (last = null)); // left by hand
  const onClick = (event) => {
    if (!event.target.closest("[aria-disabled='true']")) return;
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

/** What stands in the same place, else the main button, else what comes next, else what came before. */
function afterLoss(el, place, inside) {
  const controls = [...el.querySelectorAll(CONTROLS)].filter((control) => holds(control) && !off(control));
  const follows = (control) => place.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_FOLLOWING;
  return (
    (inside && controls.find((control) => place.contains(control))) ||
    controls.find((control) => control.matches(".course-primary")) ||
    controls.find(follows) ||
    controls.at(-1)
  );
}

/** Tab on the selected cell leads to the first control in its output, Escape leads back: JupyterLab has no keys for it. */
function wayIn(el) {
  const cell = () => el.closest(".jp-Cell");
  const enter = (event) => {
    if (event.key !== "Tab" || event.shiftKey || event.target !== cell() || event.defaultPrevented) return;
    const first = [...el.querySelectorAll(CONTROLS)].find(holds);
    if (!first) return;
    event.preventDefault();
    event.stopPropagation();
    first.focus();
  };
  const leave = (event) => event.key === "Escape" && cell()?.focus();
  document.addEventListener("keydown", enter, true);
  el.addEventListener("keydown", leave, true);
  return () => document.removeEventListener("keydown", enter, true);
}
