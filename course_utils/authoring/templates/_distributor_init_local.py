"""Replace numpy's matrix products by those that lie beside this file: there is no BLAS in a browser.

numpy imports this module when it starts: it is the hook for whoever distributes numpy.
"""

import contextlib
import ctypes
from pathlib import Path

from numpy._core import _multiarray_umath, dtype, matmul  # type: ignore[attr-defined]

REPLACE = 30  # the index of PyUFunc_ReplaceLoopBySignature in numpy's C API


def replace(kind):
    """Make `a @ b` call the library's function where both arrays have this dtype."""
    loop = ctypes.CDLL(str(Path(__file__).with_name(f"products-{kind}.so"))).products
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.argtypes, pointer.restype = (ctypes.py_object, ctypes.c_char_p), ctypes.c_void_p
    functions = ctypes.cast(pointer(_multiarray_umath._UFUNC_API, None), ctypes.POINTER(ctypes.c_void_p))
    kinds, before = (ctypes.c_int * 3)(*[dtype(kind).num] * 3), ctypes.c_void_p()
    signature = ctypes.PYFUNCTYPE(
        ctypes.c_int, ctypes.py_object, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p
    )
    signature(functions[REPLACE])(matmul, ctypes.cast(loop, ctypes.c_void_p), kinds, ctypes.byref(before))


with contextlib.suppress(OSError):  # a browser without SIMD, before 2023, keeps numpy's own
    for kind in ("float32", "float64"):
        replace(kind)
