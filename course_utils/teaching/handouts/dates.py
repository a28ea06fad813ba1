"""Dates that were fractions: a spreadsheet takes 5/2 for the second of May or the fifth of February, and keeps only that."""

import calendar
import re
import unicodedata

from course_utils.support.language import gettext as _

ORDERS = ("month-first", "day-first")

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = rf"({'|'.join(_NAMES)})[a-z]*\.?"
_MIDNIGHT = r"(?:[ t]0?0:00(?::00(?:\.0+)?)?)?"
_DAY_MONTH = re.compile(rf"(\d\d?)[-./ ]+{_NAME}(?:[-./ ,]+\d{{4}})?")
_MONTH_NUMBER = re.compile(rf"{_NAME}[-./ ]+(\d\d?)(?:[-./ ,]+\d{{4}})?")
_SIGNS = re.compile(r"(?:\d{4} ?[年년] ?)?(\d\d?) ?[月월] ?(\d\d?) ?[日일]")
_ISO = re.compile(rf"\d{{4}}[-./] ?(\d\d?)[-./] ?(\d\d?)\.?{_MIDNIGHT}")
_SHOWN_AS_TYPED = re.compile(rf"(\d\d?)[./-](\d\d?)[./-]\d{{4}}{_MIDNIGHT}")


def fraction(text: str, order: str | None = None) -> str | None:
    """The fraction that was typed where a cell holds a date: "5/2" for "5월 2일". None for a text that is no date.

    order: "month-first" or "day-first", what the spreadsheet takes the number before the bar for, where that is known.

    Raises ValueError where the date may have been either of two fractions.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if match := _SIGNS.fullmatch(plain):  # East Asia writes the month first, and types it first
        return _bar(*map(int, match.groups()))
    if match := _SHOWN_AS_TYPED.fullmatch(plain):  # a spreadsheet reads and shows in one order
        return _bar(*map(int, match.groups()))
    if match := _MONTH_NUMBER.fullmatch(plain):
        month, number = _NAMES.index(match[1]) + 1, int(match[2])
        if number > _days(month):  # 5/32 is taken for May 1932
            return _bar(month, number)
        return _either(text, month, number, order)
    if match := _DAY_MONTH.fullmatch(plain):
        number, month = int(match[1]), _NAMES.index(match[2]) + 1
        return _either(text, month, number, order) if number <= _days(month) else None
    if match := _ISO.fullmatch(plain):
        return _either(text, int(match[1]), int(match[2]), order)
    return None


def _days(month: int) -> int:
    return calendar.monthrange(2024, month)[1]


def _bar(top: int, below: int) -> str:
    return f"{top}/{below}"


def _either(text: str, month: int, day: int, order: str | None) -> str:
    month_first, day_first = _bar(month, day), _bar(day, month)
    if order is None and month != day:
        told = _(
            "{date} is a date that a spreadsheet made out of {month_first} or {day_first}: "
            "say --dates month-first or --dates day-first, or type the number."
        )
        raise ValueError(told.format(date=text, month_first=month_first, day_first=day_first))
    return day_first if order == "day-first" else month_first
