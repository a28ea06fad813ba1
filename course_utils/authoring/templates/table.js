// A step table on a page without a kernel: its entries are marked as in Python, and a wrong table is looked up among those
// that were foreseen when the page was built (exercises.py, typed_alone).
import { DECIMAL_COMMA, isRight, readNumber } from "./numbers.js";

/**
 * @typedef {{right: number[][], named: [number[], number][], said: string[], correct: string, nothing: string, blank: string[],
 *   wrong: {x: string[], y: string[], both: string[]}, unreadable: string[][], hints: string[][], solution: string[]}} Table
 * @typedef {import("./numbers.js").Typed} Typed
 * @typedef {Typed | null | undefined} Entry null: blank; undefined: not to be read
 */

/** @param {string[]} row @param {number} i @returns {Entry} */
function entryOf(row, i) {
  const maybeTwo = !row[1 - i].trim() && DECIMAL_COMMA.test(row[i].trim());
  return maybeTwo ? undefined : readNumber(row[i]);
}

/** @param {Entry} entry @param {number} right */
function markOf(entry, right) {
  if (entry === null) return "open";
  if (entry === undefined) return "unreadable";
  return isRight(entry, right) ? "right" : "wrong";
}

/** What is said about a table. @param {Entry[][]} entries @param {string[][]} marks @param {Table} table */
function said(entries, marks, { correct, nothing, blank, named, said: told, wrong, unreadable }) {
  const step = (/** @type {string} */ mark) => marks.findIndex((row) => row.includes(mark));
  if (step("unreadable") >= 0) return unreadable[step("unreadable")][marks[step("unreadable")].indexOf("unreadable")];
  const [first, open] = [step("wrong"), step("open")];
  if (first < 0) return open < 0 ? correct : step("right") < 0 ? nothing : blank[open];
  const filled = entries.flat().filter((entry) => entry !== null);
  const hasGap = entries.flat().slice(0, filled.length).includes(null);
  const fits = (/** @type {number[]} */ numbers) =>
    !hasGap && numbers.length === filled.length && numbers.every((number, k) => isRight(/** @type {Typed} */ (filled[k]), number));
  const found = named.find(([numbers]) => fits(numbers));
  if (found) return told[found[1]];
  const [x, y] = marks[first].map((mark) => mark === "wrong");
  return wrong[x && y ? "both" : x ? "x" : "y"][first];
}

/** What a message of a step table changes, and how far it leads: "" for a message that is not kept.
 * @param {any} message @param {Record<string, any>} now @param {Table} table @returns {[any, Record<string, any>, string] | undefined} */
export function answerOfTable(message, now, table) {
  const entries = message.entries;
  const read = () => entries.map((/** @type {string[]} */ row) => [entryOf(row, 0), entryOf(row, 1)]);
  const marked = (/** @type {Entry[][]} */ rows) => rows.map((row, t) => row.map((entry, i) => markOf(entry, table.right[t][i])));
  if (message.do === "check") {
    const rows = read();
    const marks = marked(rows);
    const tried = now.tried || marks.flat().some((mark) => mark === "right" || mark === "wrong");
    const good = marks.flat().every((mark) => mark === "right");
    return [message, { entries, checked: entries, marks, good, tried, message: said(rows, marks, table) }, good ? "done" : tried ? "tried" : "open"];
  }
  if (message.do === "hint" && now.hints.length < 3) {
    const step = marked(read()).findIndex((row) => row.some((mark) => mark !== "right"));
    const lines = table.hints.at(step) ?? [];
    return [message, { entries, hints: [...now.hints, lines[now.hints.length]] }, ""];
  }
  if (message.do === "solution" && now.tried) return [message, { entries, solution: table.solution }, ""];
  if (message.do === "again") {
    const all = (/** @type {string} */ what) => table.right.map(() => [what, what]);
    return [message, { entries: all(""), checked: [], marks: all("open"), message: "", good: false, tried: false, hints: [], solution: [] }, "open"];
  }
  return undefined;
}
