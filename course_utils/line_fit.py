"""A small line fit, whose loss is a bowl.

A line z = x u + y is fitted to n points (u, z): the parameters are its slope x and its height y at u = 0. The
loss is the mean over the points of f_i(x, y) = (x u_i + y − z_i)² / 2.
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
    """Fit z = x u + y to points.  u, z: their coordinates, n numbers each; whole numbers keep everything exact."""

    u: tuple[Number, ...]
    z: tuple[Number, ...]

    def __post_init__(self) -> None:
        if len(self.u) != len(self.z) or len(self.u) < 2:
            raise ValueError(
                f"u and z must hold equally many numbers, at least two, not {len(self.u)} and {len(self.z)}"
            )
        for name in "uz":  # as Python's own numbers, which do not wrap around
            object.__setattr__(self, name, tuple(pure(np.array(getattr(self, name), dtype=object))))

    @property
    def n(self) -> int:
        return len(self.u)

    @cached_property
    def landscape(self) -> Landscape:
        """The loss over all points: a Landscape."""
        return self.of(range(self.n))

    def of(self, batch: Iterable[int]) -> Landscape:
        """The loss over some of the points only: a Landscape.  batch: their indices, counted from 0."""
        return _loss([self.u[i] for i in batch], [self.z[i] for i in batch])

    @cached_property
    def features(self) -> Array:
        """u², u, u z and z of every point, shape (n, 4): their means over a batch are all its gradient needs."""
        u, z = np.array(self.u, dtype=float), np.array(self.z, dtype=float)
        return np.stack([u * u, u, u * z, z], axis=-1)

    def gradients(self, theta: Numeric) -> Array:
        """The gradient of every f_i at theta: r (u_i, 1) with the residual r = x u_i + y − z_i.

        theta: shape (2,), floats or Fractions.  -> shape (n, 2)
        """
        theta = np.asarray(theta)
        u, z = np.array(self.u), np.array(self.z)
        if theta.dtype == object:
            u, z = u + Fraction(0), z + Fraction(0)
        theta = pure(theta) if theta.dtype == object else in_floats(theta)
        residual = theta[0] * u + theta[1] - z
        return np.stack([residual * u, residual], axis=-1)

    def gradient_variance(self, theta: Numeric) -> Array:
        """σ² along x and along y: the mean over the points of (∇f_i − g)².  -> shape (2,)"""
        each = self.gradients(theta)
        return ((each - each.sum(axis=0) / self.n) ** 2).sum(axis=0) / self.n


def _loss(u: Sequence[Number], z: Sequence[Number]) -> Landscape:
    """The Landscape (1/2n) Σ (x u_i + y − z_i)²; its polynomial is exact where u and z are whole numbers."""
    n, s_u, s_z = len(u), sum(u), sum(z)
    s_uu, s_uz, s_zz = (sum(a * b for a, b in zip(*two, strict=True)) for two in ((u, u), (u, z), (z, z)))
    determinant = s_uu * n - s_u**2
    lowest: tuple[Point, ...] = ()
    if determinant > 0:
        lowest = (((s_uz * n - s_u * s_z) / determinant, (s_uu * s_z - s_u * s_uz) / determinant),)
    return Landscape(
        name="line fit",
        formula=r"\frac{1}{2n}\sum_i (x u_i + y - z_i)^2",
        plain=_written(u, z) if n <= 4 else f"the mean of (x u + y − z)²/2 over {n} points",
        sentence=f"The loss of a line z = x u + y, fitted to {n} points.",
        bounds=(-1.0, 3.0, -0.5, 2.5),
        start=(-0.5, 0.0),
        minima=lowest,
        f=lambda x, y: (
            (s_uu * x**2 + 2 * s_u * x * y + n * y**2 - 2 * s_uz * x - 2 * s_z * y + s_zz) / (2 * n)
        ),
        partials=lambda x, y: ((s_uu * x + s_u * y - s_uz) / n, (s_u * x + n * y - s_z) / n),
        second=lambda x, y: ((x * 0 + s_uu) / n, (x * 0 + s_u) / n, x * 0 + 1),
    )


def _written(u: Sequence[Number], z: Sequence[Number]) -> str:
    """((2x + y − 4)² + (x + y − 1)²)/4"""
    squares = [f"({_term(a)} + y{_signed(-b)})²".replace("(0 + ", "(") for a, b in zip(u, z, strict=True)]
    inside = " + ".join(squares)
    return f"({inside})/{2 * len(u)}" if len(u) > 1 else f"{inside}/2"


def _term(a: Number) -> str:
    return "0" if a == 0 else f"{'−' if a < 0 else ''}{'' if abs(a) == 1 else abs(a)}x"


def _signed(b: Number) -> str:
    return "" if b == 0 else f" {'−' if b < 0 else '+'} {abs(b)}"


def _sixty_four() -> LineFit:
    """64 points around z = u + 1 whose mean u is 0, mean u² is 1/2, and mean squared residual is 1."""
    u = np.linspace(-1, 1, 64)
    u *= np.sqrt(0.5 / np.mean(u**2))
    r = np.random.default_rng(2).standard_normal(64)
    r -= r.mean()
    r -= u * (u @ r) / (u @ u)  # so that the best line is z = u + 1 exactly
    r /= np.sqrt(np.mean(r**2))
    return LineFit(tuple(u.tolist()), tuple((u + 1 + r).tolist()))


#: Small enough for a pencil; the best line is z = 6/5 u + 1.
FOUR = LineFit(u=(-2, -1, 1, 2), z=(-2, 1, 1, 4))

#: The curvatures are 1/2 along x and 1 along y, the minimum is (1, 1), and there σ² = 1 along y.
SIXTY_FOUR = _sixty_four()
