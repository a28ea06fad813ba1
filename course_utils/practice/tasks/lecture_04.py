"""The tasks of lecture 04: Momentum."""

import numpy as np

from course_utils.optimizers import Momentum
from course_utils.practice.tasks import OptimizerTask, function_task

# --- step ----------------------------------------------------------------------------------------------------


def any_step(rng):
    theta, v, g = rng.integers(-9, 10, (3, 2)) / 4
    return theta, v, g, rng.choice([0.1, 0.5, 0.25]), rng.choice([0.5, 0.75, 0.9])


@function_task(
    "04 step",
    cases=[
        (2.0, -1.0, 4.0, 0.1, 0.5),
        (np.array([1.0, 2.0]), np.array([0.0, 0.0]), np.array([2.0, 1.0]), 1, 1),
        (np.array([-1.0, 1.0]), np.array([-2.0, -1.0]), np.array([1.0, -1.0]), 1, 1),
        (np.array([-4.0, 1.0]), np.array([-3.0, 0.0]), np.array([1.0, -4.0]), 1, 1),
    ],
    fresh=any_step,
)
def momentum_step(theta, v, g, lr, mu):
    v = mu * v - lr * g
    return theta + v, v


momentum_step.slips(
    moved_first=lambda theta, v, g, lr, mu: (theta + v, mu * v - lr * g),
    moved_against_v=("theta + v", "theta - v"),
    uphill=lambda theta, v, g, lr, mu: momentum_step(theta, v, -g, lr, mu),
    forgot_v=lambda theta, v, g, lr, mu: momentum_step(theta, 0 * v, g, lr, mu),
    kept_all_of_v=lambda theta, v, g, lr, mu: momentum_step(theta, v, g, lr, 1),
    rate_on_both=lambda theta, v, g, lr, mu: momentum_step(theta, lr * v, g, lr, mu),
    rate_on_neither=lambda theta, v, g, lr, mu: momentum_step(theta, v, g, 1, mu),
    averaged=lambda theta, v, g, lr, mu: momentum_step(theta, v, (1 - mu) * g, lr, mu),
    swapped=lambda theta, v, g, lr, mu: momentum_step(theta, v, g, mu, lr),
    returned_the_old_v=lambda theta, v, g, lr, mu: (momentum_step(theta, v, g, lr, mu)[0], v),
    pushed_by_library_velocity=("- lr * g\n    return theta +", "+ g\n    return theta - lr *"),
    turned_round=("- lr * g\n    return theta +", "+ lr * g\n    return theta -"),
    friction_turned_round=lambda theta, v, g, lr, mu: momentum_step(theta, -v, g, lr, mu),
    friction_on_both=("v - lr * g", "(v - lr * g)"),
    mu_for_the_rate=lambda theta, v, g, lr, mu: momentum_step(theta, v, g, mu, mu),
    moved_without_v=lambda theta, v, g, lr, mu: (theta - lr * g, mu * v - lr * g),
    left_v_alone=lambda theta, v, g, lr, mu: (theta - lr * g, v),
    moved_twice=("theta + v, v", "theta + mu * v - lr * g, v"),
)


# --- momentum ------------------------------------------------------------------------------------------------


class PutInPlaceOfTheta(Momentum):
    def update(self, params, grads):
        for p in params.values():
            p[...] = 0
        super().update(params, grads)


class PushedTwice(Momentum):
    def update(self, params, grads):
        super().update(params, grads)
        for name in params:
            params[name] -= self.lr * grads[name]


momentum = OptimizerTask(Momentum, "04 momentum")


momentum.slips(
    PutInPlaceOfTheta=PutInPlaceOfTheta,
    PushedTwice=PushedTwice,
)


# --- sum -----------------------------------------------------------------------------------------------------


def any_gradients(rng):
    return (
        [float(g) for g in rng.integers(-9, 10, rng.integers(2, 7))],
        0.5,
        float(rng.choice([0.25, 0.5, 0.9])),
    )


@function_task(
    "04 sum",
    cases=[
        ([4.0], 0.5, 0.5),
        ([4.0, 0.0], 0.5, 0.5),
        ([4.0, 2.0, 1.0], 0.5, 0.5),
        ([1.0, 1.0, 1.0, 1.0], 0.1, 0.9),
        ([1.0, -1.0, 1.0, -1.0], 0.1, 0.9),
    ],
    fresh=any_gradients,
)
def velocity_as_sum(gradients, lr, mu):
    return -lr * sum(mu**age * g for age, g in enumerate(reversed(gradients)))


velocity_as_sum.slips(
    oldest_counts_most=lambda gradients, lr, mu: velocity_as_sum(gradients[::-1], lr, mu),
    newest_fades_too=lambda gradients, lr, mu: mu * velocity_as_sum(gradients, lr, mu),
    all_count_alike=lambda gradients, lr, mu: velocity_as_sum(gradients, lr, 1),
    only_the_newest=lambda gradients, lr, mu: -lr * gradients[-1],
    an_average=lambda gradients, lr, mu: (1 - mu) * velocity_as_sum(gradients, lr, mu),
    pushed_uphill=lambda gradients, lr, mu: -velocity_as_sum(gradients, lr, mu),
    without_minus_and_rate=lambda gradients, lr, mu: -velocity_as_sum(gradients, 1, mu),
    rate_left_out=lambda gradients, lr, mu: velocity_as_sum(gradients, 1, mu),
    weighted_by_age=("**age *", " * age * g if age else"),
)


# --- top-speed -----------------------------------------------------------------------------------------------


@function_task(
    "04 top-speed",
    cases=[(1.0, 0.1, 0.0), (1.0, 0.1, 0.5), (1.0, 0.1, 0.9), (-3.0, 0.01, 0.99)],
    fresh=lambda rng: (
        float(rng.integers(-9, 10)),
        float(rng.choice([0.1, 0.5])),
        float(rng.integers(0, 10) / 10),
    ),
)
def terminal_velocity(g, lr, mu):
    return -lr * g / (1 - mu)


terminal_velocity.slips(
    rising=("return -lr", "return lr"),
    one_plus_mu=("1 - mu", "1 + mu"),
    times_one_minus_mu=("g /", "g *"),
    without_rate=("lr * g", "g"),
    one_step_late=("g /", "g * mu /"),
    divided_by_mu=("(1 - mu)", "mu"),
    without_bracket=("(1 - mu)", "1 - mu"),
    without_memory=(" / (1 - mu)", ""),
)


# --- escape --------------------------------------------------------------------------------------------------


def never_arrives(lr, mu):
    raise TimeoutError


@function_task(
    "04 escape",
    cases=[(1.0, 0.0), (0.1, 0.0), (0.1, 0.5), (0.1, 0.9), (0.01, 0.0)],
    fresh=lambda rng: (float(rng.integers(1, 10) / 10), float(rng.integers(0, 10) / 10)),
)
def escape_steps(lr, mu):
    x, v, steps = 1e-6, 0.0, 0
    while abs(x) < 1:
        v = mu * v + lr * x
        x += v
        steps += 1
    return steps


escape_steps.slips(
    one_too_few=lambda lr, mu: escape_steps(lr, mu) - 1,
    one_too_many=lambda lr, mu: escape_steps(lr, mu) + 1,
    without_velocity=lambda lr, mu: escape_steps(lr, 0),
    with_the_old_velocity=("v = mu * v + lr * x\n        x += v", "x, v = x + v, mu * v + lr * x"),
    never_arrives=never_arrives,
)
