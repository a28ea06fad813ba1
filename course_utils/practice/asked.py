"""The problems that lectures and solutions ask, by the names under which answers are kept and counted."""

from fractions import Fraction

from course_utils.descent import descend
from course_utils.landscapes import BOWL, SADDLE, quadratic
from course_utils.line_fit import FOUR
from course_utils.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, NesterovLookahead, RMSProp
from course_utils.practice.batches import BY_HAND, BatchProblem
from course_utils.practice.problems import (
    FOLLOW_UP,
    THREE_STEPS,
    StepProblem,
)
from course_utils.support.types import Array

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


#: The problems that lectures and solutions ask, by the names under which answers to them are kept and counted.
ASKED = {
    "00 one-step": StepProblem(SADDLE, SGD(HALF), (4, 2), 1),
    "01 bowl": StepProblem(BOWL, SGD(HALF), (-8, 2), 3),
    "01 hand": StepProblem(quadratic(1, 7), SGD(QUARTER), (16, 8), 3),
    "02 batch": BY_HAND,
    "02 three-points": BatchProblem(FOUR, (0, 1, 3), Fraction(3, 2), (2, 1)),
    "03 saddle": StepProblem(SADDLE, SGD(HALF), (2, 4), 3),
    "04 three-steps": THREE_STEPS,
    "04 follow-up": FOLLOW_UP,
    "05 three-steps": StepProblem(SADDLE, NesterovLookahead(1, 1), (1, 2), 3),
    "05 follow-up": StepProblem(SADDLE, NesterovLookahead(HALF, QUARTER), (8, 16), 3),
    "05 stored": StepProblem(SADDLE, Nesterov(2, HALF), (1, 2), 3),
    "05 bowl": StepProblem(quadratic(1, 2), NesterovLookahead(HALF, QUARTER), (16, 4), 3),
    "06 two-bowls": StepProblem(quadratic(1, 9), Momentum(QUARTER, QUARTER), (8, 8), 3),
}


def _spelled(problem: StepProblem) -> str:
    """All that makes up a problem."""
    return f"{problem!r}, f = {problem.landscape.plain}"


NAMES = {_spelled(problem): name for name, problem in ASKED.items()}


def three_walks(steps: int = 100) -> dict[str, Array]:
    """θ of three methods on θ²/2, from 5 with η = 0.5: {letter: an array of steps + 1 points}."""
    walkers = {"A": RMSProp(0.5, rho=0.9), "B": Adam(0.5), "C": AdaGrad(0.5)}
    line = quadratic(1, 1)
    return {name: descend(o, line, (5, 5), steps).positions[:, 0] for name, o in walkers.items()}
