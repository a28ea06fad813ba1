"""Optimizer classes as students write them: wrong in one way or another, and right in an unusual way.

They were written before practice/tasks/impulse.py was, and none is a mistake of the atlas. Each is the name of what it should be, and
its code; what is wrong stands before it.
"""

WRONG = {
    # --- SGD -----------------------------------------------------------------------------------------------------
    # η divides
    "rate divides": ("SGD", """
class MySGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key in params.keys():
            params[key] -= grads[key] / self.lr
"""),
    # η becomes less in every call
    "rate decays": ("SGD", """
class MySGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key in params:
            params[key] -= self.lr * grads[key]
        self.lr *= 0.99
"""),
    # 1/t schedule nobody asked for
    "rate over t": ("SGD", """
class MySGD:
    def __init__(self, lr=0.01):
        self.lr = lr
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        eta = self.lr / self.t
        for key, g in grads.items():
            params[key] -= eta * g
"""),
    # only the direction counts
    "sign alone": ("SGD", """
class MySGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key, g in grads.items():
            params[key] -= self.lr * np.sign(g)
"""),
    # the mean over the array
    "mean gradient": ("SGD", """
class MySGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key in params:
            params[key] -= self.lr * np.mean(grads[key])
"""),
    # normalised gradient
    "unit length": ("SGD", """
class MySGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key in params:
            g = grads[key]
            norm = np.sqrt(np.sum(g * g)) + 1e-12
            params[key] -= self.lr * g / norm
"""),
    # divided by the number of entries
    "divided by n": ("SGD", """
class MySGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key in params:
            n = len(params[key])
            params[key] -= self.lr * grads[key] / n
"""),
    # weight decay nobody asked for
    "decays weights": ("SGD", """
class MySGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key in params:
            params[key] *= 1 - self.lr
            params[key] -= self.lr * grads[key]
"""),
    # clipped at 1
    "clipped": ("SGD", """
class MySGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key in params:
            g = np.clip(grads[key], -1, 1)
            params[key] -= self.lr * g
"""),
    # --- Momentum ------------------------------------------------------------------------------------------------
    # η/(1 − μ)
    "too large by 1/(1-mu)": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {}
            for k in params:
                self.v[k] = np.zeros_like(params[k])
        for k in params:
            self.v[k] = self.momentum * self.v[k] - self.lr / (1 - self.momentum) * grads[k]
            params[k] += self.v[k]
"""),
    # η twice: into v, and out of it
    "rate in and out": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}

    def update(self, params, grads):
        for name, g in grads.items():
            v = self.velocity.get(name, np.zeros_like(g))
            v = self.momentum * v + self.lr * g
            self.velocity[name] = v
            params[name] -= self.lr * v
"""),
    # zeros made anew in every call, and the line of the stored form
    "zeros every time": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        self.v = {name: np.zeros_like(p) for name, p in params.items()}
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.momentum * self.v[name] - self.lr * grads[name]
"""),
    # v decays by 1 − μ
    "one minus mu kept": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.mu = lr, momentum
        self.v = {}

    def update(self, params, grads):
        for name in params:
            if name not in self.v:
                self.v[name] = np.zeros_like(params[name])
            self.v[name] = (1 - self.mu) * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
"""),
    # weights the other way round: (1 − μ) v + μ g
    "weights swapped": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.mu = lr, momentum
        self.v = {}

    def update(self, params, grads):
        for name in params:
            v = self.v.get(name, 0)
            v = (1 - self.mu) * v + self.mu * grads[name]
            self.v[name] = v
            params[name] -= self.lr * v
"""),
    # 0.9 is written into the line
    "nine tenths": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {k: np.zeros_like(p) for k, p in params.items()}
        for k in params:
            self.v[k] = 0.9 * self.v[k] - self.lr * grads[k]
            params[k] += self.v[k]
"""),
    # μ^t: counts steps and raises μ to it
    "mu to the t": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        for k in params:
            v = self.v.get(k, 0.0)
            self.v[k] = self.momentum**self.t * v - self.lr * grads[k]
            params[k] += self.v[k]
"""),
    # one velocity (a single array) for all names
    "one array for all names": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = 0

    def update(self, params, grads):
        for name in params:
            self.v = self.momentum * self.v - self.lr * grads[name]
            params[name] += self.v
"""),
    # one zeros array under all names
    "one zero under all names": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            zero = np.zeros(2)
            self.v = dict.fromkeys(params, zero)
        for name in params:
            self.v[name] *= self.momentum
            self.v[name] -= self.lr * grads[name]
            params[name] += self.v[name]
