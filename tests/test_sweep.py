"""Sweeps: the same bits on every executor, nothing done is lost, and a failure is told by name."""

import _thread
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from course_utils.digits import load_digits
from course_utils.network import TwoLayerNet
from course_utils.optimizers import Momentum
from course_utils.training import Config, History, Result, run, sweep, sweeps, train

SMALL = {"sizes": (784, 8, 10), "epochs": 2}
CONFIGS = [
    Config(method, {"lr": lr}, seed=seed, **SMALL)
    for method, lr in (("SGD", 0.2), ("Momentum", 0.05), ("NesterovLookahead", 0.05), ("Adam", 0.01))
    for seed in (0, 1)
]
BAD = Config("Momentum", {"lr": -1.0}, seed=3, **SMALL)


@pytest.fixture(scope="module")
def serial():
    return sweep(CONFIGS)


def same(one, two):
    """Whether two lists of results are equal bit for bit, except for the seconds."""
    return len(one) == len(two) and all(
        a.config == b.config
        and a.status == b.status == "finished"
        and a.history.losses.tobytes() == b.history.losses.tobytes()
        and a.history.accuracies.tobytes() == b.history.accuracies.tobytes()
        and a.history.floats == b.history.floats
        for a, b in zip(one, two, strict=True)
    )


def lines(path):
    return path.read_text(encoding="utf-8").splitlines()


# ----------------------------------------------------------------------------------------------- the same bits


def test_a_sweep_is_its_trainings_one_after_the_other(serial):
    assert [result.config for result in serial] == CONFIGS
    assert same(serial, [run(config) for config in CONFIGS])
    assert len({result.history.losses.tobytes() for result in serial}) == len(CONFIGS)
    first = {result.config.seed: result.history.losses[0] for result in serial}
    assert all(result.history.losses[0] == first[result.config.seed] for result in serial), "fed alike"
    assert all(result.history.steps == 30 for result in serial)


def test_the_order_does_not_matter(serial):
    assert same(sweep(CONFIGS[::-1])[::-1], serial)


def test_threads_give_the_same_bits(serial):
    with ThreadPoolExecutor(3) as executor:
        assert same(sweep(CONFIGS, executor), serial)


def test_processes_give_the_same_bits(serial):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert same(sweep(CONFIGS, executor), serial)


@pytest.mark.parametrize("processes", [False, True])
def test_a_dask_cluster_gives_the_same_bits(processes, serial, tmp_path):
    import distributed  # a second of computing, of which every process that collects tests would pay its own

    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=2,
            processes=processes,
            dashboard_address=None,
            local_directory=str(tmp_path),
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        results = sweep(CONFIGS[::-1], client.get_executor(), keep=tmp_path / "kept.jsonl")
    assert same(results[::-1], serial)
    assert len(lines(tmp_path / "kept.jsonl")) == len(CONFIGS)


def test_equal_configs_are_trained_once(monkeypatch):
    trained = []
    monkeypatch.setattr(sweeps, "run", lambda config: trained.append(config) or Result(config, "finished"))
    results = sweep([CONFIGS[0], CONFIGS[1], CONFIGS[0]])
    assert trained == CONFIGS[:2]
    assert [result.config for result in results] == [CONFIGS[0], CONFIGS[1], CONFIGS[0]]


# ------------------------------------------------------------------------------------------------ results kept


def test_results_are_kept_as_they_come_and_a_resumed_sweep_does_only_what_is_missing(
    serial, tmp_path, monkeypatch
):
    keep = tmp_path / "a folder" / "kept.jsonl"
    sweep(CONFIGS[:3], keep=keep)
    assert len(lines(keep)) == 3
    trained = []
    monkeypatch.setattr(sweeps, "run", lambda config: trained.append(config) or run(config))
    assert same(sweep(CONFIGS, keep=keep), serial)
    assert trained == CONFIGS[3:]
    assert same(sweep(CONFIGS, keep=str(keep)), serial)
    assert len(trained) == len(CONFIGS) - 3
    assert [json.loads(line)["config"]["method"] for line in lines(keep)] == [c.method for c in CONFIGS]


def test_each_result_is_on_the_disk_before_the_next_is_waited_for(tmp_path, monkeypatch):
    keep, seen = tmp_path / "kept.jsonl", []

    def watched(config):
        seen.append(len(lines(keep)) if keep.exists() else 0)
        return run(config)

    monkeypatch.setattr(sweeps, "run", watched)
    sweep(CONFIGS[:3], keep=keep)
    assert seen == [0, 1, 2]


