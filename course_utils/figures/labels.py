"""Labels at the ends of lines, spread so that none lies on another."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_utils.figures.paper import styled
from course_utils.support.types import Array


def spread(wanted: Sequence[float] | Array, gap: float, low: float = -np.inf, high: float = np.inf) -> Array:
    """The places nearest to the wanted ones (least squares) that are a gap apart and lie between low and high.

    Their order stays. Where there is no room for all, they keep the gap and run out beyond `low`.
    """
    wanted = np.asarray(wanted, dtype=float)
    order = np.argsort(wanted, kind="stable")
    offsets = gap * np.arange(len(wanted))
    blocks: list[tuple[float, int]] = []  # (mean, how many): neighbours that push each other move as one
    for value in wanted[order] - offsets:
        blocks.append((float(value), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, m), (b, n) = blocks[-2:]
            blocks[-2:] = [((a * m + b * n) / (m + n), m + n)]
    placed = np.concatenate([np.full(n, mean) for mean, n in blocks]) if blocks else np.array([])
    placed = np.minimum(np.maximum(placed, low), high - gap * (len(wanted) - 1))
    out = np.empty_like(wanted)
    out[order] = placed + offsets
    return out


@styled
def label_ends(axes: Axes, ends: Sequence[tuple[float, float, str, str]], x: float | None = None) -> None:
    """Write a label beside the end of each line, in its colour; call it last, when the limits of the axes stand.

    ends: (x, y, text, colour) of each end, in data.  x: where all labels begin; beside each end where None, and at the
    right edge of the axes for np.inf. Labels never lie on each other: they move up and down, and stay in their order.
    """
    figure: Any = axes.figure
    texts = [
        axes.annotate(
            text,
            (1, y) if x == np.inf else (end if x is None else x, y),
            xycoords=axes.get_yaxis_transform() if x == np.inf else "data",
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            annotation_clip=False,
        )
        for end, y, text, colour in ends
    ]
    if layout := figure.get_layout_engine():
        layout.execute(figure)  # only now is it known how large everything is
    axes.apply_aspect()
    to_points = 72 / figure.dpi
    heights = [text.get_window_extent().height * to_points for text in texts]
    where = [axes.transData.transform((end, y))[1] * to_points for end, y, _, _ in ends]
    gap = 0.86 * max(heights, default=0.0)
    low, high = (axes.bbox.y0 * to_points + gap / 2, axes.bbox.y1 * to_points)  # clear of the axis below
    for text, at, place in zip(texts, where, spread(where, gap, low, high), strict=True):
        text.set_position((8, place - at))
