"""The browser edition at length, weekly: every notebook, and a student's way through it. One lecture is tried in test_site."""

import shutil

import firefox
import pytest
from browser import soon
from lite import Edition, LiteBook, differences, troubles
from needs import missing
from test_slides import packages

from course_utils.authoring import lite, pages
from course_utils.practice import progress

__all__ = ["packages"]
ROOT = pages.ROOT
NAMES = [page.name for page in [*pages.lectures(), *pages.exercises()]]
NOTE = """([text]) => {
  const { content } = window.jupyterapp.shell.currentWidget;
  content.model.sharedModel.insertCell(1, { cell_type: "code", source: text });
}"""

SAID = """(said) => new RegExp(said).test(document.querySelector(".course-loading")?.textContent ?? "")"""
CACHED = """async () => Promise.all(
  (await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).length)
)"""

#: the controls of the course's widgets that are too small for a finger, and their sizes
SMALL = """() => [...document.querySelectorAll(".course-widget :is(button, input[type=range], .course-box)")]
  .map((one) => [one.className, one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width && Math.min(width, height) < 24)
  .map(([name, { width, height }]) => `${name}: ${width} x ${height}`)"""
EXPLORER = """
from course_utils.landscapes import BOWL
from course_utils.optimizers import Momentum
from course_utils.widgets import Explorer
explorer = Explorer(BOWL, [Momentum(0.1, 0.9)])
explorer
"""

#: JupyterLab's own line where a saved widget, of which the picture is shown, belonged to a kernel that is gone
GONE = "widget model not found"
ABOUT = """async () => (await fetch("../files/answers/README.md")).text()"""

pytestmark = pytest.mark.weekly


