"""The shape of a lecture: short, alive from the start, its code the idea and nothing else."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.authoring.lectures import about_the_lecture
from course_utils.authoring.page import Page

IMPORTS = "from course_utils.landscapes import BOWL\nfrom course_utils.widgets import Explorer"


def lecture():
    return [
        new_markdown_cell("# 01 · A walk"),
        new_code_cell(IMPORTS),
        new_code_cell("Explorer(BOWL, [])"),
        new_code_cell("x = 1\nprint(x)", outputs=[new_output("stream", name="stdout", text="1\n")]),
    ]


def texts(count):
    return [new_markdown_cell("text") for _ in range(count)]


def found(cells, tmp_path, name="01-a-walk.ipynb"):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    nbformat.write(new_notebook(cells=cells), folder / name)
    return list(about_the_lecture(Page.read(folder / name)))


def test_a_lecture_in_shape_passes(tmp_path):
    assert found(lecture(), tmp_path) == []


def test_other_notebooks_are_free_in_their_shape(tmp_path):
    cells = texts(80)
    assert found(cells, tmp_path, "instructor-mistake-atlas.ipynb") == []


def too_many_cells(cells):
    cells += texts(52)


def long_code(cells):
    cells.append(new_code_cell("\n".join(f"x = {i}" for i in range(16))))


def folded_without_a_label(cells):
    cells.append(new_code_cell("x = 1", metadata={"jupyter": {"source_hidden": True}}))


def many_imports(cells):
    cells[1].source += "".join(f"\nimport m{i}" for i in range(5))


def first_figure_late(cells):
    cells[2:2] = texts(3)


def no_figure(cells):
    del cells[2]


def table_by_print(cells):
    cells.append(new_code_cell("for i in range(3):\n    print(i)"))


def says_true(cells):
    cells[-1].outputs = [new_output("stream", name="stdout", text="equal: True\n")]


def speaker(text):
    return new_markdown_cell(text, metadata={"slideshow": {"slide_type": "notes"}})


def notes_in_the_open(cells):
    cells.append(speaker("**3 minutes.** Ask for a guess."))


def notes_without_an_empty_line(cells):
    cells.append(speaker("<details><summary>For the teacher: 3 minutes</summary>\nAsk *twice*.\n</details>"))


@pytest.mark.parametrize(
    "spoil, message",
    [
        (too_many_cells, "56 cells"),
        (long_code, "shows 16 lines of code"),
        (folded_without_a_label, "a comment that says what is inside"),
        (many_imports, "7 lines of imports"),
        (first_figure_late, "no live figure among its first 5"),
        (no_figure, "no live figure among its first 5"),
        (table_by_print, "show it with figures.table"),
        (says_true, "prints True or False"),
        (notes_in_the_open, "speaker notes that are not folded"),
        (notes_without_an_empty_line, "with an empty line between them"),
    ],
)
def test_a_lecture_that_breaks_a_rule_is_reported(tmp_path, spoil, message):
    cells = lecture()
    spoil(cells)
    [(_, told)] = found(cells, tmp_path)
    assert message in told


def test_speaker_notes_and_long_folded_code_do_not_count(tmp_path):
    ask = "<details><summary>For the teacher: 1 minute</summary>\n\nAsk *twice*.\n\nThen wait.\n\n</details>"
    notes = [speaker(ask) for _ in range(60)]
    code = "# Draws the walk\n" + "\n".join(f"x = {i}" for i in range(40))
    folded = new_code_cell(code, metadata={"jupyter": {"source_hidden": True}})
    assert found([*lecture(), *notes, folded], tmp_path) == []
