"""Lecture 04 in a real browser, as a student does it: Run All, a wrong table, a right one, keyboard only."""

import pytest
from browser import ROOT, soon

LECTURE = ROOT / "notebooks" / "04-momentum.ipynb"
BROKEN = """() => ({
    errors: document.querySelectorAll('[data-mime-type="application/vnd.jupyter.error"]').length,
    stderr: document.querySelectorAll('[data-mime-type="application/vnd.jupyter.stderr"]').length,
    lost: [...document.querySelectorAll('.jp-OutputArea-output')]
          .filter(e => /Error displaying widget|Error creating widget|model not found/i.test(e.textContent)).length,
    pending: [...document.querySelectorAll('.jp-InputPrompt')].filter(e => e.textContent.includes('[*]')).length,
})"""


@pytest.fixture(params=[pytest.param("light", marks=pytest.mark.weekly), "dark"], scope="module")
def book(lab, request):
    with lab.book(LECTURE, dark=request.param == "dark") as book:
        assert book.page.locator(".course-exercise").count() == 2
        yield book


def fill(page, table):
    """Type a table from the first box on, with Tab from box to box, and press Enter in the last one."""
    for i, entry in enumerate(entry for row in table for entry in row):
        if i:
            page.keyboard.press("Tab")
        page.keyboard.press("Control+a")
        page.keyboard.type(entry)
    page.keyboard.press("Enter")


def test_a_student_solves_the_three_step_problem_with_the_keyboard(book):
    page = book.page
    assert page.evaluate(BROKEN) == {"errors": 0, "stderr": 0, "lost": 0, "pending": 0}

    exercise = page.locator(".course-exercise").first
    message = exercise.get_by_role("status")
    box = exercise.get_by_role("textbox", name="x of θ₁")
    solution = exercise.get_by_role("button", name="Show the solution")
    assert solution.is_disabled()

    box.focus()
    fill(page, [("-1", "1"), ("-2", "2"), ("-4", "4")])
    message.get_by_text("with no velocity").wait_for()
    assert message.inner_text().startswith("Step 1 is right. At step 2 the paths part.")
    marks = exercise.locator(".course-mark").all_inner_texts
    assert soon(marks, ["✓", "✓", "✗", "✗", "✗", "✗"]) == ["✓", "✓", "✗", "✗", "✗", "✗"]

    page.keyboard.press("Tab")  # Check
    page.keyboard.press("Tab")  # Hint
    page.keyboard.press("Enter")
    exercise.get_by_text("Make a table with three columns").wait_for()

    box.focus()
    fill(page, [("−1", "1"), ("-4", "1"), ("-8", "10/2")])
    message.get_by_text("Right, every step.").wait_for()
    assert soon(marks, ["✓"] * 6) == ["✓"] * 6

    for name, sign in (
        ("Show on the map", ".course-map-of-answer svg"),
        ("Show the solution", "li:has-text('Step 3')"),
    ):
        button = exercise.get_by_role("button", name=name)
        button.focus()
        page.keyboard.press("Space")
        page.locator(sign).first.wait_for()

    exercise.get_by_role("button", name="Another one like it").focus()
    page.keyboard.press("Enter")
    exercise.get_by_text("η = 1/2").wait_for()
    boxes = exercise.get_by_role("textbox").all
    assert soon(lambda: [box.input_value() for box in boxes()], [""] * 6) == [""] * 6
    assert book.errors == []


def test_it_wraps_on_a_narrow_window(book):
    book.page.set_viewport_size({"width": 480, "height": 800})
    exercise = book.page.locator(".course-exercise").first
    exercise.scroll_into_view_if_needed()
    assert soon(lambda: exercise.evaluate("e => e.scrollWidth <= e.clientWidth"))
    for element in (*exercise.get_by_role("button").all(), *exercise.get_by_role("textbox").all()):
        inside = element.bounding_box()
        assert inside["x"] + inside["width"] <= 480


def test_no_line_begins_with_the_comma_behind_a_formula(book):
    formulas = book.page.locator(".jp-MarkdownOutput mjx-container:not([display])")
    loose = """all => all.filter(f => !f.closest(".course-glued") && /^[,.;:!?)]/.test(f.nextSibling?.data ?? "")).length"""
    torn = """all => all.filter(f => f.closest(".course-glued")?.getClientRects().length > 1).length"""
    assert soon(lambda: formulas.count() > 50)
    assert soon(lambda: formulas.evaluate_all(loose) == 0)
    assert formulas.evaluate_all(torn) == 0


@pytest.mark.weekly
@pytest.mark.parametrize("book", ["dark"], indirect=True)
def test_run_again_out_of_order_and_after_a_restart(book):
    page = book.page
    cell = page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets"
        ".findIndex(c => c.model.sharedModel.source.includes('StepExercise(THREE_STEPS)'))"
    )
    alive = "len(__import__('ipywidgets').widgets.widget._instances)"
    book.run_cell(cell)
    before = book.ask(alive)
    for _ in range(3):
        book.run_cell(cell)
    assert book.until(alive, before) == before
    assert page.locator(".course-exercise").count() == 2

    book.restart()
    book.run_all()
    assert page.locator(".course-exercise").count() == 2
    assert page.evaluate(BROKEN) == {"errors": 0, "stderr": 0, "lost": 0, "pending": 0}
    assert book.errors == []
