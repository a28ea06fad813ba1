"""How long the steps of the adaptive methods are: along a path, under given gradients, and at most."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from course_utils.descent import Path, descend
from course_utils.optimizers import SGD, AdaGrad, Adam, Optimizer, RMSProp
from course_utils.support.types import Array, Numeric, Stepper
from course_utils.support.validation import shown

RATES = np.geomspace(0.01, 10, 91)  # the learning rates that `fewest_steps` tries


def step_sizes(path: Path) -> Array:
    """What each coordinate of the gradient is multiplied by in the step from each point of a path.

    SGD: η.  AdaGrad and RMSProp: η/(√s + ε).  Adam and AdamW: η/(√ŝ + ε), which multiplies the average m̂.
    -> the shape of path.positions.

    Raises TypeError for another method.
    """
    optimizer, squares = path.optimizer, np.square(path.gradients.astype(float))
    if type(optimizer) is SGD:
        return np.broadcast_to(np.asarray(optimizer.lr, float), squares.shape).copy()
    if type(optimizer) is AdaGrad:
        s = np.cumsum(squares, axis=0)
    elif type(optimizer) is RMSProp:
        s = _averages(squares, optimizer.rho)
    elif isinstance(optimizer, Adam):
        steps = np.arange(1.0, len(squares) + 1).reshape(-1, *[1] * (squares.ndim - 1))
        s = _averages(squares, optimizer.beta2) / (1 - optimizer.beta2**steps)
    else:
        raise TypeError(f"path must be of SGD or an adaptive method, not {type(optimizer).__name__}")
    return np.asarray(optimizer.lr / (np.sqrt(s) + optimizer.eps))


def _averages(values: Array, beta: Numeric) -> Array:
    """s ← β s + (1 − β) value from s = 0, row by row."""
    out, s = np.empty_like(values), np.zeros_like(values[0])
    for t, value in enumerate(values):
        s = beta * s + (1 - beta) * value
        out[t] = s
    return out


def largest_step_size(optimizer: Optimizer, curvature: Numeric) -> Numeric:
    """The step size, as `step_sizes` counts it, above which swings grow on an axis ½ λ θ², if it stays as it is.

    SGD, AdaGrad, RMSProp: 2/λ.  Adam averages the gradient: at a constant step size a it is Momentum with μ = β₁ and
    the learning rate (1 − β₁) a, so 2 (1 + β₁)/((1 − β₁) λ).  curvature: λ > 0.
    """
    beta = getattr(optimizer, "beta1", 0.0)
    return 2 * (1 + beta) / ((1 - beta) * curvature)


def moves(optimizer: Stepper, gradients: Iterable[Numeric]) -> Array:
    """What each step adds to a parameter, or to an array of them, that is fed these gradients, the oldest first.

    The optimizer itself stays as it was.  -> shape (steps, ...)
    """
    optimizer, out = copy.deepcopy(optimizer), []
    for g in gradients:
        params: dict[str, Any] = {"theta": np.zeros(np.shape(g))}
        optimizer.update(params, {"theta": np.asarray(g, dtype=float)})
        out.append(params["theta"])
    return np.array(out)


def fewest_steps(
    method: Callable[[Array], Stepper], landscape: Any, start: Numeric, most: int = 600
) -> tuple[Numeric, Numeric]:
    """How soon a method can be within 0.1 of the minimum at 0 and stay there, with the best of 91 learning rates.

    method: takes learning rates of shape (91, 1) and gives the optimizer.  start: (x, y), or points of shape (..., 2).
    most: steps that are walked.
    -> (steps, η), each of shape (...); steps are inf where no η gets there.

    Raises TypeError where method is not callable.
    """
    if not callable(method):
        raise TypeError(f"method must be a class such as Adam, or a function of η, not {shown(method)}")
    starts = np.asarray(start, dtype=float)[..., None, :]
    positions = descend(method(RATES[:, None]), landscape, starts, steps=most).positions
    far = ~(np.linalg.norm(positions, axis=-1) < 0.1)  # NaN, where it diverged, is far
    counts = most + 1 - far[::-1].argmax(axis=0)
    steps = counts.min(axis=-1)
    return np.where(steps <= most, steps, np.inf)[()], RATES[counts.argmin(axis=-1)][()]
