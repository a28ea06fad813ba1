"""The tasks: every reference is right, every slip is named; and for code, every mistake of the atlas."""

import re
import textwrap
import warnings
from collections import Counter
from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pytest
from weekly import one_of_each

from course_utils import optimizers
from course_utils.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, NesterovLookahead
from course_utils.practice import plain_data, sandbox
from course_utils.practice.asked import ASKED
from course_utils.practice.mistakes import MISTAKES, WrongRoot
from course_utils.practice.tasks import FunctionTask, OptimizerTask, names, of_lecture, task
from course_utils.practice.tasks.comparing import same
from course_utils.practice.tasks.declared import edited
from course_utils.support.numbers import typed
from course_utils.words import groups, words

ROOT = Path(__file__).resolve().parent.parent
NAMES = names()


def in_one_line(verdict):
    return " ".join(str(verdict).split())


# --- every task that there is ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_task_keeps_its_promises(name):
    asked = task(name)
    right = asked.reference if isinstance(asked, FunctionTask) else asked.optimizer
    verdict = asked.examine(right)
    assert verdict.state == "right", str(verdict)
    assert len(asked.hints) == 3
    assert asked.why
    for text in (*asked.hints, asked.why):
        assert text == text.strip()
        assert re.search(r"[.?!]$", text) or text.splitlines()[-1].startswith("    "), "a sentence, or code"
    code = [line.strip() for line in re.sub('""".*?"""', "", asked.code(), flags=re.DOTALL).splitlines()]
    body = [
        line for line in code[1:] if len(line) > 12 and not line.startswith(("def ", "for ", "if ", "while "))
    ]
    assert body and not all(any(line in hint for hint in asked.hints) for line in body), (
        "hints that tell the answer"
    )


