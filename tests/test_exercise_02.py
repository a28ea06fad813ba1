"""Exercise 02: every number of its answers computed, its references against the course, its code in the sandbox."""

import math
from fractions import Fraction as F
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

from course_utils import schedules
from course_utils.authoring import refresh as authoring
from course_utils.authoring.page import Page
from course_utils.noise import FOUR, SIXTY_FOUR, noise_variance
from course_utils.optimizers import SGD
from course_utils.practice.batches import BatchProblem
from course_utils.practice.tasks import OptimizerTask, lecture_02, of_lecture, task

TASKS = of_lecture("02")

ROOT = Path(__file__).resolve().parent.parent
SOLUTION = ROOT / "solutions" / "02-stochastic-gradient-descent.ipynb"
EXERCISE = ROOT / "exercises" / SOLUTION.name


def sources(kind):
    return [cell.source for _, cell in Page.read(SOLUTION).cells(kind)]


def told(cell_id):
    """The sentence of a figure in the solution."""
    cell = next(cell for cell in Page.read(SOLUTION).nb.cells if cell.id == cell_id)
    return next(o.data["text/plain"] for o in cell.outputs if "data" in o)


# --- the solution --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", TASKS)
def test_what_is_written_in_the_solution_is_right(key):
    """The notebook asks for each task once, and what it defines for it passes, in the sandbox too."""
    calls = [text for text in sources("code") if text.startswith("check(") and f'"02 {key}")' in text]
    assert len(calls) == 1
    name = calls[0][len("check(") : calls[0].index(",")]
    space = {}
    exec("import math\nimport numpy as np", space)
    code = next(text for text in sources("code") if f"def {name}(" in text or f"class {name}:" in text)
    exec(code, space)
    assert TASKS[key].examine(space[name]).state == "right"


# --- the references against the course, or against counting ---------------------------------------------------


@pytest.mark.parametrize("replace", [True, False])
def test_the_variance_of_a_batch_agrees_with_all_batches(replace):
    values = [F(0), F(1), F(3), F(7), F(-2)]
    for size in range(1, 5):
        draws = product(values, repeat=size) if replace else combinations(values, size)
        means = [sum(draw) / size for draw in draws]
        mean = sum(means) / len(means)
        counted = sum((m - mean) ** 2 for m in means) / len(means)
        assert lecture_02.batch_variance(values, size, replace) == counted


def test_the_variance_grows_into_the_ball_of_the_course():
    for lr, curvature, variance in ((0.1, 1, 1), (0.5, 2, 9), (0.9, 2, 3)):
        ball = noise_variance(lr, 0, curvature, variance)
        for t in (0, 1, 2, 7, 500):
            grown = ball * (1 - (1 - lr * curvature) ** (2 * t))
            assert math.isclose(lecture_02.variance_after(t, lr, curvature, variance), grown, abs_tol=1e-15)


def test_the_schedules_are_those_of_the_course_and_end_where_they_should():
    for step in (0, 3, 50, 100):
        half = 100 * 0.1 / (0.5 - 0.1)
        assert half == 25
        assert math.isclose(lecture_02.one_over_t(step, 0.5, 0.1, 100), schedules.one_over_t(step, 0.5, half))
    assert math.isclose(lecture_02.one_over_t(70, 2, 0.01, 70), 0.01)
    for step in range(8, 41):
        assert math.isclose(
            lecture_02.warm_cosine(step, 0.3, 8, 40), schedules.cosine(step - 8, 0.3, 32), abs_tol=1e-15
        )
    rises = [lecture_02.warm_cosine(t, 0.3, 8, 40) for t in range(9)]
    assert np.allclose(np.diff(rises), [0.3 / 8] * 7 + [0])
    assert math.isclose(rises[0], 0.3 / 8)


