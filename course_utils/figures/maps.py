"""Maps: paths as trails over a landscape, one map for all or small ones side by side.

Every function returns (figure, sentence): `show(*paths_on_map(...))` puts both on the page. The sentence is computed
from the plotted arrays: it is the alternative text, the caption, and what nbval compares.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_utils.descent import Path
from course_utils.figures.looks import INK, PAPER, Look, look_of
from course_utils.figures.paper import Picture, new_figure, styled
from course_utils.figures.relief import Bounds, draw_landscape, halo
from course_utils.figures.sentences import growth_of, number, summary
from course_utils.figures.strips import dashes, distances_of, draw_strip, round_decades
from course_utils.support.language import gettext as _
from course_utils.support.types import Array

_CLOSE = 0.012  # of a map: with steps shorter than this the markers of a trail would lie on each other


@styled
def draw_path(
    axes: Axes, path: Path, label: str | None = None, look: Look | None = None, **line: Any
) -> None:
    """One path as a trail: a line with a marker at each step, a ring at its start, an arrow head on its way.

    The end has the largest marker. `line` goes to Axes.plot.
    """
    look = look or look_of(path.optimizer)
    positions = path.positions.astype(float)
    positions = _fading(axes, path, positions, look.colour)
    close = _usual_hop(axes, positions) < _CLOSE
    style: dict[str, Any] = {
        "color": look.colour,
        "marker": look.marker,
        "label": label or look.label,
        "zorder": 3,
        "markersize": 2.2 if close else 5,
        "markeredgewidth": 0 if close else 0.6,
        "markeredgecolor": PAPER,
        "linewidth": 2.2 if close else 1.8,
    } | line
    if style.get("linestyle", "-") not in ("", " ", "None", "none"):
        rim = {"linewidth": style["linewidth"] + 2.2, "zorder": style["zorder"] - 0.1}
        axes.plot(*positions.T, color=PAPER, alpha=0.75, **rim)
    axes.plot(*positions.T, **style)
    _draw_way(axes, positions, look.colour, float(style["zorder"]))
    if (
        path.ended < len(positions)
        and path.status != "diverged"
        and path.ended
        and style["marker"] not in ("", "None", None)
    ):
        size_of = {"*": 12, "P": 9, "X": 9}.get(look.marker, 8)
        end: dict[str, Any] = {
            "marker": look.marker,
            "markersize": size_of,
            "markeredgecolor": PAPER,
            "markeredgewidth": 0.8,
        }
        axes.plot(*positions[path.ended], color=look.colour, zorder=style["zorder"] + 1.5, **end)
    draw_start(axes, positions[0])


def _fading(axes: Axes, path: Path, positions: Array, colour: str) -> Array:
    """Draw faintly what comes after a path has left the map for good, and say how fast it runs away. -> the rest"""
    (x_from, x_to), (y_from, y_to) = axes.get_xlim(), axes.get_ylim()
    inside = ((positions >= [x_from, y_from]) & (positions <= [x_to, y_to])).all(axis=-1)
    last = int(np.flatnonzero(inside)[-1]) if inside.any() else 0
    if last + 2 >= path.ended:
        return positions
    out = positions[last + 1 : path.ended]
    out = out[(np.abs(out) < 1e6 * max(x_to - x_from, y_to - y_from)).all(axis=-1)]
    axes.plot(*out.T, color=colour, alpha=0.22, linewidth=1.2, zorder=2.8)
    if (growth := growth_of(path)) is None:
        return positions[: last + 2]
    left = positions[last, 0] > (x_from + x_to) / 2
    text = axes.annotate(
        _("×{factor} per step").format(factor=number(float(f"{growth:.2g}"))),
        positions[last],
        xytext=(-8 if left else 8, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        color=colour,
        zorder=6,
    )
    text.set_path_effects(halo())
    return positions[: last + 2]


def _usual_hop(axes: Axes, positions: Array) -> float:
    """How long a step usually is, as a part of the map: infinite where there is none."""
    if len(positions) < 2:
        return np.inf
    (x_from, x_to), (y_from, y_to) = axes.get_xlim(), axes.get_ylim()
    with np.errstate(all="ignore"):
        hops = np.hypot(*(np.diff(positions, axis=0) / [x_to - x_from, y_to - y_from]).T)
    return float(np.median(hops[np.isfinite(hops)])) if np.isfinite(hops).any() else np.inf


@styled
def draw_start(axes: Axes, place: Any) -> None:
    """Where a trail starts: a ring of ink."""
    axes.plot(*place, "o", color=INK, markerfacecolor=PAPER, markersize=8.5, markeredgewidth=1.8, zorder=5)


def _draw_way(axes: Axes, positions: Array, colour: str, zorder: float) -> None:
    """An arrow head half along the first step that is long enough to carry it."""
    (x_from, x_to), (y_from, y_to) = axes.get_xlim(), axes.get_ylim()
    steps = np.diff(positions, axis=0)
    long = np.hypot(*(steps / [x_to - x_from, y_to - y_from]).T) > 0.07
    middles = (positions[:-1] + positions[1:]) / 2
    inside = ((middles > [x_from, y_from]) & (middles < [x_to, y_to])).all(axis=-1)
    for k in np.flatnonzero(long & inside)[:1]:
        tail, tip = middles[k] - 0.01 * steps[k], middles[k] + 0.03 * steps[k]
        arrow = {"arrowstyle": "-|>,head_width=0.32,head_length=0.6", "color": colour, "linewidth": 0}
        axes.annotate("", tip, tail, arrowprops=arrow, zorder=zorder + 0.5, annotation_clip=True)


def fit(*paths: Path, extra: Iterable[Any] = (), margin: float = 0.15) -> Bounds:
    """Bounds that hold whole paths and extra points, with a margin: (x from, x to, y from, y to)."""
    points = np.concatenate([path.positions[: path.ended + 1].astype(float) for path in paths])
    points = np.concatenate([points, np.array(extra, dtype=float).reshape(-1, 2)])
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    size = max(*(high - low), 1e-9)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, size / 4) + margin * size
    return (*(middle[0] + half[0] * np.array([-1, 1])), *(middle[1] + half[1] * np.array([-1, 1])))


@styled
def paths_on_map(
    paths: Mapping[str, Path], bounds: Bounds | None = None, title: str | None = None, height: float = 4.2
) -> Picture:
    """Paths as trails on the map of their landscape.

    paths: {label: Path}, all on one landscape.  title: a sentence that says the point.  height: inches of 96 CSS pixels.
    -> (figure, sentence)
    """
    landscape = next(iter(paths.values())).landscape
    x_from, x_to, y_from, y_to = bounds or landscape.bounds
    figure, axes = new_figure(map_width(x_from, x_to, y_from, y_to, height), height)
    draw_landscape(axes, landscape, bounds)
    for (label, path), dash in zip(paths.items(), dashes(paths), strict=True):
        draw_path(axes, path, label, linestyle=dash)
    draw_key(axes, title)
    axes.set_anchor("W")  # the title begins at the map's left edge: room for it on the right
    return figure, "; ".join(summary(label, path) for label, path in paths.items()) + "."


def map_width(x_from: float, x_to: float, y_from: float, y_to: float, height: float) -> float:
    """How wide a figure must be for a map of this height, both axes to one scale; 7.5 inches at most."""
    return min(7.5, height * (x_to - x_from) / (y_to - y_from) + 1.2)


@styled
def draw_key(axes: Any, title: str | None = None) -> None:
    """The title of a map, and below it what its trails and arrows are called, so that nothing lies on the map.

    Short of room the names stand in two rows or more.
    """
    handles, labels = axes.get_legend_handles_labels()
    plain = [re.sub(r"\\[a-z]+|[${}]", "", label) for label in labels]
    labels_wide = 0.085 * sum(map(len, plain)) + 0.55 * len(labels)  # inches
    room = axes.get_figure().get_figwidth() / max(1, axes.get_subplotspec().get_gridspec().ncols) - 0.7
    rows = max(1, min(len(labels), int(np.ceil(labels_wide / room)))) if labels else 0
    if labels:
        axes.legend(
            handles,
            labels,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=int(np.ceil(len(labels) / rows)),
            frameon=False,
            borderaxespad=0.15,
            borderpad=0,
            handlelength=1.6,
            handletextpad=0.5,
            columnspacing=1.4,
        )
    axes.set_title(title or "", pad=8 + 15.5 * rows)


@styled
def small_maps(
    paths: Mapping[str, Path], bounds: Bounds | None = None, title: str | None = None, columns: int = 3
) -> Picture:
    """Each path on a small map of its own, with the distance from the minimum below it, all strips to one scale.

    paths: {label: Path}, all on one landscape with a minimum; six fill two rows.  -> (figure, sentence)
    """
    landscape = next(iter(paths.values())).landscape
    x_from, x_to, y_from, y_to = window = bounds or landscape.bounds
    rows = -(-len(paths) // columns)
    high = (7.5 / columns - 0.45) * (y_to - y_from) / (x_to - x_from)  # inches of a map
    figure, grid = new_figure(
        7.5,
        rows * (high + 1.9) + 0.3,
        columns,
        2 * rows,
        squeeze=False,
        gridspec_kw={"height_ratios": [high, 0.8] * rows},
    )
    for axes in grid.flat:
        axes.axis("off")
    strips = []
    for k, (label, path) in enumerate(paths.items()):
        trail, strip = grid[2 * (k // columns) : 2 * (k // columns) + 2, k % columns]
        trail.axis("on"), strip.axis("on")
        draw_landscape(trail, landscape, window, heights=False)
        draw_path(trail, path, label, markersize=2.6, markeredgewidth=0.3, linewidth=1.4)
        trail.set(xlabel="", ylabel="", xticks=[], yticks=[])
        trail.set_title(label, color=look_of(path.optimizer).colour, fontsize=9.5, pad=4)
        draw_strip(strip, {label: path}, distances_of, labelled=False)
        strip.lines[0].set(marker="", linewidth=1.6)
        strip.set(yscale="log", xlabel=_("step") if k // columns == rows - 1 else "")
        strips.append(strip)
    away = [distances_of(path)[: path.ended + 1] for path in paths.values()]
    _to_one_scale(strips, away, columns)
    for strip, row, path in zip(strips, away, paths.values(), strict=True):
        _say_end(strip, row, look_of(path.optimizer).colour)
    figure.suptitle(title or "")
    return figure, "; ".join(summary(label, path) for label, path in paths.items()) + "."


def _to_one_scale(strips: Sequence[Axes], rows: Sequence[Array], columns: int) -> None:
    """The same limits for every strip; numbers at the left ones only."""
    known = np.concatenate([row[np.isfinite(row) & (row > 0)] for row in rows])
    low, high = max(known.min(), 1e-16 * known.max()), min(known.max(), 1e3 * max(row[0] for row in rows))
    for k, strip in enumerate(strips):
        strip.set(ylim=(low / 2, high * 2), xlim=(0, max(map(len, rows)) - 1))
        strip.set_yticks(round_decades(low / 2, high * 2))
        strip.tick_params(labelleft=k % columns == 0)
        strip.minorticks_off()
        if k % columns == 0:
            strip.set_ylabel("distance")


def _say_end(strip: Axes, row: Array, colour: str) -> None:
    """The last of a row of distances as a number, where its line leaves room: below a high end, well above a low one."""
    last, (low, high) = float(row[-1]), strip.get_ylim()
    below = last * last > low * high
    text = strip.annotate(
        number(float(f"{last:.2g}")),
        (len(row) - 1, last),
        xytext=(-2, -5 if below else 20),
        textcoords="offset points",
        ha="right",
        va="top" if below else "bottom",
        color=colour,
        fontweight="bold",
        annotation_clip=False,
    )
    text.set_path_effects(halo())
