"""What was graded is found again in a hand-in, whatever JupyterLab and its user made of the cells."""

import copy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from course_utils.teaching.grading.repair import Part, repair

ROOT = Path(__file__).resolve().parent.parent
EXERCISES = sorted((ROOT / "exercises").glob("*.ipynb"))
STUB = "def step(x):\n    raise NotImplementedError"
DONE = "def step(x):\n    return x + 1"
OTHER = "def step(x):\n    return x"
TEXT = "**In your own words.** Why?\n\n*Write your answer here.*"


def part(name, source, cell_type="code", **kinds):
    about = {"grade": False, "solution": False, "locked": False} | kinds
    return Part(name, cell_type, source, **about)


ANSWER = part("step-write", STUB, solution=True)
TEST = part("step-check", 'check(step, "01 step")', grade=True, locked=True, points=2)
WORDS = part("step-why", TEXT, "markdown", grade=True, solution=True, points=1)
PARTS = [ANSWER, TEST, WORDS]


def new_cell(cell_type, source):
    return new_code_cell(source) if cell_type == "code" else new_markdown_cell(source)


def cell(asked, source=None, marked=True):
    made = new_cell(asked.cell_type, asked.source if source is None else source)
    if marked:
        made.metadata["nbgrader"] = asked.metadata()
    return made


def plain(source):
    return new_code_cell(source)


def graded(cells):
    """[(the mark of a cell, its source)] of those that are marked, in order"""
    return [(c.metadata["nbgrader"]["grade_id"], c.source) for c in cells if "nbgrader" in c.metadata]


ALL = [("step-write", DONE), ("step-check", TEST.source), ("step-why", f"{TEXT} Because.")]
WHY = cell(WORDS, f"{TEXT} Because.")

HAND_INS = {
    "as it was": [cell(ANSWER, DONE), cell(TEST), WHY],
    "the answer copied, the stub left below": [cell(ANSWER, DONE), cell(ANSWER), cell(TEST), WHY],
    "the answer copied, the stub left above": [cell(ANSWER), cell(ANSWER, DONE), cell(TEST), WHY],
    "answered in a copy below the test": [cell(ANSWER), cell(TEST), cell(ANSWER, DONE), WHY],
    "a second try without a mark": [cell(ANSWER, DONE), cell(TEST), plain(OTHER), WHY],
    "the test copied": [cell(ANSWER, DONE), cell(TEST), plain("1 + 1"), cell(TEST), WHY],
    "both copied": [cell(ANSWER), cell(TEST), cell(ANSWER, DONE), cell(TEST), WHY],
    "the text copied": [cell(ANSWER, DONE), cell(TEST), WHY, cell(WORDS)],
    "pasted, without any mark": [
        cell(ANSWER, DONE, marked=False),
        cell(TEST, marked=False),
        cell(WORDS, WHY.source, marked=False),
    ],
    "the test lost": [cell(ANSWER, DONE), WHY],
    "the test moved to the top": [cell(TEST), cell(ANSWER, DONE), WHY],
    "the test emptied": [cell(ANSWER, DONE), cell(TEST, ""), WHY],
    "the text moved to the top": [WHY, cell(ANSWER, DONE), cell(TEST)],
    "answered in another cell": [cell(ANSWER, "# see below"), plain(DONE), cell(TEST), WHY],
    "answered in the cell of the test": [cell(ANSWER), cell(TEST, DONE), WHY],
    "the answer split in two": [cell(ANSWER, DONE), cell(ANSWER, "step(1)"), cell(TEST), WHY],
    "a mark of another notebook": [
        plain("1"),
        cell(part("other", "2", solution=True)),
        *map(copy.deepcopy, [cell(ANSWER, DONE), cell(TEST), WHY]),
    ],
}


@pytest.mark.parametrize("hand_in", HAND_INS)
def test_everything_that_is_there_is_found(hand_in):
    cells = copy.deepcopy(HAND_INS[hand_in])
    before = [c.source for c in cells]
    done = repair(cells, PARTS, new_cell)
    found = graded(cells)
    sources = dict(found) | {"step-check": TEST.source}  # nbgrader itself puts a changed test right
    assert len(found) == 3 and sources == dict(ALL) and done.missing == {}
    places = [name for name, _ in found]
    assert places.index("step-write") < places.index("step-check")
    assert all(source in [c.source for c in cells] for source in before), "nothing that was handed in is gone"


