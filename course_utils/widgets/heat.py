"""HeatMap: how fast a method goes down a ravine at every pair (η, μ), and what it does at the one pointed at.

Python computes rates, paths and eigenvalues of all cells at once; heat.js colours them and picks the cell.
"""

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import traitlets
from matplotlib import colormaps
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from course_utils import figures
from course_utils.descent import descend
from course_utils.figures import number
from course_utils.landscapes import quadratic
from course_utils.optimizers import Momentum, Nesterov, NesterovLookahead
from course_utils.quadratics import eigenvalues, overall_rate, stability_limit, tuned
from course_utils.support.language import gettext as _
from course_utils.support.types import Point
from course_utils.support.validation import is_real, shown
from course_utils.widgets.base import Live, script, styles
from course_utils.widgets.map import ROWS

STEEP = 2.0  # curvature across the ravine, as in x²/20 + y²; along it, STEEP / κ
START, WINDOW, STEPS = (-7.0, 2.0), (-8.0, 8.0, -4.0, 4.0), 30
LRS = np.arange(1, 101) / 50  # η, a column each: up to where every μ < 1 diverges
MOMENTA = np.arange(50) / 50  # μ, a row each
KAPPAS = (1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000)
UNSTABLE = 255  # the level of a cell that does not come to rest
FASTEST, SLOWEST = 2.5, 320.0  # steps for one more digit: what the first and the last colour are for
TICKS = (0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)  # rates named beside the colours
COLOURS = (255 * colormaps["viridis"](np.linspace(1, 0, UNSTABLE))[:, :3]).round().astype(np.uint8)
BANDS = 24  # colours of the picture that is left behind: a small file has few
RINGS = (0.25, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8)  # where the contours cross the axis across
FAST = _("η = {lr}, μ = {mu}: rate {rate}, {steps} steps for one more digit.")
ALONG_SWINGS_OUT = _(
    "Along the ravine, λ₁ = {curvature}: {real} ± {imaginary}i, of size {size}: swings wider and wider."
)
ACROSS_SWINGS_OUT = _(
    "Across it, λ₂ = {curvature}: {real} ± {imaginary}i, of size {size}: swings wider and wider."
)
#: Texts as long as the four lines may get.
LONGEST = (
    FAST.format(lr="1.88", mu="0.88", rate="0.8888", steps="8.888e+08"),
    ALONG_SWINGS_OUT.format(curvature="0.008888", real="−0.8888", imaginary="0.08888", size="0.8888"),
    ACROSS_SWINGS_OUT.format(curvature="2", real="−0.8888", imaginary="0.08888", size="0.8888"),
    _("The path: converged at (−8.888e−08, −8.888e−08) after 30 steps."),
)


