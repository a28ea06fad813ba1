"""One-edit mutants of a task's reference, and those that the task's own cases let pass.

survivors("06 rate") -> {"what was edited -> what it became", ...}

A mutant is the reference with one small edit, such as a student makes by mistake: another sign, another name, a
line left out. Each is tried as `check` tries a student's code, but in this process.
"""

import ast
import builtins
import contextlib
import copy
import difflib
import inspect
import sys
import warnings
from unittest import mock

import numpy as np

from course_utils.optimizers import Optimizer
from course_utils.practice import plain_data, sandbox, tasks
from course_utils.practice.tasks import FunctionTask, OptimizerTask, functions, task

MUTANT = "<mutant>"  # the name of their file
LINES = 100_000  # that a call may run: a loop that never ends comes to more, and no reference does

# --- the edits ----------------------------------------------------------------------------------------------

OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Div),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
COMPARED = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
CALLED = {
    "sum": ("mean", "max"), "mean": ("sum", "median"), "max": ("min",), "min": ("max",), "ceil": ("floor",),
    "cos": ("sin",), "sqrt": ("square",), "exp": ("exp2",), "log": ("log10",), "sign": ("abs",),
    "eigvalsh": ("diag",), "degrees": ("radians",), "arctan": ("tan",), "zeros_like": ("ones_like",),
    "zeros": ("ones",), "argmax": ("argmin",), "allclose": ("array_equal",),
}  # fmt: skip


NOT_SIGNED = ("isclose", "allclose", "zeros", "zeros_like")  # without a sign that could be wrong
SYMMETRIC = ("max", "min", "isclose", "allclose")  # their arguments may change places


def edits(node, names):
    """Every node that may stand in the place of an expression."""
    yield from _by_kind.get(type(node), _none)(node, names)
    if isinstance(node, ast.BinOp) or (isinstance(node, ast.Call) and _called(node) not in NOT_SIGNED):
        yield ast.UnaryOp(ast.USub(), node)


def _none(node, names):
    return ()


def _arithmetic(node, names):
    for operator in OPERATORS.get(type(node.op), ()):
        yield ast.BinOp(node.left, operator(), node.right)
    yield from (node.left, node.right)
    if not isinstance(node.op, (ast.Add, ast.Mult)):
        yield ast.BinOp(node.right, node.op, node.left)
    for inner in (node.left, node.right):  # the brackets forgotten
        if isinstance(inner, ast.BinOp):
            text = ast.unparse(inner)
            whole = ast.unparse(node).replace(f"({text})", text, 1)
            yield ast.parse(whole, mode="eval").body


def _sign_or_not(node, names):
    yield node.operand


def _comparison(node, names):
    for k, operator in enumerate(node.ops):
        for other in COMPARED[type(operator)]:
            yield ast.Compare(node.left, [*node.ops[:k], other(), *node.ops[k + 1 :]], node.comparators)


def _and_or(node, names):
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    yield from node.values


def _one_or_the_other(node, names):
    yield from (node.body, node.orelse)
    yield ast.IfExp(node.test, node.orelse, node.body)


def _constant(node, names):
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        for other in dict.fromkeys((value + 1, value - 1, 2 * value, value / 2, 0, -value)):
            if other != value and not (isinstance(value, int) and other == value / 2 and value % 2):
                yield ast.parse(repr(type(value)(other)), mode="eval").body
    elif isinstance(value, str):
        yield from (ast.Constant(other) for other in ("", *names["words"]) if other != value)


def _called(node):
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _call(node, names):
    function, name = node.func, _called(node)
    for other in CALLED.get(name, ()):
        if isinstance(function, ast.Attribute):
            yield _with(node, func=ast.Attribute(function.value, other, ast.Load()))
        elif hasattr(builtins, other):
            yield _with(node, func=ast.Name(other, ast.Load()))
        else:
            yield _with(node, func=ast.parse(f"np.{other}", mode="eval").body)
    if name == "isclose":
        yield ast.Compare(node.args[0], [ast.Eq()], [node.args[1]])
    if name == "len":
        yield from map(ast.Constant, (1, 2, 3))
    if len(node.args) == 1:
        yield node.args[0]  # abs(x) -> x
    if isinstance(function, ast.Attribute) and not (
        isinstance(function.value, ast.Name) and function.value.id in ("np", "math")
    ):
        yield function.value  # theta.copy() -> theta
    for k in range(len(node.args) - 1 if name not in SYMMETRIC else 0):
        swapped = [*node.args[:k], node.args[k + 1], node.args[k], *node.args[k + 2 :]]
        yield _with(node, args=swapped)
    for k, keyword in enumerate(node.keywords):
        if keyword.arg != "strict":
            yield _with(node, keywords=node.keywords[:k] + node.keywords[k + 1 :])
    if name == "range":
        yield _with(node, args=[*node.args[:-1], ast.BinOp(node.args[-1], ast.Add(), ast.Constant(1))])
        yield _with(node, args=[*node.args[:-1], ast.BinOp(node.args[-1], ast.Sub(), ast.Constant(1))])
        yield _with(node, args=[ast.Constant(1), *node.args[-1:]])


