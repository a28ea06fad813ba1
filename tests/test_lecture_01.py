"""Lecture 01: its derivations once more, in symbols and fractions; its questions; the explorers Factors and Parabola."""

import inspect
import math
import re
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import sympy
from browser import ROOT

from course_utils.authoring.page import Page
from course_utils.descent import descend
from course_utils.digits import load_digits
from course_utils.landscapes import BOWL, HIMMELBLAU, LANDSCAPES, quadratic
from course_utils.network import TwoLayerNet
from course_utils.optimizers import SGD
from course_utils.practice.questions import question
from course_utils.training import train
from course_utils.widgets import Factors, Parabola
from course_utils.widgets.factors import regime
from course_utils.widgets.games import _felt

LECTURE = ROOT / "notebooks" / "01-walking-downhill-blindfolded.ipynb"
W1, B1, W2, B2 = 784 * 50, 50, 50 * 10, 10


def digits():
    data = load_digits()
    return data.x_train, data.t_train


def wrong(key):
    return {w.value for w in question(f"01 {key}").wrong}


# --- the numbers in the questions come from the mistakes they name ---------------------------------------


def test_the_count_and_its_wrong_answers():
    assert question("01 count").answer == W1 + B1 + W2 + B2 == 39760
    assert wrong("count") == {W1 + W2, W1 + W2 + B2, W1 + B1 + W2, W1, W1 + B1, 784 + 50 + 10, 784 * 50 * 10}


def test_the_memory_of_the_hessian():
    numbers, memory = 39760**2 / 1e9, question("01 memory")
    assert memory.answer == round(8 * numbers)
    assert f"{numbers:.1f} billion" in memory.why
    rounded = {round(8e9 * numbers / 2**30), round(numbers), round(4 * numbers), round(64 * numbers), 0}
    exact = {round(8000 * numbers), Fraction(f"{8 * numbers:.2f}")}
    assert wrong("memory") == rounded | exact


def test_the_steepest_step():
    g, r = (3, 4), Fraction(1, 10)
    assert question("01 steepest").answer == r * 5
    assert wrong("steepest") == {r * sum(g), r * g[0], r * g[1], 5, r * 25, -r * 5}


@pytest.mark.parametrize(
    ("key", "l1", "l2"), [("largest-stable-eta", Fraction(1, 10), 2), ("other-bowl", 6, 1)]
)
def test_the_largest_stable_eta(key, l1, l2):
    limit, bowl = question(f"01 {key}").answer, quadratic(l1, l2)
    assert limit == Fraction(2) / max(l1, l2)
    named = {Fraction(2) / min(l1, l2), Fraction(4) / max(l1, l2), Fraction(1) / max(l1, l2)}
    assert named <= wrong(key), "the gentle axis, the ½ dropped, swings called divergence"
    for eta, at_rest in ((0.99 * float(limit), True), (1.01 * float(limit), False)):
        end = descend(SGD(eta), bowl, (3.0, 2.0), 2000).positions[-1]
        assert (np.linalg.norm(end) < 1e-6) == at_rest


def test_the_swing():
    (right,) = [option for option in question("01 swing").options if option.right]
    path = descend(SGD(0.35), quadratic(4, 1), (1.0, 1.0), 5)
    x, y = abs(path.positions[-1])
    assert right.text.startswith("x") and x < y
    assert f"{100 * x:.1f} % of x" in right.why
    assert f"{100 * y:.1f} % of y" in right.why


def test_the_factor():
    walk = [8 * Fraction(-1, 2) ** t for t in range(4)]
    (right,) = [option for option in question("01 factor").options if option.right]
    assert ", ".join(str(x) for x in walk).replace("-", "−").replace(", −1", ", −1 and so on") in right.why


# --- the derivations -------------------------------------------------------------------------------------


def test_the_quadratic_solved_by_hand():
    x, y, a, b = sympy.symbols("x y a b")
    f = x**2 + x * y + y**2 - 4 * x - 5 * y
    solution = sympy.solve([f.diff(x), f.diff(y)], [x, y])
    assert solution == {x: 1, y: 2}
    assert question("01 lowest").answer == f.subs(solution) == -7
    around = f.subs({x: 1 + a, y: 2 + b})
    assert sympy.expand(around - (-7 + (a + b / 2) ** 2 + Fraction(3, 4) * b**2)) == 0
    assert sympy.hessian(f, (x, y)) == sympy.Matrix([[2, 1], [1, 2]])
    dropped = f - x * y
    elsewhere = sympy.solve([dropped.diff(x), dropped.diff(y)], [x, y])
    named = {7, -14, f.subs({x: 2, y: 1}), 0, dropped.subs(elsewhere), f.subs(elsewhere)}
    assert wrong("lowest") == {Fraction(str(value)) for value in named}