@pytest.fixture(scope="module")
def edition(packages, browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("edition")
    lite.build_lite(folder / "lite", ROOT)
    with Edition(folder, browser) as edition:
        yield edition


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_shows_in_the_browser_what_is_stored(edition, name):
    with edition.book(name) as book:
        book.run_all()
        assert troubles(book.cells()) == []
        assert differences(name, book.cells()) == []
        assert book.errors == []
    assert edition.elsewhere() == []


@pytest.fixture(scope="module")
def fox(tmp_path_factory):
    if not firefox.program():
        missing(firefox.MISSING)
    with firefox.started(tmp_path_factory.mktemp("firefox")) as page:
        yield page


@pytest.mark.parametrize("name", NAMES)
def test_firefox_shows_what_is_stored(edition, fox, name):
    assert firefox.run_all(fox, edition, name) == ([], [], [])


def test_nothing_that_a_student_leaves_is_lost(edition, monkeypatch, tmp_path):
    """Answers and notes are there after a reload, in a new tab, and, by a file, in an installation."""
    name, typed = "exercises/04-momentum.ipynb", ["0", "12", "-8", "11", "-12", "15"]
    with edition.book(name) as book:
        book.run_all()
        book.fill_in(typed)
        book.page.get_by_text("Steps 1 to 2 are right.").wait_for()
        book.page.evaluate(NOTE, ["# my own note"])
        assert soon(lambda: "my own note" in book.kept(name)), "it is saved without being asked to"

        book.page.reload()
        as_it_was_left(book, typed)
        tab = book.page.context.new_page()
        book.page.close()
        book = LiteBook(edition, tab, name, "notebooks")
        as_it_was_left(book, typed)

        book.ask("__import__('course_utils.practice.progress').practice.progress.export('my-answers.json')")
        exported = tmp_path / "my-answers.json"
        exported.write_text(book.kept("exercises/my-answers.json"), encoding="utf-8")
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.jsonl"))
    progress.take_in(exported)
    entries = progress.last("04 follow-up")["entries"]
    assert [number for row in entries for number in row] == typed


def as_it_was_left(book, typed):
    """Open the notebook again, run it, and check that everything is still there."""
    book.open()
    book.run_all()
    form = book.page.locator(".course-exercise").first
    assert soon(lambda: [box.input_value() for box in form.get_by_role("textbox").all()], typed) == typed
    form.get_by_text("Steps 1 to 2 are right.").wait_for()
    assert "# my own note" in [cell["source"] for cell in book.cells()]
    assert book.ask("__import__('course_utils.practice.progress').practice.progress.trouble()") == ""
    assert [error for error in book.errors if GONE not in error] == []


def kept_of(edition):
    """How many files of an edition the browser keeps: all but the service worker."""
    return sum(file.is_file() for file in (edition.folder / "lite").rglob("*")) - 1


def test_after_one_visit_the_course_needs_no_network(edition, browser):
    """And while it comes over the network, a line says how far it is."""
    alone = Edition(edition.folder, browser)
    with alone:
        context = browser.new_context()  # nobody looks into its requests: the service worker has them
        book = LiteBook(alone, context.new_page(), "notebooks/00-start-here.ipynb", "notebooks")
        alone.going_on.clear()
        book.page.goto(book.address())
        book.page.wait_for_function(SAID, arg=r"^Python is loading: [12]\d of 2\d MB")
        alone.going_on.set()
        book.idle()
        assert book.page.locator(".course-loading").count() == 0
        files = (
            sum(file.is_file() for file in (alone.folder / "lite").rglob("*")) - 1
        )  # but the worker itself
        assert soon(lambda: book.page.evaluate(CACHED), [files]) == [files]
    sent = len(alone.served)
    tab = context.new_page()
    book.page.close()
    book = LiteBook(alone, tab, "exercises/04-momentum.ipynb", "notebooks")
    book.open()
    book.run_all()
    assert troubles(book.cells()) == []
    assert len(alone.served) == sent
    context.close()


def test_a_new_version_comes_whole_when_the_old_one_is_closed(edition, browser, tmp_path):
    shutil.copytree(edition.folder, tmp_path / "edition")
    with Edition(tmp_path / "edition", browser) as alone:
        context = browser.new_context()

        def visited(tab):
            book = LiteBook(alone, tab, "notebooks/00-start-here.ipynb", "notebooks")
            book.open()
            return book

        book = visited(context.new_page())
        assert soon(lambda: book.page.evaluate(CACHED), [kept_of(alone)]) == [kept_of(alone)]
        about = tmp_path / "edition/lite/files/answers/README.md"
        about.write_text("A new version.", encoding="utf-8")
        lite.write_worker(tmp_path / "edition/lite")
        book.page.reload()
        book.open()
        assert soon(lambda: book.page.evaluate(CACHED), [kept_of(alone)] * 2) == [kept_of(alone)] * 2
        assert book.page.evaluate(ABOUT) == lite.ABOUT_ANSWERS, "the old version is still open"
        tab = context.new_page()
        book.page.close()
        tab.wait_for_timeout(1000)
        book = visited(tab)
        assert book.page.evaluate(ABOUT) == "A new version."
        assert soon(lambda: book.page.evaluate(CACHED), [kept_of(alone)]) == [kept_of(alone)]
        context.close()


def test_code_that_is_checked_in_the_browser_comes_to_an_end(edition):
    run = "[one.trouble for one in __import__('course_utils.practice.sandbox').practice.sandbox.run([({}, ())])]"
    with edition.book("exercises/04-momentum.ipynb") as book:
        assert (
            "look for a loop that never ends" in book.ask(run.format("lambda: [0 for _ in iter(int, 1)]"))[0]
        )
        assert "during a check nobody does" in book.ask(run.format("lambda: input()"))[0]
        assert book.ask(run.format("lambda: 1")) == [""]


@pytest.mark.parametrize("width, height", [(1024, 768), (390, 844)])
def test_a_student_gets_through_an_exercise_by_touch(edition, width, height):
    size = {"width": width, "height": height}
    with edition.book("exercises/04-momentum.ipynb", viewport=size, has_touch=True) as book:
        book.run_all()
        book.run_first(EXPLORER)
        page, finger = book.page, book.page.context.new_cdp_session(book.page)

        def touch(kind, *points):
            places = [{"x": x, "y": y} for x, y in points]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

        handle = page.locator(".course-handle").first
        handle.scroll_into_view_if_needed()
        box, before = handle.bounding_box(), book.ask("explorer.start")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        touch("touchStart", (x, y))
        for k in range(1, 9):
            touch("touchMove", (x - 5 * k, y + 5 * k))
        touch("touchEnd")
        after = book.ask("explorer.start")
        assert after[0] < before[0] and after[1] < before[1]

        scrub = page.locator(".course-scrub").first
        scrub.scroll_into_view_if_needed()
        at = scrub.bounding_box()
        page.touchscreen.tap(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
        assert soon(lambda: 0 < book.ask("explorer.step") < int(scrub.get_attribute("max")))

        form = page.locator(".course-exercise").first
        for field, number in zip(
            form.get_by_role("textbox").all(), ["0", "12", "-8", "11", "-12", "15"], strict=True
        ):
            field.tap()
            page.keyboard.type(number)
        form.get_by_role("button", name="Check").tap()
        page.get_by_text("Steps 1 to 2 are right.").wait_for()
        assert page.evaluate(SMALL) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert book.errors == []


RESTART = """() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"""


def test_only_the_first_kernel_is_the_one_that_began_with_the_page(edition):
    """One that was started again, or of a second notebook, is new, and in its notebook's folder."""
    folder, kept = "__import__('os').getcwd()", "globals().get('kept')"
    with edition.book("notebooks/00-start-here.ipynb", app="lab") as book:
        assert book.workers() == ["worker.mjs"]
        book.run_first("kept = 1")
        assert book.ask(kept) == 1
        book.page.evaluate(RESTART)
        book.idle()
        assert book.ask(kept) is None
        assert book.ask(folder) == "/drive/notebooks"
        book.command("docmanager:open", path="exercises/04-momentum.ipynb")
        book.page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget.context?.path.startsWith('exercises/')"
        )
        book.idle()
        assert book.ask(folder) == "/drive/exercises"
        assert [name.split(".")[0] for name in book.workers()] == ["comlink", "comlink"]
        book.run_all()
        assert book.errors == []


def test_lab_opens_the_same_notebooks(edition):
    with edition.book("notebooks/00-start-here.ipynb", app="lab") as book:
        book.run_all()
        assert troubles(book.cells()) == []
        assert book.errors == []
