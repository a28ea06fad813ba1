"""What nobody listed: the cause or the place is told of wrong functions, and no right one is refused for its form."""

import os
import re

import numpy as np
import one_edit
import pytest
import wrong_functions

from course_utils.practice import plain_data
from course_utils.practice.tasks import FunctionTask, names, task
from course_utils.practice.tasks.comparing import same
from course_utils.practice.tasks.functions import examine

TOLD = [one for one in wrong_functions.WRONG if one[-1]]
NOT_TOLD = [one for one in wrong_functions.WRONG if not one[-1]]


def said(name, code, left):
    return task(name).examine(one_edit.typed(code, left))


def words(verdict):
    return " ".join(str(verdict).split())


def is_told(name, code, left, pattern):
    verdict = said(name, code, left)
    assert verdict.state == "not yet", code
    return re.search(pattern, words(verdict)) is not None


def test_nine_of_ten_wrong_functions_have_something_to_say_of_them():
    assert len(wrong_functions.WRONG) >= 120
    assert len(TOLD) >= 0.9 * len(wrong_functions.WRONG)
    assert {name for name, *_ in wrong_functions.WRONG} == {
        name for name in names() if isinstance(task(name), FunctionTask) and name[:2] not in ("04", "bu")
    }


@pytest.mark.parametrize("one", TOLD[::16], ids=lambda one: one[0])
def test_the_cause_or_the_place_is_named(one):
    assert is_told(*one)


@pytest.mark.weekly
def test_the_cause_or_the_place_is_named_for_all_the_others():
    assert not [code for name, code, left, told in TOLD if not is_told(name, code, left, told)]
    assert not [code for name, code, left, __ in NOT_TOLD if said(name, code, left).state != "not yet"]


@pytest.mark.parametrize(
    "name, code, left", wrong_functions.RIGHT, ids=lambda x: x[:2] if isinstance(x, str) else ""
)
def test_a_right_function_is_right_however_unusual(name, code, left):
    assert said(name, code, left).state == "right"


# --- forms that do no harm ----------------------------------------------------------------------------------


def forms(value):
    """The same answer as another student may return it."""
    yield value
    if isinstance(value, dict):
        yield {key: next(reversed([*forms(x)])) for key, x in reversed(value.items())}
    elif isinstance(value, tuple):
        yield list(value)
        yield tuple([*forms(x)][-1] for x in value)
    elif isinstance(value, list):
        yield tuple(value)
        yield np.array(value)
    elif isinstance(value, np.ndarray):
        yield value.tolist()
        yield tuple(map(tuple, value)) if value.ndim == 2 else tuple(value) if value.ndim else value
        yield np.asfortranarray(value)
    elif isinstance(value, str):
        yield np.str_(value)
        yield np.array(value)
    elif isinstance(value, (int, float, np.number)):
        yield np.float64(value)
        yield np.array(value)
        yield complex(value)
        if value == int(value):
            yield int(value)
            yield np.int64(value)


@pytest.mark.parametrize("name", [name for name in names() if isinstance(task(name), FunctionTask)])
def test_no_right_answer_is_refused_for_its_form(name):
    asked = task(name)
    for arguments in asked.cases:
        expected = asked(*arguments)
        for form in forms(expected):
            assert same(plain_data.decode(plain_data.encode(form)), expected, asked.rtol), form


# --- single looks -------------------------------------------------------------------------------------------


def shapes_of(*pairs):
    """What is said where the first of each pair comes back and the second is asked for."""
    answers = dict(enumerate(got for got, expected in pairs))

    def function(k):
        return answers[k]

    return words(examine(function, [((k,), expected) for k, (got, expected) in enumerate(pairs)]))


