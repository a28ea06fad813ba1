"""Lecture 07: its derivations made a second time, its numbers computed apart from the notebook."""

import inspect
import re
from fractions import Fraction as F
from pathlib import Path

import nbformat
import numpy as np
import pytest
import sympy

from course_utils.descent import descend
from course_utils.landscapes import BOWL, quadratic
from course_utils.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, RMSProp
from course_utils.practice.questions import question

ROOT = Path(__file__).resolve().parent.parent
LECTURE = ROOT / "notebooks" / "07-a-step-size-for-every-parameter.ipynb"


def answer(key):
    return question(f"07 {key}").answer


def cells():
    return nbformat.read(LECTURE, 4).cells


def printed():
    """What all outputs say, as text."""
    outputs = [o for c in cells() if c.cell_type == "code" for o in c.outputs]
    return "\n".join(o["data"]["text/plain"] for o in outputs)


# --- the derivations ---------------------------------------------------------------------------------------


def test_the_weights_of_an_average_that_starts_at_0_add_up_to_one_less_the_power():
    beta = sympy.Symbol("beta", positive=True)
    m, gradients = sympy.Integer(0), sympy.symbols("g1:7")
    for t, g in enumerate(gradients, 1):
        m = sympy.expand(beta * m + (1 - beta) * g)
        assert sympy.expand(sum(m.coeff(h) for h in gradients) - (1 - beta**t)) == 0


def test_the_steps_of_adagrad_add_up_between_the_two_integrals():
    for t in (1, 2, 10, 1000):
        total = sum(i**-0.5 for i in range(1, t + 1))
        assert 2 * (t + 1) ** 0.5 - 2 < total < 2 * t**0.5


@pytest.mark.parametrize("optimizer", [AdaGrad(0.5), RMSProp(0.1, 0.9), Adam(0.2)])
@pytest.mark.parametrize("curvature", [1e-3, 1e3])
def test_the_curvature_of_an_axis_cancels_out(optimizer, curvature):
    optimizer.eps = 1e-300
    x, y = descend(optimizer, quadratic(1, curvature), (-1, -1), 40).positions.T
    np.testing.assert_allclose(x, y, rtol=1e-9)


@pytest.mark.parametrize("optimizer", [SGD(0.01), Momentum(0.01, 0.9)])
def test_it_does_not_cancel_out_without_the_division(optimizer):
    x, y = descend(optimizer, quadratic(1, 2), (-1, -1), 40).positions.T
    assert abs(x[-1] - y[-1]) > 0.01


@pytest.mark.parametrize("curvature", [0.01, 1, 30])
def test_rmsprop_swings_by_half_its_rate(curvature):
    ends = descend(RMSProp(0.1, 0.9), quadratic(curvature, 1), (-1, -1), 3000).positions[-2:]
    np.testing.assert_allclose(np.abs(ends), 0.05, rtol=1e-3)
    assert np.all(ends[0] * ends[1] < 0)


def test_rmsprop_is_thrown_out_after_its_rate_has_passed_the_limit():
    path, s, q = descend(RMSProp(0.5, 0.9), BOWL, (-6, 3), 60), 0, []
    for g in path.gradients[:-1, 1]:
        s = 0.9 * s + 0.1 * g**2
        q.append(1 / s**0.5)
    y = np.abs(path.positions[:, 1])
    passed = next(t for t, x in enumerate(q, 1) if x > 2)
    assert passed == 30
    assert np.all(y[17:passed] < 1e-11)
    assert y[60] > 1
    assert np.all(np.diff(y[passed + 1 :]) > 0)


