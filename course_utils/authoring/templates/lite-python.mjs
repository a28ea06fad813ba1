// The kernel's Python, started as soon as the worker starts: when the kernel asks for Python later, it gets this one.
// COURSE is defined above: {options: for Pyodide, first: what Python does first}.
import { loadPyodide as load } from "./pyodide.mjs";

const { options, first } = /** @type {{options: Record<string, unknown>, first: string}} */ (COURSE);
const here = new URL("./", import.meta.url).href;
/** @typedef {(text: string) => void} Write */
/** @type {{stdout?: Write, stderr?: Write}} */
const heard = {}; // where the kernel wants Python's output to go
const coming = begin();

async function begin() {
  const python = await load({
    indexURL: here,
    ...options,
    stdout: (/** @type {string} */ text) => (heard.stdout ?? console.log)(text),
    stderr: (/** @type {string} */ text) => (heard.stderr ?? console.error)(text),
  });
  try {
    python.runPython(first, { globals: python.toPy({}) });
  } catch (error) {
    console.error(error); // and the cell that needs it will fail with the same error
  }
  return python;
}

/** @param {{stdout?: Write, stderr?: Write}} options */
export async function loadPyodide(options) {
  Object.assign(heard, { stdout: options.stdout, stderr: options.stderr });
  return coming;
}
