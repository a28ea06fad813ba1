"""How long it takes to walk many settings at once, and to recolour the heat map of lecture 06.

    python -m benchmarks.sweep [--json] [--rounds 15]

pairs_ms: one call of descend walks 10 000 pairs (η, μ) of momentum for 100 steps down the bowl.
heatmap_ms: from setting κ in the kernel to everything that the heat map shows being worked out and packed for the
browser. trainings_ms: one training of the network in a sweep, 10 epochs of the bundled digits. Medians of the rounds.
"""

import argparse
import json
import platform
import statistics
import sys
import time

import numpy as np

from course_utils.descent import descend
from course_utils.landscapes import BOWL
from course_utils.optimizers import Momentum
from course_utils.training import Config, sweep
from course_utils.widgets.heat import HeatMap


def pairs():
    lr, mu = np.meshgrid(np.linspace(0.01, 2, 100), np.linspace(0, 0.99, 100))
    optimizer = Momentum(lr[..., None], mu[..., None])
    return lambda round_: descend(optimizer, BOWL, BOWL.start, 100)


def heatmap():
    figure = HeatMap()

    def change(round_):
        figure.kappa = (20.0, 50.0)[round_ % 2 == 0]

    return change


def training():
    return lambda round_: sweep([Config("Momentum", {"lr": 0.1}, seed=round_)], progress=False)


def median_ms(call, rounds):
    times = []
    for round_ in range(rounds + 1):
        began = time.perf_counter()
        call(round_)
        times.append(1e3 * (time.perf_counter() - began))
    return statistics.median(times[1:])


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sweep", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--rounds", type=int, default=15, help="how often each is measured")
    chosen = parser.parse_args(arguments)
    what = {"pairs_ms": pairs, "heatmap_ms": heatmap, "trainings_ms": training}
    report = {name: median_ms(make(), chosen.rounds) for name, make in what.items()}
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    if chosen.json:
        print(json.dumps({"versions": versions, **report}, indent=1))
        return 0
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    for name, value in report.items():
        print(f"{name:14}{value:9.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
