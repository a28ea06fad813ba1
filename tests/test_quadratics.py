"""Rates on quadratics: against the optimizers themselves, against numpy's eigenvalues, against a second derivation."""

from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from course_utils import quadratics
from course_utils.descent import descend
from course_utils.landscapes import BOWL, SADDLE
from course_utils.landscapes import quadratic as bowl
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead
from course_utils.practice.mistakes import NesterovUpdatedTooEarly
from course_utils.quadratics import (
    critical_momentum,
    eigenvalues,
    overall_rate,
    rate,
    stability_limit,
    step_matrix,
    tuned,
)


def too_early(lr, momentum):
    return NesterovUpdatedTooEarly(Nesterov(lr, momentum))


def plain(lr, momentum):
    return SGD(lr)


METHODS = [plain, Momentum, NesterovLookahead, Nesterov, too_early]
every_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.__name__)

# --- the matrix is the step ----------------------------------------------------------------------------------


@every_method
@pytest.mark.parametrize("curvature", [F(1, 10), F(2), F(-1)])
def test_the_matrix_takes_v_and_theta_where_the_optimizer_takes_them(method, curvature):
    """Exactly, from any θ and v; the plain method has no v to begin with."""
    for theta, v in (F(3), F(0)), (F(-2), F(5, 7)), (F(0), F(1)):
        optimizer = method(F(1, 3), F(4, 5))
        params = {"theta": np.array([theta])}
        if method is not plain:
            optimizer.v = {"theta": np.array([v])}
        point = optimizer.gradient_point(params)["theta"].copy()
        optimizer.update(params, {"theta": curvature * point})
        moved = params["theta"][0]
        new_v = moved - theta if method is plain else optimizer.v["theta"][0]
        R = step_matrix(optimizer, curvature)
        assert (R @ np.array([v, theta])).tolist() == [new_v, moved]
        assert all(isinstance(entry, (F, int)) for entry in R.flat)


@every_method
def test_trace_determinant_and_limit_agree_with_the_matrix(method):
    """The closed forms against the matrix, in symbols; −1 is an eigenvalue at the limit."""
    x, mu = sympy.symbols("x mu", positive=True)
    kind = type(method(0.1, 0.5))
    step = quadratics._of(kind)
    R = sympy.Matrix(step.matrix(x, mu))
    trace, det = step.trace_det(x, mu)
    assert sympy.expand(R.trace() - trace) == 0
    assert sympy.expand(R.det() - det) == 0
    (limit,) = sympy.solve((R + sympy.eye(2)).det(), x)
    assert sympy.simplify(limit - step.limit(mu)) == 0


@every_method
def test_eigenvalues_and_rate_are_numpys(method):
    rng = np.random.default_rng(6)
    lr, mu = rng.uniform(0.01, 3, 400), rng.uniform(0, 1, 400)
    curvature = rng.uniform(-1, 4, 400)
    optimizer = method(lr, mu)
    ours = eigenvalues(optimizer, curvature)
    theirs = np.linalg.eigvals(step_matrix(optimizer, curvature))
    np.testing.assert_allclose(np.sort_complex(ours), np.sort_complex(theirs), atol=1e-7)
    np.testing.assert_allclose(ours.prod(-1), np.linalg.det(step_matrix(optimizer, curvature)), atol=1e-12)
    np.testing.assert_allclose(rate(optimizer, curvature), np.abs(ours).max(-1), rtol=1e-12)
    upper = ours.imag != 0
    assert (ours.imag[..., 0] >= 0).all()
    assert (np.abs(ours[..., 0]) >= np.abs(ours[..., 1]) * (1 - 1e-12)).all()
    assert method is plain or upper.any()


