"""descend: what it keeps, how it ends, and the numbers of the lectures."""

import copy
import warnings
from fractions import Fraction as F

import numpy as np
import pytest
from every import ADAPTIVE, CONSTANT_RATE, OPTIMIZERS
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.descent import descend
from course_utils.landscapes import (
    BEALE,
    BOWL,
    HIMMELBLAU,
    LANDSCAPES,
    MONKEY_SADDLE,
    PLATEAU,
    SADDLE,
    quadratic,
)
from course_utils.optimizers import (
    SGD,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    NesterovLookahead,
    RMSProp,
)

pytestmark = pytest.mark.filterwarnings("error")  # overflow is an event to teach, not a warning to print


def make(method, lr, momentum):
    """The method with these settings, as far as it has them."""
    return method(lr) if method in (SGD, *ADAPTIVE) else method(lr, momentum)


def points(path):
    return [tuple(p) for p in path.positions.tolist()]


def exact(method, steps=3):
    return descend(make(method, F(1), F(1)), SADDLE, (1, 2), steps)


# --- the numbers of the lectures ---------------------------------------------------------------------------


def test_three_steps_of_each_method_on_the_saddle():
    assert points(exact(SGD)) == [(1, 2), (-1, 1), (-2, 2), (-4, 4)]
    assert points(exact(Momentum, 5)) == [(1, 2), (-1, 1), (-4, 1), (-8, 5), (-17, 17), (-43, 46)]
    assert points(exact(NesterovLookahead)) == [(1, 2), (-1, 1), (-3, 3), (-10, 10)]
    assert points(exact(Nesterov)) == [(1, 2), (-3, 0), (-5, 5), (-17, 17)]


def test_the_closed_form_of_momentum_on_the_saddle():
    """s = x + y has period 6; d = x − y is minus every second Fibonacci number and grows by φ² a step."""
    path = exact(Momentum, 40)
    s, d = path.positions.sum(axis=-1), path.positions[:, 0] - path.positions[:, 1]
    assert s[:6].tolist() == [3, 0, -3, -3, 0, 3]
    np.testing.assert_array_equal(s[6:], s[:-6])
    fibonacci = [1, 1]
    while len(fibonacci) < 90:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    assert d[:6].tolist() == [-1, -2, -5, -13, -34, -89]
    assert [-x for x in d] == fibonacci[0:1] + fibonacci[2:82:2]
    assert float(d[-1] / d[-2]) == pytest.approx((3 + 5**0.5) / 2)


@pytest.mark.parametrize("method, growth", [(SGD, 2), (NesterovLookahead, 2 + 2**0.5)])
def test_growth_on_the_saddle(method, growth):
    d = np.subtract(*exact(method, 40).positions.T)
    assert float(d[-1] / d[-2]) == pytest.approx(growth)


def test_the_race_on_the_books_bowl():
    best = Momentum(4 / (0.1**0.5 + 2**0.5) ** 2, ((20**0.5 - 1) / (20**0.5 + 1)) ** 2)
    ends = [descend(o, BOWL, (-7, 2), 30).positions[-1] for o in (SGD(0.95), Momentum(0.1, 0.9), best)]
    assert np.linalg.norm(ends[0]) == pytest.approx(0.36050, abs=5e-6)
    assert np.linalg.norm(ends[1]) == pytest.approx(0.90073, abs=5e-6)
    assert np.linalg.norm(ends[2]) == pytest.approx(1.5445e-4, rel=5e-5)


@pytest.mark.parametrize("method, steps", [(SGD, 145), (Momentum, 52), (NesterovLookahead, 47)])
def test_steps_to_escape_the_saddle(method, steps):
    start = 1e-6 / 2**0.5 * np.array([1, -1])
    distance = np.linalg.norm(descend(make(method, 0.1, 0.9), SADDLE, start, 200).positions, axis=-1)
    assert np.argmax(distance >= 1) == steps


@pytest.mark.parametrize("method", CONSTANT_RATE)
def test_nothing_leaves_the_stable_line_of_the_saddle(method):
    path = descend(make(method, 0.1, 0.9), SADDLE, (1.0, 1.0), 2000)
    np.testing.assert_array_equal(path.positions[:, 0], path.positions[:, 1])
    assert path.status == "stalled"


