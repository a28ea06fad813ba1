"""NoiseBall: where many walks with minibatch gradients end, beside what the formula says."""

from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import traitlets

from course_utils import figures
from course_utils.descent import Path, descend
from course_utils.line_fit import SIXTY_FOUR, LineFit
from course_utils.noise import Minibatches, gradient_of, noise_variance
from course_utils.optimizers import SGD, Momentum
from course_utils.quadratics import overall_rate
from course_utils.support.language import gettext as _
from course_utils.support.validation import shown, whole_number
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
FORMULA = _("two standard deviations,\nby the formula")  # a phone has no room for one line
DOT = "#5b2a86"  # no method's colour: a dot is one walker
BARS = 40  # in each margin
OUT_OF_SIGHT = 1e4  # a walker farther out than this is drawn there


class NoiseBall(Explorer):
    """Many walkers with minibatch gradients on the loss of a line fit: move the batch size or the learning rate.

    data: a LineFit.  batch, lr: the settings to begin with.  momentum: μ to begin with, on a slider of its own; without
    one, and plain SGD, where None.

    One walk is drawn as a path, and the ends of all walks as dots. The ellipse reaches two standard deviations of the
    formula from the minimum, and so do the ticks in the margins, where bars show how the dots spread. The variance is
    measured over all walks and their last steps.

    measured, formula: variances along both coordinates, as they are shown.
    """

    measured: np.ndarray
    formula: np.ndarray

    def __init__(
        self,
        data: LineFit = SIXTY_FOUR,
        batch: int = 4,
        lr: float = 0.1,
        momentum: float | None = None,
        **options: Any,
    ) -> None:
        if not isinstance(data, LineFit):
            raise TypeError(f"data must be a LineFit such as SIXTY_FOUR, not {shown(data)}")
        self.data = data
        self._first_batch = _whole(batch)
        self._curvature = np.diag(data.landscape.hessian(np.zeros(2)))
        self._noise = data.gradient_variance(data.landscape.minima[0])
        letters = data.landscape.letters
        longest = [ALONG.format(axis=axis, measured="8.88e+88", formula="8.88e+88") for axis in letters]
        room = "\n".join((VARIANCE.format(walks=WALKS), *longest, RUN_AWAY))
        optimizer = SGD(lr) if momentum is None else Momentum(lr, momentum)
        options = {"speed": 20} | options
        super().__init__(data.landscape, {_("one walk"): optimizer}, steps=STEPS, room=[room], **options)

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
        lr, mu, batch = self.settings["lr"], self.settings.get("momentum", 0.0), int(self.settings["batch"])
        optimizer = Momentum(lr, mu) if mu else SGD(lr)
        path = descend(optimizer, _Drawn(self.data, batch), np.tile(self.start, (WALKS, 1)), STEPS)
        path = replace(path, landscape=self.landscape, optimizer=optimizer)
        with np.errstate(over="ignore"):
            self.measured = path.positions[-SETTLED:].var(axis=1).mean(axis=0)
        self.formula = noise_variance(lr, mu, self._curvature, self._noise / batch)
        rate = min(1.0, overall_rate(optimizer, self._curvature))
        self._settles = rate ** (2 * (STEPS - SETTLED)) < 0.05
        self._all = _near(path.positions)
        places, bars = self._margins()
        with self.hold_sync():
            self.optimizers = {_("one walk"): optimizer}
            self._owners |= {key: [_("one walk")] for key in ("lr", "momentum") if key in self.settings}
            self.crowd, self.margins, self.bars = self._all.tobytes(), places, bars.tobytes()
            self.marks = self._ellipse()
            self.words = self._said()
            self.limits = self._limits()
            self.show({_("one walk"): _first(path)})

    def _reach(self):
        """Two standard deviations of the formula along w and b; None where there is no steady ball."""
        return 2 * np.sqrt(self.formula) if np.isfinite(self.formula).all() else None

    def _ellipse(self):
        if (reach := self._reach()) is None:
            return []
        middle = list(map(float, self.landscape.minima[0]))
        return [{"kind": "ellipse", "at": middle, "reach": reach.tolist(), "label": FORMULA}]

    def _margins(self):
        """-> (where the bars of both margins stand, how many of 255 parts of the crowd each holds at each step)"""
        reach, places, bars = self._reach(), [], []
        for i, middle in enumerate(map(float, self.landscape.minima[0])):
            low, high = self.home[2 * i : 2 * i + 2]
            edges = np.linspace(low, high, BARS + 1)
            ends = None if reach is None else [middle - reach[i], middle + reach[i]]
            places.append({"edges": edges.tolist(), "reach": ends})
            bars.append(_shares(self._all[..., i], edges))
        return places, np.round(255 * np.array(bars)).astype(np.uint8)

    def _said(self):
        if not np.isfinite(self.measured).all():
            return _("The walks diverge.")
        if not np.isfinite(self.formula).all():
            if "momentum" in self.settings:
                return _("There is no steady ball here: ηλ is 2(1 + μ) or more, or μ = 1.")
            return _("There is no steady ball here: ηλ is 2 or more.")
        lines = [VARIANCE.format(walks=WALKS)] + [
            ALONG.format(axis=axis, measured=f"{here:.3g}", formula=f"{there:.3g}")
            for axis, here, there in zip(self.landscape.letters, self.measured, self.formula, strict=True)
        ]
        if np.any(self.measured > 10 * self.formula):
            lines.append(RUN_AWAY)
        elif not self._settles:
            few = _("{steps} steps are too few here: the walks have not settled.")
            lines.append(few.format(steps=STEPS))
        return "\n".join(lines)

    def _limits(self):
        return [limit | {"label": _("full gradient")} for limit in super()._limits()]

    in_short: ClassVar[dict[str, tuple[str, int, int]]] = {**Explorer.in_short, "crowd": ("f4", 2, 2 * WALKS)}

    def _few_stops(self):
        return []  # the walkers of one setting are as many as a page can take

    def sentence(self):
        if "batch" not in self.settings:
            return super().sentence()
        symbols = {"batch": "B", "lr": "η", "momentum": "μ"}
        set_to = [
            f"{symbols[slider['key']]} = {figures.number(self.settings[slider['key']])}"
            for slider in self.sliders
        ]
        said = self.words.replace("\n", ", ").rstrip(".")
        told = _("Minibatch walks of {steps} steps with {settings}. {said}.")
        return told.format(steps=STEPS, settings=", ".join(set_to), said=said)

    @figures.styled
    def figure(self):
        x_from, x_to, y_from, y_to = self.bounds
        figure, axes = figures.new_figure(figures.map_width(x_from, x_to, y_from, y_to, 4.2), 4.2)
        figures.draw_landscape(axes, self.landscape, self.bounds)
        (label, path), at = next(iter(self.paths.items())), self._at()
        colour = figures.look_of(path.optimizer).colour
        axes.plot(*path.positions[: at + 1].T, color=colour, linewidth=0.9, label=label, zorder=3)
        walkers = _("{walks} walkers").format(walks=WALKS)
        axes.plot(*self._all[at].T, linestyle="", marker=".", color=DOT, label=walkers, zorder=4)
        if (reach := self._reach()) is not None:
            outline = np.linspace(0, 2 * np.pi, 100)[:, None]
            ring = self.landscape.minima[0] + reach * np.hstack([np.cos(outline), np.sin(outline)])
            axes.plot(*ring.T, "--", color=figures.INK, label=FORMULA.replace("\n", " "), zorder=6)
        figures.draw_start(axes, path.positions[0])
        figures.draw_key(axes, self.title)
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
    each = np.random.default_rng(0).integers(data.n, size=(STEPS + 1, WALKS, batch))
    each += data.n * np.arange(WALKS)[:, None]
    means = np.empty((STEPS + 1, WALKS, data.features.shape[1]))
    # step by step: to fill 50 MB for all of them at once takes ten times as long
    for row, drawn in zip(means, each, strict=True):
        counts = np.bincount(drawn.ravel(), minlength=WALKS * data.n).reshape(WALKS, data.n)
        row[...] = counts @ data.features / batch
    return means


