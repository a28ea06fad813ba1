"""The card of a verdict in a real browser, as a student meets it."""

import pytest
from browser import serious_violations

TODO = "def momentum_step(theta, v, g, lr, mu):\n    raise NotImplementedError"
WRONG = "def momentum_step(theta, v, g, lr, mu):\n    return theta + v, mu * v - lr * g"
RIGHT = "def momentum_step(theta, v, g, lr, mu):\n    v = mu * v - lr * g\n    return theta + v, v"
CHECK = 'check(momentum_step, "04 step")'


@pytest.fixture(scope="module")
def book(lab, tmp_path_factory):
    kept = tmp_path_factory.mktemp("kept") / "kept.jsonl"
    cells = [
        f"import os\nos.environ['COURSE_PROGRESS'] = {str(kept)!r}",
        "from course_utils.practice import check, hint",
        TODO,
        CHECK,
    ]
    with lab.book(cells) as book:
        card(book).wait_for()
        yield book


def card(book):
    return book.page.locator(".course-card")


def said(locator):
    return " ".join(locator.inner_text().split())


def write(book, text):
    """Rewrite the function, run its cell, and then the check."""
    book.page.locator(".jp-Notebook .jp-Cell").nth(2).locator(".cm-content").click()
    book.page.keyboard.press("Control+a")
    book.page.keyboard.insert_text(text)
    book.run_cell(2)
    book.run_cell(3)


def test_from_to_do_over_a_hint_to_right(book):
    page, status = book.page, card(book).get_by_role("status")
    status.get_by_text("raises NotImplementedError").wait_for()
    assert said(status).startswith("○ To do")
    show = card(book).get_by_role("button", name="Show the solution")
    assert show.get_attribute("aria-disabled") == "true", "not before a try"

    write(book, WRONG)
    status.get_by_text("This is what comes out when you move with v").wait_for()
    assert said(status).startswith("✗ Not yet momentum_step(2, -1, 4, 0.1, 0.5)")
    row = status.get_by_role("row").nth(1)
    assert row.get_by_role("cell").all_inner_texts() == ["(1.1, -0.9)", "(1, -0.9)"]
    assert status.get_by_role("columnheader").all_inner_texts() == ["expected", "got"]

    book.select(3)
    page.keyboard.press("Tab")  # the card's first control
    assert page.evaluate("() => document.activeElement.textContent") == "Hint 1 of 3"
    page.keyboard.press("Enter")
    card(book).get_by_role("listitem").get_by_text("Hint 1 of 3. ").wait_for()
    assert page.evaluate("() => document.activeElement.textContent") == "Hint 2 of 3", "the focus stays"
    assert (
        book.ask("__import__('course_utils.practice.progress').practice.progress.last('04 step')['hints']")
        == 1
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    card(book).get_by_text("def momentum_step").wait_for()
    assert serious_violations(page, ".course-card") == []

    write(book, RIGHT)
    status.get_by_text("20 more cases").wait_for()
    assert said(status).startswith("✓ Right")
    assert card(book).count() == 1
    assert card(book).get_by_role("button", name="Hint").count() == 0
    assert book.errors == []


def test_a_card_without_its_kernel_says_so_and_a_saved_verdict_is_still_there_when_it_is_opened_again(book):
    write(book, WRONG)
    card(book).get_by_text("This is what comes out").wait_for()
    book.command("docmanager:save")
    book.shut_down()
    book.page.get_by_role("alert").get_by_text("The kernel that drew this is gone").wait_for()
    assert book.page.evaluate("() => document.querySelector('.course-card').inert")
    book.command("application:close")
    book.open(anew=False)  # a page that is loaded again is in test_reopened_browser.py
    still = book.page.locator(".course-verdict")
    still.get_by_text("This is what comes out").wait_for()
    assert said(still).startswith("✗ Not yet")
    book.page.get_by_text("Run this cell (Shift+Enter) to make it live.").wait_for()
    assert card(book).count() == 0
