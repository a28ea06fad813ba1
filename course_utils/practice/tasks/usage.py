"""What a student's function uses: arguments that it never reads, names that other cells left behind, and what it keeps.

All of it is read off the code; whether the answer depends on it is for the caller to know.
"""

import ast
import builtins
import dis
import inspect
import itertools
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_utils.practice import sandbox
from course_utils.practice.sandbox import Line
from course_utils.practice.tasks import edits
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.numbers import typed

Keep = list | dict | set | np.ndarray | bytearray

RANDOM = {
    "random", "rand", "randn", "randint", "default_rng", "RandomState", "integers", "normal", "standard_normal",
    "uniform", "choice", "choices", "sample", "shuffle", "permutation", "gauss",
}  # fmt: skip
CHANGING = {
    "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update", "setdefault", "popitem",
    "fill", "put", "itemset", "resize", "partition", "add", "discard",
}  # fmt: skip
SAME = {
    "items",
    "values",
    "ravel",
    "reshape",
    "view",
    "get",
    "asarray",
    "enumerate",
    "zip",
    "reversed",
    "iter",
    "squeeze",
}


@dataclass(frozen=True)
class Seen:
    """What was seen in the code: a sentence about it, and the line that it speaks of, where it is in one."""

    told: str
    line: Line | None = None


def plain(function: Any) -> types.FunctionType | None:
    """The function itself, without what is wrapped around it; None where it is not one of Python's own."""
    function = inspect.unwrap(function) if callable(function) else function
    return function if isinstance(function, types.FunctionType) else None


# --- names from other cells ---------------------------------------------------------------------------------


def left_over(function: Any) -> Seen | None:
    """The first name that is neither an argument nor a function, and has its value from another cell."""
    for one in _own(function):
        kept = set(_stored(one))
        for name, line in _loaded(one.__code__):
            if name in one.__globals__ and name not in kept and _is_left_over(name, one.__globals__[name]):
                told = _(
                    "{place} uses {name}, which is neither an argument nor made in your function: "
                    "its value, {value}, comes from outside."
                )
                place = _line(one, line)
                return Seen(
                    told.format(place=place.place, name=name, value=typed(one.__globals__[name], 40)), place
                )
    return None


def _own(function: Any) -> Iterator[types.FunctionType]:
    """The function and those of the same file that it uses."""
    made = plain(function)
    if made is not None:
        yield from edits.functions_of(made)


def _loaded(code: types.CodeType) -> Iterator[tuple[str, int]]:
    """(a name that is looked up outside the function, the line)"""
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_GLOBAL" and step.positions and step.positions.lineno:
            yield step.argval, step.positions.lineno
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _loaded(inner)


def _stored(function: types.FunctionType) -> Iterator[str]:
    """The names outside the function that it gives a value."""
    for step in dis.get_instructions(function.__code__):
        if step.opname == "STORE_GLOBAL":
            yield step.argval


def _is_left_over(name: str, value: Any) -> bool:
    """Whether a name stands for a value that changes from cell to cell, and not for a tool or a constant."""
    if hasattr(builtins, name) or name.startswith("__") or (name.isupper() and len(name) > 1):
        return False
    return not (callable(value) or isinstance(value, types.ModuleType))


def _line(function: types.FunctionType, number: int) -> Line:
    code = function.__code__
    line = sandbox.line_at([code.co_filename, number, code.co_name, code.co_firstlineno])
    assert line is not None  # where the place is given
    return line


# --- arguments ----------------------------------------------------------------------------------------------


def unread(function: Any, matter: Callable[[str], bool]) -> Seen | None:
    """Arguments that are never used, or are lost before.

    matter: whether the right answer depends on the argument of this name.
    """
    made = plain(function)
    if made is None or _looks_at_all(made.__code__):
        return None
    names = made.__code__.co_varnames[: made.__code__.co_argcount]
    never = [name for name in names if name not in set(_read(made.__code__)) and matter(name)]
    if never:
        told = ngettext(
            "Your function never uses its argument {names}, and what is asked for depends on it.",
            "Your function never uses its arguments {names}, and what is asked for depends on them.",
            len(never),
        )
        return Seen(told.format(names=", ".join(never)))
    for name, number in _lost(made):
        if name in names and matter(name):
            line = _line(made, number)
            told = _("{place} gives {name} a new value before the one that was handed over has been used.")
            return Seen(told.format(place=line.place, name=name), line)
    return None


def arguments_read(function: Any) -> list[str]:
    """The names of the arguments whose values a function uses."""
    made = plain(function)
    if made is None:
        return []
    read = set(_read(made.__code__))
    return [name for name in made.__code__.co_varnames[: made.__code__.co_argcount] if name in read]