SLIPS = [(name, slip) for name in NAMES for slip in task(name).mistakes]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "name, slip",
    one_of_each([(name, n // 4) for n, (name, _) in enumerate(SLIPS)], SLIPS),
    ids=lambda x: x if isinstance(x, str) else x.name,
)
def test_every_slip_is_named_alone(name, slip):
    verdict = task(name).examine(slip.function)
    assert verdict.state == "not yet"
    assert verdict.mistakes == (slip.name,)
    assert verdict.advice == f"This is what comes out when {slip.symptom}. {slip.cure}"
    assert in_one_line(verdict).endswith(verdict.advice)


@pytest.mark.parametrize("name, slip", SLIPS, ids=lambda x: x if isinstance(x, str) else x.name)
def test_what_is_said_of_a_slip_reads_well(name, slip):
    first = slip.symptom.split()[0]
    assert not first[0].isupper() or first[0] in "ΘΔ" or hasattr(optimizers, first)
    assert not slip.symptom.endswith((".", "?"))
    assert re.search(r"[.?]$", slip.cure)


@pytest.mark.parametrize(
    "name", ["04 none", "99 step", "bugs none", "", "step", None, 4, "04  step", "../04 step"]
)
def test_an_unknown_name_is_refused_with_what_may_be_meant(name):
    with pytest.raises(ValueError, match=r"^There is no task .*\. ") as refused:
        task(name)
    assert "'04 step'" in str(refused.value) or name == "bugs none"


# --- code that makes a mistake of the atlas -----------------------------------------------------------------------

CLASS = """
class Mine:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum, self.v, self.first = lr, momentum, None, {}

    def gradient_point(self, params):
        return {POINT}

    def update(self, params, grads):
        if self.v is None:
            self.v = {name: np.zeros_like(p) for name, p in params.items()}
        for name in params:
            p, v, g, lr, mu = params[name], self.v[name], grads[name], self.lr, self.momentum
            {LINES}
            self.v[name] = v
            params[name] += move
"""
BALL = "v = mu * v - lr * g; move = v"
THETA = "move = mu**2 * v - (1 + mu) * lr * g; v = mu * v - lr * g"
AHEAD = "params if self.v is None else {n: params[n] + self.momentum * self.v[n] for n in params}"
RIGHT = {SGD: "move = -lr * g", Momentum: BALL, NesterovLookahead: BALL, Nesterov: THETA}

#: the name of a mistake: how the lines that make it differ, for the methods with which it can be made
GRADIENTS = {
    "uphill": "g = -g",
    "partial derivatives swapped": "g = g[::-1]",
    "sign of the gradient lost": "g = abs(g)",
    "sign wrong in x": "g = g * np.array([-1, 1])",
    "sign wrong in y": "g = g * np.array([1, -1])",
    "gradient taken as (1, 1)": "g = np.ones_like(g)",
    "gradient halved": "g = g / 2",
    "gradient frozen at the start": "g = self.first.setdefault(name, g)",
    "η dropped": "lr = 1",
    "η used twice": "lr = lr * lr",
    "1/η in place of η": "lr = 1 / lr",
    "gradient one step late": "last = self.first.get(name, g); self.first[name] = g; g = last",
    "y with x's gradient": "g = g[[0, 0]]",
    "x with y's gradient": "g = g[[1, 1]]",
}
WITH_MOMENTUM = {
    "1 − μ in place of μ": "mu = 1 - mu",
    "μ dropped": "mu = 1",
    "μ used twice": "mu = mu * mu",
    "η and μ swapped": "lr, mu = mu, lr",
}
STEPS = {
    "velocity replaced": "v = -lr * g; move = v",
    "moved against the velocity": "v = mu * v - lr * g; move = -v",
    "velocity subtracted": "v = -mu * v - lr * g; move = v",
    "position used for velocity": "v = mu * p - lr * g; move = v",
    "moved before the velocity was updated": "move = v; v = mu * v - lr * g",
    "averaged gradient (EMA)": "v = mu * v - (1 - mu) * lr * g; move = v",
    "averaged gradient, the first one whole": (
        "c = 1 - mu if name in self.first else 1; self.first[name] = 1; v = mu * v - c * lr * g; move = v"
    ),
    "one velocity for both axes": (
        "x = mu * v[0] - lr * g[0]; y = mu * x - lr * g[1]; v = np.array([y, y]); move = np.array([x, y])"
    ),
    "velocity started at −η g": "v = v if name in self.first else -lr * g; self.first[name] = 1; " + BALL,
    "velocity started at the start point": "v = v if name in self.first else p.copy(); self.first[name] = 1; "
    + BALL,
    "η on the velocity too": "v = lr * (mu * v - g); move = v",
    "μ on the gradient too": "v = mu * (v - lr * g); move = v",
}
LATE = "move = v; v = mu * v - lr * g"
MINE = (
    [(m, name, f"{line}; {RIGHT[m]}", None) for m in RIGHT for name, line in GRADIENTS.items()]
    + [(m, name, f"{line}; {RIGHT[m]}", None) for m in (Momentum, Nesterov) for name, line in WITH_MOMENTUM.items()]
    + [(NesterovLookahead, name, f"{line}; {BALL}", AHEAD.replace("self.momentum", ahead))
       for (name, line), ahead in zip(WITH_MOMENTUM.items(), ("(1 - self.momentum)", "1", "self.momentum**2", "self.lr"), strict=True)]
    + [(NesterovLookahead, "μ dropped in the velocity", f"mu = 1; {BALL}", None)]
    + [(m, name, line, None) for m in (Momentum, NesterovLookahead) for name, line in STEPS.items()]
    + [(m, "no velocity", RIGHT[SGD], "params") for m in list(RIGHT)[1:]]
    + [(m, "moved only once", f"{RIGHT[m]}; move = 0 if name in self.first else move; self.first[name] = 1", "params")
       for m in RIGHT]
    + [(m, "NAG: v updated before μ² v is used", "v = mu * v - lr * g; move = mu**2 * v - (1 + mu) * lr * g", "params")
       for m in list(RIGHT)[1:]]
    + [
        (SGD, "steps added up", "v = v - lr * g; move = v", None),
        (Momentum, "look-ahead gradient (NAG)", BALL, AHEAD),
        (Nesterov, "look-ahead gradient (NAG)", BALL, AHEAD),
        (NesterovLookahead, "no look-ahead", BALL, "params"),
        (Nesterov, "no look-ahead", BALL, "params"),
        (Momentum, "NAG in Θ", THETA, None),
        (NesterovLookahead, "NAG in Θ", THETA, "params"),
        (NesterovLookahead, "η on the move too", "v = mu * v - lr * g; move = lr * v", None),
        (Momentum, "look-ahead added twice", "w = mu * v - lr * g; move = w + mu * v; v = w", AHEAD),
        (NesterovLookahead, "look-ahead added twice", "w = mu * v - lr * g; move = w + mu * v; v = w", AHEAD),
        (NesterovLookahead, "looked ahead by v, not μ v", BALL, AHEAD.replace("self.momentum * ", "")),
        (Nesterov, "NAG: μ v in place of μ² v", THETA.replace("mu**2", "mu"), None),
        (NesterovLookahead, "looked back", BALL, AHEAD.replace("] + self", "] - self")),
        (Nesterov, "NAG: averaged gradient", "v = mu * v - (1 - mu) * lr * g; move = mu * v - lr * g", None),
        (Nesterov, "NAG: 1 + μ dropped", THETA.replace("(1 + mu) * ", ""), None),
    ]
)  # fmt: skip
#: what is done with a pencil, or around an optimizer, and not in its class
BY_HAND = {
    "f used for its gradient", "y's gradient saw the new x", "x's gradient saw the new y", "start counted as step 1",
    "moved first, then took the gradient", "history not copied", "velocity written for the position", "(y, x) order",
    "gradient written for the point", "signs of x turned", "signs of y turned",
}  # fmt: skip


def student(method, lines, point=None):
    point = point or (AHEAD if method is NesterovLookahead else "params")
    scope = {"np": np}
    code = CLASS.replace("{POINT}", point).replace("{LINES}", lines)
    if method is SGD:
        code = code.replace("lr=0.01, momentum=0.9", "lr=0.01, momentum=0")
    exec(code, scope)
    scope["Mine"].__module__ = "__main__"
    return scope["Mine"]


@pytest.fixture
def here(monkeypatch):
    """In this process, which is quicker; the sandbox has tests of its own."""
    monkeypatch.setattr(sandbox, "run", run_here)


def run_here(calls, seconds=3):
    with warnings.catch_warnings(action="ignore"):  # the other process shows none either
        return sandbox.run_here(calls, seconds)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "method, name, lines, point",
    one_of_each([name for _, name, *_ in MINE], MINE),
    ids=lambda x: getattr(x, "__name__", None),
)
def test_the_mistake_in_code_is_named(method, name, lines, point):
    verdict = OptimizerTask(method).examine(student(method, lines, point))
    mistake = next(m for m in MISTAKES if m.id == name)
    assert name in verdict.mistakes, str(verdict)
    assert len(verdict.mistakes) <= 2
    assert (mistake.in_code or mistake.symptom) in verdict.advice
    cures = [m.cure_in_code or m.cure for m in MISTAKES if m.id in verdict.mistakes]
    assert any(cure in verdict.advice for cure in cures), "one cure is enough"
    parted = next(row for row in verdict.rows if not row.right)
    assert parted.mark == "no: here the paths part"
    assert parted.expected != parted.got


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("method", RIGHT)
def test_the_same_class_without_a_mistake_is_right(method):
    assert OptimizerTask(method).examine(student(method, RIGHT[method])).state == "right"


ADAGRAD = """
import numpy as np

class Mine:
    def __init__(self, lr=0.01, eps=1e-10):
        self.lr, self.eps, self.s = lr, eps, None

    def update(self, params, grads):
        if self.s is None:
            self.s = {n: np.zeros_like(p) for n, p in params.items()}
        for n, g in grads.items():
            self.s[n] = self.s[n] + {SQUARE}
            params[n] -= self.lr * g / {BELOW}
"""
ROOT = "(np.sqrt(self.s[n]) + self.eps)"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "name, square, below",
    [
        (None, "g * g", ROOT),
        ("root forgotten", "g * g", "(self.s[n] + self.eps)"),
        ("gradient not squared", "abs(g)", ROOT),
        ("no memory of squares", "g * g - self.s[n]", ROOT),
        ("not divided by the root", "g * g", "1"),
    ],
)
def test_a_mistake_below_the_root_is_named_in_code_as_in_a_table(name, square, below):
    scope = {}
    exec(ADAGRAD.replace("{SQUARE}", square).replace("{BELOW}", below), scope)
    scope["Mine"].__module__ = "__main__"
    verdict = OptimizerTask(AdaGrad).examine(scope["Mine"])
    if name is None:
        assert verdict.state == "right", str(verdict)
    elif name == "no memory of squares":  # read off from what single gradients do
        assert "knows only the newest gradient" in verdict.advice
    else:
        assert name in verdict.mistakes, str(verdict)


