"""The network of the course: 784 pixels, 50 hidden units, 10 digits; its gradient by backpropagation.

    network = TwoLayerNet()
    network.loss(x, t)          # x: images, shape (n, 784); t: their digits, shape (n,)
    network.gradient(x, t)      # a dict with the keys and shapes of network.params

What it computes, for n images at once, one per row:

    a = x W1 + b1            inputs of the hidden units     (n, 50)
    r = relu(a)              their outputs                  (n, 50)
    y = r W2 + b2            scores                         (n, 10)
    p = softmax(y)           probabilities                  (n, 10)
    f = mean of −log p[t]    loss, the cross-entropy        a number
"""

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from course_utils.support.one_thread import one_thread
from course_utils.support.types import Array, Arrays, Params
from course_utils.support.validation import shown

# --- the functions ---------------------------------------------------------------------------------------


def relu(a: Array) -> Array:
    return np.maximum(a, 0)


def sigmoid(a: Array) -> Array:
    """1/(1 + e⁻ᵃ), written with tanh, so that no exponential overflows."""
    return (1 + np.tanh(a / 2)) / 2


#: name: (the function that makes r of a, its slope at a, written with r)
ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "relu": (relu, lambda r: r > 0),
    "sigmoid": (sigmoid, lambda r: r * (1 - r)),
}

#: name: the standard deviation of the weights into a unit with this many inputs; biases start at 0.
#: "he" keeps the size of what relu lets through from layer to layer (He et al., 2015, arXiv:1502.01852).
INITIALISATIONS: dict[str, Callable[[int], float]] = {
    "he": lambda inputs: math.sqrt(2 / inputs),
    "small normal": lambda inputs: 0.01,
}


def softmax_cross_entropy(y: Array, t: Array) -> tuple[Array, float]:
    """The probabilities softmax(y), and the mean of −log p[t].

    The largest score of each row is taken away first. That changes no probability, and no exponential overflows.

    y: scores, shape (n, k).  t: the right class of each row, shape (n,).  -> array of shape (n, k), float
    """
    y = y - y.max(axis=1, keepdims=True)
    p = np.exp(y)
    total = p.sum(axis=1, keepdims=True)
    p /= total
    n = len(t)
    loss = (np.log(total).sum() - y[np.arange(n), t].sum()) / n
    return p, float(loss)


def share_right(y: Array, t: Array) -> float:
    """The share of rows in which the right class has the largest score; one that is not a number counts as wrong."""
    return float(np.mean((y.argmax(axis=1) == t) & np.isfinite(y).all(axis=1)))


def forward(params: Params, x: Array, activation: str = "relu") -> tuple[Array, Array]:
    """Hidden outputs and scores: r, shape (n, hidden), and y, shape (n, outputs)."""
    a = x @ params["W1"]
    a += params["b1"]
    r = ACTIVATIONS[activation][0](a)
    y = r @ params["W2"]
    y += params["b2"]
    return r, y


def backpropagate(
    params: Params, x: Array, t: Array, activation: str = "relu", out: Arrays | None = None
) -> tuple[float, Arrays]:
    """The loss and its gradient: the chain rule, from the loss back to the first weights.

    dy is ∂f/∂y, da is ∂f/∂a, and so on: each has the shape of y, a, and so on.

    params: dict of W1 (inputs, hidden), b1, W2 (hidden, outputs), b2.  x: (B, inputs).  t: (B,), whole numbers.
    out: arrays to write the gradient into, a dict like params; new ones where it is None.
    Nothing is checked here, since training spends its time here; TwoLayerNet.gradient checks.
    """
    r, y = forward(params, x, activation)
    p, loss = softmax_cross_entropy(y, t)
    slope = ACTIVATIONS[activation][1]
    grads = {name: np.empty_like(array) for name, array in params.items()} if out is None else out

    B = len(t)
    dy = p
    dy[np.arange(B), t] -= 1  # p − 1 for the right digit, p for the others ...
    dy /= B  # ... and the loss is a mean over B images
    np.matmul(r.T, dy, out=grads["W2"])
    dy.sum(axis=0, out=grads["b2"])
    dr = dy @ params["W2"].T
    da = dr * slope(r)
    np.matmul(x.T, da, out=grads["W1"])
    da.sum(axis=0, out=grads["b1"])
    return loss, grads


# --- the network -----------------------------------------------------------------------------------------


