"""LiveTraining without a browser: what a hand moves acts on the next step, and what is told is true."""

import numpy as np
import pytest

from course_utils.widgets.live_training import STEPS, STOPS, LiveTraining


@pytest.fixture
def live():
    widget = LiveTraining(batch=100, lr=0.1, momentum=0.9)
    widget._paced = False
    yield widget
    widget.close()


def steps(widget, many):
    """So many steps of a training that goes on."""
    if widget._work is None:
        widget._ready_to_work()
    for _ in range(many):
        next(widget._work)
    widget.told()


def test_it_trains_to_its_end(live):
    live.finish()
    assert (live.status, len(live.losses)) == ("finished", STEPS)
    assert np.mean(live.losses[-15:]) < 0.1 < 2 < live.losses[0]
    heights = np.frombuffer(live.heights, np.float32)
    assert heights.shape == (2 * STEPS,)
    assert heights[STEPS - 1] > heights[0], "a lower loss is drawn lower"
    assert live.words[0].startswith("Step 400 of 400.")
    right = np.mean(np.array(live.read) == np.arange(10))
    assert right >= 0.7


def test_the_same_seed_trains_the_same_way(live):
    live.finish()
    first = list(live.losses)
    live.reset()
    assert (live.status, live.losses, live.words[0][:6]) == ("ready", [], "Step 0")
    live.finish()
    assert live.losses == first


def test_what_the_hand_moves_acts_on_the_next_step(live):
    steps(live, 30)
    before = {name: p.copy() for name, p in live.network.params.items()}
    live.stops = live.stops | {"lr": 0, "momentum": 0, "batch": 0}
    steps(live, 1)
    moved = max(np.abs(p - before[name]).max() for name, p in live.network.params.items())
    assert (live._optimizer.lr, live._optimizer.momentum) == (STOPS["lr"][0], 0)
    assert 0 < moved < 0.05
    assert [text for _, text in live.moved] == ["B 1", "η 0.001", "μ 0"] or len(live.moved) == 3
    assert {step for step, _ in live.moved} == {30}


def test_a_slider_that_goes_on_moving_moves_its_mark(live):
    steps(live, 20)
    for stop in (5, 6, 7):
        live.stops = live.stops | {"lr": stop}
        steps(live, 2)
    assert [text for _, text in live.moved] == [f"η {STOPS['lr'][7]:g}"]


@pytest.mark.parametrize("lr", [1, 2, 3, 5, 10])
def test_a_learning_rate_of_1_or_more_breaks_it_for_good(lr):
    live = LiveTraining(batch=100, lr=lr, momentum=0)
    live._paced = False
    steps(live, 60)
    live.stops = live.stops | {"lr": STOPS["lr"].index(0.03)}
    steps(live, 200)
    assert np.mean(live.losses[-15:]) == pytest.approx(np.log(10), abs=0.02)
    assert "Hidden units at work: 0 of 50" in live.words[1]
    live.close()


def test_the_lowest_loss_is_kept_over_several_trainings(live):
    live.finish()
    told = live.words[2]
    assert told.startswith("Your lowest loss at the end of a training so far: 0.0")
    live.reset()
    live.stops = live.stops | {"lr": 0, "momentum": 0}
    live.finish()
    assert live.words[2] == told


def test_every_batch_is_drawn_from_the_training_images_without_doubles(live):
    for size in (1, 100, 500, 1500):
        rows = live._rows(size)
        assert len(set(rows.tolist())) == size
        assert rows.max() < 1500


def test_the_picture_of_an_untouched_figure_is_a_whole_training_that_leaves_no_trace(live, monkeypatch):
    before, sent = live.get_state(), []
    monkeypatch.setattr("comm.create_comm", lambda **about: sent.append(about))
    data, about = live.still()
    assert live.get_state() == before
    assert not sent, "no second widget goes to the page"
    assert data["text/plain"].startswith(
        "Loss after 400 steps of 400, now with B = 100, η = 0.1, μ = 0.9: 0.0"
    )
    assert about["image/png"]["alt"] == data["text/plain"]
    assert live.losses == []


def test_only_the_sliders_may_be_set_by_the_browser(live):
    before = dict(live.stops)
    for state, words in (
        ({"stops": {"batch": 0, "lr": 0}}, "stops must be a dict of batch, lr, momentum"),
        ({"stops": before | {"lr": 99}}, "must be a whole number from 0 to"),
        ({"stops": before | {"lr": True}}, "must be a whole number"),
        ({"heights": b""}, "may not set heights"),
    ):
        live.set_state(state)
        assert words in live.notice
        assert live.stops == before


def test_a_setting_that_is_no_stop_is_refused():
    with pytest.raises(ValueError, match=r"lr must be one of 0\.001, 0\.002"):
        LiveTraining(lr=0.07)
