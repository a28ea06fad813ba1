"""The optimizers, one short class a method.

Every optimizer has two verbs:

    optimizer.gradient_point(params)   where to take the gradient
    optimizer.update(params, grads)    one step: moves params in place

params and grads are dicts with the same keys. A value is an array, or a plain number, as the scripts
of "Deep Learning from Scratch" keep them. `params[name] += ...` goes through the dict, so an array
changes in place and a number is rebound.

lr, momentum and the rest are floats, or arrays that broadcast against the parameters (many settings
move side by side), or Fractions (worked examples come out exact).

Symbols: θ parameters, g gradient, η lr (learning rate), μ momentum (coefficient), v velocity.
"""

import numpy as np

from course_utils.validation import validate


class Optimizer:
    """What the methods share: each takes the gradient where the parameters are, unless it says otherwise."""

    def gradient_point(self, params):
        return params


class SGD(Optimizer):
    """Stochastic gradient descent (Robbins & Monro, 1951).

        θ ← θ − η g

    lr: η > 0.
    """

    def __init__(self, lr=0.01):
        self.lr = lr
        validate(self)

    def update(self, params, grads):
        validate(self, params, grads)
        for name in params:
            params[name] -= self.lr * grads[name]


class Momentum(Optimizer):
    """Heavy-ball momentum (Polyak, 1964).

        v ← μ v − η g
        θ ← θ + v

    lr: η > 0.  momentum: μ, 0 ≤ μ ≤ 1.  v starts at 0.
    """

    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None
        validate(self)

    def update(self, params, grads):
        validate(self, params, grads)
        if self.v is None:
            self.v = zeros_like(params)
        for name in params:
            self.v[name] *= self.momentum
            self.v[name] -= self.lr * grads[name]
            params[name] += self.v[name]


class NesterovLookahead(Momentum):
    """Nesterov's accelerated gradient, in θ (Nesterov, 1983; Sutskever et al., 2013).

        g is taken at θ + μ v, where the velocity alone would carry θ
        v ← μ v − η g
        θ ← θ + v

    It is Momentum with another gradient point, and nothing else.
    """

    def gradient_point(self, params):
        if self.v is None:
            return params
        return {name: params[name] + self.momentum * self.v[name] for name in params}


class Nesterov(Optimizer):
    """Nesterov's accelerated gradient, in Θ = θ + μ v (Bengio et al., 2012, arXiv:1212.0901).

        Θ ← Θ + μ² v − (1 + μ) η g
        v ← μ v − η g

    The same method as NesterovLookahead. It stores the look-ahead point Θ, where g is taken;
    θ = Θ − μ v. Both lines use the old v, so Θ moves first.

    lr: η > 0.  momentum: μ, 0 ≤ μ ≤ 1, constant.  v starts at 0.
    """

    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None
        validate(self)

    def update(self, params, grads):
        validate(self, params, grads)
        if self.v is None:
            self.v = zeros_like(params)
        for name in params:
            params[name] += self.momentum**2 * self.v[name]
            params[name] -= (1 + self.momentum) * self.lr * grads[name]
            self.v[name] *= self.momentum
            self.v[name] -= self.lr * grads[name]


def zeros_like(params):
    """A zero for every parameter, of its shape and kind: the velocity before the first step."""
    return {name: np.zeros_like(p) if isinstance(p, np.ndarray) else 0 for name, p in params.items()}
