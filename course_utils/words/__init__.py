"""What is said to a student: one TOML file per lecture, in English, for its questions and its tasks, and mistakes.toml.

    [questions.memory]              a question: its text, and which option is right
    [questions.memory.options.ID]   an option: its text, and why, what choosing it shows
    [tasks.gradient]                a task: hints, a nudge, the next step and a similar case; why, what the solution teaches
    [tasks.gradient.slips.NAME]     a slip: symptom ends "This is what comes out when ..."; cure says what to look at
    [mistakes.ID]                   a mistake of the atlas: name, symptom, cure; in_code and cure_in_code where a program needs
                                    other words; ask, what to ask a class that makes it
    [rows.ID]                       the same made in one row of a table alone: name, symptom, cure
    [cases.ID]                      a run of the training clinic: what its owner says, and what speaks for and against each cause

The code, and a student's file, know all of these by their ids alone: the words may change.
"""

import functools
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course_utils.support.language import gettext

HERE = Path(__file__).parent

#: The files that belong to no lecture: the mistakes of the atlas, and the runs of the training clinic.
APART = ("mistakes", "training-clinic")

#: The keys whose value is a number or an id, not a message. (An option may have such an id too: then it is a table.)
NOT_SAID = ("answer", "right", "value")


def groups() -> list[str]:
    """What has questions and tasks: the lectures "01" ... "10", and the bug clinic, "bugs"."""
    return sorted(file.stem for file in HERE.glob("*.toml") if file.stem not in APART)


@functools.cache
def words(group: str) -> dict[str, dict[str, Any]]:
    """All that one file says, in the reader's language.

    -> {"questions": {key: ...}, "tasks": {key: ...}} of a lecture, {"mistakes": {id: ...}, "rows": {id: ...}} of the
        atlas, {"causes", "cases", "readings", "knobs", "settings"} of the training clinic
    """
    return said(in_english(group), gettext)


@functools.cache
def in_english(group: str) -> dict[str, dict[str, Any]]:
    """The same as it stands in the file."""
    return tomllib.loads((HERE / f"{group}.toml").read_text(encoding="utf-8"))


def said(entry: Any, translate: Callable[[str], str]) -> Any:
    """What was read from a file, with each of its messages translated."""
    if isinstance(entry, dict):
        return {
            key: x if key in NOT_SAID and not isinstance(x, dict) else said(x, translate)
            for key, x in entry.items()
        }
    if isinstance(entry, list):
        return [said(x, translate) for x in entry]
    return translate(entry) if isinstance(entry, str) else entry
