"""Edge in a real JupyterLab and Chromium, by mouse and by keyboard."""

import pytest
from browser import serious_violations, soon

MAKE = "from course_utils.widgets import Edge\nedge = Edge(lr=0.1)\nedge"


@pytest.fixture(scope="module")
def book(lab):
    with lab.book([MAKE]) as book:
        yield book
        assert book.errors == []


@pytest.fixture
def edge(book):
    book.ask("(setattr(edge, 'centred', False), setattr(edge, 'stop', 4))")
    found = book.page.locator(".course-edge").first
    found.scroll_into_view_if_needed()
    found.locator(".course-edge-said").filter(has_text="η = 0.1, inputs as they are").wait_for()
    return found


def drawn(edge):
    lines = [edge.locator(".course-edge-line").nth(k).get_attribute("d") for k in range(2)]
    return [*lines, edge.locator(".course-edge-limit").nth(1).get_attribute("d")]


def test_the_slider_moves_both_curves_and_the_line_by_keyboard(book, edge):
    before = drawn(edge)
    slider = edge.get_by_role("slider", name="learning rate η")
    slider.focus()
    for _ in range(4):
        book.page.keyboard.press("ArrowRight")
    assert book.until("edge.stop", 8) == 8
    assert slider.get_attribute("aria-valuetext") == "0.4"
    assert all(now != then for now, then in zip(drawn(edge), before, strict=True))
    edge.locator(".course-edge-said").filter(has_text="The loss rises in 37 steps of 100").wait_for()
    edge.locator(".course-spoken").filter(has_text="2/η is 5.").wait_for(state="attached")
    assert book.page.locator(".jp-Cell").count() == 1, "no shortcut of the notebook was taken"


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


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_no_serious_violation_of_accessibility(book, edge, theme):
    book.wear(theme)
    assert serious_violations(book.page, ".course-edge") == []