@pytest.mark.parametrize("left", [1, 5, 11, 12, 200, -1])
def test_a_line_that_was_cut_off_costs_only_itself(left, serial, tmp_path):
    keep = tmp_path / "kept.jsonl"
    sweep(CONFIGS[:3], keep=keep)
    *whole, last = keep.read_bytes().splitlines(keepends=True)
    keep.write_bytes(b"".join(whole) + last[:left])
    assert same(sweep(CONFIGS, keep=keep), serial)
    assert len(lines(keep)) == len(CONFIGS)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.jsonl"]


@pytest.mark.parametrize(
    "text",
    ["my notes", "my notes\n", '{"config": 1}\n', '{"config": {"method": "SGD"}, "history": {}}\n', "[]\n"],
)
def test_a_foreign_file_is_refused_and_left_alone(text, tmp_path):
    keep = tmp_path / "notes.txt"
    keep.write_bytes(text.encode())
    with pytest.raises(ValueError, match=r"keep: .* of .*notes\.txt is not a result of a sweep"):
        sweep(CONFIGS[:1], keep=keep)
    assert keep.read_bytes() == text.encode()


def test_a_sweep_that_is_killed_goes_on_where_it_was(serial, tmp_path):
    """SIGKILL in the middle of the third training, while a process of its own sweeps; then the same sweep again."""
    keep = tmp_path / "kept.jsonl"
    script = (
        "from course_utils.training import Config, sweep, sweeps\n"
        "import os, signal\n"
        "right = sweeps.run\n"
        "def run(config):\n"
        "    if config.method == 'Momentum' and config.seed == 0:\n"
        "        os.kill(os.getpid(), getattr(signal, 'SIGKILL', signal.SIGTERM))\n"
        "    return right(config)\n"
        "sweeps.run = run\n"
        f"small = {SMALL!r}\n"
        "sweep([Config(m, {'lr': lr}, seed=s, **small) for m, lr in (('SGD', 0.2), ('Momentum', 0.05))"
        f" for s in (0, 1)], keep={str(keep)!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode != 0
    assert len(lines(keep)) == 2
    assert same(sweep(CONFIGS, keep=keep), serial)


# --------------------------------------------------------------------------------------------------- failures


@pytest.mark.parametrize("pool", [None, ThreadPoolExecutor])
def test_a_training_that_fails_is_named_and_does_not_stop_the_others(pool, serial, tmp_path):
    keep = tmp_path / "kept.jsonl"
    configs = [CONFIGS[0], BAD, CONFIGS[1]]
    executor = pool and pool(2)
    with pytest.warns(
        RuntimeWarning, match=r"1 of 3 trainings failed:\nMomentum\(lr=-1\), seed 3: ValueError: lr"
    ):
        results = sweep(configs, executor, keep=keep)
    if executor:
        executor.shutdown()
    assert same([results[0], results[2]], serial[:2])
    assert (results[1].config, results[1].status, results[1].history) == (BAD, "failed", None)
    assert results[1].error.startswith("ValueError: lr must be a finite number > 0, not -1.0")
    assert len(lines(keep)) == 2, "what failed is tried again the next time"


def test_a_training_that_diverges_has_not_failed(tmp_path):
    wild = Config("SGD", {"lr": 1e38}, **SMALL)
    for _ in "again":
        (result,) = sweep([wild], keep=tmp_path / "kept.jsonl")
        assert result.status == result.history.status == "diverged"
        assert np.isfinite(result.history.losses).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "Sgd"}, "method must be one of SGD, Momentum, .*, not 'Sgd'"),
        ({"settings": {"learning_rate": 0.1}}, r"SGD takes lr, but not learning_rate=0.1; write lr=0.1"),
        ({"data": "letters"}, "data must be one of digits, centred digits, mnist, not 'letters'"),
        ({"activation": "tanh"}, "activation must be one of"),
    ],
)
def test_a_bad_config_is_explained(change, message):
    with pytest.warns(RuntimeWarning, match=message):
        (result,) = sweep([replace(CONFIGS[0], **change)])
    assert result.status == "failed"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"settings": {"lr": "0.1"}}, "lr must be a finite number > 0, not '0.1'"),
        ({"settings": {"lr": None}}, "lr must be a finite number > 0, not None"),
        ({"settings": {"lr": {0.1}}}, "a Config holds plain numbers and words only, not {0.1}"),
        ({"settings": {"lr": np.array([0.1, 0.2])}}, "a Config holds plain numbers and words only"),
        ({"settings": {1: 0.1, "lr": 0.1}}, "'<' not supported"),
        ({"settings": None}, "argument after .* must be a mapping"),
        (
            {"seed": np.random.SeedSequence(1)},
            "a Config holds plain numbers and words only, not SeedSequence",
        ),
        ({"sizes": None}, "not iterable"),
    ],
)
def test_a_config_that_makes_no_sense_costs_only_its_own_result(change, message, serial, tmp_path):
    configs = [CONFIGS[0], replace(CONFIGS[0], **change), CONFIGS[1]]
    with pytest.warns(RuntimeWarning, match="1 of 3 trainings failed"):
        results = sweep(configs, keep=tmp_path / "kept.jsonl")
    assert same([results[0], results[2]], serial[:2])
    assert results[1].status == "failed"
    assert re.search(message, results[1].error), results[1].error
    assert len(lines(tmp_path / "kept.jsonl")) == 2


