"""Multiple-choice questions, one TOML file a lecture, so that no answer stands in a notebook's cell.

[key]
text = "The question?"

[[key.options]]
text = "An answer to choose."
why = "What choosing it shows: one explanation an option."
right = true            # for exactly one option
"""

import tomllib
from dataclasses import dataclass
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


def question(name):
    """Read a question by its name, "NN key": lecture and key, such as "04 coasting".

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
    return Question(table[key]["text"], tuple(Option(**option) for option in table[key]["options"]))
