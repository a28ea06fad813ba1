"""The tasks of lecture 07: a step size for every parameter."""

import numpy as np

from course_utils.practice.tasks import function_task

# --- adagrad -------------------------------------------------------------------------------------------------


def any_step(rng):
    theta, g = rng.integers(-9, 10, 3) / 2, rng.integers(1, 10, 3) * rng.choice((-0.5, 0.5), 3)
    return theta, rng.integers(0, 20, 3) / 2, g, float(rng.choice((0.1, 0.5))), float(rng.choice((0.01, 0.5)))


PAIR = np.array([3.0, -0.5])


@function_task(
    "07 adagrad",
    cases=[
        (np.array([1.0, 1.0]), np.array([0.0, 0.0]), PAIR, 0.5, 0.25),
        (np.array([0.0, 2.0]), np.array([16.0, 0.0]), np.array([3.0, 2.0]), 0.5, 0.25),
        (np.array([0.0, 2.0]), np.array([9.0, 1.0]), np.array([0.0, -1.0]), 0.1, 0.01),
    ],
    fresh=any_step,
)
def adagrad_step(theta, s, g, lr, eps):
    s = s + g**2
    return theta - lr * g / (np.sqrt(s) + eps), s


adagrad_step.slips(
    forgets_all=lambda theta, s, g, lr, eps: adagrad_step(theta, 0 * s, g, lr, eps),
    divides_first=lambda theta, s, g, lr, eps: (theta - lr * g / (np.sqrt(s) + eps), s + g**2),
    without_root=("np.sqrt(s)", "s"),
    eps_under_root=("(np.sqrt(s) + eps)", "np.sqrt(s + eps)"),
    one_for_all=("g**2", "np.sum(g**2)"),
    sums_sizes=("g**2", "np.abs(g)"),
    uphill=("theta - lr", "theta + lr"),
)


# --- adam ----------------------------------------------------------------------------------------------------


def _adam(m_hat, s_hat, divisor=None):
    """Adam with other corrections, functions of (average, β, t); and perhaps another divisor of (ŝ, ε)."""
    divisor = divisor or (lambda s, eps: np.sqrt(s) + eps)

    def walk(start, gradients, lr, beta1, beta2, eps, corrected):
        theta, m, s = start, 0, 0
        for t, g in enumerate(gradients, start=1):
            m = beta1 * m + (1 - beta1) * g
            s = beta2 * s + (1 - beta2) * g**2
            top, below = (m_hat(m, beta1, t), s_hat(s, beta2, t)) if corrected else (m, s)
            theta = theta - lr * top / divisor(below, eps)
        return theta

    return walk


def _plain(average, beta, t):
    return average


def _right(average, beta, t):
    return average / (1 - beta**t)


def kept_corrected(start, gradients, lr, beta1, beta2, eps, corrected):
    theta, m, s = start, 0, 0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        if corrected:
            m, s = m / (1 - beta1**t), s / (1 - beta2**t)
        theta = theta - lr * m / (np.sqrt(s) + eps)
    return theta


def any_adam(rng):
    gradients = [rng.integers(1, 10, 2) * rng.choice((-0.5, 0.5), 2) for _ in range(rng.integers(2, 6))]
    return rng.integers(-5, 6, 2) / 2, gradients, 0.1, 0.9, float(rng.choice((0.99, 0.5))), 0.01, True


@function_task(
    "07 adam",
    cases=[
        (np.array([1.0]), [np.array([2.0])], 0.1, 0.9, 0.99, 0.5, False),
        (np.array([1.0]), [np.array([2.0])], 0.1, 0.9, 0.99, 0.5, True),
        (np.zeros(2), [PAIR, np.array([1.0, 2.0])], 0.1, 0.9, 0.99, 0.5, False),
        (np.zeros(2), [PAIR, np.array([1.0, 2.0])], 0.1, 0.9, 0.99, 0.5, True),
        (np.zeros(2), [PAIR, -PAIR, 2 * PAIR], 0.5, 0.5, 0.75, 0.1, True),
    ],
    fresh=any_adam,
)
def adam(start, gradients, lr, beta1, beta2, eps, corrected):
    theta, m, s = start, 0, 0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        m_hat, s_hat = m, s
        if corrected:
            m_hat = m / (1 - beta1**t)
            s_hat = s / (1 - beta2**t)
        theta = theta - lr * m_hat / (np.sqrt(s_hat) + eps)
    return theta


