"""A function to write, and what is asked of it."""

import copy
import inspect
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from course_utils.practice import sandbox
from course_utils.practice.sandbox import Other
from course_utils.practice.tasks import edits, exceptions
from course_utils.practice.tasks.comparing import differing, numbers, same, zero
from course_utils.practice.tasks.declared import Declared, Slip, edited, source
from course_utils.practice.tasks.verdicts import NOT_YET, RIGHT, TO_DO, Row, Verdict, because, call
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.numbers import typed, typed_apart, without_addresses
from course_utils.support.types import Array

Function: TypeAlias = Callable[..., Any]
Arguments: TypeAlias = tuple[Any, ...]
Fresh: TypeAlias = Callable[[np.random.Generator], Arguments]
Case: TypeAlias = tuple[Arguments, Any]  # the arguments, and what is expected
Pairs: TypeAlias = list[tuple[Any, Any]]  # what came out, and what is expected

FRESH = 20  # property cases that a function is tried on
ENTRIES = 4  # of a long value, that are told where they differ


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
            told = _("{name} is a class, but this task asks for a function.").format(name=function.__name__)
            return Verdict(NOT_YET, findings=(told,))
        rng = np.random.default_rng(0)
        fresh = [self.fresh(rng) for k in range(FRESH)] if self.fresh else []
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
        told = _(
            "{thing} is not a function. Hand over the function itself: its name, without brackets."
        ).format(thing=typed(function, 60))
        return Verdict(NOT_YET, findings=(told,))
    everything = [*given, *more]
    try:
        outcomes = sandbox.run([(function, arguments) for arguments, expected in everything])
    except sandbox.CannotRun as refused:
        return Verdict(NOT_YET, findings=(str(refused),))
    atol = zero([expected for arguments, expected in everything], rtol)
    tried = [
        _Try(call(function, arguments), expected, outcome, rtol, atol)
        for (arguments, expected), outcome in zip(everything, outcomes, strict=True)
    ]
    if tried[0].outcome.kind == "to do":
        return to_do(tried[0].call)
    passed = []
    for one in tried[: len(given)]:
        if one.wrong:
            break
        passed.append(f"{one.call} = {typed(one.outcome.value)}")
    else:
        wrong = [one for one in tried[len(given) :] if one.wrong]
        if not wrong:
            if more:
                passed.append(ngettext("{n} more case.", "{n} more cases.", len(more)).format(n=len(more)))
            return Verdict(RIGHT, tuple(passed))
        one = min(wrong, key=lambda one: len(one.call))
    readable = one.outcome.kind in ("returned", "raised", "too slow")
    slips = [] if not readable else [s for s in mistakes if _is(s, everything, tried, rtol, atol)]
    if slips:
        advice = because(list(dict.fromkeys(s.symptom for s in slips))[:3], [slips[0].cure])
    else:
        advice = (_meant(function, one.outcome) if one.trouble else _look(tried, one)) or ""
    near = None
    if readable and not slips and not (one.trouble and advice):
        first = tried.index(one)
        cases = [(function, *everything[k]) for k in (first, *(k for k in range(len(tried)) if k != first))]
        near = edits.nearest(function, cases, rtol, atol)
    if near:
        said = ["copy"] * bool(one.outcome.changed) + ["order"] * (advice == _other_order())
        advice = "\n".join(filter(None, (advice, near.beside(said))))
    return Verdict(
        NOT_YET,
        tuple(passed),
        one.call,
        **one.told(),
        line=near.lines[0] if near else one.outcome.line,
        printed=_first_lines(one.outcome.printed),
        mistakes=tuple(dict.fromkeys(s.name for s in slips)),
        advice=advice,
    )


def to_do(what: str) -> Verdict:
    """What is said of code that is not written yet."""
    told = _("{what} raises NotImplementedError. Write your code in its place.").format(what=what)
    return Verdict(TO_DO, called=what, findings=(told,))


