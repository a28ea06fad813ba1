"""Save a training to a file and resume it: the network, all that the optimizer remembers, and the History.

    history = train(network, optimizer, digits, epochs=10)
    save_run("run.npz", network, optimizer, history)

    network, optimizer = TwoLayerNet(), Adam()          # on another day, made as they were
    history = load_run("run.npz", network, optimizer)
    history = train(network, optimizer, digits, epochs=20, after=history)

The file is an .npz of plain arrays and one text. Nothing in it is ever executed, so a file from a stranger can do no harm.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from course_utils.network import TwoLayerNet
from course_utils.support.types import Arrays
from course_utils.support.validation import require
from course_utils.training.one import History

FORMAT = "a training of Downhill, Blindfolded"
PLAIN = (bool, int, float, str, type(None))


def save_run(path: str | Path, network: TwoLayerNet, optimizer: Any, history: History) -> None:
    """Write a training to a file; an older one of that name stays until the new one is complete.

    What is kept of an optimizer is each number and each dict of arrays among its attributes, and the same of an
    optimizer within it. A schedule is a function, and is not kept: create it again.
    """
    _require(network, optimizer)
    require("history", history, "losses", "the History that train gave")
    told: dict[str, Any] = {"format": FORMAT, "optimizer": _names(optimizer), "plain": {}}
    arrays: Arrays = {}
    for part, values in _parts(network, optimizer, history).items():
        told["plain"][part] = {name: value for name, value in values.items() if isinstance(value, PLAIN)}
        for name, value in values.items():
            arrays |= _arrays(f"{part}/{name}", value)
    path = Path(path)
    beside = path.with_name(path.name + ".new")
    with open(beside, "wb") as file:
        np.savez(file, told=np.array(json.dumps(told)), **arrays)  # type: ignore[arg-type]
    os.replace(beside, path)


def load_run(path: str | Path, network: TwoLayerNet, optimizer: Any) -> History:
    """Bring a network and an optimizer to where they were when they were saved.  -> the History so far

    Make both as they were made then; numbers such as lr become those of the file.

    Raises ValueError, and changes nothing, where the file is damaged or not one of save_run's, or belongs to another
    kind of network or optimizer.
    """
    _require(network, optimizer)
    with open(path, "rb") as file:
        try:
            told, arrays = _read(file)
            history = History(**_pieced_together("history", told, arrays))
            params = _pieced_together("network", told, arrays)["params"]
            memories = [
                _pieced_together(f"optimizer{depth}", told, arrays) for depth in range(len(told["optimizer"]))
            ]
        except Exception:
            raise ValueError(f"{path} is damaged, or not a file that save_run wrote") from None
    _refuse_another(path, "network", _shapes(params), _shapes(network.params))
    _refuse_another(path, "optimizer", " around ".join(told["optimizer"]), " around ".join(_names(optimizer)))
    for name, p in network.params.items():
        p[...] = params[name]
    for each, memory in zip(_nested(optimizer), memories, strict=True):
        for name, value in memory.items():
            setattr(each, name, value)
    return history


def _require(network: object, optimizer: object) -> None:
    require("network", network, "params", "a network such as TwoLayerNet()")
    require("optimizer", optimizer, "update", "an optimizer such as Momentum(lr=0.1)")


def _refuse_another(path: str | Path, what: str, kept: str, given: str) -> None:
    if kept != given:
        raise ValueError(f"{path} was saved with another {what}: {kept}, and not {given}")


def _shapes(params: Arrays) -> str:
    return ", ".join(f"{name} {p.shape} in {p.dtype}" for name, p in params.items())


# --- what is kept, and under which name -------------------------------------------------------------------


def _nested(optimizer: Any) -> Iterator[Any]:
    """An optimizer, the one within it, and so on."""
    while optimizer is not None:
        yield optimizer
        optimizer = getattr(optimizer, "optimizer", None)


def _names(optimizer: Any) -> list[str]:
    return [type(each).__name__ for each in _nested(optimizer)]


def _parts(network: TwoLayerNet, optimizer: Any, history: History) -> dict[str, Mapping[str, Any]]:
    parts: dict[str, Mapping[str, Any]] = {"network": {"params": network.params}, "history": vars(history)}
    for depth, each in enumerate(_nested(optimizer)):
        parts[f"optimizer{depth}"] = getattr(each, "__dict__", {})  # a class with __slots__ has none
    return parts


def _arrays(place: str, value: object) -> Arrays:
    """The arrays in a value by their place in the file: one, or those of a dict."""
    if isinstance(value, dict):
        return {f"{place}/{key}": np.asarray(each) for key, each in value.items() if _is_numeric(each)}
    return (
        {place: np.asarray(value)}
        if isinstance(value, np.ndarray | np.generic) and _is_numeric(value)
        else {}
    )


def _is_numeric(value: object) -> bool:
    return np.asarray(value).dtype.kind in "biuf"


def _read(file: Any) -> tuple[dict[str, Any], Arrays]:
    with np.load(file, allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files}
    told = json.loads(arrays.pop("told").item())
    if told["format"] != FORMAT:
        raise ValueError
    return told, arrays


def _pieced_together(part: str, told: Mapping[str, Any], arrays: Arrays) -> dict[str, Any]:
    """The values of a part, as they were before _arrays took them apart."""
    values = dict(told["plain"][part])
    for place, array in arrays.items():
        where, name, *keys = place.split("/", 2)
        value = array if array.ndim else array[()]
        if where == part and keys:
            values.setdefault(name, {})[keys[0]] = value
        elif where == part:
            values[name] = value
    return values
