"""Training the network: seeded minibatches, one training, and a sweep of many.

network, optimizer = TwoLayerNet(seed=0), Momentum(lr=0.1, momentum=0.9)
history = train(network, optimizer, load_digits(), epochs=10)
history.losses, history.accuracies, history.status

results = sweep([Config("SGD", {"lr": 0.1}, seed=seed) for seed in range(5)])
"""

import json
import math
import os
import signal
import threading
import time
import warnings
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from course_utils import optimizers
from course_utils.digits import Digits, load_digits, load_mnist
from course_utils.network import TwoLayerNet, backpropagate, in_one_vector, views_of
from course_utils.optimizers import Optimizer, gradient_point
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.progress_bar import progress_bar
from course_utils.support.types import Array, Arrays, Stepper
from course_utils.support.validation import is_real, require, shown, states_of, validate, whole_number


@dataclass(frozen=True, eq=False)
class History:
    """What happened in one training.

    losses: of each step's minibatch, before the update, at the point where the gradient was taken; shape (steps,).
    accuracies: on the test images, after 0, 1, 2, ... epochs; shape (epochs + 1,).
    status:
        "finished"     all steps were taken;
        "interrupted"  Ctrl-C: the network is as the last step of losses left it;
        "diverged"     the loss of the next step is infinite or not a number.
    seconds: that the steps took, without the measuring of accuracies.
    floats: numbers that the optimizer keeps beside the parameters: 39 760 for Momentum's velocity.
    """

    losses: np.ndarray
    accuracies: np.ndarray
    status: str
    seconds: float
    floats: int

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.losses)


def minibatches(x: Array, t: Array, batch_size: int = 100, seed: int = 0) -> Iterator[tuple[Array, Array]]:
    """Minibatches without end: each epoch visits every image once, in a new order.

    x: (n, inputs).  t: (n,).  batch_size: 1 ... n; the last batch of an epoch is smaller if batch_size does not divide n.
    -> an iterator over pairs (images, digits), copies of rows of x and t

    Raises ValueError for a batch_size that is not a whole number from 1 to n, or a t of another length than x.
    """
    x, t = np.asarray(x), np.asarray(t)
    if t.shape[:1] != x.shape[:1]:
        raise ValueError(
            f"t must hold one digit for each of the {len(x)} images in x, but its shape is {t.shape}"
        )
    batch_size = whole_number("batch_size", batch_size, 1, len(x))

    def batches() -> Iterator[tuple[Array, Array]]:
        rng = np.random.default_rng(seed)
        while True:
            order = rng.permutation(len(x))
            for first in range(0, len(x), batch_size):
                rows = order[first : first + batch_size]
                yield x.take(rows, axis=0), t[rows]  # take: as x[rows], in less time

    return batches()


