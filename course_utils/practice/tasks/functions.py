"""A function to write, and what is asked of it."""

import copy
import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from course_utils.practice import sandbox
from course_utils.practice.sandbox import Other
from course_utils.practice.tasks.declared import Declared, Slip, edited, source
from course_utils.practice.tasks.verdicts import (
    NOT_YET,
    RIGHT,
    TO_DO,
    Verdict,
    because,
    call,
    numbers,
    same,
    zero,
)
from course_utils.support.numbers import typed, typed_apart
from course_utils.support.types import Array

Function: TypeAlias = Callable[..., Any]
Arguments: TypeAlias = tuple[Any, ...]
Fresh: TypeAlias = Callable[[np.random.Generator], Arguments]
Case: TypeAlias = tuple[Arguments, Any]  # the arguments, and what is expected
Pairs: TypeAlias = list[tuple[Any, Any]]  # what came out, and what is expected

FRESH = 20  # property cases that a function is tried on


class FunctionTask(Declared):
    """A function to write.

    reference: the right one.  cases: tuples of arguments, the smallest first.
    fresh: function of a np.random.Generator that gives a tuple of arguments, for more cases.
    rtol: how far from the right number counts as right, as a part of it.
    """

    def __init__(
        self,
        reference: Function,
        name: str,
        cases: Sequence[Arguments],
        fresh: Fresh | None = None,
        rtol: float = 1e-9,
    ):
        super().__init__(name)
        self.reference, self.cases, self.fresh, self.rtol = reference, cases, fresh, rtol

    def __call__(self, *arguments: Any) -> Any:
        return self.reference(*arguments)

    def examine(self, function: Any) -> Verdict:
        """Try a function on all cases. -> Verdict"""
        if inspect.isclass(function):
            name = function.__name__
            return Verdict(NOT_YET, f"Not yet: {name} is a class, and this task asks for a function.")
        rng = np.random.default_rng(0)
        fresh = [self.fresh(rng) for _ in range(FRESH)] if self.fresh else []
        given = [(a, _of(self.reference, a)) for a in self.cases]
        more = [(a, _of(self.reference, a)) for a in fresh]
        return examine(function, given, more, self.mistakes, self.rtol)

    def code(self) -> str:
        return source(self.reference)

    def edited(self, edit: tuple[str, str]) -> Function:
        return edited(self.reference, *edit)


def function_task(
    name: str, cases: Sequence[Arguments], fresh: Fresh | None = None, rtol: float = 1e-9
) -> Callable[[Function], FunctionTask]:
    """Decorate the reference of a task with what else belongs to it: see FunctionTask."""
    return lambda reference: FunctionTask(reference, name, cases, fresh, rtol)


def examine(
    function: Any,
    given: Sequence[Case],
    more: Sequence[Case] = (),
    mistakes: Sequence[Slip] = (),
    rtol: float = 1e-9,
) -> Verdict:
    """Try a function on (arguments, expected) pairs: the ones given, told one by one, and more, told together."""
    if not callable(function):
        return Verdict(
            NOT_YET,
            f"Not yet: {typed(function, 60)} is not a function. Hand over the function itself: its name, without brackets.",
        )
    everything = [*given, *more]
    try:
        outcomes = sandbox.run([(function, arguments) for arguments, _ in everything])
    except sandbox.CannotRun as refused:
        return Verdict(NOT_YET, f"Not yet: {refused}.")
    atol = zero([expected for _, expected in everything], rtol)
    tried = [
        _Try(call(function, arguments), expected, outcome, rtol, atol)
        for (arguments, expected), outcome in zip(everything, outcomes, strict=True)
    ]
    if tried[0].outcome.kind == "to do":
        return Verdict(
            TO_DO, f"To do: {tried[0].call} raises NotImplementedError. Write your code in its place."
        )
    lines = []
    for one in tried[: len(given)]:
        if one.wrong:
            break
        lines.append(f"Right: {one.call} = {typed(one.outcome.value)}")
    else:
        wrong = [one for one in tried[len(given) :] if one.wrong]
        if not wrong:
            if more:
                lines.append(f"Right: {len(more)} more cases.")
            return Verdict(RIGHT, "\n".join(lines))
        one = min(wrong, key=lambda one: len(one.call))
    readable = one.outcome.kind in ("returned", "raised", "too slow")
    slips = [] if not readable else [s for s in mistakes if _is(s, everything, tried, rtol, atol)]
    lines += [f"Not yet: {one.call}", *one.told()]
    if slips:
        lines.append(because(list(dict.fromkeys(s.symptom for s in slips))[:3], slips[0].cure))
    elif one.mishap:
        lines += filter(None, [_meant(function, one.outcome)])
    else:
        lines += filter(None, [_look(tried, one)])
    return Verdict(NOT_YET, "\n".join(lines), tuple(dict.fromkeys(s.name for s in slips)))