def test_the_smallest_batch_is_enough_and_one_point_less_is_not():
    rng = np.random.default_rng(1)
    cases = [*task("02 batch-size").cases, *(lecture_02.any_target(rng) for _ in range(50))]
    for target, lr, curvature, variance in cases:
        size = lecture_02.smallest_batch(target, lr, curvature, variance)
        assert noise_variance(lr, 0, curvature, variance / size) <= target
        assert size == 1 or noise_variance(lr, 0, curvature, variance / (size - 1)) > target


# --- the worked answers ---------------------------------------------------------------------------------------


def test_the_batch_of_three_by_hand():
    problem = BatchProblem(FOUR, batch=(0, 1, 3), lr=F(3, 2), start=(2, 1))
    assert problem.answer == [(-1, 2)]
    each = FOUR.gradients(np.array([F(2), F(1)]))
    assert each.tolist() == [[2, -1], [2, -2], [2, 2], [2, 1]]
    assert FOUR.landscape.gradient(np.array([F(2), F(1)])).tolist() == [2, 0]
    left_out = [(each[:, 1].sum() - one) / 3 for one in each[:, 1]]
    assert left_out == [F(1, 3), F(2, 3), F(-2, 3), F(-1, 3)]
    tables = [tuple(table) for _, table in problem.mistaken]
    assert len(tables) - len(set(tables)) <= 4  # most of the mistakes can be told apart


def test_the_flawed_walk_rests_at_the_best_line_of_its_batch_alone():
    batch = np.random.default_rng(1).integers(64, size=4)
    x, y = np.array(SIXTY_FOUR.x)[batch], np.array(SIXTY_FOUR.y)[batch]
    w, b = np.polyfit(x, y, 1)
    assert f"({w:.2f}, {b:.2f})" == "(-0.06, 1.49)"
    assert told("flaw-see").endswith(f"The walk ends at ({w:.2f}, {b:.2f}).")


def test_the_percentages_and_counts_of_the_answers():
    assert f"{100 * (1 - (60_000 - 100) / 59_999):.2f}, {100 * (1 - 32 / 63):.0f}" == "0.17, 49"
    steps = [math.log(0.1) / math.log(1 - eta) for eta in (0.1, 0.01)]
    assert [math.ceil(steps[0]), round(steps[1])] == [22, 229]
    assert f"{3 * 0.9**22:.1f}, {noise_variance(0.1) ** 0.5:.2f}" == "0.3, 0.23"
    size, goal = noise_variance(0.1), noise_variance(0.01)
    for _ in range(229):  # the learning rate has dropped
        size = 0.99**2 * size + 0.01**2
    assert f"{(size - goal) / (noise_variance(0.1) - goal):.3f}" == "0.010"
    assert math.isclose(0.1 / (1 - 0.99), 10)
    assert round(sum(schedules.cosine(t, 0.1, 1000) for t in range(1000))) == 50


def test_both_ways_to_a_quarter_of_the_ball_cost_the_same():
    goal = noise_variance(0.1) / 4
    assert f"{goal:.5f}" == "0.01316"
    assert math.isclose(noise_variance(0.1, gradient_variance=1 / 4), goal)
    small = 2 * goal / (1 + goal)
    assert f"{small:.5f}" == "0.02597"
    assert math.isclose(noise_variance(small), goal)
    costs = [4 * math.log(10) / -math.log(0.9), math.log(10) / -math.log(1 - small)]
    assert [f"{cost:.1f}" for cost in costs] == ["87.4", "87.5"]


# --- the notebooks ------------------------------------------------------------------------------------------------


def test_the_only_class_asked_for_is_sgd():
    assert [t.optimizer for t in TASKS.values() if isinstance(t, OptimizerTask)] == [SGD]


def test_the_pages_keep_the_rules_and_the_exercise_tells_no_answer():
    assert authoring.problems(SOLUTION) == []
    text = EXERCISE.read_text(encoding="utf-8")
    for answer in (
        "BEGIN SOLUTION",
        "Worked answer",
        "before the loop",
        "(n - 1)",
        "math.pi",
        "-0.06",
        "lr**2",
    ):
        assert answer not in text
