"""An optimizer to write: a class with update(params, grads), walked over several landscapes."""

import inspect
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from course_utils.landscapes import BOWL, SADDLE, Landscape
from course_utils.optimizers import Optimizer
from course_utils.practice import sandbox
from course_utils.practice.mistakes import ALL_METHODS, MISTAKES, Mistake
from course_utils.practice.problems import StepProblem
from course_utils.practice.tasks.declared import Declared
from course_utils.practice.tasks.verdicts import (
    NOT_YET,
    RIGHT,
    TO_DO,
    Verdict,
    because,
    same,
    table,
)
from course_utils.support.numbers import typed, typed_apart
from course_utils.support.types import Array, Number, Point

Method: TypeAlias = Callable[..., Any]  # the class of an optimizer, or what stands for one
Settings: TypeAlias = dict[str, Number]
Where: TypeAlias = tuple[Landscape, Point, int, Settings]
Points: TypeAlias = Sequence[Any] | Array
Probe: TypeAlias = Callable[[Method, Settings], Any]

#: Where a method is walked: (landscape, start, steps, settings). The first is what a student knows by heart; on the
#: others mistakes that look alike there part ways, and each differs from the one before in η and in μ.
WALKS: tuple[Where, ...] = (
    (SADDLE, (1, 2), 3, {"lr": Fraction(1), "momentum": Fraction(1)}),
    (SADDLE, (8, 16), 3, {"lr": Fraction(1, 2), "momentum": Fraction(1, 4)}),
    (BOWL, (-4, 3), 4, {"lr": Fraction(1, 4), "momentum": Fraction(1, 2)}),
)