def train(
    network: TwoLayerNet,
    optimizer: Stepper,
    digits: Digits,
    epochs: int | None = None,
    steps: int | None = None,
    batch_size: int = 100,
    seed: int = 0,
    progress: bool = True,
) -> History:
    """Train the network in place, for so many epochs or so many steps.  -> History

    optimizer: anything with update(params, grads). Where it has gradient_point(params) too, that says where to
        take the gradient; otherwise it is taken at params.
    digits: a Digits.  seed: of the order of the images.  progress: whether to show a bar to whoever watches.

    Ctrl-C ends the training after the step it is in: what was trained is kept. A loss that is infinite or not a
    number ends it too, without a warning. Matrix products run on one thread: they are small, and how many threads
    share a product decides the order of its sums, and with it their last bits.

    Raises ValueError unless exactly one of epochs and steps is given, a whole number ≥ 0; TypeError for an argument
    that is something else, such as a class instead of an optimizer, or two arguments in the wrong order.
    """
    for what, value, attribute, right in (
        ("network", network, "params", "a network such as TwoLayerNet()"),
        ("optimizer", optimizer, "update", "an optimizer such as Momentum(lr=0.1)"),
        ("digits", digits, "x_train", "a set of digits such as load_digits()"),
    ):
        require(what, value, attribute, f"{right} (the order is network, optimizer, digits)")
    if (epochs is None) == (steps is None):
        raise ValueError("say how long to train: epochs=10, or steps=150, one of them")
    name, wanted = ("steps", steps) if epochs is None else ("epochs", epochs)
    wanted = whole_number(name, wanted, 0)
    x = network.images(digits.x_train)
    t = network.labels(digits.t_train, len(x))
    batches = minibatches(x, t, batch_size, seed)
    per_epoch = -(-len(x) // batch_size)
    steps = wanted if epochs is None else wanted * per_epoch

    def accuracy() -> float:
        return network.accuracy(digits.x_test, digits.t_test)

    params, losses, accuracies, status = network.params, np.empty(steps), [accuracy()], "finished"
    step, seconds = 0, 0.0
    with (
        np.errstate(all="ignore"),
        threadpool_limits(1, user_api="blas"),
        _stepping(optimizer, network) as (stepper, grads),
        _patient() as ctrl_c,
        progress_bar(steps, _("training"), _("step"), progress) as bar,
    ):
        began = time.perf_counter()
        while step < steps and not ctrl_c.pressed:
            images, labels = next(batches)
            point = gradient_point(stepper, params)
            loss, gradient = backpropagate(point, images, labels, network.activation, out=grads)
            if not math.isfinite(loss):
                status = "diverged"
                break
            stepper.update(params, gradient)
            losses[step] = loss
            step += 1
            bar.update()
            if step % per_epoch == 0:
                seconds += time.perf_counter() - began
                accuracies.append(accuracy())
                bar.set_postfix(loss=f"{loss:.3g}", accuracy=f"{accuracies[-1]:.1%}", refresh=False)
                began = time.perf_counter()
        seconds += time.perf_counter() - began
    if ctrl_c.pressed and step < steps:
        status = "interrupted"
    return History(losses[:step], np.array(accuracies), status, seconds, floats_kept(optimizer))


@contextmanager
def _stepping(optimizer: Stepper, network: TwoLayerNet) -> Iterator[tuple[Any, Arrays | None]]:
    """What takes the steps, and arrays to write each gradient into; None where every step needs new ones.

    The methods of the course treat every number alike, so they may take the parameters as one vector. A class of
    somebody's own gets the arrays by name, and a gradient that it may keep.
    """
    if type(optimizer) not in METHODS.values() or not _in_its_vector(network):
        yield optimizer, None
        return
    whole = _AsOneVector(optimizer, network)
    try:
        yield whole, whole.grads
    finally:
        whole.hand_back()


def _in_its_vector(network: TwoLayerNet) -> bool:
    """Whether params are still the views of the network's vector that they were made as."""
    if not hasattr(network, "vector"):
        return False
    if network.vector.size != sum(np.size(a) for a in network.params.values()):
        return False
    places = [a.__array_interface__ for a in views_of(network.vector, network.params).values()]
    return [getattr(a, "__array_interface__", None) for a in network.params.values()] == places


class _AsOneVector:
    """An optimizer that is handed all parameters as one long vector: numpy starts each operation once, not four times.

    What it remembers is one vector meanwhile, and has the names of params before and afterwards.
    """

    def __init__(self, optimizer: Any, network: TwoLayerNet):
        self.optimizer, self.params = optimizer, network.params
        gradient, self.grads = in_one_vector(network.params)
        validate(optimizer, self.params, self.grads)
        self.whole, self.gradient = {"all": network.vector}, {"all": gradient}
        for name, state in states_of(optimizer).items():
            in_order = {key: state[key] for key in self.params}
            setattr(optimizer, name, {"all": in_one_vector(in_order)[0]})

    def gradient_point(self, params: Arrays) -> Arrays:
        point = self.optimizer.gradient_point(self.whole)
        return params if point is self.whole else views_of(point["all"], params)

    def update(self, params: Arrays, grads: Arrays) -> None:
        self.optimizer.update(self.whole, self.gradient)

    def hand_back(self) -> None:
        for name, state in states_of(self.optimizer).items():
            setattr(self.optimizer, name, views_of(state["all"], self.params))


def floats_kept(optimizer: object) -> int:
    """How many numbers an optimizer keeps from step to step, beside the parameters."""
    within = getattr(optimizer, "optimizer", None)  # Scheduled's
    kept = [value for state in states_of(optimizer).values() for value in state.values()]
    own = sum(value.size if isinstance(value, np.ndarray) else int(is_real(value)) for value in kept)
    return own if within is None else own + floats_kept(within)


# --- sweeps ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Config:
    """One training, written down: the same Config gives the same losses wherever it runs.

    method: the name of a class in course_utils.optimizers, such as "Momentum".
    settings: what to make it with, such as {"lr": 0.1, "momentum": 0.9}; plain numbers.
    seed: of the initial weights and of the order of the images: configs with one seed start and are fed alike.
    epochs, batch_size: as for train.  sizes, activation, initialisation: as for TwoLayerNet.
    data: "digits", the bundled ones, or "mnist", which must have been loaded once before.
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
    error: of one that failed, in words.
    """

    config: Config
    status: str
    history: History | None = None
    error: str = ""


def sweep(
    configs: Iterable[Config],
    executor: Executor | None = None,
    keep: str | Path | None = None,
    progress: bool = True,
) -> list[Result]:
    """Run many trainings.  -> list of Results, in the order of configs

    executor: any concurrent.futures.Executor: threads, processes, or a Dask cluster's client.get_executor(). The
        histories are the same, bit for bit, on each of them and without one; only their seconds differ.
    keep: a file to keep results in as they come, one line of JSON each. A sweep that is told to keep its results in
        the same file takes from there what it holds, and runs only what is missing.
    progress: whether to show a bar to whoever watches.

    A training that fails, or whose worker is killed, does not stop the others: its Result says what happened, and
    a warning names it. It is not kept, so the next sweep tries again. Ctrl-C leaves the rest as "not run".

    Raises TypeError for anything but a Config, ValueError for a file that holds something other than results.
    """
    configs = list(configs)
    for config in configs:
        if not isinstance(config, Config):
            raise TypeError(f"configs must hold Configs, not {shown(config)}")
    done = _kept(keep) if keep is not None else {}
    missing = {_key(config): config for config in configs if _key(config) not in done}
    outcomes = _serially(missing.values()) if executor is None else _on(executor, missing.values())
    with (
        threadpool_limits(1, user_api="blas"),
        progress_bar(len(missing), _("sweep"), _("training"), progress) as bar,
        closing(outcomes),
    ):
        try:
            for result in outcomes:
                done[_key(result.config)] = result
                if keep is not None and result.history:
                    _append(keep, result.config, result.history)
                bar.update()
                if result.status == "not run":
                    break
        except KeyboardInterrupt:
            pass
    results = [done.get(_key(config), Result(config, "not run")) for config in configs]
    failed = [f"{result.config}: {result.error}" for result in results if result.status == "failed"]
    if failed:
        told = ngettext(
            "{failed} of {n} training failed:\n{which}",
            "{failed} of {n} trainings failed:\n{which}",
            len(results),
        )
        text = told.format(failed=len(failed), n=len(results), which="\n".join(failed))
        warnings.warn(text, RuntimeWarning, stacklevel=2)
    return results


def run(config: Config) -> Result:
    """One training of a sweep, with whatever may go wrong in it.  -> Result"""
    # For good, not for this training only: other trainings may share the process with it, and sweep itself
    # puts back what was before where it runs them in its own process.
    threadpool_limits(1, user_api="blas")
    try:
        _written(config)
        if config.method not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}, not {config.method!r}")
        if config.data not in DATA:
            raise ValueError(f"data must be one of {', '.join(DATA)}, not {config.data!r}")
        network = TwoLayerNet(config.sizes, config.activation, config.initialisation, config.seed)
        optimizer = METHODS[config.method](**config.settings)
        history = train(
            network,
            optimizer,
            DATA[config.data](),
            epochs=config.epochs,
            batch_size=config.batch_size,
            seed=config.seed,
            progress=False,
        )
    except Exception as problem:
        return _failure(config, problem)
    if history.status == "interrupted":
        return Result(config, "not run")
    return Result(config, history.status, history)


