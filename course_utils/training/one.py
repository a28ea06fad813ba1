"""One training of the network: minibatches in a seeded order, a step for each, and its History."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from course_utils.digits import Digits
from course_utils.network import TwoLayerNet, backpropagate
from course_utils.optimizers import gradient_point
from course_utils.support.ctrl_c import patient
from course_utils.support.language import gettext as _
from course_utils.support.progress_bar import progress_bar
from course_utils.support.types import Array, Stepper
from course_utils.support.validation import is_real, require, states_of, whole_number
from course_utils.training.vector import stepping


@dataclass(frozen=True, eq=False)
class History:
    """What happened in one training.

    losses: the loss of each step's minibatch, before the update, where the gradient was taken; shape (steps,).
    accuracies: on the test images, after 0, 1, 2, ... epochs; shape (epochs + 1,).
    status:
        "finished"     all steps were taken;
        "interrupted"  Ctrl-C: the network is as the last step of losses left it;
        "diverged"     the loss of the next step is infinite or not a number.
    seconds: how long the steps took, without the time for accuracies.
    floats: how many numbers the optimizer keeps beside the parameters: 39 760 for Momentum's velocity.
    """

    losses: np.ndarray
    accuracies: np.ndarray
    status: str
    seconds: float
    floats: int

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.losses)


def minibatches(x: Array, t: Array, batch_size: int = 100, seed: int = 0) -> Iterator[tuple[Array, Array]]:
    """Minibatches without end: each epoch visits every image once, in a new order.

    x: (n, inputs).  t: (n,).  batch_size: 1 ... n; the last batch of an epoch is smaller if batch_size does not divide n.
    -> an iterator over pairs (images, digits), copies of rows of x and t

    Raises ValueError for a batch_size that is not a whole number from 1 to n, or a t whose length is not that of x.
    """
    x, t = np.asarray(x), np.asarray(t)
    if t.shape[:1] != x.shape[:1]:
        raise ValueError(
            f"t must hold one digit for each of the {len(x)} images in x, but its shape is {t.shape}"
        )
    batch_size = whole_number("batch_size", batch_size, 1, len(x))

    def batches() -> Iterator[tuple[Array, Array]]:
        rng = np.random.default_rng(seed)
        while True:
            order = rng.permutation(len(x))
            for first in range(0, len(x), batch_size):
                rows = order[first : first + batch_size]
                yield x.take(rows, axis=0), t[rows]  # take: as x[rows], in less time

    return batches()


def train(
    network: TwoLayerNet,
    optimizer: Stepper,
    digits: Digits,
    epochs: int | None = None,
    steps: int | None = None,
    batch_size: int = 100,
    seed: int = 0,
    progress: bool = True,
) -> History:
    """Train the network in place, for a number of epochs or of steps.  -> History

    optimizer: anything with update(params, grads). Where it has gradient_point(params) too, that says where to
        take the gradient; otherwise it is taken at params.
    digits: a Digits.  seed: of the order of the images.  progress: whether to show a bar where somebody watches.

    Ctrl-C ends the training after the step it is in: what was trained is kept. A loss that is infinite or not a
    number ends it too, without a warning. Matrix products run on one thread: they are small, and how many threads
    share a product decides the order of its sums, and so their last bits.

    Raises ValueError unless exactly one of epochs and steps is given, a whole number ≥ 0; TypeError for an argument
    that is something else, such as a class instead of an optimizer, or two arguments in the wrong order.
    """
    for what, value, attribute, right in (
        ("network", network, "params", "a network such as TwoLayerNet()"),
        ("optimizer", optimizer, "update", "an optimizer such as Momentum(lr=0.1)"),
        ("digits", digits, "x_train", "a set of digits such as load_digits()"),
    ):
        require(what, value, attribute, f"{right} (the order is network, optimizer, digits)")
    if (epochs is None) == (steps is None):
        raise ValueError("say how long to train: either epochs=10 or steps=150")
    name, wanted = ("steps", steps) if epochs is None else ("epochs", epochs)
    wanted = whole_number(name, wanted, 0)
    x = network.images(digits.x_train)
    t = network.labels(digits.t_train, len(x))
    batches = minibatches(x, t, batch_size, seed)
    per_epoch = -(-len(x) // batch_size)
    steps = wanted if epochs is None else wanted * per_epoch

    def accuracy() -> float:
        return network.accuracy(digits.x_test, digits.t_test)

    params, losses, accuracies, status = network.params, np.empty(steps), [accuracy()], "finished"
    step, seconds = 0, 0.0
    with (
        np.errstate(all="ignore"),
        threadpool_limits(1, user_api="blas"),
        stepping(optimizer, network) as (stepper, grads),
        patient() as ctrl_c,
        progress_bar(steps, _("training"), _("step"), progress) as bar,
    ):
        began = time.perf_counter()
        while step < steps and not ctrl_c.pressed:
            images, labels = next(batches)
            point = gradient_point(stepper, params)
            loss, gradient = backpropagate(point, images, labels, network.activation, out=grads)
            if not math.isfinite(loss):
                status = "diverged"
                break
            stepper.update(params, gradient)
            losses[step] = loss
            step += 1
            bar.update()
            if step % per_epoch == 0:
                seconds += time.perf_counter() - began
                accuracies.append(accuracy())
                bar.set_postfix(loss=f"{loss:.3g}", accuracy=f"{accuracies[-1]:.1%}", refresh=False)
                began = time.perf_counter()
        seconds += time.perf_counter() - began
    if ctrl_c.pressed and step < steps:
        status = "interrupted"
    return History(losses[:step], np.array(accuracies), status, seconds, floats_kept(optimizer))


def floats_kept(optimizer: object) -> int:
    """How many numbers an optimizer keeps from step to step, beside the parameters."""
    within = getattr(optimizer, "optimizer", None)  # the one inside a Scheduled
    kept = [value for state in states_of(optimizer).values() for value in state.values()]
    own = sum(value.size if isinstance(value, np.ndarray) else int(is_real(value)) for value in kept)
    return own if within is None else own + floats_kept(within)
