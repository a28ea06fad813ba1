"""Bad input is refused by name, and a refused call changes nothing."""

import copy
import math
import warnings
from collections import OrderedDict, UserDict
from decimal import Decimal
from fractions import Fraction as F
from types import MappingProxyType

import numpy as np
import pytest
from every import ADAPTIVE, OPTIMIZERS, WITH_VELOCITY
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    RMSProp,
)
from course_utils.support.validation import HYPERPARAMETERS, shown

REFUSED = (ValueError, TypeError)
NAN, INF = math.nan, math.inf
A, B = np.array([1.0, 2.0]), np.array([0.5, -0.5])


def snapshot(value):
    """All there is to know about a value: identity, type and every bit of every array inside."""
    if isinstance(value, np.ndarray):
        content = value.tolist() if value.dtype == object else value.tobytes()
        return id(value), value.dtype, value.shape, repr(content)
    if isinstance(value, (dict, UserDict, MappingProxyType)):
        return id(value), [(repr(name), snapshot(v)) for name, v in value.items()]
    if isinstance(value, (list, tuple)):
        return id(value), [snapshot(v) for v in value]
    return id(value), repr(value)


def state_of(optimizer, params, grads):
    return [snapshot(x) for x in (vars(optimizer), params, grads)]


def assert_refused(optimizer, params, grads, *words, error=REFUSED):
    before = state_of(optimizer, params, grads)
    with pytest.raises(error) as refused:
        optimizer.update(params, grads)
    assert state_of(optimizer, params, grads) == before
    message = str(refused.value)
    assert message
    assert "\n" not in message
    for word in words:
        assert word in message, f"{word!r} is missing in: {message}"


def walked(method, params):
    """An optimizer that has taken one step with the parameters, so that it has a velocity to lose."""
    optimizer = method(0.1)
    optimizer.update(params, {name: np.ones_like(p) for name, p in params.items()})
    return optimizer


# --- settings ----------------------------------------------------------------------------------------------

NO_NUMBER = [None, "0.1", b"0.1", [0.1], (0.1,), {"lr": 0.1}, 1j, True, np.True_, Decimal("0.1"), print]
NO_NUMBER += [
    np.array([True]),
    np.array(["0.1"]),
    np.array([1j]),
    np.array([None]),
    np.array(["a"], dtype=object),
]
NO_NUMBER += [np.timedelta64(1, "s"), np.array([1], "m8[s]"), np.zeros(1, [("a", float)])]
BAD_LR = [0, 0.0, -0.0, -0.1, NAN, INF, -INF, F(0), F(-1, 2), -3, np.float64(NAN), np.array(NAN), np.int64(0)]
BAD_LR += [np.array([0.1, 0.0]), np.array([0.1, NAN]), np.array([[0.1], [-1.0]]), np.array([F(1), F(-1)])]
BAD_MU = [-0.1, 1.1, NAN, INF, -INF, F(-1, 9), F(10, 9), 2, -1, np.float32(1.5), np.array([0.9, 1.5])]
BAD_MU += [np.array([0.9, NAN]), np.array([[-0.1]]), np.array([F(2)])]

BAD_SETTINGS = [("lr", v, TypeError) for v in NO_NUMBER] + [("lr", v, ValueError) for v in BAD_LR]
BAD_SETTINGS += [("momentum", v, TypeError) for v in NO_NUMBER] + [
    ("momentum", v, ValueError) for v in BAD_MU
]
RIGHT = {"lr": "a finite number > 0", "momentum": "a number from 0 to 1"}


@pytest.mark.parametrize("name, value, error", BAD_SETTINGS, ids=lambda x: " ".join(repr(x).split())[:40])
@pytest.mark.parametrize("method", WITH_VELOCITY)
def test_a_bad_setting_is_refused_at_once_and_when_it_comes_later(method, name, value, error):
    with pytest.raises(error) as refused:
        method(**{name: value})
    for word in name, RIGHT[name], shown(value):
        assert word in str(refused.value)

    params = {"w": A.copy()}
    fresh, used = method(0.1), walked(method, {"w": A.copy()})
    for optimizer in fresh, used:
        setattr(optimizer, name, value)
        assert_refused(optimizer, params, {"w": B.copy()}, name, RIGHT[name], shown(value), error=error)
        setattr(optimizer, name, 0.5)
        optimizer.update(params, {"w": B.copy()})  # put right, it works again


