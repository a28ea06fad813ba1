"""Single edits of a function's syntax tree, each of a kind that a student's slip of the pen can be undone by.

for kind, line in edits(tree): ...      the tree bears one edit now, and loses it before the next
"""

import ast
import copy
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeAlias, TypeGuard

Names: TypeAlias = dict[str, list[ast.expr]]
Edit: TypeAlias = tuple[str, ast.expr]
Body: TypeAlias = list[ast.stmt]

TURNED: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}
OTHER: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.Add: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
COMPARED = {
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
CALLED = {
    "max": ("min",), "min": ("max",), "argmax": ("argmin",), "argmin": ("argmax",), "ceil": ("floor",),
    "floor": ("ceil",), "cos": ("sin",), "sin": ("cos",), "exp2": ("exp",), "log10": ("log",), "log2": ("log",),
    "median": ("mean",), "std": ("var",), "var": ("std",), "ones_like": ("zeros_like",), "ones": ("zeros",),
    "minimum": ("maximum",), "maximum": ("minimum",), "empty_like": ("zeros_like",), "any": ("all",), "all": ("any",),
}  # fmt: skip
MEAN = {"sum": "mean", "mean": "sum"}
REDUCED = {
    "sum",
    "mean",
    "max",
    "min",
    "argmax",
    "argmin",
    "std",
    "var",
    "norm",
    "prod",
    "cumsum",
    "all",
    "any",
}
COUNTED = {"range", "arange", "linspace"}
NEAR = 3  # lines before a loop that may belong into it


#: what is tried in turn: what is written replaced, a sign put in, something else put in, a factor moved, a term added
REPLACED, SIGNED, PUT_IN, MOVED, ADDED = range(5)


def own(function: ast.AST) -> list[str]:
    """The names that a method uses after self."""
    return [n.attr for n in ast.walk(function) if _is_own(n)]


def edits(
    function: ast.FunctionDef, turn: int, sized: Collection[str] = (), selves: Iterable[str] = ()
) -> Iterator[tuple[str, int]]:
    """Edit a function in place, one edit at a time. -> (the kind of the edit that it bears now, the line it is in)

    turn: REPLACED, SIGNED, PUT_IN, MOVED or ADDED.  sized: the names of the arguments that have a length.  selves: those that
        methods of the same class use after self.
    """
    names = _names(function, selves)
    names["sized"] = [one for one in names["local"] if isinstance(one, ast.Name) and one.id in sized]
    nodes = [function, *(n for line in function.body for n in ast.walk(line) if not _is_left_alone(n))]
    if turn == MOVED:
        yield from _factors_moved(nodes, names)
        return
    if turn == REPLACED:
        yield from _words_swapped(nodes)
    for node in nodes:
        fields = ("body",) if node is function else node._fields
        for field in fields:
            value = getattr(node, field, None)
            for kind, line, change in _changes(node, field, value, names, turn):
                _locate(change, line)
                setattr(node, field, change)
                yield kind, line
                setattr(node, field, value)


def _words_swapped(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    """Two of the words that are returned, each in the place of the other."""
    words = [n.value for n in nodes if isinstance(n, ast.Return) and isinstance(n.value, ast.Constant)]
    words = [word for word in words if isinstance(word.value, str)]
    for one, other in itertools.combinations(dict.fromkeys(word.value for word in words), 2):
        turned = {one: other, other: one}
        pair = [word for word in words if word.value in turned]
        for _turn in range(2):
            for word in pair:
                word.value = turned[word.value]
            if not _turn:
                yield "words", min(word.lineno for word in pair)


def _factors_moved(nodes: Sequence[ast.AST], names: Names) -> Iterator[tuple[str, int]]:
    """A name that multiplies one term, taken from it and put to another."""
    places = [(node, field, value) for node in nodes for field, value in ast.iter_fields(node)]
    products = [
        (node, field, value, one, rest)
        for node, field, value in places
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult)
        for one, rest in ((value.left, value.right), (value.right, value.left))
        if isinstance(one, ast.Name)
    ]
    for node, field, value, one, rest in products:
        setattr(node, field, rest)
        for other, place, term in places:
            whole = isinstance(other, (ast.BinOp, ast.Assign, ast.AugAssign)) and place in (
                "left",
                "right",
                "value",
            )
            if whole and _is_quantity(term, names) and term not in (value, one, rest):
                product = ast.BinOp(one, ast.Mult(), term)
                _locate(product, term.lineno)
                setattr(other, place, product)
                yield "moved", value.lineno
                setattr(other, place, term)
        setattr(node, field, value)


def _locate(new: object, line: int) -> None:
    """Give a line to what is new, as the compiler asks; what is not new has one."""
    if isinstance(new, list):
        for each in new:
            _locate(each, line)
    elif isinstance(new, (ast.expr, ast.stmt, ast.keyword)) and not hasattr(new, "lineno"):
        new.lineno = new.end_lineno = line
        new.col_offset = new.end_col_offset = 0
        for child in ast.iter_child_nodes(new):
            _locate(child, line)


def _is_left_alone(node: ast.AST) -> bool:
    return isinstance(
        node, (ast.arguments, ast.arg, ast.JoinedStr, ast.FormattedValue, ast.Raise, ast.Import)
    )


def _names(function: ast.FunctionDef, selves: Iterable[str]) -> Names:
    """What may stand in the place of a name, and of self.something: arguments and variables, in order."""
    every = list(ast.walk(function))
    local = [
        a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg) and a.arg not in ("self", "cls")
    ]
    local += [n.id for n in every if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.id != "_"]
    return {
        "local": [ast.Name(n, ast.Load()) for n in dict.fromkeys(local)],
        "own": [ast.Attribute(ast.Name("self", ast.Load()), n, ast.Load()) for n in dict.fromkeys(selves)],
    }


