"""Check what a student wrote: check(momentum_step, "04 step") says whether it is right, and if not, what it shows.

    check(function or class, "04 step")             a task of course_utils/practice/tasks
    check(answer, "04 write-why")                   a question: the letter of your answer, or a number
    check(function, [((arguments), expected), ...])    cases of your own
    hint("04 step")                                 one hint more
    solution("04 step")                             after a try: the code, and why

The code runs in a process of its own: whatever it does there, the notebook goes on.
"""

import functools
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from course_utils.practice import answering, classroom, helping, showing
from course_utils.practice.questions import is_question
from course_utils.practice.tasks import task
from course_utils.practice.tasks.declared import Declared
from course_utils.practice.tasks.functions import examine
from course_utils.practice.tasks.verdicts import RIGHT, TO_DO, Verdict, wrapped
from course_utils.support.language import gettext as _
from course_utils.support.numbers import named, typed


def check(thing: Any, task_or_cases: Any = None) -> Verdict | None:
    """Say whether a function or class does what is asked, or an answer is right. -> the Verdict, which is shown already

    thing: the function or class itself, or the answer to a question.  task_or_cases: the name of a task or a question,
    or [(arguments, expected), ...] with the arguments of a call as a tuple.

    What still raises NotImplementedError is to do, not wrong. Nothing is raised, so that "Run All" goes on; but
    where nbgrader runs the notebook to grade it, what is not right raises an AssertionError: ToDo or NotYet. Where the call
    itself cannot be understood, a line says how to write it, and there is no Verdict.
    """
    grading = bool(os.environ.get("NBGRADER_EXECUTION"))
    try:
        verdict, told = _verdict(thing, task_or_cases)
    except _Misused as error:
        _say(str(error))
        if grading:
            raise AssertionError(str(error)) from None
        return None
    showing.show(verdict)
    if told:
        print(told)
    if grading and verdict.state != RIGHT:
        raise (ToDo if verdict.state == TO_DO else NotYet)(str(verdict))
    return verdict


class ToDo(AssertionError):
    """Nothing is written yet. Only where nbgrader grades, which keeps the name of what a test raised."""


class NotYet(AssertionError):
    """What is written is not right. Only where nbgrader grades."""


class _Misused(Exception):
    """A call that cannot be understood: the text says how to write it."""


def _say(text: str) -> None:
    print("\n".join(wrapped(text)))


def _kindly(tell: Callable[[str], None]) -> Callable[[str], None]:
    """Print what a call should have been, instead of a traceback."""

    @functools.wraps(tell)
    def told(name: str) -> None:
        try:
            tell(name)
        except (_Misused, classroom.Held) as error:
            _say(str(error))

    return told


def _verdict(thing: Any, asked: Any) -> tuple[Verdict, str]:
    """-> (the verdict, "" or one line that says why the try cannot be kept)"""
    if isinstance(thing, str) and callable(asked):
        told = _('The function goes first, then the name of the task: check({function}, "{task}").')
        raise _Misused(told.format(function=named(asked) or "your_function", task=thing))
    if isinstance(asked, str) and is_question(asked):
        return answering.examine(thing, asked)
    if isinstance(asked, str):
        verdict = replace(_task(asked).examine(thing), task=asked)
        return verdict, helping.keep(asked, thing, verdict.state)
    if not isinstance(asked, (list, tuple)) or not asked:
        raise _Misused(
            _(
                'After the function goes the name of a task, such as "04 step", or a list of cases of your own, '
                "such as [((2, 3), 5)]."
            )
        )
    for case in asked:
        if not (isinstance(case, (list, tuple)) and len(case) == 2 and isinstance(case[0], (list, tuple))):
            told = _(
                "A case is a pair: the arguments as a tuple, and what is expected. ((2, 3), 5) is one with two "
                "arguments, ((2,), 4) one with a single argument; {case} is not a case."
            )
            raise _Misused(told.format(case=typed(case, 60)))
    return examine(thing, [(tuple(arguments), expected) for arguments, expected in asked]), ""


def _task(name: str) -> Declared:
    if isinstance(name, str) and is_question(name):
        raise _Misused(_("A question has no hints: each answer that you check is told what it misses."))
    try:
        return task(name)
    except ValueError as error:
        raise _Misused(str(error)) from None


@_kindly
def hint(name: str) -> None:
    """Print the next of a task's hints: a nudge, the next step, a similar case. None of them is the answer.

    Once all are given, each call prints all of them.
    """
    asked = _task(name)
    before = len(helping.given(asked))
    hints = helping.next_hint(asked)
    if not hints:
        _say(_("There is no hint for this one."))
        return
    for n, text in enumerate(hints, 1):
        if n > before or before == len(hints):
            _say(_("Hint {n} of {all}. {hint}").format(n=n, all=len(asked.hints), hint=text))
    if len(hints) == len(asked.hints):
        told = _('That was the last one. After a try, solution("{task}") shows the code, and why.')
        _say(told.format(task=name))


@_kindly
def solution(name: str) -> None:
    """Print the code that a task asks for, and why it is so; only after a try."""
    asked = _task(name)
    shown = helping.solution(asked)
    if shown is None:
        told = _(
            'First a try of your own: write something, and check(..., "{task}") it. hint("{task}") helps.'
        )
        _say(told.format(task=name))
        return
    code, why = shown
    print(code)
    if why:
        print()
        _say(why)
