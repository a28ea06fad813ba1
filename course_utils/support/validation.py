"""The one place that refuses bad input: it names the argument, the value and what would be right."""

import difflib
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from fractions import Fraction
from functools import lru_cache
from numbers import Integral, Rational, Real
from typing import Any, TypeAlias

import numpy as np

from course_utils.support.language import gettext as _
from course_utils.support.types import Array, Grads, Numeric, Params

Rule: TypeAlias = tuple[Callable[[Numeric], Numeric], str]

POSITIVE: Rule = (lambda x: (x > 0) & (x < math.inf), "a finite number > 0")
SHARE: Rule = (lambda x: (x >= 0) & (x < 1), "a number from 0 to less than 1")

#: hyper-parameter: (which values it may take, the same in words)
HYPERPARAMETERS: dict[str, Rule] = {
    "lr": POSITIVE,
    "momentum": (lambda x: (x >= 0) & (x <= 1), "a number from 0 to 1"),
    "rho": SHARE,
    "beta1": SHARE,
    "beta2": SHARE,
    "eps": POSITIVE,
    "weight_decay": (lambda x: (x >= 0) & (x < math.inf), "a finite number ≥ 0"),
}

#: what an array of one kind can hold without cutting off: whole numbers < floats < Fractions (objects);
#: unsigned numbers become floats as soon as they meet a sign
RANK = {"i": 0, "u": 1, "f": 1, "O": 2}
PLAIN = frozenset((float, int, np.float64))  # the kinds of plain numbers with which nothing can go wrong
NEITHER = -1  # neither a number nor an array of numbers


#: what others call a setting: what it is called here
ALSO_CALLED = {
    "learning_rate": "lr",
    "learningrate": "lr",
    "eta": "lr",
    "mu": "momentum",
    "alpha": "rho",
    "decay": "weight_decay",
    "epsilon": "eps",
    "beta_1": "beta1",
    "beta_2": "beta2",
}


def refuse_unknown_settings(cls: type, settings: Mapping[str, object]) -> None:
    """TypeError for a keyword that a class does not take, with the name that was probably meant."""
    if not settings:
        return
    takes = _taken(cls)
    if any(p.kind is p.VAR_KEYWORD for p in takes.values()):
        return
    for name, value in settings.items():
        if name not in takes:
            meant = ALSO_CALLED.get(name.lower())
            advice = f"; write {meant}={value!r}" if meant in takes else ""
            known = ", ".join(list(takes)[1:]) or "nothing"
            raise TypeError(f"{cls.__name__} takes {known}, but not {name}={value!r}{advice}")


@lru_cache(maxsize=64)  # reading a signature takes longer than a step
def _taken(cls: type) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(cls.__init__).parameters  # type: ignore[misc]


def require(name: str, value: object, attribute: str, right: str) -> None:
    """TypeError unless an argument has the attribute through which it is used; an instance, not its class.

    right: what the argument should be, in words.
    """
    if isinstance(value, type):
        raise TypeError(
            f"{name} must be {right}, not the class {value.__name__} itself: "
            f"call it, as in {value.__name__}(...)"
        )
    if not hasattr(value, attribute) or isinstance(value, Mapping):
        raise TypeError(f"{name} must be {right}, not {shown(value)}")


IN_THIS_ORDER = "the order is update(params, grads)"


def validate(optimizer: Any, *update: Any) -> None:
    """Check an optimizer's hyper-parameters and, at an update, (params, grads): what it is asked to move.

    Runs before anything changes, so a refused call leaves parameters and state as they were.

    A setting in small or unsigned whole numbers becomes a float.

    Raises ValueError (out of range, other keys, another shape) or TypeError (not a number, or a kind of
    number whose step would be cut off).
    """
    if update and is_usual(optimizer, *update):
        return
    hypers = {name: vars(optimizer)[name] for name in HYPERPARAMETERS if name in vars(optimizer)}
    for name, value in hypers.items():
        holds, words = HYPERPARAMETERS[name]
        if _rank(value) == NEITHER:
            raise TypeError(f"{name} must be {words}, not {shown(value)}")
        if not np.all(holds(value)):
            raise ValueError(f"{name} must be {words}, not {shown(value)}")
        if _wraps(value):
            setattr(optimizer, name, np.asarray(value, dtype=float)[()])
        if "eps" in hypers:
            _refuse_fractions(name, value)
    if update:
        _validate_update(hypers, states_of(optimizer), *update)


