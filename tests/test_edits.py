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
    ("01 knobs", "weights + biases", "weights - biases", "one of them is the wrong way round"),
    ("02 variance", "(value - mean) ** 2", "value - mean ** 2", "brackets in this line"),
    ("03 gradient", "error * u + alpha * w", "error * u + alpha * u", "one of them stands where another belongs"),
    ("04 momentum", "            params[name] += self", "        params[name] += self", "inside the loop over the names"),
    ("02 variance", "(value - mean) ** 2", "(value - mean) * 2", "one small change away from right"),
    ("03 silence", "loss < 0.1", "loss > 0.1", "Look at the condition"),
    ("07 adam", "1 - beta1**t", "1 + beta1**t", "one of them is the wrong way round"),
    ("08 cross-entropy", "e.sum(axis=1", "e.sum(axis=0", "Look at the axis"),
    ("08 numerical", "/ (2 * h)", "/ 2 * h", "one small change away from right"),
]  # fmt: skip


@pytest.mark.parametrize("name, old, new, words", NAMED, ids=[f"{n}: {new}" for n, _, new, _ in NAMED])
def test_the_line_is_named_with_what_to_look_at_in_it(name, old, new, words):
    text, number = one_edit.wrong(name, old, new)
    verdict = task(name).examine(one_edit.typed(text))
    assert verdict.state == "not yet"
    assert verdict.line.number == number
    assert verdict.line.code == text.splitlines()[number - 1].strip()
    assert words in " ".join(str(verdict).split())


#: (task, one slip, another)
TWICE = [
    ("07 adam", ("1 - beta1**t", "1 + beta1**t"), ("(1 - beta2) * g**2", "(1 - beta1) * g**2")),
    ("08 cross-entropy", ("s.max(axis=1", "s.max(axis=0"), ("s - np.log(total)", "s + np.log(total)")),
    ("03 gradient", ("u * w - 1", "u * w + 1"), ("error * u + alpha * w", "error * u + alpha * u")),
    ("06 unrolled", ("(n - i)", "(n + i)"), ("/ (1 - mu)", "/ (1 + mu)")),
]  # fmt: skip


@pytest.mark.parametrize("name, one, other", TWICE, ids=[name for name, *_ in TWICE])
def test_nothing_is_said_where_two_edits_are_needed(name, one, other):
    text, _ = one_edit.wrong(name, *one)
    assert other[0] in text
    verdict = task(name).examine(one_edit.typed(text.replace(*other)))
    assert verdict.state == "not yet" and verdict.line is None and "this line" not in verdict.advice


@pytest.mark.weekly
def test_most_slips_are_found_and_no_other_line_is_named():
    found = []
    for name, old, new, _ in one_edit.SLIPS:
        text, number = one_edit.wrong(name, old, new)
        verdict = task(name).examine(one_edit.typed(text))
        assert verdict.state == "not yet"
        if not verdict.mistakes:
            told = verdict.line is None or verdict.line.number == number
            assert told or f"in line {number}" in verdict.advice, (name, new)
            found.append(verdict.line is not None)
    assert len(found) >= 60 and sum(found) >= 0.85 * len(found)


def test_a_number_in_the_place_of_an_argument_is_found():
    function = one_edit.typed("def scaled(x, factor):\n    y = 2 * x\n    return y + 1\n")
    found = edits.nearest(function, [(function, (x, x + 3), x * (x + 3) + 1) for x in range(5, 12)])
    assert found.kinds == ("fixed",) and found.lines[0].code == "y = 2 * x"


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


def test_edits_that_never_end_are_bounded():
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
    sources = [edits.source_of(function)]
    began = time.monotonic()
    found = edits.search(function, sources, cases, 1e-9, 0.0)
    assert time.monotonic() - began < edits.SECONDS
    assert {line for kind, file, line in found} <= {6, 7}
    assert function(8.0) == 6, "the function has its own code again"


def test_a_search_that_takes_too_long_says_nothing():
    text = """
def slow(x):
    for k in range(3000):
        x = x + 1
    return x - 1
"""
    function = one_edit.typed(text)
    cases = [(function, (k,), k + 3001) for k in range(1000)]
    began = time.monotonic()
    found = edits.nearest(function, cases)
    assert found is None and time.monotonic() - began < sandbox.STARTING


def test_every_kind_of_edit_has_its_words():
    kinds = set()
    for code in one_edit.RIGHT.values():
        for function in edits.functions_of(one_edit.typed(code)):
            __, tree = edits.as_tree(function, edits.source_of(function)[1])
            kinds |= {kind for turn in range(3) for kind, line in edits.edits(tree, turn, ["s", "sizes"])}
    assert kinds <= set(edits.told())


def test_no_reference_runs_more_lines_than_an_edit_may():
    for name in ("04 escape", "04 sum", "03 silence", "bugs history"):
        asked = task(name)
        for arguments in asked.cases:
            with edits.Limited():
                functions._of(asked.reference, arguments)
