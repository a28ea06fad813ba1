"""Asks and marks: step problems, the mistakes made in them, tasks for code, questions, and a student's own answers.

from course_utils.practice import THREE_STEPS, StepProblem, check, hint, solution, progress

Each name is loaded when it is first asked for: most lectures need neither tasks nor checks.
"""

from course_utils.practice import progress
from course_utils.support import lazily
from course_utils.support.numbers import written, written_point

_WHERE = {
    "BY_HAND": "batches",
    "FOLLOW_UP": "problems",
    "MISTAKES": "mistakes",
    "SYMBOLS": "problems",
    "THREE_STEPS": "problems",
    "BatchProblem": "batches",
    "NesterovUpdatedTooEarly": "mistakes",
    "StepProblem": "problems",
    "check": "checking",
    "hint": "checking",
    "solution": "checking",
    "three_walks": "asked",
}

__all__ = ["progress", "written", "written_point", *_WHERE]

__getattr__, __dir__ = lazily.attached(__name__, _WHERE)
