"""One edit from right: the line of wrong code in which a single small edit makes every case right.

    nearest(function, cases) -> Found(kinds, lines), or None

Or two slips: the edit leaves code that makes one of the usual mistakes, and no other.

It is asked only where no usual mistake explains the answers. The student's own functions are run again with one edit
of their syntax tree, in a process of their own, on all cases. The student is shown the line and the kind of edit, and not the edit.
"""

import ast
import copy
import inspect
import json
import os
import sys
import textwrap
import time
import types
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeGuard

import numpy as np

from course_utils.practice import plain_data, sandbox
from course_utils.practice.pickling import INSTALLED
from course_utils.practice.sandbox import Line
from course_utils.practice.tasks.comparing import same
from course_utils.practice.tasks.syntax_edits import ADDED, MOVED, PUT_IN, REPLACED, SIGNED, edits, own
from course_utils.support.language import gettext as _

Case: TypeAlias = tuple[
    Callable[..., Any], tuple[Any, ...], Any
]  # what is called, its arguments, what is expected
Place: TypeAlias = tuple[str, int]  # a file, and a line of it
Edited: TypeAlias = tuple[str, str, int, str]  # its kind, file and line, and the usual mistake that it leaves
Answers: TypeAlias = Mapping[str, Sequence[Any]]  # what each usual mistake gives, case by case

SEARCHING = 1.3  # seconds of computing until the search gives up: the same on a busy machine
SECONDS = 6.0  # on the clock, for everything in the process of the student's code
LINES = 20_000  # lines that a call with an edit may run: an edit can make a loop that never ends
TIMES_THE_LINES, AND_LINES = 10, 500  # that it may run where it is known how many right code runs
FEWEST = 4  # cases: fewer are too easily right by chance
MOST = 3  # lines that are shown
MOST_MISTAKES = 3  # that may be left after an edit
ENTRY = "entry "  # begins the name of what is given where one of several values is right, and the others as they were


@dataclass(frozen=True)
class Found:
    """The edits that make every case right, or as wrong as a usual mistake does.

    kinds: what they change, by the names in `told`.  lines: where, the first line first; none where there are too many.
    mistakes: the usual mistakes one of which is left after the edit; () where none is.
    each: whether every value that is returned needs an edit of its own.
    """

    kinds: tuple[str, ...]
    lines: tuple[Line, ...]
    mistakes: tuple[str, ...] = ()
    each: bool = False

    def __str__(self) -> str:
        """What to look at, in words; the edit itself is not told."""
        if self.each:
            return " ".join([_of_each(), *filter(None, [self.looked_at]), *self._as_well()])
        if len(self.kinds) > 1:
            return _("Your code is one small change away from right, and the change is in this line.")
        return " ".join([told()[self.kinds[0]], *self._elsewhere()])

    @property
    def looked_at(self) -> str:
        """What to look at in the line; "" where several kinds of edits would do."""
        return told()[self.kinds[0]] if len(self.kinds) == 1 else ""

    def beside(self, said: Collection[str]) -> str:
        """The same, except for what was said already.  said: kinds of edits that another sentence has asked for."""
        return "" if set(self.kinds) <= set(said) else str(self)

    def _as_well(self) -> Iterator[str]:
        """In which other line there is something to change."""
        for line in self.lines[1:2]:
            yield _("There is something to change in line {number} as well.").format(number=line.number)

    def _elsewhere(self) -> Iterator[str]:
        """That the change may belong in another line."""
        numbers = [str(line.number) for line in self.lines[1:]]
        if len(numbers) == 1:
            yield _("Or the same kind of change is needed in line {number}.").format(number=numbers[0])
        elif numbers:
            yield _("Or the same kind of change is needed in line {number} or {other}.").format(
                number=numbers[0], other=numbers[1]
            )


def _of_each() -> str:
    return _("Each of the values that go wrong is one small change away from right.")