class OptimizerTask(Declared):
    """A class to write that does what an optimizer of the course does.

    optimizer: the class that it should equal.  settings: for each walk, the arguments of its constructor;
    if empty, lr and momentum, if it takes them.
    """

    def __init__(self, optimizer: type[Optimizer], name: str = "", settings: tuple[Settings, ...] = ()):
        super().__init__(name)
        self.optimizer, self.settings = optimizer, settings

    def code(self) -> str:
        """The class as a notebook can hold it: without what checks its input, and with nothing but numpy."""
        lines = inspect.getsource(self.optimizer).splitlines()
        code = "\n".join(line for line in lines if not line.strip().startswith("validate("))
        zeros = "{name: np.zeros_like(p) for name, p in params.items()}"
        return code.replace("(Optimizer):", ":").replace("zeros_like(params)", zeros)

    def walks(self) -> Iterator[Where]:
        """-> [(landscape, start, steps, settings)]"""
        takes = inspect.signature(self.optimizer).parameters
        for k, (landscape, start, steps, usual) in enumerate(WALKS):
            named = {n: x for n, x in usual.items() if n in takes}
            yield (
                landscape,
                start,
                steps,
                dict(self.settings[k % len(self.settings)]) if self.settings else named,
            )

    def examine(self, method: Any) -> Verdict:
        """Walk a class over the landscapes. -> Verdict"""
        if not inspect.isclass(method):
            return Verdict(NOT_YET, f"Not yet: {_no_class(method)}")
        walks = list(self.walks())
        calls: list[tuple[Method, tuple[Any, ...]]] = [(walk, (method, *where)) for where in walks]
        calls += [(probe, (method, walks[-1][-1])) for probe in (*PROBES, keeps_by_name)]
        others = [
            (name, (*walks[1][:3], walks[1][3] | {name: walks[1][3][name] / 2})) for name in walks[1][3]
        ]
        calls += [(walk, (method, *where)) for _, where in others]
        calls += [(walk, (method, *walks[0]))]  # once more: nothing may be left from the first time
        try:
            outcomes = sandbox.run(calls)
        except sandbox.CannotRun as refused:
            return Verdict(NOT_YET, f"Not yet: {refused}.")
        tries = [
            _Walk(method.__name__, where, walk(self.optimizer, *where)["points"], outcome)
            for where, outcome in zip(walks, outcomes, strict=False)
        ]
        if outcomes[0].kind == "to do":
            return Verdict(
                TO_DO, f"To do: {method.__name__} raises NotImplementedError. Write your code in its place."
            )
        lines: list[str] = []
        for one in tries:
            if one.mishap:
                return Verdict(NOT_YET, "\n".join([*lines, f"Not yet: {one.title}", f"  {one.mishap}"]))
            if one.wrong:
                found = self._recognised(tries)
                lines += [f"Not yet: {one.title}", *one.told()]
                again = outcomes[-1].value
                if isinstance(again, dict) and not _alike(again.get("points", []), tries[0].points):
                    found = []
                    lines.append(f"  {SHARED[two_optimizers]}")
                elif found:
                    symptoms, cures = (list(dict.fromkeys(one[k] for one in found))[:3] for k in (1, 2))
                    lines.append(because(symptoms, " ".join(cures)))
                else:
                    unused = [
                        n
                        for (n, w), o in zip(others, outcomes[-len(others) - 1 :], strict=False)
                        if self._is_unused(w, tries[1], o)
                    ]
                    lines += filter(None, [_look(tries, one, unused)])
                return Verdict(NOT_YET, "\n".join(lines), tuple(name for name, *_ in found))
            lines.append(f"Right: {one.title}: {' '.join(map(_point, one.points))}")
        right = [probe(self.optimizer, walks[-1][-1]) for probe in PROBES]
        for probe, expected, outcome in zip(PROBES, right, outcomes[len(walks) :], strict=False):
            wrong = _found(probe, expected, outcome, outcomes[len(walks) + len(PROBES)].value is True)
            if wrong:
                return Verdict(NOT_YET, "\n".join([*lines, f"Not yet: {probe.__doc__}", f"  {wrong}"]))
            lines.append(f"Right: {probe.__doc__}")
        return Verdict(RIGHT, "\n".join(lines))

    def _is_unused(self, where: Where, usual: "_Walk", outcome: sandbox.Outcome) -> bool:
        """Whether another value of a setting makes no difference to the student's steps, where it should."""
        points = outcome.value.get("points", []) if isinstance(outcome.value, dict) else []
        return _alike(points, usual.points) and not _alike(
            walk(self.optimizer, *where)["points"], usual.expected
        )

    def _recognised(self, tries: Sequence["_Walk"]) -> list[tuple[str, str, str]]:
        """(name, symptom, cure) of every mistake that takes the student's steps, on every walk.

        The task's own slips go before those of the table: they know which line of the code was asked for.
        """
        found, own = [], []
        if self.optimizer in ALL_METHODS:
            for mistake, tables in mistaken(self.optimizer, self.walks()):
                if all(map(_alike, (one.points for one in tries), tables)):
                    found.append((mistake.id, mistake.in_code or mistake.symptom, mistake.cure))
        for slip in self.mistakes:
            tables = [walk(slip.function, *one.where)["points"] for one in tries]
            if all(map(_alike, (one.points for one in tries), tables)):
                own.append((slip.name, slip.symptom, slip.cure))
        return own or found


def _no_class(thing: object) -> str:
    """What was handed over where a class is asked for."""
    if type(thing).__module__ != "builtins" and callable(getattr(thing, "update", None)):
        name = type(thing).__name__
        return f"this is an object of the class {name}. Hand over the class itself, {name} without brackets."
    if inspect.isroutine(thing):
        return f"{typed(thing, 60)} is a function, and this task asks for a class."
    return f"{typed(thing, 60)} is not a class. Hand over the class itself: its name, without brackets."


def mistaken(method: type[Any], walks: Iterable[Where]) -> list[tuple[type[Mistake], list[Array]]]:
    """Every mistake that can be made with a method and seen on the walks: [(mistake, [its points, a walk])]."""
    problems = [
        StepProblem(landscape, method(**settings), start, steps)
        for landscape, start, steps, settings in walks
    ]
    tables = [(m, [m.points(p) for p in problems]) for m in MISTAKES if any(map(m.applies_to, problems))]
    right = [p.path.positions[1:] for p in problems]
    return [(m, points) for m, points in tables if not all(map(_alike, points, right))]


