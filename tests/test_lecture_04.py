"""Lecture 04 and its exercise: the sums, factors and places that their texts state, computed a second time."""

import inspect
import re
from fractions import Fraction as F
from itertools import pairwise

import numpy as np
import pytest
from browser import ROOT

from course_utils.authoring.page import Page
from course_utils.conventions import ema_lr
from course_utils.landscapes import PLATEAU
from course_utils.optimizers import Momentum
from course_utils.practice.questions import question
from course_utils.practice.tasks import task

LECTURE = ROOT / "notebooks" / "04-momentum.ipynb"
EXERCISE = ROOT / "solutions" / "04-momentum.ipynb"

BOWL = (F(1, 10), F(2))  # the curvatures of x²/20 + y²


def walk(start, lr, mu, steps):
    """The points and gradients of Momentum on the bowl, in exact fractions; gradients[0] is taken at the start."""
    theta, v = list(start), [F(0), F(0)]
    points, gradients, velocities = [tuple(theta)], [], [tuple(v)]
    for _ in range(steps):
        g = [curvature * x for curvature, x in zip(BOWL, theta, strict=True)]
        v = [mu * old - lr * slope for old, slope in zip(v, g, strict=True)]
        theta = [x + move for x, move in zip(theta, v, strict=True)]
        points.append(tuple(theta)), gradients.append(tuple(g)), velocities.append(tuple(v))
    return points, gradients, velocities


def test_the_velocity_is_the_sum_of_the_gradients_from_g_0_on():
    lr, mu = F(1, 2), F(1, 4)
    _, g, v = walk((F(-8), F(2)), lr, mu, 6)
    for t in range(1, 7):
        for axis in (0, 1):
            assert v[t][axis] == -lr * sum(mu**k * g[t - 1 - k][axis] for k in range(t))


def test_the_exercise_counts_from_g_0_as_well():
    asked = task("04 sum")
    assert "g₀" in asked.hints[0] and "g₃" not in asked.hints[0]
    g = [F(4), F(2), F(1)]
    lr, mu = F(1, 2), F(1, 3)
    as_told = -lr * g[2] + mu * (-lr * g[1] + mu * (-lr * g[0]))
    assert "v₃ = −η g₂ + μ (−η g₁ + μ (−η g₀))" in asked.why
    assert asked.reference(g, lr, mu) == as_told


@pytest.mark.parametrize("mu", [F(1, 2), F(9, 10)])
def test_the_average_walks_the_same_path_with_a_rate_larger_by_the_stated_factor(mu):
    lr = F(1, 10)
    ball, theta, average, place = Momentum(lr, mu), {"x": F(3)}, F(0), F(3)
    for _ in range(5):
        ball.update(theta, {"x": theta["x"]})
        average = mu * average + (1 - mu) * place
        place -= lr / (1 - mu) * average
        assert place == theta["x"]
    assert ema_lr(lr, mu) == lr * (1 / (1 - mu))


def test_after_thirty_steps_the_smooth_walk_of_the_race_is_past_the_minimum_and_still_leaves_it():
    points, _, _ = walk((F(-7), F(2)), F(1, 10), F(9, 10), 30)
    before, end = (float(x) for x, _ in points[-2:])
    assert round(end, 2) == 0.90 and 0 < before < end
    (smooth,) = (option for option in question("04 race").options if option.text.startswith("Momentum"))
    assert "x = 0.90" in smooth.why


# --- the text of the lecture -----------------------------------------------------------------------------


def cells():
    return Page.read(LECTURE).nb.cells


def cell(cell_id):
    (found,) = [one for one in cells() if one.id == cell_id]
    return found


def shown(cell_id):
    """What the outputs of a cell say, as text."""
    return " ".join(output["data"]["text/plain"] for output in cell(cell_id).outputs)


def test_the_page_shows_the_class_of_the_course():
    before, _docstring, after = inspect.getsource(Momentum).split('"""')
    own = [line for line in (before + after).splitlines() if line.strip() and "validate" not in line]
    text = re.search(r"```python\n(.*?)```", cell("c029").source, re.S).group(1)
    assert [line for line in text.splitlines() if line.strip()] == own


def test_every_slide_has_notes_for_the_speaker():
    slides = []
    for one in cells():
        kind = one.metadata.get("slideshow", {}).get("slide_type")
        if kind in ("slide", "subslide"):
            slides.append([one])
        elif kind != "skip":
            slides[-1].append(one)
    without = [
        slide[0].id
        for slide in slides
        if not any(one.metadata.get("slideshow", {}).get("slide_type") == "notes" for one in slide)
    ]
    assert without == ["c001"], "the title speaks for itself"


