"""Mistakes made together: which one or two of the atlas, made at once, give what a student wrote.

A mistake is a wrong gradient, another setting, a wrong step, or a wrong way to write the answer down, so two of different
kinds can be combined. All combinations walk side by side, in floats: there are hundreds, and it takes milliseconds.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property, reduce
from itertools import chain, combinations, product
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np

from course_utils.optimizers import gradient_point
from course_utils.practice.mistakes import (
    MISTAKES,
    RARE,
    Mistake,
    OtherSetting,
    OtherStep,
    WrongAnswer,
    WrongGradient,
)
from course_utils.practice.typed_numbers import is_shortened
from course_utils.support.types import Array

Made: TypeAlias = tuple[type[Mistake], ...]  # in the order in which they are made: none, one or two


class TypedRows:
    """The rows that a student typed, as floats.

    rows: tuples of two Fractions or None.  decimals: to how many a number must be given at least, unless it is exact.
    entries: the rows in an array of shape (steps, 2), NaN for a blank.
    """

    def __init__(self, rows: Sequence[Sequence[Any]], decimals: int = 3):
        self.rows, self.decimals = rows, decimals
        self.entries = in_floats([[np.nan if a is None else a for a in row] for row in rows])

    @cached_property
    def _near(self) -> Array:
        """How far a number may lie from what was typed, to be looked at more closely."""
        return np.maximum(1.001 * 10.0**-self.decimals, 1e-9 * np.abs(self.entries))

    def marks(self, tables: Array) -> Array:
        """Which entries of tables of shape (..., steps, 2) are what was typed; a blank is."""
        with np.errstate(invalid="ignore"):
            marks = np.isnan(self.entries) | (np.abs(tables - self.entries) <= self._near)
        for place in np.argwhere(marks & ~np.isnan(self.entries) & (tables != self.entries)):
            typed = self.rows[place[-2]][place[-1]]
            marks[tuple(place)] = self._is_entry(typed, float(tables[tuple(place)]))
        return marks

    def _is_entry(self, typed: Fraction, value: float) -> bool:
        """Whether a typed number is a value that was computed in floats, or is that rounded."""
        nearly = abs(as_float(typed) - value) <= 1e-9 * max(1.0, abs(value))
        return nearly or is_shortened(typed, Fraction(value), self.decimals)


def as_float(number: Any) -> float:
    try:
        return float(number)
    except OverflowError:
        return np.inf


def in_floats(rows: Iterable[Iterable[Any]]) -> Array:
    """Rows of numbers of any kind as floats; infinite where a number is too large for one."""
    return np.array([[as_float(a) for a in row] for row in rows])


def together(problem: Any) -> tuple[list[Made], Array]:
    """The mistakes of a problem, alone and in pairs. -> (what was made, the tables of shape (len(made), steps, 2))"""
    return _joined(_walks(problem, 2))


def alone(problem: Any) -> tuple[list[Made], Array]:
    """The mistakes of a problem, alone. -> as `together`"""
    if "alone" not in vars(problem):
        vars(problem)["alone"] = _joined((*_walks(problem, 1), *_others(problem)))
    made: tuple[list[Made], Array] = vars(problem)["alone"]
    return made


def _joined(groups: Iterable[tuple[list[Made], Array]]) -> tuple[list[Made], Array]:
    made, tables = zip(*groups, strict=True)
    return list(chain(*made)), np.concatenate(tables)


def _others(problem: Any) -> Iterator[tuple[list[Made], Array]]:
    """The mistakes that cannot be put together with others, and those of the problem alone."""
    kinds = (OtherStep, OtherSetting, WrongGradient, WrongAnswer)
    others = [m for m in (*MISTAKES, *RARE) if m.applies_to(problem) and not issubclass(m, kinds)]
    for mistake in (*problem.own_mistakes, *others):
        yield [(mistake,)], np.array([mistake.points(problem)], float)


def _walks(problem: Any, most: int) -> Iterator[tuple[list[Made], Array]]:
    """All that can be put together, of at most this many mistakes."""
    able = [m for m in MISTAKES if m.applies_to(problem)]
    gradients = [m for m in able if issubclass(m, WrongGradient)]
    settings = [(m,) for m in able if issubclass(m, OtherSetting)]
    rare = [m for m in RARE if m.applies_to(problem)]
    steps = [m for m in (*able, *rare) if issubclass(m, OtherStep)]
    writings = [m for m in (*able, *rare) if issubclass(m, WrongAnswer)]
    ways: list[Made] = [(), *settings]
    wrong: list[Made] = [(), *((g,) for g in gradients), *combinations(gradients, 2)]
    before = list(product(wrong, ways))
    for step in (None, *steps):
        own = (step,) if step else ()
        few = [(g, way) for g, way in before if len(g + way + own) <= most]
        made = [g + way + own for g, way in few]
        walk = _walk(problem, step, few)
        yield made, np.moveaxis(walk.positions[1:], 0, 1)
        if fewer := [k for k, each in enumerate(made) if len(each) < most]:
            short = _of(walk, fewer)
            for writing in writings:
                yield [(*made[k], writing) for k in fewer], np.moveaxis(writing.written(short), 0, 1)
    if most > 1:
        yield from _written_twice(_walk(problem, None, [((), ())]), writings)


def _written_twice(right: Any, writings: list[type[WrongAnswer]]) -> Iterator[tuple[list[Made], Array]]:
    """The right walk, written down in two wrong ways at once."""
    tables = np.concatenate([writing.written(right) for writing in writings], 1)
    once = SimpleNamespace(positions=np.concatenate([tables[:1], tables]))
    for second in writings:
        if second.pointwise:
            yield [(first, second) for first in writings], np.moveaxis(second.written(once), 0, 1)


def _of(walk: Any, few: list[int]) -> Any:
    """Some of the paths that were walked side by side."""
    return SimpleNamespace(
        steps=walk.steps,
        positions=walk.positions[:, few],
        velocities=walk.velocities[:, few],
        gradients=walk.gradients[:, few],
    )


class _Both:
    """Wrong gradients one on top of the other."""

    def __init__(self, landscape: Any, gradients: tuple[Any, ...]):
        self.wrong = [g(landscape) for g in gradients]

    def changed(self, g: Array, theta: Array) -> Array:
        return reduce(lambda so_far, wrong: wrong.changed(so_far, theta), self.wrong, g)


def _walk(problem: Any, step: type[OtherStep] | None, made: list[tuple[Any, Any]]) -> Any:
    """Walk one wrong step, or the right one, side by side with wrong gradients and settings.

    made: (gradients, settings), those with the same gradients next to each other.
    -> as a Path, of shape (steps + 1, len(made), 2)
    """
    usual = {name: float(x) for name, x in problem.settings.items()}
    each = [reduce(lambda some, m: m.settings(**some), settings, usual) for _, settings in made]
    firsts = [gradients for gradients, _ in made]
    runs = [
        (_Both(problem.landscape, g), slice(firsts.index(g), firsts.index(g) + firsts.count(g)))
        for g in dict.fromkeys(filter(None, firsts))
    ]
    return side_by_side(problem, step, each, runs)


def side_by_side(
    problem: Any, step: type[OtherStep] | None, each: list[dict[str, float]], runs: list[tuple[Any, slice]]
) -> Any:
    """Walk many settings at once, in floats.

    each: the settings of each path.  runs: (wrong gradient, the paths in which it is taken).
    -> as a Path, of shape (steps + 1, len(each), 2)
    """
    method, n = type(problem.optimizer), len(each)
    settings = {name: np.array([[one[name]] for one in each]) for name in each[0]}
    optimizer = step.stepper(method, settings) if step else method(**settings)
    for name, kept in problem.memory.items():
        if hasattr(optimizer, name):
            setattr(optimizer, name, kept if name == "t" else {"theta": _repeated(kept, n)})
    params = {"theta": _repeated(problem.start, n)}
    positions, velocities, gradients = np.zeros((3, problem.steps + 1, n, 2))
    positions[0] = params["theta"]
    with np.errstate(all="ignore"):
        for t in range(problem.steps):
            at = gradient_point(optimizer, params)["theta"]
            right = problem.landscape.gradient(at)
            gradients[t] = right
            for wrong, run in runs:
                gradients[t, run] = wrong.changed(right[run], at[run])
            optimizer.update(params, {"theta": gradients[t].copy()})
            positions[t + 1] = params["theta"]
            v = getattr(optimizer, "v", None)
            velocities[t + 1] = v["theta"] if isinstance(v, dict) else positions[t + 1] - positions[t]
    return SimpleNamespace(
        steps=problem.steps, positions=positions, velocities=velocities, gradients=gradients
    )


def _repeated(values: Any, n: int) -> Array:
    return np.tile(np.asarray(values, float), (n, 1))
