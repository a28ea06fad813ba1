"""The tasks of lecture 03: where SGD struggles."""

import numpy as np

from course_utils.tasks import FunctionTask, Slip

# --- the smallest network, with a price on large weights ----------------------------------------------------


def gradient(u, w, alpha):
    error = u * w - 1
    return np.array([error * w + alpha * u, error * u + alpha * w])


def chain_forgotten(u, w, alpha):
    error = u * w - 1
    return np.array([error + alpha * u, error + alpha * w])


def chain_swapped(u, w, alpha):
    error = u * w - 1
    return np.array([error * u + alpha * u, error * w + alpha * w])


def price_forgotten(u, w, alpha):
    return gradient(u, w, 0)


def price_halved(u, w, alpha):
    return gradient(u, w, alpha / 2)


def price_of_the_other(u, w, alpha):
    error = u * w - 1
    return np.array([error * w + alpha * w, error * u + alpha * u])


def error_doubled(u, w, alpha):
    return 2 * gradient(u, w, alpha / 2)


def all_doubled(u, w, alpha):
    return 2 * gradient(u, w, alpha)


def downhill(u, w, alpha):
    return -gradient(u, w, alpha)


def price_doubled(u, w, alpha):
    return gradient(u, w, 2 * alpha)


def parts_swapped(u, w, alpha):
    return gradient(u, w, alpha)[::-1]


def price_of_both(u, w, alpha):
    return gradient(u, w, 0) + alpha * (u + w)


def inner_square_kept(u, w, alpha):
    error = u * w - 1
    return np.array([error**2 * w + alpha * u, error**2 * u + alpha * w])


def hessian(u, w, alpha):
    cross = 2 * u * w - 1
    return np.array([[w**2 + alpha, cross], [cross, u**2 + alpha]])


def _with_cross(u, w, alpha, cross):
    return np.array([[w**2 + alpha, cross], [cross, u**2 + alpha]])


def bracket_held_fixed(u, w, alpha):
    return _with_cross(u, w, alpha, u * w - 1)


def bracket_alone(u, w, alpha):
    return _with_cross(u, w, alpha, u * w)


def one_lost(u, w, alpha):
    return _with_cross(u, w, alpha, 2 * u * w)


def without_cross(u, w, alpha):
    return _with_cross(u, w, alpha, 0)


def diagonal_swapped(u, w, alpha):
    return hessian(w, u, alpha)


def price_forgotten_again(u, w, alpha):
    return hessian(u, w, 0)


def price_everywhere(u, w, alpha):
    return hessian(u, w, 0) + alpha


def price_halved_again(u, w, alpha):
    return hessian(u, w, alpha / 2)


def any_weights(rng):
    u, w = rng.integers(-12, 13, 2) / 4
    return float(u), float(w), float(rng.choice([0.25, 0.75, 1.5]))


# --- what kind of level point -------------------------------------------------------------------------------


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


def from_the_diagonal(hessian):
    return kind(np.diag(np.diag(hessian)))


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


def upside_down(hessian):
    return kind(-np.asarray(hessian))


def any_hessian(rng):
    if rng.integers(3):  # near the border between zero and not zero
        return (np.diag([rng.choice((-1, 1)) * rng.choice((0.7e-9, 1.5e-9)), float(rng.choice((-2, 3)))]),)
    n = int(rng.integers(2, 5))
    signs = rng.choice([(-1, 0, 1), (0, 1), (-1, 0), (1,), (-1,), (-1, 1)][rng.integers(6)], n)
    turn, _ = np.linalg.qr(rng.normal(size=(n, n)))
    matrix = turn @ np.diag(signs * rng.integers(1, 5, n)) @ turn.T
    return ((matrix + matrix.T) / 2,)


# --- how far -g can miss ------------------------------------------------------------------------------------


def worst_angle(kappa):
    return np.degrees(np.arctan((kappa - 1) / (2 * kappa**0.5)))


def at_one_place(kappa):
    return np.degrees(np.arctan(kappa)) - 45


def direction_of_g_alone(kappa):
    return np.degrees(np.arctan(kappa))


def root_of_kappa_alone(kappa):
    return np.degrees(np.arctan(kappa**0.5))


