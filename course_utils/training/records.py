"""A training written down: its Config, its Result, and the file that keeps the results of a sweep."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from course_utils.data import DATA
from course_utils.support.validation import shown
from course_utils.training.one import History

AHEAD = DATA / "trained.jsonl"  # results that come with the course: ahead.py makes them


@dataclass(frozen=True)
class Config:
    """One training, written down: the same Config gives the same losses wherever it runs.

    method: the name of a class in course_utils.optimizers, such as "Momentum".
    settings: what to make it with, such as {"lr": 0.1, "momentum": 0.9}; plain numbers.
    seed: of the initial weights and of the order of the images: configs with the same seed start from the same
        weights and see the same minibatches.
    epochs, batch_size: as for train.  sizes, activation, initialisation: as for TwoLayerNet.
    data: "digits", the bundled ones; "centred digits", minus their mean image; or "mnist", which must have been loaded
        once before.
    held_out: how many of the last training images to leave out, and to test with after each epoch: to choose settings by.
    """

    method: str
    settings: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    epochs: int = 10
    batch_size: int = 100
    sizes: tuple[int, ...] = (784, 50, 10)
    activation: str = "relu"
    initialisation: str = "he"
    data: str = "digits"
    held_out: int = 0

    def __str__(self) -> str:
        try:
            told = ", ".join(f"{name}={value:.4g}" for name, value in self.settings.items())
        except (AttributeError, TypeError, ValueError):  # no plain numbers: run says so
            told = repr(self.settings)
        return f"{self.method}({told}), seed {self.seed}"


@dataclass(frozen=True, eq=False)
class Result:
    """What became of one Config.

    status: that of its history, or "failed", or "not run" where Ctrl-C came first.
    history: a History, if the training finished or diverged.
    error: why it failed, in words.
    """

    config: Config
    status: str
    history: History | None = None
    error: str = ""


# --- the file ---------------------------------------------------------------------------------------------

BEGINNING = b'{"config": '


def key_of(config: Config) -> str:
    """A text that equal configs share, whether they were made here or read from a file."""
    try:
        return as_json(config)
    except (TypeError, ValueError):  # run refuses it too: it fails, and is not kept
        return repr(config)


def as_json(config: Config) -> str:
    """A Config as JSON.  Raises TypeError where it holds anything but plain numbers and words."""

    def plain(value: object) -> object:
        if isinstance(value, (np.generic, np.ndarray)) and value.ndim == 0:
            return value.item()
        raise TypeError(f"a Config holds plain numbers and words only, not {shown(value)}")

    return json.dumps(vars(config), sort_keys=True, default=plain)


def append(keep: str | Path, config: Config, history: History) -> None:
    """Add a result to the file: one line, which is whole and on the disk before the sweep goes on."""
    told = {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in vars(history).items()
    }
    record = {"config": json.loads(as_json(config)), "history": told}
    with open(keep, "ab") as file:
        file.write(json.dumps(record).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def kept(keep: str | Path) -> dict[str, Result]:
    """The results in a file, by key; a last line that was cut off when the sweep was killed is removed from it."""
    path = Path(keep)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        return {}
    *lines, last = path.read_bytes().split(b"\n")
    if not BEGINNING.startswith(last[: len(BEGINNING)]):
        raise ValueError(f"keep: the last line of {path} is not a result of a sweep")
    done = {}
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
            record["config"]["sizes"] = tuple(record["config"]["sizes"])
            config, history = Config(**record["config"]), record["history"]
            arrays = {name: np.array(value) for name, value in history.items() if isinstance(value, list)}
            history = History(**history | arrays)
        except (ValueError, TypeError, KeyError):
            raise ValueError(f"keep: line {number} of {path} is not a result of a sweep") from None
        done[key_of(config)] = Result(config, history.status, history)
    if last:
        _replace(path, b"".join(line + b"\n" for line in lines))
    return done


def _replace(path: Path, data: bytes) -> None:
    """Change a file all at once, or not at all."""
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(data)
    os.replace(beside, path)
