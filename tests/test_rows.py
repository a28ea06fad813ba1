"""The first wrong row of a table, taken alone: what was done in it is named, whatever comes after."""

from fractions import Fraction as F

import numpy as np
import pytest
from weekly import one_of_each

from course_utils.landscapes import BOWL, SADDLE
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead
from course_utils.practice.problems import FOLLOW_UP, SLIP, THREE_STEPS, StepProblem
from course_utils.practice.rows import DEVIATIONS, causes_of_row, known

LR, MU = F(1, 2), F(1, 4)
PROBLEMS = [
    StepProblem(land, optimizer, (8, 16), 4)
    for land in (SADDLE, BOWL)
    for optimizer in (SGD(LR), Momentum(LR, MU), NesterovLookahead(LR, MU), Nesterov(LR, MU))
]
NONSENSE = (F(1001), F(-907))
EVERYWHERE = [  # each deviation begins with another problem: two of eight are tried with every run
    (id, PROBLEMS[(n + k) % len(PROBLEMS)]) for n, id in enumerate(DEVIATIONS) for k in range(len(PROBLEMS))
]


@pytest.mark.parametrize(
    "id, problem", one_of_each([(id, n // 4) for n, (id, _) in enumerate(EVERYWHERE)], EVERYWHERE), ids=str
)
def test_a_deviation_in_one_row_is_named_although_the_rest_follows_from_nothing(problem, id):
    for t in range(1, 4):
        point = tuple(map(F, DEVIATIONS[id](known(problem, t))))
        if point == problem.answer[t]:
            continue
        table = [*problem.answer[:t], point, *[NONSENSE] * (3 - t)]
        diagnosis = problem.diagnose(table)
        same = {other for other, f in DEVIATIONS.items() if tuple(f(known(problem, t))) == point}
        assert diagnosis.first_wrong_step == t + 1 and not diagnosis.correct
        wrong = [letter for letter, a, b in zip("xy", point, problem.answer[t], strict=True) if a != b]
        causes = {cause.id for cause in causes_of_row(problem, t + 1, point)}
        assert same & causes if len(wrong) == 2 else causes
        if len(wrong) == 2:
            assert diagnosis.mistakes and len(diagnosis.mistakes) <= 3
            assert f"step {t + 1} is what comes out when" in diagnosis.message
        else:  # a single number comes out by chance as well: it is only located
            assert diagnosis.mistakes == ()
            assert f"In step {t + 1} only {wrong[0]} is wrong: redo its arithmetic." in diagnosis.message


def test_the_one_wrong_coordinate_is_located_with_what_may_have_been_done_there():
    diagnosis = FOLLOW_UP.diagnose([(0, 12), (-8, 13), (-9, 9)])  # y: 12 − 1 + 0 with the sign of μ v turned
    assert diagnosis.mistakes == ()
    assert diagnosis.message == (
        "Step 1 is right. In step 2 only y is wrong: redo its arithmetic. The same number comes out when the old "
        "velocity enters with the wrong sign. Friction makes a velocity shorter but does not turn it round: look at "
        "the sign of the old velocity."
    )


def test_a_slip_that_is_carried_forward_is_named_too():
    carried = StepProblem(SADDLE, SGD(F(1, 2)), (8, 16), 3)
    wrong = (F(8), F(12))  # x copied: 8 − 8 = 0 would be right
    after = StepProblem(SADDLE, SGD(F(1, 2)), wrong, 2).answer
    diagnosis = carried.diagnose([wrong, *after])
    assert diagnosis.mistakes == (SLIP,)
    assert "One mistake, not 3" in diagnosis.message
    assert "in step 1, in x;" in diagnosis.message
    assert "The same number comes out when the row above is written down again." in diagnosis.message


def test_an_entry_that_nothing_explains_is_only_located():
    diagnosis = THREE_STEPS.diagnose([(-1, 1), (-4, 1), (-8, 6)])
    assert diagnosis.mistakes == () and "Look at y in step 3" in diagnosis.message


def test_a_blank_beside_a_wrong_entry_is_no_obstacle():
    diagnosis = FOLLOW_UP.diagnose([(0, 12), (None, 13), (None, None)])
    assert diagnosis.mistakes == () and "In step 2 only y is wrong" in diagnosis.message
    assert "old velocity enters with a minus sign" in diagnosis.message


def test_the_right_row_is_no_deviation():
    for problem in PROBLEMS:
        for t, row in enumerate(problem.answer, 1):
            assert np.all(row == known(problem, t - 1).step())
            assert causes_of_row(problem, t, row) == []