# --- in the process of the student's code -----------------------------------------------------------------


def walk(
    method: Method, landscape: Landscape, start: Point, steps: int, settings: Settings
) -> dict[str, Any]:
    """Walk a class. -> {"points": one per step, and what else is worth a line}"""
    optimizer = method(**{name: float(x) for name, x in settings.items()})
    theta = np.array(start, float)
    params, told, points = {"theta": theta}, {}, []
    for _ in range(steps):
        before = np.array(params["theta"])
        at = optimizer.gradient_point(params) if hasattr(optimizer, "gradient_point") else params
        if not isinstance(at, Mapping) or set(at) != {"theta"}:
            return {"misuse": "gradient_point must return a dict with the keys of params"}
        if not np.array_equal(params["theta"], before, equal_nan=True):
            return {
                "misuse": "gradient_point moves params: return a new dict, and leave params where they are"
            }
        grads = {"theta": landscape.gradient(np.array(at["theta"]))}
        kept = grads["theta"].copy()
        returned = optimizer.update(params, grads)
        if not isinstance(params, dict) or set(params) != {"theta"}:
            return {"misuse": "update changes the keys of params"}
        try:
            here = np.array(params["theta"], float)
        except (TypeError, ValueError):
            return {"misuse": f'params["theta"] no longer holds numbers: {typed(params["theta"], 60)}'}
        if here.shape != before.shape:
            return {"misuse": f'params["theta"] has shape {before.shape}, and after your update {here.shape}'}
        if not np.array_equal(grads["theta"], kept, equal_nan=True):
            told["grads"] = True
        if returned is not None and np.array_equal(here, before):
            told["returned"] = True
        if params["theta"] is not theta:
            told["rebound"] = True
        points.append(here)
    return {"points": points, **told}


def two_keys(method: Method, settings: Settings) -> list[dict[str, Array]]:
    """several arrays in params, each moved by its own gradient"""
    return _constant(method, settings, {"a": (2,), "b": (2,)})


def other_order(method: Method, settings: Settings) -> list[dict[str, Array]]:
    """gradients in another order than params"""
    return _constant(method, settings, {"a": (2,), "b": (2,)}, backwards=True)


def two_shapes(method: Method, settings: Settings) -> list[dict[str, Array]]:
    """arrays of any name and shape"""
    return _constant(method, settings, {"W1": (2, 3), "b1": (3,)})


def two_optimizers(method: Method, settings: Settings) -> list[Array]:
    """two optimizers at work side by side"""
    settings = {name: float(x) for name, x in settings.items()}
    optimizers = [method(**settings), method(**settings)]
    all_params = [{"theta": np.array([1.0, 2.0])}, {"theta": np.array([5.0, -4.0])}]
    points = []
    for _ in range(3):
        for sign, optimizer, params in zip((1, -1), optimizers, all_params, strict=True):
            optimizer.update(params, {"theta": sign * np.array([1.0, 2.0])})
            points.append(params["theta"].copy())
    return points


def _constant(
    method: Method, settings: Settings, shapes: dict[str, tuple[int, ...]], backwards: bool = False
) -> list[dict[str, Array]]:
    optimizer = method(**{name: float(x) for name, x in settings.items()})
    params = {name: np.arange(1.0, np.prod(shape) + 1).reshape(shape) for name, shape in shapes.items()}
    tables = []
    for _ in range(3):
        grads = {name: (k + 1) * np.ones(shape) for k, (name, shape) in enumerate(shapes.items())}
        optimizer.update(params, dict(reversed(grads.items())) if backwards else grads)
        tables.append({name: np.array(p) for name, p in params.items()})
    return tables


