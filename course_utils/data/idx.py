"""The IDX format, in which MNIST is published: a few bytes that tell the shape, then the numbers, packed by gzip.

    two zero bytes, 8 (for unsigned bytes), the number of axes; the length of each axis in 4 bytes; the numbers

Source of the format: LeCun, Cortes & Burges, The MNIST database of handwritten digits.
"""

import gzip
import struct
import zlib

import numpy as np

from course_utils.support.types import Array

GZIP = b"\x1f\x8b"  # how such a file begins
UNSIGNED_BYTE = 8


def unpack(packed: bytes, shape: tuple[int, ...]) -> Array:
    """The array in a gzipped IDX file, if it is the one expected; no more is unpacked than that takes.

    packed: the file's bytes.  shape: what it must hold.  -> array of uint8, read-only

    Raises ValueError for anything else: a web page, a file cut off, another shape, or more data than promised.
    """
    header = struct.pack(f">4B{len(shape)}I", 0, 0, UNSIGNED_BYTE, len(shape), *shape)
    size = len(header) + int(np.prod(shape))
    if not packed.startswith(GZIP):
        raise ValueError(f"it is not a gzip file: it begins with {packed[:12]!r}")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(packed, size + 1)
    except zlib.error as problem:
        raise ValueError(f"its gzip data is damaged: {problem}") from None
    if data[: len(header)] != header[: len(data)]:
        raise ValueError(
            f"its header is {data[: len(header)].hex()}, not {header.hex()}, that of shape {shape}"
        )
    if len(data) > size:
        raise ValueError(f"it holds more than the {size} bytes that its header promises")
    if len(data) < size or not unpacker.eof:
        raise ValueError(f"it is cut off: only {len(data)} of {size} bytes can be unpacked")
    if unpacker.unused_data:
        raise ValueError(f"{len(unpacker.unused_data)} bytes too many follow its end")
    return np.frombuffer(data, np.uint8, offset=len(header)).reshape(shape)


def pack(array: Array) -> bytes:
    """An array of uint8 as a gzipped IDX file.  -> bytes, the same ones whenever it is called"""
    header = struct.pack(f">4B{array.ndim}I", 0, 0, UNSIGNED_BYTE, array.ndim, *array.shape)
    return gzip.compress(header + array.tobytes(), compresslevel=9, mtime=0)
