"""Plain data as text, for the way between two processes: numbers, arrays, text, tuples, lists, dicts and Fractions."""

import base64
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from numbers import Integral, Real
from typing import Any

import numpy as np

from course_utils.support.numbers import plainly


@dataclass(frozen=True)
class Other:
    """A value that is not plain data: the name of its type, and how it is written."""

    type: str
    text: str

    def __repr__(self) -> str:
        return self.text


def encode(value: object) -> Any:
    """A value in what JSON knows: itself, or {"kind": content}."""
    try:
        return _encoded(value)
    except RecursionError:
        return {"other": [type(value).__name__, "a value that holds itself"]}


def _encoded(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, np.ndarray):
        return _encoded_array(value)
    if isinstance(value, np.generic):
        return {"scalar": _encoded_array(value)}
    if isinstance(value, Fraction):
        return {"fraction": [hex(value.numerator), hex(value.denominator)]}
    if isinstance(value, Integral):
        whole = int(value)
        return {"whole": hex(whole)} if abs(whole) >= 2**63 else whole
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if isinstance(value, (tuple, list)):
        return {"tuple" if isinstance(value, tuple) else "list": [_encoded(x) for x in value]}
    if isinstance(value, Mapping):
        return {"dict": [[_encoded(k), _encoded(x)] for k, x in value.items()]}
    kind = "function" if inspect.isroutine(value) else type(value).__name__
    return {"other": [kind, plainly(value)[:200]]}


def _encoded_array(array: Any) -> Any:
    """An array, or a scalar of numpy's, which knows the same about itself."""
    shape, kind = list(array.shape), array.dtype.kind
    if kind in "biufc":
        return {"array": [array.dtype.str, shape, base64.b64encode(array.tobytes()).decode()]}
    if kind == "U" and not shape:
        return str(array)
    if kind in "OU":
        return {"objects": [shape, [_encoded(x) for x in array.flat]]}
    return {"other": [f"array of {array.dtype}", plainly(array)[:200]]}


def decode(told: Any) -> Any:
    """The value again that `encode` told."""
    if not isinstance(told, dict):
        return told
    [(kind, content)] = told.items()
    if kind in ("tuple", "list"):
        return {"tuple": tuple, "list": list}[kind](map(decode, content))
    if kind == "dict":
        return {_key(decode(k)): decode(x) for k, x in content}
    if kind == "fraction":
        return Fraction(int(content[0], 16), int(content[1], 16))
    if kind == "whole":
        return int(content, 16)
    if kind == "complex":
        return complex(*content)
    if kind == "scalar":
        return decode(content)[()]
    if kind == "array":
        dtype, shape, data = content
        return np.frombuffer(base64.b64decode(data), np.dtype(dtype)).reshape(shape).copy()
    if kind == "objects":
        array = np.empty(content[0], object)
        array.reshape(-1)[:] = [decode(x) for x in content[1]]
        return array
    return Other(*content)


def _key(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, tuple, Fraction, type(None))) else repr(value)
