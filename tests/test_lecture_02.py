"""Lecture 02: its proofs derived a second time, its simulations beside exact sums, its live figure without a browser."""

import inspect
from fractions import Fraction as F
from itertools import combinations, product
from pathlib import Path

import nbformat
import numpy as np
import pytest
import sympy

from course_utils.descent import descend
from course_utils.noise import FOUR, SIXTY_FOUR, LineFit, Minibatches, largest_lr, noise_ball, noise_variance
from course_utils.optimizers import SGD, Momentum
from course_utils.practice.batches import BATCH_MISTAKES, BY_HAND, BatchProblem
from course_utils.practice.questions import question
from course_utils.schedules import Scheduled, constant, cosine, one_over_t
from course_utils.widgets import StepExercise
from course_utils.widgets.noise import SETTLED, STEPS, WALKS, NoiseBall

NOTEBOOK = Path(__file__).resolve().parent.parent / "notebooks" / "02-stochastic-gradient-descent.ipynb"
PLACE = np.array([F(2), F(-3, 2)])


def exact(*numbers):
    return np.array([F(n) for n in numbers])


# --- the line fit ----------------------------------------------------------------------------------------


def test_the_loss_is_the_mean_of_the_points_losses():
    w, b = PLACE
    by_point = [(w * x + b - y) ** 2 / 2 for x, y in zip(FOUR.x, FOUR.y, strict=True)]
    assert FOUR.landscape(PLACE) == sum(by_point) / 4
    assert FOUR.of((1, 3))(PLACE) == (by_point[1] + by_point[3]) / 2


def test_gradients_and_hessian_by_sympy():
    w, b = sympy.symbols("w b")
    losses = [(w * x + b - y) ** 2 / sympy.Integer(2) for x, y in zip(FOUR.x, FOUR.y, strict=True)]
    at = {w: sympy.Rational(2), b: sympy.Rational(-3, 2)}
    for row, f in zip(FOUR.gradients(PLACE), losses, strict=True):
        assert [F(str(f.diff(s).subs(at))) for s in (w, b)] == list(row)
    mean = sum(losses) / 4
    assert [F(str(mean.diff(s).subs(at))) for s in (w, b)] == list(FOUR.landscape.gradient(PLACE))
    assert FOUR.landscape.hessian(PLACE).tolist() == [
        [F(str(c)) for c in row] for row in sympy.hessian(mean, (w, b)).tolist()
    ]


def test_the_minimum_and_the_round_numbers_of_the_64_points():
    assert FOUR.landscape.minima == ((1.2, 1.0),)
    loss = SIXTY_FOUR.landscape
    np.testing.assert_allclose(loss.minima[0], (1, 1), atol=1e-12)
    np.testing.assert_allclose(loss.hessian(np.zeros(2)), [[0.5, 0], [0, 1]], atol=1e-12)
    np.testing.assert_allclose(loss.gradient(np.ones(2)), 0, atol=1e-12)
    assert SIXTY_FOUR.gradient_variance((1.0, 1.0))[1] == pytest.approx(1)
    assert loss(np.ones(2)) == pytest.approx(0.5)


@pytest.mark.parametrize("x, y", [((1, 2), (1,)), ((1,), (1,)), ((), ())])
def test_too_few_points_are_refused(x, y):
    with pytest.raises(ValueError, match="x and y must hold equally many numbers, at least two"):
        LineFit(x, y)


# --- unbiased, and how far off ---------------------------------------------------------------------------


def all_batches(size, replace):
    each = FOUR.gradients(PLACE)
    draws = product(range(4), repeat=size) if replace else combinations(range(4), size)
    return np.array([each[list(draw)].sum(axis=0) / size for draw in draws])


@pytest.mark.parametrize("replace", [True, False])
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_unbiased_and_the_variance_over_all_batches_exactly(size, replace):
    batches, sigma2 = all_batches(size, replace), FOUR.gradient_variance(PLACE)
    mean = batches.sum(axis=0) / len(batches)
    assert list(mean) == list(FOUR.landscape.gradient(PLACE))
    factor = 1 if replace else F(4 - size, 3)
    assert list(((batches - mean) ** 2).sum(axis=0) / len(batches)) == list(sigma2 / size * factor)


