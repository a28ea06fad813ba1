"""OneAxis in a real JupyterLab and Chromium, by mouse and by keyboard."""

import pytest
from browser import serious_violations, soon

IMPORTS = "from course_utils.widgets import OneAxis"
BY_MU = "mu = OneAxis(product=0.04, momentum=0.36)\nmu"
BY_LAMBDA = "along = OneAxis(product=1, momentum=0.36, move='product', panels=('circle', 'rate'))\nalong"


@pytest.fixture(scope="module")
def book(lab):
    with lab.book([IMPORTS, BY_MU, BY_LAMBDA]) as book:
        yield book
        assert book.errors == []


def figure(book, k):
    found = book.page.locator(".course-axis").nth(k)
    found.scroll_into_view_if_needed()
    return found


def drawn(found):
    return [found.locator(".course-axis-dots").nth(k).get_attribute("d") for k in range(2)]


def test_the_slider_moves_eigenvalues_rate_and_words_by_keyboard(book):
    mu = figure(book, 0)
    before = drawn(mu)
    slider = mu.get_by_role("slider", name="μ")
    slider.focus()
    for _ in range(4):
        book.page.keyboard.press("ArrowRight")
    assert book.until("mu.stop", 40) == 40
    assert slider.get_attribute("aria-valuetext") == "0.4"
    assert all(now != then for now, then in zip(drawn(mu), before, strict=True))
    mu.locator(".course-axis-said").filter(has_text="μ = 0.4: z = ").wait_for()
    book.ask("setattr(mu, 'stop', 90)")
    mu.locator(".course-axis-said").filter(has_text="both of size 0.9487").wait_for()
    assert book.page.locator(".jp-Cell").count() == 3, "no shortcut of the notebook was taken"


def test_a_hand_drags_along_the_rate_curve(book):
    along = figure(book, 1)
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


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_no_serious_violation_of_accessibility(book, theme):
    book.wear(theme)
    assert serious_violations(book.page, ".course-axis") == []
