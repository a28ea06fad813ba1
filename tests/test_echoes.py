"""Echoes: the arrows add up to the velocity, and fade by μ."""

import itertools

import numpy as np
import pytest

from course_utils.landscapes import BOWL
from course_utils.optimizers import SGD, Momentum
from course_utils.widgets import Echoes


@pytest.fixture
def echoes():
    return Echoes(BOWL, Momentum(0.1, 0.9), start=(-7, 2), steps=12)


def test_the_arrows_lead_from_the_last_point_to_this_one(echoes):
    for step in range(1, 13):
        echoes.step = step
        chain, path = echoes.chain(), echoes.paths["Momentum"]
        assert chain[0][1] == pytest.approx(path.positions[step - 1])
        assert chain[-1][2] == pytest.approx(path.positions[step])
        assert all(np.allclose(tip, tail) for (_, _, tip), (_, tail, _) in itertools.pairwise(chain))


def test_each_arrow_fades_by_the_momentum(echoes):
    assert [weight for weight, _, _ in echoes.chain()][:3] == pytest.approx([1, 0.9, 0.81])
    echoes.settings = {"momentum": 0.5}
    assert [weight for weight, _, _ in echoes.chain()] == pytest.approx([1, 0.5, 0.25, 0.125, 0.0625])
    echoes.settings = {"momentum": 0.0}
    assert len(echoes.chain()) == 2
    assert echoes.words.startswith("Step 12, μ = 0: v =")
    assert "1 times the newest pull" in echoes.words
    echoes.settings = {"momentum": 0.5}
    echoes.step = 3
    assert echoes.words.endswith("The very first gradient counts 0.25.")


def test_no_name_of_an_arrow_lies_on_another():
    echoes = Echoes(BOWL, Momentum(0.3, 0.9), start=(-7, 2), steps=12, step=8, bounds=(-7.6, -0.4, -2.4, 2.6))
    named = [mark for mark in echoes.marks if mark["label"]]
    assert [mark["label"] for mark in named][:2] == ["−ηg", "× 0.9"]
    middles = [(np.array(mark["from"]) + mark["to"]) / 2 for mark in named if mark["label"] != "v"]
    apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(middles, 2)]
    assert min(apart) > 0.08 * 7.2


def test_the_only_slider_is_the_momentum(echoes):
    assert [slider["key"] for slider in echoes.sliders] == ["momentum"]


def test_at_the_start_the_ball_is_at_rest(echoes):
    echoes.step = 0
    assert (echoes.marks, echoes.alt) == ([], "At the start the ball is at rest: v = 0. Play, or press Next.")


def test_it_leaves_a_picture_and_its_sentence_behind(echoes):
    data, _ = echoes.still()
    assert data["text/plain"].startswith("Step 12, μ = 0.9: v = (")
    assert data["image/png"]


def test_another_method_has_no_echoes():
    with pytest.raises(TypeError, match="optimizer must be a Momentum"):
        Echoes(BOWL, SGD(0.1))
