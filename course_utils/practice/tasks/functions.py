"""A function to write, and what is asked of it."""

import copy
import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from course_utils.practice import sandbox
from course_utils.practice.tasks import usage
from course_utils.practice.tasks.comparing import same, zero
from course_utils.practice.tasks.declared import Declared, Slip, edited, source
from course_utils.practice.tasks.looks import Finding, look, look_beside
from course_utils.practice.tasks.tried import Try
from course_utils.practice.tasks.verdicts import NOT_YET, RIGHT, TO_DO, Verdict, because, call
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.numbers import typed, without_addresses

Function: TypeAlias = Callable[..., Any]
Arguments: TypeAlias = tuple[Any, ...]
Fresh: TypeAlias = Callable[[np.random.Generator], Arguments]
Case: TypeAlias = tuple[Arguments, Any]  # the arguments, and what is expected

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
            told = _("{name} is a class, but this task asks for a function.").format(name=function.__name__)
            return Verdict(NOT_YET, findings=(told,))
        rng = np.random.default_rng(0)
        fresh = [self.fresh(rng) for k in range(FRESH)] if self.fresh else []
        given = [(a, _of(self.reference, a)) for a in self.cases]
        more = [(a, _of(self.reference, a)) for a in fresh]
        return examine(function, given, more, self.mistakes, self.rtol, self.reference)

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
    reference: Function | None = None,
) -> Verdict:
    """Try a function on (arguments, expected) pairs: the ones given, told one by one, and more, told together.

    reference: the right one, where there is one: it tells which arguments matter.
    """
    if not callable(function):
        told = _(
            "{thing} is not a function. Hand over the function itself: its name, without brackets."
        ).format(thing=typed(function, 60))
        return Verdict(NOT_YET, findings=(told,))
    everything = [*given, *more]
    again = sorted({0, len(given) - 1})  # called once more: what is kept from call to call shows there
    calls = [(function, arguments) for arguments, expected in everything]
    try:
        outcomes = sandbox.run([*calls, *(calls[k] for k in again)])
    except sandbox.CannotRun as refused:
        return Verdict(NOT_YET, findings=(str(refused),))
    atol = zero([expected for arguments, expected in everything], rtol)
    tried = [
        Try(call(function, arguments), _named(function, arguments), expected, outcome, rtol, atol)
        for (arguments, expected), outcome in zip(everything, outcomes, strict=False)
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
        one = min(wrong, key=lambda one: (one.outcome.kind == "not run", len(one.call)))
    readable = one.outcome.kind in ("returned", "raised", "too slow")
    slips = [s for s in mistakes if readable and _is(s, everything, tried, rtol, atol)]
    if slips:
        leak = usage.strange(function)
        told = because(list(dict.fromkeys(s.symptom for s in slips))[:3], [slips[0].cure])
        beside = Finding([leak.told], leak.line) if leak else look_beside(function, tried, one, reference)
        found = Finding([told, *beside.told], beside.line)
    else:
        later = [(tried[k], outcome) for k, outcome in zip(again, outcomes[len(tried) :], strict=True)]
        found = look(function, tried, one, later, reference, mistakes)
    return Verdict(
        NOT_YET,
        tuple(passed),
        one.call,
        **one.told(),
        line=found.line or one.outcome.line,
        printed=_first_lines(one.outcome.printed),
        mistakes=tuple(dict.fromkeys(s.name for s in slips)),
        advice="\n".join(found.told),
    )


def to_do(what: str) -> Verdict:
    """What is said about code that is not written yet."""
    told = _("{what} raises NotImplementedError. Write your code in its place.").format(what=what)
    return Verdict(TO_DO, called=what, findings=(told,))


def _first_lines(printed: str) -> tuple[str, ...]:
    """The beginning of what was printed."""
    lines = [without_addresses(line)[:90] for line in printed.strip().splitlines()]
    return (*lines[:5], *(["…"] if len(lines) > 5 else []))


def _named(function: Function, arguments: Arguments) -> dict[str, Any]:
    return dict(zip(sandbox.parameters(function, arguments), arguments, strict=True))


def _of(function: Function, arguments: Arguments) -> Any:
    return function(*copy.deepcopy(arguments))


def _is(slip: Slip, everything: Sequence[Case], tried: Sequence[Try], rtol: float, atol: float) -> bool:
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
