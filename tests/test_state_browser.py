"""What a form shows is true, and the keyboard is never lost in it: edits, old advice, buttons that go away."""

import contextlib

import pytest
from browser import soon

SETUP = """
import os
os.environ["COURSE_PROGRESS"] = {!r}
from course_utils.practice.problems import THREE_STEPS
from course_utils.widgets import *
"""
FORMS = ["exercise = StepExercise(THREE_STEPS)\nexercise", "Quiz('04 race')", "NumberQuiz('01 count')"]
RIGHT = ["-1", "1", "-4", "1", "-8", "5"]
FOCUS = "() => document.activeElement.textContent || document.activeElement.getAttribute('aria-label') || document.activeElement.tagName"


@pytest.fixture
def open_book(lab, tmp_path):
    @contextlib.contextmanager
    def opened(*cells, after=(), **options):
        with lab.book([SETUP.format(str(tmp_path / "progress.jsonl")), *cells, *after], **options) as book:
            yield book

    return opened


def type_at_once(box, text):
    """Type into a box and -> what its widget says before Python can have heard of it."""
    return box.evaluate(
        """(box, text) => {
            box.value = text;
            box.dispatchEvent(new Event("input", { bubbles: true }));
            const form = box.closest("form");
            return [...form.querySelectorAll(".course-mark")].map((mark) => mark.textContent).join("")
                + form.querySelector("[role=status]").textContent;
        }""",
        text,
    )


def solve(form):
    for box, entry in zip(form.get_by_role("textbox").all(), RIGHT, strict=True):
        box.fill(entry)
    form.get_by_role("button", name="Check").click()
    form.get_by_text("Right, every step.").wait_for()


@pytest.mark.weekly
def test_the_third_hint_keeps_the_focus(open_book):
    with open_book(FORMS[0]) as book:
        form = book.page.locator(".course-exercise")
        form.get_by_role("button", name="Hint").focus()
        for n in (1, 2, 3):
            book.page.keyboard.press("Enter")
            form.get_by_text(f"Hint {n}.").wait_for()
        hint = form.get_by_role("button", name="Hint")
        assert soon(lambda: book.page.evaluate(FOCUS), "Hint 3 of 3") == "Hint 3 of 3"
        assert soon(lambda: hint.get_attribute("aria-disabled"), "true") == "true"
        book.page.keyboard.press("Enter")
        assert book.ask("len(exercise.hints)") == 3


@pytest.mark.weekly
def test_another_exercise_begins_in_its_first_box_and_the_map_comes_into_view(open_book):
    with open_book(FORMS[0], size=(1280, 700)) as book:
        form = book.page.locator(".course-exercise")
        solve(form)
        form.get_by_role("button", name="Show on the map").click()
        book.page.locator(".course-map-of-answer .course-desk").wait_for()
        book.page.wait_for_function(
            """() => {
                const map = document.querySelector(".course-map-of-answer .course-desk").getBoundingClientRect();
                const view = document.querySelector(".jp-WindowedPanel-outer").getBoundingClientRect();
                return map.top >= view.top && map.bottom <= view.bottom;
            }"""
        )
        form.get_by_role("button", name="Another one like it").focus()
        book.page.keyboard.press("Enter")
        book.page.wait_for_function(f"() => ({FOCUS})() === 'x of θ₁'")
        assert soon(form.get_by_role("textbox").first.input_value, "") == ""


EVERY_QUESTION = """
from course_utils.words import groups, words
from IPython.display import display
names = [f"{group} {key}" for group in groups() for key in words(group)["questions"]]
def ask(name):
    try:
        return Quiz(name)
    except ValueError:
        return NumberQuiz(name)
"""


@pytest.mark.weekly
def test_no_question_shows_raw_markup(open_book):
    cells = [f"display(*map(ask, names[{k}:{k + 40}]))" for k in range(0, 240, 40)]  # 50 is what a cell shows
    with open_book("Standing()", after=[EVERY_QUESTION, *cells]) as book:
        forms = book.page.locator("form.course-widget")
        forms.nth(book.ask("len(names)") - 1).wait_for(state="attached")
        assert book.ask("len(names)") <= 240
        shown = book.page.evaluate(
            """() => [...document.querySelectorAll("form.course-widget")].map((form) => {
                form.querySelectorAll("code").forEach((code) => code.remove());
                return form.textContent;
            }).join("\\n")"""
        )
        assert "`" not in shown
        assert "η_" not in shown


MARKED = "quiz = Quiz('04 race')\nquiz.text = 'What does `a_b < c` say of η_t and v_{t+1}, not of x or zeros_like?'\nquiz"


