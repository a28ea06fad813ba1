"""Impulse response: what single gradients show of an optimizer that no listed mistake explains."""

import inspect
import warnings

import numpy as np
import one_edit
import pytest
import wrong_optimizers

from course_utils import optimizers
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead
from course_utils.practice import sandbox
from course_utils.practice.tasks import OptimizerTask, impulse, task
from course_utils.practice.tasks.formulas import SYMBOLS, as_formula

TASKS = {
    "SGD": "02 sgd", "Momentum": "04 momentum", "NesterovLookahead": "05 look-ahead", "Nesterov": "05 stored-form",
}  # fmt: skip
ADAPTIVE = {
    "AdaGrad": ({"lr": 0.5, "eps": 1e-3}, {"lr": 0.1, "eps": 0.1}),
    "RMSProp": ({"lr": 0.5, "rho": 0.9, "eps": 1e-3}, {"lr": 0.1, "rho": 0.75, "eps": 0.1}),
    "Adam": (
        {"lr": 0.5, "beta1": 0.5, "beta2": 0.75, "eps": 1e-3},
        {"lr": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 0.1},
    ),
}
ADAPTIVE["AdamW"] = tuple({**each, "weight_decay": 0.25} for each in ADAPTIVE["Adam"])

#: What is read from each wrong class, in a few of its words; of two things that are read, both.
READ = {
    "rate divides": ["1/η² times as far as it should"],
    "rate decays": ["0.9703 times as far in the fourth step"],
    "rate over t": ["0.25 times as far in the fourth step"],
    "sign alone": ["its size is lost on the way"],
    "mean gradient": ["one entry of an array moves the other entries too"],
    "unit length": ["depends on the gradients of the other entries"],
    "divided by n": ["The more entries an array has, the less"],
    "decays weights": ["even where all gradients are 0"],
    "clipped": ["A gradient of 100", "just as far"],
    "too large by 1/(1-mu)": ["1/(1 − μ) times as far as it should, at once and in later steps alike"],
    "rate in and out": ["η times as far as it should"],
    "zeros every time": ["(1 + μ) times as far", "nothing of it is left in the next"],
    "one minus mu kept": ["becomes (1 − μ) times as much with every step, and should become μ times"],
    "weights swapped": ["μ times as far as it should", "becomes (1 − μ) times as much"],
    "nine tenths": ["becomes 0.9 times as much with every step, whatever the settings are"],
    "mu to the t": ["fades depends on the step in which it comes"],
    "velocity is an alias": ["even where all gradients are 0"],
    "velocity is one number": ["moves the other entries too"],
    "decays twice": ["becomes μ² times as much"],
    "mean of all gradients": ["0.25 times as far in the fourth step"],
    "bias corrected": ["differently in the fourth step and in the first"],
    "last gradient only": ["in the step after that in which it comes, and then no longer"],
    "move of half a velocity": ["0.5 times as far"],
    "first velocity without rate": ["only that of the first step is not"],
    "never lets go": ["μ times as far", "never fades"],
    "effective rate": ["(1 − μ) times as far as it should, at once and in later steps alike"],
    "arguments ignored": ["becomes 0.9 times as much with every step, whatever the settings are"],
    "friction after the push": ["becomes (1 − μ) times as much"],
    "looks ahead by the rate": ["update moves params as it should", "looks η/μ times as far ahead"],
    "looks ahead two steps": ["looks (1 + μ) times as far ahead"],
    "looks ahead by mu squared": ["looks μ times as far ahead"],
    "ahead of the start": ["gradient_point does not ask for the gradient where the velocity alone"],
    "averages and looks ahead": ["(1 − μ) times as far as it should, at once and in later steps alike"],
    "gradient twice": ["(1 + μ) times as far as it should, at once and in later steps alike"],
    "moves from the old place": ["the step in which it comes, a gradient moves params (1 − μ) times as far"],
    "velocity over t": ["0.25 times as far in the fourth step"],
    "momentum ramps up": ["fades depends on the step in which it comes"],
    "one minus mu": ["(1 − μ)/(1 + μ) times as far", "The steps after it are right"],
    "one plus mu in both": ["as far as it should, and in each step after it (1 + μ) times as far"],
    "rate only on theta": ["as far as it should, and in each step after it 1/η times as far"],
    "velocity squared": ["in proportion to its size, but no longer in the steps after it"],
    "two mu": ["as far as it should, and in each step after it 2/μ times as far"],
    "velocity only grows": ["never fades"],
    "mu squared twice": ["becomes μ² times as much"],
    "stored form averaged": ["(1 − μ) times as far as it should, at once and in later steps alike"],
    "velocity is the last move": ["becomes μ² times as much"],
    "adagrad without a root": ["You divide by the squares themselves"],
    "adagrad of sizes": ["the root of sizes of gradients"],
    "adagrad that replaces": ["knows only the newest gradient"],
    "adagrad as a mean": ["the mean of all squares so far"],
    "adagrad with a norm": ["depends on the gradients of the other entries"],
    "adagrad squares the sum": ["one uphill and one downhill cancel there"],
    "rmsprop sums": ["The squares are added up and not averaged"],
    "rmsprop swapped": ["have each other's share"],
    "rmsprop eps inside": ["ε is added under the root"],
    "rmsprop divides first": ["is one step old"],
    "rmsprop of gradients": ["one uphill and one downhill cancel there"],
    "adam uncorrected": ["Neither of the two averages is corrected"],
    "adam at step one": ["Both averages are corrected in every step as in the first"],
    "adam half corrected": ["The average of the squares is not corrected"],
    "adam keeps the corrected": ["are corrected there once more"],
    "adam sums m": ["The gradients are added up and not averaged"],
    "adam without m": ["The newest gradient itself moves params"],
    "adam squares m": ["What is squared is the average of the gradients"],
    "adam eps inside": ["ε is added under the root"],
    "adamw as L2": ["The decay goes the way of the gradients"],
    "adamw decay without rate": ["shrink by 1/η times as much"],
    "adamw grows weights": ["and yours grow"],
}
#: The same, of those whose steps are right as long as there is one array in params.
READ_OF_NAMES = {
    "one array for all names": "moves another array too",
    "one zero under all names": "moves another array too",
    "adam counts names": "as if it were the second step already",
}
#: Nothing is read from these: what one optimizer leaves to the next is seen at once, by walking a second one.
SHARED = {"velocity of the class", "velocity in the default"}


