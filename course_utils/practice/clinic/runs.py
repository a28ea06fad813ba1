"""One run of the clinic: a training whose every setting may be wrong, taken some steps at a time, with the curves of each step."""

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_utils import schedules
from course_utils.digits import Digits, load_digits
from course_utils.network import TwoLayerNet, forward
from course_utils.schedules import Scheduled
from course_utils.support.one_thread import one_thread
from course_utils.support.types import Array, Arrays
from course_utils.training import METHODS
from course_utils.wrappers import Clipped, Decayed, global_norm

SPARE = 200  # training images at the end that nobody trains on: to see when to stop
PROBED = 300  # training images on which accuracy and dead units are measured
EVERY = 5  # steps between two measurements on other images than the minibatch
PATIENCE = 8  # measurements without a new lowest loss on the spare images, until an early stop


@dataclass(frozen=True)
class Setup:
    """Everything about a run that can be right or wrong.

    method: "SGD", "Momentum" or "Adam".  lr: η.  schedule: "constant", "linear" or "cosine".
    warm_up, steps: numbers of steps.  batch_size: images in a minibatch.  images: how many there are to train on.
    clip: the longest gradient that is allowed, 0 for any.  weight_decay: decoupled, on the weights.
    scale: of the initial weights, in units of He's.  seed: of the initial weights and of the order of the images.
    shuffle: whether the images come in a new order in each epoch, and not sorted by digit.
    bright: whether paper is 1 and ink 0, as from some scanners.  centre: whether the mean training image is subtracted.
    spoiled: how many training images are still from 0 to 255.  mislabelled: the share of them with a label drawn at random.
    reduce: whether the losses of a minibatch are combined to their "mean" or their "sum".
    loss_from: "scores", or "probabilities": then the logarithm of a probability is taken as it is, and of 0 too.
    stop_early: whether the run ends when the loss on spare images has stopped falling, and goes back to its best.
    break_at: the step before which the run was interrupted and resumed, 0 for never.
    keep_state: whether it was resumed with the optimizer's memory and the step of its schedule.
    """

    method: str = "Momentum"
    lr: float = 0.03
    schedule: str = "constant"
    warm_up: int = 0
    steps: int = 150
    batch_size: int = 100
    images: int = 1300
    clip: float = 0
    weight_decay: float = 0
    scale: float = 1
    seed: int = 0
    shuffle: bool = True
    bright: bool = False
    centre: bool = False
    spoiled: int = 0
    mislabelled: float = 0
    reduce: str = "mean"
    loss_from: str = "scores"
    stop_early: bool = False
    break_at: int = 0
    keep_state: bool = True


class Run:
    """A training, taken some steps at a time: run.advance(5) until run.over.

    per_step: {"loss", "gradient", "ratio", "lr"}: of each step's minibatch, one number per step. loss: as it was combined.
        gradient: |g| over all parameters, before any clipping.  ratio: |Δθ|/|θ|.
    measured: {"step", "test_loss", "test_accuracy", "train_accuracy", "dead"}: every few steps, on other images.
        dead: the share of hidden units that are 0 for every probed image.
    broke: the step whose loss or gradient was infinite or not a number, None while there was none.
    """

    def __init__(self, setup: Setup):
        self.setup = setup
        self.digits, self.spare = _images(
            setup.images, setup.shuffle, setup.bright, setup.centre, setup.spoiled, setup.mislabelled
        )
        self.network = TwoLayerNet(seed=setup.seed)
        for name in ("W1", "W2"):
            self.network.params[name] *= setup.scale
        self.optimizer = self._made(0)
        self.rng = np.random.default_rng(setup.seed)
        self.order = np.arange(0)
        self.per_step: dict[str, list[float]] = {name: [] for name in ("loss", "gradient", "ratio", "lr")}
        self.measured: dict[str, list[float]] = {
            name: [] for name in ("step", "test_loss", "test_accuracy", "train_accuracy", "dead")
        }
        self.over = False
        self.broke: int | None = None
        self.best: tuple[float, int, Array] | None = None
        with _quietly():
            self._measure()

    @property
    def taken(self) -> int:
        """How many steps were taken."""
        return len(self.per_step["lr"])

    def advance(self, steps: int) -> None:
        """Take this many steps, or fewer if the run is over before."""
        with _quietly():
            for _ in range(steps):
                if not self.over:
                    self._step()

    # --- one step --------------------------------------------------------------------------------------

    def _step(self) -> None:
        setup, params = self.setup, self.network.params
        if setup.break_at and self.taken == setup.break_at and not setup.keep_state:
            self.optimizer = self._made(self.taken)
        x, t = self._minibatch()
        loss, grads = gradient(params, x, t, setup.reduce, setup.loss_from)
        before, size = self.network.vector.copy(), float(np.linalg.norm(self.network.vector))
        norm = global_norm(grads)
        self.optimizer.update(params, grads)
        moved = float(np.linalg.norm(self.network.vector - before))
        ratio = moved / size if size else math.inf
        for name, value in zip(self.per_step, (loss, norm, ratio, float(self.optimizer.lr)), strict=True):
            self.per_step[name].append(float(value))
        if not (math.isfinite(loss) and math.isfinite(norm)):
            self.broke, self.over = self.taken, True
        self.over |= self.taken >= setup.steps
        if self.over or self.taken % EVERY == 0:
            self._measure()

    def _minibatch(self) -> tuple[Array, Array]:
        if not len(self.order):
            n = len(self.digits.x_train)
            self.order = self.rng.permutation(n) if self.setup.shuffle else np.arange(n)
        rows, self.order = self.order[: self.setup.batch_size], self.order[self.setup.batch_size :]
        return self.digits.x_train.take(rows, axis=0), self.digits.t_train[rows]

    def _made(self, taken: int) -> Any:
        """A new optimizer; one that is made in the middle of a run starts its schedule again."""
        setup = self.setup
        optimizer = METHODS[setup.method](lr=setup.lr)
        if setup.clip:
            optimizer = Clipped(optimizer, setup.clip)
        if setup.weight_decay:
            optimizer = Decayed(optimizer, setup.weight_decay, names=["W1", "W2"])
        schedule = functools.partial(getattr(schedules, setup.schedule), lr=setup.lr, warm_up=setup.warm_up)
        if setup.schedule != "constant":
            schedule = functools.partial(schedule, steps=setup.steps + 1)  # so that the last step still moves
        return Scheduled(optimizer, schedule)

    # --- what is measured ------------------------------------------------------------------------------

    def _measure(self) -> None:
        digits, network = self.digits, self.network
        if not np.isfinite(network.vector).all():
            told = (self.taken, math.nan, 0.0, 0.0, math.nan)
        else:
            test_loss, test_accuracy = network.loss_and_accuracy(digits.x_test, digits.t_test)
            x, t = _probed(digits)
            h, _scores = forward(network.params, x)
            told = (
                self.taken,
                test_loss,
                test_accuracy,
                network.accuracy(x, t),
                float((h.max(axis=0) <= 0).mean()),
            )
        for name, value in zip(self.measured, told, strict=True):
            self.measured[name].append(float(value))
        if self.setup.stop_early:
            self._maybe_stop()

    def _maybe_stop(self) -> None:
        loss = self.network.loss(*self.spare) if np.isfinite(self.network.vector).all() else math.inf
        now = len(self.measured["step"]) - 1
        if self.best is None or loss < self.best[0]:
            self.best = (loss, now, self.network.vector.copy())
        elif self.over or now - self.best[1] >= PATIENCE:
            self.over = True
            self.network.vector[...] = self.best[2]
            for name in ("test_loss", "test_accuracy", "train_accuracy", "dead"):
                self.measured[name][-1] = self.measured[name][self.best[1]]


