"""Rebuild the bundled digits from scikit-learn's copy.

    pip install scikit-learn
    python -m course_utils.data.rebuild

It writes the two files beside itself; they come out the same, byte for byte, as long as the copy and zlib stay the same.
"""

import importlib

import numpy as np

from course_utils.data import DATA, IMAGES, LABELS, idx


def main() -> None:
    copy = importlib.import_module("sklearn.datasets").load_digits()
    for name, array in ((IMAGES, copy.images), (LABELS, copy.target)):
        packed = idx.pack(array.astype(np.uint8))
        (DATA / name).write_bytes(packed)
        print(f"{name}: {array.shape}, {len(packed)} bytes")


if __name__ == "__main__":
    main()
