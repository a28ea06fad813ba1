"""How long one training iteration of the 784-50-10 network takes, here and elsewhere; and its update.

    python -m benchmarks.training [--json] [--rounds 9]

An iteration is: gather 100 images out of 60 000 (as many as MNIST has, here of random numbers), loss and gradient,
one step of the optimizer: SGD with momentum, which all of them can do, and then every method of the course beside PyTorch's
of the same name. Everybody does the same work, on one thread, in the same run: the rounds go through all
contenders in turn, and the median of the rounds counts.

    course           course_utils.training.train, float32
    PyTorch          a loop as its tutorials write it, eager, float32; its three implementations of the step
    book-style       numpy as textbooks write it: layers as objects, all in float64; its loop asks for the gradient,
                     and then once more for the loss, to keep it. "one pass" spares it that second pass.
    scikit-learn     MLPClassifier.partial_fit, float32

iteration_vs_torch is the course's time divided by the best of PyTorch's, and iteration_vs_torch_by_method the same for
each method; iteration_vs_book and iteration_vs_sklearn say how many times as fast the course is. iteration_wrapped is the time with
a schedule, clipping or decay around Momentum, divided by the time without. The rest is from benchmarks.optimizers. Needs the extra [bench].
"""

# ruff: noqa: E402
import argparse
import json
import os
import platform
import statistics
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # read once, when numpy and torch are loaded

import numpy as np

from benchmarks import optimizers
from course_utils.digits import Digits
from course_utils.network import TwoLayerNet
from course_utils.optimizers import Momentum
from course_utils.schedules import Scheduled, constant
from course_utils.training import train
from course_utils.wrappers import Clipped, Decayed

IMAGES, BATCH, STEPS, LR, MU = 60_000, 100, 150, 0.01, 0.9
MOMENTUM = {"momentum": MU}


def data():
    rng = np.random.default_rng(0)
    x, t = rng.random((IMAGES, 784), dtype=np.float32), rng.integers(10, size=IMAGES)
    return Digits("random", x, t, x[:1], t[:1])


# --- the contenders: each gives a function of the number of steps that gives the seconds they took -----------------


def course(digits, optimizer=None):
    network, optimizer = TwoLayerNet(), optimizer or Momentum(LR, MU)
    return lambda steps: train(network, optimizer, digits, steps=steps, progress=False).seconds


def pytorch(torch, digits, implementation, name="SGD", settings=MOMENTUM):
    """None where PyTorch has no such implementation of the method."""
    network = torch.nn.Sequential(torch.nn.Linear(784, 50), torch.nn.ReLU(), torch.nn.Linear(50, 10))
    try:
        optimizer = getattr(torch.optim, name)(network.parameters(), lr=LR, **settings, **implementation)
    except (TypeError, RuntimeError):
        return None
    x, t = (torch.from_numpy(array.copy()) for array in (digits.x_train, digits.t_train))
    losses = np.empty(STEPS)

    def run(steps):
        began = time.perf_counter()
        order = torch.randperm(IMAGES)
        for step in range(steps):
            rows = order[step * BATCH : (step + 1) * BATCH]
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(x[rows]), t[rows])
            loss.backward()
            optimizer.step()
            losses[step] = loss.item()
        return time.perf_counter() - began

    return run


class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return np.dot(dout, self.W.T)


class Relu:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0
        return dout


class SoftmaxWithLoss:
    def forward(self, x, t):
        x = x - np.max(x, axis=1, keepdims=True)
        self.y = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)
        self.t = t
        return -np.sum(np.log(self.y[np.arange(len(t)), t] + 1e-7)) / len(t)

    def backward(self):
        dx = self.y.copy()
        dx[np.arange(len(self.t)), self.t] -= 1
        return dx / len(self.t)


class BookMomentum:
    def __init__(self, lr, momentum):
        self.lr, self.momentum, self.v = lr, momentum, None

    def update(self, params, grads):
        if self.v is None:
            self.v = {key: np.zeros_like(value) for key, value in params.items()}
        for key in params:
            self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]
            params[key] += self.v[key]


class BookNet:
    def __init__(self):
        rng = np.random.default_rng(0)
        self.params = {
            "W1": 0.05 * rng.standard_normal((784, 50)),
            "b1": np.zeros(50),
            "W2": 0.2 * rng.standard_normal((50, 10)),
            "b2": np.zeros(10),
        }
        first = Affine(self.params["W1"], self.params["b1"])
        second = Affine(self.params["W2"], self.params["b2"])
        self.layers, self.last = [first, Relu(), second], SoftmaxWithLoss()

    def loss(self, x, t):
        for layer in self.layers:
            x = layer.forward(x)
        return self.last.forward(x, t)

    def gradient(self, x, t):
        loss = self.loss(x, t)
        dout = self.last.backward()
        for layer in self.layers[::-1]:
            dout = layer.backward(dout)
        first, _, second = self.layers
        return loss, {"W1": first.dW, "b1": first.db, "W2": second.dW, "b2": second.db}


def book(digits, passes):
    """passes: 2 asks the network for the loss once more, to keep it; 1 keeps that of the gradient."""
    network, optimizer = BookNet(), BookMomentum(LR, MU)
    x_train, t_train, losses = digits.x_train.astype(float), digits.t_train, []
    rng = np.random.default_rng(0)

    def run(steps):
        began = time.perf_counter()
        for _ in range(steps):
            mask = rng.choice(IMAGES, BATCH)
            x, t = x_train[mask], t_train[mask]
            loss, grads = network.gradient(x, t)
            optimizer.update(network.params, grads)
            losses.append(loss if passes == 1 else network.loss(x, t))
        return time.perf_counter() - began

    return run