class HeatMap(Live):
    """The rate of a method on a ravine, over (η, μ): point at a cell, and see its path and its eigenvalues.

    method: Momentum, NesterovLookahead or Nesterov, the class itself.
    kappa: the condition number κ, from 1 to 1000: the ravine is (2/κ x² + 2 y²)/2, so 20 gives x²/20 + y².
    at: (η, μ) to point at; the nearest cell is taken.

    The state, as synced traits. The hand moves, in the browser or from Python:
        cell    (column, row): LRS[column], MOMENTA[row]
        kappa   κ, any number from 1 to 1000; the slider stops at KAPPAS
    Python alone sets what is drawn:
        axes     {"lr", "momentum": the texts of the columns and rows, "ticks": [[share, rate], ...]}
        colours  RGB of each level, fast to slow, one byte a part
        levels   a colour for each cell, row by row from the lowest μ up: one byte, UNSTABLE where rate ≥ 1
        border   [[η, μ], ...] beyond which nothing is stable, in shares of the sheet
        best     {"at": where the tuned pair is, in shares of the sheet, "cell": the best cell}
        paths    x, y at each step, in shares of the window from its upper left: float32, (rows, columns, steps + 1, 2)
        rings    [[rx, ry, colour], ...]: contours, the outer ones first, in shares of the window
        roots    real and imaginary part of two eigenvalues an axis: float32, (rows, columns, 2, 2, 2)
        shells   √μ of each row for Momentum, where all its complex eigenvalues lie; empty for another method
        look     {colour, marker} of the method
        words    four lines: the rate, the eigenvalues along and across, the path
        room     four lines as long as those may get: room for them is kept
        alt      one sentence on what is seen
    """

    _esm = script("heat.js")
    _css: Any = styles("heat.css")

    said: ClassVar[dict[str, str]] = {
        "heat": _("{method}: rate over η and μ"),
        "heading": _("{method}: how fast, for each η and μ"),
        "cell": _("Cell, η and μ"),
        "cell role": _("cell of the heat map"),
        "cell keys": _("arrow keys move it, Shift: ten cells"),
        "kappa": _("condition number κ"),
        "go best": _("Go to the best cell"),
        "lr": _("learning rate η"),
        "momentum": _("momentum μ"),
        "rate": _("rate"),
        "diverges": _("diverges"),
        "best": _("best"),
        "eigenvalues": _("Eigenvalues. {along} {across}"),
    }

    by_hand = ("cell", "kappa")

    cell = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(0, 0)).tag(
        sync=True, echo_update=False
    )
    kappa = traitlets.Float(20.0).tag(sync=True, echo_update=False)
    kappas = traitlets.List(traitlets.Float(), list(map(float, KAPPAS))).tag(sync=True)

    title = traitlets.Unicode().tag(sync=True)
    axes = traitlets.Dict().tag(sync=True)
    colours = traitlets.Bytes(COLOURS.tobytes()).tag(sync=True)
    levels = traitlets.Bytes().tag(sync=True)
    border: traitlets.List = traitlets.List().tag(sync=True)
    best = traitlets.Dict().tag(sync=True)
    paths = traitlets.Bytes().tag(sync=True)
    rings: traitlets.List = traitlets.List().tag(sync=True)
    roots = traitlets.Bytes().tag(sync=True)
    shells: traitlets.List = traitlets.List().tag(sync=True)
    look = traitlets.Dict().tag(sync=True)
    words = traitlets.List(traitlets.Unicode()).tag(sync=True)
    room = traitlets.List(traitlets.Unicode(), list(LONGEST)).tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)

    def __init__(self, method: type[Momentum] = Momentum, kappa: float = 20, at: Point = (0.1, 0.9)) -> None:
        if method not in (Momentum, NesterovLookahead, Nesterov):
            raise TypeError(
                "method must be Momentum, NesterovLookahead or Nesterov, the class itself, "
                f"not {shown(method)}"
            )
        self.method = method
        self.optimizer = method(LRS, MOMENTA[:, None])
        super().__init__(title=_name(method), kappa=kappa, cell=_nearest(at))
        look = figures.LOOKS[method.__name__]
        edge = stability_limit(self.optimizer)[:, 0] / STEEP
        with self.hold_sync():
            self.look = {"colour": look.colour, "marker": look.marker}
            self.axes = {
                "lr": list(map(number, LRS)),
                "momentum": list(map(number, MOMENTA)),
                "ticks": [[float(_level(rate)) / (UNSTABLE - 1), number(rate)] for rate in TICKS],
            }
            self.border = [_share(lr, mu) for lr, mu in zip(edge, MOMENTA, strict=True)]
            self.border = [*self.border, _share(stability_limit(method(0.1, 1)) / STEEP, 1)]
            self.shells = np.sqrt(MOMENTA).tolist() if method is Momentum else []
            self._work_out()
        self.observe(self._work_out, "kappa")
        self.observe(self._tell, "cell")

    # --- what it shows ---------------------------------------------------------------------------------

    def _work_out(self, _change=None):
        """All cells again, for another κ."""
        self.curvatures = (STEEP / self.kappa, STEEP)
        self.landscape = quadratic(*self.curvatures)
        self.rates = overall_rate(self.optimizer, self.curvatures)
        best = tuned(self.method, self.curvatures)
        away = np.hypot(LRS - best.lr, MOMENTA[:, None] - best.momentum)  # many cells share the least rate
        away[self.rates > self.rates.min() + 1e-9] = np.inf
        row, column = np.unravel_index(away.argmin(), away.shape)
        self.best = {"at": _share(best.lr, best.momentum), "cell": [int(column), int(row)]}
        self.levels = _level(self.rates).tobytes()  # goes out first: the eye waits for it

        self.pairs = np.stack(
            [eigenvalues(self.optimizer, curvature) for curvature in self.curvatures], axis=2
        )
        self.walks = descend(self.method(LRS[:, None], MOMENTA[:, None, None]), self.landscape, START, STEPS)
        with self.hold_sync():
            self.paths = _shares_of_window(self.walks.positions).tobytes()
            self.roots = self.pairs.view(float).astype(np.float32).tobytes()
            self.rings = [
                [ry * self.kappa**0.5 / 16, ry / 8, figures.ground_colour(ry / RINGS[-1])]
                for ry in reversed(RINGS)
            ]
            self._tell()

    def _tell(self, _change=None):
        with self.hold_sync():
            self.words = self._lines()
            self.alt = self.sentence()

    def pair(self):
        """(η, μ) of the cell."""
        column, row = self.cell
        return float(LRS[column]), float(MOMENTA[row])

    def rate(self):
        """The rate at the cell."""
        column, row = self.cell
        return float(self.rates[row, column])

    def path(self):
        """The Path at the cell."""
        column, row = self.cell
        of_cell = {name: getattr(self.walks, name)[:, row, column] for name in ROWS}
        status, ended = str(self.walks.status[row, column]), int(self.walks.ended[row, column])
        return replace(self.walks, optimizer=self.method(*self.pair()), **of_cell, status=status, ended=ended)

    def _lines(self):
        column, row = self.cell
        lr, mu = self.pair()
        along, across = self.pairs[row, column]
        return [
            _said_of_rate(lr, mu, self.rate()),
            _said_of_pair(ALONG, self.curvatures[0], along),
            _said_of_pair(ACROSS, self.curvatures[1], across),
            figures.summary(_("The path"), self.path()) + ".",
        ]

    # --- the picture it leaves behind ------------------------------------------------------------------

    def sentence(self):
        return _("{method} on the ravine with κ = {kappa}, the rate for each (η, μ). {lines}").format(
            method=self.title, kappa=number(self.kappa), lines=" ".join(self.words or self._lines())
        )

    @figures.styled
    def figure(self):
        figure = Figure(figsize=(7.5, 4))
        places = figure.subplot_mosaic([["heat", "path"], ["heat", "disc"]], width_ratios=[1.25, 1])
        self._draw_heat(figure, places["heat"])
        figures.draw_landscape(places["path"], self.landscape, WINDOW)
        figures.draw_path(  # thin: else many swings are one block
            places["path"], self.path(), linewidth=0.9, markersize=2.5, markeredgewidth=0
        )
        _draw_disc(places["disc"], self.pairs[self.cell[1], self.cell[0]])
        return figure

    def _draw_heat(self, figure, axes):
        levels = np.frombuffer(self.levels, np.uint8).reshape(self.rates.shape)
        shown_levels = np.ma.masked_equal(levels, UNSTABLE)
        half = LRS[0] / 2
        image = axes.imshow(
            shown_levels,
            ListedColormap(COLOURS[:: UNSTABLE // BANDS] / 255).with_extremes(bad="#f2f2f2"),
            origin="lower",
            extent=(half, LRS[-1] + half, -half, MOMENTA[-1] + half),
            aspect="auto",
            interpolation="nearest",
            vmin=0,
            vmax=UNSTABLE - 1,
        )
        edge = stability_limit(self.optimizer)[:, 0] / STEEP
        axes.fill_betweenx(
            MOMENTA, edge, LRS[-1] + half, hatch="//", facecolor="none", edgecolor="#9a9a9a", linewidth=0
        )
        axes.plot(edge, MOMENTA, color=figures.INK, linewidth=2)
        best = tuned(self.method, self.curvatures)
        axes.plot(best.lr, best.momentum, "*", color="white", markeredgecolor=figures.INK, markersize=13)
        axes.plot(*self.pair(), "s", fillstyle="none", color="white", markersize=9, markeredgewidth=3.5)
        axes.plot(*self.pair(), "s", fillstyle="none", color=figures.INK, markersize=9, markeredgewidth=1.8)
        axes.set(
            xlabel=_(r"learning rate $\eta$"),
            ylabel=_(r"momentum $\mu$"),
            title=_("{method}, κ = {kappa}").format(method=self.title, kappa=number(self.kappa)),
            xlim=(half, LRS[-1] + half),
            ylim=(-half, MOMENTA[-1] + half),
        )
        bar = figure.colorbar(image, ax=axes, pad=0.02)
        bar.set_ticks(_level(np.array(TICKS)).astype(float), labels=[number(rate) for rate in TICKS])
        bar.ax.set_title(_("rate"), fontsize=10)

    # --- what the hand may do --------------------------------------------------------------------------

    @traitlets.validate("cell")
    def _is_a_cell(self, proposal):
        column, row = proposal["value"]
        if not (0 <= column < len(LRS) and 0 <= row < len(MOMENTA)):
            raise traitlets.TraitError(
                f"cell must be a column from 0 to {len(LRS) - 1} and a row from 0 to {len(MOMENTA) - 1}, "
                f"not {shown(proposal['value'])}"
            )
        return proposal["value"]

    @traitlets.validate("kappa")
    def _is_a_kappa(self, proposal):
        if not KAPPAS[0] <= proposal["value"] <= KAPPAS[-1]:
            raise traitlets.TraitError(
                f"kappa must be from {KAPPAS[0]} to {KAPPAS[-1]}, not {shown(proposal['value'])}"
            )
        return proposal["value"]


# --- numbers ---------------------------------------------------------------------------------------------


def _name(method):
    return "Momentum" if method is Momentum else _("Nesterov's method")


def _nearest(at):
    """The (column, row) whose (η, μ) is nearest."""
    if np.shape(at) != (2,) or not all(map(is_real, at)) or not np.isfinite(np.array(at, dtype=float)).all():
        raise ValueError(f"at must be (η, μ), not {shown(at)}")
    lr, mu = map(float, at)
    return int(np.abs(LRS - lr).argmin()), int(np.abs(MOMENTA - mu).argmin())


def _level(rate):
    """The colour of a rate: even in the logarithm of the steps that one more decimal digit takes."""
    steps = -1 / np.log10(np.clip(rate, 1e-300, 1 - 1e-12))
    share = np.log10(np.clip(steps, FASTEST, SLOWEST) / FASTEST) / np.log10(SLOWEST / FASTEST)
    level = (share * (UNSTABLE - 1)).round()
    return np.where(np.asarray(rate) < 1 - 1e-12, level, UNSTABLE).astype(np.uint8)


#: What is said about two eigenvalues of an axis, by what they do.
ALONG = {
    "swings": _("Along the ravine, λ₁ = {curvature}: {real} ± {imaginary}i, of size {size}: swings."),
    "swings out": ALONG_SWINGS_OUT,
    "creeps": _("Along the ravine, λ₁ = {curvature}: {one} and {two}: creeps."),
    "jumps": _("Along the ravine, λ₁ = {curvature}: {one} and {two}: changes sides in every step."),
    "runs away": _("Along the ravine, λ₁ = {curvature}: {one} and {two}: runs away."),
}
ACROSS = {
    "swings": _("Across it, λ₂ = {curvature}: {real} ± {imaginary}i, of size {size}: swings."),
    "swings out": ACROSS_SWINGS_OUT,
    "creeps": _("Across it, λ₂ = {curvature}: {one} and {two}: creeps."),
    "jumps": _("Across it, λ₂ = {curvature}: {one} and {two}: changes sides in every step."),
    "runs away": _("Across it, λ₂ = {curvature}: {one} and {two}: runs away."),
}


def _said_of_rate(lr, mu, rate):
    """What a rate means."""
    if rate > 1 + 1e-12:
        said = _("η = {lr}, μ = {mu}: rate {rate}, it diverges.")
    elif rate >= 1 - 1e-12:
        said = _("η = {lr}, μ = {mu}: rate {rate}, it never comes to rest.")
    elif rate < 1e-9:
        said = _("η = {lr}, μ = {mu}: rate {rate}, it is there in two steps at most.")
    else:
        said = FAST
    steps = number(-1 / np.log10(rate)) if 0 < rate < 1 else ""
    return said.format(lr=number(lr), mu=number(mu), rate=number(rate), steps=steps)


def _said_of_pair(said, curvature, pair):
    """Two eigenvalues, and what they do."""
    one, two = pair
    size = abs(one)
    if one.imag:
        does = "swings" if size < 1 else "swings out"
    elif size >= 1:
        does = "runs away"
    else:
        does = "creeps" if one.real > 0 else "jumps"
    return said[does].format(
        curvature=number(curvature),
        real=number(one.real),
        imaginary=number(one.imag),
        size=number(size),
        one=number(one.real),
        two=number(two.real),
    )


def _share(lr, mu):
    """Where a pair stands on the sheet of cells: shares of its width and height, from the upper left."""
    half = LRS[0] / 2  # cells are as high as they are wide, in η and μ
    return [float((lr - half) / (2 * half * len(LRS))), float(1 - (mu + half) / (2 * half * len(MOMENTA)))]


def _shares_of_window(positions):
    """float32, (rows, columns, steps + 1, 2), from the upper left; what is far out stays within a float32."""
    x_from, x_to, y_from, y_to = WINDOW
    shares = np.empty((*positions.shape[1:3], len(positions), 2), np.float32)
    near = np.clip(positions, -1e6, 1e6)
    shares[..., 0] = np.moveaxis((near[..., 0] - x_from) / (x_to - x_from), 0, -1)
    shares[..., 1] = np.moveaxis((y_to - near[..., 1]) / (y_to - y_from), 0, -1)
    return shares


def _draw_disc(axes, pairs):
    """The eigenvalues of both axes in the unit circle."""
    turn = np.linspace(0, 2 * np.pi, 181)
    axes.plot(np.cos(turn), np.sin(turn), color=figures.INK, linewidth=1.2)
    axes.axhline(0, color="#bbbbbb", linewidth=0.8, zorder=0)
    axes.axvline(0, color="#bbbbbb", linewidth=0.8, zorder=0)
    for pair, marker, label in zip(pairs, "oD", (r"$\lambda_1$", r"$\lambda_2$"), strict=True):
        far = pair / np.maximum(np.abs(pair) / 1.35, 1)
        face = figures.INK if marker == "o" else "white"
        axes.plot(
            far.real, far.imag, marker, color=figures.INK, markerfacecolor=face, label=label, clip_on=False
        )
    axes.set(xlim=(-1.4, 1.4), ylim=(-1.1, 1.1), aspect="equal", xlabel=_("real"), ylabel=_("imaginary"))
    axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
