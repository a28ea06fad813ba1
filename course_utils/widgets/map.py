"""Map: paths over a landscape, in a figure that answers to the hand.

Python computes every path and matplotlib draws the landscape, once; map.js draws what moves and picks the step.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course_utils import figures
from course_utils.descent import Path
from course_utils.landscapes import Landscape
from course_utils.support.language import gettext as _
from course_utils.support.types import Window
from course_utils.support.validation import shown
from course_utils.widgets.base import Live, said_by_player, script

SHEET = (560, 420)  # the room for a map, in CSS pixels: wide enough to see, low enough for a projector
SPEEDS = (1, 2, 5, 10, 20, 60)  # steps a second
DRAWN = {"echo_update": False}  # the browser has drawn it already: an echo would take back what came since
FAR = 1e6  # no hand moves a point farther out than this
ROWS = ("positions", "gradient_points", "gradients", "velocities", "losses")  # of a Path
MAX_STEPS, MAX_PATHS = 2000, 12  # what a browser draws within a frame


class Map(Live):
    """Paths on the contours of their landscape; the step can be played, scrubbed and read.

    paths: {label: Path}, single paths on one landscape.  step: the step to show; the last where None.
    bounds: (x from, x to, y from, y to); the landscape's own where None.  title: a line above the map.

    The state, as synced traits. The hand moves, in the browser or from Python:
        start     (x, y): the common start, where `movable` is true
        step      the step shown, 0 to last
        playing   whether the step runs on;  speed: steps a second
        arrows    whether the arrows of the current step are drawn
        hidden    labels of the paths that are not drawn
        aim       (x, y): where the cross hair is, where `aiming` is true
    Python alone sets what is drawn:
        background, bounds, size, ticks   PNG of the landscape; its window; CSS pixels; {"x": [[value, text]], "y": ...}
        methods   [{label, colour, marker, ended, status, growth, arrows}], one per path
        tracks    x, y and loss of each path at each step: float64 in C order, (paths, last + 1, 3)
        parts     for the arrows, (paths, last + 1, 6): the kept velocity, the gradient step, the gradient's point
        frames    [{at, marks, words}]: where given, `step` counts these, and each names its step of the paths
        marks     what else is drawn: [{"kind": "arrow", "from": .., "to": .., "quantity": ..},
                  {"kind": "point" or "ring" or "cross", "at": .., "colour": .., "label": ..},
                  {"kind": "ellipse", "at": .., "reach": half its width and height, "label": ..}]
        crowd     where many more walkers are at each step, as dots: float32, (last + 1, walkers, 2); empty for none
        margins   how the crowd spreads: for each coordinate {"edges": the ends of its bars, "reach": [from, to] or null}
        bars      the share of the crowd in each bar, of 255: uint8, (coordinates, last + 1, bars)
        gauges    numbers that change from step to step, as bars on one logarithmic scale: [{"label", "limit": a number or
                  null}]; a bar that has passed its limit says so
        levels    what the gauges show: float32, (gauges, last + 1); scale: the two ends of their bars
        words     lines to read beside the map, announced politely
        room      texts as long as `words` may get: room for them is kept, so that nothing moves
        buttons   [{"do": name, "label": text}]; a press sends {"do": name}
        sliders, settings, limits   see Explorer
        fog       whether the landscape is covered
        grid      the least distance that start and aim move by
        alt       one sentence on what is seen
        axes      what is drawn to the right and upward
        minimum   [x, y] of the landscape's one minimum, to which distances are read; [] where it has none or several
    """

    _esm = script("map.js")

    in_short: ClassVar[dict[str, tuple[str, int, int]]] = {"tracks": ("f8", 3, 3), "parts": ("f8", 2, 6)}

    signs = True  # whether passes are marked on the map

    said: ClassVar[dict[str, str]] = {
        **said_by_player(SPEEDS),
        "map": _("Live map"),
        "method": _("method"),
        "point": _("point"),
        "loss": _("loss f"),
        "distance": _("distance"),
        "to the minimum": _("to the minimum at {point}"),
        "show or hide": _("show or hide"),
        "start": _("Start point"),
        "aim": _("Cross hair"),
        "hand role": _("point on the map"),
        "hand": _("{point} · arrow keys move it, Shift: ten times as far"),
        "hand outside": _("{point}, outside the map · arrow keys move it, Shift: ten times as far"),
        "point outside": _("{point}, outside the map"),
        "spot outside": _("{label} (outside the map)"),
        "outside": _("outside the map"),
        "converged": _("converged"),
        "stalled": _("stalled"),
        "diverges": _("diverges at step {n}"),
        "path": _("{label} {point}, loss {loss}"),
        "path outside": _("{label} {point}, loss {loss}, outside the map"),
        "path measured": _("{label} {point}, loss {loss}, {distance} from the minimum"),
        "path measured outside": _(
            "{label} {point}, loss {loss}, {distance} from the minimum, outside the map"
        ),
        "path diverges": _("{label} diverges at step {n}"),
        "at step": _("Step {step}. {paths}"),
        "typed": _("{label}, typed"),
        "stable below": _("stable below: {limits}"),
        "arrows": _("arrows"),
        "gauges": _("Step sizes on a scale from {low} to {high}; the mark is the largest that stays stable."),
        "gauge over": _("{value}, past its limit"),
        "fit": _("Zoom to paths"),
        "home": _("Whole map"),
    }

    #: what the browser may set, and what it may ask for
    by_hand: tuple[str, ...] = ("start", "step", "playing", "speed", "arrows", "hidden", "aim", "settings")
    deeds: tuple[str, ...] = ("fit", "home")

    start = traitlets.Tuple(traitlets.Float(), traitlets.Float(), default_value=(0.0, 0.0)).tag(
        sync=True, **DRAWN
    )
    step = traitlets.Int().tag(sync=True, **DRAWN)
    playing = traitlets.Bool().tag(sync=True)
    speed = traitlets.Enum(SPEEDS, default_value=5).tag(sync=True)
    arrows = traitlets.Bool().tag(sync=True)
    hidden = traitlets.List(traitlets.Unicode()).tag(sync=True)
    aim = traitlets.Tuple(traitlets.Float(), traitlets.Float(), default_value=(0.0, 0.0)).tag(
        sync=True, **DRAWN
    )

    speeds: traitlets.List = traitlets.List(list(SPEEDS), read_only=True).tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    background = traitlets.Bytes().tag(sync=True)
    bounds = traitlets.Tuple(*[traitlets.Float()] * 4, default_value=(-1.0, 1.0, -1.0, 1.0)).tag(sync=True)
    size = traitlets.Tuple(traitlets.Float(), traitlets.Float(), default_value=SHEET).tag(sync=True)
    ticks = traitlets.Dict().tag(sync=True)
    methods = traitlets.List(traitlets.Dict()).tag(sync=True)
    tracks = traitlets.Bytes().tag(sync=True)
    parts = traitlets.Bytes().tag(sync=True)
    last = traitlets.Int().tag(sync=True)
    frames = traitlets.List(traitlets.Dict()).tag(sync=True)
    marks = traitlets.List(traitlets.Dict()).tag(sync=True)
    crowd = traitlets.Bytes().tag(sync=True)
    margins = traitlets.List(traitlets.Dict()).tag(sync=True)
    bars = traitlets.Bytes().tag(sync=True)
    gauges = traitlets.List(traitlets.Dict()).tag(sync=True)
    levels = traitlets.Bytes().tag(sync=True)
    scale = traitlets.Tuple(traitlets.Float(), traitlets.Float(), default_value=(0.01, 100.0)).tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    room: traitlets.List = traitlets.List(traitlets.Unicode()).tag(sync=True)
    buttons = traitlets.List(traitlets.Dict()).tag(sync=True)
    sliders = traitlets.List(traitlets.Dict()).tag(sync=True)
    settings = traitlets.Dict().tag(sync=True, **DRAWN)
    limits = traitlets.List(traitlets.Dict()).tag(sync=True)
    movable = traitlets.Bool().tag(sync=True)
    aiming = traitlets.Bool().tag(sync=True)
    fog = traitlets.Bool().tag(sync=True)
    grid = traitlets.Float(0.1).tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    axes = traitlets.Tuple(traitlets.Unicode(), traitlets.Unicode(), default_value=("x", "y")).tag(sync=True)
    minimum: traitlets.List = traitlets.List(traitlets.Float()).tag(sync=True)

    def __init__(
        self,
        paths: Mapping[str, Path],
        bounds: Window | None = None,
        step: int | None = None,
        title: str = "",
        **traits: Any,
    ) -> None:
        landscape = _checked(paths)
        if bounds is not None and not _is_window(bounds):
            raise ValueError(f"bounds must be (x from, x to, y from, y to), not {shown(bounds)}")
        self.paths: dict[str, Path] = {}
        self.landscape = landscape
        self.home = tuple(map(float, bounds or landscape.bounds))
        minimum = list(map(float, landscape.minima[0])) if len(landscape.minima) == 1 else []
        super().__init__(title=title, **{"axes": landscape.letters, "minimum": minimum, **traits})
        with self.hold_sync():
            self.size = _size(self.home)
            self._look_at(self.home)
            self.show(paths)
            self.start = tuple(next(iter(self.paths.values())).positions[0].tolist())
            self.step = self.last if step is None else step

    # --- what it shows ---------------------------------------------------------------------------------

    def show(self, paths: Mapping[str, Path]) -> None:
        """Draw other paths on the same landscape: {label: Path}."""
        _checked(paths)
        paths = {label: _in_floats(path) for label, path in paths.items()}
        self.paths = paths
        last = max(path.steps for path in paths.values())
        with self.hold_sync():
            self.methods = [_method_of(label, path) for label, path in paths.items()]
            self.tracks = _tracks(paths.values(), last, self.spots).tobytes()
            self.parts = self._arrow_parts(last) if self.arrows or self.parts else b""
            if self.last != last:
                self.last = last
                self.step = min(self.step, last)
            self.alt = self.sentence()

    def spots(self, path):
        """Where the points of a path are drawn on the sheet: shape (steps + 1, ..., 2)."""
        return path.positions

    def ground(self):
        """PNG of what lies below the paths."""
        return _background(self.landscape, self.bounds, self.size, self.signs)

    def _look_at(self, bounds):
        """Turn the window to these bounds, widened to the map's own shape."""
        self.bounds = bounds = _shaped(bounds, self.size)
        self.background = b"" if self.fog else self.ground()
        self.ticks = {"x": _ticks(*bounds[:2]), "y": _ticks(*bounds[2:])}
        self.grid = _nice((bounds[1] - bounds[0]) / 200)

    def fit(self):
        """Zoom to the start and the steps shown, as far as they are within twenty windows."""
        x_from, x_to, y_from, y_to = self.home
        reach = 20 * max(x_to - x_from, y_to - y_from)
        at = self._at() or self.last
        points = np.concatenate([self.spots(path)[: at + 1] for path in self.paths.values()])
        points = points[(np.abs(points) < reach).all(axis=-1)]
        if len(points):
            low, high = points.min(axis=0), points.max(axis=0)
            pad = max(0.15 * (high - low).max(), (x_to - x_from) / 20)
            self._look_at((low[0] - pad, high[0] + pad, low[1] - pad, high[1] + pad))

    def to_home(self):
        """Back to the usual window."""
        self._look_at(self.home)

    def _at(self):
        """The step of the paths that is shown."""
        return self.frames[self.step]["at"] if self.frames else self.step

    # --- the picture it leaves behind ------------------------------------------------------------------

    def figure(self):
        at = self._at()
        paths = {label: cut(path, at) for label, path in self.paths.items() if label not in self.hidden}
        return figures.paths_on_map(paths or self.paths, bounds=self.bounds, title=self.title)[0]

    def sentence(self):
        return "; ".join(figures.summary(label, path) for label, path in self.paths.items()) + "."

    # --- where no kernel answers -----------------------------------------------------------------------

    def alone(self):
        self.parts = self._arrow_parts(self.last)  # for the arrows, should a hand want them
        return {}

    def foreseen(self):
        return [[{"do": "fit"}, {"do": "home"}]]

    # --- what the hand may do --------------------------------------------------------------------------

    def _handle_custom_msg(self, content, buffers):
        with self.refusing():
            if not isinstance(content, dict) or content.get("do") not in self.deeds:
                raise ValueError(_("The map cannot do {what}.").format(what=shown(content)[:80]))
            self.obey(**content)

    def obey(self, do, **about):
        """Do what a button, a click or a typed number asks for."""
        if about:
            raise ValueError(f"{do} takes nothing along, not {shown(about)}")
        with self.hold_sync():
            {"fit": self.fit, "home": self.to_home}[do]()

    @traitlets.validate("start", "aim")
    def _is_a_point(self, proposal):
        if not all(math.isfinite(x) and abs(x) <= FAR for x in proposal["value"]):
            raise traitlets.TraitError(
                f"{proposal['trait'].name} must be two numbers between −{FAR:.0e} and {FAR:.0e}, "
                f"not {shown(proposal['value'])}"
            )
        return proposal["value"]

    @traitlets.validate("step")
    def _is_a_step(self, proposal):
        top = len(self.frames) - 1 if self.frames else self.last
        if not 0 <= proposal["value"] <= top:
            raise traitlets.TraitError(f"step must be from 0 to {top}, not {shown(proposal['value'])}")
        return proposal["value"]

    @traitlets.validate("hidden")
    def _are_labels(self, proposal):
        labels = [method["label"] for method in self.methods]
        if not set(proposal["value"]) <= set(labels) or len(proposal["value"]) > len(labels):
            raise traitlets.TraitError(
                f"hidden must hold labels of paths ({', '.join(labels)}), not {shown(proposal['value'])}"
            )
        return proposal["value"]

    @traitlets.observe("arrows")
    def _send_parts(self, _change):
        self.parts = self._arrow_parts(self.last) if self.arrows and self.paths else b""

    def _arrow_parts(self, last):
        return _parts(self.paths.values(), last, self.spots).tobytes()


