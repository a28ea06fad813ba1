"""Step sizes of the adaptive methods, and the live figure that shows them as bars. In a browser: test_figures_browser.py."""

import numpy as np
import pytest

from course_utils.adaptive import fewest_steps, largest_step_size, moves, step_sizes
from course_utils.descent import descend
from course_utils.landscapes import BOWL, PLATEAU, quadratic
from course_utils.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp
from course_utils.widgets import StepSizes


@pytest.mark.parametrize("optimizer", [SGD(0.9), AdaGrad(1.0), RMSProp(0.5, 0.9), Adam(0.5, beta1=0.0)])
def test_a_step_is_the_step_size_times_the_gradient(optimizer):
    path = descend(optimizer, BOWL, (-6, 3), 40)
    sizes = step_sizes(path)
    assert sizes.shape == path.positions.shape
    taken = np.diff(path.positions, axis=0)
    np.testing.assert_allclose(taken, -sizes[:-1] * path.gradients[:-1], rtol=1e-9, atol=1e-15)


def test_adams_step_size_multiplies_its_average():
    path, m = descend(Adam(0.5), BOWL, (-6, 3), 40), 0
    for t in range(40):
        m = 0.9 * m + 0.1 * path.gradients[t]
        step = -step_sizes(path)[t] * m / (1 - 0.9 ** (t + 1))
        np.testing.assert_allclose(path.positions[t + 1] - path.positions[t], step, rtol=1e-9)


def test_a_method_without_a_step_size_for_each_parameter_has_none():
    with pytest.raises(TypeError, match="SGD or an adaptive method, not Momentum"):
        step_sizes(descend(Momentum(0.1, 0.9), BOWL, (-7, 2), 3))


@pytest.mark.parametrize("optimizer", [SGD(1.0), Adam(1.0, beta1=0.9), Adam(1.0, beta1=0.5)])
@pytest.mark.parametrize("curvature", [0.5, 2])
def test_above_the_largest_step_size_swings_grow_and_below_it_they_die_out(optimizer, curvature):
    beta, limit = getattr(optimizer, "beta1", 0.0), largest_step_size(optimizer, curvature)

    def end(size):
        theta, m = 1.0, 0.0
        for _ in range(2000):
            m = beta * m + (1 - beta) * curvature * theta
            theta -= size * m
            if abs(theta) > 1e6:
                break
        return abs(theta)

    assert end(0.99 * limit) < 1e-3
    assert end(1.01 * limit) > 1e3


def test_moves_leave_the_optimizer_as_it_was():
    optimizer = AdaGrad(0.1)
    steps = moves(optimizer, [6.0] * 4)
    assert steps == pytest.approx([-0.1, -0.1 / 2**0.5, -0.1 / 3**0.5, -0.05])
    assert optimizer.s is None
    assert moves(Adam(0.1), [np.array([3, -0.02])])[0] == pytest.approx([-0.1, 0.1], rel=1e-6)


def test_the_fewest_steps_are_counted_from_when_the_ball_stays():
    assert fewest_steps(SGD, BOWL, (-7, 2)) == (44, pytest.approx(0.9261, abs=1e-3))
    assert fewest_steps(SGD, quadratic(0.001, 2), (-7, 2))[0] == np.inf
    steps, rates = fewest_steps(SGD, BOWL, [(-7, 2), (-1, 4)])
    assert (steps.tolist(), rates.shape) == ([44, 26], (2,))
    with pytest.raises(TypeError, match="method must be a class such as Adam"):
        fewest_steps(SGD(0.1), BOWL, (-7, 2))


# --- the live figure -----------------------------------------------------------------------------------------


@pytest.fixture
def by_hand():
    return StepSizes(BOWL, SGD(0.9), steps=10, each=True)


def test_each_coordinate_has_a_slider_and_a_limit_of_its_own(by_hand):
    assert by_hand.settings == {"lr x": 0.9, "lr y": 0.9}
    assert {limit["key"]: limit["at"] for limit in by_hand.limits} == {"lr x": 20, "lr y": 1}
    assert all(values["values"] == sorted(set(values["values"])) for values in by_hand.sliders)
    by_hand.settings = {"lr x": 10.0, "lr y": 0.5}
    assert by_hand.sentence().startswith("SGD: converged at (0, 0)")
    assert by_hand.gauges == [{"label": "x", "limit": 20}, {"label": "y", "limit": 1}]


def test_the_bars_are_the_step_sizes_of_the_path():
    live = StepSizes(BOWL, RMSProp(0.5, 0.9), start=(-6, 3), steps=60)
    shown = np.frombuffer(live.levels, np.float32).reshape(2, 61)
    np.testing.assert_allclose(shown, step_sizes(live.paths["RMSProp"]).T, rtol=1e-6)
    live.step = 29
    assert "after step 29: 7.11 for x (at most 20 is stable), 1.05 for y (at most 1 is stable)." in live.alt
    live.settings = {"lr": 0.7}
    assert np.frombuffer(live.levels, np.float32)[0] == pytest.approx(0.7 / (0.1 * 0.36) ** 0.5)


def test_the_arrows_are_the_two_parts_of_the_next_step(by_hand):
    parts = np.frombuffer(by_hand.parts).reshape(1, 11, 6)
    path = by_hand.paths["SGD"].positions
    np.testing.assert_allclose(parts[0, :-1, 0] + parts[0, :-1, 2], np.diff(path[:, 0]))
    np.testing.assert_allclose(parts[0, :-1, 1] + parts[0, :-1, 3], np.diff(path[:, 1]))
    assert (parts[0, :-1, 1:3] == 0).all(), "the first part runs along x, the second along y"


def test_where_the_curvature_changes_no_limit_is_shown():
    live = StepSizes(PLATEAU, AdaGrad(0.5), steps=5)
    assert [gauge["limit"] for gauge in live.gauges] == [None, None]
    assert "stable" not in live.sentence()


def test_it_leaves_a_picture_and_its_sentence_behind(by_hand):
    data, _ = by_hand.still()
    assert data["image/png"]
    assert data["text/plain"] == (
        "SGD: 10 steps, ends 2.734 from the minimum. Step sizes after step 10: 0.9 for x (at most 20 is stable), "
        "0.9 for y (at most 1 is stable)."
    )


def test_a_method_that_cannot_be_shown_is_refused():
    with pytest.raises(TypeError, match="optimizer must be an SGD, AdaGrad, RMSProp or Adam"):
        StepSizes(BOWL, Momentum(0.1, 0.9))
    with pytest.raises(ValueError, match="only SGD"):
        StepSizes(BOWL, Adam(0.1), each=True)
