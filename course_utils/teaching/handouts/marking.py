"""What came back: every student's table marked, each mistake named, and what the class did as a whole."""

import base64
import functools
import re
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from course_utils import figures
from course_utils.practice.mistakes import MISTAKES, RARE
from course_utils.practice.problems import Diagnosis
from course_utils.practice.sharing import UNFINISHED, WRONG
from course_utils.practice.typed_numbers import read_number
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.templates import render
from course_utils.teaching.class_view.naming import NAMES
from course_utils.teaching.handouts import dates, tables
from course_utils.teaching.handouts.sheets import TEMPLATES, Sheet, Student, entry_columns, read_answers
from course_utils.teaching.handouts.tables import Complaint

RIGHT, EMPTY, ABSENT = "right", "nothing typed", "not handed in"
LEFT_OUT = "left out"  # handed in, in a row that cannot be marked as it is
NOT_FOUND = "not found"  # no row, and there are rows of which nobody knows whose they are
KEPT = ("first", "last", "best")  # which attempt counts, where there are several

#: What a verdict is called in the table of students.
VERDICTS = {
    RIGHT: _("right"),
    WRONG: _("wrong"),
    UNFINISHED: _("not finished"),
    EMPTY: _("nothing typed"),
    ABSENT: _("not handed in"),
    LEFT_OUT: _("handed in, not marked"),
    NOT_FOUND: _("not found"),
}

#: What each cause is called among the bars, and in the table for the debrief.
CAUSES = {
    RIGHT: _("right, every step"),
    EMPTY: _("nothing typed"),
    ABSENT: _("not handed in"),
    LEFT_OUT: _("handed in, but the row cannot be marked"),
    NOT_FOUND: _("not found: perhaps a row with another id"),
    **NAMES,
}
_COLOURS = {RIGHT: "#009E73"} | dict.fromkeys((UNFINISHED, EMPTY, ABSENT, LEFT_OUT, NOT_FOUND), "#999999")
MOST_BARS = 16  # more would not fit on a page beside their names


@dataclass(frozen=True)
class Marked:
    """One student's result.

    verdict: "right", "wrong", "not finished", "nothing typed"; "not handed in"; "left out" for a row that cannot be
    marked, and "not found" where some row may be this student's.  diagnosis: as StepProblem.diagnose gives it; None where
    nothing was marked.  right: how many entries are right, of `entries`.
    unreadable: what could not be read, one line each; such an entry counts as a blank.  dated: what was read out of dates.
    """

    student: Student
    verdict: str
    diagnosis: Diagnosis | None
    right: int
    entries: int
    unreadable: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()

    @property
    def cause(self) -> str:
        """What this result is counted under, in words."""
        return _any_of([CAUSES.get(id, id) for id in self.causes], _("{first} or {second}"))

    @property
    def causes(self) -> tuple[str, ...]:
        """What this result is counted under: the ids of the mistakes where they are known, else the verdict."""
        return (self.diagnosis.mistakes if self.diagnosis else ()) or (self.verdict,)

    @property
    def message(self) -> str:
        return " ".join([*([self.diagnosis.message] if self.diagnosis else []), *self.unreadable])


@dataclass(frozen=True)
class Report:
    """A class's results, in the order of the answers.

    complaints: the lines of both files to look at.  strays: how many rows belong to nobody in the answers.
    """

    marked: list[Marked]
    complaints: list[Complaint]
    strays: int = 0

    def counts(self) -> list[tuple[str, int]]:
        """[(what was done, how many students)], the most frequent first; nobody is counted twice."""
        counted = Counter(each.causes for each in self.marked)
        told = {each.causes: each.cause for each in self.marked}
        return sorted(((told[ids], n) for ids, n in counted.items()), key=lambda pair: (-pair[1], pair[0]))

    def figure(self) -> tuple[Figure, str]:
        """The counts as bars. -> (figure, sentence), as `figures.show` takes them"""
        return _bars(self)

    def page(self) -> str:
        """The report as one HTML page: first what the class did, without names, then every student."""
        return _page(self)

    def write(self, path: Path | str) -> None:
        """Write one row per student, as a CSV file."""
        columns = [
            "id",
            "name",
            "verdict",
            "right_entries",
            "entries",
            "first_wrong_step",
            "mistakes",
            "message",
        ]
        rows = []
        for each in self.marked:
            step = each.diagnosis.first_wrong_step if each.diagnosis else None
            names = "; ".join(each.diagnosis.mistakes) if each.diagnosis else ""
            about = [each.student.id, each.student.name, each.verdict, each.right, each.entries]
            rows.append([*about, step or "", names, each.message])
        tables.write(path, columns, rows)


