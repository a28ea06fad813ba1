"""Classes for Momentum that raise, as beginners write them: what is said about each, and its code."""

HEAD = """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = None

"""
CODE = {
"self forgotten": HEAD + """
    def update(params, grads):
        for name in params:
            params[name] -= 0.1 * grads[name]
""",
"setting without self": HEAD + """
    def update(self, params, grads):
        for name in params:
            params[name] -= lr * grads[name]
""",
"None indexed": HEAD + """
    def update(self, params, grads):
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
""",
"empty dict": """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
""",
"one shape": """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        for name in params:
            if name not in self.v:
                self.v[name] = np.zeros(2)
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
""",
"attribute misspelt": HEAD + """
    def update(self, params, grads):
        if self.v is None:
            self.v = {n: np.zeros_like(p) for n, p in params.items()}
        for name in params:
            self.v[name] = self.momentun * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
""",
"dot for bracket": HEAD + """
    def update(self, params, grads):
        if self.v is None:
            self.v = {n: np.zeros_like(p) for n, p in params.items()}
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads.name
            params[name] += self.v[name]
""",
"items forgotten": HEAD + """
    def update(self, params, grads):
        for name, g in grads:
            params[name] -= self.lr * g
""",
"dicts as arrays": HEAD + """
    def update(self, params, grads):
        params -= self.lr * grads
""",
"list of velocities": """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = []

    def update(self, params, grads):
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
""",
"round brackets": HEAD + """
    def update(self, params, grads):
        for name in params:
            params[name] -= self.lr * grads(name)
""",
"helper without self": HEAD + """
    def zeros(params):
        return {n: np.zeros_like(p) for n, p in params.items()}

    def update(self, params, grads):
        if self.v is None:
            self.v = self.zeros(params)
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
""",
"helper not found": HEAD + """
    def zeros(self, params):
        return {n: np.zeros_like(p) for n, p in params.items()}

    def update(self, params, grads):
        if self.v is None:
            self.v = zeros(params)
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
""",
"numpy misspelt": HEAD + """
    def update(self, params, grads):
        if self.v is None:
            self.v = {n: np.zero_like(p) for n, p in params.items()}
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
""",
"argument missing": """
class MyMomentum:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for name in params:
            params[name] -= self.lr * grads[name]
""",
"argument renamed": """
class MyMomentum:
    def __init__(self, lr=0.01, mu=0.9):
        self.lr = lr
        self.mu = mu

    def update(self, params, grads):
        for name in params:
            params[name] -= self.lr * grads[name]
""",
"int for init": """
class MyMomentum:
    def __int__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum

    def update(self, params, grads):
        for name in params:
            params[name] -= self.lr * grads[name]
""",
"init without self": """
class MyMomentum:
    def __init__(lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum

    def update(self, params, grads):
        for name in params:
            params[name] -= self.lr * grads[name]
""",
"no update": """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def step(self, params, grads):
        for name in params:
            params[name] -= self.lr * grads[name]
""",
"update without grads": HEAD + """
    def update(self, params):
        for name in params:
            params[name] -= self.lr * self.grads[name]
""",
"whole dict added": HEAD + """
    def update(self, params, grads):
        if self.v is None:
            self.v = {n: np.zeros_like(p) for n, p in params.items()}
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v
""",
"used before": HEAD + """
    def update(self, params, grads):
        for name in params:
            v = self.momentum * v - self.lr * grads[name]
            params[name] += v
""",
"by number": HEAD + """
    def update(self, params, grads):
        for i in range(len(params)):
            params[i] -= self.lr * grads[i]
""",
"names for arrays": HEAD + """
    def update(self, params, grads):
        for p, g in zip(params, grads):
            p -= self.lr * g
""",
"truth of an array": HEAD + """
    def update(self, params, grads):
        for name in params:
            if grads[name] != 0:
                params[name] -= self.lr * grads[name]
""",
"truth of velocity": """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        for name in params:
            v = self.v.get(name) or np.zeros_like(params[name])
            self.v[name] = self.momentum * v - self.lr * grads[name]
            params[name] += self.v[name]
""",
"keys added on the way": HEAD + """
    def update(self, params, grads):
        for name in params:
            params[name + "_v"] = self.lr * grads[name]
            params[name] -= params[name + "_v"]
""",
"whole numbers": HEAD + """
    def update(self, params, grads):
        if self.v is None:
            self.v = {n: np.zeros(p.shape, int) for n, p in params.items()}
        for name in params:
            self.v[name] *= self.momentum
            self.v[name] -= self.lr * grads[name]
            params[name] += self.v[name]
""",
"calls itself": HEAD + """
    def update(self, params, grads):
        for name in params:
            self.update({name: params[name]}, {name: grads[name]})
""",
"get of an array": HEAD + """
    def update(self, params, grads):
        for name in params:
            v = params[name].get("v", 0)
            params[name] += self.momentum * v - self.lr * grads[name]
""",
"None from get": """
class MyMomentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.v = {}

    def update(self, params, grads):
        for name in params:
            self.v[name] = self.momentum * self.v.get(name) - self.lr * grads[name]
            params[name] += self.v[name]
""",
"fixed name": HEAD + """
    def update(self, params, grads):
        if self.v is None:
            self.v = np.zeros_like(params["W1"])
        self.v = self.momentum * self.v - self.lr * grads["W1"]
        params["W1"] += self.v
""",
"params kept in self": HEAD + """
    def update(self, params, grads):
        for name in self.params:
            self.params[name] -= self.lr * grads[name]
""",
"gradient by function": HEAD + """
    def update(self, params, grads):
        for name in params:
            params[name] -= self.lr * gradient(params[name])
""",
"items forgotten in between": HEAD + """
    def update(self, params, grads):
        if self.v is None:
            self.v = {n: np.zeros_like(p) for n, p in params}
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
""",
}  # fmt: skip

#: a few words of what is said
SAID = {
    "self forgotten": "Python puts self before them",
    "setting without self": "self.lr",
    "None indexed": "Something is None here",
    "empty dict": "Nothing is kept under the name 'theta' yet",
    "one shape": "make zeros in the shape of each array",
    "attribute misspelt": "Nothing is kept as self.momentun here",
    "dot for bracket": "nothing called name",
    "items forgotten": "loop over items()",
    "dicts as arrays": "take one name at a time",
    "list of velocities": "A list has no names",
    "round brackets": "use square brackets",
    "helper without self": "is `self` there as the first parameter",
    "helper not found": "Nothing is called zeros",
    "numpy misspelt": "There is no numpy.zero_like",
    "argument missing": "has __init__ a parameter of this name",
    "argument renamed": "has __init__ a parameter of this name",
    "int for init": "two underscores on each side",
    "init without self": "the first line of __init__",
    "no update": "a method with the name update",
    "update without grads": "The check calls update(params, grads)",
    "whole dict added": "There is a dict, or another collection",
    "used before": "belongs to self",
    "by number": "by names, and not by numbers",
    "names for arrays": "params[name] is the array",
    "truth of an array": "an answer for each entry",
    "truth of velocity": "needs a single one",
    "keys added on the way": "becomes longer or shorter meanwhile",
    "whole numbers": "An array of whole numbers",
    "calls itself": "does it ever come to an end",
    "get of an array": "nothing called get",
    "None from get": "Something is None here",
    "fixed name": "params has no 'W1' here",
    "params kept in self": "without self",
    "gradient by function": "Nothing is called gradient",
    "items forgotten in between": "loop over items()",
}
