"""Compass: click anywhere on a landscape, and read what the gradient and the Hessian say there."""

import math
from typing import Any

import numpy as np

from course_utils import figures
from course_utils.critical_points import (
    DEGENERATE,
    FLAT_CURVATURE,
    MAXIMUM,
    MINIMUM,
    SADDLE_POINT,
    SLOPE,
    classify,
)
from course_utils.figures import number, point
from course_utils.landscapes import Landscape
from course_utils.support.language import gettext as _
from course_utils.support.types import Point
from course_utils.support.validation import shown
from course_utils.widgets.map import Map, path_of

REACH = 0.03  # how far from a flat point a click may be and still mean it, in widths of the window
LONG = 0.16  # half an axis of curvature, in widths of the window

#: What is said about a point, and its name over the picture, by its kind.
VERDICTS = {
    SLOPE: _("Verdict: slope. Where there is a slope, the curvatures do not decide: downhill is along −g."),
    MINIMUM: _("Verdict: local minimum. No slope, and both curvatures are positive: up in every direction."),
    MAXIMUM: _(
        "Verdict: local maximum. No slope, and both curvatures are negative: down in every direction."
    ),
    SADDLE_POINT: _(
        "Verdict: strict saddle. No slope, but one negative curvature: down along it, up across it."
    ),
    DEGENERATE: _(
        "Verdict: plateau / degenerate (higher order decides). "
        "No slope, and a curvature of zero: the second order cannot tell."
    ),
}
TITLES = {
    SLOPE: _("At {point} you stand on a slope"),
    MINIMUM: _("At {point} you stand in a local minimum"),
    MAXIMUM: _("At {point} you stand on a local maximum"),
    SADDLE_POINT: _("At {point} you stand on a strict saddle"),
    DEGENERATE: _("At {point} the second order cannot tell"),
}


class Compass(Map):
    """The gradient, the two curvatures with their directions, and the verdict, where the cross hair is.

    landscape: a Landscape.  at: (x, y), where it starts; the landscape's own start where None.

    A click, or Enter, close to a point without slope goes to that point; arrow keys read on their way.
    verdict: what `classify` says at `aim`.
    """

    deeds = ("aim",)
    signs = False  # they are to be found

    def __init__(self, landscape: Landscape, at: Point | None = None, **options: Any) -> None:
        if not isinstance(landscape, Landscape):
            raise TypeError(f"landscape must be a Landscape such as SADDLE, not {shown(landscape)}")
        here = path_of(landscape, [landscape.start if at is None else at])
        label = _("here")
        super().__init__({label: here}, aiming=True, **options)
        self.hidden = [label]  # the cross hair shows it
        self.aim = tuple(here.positions[0].tolist())
        self._read()
        self.observe(self._read, "aim")

    def go(self, to: Point) -> None:
        """Stand at a point, or at the flat point within REACH of it."""
        self.aim = to
        flat = flat_point_near(self.landscape, self.aim, REACH * (self.bounds[1] - self.bounds[0]))
        self.aim = self.aim if flat is None else flat

    def _read(self, _change=None):
        theta = np.array(self.aim)
        g = self.landscape.gradient(theta)
        self.verdict = classify(g, self.landscape.hessian(theta))
        with self.hold_sync():
            self.marks = self._marks(theta, g)
            self.words = self._words(theta, g)
            self.alt = self.sentence()

    def _words(self, theta, g):
        return "\n".join(
            (
                _("At {point}: height f = {height}.").format(
                    point=point(theta), height=number(self.landscape(theta))
                ),
                _("Gradient g = {gradient}, slope |g| = {slope}.").format(
                    gradient=point(_clean(g)), slope=number(_clean(self.verdict.slope))
                ),
                self._curvatures(),
                VERDICTS[self.verdict.kind],
            )
        )

    def _curvatures(self):
        low, high = _clean(self.verdict.eigenvalues)
        if low == high:  # then every direction is that of an eigenvector
            return _("Curvatures λ₁ = λ₂ = {curvature}: the same in every direction.").format(
                curvature=number(low)
            )
        one, two = self.verdict.directions
        return _("Curvature λ₁ = {low} along {one},\ncurvature λ₂ = {high} along {two}.").format(
            low=number(low), one=point(_clean(one)), high=number(high), two=point(_clean(two))
        )

    def _marks(self, theta, g):
        """−g, and an axis for each curvature: its arrows point away from the point where it is negative."""
        width = self.bounds[1] - self.bounds[0]
        marks = []
        pairs = zip(self.verdict.eigenvalues, self.verdict.directions, "₁₂", strict=True)
        for value, direction, which in pairs:
            if abs(value) <= FLAT_CURVATURE:
                continue
            for side in (1, -1):
                far = theta + side * LONG * width * np.array(direction)
                ends = (far, theta + 0.2 * (far - theta)) if value > 0 else (theta, far)
                away = side == (1 if np.dot(direction, g) >= 0 else -1)  # from −g: there is room for a name
                label = "λ" + which if away else ""
                marks.append(_arrow(*ends, figures.INK, label))
        if self.verdict.kind != SLOPE:
            return marks
        steep = self.verdict.slope
        tip = theta - g / steep * 1.4 * LONG * width * (0.4 + 0.6 * steep / (1 + steep))
        colour = figures.QUANTITIES["gradient step"].colour
        return [*marks, _arrow(theta, tip, colour, "−g", True, _freer_side(-g, self.verdict.directions))]

    # --- what the hand asks for, and what is left on the page --------------------------------------------

    def obey(self, do, at=None, **about):
        if about or np.shape(at) != (2,):
            raise ValueError(f"{do} takes a point (x, y) along, not {shown(at)}")
        self.go(tuple(at))

    def alone(self):
        return None

    def sentence(self):
        if not self.words:
            return super().sentence()
        lines = self.words.replace("\n", " ")
        return _("Compass on f = {landscape}. {lines}").format(landscape=self.landscape.plain, lines=lines)

    @figures.styled
    def figure(self):
        x_from, x_to, y_from, y_to = self.bounds
        height = 3.3
        figure, axes = figures.new_figure(min(7.5, height * (x_to - x_from) / (y_to - y_from) + 1.2), height)
        figures.draw_landscape(axes, self.landscape, self.bounds, signs=self.signs)
        for mark in self.marks:
            _draw(axes, mark, np.array(self.aim))
        axes.plot(*self.aim, marker="o", color=figures.INK, markerfacecolor="white", markersize=7, zorder=7)
        axes.set_title(self.title or TITLES[self.verdict.kind].format(point=point(self.aim)))
        return figure


