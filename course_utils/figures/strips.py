"""Distances and losses along a path, against the step."""

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes

from course_utils.descent import Path
from course_utils.figures.labels import label_ends
from course_utils.figures.looks import Look, look_of
from course_utils.figures.paper import Picture, new_figure, styled
from course_utils.figures.sentences import number
from course_utils.support.language import gettext as _
from course_utils.support.types import Array


def distances_of(path: Path) -> Array:
    """How far each point of a path is from the nearest minimum of its landscape: shape (steps + 1,).

    Raises ValueError where the landscape has no minimum.
    """
    if not path.landscape.minima:
        raise ValueError(f"{path.landscape.name} has no minimum to be at a distance from")
    away = [np.linalg.norm(path.positions.astype(float) - m, axis=-1) for m in path.landscape.minima]
    return np.asarray(np.min(away, axis=0))


@styled
def losses(
    paths: Mapping[str, Path], title: str | None = None, log: bool = True, height: float = 3.2
) -> Picture:
    """f against the step. paths: {label: Path}.  -> (figure, sentence)"""
    figure, axes = new_figure(7.5, height)
    axes.set(ylabel=_("loss $f$"), title=title or "", yscale="log" if log else "linear")
    draw_strip(axes, paths, lambda path: path.losses.astype(float))
    ends = "; ".join(f"{label}: {number(path.losses[-1])}" for label, path in paths.items())
    return figure, _("Loss after {n} steps. {ends}.").format(n=next(iter(paths.values())).steps, ends=ends)


@styled
def distances(paths: Mapping[str, Path], title: str | None = None, height: float = 3.2) -> Picture:
    """The distance from the nearest minimum against the step, in decades. paths: {label: Path}.  -> (figure, sentence)"""
    figure, axes = new_figure(7.5, height)
    axes.set(ylabel=_("distance from the minimum"), title=title or "", yscale="log")
    draw_strip(axes, paths, distances_of)
    ends = "; ".join(f"{label}: {number(distances_of(path)[path.ended])}" for label, path in paths.items())
    sentence = _("Distance from the minimum after {n} steps. {ends}.")
    return figure, sentence.format(n=next(iter(paths.values())).steps, ends=ends)


@styled
def draw_strip(
    axes: Axes, paths: Mapping[str, Path], values: Callable[[Path], Array], labelled: bool = True
) -> None:
    """One line for each path, with its label at its end.

    values: of a Path, (steps + 1,) numbers, such as `distances_of`.
    """
    ends = []
    for (label, path), dash in zip(paths.items(), dashes(paths), strict=True):
        look, row = look_of(path.optimizer), values(path)
        axes.plot(
            row,
            color=look.colour,
            marker=look.marker,
            markevery=max(1, path.steps // 12),
            markerfacecolor=look.colour if dash == "-" else axes.get_facecolor(),
            linestyle=dash,
            label=label,
        )
        last = int(np.flatnonzero(np.isfinite(row))[-1])
        ends.append((last, float(row[last]), label, look.colour))
    axes.set_xlabel("step")
    axes.grid(True, axis="y")
    axes.margins(x=0.02)
    if labelled:
        label_ends(axes, ends, x=np.inf)


def round_decades(low: float, high: float, count: int = 4) -> Array:
    """Powers of ten from low to high, at most `count` of them and 1 among them where it lies between.

    Equally far apart, in decades: for a logarithmic axis, instead of 10⁻²⁹, 10⁻²¹ and the like.
    """
    lowest, highest = int(np.ceil(np.log10(low))), int(np.floor(np.log10(high)))
    gap = next(gap for gap in (1, 2, 3, 4, 5, 10, 20, 50, 100, 200) if (highest - lowest) // gap < count)
    exponents = np.arange(-(-lowest // gap), highest // gap + 1) * gap
    return np.asarray(10.0**exponents)


def dashes(paths: Mapping[str, Path]) -> list[str]:
    """A line style for each path: solid for the first of a method, then dashed, then dotted."""
    looks: list[Look] = [look_of(path.optimizer) for path in paths.values()]
    return [("-", "--", ":")[looks[:i].count(look) % 3] for i, look in enumerate(looks)]
