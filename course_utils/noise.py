"""Noise in the gradient: minibatches of a small line fit, and the ball that noise keeps alive.

A line y = w x + b is fitted to n points (x, y): the parameters θ = (w, b) are its slope and its intercept. The loss
is the mean over the points of f_i(w, b) = (w x_i + b − y_i)² / 2: a bowl.

Walk on it with minibatch gradients as on any landscape:

    descend(SGD(lr=0.1), Minibatches(SIXTY_FOUR, batch=4, seed=0), start=(-0.5, 0), steps=100)
"""

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from course_utils.landscapes import Landscape
from course_utils.support.types import Array, Number, Numeric, Point, Stepper
from course_utils.support.validation import in_floats, pure, shown, whole_number

# --- data ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LineFit:
    """Fit y = w x + b to points.  x, y: their coordinates, n numbers each; whole numbers keep everything exact."""

    x: tuple[Number, ...]
    y: tuple[Number, ...]

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y) or len(self.x) < 2:
            raise ValueError(
                f"x and y must be equally many, two at least, not {len(self.x)} and {len(self.y)}"
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


# --- minibatches -----------------------------------------------------------------------------------------


class Minibatches:
    """A landscape whose gradient is taken over a random batch, a new one at every call and for every point.

    data: a LineFit.  batch: B, points a batch.  seed: of the draws.  replace: whether one point may be drawn
    twice in a batch.  The values and the Hessian are those of the whole data set.
    """

    def __init__(self, data: LineFit, batch: int, seed: int = 0, replace: bool = True):
        batch = whole_number("batch", batch, 1)
        if not replace and batch > data.n:
            raise ValueError(f"batch must be at most {data.n} without replacement, not {shown(batch)}")
        self.data, self.batch, self.replace = data, batch, replace
        self.rng = np.random.default_rng(seed)
        self.whole = whole = data.landscape
        self.bounds, self.minima, self.levels = whole.bounds, whole.minima, whole.levels
        self.hessian = whole.hessian

    def __call__(self, theta: Numeric) -> Numeric:
        return self.whole(theta)

    def draw(self, shape: tuple[int, ...] = ()) -> Array:
        """Indices of batches, shape (*shape, B)."""
        if self.replace:
            return self.rng.integers(self.data.n, size=(*shape, self.batch))
        return np.argsort(self.rng.random((*shape, self.data.n)), axis=-1)[..., : self.batch]

    def gradient(self, theta: Numeric) -> Array:
        theta = np.asarray(theta, dtype=float)
        means = self.data.features[self.draw(theta.shape[:-1])].mean(axis=-2)
        return gradient_of(means, theta)


def gradient_of(means: Array, theta: Array) -> Array:
    """The gradient over a batch, from the means of its features: shapes (..., 4) and (..., 2) -> (..., 2)."""
    xx, x, xy, y = np.moveaxis(means, -1, 0)
    w, b = theta[..., 0], theta[..., 1]
    return np.stack([xx * w + x * b - xy, x * w + b - y], axis=-1)


# --- the noise ball --------------------------------------------------------------------------------------


def noise_variance(
    lr: Numeric, momentum: Numeric = 0.0, curvature: Numeric = 1.0, gradient_variance: Numeric = 1.0
) -> Numeric:
    """The variance of θ that noise keeps up on f = λ θ²/2, where g = λ θ + ξ and ξ has mean 0, variance σ².

        Var θ = η σ² (1 + μ) / [λ (1 − μ) (2 (1 + μ) − η λ)]

    v ← μ v − η g, θ ← θ + v; momentum = 0 is SGD. Arrays broadcast. Lecture 02 derives it for SGD, lecture 06 for
    μ > 0.  Infinite where the method is not stable (μ = 1, or ηλ ≥ 2 (1 + μ)).

    Raises ValueError for lr or curvature ≤ 0, momentum outside 0 ... 1, gradient_variance < 0.
    """
    lr, mu, curvature, variance = (
        np.asarray(a, dtype=float) for a in (lr, momentum, curvature, gradient_variance)
    )
    for name, fine in {
        "lr must be > 0": lr > 0,
        "momentum must be from 0 to 1": (mu >= 0) & (mu <= 1),
        "curvature must be > 0": curvature > 0,
        "gradient_variance must be ≥ 0": variance >= 0,
    }.items():
        if not np.all(fine):
            raise ValueError(name)
    room = (1 - mu) * (2 * (1 + mu) - lr * curvature)
    with np.errstate(divide="ignore", invalid="ignore"):
        ball = np.where(room > 0, lr * variance * (1 + mu) / (curvature * room), np.inf)
    return ball[()]


def noise_ball(
    optimizer: Stepper,
    curvature: float = 1.0,
    sigma: float = 1.0,
    runs: int = 20_000,
    steps: int = 200,
    seed: int = 0,
) -> Array:
    """Where many independent walks on f = λ θ²/2 are after `steps` steps with a noisy gradient, from θ = 0.

    optimizer: its settings may be arrays of shape (k, 1), for k settings at once.  -> shape (runs,) or (k, runs)
    """
    optimizer = copy.deepcopy(optimizer)
    rng = np.random.default_rng(seed)
    shape = np.broadcast_shapes((runs,), *(np.shape(value) for value in vars(optimizer).values()))
    params = {"theta": np.zeros(shape)}
    for _ in range(steps):
        xi = sigma * rng.standard_normal(shape)
        optimizer.update(params, {"theta": curvature * params["theta"] + xi})
    return params["theta"]
