"""The bug clinic in a real browser, as a student goes through it: every question, every repair, wrong then right."""

import re

import pytest
from browser import ROOT

from course_utils.authoring.page import Page
from course_utils.practice.questions import question

EXERCISE, SOLUTION = (ROOT / folder / "bug-clinic.ipynb" for folder in ("exercises", "solutions"))
VISITS = [  # (task, the patient's name, or its text, and what the check says of it)
    ("stuck", "StuckMomentum", "MovingMomentum"),
    ("name", "HalfwayNesterov", "SpeltNesterov"),
    ("order", "RunawayNesterov", "OrderlyNesterov"),
    ("whole", "quick_walk", "walk"),
    ("history", "one_row_history", "history"),
    ("slope", "close_slope", "slope"),
    ("shared", "HauntedMomentum", "OwnMomentum"),
    ("rate", "StubbornMomentum", "ObedientMomentum"),
    ("test", "lambda method: True", "is_momentum"),
]
QUESTIONS = [
    "standstill",
    "sefl",
    "blow-up",
    "too-good",
    "same-rows",
    "check-fails",
    "second-run",
    "one-result",
]
BROKEN = """() => ({
    errors: document.querySelectorAll('[data-mime-type="application/vnd.jupyter.error"]').length,
    stderr: document.querySelectorAll('[data-mime-type="application/vnd.jupyter.stderr"]').length,
    lost: [...document.querySelectorAll('.jp-OutputArea-output')]
          .filter(e => /Error displaying widget|Error creating widget|model not found/i.test(e.textContent)).length,
    pending: [...document.querySelectorAll('.jp-InputPrompt')].filter(e => e.textContent.includes('[*]')).length,
})"""
CELLS = [(cell.id, cell.source) for cell in Page.read(EXERCISE).nb.cells]
SOLVED = {cell.id: cell.source for cell in Page.read(SOLUTION).nb.cells}


pytestmark = (
    pytest.mark.weekly
)  # with every run a student does the same in exercise 04, and with a card and questions


@pytest.fixture(scope="module")
def book(lab):
    with lab.book(EXERCISE) as book:
        assert book.page.locator(".course-quiz").count() == len(QUESTIONS)
        yield book


def cell(book, name):
    """The cell with this id, as the page shows it."""
    at = next(i for i, (cell_id, _) in enumerate(CELLS) if cell_id == name)
    return book.page.locator(".jp-Notebook .jp-Cell").nth(at)


def write(book, name, text):
    """Replace what a cell says, as one does with the keyboard, and run it."""
    cell(book, name).locator(".cm-content").click()
    book.page.keyboard.press("Control+a")
    book.page.keyboard.insert_text(text)
    book.run_cell()


def told(book, task):
    """Run a check and read what it says, in one line."""
    cell(book, f"{task}-check").locator(".cm-content").click()
    book.run_cell()
    cell(book, f"{task}-check").locator(".course-verdict").wait_for()
    return " ".join(
        " ".join(cell(book, f"{task}-check").locator(".jp-OutputArea-output").all_inner_texts()).split()
    )


def test_in_an_untouched_notebook_everything_is_to_do(book):
    assert book.page.evaluate(BROKEN) == {"errors": 0, "stderr": 0, "lost": 0, "pending": 0}
    for task, *_ in VISITS:
        assert cell(book, f"{task}-check").locator(".course-verdict").inner_text().startswith("○")


@pytest.mark.parametrize("at", range(len(QUESTIONS)), ids=QUESTIONS)
def test_a_question_answered_wrongly_and_then_rightly(book, at):
    quiz = book.page.locator(".course-quiz").nth(at)
    options = question(f"bugs {QUESTIONS[at]}").options
    right = next(i for i, option in enumerate(options) if option.right)
    for choice, mark in ((right - 1, "✗"), (right, "✓")):
        choice %= len(options)
        quiz.get_by_role("radio").nth(choice).check()
        quiz.get_by_role("button", name="Check").click()
        quiz.get_by_role("status").get_by_text(options[choice].why).wait_for()
        assert quiz.get_by_role("status").inner_text().startswith(mark)


@pytest.mark.parametrize(("task", "patient", "repaired"), VISITS, ids=[visit[0] for visit in VISITS])
def test_a_student_repairs_every_bug(book, task, patient, repaired):
    name = next(cell_id for cell_id, source in CELLS if re.match(rf"(class|def) {repaired}\b", source))
    write(book, name, f"{repaired} = {patient}")  # handed in unrepaired
    assert "Not yet" in told(book, task)

    write(book, name, re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", SOLVED[name]))
    mended = told(book, task)
    assert "Right" in mended
    assert "Not yet" not in mended


def test_a_hint_and_the_solution_on_the_way(book):
    write(book, "setup", SOLVED["setup"] + '\nhint("bugs stuck")\nsolution("bugs stuck")')
    said = "\n".join(cell(book, "setup").locator(".jp-OutputArea-output").all_inner_texts())
    assert "in which calls does it run?" in said
    assert "One level to the left" in said


def test_in_the_end_nothing_is_broken(book):
    assert book.page.evaluate(BROKEN) == {"errors": 0, "stderr": 0, "lost": 0, "pending": 0}
    assert book.errors == []
