"""Sweeps: many trainings, one after the other or on many workers; what is done is never lost."""

import sys
import warnings
from collections.abc import Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, wait
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from course_utils.digits import load_digits, load_mnist
from course_utils.network import TwoLayerNet
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.one_thread import one_thread
from course_utils.support.progress_bar import progress_bar
from course_utils.support.validation import shown
from course_utils.training.one import train
from course_utils.training.records import AHEAD, Config, Result, append, as_json, kept, key_of
from course_utils.training.vector import METHODS

#: The sets of digits that a Config can name.
DATA: dict[str, Any] = {
    "digits": load_digits,
    "centred digits": lambda: load_digits().centred(),
    "mnist": load_mnist,
}


def sweep(
    configs: Iterable[Config],
    executor: Executor | None = None,
    keep: str | Path | None = None,
    progress: bool = True,
    ahead: bool = False,
) -> list[Result]:
    """Run many trainings.  -> list of Results, in the order of configs

    executor: any concurrent.futures.Executor: threads, processes, or a Dask cluster's client.get_executor(). The
        histories are the same, bit for bit, on each of them and without one; only their seconds differ. In a browser,
        where there are neither threads nor processes, it is not used.
    keep: a file to keep results in as they come, one line of JSON each. A sweep that is told to keep its results in
        the same file takes from there what it holds, and runs only what is missing.
    progress: whether to show a bar where somebody watches.
    ahead: whether to take, of the trainings whose results come with the course (training.ahead), those results.

    A training that fails, or whose worker is killed, does not stop the others: its Result says what happened, and
    a warning names it. It is not kept, so the next sweep tries again. Ctrl-C leaves the rest as "not run".

    Raises TypeError for anything but a Config, ValueError for a file that holds something other than results.
    """
    configs = list(configs)
    for config in configs:
        if not isinstance(config, Config):
            raise TypeError(f"configs must hold Configs, not {shown(config)}")
    done = (_done_ahead() if ahead else {}) | (kept(keep) if keep is not None else {})
    missing = {key_of(config): config for config in configs if key_of(config) not in done}
    if sys.platform == "emscripten":
        executor = None
    outcomes = _serially(missing.values()) if executor is None else _on(executor, missing.values())
    with (
        one_thread(),
        progress_bar(len(missing), _("sweep"), _("training"), progress) as bar,
        closing(outcomes),
    ):
        try:
            for result in outcomes:
                done[key_of(result.config)] = result
                if keep is not None and result.history:
                    append(keep, result.config, result.history)
                bar.update()
                if result.status == "not run":
                    break
        except KeyboardInterrupt:
            pass
    results = [done.get(key_of(config), Result(config, "not run")) for config in configs]
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


@cache
def _done_ahead() -> dict[str, Result]:
    """The results that come with the course, read once: a lecture asks for them method by method."""
    return kept(AHEAD)


def run(config: Config) -> Result:
    """Run one training of a sweep; whatever goes wrong in it becomes a Result that failed.  -> Result"""
    # For good, not for this training only: other trainings may share the process with it, and sweep itself
    # puts back what was before where it runs them in its own process.
    threadpool_limits(1, user_api="blas")
    try:
        as_json(config)
        if config.method not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}, not {config.method!r}")
        if config.data not in DATA:
            raise ValueError(f"data must be one of {', '.join(DATA)}, not {config.data!r}")
        network = TwoLayerNet(config.sizes, config.activation, config.initialisation, config.seed)
        optimizer = METHODS[config.method](**config.settings)
        digits = DATA[config.data]()
        history = train(
            network,
            optimizer,
            digits.held_out(config.held_out) if config.held_out else digits,
            epochs=config.epochs,
            batch_size=config.batch_size,
            seed=config.seed,
            progress=False,
        )
        if config.held_out:
            with np.errstate(all="ignore"):
                history = replace(history, unseen_loss=network.loss(digits.x_test, digits.t_test))
    except Exception as problem:
        return _failure(config, problem)
    if history.status == "interrupted":
        return Result(config, "not run")
    return Result(config, history.status, history)


def _failure(config: Config, problem: BaseException) -> Result:
    return Result(config, "failed", error=f"{type(problem).__name__}: {problem}")


def _serially(configs: Iterable[Config]) -> Generator[Result, None, None]:
    for config in configs:
        yield run(config)


def _on(executor: Executor, configs: Iterable[Config]) -> Generator[Result, None, None]:
    """The Results as they come; a worker that dies loses its own training, or all that are not yet done."""
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