def test_only_configs_are_taken():
    with pytest.raises(TypeError, match=r"configs must hold Configs, not \{'method': 'SGD'\}"):
        sweep([CONFIGS[0], {"method": "SGD"}])


class Killing(ProcessPoolExecutor):
    """A real pool of processes, one of which is killed from outside as soon as three trainings are done."""

    def submit(self, *arguments):
        self.futures = [*getattr(self, "futures", []), super().submit(*arguments)]
        if len(self.futures) == 6:
            threading.Thread(target=self.kill, daemon=True).start()
        return self.futures[-1]

    def kill(self):
        for done, _ in enumerate(as_completed(self.futures), start=1):
            if done == 3:
                os.kill(next(iter(self._processes)), getattr(signal, "SIGKILL", signal.SIGTERM))
                return


def test_a_killed_worker_loses_nothing_that_was_done(serial, tmp_path):
    keep = tmp_path / "kept.jsonl"
    long = [replace(config, epochs=150) for config in CONFIGS[3:6]]
    with (
        Killing(1, mp_context=get_context("spawn")) as executor,
        pytest.warns(RuntimeWarning, match="trainings failed:\n.*BrokenProcessPool"),
    ):
        results = sweep([*CONFIGS[:3], *long], executor, keep=keep)
        assert same(results[:3], serial[:3])
        assert {result.status for result in results[3:]} == {"failed"}
        assert len(lines(keep)) == 3
        with pytest.warns(
            RuntimeWarning, match="1 of 4 trainings failed"
        ):  # it stays broken, and says so again
            assert same(sweep(CONFIGS[:4], executor, keep=keep)[:3], serial[:3])
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        assert same(sweep(CONFIGS, fresh, keep=keep), serial)


@pytest.fixture
def press():
    """press(seconds): Ctrl-C after so long; never after the test."""
    timers = []

    def after(seconds):
        timers.append(threading.Timer(seconds, _thread.interrupt_main))
        timers[-1].start()

    yield after
    for timer in timers:
        timer.cancel()


def test_ctrl_c_leaves_the_rest_as_not_run(serial, tmp_path, monkeypatch):
    keep = tmp_path / "kept.jsonl"

    def pressed(config):
        if config is CONFIGS[2]:
            signal.raise_signal(signal.SIGINT)
        return run(config)

    monkeypatch.setattr(sweeps, "run", pressed)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = sweep(CONFIGS, keep=keep)
    assert same(results[:2], serial[:2])
    assert {result.status for result in results[2:]} == {"not run"}
    assert same(sweep(CONFIGS[:2], keep=keep), serial[:2])


def test_ctrl_c_in_a_training_ends_the_sweep_too(press):
    long = Config("SGD", {"lr": 0.1}, **SMALL | {"epochs": 100_000})
    press(0.5)
    began = time.perf_counter()
    results = sweep([long, CONFIGS[0]])
    assert [result.status for result in results] == ["not run", "not run"]
    assert time.perf_counter() - began < 10


