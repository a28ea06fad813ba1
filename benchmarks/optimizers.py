"""How long one update takes, here and in PyTorch.

    python -m benchmarks.optimizers [--json]

Every method updates the 39 760 float32 parameters of the 784-50-10 network, all of them on one thread, in the same
run: rounds go through all contenders in turn, and each one's fastest round counts, in which nobody disturbed it.
The course's time is that of the class in course_utils.optimizers on one vector of parameters, as the course's training
steps; beside it stands the same class on four arrays. PyTorch runs its three implementations, a loop over the arrays,
"foreach" (all arrays in one call) and "fused" (one kernel), on four arrays as its networks keep them; and the fastest
of them again on one vector, which is not how its networks keep them, but shows what the kernel alone takes. The ratio
is the course's time divided by the best of PyTorch's three.

Then ten million parameters: the share of the memory bandwidth of `a += b` that an update reaches. An update must
read g, read and write θ and everything it remembers: 3 numbers for SGD, as for `a += b`, 5 for the methods that
remember one vector, 7 for Adam. Last, the growth of the time from 10³ to 10⁷ parameters.

Needs the extra [bench] (torch).
"""

import argparse
import json
import platform
import sys
import time

import numpy as np

from course_utils.network import in_one_vector
from course_utils.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    NesterovLookahead,
    RMSProp,
)
from course_utils.support.validation import states_of