# --- paths -----------------------------------------------------------------------------------------------


def path_of(landscape, points):
    """A Path through points that a hand chose: the start, then one point per step.

    points: shape (steps + 1, 2). Its velocities are the steps taken.
    """
    positions = np.asarray(points, dtype=float)
    if (
        positions.ndim != 2
        or positions.shape[1] != 2
        or not len(positions)
        or not np.isfinite(positions).all()
    ):
        raise ValueError(f"points must be finite, of shape (steps + 1, 2), not {shown(points)}")
    gradients = landscape.gradient(positions)
    velocities = np.diff(positions, axis=0, prepend=positions[:1])
    losses = landscape(positions)
    steps = len(positions) - 1
    by_hand: Any = None
    return Path(landscape, by_hand, positions, positions, gradients, velocities, losses, "running", steps)


def cut(path, steps):
    """The first `steps` steps of a path."""
    if steps >= path.steps:
        return path
    rows = {name: getattr(path, name)[: steps + 1] for name in ROWS}
    over = path.status == "diverged" and path.ended <= steps
    return replace(
        path, **rows, status="diverged" if over else "running", ended=path.ended if over else steps
    )


def arrows_of(path):
    """The kept velocity and the gradient step of each step, whose sum is the step: each of shape (steps + 1, 2).

    Momentum and Nesterov in θ: μ v and −η g. Nesterov in Θ: μ² v and −(1 + μ) η g. A method without velocity
    keeps nothing. NaN where the step has no such parts (an adaptive method, a path by hand).
    """
    method, settings = type(path.optimizer).__name__, vars(path.optimizer) if path.optimizer else {}
    lr, mu = settings.get("lr"), settings.get("momentum", 0)
    kept, pull = {"Nesterov": (mu**2, 1 + mu)}.get(method, (mu, 1))
    if method not in ("SGD", "Momentum", "NesterovLookahead", "Nesterov"):
        return np.full((2, path.steps + 1, 2), np.nan)
    return _floats(kept * path.velocities), _floats(-pull * lr * path.gradients)


