"""The ground of a map: shaded relief under contour lines with their heights, lowest points and passes.

The light comes from the north-west. Hues follow the height, from green valleys to tan hills, band by band between
contours; the shade follows the slope. Both come in few steps: a map has few colours, and its PNG is small.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.colors import LightSource, LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.image import PcolorImage

from course_utils.descent import Path
from course_utils.figures.looks import CONTOUR, GROUND, INK, PAPER
from course_utils.figures.paper import styled
from course_utils.figures.sentences import number
from course_utils.landscapes import Landscape
from course_utils.support.types import Array

Bounds: TypeAlias = tuple[float, float, float, float]  # x from, x to, y from, y to

LIGHT = LightSource(azdeg=315, altdeg=45)
_LAND = LinearSegmentedColormap.from_list("land", GROUND)
_DARKEST, _LIGHTEST = (
    0.125,
    0.42,
)  # how much of the shadow's and of the light's colour is laid over the ground
_SHADOW = "#5f5a48"
_SHADES = 7  # steps of shade to each side of level ground
_GRID = 481  # points along each side of a map: what makes its edges fine


@dataclass(frozen=True)
class Terrain:
    """A landscape over a window: all that a map or a surface is drawn from.

    x, y, z: the grid and its heights, shape (n, n).  shade: from −1 in shadow over 0 on level ground to 1 in the light.
    levels: heights of the contours, rising.
    """

    x: Array
    y: Array
    z: Array
    shade: Array
    levels: Array

    def tints(self) -> Array:
        """The colour between each two contours, and beyond the outer ones: RGBA, shape (levels + 1, 4)."""
        return np.asarray(_LAND(np.linspace(0, 1, len(self.levels) + 1)))

    def ground(self, depth: float = 1.0) -> Array:
        """The colour of every point of the grid, shaded: RGB from 0 to 255, shape (n, n, 3).

        depth: how much deeper than on a map the shadows are.
        """
        step = np.round(self.shade * _SHADES).astype(int) + _SHADES
        steps = (np.arange(2 * _SHADES + 1) - _SHADES)[:, None] / _SHADES
        part = np.where(steps < 0, -steps * _DARKEST * depth, steps * _LIGHTEST)
        over = np.where(steps < 0, to_rgb(_SHADOW), 1.0)
        colours = self.tints()[:, None, :3] * (1 - part) + over * part  # (levels + 1, steps, 3)
        return np.asarray(
            (255 * colours).round().astype(np.uint8)[np.searchsorted(self.levels, self.z), step]
        )


def ground_colour(share: float) -> str:
    """The colour of level ground, "#rrggbb": 0 for the lowest, 1 for the highest."""
    return to_hex(_LAND(share))


def terrain(landscape: Landscape, bounds: Bounds | None = None, n: int = _GRID) -> Terrain:
    """Heights, contours and shade of a landscape over a window; its own where bounds is None. n: points along a side."""
    x_from, x_to, y_from, y_to = map(float, bounds or landscape.bounds)
    return _terrain(landscape, (x_from, x_to, y_from, y_to), n)


@lru_cache(maxsize=2)  # a live figure and the picture it leaves behind have one ground; each takes 7 MB
def _terrain(landscape: Landscape, bounds: Bounds, n: int) -> Terrain:
    x_from, x_to, y_from, y_to = bounds
    x, y = np.meshgrid(np.linspace(x_from, x_to, n), np.linspace(y_from, y_to, n))
    theta = np.stack([x, y], axis=-1)
    z = np.asarray(landscape(theta), dtype=float)
    levels = np.array([level for level in landscape.levels or () if z.min() < level < z.max()])
    if len(levels) < 5:  # none are given, or the window is too small for them
        levels = round_heights(z)
    return Terrain(x, y, z, _shade(np.asarray(landscape.gradient(theta), dtype=float)), levels)


def _shade(gradient: Array) -> Array:
    """How the light falls, from −1 to 1. The steepest walls count little more than the usual slope of the window."""
    size = np.hypot(*np.moveaxis(gradient, -1, 0))
    usual = np.quantile(size, 0.6) or size.max() or 1.0
    east, north, up = LIGHT.direction
    steep = np.hypot(size, usual)
    towards = up - (gradient[..., 0] * east + gradient[..., 1] * north) / steep
    light = towards / np.sqrt(1 + (size / steep) ** 2) - up  # along the normals of the ground, of length 1
    return np.asarray(np.where(light > 0, light / (1 - up), light / up).clip(-1, 1))


def round_heights(z: Array, count: int = 11) -> Array:
    """Heights for contours, spread over the window evenly by area, each as round as its distance to the next allows."""
    wanted = np.unique(np.quantile(z, np.linspace(0.02, 0.97, count)))
    gaps = np.diff(wanted)
    near = np.minimum(np.append(gaps, np.inf), np.insert(gaps, 0, np.inf))
    near = np.where(np.isfinite(near) & (near > 0), near, 1.0)
    power = 10.0 ** np.floor(np.log10(near))
    unit = power * np.select([near >= 5 * power, near >= 2 * power], [5.0, 2.0], 1.0)
    levels = np.unique([float(f"{v:.12g}") for v in np.round(wanted / unit) * unit])
    inside = levels[(levels > z.min()) & (levels < z.max())]
    return inside if len(inside) > 1 else wanted


@styled
def draw_landscape(
    axes: Axes,
    landscape: Landscape,
    bounds: Bounds | None = None,
    heights: bool = True,
    signs: bool = True,
    trails: Sequence[Path] = (),
) -> None:
    """The map of a landscape on axes of equal scale: only so does a gradient stand at a right angle to the contours.

    bounds: (x from, x to, y from, y to); the landscape's own where None.
    heights: whether contours and lowest points carry their heights; leave them out of a small map.
    signs: whether passes are marked; not where the reader is to find them.
    trails: Paths that will be drawn on it; the heights stand beside them.
    """
    x_from, x_to, y_from, y_to = window = bounds or landscape.bounds
    ground = terrain(landscape, window)
    _draw_ground(axes, ground)
    every = 2 if len(ground.levels) > 7 else 1
    lines = axes.contour(
        *(part[::2, ::2] for part in (ground.x, ground.y, ground.z)),
        levels=ground.levels,
        colors=CONTOUR,
        linewidths=[
            1.1 if heights and every > 1 and k % every == 0 else 0.6 for k in range(len(ground.levels))
        ],
        linestyles="solid",
        zorder=1,
    )
    across, up = (f"${letter}$" for letter in landscape.letters)
    axes.set(xlabel=across, ylabel=up, xlim=(x_from, x_to), ylim=(y_from, y_to), aspect="equal", anchor="N")
    if heights:
        look: dict[str, Any] = {"fmt": number, "colors": "#6d5237", "zorder": 1}
        if trails:
            look["manual"] = _beside(axes, lines, ground.levels[::every], trails, look)
        axes.clabel(lines, ground.levels[::every], inline=True, **look)
    for minimum in landscape.minima:
        draw_lowest(axes, landscape, minimum, window, heights)
    for place in passes(landscape) if signs else ():
        if x_from < place[0] < x_to and y_from < place[1] < y_to:
            axes.plot(*place, marker="$)($", color=INK, markersize=9, markeredgewidth=0, zorder=2)


def _beside(axes: Axes, lines: Any, levels: Array, trails: Sequence[Path], look: dict[str, Any]) -> list[Any]:
    """Where the heights would stand, each moved along its contour until it lies beside the trails."""
    drafts = axes.clabel(lines, levels, inline=False, **look)
    crowd = np.concatenate([path.positions.astype(float) for path in trails])
    (x_from, x_to), (y_from, y_to) = axes.get_xlim(), axes.get_ylim()
    gap, places = 0.06 * (x_to - x_from), []
    for draft in drafts:
        place = np.array(draft.get_position())
        contours = [c for k, level in enumerate(lines.levels) if level in levels for c in lines.allsegs[k]]
        along = min(contours, key=lambda contour: np.hypot(*(contour - place).T).min())
        inside = ((along - [x_from, y_from] > gap) & ([x_to, y_to] - along > gap)).all(axis=-1)
        free = np.hypot(*np.moveaxis(along[:, None] - crowd, -1, 0)).min(axis=-1) > gap
        if (inside & free).any() and np.hypot(*(crowd - place).T).min() < gap:
            place = min(along[inside & free], key=lambda point: np.hypot(*(point - place)))
        places.append(tuple(place))
        draft.remove()
    return places


def _draw_ground(axes: Axes, ground: Terrain) -> None:
    """The shaded ground, each point of the grid as a small even field: a PcolorImage looks up which, imshow computes."""
    x, y = (
        np.append(along - (along[1] - along[0]) / 2, along[-1] + (along[1] - along[0]) / 2)
        for along in (ground.x[0], ground.y[:, 0])
    )
    image: Any = PcolorImage(axes, x, y, ground.ground(), zorder=0)
    image.set_clip_path(axes.patch)
    image.set_in_layout(False)  # it takes no more room than its axes, and does not know how much it takes
    axes.add_image(image)


def draw_lowest(axes: Axes, landscape: Landscape, place: Any, window: Bounds, height: bool = True) -> None:
    """A lowest point, as on a map: a triangle that points down, with its height."""
    x, y = map(float, place)
    if not (window[0] <= x <= window[1] and window[2] <= y <= window[3]):
        return
    axes.plot(x, y, "v", color=INK, markersize=7, markeredgecolor=PAPER, markeredgewidth=0.9, zorder=2.5)
    if height:
        text = axes.annotate(
            number(round(float(landscape(np.array([x, y]))), 9)),
            (x, y),
            xytext=(6, -10),
            textcoords="offset points",
            fontweight="bold",
            zorder=2.5,
        )
        text.set_path_effects(halo())


def halo(width: float = 2.5) -> list[Any]:
    """A rim of paper around a text on the ground."""
    return [patheffects.withStroke(linewidth=width, foreground=PAPER, alpha=0.85)]


@lru_cache(maxsize=64)
def passes(landscape: Landscape) -> tuple[tuple[float, float], ...]:
    """The saddle points within the landscape's own window, where its slope is zero and its curvatures differ in sign.

    Newton's method, from a grid of starts.
    """
    x_from, x_to, y_from, y_to = landscape.bounds
    x, y = np.meshgrid(np.linspace(x_from, x_to, 23), np.linspace(y_from, y_to, 23))
    theta = np.stack([x, y], axis=-1).reshape(-1, 2)
    with np.errstate(all="ignore"):
        for _ in range(40):
            (a, b), (_b, d) = np.moveaxis(np.asarray(landscape.hessian(theta), dtype=float), 0, -1)
            g, h = np.asarray(landscape.gradient(theta), dtype=float).T
            theta = theta - np.stack([d * g - b * h, a * h - b * g], axis=-1) / (a * d - b * b)[:, None]
        slope = np.abs(landscape.gradient(np.nan_to_num(theta, nan=1e9))).max(axis=-1)
        curved = np.linalg.det(landscape.hessian(np.nan_to_num(theta, nan=1e9)))
    found = theta[(slope < 1e-9) & (curved < -1e-9)]
    near = found[
        (np.abs(found - [(x_from + x_to) / 2, (y_from + y_to) / 2]) <= [x_to - x_from, y_to - y_from]).all(
            axis=-1
        )
    ]
    return tuple(sorted({(float(x) + 0.0, float(y) + 0.0) for x, y in near.round(6)}))