def _subscript(node, names):
    if not isinstance(node.ctx, ast.Load):
        return
    if isinstance(node.slice, ast.Tuple):
        yield _with(node, slice=ast.Tuple(node.slice.elts[::-1], ast.Load()))
    elif isinstance(node.slice, ast.Name):
        for operator in (ast.Add, ast.Sub):
            yield _with(node, slice=ast.BinOp(node.slice, operator(), ast.Constant(1)))


def _tuple(node, names):
    if isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield ast.Tuple(node.elts[::-1], ast.Load())
        if all(isinstance(one, ast.Constant) for one in node.elts):
            yield from (ast.Tuple([*node.elts[:k], *node.elts[k + 1 :]]) for k in range(len(node.elts)))


def _attribute(node, names):
    if node.attr == "T":
        yield node.value
    if isinstance(node.value, ast.Name) and node.value.id == "self" and isinstance(node.ctx, ast.Load):
        for other in names["self"]:
            if other != node.attr:
                yield ast.Attribute(node.value, other, ast.Load())
        yield from map(ast.Constant, names["given"].get(node.attr, ()))


def _name(node, names):
    if isinstance(node.ctx, ast.Load) and node.id in names["all"]:
        yield from (ast.Name(other, ast.Load()) for other in names["all"] if other != node.id)
        yield from map(ast.Constant, names["given"].get(node.id, ()))


_by_kind = {
    ast.BinOp: _arithmetic, ast.UnaryOp: _sign_or_not, ast.Compare: _comparison, ast.BoolOp: _and_or,
    ast.IfExp: _one_or_the_other, ast.Constant: _constant, ast.Call: _call, ast.Subscript: _subscript,
    ast.Tuple: _tuple, ast.Attribute: _attribute, ast.Name: _name,
}  # fmt: skip


def _with(node, **fields):
    return type(node)(**{name: value for name, value in ast.iter_fields(node)} | fields)


def rewritten(body):
    """Every list of statements that may stand in the place of one: a line left out, moved, or of another kind."""
    for k, line in enumerate(body):
        before, after = body[:k], body[k + 1 :]
        yield [*before, ast.Pass(), *after]
        if after and not _independent(line, after[0]):
            yield [*before, after[0], line, *after[1:]]
        for instead, left in _rewritten_by_kind.get(type(line), _nothing)(line, after):
            yield [*before, *instead, *left]


def _nothing(line, after):
    return ()


def _loop(line, after):
    if after:  # the next line indented too far
        yield [_with(line, body=[*line.body, after[0]])], after[1:]
    if len(line.body) > 1:  # the last line not indented
        yield [_with(line, body=line.body[:-1]), line.body[-1]], after
    yield [_with(line, body=[*line.body, ast.Break()])], after  # only the first turn


def _condition(line, after):
    yield line.body, after
    yield line.orelse or [ast.Pass()], after
    if after:
        yield [_with(line, body=[*line.body, after[0]])], after[1:]


def _in_place(line, after):
    for operator in OPERATORS.get(type(line.op), ()):
        yield [_with(line, op=operator())], after
    yield [ast.Assign([line.target], line.value, lineno=0)], after


def _assignment(line, after):
    """x = x + y as x += y, which changes an argument; and x = y as x += y."""
    target, value = line.targets[0], line.value
    if isinstance(target, ast.Name) and isinstance(value, ast.BinOp):
        yield [ast.AugAssign(target, ast.Add(), value)], after
        if ast.unparse(value.left) == target.id:
            yield [ast.AugAssign(target, value.op, value.right)], after