def test_the_smallest_network_has_no_linear_equations():
    u, w = sympy.symbols("u w")
    f = (u * w - 1) ** 2 / 2
    slope = sympy.Matrix([f.diff(u), f.diff(w)])
    assert sympy.expand(slope - (u * w - 1) * sympy.Matrix([w, u])) == sympy.zeros(2, 1)
    assert slope.subs({u: 1, w: 1}) == slope.subs({u: 4, w: Fraction(1, 4)}) == sympy.zeros(2, 1)
    midpoint = slope.subs({u: Fraction(5, 2), w: Fraction(5, 8)})
    assert list(midpoint) == [sympy.Rational(45, 128), sympy.Rational(45, 32)]


def test_cauchy_schwarz_from_one_square():
    g, d = sympy.symbols("g1:4", real=True), sympy.symbols("d1:4", real=True)

    def size(v):
        return sympy.sqrt(sum(c**2 for c in v))

    square = sum((size(g) * b + size(d) * a) ** 2 for a, b in zip(g, d, strict=True))
    dot = sum(a * b for a, b in zip(g, d, strict=True))
    right = 2 * size(g) ** 2 * size(d) ** 2 + 2 * size(g) * size(d) * dot
    assert sympy.expand(square - right) == 0


def test_the_best_step_where_the_curvature_is_assumed():
    g, d = sympy.symbols("g1:4", real=True), sympy.symbols("d1:4", real=True)
    eta = sympy.symbols("eta", positive=True)
    change = sum(a * b + b**2 / (2 * eta) for a, b in zip(g, d, strict=True))
    squared = sum((b + eta * a) ** 2 / (2 * eta) - eta / 2 * a**2 for a, b in zip(g, d, strict=True))
    assert sympy.expand(change - squared) == 0


@pytest.mark.parametrize(
    "eta", [Fraction(1, 10), Fraction(1, 2), Fraction(19, 20), Fraction(1), Fraction(21, 20)]
)
def test_a_bowl_is_two_geometric_sequences(eta):
    path = descend(SGD(eta), BOWL, (Fraction(-7), Fraction(2)), 12)
    for t, (x, y) in enumerate(path.positions):
        assert x == (1 - eta / 10) ** t * -7
        assert y == (1 - eta * 2) ** t * 2
    falls = [later < sooner for sooner, later in pairwise(abs(y) for _, y in path.positions if y)]
    assert all(falls) == (eta < 1)


def test_the_fall_of_one_step_on_one_axis():
    theta, eta, lam = sympy.symbols("theta eta lambda", positive=True)
    f = lam * theta**2 / 2
    g = f.diff(theta)
    assert sympy.expand(f - f.subs(theta, theta - eta * g) - eta * g**2 * (1 - eta * lam / 2)) == 0


def test_four_walkers_from_one_hilltop_find_four_minima():
    hilltop = np.array([-0.3, -0.9])
    for _ in range(20):
        hilltop = hilltop - np.linalg.solve(HIMMELBLAU.hessian(hilltop), HIMMELBLAU.gradient(hilltop))
    assert np.linalg.eigvalsh(HIMMELBLAU.hessian(hilltop))[1] < 0
    found = set()
    for start in (0, 0), (-0.5, -0.5), (0, -1), (-1, -1):
        assert math.dist(start, hilltop) < 1
        path = descend(SGD(0.01), HIMMELBLAU, start, 150)
        assert path.status == "converged"
        found |= {i for i, m in enumerate(HIMMELBLAU.minima) if math.dist(m, path.positions[-1]) < 1e-6}
    assert len(found) == 4
    assert math.dist((0, 0), (-0.5, -0.5)) < 1, "the two walkers of the question"


def test_the_steps_by_hand():
    path = descend(SGD(Fraction(1, 2)), BOWL, (Fraction(-8), Fraction(2)), 3).positions
    assert path[1:, 1].tolist() == [0, 0, 0]
    assert [later / sooner for sooner, later in pairwise(path[:, 0])] == [Fraction(19, 20)] * 3


