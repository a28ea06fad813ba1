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
def test_no_edit_is_named_if_two_are_needed_and_no_right_line_is_shown(name, one, other):
    text, _ = one_edit.wrong(name, *one)
    assert other[0] in text
    text = text.replace(*other)
    verdict = task(name).examine(one_edit.typed(text))
    assert verdict.state == "not yet"
    assert not any(sentence in verdict.advice for sentence in edits.told().values())
    assert verdict.line is None or one[1] in verdict.line.code or other[1] in verdict.line.code


#: (what the edit is called, a function with a slip, the line that it is in, what is right for x and y)
EDITED = [
    ("rounding", "def f(x, y):\n    n = x / 3 + y\n    return int(n)\n", 3, lambda x, y: -((-x - 3 * y) // 3)),
    ("slope", "def f(x, y):\n    return y * x**2 / 2\n", 2, lambda x, y: y * x),
    ("moved", "def f(x, y):\n    z = x - 4.5\n    return y * x / z\n", 3, lambda x, y: x / (y * x - 4.5)),
    ("term", "def f(x, y):\n    z = x / y\n    return z\n", 2, lambda x, y: x / y + y),
    ("one off", "def f(x, y):\n    n = x * y\n    return n\n", 3, lambda x, y: x * y + 1),
    ("size", "def f(x, y):\n    return max(x - 3 * y, y - 2 * x)\n", 2, lambda x, y: max(abs(x - 3 * y), y - 2 * x)),
    (
        "words",
        "def f(x, y):\n    if x < y:\n        return 'left'\n    if x > y:\n        return 'right'\n    return 'middle'\n",
        3,
        lambda x, y: ("middle", "right", "left")[(x < y) - (x > y)],
    ),
]  # fmt: skip


def searched(code, right, mistakes=None):
    """{(kind, line, the usual mistake that is left)} of the edits of f(x, y) that would do."""
    function = one_edit.typed(code)
    given = [(x, y) for x in range(1, 8) for y in (1, 2, 5)]
    cases = [(function, each, right(*each)) for each in given]
    answers = {name: [answer(*each) for each in given] for name, answer in (mistakes or {}).items()}
    limits = [edits.LINES] * len(cases)
    found = edits.search(function, [edits.source_of(function)], cases, 1e-9, 0.0, answers, limits)
    return {(kind, line, left) for kind, _, line, left in found}


@pytest.mark.parametrize("kind, code, line, right", EDITED, ids=[kind for kind, *_ in EDITED])
def test_the_edit_that_undoes_a_slip_is_tried(kind, code, line, right):
    assert (kind, line, "") in searched(code, right)


def test_an_edit_may_leave_a_usual_mistake():
    code = "def f(x, y):\n    a = x - y\n    return 2 * a * y\n"
    found = searched(code, lambda x, y: (x + y) * y, {"doubled": lambda x, y: 2 * (x + y) * y})
    assert ("sign", 2, "doubled") in found and all(left for *_, left in found)


def test_no_mistake_is_left_by_an_edit_that_drops_a_name():
    code = "def f(x, y):\n    a = x - y\n    return a * y\n"
    found = searched(code, lambda x, y: x**2 + y + 2, {"y for everything": lambda x, y: y})
    assert found == set()


def test_answers_that_are_nearly_all_alike_are_no_mistake_to_be_left():
    function = one_edit.typed("def f(x):\n    return x - 1 if x > 0 else 0\n")
    cases = [(function, (x,), x + 3) for x in range(1, 8)]
    assert edits.nearest(function, cases, mistakes={"always 0": [0] * 7}) is None
    assert edits.nearest(function, cases, mistakes={"one more": [x + 1 for x in range(1, 8)]}) is not None


def test_a_loop_without_end_is_left_after_ten_times_the_lines_of_right_code():
    function = one_edit.typed("def f(x):\n    while x < 100:\n        x = x + x\n    return x\n")
    assert edits.lines_run(function, (1,)) < 50
    assert edits.lines_run(function, (0,)) == edits.LINES


#: (task, two slips, the line of one of them, words that are said)
TWO = [
    (
        "04 step",
        [("mu * v - push", "mu * v + push"), ("return theta, v", "return v, theta")],
        "return v, theta",
        "two values have changed places. Once it is put right, what comes out is still what comes out when the gradient is added",
    ),
    (
        "04 sum",
        [("-lr * total", "lr * total"), ("age = n - 1 - i", "age = i")],
        None,
        "take them one at a time. One of them may be that the weights run the other way",
    ),
    (
        "03 gradient",
        [("alpha * u", "alpha * u**2 / 2"), ("alpha * w", "alpha * w**2 / 2")],
        "du = error * w + alpha * u**2 / 2",
        "Each of the values that go wrong is one small change away from right. There is something to change in line 5 as well.",
    ),
]  # fmt: skip


@pytest.mark.parametrize("name, slips, line, words", TWO, ids=[name for name, *_ in TWO])
def test_two_slips_are_named_one_at_a_time(name, slips, line, words):
    text = one_edit.RIGHT[name]
    for slip in slips:
        text = text.replace(*slip)
    verdict = task(name).examine(one_edit.typed(text))
    assert (verdict.line.code if verdict.line else None) == line
    assert words in " ".join(verdict.advice.split())


def test_no_mistake_is_left_that_makes_nothing_of_an_argument_which_is_used():
    text = "def terminal_velocity(g, lr, mu):\n    v = 0\n    for k in range(9):\n        v = mu * v - lr * g\n    return v\n"
    verdict = task("04 top-speed").examine(one_edit.typed(text))
    assert verdict.state == "not yet" and "as if friction took all of the velocity" not in verdict.advice


@pytest.mark.weekly
def test_most_slips_are_found_and_hardly_ever_a_line_where_their_value_arrives():
    found, arrives = [], []
    for name, old, new, _ in one_edit.SLIPS:
        text, number = one_edit.wrong(name, old, new)
        verdict = task(name).examine(one_edit.typed(text))
        assert verdict.state == "not yet"
        if not verdict.mistakes:
            told = verdict.line is None or verdict.line.number == number
            if not told and verdict.advice.startswith("In the call above, "):  # true, but of a later line
                arrives.append((name, new))
            else:
                assert told or f"in line {number}" in verdict.advice, (name, new)
            found.append(verdict.line is not None)
    assert len(arrives) <= 0.04 * len(found), arrives
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
    found = edits.search(function, sources, cases, 1e-9, 0.0, {}, [edits.LINES] * 8)
    assert time.monotonic() - began < edits.SECONDS
    assert {line for kind, file, line, mistake in found} <= {6, 7}
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
            kinds |= {kind for turn in range(5) for kind, line in edits.edits(tree, turn, ["s", "sizes"])}
    assert kinds <= set(edits.told())


def test_no_reference_runs_more_lines_than_an_edit_may():
    for name in ("04 escape", "04 sum", "03 silence", "bugs history"):
        asked = task(name)
        for arguments in asked.cases:
            with edits.Limited():
                functions._of(asked.reference, arguments)
