"""Asks and marks: step problems, the mistakes made in them, tasks for code, questions, and a student's own answers.

from course_utils.practice import THREE_STEPS, StepProblem, check, hint, solution, progress
"""

from course_utils.practice import progress
from course_utils.practice.asked import three_walks
from course_utils.practice.batches import BY_HAND, BatchProblem
from course_utils.practice.checking import check, hint, solution
from course_utils.practice.mistakes import MISTAKES, NesterovUpdatedTooEarly
from course_utils.practice.problems import (
    FOLLOW_UP,
    SYMBOLS,
    THREE_STEPS,
    StepProblem,
)
from course_utils.support.numbers import written, written_point

__all__ = [
    "BY_HAND",
    "FOLLOW_UP",
    "MISTAKES",
    "SYMBOLS",
    "THREE_STEPS",
    "BatchProblem",
    "NesterovUpdatedTooEarly",
    "StepProblem",
    "check",
    "hint",
    "progress",
    "solution",
    "three_walks",
    "written",
    "written_point",
]