def in_radians(kappa):
    return np.radians(worst_angle(kappa))


def tangent_itself(kappa):
    return (kappa - 1) / (2 * kappa**0.5)


def degrees_of_the_tangent(kappa):
    return np.degrees(tangent_itself(kappa))


def best_place(kappa):
    return 1 / kappa**0.5


def root_without_brackets(kappa):
    return np.degrees(np.arctan((kappa - 1) / (2 * kappa**1 / 2)))


def two_forgotten(kappa):
    return np.degrees(np.arctan((kappa - 1) / kappa**0.5))


def rest_to_a_right_angle(kappa):
    return 90 - worst_angle(kappa)


# --- the best step ------------------------------------------------------------------------------------------


def best_step(curvatures):
    least, greatest = min(curvatures), max(curvatures)
    return 2 / (least + greatest), (greatest - least) / (greatest + least)


def first_and_last(curvatures):
    return best_step([curvatures[0], curvatures[-1]])


def first_and_last_with_a_sign(curvatures):
    first, last = curvatures[0], curvatures[-1]
    return 2 / (first + last), (last - first) / (last + first)


def all_added(curvatures):
    lr = 2 / sum(curvatures)
    return lr, max(abs(1 - lr * c) for c in curvatures)


def two_lost(curvatures):
    return best_step(curvatures)[0] / 2, best_step(curvatures)[1]


def largest_stable(curvatures):
    return 2 / max(curvatures), 1.0


def largest_stable_with_the_rate(curvatures):
    return 2 / max(curvatures), best_step(curvatures)[1]


def lands_on_the_steep_axis(curvatures):
    return 1 / max(curvatures), 1 - min(curvatures) / max(curvatures)


def all_averaged(curvatures):
    lr = len(curvatures) / sum(curvatures)
    return lr, max(abs(1 - lr * c) for c in curvatures)


def rate_of_momentum(curvatures):
    root = (max(curvatures) / min(curvatures)) ** 0.5
    return best_step(curvatures)[0], (root - 1) / (root + 1)


def signed_rate(curvatures):
    return best_step(curvatures)[0], -best_step(curvatures)[1]


def any_curvatures(rng):
    return ([float(c) / 2 for c in rng.choice(np.arange(1, 40), rng.integers(2, 6), replace=False)],)


# --- out of the silence -------------------------------------------------------------------------------------


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


def noise_left_out(start, lr, noise):
    return steps_to_learn(start, lr, 0 * noise)


def noise_beside_the_rate(start, lr, noise):
    return steps_to_learn(start, lr, noise / -lr)


def one_noise_for_all(start, lr, noise):
    return steps_to_learn(start, lr, noise * 0 + noise[0])


def new_u_for_w(start, lr, noise):
    def step(u, w, lr, a, b):
        u = u - lr * ((u * w - 1) * w + a)
        return u, w - lr * ((u * w - 1) * u + b)

    return _steps(start, lr, noise, step)


def one_too_many(start, lr, noise):
    steps = steps_to_learn(start, lr, noise)
    return None if steps is None else steps + 1


def start_not_looked_at(start, lr, noise):
    return steps_to_learn(start, lr, noise) or one_too_many(start, lr, noise)


def one_too_few(start, lr, noise):
    steps = steps_to_learn(start, lr, noise)
    return None if steps is None else max(steps - 1, 0)


def climbing(start, lr, noise):
    return steps_to_learn(start, -lr, noise)


def noise_subtracted(start, lr, noise):
    return steps_to_learn(start, lr, -noise)


def slopes_swapped(start, lr, noise):
    def step(u, w, lr, a, b):
        error = u * w - 1
        return u - lr * (error * u + a), w - lr * (error * w + b)

    return _steps(start, lr, noise, step)


def square_forgotten(start, lr, noise):
    return _steps(start, lr, noise, is_low=lambda error: error / 2 < 0.1)


def half_forgotten(start, lr, noise):
    return _steps(start, lr, noise, is_low=lambda error: error**2 < 0.1)


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


