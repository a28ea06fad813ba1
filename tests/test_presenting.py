"""Presenter mode: larger, and nothing is given away before its time; slides with live figures in JupyterLab."""

import os
from importlib import metadata

import nbformat
import pytest
from browser import ROOT, soon
from needs import missing

from course_utils.authoring.running import KERNEL
from course_utils.landscapes import SADDLE
from course_utils.optimizers import Momentum
from course_utils.practice import checking, classroom, progress
from course_utils.practice.problems import StepProblem
from course_utils.teaching import presenting
from course_utils.widgets.exercises import StepExercise


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A student's file of answers, and presenter mode that is left at the end."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.jsonl"))
    yield tmp_path / "progress.jsonl"
    presenting.stop()


def exercise():
    """An exercise with a first try; -> (it, what the browser does)"""
    asked = StepExercise(StepProblem(SADDLE, Momentum(lr=1, momentum=1), start=(1, 2), steps=3))
    entries = [["-1", "1"], ["", ""], ["", ""]]

    def do(deed):
        asked._handle_custom_msg({"do": deed, "entries": entries}, [])

    do("check")
    return asked, do


def test_hints_and_solutions_wait_for_release(kept, capsys):
    presenting.present()
    asked, do = exercise()
    assert asked.marks[0] == ["right", "right"], "checking goes on as ever"
    for deed, shown in (("hint", "hints"), ("solution", "solution")):
        do(deed)
        assert (getattr(asked, shown), asked.notice) == ([], classroom.WAITS)
    capsys.readouterr()
    checking.hint("04 step")
    checking.solution("04 step")
    assert capsys.readouterr().out.splitlines() == [classroom.WAITS] * 2

    presenting.release()
    do("hint")
    do("solution")
    assert (len(asked.hints), bool(asked.solution), asked.notice) == (1, True, "")
    capsys.readouterr()
    checking.hint("04 step")
    assert capsys.readouterr().out.startswith("Hint 1 of ")

    presenting.present()
    do("hint")
    assert (len(asked.hints), asked.notice) == (1, classroom.WAITS)


def test_kept_answers_are_neither_shown_nor_made(kept):
    progress.keep("04 coasting", {"answer": "B"}, "done")
    before = kept.read_bytes()
    presenting.present()
    assert progress.last("04 coasting") is None
    progress.keep("04 coasting", {"answer": "C"}, "tried")
    presenting.present()  # twice is once
    presenting.stop()
    assert progress.last("04 coasting") == {"answer": "B"}
    assert kept.read_bytes() == before
    assert os.environ["COURSE_PROGRESS"] == str(kept)


