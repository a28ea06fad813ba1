"""Lecture 06 and its exercise: every derivation made a second time, every number of the prose computed, every slip told apart."""

import re
from fractions import Fraction as F
from pathlib import Path

import nbformat
import numpy as np
import pytest
import sympy

from course_utils.descent import descend
from course_utils.landscapes import BOWL, quadratic, quadratic_form
from course_utils.noise import noise_variance
from course_utils.optimizers import SGD, Momentum, NesterovLookahead
from course_utils.practice.problems import StepProblem
from course_utils.practice.questions import question
from course_utils.practice.tasks import lecture_06, of_lecture, task
from course_utils.quadratics import critical_momentum, eigenvalues, overall_rate, rate, stability_limit, tuned

TASKS = of_lecture("06")

ROOT = Path(__file__).resolve().parent.parent
LECTURE = ROOT / "notebooks" / "06-why-momentum-works.ipynb"
EXERCISE = ROOT / "solutions" / "06-why-momentum-works.ipynb"

mu, x, s, rho = sympy.symbols("mu x s rho", positive=True)
root = sympy.Symbol("r", positive=True)  # √κ

# --- the derivations ---------------------------------------------------------------------------------------


def test_the_characteristic_equation_and_its_discriminant():
    R = sympy.Matrix([[mu, -x], [mu, 1 - x]])
    assert sympy.expand(R.det() - mu) == 0
    assert sympy.expand((R - s * sympy.eye(2)).det() - (s**2 - (1 + mu - x) * s + mu)) == 0
    library = sympy.Matrix([[mu, sympy.Symbol("l")], [-x / sympy.Symbol("l") * mu, 1 - x]])  # η = x/λ
    assert sympy.expand(library.trace() - R.trace()) == sympy.simplify(library.det() - R.det()) == 0
    m = sympy.sqrt(mu)
    assert sympy.expand((1 + mu - x) ** 2 - 4 * mu - ((1 - m) ** 2 - x) * ((1 + m) ** 2 - x)) == 0


def test_more_momentum_lifts_the_parabola_left_of_one():
    p = s**2 - (1 + mu - x) * s + mu
    assert sympy.expand(p - (s**2 - (1 - x) * s + mu * (1 - s))) == 0
    assert sympy.expand(sympy.diff(p, mu) - (1 - s)) == 0


def test_at_a_fixed_learning_rate_more_momentum_helps_until_every_axis_is_on_the_floor():
    share = np.linspace(0.001, 0.999, 2000)
    for lr in (0.1, 0.6, 1.0, 1.3, 1.9):
        rates = overall_rate(Momentum(lr, share), (0.1, 2))
        enough = max((1 - (lr * curvature) ** 0.5) ** 2 for curvature in (0.1, 2))
        assert (np.diff(rates[share < enough]) < 0).all()
        assert rates[share > enough] == pytest.approx(share[share > enough] ** 0.5)


def test_the_valley_that_the_tuned_ball_does_not_leave():
    def slope(theta):
        return 25 * theta if theta < 1 else theta + 24 if theta < 2 else 25 * theta - 24

    ball, params, points = Momentum(F(1, 9), F(4, 9)), {"theta": F(33, 10)}, []
    best = tuned(Momentum, (1, 25))
    assert (best.lr, best.momentum) == pytest.approx((1 / 9, 4 / 9))
    for _ in range(60):
        ball.update(params, {"theta": slope(params["theta"])})
        points.append(params["theta"])
    assert [float(point) for point in points[-3:]] == pytest.approx([float(p) for p in points[-6:-3]])
    assert min(abs(point) for point in points) > F(1, 3)


def test_the_steps_of_the_proof_of_the_best_pair():
    p = s**2 - (1 + mu - x) * s + mu
    assert sympy.expand(p.subs(s, rho) - (x * rho - (1 - rho) * (rho - mu))) == 0
    assert sympy.expand(p.subs(s, -rho) - ((1 + rho) * (rho + mu) - x * rho)) == 0
    best = (root - 1) / (root + 1)
    assert sympy.simplify(((1 + best) / (1 - best)) ** 2 - root**2) == 0
    least, greatest = sympy.symbols("l1 ln", positive=True)
    eta = 4 / (sympy.sqrt(least) + sympy.sqrt(greatest)) ** 2
    kappa_root = sympy.sqrt(greatest / least)
    assert sympy.simplify(eta * least - (1 - best.subs(root, kappa_root)) ** 2) == 0
    assert sympy.simplify(eta * greatest - (1 + best.subs(root, kappa_root)) ** 2) == 0
    margin = 2 * (1 + best**2) / (1 + best) ** 2
    assert sympy.simplify(margin - (1 + 1 / root**2)) == 0


