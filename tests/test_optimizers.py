"""The optimizers: equal to PyTorch, Keras and optax, to each other as the lectures prove, and to the book."""

import json
import tracemalloc
from fractions import Fraction as F
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from every import ADAPTIVE, CONSTANT_RATE, OPTIMIZERS, WITH_VELOCITY
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.descent import descend
from course_utils.landscapes import BOWL, SADDLE
from course_utils.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    NesterovLookahead,
    RMSProp,
)
from course_utils.support.validation import is_usual, states_of


def make(method, lr, momentum):
    """The method with these settings, as far as it has them."""
    return method(lr, momentum) if method in WITH_VELOCITY else method(lr)


#: what a method remembers, where it is not a velocity
STATES = {SGD: [], AdaGrad: ["s"], RMSProp: ["s"], Adam: ["m", "s"], AdamW: ["m", "s"]}


def plain(params):
    return {name: np.copy(p) for name, p in params.items()}


def theta_big(optimizer, params):
    """Θ = θ + μ v, the point that Nesterov's method stores in its other form."""
    v = optimizer.v or dict.fromkeys(params, 0)
    return {name: params[name] + optimizer.momentum * v[name] for name in params}


# --- recorded from the libraries -----------------------------------------------------------------------

GOLDEN = Path(__file__).parent / "golden"


def recorded(kind):
    names = "pytorch", "keras", "optax"
    return {name: json.loads((GOLDEN / f"{kind}-{name}.json").read_text(encoding="utf-8")) for name in names}


def cases_of(records):
    return [
        pytest.param(record, case, id=f"{name}: {case['name']}")
        for name, record in records.items()
        for case in record["cases"]
    ]


RECORDS, ADAPTIVE_RECORDS = recorded("sgd"), recorded("adaptive")
CASES, ADAPTIVE_CASES = cases_of(RECORDS), cases_of(ADAPTIVE_RECORDS)
CONSTANT = [c for c in CASES if "constant" in c.id]
DROPS = {name: [c for c in CASES if "drop" in c.id and c.id.startswith(name)] for name in RECORDS}
GRADIENT = {"bowl": BOWL.gradient, "saddle": SADDLE.gradient}


def arrays(row):
    return {name: np.array(value) for name, value in row.items()}


def unchanged(optimizer, *_):
    """What to do before a step, or at a drop of lr: nothing."""


def replay(record, case, method=None, at_drop=unchanged, before=unchanged):
    """Our parameters (Θ for the look-ahead) before the first and after every step of a recorded case."""
    method = method or {m.__name__: m for m in OPTIMIZERS}[case["method"]]
    settings = case["settings"] if method in ADAPTIVE else {"momentum": case["momentum"]}
    optimizer = method(case["lr"][0], **({} if method is SGD else settings))
    params = arrays(case["params"][0])
    stored = theta_big if method is NesterovLookahead else lambda optimizer, params: params
    rows = [plain(stored(optimizer, params))]
    for t, lr in enumerate(case["lr"]):
        if lr != optimizer.lr:
            at_drop(optimizer, lr / optimizer.lr)
            optimizer.lr = lr
        if case["gradients"] == "seeded":
            grads = arrays(record["grads"][t])
        else:
            point = optimizer.gradient_point(params)
            grads = {"theta": GRADIENT[case["gradients"]](point["theta"])}
        before(optimizer, t + 1)
        optimizer.update(params, grads)
        rows.append(plain(stored(optimizer, params)))
    return rows


def distance(case, rows):
    return max(
        np.max(np.abs(np.asarray(recorded[name]) - row[name]))
        for recorded, row in zip(case["params"], rows, strict=True)
        for name in recorded
    )


def test_the_records_are_complete_small_and_say_where_they_come_from():
    assert max(path.stat().st_size for path in GOLDEN.glob("*.json")) < 120_000
    sizes = [18, 18, 18, 32, 8, 24]
    for (name, record), size in zip([*RECORDS.items(), *ADAPTIVE_RECORDS.items()], sizes, strict=True):
        assert {"pytorch": "torch", "keras": "keras", "optax": "optax"}[name] in record["library"]
        assert any(character.isdigit() for character in record["library"])
        names = [case["name"] for case in record["cases"]]
        assert len(names) == len(set(names)) == size
        assert {np.shape(p) for p in record["cases"][0]["params"][0].values()} == {(), (2,), (2, 2)}
        assert {len(case["params"]) for case in record["cases"]} == {7}