def gradient(params: Arrays, x: Array, t: Array, reduce: str, loss_from: str) -> tuple[float, Arrays]:
    """The loss of a minibatch and its gradient, by the chain rule as somebody may have written it.

    From "scores", p − 1 is taken for the slope of −log softmax, as it is; from "probabilities", the slope −1/p of the
    logarithm and the slopes of the softmax are multiplied as they come. Where p is so small that −1/p is not finite, or
    p is 0, that is ∞ · 0.
    """
    h, s = forward(params, x)
    rows = np.arange(len(t))
    s = s - s.max(axis=1, keepdims=True)
    e = np.exp(s)
    total = e.sum(axis=1)
    p = e / total[:, None]
    if loss_from == "scores":
        losses = np.log(total) - s[rows, t]
        ds = p.copy()
        ds[rows, t] -= 1
    else:
        right = p[rows, t]
        losses = -np.log(right)
        slope = -1 / right
        ds = -p * (slope * right)[:, None]
        ds[rows, t] += right * slope
    loss = losses.mean() if reduce == "mean" else losses.sum()
    if reduce == "mean":
        ds /= len(t)
    dh = ds @ params["W2"].T
    da = dh * (h > 0)
    return float(loss), {"W1": x.T @ da, "b1": da.sum(axis=0), "W2": h.T @ ds, "b2": ds.sum(axis=0)}


@functools.lru_cache(maxsize=16)
def _images(
    n: int, shuffle: bool, bright: bool, centre: bool, spoiled: int, mislabelled: float
) -> tuple[Digits, tuple[Array, Array]]:
    """The digits as a run has them, and the spare images beside them."""
    whole = load_digits()
    x, x_test, t = whole.x_train, whole.x_test, whole.t_train
    if bright:
        x, x_test = 1 - x, 1 - x_test
    x_fit, t_fit = x[:n].copy(), t[:n].copy()
    x_fit[:spoiled] *= 255
    rng, wrong = np.random.default_rng(0), round(mislabelled * n)
    t_fit[rng.permutation(n)[:wrong]] = rng.integers(0, 10, wrong)
    if not shuffle:
        order = np.argsort(t_fit, kind="stable")
        x_fit, t_fit = x_fit[order], t_fit[order]
    if centre:
        mean = x_fit.mean(axis=0, dtype=np.float64).astype(np.float32)
        x, x_fit, x_test = x - mean, x_fit - mean, x_test - mean
    return Digits(whole.name, x_fit, t_fit, x_test, whole.t_test), (x[-SPARE:], t[-SPARE:])


def _probed(digits: Digits) -> tuple[Array, Array]:
    """Training images of every digit, in whatever order they stand."""
    every = max(1, len(digits.x_train) // PROBED)
    return digits.x_train[::every][:PROBED], digits.t_train[::every][:PROBED]


class _quietly:
    """Overflow is what the clinic is about, and no warning; small products run on one thread, so that all bits are the same."""

    def __enter__(self) -> None:
        self.parts = (np.errstate(all="ignore"), one_thread())
        for part in self.parts:
            part.__enter__()

    def __exit__(self, *what: Any) -> None:
        for part in reversed(self.parts):
            part.__exit__(*what)