@dataclass(frozen=True)
class _Try:
    """One call: how it is typed, what was expected, what came of it."""

    call: str
    expected: Any
    outcome: sandbox.Outcome
    rtol: float
    atol: float

    @property
    def trouble(self) -> str:
        """A sentence on what went wrong before there was a value to compare; empty where there is one."""
        if self.outcome.kind == "to do":
            return _("Your code raises NotImplementedError here: write your code in its place.")
        if self.outcome.kind == "not run":
            return _("Your code did not get as far as this call.")
        return self.outcome.trouble

    @property
    def wrong(self) -> bool:
        return bool(self.trouble or self.outcome.changed or not self.is_same)

    @property
    def is_same(self) -> bool:
        return same(self.outcome.value, self.expected, self.rtol, self.atol)

    def told(self) -> dict[str, Any]:
        """What a Verdict holds of it: what was expected, what came out, and what else was seen."""
        if self.trouble:
            return {"findings": (self.trouble,)}
        told: dict[str, Any] = {}
        if not self.is_same:
            told["expected"], told["got"] = typed_apart(self.expected, self.outcome.value)
            if "…" in (told["expected"][-1], told["got"][-1]):  # cut off, perhaps before they differ
                told["rows"] = tuple(self._differences())
        if self.outcome.changed:
            names = list(self.outcome.changed)
            sentence = ngettext(
                "Your function changes its argument {names}: work on a copy.",
                "Your function changes its arguments {names}: work on a copy.",
                len(names),
            )
            told["findings"] = (sentence.format(names=", ".join(names)),)
        return told

    def _differences(self) -> Iterator[Row]:
        """The first entries that differ."""
        entries = differing(self.outcome.value, self.expected, self.rtol, self.atol)
        for at, got, expected in itertools.islice(entries, ENTRIES):
            yield Row(at, *typed_apart(expected, got), False)


def _first_lines(printed: str) -> tuple[str, ...]:
    """The beginning of what was printed."""
    lines = [without_addresses(line)[:90] for line in printed.strip().splitlines()]
    return (*lines[:5], *(["…"] if len(lines) > 5 else []))


def _of(function: Function, arguments: Arguments) -> Any:
    return function(*copy.deepcopy(arguments))


def _is(slip: Slip, everything: Sequence[Case], tried: Sequence[_Try], rtol: float, atol: float) -> bool:
    """Whether a slip gives, on every case, just what the student's function gives."""
    for (arguments, __), one in zip(everything, tried, strict=True):
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
            if one.trouble or not same(one.outcome.value, expected, rtol, atol):
                return False
    return True


def _is_such(error: Exception, outcome: sandbox.Outcome) -> bool:
    """Whether the student's code raised such an error: of the same name, and with a text that begins alike."""
    begins, told = (re.findall("[a-z]+", text.casefold()) for text in (str(error), outcome.text))
    return outcome.error == type(error).__name__ and (told[: len(begins[:3])] == begins[:3] or not begins)


def _meant(function: object, outcome: sandbox.Outcome) -> str:
    """One line on what an exception means; "" where nothing can be said."""
    if hasattr(function, "cache_parameters") and "unhashable type" in outcome.text:
        return _(
            "The cache finds an answer by its arguments, and these hold a list, a dict or an array, which it "
            "cannot look up: leave it off here."
        )
    return exceptions.advice(outcome)


def _look(tried: Sequence[_Try], shown: _Try) -> str | None:
    """One line on what the wrong answers show, without the answer; None where nothing strikes.

    shown: the try that is told. What is said holds for it, whatever came of the others.
    """
    wrong = [shown, *(one for one in tried if one.wrong and not one.trouble and one is not shown)]
    values = [(one.outcome.value, one.expected) for one in wrong]
    got, expected = values[0]
    if shown.is_same:  # only an argument is changed
        return None
    if got is None and not any(one.expected is None for one in tried):
        if any(one.outcome.printed for one in tried):
            return _("Your function prints and returns nothing: end it with `return`.")
        if any(one.outcome.value is not None for one in tried):
            return _("Your function returns nothing here: does every way through it end in a `return`?")
        return _("Your function returns nothing: is there a `return`?")
    if got is None:  # a right answer elsewhere
        return None
    if isinstance(got, Other):
        return _unfit(got, expected)
    if isinstance(got, dict) and not isinstance(expected, dict):
        return _("Your function returns a dict: return the value itself.")
    if isinstance(got, str) and not isinstance(expected, str):
        return _("Your function returns text: return the value itself.")
    if isinstance(expected, (tuple, list)) and isinstance(got, (tuple, list)):
        if len(got) == len(expected) and all(_reversed(g, e) for g, e in values):
            return _other_order()
        if len(got) != len(expected):
            return _too_many_or_few(len(got), expected)
        entries = [pair for g, e in values for pair in _entries(g, e)]
        return (
            _none(_entries(got, expected))
            or _short(values)
            or _ratio(entries)
            or _times(_entries(got, expected))
            or _half_right(tried)
        )
    if isinstance(expected, (tuple, list)) and not isinstance(got, np.ndarray):
        return _too_many_or_few(1, expected)
    if _dimensions(got) != _dimensions(expected):
        return _("Your function returns {got}; the task asks for {expected}.").format(
            got=_shape(got), expected=_shape(expected)
        )
    return _none(values[:1]) or _short(values) or _ratio(values) or _times(values[:1])