def test_no_random_pair_beats_the_bound():
    rng = np.random.default_rng(0)
    for kappa in (2, 20, 1000):
        rates = overall_rate(Momentum(rng.uniform(1e-3, 2, 20000), rng.uniform(0, 1, 20000)), (2 / kappa, 2))
        assert rates.min() >= (kappa**0.5 - 1) / (kappa**0.5 + 1)


def test_the_three_conditions_of_stability_for_each_method():
    for trace, det, limit in (
        (1 + mu - x, mu, 2 * (1 + mu)),
        ((1 + mu) * (1 - x), mu * (1 - x), 2 * (1 + mu) / (1 + 2 * mu)),
        (
            1 + mu - (1 + mu + mu**2) * x,
            mu - mu * (1 + mu) * x,
            2 * (1 + mu) / (1 + 2 * mu + 2 * mu**2),
        ),
    ):
        assert sympy.expand(1 - trace + det - x) == 0
        assert sympy.simplify((1 + trace + det).subs(x, limit)) == 0
        assert sympy.diff(1 + trace + det, x).subs(mu, 0.5) < 0
        for m in np.linspace(0.01, 0.99, 30):
            ends = [det.subs({mu: m, x: end}) for end in (0, limit.subs(mu, m))]
            assert all(abs(end) < 1 for end in ends), "the determinant is linear in x"
    own = mu * (1 - x)  # Nesterov is Momentum with this coefficient
    assert sympy.expand(1 + own - x - (1 + mu) * (1 - x)) == 0


@pytest.mark.parametrize(("lr", "m"), [(0.1, 0), (0.1, 0.5), (0.1, 0.9), (0.25, 0.25), (3.7, 0.9)])
def test_below_the_limit_the_noise_ball_is_reached_from_every_start(lr, m):
    formula, start = noise_variance(lr, m), np.random.default_rng(0).normal(size=2)
    velocity, place = start  # E v², E vθ and E θ² by three lines of algebra, without a matrix
    vv, vt, tt = velocity**2, velocity * place, place**2
    for _ in range(3000):
        new_vv = m * m * vv - 2 * m * lr * vt + lr * lr * tt + lr * lr
        theta_new_v = m * vt - lr * tt
        vv, vt, tt = new_vv, theta_new_v + new_vv, tt + 2 * theta_new_v + new_vv
    assert tt == pytest.approx(formula, rel=1e-9)
    assert (vt, vv) == pytest.approx((vv / 2, 2 * lr * formula / (1 + m)), rel=1e-9)


def test_above_the_limit_there_is_no_ball():
    R, moments = lecture_06.step_matrix(3.81, 0.9, 1), np.zeros((2, 2))
    for _ in range(3000):
        moments = R @ moments @ R.T + 3.81**2
    assert moments[1, 1] > 1e6


def test_the_page_shows_the_ball_settle():
    rows = re.findall(r"(0\.\d{6}) after (\d+)", outputs())
    assert [int(t) for _, t in rows] == [10, 30, 100, 300]
    sums = np.cumsum([push_of_age(k) ** 2 for k in range(300)])
    assert [float(shown) for shown, _ in rows] == pytest.approx([sums[int(t) - 1] for _, t in rows], abs=1e-6)
    told = re.findall(r"μ = (\S+): measured (\S+), formula (0\.\d{6})", outputs())
    assert [formula for _, _, formula in told] == ["0.052632", "0.103448", "0.513514"]
    for m, measured, formula in told:
        assert float(formula) == pytest.approx(noise_variance(0.1, float(m)), abs=1e-6)
        assert float(measured) == pytest.approx(float(formula), rel=0.1)
    assert f"{noise_variance(0.1, 0.9) / noise_variance(0.1, 0):.2f} times SGD's" in outputs()


