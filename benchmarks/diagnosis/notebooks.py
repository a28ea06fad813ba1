"""What stands around a check in a student's notebook: the names that a cell finds there, and what is handed to check."""

import ast
import contextlib
import io
import linecache
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from course_utils.authoring.page import Page

ROOT = Path(__file__).resolve().parents[2]
CHECK = re.compile(r'^check\((\w+), "([^"]+)"\)', re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """Where a task is asked.  name: of the function or class that is checked.  scope: the names above it."""

    name: str
    scope: dict[str, Any]


def place(task: str) -> Place:
    """Where the task is asked, all tasks above it being solved."""
    group = task.partition(" ")[0]
    return _places("bug-clinic" if group == "bugs" else group)[task]


@cache
def _places(stem: str) -> dict[str, Place]:
    """Every task that a notebook asks. Its cells are run, except for what they only show."""
    os.environ.setdefault("MPLBACKEND", "agg")
    [file] = (ROOT / "solutions").glob(f"{stem}*.ipynb")
    scope: dict[str, Any] = {"__name__": "__main__"}
    found = {}
    for _number, cell in Page.read(file).cells("code"):
        for name, task in CHECK.findall(cell.source):
            found[task] = Place(name, dict(scope))
        with contextlib.redirect_stdout(io.StringIO()):
            _run(cell.source, scope)
    return found


def _run(code: str, scope: dict[str, Any]) -> None:
    """Run the statements of a cell that make something: no bare calls, which show or check."""
    lines = "".join(line for line in code.splitlines(keepends=True) if not line.startswith(("%", "!")))
    tree = ast.parse(lines)
    tree.body = [statement for statement in tree.body if not isinstance(statement, ast.Expr)]
    exec(compile(tree, "<notebook>", "exec"), scope)


def typed(name: str, source: str, scope: dict[str, Any]) -> Any:
    """What a cell with this code defines under the name; its lines are kept, as a notebook keeps them.

    Raises whatever the cell raises, and NameError where it defines no such name.
    """
    file = f"<cell {name} {hash(source)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    around = {key: value for key, value in scope.items() if key != name}
    exec(compile(source, file, "exec"), around)
    if name not in around:
        raise NameError(f"the cell defines no {name}")
    return around[name]
