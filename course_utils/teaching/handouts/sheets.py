"""A sheet of paper for every student, with numbers of their own, and the answers for whoever marks it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from course_utils.landscapes import LANDSCAPES, SADDLE
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead
from course_utils.practice.problems import (
    SYMBOLS,
    THREE_STEPS,
    StepProblem,
    method_words,
    where,
)
from course_utils.practice.typed_numbers import read_number
from course_utils.support.language import gettext as _
from course_utils.support.numbers import written, written_point
from course_utils.support.templates import render
from course_utils.support.validation import shown
from course_utils.teaching.handouts import tables
from course_utils.teaching.handouts.tables import Complaint

#: What `--problem` can name. Every student gets fresh numbers for it, from StepProblem.for_one_of_many.
PROBLEMS = {
    "three-steps": THREE_STEPS,
    "sgd": StepProblem(SADDLE, SGD(lr=1), start=(1, 2), steps=3),
    "nesterov": StepProblem(SADDLE, NesterovLookahead(lr=1, momentum=1), start=(1, 2), steps=3),
    "nesterov-theta": StepProblem(SADDLE, Nesterov(lr=1, momentum=1), start=(1, 2), steps=3),
}

_METHODS = {method.__name__: method for method in (SGD, Momentum, NesterovLookahead, Nesterov)}
_LANDSCAPES = {landscape.name: landscape for landscape in LANDSCAPES}
_ABOUT = ("id", "name", "landscape", "method", "lr", "momentum", "start_x", "start_y")


@dataclass(frozen=True)
class Student:
    id: str
    name: str


@dataclass(frozen=True)
class Sheet:
    """What one student is asked."""

    student: Student
    problem: StepProblem


def read_students(
    path: Path | str, asked: Mapping[str, str] | None = None
) -> tuple[list[Student], list[Complaint]]:
    """The students of a roster with the columns id and name. -> (students, complaints about lines left out)

    asked: {"id": "Student number", ...}, the headings of columns that are called otherwise.

    Raises ValueError where the file has no such columns, and OSError where it cannot be read.
    """
    table = tables.read(path, ("id", "name"), asked)
    students: list[Student] = []
    first: dict[str, int] = {}
    for line, row in table.rows:
        if not row["id"]:
            table.complain(line, _("has no id; this row is left out"))
        elif row["id"] in first:
            twice = _("id {id} stands in line {line} already; this row is left out")
            table.complain(line, twice.format(id=row["id"], line=first[row["id"]]))
        else:
            first[row["id"]] = line
            students.append(Student(row["id"], row["name"]))
    return students, sorted(table.complaints, key=lambda each: each.line)


def make_sheets(problem: str | StepProblem, students: Iterable[Student], seed: int | str) -> list[Sheet]:
    """One sheet per student, in the order of the roster.

    problem: a name in PROBLEMS, or any StepProblem.  seed: a number or a text. The numbers on a sheet come from the
    seed and the student's id alone: who else is in the class, and in what order, makes no difference.
    """
    if isinstance(problem, str):
        if problem not in PROBLEMS:
            raise ValueError(f"problem must be one of {', '.join(PROBLEMS)}, not {shown(problem)}")
        problem = PROBLEMS[problem]
    if not isinstance(problem, StepProblem):
        raise TypeError(
            f"problem must be a StepProblem or one of {', '.join(PROBLEMS)}, not {shown(problem)}"
        )
    return [Sheet(student, problem.for_one_of_many(_seed_of(seed, student))) for student in students]


def sharing(sheets: Iterable[Sheet]) -> list[list[Student]]:
    """[[Student, Student, ...], ...] of those who have the same numbers; students with numbers of their own are left out."""
    groups: dict[str, list[Student]] = {}
    for sheet in sheets:
        groups.setdefault(repr(sheet.problem), []).append(sheet.student)
    return [group for group in groups.values() if len(group) > 1]


def _seed_of(seed, student):
    return int.from_bytes(hashlib.sha256(f"{seed}\0{student.id}".encode()).digest()[:8], "big")


# ------------------------------------------------------------------------------------------------- on paper

TEMPLATES = Path(__file__).with_name("templates")


def page(sheets: Iterable[Sheet], title: str | None = None) -> str:
    """All sheets as one HTML page that prints each on a page of its own. It needs no network, and no script runs in it."""
    title = _("Steps by hand") if title is None else title
    return render(TEMPLATES, "sheets.html", title=title, sheets=[_on_paper(sheet) for sheet in sheets])


def _on_paper(sheet):
    """What the template says about one sheet. work: the heads of the columns that are only for the student."""
    problem = sheet.problem
    method, rule, symbol = method_words(problem)
    at_rest = "momentum" in problem.settings
    work = ["g", _("new v")] if at_rest else ["g"]
    if problem.path.gradient_points is not problem.path.positions:
        work.insert(0, f"{symbol} + μ v")
    return {
        "name": _short(sheet.student.name),
        "id": _short(sheet.student.id),
        "landscape": problem.landscape.plain,
        "method": method,
        "settings": _both([f"{SYMBOLS[name]} = {written(x)}" for name, x in problem.settings.items()]),
        "symbol": symbol,
        "start": written_point(problem.start),
        "at_rest": at_rest,
        "where": where(problem),
        "steps": problem.steps,
        "rule": rule,
        "work": work,
    }


def _both(parts):
    """One thing or two, in words."""
    return parts[0] if len(parts) == 1 else _("{first} and {second}").format(first=parts[0], second=parts[1])


def _short(text):
    """As much of a name as keeps the sheet on one page."""
    return text if len(text) <= 60 else text[:59] + "…"


# ------------------------------------------------------------------------------------------------ the answers


def write_answers(path: Path | str, sheets: Sequence[Sheet]) -> None:
    """Write what each student was asked, and the right table, as a CSV file that `read_answers` reads back."""
    steps = max((sheet.problem.steps for sheet in sheets), default=0)
    rows = []
    for student, problem in ((sheet.student, sheet.problem) for sheet in sheets):
        if problem.landscape.name not in _LANDSCAPES:
            raise ValueError(f"problem must be on one of {', '.join(_LANDSCAPES)}, not {problem.landscape!r}")
        about = [
            student.id,
            student.name,
            problem.landscape.name,
            type(problem.optimizer).__name__,
            _typed(problem.settings["lr"]),
            _typed(problem.settings["momentum"]) if "momentum" in problem.settings else "",
            *map(_typed, problem.start),
        ]
        rows.append(about + [_typed(entry) for point in problem.answer for entry in point])
    tables.write(path, [*_ABOUT, *entry_columns(steps)], rows)


def read_answers(path: Path | str) -> tuple[list[Sheet], list[Complaint]]:
    """The sheets that `write_answers` wrote. -> (sheets, complaints about lines left out)

    Raises ValueError if the file is not such a table, and OSError if it cannot be read.
    """
    table = tables.read(path, (*_ABOUT, *entry_columns(1)))
    steps = max(n for n in range(1, len(table.columns)) if set(entry_columns(n)) <= set(table.columns))
    sheets: list[Sheet] = []
    first: dict[str, int] = {}
    for line, row in table.rows:
        try:
            sheet, asked = _sheet_of(row, steps, table.decimal_comma)
            if sheet.student.id in first:
                twice = _("id {id} stands in line {line} already")
                raise ValueError(twice.format(id=row["id"], line=first[row["id"]]))
            if asked != sheet.problem.answer:
                raise ValueError(
                    _("the answers do not belong to these settings: make the handouts once more")
                )
        except (ValueError, TypeError, KeyError) as error:
            left_out = _("{what}; this row is left out")
            table.complain(line, left_out.format(what=str(error).rstrip(".")))
        else:
            first[sheet.student.id] = line
            sheets.append(sheet)
    return sheets, sorted(table.complaints, key=lambda each: each.line)


def _sheet_of(row, steps, decimal_comma):
    """-> (the sheet that a row of answers.csv describes, the answer written in the row)"""
    if not row["id"]:
        raise ValueError(_("has no id"))
    if row["landscape"] not in _LANDSCAPES:
        told = _("landscape must be one of {names}, not {value}")
        raise ValueError(told.format(names=", ".join(_LANDSCAPES), value=shown(row["landscape"])))
    if row["method"] not in _METHODS:
        told = _("method must be one of {names}, not {value}")
        raise ValueError(told.format(names=", ".join(_METHODS), value=shown(row["method"])))

    def number(name):
        return _number(row, name, decimal_comma)

    settings = {"lr": number("lr")}
    if row["method"] != "SGD":
        settings["momentum"] = number("momentum")
    problem = StepProblem(
        _LANDSCAPES[row["landscape"]],
        _METHODS[row["method"]](**settings),
        (number("start_x"), number("start_y")),
        sum(1 for t in range(1, steps + 1) if row[f"x{t}"]),
    )
    asked = [(number(f"x{t}"), number(f"y{t}")) for t in range(1, problem.steps + 1)]
    return Sheet(Student(row["id"], row["name"]), problem), asked


def _number(row, name, decimal_comma):
    try:
        number = read_number(row[name], name, decimal_comma)
    except ValueError as error:
        raise ValueError(_("{name}: {what}").format(name=name, what=error)) from None
    if number is None:
        raise ValueError(_("{name} is blank").format(name=name))
    return number


def entry_columns(steps: int) -> tuple[str, ...]:
    """("x1", "y1", "x2", ...): the columns of a table with this many steps."""
    return tuple(f"{axis}{t}" for t in range(1, steps + 1) for axis in "xy")


def _typed(number):
    """A number for a spreadsheet: a decimal where that is exact, because a fraction like 3/2 may become a date."""
    number = Fraction(number)
    decimal = Decimal(number.numerator) / number.denominator
    return f"{decimal:f}" if Fraction(decimal) == number else str(number)
