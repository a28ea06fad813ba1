"""Parabola: the steps of gradient descent drawn on the curve f(θ) = ½ λ θ², while a hand moves the learning rate."""

from typing import Any

import numpy as np

from course_utils import figures
from course_utils.figures.looks import GROUND
from course_utils.landscapes import quadratic
from course_utils.support.types import Window
from course_utils.widgets.factors import Factors
from course_utils.widgets.map import cut, painted

WINDOW = (-3.0, 3.0, -0.3, 2.9)  # θ from, θ to, f from, f to: low enough to see it whole above its slider


class Parabola(Factors):
    """Plain gradient descent on one axis, seen from the side: each step lands on the parabola.

    curvature: λ > 0.  lr: the learning rate to begin with.  start: θ₀.  steps, and the rest: as in Explorer.

    It is the walk on a round bowl along y = 0; what is drawn of each point is (θ, f).
    """

    coordinates = "θ"

    def __init__(
        self,
        curvature: float = 1.0,
        lr: float = 0.1,
        start: float = 2.0,
        steps: int = 10,
        bounds: Window = WINDOW,
        **options: Any,
    ) -> None:
        bowl = quadratic(curvature, curvature)
        super().__init__(bowl, lr=lr, start=(start, 0.0), steps=steps, bounds=bounds, **options)
        self.movable, self.axes, self.minimum = False, ("θ", "f"), []

    def _limits(self):
        return []  # a mark at the limit would answer what the figure asks

    def spots(self, path):
        return np.stack([path.positions[..., 0], path.losses], axis=-1)

    def ground(self):
        return painted(self.size, self._draw_curve)

    def _draw_curve(self, axes):
        """The parabola, and the ground below it."""
        low, high = self.bounds[:2]
        theta = np.linspace(low, high, 241)
        f = self.landscape(np.stack([theta, 0 * theta], axis=-1))
        axes.fill_between(theta, self.bounds[2], f, color=GROUND[0], linewidth=0)
        axes.plot(theta, f, color=figures.CONTOUR, linewidth=1.6)
        axes.set(xlim=self.bounds[:2], ylim=self.bounds[2:], aspect="equal")

    @figures.styled
    def figure(self):
        figure, axes = figures.new_figure(6.5, 4.6)
        self._draw_curve(axes)
        for path in self.paths.values():
            walked = self.spots(cut(path, self.step)).astype(float)
            look = figures.look_of(path.optimizer)
            axes.plot(*walked.T, color=look.colour, marker=look.marker)
        axes.set(xlabel=r"$\theta$", ylabel="loss $f$", title=self.title)
        return figure