METHODS: dict[str, Any] = {
    name: value
    for name, value in vars(optimizers).items()
    if isinstance(value, type) and issubclass(value, Optimizer) and value is not Optimizer
}
DATA: dict[str, Any] = {"digits": load_digits, "mnist": load_mnist}


def _failure(config: Config, problem: BaseException) -> Result:
    return Result(config, "failed", error=f"{type(problem).__name__}: {problem}")


def _serially(configs: Iterable[Config]) -> Generator[Result, None, None]:
    for config in configs:
        yield run(config)


def _on(executor: Executor, configs: Iterable[Config]) -> Generator[Result, None, None]:
    """The Results as they come; a worker that dies takes its own training along, or all that are not yet done."""
    futures = {}
    try:
        for config in configs:
            try:
                futures[executor.submit(run, config)] = config
            except Exception as problem:  # the executor is shut down, or broken already
                yield _failure(config, problem)
        waiting = set(futures)
        while waiting:
            ended, waiting = wait(
                waiting, timeout=0.2, return_when=FIRST_COMPLETED
            )  # Windows hears Ctrl-C in between
            for future in ended:
                try:
                    yield future.result()
                except (Exception, CancelledError) as problem:
                    yield _failure(futures[future], problem)
    finally:
        for future in futures:
            future.cancel()