_rewritten_by_kind = {
    ast.For: _loop, ast.While: _loop, ast.If: _condition, ast.AugAssign: _in_place, ast.Assign: _assignment
}  # fmt: skip


def _independent(one, other):
    """Whether two neighbouring lines may change places without a difference."""
    if not all(isinstance(line, (ast.Assign, ast.AugAssign)) for line in (one, other)):
        return False
    (wrote, read), (also_wrote, also_read) = map(_touched, (one, other))
    return not (wrote & (also_wrote | also_read) or also_wrote & read)


def _touched(line):
    """The variables that a line changes, and those that it reads: self.v of self.v[name]."""
    targets = [line.target] if isinstance(line, ast.AugAssign) else line.targets
    places = [p for target in targets for p in (target.elts if isinstance(target, ast.Tuple) else [target])]
    wrote = {ast.unparse(p.value if isinstance(p, ast.Subscript) else p) for p in places}
    return wrote, {ast.unparse(n) for n in ast.walk(line) if isinstance(n, (ast.Name, ast.Attribute))}


def mutants(source, given=()):
    """(what was edited, the whole source) of each one-edit mutant of a function or of classes.

    given: {argument: values that it has in some case}, to be written in its place.
    """
    tree = ast.parse(source)
    words = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    names = {
        "all": _local_names(tree),
        "self": _own_names(tree),
        "given": dict(given),
        "words": dict.fromkeys(words),
    }
    original, seen = ast.unparse(tree), set()
    seen.add(original)
    for node in ast.walk(tree):
        if isinstance(node, (ast.arguments, ast.keyword)) and getattr(node, "arg", "strict") == "strict":
            continue  # defaults and strict=True are not part of what is asked
        for field, value in ast.iter_fields(node):
            for change in _changes(field, value, names):
                setattr(node, field, change)
                with contextlib.suppress(Exception):
                    text = ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree)))
                    if text not in seen:
                        seen.add(text)
                        yield told(original, text), text
                setattr(node, field, value)


def _changes(field, value, names):
    if field == "ifs" and value:  # the condition of a comprehension left out
        yield []
    if isinstance(value, ast.expr):
        yield from edits(value, names)
    elif isinstance(value, list) and value and isinstance(value[0], ast.stmt):
        if not isinstance(value[0], (ast.FunctionDef, ast.ClassDef)):
            yield from rewritten(value)
    elif isinstance(value, list):
        for k, one in enumerate(value):
            if isinstance(one, ast.expr):
                yield from ([*value[:k], other, *value[k + 1 :]] for other in edits(one, names))
            elif isinstance(one, ast.keyword) and one.arg != "strict":
                for other in edits(one.value, names):
                    yield [*value[:k], ast.keyword(one.arg, other), *value[k + 1 :]]


def _local_names(tree):
    """The arguments and variables, in the order in which they come."""
    names = dict.fromkeys(n.arg for n in ast.walk(tree) if isinstance(n, ast.arg) and n.arg != "self")
    names |= dict.fromkeys(
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    )
    return list(names)


def _own_names(tree):
    return list(
        dict.fromkeys(
            n.attr
            for n in ast.walk(tree)
            if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "self"
        )
    )


def told(original, text):
    """What was edited: the lines that are gone, and those in their place."""
    if sorted(map(str.strip, original.splitlines())) == sorted(map(str.strip, text.splitlines())):
        return f"moved: {_moved(original, text)}"
    old, new = (
        [line.strip() for line in difflib.ndiff(original.splitlines(), text.splitlines()) if line[0] == sign]
        for sign in "-+"
    )
    return " -> ".join("; ".join(line[1:].strip() for line in lines) or "nothing" for lines in (old, new))


def _moved(original, text):
    """The line that stands elsewhere, and the line that it now comes after."""
    lines = difflib.ndiff(original.splitlines(), text.splitlines())
    before, last = {}, ""
    for line in lines:
        if line[0] == "+":
            before[line[2:].strip()] = last
        if line[0] in " +":
            last = line[2:].strip()
    return "; ".join(f"{line} (after {previous})" for line, previous in before.items())


# --- trying them ----------------------------------------------------------------------------------------------


def source_of(asked):
    """The code that a student could write, and the name of what is checked."""
    if isinstance(asked, FunctionTask):
        return asked.code(), asked.reference.__name__
    bases = [c for c in reversed(asked.optimizer.__mro__) if c not in (object, Optimizer)]
    code = "\n".join(OptimizerTask(c).code() for c in bases)
    return _without_docstrings(code), asked.optimizer.__name__


