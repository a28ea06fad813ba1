"""Many trainings in one picture: small panels with the median of several seeds, and a band that holds the middle half."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from course_utils.figures.looks import FAINT, LOOKS, Look
from course_utils.figures.paper import Picture, new_figure, styled
from course_utils.figures.sentences import number
from course_utils.support.types import Array

TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


def two_digits(value: float) -> str:
    """A number with two digits: what still holds on another computer."""
    return number(float(f"{value:.1e}"))


@styled
def draw_runs(axes: Axes, runs: Array, look: Look, line: str = "-", first: int = 1) -> Array:
    """The median of several runs, and a band that holds the middle half of them, on a logarithmic scale.

    runs: shape (runs, points).  first: the step of the first point.  -> the median, shape (points,)
    """
    low, middle, high = np.quantile(runs, (0.25, 0.5, 0.75), axis=0)
    t = np.arange(first, first + runs.shape[1])
    axes.fill_between(t, low, high, color=look.colour, alpha=0.18, linewidth=0)
    axes.semilogy(t, middle, line, color=look.colour)
    plain_ticks(axes)
    return np.asarray(middle)


def plain_ticks(axes: Axes) -> None:
    """1, 2 and 5 times powers of ten on the axis of the loss."""
    axes.set_yticks(TICKS, labels=[number(tick) for tick in TICKS])
    axes.minorticks_off()


@styled
def race_panels(runs: Mapping[str, Array], title: str | None = None, columns: int = 4) -> Picture:
    """A panel for each method: the median and the middle half of its runs, and in grey the medians of all the others.

    runs: {method: losses, shape (runs, steps)}, all of one length.  -> (figure, sentence)
    """
    medians = {method: np.median(losses, axis=0) for method, losses in runs.items()}
    rows = -(-len(runs) // columns)
    figure, panels = new_figure(7.5, 1.9 * rows + 0.4, columns, rows, sharex=True, sharey=True, squeeze=False)
    steps = len(next(iter(medians.values())))
    for axes in panels.ravel()[len(runs) :]:
        axes.axis("off")
    for axes, (method, losses) in zip(panels.ravel(), runs.items(), strict=False):
        look = LOOKS[method]
        for other in medians.values():
            axes.plot(np.arange(1, steps + 1), other, color=FAINT, linewidth=0.8, alpha=0.5)
        middle = draw_runs(axes, losses, look)
        axes.text(
            0.96,
            0.95,
            look.label,
            transform=axes.transAxes,
            ha="right",
            va="top",
            color=look.colour,
            weight="bold",
        )
        axes.text(
            0.96,
            0.82,
            two_digits(middle[-1]),
            transform=axes.transAxes,
            ha="right",
            va="top",
            color=look.colour,
        )
    lowest = min(float(median.min()) for median in medians.values())
    panels[0, 0].set(
        xlim=(1, steps), ylim=(0.7 * lowest, 1.1 * max(float(m.max()) for m in medians.values()))
    )
    for axes in panels[:, 0]:
        axes.set_ylabel("loss")
    for axes in panels[-1]:
        axes.set_xlabel("step")
    figure.suptitle(title or "", x=0.01, ha="left")
    ends = "; ".join(f"{LOOKS[method].label} {two_digits(median[-1])}" for method, median in medians.items())
    count = len(next(iter(runs.values())))
    return figure, f"Loss after {steps} steps, median of {count} runs: {ends}."
