"""Answers that are nearly right: rounded, short of digits, or computed by something that is only approximately right.

digits(function, tried, shown) -> what the digits themselves show
finer(function, calls) -> the line with the number that, made finer, brings the answer nearer; found by trying it
"""

import ast
import copy
import math
import sys
import time
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from course_utils.practice import plain_data, sandbox
from course_utils.practice.sandbox import Line
from course_utils.practice.tasks import edits, usage
from course_utils.practice.tasks.comparing import numbers, same
from course_utils.practice.tasks.factors import Pair, flat, flattened
from course_utils.practice.tasks.tried import Try, beginning_with, that_differ
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.types import Array

Case: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...], Any]
Place: TypeAlias = tuple[str, int]

CLOSE = 0.01  # of the size of an answer: that is what counts as nearly right
ROUGH = 0.15  # of it: so far off an answer may be where it is tried what brings it nearer
CASES = 4  # that a finer number is tried on
FINER = 4  # times; for values that are tried one after the other,
GRID = 10  # since their error is a matter of luck
NEARER = 0.6  # of the error may be left
SECONDS = 1.0  # for the process that tries it
SEARCHING = 0.7


def deviation(one: Try, size: float) -> float | None:
    """How far off an answer is, as a part of its largest number; None where it cannot be told.

    size: what stands for the largest number where all are 0.
    """
    pair = flat(one)
    return None if pair is None else _deviation(*pair, size)


def _deviation(got: Array, expected: Array, size: float) -> float | None:
    if not np.isfinite(got).all() or not np.isfinite(expected).all():
        return None
    return float(abs(got - expected).max() / (abs(expected).max() or size or 1.0))


def farthest(tried: Sequence[Try]) -> float | None:
    """How far off the worst of all answers is; None where one is not a number."""
    if any(one.trouble for one in tried):
        return None
    size = max(map(abs, numbers([one.expected for one in tried])), default=0.0)
    found = [deviation(one, size) for one in tried]
    known = [x for x in found if x is not None]
    return max(known) if len(known) == len(found) and known else None


def close(far: float) -> str:
    """What is said if nothing else is known than how far off the answers are."""
    return _(
        "Your numbers are nearly right, off by {part} % at most: is something rounded, cut off, searched in steps, or "
        "computed by a difference on the way?"
    ).format(part=f"{100 * far:.1g}")


# --- what the digits show -----------------------------------------------------------------------------------

#: kinds of floats with fewer digits than Python's own: how far off they may be, and how many digits those are
_SHORT = {"float32": (1e-5, 7), "float16": (1e-2, 3)}
ROUNDING = {
    "round",
    "around",
    "round_",
    "rint",
    "trunc",
    "fix",
    "floor",
    "ceil",
    "format",
    "int",
    "astype",
    "quantize",
}
WHOLE = {"int", "astype", "int64", "int32", "trunc", "floor", "floor_divide"}
SEARCHED = {"linspace", "arange", "range", "argmin", "argmax", "logspace", "geomspace"}


def digits(function: Any, tried: Sequence[Try], shown: Try) -> str | None:
    """That numbers are whole, rounded or kept in short floats; None where their digits do not show it."""
    wrong = beginning_with(shown, that_differ(tried))
    pairs = [flat(one) for one in wrong]
    known = [pair for pair in pairs if pair is not None]
    if len(known) < len(pairs) or all(
        same(got, expected) for got, expected in known
    ):  # then only the shape is wrong
        return None
    return _short(wrong) or _whole(function, wrong, known) or _rounded(function, known)


def _short(wrong: Sequence[Try]) -> str | None:
    """That only the last digits of the numbers are wrong, since float32 holds no more."""
    most = max(map(abs, numbers([one.expected for one in wrong])), default=0)
    for kind, (rtol, count) in _SHORT.items():
        held = any(_holds(one.value, kind) for one in wrong)
        if held and all(same(one.value, one.expected, rtol, rtol * most) for one in wrong):
            return _(
                "Your numbers are right to about {digits} digits: that is all that {kind} holds. "
                "Leave it out, and numpy computes in float64, with 16."
            ).format(digits=count, kind=kind)
    return None