def test_stop_leaves_nothing_behind(kept, monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS")
    presenting.stop()  # before any present()
    presenting.present()
    assert os.environ["COURSE_PROGRESS"] == ""
    presenting.stop()
    assert "COURSE_PROGRESS" not in os.environ and not classroom.held()


# ------------------------------------------------------------------------------------------------ in a browser

SIZES = """() => ({
    text: parseFloat(getComputedStyle(document.querySelector(".jp-RenderedMarkdown p")).fontSize),
    widget: parseFloat(getComputedStyle(document.querySelector(".course-widget p")).fontSize),
    picture: document.querySelector(".jp-OutputArea-output img").getBoundingClientRect().width,
})"""
PRESENT = "from course_utils.teaching.presenting import present, release, stop\npresent()"
CELLS = [
    "from course_utils import figures\nfrom course_utils.landscapes import SADDLE, BOWL\n"
    "from course_utils.descent import descend\nfrom course_utils.optimizers import SGD, Momentum\n"
    "figures.show(*figures.paths_on_map({'SGD': descend(SGD(lr=0.1), BOWL, start=(-7, 2), steps=5)}))",
    "from course_utils.practice.problems import StepProblem\nfrom course_utils.widgets import StepExercise\n"
    "StepExercise(StepProblem(SADDLE, Momentum(lr=1, momentum=1), start=(1, 2), steps=3))",
    "from IPython.display import Markdown\nMarkdown('Some text.')",
]


def in_the_guide(name):
    """The name of a button or menu entry, which the guide names as well."""
    assert f"*{name}*" in (ROOT / "docs/instructors-guide.md").read_text(encoding="utf-8")
    return name


class Console:
    """A console on a notebook's kernel, opened as the guide says: what is typed there is not in the notebook."""

    def __init__(self, book):
        self.book, self.prompt = book, book.page.locator(".jp-CodeConsole-promptCell .cm-content")
        book.page.locator(".jp-Notebook .jp-Cell").last.click(button="right")
        book.page.get_by_role("menuitem", name=in_the_guide("New Console for Notebook")).click()
        self.prompt.wait_for()

    def run(self, text):
        """Run some lines, and go back to the notebook."""
        page = self.book.page
        self.prompt.click()
        page.keyboard.insert_text(text)
        page.keyboard.press("Shift+Enter")
        page.wait_for_function(
            "() => !document.querySelector('.jp-CodeConsole-promptCell .cm-content').innerText.trim()"
        )
        self.book.command("docmanager:open", path=self.book.name)
        self.book.idle()


def test_the_projector_makes_type_and_pictures_larger_until_stop(lab):
    with lab.book(CELLS, run=False) as book:
        page = book.page
        console = Console(book)
        book.command("docmanager:open", path=book.name)
        for cell in range(len(CELLS)):
            book.run_cell(cell)
        small = page.evaluate(SIZES)
        console.run(PRESENT)
        page.wait_for_function("() => document.querySelectorAll('.course-projector').length === 1")
        large = page.evaluate(SIZES)
        assert all(large[name] > 1.3 * small[name] for name in small), (small, large)

        hint = page.locator(".course-exercise").get_by_role("button", name="Hint")
        hint.click()
        page.get_by_text(classroom.WAITS, exact=True).wait_for()
        console.run("release()")
        hint.click()
        page.get_by_text("Hint 1.").wait_for()
        console.run("stop()")
        page.wait_for_function("() => document.querySelectorAll('.course-projector').length === 0")
        assert soon(lambda: page.evaluate(SIZES), small) == small
        book.command("docmanager:save")
        assert "present" not in (lab.root / book.name).read_text(encoding="utf-8")
        assert book.errors == []


def slideshow():
    """The slides inside JupyterLab come with [teach]."""
    try:
        metadata.version("jupyterlab-slideshow")
    except metadata.PackageNotFoundError:
        missing("jupyterlab-slideshow is not installed")


DECK = [
    "from IPython.display import Markdown\nMarkdown('# A talk')",
    "from course_utils.landscapes import SADDLE\nfrom course_utils.optimizers import Momentum\n"
    "from course_utils.practice.problems import THREE_STEPS\nfrom course_utils.widgets import StepExercise, Stepper\n"
    "StepExercise(THREE_STEPS)",
    "Stepper(SADDLE, Momentum(lr=1, momentum=1), start=(1, 2), steps=3)",
]


@pytest.fixture
def talk(tmp_path):
    """A notebook with a slide for each of its cells."""
    cells = [
        nbformat.v4.new_code_cell(text, metadata={"slideshow": {"slide_type": "slide"}}) for text in DECK
    ]
    path = tmp_path / "talk.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    return path


def test_figures_are_live_on_slides_inside_jupyterlab(lab, talk):
    slideshow()
    with lab.book(talk, size=(1280, 720)) as book:
        page = book.page
        page.evaluate(
            "() => { const c = window.jupyterapp.shell.currentWidget.content; c.activeCellIndex = 0; c.mode = 'command'; }"
        )
        page.locator(f".jp-NotebookPanel-toolbar [title='{in_the_guide('Toggle Deck')}']").click()
        page.locator(".jp-deck-mod-visible h1", has_text="A talk").wait_for()
        assert soon(page.locator(".jp-Cell.jp-deck-mod-visible").count, 1) == 1, "one slide, not the page"

        page.keyboard.press("Space")
        exercise = page.locator(".jp-deck-mod-visible .course-exercise")
        exercise.get_by_role("textbox").first.focus()
        page.keyboard.type("- 1")  # a space in a box does not turn the page
        page.keyboard.press("Tab")
        page.keyboard.type("1")
        page.keyboard.press("Enter")
        exercise.get_by_role("status").get_by_text("Right so far.").wait_for()
        assert exercise.get_by_role("textbox").first.input_value() == "- 1"

        page.evaluate("() => window.jupyterapp.shell.currentWidget.content.node.focus()")
        stepper = page.locator(".jp-deck-mod-visible .course-map")
        assert soon(lambda: page.keyboard.press("Space") or stepper.is_visible())  # the last slide: it stays
        stepper.get_by_text("arrow 0 of").wait_for()
        stepper.get_by_role("button", name="Next").click()
        stepper.get_by_text("arrow 1 of").wait_for()
        page.get_by_title(in_the_guide("Exit Deck")).click()
        assert soon(page.locator(".jp-deck-mod-visible").count, 0) == 0
        assert book.errors == []


LIVE = """
import numpy as np
from course_utils.descent import descend
from course_utils.landscapes import BOWL, SADDLE
from course_utils.optimizers import SGD, Momentum, NesterovLookahead
from course_utils.widgets import Explorer, HeatMap, Stepper
from course_utils.widgets.compass import Compass
from course_utils.widgets.noise import NoiseBall
from course_utils.widgets.race import Race
fall = np.exp(-np.arange(60) / 20) * np.random.default_rng(0).uniform(0.8, 1.2, (5, 60))
"""
#: a live figure, and what of it must be on the screen together
TOGETHER = {
    "Explorer(BOWL, [SGD(0.1)], steps=30)": (".course-sheet", ".course-play", "td:last-child", ".course-slider"),
    "Explorer(BOWL, [SGD(0.1), Momentum(0.1, 0.9), NesterovLookahead(0.1, 0.9)])": (
        ".course-sheet", ".course-play", "td:last-child", ".course-slider"),
    "Stepper(SADDLE, NesterovLookahead(lr=1, momentum=1), start=(1, 2), steps=3)": (
        ".course-sheet", ".course-next", ".course-reading", ".course-count"),
    "Compass(SADDLE)": (".course-sheet", ".course-reading"),
    "NoiseBall(batch=4)": (".course-sheet", ".course-play", ".course-words", "td:last-child"),
    "HeatMap()": (".course-heat-desk canvas", ".course-heat-ticks", ".course-heat-words", ".course-heat-slider", ".course-heat-disc"),
    "Race({m: s * fall for m, s in (('SGD', 2), ('Momentum', 1.5), ('Adam', 1), ('RMSProp', 0.5))})": (
        ".course-race-desk", ".course-race-signs", ".course-play", ".course-race-methods"),
}  # fmt: skip
#: how far parts of a figure stand out of the notebook's view, to the right or below, once its top is at the top
OUTSIDE = """(figure, parts) => {
  figure.scrollIntoView({ block: "start" });
  const view = figure.closest(".jp-WindowedPanel-outer, .jp-Notebook").getBoundingClientRect();
  const clips = (node) => { const found = []; for (let up = node.parentElement; up !== figure.parentElement; up = up.parentElement)
    if (getComputedStyle(up).overflowX !== "visible") found.push(up.getBoundingClientRect()); return found; };
  return parts.flatMap((part) => [...figure.querySelectorAll(part)].flatMap((node) => {
    const box = node.getBoundingClientRect();
    const right = Math.min(view.right, ...clips(node).map((clip) => clip.right));
    const [over, below] = [Math.round(box.right - right), Math.round(box.bottom - view.bottom)];
    return over > 1 || below > 1 || box.top < view.top - 1 || !box.width ? [[part, over, below]] : [];
  }));
}"""


@pytest.mark.weekly
def test_a_live_figure_is_on_the_screen_as_a_whole(lab):
    with lab.book([PRESENT, LIVE, *TOGETHER], size=(1280, 720)) as book:
        page = book.page
        figures = page.locator(".course-widget")
        page.locator(".course-projector").wait_for(state="attached")
        for k, (name, parts) in enumerate(TOGETHER.items()):
            outside = soon(lambda k=k, parts=parts: figures.nth(k).evaluate(OUTSIDE, list(parts)), [])
            if shots := os.environ.get("SHOTS"):
                page.screenshot(path=f"{shots}/{k}.png")
            assert outside == [], name