def test_no_mistake_is_left_out():
    below_the_root = {m.id for m in MISTAKES if issubclass(m, WrongRoot)}
    assert {name for _, name, *_ in MINE} | BY_HAND | below_the_root == {m.id for m in MISTAKES}


# --- mistakes that only code can make --------------------------------------------------------------------------

MADE = "self.v = {n: np.zeros_like(p) for n, p in params.items()}"
PLAIN = """
class Mine:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum, self.v = lr, momentum, None

    def update(self, params, grads):
        if self.v is None:
            self.v = {n: np.zeros_like(p) for n, p in params.items()}
        for name in params:
            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]
            params[name] += self.v[name]
"""
CHANGED = {  # what is replaced by what, and what is said
    "rebound": ("params[name] += ", "params[name] = params[name] + ", "puts a new array into params"),
    "returned": (
        "params[name] += self.v[name]\n",
        "pass\n        return {n: params[n] + self.v[n] for n in params}\n",
        "leaves params as they were: move params themselves",
    ),
    "nothing moves": ("params[name] += self.v[name]", "pass", "Your update leaves params where they are"),
    "params rebound": (
        "        for name in params:",
        "        params = {n: p.copy() for n, p in params.items()}\n        for name in params:",
        "Your update leaves params where they are",
    ),
    "η hard-coded": ("self.lr * grads", "0.1 * grads", "the same whatever lr is: use self.lr"),
    "μ hard-coded": ("self.momentum * self.v", "0.9 * self.v", "becomes 0.9 times as much with every step, whatever the settings are"),
    "default η": ("= lr, momentum, None", "= 0.01, momentum, None", "the same whatever lr is"),
    "grads changed": (
        "self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]",
        "grads[name] *= self.lr; self.v[name] = self.momentum * self.v[name] - grads[name]",
        "update changes grads",
    ),
    "not made": ("self.v is None", "False", "Something is None here"),
    "settings without self": ("self.momentum * self.v", "momentum * self.v", "The settings belong to the object: self.momentum"),
    "one shape": ("np.zeros_like(p)", "np.zeros(2)", "make zeros in the shape of each"),
    "whole dicts": (
        "for name in params:\n            self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]",
        "for name in params:\n            self.v[name] = self.momentum * self.v[name] - self.lr * grads",
        "params and grads are dicts of arrays",
    ),
    "moved after the loop": ("    params[name] += self.v[name]", "params[name] += self.v[name]", "stand inside the loop over the names?"),
    "moved in the first turn": (
        "params[name] += self.v[name]", "params[name] += self.v[name]\n            return",
        "params['b'] stays where it is: the loop over the names ends after its first turn",
    ),
    "v never filled": (MADE, "self.v = {}", "Nothing is kept under the name 'theta' yet"),
    "a list for names": (MADE, "self.v = [np.zeros_like(p) for p in params.values()]", "A list has no names: keep a dict"),
    "round brackets": ("grads[name]", "grads(name)", "use square brackets"),
    "names for arrays": (
        "self.v = {n: np.zeros_like(p) for n, p in params.items()}", "self.v = {p: np.zeros_like(p) for p in params}",
        "A name is not an array",
    ),
    "kept by name, and yet": (
        "self.momentum * self.v[name]", "self.momentum * self.v[list(params)[0]]",
        "A gradient of one array in params moves another array too",
    ),
    "float32": (
        "self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]",
        "self.v[name] = np.float32(self.momentum * self.v[name] - self.lr * grads[name] * 1.1 / np.float32(1.1))",
        "Is something kept in float32?",
    ),
    "NaN later": (
        "params[name] += self.v[name]", "params[name] += self.v[name] + (1 if self.lr == 1 else np.nan)", "here the paths part",
    ),
    "one key only": ("for name in params:", 'for name in ["theta"]:', "params has no 'theta' here: go through the names that it has"),
    "one v for all keys": (
        "self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]\n            params[name] += self.v[name]",
        "self.v = self.momentum * (0 if isinstance(self.v, dict) else self.v) - self.lr * grads[name]\n"
        "            params[name] += self.v",
        "A gradient of one array in params moves another array too",
    ),
    "cut off": (
        "self.v[name] = self.momentum * self.v[name] - self.lr * grads[name]",
        "self.v[name] = self.v[name].astype(int)\n"
        "            self.v[name] *= self.momentum; self.v[name] -= self.lr * grads[name]",
        "An array of whole numbers cannot hold fractions",
    ),
    "v anew in every call": ("if self.v is None", "if True", "your velocity never accumulates"),
    "sefl": ("- self.lr", "- sefl.lr", "raises NameError: name 'sefl' is not defined"),
    "no self.v": ("self.v = lr, momentum, None", "self.w = lr, momentum, None", "raises AttributeError"),
    "NaN": ("params[name] += ", "params[name] += np.nan * ", "There is a number that is infinite or NaN"),
    "another shape": ("params[name] += self.v[name]", "params[name] = 1.0", 'params["theta"] has shape (2,), and after'),
    "text": ("params[name] += self.v[name]", 'params[name] = np.array(["a", "b"])', "no longer holds numbers"),
    "new keys": ("params[name] += self.v[name]", 'pass\n        params["more"] = 1', "update changes the keys of params"),
    "no settings": ("self, lr=0.01, momentum=0.9", "self", "got an unexpected keyword argument 'lr'"),
    "endless": ("for name in params:", "while True:\n            pass\n        for name in params:", "takes longer than"),
    "to do": ("for name in params:", "raise NotImplementedError\n        for name in params:", "To do: Mine raises"),
    "to do later": (
        "for name in params:",
        "if self.lr == 0.5: raise NotImplementedError\n        for name in params:",
        "raises NotImplementedError here",
    ),
}  # fmt: skip


