"""A number as a formula in the settings: 0.43 and 0.17, with μ = 0.57 and then 0.83, is 1 − μ."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TypeAlias

import numpy as np

from course_utils.support.numbers import typed

Settings: TypeAlias = Mapping[str, float]
Form: TypeAlias = tuple[int, str]  # whether it is above the line, 1, or below, -1; and how it is written

SYMBOLS = {
    "lr": "η", "momentum": "μ", "rho": "β", "beta1": "β₁", "beta2": "β₂", "weight_decay": "w",
}  # fmt: skip

RTOL = 1e-5  # as float32 allows


def as_formula(values: Sequence[float], settings: Sequence[Settings]) -> str | None:
    """The formula that has these values: "η", "1/(1 − μ)", "−2"; None where there is none so short.

    values: one for each choice of the settings.
    """
    sizes = np.abs(values)
    if not np.isfinite(sizes).all() or not sizes.all() or len(set(np.sign(values))) > 1:
        return None
    sign = "−" if values[0] < 0 else ""
    if np.allclose(sizes, sizes[0], rtol=RTOL, atol=0):
        return sign + typed(float(f"{sizes[0]:.4g}"))
    names = tuple(name for name in settings[0] if name in SYMBOLS)
    for text, found in _formulas(names, tuple(tuple(each[n] for n in names) for each in settings)):
        if np.allclose(found, sizes, rtol=RTOL, atol=0):
            return sign + text
    return None


@cache
def _formulas(
    names: tuple[str, ...], values: tuple[tuple[float, ...], ...]
) -> list[tuple[str, tuple[float, ...]]]:
    """[(formula, its values)], the short ones first: of one form, of two, and twice or half of one."""
    forms = [
        form for k, name in enumerate(names) for form in _forms(SYMBOLS[name], [each[k] for each in values])
    ]
    halves = [((side, "2"), [2.0**side] * len(values)) for side in (1, -1)]
    pairs = [*itertools.combinations(forms, 2), *itertools.product(halves, forms)]
    return [
        *((_written([form]), tuple(found)) for form, found in forms),
        *((_written([a, b]), tuple(x * y for x, y in zip(u, v, strict=True))) for (a, u), (b, v) in pairs),
    ]


def _forms(x: str, values: Sequence[float]) -> Iterator[tuple[Form, list[float]]]:
    bases = (
        (x, list(values)),
        (f"(1 − {x})", [1 - v for v in values]),
        (f"(1 + {x})", [1 + v for v in values]),
        (f"{x}²", [v * v for v in values]),
    )
    for text, found in bases:
        yield (1, text), found
        yield (-1, text), [1 / v for v in found]


def _written(forms: Sequence[Form]) -> str:
    above, below = ([text for side, text in forms if side == which] for which in (1, -1))
    top, bottom = " · ".join(above) or "1", " · ".join(below)
    if not below:
        return top
    return f"{top}/{bottom}" if len(below) == 1 else f"{top}/({bottom})"