def _draw(axes, mark, here):
    """One of the marks, in matplotlib, with its name beyond its outer end."""
    tail, tip = np.array(mark["from"]), np.array(mark["to"])
    shape = {"width": 5, "headwidth": 13} if mark["broad"] else {"width": 1.5, "headwidth": 8}
    look = {"color": mark["colour"], "headlength": 9, "linewidth": 0, **shape}
    axes.annotate("", tip, tail, arrowprops=look, zorder=5)
    if mark["label"]:
        out = max((tail - here, tip - here), key=lambda end: np.hypot(*end))
        halo = {"boxstyle": "round,pad=0.1", "color": figures.PAPER, "alpha": 0.75, "linewidth": 0}
        where = {"ha": "center", "va": "center", "zorder": 6, "bbox": halo, "annotation_clip": False}
        axes.annotate(mark["label"], here + 1.22 * out, color=mark["colour"], **where)


def flat_point_near(landscape, theta, reach):
    """The point without slope that Newton's method finds from theta, or None where none is within reach.

    Newton's method jumps to where the slope would vanish if the Hessian stayed as it is: d = −H⁻¹ g.
    """
    start = here = np.array(theta, dtype=float)
    for _step in range(60):
        g, hessian = landscape.gradient(here), landscape.hessian(here)
        if not g.any():
            break
        (a, b), (_, c) = hessian
        det = a * c - b * b
        if abs(det) < 1e-30:
            break
        here = here - np.array([c * g[0] - b * g[1], a * g[1] - b * g[0]]) / det
        if not np.hypot(*(here - start)) <= 4 * reach:
            return None
    flat = classify(landscape.gradient(here), landscape.hessian(here)).kind != SLOPE
    return tuple(_clean(here).tolist()) if flat and math.dist(here, start) <= reach else None


def _clean(values):
    """Rounded to nine decimals, so that what is zero up to rounding reads 0."""
    return np.round(values, 9) + 0.0


def _freer_side(arrow, directions):
    """On which side of an arrow its name is farther from the axes: 1 right, −1 left."""
    one, two = np.array(directions) @ arrow
    nearest = np.array(directions[0]) * one if abs(one) > abs(two) else np.array(directions[1]) * two
    return 1 if arrow[0] * nearest[1] >= arrow[1] * nearest[0] else -1


def _arrow(tail, tip, colour, label, broad=False, side=1):
    return {
        "kind": "arrow", "from": list(map(float, tail)), "to": list(map(float, tip)),
        "colour": colour, "label": label, "broad": broad, "side": side,
    }  # fmt: skip