def asked(name):
    return (
        task(TASKS[name])
        if name in TASKS
        else OptimizerTask(getattr(optimizers, name), settings=ADAPTIVE[name])
    )


def read(name, code):
    """(what is read from an array alone, and what from two)"""
    right = getattr(optimizers, name)
    settings = impulse.chosen(list(inspect.signature(right.__init__).parameters)[1:], {})
    student = impulse.responses(one_edit.typed(code), settings)
    return impulse.told(student, impulse.responses(right, settings), settings), impulse.told_of_names(student)


@pytest.fixture
def here(monkeypatch):
    """In this process, which is quicker; the sandbox has tests of its own."""

    def run(calls, seconds=5):
        with warnings.catch_warnings(action="ignore"):  # the other process shows none either
            return sandbox.run_here(calls, seconds)

    monkeypatch.setattr(sandbox, "run", run)


def test_every_wrong_class_is_read():
    assert {*READ, *READ_OF_NAMES, *SHARED} == set(wrong_optimizers.WRONG)


@pytest.mark.parametrize("label", READ)
def test_single_gradients_are_described(label):
    alone, __ = read(*wrong_optimizers.WRONG[label])
    told = " ".join(map(str, alone))
    assert all(words in told for words in READ[label]), told
    assert len(alone) <= impulse.MOST


@pytest.mark.parametrize("label", READ_OF_NAMES)
def test_the_relation_between_two_arrays_is_described(label):
    alone, of_names = read(*wrong_optimizers.WRONG[label])
    assert alone == []
    assert READ_OF_NAMES[label] in str(of_names[0])


@pytest.mark.parametrize("label", wrong_optimizers.RIGHT)
@pytest.mark.usefixtures("here")
def test_unusual_right_code_is_accepted_and_nothing_is_read_from_it(label):
    name, code = wrong_optimizers.RIGHT[label]
    assert read(name, code) == ([], [])
    assert asked(name).examine(one_edit.typed(code)).state == "right"


@pytest.mark.parametrize("name", [*TASKS, *ADAPTIVE])
def test_nothing_is_read_from_the_classes_of_the_course(name):
    right = getattr(optimizers, name)
    settings = impulse.chosen(list(inspect.signature(right.__init__).parameters)[1:], {})
    response = impulse.responses(right, settings)
    assert all({*impulse.RUNS, *impulse.NAMES, "ahead"} == set(each) for each in response)
    assert impulse.told(response, response, settings) == [] and impulse.told_of_names(response) == []


