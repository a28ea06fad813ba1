"""An optimizer to write: a class with update(params, grads), walked over several landscapes."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from course_utils.landscapes import BOWL, SADDLE, Landscape
from course_utils.optimizers import Optimizer
from course_utils.practice import sandbox
from course_utils.practice.mistakes import ALL_METHODS, MISTAKES, Mistake
from course_utils.practice.problems import StepProblem
from course_utils.practice.sandbox import Line
from course_utils.practice.tasks import edits, impulse, raised
from course_utils.practice.tasks.comparing import same
from course_utils.practice.tasks.declared import Declared
from course_utils.practice.tasks.functions import to_do
from course_utils.practice.tasks.seen import Seen
from course_utils.practice.tasks.verdicts import NOT_YET, RIGHT, Row, Verdict, because
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
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
            kind = float if "eps" in takes else Fraction  # a method with roots cannot be exact
            named = {n: kind(x) for n, x in usual.items() if n in takes}
            yield (
                landscape,
                start,
                steps,
                dict(self.settings[k % len(self.settings)]) if self.settings else named,
            )

    def examine(self, method: Any) -> Verdict:
        """Walk a class over the landscapes. -> Verdict"""
        if not inspect.isclass(method):
            return Verdict(NOT_YET, findings=(_no_class(method),))
        walks = list(self.walks())
        calls: list[tuple[Method, tuple[Any, ...]]] = [(walk, (method, *where)) for where in walks]
        calls += [(probe, (method, walks[-1][-1])) for probe in (*PROBES, keeps_by_name)]
        others = [
            (name, (*walks[1][:3], walks[1][3] | {name: walks[1][3][name] / 2})) for name in walks[1][3]
        ]
        calls += [(walk, (method, *where)) for _, where in others]
        calls += [(walk, (method, *walks[0]))]  # once more: nothing may be left from the first time
        usual = {name: float(x) for name, x in walks[0][3].items()}
        pushed = impulse.chosen(list(usual), usual)
        calls += [(impulse.responses, (method, pushed))]  # last: it takes longest
        try:
            *outcomes, responses = sandbox.run(calls)
        except sandbox.CannotRun as refused:
            return Verdict(NOT_YET, findings=(str(refused),))
        if outcomes[0].kind == "to do":
            return to_do(method.__name__)
        tries = [
            _Walk(method.__name__, where, walk(self.optimizer, *where)["points"], outcome)
            for where, outcome in zip(walks, outcomes, strict=False)
        ]
        passed: list[str] = []
        for one in tries:
            if one.trouble:
                told, line = raised.definition(one.outcome, method, one.where[3])
                seen = [
                    told or one.meant,
                    *_spoken(self._seen(responses, pushed) if one.outcome.error else [], None),
                ]
                return one.verdict(passed, advice="\n".join(filter(None, seen)), line=line)
            if one.wrong:
                again = outcomes[-1].value
                if isinstance(again, dict) and not _alike(again.get("points", []), tries[0].points):
                    return one.verdict(passed, (_shown(two_optimizers),))
                by_entries = impulse.counts_entries(
                    responses.value or []
                )  # no mistake of the table, though it may look like one
                if not by_entries and (found := self._recognised(tries)):
                    symptoms, cures = (list(dict.fromkeys(each[k] for each in found))[:3] for k in (1, 2))
                    return one.verdict(
                        passed, mistakes=tuple(each[0] for each in found), advice=because(symptoms, cures[:1])
                    )
                unused = [
                    name
                    for (name, where), outcome in zip(others, outcomes[-len(others) - 1 :], strict=False)
                    if self._is_unused(where, tries[1], outcome)
                ]
                near = self._near(method, walk, one.where)
                read = _spoken(self._seen(responses, pushed), near)
                return one.verdict(passed, advice=_look(tries, one, unused, read), near=near)
            passed.append(f"{one.title}: {' '.join(map(_point, one.points))}")
        right = [probe(self.optimizer, walks[-1][-1]) for probe in PROBES]
        by_name = outcomes[len(walks) + len(PROBES)].value is True
        for probe, expected, outcome in zip(PROBES, right, outcomes[len(walks) :], strict=False):
            if outcome.kind != "returned":
                keys = expected[0] if isinstance(expected[0], dict) else ("theta",)
                return Verdict(
                    NOT_YET,
                    tuple(passed),
                    _asked(probe),
                    findings=(_trouble(outcome),),
                    line=outcome.line,
                    advice=raised.advice(outcome, keys, walks[-1][-1], method.__name__),
                )
            if not same(outcome.value, expected):
                near = self._near(method, probe)
                shared = impulse.told_of_names(responses.value or []) if probe is two_keys else []
                standing = _standing(outcome.value, expected)
                told = standing or " ".join(_spoken(shared, near)) or _shown(probe, by_name)
                return Verdict(
                    NOT_YET,
                    tuple(passed),
                    _asked(probe),
                    findings=(told,),
                    line=near.lines[0] if near else None,
                    advice=near.beside(["loop"] * bool(standing)) if near else "",
                )
            passed.append(_asked(probe))
        return Verdict(RIGHT, tuple(passed))

    def _seen(self, responses: sandbox.Outcome, settings: Sequence[Mapping[str, float]]) -> list[Seen]:
        """What single gradients show of the student's class.  responses: what they moved, with these settings."""
        return impulse.told(responses.value or [], impulse.responses(self.optimizer, settings), settings)

    def _near(self, method: Any, failing: Method, *first: Any) -> edits.Found | None:
        """Where one edit makes every walk and every probe right.  failing: what is tried first, with its arguments."""
        walks = list(self.walks())
        calls: list[tuple[Method, tuple[Any, ...]]] = [(walk, where) for where in walks]
        calls += [(probe, (walks[-1][-1],)) for probe in PROBES]
        calls.sort(key=lambda call: call[0] is not failing or (bool(first) and call[1] != first[0]))
        cases = [(run, (method, *rest), run(self.optimizer, *rest)) for run, rest in calls]
        return edits.nearest(method, cases)

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
                    found.append(
                        (mistake.id, mistake.in_code or mistake.symptom, mistake.cure_in_code or mistake.cure)
                    )
        for slip in self.mistakes:
            tables = [walk(slip.function, *one.where)["points"] for one in tries]
            if all(map(_alike, (one.points for one in tries), tables)):
                own.append((slip.name, slip.symptom, slip.cure))
        return own or found