@pytest.mark.parametrize("record, case", CONSTANT)
def test_at_constant_lr_we_agree_with_every_library(record, case):
    assert distance(case, replay(record, case)) < 1e-12


@pytest.mark.parametrize("record, case", [c for c in CONSTANT if "Nesterov" in c.id])
def test_the_look_ahead_agrees_through_the_point_it_looks_from(record, case):
    assert distance(case, replay(record, case, NesterovLookahead)) < 1e-12


@pytest.mark.parametrize("record, case", DROPS["keras"])
def test_after_a_drop_of_lr_keras_is_still_the_book(record, case):
    assert distance(case, replay(record, case)) < 1e-12


@pytest.mark.parametrize("record, case", [c for c in DROPS["keras"] if "Nesterov" in c.id])
def test_after_a_drop_of_lr_keras_is_still_sutskevers_look_ahead(record, case):
    assert distance(case, replay(record, case, NesterovLookahead)) < 1e-12


@pytest.mark.parametrize("record, case", DROPS["pytorch"] + DROPS["optax"])
def test_after_a_drop_of_lr_pytorch_and_optax_differ_by_their_buffer(record, case):
    """They keep b = −v / lr: a new lr rescales the whole past. Rescaling v by hand gives their numbers."""

    def rescale(optimizer, ratio):
        for v in getattr(optimizer, "v", {}).values():
            v *= ratio

    assert distance(case, replay(record, case, at_drop=rescale)) < 1e-12
    if case["method"] == "SGD":  # no past, nothing to rescale
        assert distance(case, replay(record, case)) < 1e-12
    else:
        assert distance(case, replay(record, case)) > 0.01


@pytest.mark.parametrize("record, case", [c for c in ADAPTIVE_CASES if not c.id.startswith("keras")])
def test_the_adaptive_methods_agree_with_pytorch_and_optax_whatever_lr_does(record, case):
    assert distance(case, replay(record, case)) < 1e-12


@pytest.mark.parametrize("record, case", [c for c in ADAPTIVE_CASES if c.id.startswith("keras")])
def test_keras_folds_adams_correction_into_lr_and_so_has_another_epsilon(record, case):
    """θ ← θ − (η √(1 − β₂ᵗ) / (1 − β₁ᵗ)) m / (√s + ε): our ε would have to be ε / √(1 − β₂ᵗ), another at each step.

    With Keras's own ε, 1e-7, that is 1e-7/√0.001 = 3.2e-6 at t = 1.
    """
    eps, beta2 = case["settings"]["eps"], case["settings"]["beta2"]

    def trap(optimizer, t):
        optimizer.eps = eps / (1 - beta2**t) ** 0.5

    assert distance(case, replay(record, case, before=trap)) < 1e-12
    assert distance(case, replay(record, case)) > (0.01 if eps == 0.1 else 1e-9)


def test_the_witness_of_the_lecture():
    """g = 1, μ = 0.9, lr 0.1 and then 0.01: −0.119 in PyTorch, −0.200 in the book."""
    optimizer, params = Momentum(F(1, 10), F(9, 10)), {"theta": F(0)}
    theta, b = F(0), F(0)
    for lr in F(1, 10), F(1, 100):
        optimizer.lr = lr
        optimizer.update(params, {"theta": F(1)})
        b = F(9, 10) * b + 1
        theta -= lr * b
    assert params["theta"] == F(-200, 1000)
    assert theta == F(-119, 1000)


# --- equivalences the lectures prove ---------------------------------------------------------------------

small = st.fractions(-4, 4, max_denominator=8)
rates = st.fractions(F(1, 16), 2, max_denominator=16)
momenta = st.fractions(0, 1, max_denominator=16)
pairs = st.tuples(small, small)
curvatures = st.fractions(-2, 4, max_denominator=4)


@settings(max_examples=50)
@given(rates, momenta, pairs, curvatures, curvatures, st.integers(1, 6))
def test_nesterov_in_both_forms_is_one_method(lr, mu, start, a, b, steps):
    ahead, stored = NesterovLookahead(lr, mu), Nesterov(lr, mu)
    theta = {"x": start[0], "y": start[1]}
    big = dict(theta)
    for _ in range(steps):
        point = ahead.gradient_point(theta)
        ahead.update(theta, {"x": a * point["x"] + point["y"], "y": b * point["y"] + point["x"]})
        stored.update(big, {"x": a * big["x"] + big["y"], "y": b * big["y"] + big["x"]})
        assert theta_big(ahead, theta) == big
        assert ahead.v == stored.v
        assert {n: big[n] - mu * stored.v[n] for n in big} == theta


