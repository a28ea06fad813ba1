"""A landscape in 3-D beside its map, from the same ground: what the contours mean, for the eye."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from course_utils.descent import Path
from course_utils.figures.looks import CONTOUR, INK, PAPER, look_of
from course_utils.figures.maps import draw_path
from course_utils.figures.paper import Picture, new_figure, styled
from course_utils.figures.relief import Bounds, Terrain, draw_landscape, halo, terrain
from course_utils.figures.sentences import number, summary
from course_utils.landscapes import Landscape
from course_utils.support.language import gettext as _
from course_utils.support.types import Array

_FACES = 140  # along each side
_EARTH = {"x": "#cdbba4", "y": "#b7a186"}  # of the block's two sides that face the eye: one in the light
_BELOW = 0.2  # of the heights: how far the block reaches below its lowest ground


@styled
def surface_beside_map(
    landscape: Landscape,
    paths: Mapping[str, Path] | None = None,
    bounds: Bounds | None = None,
    title: str | None = None,
    top: float | None = None,
    view: tuple[float, float] = (44, -58),
) -> Picture:
    """A landscape as a surface, left, and as a map, right; paths run over both.

    paths: {label: Path} on the landscape.  bounds: the landscape's own where None.  title: a sentence that says the point.
    top: the height at which the surface is cut off; chosen so that steep walls do not hide the rest where None.
    view: (elevation, azimuth) in degrees.  -> (figure, sentence)
    """
    paths = paths or {}
    window = bounds or landscape.bounds
    ground = terrain(landscape, window, _FACES + 1)
    cut = _top(ground.z) if top is None else top
    figure, (left, axes) = new_figure(7.5, 3.7, columns=2, width_ratios=[1.15, 1])
    place = left.get_subplotspec()
    left.remove()
    surface: Any = figure.add_subplot(place, projection="3d", computed_zorder=False)
    draw_surface(surface, ground, cut, view)
    for path in paths.values():
        _draw_walk(surface, path, cut, window)
    draw_landscape(axes, landscape, window)
    for label, path in paths.items():
        draw_path(axes, path, label, markersize=4, markeredgewidth=0.5)
        _name(axes, path, label)
        if path.losses[0] <= cut:
            place = (*path.positions[0].astype(float), float(path.losses[0]) + 0.13 * (cut - ground.z.min()))
            text = surface.text(*place, label, color=look_of(path.optimizer).colour, ha="center", zorder=6)
            text.set_path_effects(halo())
    figure.suptitle(title or "")
    seen = ground.z[ground.z <= cut]
    told = _("The {name}, {formula}, as a surface and as a map: heights from {low} to {high}").format(
        name=landscape.name, formula=landscape.plain, low=number(seen.min()), high=number(seen.max())
    )
    return figure, "; ".join([told, *(summary(label, path) for label, path in paths.items())]) + "."


def _name(axes: Any, path: Path, label: str) -> None:
    """Write what a trail is called beside its start, on the side that it does not go to."""
    start, after = path.positions[:2].astype(float)
    above = after[1] <= start[1]
    text = axes.annotate(
        label,
        start,
        xytext=(0, 8 if above else -8),
        textcoords="offset points",
        ha="center",
        va="bottom" if above else "top",
        color=look_of(path.optimizer).colour,
        zorder=6,
    )
    text.set_path_effects(halo())


def _top(z: Array) -> float:
    """The highest point, unless walls tower over the rest: then what three fifths of the ground lie below."""
    usual = np.quantile(z, 0.6)
    return float(usual if z.max() - usual > 6 * (usual - z.min()) else z.max())


@styled
def draw_surface(axes: Any, ground: Terrain, top: float, view: tuple[float, float] = (38, -60)) -> None:
    """The ground as a surface below `top`, on axes of mplot3d, with the contours of its map."""
    from mpl_toolkits.mplot3d.art3d import (  # type: ignore[import-untyped]
        Line3DCollection,
        Poly3DCollection,
    )

    x, y, z, colours = ground.x, ground.y, ground.z, ground.ground(depth=2.9) / 255
    corners = np.stack([x, y, z], axis=-1)
    faces = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2)
    kept = (faces[..., 2] <= top).any(axis=2)
    faces[..., 2] = faces[..., 2].clip(max=top)
    face_colours = colours[:-1, :-1][kept]
    axes.add_collection3d(
        Poly3DCollection(
            faces[kept],
            facecolors=face_colours,
            edgecolors=face_colours,
            linewidths=0.3,
            zorder=1,
            clip_on=False,
        )
    )
    lines = _contours(ground, top)
    # add_collection3d of matplotlib 3.10 would look for limits, and fails on lines of different lengths
    axes.add_collection(
        Line3DCollection(lines, colors=CONTOUR, linewidths=0.6, zorder=2, clip_on=False), autolim=False
    )
    _draw_sides(axes, ground, top, view[1])
    axes.set(xlim=(x.min(), x.max()), ylim=(y.min(), y.max()), zlim=(z.min() - _BELOW * (top - z.min()), top))
    axes.view_init(*view)
    axes.set_box_aspect((1, np.ptp(y) / np.ptp(x), 0.5), zoom=1.22)
    axes.set_axis_off()


def _draw_sides(axes: Any, ground: Terrain, top: float, azimuth: float) -> None:
    """The two sides of the block that face the eye, each with the letter of its axis below it."""
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    x, y, z = ground.x, ground.y, ground.z
    base = z.min() - _BELOW * (top - z.min())
    east, north = np.cos(np.deg2rad(azimuth)) > 0, np.sin(np.deg2rad(azimuth)) > 0
    for letter, edge in {
        "x": (-1 if north else 0, slice(None)),
        "y": (slice(None), -1 if east else 0),
    }.items():
        upper = np.column_stack([x[edge], y[edge], z[edge].clip(max=top)])
        corners = np.concatenate([upper, upper[::-1] * [1, 1, 0] + [0, 0, base]])
        axes.add_collection3d(
            Poly3DCollection(
                [corners],
                facecolors=_EARTH[letter],
                edgecolors=CONTOUR,
                linewidths=0.5,
                zorder=3,
                clip_on=False,
            )
        )
        middle = [upper[len(upper) // 2, 0], upper[len(upper) // 2, 1], base]
        axes.text(*middle, f"${letter}$", ha="left" if letter == "y" else "right", va="top", zorder=6)


def _contours(ground: Terrain, top: float) -> list[Array]:
    """The contour lines below `top`, each of shape (n, 3)."""
    from contourpy import contour_generator  # what matplotlib draws contours with

    generator: Any = contour_generator(ground.x, ground.y, ground.z)
    return [
        np.column_stack([line, np.full(len(line), level)])
        for level in ground.levels
        if level < top
        for line in generator.lines(float(level))
    ]


def _draw_walk(axes: Any, path: Path, top: float, window: Bounds) -> None:
    """A path on the surface, as far as it is seen."""
    look, positions = look_of(path.optimizer), path.positions[: path.ended + 1].astype(float)
    heights = path.losses[: path.ended + 1].astype(float)
    x_from, x_to, y_from, y_to = window
    seen = (
        (heights <= top)
        & (positions >= [x_from, y_from]).all(axis=1)
        & (positions <= [x_to, y_to]).all(axis=1)
    )
    line = np.where(seen[:, None], np.column_stack([positions, heights]), np.nan)
    axes.plot(
        *line.T,
        color=look.colour,
        marker=look.marker,
        markersize=3.2,
        linewidth=1.8,
        zorder=4,
        markeredgewidth=0,
    )
    axes.plot(*line[:1].T, "o", color=INK, markerfacecolor=PAPER, markersize=7, markeredgewidth=1.6, zorder=5)
