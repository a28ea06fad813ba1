"""Random search: what the best of a few blind tries is worth, as a function of how many one may take."""

from collections.abc import Sequence

import numpy as np

from course_utils.support.types import Array
from course_utils.support.validation import whole_number


def budget_curve(
    chosen_by: Sequence[float] | Array,
    reported: Sequence[float] | Array,
    tries: int,
    resamplings: int = 4000,
    seed: int = 0,
) -> Array:
    """The quartiles of what the best of 1, 2, ... tries reports: lower, median, upper.  -> shape (3, tries)

    chosen_by, reported: two losses of each training that was run, such as those on validation and on test images, shape
        (n,). What is not a number counts as infinite.
    tries: the largest budget.  resamplings: how often this many of the n are drawn at random, each time with replacement.
        Of the first k drawn, the one with the lowest chosen_by is kept, and its reported loss counts.

    Raises ValueError for arrays of different lengths, or none.
    """
    by, told = (
        np.nan_to_num(np.asarray(a, dtype=float), nan=np.inf, posinf=np.inf) for a in (chosen_by, reported)
    )
    if by.ndim != 1 or by.shape != told.shape or not by.size:
        raise ValueError(
            f"chosen_by and reported must be two rows of equally many losses, not of shapes {by.shape} and {told.shape}"
        )
    tries = whole_number("tries", tries, 1)
    drawn = np.random.default_rng(seed).integers(by.size, size=(resamplings, tries))
    rank = np.argsort(np.argsort(by, kind="stable"))  # the best has 0: ties go to the first, as argmin has it
    best = np.argsort(by, kind="stable")[np.minimum.accumulate(rank[drawn], axis=1)]
    return np.quantile(told[best], (0.25, 0.5, 0.75), axis=0, method="lower")
