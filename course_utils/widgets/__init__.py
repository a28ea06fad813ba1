"""What a hand can move: exercises, questions and live figures. `from course_utils.widgets import StepExercise`.

A widget is loaded when it is first asked for: a lecture needs a third of them.
"""

from course_utils.support import lazily

_WHERE = {
    "Blindfold": "games",
    "Choice": "guesses",
    "Clinic": "clinic",
    "Compass": "compass",
    "Curve": "guesses",
    "Echoes": "echoes",
    "Edge": "edge",
    "Explorer": "explorers",
    "Factors": "factors",
    "Gate": "gate",
    "HeatMap": "heat",
    "LiveTraining": "live_training",
    "Map": "map",
    "NoiseBall": "noise",
    "Number": "guesses",
    "NumberQuiz": "quizzes",
    "OneAxis": "one_axis",
    "Parabola": "parabola",
    "Point": "guesses",
    "PredictNext": "games",
    "Quiz": "quizzes",
    "Race": "race",
    "Stage": "stage",
    "Standing": "standing",
    "StepExercise": "exercises",
    "StepSizes": "step_sizes",
    "Stepper": "stepper",
}

__all__ = list(_WHERE)

__getattr__, __dir__ = lazily.attached(__name__, _WHERE)
