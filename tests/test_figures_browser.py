"""Live figures in one notebook, in a real JupyterLab and Chromium, by mouse and by keyboard: StepSizes, NoiseBall, Compass, OneAxis, Edge."""

import re

import pytest
from browser import THEMES, serious_violations, soon

from course_utils.critical_points import MINIMUM, SLOPE

IMPORTS = """
from course_utils.landscapes import BOWL, HIMMELBLAU
from course_utils.optimizers import SGD, RMSProp
from course_utils.widgets import Edge, NoiseBall, OneAxis, StepSizes
from course_utils.widgets.compass import Compass
"""
FIGURES = [
    "live = StepSizes(BOWL, RMSProp(0.5, rho=0.9), start=(-6, 3), steps=60)\nlive",
    "hand = StepSizes(BOWL, SGD(0.9), steps=10, each=True)\nhand",
    "ball = NoiseBall(batch=4, lr=0.4)\nball",
    "compass = Compass(HIMMELBLAU)\ncompass",
    "mu = OneAxis(product=0.04, momentum=0.36)\nmu",
    "along = OneAxis(product=1, momentum=0.36, move='product', panels=('circle', 'rate'))\nalong",
    "edge = Edge(lr=0.1)\nedge",
]
LIVE, HAND, BALL, COMPASS, BY_MU, BY_LAMBDA, EDGE = range(len(FIGURES))
CELLS = 1 + len(FIGURES)


@pytest.fixture(scope="module")
def book(lab):
    with lab.book([IMPORTS, *FIGURES]) as book:
        yield book
        assert book.errors == []


def figure(book, k):
    """The figure of a cell, in view.  k: its place in FIGURES"""
    found = book.page.locator(".jp-Notebook .jp-Cell").nth(1 + k).locator(".course-widget")
    found.scroll_into_view_if_needed()
    return found


# ------------------------------------------------------------------------------------- step sizes


def bars(book, k):
    return [figure(book, k).locator(".course-gauge-value").nth(i).text_content() for i in range(2)]


def test_a_bar_that_passes_its_limit_says_so(book):
    book.ask("setattr(live, 'step', 28)")
    assert soon(lambda: bars(book, LIVE) == ["6.746", "0.9941"])
    book.ask("setattr(live, 'step', 29)")
    assert soon(lambda: bars(book, LIVE) == ["7.111", "1.048, past its limit"])
    assert book.page.locator(".course-over").count() == 1


def test_two_sliders_set_two_bars_by_keyboard(book):
    slider = figure(book, HAND).get_by_role("slider", name="step size η of x")
    slider.focus()
    book.page.keyboard.press("End")
    assert book.until("hand.settings['lr x']", 100) == 100
    assert soon(lambda: bars(book, HAND) == ["100, past its limit", "0.9"])


# --------------------------------------------------------------------------------- the noise ball


def crowd(book):
    """The different places of the dots, in pixels."""
    drawn = figure(book, BALL).locator(".course-crowd").get_attribute("d") or ""
    return set(re.findall(r"M([\d.]+) ([\d.]+)h0", drawn))


def width(book):
    return float(figure(book, BALL).locator(".course-ellipse").get_attribute("rx"))


def test_the_crowd_sets_out_together_and_its_ellipse_shrinks_with_a_larger_batch(book):
    assert soon(lambda: len(crowd(book)) > 150)
    assert [figure(book, BALL).locator(".course-axis").nth(k).text_content() for k in (0, 1)] == ["w", "b"]
    before = width(book)
    book.ask("setattr(ball, 'step', 0)")
    assert soon(lambda: len(crowd(book)), 1) == 1
    book.ask("setattr(ball, 'settings', {'batch': 16.0, 'lr': 0.4})")
    assert soon(lambda: abs(width(book) - before / 2) < 0.5), "four times the batch, half the width"
    book.ask("setattr(ball, 'step', 250)")
    assert soon(lambda: len(crowd(book)) > 150)


# ------------------------------------------------------------------------------------ the compass


def test_the_compass_reads_where_the_hand_is(book):
    compass = figure(book, COMPASS)
    box = compass.locator(".course-sheet").bounding_box()
    scale = box["width"] / 10
    book.page.mouse.click(box["x"] + scale * (3.6 + 5), box["y"] + scale * (5 + 1.9))
    assert book.until("str(compass.verdict)", MINIMUM) == MINIMUM
    compass.get_by_text("Verdict: local minimum.").wait_for()
    book.page.keyboard.press("ArrowRight")  # the cross hair has the focus: it reads on its way
    compass.get_by_text("Verdict: slope.").wait_for()
    assert book.until("str(compass.verdict)", SLOPE) == SLOPE
    book.page.keyboard.press("Enter")  # and goes back to where the slope is zero
    compass.get_by_text("Verdict: local minimum.").wait_for()
    assert compass.locator(".course-arrow").count() == 4


# --------------------------------------------------------------------------------------- one axis


def dots(found):
    return [found.locator(".course-axis-dots").nth(k).get_attribute("d") for k in range(2)]


