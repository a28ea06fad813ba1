"""The verdict of an examination, as data; str(verdict) puts all of it into words."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from course_utils.practice.sandbox import Line
from course_utils.support.language import gettext as _
from course_utils.support.numbers import named, typed

TO_DO, NOT_YET, RIGHT = "to do", "not yet", "right"

WIDTH = 100  # characters of a line, as far as it is prose


@dataclass(frozen=True)
class Row:
    """One of several values that were compared: a step of a walk, or an entry of a long list.

    place: which one.  right: whether the two are the same.  note: a word on it, where there is one to say.
    """

    place: str
    expected: str
    got: str
    right: bool
    note: str = ""

    @property
    def mark(self) -> str:
        """In words: empty for a right one."""
        if self.right:
            return ""
        return _("no: {note}").format(note=self.note) if self.note else _("no")


@dataclass(frozen=True)
class Verdict:
    """What an examination says. Values are texts, as they are typed in a cell.

    state: "to do", "not yet" or "right".
    passed: the cases that came out right before, such as "step(2, 1) = 3".
    called: the case that did not; "" where there was none.  expected, got: what it asks for, and what came out.
    rows: the same in parts, where there are many.
    findings: what else was seen in this case, a sentence each.
    line: where in the student's code it went wrong.  printed: what the code printed meanwhile.
    mistakes: the ids of the mistakes that behave exactly like the code.  advice: what they, or the values, mean.
    task: the name of the task; "" for cases of one's own.
    """

    state: str
    passed: tuple[str, ...] = field(default=(), repr=False)
    called: str = ""
    expected: str = field(default="", repr=False)
    got: str = field(default="", repr=False)
    rows: tuple[Row, ...] = field(default=(), repr=False)
    findings: tuple[str, ...] = field(default=(), repr=False)
    line: Line | None = field(default=None, repr=False)
    printed: tuple[str, ...] = field(default=(), repr=False)
    mistakes: tuple[str, ...] = ()
    advice: str = field(default="", repr=False)
    task: str = ""

    def __str__(self) -> str:
        return "\n".join(self._lines())

    @property
    def next(self) -> str:
        """What to do now."""
        if self.state == TO_DO:
            return _("Write your code, run its cell, and then run this one again.")
        if self.state == NOT_YET:
            return _("Change your code, run its cell, and then run this one again.")
        return _("Go on. The solution says why it is so.") if self.task else ""

    def _lines(self) -> Iterator[str]:
        for case in self.passed:
            yield _("Right: {case}").format(case=case)
        findings = list(self.findings)
        if self.state == TO_DO:
            yield from wrapped(_("To do: {what}").format(what=findings.pop(0)))
        elif self.state == NOT_YET:
            yield from wrapped(_("Not yet: {what}").format(what=self.called or findings.pop(0)))
        if self.expected:
            yield from table([(_("expected"), self.expected), (_("got"), self.got)], gap=1)
        if self.rows:
            head = ("", _("expected"), _("got"), "")
            yield from table([head, *((row.place, row.expected, row.got, row.mark) for row in self.rows)])
        for finding in findings:
            yield from wrapped(finding, "  ")
        if self.line:
            yield f"  {self.line}"
        if self.printed:
            yield "  " + _("It printed:")
            yield from (f"    {line}" for line in self.printed)
        yield from wrapped(self.advice)


def wrapped(text: str, inside: str = "") -> list[str]:
    """Prose in lines that are broken between words."""
    return [
        line
        for paragraph in text.splitlines()
        for line in textwrap.wrap(
            paragraph,
            WIDTH,
            initial_indent=inside,
            subsequent_indent=inside,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def table(rows: Sequence[Sequence[str]], gap: int = 2) -> list[str]:
    """Rows of texts as lines, each column as wide as its widest entry."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  "
        + (" " * gap).join(f"{entry:<{width}}" for entry, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def call(function: object, arguments: Sequence[object]) -> str:
    """A call as it is typed: momentum_step(2, -1)."""
    name = named(function) or _("your function")
    return f"{name}({', '.join(typed(a, 60) for a in arguments)})"


def because(symptoms: Sequence[str], cures: Sequence[str]) -> str:
    """What a mistake that was recognised says; up to three mistakes, where they cannot be told apart."""
    told = (
        _("This is what comes out when {first}."),
        _("This is what comes out when {first}, or when {second}."),
        _("This is what comes out when {first}, or when {second}, or when {third}."),
    )
    names = dict(zip(("first", "second", "third"), symptoms, strict=False))
    return " ".join([told[len(names) - 1].format(**names), *cures])