@dataclass(frozen=True)
class _Try:
    """One call: how it is typed, what was expected, what came of it."""

    call: str
    expected: Any
    outcome: sandbox.Outcome
    rtol: float
    atol: float

    @property
    def mishap(self) -> str:
        """One line on what went wrong before there was a value to compare; empty where there is one."""
        if self.outcome.kind == "to do":
            return "your code raises NotImplementedError here: write your code in its place"
        if self.outcome.kind == "not run":
            return "your code did not come to this call"
        return f"your code {self.outcome.line}" if self.outcome.line else ""

    @property
    def wrong(self) -> bool:
        return bool(self.mishap or self.outcome.changed or not self.is_same)

    @property
    def is_same(self) -> bool:
        return same(self.outcome.value, self.expected, self.rtol, self.atol)

    def told(self) -> list[str]:
        if self.mishap:
            return [f"  {self.mishap}", *self.printed()]
        lines = []
        if not self.is_same:
            expected, got = typed_apart(self.expected, self.outcome.value)
            lines = [f"  expected {expected}", f"  got      {got}"]
        if self.outcome.changed:
            names = " and ".join(self.outcome.changed)
            many = "s" if len(self.outcome.changed) > 1 else ""
            lines.append(f"  your function changes its argument{many} {names}: work on a copy")
        return lines + self.printed()

    def printed(self) -> list[str]:
        text = self.outcome.printed.strip()
        if not text:
            return []
        lines = [line[:90] for line in text.splitlines()]
        return [
            "  it printed",
            *(f"    {line}" for line in lines[:5]),
            *(["    …"] if len(lines) > 5 else []),
        ]


def _of(function: Function, arguments: Arguments) -> Any:
    return function(*copy.deepcopy(arguments))


def _is(slip: Slip, everything: Sequence[Case], tried: Sequence[_Try], rtol: float, atol: float) -> bool:
    """Whether a slip gives, on every case, just what the student's function gives."""
    for (arguments, _), one in zip(everything, tried, strict=True):
        try:
            with np.errstate(all="ignore"):
                expected = _of(slip.function, arguments)
        except TimeoutError:
            return (
                one.outcome.kind == "too slow" or one.outcome.error == "TimeoutError"
            )  # the end of the calls
        except Exception as error:
            if not _is_such(error, one.outcome):
                return False
        else:
            if one.mishap or not same(one.outcome.value, expected, rtol, atol):
                return False
    return True


def _is_such(error: Exception, outcome: sandbox.Outcome) -> bool:
    """Whether the student's code raised such an error: of the same name, and with a text that begins alike."""
    begins, told = (
        re.findall("[a-z]+", text.casefold()) for text in (str(error), outcome.line.partition(": ")[2])
    )
    return outcome.error == type(error).__name__ and (told[: len(begins[:3])] == begins[:3] or not begins)


def _meant(function: object, outcome: sandbox.Outcome) -> str | None:
    """One line on what an exception means, where it is not the code's own; None elsewhere."""
    if hasattr(function, "cache_parameters") and "unhashable type" in outcome.line:
        return (
            "The cache finds an answer by its arguments, and these hold a list, a dict or an array, which it "
            "cannot look up: leave it off here."
        )
    return None


