"""The tasks of lecture 07: a step size for every parameter."""

import numpy as np

from course_utils.descent import descend
from course_utils.landscapes import quadratic
from course_utils.optimizers import AdaGrad, Adam, RMSProp
from course_utils.tasks import FunctionTask, Slip

# --- one step of AdaGrad ----------------------------------------------------------------------------------


def adagrad_step(theta, s, g, lr, eps):
    s = s + g**2
    return theta - lr * g / (np.sqrt(s) + eps), s


def forgets_all(theta, s, g, lr, eps):
    return adagrad_step(theta, 0 * s, g, lr, eps)


def divides_first(theta, s, g, lr, eps):
    return theta - lr * g / (np.sqrt(s) + eps), s + g**2


def without_root(theta, s, g, lr, eps):
    s = s + g**2
    return theta - lr * g / (s + eps), s


def eps_under_root(theta, s, g, lr, eps):
    s = s + g**2
    return theta - lr * g / np.sqrt(s + eps), s


def one_for_all(theta, s, g, lr, eps):
    s = s + np.sum(g**2)
    return theta - lr * g / (np.sqrt(s) + eps), s


def sums_sizes(theta, s, g, lr, eps):
    s = s + np.abs(g)
    return theta - lr * g / (np.sqrt(s) + eps), s


def uphill(theta, s, g, lr, eps):
    s = s + g**2
    return theta + lr * g / (np.sqrt(s) + eps), s


def any_step(rng):
    theta, g = rng.integers(-9, 10, 3) / 2, rng.integers(1, 10, 3) * rng.choice((-0.5, 0.5), 3)
    return theta, rng.integers(0, 20, 3) / 2, g, float(rng.choice((0.1, 0.5))), float(rng.choice((0.01, 0.5)))


# --- Adam -------------------------------------------------------------------------------------------------


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


def never_corrected(*arguments):
    return _adam(_plain, _plain)(*arguments)


def always_corrected(start, gradients, lr, beta1, beta2, eps, corrected):
    return adam(start, gradients, lr, beta1, beta2, eps, True)


def only_m(*arguments):
    return _adam(_right, _plain)(*arguments)


def only_s(*arguments):
    return _adam(_plain, _right)(*arguments)


def without_power(*arguments):
    return _adam(*[lambda average, beta, t: average / (1 - beta)] * 2)(*arguments)


def counted_from_0(*arguments):
    return _adam(*[lambda average, beta, t: average / np.float64(1 - beta ** (t - 1))] * 2)(*arguments)


def eps_inside(*arguments):
    return _adam(_right, _right, lambda s, eps: np.sqrt(s + eps))(*arguments)


def no_root(*arguments):
    return _adam(_right, _right, lambda s, eps: s + eps)(*arguments)


def betas_swapped(start, gradients, lr, beta1, beta2, eps, corrected):
    return adam(start, gradients, lr, beta2, beta1, eps, corrected)


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


# --- three walks without a name ---------------------------------------------------------------------------


def three_walks(steps=100):
    """θ of three methods on θ²/2, from 5 with η = 0.5: {letter: an array of steps + 1 points}."""
    walkers = {"A": RMSProp(0.5, rho=0.9), "B": Adam(0.5), "C": AdaGrad(0.5)}
    line = quadratic(1, 1)
    return {name: descend(o, line, (5, 5), steps).positions[:, 0] for name, o in walkers.items()}


# --- where ε stands ---------------------------------------------------------------------------------------


def first_length(g, eps, beta2, place):
    g = abs(g)
    if place == "beside the corrected root":
        return g / (g + eps)
    if place == "beside the uncorrected root":
        return g / (g + eps / np.sqrt(1 - beta2))
    return g / np.sqrt(g**2 + eps)  # under the root


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


def with_sign(g, eps, beta2, place):
    return np.sign(g) * first_length(g, eps, beta2, place)


def all_beside(g, eps, beta2, place):
    return first_length(g, eps, beta2, "beside the corrected root")


def any_place(rng):
    places = "beside the corrected root", "beside the uncorrected root", "under the root"
    g = float(rng.choice((-1, 1)) * 10.0 ** rng.integers(-4, 1))
    return g, float(10.0 ** rng.integers(-4, -1)), float(rng.choice((0.96, 0.99))), places[rng.integers(3)]


# --- weight decay -----------------------------------------------------------------------------------------


def first_step(theta, g, lr, decay, decoupled):
    if decoupled:
        return theta - lr * decay * theta - lr * np.sign(g)
    return theta - lr * np.sign(g + decay * theta)


def always_in_gradient(theta, g, lr, decay, decoupled):
    return first_step(theta, g, lr, decay, False)


