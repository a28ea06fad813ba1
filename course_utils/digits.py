"""Handwritten digits to train on: a small set that comes with the course, and MNIST on request.

    digits = load_digits()
    digits.x_train, digits.t_train      # images, shape (1500, 784), float32 from 0 to 1; digits 0 to 9, shape (1500,)
    digits.x_test, digits.t_test        # 297 more

The small set is from the UCI Machine Learning Repository; data/README.md says where it comes from and under which licence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from course_utils.data import DATA, IMAGES, LABELS, idx
from course_utils.support.types import Array
from course_utils.support.validation import whole_number

COUNT, TRAINING = 1797, 1500
#: The side of a bundled image, and its largest value; MNIST's: the digit fits into 20, in the middle of 28.
SMALL, DARKEST, BOX, SIDE = 8, 16, 20, 28


@dataclass(frozen=True, eq=False)
class Digits:
    """Images of digits, to train on and to test with.  The arrays are read-only.

    name: of the set.
    x_train, x_test: images, shape (n, 784), float32 from 0 (paper) to 1 (ink); x.reshape(-1, 28, 28) to look at.
        Centred and standardised ones are no longer from 0 to 1.
    t_train, t_test: the digits 0 to 9, shape (n,), int64.
    """

    name: str
    x_train: np.ndarray
    t_train: np.ndarray
    x_test: np.ndarray
    t_test: np.ndarray

    def __post_init__(self) -> None:
        for array in (self.x_train, self.t_train, self.x_test, self.t_test):
            array.flags.writeable = False

    def centred(self) -> "Digits":
        """The same digits without the mean training image, which is subtracted from the test images too.

        What is fitted, is fitted on the training images alone: the test images are to be as new as those to come.
        """
        return self._prepared(", centred", np.ones(1, np.float32))

    def standardised(self) -> "Digits":
        """Centred, and each pixel divided by its standard deviation in training; a pixel that is always equal stays 0."""
        deviation = self.x_train.std(axis=0, dtype=np.float64)
        return self._prepared(", standardised", np.where(deviation > 0, deviation, 1).astype(np.float32))

    def held_out(self, n: int) -> "Digits":
        """The training images alone, the last n of them to test with: to choose settings, and when to stop.

        The test images then remain for the one measurement at the end.

        Raises ValueError unless n is a whole number from 1 to one less than there are training images.
        """
        first = len(self.x_train) - whole_number("n", n, 1, len(self.x_train) - 1)
        x, t = self.x_train, self.t_train
        return Digits(f"{self.name}, {n} held out", x[:first], t[:first], x[first:], t[first:])

    def _prepared(self, how: str, scale: Array) -> "Digits":
        mean = self.x_train.mean(axis=0, dtype=np.float64).astype(np.float32)
        x_train, x_test = ((x - mean) / scale for x in (self.x_train, self.x_test))
        return Digits(self.name + how, x_train, self.t_train, x_test, self.t_test)

    def __repr__(self) -> str:
        return f"Digits({self.name}: {len(self.x_train)} to train on, {len(self.x_test)} to test with)"


@cache
def load_digits() -> Digits:
    """The bundled digits: 1797 images of 8x8 pixels, enlarged to 28x28.  No network needed.

    The first 1500 are for training. The order is that of the file, not shuffled: neighbours may be in the same
    handwriting, so the last 297 are mostly by other writers, like the digits that a network meets later.
    """
    images = idx.unpack((DATA / IMAGES).read_bytes(), (COUNT, SMALL, SMALL))
    labels = idx.unpack((DATA / LABELS).read_bytes(), (COUNT,)).astype(np.int64)
    x = enlarged(images).reshape(COUNT, -1)
    return Digits("optical digits", x[:TRAINING], labels[:TRAINING], x[TRAINING:], labels[TRAINING:])


def load_mnist(directory: str | Path | None = None, mirrors: Sequence[str] | None = None) -> Digits:
    """MNIST: 60 000 images to train on and 10 000 to test with (LeCun, Cortes & Burges), 28x28 pixels each.

    The first call downloads four files, 12 MB, into `directory`, by default where `mnist.home()` says, and checks
    their SHA-256; later calls need no network.  mirrors: addresses to try, one after the other; `mnist.MIRRORS` where None.

    Raises ConnectionError where no mirror delivers; it says what to do instead.
    """
    from course_utils.data import mnist  # few download it, and what downloads takes long to load

    return _mnist(Path(directory or mnist.home()), tuple(mnist.MIRRORS if mirrors is None else mirrors))


@cache
def _mnist(directory: Path, mirrors: tuple[str, ...]) -> Digits:
    from course_utils.data import mnist

    arrays = mnist.fetch(directory, mirrors)
    x_train, x_test = (arrays[f"{part} images"].reshape(-1, SIDE * SIDE) for part in ("train", "test"))
    t_train, t_test = (arrays[f"{part} labels"].astype(np.int64) for part in ("train", "test"))
    return Digits("MNIST", _from_0_to_1(x_train, 255), t_train, _from_0_to_1(x_test, 255), t_test)


def enlarged(images: Array) -> Array:
    """Images of 8x8 whole numbers from 0 to 16 -> float32 from 0 to 1, shape (n, 28, 28).

    As in MNIST, the digit fills a box of 20x20 in the middle. Between the pixels' centres the box is interpolated
    bilinearly. Its weights are whole tenths, so all sums are done in whole numbers: the images are equal bit for bit
    on every machine.
    """
    tenths = _tenths()
    box = tenths @ np.asarray(images, dtype=np.int64) @ tenths.T
    margin = (SIDE - BOX) // 2
    whole = np.zeros((len(box), SIDE, SIDE), np.int64)
    whole[:, margin : margin + BOX, margin : margin + BOX] = box
    return _from_0_to_1(whole, 100 * DARKEST)


def _tenths() -> Array:
    """The weights of the 8 old pixels in each of the 20 new ones, in tenths: shape (20, 8), rows add up to 10.

    The centre of new pixel i lies at (i + ½)·8/20 − ½ old pixels from the centre of old pixel 0: (4 i − 3) tenths.
    """
    place = np.clip(4 * np.arange(BOX) - 3, 0, 10 * (SMALL - 1))
    distance = np.abs(place[:, None] - 10 * np.arange(SMALL))
    return np.maximum(10 - distance, 0)


def _from_0_to_1(whole: Array, largest: int) -> Array:
    return whole.astype(np.float32) / np.float32(largest)