def test_both_coordinates_shrink_soonest_where_their_factors_have_one_size():
    etas = np.linspace(0.02, 0.998, 2000)
    ends = descend(SGD(etas[:, None]), BOWL, (1.0, 1.0), 60).positions
    there = (np.abs(ends) <= 0.01).all(axis=-1)
    assert there.any(axis=1).argmax() == 47
    best = Fraction(2) / (Fraction(1, 10) + 2)
    assert there[47, np.abs(etas - float(best)).argmin()]
    assert question("01 sharing").answer == Fraction(str(round(float(best), 2)))
    assert wrong("sharing") == {1 / Fraction(2), 2 / Fraction(2)}


# --- the network on the page -----------------------------------------------------------------------------


def source(cell_id):
    (cell,) = [cell for cell in Page.read(LECTURE).nb.cells if cell.id == cell_id]
    return cell.source


def test_the_page_shows_the_class_of_the_course():
    lines = inspect.getsource(SGD).split('"""')
    own = [line for line in (lines[0] + lines[2]).splitlines() if line.strip() and "validate" not in line]
    shown = re.search(r"```python\n(.*?)```", source("in-code"), re.S).group(1)
    assert [line for line in shown.splitlines() if line.strip()] == own


def test_the_first_order_promise_is_the_slope_of_the_slice():
    net, x, t = TwoLayerNet(seed=0, dtype=np.float64), *digits()
    g = net.gradient(x, t)

    def along(eta):
        return net.loss(x, t, {k: p - eta * g[k] for k, p in net.params.items()})

    steepness = sum((part**2).sum() for part in g.values())
    assert (along(1e-6) - along(0)) / 1e-6 == pytest.approx(-steepness, rel=1e-4)
    assert along(0.23) < along(0) < along(0.6), "it turns and climbs above the start"


def test_between_two_trained_networks_there_is_a_hill():
    one, other, (x, t) = TwoLayerNet(seed=0), TwoLayerNet(seed=1), digits()
    for net in (one, other):
        train(net, SGD(lr=0.1), load_digits(), epochs=10, progress=False)
    middle = {k: (one.params[k] + other.params[k]) / 2 for k in one.params}
    assert one.loss(x, t, middle) > 3 * max(one.loss(x, t), other.loss(x, t))


def test_forty_steps_on_the_network_lead_lower_each():
    net, (x, t) = TwoLayerNet(seed=0), digits()
    losses = [net.loss(x, t)]
    for _ in range(40):
        SGD(lr=0.1).update(net.params, net.gradient(x, t))
        losses.append(net.loss(x, t))
    assert np.all(np.diff(losses) < 0)
    (cell,) = [cell for cell in Page.read(LECTURE).nb.cells if cell.id == "forty-run"]
    assert f"from {losses[0]:.2f} to {losses[-1]:.2f} after 40 steps" in str(cell.outputs)


def test_the_numbers_for_the_curious():
    text = source("curious-parts")
    for unknowns, gradient, hessian in (
        (39_760, "0.0003 GB", "12.65 GB"),
        (1_500_000_000, "12 GB", "18 billion GB"),
    ):
        assert float(gradient.split()[0]) == pytest.approx(8 * unknowns / 1e9, rel=0.07)
        scale = 1e9 if "billion" in hessian else 1
        assert float(hessian.split()[0]) * scale == pytest.approx(8 * unknowns**2 / 1e9, rel=1e-3)
        assert gradient in text and hessian in text
    assert f"{39_760**3 / 3:.1e}" == "2.1e+13" and r"2.1 \cdot 10^{13}" in text
    here = np.array([4.0, 4.0])
    g = HIMMELBLAU.gradient(here)
    size = np.linalg.norm(g)
    for r, lost in ((1, "91.0"), (0.1, "1.02"), (0.01, "0.0103")):
        remainder = r * size - (HIMMELBLAU(here) - HIMMELBLAU(here - r * g / size))
        assert remainder == pytest.approx(float(lost), rel=5e-3) and lost in text
    assert f"{size:.1f}" in text