LOOKS = {
    "late": ([[0, 1, 2, 3]], [1, 2, 3, 4], "each stands one place too late"),
    "early": ([[2, 3, 4, 5]], [1, 2, 3, 4], "each stands one place too early"),
    "first missing": ([[2, 3, 4]], [1, 2, 3, 4], "the first one is missing"),
    "last missing": ([[1, 2, 3]], [1, 2, 3, 4], "the last one is missing"),
    "one before": ([[0, 1, 2, 3]], [1, 2, 3], "one too many at the beginning"),
    "one after": ([[1, 2, 3, 4]], [1, 2, 3], "one too many at the end"),
    "reverse": ([[3, 2, 1]], [1, 2, 3], "in reverse order"),
    "another order": ([(2, 3, 1)], (1, 2, 3), "in another order"),
    "columns": ([np.array([[1, 3], [2, 4]])], np.array([[1, 2], [3, 4]]), "rows and columns are exchanged"),
    "flat": ([np.arange(4)], np.arange(4).reshape(2, 2), "come as an array of shape (4,)"),
    "square": ([4, 9], None, "the square of what is asked for"),
    "root": ([2**0.5, 3**0.5], None, "the root of what is asked for"),
    "one over": ([1 / 2, 1 / 3], None, "1 divided by what is asked for"),
    "sizes": ([(1, 2)], (1, -2), "the sign is lost"),
    "rounded": ([0.33], 1 / 3, "The numbers are rounded"),
    "three digits": ([1230.0], 1234.5, "The numbers are rounded"),
    "cut": ([0.66], 2 / 3, "have 2 decimals at most"),
    "whole": ([0, 1], [0.7, 1.2], "what comes after the decimal point is cut off"),
    "word": (["Minimum"], "minimum", "except for capital letters or spaces"),
    "words": ([["b", "a"]], ["a", "b"], "they are not sorted"),
    "word missing": ([["a"]], ["a", "b"], "'b' is missing from your list"),
    "word too many": ([["a", "c"]], ["a"], "'c' does not belong in your list"),
    "key": ([{"v": 1}], {"w": 1}, "lacks 'w' and has 'v' instead"),
    "key missing": ([{}], {"w": 1}, "lacks 'w'."),
    "key too many": ([{"w": 1, "v": 2}], {"w": 1}, "has 'v', which the task does not ask for"),
    "mean": ([[1, 2, 6]], 3, "The mean of your values"),
    "third": ([(1, 2, 4)], (1, 2, 3), "only the third goes wrong"),
    "two entries": ([{"a": 1, "b": 2, "c": 3}], {"a": 1, "b": 3, "c": 4}, "these go wrong: 'b', 'c'"),
}  # fmt: skip


@pytest.mark.parametrize("kind", LOOKS)
def test_the_form_of_an_answer_is_described(kind):
    got, expected, told = LOOKS[kind]
    pairs = [(x, expected) for x in got]
    if kind in ("square", "root", "one over"):
        pairs = list(zip(got, (2, 3), strict=True))
    elif kind == "whole":
        pairs = list(zip(got, expected, strict=True))
    assert told in shapes_of(*pairs)


def test_nothing_is_said_of_a_form_that_could_be_two_things():
    assert "too many" not in shapes_of((np.ones(3), np.ones(2)))
    assert "times what" not in shapes_of(([1, 2], [3, 6]), ([1, 5], [3, 6]))
    assert "sign" not in shapes_of(((np.ones((1, 1)), 2), (np.ones(1), 2)))


def test_what_a_factor_or_a_term_follows_from_is_named():
    def area(width, height):
        return width * height**2

    def rim(width, height):
        return 2 * width + 3 * height

    cases = [(a, b) for a in (2, 3, 5) for b in (4, 7)]
    assert "your numbers are height times" in words(examine(area, [(c, c[0] * c[1]) for c in cases]))
    assert "too large by height" in words(examine(rim, [(c, 2 * sum(c)) for c in cases]))


def test_a_condition_describes_the_cases_that_go_wrong():
    def cost(count, member):
        return count * 3 if member else count**2 + 1

    cases = [((n, member), n * 3 if member else n * 4) for n in range(2, 6) for member in (True, False)]
    assert "It goes wrong exactly where member is False." in words(examine(cost, cases))


def test_only_the_call_that_ends_python_is_reported():
    def half(x):
        return os._exit(0) if x == 1000 else x / 2

    verdict = examine(half, [((2,), 1.0)], [((1000,), 500.0), ((4,), 2.0)])
    assert verdict.called == "half(1000)" and "no longer made" not in str(verdict)


def test_a_usual_mistake_is_known_through_a_coarse_search():
    code = """
def worst_angle(kappa):
    largest = 0
    for y in np.linspace(0.01, 1, 100):
        g, home = np.array([1, kappa * y]), np.array([1, y])
        cosine = g @ home / (np.linalg.norm(g) * np.linalg.norm(home))
        largest = max(largest, np.arccos(cosine))
    return largest
"""
    told = words(said("03 worst", code, {}))
    assert (
        "within 1 % of what a usual mistake gives. This is what comes out when the angle is given in radians."
        in told
    )


def test_one_sentence_stands_for_what_a_leak_explains():
    verdict = said("02 one-over-t", *next(one[1:3] for one in wrong_functions.USED if "T * last" in one[1]))
    assert verdict.line.number == 3
    assert "Line 3 uses T, which is neither an argument nor made in your function" in verdict.advice


CONSTANT = 2


def test_a_constant_in_capitals_is_no_leak():
    def shifted(x):
        return CONSTANT * x + 1

    assert "uses" not in words(examine(shifted, [((x,), 2 * x) for x in range(5)]))


def test_an_argument_that_does_not_matter_need_not_be_used():
    def limit(a, c):
        return 7.0

    asked = FunctionTask(lambda a, c: a, "", [(1.0, 2.0), (3.0, 4.0), (2.0, 2.0)])
    text = words(asked.examine(limit))
    assert "never uses its argument a," in text