class TwoLayerNet:
    """A network with one hidden layer: 784-50-10 has 784·50 + 50 + 50·10 + 10 = 39 760 parameters.

    sizes: how many inputs, hidden units and outputs.
    activation: "relu" or "sigmoid".
    initialisation: of the weights, "he" (normal, standard deviation √(2/inputs)) or "small normal" (0.01).
    seed: the same seed gives the same weights; in float32 they are those of float64, rounded.
    dtype: float32, fast and exact enough to train with, or float64, to check gradients with.

    params: a dict of arrays, W1 (784, 50), b1 (50,), W2 (50, 10), b2 (10,).
    vector: all the parameters in a row, shape (39760,). The arrays of params are views of it: a change of one is a
        change of the other.

    Every method that takes images x and digits t raises TypeError or ValueError, naming the argument, for a wrong
    shape, numbers of the wrong kind or not finite, or a t that is not the index of an output. `params` may be
    handed to a method to evaluate it elsewhere than at the network's own: at an optimizer's gradient point.
    """

    def __init__(
        self,
        sizes: Sequence[int] = (784, 50, 10),
        activation: str = "relu",
        initialisation: str = "he",
        seed: int = 0,
        dtype: DTypeLike = np.float32,
    ):
        sizes = tuple(sizes)
        whole = all(isinstance(k, (int, np.integer)) and not isinstance(k, bool) and k > 0 for k in sizes)
        if len(sizes) != 3 or not whole:
            raise ValueError(f"sizes must be three whole numbers > 0, not {shown(sizes)}")
        sizes = tuple(map(int, sizes))
        for name, value, known in (
            ("activation", activation, ACTIVATIONS),
            ("initialisation", initialisation, INITIALISATIONS),
        ):
            if value not in known:
                raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, not {shown(value)}")
        if np.dtype(dtype) not in (np.float32, np.float64):
            raise ValueError(f"dtype must be float32 or float64, not {np.dtype(dtype)}")
        self.sizes, self.activation, self.dtype = sizes, activation, np.dtype(dtype)
        rng = np.random.default_rng(seed)
        params = {}
        for layer, (inputs, outputs) in enumerate(itertools.pairwise(sizes), start=1):
            weights = INITIALISATIONS[initialisation](inputs) * rng.standard_normal((inputs, outputs))
            params[f"W{layer}"] = weights.astype(dtype)
            params[f"b{layer}"] = np.zeros(outputs, dtype)
        self.vector, self.params = in_one_vector(params)

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.sizes))
        return f"TwoLayerNet {sizes}, {self.activation}, {self.size} parameters in {self.dtype}"

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return sum(p.size for p in self.params.values())

    @one_thread()
    def scores(self, x: ArrayLike, params: Params | None = None) -> Array:
        """y, shape (n, 10): the larger, the more likely the digit."""
        return forward(params or self.params, self.images(x), self.activation)[1]

    def predict(self, x: ArrayLike) -> Array:
        """The digit with the largest score, for each image.  -> shape (n,)"""
        return self.scores(x).argmax(axis=1)

    def accuracy(self, x: Array, t: ArrayLike) -> float:
        """The share of images whose digit is predicted right; a score that is not a number counts as wrong.  -> 0 ... 1"""
        return share_right(self.scores(x), self.labels(t, len(x)))

    def loss_and_accuracy(self, x: Array, t: ArrayLike) -> tuple[float, float]:
        """Both of a batch, for the price of one.  -> (loss, accuracy)"""
        y, t = self.scores(x), self.labels(t, len(x))
        return softmax_cross_entropy(y, t)[1], share_right(y, t)

    def loss(self, x: Array, t: ArrayLike, params: Params | None = None) -> float:
        """Mean cross-entropy of the batch.  -> float"""
        return softmax_cross_entropy(self.scores(x, params), self.labels(t, len(x)))[1]

    @one_thread()
    def gradient(self, x: Array, t: ArrayLike, params: Params | None = None) -> Arrays:
        """The gradient of the loss of the batch.  -> dict with the keys and shapes of params"""
        x = self.images(x)
        return backpropagate(params or self.params, x, self.labels(t, len(x)), self.activation)[1]

    def images(self, x: ArrayLike) -> Array:
        """x as an array that the network can take: shape (n, inputs), n ≥ 1, finite, of the network's dtype."""
        x = np.asarray(x)
        if x.ndim != 2 or x.shape[1] != self.sizes[0] or not len(x):
            hint = "; one image is x[None]" if x.ndim == 1 else ""
            hint = f"; reshape with x.reshape(len(x), {self.sizes[0]})" if x.ndim > 2 else hint
            raise ValueError(f"x must have the shape (n, {self.sizes[0]}), n ≥ 1, not {x.shape}{hint}")
        if x.dtype.kind != "f":
            raise TypeError(f"x must be floats from 0 to 1, e.g. x / 255, not an array of {x.dtype}")
        if not np.isfinite(x).all():
            row, column = np.argwhere(~np.isfinite(x))[0]
            raise ValueError(f"x must be finite, but x[{row}, {column}] is {x[row, column]}")
        return x.astype(self.dtype, copy=False)

    def labels(self, t: ArrayLike, n: int) -> Array:
        """t as an array that the network can take: shape (n,), whole numbers from 0 to outputs − 1."""
        t, outputs = np.asarray(t), self.sizes[2]
        if t.shape != (n,):
            hint = "; from one-hot rows take t.argmax(axis=1)" if t.shape == (n, outputs) else ""
            raise ValueError(f"t must have the shape ({n},), one digit for each image, not {t.shape}{hint}")
        if t.dtype.kind not in "iu":
            raise TypeError(f"t must be whole numbers, not an array of {t.dtype}")
        if t.min() < 0 or t.max() >= outputs:
            wrong = t[(t < 0) | (t >= outputs)][0]
            raise ValueError(f"t must be from 0 to {outputs - 1}, but {wrong} is in it")
        return t