def arrow_names(path):
    """What the two arrows of a step are called."""
    return ("μ²v", "−(1 + μ)ηg") if type(path.optimizer).__name__ == "Nesterov" else ("μv", "−ηg")


def _checked(paths):
    """The landscape of the paths; refuses what a map cannot show."""
    if not isinstance(paths, dict) or not paths or not all(isinstance(p, Path) for p in paths.values()):
        raise TypeError(f"paths must be {{label: Path}}, with Paths from descend(...), not {shown(paths)}")
    if not all(isinstance(label, str) and label.strip() for label in paths):
        raise TypeError(f"paths must have labels that are words, not {shown(list(paths))}")
    landscape = next(iter(paths.values())).landscape
    for label, path in paths.items():
        if path.positions.ndim != 2:
            raise ValueError(f"paths[{label!r}] must be a single path, not of shape {path.positions.shape}")
        if path.landscape is not landscape:
            raise ValueError(f"paths[{label!r}] is on another landscape: {path.landscape!r}")
    if len(paths) > MAX_PATHS or max(path.steps for path in paths.values()) > MAX_STEPS:
        raise ValueError(f"paths must be at most {MAX_PATHS}, of at most {MAX_STEPS} steps each")
    return landscape


def _method_of(label, path):
    look = figures.look_of(path.optimizer)
    return {
        "label": label,
        "colour": look.colour,
        "marker": look.marker,
        "ended": int(path.ended),
        "status": str(path.status),
        "growth": _growth(path),
        "arrows": [
            {"label": name, "colour": figures.QUANTITIES[quantity].colour}
            for name, quantity in zip(
                (*arrow_names(path), ""), ("kept velocity", "gradient step", "new velocity"), strict=True
            )
        ],
    }


