"""Lecture 05: its derivations made a second time, and the conventions held against the real libraries' steps."""

import json
from fractions import Fraction as F
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import sympy

from course_utils import conventions
from course_utils.descent import descend
from course_utils.figures import triangles
from course_utils.landscapes import BOWL, SADDLE
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead
from course_utils.practice.problems import StepProblem

mu, next_mu, eta, x, lam = sympy.symbols("mu mu_next eta x lambda", positive=True)

# --- the derivations ---------------------------------------------------------------------------------------


def test_bengios_change_of_variables():
    theta, v, g = sympy.symbols("theta v g")
    Theta = theta + mu * v
    new_v = mu * v - eta * g
    new_Theta = theta + new_v + next_mu * new_v
    assert sympy.expand(new_Theta - (Theta + next_mu * mu * v - (1 + next_mu) * eta * g)) == 0


def test_keras_writes_the_same_step_with_the_new_velocity():
    Theta, v, g = sympy.symbols("Theta v g")
    new_v = mu * v - eta * g
    assert sympy.expand(Theta + mu * new_v - eta * g - (Theta + mu**2 * v - (1 + mu) * eta * g)) == 0


def test_on_a_quadratic_nesterov_is_momentum_with_a_coefficient_for_each_axis():
    now, before = sympy.symbols("theta_t theta_before")
    line_1 = (1 - eta * lam) * (now + mu * (now - before))
    own = mu * (1 - eta * lam)
    assert sympy.expand(line_1 - ((1 + own - eta * lam) * now - own * before)) == 0


def test_the_limit_is_where_minus_one_is_a_root_and_below_it_everything_dies_out():
    """Jury's conditions for r² + b r + c: 1 + b + c > 0, 1 − b + c > 0, |c| < 1; x stands for ηλ."""
    b, c = -(1 + mu) * (1 - x), mu * (1 - x)
    (limit,) = sympy.solve(sympy.Eq(1 - b + c, 0), x)
    assert sympy.simplify(limit - 2 * (1 + mu) / (1 + 2 * mu)) == 0
    assert sympy.simplify(1 + b + c - x) == 0  # > 0
    assert (
        sympy.simplify((1 + c).subs(x, limit) - (1 + mu / (1 + 2 * mu) * -1)) == 0
    )  # > 0: |c| < 1 up to there
    momentum = sympy.solve(sympy.Eq(x, 2 * (1 + mu * (1 - x))), x)  # Momentum's limit with μ' = μ (1 − ηλ)
    assert sympy.simplify(momentum[0] - limit) == 0
    assert limit.subs(mu, sympy.Rational(9, 10)) == sympy.Rational(19, 14)


@pytest.mark.parametrize("method", [NesterovLookahead, Nesterov])
def test_at_the_limit_a_swing_goes_on_for_ever(method):
    m, a = F(9, 10), F(1)
    optimizer = method(2 * (1 + m) / (1 + 2 * m), m)
    optimizer.v = {"x": 2 * a}
    params = {"x": a + 2 * m * a if method is Nesterov else a}
    for t in range(1, 9):
        optimizer.update(params, dict(optimizer.gradient_point(params)))
        size = 1 + 2 * m if method is Nesterov else 1
        assert params["x"] == (-1) ** t * size * a


def test_the_three_steps_and_the_growth_on_the_saddle():
    three = StepProblem(SADDLE, NesterovLookahead(1, 1), (1, 2), 3)
    assert three.answer == [(-1, 1), (-3, 3), (-10, 10)]
    assert StepProblem(SADDLE, Nesterov(1, 1), (1, 2), 3).answer == [(-3, 0), (-5, 5), (-17, 17)]
    positions = descend(NesterovLookahead(F(1), F(1)), SADDLE, (1, 2), 30).positions
    q = positions[:, 0] - positions[:, 1]
    assert all(q[t + 1] == 4 * q[t] - 2 * q[t - 1] for t in range(1, 30))
    assert not positions[1:].sum(axis=1).any()
    assert float(q[30] / q[29]) == pytest.approx(2 + 2**0.5, rel=1e-9)


def test_momentum_has_a_coefficient_for_each_axis_where_nesterov_has_one():
    lr, m = F(1, 10), F(9, 10)
    own = m * (1 - lr * np.array([F(1, 10), F(2)]))
    ahead = descend(NesterovLookahead(lr, m), BOWL, (-7, 2), 30).positions
    assert np.array_equal(ahead, descend(Momentum(lr, own), BOWL, (-7, 2), 30).positions)
    assert np.linalg.norm(ahead[-1].astype(float)) == pytest.approx(0.61310, abs=5e-6)


# --- the conventions, against what the libraries did -------------------------------------------------------