def test_the_two_forms_of_the_variance_are_one_and_solve_the_five_lines():
    V, C, W, m, eta, lam, sigma = sympy.symbols("V C W m eta lambda sigma", positive=True)
    theta_v = m * C - eta * lam * V
    solved = sympy.solve(
        [
            2 * theta_v + W,
            theta_v + W - C,
            m**2 * W - 2 * m * eta * lam * C + eta**2 * lam**2 * V + eta**2 * sigma**2 - W,
        ],
        [V, C, W],
        dict=True,
    )
    assert len(solved) == 1
    first = eta * sigma**2 * (1 + m) / (lam * (1 - m) * (2 * (1 + m) - eta * lam))
    second = eta / (1 - m) * sigma**2 / (lam * (2 - eta * lam / (1 + m)))
    assert sympy.simplify(solved[0][V] - first) == sympy.simplify(first - second) == 0


def test_the_two_lines_of_the_picture_of_noise():
    xis, seen = np.random.default_rng(0).standard_normal(200), {}
    for optimizer in (SGD(0.1), Momentum(0.1, 0.9)):
        params, walk = {"theta": np.zeros(1)}, [0.0]
        for xi in xis:
            optimizer.update(params, {"theta": params["theta"] + xi})
            walk.append(params["theta"].item())
        moves = np.diff(walk)
        turns = np.sum(np.sign(moves[1:]) != np.sign(moves[:-1]))
        seen[type(optimizer)] = max(map(abs, walk)), turns, np.sqrt(np.mean(moves**2))
        assert f"turns {turns} times" in outputs(EXERCISE)
    (far, turns, size), (far_too, turns_too, size_too) = seen[SGD], seen[Momentum]
    assert 2 < far_too / far < 3
    assert 2 < size_too / size < 3
    assert 0.25 < turns_too / turns < 0.4
    assert noise_variance(0.01, 0.9) < noise_variance(0.1, 0.0) < 1.06 * noise_variance(0.01, 0.9)


def push_of_age(steps, lr=0.1, m=0.9):
    """How far a single push of the noise has moved θ after this many more steps."""
    v = theta = -lr
    for _ in range(steps):
        v = m * v - lr * theta
        theta += v
    return theta


def test_where_eigenvalues_meet_there_is_a_factor_t():
    path = descend(Momentum(F(1, 4), F(1, 4)), quadratic(1, 9), start=(8, 8), steps=12).positions
    assert [(px, py) for px, py in path] == [
        (F(8 + 4 * t, 2**t), F((8 + 12 * t) * (-1) ** t, 2**t)) for t in range(13)
    ]
    assert float(question("06 factor").answer) == path[6][0]
    problem = StepProblem(quadratic(1, 9), Momentum(F(1, 4), F(1, 4)), (8, 8), 3)
    assert problem.answer == [(6, -10), (4, 8), (F(5, 2), F(-11, 2))]


# --- the answers of the questions ----------------------------------------------------------------------------


def test_the_numbers_asked_for_agree_with_the_code():
    def answer(key):
        return float(question(f"06 {key}").answer)

    assert np.linalg.det(lecture_06.step_matrix(0.5, 0.25, 1)) == pytest.approx(answer("det"))
    assert rate(Momentum(0.5, 0.25), 1) == pytest.approx(answer("size"))
    assert lecture_06.critical_momentum(1 / 16, 1) == pytest.approx(answer("critical"))
    best = tuned(Momentum, (1, 4))
    assert (best.lr, best.momentum) == pytest.approx((4 / 9, answer("mu")))
    best = tuned(Momentum, (1, 9))
    assert (best.lr, best.momentum) == pytest.approx((1 / 4, 1 / 4))
    assert answer("measure") ** 0.5 == pytest.approx(0.9)
    assert rate(Momentum(0.75, 0.125), 0.5) == pytest.approx(answer("hand"))
    slow, quick = (-1 / np.log10(overall_rate(Momentum(1.3, m), (0.1, 2))) for m in (0.9, 0.42))
    assert (round(slow), round(quick), round(slow / quick)) == (44, 5, 8)
    stars = [tuned(Momentum, (2 / kappa, 2)) for kappa in (20, 500)]
    assert stars[1].lr > stars[0].lr
    assert stars[1].momentum > stars[0].momentum


