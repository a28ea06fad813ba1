"""Check what a student's function returns: check(function, cases) says what was called, expected and got."""

import copy
import os

import numpy as np


def check(function, cases):
    """Call a function, case by case, up to the first that is not right.

    cases: [(arguments, expected), ...], with the arguments of a call as a tuple.

    A function that still raises NotImplementedError is to do, not wrong. Nothing is raised, so that "Run All"
    goes on; but where nbgrader runs the notebook to grade it, what is not right raises an AssertionError.
    """
    for arguments, expected in cases:
        call = f"{function.__name__}({', '.join(map(written, arguments))})"
        try:
            got = function(*copy.deepcopy(arguments))
        except NotImplementedError:
            return _not_yet(f"To do: {call} raises NotImplementedError. Write your code in its place.")
        except Exception as error:
            return _not_yet(f"Not yet: {call}\n  raises   {type(error).__name__}: {error}")
        if not same(got, expected):
            return _not_yet(f"Not yet: {call}\n  expected {written(expected)}\n  got      {written(got)}")
        print(f"Right: {call} = {written(got)}")


def _not_yet(message):
    print(message)
    if os.environ.get("NBGRADER_EXECUTION"):
        raise AssertionError(message)


def same(got, expected):
    """Whether two values are equal: numbers and arrays to nine digits, tuples and lists entry by entry."""
    if isinstance(expected, (tuple, list)):
        alike = isinstance(got, (tuple, list, np.ndarray)) and len(got) == len(expected)
        return alike and all(same(a, b) for a, b in zip(got, expected, strict=True))
    try:
        return np.shape(got) == np.shape(expected) and np.allclose(got, expected, rtol=1e-9, atol=1e-12)
    except (TypeError, ValueError):
        return False


def written(value):
    """A value as it is typed, with numbers to six digits: (1, [0.5, -2])."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        inside = ", ".join(map(written, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if isinstance(value, (float, np.floating)):
        return f"{value + 0.0:.6g}"
    return getattr(value, "__name__", None) or repr(value)