def _is_own(node: ast.AST) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _changes(
    node: ast.AST, field: str, value: Any, names: Names, turn: int
) -> Iterator[tuple[str, int, Any]]:
    """(kind, line, what the field may hold instead)"""
    if field in (
        "targets",
        "target",
        "func",
        "annotation",
        "returns",
        "decorator_list",
        "ops",
        "optional_vars",
    ):
        return
    if turn != REPLACED and not isinstance(_one_of(value), ast.expr):
        return
    if field == "op" and isinstance(node, ast.AugAssign):
        if type(value) in TURNED:
            yield "sign", node.lineno, TURNED[type(value)]()
        for operator in OTHER.get(type(value), ()):
            yield "operator", node.lineno, operator()
        return
    if isinstance(node, ast.Return) and isinstance(value, ast.Name) and turn == REPLACED:
        yield from (("one off", value.lineno, new) for __, new in _one_more_or_less("", value))
    if isinstance(value, ast.expr):
        for kind, new in _of_expression(value, names, _place(node, field), turn):
            if not (kind == "sign" and isinstance(node, ast.Assign) and _is_count(value)):
                yield kind, value.lineno, new
    elif isinstance(value, list) and value and isinstance(value[0], ast.stmt):
        yield from _of_body(value, node)
    elif isinstance(value, list):
        for k, one in enumerate(value):
            if isinstance(one, ast.expr):
                for kind, new in _of_expression(one, names, "whole", turn):
                    if kind == "sign" and isinstance(node, ast.Tuple) and _is_count(one):
                        continue
                    yield kind, one.lineno, [*value[:k], new, *value[k + 1 :]]
    if field == "ifs" and value and turn == REPLACED:
        yield "condition", value[0].lineno, []


def _is_count(node: ast.expr) -> bool:
    """Whether it is a whole number, such as a counter begins with: its sign is no slip."""
    return isinstance(node, ast.Constant) and type(node.value) is int


