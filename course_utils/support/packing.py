"""Pack numbers into few bytes, for pages without a kernel: what changes little from row to row takes little room."""

import zlib

import numpy as np
from numpy.typing import ArrayLike


def packed(numbers: ArrayLike, size: int, columns: int) -> bytes:
    """Pack numbers, given in rows of `columns`, each rounded to the first `size` bytes of its float32.

    Two bytes are enough for an arrow, three for a number that is read. Each column is kept as differences from row to row,
    all their first bytes before all their second ones, and deflated; authoring/templates/host.js unpacks it.
    """
    with np.errstate(over="ignore"):
        floats = np.asarray(numbers, dtype=">f4")
    bits = floats.view(">u4").astype(np.int64)
    rest = 32 - 8 * size
    rounded = np.where(np.isfinite(floats), bits + (1 << rest >> 1), bits) >> rest
    steps = np.diff(rounded.reshape(-1, columns), axis=0, prepend=0).T % (1 << 8 * size)
    planes = steps[:, None] >> np.arange(8 * size - 8, -8, -8)[:, None] & 255
    return zlib.compress(planes.astype(np.uint8).tobytes(), 9)
