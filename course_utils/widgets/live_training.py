"""LiveTraining: the network trains in the kernel while a hand moves batch size, η and μ, and its loss is drawn as it falls.

Python takes every step and says every sentence; live_training.js draws what it is sent.
"""

import time
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np
import traitlets

from course_utils import figures
from course_utils.digits import load_digits
from course_utils.figures import number, running_mean, two_digits
from course_utils.live.working import Working
from course_utils.network import TwoLayerNet, backpropagate, forward
from course_utils.optimizers import Momentum
from course_utils.support.language import gettext as _
from course_utils.support.one_thread import one_thread
from course_utils.support.validation import shown
from course_utils.widgets.base import Live, script, styles

STEPS, PACE = 400, 25  # of one training, and how many of them a second: a hand is to keep up
OVER = 15  # steps whose mean is drawn: an epoch of 100 images each
LOWEST, HIGHEST = 0.004, 12.0  # of the axis of the loss
TICKS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10)
GUESSING = float(np.log(10))  # the loss of ten equal chances
POWERS = (0.001, 0.01, 0.1, 1)
STOPS: dict[str, list[float]] = {
    "batch": [1, 2, 5, 10, 20, 50, 100, 200, 500, 1500],
    "lr": [float(f"{k * power:.3g}") for power in POWERS for k in (1, 2, 3, 5)] + [10.0],
    "momentum": [*(k / 10 for k in range(10)), 0.95, 0.99],
}
SYMBOLS = {"batch": "B", "lr": "η", "momentum": "μ"}


