"""OneAxis without a browser: what Python computes for every stop, sends, refuses and leaves behind."""

import numpy as np
import pytest

from course_utils.descent import descend
from course_utils.landscapes import quadratic
from course_utils.optimizers import SGD, Momentum, NesterovLookahead
from course_utils.quadratics import rate
from course_utils.widgets import OneAxis
from course_utils.widgets.one_axis import PANELS, STEPS, TOP


@pytest.fixture
def axis():
    widget = OneAxis(product=0.04, momentum=0.36, panels=PANELS)
    yield widget
    widget.close()


def points(widget, kind):
    drawn = next(picture for picture in widget.pictures if picture["kind"] == kind)
    return np.frombuffer(drawn["points"], np.float32).reshape(len(widget.stops), -1, 2)


@pytest.mark.parametrize("mu", [0.0, 0.36, 0.64, 0.9])
def test_each_stop_shows_what_the_optimizer_does(axis, mu):
    stop = round(100 * mu)
    run = descend(Momentum(0.04, mu), quadratic(1, 1), (1, 1), STEPS).positions[:, 0]
    assert points(axis, "walk")[stop, :, 1] == pytest.approx(run, abs=1e-6)
    assert points(axis, "plane")[stop, :, 0] == pytest.approx(run, abs=1e-6)
    assert points(axis, "plane")[stop, 1:, 1] == pytest.approx(np.diff(run), abs=1e-6)
    z = points(axis, "circle")[stop] @ [1, 1j]
    assert z.sum() == pytest.approx(1 + mu - 0.04, abs=1e-6)
    assert z.prod() == pytest.approx(mu, abs=1e-6)
    assert points(axis, "rate")[stop, 0] == pytest.approx([mu, rate(Momentum(0.04, mu), 1)], abs=1e-6)


def test_the_words_name_the_regime_at_every_stop(axis):
    does = [line.split("the ball ")[-1].split("The ball ")[-1].split(";")[0] for line in axis.lines]
    assert does[:64] == ["creeps"] * 64
    assert does[65:] == ["swings"] * 35
    wide = OneAxis(momentum=0.36, move="product")
    runs_away = [line for line in wide.lines if "runs away" in line]
    assert len(runs_away) == (wide.stops > 2.72 + 1e-9).sum()
    assert any("changes sides in every step" in line for line in wide.lines)
    wide.close()


def test_what_is_far_out_stands_on_the_frame():
    wide = OneAxis(momentum=0.9, move="product", method=NesterovLookahead, panels=("circle", "rate"))
    assert np.abs(points(wide, "circle")).max() <= 1.3 + 1e-6
    assert points(wide, "rate")[..., 1].max() == pytest.approx(TOP)
    wide.close()


def test_it_starts_at_the_stop_next_to_what_was_asked_for(axis):
    assert axis.stops[axis.stop] == 0.36
    assert axis.alt == axis.sentence() == axis.lines[36]
    axis.stop = 90
    assert axis.alt.startswith("ηλ = 0.04, μ = 0.9: z = 0.93 ± 0.1873i, both of size 0.9487. The ball swings")


def test_the_dashed_circle_and_the_floors_are_momentums_own():
    axis = OneAxis(momentum=0.36, move="product", panels=("circle", "rate"))
    assert axis.pictures[0]["radii"] == pytest.approx([0.6] * len(axis.stops))
    assert [sign[2] for sign in axis.pictures[1]["signs"]] == ["μ = 0", "μ = 0.64", "μ = 0.81", "μ = 0.36"]
    other = OneAxis(momentum=0.9, move="product", method=NesterovLookahead, panels=("circle", "rate"))
    assert (other.pictures[0]["radii"], other.pictures[1]["signs"]) == ([], [])
    axis.close()
    other.close()


def test_it_leaves_a_picture_and_its_sentence_behind(axis):
    data, _ = axis.still()
    assert data["text/plain"] == axis.lines[36]
    assert data["image/png"]


def test_the_browser_may_move_the_stop_and_nothing_else(axis):
    axis.set_state({"stop": 12})
    assert axis.stop == 12
    axis.set_state({"stop": 100})
    assert axis.stop == 12
    assert axis.notice == "stop must be from 0 to 99, not 100 (int)"
    axis.set_state({"lines": []})
    assert "may not set lines" in axis.notice


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"method": SGD}, TypeError, "method must be Momentum"),
        ({"move": "lr"}, ValueError, "move must be 'momentum' or 'product', not 'lr'"),
        ({"panels": ("circle", "map")}, ValueError, "panels must be some of circle, rate, walk, plane"),
        ({"momentum": 1.5}, ValueError, "momentum must be a number from 0 to 1, not 1.5"),
        ({"product": "a"}, ValueError, "product must be a number from 0 to 4"),
    ],
)
def test_what_it_cannot_show_is_refused(options, error, said):
    with pytest.raises(error, match=said):
        OneAxis(**options)
