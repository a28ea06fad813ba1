"""The network in pictures: an image on its way through it, its weights as images, and the digits it mistakes for others."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from course_utils.figures.looks import FAINT, INK, PAPER
from course_utils.figures.paper import Picture, new_figure, styled
from course_utils.figures.sentences import number
from course_utils.network import TwoLayerNet, relu, softmax_cross_entropy
from course_utils.support.language import gettext as _
from course_utils.support.types import Array
from course_utils.support.validation import shown

SIDE, COLUMNS = 28, 5  # pixels of an image's side; columns in which hidden units stand
#: Brown below 0, green above, paper at 0: no method and no quantity has these colours.
SIGNED = LinearSegmentedColormap.from_list("signed", ["#5a3304", "#c08a3c", PAPER, "#4fa89c", "#0a4f47"])


@styled
def flow(network: TwoLayerNet, image: Array, digit: int, title: str | None = None) -> Picture:
    """One image on its way through a 784-50-10 network: a, r, y and p, each number as a tone or a bar.

    image: shape (784,).  digit: what it shows, 0 to 9.  title: a sentence that says the point.  -> (figure, sentence)

    Raises ValueError for a network of another shape.
    """
    if network.sizes != (SIDE * SIDE, 50, 10):
        raise ValueError(f"flow draws a network 784-50-10, not {shown(network)}")
    image = network.images(np.asarray(image)[None])[0]
    params = network.params
    a = image @ params["W1"] + params["b1"]
    r = relu(a)
    y = r @ params["W2"] + params["b2"]
    p, loss = softmax_cross_entropy(y[None], np.array([digit]))

    figure, panels = new_figure(7.5, 3.1, columns=5, width_ratios=[1.3, 0.8, 0.8, 1, 1])
    layout: Any = figure.get_layout_engine()
    layout.set(wspace=0.4)
    _pixels(panels[0], 1 - image.reshape(SIDE, SIDE), _("$x$: 784 pixels"))
    _units(panels[1], a, _("$a$: 50 inputs"))
    _units(panels[2], r, _("$r$: 50 outputs"))
    _bars(panels[3], y, digit, _("$y$: scores"))
    _bars(panels[4], p[0], digit, _("$p$: probabilities"))
    for left, right, what in zip(
        panels[:-1], panels[1:], ("$W_1, b_1$", "ReLU", "$W_2, b_2$", "softmax"), strict=True
    ):
        _arrow(figure, left, right, what)
    figure.suptitle(title or "")
    said = int(p[0].argmax())
    sentence = _(
        "A {digit} on its way through the network: {open} of 50 hidden units are open, and the largest score is that of "
        "{said}. The digit {digit} gets the probability {probability:.2f}, so the loss is {loss:.2f}."
    )
    return figure, sentence.format(
        digit=digit, open=int((a > 0).sum()), said=said, probability=p[0, digit], loss=loss
    )


def _pixels(axes: Axes, image: Array, name: str) -> None:
    axes.imshow(image, cmap="gray", vmin=0, vmax=1)
    _bare(axes, name)


def _units(axes: Axes, values: Array, name: str) -> None:
    """The hidden units as tiles, ten rows of five: brown below 0, green above, and paper at 0."""
    most = float(np.abs(values).max()) or 1.0
    axes.imshow(values.reshape(-1, COLUMNS), cmap=SIGNED, vmin=-most, vmax=most, aspect="auto")
    edges = np.arange(-0.5, 10)
    axes.hlines(edges, -0.5, COLUMNS - 0.5, color=PAPER, linewidth=1.2)
    axes.vlines(edges[: COLUMNS + 1], -0.5, 9.5, color=PAPER, linewidth=1.2)
    _bare(axes, name)


def _bars(axes: Axes, values: Array, digit: int, name: str) -> None:
    colours = [INK if k == digit else FAINT for k in range(10)]
    axes.barh(range(10), values, color=colours, height=0.72)
    axes.axvline(0, color=FAINT, linewidth=0.8)
    axes.set(ylim=(9.6, -0.6), yticks=range(10), xticks=[])
    axes.tick_params(left=False)
    axes.spines[:].set_visible(False)
    axes.get_yticklabels()[digit].set_fontweight("bold")
    axes.set_xlabel(name)


def _bare(axes: Axes, name: str) -> None:
    axes.set(xticks=[], yticks=[], xlabel=name)
    axes.spines[:].set_visible(False)


def _arrow(figure: Any, left: Axes, right: Any, what: str) -> None:
    """An arrow between two boxes, with what happens on the way above it."""
    figure.draw_without_rendering()  # only now is it known where the boxes stand
    begin, end = left.get_position().x1, right.get_tightbbox().x0 / figure.bbox.width
    height = 0.5 * (right.get_position().y0 + right.get_position().y1)
    axes = figure.axes[0]
    style = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.2}
    arrow = axes.annotate(
        "",
        (end - 0.006, height),
        (begin + 0.006, height),
        "figure fraction",
        "figure fraction",
        arrowprops=style,
    )
    arrow.set_in_layout(False)  # else matplotlib 3.10 would squeeze the boxes
    figure.text((begin + end) / 2, height + 0.03, what, ha="center", va="bottom", fontsize=8.5)


@styled
def weights(before: Array, after: Array, count: int = 10, title: str | None = None) -> Picture:
    """The weights into some hidden units as images, at the start and after training: green draws ink in, brown keeps it out.

    before, after: W1 at two times, shape (784, hidden).  count: how many units, those that have changed most.
    -> (figure, sentence)
    """
    changed = np.linalg.norm(after - before, axis=0)
    units = np.argsort(-changed)[:count]
    figure, panels = new_figure(7.5, 2.15, columns=count, rows=2)
    layout: Any = figure.get_layout_engine()
    # as large as there is room: the patches are the point
    layout.set(w_pad=0.02, h_pad=0.04, wspace=0, hspace=0)
    most = float(np.abs(after[:, units]).max())
    for row, (name, array) in enumerate(((_("at the start"), before), (_("trained"), after))):
        for axes, unit in zip(panels[row], units, strict=True):
            axes.imshow(array[:, unit].reshape(SIDE, SIDE), cmap=SIGNED, vmin=-most, vmax=most)
            _bare(axes, "")
        panels[row, 0].set_ylabel(name)
    figure.suptitle(title or "")
    sizes = [float(np.linalg.norm(array[:, units], axis=0).mean()) for array in (before, after)]
    sentence = _(
        "The weights into {count} of {units} hidden units, as images. Their mean length is {before:.1f} at the start and "
        "{after:.1f} after training."
    )
    return figure, sentence.format(count=count, units=after.shape[1], before=sizes[0], after=sizes[1])


@styled
def confusion(network: TwoLayerNet, x: Array, t: Array, title: str | None = None) -> Picture:
    """Which digits are read as which: a table of counts, and beside it some of the images that were read wrong.

    x: images, (n, 784).  t: their digits, (n,).  -> (figure, sentence)
    """
    read = network.predict(x)
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (t, read), 1)
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)

    figure, panels = new_figure(7.5, 3.6, columns=7, rows=4, width_ratios=[1.55] * 3 + [1] * 4)
    place = panels[0, 0].get_gridspec()
    for axes in panels[:, :3].ravel():
        axes.remove()
    _counts(figure.add_subplot(place[:, :3]), counts, wrong)
    missed = np.flatnonzero(read != t)
    for k, axes in enumerate(panels[:, 3:].ravel()):
        _bare(axes, "")
        if k < len(missed):
            axes.imshow(1 - x[missed[k]].reshape(SIDE, SIDE), cmap="gray", vmin=0, vmax=1)
            axes.set_xlabel(
                _("{digit}, read as {read}").format(digit=t[missed[k]], read=read[missed[k]]), fontsize=8
            )
        else:
            axes.axis("off")
    figure.suptitle(title or "")
    worst = int(wrong.sum(axis=1).argmax())
    sentence = _(
        "{missed} of {n} test images are read wrong. The digit misread most often is {worst}, {times} times, mostly as "
        "{read}."
    )
    return figure, sentence.format(
        missed=len(missed),
        n=len(t),
        worst=worst,
        times=number(int(wrong[worst].sum())),
        read=int(wrong[worst].argmax()),
    )


def _counts(axes: Axes, counts: Array, wrong: Array) -> None:
    most = max(1, int(wrong.max()))
    axes.imshow(np.where(wrong > 0, wrong, np.nan), cmap="Oranges", vmin=-most / 3, vmax=1.2 * most)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = FAINT if row == column else PAPER if count > 0.6 * most else INK
            axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=8.5)
    axes.set(xticks=range(10), yticks=range(10), xlabel=_("read as"), ylabel=_("the digit"))
    axes.tick_params(length=0)