def _no_class(thing: object) -> str:
    """What was handed over where a class is asked for."""
    if type(thing).__module__ != "builtins" and callable(getattr(thing, "update", None)):
        return _(
            "This is an object of the class {name}. Hand over the class itself, {name} without brackets."
        ).format(name=type(thing).__name__)
    if inspect.isroutine(thing):
        told = _("{thing} is a function, but this task asks for a class.")
    else:
        told = _("{thing} is not a class. Hand over the class itself: its name, without brackets.")
    return told.format(thing=typed(thing, 60))


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
    for __ in range(steps):
        before = np.array(params["theta"])
        at = optimizer.gradient_point(params) if hasattr(optimizer, "gradient_point") else params
        if not isinstance(at, Mapping) or set(at) != {"theta"}:
            return {"misuse": _("gradient_point must return a dict with the keys of params.")}
        if not np.array_equal(params["theta"], before, equal_nan=True):
            return {
                "misuse": _(
                    "gradient_point moves params: return a new dict, and leave params where they are."
                )
            }
        grads = {"theta": landscape.gradient(np.array(at["theta"]))}
        kept = grads["theta"].copy()
        returned = optimizer.update(params, grads)
        if not isinstance(params, dict) or set(params) != {"theta"}:
            return {"misuse": _("update changes the keys of params.")}
        try:
            here = np.array(params["theta"], float)
        except (TypeError, ValueError):
            return {
                "misuse": _('params["theta"] no longer holds numbers: {value}').format(
                    value=typed(params["theta"], 60)
                )
            }
        if here.shape != before.shape:
            return {
                "misuse": _('params["theta"] has shape {before}, and after your update {after}.').format(
                    before=before.shape, after=here.shape
                )
            }
        if not np.array_equal(grads["theta"], kept, equal_nan=True):
            told["grads"] = True
        if returned is not None and np.array_equal(here, before):
            told["returned"] = True
        if params["theta"] is not theta:
            told["rebound"] = True
        points.append(here)
    return {"points": points, **told}


