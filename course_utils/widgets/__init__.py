"""What a hand can move: exercises, questions and live figures. `from course_utils.widgets import StepExercise`."""

from course_utils.widgets.clinic import Clinic
from course_utils.widgets.compass import Compass
from course_utils.widgets.echoes import Echoes
from course_utils.widgets.edge import Edge
from course_utils.widgets.exercises import StepExercise
from course_utils.widgets.explorers import Explorer
from course_utils.widgets.factors import Factors
from course_utils.widgets.games import Blindfold, PredictNext
from course_utils.widgets.gate import Gate
from course_utils.widgets.guesses import Choice, Curve, Number, Point
from course_utils.widgets.heat import HeatMap
from course_utils.widgets.live_training import LiveTraining
from course_utils.widgets.map import Map
from course_utils.widgets.noise import NoiseBall
from course_utils.widgets.one_axis import OneAxis
from course_utils.widgets.parabola import Parabola
from course_utils.widgets.quizzes import NumberQuiz, Quiz
from course_utils.widgets.race import Race
from course_utils.widgets.stage import Stage
from course_utils.widgets.standing import Standing
from course_utils.widgets.step_sizes import StepSizes
from course_utils.widgets.stepper import Stepper

__all__ = [
    "Blindfold",
    "Choice",
    "Clinic",
    "Compass",
    "Curve",
    "Echoes",
    "Edge",
    "Explorer",
    "Factors",
    "Gate",
    "HeatMap",
    "LiveTraining",
    "Map",
    "NoiseBall",
    "Number",
    "NumberQuiz",
    "OneAxis",
    "Parabola",
    "Point",
    "PredictNext",
    "Quiz",
    "Race",
    "Stage",
    "Standing",
    "StepExercise",
    "StepSizes",
    "Stepper",
]
