"""InPlace takes the very steps of the class that it is given, however the arrays lie in memory."""

import copy
import math
import pickle
import tracemalloc
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import in_place
from course_utils.in_place import InPlace, as_one_vector, in_one_vector, zeros
from course_utils.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, NesterovLookahead, RMSProp
from course_utils.validation import states_of

ALL = (SGD, Momentum, NesterovLookahead, Nesterov, AdaGrad, RMSProp, Adam, AdamW)
SHAPES = {"W1": (7, 5), "b1": (5,), "W2": (5, 3), "b2": (3,), "scalar": (), "empty": (0, 4)}
EXACT = (SGD, Momentum, NesterovLookahead)  # the same operations in the same order: equal to the last bit


def drawn(rng, dtype=np.float64, shapes=SHAPES):
    return {name: rng.normal(size=shape).astype(dtype) for name, shape in shapes.items()}


def copies(arrays):
    return {name: a.copy() for name, a in arrays.items()}


def in_a_row(arrays):
    return in_one_vector(arrays)[1]


LAYOUTS = {"apart": (copies, copies), "in vectors": (in_a_row, in_a_row), "params only": (in_a_row, copies)}


def assert_same(mine, theirs, method, dtype):
    assert list(mine) == list(theirs)
    for name in theirs:
        assert mine[name].dtype == dtype
        if method in EXACT:
            np.testing.assert_array_equal(mine[name], theirs[name])
        else:
            few = 40 * np.finfo(dtype).eps
            np.testing.assert_allclose(mine[name], theirs[name], rtol=few, atol=few)