@settings(max_examples=50)
@given(st.lists(st.tuples(rates, momenta), min_size=2, max_size=7), small, curvatures)
def test_bengios_formula_is_exact_under_any_schedule(schedule, start, a):
    """Θ⁺ = Θ + μ' μ v − (1 + μ') η g(Θ), v⁺ = μ v − η g(Θ), where μ' is the momentum of the next step."""
    optimizer, theta = NesterovLookahead(), {"x": start}
    big, v = start, F(0)
    for (lr, mu), (_, mu_next) in pairwise(schedule):
        optimizer.lr, optimizer.momentum = lr, mu
        point = optimizer.gradient_point(theta)
        assert point["x"] == big
        optimizer.update(theta, {"x": a * point["x"] - 1})
        g = a * big - 1
        big, v = big + mu_next * mu * v - (1 + mu_next) * lr * g, mu * v - lr * g
        assert theta["x"] + mu_next * optimizer.v["x"] == big


@given(st.lists(small, min_size=1, max_size=8), rates, momenta)
def test_pytorchs_buffer_is_the_velocity_while_lr_is_constant(gradients, lr, mu):
    optimizer, params = Momentum(lr, mu), {"x": F(1)}
    theta, b = F(1), F(0)
    for g in gradients:
        optimizer.update(params, {"x": g})
        b = mu * b + g
        theta -= lr * b
        assert (params["x"], optimizer.v["x"]) == (theta, -lr * b)


@given(small.filter(bool), small, rates, momenta.filter(bool), st.sampled_from([F(1, 10), F(1, 2), F(3)]))
def test_pytorchs_buffer_is_another_method_once_lr_changes(g1, g2, lr, mu, ratio):
    optimizer, params = Momentum(lr, mu), {"x": F(0)}
    optimizer.update(params, {"x": g1})
    optimizer.lr = lr * ratio
    optimizer.update(params, {"x": g2})
    b = mu * g1 + g2
    theta = -lr * g1 - lr * ratio * b
    assert params["x"] - theta == -mu * lr * g1 * (1 - ratio) != 0


def test_momentum_without_momentum_is_gradient_descent():
    paths = [
        descend(m, BOWL, (-7, 2), 20).positions for m in (SGD(0.3), *(w(0.3, 0.0) for w in WITH_VELOCITY))
    ]
    for path in paths[1:]:
        np.testing.assert_allclose(path, paths[0], rtol=1e-12)


# --- the adaptive methods ------------------------------------------------------------------------------------

G = (3.0, -0.02)
FIRST_STEPS = [
    (AdaGrad(0.1), 0.1),
    (RMSProp(0.1, 0.9), 0.1 / 0.1**0.5),
    (RMSProp(0.1), 1.0),
    (Adam(0.1), 0.1),
]


@pytest.mark.parametrize("optimizer, size", FIRST_STEPS, ids=["AdaGrad", "RMSProp(.9)", "RMSProp", "Adam"])
def test_the_first_step_is_as_long_for_a_small_gradient_as_for_a_large_one(optimizer, size):
    params = {"w": np.zeros(2)}
    optimizer.update(params, {"w": np.array(G)})
    np.testing.assert_allclose(params["w"], [-size, size], rtol=1e-5)


def test_without_its_bias_correction_adams_first_step_is_too_long():
    """m = 0.1 g and s = 0.001 g², so m / √s = 0.1 / √0.001 = 3.16 times the sign of g."""
    optimizer, params = Adam(0.1, eps=1e-300), {"w": np.zeros(2)}
    optimizer.update(params, {"w": np.array(G)})
    np.testing.assert_allclose(
        -0.1 * optimizer.m["w"] / optimizer.s["w"] ** 0.5, [-0.31623, 0.31623], atol=5e-6
    )
    np.testing.assert_allclose(params["w"], [-0.1, 0.1], rtol=1e-12)


def test_weight_decay_is_not_an_l2_term_in_the_gradient():
    """At the first step L2 only changes g, whose size Adam divides out; AdamW takes η w θ away."""
    theta, g, decay = np.array([5.0, -4.0]), np.array([1.0, 2.0]), 0.01
    ends = {}
    for name, optimizer, grads in (
        ("plain", Adam(0.1), g),
        ("L2", Adam(0.1), g + decay * theta),
        ("decoupled", AdamW(0.1, weight_decay=decay), g),
    ):
        params = {"w": theta.copy()}
        optimizer.update(params, {"w": grads})
        ends[name] = params["w"]
    np.testing.assert_allclose(ends["L2"], ends["plain"], rtol=1e-8)
    np.testing.assert_allclose(ends["decoupled"] - ends["plain"], -0.1 * decay * theta, rtol=1e-12)


