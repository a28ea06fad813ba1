"""GIFT, Moodle's plain text: docs.moodle.org/en/GIFT_format. It knows no tables and no pictures."""

import re
from collections.abc import Sequence
from itertools import groupby

from course_utils.teaching.bank import html
from course_utils.teaching.bank.questions import (
    DECIMALS,
    TOLERANCE,
    Choice,
    Entry,
    Number,
    Question,
    category,
    decimal,
    group,
    pictures,
)


def can_hold(asked: Question) -> bool:
    return isinstance(asked, (Choice, Number)) and not pictures(asked)


def written(questions: Sequence[Question]) -> bytes:
    parts = []
    for name, asked in groupby(filter(can_hold, questions), key=group):
        parts.append(f"$CATEGORY: {category(name)}")
        parts += [_item(each) for each in asked if isinstance(each, (Choice, Number))]
    return ("\n\n".join(parts) + "\n").encode()


def _item(asked: Choice | Number) -> str:
    body = html.body(asked, "")
    if isinstance(asked, Number):
        body += html.text(DECIMALS)
        answers = _number(asked.entry)
    else:
        answers = _choice(asked)
    return f"::{_quiet(asked.name)}::[html]{_quiet(body)}{{\n{answers}\n}}"


def _choice(asked: Choice) -> str:
    return "\n".join(
        f"\t{'=' if option.id == asked.right else '~'}{_quiet(html.line(option.text))}#{_quiet(html.line(option.why))}"
        for option in asked.options
    )


def _number(entry: Entry) -> str:
    lines = [f"#\t={decimal(entry.right)}:{TOLERANCE}#{_quiet(html.line(entry.why))}"]
    lines += [f"\t=%0%{decimal(value)}:{TOLERANCE}#{_quiet(html.line(why))}" for value, why in entry.wrong]
    lines += [f"\t~#{_quiet(html.line(entry.hint))}"] if entry.hint else []
    return "\n".join(lines)


def _quiet(text: str) -> str:
    r"""A text in which nothing is a sign of GIFT: \~ \= \# \{ \} \:, on one line."""
    return re.sub(r"([~=#{}:\\])", r"\\\1", text).replace("\n", r"\n")
