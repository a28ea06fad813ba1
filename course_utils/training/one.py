"""One training of the network: minibatches in a seeded order, a step for each, and its History."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from course_utils.digits import Digits
from course_utils.network import TwoLayerNet, backpropagate
from course_utils.optimizers import gradient_point
from course_utils.support.ctrl_c import patient
from course_utils.support.language import gettext as _
from course_utils.support.one_thread import one_thread
from course_utils.support.progress_bar import progress_bar
from course_utils.support.types import Array, Arrays, Stepper
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
        "diverged"     the loss of the next step is infinite or not a number;
        "stopped"      early: the test loss had not fallen for long enough, and the network is as it was at its best.
    seconds: how long the steps took, without the time for accuracies.
    floats: how many numbers the optimizer keeps beside the parameters: 39 760 for Momentum's velocity.
    test_losses: of the test images, after 0, 1, 2, ... epochs; shape (epochs + 1,).
    train_losses, train_accuracies: the same of all training images, if train was asked for curves; otherwise empty.
    batch_size, seed: as they were given to train.
    best: the parameters after the epoch with the lowest test loss, if train was asked to stop early.
    unseen_loss: of the set's own test images at the end, where a sweep tested with training images that it held out.
    """

    losses: np.ndarray
    accuracies: np.ndarray
    status: str
    seconds: float
    floats: int
    test_losses: np.ndarray = field(default_factory=lambda: np.empty(0))
    train_losses: np.ndarray = field(default_factory=lambda: np.empty(0))
    train_accuracies: np.ndarray = field(default_factory=lambda: np.empty(0))
    batch_size: int | None = None
    seed: int | None = None
    best: Arrays | None = None
    unseen_loss: float | None = None

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.losses)

    @property
    def best_epoch(self) -> int:
        """After how many epochs the test loss was lowest."""
        return lowest(self.test_losses)


