"""Check what a student wrote: check(momentum_step, "04 step") says whether it is right, and if not, what it shows.

    check(function or class, "04 step")             a task of course_utils/tasks
    check(function, [((arguments), expected), ...])    cases of your own
    hint("04 step")                                 one hint more
    solution("04 step")                             after a try: the code, and why

The code runs in a process of its own: whatever it does there, the notebook goes on.
"""

import inspect
import os
import textwrap

from course_utils import progress, stage
from course_utils.tasks import task
from course_utils.tasks.functions import examine
from course_utils.tasks.verdicts import NOT_YET, RIGHT, TO_DO

WIDTH = 100  # characters of a line, as far as it is prose
_seen: dict[str, dict] = {}  # of each task: the code that was checked last, hints given, its state


def check(thing, task_or_cases):
    """Say whether a function or class does what is asked.

    thing: the function or class itself.  task_or_cases: the name of a task, or [(arguments, expected), ...] with
    the arguments of a call as a tuple.

    What still raises NotImplementedError is to do, not wrong. Nothing is raised, so that "Run All" goes on; but
    where nbgrader runs the notebook to grade it, what is not right raises an AssertionError.
    """
    if isinstance(task_or_cases, str):
        verdict = task(task_or_cases).examine(thing)
    else:
        verdict = examine(thing, list(task_or_cases))
    print(_wrapped(verdict.text))
    if isinstance(task_or_cases, str):
        _keep(task_or_cases, thing, verdict.state)
    if verdict.state != RIGHT and os.environ.get("NBGRADER_EXECUTION"):
        raise AssertionError(verdict.text)


def hint(name):
    """Print the next of a task's hints: a nudge, the next step, a similar case. None of them is the answer.

    Once all are given, each call prints all of them.
    """
    if stage.held():
        print(stage.WAITS)
        return
    hints, about = task(name).hints, _about(name)
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


def solution(name):
    """Print the code that a task asks for, and why it is so; only after a try."""
    if stage.held():
        print(stage.WAITS)
        return
    asked = task(name)
    if _about(name)["state"] == "open":
        print(f'First a try of your own: write something, and check(..., "{name}") it. hint("{name}") helps.')
        return
    print(asked.code())
    if asked.why:
        print("\n" + _wrapped(asked.why))


def _wrapped(text):
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


def _keep(name, thing, state):
    about = _about(name)
    about["source"] = _source(thing)
    reached = {TO_DO: "open", NOT_YET: "tried", RIGHT: "done"}[state]
    about["state"] = max(about["state"], reached, key=progress.STATES.index)
    _store(name, about, reached)


def _about(name):
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


def _store(name, about, state=None):
    kept = {"source": about["source"], "hints": about["hints"]}
    told = progress.keep(name, kept, state or about["state"])
    if told:
        print(told)


def _source(thing):
    try:
        return textwrap.dedent(inspect.getsource(thing))
    except (OSError, TypeError):
        return ""