def two_keys(method: Method, settings: Settings) -> list[dict[str, Array]]:
    """Where two arrays in params come to, when each is moved by its own gradient."""
    return _constant(method, settings, {"a": (2,), "b": (2,)})


def other_order(method: Method, settings: Settings) -> list[dict[str, Array]]:
    """The same, with gradients in another order than params."""
    return _constant(method, settings, {"a": (2,), "b": (2,)}, backwards=True)


def two_shapes(method: Method, settings: Settings) -> list[dict[str, Array]]:
    """The same, with arrays of other names and shapes."""
    return _constant(method, settings, {"W1": (2, 3), "b1": (3,)})


def two_optimizers(method: Method, settings: Settings) -> list[Array]:
    """Where two optimizers at work side by side come to."""
    settings = {name: float(x) for name, x in settings.items()}
    optimizers = [method(**settings), method(**settings)]
    all_params = [{"theta": np.array([1.0, 2.0])}, {"theta": np.array([5.0, -4.0])}]
    points = []
    for __ in range(3):
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
    for __ in range(3):
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


def _asked(probe: Probe) -> str:
    """What a probe tries, in words."""
    words: dict[Probe, str] = {
        two_keys: _("several arrays in params, each moved by its own gradient"),
        other_order: _("gradients in another order than params"),
        two_shapes: _("arrays of any name and shape"),
        two_optimizers: _("two optimizers at work side by side"),
    }
    return words[probe]


def _shown(probe: Probe, by_name: bool = False) -> str:
    """What it shows when a probe comes out wrong.  by_name: whether what is kept has the names of params."""
    if probe is two_keys and by_name:
        return _("With a second array in params, an array does not take the steps that it takes alone.")
    words: dict[Probe, str] = {
        two_keys: _(
            "The arrays in params disturb each other: what you keep from step to step, keep for each array under its own name."
        ),
        other_order: _(
            "An array moves by the gradient of another one: take each gradient by its name, grads[name], wherever it stands in grads."
        ),
        two_shapes: _("Arrays of another shape do not come out right: is something made for one shape only?"),
        two_optimizers: _(
            "A second optimizer disturbs the first: what an optimizer remembers belongs to self, and is made in __init__."
        ),
    }
    return words[probe]


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
        landscape, start, __, settings = self.where
        named = ", ".join(f"{name}={typed(float(x))}" for name, x in settings.items())
        return _("{call} on f = {landscape} from {start}").format(
            call=f"{self.name}({named})", landscape=landscape.plain, start=_point(start)
        )

    @property
    def told_of(self) -> dict[str, Any]:
        return self.outcome.value if isinstance(self.outcome.value, dict) else {}

    @property
    def points(self) -> list[Any]:
        return self.told_of.get("points", [])

    @property
    def trouble(self) -> str:
        """A sentence about what went wrong before there were points to compare; empty where there are."""
        return _trouble(self.outcome) or self.told_of.get("misuse", "")

    @property
    def meant(self) -> str:
        """What that means."""
        return raised.advice(self.outcome, ("theta",), self.where[3], self.name)

    @property
    def notes(self) -> list[str]:
        """What the steps do not show."""
        told = []
        if self.told_of.get("returned"):
            told.append(
                _(
                    "update returns something and leaves params as they were: move params themselves, and return nothing."
                )
            )
        if self.told_of.get("grads"):
            told.append(_("update changes grads: they belong to the caller, so work on a copy."))
        if self.told_of.get("rebound") and _alike(self.points, self.expected):
            told.append(
                _(
                    "update puts a new array into params: whoever holds the old one does not see the step. "
                    "`params[name] += ...` changes the array itself."
                )
            )
        return told

    @property
    def wrong(self) -> bool:
        return not _alike(self.points, self.expected) or bool(self.notes)

    def verdict(
        self,
        passed: Sequence[str],
        findings: Sequence[str] = (),
        mistakes: tuple[str, ...] = (),
        advice: str | None = None,
        near: edits.Found | None = None,
        line: Line | None = None,
    ) -> Verdict:
        """Not yet: with the steps of this walk, what else it shows, and these findings."""
        if self.trouble:
            rows, seen = [], [self.trouble]
        else:
            rows, seen = self._rows(), [*self.notes, *findings]
        return Verdict(
            NOT_YET,
            tuple(passed),
            self.title,
            rows=tuple(rows),
            findings=tuple(seen),
            line=near.lines[0] if near else line or self.outcome.line,
            mistakes=mistakes,
            advice="\n".join(str(each) for each in (advice, near) if each),
        )

    def _rows(self) -> list[Row]:
        """The steps, if they are not all right."""
        rows: list[Row] = []
        if _alike(self.points, self.expected):
            return rows
        for t, (got, expected) in enumerate(zip(self.points, self.expected, strict=True), 1):
            right = same(got, expected)
            parted = not right and all(row.right for row in rows)
            note = _("here the paths part") if parted else ""
            texts = typed_apart(*(tuple(map(float, point)) for point in (expected, got)))
            if right:  # then six digits will do
                texts = _point(expected), _point(got)
            rows.append(Row(_("step {t}").format(t=t), *texts, right, note))
        return rows


