"""Lecture 05: its derivations made a second time, and the conventions held against the real libraries' steps."""

import inspect
import json
import re
from fractions import Fraction as F
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import sympy
from browser import ROOT

from course_utils import conventions
from course_utils.authoring.page import Page
from course_utils.descent import descend
from course_utils.figures import triangles
from course_utils.landscapes import BOWL, SADDLE
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead
from course_utils.practice import NesterovUpdatedTooEarly
from course_utils.practice.problems import StepProblem
from course_utils.practice.questions import question

LECTURE = ROOT / "notebooks" / "05-nesterovs-look-ahead.ipynb"
EXERCISE = ROOT / "solutions" / "05-nesterovs-look-ahead.ipynb"

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
def test_at_the_limit_an_oscillation_goes_on_forever(method):
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
    d = positions[:, 0] - positions[:, 1]
    assert all(d[t + 1] == 4 * d[t] - 2 * d[t - 1] for t in range(1, 30))
    assert not positions[1:].sum(axis=1).any()
    assert float(d[30] / d[29]) == pytest.approx(2 + 2**0.5, rel=1e-9)


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


OF_THE_TABLE = {
    "PyTorch, optax": BUFFERED,
    "book, Sutskever, Keras": KEPT,
    "PyTorch, optax, nesterov=True": [*cases("pytorch", "Nesterov"), *cases("optax", "Nesterov")],
    "Keras, nesterov=True": list(cases("keras", "Nesterov")),
    "Bengio, our Nesterov": list(cases("keras", "Nesterov")),
    "moving average": BUFFERED,
}


@pytest.mark.parametrize("rule", conventions.CONVENTIONS, ids=lambda rule: rule.whose)
def test_a_rule_of_the_table_takes_the_steps_that_the_library_took(rule):
    """At constant η and after a drop. With its own η the average takes PyTorch's steps."""
    walks = [case.values for case in OF_THE_TABLE[rule.whose]]
    assert len(walks) >= 2
    for record, case in walks:
        for points, grads in of_each_parameter(record, case):
            place, state = points[0], np.zeros_like(points[0])
            for after, g, lr in zip(points[1:], grads, case["lr"], strict=True):
                place, state = rule.move(place, state, lr=lr, momentum=case["momentum"], g=g)
                close(place, after)


def test_the_two_numbers_that_tell_conventions_apart():
    ends = {}
    for rule in conventions.CONVENTIONS:
        for second in (F(1, 10), F(1, 100)):
            place, state = rule.move(0, 0, lr=F(1, 10), momentum=F(9, 10), g=1)
            place, state = rule.move(place, state, lr=second, momentum=F(9, 10), g=1)
            ends.setdefault(rule.whose, []).append(float(place))
    assert ends == {
        "book, Sutskever, Keras": [-0.29, -0.2],
        "PyTorch, optax": [-0.29, -0.119],
        "moving average": [-0.29, -0.119],
        "Bengio, our Nesterov": [-0.461, -0.29],
        "Keras, nesterov=True": [-0.461, -0.29],
        "PyTorch, optax, nesterov=True": [-0.461, -0.2171],
    }


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


def test_beyond_quadratics_tuned_momentum_may_go_round_forever():
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


# --- the questions ---------------------------------------------------------------------------------------------


def right(key):
    (option,) = [option for option in question(f"05 {key}").options if option.right]
    return option


def test_without_friction_only_the_ball_that_looks_ahead_comes_to_rest():
    """The figure at the beginning: η = 0.4, μ = 1, in the ravine."""
    ends = []
    for method in Momentum, NesterovLookahead:
        late = descend(method(lr=0.4, momentum=1.0), BOWL, (-7, 2), 3000).positions[-300:]
        ends.append(np.linalg.norm(late, axis=1).max())
    assert ends[0] > 7 and ends[1] < 1e-12
    assert [1 * (1 - F(4, 10) * curvature) for curvature in (F(1, 10), F(2))] == [F(96, 100), F(2, 10)]


def test_the_slope_ahead_brakes_and_the_slope_here_does_not():
    theta, v, lr = F(1), F(-4), F(1, 2)
    here, ahead = (v - lr * place for place in (theta, theta + v))
    assert (here, ahead) == (F(-9, 2), F(-5, 2)) and abs(ahead) < abs(v) < abs(here)
    assert right("brake").text == "It speeds Momentum up and slows the second ball down."


def test_the_sum_on_the_saddle_is_over_after_one_step_from_any_start():
    for start in ((1, 2), (5, 1), (-3, 7)):
        sums = descend(NesterovLookahead(F(1), F(1)), SADDLE, start, 6).positions.sum(axis=1)
        assert sums[0] == sum(start) and not sums[1:].any()
    assert descend(Momentum(F(1), F(1)), SADDLE, (1, 2), 5).positions.sum(axis=1).tolist() == [
        3,
        0,
        -3,
        -3,
        0,
        3,
    ]
    other = descend(NesterovLookahead(F(1, 4), F(1)), SADDLE, (1, 2), 4).positions.sum(axis=1)
    assert other[1] and other[4], "it is η that does it"
    assert "η = 1" in right("sum").text


def test_the_points_that_a_library_stores_are_the_next_look_ahead_points():
    stored = descend(Nesterov(F(1), F(1)), SADDLE, (1, 2), 3).positions
    ahead = descend(NesterovLookahead(F(1), F(1)), SADDLE, (1, 2), 4).gradient_points
    assert stored.tolist() == ahead[:4].tolist()
    told = ", ".join(f"({x}, {y})" for x, y in stored[1:]).replace("-", "−")
    assert right("library-stores").text == f"{told}."
    others = {option.text for option in question("05 library-stores").options}
    assert {"(−1, 1), (−3, 3), (−10, 10).", "(1, 2), (−3, 0), (−5, 5)."} < others


