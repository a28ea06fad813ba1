"""OneAxis: one axis of a quadratic, with the eigenvalues of a step, the rate and the walk, while a hand moves μ or ηλ.

Python computes what is seen at every stop of the slider; one_axis.js picks the stop.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets

from course_utils import figures
from course_utils.figures import number
from course_utils.optimizers import Momentum, Nesterov, NesterovLookahead
from course_utils.quadratics import eigenvalues, rate, step_matrix
from course_utils.support.language import gettext as _
from course_utils.support.validation import is_real, shown
from course_utils.widgets.base import Live, script, styles

PANELS = ("circle", "rate", "walk", "plane")
STEPS = 60
MOVES: dict[str, Any] = {
    "momentum": ("μ", np.arange(100) / 100),
    "product": ("ηλ", np.arange(1, 201) / 50),  # up to 4, where every μ < 1 diverges
}
FRAME, TOP = 1.3, 1.1  # what lies farther out is put on the frame: of the eigenvalues, and of the rates
FLOORS = (0.0, 0.36, 0.64, 0.81)  # the μ of the curves that stand behind the one that moves
CIRCLE = np.exp(1j * np.linspace(0, 2 * np.pi, 121))


class OneAxis(Live):
    """One step of a method on the axis ½ λ θ²: two eigenvalues, a rate and a walk, while μ or ηλ moves.

    product: ηλ.  momentum: μ.  move: "momentum" or "product", the one that the slider moves; the other one stays.
    panels: the pictures, in order: "circle" the eigenvalues, "rate" over what moves, "walk" θ at each step, "plane" v over θ.
    method: Momentum, NesterovLookahead or Nesterov, the class itself.  title: a line above.

    The hand moves, in the browser or from Python:
        stop      of the slider: stops[stop] is the value
    Python alone sets what is drawn:
        slider    {"label", "colour", "values": a text for each stop}
        pictures  [{"kind", "title", "x", "y": names of the axes, "window", "ticks": [of x, of y], "ground", "signs",
                  "points", "radii"}]; ground: [[class, [[x, y], ...]], ...], lines that stay; signs: [[x, y, text], ...];
                  points: float32 (stops, n, 2), in the units of the axes; radii: of the dashed circle, one for each stop
        look      {"colour", "marker"} of the method
        lines     what is said at each stop
        alt       what is said now
    """

    _esm = script("one_axis.js")
    _css: Any = styles("one_axis.css")

    said: ClassVar[dict[str, str]] = {"axis": _("One axis: {label} moves")}

    by_hand = ("stop",)

    stop = traitlets.Int().tag(sync=True, echo_update=False)

    title = traitlets.Unicode().tag(sync=True)
    slider = traitlets.Dict().tag(sync=True)
    pictures: traitlets.List = traitlets.List().tag(sync=True)
    look = traitlets.Dict().tag(sync=True)
    lines = traitlets.List(traitlets.Unicode()).tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        product: float = 0.04,
        momentum: float = 0.9,
        move: str = "momentum",
        panels: Sequence[str] = PANELS[:3],
        method: type[Momentum] = Momentum,
        title: str = "",
    ) -> None:
        if method not in (Momentum, NesterovLookahead, Nesterov):
            raise TypeError(
                f"method must be Momentum, NesterovLookahead or Nesterov, the class itself, not {shown(method)}"
            )
        if move not in MOVES:
            raise ValueError(f"move must be {' or '.join(map(repr, MOVES))}, not {shown(move)}")
        if not panels or any(panel not in PANELS for panel in panels):
            raise ValueError(f"panels must be some of {', '.join(PANELS)}, not {shown(panels)}")
        for name, value, top in (("product", product, 4), ("momentum", momentum, 1)):
            if not is_real(value) or not 0 <= value <= top:
                raise ValueError(f"{name} must be a number from 0 to {top}, not {shown(value)}")
        self.method, self.move = method, move
        symbol, self.stops = MOVES[move]
        self.products = self.stops if move == "product" else np.full(len(self.stops), float(product))
        self.momenta = self.stops if move == "momentum" else np.full(len(self.stops), float(momentum))
        optimizer = method(self.products, self.momenta)
        self.pairs, self.rates = eigenvalues(optimizer, 1), rate(optimizer, 1)
        self.walks = _walks(step_matrix(optimizer, 1))
        here = float(product if move == "product" else momentum)
        look, quantity = figures.LOOKS[method.__name__], "μ" if move == "momentum" else "η"
        super().__init__(
            title=title,
            slider={
                "label": symbol,
                "colour": figures.QUANTITIES[quantity].colour,
                "values": [number(value) for value in self.stops],
            },
            look={"colour": look.colour, "marker": look.marker},
            lines=[self._line(k) for k in range(len(self.stops))],
            pictures=[getattr(self, f"_{panel}")() for panel in panels],
            stop=int(np.abs(self.stops - here).argmin()),
        )
        self.alt = self.sentence()
        self.observe(self._tell, "stop")

    def _tell(self, _change=None):
        self.alt = self.sentence()

    # --- the pictures ----------------------------------------------------------------------------------

    def _circle(self):
        far = self.pairs / np.maximum(np.abs(self.pairs) / FRAME, 1)
        track = [["course-axis-track", _corners(root)] for root in self._tracks()]
        return {
            "kind": "circle",
            "title": _("The two eigenvalues"),
            "x": _("real part"),
            "y": _("imaginary part"),
            "window": [-FRAME - 0.1, FRAME + 0.1, -FRAME - 0.1, FRAME + 0.1],
            "ticks": [[-1, 0, 1], [-1, 0, 1]],
            "ground": [["course-axis-unit", _corners(CIRCLE)], *track],
            "signs": [],
            "points": _bytes(np.stack([far.real, far.imag], axis=-1)),
            "radii": np.sqrt(self.momenta).tolist() if self.method is Momentum else [],
        }

    def _tracks(self):
        """Where the eigenvalues come along while the slider moves: the real parts, and the arcs, each without a jump."""
        inside = np.abs(self.pairs).max(axis=1) < FRAME
        swings = (self.pairs[:, 0].imag > 0) & inside
        arcs = [self.pairs[swings, k] for k in range(2) if swings.any()]
        real = self.pairs[inside & ~swings].real
        sides = [real[real > 0], real[real < 0]]
        return arcs + [np.array([side.min(), side.max()]) for side in sides if side.size]

    def _rate(self):
        curves = []
        if self.move == "product" and self.method is Momentum:
            curves = [("course-axis-other", mu, rate(Momentum(self.stops, mu), 1)) for mu in FLOORS]
            curves = [curve for curve in curves if curve[1] != self.momenta[0]]
        curves.append(("course-axis-curve", self.momenta[0], self.rates))
        ground = [
            [style, np.stack([self.stops, rates], axis=-1)[rates <= TOP].tolist()]
            for style, _mu, rates in curves
        ]
        symbol, top = MOVES[self.move][0], float(np.ceil(self.stops[-1]))
        ground.append(["course-axis-limit", [[0.0, 1.0], [top, 1.0]]])
        signs = [self._sign(mu) for _style, mu, _rates in curves] if self.move == "product" else []
        return {
            "kind": "rate",
            "title": _("The rate over {symbol}").format(symbol=symbol),
            "x": symbol,
            "y": _("rate"),
            "window": [0.0, top, 0.0, TOP],
            "ticks": [[0, 1, 2, 3, 4] if top > 1 else [0, 0.2, 0.4, 0.6, 0.8, 1], [0, 0.2, 0.4, 0.6, 0.8, 1]],
            "ground": ground,
            "signs": [sign for sign in signs if sign],
            "points": _bytes(np.stack([self.stops, np.minimum(self.rates, TOP)], axis=-1)[:, None]),
            "radii": [],
        }

    def _sign(self, mu):
        """The name of a floor, where Momentum has one: it stands on it, right of where the line of μ = 0 comes down."""
        if self.method is not Momentum or mu == 0:
            return [1.5, 0.015, "μ = 0"] if mu == 0 else None
        height = float(mu**0.5)  # of the floor, and 1 − √μ is where that line passes
        return [1 - height + 0.55, height + 0.015, f"μ = {number(mu)}"]

    def _walk(self):
        theta = self.walks[..., 1]
        steps = np.broadcast_to(np.arange(STEPS + 1.0), theta.shape)
        return {
            "kind": "walk",
            "title": _("The walk"),
            "x": _("step"),
            "y": "θ",
            "window": [0.0, float(STEPS), -1.15, 1.15],
            "ticks": [[0, 20, 40, 60], [-1, 0, 1]],
            "ground": [["course-axis-limit", [[0.0, 0.0], [float(STEPS), 0.0]]]],
            "signs": [],
            "points": _bytes(np.stack([steps, theta], axis=-1)),
            "radii": [],
        }

    def _plane(self):
        v, theta = self.walks[..., 0], self.walks[..., 1]
        calm = np.abs(v[self.rates < 1]).max() if (self.rates < 1).any() else 1.0
        tall = float(f"{1.15 * min(calm, 2.0):.2g}")
        tick = float(f"{tall / 2:.1g}")
        return {
            "kind": "plane",
            "title": _("Velocity over place"),
            "x": "θ",
            "y": "v",
            "window": [-1.15, 1.15, -tall, tall],
            "ticks": [[-1, 0, 1], [-tick, 0, tick]],
            "ground": [
                ["course-axis-limit", [[-1.15, 0.0], [1.15, 0.0]]],
                ["course-axis-limit", [[0.0, -tall], [0.0, tall]]],
            ],
            "signs": [],
            "points": _bytes(np.stack([theta, v], axis=-1)),
            "radii": [],
        }

    # --- the words -------------------------------------------------------------------------------------

    def _line(self, k):
        one, two = (complex(round(z.real, 9), round(z.imag, 9)) for z in self.pairs[k])
        size = float(self.rates[k])
        places = {"product": number(self.products[k]), "mu": number(self.momenta[k])}
        places |= {"one": number(one.real), "two": number(two.real), "imaginary": number(one.imag)}
        places |= {"size": number(size), "does": self._does(one, size)}
        if one.imag:
            return _(
                "ηλ = {product}, μ = {mu}: z = {one} ± {imaginary}i, both of size {size}. {does}"
            ).format(**places)
        return _("ηλ = {product}, μ = {mu}: z = {one} and {two}. {does}").format(**places)

    def _does(self, one, size):
        if size > 1 + 1e-9:
            return _("The rate is {rate}: the ball runs away.").format(rate=number(size))
        if size > 1 - 1e-9:
            return _("The rate is 1: the ball never comes to rest.")
        if size < 1e-9:
            return _("The rate is 0: the ball is there after two steps at most.")
        steps, worth = number(float(f"{-1 / np.log10(size):.3g}")), number(size)
        if one.imag:
            return _("The ball swings; one more digit takes {steps} steps.").format(steps=steps)
        if one.real < 0:
            return _(
                "The rate is {rate}: the ball changes sides in every step; one more digit takes {steps} steps."
            ).format(rate=worth, steps=steps)
        return _("The rate is {rate}: the ball creeps; one more digit takes {steps} steps.").format(
            rate=worth, steps=steps
        )

    def alone(self):
        return {}

    def sentence(self):
        return self.lines[self.stop]

    # --- the picture it leaves behind ------------------------------------------------------------------

    @figures.styled
    def figure(self):
        count = len(self.pictures)
        figure, axes = figures.new_figure(min(9.0, 3.4 * count), 3.4, columns=count)
        for one, drawn in zip(np.atleast_1d(axes), self.pictures, strict=True):
            self._draw(one, drawn)
        if self.title:
            figure.suptitle(self.title)
        return figure

    def _draw(self, axes, drawn):
        x_from, x_to, y_from, y_to = drawn["window"]
        for style, corners in drawn["ground"]:
            colour = self.look["colour"] if style == "course-axis-curve" else figures.FAINT
            axes.plot(*np.array(corners).T, color=colour, linewidth=2 if style == "course-axis-curve" else 1)
        for x, y, text in drawn["signs"]:
            sign = axes.text(x, y, text, ha="center", va="bottom", fontsize=9)
            sign.set_path_effects(figures.halo(4))
        points = np.frombuffer(drawn["points"], np.float32).reshape(len(self.stops), -1, 2)[self.stop]
        joined = "-" if drawn["kind"] in ("walk", "plane") else ""
        size = (2.2 if drawn["kind"] == "walk" else 3) if joined else 8
        axes.plot(
            *points.T, self.look["marker"], color=self.look["colour"], linestyle=joined, markersize=size
        )
        if drawn["radii"]:
            ring = drawn["radii"][self.stop] * CIRCLE
            axes.plot(ring.real, ring.imag, "--", color=figures.INK, linewidth=1)
        axes.set(xlim=(x_from, x_to), ylim=(y_from, y_to), xlabel=drawn["x"], ylabel=drawn["y"])
        axes.set(xticks=drawn["ticks"][0], yticks=drawn["ticks"][1], title=drawn["title"])
        if drawn["kind"] == "circle":
            axes.set(aspect="equal", anchor="N")

    # --- what the hand may do --------------------------------------------------------------------------

    @traitlets.validate("stop")
    def _is_a_stop(self, proposal):
        if not 0 <= proposal["value"] < len(self.stops):
            raise traitlets.TraitError(
                f"stop must be from 0 to {len(self.stops) - 1}, not {shown(proposal['value'])}"
            )
        return proposal["value"]


def _walks(matrices):
    """(v, θ) at each step, from rest at θ = 1: (stops, STEPS + 1, 2); what runs away stays within a float32."""
    states = np.zeros((len(matrices), STEPS + 1, 2))
    states[:, 0, 1] = 1
    for t in range(STEPS):
        states[:, t + 1] = np.einsum("kij,kj->ki", matrices, states[:, t]).clip(-1e6, 1e6)
    return states


def _corners(line):
    line = np.asarray(line, complex)
    return np.round(np.stack([line.real, line.imag], axis=-1), 4).tolist()


def _bytes(points):
    return np.ascontiguousarray(points, np.float32).tobytes()
