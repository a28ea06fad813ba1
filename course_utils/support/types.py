"""The few types that the signatures of the course name."""

from collections.abc import Mapping, MutableMapping
from fractions import Fraction
from typing import Any, Protocol, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray
Number: TypeAlias = int | float | Fraction
Point: TypeAlias = tuple[Number, Number]
Window: TypeAlias = tuple[Number, Number, Number, Number]  # x from, x to, y from, y to

#: A number, a Fraction or an array: NumPy's rules say what comes of two of them, and no annotation can follow.
Numeric: TypeAlias = Any

#: The parameters by name, and their gradients: an array or a plain number under each name.
Params: TypeAlias = MutableMapping[str, Any]
Grads: TypeAlias = Mapping[str, Any]

#: Arrays by name, such as the weights of a network, or their gradients.
Arrays: TypeAlias = dict[str, np.ndarray]


class Stepper(Protocol):
    """Whatever takes steps: an optimizer of the course, or a class of the user's own."""

    def update(self, params: Any, grads: Any, /) -> object: ...
