"""Check what a student wrote: check(momentum_step, "04 step") says whether it is right, and if not, what it shows.

    check(function or class, "04 step")             a task of course_utils/practice/tasks
    check(function, [((arguments), expected), ...])    cases of your own
    hint("04 step")                                 one hint more
    solution("04 step")                             after a try: the code, and why

The code runs in a process of its own: whatever it does there, the notebook goes on.
"""

import functools
import inspect
import os
import textwrap
from collections.abc import Callable
from typing import Any

from course_utils.practice import classroom as stage
from course_utils.practice import progress
from course_utils.practice.tasks import task
from course_utils.practice.tasks.declared import Declared
from course_utils.practice.tasks.functions import examine
from course_utils.practice.tasks.verdicts import NOT_YET, RIGHT, TO_DO, Verdict
from course_utils.support.numbers import named, typed

WIDTH = 100  # characters of a line, as far as it is prose
_seen: dict[str, dict[str, Any]] = {}  # of each task: the code that was checked last, hints given, its state


def check(thing: Any, task_or_cases: Any = None) -> None:
    """Say whether a function or class does what is asked.

    thing: the function or class itself.  task_or_cases: the name of a task, or [(arguments, expected), ...] with
    the arguments of a call as a tuple.

    What still raises NotImplementedError is to do, not wrong. Nothing is raised, so that "Run All" goes on; but
    where nbgrader runs the notebook to grade it, what is not right raises an AssertionError.
    """
    verdict = None
    try:
        verdict = _verdict(thing, task_or_cases)
    except _Misused as error:
        print(_wrapped(str(error)))
    if verdict is not None:
        print(_wrapped(verdict.text))
        if isinstance(task_or_cases, str):
            _keep(task_or_cases, thing, verdict.state)
    if os.environ.get("NBGRADER_EXECUTION") and (verdict is None or verdict.state != RIGHT):
        raise AssertionError(verdict.text if verdict else "nothing could be checked")


class _Misused(Exception):
    """A call that cannot be understood: the text says how to write it."""


def _kindly(tell: Callable[[str], None]) -> Callable[[str], None]:
    """Print what a call should have been, instead of a traceback."""

    @functools.wraps(tell)
    def told(name: str) -> None:
        try:
            tell(name)
        except _Misused as error:
            print(_wrapped(str(error)))

    return told


def _verdict(thing: Any, asked: Any) -> Verdict:
    if isinstance(thing, str) and callable(asked):
        name = named(asked) or "your_function"
        raise _Misused(f'The function goes first, then the name of the task: check({name}, "{thing}").')
    if isinstance(asked, str):
        return _task(asked).examine(thing)
    if not isinstance(asked, (list, tuple)) or not asked:
        raise _Misused(
            'After the function goes the name of a task, such as "04 step", or a list of cases of your own, '
            "such as [((2, 3), 5)]."
        )
    for case in asked:
        if not (isinstance(case, (list, tuple)) and len(case) == 2 and isinstance(case[0], (list, tuple))):
            raise _Misused(
                f"A case is a pair: the arguments as a tuple, and what is expected. ((2, 3), 5) is one with two "
                f"arguments, ((2,), 4) one with a single argument; {typed(case, 60)} is not a case."
            )
    return examine(thing, [(tuple(arguments), expected) for arguments, expected in asked])


def _task(name: str) -> Declared:
    try:
        return task(name)
    except ValueError as error:
        raise _Misused(str(error)) from None


@_kindly
def hint(name: str) -> None:
    """Print the next of a task's hints: a nudge, the next step, a similar case. None of them is the answer.

    Once all are given, each call prints all of them.
    """
    if stage.held():
        print(stage.WAITS)
        return
    hints, about = _task(name).hints, _about(name)
    if not hints:
        print("There is no hint for this one.")
        return
    before = min(about["hints"], len(hints))
    given = about["hints"] = min(before + 1, len(hints))
    for k in range(0 if before == given else before, given):
        print(_wrapped(f"Hint {k + 1} of {len(hints)}. {hints[k]}"))
    if given == len(hints):
        print(f'That was the last one. After a try, solution("{name}") shows the code, and why.')
    _store(name, about)


@_kindly
def solution(name: str) -> None:
    """Print the code that a task asks for, and why it is so; only after a try."""
    if stage.held():
        print(stage.WAITS)
        return
    asked = _task(name)
    if _about(name)["state"] == "open":
        print(f'First a try of your own: write something, and check(..., "{name}") it. hint("{name}") helps.')
        return
    print(asked.code())
    if asked.why:
        print("\n" + _wrapped(asked.why))


def _wrapped(text: str) -> str:
    """Long lines as several, broken between words: a notebook would break them anywhere."""
    lines = []
    for line in text.splitlines():
        if len(line) <= WIDTH or line.startswith("Right: "):
            lines.append(line)
            continue
        inside = line[: len(line) - len(line.lstrip())]
        for part in line.replace("  (line ", f"\n{inside}(line ").splitlines():
            lines += textwrap.wrap(
                part, WIDTH, subsequent_indent=inside, break_long_words=False, break_on_hyphens=False
            )
    return "\n".join(lines)


def _keep(name: str, thing: object, state: str) -> None:
    about = _about(name)
    about["source"] = _source(thing)
    reached = {TO_DO: "open", NOT_YET: "tried", RIGHT: "done"}[state]
    about["state"] = max(about["state"], reached, key=progress.STATES.index)
    _store(name, about, reached)


def _about(name: str) -> dict[str, Any]:
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


def _store(name: str, about: dict[str, Any], state: str | None = None) -> None:
    kept = {"source": about["source"], "hints": about["hints"]}
    told = progress.keep(name, kept, state or about["state"])
    if told:
        print(told)


def _source(thing: Any) -> str:
    try:
        return textwrap.dedent(inspect.getsource(thing))
    except Exception:  # there are objects that answer to any name
        return ""
