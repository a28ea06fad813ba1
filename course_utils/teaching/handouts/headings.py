"""Which column is meant? Forms and learning platforms name their columns in their own way, and in the language of the school."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from course_utils.support.language import gettext as _

#: What a column is called elsewhere: the first group of which a file has one column. A Canvas gradebook also has an ID, its own.
_CALLED = {
    "id": (
        ("sis user id", "sis id"),
        ("id",),
        (
            "id number",
            "student id",
            "student id number",
            "student number",
            "student no",
            "matriculation number",
        ),
        ("학번", "학생번호", "학생 번호", "学籍番号", "学生番号", "学号", "學號", "matrikelnummer"),
        ("sis login id", "login id", "username", "user name", "아이디"),
        ("email address", "email", "이메일 주소", "이메일", "メールアドレス"),
    ),
    "name": (
        ("name",),
        ("student name", "full name", "your name", "이름", "성명", "학생 이름", "氏名", "名前", "姓名"),
        ("student", "학생"),
    ),
}
#: A name in two columns, in the order in which it is spoken, and what stands between.
_NAMES = (
    ("first name", "last name", " "),
    ("first name", "surname", " "),
    ("given name", "family name", " "),
    ("성", "이름", ""),
    ("姓", "名", ""),
)
#: Words that no name holds by chance: a file that has one in its first line was read in the right alphabet.
TELLING = frozenset(
    word for groups in _CALLED.values() for group in groups for word in group if not word.isascii()
)


def find(
    columns: Sequence[str], needed: Iterable[str], asked: Mapping[str, str], optional: Iterable[str] = ()
) -> dict[str, tuple[list[int], str]]:
    """Where each needed column stands. -> {name: (numbers of the columns that make it up, what joins their cells)}

    columns: the headings of a file.  asked: {name: heading} that somebody has told.  A column that is neither there
    nor clear is left out of the result.

    Raises ValueError where a heading that was told is not there, or stands there twice.
    """
    plain = [simple(heading) for heading in columns]
    needed = [*needed, *optional]
    strangers = [name for name in asked if name not in needed]
    if strangers:
        told = _("there is no column {name} to be told: the columns are {names}")
        raise ValueError(told.format(name=strangers[0], names=", ".join(needed)))
    found = {name: ([_told(heading, columns, plain)], "") for name, heading in asked.items()}
    for name in needed:
        where = None if name in found else _clear(name, plain)
        if where:
            found[name] = where
    return found


def simple(heading: str) -> str:
    """A heading without what makes no difference: capitals, underscores, marks at its ends."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    return " ".join(re.sub(r"[_\-]", " ", text).split()).strip(" .:*?[]()")


def _told(heading: str, columns: Sequence[str], plain: Sequence[str]) -> int:
    """The column that somebody meant: its heading, or how it begins."""
    meant = simple(heading)
    fits = [k for k, each in enumerate(plain) if each == meant]
    fits = fits or [k for k, each in enumerate(plain) if each.startswith(meant)]
    if len(fits) == 1:
        return fits[0]
    told = (
        _("there are {n} columns that begin with “{heading}”: give more of the heading")
        if fits
        else _("there is no column “{heading}”; the columns are {names}")
    )
    raise ValueError(told.format(n=len(fits), heading=heading, names=", ".join(filter(None, columns))))


def _clear(name: str, plain: Sequence[str]) -> tuple[list[int], str] | None:
    if name == "name":
        for first, second, between in _NAMES:
            if plain.count(first) == plain.count(second) == 1:
                return [plain.index(first), plain.index(second)], between
    for group in _CALLED.get(name, ((simple(name),),)):
        fits = [k for k, each in enumerate(plain) if each in group]
        if len(fits) == 1:
            return fits, ""
        if fits:
            return None
    fits = [k for k, each in enumerate(plain) if _coordinate(each) == name]
    return (fits, "") if len(fits) == 1 else None


def _coordinate(heading: str) -> str | None:
    """ "x2" for “x₂”, “Step 2: x”, “y after step 1 [number]”, “2단계 x좌표”; None for anything else."""
    axes = re.findall(r"(?<![a-z])[xy](?![a-z])", heading)
    steps = re.findall(r"step (\d+)|(\d+) ?단계|(\d+) ?歩|第 ?(\d+)", heading)
    numbers = ["".join(each) for each in steps] or re.findall(r"\d+", heading)
    return f"{axes[0]}{int(numbers[0])}" if len(axes) == len(numbers) == 1 else None
