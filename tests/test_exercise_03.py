"""Exercise 03: its references against the course's own code, its worked numbers once more, other right answers."""

import re

import numpy as np
import pytest
from browser import ROOT

from course_utils.authoring.page import Page
from course_utils.critical_points import classify
from course_utils.descent import descend
from course_utils.landscapes import BOWL, quadratic
from course_utils.optimizers import SGD
from course_utils.practice.asked import ASKED
from course_utils.practice.checking import check
from course_utils.practice.questions import question
from course_utils.practice.tasks import lecture_03, of_lecture

SOLUTION = ROOT / "solutions" / "03-where-sgd-struggles.ipynb"
EXERCISE = ROOT / "exercises" / SOLUTION.name


def test_each_task_is_asked_once_and_its_name_belongs_to_no_question():
    code = "\n".join(cell.source for _, cell in Page.read(SOLUTION).cells("code"))
    assert re.findall(r'^check\(\w+, "03 (\w+)"\)', code, re.MULTILINE) == list(of_lecture("03"))
    for key in of_lecture("03"):
        with pytest.raises(ValueError, match="There is no question"):
            question(f"03 {key}")
        assert f"03 {key}" not in ASKED


def test_the_exercise_shows_none_of_the_worked_answers():
    text = EXERCISE.read_text(encoding="utf-8")
    assert "Worked answer" not in text
    assert "BEGIN SOLUTION" not in text
    for line in ("error * w", "2 * u * w - 1", "eigvalsh", "2 * kappa**0.5", "2 / (least", "return steps"):
        assert line in SOLUTION.read_text(encoding="utf-8")
        assert line not in text


# --- the references ----------------------------------------------------------------------------------------


def f(u, w, alpha):
    return (u * w - 1) ** 2 / 2 + alpha * (u**2 + w**2) / 2


def test_gradient_and_hessian_are_the_slopes_of_f_and_of_the_gradient():
    rng, h = np.random.default_rng(5), 1e-5
    for _ in range(30):
        u, w, alpha = lecture_03.any_weights(rng)
        slopes = [f(u + h, w, alpha) - f(u - h, w, alpha), f(u, w + h, alpha) - f(u, w - h, alpha)]
        assert lecture_03.gradient(u, w, alpha) == pytest.approx(np.array(slopes) / (2 * h), abs=1e-6)
        rows = [
            lecture_03.gradient(u + h, w, alpha) - lecture_03.gradient(u - h, w, alpha),
            lecture_03.gradient(u, w + h, alpha) - lecture_03.gradient(u, w - h, alpha),
        ]
        assert lecture_03.hessian(u, w, alpha) == pytest.approx(np.array(rows) / (2 * h), abs=1e-6)


def test_the_compass_gives_the_same_verdict():
    words = {"local minimum": "minimum", "local maximum": "maximum", "strict saddle": "saddle"}
    rng, seen = np.random.default_rng(7), set()
    for _ in range(300):
        (hessian,) = lecture_03.any_hessian(rng)
        if hessian.shape != (2, 2) or 0 < np.abs(np.linalg.eigvalsh(hessian)).min() < 1e-8:
            continue  # the compass draws the line between zero and not zero elsewhere
        found = lecture_03.kind(hessian)
        assert found == words.get(classify((0, 0), hessian).kind, "undecided")
        seen.add(found)
    assert len(seen) == 4


@pytest.mark.parametrize("kappa", [1.0, 4.0, 20.0, 1000.0])
def test_no_place_in_the_ravine_misses_by_more_than_the_worst_angle(kappa):
    t = np.geomspace(1e-4, 1, 20001)
    downhill, home = np.stack([0 * t + 1, kappa * t]), np.stack([0 * t + 1, t])
    cosine = (downhill * home).sum(axis=0) / np.linalg.norm(downhill, axis=0) / np.linalg.norm(home, axis=0)
    angles = np.degrees(np.arccos(np.minimum(cosine, 1)))
    assert angles.max() == pytest.approx(lecture_03.worst_angle(kappa), abs=1e-3)


def test_every_other_step_has_a_larger_rate():
    rng = np.random.default_rng(2)
    for _ in range(20):
        (curvatures,) = lecture_03.any_curvatures(rng)
        lr, rate = lecture_03.best_step(curvatures)
        rates = np.abs(1 - np.linspace(0, 2 * lr, 4001)[:, None] * np.array(curvatures)).max(axis=1)
        assert rates.min() == pytest.approx(rate, abs=1e-3)
        assert np.abs(1 - lr * np.array(curvatures)).max() == pytest.approx(rate)


# --- the worked answers ------------------------------------------------------------------------------------


def test_the_two_level_points_by_hand():
    for x, values in ((0, (-3, 3)), (1, (3, 9))):
        hessian = np.array([[6 * x, -3], [-3, 6 * x]])
        assert np.linalg.eigvalsh(hessian) == pytest.approx(values)
    assert question("03 folium").answer == 3
    assert (-2) ** 3 - 3 * 4 + (-2) ** 3 == -28