def scikit_learn(digits):
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier(
        50,
        solver="sgd",
        alpha=0,
        batch_size=BATCH,
        learning_rate_init=LR,
        momentum=MU,
        nesterovs_momentum=False,
        random_state=0,
    )
    network.partial_fit(digits.x_train[:BATCH], digits.t_train[:BATCH], classes=np.arange(10))

    def run(steps):
        began = time.perf_counter()
        order = np.random.default_rng(0).permutation(IMAGES)
        for step in range(steps):
            rows = order[step * BATCH : (step + 1) * BATCH]
            network.partial_fit(digits.x_train[rows], digits.t_train[rows])
        return time.perf_counter() - began

    return run


def iterations(torch, rounds):
    """{contender: microseconds per iteration}, the median of the rounds."""
    torch.set_num_threads(1)
    digits = data()
    runs = {
        "course": course(digits),
        "book-style": book(digits, passes=2),
        "book-style, one pass": book(digits, passes=1),
        "scikit-learn": scikit_learn(digits),
    }
    for name, implementation in optimizers.PYTORCH.items():
        runs[f"PyTorch {name}"] = pytorch(torch, digits, implementation)
    return {name: statistics.median(values) for name, values in in_turns(runs, rounds).items()}


def in_turns(runs, rounds):
    """{contender: microseconds per iteration, for each round}"""
    times = {name: [] for name in runs}
    for run in runs.values():
        run(20)
    for _ in range(rounds):
        for name, run in runs.items():
            times[name].append(1e6 * run(STEPS) / STEPS)
    return times


def by_method(torch, rounds):
    """{method: the course's time for an iteration divided by the best of PyTorch's}, the median of the rounds.

    Each round compares runs that followed one another, so that a slow moment of the computer hits both sides.
    """
    torch.set_num_threads(1)
    digits, ratios = data(), {}
    for method, (name, settings) in optimizers.METHODS.items():
        runs = {"course": course(digits, method(LR))}
        for key, implementation in optimizers.PYTORCH.items():
            runs[key] = pytorch(torch, digits, implementation, name, settings)
        times = in_turns({key: run for key, run in runs.items() if run}, rounds)
        ours, best = times.pop("course"), min(times.values(), key=statistics.median)
        ratios[method.__name__] = statistics.median(a / b for a, b in zip(ours, best, strict=True))
    return ratios


WRAPPED = {
    "Scheduled": lambda optimizer: Scheduled(optimizer, lambda step: constant(step, LR)),
    "Clipped, never": lambda optimizer: Clipped(optimizer, 1e9),
    "Clipped, always": lambda optimizer: Clipped(optimizer, 1e-3),
    "Decayed": lambda optimizer: Decayed(optimizer, 0.01, ["W1", "W2"]),
    "Decayed, L2": lambda optimizer: Decayed(optimizer, 0.01, ["W1", "W2"], decoupled=False),
}


def wrapped(rounds):
    """{what is around Momentum: the time of an iteration divided by that without it}, the median of the rounds."""
    digits = data()
    runs = {"bare": course(digits)} | {
        name: course(digits, around(Momentum(LR, MU))) for name, around in WRAPPED.items()
    }
    times = in_turns(runs, rounds)
    bare = times.pop("bare")
    return {
        name: statistics.median(a / b for a, b in zip(ours, bare, strict=True))
        for name, ours in times.items()
    }


def compared(microseconds):
    """The ratios, from the microseconds of iterations()."""
    ours = microseconds["course"]
    torchs = min(value for name, value in microseconds.items() if name.startswith("PyTorch"))
    return {
        "iteration_vs_torch": ours / torchs,
        "iteration_vs_book": microseconds["book-style"] / ours,
        "iteration_vs_book_one_pass": microseconds["book-style, one pass"] / ours,
        "iteration_vs_sklearn": microseconds["scikit-learn"] / ours,
    }


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.training", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--rounds", type=int, default=9, help="how often each contender has its turn")
    chosen = parser.parse_args(arguments)
    try:
        import sklearn
        import torch
    except ImportError as problem:
        print(f"{problem}: install what this compares with by  pip install -e '.[bench]'", file=sys.stderr)
        return 1
    warnings.simplefilter("ignore")  # scikit-learn's, on what it would do otherwise
    microseconds = iterations(torch, chosen.rounds)
    report = {
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "threads": 1,
        **compared(microseconds),
        "iteration_vs_torch_by_method": by_method(torch, chosen.rounds),
        "iteration_wrapped": wrapped(chosen.rounds),
        "iteration_microseconds": microseconds,
        **optimizers.run(torch),
    }
    if chosen.json:
        print(json.dumps(report, indent=1))
        return 0
    print("A training iteration of the 784-50-10 network, 100 images, gather included; one thread each")
    print(", ".join(f"{name} {version}" for name, version in report["versions"].items()), end="\n\n")
    for name, value in sorted(microseconds.items(), key=lambda pair: pair[1]):
        print(f"{name:22}{value:9.1f} µs{value / microseconds['course']:8.2f} × the course")
    print("\nAn iteration with each method, course / best of PyTorch's")
    for method, ratio in report["iteration_vs_torch_by_method"].items():
        print(f"{method:44}{ratio:6.2f}")
    print("\nAn iteration with something around Momentum, divided by one without")
    for name, ratio in report["iteration_wrapped"].items():
        print(f"{name:44}{ratio:6.2f}")
    print("\nAn update alone, course / best of PyTorch's (more: python -m benchmarks.optimizers)")
    for method, ratio in report["update_vs_torch"].items():
        print(f"{method:44}{ratio:6.2f}")
    print(f"\nBandwidth at ten million parameters, a += b is 1: {report['bandwidth_fraction_10m']:.2f}")
    print("Growth: " + ", ".join(f"{size}: {value:.0f} µs" for size, value in report["growth"].items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