USUAL = {  # what a loop passes: a parameter, and a learning rate
    "whole numbers": (1, 1),
    "plain numbers": (1.0, 0.1),
    "NumPy's numbers": (np.float64(1), np.float64(0.1)),
    "an array": (np.ones((3, 2)), 0.1),
    "single precision": (np.ones((3, 2), np.float32), 1),
    "a rate for each path": (np.ones((3, 2)), np.full((3, 1), 0.1)),
}


@pytest.mark.parametrize("value, lr", USUAL.values(), ids=USUAL)
@pytest.mark.parametrize("method", OPTIMIZERS)
def test_what_loops_pass_is_accepted_at_a_glance(method, value, lr):
    optimizer, params, grads = method(lr=lr), {"theta": value}, {"theta": value * 0.5}
    for _ in range(2):
        assert is_usual(optimizer, params, grads)
        optimizer.update(params, grads)
    assert not is_usual(optimizer, {"theta": np.ones((1, 2))}, grads), "of another shape"


@pytest.mark.parametrize("method", ADAPTIVE)
def test_plain_numbers_arrays_and_single_precision_give_the_same(method):
    rng = np.random.default_rng(7)
    start, gs = rng.normal(size=3), rng.normal(size=(6, 3))
    numbers, floats = dict(enumerate(start.tolist())), {"w": start.copy()}
    single, points = {"w": start.astype(np.float32)}, {i: np.array(x) for i, x in enumerate(start)}
    optimizers = [method(0.1) for _ in range(4)]
    for g in gs:
        optimizers[0].update(numbers, dict(enumerate(g.tolist())))
        optimizers[1].update(floats, {"w": g})
        optimizers[2].update(single, {"w": g.astype(np.float32)})
        optimizers[3].update(points, {i: np.array(x) for i, x in enumerate(g)})
    assert all(type(x) is float for x in numbers.values())
    np.testing.assert_allclose(list(numbers.values()), floats["w"], rtol=1e-14)
    np.testing.assert_allclose(list(points.values()), floats["w"], rtol=1e-14)
    np.testing.assert_allclose(single["w"], floats["w"], rtol=1e-5)
    assert single["w"].dtype == np.float32


gradients = st.lists(
    st.tuples(*[st.floats(-100, 100).filter(lambda g: abs(g) > 1e-3)] * 2), min_size=1, max_size=6
)


@pytest.mark.parametrize("method", [AdaGrad, RMSProp, Adam])
@settings(max_examples=25, deadline=None)
@given(gradients, st.integers(-20, 20))
def test_the_scale_of_the_loss_does_not_matter(method, gs, power):
    """c · f in place of f: every g is c times as large, and the path is the same. (ε keeps out of the way.)"""
    ends = []
    for c in 1.0, 2.0**power:
        optimizer, params = method(0.1, eps=1e-300), {"w": np.array([1.0, -2.0])}
        for g in gs:
            optimizer.update(params, {"w": c * np.array(g)})
        ends.append(params["w"])
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-12, atol=1e-13)


@settings(max_examples=25, deadline=None)
@given(
    st.floats(-100, 100).filter(lambda g: abs(g) > 1e-3),
    st.integers(1, 12),
    st.floats(0, 0.99),
    st.floats(0, 0.999),
)
def test_for_a_constant_gradient_adams_averages_are_right_from_the_first_step(g, steps, beta1, beta2):
    """That is what the correction is for: m̂ = g and ŝ = g², so every step is −η sign g."""
    optimizer, params = Adam(0.5, beta1, beta2, eps=1e-300), {"w": 0.0}
    for _ in range(steps):
        optimizer.update(params, {"w": g})
    assert optimizer.m["w"] == pytest.approx(g * (1 - beta1**steps))
    assert optimizer.s["w"] == pytest.approx(g * g * (1 - beta2**steps))
    assert params["w"] == pytest.approx(-0.5 * steps * np.sign(g))


