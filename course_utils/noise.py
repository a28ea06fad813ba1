"""Noise in the gradient: minibatches of a line fit, and how large a ball the noise keeps alive.

Walk with minibatch gradients as on any landscape:

    descend(SGD(lr=0.1), Minibatches(SIXTY_FOUR, batch=4, seed=0), start=(-0.5, 0), steps=100)
"""

import copy

import numpy as np

from course_utils.line_fit import FOUR, SIXTY_FOUR, LineFit
from course_utils.support.types import Array, Numeric, Stepper
from course_utils.support.validation import shown, whole_number

__all__ = [
    "FOUR",
    "SIXTY_FOUR",
    "LineFit",
    "Minibatches",
    "gradient_of",
    "largest_lr",
    "noise_ball",
    "noise_variance",
]


class Minibatches:
    """A landscape whose gradient is taken over a random batch, a new one at every call and for every point.

    data: a LineFit.  batch: B, the points per batch.  seed: of the draws.  replace: whether one batch may hold
    a point twice.  The values and the Hessian are those of the whole data set.
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
    """The variance of θ that noise sustains on f = λ θ²/2, where g = λ θ + ξ and ξ has mean 0, variance σ².

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


def largest_lr(data: LineFit, batch: int) -> float:
    """The learning rate up to which the variance of SGD's walks on a line fit stays finite, with batches as above.

    The noise of a batch grows with the distance from the minimum θ*. So one step takes the second moments s of θ − θ*,
    four numbers, to M s + (what does not depend on s), with H_S the Hessian over the batch and H its mean:

        M = E[(1 − η H_S) ⊗ (1 − η H_S)] = (1 − η H) ⊗ (1 − η H) + (η²/B) · mean of (H_i − H) ⊗ (H_i − H)

    They stay finite as long as all eigenvalues of M are below 1 in size. For B → ∞ that is η < 2/λ.
    batch: B, drawn with replacement.
    """
    batch = whole_number("batch", batch, 1)
    x = np.array(data.x, dtype=float)
    each = np.stack([x * x, x, x, np.ones_like(x)], axis=-1).reshape(-1, 2, 2)  # the Hessian of every f_i
    mean = each.mean(axis=0)
    spread = np.mean([np.kron(h - mean, h - mean) for h in each], axis=0) / batch

    def grows(lr: float) -> bool:
        step = np.eye(2) - lr * mean
        return bool(np.abs(np.linalg.eigvals(np.kron(step, step) + lr**2 * spread)).max() > 1)

    low, high = 0.0, float(2 / np.linalg.eigvalsh(mean).max())
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if grows(middle) else (middle, high)
    return low


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
