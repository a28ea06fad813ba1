"""The tasks of lecture 06: why momentum works."""

import numpy as np

from course_utils.tasks import FunctionTask, Slip

# --- one step as a matrix -----------------------------------------------------------------------------------


def step_matrix(lr, mu, curvature):
    return np.array([[mu, -lr * curvature], [mu, 1 - lr * curvature]])


def theta_first(lr, mu, curvature):
    return step_matrix(lr, mu, curvature)[::-1, ::-1].copy()


def columns_for_rows(lr, mu, curvature):
    return step_matrix(lr, mu, curvature).T.copy()


def moved_with_old_v(lr, mu, curvature):
    return np.array([[mu, -lr * curvature], [1, 1]])


def climbed(lr, mu, curvature):
    return np.array([[mu, lr * curvature], [mu, 1 + lr * curvature]])


def without_curvature(lr, mu, curvature):
    return step_matrix(lr, mu, 1)


def of_a_library(lr, mu, curvature):
    return np.array([[mu, curvature], [-lr * mu, 1 - lr * curvature]])


def of_nesterov(lr, mu, curvature):
    x = lr * curvature
    return np.array([[mu * (1 - x), -x], [mu * (1 - x), 1 - x]])


def any_axis(rng):
    return tuple(float(rng.choice(of)) for of in ((0.1, 0.25, 0.5), (0.25, 0.5, 0.9), (0.5, 2, 3)))


# --- its rate -----------------------------------------------------------------------------------------------


def rate(lr, mu, curvature):
    trace, det = 1 + mu - lr * curvature, mu
    discriminant = trace**2 - 4 * det
    if discriminant < 0:
        return det**0.5
    return (abs(trace) + discriminant**0.5) / 2


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


def size_of_the_right_root(lr, mu, curvature):
    return abs(always_the_right_root(lr, mu, curvature))


def smaller_one(lr, mu, curvature):
    largest = rate(lr, mu, curvature)
    return mu / largest if largest else 0.0


def as_if_it_swung(lr, mu, curvature):
    return mu**0.5


def without_velocity(lr, mu, curvature):
    return abs(1 - lr * curvature)


def any_rate(rng):
    return tuple(float(rng.choice(of)) for of in ((0.1, 0.3, 0.7, 1.2, 1.9), (0, 0.1, 0.3, 0.5, 0.9), (1, 2)))


# --- critical damping ---------------------------------------------------------------------------------------


def critical_momentum(lr, curvature):
    return (1 - (lr * curvature) ** 0.5) ** 2


def forgot_the_square(lr, curvature):
    return 1 - (lr * curvature) ** 0.5


def forgot_the_root(lr, curvature):
    return (1 - lr * curvature) ** 2


def rate_of_descent(lr, curvature):
    return 1 - lr * curvature


def root_alone(lr, curvature):
    return (lr * curvature) ** 0.5


def root_of_the_rate_only(lr, curvature):
    return (1 - lr**0.5 * curvature) ** 2


def of_nesterov_instead(lr, curvature):
    root = (lr * curvature) ** 0.5
    return (1 - root) / (1 + root)


# --- the best pair ------------------------------------------------------------------------------------------


def best_pair(curvatures):
    least, greatest = min(curvatures), max(curvatures)
    lr = 4 / (least**0.5 + greatest**0.5) ** 2
    root = (greatest / least) ** 0.5
    return lr, ((root - 1) / (root + 1)) ** 2


def first_and_last(curvatures):
    least, greatest = curvatures[0], curvatures[-1]
    lr = 4 / (least**0.5 + greatest**0.5) ** 2
    root = (greatest / least) ** 0.5
    return lr, ((root - 1) / (root + 1)) ** 2


def roots_forgotten_in_lr(curvatures):
    return 4 / (min(curvatures) + max(curvatures)) ** 2, best_pair(curvatures)[1]


def lr_of_descent(curvatures):
    return 2 / (min(curvatures) + max(curvatures)), best_pair(curvatures)[1]


