"""What is said to a student, in English: one TOML file per lecture, for its questions and its tasks, and mistakes.toml.

    [questions.memory]            a question: its text, and what each answer shows
    [tasks.gradient]              a task: hints, a nudge, the next step and a similar case; why, what the solution teaches
    [tasks.gradient.slips.NAME]   a slip: symptom ends "This is what comes out when ..."; cure says what to look at
    [mistakes.ID]                 a mistake of the atlas: name, symptom, in_code where a program needs other words, cure

The code knows all of these by their names alone.
"""

import functools
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def groups() -> list[str]:
    """What has questions and tasks: the lectures "01" ... "08", and the clinic, "bugs"."""
    return sorted(file.stem for file in HERE.glob("*.toml") if file.stem != "mistakes")


@functools.cache
def words(group: str) -> dict[str, dict[str, Any]]:
    """All that one file says: {"questions": {key: ...}, "tasks": {key: ...}} of a lecture, {"mistakes": {id: ...}}."""
    return tomllib.loads((HERE / f"{group}.toml").read_text(encoding="utf-8"))
