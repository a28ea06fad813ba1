"""How fast each method goes down a quadratic.

In the eigenbasis of its Hessian every quadratic is a set of separate axes, each f = ½ λ θ² with its own
curvature λ. There one step is a matrix that takes (v, θ) to the next (v, θ):

    step_matrix(Momentum(lr, momentum), curvature)   R
    eigenvalues(optimizer, curvature)                of R: what a step multiplies the two modes by
    rate(optimizer, curvature)                       the larger of their sizes: the factor per step in the long run
    overall_rate(optimizer, curvatures)              of a whole quadratic: its slowest axis
    stability_limit(optimizer)                       below which η λ the rate is less than 1
    critical_momentum(method, lr, curvature)         the μ that is best on one axis
    tuned(method, curvatures)                        the optimizer that is best on a whole quadratic

The optimizers are those of optimizers.py, and any other class that says its LinearStep as `linear_step`. lr, momentum and
curvature may be arrays; they broadcast against each other. `step_matrix` is exact in Fractions.

Sources: Polyak 1964; O'Donoghue & Candès 2015 (arXiv:1204.3982); Lessard, Recht & Packard 2016
(arXiv:1408.3595); Goh 2017 (10.23915/distill.00006).
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead, Optimizer
from course_utils.support.types import Array, Numeric
from course_utils.support.validation import numbers_of_one_kind, shown

Rows: TypeAlias = tuple[tuple[Numeric, Numeric], tuple[Numeric, Numeric]]


class LinearStep(NamedTuple):
    """One step on one axis, with x = η λ.  matrix: its rows, for v and θ.  limit: of x, where it is stable."""

    matrix: Callable[[Numeric, Numeric], Rows]  # (x, μ) -> ((to v from v, from θ), (to θ from v, from θ))
    trace_det: Callable[
        [Numeric, Numeric], tuple[Numeric, Numeric]
    ]  # (x, μ) -> the sum and the product of its eigenvalues
    limit: Callable[[Numeric], Numeric]  # μ -> the x from which it is no longer stable


def _of_nesterov(matrix: Callable[[Numeric, Numeric], Rows]) -> LinearStep:
    """Its two forms have one trace, one determinant and one limit: they are one method."""
    return LinearStep(
        matrix=matrix,
        trace_det=lambda x, mu: ((1 + mu) * (1 - x), mu * (1 - x)),
        limit=lambda mu: 2 * (1 + mu) / (1 + 2 * mu),
    )


_STEPS: dict[type, LinearStep] = {
    SGD: LinearStep(
        matrix=lambda x, mu: ((0, -x), (0, 1 - x)),  # v is the step itself; nothing of it is kept
        trace_det=lambda x, mu: (1 - x, 0 * x),
        limit=lambda mu: 2,
    ),
    Momentum: LinearStep(
        matrix=lambda x, mu: ((mu, -x), (mu, 1 - x)),
        trace_det=lambda x, mu: (1 + mu - x, mu + 0 * x),
        limit=lambda mu: 2 * (1 + mu),
    ),
    NesterovLookahead: _of_nesterov(lambda x, mu: ((mu * (1 - x), -x), (mu * (1 - x), 1 - x))),
    Nesterov: _of_nesterov(lambda x, mu: ((mu, -x), (mu**2, 1 - (1 + mu) * x))),
}


def step_matrix(optimizer: Any, curvature: Numeric) -> Array:
    """R, which takes (v, θ) to (v, θ) after one step on the axis ½ λ θ²; for Nesterov's Θ form, (v, Θ).

    curvature: λ, a number or an array; below 0 on a saddle.  -> shape (..., 2, 2)

    Raises TypeError for another optimizer or a curvature that is not a number, ValueError for one that is not finite.
    """
    x, mu = _settings(optimizer, curvature)
    (a, b), (c, d) = _of(type(optimizer)).matrix(x, mu)
    entries = np.broadcast_arrays(*map(np.asarray, (a, b, c, d, x * mu)))[:4]
    return np.stack(entries, axis=-1).reshape(*entries[0].shape, 2, 2)


def eigenvalues(optimizer: Any, curvature: Numeric) -> Array:
    """The two eigenvalues of R: complex, shape (..., 2); of a pair of conjugates the upper one first.

    A pair of real ones comes with the larger in size first. SGD, without a second mode, has 0 for it.
    Arguments and errors as in `step_matrix`.
    """
    trace, det, square = _characteristic(optimizer, curvature)
    root = np.sqrt(np.abs(square))
    swings = square < 0
    far = (trace + np.where(trace < 0, -root, root)) / 2  # without cancellation
    near = np.divide(det, far, out=np.zeros_like(far), where=far != 0)
    pair = np.empty((*trace.shape, 2), complex)
    pair.real = np.where(swings[..., None], trace[..., None] / 2, np.stack([far, near], axis=-1))
    pair.imag = np.where(swings, root / 2, 0)[..., None] * np.array([1, -1])
    return pair


def rate(optimizer: Any, curvature: Numeric) -> Numeric:
    """The spectral radius of R, max |z|, shape (...): the factor by which a step shrinks an axis in the long run.

    Where the two eigenvalues are equal, the distance falls like t · rate^t, and the rate itself is sensitive: an
    error of 1e-16 in η moves it by about 1e-8. Arguments and errors as in `step_matrix`.
    """
    trace, det, square = _characteristic(optimizer, curvature)
    size = np.where(square < 0, np.sqrt(np.abs(det)), (np.abs(trace) + np.sqrt(np.maximum(square, 0))) / 2)
    return size[()]


def overall_rate(optimizer: Any, curvatures: Iterable[Numeric]) -> Numeric:
    """The rate on a whole quadratic: that of its slowest axis.

    curvatures: the eigenvalues of the Hessian, one after the other; each a number, or an array that
    broadcasts against lr and momentum.  -> shape (...)

    Raises ValueError where there is none, otherwise as `step_matrix`.
    """
    rates = [rate(optimizer, curvature) for curvature in curvatures]
    if not rates:
        raise ValueError("curvatures must hold at least one eigenvalue, not none")
    slowest = rates[0]
    for other in rates[1:]:
        slowest = np.maximum(slowest, other)
    return slowest


def stability_limit(optimizer: Any) -> Numeric:
    """For 0 < η λ below it the rate is less than 1 (at μ < 1), at it the axis swings forever.

    SGD 2, Momentum 2(1 + μ), Nesterov's method 2(1 + μ)/(1 + 2μ), and where v is updated too early
    2(1 + μ)/(1 + 2μ + 2μ²).

    Raises TypeError for another optimizer.
    """
    return _of(type(optimizer)).limit(getattr(optimizer, "momentum", 0))


def critical_momentum(method: type[Optimizer], lr: Numeric, curvature: Numeric) -> Numeric:
    """The μ at which the eigenvalues of one axis meet (critical damping): the best one for 0 < η λ ≤ 1.

    method: Momentum, (1 − √ηλ)², or Nesterov's in either form, (1 − √ηλ)/(1 + √ηλ).  lr, curvature: η and λ.

    Raises TypeError for another method, ValueError where η λ is not from 0 to 1.
    """
    lr, curvature = _finite(lr=lr, curvature=curvature)
    x = np.asarray(lr)[()] * np.asarray(curvature)[()]
    if not np.all((x >= 0) & (x <= 1)):
        raise ValueError(
            f"lr · curvature must be from 0 to 1 for a critical momentum, not {shown(np.asarray(x).tolist())}"
        )
    root = np.sqrt(x)
    if method is Momentum:
        return (1 - root) ** 2
    if method in (NesterovLookahead, Nesterov):
        return (1 - root) / (1 + root)
    raise TypeError(
        f"method must be Momentum, NesterovLookahead or Nesterov, the class itself, not {shown(method)}"
    )


def tuned(method: type[Optimizer], curvatures: Iterable[Numeric]) -> Any:
    """The optimizer of a method with the η and μ of the least overall rate on a quadratic.

    method: SGD, Momentum, NesterovLookahead or Nesterov, the class itself.
    curvatures: the eigenvalues of the Hessian, all > 0; the least and the greatest decide.

    With κ = greatest/least the rates are (κ − 1)/(κ + 1) for SGD, (√κ − 1)/(√κ + 1) for Momentum (Polyak, 1964),
    1 − 2/√(3κ + 1) for Nesterov's method (Lessard, Recht & Packard, 2016).

    Raises TypeError for another method, ValueError for curvatures that are not finite and > 0.
    """
    values = np.array([_finite(curvatures=value)[0] for value in curvatures], dtype=float)
    if not values.size or not (values > 0).all():
        raise ValueError(f"curvatures must all be greater than 0, not {shown(curvatures)}")
    least, greatest = values.min(), values.max()
    kappa = greatest / least
    if method is SGD:
        return SGD(float(2 / (least + greatest)))
    if method is Momentum:
        root = np.sqrt(kappa)
        lr = 4 / (np.sqrt(least) + np.sqrt(greatest)) ** 2
        return Momentum(float(lr), float(((root - 1) / (root + 1)) ** 2))
    if method in (NesterovLookahead, Nesterov):
        root = np.sqrt(3 * kappa + 1)
        return method(float(4 / (3 * greatest + least)), float((root - 2) / (root + 2)))
    raise TypeError(
        f"method must be SGD, Momentum, NesterovLookahead or Nesterov, the class itself, not {shown(method)}"
    )


# --- what they share ---------------------------------------------------------------------------------------


def _of(method: type) -> LinearStep:
    step = _STEPS.get(method) or getattr(method, "linear_step", None)
    if step is None:
        names = ", ".join(known.__name__ for known in _STEPS)
        raise TypeError(f"optimizer must be one of {names}, not one of {method.__name__}")
    return step


def _settings(optimizer: Any, curvature: Numeric) -> tuple[Numeric, Numeric]:
    """-> (x = η λ, μ), as arrays or numbers of one kind."""
    _of(type(optimizer))
    given = {"lr": optimizer.lr, "curvature": curvature, "momentum": getattr(optimizer, "momentum", 0)}
    lr, curvature, mu = (np.asarray(each)[()] for each in _finite(**given))
    return lr * curvature, mu


def _characteristic(optimizer: Any, curvature: Numeric) -> tuple[Array, Array, Array]:
    """-> trace, determinant and discriminant of R, float arrays of one shape."""
    x, mu = _settings(optimizer, curvature)
    trace, det = _of(type(optimizer)).trace_det(x, mu)
    trace, det = (part.astype(float) for part in np.broadcast_arrays(trace, det))
    return trace, det, trace**2 - 4 * det


def _finite(**values: Numeric) -> list[Numeric]:
    """The arguments, of one kind, when all are finite."""
    found = numbers_of_one_kind(**values)
    for name, value in zip(values, found, strict=True):
        array = np.asarray(value)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite, not {shown(values[name])}")
    return found
