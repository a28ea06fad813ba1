"""The tasks of lecture 01: gradient descent."""

import numpy as np

from course_utils.practice.tasks import function_task

# --- knobs ---------------------------------------------------------------------------------------------------


def weights_alone(sizes):
    return count(sizes) - sum(sizes[1:])


def any_sizes(rng):
    return ([int(n) for n in rng.integers(2, 30, rng.integers(2, 6))],)


@function_task(
    "01 knobs",
    cases=[([1, 1],), ([2, 3],), ([2, 3, 1],), ([784, 50, 10],), ([784, 50, 50, 10],)],
    fresh=any_sizes,
)
def count(sizes):
    total = 0
    for i in range(len(sizes) - 1):
        total += (sizes[i] + 1) * sizes[i + 1]
    return total


count.slips(
    weights_alone=weights_alone,
    biases_of_the_inputs=lambda sizes: weights_alone(sizes) + sum(sizes[:-1]),
    biases_everywhere=lambda sizes: weights_alone(sizes) + sum(sizes),
    one_bias_a_layer=lambda sizes: weights_alone(sizes) + len(sizes) - 1,
    neurons=lambda sizes: sum(sizes),
    all_multiplied=lambda sizes: int(np.prod(sizes)),
    first_layer_alone=lambda sizes: count(sizes[:2]),
    last_layer_forgotten=lambda sizes: count(sizes[:-1]),
    last_layer_alone=lambda sizes: count(sizes[-2:]),
    biases_of_the_hidden_alone=lambda sizes: weights_alone(sizes) + sum(sizes[1:-1]),
    one_bias_in_all=lambda sizes: weights_alone(sizes) + 1,
)


# --- level ---------------------------------------------------------------------------------------------------


def twos_forgotten(a, b, c, p, q):
    return np.linalg.solve([[a, b], [b, c]], [-p, -q])


def any_quadratic(rng):
    while True:
        a, c = rng.integers(1, 6, 2)
        b, p, q = rng.integers(-9, 10, 3)
        if b and p and q and b**2 not in (a * c, 4 * a * c):
            return int(a), int(b), int(c), int(p), int(q)


@function_task(
    "01 level",
    cases=[(1, 0, 1, -2, -4), (1, 1, 1, -4, -5), (1, 3, 1, 5, 0), (3, -2, 1, 0, 4)],
    fresh=any_quadratic,
)
def level_point(a, b, c, p, q):
    return np.linalg.solve([[2 * a, b], [b, 2 * c]], [-p, -q])


level_point.slips(
    twos_forgotten=twos_forgotten,
    not_changed_sides=lambda a, b, c, p, q: -level_point(a, b, c, p, q),
    without_cross_term=lambda a, b, c, p, q: level_point(a, 0, c, p, q),
    cross_term_doubled=lambda a, b, c, p, q: level_point(a, 2 * b, c, p, q),
    cross_term_halved=lambda a, b, c, p, q: level_point(a, b / 2, c, p, q),
    y_before_x=lambda a, b, c, p, q: level_point(a, b, c, p, q)[::-1].copy(),
    twos_forgotten_and_not_changed_sides=lambda a, b, c, p, q: -twos_forgotten(a, b, c, p, q),
    own_letter_first=("b, 2 * c", "2 * c, b"),
    right_side_upside_down=("p, -q", "q, -p"),
)


# --- walk ----------------------------------------------------------------------------------------------------


def bowl_slope(theta):
    return theta * np.array([1.0, 7.0])


def network_slope(theta):
    u, w = theta
    return np.array([(u * w - 1) * w, (u * w - 1) * u])


def twice_theta(theta):
    """The slope of Σθ², for any number of coordinates."""
    return 2 * theta


def one_after_the_other(gradient, start, lr, steps):
    theta = start.copy()
    for _ in range(steps):
        for i in range(len(theta)):
            theta[i] -= lr * gradient(theta)[i]
    return theta


