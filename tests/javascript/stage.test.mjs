// The geometry of Stage: projection, sorting, what hides what, and pixels of polygons (test_javascript.py makes stage.mjs).

import assert from "node:assert/strict";
import test from "node:test";
import { apartBy, fillPolygon, fromBackToFront, hiddenFrom, lineThrough, seenFrom, turnedBy } from "./stage.mjs";

const near = (got, wanted) => got.forEach((x, k) => assert.ok(Math.abs(x - wanted[k]) < 1e-6, `${got} is not ${wanted}`));

test("from the south x points right, and north is farther away and higher up", () => {
  near([...seenFrom([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 45, 1])], [1, 0, 0, 0, Math.SQRT1_2, 1, 0, Math.SQRT1_2, 0]);
});

test("from the east y points right", () => {
  near([...seenFrom([0, 1, 0, 1, 0, 0], [90, 30, 1])], [1, 0, 0, 0, -0.5, -1]);
});

test("faces are painted from the farthest to the nearest", () => {
  const points = [[0, -1], [0.1, -1], [0, 1], [0.1, 1], [0, 0], [0.1, 0]].flatMap(([x, y]) => [x, y, 0]);
  const faces = new Uint16Array([0, 1, 1, 65535, 65535, 2, 3, 3, 65535, 65535, 4, 5, 5, 65535, 65535]);
  assert.deepEqual([...fromBackToFront(seenFrom(points, [0, 40, 1]), faces)], [1, 2, 0]);
  assert.deepEqual([...fromBackToFront(seenFrom(points, [180, 40, 1]), faces)], [0, 2, 1]);
});

test("a ridge hides what lies behind it, from low down only", () => {
  const heights = new Float32Array(25);
  for (let i = 0; i < 5; i++) heights[5 + i] = 0.5; // a ridge in the south
  const ground = { heights, columns: 5, half: [1, 1], tall: 1 };
  const points = new Float32Array([0, 0, 0, 0, -1, 0]);
  assert.deepEqual([...hiddenFrom(points, [0, 15, 1], ground)], [1, 0]);
  assert.deepEqual([...hiddenFrom(points, [0, 80, 1], ground)], [0, 0]);
  assert.deepEqual([...hiddenFrom(points, [180, 15, 1], ground)], [0, 1]);
});

test("neighbouring polygons share no pixel and leave none out", () => {
  const sheet = (colours) => {
    const paper = { pixels: new Uint32Array(64), width: 8, height: 8 };
    const places = [0.5, 0.5, 4.2, 1, 7.5, 0.7, 7.1, 7.4, 3.7, 6.9, 0.9, 7.3];
    const counts = [[0, 1, 4, 5], [1, 2, 3, 4]].map((corners, k) => {
      if (!colours.includes(k)) return 0;
      fillPolygon(paper, places, [...corners, 65535], 0, 5, k + 1);
      return paper.pixels.filter((p) => p === k + 1).length;
    });
    return { paper, counts };
  };
  const both = sheet([0, 1]);
  assert.equal(both.counts[0], sheet([0]).counts[0]);
  assert.equal(both.paper.pixels.filter((p) => p === 1).length, both.counts[0], "the second took none from the first");
  const whole = { pixels: new Uint32Array(64), width: 8, height: 8 };
  fillPolygon(whole, [0.5, 0.5, 4.2, 1, 7.5, 0.7, 7.1, 7.4, 3.7, 6.9, 0.9, 7.3], [0, 1, 2, 3, 4], 0, 5, 1);
  assert.ok(both.counts[0] > 15 && both.counts[1] > 15);
});

test("a polygon outside the sheet paints nothing", () => {
  const paper = { pixels: new Uint32Array(16), width: 4, height: 4 };
  fillPolygon(paper, [-9, -9, -5, -9, -5, -5], [0, 1, 2, 65535, 65535], 0, 5, 7);
  fillPolygon(paper, [9, 1, 12, 1, 12, 3], [0, 1, 2, 65535, 65535], 0, 5, 7);
  assert.ok(paper.pixels.every((p) => p === 0));
});

test("a turn goes on all around, and stays above the ground", () => {
  assert.deepEqual(turnedBy([350, 40, 1], 20, 0), [10, 40, 1]);
  assert.deepEqual(turnedBy([0, 80, 1], 0, 50, 9), [0, 88, 3]);
  assert.deepEqual(turnedBy([0, 10, 1], 0, -50, 0.1), [0, 8, 0.6]);
});

test("names that would lie on one another are moved apart, in their order", () => {
  const [a, b, c] = apartBy([100, 102, 300], 17);
  assert.ok(b - a >= 16.9 && Math.abs((a + b) / 2 - 101) < 0.1);
  assert.equal(c, 300);
});

test("a trail breaks where there is no place, and where it is hidden", () => {
  const places = new Float32Array([0, 0, 1, 1, NaN, NaN, 3, 3, 4, 4]);
  assert.equal(lineThrough(places, 4, () => true), "M0.0 0.0L1.0 1.0M3.0 3.0L4.0 4.0");
  assert.equal(lineThrough(places, 1, () => false), "");
});
