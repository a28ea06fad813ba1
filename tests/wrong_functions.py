"""Functions as students write them: wrong ones that no listed slip explains, and right ones that look unusual.

WRONG = [(task, the code of a cell, what an earlier cell has left behind, what is to be said), ...]
RIGHT = [(task, the code of a cell, what an earlier cell has left behind), ...]

What is to be said is a pattern that the verdict fits; "" where nothing can be expected but the case itself.
"""

import numpy as np

RNG = np.random.default_rng(0)

# --- what an answer looks like ------------------------------------------------------------------------------

SHAPED = [
    ("01 knobs", """
def count(sizes):
    return [(a + 1) * b for a, b in zip(sizes[:-1], sizes[1:])]
""", {}, "sum of your values"),
    ("01 level", """
def level_point(a, b, c, p, q):
    A = np.array([[2*a, b], [b, 2*c]])
    rhs = np.array([[-p], [-q]])
    return np.linalg.inv(A) @ rhs
""", {}, r"numbers are right.*shape \(2, 1\)"),
    ("01 walk", """
def gradient_descent(gradient, start, lr, steps):
    path = [start]
    for i in range(steps):
        path.append(path[-1] - lr * gradient(path[-1]))
    return path
""", {}, "last of your"),
    ("01 border", """
def border(lr):
    b = np.sqrt(2 / lr)
    return -b, b
""", {}, "last of your|second of your"),
    ("02 growing", """
def variance_after(steps, lr, curvature, gradient_variance):
    history = [0]
    for _ in range(steps):
        history.append((1 - lr * curvature) ** 2 * history[-1] + lr**2 * gradient_variance)
    return history
""", {}, "last of your"),
    ("02 one-over-t", """
def one_over_t(step, first, last, steps):
    tau = steps * last / (first - last)
    t = np.arange(steps + 1)
    return first / (1 + t / tau)
""", {}, "[Oo]ne of your values"),
    ("03 gradient", """
def gradient(u, w, alpha):
    e = u * w - 1
    du = e * w + alpha * u
    dw = e * u + alpha * w
    return {"u": du, "w": dw}
""", {}, "dict"),
    ("03 gradient", """
def gradient(u, w, alpha):
    e = u * w - 1
    return np.array([[e * w + alpha * u, e * u + alpha * w]])
""", {}, r"numbers are right.*shape \(1, 2\)"),
    ("03 hessian", """
def hessian(u, w, alpha):
    mixed = 2 * u * w - 1
    return np.array([w**2 + alpha, mixed, mixed, u**2 + alpha])
""", {}, r"numbers are right.*shape \(4,\)"),
    ("03 hessian", """
def hessian(u, w, alpha):
    H = np.zeros((2, 2))
    H[0, 0] = w * w + alpha
    H[0, 1] = 2 * u * w - 1
    H[1, 1] = u * u + alpha
    return H
""", {}, r"\[1, 0\]"),
    ("03 kind", """
def kind(hessian):
    ev = np.linalg.eigvalsh(hessian)
    if np.all(ev > 1e-9):
        return "Minimum"
    if np.all(ev < -1e-9):
        return "Maximum"
    if ev[0] < -1e-9 and ev[-1] > 1e-9:
        return "Saddle"
    return "Undecided"
""", {}, "capital"),
    ("03 kind", """
def kind(hessian):
    ev = np.linalg.eigvalsh(hessian)
    if ev.min() < -1e-9 and ev.max() > 1e-9:
        return "saddle point"
    elif ev.min() > 1e-9:
        return "minimum"
    elif ev.max() < -1e-9:
        return "maximum"
    return "undecided"
""", {}, "'saddle point'.*words"),
    ("03 kind", """
def kind(hessian):
    ev = np.linalg.eigvalsh(hessian)
    if ev.min() < -1e-9 and ev.max() > 1e-9:
        return "saddle", ev
    elif ev.min() > 1e-9:
        return "minimum", ev
    elif ev.max() < -1e-9:
        return "maximum", ev
    return "undecided", ev
""", {}, "first of your"),
    ("03 step", """
def best_step(curvatures):
    low, high = min(curvatures), max(curvatures)
    lr = 2 / (low + high)
    return {"lr": lr, "rate": 1 - lr * low}
""", {}, "dict"),
    ("03 step", """
def best_step(curvatures):
    lr = 2 / (min(curvatures) + max(curvatures))
    rates = [abs(1 - lr * c) for c in curvatures]
    return lr, rates
""", {}, "first is right"),
    ("05 witness", """
def which_momentum(first, second, lr, mu):
    close = lambda a, b: abs(a - b) < 1e-9
    if close(first, -(1 - mu) * lr):
        return "average"
    d = second - first
    if close(first, -lr):
        if close(d, -lr * mu - lr / 10):
            return "book"
        return "pytorch"
    if close(d, mu * (-lr * mu - lr / 10) - lr / 10):
        return "keras nesterov"
    return "pytorch nesterov"
""", {}, "capital"),
    ("05 to-book", """
def book_state(Theta, b, lr, mu):
    v = -lr * b
    theta = Theta - mu * v
    return theta
""", {}, "returns one value|single number"),
    ("06 matrix", """
def step_matrix(lr, mu, curvature):
    return np.array([mu, -lr * curvature, mu, 1 - lr * curvature])
""", {}, "numbers are right.*shape"),
    ("06 unrolled", """
def unrolled(start, gradients, lr, mu):
    v = 0
    theta = start
    thetas = []
    for g in gradients:
        v = mu * v - lr * g
        theta = theta + v
        thetas.append(theta)
    return np.array(thetas)
""", {}, "last of your"),
    ("06 best", """
def best_pair(curvatures):
    a, b = np.sqrt(min(curvatures)), np.sqrt(max(curvatures))
    lr = 4 / (a + b) ** 2
    mu = 1 - 2 * a / b
    return lr, mu
""", {}, "first is right"),
    ("07 adam", """
def adam(start, gradients, lr, beta1, beta2, eps, corrected):
    m = s = 0
    theta = start
    walk = [theta]
    for t, g in enumerate(gradients, 1):
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        if corrected:
            theta = theta - lr * (m / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + eps)
        else:
            theta = theta - lr * m / (np.sqrt(s) + eps)
        walk.append(theta)
    return walk
""", {}, "last of your"),
    ("08 layer", """
def layer_gradient(x, W, b, dr):
    mask = (x @ W + b) > 0
    da = dr * mask
    dW = x.T @ da
    db = np.sum(da, axis=0)
    dx = da @ W.T
    return dW, db, dx
""", {}, "another order|other order"),
    ("08 layer", """
def layer_gradient(x, W, b, dr):
    mask = (x @ W + b) > 0
    da = dr * mask
    return da @ W.T, da.T @ x, da.sum(axis=0)
""", {}, "second.*rows and columns"),
    ("08 layer", """
def layer_gradient(x, W, b, dr):
    a = x @ W + b
    da = np.where(a > 0, dr, 0)
    return np.dot(da, W.T), np.dot(x.T, da), da.sum(axis=0, keepdims=True)
""", {}, "third.*array of shape"),
    ("08 cross-entropy", """
def cross_entropy(y, t):
    z = y - y.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    losses = -logp[np.arange(len(t)), t]
    dy = np.exp(logp)
    dy[np.arange(len(t)), t] -= 1
    return losses, dy / len(t)
""", {}, "second is right"),
    ("08 faults", """
def faults(ours, theirs):
    bad = []
    for key in ours:
        if key not in ("method", "lr") and ours[key] != theirs[key]:
            bad.append(key)
    return bad
""", {}, "sorted"),
    ("08 faults", """
def faults(ours, theirs):
    keys = set(ours) - {"method", "lr"}
    return {k for k in keys if ours[k] != theirs[k]}
""", {}, "set"),
    ("08 faults", """
def faults(ours, theirs):
    bad = sorted(k for k in ours if k not in ["method", "lr"] and ours[k] != theirs[k])
    return ", ".join(bad)
""", {}, "text"),
    ("08 faults", """
def faults(ours, theirs):
    return sorted((k, ours[k], theirs[k]) for k in ours if k not in ["method", "lr"] and ours[k] != theirs[k])
""", {}, "only the first part"),
    ("08 floats", """
def numbers_kept(method, sizes):
    n = 0
    for a, b in zip(sizes, sizes[1:]):
        n += a * b + b
    copies = {"SGD": 0, "Adam": 2, "AdamW": 2}.get(method, 1)
    return 4 * copies * n      # bytes
""", {}, "4 times|numbers in this line|factor"),
    ("09 product", """
def hessian_vector(x, c, W, w, U, u):
    n = len(x)
    a = x @ W
    open_ = (a > 0).astype(float)
    r = a * open_
    dr = (x @ U) * open_
    e = r @ w - c
    de = dr @ w + r @ u
    top = x.T @ ((np.outer(de, w) + np.outer(e, u)) * open_) / n
    bottom = (dr.T @ e + r.T @ de) / n
    return np.concatenate([top.ravel(), bottom])
""", {}, "numbers are right.*a tuple of 2 arrays"),
    ("09 kink", """
def first_kink(a, change):
    move = change != 0
    return np.abs(a[move] / change[move])
""", {}, "smallest of your"),
    ("09 kink", """
def first_kink(a, change):
    move = change != 0
    h = np.abs(a[move] / change[move])
    return np.argmin(h)
""", {}, "argmin.* place"),
    ("09 clip", """
def clip(grads, most):
    length = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    if length > most:
        return [g * most / length for g in grads.values()]
    return [g for g in grads.values()]
""", {}, "dict"),
    ("09 resume", """
def carry_on(state, gradients, lr, mu, warmup):
    theta, v, step = state["theta"], state["v"], state["step"]
    for g in gradients:
        v = mu * v - lr * min(1, (step + 1) / warmup) * g
        theta = theta + v
        step += 1
    return theta, v, step
""", {}, "dict"),
    ("09 resume", """
def carry_on(state, gradients, lr, mu, warmup):
    theta, v, step = state["theta"], state["v"], state["step"]
    for g in gradients:
        v = mu * v - lr * min(1, (step + 1) / warmup) * g
        theta = theta + v
        step += 1
    return {"theta": theta, "velocity": v, "step": step}
""", {}, "'v'"),
    ("09 resume", """
def carry_on(state, gradients, lr, mu, warmup):
    theta = state["theta"]
    v = state["v"]
    n = state["step"]
    for g in gradients:
        rate = lr * min(1, (n + 1) / warmup)
        v = mu * v - rate * g
        theta = theta + rate * v
        n += 1
    return {"theta": theta, "v": v, "step": n}
""", {}, "'theta'|this line"),
]  # fmt: skip