def changed(old, new):
    assert old in PLAIN
    scope = {"np": np, "__name__": "__main__"}
    exec(PLAIN.replace(old, new), scope)
    return scope["Mine"]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("how", CHANGED)
def test_a_mistake_that_only_code_can_make_is_explained(how, monkeypatch):
    if how == "endless":
        monkeypatch.setattr(sandbox, "run", lambda calls: run_here(calls, seconds=0.5))
    old, new, told = CHANGED[how]
    verdict = OptimizerTask(Momentum).examine(changed(old, new))
    assert verdict.state == ("to do" if how == "to do" else "not yet")
    assert told in in_one_line(verdict), str(verdict)
    assert not verdict.mistakes or how == "v anew in every call"
    if how == "NaN later":
        assert "There is a number that is infinite or NaN" not in in_one_line(verdict)


def raises(error):
    def is_momentum(method):
        raise error

    return is_momentum


@pytest.mark.usefixtures("here")
def test_an_error_belongs_to_a_slip_only_if_its_text_begins_the_same_way():
    ambiguous, shapes = np.array([1, 2]), "operands could not be broadcast together with shapes (2,) (3,)"
    try:
        bool(ambiguous == ambiguous)
    except ValueError as error:
        assert task("bugs test").examine(raises(error)).mistakes == ("compared_with_is_not_equal",)
    assert not task("bugs test").examine(raises(ValueError(shapes))).mistakes