def test_folding_the_correction_gives_another_eps():
    """One step of the folded form with ε equals a step of the plain form with ε/√(1 − β₂ᵗ)."""
    rng = np.random.default_rng(0)
    gradients = rng.standard_normal(5) * 1e-3
    m = s = theta = 0.0
    params, eps = {"theta": 0.0}, 1e-4
    optimizer = Adam(0.1, eps=eps)
    for t, g in enumerate(gradients, 1):
        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g * g
        c = (1 - 0.999**t) ** 0.5
        theta -= 0.1 * c / (1 - 0.9**t) * m / (s**0.5 + eps)
        optimizer.eps = eps / c
        optimizer.update(params, {"theta": g})
        assert params["theta"] == pytest.approx(theta, rel=1e-12)


def test_without_memory_adam_is_the_sign():
    params = {"theta": np.zeros(3)}
    Adam(0.1, 0.0, 0.0, eps=1e-300).update(params, {"theta": np.array([3, -0.02, 1e-5])})
    np.testing.assert_allclose(params["theta"], [-0.1, 0.1, -0.1])


def test_decay_in_the_gradient_depends_on_the_gradients_and_decoupled_decay_does_not():
    ends = {}
    for size in (0.1, 10):
        l2, decoupled = {"t": 1.0}, {"t": 1.0}
        adam, adamw = Adam(0.01), AdamW(0.01, weight_decay=0.1)
        for t in range(1000):
            g = size * (-1) ** t
            adam.update(l2, {"t": g + 0.1 * l2["t"]})
            adamw.update(decoupled, {"t": g})
        ends[size] = l2["t"], decoupled["t"]
    assert ends[0.1][0] < 0.001 < 0.8 < ends[10][0]
    assert ends[0.1][1] == pytest.approx(ends[10][1], rel=1e-6)


def test_the_first_step_of_shampoo_is_the_orthogonal_factor():
    G = np.random.default_rng(2).standard_normal((3, 3))
    U, _, Vt = np.linalg.svd(G)

    def power(matrix):
        values, vectors = np.linalg.eigh(matrix)
        return vectors @ np.diag(values**-0.25) @ vectors.T

    np.testing.assert_allclose(power(G @ G.T) @ G @ power(G.T @ G), U @ Vt, atol=1e-9)


def test_the_example_of_reddi_has_its_least_sum_at_minus_one_and_adam_goes_to_plus_one():
    assert 3 - 1 - 1 > 0  # the sum of a round: the loss falls towards −1
    assert F(1, 1 + 3**2) == F(1, 10)  # their β₂ for C = 3
    theta, optimizer = {"x": 0.0}, Adam(0.01, beta1=0.0, beta2=0.1)
    for t in range(600):
        optimizer.update(theta, {"x": 3.0 if t % 3 == 0 else -1.0})
    assert theta["x"] > 1


def counted(method, x, y, nudge=0.0):
    """The least number of steps, over 91 values of lr, after which the ball stays near the minimum of the turned ravine."""
    hessian = np.array([[1.05, -0.95], [-0.95, 1.05]])
    theta = np.tile([(x - y) * (1 + nudge) / 2**0.5, (x + y) / 2**0.5], (91, 1))
    optimizer, far = method(np.geomspace(0.01, 10, 91)[:, None]), []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(600):
            optimizer.update({"x": theta}, {"x": theta @ hessian})
            far.append(~(np.linalg.norm(theta, axis=1) < 0.1))
    return min(601 - np.array(far)[::-1].argmax(axis=0))


def quicker_adam(lr):
    return Adam(lr, beta1=0.8)


@pytest.mark.parametrize(
    ("method", "expected"), [(AdaGrad, 65), (RMSProp, 272), (Adam, 71), (quicker_adam, 34)]
)
def test_the_step_counts_in_the_turned_ravine_do_not_depend_on_the_last_digit(method, expected):
    for nudge in (0, 1e-14, -1e-14, 1e-11):
        assert counted(method, -7, 2, nudge) == expected