def test_the_numbers_of_the_worked_answers():
    assert overall_rate(Momentum(0.5, 0.5), (0.02, 2)) == pytest.approx(0.980, abs=5e-4)
    order = sorted((0.5, 0.81, 0.9, 0.99), key=lambda m: overall_rate(Momentum(0.5, m), (0.02, 2)))
    assert order == [0.81, 0.9, 0.5, 0.99]
    assert -1 / np.log10(0.99) == pytest.approx(229, abs=0.5)
    assert -1 / np.log10(0.9) == pytest.approx(22, abs=0.5)
    assert stability_limit(NesterovLookahead(1, 0.9)) == pytest.approx(lecture_06.nesterov_limit(0.9))
    assert -1 / np.log10(5 / 8) == pytest.approx(4.9, abs=0.05)
    kappa = ((1 + 0.9**0.5) / (1 - 0.9**0.5)) ** 2
    assert round(kappa) == 1442


# --- the tasks of the exercise ---------------------------------------------------------------------------------


def test_the_references_agree_with_the_optimizers_themselves():
    rng = np.random.default_rng(1)
    for _ in range(100):
        start, gradients, lr, m = lecture_06.any_walk(rng)
        optimizer, params = Momentum(lr, m), {"theta": start}
        for g in gradients:
            optimizer.update(params, {"theta": g})
        assert lecture_06.unrolled(start, gradients, lr, m) == pytest.approx(params["theta"], rel=1e-12)
        lr, m, curvature = lecture_06.any_rate(rng)
        assert lecture_06.rate(lr, m, curvature) == pytest.approx(rate(Momentum(lr, m), curvature), rel=1e-12)
        sizes = np.abs(np.linalg.eigvals(lecture_06.step_matrix(lr, m, curvature)))
        assert lecture_06.rate(lr, m, curvature) == pytest.approx(sizes.max(), rel=1e-9)
        meeting = lecture_06.critical_momentum(0.1, curvature)
        assert abs(np.subtract(*eigenvalues(Momentum(0.1, meeting), curvature))) < 1e-6
        (curvatures,) = TASKS["best"].fresh(rng)
        best = tuned(Momentum, curvatures)
        assert lecture_06.best_pair(curvatures) == pytest.approx((best.lr, best.momentum), rel=1e-12)


@pytest.mark.parametrize("key", TASKS)
def test_the_right_answer_is_right_and_a_slip_is_named(key):
    asked = task(f"06 {key}")
    assert asked.examine(asked.reference).state == "right"
    assert len(asked.hints) == 3
    slip = asked.mistakes[0]
    verdict = asked.examine(slip.function)
    assert verdict.state == "not yet"
    assert verdict.mistakes == (slip.name,)
    assert slip.symptom in " ".join(str(verdict).split())


@pytest.mark.parametrize("key", TASKS)
def test_no_slip_looks_like_another_or_like_the_right_answer(key):
    asked, rng = TASKS[key], np.random.default_rng(0)
    cases = [*asked.cases, *(asked.fresh(rng) for _ in range(20))]

    def table(function):
        with np.errstate(all="ignore"):
            return np.concatenate([np.ravel(np.array(function(*case), dtype=float)) for case in cases])

    tables = [table(function) for function in (asked.reference, *(slip.function for slip in asked.mistakes))]
    for i, one in enumerate(tables):
        for other in tables[:i]:
            assert not np.allclose(one, other, rtol=1e-9, equal_nan=True)


def test_no_hint_gives_the_answer():
    for asked in TASKS.values():
        body = [line.strip() for line in asked.code().splitlines() if line.strip().startswith("return")]
        assert not any(line in hint for line in body for hint in asked.hints)


# --- the notebook ------------------------------------------------------------------------------------------------


def outputs(file=LECTURE):
    """All that the cells show, as text."""
    shown = [o for c in nbformat.read(file, 4).cells if c.cell_type == "code" for o in c.outputs]
    return "\n".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in shown)


def prose(file=LECTURE):
    return "\n".join(c.source for c in nbformat.read(file, 4).cells if c.cell_type == "markdown")


@pytest.mark.parametrize(
    "number",
    [
        "1.33581",
        "0.402605",
        "0.634512",
        "0.952381",
        "0.904762",
        "3.8000",
        "1.3571",
        "0.8597",
    ],
)
def test_the_numbers_of_the_syllabus_are_printed(number):
    assert number in outputs()


