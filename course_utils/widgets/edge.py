"""Edge: the network trained on all images, loss and largest curvature beside each other, while a hand moves η.

The runs were trained ahead (course_utils.training.edge); edge.js picks the one that the hand asks for.
"""

from typing import Any, ClassVar

import numpy as np
import traitlets

from course_utils import figures
from course_utils.figures import number, two_digits
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.validation import shown, whole_number
from course_utils.training.edge import RATES, SEEDS, trained_ahead
from course_utils.widgets.base import Live, script, styles

SETTINGS = ("raw", "centred")
LOSSES, CURVATURES = (0.02, 20.0), (0.1, 100.0)  # of the two pictures, from the bottom to the top
TICKS = ((0.1, 1, 10), (0.1, 1, 10, 100))
UNITS = 50


class Edge(Live):
    """Gradient descent on all images: loss, λ_max and the line 2/η, for the η and the inputs that the hand chooses.

    lr: the learning rate to begin with, one of training.edge.RATES.  centred: whether the mean image is subtracted.
    seed: of the initial weights, 0 ... 5.  steps: as far as the runs are drawn, at most 300.  title: a line above.

    The hand moves, in the browser or from Python:
        stop      of the slider: RATES[stop] is η
        centred   whether the mean image is subtracted
    Python alone sets what is drawn, for raw inputs first and for centred ones second:
        slider    {"label", "colour", "values": a text for each stop}
        limits    [[share of the slider from the left, text], ...]: η = 2/λ_max at the start, which the law predicts
        pictures  two, loss and λ_max: [{"title", "x", "y", "ticks": [[share from the left, text], ...] and the same from
                  above, "points": float32 (2, stops, n), shares of the height from above}]; NaN where a run has ended
        edge      where the line 2/η is at each stop, as a share of the second picture's height from above
        look      {"colour", "marker"} of the method
        lines     what is said at each stop, first without and then with centring
        alt       what is said now
    """

    _esm = script("edge.js")
    _css: Any = styles("edge.css")

    said: ClassVar[dict[str, str]] = {
        "edge": _("Train on all images: η moves"),
        "rate": _("learning rate η"),
        "centre": _("Subtract the mean image"),
        "line": _("2/η"),
    }

    by_hand = ("stop", "centred")

    stop = traitlets.Int().tag(sync=True, echo_update=False)
    centred = traitlets.Bool(False).tag(sync=True, echo_update=False)

    title = traitlets.Unicode().tag(sync=True)
    slider = traitlets.Dict().tag(sync=True)
    limits: traitlets.List = traitlets.List().tag(sync=True)
    pictures: traitlets.List = traitlets.List().tag(sync=True)
    edge: traitlets.List = traitlets.List().tag(sync=True)
    look = traitlets.Dict().tag(sync=True)
    lines = traitlets.List(traitlets.Unicode()).tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, lr: float = 0.1, centred: bool = False, seed: int = 0, steps: int = 100, title: str = ""
    ) -> None:
        if lr not in RATES:
            raise ValueError(f"lr must be one of {', '.join(map(str, RATES))}, not {shown(lr)}")
        seed = whole_number("seed", seed, SEEDS[0], SEEDS[-1])
        self.steps = steps
        self.runs = [[trained_ahead(setting)[seed, rate] for rate in RATES] for setting in SETTINGS]
        look = figures.LOOKS["SGD"]
        super().__init__(
            title=title,
            stop=RATES.index(lr),
            centred=centred,
            slider={
                "label": "η",
                "colour": figures.QUANTITIES["η"].colour,
                "values": [number(rate) for rate in RATES],
            },
            limits=[self._limit(runs) for runs in self.runs],
            pictures=[self._losses(), self._curvatures()],
            edge=[_share(2 / rate, CURVATURES) for rate in RATES],
            look={"colour": look.colour, "marker": look.marker},
            lines=[
                self._line(runs, k, centred)
                for centred, runs in enumerate(self.runs)
                for k in range(len(RATES))
            ],
        )
        self.alt = self.sentence()
        self.observe(self._tell, ["stop", "centred"])

    def _tell(self, _change=None):
        self.alt = self.sentence()

    # --- what is drawn -----------------------------------------------------------------------------------

    def _limit(self, runs):
        limit = 2 / runs[0].curvatures[0]
        place = np.interp(np.log(limit), np.log(RATES), np.linspace(0, 1, len(RATES)))
        return [
            float(place),
            _("predicted limit {limit}").format(limit=figures.number(float(f"{limit:.3g}"))),
        ]

    def _losses(self):
        rows = np.full((len(SETTINGS), len(RATES), self.steps + 1), np.nan, np.float32)
        for place in np.ndindex(rows.shape[:2]):
            losses = self.runs[place[0]][place[1]].losses[: self.steps + 1]
            rows[place][: len(losses)] = _share(losses, LOSSES)
        return {
            "title": _("The loss"),
            "y": _("loss f"),
            **self._axes(TICKS[0], LOSSES),
            "points": rows.tobytes(),
        }

    def _curvatures(self):
        count = len(self.measured)
        rows = np.full((len(SETTINGS), len(RATES), count), np.nan, np.float32)
        for place in np.ndindex(rows.shape[:2]):
            curvatures = self.runs[place[0]][place[1]].curvatures[:count]
            rows[place][: len(curvatures)] = _share(curvatures, CURVATURES)
        return {
            "title": _("The largest curvature, and 2/η"),
            "y": "λ",
            **self._axes(TICKS[1], CURVATURES),
            "points": rows.tobytes(),
        }

    @property
    def measured(self):
        """The steps at which λ_max was measured."""
        longest = max((run.measured for runs in self.runs for run in runs), key=len)
        return longest[longest <= self.steps]

    def _axes(self, ticks, window):
        across = [[k / 4, number(round(k * self.steps / 4))] for k in range(5)]
        return {"x": _("step"), "ticks": [across, [[_share(tick, window), number(tick)] for tick in ticks]]}

    # --- the words ---------------------------------------------------------------------------------------

    def _line(self, runs, k, centred):
        run, rate = runs[k], RATES[k]
        losses = run.losses[: self.steps + 1]
        rises = int((np.diff(losses) > 0).sum())
        inputs = _("centred inputs") if centred else _("inputs as they are")
        begins = _(
            "η = {rate}, {inputs}: λ at the start is {first}, so the law allows η up to {limit}."
        ).format(
            rate=number(rate),
            inputs=inputs,
            first=number(float(f"{run.curvatures[0]:.3g}")),
            limit=number(float(f"{2 / run.curvatures[0]:.3g}")),
        )
        if len(losses) <= self.steps:
            steps = len(losses) - 1
            told = ngettext(
                "After {steps} step the loss is no longer a number.",
                "After {steps} steps the loss is no longer a number.",
                steps,
            )
            return f"{begins} {told.format(steps=steps)}"
        falls = _("falls in every step") if not rises else ngettext(
            "rises in {rises} step of {steps}", "rises in {rises} steps of {steps}", rises
        ).format(rises=rises, steps=self.steps)  # fmt: skip
        last = run.curvatures[self.measured[-1] // (self.measured[1] - self.measured[0])]
        told = _(
            "The loss {falls} and ends at {loss}. λ ends at {last}, and 2/η is {edge}. {shut} of {units} units are shut."
        )
        told = told.format(
            falls=falls,
            loss=two_digits(losses[-1]),
            last=two_digits(last),
            edge=number(float(f"{2 / rate:.3g}")),
            shut=run.shut,
            units=UNITS,
        )
        return f"{begins} {told}"

    def alone(self):
        return {}

    def sentence(self):
        return self.lines[self.stop + self.centred * len(RATES)]

    # --- the picture it leaves behind --------------------------------------------------------------------

    @figures.styled
    def figure(self):
        figure, panels = figures.new_figure(7.5, 3.3, columns=2)
        run, rate = self.runs[self.centred][self.stop], RATES[self.stop]
        colour = self.look["colour"]
        losses = run.losses[: self.steps + 1]
        panels[0].plot(losses, color=colour)
        panels[0].set(ylabel=_("loss f"), ylim=LOSSES, title=_("The loss"))
        seen = run.measured <= self.steps
        panels[1].plot(run.measured[seen], run.curvatures[seen], color=colour, marker="o", markersize=4)
        panels[1].axhline(2 / rate, color=self.slider["colour"], linestyle="--")
        panels[1].text(self.steps, 2 / rate, "2/η ", color=self.slider["colour"], ha="right", va="bottom")
        panels[1].set(ylabel=r"$\lambda$", ylim=CURVATURES, title=_("The largest curvature, and 2/η"))
        for axes, ticks in zip(panels, TICKS, strict=True):
            axes.set(yscale="log", xlabel=_("step"), xlim=(0, self.steps))
            axes.set_yticks(ticks, labels=[number(tick) for tick in ticks])
            axes.minorticks_off()
        return figure

    # --- what the hand may do ----------------------------------------------------------------------------

    @traitlets.validate("stop")
    def _is_a_stop(self, proposal):
        if not 0 <= proposal["value"] < len(RATES):
            raise traitlets.TraitError(
                f"stop must be from 0 to {len(RATES) - 1}, not {shown(proposal['value'])}"
            )
        return proposal["value"]


def _share(values, window):
    """Where values are on a logarithmic axis, as shares of its height from above; what is outside is put on the rim."""
    low, high = window
    shares = (np.log(high) - np.log(np.clip(values, low, high))) / (np.log(high) - np.log(low))
    return float(shares) if np.ndim(values) == 0 else shares
