"""Grades as columns: for Canvas, for Moodle, and a plain table that also says what each number rests on.

    python -m course_utils grades marked/report.csv --format canvas --title "Handout 1" --output canvas.csv

A cell stays empty where there is no grade yet: the work was not handed in, could not be graded, or waits for a person.
Nobody gets a zero that nobody has looked at.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.teaching.handouts import tables
from course_utils.teaching.handouts.marking import LEFT_OUT, NOT_FOUND

GRADED, WAITING, NOT_GRADED, NOT_HANDED_IN = "graded", "waiting", "not graded", "not handed in"

#: What each state is called in the plain table.
STATES = {
    GRADED: _("graded"),
    WAITING: _("waits for a person"),
    NOT_GRADED: _("not graded"),
    NOT_HANDED_IN: _("not handed in"),
}
FORMATS = ("canvas", "moodle", "csv")


@dataclass(frozen=True)
class Grade:
    """What one student has for one piece of work.

    points: so far; None where nothing was graded.  most: how many there are.  state: "graded", "waiting", "not graded"
    or "not handed in".  notes: what the points rest on, a sentence each.
    """

    student: str
    name: str
    email: str
    work: str
    points: float | None
    most: float
    state: str
    notes: tuple[str, ...] = ()

    @property
    def final(self) -> float | None:
        return self.points if self.state == GRADED else None


def write(path: Path, layout: str, grades: Sequence[Grade]) -> None:
    """Write grades as Canvas's gradebook or Moodle's grade import takes them, or as a plain table. layout: of FORMATS"""
    {"canvas": _canvas, "moodle": _moodle, "csv": _plain}[layout](path, grades)


def _by_student(grades: Iterable[Grade]) -> tuple[list[str], dict[str, dict[str, Grade]]]:
    """-> (the pieces of work, {student: {work: Grade}})"""
    works: dict[str, None] = {}
    students: dict[str, dict[str, Grade]] = {}
    for grade in grades:
        works[grade.work] = None
        students.setdefault(grade.student, {})[grade.work] = grade
    return list(works), students


def _canvas(path: Path, grades: Sequence[Grade]) -> None:
    """Canvas finds a student by SIS Login ID; the second row holds the points possible."""
    works, students = _by_student(grades)
    most = {grade.work: grade.most for grade in grades}
    rows: list[list[str]] = [
        ["    Points Possible", "", "", "", "", *(_number(most[work]) for work in works)]
    ]
    for id, each in students.items():
        name = next(iter(each.values())).name
        finals = [_number(each[work].final) if work in each else "" for work in works]
        rows.append([name, "", id, id, "", *finals])
    tables.write(path, ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *works], rows)


def _moodle(path: Path, grades: Sequence[Grade]) -> None:
    """Moodle maps ID number or email address to a user, and each further column to a grade item."""
    works, students = _by_student(grades)
    rows = []
    for id, each in students.items():
        email = next(iter(each.values())).email
        cells = []
        for work in works:
            grade = each.get(work)
            cells += [_number(grade.final), " ".join(grade.notes)] if grade else ["", ""]
        rows.append([id, email, *cells])
    columns = [name for work in works for name in (work, _("{work}: feedback").format(work=work))]
    tables.write(path, ["ID number", "Email address", *columns], rows)


def _plain(path: Path, grades: Sequence[Grade]) -> None:
    columns = ["id", "name", "email", "work", "state", "points", "most", "notes"]
    rows = [
        [
            g.student,
            g.name,
            g.email,
            g.work,
            STATES[g.state],
            _number(g.points),
            _number(g.most),
            " ".join(g.notes),
        ]
        for g in grades
    ]
    tables.write(path, columns, rows)


def _number(points: float | None) -> str:
    return "" if points is None else f"{points:g}"


def told(grades: Sequence[Grade]) -> list[str]:
    """What whoever exports should know: whose cell is empty, and why."""
    lines = []
    for state in (WAITING, NOT_GRADED, NOT_HANDED_IN):
        names = [f"{grade.student} ({grade.work})" for grade in grades if grade.state == state]
        if names:
            empty = ngettext(
                "{n} without a grade, {state}: {names}", "{n} without a grade, {state}: {names}", len(names)
            )
            lines.append(empty.format(n=len(names), state=STATES[state], names=", ".join(names)))
    return lines


# --- from `mark` ---------------------------------------------------------------------------------------------


def of_handouts(path: Path, title: str) -> list[Grade]:
    """The grades in a report.csv that `mark` wrote: one point for each right entry.

    Raises ValueError if the file is no such report, and OSError if it cannot be read.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    needed = {"id", "name", "verdict", "right_entries", "entries"}
    if not rows or not needed <= set(rows[0]):
        raise ValueError(_("{file} is not a report.csv that `mark` wrote").format(file=path.name))
    return [_of_handout(row, title) for row in rows]


def _of_handout(row: dict[str, str], title: str) -> Grade:
    state = {NOT_HANDED_IN: NOT_HANDED_IN, LEFT_OUT: NOT_GRADED, NOT_FOUND: NOT_GRADED}.get(
        row["verdict"], GRADED
    )
    points = float(row["right_entries"]) if state == GRADED else None
    notes = (row["message"],) if row.get("message") else ()
    id, name = (cell.removeprefix("'") for cell in (row["id"], row["name"]))
    return Grade(id, name, "", title, points, float(row["entries"]), state, notes)


def main(arguments: Sequence[str] | None = None) -> int:
    """-> exit status: 1 where nothing was written"""
    given = _parser().parse_args(arguments)
    try:
        grades = of_handouts(given.report, given.title)
        write(given.output, given.format, grades)
    except (OSError, ValueError) as error:
        print(_("{what}. Nothing was written.").format(what=error), file=sys.stderr)
        return 1
    for line in told(grades):
        print(line)
    print(_("{n} students in {file}.").format(n=len(grades), file=given.output))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m course_utils", description=_("Grades as columns."))
    command = parser.add_subparsers(dest="command", required=True).add_parser(
        "grades", help=_("the points of marked handouts, as Canvas or Moodle imports them")
    )
    command.add_argument("report", type=Path, metavar="REPORT.csv", help=_("from `mark`"))
    command.add_argument("--format", required=True, choices=FORMATS, help=_("who is to read it"))
    command.add_argument("--title", default="Handout", help=_("what the column is called (Handout)"))
    command.add_argument("--output", required=True, type=Path, metavar="FILE", help=_("the table to write"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
