"""Nothing is left in English on the screen: each kind of widget, in a real browser, in the pseudo-language."""

import pytest
from pseudo import LANGUAGE, catalogue, english

SETUP = """
import os
os.environ |= {{"LANGUAGE": {!r}, "TEXTDOMAINDIR": {!r}, "COURSE_PROGRESS": {!r}}}
import numpy as np
from course_utils.descent import descend
from course_utils.landscapes import BOWL, SADDLE, quadratic
from course_utils.optimizers import SGD, Adam, Momentum, NesterovLookahead
from course_utils.practice import THREE_STEPS
from course_utils.widgets import *
fall = np.linspace((2, 2.1), (1, 1.2), 50).T
"""
FORMS = {
    "exercise": "exercise = StepExercise(THREE_STEPS)\nexercise",
    "quiz": "quiz = Quiz('04 race')\nquiz",
    "number": "number = NumberQuiz('01 count')\nnumber",
    "standing": "Standing()",
    "gate": "Gate('04 race')",
}
FIGURES = {
    "explorer": "Explorer(BOWL, [SGD(0.1), Momentum(0.1, 0.9)])",
    "diverging": "Explorer(quadratic(1, 4), {'SGD': SGD(0.9)})",
    "factors": "Factors(BOWL, lr=0.5)",
    "stepper": "Stepper(SADDLE, NesterovLookahead(0.5, 0.5), (1, 2), 3)",
    "compass": "Compass(SADDLE)",
    "predict": "predict = PredictNext(SADDLE, Momentum(1, 1), (1, 2), 3)\npredict",
    "blindfold": "blind = Blindfold(BOWL)\nblind",
    "noise": "NoiseBall()",
    "heat": "HeatMap(Momentum)",
    "edge": "Edge()",
    "one axis": "OneAxis()",
    "stage": "Stage({'SGD': descend(SGD(0.1), BOWL, (1.0, 1.0), 3)})",
    "step sizes": "StepSizes(BOWL, Adam(0.1))",
    "live training": "LiveTraining()",
    "clinic": "Clinic('crawls')",
    "race": "Race({'SGD': 2 * fall, 'Adam': fall})",
}

#: All that is on the screen or read aloud.
SEEN = """root => {
  const names = ["aria-label", "title", "placeholder", "aria-valuetext", "aria-roledescription", "alt"];
  const all = [root, ...root.querySelectorAll("*")];
  const texts = document.createNodeIterator(root, NodeFilter.SHOW_TEXT);
  let [shown, node] = ["", null];
  while ((node = texts.nextNode())) shown += ` ${node.data}`;
  return [shown, ...all.flatMap((node) => names.map((name) => node.getAttribute(name) ?? ""))];
}"""


@pytest.fixture
def speaks(lab, tmp_path):
    """A notebook in the pseudo-language with one of these widgets a cell."""
    setup = SETUP.format(LANGUAGE, str(catalogue(tmp_path / "locale")), str(tmp_path / "progress.jsonl"))
    return lambda cells: lab.book([setup, *cells.values()])


def left_in_english(book, names):
    """-> {widget: the words that stand outside of ⟦ ⟧}, of those where there are any"""
    roots = book.page.locator(".course-widget").all()
    assert len(roots) == len(names)
    found = {}
    for name, root in zip(names, roots, strict=True):
        texts = root.evaluate(SEEN)
        assert any("⟦" in text for text in texts), name
        found[name] = {word for text in texts for word in english(text)}
    return {name: words for name, words in found.items() if words}


@pytest.mark.weekly
def test_exercises_and_questions_hold_no_english(speaks):
    with speaks(FORMS) as book:
        forms = book.page.locator(".course-widget")
        forms.nth(4).wait_for()
        exercise, quiz, number, *_others = forms.all()
        for box in exercise.get_by_role("textbox").all():
            box.fill("7")
        exercise.locator(".course-primary").click()
        exercise.locator(".course-message:not(:empty)").wait_for()
        for k in range(3):
            exercise.locator(".course-button").nth(1).click()
            exercise.locator("li").nth(k).wait_for()
        exercise.get_by_text("⟦Show the solution⟧").click()
        exercise.locator("li").nth(5).wait_for()
        quiz.get_by_role("radio").first.check()
        quiz.locator(".course-primary").click()
        quiz.locator(".course-message:not(:empty)").wait_for()
        number.get_by_role("textbox").fill("7")
        number.locator(".course-primary").click()
        number.locator(".course-message:not(:empty)").wait_for()
        assert not left_in_english(book, FORMS)


def test_live_figures_hold_no_english(speaks):
    with speaks(FIGURES) as book:
        figures = book.page.locator(".course-widget")
        figures.nth(len(FIGURES) - 1).wait_for()
        assert not left_in_english(book, FIGURES)
        book.ask("[predict.guess((0, 0)), blind.reveal()]")
        book.page.get_by_text("⟦Once more⟧").wait_for()
        assert not left_in_english(book, FIGURES)


@pytest.mark.weekly
def test_a_widget_without_its_kernel_says_so_in_its_own_language(speaks):
    with speaks({"quiz": FORMS["quiz"]}) as book:
        book.page.locator(".course-quiz").wait_for()
        book.shut_down()
        told = "⟦The kernel that drew this is gone. Run this cell again to make it live.⟧"
        book.page.get_by_text(told).wait_for()
