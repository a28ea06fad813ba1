"""Pictures of the network and of its trainings: what their sentences say is what was computed, and nothing is cut off."""

import numpy as np
import pytest

from course_utils import figures
from course_utils.digits import load_digits
from course_utils.network import TwoLayerNet
from course_utils.optimizers import Momentum
from course_utils.training import METHODS, train

DIGITS = load_digits()


@pytest.fixture(scope="module")
def trained():
    network = TwoLayerNet(seed=0)
    before = network.params["W1"].copy()
    history = train(network, Momentum(0.1, 0.9), DIGITS, epochs=4, curves=True, progress=False)
    return network, before, history


def small(picture):
    return len(figures.png(picture[0])) <= 120_000


def test_the_flow_tells_what_the_network_computes(trained):
    network = trained[0]
    x, digit = DIGITS.x_test[7], int(DIGITS.t_test[7])
    picture = figures.flow(network, x, digit, "A digit becomes ten probabilities")
    params = network.params
    at_work = int((x @ params["W1"] + params["b1"] > 0).sum())
    loss = network.loss(x[None], [digit])
    assert f"A {digit} on its way" in picture[1]
    assert f"{at_work} of 50 hidden units are open" in picture[1]
    assert f"the largest score is that of {network.predict(x[None])[0]}" in picture[1]
    assert f"the probability {np.exp(-loss):.2f}, so the loss is {loss:.2f}" in picture[1]
    assert small(picture)


def test_the_arrows_of_the_flow_run_between_the_boxes(trained):
    figure, _ = figures.flow(trained[0], DIGITS.x_test[0], int(DIGITS.t_test[0]))
    figure.draw_without_rendering()
    x_box, a_box = (axes.get_position() for axes in figure.axes[:2])
    arrow = figure.axes[0].texts[0]
    assert x_box.x1 < arrow.xyann[0] < arrow.xy[0] < a_box.x0


def test_another_network_is_refused():
    with pytest.raises(ValueError, match="784-50-10"):
        figures.flow(TwoLayerNet((784, 8, 10)), DIGITS.x_test[0], 3)


def test_the_weights_shown_are_those_that_changed_most(trained):
    network, before, _ = trained
    after = network.params["W1"]
    picture = figures.weights(before, after, count=3)
    first = np.argmax(np.linalg.norm(after - before, axis=0))
    drawn = picture[0].axes[3].images[0].get_array()
    np.testing.assert_array_equal(drawn, after[:, first].reshape(28, 28))
    assert "3 of 50 hidden units" in picture[1]
    assert small(picture)


def test_the_confusion_counts_every_image_once(trained):
    network = trained[0]
    picture = figures.confusion(network, DIGITS.x_test, DIGITS.t_test)
    counts = [int(text.get_text()) for axes in picture[0].axes for text in axes.texts]
    assert sum(counts) == len(DIGITS.t_test)
    worst = max(
        (text for axes in picture[0].axes for text in axes.texts if text.get_color() != figures.FAINT),
        key=lambda text: int(text.get_text()),
    )
    assert worst.get_color() == figures.PAPER, "light on the darkest field"
    missed = int((network.predict(DIGITS.x_test) != DIGITS.t_test).sum())
    assert f"{missed} of 297 test images are read wrong" in picture[1]
    assert small(picture)


def test_the_panels_of_a_race_tell_the_medians():
    fall = np.exp(-np.arange(30) / 10)
    runs = {name: (k + 1) * fall * np.array([[0.9], [1], [1.3]]) for k, name in enumerate(METHODS)}
    picture = figures.race_panels(runs, "Eight methods")
    assert "median of 3 runs: SGD 0.055; Momentum 0.11" in picture[1]
    assert len([axes for axes in picture[0].axes if axes.axison]) == 8
    assert small(picture)


def test_the_panels_of_a_tuning_mark_the_lowest_and_warn_of_an_edge():
    tried = {"SGD": {0.1: 1.0, 0.3: 0.5, 1.0: 2.0}, "Adam": {0.001: 0.9, 0.01: 0.4, 0.1: 0.7}}
    picture = figures.tuning_panels(tried)
    assert "SGD 0.3, Adam 0.01. None lies at the edge of its grid." in picture[1]
    tried["Adam"][0.1] = 0.3
    assert "SOME LIE AT THE EDGE" in figures.tuning_panels(tried)[1]


def test_learning_curves_tell_both_losses(trained):
    history = trained[2]
    picture = figures.learning_curves(history, "Two curves")
    assert (
        f"training images: {history.train_losses[1]:.1g} after 1 epochs, {history.train_losses[4]:.1g} after 4"
        in picture[1]
    )
    assert f"test images: {history.test_losses[1]:.1g} after 1 epochs" in picture[1]


def test_compared_runs_are_told_apart_by_labels_and_dashes():
    _figure, axes = figures.new_figure(7.5, 3)
    losses = np.exp(-np.arange(20) / 9) * np.ones((3, 1))
    figures.draw_compared(
        axes, {"slow": ("SGD", 2 * losses), "fast": ("SGD", losses), "ball": ("Momentum", losses)}
    )
    assert [text.get_text() for text in axes.texts] == ["slow", "fast", "ball"]
    assert [line.get_linestyle() for line in axes.lines] == ["-", "--", "-"]