@pytest.mark.parametrize(
    "method, bound", [(SGD, 2), (Momentum, 2 * 1.9), (NesterovLookahead, 3.8 / 2.8), (Nesterov, 3.8 / 2.8)]
)
def test_the_largest_stable_step(method, bound):
    lr = np.array([[0.99 * bound], [1.01 * bound]])
    path = descend(make(method, lr, 0.9), quadratic(1, 1), (1.0, 0.0), 5000)
    assert np.abs(path.positions[-1, 0]).max() < 1e-3
    assert path.status[1] == "diverged" or np.abs(path.positions[-1, 1]).max() > 1e3


def test_nesterov_does_not_tolerate_a_larger_step():
    ends = [descend(m(1.9, 0.9), quadratic(1, 1), (1.0, 1.0), 400) for m in (Momentum, NesterovLookahead)]
    assert ends[0].status == "converged"
    assert np.abs(ends[1].positions[-1]).max() > 1e50


class VelocityUpdatedTooEarly(Momentum):
    """Bug 3 of the clinic: Θ moves with the new v."""

    def update(self, params, grads):
        self.v = self.v or {name: 0 * p for name, p in params.items()}
        for name in params:
            self.v[name] *= self.momentum
            self.v[name] -= self.lr * grads[name]
            params[name] += self.momentum**2 * self.v[name]
            params[name] -= (1 + self.momentum) * self.lr * grads[name]


def test_the_bug_clinic_in_numbers():
    wrong = descend(VelocityUpdatedTooEarly(0.5, 0.9), BOWL, (-7, 2), 60)
    right = descend(NesterovLookahead(0.5, 0.9), BOWL, (-7, 2), 60)
    assert np.linalg.norm(wrong.positions[-1]) == pytest.approx(9.61e8, rel=1e-3)
    assert np.linalg.norm(right.positions[-1]) == pytest.approx(0.0611, abs=5e-5)
    bound = 3.8 / (1 + 1.8 + 1.62)
    assert bound == pytest.approx(0.8597, abs=5e-5)
    lr = np.array([[0.99 * bound], [1.01 * bound]])
    ends = np.abs(
        descend(VelocityUpdatedTooEarly(lr, 0.9), quadratic(1, 1), (1.0, 0.0), 3000).positions[-1, :, 0]
    )
    assert ends[0] < 1e-3
    assert not ends[1] < 1e3


# --- what a Path keeps -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", OPTIMIZERS)
@pytest.mark.parametrize("shape", [(2,), (1, 2), (5, 2), (3, 4, 2), (0, 2)])
@pytest.mark.parametrize("steps", [0, 1, 7])
def test_shapes(method, shape, steps):
    start = np.random.default_rng(1).normal(size=shape)
    path = descend(make(method, 0.1, 0.9), BOWL, start, steps)
    for rows in path.positions, path.gradient_points, path.gradients, path.velocities:
        assert rows.shape == (steps + 1, *shape)
    assert path.losses.shape == (steps + 1, *shape[:-1])
    assert path.steps == steps
    if shape == (2,):
        assert (path.status, path.ended) == ("running", steps)
        assert isinstance(path.status, str)
        assert isinstance(path.ended, int)
    else:
        assert np.shape(path.status) == np.shape(path.ended) == shape[:-1]


@pytest.mark.parametrize("method", OPTIMIZERS)
@pytest.mark.parametrize("land", LANDSCAPES, ids=lambda land: land.name)
def test_every_row_belongs_to_its_point(method, land):
    path = descend(make(method, 1e-4, 0.9), land, land.start, 6)
    np.testing.assert_array_equal(path.positions[0], land.start)
    np.testing.assert_allclose(path.losses, land(path.positions), rtol=1e-12)
    np.testing.assert_allclose(path.gradients, land.gradient(path.gradient_points), rtol=1e-12)
    np.testing.assert_array_equal(path.velocities[0], 0)
    ahead = 0.9 * path.velocities if method is NesterovLookahead else 0
    np.testing.assert_allclose(path.gradient_points, path.positions + ahead, rtol=1e-14)
    if method is not Nesterov:
        np.testing.assert_allclose(np.diff(path.positions, axis=0), path.velocities[1:], atol=1e-14)


@pytest.mark.parametrize("method", OPTIMIZERS)
def test_the_optimizer_and_the_start_stay_as_they_were(method):
    optimizer, start = make(method, np.array([[0.1], [0.2]]), 0.9), np.array([[1.0, 2.0]] * 2)
    before, lr, start_before = copy.deepcopy(vars(optimizer)), optimizer.lr, start.copy()
    path = descend(optimizer, BOWL, start, 5)
    assert optimizer.lr is lr
    np.testing.assert_equal(vars(optimizer), before)
    np.testing.assert_array_equal(start, start_before)
    assert path.optimizer is not optimizer
    np.testing.assert_array_equal(descend(optimizer, BOWL, start, 5).positions, path.positions)