@pytest.mark.parametrize("value, error", [case[1:] for case in BAD_SETTINGS if case[0] == "lr"], ids=repr)
def test_gradient_descent_refuses_a_bad_lr_too(value, error):
    with pytest.raises(error, match="lr must be a finite number > 0"):
        SGD(value)


@pytest.mark.parametrize(
    "lr", [1e-300, 1e308, 1, F(1, 3), np.float32(0.1), np.int64(2), np.array([0.1, 2.0])]
)
@pytest.mark.parametrize("momentum", [0, 1, 0.0, 1.0, -0.0, F(0), F(1), np.array([0.0, 1.0])])
def test_the_bounds_themselves_are_allowed(lr, momentum):
    for method in WITH_VELOCITY:
        assert method(lr, momentum).momentum is momentum


SHARE, POSITIVE = "a number from 0 to less than 1", "a finite number > 0"
BAD_ADAPTIVE = [
    (method, name, value, words)
    for method, name, words in (
        (AdaGrad, "eps", POSITIVE),
        (RMSProp, "rho", SHARE),
        (RMSProp, "eps", POSITIVE),
        (Adam, "lr", POSITIVE),
        (Adam, "beta1", SHARE),
        (Adam, "beta2", SHARE),
        (AdamW, "beta2", SHARE),
        (AdamW, "weight_decay", "a finite number ≥ 0"),
    )
    for value in (-0.1, NAN, INF, -1, "0.5", None, True, np.array([0.5, -1.0]))
    + ((1, 1.0, np.array([0.9, 1.0])) if words == SHARE else ())
    + ((0, 0.0) if words == POSITIVE else ())
]


@pytest.mark.parametrize("method, name, value, words", BAD_ADAPTIVE)
def test_the_settings_of_the_adaptive_methods_have_bounds_too(method, name, value, words):
    with pytest.raises(REFUSED) as refused:
        method(**{name: value})
    assert f"{name} must be {words}, not {shown(value)}" == str(refused.value)
    optimizer = walked(method, {"w": A.copy()})
    setattr(optimizer, name, value)
    assert_refused(optimizer, {"w": A.copy()}, {"w": B.copy()}, name, words)


def test_the_bounds_of_the_adaptive_settings_are_allowed():
    for optimizer in RMSProp(rho=0.0), Adam(beta1=0, beta2=0.0), AdamW(weight_decay=0), AdaGrad(eps=1e-300):
        optimizer.update({"w": A.copy()}, {"w": B.copy()})


@pytest.mark.parametrize("method", ADAPTIVE)
def test_no_square_root_is_taken_of_fractions(method):
    with pytest.raises(TypeError, match=r"lr must be in floats, not Fraction\(1, 10\).*square root"):
        method(F(1, 10))
    one = np.array([F(1)])
    for value in F(1), one, np.array([1.5], dtype=object):
        params, grads = {"w": copy.copy(value)}, {"w": copy.copy(value)}
        assert_refused(method(0.1), params, grads, "params['w'] must be in floats", "roots", error=TypeError)
    assert_refused(method(0.1), {"w": 1.0}, {"w": F(1)}, "grads['w'] must be in floats", error=TypeError)
    params = {"w": 1}  # a whole number is on its way to a float anyhow
    method(1, **{"eps": 1}).update(params, {"w": 2})
    assert isinstance(params["w"], float)


@pytest.mark.parametrize("method", OPTIMIZERS)
def test_a_setting_in_small_whole_numbers_becomes_a_float(method):
    assert type(method(np.uint8(200)).lr) is np.float64
    optimizer, params = method(0.5), {"w": 1.0}
    optimizer.update(params, {"w": np.int64(16)})
    assert params["w"] < 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Momentum(learning_rate=0.1), "Momentum takes lr, momentum, but not learning_rate=0.1; write lr=0.1"),
        (lambda: Momentum(0.1, mu=0.9), "Momentum takes lr, momentum, but not mu=0.9; write momentum=0.9"),
        (lambda: Adam(epsilon=1e-7), "Adam takes lr, beta1, beta2, eps, but not epsilon=1e-07; write eps=1e-07"),
        (lambda: SGD(0.1, momentum=0.9), "SGD takes lr, but not momentum=0.9"),
        (lambda: SGD(mu=0.9), "SGD takes lr, but not mu=0.9"),
    ],
)  # fmt: skip
def test_a_setting_from_another_library_gets_its_name_here(call, message):
    with pytest.raises(TypeError) as refused:
        call()
    assert str(refused.value) == message


