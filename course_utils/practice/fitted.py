"""One wrong number used everywhere: another η or μ, or a wrong factor in one partial derivative.

The number is read off the first wrong row; then the whole table must come out with it.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_utils.practice.mistakes import OtherStep, WrongGradient
from course_utils.practice.pairs import TypedRows, as_float, side_by_side
from course_utils.support.types import Array


class Stretched(WrongGradient):
    """A gradient with a factor in each component."""

    def __init__(self, landscape: Any, factors: Array):
        self.landscape, self.factors = landscape, factors

    def changed(self, g: Array, theta: Array) -> Array:
        return g * self.factors


#: {id in words/mistakes.toml, under fitted: (settings, factors of the gradient) with the number c in its place}.
NUMBERS: dict[str, Callable[[dict[str, float], float], tuple[dict[str, float], tuple[float, float]]]] = {
    "another η": lambda usual, c: (usual | {"lr": c * usual["lr"]}, (1, 1)),
    "another μ": lambda usual, c: (usual | {"momentum": c}, (1, 1)),
    "factor in ∂f/∂x": lambda usual, c: (usual, (c, 1)),
    "factor in ∂f/∂y": lambda usual, c: (usual, (1, c)),
}

#: Between these two the entries of a step grow evenly with the number.
TWO = 0.25, 0.75
HUGE = 1e9  # no number that a question has, and far from what a float cannot square


def fitted(
    problem: Any, attempt: Sequence[Any], wrong: int, step: type[OtherStep] | None = None
) -> list[str]:
    """The ids of the numbers that give a table when they are changed.

    wrong: its first wrong step, from 1.  step: a wrong step that is taken as well.
    """
    usual = {name: float(value) for name, value in problem.settings.items()}
    ids = [id for id in NUMBERS if "momentum" in usual or id != "another μ"]
    rows = _tables(problem, usual, step, [(id, c) for id in ids for c in TWO])[:, wrong - 1]
    tried = [
        (id, c)
        for k, id in enumerate(ids)
        for c in _candidates(rows[2 * k : 2 * k + 2], attempt[wrong - 1])
        if _is_possible(id, c)
    ]
    if not tried:
        return []
    fits = TypedRows(attempt).marks(_tables(problem, usual, step, tried)).all((-1, -2))
    return list(dict.fromkeys(tried[k][0] for k in np.flatnonzero(fits)))


def _tables(
    problem: Any, usual: dict[str, float], step: type[OtherStep] | None, numbers: list[tuple[str, float]]
) -> Any:
    """The tables with each number in its place, shape (len(numbers), steps, 2)."""
    settings, factors = zip(*(NUMBERS[id](usual, c) for id, c in numbers), strict=True)
    stretched = Stretched(problem.landscape, np.array(factors))
    walk = side_by_side(problem, step, list(settings), [(stretched, slice(None))])
    return np.moveaxis(walk.positions[1:], 0, 1)


def _candidates(rows: Any, typed: Sequence[Fraction | None]) -> list[float]:
    """The numbers with which a row comes out.  rows: what it is with each of TWO, shape (2, 2)."""
    low, high = TWO
    numbers = [
        low + (high - low) * (as_float(a) - one) / (other - one)
        for a, one, other in zip(typed, *rows, strict=True)
        if a is not None and one != other
    ]
    plain = [float(Fraction(c).limit_denominator(40)) for c in numbers if abs(c) < 1e6]
    tried = np.array([c for c in dict.fromkeys(numbers + plain) if abs(c) < HUGE])
    expected = rows[0] + (tried[:, None] - low) / (high - low) * (rows[1] - rows[0])
    return list(tried[TypedRows([typed]).marks(expected[:, None]).all((-1, -2))])


def _is_possible(id: str, c: float) -> bool:
    return abs(c) < 1e6 and ("factor" in id or c > 0) and (c <= 1 or id != "another μ")
