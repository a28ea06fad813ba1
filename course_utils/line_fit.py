"""A small line fit, whose loss is a bowl.

A line y = w x + b is fitted to n points (x, y): the parameters θ = (w, b) are its slope and its intercept. The loss
is the mean over the points of f_i(w, b) = (w x_i + b − y_i)² / 2.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from course_utils.landscapes import Landscape
from course_utils.support.types import Array, Number, Numeric, Point
from course_utils.support.validation import in_floats, pure


@dataclass(frozen=True)
class LineFit:
    """Fit y = w x + b to points.  x, y: their coordinates, n numbers each; whole numbers keep everything exact."""

    x: tuple[Number, ...]
    y: tuple[Number, ...]

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y) or len(self.x) < 2:
            raise ValueError(
                f"x and y must hold equally many numbers, at least two, not {len(self.x)} and {len(self.y)}"
            )
        for name in "xy":  # as Python's own numbers, which do not wrap around
            object.__setattr__(self, name, tuple(pure(np.array(getattr(self, name), dtype=object))))

    @property
    def n(self) -> int:
        return len(self.x)

    @cached_property
    def landscape(self) -> Landscape:
        """The loss over all points: a Landscape."""
        return self.of(range(self.n))

    def of(self, batch: Iterable[int]) -> Landscape:
        """The loss over some of the points only: a Landscape.  batch: their indices, counted from 0."""
        return _loss([self.x[i] for i in batch], [self.y[i] for i in batch])

    @cached_property
    def features(self) -> Array:
        """x², x, x y and y of every point, shape (n, 4): their means over a batch are all its gradient needs."""
        x, y = np.array(self.x, dtype=float), np.array(self.y, dtype=float)
        return np.stack([x * x, x, x * y, y], axis=-1)

    def gradients(self, theta: Numeric) -> Array:
        """The gradient of every f_i at theta: r (x_i, 1) with the residual r = w x_i + b − y_i.

        theta: (w, b), floats or Fractions.  -> shape (n, 2)
        """
        theta = np.asarray(theta)
        x, y = np.array(self.x), np.array(self.y)
        if theta.dtype == object:
            x, y = x + Fraction(0), y + Fraction(0)
        w, b = pure(theta) if theta.dtype == object else in_floats(theta)
        residual = w * x + b - y
        return np.stack([residual * x, residual], axis=-1)

    def gradient_variance(self, theta: Numeric) -> Array:
        """The variance of a single point's gradient, along w and along b: the mean of (∇f_i − g)².  -> shape (2,)"""
        each = self.gradients(theta)
        return ((each - each.sum(axis=0) / self.n) ** 2).sum(axis=0) / self.n


def _loss(x: Sequence[Number], y: Sequence[Number]) -> Landscape:
    """The Landscape (1/2n) Σ (w x_i + b − y_i)²; its polynomial is exact where x and y are whole numbers."""
    n, s_x, s_y = len(x), sum(x), sum(y)
    s_xx, s_xy, s_yy = (sum(p * q for p, q in zip(*two, strict=True)) for two in ((x, x), (x, y), (y, y)))
    determinant = s_xx * n - s_x**2
    lowest: tuple[Point, ...] = ()
    if determinant > 0:
        lowest = (((s_xy * n - s_x * s_y) / determinant, (s_xx * s_y - s_x * s_xy) / determinant),)
    return Landscape(
        name="line fit",
        letters=("w", "b"),
        formula=r"\frac{1}{2n}\sum_i (w x_i + b - y_i)^2",
        plain=_written(x, y) if n <= 4 else f"the mean of (w x + b − y)²/2 over {n} points",
        sentence=f"The loss of a line y = w x + b, fitted to {n} points.",
        bounds=(-1.0, 3.0, -0.5, 2.5),
        start=(-0.5, 0.0),
        minima=lowest,
        f=lambda w, b: (
            (s_xx * w**2 + 2 * s_x * w * b + n * b**2 - 2 * s_xy * w - 2 * s_y * b + s_yy) / (2 * n)
        ),
        partials=lambda w, b: ((s_xx * w + s_x * b - s_xy) / n, (s_x * w + n * b - s_y) / n),
        second=lambda w, b: ((w * 0 + s_xx) / n, (w * 0 + s_x) / n, w * 0 + 1),
    )


def _written(x: Sequence[Number], y: Sequence[Number]) -> str:
    """((2w + b − 4)² + (w + b − 1)²)/4"""
    squares = [f"({_term(p)} + b{_signed(-q)})²".replace("(0 + ", "(") for p, q in zip(x, y, strict=True)]
    inside = " + ".join(squares)
    return f"({inside})/{2 * len(x)}" if len(x) > 1 else f"{inside}/2"


def _term(a: Number) -> str:
    return "0" if a == 0 else f"{'−' if a < 0 else ''}{'' if abs(a) == 1 else abs(a)}w"


def _signed(a: Number) -> str:
    return "" if a == 0 else f" {'−' if a < 0 else '+'} {abs(a)}"


def _sixty_four() -> LineFit:
    """64 points around y = x + 1 whose mean x is 0, mean x² is 1/2, and mean squared residual is 1."""
    x = np.linspace(-1, 1, 64)
    x *= np.sqrt(0.5 / np.mean(x**2))
    r = np.random.default_rng(2).standard_normal(64)
    r -= r.mean()
    r -= x * (x @ r) / (x @ x)  # so that the best line is y = x + 1 exactly
    r /= np.sqrt(np.mean(r**2))
    return LineFit(tuple(x.tolist()), tuple((x + 1 + r).tolist()))


#: Small enough for a pencil; the best line is y = 6/5 x + 1.
FOUR = LineFit(x=(-2, -1, 1, 2), y=(-2, 1, 1, 4))

#: The curvatures are 1/2 along w and 1 along b, the minimum is (1, 1), and a single point's gradient has the
#: variance 1 along b there.
SIXTY_FOUR = _sixty_four()