def last_digits(tried: Sequence[Try]) -> str | None:
    """That only the last digits of the numbers are wrong; None where others are wrong too."""
    wrong = that_differ(tried)
    most = max(map(abs, numbers([one.expected for one in wrong])), default=0)
    if all(same(one.value, one.expected, 1e-5, 1e-5 * most) for one in wrong):
        return _(
            "Your numbers differ only after the fifth digit: is something rounded on the way, or kept in float32?"
        )
    return None


def _holds(value: object, kind: str) -> bool:
    if isinstance(value, (tuple, list)):
        return any(_holds(each, kind) for each in value)
    if isinstance(value, dict):
        return _holds(list(value.values()), kind)
    return str(getattr(value, "dtype", "")) == kind


def _whole(function: Any, wrong: Sequence[Try], pairs: Sequence[Pair]) -> str | None:
    """That numbers have lost what comes after the decimal point."""
    got, expected = (np.concatenate(side) for side in zip(*pairs, strict=True))
    cut = np.trunc(expected)
    if (expected == cut).all() or not got.any() or not (np.isfinite(expected).all()):
        return None
    near = 1e-9 * np.maximum(1, abs(expected))
    if (abs(got - cut) <= near).all() or (abs(got - np.floor(expected)) <= near).all():
        return _(
            "Your numbers are whole: what comes after the decimal point is cut off, by int, // or an array of ints."
        )
    if (abs(got - np.round(expected)) <= near).all():
        return _("Your numbers are rounded to whole ones: return them as they are.")
    if len(got) >= 4 and all(_is_whole(one.value) for one in wrong) and WHOLE & _called(function):
        return _(
            "Your numbers are whole, and those asked for are not: something in your code cuts off the rest, such as int."
        )
    return None


def _is_whole(value: Any) -> bool:
    """Whether a value is of a kind that holds only whole numbers."""
    if isinstance(value, (tuple, list)):
        return all(map(_is_whole, value))
    return isinstance(value, int) or getattr(value, "dtype", np.dtype(float)).kind in "iu"


def _rounded(function: Any, pairs: Sequence[Pair]) -> str | None:
    """That all numbers have few decimals, or few digits, and are those asked for as far as they go."""
    got, expected = (np.concatenate(side) for side in zip(*pairs, strict=True))
    if not np.isfinite(expected).all():
        return None
    count = next((n for n in range(1, 6) if np.allclose(got, np.round(got, n), rtol=0, atol=1e-12)), 0)
    if count and np.allclose(got, np.round(expected, count), rtol=0, atol=1e-12):
        if SEARCHED & _called(function) and not ROUNDING & _called(function):
            return _decimals(count)
        return _("The numbers are rounded: return them as they are.")
    if count and np.allclose(got, np.trunc(expected * 10**count) / 10**count, rtol=0, atol=1e-12):
        return _decimals(count)
    digits = _count(got)
    if digits < 7 and same(got, _significant(expected, digits), 1e-12):
        return _("The numbers are rounded: return them as they are.")
    return None


def _decimals(count: int) -> str:
    return ngettext(
        "Your numbers have {n} decimal at most, and more are asked for: they are cut off, or found on a grid of such numbers.",
        "Your numbers have {n} decimals at most, and more are asked for: they are cut off, or found on a grid of such numbers.",
        count,
    ).format(n=count)


def _count(values: Array) -> int:
    """The number of digits to which all numbers are rounded; 17 where they are not."""
    return next((n for n in range(2, 8) if same(values, _significant(values, n), 1e-12)), 17)


def _significant(values: Array, count: int) -> Array:
    """The numbers, rounded to this many digits."""
    return np.array([float(f"{x:.{count}g}") for x in values])