SHAPES = {"W1": (784, 50), "b1": (50,), "W2": (50, 10), "b2": (10,)}
#: our method, PyTorch's class and its settings; the look-ahead is Momentum at another gradient point
METHODS = {
    SGD: ("SGD", {}),
    Momentum: ("SGD", {"momentum": 0.9}),
    NesterovLookahead: ("SGD", {"momentum": 0.9, "nesterov": True}),
    Nesterov: ("SGD", {"momentum": 0.9, "nesterov": True}),
    AdaGrad: ("Adagrad", {}),
    RMSProp: ("RMSprop", {}),
    Adam: ("Adam", {}),
    AdamW: ("AdamW", {}),
}
PYTORCH = {"loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}
LR = 1e-6  # so small that nothing overflows, however often the same gradient comes
MANY = 10_000_000
#: of this process alone, where the system counts it finely enough: other programs then do not matter much
CLOCK = time.process_time if time.get_clock_info("process_time").resolution < 1e-6 else time.perf_counter


def arrays(seed, shapes=SHAPES):
    rng = np.random.default_rng(seed)
    return {name: rng.random(size=shape, dtype=np.float32) for name, shape in shapes.items()}


def course(optimizer, shapes=SHAPES, vectors=True):
    """A call that does one step; the look-ahead's includes its gradient point, which a step needs."""
    params, grads = arrays(1, shapes), arrays(2, shapes)
    if vectors:
        params, grads = ({"all": in_one_vector(arrays)[0]} for arrays in (params, grads))
    if type(optimizer) is not NesterovLookahead:
        return lambda: optimizer.update(params, grads)

    def step():
        optimizer.gradient_point(params)
        optimizer.update(params, grads)

    return step


def pytorch(torch, method, implementation, shapes=SHAPES):
    """A call that does one step of PyTorch's, or None where it has no such implementation."""
    name, settings = METHODS[method]
    params = [torch.nn.Parameter(torch.from_numpy(p)) for p in arrays(1, shapes).values()]
    for p, g in zip(params, arrays(2, shapes).values(), strict=True):
        p.grad = torch.from_numpy(g)
    try:
        step = getattr(torch.optim, name)(params, lr=LR, **settings, **PYTORCH[implementation]).step
        step()
    except (TypeError, RuntimeError):
        return None
    return step


def measure(calls, rounds=40, repeats=50, warm=True):
    """{name: seconds per call in its fastest round}, the contenders taking turns so that a slow moment hits all alike."""
    times = {name: [] for name in calls}
    for call in calls.values():
        for _ in range(min(20, repeats)):
            call()
    for _ in range(rounds):
        for name, call in calls.items():
            if warm:
                call()  # its arrays come back into the cache, from which the others drove them
            began = CLOCK()
            for _ in range(repeats):
                call()
            times[name].append((CLOCK() - began) / repeats)
    return {name: min(values) for name, values in times.items()}


def updates(torch, rounds=40, repeats=50):
    """One row per method: microseconds per update, ours and PyTorch's, and the ratio to PyTorch's best."""
    torch.set_num_threads(1)
    calls = {}
    for method in METHODS:
        calls[method, "course"] = course(method(LR))
        calls[method, "four arrays"] = course(method(LR), vectors=False)
        for name in PYTORCH:
            calls[method, name] = pytorch(torch, method, name)
            calls[method, name, "one vector"] = pytorch(torch, method, name, {"all": 39_760})
    calls = {key: call for key, call in calls.items() if call}
    times = {key: 1e6 * seconds for key, seconds in measure(calls, rounds, repeats).items()}
    rows: dict[str, dict[str, float]] = {}
    for method in METHODS:
        row = {name: times[method, name] for name in ("course", "four arrays")}
        row |= {name: times[method, name] for name in PYTORCH if (method, name) in times}
        best = min(row[name] for name in PYTORCH if name in row)
        row["one vector"] = min(
            times[method, name, "one vector"] for name in PYTORCH if (method, name) in times
        )
        name = method.__name__ + " with its gradient point" * (method is NesterovLookahead)
        rows[name] = row | {"ratio": row["course"] / best}
    return rows


def bandwidth(rounds=7):
    """{method: the share of `a += b`'s memory bandwidth that its update of ten million parameters reaches}"""
    shapes = {"all": MANY}
    a, b = (arrays(seed, shapes)["all"] for seed in (3, 4))
    shares = {}
    for method in METHODS:
        if method is NesterovLookahead:  # its update is Momentum's
            continue
        optimizer = method(LR)
        step = course(optimizer, shapes)
        times = measure({"update": step, "a += b": lambda: np.add(a, b, out=a)}, rounds, 1, warm=False)
        numbers = 3 + 2 * len(states_of(optimizer))
        shares[method.__name__] = numbers / 3 * times["a += b"] / times["update"]
    return shares


def growth(method=Momentum):
    """{parameters: microseconds per update}, from 10³ to 10⁷."""
    sizes = [10**k for k in range(3, 8)]
    return {
        size: 1e6 * measure({0: course(method(LR), {"all": size})}, 15, max(1, min(200, 10**6 // size)))[0]
        for size in sizes
    }


def run(torch):
    """Measure everything: what `benchmarks.training` reports of updates."""
    rows = updates(torch)
    shares = bandwidth()
    return {
        "update_vs_torch": {name: row["ratio"] for name, row in rows.items()},
        "bandwidth_fraction_10m": shares["Momentum"],
        "bandwidth_fraction_10m_by_method": shares,
        "growth": growth(),
        "updates": rows,
    }


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.optimizers", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    as_json = parser.parse_args(arguments).json
    try:
        import torch
    except ImportError:
        print(
            "This benchmark compares with PyTorch: install it with  pip install -e '.[bench]'",
            file=sys.stderr,
        )
        return 1
    found = run(torch)
    versions = {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__}
    if as_json:
        print(
            json.dumps({"versions": versions, "parameters": 39_760, "unit": "microseconds"} | found, indent=1)
        )
        return 0
    print("39 760 float32 parameters, one thread each, microseconds per update (fastest round)")
    print(", ".join(f"{name} {version}" for name, version in versions.items()), end="\n\n")
    columns = ("course", "four arrays", *PYTORCH, "one vector")
    print(f"{'':43}" + "".join(f"{name:>12}" for name in columns) + "   course / best of PyTorch's three")
    for method, row in found["updates"].items():
        cells = "".join(f"{row[name]:12.1f}" if name in row else f"{'-':>12}" for name in columns)
        print(f"{method:43}{cells}{row['ratio']:12.2f}")
    print("\nTen million parameters: share of the memory bandwidth that a += b reaches")
    for method, share in found["bandwidth_fraction_10m_by_method"].items():
        print(f"{method:18}{share:12.2f}")
    print("\nGrowth of Momentum's update")
    for size, microseconds in found["growth"].items():
        print(
            f"{size:>12} parameters {microseconds:10.1f} µs {1e3 * microseconds / size:8.2f} ns per parameter"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
