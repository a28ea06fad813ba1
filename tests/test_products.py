"""The products of matrices that the browser edition's numpy has: equal to numpy's own, to the last bit.

How much quicker they are, benchmarks.products says.
"""

import pytest
from test_slides import packages

from benchmarks.products import numpy_of_pyodide, told
from course_utils.authoring.products import products

__all__ = ["packages"]

#: run by Pyodide's Python, with the numpy that the edition has, and with the one of its wheel
COMPARE = '''
import hashlib, json
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

def digests():
    digest = []
    for kind in ("float32", "float64"):
        rng = np.random.default_rng(0)
        for a, b in shapes(rng, kind):
            digest.append([list((a @ b).shape), (a @ b).tobytes().hex()])
        into = np.zeros((4, 40), kind)[:, ::2]
        np.matmul(rng.normal(size=(4, 6)).astype(kind), rng.normal(size=(6, 20)).astype(kind), out=into)
        digest.append([[4, 20], into.tobytes().hex()])
        digest.append(hashlib.sha256(rng.normal(size=(100, 784)).astype(kind) @ rng.normal(size=(784, 50)).astype(kind)).hexdigest())
    return json.dumps(digest)

digests()
'''


@pytest.fixture(scope="module")
def numpy(packages):
    return numpy_of_pyodide()


@pytest.fixture(scope="module")
def own(numpy):
    return told(COMPARE, numpy)


def test_products_agree_with_numpy(numpy, own):
    assert told(COMPARE, numpy | products()) == own


def test_numpy_takes_the_products_from_its_new_libraries(numpy, own):
    subtracts = {
        b"\xfd\xe4\x01": b"\xfd\xe5\x01",
        b"\xfd\xf0\x01": b"\xfd\xf1\x01",
    }  # f32x4 and f64x2: add, sub
    wrong = products()
    for file, data in wrong.items():
        if file.endswith(".so"):
            for add, sub in subtracts.items():
                data = data.replace(add, sub)
            assert data != wrong[file], "it adds in vectors"
            wrong[file] = data
    different = [mine != numpys for mine, numpys in zip(told(COMPARE, numpy | wrong), own, strict=True)]
    assert different[-1] and different[len(own) // 2 - 1], "of float64, and of float32"


@pytest.mark.weekly
def test_a_browser_without_simd_keeps_numpys_own(numpy, own):
    damaged = {file: data[:-20] if file.endswith(".so") else data for file, data in products().items()}
    assert told(COMPARE, numpy | damaged) == own
