"""Stage: walker and ball side by side, moving, on a relief model that a hand can turn or along a profile of the hill.

Python computes the paths, the ground and every sentence; stage.js paints what it is given and picks the step.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets

from course_utils import figures
from course_utils.descent import Path
from course_utils.figures import number
from course_utils.landscapes import Landscape
from course_utils.support.language import gettext as _
from course_utils.support.types import Number
from course_utils.support.validation import shown
from course_utils.widgets.base import Live, said_by_player, script, styles
from course_utils.widgets.ground import Ground, Turn, drawn, ground, hidden, seen_from
from course_utils.widgets.map import DRAWN, SPEEDS, _checked, _in_floats

VIEWS = ("surface", "profile")
HOME: Turn = (32.0, 42.0, 1.0)  # from the south-east, from above
SAMPLES = 1200  # points of one trail, at most: it lies on the ground between the steps, too
MOST_PANELS = 6
REACH = {"azimuth": (-360.0, 360.0), "elevation": (8.0, 88.0), "zoom": (0.6, 3.0)}


class Stage(Live):
    """Several Paths moving at once, on a surface that can be turned, or along a profile.

    paths: {label: Path}, single paths on one landscape; {} for the ground alone.
    landscape: that of the paths where None; or {title: Landscape}, one panel each, for ground alone.
    view: "surface", or "profile": a cut through the hill along the line on which all the paths run.
    apart: whether each path has a panel of its own, side by side.
    bounds: (x from, x to, y from, y to); the landscape's own where None. For a profile, (from, to) along the line.
    highest: where the ground is cut off; None: where a few corners would tower above all the rest.
    step: the step shown first; the last where None.  title: a line above.

    The state, as synced traits. The hand moves, in the browser or from Python:
        step, playing, speed   as in Map
        turn      azimuth and elevation of the eye in degrees, and zoom
    Python alone sets what is drawn:
        view, title, last, alt
        panels    [{title, methods: numbers of those on it, and a Ground's arrays, or a profile}]
        methods   [{label, colour, marker, figure: "walker" or "ball", ended, status, trail, per, rows}]:
                  trail, float32 (last · per + 1, 3), where it is in the box, `per` points a step;
                  rows, float64 (last + 1, 4): place x, y, height and length of the last step
    """

    _esm = script("stage.js")
    _css: Any = styles("stage.css")

    by_hand = ("step", "playing", "speed", "turn")

    step = traitlets.Int().tag(sync=True, **DRAWN)
    playing = traitlets.Bool().tag(sync=True)
    speed = traitlets.Enum(SPEEDS, default_value=5).tag(sync=True)
    turn = traitlets.Tuple(*[traitlets.Float()] * 3, default_value=HOME).tag(sync=True, **DRAWN)

    said: ClassVar[dict[str, str]] = {
        **said_by_player(SPEEDS),
        "method": _("method"),
        "along": _("along the way"),
        "point": _("point"),
        "height": _("height f"),
        "moved": _("last step"),
        "view": _("View of the surface"),
        "role": _("view that can be turned"),
        "seen": _("seen from the {side}, {degrees} degrees above the horizon, zoom {zoom}"),
        "side 0": _("south"),
        "side 1": _("south-east"),
        "side 2": _("east"),
        "side 3": _("north-east"),
        "side 4": _("north"),
        "side 5": _("north-west"),
        "side 6": _("west"),
        "side 7": _("south-west"),
        "closer": _("Closer"),
        "farther": _("Farther"),
        "turn back": _("Turn back"),
        "how": _("Drag to turn it, or use the arrow keys; + and − bring it closer and farther."),
        "diverges": _("diverges at step {step}"),
        "away": _("outside the picture"),
        "announced": _("Step {step}. {where}"),
        "stage": _("Stage"),
    }

    speeds: traitlets.List = traitlets.List(list(SPEEDS), read_only=True).tag(sync=True)
    view = traitlets.Enum(VIEWS, default_value="surface").tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    panels = traitlets.List(traitlets.Dict()).tag(sync=True)
    methods = traitlets.List(traitlets.Dict()).tag(sync=True)
    last = traitlets.Int().tag(sync=True)
    home = traitlets.Tuple(*[traitlets.Float()] * 3, default_value=HOME).tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        paths: Mapping[str, Path],
        landscape: Landscape | Mapping[str, Landscape] | None = None,
        view: str = "surface",
        apart: bool = False,
        bounds: Sequence[Number] | None = None,
        highest: float | None = None,
        step: int | None = None,
        title: str = "",
        turn: Sequence[float] = HOME,
        **traits: Any,
    ) -> None:
        if view not in VIEWS:
            raise ValueError(f"view must be {' or '.join(map(repr, VIEWS))}, not {shown(view)}")
        self.paths, grounds = _given(paths, landscape, view)
        self._last = max((path.steps for path in self.paths.values()), default=0)
        self.scenes: list[Any]
        if view == "profile":
            self.scenes = [Profile(list(self.paths.values()), grounds[""], bounds)]
        else:
            self.scenes = [
                Surface(one, bounds or one.bounds, _highest(highest, self.paths, one, bounds))
                for one in grounds.values()
            ]
        names = list(grounds)
        on = [list(range(len(self.paths)))] * len(self.scenes)
        if apart and self.paths:
            names, on = list(self.paths), [[k] for k in range(len(self.paths))]
            self.scenes = self.scenes * len(on)
        if len(names) > MOST_PANELS:
            raise ValueError(f"a Stage has room for {MOST_PANELS} panels, not {len(names)}")
        self.on, self.names = on, names
        super().__init__(title=title, view=view, turn=turn, home=turn, **traits)
        with self.hold_sync():
            self.methods = [self._method(label, path) for label, path in self.paths.items()]
            self.panels = [
                {"title": name, "methods": list(those), **scene.arrays()}
                for name, those, scene in zip(names, on, self.scenes, strict=True)
            ]
            self.last = self._last
            self.step = self._last if step is None else step
            self.alt = self.sentence()
        self.observe(self._tell, ["step"])

    def _method(self, label, path):
        look = figures.look_of(path.optimizer)
        scene = self.scenes[0]
        per = max(1, min(12, SAMPLES // max(1, self._last)))
        return {
            "label": label,
            "colour": look.colour,
            "marker": look.marker,
            "figure": "ball" if _rolls(path) else "walker",
            "ended": int(path.ended),
            "status": str(path.status),
            "per": per,
            "trail": scene.trail(path, self._last, per).tobytes(),
            "rows": _rows(path, self._last, scene).tobytes(),
        }

    def _tell(self, _change=None):
        self.alt = self.sentence()

    # --- the picture it leaves behind ------------------------------------------------------------------

    @figures.styled
    def figure(self):
        columns = len(self.scenes)
        wide = 7.5 if columns == 1 else min(9.0, 3.6 * columns)
        tall = 3.4 if self.view == "profile" else 4.0 if columns == 1 else 0.82 * wide / columns + 0.5
        figure, axes = figures.new_figure(wide, tall, columns=columns)
        for one, scene, name, those in zip(
            np.atleast_1d(axes), self.scenes, self.names, self.on, strict=True
        ):
            scene.draw(one, self.home)
            one.set_anchor("N")  # titles stand at one height
            shown_here = [list(self.paths.items())[k] for k in those]
            heads = [scene.draw_path(one, self.home, label, path, self.step) for label, path in shown_here]
            if len(those) > 1:
                scene.name(
                    one, [label for label, _path in shown_here], [p for _label, p in shown_here], heads
                )
            one.set_title(name if columns > 1 else self.title)
        if columns > 1 and self.title:
            figure.suptitle(self.title)
        return figure

    def alone(self):
        return {}

    def sentence(self):
        if not self.paths:
            told = [f"{name}: {scene.told()}" if name else scene.told() for name, scene in self._grounds()]
            return " ".join(told)
        where = "; ".join(self._where(label, path) for label, path in self.paths.items())
        return _("{where}. {ground}").format(where=where, ground=self.scenes[0].told())

    def _grounds(self):
        return list(zip(self.names, self.scenes, strict=True))

    def _where(self, label, path):
        step = min(self.step, path.steps)
        if path.status == "diverged" and step >= path.ended:
            return _("{label} diverges at step {step}").format(label=label, step=path.ended)
        return _("{label} after {step} steps is at {place}, height {height}").format(
            label=label,
            step=step,
            place=self.scenes[0].place(path, step),
            height=number(path.losses[step]),
        )

    # --- what the hand may do --------------------------------------------------------------------------

    @traitlets.validate("step")
    def _is_a_step(self, proposal):
        if not 0 <= proposal["value"] <= self.last:
            raise traitlets.TraitError(f"step must be from 0 to {self.last}, not {shown(proposal['value'])}")
        return proposal["value"]

    @traitlets.validate("turn")
    def _is_a_turn(self, proposal):
        for value, (name, (low, high)) in zip(proposal["value"], REACH.items(), strict=True):
            if not low <= value <= high:
                raise traitlets.TraitError(f"{name} must be from {low:g} to {high:g}, not {shown(value)}")
        return proposal["value"]


# --- what is given ---------------------------------------------------------------------------------------


def _given(paths, landscape, view):
    """-> ({label: Path in floats}, {title: Landscape}); refuses what a stage cannot show."""
    if not paths and landscape is None:
        raise TypeError("a Stage needs paths, or else a landscape")
    if paths:
        own = _checked(paths)
        if landscape is not None and landscape is not own:
            raise ValueError("landscape must be that of the paths: leave it out")
        return {label: _in_floats(path) for label, path in paths.items()}, {"": own}
    grounds = landscape if isinstance(landscape, dict) else {"": landscape}
    if not grounds or not all(isinstance(one, Landscape) for one in grounds.values()):
        raise TypeError(f"landscape must be a Landscape or {{title: Landscape}}, not {shown(landscape)}")
    if view == "profile":
        raise ValueError("a profile is cut along paths: give some")
    return {}, grounds


def _highest(highest, paths, landscape, bounds):
    """Where the ground is cut off: never below a path that stands within the window."""
    if highest is not None or not paths:
        return highest
    usual = ground(landscape, tuple(bounds or landscape.bounds)).top
    x_from, x_to, y_from, y_to = bounds or landscape.bounds
    for path in paths.values():
        x, y = path.positions.T
        inside = (x >= x_from) & (x <= x_to) & (y >= y_from) & (y <= y_to)
        usual = max([usual, *(path.losses[inside] * 1.02)])
    return usual


def _rolls(path):
    """Whether the method keeps a velocity, as a ball does."""
    return hasattr(path.optimizer, "momentum") or hasattr(path.optimizer, "beta1")


def _rows(path, last, scene):
    """Place, height and length of the last step: (last + 1, 4); NaN where there is none."""
    out = np.full((last + 1, 4), np.nan)
    out[: path.steps + 1, :2] = scene.coordinates(path)
    out[: path.steps + 1, 2] = path.losses
    out[1 : path.steps + 1, 3] = np.linalg.norm(np.diff(path.positions, axis=0), axis=1)
    return out


def _between(path, last, per):
    """Points on the way, `per` a step, along straight steps: (last · per + 1, 2); NaN after the end."""
    t = np.arange(path.steps * per + 1) / per
    at = np.stack([np.interp(t, np.arange(path.steps + 1), x) for x in path.positions.T], axis=-1)
    out = np.full((last * per + 1, 2), np.nan)
    out[: len(at)] = at
    return out


# --- the two kinds of scenes -----------------------------------------------------------------------------


class Surface:
    """A relief model, and paths that lie on it."""

    def __init__(self, landscape, bounds, highest):
        self.landscape = landscape
        self.block: Ground = ground(landscape, tuple(map(float, bounds)), highest)

    def arrays(self):
        block = self.block
        names = ("vertices", "faces", "colours", "walls", "shades", "contours", "heights")
        minima = [list(map(float, m)) for m in self.landscape.minima]
        at = np.array(minima).reshape(-1, 2)
        spots = block.placed(at, self.landscape(at)) if len(at) else at
        return {
            **{name: getattr(block, name).tobytes() for name in names},
            "columns": block.heights.shape[1],
            "half": list(block.half),
            "tall": block.tall,
            "labels": [list(label) for label in block.labels],
            "spots": [spot.tolist() for spot in spots if np.isfinite(spot).all()],
        }

    def coordinates(self, path):
        return path.positions

    def place(self, path, step):
        return figures.point(path.positions[step])

    def trail(self, path, last, per):
        at = _between(path, last, per)
        with np.errstate(all="ignore"):
            heights = np.where(np.isfinite(at).all(axis=-1), self.landscape(np.nan_to_num(at)), np.nan)
        return self.block.placed(at, heights).astype(np.float32)

    def told(self):
        block = self.block
        cut = "" if block.top >= block.heights.max() and math.isclose(self._peak(), block.top) else "cut"
        text = (
            _("{name}, f = {plain}, from height {low} up to {top}, where it is cut off.")
            if cut
            else _("{name}, f = {plain}, from height {low} to {top}.")
        )
        name = self.landscape.name
        return text.format(
            name=name[:1].upper() + name[1:],
            plain=self.landscape.plain,
            low=number(block.low),
            top=number(block.top),
        )

    def _peak(self):
        x_from, x_to, y_from, y_to = self.block.bounds
        corners = np.array([(x, y) for x in (x_from, x_to) for y in (y_from, y_to)])
        return float(self.landscape(corners).max())

    def draw(self, axes, turn):
        drawn(axes, self.block, turn)

    def draw_path(self, axes, turn, label, path, step):
        look = figures.look_of(path.optimizer)
        per = max(1, min(12, SAMPLES // max(1, path.steps)))
        trail = self.trail(path, path.steps, per).astype(float)[: step * per + 1]
        place, away = seen_from(turn, trail), hidden(self.block, turn, trail)
        seen = np.where(away[:, None], np.nan, place[:, :2])
        axes.plot(*place[:, :2].T, color=look.colour, linewidth=1, alpha=0.4, zorder=3)
        axes.plot(*seen.T, color="white", linewidth=3.4, alpha=0.8, zorder=3)
        axes.plot(
            *seen.T, color=look.colour, linewidth=2, marker=look.marker, markevery=per, markersize=4, zorder=4
        )
        head = place[np.isfinite(place[:, 0])][-1:, :2]
        axes.plot(*head.T, marker=look.marker, color=look.colour, markersize=9, mec="white", zorder=6)
        return head[0] if len(head) else None

    def name(self, axes, labels, paths, heads):
        """Write names beside the heads, apart from one another."""
        there = [
            (head[1], head[0], label, path)
            for head, label, path in zip(heads, labels, paths, strict=True)
            if head is not None
        ]
        there.sort(key=lambda one: one[0])
        gap, lowest = 0.09 * np.ptp(axes.get_ylim()), -math.inf
        for y, x, label, path in there:
            lowest = max(y, lowest + gap)
            axes.annotate(
                label,
                (x, y),
                xytext=(x + 0.03 * np.ptp(axes.get_xlim()), lowest + 0.01),
                color=figures.look_of(path.optimizer).colour,
                weight="bold",
                size=10,
                zorder=7,
                bbox={"boxstyle": "round,pad=0.15", "color": "white", "alpha": 0.75, "linewidth": 0},
            )


class Profile:
    """A cut through the hill, along the line on which all the paths run: s along it, the height above it."""

    def __init__(self, paths, landscape, bounds):
        self.landscape = landscape
        points = np.concatenate([path.positions[: path.ended + 1] for path in paths])
        points = points[np.isfinite(points).all(axis=1)]
        self.origin, self.way, self.axis = _line(points)
        s = (points - self.origin) @ self.way
        self.reach = _reach(s, bounds, landscape, self.origin, self.way)
        self.s = np.linspace(self.reach[0], self.reach[1], 301)
        self.heights = landscape(self.origin + self.s[:, None] * self.way)
        low, high = float(self.heights.min()), float(self.heights.max())
        self.range = low - 0.12 * (high - low), high + 0.12 * (high - low)

    def _box(self, s, heights):
        """Into the unit square, the floor at the bottom."""
        low, high = self.range
        return (s - self.reach[0]) / (self.reach[1] - self.reach[0]), (heights - low) / (high - low)

    def arrays(self):
        x, z = self._box(self.s, self.heights)
        return {
            "ground": np.stack([x, z], axis=-1).astype(np.float32).tobytes(),
            "axis": self.axis,
            "ticks": {
                "x": _ticks(self.reach, lambda v: self._box(v, self.range[0])[0]),
                "y": _ticks(self.range, lambda v: self._box(self.reach[0], v)[1], 5),
            },
        }

    def coordinates(self, path):
        s = (path.positions - self.origin) @ self.way
        return np.stack([s, np.zeros_like(s)], axis=-1)

    def place(self, path, step):
        return f"{self.axis} = {number((path.positions[step] - self.origin) @ self.way)}"

    def trail(self, path, last, per):
        at = _between(path, last, per)
        with np.errstate(all="ignore"):
            heights = np.where(np.isfinite(at).all(axis=-1), self.landscape(np.nan_to_num(at)), np.nan)
        x, z = self._box((at - self.origin) @ self.way, heights)
        inside = (x >= -1e-6) & (x <= 1 + 1e-6)
        return np.where(inside[:, None], np.stack([x, z, 0 * x], axis=-1), np.nan).astype(np.float32)

    def told(self):
        return _("A profile of the {name}, f = {plain}.").format(
            name=self.landscape.name, plain=self.landscape.plain
        )

    def draw(self, axes, turn):
        axes.fill_between(self.s, self.range[0], self.heights, color="#c9d6b0", linewidth=0)
        axes.plot(self.s, self.heights, color="#6b5640", linewidth=1.6)
        axes.set(xlabel=f"${self.axis}$", ylabel="height $f$", xlim=self.reach, ylim=self.range)

    def draw_path(self, axes, turn, label, path, step):
        look = figures.look_of(path.optimizer)
        s = self.coordinates(path)[: step + 1, 0]
        axes.plot(s, path.losses[: step + 1], linestyle="", marker=look.marker, color=look.colour, alpha=0.45)
        axes.plot(
            s[-1:], path.losses[step : step + 1], marker=look.marker, color=look.colour, markersize=11,
            mec="white", linestyle="", label=label, zorder=5,
        )  # fmt: skip

    def name(self, axes, labels, paths, heads):
        axes.legend(loc="best")


def _line(points):
    """The line on which all points lie. -> (a point of it, its direction, the name of the coordinate along it)

    Raises ValueError where they lie on none.
    """
    first = points[0]
    far = points[np.argmax(np.linalg.norm(points - first, axis=1))] - first
    long = float(np.linalg.norm(far))
    way = far / long if long else np.array([1.0, 0.0])
    off = np.abs((points - first) @ np.array([-way[1], way[0]]))
    if off.max() > 1e-6 * max(long, 1):
        raise ValueError("a profile needs paths that all run along one line, such as those with y = 0")
    for axis, name in (0, "x"), (1, "y"):
        if abs(way[axis]) > 1 - 1e-9 and abs(first[1 - axis]) < 1e-9:
            return np.zeros(2), np.eye(2)[axis], name
    way = way if way @ first > 0 else -way  # the coordinate grows away from the centre
    origin = first - (first @ way) * way
    return origin, way, "r" if np.linalg.norm(origin) < 1e-9 else "s"


def _reach(s, bounds, landscape, origin, way):
    if bounds is not None:
        low, high = map(float, bounds)
        if not low < high:
            raise ValueError(f"bounds of a profile must be (from, to), not {shown(bounds)}")
        return low, high
    x_from, x_to, y_from, y_to = landscape.bounds
    limits = [(np.array([x_from, y_from]) - origin), (np.array([x_to, y_to]) - origin)]
    with np.errstate(divide="ignore", invalid="ignore"):
        ways = np.array([limit / way for limit in limits])
    ways = ways[np.isfinite(ways)]
    s = s[(s > ways.min()) & (s < ways.max())] if len(ways) else s
    low, high = (float(s.min()), float(s.max())) if len(s) else (-1.0, 1.0)
    pad = 0.12 * max(high - low, 1e-3)
    return low - pad, high + pad


@figures.styled
def _ticks(reach, place, bins=9):
    from matplotlib.ticker import MaxNLocator

    values = MaxNLocator(nbins=bins, steps=[1, 2, 5, 10]).tick_values(*reach)
    return [[float(place(v)), number(v)] for v in values if reach[0] <= v <= reach[1]]
