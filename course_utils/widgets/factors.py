"""Factors: gradient descent on a quadratic, with the factor of each axis to read while η moves."""

from typing import Any

import numpy as np

from course_utils.figures import number
from course_utils.landscapes import Landscape
from course_utils.optimizers import SGD
from course_utils.support.language import gettext as _
from course_utils.support.types import Point
from course_utils.widgets.explorers import Explorer


class Factors(Explorer):
    """Plain gradient descent on a bowl: move the learning rate, and read what each step does to each axis.

    landscape: a quadratic whose axes are x and y, such as BOWL or quadratic(1, 4): on each axis a step
    multiplies the coordinate by 1 − η λ, where λ > 0 is the curvature along it.
    lr: the learning rate to begin with.  start, steps, and the rest: as in Explorer.

    Raises ValueError for a landscape that is not such a bowl.
    """

    coordinates = "xy"  # what is multiplied

    def __init__(
        self,
        landscape: Landscape,
        lr: float = 0.1,
        start: Point | None = None,
        steps: int = 30,
        **options: Any,
    ) -> None:
        self.curvatures = curvatures(landscape)
        super().__init__(landscape, [SGD(lr)], start=start, steps=steps, **options)

    def factors(self) -> list[float]:
        """What each step multiplies x and y by, at the present learning rate."""
        return [1 - self.settings["lr"] * curvature for curvature in self.curvatures]

    def _walk_again(self, change):
        with self.hold_sync():
            super()._walk_again(change)
            self.words = "\n".join(self._lines())

    def _lines(self):
        eta = number(self.settings["lr"])
        yield _("η = {eta}. Each step multiplies").format(eta=eta)
        for axis, curvature, factor in zip(self.coordinates, self.curvatures, self.factors(), strict=False):
            product = f"1 − {eta} · {number(curvature)}"
            yield _("{axis} by {product} = {factor}: {regime}").format(
                axis=axis, product=product, factor=number(factor), regime=regime(factor)
            )

    def sentence(self):
        if not self.settings:
            return super().sentence()
        first, *axes = self._lines()
        return _("{first} {axes}. {paths}").format(
            first=first, axes="; ".join(axes), paths=super().sentence()
        )


def regime(factor):
    """What happens to a number that is multiplied by the same factor again and again, in a word or two."""
    size = abs(factor)
    if size < 1e-12:
        return _("there in one step")
    if abs(size - 1) < 1e-12:
        return _("stays") if factor > 0 else _("swings forever")
    if size > 1:
        return _("diverging")
    return _("monotone") if factor > 0 else _("oscillating")


def curvatures(landscape):
    """-> [λ along x, λ along y] of a bowl whose axes are x and y."""
    somewhere = np.array([landscape.start, (0.3, 0.7)], dtype=float)
    here, there = landscape.hessian(somewhere)
    if not np.array_equal(here, there) or here[0, 1] or here[0, 0] <= 0 or here[1, 1] <= 0:
        raise ValueError(
            f"landscape must be a bowl along x and y, such as BOWL or quadratic(1, 4), not {landscape!r}"
        )
    return [float(here[0, 0]), float(here[1, 1])]