def test_the_minutes_of_the_notes_fit_into_the_lecture():
    told = re.findall(r"For the teacher: (\d+) minutes?", "\n".join(one.source for one in cells()))
    assert sum(map(int, told)) == 45
    assert "About 45 minutes" in cell("c001").source


def test_the_tasks_of_the_exercise_take_45_minutes():
    text = "\n".join(one.source for one in Page.read(EXERCISE).nb.cells)
    minutes = [int(found) for found in re.findall(r"\*Trains: .*? (\d+) minutes\.\*", text)]
    assert (len(minutes), sum(minutes)) == (6, 45)


# --- its questions ---------------------------------------------------------------------------------------


def radius(lr, mu, steps=150, r=2.5):
    """How far from the middle of the terrace Momentum is after each step, straight along its radius."""
    v, way, speeds = 0.0, [r], []
    for _ in range(steps):
        v = mu * v - lr * 2.5 * (r * r / 4 - 1) ** 4 * r
        r += v
        way.append(r), speeds.append(abs(v))
    return np.abs(way), np.array(speeds)


def test_the_gradient_of_the_terrace_is_the_one_in_the_text():
    for r in (0.7, 1.5, 2, 2.4):
        assert PLATEAU.gradient(np.array([r, 0.0]))[0] == pytest.approx(2.5 * (r * r / 4 - 1) ** 4 * r)
    assert PLATEAU.hessian(np.zeros(2))[0, 0] == pytest.approx(5 / 2)


def test_the_smallest_momentum_that_gets_across():
    asked = question("04 across")
    ends = {k: radius(0.05, k / 100)[0][-1] for k in range(101)}
    assert asked.answer * 100 == min(k for k, end in ends.items() if end < 0.1) == 88
    assert all(end > 1.7 for k, end in ends.items() if k < 88)
    assert ends[100] == pytest.approx(1.48, abs=0.005), "without friction it never comes to rest"


@pytest.mark.parametrize(
    ("lr", "speed", "place", "over"), [(0.05, 0.061, 2.297, True), (0.01, 0.022, 2.384, False)]
)
def test_how_far_the_balls_coast(lr, speed, place, over):
    way, speeds = radius(lr, 0.9)
    top = np.argmax(speeds * (way[1:] > 2.1))
    assert (round(speeds[top], 3), round(way[top + 1], 3)) == (speed, place)
    assert (place - 9 * speed < 2) is over
    assert bool(way[-1] < 1) is over
    for stated in (f"{speed:g}", f"{place:g}"):
        assert stated in question("04 terrace").text


def test_a_walker_as_fast_as_the_ball_on_an_even_slope_stays_on_the_terrace():
    assert pytest.approx(0.5) == 0.05 / (1 - 0.9)
    assert radius(0.5, 0)[0][-1] == pytest.approx(2.088, abs=5e-4)


def test_the_walker_changes_sides_at_every_step():
    points, _, _ = walk((F(-7), F(2)), F(19, 20), F(0), 30)
    assert (
        sum((before[1] > 0) != (after[1] > 0) for before, after in pairwise(points))
        == question("04 sides").answer
    )


def test_the_ball_with_friction_is_momentum_with_the_numbers_asked_for():
    mass, friction, dt = F(2), F(1, 2), F(1)
    lr, mu = dt**2 / mass, 1 - friction * dt / mass
    assert (question("04 friction").answer, lr) == (mu, F(1, 2))
    assert {w.value for w in question("04 friction").wrong} == {1 - mu, lr}
    place, speed = [F(-7), F(2)], [F(0), F(0)]
    points, _, _ = walk(place, lr, mu, 3)
    for t in range(1, 4):
        force = [-curvature * x - friction * u for curvature, x, u in zip(BOWL, place, speed, strict=True)]
        speed = [u + dt / mass * push for u, push in zip(speed, force, strict=True)]
        place = [x + dt * u for x, u in zip(place, speed, strict=True)]
        assert tuple(place) == points[t], "exactly"


def test_the_pull_turns_the_ball_on_the_saddle():
    point, v, arrows = (1, 2), (0, 0), []
    for _ in range(3):
        pull = (-point[1], -point[0])
        arrows.append((v, pull))
        v = (v[0] + pull[0], v[1] + pull[1])
        point = (point[0] + v[0], point[1] + v[1])
    assert arrows[2] == ((-3, 0), (-1, 4)) and v == (-4, 4)
    (right,) = [option for option in question("04 turn").options if option.right]
    assert "(−3, 0)" in right.why and "(−1, 4)" in right.why


