"""What is wrong with every number of an answer in the same way: the sign, a factor, a term, a power, or a value that none may take.

look(tried, shown) -> a sentence, or None
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from course_utils.practice.tasks.comparing import same
from course_utils.practice.tasks.tried import Try, beginning_with, that_differ
from course_utils.support.language import gettext as _
from course_utils.support.numbers import typed
from course_utils.support.types import Array

Pair: TypeAlias = tuple[Array, Array]  # all numbers of one answer, and those expected

FEWEST = 4  # numbers, for a relation that holds with something that differs from case to case


def look(tried: Sequence[Try], shown: Try) -> str | None:
    """What all numbers have in common that go wrong; None where nothing strikes."""
    first = flat(shown)
    if first is None:
        return None
    wrong = beginning_with(shown, that_differ(tried))
    pairs = [flat(one) for one in wrong]
    known = [pair for pair in pairs if pair is not None]
    finite = [pair for pair in known if all(np.isfinite(x).all() for x in pair)]
    if len(known) < len(pairs) or not finite or finite[0] is not known[0]:
        return None
    if len(finite) < len(known):
        return _times(finite)
    if all(same(got, expected) for got, expected in known):  # only the shape is wrong
        return None
    return _sign(known) or _power(known) or _factor(wrong, known) or _times(known) or _term(wrong, known)


def flat(one: Try) -> Pair | None:
    """All numbers of an answer and those expected, in two equally long arrays; None where some are none, or missing."""
    got, expected = flattened(one.value), flattened(one.expected)
    if got is None or expected is None or got.shape != expected.shape or not got.size:
        return None
    return got, expected


def flattened(value: Any) -> Array | None:
    if isinstance(value, (tuple, list)):
        inside = [flattened(each) for each in value]
        known = [each for each in inside if each is not None]
        return np.concatenate([*known, []]) if len(known) == len(inside) else None
    if isinstance(value, dict):
        return flattened([value[key] for key in sorted(value, key=str)])
    if value is None or isinstance(value, str):
        return None
    try:
        return np.asarray(value, float).ravel()
    except (TypeError, ValueError):
        return None


def strange(shown: Try) -> str | None:
    """Where NaN and infinite numbers come from, where the answer has some that should be finite; else None."""
    pair = flat(shown)
    if pair is None:
        return None
    got, expected = pair
    if (np.isnan(got) & ~np.isnan(expected)).any():
        return _("NaN is not a number: it comes from 0/0, from ∞ − ∞, or from the root of a negative number.")
    if (np.isinf(got) & np.isfinite(expected)).any():
        return _("An infinite number comes from a division by 0, or from numbers that grow without end.")
    return None


def _sign(pairs: Sequence[Pair]) -> str | None:
    if all(same(got, -expected) for got, expected in pairs):
        return _("Every number has the wrong sign.")
    if all(same(abs(got), abs(expected)) for got, expected in pairs):
        if min(got.min() for got, expected in pairs) >= 0:
            return _("The sizes are right, but the sign is lost: what is asked for can be negative.")
        return _("The sizes are right, but not every sign.")
    return None


def _power(pairs: Sequence[Pair]) -> str | None:
    """That every number is the square, the root or the reciprocal of what is asked for."""
    got, expected = (np.concatenate(side) for side in zip(*pairs, strict=True))
    if len(set(np.round(abs(expected), 9)) - {0.0, 1.0}) < 2:
        return None
    if same(got, expected**2):
        return _("Every number is the square of what is asked for.")
    if (got >= 0).all() and same(got**2, expected):
        return _("Every number is the root of what is asked for.")
    if expected.all() and same(got, 1 / expected):
        return _("Every number is 1 divided by what is asked for.")
    return None


def _factor(wrong: Sequence[Try], pairs: Sequence[Pair]) -> str | None:
    """By which factor the numbers are wrong, the same one or one that follows from the arguments."""
    ratios = [_ratio(*pair) for pair in pairs]
    if any(ratio is None for ratio in ratios):
        return None
    counted = sum(len(expected) for got, expected in pairs)
    told = _named(wrong, [ratio for ratio in ratios if ratio is not None], counted)
    if not told:
        return None
    return _("In every case that goes wrong, your numbers are {factor} times what is asked for.").format(
        factor=told
    )


def _ratio(got: Array, expected: Array) -> float | None:
    """The factor of all numbers of one answer."""
    if not expected.any() or not got.any():
        return None
    at = int(np.argmax(abs(expected)))
    factor = float(got[at] / expected[at])
    return factor if same(got, factor * expected) else None


def _term(wrong: Sequence[Try], pairs: Sequence[Pair]) -> str | None:
    """What is added to every number, the same or something that follows from the arguments."""
    if any(len(got) > 1 for got, expected in pairs):
        return None
    told = _named(wrong, [float(got[0] - expected[0]) for got, expected in pairs], len(pairs), lone=False)
    if not told:
        return None
    if told.startswith("-"):
        return _("In every case that goes wrong, {term} is missing from your number.").format(term=told[1:])
    return _("In every case that goes wrong, your number is too large by {term}.").format(term=told)


def _named(wrong: Sequence[Try], values: Sequence[float], counted: int, lone: bool = True) -> str | None:
    """How values are written that belong to the cases: one number, or what follows from the arguments."""
    first = values[0]
    steady = all(math.isclose(value, first, rel_tol=1e-7) for value in values)
    if steady and len(values) >= 3 and typed(first) not in ("1", "0", "nan", "inf"):
        return typed(first)
    if steady or counted < FEWEST or len(wrong) < 3:
        return None
    known = [dict(_expressions(one.arguments)) for one in wrong]
    for name in known[0]:
        found = [each.get(name) for each in known]
        if all(
            x is not None and math.isclose(x, v, rel_tol=1e-7) for x, v in zip(found, values, strict=True)
        ):
            return name
        if not lone and all(
            x is not None and math.isclose(-x, v, rel_tol=1e-7) for x, v in zip(found, values, strict=True)
        ):
            return f"-{name}"
    return None


def _expressions(arguments: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """What follows from the arguments: (how it is written, its value), the simplest first."""
    plain = dict(_plain(arguments))
    for name, x in plain.items():
        yield name, x
        yield f"{name}²", x * x
        if x:
            yield f"1/{name}", 1 / x
            yield f"1/{name}²", 1 / x**2
        if x > 0:
            yield f"√{name}", math.sqrt(x)
            yield f"1/√{name}", 1 / math.sqrt(x)
    for name, x in plain.items():
        if not name.startswith("len("):
            yield f"(1 - {name})", 1 - x
            yield f"(1 + {name})", 1 + x
            if abs(x) != 1:
                yield f"1/(1 - {name})", 1 / (1 - x)
                yield f"1/(1 + {name})", 1 / (1 + x)
    for name, x in plain.items():
        for other, y in plain.items():
            if name < other:
                yield f"{name}·{other}", x * y
            if name != other and y:
                yield f"{name}/{other}", x / y


def _plain(arguments: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in arguments.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield name, float(value)
        elif isinstance(value, (tuple, list, np.ndarray)) and np.ndim(value):
            yield f"len({name})", float(len(value))


def _times(pairs: Sequence[Pair]) -> str | None:
    """That the numbers of each answer are wrong by a factor, as those of the first are; None where it is not so."""
    if np.count_nonzero(pairs[0][1]) < 2:
        return None
    factor, *others = (_ratio(got, expected) for got, expected in pairs)
    if factor is None or None in others or typed(factor) in ("1", "nan", "inf"):
        return None
    return _("Every number here is {factor} times what is asked for.").format(factor=typed(factor))
