"""Trainings on all images: done ahead as done now, the same in fewer axes, and shown by Edge."""

import numpy as np
import pytest

from course_utils.curvature import top_eigenvalues
from course_utils.digits import load_digits
from course_utils.network import TwoLayerNet
from course_utils.optimizers import SGD, Momentum
from course_utils.training import edge
from course_utils.training.full_batch import descent, few_axes, seen_along
from course_utils.widgets import Edge

# --- fewer axes ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def axes():
    return few_axes(load_digits().x_train)


def test_sixty_one_axes_hold_all_images(axes):
    assert axes.shape == (784, 61)
    assert np.abs(axes.T @ axes - np.eye(61)).max() < 1e-12
    for digits in (load_digits(), load_digits().centred()):
        x = digits.x_train.astype(float)
        assert np.abs(x @ axes @ axes.T - x).max() < 1e-6


@pytest.mark.parametrize("optimizer", [lambda: SGD(0.4), lambda: Momentum(0.1, 0.9)])
def test_in_fewer_axes_the_run_and_its_curvature_are_the_same(axes, optimizer):
    x, t = load_digits().x_train.astype(float), load_digits().t_train
    whole = TwoLayerNet(seed=0, dtype=np.float64)
    turned = seen_along(axes, whole)
    assert turned.loss(x @ axes, t) == pytest.approx(whole.loss(x, t), abs=1e-6)
    one = descent(whole, optimizer(), x, t, steps=8, every=4)
    other = descent(turned, optimizer(), x @ axes, t, steps=8, every=4)
    assert other.losses == pytest.approx(one.losses, abs=1e-6)
    assert other.curvatures == pytest.approx(one.curvatures, rel=1e-4)
    assert (other.shut, other.rises) == (one.shut, one.rises)
    assert other.measured.tolist() == [0, 4, 8]


def test_all_networks_begin_with_the_same_images_and_nobody_can_change_them():
    (one, x, _), (other, same, _) = (edge.beginning("centred", seed) for seed in (0, 1))
    assert x is same and not x.flags.writeable
    assert (one.vector != other.vector).any()


def test_a_run_whose_loss_overflows_ends_without_a_warning():
    network, x, t = edge.beginning("raw", 0)
    network.vector *= 1e200
    run = descent(network, SGD(0.1), x, t, steps=5)
    assert len(run.losses) == len(run.curvatures) == 0


# --- done ahead ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "setting, seed, lr", [("raw", 0, 0.2), ("raw", 3, 0.4), ("centred", 1, 1.6), ("momentum", 5, 0.1)]
)
def test_what_was_trained_ahead_is_what_a_training_gives(setting, seed, lr):
    kept, now = edge.trained_ahead(setting)[seed, lr], edge.trained(setting, seed, lr, steps=30)
    assert kept.losses[:31] == pytest.approx(now.losses, rel=1e-4)
    assert kept.curvatures[:4] == pytest.approx(now.curvatures, rel=2e-3)


def test_minibatches_that_were_trained_ahead_are_what_a_training_gives():
    kept = edge.curvatures_in_batches()
    assert set(kept) == {(size, seed) for size in edge.BATCHES for seed in edge.SEEDS}
    assert kept[100, 2][:3] == pytest.approx(edge.trained_in_batches(100, 2, steps=20), rel=2e-3)


def test_every_setting_has_all_seeds_and_rates():
    for setting in edge.SETTINGS:
        runs = edge.trained_ahead(setting)
        assert set(runs) == {(seed, lr) for seed in edge.SEEDS for lr in edge.RATES}
        for run in runs.values():
            assert run.measured.tolist() == list(range(0, len(run.losses), edge.EVERY))
            assert np.isfinite(run.curvatures).all()
    with pytest.raises(ValueError, match="setting must be one of raw, centred, momentum, not 'whitened'"):
        edge.trained_ahead("whitened")


# --- the live figure -----------------------------------------------------------------------------------------


@pytest.fixture
def figure():
    widget = Edge(lr=0.4)
    yield widget
    widget.close()


def test_it_draws_the_runs_that_were_trained_ahead(figure):
    runs = edge.trained_ahead("centred")
    rows = np.frombuffer(figure.pictures[0]["points"], np.float32).reshape(2, len(edge.RATES), 101)
    height = np.log(20 / 0.02)
    stop = edge.RATES.index(1.6)
    losses = 20 * np.exp(-height * rows[1, stop])
    assert losses == pytest.approx(np.clip(runs[0, 1.6].losses[:101], 0.02, 20), rel=1e-4)
    curvatures = 100 * np.exp(
        -np.log(1000)
        * np.frombuffer(figure.pictures[1]["points"], np.float32).reshape(2, len(edge.RATES), 11)[1, stop]
    )
    assert curvatures == pytest.approx(runs[0, 1.6].curvatures[:11], rel=1e-4)
    assert 100 * np.exp(-np.log(1000) * np.array(figure.edge)) == pytest.approx(
        np.clip(2 / np.array(edge.RATES), 0.1, 100)
    )


def test_the_mark_is_at_the_predicted_limit_on_a_logarithmic_slider(figure):
    for (share, text), setting in zip(figure.limits, ("raw", "centred"), strict=True):
        limit = 2 / top_eigenvalues(*edge.beginning(setting, 0))[0]
        assert text == f"predicted limit {limit:.3g}"
        below = max(k for k, rate in enumerate(edge.RATES) if rate < limit)
        assert below < share * (len(edge.RATES) - 1) < below + 1


def test_its_words_say_what_became_of_the_run(figure):
    assert figure.alt == figure.sentence() == figure.lines[figure.stop]
    assert "the law allows η up to 0.135. The loss rises in 37 steps of 100" in figure.alt
    assert "λ ends at 5, and 2/η is 5." in figure.alt
    figure.centred = True
    assert "η = 0.4, centred inputs: λ at the start is 0.592, so the law allows η up to 3.38." in figure.alt
    assert "The loss falls in every step" in figure.alt
    figure.set_state({"stop": 99})
    assert "stop must be from 0 to 16, not 99" in figure.notice
    assert figure.stop == edge.RATES.index(0.4)


def test_it_leaves_a_picture_and_its_sentence_behind(figure):
    data, _ = figure.still()
    assert data["text/plain"] == figure.alt
    assert data["image/png"]


def test_settings_that_were_not_trained_are_refused():
    with pytest.raises(ValueError, match=r"lr must be one of 0.025, .*, not 0.3"):
        Edge(lr=0.3)
    with pytest.raises(ValueError, match="seed must be a whole number from 0 to 5, not 6"):
        Edge(seed=6)
