"""Pack a student's functions for another process, as bytes, with everything that they use."""

import contextlib
import functools
import inspect
import io
import marshal
import operator
import os
import sys
import sysconfig
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import cloudpickle  # type: ignore[import-untyped]

from course_utils.support.language import gettext as _
from course_utils.support.numbers import without_addresses

Function: TypeAlias = Callable[..., Any]
Call: TypeAlias = tuple[Function, tuple[Any, ...]]

INSTALLED = tuple(
    os.path.abspath(sysconfig.get_paths()[which]) for which in ("stdlib", "platstdlib", "purelib", "platlib")
)


class CannotRun(Exception):
    """The code cannot be handed to another process: the text says why, and what to change."""


def packed(calls: Sequence[Call]) -> bytes:
    """The calls as bytes, with everything that the functions use."""
    modules = [sys.modules.get(getattr(x, "__module__", None) or "") for x in _ours(calls)]
    by_value = [m for m in dict.fromkeys(modules) if m is not None and _is_students(m)]
    for module in by_value:
        cloudpickle.register_pickle_by_value(module)
    try:
        return _dumps(calls)
    except Exception as error:
        raise CannotRun(_unpackable(calls, error)) from None
    finally:
        for module in by_value:
            cloudpickle.unregister_pickle_by_value(module)


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Packs what cloudpickle leaves behind: where code was written, and functions that keep their answers."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, types.CodeType):  # with its file, which tells the line of an error
            return marshal.loads, (marshal.dumps(obj),)
        if isinstance(obj, _CACHED) and not _is_found_by_name(obj):
            return self._of_cached(obj)
        if isinstance(obj, functools.cached_property):  # up to Python 3.11 it holds a lock
            return _named_property, (obj.func, obj.attrname)
        return super().reducer_override(obj)

    def _of_cached(self, obj: Any) -> Any:
        function = obj.__wrapped__
        reduced = self.reducer_override(function) if inspect.isfunction(function) else NotImplemented
        if reduced is NotImplemented:
            return _cached, (obj.cache_parameters(), _itself, (function,))
        made, parts, *rest = reduced
        return _cached, (obj.cache_parameters(), made, parts), rest, None, None, _completed


_CACHED = type(functools.cache(len))


def _is_found_by_name(cached: Any) -> bool:
    """Whether the other process finds the same function by its name, in a file that is not the student's."""
    module = sys.modules.get(cached.__module__)
    if module is None or module.__name__ == "__main__" or _is_students(module):
        return False
    with contextlib.suppress(AttributeError):
        return operator.attrgetter(cached.__qualname__)(module) is cached
    return False


def _itself(value: Any) -> Any:
    return value


def _cached(parameters: dict[str, Any], made: Callable[..., Any], parts: tuple[Any, ...]) -> Any:
    """A function that keeps its answers, without its globals as yet: it may well be among them itself."""
    return functools.lru_cache(**parameters)(made(*parts))


def _completed(cached: Any, rest: Any) -> None:
    state, *_, set_state = rest
    set_state(cached.__wrapped__, state)


def _named_property(function: Callable[[Any], Any], name: str | None) -> Any:
    made = functools.cached_property(function)
    if name is not None:
        made.__set_name__(object, name)
    return made


def _dumps(value: object) -> bytes:
    with io.BytesIO() as file:
        _Pickler(file).dump(value)
        return file.getvalue()


def _ours(calls: Sequence[Call]) -> Iterator[Any]:
    for function, arguments in calls:
        yield function
        yield from (a for a in arguments if inspect.isfunction(a) or inspect.isclass(a))


def _is_students(module: types.ModuleType) -> bool:
    """Whether a module is a file of the student's own: it goes along as it is now, not as it is on disk."""
    name, file = module.__name__, getattr(module, "__file__", None)
    return name != "__main__" and name.partition(".")[0] != "course_utils" and not _is_installed(file)


def _is_installed(file: str | None) -> bool:
    """Whether a file belongs to Python or to an installed package."""
    return file is None or os.path.abspath(file).startswith(INSTALLED)


def _unpackable(calls: Sequence[Call], error: Exception) -> str:
    for thing in _ours(calls):
        for name, value in _used(thing, set()):
            try:
                _dumps(value)
            except Exception:
                return _(
                    "Your code uses {name}, a {kind}, which cannot be handed to the process that checks it: "
                    "hand what you need of it to your function as an argument."
                ).format(name=name, kind=type(value).__name__)
    told = _("Your code cannot be handed to the process that checks it: {error}").format(error=error)
    return without_addresses(told)


def _used(thing: Any, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """(name, value) of everything that a function, or the functions of a class, use from outside."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if inspect.isclass(thing):
        for value in vars(thing).values():
            yield from _used(value, seen)
    if isinstance(thing, _CACHED):
        thing = thing.__wrapped__
    if inspect.isfunction(thing):
        try:
            outside = inspect.getclosurevars(thing)
        except ValueError:  # a cell that is empty as yet
            return
        for name, value in {**outside.globals, **outside.nonlocals}.items():
            if inspect.isfunction(value) or inspect.isclass(value) or isinstance(value, _CACHED):
                yield from _used(value, seen)
            elif not inspect.ismodule(value):
                yield name, value