@pytest.fixture(scope="module")
def forms(lab, tmp_path_factory):
    """A notebook with a form of each kind, one whose question has marks in it, and a cell below."""
    kept = tmp_path_factory.mktemp("kept") / "progress.jsonl"
    with lab.book([SETUP.format(str(kept)), *FORMS, MARKED, "1"]) as book:
        yield book


def test_an_edit_takes_the_mark_and_the_praise_away_at_once_and_for_good(forms):
    exercise, quiz, number = (
        forms.page.locator(f".course-{n}").first for n in ("exercise", "quiz", "number")
    )
    solve(exercise)
    assert type_at_once(exercise.get_by_role("textbox").last, "7") == "✓✓✓✓✓"
    forms.until("exercise.entries[2][1]", "7")

    quiz.get_by_role("radio").nth(2).check()
    quiz.get_by_role("button", name="Check").click()
    quiz.get_by_text("✓ Yes").wait_for()
    said = "e => { e.click(); return e.closest('form').querySelector('[role=status]').textContent; }"
    assert quiz.get_by_role("radio").nth(0).evaluate(said) == ""
    assert quiz.get_by_role("radio").nth(2).evaluate(said).startswith("✓ Yes")
    assert quiz.get_by_role("radio").nth(0).evaluate(said) == ""

    number.get_by_role("textbox").fill("39760")
    forms.page.keyboard.press("Enter")
    number.get_by_text("✓").wait_for()
    assert type_at_once(number.get_by_role("textbox"), "1") == ""
    forms.until(
        "__import__('course_utils.practice.progress').practice.progress.last('01 count')['typed']", "1"
    )

    forms.restart()
    forms.run_all()
    forms.page.wait_for_function("() => document.querySelector('.course-exercise input').value !== ''")
    marks = ["✓"] * 5 + [""]
    assert soon(exercise.locator(".course-mark").all_inner_texts, marks) == marks
    assert exercise.get_by_role("textbox").last.input_value() == "7"
    assert exercise.locator(".course-message").text_content() == ""
    assert quiz.get_by_role("radio").nth(0).is_checked()
    assert quiz.locator(".course-message").text_content() == ""
    assert number.locator(".course-message").text_content() == ""
    assert number.get_by_role("textbox").input_value() == "1"
    for name in ("04 three-steps", "04 race", "01 count"):
        assert (
            forms.ask(f"__import__('course_utils.practice.progress').practice.progress.state({name!r})")
            == "done"
        )


def test_advice_stays_while_typing_and_is_marked_as_old(forms):
    form = forms.page.locator(".course-exercise")
    for box, entry in zip(form.get_by_role("textbox").all(), ["-1", "1", "-2", "2", "-4", "4"], strict=True):
        box.fill(entry)
    form.get_by_role("button", name="Check").click()
    form.get_by_text("with no velocity").wait_for()
    before = "e => getComputedStyle(e, '::before').content"
    assert form.get_by_role("status").evaluate(before) == "none"
    assert type_at_once(form.get_by_role("textbox").nth(2), "-4").startswith("✓✓✗✗✗")
    assert "At your last check" in form.get_by_role("status").evaluate(before)


@pytest.mark.parametrize("kind", ["exercise", "quiz", "number"])
def test_the_keys_that_a_form_names_work(forms, kind):
    page, at = forms.page, 1 + ["exercise", "quiz", "number"].index(kind)
    form = page.locator(".jp-Notebook .jp-Cell").nth(at).locator(".course-widget")
    forms.select(at)
    form.evaluate("e => e.classList.add('before')")
    page.keyboard.press("Shift+Enter")
    form.and_(page.locator(":not(.before)")).wait_for()  # until it is there, Tab leads on to the next form
    assert "after Shift+Enter, ↑ and then Tab lead in here" in form.locator(".course-keys").inner_text()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    assert (
        form.evaluate("e => e.contains(document.activeElement) && document.activeElement.tagName") == "INPUT"
    )
    if kind == "quiz":
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
    else:
        for entry in RIGHT if kind == "exercise" else ["39760"]:
            page.keyboard.press("Control+a")
            page.keyboard.type(entry)
            page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    form.locator(".course-good:not(:empty)").first.wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("() => document.activeElement.classList.contains('jp-Cell')")


def test_code_and_subscripts_are_typeset_in_questions(forms):
    legend = forms.page.locator("legend").last
    assert legend.locator("code").all_inner_texts() == ["a_b < c"]
    assert legend.locator("sub").all_inner_texts() == ["t", "t+1"]
    said = "What does a_b < c say of ηt and vt+1, not of x or zeros_like?"
    assert legend.inner_text().replace("\n", "") == said
