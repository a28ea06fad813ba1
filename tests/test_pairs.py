"""Wrong tables that one mistake alone does not explain: what is named in them, what is located, and what is left alone."""

import random
from fractions import Fraction as F

import numpy as np
import pytest
from wrong_tables import CASES

from course_utils.landscapes import BOWL, SADDLE, quadratic
from course_utils.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, NesterovLookahead
from course_utils.practice.mistakes import MISTAKES
from course_utils.practice.pairs import alone, together
from course_utils.practice.problems import FOLLOW_UP, SLIP, THREE_STEPS, StepProblem
from course_utils.words import words

HALF, QUARTER = F(1, 2), F(1, 4)
BLANK = (None, None)
PROBLEMS = [
    THREE_STEPS,
    FOLLOW_UP,
    StepProblem(BOWL, SGD(HALF), (-8, 2), 3),
    StepProblem(quadratic(1, 7), SGD(QUARTER), (16, 8), 3),
    StepProblem(BOWL, Momentum(HALF, HALF), (-8, 2), 3),
    StepProblem(quadratic(1, 2), Momentum(QUARTER, F(3, 4)), (16, 4), 4),
    StepProblem(quadratic(1, 2), NesterovLookahead(HALF, QUARTER), (16, 4), 3),
    StepProblem(SADDLE, Nesterov(2, HALF), (1, 2), 3),
    StepProblem(quadratic(1, 2), Adam(0.5, 0.5, 0.75), (4, -2), 3),
    StepProblem(SADDLE, AdaGrad(0.5), (2, 3), 3),
]


# --- a corpus of wrong tables ----------------------------------------------------------------------------------


def symptoms(ids):
    told = words("mistakes")
    return [
        told[kind][id]["symptom"].format(x="x", y="y")
        for kind in ("mistakes", "rows", "fitted", "moved")
        for id in ids
        if id in told[kind]
    ]


def places(letters):
    """How a message says which coordinate of a step is wrong."""
    what = letters if len(letters) == 1 else "x and y"
    return f", in {what};", f"only {what} is wrong", f"Look at {what} in step"


def is_found(diagnosis, truth):
    if isinstance(truth, set):
        return bool(truth & set(diagnosis.mistakes)) or any(s in diagnosis.message for s in symptoms(truth))
    step, letters = truth
    located = diagnosis.first_wrong_step == step and any(p in diagnosis.message for p in places(letters))
    return located and not set(diagnosis.mistakes) - {SLIP}


def test_nearly_all_wrong_tables_are_named_or_located():
    missed, false = [], []
    for problem, table, truth in CASES:
        diagnosis = problem.diagnose(table)
        named = set(diagnosis.mistakes) - {SLIP}
        assert not diagnosis.correct
        if not is_found(diagnosis, truth):
            missed.append((truth, diagnosis))
        if named and not (isinstance(truth, set) and truth & named):
            false.append((truth, diagnosis))
    assert len(CASES) >= 240
    assert len(missed) <= 0.05 * len(CASES), missed
    assert len(false) <= 5, false  # in three of them one wrong rule gives just the table of another


# --- slips of the pencil -----------------------------------------------------------------------------------------


def rounded(problem, rows):
    return [tuple(F(str(round(float(x), 4))) for x in row) for row in rows] if problem.in_floats else rows


def slipped(problem, rng):
    """A right table with one entry off, after which one goes on from the right point, from the wrong one, or from it with
    the velocity that led there.  -> (table, step, axis)"""
    step, axis = rng.randint(1, problem.steps), rng.randrange(2)
    amount = rng.choice((-1, 1)) * F(rng.randint(1, 40), rng.choice((1, 2, 4, 8, 10)))
    rows = rounded(problem, [tuple(row) for row in problem.answer])
    wrong = list(rows[step - 1])
    wrong[axis] += amount
    rows[step - 1] = tuple(wrong)
    carried = rng.choice(("not", "point", "velocity"))
    if step < problem.steps and carried != "not":
        rest = problem.after(step, problem.steps - step)
        rest.start = np.array(wrong, dtype=problem.start.dtype)
        if carried == "velocity" and "v" in rest.memory:
            lead = 1 + problem.settings["momentum"] if type(problem.optimizer) is Nesterov else 1
            rest.memory["v"] = rest.memory["v"] + np.array([amount / lead * (k == axis) for k in (0, 1)])
        rest.optimizer = rest.set_off(type(problem.optimizer)(**problem.settings))
        rows[step:] = rounded(problem, rest.answer)
    if rng.random() < 0.25:  # not filled in any further
        rows[step:] = [BLANK] * (problem.steps - step)
    return rows, step, axis


def test_a_slip_in_one_entry_is_located_and_no_mistake_is_named():
    rng = random.Random(16)
    tables = [(problem, *slipped(problem, rng)) for problem in PROBLEMS for _ in range(20)]
    false, unlocated = [], []
    for problem, table, step, axis in tables:
        diagnosis = problem.diagnose(table)
        if set(diagnosis.mistakes) - {SLIP}:
            false.append((problem, table, diagnosis))
        told = any(place in diagnosis.message for place in (*places("xy"[axis]), "is rounded too far"))
        if diagnosis.first_wrong_step != step or not told:
            unlocated.append((problem, table, diagnosis))
    assert len(tables) == 200
    assert len(false) <= 1, false
    assert not unlocated