def test_the_slider_moves_eigenvalues_rate_and_words_by_keyboard(book):
    mu = figure(book, BY_MU)
    before = dots(mu)
    slider = mu.get_by_role("slider", name="μ")
    slider.focus()
    for _ in range(4):
        book.page.keyboard.press("ArrowRight")
    assert book.until("mu.stop", 40) == 40
    assert slider.get_attribute("aria-valuetext") == "0.4"
    assert all(now != then for now, then in zip(dots(mu), before, strict=True))
    mu.locator(".course-axis-said").filter(has_text="μ = 0.4: z = ").wait_for()
    book.ask("setattr(mu, 'stop', 90)")
    mu.locator(".course-axis-said").filter(has_text="both of size 0.9487").wait_for()
    assert book.page.locator(".jp-Cell").count() == CELLS, "no shortcut of the notebook was taken"


def test_a_hand_drags_along_the_rate_curve(book):
    along = figure(book, BY_LAMBDA)
    box = along.locator(".course-axis-rate").bounding_box()

    def share(product):  # of the drawing, which is 400 wide and has margins of 52 and 12
        return box["x"] + box["width"] * (52 + 336 * product / 4) / 400

    middle = box["y"] + box["height"] / 2
    book.page.mouse.move(share(1), middle)
    book.page.mouse.down()
    book.page.mouse.move(share(3), middle, steps=4)
    book.page.mouse.up()
    at = "round(float(along.stops[along.stop]), 2)"
    assert soon(lambda: abs(book.ask(at) - 3) < 0.05)
    along.locator(".course-axis-said").filter(has_text="runs away").wait_for()


def test_no_figure_clips_the_circle_of_another(book):
    assert book.page.locator(".course-axis-circle").count() == 2
    assert book.page.locator(".course-axis clipPath, .course-axis [clip-path]").count() == 0, "ids may clash"


# --------------------------------------------------------------------------------------- the edge


@pytest.fixture
def edge(book):
    book.ask("(setattr(edge, 'centred', False), setattr(edge, 'stop', 4))")
    found = figure(book, EDGE)
    found.locator(".course-edge-said").filter(has_text="η = 0.1, inputs as they are").wait_for()
    return found


def curves(edge):
    lines = [edge.locator(".course-edge-line").nth(k).get_attribute("d") for k in range(2)]
    return [*lines, edge.locator(".course-edge-limit").nth(1).get_attribute("d")]


def test_the_slider_moves_both_curves_and_the_line_by_keyboard(book, edge):
    before = curves(edge)
    slider = edge.get_by_role("slider", name="learning rate η")
    slider.focus()
    for _ in range(4):
        book.page.keyboard.press("ArrowRight")
    assert book.until("edge.stop", 8) == 8
    assert slider.get_attribute("aria-valuetext") == "0.4"
    assert all(now != then for now, then in zip(curves(edge), before, strict=True))
    edge.locator(".course-edge-said").filter(has_text="The loss rises in 37 steps of 100").wait_for()
    edge.locator(".course-spoken").filter(has_text="2/η is 5.").wait_for(state="attached")
    assert book.page.locator(".jp-Cell").count() == CELLS, "no shortcut of the notebook was taken"


def test_the_switch_moves_the_mark_of_the_limit(book, edge):
    flag = edge.locator(".course-edge-flag")
    before = flag.bounding_box()["x"]
    switch = edge.get_by_role("checkbox", name="Subtract the mean image")
    switch.focus()
    book.page.keyboard.press("Space")
    assert book.until("edge.centred", True) is True
    edge.locator(".course-edge-flag").filter(has_text="predicted limit 3.38").wait_for()
    assert soon(lambda: flag.bounding_box()["x"] > before + 50)
    edge.locator(".course-edge-said").filter(has_text="centred inputs").wait_for()


def test_the_mark_of_the_limit_stands_between_the_stops_around_it(book, edge):
    track = edge.get_by_role("slider").bounding_box()
    share = (edge.locator(".course-edge-flag").bounding_box()["x"] - track["x"] - 8) / (track["width"] - 16)
    assert 4 < share * 16 < 5, "0.135 lies between 0.1 and 0.14"


# -------------------------------------------------------------------------------------------- all


@pytest.mark.parametrize("theme", THEMES)
def test_no_serious_violation_of_accessibility(book, theme):
    book.wear(theme)
    assert serious_violations(book.page, ".course-widget") == []


def test_a_long_point_keeps_clear_of_the_loss_beside_it(book):
    book.page.set_viewport_size({"width": 1680, "height": 950})
    book.ask("setattr(live, 'step', 28)")
    row = figure(book, LIVE).locator("tbody tr").first
    assert soon(lambda: row.locator("td").first.inner_text().startswith("(−1.524e−05, −4.81"))
    point, loss = row.locator("td span").first.bounding_box(), row.locator("td").nth(1).bounding_box()
    beside, above = point["x"] + point["width"] <= loss["x"], point["y"] + point["height"] <= loss["y"]
    assert beside or above