# --- nearly right -------------------------------------------------------------------------------------------

NEARLY = [
    ("01 level", """
def level_point(a, b, c, p, q):
    A = np.array([[2*a, b], [b, 2*c]])
    return np.round(np.linalg.solve(A, np.array([-p, -q])), 2)
""", {}, "rounded"),
    ("01 level", """
def level_point(a, b, c, p, q):
    det = 4*a*c - b**2
    point = np.zeros(2, dtype=int)
    point[0] = (-2*c*p + b*q) / det
    point[1] = (-2*a*q + b*p) / det
    return point
""", {}, "numbers are whole"),
    ("01 limit", """
def largest_lr(a, c):
    lam = 2 * max(a, c)
    for lr in np.arange(0, 50, 0.001):
        if abs(1 - lr * lam) > 1:
            return lr
""", {}, "in steps"),
    ("01 limit", """
def largest_lr(a, c):
    lam = max(2 * a, 2 * c)
    return 2 / lam - 1e-6      # just below
""", {}, "small|less|1e-06|1e-6"),
    ("01 border", """
def border(lr):
    return round((2 / lr) ** 0.5, 2)
""", {}, "rounded"),
    ("01 border", """
def border(lr):
    low, high = 0.0, 100.0
    while high - low > 1e-3:
        mid = (low + high) / 2
        if abs(1 - lr * mid**2) < 1:
            low = mid
        else:
            high = mid
    return low
""", {}, "stops|ends"),
    ("02 variance", """
def batch_variance(values, batch, replace):
    rng = np.random.default_rng()
    means = [rng.choice(values, batch, replace=replace).mean() for _ in range(3000)]
    return np.var(means)
""", {}, "random|two answers|twice"),
    ("02 growing", """
def variance_after(steps, lr, curvature, gradient_variance):
    var = 0
    for _ in range(steps):
        new = (1 - lr * curvature) ** 2 * var + lr**2 * gradient_variance
        if abs(new - var) < 1e-2:
            break
        var = new
    return var
""", {}, "stops|ends"),
    ("02 warm-up", """
def warm_cosine(step, lr, warm, steps):
    if step < warm:
        return lr * (step + 1) / warm
    x = (step - warm) / (steps - warm)
    return lr * 0.5 * (1 + np.cos(3.14 * x))
""", {}, "3.14"),
    ("02 one-over-t", """
def one_over_t(step, first, last, steps):
    tau = steps * last / (first - last)
    return round(first / (1 + step / tau), 3)
""", {}, "rounded"),
    ("03 gradient", """
def gradient(u, w, alpha):
    def f(u, w):
        return 0.5 * (u*w - 1)**2 + 0.5 * alpha * (u**2 + w**2)
    h = 1e-4
    return np.array([(f(u + h, w) - f(u, w)) / h, (f(u, w + h) - f(u, w)) / h])
""", {}, "one side|one-sided|forward"),
    ("03 hessian", """
def hessian(u, w, alpha):
    def f(u, w):
        return (u*w - 1)**2 / 2 + alpha * (u**2 + w**2) / 2
    h = 1e-3
    fuu = (f(u+h, w) - 2*f(u, w) + f(u-h, w)) / h**2
    fww = (f(u, w+h) - 2*f(u, w) + f(u, w-h)) / h**2
    fuw = (f(u+h, w+h) - f(u+h, w) - f(u, w+h) + f(u, w)) / h**2
    return np.array([[fuu, fuw], [fuw, fww]])
""", {}, "difference"),
    ("03 worst", """
def worst_angle(kappa):
    best = 0
    for y in np.arange(0.1, 5, 0.1):
        phi = np.arctan((kappa - 1) * y / (1 + kappa * y**2))
        best = max(best, phi)
    return np.degrees(best)
""", {}, "in steps"),
    ("03 worst", """
def worst_angle(kappa):
    y = np.linspace(0, 1, 60)
    phi = np.degrees(np.arctan((kappa * y - y) / (1 + kappa * y**2)))
    return phi.max()
""", {}, "in steps"),
    ("03 worst", """
def worst_angle(kappa):
    t = (kappa - 1) / (2 * np.sqrt(kappa))
    return round(np.arctan(t) * 180 / np.pi, 1)
""", {}, "rounded"),
    ("03 step", """
def best_step(curvatures):
    best = (0, 1)
    for lr in np.linspace(0.001, 2, 2000):
        rate = max(abs(1 - lr * c) for c in curvatures)
        if rate < best[1]:
            best = (lr, rate)
    return best
""", {}, "in steps"),
    ("05 to-torch", """
def torch_state(theta, v, lr, mu):
    b = -v / (lr + 1e-8)
    return theta + mu * v, b
""", {}, "small|1e-08|1e-8"),
    ("05 limit", """
def swing_limit(mu, ahead):
    lo, hi = 0, 10
    for _ in range(12):
        mid = (lo + hi) / 2
        if mid * (1 + 2 * ahead) < 2 * (1 + mu):
            lo = mid
        else:
            hi = mid
    return (lo + hi) / 2
""", {}, "stops|ends|terms|rounds"),
    ("05 rolls-on", """
def rolls_on(g, old_lr, new_lr, mu):
    extra = -(old_lr - new_lr) * g / (1 - mu)
    total = 0
    for k in range(1, 60):
        total += extra * mu**k
    return total
""", {}, "stops|ends|terms|rounds"),
    ("06 damping", """
def critical_momentum(lr, curvature):
    x = lr * curvature
    mus = np.linspace(0, 1, 1001)
    gap = np.abs((1 + mus - x) ** 2 - 4 * mus)
    return mus[np.argmin(gap)]
""", {}, "in steps"),
    ("06 rate", """
def rate(lr, mu, curvature):
    T = 1 + mu - lr * curvature
    D = T * T - 4 * mu
    if D < 0:
        return round(np.sqrt(mu), 3)
    return round((abs(T) + np.sqrt(D)) / 2, 3)
""", {}, "rounded"),
    ("06 limit", """
def nesterov_limit(mu):
    x = 0.0
    while 1 + (1 + mu) * (1 - x) + mu * (1 - x) > 0:
        x += 0.001
    return x
""", {}, "in steps"),
    ("07 decay", """
def first_step(theta, g, lr, decay, decoupled):
    if decoupled:
        return theta - lr * g / (np.abs(g) + 1e-8) - lr * decay * theta
    g = g + decay * theta
    return theta - lr * g / (np.abs(g) + 1e-8)
""", {}, "small|1e-08|1e-8"),
    ("07 adagrad", """
def adagrad_step(theta, s, g, lr, eps):
    theta, s, g = (np.asarray(a, dtype=np.float32) for a in (theta, s, g))
    s = s + g * g
    return theta - lr * g / (np.sqrt(s) + eps), s
""", {}, "float32"),
    ("08 numerical", """
def numerical_gradient(f, theta):
    g = np.zeros_like(theta)
    h = 1e-3
    for i in range(theta.size):
        step = np.zeros_like(theta)
        step[i] = h
        g[i] = (f(theta + step) - f(theta)) / h
    return g
""", {}, "one side|one-sided|forward"),
    ("08 numerical", """
def numerical_gradient(f, theta):
    h = 2e-4
    grad = []
    for e in np.eye(len(theta)):
        grad.append((f(theta + h * e) - f(theta - h * e)) / (2 * h))
    return np.array(grad)
""", {}, "difference"),
    ("08 cross-entropy", """
def cross_entropy(y, t):
    e = np.exp(y - y.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    loss = -np.mean(np.log(np.clip(p[rows, t], 1e-7, 1)))
    p[rows, t] -= 1
    return loss, p / len(y)
""", {}, "second is right"),
    ("09 clip", """
def clip(grads, most):
    total = 0
    for g in grads.values():
        total += (g**2).sum()
    scale = most / (np.sqrt(total) + 1e-6)
    if scale > 1:
        scale = 1
    return {k: scale * v for k, v in grads.items()}
""", {}, "small|1e-06|1e-6"),
    ("09 limit", """
def largest_rate(eigenvalues, mu):
    return 0.99 * 2 * (1 + mu) / max(eigenvalues)      # a little below, to be safe
""", {}, "0.99 times|numbers in this line|factor"),
    ("09 kink", """
def first_kink(a, change):
    h = 0
    while True:
        h += 0.01
        if np.any(np.sign(a + h * change) != np.sign(a)) or np.any(np.sign(a - h * change) != np.sign(a)):
            return h
""", {}, "in steps"),
    ("09 product", """
def hessian_vector(x, c, W, w, U, u):
    def grad(W, w):
        a = x @ W
        r = np.maximum(a, 0)
        e = r @ w - c
        return x.T @ (np.outer(e, w) * (a > 0)) / len(x), r.T @ e / len(x)
    h = 1e-4
    A, a = grad(W, w)
    B, b = grad(W + h * U, w + h * u)
    return (B - A) / h, (b - a) / h
""", {}, "one side|one-sided|forward"),
]  # fmt: skip