def _any_of(parts, either):
    """One of these, in words. either: how two are joined."""
    return functools.reduce(lambda first, second: either.format(first=first, second=second), parts or [""])


def mark(
    attempts: Path | str,
    answers: Path | str,
    keep: str = "first",
    asked: Mapping[str, str] | None = None,
    order: str | None = None,
) -> Report:
    """Mark what students typed.

    attempts: a CSV file with the columns id, x1, y1, x2, y2, ...: one row per student, entries as they were typed.
    answers: the file of answers that belongs to the handouts.
    keep: which row counts where a student has several: the "first", the "last" or the "best", with most right entries.
    asked: {"id": "Student number", ...}, the headings of columns that are called otherwise.
    order: "month-first" or "day-first", how to read a date that a spreadsheet made out of a fraction.

    Raises ValueError if one of them is not such a table, and OSError if it cannot be read.
    """
    if keep not in KEPT:
        raise ValueError(f"keep must be one of {', '.join(KEPT)}, not {keep!r}")
    sheets, complaints = read_answers(answers)
    steps = max((sheet.problem.steps for sheet in sheets), default=1)
    table = tables.read(attempts, ("id", *entry_columns(steps)), asked, optional=("name",))
    rows, others = _rows_of(sheets, table)
    found: dict[str, Marked] = {}
    for key, tries in rows.items():
        tried = {
            line: _marked(sheet, row, table.decimal_comma, order) for line, (sheet, row) in tries.items()
        }
        line = _kept(tried, keep)
        found[key] = tried.pop(line)
        for other in tried:
            told = _("id {id} stands in line {line} as well; only that one is marked")
            table.complain(other, told.format(id=key, line=line))
        for text in found[key].unreadable:
            table.complain(line, _("{what} It counts as a blank.").format(what=text))
        for text in found[key].dated:
            table.complain(line, text)
    strays = _strays(sheets, table, others, found)
    nothing = NOT_FOUND if strays else ABSENT
    marked = [found.get(sheet.student.id) or _unmarked(sheet, nothing) for sheet in sheets]
    return Report(marked, [*complaints, *sorted(table.complaints, key=lambda each: each.line)], strays)


def _rows_of(sheets, table):
    """-> ({id: {line: (sheet, row)}}, [(line, row)] of those that nobody has)"""
    by_id = {sheet.student.id: sheet for sheet in sheets}
    rows: dict[str, dict[int, tuple[Sheet, dict[str, str]]]] = {}
    others = []
    for line, row in table.rows:
        try:
            sheet = _sheet_for(row["id"], by_id)
        except ValueError as error:
            table.complain(line, _("{what}; this row is left out").format(what=error))
            others.append((line, row))
        else:
            rows.setdefault(sheet.student.id, {})[line] = sheet, row
    return rows, others


def _kept(marked, keep):
    """The line of the row that counts. marked: {line: Marked}"""
    if keep == "best":
        return max(marked, key=lambda line: marked[line].right)
    return max(marked) if keep == "last" else min(marked)


def _strays(sheets, table, others, found):
    """How many rows belong to nobody; those whose name or broken row shows whose they are make that student "left out"."""
    by_id = {sheet.student.id: sheet for sheet in sheets}
    by_name: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        by_name.setdefault(sheet.student.name.casefold(), []).append(sheet)
    strays = 0
    for id, name in [(id, "") for _line, id in table.left_out] + [
        ("", row.get("name", "")) for _line, row in others
    ]:
        named = by_name.get(name.casefold(), []) if name else []
        try:
            sheet = named[0] if len(named) == 1 else _sheet_for(id, by_id)
        except ValueError:
            strays += 1
        else:
            found.setdefault(sheet.student.id, _unmarked(sheet, LEFT_OUT))
    return strays


def _sheet_for(name, by_id):
    """The sheet with this id, even where a spreadsheet took 007 for the number 7, or 7 for 7.0."""
    if not name:
        raise ValueError(_("has no id"))
    if name in by_id:
        return by_id[name]
    alike = [key for key in by_id if _bare(key) == _bare(name)]
    if len(alike) != 1:
        raise ValueError(_("nobody in the answers has the id {id}").format(id=name))
    return by_id[alike[0]]


def _bare(id):
    return re.sub(r"^0+|(?<=\d)\.0$", "", unicodedata.normalize("NFKC", id).casefold())


