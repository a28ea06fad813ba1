"""Stage: the relief model, the profile, what the browser may set, and the sentence that goes with them."""

import re
from pathlib import Path

import numpy as np
import pytest

from course_utils import figures, widgets
from course_utils.descent import descend
from course_utils.landscapes import BOWL, LANDSCAPES, PLATEAU, SADDLE, quadratic
from course_utils.optimizers import SGD, Adam, Momentum, RMSProp
from course_utils.widgets import Stage
from course_utils.widgets.ground import NONE, ground, hidden, seen_from

WINDOW = (-2.8, 2.8, -2.8, 2.8)


@pytest.fixture
def paths():
    walker = descend(SGD(0.05), PLATEAU, (2, 1.5), 60)
    ball = descend(Momentum(0.05, 0.9), PLATEAU, (2, 1.5), 60)
    return {"Walker (SGD)": walker, "Ball (Momentum)": ball}


# --- the relief model -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("landscape", LANDSCAPES, ids=lambda landscape: landscape.name)
def test_every_landscape_becomes_a_closed_block(landscape):
    block = ground(landscape, landscape.bounds)
    corners = block.faces[block.faces != NONE]
    assert corners.max() < len(block.vertices)
    assert block.walls.max() < len(block.vertices)
    heights = block.vertices[np.unique(corners), 2]
    assert heights.min() == pytest.approx(0, abs=1e-6)
    assert heights.max() <= block.tall + 1e-6
    assert set(block.walls[:, 0]) == set(block.walls[:, 1]), "the walls go all around"


def test_points_of_a_path_lie_on_the_ground():
    block = ground(BOWL, BOWL.bounds)
    path = descend(SGD(0.95), BOWL, (-7, 2), 30)
    placed = block.placed(path.positions, path.losses)
    assert placed[0] == pytest.approx([-7 / 8, 2 / 8, block.tall * (49 / 20 + 4) / block.top])
    assert np.isfinite(placed).all()


def test_what_is_outside_the_window_or_above_the_cut_has_no_place():
    block = ground(PLATEAU, WINDOW, 1.2)
    at = np.array([[0.0, 0.0], [2.75, 0.0], [9.0, 0.0]])
    placed = block.placed(at, PLATEAU(at))
    assert np.isfinite(placed).all(axis=1).tolist() == [True, False, False]


def test_a_few_towering_corners_are_cut_off():
    assert ground(PLATEAU, PLATEAU.bounds).top < 2 < PLATEAU(np.array([3.0, 3.0]))
    assert ground(SADDLE, SADDLE.bounds).top == 100


def test_from_the_south_x_points_right_and_north_is_farther_away():
    seen = seen_from((0, 45, 1), np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]]))
    assert seen[0] == pytest.approx([1, 0, 0])
    assert seen[1] == pytest.approx([0, np.sqrt(0.5), 1])
    assert seen[2] == pytest.approx([0, np.sqrt(0.5), 0])


def test_a_wall_of_the_ravine_hides_what_lies_behind_it():
    block = ground(BOWL, BOWL.bounds)
    at = np.array([[0.0, -3.9], [0.0, 0.0], [0.0, 3.9]])
    placed = block.placed(at, BOWL(at))
    assert hidden(block, (0, 10, 1), placed).tolist() == [False, True, False]
    assert not hidden(block, (0, 80, 1), placed).any(), "from above everything is seen"


# --- the widget -----------------------------------------------------------------------------------------------


def test_the_sentence_says_where_each_path_is(paths):
    stage = Stage(paths, bounds=WINDOW)
    assert stage.sentence() == (
        "Walker (SGD) after 60 steps is at (1.786, 1.34), height 1.001; Ball (Momentum) after 60 steps is at "
        "(−0.2752, −0.2064), height 0.1394. Plateau, f = ((x² + y²)/4 − 1)⁵ + 1, from height 0 up to "
        f"{stage.scenes[0].block.top:.4g}, where it is cut off."
    )
    stage.step = 0
    assert stage.alt.startswith("Walker (SGD) after 0 steps is at (2, 1.5), height 1.056;")


def test_the_start_is_never_cut_off(paths):
    stage = Stage(paths, bounds=WINDOW, highest=None)
    for method in stage.methods:
        trail = np.frombuffer(method["trail"], np.float32).reshape(-1, 3)
        assert len(trail) == 60 * method["per"] + 1
        assert np.isfinite(trail).all()


