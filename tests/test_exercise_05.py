"""Exercise 05: every number of its answers computed, its references against the course, its code in the sandbox."""

import math
from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pytest
import sympy

from course_utils import conventions
from course_utils.authoring import refresh as authoring
from course_utils.authoring.page import Page
from course_utils.descent import descend
from course_utils.landscapes import quadratic
from course_utils.optimizers import Momentum, Nesterov, NesterovLookahead
from course_utils.practice.problems import StepProblem
from course_utils.practice.tasks import OptimizerTask, lecture_05, of_lecture
from course_utils.practice.tasks.lecture_05 import witness
from course_utils.quadratics import stability_limit

TASKS = of_lecture("05")

ROOT = Path(__file__).resolve().parent.parent
SOLUTION = ROOT / "solutions" / "05-nesterovs-look-ahead.ipynb"
EXERCISE = ROOT / "exercises" / SOLUTION.name


def sources(kind):
    return [cell.source for _, cell in Page.read(SOLUTION).cells(kind)]


# --- the solution --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", TASKS)
def test_what_is_written_in_the_solution_is_right(key):
    """The notebook asks for each task once, and what it defines for it passes, in the sandbox too."""
    calls = [text for text in sources("code") if text.startswith("check(") and f'"05 {key}")' in text]
    assert len(calls) == 1
    name = calls[0][len("check(") : calls[0].index(",")]
    space = {}
    exec("import math\nimport numpy as np", space)
    code = next(text for text in sources("code") if f"def {name}(" in text or f"class {name}:" in text)
    exec(code, space)
    assert TASKS[key].examine(space[name]).state == "right"


# --- the references against the course ----------------------------------------------------------------------


def test_states_convert_as_the_course_converts_them():
    Theta, b, lr, mu = F(4), F(3), F(1, 10), F(1, 2)
    theta, v = lecture_05.book_state(Theta, b, lr, mu)
    assert v == conventions.velocity_from_buffer(b, lr)
    assert theta == conventions.theta_from_lookahead(Theta, v, mu) == F(83, 20)
    assert lecture_05.torch_state(theta, v, lr, mu) == (Theta, b)


def test_a_walk_of_pytorch_is_a_walk_of_the_book_after_conversion():
    """At constant η, on an axis with λ = 1, step for step."""
    lr, mu, Theta, b = F(1, 4), F(1, 2), F(8), F(0)
    optimizer, params = NesterovLookahead(lr, mu), {"x": F(8)}
    for _ in range(6):
        b = mu * b + Theta  # g = Θ
        g = Theta
        Theta = Theta - lr * (g + mu * b)
        optimizer.update(params, {"x": optimizer.gradient_point(params)["x"]})
        assert lecture_05.book_state(Theta, b, lr, mu) == (params["x"], optimizer.v["x"])


class LooksAhead(NesterovLookahead):
    def __init__(self, lr, momentum, ahead):
        super().__init__(lr, momentum)
        self.ahead = ahead

    def gradient_point(self, params):
        if self.v is None:
            return params
        return {name: params[name] + self.ahead * self.v[name] for name in params}


def test_the_limit_holds_for_momentum_and_for_nesterov():
    for mu in (0, F(1, 4), F(9, 10)):
        assert lecture_05.swing_limit(mu, 0) == 2 * (1 + mu)
        assert lecture_05.swing_limit(mu, mu) == 2 * (1 + mu) / (1 + 2 * mu)
        assert lecture_05.swing_limit(mu, mu / 2) == 2
        assert math.isclose(lecture_05.swing_limit(float(mu), 0), stability_limit(Momentum(0.1, float(mu))))
        assert math.isclose(
            lecture_05.swing_limit(float(mu), float(mu)), stability_limit(Nesterov(0.1, float(mu)))
        )


def test_the_swing_is_the_first_thing_to_become_unstable():
    """σ² − (1 + μ − x(1 + c))σ + μ − xc: below the limit both roots are inside the circle."""
    mu, c, x, s = sympy.symbols("mu c x s", positive=True)
    p = s**2 - (1 + mu - x * (1 + c)) * s + mu - x * c
    assert sympy.simplify(sympy.solve(p.subs(s, -1), x)[0] - 2 * (1 + mu) / (1 + 2 * c)) == 0
    for m in (0.1, 0.5, 0.9):
        for ahead in (0, m / 2, m, 1):
            limit = lecture_05.swing_limit(m, ahead)
            for at, inside in ((0.999 * limit, True), (1.001 * limit, False)):
                roots = np.roots([1, -(1 + m - at * (1 + ahead)), m - at * ahead])
                assert (np.abs(roots).max() < 1) == inside


def test_the_table_of_the_limits_is_predicted_by_the_formula():
    line = quadratic(1, 1)
    for ahead in (0, 0.45, 0.9, 1):
        for lr in (1.2, 1.3, 1.9, 2.1):
            run = descend(LooksAhead(lr, 0.9, ahead), line, start=(1, 1), steps=3000)
            assert (run.status == "converged") == (lr < lecture_05.swing_limit(0.9, ahead))