@every_method
def test_a_long_path_shrinks_by_the_rate(method):
    settings = [(0.1, 0.9), (0.5, 0.5), (0.95, 0.0), (0.6, 0.3), (0.05, 0.99)]
    for lr, mu in settings:
        optimizer = method(lr, mu)
        expected = overall_rate(optimizer, (0.1, 2))
        positions = descend(optimizer, BOWL, (-7.0, 2.0), 600).positions
        size = np.linalg.norm(positions, axis=1)
        if not np.isfinite(size).all() or expected < 0.97:
            positions = positions[: np.argmax(~(size < 1e200)) or 301][:301]
        size = np.linalg.norm(positions, axis=1)
        n = len(size) - 1
        ups = [size[k : k + 60].max() for k in (n // 3, n - 60)]  # the swings die with their envelope
        seen = (ups[1] / ups[0]) ** (1 / (n - 60 - n // 3))
        assert seen == pytest.approx(expected, rel=0.01)


# --- the numbers of the course -------------------------------------------------------------------------------


def test_the_numbers_of_the_ravine():
    best = tuned(Momentum, (0.1, 2))
    assert best.lr == pytest.approx(1.33581, abs=5e-6)
    assert best.momentum == pytest.approx(0.402605, abs=5e-7)
    assert overall_rate(best, (0.1, 2)) == pytest.approx(0.634512, abs=5e-7)
    plain_best = tuned(SGD, (0.1, 2))
    assert plain_best.lr == pytest.approx(0.95238, abs=5e-6)
    assert overall_rate(plain_best, (0.1, 2)) == pytest.approx(0.904762, abs=5e-7)
    assert np.linalg.norm(descend(best, BOWL, (-7, 2), 30).positions[-1]) == pytest.approx(
        1.5445e-4, rel=1e-4
    )


def test_the_limits_at_momentum_nine_tenths():
    limits = [stability_limit(method(0.1, 0.9)) for method in METHODS]
    assert limits == pytest.approx([2, 3.8, 1.3571, 1.3571, 0.8597], abs=5e-5)


def test_the_growth_on_the_saddle():
    """Along y = −x, where λ = −1, with η = μ = 1."""
    assert rate(SGD(1), -1) == 2
    assert rate(Momentum(1, 1), -1) == pytest.approx(((1 + 5**0.5) / 2) ** 2, rel=1e-12)
    assert rate(NesterovLookahead(1, 1), -1) == pytest.approx(2 + 2**0.5, rel=1e-12)
    assert np.linalg.eigvalsh(SADDLE.hessian(np.zeros(2))).tolist() == [-1, 1]


@every_method
def test_just_below_the_limit_it_dies_and_just_above_it_grows(method):
    mu = np.linspace(0, 0.99, 34)[:, None]
    x = stability_limit(method(0.1, mu)) * np.linspace(0.001, 0.999, 60)
    assert (rate(method(x, mu), 1) < 1).all()
    assert (rate(method(stability_limit(method(0.1, mu)) * 1.001 + 0 * mu, mu), 1) > 1).all()


@pytest.mark.parametrize("method", [Momentum, NesterovLookahead, Nesterov])
def test_at_the_critical_momentum_the_eigenvalues_meet_and_no_other_is_better(method):
    for x in (0.01, 0.2, 0.7, 0.99):
        best = critical_momentum(method, x / 2, 2)
        one, two = eigenvalues(method(x / 2, best), 2)
        assert abs(one - two) < 1e-6
        others = rate(method(x / 2, np.linspace(0, 1, 401)), 2)
        assert others.min() >= rate(method(x / 2, best), 2) - 1e-7
    assert critical_momentum(Momentum, 1, 0.25) == 0.25


@pytest.mark.parametrize("kappa", [1.5, 4, 20, 300])
@pytest.mark.parametrize("method", [SGD, Momentum, NesterovLookahead, Nesterov])
def test_no_pair_of_a_fine_grid_beats_the_tuned_one(method, kappa):
    curvatures = (2 / kappa, 0.3 * 2 / kappa + 0.7 * 2, 2)
    best = tuned(method, curvatures)
    reached = overall_rate(best, curvatures)
    wanted = {
        SGD: (kappa - 1) / (kappa + 1),
        Momentum: (kappa**0.5 - 1) / (kappa**0.5 + 1),
    }.get(method, 1 - 2 / (3 * kappa + 1) ** 0.5)
    assert reached == pytest.approx(wanted, abs=1e-7)
    lr, mu = np.linspace(0.004, 2, 500)[:, None], np.linspace(0, 1, 401)
    grid = overall_rate(SGD(lr) if method is SGD else method(lr, mu), curvatures)
    assert grid.min() >= reached - 1e-7
    assert grid.min() <= reached + 0.02


def test_where_the_eigenvalues_swing_the_rate_of_momentum_is_the_root_of_mu():
    lr, mu = np.linspace(0.05, 1.9, 60)[:, None], np.linspace(0.05, 0.99, 50)
    optimizer = Momentum(lr, mu)
    swings = eigenvalues(optimizer, 2.0)[..., 0].imag > 0
    assert swings.any()
    assert not swings.all()
    np.testing.assert_allclose(
        rate(optimizer, 2.0)[swings], np.broadcast_to(mu**0.5, swings.shape)[swings], rtol=1e-15
    )
    assert (rate(optimizer, 2.0) >= np.sqrt(mu) - 1e-15).all(), "never better than √μ"


def test_everything_broadcasts():
    lr, mu, curvature = np.ones((4, 1, 1)), np.full((3, 1), 0.5), np.array([0.1, 2])
    assert step_matrix(Momentum(lr, mu), curvature).shape == (4, 3, 2, 2, 2)
    assert eigenvalues(Nesterov(lr, mu), curvature).shape == (4, 3, 2, 2)
    assert rate(SGD(lr), curvature).shape == (4, 1, 2)
    assert overall_rate(Momentum(lr, mu), curvature).shape == (4, 3, 1)
    assert isinstance(rate(Momentum(0.1, 0.9), 2), float)
    assert bowl(0.1, 2).minima


# --- what is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: rate(object(), 1), TypeError, "optimizer must be one of SGD, Momentum, .*not one of object"),
        (
            lambda: rate(SGD(0.1), "2"),
            TypeError,
            "curvature must be a number or an array of numbers, not '2'",
        ),
        (lambda: rate(SGD(0.1), np.nan), ValueError, "curvature must be finite, not nan"),
        (lambda: overall_rate(SGD(0.1), ()), ValueError, "at least one eigenvalue"),
        (lambda: stability_limit(0.9), TypeError, "not one of float"),
        (lambda: critical_momentum(Momentum, 2, 1), ValueError, "from 0 to 1 for a critical momentum, not 2"),
        (lambda: critical_momentum(SGD, 0.1, 1), TypeError, "method must be Momentum, NesterovLookahead"),
        (lambda: tuned(Momentum(0.1, 0.9), (1, 2)), TypeError, "the class itself, not <"),
        (lambda: tuned(Momentum, (0, 2)), ValueError, r"must all be greater than 0, not \(0, 2\)"),
        (lambda: tuned(Momentum, ()), ValueError, "must all be greater than 0"),
    ],
)
def test_bad_arguments_are_refused_by_name(call, error, words):
    with pytest.raises(error, match=words):
        call()
