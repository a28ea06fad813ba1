"""The tasks of lecture 08: the network's gradient, its check, fair comparisons, and memory."""

import functools

import numpy as np

from course_utils.practice.tasks import function_task

# --- cross-entropy -------------------------------------------------------------------------------------------


def logarithm_of_the_quotient(y, t):
    y = y - y.max(axis=1, keepdims=True)
    p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
    _, dy = cross_entropy(y, t)
    return -np.log(p[np.arange(len(t)), t]).mean(), dy


def mean_forgotten_in_gradient(y, t, right=None):
    loss, dy = (right or cross_entropy)(y, t)
    return loss, dy * len(t)


def sum_for_mean(y, t, right=None):
    loss, dy = (right or cross_entropy)(y, t)
    return loss * len(t), dy * len(t)


def onehot_forgotten(y, t, right=None):
    loss, dy = (right or cross_entropy)(y, t)
    dy[np.arange(len(t)), t] += 1 / len(t)
    return loss, dy


def right_minus_said(y, t, right=None):
    loss, dy = (right or cross_entropy)(y, t)
    return loss, -dy


def divided_before_the_one(y, t, right=None):
    """(p/B − onehot): the 1 is not divided."""
    loss, dy = (right or cross_entropy)(y, t)
    dy[np.arange(len(t)), t] += 1 / len(t) - 1
    return loss, dy


def down_the_columns(y, t):
    p = np.exp(y - y.max(axis=0)) / np.exp(y - y.max(axis=0)).sum(axis=0)
    rows = np.arange(len(t))
    loss = -np.log(p[rows, t]).mean()
    p[rows, t] -= 1
    return loss, p / len(t)


def without_taking_the_largest(y, t):
    p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
    rows = np.arange(len(t))
    loss = -np.log(p[rows, t]).mean()
    p[rows, t] -= 1
    return loss, p / len(t)


def without_minus(y, t, right=None):
    loss, dy = (right or cross_entropy)(y, t)
    return -loss, dy


def some_scores(rng):
    n, k = int(rng.integers(2, 5)), int(rng.integers(2, 5))
    return rng.integers(-3, 4, (n, k)).astype(float), rng.integers(0, k, n)


def either_way(slip):
    """A slip, and the same slip in code that takes the logarithm of the quotient."""
    return [slip, functools.partial(slip, right=logarithm_of_the_quotient)]


