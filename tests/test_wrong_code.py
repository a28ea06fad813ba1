"""Code that is wrong and once passed: each attempt is refused, and the case that refuses it shows why."""

import math

import numpy as np
import pytest

from course_utils.landscapes import SADDLE
from course_utils.practice.tasks import task

# --- functions ------------------------------------------------------------------------------------------------


def walk_of_two_coordinates(gradient, start, lr, steps):
    x, y = start[0], start[1]
    for _ in range(steps):
        g = gradient(np.array([x, y]))
        x, y = x - lr * g[0], y - lr * g[1]
    return np.array([x, y])


def last_row_without_a_look(start, lr, noise):
    u, w = start
    for steps, (a, b) in enumerate(noise):
        error = u * w - 1
        if error**2 / 2 < 0.1:
            return steps
        u, w = u - lr * (error * w + a), w - lr * (error * u + b)
    return None


def at_most_150_steps(lr, mu):
    x, v = 1e-6, 0.0
    for steps in range(150):
        if abs(x) >= 1:
            return steps
        v = mu * v + lr * x
        x += v
    return 150


def first_compared_with_equals(first, second, lr, mu):
    if math.isclose(first, -(1 - mu) * lr):
        return "average"
    move, kept = second - first, -mu * lr - lr / 10
    if first == -lr:
        return "book" if math.isclose(move, kept) else "PyTorch"
    return "Keras Nesterov" if math.isclose(move, mu * kept - lr / 10) else "PyTorch Nesterov"


def logarithm_of_p(s, t):
    s = s - s.max(axis=1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    rows = np.arange(len(t))
    loss = -np.log(p[rows, t]).mean()
    p[rows, t] -= 1
    return loss, p / len(t)


def logarithm_of_p_and_a_little(s, t):
    s = s - s.max(axis=1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    rows = np.arange(len(t))
    loss = -np.log(p[rows, t] + 1e-12).mean()
    p[rows, t] -= 1
    return loss, p / len(t)


def nesterov_as_two(method, sizes):
    size = sum((sizes[i] + 1) * sizes[i + 1] for i in range(len(sizes) - 1))
    if method == "SGD":
        return 0
    return 2 * size if method in ("Adam", "AdamW", "Nesterov") else size


def by_its_name(method):
    return "Momentum" in method.__name__


def points_compared_with_equals(method):
    optimizer, params = method(lr=0.5, momentum=0.25), {"theta": np.array([8.0, 16.0])}
    for x, y in (0, 12), (-8, 11), (-15.5, 14.75):
        optimizer.update(params, {"theta": SADDLE.gradient(params["theta"])})
        if params["theta"][0] != x or params["theta"][1] != y:
            return False
    return True


def only_the_last_point(method):
    optimizer, params = method(lr=0.5, momentum=0.25), {"theta": np.array([8.0, 16.0])}
    for _ in range(3):
        optimizer.update(params, {"theta": SADDLE.gradient(params["theta"])})
    return np.allclose(params["theta"], (-15.5, 14.75))


def kind_with(tolerance):
    def kind(hessian):
        values = np.linalg.eigvalsh(hessian)
        if values.min() < -tolerance and values.max() > tolerance:
            return "saddle"
        if values.min() > tolerance:
            return "minimum"
        return "maximum" if values.max() < -tolerance else "undecided"

    kind.__name__ = f"kind_with_{tolerance:g}"
    return kind


REFUSED = [
    ("01 walk", walk_of_two_coordinates, "(twice_theta, [16, 8, 4], 0.25, 2)\n  expected [4, 2, 1]\n"),
    ("03 silence", last_row_without_a_look, "([0.5, 1], 0.5, [[0, 0]])\n  expected 1\n"),
    ("04 escape", at_most_150_steps, "(0.01, 0)\n  expected 1389\n"),
    ("05 witness", first_compared_with_equals, "This is what comes out when floats are compared with =="),
    ("08 cross-entropy", logarithm_of_p, "([[0, -1000]], [1])\n  expected (1000, [[1, -1]])\n  got      (inf, "),
    ("08 cross-entropy", logarithm_of_p_and_a_little, "  expected (1000, [[1, -1]])\n  got      (27.631, "),
    ("08 floats", nesterov_as_two, "('Nesterov', (2, 3, 1))\n  expected 13\n"),
    ("bugs test", by_its_name, "(UphillMomentum)\n  expected False\n"),
    ("bugs test", points_compared_with_equals, "(LastDigitOff)\n  expected True\n"),
    ("bugs test", only_the_last_point, "(StumblesFirst)\n  expected False\n"),
    ("03 kind", kind_with(1.0), "([[-2, 1], [1, -2]])\n  expected 'maximum'\n"),
    ("03 kind", kind_with(0.5), "([[1e-06, 0], [0, 2]])\n  expected 'minimum'\n"),
    ("03 kind", kind_with(1e-3), "([[1e-06, 0], [0, 2]])\n  expected 'minimum'\n"),
    ("03 kind", kind_with(2e-9), "1.5e-09"),
    ("03 kind", kind_with(5e-10), "7e-10"),
]  # fmt: skip


@pytest.mark.parametrize("name, function, shown", REFUSED, ids=[f"{n}: {f.__name__}" for n, f, _ in REFUSED])
def test_wrong_code_is_refused_by_a_case_that_shows_why(name, function, shown):
    verdict = task(name).examine(function)
    assert verdict.state == "not yet"
    assert shown in str(verdict), str(verdict)


def test_an_answer_within_the_tolerance_is_right():
    assert task("03 kind").examine(kind_with(1e-9)).state == "right"


# --- classes --------------------------------------------------------------------------------------------------


class SGDByPosition:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for p, g in zip(params.values(), grads.values(), strict=True):
            p -= self.lr * g


class MomentumByPosition:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum, self.v = lr, momentum, None

    def update(self, params, grads):
        if self.v is None:
            self.v = [np.zeros_like(p) for p in params.values()]
        for k, (p, g) in enumerate(zip(params.values(), grads.values(), strict=True)):
            self.v[k] = self.momentum * self.v[k] - self.lr * g
            p += self.v[k]


class MomentumByName(MomentumByPosition):
    def update(self, params, grads):
        super().update(params, {name: grads[name] for name in params})


@pytest.mark.parametrize(
    "name, method",
    [("02 sgd", SGDByPosition), ("04 momentum", MomentumByPosition), ("bugs stuck", MomentumByPosition)],
)
def test_gradients_taken_by_position_are_refused(name, method):
    verdict = task(name).examine(method)
    assert verdict.state == "not yet"
    assert verdict.called == "gradients in another order than params"
    assert verdict.findings == (
        "An array moves by the gradient of another one: take each gradient by its name, grads[name], wherever it stands in grads.",
    )


def test_gradients_taken_by_name_are_right():
    assert task("04 momentum").examine(MomentumByName).state == "right"
