"""The tasks of lecture 03: where SGD struggles."""

import numpy as np

from course_utils.practice.tasks import function_task

# --- gradient ------------------------------------------------------------------------------------------------


def any_weights(rng):
    u, w = rng.integers(-12, 13, 2) / 4
    return float(u), float(w), float(rng.choice([0.25, 0.75, 1.5]))


@function_task(
    "03 gradient",
    cases=[(2.0, 1.0, 0.0), (0.0, 0.0, 0.75), (0.5, 0.5, 0.75), (2.0, 1.0, 0.75), (-1.0, 3.0, 0.5)],
    fresh=any_weights,
)
def gradient(u, w, alpha):
    error = u * w - 1
    return np.array([error * w + alpha * u, error * u + alpha * w])


gradient.slips(
    chain_forgotten=("* w + alpha * u, error * u", "+ alpha * u, error"),
    chain_swapped=("w + alpha * u, error * u", "u + alpha * u, error * w"),
    price_forgotten=lambda u, w, alpha: gradient(u, w, 0),
    price_halved=lambda u, w, alpha: gradient(u, w, alpha / 2),
    price_of_the_other=("u, error * u + alpha * w", "w, error * u + alpha * u"),
    error_doubled=lambda u, w, alpha: 2 * gradient(u, w, alpha / 2),
    all_doubled=lambda u, w, alpha: 2 * gradient(u, w, alpha),
    downhill=lambda u, w, alpha: -gradient(u, w, alpha),
    price_doubled=lambda u, w, alpha: gradient(u, w, 2 * alpha),
    price_of_both=lambda u, w, alpha: gradient(u, w, 0) + alpha * (u + w),
    parts_swapped=lambda u, w, alpha: gradient(u, w, alpha)[::-1],
    inner_square_kept=(" * w + alpha * u, error", "**2 * w + alpha * u, error**2"),
)


# --- hessian -------------------------------------------------------------------------------------------------


def _with_cross(u, w, alpha, cross):
    return np.array([[w**2 + alpha, cross], [cross, u**2 + alpha]])


@function_task(
    "03 hessian",
    cases=[(0.0, 0.0, 0.0), (2.0, 1.0, 0.0), (0.0, 0.0, 0.75), (0.5, 0.5, 0.75), (-1.0, 3.0, 0.5)],
    fresh=any_weights,
)
def hessian(u, w, alpha):
    cross = 2 * u * w - 1
    return np.array([[w**2 + alpha, cross], [cross, u**2 + alpha]])


hessian.slips(
    bracket_held_fixed=lambda u, w, alpha: _with_cross(u, w, alpha, u * w - 1),
    bracket_alone=lambda u, w, alpha: _with_cross(u, w, alpha, u * w),
    one_lost=lambda u, w, alpha: _with_cross(u, w, alpha, 2 * u * w),
    without_cross=lambda u, w, alpha: _with_cross(u, w, alpha, 0),
    diagonal_swapped=lambda u, w, alpha: hessian(w, u, alpha),
    price_forgotten_again=lambda u, w, alpha: hessian(u, w, 0),
    price_everywhere=lambda u, w, alpha: hessian(u, w, 0) + alpha,
    price_halved_again=lambda u, w, alpha: hessian(u, w, alpha / 2),
)


# --- kind ----------------------------------------------------------------------------------------------------


def zero_passed_over(hessian):
    values = np.linalg.eigvalsh(hessian)
    if values.min() >= -1e-9:
        return "minimum"
    return "maximum" if values.max() <= 1e-9 else "saddle"


def one_below_is_enough(hessian):
    least = np.linalg.eigvalsh(hessian).min()
    if least < -1e-9:
        return "saddle"
    return "minimum" if least > 1e-9 else "undecided"


def zero_taken_exactly(hessian):
    values = np.linalg.eigvalsh(hessian)
    if values.min() < 0 < values.max():
        return "saddle"
    if values.min() > 0:
        return "minimum"
    return "maximum" if values.max() < 0 else "undecided"


