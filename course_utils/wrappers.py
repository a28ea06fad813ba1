"""Optimizers that wrap another one: each does one thing before the step, and anything that takes steps can be wrapped.

    optimizer = Clipped(Decayed(Momentum(lr=0.1), weight_decay=0.001, names=["W1", "W2"]), limit=1.0)

The outermost one acts first: here the gradient is clipped, and then the decay is added. `optimizer.lr` is that of the
innermost. The caller's gradients are never changed: a wrapper that needs others makes new ones.
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from course_utils.optimizers import Optimizer, gradient_point
from course_utils.support.types import Grads, Numeric, Params
from course_utils.support.validation import require, shown, validate


class Wrapper(Optimizer):
    """What they share: the gradient is taken where the optimizer within wants it, and η is its η."""

    def __init__(self, optimizer: Any):
        require("optimizer", optimizer, "update", "an optimizer such as SGD()")
        self.optimizer = optimizer

    @property
    def lr(self) -> Numeric:
        return self.optimizer.lr

    @lr.setter
    def lr(self, lr: Numeric) -> None:
        self.optimizer.lr = lr

    def gradient_point(self, params: Params) -> Params:
        return gradient_point(self.optimizer, params)


def global_norm(grads: Grads) -> float:
    """|g|, the length of all gradients taken as one long vector."""
    return math.sqrt(sum(float(np.vdot(g, g)) for g in grads.values()))


class Clipped(Wrapper):
    """Any optimizer, handed a gradient that is never longer than a limit (Pascanu, Mikolov & Bengio, 2013, arXiv:1211.5063).

        g ← g · min(1, limit / |g|)        |g| over all parameters together, so that the direction stays

    limit: > 0.  norm: |g| as it was in the latest step, None before the first.
    As in PyTorch, 1e-6 is added to |g|, so that nothing is divided by 0.
    """

    def __init__(self, optimizer: Any, limit: float):
        super().__init__(optimizer)
        if not limit > 0:
            raise ValueError(f"limit must be a number > 0, not {shown(limit)}")
        self.limit = limit
        self.norm: float | None = None

    def update(self, params: Params, grads: Grads) -> None:
        self.norm = global_norm(grads)
        scale = self.limit / (self.norm + 1e-6)
        if not scale >= 1:
            grads = {name: g * scale for name, g in grads.items()}
        self.optimizer.update(params, grads)


class Decayed(Wrapper):
    """Any optimizer, with weight decay on some of the parameters: usually on the weights and not on the biases.

        decoupled:    θ ← (1 − η w) θ      and then the step, which knows nothing of the decay
        otherwise:    g ← g + w θ          the slope of an added loss ½ w |θ|², known as L2

    For plain gradient descent the two are the same. Around Adam, decoupled decay is AdamW.

    weight_decay: w ≥ 0.  names: of the parameters that decay, all where it is None.
    """

    def __init__(
        self,
        optimizer: Any,
        weight_decay: float = 0.01,
        names: Iterable[str] | None = None,
        decoupled: bool = True,
    ):
        super().__init__(optimizer)
        self.weight_decay = weight_decay
        self.names = None if names is None else tuple(names)
        self.decoupled = decoupled
        validate(self)

    def update(self, params: Params, grads: Grads) -> None:
        validate(self, params, grads)
        names = params.keys() if self.names is None else self.names
        unknown = [name for name in names if name not in params]
        if unknown:
            raise ValueError(
                f"names: {unknown[0]!r} is none of the parameters, which are {', '.join(params)}"
            )
        if self.decoupled:
            for name in names:
                params[name] *= 1 - self.lr * self.weight_decay
        else:
            point = self.gradient_point(params)  # where g was taken: w θ belongs to the same place
            grads = {**grads, **{name: grads[name] + self.weight_decay * point[name] for name in names}}
        self.optimizer.update(params, grads)
