"""Training: what a history says is what happened, and nothing that was trained is lost."""

import _thread
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from typing import ClassVar

import numpy as np
import pytest
from every import OPTIMIZERS
from threadpoolctl import threadpool_info, threadpool_limits
from tqdm import tqdm

from course_utils.descent import descend
from course_utils.digits import Digits, load_digits
from course_utils.landscapes import BOWL
from course_utils.network import TwoLayerNet
from course_utils.optimizers import (
    SGD,
    Adam,
    Momentum,
    NesterovLookahead,
)
from course_utils.schedules import Scheduled, one_over_t
from course_utils.support.progress_bar import progress_bar
from course_utils.support.validation import states_of
from course_utils.training import minibatches, train

SIZES = (12, 6, 3)


def made_up(n=50, tests=20, seed=0):
    """Images in which the largest of three groups of pixels is the digit."""
    rng = np.random.default_rng(seed)
    x = rng.random((n + tests, 12), dtype=np.float32)
    t = x.reshape(-1, 3, 4).sum(axis=2).argmax(axis=1)
    return Digits("made up", x[:n], t[:n], x[n:], t[n:])


def equal(one, two):
    return all(np.array_equal(one.params[name], two.params[name]) for name in one.params)


# ------------------------------------------------------------------------------------------------ minibatches


def test_an_epoch_visits_every_image_once_in_a_new_order():
    x = np.arange(10)[:, None]
    batches = minibatches(x, np.arange(10), batch_size=4, seed=1)
    epochs = [[next(batches) for _ in range(3)] for _ in range(3)]
    for epoch in epochs:
        assert [len(t) for _, t in epoch] == [4, 4, 2]
        assert sorted(np.concatenate([t for _, t in epoch])) == list(range(10))
        assert all(np.array_equal(images[:, 0], t) for images, t in epoch)
    orders = {tuple(np.concatenate([t for _, t in epoch])) for epoch in epochs}
    assert len(orders) == 3


def test_a_seed_decides_the_batches():
    x, t = np.arange(30)[:, None], np.arange(30)

    def first(seed):
        return next(minibatches(x, t, 10, seed))[1].tolist()

    assert first(1) == first(1) != first(2)


def test_a_batch_is_a_copy():
    x = np.zeros((4, 2))
    images, _ = next(minibatches(x, np.arange(4), 4))
    images += 1
    assert not x.any()


@pytest.mark.parametrize("size", [0, -1, 11, 2.0, True, None])
def test_a_bad_batch_size_is_named_at_once(size):
    with pytest.raises(ValueError, match="batch_size must be a whole number from 1 to 10, not"):
        minibatches(np.zeros((10, 2)), np.zeros(10, int), size)


@pytest.mark.parametrize("t", [np.zeros(8, int), np.zeros(11, int), 3])
def test_digits_that_do_not_match_the_images_are_refused(t):
    with pytest.raises(
        ValueError, match=r"t must hold one digit for each of the 10 images in x, but its shape is"
    ):
        minibatches(np.zeros((10, 2)), t, 5)


# --------------------------------------------------------------------------------------------------- training


def loop(network, optimizer, digits, steps, batch_size, seed):
    """Training as the lecture writes it down.  -> losses"""
    losses, batches = [], minibatches(digits.x_train, digits.t_train, batch_size, seed)
    with threadpool_limits(1):
        for _ in range(steps):
            x, t = next(batches)
            point = optimizer.gradient_point(network.params)
            losses.append(network.loss(x, t, point))
            optimizer.update(network.params, network.gradient(x, t, point))
    return losses


@pytest.mark.parametrize(
    "method",
    OPTIMIZERS,
    ids=lambda m: m.__name__,
)
def test_training_is_the_loop_that_the_lecture_shows(method):
    digits = made_up()
    network, by_hand = (TwoLayerNet(SIZES, seed=4, dtype=np.float64) for _ in "ab")
    history = train(network, method(lr=0.05), digits, epochs=3, batch_size=20, seed=7)
    losses = loop(by_hand, method(lr=0.05), digits, steps=9, batch_size=20, seed=7)
    assert np.allclose(history.losses, losses, rtol=1e-12)
    assert all(np.allclose(network.params[name], p, rtol=1e-11) for name, p in by_hand.params.items())
    assert (history.status, history.steps) == ("finished", 9)


class Own(Momentum):
    """Momentum as somebody else wrote it: it keeps the first gradients that it is given as they are."""

    def update(self, params, grads):
        self.first = getattr(self, "first", grads)
        super().update(params, grads)