# --- what is used -------------------------------------------------------------------------------------------

USED = [
    ("01 knobs", """
def count(sizes):
    n = 0
    for i in range(len(layers) - 1):
        n += layers[i] * layers[i + 1] + layers[i + 1]
    return n
""", {"layers": [784, 50, 10]}, "layers"),
    ("01 knobs", """
total = 0
def count(sizes):
    global total
    for a, b in zip(sizes, sizes[1:]):
        total += (a + 1) * b
    return total
""", {}, "total"),
    ("01 walk", """
def gradient_descent(gradient, start, lr, steps):
    theta = start
    for _ in range(steps):
        theta = theta - eta * gradient(theta)
    return theta
""", {"eta": 0.25}, "eta"),
    ("01 walk", """
def gradient_descent(gradient, start, lr, steps):
    for _ in range(steps):
        start -= lr * gradient(start)
    return start
""", {}, "changes its argument start"),
    ("02 variance", """
def batch_variance(values, batch, replace):
    mean = np.mean(x)
    var = np.mean((np.array(values) - mean) ** 2)
    if not replace:
        var = var * (len(values) - batch) / (len(values) - 1)
    return var / batch
""", {"x": np.array([-2.0, -1, 1, 2])}, "uses x"),
    ("02 growing", """
def variance_after(steps, lr, curvature, gradient_variance, history=[0.0]):
    for _ in range(steps):
        history.append((1 - lr * curvature) ** 2 * history[-1] + lr**2 * gradient_variance)
    return history[-1]
""", {}, "history"),
    ("02 one-over-t", """
def one_over_t(step, first, last, steps):
    tau = T * last / (first - last)
    return first / (1 + step / tau)
""", {"T": 100}, "uses T"),
    ("02 batch-size", """
def smallest_batch(target, lr, curvature, gradient_variance):
    for B in range(1, 31):
        ball = lr * gradient_variance / B / (curvature * (2 - lr * curvature))
        if ball <= target:
            return B
""", {}, "returns nothing here"),
    ("03 gradient", """
alpha = 0.1
def gradient(u, w, a):
    r = u * w - 1
    return np.array([r * w + alpha * u, r * u + alpha * w])
""", {}, "alpha"),
    ("03 step", """
def best_step(curvatures):
    curvatures.sort()
    lr = 2 / (curvatures[0] + curvatures[-1])
    return lr, 1 - lr * curvatures[0]
""", {}, "changes its argument curvatures"),
    ("03 silence", """
def steps_to_learn(start, lr, noise):
    theta = start
    for n in range(len(noise) + 1):
        err = theta[0] * theta[1] - 1
        if err**2 / 2 < 0.1:
            return n
        if n == len(noise):
            return None
        g = np.array([err * theta[1], err * theta[0]]) + noise[n]
        theta -= lr * g
""", {}, "changes its argument start"),
    ("03 silence", """
def steps_to_learn(start, lr, noise):
    u, w = start
    rng = np.random.default_rng()
    for n in range(len(noise) + 1):
        e = u * w - 1
        if e**2 / 2 < 0.1:
            return n
        if n == len(noise):
            return None
        a, b = 0.01 * rng.normal(size=2)
        u, w = u - lr * (e * w + a), w - lr * (e * u + b)
""", {}, "random"),
    ("05 to-book", """
def book_state(Theta, b, lr, mu):
    v = -lr * b
    return Theta - momentum * v, v
""", {"momentum": 0.9}, "momentum"),
    ("05 to-torch", """
def torch_state(theta, v, lr, mu):
    theta += mu * v
    return theta, -v / lr
""", {}, "changes its argument theta"),
    ("05 limit", """
def swing_limit(mu, ahead):
    return 2 * (1 + mu) / (1 + 2 * c)
""", {"c": 0.9}, "uses c"),
    ("06 limit", """
def nesterov_limit(mu):
    mu = 0.9
    return 2 * (1 + mu) / (1 + 2 * mu)
""", {}, "mu"),
    ("06 best", """
def best_pair(curvatures):
    curvatures = np.array([1.0, 9.0])
    lo, hi = curvatures.min(), curvatures.max()
    lr = (2 / (lo**0.5 + hi**0.5)) ** 2
    return lr, ((hi**0.5 - lo**0.5) / (hi**0.5 + lo**0.5)) ** 2
""", {}, "curvatures"),
    ("06 unrolled", """
def unrolled(start, gradients, lr, mu):
    gradients.reverse()
    total = 0
    for k, g in enumerate(gradients):
        total += (1 - mu ** (k + 1)) / (1 - mu) * g
    return start - lr * total
""", {}, "changes its argument gradients"),
    ("07 adagrad", """
def adagrad_step(theta, s, g, lr, eps):
    s = s + g**2
    return theta - lr * g / (np.sqrt(s) + 1e-7), s
""", {}, "eps"),
    ("07 adam", """
def adam(start, gradients, lr, beta1, beta2, eps, corrected):
    theta = start.copy()
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    t = 0
    for g in gradients:
        t += 1
        m = beta1 * m + (1 - beta1) * g
        v = 0.999 * v + (1 - 0.999) * g**2
        if corrected:
            theta -= lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - 0.999**t)) + eps)
        else:
            theta -= lr * m / (np.sqrt(v) + eps)
    return theta
""", {}, "beta2"),
    ("07 adam", """
memory = {"m": 0, "s": 0, "t": 0}
def adam(start, gradients, lr, beta1, beta2, eps, corrected):
    theta = start
    for g in gradients:
        memory["t"] += 1
        memory["m"] = beta1 * memory["m"] + (1 - beta1) * g
        memory["s"] = beta2 * memory["s"] + (1 - beta2) * g**2
        m, s = memory["m"], memory["s"]
        if corrected:
            m, s = m / (1 - beta1 ** memory["t"]), s / (1 - beta2 ** memory["t"])
        theta = theta - lr * m / (np.sqrt(s) + eps)
    return theta
""", {}, "memory"),
    ("08 cross-entropy", """
def cross_entropy(y, t):
    y -= y.max(axis=1, keepdims=True)
    logp = y - np.log(np.exp(y).sum(axis=1, keepdims=True))
    rows = np.arange(len(t))
    d = np.exp(logp)
    d[rows, t] -= 1
    return -logp[rows, t].mean(), d / len(t)
""", {}, "changes its argument y"),
    ("08 numerical", """
def numerical_gradient(f, theta):
    h = 1e-5
    g = np.zeros(len(theta))
    for i in range(len(theta)):
        old = theta[i]
        theta[i] = old + h
        up = f(theta)
        theta[i] = old - h
        g[i] = (up - f(theta)) / (2 * h)
    return g
""", {}, "changes its argument theta"),
    ("09 clip", """
def clip(grads, most):
    norm = np.sqrt(sum(np.sum(g * g) for g in grads.values()))
    for name in grads:
        grads[name] = grads[name] * min(1, most / norm)
    return grads
""", {}, "changes its argument grads"),
    ("09 product", """
def hessian_vector(x, c, W, w, U, u):
    a = x @ W
    on = a > 0
    r, dr = a * on, (x @ U) * on
    e = r @ w - c
    de = dr @ w + r @ u
    dW = x.T @ ((np.outer(de, w) + np.outer(e, u)) * on)
    dw = dr.T @ e + r.T @ de
    return dW / n, dw / n
""", {"n": 1500}, "uses n"),
    ("09 resume", """
def carry_on(state, gradients, lr, mu, warmup):
    for g in gradients:
        eta = lr * min(1, (state["step"] + 1) / warmup)
        state["v"] = mu * state["v"] - eta * g
        state["theta"] = state["theta"] + state["v"]
        state["step"] += 1
    return state
""", {}, "changes its argument state"),
]  # fmt: skip

