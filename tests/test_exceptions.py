"""Exceptions that beginners meet: each gets one line of advice, the same in functions and in classes."""

import math
import warnings

import broken_optimizers
import numpy as np
import one_edit
import pytest

from course_utils.practice import sandbox
from course_utils.practice.sandbox import run_here
from course_utils.practice.tasks import task
from course_utils.practice.tasks.exceptions import ADVICE, advice

A, B = np.ones((3, 2)), np.ones((3, 2))
TWO, HALF, TEXT = 2, 0.5, "max"  # by name, or Python itself warns of what is called here


def unbound():
    if A is None:
        total = 0
    total += 1
    return total


def shuffled():
    numbers = [3, 1, 2]
    return numbers.sort()[0]


class Forgetful:
    def step(x):
        return x


def too_few(a, b):
    return a + b


BEGINNERS = {
    "shapes in @": (lambda: A @ B, "as many columns in A as B has rows"),
    "shapes in np.dot": (lambda: np.dot(A, B), "as many columns in A as B has rows"),
    "shapes that do not fit": (lambda: np.ones(3) + np.ones(2), "do not fit together here: print both"),
    "truth of an array": (lambda: 1 if np.ones(3) > 0 else 0, "np.where, np.any or np.all"),
    "rows of several lengths": (lambda: np.array([[1, 2], [3]]), "differ in length"),
    "unpacking": (lambda: [a for a, b in [(1, 2, 3)]], "not as many names on the left of = as values"),
    "math on an array": (lambda: math.exp(np.ones(3)), "use those of numpy"),
    "a forgotten *": (lambda: TWO(3), "is a * missing"),
    "an array that is called": (lambda: np.ones(3)(0), "a[i], with square brackets"),
    "a text that is called": (lambda: TEXT(1, 2), "taken a function's name"),
    "None from a missing return": (lambda: None + 1, "ends without `return` gives None"),
    "None from sort": (shuffled, "list.sort"),
    "self forgotten": (lambda: Forgetful().step(1), "is `self` there as the first parameter"),
    "an argument forgotten": (lambda: too_few(1), "fewer arguments"),
    "a list times a fraction": (lambda: [1, 2] * 0.5, "with np.array"),
    "a list minus a list": (lambda: [1, 2] - [1], "with np.array"),
    "a list plus a number": (lambda: [1, 2] + 1, "joined by +, not added up"),
    "a fraction as a count": (lambda: range(4 / 2), "// divides whole numbers"),
    "an entry of a number": (lambda: HALF[0], "is it a single number?"),
    "a loop over a number": (lambda: [x for x in 5], "it is given a single one"),
    "past the end": (lambda: [1, 2][2], "has the index n − 1"),
    "past the end of an array": (lambda: np.ones(2)[2], "has the index n − 1"),
    "too many indices": (lambda: np.ones(2)[0, 1], "print its shape"),
    "a fraction as an index": (lambda: np.ones(2)[1 / 2], "An index must be a whole number"),
    "keys taken for values": (lambda: {"W": 1}[1], "d[key] is the value"),
    "no import": (lambda: numpy.exp(1), "numpy is not imported here"),  # noqa: F821
    "a slip of the pen": (lambda: lenght(A), "Nothing is called lenght at this point"),  # noqa: F821
    "used before it is made": (unbound, "total is used here before this function has given it a value"),
    "division by 0": (lambda: 1 / 0, "Something is divided by 0"),
    "a method that arrays lack": (lambda: A.exp(), "such as np.exp(a)"),
    "two things at once": (lambda: np.linalg.eigh(np.eye(2)) > 0, "take out the one that is meant"),
    "a power with ^": (lambda: A ^ 2, "^ is no power in Python"),
    "a function that numpy lacks": (lambda: np.zero_like(A), "There is no numpy.zero_like"),
    "a dict that grows": (
        lambda: [numbers.update({k + 1: 0}) for numbers in [{1: 0}] for k in numbers],
        "longer or shorter",
    ),
    "a method that nothing has": (lambda: (1.5).shap, "has nothing called shap"),
    "the root of −1": (lambda: math.sqrt(-1), "what can become so small"),
    "beyond all bounds": (lambda: math.exp(1000), "grows beyond all bounds"),
}


@pytest.mark.parametrize("name", BEGINNERS)
def test_an_exception_is_explained_in_one_line(name):
    function, told = BEGINNERS[name]
    outcome = run_here([(function, ())])[0]
    assert outcome.kind == "raised", outcome
    assert told in advice(outcome)


def test_every_line_of_the_table_is_reached():
    told = {advice(run_here([(function, ())])[0]) for function, _ in BEGINNERS.values()}
    said = " ".join(told)
    for _error, _pattern, line in ADVICE:
        beginning = line.split("{")[0][:40]
        assert beginning in said or line.startswith("{name}"), line


def test_what_nobody_foresaw_gets_no_advice():
    assert advice(sandbox.Outcome("raised", error="StopIteration", text="")) == ""
    assert advice(sandbox.Outcome("returned", 3)) == ""


def test_a_function_and_a_class_are_advised_alike():
    def momentum_step(theta, v, g, lr, mu):
        return theta + TWO(v), v

    class Ball:
        def __init__(self, lr=0.01, momentum=0.9):
            self.lr, self.momentum, self.v = lr, momentum, None

        def update(self, params, grads):
            for name in params:
                params[name] -= self.lr(grads[name])

    for code, name in (momentum_step, "04 step"), (Ball, "04 momentum"):
        verdict = task(name).examine(code)
        assert "Python takes that for a call" in " ".join(str(verdict).split()), str(verdict)


@pytest.mark.parametrize("label", broken_optimizers.CODE)
def test_an_optimizer_that_raises_is_advised_at_the_line_to_look_at(label, monkeypatch):
    def here(calls, seconds=5):
        with warnings.catch_warnings(action="ignore"):  # the other process shows none either
            return run_here(calls, seconds)

    monkeypatch.setattr(sandbox, "run", here)
    verdict = task("04 momentum").examine(one_edit.typed(broken_optimizers.CODE[label]))
    assert verdict.state == "not yet"
    assert broken_optimizers.SAID[label] in " ".join(str(verdict).split())
    assert verdict.line or label in ("int for init", "no update")  # what is missing has no line
