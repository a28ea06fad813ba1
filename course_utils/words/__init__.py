"""What is said to a student, in English: one TOML file per lecture, for its questions and its tasks.

    [questions.memory]            a question: its text, and what each answer shows
    [tasks.gradient]              a task: hints, a nudge, the next step and a similar case; why, what the solution teaches
    [tasks.gradient.slips.NAME]   a slip: symptom ends "This is what comes out when ..."; cure says what to look at

The code knows all of these by their names alone.
"""

import functools
import tomllib
from pathlib import Path

HERE = Path(__file__).parent


def groups() -> list[str]:
    """The names of the files: "01" ... "08", and "bugs"."""
    return sorted(file.stem for file in HERE.glob("*.toml"))


@functools.cache
def words(group: str) -> dict:
    """All that is said in a lecture: {"questions": {key: ...}, "tasks": {key: ...}}.

    Raises KeyError for an unknown lecture.
    """
    if group not in groups():
        raise KeyError(group)
    return tomllib.loads((HERE / f"{group}.toml").read_text(encoding="utf-8"))
