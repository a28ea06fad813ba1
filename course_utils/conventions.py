"""From one book's or library's momentum to another's: what each stores, and how to convert it.

    book, Sutskever   v ← μ v − η g         θ ← θ + v         stores θ and the velocity v, the last step
    Keras             the same; with nesterov=True it stores Θ = θ + μ v in place of θ
    PyTorch, optax    b ← μ b + g           θ ← θ − η b       stores θ (or Θ) and a buffer b = −v/η
    moving average    m ← μ m + (1 − μ) g   θ ← θ − η_ema m   stores θ and an average m of gradients

In every function lr is the η of the step just taken, and in the book's scale; only `ema_lr` gives another.
States and settings may be numbers, Fractions or arrays that broadcast; the result is exact where they are. Nothing
changes in place. Every function raises TypeError or ValueError, which name the argument, for a setting out of range
or a state that is no number.

Sources: Sutskever et al., 2013, https://proceedings.mlr.press/v28/sutskever13.html; Bengio et al., 2012,
https://arxiv.org/abs/1212.0901; https://keras.io/api/optimizers/sgd/;
https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html;
https://optax.readthedocs.io/en/latest/api/optimizers.html.
"""

import math
from numbers import Real

import numpy as np

from course_utils.validation import shown


def velocity_from_buffer(b, lr):
    """v = −η b: the book's velocity from the buffer of PyTorch or optax."""
    return -_rate("lr", lr) * _state("b", b)


def buffer_from_velocity(v, lr):
    """b = −v/η: the buffer of PyTorch or optax from the book's velocity."""
    return -_state("v", v) / _rate("lr", lr)


def buffer_after_lr_change(b, old_lr, new_lr):
    """b η_old/η_new: with this buffer PyTorch goes on as the book would after its lr has changed.

    It keeps the velocity −η b as it is; the plain buffer would scale it by η_new/η_old.
    """
    return _state("b", b) * _rate("old_lr", old_lr) / _rate("new_lr", new_lr)


def lookahead_from_theta(theta, v, momentum):
    """Θ = θ + μ v: the point that libraries store with nesterov=True. momentum: μ of the step to come."""
    return _state("theta", theta) + _share(momentum) * _state("v", v)


def theta_from_lookahead(Theta, v, momentum):
    """θ = Θ − μ v: the point that the look-ahead form moves. momentum: μ of the step to come."""
    return _state("Theta", Theta) - _share(momentum) * _state("v", v)


def ema_lr(lr, momentum):
    """η_ema = η/(1 − μ): the learning rate with which a moving average takes the book's steps.

    Raises ValueError at μ = 1, where the average never takes in a gradient and no learning rate helps.
    """
    mu = _share(momentum)
    if np.any(np.equal(mu, 1)):
        raise ValueError("momentum must be less than 1: a moving average with μ = 1 never moves")
    return _rate("lr", lr) / (1 - mu)


def velocity_from_average(m, lr, momentum):
    """v = −η_ema m = −η m/(1 − μ): the book's velocity from a moving average of gradients."""
    return -ema_lr(lr, momentum) * _state("m", m)


def average_from_velocity(v, lr, momentum):
    """m = −v/η_ema: the moving average of gradients from the book's velocity."""
    return -_state("v", v) / ema_lr(lr, momentum)


def _rate(name, value):
    value = _state(name, value)
    if not np.all((np.asarray(value) > 0) & (np.asarray(value) < math.inf)):
        raise ValueError(f"{name} must be a finite number > 0, not {shown(value)}")
    return value


def _share(value):
    value = _state("momentum", value)
    if not np.all((np.asarray(value) >= 0) & (np.asarray(value) <= 1)):
        raise ValueError(f"momentum must be a number from 0 to 1, not {shown(value)}")
    return value


def _state(name, value):
    """A number as it is; a list of numbers as an array."""
    if isinstance(value, Real) and not isinstance(value, bool):
        return value
    array = np.asarray(value) if isinstance(value, (list, tuple, np.ndarray)) else None
    exact = array is not None and array.dtype == object and all(isinstance(x, Real) for x in array.flat)
    if array is None or not (array.dtype.kind in "iuf" or exact):
        raise TypeError(f"{name} must be a number or an array of numbers, not {shown(value)}")
    return array
