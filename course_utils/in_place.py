"""The same steps, sooner: one long vector in place of many arrays, and nothing new in memory.

    optimizer = InPlace(Adam(0.001))     # steps like Adam(0.001), and is used like it

A class of optimizers.py reads like its formulas. Numpy has its price for that: each operation on each array starts
anew (half a microsecond, for ten numbers as for a thousand) and fills a new array with its result. Here the arrays
lie one behind the other in one vector, so that an operation starts once; results go into vectors that are kept; and
a vector too long for the processor's cache is walked through in blocks that fit.
"""

import operator
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from course_utils.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    NesterovLookahead,
    RMSProp,
    zeros_like,
)
from course_utils.validation import states_if_usual, validate

#: how many numbers are moved at a time: 256 kB in float32. With a gradient, two states and the vectors to work in,
#: that is what lies in the usual 1 or 2 MB next to a processor's core.
BLOCK = 65_536
CACHE_LINE = 64  # bytes


# --- the steps ------------------------------------------------------------------------------------------------
# Each has two parts: the numbers that a step needs, and what it does with them to a block of the vector.
# block.scaled(c) is c g and may be overwritten, block.spare is a second vector to work in; block.move(d) adds d to θ.


def sgd_numbers(o):
    return (-o.lr,)


def sgd(block, lr):
    block.move(block.scaled(lr))


def momentum_numbers(o):
    return o.lr, o.momentum


def momentum(block, lr, mu, v):
    v *= mu
    v -= block.scaled(lr)
    block.move(v)


def nesterov(block, lr, mu, v):
    """μ² v − (1 + μ) η g = μ (μ v − η g) − η g: with the new v it takes one multiplication less."""
    step = block.scaled(-lr)
    block.move(step)
    v *= mu
    v += step
    block.move(np.multiply(v, mu, out=step))


def adagrad_numbers(o):
    return 1.0, -o.lr, o.eps


def adagrad(block, one, lr, eps, s):
    g = block.scaled(one)
    s += np.multiply(g, g, out=block.spare)
    block.move(over_root(g, lr, s, eps, out=block.spare))


def rmsprop_numbers(o):
    share = (1 - o.rho) ** 0.5
    return o.rho, share, -o.lr / share, o.eps


def rmsprop(block, rho, share, lr, eps, s):
    g = block.scaled(share)
    s *= rho
    s += np.multiply(g, g, out=block.spare)
    block.move(over_root(g, lr, s, eps, out=block.spare))


def over_root(g, lr, s, eps, out):
    """lr g / (√s + ε)"""
    root = np.sqrt(s, out=out)
    root += eps
    np.divide(g, root, out=root)
    root *= lr
    return root


def adam_numbers(o):
    """The corrections c of m and d² of s are numbers too: η m̂ / (√ŝ + ε) = (η d / c) m / (√s + ε d)."""
    c, d = 1 - o.beta1**o.t, (1 - o.beta2**o.t) ** 0.5
    return o.beta1, o.beta2, 1 - o.beta1, (1 - o.beta2) / (1 - o.beta1) ** 2, -o.lr * d / c, o.eps * d


def adam(block, beta1, beta2, share1, share2, lr, eps, m, s):
    g = block.scaled(share1)
    m *= beta1
    m += g
    g *= g
    g *= share2
    s *= beta2
    s += g
    block.move(over_root(m, lr, s, eps, out=g))


def adamw_numbers(o):
    return (1 - o.lr * o.weight_decay, *adam_numbers(o))


def adamw(block, kept, *rest):
    block.shrink(kept)
    adam(block, *rest)


#: method: (the numbers of a step, the step, what the method remembers)
STEPS: dict[type, tuple[Callable, Callable, tuple]] = {
    SGD: (sgd_numbers, sgd, ()),
    Momentum: (momentum_numbers, momentum, ("v",)),
    NesterovLookahead: (momentum_numbers, momentum, ("v",)),
    Nesterov: (momentum_numbers, nesterov, ("v",)),
    AdaGrad: (adagrad_numbers, adagrad, ("s",)),
    RMSProp: (rmsprop_numbers, rmsprop, ("s",)),
    Adam: (adam_numbers, adam, ("m", "s")),
    AdamW: (adamw_numbers, adamw, ("m", "s")),
}


