// Numbers that are typed: read and compared as in Python (typed_numbers.py), for a page on which no Python runs.

/** @typedef {{value: number, decimals: number}} Typed what was typed, and after how many decimals */

const ATOM = "\\(?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[-+]?\\d+)?\\)?";
export const DECIMAL_COMMA = /^[-+]?(?:0?,\d+|[1-9]\d*,(?:\d{1,2}|\d{4,})|[1-9]\d{3,},\d{3})$/; // 1,200 may be 1200
const NUMBER = new RegExp(`^\\(?([-+]?)(?:(\\d+) (\\d+)/(\\d+)|(${ATOM})(?:/([-+]?${ATOM}))?)\\)?$`);

/** @param {string} text @returns {Typed | null | undefined} null: blank; undefined: not to be read */
export function readNumber(text) {
  const plain = text.normalize("NFKC").toLowerCase().replace(/[−–—‐]/g, "-").replace(/[⁄÷]/g, "/").trim()
    .replace(/^(?:\p{L}[^-+*/^<>=≈]*)?[=≈]\s*/u, "").replace(/ *([-+/]) */g, "$1");
  if (!plain) return null;
  const found = NUMBER.exec(DECIMAL_COMMA.test(plain) ? plain.replace(",", ".") : plain);
  if (!found) return undefined;
  const [, sign, whole, top, below, number, divisor] = found;
  const atom = (/** @type {string} */ part) => Number(part.replace(/[()]/g, ""));
  const size = whole ? Number(whole) + Number(top) / Number(below) : atom(number) / (divisor ? atom(divisor) : 1);
  if (!Number.isFinite(size)) return undefined;
  const typed = divisor || whole ? "" : number.replace(/[()]/g, "").split(".")[1] ?? "";
  return { value: sign === "-" ? -size : size, decimals: /e/.test(typed) ? 0 : typed.length };
}

/** How many decimals it takes to write a number; a dozen where it takes more, as 1/3 does. @param {number} value */
function decimalsOf(value) {
  for (let d = 0; d < 12; d++) if (Math.abs(value * 10 ** d - Math.round(value * 10 ** d)) < 1e-9 * Math.max(1, Math.abs(value * 10 ** d))) return d;
  return 12;
}

/** Whether a number is the right one, rounded or cut off after some decimals, at least this many.
 * @param {Typed} given @param {number} right @param {number} atLeast */
export function isShortened({ value, decimals }, right, atLeast = 0) {
  const off = Math.abs(value - right);
  if (Number.isInteger(value) && 2 * off > Math.abs(right)) return false;
  const places = Math.max(atLeast, decimalsOf(value), Math.min(decimals, 3));
  const unit = 10 ** -places;
  const slack = 1e-9 * unit;
  const short = Math.abs(right) - Math.abs(value);
  return 2 * off <= unit + slack || (value * right > 0 && short >= -slack && short < unit - slack && places > 0);
}

export const isSame = (/** @type {Typed} */ given, /** @type {number} */ right) => Math.abs(given.value - right) <= 1e-12 * Math.abs(right);
/** Whether a number is the right one, to three decimals at least. @param {Typed} given @param {number} right */
export const isRight = (given, right) => isSame(given, right) || isShortened(given, right, 3);