# --- wrong in one of their cases ----------------------------------------------------------------------------

SPLIT = [
    ("02 variance", """
def batch_variance(values, batch, replace):
    n = len(values)
    s2 = np.var(values)
    if replace:
        return s2 / batch
    return s2 / batch * (1 - batch / n) * n / (n + 1)
""", {}, "replace|this line"),
    ("02 warm-up", """
def warm_cosine(step, lr, warm, steps):
    if step < warm:
        return lr * (step + 1) / warm
    x = (step - warm) / (steps - warm)
    return lr * np.cos(x * np.pi / 2) ** 2 * (1 - x) + lr * x
""", {}, "step"),
    ("02 warm-up", """
def warm_cosine(step, lr, warm, steps):
    if step < warm:
        return lr * np.sin(np.pi / 2 * (step + 1) / warm)
    return 0.5 * lr * (1 + np.cos(np.pi * (step - warm) / (steps - warm)))
""", {}, "step"),
    ("05 witness", """
def which_momentum(first, second, lr, mu):
    d = second - first
    if np.isclose(first, -(1 - mu) * lr):
        return "average"
    if np.isclose(first, -lr) and np.isclose(d, -mu * lr - lr / 10):
        return "book"
    if np.isclose(first, -lr) and np.isclose(d, -(mu + 1) * lr / 10):
        return "PyTorch"
    if np.isclose(d, mu * (-mu * lr - lr / 10) - lr / 10):
        return "Keras Nesterov"
""", {}, "every way"),
    ("06 rate", """
def rate(lr, mu, curvature):
    T = 1 + mu - lr * curvature
    D = T**2 - 4 * mu
    if D < 0:
        return np.sqrt(T**2 / 4 - D)
    return (abs(T) + np.sqrt(D)) / 2
""", {}, ""),
    ("07 place", """
def first_length(g, eps, beta2, place):
    g = abs(g)
    if place == "beside the corrected root":
        return g / (g + eps)
    if place == "under the root":
        return g / np.sqrt(g**2 + eps**2)
    return g * np.sqrt(1 - beta2) / (g * np.sqrt(1 - beta2) + eps)
""", {}, "under the root|this line"),
    ("07 place", """
def first_length(g, eps, beta2, place):
    if place == "beside the corrected root":
        return abs(g) / (abs(g) + eps)
    elif place == "beside the uncorrected root":
        return (1 - beta2) * abs(g) / ((1 - beta2) * abs(g) + eps)
    elif place == "under root":
        return abs(g) / np.sqrt(g**2 + eps)
""", {}, "place|every way"),
    ("07 decay", """
def first_step(theta, g, lr, decay, decoupled):
    if decoupled:
        return (1 - decay) * (theta - lr * np.sign(g))
    return theta - lr * np.sign(g + decay * theta)
""", {}, "decoupled"),
    ("08 floats", """
def numbers_kept(method, sizes):
    params = 0
    for i in range(1, len(sizes)):
        params += sizes[i - 1] * sizes[i] + sizes[i]
    if method == "SGD":
        return 0
    if method in ("Momentum", "Nesterov", "AdaGrad", "RMSProp"):
        return params
    return 2 * params + 1
""", {}, "method|this line"),
    ("09 warmup", """
def warmed_up(step, lr, warmup):
    if step < warmup:
        return lr * np.sqrt((step + 1) / warmup)
    return lr
""", {}, "step|this line"),
    ("09 warmup", """
def warmed_up(step, lr, warmup):
    return [lr * (s + 1) / warmup for s in range(warmup)] + [lr] * 200
""", {}, "[Oo]ne of your values"),
    ("05 rolls-on", """
def rolls_on(g, old_lr, new_lr, mu):
    return abs(old_lr - new_lr) * abs(g) * mu / (1 - mu) ** 2
""", {}, "sign"),
    ("05 limit", """
def swing_limit(mu, ahead):
    x = 2 * (1 + mu) / (1 + 2 * ahead)
    return x ** 2
""", {}, "square|this line"),
    ("02 batch-size", """
def smallest_batch(target, lr, curvature, gradient_variance):
    ball = lr * gradient_variance / (curvature * (2 - lr * curvature))
    return math.ceil(ball) / target
""", {}, "brackets in this line"),
    ("06 matrix", """
def step_matrix(lr, mu, curvature):
    R = np.eye(2)
    R[0] = mu, -lr * curvature
    R[1] = mu, 1 - lr
    return R
""", {}, r"this line|\[1, 1\]"),
]  # fmt: skip