def zero_taken_exactly_or_saddle(hessian):
    found = zero_taken_exactly(hessian)
    return "saddle" if found == "undecided" else found


def zero_counts_as_saddle(hessian):
    found = kind(hessian)
    return "saddle" if found == "undecided" else found


def any_zero_undecided(hessian):
    values = np.linalg.eigvalsh(hessian)
    return "undecided" if np.abs(values).min() <= 1e-9 else kind(hessian)


def from_the_determinant(hessian):
    det, trace = np.linalg.det(hessian), np.trace(hessian)
    if abs(det) <= 1e-9:
        return "undecided"
    if det < 0:
        return "saddle"
    return "minimum" if trace > 0 else "maximum"


def from_the_determinant_and_the_corner(hessian):
    det = np.linalg.det(hessian)
    if abs(det) <= 1e-9:
        return "undecided"
    if det < 0:
        return "saddle"
    return "minimum" if hessian[0, 0] > 0 else "maximum"


def from_the_exact_determinant_and_the_corner(hessian):
    det = np.linalg.det(hessian)
    if det > 0:
        return "minimum" if hessian[0, 0] > 0 else "maximum"
    return "saddle" if det < 0 else "undecided"


def any_hessian(rng):
    if rng.integers(3):  # near the border between zero and not zero
        return (np.diag([rng.choice((-1, 1)) * rng.choice((0.7e-9, 1.5e-9)), float(rng.choice((-2, 3)))]),)
    n = int(rng.integers(2, 5))
    signs = rng.choice([(-1, 0, 1), (0, 1), (-1, 0), (1,), (-1,), (-1, 1)][rng.integers(6)], n)
    turn, _ = np.linalg.qr(rng.normal(size=(n, n)))
    matrix = turn @ np.diag(signs * rng.integers(1, 5, n)) @ turn.T
    return ((matrix + matrix.T) / 2,)


@function_task(
    "03 kind",
    cases=[
        (np.array([[2.0, 0.0], [0.0, 3.0]]),),
        (np.array([[2.0, 3.0], [3.0, 1.0]]),),
        (np.array([[-2.0, 1.0], [1.0, -2.0]]),),
        (np.array([[1.0, 2.0], [2.0, 4.0]]),),
        (np.array([[0.0, 0.0], [0.0, -2.0]]),),
        (np.diag([-1.0, -2.0, 5.0]),),
        (np.diag([1.0, 0.0, -1.0]),),
        (np.diag([-1e-12, 2.0]),),
        (np.diag([1e-12, 2.0]),),
        (np.diag([1e-6, 2.0]),),
        (np.diag([-1e-6, 2.0]),),
    ],
    fresh=any_hessian,
)
def kind(hessian):
    values = np.linalg.eigvalsh(hessian)
    least, greatest = values.min(), values.max()
    if least < -1e-9 and greatest > 1e-9:
        return "saddle"
    if least > 1e-9:
        return "minimum"
    if greatest < -1e-9:
        return "maximum"
    return "undecided"


kind.slips(
    from_the_diagonal=lambda hessian: kind(np.diag(np.diag(hessian))),
    zero_passed_over=zero_passed_over,
    zero_taken_exactly=zero_taken_exactly,
    zero_taken_exactly_or_saddle=zero_taken_exactly_or_saddle,
    one_below_is_enough=one_below_is_enough,
    zero_counts_as_saddle=zero_counts_as_saddle,
    any_zero_undecided=any_zero_undecided,
    from_the_determinant=from_the_determinant,
    from_the_determinant_and_the_corner=from_the_determinant_and_the_corner,
    from_the_exact_determinant_and_the_corner=from_the_exact_determinant_and_the_corner,
    upside_down=lambda hessian: kind(-np.asarray(hessian)),
)


# --- worst ---------------------------------------------------------------------------------------------------


