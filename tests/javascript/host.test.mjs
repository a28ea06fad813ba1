import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { allUnpacked, modelOf, readNumber, revived } from "./host.mjs";

const answering = (replies, blobs = {}, typed = null) => async () => ({ answers: { replies, views: {}, typed }, blobs });
const TYPED = { field: "answer", fills: ["typed", "checked"], known: ["1/3", "3"], rounded: "0.3", other: "987", blank: "", unreadable: "?" };

test("binary parts come back as views, at any depth", () => {
  const blobs = { a: "AQID", b: "/w==" };
  const { tracks, list } = revived({ tracks: { blob: "a" }, list: [{ blob: "b" }, 4, null, "a"] }, blobs);
  assert.deepEqual([...new Uint8Array(tracks.buffer)], [1, 2, 3]);
  assert.equal(list[0].getUint8(0), 255);
  assert.deepEqual(list.slice(1), [4, null, "a"]);
});

test("a pack gives each reply its numbers, as differences from row to row", async () => {
  // 1.5 and -10, then 2 and -10, in two columns of two bytes: 0x3fc0, 0xc120; 0x4000, 0xc120
  const planes = [0x3f, 0x00, 0xc0, 0x40, 0xc1, 0x00, 0x20, 0x00];
  const blobs = { a: deflateSync(Uint8Array.from(planes)).toString("base64") };
  const about = { blob: "a", bytes: 2, columns: 2 };
  const packs = await allUnpacked({ tracks: { ...about, dtype: "f8" }, crowd: { ...about, dtype: "f4" } }, blobs);
  assert.deepEqual([[...packs.tracks], packs.crowd.BYTES_PER_ELEMENT], [[1.5, -10, 2, -10], 4]);
  const second = revived({ pack: "tracks", from: 2, numbers: 2 }, {}, packs);
  assert.deepEqual([second.getFloat64(0, true), second.getFloat64(8, true), second.byteLength], [2, -10, 16]);
});

test("a change is told to those who listen, once, and not where nothing changed", () => {
  const model = modelOf({ state: { step: 0, playing: false } }, answering([]));
  const heard = [];
  const hear = () => heard.push(model.get("step"));
  model.on("change:step change:playing", hear);
  model.set("step", 3);
  model.set("step", 3);
  model.off(null, hear);
  model.set("step", 4);
  assert.deepEqual(heard, [3]);
  assert.equal(model.get("step"), 4);
});

test("a recorded answer is taken as a whole, and what was not recorded changes nothing", async () => {
  const told = [];
  const replies = [[{ choose: 1 }, { chosen: 1, why: "Yes." }, "done"]];
  const model = modelOf({ state: { chosen: -1, why: "" } }, answering(replies), (message, reached) => told.push([message, reached]));
  const seen = [];
  model.on("change:chosen", () => seen.push(model.get("why")));
  await model.send({ choose: 1 });
  await model.send({ choose: 2 });
  assert.deepEqual([model.get("chosen"), seen, told], [1, ["Yes."], [[{ choose: 1 }, "done"]]]);
});

test("setting a trait is answered where that was recorded, and asks for nothing where it was not", async () => {
  let asked = 0;
  const answers = answering([[{ set: { arrows: true } }, { parts: { blob: "p" } }, ""]], { p: "Bw==" });
  const model = modelOf({ state: { arrows: false, step: 0, parts: null }, sets: ["arrows"] }, () => (asked++, answers()));
  model.set("step", 1);
  model.set("arrows", true);
  await new Promise(setImmediate);
  assert.equal(model.get("parts").getUint8(0), 7);
  assert.equal(asked, 1);
});

test("what is typed is answered as the number that it is, and stays as it was typed", async () => {
  const replies = ["1/3", "3", "0.3", "987", "", "?"].map((answer) => [{ answer }, { typed: answer, checked: answer, why: `about ${answer}` }, ""]);
  const model = modelOf({ state: { typed: "", checked: "", why: "" } }, answering(replies, {}, TYPED));
  for (const [typed, why] of [["0.333", "1/3"], ["2/6", "1/3"], ["0.3", "0.3"], ["3.0", "3"], ["7", "987"], [" ", ""], ["a lot", "?"]]) {
    await model.send({ answer: typed });
    assert.deepEqual([model.get("checked"), model.get("why")], [typed, `about ${why}`], typed);
  }
});

test("a guess that nobody foresaw opens the answer, and one that is not whole does not", async () => {
  const typed = { ...TYPED, field: "guess", fills: ["guess"], known: [], other: "any", blank: null };
  const replies = [[{ guess: "any" }, { guess: null, opened: true }, "done"], [{ guess: null }, { guess: null, opened: false }, "open"]];
  const model = modelOf({ state: { guess: null, opened: false } }, answering(replies, {}, typed));
  await model.send({ guess: [0, null] });
  assert.equal(model.get("opened"), false);
  await model.send({ guess: [0, 1] });
  assert.deepEqual([model.get("opened"), model.get("guess")], [true, [0, 1]]);
});

test("numbers are read in the forms that students write", () => {
  const value = (text) => readNumber(text)?.value;
  assert.deepEqual(["−15.5", "-31/2", "x = 3", "1 1/2", "(2)", "1e-3", ".5", "0,5"].map(value), [-15.5, -15.5, 3, 1.5, 2, 0.001, 0.5, 0.5]);
  assert.deepEqual(["", " "].map(readNumber), [null, null]);
  assert.deepEqual(["1/0", "1,200", "0, 5", "3 apples", "--1"].map(readNumber), Array(5).fill(undefined));
});
