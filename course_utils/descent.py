"""Walk an optimizer over a landscape, and keep what happened: descend(...) -> Path."""

import copy
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational, Real
from typing import Any

import numpy as np

from course_utils.landscapes import Landscape
from course_utils.optimizers import gradient_point
from course_utils.support.types import Array, Numeric, Stepper
from course_utils.support.validation import in_floats, pure, require, shown, whole_number

#: A gradient and a step shorter than this count as zero, to the eye and for the status.
AT_REST = 1e-6


@dataclass(frozen=True)
class Path:
    """What happened, row by row: row t belongs to the point after t steps, row 0 to the start.

    positions: θ_t (Θ_t for Nesterov), shape (steps + 1, ..., 2).
    gradient_points: where the gradient of step t + 1 is taken: θ_t, or the look-ahead point.  Same shape.
    gradients: the gradient there.  Same shape.
    velocities: v_t, with v_0 = 0; for a method that keeps none, the step taken.  Same shape.
    losses: f(θ_t), shape (steps + 1, ...).
    status: of each trajectory, shape (...):
        "running"    none of the others;
        "converged"  at rest (gradient and last step < 1e-6) at a strict minimum;
        "stalled"    at rest elsewhere: on a saddle or a plateau;
        "diverged"   a number grew past the largest float, or was not a number.
    ended: the step at which it ended, shape (...): where it diverged, otherwise the number of steps.
        From there on the rows of a diverged trajectory are NaN.

    For a single trajectory status is a str and ended an int.
    """

    landscape: Landscape
    optimizer: Any
    positions: np.ndarray
    gradient_points: np.ndarray
    gradients: np.ndarray
    velocities: np.ndarray
    losses: np.ndarray
    status: Any
    ended: Any

    @property
    def steps(self) -> int:
        return len(self.positions) - 1


def descend(optimizer: Stepper, landscape: Any, start: Numeric, steps: int) -> Path:
    """Take `steps` steps downhill from `start`; the optimizer itself stays as it was.

    start: (x, y), or points of shape (..., 2). Hyper-parameters that are arrays broadcast against the
    points: lr of shape (1000, 1) walks 1000 paths at once. Where start and hyper-parameters are whole
    numbers and Fractions, at least one Fraction among them, the path is exact; otherwise it is in floats.

    A trajectory whose numbers overflow ends as "diverged" at that step, without a warning; the others go on.

    Raises TypeError unless given an optimizer and a landscape, and ValueError or TypeError for a start that is not
    (..., 2) finite numbers, hyper-parameters that do not broadcast against it, or steps that are not a whole
    number ≥ 0.
    """
    steps = whole_number("steps", steps, 0)
    if hasattr(optimizer, "gradient") and hasattr(landscape, "update"):
        raise TypeError("optimizer comes first, then landscape: descend(optimizer, landscape, start, steps)")
    require("optimizer", optimizer, "update", "an optimizer such as Momentum(lr=0.1)")
    require("landscape", landscape, "gradient", "a landscape such as BOWL")
    optimizer, theta = _made_ready(optimizer, start)
    params = {"theta": theta}
    positions, gradients, velocities = np.zeros((3, steps + 1, *theta.shape), theta.dtype)
    losses = np.zeros((steps + 1, *theta.shape[:-1]), theta.dtype)
    points = positions

    with np.errstate(all="ignore"):
        for t, (here, g) in enumerate(zip(positions, gradients, strict=True)):
            here[...] = params["theta"]
            point = gradient_point(optimizer, params)
            if points is positions and point is not params:
                points = positions.copy()
            there = here
            if points is not positions:
                there = points[t]
                there[...] = point["theta"]
            g[...] = landscape.gradient(there)
            if t < steps:
                optimizer.update(params, {"theta": g})
                v = getattr(optimizer, "v", None)
                if isinstance(v, dict) and "theta" in v:
                    velocities[t + 1] = v["theta"]
                else:  # a method that keeps none: the step it just took
                    np.subtract(params["theta"], here, out=velocities[t + 1])
        losses[...] = landscape(positions)  # all at once: no step depends on a height
        status, ended = _verdict(landscape, positions, points, gradients, velocities, losses)
    return Path(landscape, optimizer, positions, points, gradients, velocities, losses, status, ended)


def _made_ready(optimizer: Stepper, start: Numeric) -> tuple[Stepper, Array]:
    """A copy of the optimizer, and the parameters: both exact or both in floats, broadcast to one shape."""
    optimizer = copy.deepcopy(optimizer)
    theta = np.asarray(start)
    if theta.shape[-1:] != (2,):
        raise ValueError(f"start must be (x, y), or points of shape (..., 2), not {shown(start)}")
    if theta.dtype.kind not in "iufO" or not all(isinstance(x, Real) for x in theta.flat):
        raise TypeError(f"start must hold real numbers, not {shown(start)}")
    theta = pure(theta)

    attributes = getattr(optimizer, "__dict__", {})  # a class with __slots__ has none
    settings = {k: np.asarray(v) for k, v in attributes.items() if isinstance(v, (Real, np.ndarray))}
    shape = theta.shape
    for name, value in settings.items():
        try:
            shape = np.broadcast_shapes(shape, value.shape)
        except ValueError:
            raise ValueError(
                f"{name} of shape {value.shape} does not broadcast against points of shape {shape}; "
                f"for one path per value, give it the shape {(*value.shape, 1)}"
            ) from None
    if any(x.dtype == object for x in (theta, *settings.values())):
        exact = all(isinstance(x, Rational) for a in (theta, *settings.values()) for x in a.flat)
        theta = theta.astype(object) + Fraction(0) if exact else _floats(theta)
        for name in () if exact else [k for k, v in settings.items() if v.dtype == object]:
            setattr(optimizer, name, _floats(settings[name])[()])
    else:
        theta = in_floats(theta)
    if theta.dtype.kind == "f" and not np.isfinite(theta).all():
        raise ValueError(f"start must be finite, not {shown(start)}")
    return optimizer, np.array(np.broadcast_to(theta, shape))


def _verdict(
    landscape: Any, positions: Array, points: Array, gradients: Array, velocities: Array, losses: Array
) -> tuple[Any, Any]:
    """Status and last step of each trajectory; blanks the rows in which a number is no longer finite."""
    shape = losses.shape[1:]
    status, ended = np.full(shape, "running", dtype="<U9"), np.full(shape, len(losses) - 1)
    if positions.dtype != object:
        finite = np.isfinite(losses)
        for rows in (positions, gradients, velocities):
            finite &= np.isfinite(rows).all(axis=-1)
        finite = np.logical_and.accumulate(finite)
        diverged = ~finite[-1]
        status[diverged] = "diverged"
        ended[diverged] = np.argmin(finite, axis=0)[diverged]
        if diverged.any():
            for rows in (positions, points, gradients, velocities, losses):
                rows[~finite] = np.nan
    here, g = _floats(positions[-1]), _floats(gradients[-1])
    step = here - _floats(positions[-2:][0])
    at_rest = (np.linalg.norm(g, axis=-1) < AT_REST) & (np.linalg.norm(step, axis=-1) < AT_REST)
    if at_rest.any():
        lowest = np.linalg.eigvalsh(np.where(at_rest[..., None, None], landscape.hessian(here), 0))[..., 0]
        status[at_rest] = np.where(lowest > AT_REST, "converged", "stalled")[at_rest]
    return (status.item(), ended.item()) if shape == () else (status, ended)


def _floats(values: Array) -> Array:
    """Floats, infinite where an exact number is too large for one."""
    try:
        return values.astype(float)
    except OverflowError:
        return np.full(values.shape, np.inf)
