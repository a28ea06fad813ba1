"""Trainings done ahead: the searches and races of lectures 08 and 09, whose results come with the course.

    sweep(configs, ahead=True)             # takes from the file what it holds, and trains the rest
    python -m course_utils.training.ahead  # trains them all again, about a minute, and writes the file

tests/test_ahead.py trains some of them again, and sees to it that the lectures find all of theirs.
"""

from collections.abc import Iterator

import numpy as np

from course_utils.training.records import AHEAD, Config
from course_utils.training.sweeps import sweep
from course_utils.training.vector import METHODS

RAW = dict.fromkeys(METHODS, (0.003, 0.01, 0.03, 0.1, 0.3)) | {
    "SGD": (0.03, 0.1, 0.3, 1, 3),
    "RMSProp": (0.0003, 0.001, 0.003, 0.01, 0.03),
    "Adam": (0.001, 0.003, 0.01, 0.03, 0.1),
    "AdamW": (0.001, 0.003, 0.01, 0.03, 0.1),
}
RAW_CHOSEN = dict.fromkeys(METHODS, 0.1) | {"SGD": 0.3, "RMSProp": 0.01, "Adam": 0.01, "AdamW": 0.01}
CENTRED = {
    "SGD": (0.1, 0.3, 1, 3, 10),
    "Momentum": (0.01, 0.03, 0.1, 0.3, 1),
    "Nesterov": (0.01, 0.03, 0.1, 0.3, 1),
    "RMSProp": (0.0003, 0.001, 0.003, 0.01, 0.03),
    "Adam": (0.001, 0.003, 0.01, 0.03, 0.1),
}
CENTRED_CHOSEN = {"SGD": 3, "Momentum": 0.1, "Nesterov": 0.1, "RMSProp": 0.01, "Adam": 0.01}
BLIND = ("SGD", "Momentum", "RMSProp", "Adam")
BLIND_RATES = np.logspace(-4, 1, 26).round(6).tolist()


def configs() -> Iterator[Config]:
    """What is trained ahead: to choose the learning rates, to race with them, and to try a method blindly."""
    for data, grid, chosen in (("digits", RAW, RAW_CHOSEN), ("centred digits", CENTRED, CENTRED_CHOSEN)):
        for method, rates in grid.items():
            for lr in rates:
                for seed in (100, 101):
                    yield Config(method, {"lr": lr}, seed, epochs=4, data=data, held_out=300)
        for method, lr in chosen.items():
            for seed in range(5):
                yield Config(method, {"lr": lr}, seed, data=data)
    for method in BLIND:
        for k, lr in enumerate(BLIND_RATES):
            yield Config(method, {"lr": lr}, 200 + k, epochs=4, held_out=300)


def record() -> None:
    """Train them all, and write the file."""
    AHEAD.unlink(missing_ok=True)
    sweep(configs(), keep=AHEAD)


if __name__ == "__main__":
    record()
