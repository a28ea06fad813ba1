"""The network: equal to PyTorch's, its gradient to central differences, and clear about what it cannot take."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy
from golden.record_network import entries, inputs
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.network import (
    TwoLayerNet,
    backpropagate,
    in_one_vector,
    numerical_gradient,
    sigmoid,
    softmax_cross_entropy,
)

RECORD = json.loads((Path(__file__).parent / "golden/network-pytorch.json").read_text(encoding="utf-8"))
SIZES = {"small": (6, 5, 4), "real": (784, 50, 10)}


def close(mine, theirs):
    return np.allclose(mine, theirs, rtol=1e-12, atol=1e-12)


def some(sizes=(6, 5, 4), n=7, seed=3):
    rng = np.random.default_rng(seed)
    return rng.random((n, sizes[0])), rng.integers(sizes[2], size=n)


# ------------------------------------------------------------------------------------------------ the numbers


@pytest.mark.parametrize("case", RECORD["cases"], ids=lambda c: f"{c['network']}, {c['activation']}")
def test_loss_and_gradient_agree_with_pytorch(case):
    params, x, t = inputs(SIZES[case["network"]])
    network = TwoLayerNet(SIZES[case["network"]], case["activation"], dtype=np.float64)
    assert close(network.loss(x, t, params), case["loss"])
    grads = network.gradient(x, t, params)
    for name, g in grads.items():
        if "gradient" in case:
            assert close(g, case["gradient"][name])
        else:
            assert close([g.sum(), (g * g).sum()], case["sums"][name])
            assert close(entries(g), case["entries"][name])
    assert list(grads) == list(params)


def test_784_50_10_has_39760_parameters_in_float32():
    network = TwoLayerNet()
    assert network.size == 39_760
    assert {name: p.shape for name, p in network.params.items()} == {
        "W1": (784, 50),
        "b1": (50,),
        "W2": (50, 10),
        "b2": (10,),
    }
    grads = network.gradient(*some((784, 50, 10)))
    assert {p.dtype for p in (*network.params.values(), *grads.values())} == {np.dtype(np.float32)}
    assert repr(network) == "TwoLayerNet 784-50-10, relu, 39760 parameters in float32"


def test_sizes_may_be_whole_numbers_of_numpy():
    network = TwoLayerNet(sizes=(12, np.int64(5), np.uint8(3)))
    assert network.sizes == (12, 5, 3)
    assert all(type(size) is int for size in network.sizes)


def test_the_parameters_are_views_of_one_vector():
    network = TwoLayerNet(sizes=(3, 2, 2))
    assert network.vector.shape == (network.size,)
    np.testing.assert_array_equal(
        network.vector, np.concatenate([p.ravel() for p in network.params.values()])
    )
    network.vector[...] = np.arange(network.size)
    assert network.params["b1"].tolist() == [6, 7]
    network.params["b2"][:] = -1
    assert network.vector[-2:].tolist() == [-1, -1]


@settings(max_examples=60)
@given(st.lists(st.lists(st.integers(0, 4), max_size=3), min_size=1, max_size=5), st.sampled_from("fd"))
def test_arrays_in_one_vector_are_views_of_it(shapes, dtype):
    rng = np.random.default_rng(0)
    arrays = {i: rng.normal(size=shape).astype(dtype) for i, shape in enumerate(shapes)}
    vector, views = in_one_vector(arrays)
    assert not vector.size or vector.ctypes.data % 64 == 0
    assert vector.dtype == dtype
    np.testing.assert_array_equal(vector, np.concatenate([a.ravel() for a in arrays.values()]))
    for i, a in arrays.items():
        np.testing.assert_array_equal(views[i], a)
        assert np.shares_memory(views[i], vector) or not a.size
    vector[...] = 7
    assert all(np.all(view == 7) for view in views.values())


def test_backpropagation_is_the_derivative_that_sympy_finds():
    """A 1-1-2 network by hand: h = relu(w x + b), two scores, and the chain rule done by somebody else."""
    w, b, u1, u2, c1, c2 = sympy.symbols("w b u1 u2 c1 c2")
    x, h = sympy.Rational(3, 2), sympy.Rational(3, 2) * w + b  # the values below make h > 0
    scores = (u1 * h + c1, u2 * h + c2)
    loss = -sympy.log(sympy.exp(scores[1]) / (sympy.exp(scores[0]) + sympy.exp(scores[1])))
    values = {w: 0.5, b: 0.25, u1: -1.0, u2: 2.0, c1: 0.125, c2: -3.0}
    params = {
        "W1": np.array([[0.5]]),
        "b1": np.array([0.25]),
        "W2": np.array([[-1.0, 2.0]]),
        "b2": np.array([0.125, -3.0]),
    }
    mine, grads = backpropagate(params, np.array([[float(x)]]), np.array([1]))
    assert mine == pytest.approx(float(loss.subs(values)), rel=1e-12)
    for got, symbol in zip(
        np.concatenate([grads[name].ravel() for name in ("W1", "b1", "W2", "b2")]),
        (w, b, u1, u2, c1, c2),
        strict=True,
    ):
        assert got == pytest.approx(float(sympy.diff(loss, symbol).subs(values)), rel=1e-12)


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_the_gradient_agrees_with_central_differences(activation):
    network = TwoLayerNet((12, 8, 5), activation, seed=1, dtype=np.float64)
    x, t = some((12, 8, 5))
    numerical = numerical_gradient(lambda: network.loss(x, t), network.params)
    for name, g in network.gradient(x, t).items():
        assert np.abs(g - numerical[name]).max() < 1e-9


def test_the_error_of_central_differences_grows_for_larger_and_for_smaller_h():
    network = TwoLayerNet((12, 8, 5), "sigmoid", seed=1, dtype=np.float64)
    x, t = some((12, 8, 5))
    exact = network.gradient(x, t)["W2"]

    def error(h):
        return np.abs(numerical_gradient(lambda: network.loss(x, t), network.params, h)["W2"] - exact).max()

    best = error(1e-5)
    assert best < 1e-9
    assert error(1e-1) > 1e4 * best
    assert error(1e-12) > 1e4 * best
    # the first part of the error falls like h²
    assert error(1e-1) / error(1e-2) == pytest.approx(100, rel=0.1)


def test_numerical_gradient_puts_the_parameters_back():
    params = {"a": np.array([1.0, -2.0])}

    def loss():
        if params["a"][1] != -2.0:
            raise KeyError("in the middle")
        return params["a"][0] ** 2

    with pytest.raises(KeyError):
        numerical_gradient(loss, params)
    assert params["a"].tolist() == [1.0, -2.0]
    squares = numerical_gradient(lambda: (params["a"] ** 2).sum(), params)
    assert np.allclose(squares["a"], [2, -4])


def test_equal_scores_give_equal_probabilities_and_the_loss_log_10():
    p, loss = softmax_cross_entropy(np.full((3, 10), 7.0), np.array([0, 4, 9]))
    assert np.allclose(p, 0.1)
    assert loss == pytest.approx(np.log(10))


@pytest.mark.parametrize("shift", [-1e30, -1e3, 1e3, 1e30])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_does_not_overflow_nor_depend_on_a_common_shift(shift, dtype):
    s = np.array([[1.0, 2.0, 4.0]], dtype) if abs(shift) < 1e4 else np.zeros((1, 3), dtype)
    with np.errstate(all="raise"):
        p, loss = softmax_cross_entropy(s + dtype(shift), np.array([2]))
    expected = np.exp(s - s.max()) / np.exp(s - s.max()).sum()
    assert np.allclose(p, expected, rtol=1e-4)
    assert loss == pytest.approx(-np.log(expected[0, 2]), rel=1e-4)


def test_a_hopeless_score_costs_its_distance_and_not_infinity():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        _, loss = softmax_cross_entropy(np.array([[0.0, 1e5]]), np.array([0]))
    assert loss == 1e5


def test_rows_far_apart_do_not_spoil_each_other():
    rows = np.array([[1.0, 2.0], [-1e4, 1 - 1e4], [1e4, 1 + 1e4]], np.float32)
    p, loss = softmax_cross_entropy(rows, np.array([1, 1, 1]))
    assert np.allclose(p, 1 / (1 + np.exp([1, -1])), atol=1e-6)
    assert loss == pytest.approx(np.log(1 + np.exp(-1)), rel=1e-5)


def test_sigmoid_does_not_overflow():
    with np.errstate(all="raise"):
        a = np.array([-1e4, -2, 0, 2, 1e4], np.float32)
        assert np.allclose(sigmoid(a), [0, 1 / (1 + np.exp(2)), 0.5, 1 / (1 + np.exp(-2)), 1])


# ---------------------------------------------------------------------------------------------- the beginning


@pytest.mark.parametrize(
    ("initialisation", "first", "second"),
    [("he", np.sqrt(2 / 784), np.sqrt(2 / 50)), ("small normal", 0.01, 0.01)],
)
def test_the_initial_weights_have_the_standard_deviation_of_their_name(initialisation, first, second):
    params = TwoLayerNet(initialisation=initialisation, seed=5).params
    assert params["W1"].std() == pytest.approx(first, rel=0.02)
    assert params["W2"].std() == pytest.approx(second, rel=0.1)
    assert not params["b1"].any()
    assert not params["b2"].any()


def test_a_seed_decides_the_weights_and_float32_rounds_those_of_float64():
    one, two, other = TwoLayerNet(seed=1), TwoLayerNet(seed=1, dtype=np.float64), TwoLayerNet(seed=2)
    assert np.array_equal(one.params["W1"], two.params["W1"].astype(np.float32))
    assert not np.array_equal(one.params["W1"], other.params["W1"])
    assert not np.array_equal(one.params["W1"], two.params["W1"])


# ------------------------------------------------------------------------------------------------- using it


def test_the_gradient_may_be_asked_for_elsewhere_and_changes_nothing():
    network = TwoLayerNet((6, 5, 4), dtype=np.float64)
    x, t = some()
    before = {name: p.copy() for name, p in network.params.items()}
    there = {name: p + 0.5 for name, p in network.params.items()}
    elsewhere = network.gradient(x, t, there)
    assert all(np.array_equal(network.params[name], before[name]) for name in before)
    network.params = there
    assert all(np.array_equal(g, elsewhere[name]) for name, g in network.gradient(x, t).items())


def test_predict_takes_the_largest_score_and_accuracy_counts():
    network = TwoLayerNet((2, 2, 3), dtype=np.float64)
    network.params = {
        "W1": np.eye(2),
        "b1": np.zeros(2),
        "W2": np.array([[5.0, 0.0, 1.0], [0.0, 5.0, 1.0]]),
        "b2": np.array([0.0, 0.0, 0.5]),
    }
    x = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    assert network.predict(x).tolist() == [0, 1, 2]
    assert network.accuracy(x, np.array([0, 1, 0])) == float(Fraction(2, 3))


def test_scores_that_are_not_numbers_are_wrong():
    network = TwoLayerNet((6, 5, 4))
    network.params["W2"][:] = np.nan
    x, _ = some()
    assert network.accuracy(x, np.zeros(7, int)) == 0


def test_images_of_another_float_type_are_taken():
    network = TwoLayerNet((6, 5, 4))
    x, t = some()
    assert network.loss(x, t) == network.loss(x.astype(np.float32), t.astype(np.uint8))


# ------------------------------------------------------------------------------------------------- the errors

X, T = some()
BAD = {
    "one image": (
        X[0],
        T[:1],
        ValueError,
        r"x must have the shape \(n, 6\).*not \(6,\); one image is x\[None\]",
    ),
    "square images": (
        X.reshape(7, 2, 3),
        T,
        ValueError,
        r"not \(7, 2, 3\); reshape with x.reshape\(len\(x\), 6\)",
    ),
    "other pixels": (X[:, :5], T, ValueError, r"not \(7, 5\)"),
    "no image": (X[:0], T[:0], ValueError, r"n ≥ 1, not \(0, 6\)"),
    "bytes": (
        (X * 255).astype(np.uint8),
        T,
        TypeError,
        r"x must be floats from 0 to 1, e.g. x / 255, .* uint8",
    ),
    "nan": (np.where(X[2, 4] == X, np.nan, X), T, ValueError, r"x must be finite, but x\[2, 4\] is nan"),
    "infinite": (np.where(X[1, 0] == X, -np.inf, X), T, ValueError, r"x\[1, 0\] is -inf"),
    "too few digits": (X, T[:3], ValueError, r"t must have the shape \(7,\).*not \(3,\)"),
    "one-hot": (X, np.eye(4)[T], ValueError, r"from one-hot rows take t.argmax\(axis=1\)"),
    "float digits": (X, T.astype(float), TypeError, "t must be whole numbers, not an array of float64"),
    "too large": (X, np.where(T[3] == T, 4, T), ValueError, "t must be from 0 to 3, but 4 is in it"),
    "negative": (X, T - 1 - T.min(), ValueError, "t must be from 0 to 3, but -1 is in it"),
}


@pytest.mark.parametrize("verb", ["loss", "gradient", "accuracy"])
@pytest.mark.parametrize("name", BAD)
def test_what_the_network_cannot_take_is_named(name, verb):
    x, t, error, message = BAD[name]
    with pytest.raises(error, match=message):
        getattr(TwoLayerNet((6, 5, 4)), verb)(x, t)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sizes": (784, 10)}, r"sizes must be three whole numbers > 0, not \(784, 10\)"),
        ({"sizes": (784, 0, 10)}, "sizes must be three"),
        ({"sizes": (784, True, 10)}, "sizes must be three"),
        ({"sizes": (784, 50.0, 10)}, "sizes must be three"),
        ({"activation": "tanh"}, "activation must be one of 'relu', 'sigmoid', not 'tanh'"),
        ({"initialisation": "zeros"}, "initialisation must be one of 'he', 'small normal', not 'zeros'"),
        ({"dtype": int}, "dtype must be float32 or float64, not int64"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        TwoLayerNet(**settings)


def test_central_differences_refuse_an_h_that_is_lost_in_rounding():
    with pytest.raises(TypeError, match=r"params\['W1'\] must be a float64 array"):
        numerical_gradient(lambda: 0, TwoLayerNet((6, 5, 4)).params)
    with pytest.raises(ValueError, match="h must be a small number > 0, such as 1e-5, not 0"):
        numerical_gradient(lambda: 0, {}, h=0)