@pytest.mark.parametrize("replace", [True, False])
def test_minibatches_draw_from_exactly_these(replace):
    batches = Minibatches(FOUR, 2, seed=3, replace=replace)
    drawn = batches.gradient(np.tile(PLACE.astype(float), (4000, 1)))
    possible = {tuple(map(float, g)) for g in all_batches(2, replace)}
    assert {tuple(g) for g in drawn} == possible
    expected = FOUR.gradient_variance(PLACE).astype(float) / 2 * (1 if replace else 2 / 3)
    np.testing.assert_allclose(drawn.var(axis=0), expected, rtol=0.1)


def test_a_batch_of_all_points_without_replacement_is_the_full_gradient():
    whole = Minibatches(SIXTY_FOUR, 64, replace=False).gradient(np.zeros((3, 2)))
    np.testing.assert_allclose(whole, np.tile(SIXTY_FOUR.landscape.gradient(np.zeros(2)), (3, 1)), atol=1e-12)


def test_the_same_seed_walks_the_same_way():
    one, two, other = (
        descend(SGD(0.1), Minibatches(SIXTY_FOUR, 4, seed), (0, 0), 5).positions for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, two)
    assert (one[-1] != other[-1]).all()


@pytest.mark.parametrize("batch", [0, -1, 1.5, True, "4", None])
def test_a_bad_batch_size_is_refused(batch):
    with pytest.raises(ValueError, match="batch must be a whole number ≥ 1"):
        Minibatches(FOUR, batch)


def test_more_points_than_there_are_without_replacement():
    with pytest.raises(ValueError, match="at most 4 without replacement"):
        Minibatches(FOUR, 5, replace=False)


# --- the noise ball --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mu, ball", [(0, 0.052632), (0.5, 0.103448), (0.9, 0.513514)])
def test_the_numbers_of_the_syllabus(mu, ball):
    assert round(float(noise_variance(0.1, mu)), 6) == ball


def test_the_formula_solves_the_lyapunov_equation():
    eta, lam, mu, s2 = sympy.symbols("eta lambda mu sigma2", positive=True)
    a, c, d = sympy.symbols("A C D")
    step = sympy.Matrix([[1 - eta * lam, mu], [-eta * lam, mu]])  # (θ, v) -> (θ', v')
    push = sympy.Matrix([-eta, -eta])
    moments = sympy.Matrix([[a, c], [c, d]])
    equation = step * moments * step.T + s2 * push * push.T - moments
    solved = sympy.solve([equation[0, 0], equation[0, 1], equation[1, 1]], [a, c, d], dict=True)[0]
    formula = eta * s2 * (1 + mu) / (lam * (1 - mu) * (2 * (1 + mu) - eta * lam))
    assert sympy.simplify(solved[a] - formula) == 0
    assert sympy.simplify(solved[c] - solved[d] / 2) == 0, "line 2 of the derivation"
    assert sympy.simplify(eta * lam * solved[a] - (1 + mu) * solved[d] / 2) == 0, "line 3"
    assert sympy.simplify((1 - mu) * (2 * (1 + mu) - eta * lam) * solved[d] / 2 - eta**2 * s2) == 0, "line 5"
    numbers = {eta: 0.3, lam: 2, mu: 0.7, s2: 1.5}
    assert float(formula.subs(numbers)) == pytest.approx(noise_variance(0.3, 0.7, 2, 1.5))


def test_at_equal_effective_lr_the_ball_is_the_same_to_first_order():
    e, mu = sympy.symbols("e mu", positive=True)
    ball = e * (1 - mu) * (1 + mu) / ((1 - mu) * (2 * (1 + mu) - e * (1 - mu)))
    assert sympy.simplify(sympy.series(ball, e, 0, 2).removeO() - e / 2) == 0


def test_at_equal_speed_momentum_never_has_the_larger_ball():
    e, mu, lam = sympy.symbols("e mu lambda", positive=True)
    eta = e * (1 - mu)
    ball = eta * (1 + mu) / (lam * (1 - mu) * (2 * (1 + mu) - eta * lam))
    assert sympy.simplify(ball - eta / (1 - mu) / (lam * (2 - eta * lam / (1 + mu)))) == 0
    for effective in (0.01, 0.1, 1.0, 1.9):
        balls = [noise_variance(effective * (1 - m), m) for m in (0, 0.5, 0.9, 0.99)]
        assert balls == sorted(balls, reverse=True)