# --- written last, when the looks were there, to see how far they reach ------------------------------------

ASIDE = [
    ("01 knobs", """
def count(sizes):
    parts = {}
    for i in range(1, len(sizes)):
        parts[f"layer {i}"] = sizes[i - 1] * sizes[i] + sizes[i]
    return parts
""", {}, "dict"),
    ("01 walk", """
def gradient_descent(gradient, start, lr, steps):
    theta = start.astype(int)
    for _ in range(steps):
        theta = (theta - lr * gradient(theta)).astype(int)
    return theta
""", {}, "numbers are whole"),
    ("01 walk", """
def gradient_descent(gradient, start, lr, steps):
    theta = start
    for _ in range(steps):
        theta = theta - lr * bowl_slope(theta)
    print(theta)
""", {"bowl_slope": lambda theta: theta * np.array([1.0, 7.0])}, "prints and returns nothing"),
    ("01 level", """
def level_point(a, b, c, p, q):
    x, y = 0.0, 0.0
    for _ in range(40):
        x = -(p + b * y) / (2 * a)
        y = -(q + b * x) / (2 * c)
    return np.array([x, y])
""", {}, ""),
    ("01 limit", """
def largest_lr(a, c):
    lr = 0.01
    while max(abs(1 - 2 * a * lr), abs(1 - 2 * c * lr)) < 1:
        lr += 0.01
    return lr
""", {}, "in steps"),
    ("02 growing", """
def variance_after(steps, lr, curvature, gradient_variance):
    rng = np.random.default_rng(0)
    theta = np.zeros(20000)
    for _ in range(min(steps, 100)):
        theta -= lr * (curvature * theta + np.sqrt(gradient_variance) * rng.normal(size=20000))
    return theta.var()
""", {}, "random numbers"),
    ("02 variance", """
def batch_variance(values, batch, replace):
    values.sort()
    n = len(values)
    v = sum((x - sum(values) / n) ** 2 for x in values) / n
    return v / batch if replace else v / batch * (n - batch) / (n - 1)
""", {}, "changes its argument values"),
    ("02 warm-up", """
def warm_cosine(step, lr, warm, steps):
    up = [lr * (k + 1) / warm for k in range(warm)]
    down = [lr / 2 * (1 + math.cos(math.pi * k / (steps - warm))) for k in range(steps - warm + 1)]
    return np.array(up + down)
""", {}, "values is what is asked"),
    ("03 gradient", """
def gradient(u, w, alpha):
    h = 1e-9
    f = lambda u, w: 0.5 * (u * w - 1) ** 2 + 0.5 * alpha * (u * u + w * w)
    return np.array([(f(u + h, w) - f(u - h, w)) / (2 * h), (f(u, w + h) - f(u, w - h)) / (2 * h)])
""", {}, "small difference"),
    ("03 hessian", """
def hessian(u, w, alpha):
    f_uu = w * w + alpha
    f_ww = u * u + alpha
    f_uw = 2 * u * w - 1
    return f_uu, f_uw, f_ww
""", {}, "a tuple of 3 values"),
    ("03 kind", """
def kind(hessian):
    l = np.linalg.eigvalsh(hessian)
    if (l > 0).all():
        return "minimum"
    if (l < 0).all():
        return "maximum"
    if (abs(l) < 1e-9).any():
        return "flat"
    return "saddle"
""", {}, "'flat' is none"),
    ("03 step", """
def best_step(curvatures):
    lo, hi = min(curvatures), max(curvatures)
    lr = round(2 / (lo + hi), 3)
    return lr, max(abs(1 - lr * lo), abs(1 - lr * hi))
""", {}, "rounded"),
    ("05 witness", """
def which_momentum(first, second, lr, mu):
    if abs(first + (1 - mu) * lr) < 1e-9:
        return "average"
    step2 = second - first
    if abs(first + lr) < 1e-9:
        if abs(step2 + mu * lr + lr / 10) < 1e-9:
            return "book"
        return "PyTorch"
    if abs(step2 - first * mu + lr / 10) < 1e-9:
        return "Keras Nesterov"
    return "PyTorch Nesterov"
""", {}, "'Keras Nesterov'|this line"),
    ("05 to-torch", """
def torch_state(theta, v, lr, mu):
    return np.concatenate([np.atleast_1d(theta + mu * v), np.atleast_1d(-v / lr)])
""", {}, "numbers are right"),
    ("05 rolls-on", """
def rolls_on(g, old_lr, new_lr, mu):
    v = -old_lr * g / (1 - mu)
    gap = 0
    while abs(v + new_lr * g / (1 - mu)) > 0.001:
        v = mu * v - new_lr * g
        gap += v + new_lr * g / (1 - mu)
    return gap
""", {}, "0.001"),
    ("06 matrix", """
def step_matrix(lr, mu, curvature):
    return [[mu, mu], [-lr * curvature, 1 - lr * curvature]]
""", {}, "rows and columns"),
    ("06 rate", """
def rate(lr, mu, curvature):
    z = np.roots([1, -(1 + mu - lr * curvature), mu])
    return np.abs(z)
""", {}, "first of your values"),
    ("06 damping", """
def critical_momentum(lr, curvature):
    lo, hi = 0.0, 1.0
    for i in range(8):
        mu = (lo + hi) / 2
        if (1 + mu - lr * curvature) ** 2 > 4 * mu:
            lo = mu
        else:
            hi = mu
    return mu
""", {}, "rounds"),
    ("07 adagrad", """
def adagrad_step(theta, s, g, lr, eps):
    for i in range(len(theta)):
        s[i] = s[i] + g[i] ** 2
        theta[i] = theta[i] - lr * g[i] / (s[i] ** 0.5 + eps)
    return theta, s
""", {}, "changes its arguments"),
    ("07 place", """
def first_length(g, eps, beta2, place):
    eps = 1e-8
    g = abs(g)
    if place == "beside the corrected root":
        return g / (g + eps)
    if place == "beside the uncorrected root":
        return g / (g + eps / np.sqrt(1 - beta2))
    return g / np.sqrt(g**2 + eps)
""", {}, "eps"),
    ("08 layer", """
def layer_gradient(x, W, b, dr):
    a = x @ W + b
    da = dr * (a > 0)
    return {"dx": da @ W.T, "dW": x.T @ da, "db": da.sum(axis=0)}
""", {}, "dict"),
    ("08 cross-entropy", """
def cross_entropy(y, t):
    y = y - y.max(axis=1)[:, None]
    logp = y - np.log(np.exp(y).sum(axis=1))[:, None]
    loss = -logp[np.arange(len(t)), t].sum() / B
    d = np.exp(logp)
    d[np.arange(len(t)), t] -= 1
    return loss, d / B
""", {"B": 100}, "uses B"),
    ("08 floats", """
def numbers_kept(method, sizes):
    n = sum(a * b + b for a, b in zip(sizes, sizes[1:]))
    if method == "SGD":
        return 0
    elif method == "Momentum" or "Nesterov":
        return n
    elif method in ("Adam", "AdamW"):
        return 2 * n
    return n
""", {}, "Adam keeps one number"),
    ("08 faults", """
def faults(ours, theirs):
    return [k for k in sorted(ours) if k not in ("method", "lr") and ours[k] is not theirs[k]]
""", {}, "does not belong in your list"),
    ("09 clip", """
def clip(grads, most):
    flat = np.concatenate([g.ravel() for g in grads.values()])
    n = np.linalg.norm(flat)
    return flat * min(1, most / n)
""", {}, "dict"),
    ("09 limit", """
def largest_rate(eigenvalues, mu):
    return np.round(2 * (1 + mu) / np.max(eigenvalues), 1)
""", {}, "rounded"),
    ("09 warmup", """
seen = 0
def warmed_up(step, lr, warmup):
    global seen
    seen += 1
    return lr * min(1, seen / warmup)
""", {}, "seen"),
    ("09 resume", """
def carry_on(state, gradients, lr, mu, warmup):
    theta, v, step = state["theta"], state["v"], state["step"]
    for g in gradients:
        v *= mu
        v -= lr * min(1, (step + 1) / warmup) * g
        theta = theta + v
        step += 1
    return {"theta": theta, "v": v, "step": step}
""", {}, "changes its argument state"),
    ("09 kink", """
def first_kink(a, change):
    best = np.inf
    for x, d in zip(a.ravel(), change.ravel()):
        if d > 0:
            best = min(best, abs(x / d))
    return best
""", {}, "this line"),
    ("02 batch-size", """
def smallest_batch(target, lr, curvature, gradient_variance):
    B = lr * gradient_variance / (curvature * (2 - lr * curvature)) / target
    return [int(np.ceil(B))]
""", {}, "numbers are right|list of one"),
]  # fmt: skip

