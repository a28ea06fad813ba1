"""Numbers, and containers of numbers, as text: as the course writes them, rounded for a sentence, or as Python code.

written(Fraction(-31, 2))    −31/2         exactly, with a real minus sign
rounded(-31 / 3)             −10.33        four digits, for a sentence
typed((1, [-0.5]))           (1, [-0.5])   as it is typed in a cell
"""

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np

ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]{4,}| id='\d{9,}'")


def written(number: object) -> str:
    """A number as the course writes it: −31/2, 5."""
    return str(number).replace("-", "−")


def written_point(point: Iterable[object]) -> str:
    return "(" + ", ".join(map(written, point)) + ")"


def rounded(number: Any) -> str:
    """A number as every sentence of the course writes it: four digits, a true minus sign."""
    return written(f"{float(number) + 0.0:.4g}")


def rounded_point(point: Iterable[Any]) -> str:
    return "(" + ", ".join(map(rounded, point)) + ")"


def typed(value: object, longest: int = 200, digits: int = 6) -> str:
    """A value as it is typed, with numbers to six digits: (1, [0.5, -2])."""
    try:
        text = _typed(value, digits)
    except RecursionError:
        text = "a value that holds itself"
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def typed_apart(one: object, other: object) -> tuple[str, str]:
    """Two values as they are typed, with as many digits as it takes to see that they differ."""
    for digits in (6, 9, 12, 17):
        texts = typed(one, digits=digits), typed(other, digits=digits)
        if texts[0] != texts[1]:
            break
    return texts


def _typed(value: object, digits: int) -> str:
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        inside = ", ".join(_typed(x, digits) for x in value)
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_typed(k, digits)}: {_typed(x, digits)}" for k, x in value.items()) + "}"
    if isinstance(value, (float, complex)):
        return f"{value + 0.0:.{digits}g}"
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, int) and abs(value) >= 10**40:
        return f"a whole number of {value.bit_length()} bits"  # written out it would fill the page
    return named(value) or plainly(value)


def named(value: object) -> str | None:
    """The name of a function, a class or a module, or None."""
    name = getattr(value, "__name__", None)
    return name if isinstance(name, str) else None


def plainly(value: object) -> str:
    """A value on one line, whatever it is."""
    try:
        return without_addresses(" ".join(repr(value).split()))
    except Exception:
        return f"an object of the class {type(value).__name__}"


def without_addresses(text: str) -> str:
    """A text without where in memory something was: that is another number every time, and tells nobody anything."""
    return ADDRESS.sub("", text)
