"""The tasks of lecture 09: curvature without a matrix, what it says about η, and what practice adds."""

import numpy as np

from course_utils.practice.tasks import function_task

# --- product -------------------------------------------------------------------------------------------------


def some_net(rng):
    """Images, targets, weights of a network with one output, and a direction; no unit is at its kink."""
    n, inputs, hidden = (int(k) for k in rng.integers(2, 5, 3))
    x, W, U = (rng.integers(1, 5, shape) / 2.0 for shape in ((n, inputs), (inputs, hidden), (inputs, hidden)))
    W *= rng.choice((-1, 1, 1), hidden)  # of positive inputs, so a unit is open for all images or for none
    c, w, u = (rng.integers(-4, 5, size) / 2.0 for size in (n, hidden, hidden))
    return x, c, W, w, U, u


@function_task(
    "09 product",
    cases=[
        (
            np.array([[1.0]]),
            np.array([1.0]),
            np.array([[2.0]]),
            np.array([3.0]),
            np.array([[1.0]]),
            np.array([0.0]),
        ),
        (
            np.array([[1.0]]),
            np.array([1.0]),
            np.array([[2.0]]),
            np.array([3.0]),
            np.array([[0.0]]),
            np.array([1.0]),
        ),
        (
            np.array([[1.0, 2.0], [2.0, -1.0]]),
            np.array([1.0, -2.0]),
            np.array([[1.0, -1.0], [0.5, 2.0]]),
            np.array([2.0, -1.0]),
            np.array([[1.0, 3.0], [-2.0, 0.5]]),
            np.array([0.5, 4.0]),
        ),
        (
            np.array([[0.5], [1.0]]),
            np.array([1.0, -2.0]),
            np.array([[0.5, -0.5]]),
            np.array([2.0, -1.0]),
            np.array([[1.0, 3.0]]),
            np.array([0.5, 4.0]),
        ),
    ],
    fresh=some_net,
)
def hessian_vector(x, c, W, w, U, u):
    n = len(x)
    a, a_ = x @ W, x @ U
    r, r_ = np.maximum(a, 0), a_ * (a > 0)
    e, e_ = r @ w - c, r_ @ w + r @ u
    da_ = (np.outer(e_, w) + np.outer(e, u)) * (a > 0)
    return x.T @ da_ / n, (r_.T @ e + r.T @ e_) / n


hessian_vector.slips(
    mask_forgotten_forward=("a_ * (a > 0)", "a_"),
    mask_forgotten_back=("np.outer(e, u)) * (a > 0)", "np.outer(e, u))"),
    mask_of_the_change=("a_ * (a > 0)", "np.maximum(a_, 0)"),
    forward_half=("r_ @ w + r @ u", "r_ @ w"),
    back_half=("(np.outer(e_, w) + np.outer(e, u))", "np.outer(e_, w)"),
    last_half=("(r_.T @ e + r.T @ e_)", "r.T @ e_"),
    error_left_out=lambda x, c, W, w, U, u: _without_error(x, c, W, w, U, u),
    summed=("n = len(x)", "n = 1"),
    gradient_returned=("return x.T @ da_ / n, (r_.T @ e + r.T @ e_) / n",
                       "return x.T @ (np.outer(e, w) * (a > 0)) / n, r.T @ e / n"),
)  # fmt: skip


def _without_error(x, c, W, w, U, u):
    """Only what does not contain e: the Gauss-Newton part."""
    mask = x @ W > 0
    r, r_ = np.maximum(x @ W, 0), (x @ U) * mask
    e_ = r_ @ w + r @ u
    return x.T @ (np.outer(e_, w) * mask) / len(x), r.T @ e_ / len(x)


# --- kink ----------------------------------------------------------------------------------------------------


def some_units(rng):
    n, hidden = (int(k) for k in rng.integers(1, 4, 2))
    a = rng.integers(1, 9, (n, hidden)) * rng.choice((-0.5, 0.5), (n, hidden))
    change = rng.integers(1, 9, (n, hidden)) * rng.choice((-0.25, 0.25), (n, hidden))
    change[0, 1:] *= rng.integers(0, 2, hidden - 1)  # some units do not feel the direction
    return a, change