"""),
    # the velocity lives in the class
    "velocity of the class": ("Momentum", """
class MyMomentum:
    v = {}

    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum

    def update(self, params, grads):
        for name in params:
            old = self.v.get(name, np.zeros_like(params[name]))
            self.v[name] = self.momentum * old - self.lr * grads[name]
            params[name] += self.v[name]
"""),
    # a mutable default argument
    "velocity in the default": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9, v={}):
        self.lr = lr
        self.momentum = momentum
        self.v = v

    def update(self, params, grads):
        for name in params:
            if name not in self.v:
                self.v[name] = np.zeros_like(params[name])
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
"""),
    # v starts as the parameters themselves
    "velocity is an alias": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = dict(params)
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
"""),
    # velocity summed over the array
    "velocity is one number": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        for name in params:
            self.v[name] = self.momentum * self.v.get(name, 0.0) - self.lr * grads[name].sum()
            params[name] += self.v[name]
"""),
    # the velocity decays only after it was used, and twice
    "decays twice": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {name: 0 * p for name, p in params.items()}
        for name in params:
            self.v[name] *= self.momentum
            self.v[name] -= self.lr * grads[name]
            params[name] += self.v[name]
        for name in params:
            self.v[name] *= self.momentum
"""),
    # the mean of all gradients so far
    "mean of all gradients": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.sum = {}
        self.n = 0

    def update(self, params, grads):
        self.n += 1
        for name in params:
            self.sum[name] = self.sum.get(name, 0) + grads[name]
            params[name] -= self.lr * self.sum[name] / self.n
"""),
    # Adam's bias correction in Momentum
    "bias corrected": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.m = {}
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        for name, g in grads.items():
            self.m[name] = self.momentum * self.m.get(name, 0) + (1 - self.momentum) * g
            params[name] -= self.lr * self.m[name] / (1 - self.momentum**self.t)
"""),
    # remembers the last gradient only
    "last gradient only": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.last = None

    def update(self, params, grads):
        for name in params:
            step = self.lr * grads[name]
            if self.last is not None:
                step = step + self.momentum * self.lr * self.last[name]
            params[name] -= step
        self.last = {name: g.copy() for name, g in grads.items()}
"""),
    # the mean of the old velocity and the new
    "move of half a velocity": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {name: np.zeros_like(p) for name, p in params.items()}
        for name in params:
            old = self.v[name]
            self.v[name] = self.momentum * old - self.lr * grads[name]
            params[name] += 0.5 * (old + self.v[name])
"""),
    # the first velocity keeps the gradient without η
    "first velocity without rate": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {}
            for name in params:
                self.v[name] = -grads[name]
        else:
            for name in params:
                self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
        for name in params:
            params[name] += self.v[name]
"""),
    # μ stands before the gradient, and not before v
    "never lets go": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        for name in params:
            old = self.v.get(name, 0)
            self.v[name] = old + self.momentum * (-self.lr * grads[name])
            params[name] += self.v[name]