def summed_over_the_batch(s, t):
    """Forgets 1/n, and overflows in the case after that."""
    e = np.exp(s)
    p = e / e.sum(axis=1, keepdims=True)
    onehot = np.eye(s.shape[1])[t]
    return -np.log((p * onehot).sum(axis=1)).sum(), p - onehot


@pytest.mark.usefixtures("here")
def test_a_finite_answer_is_not_called_nan():
    text = in_one_line(task("08 cross-entropy").examine(summed_over_the_batch))
    assert "NaN" not in text
    assert text.endswith("Every number here is 2 times what is asked for.")


class Shared:
    v: dict = {}  # noqa: RUF012

    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum = lr, momentum

    def update(self, params, grads):
        for name in params:
            self.v[name] = self.momentum * self.v.get(name, 0) - self.lr * grads[name]
            params[name] += self.v[name]


class Jealous(Momentum):
    """Forgets whenever another one works: right as long as it is alone."""

    last = None

    def update(self, params, grads):
        if Jealous.last is not self:
            self.v = None
        Jealous.last = self
        super().update(params, grads)


@pytest.mark.parametrize("method", [Shared, Jealous])
def test_state_shared_by_two_optimizers_is_found(method):
    verdict = OptimizerTask(Momentum).examine(method)
    assert "A second optimizer disturbs the first" in in_one_line(verdict)
    assert verdict.mistakes == ()


