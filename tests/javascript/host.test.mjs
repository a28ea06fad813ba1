import assert from "node:assert/strict";
import { test } from "node:test";

import { modelOf, revived } from "./host.mjs";

test("binary parts come back as views, at any depth", () => {
  const { tracks, list } = revived({ tracks: { base64: "AQID" }, list: [{ base64: "/w==" }, 4, null, "a"] });
  assert.deepEqual([...new Uint8Array(tracks.buffer)], [1, 2, 3]);
  assert.equal(list[0].getUint8(0), 255);
  assert.deepEqual(list.slice(1), [4, null, "a"]);
});

test("a change is told to those who listen, once, and not where nothing changed", () => {
  const model = modelOf({ state: { step: 0, playing: false } });
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

test("a recorded answer is taken as a whole, and what was not recorded is passed on", () => {
  const missed = [];
  const replies = { '{"choose":1}': { chosen: 1, why: "Yes." } };
  const model = modelOf({ state: { chosen: -1, why: "" }, replies }, (message) => missed.push(message));
  const seen = [];
  model.on("change:chosen", () => seen.push(model.get("why")));
  model.send({ choose: 1 });
  model.send({ choose: 2 });
  assert.deepEqual([model.get("chosen"), seen, missed], [1, ["Yes."], [{ choose: 2 }]]);
});
