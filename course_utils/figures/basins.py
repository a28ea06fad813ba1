"""Where walkers end: each start coloured by the minimum it leads to, and the passes between the valleys as gates."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_utils.critical_points import classify
from course_utils.descent import Path
from course_utils.figures.looks import INK, LOOKS, PAPER, Look
from course_utils.figures.maps import draw_key, map_width
from course_utils.figures.paper import Picture, new_figure, styled
from course_utils.figures.relief import draw_landscape, halo, passes
from course_utils.figures.sentences import number, point
from course_utils.support.language import gettext as _
from course_utils.support.types import Array

VALLEYS = [
    LOOKS[name] for name in ("SGD", "AdaGrad", "Nesterov", "AdamW")
]  # colours that differ for every eye
_CLOSE = 0.01  # of the map: who ends nearer than this to a minimum or a pass has ended there
_HALF = 0.035  # half the width of a gate, and half the length of its posts, in widths of the map


@styled
def basins(crowd: Path, title: str | None = None, height: float = 4.55) -> Picture:
    """The starts of many walkers on their map, each coloured by the minimum where it ends; gates stand at the passes.

    crowd: a Path of n walkers, positions of shape (steps + 1, n, 2), on a landscape with minima.
    title: a sentence that says the point.  -> (figure, sentence)

    Raises ValueError for a single path, and on a landscape without minima.
    """
    landscape = crowd.landscape
    if crowd.positions.ndim != 3 or not landscape.minima:
        raise ValueError("crowd must be a Path of many walkers on a landscape with minima")
    x_from, x_to, y_from, y_to = landscape.bounds
    ends, close = crowd.positions[-1], _CLOSE * (x_to - x_from)
    minima, gates = np.array(landscape.minima, dtype=float), np.array(passes(landscape)).reshape(-1, 2)
    valley = np.where(_nearest(ends, minima) <= close, _which(ends, minima), -1)
    figure, axes = new_figure(map_width(x_from, x_to, y_from, y_to, height), height)
    draw_landscape(axes, landscape, heights=False, signs=False)
    for k in range(len(minima)):
        _draw_starts(axes, crowd.positions[0][valley == k], VALLEYS[k % len(VALLEYS)])
    for place in gates:
        _draw_gate(axes, place, crowd, _HALF * (x_to - x_from))
    for k, place in enumerate(minima):
        _name(axes, place, str((valley == k).sum()), VALLEYS[k % len(VALLEYS)])
    draw_key(axes, title)
    told = ", ".join(
        _("{n} at {point}").format(n=(valley == k).sum(), point=point(place))
        for k, place in enumerate(minima)
    )
    held = int((_nearest(ends, gates) <= close).sum()) if len(gates) else 0
    elsewhere = len(ends) - held - int((valley >= 0).sum())
    sentence = _("Where {n} walkers end: {where}, {held} at one of the {passes} passes, {others} elsewhere.")
    return figure, sentence.format(
        n=len(ends), where=told, held=number(held), passes=len(gates), others=number(elsewhere)
    )


def _nearest(ends: Array, places: Array) -> Array:
    """How far each end is from the nearest of the places."""
    return np.asarray(np.linalg.norm(ends[:, None] - places, axis=-1).min(axis=1))


def _which(ends: Array, places: Array) -> Array:
    return np.asarray(np.linalg.norm(ends[:, None] - places, axis=-1).argmin(axis=1))


def _draw_starts(axes: Axes, starts: Array, look: Look) -> None:
    style: dict[str, Any] = {
        "color": look.colour,
        "markersize": 5,
        "markeredgecolor": PAPER,
        "markeredgewidth": 0.6,
    }
    axes.plot(*starts.T, look.marker, linestyle="", zorder=3, **style)


def _draw_gate(axes: Axes, place: Array, crowd: Path, half: float) -> None:
    """Two posts to the left and right of the way, and the way itself, down on both sides."""
    ground = crowd.landscape
    way, across = np.array(classify(ground.gradient(place), ground.hessian(place)).directions)
    axes.plot(*np.array([place - 2 * half * way, place + 2 * half * way]).T, ":", color=INK, zorder=4)
    for side in (-half, half):
        post = place + side * across + np.outer((-half, half), way)
        axes.plot(*post.T, color=PAPER, linewidth=5.5, zorder=4.1, solid_capstyle="round")
        axes.plot(*post.T, color=INK, linewidth=3, zorder=4.2, solid_capstyle="round")


def _name(axes: Axes, place: Array, text: str, look: Look) -> None:
    label = axes.annotate(
        text,
        (float(place[0]), float(place[1])),
        xytext=(7, 5),
        textcoords="offset points",
        color=look.colour,
        fontweight="bold",
        fontsize=12,
        zorder=6,
    )
    label.set_path_effects(halo(3.5))