def test_a_students_class_may_take_any_setting():
    class Mine(SGD):
        def __init__(self, learning_rate=0.1, **others):
            super().__init__(learning_rate)
            self.others = others

    assert copy.deepcopy(Mine(learning_rate=0.5, colour="red")).others == {"colour": "red"}


def test_a_setting_must_broadcast_to_the_parameters():
    for name in "lr", "momentum":
        for shape in (3,), (2, 2), (1, 2), (0,):
            optimizer = Momentum(**{name: np.full(shape, 0.5)})
            assert_refused(
                optimizer,
                {"w": A.copy()},
                {"w": B.copy()},
                name,
                str(shape),
                "params['w']",
                "(2,)",
                error=ValueError,
            )
        optimizer = Momentum(**{name: np.full(2, 0.5)})
        assert_refused(optimizer, {"w": 1.0}, {"w": 1.0}, name, "(2,)", "params['w']", "()")


# --- params and grads ----------------------------------------------------------------------------------------


def ro(a):
    a = a.copy()
    a.flags.writeable = False
    return a


THETA = np.array([1.0, 2.0])
TIMES = np.array([1], "M8[s]")
BAD_UPDATES = {
    # what: (params, grads, error, words)
    "grads missing": ({"w": A, "b": A}, {"w": B}, ValueError, ["'b', 'w'", "grads has 'w'", "must match"]),
    "grads extra": ({"w": A}, {"w": B, "b": B}, ValueError, ["params has the keys 'w'", "'b', 'w'"]),
    "grads otherwise named": ({"w": A}, {"W": B}, ValueError, ["'w'", "'W'"]),
    "grads empty": ({"w": A}, {}, ValueError, ["'w'", "none"]),
    "params empty": ({}, {"w": A}, ValueError, ["none", "'w'"]),
    "keys of several kinds": ({"w": A, 1: A}, {"w": B, None: B}, ValueError, ["'w', 1", "'w', None"]),
    "longer": ({"w": A}, {"w": np.ones(3)}, ValueError, ["grads['w']", "(3,)", "params['w']", "(2,)"]),
    "broadcastable": ({"w": A}, {"w": np.ones(1)}, ValueError, ["grads['w']", "(1,)", "(2,)"]),
    "transposed": ({"w": np.ones((2, 3))}, {"w": np.ones((3, 2))}, ValueError, ["(3, 2)", "(2, 3)"]),
    "a number for an array": ({"w": A}, {"w": 1.0}, ValueError, ["grads['w']", "()", "(2,)"]),
    "an array for a number": ({"w": 1.0}, {"w": A}, ValueError, ["grads['w']", "(2,)", "()"]),
    "second key of two": ({"a": A, "w": A}, {"a": B, "w": np.ones(3)}, ValueError, ["grads['w']", "(3,)"]),
    "whole numbers": ({"w": np.array([1, 2])}, {"w": B}, TypeError, ["params['w']", "int64", "floats"]),
    "whole numbers, 0-d": ({"w": np.array(1)}, {"w": np.array(0.5)}, TypeError, ["params['w']", "int64"]),
    "whole numbers twice": ({"w": np.array([1])}, {"w": np.array([1])}, TypeError, ["params['w']", "floats"]),
    "second key whole": (
        {"a": A, "w": np.array([1, 2])},
        {"a": B, "w": B},
        TypeError,
        ["params['w']", "int64"],
    ),
    "small whole numbers": ({"w": np.ones(2, "i1")}, {"w": B}, TypeError, ["params['w']", "int8", "floats"]),
    "unsigned": ({"w": np.ones(2, "u1")}, {"w": np.ones(2, "u1")}, TypeError, ["params['w']", "uint8"]),
    "fractions into floats": ({"w": A}, {"w": np.array([F(1), F(2)])}, TypeError, ["params['w']", "float64"]),
    "params list": ([A], {"w": B}, TypeError, ["params", "dict", "list"]),
    "params array": (A, A, TypeError, ["params", "dict", "ndarray"]),
    "params None": (None, {"w": B}, TypeError, ["params", "dict", "None"]),
    "params frozen": (MappingProxyType({"w": A}), {"w": B}, TypeError, ["params", "dict", "mappingproxy"]),
    "grads None": ({"w": A}, None, TypeError, ["grads", "dict", "None"]),
    "grads list": ({"w": A}, [B], TypeError, ["grads", "dict", "list"]),
    "grads function": ({"w": A}, print, TypeError, ["grads", "dict", "print"]),
    "list for an array": ({"w": [1.0, 2.0]}, {"w": B}, TypeError, ["params['w']", "[1.0, 2.0] (list)"]),
    "list for a gradient": ({"w": A}, {"w": [1.0, 2.0]}, TypeError, ["grads['w']", "[1.0, 2.0] (list)"]),
    "None for an array": ({"w": None}, {"w": B}, TypeError, ["params['w']", "None"]),
    "None for a gradient": ({"w": A}, {"w": None}, TypeError, ["grads['w']", "None"]),
    "text": ({"w": "1"}, {"w": 1.0}, TypeError, ["params['w']", "'1' (str)"]),
    "text array": ({"w": np.array(["a", "b"])}, {"w": B}, TypeError, ["params['w']", "ndarray"]),
    "object text": ({"w": np.array(["a", 1], object)}, {"w": B}, TypeError, ["params['w']", "'a'"]),
    "object None": (
        {"w": np.array([1, F(1)])},
        {"w": np.array([None, 1])},
        TypeError,
        ["grads['w']", "None"],
    ),
    "truth among objects": (
        {"w": np.array([True, F(1)])},
        {"w": np.array([F(1), 1])},
        TypeError,
        ["params['w']", "True"],
    ),
    "truth values": ({"w": np.array([True, False])}, {"w": B}, TypeError, ["params['w']", "True"]),
    "a truth value": ({"w": True}, {"w": 1.0}, TypeError, ["params['w']", "True (bool)"]),
    "truth gradients": ({"w": A}, {"w": np.array([True, False])}, TypeError, ["grads['w']", "True"]),
    "complex": ({"w": A}, {"w": np.array([1j, 1])}, TypeError, ["grads['w']", "j"]),
    "complex number": ({"w": 1j}, {"w": 1.0}, TypeError, ["params['w']", "1j (complex)"]),
    "dates": ({"w": TIMES}, {"w": TIMES - TIMES}, TypeError, ["params['w']"]),
    "a duration": ({"w": 1.0}, {"w": np.timedelta64(1, "s")}, TypeError, ["grads['w']"]),
    "read-only": ({"w": ro(A)}, {"w": B}, ValueError, ["params['w']", "read-only", "copy"]),
    "second key read-only": (
        {"a": A, "w": ro(A)},
        {"a": B, "w": B},
        ValueError,
        ["params['w']", "read-only"],
    ),
    "broadcast view": ({"w": np.broadcast_to(1.0, 2)}, {"w": B}, ValueError, ["params['w']", "read-only"]),
    "one array twice": ({"w": THETA}, {"w": THETA}, ValueError, ["grads['w']", "params['w']", "copy"]),
    "a view": ({"w": THETA}, {"w": THETA[:]}, ValueError, ["grads['w']", "params['w']", "copy"]),
    "a view turned": ({"w": THETA}, {"w": THETA[::-1]}, ValueError, ["grads['w']", "params['w']"]),
    # f = xy has the gradient (y, x): passed as they are, y's gradient would see the new x
    "gradient of xy": (
        {"x": THETA[:1], "y": THETA[1:]},
        {"x": THETA[1:], "y": THETA[:1]},
        ValueError,
        ["grads['y']", "params['x']", "copy"],
    ),
}
BAD_UPDATES |= {
    f"{kind} gradients": ({"w": A}, {"w": np.array([16, 200]).astype(kind)}, TypeError, ["grads['w']", "floats", kind])
    for kind in ("uint8", "int8", "int16", "int32", "uint32", "uint64")
} | {
    "a small whole number": ({"w": 1.0}, {"w": np.uint8(16)}, TypeError, ["grads['w']", "floats", "uint8"]),
    "a number that is small": ({"w": np.int8(100)}, {"w": 1}, TypeError, ["params['w']", "floats", "int8"]),
    "swapped": ({"w": ro(B)}, {"w": A}, ValueError, ["read-only", "the order is update(params, grads)"]),
}  # fmt: skip
BAD_UPDATES["one dict twice"] = ({"w": THETA}, None, ValueError, ["grads['w']", "params['w']", "copy"])


