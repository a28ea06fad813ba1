"""The noise ball in a real JupyterLab and Chromium: its crowd moves with the step, and its ellipse with the sliders."""

import re

import pytest
from browser import soon


@pytest.fixture(scope="module")
def book(lab):
    with lab.book(
        ["from course_utils.widgets import NoiseBall\nball = NoiseBall(batch=4, lr=0.4)\nball"]
    ) as book:
        yield book
        assert book.errors == []


def crowd(book):
    """The different places of the dots, in pixels."""
    drawn = book.page.locator(".course-crowd").first.get_attribute("d") or ""
    return set(re.findall(r"M([\d.]+) ([\d.]+)h0", drawn))


def width(book):
    return float(book.page.locator(".course-ellipse").first.get_attribute("rx"))


def test_the_crowd_sets_out_together_and_its_ellipse_shrinks_with_a_larger_batch(book):
    assert soon(lambda: len(crowd(book)) > 150)
    assert [book.page.locator(".course-axis").nth(k).text_content() for k in (0, 1)] == ["w", "b"]
    before = width(book)
    book.ask("setattr(ball, 'step', 0)")
    assert soon(lambda: len(crowd(book)), 1) == 1
    book.ask("setattr(ball, 'settings', {'batch': 16.0, 'lr': 0.4})")
    assert soon(lambda: abs(width(book) - before / 2) < 0.5), "four times the batch, half the width"
    book.ask("setattr(ball, 'step', 250)")
    assert soon(lambda: len(crowd(book)) > 150)