def told() -> dict[str, str]:
    """What is said about each kind of edit, where it is the only one that fits."""
    return {
        "sign": _("Look at the signs in this line: one of them is the wrong way round."),
        "operator": _("Look at this line: is everything multiplied, divided, added or subtracted as it should be?"),
        "whole": _("Look at the division in this line: // drops what comes after the decimal point."),
        "factor": _("Look at the numbers in this line: a factor such as 2 or ½ is missing, or there is one too many."),
        "quantity": _("Look at what is multiplied or divided in this line: one quantity is missing, or there is one too many."),
        "power": _("Look at the squares and roots in this line: one is missing, or there is one too many."),
        "term": _("Look at the sums and differences in this line: one term is missing, or there is one too many."),
        "axis": _("Look at the axis in this line: over which one is the sum, mean or largest value taken?"),
        "name": _("Look at the names in this line: one of them stands where another belongs."),
        "condition": _("Look at the condition in this line: for which values should it hold, and for which not?"),
        "count": _("Look at where this line starts counting and where it stops: one of the two is off by one."),
        "number": _("Look at the numbers in this line: one of them is not what it should be."),
        "fixed": _("Look at the numbers in this line: one of them stands where a name belongs."),
        "loop": _("Look at the indentation: does this line belong inside the loop, or outside?"),
        "branch": _("Look at the indentation: does this line belong under the `if`, or after it?"),
        "return": _("Look at the indentation of this `return`: it ends the function as soon as it is reached."),
        "gathered": _("Look at = and += in this line: should the new value replace the old one, or be added to it?"),
        "copy": _("Look at this line: does it need a copy, so that the original does not change along with it?"),
        "mean": _("Look at this line: is a sum asked for, or a mean, and over how many?"),
        "function": _("Look at the functions that this line calls: is each the one that is meant?"),
        "bracket": _("Look at the brackets in this line: what should be computed first?"),
        "order": _("Look at the order in this line: two values have changed places."),
        "moved": _("Look at what is multiplied in this line: one factor stands here that belongs to another term."),
        "slope": _("Look at this line: is the derivative asked for, and not the function itself?"),
        "size": _("Look at this line: can the value be negative, and should its sign count?"),
        "rounding": _("Look at how this line rounds: should it be up, down, or to the nearest whole number?"),
        "one off": _("Look at the value that this line returns: it is one too many, or one too few."),
        "words": _("Look at the words that are returned, from this line on: two of them have changed places."),
        "sequence": _("Look at when this line is reached: it comes too early or too late."),
        "together": _("This line and the next belong together: the second should still see the old values."),
        "needless": _("Look at this line: what would happen without it?"),
    }  # fmt: skip


def nearest(
    thing: Any,
    cases: Sequence[Case],
    rtol: float = 1e-9,
    atol: float = 0.0,
    mistakes: Answers | None = None,
    lines: Sequence[int] = (),
) -> Found | None:
    """Where one kind of edit, or edits of a single line, make every case right; None where nothing is certain.

    thing: the student's function or class.  cases: what is called, (arguments), what is expected; the one to try
        first is first.  mistakes: {name: what this usual mistake gives in each case}, for code with two slips; a name
        that begins with ENTRY stands for one of several values.  lines: how many right code runs in each case, if known.
    """
    sources = {key: text for key, text in map(source_of, functions_of(thing)) if text}
    if not sources or len(cases) < FEWEST or sys.platform == "emscripten":  # which has no other process
        return None
    expected = [right for *__, right in cases]
    told = {name: answers for name, answers in (mistakes or {}).items() if not _is_dull(answers, expected)}
    limits = [min(LINES, AND_LINES + TIMES_THE_LINES * n) for n in lines or [LINES] * len(cases)]
    asked = (thing, list(sources.items()), list(cases), rtol, atol, told, limits)
    try:
        outcome = sandbox.run([(search, asked)], seconds=SECONDS)[0]
    except sandbox.CannotRun:
        return None
    if outcome.kind != "returned" or not outcome.value:
        return None
    single = [one for one in outcome.value if not one[-1]]
    if single:
        return _certain(single)
    entries = [name for name in told if name.startswith(ENTRY)]
    by_entry = [[one for one in outcome.value if one[-1] == name] for name in entries]
    if by_entry and all(by_entry):
        return _in_each(by_entry)
    return _beside_a_mistake([one for one in outcome.value if one[-1] not in entries])


def _is_dull(answers: Sequence[Any], expected: Sequence[Any]) -> bool:
    """Whether most answers are the same, such as 0, and the right ones are not: then many an edit gives them."""
    most, most_expected = (
        max(Counter(json.dumps(plain_data.encode(each)) for each in some).values())
        for some in (answers, expected)
    )
    return most > max(len(answers) / 2, most_expected)


def _certain(found: Sequence[Edited]) -> Found | None:
    kinds = tuple(dict.fromkeys(kind for kind, *where in found))
    places = list(dict.fromkeys((file, line) for kind, file, line, __ in found))
    if len(places) > (MOST if len(kinds) == 1 else 1):
        return None
    return Found(kinds, _lines(places))