TASKS = {
    "gradient": FunctionTask(
        gradient,
        cases=[(2.0, 1.0, 0.0), (0.0, 0.0, 0.75), (0.5, 0.5, 0.75), (2.0, 1.0, 0.75), (-1.0, 3.0, 0.5)],
        mistakes=(
            Slip(
                chain_forgotten,
                "the inner derivative of uw − 1 is missing",
                "Half a square differentiated by u is the bracket times the derivative of the bracket by u.",
            ),
            Slip(
                chain_swapped,
                "uw − 1 is differentiated by u and leaves u",
                "Hold w fixed and differentiate uw by u: what is left?",
            ),
            Slip(
                price_forgotten,
                "the part with α is left out",
                "The sum has two parts, and both depend on u and w.",
            ),
            Slip(
                price_halved,
                "a half is left in front of α",
                "Differentiate ½ α u² by u: what becomes of the ½?",
            ),
            Slip(
                price_of_the_other,
                "the part with α has u and w exchanged",
                "Differentiate ½ α u² by u: which letter is left?",
            ),
            Slip(
                error_doubled,
                "the ½ in front of the square is lost",
                "The derivative of a square brings a 2; what does the ½ do to it?",
            ),
            Slip(
                all_doubled,
                "both halves are lost",
                "The derivative of a square brings a 2; what does the ½ do to it?",
            ),
            Slip(downhill, "−g is returned", "Asked is the gradient itself: it points uphill."),
            Slip(
                price_doubled,
                "a 2 is left in front of α",
                "The derivative of u² brings a 2; what does the ½ in front of α do to it?",
            ),
            Slip(
                price_of_both,
                "both parts hold α (u + w)",
                "Differentiate ½ α (u² + w²) by u, with w held fixed: what becomes of w²?",
            ),
            Slip(
                parts_swapped,
                "the derivative by w comes first",
                "The first entry is the derivative by u. In it, uw leaves w.",
            ),
            Slip(
                inner_square_kept,
                "the bracket keeps its square",
                "Differentiate ½ z² by z: which power of z is left?",
            ),
        ),
        fresh=any_weights,
        hints=(
            "Differentiate by u first, with w held fixed, like a number. The chain rule does the square.",
            "½ (…)² gives (…) times the derivative of what is inside. ½ α u² gives α u. For w it is the same with the letters "
            "exchanged.",
            "A similar case: f = ½ (3u − 2w)² + ½ α u². By u: (3u − 2w) · 3 + αu. By w: (3u − 2w) · (−2).",
        ),
        why="By u: the bracket uw − 1 times its derivative w, and α u from the price. By w: the bracket times u, and α w. f does not "
        "change when u and w are exchanged, and so the two parts are mirror images.",
    ),
    "hessian": FunctionTask(
        hessian,
        cases=[(0.0, 0.0, 0.0), (2.0, 1.0, 0.0), (0.0, 0.0, 0.75), (0.5, 0.5, 0.75), (-1.0, 3.0, 0.5)],
        mistakes=(
            Slip(
                bracket_held_fixed,
                "the bracket is held fixed when (uw − 1) w is differentiated by w",
                "Two factors depend on w: the product rule has two terms.",
            ),
            Slip(
                bracket_alone,
                "only the bracket is differentiated in (uw − 1) w, and not the w beside it",
                "Two factors depend on w: the product rule has two terms.",
            ),
            Slip(
                one_lost,
                "the −1 is lost in the mixed derivative",
                "Multiply (uw − 1) w out before you differentiate it by w.",
            ),
            Slip(
                without_cross,
                "the mixed derivatives are taken for zero",
                "Differentiate g₁, the slope along u, by w: does it depend on w?",
            ),
            Slip(
                diagonal_swapped,
                "the entries on the diagonal have changed places",
                "The first one is g₁ differentiated by u.",
            ),
            Slip(
                price_forgotten_again,
                "the part with α is left out",
                "Differentiate α u by u: what is left?",
            ),
            Slip(
                price_everywhere,
                "α is added to all four entries",
                "Differentiate α u by w: what is left?",
            ),
            Slip(
                price_halved_again,
                "a half is left in front of α",
                "The gradient holds α u, without a half: differentiate that.",
            ),
        ),
        fresh=any_weights,
        hints=(
            "The Hessian holds the derivatives of your gradient: the first row those of its first part, by u and by w.",
            "The first part is (uw − 1) w + α u. By u only one factor of (uw − 1) w changes; by w both do. The matrix is "
            "symmetric, so three entries are enough.",
            "A similar case: g₁ = (3u + w²) w. By u: 3w. By w, with the product rule: 2w · w + (3u + w²) · 1 = 3w² + 3u.",
        ),
        why="(uw − 1) w = uw² − w gives w² by u, and 2uw − 1 by w. The price gives α on the diagonal and nothing beside it. At "
        "(0, 0) the mixed entry is −1: that alone makes the saddle.",
    ),
    "kind": FunctionTask(
        kind,
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
        mistakes=(
            Slip(
                from_the_diagonal,
                "only the diagonal is looked at",
                "Its entries are the curvatures along the axes. Between the axes the ground may curve otherwise.",
            ),
            Slip(
                zero_passed_over,
                "an eigenvalue of zero is passed over, and the others decide",
                "Along that direction the second order is silent: can you be sure which way f goes?",
            ),
            Slip(
                zero_taken_exactly,
                "the eigenvalues are compared with 0 itself",
                "A computed zero is often a tiny number: let all between −1e-9 and 1e-9 count as zero.",
            ),
            Slip(
                zero_taken_exactly_or_saddle,
                "the eigenvalues are compared with 0 itself, and all the rest is called a saddle",
                "Two things to look at: a computed zero is often a tiny number, and for a saddle you must know a way up and a way down.",
            ),
            Slip(
                one_below_is_enough,
                "one eigenvalue below zero is enough for a saddle",
                "For a saddle there must be a way up as well. What if all eigenvalues are negative?",
            ),
            Slip(
                zero_counts_as_saddle,
                "all that is neither minimum nor maximum is called a saddle",
                "For a saddle you must know a way up and a way down. Do the eigenvalues show both?",
            ),
            Slip(
                any_zero_undecided,
                "a single zero makes it undecided, although another eigenvalue leads up and another one down",
                "One way up and one way down are enough for a saddle, whatever the third direction does.",
            ),
            Slip(
                from_the_determinant,
                "the signs of determinant and trace decide",
                "That is enough for two eigenvalues. With three, the product of − and − and + is positive.",
            ),
            Slip(
                from_the_determinant_and_the_corner,
                "the signs of the determinant and of the first entry decide",
                "That is enough for two eigenvalues. With three, the product of − and − and + is positive.",
            ),
            Slip(
                from_the_exact_determinant_and_the_corner,
                "the signs of the determinant and of the first entry decide, and only an exact 0 counts as zero",
                "Two eigenvalues have only one product; with three, that of − and − and + is positive. And a computed zero is "
                "often a tiny number.",
            ),
            Slip(
                upside_down,
                "minimum and maximum have changed places",
                "A positive curvature is a ground that rises on both sides.",
            ),
        ),
        fresh=any_hessian,
        hints=(
            "How many eigenvalues are there? You need only the least and the greatest of them.",
            "`np.linalg.eigvalsh` gives all eigenvalues of a symmetric matrix. Is there one below −1e-9? Is there one above 1e-9? "
            "Ask for the saddle first.",
            "A similar case: the temperatures of a week.\n"
            '    if coldest < 0 < warmest: "frost and thaw"\n'
            '    elif coldest > 0: "never frost"\n'
            '    elif warmest < 0: "never thaw"\n'
            '    else: "cannot say: somewhere it was exactly 0"',
        ),
        why="One direction down and one up make a saddle, whatever the others do. A minimum needs every eigenvalue above zero: the "
        "least one tells. Where nothing is below zero but something is zero, higher orders decide. Computed zeros are rarely exactly "
        "0: hence the 1e-9.",
    ),
    "worst": FunctionTask(
        worst_angle,
        cases=[(1.0,), (4.0,), (20.0,), (1000.0,)],
        mistakes=(
            Slip(
                at_one_place,
                "t is 1, or the gradient stands at 45°",
                "That is one place. Which t makes the angle largest?",
            ),
            Slip(
                direction_of_g_alone,
                "only the direction of the gradient is taken, for t = 1",
                "Asked is the angle between two directions: both depend on t.",
            ),
            Slip(
                root_of_kappa_alone,
                "only the direction of the gradient is taken, at the right place",
                "Asked is the angle between two directions: subtract that of the way home.",
            ),
            Slip(in_radians, "the angle is given in radians", "np.degrees turns radians into degrees."),
            Slip(
                tangent_itself,
                "the tangent is returned in place of the angle",
                "Which angle has this tangent?",
            ),
            Slip(
                degrees_of_the_tangent,
                "the tangent itself is turned into degrees",
                "np.degrees wants an angle. Which angle has this tangent?",
            ),
            Slip(
                best_place,
                "the best t is returned",
                "That is where the angle is largest. Asked is the angle there.",
            ),
            Slip(
                root_without_brackets,
                "the root is written `** 1 / 2`, without brackets",
                "Python takes the power 1 first, and then halves. Write `** 0.5`.",
            ),
            Slip(
                two_forgotten,
                "a factor 2 is lost below the line",
                "At the best t both terms below the line, 1 and κt², have a value: add them.",
            ),
            Slip(
                rest_to_a_right_angle,
                "the angle is measured from the level line, not from the way home",
                "Check it with κ = 1, a round bowl: there −g points home.",
            ),
        ),
        fresh=lambda rng: (float(rng.integers(2, 400)),),
        rtol=1e-4,
        hints=(
            "The tangent of the angle is (κ − 1) t / (1 + κ t²). A larger tangent is a larger angle. Find the best t, on paper or "
            "by trying many.",
            "The derivative is zero where 1 + κt² = 2κt². Put that t in. Or: compute the angle for a fine list of t between 0 and 1, "
            "and take the largest.",
            "A similar case: where is t / (4 + t²) largest? The derivative is zero where 4 + t² = 2t², at t = 2. There it is "
            "2/8 = 1/4.",
        ),
        why="At (1, t) the tangents of the two directions are t and κt, so that of the angle between them is (κ − 1) t / (1 + κ t²). It is "
        "largest at t = 1/√κ, with the value (κ − 1)/(2√κ). It grows without end, so the angle comes as near to 90° as you like.",
    ),
    "step": FunctionTask(
        best_step,
        cases=[([2.0, 8.0],), ([8.0, 3.0, 2.0],), ([1.0, 10.0, 4.0],), ([5.0],)],
        mistakes=(
            Slip(
                first_and_last,
                "the first and the last of the list are used",
                "The curvatures come in any order: which two of them count?",
            ),
            Slip(
                first_and_last_with_a_sign,
                "the first and the last of the list are used, and the rate gets a sign",
                "The curvatures come in any order: which two of them count?",
            ),
            Slip(
                all_added,
                "all curvatures are added up below the line",
                "The sum in 2/(λ₁ + λ₂) has two terms: the two axes that can be the slowest. Which are they here?",
            ),
            Slip(two_lost, "η is only half as large", "Solve 1 − ηλ₁ = ηλ₂ − 1 for η once more."),
            Slip(
                largest_stable,
                "η is put at the limit of stability, where the rate is 1",
                "There the steep axis swings for ever. The best η is where the slowest axis is fastest.",
            ),
            Slip(
                largest_stable_with_the_rate,
                "the rate is right, but η is the limit of stability",
                "At 2/λ the steep axis swings for ever. The best η makes two factors equal in size.",
            ),
            Slip(
                lands_on_the_steep_axis,
                "η is chosen for the steepest axis alone",
                "It is home in one step, and the gentlest one creeps. A little swinging of the steep one is worth it.",
            ),
            Slip(
                all_averaged,
                "all curvatures are averaged",
                "Only the slowest axis counts for the rate: which axes can be the slowest?",
            ),
            Slip(
                rate_of_momentum,
                "the rate holds the root of κ",
                "Put your η into 1 − ηλ of the gentlest axis: that is the rate.",
            ),
            Slip(
                signed_rate,
                "the rate has the sign of the steepest axis",
                "The rate is the size of a factor.",
            ),
        ),
        fresh=any_curvatures,
        hints=(
            "Draw |1 − ηλ| over η for each curvature of the list. Which of the lines ever are the highest?",
            "Only the gentlest and the steepest axis count; those between are always faster than one of these two. Find the η at "
            "which these two have factors of the same size.",
            "A similar case: for the curvatures 3 and 1 the two sizes are equal where 1 − η = 3η − 1, so η = 1/2, and the rate is "
            "1 − 1/2 = 1/2.",
        ),
        why="1 − ηλ is a falling line in λ, so its size is largest at one end of the list: at the gentlest or at the steepest axis. They are "
        "equal at η = 2/(λ₁ + λₙ). The axes between have factors between, and do not matter.",
    ),
    "silence": FunctionTask(
        steps_to_learn,
        cases=[
            (np.array([1.0, 1.0]), 0.1, np.zeros((3, 2))),
            (np.array([0.5, 1.0]), 0.5, np.zeros((1, 2))),
            (np.array([0.5, 1.0]), 0.1, np.zeros((60, 2))),
            (np.array([0.01, 0.01]), 0.1, np.zeros((300, 2))),
            (np.array([0.0, 0.0]), 0.1, np.zeros((300, 2))),
            (np.array([0.0, 0.0]), 0.1, _noise(0, 0.01)),
            (np.array([1.0, -1.0]), 0.1, _noise(1, 0.0001)),
        ],
        mistakes=(
            Slip(
                last_row_not_looked_at,
                "the loss after the last row is not looked at",
                "Every row is a step, the last one too: where does it lead?",
            ),
            Slip(
                noise_left_out,
                "the noise is left out",
                "Each step feels g and one row of the noise: the sum of both is what η multiplies.",
            ),
            Slip(
                noise_beside_the_rate,
                "the noise is added to the point, without η",
                "The walker feels a noisy slope: noise and gradient are added first, and then multiplied by η.",
            ),
            Slip(
                one_noise_for_all,
                "every step gets the first row of the noise",
                "Each step has a row of its own.",
            ),
            Slip(
                new_u_for_w,
                "w feels the slope where u has moved already",
                "Both parts of a step belong to the same place: compute the whole gradient before you move anything.",
            ),
            Slip(
                one_too_many,
                "one step too many is counted",
                "Who starts with a loss below 0.1 needs 0 steps: look at the loss before you step.",
            ),
            Slip(
                start_not_looked_at,
                "the loss of the start is not looked at",
                "Who starts with a loss below 0.1 needs 0 steps: look at the loss before you step.",
            ),
            Slip(
                one_too_few,
                "one step is not counted",
                "After the first step the count is 1. Do you look at the loss before the step, or after it?",
            ),
            Slip(
                climbing,
                "no walk ever gets to a low loss",
                "Three things to look at: the sign of the step, that the noise is added to g, and that `return None` stands "
                "after the loop.",
            ),
            Slip(noise_subtracted, "the noise is subtracted from g", "Each step uses g plus the noise."),
            Slip(
                slopes_swapped,
                "u and w have each other's slope",
                "Your gradient of task 2 tells, with α = 0: which letter is left in the derivative by u?",
            ),
            Slip(
                square_forgotten,
                "uw − 1 is not squared in the loss",
                "The loss is ½ (uw − 1)²: without the square a bad negative error looks small.",
            ),
            Slip(half_forgotten, "the ½ of the loss is left out", "The loss is ½ (uw − 1)²."),
            Slip(
                all_rows,
                "the number of rows is returned where the loss never gets low",
                "Then it has not learned at all: return None.",
            ),
        ),
        fresh=any_silence,
        hints=(
            "How often does the loop turn at most? When does it end sooner, and what is returned then?",
            "Look at the loss of the start first: if it is low, return 0. Then go through the rows of noise and count them from 1. "
            "In each turn make one step with g + row, and look at the loss where it led. After the loop return None.",
            "A similar case: on which day does the money reach 100, with daily gifts?\n"
            "    if money >= 100:\n"
            "        return 0\n"
            "    for day, gift in enumerate(gifts, start=1):\n"
            "        money = money + gift\n"
            "        if money >= 100:\n"
            "            return day\n"
            "    return None",
        ),
        why="The loss is looked at before each step and after the last, so a start that is low already gives 0. The two new weights are computed together, "
        "from the old ones. Without noise the walker from (0, 0) never moves, and the loop runs out of rows: None.",
    ),
}
