"""StepSizes: one method on a landscape, with the step size of each coordinate as a bar that changes as it walks."""

from typing import Any

import numpy as np

from course_utils import figures
from course_utils.adaptive import largest_step_size, step_sizes
from course_utils.descent import descend
from course_utils.figures import number
from course_utils.landscapes import Landscape
from course_utils.optimizers import SGD, AdaGrad, Adam, RMSProp
from course_utils.support.language import gettext as _
from course_utils.support.types import Point
from course_utils.support.validation import shown
from course_utils.widgets.explorers import Explorer
from course_utils.widgets.map import cut

TENS = [*range(10, 20), *range(20, 100, 5)]
STOPS = [float(f"{k}e{power}") for power in (-3, -2, -1) for k in TENS] + [10.0]
WIDER = [float(f"{k}e{power}") for power in (-2, -1, 0) for k in TENS] + [100.0]  # for one coordinate alone


class StepSizes(Explorer):
    """One method on a bowl: the two parts of each step as arrows, and below the map what each part of g is multiplied by.

    optimizer: an SGD, AdaGrad, RMSProp or Adam.  start, steps, bounds, title: as in Explorer.
    each: for SGD, a slider of its own for each coordinate instead of one η for both.

    A bar has a mark where the step size is too large for the curvature along its coordinate: beyond it swings grow.
    """

    def __init__(
        self,
        landscape: Landscape,
        optimizer: SGD | AdaGrad | RMSProp | Adam,
        start: Point | None = None,
        steps: int = 30,
        each: bool = False,
        **options: Any,
    ) -> None:
        if not isinstance(optimizer, (SGD, AdaGrad, RMSProp, Adam)):
            raise TypeError(f"optimizer must be an SGD, AdaGrad, RMSProp or Adam, not {shown(optimizer)}")
        if each and not isinstance(optimizer, SGD):
            raise ValueError("only SGD can be given a step size for each coordinate by hand")
        self._each = each
        super().__init__(
            landscape,
            {figures.look_of(optimizer).label: optimizer},
            start,
            steps,
            **{"arrows": True} | options,
        )
        self.observe(self._tell, "step")
        self._tell()

    def _tell(self, _change=None):
        self.alt = self.sentence()

    def _arrange(self, landscape):
        settings, sliders = super()._arrange(landscape)
        if not self._each:
            return settings, [slider | {"values": STOPS} for slider in sliders]
        label, lr = next(iter(self.optimizers)), settings["lr"]
        keys = {f"lr {letter}": letter for letter in landscape.letters}
        self._owners = {key: [label] for key in keys}
        sliders = [
            {"key": key, "label": _("step size η of {letter}").format(letter=letter), "values": WIDER}
            for key, letter in keys.items()
        ]
        return dict.fromkeys(keys, lr), sliders

    def walk_ahead(self, key):
        """Nothing is walked ahead: one path is walked quickly enough when it is asked for."""

    def _walk_again(self, change):
        if not self._each:
            super()._walk_again(change)
            return
        label, lr = next(iter(self.optimizers)), np.array(list(self.settings.values()))
        path = descend(SGD(lr), self.landscape, np.array(self.start), self._steps)
        with self.hold_sync():
            self.show({label: path})
            self.limits = self._limits()

    def _largest(self):
        """The largest step size that stays stable along each coordinate; None where the curvature changes on the way."""
        here, there = self.landscape.hessian(np.array([self.landscape.start, (0.3, 0.7)], dtype=float))
        alone = np.diag(np.diag(here))
        if not (np.allclose(here, there) and np.allclose(here, alone) and (np.diag(here) > 0).all()):
            return [None, None]
        path = next(iter(self.paths.values()))
        return [float(largest_step_size(path.optimizer, curvature)) for curvature in np.diag(here)]

    def _limits(self):
        if not self._each:
            return super()._limits() if isinstance(next(iter(self.optimizers.values())), SGD) else []
        label, method = next(iter(self.optimizers.items()))
        look = {
            "label": label,
            "colour": figures.look_of(method).colour,
            "marker": figures.look_of(method).marker,
        }
        return [
            look | {"key": key, "at": at}
            for key, at in zip(self.settings, self._largest(), strict=True)
            if at
        ]

    # --- what is drawn ---------------------------------------------------------------------------------

    def show(self, paths):
        super().show(paths)
        (path,) = self.paths.values()
        with np.errstate(all="ignore"):
            self.sizes = step_sizes(path)
        colour = figures.QUANTITIES["gradient step"].colour
        parts = [{"label": "", "colour": colour}] * 2
        with self.hold_sync():
            self.methods = [m | {"arrows": [*parts, m["arrows"][2]]} for m in self.methods]
            self.gauges = [
                {"label": letter, "limit": limit}
                for letter, limit in zip(self.landscape.letters, self._largest(), strict=True)
            ]
            self.levels = self.sizes.T.astype(np.float32).tobytes()
            self.alt = self.sentence()

    def _arrow_parts(self, last):
        """The two parts of each step: along the first coordinate, then along the second."""
        out = np.full((1, last + 1, 6), np.nan)
        (path,) = self.paths.values()
        with np.errstate(all="ignore"):
            taken = np.diff(path.positions, axis=0)
        out[0, :-1] = 0
        out[0, :-1, 0], out[0, :-1, 3] = taken.T
        out[0, :, 4:] = path.positions
        return out.tobytes()

    def _told(self, at):
        known = zip(self.landscape.letters, self.sizes[at], self._largest(), strict=True)
        sizes = [
            (
                _("{size} for {letter} (at most {limit} is stable)") if limit else _("{size} for {letter}")
            ).format(size=number(float(f"{size:.3g}")), letter=letter, limit=number(limit or 0))
            for letter, size, limit in known
        ]
        return _("Step sizes after step {step}: {sizes}.").format(step=at, sizes=", ".join(sizes))

    def sentence(self):
        if not hasattr(self, "sizes"):
            return super().sentence()
        return f"{super().sentence()} {self._told(self.step)}"

    @figures.styled
    def figure(self):
        (label, path), at = next(iter(self.paths.items())), self._at()
        x_from, x_to, y_from, y_to = self.bounds
        width = figures.map_width(x_from, x_to, y_from, y_to, 3.4)
        figure, (trail, bars) = figures.new_figure(
            width, 4.6, rows=2, gridspec_kw={"height_ratios": [3.4, 0.7]}
        )
        figures.draw_landscape(trail, self.landscape, self.bounds)
        figures.draw_path(trail, cut(path, at), label)
        figures.draw_key(trail, self.title)
        low, high = self.scale
        places = range(len(self.gauges))
        bars.barh(
            places, np.clip(self.sizes[at], low, high) - low, 0.5, low, color=figures.QUANTITIES["η"].colour
        )
        for k, gauge in enumerate(self.gauges):
            if gauge["limit"]:
                bars.plot([gauge["limit"]] * 2, [k - 0.4, k + 0.4], color=figures.INK, linewidth=2.5)
        told = _("step size; the mark: the largest that stays stable")
        bars.set(xscale="log", xlim=(low, high), yticks=places, xlabel=told)
        tens = [10.0**k for k in range(round(np.log10(low)), round(np.log10(high)) + 1)]
        bars.set_xticks(tens, [number(ten) for ten in tens])
        bars.minorticks_off()
        bars.set_yticklabels([f"${gauge['label']}$" for gauge in self.gauges])
        bars.invert_yaxis()
        return figure