def test_it_leaves_a_picture_and_its_sentence_behind(paths):
    for stage in (
        Stage(paths, bounds=WINDOW, apart=True),
        Stage(paths, view="profile"),
        Stage({}, landscape={"A saddle": SADDLE, "A minimum": quadratic(1, 1)}),
    ):
        data, metadata = stage.still()
        assert data["text/plain"] == stage.sentence() == metadata["image/png"]["alt"]
        assert 3_000 < len(data["image/png"]) * 3 / 4 < 80_000


def test_each_path_may_have_a_panel_of_its_own(paths):
    stage = Stage(paths, bounds=WINDOW, apart=True)
    assert [(panel["title"], panel["methods"]) for panel in stage.panels] == [
        ("Walker (SGD)", [0]),
        ("Ball (Momentum)", [1]),
    ]


def test_ground_alone_needs_no_paths():
    stage = Stage({}, landscape={"A saddle": SADDLE, "A minimum": quadratic(1, 1)})
    assert [panel["title"] for panel in stage.panels] == ["A saddle", "A minimum"]
    assert (stage.last, stage.methods) == (0, [])
    assert stage.sentence() == (
        "A saddle: Saddle, f = xy, from height −100 to 100. "
        "A minimum: Quadratic, f = (x² + y²)/2, from height 0 to 100."
    )


def test_who_keeps_a_velocity_is_a_ball(paths):
    assert [method["figure"] for method in Stage(paths).methods] == ["walker", "ball"]
    adam = Stage({"Adam": descend(Adam(0.1), BOWL, (-7, 2), 3)})
    assert adam.methods[0]["figure"] == "ball"


# --- a profile ------------------------------------------------------------------------------------------------


def test_a_profile_is_cut_along_the_line_on_which_the_paths_run(paths):
    stage = Stage(paths, view="profile")
    assert stage.panels[0]["axis"] == "r"
    rows = np.frombuffer(stage.methods[0]["rows"]).reshape(-1, 4)
    assert rows[0] == pytest.approx([2.5, 0, 1.0563135147, np.nan], nan_ok=True)
    assert rows[1, 3] == pytest.approx(2.5 - rows[1, 0])
    along_x = Stage({"SGD": descend(SGD(1), quadratic(1, 1), (-6, 0), 4)}, view="profile")
    assert along_x.panels[0]["axis"] == "x"
    assert "SGD after 4 steps is at x = 0, height 0" in along_x.sentence()


def test_paths_that_run_along_no_line_have_no_profile():
    path = descend(SGD(0.95), BOWL, (-7, 2), 30)
    with pytest.raises(ValueError, match="all run along one line"):
        Stage({"SGD": path}, view="profile")


# --- bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, message",
    [
        (({},), "needs paths, or else a landscape"),
        (({}, "saddle"), "landscape must be a Landscape"),
        (({"SGD": 3},), "paths must be"),
        (({}, SADDLE, "front"), "view must be 'surface' or 'profile'"),
        (({}, SADDLE, "profile"), "a profile is cut along paths"),
    ],
)
def test_what_cannot_be_shown_is_refused(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Stage(*arguments)


@pytest.mark.parametrize("state", [{"turn": [0, 2, 1]}, {"turn": [0, 40, 9]}, {"step": 61}, {"alt": "x"}])
def test_the_browser_may_not_set_what_makes_no_sense(paths, state):
    stage = Stage(paths)
    before = (stage.turn, stage.step, stage.alt)
    stage.set_state(state)
    assert (stage.turn, stage.step, stage.alt) == before
    assert stage.notice


def test_every_cell_of_the_authors_page_runs():
    page = (Path(__file__).resolve().parents[1] / "docs" / "stages-and-gates.md").read_text(encoding="utf-8")
    cells = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    names = {name: getattr(widgets, name) for name in widgets.__all__} | {
        "np": np, "figures": figures, "descend": descend, "quadratic": quadratic,
        "BOWL": BOWL, "PLATEAU": PLATEAU, "SADDLE": SADDLE, "SGD": SGD, "Momentum": Momentum, "RMSProp": RMSProp,
    }  # fmt: skip
    assert len(cells) >= 9
    for cell in cells:
        exec(cell, names)
