"""Curvature: H u equal to PyTorch's, to a whole Hessian and to differences; its eigenvalues to those of the whole matrix."""

import json
from pathlib import Path

import numpy as np
import pytest
from golden.record_network import SIZES, direction, entries, inputs
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_info

from course_utils.curvature import (
    difference_of_gradients,
    hessian_vector,
    lanczos,
    spectrum,
    top_eigenvalues,
)
from course_utils.digits import load_digits
from course_utils.network import TwoLayerNet, views_of

RECORD = json.loads((Path(__file__).parent / "golden/curvature-pytorch.json").read_text(encoding="utf-8"))
ACTIVATIONS = ("relu", "sigmoid")


def recorded(name, activation):
    """A network and images as PyTorch had them."""
    params, x, t = inputs(SIZES[name])
    network = TwoLayerNet(SIZES[name], activation, dtype=np.float64)
    network.vector[:] = np.concatenate([p.ravel() for p in params.values()])
    return network, x, t


def some(activation="relu", sizes=(6, 5, 4), n=30, seed=3, dtype=np.float64):
    rng = np.random.default_rng(seed)
    network = TwoLayerNet(sizes, activation, seed=seed, dtype=dtype)
    return network, rng.random((n, sizes[0])), rng.integers(sizes[2], size=n)


def whole_hessian(network, x, t):
    product = hessian_vector(network, x, t)
    return np.array([product(column) for column in np.eye(network.size)])


class Watched:
    """An array that notes how many threads BLAS may take when it is read."""

    def __init__(self, array):
        self.array, self.seen = array, set()

    def __len__(self):
        return len(self.array)

    def __array__(self, dtype=None, copy=None):
        self.seen |= {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}
        return self.array


def test_products_and_gradients_that_a_cell_asks_for_run_on_one_thread():
    """They are small: on a busy machine, two threads that wait for each other take twenty times as long."""
    network, x, t = some()
    u = np.ones(network.size)
    for read, computed in (
        (Watched(u), hessian_vector(network, x, t)),
        (Watched(u), lambda v: difference_of_gradients(network, x, t, v)),
        (Watched(x), lambda images: network.gradient(images, t)),
        (Watched(x), lambda images: network.loss(images, t)),
    ):
        computed(read)
        assert read.seen == {1}


