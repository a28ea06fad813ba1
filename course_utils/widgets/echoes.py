"""Echoes: a velocity as the sum of all past gradients, drawn head to tail as arrows that fade with age."""

from typing import Any

import numpy as np

from course_utils import figures
from course_utils.figures import number, point
from course_utils.landscapes import Landscape
from course_utils.optimizers import Momentum
from course_utils.support.language import gettext as _
from course_utils.support.types import Point
from course_utils.support.validation import shown
from course_utils.widgets.explorers import Explorer

FAINTEST = 0.08  # arrows that count less than this are drawn together, as one


class Echoes(Explorer):
    """The last step of a ball as a chain of arrows: −η g now, then −η μ g of the step before, −η μ² g, and so on.

    optimizer: a Momentum.  start, steps, bounds: as in Explorer.  step: the step shown first.
    The slider is μ; the player goes from step to step.
    """

    def __init__(
        self,
        landscape: Landscape,
        optimizer: Momentum,
        start: Point | None = None,
        steps: int = 12,
        step: int | None = None,
        **options: Any,
    ) -> None:
        if type(optimizer) is not Momentum:
            raise TypeError(
                f"optimizer must be a Momentum such as Momentum(0.1, 0.9), not {shown(optimizer)}"
            )
        super().__init__(landscape, {"Momentum": optimizer}, start, steps, **options)
        if step is not None:
            self.step = step
        self.observe(self._echo, ["step", "settings", "start"])
        self._echo()

    def _arrange(self, landscape):
        settings, sliders = super()._arrange(landscape)
        self._owners = {"momentum": self._owners["momentum"]}
        return {"momentum": settings["momentum"]}, [s for s in sliders if s["key"] == "momentum"]

    def chain(self):
        """-> [(weight, tail, tip)] of the last step, the newest gradient first; those too faint for one arrow as one."""
        path, t = self.paths["Momentum"], self.step
        if not t or (path.status == "diverged" and t >= path.ended):
            return []
        lr, mu = path.optimizer.lr, self.settings["momentum"]
        weights = mu ** np.arange(t)
        parts = -lr * weights[:, None] * path.gradients[t - 1 :: -1][:t]
        single = max(1, int((weights >= FAINTEST).sum()))
        if single < t:
            parts = np.concatenate([parts[:single], parts[single:].sum(axis=0, keepdims=True)])
            weights = np.append(weights[:single], weights[single])
        ends = path.positions[t - 1] + np.cumsum(parts, axis=0)
        tails = np.concatenate([path.positions[t - 1 : t], ends[:-1]])
        return list(zip(weights.tolist(), tails, ends, strict=True))

    def _echo(self, _change=None):
        chain = self.chain()
        blue, orange = (figures.QUANTITIES[q].colour for q in ("gradient step", "new velocity"))
        names = self._names(chain)
        marks = [
            {
                "kind": "arrow",
                "from": tail.tolist(),
                "to": tip.tolist(),
                "colour": blue + _alpha(weight),
                "label": name,
                "side": 1,
            }
            for name, (weight, tail, tip) in zip(names, chain, strict=True)
        ]
        if chain:
            whole = {"from": chain[0][1].tolist(), "to": chain[-1][2].tolist(), "colour": orange}
            marks.append({"kind": "arrow", "broad": True, "label": "v", "side": -1, **whole})
        with self.hold_sync():
            self.marks = marks
            self.words = self._told(chain)
            self.room = [self.words + " " * 4]
            self.alt = self.sentence()

    def _names(self, chain):
        """The weight beside each arrow, the newest first: "" where it has no room, beside a short arrow or another name."""
        room = 0.05 * (self.bounds[1] - self.bounds[0])
        names, taken = [], [chain[-1][2]] if chain else []
        for k, (weight, tail, tip) in enumerate(chain):
            middle, long = (tail + tip) / 2, np.linalg.norm(tip - tail)
            free = all(np.linalg.norm(middle - place) > 1.6 * room for place in taken)
            names.append(_weighted(k, weight) if long > room and free else "")
            taken += [middle] if names[-1] else []
        return names

    def _told(self, chain):
        if not chain:
            return _("At the start the ball is at rest: v = 0. Play, or press Next.")
        velocity = chain[-1][2] - chain[0][1]
        newest = float(np.linalg.norm(chain[0][2] - chain[0][1]))
        long = float(np.linalg.norm(velocity))
        return _(
            "Step {step}, μ = {mu}: v = {v} is {long} long, {times} times the newest pull −ηg alone. "
            "The very first gradient counts {oldest}."
        ).format(
            step=self.step,
            mu=number(self.settings["momentum"]),
            v=point(velocity),
            long=number(float(f"{long:.3g}")),
            times=number(float(f"{long / newest:.3g}")) if newest else "∞",
            oldest=number(float(f"{self.settings['momentum'] ** (self.step - 1):.2g}")),
        )

    def _few_stops(self):
        return []  # its words follow from step and slider together

    def foreseen(self):
        return [*super().foreseen(), [{"set": {"step": step}} for step in range(self.last + 1)]]

    def sentence(self):
        return self._told(self.chain()) if self.paths and self.settings else super().sentence()

    def figure(self):
        figure = super().figure()
        axes = figure.axes[0]
        for weight, tail, tip in self.chain():
            axes.annotate("", tip, tail, arrowprops={"arrowstyle": "-|>", "mutation_scale": 9, "shrinkA": 0, "shrinkB": 0, "color": figures.QUANTITIES["gradient step"].colour, "alpha": max(weight, FAINTEST)})  # fmt: skip
        if chain := self.chain():
            figures.draw_arrow(axes, chain[0][1], chain[-1][2] - chain[0][1], "new velocity")
        return figure


def _weighted(k, weight):
    return "−ηg" if k == 0 else f"× {number(float(f'{weight:.2g}'))}"


def _alpha(weight):
    """Two hexadecimal digits of an opacity: it fades with the weight, and is still seen at the end."""
    return f"{round(255 * (0.18 + 0.82 * min(1.0, weight))):02x}"
