"""One row of a table, taken alone: which single deviation in that step gives the numbers in it.

The rows above it are right, so the point, the velocity and the gradient from which it was computed are known. A deviation
is a step in which one thing is done wrongly; it is compared with both coordinates first, and then with the wrong one alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from course_utils.optimizers import SGD, Nesterov
from course_utils.practice.pairs import TypedRows, alone
from course_utils.practice.typed_numbers import is_right
from course_utils.words import words

Point = Any  # two Fractions, in an array


@dataclass(frozen=True)
class Known:
    """What a step starts from, all exact: arrays of shape (2,), one number for the settings.

    keep, pull: what multiplies v and −g in the right step: μ and η, or μ² and (1 + μ) η for Nesterov's method in Θ.
    before: the same of the step before, None for the first.
    """

    theta: Point
    v: Point
    g: Point
    lr: Fraction
    momentum: Fraction
    keep: Fraction
    pull: Fraction
    before: "Known | None" = None

    def step(
        self, theta: Point = None, v: Point = None, g: Point = None, keep: Any = None, pull: Any = None
    ) -> Point:
        """Where the step leads, with what is given in place of what is right."""
        theta, v, g = (
            right if other is None else other
            for other, right in ((theta, self.theta), (v, self.v), (g, self.g))
        )
        keep, pull = (self.keep if keep is None else keep), (self.pull if pull is None else pull)
        return theta + keep * v - pull * g


def known(problem: Any, t: int) -> Known:
    """What step t + 1 of a StepProblem starts from."""
    path, settings = problem.path, problem.settings
    before = known(problem, t - 1) if t else None
    if problem.in_floats:  # a method that divides by a root: its step as that of plain gradient descent
        lr, here, there = settings["lr"], path.positions[t], path.positions[t + 1]
        none = Fraction(0)
        return Known(here, 0 * here, (here - there) / lr, lr, none, none, lr, before)
    lr, mu = settings["lr"], settings.get("momentum", Fraction(0))
    keep, pull = (mu**2, (1 + mu) * lr) if isinstance(problem.optimizer, Nesterov) else (mu, lr)
    v = 0 * problem.start if isinstance(problem.optimizer, SGD) else path.velocities[t]
    return Known(path.positions[t], v, path.gradients[t], lr, mu, keep, pull, before)


BOTH_SIGNS = "moved against the velocity"


def per_unit(x: Fraction) -> Fraction:
    return 1 / x if x else x


#: What can be done wrongly in one step: {id in words/mistakes.toml, under rows: (what is known) -> the point it gives}.
DEVIATIONS: dict[str, Callable[[Known], Point]] = {
    "row copied": lambda k: k.theta,
    "velocity left out": lambda k: k.step(keep=0),
    "gradient left out": lambda k: k.step(pull=0),
    "velocity subtracted": lambda k: k.step(keep=-k.keep),
    "uphill": lambda k: k.step(pull=-k.pull),
    BOTH_SIGNS: lambda k: k.step(keep=-k.keep, pull=-k.pull),
    "velocity written for the position": lambda k: k.step() - k.theta,
    "gradient written for the position": lambda k: k.g,
    "partial derivatives swapped": lambda k: k.step(g=k.g[::-1]),
    "steps swapped": lambda k: k.theta + (k.step() - k.theta)[::-1],
    "velocities swapped": lambda k: k.step(v=k.v[::-1]),
    "(y, x) order": lambda k: k.step()[::-1],
    "sign turned": lambda k: -k.step(),
    "μ dropped": lambda k: k.step(keep=k.keep * per_unit(k.momentum)),
    "μ used twice": lambda k: k.step(keep=k.keep * k.momentum),
    "1 − μ in place of μ": lambda k: k.step(keep=k.keep * (1 - k.momentum) * per_unit(k.momentum)),
    "η dropped": lambda k: k.step(pull=k.pull / k.lr),
    "η used twice": lambda k: k.step(pull=k.pull * k.lr),
    "1/η in place of η": lambda k: k.step(pull=k.pull / k.lr**2),
    "η and μ swapped": lambda k: k.step(keep=k.lr, pull=k.momentum),
    "gradient of the step before": lambda k: k.step(g=_of(k).g),
    "velocity of the step before": lambda k: k.step(v=_of(k).v),
    "moved from the point before": lambda k: k.step(theta=_of(k).theta),
    "gradient doubled": lambda k: k.step(pull=2 * k.pull),
    "gradient halved": lambda k: k.step(pull=k.pull / 2),
}


#: Those that can be told of a whole step, whatever it is made of: here η g stands for the step.
OF_A_STEP = (
    "row copied",
    "uphill",
    "velocity written for the position",
    "(y, x) order",
    "sign turned",
    "η dropped",
    "η used twice",
    "1/η in place of η",
    "moved from the point before",
)

#: Mistakes of the atlas that are made over several rows: of one row they say nothing.
OF_A_TABLE = {
    "start counted as step 1",
    "moved first, then took the gradient",
    "moved before the velocity was updated",
    "moved only once",
    "history not copied",
    "gradient frozen at the start",
    "velocity started at −η g",
    "velocity started at the start point",
    "no velocity",
    "velocity replaced",
    "steps added up",
    "sign wrong in x",
    "sign wrong in y",
    "sign of the gradient lost",
}


def _of(k: Known) -> Known:
    return k.before or k


@dataclass(frozen=True)
class Cause:
    """What gives a table, one row of it, or only the wrong coordinate of that: axis is 0, 1, or None for all."""

    id: str
    axis: int | None

    def said(self, which: str, letters: tuple[str, str] = ("x", "y")) -> str:
        """The name, symptom or cure in words/mistakes.toml, where the coordinates have these letters."""
        x, y = letters
        told = words("mistakes")
        of_all = told["fitted"] | told["moved"] | told["mistakes"]
        return (told["rows"].get(self.id) or of_all[self.id])[which].format(x=x, y=y)


def causes_of_row(problem: Any, wrong: int, row: Sequence[Any]) -> list[Cause]:
    """What may have been done in the first wrong step of a table, nearest at hand first; none where nothing fits.

    problem: a StepProblem.  wrong: the step, from 1.  row: what stands there, None for a blank.
    """
    right = problem.answer[wrong - 1]
    marks = [None if a is None else is_right(a, b) for a, b in zip(row, right, strict=True)]
    places = [place for place, mark in enumerate(marks) if mark is not None]
    deviations = _points(known(problem, wrong - 1), OF_A_STEP if problem.in_floats else DEVIATIONS)
    given = [(id, point) for id, point in deviations if any(point[place] != right[place] for place in places)]
    if marks == [False, False]:  # both are evidence: one alone comes out by chance as well
        found = [id for id, point in given if all(map(is_right, row, point))]
        made, tables = alone(problem.rest(wrong))
        fits = [made[k] for k in np.flatnonzero(TypedRows([row]).marks(tables[:, :1]).all((-1, -2)))]
        found += [m.id for each in fits for m in each if m.id not in OF_A_TABLE]
        if found:
            return [Cause(id, None) for id in dict.fromkeys(found)]
    lonely = [place for place, mark in enumerate(marks) if mark is False]
    if len(lonely) != 1:
        return []
    (axis,) = lonely
    found = [id for id, point in given if is_right(row[axis], point[axis])]
    if len(found) > 1 and BOTH_SIGNS in found:  # one sign does it, too
        found.remove(BOTH_SIGNS)
    return [Cause(id, axis) for id in found]


def _points(k: Known, ids: Iterable[str]) -> Iterator[tuple[str, Point]]:
    """Each deviation that differs from those before it, with the point that it gives."""
    seen: set[tuple[Fraction, ...]] = {tuple(k.step())}
    for id in ids:
        point = DEVIATIONS[id](k)
        if tuple(point) not in seen:
            seen.add(tuple(point))
            yield id, point