def _called(function: Any) -> set[str]:
    """The names of what a function calls or uses."""
    return {name for one in edits.functions_of(function) for name in usage.all_names(one.__code__)}


# --- what brings the answer nearer --------------------------------------------------------------------------


@dataclass(frozen=True)
class Finer:
    """A number in the code that, made finer, brings the answers nearer.

    kind: what it does there.  written: how it stands there.  line: where.  nearer: by which factor they come nearer.
    """

    kind: str
    written: str
    line: Line
    nearer: float

    def __str__(self) -> str:
        """What it means, in words."""
        kind = "one-sided" if self.kind == "difference" and self.nearer < 7 else self.kind
        return _said()[kind].format(number=self.written)


def _said() -> dict[str, str]:
    """What is said about each kind of number that is too coarse, or too fine."""
    return {
        "one-sided": _(
            "With {number} as the small difference your numbers are only nearly right: their error grows in proportion "
            "to it, as that of a one-sided difference does."
        ),
        "difference": _(
            "With {number} as the small difference your numbers are only nearly right: how does their error grow with it?"
        ),
        "noise": _("The small difference, {number}, is so small that rounding errors spoil the quotient."),
        "short": _(
            "The small difference, {number}, is too small for float32, which holds only about 7 digits: rounding errors "
            "spoil the quotient. Leave it out, and numpy computes in float64, with 16."
        ),
        "stop": _(
            "Your answer is only nearly right: with {number} in this line the loop ends before the answer has settled."
        ),
        "grid": _(
            "Your answer is only nearly right: it is searched for in steps, set by {number} in this line, and what is "
            "asked for lies between two of them."
        ),
        "terms": _(
            "Your answer is only nearly right: {number} in this line limits the number of rounds, and something is still "
            "missing after the last one."
        ),
        "added": _("Your answer is only nearly right: the small number {number} in this line shifts it."),
        "digits": _("Your answer is only nearly right: {number} in this line has too few digits."),
        "rounded": _("The numbers are rounded in this line: return them as they are."),
    }


def finer(function: Any, calls: Sequence[Case]) -> Finer | None:
    """Which number in the code makes the answers only nearly right; None where none does.

    calls: (function, arguments, expected) of answers that are wrong, the one that is shown first.
    """
    functions = [one for one in edits.functions_of(function) if _has_any(one)]
    if not functions or sys.platform == "emscripten":  # which has no other process
        return None
    sources = [edits.source_of(one) for one in functions]
    try:
        outcome = sandbox.run([(tried_finer, (functions, sources, list(calls[:CASES])))], seconds=SECONDS)[0]
    except sandbox.CannotRun:
        return None
    if outcome.kind != "returned" or not outcome.value:
        return None
    kind, written, file, number, nearer = outcome.value
    if kind == "noise" and usage.uses(function, ("float32", "float16", "single", "half")):
        kind = "short"
    line = sandbox.line_at([file, number, "", 1])
    return Finer(kind, written, line, nearer) if line else None


def _has_any(function: types.FunctionType) -> bool:
    found = edits.as_tree(function, edits.source_of(function)[1])
    return found is not None and next(coarse(found[1]), None) is not None


# --- in the process of the student's code -------------------------------------------------------------------


def tried_finer(
    functions: list[types.FunctionType], sources: list[tuple[Place, str]], cases: list[Case]
) -> tuple[str, str, str, int, float] | None:
    """(kind, how it is written, file, line, how much nearer) of the number that brings the answers nearest; None."""
    deadline, found = time.monotonic() + SEARCHING, []
    size = max(map(abs, numbers([expected for *_, expected in cases])), default=0.0)
    before = _off(cases, size)
    for function, (_place, text) in zip(functions, sources, strict=True):
        tree = edits.as_tree(function, text)
        for kind, nodes, value in coarse(tree[1]) if tree and before else ():
            was = nodes[0].value
            for told, other in _to_try(kind, was, value):
                if time.monotonic() > deadline or not tree or not before:
                    break
                after = _off_with(function, tree[0], nodes, other, cases, size)
                if after is not None and after <= NEARER * before:
                    place = function.__code__.co_filename, nodes[0].lineno
                    nearer = before / max(after, before / 1e6)
                    found.append((told, ast.unparse(ast.Constant(was)), *place, nearer))
                    break
    return max(found, key=lambda one: one[-1], default=None)


