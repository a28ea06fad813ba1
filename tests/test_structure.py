"""What imports what: arrows point down only."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "course_utils"

#: the rooms of the house from the bottom up; a module may import what is on its own floor and below.
#: What is not named here (authoring and the like) lives on the roof: nothing below may import it.
FLOORS = (
    {"validation", "stage"},
    {"idx", "mnist", "progress_bar"},
    {"optimizers", "landscapes", "digits", "data", "questions", "conventions", "critical_points"},
    {"descent", "network", "training", "quadratics", "mistakes"},
    {"problems", "progress", "sandbox", "noise", "atlas"},
    {"figures", "tasks"},
    {"widgets"},
)
LOWER = set().union(*FLOORS[:5]) | {"tasks"}
PICTURES = {"matplotlib", "ipywidgets", "anywidget", "IPython"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path):
    """The name of a module, or of the package inside course_utils that it belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path):
    """Every module that a file imports, anywhere in it, by its full name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            module = ".".join([*package, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


ROOMS = {room(path) for path in MODULES}


def rooms_imported(path):
    parts = (name.split(".") for name in imported(path))
    return {p[1] for p in parts if p[0] == "course_utils" and len(p) > 1} & ROOMS


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_point_down_only(path):
    name = room(path)
    if name in ("__init__", "__main__"):
        assert not rooms_imported(path)
        return
    floor = next((i for i, floor in enumerate(FLOORS) if name in floor), len(FLOORS))
    above = ROOMS.difference(*FLOORS[: floor + 1]) if floor < len(FLOORS) else set()
    assert not rooms_imported(path) & above
    assert not [
        m for m in imported(path) if m.partition(".")[0] in ("notebooks", "solutions", "exercises", "tests")
    ]


def test_no_module_imports_itself_in_a_circle():
    arrows = {}
    for path in MODULES:
        arrows.setdefault(room(path), set()).update(rooms_imported(path) - {room(path)})
    while arrows:
        free = [name for name, below in arrows.items() if not below & arrows.keys()]
        assert free, f"these import each other in a circle: {sorted(arrows)}"
        for name in free:
            del arrows[name]


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) in LOWER], ids=lambda path: path.stem)
def test_the_lower_half_draws_nothing(path):
    assert not PICTURES & {name.partition(".")[0] for name in imported(path)}


def test_the_lower_half_really_loads_no_picture():
    names = sorted(f"course_utils.{room(p)}" for p in MODULES if room(p) in LOWER)
    script = (
        f"import sys, importlib\nfor name in {names}: importlib.import_module(name)\n"
        f"print(*sorted({PICTURES} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_the_package_itself_imports_nothing():
    body = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0].value.value, str), "a docstring, and nothing else"
