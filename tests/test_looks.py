"""Looks: every colour stands out on the map, and colour-blind readers tell the methods apart; labels lie apart."""

import io
import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from PIL import Image

from course_utils import figures, live, practice, widgets
from course_utils.authoring.film import STEPS
from course_utils.descent import descend
from course_utils.figures import relief
from course_utils.figures.looks import in_the_dark
from course_utils.figures.tables import bundle
from course_utils.landscapes import BOWL, HIMMELBLAU, LANDSCAPES, MONKEY_SADDLE, PLATEAU, SADDLE
from course_utils.optimizers import SGD, AdaGrad, Adam, Momentum, NesterovLookahead, RMSProp
from course_utils.widgets.base import styles
from course_utils.widgets.map import Map

#: in linear RGB, complete (Machado, Oliveira and Fernandes, 2009)
SIGHT = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}
SYMBOLS = ("g", "v", "μ", "η", "θ")


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """As in WCAG 2."""
    low, high = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    """CIELAB of linear RGB, under D65."""
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    xyz = np.array(to_xyz) @ rgb / [0.95047, 1, 1.08883]
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def difference(one, other):
    """CIEDE2000 (Sharma, Wu and Dalal, 2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + 25.0**7)))
    c1, c2 = np.hypot((1 + g) * a1, b1), np.hypot((1 + g) * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, (1 + g) * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0
    middle = h1 + turn / 2 if c1 * c2 else h1 + h2
    hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    c, lightness = (c1 + c2) / 2, ((l1 + l2) / 2 - 50) ** 2
    waves = ((0.17, 1, -30), (-0.24, 2, 0), (-0.32, 3, 6), (0.20, 4, -63))
    t = 1 - sum(a * np.cos(np.radians(k * middle + by)) for a, k, by in waves)
    sl, sc, sh = 1 + 0.015 * lightness / np.sqrt(20 + lightness), 1 + 0.045 * c, 1 + 0.015 * c * t
    blue = np.exp(-(((middle % 360 - 275) / 25) ** 2))
    rt = -2 * np.sqrt(c**7 / (c**7 + 25.0**7)) * np.sin(np.radians(60 * blue))
    parts = (l2 - l1) / sl, (c2 - c1) / sc, hue / sh
    return np.sqrt(sum(p**2 for p in parts) + rt * parts[1] * parts[2])


def test_the_difference_of_colours_agrees_with_the_paper():
    assert difference((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert difference((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387)) == pytest.approx(
        1.2644, abs=1e-4
    )


@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_methods_and_any_two_quantities_can_be_told_apart(sight):
    for looks in ({n: figures.LOOKS[n] for n in figures.LOOKS}, {n: figures.QUANTITIES[n] for n in SYMBOLS}):
        seen = {
            n: lab(np.clip(np.array(SIGHT[sight]) @ linear(look.colour), 0, 1)) for n, look in looks.items()
        }
        for one, other in itertools.combinations(seen, 2):
            assert difference(seen[one], seen[other]) >= 10, (one, other)


def test_every_colour_stands_out_on_paper_and_on_every_map():
    grounds = [figures.PAPER]
    for landscape in LANDSCAPES:
        ground = figures.terrain(landscape).ground().reshape(-1, 3)
        darkest = ground[(ground @ [0.2126, 0.7152, 0.0722]).argmin()]
        grounds.append(tuple(darkest / 255))
    for name, look in (figures.LOOKS | figures.QUANTITIES).items():
        for ground in grounds:
            assert contrast(look.colour, ground) >= 3, (name, ground)
    assert min(contrast(figures.INK, ground) for ground in grounds) >= 7


def test_symbols_stand_out_on_a_dark_page():
    assert min(contrast(in_the_dark(figures.QUANTITIES[s].colour), "#111111") for s in SYMBOLS) >= 4.5


def test_style_sheets_and_live_figures_take_their_colours_from_the_table():
    sheet = styles()
    assert f"--eta: {figures.QUANTITIES['η'].colour};" in sheet
    assert f"--paper: {figures.PAPER};" in sheet
    live = Map({"Momentum": descend(Momentum(0.1, 0.9), BOWL, (-7, 2), 5)})
    assert live.methods[0]["colour"] == figures.LOOKS["Momentum"].colour


def test_what_stands_in_for_the_table_agrees_with_it():
    """A card of `live` draws nothing, and so has no table: its style sheet falls back on the same colours."""
    table = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", styles().split("data-jp-theme-light", 1)[0]))
    stand_ins = re.findall(
        r"var\(--([a-z]+), (#[0-9a-f]{6})\)", (live.HERE / "course.css").read_text(encoding="utf-8")
    )
    assert {name for name, _ in stand_ins} >= {"contour", "g"}
    assert all(table[name] == colour for name, colour in stand_ins)


def test_a_formula_gets_the_colours_of_its_quantities():
    eta, v = figures.QUANTITIES["η"].colour, figures.QUANTITIES["v"].colour
    assert figures.coloured(r"\eta \vec v") == rf"{{\color{{{eta}}}\eta}} \vec {{\color{{{v}}}v}}"


# --- labels -------------------------------------------------------------------------------------------------

places = st.lists(st.floats(0, 100), min_size=1, max_size=12)


@given(places, st.floats(0.5, 8))
def test_spread_labels_lie_apart_in_their_order_and_inside(wanted, gap):
    placed = figures.spread(wanted, gap, 0, 100)
    order = np.argsort(wanted, kind="stable")
    assert np.all(np.diff(placed[order]) >= gap - 1e-9)
    assert placed.min() >= -1e-9 and placed.max() <= 100 + 1e-9


def test_labels_with_room_stay_where_they_are():
    np.testing.assert_allclose(figures.spread([5, 1, 9], 2), [5, 1, 9])
    np.testing.assert_allclose(figures.spread([5, 5], 2), [4, 6])


def test_no_label_at_the_end_of_a_line_lies_on_another():
    paths = {f"SGD, lr {lr}": descend(SGD(lr), BOWL, (-7, 2), 30) for lr in (0.8, 0.81, 0.82, 0.83)}
    figure, _ = figures.losses(paths)
    figure.draw_without_rendering()
    boxes = sorted((text.get_window_extent() for text in figure.axes[0].texts), key=lambda box: box.y0)
    assert len(boxes) == 4
    for below, above in itertools.pairwise(boxes):
        assert above.y0 - below.y0 >= 0.8 * below.height
    assert max(box.x1 for box in boxes) <= figure.bbox.x1


# --- the map --------------------------------------------------------------------------------------------------


def test_light_comes_from_the_north_west():
    shade = figures.terrain(BOWL).shade
    assert (
        shade[-1, 0] < 0 < shade[0, -1]
    )  # the slope of a bowl in the north-west looks south-east, into the shadow
    assert abs(shade[240, 240]) < 1e-9


def test_contours_without_given_levels_are_at_round_heights():
    for landscape in (BOWL, SADDLE, HIMMELBLAU, MONKEY_SADDLE):
        levels = figures.terrain(landscape).levels
        assert len(levels) >= 5
        assert all(len(figures.number(level).strip("−0.")) <= 3 for level in levels), levels


def test_passes_are_the_saddle_points():
    assert relief.passes(SADDLE) == ((0.0, 0.0),)
    assert len(relief.passes(HIMMELBLAU)) == 4
    assert relief.passes(BOWL) == relief.passes(PLATEAU) == ()


def test_a_path_that_runs_away_says_how_fast():
    assert figures.growth_of(descend(SGD(1.4), BOWL, (-7, 2), 60)) == pytest.approx(1.8)
    assert figures.growth_of(descend(SGD(0.95), BOWL, (-7, 2), 60)) is None
    figure, _ = figures.paths_on_map({"SGD": descend(SGD(1.4), BOWL, (-7, 2), 60)})
    assert "×1.8 per step" in [text.get_text() for text in figure.axes[0].texts]
    assert Map({"SGD": descend(SGD(1.4), BOWL, (-7, 2), 60)}).methods[0]["growth"] == "×1.8 per step"


# --- whole figures --------------------------------------------------------------------------------------------

SIX = {
    type(o).__name__: descend(o, BOWL, (-7, 2), 30)
    for o in (
        SGD(0.95),
        Momentum(0.1, 0.9),
        NesterovLookahead(0.1, 0.9),
        AdaGrad(1.5),
        RMSProp(0.3),
        Adam(0.5),
    )
}
WHOLE = {
    "six small maps": lambda: figures.small_maps(SIX, title="Six ways down one ravine"),
    "surface": lambda: figures.surface_beside_map(
        PLATEAU, {"SGD": descend(SGD(0.05), PLATEAU, (2, 1.5), 99)}
    ),
    "monkey saddle": lambda: figures.surface_beside_map(MONKEY_SADDLE),
    "distances": lambda: figures.distances(SIX),
    "basins": lambda: figures.basins(
        descend(SGD(0.003), HIMMELBLAU, np.random.default_rng(0).uniform(-5, 5, (400, 2)), 500)
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_whole_figures_are_sharp_small_and_say_what_they_show(name):
    figure, sentence = WHOLE[name]()
    raw = figures.png(figure)
    assert len(raw) <= 120_000
    assert Image.open(io.BytesIO(raw)).width == 2 * round(96 * figure.get_figwidth())
    assert sentence.endswith(".") and any(c.isdigit() for c in sentence)


def test_a_long_title_is_wrapped_and_its_formula_is_not():
    title = "Nesterov looks ahead to $\\theta + \\mu v$, and so it brakes before the far wall of the ravine is reached"
    figure, axes = figures.new_figure(4, 3)
    axes.plot([1, 2])
    axes.set(title=title)
    figure.draw_without_rendering()
    lines = axes.get_title(loc="left").split("\n")
    assert len(lines) > 1 and "".join(lines).count("$\\theta + \\mu v$") == 1
    (drawn,) = [t for t in axes.get_children() if getattr(t, "get_text", str)() == axes.get_title(loc="left")]
    assert drawn.get_window_extent().x1 <= figure.bbox.x1


def test_a_small_title_needs_fewer_lines():
    _, axes = figures.new_figure(7.5, 3, columns=3)
    axes[0].set_title("A falling η arrives, and rests", fontsize=9)
    assert "\n" not in axes[0].get_title(loc="left")


def test_under_a_title_for_all_panels_their_own_are_labels():
    figure, panels = figures.new_figure(5, 3, columns=2)
    panels[0].set_title("Across")
    title = figure.suptitle(
        "A title that says in one sentence what all of the panels show together, if it is long"
    )
    figure.draw_without_rendering()
    assert "\n" in title.get_text() and title.get_window_extent().x1 <= figure.bbox.x1
    (label,) = [t for t in panels[0].get_children() if getattr(t, "get_text", str)() == "Across"]
    assert label.get_fontsize() == panels[0].xaxis.label.get_fontsize() < title.get_fontsize()


def test_a_live_figure_looks_the_same_whichever_style_sheet_came_last():
    """Each kind brings the common sheet along, and what that says of .course-widget would undo a rule of one class alone."""
    sheets = [*Path(widgets.__file__).parent.glob("*.css"), *Path(practice.__file__).parent.glob("*.css")]
    weak = r"^\.course-(?:[a-z]+ \{[^}]*(?:max-width|padding|border)|[\w-]+ (?:p|code) \{).*"
    found = {sheet.name: re.findall(weak, sheet.read_text("utf-8"), re.MULTILINE) for sheet in sheets}
    assert len(found) > 8 and not any(found.values()), found


def test_a_map_and_the_chart_beside_it_have_their_titles_at_one_height():
    figure, (left, right) = figures.new_figure(7.5, 3.6, columns=2)
    left.set_title("A chart")
    figures.draw_landscape(right, BOWL)
    right.set_title("A map, wide and low")
    figure.draw_without_rendering()
    assert left.get_position().y1 == pytest.approx(right.get_position().y1, abs=0.005)


def test_the_heights_on_a_map_stand_beside_its_trails():
    trail = descend(SGD(lr=0.01), HIMMELBLAU, start=(0, -1), steps=150)

    def nearest(**settings):
        _figure, axes = figures.new_figure(5.6, 4.8)
        figures.draw_landscape(axes, HIMMELBLAU, **settings)
        heights = np.array([text.get_position() for text in axes.texts if text.get_text() != "0"])
        return np.hypot(*(heights[:, None] - trail.positions).T).min()

    assert nearest() < 0.5 < nearest(trails=[trail])


def test_the_shading_of_a_surface_keeps_its_colours():
    figure, axes = figures.new_figure(4, 3)
    axes.imshow(figures.terrain(SADDLE).ground(depth=2.9))
    pixels = figures.pixels(figure)
    stored = np.array(Image.open(io.BytesIO(figures.compressed(pixels))).convert("RGB"), int)
    off = np.abs(stored - pixels[..., :3].astype(int)).max(axis=-1)
    assert np.quantile(off, 0.99) <= 8


def test_labels_at_the_ends_of_lines_stand_clear_of_the_axis_below():
    figure, axes = figures.new_figure(6, 3)
    axes.set(xlim=(0, 5), ylim=(0, 10))
    figures.label_ends(axes, [(5, 0.1 * k, f"line {k}", figures.INK) for k in range(3)])
    figure.draw_without_rendering()
    lowest = min(text.get_window_extent().y0 for text in axes.texts)
    assert lowest > axes.bbox.y0 - 4


def test_the_name_of_a_point_stands_clear_of_the_arrows():
    figure, _ = figures.step_arrows(descend(Momentum(1, 1), SADDLE, (1, 2), 3))
    (axes,) = figure.axes
    figure.draw_without_rendering()
    (name,) = [text for text in axes.texts if "theta_{1}" in text.get_text()]
    along = np.linspace((1, 2), (-1, 1), 50)  # the first arrow, that ends there
    corners = axes.transData.transform(along)
    assert not any(name.get_window_extent().contains(*corner) for corner in corners)


@pytest.mark.parametrize("lines", [1, 3, 9])
def test_a_card_holds_all_its_lines(lines):
    figure = figures.card(["What is asked of you here, with g below and Θ above?"] * lines)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.texts]
    assert len(boxes) == lines
    for box, below in itertools.pairwise([*boxes, None]):
        assert box.y1 <= figure.bbox.y1 - 10 and box.x1 <= figure.bbox.x1
        assert box.y0 >= (below.y1 if below else 10), "one line stands below the other"


def test_the_corners_of_a_sheet_are_round():
    image = Image.open(io.BytesIO(figures.png(figures.losses({"SGD": SIX["SGD"]})[0]))).convert("RGBA")
    assert image.getpixel((0, 0))[3] == 0
    assert image.getpixel((30, 30))[3] == 255


def test_a_distance_needs_a_minimum():
    with pytest.raises(ValueError, match="no minimum"):
        figures.distances_of(descend(SGD(0.1), SADDLE, (1, 2), 3))


# --- tables ---------------------------------------------------------------------------------------------------


def test_a_table_has_html_and_the_same_as_plain_text():
    data = bundle(
        [("SGD", 30, 0.36049), ("<b>", None, -1.5)], ["method", "steps", "distance"], "After 30 steps."
    )
    assert data["text/plain"].splitlines() == [
        "After 30 steps.",
        "method  steps  distance",
        "------  -----  --------",
        "SGD        30    0.3605",
        "<b>                −1.5",
    ]
    assert "&lt;b&gt;" in data["text/html"] and "<b>" not in data["text/html"]
    assert '<td align="right" style="text-align: right">0.3605</td>' in data["text/html"]
    assert '<td align="left" style="text-align: left">SGD</td>' in data["text/html"]


def test_a_column_of_numbers_stands_right_with_a_word_in_it_and_a_column_of_words_does_not():
    rows = [(20.6, "none"), ("diverges", 15), (5.3, "none"), (None, 15)]
    assert bundle(rows, ["steps", "warm-up"])["text/html"].count("right") == 2 * (1 + 4)


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="2 cells"):
        figures.table([(1, 2, 3)], ["one", "two"])


# --- the logo and the animation -------------------------------------------------------------------------------

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "course_utils" / "authoring" / "templates"


@pytest.mark.parametrize("name", ["logo.svg", "favicon.svg"])
def test_logo_and_favicon_are_small_and_have_the_colours_of_the_table(name):
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert len(text) < 2000
    drawn = set(re.findall(r"#[0-9a-f]{6}", text))
    table = {figures.INK, figures.CONTOUR, *relief.GROUND, figures.LOOKS["Momentum"].colour}
    assert drawn <= table


def test_the_animation_of_the_readme_is_the_live_maps_and_small():
    film = ROOT / "docs" / "live-map.webp"
    assert "(docs/live-map.webp)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert film.stat().st_size <= 1_500_000
    assert Image.open(film).n_frames == STEPS + 1


def test_the_exercise_of_the_readme_is_sharp_and_small():
    picture = ROOT / "docs" / "exercise.png"
    assert "(docs/exercise.png)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert picture.stat().st_size <= 120_000
    assert Image.open(picture).width >= 900
