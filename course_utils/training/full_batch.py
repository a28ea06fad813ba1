"""Training on all images at once, with the largest curvature of the loss measured on the way.

    axes = few_axes(digits.x_train)
    network = seen_along(axes, TwoLayerNet(seed=0, dtype=np.float64))
    run = descent(network, SGD(lr=0.4), digits.x_train @ axes, digits.t_train, steps=300)
    run.losses, run.curvatures          # of each step; at each tenth step

Without minibatches nothing is random, and the loss is one landscape, as in lecture 01.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course_utils.curvature import top_eigenvalues
from course_utils.network import TwoLayerNet, backpropagate, forward
from course_utils.optimizers import Optimizer
from course_utils.support.one_thread import one_thread
from course_utils.support.types import Array
from course_utils.support.validation import whole_number
from course_utils.training.vector import stepping


@dataclass(frozen=True, eq=False)
class Descent:
    """What happened in one training on all images.

    losses: after 0, 1, 2, ... steps; shape (steps + 1,), or shorter where the loss became infinite or not a number.
    measured: the steps at which the curvature was measured, shape (k,).
    curvatures: λ_max there, the largest eigenvalue of the Hessian, shape (k,).
    shut: how many hidden units are shut for every image at the end.
    """

    losses: Array
    measured: Array
    curvatures: Array
    shut: int

    @property
    def rises(self) -> int:
        """How many steps made the loss larger."""
        return int((np.diff(self.losses) > 0).sum())


def descent(
    network: TwoLayerNet, optimizer: Optimizer, x: Array, t: ArrayLike, steps: int = 100, every: int = 10
) -> Descent:
    """Train the network in place, each step on all images.

    x: images, shape (n, inputs).  t: their digits, shape (n,).  steps: at most this many.
    every: the curvature is measured after 0, every, 2 · every, ... steps; 0: never.

    A loss that is infinite or not a number ends it, without a warning.
    """
    steps, every = whole_number("steps", steps, 0), whole_number("every", every, 0)
    x = network.images(x)
    t = network.labels(t, len(x))
    losses, measured, curvatures = [], [], []
    with (
        np.errstate(all="ignore"),
        one_thread(),
        stepping(optimizer, network) as (stepper, grads),
    ):
        for step in range(steps + 1):
            loss, gradient = backpropagate(network.params, x, t, network.activation, out=grads)
            if not math.isfinite(loss):
                break
            losses.append(loss)
            if every and step % every == 0:
                measured.append(step)
                curvatures.append(top_eigenvalues(network, x, t, tolerance=1e-4)[0])
            if step < steps:
                stepper.update(network.params, gradient)
        shut = int((forward(network.params, x, network.activation)[0].max(axis=0) <= 0).sum())
    return Descent(np.array(losses), np.array(measured, int), np.array(curvatures), shut)


# --- fewer inputs, and the same run ----------------------------------------------------------------------------


def few_axes(x: Array, rest: float = 1e-5) -> Array:
    """Axes at right angles that together hold all images: shape (inputs, k), k as small as may be.

    x: images, shape (n, inputs).  rest: a direction in which the images have less than this share of their largest
    extent is rounding, and is left out.
    """
    x = np.asarray(x, float)
    with one_thread():
        squares, directions = np.linalg.eigh(x.T @ x)
    return directions[:, squares > rest**2 * squares[-1]][:, ::-1]


def seen_along(axes: Array, network: TwoLayerNet) -> TwoLayerNet:
    """The same network for images in other axes: for x @ axes it does what `network` does for x.

    Gradient descent turns with the axes, and a direction in which no image has anything is one in which the weights
    never move. So both take the same steps, and their Hessians have the same eigenvalues, apart from zeros.

    axes: shape (inputs, k), columns at right angles and of length 1.  -> a new network with k inputs
    """
    _inputs, hidden, outputs = network.sizes
    turned = TwoLayerNet((axes.shape[1], hidden, outputs), network.activation, dtype=network.dtype)
    for name, p in network.params.items():
        turned.params[name][...] = axes.T @ p if name == "W1" else p
    return turned
