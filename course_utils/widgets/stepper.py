"""Stepper: one method, arrow by arrow."""

from typing import Any

import numpy as np

from course_utils import figures
from course_utils.descent import Path, descend
from course_utils.figures import number, point
from course_utils.landscapes import Landscape
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.types import Point, Window
from course_utils.support.validation import shown
from course_utils.widgets.map import Map, arrow_mark, arrow_names, arrows_of, cut, start_of, window_for


class Stepper(Map):
    """One method, arrow by arrow: what is kept of the velocity, the gradient step, their sum, the new point.

    Stepper(path), or Stepper(landscape, optimizer, start, steps). `step` counts the arrows, not the steps.
    """

    def __init__(
        self,
        path: Path | Landscape,
        optimizer: Any = None,
        start: Point | None = None,
        steps: int = 3,
        bounds: Window | None = None,
        **options: Any,
    ) -> None:
        if isinstance(path, Landscape):
            path = descend(optimizer, path, start_of(path, start), steps)
        elif not isinstance(path, Path):
            raise TypeError(f"path must be a Path from descend(...), or a Landscape, not {shown(path)}")
        if path.positions.ndim != 2 or not np.isfinite(arrows_of(path)[1]).any():
            raise ValueError("path must be a single one of SGD, Momentum, NesterovLookahead or Nesterov")
        path = cut(path, path.ended - 1) if path.status == "diverged" else path
        self.path = path
        label = figures.look_of(path.optimizer).label
        super().__init__({label: path}, bounds=bounds or window_for(path), step=0, **options)
        with self.hold_sync():
            self.frames = _frames(path)
            self.speed = 1

    def figure(self):
        t = self._at() or self.path.steps  # a page without a kernel shows all arrows
        return figures.step_arrows(cut(self.path, t), bounds=self.bounds, title=self.title)[0]

    def sentence(self):
        if not self.frames:
            return super().sentence()
        told = ngettext(
            "Step by step, {n} step. {lines}", "Step by step, {n} steps. {lines}", self.path.steps
        )
        return told.format(n=self.path.steps, lines=self.frames[self.step]["words"].replace("\n", " "))


def _frames(path):
    """What is seen and said: at the start, then arrow by arrow, each step keeping its lines until it is done."""
    theta = "Θ" if type(path.optimizer).__name__ == "Nesterov" else "θ"
    positions, kept_pull = path.positions.astype(float), arrows_of(path)
    if hasattr(path.optimizer, "momentum"):
        first = _("The start: {theta} = {point}. The velocity is 0.")
    else:
        first = _("The start: {theta} = {point}.")
    frames = [{"at": 0, "marks": [], "words": first.format(theta=theta, point=point(positions[0]))}]
    for t in range(path.steps):
        begun = _("Step {n}, from {theta} = {point}")
        lines: list[str] = [begun.format(n=t + 1, theta=theta, point=point(positions[t]))]
        marks: list[dict] = []
        for line, mark in _parts_of_step(path, t, theta, *(arrow[t] for arrow in kept_pull)):
            lines, marks = [*lines, line], [*marks, *([mark] if mark else [])]
            frames.append({"at": t, "marks": marks, "words": "\n".join(lines)})
        moved = _("Move there: {theta} = {point}, f = {loss}")
        there, loss = point(positions[t + 1]), number(path.losses[t + 1])
        lines.append(moved.format(theta=theta, point=there, loss=loss))
        frames.append({"at": t + 1, "marks": marks, "words": "\n".join(lines)})
    return frames


def _parts_of_step(path, t, theta, kept, pull):
    """Yield what happens in step t + 1, one line and one mark (or none) at a time."""
    here, there = path.positions[t].astype(float), path.positions[t + 1].astype(float)
    looked, g = path.gradient_points[t].astype(float), point(path.gradients[t])
    (a, b), total = arrow_names(path), _("step") if theta == "Θ" else _("new v")
    has_velocity = hasattr(path.optimizer, "momentum")
    left = (
        1 if kept[0] * pull[1] > kept[1] * pull[0] else -1
    )  # the arrows turn left: their names stand outside
    if has_velocity:
        told = (
            _("What is kept: {name} = {arrow}")
            if kept.any()
            else _("What is kept: {name} = {arrow}: nothing yet")
        )
        yield (
            told.format(name=a, arrow=point(kept)),
            arrow_mark(here, here + kept, "kept velocity", a, left),
        )
    if type(path.optimizer).__name__ == "NesterovLookahead":
        ring = {"kind": "ring", "at": looked.tolist(), "label": _("look ahead")}
        yield _("Look ahead, to θ + μv = {point}: there g = {g}").format(point=point(looked), g=g), ring
    else:
        yield _("The gradient at {theta} is g = {g}").format(theta=theta, g=g), None
    yield (
        _("The gradient step: {name} = {arrow}").format(name=b, arrow=point(pull)),
        arrow_mark(here + kept, here + kept + pull, "gradient step", b, left),
    )
    if has_velocity:
        yield (
            _("Their sum: {name} = {arrow}").format(name=total, arrow=point(there - here)),
            arrow_mark(here, there, "new velocity", total, -left),
        )
