"""Right code as students write it, and slips in it, one edit each: what a check should find by itself.

SLIPS = [(task, the right code, (old, new), the kind of edit that undoes it), ...]
"""

import itertools
import linecache
import math

import numpy as np

from course_utils.landscapes import BOWL, SADDLE

_cells = itertools.count()


def typed(code, names=None):
    """What a cell with this code defines last; its lines are kept, as a notebook keeps them."""
    file = f"<cell {next(_cells)}>"
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    scope = {"np": np, "math": math, "BOWL": BOWL, "SADDLE": SADDLE, "__name__": "__main__", **(names or {})}
    before = set(scope)
    exec(compile(code, file, "exec"), scope)
    return [value for name, value in scope.items() if name not in before and name != "__builtins__"][-1]


RIGHT = {
    "01 knobs": """
def count(sizes):
    knobs = 0
    for i in range(1, len(sizes)):
        weights = sizes[i - 1] * sizes[i]
        biases = sizes[i]
        knobs += weights + biases
    return knobs
""",
    "01 walk": """
def gradient_descent(gradient, start, lr, steps):
    theta = np.array(start, dtype=float)
    for k in range(steps):
        g = gradient(theta)
        theta = theta - lr * g
    return theta
""",
    "02 variance": """
def batch_variance(values, batch, replace):
    n = len(values)
    mean = sum(values) / n
    total = 0
    for value in values:
        total += (value - mean) ** 2
    one = total / n
    if replace:
        return one / batch
    return one / batch * (n - batch) / (n - 1)
""",
    "02 growing": """
def variance_after(steps, lr, curvature, gradient_variance):
    factor = 1 - lr * curvature
    variance = 0.0
    for k in range(steps):
        fresh = lr**2 * gradient_variance
        variance = factor**2 * variance + fresh
    return variance
""",
    "03 gradient": """
def gradient(u, w, alpha):
    error = u * w - 1
    du = error * w + alpha * u
    dw = error * u + alpha * w
    return np.array([du, dw])
""",
    "03 silence": """
def steps_to_learn(start, lr, noise):
    u, w = start
    for steps in range(len(noise) + 1):
        error = u * w - 1
        loss = error**2 / 2
        if loss < 0.1:
            return steps
        if steps < len(noise):
            a, b = noise[steps]
            du = error * w + a
            dw = error * u + b
            u = u - lr * du
            w = w - lr * dw
    return None
""",
    "03 kind": """
def kind(hessian):
    values = np.linalg.eigvalsh(hessian)
    up = values.max() > 1e-9
    down = values.min() < -1e-9
    if up and down:
        return "saddle"
    if values.min() > 1e-9:
        return "minimum"
    if values.max() < -1e-9:
        return "maximum"
    return "undecided"
""",
    "03 step": """
def best_step(curvatures):
    least = min(curvatures)
    greatest = max(curvatures)
    lr = 2 / (least + greatest)
    factor = (greatest - least) / (greatest + least)
    return lr, factor
""",
    "04 step": """
def momentum_step(theta, v, g, lr, mu):
    push = lr * g
    v = mu * v - push
    theta = theta + v
    return theta, v
""",
    "04 sum": """
def velocity_as_sum(gradients, lr, mu):
    total = 0.0
    n = len(gradients)
    for i in range(n):
        age = n - 1 - i
        total += mu**age * gradients[i]
    return -lr * total
""",
    "04 escape": """
def escape_steps(lr, mu):
    x, v, steps = 1e-6, 0.0, 0
    while abs(x) < 1:
        v = mu * v + lr * x
        x = x + v
        steps += 1
    return steps
""",
    "06 rate": """
def rate(lr, mu, curvature):
    trace = 1 + mu - lr * curvature
    discriminant = trace**2 - 4 * mu
    if discriminant < 0:
        return np.sqrt(mu)
    root = np.sqrt(discriminant)
    return (abs(trace) + root) / 2
""",
    "06 best": """
def best_pair(curvatures):
    low, high = min(curvatures), max(curvatures)
    lr = 4 / (np.sqrt(low) + np.sqrt(high)) ** 2
    root = np.sqrt(high / low)
    mu = ((root - 1) / (root + 1)) ** 2
    return lr, mu
""",
    "06 unrolled": """
def unrolled(start, gradients, lr, mu):
    theta = start
    n = len(gradients)
    for i in range(n):
        weight = (1 - mu ** (n - i)) / (1 - mu)
        theta = theta - lr * weight * gradients[i]
    return theta
""",
    "07 adagrad": """
def adagrad_step(theta, s, g, lr, eps):
    s = s + g**2
    root = np.sqrt(s)
    step = lr * g / (root + eps)
    return theta - step, s
""",
    "07 adam": """
def adam(start, gradients, lr, beta1, beta2, eps, corrected):
    theta, m, s = start, 0.0, 0.0
    t = 0
    for g in gradients:
        t += 1
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        a, b = m, s
        if corrected:
            a = m / (1 - beta1**t)
            b = s / (1 - beta2**t)
        theta = theta - lr * a / (np.sqrt(b) + eps)
    return theta
""",
    "08 cross-entropy": """
def cross_entropy(s, t):
    n = len(t)
    s = s - s.max(axis=1, keepdims=True)
    e = np.exp(s)
    total = e.sum(axis=1, keepdims=True)
    p = e / total
    log_p = s - np.log(total)
    loss = -log_p[np.arange(n), t].mean()
    grad = p.copy()
    grad[np.arange(n), t] -= 1
    return loss, grad / n
""",
    "08 layer": """
def layer_gradient(x, W, b, dh):
    a = x @ W + b
    mask = a > 0
    da = dh * mask
    dx = da @ W.T
    dW = x.T @ da
    db = da.sum(axis=0)
    return dx, dW, db
""",
    "08 numerical": """
def numerical_gradient(f, theta):
    h = 1e-5
    grad = np.zeros(len(theta))
    for i in range(len(theta)):
        above = theta.copy()
        below = theta.copy()
        above[i] += h
        below[i] -= h
        grad[i] = (f(above) - f(below)) / (2 * h)
    return grad
""",
    "08 floats": """
def numbers_kept(method, sizes):
    size = 0
    for i in range(len(sizes) - 1):
        size += sizes[i] * sizes[i + 1]
        size += sizes[i + 1]
    if method == "SGD":
        return 0
    if method in ("Adam", "AdamW"):
        return 2 * size
    return size
""",
    "bugs history": """
def history(start, lr, steps):
    theta = np.array(start, dtype=float)
    rows = [theta.copy()]
    for k in range(steps):
        g = BOWL.gradient(theta)
        theta -= lr * g
        rows.append(theta.copy())
    return rows
""",
    "04 momentum": """
class Mine:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        for name in params:
            if name not in self.v:
                self.v[name] = np.zeros_like(params[name])
            push = self.lr * grads[name]
            self.v[name] = self.momentum * self.v[name] - push
            params[name] += self.v[name]
""",
    "05 stored-form": """
class Mine:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum, self.v = lr, momentum, None

    def update(self, params, grads):
        if self.v is None:
            self.v = {name: np.zeros_like(p) for name, p in params.items()}
        for name in params:
            mu = self.momentum
            push = self.lr * grads[name]
            self.v[name] = mu * self.v[name] - push
            params[name] += mu * self.v[name] - push
""",
}  # fmt: skip

