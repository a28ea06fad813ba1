"""Questions with exact answers: they know the right table, and what each mistake would give."""

import copy
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from numbers import Rational, Real
from typing import Any, TypeAlias

import numpy as np

from course_utils.descent import Path, descend
from course_utils.landscapes import SADDLE, Landscape
from course_utils.optimizers import Momentum, Optimizer
from course_utils.practice.causes import SLIP as SLIP
from course_utils.practice.causes import Row, cause
from course_utils.practice.mistakes import ADAPTIVE, ALL_METHODS, MISTAKES, Mistake
from course_utils.practice.typed_numbers import Typed, is_right
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.numbers import rounded_point, written, written_point
from course_utils.support.types import Number
from course_utils.support.validation import shown, whole_number

Table: TypeAlias = list[tuple[Fraction, ...]]
Vector: TypeAlias = Any  # two numbers, in a tuple, a list or an array
Attempt: TypeAlias = Iterable[Iterable[Number | None]]

#: How the settings are written in formulas.
SYMBOLS = {"lr": "η", "momentum": "μ", "rho": "β", "beta1": "β₁", "beta2": "β₂", "eps": "ε"}

#: How a method is named in a question, its rule, and the letter of the point that it stores.
METHOD_WORDS = {
    "SGD": (_("plain gradient descent"), "θ ← θ − η g", "θ"),
    "Momentum": ("Momentum", "v ← μ v − η g,   θ ← θ + v", "θ"),
    "NesterovLookahead": (_("Nesterov's method in θ"), _("g at θ + μ v;   v ← μ v − η g,   θ ← θ + v"), "θ"),
    "Nesterov": (_("Nesterov's method in Θ"), "Θ ← Θ + μ² v − (1 + μ) η g,   v ← μ v − η g", "Θ"),
    "AdaGrad": ("AdaGrad", "s ← s + g²,   θ ← θ − η g / (√s + ε)", "θ"),
    "RMSProp": ("RMSProp", "s ← β s + (1 − β) g²,   θ ← θ − η g / (√s + ε)", "θ"),
    "Adam": (
        "Adam",
        "m ← β₁ m + (1 − β₁) g,   s ← β₂ s + (1 − β₂) g²,   θ ← θ − η m̂ / (√ŝ + ε)",
        "θ",
    ),
}

#: What a method keeps from one step to the next.
MEMORY = ("v", "m", "s", "t")


@dataclass(frozen=True)
class Diagnosis:
    """What an attempt tells.

    correct: whether every entry is there and right.
    first_wrong_step: the first step with a wrong entry, counted from 1; None where no entry is wrong.
    mistakes: ids of what gives exactly this table, any of which would; of two that were made together, the one to look
        at first; else of what gives a part of it, or the first wrong row alone; empty where nothing does.
    message: a kind sentence or two on what to look at; never the answer.
    """

    correct: bool
    first_wrong_step: int | None
    mistakes: tuple[str, ...]
    message: str