def test_right_tables_are_right_whatever_is_tried_on_wrong_ones():
    for problem in PROBLEMS:
        assert problem.diagnose(rounded(problem, problem.answer)).correct


# --- what is said ------------------------------------------------------------------------------------------------


def test_two_mistakes_are_named_one_at_a_time():
    # by hand, partial derivatives swapped, g = (x, y); and uphill, v = v/4 + g/2; from (8, 16):
    # v = (4, 8), to (12, 24);  v = (1, 2) + (6, 12), to (19, 38);  v = (7, 14)/4 + (19, 38)/2, to (121/4, 121/2)
    diagnosis = FOLLOW_UP.diagnose([(12, 24), (19, 38), (F(121, 4), F(121, 2))])
    assert diagnosis.mistakes == ("partial derivatives swapped",)
    assert diagnosis.message == (
        "There are two mistakes in this table: take them one at a time. The first is that ∂f/∂x and ∂f/∂y have changed "
        "places. Differentiate with respect to x for the first component: which letter is left?"
    )


def test_a_table_that_one_mistake_explains_is_not_said_to_have_two():
    for problem in PROBLEMS[:6]:
        for mistake, table in problem.mistaken:
            diagnosis = problem.diagnose(rounded(problem, table))
            assert "two mistakes" not in diagnosis.message, mistake.id


def test_a_mistake_with_a_slip_in_it_is_named_and_the_slip_is_located():
    # plain gradient descent is (0, 12) (−6, 12) (−12, 15)
    diagnosis = FOLLOW_UP.diagnose([(0, 12), (-6, 12), (-12, 14)])
    assert diagnosis.mistakes == ("no velocity", "velocity replaced")
    assert diagnosis.message.endswith("Only y in step 3 does not fit: look at the arithmetic there as well.")


def test_what_goes_wrong_on_top_of_a_mistake_is_said_from_there_on():
    uphill = next(table for mistake, table in FOLLOW_UP.mistaken if mistake.id == "uphill")
    diagnosis = FOLLOW_UP.diagnose([*uphill[:2], (99, -99)])
    assert "uphill" in diagnosis.mistakes
    assert diagnosis.message.endswith("Up to step 2 this fits; in step 3 something else is done as well.")


def test_a_mistake_that_begins_later_is_named_from_there_on():
    problem = StepProblem(quadratic(1, 2), Momentum(QUARTER, F(3, 4)), (16, 4), 4)
    # by hand: v = 0.75 v − 0.25 g: (12, 2), (6, −0.5); then with g = (2y, x) in place of (x, 2y)
    # v = (−6, −2.5): (−4.25, −3.375), (1.75, −3.875); then v = (−1.25, −2.96875), (0.5, −6.84375)
    diagnosis = problem.diagnose([(12, 2), (6, F(-1, 2)), (1.75, -3.875), (0.5, -6.84375)])
    assert diagnosis.mistakes == ("partial derivatives swapped",)
    assert diagnosis.message.startswith(
        "Steps 1 to 2 are right. At step 3 the paths part. This is what comes out when ∂f"
    )


def test_a_wrong_number_used_everywhere_is_named():
    lr, mu = F(1, 3), QUARTER
    x, y, v, w, rows = F(8), F(16), F(0), F(0), []
    for _ in range(3):
        v, w = mu * v - lr * y, mu * w - lr * x
        x, y = x + v, y + w
        rows.append((x, y))
    diagnosis = FOLLOW_UP.diagnose(rows)
    assert diagnosis.mistakes == ("another η",)
    assert "every gradient step is the same number of times too long or too short" in diagnosis.message


def test_points_in_the_wrong_rows_are_recognised():
    first, second, third = FOLLOW_UP.answer
    assert FOLLOW_UP.diagnose([first, third, second]).mistakes == ("rows exchanged",)
    longer = StepProblem(SADDLE, Momentum(HALF, QUARTER), (8, 16), 4)
    first, _, third, fourth = longer.answer
    assert longer.diagnose([first, third, fourth, BLANK]).mistakes == ("step left out",)


def test_a_mistake_is_known_through_rounding():
    problem = StepProblem(BOWL, SGD(F(1, 3)), (7, 5), 3)  # uphill: times 31/30 and times 5/3 in each step
    table = [(F("7.2"), F("8.3")), (F("7.5"), F("13.9")), (F("7.7"), F("23.1"))]
    diagnosis = problem.diagnose(table)
    assert diagnosis.mistakes == ("uphill",)
    assert diagnosis.message.endswith("The numbers are rounded as well: give three decimals, or a fraction.")


# --- how it is looked for ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("problem", PROBLEMS, ids=repr)
def test_what_is_walked_side_by_side_is_what_each_mistake_gives(problem):
    tables = {made: table for made, table in zip(*alone(problem), strict=True)}
    for mistake in MISTAKES:
        if mistake.applies_to(problem):
            expected = np.array(mistake.points(problem), float)
            assert tables[mistake,] == pytest.approx(expected, rel=1e-12, abs=1e-12), mistake.id


@pytest.mark.parametrize("problem", PROBLEMS, ids=repr)
def test_pairs_are_tables_of_two_mistakes_at_most(problem):
    made, tables = together(problem)
    assert tables.shape == (len(made), problem.steps, 2)
    assert max(map(len, made)) == 2 and made.count(()) == 1