GOLDEN = Path(__file__).parent / "golden"
RECORDS = {
    name: json.loads((GOLDEN / f"sgd-{name}.json").read_text(encoding="utf-8"))
    for name in ("pytorch", "keras", "optax")
}


def cases(library, method, drop=None):
    for case in RECORDS[library]["cases"]:
        if case["method"] == method and drop in (None, "drop" in case["name"]):
            yield pytest.param(RECORDS[library], case, id=f"{library}: {case['name']}")


def recorded(record, case, name):
    """Points and gradients of one parameter, step by step."""
    points = [np.array(row[name]) for row in case["params"]]
    slope = {"bowl": BOWL.gradient, "saddle": SADDLE.gradient}.get(case["gradients"])
    given = [slope(p) if slope else np.array(record["grads"][t][name]) for t, p in enumerate(points[:-1])]
    return points, given


def of_each_parameter(record, case):
    return [recorded(record, case, name) for name in case["params"][0]]


def close(a, b):
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)


BUFFERED = [*cases("pytorch", "Momentum"), *cases("optax", "Momentum")]
KEPT = list(cases("keras", "Momentum"))


@pytest.mark.parametrize("record, case", BUFFERED)
def test_the_step_of_pytorch_and_optax_is_a_velocity_whose_buffer_grows_by_g(record, case):
    """Also after the drop: each step gives v, converted at its own lr it is b, and b ← μ b + g."""
    for points, grads in of_each_parameter(record, case):
        b = np.zeros_like(points[0])
        for (before, after), g, lr in zip(pairwise(points), grads, case["lr"], strict=True):
            b = case["momentum"] * b + g
            close(conventions.buffer_from_velocity(after - before, lr) * lr, b * lr)
            close(conventions.velocity_from_buffer(b, lr), after - before)


@pytest.mark.parametrize("record, case", KEPT)
def test_the_step_of_keras_is_the_books_velocity_also_after_a_drop(record, case):
    for points, grads in of_each_parameter(record, case):
        v = np.zeros_like(points[0])
        for (before, after), g, lr in zip(pairwise(points), grads, case["lr"], strict=True):
            v = case["momentum"] * v - lr * g
            close(after - before, v)


@pytest.mark.parametrize("record, case", list(cases("keras", "Momentum", drop=True)))
def test_a_rescaled_buffer_makes_pytorch_the_book_after_a_drop(record, case):
    """PyTorch's line with the buffer rescaled at the drop, against Keras, which keeps the velocity."""
    for points, grads in of_each_parameter(record, case):
        place, b, old = points[0], np.zeros_like(points[0]), case["lr"][0]
        plain_place, plain_b = place, b
        for after, g, lr in zip(points[1:], grads, case["lr"], strict=True):
            b = case["momentum"] * conventions.buffer_after_lr_change(b, old, lr) + g
            plain_b = case["momentum"] * plain_b + g
            place, plain_place, old = place - lr * b, plain_place - lr * plain_b, lr
            close(place, after)
        assert np.abs(plain_place - points[-1]).max() > 0.01


@pytest.mark.parametrize(
    "record, case",
    [c for name in RECORDS for c in cases(name, "Nesterov", drop=False)]
    + list(cases("keras", "Nesterov", drop=True)),
)
def test_with_nesterov_libraries_store_the_look_ahead_point(record, case):
    """θ of our look-ahead form becomes their parameters, and back."""
    m = case["momentum"]
    for points, grads in of_each_parameter(record, case):
        optimizer, theta = NesterovLookahead(case["lr"][0], m), {"p": points[0].copy()}
        for after, g, lr in zip(points[1:], grads, case["lr"], strict=True):
            optimizer.lr = lr
            optimizer.update(theta, {"p": g})
            v = optimizer.v["p"]
            close(conventions.lookahead_from_theta(theta["p"], v, m), after)
            close(conventions.theta_from_lookahead(after, v, m), theta["p"])
            assert np.abs(theta["p"] - after).max() > 1e-3


@pytest.mark.parametrize(
    "record, case", [*cases("pytorch", "Nesterov", True), *cases("optax", "Nesterov", True)]
)
def test_after_a_drop_the_nesterov_line_of_pytorch_and_optax_is_the_one_in_the_table(record, case):
    for points, grads in of_each_parameter(record, case):
        place, b = points[0], np.zeros_like(points[0])
        for after, g, lr in zip(points[1:], grads, case["lr"], strict=True):
            b = case["momentum"] * b + g
            place = place - lr * (g + case["momentum"] * b)
            close(place, after)