def states_of(optimizer: object) -> dict[str, dict[str, Any]]:
    """What an optimizer remembers of the steps before: {its name: a dict with the keys of params}."""
    attributes = getattr(optimizer, "__dict__", {})  # a class with __slots__ has none
    return {name: value for name, value in attributes.items() if isinstance(value, dict)}


def is_usual(optimizer: object, params: Params, grads: Grads) -> bool:
    """Whether all is plainly in order: plain numbers, or float arrays of one kind.

    This is what a loop passes, a million times, so it must cost next to nothing. The slow path looks at everything
    else with care, and names what is wrong.
    """
    kept = _kept_if_usual(optimizer)
    if kept is None or not params.__class__ is grads.__class__ is dict or len(params) != len(grads):
        return False
    states, shapes = kept
    mine, theirs = set(), set()  # what holds the numbers of params, and of grads: never the same memory
    for name, p in params.items():
        g = grads.get(name)
        if p.__class__ is g.__class__ is np.ndarray:
            if not (p.shape == g.shape and p.dtype is g.dtype and p.dtype.kind == "f" and p.flags.writeable):
                return False
            mine.add(id(p if p.base is None else p.base))
            theirs.add(id(g if g.base is None else g.base))
        elif not (p.__class__ in PLAIN and g.__class__ in PLAIN):
            return False
        for shape in shapes:
            if not _broadcasts(shape, np.shape(p)):
                return False
    for state in states:
        if len(state) != len(params):
            return False
        for name, p in params.items():
            v = state.get(name)
            if p.__class__ is np.ndarray:
                if not (v.__class__ is np.ndarray and v.shape == p.shape and v.dtype is p.dtype):
                    return False
            elif v.__class__ not in PLAIN:
                return False
    return mine.isdisjoint(theirs)


def _kept_if_usual(optimizer: object) -> tuple[list[dict[str, Any]], list[tuple[int, ...]]] | None:
    """-> (what an optimizer remembers, the shapes of those settings that are arrays), if all are numbers in range."""
    states: list[dict[str, Any]] = []
    shapes: list[tuple[int, ...]] = []
    for name, value in vars(optimizer).items():
        if value.__class__ is dict:
            states.append(value)
        elif name not in HYPERPARAMETERS:
            continue
        elif value.__class__ in PLAIN:
            if not HYPERPARAMETERS[name][0](value):
                return None
        elif value.__class__ is np.ndarray and value.dtype.kind == "f":
            if not HYPERPARAMETERS[name][0](value).all():
                return None
            shapes.append(value.shape)
        else:
            return None
    return states, shapes


def _validate_update(
    hypers: Mapping[str, Numeric], states: Mapping[str, dict[str, Any]], params: Params, grads: Grads
) -> None:
    for what, other, kind in ("params", params, MutableMapping), ("grads", grads, Mapping):
        if not isinstance(other, kind):
            raise TypeError(
                f'{what} must be a dict such as {{"theta": array}}, not {shown(other)}; {IN_THIS_ORDER}'
            )
    remembered = [(f"{name} of the steps before", state) for name, state in states.items()]
    for what, other in ("grads", grads), *remembered:
        if other.keys() != params.keys():
            raise ValueError(
                f"params has the keys {_keys(params)}, but {what} has {_keys(other)}: they must match"
            )
    takes_roots = "eps" in hypers
    highest = max(int(takes_roots), *map(_rank, hypers.values()))  # a root is a float, at least
    shapes = [(name, np.shape(value)) for name, value in hypers.items() if np.ndim(value)]
    for name, p in params.items():
        g = grads[name]
        for what, value in ("params", p), ("grads", g):
            if _rank(value) == NEITHER:
                raise TypeError(f"{what}[{name!r}] must be an array or a number, not {shown(value)}")
            if takes_roots:
                _refuse_fractions(f"{what}[{name!r}]", value)
        if np.shape(g) != np.shape(p):
            raise ValueError(
                f"grads[{name!r}] has shape {np.shape(g)}, but params[{name!r}] has {np.shape(p)}"
            )
        for what, shape in shapes:
            if not _broadcasts(shape, np.shape(p)):
                raise ValueError(
                    f"{what} has shape {shape}, which does not broadcast to params[{name!r}]: {np.shape(p)}"
                )
        if isinstance(p, np.ndarray):
            _validate_array(name, p, max(_rank(g), highest), grads)
        _refuse_wrapping(f"params[{name!r}]", p)
        _refuse_wrapping(f"grads[{name!r}]", g)
        for state in states.values():
            _validate_state(name, p, state[name])