def test_whether_adam_is_ahead_of_gradient_descent_depends_on_beta1_and_on_the_start():
    starts = [(-7, 2), (7, 1), (5, -3), (-3.5, 3.5), (-1, 4), (0.5, 6)]
    methods = [SGD, lambda lr: Momentum(lr, 0.4), Adam, quicker_adam]
    table = [[counted(method, *start) for start in starts] for method in methods]
    sgd, momentum, usual, quicker = np.array(table)
    assert (usual > sgd).all()
    assert (quicker < sgd).tolist() == [True, True, True, True, False, False]
    assert (momentum < np.minimum(sgd, quicker)).all()
    for name, row in zip(
        ("SGD", "Momentum, μ = 0.4", "Adam, β₁ = 0.9", "Adam, β₁ = 0.8"), table, strict=True
    ):
        assert f"{name}: {', '.join(map(str, row))}" in printed()


def test_adagrad_finds_the_condition_number_only_from_equal_distances():
    for start, quotient in (((-3.5, 3.5), 20), ((-7, 2), 2.7744), ((-1, 4), 132.3258)):
        theta, s, curvature = np.array(start), np.zeros(2), np.array([0.1, 2])
        for _ in range(40):
            s += (curvature * theta) ** 2
            theta = theta - curvature * theta / s**0.5
        assert (s[1] / s[0]) ** 0.5 == pytest.approx(quotient, abs=5e-5)
        assert f"{quotient:.4f} times as large along as across" in printed()


def test_only_the_papers_decay_keeps_its_strength_when_the_learning_rate_changes():
    def left(lr, share):
        """What 1000 steps leave of a weight of 1: the decay takes a share, then Adam pushes to and fro."""
        theta, m, s = 1.0, 0.0, 0.0
        for t in range(1, 1001):
            g = -((-1.0) ** t)
            m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001
            theta -= share * theta + lr * m / (1 - 0.9**t) / ((s / (1 - 0.999**t)) ** 0.5 + 1e-8)
        return theta

    rates = (0.01, 0.005, 0.0025)
    paper, pytorch = [left(lr, 0.001) for lr in rates], [left(lr, 0.1 * lr) for lr in rates]
    assert paper == pytest.approx([0.999**1000] * 3, abs=0.007)
    assert pytorch == pytest.approx([(1 - 0.1 * lr) ** 1000 for lr in rates], abs=0.007)
    for name, row in (("paper, w = 0.001", paper), ("PyTorch, w = 0.1", pytorch)):
        assert re.search(rf"^{name} +{' +'.join(f'{x:.4f}' for x in row)}$", printed(), re.M)


# --- the answers of the questions ----------------------------------------------------------------------------


def test_the_numbers_asked_for_agree_with_the_code():
    params, optimizer, steps = {"x": 0.0}, AdaGrad(0.1), []
    for _ in range(4):
        before = params["x"]
        optimizer.update(params, {"x": 6.0})
        steps.append(before - params["x"])
    assert steps[3] == pytest.approx(float(answer("fourth")))
    optimizer = Adam(0.1, beta1=0.5)
    for g in (2.0, 4.0):
        optimizer.update(params, {"x": g})
    assert optimizer.m["x"] / (1 - 0.5**2) == pytest.approx(float(answer("corrected")))
    assert pytest.approx(float(answer("folded"))) == 0.01 / (1 - 0.96) ** 0.5
    assert pytest.approx(0.12, abs=0.005) == 0.9**20
    assert answer("swing") == F(1, 20)
    assert answer("own") == 1 / F(1, 10)
    length = {"x": 0.0}
    RMSProp(0.1, 0.99).update(length, {"x": 1.0})
    assert length["x"] == pytest.approx(-1.0, rel=1e-6)


