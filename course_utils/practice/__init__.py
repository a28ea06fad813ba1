"""Asks and marks: step problems, the mistakes made in them, tasks for code, questions, and a student's own answers.

from course_utils.practice import THREE_STEPS, StepProblem, check, hint, solution, progress

Each name of `__init__.pyi` is loaded when it is first asked for: most lectures need neither tasks nor checks.
"""

from course_utils.practice import progress
from course_utils.support import lazily
from course_utils.support.numbers import written, written_point

__getattr__, __dir__, _lazy = lazily.attached(__name__, __file__)

__all__ = ["progress", "written", "written_point", *_lazy]