def rate_for_mu(curvatures):
    lr, mu = best_pair(curvatures)
    return lr, mu**0.5


def root_of_kappa_forgotten(curvatures):
    kappa = max(curvatures) / min(curvatures)
    return best_pair(curvatures)[0], ((kappa - 1) / (kappa + 1)) ** 2


def rate_of_descent_for_mu(curvatures):
    kappa = max(curvatures) / min(curvatures)
    return best_pair(curvatures)[0], (kappa - 1) / (kappa + 1)


def rooted_twice(curvatures):
    """√(λ₁ + λₙ) in place of √λ₁ + √λₙ."""
    return 4 / (min(curvatures) + max(curvatures)), best_pair(curvatures)[1]


# --- the path as a sum --------------------------------------------------------------------------------------


def unrolled(start, gradients, lr, mu):
    count = len(gradients)
    weights = [(1 - mu ** (count - i)) / (1 - mu) for i in range(count)]
    return start - lr * sum(w * g for w, g in zip(weights, gradients, strict=True))


def as_printed(start, gradients, lr, mu):
    return 2 * start - unrolled(start, gradients, lr, mu)


def newest_left_out(start, gradients, lr, mu):
    count = len(gradients)
    weights = [(1 - mu ** (count - 1 - i)) / (1 - mu) for i in range(count)]
    return start - lr * sum(w * g for w, g in zip(weights, gradients, strict=True))


def not_divided(start, gradients, lr, mu):
    return start + (1 - mu) * (unrolled(start, gradients, lr, mu) - start)


def backwards(start, gradients, lr, mu):
    return unrolled(start, gradients[::-1], lr, mu)


def velocity_alone(start, gradients, lr, mu):
    count = len(gradients)
    return start - lr * sum(mu ** (count - 1 - i) * g for i, g in enumerate(gradients))


def all_in_full(start, gradients, lr, mu):
    return start - lr * sum(gradients) / (1 - mu)


def without_start(start, gradients, lr, mu):
    return unrolled(0.0, gradients, lr, mu)


def any_walk(rng):
    gradients = [float(g) for g in rng.integers(-9, 10, rng.integers(2, 6))]
    return (
        float(rng.integers(1, 9)),
        gradients,
        float(rng.choice((0.1, 0.5))),
        float(rng.choice((0.25, 0.5, 0.9))),
    )


# --- where Nesterov's method is stable ----------------------------------------------------------------------


def nesterov_limit(mu):
    return 2 * (1 + mu) / (1 + 2 * mu)


def momentum_limit(mu):
    return 2 * (1 + mu)


def descent_limit(mu):
    return 2


def early_limit(mu):
    return 2 * (1 + mu) / (1 + 2 * mu + 2 * mu**2)


def two_lost(mu):
    return (1 + mu) / (1 + 2 * mu)


def from_the_determinant(mu):
    return 1 + 1 / mu if mu else np.inf


def one_plus_mu_cancelled(mu):
    return 2 / (1 + 2 * mu)


