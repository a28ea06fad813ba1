"""Parabola: the steps of gradient descent drawn on the curve f(θ) = ½ λ θ², while a hand moves the learning rate."""

import io

import numpy as np
from matplotlib.figure import Figure

from course_utils import figures
from course_utils.landscapes import quadratic
from course_utils.widgets.factors import Factors, regime
from course_utils.widgets.map import cut

WINDOW = (-3.0, 3.0, -0.4, 4.1)  # θ from, θ to, f from, f to: of the shape of a map's sheet


class Parabola(Factors):
    """Plain gradient descent on one axis, seen from the side: each step lands on the parabola.

    curvature: λ > 0.  lr: the learning rate to begin with.  start: θ₀.  steps, and the rest: as of Explorer.

    It is the walk on a round bowl along y = 0; what is drawn of each point is (θ, f).
    """

    def __init__(self, curvature=1.0, lr=0.1, start=2.0, steps=10, bounds=WINDOW, **options):
        bowl = quadratic(curvature, curvature)
        super().__init__(bowl, lr=lr, start=(start, 0.0), steps=steps, bounds=bounds, **options)
        self.movable, self.axes = False, ("θ", "f")

    def _limits(self):
        return []  # a mark at the limit would answer what the figure asks

    def spots(self, path):
        return np.stack([path.positions[..., 0], path.losses], axis=-1)

    @figures.styled
    def ground(self):
        figure = Figure(figsize=(self.size[0] / 100, self.size[1] / 100), dpi=200)
        figure.set_layout_engine("none")
        axes = figure.add_axes((0, 0, 1, 1))
        self._draw_curve(axes)
        axes.set_axis_off()
        axes.set_aspect("auto")
        raw = io.BytesIO()
        figure.savefig(raw, format="png", dpi=200)
        return figures.compressed(raw)

    def _draw_curve(self, axes):
        """The parabola, and the ground below it."""
        low, high = self.bounds[:2]
        theta = np.linspace(low, high, 241)
        f = self.landscape(np.stack([theta, 0 * theta], axis=-1))
        axes.fill_between(theta, self.bounds[2], f, color="#e8edda", linewidth=0)
        axes.plot(theta, f, color="#6b5640", linewidth=1.6)
        axes.set(xlim=self.bounds[:2], ylim=self.bounds[2:], aspect="equal")

    def figure(self):
        figure, axes = figures.new_figure(6.5, 4.6)
        self._draw_curve(axes)
        for path in self.paths.values():
            walked = self.spots(cut(path, self.step)).astype(float)
            look = figures.look_of(path.optimizer)
            axes.plot(*walked.T, color=look.colour, marker=look.marker)
        axes.set(xlabel=r"$\theta$", ylabel="loss $f$", title=self.title)
        return figure

    def _lines(self):
        eta, factor = figures.number(self.settings["lr"]), self.factors()[0]
        product = f"1 − {eta} · {figures.number(self.curvatures[0])}"
        yield f"η = {eta}. Each step multiplies"
        yield f"θ by {product} = {figures.number(factor)}: {regime(factor)}"