def _growth(path):
    """How fast a diverging path runs away, in words; "" for any other path."""
    factor = figures.growth_of(path)
    return (
        ""
        if factor is None
        else _("×{factor} per step").format(factor=figures.number(float(f"{factor:.2g}")))
    )


def _tracks(paths, last, spots):
    out = np.full((len(paths), last + 1, 3), np.nan)
    for rows, path in zip(out, paths, strict=True):
        rows[: path.steps + 1, :2] = spots(path)
        rows[: path.steps + 1, 2] = path.losses
    return out


def _parts(paths, last, spots):
    out = np.full((len(paths), last + 1, 6), np.nan)
    with np.errstate(all="ignore"):
        for rows, path in zip(out, paths, strict=True):
            rows[: path.steps + 1, :2], rows[: path.steps + 1, 2:4] = arrows_of(path)
            rows[: path.steps + 1, 4:] = spots(replace(path, positions=path.gradient_points))
    return out


def _in_floats(path):
    """An exact path in floats, diverged where a number is too large for one."""
    if path.positions.dtype != object:
        return path
    rows = {name: _floats(getattr(path, name)) for name in ROWS}
    fine = np.logical_and.accumulate(
        np.all([np.isfinite(r).reshape(len(r), -1).all(axis=1) for r in rows.values()], axis=0)
    )
    if fine.all():
        return replace(path, **rows)
    for r in rows.values():
        r[~fine] = np.nan
    return replace(path, **rows, status="diverged", ended=int(np.argmin(fine)))