def test_many_settings_and_many_starts_walk_side_by_side():
    path = descend(Momentum(np.array([[[0.1]], [[0.2]]]), np.array([[0.0], [0.5], [0.9]])), BOWL, (-7, 2), 4)
    assert path.positions.shape == (5, 2, 3, 2)
    alone = descend(Momentum(0.2, 0.5), BOWL, (-7, 2), 4)
    np.testing.assert_array_equal(path.positions[:, 1, 1], alone.positions)


# --- exact and in floats -----------------------------------------------------------------------------------------

EXACT = [
    (Momentum(F(1, 2), F(1, 4)), (8, 16)),
    (Momentum(1, 1), (F(1), 2)),
    (Momentum(F(1), 1), np.array([1, 2])),
    (SGD(F(1, 10)), [[1, 2], [3, 4]]),
    (NesterovLookahead(np.array([[F(1, 2)], [F(1, 3)]]), 0), (1, 2)),
]
FLOATS = [
    (Momentum(1, 1), (1, 2)),
    (Momentum(F(1, 2), 0.5), (1, 2)),
    (Momentum(F(1, 2), F(1, 2)), (1.0, 2.0)),
    (SGD(0.1), (F(1), F(2))),
    (SGD(F(1, 10)), (F(1), 2.5)),
]


@pytest.mark.parametrize("optimizer, start", EXACT)
@pytest.mark.parametrize("land", [SADDLE, BOWL, HIMMELBLAU, BEALE, MONKEY_SADDLE], ids=lambda land: land.name)
def test_whole_numbers_and_fractions_stay_exact(optimizer, start, land):
    path = descend(optimizer, land, start, 2)
    for rows in path.positions, path.gradients, path.velocities, path.losses, path.gradient_points:
        assert all(isinstance(x, (F, int)) for x in rows.flat)
    assert np.all(path.status == "running")


@pytest.mark.parametrize("optimizer, start", FLOATS)
def test_one_float_makes_the_path_float(optimizer, start):
    path = descend(optimizer, BOWL, start, 3)
    assert path.positions.dtype == path.losses.dtype == path.gradients.dtype == np.float64
    assert np.isfinite(path.positions).all()


def test_an_exact_path_that_no_float_could_hold_goes_on():
    path = descend(SGD(F(10**9)), SADDLE, (F(1), F(2)), 60)
    assert (path.status, path.ended) == ("running", 60)
    assert path.positions[-1][0] > 10**500
    path = descend(SGD(F(1, 2)), SADDLE, (F(10**400), F(0)), 1)
    assert path.positions[-1].tolist() == [10**400, -(10**400) // 2]
    for optimizer, start in (SGD(0.5), (F(10**400), 1)), (SGD(F(10**400)), (0.5, 1)):
        with pytest.raises(ValueError, match=r"must be.* finite"):
            descend(optimizer, SADDLE, start, 1)


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(CONSTANT_RATE),
    st.fractions(F(1, 50), 1, max_denominator=50),
    st.fractions(0, 1, max_denominator=50),
    st.tuples(*[st.fractions(-8, 8, max_denominator=50)] * 2),
)
def test_exact_and_float_paths_agree(method, lr, mu, start):
    walked = descend(make(method, lr, mu), BOWL, start, 8)
    floats = descend(make(method, float(lr), float(mu)), BOWL, tuple(map(float, start)), 8)
    np.testing.assert_allclose(floats.positions, walked.positions.astype(float), rtol=1e-9, atol=1e-9)