def any_walk(rng):
    gradient = (bowl_slope, network_slope, twice_theta)[rng.integers(3)]
    count = int(rng.integers(1, 6)) if gradient is twice_theta else 2
    return gradient, rng.integers(1, 9, count) / 4, 0.125, int(rng.integers(2, 6))


@function_task(
    "01 walk",
    cases=[
        (bowl_slope, np.array([16.0, 8.0]), 0.25, 1),
        (bowl_slope, np.array([16.0, 8.0]), 0.25, 3),
        (network_slope, np.array([2.0, 0.25]), 0.5, 1),
        (network_slope, np.array([2.0, 0.25]), 0.5, 2),
        (twice_theta, np.array([16.0, 8.0, 4.0]), 0.25, 2),
    ],
    fresh=any_walk,
)
def gradient_descent(gradient, start, lr, steps):
    theta = start
    for _ in range(steps):
        theta = theta - lr * gradient(theta)
    return theta


gradient_descent.slips(
    climbing=lambda gradient, start, lr, steps: gradient_descent(gradient, start, -lr, steps),
    gradient_of_the_start=lambda gradient, start, lr, steps: start - steps * lr * gradient(start),
    ended_in_the_loop=lambda gradient, start, lr, steps: start - lr * gradient(start),
    one_step_more=lambda gradient, start, lr, steps: gradient_descent(gradient, start, lr, steps + 1),
    one_step_less=lambda gradient, start, lr, steps: gradient_descent(gradient, start, lr, steps - 1),
    rate_forgotten=lambda gradient, start, lr, steps: gradient_descent(gradient, start, 1, steps),
    steps_of_one_length=(
        "theta = theta - lr * gradient(theta)",
        "g = gradient(theta)\n        theta = theta - lr * g / np.linalg.norm(g)",
    ),
    one_after_the_other=one_after_the_other,
    the_last_step=lambda gradient, start, lr, steps: (
        -lr * gradient(gradient_descent(gradient, start, lr, steps - 1))
    ),
    step_in_place_of_the_point=("theta - ", "-"),
    always_on_the_bowl=lambda gradient, start, lr, steps: gradient_descent(bowl_slope, start, lr, steps),
)


# --- limit ---------------------------------------------------------------------------------------------------


def any_bowl(rng):
    a, c = rng.choice(np.arange(1, 40), 2, replace=False) / 4
    return float(a), float(c)


@function_task("01 limit", cases=[(1.0, 3.0), (5.0, 0.5), (0.05, 1.0)], fresh=any_bowl)
def limit(a, c):
    return 1 / max(a, c)


limit.slips(
    of_the_gentle_axis=("max", "min"),
    half_forgotten=lambda a, c: 2 / max(a, c),
    half_forgotten_gentle=("1 / max", "2 / min"),
    where_it_lands=lambda a, c: 1 / (2 * max(a, c)),
    curvatures_added=lambda a, c: 1 / (a + c),
    added_without_halves=lambda a, c: 2 / (a + c),
    steepest_curvature=lambda a, c: 2 * max(a, c),
    x_alone=lambda a, c: 1 / a,
    y_alone=lambda a, c: 1 / c,
    half_on_the_wrong_side=lambda a, c: 4 / max(a, c),
)


# --- border --------------------------------------------------------------------------------------------------


@function_task(
    "01 border",
    cases=[(2.0,), (0.5,), (0.1,), (0.02,)],
    fresh=lambda rng: (float(rng.integers(1, 200) / 50),),
)
def border(lr):
    return (2 / lr) ** 0.5


border.slips(
    where_it_lands_at_once=("2", "1"),
    root_forgotten=lambda lr: 2 / lr,
    root_of_the_two_forgotten=lambda lr: 2 / lr**0.5,
    rate_beside_the_root=lambda lr: 2**0.5 / lr,
    curvature_of_the_start=(" lr", " (3 * lr)"),
    cube_root=("0.5", "(1 / 3)"),
    power_without_brackets=("0.5", "1 / 2"),
)
