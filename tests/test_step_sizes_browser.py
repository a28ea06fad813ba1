"""StepSizes in a real JupyterLab and Chromium: its bars follow the step and the sliders."""

import pytest
from browser import serious_violations, soon

IMPORTS = "from course_utils.landscapes import BOWL\nfrom course_utils.optimizers import SGD, RMSProp\nfrom course_utils.widgets import StepSizes"
FORGETS = "live = StepSizes(BOWL, RMSProp(0.5, rho=0.9), start=(-6, 3), steps=60)\nlive"
BY_HAND = "hand = StepSizes(BOWL, SGD(0.9), steps=10, each=True)\nhand"


@pytest.fixture(scope="module")
def book(lab):
    with lab.book([IMPORTS, FORGETS, BY_HAND]) as book:
        yield book
        assert book.errors == []


def bars(book, k):
    found = book.page.locator(".course-map").nth(k)
    return [found.locator(".course-gauge-value").nth(i).text_content() for i in range(2)]


def test_a_bar_that_passes_its_limit_says_so(book):
    book.ask("setattr(live, 'step', 28)")
    assert soon(lambda: bars(book, 0) == ["6.746", "0.9941"])
    book.ask("setattr(live, 'step', 29)")
    assert soon(lambda: bars(book, 0) == ["7.111", "1.048, past its limit"])
    assert book.page.locator(".course-over").count() == 1


def test_two_sliders_set_two_bars_by_keyboard(book):
    slider = book.page.locator(".course-map").nth(1).get_by_role("slider", name="step size η of x")
    slider.focus()
    book.page.keyboard.press("End")
    assert book.until("hand.settings['lr x']", 100) == 100
    assert soon(lambda: bars(book, 1) == ["100, past its limit", "0.9"])


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_no_serious_violation_of_accessibility(book, theme):
    book.wear(theme)
    assert serious_violations(book.page, ".course-map") == []


def test_a_long_point_keeps_clear_of_the_loss_beside_it(book):
    book.page.set_viewport_size({"width": 1680, "height": 950})
    book.ask("setattr(live, 'step', 28)")
    row = book.page.locator(".course-map").first.locator("tbody tr").first
    assert soon(lambda: row.locator("td").first.inner_text().startswith("(−1.524e−05, −4.81"))
    point, loss = row.locator("td span").first.bounding_box(), row.locator("td").nth(1).bounding_box()
    beside, above = point["x"] + point["width"] <= loss["x"], point["y"] + point["height"] <= loss["y"]
    assert beside or above
