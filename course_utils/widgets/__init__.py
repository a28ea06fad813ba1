"""What a hand can move: exercises, questions and live figures. `from course_utils.widgets import StepExercise`.

A widget of `__init__.pyi` is loaded when it is first asked for: a lecture needs a third of them.
"""

from course_utils.support import lazily

__getattr__, __dir__, __all__ = lazily.attached(__name__, __file__)
