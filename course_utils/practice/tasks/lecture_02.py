"""The tasks of lecture 02: stochastic gradient descent."""

import math
from itertools import combinations_with_replacement

import numpy as np

from course_utils.optimizers import SGD
from course_utils.practice.tasks import OptimizerTask, function_task

# --- sgd -----------------------------------------------------------------------------------------------------


sgd = OptimizerTask(SGD, "02 sgd")


# --- variance ------------------------------------------------------------------------------------------------


def of_a_sample(values, batch, replace):
    n = len(values)
    return batch_variance(values, batch, replace) * n / (n - 1)


def all_but_the_batch(values, batch, replace):
    n = len(values)
    one = batch_variance(values, 1, True)
    return one / batch if replace else one / batch * (n - batch) / n


def mean_of_squares(values, batch, replace):
    shift = sum(values) / len(values)
    return batch_variance(values, batch, replace) * (
        1 if not shift else 1 + shift**2 / batch_variance(values, 1, True)
    )


def sample_and_n(values, batch, replace):
    """Right without replacement, since both changes cancel there; wrong with it."""
    n = len(values)
    return batch_variance(values, batch, replace) * (n / (n - 1) if replace else 1)


def each_bag_once(values, batch, replace):
    """Counts 1, 3 and 3, 1 as one draw."""
    if not replace:
        return batch_variance(values, batch, replace)
    means = [sum(bag) / batch for bag in combinations_with_replacement(values, batch)]
    return batch_variance(means, 1, True)


def any_batch(rng):
    values = [float(x) for x in rng.choice(np.arange(-9, 10), rng.integers(3, 7), replace=False)]
    return values, int(rng.integers(2, len(values))), bool(rng.integers(2))


@function_task(
    "02 variance",
    cases=[
        ([1.0, 3.0], 1, True),
        ([1.0, 3.0], 2, True),
        ([1.0, 3.0], 2, False),
        ([0.0, 1.0, 3.0, 4.0], 2, True),
        ([0.0, 1.0, 3.0, 4.0], 2, False),
    ],
    fresh=any_batch,
)
def batch_variance(values, batch, replace):
    n = len(values)
    mean = sum(values) / n
    one = sum((value - mean) ** 2 for value in values) / n
    if replace:
        return one / batch
    return one / batch * (n - batch) / (n - 1)


batch_variance.slips(
    of_a_sample=of_a_sample,
    always_with=lambda values, batch, replace: batch_variance(values, batch, True),
    always_without=lambda values, batch, replace: batch_variance(values, batch, False),
    ways_swapped=lambda values, batch, replace: batch_variance(values, batch, not replace),
    divided_twice=lambda values, batch, replace: batch_variance(values, batch, replace) / batch,
    not_divided=lambda values, batch, replace: batch_variance(values, batch, replace) * batch,
    typical_error=lambda values, batch, replace: batch_variance(values, batch, replace) ** 0.5,
    all_but_the_batch=all_but_the_batch,
    mean_of_squares=mean_of_squares,
    sample_and_n=sample_and_n,
    squares_over_batch=lambda values, batch, replace: (
        batch_variance(values, 1, True)
        * len(values)
        / batch
        * (1 if replace else (len(values) - batch) / (len(values) - 1))
    ),
    batch_forgotten_without=lambda values, batch, replace: (
        batch_variance(values, batch, replace) * (1 if replace else batch)
    ),
    each_bag_once=each_bag_once,
    factor_of_the_drawn=lambda values, batch, replace: (
        batch_variance(values, batch, True) * (1 if replace else (batch - 1) / (len(values) - 1))
    ),
)


# --- growing -------------------------------------------------------------------------------------------------


def factor_not_squared(steps, lr, curvature, gradient_variance):
    variance = 0.0
    for _ in range(steps):
        variance = (1 - lr * curvature) * variance + lr**2 * gradient_variance
    return variance


def half_the_exponent(steps, lr, curvature, gradient_variance):
    ball = lr * gradient_variance / (curvature * (2 - lr * curvature))
    return ball * (1 - (1 - lr * curvature) ** steps)


def starts_noisy(steps, lr, curvature, gradient_variance):
    left = (1 - lr * curvature) ** (2 * steps) * gradient_variance
    return left + variance_after(steps, lr, curvature, gradient_variance)


@function_task(
    "02 growing",
    cases=[
        (0, 0.5, 1.0, 4.0),
        (1, 0.5, 1.0, 4.0),
        (2, 0.5, 1.0, 4.0),
        (3, 0.25, 2.0, 1.0),
        (1000, 0.5, 1.0, 4.0),
    ],
    fresh=lambda rng: (
        int(rng.integers(2, 9)),
        float(rng.choice((0.1, 0.25, 0.5))),
        float(rng.choice((0.5, 2, 3))),
        float(rng.choice((2, 5, 9))),
    ),
)
def variance_after(steps, lr, curvature, gradient_variance):
    variance = 0.0
    for _ in range(steps):
        variance = (1 - lr * curvature) ** 2 * variance + lr**2 * gradient_variance
    return variance