# --- the adaptive methods ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ADAPTIVE)
def test_an_adaptive_method_walks_as_if_stepped_by_hand(method):
    path = descend(method(0.1), BOWL, (-7, 2), 30)
    optimizer, params = method(0.1), {"x": -7.0, "y": 2.0}
    rows = [(-7.0, 2.0)]
    for _ in range(30):
        optimizer.update(params, {"x": params["x"] / 10, "y": 2 * params["y"]})
        rows.append((params["x"], params["y"]))
    np.testing.assert_allclose(path.positions, rows, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(path.velocities[1:], np.diff(path.positions, axis=0))  # the step taken
    assert path.gradient_points is path.positions


@pytest.mark.parametrize("method", ADAPTIVE)
def test_many_learning_rates_walk_side_by_side_with_an_adaptive_method(method):
    lr = np.array([[0.01], [0.1], [1.0]])
    path = descend(method(lr), BOWL, (-7.0, 2.0), 12)
    for i, one in enumerate([0.01, 0.1, 1.0]):
        np.testing.assert_array_equal(
            path.positions[:, i], descend(method(one), BOWL, (-7.0, 2.0), 12).positions
        )


@pytest.mark.parametrize("method", ADAPTIVE)
def test_an_adaptive_method_walks_in_floats_or_says_why_it_cannot(method):
    path = descend(method(0.1), BOWL, (F(-7), F(2)), 3)  # its other settings are floats
    np.testing.assert_array_equal(path.positions, descend(method(0.1), BOWL, (-7.0, 2.0), 3).positions)
    whole = {"lr": 1, "eps": 1} | ({"rho": 0} if method is RMSProp else {})
    whole |= {"beta1": 0, "beta2": 0} if method in (Adam, AdamW) else {}
    whole |= {"weight_decay": 0} if method is AdamW else {}
    with pytest.raises(TypeError, match="square roots, and few Fractions have one"):
        descend(method(**whole), BOWL, (F(1), F(2)), 3)
    assert descend(method(**whole), BOWL, (1, 2), 3).positions.dtype == np.float64


def test_adam_takes_both_axes_of_the_ravine_at_one_pace():
    """Its first steps are η along x and along y, though the slope along y is almost six times the other."""
    path = descend(Adam(0.1), BOWL, (-7, 2), 5)
    np.testing.assert_allclose(np.abs(np.diff(path.positions, axis=0)), 0.1, rtol=0.02)
    assert descend(Adam(0.1), BOWL, (-7, 2), 3000).status == "converged"


# --- how it ends -----------------------------------------------------------------------------------------------

ENDINGS = [
    (SGD(0.1), BOWL, (-7, 2), 5000, "converged"),
    (Momentum(0.1, 0.9), BOWL, (-7, 2), 2000, "converged"),
    (Nesterov(0.1, 0.9), BOWL, (-7, 2), 2000, "converged"),
    (SGD(0.1), BOWL, (-7, 2), 20, "running"),
    (SGD(0.1), BOWL, (0, 0), 3, "converged"),
    (SGD(0.1), BOWL, (0, 0), 0, "converged"),
    (SGD(0.1), SADDLE, (0, 0), 3, "stalled"),
    (SGD(0.1), MONKEY_SADDLE, (0, 0), 3, "stalled"),
    (Momentum(0.1, 0.9), PLATEAU, (2, 0), 3, "stalled"),
    (SGD(0.01), PLATEAU, (2.0, 1.0), 400_0, "running"),
    (SGD(0.1), quadratic(0, 1), (3, 0), 3, "stalled"),
    (SGD(0.01), HIMMELBLAU, (0, 0), 500, "converged"),
    (SGD(0.5), SADDLE, (1, 2), 5, "running"),
    (SGD(0.1), SADDLE, (1, 1), 500, "stalled"),
    (Momentum(1.0, 1.0), quadratic(1, 1), (1, 1), 100, "running"),
    (SGD(1.1), BOWL, (-7, 2), 10_000, "diverged"),
]


@pytest.mark.parametrize("optimizer, land, start, steps, status", ENDINGS)
def test_the_four_ways_to_end(optimizer, land, start, steps, status):
    path = descend(optimizer, land, start, steps)
    assert path.status == status
    assert (path.ended == steps) == (status != "diverged")


def test_rolling_through_the_minimum_is_not_rest():
    """Exactly at the minimum, but moving: v is what counts."""
    path = descend(Momentum(1, 1), quadratic(1, 1), (1.0, 0.0), 1)
    assert path.positions[-1].tolist() == [0, 0]
    assert path.status == "running"


@pytest.mark.parametrize("method", CONSTANT_RATE)
def test_a_trajectory_that_overflows_ends_there_and_the_others_go_on(method):
    lr = np.array([[0.1], [5.0], [0.3], [50.0]])
    path = descend(make(method, lr, 0.5), BOWL, (-7.0, 2.0), 3000)
    assert path.status.tolist() == ["converged", "diverged", "converged", "diverged"]
    assert path.ended[0] == path.ended[2] == 3000
    assert 0 < path.ended[3] < path.ended[1] < 3000
    for i in range(4):
        alone = descend(make(method, lr[i, 0], 0.5), BOWL, (-7.0, 2.0), 3000)
        for name in "positions", "gradient_points", "gradients", "velocities", "losses":
            np.testing.assert_array_equal(getattr(path, name)[:, i], getattr(alone, name))
        assert (path.status[i], path.ended[i]) == (alone.status, alone.ended)
    for i in 1, 3:
        end = path.ended[i]
        for rows in path.positions, path.gradients, path.velocities, path.losses, path.gradient_points:
            assert np.isfinite(rows[:end, i]).all()
            assert np.isnan(rows[end:, i]).all()


@pytest.mark.parametrize("method", OPTIMIZERS)
@settings(max_examples=12, deadline=None)
@given(
    st.floats(1e-300, 1e308),
    st.floats(0, 1),
    st.sampled_from(LANDSCAPES),
    st.tuples(*[st.floats(-1e308, 1e308)] * 2),
)
def test_no_number_causes_a_warning_or_an_error(method, lr, mu, land, start):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = descend(make(method, lr, mu), land, start, 8)
    finite = np.isfinite(path.losses) & np.isfinite(path.positions).all(axis=-1)
    if path.status == "diverged":
        assert finite[: path.ended].all()
        assert not finite[path.ended :].any()
    else:
        assert finite.all()
        assert path.ended == 8


def test_a_trajectory_that_overflows_has_ended_even_if_it_comes_back():
    path = descend(
        SGD(9.0), BOWL, (1e155, 0.0), 3
    )  # f is too large for a float at the start, and then is not
    assert (path.status, path.ended) == ("diverged", 0)
    assert np.isnan(path.positions).all()


class NotANumberAtThree:
    """A landscape whose gradient fails at the third point."""

    def __init__(self):
        self.calls = 0

    def __call__(self, theta):
        return BOWL(theta)

    hessian = staticmethod(BOWL.hessian)

    def gradient(self, theta):
        self.calls += 1
        return BOWL.gradient(theta) * (np.nan if self.calls == 3 else 1)


@pytest.mark.parametrize("method", OPTIMIZERS)
def test_a_gradient_that_is_not_a_number_ends_the_trajectory_at_its_step(method):
    path = descend(make(method, 0.1, 0.9), NotANumberAtThree(), (-7.0, 2.0), 6)
    assert (path.status, path.ended) == ("diverged", 2)
    assert np.isfinite(path.positions[:2]).all()


# --- bad input ---------------------------------------------------------------------------------------------------

BAD_STARTS = [
    1.0,
    None,
    [],
    [1.0],
    [1, 2, 3],
    [[1, 2, 3]],
    ["1", "2"],
    [None, 1],
    [1j, 2],
    [True, False],
    "xy",
]
BAD_STARTS += [[np.nan, 1], [1, np.inf], np.array([[1.0, 2.0], [np.nan, 0.0]]), {"x": 1, "y": 2}, [F(1), "a"]]


@pytest.mark.parametrize("start", BAD_STARTS, ids=repr)
def test_a_bad_start_is_refused_by_name(start):
    with pytest.raises((ValueError, TypeError), match="start must") as refused:
        descend(SGD(), BOWL, start, 3)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("steps", [-1, 1.0, 2.5, "3", None, True, np.nan, [3]])
def test_steps_must_be_a_whole_number(steps):
    with pytest.raises(ValueError, match="steps must be a whole number ≥ 0"):
        descend(SGD(), BOWL, (1, 2), steps)


@pytest.mark.parametrize(
    ("optimizer", "landscape", "message"),
    [
        (Momentum, BOWL, r"optimizer must be an optimizer such as Momentum\(lr=0.1\), not the class Momentum itself"),
        (BOWL, SGD(), "optimizer comes first, then landscape"),
        (SGD(), SGD(), "landscape must be a landscape such as BOWL, not"),
    ],
)  # fmt: skip
def test_anything_but_an_optimizer_or_a_landscape_is_named(optimizer, landscape, message):
    with pytest.raises(TypeError, match=message):
        descend(optimizer, landscape, (1, 2), 3)


def test_numpys_whole_numbers_are_steps_too():
    assert descend(SGD(), BOWL, (1, 2), np.int64(3)).steps == 3


@pytest.mark.parametrize("name", ["lr", "momentum"])
def test_settings_of_a_wrong_shape_are_refused_with_the_right_shape(name):
    with pytest.raises(ValueError, match=rf"{name} of shape \(1000,\).*\(1000, 1\)"):
        descend(Momentum(**{name: np.full(1000, 0.5)}), BOWL, (1, 2), 3)


def test_a_setting_spoiled_later_is_refused():
    optimizer = SGD()
    optimizer.lr = np.nan
    with pytest.raises(ValueError, match="lr must be"):
        descend(optimizer, BOWL, (1, 2), 3)
