"""The products of matrices that the browser edition's numpy has: equal to numpy's own, to the last bit, and quick."""

import base64
import json

import pytest
from test_slides import packages

from course_utils.authoring import npm, pyodide, wheels
from course_utils.authoring.products import products

__all__ = ["packages"]

#: run by Pyodide's Python, with the numpy that the edition has, and with the one of its wheel
COMPARE = '''
import json, time
import numpy as np

def shapes(rng, kind):
    """Pairs of arrays whose product is asked for."""
    def some(*shape):
        return rng.normal(size=shape).astype(kind)
    for m, n, p in [(1, 1, 1), (3, 5, 7), (4, 9, 8), (4, 9, 16), (5, 3, 17), (2, 31, 50), (7, 6, 33), (0, 3, 20), (3, 0, 20), (3, 4, 0)]:
        yield some(m, n), some(n, p)
        yield some(n, m).T, some(n, p)
        yield some(m, n), some(p, n).T
        yield some(m, 2 * n)[:, ::2], some(n, 3 * p)[:, ::3]
        yield some(m, n)[::-1, ::-1], some(n, p)[::-1, ::-1]
    yield some(6), some(6, 40)
    yield some(5, 6), some(6)
    yield some(6), some(6)
    yield some(3, 1, 4, 6), some(2, 6, 20)
    yield np.full((2, 3), np.inf, kind), some(3, 20)
    yield np.full((2, 3), np.nan, kind), some(3, 20)

def told():
    digest, seconds = [], {}
    for kind in ("float32", "float64"):
        rng = np.random.default_rng(0)
        for a, b in shapes(rng, kind):
            digest.append([list((a @ b).shape), (a @ b).tobytes().hex()])
        into = np.zeros((4, 40), kind)[:, ::2]
        np.matmul(rng.normal(size=(4, 6)).astype(kind), rng.normal(size=(6, 20)).astype(kind), out=into)
        digest.append([[4, 20], into.tobytes().hex()])
        x, w = rng.normal(size=(100, 784)).astype(kind), rng.normal(size=(784, 50)).astype(kind)
        times = []
        for _ in range(9):
            begun = time.perf_counter()
            x @ w
            times.append(time.perf_counter() - begun)
        seconds[kind] = min(times)
    return json.dumps([digest, seconds])

told()
'''
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


@pytest.fixture(scope="module")
def numpy(packages):
    """The files of Pyodide's numpy, as its wheel has them."""
    source = npm.package("pyodide")
    lock = json.loads((source / pyodide.LOCK).read_text(encoding="utf-8"))
    version = json.loads((source / "package.json").read_text(encoding="utf-8"))["version"]
    (wheel,) = pyodide.compiled([lock["packages"]["numpy"]], version)
    return wheels.trimmed(wheel, "numpy")


def told(files):
    """-> (the products that come out, with their shapes; the seconds that a large one takes, by the kind of number)"""
    data = {name: base64.b64encode(content).decode() for name, content in files.items()}
    return npm.node(RUN, npm.package("pyodide"), data={"files": data, "code": COMPARE})


@pytest.fixture(scope="module")
def own(numpy):
    return told(numpy)


def test_products_are_those_of_numpy_and_quicker(numpy, own):
    (before, slow), (now, quick) = own, told(numpy | products())
    assert now == before
    for kind in ("float32", "float64"):
        assert quick[kind] < 0.6 * slow[kind], kind


def test_a_browser_without_simd_keeps_numpys_own(numpy, own):
    damaged = {file: data[:-20] if file.endswith(".so") else data for file, data in products().items()}
    assert told(numpy | damaged)[0] == own[0]
