"""One call of a student's function: what was asked, what was expected, and what came of it."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from course_utils.practice import sandbox
from course_utils.practice.tasks.comparing import differing, same
from course_utils.practice.tasks.verdicts import Row
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.numbers import typed_apart

ENTRIES = 4  # of a long value, that are told where they differ


@dataclass(frozen=True)
class Try:
    """call: how it is typed.  arguments: by name, as they were handed over.  rtol, atol: see `same`."""

    call: str
    arguments: dict[str, Any]
    expected: Any
    outcome: sandbox.Outcome
    rtol: float
    atol: float

    @property
    def trouble(self) -> str:
        """A sentence about what went wrong before there was a value to compare; empty where there is one."""
        if self.outcome.kind == "to do":
            return _("Your code raises NotImplementedError here: write your code in its place.")
        if self.outcome.kind == "not run":
            return _("This call was no longer made: an earlier one took all the time, or ended Python.")
        return self.outcome.trouble

    @property
    def value(self) -> Any:
        return self.outcome.value

    @property
    def wrong(self) -> bool:
        return bool(self.trouble or self.outcome.changed or not self.is_same)

    @property
    def is_same(self) -> bool:
        return self.fits(self.value)

    def fits(self, value: Any) -> bool:
        """Whether another value would be right here."""
        return self.agree(value, self.expected)

    def agree(self, one: Any, other: Any) -> bool:
        """Whether two values are as equal as an answer has to be here."""
        return same(one, other, self.rtol, self.atol)

    def part(self, key: Any) -> "Try":
        """The same call, as if it had returned one entry alone."""
        outcome = replace(self.outcome, value=self.value[key], changed=())
        return replace(self, expected=self.expected[key], outcome=outcome)

    def told(self) -> dict[str, Any]:
        """What a Verdict holds of it: what was expected, what came out, and what else was seen."""
        if self.trouble:
            return {"findings": (self.trouble,)}
        told: dict[str, Any] = {}
        if not self.is_same:
            told["expected"], told["got"] = typed_apart(self.expected, self.value)
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
        entries = differing(self.value, self.expected, self.rtol, self.atol)
        for at, got, expected in itertools.islice(entries, ENTRIES):
            yield Row(at, *typed_apart(expected, got), False)


def with_values(tried: Iterable[Try]) -> list[Try]:
    """Those that came to a value."""
    return [one for one in tried if not one.trouble]


def that_differ(tried: Iterable[Try]) -> list[Try]:
    """Those whose value is wrong."""
    return [one for one in with_values(tried) if not one.is_same]


def beginning_with(shown: Try, others: Iterable[Try]) -> list[Try]:
    """The try that is shown, and then the others."""
    return [shown, *(one for one in others if one is not shown)]