# --- in a verdict ------------------------------------------------------------------------------------------


def test_what_to_look_at_is_told_where_there_is_no_line():
    verdict = asked("Momentum").examine(one_edit.typed(wrong_optimizers.WRONG["weights swapped"][1]))
    assert verdict.line is None
    assert verdict.advice.endswith("Look at what is kept, and at the factor before it.")


@pytest.mark.usefixtures("here")
def test_a_rate_that_is_not_used_is_told_too():
    verdict = asked("Momentum").examine(one_edit.typed(wrong_optimizers.WRONG["arguments ignored"][1]))
    assert "becomes 0.9 times as much with every step, whatever the settings are" in verdict.advice
    assert "Your steps are the same whatever lr is" in verdict.advice


@pytest.mark.usefixtures("here")
def test_half_a_step_for_an_array_of_two_is_not_taken_for_half_a_gradient():
    verdict = asked("SGD").examine(one_edit.typed(wrong_optimizers.WRONG["divided by n"][1]))
    assert verdict.mistakes == ()
    assert "The more entries an array has" in verdict.advice


@pytest.mark.usefixtures("here")
def test_what_is_read_is_told_beside_an_exception():
    verdict = asked("Momentum").examine(one_edit.typed(wrong_optimizers.WRONG["too large by 1/(1-mu)"][1]))
    assert "ZeroDivisionError" in str(verdict)
    assert "1/(1 − μ) times as far as it should" in verdict.advice


@pytest.mark.usefixtures("here")
def test_a_counter_inside_the_loop_over_names_is_told():
    verdict = asked("Adam").examine(one_edit.typed(wrong_optimizers.WRONG["adam counts names"][1]))
    assert "as if it were the second step already" in " ".join(str(verdict).split())


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("label", sorted(SHARED))
def test_what_one_optimizer_leaves_to_the_next_is_told(label):
    name, code = wrong_optimizers.WRONG[label]
    assert "what an optimizer remembers belongs to self" in " ".join(
        str(asked(name).examine(one_edit.typed(code))).split()
    )


@pytest.mark.weekly
@pytest.mark.parametrize("label", wrong_optimizers.WRONG)
def test_every_wrong_class_is_refused_with_a_reason(label):
    name, code = wrong_optimizers.WRONG[label]
    verdict = asked(name).examine(one_edit.typed(code))
    assert verdict.state == "not yet"
    assert verdict.advice or verdict.findings
    lines = verdict.advice.split("\n")
    assert len(lines) == len(set(lines))


# --- the reading -------------------------------------------------------------------------------------------

CLASS = """
class Mine(Momentum):
    def update(self, params, grads):
        LINES
"""
OTHERS = {  # what single gradients show beside what the corpus has
    "{n: -g for n, g in grads.items()}": "A gradient of 1 makes params larger, and should make them smaller.",
    "{n: abs(g) for n, g in grads.items()}": "A gradient of −1 moves params the same way as one of 1.",
    "{n: np.maximum(g, 0) for n, g in grads.items()}": "as far as one of 1, the other way, and it does not",
    "{n: g * abs(g) for n, g in grads.items()}": "of 1 should move params a hundred times as far as one of 0.01, and here it is 10000",
    "{n: np.tanh(g) for n, g in grads.items()}": "as far as one of 0.01, and here it is 76.16 times",
    "{n: g + 1 for n, g in grads.items()}": "Params move although no gradient has come yet.",
    "{n: g if self.v is None else 0 * g for n, g in grads.items()}": "Only the gradient of the first step moves params.",
    "{n: g + 0.1 * params[n] * abs(g) for n, g in grads.items()}": "moves params differently from another place",
}  # fmt: skip


@pytest.mark.parametrize("gradients", OTHERS)
def test_what_else_is_done_to_a_gradient_is_read(gradients):
    code = CLASS.replace("LINES", f"super().update(params, {gradients})")
    mine = one_edit.typed(code, {"Momentum": Momentum})
    assert OTHERS[gradients] in compared(mine, Momentum)


def compared(mine, right, names=("lr", "momentum")):
    settings = impulse.chosen(list(names), {})
    told = impulse.told(impulse.responses(mine, settings), impulse.responses(right, settings), settings)
    return " ".join(map(str, told))