def keeps_by_name(method: Method, settings: Settings) -> bool:
    """Whether the optimizer keeps something under the names of the arrays; no probe, but evidence."""
    optimizer = method(**{name: float(x) for name, x in settings.items()})
    arrays = {"a": np.ones(2), "b": np.ones(2)}
    optimizer.update({name: array.copy() for name, array in arrays.items()}, arrays)
    return any(isinstance(x, Mapping) and set(x) == set(arrays) for x in vars(optimizer).values())


PROBES: tuple[Probe, ...] = (two_keys, other_order, two_shapes, two_optimizers)
SHARED: dict[Probe, str] = {
    two_keys: "the keys of params disturb each other: what is kept from step to step is kept for each, under its own name",
    other_order: "an array moves by the gradient of another: take each by its name, grads[name], wherever it stands in grads",
    two_shapes: "arrays of another shape do not come out right: is something made for one shape only?",
    two_optimizers: "a second optimizer disturbs the first: what it remembers belongs to self, and is made in __init__",
}

# --- what it shows ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Walk:
    """One walk of the student's class: what it was asked, expected and did."""

    name: str
    where: Where
    expected: Points
    outcome: sandbox.Outcome

    @property
    def title(self) -> str:
        landscape, start, _, settings = self.where
        named = ", ".join(f"{name}={typed(float(x))}" for name, x in settings.items())
        return f"{self.name}({named}) on f = {landscape.plain} from {_point(start)}"

    @property
    def told_of(self) -> dict[str, Any]:
        return self.outcome.value if isinstance(self.outcome.value, dict) else {}

    @property
    def points(self) -> list[Any]:
        return self.told_of.get("points", [])

    @property
    def mishap(self) -> str:
        """One line on what went wrong before there were points to compare; empty where there are."""
        if self.outcome.kind == "to do":
            return "your code raises NotImplementedError here: write your code in its place"
        if self.outcome.line:
            return f"your code {self.outcome.line}" + _advice(self.outcome, ("theta",), self.where[3])
        if "misuse" in self.told_of:
            return self.told_of["misuse"]
        return ""

    @property
    def notes(self) -> Iterator[str]:
        """What the steps do not show, one line each."""
        if self.told_of.get("returned"):
            yield "update returns something and leaves params as they were: move params themselves, and return nothing"
        if self.told_of.get("grads"):
            yield "update changes grads: they belong to the caller, so work on a copy"
        if self.told_of.get("rebound") and _alike(self.points, self.expected):
            yield (
                "update puts a new array into params: whoever holds the old one does not see the step. "
                "`params[name] += ...` changes the array itself"
            )

    @property
    def wrong(self) -> bool:
        return not _alike(self.points, self.expected) or any(self.notes)

    def told(self) -> list[str]:
        lines, parted = [], False
        if not _alike(self.points, self.expected):
            rows = []
            for t, (got, expected) in enumerate(zip(self.points, self.expected, strict=True), 1):
                mark = "" if same(got, expected) else "no" if parted else "no: here the paths part"
                parted = parted or bool(mark)
                texts = typed_apart(*(tuple(map(float, point)) for point in (expected, got)))
                rows.append((str(t), *(texts if mark else map(_point, (expected, got))), mark))
            lines += table(rows, head=("step", "expected", "got", ""))
        return lines + [f"  {note}" for note in self.notes]


def _alike(points: Points, others: Points, rtol: float = 1e-9) -> bool:
    return len(points) == len(others) and all(
        same(np.array(p), np.array(q, dtype=float), rtol) for p, q in zip(points, others, strict=True)
    )


def _point(point: Iterable[Number]) -> str:
    return "(" + ", ".join(typed(float(x)) for x in point) + ")"


