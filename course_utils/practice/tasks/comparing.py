"""Whether two values are equal, as far as a task asks for it, and where they differ."""

from collections.abc import Iterator
from numbers import Number, Rational
from typing import Any

import numpy as np

from course_utils.support.types import Array


def same(got: Any, expected: Any, rtol: float = 1e-9, atol: float = 0.0) -> bool:
    """Whether two values are equal: numbers and arrays to nine digits, tuples and lists entry by entry.

    atol: what counts as 0 where 0 is expected.
    """
    if isinstance(expected, (str, type(None))):
        return type(got) is type(expected) and got == expected
    if isinstance(expected, dict):
        return (
            isinstance(got, dict)
            and got.keys() == expected.keys()
            and all(same(got[key], value, rtol, atol) for key, value in expected.items())
        )
    if isinstance(expected, (tuple, list)):
        alike = (
            isinstance(got, (tuple, list, np.ndarray)) and np.ndim(got) != 0
            if isinstance(got, np.ndarray)
            else isinstance(got, (tuple, list))
        )
        return (
            alike
            and len(got) == len(expected)
            and all(same(a, b, rtol, atol) for a, b in zip(got, expected, strict=True))
        )
    if isinstance(got, Rational) and isinstance(expected, Rational):
        return got == expected
    try:
        a, b = _floats(got), _floats(expected)
    except (TypeError, ValueError, OverflowError):
        return False
    if a.shape != b.shape:
        return False
    near = np.isclose(a, b, rtol=rtol, atol=rtol / 1000, equal_nan=True)
    return bool((near | ((b == 0) & (abs(a) <= atol))).all())


def zero(expected: object, rtol: float) -> float:
    """What counts as 0 where 0 is expected: rtol of the smallest of the other numbers that are expected."""
    return rtol * min((abs(x) for x in numbers(expected) if 0 < abs(x) < np.inf), default=0.0)


def numbers(value: object) -> list[Any]:
    """All numbers in tuples, lists, dicts and arrays, as floats."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        return [x for each in value for x in numbers(each)]
    try:
        return np.real_if_close(_floats(value)).ravel().tolist()
    except (TypeError, ValueError, OverflowError):
        return []


def _floats(value: object) -> Array:
    """Numbers as an array of floats or complex numbers. Raises TypeError for anything that is not a number."""
    array = np.asarray(value)
    if array.dtype.kind == "O" and not all(isinstance(x, Number) for x in array.flat):
        raise TypeError("not a number")
    if array.dtype.kind not in "biufcO":
        raise TypeError("not a number")
    return array.astype(complex if array.dtype.kind == "c" else float)


def differing(
    got: Any, expected: Any, rtol: float = 1e-9, atol: float = 0.0
) -> Iterator[tuple[str, Any, Any]]:
    """The entries that differ: (where, such as [2][0], what came out, what was expected).

    Nothing where the two have not the same entries.
    """
    got, expected = (x.tolist() if isinstance(x, np.ndarray) else x for x in (got, expected))
    if isinstance(expected, dict) and isinstance(got, dict) and got.keys() == expected.keys():
        places = list(expected)
    elif isinstance(expected, (tuple, list)) and isinstance(got, (tuple, list)) and len(got) == len(expected):
        places = list(range(len(expected)))
    else:
        return
    for at in places:
        if not same(got[at], expected[at], rtol, atol):
            deeper = [
                (f"[{at!r}]{place}", *pair) for place, *pair in differing(got[at], expected[at], rtol, atol)
            ]
            yield from deeper or [(f"[{at!r}]", got[at], expected[at])]
