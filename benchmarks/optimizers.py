"""How long one update of the 784-50-10 network takes, here and in PyTorch.

    python -m benchmarks.optimizers [--json]

Every method updates the network's 39 760 float32 parameters, on one thread (numpy uses no other for such sums), in the same run: rounds go through all
contenders in turn, and the median of the rounds counts. PyTorch runs its three implementations: a loop over
the arrays, "foreach" (all arrays in one call) and "fused" (one kernel). The ratio is our time through the
best of the three. Needs the extra [bench] (torch).
"""

import argparse
import json
import platform
import statistics
import sys
import time

import numpy as np

from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead

SHAPES = {"W1": (784, 50), "b1": (50,), "W2": (50, 10), "b2": (10,)}
#: our method, and PyTorch's settings for the same one; the look-ahead is Momentum at another gradient point
METHODS = {
    "SGD": (lambda: SGD(0.01), {}),
    "Momentum": (lambda: Momentum(0.01, 0.9), {"momentum": 0.9}),
    "NesterovLookahead": (lambda: NesterovLookahead(0.01, 0.9), {"momentum": 0.9, "nesterov": True}),
    "Nesterov": (lambda: Nesterov(0.01, 0.9), {"momentum": 0.9, "nesterov": True}),
}
PYTORCH = {"loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}


def arrays(seed):
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in SHAPES.items()}


def ours(make):
    """A call that does one step; the look-ahead's includes its gradient point, which a step needs."""
    optimizer, params, grads = make(), arrays(1), arrays(2)
    if type(optimizer) is not NesterovLookahead:
        return lambda: optimizer.update(params, grads)

    def step():
        optimizer.gradient_point(params)
        optimizer.update(params, grads)

    return step


def pytorch(torch, settings, implementation):
    params = [torch.nn.Parameter(torch.from_numpy(p)) for p in arrays(1).values()]
    for p, g in zip(params, arrays(2).values(), strict=True):
        p.grad = torch.from_numpy(g)
    return torch.optim.SGD(params, lr=0.01, **settings, **implementation).step


def measure(calls, rounds=40, repeats=50):
    """{name: median seconds a call}, the contenders taking turns so that a slow moment hits all alike."""
    times = {name: [] for name in calls}
    for call in calls.values():
        for _ in range(20):
            call()
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.perf_counter()
            for _ in range(repeats):
                call()
            times[name].append((time.perf_counter() - began) / repeats)
    return {name: statistics.median(values) for name, values in times.items()}


def run(torch, rounds=40, repeats=50):
    """One row a method: microseconds an update, ours and PyTorch's, and the ratio to PyTorch's best."""
    torch.set_num_threads(1)
    calls = {}
    for method, (make, settings) in METHODS.items():
        calls[method, "course"] = ours(make)
        for name, implementation in PYTORCH.items():
            calls[method, name] = pytorch(torch, settings, implementation)
    times = measure(calls, rounds, repeats)
    rows = {}
    for method in METHODS:
        row = {name: 1e6 * times[method, name] for name in ("course", *PYTORCH)}
        rows[method] = row | {"ratio": row["course"] / min(row[name] for name in PYTORCH)}
    return rows


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.optimizers", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    as_json = parser.parse_args(arguments).json
    try:
        import torch
    except ImportError:
        print(
            "This benchmark compares with PyTorch: install it with  pip install -e '.[bench]'",
            file=sys.stderr,
        )
        return 1
    rows = run(torch)
    versions = {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__}
    count = sum(int(np.prod(shape)) for shape in SHAPES.values())
    if as_json:
        report = {"versions": versions, "parameters": count, "unit": "microseconds", "updates": rows}
        print(json.dumps(report, indent=1))
        return 0
    print(f"{count} float32 parameters, one thread, microseconds an update (median)")
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    print(
        f"\n{'':18}{'course':>9}" + "".join(f"{name:>9}" for name in PYTORCH) + "   course / best of PyTorch"
    )
    for method, row in rows.items():
        print(
            f"{method:18}" + "".join(f"{row[n]:9.1f}" for n in ("course", *PYTORCH)) + f"{row['ratio']:12.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