adam.slips(
    never_corrected=lambda *arguments: _adam(_plain, _plain)(*arguments),
    always_corrected=lambda start, gradients, lr, beta1, beta2, eps, corrected: adam(
        start, gradients, lr, beta1, beta2, eps, True
    ),
    only_m=lambda *arguments: _adam(_right, _plain)(*arguments),
    only_s=lambda *arguments: _adam(_plain, _right)(*arguments),
    without_power=lambda *arguments: _adam(*[lambda average, beta, t: average / (1 - beta)] * 2)(*arguments),
    counted_from_0=lambda *arguments: _adam(
        *[lambda average, beta, t: average / np.float64(1 - beta ** (t - 1))] * 2
    )(*arguments),
    kept_corrected=kept_corrected,
    betas_swapped=lambda start, gradients, lr, beta1, beta2, eps, corrected: adam(
        start, gradients, lr, beta2, beta1, eps, corrected
    ),
    eps_inside=lambda *arguments: _adam(_right, _right, lambda s, eps: np.sqrt(s + eps))(*arguments),
    no_root=lambda *arguments: _adam(_right, _right, lambda s, eps: s + eps)(*arguments),
)


# --- place ---------------------------------------------------------------------------------------------------


def multiplied(g, eps, beta2, place):
    if place == "beside the uncorrected root":
        eps = eps * (1 - beta2)
    return first_length(g, eps, beta2, place)


def root_forgotten(g, eps, beta2, place):
    if place == "beside the uncorrected root":
        return abs(g) / (abs(g) + eps / (1 - beta2))
    return first_length(g, eps, beta2, place)


def root_of_each(g, eps, beta2, place):
    if place == "under the root":
        return abs(g) / (abs(g) + np.sqrt(eps))
    return first_length(g, eps, beta2, place)


def any_place(rng):
    places = "beside the corrected root", "beside the uncorrected root", "under the root"
    g = float(rng.choice((-1, 1)) * 10.0 ** rng.integers(-4, 1))
    return g, float(10.0 ** rng.integers(-4, -1)), float(rng.choice((0.96, 0.99))), places[rng.integers(3)]


@function_task(
    "07 place",
    cases=[
        (1.0, 0.01, 0.99, "beside the corrected root"),
        (1.0, 0.01, 0.99, "beside the uncorrected root"),
        (1.0, 0.01, 0.99, "under the root"),
        (-0.01, 0.01, 0.96, "beside the uncorrected root"),
        (-0.01, 0.01, 0.96, "under the root"),
    ],
    fresh=any_place,
)
def first_length(g, eps, beta2, place):
    g = abs(g)
    if place == "beside the corrected root":
        return g / (g + eps)
    if place == "beside the uncorrected root":
        return g / (g + eps / np.sqrt(1 - beta2))
    return g / np.sqrt(g**2 + eps)  # under the root


first_length.slips(
    multiplied=multiplied,
    root_forgotten=root_forgotten,
    root_of_each=root_of_each,
    with_sign=lambda g, eps, beta2, place: np.sign(g) * first_length(g, eps, beta2, place),
    all_beside=lambda g, eps, beta2, place: first_length(g, eps, beta2, "beside the corrected root"),
)


# --- decay ---------------------------------------------------------------------------------------------------


def both_at_once(theta, g, lr, decay, decoupled):
    if decoupled:
        return theta - lr * decay * theta - lr * np.sign(g + decay * theta)
    return first_step(theta, g, lr, decay, False)


def shrinks_after(theta, g, lr, decay, decoupled):
    if decoupled:
        return (theta - lr * np.sign(g)) * (1 - lr * decay)
    return first_step(theta, g, lr, decay, False)


def grows(theta, g, lr, decay, decoupled):
    if decoupled:
        return theta + lr * decay * theta - lr * np.sign(g)
    return theta - lr * np.sign(g - decay * theta)


def any_decay(rng):
    theta, g = (
        rng.integers(1, 10, 3) * rng.choice((-1, 1), 3),
        rng.integers(1, 10, 3) * rng.choice((-1, 1), 3),
    )
    return (
        theta / 1.0,
        g / 8 + 0.01,
        float(rng.choice((0.1, 0.5))),
        float(rng.choice((0.1, 0.25))),
        bool(rng.integers(2)),
    )


@function_task(
    "07 decay",
    cases=[
        (np.array([10.0]), np.array([3.0]), 0.1, 0.1, False),
        (np.array([10.0]), np.array([3.0]), 0.1, 0.1, True),
        (np.array([10.0, -4.0]), np.array([-0.5, 3.0]), 0.1, 0.1, False),
        (np.array([10.0, -4.0]), np.array([-0.5, 3.0]), 0.1, 0.1, True),
    ],
    fresh=any_decay,
)
def first_step(theta, g, lr, decay, decoupled):
    if decoupled:
        return theta - lr * decay * theta - lr * np.sign(g)
    return theta - lr * np.sign(g + decay * theta)


first_step.slips(
    always_in_gradient=lambda theta, g, lr, decay, decoupled: first_step(theta, g, lr, decay, False),
    always_decoupled=lambda theta, g, lr, decay, decoupled: first_step(theta, g, lr, decay, True),
    both_at_once=both_at_once,
    without_rate=lambda theta, g, lr, decay, decoupled: (
        theta - decay * theta - lr * np.sign(g) if decoupled else first_step(theta, g, lr, decay, False)
    ),
    shrinks_after=shrinks_after,
    grows=grows,
)
