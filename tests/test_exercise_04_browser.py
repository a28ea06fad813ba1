"""Exercise 04 in a real browser, as a student goes through it: every task wrong and named, then right, and kept."""

import re

import pytest
from browser import ROOT, soon

from course_utils.authoring.page import Page
from course_utils.practice.problems import FOLLOW_UP
from course_utils.practice.tasks import task

EXERCISE, SOLUTION = (ROOT / folder / "04-momentum.ipynb" for folder in ("exercises", "solutions"))
CELLS = [(cell.id, cell.source) for cell in Page.read(EXERCISE).nb.cells]
SOLVED = {
    cell.id: re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", cell.source)
    for cell in Page.read(SOLUTION).nb.cells
}
#: (cell with the code, cell with its check, task, [(what is put in place of what, what is said about it)])
VISITS = [
    (
        "write-step",
        "write-check",
        "04 step",
        ("theta + v, v", "theta - v, v"),
        "θ moves against the velocity",
    ),
    (
        "class-write",
        "class-check",
        "04 momentum",
        (
            "        for name in params:\n            self.v",
            "            for name in params:\n                self.v",
        ),
        "your update moves in the first call only",
    ),
    (
        "sum-write",
        "sum-check",
        "04 sum",
        ("reversed(gradients)", "gradients"),
        "the oldest gradient counts most",
    ),
    ("terminal-write", "terminal-check", "04 top-speed", ("(1 - mu)", "1 - mu"), "1 − μ has no bracket"),
    ("escape-write", "escape-check", "04 escape", ("mu * v + lr * x", "lr * x"), "no velocity is kept"),
]
BROKEN = """() => ({
    errors: document.querySelectorAll('[data-mime-type="application/vnd.jupyter.error"]').length,
    stderr: document.querySelectorAll('[data-mime-type="application/vnd.jupyter.stderr"]').length,
    lost: [...document.querySelectorAll('.jp-OutputArea-output')]
          .filter(e => /Error displaying widget|Error creating widget|model not found/i.test(e.textContent)).length,
})"""
WHOLE = {"errors": 0, "stderr": 0, "lost": 0}


@pytest.fixture(scope="module")
def book(lab, tmp_path_factory):
    """The exercise, open and run; what is answered goes into a file of its own."""
    with lab.book(EXERCISE, run=False) as book:
        book.kept = str(tmp_path_factory.mktemp("kept") / "progress.jsonl")
        begin(book)
        yield book


def begin(book):
    """Run everything in a fresh kernel."""
    book.ask(f"__import__('os').environ.update(COURSE_PROGRESS={book.kept!r})")
    book.run_all()
    form(book).get_by_role("button", name="Check").wait_for()


def form(book):
    return book.page.locator(".course-exercise")


def place(name):
    return next(i for i, (cell_id, _) in enumerate(CELLS) if cell_id == name)


def cell(book, name):
    return book.page.locator(".jp-Notebook .jp-Cell").nth(place(name))


def run(book, name, text=None):
    """Run a cell, with another text where there is one, by the keyboard. -> what it says, in one line"""
    cell(book, name).locator(".cm-content").click()
    if text is not None:
        book.page.keyboard.press("Control+a")
        book.page.keyboard.insert_text(text)
    book.run_cell()
    return said(book, name)


def said(book, name):
    """What stands below a cell, in one line, once its cards are drawn."""
    if "check(" in cell(book, name).locator(".cm-content").inner_text():
        cell(book, name).locator(".course-verdict").last.wait_for()
    return " ".join(" ".join(cell(book, name).locator(".jp-OutputArea-output").all_inner_texts()).split())


def type_in(book, rows):
    boxes = form(book).get_by_role("textbox")
    boxes.first.focus()
    for i, entry in enumerate(str(x) for row in rows for x in row):
        if i:
            book.page.keyboard.press("Tab")
        book.page.keyboard.press("Control+a")
        book.page.keyboard.type(entry)
    book.page.keyboard.press("Enter")