"""),
    # η (1 − μ)
    "effective rate": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.momentum = momentum
        self.lr = lr * (1 - momentum)
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {name: np.zeros_like(p) for name, p in params.items()}
        for name in params:
            self.v[name] = self.momentum * self.v[name] + grads[name]
            params[name] -= self.lr * self.v[name]
"""),
    # defaults in place of the arguments
    "arguments ignored": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = 0.01
        self.momentum = 0.9
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {name: np.zeros_like(p) for name, p in params.items()}
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
"""),
    # friction: μ is taken off, and not left
    "friction after the push": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {name: np.zeros_like(p) for name, p in params.items()}
        for name in params:
            self.v[name] += -self.lr * grads[name]
            params[name] += self.v[name]
            self.v[name] -= self.momentum * self.v[name]
"""),
    # --- look-ahead ----------------------------------------------------------------------------------------------
    # looks ahead by η v
    "looks ahead by the rate": ("NesterovLookahead", """
class MyLookahead:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def gradient_point(self, params):
        if self.v is None:
            return {k: p.copy() for k, p in params.items()}
        return {k: params[k] + self.lr * self.v[k] for k in params}

    def update(self, params, grads):
        if self.v is None:
            self.v = {k: np.zeros_like(p) for k, p in params.items()}
        for k in params:
            self.v[k] = self.momentum * self.v[k] - self.lr * grads[k]
            params[k] += self.v[k]
"""),
    # looks ahead two steps
    "looks ahead two steps": ("NesterovLookahead", """
class MyLookahead:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def gradient_point(self, params):
        ahead = {}
        for k in params:
            v = self.v.get(k, 0)
            ahead[k] = params[k] + self.momentum * v + self.momentum**2 * v
        return ahead

    def update(self, params, grads):
        for k in params:
            self.v[k] = self.momentum * self.v.get(k, 0) - self.lr * grads[k]
            params[k] += self.v[k]
"""),
    # μ² for μ
    "looks ahead by mu squared": ("NesterovLookahead", """
class MyLookahead:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def gradient_point(self, params):
        return {k: p + self.momentum**2 * self.v.get(k, 0) for k, p in params.items()}

    def update(self, params, grads):
        for k in params:
            self.v[k] = self.momentum * self.v.get(k, 0) - self.lr * grads[k]
            params[k] += self.v[k]
"""),
    # looks ahead from the start for good
    "ahead of the start": ("NesterovLookahead", """
class MyLookahead:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None
        self.start = None

    def gradient_point(self, params):
        if self.start is None:
            self.start = {k: p.copy() for k, p in params.items()}
            self.v = {k: 0 * p for k, p in params.items()}
        return {k: self.start[k] + self.momentum * self.v[k] for k in params}

    def update(self, params, grads):
        if self.v is None:
            self.v = {k: 0 * p for k, p in params.items()}
        for k in params:
            self.v[k] = self.momentum * self.v[k] - self.lr * grads[k]
            params[k] += self.v[k]
"""),
    # v is averaged, and has the other sign and no η, so that gradient_point is right
    "averages and looks ahead": ("NesterovLookahead", """
class MyLookahead:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def gradient_point(self, params):
        if self.v is None:
            return dict(params)
        return {k: params[k] - self.lr * self.momentum * self.v[k] for k in params}

    def update(self, params, grads):
        if self.v is None:
            self.v = {k: 0 * p for k, p in params.items()}
        for k in params:
            self.v[k] = self.momentum * self.v[k] + (1 - self.momentum) * grads[k]
            params[k] -= self.lr * self.v[k]
"""),
    # the gradient goes in twice
    "gradient twice": ("NesterovLookahead", """
class MyLookahead:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def gradient_point(self, params):
        if self.v is None:
            return {k: p.copy() for k, p in params.items()}
        return {k: params[k] + self.momentum * self.v[k] for k in params}

    def update(self, params, grads):
        if self.v is None:
            self.v = {k: 0 * p for k, p in params.items()}
        for k in params:
            self.v[k] = self.momentum * (self.v[k] - self.lr * grads[k]) - self.lr * grads[k]
            params[k] += self.v[k]
"""),
    # a mixture of the old velocity and the new
    "moves from the old place": ("NesterovLookahead", """
class MyLookahead:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def gradient_point(self, params):
        if self.v is None:
            return {k: p.copy() for k, p in params.items()}
        return {k: params[k] + self.momentum * self.v[k] for k in params}

    def update(self, params, grads):
        if self.v is None:
            self.v = {k: 0 * p for k, p in params.items()}
        for k in params:
            new = self.momentum * self.v[k] - self.lr * grads[k]
            params[k] += (1 - self.momentum) * new + self.momentum * self.v[k]
            self.v[k] = new
"""),
    # a velocity that is divided by the number of steps
    "velocity over t": ("NesterovLookahead", """
class MyLookahead:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}
        self.t = 1

    def gradient_point(self, params):
        return {k: p + self.momentum * self.v.get(k, 0 * p) for k, p in params.items()}

    def update(self, params, grads):
        for k, g in grads.items():
            self.v[k] = self.momentum * self.v.get(k, 0 * g) - self.lr / self.t * g
            params[k] += self.v[k]
        self.t += 1
"""),
    # momentum ramps up as t/(t + 3)
    "momentum ramps up": ("NesterovLookahead", """
class MyLookahead:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}
        self.t = 0

    def mu(self):
        return min(self.momentum, self.t / (self.t + 3))

    def gradient_point(self, params):
        return {k: p + self.mu() * self.v.get(k, 0 * p) for k, p in params.items()}

    def update(self, params, grads):
        for k, g in grads.items():
            self.v[k] = self.mu() * self.v.get(k, 0 * g) - self.lr * g
            params[k] += self.v[k]
        self.t += 1
"""),
    # --- the stored form -----------------------------------------------------------------------------------------
    # 1 − μ for 1 + μ
    "one minus mu": ("Nesterov", """
class MyNesterov:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {k: np.zeros_like(p) for k, p in params.items()}
        mu, eta = self.momentum, self.lr
        for k in params:
            params[k] += mu**2 * self.v[k] - (1 - mu) * eta * grads[k]
            self.v[k] = mu * self.v[k] - eta * grads[k]
"""),
    # 1 + μ also in the line of v
    "one plus mu in both": ("Nesterov", """
class MyNesterov:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

    def update(self, params, grads):
        if self.v is None:
            self.v = {k: np.zeros_like(p) for k, p in params.items()}
        mu, eta = self.momentum, self.lr
        for k in params:
            push = (1 + mu) * eta * grads[k]
            params[k] += mu**2 * self.v[k] - push
            self.v[k] = mu * self.v[k] - push
"""),
    # η forgotten in the line of v
    "rate only on theta": ("Nesterov", """
class MyNesterov:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        mu = self.momentum
        for k, g in grads.items():
            v = self.v.get(k, np.zeros_like(g))
            params[k] += mu * mu * v - (1 + mu) * self.lr * g
            self.v[k] = mu * v - g
"""),
    # the square on v, not on μ
    "velocity squared": ("Nesterov", """
class MyNesterov:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        mu = self.momentum
        for k, g in grads.items():
            v = self.v.get(k, np.zeros_like(g))
            params[k] += mu * v**2 - (1 + mu) * self.lr * g
            self.v[k] = mu * v - self.lr * g
"""),
    # 2μ for μ²
    "two mu": ("Nesterov", """
class MyNesterov:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        mu = self.momentum
        for k in grads:
            if k not in self.v:
                self.v[k] = np.zeros_like(grads[k])
            params[k] += 2 * mu * self.v[k]
            params[k] -= (1 + mu) * self.lr * grads[k]
            self.v[k] *= mu
            self.v[k] -= self.lr * grads[k]
"""),
    # v never decays, the line for Θ is right
    "velocity only grows": ("Nesterov", """
class MyNesterov:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        mu = self.momentum
        for k in grads:
            v = self.v.get(k, 0.0)
            params[k] += mu**2 * v - (1 + mu) * self.lr * grads[k]
            self.v[k] = v - self.lr * grads[k]
"""),
    # v = μ² v in the second line
    "mu squared twice": ("Nesterov", """
class MyNesterov:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        mu2 = self.momentum**2
        for k in grads:
            v = self.v.get(k, 0.0)
            params[k] += mu2 * v - (1 + self.momentum) * self.lr * grads[k]
            self.v[k] = mu2 * v - self.lr * grads[k]
"""),
    # averages
    "stored form averaged": ("Nesterov", """
class MyNesterov:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        mu, eta = self.momentum, self.lr
        for k in grads:
            v = self.v.get(k, 0.0)
            g = (1 - mu) * grads[k]
            params[k] += mu**2 * v - (1 + mu) * eta * g
            self.v[k] = mu * v - eta * g
"""),
    # the v line uses the move
    "velocity is the last move": ("Nesterov", """
class MyNesterov:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        mu, eta = self.momentum, self.lr
        for k in grads:
            move = mu**2 * self.v.get(k, 0.0) - (1 + mu) * eta * grads[k]
            params[k] += move
            self.v[k] = move
"""),
    # --- AdaGrad -------------------------------------------------------------------------------------------------
    # no root
    "adagrad without a root": ("AdaGrad", """
class MyAdaGrad:
    def __init__(self, lr=0.01, eps=1e-10):
        self.lr = lr
        self.eps = eps
        self.s = {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.s[k] = self.s.get(k, 0) + g**2
            params[k] -= self.lr * g / (self.s[k] + self.eps)
"""),
    # root of the gradient's size
    "adagrad of sizes": ("AdaGrad", """
class MyAdaGrad:
    def __init__(self, lr=0.01, eps=1e-10):
        self.lr = lr
        self.eps = eps
        self.s = {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.s[k] = self.s.get(k, 0) + abs(g)
            params[k] -= self.lr * g / (np.sqrt(self.s[k]) + self.eps)
"""),
    # = for +=
    "adagrad that replaces": ("AdaGrad", """
class MyAdaGrad:
    def __init__(self, lr=0.01, eps=1e-10):
        self.lr = lr
        self.eps = eps
        self.s = None

    def update(self, params, grads):
        if self.s is None:
            self.s = {k: np.zeros_like(p) for k, p in params.items()}
        for k in params:
            self.s[k] = grads[k] * grads[k]
            params[k] -= self.lr * grads[k] / (np.sqrt(self.s[k]) + self.eps)
"""),
    # a mean over the steps
    "adagrad as a mean": ("AdaGrad", """
class MyAdaGrad:
    def __init__(self, lr=0.01, eps=1e-10):
        self.lr = lr
        self.eps = eps
        self.s = {}
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        for k, g in grads.items():
            self.s[k] = self.s.get(k, 0) + g * g
            params[k] -= self.lr * g / (np.sqrt(self.s[k] / self.t) + self.eps)
"""),
    # one sum for the whole array
    "adagrad with a norm": ("AdaGrad", """
class MyAdaGrad:
    def __init__(self, lr=0.01, eps=1e-10):
        self.lr = lr
        self.eps = eps
        self.s = {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.s[k] = self.s.get(k, 0) + np.sum(g**2)
            params[k] -= self.lr * g / (np.sqrt(self.s[k]) + self.eps)
"""),
    # the square of the sum
    "adagrad squares the sum": ("AdaGrad", """
class MyAdaGrad:
    def __init__(self, lr=0.01, eps=1e-10):
        self.lr = lr
        self.eps = eps
        self.s = {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.s[k] = self.s.get(k, 0) + g
            params[k] -= self.lr * g / (np.sqrt(self.s[k] ** 2) + self.eps)
"""),
    # --- RMSProp -------------------------------------------------------------------------------------------------
    # 1 − ρ missing
    "rmsprop sums": ("RMSProp", """
class MyRMSProp:
    def __init__(self, lr=0.01, rho=0.99, eps=1e-8):
        self.lr, self.rho, self.eps = lr, rho, eps
        self.s = {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.s[k] = self.rho * self.s.get(k, 0) + g**2
            params[k] -= self.lr * g / (np.sqrt(self.s[k]) + self.eps)
"""),
    # weights swapped
    "rmsprop swapped": ("RMSProp", """
class MyRMSProp:
    def __init__(self, lr=0.01, rho=0.99, eps=1e-8):
        self.lr, self.rho, self.eps = lr, rho, eps
        self.s = {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.s[k] = (1 - self.rho) * self.s.get(k, 0) + self.rho * g**2
            params[k] -= self.lr * g / (np.sqrt(self.s[k]) + self.eps)
"""),
    # ε under the root
    "rmsprop eps inside": ("RMSProp", """
class MyRMSProp:
    def __init__(self, lr=0.01, rho=0.99, eps=1e-8):
        self.lr, self.rho, self.eps = lr, rho, eps
        self.s = {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.s[k] = self.rho * self.s.get(k, 0) + (1 - self.rho) * g**2
            params[k] -= self.lr * g / np.sqrt(self.s[k] + self.eps)
"""),
    # moves before the average is updated
    "rmsprop divides first": ("RMSProp", """
class MyRMSProp:
    def __init__(self, lr=0.01, rho=0.99, eps=1e-8):
        self.lr, self.rho, self.eps = lr, rho, eps
        self.s = None

    def update(self, params, grads):
        if self.s is None:
            self.s = {k: np.zeros_like(p) for k, p in params.items()}
        for k in params:
            params[k] -= self.lr * grads[k] / (np.sqrt(self.s[k]) + self.eps)
            self.s[k] = self.rho * self.s[k] + (1 - self.rho) * grads[k] ** 2
"""),
    # the square is forgotten inside the average
    "rmsprop of gradients": ("RMSProp", """
class MyRMSProp:
    def __init__(self, lr=0.01, rho=0.99, eps=1e-8):
        self.lr, self.rho, self.eps = lr, rho, eps
        self.s = {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.s[k] = self.rho * self.s.get(k, 0) + (1 - self.rho) * g
            params[k] -= self.lr * g / (np.sqrt(self.s[k] ** 2) + self.eps)
"""),
    # --- Adam ----------------------------------------------------------------------------------------------------
    # no bias correction
    "adam uncorrected": ("Adam", """
class MyAdam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.s = {}, {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.m[k] = self.beta1 * self.m.get(k, 0) + (1 - self.beta1) * g
            self.s[k] = self.beta2 * self.s.get(k, 0) + (1 - self.beta2) * g**2
            params[k] -= self.lr * self.m[k] / (np.sqrt(self.s[k]) + self.eps)
"""),
    # t is never counted on
    "adam at step one": ("Adam", """
class MyAdam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.s, self.t = {}, {}, 1

    def update(self, params, grads):
        for k, g in grads.items():
            self.m[k] = self.beta1 * self.m.get(k, 0) + (1 - self.beta1) * g
            self.s[k] = self.beta2 * self.s.get(k, 0) + (1 - self.beta2) * g**2
            m = self.m[k] / (1 - self.beta1**self.t)
            s = self.s[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * m / (np.sqrt(s) + self.eps)
"""),
    # only m is corrected
    "adam half corrected": ("Adam", """
class MyAdam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.s, self.t = {}, {}, 0

    def update(self, params, grads):
        self.t += 1
        for k, g in grads.items():
            self.m[k] = self.beta1 * self.m.get(k, 0) + (1 - self.beta1) * g
            self.s[k] = self.beta2 * self.s.get(k, 0) + (1 - self.beta2) * g**2
            m = self.m[k] / (1 - self.beta1**self.t)
            params[k] -= self.lr * m / (np.sqrt(self.s[k]) + self.eps)
"""),
    # corrected values are stored
    "adam keeps the corrected": ("Adam", """
class MyAdam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.s, self.t = None, None, 0

    def update(self, params, grads):
        if self.m is None:
            self.m = {k: np.zeros_like(p) for k, p in params.items()}
            self.s = {k: np.zeros_like(p) for k, p in params.items()}
        self.t += 1
        for k in params:
            self.m[k] = self.beta1 * self.m[k] + (1 - self.beta1) * grads[k]
            self.s[k] = self.beta2 * self.s[k] + (1 - self.beta2) * grads[k] ** 2
            self.m[k] /= 1 - self.beta1**self.t
            self.s[k] /= 1 - self.beta2**self.t
            params[k] -= self.lr * self.m[k] / (np.sqrt(self.s[k]) + self.eps)
"""),
    # t counts names
    "adam counts names": ("Adam", """
class MyAdam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.s, self.t = {}, {}, 0

    def update(self, params, grads):
        for k, g in grads.items():
            self.t += 1
            self.m[k] = self.beta1 * self.m.get(k, 0) + (1 - self.beta1) * g
            self.s[k] = self.beta2 * self.s.get(k, 0) + (1 - self.beta2) * g**2
            m = self.m[k] / (1 - self.beta1**self.t)
            s = self.s[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * m / (np.sqrt(s) + self.eps)
"""),
    # m is summed, not averaged
    "adam sums m": ("Adam", """
class MyAdam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.s, self.t = {}, {}, 0

    def update(self, params, grads):
        self.t += 1
        for k, g in grads.items():
            self.m[k] = self.beta1 * self.m.get(k, 0) + g
            self.s[k] = self.beta2 * self.s.get(k, 0) + (1 - self.beta2) * g**2
            m = self.m[k] / (1 - self.beta1**self.t)
            s = self.s[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * m / (np.sqrt(s) + self.eps)
"""),
    # g in place of m in the step
    "adam without m": ("Adam", """
class MyAdam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.s, self.t = {}, {}, 0

    def update(self, params, grads):
        self.t += 1
        for k, g in grads.items():
            self.m[k] = self.beta1 * self.m.get(k, 0) + (1 - self.beta1) * g
            self.s[k] = self.beta2 * self.s.get(k, 0) + (1 - self.beta2) * g**2
            m = self.m[k] / (1 - self.beta1**self.t)
            s = self.s[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * g / (np.sqrt(s) + self.eps)
"""),
    # the square of the average in place of the average of squares
    "adam squares m": ("Adam", """
class MyAdam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.s, self.t = {}, {}, 0

    def update(self, params, grads):
        self.t += 1
        for k, g in grads.items():
            self.m[k] = self.beta1 * self.m.get(k, 0) + (1 - self.beta1) * g
            self.s[k] = self.beta2 * self.s.get(k, 0) + (1 - self.beta2) * self.m[k] ** 2
            m = self.m[k] / (1 - self.beta1**self.t)
            s = self.s[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * m / (np.sqrt(s) + self.eps)
"""),
    # ε inside the root, root of the corrected
    "adam eps inside": ("Adam", """
class MyAdam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.s, self.t = {}, {}, 0

    def update(self, params, grads):
        self.t += 1
        for k, g in grads.items():
            self.m[k] = self.beta1 * self.m.get(k, 0) + (1 - self.beta1) * g
            self.s[k] = self.beta2 * self.s.get(k, 0) + (1 - self.beta2) * g**2
            m = self.m[k] / (1 - self.beta1**self.t)
            s = self.s[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * m / np.sqrt(s + self.eps)
"""),
    # --- AdamW ---------------------------------------------------------------------------------------------------
    # decay goes into the gradient (L2), as in plain Adam
    "adamw as L2": ("AdamW", """
class MyAdamW:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
        self.lr, self.beta1, self.beta2, self.eps, self.w = lr, beta1, beta2, eps, weight_decay
        self.m, self.s, self.t = {}, {}, 0

    def update(self, params, grads):
        self.t += 1
        for k in params:
            g = grads[k] + self.w * params[k]
            self.m[k] = self.beta1 * self.m.get(k, 0) + (1 - self.beta1) * g
            self.s[k] = self.beta2 * self.s.get(k, 0) + (1 - self.beta2) * g**2
            m = self.m[k] / (1 - self.beta1**self.t)
            s = self.s[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * m / (np.sqrt(s) + self.eps)
"""),
    # decay without η
    "adamw decay without rate": ("AdamW", """
class MyAdamW:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
        self.lr, self.beta1, self.beta2, self.eps, self.w = lr, beta1, beta2, eps, weight_decay
        self.m, self.s, self.t = {}, {}, 0

    def update(self, params, grads):
        self.t += 1
        for k, g in grads.items():
            self.m[k] = self.beta1 * self.m.get(k, 0) + (1 - self.beta1) * g
            self.s[k] = self.beta2 * self.s.get(k, 0) + (1 - self.beta2) * g**2
            m = self.m[k] / (1 - self.beta1**self.t)
            s = self.s[k] / (1 - self.beta2**self.t)
            params[k] *= 1 - self.w
            params[k] -= self.lr * m / (np.sqrt(s) + self.eps)
"""),
    # decay has the wrong sign
    "adamw grows weights": ("AdamW", """
class MyAdamW:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
        self.lr, self.beta1, self.beta2, self.eps, self.w = lr, beta1, beta2, eps, weight_decay
        self.m, self.s, self.t = {}, {}, 0

    def update(self, params, grads):
        self.t += 1
        for k, g in grads.items():
            params[k] += self.lr * self.w * params[k]
            self.m[k] = self.beta1 * self.m.get(k, 0) + (1 - self.beta1) * g
            self.s[k] = self.beta2 * self.s.get(k, 0) + (1 - self.beta2) * g**2
            m = self.m[k] / (1 - self.beta1**self.t)
            s = self.s[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * m / (np.sqrt(s) + self.eps)
"""),
}  # fmt: skip

