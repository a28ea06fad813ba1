"""Learning rates that change along the way: η as a function of the step, counted from 0."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.optimizers import Optimizer, gradient_point
from course_utils.support.types import Grads, Numeric, Params
from course_utils.support.validation import require


def constant(step: Numeric, lr: float) -> Numeric:
    return lr + 0 * step


def one_over_t(step: Numeric, lr: float, half: float) -> Numeric:
    """η₀ / (1 + t/τ): after `half` = τ steps it is half of lr, and later it falls like 1/t."""
    return lr / (1 + step / half)


def cosine(step: Numeric, lr: float, steps: int) -> Numeric:
    """η₀ (1 + cos(π t/T)) / 2: from lr down to 0 in `steps` = T steps (Loshchilov & Hutter, 2017)."""
    return lr * (1 + np.cos(np.pi * np.minimum(step, steps) / steps)) / 2


class Scheduled(Optimizer):
    """Any optimizer, whose learning rate follows a schedule: a function of the step, counted from 0, that gives η > 0."""

    def __init__(self, optimizer: Any, schedule: Callable[[int], float]):
        require("optimizer", optimizer, "update", "an optimizer such as SGD()")
        self.optimizer = optimizer
        self.schedule = schedule
        self.step = 0

    def gradient_point(self, params: Params) -> Params:
        return gradient_point(self.optimizer, params)

    def update(self, params: Params, grads: Grads) -> None:
        self.optimizer.lr = float(self.schedule(self.step))
        self.optimizer.update(params, grads)
        self.step += 1