def test_one_method_of_the_course_in_the_place_of_another_is_told_apart():
    assert "nothing of it is left in the next" in compared(lambda lr, momentum: SGD(lr), Momentum)
    assert "goes on moving params in later steps" in compared(lambda lr: Momentum(lr, 0.5), SGD, ["lr"])
    assert "asked for at params, and never ahead" in compared(Momentum, NesterovLookahead)
    assert "at another place than params" in compared(NesterovLookahead, Momentum)


class MovesFirst(Momentum):
    def update(self, params, grads):
        old = self.v or {name: 0 for name in params}
        for name in params:
            params[name] += old[name]
        self.v = {name: self.momentum * old[name] - self.lr * grads[name] for name in params}


class Replaces(Momentum):
    """Takes up a new gradient only when the old ones have faded."""

    def update(self, params, grads):
        old = self.v or {name: 0 * p for name, p in params.items()}
        self.v = {n: np.where(grads[n] == 0, self.momentum * old[n], -self.lr * grads[n]) for n in params}
        for name in params:
            params[name] += self.v[name]


class Tires(Momentum):
    steps = 0

    def update(self, params, grads):
        self.steps += 1
        super().update(params, grads if self.steps < 3 else {name: 0 * g for name, g in grads.items()})


class Uneven(Momentum):
    """Every gradient fades by its age."""

    past = ()

    def update(self, params, grads):
        self.past = ({n: g.copy() for n, g in grads.items()}, *self.past)
        for n in params:
            params[n] -= self.lr * sum(g[n] / (age + 1) for age, g in enumerate(self.past))


def test_moves_that_come_too_late_or_not_evenly_are_told():
    assert "but only in later ones" in compared(MovesFirst, Momentum)
    assert "several in a row are not" in compared(Replaces, Momentum)
    assert "After some steps a gradient no longer moves params" in compared(Tires, Momentum)
    assert "does not fade evenly" in compared(Uneven, Momentum)


class LooksBack(NesterovLookahead):
    def gradient_point(self, params):
        ahead = super().gradient_point(params)
        return {n: 2 * params[n] - ahead[n] for n in params}


def test_looking_back_is_told():
    assert "gradient_point looks back" in compared(LooksBack, NesterovLookahead)


class StepTooLarge(Momentum):
    """(η + μ) g in the step, and η g in the velocity."""

    def update(self, params, grads):
        super().update(params, grads)
        for name in params:
            params[name] -= self.momentum * grads[name]


class AllTooLarge(Momentum):
    """The rate is η + 0.1."""

    def __init__(self, lr, momentum):
        super().__init__(lr + 0.1, momentum)


class FadesOtherwise(Momentum):
    def __init__(self, lr, momentum):
        super().__init__(lr, momentum + 0.1)


class LaterTooLarge(Nesterov):
    """μ² + 0.1 in the place of μ²."""

    def update(self, params, grads):
        for name in params:
            params[name] += 0.1 * self.v[name] if self.v else 0
        super().update(params, grads)


def test_what_is_no_short_formula_is_told_without_it():
    told = compared(StepTooLarge, Momentum)
    assert "In the step in which it comes, a gradient does not move params as far as it should." in told
    assert told.endswith("The steps after it are right.")
    assert compared(AllTooLarge, Momentum).startswith(
        "A gradient does not move params as far as it should, at once"
    )
    assert "does not become μ times as much with every step" in compared(FadesOtherwise, Momentum)
    assert "In each step after its own, a gradient does not move params as far" in compared(
        LaterTooLarge, Nesterov
    )


class FixedRateInTheStep(Momentum):
    """The gradient moves params at a rate of its own, and the velocity is right."""

    def update(self, params, grads):
        super().update(params, grads)
        for name in params:
            params[name] -= (0.1 - self.lr) * grads[name]


def test_the_step_alone_may_be_wrong_whatever_the_settings_are():
    told = compared(FixedRateInTheStep, Momentum)
    assert told.startswith(
        "In the step in which it comes, a gradient does not move params as far as it should."
    )
    assert told.endswith("The steps after it are right.")


class FixedRate(Momentum):
    def __init__(self, lr, momentum):
        super().__init__(0.1, momentum)


class MovesAhead(NesterovLookahead):
    def gradient_point(self, params):
        for name, ahead in super().gradient_point(params).items():
            params[name][...] = ahead
        return params


def test_nothing_is_read_where_something_else_tells_it():
    assert compared(FixedRate, Momentum) == ""
    assert compared(MovesAhead, NesterovLookahead) == ""