WRONG = [*SHAPED, *NEARLY, *USED, *SPLIT, *ASIDE]

# --- right, in an unusual form ------------------------------------------------------------------------------

RIGHT = [
    ("01 knobs", """
def count(sizes):
    s = np.array(sizes)
    return np.sum((s[:-1] + 1) * s[1:])
""", {}),
    ("01 knobs", """
def count(sizes):
    if len(sizes) < 2:
        return 0.0
    return sizes[1] * (1.0 + sizes[0]) + count(sizes[1:])
""", {}),
    ("01 level", """
def level_point(a, b, c, p, q):
    d = 4*a*c - b*b
    return [(b*q - 2*c*p) / d, (b*p - 2*a*q) / d]
""", {}),
    ("01 walk", """
def gradient_descent(gradient, start, lr, steps):
    return start if steps == 0 else gradient_descent(gradient, start - lr * gradient(start), lr, steps - 1)
""", {}),
    ("01 walk", """
def gradient_descent(gradient, start, lr, steps):
    path = np.zeros((steps + 1, len(start)))
    path[0] = start
    for k in range(steps):
        path[k + 1] = path[k] - lr * gradient(path[k])
    return tuple(path[-1])
""", {}),
    ("01 limit", """
from fractions import Fraction
def largest_lr(a, c):
    return 1 / max(Fraction(a), Fraction(c))
""", {}),
    ("01 border", """
def border(lr):
    return np.array(np.exp(0.5 * (np.log(2) - np.log(lr))))
""", {}),
    ("02 variance", """
import itertools
def batch_variance(values, batch, replace):
    draws = itertools.product(values, repeat=batch) if replace else itertools.permutations(values, batch)
    means = [sum(d) / batch for d in draws]
    m = sum(means) / len(means)
    return sum((x - m) ** 2 for x in means) / len(means)
""", {}),
    ("02 growing", """
def variance_after(steps, lr, curvature, gradient_variance):
    q = (1 - lr * curvature) ** 2
    return lr**2 * gradient_variance * (1 - q**steps) / (1 - q)
""", {}),
    ("02 batch-size", """
def smallest_batch(target, lr, curvature, gradient_variance):
    return np.ceil(lr * gradient_variance / curvature / (2 - lr * curvature) / target)
""", {}),
    ("03 gradient", """
def gradient(u, w, alpha):
    A = np.matrix([[alpha, u * w - 1], [u * w - 1, alpha]])
    return np.asarray(A @ np.array([u, w])).ravel()
""", {}),
    ("03 hessian", """
def hessian(u, w, alpha):
    g = lambda v: ((v[0]*v[1] - 1) * v[1] + alpha * v[0], (v[0]*v[1] - 1) * v[0] + alpha * v[1])
    h = 1e-20
    return [[x.imag / h for x in g((u + 1j * h, w))], [x.imag / h for x in g((u, w + 1j * h))]]
""", {}),
    ("03 kind", """
def kind(hessian):
    up, down = (np.linalg.eigvalsh(s * np.asarray(hessian)).max() > 1e-9 for s in (1, -1))
    n = np.sum(np.abs(np.linalg.eigvalsh(hessian)) <= 1e-9)
    words = np.array(["undecided", "minimum", "maximum", "saddle"])
    return words[3 if up and down else 0 if n else 1 if up else 2]
""", {}),
    ("03 worst", """
def worst_angle(kappa):
    y = np.linspace(0, 2, 200001)
    return np.degrees(np.arctan((kappa - 1) * y / (1 + kappa * y * y))).max()
""", {}),
    ("03 step", """
def best_step(curvatures):
    s = sorted(curvatures)
    return np.array([2, s[-1] - s[0]]) / (s[0] + s[-1])
""", {}),
    ("05 to-book", """
def book_state(Theta, b, lr, mu):
    return [np.asarray(Theta) + mu * lr * np.asarray(b), np.multiply(-lr, b)]
""", {}),
    ("05 limit", """
TWO = 2
def swing_limit(mu, ahead):
    return TWO * (1 + mu) / (1 + TWO * ahead)
""", {}),
    ("05 rolls-on", """
def rolls_on(g, old_lr, new_lr, mu):
    v, ball = -old_lr * g / (1 - mu), 0.0
    for _ in range(3000):
        v = mu * v - new_lr * g
        ball += v + new_lr * g / (1 - mu)
    return ball
""", {}),
    ("06 rate", """
def rate(lr, mu, curvature):
    return max(abs(z) for z in np.roots([1, -(1 + mu - lr * curvature), mu]))
""", {}),
    ("06 best", """
def best_pair(curvatures):
    k = max(curvatures) / min(curvatures)
    mu = (1 - 2 / (k**0.5 + 1)) ** 2
    return 2 * (1 + mu) / (min(curvatures) + max(curvatures)), mu
""", {}),
    ("07 adagrad", """
def adagrad_step(theta, s, g, lr, eps):
    pairs = [(p - lr * d / (math.sqrt(a + d * d) + eps), a + d * d) for p, a, d in zip(theta, s, g)]
    return tuple(zip(*pairs))
""", {}),
    ("08 faults", """
def faults(ours, theirs):
    keys = [k for k in ours if k not in ("method", "lr")]
    return tuple(np.sort([k for k in keys if ours[k] != theirs[k]]))
""", {}),
    ("08 faults", """
def faults(ours, theirs):
    differ = np.array([k for k in ours if k not in ("method", "lr") and ours[k] != theirs[k]])
    return np.unique(differ)
""", {}),
    ("08 numerical", """
def numerical_gradient(f, theta):
    h = 6e-6
    return [(f(theta + h * e) - f(theta - h * e)) / 2 / h for e in np.eye(len(theta))]
""", {}),
    ("09 kink", """
def first_kink(a, change):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nanmin(np.where(change == 0, np.nan, np.abs(a / change)))
""", {}),
    ("09 clip", """
from collections import OrderedDict
def clip(grads, most):
    n = math.hypot(*(x for g in grads.values() for x in g.ravel()))
    return OrderedDict((k, (g * (most / n if n > most else 1)).tolist()) for k, g in grads.items())
""", {}),
    ("09 resume", """
def carry_on(state, gradients, lr, mu, warmup):
    new = dict(state, theta=state["theta"].copy())
    for g in gradients:
        new["v"] = mu * new["v"] - lr * min(1.0, (new["step"] + 1.0) / warmup) * g
        new["theta"] += new["v"]
        new["step"] = np.float64(new["step"] + 1)
    return new
""", {}),
]  # fmt: skip
