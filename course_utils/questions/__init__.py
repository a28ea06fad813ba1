"""Questions to choose or to compute an answer, one TOML file a lecture, so that no answer stands in a notebook's cell.

To choose:

[key]
text = "The question?"

[[key.options]]
text = "An answer to choose."
why = "What choosing it shows: one explanation an option."
right = true            # for exactly one option

To compute; numbers are written as a student may type them, and are exact:

[key]
text = "The question?"
answer = "1/3"
why = "What to say when it is right."
hint = "What to look at, without the answer: for a wrong number that is not foreseen."

[[key.wrong]]
value = "2/3"
why = "Which mistake gives this number."
"""

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from course_utils.validation import shown

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Option:
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


def question(name):
    """Read a question by its name, "NN key": lecture and key, such as "04 coasting".

    -> a Question, or a NumberQuestion where the answer is a number

    Raises ValueError, which lists what there is, for a name that is none.
    """
    lecture, _, key = str(name).partition(" ")
    file = HERE / f"{lecture}.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8")) if lecture.isalnum() and file.is_file() else {}
    if key not in table:
        there = ", ".join(f"{lecture} {known}" for known in table) or ", ".join(
            sorted(f.stem for f in HERE.glob("*.toml"))
        )
        raise ValueError(
            f"name must be a lecture and a key, such as '04 coasting', not {shown(name)}; there are: {there}"
        )
    entry = table[key]
    if "answer" not in entry:
        return Question(entry["text"], tuple(Option(**option) for option in entry["options"]))
    return NumberQuestion(
        entry["text"],
        Fraction(entry["answer"]),
        entry["why"],
        entry["hint"],
        tuple(Wrong(Fraction(wrong["value"]), wrong["why"]) for wrong in entry["wrong"]),
    )
