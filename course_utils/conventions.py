"""From one book's or library's momentum to another's: what each stores, and how to convert it.

    book, Sutskever   v ← μ v − η g         θ ← θ + v         stores θ and the velocity v, the last step
    Keras             the same; with nesterov=True it stores Θ = θ + μ v instead of θ
    PyTorch, optax    b ← μ b + g           θ ← θ − η b       stores θ (or Θ) and a buffer b = −v/η
    moving average    m ← μ m + (1 − μ) g   θ ← θ − η_ema m   stores θ and an average m of gradients

CONVENTIONS holds one step of each, as a formula and as a function; the functions of this module convert what is
stored. In them lr is the η of the step just taken, in the book's scale; only `ema_lr` gives another.
States and settings may be numbers, Fractions or arrays that broadcast; the result is exact where all are rational and
one is a Fraction, otherwise arrays are in floats. Nothing changes in place. Every function raises TypeError or
ValueError, which name the argument, for a setting out of range or a state that is not a number.

Sources: Sutskever et al., 2013, https://proceedings.mlr.press/v28/sutskever13.html; Bengio et al., 2012,
https://arxiv.org/abs/1212.0901; https://keras.io/api/optimizers/sgd/;
https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html;
https://optax.readthedocs.io/en/latest/api/optimizers.html.
"""

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from course_utils.support.types import Numeric
from course_utils.support.validation import numbers_of_one_kind, shown

_RATES = ("lr", "old_lr", "new_lr")

State: TypeAlias = tuple[Numeric, Numeric]  # the stored point, and v, b or m


class Convention(NamedTuple):
    """One way to write a step.

    whose: who writes it so.  step: its formulas.  stores: the place and the state.
    move: (place, state, lr, momentum, g) -> (place, state), with g taken at the place; both begin at 0 and θ₀.
        For the moving average lr is the book's η, too.
    """

    whose: str
    step: str
    stores: str
    move: Callable[..., State]


def _book(theta: Numeric, v: Numeric, lr: Numeric, momentum: Numeric, g: Numeric) -> State:
    v = momentum * v - lr * g
    return theta + v, v


def _pytorch(theta: Numeric, b: Numeric, lr: Numeric, momentum: Numeric, g: Numeric) -> State:
    b = momentum * b + g
    return theta - lr * b, b


def _average(theta: Numeric, m: Numeric, lr: Numeric, momentum: Numeric, g: Numeric) -> State:
    m = momentum * m + (1 - momentum) * g
    return theta - ema_lr(lr, momentum) * m, m


def _bengio(Theta: Numeric, v: Numeric, lr: Numeric, momentum: Numeric, g: Numeric) -> State:
    return Theta + momentum**2 * v - (1 + momentum) * lr * g, momentum * v - lr * g


def _keras_nesterov(Theta: Numeric, v: Numeric, lr: Numeric, momentum: Numeric, g: Numeric) -> State:
    v = momentum * v - lr * g
    return Theta + momentum * v - lr * g, v


def _pytorch_nesterov(Theta: Numeric, b: Numeric, lr: Numeric, momentum: Numeric, g: Numeric) -> State:
    b = momentum * b + g
    return Theta - lr * (g + momentum * b), b


CONVENTIONS = (
    Convention("book, Sutskever, Keras", "v ← μv − ηg, then θ ← θ + v", "θ, v", _book),
    Convention("PyTorch, optax", "b ← μb + g, then θ ← θ − ηb", "θ, b", _pytorch),
    Convention("moving average", "m ← μm + (1 − μ)g, then θ ← θ − ηm/(1 − μ)", "θ, m", _average),
    Convention("Bengio, our Nesterov", "Θ ← Θ + μ²v − (1 + μ)ηg, then v ← μv − ηg", "Θ, v", _bengio),
    Convention("Keras, nesterov=True", "v ← μv − ηg, then Θ ← Θ + μv − ηg", "Θ, v", _keras_nesterov),
    Convention(
        "PyTorch, optax, nesterov=True", "b ← μb + g, then Θ ← Θ − η(g + μb)", "Θ, b", _pytorch_nesterov
    ),
)


def velocity_from_buffer(b: Numeric, lr: Numeric) -> Numeric:
    """v = −η b: the book's velocity from the buffer of PyTorch or optax."""
    b, lr = _numbers(b=b, lr=lr)
    return -lr * b


def buffer_from_velocity(v: Numeric, lr: Numeric) -> Numeric:
    """b = −v/η: the buffer of PyTorch or optax from the book's velocity."""
    v, lr = _numbers(v=v, lr=lr)
    return -v / lr


def buffer_after_lr_change(b: Numeric, old_lr: Numeric, new_lr: Numeric) -> Numeric:
    """b η_old/η_new: with this buffer PyTorch goes on as the book would after its lr has changed.

    It keeps the velocity −η b as it is; the plain buffer would scale it by η_new/η_old.
    """
    b, old_lr, new_lr = _numbers(b=b, old_lr=old_lr, new_lr=new_lr)
    return b * old_lr / new_lr


def lookahead_from_theta(theta: Numeric, v: Numeric, momentum: Numeric) -> Numeric:
    """Θ = θ + μ v: the point that libraries store with nesterov=True. momentum: the μ of the next step."""
    theta, v, momentum = _numbers(theta=theta, v=v, momentum=momentum)
    return theta + momentum * v


def theta_from_lookahead(Theta: Numeric, v: Numeric, momentum: Numeric) -> Numeric:
    """θ = Θ − μ v: the point that the look-ahead form moves. momentum: the μ of the next step."""
    Theta, v, momentum = _numbers(Theta=Theta, v=v, momentum=momentum)
    return Theta - momentum * v


def ema_lr(lr: Numeric, momentum: Numeric) -> Numeric:
    """η_ema = η/(1 − μ): the learning rate with which a moving average takes the book's steps.

    Raises ValueError at μ = 1, where the average never takes in a gradient and no learning rate helps.
    """
    lr, mu = _numbers(lr=lr, momentum=momentum)
    if np.any(np.equal(mu, 1)):
        raise ValueError("momentum must be less than 1: a moving average with μ = 1 never moves")
    return lr / (1 - mu)


def velocity_from_average(m: Numeric, lr: Numeric, momentum: Numeric) -> Numeric:
    """v = −η_ema m = −η m/(1 − μ): the book's velocity from a moving average of gradients."""
    m, lr, momentum = _numbers(m=m, lr=lr, momentum=momentum)
    return -ema_lr(lr, momentum) * m


def average_from_velocity(v: Numeric, lr: Numeric, momentum: Numeric) -> Numeric:
    """m = −v/η_ema: the moving average of gradients from the book's velocity."""
    v, lr, momentum = _numbers(v=v, lr=lr, momentum=momentum)
    return -v / ema_lr(lr, momentum)


def _numbers(**values: Numeric) -> list[Numeric]:
    """The arguments, of one kind; rates are > 0, shares from 0 to 1."""
    found = numbers_of_one_kind(**values)
    for name, value in zip(values, found, strict=True):
        if name in _RATES and not np.all((np.asarray(value) > 0) & (np.asarray(value) < math.inf)):
            raise ValueError(f"{name} must be a finite number > 0, not {shown(values[name])}")
        if name == "momentum" and not np.all((np.asarray(value) >= 0) & (np.asarray(value) <= 1)):
            raise ValueError(f"momentum must be a number from 0 to 1, not {shown(values[name])}")
    return found