@settings(max_examples=25, deadline=None)
@given(gradients)
def test_adagrads_steps_are_the_sum_of_all_squares(gs):
    optimizer, params = AdaGrad(0.1), {"w": np.zeros(2)}
    for g in gs:
        before = params["w"].copy()
        optimizer.update(params, {"w": np.array(g)})
        np.testing.assert_array_less(np.abs(params["w"] - before), 0.1 + 1e-12)
    np.testing.assert_allclose(optimizer.s["w"], np.square(gs).sum(axis=0), rtol=1e-12)


def test_adam_without_memory_of_g_is_bias_corrected_rmsprop():
    adam, other, params, rows = Adam(0.1, beta1=0.0, beta2=0.9), RMSProp(0.1, rho=0.9), {"w": np.ones(2)}, []
    for t in range(1, 6):
        before = params["w"].copy()
        adam.update(params, {"w": np.array([t, -1.0])})
        rows.append(params["w"] - before)
        there = {"w": np.zeros(2)}
        other.update(there, {"w": np.array([t, -1.0])})
        np.testing.assert_allclose(rows[-1], there["w"] * (1 - 0.9**t) ** 0.5, rtol=1e-6)


# --- what params, grads and settings may be ------------------------------------------------------------------


@pytest.mark.parametrize("method", OPTIMIZERS)
@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.floats(0.01, 2), st.floats(0, 1)), min_size=1, max_size=5))
def test_an_array_of_settings_is_a_loop_over_them(method, pairs):
    lr, mu = np.array(pairs).T[..., None]
    steps = [np.array([0.3, -2.0]) * k for k in (1.0, -0.5, 4.0)]
    many = {"w": np.tile([1.0, 5.0], (len(pairs), 1))}
    optimizer = make(method, lr, mu)
    for g in steps:
        optimizer.update(many, {"w": np.tile(g, (len(pairs), 1))})
    path = descend(make(method, lr, mu), BOWL, (-7.0, 2.0), 5)
    for i, (one_lr, one_mu) in enumerate(pairs):
        single, optimizer = {"w": np.array([1.0, 5.0])}, make(method, one_lr, one_mu)
        for g in steps:
            optimizer.update(single, {"w": g})
        np.testing.assert_array_equal(many["w"][i], single["w"])
        alone = descend(make(method, one_lr, one_mu), BOWL, (-7.0, 2.0), 5)
        np.testing.assert_array_equal(path.positions[:, i], alone.positions)
        np.testing.assert_array_equal(path.gradient_points[:, i], alone.gradient_points)
        np.testing.assert_array_equal(path.velocities[:, i], alone.velocities)
        assert path.status[i] == alone.status


