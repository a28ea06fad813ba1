"""What the best of a few blind tries is worth: against counting all the ways in which they can be drawn."""

import itertools

import numpy as np
import pytest

from course_utils.training import budget_curve

BY = np.array([0.3, 0.1, 0.2, 0.9, 0.95])
TOLD = np.array([3.0, 5.0, 2.0, 9.0, 1.0])


def counted(k):
    """The quartiles over all the ways to draw k of the five tries, with replacement."""
    ends = [TOLD[min(ways, key=BY.__getitem__)] for ways in itertools.product(range(5), repeat=k)]
    return np.quantile(ends, (0.25, 0.5, 0.75), method="lower")


def test_the_curve_is_what_counting_gives():
    curve = budget_curve(BY, TOLD, tries=4, resamplings=20_000)
    assert curve.shape == (3, 4)
    for k in (2, 3, 4):
        np.testing.assert_array_equal(curve[:, k - 1], counted(k))


def test_what_is_best_in_validation_is_reported_and_not_what_is_best_in_the_end():
    assert budget_curve(BY, TOLD, tries=40)[1, -1] == 5.0, "the lowest chosen_by, whatever it reports"


def test_a_try_that_diverged_is_kept_only_where_there_is_no_other():
    by = [np.nan, np.inf, 0.5]
    curve = budget_curve(by, [np.nan, np.inf, 0.7], tries=30)
    assert np.isinf(curve[1, 0])
    assert curve[1, -1] == 0.7


def test_the_same_seed_draws_the_same_tries():
    np.testing.assert_array_equal(budget_curve(BY, TOLD, 5), budget_curve(BY, TOLD, 5))


@pytest.mark.parametrize(("by", "told"), [([1.0, 2.0], [1.0]), ([], []), ([[1.0]], [[1.0]])])
def test_rows_that_do_not_match_are_refused(by, told):
    with pytest.raises(ValueError, match="two rows of equally many losses"):
        budget_curve(by, told, 3)
