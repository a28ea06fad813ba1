"""The landscapes: slope and curvature against sympy and against differences, exact, in any shape."""

from fractions import Fraction as F

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.landscapes import (
    BEALE,
    BOWL,
    HIMMELBLAU,
    LANDSCAPES,
    PLATEAU,
    SADDLE,
    quadratic,
    quadratic_form,
)

X, Y = sympy.symbols("x y")

#: the formulas once more, from the literature, as sympy reads them
FORMULAS = {
    "saddle": "x*y",
    "bowl": "x**2/20 + y**2",
    "plateau": "((x**2 + y**2)/4 - 1)**5 + 1",
    "Rosenbrock": "(1 - x)**2 + 100*(y - x**2)**2",
    "Himmelblau": "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
    "Beale": "(3/2 - x + x*y)**2 + (9/4 - x + x*y**2)**2 + (21/8 - x + x*y**3)**2",
    "monkey saddle": "x**3 - 3*x*y**2",
    "quadratic": "(x**2/10 + 2*y**2)/2",
    "turned quadratic": "(7*x**2/5 - 2*x*y + 3*y**2)/2",
    "steep quadratic": "(-3*x**2/7 + 100*y**2)/2",
}
CASES = [(land, FORMULAS[land.name]) for land in LANDSCAPES]
CASES += [(quadratic_form([[F(7, 5), -1], [-1, 3]]), FORMULAS["turned quadratic"])]
CASES += [(quadratic(0.1, 2), FORMULAS["quadratic"]), (quadratic(F(-3, 7), 100), FORMULAS["steep quadratic"])]
every = pytest.mark.parametrize("land, formula", CASES, ids=[formula for _, formula in CASES])
coordinates = st.fractions(-4, 4, max_denominator=12)


@every
@settings(max_examples=15, deadline=None)
@given(x=coordinates, y=coordinates)
def test_value_slope_and_curvature_agree_exactly_with_the_formula(land, formula, x, y):
    f = sympy.sympify(formula, rational=True)
    at = {X: sympy.Rational(x.numerator, x.denominator), Y: sympy.Rational(y.numerator, y.denominator)}
    theta = np.array([x, y], dtype=object)

    def same(value, expression):
        assert isinstance(value, (F, int)), "exact in, exact out"
        assert value == F(str(expression.subs(at)))

    same(land(theta), f)
    for i, a in enumerate((X, Y)):
        same(land.gradient(theta)[i], sympy.diff(f, a))
        for j, b in enumerate((X, Y)):
            same(land.hessian(theta)[i, j], sympy.diff(f, a, b))


@every
def test_slope_and_curvature_agree_with_differences(land, formula):
    x_from, x_to, y_from, y_to = land.bounds
    theta = np.random.default_rng(3).uniform((x_from, y_from), (x_to, y_to), size=(40, 2))
    h = 1e-5 * np.eye(2)
    scale = 1 + np.abs(land(theta)).max() + np.abs(land.gradient(theta)).max()
    for i in range(2):
        slope = (land(theta + h[i]) - land(theta - h[i])) / 2e-5
        np.testing.assert_allclose(land.gradient(theta)[:, i], slope, atol=1e-8 * scale)
        curvature = (land.gradient(theta + h[i]) - land.gradient(theta - h[i])) / 2e-5
        np.testing.assert_allclose(land.hessian(theta)[:, i], curvature, atol=1e-8 * scale)


@every
@pytest.mark.parametrize("shape", [(2,), (1, 2), (5, 2), (0, 2), (3, 4, 2)])
def test_every_landscape_takes_points_in_any_shape(land, formula, shape):
    theta = np.random.default_rng(5).uniform(-2, 2, size=shape)
    before = theta.copy()
    assert np.shape(land(theta)) == shape[:-1]
    assert land.gradient(theta).shape == shape
    assert land.hessian(theta).shape == (*shape, 2)
    np.testing.assert_array_equal(theta, before)
    for index in np.ndindex(shape[:-1]):
        np.testing.assert_allclose(land(theta)[index], land(theta[index]), rtol=1e-12)
        np.testing.assert_allclose(
            land.gradient(theta)[index], land.gradient(theta[index]), rtol=1e-12, atol=1e-12
        )
        np.testing.assert_allclose(
            land.hessian(theta)[index], land.hessian(theta[index]), rtol=1e-12, atol=1e-12
        )


@every
def test_numbers_keep_their_kind_and_whole_numbers_count_as_floats(land, formula):
    for dtype in np.float32, np.float64:
        theta = np.array([[1.0, 2.0]], dtype)
        assert land(theta).dtype == land.gradient(theta).dtype == land.hessian(theta).dtype == dtype
    for whole in [1, 2], (1, 2), np.array([1, 2]), np.array([1, 2], np.uint8):
        assert land(whole) == land(np.array([1.0, 2.0]))
        np.testing.assert_array_equal(land.gradient(whole), land.gradient(np.array([1.0, 2.0])))
        np.testing.assert_array_equal(land.hessian(whole), land.hessian(np.array([1.0, 2.0])))


@every
def test_minima_are_minima(land, formula):
    for minimum in np.array(land.minima).reshape(-1, 2):
        assert land(minimum) == pytest.approx(0, abs=1e-12)
        np.testing.assert_allclose(land.gradient(minimum), 0, atol=1e-10)
        assert np.linalg.eigvalsh(land.hessian(minimum)).min() > 0
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        around = minimum + 0.01 * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        assert np.all(land(around) > land(minimum))
        x_from, x_to, y_from, y_to = land.bounds
        window = np.stack(np.meshgrid(np.linspace(x_from, x_to, 81), np.linspace(y_from, y_to, 81)), axis=-1)
        assert land(window).min() >= land(minimum) - 1e-12
        assert x_from < minimum[0] < x_to
        assert y_from < minimum[1] < y_to


