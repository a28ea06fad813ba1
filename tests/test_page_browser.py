"""How a notebook of the course reads in JupyterLab: one column of prose, and folded code that says what is inside."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PROSE = (
    "# A walk\n\n" + "The slope is all that a walker feels in the fog, and so one step follows another. " * 8
)
PICTURE = "from course_utils import figures\nfigure, axes = figures.new_figure(3, 2)\nfigures.show(figure, 'Two axes, and nothing in them.')"
FOLDED = "# Draws the walk on the terrace\nimport course_utils"


@pytest.fixture(scope="module")
def page(lab, tmp_path_factory):
    folded = new_code_cell(FOLDED, metadata={"jupyter": {"source_hidden": True}})
    cells = [new_markdown_cell(PROSE), folded, new_code_cell(PICTURE)]
    file = tmp_path_factory.mktemp("page") / "page.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), file)
    with lab.book(file, size=(1600, 900)) as book:
        book.page.wait_for_selector(".course-page")
        book.page.wait_for_selector(".jp-MarkdownOutput p")
        yield book.page


def test_a_line_of_prose_has_about_75_characters(page):
    characters = page.evaluate(
        """text => {
            const p = document.querySelector(".jp-MarkdownOutput p");
            return p.textContent.length / Math.round(p.clientHeight / parseFloat(getComputedStyle(p).lineHeight));
        }"""
    )
    assert 60 <= characters <= 85


def test_prose_is_set_in_the_typeface_of_the_figures(page):
    family, loaded = page.evaluate(
        """async () => {
            await document.fonts.ready;
            return [
                getComputedStyle(document.querySelector(".jp-MarkdownOutput p")).fontFamily,
                [...document.fonts].some((face) => /Downhill Sans/.test(face.family) && face.status === "loaded"),
            ];
        }"""
    )
    assert family.startswith('"Downhill Sans"') and loaded


def test_the_column_stands_in_the_middle_of_a_wide_window(page):
    left, right = page.evaluate(
        """() => {
            const cell = document.querySelector(".jp-Cell").getBoundingClientRect();
            const notebook = document.querySelector(".jp-Notebook").getBoundingClientRect();
            return [cell.left - notebook.left, notebook.right - cell.right];
        }"""
    )
    assert left > 50 and abs(left - right) < 40


def test_folded_code_says_what_is_inside(page):
    folded = page.locator(".jp-InputPlaceholder")
    assert folded.inner_text().strip().startswith(FOLDED.splitlines()[0])


def test_a_picture_has_its_sentence_for_those_who_do_not_see_it(page):
    assert page.locator(".jp-OutputArea img").get_attribute("alt") == "Two axes, and nothing in them."


@pytest.mark.weekly
def test_a_notebook_that_does_not_use_the_course_is_left_alone(lab):
    with lab.book(["1 + 1"], run=True) as book:
        assert not book.page.locator(".course-page").count()