def always_decoupled(theta, g, lr, decay, decoupled):
    return first_step(theta, g, lr, decay, True)


def both_at_once(theta, g, lr, decay, decoupled):
    if decoupled:
        return theta - lr * decay * theta - lr * np.sign(g + decay * theta)
    return first_step(theta, g, lr, decay, False)


def without_rate(theta, g, lr, decay, decoupled):
    return theta - decay * theta - lr * np.sign(g) if decoupled else first_step(theta, g, lr, decay, False)


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


# --- what is asked ----------------------------------------------------------------------------------------

PAIR = np.array([3.0, -0.5])

TASKS = {
    "adagrad": FunctionTask(
        adagrad_step,
        cases=[
            (np.array([1.0, 1.0]), np.array([0.0, 0.0]), PAIR, 0.5, 0.25),
            (np.array([0.0, 2.0]), np.array([16.0, 0.0]), np.array([3.0, 2.0]), 0.5, 0.25),
            (np.array([0.0, 2.0]), np.array([9.0, 1.0]), np.array([0.0, -1.0]), 0.1, 0.01),
        ],
        mistakes=(
            Slip(
                forgets_all,
                "s is only the last square, and the past is dropped",
                "s ← s + g²: keep what was there.",
            ),
            Slip(
                divides_first,
                "the step is divided by the old s, before g² is added",
                "First update s, then move θ with the new one.",
            ),
            Slip(without_root, "the step is divided by s itself", "s holds squares: take its root."),
            Slip(eps_under_root, "ε stands under the root", "√s + ε: first the root, then the sum."),
            Slip(
                one_for_all,
                "all coordinates share one sum",
                "Every coordinate keeps a sum of its own: no np.sum is needed.",
            ),
            Slip(sums_sizes, "s sums up sizes in place of squares", "s ← s + g²."),
            Slip(uphill, "the step goes uphill", "θ moves against the gradient: look at the sign."),
        ),
        fresh=any_step,
        hints=(
            "Two lines: one for s, one for θ. In which order do they stand in the box of the lecture?",
            "numpy's `g**2`, `np.sqrt(s)` and `/` work coordinate by coordinate. Make a new s, and do not change the old one in place.",
            "A similar case, a running sum and a move with its new value: n ← n + a, x ← x − a/n.\n"
            "    n = n + a\n"
            "    return x - a / n, n",
        ),
        why="s is updated first, so that it holds the newest square when it divides: the first step is then η sign(g), and no step is "
        "ever longer than η. `s + g**2` makes a new array; `s += g**2` would change the caller's.",
    ),
    "adam": FunctionTask(
        adam,
        cases=[
            (np.array([1.0]), [np.array([2.0])], 0.1, 0.9, 0.99, 0.5, False),
            (np.array([1.0]), [np.array([2.0])], 0.1, 0.9, 0.99, 0.5, True),
            (np.zeros(2), [PAIR, np.array([1.0, 2.0])], 0.1, 0.9, 0.99, 0.5, False),
            (np.zeros(2), [PAIR, np.array([1.0, 2.0])], 0.1, 0.9, 0.99, 0.5, True),
            (np.zeros(2), [PAIR, -PAIR, 2 * PAIR], 0.5, 0.5, 0.75, 0.1, True),
        ],
        mistakes=(
            Slip(
                never_corrected,
                "nothing is corrected, whatever `corrected` says",
                "Where is `corrected` used?",
            ),
            Slip(
                always_corrected,
                "the averages are corrected even when `corrected` is False",
                "Where is `corrected` used?",
            ),
            Slip(only_m, "only m is corrected", "s starts at 0 as well: it needs the same, with β₂."),
            Slip(only_s, "only s is corrected", "m starts at 0 as well: it needs the same, with β₁."),
            Slip(
                without_power,
                "both are divided by 1 − β in every step",
                "After t steps the weights add up to 1 − βᵗ.",
            ),
            Slip(
                counted_from_0,
                "t starts at 0, so that the first correction divides by 1 − β⁰ = 0",
                "The first step has t = 1: see `enumerate(..., start=1)`.",
            ),
            Slip(
                kept_corrected,
                "the corrected averages are kept and averaged again",
                "The correction is for this step's use only: give m̂ and ŝ names of their own.",
            ),
            Slip(betas_swapped, "β₁ and β₂ have changed places", "β₁ belongs to m, β₂ to s."),
            Slip(eps_inside, "ε stands under the root", "√ŝ + ε: first the root, then the sum."),
            Slip(no_root, "the step is divided by ŝ itself", "ŝ is an average of squares: take its root."),
        ),
        fresh=any_adam,
        hints=(
            "Begin with m = 0 and s = 0. Then a loop over the gradients, with a counter t. What happens in it, in which order?",
            "In the loop: update m and s; take m̂ = m and ŝ = s; if `corrected`, divide each by what its weights add up to, 1 − βᵗ; "
            "then move θ. `enumerate(gradients, start=1)` gives t and g.",
            "A similar case, the corrected average of a list, without the rest of Adam:\n"
            "    a = 0\n"
            "    for t, x in enumerate(values, start=1):\n"
            "        a = beta * a + (1 - beta) * x\n"
            "    return a / (1 - beta**t)",
        ),
        why="m and s go on uncorrected; m̂ and ŝ are made anew for each step's use. Kept, they would be corrected twice. The division "
        "by 1 − βᵗ makes the weights add up to 1, in the first step as in the thousandth.",
    ),
    "place": FunctionTask(
        first_length,
        cases=[
            (1.0, 0.01, 0.99, "beside the corrected root"),
            (1.0, 0.01, 0.99, "beside the uncorrected root"),
            (1.0, 0.01, 0.99, "under the root"),
            (-0.01, 0.01, 0.96, "beside the uncorrected root"),
            (-0.01, 0.01, 0.96, "under the root"),
        ],
        mistakes=(
            Slip(
                multiplied,
                "the folded ε is made smaller and not larger",
                "√s is smaller than √ŝ, so the same ε beside it weighs more.",
            ),
            Slip(
                root_forgotten,
                "the folded ε is divided by 1 − β₂ without a root",
                "√s = √(1 − β₂) · √ŝ in the first step.",
            ),
            Slip(
                root_of_each,
                "the root of a sum is taken as the sum of the roots",
                "√(ŝ + ε) is not √ŝ + √ε: think of √(9 + 16).",
            ),
            Slip(with_sign, "the length has a sign", "A length is never negative: take |g|."),
            Slip(all_beside, "the place makes no difference", "Where is `place` used?"),
        ),
        fresh=any_place,
        hints=(
            "In the first step m̂ = g and ŝ = g². What is √ŝ then? Write down the quotient for each place.",
            "Beside the uncorrected root: the step is η √(1 − β₂)/(1 − β₁) · m/(√s + ε) with m = (1 − β₁) g and s = (1 − β₂) g². "
            "Put both in, and divide above and below by √(1 − β₂).",
            "A similar case: c a/(c b + ε) is a/(b + ε/c). With c = 0.2, a = b = 1, ε = 0.1 both are 0.2/0.3.",
        ),
        why="Three lines that look alike give three lengths. Under the root an ε of 1e-8 acts like 1e-4 beside it: for g = 0 the divisor is "
        "√ε. Beside the uncorrected root it acts like ε/√(1 − β₂), 32 times as much at β₂ = 0.999.",
    ),
    "decay": FunctionTask(
        first_step,
        cases=[
            (np.array([10.0]), np.array([3.0]), 0.1, 0.1, False),
            (np.array([10.0]), np.array([3.0]), 0.1, 0.1, True),
            (np.array([10.0, -4.0]), np.array([-0.5, 3.0]), 0.1, 0.1, False),
            (np.array([10.0, -4.0]), np.array([-0.5, 3.0]), 0.1, 0.1, True),
        ],
        mistakes=(
            Slip(
                always_in_gradient,
                "the decay always goes through the gradient",
                "Decoupled, the gradient stays as it is, and θ shrinks by itself.",
            ),
            Slip(
                always_decoupled,
                "the decay is always decoupled",
                "In the gradient, wθ is added to g before the sign is taken.",
            ),
            Slip(
                both_at_once,
                "the decoupled form decays twice: in the gradient as well",
                "Decoupled means that g stays as it is.",
            ),
            Slip(
                without_rate,
                "the decoupled decay lacks its η",
                "θ shrinks by ηwθ, so that a smaller η also means less decay.",
            ),
            Slip(
                shrinks_after,
                "the weight shrinks after the step and not before it",
                "Both terms take the old θ: first decay, then the step.",
            ),
            Slip(grows, "the weights grow", "Decay pulls towards 0: look at the sign of wθ."),
        ),
        fresh=any_decay,
        hints=(
            "What is the first step of Adam, if ε = 0? It needs neither β₁ nor β₂.",
            "`np.sign` gives the sign, coordinate by coordinate. In one of the two cases its argument is g, in the other g + wθ.",
            "A similar case: θ = 2, g = −0.1, w = 0.1, η = 0.1. In the gradient: −0.1 + 0.2 = 0.1, and θ becomes 1.9. "
            "Decoupled: 2 − 0.02 + 0.1 = 2.08.",
        ),
        why="In the gradient the decay is divided by the size of what it is added to: in the first step only a change of sign can be seen of it. "
        "Decoupled it is ηwθ, whatever the gradient is.",
    ),
}
