"""The one place that refuses bad input: it names the argument, the value and what would be right."""

import math
from collections.abc import Mapping
from numbers import Real

import numpy as np

#: hyper-parameter: (which values it may take, the same in words)
HYPERPARAMETERS = {
    "lr": (lambda x: (x > 0) & (x < math.inf), "a finite number > 0"),
    "momentum": (lambda x: (x >= 0) & (x <= 1), "a number from 0 to 1"),
}

#: what an array of one kind can hold without cutting off: whole numbers < floats < Fractions (objects)
RANK = {"b": 0, "i": 0, "u": 0, "f": 1, "O": 2}


def validate(optimizer, params=None, grads=None):
    """Check an optimizer's hyper-parameters and, at an update, what it is asked to move.

    Runs before anything changes, so a refused call leaves parameters and state as they were.

    Raises ValueError (out of range, other keys, another shape) or TypeError (not a number, or a kind of
    number whose step would be cut off).
    """
    if params is not None and _is_usual(optimizer, params, grads):
        return
    hypers = {name: vars(optimizer)[name] for name in HYPERPARAMETERS if name in vars(optimizer)}
    for name, value in hypers.items():
        holds, words = HYPERPARAMETERS[name]
        if _rank(value) is None:
            raise TypeError(f"{name} must be {words}, not {shown(value)}")
        if not np.all(holds(value)):
            raise ValueError(f"{name} must be {words}, not {shown(value)}")
    if params is not None:
        _validate_update(hypers, getattr(optimizer, "v", None), params, grads)


def _is_usual(optimizer, params, grads):
    """Whether all is plainly in order: floats for settings, float arrays of one kind for the rest.

    This is what a training loop calls with, a million times: it must cost next to nothing. Everything else
    is looked at with care, and named, by the slow path.
    """
    settings = vars(optimizer)
    for name, (holds, _) in HYPERPARAMETERS.items():
        value = settings.get(name, 1.0)
        if value.__class__ is not float or not holds(value):
            return False
    state = settings.get("v") or params
    if not params.__class__ is grads.__class__ is dict or not len(params) == len(grads) == len(state):
        return False
    for name, p in params.items():
        g, v = grads.get(name), state.get(name)
        if not (p.__class__ is g.__class__ is v.__class__ is np.ndarray and p is not g):
            return False
        if not (
            p.shape == g.shape == v.shape and p.dtype is g.dtype and p.dtype.kind == "f" and p.flags.writeable
        ):
            return False
    return True


def _validate_update(hypers, state, params, grads):
    for what, other in ("params", params), ("grads", grads):
        if not isinstance(other, Mapping):
            raise TypeError(f'{what} must be a dict such as {{"theta": array}}, not {shown(other)}')
    for what, other in ("grads", grads), ("the velocity of the steps before", state):
        if other is not None and other.keys() != params.keys():
            raise ValueError(
                f"params has the keys {_keys(params)}, but {what} has {_keys(other)}: they must match"
            )
    highest = max(map(_rank, hypers.values()))
    shapes = [(name, np.shape(value)) for name, value in hypers.items() if np.ndim(value)]
    for name, p in params.items():
        g = grads[name]
        for what, value in ("params", p), ("grads", g):
            if _rank(value) is None:
                raise TypeError(f"{what}[{name!r}] must be an array or a number, not {shown(value)}")
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
            _validate_array(name, p, g, highest, state)


def _validate_array(name, p, g, highest, state):
    """An array changes in place: what is added to it must fit in it."""
    if max(_rank(g), highest) > _rank(p):
        raise TypeError(
            f"params[{name!r}] is an array of {p.dtype}, which would cut the step off: "
            + (
                "use floats, e.g. np.array([1.0, 2.0])"
                if _rank(p) == 0
                else "for Fractions, use an array of dtype object"
            )
        )
    if p is g:
        raise ValueError(
            f"grads[{name!r}] is the same array as params[{name!r}], so a step would change it: pass a copy"
        )
    if not p.flags.writeable:
        raise ValueError(f"params[{name!r}] is read-only: pass a copy of it")
    if state is not None and np.shape(state[name]) != p.shape:
        raise ValueError(
            f"params[{name!r}] has shape {p.shape}, but had {np.shape(state[name])} in the steps before: "
            "take a new optimizer for new parameters"
        )


def _rank(value):
    """Where a number or array stands in RANK; None where it is neither."""
    if value.__class__ is float:  # by far the usual case
        return 1
    if isinstance(value, np.ndarray):
        rank = RANK.get(value.dtype.kind)
        return rank if rank != 2 or all(isinstance(x, Real) for x in value.flat) else None
    return RANK[np.asarray(value).dtype.kind] if isinstance(value, Real) else None


def _broadcasts(shape, to):
    try:
        return np.broadcast_shapes(shape, to) == to
    except ValueError:
        return False


def _keys(mapping):
    return ", ".join(sorted(map(repr, mapping))) or "none"


def shown(value):
    """A value as an error message shows it: short, on one line, with its type."""
    text = " ".join(repr(value).split())
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"