@function_task(
    "09 kink",
    cases=[
        (np.array([[0.5]]), np.array([[-1.0]])),
        (np.array([[0.5]]), np.array([[1.0]])),
        (np.array([[0.5, -0.25]]), np.array([[1.0, 2.0]])),
        (np.array([[0.5, 1.0], [-2.0, 0.75]]), np.array([[0.0, 4.0], [1.0, 2.0]])),
        (np.array([[0.0, 1.0]]), np.array([[1.0, 1.0]])),
    ],
    fresh=some_units,
)
def first_kink(a, change):
    moving = change != 0
    return np.min(np.abs(a[moving] / change[moving]))


first_kink.slips(
    forward_only=lambda a, change: np.min(
        np.append((-a[change != 0] / change[change != 0])[a[change != 0] * change[change != 0] < 0], np.inf)
    ),
    signs_kept=("np.min(np.abs(a[moving] / change[moving]))", "np.min(a[moving] / change[moving])"),
    upside_down=("np.abs(a[moving] / change[moving])", "np.abs(change[moving] / a[moving])"),
    nearest_unit_alone=("np.min(np.abs(a[moving] / change[moving]))", "np.min(np.abs(a))"),
    last_kink=("np.min(", "np.max("),
    still_units_too=lambda a, change: np.min(np.abs(a / np.where(change == 0, 1, change))),
)


# --- limit ---------------------------------------------------------------------------------------------------


def some_spectrum(rng):
    eigenvalues = rng.permutation(
        np.append(rng.integers(1, 20, int(rng.integers(1, 4))), -rng.integers(1, 40, 2)) / 2.0
    )
    return eigenvalues, float(rng.choice((0.0, 0.5, 0.9)))


@function_task(
    "09 limit",
    cases=[
        (np.array([4.0, 1.0, 0.5]), 0.0),
        (np.array([4.0, 1.0, 0.5]), 0.9),
        (np.array([0.5, 8.0, -10.0]), 0.0),
        (np.array([-16.0, 2.0, 5.0]), 0.5),
    ],
    fresh=some_spectrum,
)
def largest_rate(eigenvalues, mu):
    return 2 * (1 + mu) / np.max(eigenvalues)


largest_rate.slips(
    largest_in_size=("np.max(eigenvalues)", "np.max(np.abs(eigenvalues))"),
    smallest=("np.max(eigenvalues)", "np.min(eigenvalues)"),
    first_one=("np.max(eigenvalues)", "eigenvalues[0]"),
    added_up=("np.max(eigenvalues)", "np.sum(eigenvalues)"),
    no_overshoot=("2 * (1 + mu)", "(1 + mu)"),
    momentum_forgotten=("2 * (1 + mu)", "2"),
    as_a_brake=("2 * (1 + mu)", "2 * (1 - mu)"),
)


# --- clip ----------------------------------------------------------------------------------------------------


def some_gradients(rng):
    W = rng.integers(-6, 7, (2, int(rng.integers(1, 4)))) / 2.0
    W[0, 0] = 3.0
    return {"W": W, "b": rng.integers(-6, 7, 2) / 2.0}, float(rng.choice((0.5, 2.0, 50.0)))


@function_task(
    "09 clip",
    cases=[
        ({"W": np.array([[3.0, 4.0]]), "b": np.array([0.0])}, 10.0),
        ({"W": np.array([[3.0, 4.0]]), "b": np.array([0.0])}, 1.0),
        ({"W": np.array([[3.0, 0.0]]), "b": np.array([-4.0])}, 2.5),
        ({"W": np.array([[6.0, 2.0], [0.0, 3.0]]), "b": np.array([0.5, 0.0])}, 3.5),
    ],
    fresh=some_gradients,
)
def clip(grads, most):
    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
    factor = min(1, most / norm)
    return {name: g * factor for name, g in grads.items()}


clip.slips(
    each_array=lambda grads, most: {
        name: g * min(1, most / max(np.linalg.norm(g), 1e-300)) for name, g in grads.items()
    },
    each_entry=lambda grads, most: {name: np.clip(g, -most, most) for name, g in grads.items()},
    always_scaled=("min(1, most / norm)", "most / norm"),
    never_shrunk=("min(1, most / norm)", "max(1, most / norm)"),
    root_forgotten=("np.sqrt(sum((g**2).sum() for g in grads.values()))", "sum((g**2).sum() for g in grads.values())"),
    norms_added=("np.sqrt(sum((g**2).sum() for g in grads.values()))", "sum(np.linalg.norm(g) for g in grads.values())"),
    sizes_added=("np.sqrt(sum((g**2).sum() for g in grads.values()))", "sum(np.abs(g).sum() for g in grads.values())"),
    largest_entry=("np.sqrt(sum((g**2).sum() for g in grads.values()))", "max(np.abs(g).max() for g in grads.values())"),
)  # fmt: skip