SLIPS = [
    ("01 knobs", "sizes[i - 1] * sizes[i]", "sizes[i - 1] + sizes[i]", "operator"),
    ("01 knobs", "biases = sizes[i]", "biases = sizes[i - 1]", "count"),
    ("01 knobs", "knobs += weights", "knobs = weights", "gathered"),
    ("01 knobs", "range(1, len(sizes))", "range(1, len(sizes) - 1)", "count"),
    ("01 knobs", "weights + biases", "weights - biases", "sign"),
    ("01 walk", "theta - lr * g", "theta - lr * g * 2", "factor"),
    ("01 walk", "range(steps)", "range(steps + 1)", "count"),
    ("01 walk", "lr * g", "lr * theta", "name"),
    ("01 walk", "    return theta", "        return theta", "return"),
    ("02 variance", "(value - mean) ** 2", "(value - mean) * 2", "operator"),
    ("02 variance", "(value - mean) ** 2", "value - mean ** 2", "bracket"),
    ("02 variance", "(n - 1)", "n - 1", "bracket"),
    ("02 variance", "(n - 1)", "(batch - 1)", "name"),
    ("02 variance", "if replace:", "if not replace:", "condition"),
    ("02 variance", "one = total / n", "one = total // n", "whole"),
    ("02 variance", "mean = sum(values) / n", "mean = sum(values)", "quantity"),
    ("02 growing", "lr**2 * gradient_variance", "lr**2 / gradient_variance", "operator"),
    ("02 growing", "1 - lr * curvature", "1 - lr / curvature", "operator"),
    ("02 growing", "lr**2 * gradient_variance", "curvature**2 * gradient_variance", "name"),
    ("02 growing", "variance + fresh", "variance - fresh", "sign"),
    ("03 gradient", "u * w - 1", "u * w + 1", "sign"),
    ("03 gradient", "error * u + alpha * w", "error * u + alpha * u", "name"),
    ("03 gradient", "error * w + alpha * u", "error * (w + alpha) * u", "bracket"),
    ("03 gradient", "[du, dw]", "[du, du]", "name"),
    ("03 silence", "error**2 / 2", "error**2", "factor"),
    ("03 silence", "loss < 0.1", "loss > 0.1", "condition"),
    ("03 silence", "error * u + b", "error * u + a", "name"),
    ("03 silence", "w - lr * dw", "w + lr * dw", "sign"),
    ("03 silence", "error * w + a", "error * w - a", "sign"),
    ("03 kind", "up and down", "up or down", "condition"),
    ("03 kind", "values.max() > 1e-9", "values.max() < 1e-9", "condition"),
    ("03 kind", "values.max() < -1e-9", "values.min() < -1e-9", "function"),
    ("03 kind", "values.min() > 1e-9", "values.max() > 1e-9", "function"),
    ("03 step", "2 / (least + greatest)", "2 / (least - greatest)", "sign"),
    ("03 step", "return lr, factor", "return factor, lr", "order"),
    ("03 step", "2 / (least + greatest)", "2 / least + greatest", "bracket"),
    ("03 step", "(greatest - least) / (", "(greatest + least) / (", "sign"),
    ("04 step", "mu * v - push", "mu * (v - push)", "bracket"),
    ("04 step", "mu * v", "mu * g", "name"),
    ("04 step", "theta + v", "theta * v", "operator"),
    ("04 sum", "n - 1 - i", "n - i", "number"),
    ("04 sum", "range(n)", "range(n - 1)", "count"),
    ("04 sum", "    return -lr", "        return -lr", "return"),
    ("04 sum", "mu**age", "mu*age", "operator"),
    ("04 escape", "x, v, steps = 1e-6, 0.0, 0", "x, v, steps = 1e-6, 0.0, 1", "number"),
    ("04 escape", "abs(x) < 1", "abs(v) < 1", "name"),
    ("04 escape", "mu * v + lr * x", "mu * v + lr * v", "name"),
    ("06 rate", "1 + mu - lr", "1 - mu - lr", "sign"),
    ("06 rate", "discriminant < 0", "discriminant > 0", "condition"),
    ("06 rate", "4 * mu", "2 * mu", "factor"),
    ("06 rate", "(abs(trace) + root) / 2", "abs(trace) + root / 2", "bracket"),
    ("06 rate", "np.sqrt(discriminant)", "discriminant", "power"),
    ("06 best", "np.sqrt(high)) ** 2", "np.sqrt(high))", "power"),
    ("06 best", "np.sqrt(high / low)", "high / low", "power"),
    ("06 best", "root - 1", "root + 1", "sign"),
    ("06 best", "4 / (", "2 / (", "factor"),
    ("06 unrolled", "(n - i)", "(n + i)", "sign"),
    ("06 unrolled", "/ (1 - mu)", "/ (1 + mu)", "sign"),
    ("06 unrolled", "lr * weight * gradients[i]", "lr * weight * gradients[i - 1]", "count"),
    ("06 unrolled", "theta = theta - lr", "theta = start - lr", "name"),
    ("07 adagrad", "np.sqrt(s)", "np.sqrt(s) / 2", "factor"),
    ("07 adagrad", "/ (root + eps)", "/ root + eps", "bracket"),
    ("07 adagrad", "lr * g", "lr * s", "name"),
    ("07 adam", "(1 - beta2) * g**2", "(1 - beta2) * g", "power"),
    ("07 adam", "(1 - beta2) * g**2", "(1 - beta1) * g**2", "name"),
    ("07 adam", "1 - beta1**t", "1 + beta1**t", "sign"),
    ("07 adam", "beta1 * m +", "beta1 * m -", "sign"),
    ("07 adam", "s / (1 - beta2**t)", "m / (1 - beta2**t)", "name"),
    ("07 adam", "        t += 1\n", "", "-"),
    ("08 cross-entropy", "s.max(axis=1", "s.max(axis=0", "axis"),
    ("08 cross-entropy", "e.sum(axis=1", "e.sum(axis=0", "axis"),
    ("08 cross-entropy", "s - np.log(total)", "s + np.log(total)", "sign"),
    ("08 cross-entropy", "t].mean()", "t].sum()", "mean"),
    ("08 cross-entropy", "grad[np.arange(n), t] -= 1", "grad[np.arange(n), t] += 1", "sign"),
    ("08 cross-entropy", "return loss, grad / n", "return loss, grad", "quantity"),
    ("08 layer", "da.sum(axis=0)", "da.sum(axis=1)", "axis"),
    ("08 layer", "da.sum(axis=0)", "da.mean(axis=0)", "mean"),
    ("08 layer", "da @ W.T", "dh @ W.T", "name"),
    ("08 layer", "a > 0", "a < 0", "condition"),
    ("08 layer", "x.T @ da", "da.T @ x", "-"),
    ("08 numerical", "theta.copy()\n        above[i]", "theta\n        above[i]", "copy"),
    ("08 numerical", "below[i] -= h", "below[i] += h", "sign"),
    ("08 numerical", "/ (2 * h)", "/ 2 * h", "bracket"),
    ("08 numerical", "f(above) - f(below)", "f(above) + f(below)", "sign"),
    ("08 floats", "2 * size", "3 * size", "number"),
    ("08 floats", "        size += sizes[i + 1]\n", "    size += sizes[i + 1]\n", "loop"),
    ("08 floats", "sizes[i] * sizes[i + 1]", "sizes[i] * sizes[i]", "count"),
    ("bugs history", "append(theta.copy())", "append(theta)", "copy"),
    ("bugs history", "theta -= lr", "theta += lr", "sign"),
    ("bugs history", "        rows.append", "    rows.append", "loop"),
    ("04 momentum", "self.v[name] - push", "self.v[name] - self.lr * push", "quantity"),
    ("04 momentum", "self.lr * grads", "self.momentum * grads", "name"),
    ("04 momentum", "            params[name] += self.v[name]", "        params[name] += self.v[name]", "loop"),
    ("04 momentum", "zeros_like", "ones_like", "function"),
    ("04 momentum", "params[name] += self.v", "params[name] -= self.v", "sign"),
    ("05 stored-form", "mu * self.v[name] - push\n            params", "mu * self.v[name] + push\n            params", "sign"),
    ("05 stored-form", "push = self.lr * grads[name]", "push = self.lr * grads[name] / 2", "factor"),
    ("05 stored-form", "params[name] += mu", "params[name] = mu", "gathered"),
    ("05 stored-form", "mu = self.momentum", "mu = self.lr", "name"),
]  # fmt: skip


def wrong(name, old, new):
    """(the wrong code, the number of the line with the slip)"""
    code = RIGHT[name]
    assert code.count(old) == 1 or "\n" in old or old.startswith("    "), (name, old)
    text = code.replace(old, new, 1)
    pairs = enumerate(zip(text.splitlines(), code.splitlines(), strict=False), 1)
    return text, next(number for number, (one, other) in pairs if one != other)
