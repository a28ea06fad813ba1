"""What kind of point this is, judged by the gradient and the Hessian: classify(gradient, hessian) -> Verdict."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from course_utils.support.types import Array, Number, Numeric
from course_utils.support.validation import is_real, pure, shown

#: In floats, a slope or a curvature of at most this size counts as zero. In Fractions zero means zero.
FLAT_SLOPE = 1e-3
FLAT_CURVATURE = 1e-2

Pair: TypeAlias = tuple[float, float]

SLOPE = "slope"
MINIMUM = "local minimum"
MAXIMUM = "local maximum"
SADDLE_POINT = "strict saddle"
DEGENERATE = "plateau / degenerate (higher order decides)"


@dataclass(frozen=True)
class Verdict:
    """What the ground is like at a point.

    kind: SLOPE, MINIMUM, MAXIMUM, SADDLE_POINT or DEGENERATE.
    slope: |g|, in height per unit of length.
    eigenvalues: of the Hessian, the smaller first: the curvatures, in height per length².
    directions: the unit eigenvector (x, y) of each, at a right angle to each other, pointing right or up.
    """

    kind: str
    slope: float
    eigenvalues: Pair
    directions: tuple[Pair, Pair]

    def __str__(self) -> str:
        return self.kind


def classify(gradient: Numeric, hessian: Numeric) -> Verdict:
    """Tell minimum, maximum, saddle, plateau and slope apart.

    gradient: g, shape (2,).  hessian: H, symmetric, shape (2, 2).  -> Verdict

    The eigenvalues have the product det H and the sum tr H, so these two tell their signs: exactly, where g and H
    hold Fractions. Floats count as zero up to FLAT_SLOPE and FLAT_CURVATURE.

    Raises TypeError or ValueError for what is not a gradient and a symmetric Hessian of finite numbers.
    """
    g, hessian = _numbers("gradient", gradient, (2,)), _numbers("hessian", hessian, (2, 2))
    (f_xx, f_xy), (f_yx, f_yy) = hessian
    if f_xy != f_yx:
        raise ValueError(f"hessian must be symmetric, not {shown(hessian.tolist())}")
    exact = all(isinstance(x, (int, Fraction)) for x in (*g, *hessian.flat))
    values, directions = _eigen(float(f_xx), float(f_xy), float(f_yy))
    if exact:
        signs = _signs(det=f_xx * f_yy - f_xy * f_yx, trace=f_xx + f_yy)
    else:
        signs = tuple(0 if abs(x) <= FLAT_CURVATURE else math.copysign(1, x) for x in values)
    slope = math.hypot(*map(float, g))
    sloping = any(g) if exact else slope > FLAT_SLOPE
    return Verdict(SLOPE if sloping else kind_without_slope(*signs), slope, values, directions)


def kind_without_slope(first: float, second: float) -> str:
    """The kind of a point where the slope is zero, from the signs of its two curvatures."""
    if first * second < 0:
        return SADDLE_POINT
    if first == 0 or second == 0:
        return DEGENERATE
    return MINIMUM if first > 0 else MAXIMUM


def _signs(det: Number, trace: Number) -> tuple[float, ...]:
    """The signs of two numbers with this product and this sum."""
    if det < 0:
        return -1, 1
    one = (trace > 0) - (trace < 0)
    return (one, one) if det > 0 else (one, 0)


def _eigen(a: float, b: float, c: float) -> tuple[Pair, tuple[Pair, Pair]]:
    """-> (eigenvalues, directions) of [[a, b], [b, c]]; the x and y axes where the curvature is the same in every direction."""
    middle, half = a / 2 + c / 2, math.hypot(a / 2 - c / 2, b)
    turn = math.atan2(2 * b, a - c) / 2  # the angle from the x axis to the direction of the larger one
    x, y = math.cos(turn), math.sin(turn)
    return (middle - half, middle + half), (_pointing_right(-y, x), _pointing_right(x, y))


def _pointing_right(x: float, y: float) -> Pair:
    """The same axis, written with x > 0, or x = 0 and y > 0."""
    x, y = round(x, 15) + 0.0, round(y, 15) + 0.0
    return (-x + 0.0, -y + 0.0) if x < 0 or (x == 0 and y < 0) else (x, y)


def _numbers(name: str, values: Numeric, shape: tuple[int, ...]) -> Array:
    array = np.array(values, dtype=object)
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, not {array.shape}")
    if not all(is_real(x) for x in array.flat):
        raise TypeError(f"{name} must hold real numbers or Fractions, not {shown(values)}")
    if not all(math.isfinite(x) for x in array.flat):
        raise ValueError(f"{name} must be finite, not {shown(values)}")
    return pure(array)