def _look(tried: Sequence[_Try], shown: _Try) -> str | None:
    """One line on what the wrong answers show, without the answer; None where nothing strikes.

    shown: the try that is told. What is said holds for it, whatever came of the others.
    """
    wrong = [shown, *(one for one in tried if one.wrong and not one.mishap and one is not shown)]
    values = [(one.outcome.value, one.expected) for one in wrong]
    got, expected = values[0]
    if shown.is_same:  # only an argument is changed
        return None
    if got is None and not any(one.expected is None for one in tried):
        printed = any(one.outcome.printed for one in tried)
        return (
            "Your function prints and returns nothing: end it with `return`."
            if printed
            else "Your function returns nothing here: does every way through it end in a `return`?"
            if any(one.outcome.value is not None for one in tried)
            else "Your function returns nothing: is there a `return`?"
        )
    if got is None:  # a right answer elsewhere
        return None
    if isinstance(got, Other):
        if got.type in _UNFINISHED:
            return _UNFINISHED[got.type]
        if got.type == type(expected).__name__:  # only a student's own case can ask for this
            return None
        article = "an" if got.type[0] in "aeiouAEIO" else "a"
        return f"Your function returns {article} {got.type}: return numbers, arrays, tuples or lists of them."
    if isinstance(got, dict) and not isinstance(expected, dict):
        return "Your function returns a dict: return the value itself."
    if isinstance(got, str) and not isinstance(expected, str):
        return "Your function returns text: return the value itself."
    if isinstance(expected, (tuple, list)) and isinstance(got, (tuple, list)):
        if len(got) == len(expected) and all(_reversed(g, e) for g, e in values):
            return "The values are right, but in the other order."
        if len(got) != len(expected):
            return f"Your function returns {_count(len(got))}{_asked(expected)}."
        entries = [pair for g, e in values for pair in _entries(g, e)]
        return (
            _none(_entries(got, expected))
            or _short(values)
            or _ratio(entries)
            or _times(_entries(got, expected))
            or _half_right(tried)
        )
    if isinstance(expected, (tuple, list)) and not isinstance(got, np.ndarray):
        return f"Your function returns one value{_asked(expected)}."
    if _dimensions(got) != _dimensions(expected):
        return f"Your function returns {_shape(got)}; the task asks for {_shape(expected)}."
    return _none(values[:1]) or _short(values) or _ratio(values) or _times(values[:1])


_UNFINISHED = {
    "generator": "Your function is a generator, since it holds a `yield`: return the values with `return`.",
    "coroutine": "Your function is a coroutine, since `async` stands before `def`: write `def` alone.",
}


def _asked(expected: Sequence[Any]) -> str:
    """What is asked for, after "Your function returns one value"."""
    if len(expected) == 0:
        return f"; the task asks for an empty {type(expected).__name__}"
    if len(expected) == 1:
        return f"; the task asks for a {type(expected).__name__} of one value"
    return f", and {len(expected)} are asked for"


def _entries(got: Any, expected: Sequence[Any]) -> Pairs:
    """Pairs of what stands at the same place in two sequences; none where they are not alike."""
    alike = isinstance(got, (tuple, list)) and len(got) == len(expected)
    return list(zip(got, expected, strict=True)) if alike else []


def _half_right(tried: Sequence[_Try]) -> str | None:
    """Which of the two values that a function returns is right in every case; None otherwise."""
    pairs = [(one.outcome.value, one.expected) for one in tried]
    if not all(
        isinstance(e, tuple) and len(e) == 2 and isinstance(g, (tuple, list)) and len(g) == 2
        for g, e in pairs
    ):
        return None
    right = [all(same(g[k], e[k]) for g, e in pairs) for k in range(2)]
    if sum(right) != 1:
        return None
    good, bad = ("first", "second") if right[0] else ("second", "first")
    return f"Of the two values that you return, the {good} is right in every case: look at the {bad}."


