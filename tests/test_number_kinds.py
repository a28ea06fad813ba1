"""Numbers of every kind that NumPy has: what comes out is what the same numbers give as Python's floats."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import conventions, noise, schedules
from course_utils.critical_points import classify
from course_utils.descent import descend
from course_utils.landscapes import LANDSCAPES, quadratic
from course_utils.line_fit import LineFit
from course_utils.optimizers import SGD, Momentum, Nesterov
from course_utils.quadratics import critical_momentum, eigenvalues, rate, step_matrix, tuned

KINDS = [
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float32",
    "float64",
]
LINE = LineFit(x=(-2, -1, 1, 2), y=(-2, 1, 1, 4))

#: {what is called: (how many numbers it takes in each argument, the function of these arrays)}
CALLS = {
    "velocity_from_buffer": ([3, 1], conventions.velocity_from_buffer),
    "buffer_from_velocity": ([3, 1], conventions.buffer_from_velocity),
    "buffer_after_lr_change": ([3, 1, 1], conventions.buffer_after_lr_change),
    "lookahead_from_theta": ([3, 3], lambda theta, v: conventions.lookahead_from_theta(theta, v, 1)),
    "theta_from_lookahead": ([3, 3], lambda theta, v: conventions.theta_from_lookahead(theta, v, 1)),
    "ema_lr": ([1], lambda lr: conventions.ema_lr(lr, 0.5)),
    "velocity_from_average": ([3, 1], lambda m, lr: conventions.velocity_from_average(m, lr, 0.5)),
    "average_from_velocity": ([3, 1], lambda v, lr: conventions.average_from_velocity(v, lr, 0.5)),
    "step_matrix": ([3, 1], lambda x, lr: step_matrix(Momentum(lr, 1), x)),
    "eigenvalues": ([3, 1], lambda x, lr: eigenvalues(Nesterov(lr, 1), x)),
    "rate": ([3, 1], lambda x, lr: rate(SGD(lr), x)),
    "critical_momentum": ([3], lambda x: critical_momentum(Momentum, 1 / 128, x)),
    "tuned": ([2], lambda x: (tuned(Momentum, x).lr, tuned(Momentum, x).momentum)),
    "classify": ([2, 1], lambda g, c: classify(g, [[c[0], c[0]], [c[0], c[0]]]).kind),
    "noise_variance": ([3, 1], lambda x, lr: noise.noise_variance(1 / 1000, 0, x, lr)),
    "one_over_t": ([3, 1], lambda t, half: schedules.one_over_t(t, 1, half)),
    "cosine": ([3, 1], lambda t, steps: schedules.cosine(t, 1, steps)),
    "linear": ([3, 1], lambda t, steps: schedules.linear(t, 1, steps)),
    "cosine after a warm-up": ([3], lambda t: schedules.cosine(t, 1, 300, warm_up=7)),
    "linear after a warm-up": ([3], lambda t: schedules.linear(t, 1, 300, warm_up=7)),
    "constant after a warm-up": ([3], lambda t: schedules.constant(t, 1, warm_up=7)),
    "LineFit.gradients": ([2], LINE.gradients),
    "LineFit.gradient_variance": ([2], LINE.gradient_variance),
    "LineFit of them": ([3, 3], lambda x, y: LineFit(tuple(x), tuple(y)).landscape((1.0, 2.0))),
    "Minibatches": ([2], lambda theta: noise.Minibatches(LINE, 2).gradient(theta)),
    "descend": ([2], lambda theta: descend(Momentum(0.001, 0.5), quadratic(1, 2), theta, 3).positions),
    "an exact walk": ([2], lambda theta: descend(SGD(Fraction(1, 2)), quadratic(1, 2), theta, 3).positions),
}
for land in LANDSCAPES:
    CALLS[land.name] = ([2], lambda theta, land=land: land(theta))
    CALLS[f"gradient of {land.name}"] = ([2], lambda theta, land=land: land.gradient(theta))
    CALLS[f"Hessian of {land.name}"] = ([2], lambda theta, land=land: land.hessian(theta))


def same(got, expected, precision):
    if isinstance(got, str):
        return got == expected
    got, expected = np.asarray(got).astype(complex), np.asarray(expected).astype(complex)
    size = max(1, np.abs(expected).max())
    return got.shape == expected.shape and np.abs(got - expected).max() <= precision * size


@pytest.mark.parametrize("name", CALLS)
@given(kind=st.sampled_from(KINDS), data=st.data())
@settings(max_examples=40, deadline=None)
def test_the_kind_of_a_number_changes_nothing(name, kind, data):
    counts, call = CALLS[name]
    lists = [data.draw(st.lists(st.integers(1, 127), min_size=n, max_size=n)) for n in counts]
    expected = call(*(np.array(each, dtype=float) for each in lists))
    got = call(*(np.array(each, dtype=kind) for each in lists))
    assert same(got, expected, 1e-5 if kind == "float32" else 1e-12), (kind, lists)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int16, np.float16])
def test_numbers_do_not_wrap_around_even_inside_objects(kind):
    big = kind(100)
    assert conventions.velocity_from_buffer(big, kind(2)) == -200
    assert conventions.theta_from_lookahead(kind(1), kind(2), kind(1)) == -1
    assert conventions.velocity_from_buffer(np.array([big], dtype=object), 2)[0] == -200
    assert LANDSCAPES[0](np.array([big, big], dtype=object)) == LANDSCAPES[0]([big, big]) == 10_000
    assert rate(SGD(kind(2)), big) == 199
    assert LANDSCAPES[0](np.array([300, 300], np.float16)) == 90_000


def test_what_is_exact_stays_exact():
    halves = np.array([Fraction(1, 2), 3], dtype=object)
    got = conventions.lookahead_from_theta(np.array([1, 2], np.int8), halves, Fraction(1, 3))
    assert got.tolist() == [Fraction(7, 6), 3]
    assert conventions.velocity_from_buffer(Fraction(1, 3), np.int8(100)) == Fraction(-100, 3)
    assert step_matrix(SGD(Fraction(1, 3)), np.array([100], np.int8)).tolist() == [
        [[0, Fraction(-100, 3)], [0, Fraction(-97, 3)]]
    ]


@pytest.mark.parametrize(
    ("optimizer", "landscape", "told"),
    [
        (
            Momentum,
            LANDSCAPES[0],
            r"optimizer must be an optimizer such as .*, not the class Momentum itself",
        ),
        (
            LANDSCAPES[0],
            SGD(0.1),
            r"optimizer comes first, then landscape: descend\(optimizer, landscape, start, steps\)",
        ),
        (LANDSCAPES[0], SGD, r"optimizer comes first, then landscape"),
        (
            0.1,
            LANDSCAPES[0],
            r"optimizer must be an optimizer such as .*, not 0.1 \(float\)",
        ),
        (
            SGD(0.1),
            lambda theta: theta,
            "landscape must be a landscape such as BOWL, not <function",
        ),
        (
            SGD(0.1),
            noise.Minibatches,
            "landscape must be a landscape such as BOWL, not the class Minibatches itself",
        ),
    ],
)
def test_descend_names_the_setting_that_was_meant(optimizer, landscape, told):
    with pytest.raises(TypeError, match=told):
        descend(optimizer, landscape, (1, 2), 3)