def test_every_witness_is_found_and_two_of_them_only_by_the_drop():
    points = {name: witness(name, 1.0, 0.5)[:2] for name in lecture_05.RULES}
    assert {name: (F(a), F(b).limit_denominator(1000)) for name, (a, b) in points.items()} == {
        "average": (F(-1, 2), F(-23, 40)),
        "book": (-1, F(-8, 5)),
        "PyTorch": (-1, F(-23, 20)),
        "Keras Nesterov": (F(-3, 2), F(-19, 10)),
        "PyTorch Nesterov": (F(-3, 2), F(-67, 40)),
    }
    for name in lecture_05.RULES:
        assert lecture_05.which_momentum(*witness(name, 0.3, 0.8)) == name
    rules = lecture_05.RULES
    for a, b, scale in (
        ("book", "PyTorch", 1),
        ("Keras Nesterov", "PyTorch Nesterov", 1),
        ("average", "PyTorch", 2),
    ):
        p = q = s = t = 0.0
        for _ in range(5):  # μ = 1/2; the average needs η/(1 − μ)
            p, s = rules[a](p, s, 0.25 * scale, 0.5)
            q, t = rules[b](q, t, 0.25, 0.5)
            assert math.isclose(p, q)


def test_the_old_speed_rolls_on_as_far_as_the_sum_says():
    g, mu = 1.0, 0.9
    v, b = -0.1 * g / (1 - mu), g / (1 - mu)
    book = torch = 0.0
    for _ in range(600):
        v, b = mu * v - 0.01 * g, mu * b + g
        book, torch = book + v, torch - 0.01 * b
    assert math.isclose(book - torch, lecture_05.rolls_on(g, 0.1, 0.01, mu))
    assert math.isclose(book - torch, -8.1)
    assert math.isclose(-8.1 / (-0.01 * g / (1 - mu)), 81)


# --- the worked answers ---------------------------------------------------------------------------------------


def test_the_table_by_hand():
    problem = StepProblem(quadratic(1, 2), NesterovLookahead(F(1, 2), F(1, 4)), (16, 4), 3)
    assert problem.answer == [(8, 0), (3, 0), (F(7, 8), 0)]
    path = problem.path
    assert path.gradient_points[:3].tolist() == [[16, 4], [6, -1], [F(7, 4), 0]]
    assert path.gradients[:3].tolist() == [[16, 8], [6, -2], [F(7, 4), 0]]
    assert path.velocities[1:].tolist() == [[-8, -4], [-5, 0], [F(-17, 8), 0]]
    momentum = StepProblem(quadratic(1, 2), Momentum(F(1, 2), F(1, 4)), (16, 4), 3)
    assert momentum.answer[1][1] == -1


def test_the_numbers_of_the_picture():
    x, mu = 1.5, 0.9
    roots = np.roots([1, -(1 + mu) * (1 - x), mu * (1 - x)])
    assert f"{np.abs(roots).max():.2f}" == "1.30"
    own = mu * (1 - x)
    assert math.isclose(own, -0.45)
    assert math.isclose(2 * (1 + own), 1.1)
    assert lecture_05.swing_limit(0.5, 0.5) == 1.5
    assert [math.ceil(math.log(10) / -math.log(m)) for m in (0.9, 0.99)] == [22, 230]
    assert round(math.log(10) / -math.log(0.99)) == 229
    assert f"{lecture_05.swing_limit(0.9, 1):.3f}, {lecture_05.swing_limit(0.9, 0.9):.3f}" == "1.267, 1.357"


def test_the_flaw_trains_with_momentum():
    line = quadratic(1, 1)
    optimizer, params = NesterovLookahead(0.1, 0.9), {"theta": np.array([1.0, 2.0])}
    for _ in range(20):
        optimizer.update(params, {"theta": line.gradient(params["theta"])})
    right = descend(Momentum(0.1, 0.9), line, start=(1, 2), steps=20).positions[-1]
    assert np.allclose(params["theta"], right, rtol=1e-12)


# --- the notebooks ------------------------------------------------------------------------------------------------


def test_the_class_of_each_method_is_asked_for():
    asked = {t.optimizer for t in TASKS.values() if isinstance(t, OptimizerTask)}
    assert asked == {NesterovLookahead, Nesterov}


def test_the_pages_keep_the_rules_and_the_exercise_tells_no_answer():
    assert authoring.problems(SOLUTION) == []
    text = EXERCISE.read_text(encoding="utf-8")
    for answer in (
        "BEGIN SOLUTION",
        "Worked answer",
        "whole velocity",
        "2 * (1 + mu)",
        "(1 + 2c)",
        "8.1",
        "-lr * b",
        "self.v[",
    ):
        assert answer not in text