def _unfit(got: Other, expected: Any) -> str | None:
    """What is said of a value that is not plain data."""
    if got.type == "generator":
        return _("Your function is a generator, since it holds a `yield`: return the values with `return`.")
    if got.type == "coroutine":
        return _("Your function is a coroutine, since `async` stands before `def`: write `def` alone.")
    if got.type == type(expected).__name__:  # only a student's own case can ask for this
        return None
    return _(
        "Your function returns a value of the type {type}: return numbers, arrays, tuples or lists of them."
    ).format(type=got.type)


def _too_many_or_few(n: int, expected: Sequence[Any]) -> str:
    """What is said of n values where another number of them is asked for."""
    asked, kind = len(expected), type(expected).__name__
    if asked == 0:
        told = ngettext(
            "Your function returns one value; the task asks for an empty {kind}.",
            "Your function returns {n} values; the task asks for an empty {kind}.",
            n,
        )
    elif asked == 1:
        told = ngettext(
            "Your function returns one value; the task asks for a {kind} of one value.",
            "Your function returns {n} values; the task asks for a {kind} of one value.",
            n,
        )
    else:
        told = ngettext(
            "Your function returns one value, but the task asks for {asked}.",
            "Your function returns {n} values, but the task asks for {asked}.",
            n,
        )
    return told.format(n=n, asked=asked, kind=kind)


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
    if right[0]:
        return _("Of the two values that you return, the first is right in every case: look at the second.")
    return _("Of the two values that you return, the second is right in every case: look at the first.")


def _other_order() -> str:
    return _("The values are right, but in the other order.")


def _reversed(got: Any, expected: Sequence[Any]) -> bool:
    return isinstance(got, (tuple, list)) and len(got) > 1 and same(list(got)[::-1], list(expected))


def _dimensions(value: Any) -> tuple[int, ...]:
    try:
        return np.shape(value)
    except ValueError:  # rows of several lengths
        return (len(value),)


def _shape(value: Any) -> str:
    shape, kind = _dimensions(value), type(value).__name__
    if isinstance(value, (tuple, list)):
        if not value:
            return _("an empty {kind}").format(kind=kind)
        told = ngettext("a {kind} of one value", "a {kind} of {n} values", len(value))
        return told.format(kind=kind, n=len(value))
    if isinstance(value, dict):
        return _("a dict")
    return _("an array of shape {shape}").format(shape=shape) if shape else _("a single number")


def _none(values: Pairs) -> str | None:
    """Where NaN and infinite numbers come from, where the answer has some that should be finite; else None."""
    flat = _flat(values)
    if flat is None:
        return None
    got, expected = flat
    if (np.isnan(got) & ~np.isnan(expected)).any():
        return _("NaN is not a number: it comes from 0/0, from ∞ − ∞, or from the root of a negative number.")
    if (np.isinf(got) & np.isfinite(expected)).any():
        return _("An infinite number comes from a division by 0, or from numbers that grow without end.")
    return None


#: kinds of floats with fewer digits than Python's own: how far off they may be, and how many digits those are
_SHORT = {"float32": (1e-5, 7), "float16": (1e-2, 3)}


def _short(values: Pairs) -> str | None:
    """That only the last digits of the numbers are wrong, and why; None where others are wrong too."""
    most = max(map(abs, numbers([expected for got, expected in values])), default=0)
    for kind, (rtol, digits) in _SHORT.items():
        if any(_holds(pair[0], kind) for pair in values) and all(
            same(g, e, rtol, rtol * most) for g, e in values
        ):
            return _(
                "Your numbers are right to about {digits} digits: that is all that {kind} holds. "
                "Leave it out, and numpy computes in float64, with 16."
            ).format(digits=digits, kind=kind)
    if all(same(g, e, 1e-5, 1e-5 * most) for g, e in values):
        return _(
            "Your numbers differ only after the fifth digit: is something rounded on the way, or kept in float32?"
        )
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
        return _("Every number has the wrong sign.")
    if any(np.allclose(got, np.round(expected, n), rtol=0, atol=1e-12) for n in (2, 3, 4)):
        return _("The numbers are rounded: return them as they are.")
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
    return _("Every number here is {factor} times what is asked for.").format(factor=typed(factor))
