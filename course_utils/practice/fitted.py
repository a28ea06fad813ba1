"""One number that is another one everywhere: η, μ, or a factor in one partial derivative.

Which number it would be is read off the first wrong row; then the whole table must come out with it.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from course_utils.practice.mistakes import WrongGradient, walked
from course_utils.practice.pairs import Typed, as_float


class Stretched(WrongGradient):
    """A gradient with a factor in each component."""

    def __init__(self, landscape, factors):
        super().__init__(landscape)
        self.factors = factors

    def changed(self, g, theta):
        return g * self.factors


#: {id in words/mistakes.toml, under fitted: (settings, factors of the gradient) with the number c in its place}.
NUMBERS: dict[str, Callable[[dict[str, float], float], tuple[dict[str, float], tuple[float, float]]]] = {
    "another η": lambda usual, c: (usual | {"lr": c * usual["lr"]}, (1, 1)),
    "another μ": lambda usual, c: (usual | {"momentum": c}, (1, 1)),
    "factor in ∂f/∂x": lambda usual, c: (usual, (c, 1)),
    "factor in ∂f/∂y": lambda usual, c: (usual, (1, c)),
}


def fitted(problem: Any, attempt: Sequence[Any], wrong: int) -> list[str]:
    """The ids of the numbers that give a table when they are changed.  wrong: its first wrong step, from 1."""
    typed = Typed(attempt)
    usual = {name: float(value) for name, value in problem.settings.items()}

    def table(id: str, c: float) -> Any:
        settings, factors = NUMBERS[id](usual, c)
        optimizer, landscape = type(problem.optimizer)(**settings), Stretched(problem.landscape, factors)
        return walked(optimizer, problem.floating(), landscape)

    def gives(id: str) -> bool:
        if id == "another μ" and "momentum" not in usual:
            return False
        candidates = _candidates([table(id, c)[wrong - 1] for c in TWO], attempt[wrong - 1])
        return any(typed.marks(table(id, c)).all() for c in candidates if _is_possible(id, c))

    return [id for id in NUMBERS if gives(id)]


#: Between these two the entries of a step grow evenly with the number.
TWO = 0.25, 0.75


def _candidates(rows: Sequence[Any], typed: Sequence[Fraction | None]) -> list[float]:
    """The numbers with which an entry of a row comes out.  rows: what it is with each of TWO."""
    low, high = TWO
    numbers = [
        low + (high - low) * (as_float(a) - one) / (other - one)
        for a, one, other in zip(typed, *rows, strict=True)
        if a is not None and one != other
    ]
    plain = [float(Fraction(c).limit_denominator(40)) for c in numbers if abs(c) < 1e6]
    return list(dict.fromkeys(numbers + plain))


def _is_possible(id: str, c: float) -> bool:
    return abs(c) < 1e6 and ("factor" in id or c > 0) and (c <= 1 or id != "another μ")