def _one_of(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _place(node: ast.AST, field: str) -> str:
    """Whether an expression is a factor, an exponent, an index or another whole value."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div, ast.MatMult, ast.FloorDiv)):
        return "factor"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return "factor" if field == "left" else "exponent"
    if isinstance(node, ast.Subscript) and field == "slice":
        return "index"
    if isinstance(node, (ast.Attribute, ast.UnaryOp)):
        return "factor"
    if isinstance(node, ast.keyword) and node.arg in ("axis", "keepdims", "dtype"):
        return "set"
    return "whole"


# --- expressions --------------------------------------------------------------------------------------------


def _of_expression(node: ast.expr, names: Names, place: str, turn: int) -> Iterator[Edit]:
    if place == "set" or isinstance(node, ast.Starred):
        return
    if turn == REPLACED:
        within = _BY_KIND.get(type(node), _none)(node, names)
        numbers = ("number", "factor", "sign") if place == "exponent" else ()
        yield from (("power" if kind in numbers else kind, new) for kind, new in within)
        if place == "whole" and isinstance(node, ast.BinOp):
            yield from (("bracket", new) for new in _without_brackets(node))
        if place == "index":
            yield from _one_more_or_less("count", node)
    elif place in ("whole", "factor") and _is_quantity(node, names):
        if turn == ADDED:
            yield from _added(node, names, place)
        else:
            yield from _signed_anew(node, place) if turn == SIGNED else _put_in(node, names, place)


def _signed_anew(node: ast.expr, place: str) -> Iterator[Edit]:
    if place == "whole":
        yield "sign", ast.UnaryOp(ast.USub(), node)


def _put_in(node: ast.expr, names: Names, place: str) -> Iterator[Edit]:
    yield "power", ast.BinOp(node, ast.Pow(), ast.Constant(2))
    yield "power", ast.BinOp(node, ast.Pow(), ast.Constant(0.5))
    if place != "whole":
        return
    yield "size", _called("abs", node)
    yield "factor", ast.BinOp(node, ast.Mult(), ast.Constant(2))
    yield "factor", ast.BinOp(node, ast.Div(), ast.Constant(2))
    yield "copy", ast.Call(ast.Attribute(node, "copy", ast.Load()), [], [])
    for one in names["sized"]:
        for n in (_called("len", one), _first(ast.Attribute(one, "shape", ast.Load())), _sized(one)):
            yield "mean", ast.BinOp(node, ast.Div(), n)
    for one in (*names["local"], *names["own"]):
        yield "quantity", ast.BinOp(node, ast.Mult(), one)
        yield "quantity", ast.BinOp(node, ast.Div(), one)


def _added(node: ast.expr, names: Names, place: str) -> Iterator[Edit]:
    if place == "whole":
        for one in (*names["local"], *names["own"], ast.Constant(1)):
            yield "term", ast.BinOp(node, ast.Add(), one)
            yield "term", ast.BinOp(node, ast.Sub(), one)


def _without_brackets(node: ast.BinOp) -> Iterator[ast.expr]:
    """What a sum or product would be without one of its pairs of brackets."""
    whole = ast.unparse(node)
    for inner in ast.walk(node):
        if inner is not node and isinstance(inner, ast.BinOp):
            text = ast.unparse(inner)
            if f"({text})" in whole:
                yield _without_places(ast.parse(whole.replace(f"({text})", text, 1), mode="eval").body)


def _without_places(tree: ast.expr) -> ast.expr:
    """A tree whose lines are still to be given: those of its text are none of the function's."""
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            del node.lineno
    return tree


def _is_quantity(node: ast.expr, names: Names) -> bool:
    if isinstance(node, ast.Name):
        return any(node.id == each.id for each in names["local"] if isinstance(each, ast.Name))
    return isinstance(
        node, (ast.BinOp, ast.Call, ast.Subscript, ast.Attribute, ast.UnaryOp, ast.List, ast.ListComp)
    )


def _called(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _first(node: ast.expr) -> ast.expr:
    return ast.Subscript(node, ast.Constant(0), ast.Load())


def _sized(node: ast.expr) -> ast.expr:
    return ast.Attribute(node, "size", ast.Load())


def _none(node: Any, names: Names) -> Iterator[Edit]:
    return iter(())


def _arithmetic(node: ast.BinOp, names: Names) -> Iterator[Edit]:
    left, op, right = node.left, node.op, node.right
    if type(op) in TURNED:
        yield "sign", ast.BinOp(left, TURNED[type(op)](), right)
        yield from (("term", left), ("term", right))
    if isinstance(op, ast.Sub):
        yield "sign", ast.BinOp(right, op, left)
    if isinstance(op, ast.FloorDiv):
        yield "whole", ast.BinOp(left, ast.Div(), right)
    for operator in OTHER.get(type(op), ()):
        yield "operator", ast.BinOp(left, operator(), right)
    if isinstance(op, ast.Div):
        yield "operator", ast.BinOp(right, op, left)
    if isinstance(op, (ast.MatMult, ast.Pow)):
        yield "order", ast.BinOp(right, op, left)
    if isinstance(op, (ast.Mult, ast.Div)):
        yield _of_factor(right), left
        if isinstance(op, ast.Mult):
            yield _of_factor(left), right
    if isinstance(op, ast.Pow):
        yield "power", left
    if isinstance(op, ast.Mult):
        yield "power", ast.BinOp(left, ast.Pow(), right)
    yield from (("bracket", new) for new in _regrouped(node))
    slope = _slope(node)
    if slope is not None:
        yield "slope", slope


def _slope(node: ast.expr) -> ast.expr | None:
    """The derivative of a product with one square in it: α u for α u² / 2; None for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _slope(node.operand)
        return None if inner is None else ast.UnaryOp(node.op, inner)
    if not isinstance(node, ast.BinOp):
        return None
    left, op, right = node.left, node.op, node.right
    if isinstance(op, ast.Pow) and isinstance(right, ast.Constant) and right.value == 2:
        return ast.BinOp(ast.Constant(2), ast.Mult(), left)
    if isinstance(op, ast.Mult):
        of_left, of_right = _slope(left), _slope(right)
        if of_left is not None:
            return ast.BinOp(of_left, op, right)
        return None if of_right is None else ast.BinOp(left, op, of_right)
    of_left = _slope(left) if isinstance(op, ast.Div) else None
    return None if of_left is None else ast.BinOp(of_left, op, right)


def _of_factor(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return "factor"
    text = ast.unparse(node)
    return "mean" if text.startswith("len(") or ".shape" in text or text.endswith(".size") else "quantity"


def _regrouped(node: ast.BinOp) -> Iterator[ast.expr]:
    """The same operands and operators, computed in another order: a + (b·c) for (a + b)·c."""
    left, right = node.left, node.right
    if isinstance(left, ast.BinOp):
        yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, node.op, right))
    if isinstance(right, ast.BinOp):
        yield ast.BinOp(ast.BinOp(left, node.op, right.left), right.op, right.right)
    if isinstance(left, ast.UnaryOp):
        yield ast.UnaryOp(left.op, ast.BinOp(left.operand, node.op, right))
    for inner, outer in ((left, right), (right, left)):
        if isinstance(inner, ast.Call) and len(inner.args) == 1 and not inner.keywords:
            whole = ast.BinOp(inner.args[0], node.op, outer) if inner is left else None
            if whole is not None:  # f(a) + b as f(a + b)
                yield ast.Call(inner.func, [whole], [])


def _signed(node: ast.UnaryOp, names: Names) -> Iterator[Edit]:
    yield ("condition" if isinstance(node.op, ast.Not) else "sign"), node.operand
    if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.BinOp):
        inner = node.operand
        yield "bracket", ast.BinOp(ast.UnaryOp(node.op, inner.left), inner.op, inner.right)


def _comparison(node: ast.Compare, names: Names) -> Iterator[Edit]:
    for k, operator in enumerate(node.ops):
        for other in COMPARED[type(operator)]:
            yield (
                "condition",
                ast.Compare(node.left, [*node.ops[:k], other(), *node.ops[k + 1 :]], node.comparators),
            )
    sides = [node.left, *node.comparators]
    for k, side in enumerate(sides):
        if _is_quantity(side, names):
            new = [*sides[:k], _called("abs", side), *sides[k + 1 :]]
            yield "condition", ast.Compare(new[0], node.ops, new[1:])


def _and_or(node: ast.BoolOp, names: Names) -> Iterator[Edit]:
    yield "condition", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    yield from (("condition", each) for each in node.values)


def _choice(node: ast.IfExp, names: Names) -> Iterator[Edit]:
    yield "condition", ast.IfExp(node.test, node.orelse, node.body)


def _constant(node: ast.Constant, names: Names) -> Iterator[Edit]:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return
    yield "sign", ast.Constant(-value)
    yield from (("fixed", name) for name in names["local"])
    yield "factor", ast.Constant(2 * value)
    yield "factor", ast.Constant(value / 2)
    if isinstance(value, int) or value.is_integer():
        for other in {value + 1, value - 1, 0, 1} - {value, -value, 2 * value, value / 2}:
            yield "number", ast.Constant(other)


def _call(node: ast.Call, names: Names) -> Iterator[Edit]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for other in CALLED.get(name, ()):
        yield "function", _renamed(node, other)
    if name in MEAN and isinstance(node.func, ast.Attribute):
        yield "mean", _renamed(node, MEAN[name])
    if name == "sqrt" and len(node.args) == 1:
        yield "power", node.args[0]
    elif len(node.args) == 1 and name in ("abs", "exp", "log", "round", "int", "float", "floor"):
        yield "function", node.args[0]
    if name in ("int", "floor", "round") and len(node.args) == 1:
        minus = ast.UnaryOp(ast.USub(), node.args[0])
        yield "rounding", ast.UnaryOp(ast.USub(), ast.BinOp(minus, ast.FloorDiv(), ast.Constant(1)))
    if name in COUNTED and node.args:
        for k in range(len(node.args)):
            for kind, new in _one_more_or_less("count", node.args[k]):
                yield kind, ast.Call(node.func, [*node.args[:k], new, *node.args[k + 1 :]], node.keywords)
        if len(node.args) == 1:
            yield "count", ast.Call(node.func, [ast.Constant(1), *node.args], node.keywords)
            end = ast.BinOp(node.args[0], ast.Add(), ast.Constant(1))
            yield "count", ast.Call(node.func, [ast.Constant(1), end], node.keywords)
        else:
            yield "count", ast.Call(node.func, node.args[1:2], node.keywords)
    for k in range(len(node.args) - 1):
        swapped = [*node.args[:k], node.args[k + 1], node.args[k], *node.args[k + 2 :]]
        yield "order", ast.Call(node.func, swapped, node.keywords)
    if name in REDUCED:
        yield from (("axis", new) for new in _other_axes(node))


def _renamed(node: ast.Call, name: str) -> ast.Call:
    function: ast.expr = ast.Name(name, ast.Load())
    if isinstance(node.func, ast.Attribute):
        function = ast.Attribute(node.func.value, name, ast.Load())
    return ast.Call(function, node.args, node.keywords)


def _one_more_or_less(kind: str, node: ast.expr) -> Iterator[Edit]:
    if isinstance(node, (ast.Name, ast.BinOp, ast.Call, ast.Attribute)):
        yield kind, ast.BinOp(node, ast.Add(), ast.Constant(1))
        yield kind, ast.BinOp(node, ast.Sub(), ast.Constant(1))
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            yield kind, node.left


def _other_axes(node: ast.Call) -> Iterator[ast.expr]:
    """A sum, a mean or the like, over another axis, over all, or with its axis kept."""
    others = [k for k in node.keywords if k.arg not in ("axis", "keepdims")]
    kept = [k for k in node.keywords if k.arg == "keepdims"]
    axis = [k for k in node.keywords if k.arg == "axis"]
    true = [ast.keyword("keepdims", ast.Constant(True))]
    for number in (0, 1, -1):
        here = [ast.keyword("axis", ast.Constant(number))]
        yield ast.Call(node.func, node.args, [*here, *kept, *others])
        if not kept:
            yield ast.Call(node.func, node.args, [*here, *true, *others])
    if axis:
        yield ast.Call(node.func, node.args, [*kept, *others])
        yield ast.Call(node.func, node.args, [*axis, *([] if kept else true), *others])


def _subscript(node: ast.Subscript, names: Names) -> Iterator[Edit]:
    index = node.slice
    if isinstance(index, ast.Tuple):
        yield "order", ast.Subscript(node.value, ast.Tuple(index.elts[::-1], ast.Load()), ast.Load())
    if isinstance(index, ast.Slice):
        for field in ("lower", "upper"):
            end = getattr(index, field)
            others = [new for _, new in _one_more_or_less("count", end)] if end is not None else []
            if isinstance(end, ast.Constant) and isinstance(end.value, int):
                others += [ast.Constant(end.value + 1), ast.Constant(end.value - 1)]
            for other in [*others, *([None] if end is not None else [ast.Constant(1), _minus_one()])]:
                ends = {"lower": index.lower, "upper": index.upper, "step": index.step, field: other}
                yield "count", ast.Subscript(node.value, ast.Slice(**ends), ast.Load())


def _minus_one() -> ast.expr:
    return ast.UnaryOp(ast.USub(), ast.Constant(1))


def _sequence(node: ast.Tuple | ast.List, names: Names) -> Iterator[Edit]:
    for k in range(len(node.elts) - 1):
        swapped = [*node.elts[:k], node.elts[k + 1], node.elts[k], *node.elts[k + 2 :]]
        yield "order", type(node)(swapped, ast.Load())


def _attribute(node: ast.Attribute, names: Names) -> Iterator[Edit]:
    if node.attr == "T":
        yield "order", node.value
    if _is_own(node):
        yield from (("name", other) for other in names["own"] if other.attr != node.attr)  # type: ignore[attr-defined]


def _name(node: ast.Name, names: Names) -> Iterator[Edit]:
    if _is_quantity(node, names):
        yield from (("name", other) for other in names["local"] if other.id != node.id)  # type: ignore[attr-defined]


_BY_KIND: dict[type[ast.expr], Any] = {
    ast.BinOp: _arithmetic, ast.UnaryOp: _signed, ast.Compare: _comparison, ast.BoolOp: _and_or,
    ast.IfExp: _choice, ast.Constant: _constant, ast.Call: _call, ast.Subscript: _subscript,
    ast.Tuple: _sequence, ast.List: _sequence, ast.Attribute: _attribute, ast.Name: _name,
}  # fmt: skip


# --- statements ---------------------------------------------------------------------------------------------


def _of_body(body: Body, around: ast.AST) -> Iterator[tuple[str, int, Body]]:
    """(kind, line, the statements that may stand instead)"""
    for k, line in enumerate(body):
        before, after = body[:k], body[k + 1 :]
        if not isinstance(line, (ast.FunctionDef, ast.ClassDef)) and len(body) > 1:
            yield "needless", line.lineno, [*before, *after]
        if after:
            yield "sequence", line.lineno, [*before, after[0], line, *after[1:]]
            for together in _together(line, after[0]):
                yield "together", line.lineno, [*before, together, *after[1:]]
        if isinstance(line, (ast.For, ast.While, ast.If)):
            yield from _moved(line, before, after)
        if isinstance(line, ast.AugAssign) and isinstance(line.op, (ast.Add, ast.Sub)):
            yield "gathered", line.lineno, [*before, _assigned(line, line.value), *after]
        if isinstance(line, ast.Assign) and isinstance(
            line.targets[0], (ast.Name, ast.Attribute, ast.Subscript)
        ):
            added = ast.AugAssign(line.targets[0], ast.Add(), line.value)
            yield "gathered", line.lineno, [*before, added, *after]
        if isinstance(line, ast.AugAssign):
            old = copy.copy(line.target)
            old.ctx = ast.Load()
            yield "copy", line.lineno, [*before, _assigned(line, ast.BinOp(old, line.op, line.value)), *after]


def _assigned(line: ast.AugAssign, value: ast.expr) -> ast.stmt:
    return ast.Assign([line.target], value)


def _moved(line: ast.For | ast.While | ast.If, before: Body, after: Body) -> Iterator[tuple[str, int, Body]]:
    """A statement out of a block or into it."""
    usual = "branch" if isinstance(line, ast.If) else "loop"

    def kind(moved: ast.stmt) -> str:
        return "return" if isinstance(moved, ast.Return) else usual

    for field in ("body", "orelse"):
        inside: Body = getattr(line, field)
        if not inside:
            continue
        if after:
            yield (
                kind(after[0]),
                after[0].lineno,
                [*before, _with(line, field, [*inside, after[0]]), *after[1:]],
            )
        if len(inside) > 1:
            last = inside[-1]
            yield kind(last), last.lineno, [*before, _with(line, field, inside[:-1]), last, *after]
            for j, one in enumerate(inside[:-1] if usual == "loop" else inside):
                rest = [*inside[:j], *inside[j + 1 :]]
                yield kind(one), one.lineno, [*before, one, _with(line, field, rest), *after]
        if usual == "loop":
            for j in range(max(0, len(before) - NEAR), len(before)):
                rest = [*before[:j], *before[j + 1 :]]
                yield (
                    kind(before[j]),
                    before[j].lineno,
                    [*rest, _with(line, field, [before[j], *inside]), *after],
                )

    if isinstance(line, ast.If) and line.orelse:
        turned = copy.copy(line)
        turned.body, turned.orelse = line.orelse, line.body
        yield "condition", line.lineno, [*before, turned, *after]


def _with(line: ast.stmt, field: str, inside: Body) -> ast.stmt:
    changed = copy.copy(line)
    setattr(changed, field, inside)
    return changed


def _together(line: ast.stmt, following: ast.stmt) -> Iterator[ast.stmt]:
    """x = ... and y = ... as x, y = ..., ..., which sees the old values on its right."""
    pairs = [_pair(each) for each in (line, following)]
    if all(pairs):
        (x, a), (y, b) = pairs  # type: ignore[misc]
        joint = ast.Assign([ast.Tuple([x, y], ast.Store())], ast.Tuple([a, b], ast.Load()))
        yield joint


def _pair(line: ast.stmt) -> tuple[ast.expr, ast.expr] | None:
    """(the target, the value) of a statement that sets one variable."""
    if isinstance(line, ast.Assign) and len(line.targets) == 1 and not isinstance(line.targets[0], ast.Tuple):
        return line.targets[0], line.value
    if isinstance(line, ast.AugAssign):
        old = copy.copy(line.target)
        old.ctx = ast.Load()
        return line.target, ast.BinOp(old, line.op, line.value)
    return None