class OnlyOfTwo(Momentum):
    def update(self, params, grads):
        if any(p.shape == (5,) for p in params.values()):
            raise ValueError("operands could not be broadcast together")
        super().update(params, {name: 2 * g for name, g in grads.items()})


class Raises(Momentum):
    def update(self, params, grads):
        if self.v is not None:
            raise ZeroDivisionError
        super().update(params, grads)


def test_a_class_that_raises_in_between_is_not_read():
    assert "2 times as far as it should" in compared(OnlyOfTwo, Momentum)
    assert compared(Raises, Momentum) == ""
    settings = impulse.chosen(["lr"], {})
    assert impulse.told([], impulse.responses(SGD, settings), settings) == [] == impulse.told_of_names([])


class InShort(Momentum):
    """Keeps its velocity in few digits."""

    kind, times = np.float32, 1

    def update(self, params, grads):
        self.v = self.v or {name: np.zeros(p.shape, self.kind) for name, p in params.items()}
        for n in params:
            self.v[n] = (self.momentum * self.v[n] - self.times * self.lr * grads[n]).astype(self.kind)
            params[n] += self.v[n]


class InHalf(InShort):
    kind = np.float16


class TwiceInShort(InShort):
    times = 2


def test_rounding_is_not_taken_for_a_mistake():
    assert compared(InShort, Momentum) == compared(InHalf, Momentum) == ""
    assert compared(TwiceInShort, Momentum).startswith("A gradient moves params 2 times as far as it should")


def test_two_changes_of_an_adaptive_method_are_both_read():
    code = wrong_optimizers.WRONG["adam uncorrected"][1].replace("np.sqrt(self.s[k])", "self.s[k]")
    alone, __ = read("Adam", code)
    assert [each.what for each in alone] == [
        "Neither of the two averages is corrected for its start at 0.",
        "You divide by the squares themselves.",
    ]
    code = wrong_optimizers.WRONG["adam half corrected"][1].replace("self.lr * m", "m")
    alone, __ = read("Adam", code)
    assert alone[1].what == "Besides, every step is 1/η times as long as it should be."


ADAM = """
class Mine:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.s, self.t = {}, {}, 0

    def update(self, params, grads):
        self.t += 1
        for k, g in grads.items():
            old_m, old_s = self.m.get(k, 0), self.s.get(k, 0)
            self.m[k] = self.beta1 * old_m + (1 - self.beta1) * g
            self.s[k] = self.beta2 * old_s + (1 - self.beta2) * g**2
            m = self.m[k] / (1 - self.beta1**self.t)
            s = self.s[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * m / (np.sqrt(s) + self.eps)
"""
EDITED = [  # what is changed in Adam, and what is read
    ("(1 - self.beta2) * g**2", "(1 - self.beta1) * g**2", "the newest square is multiplied by (1 − β₁), and should be by (1 − β₂)"),
    ("self.beta2 * old_s", "self.beta1 * old_s", "what is kept is multiplied by β₁, and should be by β₂"),
    ("self.beta2 * old_s", "0.5 * old_s", "what is kept is multiplied by 0.5, and should be by β₂"),
    ("self.beta1 * old_m", "self.beta2 * old_m", "the old average is multiplied by β₂, and should be by β₁"),
    ("(1 - self.beta2) * g**2", "(1.5 - self.beta2) * g**2", "the newest square is not multiplied by (1 − β₂)"),
    ("self.beta1 * old_m", "old_m", "the old average never becomes less"),
    ("(1 - self.beta1) * g", "g", "The gradients are added up and not averaged"),
    ("+ self.eps", "+ self.lr", "What is added to the root is η, and should be ε"),
    ("+ self.eps", "+ 0.01", "What is added to the root is 0.01, and should be ε"),
    ("+ self.eps", "+ self.eps**0.3", "something else than ε"),
    ("(np.sqrt(s) + self.eps)", "(np.sqrt(s) + np.sqrt(self.eps))", "The root is taken of ε as well"),
    ("np.sqrt(s) + self.eps", "s + self.eps", "You divide by the squares themselves"),
    ("/ (np.sqrt(s) + self.eps)", "", "not divided by anything that the gradients have a part in"),
    ("+ (1 - self.beta2) * g**2", "* g**2", "holds nothing but ε"),
    ("self.s.get(k, 0)", "self.s.get(k, 1)", "does not start at 0"),
    ("self.beta1**self.t", "self.beta2**self.t", "The average of the gradients is corrected with the β of the squares"),
    ("{}, {}, 0", "{}, {}, 1", "With what t does the first step begin"),
    ("= lr, beta1, beta2, eps", "= lr, beta2, beta1, eps", "β₁ and β₂ have changed places"),
    ("self.lr * m", "self.lr**2 * m", "A gradient moves params η times as far as it should, at once and in later steps alike"),
]  # fmt: skip


