"""Questions to choose or to compute an answer, one TOML file per lecture, so that notebooks hold no answers.

To choose:

[questions.KEY]
text = "The question?"
right = "ID"            # the one right option

[questions.KEY.options.ID]
text = "An answer to choose."
why = "What choosing it shows: one explanation an option."

To compute; numbers are written as a student may type them, and are exact:

[questions.KEY]
text = "The question?"
answer = "1/3"
why = "What to say when it is right."
hint = "What to look at, without the answer: for a wrong number that is not foreseen."

[[questions.KEY.wrong]]
value = "2/3"
why = "Which mistake gives this number."
"""

import string
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from course_utils.practice.typed_numbers import is_right, is_shortened, read_number
from course_utils.support.language import gettext as _
from course_utils.support.validation import instead, shown
from course_utils.words import groups, in_english, words

LETTERS = string.ascii_uppercase  # of the options of a question, in their order

EXAMPLE = "04 memory"


@dataclass(frozen=True)
class Option:
    """id: what is kept of it.  text: the answer to choose.  why: what choosing it shows."""

    id: str
    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """One question: its text and its options, of which exactly one is right."""

    text: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Wrong:
    """A number that a known mistake gives, and which mistake that is."""

    value: Fraction
    why: str


@dataclass(frozen=True)
class NumberQuestion:
    """A question with one exact number as its answer, and the wrong numbers that tell what went wrong."""

    text: str
    answer: Fraction
    why: str
    hint: str
    wrong: tuple[Wrong, ...]


def question(name: object) -> Question | NumberQuestion:
    """Read a question by its name, "NN key": lecture and key, such as "04 memory".

    -> a Question, or a NumberQuestion where the answer is a number

    Raises ValueError, with what may be meant, for an unknown name.
    """
    lecture, __, key = str(name).partition(" ")
    table = _table(lecture)
    if key not in table:
        names = [f"{group} {each}" for group in groups() for each in _table(group)]
        told = _("There is no question {name}.").format(name=shown(name))
        raise ValueError(f"{told} {instead(name, names, EXAMPLE)}")
    entry = table[key]
    if "answer" not in entry:
        options = (Option(id, right=id == entry["right"], **said) for id, said in entry["options"].items())
        return Question(entry["text"], tuple(options))
    return NumberQuestion(
        entry["text"],
        Fraction(entry["answer"]),
        entry["why"],
        entry["hint"],
        tuple(Wrong(Fraction(wrong["value"]), wrong["why"]) for wrong in entry["wrong"]),
    )


def judged(answer: str, asked: NumberQuestion) -> tuple[str, str]:
    """What a typed number shows. -> ("right", "wrong", "open" or "unreadable", what to say about it)"""
    try:
        number = read_number(answer)
    except ValueError as error:
        return "unreadable", str(error)
    if number is None:
        return "open", _("Not yet answered: type a number.")
    known = {wrong.value: wrong.why for wrong in asked.wrong}
    if number != asked.answer and number in known:
        return "wrong", known[number]
    if is_right(number, asked.answer):
        return "right", asked.why
    if is_shortened(number, asked.answer):
        return "wrong", _("This is rounded too far: give three decimals, or a fraction.")
    return "wrong", next((why for value, why in known.items() if is_right(number, value)), asked.hint)


def is_question(name: str) -> bool:
    """Whether there is a question of this name."""
    lecture, __, key = name.partition(" ")
    return key in _table(lecture)


def option_kept(name: str, kept: str) -> str:
    """The id of the option that a student's file names, by its id, or in an older file by its English text.

    Raises ValueError where the question has no such option.
    """
    lecture, __, key = name.partition(" ")
    options = in_english(lecture)["questions"][key]["options"]
    for id, said in options.items():
        if kept in (id, said["text"]):
            return id
    raise ValueError(f"the question {name!r} has no option {shown(kept)}")


def _table(lecture: str) -> dict[str, Any]:
    """The questions of a lecture as they stand in its file; none where it has no file."""
    return words(lecture)["questions"] if lecture in groups() else {}
