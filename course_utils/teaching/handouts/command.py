"""The commands `handout` and `mark`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.teaching.handouts import sheets as sheets_
from course_utils.teaching.handouts.dates import ORDERS
from course_utils.teaching.handouts.marking import KEPT, mark
from course_utils.teaching.handouts.watching import watch


def main(arguments: Sequence[str] | None = None) -> int:
    """-> exit status: 0 where files were written, even if some lines were left out; 1 where none could be."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.command == "mark" and (
        bool(given.attempts) == bool(given.watch) or given.serve != bool(given.watch)
    ):
        parser.error(_("mark takes either ATTEMPTS.csv, or --watch ATTEMPTS.csv --serve"))
    try:
        if given.command == "mark" and given.watch:
            return live(given)
        given.output.mkdir(parents=True, exist_ok=True)
        return handout(given) if given.command == "handout" else marks(given)
    except (OSError, ValueError) as error:
        where = (
            f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else error
        )
        print(_("{what}. Nothing was written.").format(what=where), file=sys.stderr)
        return 1


def handout(given):
    students, complaints = sheets_.read_students(given.students, _asked(given))
    _say(complaints)
    if not students:
        raise ValueError(_("{file} names no student that can be read").format(file=given.students.name))
    sheets = sheets_.make_sheets(given.problem, students, given.seed)
    answers, page = given.output / "answers.csv", given.output / "handouts.html"
    fresh = given.output / "answers.csv.new"
    sheets_.write_answers(fresh, sheets)
    if answers.exists() and answers.read_bytes() != fresh.read_bytes():
        fresh.unlink()
        told = _(
            "{file} is there already and holds other answers, perhaps for sheets that are already printed: "
            "choose another --output, or remove it"
        )
        raise ValueError(told.format(file=answers))
    fresh.replace(answers)
    page.write_text(sheets_.page(sheets), encoding="utf-8")
    told = ngettext(
        "{n} sheet in {page}, the answers in {answers}.",
        "{n} sheets in {page}, the answers in {answers}.",
        len(sheets),
    )
    print(told.format(n=len(sheets), page=page, answers=answers))
    for group in sheets_.sharing(sheets):
        names = ", ".join(f"{each.name} ({each.id})" if each.name else each.id for each in group)
        print(_("The same numbers, so do not let them sit together: {names}").format(names=names))
    return 0


def live(given):
    """Show the class on a page, for as long as the command runs."""
    sheets_.read_answers(given.answers)  # what is wrong with these is told at once
    asked = _asked(given)
    watch(given.watch, lambda: mark(given.watch, given.answers, given.attempt, asked, given.dates))
    return 0


def marks(given):
    report = mark(given.attempts, given.answers, given.attempt, _asked(given), given.dates)
    _say(report.complaints)
    report.write(given.output / "report.csv")
    (given.output / "report.html").write_text(report.page(), encoding="utf-8")
    told = ngettext(
        "{n} student in {page} and report.csv.", "{n} students in {page} and report.csv.", len(report.marked)
    )
    print(told.format(n=len(report.marked), page=given.output / "report.html"))
    return 0


def _asked(given):
    """{column: heading}, of the options --column"""
    pairs = [text.partition("=") for text in given.column]
    wrong = next(
        (text for text, pair in zip(given.column, pairs, strict=True) if not pair[0] or not pair[2]), None
    )
    if wrong:
        raise ValueError(
            _('--column takes a name and a heading, such as id="Student number", not {value}').format(
                value=wrong
            )
        )
    return {name.strip().lower(): heading for name, _sign, heading in pairs}


def _say(complaints):
    for complaint in complaints:
        print(complaint, file=sys.stderr)


def _parser():
    parser = argparse.ArgumentParser(prog="python -m course_utils", description=_("On paper, in class."))
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("handout", help=_("one printable sheet per student, and the answers"))
    command.add_argument("--problem", required=True, choices=list(sheets_.PROBLEMS), help=_("what is asked"))
    command.add_argument(
        "--students", required=True, type=Path, metavar="ROSTER.csv", help=_("columns: id, name")
    )
    command.add_argument(
        "--seed", required=True, help=_("a number or a word: the same one gives the same sheets")
    )
    command.add_argument("--output", type=Path, default=Path("handouts"), metavar="DIR", help=_("(handouts)"))
    command = commands.add_parser("mark", help=_("mark typed tables, and name each student's mistake"))
    command.add_argument(
        "attempts", nargs="?", type=Path, metavar="ATTEMPTS.csv", help=_("columns: id, x1, y1, x2, y2, ...")
    )
    command.add_argument(
        "--watch", type=Path, metavar="ATTEMPTS.csv", help=_("the same, marked again whenever it has grown")
    )
    command.add_argument(
        "--serve", action="store_true", help=_("with --watch: show the class on a page, without names")
    )
    command.add_argument(
        "--answers", required=True, type=Path, metavar="ANSWERS.csv", help=_("from `handout`")
    )
    command.add_argument(
        "--attempt",
        choices=KEPT,
        default="first",
        help=_("which one counts, where a student has several (first)"),
    )
    command.add_argument(
        "--dates", choices=ORDERS, help=_("how to read dates that a spreadsheet made out of fractions")
    )
    command.add_argument("--output", type=Path, default=Path("marked"), metavar="DIR", help=_("(marked)"))
    for command in commands.choices.values():
        command.add_argument(
            "--column",
            action="append",
            default=[],
            metavar='NAME="HEADING"',
            help=_('a column that the table calls otherwise, such as id="Student number"'),
        )
    return parser
