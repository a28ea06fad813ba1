"""The mistake atlas as tables, for instructors: what each mistake is, and what it gives on a problem."""

from collections import defaultdict

from course_utils.practice.mistakes import (
    MISTAKES,
    OtherMethod,
    OtherSetting,
    WrongAnswer,
    WrongGradient,
    WrongRoot,
    WrongStep,
)
from course_utils.support.language import gettext as _
from course_utils.support.numbers import written_point

#: What kind of mistake a class of mistakes.py is; the remaining ones move x and y one after the other.
KINDS = {
    OtherMethod: _("another method"),
    OtherSetting: _("other settings"),
    WrongStep: _("wrong step"),
    WrongRoot: _("wrong step"),
    WrongGradient: _("wrong gradient"),
    WrongAnswer: _("wrongly written down"),
}


def kind(mistake):
    """What kind of mistake it is, in words."""
    return next(
        (words for base, words in KINDS.items() if issubclass(mistake, base)), _("one axis after the other")
    )


def catalogue():
    """Every mistake, one row each: (name, kind, symptom, cure, names of the methods in which it can be made)."""
    return [
        (m.name, kind(m), m.symptom, m.cure, tuple(method.__name__ for method in m.methods)) for m in MISTAKES
    ]


def tables(problem):
    """What a problem shows: [(table of points, names of the mistakes that give it)], in the order of the atlas."""
    names = defaultdict(list)
    for mistake, table in problem.mistaken:
        names[tuple(table)].append(mistake.id)
    return list(names.items())


def told_apart(problem):
    """How many mistakes can be told from the right answer and from each other: the number of wrong tables."""
    return len(tables(problem))


def characters(problem):
    """How many characters there are to write in the right answer: what makes a table long to do by hand."""
    return sum(len(str(x)) for point in problem.answer for x in point)


def written_table(table):
    """A table of points on one line: (−1, 1)  (−4, 1)  (−8, 5)."""
    return "  ".join(map(written_point, table))


def as_markdown(head, rows):
    """A table in Markdown.

    head: the titles of the columns.  rows: each holds as many texts.

    Raises ValueError for a row of another length.
    """
    lines = [head, ["---"] * len(head), *rows]
    for row in lines:
        if len(row) != len(head):
            raise ValueError(f"rows must have {len(head)} entries each, as head has, not {len(row)}")
    return "\n".join(
        "| " + " | ".join(str(entry).replace("|", "\\|") for entry in row) + " |" for row in lines
    )