def _reversed(got: Any, expected: Sequence[Any]) -> bool:
    return isinstance(got, (tuple, list)) and len(got) > 1 and same(list(got)[::-1], list(expected))


def _count(n: int) -> str:
    return "one value" if n == 1 else f"{n} values"


def _dimensions(value: Any) -> tuple[int, ...]:
    try:
        return np.shape(value)
    except ValueError:  # rows of several lengths
        return (len(value),)


def _shape(value: Any) -> str:
    shape = _dimensions(value)
    if isinstance(value, (tuple, list)):
        return (
            f"a {type(value).__name__} of {_count(len(value))}"
            if value
            else f"an empty {type(value).__name__}"
        )
    return f"an array of shape {shape}" if shape else "a single number"


def _none(values: Pairs) -> str | None:
    """Where NaN and infinite numbers come from, where the answer has some that should be finite; else None."""
    flat = _flat(values)
    if flat is None:
        return None
    got, expected = flat
    if (np.isnan(got) & ~np.isnan(expected)).any():
        return "NaN is not a number: it comes from 0/0, from ∞ − ∞, or from the root of a negative number."
    if (np.isinf(got) & np.isfinite(expected)).any():
        return "An infinite number comes from a division by 0, or from numbers that grow without end."
    return None


#: kinds of floats with fewer digits than Python's own: how many those are, and in words
_SHORT = {"float32": (1e-5, "seven"), "float16": (1e-2, "three")}


def _short(values: Pairs) -> str | None:
    """That only the last digits of the numbers are wrong, and why; None where others are wrong too."""
    most = max(map(abs, numbers([e for _, e in values])), default=0)
    for kind, (rtol, digits) in _SHORT.items():
        if any(_holds(g, kind) for g, _ in values) and all(same(g, e, rtol, rtol * most) for g, e in values):
            return (
                f"Your numbers are right to about {digits} digits: that is all that {kind} holds. "
                f"Leave it out, and numpy computes in float64, with sixteen."
            )
    if all(same(g, e, 1e-5, 1e-5 * most) for g, e in values):
        return "Your numbers differ only after the fifth digit: is something rounded on the way, or kept in float32?"
    return None


def _holds(value: object, kind: str) -> bool:
    if isinstance(value, (tuple, list)):
        return any(_holds(each, kind) for each in value)
    return str(getattr(value, "dtype", "")) == kind


def _flat(values: Pairs) -> tuple[Array, Array] | None:
    """All numbers of (got, expected) pairs in two equally long arrays; None where some are none, or missing."""
    if not values or any(each is None for pair in values for each in pair):
        return None
    try:
        got, expected = (
            np.concatenate([np.asarray(x, float).ravel() for x in side]) for side in zip(*values, strict=True)
        )
    except (TypeError, ValueError):
        return None
    return (got, expected) if got.shape == expected.shape else None


def _ratio(values: Pairs) -> str | None:
    """What it means that all numbers have the wrong sign, or are rounded; None where it is not so."""
    flat = _flat(values)
    if flat is None:
        return None
    got, expected = flat
    if same(got, -expected):
        return "Every number has the wrong sign."
    if any(np.allclose(got, np.round(expected, n), rtol=0, atol=1e-12) for n in (2, 3, 4)):
        return "The numbers are rounded: return them as they are."
    return None


def _times(pairs: Pairs) -> str | None:
    """That all numbers of one answer are wrong by the same factor; None where it is not so."""
    flat = _flat(pairs)
    if flat is None:
        return None
    got, expected = flat
    if np.count_nonzero(expected) < 2 or not got.any():
        return None
    factor = got[expected != 0][0] / expected[expected != 0][0]
    if not same(got, factor * expected) or typed(factor) in ("1", "nan", "inf"):
        return None
    return f"Every number here is {typed(factor)} times what is asked for."
