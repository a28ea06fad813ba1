"""HeatMap without a browser: what Python computes, sends, refuses and leaves behind."""

import numpy as np
import pytest

from course_utils.descent import descend
from course_utils.landscapes import BOWL
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead
from course_utils.quadratics import overall_rate, step_matrix
from course_utils.widgets.heat import COLOURS, LRS, MOMENTA, STEPS, UNSTABLE, HeatMap


@pytest.fixture(scope="module")
def heat():
    widget = HeatMap()
    yield widget
    widget.close()


def sent(widget, name, shape, dtype=np.float32):
    return np.frombuffer(getattr(widget, name), dtype).reshape(len(MOMENTA), len(LRS), *shape)


@pytest.mark.parametrize("method", [Momentum, NesterovLookahead, Nesterov])
def test_every_cell_shows_what_the_optimizer_does(method):
    heat = HeatMap(method, kappa=20)
    paths, roots = sent(heat, "paths", (STEPS + 1, 2)), sent(heat, "roots", (2, 2, 2))
    levels = sent(heat, "levels", (), np.uint8)
    for column, row in (4, 45), (66, 20), (0, 0), (30, 25):
        optimizer = method(float(LRS[column]), float(MOMENTA[row]))
        walk = descend(optimizer, BOWL, (-7, 2), STEPS)
        shares = (walk.positions.clip(-1e6, 1e6) * [1, -1] + [8, 4]) / [16, 8]
        np.testing.assert_allclose(paths[row, column], shares, rtol=1e-5, atol=1e-5)
        for pair, curvature in zip(roots[row, column], (0.1, 2), strict=True):
            found = np.sort_complex(pair[:, 0] + 1j * pair[:, 1])
            wanted = np.sort_complex(np.linalg.eigvals(step_matrix(optimizer, curvature)))
            np.testing.assert_allclose(found, wanted, atol=1e-4)
        assert (levels[row, column] == UNSTABLE) == (overall_rate(optimizer, (0.1, 2)) >= 1)
        heat.cell = (column, row)
        assert heat.pair() == (optimizer.lr, optimizer.momentum)
        assert np.allclose(heat.path().positions, walk.positions, equal_nan=True)
        assert heat.path().status == walk.status
    heat.close()


def test_a_faster_cell_has_a_colour_nearer_to_the_first(heat):
    heat.kappa = 20
    rates, levels = heat.rates.ravel(), sent(heat, "levels", (), np.uint8).ravel()
    order = rates.argsort()
    assert (np.diff(levels[order].astype(int)) >= 0).all()
    assert len(set(levels)) > 100
    light = COLOURS @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(light) < 0.5).all(), "from light to dark, so that it can be read without colour"


def test_the_border_stands_between_stable_and_unstable_cells(heat):
    heat.kappa = 20
    unstable = sent(heat, "levels", (), np.uint8) == UNSTABLE
    assert unstable.any()
    for (x, y), row in zip(heat.border, range(len(MOMENTA)), strict=False):
        assert y == pytest.approx(1 - (row + 0.5) / len(MOMENTA))
        centres = (np.arange(len(LRS)) + 0.5) / len(LRS)
        assert (unstable[row] == (centres > x - 1e-9)).all()


def test_another_kappa_gives_another_picture_and_the_best_moves(heat):
    heat.kappa = 20
    before, at = heat.levels, heat.best["at"]
    assert heat.best["cell"] == [66, 21]
    heat.kappa = 500
    assert heat.levels != before
    assert heat.best["at"][0] > at[0]
    assert heat.best["at"][1] < at[1], "more curvature apart, more momentum"
    assert "κ = 500" in heat.alt
    assert "λ₁ = 0.004" in heat.words[1]
    heat.kappa = 1
    heat.cell = (24, 0)
    assert "rate 0, it is there" in heat.words[0]
    heat.kappa = 20


def test_the_read_out_and_the_sentence_describe_the_chosen_cell(heat):
    heat.kappa, heat.cell = 20, (4, 45)
    assert heat.words == [
        "η = 0.1, μ = 0.9: rate 0.9487, 43.71 steps for one more digit.",
        "Along the ravine, λ₁ = 0.1: 0.945 ± 0.08352i, of size 0.9487: swings.",
        "Across it, λ₂ = 2: 0.85 ± 0.4213i, of size 0.9487: swings.",
        "The path: 30 steps, ends 0.9007 from the minimum.",
    ]
    heat.cell = (99, 0)
    assert "it diverges" in heat.words[0]
    assert "−3 and 0: runs away" in heat.words[2]
    heat.cell = (10, 0)
    assert "0.56 and 0: changes sides" not in heat.words[2]
    assert "creeps" in heat.words[1]
    assert all(words in heat.alt for words in heat.words)


def test_it_leaves_a_picture_and_its_sentence(heat):
    heat.kappa, heat.cell = 20, (4, 45)
    data, metadata = heat._repr_mimebundle_()
    assert data["text/plain"] == heat.sentence() == metadata["image/png"]["alt"]
    assert 5_000 < len(data["image/png"]) * 3 / 4 < 60_000
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_root_of_mu_is_drawn_only_where_it_holds(heat):
    assert heat.shells == pytest.approx(MOMENTA**0.5)
    other = HeatMap(NesterovLookahead)
    assert other.shells == []
    other.close()


def test_the_browser_can_only_change_the_cell_and_kappa(heat):
    heat.set_state({"cell": [7, 8], "kappa": 50})
    assert (heat.cell, heat.kappa, heat.notice) == ((7, 8), 50, "")
    for state, words in (
        ({"cell": [100, 0]}, "cell must be a column from 0 to 99"),
        ({"cell": [0, -1]}, "cell must be"),
        ({"cell": "ab"}, "cell"),
        ({"kappa": 0.5}, "kappa must be from 1 to 1000, not 0.5"),
        ({"kappa": float("nan")}, "kappa must be from 1 to 1000"),
        ({"levels": b""}, "may not set levels"),
    ):
        heat.set_state(state)
        assert words in heat.notice
        assert (heat.cell, heat.kappa) == ((7, 8), 50)
    heat.set_state({"kappa": 20})
    assert heat.notice == ""


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: HeatMap(SGD), TypeError, "method must be Momentum, NesterovLookahead or Nesterov"),
        (lambda: HeatMap(Momentum(0.1, 0.9)), TypeError, "the class itself, not <"),
        (lambda: HeatMap(at=0.1), ValueError, r"at must be \(η, μ\), not 0.1"),
        (lambda: HeatMap(at=(0.1, np.nan)), ValueError, r"at must be \(η, μ\)"),
        (lambda: HeatMap(kappa=2000), Exception, "kappa must be from 1 to 1000, not 2000"),
    ],
)
def test_bad_arguments_are_refused_by_name(call, error, words):
    with pytest.raises(error, match=words):
        call()
