"""How the loss of the network curves: its Hessian H, of which only products H u are ever computed.

    product = hessian_vector(network, x, t)
    product(u)                                  # H u, at the cost of about one backpropagation
    top_eigenvalues(network, x, t, count=10)    # the ten largest curvatures
    values, shares = spectrum(network, x, t)    # where all 39 760 of them lie, about

H itself would have 39 760² entries. H u is the derivative of the gradient along u, found by the chain rule: once
forward through the layers, and once back.

Sources: Pearlmutter 1994 (10.1162/neco.1994.6.1.147), H u; Lanczos 1950 (10.6028/jres.045.026); Ghorbani, Krishnan &
Xiao 2019 (arXiv:1901.10159), the spectrum of a network by Lanczos' method.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from course_utils.network import (
    ACTIVATIONS,
    TwoLayerNet,
    backpropagate,
    forward,
    softmax_cross_entropy,
    views_of,
)
from course_utils.support.one_thread import one_thread
from course_utils.support.types import Array
from course_utils.support.validation import shown, whole_number

#: u -> H u, both of shape (size,)
Product: TypeAlias = Callable[[ArrayLike], Array]

#: The second derivative of each activation, written with its output r.
BENDS: dict[str, Callable[[Array], Array]] = {
    "relu": np.zeros_like,  # on either side of its kink it is straight
    "sigmoid": lambda r: r * (1 - r) * (1 - 2 * r),
}


def hessian_vector(network: TwoLayerNet, x: Array, t: ArrayLike) -> Product:
    """What multiplies a direction by the Hessian of the loss, at the network's parameters as they are now.

    x: images, shape (n, inputs).  t: their digits, shape (n,).  -> a function u -> H u

    u and H u have the shape (size,), in the order of network.vector. The product is exact: with ReLU the units that
    are open stay open, as they do for a small enough step, and so H is that of the piece of the loss on which the
    parameters lie.

    The function raises ValueError for a u of another shape, and TypeError for one that is not made of numbers.
    """
    x = network.images(x)
    t = network.labels(t, len(x))
    params = {name: p.copy() for name, p in network.params.items()}
    r, y = forward(params, x, network.activation)
    p, _ = softmax_cross_entropy(y, t)
    n = len(t)
    dy = p.copy()
    dy[np.arange(n), t] -= 1
    dy /= n
    slope = ACTIVATIONS[network.activation][1](r)
    bent = (dy @ params["W2"].T) * BENDS[network.activation](r)

    @one_thread()
    def product(u: ArrayLike) -> Array:
        along = views_of(_direction(u, network), params)
        # forward: how fast a, r, y, p and dy change along u
        a_ = x @ along["W1"] + along["b1"]
        r_ = a_ * slope
        y_ = r_ @ params["W2"] + r @ along["W2"] + along["b2"]
        p_ = p * (y_ - (p * y_).sum(axis=1, keepdims=True))
        dy_ = p_ / n
        # back: how fast each array of the gradient changes
        da_ = (dy_ @ params["W2"].T + dy @ along["W2"].T) * slope + bent * a_
        parts = (x.T @ da_, da_.sum(axis=0), r_.T @ dy + r.T @ dy_, dy_.sum(axis=0))
        return np.concatenate([part.ravel() for part in parts])

    return product


def _direction(u: ArrayLike, network: TwoLayerNet) -> Array:
    u = np.asarray(u)
    if u.shape != (network.size,):
        raise ValueError(f"u must have the shape ({network.size},), that of network.vector, not {u.shape}")
    if u.dtype.kind not in "fiu":
        raise TypeError(f"u must be made of numbers, not of {u.dtype}")
    return u.astype(network.dtype, copy=False)


@one_thread()
def difference_of_gradients(
    network: TwoLayerNet, x: Array, t: ArrayLike, u: ArrayLike, h: float = 1e-5
) -> Array:
    """(g(θ + h u) − g(θ − h u)) / 2h, which is H u wherever no unit's kink lies between the two points.

    u: shape (size,).  h: a small number > 0.  -> shape (size,)

    Raises ValueError and TypeError as the function does that hessian_vector gives, and ValueError for an h ≤ 0.
    """
    if not h > 0:
        raise ValueError(f"h must be a small number > 0, such as 1e-5, not {shown(h)}")
    x = network.images(x)
    t = network.labels(t, len(x))
    step = h * _direction(u, network)
    ends = []
    for sign in (1, -1):
        theta = np.concatenate([p.ravel() for p in network.params.values()]) + sign * step
        grads = backpropagate(views_of(theta, network.params), x, t, network.activation)[1]
        ends.append(np.concatenate([g.ravel() for g in grads.values()]))
    return (ends[0] - ends[1]) / (2 * h)


# --- eigenvalues -------------------------------------------------------------------------------------------


def top_eigenvalues(
    network: TwoLayerNet,
    x: Array,
    t: ArrayLike,
    count: int = 1,
    tolerance: float = 1e-3,
    most: int = 300,
    seed: int = 0,
) -> Array:
    """The largest eigenvalues of the Hessian, the largest one first: shape (count,).

    tolerance: how far H e may be from λ e, as a share of the largest λ. The error of λ is about its square.
    most: of products H u.  seed: of the direction to begin with; it changes nothing beyond the tolerance.

    An eigenvalue that H has several times is found once; where H has fewer different ones, the array is shorter.
    Raises RuntimeError where this many products do not suffice.
    """
    count = whole_number("count", count, 1, network.size)
    most = whole_number("most", most, 1)
    values = np.empty(0)
    ended = False
    with one_thread():
        for values, _shares, misses in lanczos(
            hessian_vector(network, x, t), _random_unit(network, seed), most
        ):
            ended = len(values) >= count and bool((misses[:count] <= tolerance * np.abs(values).max()).all())
            if ended:
                break
    if not ended and len(values) == most < network.size:
        raise RuntimeError(f"{most} products H u are not enough for {count} eigenvalues: give a larger most")
    return values[:count]


def spectrum(
    network: TwoLayerNet, x: Array, t: ArrayLike, steps: int = 80, probes: int = 4, seed: int = 0
) -> tuple[Array, Array]:
    """About where all eigenvalues lie: (values, shares), the largest value first; the shares add up to 1.

    A random direction is a mixture of all eigenvectors. Lanczos' method finds `steps` values with shares that have the
    same moments as its mixture (Gauss' quadrature); the mean over several directions tells how many eigenvalues lie
    near each value: network.size · share of them.

    steps: products H u for each direction.  probes: how many directions.
    """
    steps = whole_number("steps", steps, 1)
    probes = whole_number("probes", probes, 1)
    product = hessian_vector(network, x, t)
    found = []
    with one_thread():
        for probe in range(probes):
            *_, (values, shares, _misses) = lanczos(product, _random_unit(network, seed + probe), steps)
            found.append((values, shares / probes))
    values, shares = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(values)[::-1]
    return values[order], shares[order]


def lanczos(product: Product, start: Array, most: int) -> Iterator[tuple[Array, Array, Array]]:
    """Eigenvalues of a symmetric H, seen along directions at right angles, of which there is one more after each product.

    Each new direction is H times the last one, minus what lies along the earlier ones. In exact arithmetic only the last
    two of these would have to be taken away; rounding lets the others come back, so all are. Along these directions H has
    three diagonals, T, and the eigenvalues of T come near those of H, the outermost ones first.

    product: u -> H u.  start: the first direction, of length 1.  most: of products.
    -> after each product (values, shares, misses): the eigenvalues of T, the largest one first; the share of start along
    each (they add up to 1); and the length of H e − value · e, which an eigenvalue of H is at most that far away.
    It ends early when no direction is left.
    """
    most = min(most, start.size)
    basis, T = np.zeros((most, start.size), start.dtype), np.zeros((most, most))
    basis[0] = start
    for k in range(most):
        new = product(basis[k])
        T[k, k] = basis[k] @ new
        for _ in range(2):  # the second time takes away what rounding left
            new = new - basis[: k + 1].T @ (basis[: k + 1] @ new)
        length = float(np.linalg.norm(new))
        values, vectors = np.linalg.eigh(T[: k + 1, : k + 1])
        yield values[::-1], vectors[0, ::-1] ** 2, length * np.abs(vectors[-1, ::-1])
        if k + 1 == most or length <= 100 * np.finfo(start.dtype).eps * np.abs(values).max():
            return
        T[k, k + 1] = T[k + 1, k] = length
        basis[k + 1] = new / length


def _random_unit(network: TwoLayerNet, seed: int) -> Array:
    u = np.random.default_rng(seed).standard_normal(network.size).astype(network.dtype)
    return u / np.linalg.norm(u)