class MovesAhead(NesterovLookahead):
    def gradient_point(self, params):
        for name in params if self.v else ():
            params[name] += self.momentum * self.v[name]
        return params


class PointsToAnArray(NesterovLookahead):
    def gradient_point(self, params):
        return params["theta"]


@pytest.mark.usefixtures("here")
def test_a_bad_gradient_point_is_explained():
    look = OptimizerTask(NesterovLookahead)
    assert "gradient_point moves params" in in_one_line(look.examine(MovesAhead))
    assert "gradient_point must return a dict" in in_one_line(look.examine(PointsToAnArray))


def test_anything_but_a_class_is_refused_in_plain_words():
    for thing in {}, 3, "Momentum", None:
        verdict = OptimizerTask(Momentum).examine(thing)
        assert in_one_line(verdict).endswith(
            "is not a class. Hand over the class itself: its name, without brackets."
        )


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(task(name), OptimizerTask)])
def test_the_solution_of_a_class_runs_in_a_notebook_as_it_is_shown(name):
    scope = {"np": np, "Momentum": Momentum, "__name__": "__main__"}
    exec(task(name).code(), scope)
    mine = scope[task(name).optimizer.__name__]
    assert task(name).examine(mine).state == "right"


def climbs_down(lr, mu):
    x = 1e-6
    while abs(x) < 1:
        x -= lr * x


def test_a_loop_that_never_ends_can_be_a_slip_too(monkeypatch):
    monkeypatch.setattr(sandbox, "run", lambda calls: run_here(calls, seconds=0.3))
    verdict = task("04 escape").examine(climbs_down)
    assert verdict.mistakes == ("never_arrives",)
    assert "takes longer than" in in_one_line(verdict)


