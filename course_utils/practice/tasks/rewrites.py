"""One change made wherever it fits, for slips that run through a whole function and that no edit of one line undoes.

    search(function, ...) -> (kind, what is meant, file, lines) or None, in the process of the student's code

There are two such changes. A value that gets a second name is copied: if this makes every case right, two names
referred to one array or list. And == between numbers allows for rounding.
"""

import ast
import copy
import math
import types
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from course_utils.practice import sandbox
from course_utils.practice.sandbox import Line
from course_utils.practice.tasks import edits
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext

Function: TypeAlias = Callable[..., Any]
Case: TypeAlias = tuple[tuple[Any, ...], Any]  # the arguments, and what is expected
Made: TypeAlias = tuple[str, str, str, list[int]]  # the kind, what is meant, the file, the lines

SHARED, ROUNDED = "shared", "rounded"
COPIED, CLOSE = "__copied__", "__close__"


@dataclass(frozen=True)
class Through:
    """A slip that runs through a function.  kind: SHARED or ROUNDED.  name: of what is shared.  lines: where."""

    kind: str
    name: str
    lines: tuple[Line, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing else is wrong."""
        return True

    @property
    def line(self) -> Line:
        return self.lines[0]

    def __str__(self) -> str:
        """What to look at, in words."""
        if self.kind == ROUNDED:
            told = _(
                "Numbers that are computed are compared with == here: rounding can make them differ in the last digit. "
                "Allow for it, as math.isclose does."
            )
        else:
            told = (
                _(
                    "{names} are names for one and the same array or list from this line on: what is changed under one of "
                    "them changes under the other as well."
                )
                if " = " in self.name
                else _(
                    "Nothing is copied in this line: {names} gets a second name or place, and what is changed under one "
                    "of them changes under the other as well."
                )
            ).format(names=self.name.replace(" = ", ", "))
        others = [str(line.number) for line in self.lines[1:]]
        if not others:
            return told
        also = ngettext(
            "The same is true of line {numbers}.", "The same is true of lines {numbers}.", len(others)
        )
        return f"{told} {also.format(numbers=', '.join(others))}"


def told(found: Made | None) -> Through | None:
    """What was found by `search`, with its lines."""
    if not found:
        return None
    kind, name, file, numbers = found
    lines = [sandbox.line_at([file, number, "", 1]) for number in numbers]
    return Through(kind, name, tuple(line for line in lines if line)) if all(lines) else None


# --- in the process of the student's code -------------------------------------------------------------------


def search(
    function: Any,
    own: list[types.FunctionType],
    sources: list[str],
    cases: list[Case],
    rtol: float,
    atol: float,
) -> Made | None:
    """The change that makes every case right, and the lines in which it is needed; None."""
    for kind in (SHARED, ROUNDED):
        for one, text in zip(own, sources, strict=True):
            places = list(_places(one, text, kind))
            if not places or not _is_right_with(function, one, text, kind, places, cases, rtol, atol):
                continue
            needed = list(places)
            for place in places:
                fewer = [other for other in needed if other != place]
                if fewer and _is_right_with(function, one, text, kind, fewer, cases, rtol, atol):
                    needed = fewer
            name = next(names for line, names in _names(one, text, kind) if line == needed[0])
            return kind, name, one.__code__.co_filename, needed
    return None


def _places(function: types.FunctionType, text: str, kind: str) -> Iterator[int]:
    """The lines in which a change fits."""
    yield from dict.fromkeys(line for line, names in _names(function, text, kind))


def _names(function: types.FunctionType, text: str, kind: str) -> list[tuple[int, str]]:
    parsed = edits.as_tree(function, text)
    if parsed is None:
        return []
    change = _Change(kind)
    change.visit(parsed[1])
    return change.made


def _is_right_with(
    function: Any,
    changed: types.FunctionType,
    text: str,
    kind: str,
    lines: Collection[int],
    cases: Sequence[Case],
    rtol: float,
    atol: float,
) -> bool:
    parsed = edits.as_tree(changed, text)
    assert parsed is not None  # since it was looked at before
    module, tree = parsed
    _Change(kind, lines).visit(tree)
    original = changed.__code__
    code = edits.as_code(ast.fix_missing_locations(module), original)
    if code is None:
        return False
    changed.__globals__.update({COPIED: _copied, CLOSE: _close})
    changed.__code__ = code
    try:
        return all(edits.is_right(function, arguments, expected, rtol, atol) for arguments, expected in cases)
    finally:
        changed.__code__ = original


def _copied(value: Any) -> Any:
    return copy.deepcopy(value) if isinstance(value, (np.ndarray, list, dict, set)) else value


def _close(one: Any, other: Any) -> Any:
    """one == other, up to rounding."""
    if all(isinstance(x, (int, float, np.number)) and not isinstance(x, bool) for x in (one, other)):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other


class _Change(ast.NodeTransformer):
    """Make a change in all lines, or in some.  made: (the line, what is meant) of every place that was met."""

    def __init__(self, kind: str, lines: Collection[int] | None = None):
        self.kind, self.lines, self.made = kind, lines, list[tuple[int, str]]()

    def _is_meant(self, line: int, name: str) -> bool:
        self.made.append((line, name))
        return self.lines is None or line in self.lines

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if self.kind != ROUNDED or len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq):
            return node
        sides = node.left, node.comparators[0]
        if any(isinstance(side, ast.Constant) and isinstance(side.value, (str, int)) for side in sides):
            return node
        if not self._is_meant(node.lineno, ast.unparse(node)):
            return node
        return ast.copy_location(_called(CLOSE, *sides), node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        self.generic_visit(node)
        if self.kind != SHARED:
            return node
        if len(node.targets) > 1:
            name = " = ".join(map(ast.unparse, node.targets))
            if self._is_meant(node.lineno, name):
                return self._apart(node)
            return node
        node.value = self._second(node.value)
        return node

    def _apart(self, node: ast.Assign) -> list[ast.stmt]:
        """a = b = ... with a value for each."""
        first, *others = node.targets[::-1]
        begun = ast.copy_location(ast.Assign([first], node.value), node)
        if not isinstance(first, ast.Name):
            return [begun]
        value = _called(COPIED, ast.Name(first.id, ast.Load()))
        return [begun, *(ast.copy_location(ast.Assign([other], value), node) for other in others)]

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if self.kind == SHARED and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            node.args = [self._second(one) for one in node.args]
        return node

    def _second(self, value: ast.expr) -> ast.expr:
        """An expression, or those in a list of them, each as a copy where it only names what is there."""
        if isinstance(value, (ast.Tuple, ast.List)):
            value.elts = [self._second(one) for one in value.elts]
            return value
        names = isinstance(value, (ast.Name, ast.Subscript, ast.Attribute))
        if names and self._is_meant(value.lineno, ast.unparse(value)):
            return ast.copy_location(_called(COPIED, value), value)
        return value


def _called(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
