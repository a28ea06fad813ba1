"""The tasks of lecture 08: the network's gradient, its check, fair comparisons, and memory."""

from dataclasses import replace

import numpy as np

from course_utils.tasks import FunctionTask, Slip

# --- softmax and cross-entropy ------------------------------------------------------------------------------


def cross_entropy(s, t):
    s = s - s.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    rows = np.arange(len(t))
    loss = -log_p[rows, t].mean()
    p = np.exp(log_p)
    p[rows, t] -= 1
    return loss, p / len(t)


def logarithm_of_the_quotient(s, t):
    s = s - s.max(axis=1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    _, ds = cross_entropy(s, t)
    return -np.log(p[np.arange(len(t)), t]).mean(), ds


def with_the_quotient(slip):
    """The same slip in code that takes the logarithm of the quotient."""

    def function(s, t):
        return slip(s, t, right=logarithm_of_the_quotient)

    function.__name__ = f"{slip.__name__}_with_the_quotient"
    return function


def mean_forgotten_in_gradient(s, t, right=cross_entropy):
    loss, ds = right(s, t)
    return loss, ds * len(t)


def sum_for_mean(s, t, right=cross_entropy):
    loss, ds = right(s, t)
    return loss * len(t), ds * len(t)


def onehot_forgotten(s, t, right=cross_entropy):
    loss, ds = right(s, t)
    ds[np.arange(len(t)), t] += 1 / len(t)
    return loss, ds


def right_minus_said(s, t, right=cross_entropy):
    loss, ds = right(s, t)
    return loss, -ds


def divided_before_the_one(s, t, right=cross_entropy):
    """(p/n − onehot): the 1 is not divided."""
    loss, ds = right(s, t)
    ds[np.arange(len(t)), t] += 1 / len(t) - 1
    return loss, ds


def down_the_columns(s, t):
    p = np.exp(s - s.max(axis=0)) / np.exp(s - s.max(axis=0)).sum(axis=0)
    rows = np.arange(len(t))
    loss = -np.log(p[rows, t]).mean()
    p[rows, t] -= 1
    return loss, p / len(t)


def without_taking_the_largest(s, t):
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    rows = np.arange(len(t))
    loss = -np.log(p[rows, t]).mean()
    p[rows, t] -= 1
    return loss, p / len(t)


def without_minus(s, t, right=cross_entropy):
    loss, ds = right(s, t)
    return -loss, ds


def logarithm_of_an_overflow(s, t):
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    rows = np.arange(len(t))
    loss = -log_p[rows, t].mean()
    p = np.exp(log_p)
    p[rows, t] -= 1
    return loss, p / len(t)


def some_scores(rng):
    n, k = int(rng.integers(2, 5)), int(rng.integers(2, 5))
    return rng.integers(-3, 4, (n, k)).astype(float), rng.integers(0, k, n)


# --- one layer ----------------------------------------------------------------------------------------------


def layer_gradient(x, W, b, dh):
    a = x @ W + b
    da = dh * (a > 0)
    return da @ W.T, x.T @ da, da.sum(axis=0)


def mask_forgotten(x, W, b, dh):
    return dh @ W.T, x.T @ dh, dh.sum(axis=0)


def masked_by_the_gradient(x, W, b, dh):
    da = dh * (dh > 0)
    return da @ W.T, x.T @ da, da.sum(axis=0)


def masked_without_bias(x, W, b, dh):
    da = dh * (x @ W > 0)
    return da @ W.T, x.T @ da, da.sum(axis=0)


def multiplied_by_a(x, W, b, dh):
    da = dh * np.maximum(x @ W + b, 0)
    return da @ W.T, x.T @ da, da.sum(axis=0)


def mean_once_more(x, W, b, dh):
    dx, dW, db = layer_gradient(x, W, b, dh)
    return dx, dW / len(x), db / len(x)


def bias_as_mean(x, W, b, dh):
    dx, dW, db = layer_gradient(x, W, b, dh)
    return dx, dW, db / len(x)


def bias_of_the_open_units(x, W, b, dh):
    dx, dW, _ = layer_gradient(x, W, b, dh)
    return dx, dW, dh.sum(axis=0)


def mask_for_the_weights_only(x, W, b, dh):
    _, dW, db = layer_gradient(x, W, b, dh)
    return dh @ W.T, dW, db


def some_layer(rng):
    n, inputs, outputs = (int(k) for k in rng.integers(2, 5, 3))
    x, W = (rng.integers(-3, 4, shape).astype(float) for shape in ((n, inputs), (inputs, outputs)))
    # halves: no unit is at the kink
    return x, W, rng.integers(-3, 3, outputs) + 0.5, rng.integers(-4, 5, (n, outputs)) / 2


# --- the numerical gradient ---------------------------------------------------------------------------------


def bowl(theta):
    return theta[0] ** 2 / 20 + theta[1] ** 2


def product(theta):
    return np.prod(theta)


def waves(theta):
    return np.sum(np.sin(theta) * np.exp(theta / 2))


def soft_maximum(theta):
    return np.log(np.sum(np.exp(theta)))


def numerical_gradient(f, theta):
    h, gradient = 1e-5, np.zeros(len(theta))
    for i in range(len(theta)):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


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


def entries_not_put_back(f, theta):
    theta, found = theta.copy(), np.zeros(len(theta))
    for i in range(len(theta)):
        theta[i] += 1e-5
        above = f(theta)
        theta[i] -= 2e-5
        found[i] = (above - f(theta)) / 2e-5
    return found


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


# --- fair or not ----------------------------------------------------------------------------------------------

OWN = ("method", "lr")  # in what two methods may differ


def faults(ours, theirs):
    return sorted(key for key in ours if key not in ("method", "lr") and ours[key] != theirs[key])


def settings_counted_too(ours, theirs):
    return sorted(key for key in ours if ours[key] != theirs.get(key))


def names_of_what_agrees(ours, theirs):
    return sorted(key for key in ours if key not in OWN and ours[key] == theirs[key])


def seeds_only(ours, theirs):
    return ["seeds"] if ours["seeds"] != theirs["seeds"] else []


def number_of_seeds_only(ours, theirs):
    return [key for key in faults(ours, theirs) if key != "seeds" or len(ours[key]) != len(theirs[key])]


def lr_counted_too(ours, theirs):
    return sorted([*faults(ours, theirs), *(["lr"] if ours["lr"] != theirs["lr"] else [])])


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


# --- memory ---------------------------------------------------------------------------------------------------

KEPT = {"SGD": 0, "Momentum": 1, "Nesterov": 1, "AdaGrad": 1, "RMSProp": 1, "Adam": 2, "AdamW": 2}


def numbers_kept(method, sizes):
    size = sum(sizes[i] * sizes[i + 1] + sizes[i + 1] for i in range(len(sizes) - 1))
    if method == "SGD":
        return 0
    return 2 * size if method in ("Adam", "AdamW") else size


def weights_alone(method, sizes):
    return KEPT[method] * sum(sizes[i] * sizes[i + 1] for i in range(len(sizes) - 1))


def biases_of_the_inputs_too(method, sizes):
    return KEPT[method] * (sum(sizes[i] * sizes[i + 1] for i in range(len(sizes) - 1)) + sum(sizes))


def parameters_counted_too(method, sizes):
    return numbers_kept(method, sizes) + numbers_kept("Momentum", sizes)


def adam_as_one(method, sizes):
    return 0 if method == "SGD" else numbers_kept("Momentum", sizes)


def parameters_for_all(method, sizes):
    return numbers_kept("Momentum", sizes)


def first_layers_only(method, sizes):
    return numbers_kept(method, sizes[:3])


def some_network(rng):
    sizes = tuple(int(k) for k in rng.integers(2, 30, int(rng.integers(3, 6))))
    return str(rng.choice(list(KEPT))), sizes


#: what goes wrong in both ways of writing the loss
LOSS = (
    Slip(
        mean_forgotten_in_gradient,
        "the gradient is that of the sum over the images, while the loss is a mean",
        "Each image's loss counts 1/n. So does each row of the gradient.",
    ),
    Slip(
        sum_for_mean,
        "the losses of the images are added up",
        "The loss is the mean over the images, and the gradient is that of the mean.",
    ),
    Slip(
        onehot_forgotten,
        "the gradient is p/n, without the 1 at the right digit",
        "Differentiate −s_c + log Σ eˢ: the first term gives something too.",
    ),
    Slip(
        right_minus_said,
        "the gradient has the sign of onehot − p",
        "The gradient points uphill: where the loss grows. A larger score of a wrong digit makes it grow.",
    ),
    Slip(
        divided_before_the_one,
        "p is divided by n and the 1 is not",
        "Divide the whole difference by n, after the 1 was taken away.",
    ),
    Slip(
        without_minus,
        "the loss is the mean of log p, without its minus",
        "A logarithm of a probability is at most 0; a loss is at least 0.",
    ),
)

TASKS = {
    "cross-entropy": FunctionTask(
        cross_entropy,
        cases=[
            (np.array([[0.0, 0.0]]), np.array([0])),
            (np.array([[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]), np.array([1, 3])),
            (np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([0, 0])),
            (np.array([[1000.0, 1001.0], [0.0, -1000.0]]), np.array([0, 0])),
            (np.array([[0.0, -1000.0]]), np.array([1])),
        ],
        mistakes=(
            *LOSS,
            *(replace(slip, function=with_the_quotient(slip.function)) for slip in LOSS),
            Slip(
                down_the_columns,
                "softmax runs down the columns, over the images",
                "Each image, a row, has probabilities of its own: sum with axis=1, keepdims=True.",
            ),
            Slip(
                without_taking_the_largest,
                "exponentials of large scores overflow",
                "Take the largest score of each row away first: that changes no probability.",
            ),
            Slip(
                logarithm_of_an_overflow,
                "exponentials of large scores overflow",
                "Take the largest score of each row away first: that changes no probability.",
            ),
            Slip(
                logarithm_of_the_quotient,
                "the logarithm is taken of a probability that was rounded to 0",
                "e⁻¹⁰⁰⁰ is 0 in a float, but its logarithm is −1000. Write log p_c as s_c − log Σ eˢ: no quotient is needed.",
            ),
        ),
        fresh=some_scores,
        hints=(
            "First the probabilities, row by row. From them come both results: the loss and the gradient.",
            "Take s.max(axis=1, keepdims=True) away before np.exp. The logarithm of p is s − log Σ eˢ, without a quotient that might "
            "be rounded to 0. [np.arange(n), t] picks the entry of the right digit in each row.",
            "A similar case: of an array q, take 2 away in column t of each row, and halve everything.\n"
            "    q[np.arange(len(t)), t] -= 2\n    q / 2",
        ),
        why="What the network says minus what is right, over n. log p is taken as s − log Σ eˢ: the quotient p may be rounded to 0, and its "
        "logarithm would be infinite. No exponential or logarithm is left in the gradient: that is "
        "why softmax and cross-entropy are used together.",
    ),
    "layer": FunctionTask(
        layer_gradient,
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
        mistakes=(
            Slip(
                mask_forgotten,
                "the gradient goes through shut units too",
                "Where a = xW + b is below 0 the ReLU is flat, and its slope is 0.",
            ),
            Slip(
                masked_by_the_gradient,
                "the mask looks at dh, and not at a",
                "Whether a unit is open was decided on the way forward: by a = xW + b.",
            ),
            Slip(
                masked_without_bias,
                "the mask looks at xW, without b",
                "The unit sees a = xW + b, its bias included.",
            ),
            Slip(
                multiplied_by_a,
                "dh is multiplied by the output of the ReLU",
                "The chain rule wants its slope: 1 where a > 0, 0 where a < 0.",
            ),
            Slip(
                mean_once_more,
                "the gradients by W and b are divided by n again",
                "The 1/n is in dh already: the loss put it there.",
            ),
            Slip(
                bias_as_mean,
                "the gradient by b is a mean over the images",
                "b is added to every row, so its gradient is the sum over the rows.",
            ),
            Slip(
                bias_of_the_open_units,
                "the gradient by b takes dh, before the mask",
                "b goes into a, and so into h only where the unit is open.",
            ),
            Slip(
                mask_for_the_weights_only,
                "the gradient by x takes dh, before the mask",
                "x, too, reaches h only through open units.",
            ),
        ),
        fresh=some_layer,
        hints=(
            "Walk back in the order of the lecture: first from h to a, then from a to W, to b and to x.",
            "da = dh where a > 0, else 0. Then look at shapes: dW has the shape of W, dx that of x. Which products of x, W "
            "and da have these shapes?",
            "A similar case: for y = x V, without bias and ReLU, and dy given,\n    dx = dy @ V.T\n    dV = x.T @ dy",
        ),
        why="Six lines are enough for any depth: what one layer returns as dx is the dh of the layer before it.",
    ),
    "numerical": FunctionTask(
        numerical_gradient,
        cases=[
            (bowl, np.array([-7.0, 2.0])),
            (product, np.array([2.0, 3.0, 4.0])),
            (waves, np.array([0.5, 1.0])),
            (soft_maximum, np.array([1.0, 2.0, 0.5])),
        ],
        mistakes=(
            *(
                Slip(
                    f,
                    "the difference is taken to one side only",
                    "f(θ + h) − f(θ) is wrong by about h/2 · f''. From both sides that part cancels.",
                )
                for f in one_sided
            ),
            *(
                Slip(
                    f,
                    "h is so small that rounding decides",
                    "Both values agree in nearly all their digits; ε/h is what remains wrong. Take a larger h.",
                )
                for f in too_small
            ),
            *(
                Slip(
                    f,
                    "h is so large that the curve bends in between",
                    "The formula is wrong by about h²/6 · f'''. Take a smaller h.",
                )
                for f in too_large
            ),
            Slip(
                divided_by_h,
                "the difference is divided by h",
                "From θ − h to θ + h it is a stretch of 2h.",
            ),
            Slip(
                all_at_once,
                "all entries are moved together",
                "A partial derivative moves one entry; the others stay where they are.",
            ),
            Slip(
                entries_not_put_back,
                "an entry is not put back before the next one is moved",
                "Start from a fresh copy of θ for each entry.",
            ),
        ),
        fresh=some_function,
        rtol=2e-8,
        hints=(
            "One entry at a time: move it up by h, move it down by h, and divide the difference of the two values.",
            "Copy theta for each side: above = theta.copy(); above[i] += h. The lecture's picture shows which h has the "
            "smallest error.",
            "A similar case: the slope of sin at x, measured from the right side only, which is less exact:\n"
            "    (np.sin(x + h) - np.sin(x)) / h",
        ),
        why="Central, because the error is h² and not h. h near 1e-5, where h² and ε/h balance. It costs two evaluations for "
        "each parameter: a check, and no way to train.",
    ),
    "faults": FunctionTask(
        faults,
        cases=[
            (report("Adam", 0.01), report("SGD", 0.3)),
            (report("Adam", 0.01, epochs=20), report("SGD", 0.3)),
            (report("Adam", 0.01, seeds=(5, 6, 7, 8, 9)), report("SGD", 0.3)),
            (report("Adam", 0.01, tries=50, tuned_on="test"), report("SGD", 0.3, tries=1)),
        ],
        mistakes=(
            Slip(
                settings_counted_too,
                "the method and its learning rate are named as faults",
                "Two methods may differ in these: they are what is compared. Leave them out.",
            ),
            Slip(
                lr_counted_too,
                "another learning rate is named as a fault",
                "A learning rate means something else to each method: it has to differ.",
            ),
            Slip(names_of_what_agrees, "the names of what agrees are given", "Asked for is what differs."),
            Slip(
                seeds_only,
                "only the seeds are compared",
                "Epochs, batches, tries and the data for tuning must agree too.",
            ),
            Slip(
                number_of_seeds_only,
                "only the number of seeds is compared",
                "Other seeds are other weights and other batches: five against five is not enough.",
            ),
        ),
        fresh=two_reports,
        hints=(
            "Go through the keys of one report, and compare the values of the two.",
            'Leave out the keys in which two methods may differ, "method" and "lr"; sorted(...) makes the list.',
            "A similar case: the keys in which a dict holds 0, in order:\n"
            "    sorted(key for key in counts if counts[key] == 0)",
        ),
        why="Everything but the method and its own settings must be equal. A program can check that; whether the grid was wide "
        "enough, you must still see for yourself.",
    ),
    "floats": FunctionTask(
        numbers_kept,
        cases=[
            ("SGD", (2, 3, 1)),
            ("Momentum", (2, 3, 1)),
            ("Nesterov", (2, 3, 1)),
            ("Adam", (2, 3, 1)),
            ("AdaGrad", (784, 50, 10)),
            ("AdamW", (784, 50, 10)),
            ("RMSProp", (784, 100, 50, 10)),
        ],
        mistakes=(
            Slip(
                weights_alone,
                "the biases are forgotten",
                "Each unit behind the inputs has a bias of its own.",
            ),
            Slip(
                biases_of_the_inputs_too,
                "the inputs have biases too",
                "An input is given; only the units of the later layers have a bias.",
            ),
            Slip(
                parameters_counted_too,
                "the parameters are counted too",
                "Asked for is what the optimizer keeps beside them.",
            ),
            Slip(
                adam_as_one,
                "Adam keeps one number for each parameter",
                "It keeps an average of g, and an average of g².",
            ),
            Slip(
                parameters_for_all,
                "every method keeps one number for each parameter",
                "SGD remembers nothing, and Adam remembers two averages.",
            ),
            Slip(
                first_layers_only,
                "only the first two layers of weights are counted",
                "sizes may have any length: go through all neighbours in it.",
            ),
        ),
        fresh=some_network,
        hints=(
            "First count the parameters. Then ask what the method remembers for each of them: v? s? m and s?",
            "Between layers of sizes m and n lie m·n weights and n biases. Add them up over all neighbours in sizes.",
            "A similar case: the sum of the products of neighbours in a tuple:\n"
            "    sum(sizes[i] * sizes[i + 1] for i in range(len(sizes) - 1))",
        ),
        why="Nothing, one or two numbers for each parameter: for a network with 10⁹ parameters in float32, Adam's two are 8 GB.",
    ),
}