@pytest.mark.parametrize("method", CONSTANT_RATE)
@settings(max_examples=15, deadline=None)
@given(rates, momenta, pairs, st.lists(pairs, min_size=1, max_size=5))
def test_fractions_floats_arrays_and_plain_numbers_give_the_same(method, lr, mu, start, gradients):
    exact, plain_numbers = np.array(start, dtype=object), dict(zip("xy", map(float, start), strict=True))
    floats, single = np.array(start, dtype=float), np.array(start, dtype=np.float32)
    optimizers = [make(method, lr, mu)] + [make(method, float(lr), float(mu)) for _ in range(3)]
    for g in gradients:
        optimizers[0].update({"w": exact}, {"w": np.array(g, dtype=object)})
        optimizers[1].update({"w": floats}, {"w": np.array(g, dtype=float)})
        optimizers[2].update(plain_numbers, dict(zip("xy", map(float, g), strict=True)))
        optimizers[3].update({"w": single}, {"w": np.array(g, dtype=np.float32)})
    assert all(isinstance(x, F) for x in exact)
    np.testing.assert_allclose(floats, exact.astype(float), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(list(plain_numbers.values()), floats)
    np.testing.assert_allclose(single, floats, rtol=1e-4, atol=1e-4)
    assert single.dtype == np.float32


@pytest.mark.parametrize("method", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_an_array_keeps_its_identity_and_its_type(method, dtype):
    params = {"w": np.ones((2, 3), dtype), "scalar": np.array(1, dtype)}
    before, grads = dict(params), {"w": np.ones((2, 3), dtype), "scalar": np.array(2, dtype)}
    given_grads = plain(grads)
    optimizer = make(method, 0.1, 0.9)
    for _ in range(3):
        optimizer.update(params, grads)
    for name in params:
        assert params[name] is before[name]
        assert params[name].dtype == dtype
        assert np.all(params[name] < 1)
        np.testing.assert_array_equal(grads[name], given_grads[name])
        for state in states_of(optimizer).values():
            assert state[name].dtype == dtype
            assert state[name].shape == params[name].shape
    assert [*states_of(optimizer)] == STATES.get(method, ["v"])


@pytest.mark.parametrize("method", OPTIMIZERS)
def test_looking_for_the_gradient_point_changes_nothing(method):
    optimizer, params = make(method, 0.1, 0.9), {"w": np.array([1.0, 2.0])}
    assert optimizer.gradient_point(params) is params
    optimizer.update(params, {"w": np.array([1.0, 1.0])})
    w = params["w"].copy()
    point = optimizer.gradient_point(params)
    if method is NesterovLookahead:
        np.testing.assert_allclose(point["w"], w - 0.9 * 0.1)
    else:
        assert point is params
    np.testing.assert_array_equal(params["w"], w)


@pytest.mark.parametrize("method", OPTIMIZERS)
def test_an_update_needs_few_temporary_arrays_at_a_time(method):
    params, grads = ({name: np.ones(250_000) for name in ("a", "b")} for _ in range(2))
    optimizer = make(method, 0.1, 0.9)
    optimizer.update(params, grads)  # the velocity is made here, once
    tracemalloc.start()
    optimizer.update(params, grads)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    at_a_time = 1 if method in CONSTANT_RATE else 2
    if issubclass(method, Adam):  # its three names still hold those of "a" when that of "b" begins
        at_a_time = 4
    assert peak < (at_a_time + 0.1) * params["a"].nbytes


def test_adams_economical_order_is_the_formula():
    beta1, beta2, lr, eps = 0.8, 0.95, 0.1, 0.01  # an epsilon that counts
    optimizer, params = Adam(lr, beta1, beta2, eps), {"w": np.array([1.0, -2.0, 0.5])}
    theta, m, s = params["w"].copy(), np.zeros(3), np.zeros(3)
    rng = np.random.default_rng(5)
    for t in range(1, 9):
        g = rng.normal(size=3)
        optimizer.update(params, {"w": g})
        m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g**2
        theta = theta - lr * (m / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + eps)
        np.testing.assert_allclose(params["w"], theta, rtol=1e-13)


@pytest.mark.parametrize("method", WITH_VELOCITY)
def test_the_velocity_starts_at_rest_and_is_a_plain_attribute(method):
    optimizer = method()
    assert (optimizer.lr, optimizer.momentum, optimizer.v) == (0.01, 0.9, None)
    assert SGD().lr == 0.01
    optimizer.update({"w": np.ones(2)}, {"w": np.ones(2)})
    np.testing.assert_allclose(optimizer.v["w"], -0.01)


# --- the book's own classes and scripts ------------------------------------------------------------------


class BookSGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key in params:
            params[key] -= self.lr * grads[key]


class BookMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {}
            for key, val in params.items():
                self.v[key] = np.zeros_like(val)
        for key in params:
            self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]
            params[key] += self.v[key]


class BookNesterov(BookMomentum):
    def update(self, params, grads):
        if self.v is None:
            self.v = {}
            for key, val in params.items():
                self.v[key] = np.zeros_like(val)
        for key in params:
            params[key] += self.momentum * self.momentum * self.v[key]
            params[key] -= (1 + self.momentum) * self.lr * grads[key]
            self.v[key] *= self.momentum
            self.v[key] -= self.lr * grads[key]


BOOK = [(BookSGD(0.95), SGD(0.95)), (BookMomentum(0.1), Momentum(0.1)), (BookNesterov(0.1), Nesterov(0.1))]


@pytest.mark.parametrize("book, ours", BOOK, ids=["SGD", "Momentum", "Nesterov"])
def test_a_class_as_the_book_types_it_walks_with_descend(book, ours):
    theirs, path = descend(book, BOWL, (-7.0, 2.0), 30), descend(ours, BOWL, (-7.0, 2.0), 30)
    np.testing.assert_allclose(theirs.positions, path.positions, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(theirs.velocities, path.velocities, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("book, ours", BOOK, ids=["SGD", "Momentum", "Nesterov"])
def test_the_books_script_runs_unchanged_with_our_classes(book, ours):
    ends = []
    for optimizer in type(book)(0.1), type(ours)(0.1):
        params, grads = {"x": -7.0, "y": 2.0}, {"x": 0, "y": 0}
        for _ in range(30):
            grads["x"], grads["y"] = params["x"] / 10.0, 2.0 * params["y"]
            optimizer.update(params, grads)
        ends.append((params["x"], params["y"]))
    assert ends[0] == pytest.approx(ends[1], rel=1e-12)
