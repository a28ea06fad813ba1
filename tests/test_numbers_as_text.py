"""Numbers as text: as the course writes them, rounded for a sentence, as they are typed."""

from fractions import Fraction

import numpy as np

from course_utils.support.numbers import rounded, rounded_point, typed, typed_apart, written


def test_a_number_has_three_ways_to_be_shown():
    number = Fraction(-31, 2)
    assert (written(number), rounded(number), typed(number)) == ("−31/2", "−15.5", "-31/2")
    assert rounded(-31 / 3) == "−10.33"
    assert rounded_point(np.array([-0.0, 1e6])) == "(0, 1e+06)"


def test_two_numbers_are_typed_with_the_digits_that_tell_them_apart():
    assert typed_apart(1 / 3, 1 / 3 + 1e-7) == ("0.333333333", "0.333333433")
    assert typed_apart(1, 2) == ("1", "2")
