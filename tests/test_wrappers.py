"""Schedules, clipping and weight decay: equal to PyTorch's over 100 steps, and to what their docstrings say."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from every import OPTIMIZERS
from golden.record_network import SIZES as GOLDEN_SIZES
from golden.record_network import inputs

from course_utils import optimizers, schedules
from course_utils.descent import descend
from course_utils.digits import Digits
from course_utils.landscapes import BOWL
from course_utils.network import TwoLayerNet, backpropagate
from course_utils.optimizers import SGD, Adam, AdamW, Momentum, Nesterov, NesterovLookahead
from course_utils.schedules import Scheduled, constant, cosine, linear
from course_utils.training import minibatches, train
from course_utils.wrappers import Clipped, Decayed, global_norm

RECORD = json.loads((Path(__file__).parent / "golden/training-pytorch.json").read_text(encoding="utf-8"))
STEPS = 100  # as in golden/record_training.py
WEIGHTS = ["W1", "W2"]


# ------------------------------------------------------------------------------------------------- as PyTorch


def schedule_of(case):
    lr, warm_up = case["settings"]["lr"], case["warm_up"]
    whole = {} if case["schedule"] == "constant" else {"steps": STEPS}
    return lambda step: getattr(schedules, case["schedule"])(step, lr, warm_up=warm_up, **whole)


def ours(case):
    optimizer = getattr(optimizers, case["method"])(**case["settings"])
    if case["decay"]:
        optimizer = Decayed(optimizer, case["decay"], WEIGHTS, case["decoupled"])
    if case["clip"]:
        optimizer = Clipped(optimizer, case["clip"])
    return Scheduled(optimizer, schedule_of(case))


@pytest.mark.parametrize("case", RECORD["cases"], ids=lambda case: f"{case['name']}, {case['method']}")
def test_a_hundred_steps_end_where_those_of_pytorch_end(case):
    params, x, t = inputs(GOLDEN_SIZES["small"])
    start = {name: p.copy() for name, p in params.items()}
    optimizer = ours(case)
    for _ in range(STEPS):
        _, grads = backpropagate(optimizer.gradient_point(params), x, t)
        optimizer.update(params, grads)
    for name, expected in case["params"].items():
        np.testing.assert_allclose(params[name], expected, rtol=0, atol=1e-6)
        assert np.abs(start[name] - expected).max() > 1e-3


@pytest.mark.parametrize("case", RECORD["cases"], ids=lambda case: f"{case['name']}, {case['method']}")
def test_every_step_has_the_learning_rate_of_pytorch(case):
    schedule = schedule_of(case)
    rates = np.broadcast_to(case["lr"], STEPS)
    np.testing.assert_allclose([schedule(step) for step in range(STEPS)], rates, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(schedule(np.arange(STEPS)), rates, rtol=1e-12, atol=1e-15)


def test_the_record_says_where_it_comes_from():
    assert RECORD["library"].startswith("torch 2.")
    assert len(RECORD["cases"]) == 20


# -------------------------------------------------------------------------------------------------- schedules


def test_the_first_step_of_a_warm_up_moves_and_its_last_has_the_full_rate():
    t = np.arange(7)
    np.testing.assert_allclose(constant(t, 0.8, warm_up=4), [0.2, 0.4, 0.6, 0.8, 0.8, 0.8, 0.8])
    np.testing.assert_allclose(linear(t, 0.8, steps=6, warm_up=4), [0.2, 0.4, 0.6, 0.8, 0.8, 0.4, 0])
    np.testing.assert_allclose(cosine(t, 0.8, 6, warm_up=4), [0.2, 0.4, 0.6, 0.8, 0.8, 0.4, 0], atol=1e-15)


def test_no_warm_up_is_the_schedule_as_it_always_was():
    assert constant(3, 0.5) == 0.5
    assert linear(1, 0.6, 4) == 0.6 * 0.75
    assert cosine(Fraction(1), 0.6, 4) == 0.6 * (1 + np.cos(np.pi / 4)) / 2
    assert linear(9, 0.6, 4) == 0


# --------------------------------------------------------------------------------------------------- clipping


def test_clipping_shortens_all_arrays_alike():
    grads = {"a": np.array([3.0, 0.0]), "b": np.array([[0.0, -4.0]])}
    params = {name: np.zeros_like(g) for name, g in grads.items()}
    clipped = Clipped(SGD(1.0), limit=1.0)
    clipped.update(params, grads)
    np.testing.assert_allclose(params["a"], [-0.6, 0], rtol=1e-6)
    np.testing.assert_allclose(params["b"], [[0, 0.8]], rtol=1e-6)
    assert clipped.norm == global_norm(grads) == 5
    assert grads["a"].tolist() == [3, 0], "the caller's gradient is left as it was"


def test_a_gradient_within_the_limit_is_left_alone():
    one, two = {"a": np.array([0.3, 0.4])}, {"a": np.array([0.3, 0.4])}
    Clipped(SGD(0.1), limit=0.6).update(one, {"a": np.array([0.3, 0.4])})
    SGD(0.1).update(two, {"a": np.array([0.3, 0.4])})
    assert one["a"].tobytes() == two["a"].tobytes()


@pytest.mark.parametrize("limit", [0, -1, float("nan")])
def test_a_limit_that_lets_nothing_through_is_refused(limit):
    with pytest.raises(ValueError, match="limit must be a number > 0, not"):
        Clipped(SGD(), limit)


def test_a_walk_on_a_map_can_be_clipped_too():
    path = descend(Clipped(SGD(1.0), 0.5), BOWL, (-7.0, 2.0), 3)
    lengths = np.linalg.norm(np.diff(path.positions, axis=0), axis=1)
    np.testing.assert_allclose(lengths, 0.5, rtol=1e-5)
    np.testing.assert_array_equal(path.gradients[0], BOWL.gradient(path.positions[0]))


# ----------------------------------------------------------------------------------------------- weight decay


def drawn(seed=0):
    rng = np.random.default_rng(seed)
    return {"W1": rng.normal(size=(3, 2)), "b1": rng.normal(size=2)}


def walked(optimizer, steps=20, start=0):
    params, rng = drawn(start), np.random.default_rng(1)
    for _ in range(steps):
        point = optimizer.gradient_point(params)
        optimizer.update(
            params, {name: rng.normal(size=p.shape) + 0.3 * point[name] for name, p in params.items()}
        )
    return params


def same(one, two, **tolerance):
    return all(np.allclose(one[name], two[name], **tolerance) for name in one)


def test_decoupled_decay_around_adam_is_adamw_bit_for_bit():
    one, two = walked(Decayed(Adam(0.05), 0.2)), walked(AdamW(0.05, weight_decay=0.2))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)


def test_for_plain_gradient_descent_both_kinds_of_decay_are_one():
    assert same(walked(Decayed(SGD(0.05), 0.2)), walked(Decayed(SGD(0.05), 0.2, decoupled=False)), rtol=1e-12)


def test_for_adam_they_are_not():
    assert not same(
        walked(Decayed(Adam(0.05), 0.2)), walked(Decayed(Adam(0.05), 0.2, decoupled=False)), atol=0.01
    )


@pytest.mark.parametrize("decoupled", [True, False])
def test_what_is_not_named_does_not_decay(decoupled):
    params, grads = drawn(), {name: np.zeros_like(p) for name, p in drawn().items()}
    Decayed(SGD(0.1), 0.5, ["W1"], decoupled).update(params, grads)
    np.testing.assert_allclose(params["W1"], 0.95 * drawn()["W1"], rtol=1e-12)
    assert params["b1"].tobytes() == drawn()["b1"].tobytes()
    assert not grads["W1"].any()


def test_the_price_is_paid_where_the_gradient_was_taken():
    """NAG in θ and in Θ stay one method when the loss has ½ w |θ|² added."""
    ahead = Decayed(NesterovLookahead(0.05, 0.9), 0.5, decoupled=False)
    there = Decayed(Nesterov(0.05, 0.9), 0.5, decoupled=False)
    assert same(
        {name: p + 0.9 * ahead.optimizer.v[name] for name, p in walked(ahead).items()},
        walked(there),
        rtol=1e-9,
    )


def test_a_name_that_no_parameter_has_is_refused_before_anything_changes():
    params = drawn()
    with pytest.raises(ValueError, match="names: 'W3' is none of the parameters, which are W1, b1"):
        Decayed(SGD(), 0.1, ["W1", "W3"]).update(params, drawn(1))
    assert same(params, drawn(), rtol=0, atol=0)


def test_a_negative_decay_is_refused():
    with pytest.raises(ValueError, match="weight_decay must be a finite number ≥ 0, not -1"):
        Decayed(SGD(), -1)


def test_a_wrapper_is_refused_around_what_takes_no_steps():
    for wrap in (lambda what: Clipped(what, 1), Decayed, lambda what: Scheduled(what, lambda step: 0.1)):
        with pytest.raises(TypeError, match="optimizer must be an optimizer such as SGD"):
            wrap("Adam")
        with pytest.raises(TypeError, match="not the class Adam itself"):
            wrap(Adam)


def test_the_rate_of_the_innermost_is_the_rate_of_all():
    inner = Momentum(0.1)
    outer = Scheduled(Clipped(Decayed(inner), 1), lambda step: 0.5)
    assert outer.lr == 0.1
    outer.update({"a": np.ones(2)}, {"a": np.ones(2)})
    assert outer.lr == inner.lr == 0.5


# ------------------------------------------------------------------------------------------ on one long vector


def made_up():
    rng = np.random.default_rng(0)
    x = rng.random((70, 12), dtype=np.float32)
    return Digits("made up", x[:50], np.arange(50) % 3, x[50:], np.arange(20) % 3)


WRAPPED = {
    "clipped": lambda method: Clipped(method(lr=0.05), 0.2),
    "L2": lambda method: Decayed(method(lr=0.05), 0.1, WEIGHTS, decoupled=False),
    "decoupled": lambda method: Decayed(method(lr=0.05), 0.1, WEIGHTS),
    "scheduled": lambda method: Scheduled(method(), lambda step: cosine(step, 0.05, 30, 5)),
    "all": lambda method: Scheduled(
        Clipped(Decayed(method(), 0.1, WEIGHTS, decoupled=False), 0.3), lambda step: linear(step, 0.05, 30, 5)
    ),
}


@pytest.mark.parametrize("method", OPTIMIZERS, ids=lambda method: method.__name__)
@pytest.mark.parametrize("wrapped", WRAPPED.values(), ids=WRAPPED)
def test_training_with_wrappers_takes_the_steps_of_the_loop_by_hand(wrapped, method):
    digits, networks = made_up(), [TwoLayerNet((12, 6, 3), seed=4, dtype=np.float64) for _ in "ab"]
    trained, by_hand = networks
    optimizer, other = wrapped(method), wrapped(method)
    train(trained, optimizer, digits, steps=9, batch_size=20, seed=7)
    train(trained, optimizer, digits, steps=3, batch_size=20, seed=8)  # again, with what it remembers
    for steps, seed in (9, 7), (3, 8):
        batches = minibatches(digits.x_train, digits.t_train, 20, seed)
        for _ in range(steps):
            x, t = next(batches)
            point = other.gradient_point(by_hand.params)
            other.update(by_hand.params, by_hand.gradient(x, t, point))
    assert same(trained.params, by_hand.params, rtol=1e-9)


class Watching(SGD):
    """Gradient descent that notes what it is handed."""

    seen = None

    def update(self, params, grads):
        type(self).seen = list(params)
        super().update(params, grads)


@pytest.mark.parametrize("wrapped", WRAPPED.values(), ids=WRAPPED)
def test_wrappers_leave_the_method_its_long_vector(wrapped, monkeypatch):
    from course_utils.training import vector

    monkeypatch.setitem(vector.METHODS, "Watching", Watching)
    optimizer = wrapped(Watching)
    train(TwoLayerNet((12, 6, 3)), optimizer, made_up(), steps=2, batch_size=20)
    assert Watching.seen == ["all"]
    while hasattr(optimizer, "optimizer"):
        optimizer = optimizer.optimizer
    assert type(optimizer) is Watching, "afterwards the wrapper holds the optimizer that it was given"


def test_a_students_method_within_a_wrapper_gets_its_arrays_by_name():
    Watching.seen = None
    train(TwoLayerNet((12, 6, 3)), Clipped(Watching(0.1), 1), made_up(), steps=2, batch_size=20)
    assert Watching.seen == ["W1", "b1", "W2", "b2"]
