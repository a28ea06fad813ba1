"""The network's parameters as one long vector, on which the methods of the course take their steps."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from course_utils import optimizers
from course_utils.network import TwoLayerNet, in_one_vector, views_of
from course_utils.optimizers import Optimizer
from course_utils.schedules import Scheduled
from course_utils.support.types import Arrays, Numeric, Stepper
from course_utils.support.validation import states_of, validate
from course_utils.wrappers import Clipped, Decayed

#: The methods of the course, by name.
METHODS: dict[str, Any] = {
    name: value
    for name, value in vars(optimizers).items()
    if isinstance(value, type) and issubclass(value, Optimizer) and value is not Optimizer
}
#: What may stand around them, and goes by name.
WRAPPERS = (Scheduled, Clipped, Decayed)


@contextmanager
def stepping(optimizer: Stepper, network: TwoLayerNet) -> Iterator[tuple[Any, Arrays | None]]:
    """What takes the steps, and arrays to write each gradient into; None where every step needs new ones.

    The methods of the course treat every number alike, so they may take the parameters as one vector, also within
    wrappers. A class that a student wrote gets the arrays by name, and gradients that it may keep.
    """
    wrapper: Any = None
    inner: Any = optimizer
    while type(inner) in WRAPPERS:
        wrapper, inner = inner, inner.optimizer
    if type(inner) not in METHODS.values() or not _in_its_vector(network):
        yield optimizer, None
        return
    whole = _AsOneVector(inner, network)
    if wrapper:
        wrapper.optimizer = whole
    try:
        yield optimizer if wrapper else whole, whole.grads
    finally:
        whole.hand_back()
        if wrapper:
            wrapper.optimizer = inner


def _in_its_vector(network: TwoLayerNet) -> bool:
    """Whether params are still views of the network's vector, as they were made."""
    if not hasattr(network, "vector"):
        return False
    if network.vector.size != sum(np.size(a) for a in network.params.values()):
        return False
    places = [a.__array_interface__ for a in views_of(network.vector, network.params).values()]
    return [getattr(a, "__array_interface__", None) for a in network.params.values()] == places


class _AsOneVector:
    """An optimizer that is handed all parameters as one long vector: numpy starts each operation once, not four times.

    Meanwhile what it remembers is one vector too; before and afterwards it has the names of params.
    """

    def __init__(self, optimizer: Any, network: TwoLayerNet):
        self.optimizer, self.params = optimizer, network.params
        gradient, self.grads = in_one_vector(network.params)
        validate(optimizer, self.params, self.grads)
        self.whole, self.gradient = {"all": network.vector}, {"all": gradient}
        for name, state in states_of(optimizer).items():
            in_order = {key: state[key] for key in self.params}
            setattr(optimizer, name, {"all": in_one_vector(in_order)[0]})

    @property
    def lr(self) -> Numeric:
        return self.optimizer.lr

    @lr.setter
    def lr(self, lr: Numeric) -> None:
        self.optimizer.lr = lr

    def gradient_point(self, params: Arrays) -> Arrays:
        point = self.optimizer.gradient_point(self.whole)
        return params if point is self.whole else views_of(point["all"], params)

    def update(self, params: Arrays, grads: Arrays) -> None:
        for name, g in self.grads.items():
            if grads[name] is not g:  # a wrapper made another
                g[...] = grads[name]
        self.optimizer.update(self.whole, self.gradient)

    def hand_back(self) -> None:
        for name, state in states_of(self.optimizer).items():
            setattr(self.optimizer, name, views_of(state["all"], self.params))