# --- warmup --------------------------------------------------------------------------------------------------


def some_step(rng):
    return int(rng.integers(0, 12)), float(rng.choice((0.1, 0.5))), int(rng.integers(2, 9))


@function_task(
    "09 warmup",
    cases=[(0, 0.5, 4), (1, 0.5, 4), (3, 0.5, 4), (4, 0.5, 4), (100, 0.5, 4)],
    fresh=some_step,
)
def warmed_up(step, lr, warmup):
    return lr * min(1, (step + 1) / warmup)


warmed_up.slips(
    first_step_wasted=("(step + 1) / warmup", "step / warmup"),
    one_step_late=("(step + 1) / warmup", "(step + 1) / (warmup + 1)"),
    never_stops=("lr * min(1, (step + 1) / warmup)", "lr * (step + 1) / warmup"),
    never_begins=("min(1,", "max(1,"),
    cools_down=("lr * min(1, (step + 1) / warmup)", "lr * max(0, 1 - step / warmup)"),
    silent_while_warming=("lr * min(1, (step + 1) / warmup)", "lr if step >= warmup else 0.0"),
)


# --- resume --------------------------------------------------------------------------------------------------


def some_run(rng):
    gradients = [rng.integers(-6, 7, 2) / 2.0 + 0.25 for _ in range(int(rng.integers(1, 5)))]
    state = {
        "theta": rng.integers(-4, 5, 2) / 2.0,
        "v": rng.integers(1, 5, 2) / 4.0,
        "step": int(rng.integers(1, 4)),
    }
    return state, gradients, 0.5, 0.75, 4


BEGINNING = {"theta": np.array([1.0, 2.0]), "v": np.array([0.0, 0.0]), "step": 0}


@function_task(
    "09 resume",
    cases=[
        (BEGINNING, [np.array([2.0, -4.0])], 0.5, 0.25, 1),
        (BEGINNING, [np.array([2.0, -4.0]), np.array([1.0, 1.0])], 0.5, 0.25, 1),
        (
            {"theta": np.array([0.0, 4.0]), "v": np.array([-1.0, 2.0]), "step": 1},
            [np.array([1.0, 1.0])],
            0.25,
            0.5,
            1,
        ),
        (
            {"theta": np.array([0.0, 4.0]), "v": np.array([-1.0, 2.0]), "step": 2},
            [np.array([1.0, 1.0]), np.array([2.0, 0.0])],
            0.5,
            0.25,
            4,
        ),
    ],
    fresh=some_run,
)
def carry_on(state, gradients, lr, mu, warmup):
    theta, v, step = state["theta"], state["v"], state["step"]
    for g in gradients:
        v = mu * v - lr * min(1, (step + 1) / warmup) * g
        theta = theta + v
        step = step + 1
    return {"theta": theta, "v": v, "step": step}


def rate_on_the_step(state, gradients, lr, mu, warmup):
    """v gathers plain gradients, and the rate of each step multiplies all of it, as in PyTorch."""
    theta, v, step = state["theta"], state["v"] / lr, state["step"]
    for g in gradients:
        v = mu * v - g
        theta = theta + lr * min(1, (step + 1) / warmup) * v
        step = step + 1
    return {"theta": theta, "v": lr * v, "step": step}


carry_on.slips(
    rate_on_the_step=rate_on_the_step,
    velocity_forgotten=('state["v"]', "0 * state['v']"),
    step_forgotten=('state["step"]', "0"),
    both_forgotten=('state["v"], state["step"]', "0 * state['v'], 0"),
    velocity_not_saved=('"v": v', '"v": state["v"]'),
    step_not_saved=('"step": step', '"step": state["step"]'),
    steps_of_this_run=('"step": step', '"step": len(gradients)'),
    counted_before_the_step=("(step + 1) / warmup", "(step + 2) / warmup"),
)
