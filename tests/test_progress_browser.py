"""Answers outlive the kernel, in a real JupyterLab: answer, kill -9 the kernel, restart, run again."""

import json

import pytest
from browser import ROOT, soon

KEEP = "import os\nos.environ['COURSE_PROGRESS'] = {!r}\nos.getpid()"
FOLLOW_UP = [("0", "12"), ("−8", "11"), ("-31/2", "59/4")]


def code_of(notebook, path):
    """The code cells of a notebook, after one that says where answers are kept."""
    cells = json.loads((ROOT / notebook).read_text(encoding="utf-8"))["cells"]
    return [KEEP.format(str(path)), *("".join(c["source"]) for c in cells if c["cell_type"] == "code")]


def fill(page, table):
    for i, entry in enumerate(entry for row in table for entry in row):
        if i:
            page.keyboard.press("Tab")
        page.keyboard.type(entry)


def values(form):
    return [box.input_value() for box in form.get_by_role("textbox").all()]


def test_the_exercise_of_lecture_04_survives_a_killed_kernel(lab, tmp_path):
    code = code_of("exercises/04-momentum.ipynb", tmp_path / "progress.jsonl")
    with lab.book(code[:3]) as book:  # up to the table: the whole of it is in test_exercise_04_browser
        page = book.page
        form = page.locator(".course-exercise").first
        form.get_by_role("textbox").first.focus()
        fill(page, [*FOLLOW_UP[:2], ("-12", "15")])
        page.keyboard.press("Enter")
        form.get_by_role("status").get_by_text("Steps 1 to 2 are right.").wait_for()
        form.get_by_role("button", name="Hint").click()
        form.get_by_text("Hint 1.").wait_for()
        last = form.get_by_role("textbox").nth(5)
        last.fill("59")  # typed, and not checked; nor has the box been left
        book.until(
            "__import__('course_utils.practice.progress').practice.progress.last('04 follow-up')['entries'][2][1]",
            "59",
        )
        shown = (values(form), form.text_content())

        book.kill()
        book.run_all()
        page.wait_for_function("() => document.querySelector('.course-exercise input').value !== ''")
        form = page.locator(".course-exercise").first
        assert soon(lambda: (values(form), form.text_content()), shown) == shown

        last = form.get_by_role("textbox").nth(4)
        last.focus()
        page.keyboard.press("Control+a")
        fill(page, FOLLOW_UP[2:])
        page.keyboard.press("Enter")
        form.get_by_role("status").get_by_text("Right, every step.").wait_for()
        assert not book.errors

        form.get_by_role("button", name="Start again").focus()
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('.course-exercise input').value === ''")
        assert values(form) == [""] * 6
        assert (
            book.until(
                "__import__('course_utils.practice.progress').practice.progress.state('04 follow-up')", "done"
            )
            == "done"
        )


SOME = [
    "from course_utils.widgets import NumberQuiz, Quiz, Standing",
    "Quiz('04 race')",
    "NumberQuiz('01 count')",
    "Standing()",
]


@pytest.mark.weekly
def test_questions_and_standing_survive_it_too(lab, tmp_path):
    with lab.book([KEEP.format(str(tmp_path / "progress.jsonl")), *SOME]) as book:
        page = book.page
        quiz, number, standing = (page.locator(f".course-{name}") for name in ("quiz", "number", "standing"))
        row = standing.get_by_role("row", name="04 Momentum")
        row.wait_for()
        open_before = int(row.get_by_role("cell").nth(3).inner_text())

        quiz.get_by_role("radio").nth(2).check()
        quiz.get_by_role("button", name="Check").click()
        quiz.get_by_text("✓ Yes").wait_for()
        number.get_by_role("textbox").fill("39700")
        page.keyboard.press("Enter")
        number.get_by_text("✗").wait_for()
        number.get_by_role("textbox").press_sequentially("1")
        book.until(
            "__import__('course_utils.practice.progress').practice.progress.last('01 count')['typed']",
            "397001",
        )
        standing.get_by_role("button", name="Look again").click()
        standing.get_by_text("Counted anew.").wait_for()
        now = ["1", "0", str(open_before - 1)]
        assert soon(lambda: row.get_by_role("cell").all_inner_texts()[1:], now) == now
        cells = row.get_by_role("cell").all_inner_texts()
        assert standing.get_by_role("row", name="01 Walk").get_by_role("cell").all_inner_texts()[2] == "1"
        assert standing.locator(".course-bar").first.get_attribute("aria-hidden") == "true"
        shown = [form.text_content() for form in (quiz, number)]

        book.kill()
        book.run_all()
        quiz.get_by_text("✓ Yes").wait_for()
        assert soon(lambda: [form.text_content() for form in (quiz, number)], shown) == shown
        assert quiz.get_by_role("radio").nth(2).is_checked()
        assert values(number) == ["397001"]
        assert soon(row.get_by_role("cell").all_inner_texts, cells) == cells

        held = "e => e.contains(document.activeElement)"
        for form in (quiz, number):
            button = form.get_by_role("button", name="Start again")
            button.focus()
            page.keyboard.press("Enter")
            button.wait_for(state="hidden")
            assert soon(lambda form=form: form.evaluate(held)), "the keyboard is still there"
        assert soon(lambda: not quiz.get_by_role("radio").nth(2).is_checked())
        assert soon(lambda: values(number), [""]) == [""]
        assert not book.errors
