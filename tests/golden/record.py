"""Record what PyTorch, Keras and optax do, step by step in float64, for tests/test_optimizers.py to compare with.

    pip install torch keras optax numpy
    python tests/golden/record.py

It writes sgd-pytorch.json, adaptive-pytorch.json and so on beside itself. Each holds the library's version,
the seeded gradients, and for every case the parameters before the first step and after every step. No test
needs the libraries.

A case gives the method and its settings, a learning rate for every step, and where the gradients come from:
"seeded" (drawn beforehand, the same whatever the parameters are), "bowl" (x²/20 + y²) or "saddle" (xy), where
they depend on the parameters.
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
#: (method, its settings beside lr): each method with its defaults, and once so that every setting shows,
#: ε above all: 0.1 in another place would give other numbers
ADAPTIVE = (
    ("AdaGrad", {"eps": 1e-10}),
    ("AdaGrad", {"eps": 0.1}),
    ("RMSProp", {"rho": 0.99, "eps": 1e-8}),
    ("RMSProp", {"rho": 0.5, "eps": 0.1}),
    ("Adam", {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
    ("Adam", {"beta1": 0.5, "beta2": 0.7, "eps": 0.1}),
    ("AdamW", {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01}),
    ("AdamW", {"beta1": 0.5, "beta2": 0.7, "eps": 0.1, "weight_decay": 0.5}),
)
LANDSCAPES = {
    "bowl": lambda theta: theta * np.array([0.1, 2.0]),
    "saddle": lambda theta: theta[::-1].copy(),
}
CONSTANT = [0.1] * 6
DROPPED = [0.1] * 3 + [0.01] * 3
SHAPES = {"scalar": [], "vector": [2], "matrix": [2, 2]}


def cases():
    """The cases that every library is asked."""
    for method in METHODS:
        momentum = 0.0 if method == "SGD" else 0.9
        for lrs, drop in ((CONSTANT, "constant lr"), (DROPPED, "lr drop")):
            kind = {"method": method, "momentum": momentum, "lr": lrs}
            for gradients in ("seeded", *LANDSCAPES):
                yield {"name": f"{method}, {gradients}, {drop}", **kind, "gradients": gradients}


def adaptive_cases(having):
    """The cases of the adaptive methods that a library has."""
    for method, settings in ADAPTIVE:
        if method not in having:
            continue
        for lrs, drop in ((CONSTANT, "constant lr"), (DROPPED, "lr drop")):
            for gradients in ("seeded", "bowl"):
                name = ", ".join(
                    [method, *(f"{key} {value:g}" for key, value in settings.items()), gradients, drop]
                )
                yield {
                    "name": name,
                    "method": method,
                    "settings": settings,
                    "lr": lrs,
                    "gradients": gradients,
                }


def seeded():
    """Parameters to start from and a gradient for every step: a few digits are enough, and shorter to read."""
    rng = np.random.default_rng(SEED)
    start, *grads = (
        {name: rng.normal(size=shape).round(3) for name, shape in SHAPES.items()}
        for _ in range(len(CONSTANT) + 1)
    )
    return start, grads


def run(case, library):
    """The case with its recorded numbers; `library(start, case)` gives a function step(grads, lr)."""
    start, drawn = seeded()
    gradient = LANDSCAPES.get(case["gradients"])
    if gradient:
        start = {"theta": np.array([-7.0, 2.0])}
    step = library(start, case)
    params = [start]
    for t, lr in enumerate(case["lr"]):
        grads = {"theta": gradient(params[-1]["theta"])} if gradient else drawn[t]
        params.append(step(grads, lr))
    return case | {"params": params}


def pytorch(start, case):
    params = {name: torch.tensor(value, dtype=torch.float64) for name, value in start.items()}
    kind, settings = in_pytorch(case)
    optimizer = kind(params.values(), lr=0.0, **settings)

    def step(grads, lr):
        optimizer.param_groups[0]["lr"] = lr
        for name, p in params.items():
            p.grad = torch.tensor(grads[name], dtype=torch.float64)
        optimizer.step()
        return {name: p.numpy().copy() for name, p in params.items()}

    return step


def in_pytorch(case):
    """PyTorch's class for a method, and what it calls the settings."""
    if case["method"] in METHODS:
        settings = {"momentum": case["momentum"], "nesterov": case["method"] == "Nesterov"}
        return torch.optim.SGD, settings
    kind = {
        "AdaGrad": torch.optim.Adagrad,
        "RMSProp": torch.optim.RMSprop,
        "Adam": torch.optim.Adam,
        "AdamW": torch.optim.AdamW,
    }[case["method"]]
    settings = dict(case["settings"])
    if "rho" in settings:
        settings["alpha"] = settings.pop("rho")
    if "beta1" in settings:
        settings["betas"] = (settings.pop("beta1"), settings.pop("beta2"))
    return kind, settings