# --- many arrays in one vector ----------------------------------------------------------------------------

CACHE_LINE = 64  # bytes


def in_one_vector(arrays: Arrays) -> tuple[Array, Arrays]:
    """Copies of the arrays in one vector: a step on one long vector takes less time than one on many arrays.

    arrays: dict of arrays of one dtype.  -> (the vector, a dict of views of it with the keys and shapes of arrays)
    """
    vector = _aligned(sum(a.size for a in arrays.values()), np.result_type(*arrays.values()))
    views = views_of(vector, arrays)
    for name, a in arrays.items():
        views[name][...] = a
    return vector, views


def views_of(vector: Array, arrays: Arrays) -> Arrays:
    """The vector cut into pieces with the keys and shapes of arrays; no number is copied."""
    ends = itertools.accumulate(a.size for a in arrays.values())
    return {
        name: vector[end - a.size : end].reshape(a.shape)
        for (name, a), end in zip(arrays.items(), ends, strict=True)
    }


def _aligned(size: int, dtype: DTypeLike) -> Array:
    """A vector of zeros that starts at the beginning of a cache line: adding to it takes a third less time."""
    room = np.zeros(size + CACHE_LINE // np.dtype(dtype).itemsize, dtype)
    first = -room.ctypes.data % CACHE_LINE // room.itemsize
    return room[first : first + size]


# --- the check -------------------------------------------------------------------------------------------


def numerical_gradient(loss: Callable[[], float], params: Arrays, h: float = 1e-5) -> Arrays:
    """The gradient of loss() by central differences, one parameter after the other: slow, and hard to get wrong.

        ∂f/∂θ ≈ (f(θ + h) − f(θ − h)) / 2h

    Its error has two parts. The formula itself is off by h² |f'''|/6 (Taylor). Each loss is rounded, by about
    δ |f|, and the division by 2h blows that up to δ |f|/h. A large h spoils the first part and a small h the
    second; their sum is smallest at h = (3 δ |f|/|f'''|)^(1/3). In float64, where δ = 2.2e-16, that is about
    1e-5 for losses and third derivatives near 1, with an error of some 1e-10 to 1e-11. In float32 (δ = 1.2e-7)
    the best accuracy is about 1e-5, too coarse to find a mistake, so it is refused.

    Where relu's kink lies between θ − h and θ + h the loss has no slope there, and the two gradients may differ.

    loss: a function without arguments that gives f at params as they are: it is called twice for each number.
    params: dict of float64 arrays; they are changed and put back.  -> dict with the same keys and shapes
    """
    if not 0 < h < 1:
        raise ValueError(f"h must be a small number > 0, such as 1e-5, not {shown(h)}")
    for name, p in params.items():
        if np.asarray(p).dtype != np.float64:
            raise TypeError(
                f"params[{name!r}] must be a float64 array, not {shown(p)}: fewer digits drown the difference"
            )
    grads = {name: np.empty_like(p) for name, p in params.items()}
    for name, p in params.items():
        for i in np.ndindex(p.shape):
            here = p[i]
            try:
                p[i] = here + h
                above = loss()
                p[i] = here - h
                below = loss()
            finally:
                p[i] = here
            grads[name][i] = (above - below) / (2 * h)
    return grads
