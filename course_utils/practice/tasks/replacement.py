"""Value replacement: find the expression in wrong code that would only have to give another value.

    search(function, ...) -> what a Place is made of, or None, in the process of the student's code

While the reference runs, the values of its expressions are noted. The student's function is then run again with the
values of one of its own expressions replaced by those of the reference. If this makes every case right, the slip is in
that expression, or in what it was computed from. The student is shown the earliest such expression, with the value that
it has in one case and the value that it would need, but not how to get there: both are facts about the student's code.

Source: D. Jeffrey, N. Gupta and R. Gupta, Fault localization using value replacement (ISSTA 2008).
"""

import ast
import copy
import itertools
import math
import time
import types
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeGuard

import numpy as np

from course_utils.practice import sandbox
from course_utils.practice.sandbox import Line
from course_utils.practice.tasks import edits
from course_utils.practice.tasks.comparing import same
from course_utils.support.language import gettext as _
from course_utils.support.numbers import typed_apart

Function: TypeAlias = Callable[..., Any]
Case: TypeAlias = tuple[tuple[Any, ...], Any]  # the arguments, and what is expected
Values: TypeAlias = list[Any]  # of one expression, in one call, in the order in which they came

SECONDS = 0.6  # of its process, until the search gives up
NOTED = 2_000  # values in one call: longer ones are given up
ENTRIES = 200  # of an array that is compared
FEWEST = 4  # cases that become right, where not all do: fewer may be so by chance
LONGEST = 40  # characters of an expression or a value that are shown
NOTE = "__note__"


@dataclass(frozen=True)
class Place:
    """Where a value is wrong.

    line: where it is.  part: the expression, or the name that has the wrong value after the line.  after: whether it is
    such a name.  got: its first wrong value in the first case.  needed: what it would have to be.  whole: whether all
    cases are right then, or only the first and some others.  repeated: whether it has several values in one case.
    """

    line: Line
    part: str
    after: bool
    got: Any
    needed: Any
    whole: bool
    repeated: bool

    def __str__(self) -> str:
        """What to look at, in words."""
        got, needed = typed_apart(self.got, self.needed)
        part = self.part if len(self.part) <= LONGEST else f"{self.part[: LONGEST - 1]}…"
        shown = max(len(got), len(needed)) <= LONGEST and got != needed
        said = self._template(shown).format(part=part, got=got, needed=needed)
        return (
            said if self.whole else " ".join([said, _("In other cases something else goes wrong as well.")])
        )

    def _template(self, shown: bool) -> str:
        if not shown:
            return (
                _(
                    "Look at {part} after this line: with other values in it, the call above would come out right."
                )
                if self.after
                else _(
                    "Look at {part} in this line: with another value, the call above would come out right."
                )
            )
        if self.after:
            return (
                _(
                    "In the call above, {part} goes wrong where it is {got} after this line: if it were {needed} there, "
                    "and right from then on, the result would be right."
                )
                if self.repeated
                else _(
                    "In the call above, {part} is {got} after this line: if it were {needed}, the result would be right."
                )
            )
        return (
            _(
                "In the call above, {part} in this line goes wrong where it comes to {got}: if it came to {needed} there, "
                "and to the right value each time, the result would be right."
            )
            if self.repeated
            else _(
                "In the call above, {part} in this line comes to {got}: if it came to {needed}, the result would be right."
            )
        )


def told(found: tuple[Any, ...] | None) -> Place | None:
    """What was found by `search`, with its line."""
    if not found:
        return None
    file, number, *rest = found
    line = sandbox.line_at([file, number, "", 1])
    return Place(line, *rest) if line else None


