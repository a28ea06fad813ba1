"""A training that is saved and taken up again is the training that never paused, bit for bit."""

import json

import numpy as np
import pytest
from every import OPTIMIZERS

from course_utils.digits import Digits
from course_utils.network import TwoLayerNet
from course_utils.optimizers import SGD, Adam, Momentum
from course_utils.schedules import Scheduled, cosine
from course_utils.support.validation import states_of
from course_utils.training import load_run, minibatches, save_run, train
from course_utils.wrappers import Clipped, Decayed

SIZES = (12, 6, 3)


def made_up(n=50, tests=20):
    rng = np.random.default_rng(0)
    x = rng.random((n + tests, 12), dtype=np.float32)
    t = x.reshape(-1, 3, 4).sum(axis=2).argmax(axis=1)
    return Digits("made up", x[:n], t[:n], x[n:], t[n:])


def wrapped():
    return Scheduled(
        Clipped(Decayed(Adam(), 0.1, ["W1", "W2"], decoupled=False), 0.5),
        lambda step: cosine(step, 0.05, 30, 4),
    )


KINDS = {method.__name__: lambda method=method: method(lr=0.05) for method in OPTIMIZERS} | {
    "wrapped": wrapped
}


def both(values):
    return {
        name: value.tobytes() if isinstance(value, np.ndarray) else value for name, value in values.items()
    }


def memory(optimizer):
    return [{name: both(state) for name, state in states_of(each).items()} for each in chain(optimizer)]


def chain(optimizer):
    while optimizer is not None:
        yield optimizer
        optimizer = getattr(optimizer, "optimizer", None)


@pytest.mark.parametrize("pause", [0, 3, 7, 9], ids=lambda steps: f"after {steps} steps")
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_resumed_is_uninterrupted_bit_for_bit(make, pause, tmp_path):
    digits, how = made_up(), {"batch_size": 20, "seed": 7, "curves": True}
    whole, optimizer = TwoLayerNet(SIZES, seed=4), make()
    history = train(whole, optimizer, digits, epochs=6, **how)

    first, begun = TwoLayerNet(SIZES, seed=4), make()
    save_run(tmp_path / "run.npz", first, begun, train(first, begun, digits, steps=pause, **how))
    second, taken_up = TwoLayerNet(SIZES, seed=99), make()
    so_far = load_run(tmp_path / "run.npz", second, taken_up)
    assert so_far.steps == pause
    resumed = train(second, taken_up, digits, epochs=6, **how, after=so_far)

    assert both(whole.params) == both(second.params)
    assert memory(optimizer) == memory(taken_up)
    times = {"seconds": 0.0}
    assert both(vars(history) | times) == both(vars(resumed) | times)


def test_without_the_optimizers_state_the_run_is_another():
    digits, networks = made_up(), [TwoLayerNet(SIZES, seed=4) for _ in "ab"]
    endings = []
    for network, forget in zip(networks, (False, True), strict=True):
        optimizer = Adam(0.05)
        history = train(network, optimizer, digits, steps=6, batch_size=20)
        optimizer = Adam(0.05) if forget else optimizer
        endings.append(train(network, optimizer, digits, steps=12, batch_size=20, after=history).losses)
    assert endings[0][:7].tolist() == endings[1][:7].tolist()
    assert (endings[0][7:] != endings[1][7:]).all()


def test_numbers_that_the_optimizer_was_made_with_come_back_too(tmp_path):
    network, optimizer = TwoLayerNet(SIZES), Momentum(np.float32(0.25), 0.75)
    save_run(
        tmp_path / "run.npz", network, optimizer, train(network, optimizer, made_up(), steps=2, batch_size=10)
    )
    other = Momentum(0.1)
    load_run(tmp_path / "run.npz", network, other)
    assert (other.lr, other.momentum) == (0.25, 0.75)
    assert other.lr.dtype == np.float32


class Own:
    """Momentum as the book has it."""

    def __init__(self):
        self.lr, self.v = 0.1, None

    def update(self, params, grads):
        if self.v is None:
            self.v = {key: np.zeros_like(p) for key, p in params.items()}
        for key in params:
            self.v[key] = 0.9 * self.v[key] - self.lr * grads[key]
            params[key] += self.v[key]


def test_a_students_class_is_saved_like_the_others(tmp_path):
    digits, network, optimizer = made_up(), TwoLayerNet(SIZES), Own()
    history = train(network, optimizer, digits, steps=4, batch_size=20)
    save_run(tmp_path / "run.npz", network, optimizer, history)
    whole = train(network, optimizer, digits, steps=8, batch_size=20, after=history)
    other, again = TwoLayerNet(SIZES, seed=3), Own()
    resumed = train(
        other, again, digits, steps=8, batch_size=20, after=load_run(tmp_path / "run.npz", other, again)
    )
    assert whole.losses.tobytes() == resumed.losses.tobytes()
    assert both(network.params) == both(other.params)


def test_the_best_epoch_is_kept_for_early_stopping(tmp_path):
    digits, how = made_up(), {"batch_size": 10, "patience": 4}
    network, optimizer = TwoLayerNet(SIZES), Momentum(0.3)
    whole = train(network, optimizer, digits, epochs=40, **how)
    assert whole.status == "stopped"
    first, begun = TwoLayerNet(SIZES), Momentum(0.3)
    history = train(first, begun, digits, epochs=whole.best_epoch + 2, **how)
    save_run(tmp_path / "run.npz", first, begun, history)
    second, taken_up = TwoLayerNet(SIZES), Momentum(0.3)
    history = load_run(tmp_path / "run.npz", second, taken_up)
    resumed = train(second, taken_up, digits, epochs=40, **how, after=history)
    assert (resumed.status, resumed.best_epoch) == ("stopped", whole.best_epoch)
    assert both(network.params) == both(second.params)