def _read(code: types.CodeType) -> Iterator[str]:
    """The names of its own whose value a function uses, or hands to a function inside it."""
    for step in dis.get_instructions(code):
        if step.opname.startswith("LOAD_FAST") or step.opname in (
            "LOAD_DEREF",
            "LOAD_CLOSURE",
            "LOAD_CLASSDEREF",
        ):
            yield from step.argval if isinstance(step.argval, tuple) else (step.argval,)
        elif step.opname == "STORE_FAST_LOAD_FAST":
            yield step.argval[1]
        elif step.opname.startswith("DELETE_"):
            continue
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from inner.co_freevars


def _looks_at_all(code: types.CodeType) -> bool:
    """Whether a function looks at its names by other ways."""
    return bool({"locals", "vars", "eval", "exec", "globals"} & set(code.co_names))


def _lost(function: types.FunctionType) -> Iterator[tuple[str, int]]:
    """(name, line) of what a line on the way gets a new value before its old one was used."""
    tree = _tree(function)
    used: set[str] = set()
    for line in tree.body if tree else ():
        loads = {n.id for n in ast.walk(line) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        if isinstance(line, ast.Assign):
            for target in line.targets:
                if isinstance(target, ast.Name) and target.id not in used | loads:
                    yield target.id, line.lineno
                    used.add(target.id)
        used |= {n.id for n in ast.walk(line) if isinstance(n, ast.Name)}


def _tree(function: types.FunctionType) -> ast.FunctionDef | None:
    found = edits.as_tree(function, edits.source_of(function)[1])
    return found[1] if found else None


def strange(function: Any) -> Seen | None:
    """What is wrong with code whatever it is asked for: a name from outside, a value that is not there, a condition."""
    return left_over(function) or nothing(function) or undecided(function)


def place(function: Any) -> str | None:
    """A sentence about what np.argmin and np.argmax give, where a function calls one of them; else None."""
    if uses(function, ("argmin", "argmax")):
        return _(
            "np.argmin and np.argmax give the place of the smallest and of the largest value, not the value itself."
        )
    return None


# --- values that are never there, conditions that decide nothing ---------------------------------------------

IN_PLACE = {"sort", "append", "extend", "reverse", "shuffle"}  # methods that return None


def nothing(function: Any) -> Seen | None:
    """The first use of the value of a method that has none, such as list.sort."""
    for one in _own(function):
        for node in _in_order(tree.body if (tree := _tree(one)) else ()):
            for value in _values(node):
                called = value.func if isinstance(value, ast.Call) else None
                if (
                    isinstance(called, ast.Attribute)
                    and called.attr in IN_PLACE
                    and not _of_a_module(called, one)
                ):
                    told = _(
                        "{call} changes {name} itself, and its value is None: write it on a line of its own, and use {name} after it."
                    )
                    name = ast.unparse(called.value)
                    call = f"{name}.{called.attr}({'…' if value.args else ''})"  # type: ignore[attr-defined]
                    return Seen(told.format(call=call, name=name), _line(one, value.lineno))
    return None


def _values(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions whose value a statement or a call uses."""
    if isinstance(node, (ast.Return, ast.Assign, ast.AugAssign)) and node.value is not None:
        yield node.value
    elif isinstance(node, ast.Call):
        yield from node.args
    elif isinstance(node, ast.For):
        yield node.iter


def _of_a_module(called: ast.Attribute, function: types.FunctionType) -> bool:
    """Whether it is a function such as np.sort, which returns something."""
    root = called.value
    return isinstance(root, ast.Name) and isinstance(function.__globals__.get(root.id), types.ModuleType)


def undecided(function: Any) -> Seen | None:
    """The first condition that holds whatever the values in it are, or never does."""
    for one in _own(function):
        for node in _in_order(tree.body if (tree := _tree(one)) else ()):
            told = _of_condition(node) if isinstance(node, ast.BoolOp) else None
            if told:
                return Seen(told, _line(one, node.lineno))  # type: ignore[attr-defined]
    return None


def _of_condition(node: ast.BoolOp) -> str | None:
    either = isinstance(node.op, ast.Or)
    for value in node.values[1:]:
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value and either:
            return _(
                "{part} by itself counts as true, so that {condition} always holds: compare each of the two."
            ).format(part=ast.unparse(value), condition=ast.unparse(node))
    for one, other in itertools.combinations(node.values, 2):
        if _parts(one, ast.NotEq if either else ast.Eq, other):
            told = (
                _("{condition} always holds: whatever {name} is, it differs from one of the two.")
                if either
                else _("{condition} never holds: {name} cannot be both.")
            )
            assert isinstance(one, ast.Compare)
            return told.format(condition=ast.unparse(node), name=ast.unparse(one.left))
    return None


def _parts(one: ast.expr, operator: type[ast.cmpop], other: ast.expr) -> bool:
    """Whether two comparisons are of the same expression with two different constants."""
    if not (isinstance(one, ast.Compare) and isinstance(other, ast.Compare)):
        return False
    if [len(each.ops) for each in (one, other)] != [1, 1] or ast.dump(one.left) != ast.dump(other.left):
        return False
    a, b = one.comparators[0], other.comparators[0]
    both = all(isinstance(each.ops[0], operator) for each in (one, other))
    return both and isinstance(a, ast.Constant) and isinstance(b, ast.Constant) and a.value != b.value


# --- what is kept from call to call -------------------------------------------------------------------------


def kept(function: Any) -> str:
    """A sentence about why two equal calls of a function give two answers, as far as its code shows it."""
    for one in _own(function):
        found = next(_keeps(one), None)
        if found:
            name, default = found
            if default:
                return _(
                    "Called twice with the same arguments, your function gives two answers: the default value of {name} "
                    "is made only once, and still holds what the first call put in."
                ).format(name=name)
            return _(
                "Called twice with the same arguments, your function gives two answers: {name} stands outside it, and "
                "still holds what the first call left there."
            ).format(name=name)
    if draws(function):
        return _(
            "Called twice with the same arguments, your function gives two answers: it draws random numbers, "
            "and what is asked for does not depend on chance."
        )
    return _(
        "Called twice with the same arguments, your function gives two answers: what does it keep from the first call?"
    )


def draws(function: Any) -> bool:
    """Whether a function draws random numbers."""
    return uses(function, RANDOM)


def uses(function: Any, names: Collection[str]) -> bool:
    """Whether one of these names stands in the code of a function."""
    return any(name in names for one in _own(function) for name in all_names(one.__code__))


def _keeps(function: types.FunctionType) -> Iterator[tuple[str, bool]]:
    """(what can keep something from call to call, whether it is the default value of an argument)"""
    for name in _stored(function):
        yield name, False
    changed = {name for name, line in changes(function)}
    parameters = inspect.signature(function).parameters.values()
    for name in (p.name for p in parameters if isinstance(p.default, Keep) and p.name in changed):
        yield name, True
    for name in dict.fromkeys(name for name, line in _loaded(function.__code__)):
        if name in changed and isinstance(function.__globals__.get(name), Keep):
            yield name, False


def all_names(code: types.CodeType) -> Iterator[str]:
    """The names that code uses, with those of the functions inside it."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from all_names(inner)


# --- what is changed in place -------------------------------------------------------------------------------


def changing(function: Any, names: Sequence[str]) -> Line | None:
    """The first line that changes one of these arguments in place; None where none is seen."""
    made = plain(function)
    if made is None:
        return None
    lines = {line for name, line in changes(made) if name in names}
    return _line(made, min(lines)) if lines else None


def changes(function: types.FunctionType) -> Iterator[tuple[str, int]]:
    """(name, line) of what is changed in place, as far as it can be followed under other names."""
    tree = _tree(function)
    if tree is None:
        return
    stands_for: dict[str, str] = {}
    for node in _in_order(tree.body):
        if isinstance(node, ast.AugAssign):
            yield from _of(node.target, stands_for, node.lineno)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _assigned(target, node.value, stands_for)
        elif isinstance(node, (ast.For, ast.comprehension)):
            _follow(node.target, node.iter, stands_for)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if not isinstance(target, ast.Name):
                    yield from _of(target, stands_for, node.lineno)
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING
        ):
            yield from _of(node.func.value, stands_for, node.lineno)


def _in_order(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in nodes:
        yield node
        yield from _in_order(ast.iter_child_nodes(node))


def _assigned(target: ast.expr, value: ast.expr, stands_for: dict[str, str]) -> Iterator[tuple[str, int]]:
    if isinstance(target, (ast.Subscript, ast.Attribute)):
        yield from _of(target.value, stands_for, target.lineno)
    elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _assigned(one, other, stands_for)
    else:
        _follow(target, value, stands_for)


def _follow(target: ast.expr, value: ast.expr, stands_for: dict[str, str]) -> None:
    """Note what the names of an assignment stand for from here on."""
    root = _root(value, stands_for)
    for node in ast.walk(target):
        if isinstance(node, ast.Name):
            stands_for[node.id] = root or ""


def _of(node: ast.expr, stands_for: dict[str, str], line: int) -> Iterator[tuple[str, int]]:
    root = _root(node, stands_for)
    if root:
        yield root, line


def _root(node: ast.expr, stands_for: dict[str, str]) -> str | None:
    """The name whose value, or a part of it, an expression is; None where it makes a new one."""
    while True:
        if isinstance(node, (ast.Subscript, ast.Attribute, ast.Starred)):
            node = node.value
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
            if name not in SAME:
                return None
            inside = isinstance(node.func, ast.Attribute) and not node.args
            node = (
                node.func.value
                if inside and isinstance(node.func, ast.Attribute)
                else (node.args or [node])[0]
            )
            if isinstance(node, ast.Call) and not node.args and not isinstance(node.func, ast.Attribute):
                return None
        elif isinstance(node, ast.Name):
            return stands_for.get(node.id, node.id) or None
        else:
            return None