def noted_values(reference: Function, calls: Iterable[tuple[Any, ...]]) -> list[list[Values]]:
    """The values that the expressions of the reference take: [[values, a call], an expression]; [] where unknown."""
    functions = [one for one in (reference, *_helpers(reference)) if isinstance(one, types.FunctionType)]
    marked = [marked_code(one, edits.source_of(one)[1], 1000 * k, False) for k, one in enumerate(functions)]
    if not functions or not marked[0]:
        return []
    scope = dict(reference.__globals__)
    made = []
    for one, with_notes in zip(functions, marked, strict=True):
        code = with_notes[0] if with_notes else one.__code__
        made.append(types.FunctionType(code, scope, one.__name__, one.__defaults__, one.__closure__))
        scope[one.__name__] = made[-1]
    tables = []
    for arguments in calls:
        scope[NOTE] = recorder = Recorder()
        try:
            with np.errstate(all="ignore"):
                made[0](*copy.deepcopy(arguments))
        except (Exception, _Enough):
            return []
        tables.append(recorder.values)
    numbers = dict.fromkeys(itertools.chain(*tables))
    found = [[table.get(number, []) for table in tables] for number in numbers]
    return [*found, *_joined(found)]


def _joined(found: Sequence[list[Values]]) -> Iterator[list[Values]]:
    """Of two branches, the expressions one of which has a value in every call: what code without them has in one place."""
    partial = [values for values in found if not all(values)]
    for one, other in itertools.combinations(partial, 2):
        if all(bool(a) != bool(b) for a, b in zip(one, other, strict=True)):
            yield [a or b for a, b in zip(one, other, strict=True)]


def _helpers(reference: Function) -> Iterator[Any]:
    """The functions of its module that the reference calls."""
    for name in reference.__code__.co_names if isinstance(reference, types.FunctionType) else ():
        other = reference.__globals__.get(name)
        if getattr(other, "__module__", None) == reference.__module__:
            yield other


# --- code that notes its values -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Node:
    """An expression that is noted.

    part: how it is written, or the name that it gives a value.  after: whether it is such a name.  inputs: the numbers
    of the variables in it.
    """

    number: int
    line: int
    part: str
    after: bool = False
    inputs: tuple[int, ...] = ()

    @property
    def is_use(self) -> bool:
        """Whether it is a variable whose value is used."""
        return self.part.isidentifier() and not self.after


class _Marker(ast.NodeTransformer):
    """Put __note__(number, ...) around every expression whose value may be looked at."""

    def __init__(self, function: ast.FunctionDef, text: str, first: int):
        self.text, self.top = text.splitlines(), function.lineno - _first_line(text)
        self.numbers = itertools.count(first)
        self.nodes: list[Node] = []
        self.local = {n.arg for n in ast.walk(function.args) if isinstance(n, ast.arg)}
        self.local |= {
            n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }

    def _noted(self, node: ast.expr, line: int, part: str, after: bool = False) -> ast.expr:
        inputs = tuple(
            n.args[0].value  # type: ignore[attr-defined]
            for n in ast.walk(node)
            if _is_note(n) and isinstance(n.args[1], ast.Name) and not after
        )
        self.nodes.append(Node(next(self.numbers), line, part, after, inputs))
        number = ast.Constant(self.nodes[-1].number)
        return ast.fix_missing_locations(
            ast.copy_location(ast.Call(ast.Name(NOTE, ast.Load()), [number, node], []), node)
        )

    def _written(self, node: ast.expr) -> str:
        """An expression as it stands in the code."""
        if node.end_lineno != node.lineno:
            return ast.unparse(node)
        line = self.text[node.lineno - self.top - 1].encode()
        return line[node.col_offset : node.end_col_offset].decode()

    def _expression(self, node: ast.expr) -> ast.expr:
        part, line = self._written(node), node.lineno
        return self._noted(self.generic_visit(node), line, part)  # type: ignore[arg-type]

    visit_BinOp = visit_UnaryOp = visit_BoolOp = visit_Compare = visit_IfExp = _expression
    visit_ListComp = visit_List = _expression

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return self._expression(node) if isinstance(node.value, (int, float)) else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        loaded = isinstance(node.ctx, ast.Load) and node.id in self.local
        return self._noted(node, node.lineno, node.id) if loaded else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return self._expression(node) if isinstance(node.ctx, ast.Load) else self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return self._expression(node) if isinstance(node.ctx, ast.Load) else self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        part, line = self._written(node), node.lineno
        if isinstance(node.func, ast.Attribute):
            node.func.value = self.visit(node.func.value)
        node.args = [self.visit(one) for one in node.args]
        for keyword in node.keywords:
            if keyword.arg not in ("axis", "keepdims", "dtype"):
                keyword.value = self.visit(keyword.value)
        return self._noted(node, line, part)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        return node

    def visit_Assign(self, node: ast.Assign) -> Any:
        self.generic_visit(node)
        plain = len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        return node if plain else [node, *self._after(node.targets, node)]

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        node.value = self.visit(node.value)
        return [node, *self._after([node.target], node)]

    def visit_For(self, node: ast.For) -> ast.AST:
        node.iter = self.visit(node.iter)
        node.body = self._all(node.body)
        node.body[:0] = self._after([node.target], node)
        node.orelse = self._all(node.orelse)
        return node

    def _all(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for line in body:
            new = self.visit(line)
            made += new if isinstance(new, list) else [new]
        return made

    def _after(self, targets: Iterable[ast.expr], line: ast.stmt) -> Iterator[ast.stmt]:
        """name = __note__(number, name), for every name that a line gives a value to, or to a part of it."""
        for name in dict.fromkeys(name for target in targets for name in _changed(target)):
            value = ast.copy_location(ast.Name(name, ast.Load()), line)
            noted = self._noted(value, line.lineno, name, after=True)
            yield ast.fix_missing_locations(
                ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], noted), line)
            )


