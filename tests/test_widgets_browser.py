"""All kinds of widgets in one notebook: none loses the keyboard at the end of a game, and each says when its kernel is gone."""

import pytest
from browser import soon

SETUP = """
import os
os.environ["COURSE_PROGRESS"] = ""
from course_utils.landscapes import BOWL, SADDLE
from course_utils.optimizers import SGD
from course_utils.practice.problems import THREE_STEPS
from course_utils.widgets import *
"""
EVERY_KIND = [
    "Explorer(BOWL, [SGD(0.1)], steps=2)",
    "Blindfold(BOWL, steps=2)",
    "PredictNext(SADDLE, SGD(0.5), steps=1)",
    "StepExercise(THREE_STEPS)",
    "Quiz('04 race')",
    "NumberQuiz('01 count')",
    "Standing()",
    "HeatMap()",
    "Clinic('crawls')",
]
FOCUS = "() => document.activeElement.textContent"
SAYS_GONE = "() => document.querySelectorAll('.jp-OutputArea-output .course-gone-kernel').length"


@pytest.fixture(scope="module")
def book(lab):
    with lab.book([SETUP, *EVERY_KIND]) as book:
        yield book


def test_the_last_step_and_the_ends_of_the_games_keep_the_focus(book):
    page = book.page
    explorer, blindfold, predict = page.locator(".course-map").all()
    explorer.get_by_role("button", name="Next").focus()
    for _ in range(3):
        page.keyboard.press("Enter")
    explorer.get_by_text("step 2 of 2").wait_for()
    assert soon(lambda: page.evaluate(FOCUS), "Next") == "Next"

    for game in (blindfold, predict):
        game.get_by_role("slider", name="Cross hair").focus()
        page.keyboard.press("ArrowLeft")
        for _ in range(2 if game is blindfold else 1):
            page.keyboard.press("Enter")
            book.ask("0")  # once it is answered
        game.get_by_role("button", name="Once more").wait_for()
        page.wait_for_function(f"() => ({FOCUS})() === 'Once more'")
        page.keyboard.press("Enter")
        game.get_by_role("slider", name="Cross hair").wait_for()
        assert soon(lambda game=game: game.evaluate("e => e.contains(document.activeElement)"))
    blindfold.get_by_role("button", name="Take off the blindfold").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => ({FOCUS})() === 'Once more'")


def test_every_widget_says_when_its_kernel_is_gone(book):
    page = book.page
    assert page.evaluate(SAYS_GONE) == 0
    box = page.locator(".course-exercise").get_by_role("textbox").first
    box.focus()
    book.kill()
    page.wait_for_function(f"n => ({SAYS_GONE})() === n", arg=len(EVERY_KIND))
    focus = "() => document.activeElement.className"
    assert soon(lambda: page.evaluate(focus), "course-gone-kernel") == "course-gone-kernel"
    line = page.locator(".course-gone-kernel").first
    assert "Run this cell again" in line.inner_text()
    assert line.is_visible()
    assert box.evaluate("e => Boolean(e.closest('[inert]'))")
    assert page.locator(".course-clinic").evaluate("e => e.inert")


@pytest.mark.weekly
def test_a_restart_is_said_too_and_a_second_run_brings_all_to_life(book):
    book.run_all()
    book.page.wait_for_function(f"() => ({SAYS_GONE})() === 0")
    book.restart()
    book.page.wait_for_function(f"n => ({SAYS_GONE})() === n", arg=len(EVERY_KIND))
