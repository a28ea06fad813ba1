"""One number that is another one everywhere: η, μ, or a factor in one partial derivative.

Which number it would be is read off the first wrong row; then the whole table must come out with it.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_utils.practice.mistakes import WrongGradient, walked
from course_utils.practice.pairs import Typed


class Stretched(WrongGradient):
    """A gradient with a factor in each component."""

    def __init__(self, landscape, factors):
        super().__init__(landscape)
        self.factors = factors

    def changed(self, g, theta):
        return g * self.factors


def _with_rate(problem: Any, c: Any) -> Any:
    return walked(type(problem.optimizer)(**problem.settings | {"lr": c * problem.settings["lr"]}), problem)


def _with_momentum(problem: Any, c: Any) -> Any:
    return walked(type(problem.optimizer)(**problem.settings | {"momentum": c}), problem)


def _with_partial(axis: int) -> Callable[[Any, Any], Any]:
    def table(problem: Any, c: Any) -> Any:
        factors = np.array([c if k == axis else 1 + 0 * c for k in (0, 1)])
        optimizer = type(problem.optimizer)(**problem.settings)
        return walked(optimizer, problem, Stretched(problem.landscape, factors))

    return table


#: {id in words/mistakes.toml, under fitted: (a problem, the number) -> its table}; each entry grows evenly with the number.
NUMBERS: dict[str, Callable[[Any, Any], Any]] = {
    "another η": _with_rate,
    "another μ": _with_momentum,
    "factor in ∂f/∂x": _with_partial(0),
    "factor in ∂f/∂y": _with_partial(1),
}


def fitted(problem: Any, attempt: Sequence[Any], wrong: int) -> list[str]:
    """The ids of the numbers that give a table when they are changed.  wrong: its first wrong step, from 1."""
    typed = Typed(attempt)
    found = []
    for id, table in NUMBERS.items():
        if id == "another μ" and "momentum" not in problem.settings:
            continue
        for c in _candidates(problem, table, attempt, wrong):
            if (c > 0 or "factor" in id) and (c <= 1 or id != "another μ"):
                if typed.marks(np.array(table(problem, c), float)).all():
                    found.append(id)
                    break
    return found


def _candidates(problem: Any, table: Callable[[Any, Any], Any], attempt: Any, wrong: int) -> Iterator[Any]:
    """The numbers with which the first wrong row may come out."""
    low, high = Fraction(1, 4), Fraction(3, 4)
    if problem.in_floats:
        low, high = 0.25, 0.75
    row, from_low, from_high = attempt[wrong - 1], *(table(problem, c)[wrong - 1] for c in (low, high))
    right = problem.answer[wrong - 1]
    for a, b, one, other in zip(row, right, from_low, from_high, strict=True):
        if a is not None and a != b and one != other:
            c = low + (high - low) * (type(low)(a) - one) / (other - one)
            yield from dict.fromkeys((c, type(low)(Fraction(c).limit_denominator(40))))