variance_after.slips(
    in_the_end=lambda steps, lr, curvature, gradient_variance: (
        lr * gradient_variance / (curvature * (2 - lr * curvature)) if steps else 0.0
    ),
    factor_not_squared=factor_not_squared,
    rate_not_squared=lambda steps, lr, curvature, gradient_variance: variance_after(
        steps, lr, curvature, gradient_variance / lr
    ),
    nothing_shrinks=lambda steps, lr, curvature, gradient_variance: steps * lr**2 * gradient_variance,
    noise_of_one_step=lambda steps, lr, curvature, gradient_variance: (
        lr**2 * gradient_variance if steps else 0.0
    ),
    one_too_many=lambda steps, lr, curvature, gradient_variance: variance_after(
        steps + 1, lr, curvature, gradient_variance
    ),
    one_too_few=lambda steps, lr, curvature, gradient_variance: variance_after(
        max(steps - 1, 0), lr, curvature, gradient_variance
    ),
    noise_only_once=lambda steps, lr, curvature, gradient_variance: (
        (1 - lr * curvature) ** (2 * (steps - 1)) * lr**2 * gradient_variance if steps else 0.0
    ),
    noise_without_rate=lambda steps, lr, curvature, gradient_variance: variance_after(
        steps, lr, curvature, gradient_variance / lr**2
    ),
    variance_squared=lambda steps, lr, curvature, gradient_variance: variance_after(
        steps, lr, curvature, gradient_variance**2
    ),
    root_for_variance=lambda steps, lr, curvature, gradient_variance: variance_after(
        steps, lr, curvature, gradient_variance**0.5
    ),
    half_the_exponent=half_the_exponent,
    newest_shrinks_too=lambda steps, lr, curvature, gradient_variance: (
        (1 - lr * curvature) ** 2 * variance_after(steps, lr, curvature, gradient_variance)
    ),
    starts_noisy=starts_noisy,
    nothing_squared=lambda steps, lr, curvature, gradient_variance: factor_not_squared(
        steps, lr, curvature, gradient_variance / lr
    ),
    slope_is_one=lambda steps, lr, curvature, gradient_variance: variance_after(
        steps, lr, 1, gradient_variance
    ),
)


# --- one-over-t ----------------------------------------------------------------------------------------------


@function_task(
    "02 one-over-t",
    cases=[(0, 0.5, 0.1, 100), (100, 0.5, 0.1, 100), (25, 0.5, 0.1, 100), (50, 0.5, 0.1, 100)],
    fresh=lambda rng: (
        int(rng.integers(1, 50)),
        float(rng.choice((0.5, 1, 2))),
        float(rng.choice((0.01, 0.1, 0.2))),
        int(rng.integers(50, 200)),
    ),
)
def one_over_t(step, first, last, steps):
    half = steps * last / (first - last)
    return first / (1 + step / half)


one_over_t.slips(
    straight_down=("/ (1 + step / half)", "+ (last - first) * step / steps"),
    geometric=("/ (1 + step / half)", "* (last / first) ** (step / steps)"),
    half_is_the_end=("(1 + step / half)", "(1 + step / steps)"),
    shifted_down=lambda step, first, last, steps: last + (first - last) / (1 + step),
    half_upside_down=("(1 + step / half)", "(1 + step / (steps * (first - last) / last))"),
    ratio_without_one=("(1 + step / half)", "(1 + step / (steps * last / first))"),
    half_multiplied=("step /", "step *"),
    steps_not_in_half=("/ half", "* (first - last) / last"),
    always_the_end=lambda step, first, last, steps: last,
    counted_from_one=lambda step, first, last, steps: one_over_t(step + 1, first, last, steps),
)


# --- warm-up -------------------------------------------------------------------------------------------------


def any_moment(rng):
    warm = int(rng.integers(2, 10))
    steps = warm + int(rng.integers(5, 40))
    step = warm + int(rng.integers(-2, 2)) if rng.integers(2) else int(rng.integers(0, steps + 1))
    return step, float(rng.choice((0.1, 0.5, 2))), warm, steps


@function_task(
    "02 warm-up",
    cases=[
        (0, 1.0, 4, 12),
        (1, 1.0, 4, 12),
        (3, 1.0, 4, 12),
        (4, 1.0, 4, 12),
        (8, 1.0, 4, 12),
        (12, 1.0, 4, 12),
        (6, 0.5, 4, 10),
    ],
    fresh=any_moment,
)
def warm_cosine(step, lr, warm, steps):
    if step < warm:
        return lr * (step + 1) / warm
    return lr * (1 + math.cos(math.pi * (step - warm) / (steps - warm))) / 2


