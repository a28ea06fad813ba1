"""Lecture 04 and its exercise: the sums, factors and places that their texts state, computed a second time."""

from fractions import Fraction as F

import pytest

from course_utils.conventions import ema_lr
from course_utils.optimizers import Momentum
from course_utils.practice.questions import question
from course_utils.practice.tasks import task

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
def test_the_average_walks_the_same_path_with_a_rate_larger_by_the_factor_told(mu):
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