def _near(positions):
    """Positions as the browser gets them, in float32; what ran away stays out of sight."""
    far = np.nan_to_num(positions, nan=OUT_OF_SIGHT, posinf=OUT_OF_SIGHT, neginf=-OUT_OF_SIGHT)
    return np.clip(far, -OUT_OF_SIGHT, OUT_OF_SIGHT).astype(np.float32)


def _shares(values, edges):
    """The share of each row's values between each two edges: shape (rows, walkers) -> (rows, len(edges) − 1)."""
    rows, bars = len(values), len(edges) - 1
    k = np.floor((values - edges[0]) / (edges[1] - edges[0])).astype(int)
    inside = (k >= 0) & (k < bars)
    flat = (k + bars * np.arange(rows)[:, None])[inside]
    return np.bincount(flat, minlength=rows * bars).reshape(rows, bars) / values.shape[1]


def _first(path):
    """The first of many walks, as if it had been walked alone."""
    rows = {name: getattr(path, name)[:, 0] for name in ROWS}
    return Path(path.landscape, path.optimizer, **rows, status=str(path.status[0]), ended=int(path.ended[0]))


def _whole(batch, most=None):
    """A batch size, which comes as a float from a slider."""
    whole = isinstance(batch, float) and batch.is_integer()
    return whole_number("batch", int(batch) if whole else batch, 1, most)