def tangent_itself(kappa):
    return (kappa - 1) / (2 * kappa**0.5)


@function_task(
    "03 worst",
    cases=[(1.0,), (4.0,), (20.0,), (1000.0,)],
    fresh=lambda rng: (float(rng.integers(2, 400)),),
    rtol=1e-4,
)
def worst_angle(kappa):
    return np.degrees(np.arctan((kappa - 1) / (2 * kappa**0.5)))


worst_angle.slips(
    at_one_place=lambda kappa: np.degrees(np.arctan(kappa)) - 45,
    direction_of_g_alone=lambda kappa: np.degrees(np.arctan(kappa)),
    root_of_kappa_alone=lambda kappa: np.degrees(np.arctan(kappa**0.5)),
    in_radians=lambda kappa: np.radians(worst_angle(kappa)),
    tangent_itself=tangent_itself,
    degrees_of_the_tangent=lambda kappa: np.degrees(tangent_itself(kappa)),
    best_place=lambda kappa: 1 / kappa**0.5,
    root_without_brackets=("0.5", "1 / 2"),
    two_forgotten=("(2 * kappa**0.5)", "kappa**0.5"),
    rest_to_a_right_angle=lambda kappa: 90 - worst_angle(kappa),
)


# --- step ----------------------------------------------------------------------------------------------------


def first_and_last_with_a_sign(curvatures):
    first, last = curvatures[0], curvatures[-1]
    return 2 / (first + last), (last - first) / (last + first)


def rate_of_momentum(curvatures):
    root = (max(curvatures) / min(curvatures)) ** 0.5
    return best_step(curvatures)[0], (root - 1) / (root + 1)


def any_curvatures(rng):
    return ([float(c) / 2 for c in rng.choice(np.arange(1, 40), rng.integers(2, 6), replace=False)],)


@function_task(
    "03 step", cases=[([2.0, 8.0],), ([8.0, 3.0, 2.0],), ([1.0, 10.0, 4.0],), ([5.0],)], fresh=any_curvatures
)
def best_step(curvatures):
    least, greatest = min(curvatures), max(curvatures)
    return 2 / (least + greatest), (greatest - least) / (greatest + least)


best_step.slips(
    first_and_last=lambda curvatures: best_step([curvatures[0], curvatures[-1]]),
    first_and_last_with_a_sign=first_and_last_with_a_sign,
    all_added=(
        "return 2 / (least + greatest), (greatest - least) / (greatest + least)",
        "lr = 2 / sum(curvatures)\n    return lr, max(abs(1 - lr * c) for c in curvatures)",
    ),
    two_lost=lambda curvatures: (best_step(curvatures)[0] / 2, best_step(curvatures)[1]),
    largest_stable=lambda curvatures: (2 / max(curvatures), 1.0),
    largest_stable_with_the_rate=lambda curvatures: (2 / max(curvatures), best_step(curvatures)[1]),
    lands_on_the_steep_axis=lambda curvatures: (1 / max(curvatures), 1 - min(curvatures) / max(curvatures)),
    all_averaged=(
        "return 2 / (least + greatest), (greatest - least) / (greatest + least)",
        "lr = len(curvatures) / sum(curvatures)\n    return lr, max(abs(1 - lr * c) for c in curvatures)",
    ),
    rate_of_momentum=rate_of_momentum,
    signed_rate=lambda curvatures: (best_step(curvatures)[0], -best_step(curvatures)[1]),
)


# --- silence -------------------------------------------------------------------------------------------------


def _right_step(u, w, lr, a, b):
    error = u * w - 1
    return u - lr * (error * w + a), w - lr * (error * u + b)


def _is_low(error):
    return error**2 / 2 < 0.1


def _steps(start, lr, noise, step=_right_step, is_low=_is_low):
    """The same count, with another step or another loss."""
    u, w = start
    for steps in range(len(noise) + 1):
        if is_low(u * w - 1):
            return steps
        if steps < len(noise):
            u, w = step(u, w, lr, *noise[steps])
    return None