class StepProblem:
    """Where are you after each of the first `steps` steps of an optimizer on a landscape?

    landscape: a Landscape that is exact in Fractions.  optimizer: SGD, Momentum, NesterovLookahead, Nesterov,
    AdaGrad, RMSProp or Adam with plain numbers as settings; a float counts as the decimal it prints as (0.1 is 1/10).
    start: (x, y).  steps: a whole number ≥ 1.  velocity: that at the start; at rest where None.

    answer: the points after steps 1, 2, ...: a list of (x, y) in Fractions. They are exact, except for the methods
    that take a root, which are computed in floats.

    Raises TypeError or ValueError, which name the argument, for anything else.
    """

    own_mistakes: tuple[type[Mistake], ...] = ()  # besides those of the atlas

    def __init__(
        self,
        landscape: Landscape,
        optimizer: Optimizer,
        start: Vector,
        steps: int,
        velocity: Vector | None = None,
    ):
        if not isinstance(landscape, Landscape):
            raise TypeError(f"landscape must be a Landscape such as SADDLE, not {shown(landscape)}")
        if type(optimizer) not in ALL_METHODS:
            names = ", ".join(method.__name__ for method in ALL_METHODS)
            raise TypeError(f"optimizer must be one of {names}, not {shown(optimizer)}")
        steps = whole_number("steps", steps, 1)
        if np.shape(start) != (2,):
            raise ValueError(f"start must be a point (x, y), not {shown(start)}")
        if velocity is not None and np.shape(velocity) != (2,):
            raise ValueError(f"velocity must be (v_x, v_y), not {shown(velocity)}")
        self.landscape = landscape
        self.in_floats = type(optimizer) in ADAPTIVE
        number: Any = float if self.in_floats else Fraction
        self.settings = {
            name: number(_exact(name, getattr(optimizer, name)))
            for name in SYMBOLS
            if hasattr(optimizer, name)
        }
        self.start = np.array(
            [number(_exact("start", x)) for x in start], dtype=float if self.in_floats else object
        )
        self.steps = steps
        self.velocity = (
            None if velocity is None else np.array([_exact("velocity", x) for x in velocity], dtype=object)
        )
        self.memory: dict[str, Any] = {} if self.velocity is None else {"v": self.velocity}
        self.optimizer = self.set_off(type(optimizer)(**self.settings))

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={written(value)}" for name, value in self.settings.items())
        return (
            f"StepProblem({self.landscape.name}, {type(self.optimizer).__name__}({settings}), "
            f"start={written_point(self.start)}, steps={self.steps})"
        )

    def set_off(self, optimizer: Any, axis: Any = slice(None)) -> Any:
        """Give an optimizer, or that of one axis, what is remembered at the start. -> the optimizer"""
        for name, kept in self.memory.items():
            if hasattr(optimizer, name):
                value = kept if name == "t" else {"theta": np.array(kept)[axis] + 0}
                setattr(optimizer, name, value)
        return optimizer

    def after(self, t: int, steps: int = 1) -> "StepProblem":
        """What comes after t right steps: a StepProblem from where they lead, with what is remembered there."""
        if not t:
            rest = StepProblem(self.landscape, self.optimizer, self.start, steps, self.velocity)
            rest.memory = self.memory
        else:
            end = descend(self.optimizer, self.landscape, self.start, t)
            rest = StepProblem(
                self.landscape, self.optimizer, end.positions[-1], steps, self.path.velocities[t]
            )
            kept = {name: getattr(end.optimizer, name, None) for name in MEMORY}
            rest.memory |= {
                name: value["theta"] if isinstance(value, dict) else value
                for name, value in kept.items()
                if value is not None
            }
        rest.optimizer = rest.set_off(rest.optimizer)
        return rest

    def rest(self, step: int) -> "StepProblem":
        """The problem from a step on, counted from 1, the same one whenever it is asked for."""
        if step == 1:
            return self
        rests = vars(self).setdefault("rests", {})
        if step not in rests:
            rests[step] = self.after(step - 1, self.steps - step + 1)
        rest: StepProblem = rests[step]
        return rest

    def starting_at(self, start: Vector) -> "StepProblem":
        """The same problem from another start."""
        same = copy.copy(self)
        for known in ("path", "answer", "mistaken", "alone", "rests"):
            vars(same).pop(known, None)
        same.start = start
        return same

    @cached_property
    def path(self) -> Path:
        return descend(self.optimizer, self.landscape, self.start, self.steps)

    @cached_property
    def answer(self) -> Table:
        return _table(self.path.positions[1:])

    @cached_property
    def mistaken(self) -> list[tuple[type[Mistake], Table]]:
        """Each mistake that can be made and seen here, with the table it gives."""
        tables = [(mistake, _table(mistake.points(self))) for mistake in MISTAKES if mistake.applies_to(self)]
        return [(mistake, table) for mistake, table in tables if not _is_right(table, self.answer)]

    def confusions(self) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
        """Which mistakes this problem cannot tell apart, or cannot see.

        -> (groups of names that give one and the same table, names that give the right answer)
        """
        groups = defaultdict(list)
        for mistake, table in self.mistaken:
            groups[tuple(table)].append(mistake.id)
        seen = {mistake for mistake, _ in self.mistaken}
        unseen = tuple(m.id for m in MISTAKES if m.applies_to(self) and m not in seen)
        return [tuple(names) for names in groups.values() if len(set(names)) > 1], unseen

    def diagnose(self, attempt: Attempt) -> Diagnosis:
        """Tell which mistake an attempt shows.

        attempt: `steps` points (x, y); entries are numbers, Fractions, or None for a blank. A decimal counts
        as right when it is the answer rounded, or cut off, after three places or more.

        Raises ValueError or TypeError for a table of another shape or entries of another kind.
        """
        attempt = self._checked(attempt)
        entries = [entry for point in attempt for entry in point]
        if all(entry is None for entry in entries):
            return Diagnosis(False, None, (), _("Nothing to check yet: fill in the first step."))
        wrong = next((t for t, marks in enumerate(self.marks(attempt), 1) if False in marks), None)
        if wrong is None:
            if None not in entries:
                return Diagnosis(True, None, (), _("Right, every step."))
            blank = next(t for t, point in enumerate(attempt, 1) if None in point)
            so_far = _("Right so far. Step {n} is not yet answered.")
            return Diagnosis(False, None, (), so_far.format(n=blank))
        mistakes, sentences = cause(self, attempt, wrong)
        return Diagnosis(False, wrong, mistakes, " ".join([*_right_before(wrong), *sentences]))

    def marks(self, attempt: Attempt) -> list[tuple[bool | None, ...]]:
        """Mark every entry by itself: True right, False wrong, None blank. Same shape as the attempt."""
        return [
            tuple(None if a is None else is_right(a, b) for a, b in zip(given, right, strict=True))
            for given, right in zip(self._checked(attempt), self.answer, strict=True)
        ]

    def worked(self) -> list[str]:
        """The computation, one line per step: the gradient, the velocity, the new point."""
        path = self.path
        if self._looks_ahead():
            told = _("Step {n}: look ahead to {ahead}, g = {g}, v = {v}, new point {point}")
        elif "momentum" in self.settings:
            told = _("Step {n}: g = {g}, v = {v}, new point {point}")
        else:
            told = _("Step {n}: g = {g}, new point {point}")
        return [
            told.format(
                n=t + 1,
                ahead=self._point(path.gradient_points[t]),
                g=self._point(path.gradients[t]),
                v=self._point(path.velocities[t + 1]),
                point=self._point(path.positions[t + 1]),
            )
            for t in range(self.steps)
        ]

    def _looks_ahead(self) -> bool:
        return self.path.gradient_points is not self.path.positions

    def hints(self, step: int) -> list[str]:
        """Three hints for a step, each telling more: how to set it out, how to begin it, a similar case worked."""
        if "momentum" in self.settings:
            table = _(
                "Make a table with three columns: g, v and the point. "
                "Fill in one row per step; each row starts from the row above it."
            )
        else:
            table = _(
                "Make a table with two columns: g and the point. "
                "Fill in one row per step; each row starts from the row above it."
            )
        similar = self.another(seed=step)
        case = _("A similar one: {settings}, start {start}. {steps}.").format(
            settings=similar.settings_written(),
            start=written_point(similar.start),
            steps=". ".join(similar.worked()[:2]),
        )
        return [table, self._begun(step), case]

    def _begun(self, step: int) -> str:
        """How a step begins."""
        path, t = self.path, step - 1
        if self._looks_ahead():
            told = _(
                "Step {n} starts at {point} with v = {v}; look ahead to {ahead}. The gradient there is g = {g}."
            )
        elif "momentum" in self.settings:
            told = _("Step {n} starts at {point} with v = {v}. The gradient there is g = {g}.")
        else:
            told = _("Step {n} starts at {point}. The gradient there is g = {g}.")
        return told.format(
            n=step,
            point=self._point(path.positions[t]),
            v=self._point(path.velocities[t]),
            ahead=self._point(path.gradient_points[t]),
            g=self._point(path.gradients[t]),
        )

    def _point(self, point: Vector) -> str:
        """A point of the walk, written out, or to four digits where it is in floats."""
        return rounded_point(point) if self.in_floats else written_point(point)

    def settings_written(self) -> str:
        """The settings as formulas have them: "η = 1/2, μ = 1/4"."""
        return ", ".join(f"{SYMBOLS[name]} = {written(value)}" for name, value in self.settings.items())

    def another(self, seed: int | None = None) -> "StepProblem":
        """A fresh problem of the same kind, with hand-friendly numbers on which the mistakes stay distinguishable.

        seed: a whole number; the same seed gives the same problem.
        """
        rng = random.Random(seed)
        drawn = sorted((self._drawn(rng) for _ in range(24)), key=StepProblem._digits)
        return min(drawn[:8], key=StepProblem._confusion)

    def for_one_of_many(self, seed: int) -> "StepProblem":
        """A fresh problem for one student of a class: from so many that two seldom get the same.

        Its numbers are about as friendly as those of `another`, and the mistakes stay distinguishable.
        seed: a whole number; the same seed gives the same problem.
        """
        rng = random.Random(seed)
        many = 8 if "momentum" in self.settings else 5  # without it there are fewer to choose from
        drawn = sorted((self._drawn(rng, reach=2) for _ in range(many)), key=StepProblem._digits)
        return next(filter(StepProblem._is_clear, drawn), None) or min(drawn, key=StepProblem._confusion)

    def _is_clear(self) -> bool:
        """Whether every mistake shows, and few of them give the same table."""
        groups, unseen = self.confusions()
        return not unseen and sum(len(group) - 1 for group in groups) <= 5

    def _drawn(self, rng: random.Random, reach: int = 1) -> "StepProblem":
        """reach: how much farther out than the landscape's picture it may start."""
        settings = dict(self.settings)
        settings["lr"] = rng.choice([Fraction(2), Fraction(1, 2), Fraction(1, 4)])
        if self.in_floats:
            settings["lr"] = float(settings["lr"])
        if "momentum" in self.settings:
            momenta = Fraction(1, 2), Fraction(1, 4), Fraction(3, 4)
            settings["momentum"] = rng.choice([mu for mu in momenta if mu != settings["lr"]])
        x_from, x_to, y_from, y_to = (reach * int(bound) for bound in self.landscape.bounds)
        start = [
            rng.choice([n for n in range(*ends) if n]) for ends in ((x_from, x_to + 1), (y_from, y_to + 1))
        ]
        return StepProblem(self.landscape, type(self.optimizer)(**settings), start, self.steps)

    def _digits(self) -> int:
        """How much there is to write: what makes a table tiring by hand."""
        return sum(len(str(x)) for point in self.answer for x in point)

    def _confusion(self) -> int:
        groups, unseen = self.confusions()
        return len(unseen) + sum(len(group) - 1 for group in groups)

    def _checked(self, attempt: Attempt) -> list[Row]:
        try:
            rows = [tuple(point) for point in attempt]
        except TypeError:
            raise TypeError(f"attempt must be a table of points (x, y), not {shown(attempt)}") from None
        if len(rows) != self.steps or any(len(row) != 2 for row in rows):
            raise ValueError(
                f"attempt must hold {self.steps} points (x, y), one per step, not {shown(attempt)}"
            )
        return [tuple(None if x is None else _exact("attempt", x) for x in row) for row in rows]