@pytest.mark.parametrize("what", BAD_UPDATES)
@pytest.mark.parametrize("method", OPTIMIZERS)
def test_a_bad_update_is_refused_and_changes_nothing(method, what):
    params, grads, error, words = BAD_UPDATES[what]
    if what == "one dict twice":
        grads = params
    if method in ADAPTIVE and what in ("fractions into floats", "object None"):
        words = ["must be in floats", "square roots"]  # no array of objects would do
    assert_refused(method(0.1), params, grads, *words, error=error)


@pytest.mark.parametrize("method", OPTIMIZERS)
def test_arrays_that_only_live_side_by_side_are_welcome(method):
    """Parameters and gradients in one long buffer overlap nowhere, interleaved or not."""
    for cut in (np.s_[:2], np.s_[2:]), (np.s_[::2], np.s_[1::2]):
        buffer = np.array([1.0, 1.0, 1.0, 1.0])
        method(0.1).update({"w": buffer[cut[0]]}, {"w": buffer[cut[1]]})
        assert np.all(buffer[cut[0]] < 1)
        assert np.all(buffer[cut[1]] == 1)


@pytest.mark.parametrize("method", (SGD, *WITH_VELOCITY))
def test_the_gradient_of_xy_by_keys_is_refused_until_it_is_copied(method):
    params = {"x": np.array([1.0]), "y": np.array([2.0])}
    grads = {"x": params["y"], "y": params["x"]}
    assert_refused(method(0.5), params, grads, "grads['y']", "params['x']", "copy", error=ValueError)
    method(0.5, *([0.0] if method is not SGD else [])).update(params, {n: g.copy() for n, g in grads.items()})
    assert (params["x"][0], params["y"][0]) == (0.0, 1.5)


