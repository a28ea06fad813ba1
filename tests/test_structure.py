"""What imports what: arrows point down only. The contracts stand in pyproject.toml."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_utils import practice, widgets
from course_utils.teaching import handouts

ROOT = Path(__file__).resolve().parent.parent
STUDENTS = [
    path
    for folder in ("notebooks", "exercises", "solutions")
    for path in sorted((ROOT / folder).glob("*.ipynb"))
]
WINGS = ("practice", "widgets")


def imported(notebook):
    """The modules that a notebook's cells import from the course."""
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code" and "import" in cell.source:
            for node in ast.walk(ast.parse(cell.source)):
                if (
                    isinstance(node, ast.ImportFrom)
                    and node.module
                    and node.module.startswith("course_utils")
                ):
                    yield node.module
                elif isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names if alias.name.startswith("course_utils"))


def test_imports_keep_their_contracts():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize("path", STUDENTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_notebook_imports_no_module_that_holds_answers(path):
    for module in imported(path):
        wing = module.split(".")[1:2]
        assert not wing or wing[0] not in WINGS or module.count(".") == 1, (
            f"{module}: import from course_utils.{wing[0]}"
        )


def test_the_package_itself_imports_nothing():
    body = ast.parse((ROOT / "course_utils" / "__init__.py").read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0].value.value, str), "a docstring, and nothing else"


def first_cells():
    """What the first cells of the lectures import, those of lecture 10 apart: they have PyTorch."""
    lectures = [
        nbformat.read(path, as_version=4) for path in sorted((ROOT / "notebooks").glob("0[1-9]-*.ipynb"))
    ]
    return "\n".join(
        next(cell.source for cell in lecture.cells if cell.cell_type == "code") for lecture in lectures
    )


def test_the_first_cells_of_the_lectures_load_nothing_that_waits_until_it_is_used():
    asked = f"{first_cells()}\nimport sys\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    needless = {
        "matplotlib.pyplot", "scipy", "pandas", "jsonschema", "jinja2", "tqdm", "urllib.request",
        "course_utils.practice.tasks", "course_utils.data.mnist", "course_utils.widgets.clinic",
    }  # fmt: skip
    assert "course_utils.widgets.explorers" in loaded.stdout.split()
    assert not needless & set(loaded.stdout.split())


@pytest.mark.parametrize("wing", [practice, widgets], ids=lambda wing: wing.__name__)
def test_a_wing_lists_all_that_can_be_asked_of_it(wing):
    assert set(wing.__all__) <= set(dir(wing))
    assert all(hasattr(wing, name) for name in wing.__all__)
    with pytest.raises(ImportError, match="nonsense"):
        exec(f"from {wing.__name__} import nonsense")


@pytest.mark.parametrize("wing", [widgets, handouts], ids=lambda wing: wing.__name__)
def test_what_a_wing_offers_is_annotated(wing):
    offered = {name: getattr(wing, name) for name in wing.__all__ if callable(getattr(wing, name))}
    for name, thing in offered.items():
        called = thing.__init__ if isinstance(thing, type) else thing
        parameters = list(inspect.signature(called).parameters.values())[isinstance(thing, type) :]
        bare = [each.name for each in parameters if each.annotation is each.empty]
        assert not bare, f"{name}: {bare}"


@pytest.mark.parametrize("wing", [practice, widgets], ids=lambda wing: wing.__name__)
def test_editors_and_type_checkers_know_the_names_of_a_wing(wing):
    """Its names are loaded late, so they read its stub, from which a name is only taken on as `X as X`."""
    assert (ROOT / "course_utils" / "py.typed").is_file(), "else what is installed counts as untyped"
    stub = ast.parse(Path(wing.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    told = {name.asname: (line.module, name.name) for line in stub.body for name in line.names}
    assert set(told) == set(wing.__all__)
    for name, (module, original) in told.items():
        there = f"{module}.{original}"
        found = sys.modules.get(there) or getattr(importlib.import_module(module), original)
        assert getattr(wing, name) is found, there