def test_the_numbers_of_nesterovs_best_pair_come_from_the_code():
    best = tuned(NesterovLookahead, (0.1, 2))
    shown = (best.lr, best.momentum, overall_rate(best, (0.1, 2)))
    told = [f"{value:.4f}" for value in shown]
    assert f"$\\eta = {told[0]}$, $\\mu = {told[1]}$ and the rate {told[2]}" in prose()
    rates = [overall_rate(tuned(method, (0.1, 2)), (0.1, 2)) for method in (NesterovLookahead, Momentum)]
    assert rates[1] < rates[0]


def test_what_was_measured_agrees_with_what_is_computed():
    told = re.findall(r"η = (\S+), μ = (\S+): (\d+\.\d)", outputs())
    assert len(told) == 8
    for lr, m, steps in told:
        computed = -1 / np.log10(overall_rate(Momentum(float(lr), float(m)), (0.1, 2)))
        assert float(steps) == pytest.approx(computed, rel=0.02)


def test_the_walk_in_the_turned_ravine_is_exactly_that_in_the_straight_one():
    Q = np.array([[F(3, 5), F(-4, 5)], [F(4, 5), F(3, 5)]])
    turned, start = quadratic_form(Q @ np.diag([F(1, 10), F(2)]) @ Q.T), np.array([F(-7), F(2)])
    ball = Momentum(F(4, 5), F(1, 2))
    assert (
        descend(ball, turned, Q @ start, 25).positions @ Q == descend(ball, BOWL, start, 25).positions
    ).all()
    assert "equal those in the straight ravine at all 26 points" in outputs()


def test_the_marks_the_teacher_calls_out_are_right():
    ends = [(1 - 0.36**0.5) ** 2, (1 + 0.36**0.5) ** 2]
    assert ends == pytest.approx([0.16, 2.56])
    assert critical_momentum(Momentum, 1, 0.04) == pytest.approx(0.64)
    assert critical_momentum(Momentum, 1, 0.1) == pytest.approx(0.47, abs=0.003)


def test_each_prediction_comes_before_its_answer():
    sources = [c.source for c in nbformat.read(LECTURE, 4).cells]
    order = ["HeatMap(", 'Gate("06 larger"', 'Gate("06 axes"', 'NumberQuiz("06 size")', 'Quiz("06 plateau")',
             'NumberQuiz("06 critical")', 'NumberQuiz("06 mu")', "StepExercise(", 'Gate("06 factor"', 'Gate("06 where"',
             'Gate("02 momentum"', 'Gate("06 valley"', 'Quiz("06 whatmu")']  # fmt: skip
    places = [
        next(i for i, text in enumerate(sources) if wanted in text and "import" not in text)
        for wanted in order
    ]
    assert places == sorted(places)
    assert not re.search(r"momentum\s+v\b", " ".join(sources))


def test_each_section_has_something_to_move():
    """Its rival has a live figure in every section, and so has this lecture."""
    alive = r"\b(HeatMap|Gate|Explorer|OneAxis|NoiseBall|StepExercise|NumberQuiz|Quiz)\("
    sections = prose_and_code().split("\n## ")[1:]
    still = [section.splitlines()[0] for section in sections if not re.search(alive, section)]
    assert still == ["What to remember"]


def prose_and_code():
    return "\n".join(c.source for c in nbformat.read(LECTURE, 4).cells if "import " not in c.source)


def test_a_sigma_is_the_noise_and_an_eigenvalue_is_a_z():
    for file in (LECTURE, EXERCISE):
        for line in prose(file).splitlines():
            if "sigma" in line or "σ" in line:
                assert re.search(r"noise|xi|\\sigma\^2|lambda = \\sigma", line), line
    assert not re.search(r"σ", " ".join(hint for asked in TASKS.values() for hint in asked.hints))


def test_every_slide_has_notes_and_they_fill_three_quarters_of_an_hour():
    cells = nbformat.read(LECTURE, 4).cells
    kinds = [c.metadata.get("slideshow", {}).get("slide_type") for c in cells]
    minutes = [float(n) for n in re.findall(r"For the teacher: (\S+) minutes?<", prose())]
    assert sum(minutes) <= 45
    slides = [i for i, kind in enumerate(kinds) if kind == "slide"][1:]
    for begin, end in zip(slides, [*slides[1:], len(kinds)], strict=True):
        assert "notes" in kinds[begin:end], cells[begin].source[:50]
