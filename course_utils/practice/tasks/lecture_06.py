"""The tasks of lecture 06: why momentum works."""

import numpy as np

from course_utils.practice.tasks import function_task

# --- matrix --------------------------------------------------------------------------------------------------


def any_axis(rng):
    return tuple(float(rng.choice(of)) for of in ((0.1, 0.25, 0.5), (0.25, 0.5, 0.9), (0.5, 2, 3)))


@function_task("06 matrix", cases=[(0.5, 0.25, 1.0), (0.75, 0.125, 0.5), (0.1, 0.9, 2.0)], fresh=any_axis)
def step_matrix(lr, mu, curvature):
    return np.array([[mu, -lr * curvature], [mu, 1 - lr * curvature]])


step_matrix.slips(
    theta_first=lambda lr, mu, curvature: step_matrix(lr, mu, curvature)[::-1, ::-1].copy(),
    columns_for_rows=lambda lr, mu, curvature: step_matrix(lr, mu, curvature).T.copy(),
    moved_with_old_v=("mu, 1 - lr * curvature", "1, 1"),
    climbed=lambda lr, mu, curvature: np.array([[mu, lr * curvature], [mu, 1 + lr * curvature]]),
    without_curvature=lambda lr, mu, curvature: step_matrix(lr, mu, 1),
    of_a_library=lambda lr, mu, curvature: np.array([[mu, curvature], [-lr * mu, 1 - lr * curvature]]),
    of_nesterov=(
        "return np.array([[mu, -lr * curvature], [mu, 1 - lr * curvature]])",
        "x = lr * curvature\n    return np.array([[mu * (1 - x), -x], [mu * (1 - x), 1 - x]])",
    ),
)


# --- rate ----------------------------------------------------------------------------------------------------


def twice_the_root(lr, mu, curvature):
    trace = 1 + mu - lr * curvature
    return 2 * mu**0.5 if trace**2 < 4 * mu else rate(lr, mu, curvature)


def mu_for_its_root(lr, mu, curvature):
    trace = 1 + mu - lr * curvature
    return mu if trace**2 < 4 * mu else rate(lr, mu, curvature)


def real_part(lr, mu, curvature):
    trace = 1 + mu - lr * curvature
    return abs(trace) / 2 if trace**2 < 4 * mu else rate(lr, mu, curvature)


def always_the_right_root(lr, mu, curvature):
    trace = 1 + mu - lr * curvature
    square = trace**2 - 4 * mu
    return mu**0.5 if square < 0 else (trace + square**0.5) / 2


def smaller_one(lr, mu, curvature):
    largest = rate(lr, mu, curvature)
    return mu / largest if largest else 0.0


def any_rate(rng):
    return tuple(float(rng.choice(of)) for of in ((0.1, 0.3, 0.7, 1.2, 1.9), (0, 0.1, 0.3, 0.5, 0.9), (1, 2)))


@function_task(
    "06 rate",
    cases=[
        (0.1, 0.0, 2.0),
        (1.6, 0.0, 1.0),
        (0.5, 0.25, 1.0),
        (0.75, 0.125, 0.5),
        (1.2, 0.04, 2.0),
        (0.1, 0.9, 2.0),
    ],
    fresh=any_rate,
)
def rate(lr, mu, curvature):
    trace, det = 1 + mu - lr * curvature, mu
    discriminant = trace**2 - 4 * det
    if discriminant < 0:
        return det**0.5
    return (abs(trace) + discriminant**0.5) / 2


rate.slips(
    twice_the_root=twice_the_root,
    mu_for_its_root=mu_for_its_root,
    real_part=real_part,
    always_the_right_root=always_the_right_root,
    size_of_the_right_root=lambda lr, mu, curvature: abs(always_the_right_root(lr, mu, curvature)),
    smaller_one=smaller_one,
    as_if_it_swung=lambda lr, mu, curvature: mu**0.5,
    without_velocity=lambda lr, mu, curvature: abs(1 - lr * curvature),
)


# --- damping -------------------------------------------------------------------------------------------------


@function_task(
    "06 damping",
    cases=[(1.0, 1.0), (0.25, 1.0), (0.5, 0.125), (0.1, 0.1)],
    fresh=lambda rng: (float(rng.choice((0.01, 0.1, 0.4))), float(rng.choice((0.1, 0.5, 1, 2)))),
)
def critical_momentum(lr, curvature):
    return (1 - (lr * curvature) ** 0.5) ** 2


critical_momentum.slips(
    forgot_the_square=lambda lr, curvature: 1 - (lr * curvature) ** 0.5,
    forgot_the_root=lambda lr, curvature: (1 - lr * curvature) ** 2,
    rate_of_descent=lambda lr, curvature: 1 - lr * curvature,
    root_alone=lambda lr, curvature: (lr * curvature) ** 0.5,
    root_of_the_rate_only=lambda lr, curvature: (1 - lr**0.5 * curvature) ** 2,
    of_nesterov_instead=(
        "return (1 - (lr * curvature) ** 0.5) ** 2",
        "root = (lr * curvature) ** 0.5\n    return (1 - root) / (1 + root)",
    ),
)