# --- results in a file -----------------------------------------------------------------------------------

BEGINNING = b'{"config": '


def _key(config: Config) -> str:
    """Equal for configs that are equal, whether they were made here or read from a file."""
    try:
        return _written(config)
    except (TypeError, ValueError):  # run refuses it too: it fails, and is not kept
        return repr(config)


def _written(config: Config) -> str:
    """A Config as JSON.  TypeError where it holds anything but plain numbers and words"""

    def plain(value: object) -> object:
        if isinstance(value, (np.generic, np.ndarray)) and value.ndim == 0:
            return value.item()
        raise TypeError(f"a Config holds plain numbers and words only, not {shown(value)}")

    return json.dumps(vars(config), sort_keys=True, default=plain)


def _append(keep: str | Path, config: Config, history: History) -> None:
    """One line more, whole and on the disk before the next training is waited for."""
    told = vars(history) | {"losses": history.losses.tolist(), "accuracies": history.accuracies.tolist()}
    record = {"config": json.loads(_written(config)), "history": told}
    with open(keep, "ab") as file:
        file.write(json.dumps(record).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _kept(keep: str | Path) -> dict[str, Result]:
    """The results in a file, by key; a last line that was cut off, since the sweep was killed, is taken out of it."""
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
            arrays = {name: np.array(history[name]) for name in ("losses", "accuracies")}
            history = History(**history | arrays)
        except (ValueError, TypeError, KeyError):
            raise ValueError(f"keep: line {number} of {path} is not a result of a sweep") from None
        done[_key(config)] = Result(config, history.status, history)
    if last:
        _replace(path, b"".join(line + b"\n" for line in lines))
    return done


def _replace(path: Path, data: bytes) -> None:
    """Change a file all at once, or not at all."""
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(data)
    os.replace(beside, path)


# --- Ctrl-C ---------------------------------------------------------------------------------------------


class _Pressed:
    pressed = False


@contextmanager
def _patient() -> Iterator[_Pressed]:
    """Inside, the first Ctrl-C only sets `pressed`, so that a step is not torn apart; a second one interrupts.

    Only where Ctrl-C means what Python makes of it by itself: in the main thread, with no other handler.
    """
    ctrl_c = _Pressed()
    usual = signal.default_int_handler
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not usual
    ):
        yield ctrl_c
        return

    def note(number: int, frame: FrameType | None) -> None:
        ctrl_c.pressed = True
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, note)
    try:
        yield ctrl_c
    finally:
        signal.signal(signal.SIGINT, usual)