def _in_each(found: Sequence[Sequence[Edited]]) -> Found | None:
    """The edits by which the values come right one by one, where there is one line for each."""
    places = [{(file, line) for kind, file, line, __ in edits} for edits in found]
    if any(len(each) > 1 for each in places):
        return None
    kinds = [{kind for kind, *where in edits} for edits in found]
    common = sorted(set.intersection(*kinds)) or sorted(set.union(*kinds))
    return Found(tuple(common), _lines(sorted(set.union(*places))), each=True)


def _beside_a_mistake(found: Sequence[Edited]) -> Found | None:
    """The usual mistake that is left by an edit, or those that may be; and the line, where all edits are of one."""
    mistakes = tuple(dict.fromkeys(mistake for *__, mistake in found))
    if not 0 < len(mistakes) <= MOST_MISTAKES:
        return None
    kinds = tuple(dict.fromkeys(kind for kind, *where in found))
    places = list(dict.fromkeys((file, line) for kind, file, line, __ in found))
    return Found(kinds, _lines(places) if len(places) == len(mistakes) == 1 else (), mistakes)


def _lines(places: Sequence[Place]) -> tuple[Line, ...]:
    lines = [sandbox.line_at([file, line, "", 1]) for file, line in places]
    return tuple(line for line in lines if line)


def functions_of(thing: Any) -> Iterator[types.FunctionType]:
    """The student's own functions that are run: a function, with those of its file that it uses; or those of a class."""
    if isinstance(thing, types.FunctionType):
        yield from _used(thing, [])
    elif inspect.isclass(thing):
        held = {name: f for each in reversed(thing.__mro__) for name, f in vars(each).items()}
        yield from filter(_is_own, held.values())


def _used(function: types.FunctionType, seen: list[types.FunctionType]) -> Iterator[types.FunctionType]:
    if function in seen or not _is_own(function):
        return
    seen.append(function)
    yield function
    for name in function.__code__.co_names:
        other = function.__globals__.get(name)
        if isinstance(other, types.FunctionType) and other.__globals__ is function.__globals__:
            yield from _used(other, seen)


def _is_own(function: object) -> TypeGuard[types.FunctionType]:
    """Whether it is a plain function that no installed package and no file of the course has."""
    if not isinstance(function, types.FunctionType) or hasattr(function, "__wrapped__"):
        return False
    file = os.path.abspath(function.__code__.co_filename)
    return not file.startswith((_COURSE, *INSTALLED))


_COURSE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")) + os.sep


def _key(function: types.FunctionType) -> Place:
    return function.__code__.co_filename, function.__code__.co_firstlineno


def source_of(function: types.FunctionType) -> tuple[Place, str]:
    """(where a function stands, its code as it is written there; "" where none is kept)"""
    try:
        return _key(function), textwrap.dedent("".join(inspect.getsourcelines(function)[0]))
    except (OSError, TypeError, IndexError, SyntaxError):
        return _key(function), ""


# --- in the process of the student's code -----------------------------------------------------------------


def search(
    thing: Any,
    sources: list[tuple[Place, str]],
    cases: list[Case],
    rtol: float,
    atol: float,
    mistakes: Answers,
    limits: Sequence[int],
) -> list[Edited]:
    """(kind, file, line, the usual mistake that is left) of every edit that makes all cases right, or leaves a mistake.

    [] where there is no time for all but the last turns.
    """
    deadline, written = time.process_time() + SEARCHING, dict(sources)
    functions = [(f, as_tree(f, written.get(_key(f), ""))) for f in dict.fromkeys(functions_of(thing))]
    selves = [name for __, parsed in functions if parsed for name in own(parsed[1])]
    answers = {"": [expected for *__, expected in cases], **mistakes}
    found: list[Edited] = []
    for turn in (REPLACED, SIGNED, PUT_IN, MOVED, ADDED):
        if turn >= PUT_IN and any(not mistake for *__, mistake in found):
            break
        for function, parsed in functions:
            if parsed is None:
                continue
            module, tree = parsed
            original, read = function.__code__, _read(function, tree)
            for kind, line in edits(tree, turn, _sized(function, cases), selves):
                if time.process_time() > deadline:
                    return found if turn > PUT_IN else []
                code = as_code(module, original)
                if code is None:
                    continue
                function.__code__ = code
                same_as = _same_as(cases, answers, rtol, atol, limits)
                function.__code__ = original
                if not read <= _read(
                    function, tree
                ):  # where a name is no longer used, another mistake has been made
                    same_as = [name for name in same_as if not name]
                found += [(kind, original.co_filename, line, mistake) for mistake in same_as]
    return found


def _read(function: types.FunctionType, tree: ast.AST) -> set[str]:
    """The function's own names whose values are used."""
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return names.intersection(function.__code__.co_varnames)


