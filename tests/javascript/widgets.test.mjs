// The parts of the widgets' scripts that need no browser. `map.mjs` is the map's whole module, as a browser gets it,
// with an export line for what is tested here (test_javascript.py puts both into one folder).

import assert from "node:assert/strict";
import test from "node:test";
import { clip, marker, number, placeAmong, polyline, thinned, twoDigits } from "./map.mjs";

const SHEET = [400, 300];

test("a number is written with four digits and a true minus sign", () => {
  const written = { 0: "0", 1234.6: "1235", "-0.25": "−0.25", 12345: "1.234e+04", 0.00001: "1e−05", 9999.6: "1e+04" };
  for (const [value, text] of Object.entries(written)) assert.equal(number(Number(value)), text);
});

test("a tie goes to the even digit", () => {
  assert.equal(number(1.0625), "1.062");
  assert.equal(number(1.1875), "1.188");
});

test("what is no number is a dash", () => {
  for (const value of [NaN, Infinity, -Infinity]) assert.equal(number(value), "–");
});

test("two digits are left of a loss", () => {
  assert.deepEqual([0, 0.0456, 123, 0.0000123].map(twoDigits), ["0", "0.046", "120", "1.2e−05"]);
});

test("a segment inside the sheet stays whole", () => {
  assert.deepEqual(clip([10, 20], [30, 40], SHEET), [10, 20, 30, 40]);
});

test("a segment is cut off 50 pixels outside the sheet", () => {
  assert.deepEqual(clip([100, 100], [1e9, 100], SHEET), [100, 100, 450, 100]);
  assert.deepEqual(clip([100, 1000], [100, -1000], SHEET), [100, 350, 100, -50]);
});

test("a segment that misses the sheet is not drawn", () => {
  assert.equal(clip([500, 0], [500, 300], SHEET), null);
  assert.equal(clip([-400, 0], [0, -400], SHEET), null);
});

test("a point that rests inside is a segment, and one outside is none", () => {
  assert.deepEqual(clip([10, 10], [10, 10], SHEET), [10, 10, 10, 10]);
  assert.equal(clip([900, 10], [900, 10], SHEET), null);
});

test("a line ends between two points where the step is a fraction", () => {
  assert.equal(polyline([[0, 0], [10, 0], [20, 0]], 1.5, SHEET), "M0.0 0.0L10.0 0.0M10.0 0.0L15.0 0.0");
  assert.equal(polyline([[0, 0], [10, 0]], 0, SHEET), "");
});

const corners = (d) => d.slice(1, -1).split("L").map((point) => point.split(" ").map(Number));

test("every marker is a closed path of its own shape, around its place", () => {
  const count = { s: 4, "^": 3, v: 3, D: 4, P: 12, X: 12, "*": 10, h: 6 };
  const drawn = Object.keys(count).map((kind) => marker(kind, 50, 60, 6));
  assert.equal(new Set(drawn).size, drawn.length);
  Object.values(count).forEach((n, i) => {
    const points = corners(drawn[i]);
    assert.equal(points.length, n);
    for (const [x, y] of points) assert.ok(Math.hypot(x - 50, y - 60) < 9);
  });
});

test("an upright triangle points up, and the other one down", () => {
  const [, up] = corners(marker("^", 0, 0, 4))[0];
  const [, down] = corners(marker("v", 0, 0, 4))[0];
  assert.deepEqual([up, down], [-5, 5]);
});

test("an unknown marker is a disc", () => {
  assert.equal(marker("o", 10, 20, 5), marker("?", 10, 20, 5));
  assert.equal(marker("o", 10, 20, 5), "M5 20a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z");
});

test("a value has its place among the stops, and between them", () => {
  assert.deepEqual([0.5, 1, 3, 9].map((v) => placeAmong([1, 2, 4], v)), [0, 0, 1.5, 2]);
});

test("crowded ticks are thinned evenly, and 0 stays", () => {
  const ticks = [-3, -2, -1, 0, 1, 2, 3].map((v) => [v, String(v)]);
  const kept = (room) => thinned(ticks, room, (v) => 10 * v).map(([v]) => v);
  assert.deepEqual(kept(10), [-3, -2, -1, 0, 1, 2, 3]);
  assert.deepEqual(kept(15), [-2, 0, 2]);
});