@pytest.mark.parametrize("old, new, words", EDITED, ids=[new or old for old, new, _ in EDITED])
def test_each_part_of_an_adaptive_method_is_read(old, new, words):
    assert ADAM.count(old) == 1
    assert read("Adam", ADAM) == ([], [])
    alone, __ = read("Adam", ADAM.replace(old, new))
    assert words in " ".join(map(str, alone))


SQUARES = [  # the method, how the line of its squares ends, and what is read
    (
        "RMSProp",
        "self.rho * s + self.rho * g**2",
        "the newest square is multiplied by β, and should be by (1 − β)",
    ),
    (
        "RMSProp",
        "(1 - self.rho) * s + (1 - self.rho) * g**2",
        "what is kept is multiplied by (1 − β), and should be by β",
    ),
    ("RMSProp", "(1 - self.rho) * g**2", "what is kept is multiplied by 0, and should be by β"),
    ("RMSProp", "s + g**2", "The squares are added up and never fade"),
    ("AdaGrad", "s + 0.5 * g**2", "the newest square is multiplied by 0.5, and should be by 1"),
    ("AdaGrad", "0.9 * s + g**2", "what is kept is multiplied by 0.9, and should be by 1"),
    ("AdaGrad", "np.maximum(s, g**2)", "the greatest square so far"),
]


@pytest.mark.parametrize("method, line, words", SQUARES, ids=[line for _, line, _ in SQUARES])
def test_how_squares_are_put_together_is_read(method, line, words):
    code = wrong_optimizers.WRONG["rmsprop sums"][1].replace("self.rho * self.s.get(k, 0) + g**2", line)
    code = code.replace(
        "            self.s[k] =", "            s = self.s.get(k, 0)\n            self.s[k] ="
    )
    if method == "AdaGrad":
        code = code.replace("rho=0.99, ", "").replace(" self.rho,", "").replace(" rho,", "")
    alone, __ = read(method, code)
    assert words in " ".join(map(str, alone))


# --- formulas ----------------------------------------------------------------------------------------------

SETTINGS = impulse.chosen(["lr", "momentum"], {})
FORMULAS = {
    "1": lambda lr, momentum: 1, "−1": lambda lr, momentum: -1, "0.3333": lambda lr, momentum: 1 / 3,
    "η": lambda lr, momentum: lr, "1/η": lambda lr, momentum: 1 / lr, "−μ²": lambda lr, momentum: -momentum**2,
    "(1 − μ)": lambda lr, momentum: 1 - momentum, "1/(1 − μ)": lambda lr, momentum: 1 / (1 - momentum),
    "η/(1 − μ)": lambda lr, momentum: lr / (1 - momentum), "2 · (1 + μ)": lambda lr, momentum: 2 * (1 + momentum),
    "1/(2 · η)": lambda lr, momentum: 0.5 / lr, "(1 − μ)/(1 + μ)": lambda lr, momentum: (1 - momentum) / (1 + momentum),
}  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_a_number_is_written_as_a_formula(text):
    assert as_formula([FORMULAS[text](**each) for each in SETTINGS], SETTINGS) == text


@pytest.mark.parametrize("values", [(0.1, 0.2), (0, 0), (1, -1), (np.nan, np.nan), (np.inf, np.inf), (0, 1)])
def test_what_is_no_short_formula_stays_a_number(values):
    assert as_formula(values, SETTINGS) is None


def test_no_two_formulas_are_alike_by_chance():
    from course_utils.practice.tasks.formulas import _formulas

    settings = impulse.chosen(["lr", "beta1", "beta2", "eps", "weight_decay"], {})[:2]
    names = tuple(name for name in settings[0] if name in SYMBOLS)
    found = np.log(
        [values for __, values in _formulas(names, tuple(tuple(s[n] for n in names) for s in settings))]
    )
    found = found[
        (abs(found) > 1e-9).any(axis=1)
    ]  # a form and its inverse make 1, which is found as a number
    apart = np.unique(found.round(9), axis=0)
    nearest = min(
        np.abs(apart - each).max(axis=1)[np.abs(apart - each).max(axis=1) > 0].min() for each in apart
    )
    assert nearest > 2e-5