def test_a_students_class_trains_bit_for_bit_as_in_the_loop():
    digits, optimizer = made_up(), Own(0.1)
    network, by_hand = (TwoLayerNet(SIZES, seed=4) for _ in "ab")
    first = network.gradient(*next(minibatches(digits.x_train, digits.t_train, 20, seed=7)))
    history = train(network, optimizer, digits, epochs=3, batch_size=20, seed=7)
    assert history.losses.tolist() == loop(by_hand, Own(0.1), digits, 9, 20, 7)
    assert equal(network, by_hand)
    assert all(np.allclose(optimizer.first[name], g, rtol=1e-4) for name, g in first.items())


class BookMomentum:
    """As "Deep Learning from Scratch" has it: it knows nothing of a gradient point."""

    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {}
            for key, val in params.items():
                self.v[key] = np.zeros_like(val)
        for key in params.keys():  # noqa: SIM118
            self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]
            params[key] += self.v[key]


class Slotted:
    """Gradient descent without a __dict__."""

    __slots__ = ()

    def update(self, params, grads):
        for name in params:
            params[name] -= 0.1 * grads[name]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (BookMomentum(0.1), Momentum(0.1)),
        (Slotted(), SGD(0.1)),
        (Scheduled(BookMomentum(), lambda step: one_over_t(step, 0.1, 5)),
         Scheduled(Momentum(), lambda step: one_over_t(step, 0.1, 5))),
    ],
    ids=["book", "slots", "scheduled book"],
)  # fmt: skip
def test_anything_that_updates_trains_and_walks(theirs, ours):
    for steps in 7, 3:  # and goes on where it was
        networks = [TwoLayerNet(SIZES, seed=4) for _ in "ab"]
        histories = [
            train(network, optimizer, made_up(), steps=steps, batch_size=20)
            for network, optimizer in zip(networks, (theirs, ours), strict=True)
        ]
        np.testing.assert_allclose(histories[0].losses, histories[1].losses, rtol=1e-5)
        assert histories[0].floats == histories[1].floats
    paths = [descend(optimizer, BOWL, (-7.0, 2.0), 10) for optimizer in (Slotted(), SGD(0.1))]
    np.testing.assert_allclose(paths[0].positions, paths[1].positions, rtol=1e-12)


@pytest.mark.parametrize(
    "method",
    OPTIMIZERS,
    ids=lambda m: m.__name__,
)
def test_one_vector_gives_the_same_bits_as_separate_arrays(method):
    digits = made_up()
    networks = [TwoLayerNet(SIZES, seed=4) for _ in "ab"]
    by_name, as_vector = method(lr=0.05), method(lr=0.05)
    apart = networks[0]
    apart.params = {name: p.copy() for name, p in apart.params.items()}  # four arrays, no longer views
    for epochs in 1, 2:  # the second time, both bring along what they remember
        one, two = (
            train(network, optimizer, digits, epochs=epochs, batch_size=20, seed=7)
            for network, optimizer in zip(networks, (by_name, as_vector), strict=True)
        )
        assert one.losses.tobytes() == two.losses.tobytes()
        assert equal(*networks)
    assert one.floats == two.floats
    for state, other in zip(states_of(by_name).values(), states_of(as_vector).values(), strict=True):
        assert list(other) == list(networks[1].params)
        assert all(np.array_equal(state[name], other[name]) for name in state)


def test_a_loop_by_hand_and_train_take_turns():
    digits = made_up()
    mixed, whole = TwoLayerNet(SIZES, seed=4), TwoLayerNet(SIZES, seed=4)
    optimizer = Adam(lr=0.05)
    loop(mixed, optimizer, digits, 3, 50, 7)
    train(mixed, optimizer, digits, steps=1, batch_size=50, seed=8)
    loop(mixed, optimizer, digits, 2, 50, 7)
    other = Adam(lr=0.05)
    for steps, seed in (3, 7), (1, 8), (2, 7):
        loop(whole, other, digits, steps, 50, seed)
    for name, p in whole.params.items():
        np.testing.assert_allclose(mixed.params[name], p, rtol=1e-5, atol=1e-7)