@pytest.mark.usefixtures("here")
def test_any_other_optimizer_can_be_asked_for():
    settings = {"lr": 0.1, "beta1": 0.5}, {"lr": 0.01, "beta1": 0.9}
    asked = OptimizerTask(Adam, settings=settings)
    assert asked.examine(Adam).state == "right"
    assert asked.examine(optimizers.AdaGrad).state == "not yet"
    assert "lr=0.1, beta1=0.5" in str(asked.examine(Momentum))


def test_a_float_where_fractions_are_exact():
    """η = 1/10 is not an exact float: the steps of a float class still count as right."""
    tenth = ({"lr": F(1, 10), "momentum": F(9, 10)},)
    assert OptimizerTask(Momentum, settings=tenth).examine(Momentum).state == "right"
    assert OptimizerTask(Momentum, settings=tenth).examine(NesterovLookahead).mistakes == (
        "look-ahead gradient (NAG)",
    )


# --- values -----------------------------------------------------------------------------------------------------

SAME = [
    (1, 1.0), (F(1, 2), 0.5), (0.5, F(1, 2)), (1 + 1e-12, 1), ([1, 2], (1, 2)), (np.array([1.0, 2]), (1, 2)), (np.nan, np.nan),
    ("a", "a"), (None, None), ({"a": (1,)}, {"a": [1]}), (True, np.True_), (np.float32(0.5), 0.5), (1j, 1j), (1e-14, 0),
]  # fmt: skip
OTHER = [
    (1, 2), ("1", 1), (1, "1"), (None, 0), (0, None), ((1,), 1), (1, (1,)), ((1, 2), (1, 2, 3)), (np.zeros(2), 0), (np.array(1), (1,)),
    ({"a": 1}, {"b": 1}), (1 + 1e-6, 1), (np.nan, 1), (1, np.inf), ([[1], [1, 2]], np.ones((2, 2))), ("ab", ("a", "b")), (10**400, 1.0),
    (F(1, 3), F(33333333333, 10**11)), ({}, ()), (np.array(["a"]), (1,)), (plain_data.Other("x", "y"), 1), ({"a": 1}, 1),
]  # fmt: skip


@pytest.mark.parametrize("got, expected", SAME, ids=repr)
def test_equal_values_are_the_same(got, expected):
    assert same(got, expected)


@pytest.mark.parametrize("got, expected", OTHER, ids=lambda x: textwrap.shorten(repr(x), 30))
def test_different_values_are_not_the_same(got, expected):
    assert not same(got, expected)


def test_values_are_written_as_they_are_typed():
    assert typed((1, [0.5, -2.0], F(-1, 2), np.array([[1.0, -0.0]]), "a", None)) == (
        "(1, [0.5, -2], -1/2, [[1, 0]], 'a', None)"
    )
    assert typed((1.23456789,)) == "(1.23457,)"
    assert typed({"W": np.int64(3), 1: np.float32(0.5)}) == "{'W': 3, 1: 0.5}"
    assert typed(SGD) == "SGD"
    assert typed([0] * 1000) == typed([0] * 1000)[:199] + "…"
    assert typed(10**5000) == "a whole number of 16610 bits"


def test_tasks_questions_and_problems_never_share_a_name():
    """Under its name an answer is kept: two of one name would overwrite each other."""
    questions = [f"{group} {key}" for group in groups() for key in words(group)["questions"]]
    names = [*questions, *ASKED, *NAMES]
    assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize("group", groups())
def test_words_and_tasks_belong_together(group):
    """A slip without words, or words that no slip brings up, are a name mistyped."""
    said = words(group).get("tasks", {})
    assert set(said) == set(of_lecture(group))
    for key, asked in of_lecture(group).items():
        assert {slip.name for slip in asked.mistakes} == set(said[key].get("slips", {})), key


def test_an_edit_that_does_not_fit_the_reference_is_refused():
    reference = task("04 step").reference
    for old in ("no such code", "v"):
        with pytest.raises(ValueError, match="old must stand once in the code of momentum_step"):
            edited(reference, old, "w")
