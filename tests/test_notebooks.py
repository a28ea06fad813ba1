"""Every notebook of the course keeps the rules; `pytest --nbval` compares the stored outputs with fresh ones."""

import copy
import re
from pathlib import Path

import pytest

from course_utils.authoring import refresh as authoring
from course_utils.authoring.page import Page
from course_utils.authoring.running import run

ROOT = Path(__file__).resolve().parent.parent


def named(folder):
    """The notebooks of a folder, each under its own name in the report."""
    return [
        pytest.param(path, id=f"{folder}/{path.name}") for path in sorted((ROOT / folder).glob("*.ipynb"))
    ]


LECTURES, SOLUTIONS, EXERCISES = named("notebooks"), named("solutions"), named("exercises")


def test_the_course_has_notebooks_of_every_kind():
    assert LECTURES and SOLUTIONS and EXERCISES


@pytest.mark.parametrize("path", LECTURES + SOLUTIONS + EXERCISES)
def test_a_notebook_keeps_the_rules(path):
    assert authoring.problems(path) == []


@pytest.mark.parametrize("path", LECTURES + SOLUTIONS)
def test_outputs_are_stored(path):
    assert any(cell.outputs for _, cell in Page.read(path).cells("code"))


#: Where nothing is written in code, and the widgets mark what is done.
WITHOUT_CODE = "training-clinic.ipynb"


@pytest.mark.parametrize("path", SOLUTIONS)
def test_a_solution_passes_its_own_checks(path):
    said = printed(Page.read(path).nb)
    assert ("Right: " in said) == (path.name != WITHOUT_CODE)
    assert "To do: " not in said
    assert "Not yet: " not in said


def code(page):
    return [cell.source for _, cell in page.cells("code")]


def test_an_exercise_without_code_runs_what_its_solution_runs():
    """So nbval, which runs that solution, has run the exercise too."""
    solution = Page.read(ROOT / "solutions" / WITHOUT_CODE)
    assert code(Page.read(ROOT / "exercises" / WITHOUT_CODE)) == code(solution)
    assert not any(cell.metadata.get("nbgrader", {}).get("grade") for _, cell in solution.cells("code"))


#: Functions and choices, a class, a network, and the bugs; 04 is run untouched in a real JupyterLab at each push, too.
AT_EACH_PUSH = ("01-walking", "07-a-step", "08-train", "bug-clinic")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(
            *each.values,
            id=each.id,
            marks=() if any(n in each.id for n in AT_EACH_PUSH) else pytest.mark.weekly,
        )
        for each in EXERCISES
        if WITHOUT_CODE not in each.id
    ],
)
def test_run_all_on_an_untouched_exercise_finishes_without_an_error(path):
    page = Page.read(path)
    nb = copy.deepcopy(page.nb)
    run(nb, page)
    checks = [cell for _, cell in page.cells("code") if cell.metadata.get("nbgrader", {}).get("grade")]
    assert printed(nb).count("To do: ") == len(checks), "every check says what is to do"
    assert checks
    assert "Not yet: " not in printed(nb)
    for cell in nb.cells:
        if cell.source.startswith("check("):
            (card,) = cell.outputs
            assert card.data["text/plain"].startswith("To do: ")
            assert "To do" in card.data["text/html"]


def texts():
    """What stands in the cells of all notebooks, in the questions and in the guide: name and text."""
    for folder in ("notebooks", "solutions", "exercises"):
        for path in sorted((ROOT / folder).glob("*.ipynb")):
            yield f"{folder}/{path.name}", "\n".join(cell.source for cell in Page.read(path).nb.cells)
    for path in sorted((ROOT / "course_utils" / "words").glob("*.toml")):
        yield path.name, path.read_text(encoding="utf-8")
    yield "guide", (ROOT / "docs" / "instructors-guide.md").read_text(encoding="utf-8")


def test_a_sum_over_all_past_gradients_goes_back_to_g_0():
    oldest = {(name, index) for name, text in texts() for index in re.findall(r"\^\{t-1\}\s*g_\{?(\w)", text)}
    assert {name for name, _ in oldest} >= {
        "notebooks/07-a-step-size-for-every-parameter.ipynb",
        "solutions/04-momentum.ipynb",
    }
    assert {index for _, index in oldest} == {"0"}


HEARSAY = r"you (may|might|will) have (read|heard)|you (may|might) (read|hear)|some (published|texts|books|notes)|textbook says|well-known (article|picture|race)|famous|circulates?\b"


def test_hearsay_names_its_source():
    told = [(name, found.group()) for name, text in texts() for found in re.finditer(HEARSAY, text, re.I)]
    assert told == []


def printed(nb):
    """What the cells print, and the verdicts they show."""
    outputs = [output for cell in nb.cells for output in cell.get("outputs", [])]
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)
