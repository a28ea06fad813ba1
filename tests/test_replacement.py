"""Where wrong code goes wrong: the value that would have to be another one, and slips that run through a function."""

import copy
import math

import numpy as np
import one_edit
import pytest

from course_utils.practice.tasks import edits, nearly, replacement, rewrites, task, usage


def averages(start, gradients, keep, eps):
    """The walk of RMSProp, as the reference of the tests below."""
    theta, s = start, 0.0
    for g in gradients:
        s = keep * s + (1 - keep) * g**2
        theta = theta - g / (s**0.5 + eps)
    return theta, s


CASES = [
    (3.0, [1.0, 2.0], 0.5, 0.25),
    (1.0, [2.0, -1.0, 4.0], 0.9, 0.5),
    (-2.0, [3.0], 0.25, 1.0),
    (0.5, [4.0, 1.0], 0.75, 0.5),
]
RIGHT = """
def averages(start, gradients, keep, eps):
    theta, s = start, 0.0
    for g in gradients:
        s = keep * s + (1 - keep) * g**2
        theta = theta - g / (s**0.5 + eps)
    return theta, s
"""  # fmt: skip


def replaced(code, reference=averages, cases=CASES, **names):
    """(line, part, after, got, needed, whole, repeated) of what is found in this code; None."""
    function = one_edit.typed(code, {"math": math, **names})
    own = list(edits.functions_of(function))
    sources = [edits.source_of(one)[1] for one in own]
    pairs = [(arguments, reference(*copy.deepcopy(arguments))) for arguments in cases]
    right = replacement.noted_values(reference, cases)
    found = replacement.search(function, own, sources, right, pairs, 1e-9, 0.0)
    return found and found[1:]


@pytest.mark.parametrize(
    "old, new, line, part",
    [
        ("(1 - keep) * g**2", "g**2", 5, "keep * s + g**2"),
        ("s**0.5 + eps", "s + eps", 6, "s + eps"),
        ("theta, s = start, 0.0", "theta, s = start, 1.0", 3, "1.0"),
        ("for g in gradients:", "for g in gradients[::-1]:", 4, "-1"),
        ("theta - g /", "theta - keep * g /", 6, "keep * g"),
    ],
)
def test_the_earliest_wrong_value_is_found(old, new, line, part):
    assert RIGHT.count(old) == 1
    assert replaced(RIGHT.replace(old, new))[:2] == (line, part)


def test_the_message_shows_the_value_and_the_one_that_is_needed():
    *_, after, got, needed, whole, repeated = replaced(RIGHT.replace("(1 - keep) * g**2", "g**2"))
    assert (got, needed, whole, repeated) == (1.0, 0.5, True, True) and not after


def test_nothing_is_found_in_code_that_goes_another_way():
    assert replaced("def averages(start, gradients, keep, eps):\n    return sum(gradients), eps") is None


def test_a_result_alone_is_no_place_unless_all_that_goes_into_it_is_right():
    first = "def product(a, b):\n    c = a + b\n    d = c * c\n    return d - c\n"
    last = "def product(a, b):\n    return a + b\n"
    cases = [(1.0, 2.0), (3.0, 4.0), (5.0, 2.0), (2.0, 9.0)]
    assert replaced(first, lambda_free_product, cases) is None
    assert replaced(last, lambda_free_product, cases)[:2] == (2, "a + b")


def lambda_free_product(a, b):
    return a * b


def test_a_right_value_may_stand_in_a_wrong_place():
    code = RIGHT.replace("return theta, s", "return theta, theta")
    assert replaced(code)[:2] == (7, "theta")


def branches(x, up):
    if up:
        return 1 - x * math.sqrt(2 + x)
    return 1 - x * math.sqrt(3 + x)


def test_one_expression_may_stand_for_those_of_two_branches():
    code = "def branches(x, up):\n    far = x * math.sqrt(x)\n    return 1 - far\n"
    cases = [(1.0, True), (2.0, False), (3.0, True), (5.0, False)]
    assert replaced(code, branches, cases)[:2] == (2, "math.sqrt(x)")


def test_a_second_slip_is_said_to_be_there():
    code = "def branches(x, up):\n    if up:\n        return 1 - x * math.sqrt(x)\n    return 2 - x\n"
    cases = [(x, up) for up in (True, False) for x in (1.0, 2.0, 3.0, 5.0)]
    line, part, *_, whole, repeated = replaced(code, branches, cases)
    assert (line, part, whole, repeated) == (3, "math.sqrt(x)", False, False)
    place = replacement.Place(
        edits.sandbox.line_at(["<none>", 3, "", 1]), part, False, 1.0, 1.5, whole, False
    )
    assert "something else goes wrong as well" in str(place)


# --- slips that run through a function ----------------------------------------------------------------------


def rewritten(code, reference, cases):
    """(kind, name, lines) of the change that is needed wherever it fits; None."""
    function = one_edit.typed(code, {"math": math})
    own = list(edits.functions_of(function))
    pairs = [(arguments, reference(*copy.deepcopy(arguments))) for arguments in cases]
    found = rewrites.search(function, own, [edits.source_of(one)[1] for one in own], pairs, 1e-9, 0.0)
    return found and (found[0], found[1], found[3])


def visited(theta, steps):
    return [theta * (k + 1) for k in range(steps)]


WALKS = [(np.array([1.0, 2.0]), 1), (np.array([3.0]), 3), (np.array([-1.0, 4.0]), 2)]


def test_rows_that_are_all_one_array_are_found_where_they_are_appended():
    code = """
def visited(theta, steps):
    here, rows = 0 * theta, []
    for k in range(steps):
        here += theta
        rows.append(here)
    return rows
"""
    assert rewritten(code, visited, WALKS) == ("shared", "here", [6])