# --- best ----------------------------------------------------------------------------------------------------


def rate_for_mu(curvatures):
    lr, mu = best_pair(curvatures)
    return lr, mu**0.5


@function_task(
    "06 best",
    cases=[([1.0, 9.0],), ([0.1, 2.0],), ([4.0, 1.0, 2.0],)],
    fresh=lambda rng: (
        [float(x) for x in rng.permutation(rng.choice(np.arange(1, 40), rng.integers(2, 6), False))],
    ),
)
def best_pair(curvatures):
    least, greatest = min(curvatures), max(curvatures)
    lr = 4 / (least**0.5 + greatest**0.5) ** 2
    root = (greatest / least) ** 0.5
    return lr, ((root - 1) / (root + 1)) ** 2


best_pair.slips(
    first_and_last=("min(curvatures), max(curvatures)", "curvatures[0], curvatures[-1]"),
    roots_forgotten_in_lr=lambda curvatures: (
        4 / (min(curvatures) + max(curvatures)) ** 2,
        best_pair(curvatures)[1],
    ),
    rooted_twice=lambda curvatures: (4 / (min(curvatures) + max(curvatures)), best_pair(curvatures)[1]),
    lr_of_descent=lambda curvatures: (2 / (min(curvatures) + max(curvatures)), best_pair(curvatures)[1]),
    rate_for_mu=rate_for_mu,
    root_of_kappa_forgotten=(
        "return lr, ((root - 1) / (root + 1))",
        "kappa = max(curvatures) / min(curvatures)\n    return best_pair(curvatures)[0], ((kappa - 1) / (kappa + 1))",
    ),
    rate_of_descent_for_mu=(
        "return lr, ((root - 1) / (root + 1)) ** 2",
        "kappa = max(curvatures) / min(curvatures)\n    return best_pair(curvatures)[0], (kappa - 1) / (kappa + 1)",
    ),
)


# --- unrolled ------------------------------------------------------------------------------------------------


def any_walk(rng):
    gradients = [float(g) for g in rng.integers(-9, 10, rng.integers(2, 6))]
    return (
        float(rng.integers(1, 9)),
        gradients,
        float(rng.choice((0.1, 0.5))),
        float(rng.choice((0.25, 0.5, 0.9))),
    )


@function_task(
    "06 unrolled",
    cases=[
        (3.0, [4.0], 0.5, 0.5),
        (3.0, [4.0, 0.0], 0.5, 0.5),
        (1.0, [1.0, 2.0, 4.0], 0.1, 0.5),
        (np.array([3.0, 1.0]), [np.array([4.0, -2.0]), np.array([0.0, 8.0])], 0.5, 0.5),
    ],
    fresh=any_walk,
)
def unrolled(start, gradients, lr, mu):
    count = len(gradients)
    weights = [(1 - mu ** (count - i)) / (1 - mu) for i in range(count)]
    return start - lr * sum(w * g for w, g in zip(weights, gradients, strict=True))


unrolled.slips(
    as_printed=lambda start, gradients, lr, mu: 2 * start - unrolled(start, gradients, lr, mu),
    newest_left_out=("count - i", "count - 1 - i"),
    not_divided=lambda start, gradients, lr, mu: (
        start + (1 - mu) * (unrolled(start, gradients, lr, mu) - start)
    ),
    backwards=lambda start, gradients, lr, mu: unrolled(start, gradients[::-1], lr, mu),
    velocity_alone=(
        "w * g for w, g in zip(weights, gradients, strict=True)",
        "mu ** (count - 1 - i) * g for i, g in enumerate(gradients)",
    ),
    all_in_full=lambda start, gradients, lr, mu: start - lr * sum(gradients) / (1 - mu),
    without_start=lambda start, gradients, lr, mu: unrolled(0 * start, gradients, lr, mu),
)


# --- limit ---------------------------------------------------------------------------------------------------


@function_task(
    "06 limit", cases=[(0.0,), (0.5,), (0.9,), (1.0,)], fresh=lambda rng: (float(rng.integers(0, 101) / 100),)
)
def nesterov_limit(mu):
    return 2 * (1 + mu) / (1 + 2 * mu)


nesterov_limit.slips(
    momentum_limit=lambda mu: 2 * (1 + mu),
    descent_limit=lambda mu: 2,
    early_limit=lambda mu: 2 * (1 + mu) / (1 + 2 * mu + 2 * mu**2),
    two_lost=("2 * (1 + mu)", "(1 + mu)"),
    one_plus_mu_cancelled=("* (1 + mu) ", ""),
    from_the_determinant=lambda mu: 1 + 1 / mu if mu else np.inf,
)