def method_words(problem: StepProblem) -> tuple[str, str, str]:
    """-> (what the method is called, its rule, the letter of the point that it stores)"""
    return METHOD_WORDS[type(problem.optimizer).__name__]


def asked(problem: StepProblem) -> str:
    """The question that a problem asks, in two sentences."""
    method, _rule, symbol = method_words(problem)
    if "momentum" in problem.settings:
        task = _(
            "f({letters}) = {landscape}. Take {method} with {settings}, from {symbol}₀ = {start}, and v = (0, 0)."
        )
    else:
        task = _("f({letters}) = {landscape}. Take {method} with {settings}, from {symbol}₀ = {start}.")
    task = task.format(
        letters=", ".join(problem.landscape.letters),
        landscape=problem.landscape.plain,
        method=method,
        settings=problem.settings_written(),
        symbol=symbol,
        start=written_point(problem.start),
    )
    return f"{task} {where(problem)}"


def where(problem: StepProblem) -> str:
    return _("Where are you after each step?") if problem.steps > 1 else _("Where are you after one step?")


def _right_before(wrong: int) -> list[str]:
    """The sentence that praises the steps before the first wrong one; none where it is the first."""
    if wrong == 1:
        return []
    right = wrong - 1
    return [ngettext("Step 1 is right.", "Steps 1 to {n} are right.", right).format(n=right)]


def _table(points: Iterable[Iterable[Any]]) -> Table:
    return [tuple(Fraction(x) for x in point) for point in points]


def _exact(name: str, value: object) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must hold plain numbers or Fractions, not {shown(value)}")
    if isinstance(value, Typed):
        return value
    try:
        if isinstance(value, Rational):  # numpy's whole numbers among them, which would overflow as they are
            return Fraction(int(value.numerator), int(value.denominator))
        return Fraction(str(value))
    except (ValueError, OverflowError):
        raise ValueError(f"{name} must be finite, not {shown(value)}") from None


def _is_right(table: Table, answer: Table) -> bool:
    return all(
        is_right(a, b)
        for row, right in zip(table, answer, strict=True)
        for a, b in zip(row, right, strict=True)
    )


THREE_STEPS = StepProblem(SADDLE, Momentum(lr=1, momentum=1), start=(1, 2), steps=3)
FOLLOW_UP = StepProblem(SADDLE, Momentum(lr=Fraction(1, 2), momentum=Fraction(1, 4)), start=(8, 16), steps=3)
