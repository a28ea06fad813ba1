"""Questions to vote on: a table for Mentimeter, WooClap and their like, and a page for the projector.

What such a system imports changes with it, so the table is a plain one: its columns are copied into the system's own template.
"""

import base64
import csv
import io
from collections.abc import Sequence
from pathlib import Path

from course_utils.practice.questions import LETTERS
from course_utils.support.templates import render
from course_utils.teaching.bank import html
from course_utils.teaching.bank.questions import Choice, Code, Number, Picture, Question, decimal, pictures

TEMPLATES = Path(__file__).with_name("templates")
MOST = 8  # options


def table(questions: Sequence[Question]) -> bytes:
    """CSV: a row for each question, with the wrong answers to expect and what they show in the last column."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(
        [
            "poll",
            "type",
            "before",
            "question",
            *(f"option {n}" for n in range(1, MOST + 1)),
            "right",
            "expect",
        ]
    )
    for asked in questions:
        if isinstance(asked, Choice):
            options = [option.text for option in asked.options]
            right = str(1 + [option.id for option in asked.options].index(asked.right))
            rows.writerow(
                [asked.name, "choice", _before(asked), asked.text, *_filled(options), right, _expected(asked)]
            )
        elif isinstance(asked, Number):
            rows.writerow(
                [
                    asked.name,
                    "number",
                    _before(asked),
                    asked.text,
                    *_filled([]),
                    decimal(asked.entry.right),
                    _expected(asked),
                ]
            )
    return text.getvalue().encode("utf-8-sig")


def _filled(options: list[str]) -> list[str]:
    return options + [""] * (MOST - len(options))


def _before(asked: Question) -> str:
    """What stands before a question, in plain text; a picture by what it shows."""
    return "\n\n".join(
        block.alt
        if isinstance(block, Picture)
        else block.text
        if isinstance(block, Code)
        else html.words(html.plain(block))
        for block in asked.before
    )


def wrong_answers(asked: Choice | Number) -> list[tuple[str, str]]:
    """[(a wrong answer to expect, what it shows)]"""
    if isinstance(asked, Choice):
        return [(option.text, option.why) for option in asked.options if option.id != asked.right]
    return [(decimal(value), why) for value, why in asked.entry.wrong]


def _expected(asked: Choice | Number) -> str:
    return "\n".join(f"{answer} → {why}" for answer, why in wrong_answers(asked))


def page(questions: Sequence[Question]) -> bytes:
    """One HTML page that needs no network: a screen for each question, and what to say about the answers behind a click."""
    polls = [_poll(asked) for asked in questions if isinstance(asked, (Choice, Number))]
    return render(TEMPLATES, "polls.html", polls=polls).encode()


def _poll(asked: Choice | Number) -> dict[str, object]:
    blocks = [
        html.plain(block) if isinstance(block, str) else html.block(block, "")
        for block in asked.before
        if not isinstance(block, Picture)
    ]
    if isinstance(asked, Choice):
        options = [(letter, option.text) for letter, option in zip(LETTERS, asked.options, strict=False)]
        right = next(
            (letter, o.text, o.why)
            for letter, o in zip(LETTERS, asked.options, strict=False)
            if o.id == asked.right
        )
    else:
        options = []
        right = (decimal(asked.entry.right), "", asked.entry.why)
    return {
        "name": asked.name,
        "before": blocks,
        "pictures": [(data(picture), picture.alt) for picture in pictures(asked)],
        "text": asked.text,
        "options": options,
        "right": right,
        "wrong": wrong_answers(asked),
    }


def data(picture: Picture) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture.png).decode()}"
