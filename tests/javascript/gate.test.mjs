// A curve drawn by hand or by keys (test_javascript.py makes gate.mjs).

import assert from "node:assert/strict";
import test from "node:test";
import { curveByKey, curveThrough, strokeOver } from "./gate.mjs";

const EMPTY = [null, null, null, null, null];

test("a quick stroke fills the columns in between, in both directions", () => {
  assert.deepEqual(strokeOver(EMPTY, [0, 0], [4, 8]), [0, 2, 4, 6, 8]);
  assert.deepEqual(strokeOver(EMPTY, [3, 6], [1, 2]), [null, 2, 4, 6, null]);
  assert.deepEqual(strokeOver(EMPTY, [2, 5], [2, 7]), [null, null, 7, null, null]);
});

test("keys walk along and take the height with them", () => {
  let drawn = { column: 0, heights: [3, null, null, null, null] };
  drawn = curveByKey(drawn, "ArrowRight", false, [0, 10]);
  drawn = curveByKey(drawn, "ArrowRight", false, [0, 10]);
  assert.deepEqual(drawn, { column: 2, heights: [3, 3, 3, null, null] });
  drawn = curveByKey(drawn, "ArrowDown", false, [0, 10]);
  assert.deepEqual(drawn.heights, [3, 3, 2.8, null, null]);
  drawn = curveByKey(drawn, "End", false, [0, 10]);
  assert.deepEqual(drawn, { column: 4, heights: [3, 3, 2.8, 2.8, 2.8] });
});

test("keys keep a drawn curve as it is, and stay on the sheet", () => {
  const drawn = { column: 0, heights: [1, 2, 3, 4, 5] };
  assert.deepEqual(curveByKey(drawn, "End", false, [0, 10]).heights, drawn.heights);
  assert.equal(curveByKey({ column: 0, heights: [9.9, 1, 1, 1, 1] }, "ArrowUp", true, [0, 10]).heights[0], 10);
  assert.equal(curveByKey(drawn, "ArrowLeft", false, [0, 10]).column, 0);
  assert.equal(curveByKey(drawn, "a", false, [0, 10]), null);
});

test("an empty curve starts in the middle", () => {
  assert.equal(curveByKey({ column: 0, heights: EMPTY }, "ArrowRight", false, [0, 10]).heights[1], 5);
});

test("a curve is drawn where it has heights", () => {
  assert.equal(curveThrough([0, null, 2, 3], (k) => k, (y) => -y), "M0.0 0.0M2.0 -2.0L3.0 -3.0");
});