def test_the_same_file_can_be_written_again(tmp_path):
    digits, network, optimizer = made_up(), TwoLayerNet(SIZES), SGD(0.1)
    for steps in 2, 4:
        save_run(
            tmp_path / "run",
            network,
            optimizer,
            train(network, optimizer, digits, steps=steps, batch_size=10),
        )
    assert load_run(tmp_path / "run", network, optimizer).steps == 4
    assert [path.name for path in tmp_path.iterdir()] == ["run"], "and nothing else is left beside it"


# ----------------------------------------------------------------------------------- files that are no training


@pytest.fixture
def saved(tmp_path):
    network, optimizer = TwoLayerNet(SIZES), Momentum(0.1)
    path = tmp_path / "run.npz"
    save_run(path, network, optimizer, train(network, optimizer, made_up(), steps=4, batch_size=20))
    return path


def refused(path, message, network=None, optimizer=None):
    network, optimizer = network or TwoLayerNet(SIZES, seed=5), optimizer or Momentum(0.2)
    before = both(network.params), both(vars(optimizer))
    with pytest.raises(ValueError, match=message):
        load_run(path, network, optimizer)
    assert (both(network.params), both(vars(optimizer))) == before


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\3\4 and no more", b"\x93NUMPY", b"\0" * 300])
def test_a_foreign_file_is_named(tmp_path, content):
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    refused(path, "other.npz is damaged, or not a file that save_run wrote")


def test_arrays_of_somebody_else_are_named(tmp_path):
    np.savez(tmp_path / "other.npz", W1=np.ones((12, 6)))
    refused(tmp_path / "other.npz", "not a file that save_run wrote")
    np.save(tmp_path / "one.npy", np.ones(3))
    refused(tmp_path / "one.npy", "not a file that save_run wrote")


def test_a_damaged_file_is_refused_wherever_the_damage_is(saved):
    whole = saved.read_bytes()
    for length in range(0, len(whole), 97):
        saved.write_bytes(whole[:length])
        refused(saved, "run.npz is damaged")
    rng, harmless = np.random.default_rng(0), 0
    for place in rng.choice(len(whole), 200, replace=False):
        saved.write_bytes(whole[:place] + bytes([whole[place] ^ 64]) + whole[place + 1 :])
        network, optimizer = TwoLayerNet(SIZES), Momentum(0.1)
        try:
            load_run(saved, network, optimizer)
            harmless += 1  # in a part of the zip that nobody reads, such as a date
        except ValueError as problem:
            assert "run.npz is damaged" in str(problem)
    assert harmless < 60


def test_a_file_that_would_run_code_is_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return open, (str(tmp_path / "trapped"), "w")

    np.savez(tmp_path / "trap.npz", told=np.array([Trap()], dtype=object))
    refused(tmp_path / "trap.npz", "not a file that save_run wrote")
    assert not (tmp_path / "trapped").exists()


def test_the_file_holds_plain_arrays_and_one_text(saved):
    with np.load(saved, allow_pickle=False) as kept:
        assert {"told", "network/params/W1", "optimizer0/v/b2", "history/losses"} <= set(kept.files)
        assert json.loads(kept["told"].item())["optimizer"] == ["Momentum"]


def test_another_network_or_optimizer_is_named(saved):
    refused(
        saved,
        r"saved with another network: W1 \(12, 6\) in float32, .*, and not W1 \(12, 5\)",
        TwoLayerNet((12, 5, 3)),
    )
    refused(saved, "another network: .* and not .*float64", TwoLayerNet(SIZES, dtype=np.float64))
    refused(saved, "saved with another optimizer: Momentum, and not Adam", optimizer=Adam())
    refused(saved, "Momentum, and not Clipped around Momentum", optimizer=Clipped(Momentum(), 1))


def test_a_missing_file_raises_the_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_run(tmp_path / "nowhere.npz", TwoLayerNet(SIZES), SGD())


def test_swapped_arguments_are_named(tmp_path):
    network, optimizer = TwoLayerNet(SIZES), SGD(0.1)
    history = train(network, optimizer, made_up(), steps=1, batch_size=10)
    with pytest.raises(TypeError, match="network must be a network such as"):
        save_run(tmp_path / "run.npz", optimizer, network, history)
    with pytest.raises(TypeError, match="history must be the History that train gave"):
        save_run(tmp_path / "run.npz", network, optimizer, [1.0])
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------------------------------- going on after


def test_batches_can_be_skipped():
    x, t = np.arange(10)[:, None], np.arange(10)
    every = minibatches(x, t, 4, seed=1)
    seen = [next(every)[1].tolist() for _ in range(9)]
    for skip in range(8):
        assert next(minibatches(x, t, 4, seed=1, skip=skip))[1].tolist() == seen[skip]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"batch_size": 5}, "batch_size is not what it was in the training so far"),
        ({"seed": 1}, "seed is not what it was"),
        ({"curves": True}, "curves is not what it was"),
        ({"patience": 3}, "patience is not what it was"),
        ({"steps": 3}, "steps counts from the beginning: after 4 steps, steps=3 would be a step back"),
    ],
)
def test_a_training_is_continued_as_it_was_begun(changed, message):
    network, optimizer, how = TwoLayerNet(SIZES), SGD(0.1), {"steps": 8, "batch_size": 10}
    history = train(network, optimizer, made_up(), steps=4, batch_size=10)
    with pytest.raises(ValueError, match=message):
        train(network, optimizer, made_up(), **how | changed, after=history)
    assert train(network, optimizer, made_up(), **how, after=history).steps == 8