def _floats(values):
    """Floats; NaN where an exact number is too large for one."""
    try:
        return np.array(values, dtype=float)
    except OverflowError:
        return np.array([_float(x) for x in values.flat]).reshape(values.shape)


def _float(x):
    try:
        return float(x)
    except OverflowError:
        return math.nan


def start_of(landscape, start):
    """The start that is given, or else the landscape's own."""
    if not isinstance(landscape, Landscape):
        raise TypeError(f"landscape must be a Landscape such as BOWL, not {shown(landscape)}")
    return landscape.start if start is None else start


def arrow_mark(tail, tip, quantity, label, side=1):
    return {
        "kind": "arrow",
        "from": tail.tolist(),
        "to": tip.tolist(),
        "colour": figures.QUANTITIES[quantity].colour,
        "broad": quantity == "new velocity",
        "label": label,
        "side": side,
    }


# --- the window ------------------------------------------------------------------------------------------


def _is_window(bounds):
    try:
        x_from, x_to, y_from, y_to = map(float, bounds)
    except (TypeError, ValueError):
        return False
    return -FAR <= x_from < x_to <= FAR and -FAR <= y_from < y_to <= FAR


def _size(bounds):
    """The largest sheet of the bounds' shape, both axes to one scale: only so are gradients at right angles."""
    scale = min(SHEET[0] / (bounds[1] - bounds[0]), SHEET[1] / (bounds[3] - bounds[2]))
    return max(scale * (bounds[1] - bounds[0]), 120.0), max(scale * (bounds[3] - bounds[2]), 120.0)