def test_two_names_for_one_array_are_found_where_they_are_given():
    code = """
def visited(theta, steps):
    here = last = np.zeros_like(theta)
    rows = []
    for k in range(steps):
        here += theta
        rows.append(here - last)
    return rows
"""
    kind, name, lines = rewritten(code, visited, WALKS)
    assert (kind, name, lines) == ("shared", "here = last", [3])
    line = edits.sandbox.line_at(["<none>", 3, "", 1])
    assert str(rewrites.Through(kind, name, (line,))).startswith("here, last are names for one and the same")


def test_an_argument_that_was_not_copied_is_found():
    code = """
def visited(theta, steps):
    step, here, rows = theta.copy(), theta, []
    for k in range(steps):
        rows.append(here.copy())
        here += step
    return rows
"""
    assert rewritten(code, visited, WALKS) == ("shared", "theta", [3])


def test_computed_numbers_that_are_compared_with_equals_are_found():
    code = "def is_sum(a, b, c):\n    return a + b == c"
    cases = [(0.1, 0.2, 0.3), (1.0, 2.0, 3.0), (1.0, 2.0, 4.0)]
    assert rewritten(code, lambda a, b, c: math.isclose(a + b, c), cases) == ("rounded", "a + b == c", [2])


# --- what stands in the code --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code, words",
    [
        ("def f(a):\n    return a.sort()", "a.sort() changes a itself"),
        ("def f(a):\n    b = [1].append(a)\n    return b", "[1].append(…) changes [1] itself"),
        ("def f(a):\n    return a != 1 or a != 2", "differs from one of the two"),
        ("def f(a):\n    return a == 1 and a == 2", "cannot be both"),
        ("def f(a):\n    return a == 'x' or 'y'", "'y' by itself counts as true"),
    ],
)
def test_code_that_cannot_be_meant_is_pointed_out(code, words):
    assert words in usage.strange(one_edit.typed(code)).told


@pytest.mark.parametrize(
    "code",
    [
        "def f(a):\n    a.sort()\n    return a",
        "def f(a):\n    return np.sort(a)",
        "def f(a):\n    return a != 1 and a != 2",
        "def f(a):\n    return a == 1 or a == 2 or a > 1 or a != 3",
        "def f(a, b):\n    return a != 1 or b != 2",
    ],
)
def test_code_that_can_be_meant_is_left_alone(code):
    assert usage.strange(one_edit.typed(code)) is None


# --- the whole way ------------------------------------------------------------------------------------------


def test_a_check_shows_the_line_and_the_value_that_it_would_need():
    code = "def adagrad_step(theta, s, g, lr, eps):\n    s = 0.9 * s + 0.1 * g**2\n    return theta - lr * g / (s**0.5 + eps), s"
    verdict = task("07 adagrad").examine(one_edit.typed(code))
    assert verdict.line.number == 2
    assert (
        "0.9 * s + 0.1 * g**2 in this line comes to [0.9, 0.025]: if it came to [9, 0.25]" in verdict.advice
    )


def test_a_start_that_is_changed_in_place_is_not_right():
    code = """
def unrolled(start, gradients, lr, mu):
    for k, g in enumerate(gradients):
        start -= lr * (1 - mu ** (len(gradients) - k)) / (1 - mu) * g
    return start
"""
    verdict = task("06 unrolled").examine(one_edit.typed(code))
    assert verdict.state == "not yet" and verdict.line.number == 4
    assert verdict.findings == ("Your function changes its argument start: work on a copy.",)


def test_rounding_errors_of_float32_are_not_put_down_to_the_small_difference_alone():
    code = """
def slope(x):
    h = 1e-3
    x = np.float32(x)
    return ((x + np.float32(h)) ** 2 - (x - np.float32(h)) ** 2) / (2 * h)
"""
    function = one_edit.typed(code)
    found = nearly.finer(function, [(function, (x,), 2 * x) for x in (7.0, 5.3, 6.1)])
    assert "too small for float32" in str(found)


def test_one_wrong_value_explains_more_than_two_mistakes():
    code = """
def warmed_up(step, lr, warmup):
    if step < warmup:
        return lr * (warmup - step) / warmup
    return lr
"""
    verdict = task("09 warmup").examine(one_edit.typed(code))
    assert verdict.line.number == 4 and "two mistakes" not in verdict.advice
    assert "warmup - step in this line comes to 4: if it came to 1" in verdict.advice


def test_the_rate_of_another_method_is_known_while_it_changes():
    code = """
def carry_on(state, gradients, lr, mu, warmup):
    theta, step, b = state["theta"], state["step"], -state["v"] / lr
    for g in gradients:
        b = mu * b + g
        theta = theta - lr * min(1, (step + 1) / warmup) * b
        step += 1
    return {"theta": theta, "v": -lr * b, "step": step}
"""
    assert task("09 resume").examine(one_edit.typed(code)).mistakes == ("rate_on_the_step",)


def test_the_place_is_shown_beside_a_mistake_that_gives_the_same_answer_always():
    code = "def nesterov_limit(mu):\n    return (2 + 2 * mu) / (1 + mu)"
    verdict = task("06 limit").examine(one_edit.typed(code))
    assert verdict.mistakes == ("descent_limit",) and verdict.line.number == 2
    assert "a factor such as 2" in verdict.advice
    verdict = task("06 limit").examine(one_edit.typed("def nesterov_limit(mu):\n    return 2 * (1 + mu)"))
    assert verdict.mistakes == ("momentum_limit",) and verdict.line is None