@pytest.mark.parametrize(("mu", "steps"), [(0.5, 5), (0.9, 29), (0.99, 299)])
def test_when_a_ball_has_95_percent_of_its_terminal_velocity(mu, steps):
    assert mu**steps <= 0.05 < mu ** (steps - 1)
    assert np.ceil(np.log(20) / -np.log(mu)) == steps
    assert f"after {steps} steps at μ = {mu:g}" in shown("c042")
    assert question("04 warm-up").answer == 29


def test_below_its_limit_the_ravine_calms_down_and_beyond_it_runs_away():
    limit = question("04 limit").answer
    mu = F(2, 5)
    assert limit == 2 * (1 + mu) / BOWL[1]
    assert {w.value for w in question("04 limit").wrong} == {
        2 * (1 + mu) / BOWL[0],
        2 * (1 + mu),
        2 / BOWL[1],
    }
    for lr, calm in ((1.39, True), (1.41, False)):
        y, v = 2.0, 0.0
        for _ in range(300):
            v = 0.4 * v - lr * 2 * y
            y += v
        assert (abs(y) < 2) is calm


def test_an_oscillation_at_the_limit_goes_on_forever():
    mu, curvature, c = F(3, 10), F(5), F(7)
    lr = 2 * (1 + mu) / curvature
    theta, v = c, -2 * c  # the step from −c to c was 2c, the next is −2c
    theta = -c
    for t in range(2, 9):
        v = mu * v - lr * curvature * theta
        theta += v
        assert theta == (-1) ** t * c


def test_the_race():
    l1, l2 = 0.1, 2.0
    root = np.sqrt(l2 / l1)
    tuned = 4 / (np.sqrt(l1) + np.sqrt(l2)) ** 2, ((root - 1) / (root + 1)) ** 2
    ends = {}
    for lr, mu in ((0.95, 0), (0.1, 0), (2 / (l1 + l2), 0), (0.95, 0.9), (0.1, 0.9), tuned):
        points, _, _ = walk((-7.0, 2.0), lr, mu, 60)
        ends[lr, mu] = [np.hypot(*map(float, points[t])) for t in (30, 60)]
    expected = [
        (0.361, 0.0179),
        (5.18, 3.83),
        (0.362, 0.018),
        (1.5, 0.308),
        (0.901, 0.078),
        (0.000154, 3.57e-10),
    ]
    for (after_30, after_60), pair in zip(expected, ends.values(), strict=True):
        assert pair == pytest.approx([after_30, after_60], rel=5e-3)
        assert f"{after_30:g} away after 30 steps, {after_60:g} after 60" in shown("six")
    times = ends[2 / (l1 + l2), 0][0] / ends[tuned][0]
    assert f"it is {times:.0f} times nearer" in shown("six")
    assert f"is {tuned[0] / (1 - tuned[1]):.2f}, where SGD has less than 1" in shown("six")
    assert "0.00015 from the minimum" in cell("c067").source


def test_for_which_ravine_0_9_is_best():
    root = (1 + np.sqrt(0.9)) / (1 - np.sqrt(0.9))  # √μ = (√κ − 1)/(√κ + 1), solved for √κ
    assert round(root**2) == 1442
    assert "0.9 is best at κ = 1442" in shown("c069")


def test_fibonacci_on_the_saddle():
    numbers = [0, 1]
    while len(numbers) < 60:
        numbers.append(numbers[-1] + numbers[-2])
    x, y, v = 1, 2, (0, 0)
    a, d = [], []
    for _ in range(25):
        a.append(x + y), d.append(x - y)
        v = (v[0] - y, v[1] - x)
        x, y = x + v[0], y + v[1]
    assert a[:6] == [3, 0, -3, -3, 0, 3] and all(a[t + 6] == a[t] for t in range(19))
    assert d == [-numbers[2 * t + 1] for t in range(25)]
    assert d[24] / d[23] == pytest.approx(((1 + 5**0.5) / 2) ** 2) == pytest.approx(2.618, abs=5e-4)
    assert "2.618" in cell("curious").source and "2.618" in shown("c071")


def test_with_the_old_velocity_the_ball_runs_away():
    place, v = [-7.0, 2.0], [0.0, 0.0]
    for t in range(1, 61):
        g = [float(curvature) * x for curvature, x in zip(BOWL, place, strict=True)]
        place = [x + u for x, u in zip(place, v, strict=True)]
        v = [0.8 * u - 0.15 * slope for u, slope in zip(v, g, strict=True)]
        if t in (30, 60):
            assert f"{np.hypot(*place):.3f} against" in shown("c017")
    assert np.hypot(*place) > np.hypot(-7, 2)