@pytest.mark.parametrize("record, case", [c for c in BUFFERED if "constant" in c.id])
def test_a_moving_average_with_its_own_lr_walks_the_same_path(record, case):
    m, lr = case["momentum"], case["lr"][0]
    for points, grads in of_each_parameter(record, case):
        place, average = points[0], np.zeros_like(points[0])
        for (before, after), g in zip(pairwise(points), grads, strict=True):
            average = m * average + (1 - m) * g
            place = place - conventions.ema_lr(lr, m) * average
            close(place, after)
            close(conventions.velocity_from_average(average, lr, m), after - before)
            close(conventions.average_from_velocity(after - before, lr, m), average)


# --- the converters themselves -----------------------------------------------------------------------------


def test_what_is_converted_there_and_back_is_what_it_was_and_stays_exact():
    v, lr, m = np.array([F(3), F(-1, 7)]), F(1, 10), F(9, 10)
    before = v.copy()
    pairs = [
        conventions.velocity_from_buffer(conventions.buffer_from_velocity(v, lr), lr),
        conventions.velocity_from_average(conventions.average_from_velocity(v, lr, m), lr, m),
        conventions.theta_from_lookahead(conventions.lookahead_from_theta(v, v, m), v, m),
        conventions.buffer_after_lr_change(conventions.buffer_after_lr_change(v, lr, m), m, lr),
    ]
    for back in pairs:
        assert np.array_equal(back, before)
        assert all(isinstance(entry, F) for entry in back)
    assert np.array_equal(v, before)
    assert conventions.ema_lr(lr, m) == 1
    assert conventions.buffer_from_velocity([-0.1, 0.2], 0.1).tolist() == [1, -2]
    np.testing.assert_allclose(conventions.ema_lr(0.1, np.array([0, 0.9])), [0.1, 1])


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: conventions.ema_lr(0.1, 1), ValueError, "momentum must be less than 1"),
        (lambda: conventions.ema_lr(0.1, 1.5), ValueError, "momentum must be a number from 0 to 1, not 1.5"),
        (lambda: conventions.velocity_from_average(1, 0.1, 1.0), ValueError, "never moves"),
        (lambda: conventions.velocity_from_buffer(1, 0), ValueError, "lr must be a finite number > 0, not 0"),
        (lambda: conventions.buffer_from_velocity(1, float("nan")), ValueError, "lr must be a finite number"),
        (
            lambda: conventions.buffer_after_lr_change(1, 0.1, -1),
            ValueError,
            "new_lr must be a finite number",
        ),
        (lambda: conventions.velocity_from_buffer("1", 0.1), TypeError, "b must be a number or an array"),
        (lambda: conventions.lookahead_from_theta({"x": 1}, 1, 0.9), TypeError, "theta must be a number"),
        (lambda: conventions.theta_from_lookahead(1, None, 0.9), TypeError, "v must be a number"),
        (lambda: conventions.theta_from_lookahead(1, 1, True), TypeError, "momentum must be a number"),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call()


# --- the picture -------------------------------------------------------------------------------------------


def test_the_triangles_are_steps_of_the_two_methods():
    """The sentence tells where each lands: where the classes land from the same θ and v."""
    _, sentence = triangles(BOWL, theta=(-3, 1), v=(1.5, -2), lr=0.4, momentum=0.9)
    for method in Momentum, NesterovLookahead:
        optimizer, params = method(0.4, 0.9), {"theta": np.array([-3.0, 1.0])}
        optimizer.v = {"theta": np.array([1.5, -2.0])}
        optimizer.update(params, {"theta": BOWL.gradient(optimizer.gradient_point(params)["theta"])})
        x_, y_ = (f"{c:.4g}".replace("-", "−") for c in params["theta"])
        assert f"lands at ({x_}, {y_})" in sentence
    assert "Momentum takes the gradient at (−3, 1)" in sentence
    with pytest.raises(ValueError, match="v must be"):
        triangles(BOWL, theta=(1, 2), v=3, lr=0.4, momentum=0.9)


def test_beyond_quadratics_tuned_momentum_may_go_round_for_ever():
    """Lessard, Recht & Packard, 2016: curvatures 25, 1, 25; the settings that are best for κ = 25."""

    def slope(z):
        return 25 * z if z < 1 else z + 24 if z < 2 else 25 * z - 24

    ends = []
    for optimizer in SGD(1 / 25), Momentum(1 / 9, 4 / 9), NesterovLookahead(1 / 25, 2 / 3):
        ball, trail = {"x": 3.3}, []
        for _ in range(300):
            optimizer.update(ball, {"x": slope(optimizer.gradient_point(ball)["x"])})
            trail.append(ball["x"])
        ends.append(trail[-6:])
    assert max(map(abs, ends[0])) < 1e-9
    assert max(map(abs, ends[2])) < 1e-9
    assert min(map(abs, ends[1])) > 0.5
    np.testing.assert_allclose(ends[1][:3], ends[1][3:], rtol=1e-9)