def test_ctrl_c_while_waiting_takes_back_what_has_not_begun(press):
    class Idle:
        """An executor on which nothing ever ends."""

        def __init__(self):
            self.futures = []

        def submit(self, *arguments):
            self.futures.append(Future())
            return self.futures[-1]

    press(0.3)
    executor = Idle()
    assert {result.status for result in sweep(CONFIGS, executor)} == {"not run"}
    assert len(executor.futures) == len(CONFIGS)
    assert all(future.cancelled() for future in executor.futures)


# ------------------------------------------------------------------------------------------------ small things


def test_a_config_is_one_line_to_read():
    assert (
        str(Config("Momentum", {"lr": 0.1, "momentum": 0.9}, seed=2))
        == "Momentum(lr=0.1, momentum=0.9), seed 2"
    )


def test_curves_come_back_from_the_file_and_older_files_without_them_are_read_too(tmp_path):
    keep = tmp_path / "kept.jsonl"
    (first,) = sweep(CONFIGS[:1], keep=keep)
    (again,) = sweep(CONFIGS[:1], keep=keep)
    assert again.history.test_losses.tolist() == first.history.test_losses.tolist()
    assert len(first.history.test_losses) == len(first.history.accuracies)
    record = json.loads(keep.read_text(encoding="utf-8"))
    older = "losses", "accuracies", "status", "seconds", "floats"
    record["history"] = {name: record["history"][name] for name in older}
    keep.write_text(json.dumps(record) + "\n", encoding="utf-8")
    (old,) = sweep(CONFIGS[:1], keep=keep)
    assert old.history.losses.tolist() == first.history.losses.tolist()
    assert old.history.test_losses.size == 0


def test_settings_of_numpy_are_kept_too(tmp_path):
    config = replace(CONFIGS[0], settings={"lr": np.float64(0.2)})
    other = replace(CONFIGS[0], settings={"lr": np.float32(0.25)})
    first = sweep([config, other], keep=tmp_path / "kept.jsonl")
    assert [result.status for result in sweep([config, other], keep=tmp_path / "kept.jsonl")] == [
        "finished"
    ] * 2
    assert len(lines(tmp_path / "kept.jsonl")) == 2
    assert isinstance(first[0].history, History)


def test_a_sweep_says_nothing_where_nobody_watches(capsys, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    sweep(CONFIGS[:1])
    assert capsys.readouterr() == ("", "")


def test_in_a_browser_a_sweep_runs_without_its_workers(monkeypatch):
    monkeypatch.setattr("sys.platform", "emscripten")
    executor = ThreadPoolExecutor(1)
    executor.shutdown()  # as there, where no thread can be started
    assert [result.status for result in sweep(CONFIGS[:1], executor)] == ["finished"]


def test_a_sweep_leaves_the_threads_of_matrix_products_as_they_were():
    before = [each["num_threads"] for each in threadpool_info()]
    with ThreadPoolExecutor(2) as executor:
        sweep(CONFIGS[:2], executor)
    assert [each["num_threads"] for each in threadpool_info()] == before


# ---------------------------------------------------------------------------------------- images that are held out


def test_what_is_held_out_is_tested_with_and_the_test_images_stay_unseen(tmp_path):
    config = Config("Momentum", {"lr": 0.05}, held_out=300, **SMALL)
    (result,) = sweep([config], keep=tmp_path / "kept.jsonl")
    digits = load_digits()
    network = TwoLayerNet(config.sizes, seed=0)
    rest = digits.held_out(300)
    history = train(network, Momentum(0.05), rest, epochs=2, progress=False)
    np.testing.assert_array_equal(result.history.losses, history.losses)
    assert result.history.test_losses[-1] == network.loss(rest.x_test, rest.t_test)
    assert result.history.unseen_loss == network.loss(digits.x_test, digits.t_test)
    (again,) = sweep([config], keep=tmp_path / "kept.jsonl")
    assert again.history.unseen_loss == result.history.unseen_loss
    (all_of_them,) = sweep([replace(config, held_out=0)])
    assert all_of_them.history.unseen_loss is None
    assert not np.array_equal(all_of_them.history.losses, history.losses)


# ------------------------------------------------------------------------------------------------------ its page


def test_the_code_of_the_page_on_many_trainings_runs():
    page = (Path(__file__).resolve().parents[1] / "docs" / "many-trainings.md").read_text(encoding="utf-8")
    names = {}
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        exec(block, names)