def minibatches(
    x: Array, t: Array, batch_size: int = 100, seed: int = 0, skip: int = 0
) -> Iterator[tuple[Array, Array]]:
    """Minibatches without end: each epoch visits every image once, in a new order.

    x: (n, inputs).  t: (n,).  batch_size: 1 ... n; the last batch of an epoch is smaller if batch_size does not divide n.
    skip: how many batches to leave out at the beginning, as somebody has seen them already.
    -> an iterator over pairs (images, digits), copies of rows of x and t

    Raises ValueError for a batch_size that is not a whole number from 1 to n, or a t whose length is not that of x.
    """
    x, t = np.asarray(x), np.asarray(t)
    if t.shape[:1] != x.shape[:1]:
        raise ValueError(
            f"t must hold one digit for each of the {len(x)} images in x, but its shape is {t.shape}"
        )
    batch_size = whole_number("batch_size", batch_size, 1, len(x))
    epochs, batches_seen = divmod(whole_number("skip", skip, 0), -(-len(x) // batch_size))

    def batches() -> Iterator[tuple[Array, Array]]:
        rng = np.random.default_rng(seed)
        for _epoch in range(epochs):
            rng.permutation(len(x))
        begin = batches_seen * batch_size
        while True:
            order = rng.permutation(len(x))
            for first in range(begin, len(x), batch_size):
                rows = order[first : first + batch_size]
                yield x.take(rows, axis=0), t[rows]  # take: as x[rows], in less time
            begin = 0

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
    curves: bool = False,
    patience: int | None = None,
    after: History | None = None,
) -> History:
    """Train the network in place, for a number of epochs or of steps.  -> History

    optimizer: anything with update(params, grads). Where it has gradient_point(params) too, that says where to
        take the gradient; otherwise it is taken at params.
    digits: a Digits.  seed: of the order of the images.  progress: whether to show a bar where somebody watches.
    curves: whether to measure loss and accuracy of all training images too, after each epoch.
    patience: stop early, when this many epochs in a row have not brought the test loss below its lowest, and give the
        network the parameters of the best epoch. Choose what to test with by digits.held_out.
    after: the History of the same training so far. It is continued as if it had never paused, with the next minibatch;
        epochs and steps count from its very beginning, and the History returned tells the whole.

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
    if patience is not None:
        patience = whole_number("patience", patience, 1)
    _refuse_another(after, batch_size=batch_size, seed=seed, curves=curves, patience=patience)
    x = network.images(digits.x_train)
    t = network.labels(digits.t_train, len(x))
    step = after.steps if after else 0
    batches = minibatches(x, t, batch_size, seed, skip=step)
    per_epoch = -(-len(x) // batch_size)
    steps = wanted if epochs is None else wanted * per_epoch
    if steps < step:
        raise ValueError(
            f"{name} counts from the beginning: after {step} steps, {name}={wanted} would be a step back"
        )

    params, status = network.params, "finished"
    seen = _Curves(network, curves, patience, after)
    losses = np.empty(steps)
    losses[:step] = after.losses if after else 0
    seconds = after.seconds if after else 0.0
    with (
        np.errstate(all="ignore"),
        one_thread(),
        stepping(optimizer, network) as (stepper, grads),
        patient() as ctrl_c,
        progress_bar(steps, _("training"), _("step"), progress, initial=step) as bar,
    ):
        if not after:
            seen.measure(digits)
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
                seen.measure(digits)
                accuracy = seen.values["accuracies"][-1]
                bar.set_postfix(loss=f"{loss:.3g}", accuracy=f"{accuracy:.1%}", refresh=False)
                began = time.perf_counter()
                if seen.say_stop():
                    status = "stopped"
                    break
        seconds += time.perf_counter() - began
    if status == "stopped":
        seen.go_back_to_the_best()
    elif ctrl_c.pressed and step < steps:
        status = "interrupted"
    return History(
        losses[:step],
        status=status,
        seconds=seconds,
        floats=floats_kept(optimizer),
        batch_size=batch_size,
        seed=seed,
        **seen.told(),
    )


def _refuse_another(after: History | None, curves: bool, patience: int | None, **settings: object) -> None:
    """ValueError where a training is to be continued in another way than it was begun."""
    if after is None:
        return
    require("after", after, "losses", "the History of the training so far")
    before = {"batch_size": after.batch_size, "seed": after.seed}
    changed = [name for name, value in settings.items() if before[name] not in (None, value)]
    if curves != bool(after.train_losses.size):
        changed.append("curves")
    if patience and after.best is None:
        changed.append("patience")
    if changed:
        raise ValueError(
            f"{changed[0]} is not what it was in the training so far: go on with the same, or without `after`"
        )


class _Curves:
    """What is measured after each epoch, and the parameters of the best one where somebody wants to stop there."""

    def __init__(self, network: TwoLayerNet, of_training: bool, patience: int | None, after: History | None):
        self.network, self.of_training, self.patience = network, of_training, patience
        self.best = after.best if after else None
        names = "test_losses", "accuracies", "train_losses", "train_accuracies"
        self.values = {name: getattr(after, name).tolist() if after else [] for name in names}

    def measure(self, digits: Digits) -> None:
        self._add("test_losses", "accuracies", digits.x_test, digits.t_test)
        if self.of_training:
            self._add("train_losses", "train_accuracies", digits.x_train, digits.t_train)
        if self.patience and self._epochs_since_the_best() == 0:
            self.best = {name: p.copy() for name, p in self.network.params.items()}

    def _add(self, losses: str, accuracies: str, x: Array, t: Array) -> None:
        for name, value in zip((losses, accuracies), self.network.loss_and_accuracy(x, t), strict=True):
            self.values[name].append(value)

    def _epochs_since_the_best(self) -> int:
        losses = self.values["test_losses"]
        return len(losses) - 1 - lowest(losses)

    def say_stop(self) -> bool:
        return self.patience is not None and self._epochs_since_the_best() >= self.patience

    def go_back_to_the_best(self) -> None:
        for name, p in (self.best or {}).items():
            self.network.params[name][...] = p

    def told(self) -> dict[str, Any]:
        return {name: np.array(value) for name, value in self.values.items()} | {"best": self.best}


def lowest(losses: ArrayLike) -> int:
    """The index of the lowest; what is not a number is never it."""
    return int(np.argmin(np.where(np.isnan(losses), math.inf, losses)))


def floats_kept(optimizer: object) -> int:
    """How many numbers an optimizer keeps from step to step, beside the parameters."""
    within = getattr(optimizer, "optimizer", None)  # the one inside a Scheduled
    kept = [value for state in states_of(optimizer).values() for value in state.values()]
    own = sum(value.size if isinstance(value, np.ndarray) else int(is_real(value)) for value in kept)
    return own if within is None else own + floats_kept(within)