def test_v_updated_too_early_weighs_the_newest_gradient_more():
    g, v = sympy.symbols("g v")
    wrong = mu**2 * (mu * v - eta * g) - (1 + mu) * eta * g
    assert sympy.expand(sympy.expand(wrong).coeff(g) + (1 + mu + mu**2) * eta) == 0
    early = descend(NesterovUpdatedTooEarly(Nesterov(0.1, 0.9)), BOWL, (-7, 2), 60).positions[-1]
    assert np.linalg.norm(early) == pytest.approx(0.0399, abs=5e-5)
    assert right("order").text == "It becomes larger."


def test_across_the_ravine_nesterov_swings_a_tenth_as_far():
    late = [
        np.abs(descend(method(0.1, 0.9), BOWL, (-7, 2), 30).positions[21:, 1]).max()
        for method in (Momentum, NesterovLookahead)
    ]
    assert [f"{far:.3f}" for far in late] == ["0.624", "0.063"]
    assert late[1] / late[0] == pytest.approx(0.1, abs=0.005)
    assert "0.063 against 0.624" in right("swing").why


# --- the text of the lecture -----------------------------------------------------------------------------------


def cells():
    return Page.read(LECTURE).nb.cells


def cell(cell_id):
    (found,) = [one for one in cells() if one.id == cell_id]
    return found


def slide_type(one):
    return one.metadata.get("slideshow", {}).get("slide_type")


def code_lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_the_page_shows_the_classes_of_the_course():
    ahead, stored = (
        code_lines(re.search(r"```python\n(.*?)```", cell(one).source, re.S).group(1))
        for one in ("c014", "c041")
    )
    before, _docstring, after = inspect.getsource(NesterovLookahead).split('"""')
    assert ahead == code_lines(before + after)
    own = code_lines(inspect.getsource(Nesterov.update))
    assert stored == own[-len(stored) :] and own[: -len(stored)] == [
        "def update(self, params, grads):",
        "validate(self, params, grads)",
        "if self.v is None:",
        "self.v = zeros_like(params)",
    ]


SHOWN = [
    ("sum-gate", ["(−1, 1)", "(−3, 3)", "(−10, 10)"]),
    ("c044", ["(−3, 0)", "(−5, 5)", "(−17, 17)", "(−10, 10)"]),
    ("c030", ["The difference is exactly 0", "51 digits"]),
    ("c047", ["0.0399", "0.0158", "0.0384", "9.61 · 10⁸", "0.0531", "0.0611"]),
    ("c053", ["−0.200", "−0.119", "−0.019"]),
    ("c058", ["−0.2900", "−0.2000", "−0.1190", "−0.4610", "−0.2171"]),
    ("c064", ["1.35 and grows from 1.37", "1.99 and grows from 2.01", "3.79 and grows from 3.81"]),
    ("why-low", ["ηλ = 3.8: slope 1, pull 3.8", "ηλ = 1.357: slope 2.8, pull 3.8"]),
    ("c067", ["2.0000", "3.8000", "1.3571"]),
    ("c073", ["0.624", "0.063", "0.9007", "0.6131", "(0.8964, 0.08809)", "(0.6131, 0.005899)"]),
    ("c075", ["agree at all 31 points", "0.891", "0.72"]),
    ("c026", ["2.000000", "2.618034", "3.414214", "3.400000", "2.615385"]),
    ("c051", ["−0.190", "−0.150"]),
    ("c077", ["0.94", "1.26", "0.42", "0.58", "0.62", "4.6e−02", "8.4e−10", "2.1e−06"]),
]


@pytest.mark.parametrize("cell_id, numbers", SHOWN, ids=lambda value: value if isinstance(value, str) else "")
def test_the_numbers_of_the_lecture_are_shown(cell_id, numbers):
    said = " ".join(output["data"]["text/plain"] for output in cell(cell_id).outputs)
    assert [one for one in numbers if one not in said] == []


def test_at_1_9_momentum_comes_to_rest_and_nesterov_runs_away():
    rows = cell("c067").outputs[0]["data"]["text/plain"].splitlines()
    last = {row.split("  ")[0].strip(): row.split("  ")[-1].strip() for row in rows[3:]}
    assert last == {"gradient descent": "dies out", "Momentum": "dies out", "Nesterov": "grows"}


def test_every_prediction_waits_for_a_guess():
    """The question stands first, and its answer is held by the cell that asks."""
    text = "\n".join(one.source for one in cells() if one.cell_type == "code")
    held = set(re.findall(r'\b(?:Gate|Quiz)\(\s*"05 ([a-z-]+)"', text))
    assert held == {"brake", "triangle", "sum", "exact", "library-stores", "order", "drop", "larger", "swing"}


def test_every_slide_has_notes_and_they_fill_three_quarters_of_an_hour():
    slides = []
    for one in cells():
        if slide_type(one) in ("slide", "subslide"):
            slides.append([one])
        elif slide_type(one) != "skip":
            slides[-1].append(one)
    without = [slide[0].id for slide in slides if "notes" not in map(slide_type, slide)]
    assert without == ["c001"], "the title speaks for itself"
    told = re.findall(r"For the teacher: (\d+) minutes?", "\n".join(one.source for one in cells()))
    assert sum(map(int, told)) == 45 and "About 45 minutes" in cell("c001").source


def test_the_tasks_of_the_exercise_take_45_minutes():
    text = "\n".join(one.source for one in Page.read(EXERCISE).nb.cells)
    minutes = [int(found) for found in re.findall(r"\*Trains: .*? (\d+) minutes\.\*", text)]
    assert (len(minutes), sum(minutes)) == (7, 45)