def test_an_optimizer_of_another_network_is_refused_before_anything_changes():
    optimizer, network, fresh = Momentum(0.1), TwoLayerNet(SIZES), TwoLayerNet(SIZES)
    train(TwoLayerNet((12, 5, 3)), optimizer, made_up(), steps=1, batch_size=10)
    with pytest.raises(ValueError, match="take a new optimizer for new parameters"):
        train(network, optimizer, made_up(), steps=1, batch_size=10)
    assert equal(network, fresh)
    assert optimizer.v["W1"].shape == (12, 5)


NET, OPTIMIZER, DIGITS = TwoLayerNet(SIZES), Momentum(0.1), made_up()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((NET, Momentum, DIGITS), r"optimizer must be an optimizer such as Momentum\(lr=0.1\) .*, not the class Momentum itself: call it"),
        ((NET, BookMomentum, DIGITS), "optimizer must be .*, not the class BookMomentum itself"),
        ((TwoLayerNet, OPTIMIZER, DIGITS), "network must be .*, not the class TwoLayerNet itself"),
        ((OPTIMIZER, NET, DIGITS), r"network must be .* \(the order is network, optimizer, digits\), not <.*Momentum object> \(Momentum\)"),
        ((NET, DIGITS, OPTIMIZER), "optimizer must be .*the order is network, optimizer, digits"),
        ((NET, {"lr": 0.1}, DIGITS), r"optimizer must be .*, not \{'lr': 0.1\} \(dict\)"),
        ((NET, "Momentum", DIGITS), "optimizer must be .*, not 'Momentum'"),
        ((NET, OPTIMIZER, load_digits), "digits must be a set of digits such as load_digits"),
    ],
)  # fmt: skip
def test_swapped_arguments_are_named(arguments, message):
    with pytest.raises(TypeError, match=message):
        train(*arguments, steps=1)


def test_accuracies_are_those_after_each_epoch():
    digits, network = made_up(), TwoLayerNet(SIZES, seed=4)
    optimizer, seen = Own(0.1), [network.accuracy(digits.x_test, digits.t_test)]
    together = train(TwoLayerNet(SIZES, seed=4), Own(0.1), digits, epochs=3, batch_size=50, seed=7)
    batches = minibatches(digits.x_train, digits.t_train, 50, seed=7)
    for _ in range(3):
        x, t = next(batches)
        optimizer.update(network.params, network.gradient(x, t))
        seen.append(network.accuracy(digits.x_test, digits.t_test))
    assert together.accuracies.tolist() == seen


def test_the_digits_are_learnt():
    digits, network = load_digits(), TwoLayerNet()
    history = train(network, Momentum(lr=0.1, momentum=0.9), digits, epochs=6)
    assert history.steps == 90
    assert history.losses[0] > 2
    assert history.losses[-15:].mean() < 0.2
    assert history.accuracies[-1] > 0.85
    assert history.accuracies[-1] == network.accuracy(digits.x_test, digits.t_test)


def test_steps_count_steps_and_accuracies_whole_epochs():
    history = train(TwoLayerNet(SIZES), SGD(0.1), made_up(), steps=7, batch_size=20)
    assert history.steps == 7
    assert len(history.accuracies) == 3
    nothing = train(TwoLayerNet(SIZES), SGD(0.1), made_up(), steps=0, batch_size=20)
    assert (nothing.steps, len(nothing.accuracies), nothing.status) == (0, 1, "finished")


def test_the_test_curve_is_measured_after_each_epoch_and_the_training_curve_on_request():
    digits, network = made_up(), TwoLayerNet(SIZES, seed=4)

    def now(x, t):
        return network.loss(x, t), network.accuracy(x, t)

    seen = [(*now(digits.x_test, digits.t_test), *now(digits.x_train, digits.t_train))]
    optimizer, batches = Own(0.1), minibatches(digits.x_train, digits.t_train, 20, seed=7)
    for step in range(1, 10):
        x, t = next(batches)
        optimizer.update(network.params, network.gradient(x, t))
        if step % 3 == 0:
            seen.append((*now(digits.x_test, digits.t_test), *now(digits.x_train, digits.t_train)))
    how = {"epochs": 3, "batch_size": 20, "seed": 7}
    history = train(TwoLayerNet(SIZES, seed=4), Own(0.1), digits, **how, curves=True)
    curves = history.test_losses, history.accuracies, history.train_losses, history.train_accuracies
    np.testing.assert_array_equal(np.transpose(curves), seen)
    plain = train(TwoLayerNet(SIZES, seed=4), Own(0.1), digits, **how)
    assert plain.test_losses.tolist() == history.test_losses.tolist()
    assert plain.train_losses.size == plain.train_accuracies.size == 0
    assert (history.batch_size, history.seed) == (20, 7)