def _without_docstrings(code):
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            node.body = node.body[1:]
    return ast.unparse(tree)


def given(asked):
    """{argument: the numbers, words and truth values that it has in the task's own cases}"""
    if isinstance(asked, OptimizerTask):
        cases = [{n: float(x) for n, x in settings.items()} for *_, settings in asked.walks()]
    else:
        parameters = list(inspect.signature(asked.reference).parameters)
        cases = [dict(zip(parameters, case, strict=True)) for case in asked.cases]
    values: dict[str, dict] = {}
    for case in cases:
        for name, value in case.items():
            if isinstance(value, (bool, int, float, str)):
                values.setdefault(name, {})[value] = None
    return values


def made(asked, text, name):
    """The function or class of a mutant's source, among the names that its reference sees."""
    scope = {"np": np, "__name__": "mutant"}
    if isinstance(asked, FunctionTask):
        scope = {**asked.reference.__globals__, "__name__": "mutant"}
    exec(compile(text, MUTANT, "exec"), scope)
    return scope[name]


def judge(asked):
    """A function that says whether code passes all of a task's cases; what is right is worked out only once."""
    if isinstance(asked, OptimizerTask):
        bare = OptimizerTask(asked.optimizer, settings=asked.settings)
        return lambda thing: bare.examine(thing).state == "right"
    rng = np.random.default_rng(0)
    fresh = [asked.fresh(rng) for _ in range(functions.FRESH)] if asked.fresh else []
    pairs = [(a, functions._of(asked.reference, a)) for a in (*asked.cases, *fresh)]

    def passes(function):
        return all(functions.examine(function, [pair], (), (), asked.rtol).state == "right" for pair in pairs)

    return passes


def survivors(name):
    """What was edited in each mutant that passes, as a list."""
    asked = task(name)
    source, called = source_of(asked)
    passes = judge(asked)
    with quickly():
        assert passes(made(asked, source, called)), "the reference itself"
        return [edit for edit, text in mutants(source, given(asked)) if _passes(passes, asked, text, called)]


def _passes(passes, asked, text, called):
    try:
        thing = made(asked, text, called)
    except Exception:  # no class any more
        return False
    return passes(thing)


class _TooMany(BaseException):
    pass


def _outcome(function, arguments):
    """What comes of a call, in this process; a limit on lines, not on time, is the same on every machine."""
    arguments = copy.deepcopy(arguments)
    before = [repr(plain_data.encode(a)) for a in arguments]
    left, traced = LINES, sys.gettrace()

    def watch(frame, event, _):
        nonlocal left
        if frame.f_code.co_filename != MUTANT:
            return None
        left -= 1
        if left < 0:
            raise _TooMany
        return watch

    sys.settrace(watch)
    try:
        value = function(*arguments)
    except _TooMany:
        return sandbox.Outcome("too slow", trouble="never ends")
    except Exception as error:
        return sandbox.Outcome("raised", error=type(error).__name__, trouble=f"raises {error!r}")
    finally:
        sys.settrace(traced)
    after = [repr(plain_data.encode(a)) for a in arguments]
    changed = tuple(str(k) for k, (one, other) in enumerate(zip(before, after, strict=True)) if one != other)
    return sandbox.Outcome("returned", plain_data.decode(plain_data.encode(value)), changed=changed)


@contextlib.contextmanager
def quickly():
    """Checks run in this process, and no known mistake is looked for: only whether code passes is asked."""

    def run(calls, _=None):
        return [_outcome(*one) for one in calls]

    with (
        mock.patch.object(sandbox, "run", run),
        mock.patch.object(OptimizerTask, "_recognised", lambda *_: []),
        warnings.catch_warnings(action="ignore"),
        np.errstate(all="ignore"),
    ):
        yield


def counted(name):
    """How many mutants a task's reference has."""
    asked = task(name)
    return sum(1 for _ in mutants(source_of(asked)[0], given(asked)))


def judged():
    """The names of the tasks, but only the first of those that ask for one class in one and the same way."""
    seen, kept = set(), []
    for name in sorted(tasks.names(), key=lambda name: name.startswith("bugs")):
        asked = task(name)
        alike = (asked.optimizer, repr(asked.settings)) if isinstance(asked, OptimizerTask) else name
        if alike not in seen:
            seen.add(alike)
            kept.append(name)
    return kept
