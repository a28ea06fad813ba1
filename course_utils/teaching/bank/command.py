"""The command `export`."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_utils.support.language import gettext as _
from course_utils.teaching.bank import course, gift, moodle, polls, qti, steps
from course_utils.teaching.bank.questions import Choice, Number, Question, Steps

VARIANTS = 5


@dataclass(frozen=True)
class Format:
    """written: questions -> the bytes of a file.  holds: whether it can hold a question.  tables: or a table of steps."""

    about: str
    written: Callable[[Sequence[Question]], bytes]
    holds: Callable[[Question], bool] = lambda asked: True
    tables: bool = False


FORMATS = {
    "moodle": Format(_("Moodle XML"), moodle.written, tables=True),
    "qti": Format(_("a package of QTI 2.1, for Canvas and others"), qti.written, tables=True),
    "gift": Format(_("GIFT; no tables, no pictures"), gift.written, gift.can_hold),
    "polls": Format(_("a table for Mentimeter, WooClap and their like"), polls.table),
    "projector": Format(_("polls as a page for the projector"), polls.page),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """-> exit status: 1 where nothing was written"""
    given = _parser().parse_args(arguments)
    made = FORMATS[given.format]
    try:
        everything = course.questions()
        held: list[Question] = [asked for asked in everything if made.holds(asked)]
        held += steps.tables(given.variants) if made.tables else []
        given.output.write_bytes(made.written(held))
    except (OSError, ValueError) as error:
        print(_("{what}. Nothing was written.").format(what=error), file=sys.stderr)
        return 1
    print(told(held, given.output))
    left_out = [asked.name for asked in everything if not made.holds(asked)]
    if left_out:
        line = _("Left out, because of their pictures: {names}")
        print(line.format(names=", ".join(left_out)))
    return 0


def told(held: Sequence[Question], file: Path) -> str:
    counted = Counter(type(asked) for asked in held)
    entries = [asked.entry for asked in held if isinstance(asked, Number)]
    entries += [entry for asked in held if isinstance(asked, Steps) for row in asked.rows for entry in row]
    line = _(
        "{choices} choices, {numbers} numbers and {tables} tables with {wrong} named wrong numbers in {file}."
    )
    return line.format(
        choices=counted[Choice],
        numbers=counted[Number],
        tables=counted[Steps],
        wrong=sum(len(entry.wrong) for entry in entries),
        file=file,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m course_utils", description=_("The course's questions elsewhere.")
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "export", help=_("all questions as a file that a learning management system imports")
    )
    about = "; ".join(f"{name}: {each.about}" for name, each in FORMATS.items())
    command.add_argument("--format", required=True, choices=list(FORMATS), help=about)
    command.add_argument("--output", required=True, type=Path, metavar="FILE", help=_("the file to write"))
    command.add_argument(
        "--variants",
        type=_whole,
        default=VARIANTS,
        metavar="N",
        help=_("tables of each method, with different numbers (5)"),
    )
    return parser


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(_("must be a whole number from 1 on, not {text}").format(text=text))
    return int(text)
