"""Race: the losses of several methods, played step by step, each as the median of its runs with a band around it.

Python smooths the losses, and works out medians, bands and ranks; race.js draws as much of them as the hand asks for.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import traitlets

from course_utils import figures
from course_utils.figures import running_mean, two_digits
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.validation import shown
from course_utils.widgets.base import Live, said_by_player, script, styles

BAND = (0.25, 0.75)  # the middle half of the runs: one seed out of five that goes astray does not widen it
SPEEDS = (10, 30, 60)  # steps a second
NICE = (1, 2, 5)  # what a tick of the loss may start with


class Race(Live):
    """Loss against step for several methods: play it, stop it, leave methods out.

    losses: {method: losses of its runs, shape (runs, steps)}, numbers > 0; the shape is the same for all. A method
        is a key of figures.LOOKS.
    over: each point is the mean over this many steps, or over all so far where they are fewer.
    unit: what the losses are, for the axis.

    The state, as synced traits. The hand moves, in the browser or from Python:
        step     1 ... steps: as far as the lines are drawn
        chosen   names of the methods that are drawn
        playing  whether it runs by itself
        speed    steps a second
    Python alone sets what is drawn:
        methods  [{"name", "label", "colour", "marker"}, ...]
        curves   median, lower and upper end of the band, in shares of the height from above, and the median itself:
                 float32, shape (methods, 4, steps)
        ticks    [[share from above, text], ...] of the loss
        words    one line on each method at this step
        alt      one sentence on what is seen

    Raises ValueError for losses that are not such a dict, and TypeError for anything that is not an array of numbers.
    """

    _esm = script("race.js")
    _css: Any = styles("race.css")

    said: ClassVar[dict[str, str]] = {
        **said_by_player(SPEEDS),
        "methods": _("Methods"),
        "all": _("All"),
        "none": _("None"),
    }

    by_hand = ("step", "chosen", "playing", "speed")

    step = traitlets.Int(1).tag(sync=True, echo_update=False)
    chosen = traitlets.List(traitlets.Unicode()).tag(sync=True, echo_update=False)
    playing = traitlets.Bool(False).tag(sync=True, echo_update=False)
    speed = traitlets.Int(30).tag(sync=True, echo_update=False)
    speeds = traitlets.List(traitlets.Int(), list(SPEEDS)).tag(sync=True)

    title = traitlets.Unicode(_("Race")).tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    steps = traitlets.Int().tag(sync=True)
    methods: traitlets.List = traitlets.List().tag(sync=True)
    curves = traitlets.Bytes().tag(sync=True)
    ticks: traitlets.List = traitlets.List().tag(sync=True)
    words = traitlets.List(traitlets.Unicode()).tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)

    def __init__(self, losses: Mapping[str, Any], over: int = 1, unit: str | None = None) -> None:
        smooth = {name: running_mean(runs, over) for name, runs in _checked(losses).items()}
        self.runs, self.over = smooth, over
        self.median = {name: np.median(runs, axis=0) for name, runs in smooth.items()}
        self.band = {name: np.quantile(runs, BAND, axis=0) for name, runs in smooth.items()}
        count, steps = next(iter(smooth.values())).shape
        self.count = count
        super().__init__(
            steps=steps,
            step=steps,
            chosen=list(smooth),
            unit=_("loss") if unit is None else unit,
            title=ngettext(
                "The race: median of {count} run, and a band that holds the middle half of them",
                "The race: median of {count} runs, and a band that holds the middle half of them",
                count,
            ).format(count=count),
        )
        with self.hold_sync():
            self._draw()
            self._tell()
        self.observe(self._tell, ["step", "chosen"])

    # --- what it shows ---------------------------------------------------------------------------------

    def _draw(self):
        looks = {name: figures.LOOKS[name] for name in self.median}
        self.methods = [
            {"name": name, "label": look.label, "colour": look.colour, "marker": look.marker}
            for name, look in looks.items()
        ]
        ends = np.array(list(self.band.values()))
        low, high = np.log(ends.min() / 1.1), np.log(ends.max() * 1.1)

        def share(values):
            return (high - np.log(values)) / (high - low)

        rows = [[share(m), *share(self.band[name]), m] for name, m in self.median.items()]
        self.curves = np.array(rows, np.float32).tobytes()
        self.ticks = [[float(share(tick)), figures.number(tick)] for tick in nice(np.exp(low), np.exp(high))]

    def _tell(self, _change=None):
        with self.hold_sync():
            self.words = self._lines()
            self.alt = self.sentence()

    def order(self):
        """The chosen methods, the smallest median at this step first."""
        return sorted(self.chosen, key=lambda name: self.median[name][self.step - 1])

    def _lines(self):
        t = self.step - 1
        return [
            _("{rank}. {method}: {median}, half of the runs {low} to {high}").format(
                rank=rank,
                method=figures.LOOKS[name].label,
                median=two_digits(self.median[name][t]),
                low=two_digits(self.band[name][0, t]),
                high=two_digits(self.band[name][1, t]),
            )
            for rank, name in enumerate(self.order(), start=1)
        ]

    # --- the picture it leaves behind ------------------------------------------------------------------

    def alone(self):
        """The numbers beside the methods are drawn by the page; the sentences on each step are not sent ahead."""
        return {"words": [], "alt": self.title}

    def sentence(self):
        ends = "; ".join(
            f"{figures.LOOKS[name].label} {two_digits(self.median[name][self.step - 1])}"
            for name in self.chosen
        )
        if self.over > 1:
            told = _(
                "{unit} after {step} of {steps} steps, the mean over the last {over} steps, "
                "median of {count} runs: {ends}."
            )
        else:
            told = _("{unit} after {step} of {steps} steps, median of {count} runs: {ends}.")
        return told.format(
            unit=self.unit[:1].upper() + self.unit[1:],
            step=self.step,
            steps=self.steps,
            over=self.over,
            count=self.count,
            ends=ends or _("no method is chosen"),
        )

    @figures.styled
    def figure(self):
        figure, axes = figures.new_figure(7.5, 4.2)
        t = np.arange(1, self.step + 1)
        for name in self.chosen:
            look, (low, high) = figures.LOOKS[name], self.band[name][:, : self.step]
            axes.fill_between(t, low, high, color=look.colour, alpha=0.18, linewidth=0)
            axes.plot(
                t,
                self.median[name][: self.step],
                color=look.colour,
                marker=look.marker,
                markevery=max(1, self.steps // 10),
                label=look.label,
            )
        axes.set(
            xlabel=_("step"),
            ylabel=self.unit,
            yscale="log",
            xlim=(0, self.steps + 1),
            title=_("Median of {count} runs; the band holds the middle half").format(count=self.count),
        )
        wanted = [tick for tick in nice(*axes.get_ylim())]
        axes.set_yticks(wanted, labels=[figures.number(tick) for tick in wanted])
        axes.minorticks_off()
        axes.grid(True, axis="y")
        ends = [
            (self.step, float(self.median[name][self.step - 1]), figures.LOOKS[name]) for name in self.chosen
        ]
        figures.label_ends(axes, [(x, y, look.label, look.colour) for x, y, look in ends if np.isfinite(y)])
        return figure

    # --- what the hand may do --------------------------------------------------------------------------

    @traitlets.validate("step")
    def _is_a_step(self, proposal):
        if not 1 <= proposal["value"] <= self.steps:
            raise traitlets.TraitError(f"step must be from 1 to {self.steps}, not {shown(proposal['value'])}")
        return proposal["value"]

    @traitlets.validate("chosen")
    def _are_methods(self, proposal):
        unknown = [name for name in proposal["value"] if name not in self.median]
        if unknown:
            known = ", ".join(self.median)
            raise traitlets.TraitError(f"chosen must be some of {known}, not {shown(unknown[0])}")
        return [name for name in self.median if name in proposal["value"]]

    @traitlets.validate("speed")
    def _is_a_speed(self, proposal):
        if proposal["value"] not in SPEEDS:
            speeds = ", ".join(map(str, SPEEDS))
            raise traitlets.TraitError(f"speed must be one of {speeds}, not {shown(proposal['value'])}")
        return proposal["value"]


# --- numbers ---------------------------------------------------------------------------------------------


def nice(low, high):
    """1, 2 and 5 times powers of ten, from low to high."""
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    return [tick for power in powers for k in NICE if low <= (tick := float(f"{k}e{power}")) <= high]


def _checked(losses):
    """The losses as float arrays of one shape."""
    if not isinstance(losses, dict) or not losses:
        raise ValueError(f"losses must be a dict, method: array of shape (runs, steps), not {shown(losses)}")
    arrays: dict[str, np.ndarray] = {}
    for name, runs in losses.items():
        if name not in figures.LOOKS:
            known = ", ".join(figures.LOOKS)
            raise ValueError(f"losses: a method must be one of {known}, not {shown(name)}")
        try:
            array = np.asarray(runs, dtype=float)
        except (TypeError, ValueError):
            raise TypeError(
                f"losses[{name!r}] must be an array of shape (runs, steps), not {shown(runs)}: "
                "does each run have as many steps?"
            ) from None
        wanted = next(iter(arrays.values())).shape if arrays else array.shape
        if array.ndim != 2 or not array.size or array.shape != wanted:
            need = f"the shape {wanted}" if arrays else "a shape (runs, steps)"
            raise ValueError(f"losses[{name!r}] must have {need}, not {array.shape}")
        if not (np.isfinite(array).all() and (array > 0).all()):
            raise ValueError(f"losses[{name!r}] must be finite and > 0: leave a run that diverged out")
        arrays[name] = array
    return arrays
