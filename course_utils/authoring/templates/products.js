// Assemble WebAssembly text, in node. Argument: the folder of the package wabt. Input, as JSON: {name: text};
// output: {name: the bytes of a shared library, in base64}.
const fs = require("node:fs");

// The section that Emscripten's loader expects first: a library that needs no memory and no table of its own.
const LIBRARY = Buffer.from("\x00\x0f\x08dylink.0\x01\x04\x00\x00\x00\x00", "latin1");

/** @typedef {{parseWat(name: string, text: string): {toBinary(options: {}): {buffer: Uint8Array}}}} Wabt */
const load = /** @type {() => Promise<Wabt>} */ (require(process.argv[1]));
load().then((wabt) => {
  const made = Object.entries(JSON.parse(fs.readFileSync(0, "utf8"))).map(([name, text]) => {
    const binary = Buffer.from(wabt.parseWat(name, text).toBinary({}).buffer);
    return [name, Buffer.concat([binary.subarray(0, 8), LIBRARY, binary.subarray(8)]).toString("base64")];
  });
  console.log(JSON.stringify(Object.fromEntries(made)));
});