def _first_line(text: str) -> int:
    """The number of the line in a text at which its function begins, under its decorators."""
    return ast.parse(text).body[0].lineno


def _is_note(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == NOTE


def _changed(target: ast.expr) -> Iterator[str]:
    """The names that get a value, or a part of one."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List)):
        for each in target.elts:
            yield from _changed(each)
    elif isinstance(target, (ast.Subscript, ast.Starred)):
        yield from _changed(target.value)


def marked_code(
    function: types.FunctionType, text: str, first: int, exactly: bool = True
) -> tuple[types.CodeType, list[Node]] | None:
    """The code of a function that notes its values, and what it notes; None where it cannot be made.

    first: the number of its first expression.  exactly: see edits.as_tree.
    """
    parsed = edits.as_tree(function, text, exactly)
    if parsed is None:
        return None
    module, tree = parsed
    marker = _Marker(tree, text, first)
    tree.body = marker._all(tree.body)
    code = edits.as_code(module, function.__code__)
    return (code, marker.nodes) if code else None


class _Enough(BaseException):
    """More was noted than is looked at, or a value is asked for that is not there."""


@dataclass
class Recorder:
    """Stands in the code as __note__(number, value): notes the value, or gives another one for it.

    values: {number: its values}.  at: the number whose values are replaced.  by: the values for it.
    """

    values: dict[int, Values] = field(default_factory=dict)
    at: int | None = None
    by: Sequence[Any] = ()
    left: int = NOTED
    taken: int = 0

    def __call__(self, number: int, value: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise _Enough
        if self.at is None:
            self.values.setdefault(number, []).append(_kept(value))
        elif number == self.at:
            return self._other()
        return value

    def _other(self) -> Any:
        if self.taken >= len(self.by):
            raise _Enough
        self.taken += 1
        return copy.deepcopy(self.by[self.taken - 1])


class _Opaque:
    """The value of something that is not compared, such as a function; a class, since it stands for itself."""


def _kept(value: Any) -> Any:
    """A value as it is now; _Opaque for one that cannot be compared."""
    if isinstance(value, (bool, int, float, complex, str, type(None), np.number, np.bool_)):
        return value
    if isinstance(value, np.ndarray):
        return value.copy() if value.dtype.kind in "biufc" and value.size <= ENTRIES else _Opaque
    if type(value) in (tuple, list) and len(value) <= ENTRIES:
        inside = [_kept(each) for each in value]
        return _Opaque if any(each is _Opaque for each in inside) else type(value)(inside)
    if type(value) is dict and len(value) <= ENTRIES:
        held = {key: _kept(each) for key, each in value.items()}
        return _Opaque if any(each is _Opaque for each in held.values()) else held
    return _Opaque


# --- the search, in the process of the student's code -------------------------------------------------------


def search(
    function: Any,
    own: list[types.FunctionType],
    sources: list[str],
    right: list[list[Values]],
    cases: list[Case],
    rtol: float,
    atol: float,
) -> tuple[Any, ...] | None:
    """(file, line, and the other fields of a Place) of the earliest expression that would do; None."""
    files: dict[int, str] = {}
    nodes: dict[int, Node] = {}
    for k, (one, text) in enumerate(zip(own, sources, strict=True)):
        marked = marked_code(one, text, 1000 * k)
        if marked:
            one.__code__ = marked[0]
            nodes |= {node.number: node for node in marked[1]}
            files |= {node.number: one.__code__.co_filename for node in marked[1]}
    found = _Search(function, cases, rtol, atol, nodes, right).found()
    return (files[found[0].number], found[0].line, *found[1:]) if found else None


class _Search:
    """The student's values, and those that may stand in their place."""

    def __init__(
        self,
        function: Function,
        cases: list[Case],
        rtol: float,
        atol: float,
        nodes: dict[int, Node],
        right: list[list[Values]],
    ):
        self.deadline = time.process_time() + SECONDS
        self.function, self.cases, self.rtol, self.atol, self.nodes = function, cases, rtol, atol, nodes
        self.begun: dict[tuple[int, int], set[Hashable]] = {}
        self.ours: list[dict[int, Values]] = []
        self.was_right: list[bool] = []
        for arguments, expected in cases:
            recorder = Recorder()
            self.was_right.append(self._is_right(recorder, arguments, expected))
            self.ours.append(recorder.values)
        known = {_marks(values): values for values in right}
        last = {_marks(ends): ends for values in right if (ends := [each[-1:] for each in values])}
        self.choices = list((known | last).values())
        self.agreeing = {number for number in nodes if self._marks(number) in known}

    def _marks(self, number: int) -> Hashable:
        return _marks([each.get(number, []) for each in self.ours])

    def _is_right(self, recorder: Recorder, arguments: tuple[Any, ...], expected: Any) -> bool:
        self.function.__globals__[NOTE] = recorder
        return edits.is_right(self.function, arguments, expected, self.rtol, self.atol)

    def found(self) -> tuple[Any, ...] | None:
        """(the node, and the fields of a Place from part on), the earliest; None.

        Where all cases come right only after an expression that makes some of them right, two slips flow together
        there, and the earlier place is shown.
        """
        partly: tuple[int, tuple[Any, ...]] | None = None
        first: tuple[Any, ...] | None = None  # the earliest that makes some right, however few
        plain = list(filter(self._is_plain, self.ours[0]))
        wrong = [number for number in plain if number not in self.agreeing]
        names = [n for n in plain if n in self.agreeing and self.nodes[n].is_use]
        for number in (*wrong, *names[::-1]):  # a right value may stand in a wrong place
            node = self.nodes[number]
            for choice in self.choices:
                if time.process_time() > self.deadline:
                    return partly[1] if partly else None
                mended = self._mended(node, choice)
                if mended and mended == len(self.cases) - sum(self.was_right):
                    earlier = partly[1] if partly else first
                    return earlier if earlier and earlier[0] is not node else self._told(node, choice, True)
                if number in self.agreeing:
                    continue  # of a right value, only the whole is shown
                if mended > 1 and first is None:
                    first = self._told(node, choice, False)
                if mended >= FEWEST and (partly is None or mended > partly[0]):
                    partly = mended, self._told(node, choice, False)
        return partly[1] if partly else None

    def _is_plain(self, number: int) -> bool:
        return all(
            value is not _Opaque and not callable(value)
            for each in self.ours
            for value in each.get(number, [])
        )

    def _mended(self, node: Node, choice: list[Values]) -> int:
        """How many cases a choice makes right; 0 where the first is not among them, or a right one goes wrong."""
        mended = 0
        for k, ((arguments, expected), values) in enumerate(zip(self.cases, choice, strict=True)):
            was = self.ours[k].get(node.number, [])
            if not was:
                continue
            if len(was) != len(values) or not all(map(_are_alike, was, values)):
                if k == 0 or self.was_right[k]:
                    return 0
                continue
            if not self.was_right[k] and not self._begins_here(k, node, values):
                if k == 0:
                    return 0
                continue
            is_right = self._is_right(Recorder(at=node.number, by=values), arguments, expected)
            if not is_right and (k == 0 or self.was_right[k]):
                return 0
            mended += is_right and not self.was_right[k]
        return mended

    def _begins_here(self, case: int, node: Node, values: Values) -> bool:
        """Whether a value is not just the result, of which any wrong code would only have to come to the right one.

        It may be the result where all that it is computed from is right at the first time that it goes wrong, or where
        it is itself a right value, though for another place.
        """
        was, expected = self.ours[case][node.number], self.cases[case][1]
        first = next((k for k, pair in enumerate(zip(was, values, strict=True)) if not same(*pair)), None)
        if first is None or node.number in self.agreeing:
            return first is not None
        parts = expected if isinstance(expected, (tuple, list)) else ()
        parts = (expected, *parts, *(expected.values() if isinstance(expected, dict) else ()))
        if not any(same(values[-1], part, self.rtol, self.atol) for part in parts):
            return True
        begun = self._begun(case, first + 1)
        inputs = [self.ours[case].get(number, []) for number in node.inputs]
        return bool(inputs) and all(_marks([values[: first + 1]]) in begun for values in inputs)

    def _begun(self, case: int, count: int) -> set[Hashable]:
        """The first values, this many of them, that expressions of the reference take in a case."""
        if (case, count) not in self.begun:
            self.begun[case, count] = {_marks([choice[case][:count]]) for choice in self.choices}
        return self.begun[case, count]

    def _told(self, node: Node, choice: list[Values], whole: bool) -> tuple[Any, ...]:
        was = self.ours[0][node.number]
        got, needed = next(pair for pair in zip(was, choice[0], strict=True) if not same(*pair))
        return node, node.part, node.after, got, needed, whole, len(was) > 1


def _are_alike(one: Any, other: Any) -> bool:
    """Whether one value may stand in the place of another: of one kind, and of one shape."""
    return _kind(one) == _kind(other) and np.shape(one) == np.shape(other)


def _kind(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "truth"
    if isinstance(value, np.ndarray):
        return "numbers"
    if isinstance(value, (int, float, complex, np.number)):
        return "number"
    return type(value).__name__


def _marks(values: Sequence[Values]) -> Hashable:
    """What is equal for the same values in the same calls, to eight digits."""
    return tuple(tuple(map(_mark, each)) for each in values)


def _mark(value: Any) -> Hashable:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        return tuple(map(_mark, value))
    if isinstance(value, dict):
        return tuple((key, _mark(each)) for key, each in value.items())
    if isinstance(value, (bool, np.bool_)):
        return str(value)
    if isinstance(value, (int, float, np.number)) and not isinstance(value, np.complexfloating):
        return float(f"{float(value):.8g}") if math.isfinite(value) else str(value)
    return value if isinstance(value, str) else repr(value)
