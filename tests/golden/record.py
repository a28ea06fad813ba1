"""Record what PyTorch, Keras and optax do, step by step in float64, for tests/test_optimizers.py to compare with.

    pip install torch keras optax numpy
    python tests/golden/record.py

It writes sgd-pytorch.json, sgd-keras.json and sgd-optax.json beside itself. Each holds the library's version,
the seeded gradients, and for every case the parameters before the first step and after every step. No test
needs the libraries.

A case gives the method, a learning rate for every step, and where the gradients come from: "seeded" (drawn
beforehand, the same whatever the parameters are), "bowl" (x²/20 + y²) or "saddle" (xy), where they depend on
the parameters.
"""

import json
import os
import platform
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import jax
import keras
import numpy as np
import optax
import torch

HERE = Path(__file__).resolve().parent
SEED = 20120901

METHODS = ("SGD", "Momentum", "Nesterov")
LANDSCAPES = {
    "bowl": lambda theta: theta * np.array([0.1, 2.0]),
    "saddle": lambda theta: theta[::-1].copy(),
}
CONSTANT = [0.1] * 6
DROPPED = [0.1] * 3 + [0.01] * 3
SHAPES = {"scalar": [], "vector": [2], "matrix": [2, 2]}


def cases():
    """Everything that every library is asked."""
    for method in METHODS:
        momentum = 0.0 if method == "SGD" else 0.9
        for lrs, drop in ((CONSTANT, "constant lr"), (DROPPED, "lr drop")):
            kind = {"method": method, "momentum": momentum, "lr": lrs}
            for gradients in ("seeded", *LANDSCAPES):
                yield {"name": f"{method}, {gradients}, {drop}", **kind, "gradients": gradients}


def seeded():
    """Parameters to start from and a gradient for every step: a few digits are enough, and shorter to read."""
    rng = np.random.default_rng(SEED)
    start, *grads = (
        {name: rng.normal(size=shape).round(3) for name, shape in SHAPES.items()}
        for _ in range(len(CONSTANT) + 1)
    )
    return start, grads


def run(case, library):
    """The case with its recorded numbers; `library(start, momentum, nesterov)` gives a function step(grads, lr)."""
    start, drawn = seeded()
    gradient = LANDSCAPES.get(case["gradients"])
    if gradient:
        start = {"theta": np.array([-7.0, 2.0])}
    step = library(start, case["momentum"], case["method"] == "Nesterov")
    params = [start]
    for t, lr in enumerate(case["lr"]):
        grads = {"theta": gradient(params[-1]["theta"])} if gradient else drawn[t]
        params.append(step(grads, lr))
    return case | {"params": params}


def pytorch(start, momentum, nesterov):
    params = {name: torch.tensor(value, dtype=torch.float64) for name, value in start.items()}
    optimizer = torch.optim.SGD(params.values(), lr=0.0, momentum=momentum, nesterov=nesterov)

    def step(grads, lr):
        optimizer.param_groups[0]["lr"] = lr
        for name, p in params.items():
            p.grad = torch.tensor(grads[name], dtype=torch.float64)
        optimizer.step()
        return {name: p.numpy().copy() for name, p in params.items()}

    return step


def with_keras(start, momentum, nesterov):
    keras.backend.set_floatx("float64")
    params = {name: keras.Variable(value, dtype="float64") for name, value in start.items()}
    optimizer = keras.optimizers.SGD(learning_rate=0.0, momentum=momentum, nesterov=nesterov)

    def step(grads, lr):
        optimizer.learning_rate = lr
        given = [keras.ops.convert_to_tensor(grads[name], dtype="float64") for name in params]
        optimizer.apply(given, list(params.values()))
        return {name: np.array(p.numpy()) for name, p in params.items()}

    return step


def with_optax(start, momentum, nesterov):
    jax.config.update("jax_enable_x64", True)
    optimizer = optax.inject_hyperparams(optax.sgd)(
        learning_rate=0.0, momentum=momentum or None, nesterov=nesterov
    )
    state = {"params": start, "optimizer": optimizer.init(start)}

    def step(grads, lr):
        state["optimizer"].hyperparams["learning_rate"] = np.float64(lr)
        moves, state["optimizer"] = optimizer.update(grads, state["optimizer"], state["params"])
        state["params"] = optax.apply_updates(state["params"], moves)
        return {name: np.asarray(p).copy() for name, p in state["params"].items()}

    return step


def plain(value):
    """Arrays as lists, floats with all their digits."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


def text(value, depth=0):
    """JSON with one line a step: short enough to read, and a change shows as one line."""
    pad = " " * (depth + 1)
    if isinstance(value, dict) and depth < 3:
        rows = [f"{pad}{json.dumps(key)}: {text(v, depth + 1)}" for key, v in value.items()]
    elif isinstance(value, list) and isinstance(value[0], dict):
        rows = [pad + text(v, depth + 1) for v in value]
    else:
        return json.dumps(value)
    start, end = "{}" if isinstance(value, dict) else "[]"
    return f"{start}\n" + ",\n".join(rows) + f"\n{pad[1:]}{end}"


LIBRARIES = {
    "pytorch": (pytorch, f"torch {torch.__version__}: torch.optim.SGD"),
    "keras": (with_keras, f"keras {keras.__version__} on torch {torch.__version__}: keras.optimizers.SGD"),
    "optax": (with_optax, f"optax {optax.__version__} on jax {jax.__version__}: optax.sgd"),
}


def main():
    for name, (library, version) in LIBRARIES.items():
        record = {
            "library": version,
            "numpy": np.__version__,
            "python": platform.python_version(),
            "seed": SEED,
            "grads": plain(seeded()[1]),
            "cases": [plain(run(case, library)) for case in cases()],
        }
        target = HERE / f"sgd-{name}.json"
        target.write_text(text(record) + "\n", encoding="utf-8")
        print(f"{target.name}: {len(record['cases'])} cases, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