def test_which_landscapes_have_minima():
    assert {land.name: len(land.minima) for land in LANDSCAPES} == {
        "saddle": 0, "bowl": 1, "plateau": 1, "Rosenbrock": 1, "Himmelblau": 4, "Beale": 1, "monkey saddle": 0,
    }  # fmt: skip
    assert [len(quadratic(*ls).minima) for ls in ((1, 2), (-1, 2), (0, 2), (-1, -1))] == [1, 0, 0, 0]


@pytest.mark.parametrize("land", LANDSCAPES, ids=lambda land: land.name)
def test_every_landscape_has_a_start_and_a_sentence(land):
    x_from, x_to, y_from, y_to = land.bounds
    assert x_from <= land.start[0] <= x_to
    assert y_from <= land.start[1] <= y_to
    assert land.sentence.endswith(".")
    assert land.name in repr(land)
    assert np.linalg.norm(land.gradient(land.start)) > 0.1, "a start where something happens"


# --- what the lectures say about them ----------------------------------------------------------------------


def test_the_terrace_of_the_plateau_is_flat_all_the_way_round():
    """On the circle of radius 2, exactly: the rational points of the circle, 2((1 − t²), 2t) / (1 + t²)."""
    for t in F(0), F(1), F(1, 2), F(-3), F(2, 7), F(-5, 8):
        theta = np.array([2 * (1 - t**2) / (1 + t**2), 4 * t / (1 + t**2)])
        assert PLATEAU(theta) == 1
        assert not PLATEAU.gradient(theta).any()
        assert not PLATEAU.hessian(theta).any()
    np.testing.assert_allclose(PLATEAU.gradient([1.99, 0.0]), 0, atol=1e-7)
    assert (
        PLATEAU.gradient([2.5, 0.0])[0] > 0.5
    )  # outside it goes down to the terrace, and inside off it again
    assert PLATEAU.gradient([1.0, 0.0])[0] > 0.5


def test_a_saddle_is_not_a_plateau():
    np.testing.assert_allclose(np.linalg.eigvalsh(SADDLE.hessian((0, 0))), [-1, 1])
    theta = np.array([0.3, -0.4])
    assert np.linalg.norm(SADDLE.gradient(theta)) == pytest.approx(np.linalg.norm(theta))


def test_the_bowl_is_twenty_times_more_curved_along_y():
    np.testing.assert_allclose(BOWL.hessian((-7, 2)), np.diag([0.1, 2]))
    assert quadratic(0.1, 2)((-7.0, 2.0)) == pytest.approx(BOWL((-7.0, 2.0)))
    g, inward = -BOWL.gradient((-7, 2)), np.array([7, -2])
    angle = np.degrees(np.arccos(g @ inward / np.linalg.norm(g) / np.linalg.norm(inward)))
    assert angle == pytest.approx(64.13, abs=0.01), "the steepest way down does not lead to the minimum"


def test_himmelblaus_hilltop_and_beales_minimum_as_published():
    assert HIMMELBLAU((-0.270845, -0.923039)) == pytest.approx(181.617, abs=1e-3)
    assert BEALE(np.array([F(3), F(1, 2)])) == 0


# --- bad input ---------------------------------------------------------------------------------------------

BAD_POINTS = [
    1.0,
    None,
    [],
    [1.0],
    [1.0, 2.0, 3.0],
    [[1.0, 2.0, 3.0]],
    np.zeros((2, 3)),
    "xy",
    {"x": 1, "y": 2},
]
WRONG_KIND = [["1", "2"], [True, False], [1j, 2], np.array([1, 2], "m8[s]"), [None, 1.0], ["a", F(1)]]


@pytest.mark.parametrize("land", LANDSCAPES, ids=lambda land: land.name)
def test_a_theta_that_is_not_a_point_is_refused(land):
    for ask in land, land.gradient, land.hessian:
        for theta in BAD_POINTS:
            with pytest.raises(ValueError, match="theta must have shape"):
                ask(theta)
        for theta in WRONG_KIND:
            with pytest.raises(TypeError):
                ask(theta)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "a", None, [1], True, 1j, "1/0", {}])
def test_a_quadratic_needs_two_finite_curvatures(bad):
    with pytest.raises(ValueError, match="l1 must be a finite number"):
        quadratic(bad, 1)
    with pytest.raises(ValueError, match="l2 must be a finite number"):
        quadratic(1, bad)


def test_a_quadratic_form_has_a_minimum_only_where_it_curves_upwards_everywhere():
    counts = [len(quadratic_form(h).minima) for h in ([[1, 0], [0, 2]], [[1, 2], [2, 1]], [[-1, 0], [0, -1]])]
    assert counts == [1, 0, 0]
    assert quadratic_form(np.diag([0.1, 2]))((-7.0, 2.0)) == pytest.approx(BOWL((-7.0, 2.0)))


@pytest.mark.parametrize("bad", [[[1, 2], [3, 4]], [1, 2], [["a", 0], [0, 1]]])
def test_a_quadratic_form_needs_a_symmetric_matrix(bad):
    with pytest.raises(ValueError, match="hessian must be a symmetric 2 × 2 matrix"):
        quadratic_form(bad)
