"""How far a student is with a task, and the help that is due: hints one by one, the solution after a try."""

import inspect
import textwrap
from typing import Any

from course_utils.practice import classroom, progress
from course_utils.practice.tasks.declared import Declared
from course_utils.practice.tasks.verdicts import NOT_YET, RIGHT, TO_DO

_seen: dict[str, dict[str, Any]] = {}  # of each task: the code that was checked last, hints given, its state


def keep(name: str, thing: object, state: str) -> str:
    """Keep what was checked, and how it came out. -> "", or one line that says why it cannot be kept"""
    standing = _standing(name)
    standing["source"] = _source(thing)
    reached = {TO_DO: "open", NOT_YET: "tried", RIGHT: "done"}[state]
    standing["state"] = max(standing["state"], reached, key=progress.STATES.index)
    return _store(name, reached)


def tried(name: str) -> bool:
    """Whether there was a try: then the solution is shown."""
    return _standing(name)["state"] != "open"


def given(task: Declared) -> tuple[str, ...]:
    """The hints that were given so far."""
    return task.hints[: _standing(task.name)["hints"]]


def next_hint(task: Declared) -> tuple[str, ...]:
    """Give one hint more, if there is one. -> those given so far. Raises Held while a class is to think."""
    classroom.require_released()
    standing = _standing(task.name)
    standing["hints"] = min(standing["hints"] + 1, len(task.hints))
    told = _store(task.name)
    if told:
        print(told)
    return given(task)


def solution(task: Declared) -> tuple[str, str] | None:
    """-> (the code, why it is so), or None before a try. Raises Held while a class is to think."""
    classroom.require_released()
    return (task.code(), task.why) if tried(task.name) else None


def _standing(name: str) -> dict[str, Any]:
    """What is known of a task: from this session, or from the days before."""
    if name not in _seen:
        kept = progress.last(name) or {}
        hints = kept.get("hints")
        _seen[name] = {
            "source": str(kept.get("source", "")),
            "hints": hints if isinstance(hints, int) and hints >= 0 else 0,
            "state": progress.state(name),
        }
    return _seen[name]


def _store(name: str, state: str | None = None) -> str:
    standing = _seen[name]
    kept = {"source": standing["source"], "hints": standing["hints"]}
    return progress.keep(name, kept, state or standing["state"])


def _source(thing: Any) -> str:
    try:
        return textwrap.dedent(inspect.getsource(thing))
    except Exception:  # there are objects that answer to any name
        return ""
