"""What the other browser tests stand on: a page that serves several notebooks, and a run that ends when all is drawn."""

import time

import pytest

PICTURE = "from IPython.display import HTML\nHTML('<img src=\"https://slow.example/picture.png\">')"
PNG = b"\x89PNG\r\n\x1a\n"
FORM = "from course_utils.widgets import Quiz\nQuiz('04 race')"


@pytest.mark.weekly
def test_the_next_notebook_finds_the_page_as_new(lab):
    with lab.book([FORM], dark=True, size=(700, 500)) as first:
        first.page.get_by_role("radio").nth(1).check()
        first.page.emulate_media(reduced_motion="reduce")
    with lab.book(["6 * 7"]) as second:
        page = second.page
        assert page is first.page, "loading JupyterLab anew would take eight times as long"
        assert page.locator(".jp-NotebookPanel").count() == 1
        assert page.locator(".course-widget").count() == 0
        assert page.viewport_size == {"width": 1280, "height": 900}
        assert page.evaluate("() => document.body.dataset.jpThemeName") == "JupyterLab Light"
        assert not page.evaluate("() => matchMedia('(prefers-reduced-motion: reduce)').matches")
        assert second.ask("[6 * 7, 'Quiz' in globals()]") == [42, False]
        assert second.errors == []


@pytest.mark.weekly
def test_a_page_in_which_a_test_failed_is_not_reused(lab, monkeypatch):
    failed = iter([0, 1])
    monkeypatch.setattr(lab, "failures", lambda: next(failed))
    with lab.book([], run=False) as book:
        pass
    assert book.page.is_closed()


@pytest.mark.weekly
def test_a_page_in_which_a_dialog_stays_open_is_not_reused(lab):
    with lab.book([], run=False) as book:
        book.page.evaluate("() => { window.jupyterapp.commands.execute('help:about'); }")
        book.page.locator(".jp-Dialog").wait_for()
    assert book.page.is_closed()


def test_a_cell_has_run_when_its_pictures_and_widgets_are_there(lab):
    def late(route):
        time.sleep(1)
        route.fulfill(body=PNG, content_type="image/png")

    with lab.book([PICTURE, FORM], run=False) as book:
        book.page.route("https://slow.example/*", late)
        book.run_cell(0)
        assert book.page.evaluate("() => document.querySelector('.jp-OutputArea-output img').complete")
        book.run_cell(1)
        assert book.page.locator(".course-quiz").count() == 1


@pytest.mark.weekly
def test_a_kernel_that_is_killed_comes_back_without_what_it_knew(lab):
    with lab.book(["x = 1"]) as book:
        assert book.ask("x") == 1
        book.kill()
        assert book.ask("'x' in globals()") is False
        assert book.page.locator(".jp-Dialog").count() == 0


LOST = """from IPython.display import display
view = {"model_id": "nobody", "version_major": 2, "version_minor": 0}
display({"application/vnd.jupyter.widget-view+json": view}, raw=True)"""


@pytest.mark.weekly
def test_a_late_error_of_the_book_before_is_not_heard_but_one_of_its_own_is(lab):
    with lab.book([LOST], run=False) as book:
        book.command("notebook:run-all-cells")
        book.idle()
    with lab.book([LOST], run=False) as book:
        book.page.wait_for_timeout(3000)
        assert book.errors == []
        book.command("notebook:run-all-cells")
        book.page.wait_for_timeout(3000)
        assert "widget model not found" in str(book.errors)