TASKS = {
    "matrix": FunctionTask(
        step_matrix,
        cases=[(0.5, 0.25, 1.0), (0.75, 0.125, 0.5), (0.1, 0.9, 2.0)],
        mistakes=(
            Slip(
                theta_first,
                "the state is (θ, v), and not (v, θ)",
                "The first row makes the new v, and the first column belongs to the old v.",
            ),
            Slip(
                columns_for_rows,
                "rows and columns have changed places",
                "A row holds what one new number is made of: the first one is (μ, −ηλ).",
            ),
            Slip(
                moved_with_old_v,
                "θ moves with the old v",
                "θ moves with the new v: put its line into θ + v, and collect v and θ.",
            ),
            Slip(climbed, "every push goes uphill", "The push is −η g, and g = λθ: look at the sign."),
            Slip(
                without_curvature,
                "the gradient is taken as θ itself",
                "On an axis of curvature λ the gradient is λθ.",
            ),
            Slip(
                of_a_library,
                "the state is that of libraries, (b, θ) with v = −ηb",
                "That matrix is right for b, and has the same eigenvalues. Asked for is the one for v.",
            ),
            Slip(
                of_nesterov,
                "the gradient is taken at the look-ahead point: that is Nesterov's method",
                "Momentum takes the gradient where it stands, at θ.",
            ),
        ),
        fresh=any_axis,
        hints=(
            "Write the two lines of Momentum with g = λθ. What is the new v made of, and what is the new θ made of?",
            "The first row holds the factors of v and θ in the new v. For the second row put the new v into θ + v, and collect "
            "what stands before v and before θ.",
            "A similar case: a ← 2a + 3b, then b ← b + a, with the new a. In all: a' = 2a + 3b and b' = 2a + 4b.\n"
            "    np.array([[2, 3], [2, 4]])",
        ),
        why="v' = μv − ηλθ is the first row. θ' = θ + v' = μv + (1 − ηλ)θ is the second. The determinant is "
        "μ(1 − ηλ) + ηλμ = μ: what a step takes off is decided by μ alone.",
    ),
    "rate": FunctionTask(
        rate,
        cases=[
            (0.1, 0.0, 2.0),
            (1.6, 0.0, 1.0),
            (0.5, 0.25, 1.0),
            (0.75, 0.125, 0.5),
            (1.2, 0.04, 2.0),
            (0.1, 0.9, 2.0),
        ],
        mistakes=(
            Slip(
                twice_the_root,
                "the rate on the plateau is taken as 2√μ, as it stands in Goh's article",
                "Two conjugates: σ · σ̄ = |σ|². What is their product?",
            ),
            Slip(
                mu_for_its_root,
                "the product of the two eigenvalues is taken for the size of one",
                "Two conjugates have the same size, and their product is μ.",
            ),
            Slip(
                real_part,
                "only the real part of a complex eigenvalue counts",
                "The size of a complex number has two parts: |a + bi|² = a² + b².",
            ),
            Slip(
                always_the_right_root,
                "the root farther to the right is taken, with its sign",
                "A factor of −0.9 shrinks no more than 0.9: take sizes, and the larger of them.",
            ),
            Slip(
                size_of_the_right_root,
                "the root farther to the right is taken, although the other may be larger in size",
                "Where the trace is negative, the root on the left is the larger one in size.",
            ),
            Slip(
                smaller_one,
                "the smaller of the two sizes is taken",
                "After many steps, which of the two is still there?",
            ),
            Slip(
                as_if_it_swung,
                "√μ is taken everywhere",
                "√μ holds where the eigenvalues are conjugates. Look at the discriminant first.",
            ),
            Slip(
                without_velocity,
                "μ is left out: that is gradient descent",
                "Solve σ² − (1 + μ − ηλ)σ + μ = 0.",
            ),
        ),
        fresh=any_rate,
        hints=(
            "The eigenvalues solve a quadratic equation. There are two cases: which number tells them apart?",
            "With the trace T = 1 + μ − ηλ look at T² − 4μ. Negative: both have the size √μ. Otherwise the larger size is half "
            "of |T| plus the root.",
            "A similar case: the roots of s² − 3s + 2 = 0. T = 3, T² − 4 · 2 = 1, and the larger size is (3 + 1)/2 = 2. For "
            "s² + 3s + 2 = 0 the roots are −1 and −2; the larger size is again (|−3| + 1)/2 = 2.",
        ),
        why="Where the discriminant is negative the eigenvalues are conjugates, and |σ|² is their product, μ. Otherwise they are "
        "(T ± √(T² − 4μ))/2, and with the sign of T the larger one in size is (|T| + √(T² − 4μ))/2.",
    ),
    "damping": FunctionTask(
        critical_momentum,
        cases=[(1.0, 1.0), (0.25, 1.0), (0.5, 0.125), (0.1, 0.1)],
        mistakes=(
            Slip(
                forgot_the_square,
                "√μ is returned: that is the rate",
                "ηλ = (1 − √μ)² is solved for μ, not for its root.",
            ),
            Slip(
                forgot_the_root,
                "ηλ itself is subtracted from 1",
                "Take the root of both sides of ηλ = (1 − √μ)² first.",
            ),
            Slip(
                rate_of_descent,
                "1 − ηλ is returned: the rate of gradient descent",
                "Take the root of both sides of ηλ = (1 − √μ)².",
            ),
            Slip(root_alone, "√(ηλ) is returned", "√(ηλ) = 1 − √μ: there are two steps left to μ."),
            Slip(
                root_of_the_rate_only,
                "the root is taken of η alone",
                "The root goes over the whole product ηλ.",
            ),
            Slip(
                of_nesterov_instead,
                "the critical μ of Nesterov's method is returned",
                "For Momentum the eigenvalues meet where (1 + μ − ηλ)² = 4μ.",
            ),
        ),
        fresh=lambda rng: (float(rng.choice((0.01, 0.1, 0.4))), float(rng.choice((0.1, 0.5, 1, 2)))),
        hints=(
            "Critical means: the two eigenvalues meet. What is then the discriminant?",
            "(1 + μ − ηλ)² = 4μ. Take roots: 1 + μ − ηλ = 2√μ. That is ηλ = (1 − √μ)². Now solve for μ.",
            "A similar case: 9 = (5 − √m)², with √m below 5. The root gives 3 = 5 − √m, so √m = 2 and m = 4.",
        ),
        why="At the meeting point 1 + μ − ηλ = 2√μ, so (1 − √μ)² = ηλ. The rate there is √μ = 1 − √(ηλ): a root where gradient "
        "descent has ηλ itself.",
    ),
    "best": FunctionTask(
        best_pair,
        cases=[([1.0, 9.0],), ([0.1, 2.0],), ([4.0, 1.0, 2.0],)],
        mistakes=(
            Slip(
                first_and_last,
                "the first and the last curvature are taken",
                "The list need not be in order: look for the least and the greatest.",
            ),
            Slip(
                roots_forgotten_in_lr,
                "the curvatures are added in η, and not their roots",
                "The roots of ηλ₁ = (1 − ρ)² and ηλₙ = (1 + ρ)² add up to 2.",
            ),
            Slip(
                rooted_twice,
                "the root is taken of the sum of the curvatures",
                "√λ₁ + √λₙ: first the roots, then the sum.",
            ),
            Slip(
                lr_of_descent,
                "η is the best one of gradient descent",
                "With a velocity a larger η is stable, and better.",
            ),
            Slip(rate_for_mu, "μ is not squared: that is the rate", "On the plateau the rate is √μ."),
            Slip(
                root_of_kappa_forgotten,
                "κ stands in μ without its root",
                "The rate is (√κ − 1)/(√κ + 1).",
            ),
            Slip(
                rate_of_descent_for_mu,
                "μ is the rate of gradient descent",
                "The rate of Momentum has √κ in it; and μ is its square.",
            ),
        ),
        fresh=lambda rng: (
            [float(x) for x in rng.permutation(rng.choice(np.arange(1, 40), rng.integers(2, 6), False))],
        ),
        hints=(
            "Which two curvatures decide? On the plateau all the others lie between them.",
            "The gentlest axis is critical from one side, the steepest from the other: ηλ₁ = (1 − ρ)², ηλₙ = (1 + ρ)², μ = ρ². Take "
            "the roots of the first two, and add.",
            "A similar case: √(4η) = 1 − r and √(36η) = 1 + r. Added: 8√η = 2, so √η = 1/4, η = 1/16, and r = 1/2.",
        ),
        why="Both ends of the plateau are used: √η √λ₁ = 1 − ρ and √η √λₙ = 1 + ρ. The sum gives η, the quotient gives ρ, and "
        "μ = ρ². No other pair is as good on both ends.",
    ),
    "unrolled": FunctionTask(
        unrolled,
        cases=[(3.0, [4.0], 0.5, 0.5), (3.0, [4.0, 0.0], 0.5, 0.5), (1.0, [1.0, 2.0, 4.0], 0.1, 0.5)],
        mistakes=(
            Slip(
                as_printed,
                "the sum is added, as it is printed in the article",
                "One step from rest: θ₁ = θ₀ − η g₀. Which sign does that need?",
            ),
            Slip(
                newest_left_out,
                "the newest gradient has the weight 0",
                "After one step θ has moved by −η g₀: the newest weight is 1.",
            ),
            Slip(not_divided, "the weights are not divided by 1 − μ", "1 + μ + … + μᵏ⁻¹ = (1 − μᵏ)/(1 − μ)."),
            Slip(
                backwards,
                "the weights run the other way",
                "The oldest gradient has been in the velocity for the longest time: its weight is the largest.",
            ),
            Slip(
                velocity_alone,
                "only the last velocity is added to the start",
                "θ is the start and all velocities, not the last one.",
            ),
            Slip(
                all_in_full,
                "every gradient has the weight 1/(1 − μ)",
                "That is what a gradient has given in the end. After k steps it has given 1 + μ + … + μᵏ⁻¹.",
            ),
            Slip(without_start, "the start is missing", "The sum says how far θ has moved: from where?"),
        ),
        fresh=any_walk,
        hints=(
            "How much has one single push −ηg moved θ after 1 step, after 2, after 3?",
            "After k steps: 1 + μ + … + μᵏ⁻¹ = (1 − μᵏ)/(1 − μ) times. Count the n gradients from g₀: then gᵢ has been there for n − i steps.",
            "A similar case: n gifts come, one a day, and each brings 1 coin, then half a coin, then a quarter. The first one has "
            "then brought (1 − (1/2)ⁿ)/(1 − 1/2) coins, the last one 1.",
        ),
        why="A push −η gᵢ enters the velocity whole, and friction leaves μ, μ², ... of it. θ collects all of that: with n gradients, "
        "counted from g₀, the weight of gᵢ is (1 − μⁿ⁻ⁱ)/(1 − μ). The sign is that of a step downhill, minus.",
    ),
    "limit": FunctionTask(
        nesterov_limit,
        cases=[(0.0,), (0.5,), (0.9,), (1.0,)],
        mistakes=(
            Slip(
                momentum_limit,
                "the limit of Momentum is returned",
                "Use T and D of Nesterov's method: in both, μ comes with 1 − ηλ.",
            ),
            Slip(
                descent_limit,
                "the limit of gradient descent is returned",
                "Put T and D into 1 + T + D = 0; μ does not cancel.",
            ),
            Slip(
                early_limit,
                "the limit is taken for v updated too early",
                "D is μ(1 − ηλ), and T is (1 + μ)(1 − ηλ).",
            ),
            Slip(two_lost, "a factor 2 is lost", "Check it with μ = 0: that is gradient descent."),
            Slip(
                one_plus_mu_cancelled,
                "1 + μ is lost",
                "1 + T + D = 0 has 1 + μ + 1 + μ on one side: collect what is without ηλ.",
            ),
            Slip(
                from_the_determinant,
                "the limit is taken where D = −1",
                "An eigenvalue reaches −1 before that: look at p(−1).",
            ),
        ),
        fresh=lambda rng: (float(rng.integers(0, 101) / 100),),
        hints=(
            "At the limit an eigenvalue is −1. What does that say about σ² − Tσ + D?",
            "1 + T + D = 0, with T = (1 + μ)(1 − x) and D = μ(1 − x). Both have the factor 1 − x: solve for it first.",
            "A similar case: 1 + 3(1 − x) = 0 gives 1 − x = −1/3, so x = 4/3.",
        ),
        why="1 + (1 + 2μ)(1 − x) = 0, so x − 1 = 1/(1 + 2μ), and x = 2(1 + μ)/(1 + 2μ). For μ > 0 that is below 2.",
    ),
}
