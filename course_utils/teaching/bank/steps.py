"""Tables of steps by hand: three steps of each method, and for every number the mistakes that give another one."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

from course_utils.landscapes import SADDLE
from course_utils.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    Momentum,
    Nesterov,
    NesterovLookahead,
    Optimizer,
    RMSProp,
)
from course_utils.practice.mistakes import Mistake
from course_utils.practice.problems import StepProblem, method_words, where
from course_utils.support.language import gettext as _
from course_utils.teaching.bank.questions import DECIMALS, Entry, Steps, apart

#: Three steps for each method, with numbers that can be done by hand; `StepProblem.another` gives more. The ε of the
#: adaptive ones is too small to be seen in three decimals, and is left out of what is asked.
OPTIMIZERS: dict[str, Optimizer] = {
    "SGD": SGD(lr=1),
    "Momentum": Momentum(lr=1, momentum=1),
    "NesterovLookahead": NesterovLookahead(lr=1, momentum=1),
    "Nesterov": Nesterov(lr=1, momentum=1),
    "AdaGrad": AdaGrad(lr=1),
    "RMSProp": RMSProp(lr=1, rho=0.75),
    "Adam": Adam(lr=1, beta1=0.5, beta2=0.75),
}
TEX = {"lr": r"\eta", "momentum": r"\mu", "rho": r"\beta", "beta1": r"\beta_1", "beta2": r"\beta_2"}
RULES = {
    "SGD": r"$\theta \leftarrow \theta - \eta g$",
    "Momentum": r"$v \leftarrow \mu v - \eta g$, $\theta \leftarrow \theta + v$",
    "NesterovLookahead": r"$g$ at $\theta + \mu v$; $v \leftarrow \mu v - \eta g$, $\theta \leftarrow \theta + v$",
    "Nesterov": r"$\Theta \leftarrow \Theta + \mu^2 v - (1 + \mu)\eta g$, $v \leftarrow \mu v - \eta g$",
    "AdaGrad": r"$s \leftarrow s + g^2$, $\theta \leftarrow \theta - \eta g/\sqrt{s}$",
    "RMSProp": r"$s \leftarrow \beta s + (1 - \beta) g^2$, $\theta \leftarrow \theta - \eta g/\sqrt{s}$",
    "Adam": r"$m \leftarrow \beta_1 m + (1 - \beta_1) g$, $s \leftarrow \beta_2 s + (1 - \beta_2) g^2$, "
    r"$\theta \leftarrow \theta - \eta \hat m/\sqrt{\hat s}$",
}


def tables(variants: int) -> list[Steps]:
    """Tables of three steps on f = xy: this many for each method, all with different numbers."""
    return [
        _table(f"steps {method} {n}", problem)
        for method, optimizer in OPTIMIZERS.items()
        for n, problem in enumerate(_different(optimizer, variants), 1)
    ]


def _different(optimizer: Optimizer, variants: int) -> list[StepProblem]:
    """Raises ValueError where there are not this many different ones."""
    first = StepProblem(SADDLE, optimizer, (1, 2), 3)
    found: dict[str, StepProblem] = {}
    for seed in range(20 * variants):
        problem = first.another(seed)
        found.setdefault(repr(problem), problem)
        if len(found) == variants:
            return list(found.values())
    told = _("there are only {n} different problems for {method}; ask for fewer variants")
    raise ValueError(told.format(n=len(found), method=type(optimizer).__name__))


def _table(name: str, problem: StepProblem) -> Steps:
    letters = problem.landscape.letters
    wrong: dict[tuple[int, int], dict[Fraction, list[type[Mistake]]]] = defaultdict(lambda: defaultdict(list))
    for mistake, table in problem.mistaken:
        for t, point in enumerate(table):
            for axis, value in enumerate(point):
                wrong[t, axis][value].append(mistake)
    rows = tuple(
        tuple(
            Entry(
                value,
                _("Right."),
                apart(value, [(w, _named(m, letters)) for w, m in wrong[t, axis].items()]),
            )
            for axis, value in enumerate(point)
        )
        for t, point in enumerate(problem.answer)
    )
    return Steps(name, _asked(problem), letters, rows, tuple(problem.worked()))


def _named(mistakes: list[type[Mistake]], letters: tuple[str, str]) -> str:
    """The names of mistakes that give one number, the first of them with what to look at."""
    names = list(dict.fromkeys(mistake.said("name", letters) for mistake in mistakes))
    told = _("{names}. {cure}")
    return told.format(names=_(" or ").join(names), cure=mistakes[0].said("cure", letters))


def _asked(problem: StepProblem) -> str:
    """What a problem asks, with its formulas as TeX."""
    method, _rule, symbol = method_words(problem)
    letter = r"\Theta" if symbol == "Θ" else r"\theta"
    known = ", ".join(
        f"${TEX[name]} = {_tex(value)}$" for name, value in problem.settings.items() if name in TEX
    )
    start = ", ".join(map(_tex, problem.start))
    at_rest = _("The velocity is zero at the start.") if "momentum" in problem.settings else ""
    told = _(
        "Take three steps of {method} on ${f}$ with {settings}, from ${letter}_0 = ({start})$. {at_rest}"
    )
    text = told.format(
        method=method,
        f=f"f({', '.join(problem.landscape.letters)}) = {problem.landscape.formula}",
        settings=known,
        letter=letter,
        start=start,
        at_rest=at_rest,
    )
    rule = _("The rule: {rule}.").format(rule=RULES[type(problem.optimizer).__name__])
    return "\n\n".join([f"{text.strip()} {rule}", f"{where(problem)} {DECIMALS}"])


def _tex(value: Any) -> str:
    exact = Fraction(str(value))
    if exact.denominator in (1, 10, 20, 100):
        return f"{float(exact):g}"
    sign = "-" if exact < 0 else ""
    return rf"{sign}\tfrac{{{abs(exact.numerator)}}}{{{exact.denominator}}}"
