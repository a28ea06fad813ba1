"""Many trainings in one picture: small panels with the median of several seeds, and a band that holds the middle half."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from course_utils.figures.labels import label_ends
from course_utils.figures.looks import FAINT, INK, LOOKS, OTHER, Look
from course_utils.figures.paper import Picture, new_figure, styled
from course_utils.figures.sentences import number
from course_utils.support.language import gettext as _
from course_utils.support.types import Array

if TYPE_CHECKING:  # figures of other lectures need no training
    from course_utils.training import History

TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


def two_digits(value: float) -> str:
    """A number with two digits: what still holds on another computer."""
    return number(float(f"{value:.1e}"))


def running_mean(runs: Array, over: int) -> Array:
    """The mean over the last `over` steps, or over all so far where they are fewer.

    runs: shape (runs, steps).  -> the same shape
    """
    total = np.cumsum(np.insert(runs, 0, 0.0, axis=1), axis=1)
    last = np.arange(1, runs.shape[1] + 1)
    first = np.maximum(last - over, 0)
    return np.asarray((total[:, last] - total[:, first]) / (last - first))


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
        _name(axes, look, two_digits(draw_runs(axes, losses, look)[-1]))
    lowest = min(float(median.min()) for median in medians.values())
    panels[0, 0].set(
        xlim=(1, steps), ylim=(0.7 * lowest, 1.1 * max(float(m.max()) for m in medians.values()))
    )
    for axes in panels[:, 0]:
        axes.set_ylabel(_("loss"))
    for axes in panels[-1]:
        axes.set_xlabel(_("step"))
    figure.suptitle(title or "")
    ends = "; ".join(f"{LOOKS[method].label} {two_digits(median[-1])}" for method, median in medians.items())
    count = len(next(iter(runs.values())))
    sentence = _("Loss after {steps} steps, median of {runs} runs: {ends}.")
    return figure, sentence.format(steps=steps, runs=count, ends=ends)


@styled
def tuning_panels(
    tried: Mapping[str, Mapping[float, float]], title: str | None = None, columns: int = 4
) -> Picture:
    """A panel for each method: its loss over the learning rates tried, the lowest marked, and in grey all the others.

    tried: {method: {learning rate: loss}}.  -> (figure, sentence)
    """
    rows = -(-len(tried) // columns)
    figure, panels = new_figure(7.5, 1.9 * rows + 0.4, columns, rows, sharex=True, sharey=True, squeeze=False)
    for axes in panels.ravel()[len(tried) :]:
        axes.axis("off")
    best = {method: min(found, key=found.__getitem__) for method, found in tried.items()}
    for axes, (method, found) in zip(panels.ravel(), tried.items(), strict=False):
        look = LOOKS[method]
        for other in tried.values():
            axes.loglog(list(other), list(other.values()), color=FAINT, linewidth=0.8, alpha=0.5)
        axes.loglog(list(found), list(found.values()), color=look.colour, marker=look.marker, markersize=4)
        lr = best[method]
        axes.plot(lr, found[lr], "o", markersize=11, fillstyle="none", color=look.colour)
        _name(axes, look, f"η = {number(lr)}")
        plain_ticks(axes)
        axes.set_xticks([0.001, 0.1], labels=["0.001", "0.1"])
        axes.minorticks_off()
    losses = [loss for found in tried.values() for loss in found.values() if np.isfinite(loss)]
    panels[0, 0].set_ylim(0.8 * min(losses), 6 * max(losses))  # room for the names
    for axes in panels[:, 0]:
        axes.set_ylabel(_("validation loss"))
    for axes in panels[-1]:
        axes.set_xlabel(r"$\eta$")
    figure.suptitle(title or "")
    told = ", ".join(f"{LOOKS[method].label} {number(lr)}" for method, lr in best.items())
    inside = all(min(found) < best[method] < max(found) for method, found in tried.items())
    edge = _("None lies at the edge of its grid.") if inside else _("SOME LIE AT THE EDGE OF THE GRID.")
    lowest = _("The learning rate with the lowest validation loss: {rates}.").format(rates=told)
    return figure, f"{lowest} {edge}"


def _name(axes: Axes, look: Look, below: str) -> None:
    """The name of a method in the corner of its panel, and a number below it."""
    place: dict[str, Any] = {"transform": axes.transAxes, "ha": "right", "va": "top", "color": look.colour}
    axes.text(0.97, 0.97, look.label, weight="bold", **place)
    axes.text(0.97, 0.84, below, **place)


@styled
def draw_compared(
    axes: Axes, runs: Mapping[str, tuple[str, Array]], over: int = 1, lines: Sequence[str] = ("-", "--", ":")
) -> None:
    """Several trainings on one pair of axes, the median and the middle half of each, with a label at the end of its line.

    runs: {label: (method, losses of shape (runs, steps))}; a method's second entry is dashed, its third dotted.
    over: how many steps the running mean takes.
    """
    ends: list[tuple[float, float, str, str]] = []
    seen: list[str] = []
    for label, (method, losses) in runs.items():
        look = LOOKS[method]
        middle = draw_runs(axes, running_mean(losses, over), look, lines[seen.count(method) % len(lines)])
        seen.append(method)
        ends.append((float(len(middle)), float(middle[-1]), label, look.colour))
    axes.set(xlabel=_("step"), ylabel=_("loss"), xlim=(1, max(end[0] for end in ends)))
    label_ends(axes, ends)


@styled
def learning_curves(history: "History", title: str | None = None) -> Picture:
    """The loss on all training images and on the test images after each epoch.

    history: of a training with curves=True.  -> (figure, sentence)
    """
    curves = {
        _("training images"): (history.train_losses, INK),
        _("test images"): (history.test_losses, OTHER.colour),
    }
    figure, axes = new_figure(7.5, 3)
    for losses, colour in curves.values():
        axes.semilogy(losses, color=colour)
    last = len(history.test_losses) - 1
    axes.set(xlabel=_("epoch"), ylabel=_("loss"), title=title or "", xlim=(0, last))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    plain_ticks(axes)
    label_ends(axes, [(last, losses[-1], name, colour) for name, (losses, colour) in curves.items()])
    early = last // 4
    told = "; ".join(
        _("{images}: {early:.1g} after {n} epochs, {late:.1g} after {last}").format(
            images=name, early=losses[early], n=early, late=losses[-1], last=last
        )
        for name, (losses, _colour) in curves.items()
    )
    sentence = _("Loss on all {images}. Test images read right: {accuracy:.0%}.")
    return figure, sentence.format(images=told, accuracy=history.accuracies[-1])