def _advice(outcome: sandbox.Outcome, names: Collection[str], settings: Collection[str] = ()) -> str:
    """What an exception means that an optimizer is known for.

    names: the keys of params.  settings: the arguments of the constructor.
    """
    name = re.search(r"name '(\w+)' is not defined", outcome.line)
    key = re.search(r"raises KeyError: '(\w+)'", outcome.line)
    if name and name[1] in settings:
        return f"\n  the settings belong to the object: self.{name[1]}"
    if "'NoneType'" in outcome.line:
        return "\n  something is None here: what is kept from step to step must be made before it is used"
    if "could not be broadcast" in outcome.line:
        return "\n  two shapes meet here: for what is kept, make zeros in the shape of each array"
    if "list indices must be integers or slices, not str" in outcome.line:
        return "\n  a list has no names: keep a dict, with an array under each name in params"
    if "'dict' object is not callable" in outcome.line:
        return "\n  what a dict holds stands in square brackets: grads[name]"
    if outcome.error == "TypeError" and "operand" in outcome.line and "'dict'" in outcome.line:
        return "\n  params and grads are dicts of arrays: take one name at a time, `for name in params`"
    if key and key[1] in names:  # params and grads have it
        return f"\n  nothing is kept under the name {key[1]!r} yet: before the first step, make zeros for every name in params"
    if key:
        return f"\n  params has no {key[1]!r} here: go through the names that it has, `for name in params`"
    if outcome.error == "_UFuncNoLoopError" or "dtype('<U" in outcome.line:  # text among the numbers
        return (
            "\n  a name is not an array: `for name in params` gives the names, and params[name] is the array"
        )
    if "Cannot cast" in outcome.line and re.search(r"to dtype\('u?int", outcome.line):
        return "\n  an array of whole numbers cannot hold fractions: make zeros of the kind of params[name]"
    return ""


def _found(probe: Probe, expected: Any, outcome: sandbox.Outcome, by_name: bool) -> str:
    """What a probe shows, in a line; empty where all is right.  by_name: whether what is kept has the names of params."""
    if outcome.kind != "returned":
        names = expected[0] if isinstance(expected[0], dict) else ("theta",)
        return f"your code {outcome.line or 'raises NotImplementedError'}{_advice(outcome, names)}"
    if same(outcome.value, expected):
        return ""
    if probe is two_keys and by_name:
        told = "beside another array in params, an array does not take the steps that it takes alone"
    else:
        told = SHARED[probe]
    return _standing(outcome.value, expected) or told


def _standing(tables: object, expected: Any) -> str | None:
    """One line where some of the arrays move, as they should, and others never do; None otherwise."""
    if not (
        isinstance(tables, list)
        and all(isinstance(t, dict) and t.keys() == expected[0].keys() for t in tables)
    ):
        return None
    still = [n for n in expected[0] if all(same(t[n], tables[0][n]) for t in tables)]
    if not still or not all(
        same(t[n], e[n]) for t, e in zip(tables, expected, strict=True) for n in t if n not in still
    ):
        return None
    told = f"params[{still[0]!r}] stays where it is: "
    names = list(expected[0])
    if still == names[:-1]:
        return told + "does the line that moves an array stand inside the loop over the names?"
    if still == names[1:]:
        return (
            told + "the loop over the names ends after its first turn. Is there a `return` or `break` in it?"
        )
    return told + "do you go through all names in params?"


def _look(tries: Sequence[_Walk], shown: _Walk, unused: Sequence[str]) -> str | None:
    """What strikes about steps that no known mistake gives.

    shown: the walk that is told.  unused: settings that make no difference.
    """
    told = [note for one in tries for note in one.notes]
    if told:
        return None  # it is told already
    if all(same(tuple(p), one.where[1]) for one in tries for p in one.points):
        return "Your update leaves params where they are: it has to change the arrays in params."
    if not np.isfinite(np.array(shown.points, float)).all():
        return (
            "A number that is infinite or NaN: look for a division by 0, and for steps that grow without end."
        )
    if all(_alike(one.points, one.expected, 1e-5) for one in tries):
        return "The steps differ only after the fifth digit. Is something kept in float32?"
    if unused:
        return f"Your steps are the same whatever {' and '.join(unused)} {'is' if len(unused) == 1 else 'are'}: use self.{unused[0]} where it belongs."
    return None