def last_row_not_looked_at(start, lr, noise):
    steps = steps_to_learn(start, lr, noise)
    return None if steps == len(noise) else steps


def new_u_for_w(start, lr, noise):
    def step(u, w, lr, a, b):
        u = u - lr * ((u * w - 1) * w + a)
        return u, w - lr * ((u * w - 1) * u + b)

    return _steps(start, lr, noise, step)


def one_too_many(start, lr, noise):
    steps = steps_to_learn(start, lr, noise)
    return None if steps is None else steps + 1


def one_too_few(start, lr, noise):
    steps = steps_to_learn(start, lr, noise)
    return None if steps is None else max(steps - 1, 0)


def slopes_swapped(start, lr, noise):
    def step(u, w, lr, a, b):
        error = u * w - 1
        return u - lr * (error * u + a), w - lr * (error * w + b)

    return _steps(start, lr, noise, step)


def all_rows(start, lr, noise):
    steps = steps_to_learn(start, lr, noise)
    return len(noise) if steps is None else steps


def _noise(seed, size, rows=300):
    return size * np.random.default_rng(seed).normal(size=(rows, 2))


def any_silence(rng):
    size = 10.0 ** -int(rng.integers(0, 6))
    start = np.zeros(2) if rng.integers(2) else rng.normal(size=2) / 10
    lr, noise = float(rng.choice([0.1, 0.2])), size * rng.normal(size=(300, 2))
    needed = steps_to_learn(start, lr, noise)
    if needed and rng.integers(2):  # just enough rows
        noise = noise[:needed]
    return start, lr, noise


@function_task(
    "03 silence",
    cases=[
        (np.array([1.0, 1.0]), 0.1, np.zeros((3, 2))),
        (np.array([0.5, 1.0]), 0.5, np.zeros((1, 2))),
        (np.array([0.5, 1.0]), 0.1, np.zeros((60, 2))),
        (np.array([0.01, 0.01]), 0.1, np.zeros((300, 2))),
        (np.array([0.0, 0.0]), 0.1, np.zeros((300, 2))),
        (np.array([0.0, 0.0]), 0.1, _noise(0, 0.01)),
        (np.array([1.0, -1.0]), 0.1, _noise(1, 0.0001)),
    ],
    fresh=any_silence,
)
def steps_to_learn(start, lr, noise):
    u, w = start
    for steps in range(len(noise) + 1):
        error = u * w - 1
        if error**2 / 2 < 0.1:
            return steps
        if steps < len(noise):
            a, b = noise[steps]
            u, w = u - lr * (error * w + a), w - lr * (error * u + b)
    return None


steps_to_learn.slips(
    last_row_not_looked_at=last_row_not_looked_at,
    noise_left_out=lambda start, lr, noise: steps_to_learn(start, lr, 0 * noise),
    noise_beside_the_rate=lambda start, lr, noise: steps_to_learn(start, lr, noise / -lr),
    one_noise_for_all=lambda start, lr, noise: steps_to_learn(start, lr, noise * 0 + noise[0]),
    new_u_for_w=new_u_for_w,
    one_too_many=one_too_many,
    start_not_looked_at=lambda start, lr, noise: (
        steps_to_learn(start, lr, noise) or one_too_many(start, lr, noise)
    ),
    one_too_few=one_too_few,
    climbing=lambda start, lr, noise: steps_to_learn(start, -lr, noise),
    noise_subtracted=lambda start, lr, noise: steps_to_learn(start, lr, -noise),
    slopes_swapped=slopes_swapped,
    square_forgotten=lambda start, lr, noise: _steps(start, lr, noise, is_low=lambda error: error / 2 < 0.1),
    half_forgotten=lambda start, lr, noise: _steps(start, lr, noise, is_low=lambda error: error**2 < 0.1),
    all_rows=all_rows,
)