def _alike(points: Points, others: Points, rtol: float = 1e-9) -> bool:
    return len(points) == len(others) and all(
        same(np.array(p), np.array(q, dtype=float), rtol) for p, q in zip(points, others, strict=True)
    )


def _point(point: Iterable[Number]) -> str:
    return "(" + ", ".join(typed(float(x)) for x in point) + ")"


def _trouble(outcome: sandbox.Outcome) -> str:
    """A sentence about what went wrong; empty where nothing did."""
    if outcome.kind == "to do":
        return _("Your code raises NotImplementedError here: write your code in its place.")
    return outcome.trouble


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
    names = list(expected[0])
    if still == names[:-1]:
        told = _(
            "params[{name}] stays where it is: does the line that moves an array stand inside the loop over the names?"
        )
    elif still == names[1:]:
        told = _(
            "params[{name}] stays where it is: the loop over the names ends after its first turn. "
            "Is there a `return` or `break` in it?"
        )
    else:
        told = _("params[{name}] stays where it is: do you go through all names in params?")
    return told.format(name=repr(still[0]))


def _spoken(seen: Sequence[Seen], near: edits.Found | None) -> list[str]:
    """What was seen, and what to look at for it, unless the line itself is told."""
    return [each.what if near else str(each) for each in seen]


def _look(tries: Sequence[_Walk], shown: _Walk, unused: Sequence[str], read: Sequence[str]) -> str | None:
    """What strikes about steps that no known mistake gives.

    shown: the walk that is shown.  unused: settings that make no difference.  read: what single gradients show.
    """
    if any(one.notes for one in tries):
        return "\n".join(read) or None  # the notes have been given already
    if all(same(tuple(p), one.where[1]) for one in tries for p in one.points):
        return _("Your update leaves params where they are: it has to change the arrays in params.")
    if not np.isfinite(np.array(shown.points, float)).all():
        told = _(
            "There is a number that is infinite or NaN: look for a division by 0, and for steps that grow without end."
        )
        return "\n".join([told, *read])
    if read:
        return "\n".join(
            [*read, *([_idle(["lr"])] if "lr" in unused else [])]
        )  # a memory that is lost loses μ too
    if all(_alike(one.points, one.expected, 1e-5) for one in tries):
        return _("The steps differ only after the fifth digit. Is something kept in float32?")
    return _idle(unused) if unused else None


def _idle(unused: Sequence[str]) -> str:
    """What is said about settings that make no difference."""
    return ngettext(
        "Your steps are the same whatever {names} is: use self.{name} where it belongs.",
        "Your steps are the same whatever {names} are: use self.{name} where it belongs.",
        len(unused),
    ).format(names=", ".join(unused), name=unused[0])
