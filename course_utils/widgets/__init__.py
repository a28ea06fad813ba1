"""What a hand can move: exercises and live figures. `from course_utils.widgets import StepExercise`."""

from course_utils.widgets.exercises import StepExercise

__all__ = ["StepExercise"]
