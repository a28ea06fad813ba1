"""Lecture 03: the verdicts, the compass, and the derivations done again with sympy and Fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from browser import ROOT

from course_utils import figures
from course_utils.authoring.page import Page
from course_utils.critical_points import (
    DEGENERATE,
    FLAT_CURVATURE,
    FLAT_SLOPE,
    MAXIMUM,
    MINIMUM,
    SADDLE_POINT,
    SLOPE,
    classify,
    kind_without_slope,
)
from course_utils.descent import descend
from course_utils.landscapes import BOWL, HIMMELBLAU, LANDSCAPES, MONKEY_SADDLE, PLATEAU, SADDLE
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead
from course_utils.practice.questions import question
from course_utils.widgets import Explorer
from course_utils.widgets.compass import Compass, flat_point_near

LECTURE = ROOT / "notebooks" / "03-where-sgd-struggles.ipynb"

#: the points of Himmelblau's function without slope, from sympy's nroots of its resultant, and their kinds
NINE = {
    (3.0, 2.0): MINIMUM,
    (-2.805118, 3.131313): MINIMUM,
    (-3.779310, -3.283186): MINIMUM,
    (3.584428, -1.848127): MINIMUM,
    (3.385154, 0.073852): SADDLE_POINT,
    (0.086678, 2.884255): SADDLE_POINT,
    (-3.073026, -0.081353): SADDLE_POINT,
    (-0.127961, -1.953715): SADDLE_POINT,
    (-0.270845, -0.923039): MAXIMUM,
}


def cell(id):
    return next(cell for cell in Page.read(LECTURE).nb.cells if cell.id == id)


def shown_by(id):
    """All that a cell puts on the page, as plain text."""
    return " ".join(o["data"]["text/plain"] for o in cell(id).outputs)


def at(landscape, theta):
    theta = np.array(theta)
    return classify(landscape.gradient(theta), landscape.hessian(theta))


# --- the verdict -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hessian", "kind"),
    [
        (((2, 0), (0, 1)), MINIMUM),
        (((-2, 0), (0, -1)), MAXIMUM),
        (((0, 1), (1, 0)), SADDLE_POINT),
        (((2, 3), (3, 1)), SADDLE_POINT),  # both axes curve up
        (((1, 2), (2, 4)), DEGENERATE),
        (((0, 0), (0, 0)), DEGENERATE),
        (((-1, 2), (2, -4)), DEGENERATE),
    ],
)
def test_a_verdict_by_hand_in_fractions_and_in_floats(hessian, kind):
    whole = np.array(hessian)
    exact = np.array([[Fraction(x, 10**6) for x in row] for row in hessian])
    assert classify((Fraction(0), Fraction(0)), exact).kind == kind, "however small the curvatures are"
    assert classify((0.0, 0.0), whole.astype(float)).kind == kind
    assert classify((0, 0), whole).kind == kind


def test_exact_numbers_leave_no_doubt():
    thin = np.array([[Fraction(1), Fraction(1)], [Fraction(1), 1 + Fraction(1, 10**30)]])
    assert classify((Fraction(0), Fraction(0)), thin).kind == MINIMUM
    assert classify((Fraction(0), Fraction(1, 10**30)), thin).kind == SLOPE


def test_floats_are_zero_up_to_the_named_sizes():
    bowl = np.eye(2)
    assert classify((FLAT_SLOPE, 0.0), bowl).kind == MINIMUM
    assert classify((1.01 * FLAT_SLOPE, 0.0), bowl).kind == SLOPE
    assert classify((0.0, 0.0), FLAT_CURVATURE * bowl).kind == DEGENERATE
    assert classify((0.0, 0.0), 1.01 * FLAT_CURVATURE * bowl).kind == MINIMUM


def test_eigenvalues_and_directions_agree_with_numpy():
    for a, b, c in np.random.default_rng(0).normal(size=(200, 3)):
        hessian = np.array([[a, b], [b, c]])
        found = classify((0.0, 0.0), hessian)
        np.testing.assert_allclose(found.eigenvalues, np.linalg.eigvalsh(hessian), atol=1e-12)
        for value, e in zip(found.eigenvalues, np.array(found.directions), strict=True):
            np.testing.assert_allclose(hessian @ e, value * e, atol=1e-12)
            assert np.hypot(*e) == pytest.approx(1)
            assert e[0] > 0
    assert classify((0.0, 0.0), np.diag([3.0, -1.0])).directions == ((0.0, 1.0), (1.0, 0.0))


@pytest.mark.parametrize(
    ("gradient", "hessian", "error", "words"),
    [
        ((0, 0, 0), np.eye(2), ValueError, "gradient must have shape"),
        ((0, 0), np.eye(3), ValueError, "hessian must have shape"),
        ((0, 0), ((0, 1), (2, 0)), ValueError, "hessian must be symmetric"),
        ((0, "1"), np.eye(2), TypeError, "gradient must hold real numbers"),
        ((0, np.nan), np.eye(2), ValueError, "gradient must be finite"),
    ],
)
def test_bad_input_is_named(gradient, hessian, error, words):
    with pytest.raises(error, match=words):
        classify(gradient, hessian)


def test_the_page_and_the_course_give_the_same_verdict():
    lines = cell("verdict-code").source.split("\n\n\n")[0]
    names = {"np": np}
    exec(lines, names)
    for a, b, c in (*np.random.default_rng(1).integers(-3, 4, (300, 3)), (1, 2, 4), (-1, 2, -4)):
        values = np.linalg.eigvalsh([[a, b], [b, c]]).round(9)
        kind = kind_without_slope(*np.sign(values))
        assert names["verdict"](((a, b), (b, c))) == ("degenerate" if kind == DEGENERATE else kind)


def test_the_nine_points_of_himmelblau():
    assert {theta: at(HIMMELBLAU, theta).kind for theta in NINE} == NINE
    x, y = sp.symbols("x y")
    f = (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2
    in_x = sp.Poly(sp.resultant(sp.diff(f, x), sp.diff(f, y), y), x)
    roots = sorted(float(r) for r in in_x.nroots() if abs(sp.im(r)) < 1e-12)
    assert roots == pytest.approx(sorted(theta[0] for theta in NINE), abs=1e-5), "nine, and no more"


def test_saddle_and_terrace_are_not_the_same():
    assert at(SADDLE, (0.0, 0.0)).kind == SADDLE_POINT
    assert at(SADDLE, (0.0, 0.0)).eigenvalues == (-1.0, 1.0)
    assert at(SADDLE, (0.3, 0.4)).slope == pytest.approx(0.5)
    ring = [at(PLATEAU, r * np.array([0.6, 0.8])) for r in (1.95, 2.0, 2.05)]
    assert {found.kind for found in ring} == {DEGENERATE}
    assert at(MONKEY_SADDLE, (Fraction(0), Fraction(0))).kind == DEGENERATE


# --- the derivations -------------------------------------------------------------------------------------


def test_near_the_terrace_slope_and_curvature():
    s = sp.symbols("s")
    f = ((2 - s) ** 2 / sp.Integer(4) - 1) ** 5 + 1
    assert sp.limit(-sp.diff(f, s) / s**4, s, 0) == 5
    assert sp.limit(sp.diff(f, s, 2) / s**3, s, 0) == -20


def test_only_on_the_axes_does_the_gradient_point_home():
    x, y, l1, l2 = sp.symbols("x y l1 l2")
    cross = l1 * x * y - l2 * y * x
    assert sp.factor(cross) == x * y * (l1 - l2)


def test_angle_and_factors_on_the_bowl():
    here = (Fraction(-7), Fraction(2))
    g = BOWL.gradient(np.array(here))
    assert tuple(-g) == (Fraction(7, 10), -4)
    assert g @ np.array(here) == Fraction(129, 10)
    assert g @ g == Fraction(1649, 100)
    degrees = sp.deg(sp.acos(sp.Rational(129, 10) / sp.sqrt(sp.Rational(1649, 100) * 53)))
    assert float(degrees) == pytest.approx(64.12836, abs=1e-5)
    path = descend(SGD(Fraction(19, 20)), BOWL, here, 1)
    assert tuple(path.positions[1] / path.positions[0]) == (Fraction(905, 1000), Fraction(-9, 10))


def test_the_best_step():
    l1, l2, kappa, eta = sp.symbols("l1 l2 kappa eta", positive=True)
    (best,) = sp.solve(sp.Eq(1 - eta * l1, eta * l2 - 1), eta)
    assert sp.simplify(best - 2 / (l1 + l2)) == 0
    rate = sp.simplify((1 - best * l1).subs(l2, kappa * l1))
    assert sp.simplify(rate - (kappa - 1) / (kappa + 1)) == 0

    def rho(step):
        return max(abs(1 - step / 10), abs(1 - step * 2))

    assert rho(Fraction(20, 21)) == Fraction(19, 21)
    assert all(rho(Fraction(k, 210)) > Fraction(19, 21) for k in range(1, 300) if k != 200)


@pytest.mark.parametrize(("method", "steps"), [(SGD, 145), (Momentum, 52), (NesterovLookahead, 47)])
def test_steps_to_leave_the_saddle(method, steps):
    lr, mu = Fraction(1, 10), Fraction(9, 10)
    optimizer = SGD(lr) if method is SGD else method(lr, mu)
    path = descend(optimizer, SADDLE, (Fraction(1, 10**6), Fraction(-1, 10**6)), steps)
    assert abs(path.positions[-2, 0]) < 1 <= abs(path.positions[-1, 0]), "along the axis, exactly"


@pytest.mark.parametrize("method", [SGD, Momentum, NesterovLookahead, Nesterov])
@pytest.mark.parametrize("start", [(2.0, 2.0), (0.1, 0.1), (-1 / 3, -1 / 3)])
def test_nothing_leaves_the_line(method, start):
    path = descend(method(lr=0.1), SADDLE, start, 400)
    assert (path.positions[:, 0] == path.positions[:, 1]).all(), "bit by bit"
    assert path.status == "stalled"


# --- what the page says -----------------------------------------------------------------------------------


def test_the_start_of_the_game_gets_away_and_the_line_does_not():
    game = Explorer(SADDLE, [SGD(lr=0.1)], start=(2, 1), steps=150, bounds=(-4, 4, -4, 4))
    assert "stalled" not in game.sentence()
    game.set_state({"start": [3.1, 3.1]})
    assert "stalled" in game.sentence()
    game.set_state({"start": [3.1, 3.1 - game.grid]})
    assert "stalled" not in game.sentence(), "one keystroke beside the line"
    game.close()


def test_the_ring_of_the_terrace_is_as_wide_for_the_compass_as_the_lecture_says():
    kinds = [at(PLATEAU, (r, 0.0)).kind for r in (1.87, 1.88, 2.11, 2.12)]
    assert [kind == DEGENERATE for kind in kinds] == [False, True, True, False]
    text = cell("two-troubles").source
    assert "from $r = 1.88$ to $r = 2.11$" in text
    assert f"{1 - math.tanh(4) ** 2:.4f}" in text


def test_none_of_400_walkers_ends_at_a_pass():
    assert question("03 four-hundred").answer == 0
    starts = np.random.default_rng(0).uniform(-5, 5, size=(400, 2))
    crowd = descend(SGD(lr=0.003), HIMMELBLAU, starts, 500)
    figure, sentence = figures.basins(crowd)
    assert sentence in shown_by("four-hundred")
    apart = np.linalg.norm(crowd.positions[-1][:, None] - np.array(HIMMELBLAU.minima), axis=-1)
    counts = np.bincount(apart.argmin(axis=1))
    assert apart.min(axis=1).max() < 1e-6 and counts.sum() == 400
    assert all(f"{count} at " in sentence for count in counts)
    assert "0 at one of the 4 passes, 0 elsewhere." in sentence
    dots = [line for line in figure.axes[0].lines if len(line.get_xdata()) in counts]
    assert len({line.get_color() for line in dots}) == 4
    grid = np.stack(np.meshgrid(*[np.linspace(-5, 5, 101)] * 2), axis=-1)
    assert np.linalg.eigvalsh(HIMMELBLAU.hessian(grid)).max() < 1 / 0.003, "as the theorem wants it"


def test_a_walker_that_is_still_on_its_way_or_at_a_pass_is_counted_as_such():
    gate = (3.3851543, 0.0738519)
    crowd = descend(SGD(lr=0.003), HIMMELBLAU, np.array([gate, (3.0, 2.0), (0.0, 0.0)]), 1)
    assert "1 at one of the 4 passes, 1 elsewhere." in figures.basins(crowd)[1]


def test_basins_need_a_crowd_and_minima():
    with pytest.raises(ValueError, match="many walkers"):
        figures.basins(descend(SGD(lr=0.003), HIMMELBLAU, (0, 0), 5))
    with pytest.raises(ValueError, match="with minima"):
        figures.basins(descend(SGD(lr=0.1), SADDLE, np.ones((3, 2)), 5))


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("who-figure", "Ada 0.0172, Ben 0.0026, Cleo 0.0019"),
        ("leave", "slope 0.05, 32 steps"),
        ("leave", "slope 2.9e-05, 5997 steps"),
        ("angle", "64.13°"),
        ("angle", "x by 0.905 and y by −0.900"),
        ("best-figure", "η = 0.95238; there both factors have the size 0.904762"),
        ("kappa", "κ = 100: 346, κ = 1000: 3454. The line is 3.45 κ."),
        ("columns", "x − y: −2, −3, −4.5, −6.75"),
        ("escape", "gradient descent 145, Momentum 52, Nesterov's look-ahead 47"),
        ("escape", "The formula gives 144.95"),
        ("line", "largest |x − y| in 400 steps: 0; stalled"),
        ("noise-code", "48.3 steps"),
        ("nine", "9 level points"),
        ("nine", "It is 4."),
        ("nine", "(−0.2708, −0.923): local maximum: height 181.62, λ₁ = −45.61, λ₂ = −16.07"),
    ],
)
def test_numbers_of_the_text_are_computed_on_the_page(id, said):
    assert said in shown_by(id)


# --- the compass -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("landscape", LANDSCAPES, ids=lambda landscape: landscape.name)
def test_a_compass_for_every_landscape(landscape):
    compass = Compass(landscape)
    assert compass.aim == pytest.approx(landscape.start)
    data, _ = compass._repr_mimebundle_()
    assert data["text/plain"] == compass.alt == compass.sentence()
    assert f"Verdict: {compass.verdict}." in compass.words
    compass.close()


@pytest.mark.parametrize("theta", NINE)
def test_a_click_close_by_goes_to_the_point_without_slope(theta):
    compass = Compass(HIMMELBLAU)
    compass._handle_custom_msg({"do": "aim", "at": [round(theta[0], 1), round(theta[1], 1)]}, [])
    assert compass.notice == ""
    assert compass.aim == pytest.approx(theta, abs=1e-5)
    assert compass.verdict.kind == NINE[theta]
    assert f"Verdict: {NINE[theta]}." in compass.words
    compass.close()


def test_arrow_keys_read_the_point_and_do_not_snap():
    compass = Compass(HIMMELBLAU)
    compass.set_state({"aim": [3.05, 2.0]})
    assert compass.aim == (3.05, 2.0)
    assert compass.verdict.kind == SLOPE
    assert "At (3.05, 2)" in compass.words
    compass.close()


def test_a_click_far_from_flat_points_stays_where_it_is():
    assert flat_point_near(SADDLE, (4.0, 2.0), reach=0.5) is None
    assert flat_point_near(SADDLE, (0.2, 0.1), reach=0.5) == (0.0, 0.0)
    assert np.hypot(*flat_point_near(PLATEAU, (0.0, 2.1), reach=0.2)) == pytest.approx(2, abs=1e-3)
    assert flat_point_near(MONKEY_SADDLE, (0.02, 0.01), reach=0.1) == (0.0, 0.0)


def test_the_axes_point_away_where_the_ground_curves_down():
    compass = Compass(SADDLE, at=(0, 0))
    lengths = [[np.hypot(*mark[end]) for end in ("from", "to")] for mark in compass.marks]
    down, up = lengths[:2], lengths[2:]
    assert all(start < end for start, end in down)
    assert all(start > end for start, end in up)
    assert not [mark for mark in compass.marks if mark["label"] == "−g"], "no slope, no way downhill"
    compass.go((4.0, 2.0))
    (downhill,) = [mark for mark in compass.marks if mark["label"] == "−g"]
    assert np.cross([*np.subtract(downhill["to"], downhill["from"]), 0], [2, 4, 0]) == pytest.approx(0)
    assert np.dot(np.subtract(downhill["to"], downhill["from"]), (2, 4)) < 0
    compass.close()


@pytest.mark.parametrize("about", [{}, {"at": [1]}, {"at": ["a", 2]}, {"at": [np.inf, 0]}, {"at": 3}])
def test_a_message_that_makes_no_sense_changes_nothing_and_is_said(about):
    compass = Compass(SADDLE)
    before = compass.aim, compass.words, compass.marks
    compass._handle_custom_msg({"do": "aim", **about}, [])
    assert (compass.aim, compass.words, compass.marks) == before
    assert compass.notice
    compass.close()


def test_a_compass_needs_a_landscape():
    with pytest.raises(TypeError, match="landscape must be a Landscape"):
        Compass("xy")


@pytest.mark.parametrize(("theta", "curvature"), [((1.2, 1.6), "0"), ((0, 0), "2.5")])
def test_where_all_directions_curve_equally_none_is_named(theta, curvature):
    compass = Compass(PLATEAU, at=theta)
    assert f"λ₁ = λ₂ = {curvature}: the same in every direction." in compass.words
    assert "along (" not in compass.words
    compass.close()


def test_the_monkey_saddle_has_three_ways_down():
    r, alpha = sp.symbols("r alpha", real=True)
    f = MONKEY_SADDLE.f(r * sp.cos(alpha), r * sp.sin(alpha))
    assert sp.simplify(f - r**3 * sp.cos(3 * alpha)) == 0