def test_early_stopping_ends_at_the_lowest_test_loss():
    digits, how = made_up(), {"batch_size": 10, "seed": 3}
    whole, network, again = (TwoLayerNet(SIZES, seed=4) for _ in "abc")
    losses = train(whole, Momentum(0.3), digits, epochs=60, **how).test_losses
    history = train(network, Momentum(0.3), digits, epochs=60, patience=5, **how)
    waits = [epoch - int(np.argmin(losses[: epoch + 1])) for epoch in range(61)]
    ended = waits.index(5)
    assert 5 < ended < 60, "the example must show something"
    assert (history.status, history.steps) == ("stopped", 5 * ended)
    assert history.test_losses.tolist() == losses[: ended + 1].tolist()
    assert history.best_epoch == ended - 5
    train(again, Momentum(0.3), digits, epochs=history.best_epoch, **how)
    assert equal(network, again)


def test_a_training_that_gets_better_is_not_stopped():
    digits = made_up()
    history = train(TwoLayerNet(SIZES), SGD(0.01), digits, epochs=4, patience=1, batch_size=25)
    assert (np.diff(history.test_losses) < 0).all()
    assert (history.status, history.best_epoch) == ("finished", 4)


def test_the_best_epoch_is_never_one_without_a_number():
    history = train(TwoLayerNet(SIZES), SGD(lr=1e38), made_up(), epochs=5, batch_size=50, patience=2)
    assert not np.isfinite(history.test_losses[-1])
    assert history.best_epoch == 0


@pytest.mark.parametrize("patience", [0, -1, 1.5, True])
def test_patience_must_be_a_number_of_epochs(patience):
    with pytest.raises(ValueError, match="patience must be a whole number ≥ 1, not"):
        train(TwoLayerNet(SIZES), SGD(), made_up(), epochs=1, patience=patience)


def test_training_in_two_parts_takes_the_optimizer_along():
    network, optimizer = TwoLayerNet(SIZES), Momentum(lr=0.1)
    train(network, optimizer, made_up(), epochs=1, batch_size=25)
    velocity = {name: v.copy() for name, v in optimizer.v.items()}
    train(network, optimizer, made_up(), steps=0, batch_size=25)
    assert all(np.array_equal(velocity[name], v) for name, v in optimizer.v.items())
    assert any(v.any() for v in velocity.values())


def test_a_history_counts_what_the_optimizer_keeps():
    digits = load_digits()
    kept = {
        str(optimizer): train(TwoLayerNet(), optimizer, digits, steps=2).floats
        for optimizer in (
            SGD(0.1),
            Momentum(0.1),
            NesterovLookahead(0.1),
            Adam(0.001),
            Scheduled(Momentum(0.1), lambda step: one_over_t(step, 0.1, 5)),
        )
    }
    assert list(kept.values()) == [0, 39_760, 39_760, 79_520, 39_760]


def test_divergence_is_a_status_and_no_warning():
    network = TwoLayerNet(SIZES)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = train(network, SGD(lr=1e38), made_up(), epochs=5, batch_size=10)
    assert history.status == "diverged"
    assert 1 <= history.steps < 25
    assert np.isfinite(history.losses).all()
    assert len(history.accuracies) == 1 + history.steps // 5


def test_images_of_a_wrong_shape_are_named_before_anything_changes():
    network, fresh = TwoLayerNet(seed=3), TwoLayerNet(seed=3)
    with pytest.raises(ValueError, match=r"x must have the shape \(n, 784\)"):
        train(network, SGD(), made_up(), epochs=1)
    assert equal(network, fresh)


@pytest.mark.parametrize(
    ("length", "message"),
    [
        ({}, "say how long to train: either epochs=10 or steps=150"),
        ({"epochs": 1, "steps": 1}, "say how long to train"),
        ({"epochs": -1}, "epochs must be a whole number ≥ 0, not -1"),
        ({"steps": 1.5}, "steps must be a whole number ≥ 0, not 1.5"),
        ({"epochs": True}, "epochs must be a whole number ≥ 0, not True"),
    ],
)
def test_how_long_to_train_must_be_said_clearly(length, message):
    with pytest.raises(ValueError, match=message):
        train(TwoLayerNet(SIZES), SGD(), made_up(), **length)


# ----------------------------------------------------------------------------------------------------- Ctrl-C


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


