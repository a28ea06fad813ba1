"""Exercise 01: its references against the course's own code, its worked numbers once more, other right answers."""

import re
from fractions import Fraction as F

import numpy as np
import pytest
from browser import ROOT

from course_utils.authoring.page import Page
from course_utils.descent import descend
from course_utils.landscapes import BOWL, quadratic
from course_utils.network import TwoLayerNet
from course_utils.optimizers import SGD
from course_utils.practice.asked import ASKED
from course_utils.practice.checking import check
from course_utils.practice.problems import StepProblem
from course_utils.practice.questions import question
from course_utils.practice.tasks import lecture_01, of_lecture

SOLUTION = ROOT / "solutions" / "01-walking-downhill-blindfolded.ipynb"
EXERCISE = ROOT / "exercises" / SOLUTION.name


def test_each_task_is_asked_once_and_its_name_belongs_to_no_question():
    code = "\n".join(cell.source for _, cell in Page.read(SOLUTION).cells("code"))
    assert re.findall(r'^check\(\w+, "01 (\w+)"\)', code, re.MULTILINE) == list(of_lecture("01"))
    for key in of_lecture("01"):
        with pytest.raises(ValueError, match="There is no question"):
            question(f"01 {key}")
        assert f"01 {key}" not in ASKED


def test_the_exercise_shows_none_of_the_worked_answers():
    text = EXERCISE.read_text(encoding="utf-8")
    assert "Worked answer" not in text
    assert "BEGIN SOLUTION" not in text
    for line in ("np.linalg.solve([[", "(sizes[i] + 1)", "1 / max(a, c)", "(2 / lr) ** 0.5", "79\\\\,510"):
        assert line in SOLUTION.read_text(encoding="utf-8")
        assert line not in text


# --- the references ----------------------------------------------------------------------------------------


def test_the_knobs_belong_to_the_courses_network():
    for sizes in ((784, 50, 10), (5, 4, 3)):
        assert lecture_01.count(list(sizes)) == TwoLayerNet(sizes).size
    assert lecture_01.count([784, 100, 10]) == 79_510
    assert lecture_01.count([784, 50, 50, 10]) == 42_310


def test_the_level_point_has_no_slope():
    rng = np.random.default_rng(3)
    for _ in range(30):
        a, b, c, p, q = lecture_01.any_quadratic(rng)
        x, y = lecture_01.level_point(a, b, c, p, q)
        assert [2 * a * x + b * y + p, b * x + 2 * c * y + q] == pytest.approx([0, 0], abs=1e-9)


def test_the_walk_equals_sgd():
    start = np.array([16.0, 8.0])
    for steps in (0, 1, 3, 10):
        end = lecture_01.gradient_descent(lecture_01.bowl_slope, start, 0.1, steps)
        path = descend(SGD(lr=0.1), quadratic(1, 7), start, steps)
        assert end == pytest.approx(path.positions[-1], rel=1e-12)
    assert start.tolist() == [16, 8]


@pytest.mark.parametrize("a, c", [(1.0, 3.0), (5.0, 0.5), (0.05, 1.0)])
def test_just_below_the_limit_it_comes_to_rest_and_just_above_it_diverges(a, c):
    limit = lecture_01.limit(a, c)
    for lr, comes in ((0.99 * limit, True), (1.01 * limit, False)):
        end = descend(SGD(lr=lr), quadratic(2 * a, 2 * c), (1, 1), 2000).positions[-1]
        assert (np.abs(end).max() < 1) == comes


@pytest.mark.parametrize("lr", [2.0, 0.5, 0.1, 0.02])
def test_the_border_separates_walks_that_converge_from_walks_that_diverge(lr):
    border = lecture_01.border(lr)
    for start, nearer in ((0.999 * border, True), (1.001 * border, False)):
        thetas = [start]
        for _ in range(8):
            thetas.append(thetas[-1] - lr * thetas[-1] ** 3)
        assert np.all((np.diff(np.abs(thetas)) < 0) == nearer)


# --- the worked answers ------------------------------------------------------------------------------------


def test_the_steps_by_hand_keep_three_quarters_of_both():
    asked = ASKED["01 hand"]
    assert asked.answer == [(12, -6), (9, F(9, 2)), (F(27, 4), F(-27, 8))]
    assert not asked.confusions()[0], "every mistake gives a table of its own"
    written = StepProblem(quadratic(1, 7), SGD(lr=0.25), start=(16, 8), steps=3)
    assert repr(written) == repr(asked), "what is asked in the notebook is kept under this name"


def test_the_recorded_walk_gives_the_curvatures_that_are_asked():
    source = next(c.source for _, c in Page.read(SOLUTION).cells("code") if c.id == "recorded-see")
    rows = {
        name: [float(n) for n in row.split(",")]
        for name, row in re.findall(r"^(\w) = .*\[(.*)\]", source, re.M)
    }
    curvatures = question("01 recorded").answer
    path = descend(SGD(lr=0.2), quadratic(0.5, float(curvatures)), (8, 8), 5).positions
    assert path == pytest.approx(np.stack([rows["x"], rows["y"]], axis=-1))
    assert F(4, 15) == 2 / curvatures


def test_the_late_loss_falls_for_thirty_steps_and_then_rises():
    losses = descend(SGD(lr=1.05), BOWL, (-7, 0.001), 100).losses
    assert np.all(np.diff(losses[:31]) < 0)
    assert np.all(np.diff(losses[40:]) > 0)
    assert losses[-1] > 50 * losses[0]


def test_the_two_walks_of_the_network_end_where_the_answer_says():
    for start, end in (((2.0, 0.25), (2.040, 0.490)), ((-1.0, -0.5), (-1.199, -0.834))):
        found = lecture_01.gradient_descent(lecture_01.network_slope, np.array(start), 0.1, 1000)
        assert found == pytest.approx(end, abs=5e-4)
        assert found.prod() == pytest.approx(1)


def test_a_hundred_times_the_loss_takes_a_hundredth_of_the_rate():
    one = descend(SGD(lr=0.1), quadratic(1, 4), (3, 2), 20).positions
    hundred = descend(SGD(lr=0.001), quadratic(100, 400), (3, 2), 20).positions
    assert hundred == pytest.approx(one)


# --- other right answers, and a trap -----------------------------------------------------------------------


def test_other_ways_to_write_it_are_right_too(capsys):
    def count(sizes):
        weights = np.dot(sizes[:-1], sizes[1:])
        return weights + sum(sizes[1:])

    def cramer(a, b, c, p, q):
        det = 4 * a * c - b * b
        return [(b * q - 2 * c * p) / det, (b * p - 2 * a * q) / det]

    def in_place(gradient, start, lr, steps):
        theta = np.array(start)
        while steps:
            theta -= lr * gradient(theta)
            steps -= 1
        return theta

    def smaller(a, c):
        return min(1 / a, 1 / c)

    def root(lr):
        return np.sqrt(2 / lr)

    for key, thing in zip(of_lecture("01"), (count, cramer, in_place, smaller, root), strict=True):
        check(thing, f"01 {key}")
        said = capsys.readouterr().out
        assert "Right" in said
        assert "Not yet" not in said, said


def test_a_walk_that_changes_its_start_is_reported(capsys):
    def same_array(gradient, start, lr, steps):
        theta = start
        for _ in range(steps):
            theta -= lr * gradient(theta)
        return theta

    check(same_array, "01 walk")
    assert "changes its argument start" in capsys.readouterr().out
