"""Questions with exact answers: they know the right table, and what each mistake would give."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from numbers import Rational, Real
from typing import Any, TypeAlias

import numpy as np

from course_utils.descent import Path, descend
from course_utils.landscapes import SADDLE, Landscape
from course_utils.optimizers import Momentum, Optimizer
from course_utils.practice.mistakes import ALL_METHODS, MISTAKES, Mistake
from course_utils.practice.rows import Cause, causes_of_row
from course_utils.practice.typed_numbers import Typed, is_right, is_shortened
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.numbers import written, written_point
from course_utils.support.types import Number
from course_utils.support.validation import shown, whole_number

Row: TypeAlias = tuple[Fraction | None, ...]  # of a student's table; None for a blank
Table: TypeAlias = list[tuple[Fraction, ...]]
Vector: TypeAlias = Any  # two numbers, in a tuple, a list or an array
Attempt: TypeAlias = Iterable[Iterable[Number | None]]

#: How the settings are written in formulas.
SYMBOLS = {"lr": "η", "momentum": "μ"}

#: How a method is named in a question, its rule, and the letter of the point that it stores.
METHOD_WORDS = {
    "SGD": (_("plain gradient descent"), "θ ← θ − η g", "θ"),
    "Momentum": ("Momentum", "v ← μ v − η g,   θ ← θ + v", "θ"),
    "NesterovLookahead": (_("Nesterov's method in θ"), _("g at θ + μ v;   v ← μ v − η g,   θ ← θ + v"), "θ"),
    "Nesterov": (_("Nesterov's method in Θ"), "Θ ← Θ + μ² v − (1 + μ) η g,   v ← μ v − η g", "Θ"),
}

#: The name that `diagnose` gives to a single wrong step with everything after it right.
SLIP = "slip carried forward"


@dataclass(frozen=True)
class Diagnosis:
    """What an attempt tells.

    correct: whether every entry is there and right.
    first_wrong_step: the first step with a wrong entry, counted from 1; None where no entry is wrong.
    mistakes: ids of the mistakes that give exactly this table, else the first wrong row alone; empty where none does.
    message: a kind sentence or two on what to look at; never the answer.
    """

    correct: bool
    first_wrong_step: int | None
    mistakes: tuple[str, ...]
    message: str


class StepProblem:
    """Where are you after each of the first `steps` steps of an optimizer on a landscape?

    landscape: a Landscape that is exact in Fractions.  optimizer: SGD, Momentum, NesterovLookahead or
    Nesterov with plain numbers as settings; a float counts as the decimal it prints as (0.1 is 1/10).
    start: (x, y).  steps: a whole number ≥ 1.  velocity: that at the start; at rest where None.

    answer: the exact points after steps 1, 2, ...: a list of (x, y) in Fractions.

    Raises TypeError or ValueError, which name the argument, for anything else.
    """

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
        self.settings = {
            name: _exact(name, getattr(optimizer, name))
            for name in ("lr", "momentum")
            if hasattr(optimizer, name)
        }
        self.start = np.array([_exact("start", x) for x in start], dtype=object)
        self.steps = steps
        self.velocity = (
            None if velocity is None else np.array([_exact("velocity", x) for x in velocity], dtype=object)
        )
        self.optimizer = self.set_off(type(optimizer)(**self.settings))

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={written(value)}" for name, value in self.settings.items())
        return (
            f"StepProblem({self.landscape.name}, {type(self.optimizer).__name__}({settings}), "
            f"start={written_point(self.start)}, steps={self.steps})"
        )

    def set_off(self, optimizer: Any, axis: Any = slice(None)) -> Any:
        """Give an optimizer, or that of one axis, the velocity at the start. -> the optimizer"""
        if self.velocity is not None and hasattr(optimizer, "v"):
            optimizer.v = {"theta": self.velocity[axis]}
        return optimizer

    def after(self, t: int) -> "StepProblem":
        """The next step alone, after t right ones: a StepProblem from where they lead, with the velocity there."""
        velocity = self.path.velocities[t] if t else self.velocity
        return StepProblem(self.landscape, self.optimizer, self.path.positions[t], 1, velocity)

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
        return [(mistake, table) for mistake, table in tables if not _matches(table, self.answer)]

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
        mistakes, sentences = self._cause(attempt, wrong)
        return Diagnosis(False, wrong, mistakes, " ".join([*_right_before(wrong), *sentences]))

    def _cause(self, attempt: list[Row], wrong: int) -> tuple[tuple[str, ...], list[str]]:
        """What the first wrong step shows. -> (ids of mistakes, sentences)"""
        found = {m.id: m for m, table in self.mistaken if _matches(attempt, table)}
        if found:
            parting = [] if wrong == 1 else [_("At step {n} the paths part.").format(n=wrong)]
            return tuple(found), [*parting, _because(list(found.values()), self.landscape.letters)]
        alone = causes_of_row(self, wrong, attempt[wrong - 1])
        because = _because_of_row(alone, wrong, self.landscape.letters)
        if self._is_slip(attempt, wrong):
            told = _(
                "There is one slip in step {n}; everything after it follows correctly from it. "
                "One mistake, not {steps}: redo the arithmetic of step {n}."
            )
            return (SLIP,), [told.format(n=wrong, steps=self.steps - wrong + 1), *because]
        pairs = zip(self.landscape.letters, attempt[wrong - 1], self.answer[wrong - 1], strict=True)
        typed = [(axis, a, b) for axis, a, b in pairs if a is not None]
        if all(is_shortened(a, b) for _axis, a, b in typed):
            told = _("Step {n} is rounded too far: give three decimals, or a fraction.")
            return (), [told.format(n=wrong)]
        if alone:
            return tuple(cause.id for cause in alone[:3]), because
        which = [axis for axis, a, b in typed if not is_right(a, b)]
        if "momentum" in self.settings:
            told = _(
                "Look at {what} in step {n}: write down the gradient there, then the velocity, then the new point."
            )
        else:
            told = _("Look at {what} in step {n}: write down the gradient there, then the new point.")
        both = _("{x} and {y}").format(x=self.landscape.letters[0], y=self.landscape.letters[1])
        return (), [told.format(what=which[0] if len(which) == 1 else both, n=wrong)]

    def marks(self, attempt: Attempt) -> list[tuple[bool | None, ...]]:
        """Mark every entry by itself: True right, False wrong, None blank. Same shape as the attempt."""
        return [
            tuple(None if a is None else is_right(a, b) for a, b in zip(given, right, strict=True))
            for given, right in zip(self._checked(attempt), self.answer, strict=True)
        ]

    def worked(self) -> list[str]:
        """The computation, one line a step: the gradient, the velocity, the new point."""
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
                ahead=written_point(path.gradient_points[t]),
                g=written_point(path.gradients[t]),
                v=written_point(path.velocities[t + 1]),
                point=written_point(path.positions[t + 1]),
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
            point=written_point(path.positions[t]),
            v=written_point(path.velocities[t]),
            ahead=written_point(path.gradient_points[t]),
            g=written_point(path.gradients[t]),
        )

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

    def _drawn(self, rng: random.Random) -> "StepProblem":
        settings = {"lr": rng.choice([Fraction(2), Fraction(1, 2), Fraction(1, 4)])}
        if "momentum" in self.settings:
            momenta = Fraction(1, 2), Fraction(1, 4), Fraction(3, 4)
            settings["momentum"] = rng.choice([mu for mu in momenta if mu != settings["lr"]])
        x_from, x_to, y_from, y_to = map(int, self.landscape.bounds)
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

    def _is_slip(self, attempt: list[Row], wrong: int) -> bool:
        """Whether everything after the first wrong step follows correctly from it.

        The slip may sit in the point only, or in the velocity from which the point was computed.
        """
        if (
            wrong == self.steps
            or None in attempt[wrong - 1]
            or all(None in point for point in attempt[wrong:])
        ):
            return False
        before = descend(self.optimizer, self.landscape, self.start, wrong)
        slip = np.array(attempt[wrong - 1]) - before.positions[-1]
        mu = self.settings.get("momentum", 0)
        for in_velocity in (0, 1, 1 / (1 + mu)):
            optimizer = before.optimizer
            if getattr(optimizer, "v", None):
                optimizer.v = {"theta": before.velocities[-1] + in_velocity * slip}
            after = descend(optimizer, self.landscape, attempt[wrong - 1], self.steps - wrong).positions[1:]
            if _matches(attempt[wrong:], _table(after)):
                return True
        return False


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


#: What is said of one cause, of two, or of three or more. A symptom is a clause that goes on after "when".
BECAUSE = (
    _("This is what comes out when {first}. {cure}"),
    _("This is what comes out when {first}, or when {second}. {cure}"),
    _("This is what comes out when {first}, or when {second}, or when {third}. {cure}"),
)


def _because(causes: Sequence[type[Mistake]], letters: tuple[str, str]) -> str:
    """What is said of the mistakes that give a table, at most three, where the coordinates have these letters."""
    names = zip(("first", "second", "third"), causes, strict=False)
    symptoms = {name: mistake.said("symptom", letters) for name, mistake in names}
    return BECAUSE[len(symptoms) - 1].format(cure=causes[0].said("cure", letters), **symptoms)


#: The same of one row alone, and of one coordinate of it.
ROW_BECAUSE = (
    _("Taken alone, step {n} is what comes out when {first}. {cure}"),
    _("Taken alone, step {n} is what comes out when {first}, or when {second}. {cure}"),
    _("Taken alone, step {n} is what comes out when {first}, or when {second}, or when {third}. {cure}"),
)
COORDINATE_BECAUSE = (
    _("In step {n} only {axis} is wrong: it is what comes out when {first}. {cure}"),
    _("In step {n} only {axis} is wrong: it is what comes out when {first}, or when {second}. {cure}"),
    _(
        "In step {n} only {axis} is wrong: it is what comes out when {first}, or when {second}, or when {third}. {cure}"
    ),
)


def _because_of_row(causes: Sequence[Cause], wrong: int, letters: tuple[str, str]) -> list[str]:
    """What is said of the causes of the first wrong row, at most three: one sentence or two, or none."""
    if not causes:
        return []
    names = zip(("first", "second", "third"), causes, strict=False)
    symptoms = {name: cause.said("symptom", letters) for name, cause in names}
    axis = causes[0].axis
    told = ROW_BECAUSE if axis is None else COORDINATE_BECAUSE
    cure = causes[0].said("cure", letters)
    coordinate = "" if axis is None else letters[axis]
    return [told[len(symptoms) - 1].format(n=wrong, axis=coordinate, cure=cure, **symptoms)]


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


def _matches(attempt: Sequence[Row], table: Table) -> bool:
    return all(
        a is None or is_right(a, b)
        for given, right in zip(attempt, table, strict=True)
        for a, b in zip(given, right, strict=True)
    )


THREE_STEPS = StepProblem(SADDLE, Momentum(lr=1, momentum=1), start=(1, 2), steps=3)
FOLLOW_UP = StepProblem(SADDLE, Momentum(lr=Fraction(1, 2), momentum=Fraction(1, 4)), start=(8, 16), steps=3)
