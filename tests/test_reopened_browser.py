"""A notebook that was run and saved shows every widget when it is opened again: alive, or as its picture."""

import json
import sys
from pathlib import Path

import pytest
from browser import ROOT, soon

ONE_OF_EACH = [
    "from course_utils.landscapes import BOWL\nfrom course_utils.practice.problems import THREE_STEPS\n"
    "from course_utils.optimizers import SGD\nfrom course_utils.widgets import *",
    "StepExercise(THREE_STEPS)",
    "Quiz('04 race')",
    "NumberQuiz('01 count')",
    "Standing()",
    "Explorer(BOWL, [SGD(0.1)])",
]
WIDGETS = len(ONE_OF_EACH) - 1
DEAD = "Run this cell"


def seen(book):
    """-> (how many outputs are alive, how many are pictures with alternative text and the line below it)"""
    return tuple(
        book.page.evaluate(
            """line => {
                const outputs = [...document.querySelectorAll(".jp-NotebookPanel .jp-OutputArea-output")];
                const lost = outputs.filter(e => /Error displaying|not found|Loading widget/.test(e.textContent));
                if (lost.length) return ["lost", lost.length];
                const alive = outputs.filter(e => e.querySelector(".course-widget, .course-map"));
                const still = outputs.filter(e => {
                    const img = e.querySelector("img[alt]");
                    return img?.naturalWidth > 100 && img.alt.length > 20 && e.textContent.includes(line);
                });
                return [alive.length, still.length];
            }""",
            DEAD,
        )
    )


SLOWLY_DRAWN = """import os, time
from course_utils.landscapes import BOWL
from course_utils.optimizers import SGD
from course_utils.widgets import Explorer

class Slow(Explorer):
    def figure(self):
        while not os.path.exists("draw"):
            time.sleep(0.01)
        return super().figure()

Slow(BOWL, [SGD(0.1)])"""
HAS_PICTURE = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells.get(0).outputs.toJSON()]
    .map((output) => "image/png" in output.data)"""


def test_a_widget_is_there_before_its_picture_and_is_not_drawn_anew_for_it(lab):
    (lab.root / "draw").unlink(missing_ok=True)
    with lab.book([SLOWLY_DRAWN], run=False) as book:
        book.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
        book.page.locator(".course-widget").evaluate("widget => { widget.id = 'drawn-first'; }")
        assert book.page.evaluate(HAS_PICTURE) == [False]
        (lab.root / "draw").touch()
        assert soon(lambda: book.page.evaluate(HAS_PICTURE), [True]) == [True]
        assert book.page.locator(".course-widget").count() == 1
        assert book.page.locator("#drawn-first.course-widget").count() == 1
        assert not book.errors


@pytest.fixture(scope="module")
def book(lab):
    with lab.book(ONE_OF_EACH) as book:
        assert soon(lambda: seen(book), (WIDGETS, 0)) == (WIDGETS, 0)
        book.command("docmanager:save")
        yield book


def test_a_page_that_is_reloaded_shows_every_widget_alive(book):
    book.open()
    assert soon(lambda: seen(book), (WIDGETS, 0)) == (WIDGETS, 0)


def test_a_notebook_that_was_saved_shows_every_widget_as_a_picture_until_its_cell_runs(book):
    book.shut_down()
    book.command("application:close")
    book.open(anew=False)  # the page is loaded anew below
    assert soon(lambda: seen(book), (0, WIDGETS)) == (0, WIDGETS)
    book.run_cell(0)
    book.run_cell(2)
    assert soon(lambda: seen(book), (1, WIDGETS - 1)) == (1, WIDGETS - 1)
    book.run_all()
    assert soon(lambda: seen(book), (WIDGETS, 0)) == (WIDGETS, 0)


def test_saving_adds_no_widget_state_to_a_notebook(lab, book):
    assert "widgets" not in json.loads((lab.root / book.name).read_text(encoding="utf-8"))["metadata"]


def test_a_notebook_that_nobody_ran_here_says_that_its_widgets_are_pictures(lab, book):
    book.shut_down()
    saved = lab.root / book.name
    text = json.loads(saved.read_text(encoding="utf-8"))
    text["metadata"]["title"] = "from elsewhere"  # what was not signed here is not trusted
    book.name = "copy.ipynb"
    (lab.root / book.name).write_text(json.dumps(text), encoding="utf-8")
    book.open()
    assert soon(lambda: seen(book), (0, WIDGETS)) == (0, WIDGETS)


def test_jupyterlab_has_the_extension_that_shows_the_pictures():
    source = ROOT / "course_utils" / "widgets" / "stills"
    installed = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "downhill-blindfolded"
    files = {file.name: file for file in source.iterdir()}
    fonts = ROOT / "course_utils" / "figures" / "fonts"
    for name, file in {**files, **{f"fonts/{file.name}": file for file in fonts.iterdir()}}.items():
        assert (installed / name).read_bytes() == file.read_bytes(), "run: pip install -e ."