def _wraps(value: object) -> bool:
    """16² is 0 in uint8, and 0 − 1 is 255: only signed whole numbers of 64 bits are wide enough."""
    dtype = getattr(value, "dtype", None)
    return dtype is not None and dtype.kind in "iu" and dtype != np.int64


def _refuse_wrapping(what: str, value: Any) -> None:
    if _wraps(value):
        raise TypeError(
            f"{what} must be in floats, not in {value.dtype}, whose products wrap round: {shown(value)}; "
            "convert it with np.asarray(..., dtype=float)"
        )


def _refuse_fractions(what: str, value: object) -> None:
    """Refuse Fractions for the methods with an ε, which divide by a square root."""
    if _rank(value) == 2:
        raise TypeError(
            f"{what} must be in floats, not {shown(value)}: "
            "this method takes square roots, and few Fractions have one"
        )


def _validate_array(name: str, p: Array, highest: int, grads: Grads) -> None:
    """An array changes in place: what is added to it must fit in it, and nothing else may change with it."""
    if highest > _rank(p) or (p.dtype.kind in "iu" and p.dtype != np.int64):
        raise TypeError(
            f"params[{name!r}] is an array of {p.dtype}, which would cut the step off: "
            + (
                "for Fractions, use an array of dtype object"
                if p.dtype.kind == "f"
                else "use floats, e.g. np.array([1.0, 2.0])"
            )
        )
    for other, g in grads.items():
        if isinstance(g, np.ndarray) and np.shares_memory(p, g):
            raise ValueError(
                f"grads[{other!r}] is the same array as params[{name!r}], or a view of it, "
                "so a step would change it: pass a copy"
            )
    if not p.flags.writeable:
        raise ValueError(f"params[{name!r}] is read-only: pass a copy of it; {IN_THIS_ORDER}")


def _validate_state(name: str, p: Numeric, v: Numeric) -> None:
    if np.shape(v) != np.shape(p):
        now, before = f"shape {np.shape(p)}", np.shape(v)
    elif isinstance(p, np.ndarray) and isinstance(v, np.ndarray) and p.dtype != v.dtype:
        now, before = f"dtype {p.dtype}", v.dtype
    else:
        return
    raise ValueError(
        f"params[{name!r}] has {now}, but had {before} in the steps before: "
        "take a new optimizer for new parameters"
    )


def _rank(value: object) -> int:
    """Where a number or array stands in RANK; NEITHER where it is none."""
    if value.__class__ is float:  # by far the usual case
        return 1
    if isinstance(value, np.ndarray):
        rank = RANK.get(value.dtype.kind, NEITHER)
        return rank if rank != 2 or all(map(is_real, value.flat)) else NEITHER
    return RANK.get(np.asarray(value).dtype.kind, NEITHER) if is_real(value) else NEITHER


def is_real(value: object) -> bool:
    """Whether it is one real number; a truth value does not count."""
    return isinstance(value, Real) and not isinstance(value, bool)


def whole_number(name: str, value: object, lowest: int, highest: int | None = None) -> int:
    """value as an int; ValueError unless it is a whole number in these bounds."""
    whole = int(value) if isinstance(value, Integral) and not isinstance(value, bool) else None
    if whole is None or whole < lowest or (highest is not None and whole > highest):
        bounds = f"≥ {lowest}" if highest is None else f"from {lowest} to {highest}"
        raise ValueError(f"{name} must be a whole number {bounds}, not {shown(value)}")
    return whole