CHOICE = [
    part("why-choose", 'why = None  # "A" or "B"', solution=True),
    part("why-check", 'check(why, "01 why")', grade=True, locked=True, points=1),
]
TO_CHOOSE, CHOSEN = [cell(each) for each in CHOICE], 'why = "B"'


@pytest.mark.parametrize(
    "hand_in",
    [
        [cell(CHOICE[0], CHOSEN), TO_CHOOSE[1]],
        [TO_CHOOSE[0], TO_CHOOSE[1], cell(CHOICE[0], CHOSEN)],
        [plain(CHOSEN), cell(CHOICE[1], marked=False)],
        [TO_CHOOSE[0], cell(CHOICE[1], f"{CHOSEN}\n{CHOICE[1].source}")],
        [TO_CHOOSE[1], cell(CHOICE[0], CHOSEN), plain("whys = 3")],
        [cell(CHOICE[0], "# below"), plain(CHOSEN), TO_CHOOSE[1]],
    ],
    ids=[
        "as it was",
        "in a copy below",
        "pasted",
        "in the cell of the test",
        "test first",
        "in another cell",
    ],
)
def test_an_answer_that_is_a_value_is_found(hand_in):
    cells = copy.deepcopy(hand_in)
    assert repair(cells, CHOICE, new_cell).missing == {}
    [(first, source), (second, _)] = graded(cells)
    assert (first, second) == ("why-choose", "why-check") and source.startswith(CHOSEN)


def test_no_stub_stands_between_an_answer_and_its_test():
    cells = copy.deepcopy(HAND_INS["the answer copied, the stub left below"])
    repair(cells, PARTS, new_cell)
    assert [c.source for c in cells[:3]] == [DONE, TEST.source, STUB]


def test_the_try_before_the_test_counts_where_two_are_marked():
    cells = [cell(ANSWER, DONE), cell(TEST), cell(ANSWER, OTHER)]
    done = repair(cells, [ANSWER, TEST], new_cell)
    assert graded(cells)[0] == ("step-write", DONE)
    assert done.said == ["step-write is there 2 times: the one in cell 1 counts."]


def test_two_equal_cells_are_two():
    cells = [cell(TEST), plain("1"), cell(ANSWER, DONE), plain("1"), cell(TEST)]
    repair(cells, [ANSWER, TEST], new_cell)
    assert [c.source for c in cells] == [TEST.source, "1", DONE, "1", TEST.source]
    assert graded(cells) == [("step-write", DONE), ("step-check", TEST.source)]


def test_what_is_missing_is_named_with_its_test():
    cells = [plain("1 + 1")]
    done = repair(cells, PARTS, new_cell)
    assert done.missing == {"step-write": "step-check", "step-why": "step-why"}
    assert [name for name, _ in graded(cells)] == ["step-write", "step-check", "step-why"]
    assert done.said == [
        "step-write is missing: there is nothing to grade.",
        "step-check was missing, and was put back.",
        "step-why is missing: there is nothing to grade.",
    ]
    assert (
        "there is nothing to grade" in dict(graded(cells))["step-why"]
    )  # or nbgrader takes it for an answer left empty


def test_an_assignment_to_the_same_name_is_no_answer():
    cells = [plain("step = 3"), cell(ANSWER, DONE), cell(TEST), plain("step = 4")]
    repair(cells, [ANSWER, TEST], new_cell)
    assert graded(cells) == [("step-write", DONE), ("step-check", TEST.source)]


@pytest.mark.parametrize("folder", ["exercises", "solutions"])
@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_every_exercise_of_the_course_is_known_without_its_marks(path, folder):
    exercise = nbformat.read(path, 4)
    parts = [
        Part(
            about.grade_id,
            c.cell_type,
            c.source,
            about.grade,
            about.solution,
            about.locked,
            about.get("points"),
        )
        for c in exercise.cells
        if (about := c.metadata.get("nbgrader"))
    ]
    nb = nbformat.read(ROOT / folder / path.name, 4)
    expected = graded(nb.cells)
    stripped = copy.deepcopy(nb.cells)
    for c in stripped:
        c.metadata.pop("nbgrader", None)
    for cells in (nb.cells, stripped):
        done = repair(cells, parts, new_cell)
        assert graded(cells) == expected
        assert not done.missing
    assert repair(nb.cells, parts, new_cell).said == []