def _marked(sheet: Sheet, row, decimal_comma, order):
    problem, attempt = sheet.problem, []
    unreadable: list[str] = []
    dated: list[str] = []
    for t in range(1, problem.steps + 1):
        typed = {column: row[column] for column in (f"x{t}", f"y{t}")}
        is_pair = all(typed.values())  # a comma in one of two cells parts no coordinates
        point = []
        for column, text in typed.items():
            try:
                if was := dates.fraction(text, order):
                    told = _("{column}: the date {date} was read as {fraction}.")
                    dated.append(told.format(column=column, date=text, fraction=was))
                point.append(read_number(was or text, column, decimal_comma, may_be_two=not is_pair))
            except ValueError as error:
                point.append(None)
                unreadable.append(f"{column}: {error}")
        attempt.append(tuple(point))
    diagnosis = problem.diagnose(attempt)
    verdict = (
        RIGHT
        if diagnosis.correct
        else WRONG
        if diagnosis.first_wrong_step
        else EMPTY
        if not unreadable and all(entry is None for point in attempt for entry in point)
        else UNFINISHED
    )
    right = sum(entry is True for point in problem.marks(attempt) for entry in point)
    return Marked(
        sheet.student, verdict, diagnosis, right, 2 * problem.steps, tuple(unreadable), tuple(dated)
    )


def _unmarked(sheet, verdict):
    return Marked(sheet.student, verdict, None, 0, 2 * sheet.problem.steps)


# --------------------------------------------------------------------------------------------- for the debrief


@figures.styled
def _bars(report):
    counts = report.counts()
    if len(counts) > MOST_BARS:
        rest = counts[MOST_BARS - 1 :]
        told = _("{n} other causes, which the table names").format(n=len(rest))
        counts = [*counts[: MOST_BARS - 1], (told, sum(count for _cause, count in rest))]
    counts = counts[::-1]  # the first bar is the lowest
    labels = [textwrap.fill(cause, 44) for cause, _ in counts]
    height = 0.9 + sum(0.2 + 0.19 * (1 + label.count("\n")) for label in labels)
    figure, axes = figures.new_figure(7.5, height)
    verdict = {each.cause: each.verdict for each in report.marked}
    colours = [_COLOURS.get(verdict.get(cause, WRONG), "#D55E00") for cause, _ in counts]
    bars = axes.barh(labels, [count for _, count in counts], color=colours)
    axes.bar_label(bars, padding=3)
    axes.set(xlabel=_("students"), xlim=(0, 1.1 * max((count for _, count in counts), default=1)))
    axes.xaxis.get_major_locator().set_params(integer=True)
    n = len(report.marked)
    axes.set_title(ngettext("What {n} student did", "What {n} students did", n).format(n=n))
    told = "; ".join(f"{cause}: {count}" for cause, count in report.counts())
    sentence = ngettext("Of {n} student: {causes}.", "Of {n} students: {causes}.", n)
    return figure, sentence.format(n=n, causes=told or _("nothing yet"))


def _page(report):
    figure, sentence = report.figure()
    data, about = figures.picture(figure, sentence)
    picture = base64.b64decode(data["image/png"])
    handed_in = sum(each.verdict not in (ABSENT, NOT_FOUND) for each in report.marked)
    right = sum(each.verdict == RIGHT for each in report.marked)
    return render(
        TEMPLATES,
        "report.html",
        students=len(report.marked),
        handed_in=handed_in,
        right=right,
        strays=report.strays,
        picture=f"data:image/png;base64,{base64.b64encode(picture).decode()}",
        width=about["image/png"]["width"],
        sentence=sentence,
        causes=_causes(report),
        rows=_students_rows(report),
        complaints=report.complaints,
    )


def _causes(report):
    by_name = {mistake.id: mistake for mistake in (*MISTAKES, *RARE)}
    of = {each.cause: each for each in report.marked}
    for cause, count in report.counts():
        diagnosis = of[cause].diagnosis
        known = [by_name[name] for name in (diagnosis.mistakes if diagnosis else ()) if name in by_name]
        symptoms = _any_of(list(dict.fromkeys(m.symptom for m in known)), _("{first}; or {second}"))
        yield count, cause, symptoms, " ".join(dict.fromkeys(mistake.cure for mistake in known))


def _students_rows(report):
    for each in report.marked:
        step = each.diagnosis.first_wrong_step if each.diagnosis else None
        score = _("{right} of {n}").format(right=each.right, n=each.entries)
        yield (
            *(each.student.id, each.student.name, score, VERDICTS[each.verdict], step or ""),
            *(each.cause, each.message),
        )
