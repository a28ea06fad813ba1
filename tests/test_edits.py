"""One edit from right: the line of wrong code is named where one kind of edit makes all cases right."""

import time

import one_edit
import pytest

from course_utils.practice import sandbox
from course_utils.practice.tasks import edits, functions, task


@pytest.mark.parametrize("name", one_edit.RIGHT)
def test_right_code_is_right_and_is_not_edited(name, monkeypatch):
    def never(*_, **__):
        raise AssertionError("right code was edited")

    monkeypatch.setattr(edits, "nearest", never)
    assert task(name).examine(one_edit.typed(one_edit.RIGHT[name])).state == "right"


#: (task, what was edited, the words that are said of it)
NAMED = [
    ("01 knobs", "biases = sizes[i]", "biases = sizes[i - 1]", "starts and stops counting"),
    ("02 variance", "(value - mean) ** 2", "value - mean ** 2", "one small change away from right"),
    ("03 gradient", "error * u + alpha * w", "error * u + alpha * u", "one of them stands where another belongs"),
    ("04 momentum", "            params[name] += self", "        params[name] += self", "inside the loop, or outside"),
    ("06 best", "np.sqrt(high / low)", "high / low", "squares and roots"),
    ("07 adam", "1 - beta1**t", "1 + beta1**t", "one of them is the wrong way round"),
    ("08 cross-entropy", "e.sum(axis=1", "e.sum(axis=0", "Look at the axis"),
    ("08 numerical", "/ (2 * h)", "/ 2 * h", "brackets in this line"),
]  # fmt: skip


@pytest.mark.parametrize("name, old, new, words", NAMED, ids=[f"{n}: {new}" for n, _, new, _ in NAMED])
def test_the_line_is_named_with_what_to_look_at_in_it(name, old, new, words):
    text, number = one_edit.wrong(name, old, new)
    verdict = task(name).examine(one_edit.typed(text))
    assert verdict.state == "not yet"
    assert verdict.line.number == number
    assert verdict.line.code == text.splitlines()[number - 1].strip()
    assert words in verdict.advice


def test_nothing_is_said_where_two_edits_are_needed():
    text, _ = one_edit.wrong("07 adam", "1 - beta1**t", "1 + beta1**t")
    twice = text.replace("(1 - beta2) * g**2", "(1 - beta1) * g**2")
    verdict = task("07 adam").examine(one_edit.typed(twice))
    assert verdict.state == "not yet" and verdict.line is None and "this line" not in verdict.advice


def test_nothing_is_said_where_no_code_is_kept():
    scope = {}
    exec("def best_pair(curvatures):\n    return max(curvatures) ** 3, min(curvatures)", scope)
    cases = [(scope["best_pair"], ([1, 2],), 0)] * 9
    assert edits.nearest(scope["best_pair"], cases) is None


def outer(factor):
    def scaled(x, offset):
        return factor * x - offset

    return scaled


def test_what_a_function_has_around_it_stays_its_own():
    scaled = outer(3)
    cases = [(scaled, (x, 2.5), 3 * x + 2.5) for x in range(1, 7)]
    found = edits.nearest(scaled, cases)
    assert found.kinds == ("sign",)
    assert found.lines[0].code == "return factor * x - offset"


def test_an_edit_that_never_ends_is_bounded():
    text = """
def halvings(x):
    n = 0
    while x > 1:
        x = x / 2
        n += 2
    return n
"""
    function = one_edit.typed(text)
    cases = [(function, (2.0**k,), k) for k in range(1, 9)]
    began = time.monotonic()
    found = edits.nearest(function, cases)
    assert time.monotonic() - began < sandbox.STARTING
    assert found is not None and {line.number for line in found.lines} <= {6, 7}


def test_every_kind_of_edit_has_its_words():
    kinds = set()
    for code in one_edit.RIGHT.values():
        for function in edits._functions(one_edit.typed(code)):
            __, tree = edits._parsed(function, edits._source(function)[1])
            kinds |= {kind for turn in range(3) for kind, line in edits.edits(tree, ["s", "sizes"], turn)}
    assert kinds <= set(edits.told())


def test_no_reference_runs_more_lines_than_an_edit_may():
    for name in ("04 escape", "04 sum", "03 silence", "bugs history"):
        asked = task(name)
        for arguments in asked.cases:
            with edits._Limited():
                functions._of(asked.reference, arguments)
