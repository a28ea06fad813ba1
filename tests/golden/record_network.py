"""Record what PyTorch makes of the course's network in float64, for tests/test_network.py to compare with.

    pip install torch numpy
    python tests/golden/record_network.py

It writes network-pytorch.json beside itself: for each activation and for two networks the loss and the gradient. The
small network's is there whole; of 784-50-10 each array is there by its sum, its sum of squares and some entries. The
inputs are made by `inputs`, which the test calls too. No test needs the library.
"""

import json
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parent / "network-pytorch.json"
SIZES = {"small": (6, 5, 4), "real": (784, 50, 10)}
IMAGES = 7
ENTRIES = 12  # of each array of the real network


def inputs(sizes):
    """Parameters, images and digits for a network: the same on every machine, without a random generator."""
    count = 0

    def numbers(*shape):
        nonlocal count
        first, count = count, count + int(np.prod(shape))
        return (np.arange(first, count) * 7919 % 10007 / 10007).reshape(shape)

    x = numbers(IMAGES, sizes[0])
    params = {
        "W1": (numbers(sizes[0], sizes[1]) - 0.5) / np.sqrt(sizes[0]) * 6,
        "b1": numbers(sizes[1]) - 0.5,
        "W2": (numbers(sizes[1], sizes[2]) - 0.5) / np.sqrt(sizes[1]) * 6,
        "b2": numbers(sizes[2]) - 0.5,
    }
    return params, x, np.arange(IMAGES) * 3 % sizes[2]


def direction(sizes):
    """A direction in the order of W1, b1, W2, b2: the same on every machine, without a random generator."""
    size = sizes[0] * sizes[1] + sizes[1] + sizes[1] * sizes[2] + sizes[2]
    return np.arange(1, size + 1) * 6151 % 10009 / 10009 - 0.5


def entries(array):
    """Some entries of an array, spread over it."""
    flat = np.ravel(array)
    return flat[np.arange(ENTRIES) * 6007 % flat.size]


def pytorch(sizes, activation):
    import torch

    params, x, t = inputs(sizes)
    tensors = {name: torch.tensor(p, dtype=torch.float64, requires_grad=True) for name, p in params.items()}
    function = {"relu": torch.relu, "sigmoid": torch.sigmoid}[activation]
    h = function(torch.from_numpy(x) @ tensors["W1"] + tensors["b1"])
    s = h @ tensors["W2"] + tensors["b2"]
    loss = torch.nn.functional.cross_entropy(s, torch.from_numpy(t))
    loss.backward()
    return loss.item(), {name: p.grad.numpy() for name, p in tensors.items()}


def main():
    import torch

    record = {"library": f"torch {torch.__version__}: autograd, cross_entropy", "cases": []}
    for name, sizes in SIZES.items():
        for activation in ("relu", "sigmoid"):
            loss, grads = pytorch(sizes, activation)
            case = {"network": name, "activation": activation, "loss": loss}
            if name == "small":
                case["gradient"] = {key: g.tolist() for key, g in grads.items()}
            else:
                case["sums"] = {key: [float(g.sum()), float((g * g).sum())] for key, g in grads.items()}
                case["entries"] = {key: entries(g).tolist() for key, g in grads.items()}
            record["cases"].append(case)
    TARGET.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(record['cases'])} cases, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