# --- the notebook ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        r"^SGD +−0\.300 +\+0\.002$",
        r"^AdaGrad +−0\.100 +\+0\.100$",
        r"^RMSProp, β = 0\.9 +−0\.316 +\+0\.316$",
        r"^RMSProp, β = 0\.99 +−1\.000 +\+1\.000$",
        r"^Adam, not corrected +−0\.316 +\+0\.316$",
        r"^Adam +−0\.100 +\+0\.100$",
        r"^ *1 +3\.2e−06 ",
        r"Adam, no decay, θ after step 1: \(9\.90000, 10\.10000\)",
        r"Adam, L2, θ after step 1: \(9\.90000, 10\.10000\)",
        r"AdamW, θ after step 1: \(9\.89900, 10\.09900\)",
        r"39760, Adam 79520",
    ],
)
def test_the_numbers_of_the_syllabus_are_shown(line):
    assert re.search(line, printed(), re.M)


def test_the_late_outbreak_begins_where_the_step_size_passes_the_limit():
    theta, m, s = np.array([-6.0, 3.0]), np.zeros(2), np.zeros(2)
    curvature, y, sizes = np.array([0.1, 2]), [3.0], []
    for t in range(1, 6001):
        g = curvature * theta
        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
        size = 0.5 / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
        theta = theta - size * m / (1 - 0.9**t)
        y.append(abs(theta[1])), sizes.append(size[1])
    passed = next(t for t, size in enumerate(sizes) if size * 2 > 2 * 1.9 / 0.1)
    assert (passed, int(np.argmin(y))) == (5312, 5306)
    assert y[1000] < 1e-20
    assert y[5306] < 1e-121
    assert next(t for t in range(passed, 6001) if y[t] > 0.1) == 5772
    assert "least at step 5306, 1e−122" in printed()
    assert "passes 19 after step 5312; after step 5772 y is more than 0.1 away again" in printed()


@pytest.mark.parametrize(("cell_id", "method"), [("c019", AdaGrad.update), ("c041", Adam._step)])
def test_the_page_shows_the_code_of_the_course(cell_id, method):
    source = next(c.source for c in cells() if c.id == cell_id)
    shown = re.search(r"```python\n(.*?)```", source, re.S).group(1)
    own = inspect.getsource(method).replace("def _step", "def update")
    assert shown.rstrip().splitlines() == [line[4:] for line in own.splitlines() if "validate" not in line]


def test_the_page_shows_the_line_of_adamw():
    source = next(c.source for c in cells() if c.id == "c054")
    line = re.search(r"`(params\[name\] .*?)`", source).group(1)
    assert line in inspect.getsource(AdamW.update)


def test_the_minutes_of_the_speaker_add_up_to_those_of_the_lecture():
    minutes = [int(m) for c in cells() for m in re.findall(r"For the teacher: (\d+) minute", c.source)]
    assert sum(minutes) <= 45
    assert "About 45 minutes" in cells()[0].source


def test_the_letters_of_other_lectures_are_left_to_them():
    """ρ is the rate and σ the noise: here RMSProp's decay is β, and singular values have Σ, in the last section only."""
    lecture = "\n".join(c.source for c in cells() if c.id != "curious")
    assert not re.search(r"ρ|σ|\\rho|\\sigma|\\Sigma", lecture)


def test_the_questions_come_in_the_order_of_the_story():
    sources = [c.source for c in cells()]
    order = ['Gate("07 own"', 'Gate("07 rare"', 'Gate("07 first"', 'Gate("07 fourth"', 'Gate("07 measured"',
             'Quiz("07 memory")', 'Gate("07 long"', 'Gate("07 swing"', 'Gate("07 thrown"', 'NumberQuiz("07 corrected")',
             'Gate("07 uncorrected"', "Explorer(BOWL", 'Gate("07 late"', 'Gate("07 quiet"', 'NumberQuiz("07 folded")',
             'Gate("07 turned"', 'Gate("07 tuned"', 'Gate("07 worst"', 'Quiz("07 scale")']  # fmt: skip
    places = [next(i for i, text in enumerate(sources) if wanted in text) for wanted in order]
    assert places == sorted(places)
    assert not re.search(r"momentum\s+v\b", " ".join(sources))