def _shaped(bounds, size):
    """The least window of the sheet's shape that holds the bounds, around the same centre."""
    x_from, x_to, y_from, y_to = map(float, bounds)
    scale = max((x_to - x_from) / size[0], (y_to - y_from) / size[1])
    if math.isclose(scale * size[0], x_to - x_from) and math.isclose(scale * size[1], y_to - y_from):
        return x_from, x_to, y_from, y_to
    x, y, dx, dy = (x_from + x_to) / 2, (y_from + y_to) / 2, scale * size[0] / 2, scale * size[1] / 2
    return x - dx, x + dx, y - dy, y + dy


@lru_cache(maxsize=32)
def _background(landscape: Landscape, bounds, size, signs=True):
    """PNG of the contours whose edges are the bounds."""
    return painted(size, lambda axes: figures.draw_landscape(axes, landscape, bounds, signs=signs))


@figures.styled
def painted(size, draw):
    """PNG of a sheet of this many CSS pixels, for screens of double density; draw(axes) draws it up to its edges."""
    figure = Figure(figsize=(size[0] / 96, size[1] / 96), dpi=192)
    figure.set_layout_engine("none")
    FigureCanvasAgg(figure)  # else each label of a contour is measured on a sheet of its own
    axes = figure.add_axes((0, 0, 1, 1))
    draw(axes)
    axes.set_axis_off()
    axes.set_aspect("auto")  # the sheet has the right shape already, up to rounding
    return figures.compressed(figures.pixels(figure))


@figures.styled
def _ticks(low, high):
    span = high - low
    values = MaxNLocator(nbins=9, steps=[1, 2, 5, 10]).tick_values(low, high)
    inside = [round(float(v), 12) for v in values if low - 1e-9 * span <= v <= high + 1e-9 * span]
    return [[value, figures.number(value)] for value in inside]


def _nice(length):
    """The greatest of ..., 0.1, 0.2, 0.5, 1, 2, 5, 10, ... that is not above the length."""
    power = 10.0 ** math.floor(math.log10(length))
    return float(f"{next(m for m in (5, 2, 1) if m * power <= length * (1 + 1e-9)) * power:.6g}")


def window_for(path):
    """The landscape's own window where the path fills a good part of it, else one around the path."""
    around = figures.fit(path, extra=path.gradient_points.astype(float))
    (x_from, x_to, y_from, y_to), bounds = around, path.landscape.bounds
    inside = bounds[0] <= x_from and x_to <= bounds[1] and bounds[2] <= y_from and y_to <= bounds[3]
    fills = max((x_to - x_from) / (bounds[1] - bounds[0]), (y_to - y_from) / (bounds[3] - bounds[2])) > 0.4
    return bounds if inside and fills else around