RIGHT = {
    "subtracts in place": ("SGD", """
class MySGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for p, g in zip(params.values(), [grads[k] for k in params]):
            np.subtract(p, self.lr * g, out=p)
"""),
    "through a generator": ("SGD", """
class MySGD:
    def __init__(self, lr=0.01):
        self.step = lambda g: -lr * g

    def update(self, params, grads):
        any(params[k].__iadd__(self.step(grads[k])) is None for k in params)
"""),
    "velocity without rate": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.buf = {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.buf[k] = g.copy() if k not in self.buf else self.momentum * self.buf[k] + g
            params[k] -= self.lr * self.buf[k]
"""),
    "from the last two places": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.before = None

    def update(self, params, grads):
        here = {k: p.copy() for k, p in params.items()}
        before = self.before or here
        for k in params:
            params[k] += self.momentum * (here[k] - before[k]) - self.lr * grads[k]
        self.before = here
"""),
    "all gradients kept": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.past = []

    def update(self, params, grads):
        self.past.append({k: g.copy() for k, g in grads.items()})
        n = len(self.past)
        for k in params:
            params[k] -= self.lr * sum(self.momentum ** (n - 1 - i) * old[k] for i, old in enumerate(self.past))
"""),
    "average undone": ("Momentum", """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.scale = lr if momentum == 1 else lr / (1 - momentum)
        self.share = 1 if momentum == 1 else 1 - momentum
        self.momentum = momentum
        self.m = {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.m[k] = self.momentum * self.m.get(k, 0 * g) + self.share * g
            params[k] -= self.scale * self.m[k]
"""),
    "looks ahead by a helper": ("NesterovLookahead", """
class MyLookahead:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.mu = lr, momentum
        self.v = {}

    def carried(self, k, p):
        return self.mu * self.v.get(k, np.zeros(p.shape))

    def gradient_point(self, params):
        return {k: p + self.carried(k, p) for k, p in params.items()}

    def update(self, params, grads):
        for k, p in params.items():
            self.v[k] = self.carried(k, p) - self.lr * grads[k]
            p += self.v[k]
"""),
    "keeps the place ahead": ("NesterovLookahead", """
class MyLookahead:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.mu = lr, momentum
        self.ahead = None

    def gradient_point(self, params):
        return self.ahead or {k: p.copy() for k, p in params.items()}

    def update(self, params, grads):
        at = self.gradient_point(params)
        self.ahead = {}
        for k in params:
            old = params[k].copy()
            params[k][...] = at[k] - self.lr * grads[k]
            self.ahead[k] = params[k] + self.mu * (params[k] - old)
"""),
    "stored form as in libraries": ("Nesterov", """
class MyNesterov:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.mu = lr, momentum
        self.buf = {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.buf[k] = self.mu * self.buf.get(k, 0) + g
            params[k] -= self.lr * (g + self.mu * self.buf[k])
"""),
    "stored form by difference": ("Nesterov", """
class MyNesterov:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.mu, self.theta = lr, momentum, None

    def update(self, params, grads):
        if self.theta is None:
            self.theta = {k: p.copy() for k, p in params.items()}
        for k, p in params.items():
            theta = p - self.lr * grads[k]
            p[...] = theta + self.mu * (theta - self.theta[k])
            self.theta[k] = theta
"""),
    "adagrad with hypot": ("AdaGrad", """
class MyAdaGrad:
    def __init__(self, lr=0.01, eps=1e-10):
        self.lr, self.eps, self.root = lr, eps, {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.root[k] = np.hypot(self.root.get(k, 0.0), g)
            params[k] -= self.lr * (g / (self.root[k] + self.eps))
"""),
    "rmsprop by lerp": ("RMSProp", """
class MyRMSProp:
    def __init__(self, lr=0.01, rho=0.99, eps=1e-8):
        self.lr, self.rho, self.eps, self.s = lr, rho, eps, {}

    def update(self, params, grads):
        for k, g in grads.items():
            s = self.s.setdefault(k, np.zeros_like(g))
            s += (1 - self.rho) * (g * g - s)
            params[k] -= self.lr * g / (s**0.5 + self.eps)
"""),
    "adam as in the paper": ("Adam", """
class MyAdam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.b, self.eps = lr, (beta1, beta2), eps
        self.state, self.left = {}, [1.0, 1.0]

    def update(self, params, grads):
        self.left = [left * b for left, b in zip(self.left, self.b)]
        for k, g in grads.items():
            old = self.state.get(k, (0 * g, 0 * g))
            self.state[k] = [b * o + (1 - b) * x for b, o, x in zip(self.b, old, (g, g * g))]
            m, s = (x / (1 - left) for x, left in zip(self.state[k], self.left))
            params[k] -= self.lr * m / (np.sqrt(s) + self.eps)
"""),
    "adamw decays last": ("AdamW", """
class MyAdamW:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
        self.lr, self.beta1, self.beta2, self.eps, self.w = lr, beta1, beta2, eps, weight_decay
        self.m, self.s, self.t = {}, {}, 0

    def update(self, params, grads):
        self.t += 1
        for k, g in grads.items():
            old = params[k].copy()
            self.m[k] = self.beta1 * self.m.get(k, 0) + (1 - self.beta1) * g
            self.s[k] = self.beta2 * self.s.get(k, 0) + (1 - self.beta2) * g**2
            m = self.m[k] / (1 - self.beta1**self.t)
            s = self.s[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * m / (np.sqrt(s) + self.eps) + self.lr * self.w * old
"""),
}  # fmt: skip
