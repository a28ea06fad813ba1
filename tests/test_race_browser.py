"""The race in a real JupyterLab and Chromium, by mouse and by keyboard."""

import pytest
from browser import THEMES, serious_violations, soon

MAKE = """import numpy as np
from course_utils.widgets.race import Race
rng = np.random.default_rng(0)
fall = np.exp(-np.arange(60) / 20)
race = Race({name: scale * fall * rng.uniform(0.8, 1.2, (5, 60)) for name, scale in (("SGD", 2), ("Adam", 1), ("RMSProp", 0.5))})
race"""


@pytest.fixture(scope="module")
def book(lab):
    with lab.book([MAKE, "race"]) as book:
        yield book
        assert book.errors == []


@pytest.fixture
def race(book):
    book.ask(
        "[setattr(race, *pair) for pair in (('playing', False), ('step', 60), ('chosen', ['SGD', 'Adam', 'RMSProp']))]"
    )
    found = book.page.locator(".course-race").first
    found.scroll_into_view_if_needed()
    found.locator(".course-count").filter(has_text="step 60 / 60").wait_for()
    return found


def corners(race, k):
    """How many points the line of a method has."""
    return race.locator(".course-race-line").nth(k).get_attribute("d").count("L") + 1


def test_it_plays_from_the_start_to_the_end_and_can_be_stopped(book, race):
    race.get_by_label("speed").select_option("10")
    race.get_by_role("button", name="Play").click()
    race.get_by_role("button", name="Pause").wait_for()
    assert soon(lambda: 1 < corners(race, 0) < 60)
    race.get_by_role("button", name="Pause").click()
    assert book.until("race.playing", False) is False
    seen = corners(race, 0)
    assert seen == book.until("race.step", seen) < 60
    race.get_by_label("speed").select_option("60")
    race.get_by_role("button", name="Play").click()
    assert book.until("(race.step, race.playing)", (60, False)) == (60, False)
    assert soon(lambda: corners(race, 0), 60) == 60


def test_scrub_and_hop_by_keyboard(book, race):
    scrub = race.get_by_role("slider", name="step")
    scrub.focus()
    book.page.keyboard.press("Home")
    assert book.until("race.step", 1) == 1
    for _ in range(3):
        book.page.keyboard.press("ArrowRight")
    assert book.until("race.step", 4) == 4
    assert soon(lambda: corners(race, 2), 4) == 4
    assert soon(lambda: scrub.get_attribute("aria-valuetext"), "step 4 of 60") == "step 4 of 60"
    race.get_by_role("button", name="Next").focus()
    book.page.keyboard.press("Enter")
    assert book.until("race.step", 5) == 5
    race.locator(".course-spoken").filter(has_text="1. RMSProp: ").wait_for(state="attached")
    assert book.page.locator(".jp-Cell").count() == 2, "no shortcut of the notebook was taken"


def test_methods_are_left_out_and_taken_back_by_keyboard(book, race):
    adam = race.get_by_role("checkbox", name="Adam")
    adam.focus()
    book.page.keyboard.press("Space")
    assert book.until("race.chosen", ["SGD", "RMSProp"]) == ["SGD", "RMSProp"]
    for part in ("line", "band", "rest"):
        race.locator(f".course-race-{part}").nth(1).wait_for(state="hidden")
    race.get_by_role("button", name="None").click()
    assert book.until("race.chosen", []) == []
    race.get_by_role("button", name="All").click()
    assert book.until("race.chosen", ["SGD", "Adam", "RMSProp"]) == ["SGD", "Adam", "RMSProp"]
    race.locator(".course-race-line").nth(1).wait_for()


def test_the_number_beside_a_method_is_its_median(book, race):
    book.ask("setattr(race, 'step', 30)")
    shown = race.locator(".course-race-methods output")
    wanted = book.ask("[float(f'{race.median[name][29]:.1e}') for name in race.median]")
    assert soon(lambda: [float(text or "nan") for text in shown.all_inner_texts()], wanted) == wanted


def test_two_views_stay_in_step(book, race):
    other = book.page.locator(".course-race").nth(1)
    race.get_by_role("button", name="Back").click()
    other.locator(".course-count").filter(has_text="step 59 / 60").wait_for()
    assert book.until("race.step", 59) == 59, "Python hears of it when the hand rests"


def test_an_impossible_step_is_reported_in_the_figure(book, race):
    book.ask("race.set_state({'step': 1000})")
    race.get_by_role("alert").filter(has_text="step must be from 1 to 60").wait_for()


def test_the_marks_differ_in_shape(race):
    shapes = {
        race.locator(".course-swatch path").nth(k).get_attribute("d").count("L")
        + 100 * race.locator(".course-swatch path").nth(k).get_attribute("d").count("a")
        for k in range(3)
    }
    assert len(shapes) == 3


@pytest.mark.parametrize("theme", THEMES)
def test_no_serious_violation_of_accessibility(book, race, theme):
    book.wear(theme)
    assert serious_violations(book.page, ".course-race") == []
