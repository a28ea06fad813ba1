// The kernel's Python, begun as soon as the worker is: the kernel, which asks for it later, gets the one that is coming.
// COURSE, which stands before this: {options: for Pyodide, first: what Python does first}.
import { loadPyodide as load } from "./pyodide.mjs";

const here = new URL("./", import.meta.url).href;
const heard = {}; // what the kernel wants done with what Python prints
const coming = begin();

async function begin() {
  const python = await load({
    indexURL: here,
    ...COURSE.options,
    stdout: (text) => (heard.stdout ?? console.log)(text),
    stderr: (text) => (heard.stderr ?? console.error)(text),
  });
  try {
    python.runPython(COURSE.first, { globals: python.toPy({}) });
  } catch (error) {
    console.error(error); // and the cell that needs it will be told
  }
  return python;
}

export async function loadPyodide(options) {
  Object.assign(heard, { stdout: options.stdout, stderr: options.stderr });
  return coming;
}