# --- the page gives nothing away -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("count", r"39.?760"),
        ("lowest", r"f = -7|= −7"),
        ("memory", r"12\.65"),
        ("largest-stable-eta", r"B = 1|min\(2"),
    ],
)
def test_no_answer_comes_before_its_question(key, answer):
    for cell in Page.read(LECTURE).nb.cells:
        if f'"01 {key}"' in cell.source:
            return
        assert not re.search(answer, cell.source + str(cell.get("outputs", "")))
    pytest.fail("the question is not asked")


# --- Factors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("eta", "along_x", "along_y"),
    [
        (0.1, "0.99: monotone", "0.8: monotone"),
        (0.5, "0.95: monotone", "0: there in one step"),
        (0.95, "0.905: monotone", "−0.9: oscillating"),
        (1.0, "0.9: monotone", "−1: swings forever"),
        (1.05, "0.895: monotone", "−1.1: diverging"),
        (10.0, "0: there in one step", "−19: diverging"),
        (20.0, "−1: swings forever", "−39: diverging"),
    ],
)
def test_the_factors_are_read_out(eta, along_x, along_y):
    explorer = Factors(BOWL, lr=0.3)
    explorer.set_state({"settings": {"lr": eta}})
    first, x, y = explorer.words.split("\n")
    assert first == f"η = {eta:.4g}. Each step multiplies"
    assert x.startswith("x by ") and x.endswith(f"= {along_x}")
    assert y.startswith("y by ") and y.endswith(f"= {along_y}")
    assert along_y in explorer.alt and along_y in explorer.sentence()
    explorer.close()


def test_the_factors_are_what_the_paths_do():
    explorer = Factors(quadratic(1, 3), lr=0.4, start=(2, 2))
    positions = explorer.paths["SGD"].positions
    np.testing.assert_allclose(positions[1:6] / positions[:5], [explorer.factors()] * 5)


def test_a_typed_learning_rate_and_one_that_is_refused():
    explorer = Factors(BOWL, lr=0.3)
    explorer.obey("type", key="lr", text="1/2")
    assert "there in one step" in explorer.words
    explorer.set_state({"settings": {"lr": -1}})
    assert "lr must be a number greater than 0" in explorer.notice
    assert "there in one step" in explorer.words


def test_the_regimes_change_at_0_1_and_2():
    names = [regime(1 - p) for p in (0.01, 0.99, 1, 1.01, 1.99, 2, 2.01)]
    assert names == [
        "monotone",
        "monotone",
        "there in one step",
        "oscillating",
        "oscillating",
        "swings forever",
        "diverging",
    ]


@pytest.mark.parametrize(
    "landscape", [ls for ls in (*LANDSCAPES, quadratic(1, -1)) if ls is not BOWL], ids=repr
)
def test_only_a_bowl_along_the_axes_has_factors(landscape):
    with pytest.raises(ValueError, match="landscape must be a bowl along x and y"):
        Factors(landscape)


# --- the arrow of the blindfold game ---------------------------------------------------------------------


@pytest.mark.parametrize("landscape", [BOWL, HIMMELBLAU], ids=repr)
def test_a_steeper_slope_has_a_longer_arrow_over_the_whole_landscape(landscape):
    x = np.linspace(*landscape.bounds[:2], 12)
    places = [(a, b) for a in x for b in np.linspace(*landscape.bounds[2:], 12)]
    slopes = landscape.gradient(np.array(places))
    felt = [_felt(landscape, theta, landscape.bounds) for theta in places]
    arrows = np.array([np.subtract(mark["to"], mark["from"]) for mark in felt])
    steep, long = np.linalg.norm(slopes, axis=1), np.linalg.norm(arrows, axis=1)
    np.testing.assert_allclose(
        np.sum(arrows * -slopes, axis=1), long * steep, err_msg="not straight downhill"
    )
    width = landscape.bounds[1] - landscape.bounds[0]
    by_slope = long[np.argsort(steep)] / width
    assert (np.diff(by_slope) > -1e-12).all() and by_slope[-1] <= 0.3 + 1e-9
    quartiles = np.percentile(by_slope, [0, 25, 50, 75, 100])
    assert (np.diff(quartiles) > 0.01).all(), "the eye must see a difference"


# --- a hand on it ----------------------------------------------------------------------------------------