CHANGES = {
    "a key more": ({"w": A, "b": A}, ["'b', 'w'", "v of the steps before", "'w'"]),
    "another key": ({"b": A}, ["'b'", "'w'", "v of the steps before"]),
    "no key": ({}, ["none", "'w'"]),
    "longer": ({"w": np.ones(3)}, ["params['w']", "(3,)", "(2,)", "new optimizer"]),
    "a number": ({"w": 1.0}, ["params['w']", "()", "(2,)", "new optimizer"]),
    "fractions": ({"w": np.array([F(1), F(2)])}, ["params['w']", "object", "float64", "new optimizer"]),
    "single precision": ({"w": np.ones(2, np.float32)}, ["params['w']", "float32", "float64"]),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("method", (*WITH_VELOCITY, *ADAPTIVE))
def test_parameters_that_change_between_steps_are_refused(method, change):
    params, words = CHANGES[change]
    if method in ADAPTIVE:
        remembered = "m" if method in (Adam, AdamW) else "s"
        words = [word.replace("v of", f"{remembered} of") for word in words]
        words = ["square roots"] if change == "fractions" else words
    grads = {name: np.ones_like(p) if np.ndim(p) else 1.0 for name, p in params.items()}
    assert_refused(walked(method, {"w": A.copy()}), params, grads, *words, error=REFUSED)


@pytest.mark.parametrize("method", WITH_VELOCITY)
def test_fractions_cannot_become_floats_on_the_way(method):
    optimizer = method(F(1, 2), F(1, 2))
    optimizer.update({"w": np.array([F(1)])}, {"w": np.array([F(1)])})
    assert_refused(optimizer, {"w": np.ones(1)}, {"w": np.ones(1)}, "params['w']", "float64")
    optimizer.lr = optimizer.momentum = 0.5
    assert_refused(optimizer, {"w": np.ones(1)}, {"w": np.ones(1)}, "params['w']", "float64", "object")


@pytest.mark.parametrize("method", OPTIMIZERS)
def test_a_refusal_does_not_affect_the_next_step(method):
    spoiled, undisturbed = {"w": A.copy()}, {"w": A.copy()}
    first, second = method(0.1), method(0.1)
    for _ in range(3):
        for bad in {"w": np.ones(3)}, {"b": B}, None, {"w": None}, spoiled:
            with pytest.raises(REFUSED):
                first.update(spoiled, bad)
        first.update(spoiled, {"w": B.copy()})
        second.update(undisturbed, {"w": B.copy()})
    np.testing.assert_array_equal(spoiled["w"], undisturbed["w"])


# --- what must not be refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", OPTIMIZERS)
def test_unusual_but_right_arguments_are_accepted(method):
    for wrap in dict, OrderedDict, UserDict:
        params = wrap({"w": A.copy(), "empty": np.ones(0), "scalar": np.array(1.0), ("a", 1): 2.0})
        optimizer = method(0.1)
        for _ in range(2):
            optimizer.update(
                params, wrap({"w": B, "empty": np.ones(0), "scalar": np.array(1.0), ("a", 1): 3})
            )
        assert params["scalar"] < 1
        assert params["a", 1] < 2
    method(0.1).update({}, {})


@pytest.mark.parametrize("method", OPTIMIZERS)
def test_a_gradient_that_is_not_finite_is_not_an_error(method):
    params = {"w": np.ones(3)}
    with np.errstate(all="ignore"):
        method(0.1).update(params, {"w": np.array([NAN, INF, 1.0])})
    assert np.isfinite(params["w"]).tolist() == [False, False, True]


def test_whole_numbers_are_fine_where_every_step_is_whole():
    params = {"w": np.array([1, 2], dtype=np.int64)}
    optimizer = Momentum(lr=1, momentum=1)
    for _ in range(3):
        optimizer.update(params, {"w": params["w"][::-1].copy()})
    assert params["w"].tolist() == [-8, 5]


def test_a_value_is_shown_on_one_short_line_with_its_type():
    assert shown(0.5) == "0.5 (float)"
    assert shown("a") == "'a' (str)"
    assert shown(np.eye(20)).count("\n") == 0
    assert len(shown("x" * 10_000)) < 80


# --- anything at all ---------------------------------------------------------------------------------------------

numbers = st.one_of(
    st.floats(),
    st.integers(-(10**6), 10**6),
    st.fractions(max_denominator=50),
    st.booleans(),
    st.complex_numbers(),
)
dtypes = st.sampled_from(["f2", "f4", "f8", "i8", "?", "O", "c16", "U2", "M8[s]", "m8[s]", ">f8"])
shapes = st.sampled_from([(), (2,), (3,), (2, 2), (1,), (0,)])


@st.composite
def junk_arrays(draw):
    array = np.zeros(draw(shapes), draw(dtypes))
    if array.dtype.kind in "fiuO":
        array[...] = draw(st.integers(0, 5))
    if array.dtype == object and array.size and draw(st.booleans()):
        array.flat[0] = draw(st.one_of(numbers, st.none(), st.text(max_size=3)))
    if draw(st.integers(0, 9)) == 0:
        array.flags.writeable = False
    return array


junk = st.one_of(
    numbers, junk_arrays(), junk_arrays(), st.none(), st.text(max_size=3), st.lists(st.floats(), max_size=3)
)
keys = st.sampled_from(["w", "b", 1])
junk_dicts = st.one_of(st.dictionaries(keys, junk, max_size=2), st.dictionaries(keys, junk, max_size=2), junk)
junk_settings = st.one_of(st.floats(0.01, 1), st.floats(0.01, 1), junk)


@settings(max_examples=150)
@given(st.data())
def test_every_update_either_works_or_changes_nothing(data):
    optimizer = data.draw(st.sampled_from(OPTIMIZERS))()
    for _ in range(2):
        for name in HYPERPARAMETERS.keys() & vars(optimizer):
            setattr(optimizer, name, data.draw(junk_settings))
        params = data.draw(junk_dicts)
        if isinstance(params, dict) and data.draw(st.booleans()):
            grads = copy.deepcopy(params)
            for name, p in grads.items():
                if isinstance(p, np.ndarray) and not p.flags.writeable:
                    grads[name] = p.copy()
        else:
            grads = data.draw(st.one_of(junk_dicts, st.just(params)))
        before, grads_before = state_of(optimizer, params, grads), snapshot(grads)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                optimizer.update(params, grads)
            except REFUSED as refused:
                assert state_of(optimizer, params, grads) == before
                assert "ufunc" not in str(refused), "numpy refused it, and we did not"
        assert snapshot(grads) == grads_before or grads is params
