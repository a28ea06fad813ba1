"""A question of the course as data, whoever asks it.

    Choice       one right option among several, and what each of them shows
    Number       one number, and which mistake a wrong one tells
    Steps        a table of steps by hand: numbers in a row for each step, and for each of them the same

Texts are those of `course_utils/words`: plain, with formulas between dollars and `code` where there are any.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from course_utils.support.language import gettext as _

TOLERANCE = 0.001  # three decimals, rounded or cut off
DECIMALS = _("Type a number, with a point for decimals; three of them are enough.")


@dataclass(frozen=True)
class Picture:
    """name: of a file.  png: its bytes.  alt: what it shows, in words."""

    name: str
    png: bytes
    alt: str


@dataclass(frozen=True)
class Code:
    """Lines of a program, or what one printed."""

    text: str


Block = str | Code | Picture  # a paragraph of text, lines of code, or a picture


@dataclass(frozen=True)
class Answer:
    """An option, or a number that is foreseen, and what it shows. id: for machines."""

    id: str
    text: str
    why: str


@dataclass(frozen=True)
class Choice:
    """name: "04 memory".  before: what is to be seen before it.  right: the id of the right option."""

    name: str
    text: str
    options: tuple[Answer, ...]
    right: str
    before: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One number that is asked for. right: exact, or to as many digits as a float has. wrong: [(number, why), ...]."""

    right: Fraction
    why: str
    wrong: tuple[tuple[Fraction, str], ...]
    hint: str = ""


@dataclass(frozen=True)
class Number:
    name: str
    text: str
    entry: Entry
    before: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Steps:
    """columns: what the columns are called.  rows: the entries of a step each.  why: the computation, a line a step."""

    name: str
    text: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    why: tuple[str, ...]
    before: tuple[Block, ...] = ()


Question = Choice | Number | Steps


def group(asked: Question) -> str:
    """Where a question belongs: the number of a lecture, "bugs" or "steps"."""
    return asked.name.partition(" ")[0]


def category(name: str) -> str:
    """What Moodle calls the place of a group of questions in its bank."""
    return f"$course$/top/Downhill, Blindfolded/{name}"


def pictures(asked: Question) -> list[Picture]:
    return [block for block in asked.before if isinstance(block, Picture)]


def apart(right: Fraction, wrong: Iterable[tuple[Fraction, str]]) -> tuple[tuple[Fraction, str], ...]:
    """The wrong numbers that a system can tell from the right one, and from those before."""
    kept: list[tuple[Fraction, str]] = []
    for value, why in wrong:
        if all(abs(value - other) > 2 * TOLERANCE for other in (right, *(known for known, _why in kept))):
            kept.append((value, why))
    return tuple(kept)


def decimal(value: Fraction) -> str:
    """A number as every system reads it: all its digits where they are few, else six decimals."""
    text = f"{float(value):.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