class Pressing(Own):
    """Momentum during whose 5th update somebody presses Ctrl-C."""

    presses = 1

    def update(self, params, grads):
        self.steps = getattr(self, "steps", 0) + 1
        if self.steps == 5:
            for _ in range(self.presses):
                signal.raise_signal(signal.SIGINT)
        super().update(params, grads)


def test_ctrl_c_keeps_exactly_what_was_trained():
    network, same = TwoLayerNet(SIZES), TwoLayerNet(SIZES)
    history = train(network, Pressing(0.1), made_up(), epochs=10, batch_size=10)
    assert (history.status, history.steps) == ("interrupted", 5)
    untouched = train(same, Own(0.1), made_up(), steps=5, batch_size=10)
    assert equal(network, same)
    assert np.array_equal(history.losses, untouched.losses)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_ends_it_at_once():
    optimizer = Pressing(0.1)
    optimizer.presses = 2
    with pytest.raises(KeyboardInterrupt):
        train(TwoLayerNet(SIZES), optimizer, made_up(), epochs=10, batch_size=10)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_from_outside_interrupts_a_long_training(press):
    press(0.3)
    began = time.perf_counter()
    history = train(TwoLayerNet(SIZES), SGD(0.1), made_up(), steps=10_000_000, batch_size=10)
    assert history.status == "interrupted"
    assert history.steps > 0
    assert time.perf_counter() - began < 5


def test_a_foreign_ctrl_c_handler_is_left_alone():
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append("mine"))
    try:
        history = train(TwoLayerNet(SIZES), Pressing(0.1), made_up(), epochs=2, batch_size=10)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (history.status, heard) == ("finished", ["mine"])


# --------------------------------------------------------------------------------------------- the same bits


def threads():
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


class Watching(SGD):
    seen: ClassVar[set] = set()

    def update(self, params, grads):
        self.seen.update(threads())
        super().update(params, grads)


def test_matrix_products_run_on_one_thread_while_training_and_then_as_before():
    before = threads()
    assert before, "this numpy brings no library that threadpoolctl knows"
    train(TwoLayerNet(SIZES), Watching(0.1), made_up(), steps=3, batch_size=10)
    assert Watching.seen == {1}
    assert threads() == before


def test_any_number_of_processors_gives_the_same_bits():
    script = (
        "import hashlib\n"
        "from course_utils import optimizers\n"
        "from course_utils.digits import load_digits\n"
        "from course_utils.network import TwoLayerNet\n"
        "from course_utils.training import train\n"
        "network = TwoLayerNet(); train(network, optimizers.Momentum(0.1), load_digits(), steps=20)\n"
        "print(hashlib.sha256(network.params['W1'].tobytes()).hexdigest())"
    )

    def result(count):
        limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(count))
        return subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | limits,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert result(1) == result(3)


# ---------------------------------------------------------------------------------------------------- the bar


def test_no_bar_is_drawn_if_nobody_watches(capsys, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    train(TwoLayerNet(SIZES), SGD(0.1), made_up(), epochs=2, batch_size=10)
    assert capsys.readouterr() == ("", "")


def test_in_a_browser_a_bar_is_not_red_and_starts_no_thread(capsys, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.setattr("sys.platform", "emscripten")
    monkeypatch.setattr(tqdm, "monitor_interval", 10)
    monkeypatch.setattr(tqdm, "monitor", None)
    with progress_bar(2, "training", "epoch") as bar:
        bar.delay = 0
        bar.update(2)
        assert tqdm.monitor is None
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "2/2" in shown.out


def test_in_an_open_notebook_a_long_training_shows_a_bar_that_is_not_red(capsys, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/08.ipynb")
    slow = SGD(0.1)
    monkeypatch.setattr(slow, "gradient_point", lambda params: time.sleep(0.02) or params, raising=False)
    with monkeypatch.context() as patch:
        patch.setattr("course_utils.support.progress_bar.DELAY", 0.1)
        train(TwoLayerNet(SIZES), slow, made_up(), steps=10, batch_size=10)
        shown = capsys.readouterr()
        train(TwoLayerNet(SIZES), slow, made_up(), steps=10, batch_size=10, progress=False)
    assert shown.err == ""  # Jupyter shows stderr on red
    assert "training" in shown.out
    assert "10/10" in shown.out
    assert "accuracy=" in shown.out
    train(TwoLayerNet(SIZES), SGD(0.1), made_up(), steps=10, batch_size=10)
    assert capsys.readouterr() == ("", ""), "a short training needs no bar, and who asks for none gets none"