@pytest.mark.parametrize(
    "lr, mu, curvature, sigma",
    [(0.1, 0, 1, 1), (0.1, 0.5, 1, 1), (0.1, 0.9, 1, 1), (0.5, 0.8, 2, 0.3), (1.5, 0, 1, 2)],
)
def test_walks_measure_what_the_formula_says(lr, mu, curvature, sigma):
    theta = noise_ball(Momentum(lr, mu), curvature, sigma, runs=20_000)
    assert theta.var() == pytest.approx(noise_variance(lr, mu, curvature, sigma**2), rel=0.04)
    assert abs(theta.mean()) < 4 * theta.std() / np.sqrt(len(theta))


def test_many_settings_at_once():
    lr = np.array([[0.1], [0.5]])
    optimizer = SGD(lr)
    assert noise_ball(optimizer, runs=50, steps=3).shape == (2, 50)
    assert noise_variance(lr).shape == (2, 1)
    assert optimizer.lr is lr, "the optimizer itself stays as it was"


def test_no_ball_where_the_method_is_not_stable():
    assert noise_variance(2, 0) == noise_variance(3.8, 0.9) == noise_variance(0.1, 1) == np.inf
    assert np.isfinite(noise_variance(3.79, 0.9))


@pytest.mark.parametrize(
    "bad, words",
    [
        ({"lr": 0}, "lr must be > 0"),
        ({"momentum": 1.1}, "momentum must be"),
        ({"curvature": 0}, "curvature must be"),
        ({"gradient_variance": -1}, "gradient_variance must be"),
        ({"lr": float("nan")}, "lr must be > 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        noise_variance(**({"lr": 0.1} | bad))


def second_moments(data, lr, mu, batch):
    """One step of the second moments of (θ − θ*, v) under minibatches with replacement: s -> M s + noise, exactly.

    -> (M of shape (16, 16), noise of shape (16,))
    """
    x = np.array(data.x)
    own = np.stack([np.stack([x * x, x], -1), np.stack([x, np.ones_like(x)], -1)], -2)  # Hessian of each f_i
    mean, eye = own.mean(axis=0), np.eye(2)

    def step(h):
        return np.block([[eye - lr * h, mu * eye], [-lr * h, mu * eye]])

    spread = [np.kron(step(h) - step(mean), step(h) - step(mean)) for h in own]
    noise = np.concatenate([data.gradients(np.array(data.landscape.minima[0]))] * 2, axis=1) * -lr
    pushes = np.mean([np.kron(p, p) for p in noise], axis=0) / batch
    return np.kron(step(mean), step(mean)) + np.mean(spread, axis=0) / batch, pushes


@pytest.mark.parametrize("lr, mu, batch", [(0.1, 0, 1), (0.1, 0.9, 4), (0.5, 0, 2)])
def test_minibatch_walks_measure_the_exact_second_moments(lr, mu, batch):
    m, pushes = second_moments(SIXTY_FOUR, lr, mu, batch)
    right = np.linalg.solve(np.eye(16) - m, pushes).reshape(4, 4).diagonal()[:2]
    start = np.tile([1.0, 1.0], (1000, 1))
    walk = descend(Momentum(lr, mu), Minibatches(SIXTY_FOUR, batch, seed=5), start, 200)
    np.testing.assert_allclose(walk.positions[100:].var(axis=1).mean(axis=0), right, rtol=0.06)
    formula = noise_variance(lr, mu, np.array([0.5, 1]), SIXTY_FOUR.gradient_variance((1.0, 1.0)) / batch)
    assert (right > formula).all(), "the noise grows with the distance, so the ball is wider than the formula"


def test_with_single_points_a_stable_setting_can_run_away():
    m, _ = second_moments(SIXTY_FOUR, 0.5, 0.9, 1)
    assert max(abs(np.linalg.eigvals(m))) > 1
    m, _ = second_moments(SIXTY_FOUR, 0.5, 0.9, 64)
    assert max(abs(np.linalg.eigvals(m))) < 1


@pytest.mark.parametrize("batch", [1, 2, 4, 16, 64])
def test_beyond_the_largest_learning_rate_the_second_moments_grow(batch):
    limit = largest_lr(SIXTY_FOUR, batch)
    for lr, grows in ((0.999 * limit, False), (1.001 * limit, True)):
        m, _ = second_moments(SIXTY_FOUR, lr, 0, batch)
        assert (max(abs(np.linalg.eigvals(m))) > 1) == grows
    assert limit < 2, "the exact gradient's limit, with curvature 1 along b"


def test_single_points_run_away_beyond_the_limit_and_settle_below_it():
    settled, away = (
        descend(SGD(lr), Minibatches(SIXTY_FOUR, 1), np.ones((300, 2)), 400).positions[-1].var()
        for lr in (0.8, 1.4)
    )
    assert settled < 3 and away > 1e4


# --- schedules -------------------------------------------------------------------------------------------


def test_schedules():
    t = np.arange(5)
    np.testing.assert_array_equal(constant(t, 0.5), 0.5 * np.ones(5))
    np.testing.assert_allclose(one_over_t(t, 0.6, half=2), [0.6, 0.4, 0.3, 0.24, 0.2])
    np.testing.assert_allclose(cosine(t, 0.6, steps=4)[[0, 2, 4]], [0.6, 0.3, 0], atol=1e-15)
    assert cosine(9, 0.6, steps=4) == cosine(4, 0.6, steps=4)


def test_a_scheduled_optimizer_is_the_optimizer_with_another_lr_each_step():
    params, by_hand, seen = {"w": np.array([1.0, 2.0])}, {"w": np.array([1.0, 2.0])}, []

    def schedule(step):
        seen.append(step)
        return 0.1 / (1 + step)

    scheduled, plain = Scheduled(Momentum(momentum=0.5), schedule), Momentum(momentum=0.5)
    for step in range(4):
        scheduled.update(params, {"w": 3 * params["w"]})
        plain.lr = 0.1 / (1 + step)
        plain.update(by_hand, {"w": 3 * by_hand["w"]})
    np.testing.assert_array_equal(params["w"], by_hand["w"])
    assert seen == [0, 1, 2, 3]


def test_with_one_over_t_the_walk_is_the_plain_mean_of_its_pushes():
    lam, theta = F(3), F(7)
    pushes = [F(n) for n in (2, -5, 1, 4, -3)]
    for t, xi in enumerate(pushes):
        theta -= 1 / (lam * (t + 1)) * (lam * theta + xi)
        assert theta == -sum(pushes[: t + 1]) / lam / (t + 1)


def mean_heights(schedule, steps, batch=4, start=(-0.5, 0)):
    """The mean height of SGD's walks on SIXTY_FOUR above the minimum after every step, exactly (no draws)."""
    x, lowest = np.array(SIXTY_FOUR.x), np.array(SIXTY_FOUR.landscape.minima[0])
    own = np.stack([np.stack([x * x, x], -1), np.stack([x, np.ones_like(x)], -1)], -2)  # Hessian of each f_i
    there, hessian, n = SIXTY_FOUR.gradients(lowest), own.mean(axis=0), SIXTY_FOUR.n
    mean = np.array(start) - lowest
    second, heights = np.outer(mean, mean), []
    for t in range(steps + 1):
        heights.append(np.trace(hessian @ second) / 2)
        mixed = np.einsum("iab,b,ic->ac", own, mean, there)
        single = (np.einsum("iab,bc,idc->ad", own, second, own) + mixed + mixed.T + there.T @ there) / n
        full, lr = hessian @ second @ hessian, schedule(t)
        drift = hessian @ second + second @ hessian
        second = second - lr * drift + lr**2 * (full + (single - full) / batch)
        mean = mean - lr * hessian @ mean
    return np.array(heights)


def test_the_mean_of_a_walk_is_the_mean_of_its_pushes_except_at_its_two_ends():
    eta, lam = F(1, 4), F(1, 2)
    pushes = [F(k * k % 7) - 3 for k in range(12)]
    walk = [F(5)]
    for xi in pushes:
        walk.append(walk[-1] - eta * (lam * walk[-1] + xi))
    mean, steps = sum(walk[:-1]) / len(pushes), len(pushes)
    assert mean == -sum(pushes) / (lam * steps) - (walk[-1] - walk[0]) / (eta * lam * steps)


@pytest.mark.parametrize("eta", [0.1, 0.5, 1.5])
def test_the_mean_of_a_long_walk_varies_as_little_as_the_best_schedule_whatever_the_rate(eta):
    lam, steps = 0.5, 2000
    left = 1 - (1 - eta * lam) ** np.arange(
        steps
    )  # what each push has done to the sum of the points, times λ
    variance = np.sum((left / lam / steps) ** 2)
    assert variance == pytest.approx(1 / (lam**2 * steps), rel=0.03)


def test_each_constant_rate_has_its_time_and_the_schedule_beats_all_four():
    """Beside the page's simulation: the winner after 50, 400 and 1000 steps, and 1/t with η₀h = 1/λ."""
    times, rates = [50, 400, 1000], (0.5, 0.1, 0.03, 0.01)
    constants = np.array([mean_heights(lambda t, lr=lr: lr, 1000)[times] for lr in rates])
    assert [rates[k] for k in constants.argmin(axis=0)] == [0.1, 0.03, 0.01]
    four, sixteen, one = (mean_heights(lambda t, h=h: one_over_t(t, 0.5, h), 1000)[times] for h in (4, 16, 1))
    assert (four < 0.6 * constants.min(axis=0)).all()
    assert 2 < (sixteen / four)[-1] < 3 and (one / four)[-1] > 30
    walk = descend(SGD(0.1), Minibatches(SIXTY_FOUR, 4), np.tile([-0.5, 0.0], (4000, 1)), 50)
    measured = walk.losses[-1].mean() - SIXTY_FOUR.landscape(np.ones(2))
    assert measured == pytest.approx(constants[1, 0], rel=0.08)


# --- one step by hand ------------------------------------------------------------------------------------


def test_the_step_by_hand():
    assert BY_HAND.answer == [(F(11, 8), F(15, 8))]
    assert BY_HAND.landscape.plain == "((−w + b − 1)² + (2w + b − 4)²)/4"
    assert BY_HAND.diagnose([(F(11, 8), F(15, 8))]).correct


@pytest.mark.parametrize(
    "table, name",
    [
        ((F(3, 4), F(7, 4)), "batch summed"),
        ((F(27, 16), F(31, 16)), "divided by n"),
        ((F(3, 2), F(7, 4)), "whole data set"),
        ((F(15, 8), F(15, 8)), "factor x forgotten"),
        ((F(7, 4), F(9, 4)), "first point only"),
        ((F(1), F(3, 2)), "last point only"),
        ((F(21, 8), F(17, 8)), "uphill"),
    ],
)
def test_each_mistake_is_named_without_giving_the_answer(table, name):
    told = BY_HAND.diagnose([table])
    assert not told.correct
    assert told.mistakes[0] == name
    assert "11/8" not in told.message and "15/8" not in told.message


def test_questions_and_diagnoses_call_the_parameters_w_and_b():
    assert StepExercise(BY_HAND).question["text"].startswith("f(w, b) = ((−w + b − 1)²")
    gradient = BY_HAND.landscape.gradient(BY_HAND.start)
    swapped = BY_HAND.diagnose([tuple(BY_HAND.start - F(1, 4) * gradient[::-1])])
    assert "∂f/∂w and ∂f/∂b have changed places" in swapped.message
    assert "Look at b in step 1" in BY_HAND.diagnose([(F(11, 8), F(3))]).message


def test_fresh_problems_have_right_answers_and_visible_mistakes():
    seen = set()
    for seed in range(8):
        problem = BY_HAND.another(seed)
        each = FOUR.gradients(problem.start)[list(problem.batch)]
        assert list(problem.answer[0]) == list(problem.start - problem.settings["lr"] * each.sum(axis=0) / 2)
        assert repr(problem.answer) == repr(BY_HAND.another(seed).answer)
        unseen = problem.confusions()[1]
        assert not {m.id for m in BATCH_MISTAKES} & set(unseen)
        assert problem.answer != BY_HAND.answer
        seen.add((problem.batch, tuple(problem.start)))
    assert len(seen) >= 4


def test_the_exercise_takes_it():
    exercise = StepExercise(BY_HAND)
    exercise.entries = [["0.75", "7/4"]]
    exercise.check()
    assert "added up and not averaged" in exercise.message
    exercise.another()
    assert exercise.problem.batch != BY_HAND.batch or tuple(exercise.problem.start) != (2, 2)
    exercise.close()


@pytest.mark.parametrize("batch", [(0,), (0, 0), (0, 4), (-1, 2)])
def test_a_batch_of_missing_points_is_refused(batch):
    with pytest.raises(ValueError, match="batch must hold two"):
        BatchProblem(FOUR, batch, F(1, 4), (1, 1))


def test_the_number_question_is_the_formula():
    asked = question("02 ball")
    eta, lam, s2, size = F(1, 4), 2, F(9), 6

    def ball(s2, eta=eta, lam=lam):
        return eta * s2 / (lam * (2 - eta * lam))

    assert asked.answer == ball(s2 / size)
    made = {
        ball(s2),
        s2 / size,
        ball(s2 / size) * lam,
        eta * s2 / size / (2 * lam),
        eta * ball(s2 / size),
        ball(s2 / size**2),
        eta * s2 / size / (lam * (2 + eta * lam)),
    }
    assert {wrong.value for wrong in asked.wrong} == made


# --- the live figure -------------------------------------------------------------------------------------


@pytest.fixture
def ball():
    widget = NoiseBall()
    yield widget
    widget.close()


@pytest.fixture
def with_momentum():
    widget = NoiseBall(momentum=0.0)
    yield widget
    widget.close()


def dots(widget, step=STEPS):
    return np.frombuffer(widget.crowd, np.float32).reshape(STEPS + 1, WALKS, 2)[step]


def bars(widget):
    return np.frombuffer(widget.bars, np.uint8).reshape(2, STEPS + 1, -1)


def test_the_figure_measures_what_the_formula_says(ball):
    assert [slider["key"] for slider in ball.sliders] == ["batch", "lr"]
    np.testing.assert_allclose(ball.measured, ball.formula, rtol=0.1)
    np.testing.assert_allclose(
        ball.formula, noise_variance(0.1, 0, [0.5, 1], SIXTY_FOUR.gradient_variance((1.0, 1.0)) / 4)
    )
    inside = np.abs(dots(ball) - 1) < 2 * np.sqrt(ball.formula)
    assert 0.9 < inside.mean() < 1


def test_the_crowd_sets_out_together_and_ends_in_the_ellipse(ball):
    assert (dots(ball, step=0) == np.array([-0.5, 0], np.float32)).all()
    (ellipse,) = ball.marks
    assert ellipse["at"] == pytest.approx([1, 1])
    np.testing.assert_allclose(ellipse["reach"], 2 * np.sqrt(ball.formula))
    off = (dots(ball) - ellipse["at"]) / ellipse["reach"]
    assert 0.75 < ((off**2).sum(axis=1) < 1).mean() < 0.95, "86 % of a normal cloud lie within"
    assert list(ball.axes) == ["w", "b"]


def test_the_margins_count_the_crowd(ball):
    for axis, margin in enumerate(ball.margins):
        counted, edges = np.histogram(dots(ball)[:, axis], bins=margin["edges"])
        np.testing.assert_array_equal(bars(ball)[axis, STEPS], np.round(255 * counted / WALKS))
        assert (edges[0], edges[-1]) == tuple(ball.home[2 * axis : 2 * axis + 2])
        assert margin["reach"] == pytest.approx(
            [1 - ball.marks[0]["reach"][axis], 1 + ball.marks[0]["reach"][axis]]
        )
    assert (bars(ball)[:, 0].max(axis=1) == 255).all(), "all set out from one point"


def test_momentum_has_a_slider_where_it_is_asked_for(with_momentum):
    assert [slider["key"] for slider in with_momentum.sliders] == ["batch", "lr", "momentum"]
    assert ", μ = 0. Variance" in with_momentum.sentence()


@pytest.mark.parametrize(
    "key, value, factor", [("batch", 16.0, 1 / 4), ("lr", 0.2, 1.95 / 0.95 / 1.0), ("momentum", 0.9, 9.76)]
)
def test_each_slider_changes_the_ball_as_it_should(with_momentum, key, value, factor):
    before = with_momentum.measured
    with_momentum.settings = with_momentum.settings | {key: value}
    np.testing.assert_allclose(with_momentum.measured / before, factor, rtol=0.25)
    assert with_momentum.notice == ""
    assert with_momentum.last == STEPS and len(with_momentum.tracks) == 8 * 3 * (STEPS + 1)


def test_a_walk_of_the_figure_is_a_walk_with_the_drawn_batches(with_momentum):
    with_momentum.settings = {"batch": 2.0, "lr": 0.3, "momentum": 0.5}
    path = with_momentum.paths["one walk"]
    v = np.zeros(2)
    for t in range(5):
        v = 0.5 * v - 0.3 * path.gradients[t]
        np.testing.assert_allclose(path.positions[t + 1], path.positions[t] + v)
        np.testing.assert_allclose(dots(with_momentum, t)[0], path.positions[t], rtol=1e-6)
    again = NoiseBall(batch=2, lr=0.3, momentum=0.5)
    assert again.tracks == with_momentum.tracks
    again.close()


def test_with_all_settings_it_says_what_happens(ball, with_momentum):
    with_momentum.settings = {"batch": 1.0, "lr": 0.5, "momentum": 0.9}
    assert "run away" in with_momentum.words
    ball.settings = {"batch": 64.0, "lr": 3.0}
    assert "no steady ball" in ball.words or "diverge" in ball.words
    assert not ball.marks and not any(margin["reach"] for margin in ball.margins)
    ball.settings = {"batch": 64.0, "lr": 1e5}
    assert ball.words == "The walks diverge."
    assert np.isfinite(dots(ball)).all()
    ball.settings = {"batch": 4.0, "lr": 0.001}
    assert "have not settled" in ball.words
    assert ball.alt == ball.sentence()


def test_it_answers_to_the_browser(ball):
    ball._handle_custom_msg({"do": "type", "key": "batch", "text": "8"}, [])
    assert ball.settings["batch"] == 8.0
    ball._handle_custom_msg({"do": "family", "key": "lr"}, [])
    assert ball.notice == ""
    ball.set_state({"start": [2.5, 2.0]})
    assert ball.paths["one walk"].positions[0].tolist() == [2.5, 2.0]
    assert (dots(ball, step=0) == np.array([2.5, 2.0])).all()


@pytest.mark.parametrize("batch", [0, 65, 1.5, -1, True, "4", None, float("nan")])
def test_an_impossible_batch_changes_nothing_and_is_reported(ball, batch):
    before = (ball.settings, ball.tracks, ball.words)
    ball.set_state({"settings": ball.settings | {"batch": batch}})
    assert (ball.settings, ball.tracks, ball.words) == before
    assert "batch must be" in ball.notice


def test_it_leaves_a_picture_and_a_sentence(ball):
    data, metadata = ball._repr_mimebundle_()
    assert data["text/plain"].startswith(f"Minibatch walks of {STEPS} steps with B = 4, η = 0.1. ")
    assert len(data["image/png"]) * 3 / 4 < 120_000
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert SETTLED < STEPS


@pytest.mark.parametrize("options", [{"data": 3}, {"batch": 0}, {"batch": 65}, {"lr": -1}, {"momentum": 2}])
def test_what_it_cannot_show_is_refused(options):
    with pytest.raises((TypeError, ValueError), match=next(iter(options))):
        NoiseBall(**options)


# --- the page --------------------------------------------------------------------------------------------


def said_on_the_page():
    """All that the page's outputs say in words, tables and answers behind gates."""
    nb = nbformat.read(NOTEBOOK, as_version=4)
    outputs = [output for cell in nb.cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(o.get("text") or o.data.get("text/plain", "") for o in outputs)


def test_the_page_shows_the_class_and_the_numbers_that_its_prose_rests_on():
    said = said_on_the_page()
    assert inspect.getsource(SGD) in said
    assert "0.052632" in said, "the noise ball at η = 0.1, as in the syllabus"
    for pair in ("points 1 and 2: (0.5, −0.5)", "points 3 and 4: (3.5, 2.5)", "mean of the six: (2, 1)"):
        assert pair in said
    best = "0.0136, 0.0026, 0.0010"
    assert f"Best of the four constants: {best}; 1/t, τ = 4: 0.0074, 0.0008, 0.0003" in said


def test_the_worked_minibatch_of_the_page():
    first, _, third, _ = FOUR.gradients(exact(0, 0))
    assert (list(first), list(third)) == ([-4, 2], [-1, -1])
    assert list(-(first + third) / 2 * F(1, 4)) == [F(5, 8), F(-1, 8)]


def test_the_page_gives_the_largest_learning_rates_as_they_are_computed():
    said = said_on_the_page()
    for batch, limit in ((1, "1.2057"), (2, "1.6207"), (4, "1.8746"), (16, "1.9919"), (64, "1.9995")):
        assert f"B = {batch}: {limit}" in said
        assert f"{largest_lr(SIXTY_FOUR, batch):.4f}" == limit
