"""How long a matrix product takes in the browser edition's Python, with numpy's own code and with the course's.

    python -m benchmarks.products [--json]

Pyodide's Python runs in node, once with the numpy of its wheel and once with what authoring/products.py adds to it. The product
is the largest of a training step, (100, 784) @ (784, 50). `milliseconds` of the fastest of 50, for each kind of number, and their
`ratio`, the course's divided by numpy's.
"""

import argparse
import base64
import json
import sys

from course_utils.authoring import npm, pyodide, wheels
from course_utils.authoring.products import products

RUN = """
const path = require("node:path");
const { pathToFileURL } = require("node:url");
(async () => {
  const { files, code } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  const { loadPyodide } = await import(pathToFileURL(path.join(process.argv[1], "pyodide.mjs")));
  const python = await loadPyodide({ indexURL: process.argv[1] });
  for (const [name, data] of Object.entries(files)) {
    const file = `/lib/python3.14/site-packages/${name}`;
    python.FS.mkdirTree(path.posix.dirname(file));
    python.FS.writeFile(file, new Uint8Array(Buffer.from(data, "base64")));
  }
  console.log(python.runPython(code));
})();
"""
TIMES = """
import json, time
import numpy as np

def fastest(kind):
    rng, times = np.random.default_rng(0), []
    x, w = rng.normal(size=(100, 784)).astype(kind), rng.normal(size=(784, 50)).astype(kind)
    for _ in range(50):
        began = time.perf_counter()
        x @ w
        times.append(time.perf_counter() - began)
    return 1000 * min(times)

json.dumps({kind: fastest(kind) for kind in ("float32", "float64")})
"""


def numpy_of_pyodide():
    """The files of Pyodide's numpy, as its wheel has them: {file: bytes}"""
    source = npm.package("pyodide")
    lock = json.loads((source / pyodide.LOCK).read_text(encoding="utf-8"))
    version = json.loads((source / "package.json").read_text(encoding="utf-8"))["version"]
    (wheel,) = pyodide.compiled([lock["packages"]["numpy"]], version)
    return wheels.trimmed(wheel, "numpy")


def told(code, files):
    """Run code in a Pyodide with these files, {file: bytes}, as its packages. -> its last line's value, parsed from JSON"""
    data = {name: base64.b64encode(content).decode() for name, content in files.items()}
    return npm.node(RUN, npm.package("pyodide"), data={"files": data, "code": code})


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.products", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    chosen = parser.parse_args(arguments)
    numpy = numpy_of_pyodide()
    own, course = told(TIMES, numpy), told(TIMES, numpy | products())
    report = {
        "milliseconds": {"numpy": own, "course": course},
        "ratio": {kind: course[kind] / own[kind] for kind in own},
    }
    if chosen.json:
        print(json.dumps(report, indent=1))
    else:
        for kind, ratio in report["ratio"].items():
            print(f"{kind}: {course[kind]:.2f} ms, {ratio:.2f} of numpy's own {own[kind]:.2f} ms")


if __name__ == "__main__":
    sys.exit(main())
