"""Trainings on all images, done ahead: six initial weights, seventeen learning rates, with and without centred inputs.

    runs = trained_ahead("raw")             # or "centred", or "momentum": raw inputs, μ = 0.9
    runs[0, 0.4].losses                     # of seed 0 at η = 0.4: a Descent
    curvatures_in_batches()[20, 0]          # λ_max along a training in minibatches of 20, seed 0, η = 0.4
    python -m course_utils.training.edge    # trains them all again, some minutes, and writes the file

Each is what `descent` gives for those settings; tests/test_edge.py trains some of them again.
"""

from functools import cache
from typing import Any

import numpy as np

from course_utils.curvature import top_eigenvalues
from course_utils.data import DATA
from course_utils.digits import load_digits
from course_utils.network import TwoLayerNet, backpropagate
from course_utils.optimizers import SGD, Momentum, Optimizer
from course_utils.support.progress_bar import progress_bar
from course_utils.support.types import Array
from course_utils.support.validation import shown
from course_utils.training.full_batch import Descent, descent, few_axes, seen_along
from course_utils.training.one import minibatches

FILE = DATA / "edge.npz"
SETTINGS = ("raw", "centred", "momentum")
SEEDS = tuple(range(6))
RATES = (0.025, 0.035, 0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.4, 0.57, 0.8, 1.1, 1.6, 2.3, 3.2, 4.5, 6.4)
STEPS, EVERY = 300, 10
BATCHES, BATCH_RATE = (300, 100, 20), 0.4


def trained_ahead(setting: str) -> dict[tuple[int, float], Descent]:
    """The trainings of a setting, {(seed, learning rate): Descent}.

    setting: "raw", the inputs as they are; "centred", minus the mean image; "momentum", raw and with μ = 0.9.
    """
    if setting not in SETTINGS:
        raise ValueError(f"setting must be one of {', '.join(SETTINGS)}, not {shown(setting)}")
    kept = _kept()
    runs = {}
    for i, seed in enumerate(SEEDS):
        for k, lr in enumerate(RATES):
            place = SETTINGS.index(setting), i, k
            losses = kept["losses"][place].astype(float)
            steps = int(np.isfinite(losses).sum())
            measured = np.arange(0, steps, EVERY)
            curvatures = kept["curvatures"][place].astype(float)[: len(measured)]
            runs[seed, lr] = Descent(losses[:steps], measured, curvatures, int(kept["shut"][place]))
    return runs


def curvatures_in_batches() -> dict[tuple[int, int], Array]:
    """λ_max of the loss of all images along trainings in minibatches, raw inputs, η = 0.4: {(batch size, seed): its values}.

    It was measured after 0, 10, 20, ..., 300 steps.
    """
    kept = _kept()["in_batches"].astype(float)
    places = np.ndindex(len(BATCHES), len(SEEDS))
    return {(BATCHES[i], SEEDS[k]): kept[i, k] for i, k in places}


@cache
def _kept() -> dict[str, Any]:
    with np.load(FILE) as file:
        return dict(file)


def trained(setting: str, seed: int, lr: float, steps: int = STEPS, every: int = EVERY) -> Descent:
    """One of the trainings, done now."""
    network, x, t = beginning(setting, seed)
    optimizer: Optimizer = Momentum(lr, 0.9) if setting == "momentum" else SGD(lr)
    return descent(network, optimizer, x, t, steps, every)


def trained_in_batches(batch_size: int, seed: int, steps: int = STEPS, every: int = EVERY) -> Array:
    """λ_max of the loss of all images, along a training in minibatches, done now."""
    network, x, t = beginning("raw", seed)
    batches, optimizer, found = minibatches(x, t, batch_size, seed), SGD(BATCH_RATE), []
    for step in range(steps + 1):
        if step % every == 0:
            found.append(top_eigenvalues(network, x, t, tolerance=1e-4)[0])
        optimizer.update(network.params, backpropagate(network.params, *next(batches))[1])
    return np.array(found)


def beginning(setting: str, seed: int) -> tuple[TwoLayerNet, Array, Array]:
    """-> (the network with its initial weights, images, their digits), in as few axes as hold all images"""
    network = seen_along(_axes(), TwoLayerNet(seed=seed, dtype=np.float64))
    return network, _images(setting), load_digits().t_train


@cache
def _images(setting: str) -> Array:
    digits = load_digits().centred() if setting == "centred" else load_digits()
    images = digits.x_train @ _axes()
    images.flags.writeable = False  # many networks see the same
    return images


@cache
def _axes() -> Array:
    return few_axes(load_digits().x_train)


def record() -> None:
    """Train them all, and write the file."""
    places = len(SETTINGS), len(SEEDS), len(RATES)
    losses = np.full((*places, STEPS + 1), np.nan, np.float32)
    curvatures = np.full((*places, STEPS // EVERY + 1), np.nan, np.float32)
    shut = np.zeros(places, np.int16)
    with progress_bar(shut.size, "training", "run") as bar:
        for place in np.ndindex(places):
            run = trained(SETTINGS[place[0]], SEEDS[place[1]], RATES[place[2]])
            losses[place][: len(run.losses)] = run.losses
            curvatures[place][: len(run.curvatures)] = run.curvatures
            shut[place] = run.shut
            bar.update()
    in_batches = [[trained_in_batches(size, seed) for seed in SEEDS] for size in BATCHES]
    np.savez_compressed(
        FILE, losses=losses, curvatures=curvatures, shut=shut, in_batches=np.array(in_batches, np.float32)
    )


if __name__ == "__main__":
    record()