@pytest.mark.weekly
def test_a_number_is_asked_and_diagnosed_in_the_browser(lab):
    cells = [
        "from course_utils.widgets import Factors, NumberQuiz\nfrom course_utils.landscapes import BOWL",
        'NumberQuiz("01 largest-stable-eta")',
        "f = Factors(BOWL, lr=0.1)\nf",
    ]
    with lab.book(cells) as book:
        page = book.page
        form = page.locator(".course-number")
        box = form.get_by_role("textbox", name="Your answer, a number")
        for typed, told, mark in (
            ("20", "the gentle axis", "✗"),
            ("2", "takes λ = 1 along y", "✗"),
            ("0.5", "This is 1/λ along y", "✗"),
            ("77", "Each axis allows", "✗"),
            ("0, 5", "Use a point for decimals", "?"),
            ("1", "both axes must be stable", "✓"),
        ):
            box.fill(typed)
            box.press("Enter")
            form.get_by_role("status").get_by_text(told).wait_for()
            assert form.locator(".course-mark").inner_text() == mark
            assert box.get_attribute("aria-invalid") == str(mark != "✓").lower()
        words = page.locator(".course-map .course-words")
        words.get_by_text("= 0.8: monotone").wait_for()
        page.get_by_role("slider", name="learning rate").press("End")
        words.get_by_text("= −19: diverging").wait_for()
        assert book.ask("f.words.count('\\n')") == 2


# --- Parabola --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("eta", [0.5, 1.0, 1.5, 2.1])
def test_every_step_is_drawn_on_the_parabola(eta):
    parabola = Parabola(curvature=1.5, lr=eta / 1.5, start=2, steps=6)
    x, height, loss = np.frombuffer(parabola.tracks).reshape(7, 3).T
    np.testing.assert_allclose(x, 2 * (1 - eta) ** np.arange(7), atol=1e-12)
    np.testing.assert_allclose(height, 0.75 * x**2, atol=1e-12)
    np.testing.assert_array_equal(loss, height)
    parabola.close()


def test_the_steps_at_every_stop_of_the_slider_lie_on_the_parabola():
    parabola = Parabola(lr=0.3, steps=4)
    parabola.walk_ahead("lr")
    stops = len(parabola.sliders[0]["values"])
    family = np.frombuffer(parabola.family["tracks"], np.float32).reshape(stops, 5, 3).astype(float)
    small = np.abs(family[..., 0]) < 1e6
    np.testing.assert_allclose(family[..., 1][small], family[..., 0][small] ** 2 / 2, rtol=1e-5, atol=1e-9)
    parabola.close()


def test_the_arrow_of_a_step_on_the_parabola_is_level_and_reaches_the_next_point():
    parabola = Parabola(lr=0.7, steps=3)
    parabola.set_state({"arrows": True})
    x = np.frombuffer(parabola.tracks).reshape(4, 3)[:, 0]
    kept_x, kept_y, pull_x, pull_y, _, _ = np.frombuffer(parabola.parts).reshape(4, 6).T
    np.testing.assert_allclose(pull_x[:-1], np.diff(x))
    assert not np.any([kept_x, kept_y, pull_y])
    parabola.close()


def test_one_factor_is_read_out_beside_the_parabola():
    parabola = Parabola(lr=0.5)
    for eta, told in ((1.5, "1 − 1.5 · 1 = −0.5: oscillating"), (2.1, "1 − 2.1 · 1 = −1.1: diverging")):
        parabola.set_state({"settings": {"lr": eta}})
        assert parabola.words.split("\n") == [f"η = {eta}. Each step multiplies", f"θ by {told}"]
    assert not parabola.movable and parabola.axes == ("θ", "f")
    assert parabola.limits == [], "where it begins to diverge is for the reader to find"
    parabola.close()


@pytest.mark.weekly
def test_the_learning_rate_moves_the_steps_on_the_parabola(lab):
    cells = ["from course_utils.widgets import Parabola", "p = Parabola(lr=0.1)\np"]
    with lab.book(cells) as book:
        words = book.page.locator(".course-map .course-words")
        words.get_by_text("= 0.9: monotone").wait_for()
        assert book.page.locator(".course-axis").all_text_contents() == ["θ", "f"]
        box = book.page.get_by_role("textbox", name="learning rate")
        box.fill("1.5")
        box.press("Enter")
        words.get_by_text("= −0.5: oscillating").wait_for()
        assert book.ask("p.paths['SGD'].positions[1].tolist()") == [-1.0, 0.0]