def _to_try(kind: str, was: Any, finer: Any) -> Iterator[tuple[str, Any]]:
    """(what it shows if that brings the answers nearer, the number to put there)"""
    yield kind, finer
    if kind == "difference":
        yield "noise", was * FINER**2


def _off_with(
    function: types.FunctionType,
    module: ast.Module,
    nodes: Sequence[ast.Constant],
    value: Any,
    cases: Sequence[Case],
    size: float,
) -> float | None:
    """How far off all answers are with another number in the code; the function has its own code again afterwards."""
    was, original = nodes[0].value, function.__code__
    for node in nodes:
        node.value = value
    code = edits.as_code(module, original)
    for node in nodes:
        node.value = was
    if code is None:
        return None
    function.__code__ = code
    try:
        return _off(cases, size)
    finally:
        function.__code__ = original


def _off(cases: Sequence[Case], size: float) -> float | None:
    """How far off all answers are together; None where one does not end, or is not a number."""
    total = 0.0
    for function, arguments, expected in cases:
        try:
            with np.errstate(all="ignore"):
                value = function(*copy.deepcopy(arguments))
            got, asked = flattened(plain_data.decode(plain_data.encode(value))), flattened(expected)
        except BaseException:
            return None
        if got is None or asked is None or got.shape != asked.shape:
            return None
        off = _deviation(got, asked, size)
        if off is None:
            return None
        total += off
    return total


# --- which numbers can be made finer ------------------------------------------------------------------------

#: numbers that are typed with too few digits
KNOWN = (math.pi, math.e, 2 * math.pi, math.sqrt(2), 1 / 3, 2 / 3, 180 / math.pi)
MANY = 5  # from here on a whole number may be a count of rounds
SMALL = 0.5  # up to here a number may be a step or a tolerance
ORDER = ("rounded", "difference", "stop", "grid", "terms", "added", "digits")

Found: TypeAlias = tuple[str, list[ast.Constant], Any]


def coarse(function: ast.FunctionDef) -> Iterator[Found]:
    """(what it does, where it stands, what to put there) of each number that may be too coarse."""
    above = {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
    alike: dict[Any, list[ast.Constant]] = {}
    for line in function.body:
        for node in ast.walk(line):
            if isinstance(node, ast.Constant) and type(node.value) in (int, float):
                alike.setdefault(node.value, []).append(node)
    for value, nodes in alike.items():
        groups = [nodes] if isinstance(value, float) and 0 < value <= 0.1 else [[node] for node in nodes]
        for group in groups:
            does = {kind: node for node in reversed(group) for kind in _does(node, function, above)}
            kind = next((kind for kind in ORDER if kind in does), None)
            if kind:
                first = does[kind]
                yield kind, [first, *(node for node in group if node is not first)], _made_finer(kind, value)


def _made_finer(kind: str, value: Any) -> Any:
    if kind == "rounded":
        return value + 4
    if kind == "digits":
        return min(KNOWN, key=lambda known: abs(known - value))
    if kind == "grid" and isinstance(value, int):
        return (value - 1) * GRID + 1  # with all that were tried before among them
    if kind == "grid":
        return value / GRID
    return value * FINER if isinstance(value, int) else value / FINER


def _does(node: ast.expr, function: ast.FunctionDef, above: dict[ast.AST, ast.AST]) -> Iterator[str]:
    """What a number does where it stands, or where the name does that it is given to."""
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, float) and any(0 < abs(known - value) < 1e-3 * known for known in KNOWN):
        yield "digits"
    yield from _stands(node, value, above)
    name = _given_to(node, above)
    if name:
        for use in ast.walk(function):
            if isinstance(use, ast.Name) and use.id == name and isinstance(use.ctx, ast.Load):
                yield from _stands(use, value, above)