@function_task(
    "08 cross-entropy",
    cases=[
        (np.array([[0.0, 0.0]]), np.array([0])),
        (np.array([[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]), np.array([1, 3])),
        (np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([0, 0])),
        (np.array([[1000.0, 1001.0], [0.0, -1000.0]]), np.array([0, 0])),
        (np.array([[0.0, -1000.0]]), np.array([1])),
    ],
    fresh=some_scores,
)
def cross_entropy(y, t):
    y = y - y.max(axis=1, keepdims=True)
    log_p = y - np.log(np.exp(y).sum(axis=1, keepdims=True))
    rows = np.arange(len(t))
    loss = -log_p[rows, t].mean()
    p = np.exp(log_p)
    p[rows, t] -= 1
    return loss, p / len(t)


cross_entropy.slips(
    mean_forgotten_in_gradient=either_way(mean_forgotten_in_gradient),
    sum_for_mean=either_way(sum_for_mean),
    onehot_forgotten=either_way(onehot_forgotten),
    right_minus_said=either_way(right_minus_said),
    divided_before_the_one=either_way(divided_before_the_one),
    without_minus=either_way(without_minus),
    down_the_columns=down_the_columns,
    without_taking_the_largest=without_taking_the_largest,
    logarithm_of_an_overflow=("y = y - y.max(axis=1, keepdims=True)\n    ", ""),
    logarithm_of_the_quotient=logarithm_of_the_quotient,
)


# --- layer ---------------------------------------------------------------------------------------------------


def some_layer(rng):
    n, inputs, outputs = (int(k) for k in rng.integers(2, 5, 3))
    x, W = (rng.integers(-3, 4, shape).astype(float) for shape in ((n, inputs), (inputs, outputs)))
    # halves: no unit is at the kink
    return x, W, rng.integers(-3, 3, outputs) + 0.5, rng.integers(-4, 5, (n, outputs)) / 2


@function_task(
    "08 layer",
    cases=[
        (np.array([[1.0, 2.0]]), np.array([[1.0], [1.0]]), np.array([0.0]), np.array([[1.0]])),
        (
            np.array([[1.0, 2.0]]),
            np.array([[1.0, -1.0], [1.0, 0.0]]),
            np.array([0.0, 0.5]),
            np.array([[2.0, 3.0]]),
        ),
        (
            np.array([[1.0, 0.0, 2.0], [-1.0, 3.0, 1.0]]),
            np.array([[1.0, 2.0], [0.0, -1.0], [1.0, 1.0]]),
            np.array([0.5, -1.5]),
            np.array([[1.0, -1.0], [2.0, 4.0]]),
        ),
    ],
    fresh=some_layer,
)
def layer_gradient(x, W, b, dr):
    a = x @ W + b
    da = dr * (a > 0)
    return da @ W.T, x.T @ da, da.sum(axis=0)


layer_gradient.slips(
    mask_forgotten=lambda x, W, b, dr: (dr @ W.T, x.T @ dr, dr.sum(axis=0)),
    masked_by_the_gradient=("(a > 0)", "(dr > 0)"),
    masked_without_bias=("(a > 0)", "(x @ W > 0)"),
    multiplied_by_a=("(a > 0)", "np.maximum(x @ W + b, 0)"),
    mean_once_more=(
        "return da @ W.T, x.T @ da, da.sum(axis=0)",
        "dx, dW, db = layer_gradient(x, W, b, dr)\n    return dx, dW / len(x), db / len(x)",
    ),
    bias_as_mean=(
        "return da @ W.T, x.T @ da, da.sum(axis=0)",
        "dx, dW, db = layer_gradient(x, W, b, dr)\n    return dx, dW, db / len(x)",
    ),
    bias_of_the_open_units=(
        "return da @ W.T, x.T @ da, da.sum",
        "dx, dW, _ = layer_gradient(x, W, b, dr)\n    return dx, dW, dr.sum",
    ),
    mask_for_the_weights_only=(
        "return da @ W.T, x.T @ da, da.sum(axis=0)",
        "_, dW, db = layer_gradient(x, W, b, dr)\n    return dr @ W.T, dW, db",
    ),
)


# --- numerical -----------------------------------------------------------------------------------------------


def bowl(theta):
    return theta[0] ** 2 / 20 + theta[1] ** 2


def product(theta):
    return np.prod(theta)


def waves(theta):
    return np.sum(np.sin(theta) * np.exp(theta / 2))


def soft_maximum(theta):
    return np.log(np.sum(np.exp(theta)))


def entries_not_put_back(f, theta):
    theta, found = theta.copy(), np.zeros(len(theta))
    for i in range(len(theta)):
        theta[i] += 1e-5
        above = f(theta)
        theta[i] -= 2e-5
        found[i] = (above - f(theta)) / 2e-5
    return found


def _difference(h, forward=False, divide=2.0, together=False):
    """A difference quotient with a flaw."""

    def gradient(f, theta):
        found = np.zeros(len(theta))
        for i in range(len(theta)):
            above, below = theta.copy(), theta.copy()
            above[slice(None) if together else i] += h
            if not forward:
                below[slice(None) if together else i] -= h
            found[i] = (f(above) - f(below)) / (h if forward else divide * h)
        return found

    return gradient


def _named(name, function):
    function.__name__ = name
    return function


one_sided = [
    _named(f"one_sided_{k}", _difference(h, forward=True)) for k, h in enumerate((1e-4, 1e-5, 1e-6, 1e-7))
]


too_small = [
    _named(f"too_small_{k}", _difference(h)) for k, h in enumerate((1e-9, 1e-10, 1e-11, 1e-12, 1e-13))
]


too_large = [_named(f"too_large_{k}", _difference(h)) for k, h in enumerate((0.1, 0.01, 1e-3))]


divided_by_h = _named("divided_by_h", _difference(1e-5, divide=1.0))


all_at_once = _named("all_at_once", _difference(1e-5, together=True))


def some_function(rng):
    f = (product, waves, soft_maximum)[int(rng.integers(3))]
    return f, rng.integers(1, 8, int(rng.integers(2, 5))) / 4


@function_task(
    "08 numerical",
    cases=[
        (bowl, np.array([-7.0, 2.0])),
        (product, np.array([2.0, 3.0, 4.0])),
        (waves, np.array([0.5, 1.0])),
        (soft_maximum, np.array([1.0, 2.0, 0.5])),
    ],
    fresh=some_function,
    rtol=2e-8,
)
def numerical_gradient(f, theta):
    h, gradient = 1e-5, np.zeros(len(theta))
    for i in range(len(theta)):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


numerical_gradient.slips(
    one_sided=one_sided,
    too_small=too_small,
    too_large=too_large,
    divided_by_h=divided_by_h,
    all_at_once=all_at_once,
    entries_not_put_back=entries_not_put_back,
)


# --- faults --------------------------------------------------------------------------------------------------


def report(method, lr, seeds=(0, 1, 2, 3, 4), epochs=10, batch_size=100, tries=5, tuned_on="validation"):
    """What a paper says on its trainings with one method."""
    return {
        "method": method,
        "lr": lr,
        "seeds": list(seeds),
        "epochs": epochs,
        "batch_size": batch_size,
        "tries": tries,
        "tuned_on": tuned_on,
    }


def two_reports(rng):
    def one(method):
        return report(
            method,
            float(rng.choice((0.01, 0.1, 0.3))),
            seeds=range(5) if rng.random() < 0.6 else range(5, 10),
            epochs=int(rng.choice((5, 10))),
            batch_size=int(rng.choice((100, 200))),
            tries=int(rng.choice((1, 5))),
            tuned_on=str(rng.choice(("validation", "test"))),
        )

    return one("Adam"), one("SGD")


@function_task(
    "08 faults",
    cases=[
        (report("Adam", 0.01), report("SGD", 0.3)),
        (report("Adam", 0.01, epochs=20), report("SGD", 0.3)),
        (report("Adam", 0.01, seeds=(5, 6, 7, 8, 9)), report("SGD", 0.3)),
        (report("Adam", 0.01, tries=50, tuned_on="test"), report("SGD", 0.3, tries=1)),
    ],
    fresh=two_reports,
)
def faults(ours, theirs):
    return sorted(key for key in ours if key not in ("method", "lr") and ours[key] != theirs[key])


faults.slips(
    settings_counted_too=lambda ours, theirs: sorted(key for key in ours if ours[key] != theirs.get(key)),
    lr_counted_too=lambda ours, theirs: sorted(
        [*faults(ours, theirs), *(["lr"] if ours["lr"] != theirs["lr"] else [])]
    ),
    names_of_what_agrees=('("method", "lr") and ours[key] !', "OWN and ours[key] ="),
    seeds_only=lambda ours, theirs: ["seeds"] if ours["seeds"] != theirs["seeds"] else [],
    number_of_seeds_only=lambda ours, theirs: [
        key for key in faults(ours, theirs) if key != "seeds" or len(ours[key]) != len(theirs[key])
    ],
)


# --- floats --------------------------------------------------------------------------------------------------


KEPT = {"SGD": 0, "Momentum": 1, "Nesterov": 1, "AdaGrad": 1, "RMSProp": 1, "Adam": 2, "AdamW": 2}


def some_network(rng):
    sizes = tuple(int(k) for k in rng.integers(2, 30, int(rng.integers(3, 6))))
    return str(rng.choice(list(KEPT))), sizes


@function_task(
    "08 floats",
    cases=[
        ("SGD", (2, 3, 1)),
        ("Momentum", (2, 3, 1)),
        ("Nesterov", (2, 3, 1)),
        ("Adam", (2, 3, 1)),
        ("AdaGrad", (784, 50, 10)),
        ("AdamW", (784, 50, 10)),
        ("RMSProp", (784, 100, 50, 10)),
    ],
    fresh=some_network,
)
def numbers_kept(method, sizes):
    size = sum(sizes[i] * sizes[i + 1] + sizes[i + 1] for i in range(len(sizes) - 1))
    if method == "SGD":
        return 0
    return 2 * size if method in ("Adam", "AdamW") else size


numbers_kept.slips(
    weights_alone=lambda method, sizes: (
        KEPT[method] * sum(sizes[i] * sizes[i + 1] for i in range(len(sizes) - 1))
    ),
    biases_of_the_inputs_too=lambda method, sizes: (
        KEPT[method] * (sum(sizes[i] * sizes[i + 1] for i in range(len(sizes) - 1)) + sum(sizes))
    ),
    parameters_counted_too=lambda method, sizes: (
        numbers_kept(method, sizes) + numbers_kept("Momentum", sizes)
    ),
    adam_as_one=lambda method, sizes: 0 if method == "SGD" else numbers_kept("Momentum", sizes),
    parameters_for_all=lambda method, sizes: numbers_kept("Momentum", sizes),
    first_layers_only=lambda method, sizes: numbers_kept(method, sizes[:3]),
)


OWN = ("method", "lr")  # in what two methods may differ