def with_keras(start, case):
    keras.backend.set_floatx("float64")
    params = {name: keras.Variable(value, dtype="float64") for name, value in start.items()}
    if case["method"] in METHODS:
        optimizer = keras.optimizers.SGD(
            0.0, momentum=case["momentum"], nesterov=case["method"] == "Nesterov"
        )
    else:
        settings = {KERAS_NAMES.get(key, key): value for key, value in case["settings"].items()}
        optimizer = keras.optimizers.Adam(0.0, **settings)

    def step(grads, lr):
        optimizer.learning_rate = lr
        given = [keras.ops.convert_to_tensor(grads[name], dtype="float64") for name in params]
        optimizer.apply(given, list(params.values()))
        return {name: np.array(p.numpy()) for name, p in params.items()}

    return step


KERAS_NAMES = {"beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon"}


def with_optax(start, case):
    jax.config.update("jax_enable_x64", True)
    kind, settings = in_optax(case)
    optimizer = optax.inject_hyperparams(kind)(learning_rate=0.0, **settings)
    state = {"params": start, "optimizer": optimizer.init(start)}

    def step(grads, lr):
        state["optimizer"].hyperparams["learning_rate"] = np.float64(lr)
        moves, state["optimizer"] = optimizer.update(grads, state["optimizer"], state["params"])
        state["params"] = optax.apply_updates(state["params"], moves)
        return {name: np.asarray(p).copy() for name, p in state["params"].items()}

    return step


def in_optax(case):
    """Optax's function for a method, and what it calls the settings."""
    if case["method"] in METHODS:
        return optax.sgd, {"momentum": case["momentum"] or None, "nesterov": case["method"] == "Nesterov"}
    kind = {"RMSProp": optax.rmsprop, "Adam": optax.adam, "AdamW": optax.adamw}[case["method"]]
    names = {"rho": "decay", "beta1": "b1", "beta2": "b2"}
    settings = {names.get(key, key): value for key, value in case["settings"].items()}
    return kind, settings | ({"eps_in_sqrt": False} if case["method"] == "RMSProp" else {})


def plain(value):
    """Arrays as lists, floats with all their digits."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


def text(value, depth=0):
    """JSON with one line per step: short enough to read, and a change shows as one line."""
    pad = " " * (depth + 1)
    if isinstance(value, dict) and depth < 3:
        rows = [f"{pad}{json.dumps(key)}: {text(v, depth + 1)}" for key, v in value.items()]
    elif isinstance(value, list) and isinstance(value[0], dict):
        rows = [pad + text(v, depth + 1) for v in value]
    else:
        return json.dumps(value)
    start, end = "{}" if isinstance(value, dict) else "[]"
    return f"{start}\n" + ",\n".join(rows) + f"\n{pad[1:]}{end}"


def main():
    on_torch = f"keras {keras.__version__} on torch {torch.__version__}"
    on_jax = f"optax {optax.__version__} on jax {jax.__version__}"
    # AdaGrad: Keras and optax put ε under the root, and Keras does so in RMSprop too, which is another method
    records = {
        "sgd-pytorch": (pytorch, f"torch {torch.__version__}: torch.optim.SGD", cases()),
        "sgd-keras": (with_keras, f"{on_torch}: keras.optimizers.SGD", cases()),
        "sgd-optax": (with_optax, f"{on_jax}: optax.sgd", cases()),
        "adaptive-pytorch": (
            pytorch,
            f"torch {torch.__version__}: torch.optim.Adagrad, RMSprop, Adam, AdamW",
            adaptive_cases({"AdaGrad", "RMSProp", "Adam", "AdamW"}),
        ),
        "adaptive-keras": (with_keras, f"{on_torch}: keras.optimizers.Adam", adaptive_cases({"Adam"})),
        "adaptive-optax": (
            with_optax,
            f"{on_jax}: optax.rmsprop, adam, adamw",
            adaptive_cases({"RMSProp", "Adam", "AdamW"}),
        ),
    }
    for name, (library, version, asked) in records.items():
        record = {
            "library": version,
            "numpy": np.__version__,
            "python": platform.python_version(),
            "seed": SEED,
            "grads": plain(seeded()[1]),
            "cases": [plain(run(case, library)) for case in asked],
        }
        target = HERE / f"{name}.json"
        target.write_text(text(record) + "\n", encoding="utf-8")
        print(f"{target.name}: {len(record['cases'])} cases, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
