"""The optimizers, one short class a method.

Every optimizer has two verbs:

    optimizer.gradient_point(params)   where to take the gradient
    optimizer.update(params, grads)    one step: moves params in place

params and grads are dicts with the same keys. A value is an array, or a plain number, as the scripts
of "Deep Learning from Scratch" keep them. `params[name] += ...` goes through the dict, so an array
changes in place and a number is rebound.

lr, momentum and the rest are floats, or arrays that broadcast against the parameters (many settings
move side by side). SGD and the methods with a velocity take Fractions too (worked examples come out
exact); the adaptive methods take square roots, which no Fraction has, and refuse them.

Symbols: θ parameters, g gradient, η lr (learning rate), μ momentum (coefficient), v velocity,
m average of gradients, s sum or average of squared gradients. All of v, m, s have the shapes of θ.
"""

import math
from typing import Any, Self

import numpy as np

from course_utils.support.types import Grads, Numeric, Params
from course_utils.support.validation import refuse_unknown_settings, validate


class Optimizer:
    """What the methods share: each takes the gradient where the parameters are, unless it says otherwise."""

    def __new__(cls, *values: object, **settings: object) -> Self:
        refuse_unknown_settings(cls, settings)
        return super().__new__(cls)

    def gradient_point(self, params: Params) -> Params:
        return params

    def update(self, params: Params, grads: Grads) -> None:
        raise NotImplementedError


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


class AdaGrad(Optimizer):
    """A step size for every parameter (Duchi, Hazan & Singer, 2011).

        s ← s + g²
        θ ← θ − η g / (√s + ε)

    lr: η > 0.  eps: ε > 0, keeps 0/0 away.  s starts at 0 and only grows, so the steps only shrink.
    """

    def __init__(self, lr=0.01, eps=1e-10):
        self.lr = lr
        self.eps = eps
        self.s = None
        validate(self)

    def update(self, params, grads):
        validate(self, params, grads)
        if self.s is None:
            self.s = zeros_like(params)
        for name in params:
            self.s[name] += grads[name] * grads[name]
            params[name] -= self.lr * grads[name] / (root(self.s[name]) + self.eps)


class RMSProp(Optimizer):
    """AdaGrad that forgets: an average instead of the sum (Tieleman & Hinton, 2012).

        s ← β s + (1 − β) g²
        θ ← θ − η g / (√s + ε)

    lr: η > 0.  rho: β, 0 ≤ β < 1, the share of the past that is kept.  eps: ε > 0.  s starts at 0.
    """

    def __init__(self, lr=0.01, rho=0.99, eps=1e-8):
        self.lr = lr
        self.rho = rho
        self.eps = eps
        self.s = None
        validate(self)

    def update(self, params, grads):
        validate(self, params, grads)
        if self.s is None:
            self.s = zeros_like(params)
        for name in params:
            self.s[name] *= self.rho
            self.s[name] += (1 - self.rho) * grads[name] * grads[name]
            params[name] -= self.lr * grads[name] / (root(self.s[name]) + self.eps)


class Adam(Optimizer):
    """Averages of g and of g², freed from their start at 0 (Kingma & Ba, 2015, arXiv:1412.6980).

        m ← β₁ m + (1 − β₁) g          m̂ = m / (1 − β₁ᵗ)
        s ← β₂ s + (1 − β₂) g²         ŝ = s / (1 − β₂ᵗ)
        θ ← θ − η m̂ / (√ŝ + ε)

    lr: η > 0.  beta1, beta2: β₁ and β₂, from 0 to less than 1.  eps: ε > 0.
    m and s start at 0; t counts the steps, from 1. (The paper writes v for s: here v is the velocity.)
    """

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr = lr
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps
        self.m = None
        self.s = None
        self.t = 0
        validate(self)

    def update(self, params, grads):
        validate(self, params, grads)
        self._step(params, grads)

    def _step(self, params, grads):
        if self.m is None or self.s is None:
            self.m, self.s = zeros_like(params), zeros_like(params)
        self.t += 1
        # η m̂ / (√ŝ + ε) = (η d / c) m / (√s + ε d): corrects two numbers instead of two arrays
        c, d = 1 - self.beta1**self.t, root(1 - self.beta2**self.t)
        lr, eps = self.lr * d / c, self.eps * d
        for name in params:
            self.m[name] *= self.beta1
            self.m[name] += (1 - self.beta1) * grads[name]
            squares = grads[name] * grads[name]
            squares *= 1 - self.beta2
            self.s[name] *= self.beta2
            self.s[name] += squares
            scale = root(self.s[name])
            scale += eps
            step = self.m[name] / scale
            step *= lr
            params[name] -= step


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov & Hutter, 2019, arXiv:1711.05101).

        θ ← (1 − η w) θ
        and then Adam's step, whose m and s know nothing of the decay

    This is PyTorch's reading. In the paper the decay is multiplied by the schedule and not by the learning rate:
    its w is η w here.

    weight_decay: w ≥ 0.  The rest is Adam's.
    """

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
        self.weight_decay = weight_decay
        super().__init__(lr, beta1, beta2, eps)

    def update(self, params, grads):
        validate(self, params, grads)
        for name in params:
            params[name] *= 1 - self.lr * self.weight_decay
        self._step(params, grads)


def gradient_point(optimizer: object, params: Params) -> Params:
    """Where an optimizer wants the gradient. A class that does not say, as the book's, wants it at params."""
    looks_ahead = getattr(optimizer, "gradient_point", None)
    return looks_ahead(params) if looks_ahead else params


def zeros_like(params: Grads) -> dict[str, Any]:
    """A zero for every parameter, of its shape and kind: what a method remembers before the first step."""
    return {name: np.zeros_like(p) if isinstance(p, np.ndarray) else 0 for name, p in params.items()}


def root(x: Numeric) -> Numeric:
    """√x, of an array or of a plain number."""
    return np.sqrt(x) if isinstance(x, np.ndarray) else math.sqrt(x)
