"""Gate in a real JupyterLab and Chromium: guessed by mouse and by keys; the answer comes after, and the focus with it."""

import pytest
from browser import serious_violations

IMPORTS = """
import numpy as np
from course_utils import figures
from course_utils.descent import descend
from course_utils.landscapes import BOWL
from course_utils.optimizers import SGD
from course_utils.widgets import Curve, Gate, Number, Point, Stage
path = descend(SGD(0.95), BOWL, (-7, 2), 30)
distance = np.linalg.norm(path.positions, axis=1)
held = [figures.paths_on_map({"SGD": path}), "The limit is $v_\\\\infty = 10$."]
"""
CHOICE = "choice = Gate('04 terrace', held)\nchoice"
NUMBER = (
    "number = Gate('04 sides', guess=Number(), ask='How often?', truth=30, answer={'changes': 30})\nnumber"
)
POINT = "point = Gate('04 where', guess=Point(BOWL), ask='Where?', truth=(0, 0), answer=lambda g: Stage({'SGD': path}))\npoint"
CURVE = "curve = Gate('04 fall', guess=Curve((0, 30), (0, 8), ('step', 'distance')), ask='Draw it.', truth=distance)\ncurve"


@pytest.fixture(scope="module")
def opened(lab):
    with lab.book(
        ["import os\nos.environ['COURSE_PROGRESS'] = ''" + IMPORTS, CHOICE, NUMBER, POINT, CURVE], run=False
    ) as book:
        yield book


@pytest.fixture
def book(opened):
    """Four gates, all closed."""
    opened.command("notebook:clear-all-cell-outputs")
    opened.run_all()
    opened.page.locator(".course-gate").nth(3).wait_for()
    return opened


def gate(book, k):
    found = book.page.locator(".course-gate").nth(k)
    found.scroll_into_view_if_needed()
    return found


def focused(book):
    return book.page.evaluate("document.activeElement.textContent")


def test_gates_by_keys(book):
    choice = gate(book, 0)
    assert "The limit" not in book.page.locator(".jp-OutputArea").nth(1).inner_html()
    choice.get_by_role("radio").first.focus()
    book.page.keyboard.press("ArrowDown")
    book.page.keyboard.press("Enter")
    choice.locator("mjx-container").wait_for()
    assert choice.locator("img").get_attribute("alt") == "SGD: 30 steps, ends 0.3605 from the minimum."
    assert focused(book).startswith("You chose B) Only the one with η = 0.05, and that is right.")

    number = gate(book, 1)
    box = number.get_by_role("textbox")
    box.fill("many")
    box.press("Enter")
    number.get_by_role("alert").filter(has_text="number").wait_for()
    box.fill("20")
    box.press("Enter")
    number.get_by_role("status").filter(has_text="You said 20; it is 30, 10 away.").wait_for()
    assert focused(book) == "You said 20; it is 30, 10 away."

    point = gate(book, 2)
    point.get_by_role("slider", name="Your guess: a point on the map").focus()
    book.page.keyboard.press("Shift+ArrowRight")
    book.page.keyboard.press("Enter")
    point.locator(".course-stage").wait_for()
    assert book.ask("point.told").startswith("You pointed at (0.5, 0); it is (0, 0)")

    curve = gate(book, 3)
    desk = curve.get_by_role("slider", name="Your guess: a curve")
    desk.focus()
    book.page.keyboard.press("Shift+ArrowUp")
    book.page.keyboard.press("End")
    assert desk.get_attribute("aria-valuetext") == "step = 30: 5.6"
    book.page.keyboard.press("Enter")
    curve.get_by_role("status").filter(has_text="most at step = 30: you drew 5.6; it is 0.36").wait_for()
    assert curve.locator("path.course-gate-true").get_attribute("d")
    assert serious_violations(book.page, ".course-gate") == []
    assert not [error for error in book.errors if error.startswith("page:")]


def test_gates_by_mouse(book):
    choice = gate(book, 0)
    choice.get_by_role("radio").nth(1).check()
    choice.get_by_role("button", name="This is my guess").click()
    choice.locator("img").wait_for()
    assert choice.get_by_role("button").count() == 0

    point = gate(book, 2)
    desk = point.locator(".course-gate-desk")
    desk.click(position={"x": 100, "y": 80})
    point.get_by_role("button", name="This is my guess").click()
    point.locator(".course-stage").wait_for()

    curve = gate(book, 3)
    desk = curve.locator(".course-gate-desk")
    desk.scroll_into_view_if_needed()
    curve.get_by_role("button", name="This is my guess").click()
    curve.get_by_role("alert").filter(has_text="from the left edge to the right edge").wait_for()
    box = desk.bounding_box()
    book.page.mouse.move(box["x"] + 1, box["y"] + 20)
    book.page.mouse.down()
    book.page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 0.5 * box["height"], steps=5)
    book.page.mouse.up()
    curve.get_by_role("button", name="This is my guess").click()
    curve.get_by_role("status").filter(has_text="Your curve is").wait_for()
    assert book.ask("max(abs(a - b) for a, b in zip(curve.guess, curve.guess[1:]))") < 0.3, "a straight line"