def test_in_an_untouched_notebook_everything_is_to_do(book):
    assert book.page.evaluate(BROKEN) == WHOLE
    for _, check, name, *_ in VISITS:
        assert said(book, check).startswith("○ To do"), name
        assert (
            book.ask(f"__import__('course_utils.practice.progress').practice.progress.state({name!r})")
            == "open"
        )


def test_a_wrong_table_is_named_and_a_right_one_accepted(book):
    page, show = book.page, form(book).get_by_role("button", name="Show the solution")
    assert show.is_disabled(), "not before a try"
    type_in(book, [(0, 12), (-6, 12), (-12, 15)])  # plain gradient descent
    form(book).get_by_role("status").get_by_text("plain gradient descent").wait_for()
    show.click()
    form(book).get_by_text("new point (−31/2, 59/4)").wait_for()
    type_in(book, FOLLOW_UP.answer)
    form(book).get_by_role("status").get_by_text("Right, every step.").wait_for()
    assert soon(page.locator(".course-exercise input").count, 6) == 6


#: That every slip is named is tested without a browser, in test_tasks.py, and a function with its card in test_card_browser.py.
WEEKLY = [
    pytest.param(*visit, marks=() if visit[2] == "04 momentum" else pytest.mark.weekly) for visit in VISITS
]


@pytest.mark.parametrize(
    ("write", "check", "name", "slip", "told"), WEEKLY, ids=[visit[2] for visit in VISITS]
)
def test_wrong_code_is_named_and_right_code_accepted(book, write, check, name, slip, told):
    asks = dict(CELLS)[check]
    refused = run(book, check, f'solution("{name}")\nhint("{name}")')
    assert refused.startswith("First a try of your own")
    assert "Hint 1 of 3." in refused

    assert slip[0] in SOLVED[write]
    run(book, write, SOLVED[write].replace(*slip))
    wrong = run(book, check, asks)
    assert wrong.startswith("✗ Not yet")
    assert told in wrong

    shown = run(book, check, f'hint("{name}")\nsolution("{name}")')
    assert shown.startswith("Hint 2 of 3.")
    assert " ".join(task(name).why.split()) in shown

    run(book, write, SOLVED[write])
    right = run(book, check, asks)
    assert right.startswith("✓ Right")
    assert "Not yet" not in right


def test_cells_run_in_another_order_are_checked_as_they_are_now(book):
    """The class once more as it was handed out, checked, and put right again, while all else stays."""
    write, check, *_ = VISITS[1]
    run(book, write, dict(CELLS)[write])
    assert run(book, check).startswith("○ To do")
    run(book, write, SOLVED[write])
    assert run(book, check).startswith("✓ Right")


@pytest.mark.weekly
def test_a_restarted_kernel_brings_answers_back(book):
    answers = [box.input_value() for box in form(book).get_by_role("textbox").all()]
    before = book.ask("__import__('os').getpid()")
    book.restart()
    assert book.ask("__import__('os').getpid()") != before
    begin(book)
    form(book).get_by_role("status").get_by_text("Right, every step.").wait_for()
    assert (
        soon(lambda: [box.input_value() for box in form(book).get_by_role("textbox").all()], answers)
        == answers
    )
    states = "[__import__('course_utils.practice.progress').practice.progress.state(n) for n in ({})]"
    names = ["04 follow-up", *(name for _, _, name, *_ in VISITS)]
    assert book.ask(states.format(", ".join(map(repr, names)))) == ["done"] * len(names)
    assert run(book, "terminal-check", 'hint("04 top-speed")').startswith("Hint 3 of 3."), (
        "hints go on where they were"
    )
    assert run(book, "terminal-check", 'solution("04 top-speed")').startswith("def terminal_velocity")


def test_in_the_end_nothing_is_broken(book):
    assert book.page.evaluate(BROKEN) == WHOLE
    assert book.errors == []
