"""NoiseBall: where many walks with minibatch gradients end, beside what the formula says."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import traitlets

from course_utils import figures
from course_utils.descent import Path, descend
from course_utils.line_fit import SIXTY_FOUR, LineFit
from course_utils.noise import Minibatches, gradient_of, noise_variance
from course_utils.optimizers import SGD, Momentum
from course_utils.quadratics import overall_rate
from course_utils.support.language import gettext as _
from course_utils.support.validation import shown
from course_utils.widgets.explorers import Explorer
from course_utils.widgets.map import ROWS

STEPS, WALKS = 250, 200
SETTLED = 100  # of the steps, those over which the variance is measured
RATES = [
    float(f"{k / 100:.2f}")
    for k in (*range(5, 20), *range(20, 50, 2), *range(50, 200, 5), *range(200, 401, 20))
]
SHARES = [k / 100 for k in range(96)]
RUN_AWAY = _("The walks run away: far from the minimum the points disagree more, and the noise grows.")
VARIANCE = _("Variance over {walks} walks")
ALONG = _("along {axis}: measured {measured}, formula {formula}")
DOT = "#5b2a86"  # no method's colour: a dot is one walk's end


class NoiseBall(Explorer):
    """Walks on the loss of a line fit: move the batch size, the learning rate or the momentum, and see the ball.

    data: a LineFit.  batch, lr, momentum: the settings to begin with.

    One walk is drawn; the dots are the ends of all walks. Four crosses stand two standard deviations of the
    formula from the minimum. The variance is measured over all walks and their last steps.

    measured, formula: variances along x and y, as they are shown.
    """

    measured: np.ndarray
    formula: np.ndarray

    def __init__(self, data=SIXTY_FOUR, batch=4, lr=0.1, momentum=0.0, **options):
        if not isinstance(data, LineFit):
            raise TypeError(f"data must be a LineFit such as SIXTY_FOUR, not {shown(data)}")
        self.data = data
        self._first_batch = _whole(batch)
        self._curvature = np.diag(data.landscape.hessian(np.zeros(2)))
        self._noise = data.gradient_variance(data.landscape.minima[0])
        longest = [ALONG.format(axis=axis, measured="8.88e+88", formula="8.88e+88") for axis in "xy"]
        room = "\n".join((VARIANCE.format(walks=WALKS), *longest, RUN_AWAY))
        super().__init__(
            data.landscape, {_("one walk"): Momentum(lr, momentum)}, steps=STEPS, room=[room], **options
        )

    def _arrange(self, landscape):
        settings, sliders = super()._arrange(landscape)
        self._owners["batch"] = []
        stops = [2**k for k in range(self.data.n.bit_length()) if 2**k <= self.data.n]
        values = {"lr": RATES, "momentum": SHARES}
        sliders = [slider | {"values": values[slider["key"]]} for slider in sliders]
        sliders.insert(0, {"key": "batch", "label": _("batch size B"), "values": stops})
        return settings | {"batch": float(self._first_batch)}, sliders

    @traitlets.validate("settings")
    def _are_settings(self, proposal):
        settings = super()._are_settings(proposal)
        if "batch" in settings:
            _whole(settings["batch"], self.data.n)
        return settings

    def walk_ahead(self, key):
        """Nothing is walked ahead: each setting is walked when it is asked for, and quickly enough."""

    def _walk_again(self, _change):
        if "batch" not in self.settings:
            return
        lr, mu, batch = self.settings["lr"], self.settings["momentum"], int(self.settings["batch"])
        optimizer = Momentum(lr, mu) if mu else SGD(lr)
        path = descend(optimizer, _Drawn(self.data, batch), np.tile(self.start, (WALKS, 1)), STEPS)
        path = replace(path, landscape=self.landscape, optimizer=optimizer)
        with np.errstate(over="ignore"):
            self.measured = path.positions[-SETTLED:].var(axis=1).mean(axis=0)
        self.formula = noise_variance(lr, mu, self._curvature, self._noise / batch)
        rate = min(1.0, overall_rate(optimizer, self._curvature))
        self._settles = rate ** (2 * (STEPS - SETTLED)) < 0.05
        with self.hold_sync():
            self.optimizers = {_("one walk"): optimizer}
            self._owners |= {"lr": [_("one walk")], "momentum": [_("one walk")]}
            self.marks = self._dots(path)
            self.words = self._said()
            self.limits = self._limits()
            self.show({_("one walk"): _first(path)})

    def _dots(self, path):
        ends = path.positions[-1]
        ends = ends[np.isfinite(ends).all(axis=-1)]
        near = (np.abs(ends) < 100).all(axis=-1)
        marks = [{"kind": "point", "at": end, "colour": DOT} for end in np.round(ends[near], 4).tolist()]
        return marks + [{"kind": "cross", "at": at, "colour": figures.INK} for at in self._crosses()]

    def _crosses(self):
        """Two standard deviations of the formula to each side of the minimum; none where there is no ball."""
        if not np.isfinite(self.formula).all():
            return []
        middle, reach = np.array(self.landscape.minima[0]), 2 * np.sqrt(self.formula)
        return [
            (middle + sign * reach * axis).tolist() for axis in ((1.0, 0.0), (0.0, 1.0)) for sign in (-1, 1)
        ]

    def _said(self):
        if not np.isfinite(self.measured).all():
            return _("The walks diverge.")
        if not np.isfinite(self.formula).all():
            return _("The formula knows no steady ball here: ηλ is 2(1 + μ) or more, or μ = 1.")
        lines = [VARIANCE.format(walks=WALKS)] + [
            ALONG.format(axis=axis, measured=f"{here:.3g}", formula=f"{there:.3g}")
            for axis, here, there in zip("xy", self.measured, self.formula, strict=True)
        ]
        if np.any(self.measured > 10 * self.formula):
            lines.append(RUN_AWAY)
        elif not self._settles:
            few = _("{steps} steps are too few here: the walks have not settled.")
            lines.append(few.format(steps=STEPS))
        return "\n".join(lines)

    def _limits(self):
        return [limit | {"label": _("full gradient")} for limit in super()._limits()]

    def sentence(self):
        if "batch" not in self.settings:
            return super().sentence()
        lr, mu, batch = (figures.number(self.settings[key]) for key in ("lr", "momentum", "batch"))
        said = self.words.replace("\n", ", ").rstrip(".")
        told = _("Minibatch walks of {steps} steps with B = {batch}, η = {lr}, μ = {mu}. {said}.")
        return told.format(steps=STEPS, batch=batch, lr=lr, mu=mu, said=said)

    @figures.styled
    def figure(self):
        figure = super().figure()
        axes = figure.axes[0]
        dots = np.array([mark["at"] for mark in self.marks if mark["kind"] == "point"]).reshape(-1, 2)
        axes.plot(
            *dots.T,
            linestyle="",
            marker=".",
            color=DOT,
            label=_("ends of {walks} walks").format(walks=WALKS),
            zorder=4,
        )
        if crosses := self._crosses():
            label = _("two standard deviations, by the formula")
            axes.plot(
                *np.array(crosses).T, linestyle="", marker="X", color=figures.INK, label=label, zorder=6
            )
        axes.legend(loc="upper right")
        return figure


class _Drawn(Minibatches):
    """Minibatches that are drawn once for a batch size: a slider that comes back finds the same ones."""

    def __init__(self, data, batch):
        super().__init__(data, batch)
        self._means = iter(_means(data, batch))

    def gradient(self, theta):
        return gradient_of(next(self._means), theta)


@lru_cache(maxsize=8)
def _means(data, batch):
    """The means of the features over batches drawn with replacement, shape (STEPS + 1, WALKS, 4)."""
    rng = np.random.default_rng(0)
    several = (STEPS + 1) * WALKS
    drawn = rng.integers(data.n, size=(several, batch)) + data.n * np.arange(several)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=several * data.n).reshape(several, data.n)
    return (counts @ data.features / batch).reshape(STEPS + 1, WALKS, 4)


def _first(path):
    """The first of many walks, as if it had been walked alone."""
    rows = {name: getattr(path, name)[:, 0] for name in ROWS}
    return Path(path.landscape, path.optimizer, **rows, status=str(path.status[0]), ended=int(path.ended[0]))


def _whole(batch, most=None):
    words = "a whole number ≥ 1" if most is None else f"a whole number from 1 to {most}"
    if isinstance(batch, bool) or not isinstance(batch, (int, float)) or batch != int(batch) or batch < 1:
        raise ValueError(f"batch must be {words}, not {shown(batch)}")
    if most is not None and batch > most:
        raise ValueError(f"batch must be {words}, not {shown(batch)}")
    return int(batch)
