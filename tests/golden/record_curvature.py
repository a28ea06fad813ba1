"""Record PyTorch's exact Hessian-vector products of the course's network in float64, for tests/test_curvature.py.

    pip install torch numpy
    python tests/golden/record_curvature.py

It writes curvature-pytorch.json beside itself: for each activation H u of two networks, by differentiating twice. The
small network's is there whole, with its whole Hessian; of 784-50-10 each part of H u is there by its sum, its sum of
squares and some entries. Parameters, images, digits and the direction are
made by record_network.py. No test needs the library.
"""

import json
from pathlib import Path

import numpy as np
from record_network import SIZES, direction, entries, inputs

TARGET = Path(__file__).resolve().parent / "curvature-pytorch.json"


def loss_of(sizes, activation):
    """The loss as a function of the parameters in a row, and the parameters."""
    import torch

    params, x, t = inputs(sizes)
    shapes = [p.shape for p in params.values()]
    function = {"relu": torch.relu, "sigmoid": torch.sigmoid}[activation]

    def loss(theta):
        parts = torch.split(theta, [int(np.prod(shape)) for shape in shapes])
        W1, b1, W2, b2 = (part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
        h = function(torch.from_numpy(x) @ W1 + b1)
        return torch.nn.functional.cross_entropy(h @ W2 + b2, torch.from_numpy(t))

    return loss, torch.from_numpy(np.concatenate([p.ravel() for p in params.values()]))


def parts(vector, sizes):
    """The pieces of a vector that belong to W1, b1, W2 and b2."""
    ends = np.cumsum([sizes[0] * sizes[1], sizes[1], sizes[1] * sizes[2]])
    return dict(zip(("W1", "b1", "W2", "b2"), np.split(vector, ends), strict=True))


def main():
    import torch

    record = {
        "library": f"torch {torch.__version__}: torch.autograd.functional.hvp and hessian, float64",
        "cases": [],
    }
    for name, sizes in SIZES.items():
        for activation in ("relu", "sigmoid"):
            loss, theta = loss_of(sizes, activation)
            u = torch.from_numpy(direction(sizes))
            product = torch.autograd.functional.hvp(loss, theta, u)[1].numpy()
            case = {"network": name, "activation": activation}
            if name == "small":
                case["product"] = product.tolist()
                case["hessian"] = torch.autograd.functional.hessian(loss, theta).numpy().tolist()
            else:
                pieces = parts(product, sizes)
                case["sums"] = {key: [float(p.sum()), float((p * p).sum())] for key, p in pieces.items()}
                case["entries"] = {key: entries(p).tolist() for key, p in pieces.items()}
            record["cases"].append(case)
    TARGET.write_text(json.dumps(record) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(record['cases'])} cases, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