warm_cosine.slips(
    starts_at_zero=lambda step, lr, warm, steps: (
        lr * step / warm if step < warm else warm_cosine(step, lr, warm, steps)
    ),
    cosine_from_the_start=lambda step, lr, warm, steps: (
        lr * (step + 1) / warm if step < warm else lr * (1 + math.cos(math.pi * step / steps)) / 2
    ),
    too_long=lambda step, lr, warm, steps: (
        lr * (step + 1) / warm if step < warm else lr * (1 + math.cos(math.pi * (step - warm) / steps)) / 2
    ),
    half_forgotten=(" / 2", ""),
    quarter_wave=(
        "(1 + math.cos(math.pi * (step - warm) / (steps - warm))) / 2",
        "math.cos(math.pi / 2 * (step - warm) / (steps - warm))",
    ),
    in_degrees=("math.pi", "180"),
    no_warm_up=lambda step, lr, warm, steps: lr * (1 + math.cos(math.pi * step / steps)) / 2,
    waits_then_jumps=lambda step, lr, warm, steps: 0.0 if step < warm else warm_cosine(step, lr, warm, steps),
    one_step_too_long=lambda step, lr, warm, steps: (
        lr * (step + 1) / warm if step <= warm else warm_cosine(step, lr, warm, steps)
    ),
    cosine_too_early=lambda step, lr, warm, steps: (
        lr * (step + 1) / warm if step < warm else lr * (1 + math.cos(math.pi * step / (steps - warm))) / 2
    ),
    from_nothing_to_all=lambda step, lr, warm, steps: (
        lr * step / (warm - 1) if step < warm else warm_cosine(step, lr, warm, steps)
    ),
    does_not_rise=lambda step, lr, warm, steps: warm_cosine(0 if step < warm else step, lr, warm, steps),
    bare_cosine=(
        "(1 + math.cos(math.pi * (step - warm) / (steps - warm))) / 2",
        "math.cos(math.pi * (step - warm) / (steps - warm))",
    ),
    cosine_rises=lambda step, lr, warm, steps: (
        lr * (step + 1) / warm if step < warm else lr - warm_cosine(step, lr, warm, steps)
    ),
    rate_forgotten=lambda step, lr, warm, steps: warm_cosine(step, 1, warm, steps),
    line_down=lambda step, lr, warm, steps: (
        lr * (step + 1) / warm if step < warm else lr * (steps - step) / (steps - warm)
    ),
)


# --- batch-size ----------------------------------------------------------------------------------------------


def not_a_whole_number(target, lr, curvature, gradient_variance):
    return lr * gradient_variance / (curvature * (2 - lr * curvature)) / target


def any_target(rng):
    return tuple(
        float(rng.choice(of)) for of in ((0.125, 0.25, 0.5), (0.25, 0.5, 0.75), (0.5, 2), (7, 9, 40, 150))
    )


@function_task(
    "02 batch-size",
    cases=[
        (1.0, 0.5, 1.0, 3.0),
        (1.0, 0.5, 1.0, 6.0),
        (0.25, 0.5, 1.0, 3.0),
        (0.125, 0.25, 2.0, 9.0),
        (0.5, 0.25, 2.0, 150.0),
    ],
    fresh=any_target,
)
def smallest_batch(target, lr, curvature, gradient_variance):
    ball = lr * gradient_variance / (curvature * (2 - lr * curvature))  # of single points
    return math.ceil(ball / target)


smallest_batch.slips(
    not_a_whole_number=not_a_whole_number,
    rounded_down=(
        "math.ceil(ball / target)",
        "math.floor(not_a_whole_number(target, lr, curvature, gradient_variance))",
    ),
    rounded=(
        "math.ceil(ball / target)",
        "round(not_a_whole_number(target, lr, curvature, gradient_variance))",
    ),
    always_one_more=(
        "math.ceil(ball / target)",
        "1 + math.floor(not_a_whole_number(target, lr, curvature, gradient_variance))",
    ),
    noise_of_the_gradient=("l(ball / target)", "l(gradient_variance / target)"),
    small_steps=("l(ball / target)", "l(lr * gradient_variance / (2 * curvature) / target)"),
    squared_batch=("ball / target", "not_a_whole_number(target, lr, curvature, gradient_variance) ** 0.5"),
    curvature_lost=("l(ball / target)", "l(lr * gradient_variance / (2 - lr * curvature) / target)"),
    turned_over=("ball / target", "1 / not_a_whole_number(target, lr, curvature, gradient_variance)"),
    times_the_bracket=(
        "l(ball / target)",
        "l(lr * gradient_variance / curvature * (2 - lr * curvature) / target)",
    ),
    rate_squared=("ball / target", "lr * not_a_whole_number(target, lr, curvature, gradient_variance)"),
    spread_squared=("ball / target", "not_a_whole_number(target, lr, curvature, gradient_variance**2)"),
    target_squared=("ball / target", "not_a_whole_number(target**2, lr, curvature, gradient_variance)"),
    plus_in_the_bracket=(
        "l(ball / target)",
        "l(lr * gradient_variance / (curvature * (2 + lr * curvature)) / target)",
    ),
)
