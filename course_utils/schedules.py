"""Learning rates that change along the way: η as a function of the step, counted from 0.

    optimizer = Scheduled(Adam(), lambda step: cosine(step, 0.001, steps=150, warm_up=15))

Each schedule takes `warm_up`, a number of steps in which η climbs evenly from η₀/warm_up to η₀; then the schedule
begins. `steps` is the length of the whole, warm-up included.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.support.types import Grads, Numeric, Params
from course_utils.wrappers import Wrapper


def constant(step: Numeric, lr: float, warm_up: int = 0) -> Numeric:
    return _warmed_up(step, lr, warm_up) + 0 * step


def one_over_t(step: Numeric, lr: float, half: float) -> Numeric:
    """η₀ / (1 + t/τ): after `half` = τ steps it is half of lr, and later it falls like 1/t."""
    return lr / (1 + step / half)


def linear(step: Numeric, lr: float, steps: int, warm_up: int = 0) -> Numeric:
    """η₀ (1 − t/T): from lr down to 0 in even pieces, t and T counted from the end of the warm-up."""
    t, last = _after(step, warm_up), steps - warm_up
    return _warmed_up(step, lr, warm_up) * (1 - np.minimum(t, last) / last)


def cosine(step: Numeric, lr: float, steps: int, warm_up: int = 0) -> Numeric:
    """η₀ (1 + cos(π t/T)) / 2: from lr down to 0 in `steps` = T steps (Loshchilov & Hutter, 2017).

    With a warm-up, t and T are counted from its end.
    """
    t, last = _after(step, warm_up), steps - warm_up
    return _warmed_up(step, lr, warm_up) * (1 + np.cos(np.pi * np.minimum(t, last) / last)) / 2


def _warmed_up(step: Numeric, lr: float, warm_up: int) -> Numeric:
    """η₀ (t + 1)/warm_up in the first steps, then η₀. Step 0 counts as the first: it has to move."""
    return lr * (np.minimum(step, warm_up - 1.0) + 1) / warm_up if warm_up else lr


def _after(step: Numeric, warm_up: int) -> Numeric:
    """Steps since the end of the warm-up; 0 during it."""
    return np.maximum(step, float(warm_up)) - warm_up if warm_up else step


class Scheduled(Wrapper):
    """Any optimizer, whose learning rate follows a schedule: a function of the step, counted from 0, that gives η > 0."""

    def __init__(self, optimizer: Any, schedule: Callable[[int], float]):
        super().__init__(optimizer)
        self.schedule = schedule
        self.step = 0

    def update(self, params: Params, grads: Grads) -> None:
        self.lr = float(self.schedule(self.step))
        self.optimizer.update(params, grads)
        self.step += 1
