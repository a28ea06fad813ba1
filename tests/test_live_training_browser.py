"""LiveTraining in a real JupyterLab and Chromium: it trains under the hand, by mouse and by keyboard."""

import pytest
from browser import serious_violations, soon

IMPORTS = "from course_utils.widgets import LiveTraining"
LIVE = "live = LiveTraining(batch=100, lr=0.1, momentum=0)\nlive"


@pytest.fixture(scope="module")
def book(lab):
    with lab.book([IMPORTS, LIVE]) as book:
        yield book
        assert book.errors == []


def test_it_trains_while_the_hand_moves_a_slider(book):
    figure = book.page.locator(".course-training")
    figure.scroll_into_view_if_needed()
    button = figure.get_by_role("button", name="Train")
    button.focus()
    book.page.keyboard.press("Enter")
    curve = figure.locator(".course-training-mean")
    assert soon(lambda: (curve.get_attribute("d") or "").count("L") > 15)
    slider = figure.get_by_role("slider", name="momentum μ")
    slider.focus()
    for _ in range(9):
        book.page.keyboard.press("ArrowRight")
    assert book.until("live.setting('momentum')", 0.9) == 0.9
    assert slider.get_attribute("aria-valuetext") == "0.9"
    figure.locator(".course-training-note").filter(has_text="μ 0.9").wait_for()
    pause = figure.get_by_role("button", name="Pause")
    pause.click()
    assert book.until("live.status", "paused") == "paused"
    seen = book.ask("len(live.losses)")
    figure.locator(".course-training-words").filter(has_text=f"Step {seen} of 400").wait_for()
    figure.get_by_role("button", name="Go on").click()
    assert soon(lambda: book.ask("len(live.losses)") > seen + 5)
    figure.get_by_role("button", name="Reset").click()
    assert book.until("live.status", "ready") == "ready"
    figure.locator(".course-training-words").filter(has_text="Step 0 of 400").wait_for()
    assert (curve.get_attribute("d") or "") == ""
    assert book.page.locator(".jp-Cell").count() == 2, "no shortcut of the notebook was taken"


def test_the_digits_say_what_they_are_taken_for(book):
    figure = book.page.locator(".course-training")
    assert figure.locator(".course-training-image").count() == 10
    names = [figure.locator(".course-training-read").nth(k).get_attribute("aria-label") for k in range(10)]
    read = book.ask("live.read")
    for digit, (name, taken) in enumerate(zip(names, read, strict=True)):
        assert name == (f"{digit}, read right" if taken == digit else f"{digit}, read as {taken}")


def test_nothing_serious_is_found_by_axe(book):
    assert serious_violations(book.page, ".course-training") == []