# --- the vector -------------------------------------------------------------------------------------------------


def in_one_vector(arrays):
    """Copies of the arrays, one behind the other in one vector.

    arrays: dict of arrays of one dtype.  -> (the vector, a dict of views of it with the keys and shapes of arrays)
    """
    vector = zeros(sum(a.size for a in arrays.values()), np.result_type(*arrays.values()))
    views = views_of(vector, arrays)
    for name, a in arrays.items():
        views[name][...] = a
    return vector, views


def zeros(size, dtype):
    """A vector of zeros that starts with a cache line: to add to it takes a third less time."""
    room = np.zeros(size + CACHE_LINE // np.dtype(dtype).itemsize, dtype)
    first = -_address(room) % CACHE_LINE // room.itemsize
    return room[first : first + size]


def views_of(vector, arrays):
    """The vector cut into pieces with the keys and shapes of arrays; no number is copied."""
    ends = np.cumsum([a.size for a in arrays.values()]).tolist()
    return {
        name: vector[end - a.size : end].reshape(a.shape)
        for (name, a), end in zip(arrays.items(), ends, strict=True)
    }


def as_one_vector(arrays):
    """The vector in which the arrays lie one behind the other, without a copy; None where they do not."""
    arrays = [a for a in arrays if a.size] or arrays[:1]  # where an empty one lies means nothing
    if len(arrays) == 1:
        return arrays[0].reshape(-1)
    base = arrays[0].base
    if not isinstance(base, np.ndarray) or not base.flags.c_contiguous:
        return None
    start = end = _address(arrays[0])
    for a in arrays:
        if a.base is not base or a.dtype != base.dtype or _address(a) != end:
            return None
        end += a.nbytes
    first = (start - _address(base)) // base.itemsize
    return base.reshape(-1)[first : first + (end - start) // base.itemsize]


def parts_of(arrays, start, stop):
    """The parts of the arrays that hold their numbers start ... stop, counted through.

    -> a list of (part, slice: its place in the block); a single one where the arrays lie in one vector
    """
    whole = as_one_vector(arrays)
    if whole is not None:
        return [(whole[start:stop], slice(None))]
    parts, end = [], 0
    for a in arrays:
        begin, end = end, end + a.size
        low, high = max(begin, start), min(end, stop)
        if low < high:
            parts.append((a.reshape(-1)[low - begin : high - begin], slice(low - start, high - start)))
    return parts


def _address(array):
    return array.__array_interface__["data"][0]


# --- the optimizer ----------------------------------------------------------------------------------------------


class Block(NamedTuple):
    """A stretch of the vector, from number `start` to before number `stop`."""

    start: int
    stop: int
    params: list  # of (part of a parameter, its place in the block)
    grads: list  # the same of the gradients
    states: tuple
    work: np.ndarray
    spare: np.ndarray
    point: np.ndarray  # room for the point to look ahead to; empty where the method does not look ahead

    def scaled(self, c):
        for g, place in self.grads:
            np.multiply(g, c, out=self.work[place])
        return self.work

    def move(self, step):
        for p, place in self.params:
            p += step[place]

    def shrink(self, kept):
        for p, _ in self.params:
            p *= kept


class InPlace:
    """An optimizer that takes the steps of another one, in place.

    optimizer: SGD, Momentum, ..., AdamW. It keeps what it remembers, by name, and its settings may change between
        steps. The steps are its own up to the last digits. What is unusual (a class of yours, settings that are
        arrays, Fractions, plain numbers) goes to the optimizer's own update.

    It is quickest where params and grads are the same arrays at every step, and each dict's arrays lie one behind
    the other in one vector of its own, in the order of params: see in_one_vector.

    update raises what the optimizer's own raises.
    """

    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.names: list = []  # the keys
        self.cut_from: list = []  # the arrays and states that the blocks were cut from
        self.blocks: list[Block] = []
        self.states: dict[str, dict] = {}  # what the optimizer remembers, by name
        self.vectors: dict[str, np.ndarray] = {}  # in which it lies
        self.point: dict[str, np.ndarray] = {}
        self.numbers: tuple[tuple, list] = ((), [])  # those of the last step, and the same as arrays

    def __reduce__(self):  # a copy cuts blocks of its own
        return InPlace, (self.optimizer,)

    def gradient_point(self, params):
        """As the optimizer's own; the next call writes the next point into the same arrays."""
        if not self.point or not self._knows(params):
            return self.optimizer.gradient_point(params)
        for block in self.blocks:
            (v,) = block.states
            np.multiply(v, self.optimizer.momentum, out=block.point)
            for p, place in block.params:
                block.point[place] += p
        return self.point

    def update(self, params, grads):
        optimizer = self.optimizer
        usual = params.__class__ is grads.__class__ is dict and states_if_usual(optimizer) is not None
        if not usual or not (self._knows(params, grads) or self._cut(params, grads)):
            optimizer.update(params, grads)
            return
        if "t" in vars(optimizer):
            optimizer.t += 1
        numbers_of, step, _ = STEPS[type(optimizer)]
        numbers = self._as_arrays(numbers_of(optimizer))
        for block in self.blocks:
            step(block, *numbers, *block.states)

    def _knows(self, params, grads=None):
        """Whether the blocks were cut from these very arrays, and from what the optimizer remembers now."""
        things = [*params.values(), *map(vars(self.optimizer).get, self.states)]
        if grads is not None:
            if len(grads) != len(params):
                return False
            things += map(grads.get, params)
        return [*params] == self.names and all(map(operator.is_, things, self.cut_from))

    def _cut(self, params, grads):
        """Cut the arrays into blocks.  -> whether they can be cut at all"""
        p, g = [*params.values()], [*map(grads.get, params)]
        kinds = {a.dtype if _can_be_cut(a) else None for a in p + g}
        if type(self.optimizer) not in STEPS or len(kinds) != 1 or None in kinds:
            return False
        validate(self.optimizer, params, grads)
        if not self._knows(params):
            self._cut_params(params)
        for block in self.blocks:
            block.grads[:] = parts_of(g, block.start, block.stop)
        self.names, self.cut_from = [*params], [*p, *self.states.values(), *g]
        return True

    def _cut_params(self, params):
        p, kind = [*params.values()], type(self.optimizer)
        size, dtype = sum(a.size for a in p), p[0].dtype
        states = [self._state(name, params) for name in STEPS[kind][2]]
        point = zeros(size if kind is NesterovLookahead else 0, dtype)
        self.point = views_of(point, params) if point.size else {}
        work, spare = (zeros(min(size, BLOCK), dtype) for _ in range(2))
        self.blocks = [
            Block(
                start,
                stop,
                params=parts_of(p, start, stop),
                grads=[],
                states=tuple(state[start:stop] for state in states),
                work=work[: stop - start],
                spare=spare[: stop - start],
                point=point[start:stop],
            )
            for start in range(0, size, BLOCK)
            for stop in [min(start + BLOCK, size)]
        ]
        self.numbers = ((), [])

    def _state(self, name, params):
        """What the optimizer remembers under a name, as the vector in which it lies from now on."""
        state = getattr(self.optimizer, name) or zeros_like(params)
        held = self.states.get(name, {})
        if state is not held or list(held) != list(params):
            self.vectors[name], self.states[name] = in_one_vector({key: state[key] for key in params})
            setattr(self.optimizer, name, self.states[name])
        return self.vectors[name]

    def _as_arrays(self, numbers):
        """Each number as an array of the parameters' dtype: numpy would make one at every operation."""
        if numbers != self.numbers[0] and self.blocks:
            self.numbers = numbers, [np.array(c, self.blocks[0].work.dtype) for c in numbers]
        return self.numbers[1]


def _can_be_cut(a):
    return a.__class__ is np.ndarray and a.dtype.kind == "f" and a.flags.c_contiguous