# --- H u -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", RECORD["cases"], ids=lambda c: f"{c['network']}, {c['activation']}")
def test_a_product_agrees_with_pytorch(case):
    network, x, t = recorded(case["network"], case["activation"])
    product = hessian_vector(network, x, t)(direction(network.sizes))
    if case["network"] == "small":
        assert product == pytest.approx(case["product"], rel=1e-12, abs=1e-12)
        return
    for name, part in views_of(product, network.params).items():
        assert [part.sum(), (part * part).sum()] == pytest.approx(case["sums"][name], rel=1e-11, abs=1e-12)
        assert entries(part) == pytest.approx(case["entries"][name], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_whole_hessian_agrees_with_pytorch_and_is_symmetric(activation):
    case = next(c for c in RECORD["cases"] if c["activation"] == activation and "hessian" in c)
    H = whole_hessian(*recorded("small", activation))
    assert np.abs(H - case["hessian"]).max() < 1e-13
    assert np.abs(H - H.T).max() < 1e-15


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_a_product_is_the_difference_of_gradients_where_the_loss_is_smooth(seed):
    network, x, t = some("sigmoid", seed=seed)
    u = np.random.default_rng(seed).standard_normal(network.size)
    exact = hessian_vector(network, x, t)(u)
    assert difference_of_gradients(network, x, t, u, 1e-5) == pytest.approx(exact, rel=1e-6, abs=1e-7)


def test_a_difference_across_a_kink_is_nonsense_and_beside_it_is_right():
    """One unit with one image: its input is 1e-4, and u moves it by 1 for each unit of length."""
    network = TwoLayerNet((1, 1, 2), dtype=np.float64)
    network.vector[:] = [1, 1e-4 - 1, 1, -1, 0, 0]  # W1, b1, W2, b2: a = 1 · 1 + b1
    x, t, u = np.array([[1.0]]), np.array([1]), np.array([0.0, 1, 0, 0, 0, 0])
    exact = hessian_vector(network, x, t)(u)
    within = difference_of_gradients(network, x, t, u, 0.5e-4)
    across = difference_of_gradients(network, x, t, u, 2e-4)
    assert within == pytest.approx(exact, abs=1e-7)
    assert abs(across[1] - exact[1]) > 1000, "the slope jumps by 1 there, and 2h is 0.0004"
    network.params["b1"][:] = -1 - 1e-4  # shut: nothing of b1 is felt
    assert not hessian_vector(network, x, t)(u).any()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_product_stays_at_the_parameters_that_it_was_made_for(activation):
    network, x, t = some(activation)
    product, u = hessian_vector(network, x, t), np.ones(network.size)
    before = product(u)
    network.vector += 1
    assert (product(u) == before).all()
    assert not np.allclose(hessian_vector(network, x, t)(u), before)
    assert np.allclose(product(2 * u), 2 * before)


def test_a_product_in_float32_is_that_in_float64_rounded():
    network, x, t = some(dtype=np.float32)
    exact = some()[0]
    exact.vector[:] = network.vector
    u = np.ones(network.size)
    product = hessian_vector(network, x, t)(u)
    assert product.dtype == np.float32
    assert product == pytest.approx(hessian_vector(exact, x, t)(u), rel=1e-4, abs=1e-6)


def test_bad_directions_and_settings_are_named():
    network, x, t = some()
    product = hessian_vector(network, x, t)
    with pytest.raises(
        ValueError, match=r"u must have the shape \(59,\), that of network.vector, not \(58,\)"
    ):
        product(np.zeros(58))
    with pytest.raises(TypeError, match="u must be made of numbers, not of <U1"):
        product(np.full(59, "1"))
    with pytest.raises(ValueError, match=r"x must have the shape \(n, 6\)"):
        hessian_vector(network, x[:, :5], t)
    with pytest.raises(ValueError, match="h must be a small number > 0, such as 1e-5, not 0"):
        difference_of_gradients(network, x, t, np.zeros(59), 0)
    with pytest.raises(ValueError, match="count must be a whole number from 1 to 59, not 0"):
        top_eigenvalues(network, x, t, 0)
    with pytest.raises(
        RuntimeError, match="3 products H u are not enough for 2 eigenvalues: give a larger most"
    ):
        top_eigenvalues(network, x, t, 2, tolerance=1e-9, most=3)


# --- eigenvalues ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("count", [1, 10])
def test_the_largest_eigenvalues_agree_with_the_whole_matrix(activation, count):
    network, x, t = some(activation)
    whole = np.linalg.eigvalsh(whole_hessian(network, x, t))[::-1]
    found = top_eigenvalues(network, x, t, count, tolerance=1e-6)
    assert found == pytest.approx(whole[:count], rel=1e-9)
    assert top_eigenvalues(network, x, t, count, seed=7) == pytest.approx(whole[:count], abs=1e-3 * whole[0])


def test_lanczos_ends_when_no_direction_is_left():
    H = np.diag([5.0, 5, 5, -2, 1])
    steps = list(lanczos(lambda u: H @ u, np.full(5, 5**-0.5), most=5))
    values, shares, misses = steps[-1]
    assert len(steps) == 3, "three different eigenvalues"
    assert values == pytest.approx([5, 1, -2])
    assert shares == pytest.approx([3 / 5, 1 / 5, 1 / 5])
    assert misses.max() < 1e-12


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_no_eigenvalue_is_farther_away_than_lanczos_says(activation):
    network, x, t = some(activation)
    whole = np.linalg.eigvalsh(whole_hessian(network, x, t))
    start = np.ones(network.size) / network.size**0.5
    for values, shares, misses in lanczos(hessian_vector(network, x, t), start, most=12):
        away = np.abs(values[:, None] - whole).min(axis=1)
        assert (away <= misses + 1e-12).all()
        assert shares.sum() == pytest.approx(1)


def test_the_spectrum_has_the_moments_of_all_eigenvalues():
    network, x, t = some("sigmoid")
    whole = np.linalg.eigvalsh(whole_hessian(network, x, t))
    values, shares = spectrum(network, x, t, steps=10, probes=300)
    assert (np.diff(values) <= 0).all()
    assert shares.sum() == pytest.approx(1)
    for power in (1, 2, 3):
        assert shares @ values**power == pytest.approx((whole**power).mean(), rel=0.15)
    above = shares[values > 0.1 * whole[-1]].sum() * network.size
    assert above == pytest.approx((whole > 0.1 * whole[-1]).sum(), rel=0.2)


# --- the real network ----------------------------------------------------------------------------------------


def test_the_curvatures_of_the_course_network_at_its_start():
    digits = load_digits()
    network = TwoLayerNet(seed=0, dtype=np.float64)
    raw = top_eigenvalues(network, digits.x_train, digits.t_train, 5)
    assert raw.round(2).tolist() == [14.80, 11.20, 10.77, 8.13, 6.63]
    centred = digits.x_train - digits.x_train.mean(axis=0)
    assert top_eigenvalues(network, centred, digits.t_train).round(2).tolist() == [0.59]
    other = TwoLayerNet(seed=1, dtype=np.float64)
    assert top_eigenvalues(other, digits.x_train, digits.t_train).round(2).tolist() == [9.83]