class LiveTraining(Working, Live):
    """The 784-50-10 network on the bundled digits: Momentum trains it, and what the hand moves acts on the next step.

    batch, lr, momentum: what to begin with; each must be a stop of its slider (STOPS).  seed: of the initial weights and of
    the minibatches.  title: a line above.

    One training takes STEPS steps, PACE a second. State shared with the browser, beside that of Working:
        stops     {"batch": k, "lr": k, "momentum": k}: where the sliders stand
        sliders   their key, label and values
        heights   the losses of all steps so far, then their running means: shares of the axis from the top, float32
        moved     where a slider was moved: [step, "η 0.3"]
        pixels    of ten test images, one for each digit: bytes, 255 is ink;  read: what the network takes them for
        words     the read-out

    Raises ValueError for a setting that is not a stop.
    """

    _esm = script("live_training.js")
    _css: Any = styles("live_training.css")

    by_hand = ("stops",)

    said: ClassVar[dict[str, str]] = {
        "run start": _("Train"),
        "loss": _("loss"),
        "step": _("step"),
        "guessing": _("guessing"),
        "digits": _("Ten test images, and what the network takes them for"),
        "right": _("{digit}, read right"),
        "wrong": _("{digit}, read as {read}"),
    }

    title = traitlets.Unicode().tag(sync=True)
    steps = traitlets.Int(STEPS).tag(sync=True)
    stops = traitlets.Dict().tag(sync=True)
    sliders = traitlets.List(traitlets.Dict()).tag(sync=True)
    ticks: Any = traitlets.List().tag(sync=True)
    guessing = traitlets.Float().tag(sync=True)
    heights = traitlets.Bytes().tag(sync=True)
    moved: Any = traitlets.List().tag(sync=True)
    pixels = traitlets.Bytes().tag(sync=True)
    read: Any = traitlets.List().tag(sync=True)
    words = traitlets.List(traitlets.Unicode()).tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, batch: int = 100, lr: float = 0.03, momentum: float = 0, seed: int = 0, title: str = ""
    ) -> None:
        super().__init__(title=title)
        self.digits, self.seed = load_digits(), seed
        self._ten = [int(np.flatnonzero(self.digits.t_test == digit)[0]) for digit in range(10)]
        self._lowest, self._paced = np.inf, True
        labels = {"batch": _("batch size B"), "lr": _("learning rate η"), "momentum": _("momentum μ")}
        with self.hold_sync():
            self.stops = {
                key: _stop(key, value) for key, value in zip(STOPS, (batch, lr, momentum), strict=True)
            }
            self.sliders = [
                {"key": key, "label": label, "values": [number(value) for value in STOPS[key]]}
                for key, label in labels.items()
            ]
            self.ticks = [[float(_heights(tick)), number(tick)] for tick in TICKS]
            self.guessing = float(_heights(GUESSING))
            self.pixels = np.round(255 * self.digits.x_test[self._ten]).astype(np.uint8).tobytes()
            self.clear()
            self.told()
        self.observe(self._hand_moved, "stops")

    def setting(self, key):
        """The value of "batch", "lr" or "momentum" now."""
        return STOPS[key][self.stops[key]]

    # --- the training ----------------------------------------------------------------------------------

    def clear(self):
        """A network that has learned nothing, and an optimizer that remembers nothing."""
        self.network, self._optimizer = TwoLayerNet(seed=self.seed), Momentum()
        self._rng, self._order = np.random.default_rng(self.seed), np.array([], int)
        self.losses: list[float] = []
        self._due, self._gone = 0.0, False
        self.moved = []

    def start(self):
        self._paced, self._due = True, time.perf_counter()
        super().start()

    def finish(self):
        self._paced = False
        super().finish()

    def work(self):
        while len(self.losses) < STEPS and not self._gone:
            while self._paced and (wait := self._due - time.perf_counter()) > 0:
                time.sleep(min(wait, 0.015))
                yield
            self._due = max(self._due, time.perf_counter() - 0.1) + 1 / PACE
            self._take_a_step()
            yield
        if not self._gone:
            self._lowest = min(self._lowest, self._mean())

    def _take_a_step(self):
        rows = self._rows(int(self.setting("batch")))
        self._optimizer.lr, self._optimizer.momentum = self.setting("lr"), self.setting("momentum")
        params = self.network.params
        with np.errstate(all="ignore"), one_thread():
            loss, gradient = backpropagate(
                params, self.digits.x_train.take(rows, axis=0), self.digits.t_train[rows]
            )
            if not np.isfinite(loss):
                self._gone = True
                return
            self._optimizer.update(params, gradient)
        self.losses.append(loss)  # fmt: skip

    def _rows(self, size):
        """Which images come next: every epoch in a new order; those left over by a batch that no longer fits are left out."""
        if len(self._order) < size:
            self._order = self._rng.permutation(len(self.digits.x_train))
        rows, self._order = self._order[:size], self._order[size:]
        return rows

    def _mean(self):
        return float(np.mean(self.losses[-OVER:]))

    # --- what is seen of it ----------------------------------------------------------------------------

    def _hand_moved(self, change):
        """A mark where a slider was moved during the training; a slider that is still moving moves its mark."""
        if not self.losses or self.status not in ("running", "paused"):
            return
        now, marks = len(self.losses), list(self.moved)
        for key in (key for key, stop in change["new"].items() if stop != change["old"].get(key)):
            symbol = SYMBOLS[key]
            if marks and marks[-1][1].startswith(symbol) and now - marks[-1][0] < OVER:
                marks.pop()
            marks.append([now, f"{symbol} {number(self.setting(key))}"])
        self.moved = marks

    def told(self):
        losses = np.array([self.losses], dtype=float)
        means = running_mean(losses, OVER) if self.losses else losses
        self.heights = _heights(np.concatenate([losses, means])).astype(np.float32).tobytes()
        with np.errstate(all="ignore"):
            hidden, scores = forward(self.network.params, self.digits.x_test)
        answers = scores.argmax(axis=1)
        right, at_work = np.mean(answers == self.digits.t_test), int((hidden > 0).any(axis=0).sum())
        self.read = answers[self._ten].tolist()
        self.words = [line for line in self._lines(float(right), at_work) if line]
        self.alt = self.sentence()

    def _lines(self, right, at_work):
        if self._gone:
            yield _("After {n} steps the loss is no longer a number: the weights have run away. Reset begins anew.").format(
                n=len(self.losses)
            )  # fmt: skip
            return
        if self.losses:
            yield _("Step {n} of {steps}. Loss, mean of the last {over} steps: {loss}").format(
                n=len(self.losses), steps=STEPS, over=OVER, loss=two_digits(self._mean())
            )
        else:
            yield _("Step 0 of {steps}. The network has learned nothing yet.").format(steps=STEPS)
        yield _("Test images read right: {right}. Hidden units at work: {count} of {all}").format(
            right=f"{right:.0%}", count=at_work, all=self.network.sizes[1]
        )
        if np.isfinite(self._lowest):
            yield _("Your lowest loss at the end of a training so far: {loss}").format(
                loss=two_digits(self._lowest)
            )

    def sentence(self):
        settings = ", ".join(f"{SYMBOLS[key]} = {number(self.setting(key))}" for key in STOPS)
        if not self.losses:
            return _("The network before its training with {settings}.").format(settings=settings)
        return _(
            "Loss after {n} steps of {steps}, now with {settings}: {loss}, the mean over the last {over}."
        ).format(n=len(self.losses), steps=STEPS, settings=settings, loss=two_digits(self._mean()), over=OVER)

    # --- the picture it leaves behind: of a whole training, where none has begun -----------------------

    @contextmanager
    def _trained(self):
        """Trained to the end, if no training has begun; afterwards as before, and the page hears nothing of it."""
        if self.status != "ready":
            yield
            return
        lowest = self._lowest
        with self.hold_sync():
            try:
                self.finish()
                yield
            finally:
                self._lowest = lowest
                self.reset()

    def still(self):
        with self._trained():
            return super().still()

    def _ipython_display_(self):
        with self._trained():  # the sentence that comes first is already that of the picture
            super()._ipython_display_()

    @figures.styled
    def figure(self):
        figure, axes = figures.new_figure(7.5, 3.4)
        colour, steps = figures.LOOKS["Momentum"].colour, np.arange(1, len(self.losses) + 1)
        axes.axhline(GUESSING, color=figures.FAINT, linestyle="--", linewidth=1)
        axes.text(
            STEPS, 1.06 * GUESSING, _("guessing"), color=figures.FAINT, fontsize=9, ha="right", va="bottom"
        )
        axes.semilogy(steps, np.clip(self.losses, LOWEST, HIGHEST), color=colour, linewidth=0.7, alpha=0.45)
        axes.plot(
            steps, np.clip(running_mean(np.array([self.losses]), OVER)[0], LOWEST, HIGHEST), color=colour
        )
        axes.set(
            xlabel="step", ylabel="loss", xlim=(0, STEPS), ylim=(LOWEST, HIGHEST), title=self.title or " "
        )
        axes.set_yticks(TICKS, labels=[number(tick) for tick in TICKS])
        axes.minorticks_off()
        for step, text in self.moved:
            axes.axvline(step, color=figures.FAINT, linewidth=0.8)
            axes.text(step, HIGHEST, text, fontsize=9, ha="left", va="top")
        return figure  # fmt: skip

    # --- what the hand may do --------------------------------------------------------------------------

    @traitlets.validate("stops")
    def _are_stops(self, proposal):
        stops = proposal["value"]
        if set(stops) != set(STOPS):
            raise traitlets.TraitError(
                f"stops must be a dict of {', '.join(STOPS)}, not {shown(proposal['value'])}"
            )
        for key, stop in stops.items():
            if isinstance(stop, bool) or not isinstance(stop, int) or not 0 <= stop < len(STOPS[key]):
                raise traitlets.TraitError(
                    f"stops[{key!r}] must be a whole number from 0 to {len(STOPS[key]) - 1}, not {shown(stop)}"
                )
        return stops


def _stop(key, value):
    for k, stop in enumerate(STOPS[key]):
        if np.isclose(value, stop):
            return k
    raise ValueError(f"{key} must be one of {', '.join(map(number, STOPS[key]))}, not {shown(value)}")


def _heights(losses):
    """Losses on a logarithmic axis, as shares of its height from the top; what is beyond its ends lies on them."""
    share = np.log(HIGHEST / np.maximum(losses, LOWEST)) / np.log(HIGHEST / LOWEST)
    return np.clip(share, 0, 1)