@pytest.mark.parametrize("block", [4, 17, 65_536])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("method", ALL)
def test_the_steps_are_those_of_the_class(monkeypatch, method, layout, dtype, block):
    monkeypatch.setattr(in_place, "BLOCK", block)
    rng = np.random.default_rng(0)
    params = drawn(rng, dtype)
    lay_params, lay_grads = LAYOUTS[layout]
    mine, grads_here = lay_params(params), lay_grads(params)
    own, quick = method(0.1), InPlace(method(0.1))
    arrays = dict(mine)
    for t in range(12):
        own.lr = quick.optimizer.lr = 0.1 / (1 + t // 4)
        there, here = own.gradient_point(params), quick.gradient_point(mine)
        assert_same(here, there, method, dtype)
        grads = drawn(rng, dtype)
        for name, g in grads.items():
            grads_here[name][...] = g
        if t == 6:  # other arrays than before
            grads_here = lay_grads(grads)
        given_grads = copies(grads_here)
        own.update(params, grads)
        quick.update(mine, grads_here)
        assert_same(mine, params, method, dtype)
        for name, g in given_grads.items():
            np.testing.assert_array_equal(grads_here[name], g)
        assert all(mine[name] is arrays[name] for name in mine)
    remembered = states_of(quick.optimizer)
    assert list(remembered) == list(states_of(own))
    for name, state in states_of(own).items():
        assert_same(remembered[name], state, method, dtype)
    assert getattr(quick.optimizer, "t", 0) == getattr(own, "t", 0)
    assert len(quick.blocks) == math.ceil(sum(p.size for p in params.values()) / block)


@pytest.mark.parametrize("method", ALL)
def test_it_takes_over_from_the_class_and_hands_back(method):
    rng = np.random.default_rng(1)
    params = drawn(rng)
    mine, own, other = copies(params), method(0.1), method(0.1)
    quick = InPlace(other)
    for t in range(12):
        grads = drawn(rng)
        own.update(params, grads)
        (quick if t % 4 > 1 else other).update(mine, grads)
    assert_same(mine, params, method, np.float64)


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_goes_on_by_itself(method, how):
    rng = np.random.default_rng(2)
    quick, mine, grads = InPlace(method(0.1)), drawn(rng), drawn(rng)
    quick.update(mine, grads)
    own, theirs = copy.deepcopy(quick.optimizer), copies(mine)
    twin, ours = how(quick), copies(mine)
    for _ in range(3):
        own.update(theirs, grads)
        twin.update(ours, grads)
    assert_same(ours, theirs, method, np.float64)


@pytest.mark.parametrize("method", ALL)
def test_a_state_that_is_set_anew_is_taken_up(method):
    rng = np.random.default_rng(3)
    quick, mine, grads = InPlace(method(0.1)), drawn(rng), drawn(rng)
    for _ in range(2):
        quick.update(mine, grads)
    for name in states_of(quick.optimizer):
        setattr(quick.optimizer, name, None)
    if hasattr(quick.optimizer, "t"):
        quick.optimizer.t = 0
    fresh, theirs = method(0.1), copies(mine)
    fresh.update(theirs, grads)
    quick.update(mine, grads)
    assert_same(mine, theirs, method, np.float64)


@pytest.mark.parametrize("method", ALL)
def test_names_in_another_order_are_the_same_parameters(method):
    rng = np.random.default_rng(4)
    params, grads = drawn(rng), drawn(rng)
    mine, own, quick = copies(params), method(0.1), InPlace(method(0.1))
    for t in range(4):
        own.update(params, grads)
        turned = dict(reversed(mine.items())) if t % 2 else mine
        quick.update(turned, dict(reversed(grads.items())) if t > 1 else grads)
    assert_same(mine, params, method, np.float64)


def test_parameters_of_another_dtype_are_moved_in_theirs():
    rng = np.random.default_rng(5)
    own, quick = SGD(0.1), InPlace(SGD(0.1))
    for dtype in np.float64, np.float32, np.float16:
        params, grads = {"w": np.zeros(500, dtype)}, {"w": rng.normal(size=500).astype(dtype)}
        mine = copies(params)
        own.update(params, grads)
        quick.update(mine, grads)
        np.testing.assert_array_equal(mine["w"], params["w"])


class Own(Momentum):
    """A student's class: its update is the one to use."""

    def update(self, params, grads):
        for name in params:
            params[name] -= 1


UNUSUAL = {
    "plain numbers": (Momentum(0.5, 0.5), {"x": 1.0, "y": 2.0}, {"x": 3.0, "y": 4.0}),
    "Fractions": (Momentum(F(1, 2), F(1, 2)), {"w": np.array([F(1)])}, {"w": np.array([F(3)])}),
    "settings that are arrays": (
        Adam(np.array([[0.1], [0.2]])),
        {"w": np.ones((2, 3))},
        {"w": np.ones((2, 3))},
    ),
    "whole numbers": (SGD(1), {"w": np.array([1, 2])}, {"w": np.array([3, 4])}),
    "a class of one's own": (Own(), {"w": np.ones(2)}, {"w": np.ones(2)}),
    "two dtypes": (
        Adam(0.1),
        {"a": np.ones(2), "b": np.ones(2, np.float32)},
        {"a": np.ones(2), "b": np.ones(2, np.float32)},
    ),
    "nothing": (SGD(0.1), {}, {}),
}


@pytest.mark.parametrize("what", UNUSUAL)
def test_what_is_unusual_goes_to_the_class(what):
    optimizer, params, grads = copy.deepcopy(UNUSUAL[what])
    quick, mine = InPlace(copy.deepcopy(optimizer)), copy.deepcopy(params)
    for _ in range(3):
        optimizer.update(params, grads)
        quick.update(mine, grads)
    assert not quick.blocks
    assert repr(mine) == repr(params)


@pytest.mark.parametrize("cut", [np.s_[::2], np.s_[::-1], np.s_[:, 0]])
def test_arrays_with_gaps_go_to_the_class(cut):
    optimizer, quick = Adam(0.1), InPlace(Adam(0.1))
    params, mine = ({"w": np.arange(16.0).reshape(4, 4)[cut]} for _ in range(2))
    for _ in range(3):
        optimizer.update(params, {"w": np.ones_like(params["w"])})
        quick.update(mine, {"w": np.ones_like(mine["w"])})
    np.testing.assert_array_equal(mine["w"], params["w"])
    assert not quick.blocks


A = np.array([1.0, 2.0])
BAD = {
    "a bad lr": ({"w": A}, {"w": A + 1}, "lr must be"),
    "other keys": ({"w": A}, {"b": A + 1}, "must match"),
    "a key more": ({"w": A}, {"w": A + 1, "b": A + 1}, "must match"),
    "another shape": ({"w": A}, {"w": np.ones(3)}, "has shape"),
    "no dict": (None, {"w": A}, "params must be a dict"),
    "one array twice": ({"w": A}, {"w": A}, "pass a copy"),
    "another kind": ({"w": A}, {"w": np.array([1, None])}, "must be an array or a number"),
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("warm", [False, True])
def test_what_the_class_refuses_is_refused_without_a_trace(what, warm):
    params, grads, words = BAD[what]
    quick, right = InPlace(Adam(0.1)), {"w": A.copy()}
    before = A.copy()
    if warm:
        quick.update(right, {"w": A + 1})
        before = right["w"].copy()
    params = right if params is not None else None
    grads = {"w": right["w"]} if what == "one array twice" else grads
    steps = quick.optimizer.t
    quick.optimizer.lr = -1.0 if what == "a bad lr" else 0.1
    with pytest.raises((ValueError, TypeError), match=words):
        quick.update(params, grads)
    np.testing.assert_array_equal(right["w"], before)
    assert quick.optimizer.t == steps
    quick.optimizer.lr = 0.1
    quick.update(right, {"w": A + 1})


def test_a_setting_may_change_at_every_step_and_is_looked_at():
    quick, params, grads = InPlace(SGD(0.1)), {"w": np.zeros(3)}, {"w": np.ones(3)}
    quick.update(params, grads)
    quick.optimizer.lr = 0.5
    quick.update(params, grads)
    quick.optimizer.lr = np.array([1.0, 2.0, 3.0])
    quick.update(params, grads)
    np.testing.assert_allclose(params["w"], [-1.6, -2.6, -3.6])
    quick.optimizer.lr = math.nan
    with pytest.raises(ValueError, match="lr must be"):
        quick.update(params, grads)


@pytest.mark.parametrize("method", ALL)
def test_a_step_makes_no_new_array(method):
    quick, params, grads = InPlace(method(0.1)), {"w": np.ones(200_000)}, {"w": np.ones(200_000)}
    quick.update(params, grads)
    quick.gradient_point(params)
    tracemalloc.start()
    quick.gradient_point(params)
    quick.update(params, grads)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5000


# --- one vector --------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.lists(st.lists(st.integers(0, 4), max_size=3), min_size=1, max_size=5), st.sampled_from("fd"))
def test_arrays_in_one_vector_are_views_of_it(shapes, dtype):
    rng = np.random.default_rng(0)
    arrays = {i: rng.normal(size=shape).astype(dtype) for i, shape in enumerate(shapes)}
    vector, views = in_one_vector(arrays)
    assert not vector.size or vector.__array_interface__["data"][0] % 64 == 0
    assert vector.dtype == dtype
    np.testing.assert_array_equal(vector, np.concatenate([a.ravel() for a in arrays.values()]))
    for i, a in arrays.items():
        np.testing.assert_array_equal(views[i], a)
    found = as_one_vector([*views.values()])
    assert found is not None
    np.testing.assert_array_equal(found, vector)
    vector[...] = 7
    assert all(np.all(view == 7) for view in views.values())
    assert np.all(found == 7)


def test_what_does_not_lie_in_a_row_is_no_vector():
    vector, views = in_one_vector({"a": np.ones(3), "b": np.ones(2), "c": np.ones(4)})
    a, b, c = views.values()
    assert as_one_vector([b, c]) is not None
    for arrays in [b, a], [a, c], [a, b.copy()], [a, b, b], [np.ones(2), np.ones(2)]:
        assert as_one_vector(arrays) is None
    assert as_one_vector([vector[:3], vector[3:5].view(np.int64)]) is None
    np.testing.assert_array_equal(zeros(5, np.float32), [0] * 5)