def _given_to(node: ast.expr, above: dict[ast.AST, ast.AST]) -> str | None:
    holder = above.get(node)
    if isinstance(holder, ast.Tuple) and isinstance(above.get(holder), ast.Assign):
        assign = above[holder]
        target = assign.targets[0] if isinstance(assign, ast.Assign) else None
        if isinstance(target, ast.Tuple) and len(target.elts) == len(holder.elts):
            one = target.elts[holder.elts.index(node)]
            return one.id if isinstance(one, ast.Name) else None
    if isinstance(holder, ast.Assign) and isinstance(holder.targets[0], ast.Name):
        return holder.targets[0].id
    return None


def _stands(node: ast.expr, value: Any, above: dict[ast.AST, ast.AST]) -> Iterator[str]:
    """What a value does by the place where it stands."""
    holder = above.get(node)
    small = isinstance(value, float) and 0 < value <= SMALL
    if isinstance(holder, ast.keyword):
        if holder.arg in ("decimals", "ndigits"):
            yield "rounded"
        elif holder.arg == "num" and isinstance(value, int):
            yield "grid"
    elif isinstance(holder, ast.Call):
        yield from _handed(holder, node, value)
    elif isinstance(holder, ast.Compare) and small and _ends(holder, above):
        yield "stop"
    elif isinstance(holder, ast.AugAssign) and small and node is holder.value and _in_loop(holder, above):
        yield "grid"
    elif isinstance(holder, ast.BinOp) and small:
        if isinstance(holder.op, (ast.Add, ast.Sub)) and value <= 0.01:
            yield "added"
        if _divides(node, above):
            yield "difference"


def _handed(call: ast.Call, node: ast.expr, value: Any) -> Iterator[str]:
    name = getattr(call.func, "attr", None) or getattr(call.func, "id", None)
    if node not in call.args:
        return
    at, count = call.args.index(node), len(call.args)
    if name in ("round", "around", "round_") and isinstance(value, int) and at == count - 1:
        yield "rounded"
    elif (name in ("linspace", "logspace", "geomspace") and at == 2 and isinstance(value, int)) or (
        name == "arange" and at == 2 and isinstance(value, float)
    ):
        yield "grid"
    elif name == "range" and isinstance(value, int) and value >= MANY and at == min(1, count - 1):
        yield "terms"


def _ends(compared: ast.Compare, above: dict[ast.AST, ast.AST]) -> bool:
    """Whether a comparison ends a loop."""
    node: ast.AST | None = compared
    while node is not None and not isinstance(node, (ast.While, ast.If)):
        node = above.get(node)
    if isinstance(node, ast.While):
        return any(part is compared for part in ast.walk(node.test))
    if isinstance(node, ast.If):
        return any(isinstance(part, (ast.Break, ast.Return)) for line in node.body for part in ast.walk(line))
    return False


def _in_loop(node: ast.AST | None, above: dict[ast.AST, ast.AST]) -> bool:
    while node is not None and not isinstance(node, (ast.While, ast.For)):
        node = above.get(node)
    return node is not None


def _divides(node: ast.expr, above: dict[ast.AST, ast.AST]) -> bool:
    """Whether a value stands in a divisor, by itself or as a factor."""
    part: ast.AST = node
    holder = above.get(part)
    while isinstance(holder, ast.BinOp):
        if isinstance(holder.op, ast.Div) and part is holder.right:
            return True
        if isinstance(holder.op, (ast.Add, ast.Sub)):
            return False
        part, holder = holder, above.get(holder)
    return False
