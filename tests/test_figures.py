"""Figures: each carries its sentence, computed from what is drawn, and is the same file every time."""

import base64
import io

import numpy as np
import pytest
from matplotlib.lines import Line2D
from PIL import Image

from course_utils import figures
from course_utils.descent import descend
from course_utils.landscapes import BOWL, LANDSCAPES, PLATEAU, SADDLE
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead

WALK = descend(SGD(0.95), BOWL, (-7, 2), 30)


def test_the_sentence_is_computed_from_the_arrays():
    roll = descend(Momentum(0.1, 0.9), BOWL, (-7, 2), 30)
    _, sentence = figures.paths_on_map({"SGD": WALK, "Momentum": roll})
    assert sentence == (
        "SGD: 30 steps, ends 0.3605 from the minimum; Momentum: 30 steps, ends 0.9007 from the minimum."
    )
    assert figures.losses({"SGD": WALK})[1] == "Loss after 30 steps. SGD: 0.01333."


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (descend(SGD(3), BOWL, (-7, 2), 400), "diverges at step"),
        (descend(SGD(0.5), BOWL, (-7, 2), 1000), "converged at (−"),
        (descend(SGD(0.5), SADDLE, (0, 0), 10), "stalled at (0, 0) after 10 steps"),
        (descend(SGD(1), SADDLE, (1, 2), 1), "1 step, from (1, 2) to (−1, 1)"),
    ],
)
def test_the_sentence_uses_the_three_words_rightly(path, words):
    assert words in figures.summary("SGD", path)


@pytest.mark.parametrize("landscape", LANDSCAPES, ids=lambda f: f.name)
def test_every_landscape_can_be_drawn_small_and_reproducibly(landscape):
    paths = {"SGD": descend(SGD(1e-3), landscape, landscape.start, 20)}
    first, second = (figures.png(figures.paths_on_map(paths)[0]) for _ in range(2))
    assert first == second
    assert len(first) <= 120_000
    assert Image.open(io.BytesIO(first)).size[0] >= 500


def test_small_files_keep_the_colours_of_the_methods():
    paths = {m.__name__: descend(m(0.1), BOWL, (-7, 2), 30) for m in (SGD, Momentum, NesterovLookahead)}
    pixels = np.array(Image.open(io.BytesIO(figures.png(figures.paths_on_map(paths)[0]))).convert("RGB"), int)
    for name in paths:
        colour = [int(figures.LOOKS[name].colour[i : i + 2], 16) for i in (1, 3, 5)]
        near = np.abs(pixels - colour).max(axis=-1) <= 8
        assert near.sum() > 200, name


def test_gradients_stand_at_right_angles_to_contours_as_drawn():
    figure, _ = figures.paths_on_map({"SGD": WALK})
    assert figure.axes[0].get_aspect() == 1


def test_every_method_has_a_colour_and_a_marker_of_its_own():
    looks = figures.LOOKS.values()
    assert len({look.colour for look in looks}) == len({look.marker for look in looks}) == len(looks)
    for method in (SGD, Momentum, NesterovLookahead, Nesterov):
        assert figures.look_of(method()) is figures.LOOKS[method.__name__]


def test_fit_holds_the_whole_path():
    path = descend(Momentum(1, 1), SADDLE, (1, 2), 3)
    x_from, x_to, y_from, y_to = figures.fit(path, extra=[(5, -3)])
    assert x_from < -8
    assert x_to > 5
    assert y_from < -3
    assert y_to > 5


def test_step_arrows_show_each_sum():
    path = descend(Momentum(1, 1), SADDLE, (1, 2), 3)
    _, sentence = figures.step_arrows(path)
    assert "step 3: (−3, 0) + (−1, 4) = (−4, 4)" in sentence


def test_picture_has_alt_text_and_plain_text():
    data, metadata = figures.picture(figures.losses({"SGD": WALK})[0], "A sentence.")
    assert data["text/plain"] == metadata["image/png"]["alt"] == "A sentence."
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")


@pytest.mark.parametrize("alt", ["", "  ", None, 3])
def test_a_figure_without_a_sentence_is_refused(alt):
    with pytest.raises(ValueError, match="alt must be a sentence"):
        figures.picture(figures.losses({"SGD": WALK})[0], alt)


def test_the_terrace_shows_as_a_gap_between_contours():
    figure, _ = figures.paths_on_map({"SGD": descend(SGD(0.05), PLATEAU, (2, 1.5), 5)})
    levels = np.array(PLATEAU.levels)
    assert not np.any(np.abs(levels - 1) < 0.02)
    assert figure.axes


def test_a_card_shows_no_raw_marks():
    assert (
        figures.without_marks("Is η_t in `zeros_like` or v_0, x_train?")
        == "Is ηₜ in zeros_like or v₀, x_train?"
    )
    (text,) = figures.card(["Take η_t from `s`."]).texts
    assert text.get_text() == "Take ηₜ from s."


def test_a_picture_is_drawn_once_and_its_figure_stays_as_it_was():
    class Counted(Line2D):
        drawn = 0

        def draw(self, renderer):
            self.drawn += 1
            super().draw(renderer)

    figure, axes = figures.new_figure()
    line, before = axes.add_line(Counted([0, 1], [0, 1])), (figure.dpi, figure.get_facecolor(), figure.canvas)
    figures.png(figure)
    assert line.drawn == 1
    assert (figure.dpi, figure.get_facecolor(), figure.canvas) == before


def test_the_ground_of_a_map_is_computed_once():
    assert figures.terrain(BOWL) is figures.terrain(BOWL, BOWL.bounds)