@pytest.mark.parametrize(
    "place, alpha, values, said",
    [
        ((0.0, 0.0), 0.75, (-0.25, 1.75), "saddle"),
        ((0.5, 0.5), 0.75, (0.5, 1.5), "minimum"),
        ((-0.5, -0.5), 0.75, (0.5, 1.5), "minimum"),
        ((0.0, 0.0), 1.25, (0.25, 2.25), "minimum"),
        ((0.0, 0.0), 1.0, (0, 2), "undecided"),
    ],
)
def test_the_level_points_of_the_network(place, alpha, values, said):
    hessian = lecture_03.hessian(*place, alpha)
    assert lecture_03.gradient(*place, alpha) == pytest.approx([0, 0])
    assert np.linalg.eigvalsh(hessian) == pytest.approx(values, abs=1e-12)
    assert lecture_03.kind(hessian) == said


def test_the_degenerate_point_is_a_minimum_and_its_counterexamples_are_not():
    rng = np.random.default_rng(0)
    for u, w in rng.normal(size=(100, 2)):
        assert f(u, w, 1) > f(0, 0, 1) == 0.5
        assert f(u, w, 1) == pytest.approx(0.5 + (u - w) ** 2 / 2 + (u * w) ** 2 / 2)
    for x in (1e-1, 1e-3):
        assert 0**2 - x**4 < 0 and 0**2 + (-x) ** 3 < 0


def test_the_start_of_the_lecture_was_nearly_the_worst():
    g, home = -BOWL.gradient(np.array([-7.0, 2.0])), np.array([7.0, -2.0])
    angle = np.degrees(np.arccos(g @ home / np.linalg.norm(g) / np.linalg.norm(home)))
    assert angle == pytest.approx(64.1, abs=0.05)
    assert lecture_03.worst_angle(20) == pytest.approx(64.8, abs=0.05)
    assert np.cos(np.radians(lecture_03.worst_angle(1000))) == pytest.approx(0.063, abs=1e-3)


def test_a_tenth_more_than_the_best_step_runs_away():
    ends = [descend(SGD(lr=lr), quadratic(1, 19), (1, 1), 40).positions[-1] for lr in (0.09, 0.1, 0.11)]
    a, b, c = (np.linalg.norm(end) for end in ends)
    assert b < a < 1.2 * b
    assert c > 10


def test_a_start_a_hundred_times_closer_needs_about_forty_eight_steps_more():
    quiet = np.zeros((300, 2))
    steps = [lecture_03.steps_to_learn((s, s), 0.1, quiet) for s in (1e-2, 1e-4, 1e-6)]
    assert steps == [49, 98, 146]
    assert np.diff(steps) == pytest.approx(np.log(100) / np.log(1.1), abs=1)
    assert lecture_03.steps_to_learn((0.0, 0.0), 0.1, quiet) is None
    assert lecture_03.steps_to_learn((1.0, -1.0), 0.1, np.zeros((5000, 2))) is None


def test_a_noisy_run_equals_sgd_with_the_same_noise():
    rng = np.random.default_rng(4)
    for _ in range(20):
        start, lr, noise = lecture_03.any_silence(rng)
        params, optimizer, heights = {"theta": start.copy()}, SGD(lr=lr), []
        heights.append(f(*params["theta"], 0))
        for row in noise:
            optimizer.update(params, {"theta": lecture_03.gradient(*params["theta"], 0) + row})
            heights.append(f(*params["theta"], 0))
        assert lecture_03.steps_to_learn(start, lr, noise) == np.argmax(np.array(heights) < 0.1)


# --- other right answers -----------------------------------------------------------------------------------


def test_other_ways_to_write_it_are_right_too(capsys):
    def gradient(u, w, alpha):
        return u * w**2 - w + alpha * u, w * u**2 - u + alpha * w

    def hessian(u, w, alpha):
        return [[w * w + alpha, u * w + (u * w - 1)], [2 * u * w - 1, u * u + alpha]]

    def kind(hessian):
        values = [0 if abs(v) < 1e-9 else v for v in np.linalg.eigh(hessian)[0]]
        if all(v > 0 for v in values):
            return "minimum"
        if all(v < 0 for v in values):
            return "maximum"
        return "saddle" if any(v > 0 for v in values) and any(v < 0 for v in values) else "undecided"

    def worst(kappa):
        t = np.linspace(0, 1, 100001)
        return np.degrees(np.max(np.arctan(kappa * t) - np.arctan(t)))

    def step(curvatures):
        low, *_, high = sorted([*curvatures, curvatures[0]])
        kappa = high / low
        return [2 / (low + high), (kappa - 1) / (kappa + 1)]

    def silence(start, lr, noise):
        theta, steps = np.array(start), 0
        while (theta.prod() - 1) ** 2 >= 0.2:
            if steps == len(noise):
                return None
            theta = theta - lr * ((theta.prod() - 1) * theta[::-1] + noise[steps])
            steps += 1
        return steps

    for key, thing in zip(of_lecture("03"), (gradient, hessian, kind, worst, step, silence), strict=True):
        check(thing, f"03 {key}")
        said = capsys.readouterr().out
        assert "Right" in said
        assert "Not yet" not in said, said