def _same_as(
    cases: list[Case], answers: Answers, rtol: float, atol: float, limits: Sequence[int]
) -> list[str]:
    """Whose answers are given in all cases: "" for the right ones, and the names of usual mistakes."""
    left = list(answers)
    for k, (function, arguments, __) in enumerate(cases):
        given = copy.deepcopy(arguments)
        try:
            with np.errstate(all="ignore"), Limited(limits[k]):
                value = function(*given)
            value = plain_data.decode(plain_data.encode(value))
        except BaseException:
            return []
        left = [name for name in left if same(value, answers[name][k], rtol, atol)]
        if not left or plain_data.encode(given) != plain_data.encode(arguments):
            return []
    return left


def _sized(function: types.FunctionType, cases: list[Case]) -> set[str]:
    """The arguments that have a length, by name."""
    called, arguments, __ = cases[0]
    names = function.__code__.co_varnames[: function.__code__.co_argcount] if called is function else ()
    return {name for name, value in zip(names, arguments, strict=False) if hasattr(value, "__len__")}


def as_tree(
    function: types.FunctionType, text: str, exactly: bool = True
) -> tuple[ast.Module, ast.FunctionDef] | None:
    """A module to compile, and in it the function, with the lines of its file; None where the text is not its code.

    exactly: whether it is to be checked that it is; code of an imported module is compiled a little differently.
    """
    try:
        [tree] = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    if not isinstance(tree, ast.FunctionDef):
        return None
    code = function.__code__
    ast.increment_lineno(tree, code.co_firstlineno - 1)
    tree.decorator_list = []
    module = _around(tree, code)
    made = as_code(module, code)
    is_it = made is not None and (made.co_code == code.co_code or not exactly)
    return (module, tree) if is_it else None


def _around(tree: ast.FunctionDef, code: types.CodeType) -> ast.Module:
    """The function where it finds the variables around it: in its class, whose name goes into that of self.__name."""
    inner: ast.stmt = tree
    *__, held_by, ___ = ("", "", *code.co_qualname.split("."))
    if held_by.isidentifier():
        held = ast.parse(f"class {held_by}: pass").body[0]
        assert isinstance(held, ast.ClassDef)
        held.body, inner = [tree], held
    outer = ast.parse("def around(): pass").body[0]
    assert isinstance(outer, ast.FunctionDef)
    names = (n for n in code.co_freevars if n != "__class__")
    outer.body = [*(ast.Assign([ast.Name(n, ast.Store())], ast.Constant(None)) for n in names), inner]
    return ast.fix_missing_locations(ast.Module([outer], []))


def as_code(module: ast.Module, original: types.CodeType) -> types.CodeType | None:
    """The code of the function in a module; None where it cannot stand in the place of the original."""
    try:
        code = compile(module, original.co_filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, TypeError, RecursionError):
        return None
    for name in ("around", *original.co_qualname.split(".")[-2:-1], original.co_name):
        code = next((c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == name), code)
    fits = code.co_name == original.co_name and code.co_freevars == original.co_freevars
    return code if fits else None


def is_right(
    function: Callable[..., Any], arguments: Sequence[Any], expected: Any, rtol: float, atol: float
) -> bool:
    """Whether a call gives what is expected, and leaves its arguments as they were."""
    given = copy.deepcopy(arguments)
    try:
        with np.errstate(all="ignore"), Limited():
            value = function(*given)
        value = plain_data.decode(plain_data.encode(value))
        unchanged = plain_data.encode(given) == plain_data.encode(arguments)
    except BaseException:
        return False
    return unchanged and same(value, expected, rtol, atol)


def lines_run(function: Callable[..., Any], arguments: Sequence[Any]) -> int:
    """How many lines a call of right code runs, as far as LINES."""
    limited, given = Limited(), copy.deepcopy(list(arguments))
    try:
        with np.errstate(all="ignore"), limited:
            function(*given)
    except (_TooLong, Exception):
        return LINES
    return LINES - limited.left


class _TooLong(BaseException):
    pass


class Limited:
    """A limit on the lines that are run inside; the same on every machine."""

    def __init__(self, lines: int = LINES):
        self.left = lines

    def __enter__(self) -> None:
        self.before = sys.gettrace()
        sys.settrace(self.watch)

    def __exit__(self, *_: object) -> None:
        sys.settrace(self.before)

    def watch(self, frame: types.FrameType, *_: object) -> Any:
        self.left -= 1
        if self.left < 0:
            raise _TooLong
        return self.watch