def numbers_of_one_kind(**values: object) -> list[Numeric]:
    """Numbers and arrays to compute with, in the order given: exact where all are rational and one is a Fraction.

    Otherwise whole numbers in arrays become float64, since small and unsigned ones wrap around; float32 stays float32.

    Raises TypeError, which names the argument, for anything but a real number, or an array or list of them.
    """
    kept = {name: _plain(name, value) for name, value in values.items()}
    loose = [x for value in kept.values() for x in (value.flat if isinstance(value, np.ndarray) else [value])]
    fractions = any(isinstance(x, Fraction) for x in loose) or any(
        isinstance(value, np.ndarray) and value.dtype == object for value in kept.values()
    )
    if fractions and all(isinstance(x, (Rational, np.integer)) for x in loose):
        return [value.astype(object) if isinstance(value, np.ndarray) else value for value in kept.values()]
    return [in_floats(value) for value in kept.values()]


def _plain(name: str, value: object) -> Numeric:
    """A number as Python's own; an array or a list as an array, in which objects are Python's own numbers."""
    if is_real(value):
        return _pure(value)
    array = np.asarray(value) if isinstance(value, (list, tuple, np.ndarray)) else None
    exact = array is not None and array.dtype == object and all(map(is_real, array.flat))
    if array is None or not (array.dtype.kind in "iuf" or exact):
        raise TypeError(f"{name} must be a number or an array of numbers, not {shown(value)}")
    return pure(array)


def pure(array: Array) -> Array:
    """An array of objects with Python's own numbers in it, since NumPy's wrap around; any other as it is."""
    if array.dtype != object:
        return array
    out = np.empty(array.shape, object)
    for where in np.ndindex(array.shape):
        out[where] = _pure(array[where])
    return out


def _pure(x: Numeric) -> Numeric:
    if isinstance(x, Integral):
        return int(x)
    if isinstance(x, Rational):
        return Fraction(int(x.numerator), int(x.denominator))
    return float(x) if isinstance(x, np.floating) and x.dtype.itemsize <= 8 else x


def in_floats(value: Numeric) -> Numeric:
    """An array in floats: float32 and finer stay as they are, the rest becomes float64. A Fraction becomes a float."""
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind == "f" and value.dtype.itemsize >= 4 else value.astype(float)
    return float(value) if isinstance(value, Fraction) else value


@lru_cache(maxsize=256)  # asked at every step, of few shapes
def _broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, to) == to
    except ValueError:
        return False


def _keys(mapping: Mapping[str, object]) -> str:
    return ", ".join(sorted(map(repr, mapping))) or "none"


def shown(value: object) -> str:
    """A value as an error message shows it: short, on one line, with its type."""
    text = re.sub(r" at 0x[0-9A-Fa-f]+", "", " ".join(repr(value).split()))
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"


def close(name: object, names: Iterable[str]) -> list[str]:
    """Which of several names, such as "04 step", may be meant by a mistyped one; empty if none is close."""
    if not isinstance(name, str):
        return []
    plain = {_words_of(each): each for each in names}
    typed = _words_of(name)
    if typed in plain:
        return [plain[typed]]
    without_lecture = [each for key, each in plain.items() if key.partition(" ")[2] == typed]
    return without_lecture or [plain[key] for key in difflib.get_close_matches(typed, plain, 1, cutoff=0.7)]


def instead(name: object, names: Iterable[str], example: str) -> str:
    """A sentence that says which of the names, such as "04 step", a mistyped one may stand for."""
    known = list(names)
    nearest = close(name, known)
    if nearest:
        return _("Did you mean {names}?").format(names=", ".join(map(repr, nearest)))
    group = str(name).partition(" ")[0]
    same = [each for each in known if each.startswith(f"{group} ")]
    if same:
        return _("Those of {group} are {names}.").format(group=group, names=", ".join(map(repr, same)))
    return _("A name is the number of the lecture and a key, such as {example}.").format(
        example=repr(example)
    )


def _words_of(name: str) -> str:
    """A name in small letters, with a single space between its words."""
    return " ".join(re.findall(r"[^\W_]+", name.casefold()))
