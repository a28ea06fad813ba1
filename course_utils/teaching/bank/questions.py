"""All questions of the course as one list of data, whoever asks them.

    Choice       one right option among several, and what each of them shows
    Number       one number, and which mistake a wrong one tells
    Steps        a table of steps by hand: numbers in a row for each step, and for each of them the same

Texts are those of `course_utils/words`: plain, with formulas between dollars and `code` where there are any.
"""

import base64
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
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
from course_utils.practice.questions import NumberQuestion, question
from course_utils.support.language import gettext as _
from course_utils.words import groups, words

ROOT = Path(__file__).resolve().parents[3]
TOLERANCE = 0.001  # three decimals, rounded or cut off

#: What stands before a question in its notebook, and without which it cannot be answered: the ids of these cells.
BEFORE = {
    "01 recorded": ("recorded", "recorded-see"),
    "01 flaw": ("flaw",),
    "02 end": ("play-ball",),
    "03 arrived": ("who", "who-figure"),
    "03 four-hundred": ("passes",),
    "03 flaw": ("flaw",),
    "04 turn": ("turn",),
    "07 thrown": ("rmsprop-live",),
    "08 open": ("c024",),
    "08 shut": ("c024",),
    "08 zeros": ("c024",),
    "08 score": ("by-hand",),
    "08 weight": ("by-hand", "by-hand-next"),
    "08 fair": ("claims", "claims-configs"),
    "09 honest": ("limits-why",),
    "09 curves": ("curves", "curves-see"),
    "bugs standstill": ("stuck-class", "stuck-steps"),
    "bugs sefl": ("name-class", "name-steps"),
    "bugs blow-up": ("order-class", "order-one-step"),
    "bugs too-good": ("whole-symptom",),
    "bugs same-rows": ("history-symptom",),
    "bugs check-fails": ("slope-symptom",),
    "bugs second-run": ("shared-class", "shared-runs"),
    "bugs one-result": ("rate-symptom",),
}
#: Questions that go on from another one, whose text stands before theirs.
AFTER = {"06 size": "06 det", "09 shut": "09 hand"}


@dataclass(frozen=True)
class Picture:
    """name: of a file.  png: its bytes.  alt: what it shows, in words."""

    name: str
    png: bytes
    alt: str


@dataclass(frozen=True)
class Code:
    """Lines of a program, or what one printed."""

    text: str


Block = str | Code | Picture  # a paragraph of text, lines of code, or a picture


@dataclass(frozen=True)
class Answer:
    """An option, or a number that is foreseen, and what it shows. id: for machines."""

    id: str
    text: str
    why: str


@dataclass(frozen=True)
class Choice:
    """name: "04 memory".  before: what is to be seen before it.  right: the id of the right option."""

    name: str
    text: str
    options: tuple[Answer, ...]
    right: str
    before: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One number that is asked for. right: exact, or to as many digits as a float has. wrong: [(number, why), ...]."""

    right: Fraction
    why: str
    wrong: tuple[tuple[Fraction, str], ...]
    hint: str = ""


@dataclass(frozen=True)
class Number:
    name: str
    text: str
    entry: Entry
    before: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Steps:
    """columns: what the columns are called.  rows: the entries of a step each.  why: the computation, a line a step."""

    name: str
    text: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    why: tuple[str, ...]
    before: tuple[Block, ...] = ()


Question = Choice | Number | Steps


def group(asked: Question) -> str:
    """Where a question belongs: the number of a lecture, "bugs" or "steps"."""
    return asked.name.partition(" ")[0]


def category(name: str) -> str:
    """What Moodle calls the place of a group of questions in its bank."""
    return f"$course$/top/Downhill, Blindfolded/{name}"


def pictures(asked: Question) -> list[Picture]:
    return [block for block in asked.before if isinstance(block, Picture)]


# --- from the words of the course ---------------------------------------------------------------------------


def of_the_course() -> list[Choice | Number]:
    """All questions in words, lecture by lecture."""
    return [_question(f"{lecture} {key}") for lecture in groups() for key in words(lecture)["questions"]]


def _question(name: str) -> Choice | Number:
    asked = question(name)
    before: tuple[Block, ...] = (question(AFTER[name]).text,) if name in AFTER else _before(name)
    if isinstance(asked, NumberQuestion):
        text = asked.text.replace(_("A fraction is welcome."), "").strip()  # to us, but not to other systems
        wrong = [(each.value, each.why) for each in asked.wrong]
        return Number(
            name, text, Entry(asked.answer, asked.why, _apart(asked.answer, wrong), asked.hint), before
        )
    options = tuple(Answer(each.id, each.text, each.why) for each in asked.options)
    right = next(each.id for each in asked.options if each.right)
    return Choice(name, asked.text, options, right, before)


def _apart(right: Fraction, wrong: list[tuple[Fraction, str]]) -> tuple[tuple[Fraction, str], ...]:
    """The wrong numbers that a system can tell from the right one, and from those before."""
    kept: list[tuple[Fraction, str]] = []
    for value, why in wrong:
        if all(abs(value - other) > 2 * TOLERANCE for other in (right, *(known for known, _why in kept))):
            kept.append((value, why))
    return tuple(kept)


# --- what stands before them in a notebook ------------------------------------------------------------------


def _before(name: str) -> tuple[Block, ...]:
    cells = _cells_around(name) if name in BEFORE else {}
    return tuple(block for id in BEFORE.get(name, ()) for block in _blocks(f"{name} {id}", cells[id]))


@cache
def _notebooks() -> tuple[list[dict[str, Any]], ...]:
    paths = [
        path for folder in ("notebooks", "solutions") for path in sorted((ROOT / folder).glob("*.ipynb"))
    ]
    return tuple(json.loads(path.read_text(encoding="utf-8"))["cells"] for path in paths)


def _cells_around(name: str) -> dict[str, dict[str, Any]]:
    """{id: cell} of the notebook that asks a question.  Raises FileNotFoundError where there are no notebooks."""
    for cells in _notebooks():
        if any(
            re.search(rf'(?:Quiz|Gate)\(\s*"{re.escape(name)}"', "".join(cell["source"])) for cell in cells
        ):
            return {cell["id"]: cell for cell in cells}
    raise FileNotFoundError(_("the notebook that asks {name} is not there").format(name=name))


def _blocks(name: str, cell: dict[str, Any]) -> Iterator[Block]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        kept = re.sub(
            r"^#+ .*$|^\*[^*\n]*\d minutes?\.[^*\n]*\*$|\*\*Predict[^*]*\*\*.*$",
            "",
            source,
            flags=re.MULTILINE,
        )
        yield from (paragraph.strip() for paragraph in re.split(r"\n\s*\n", kept) if paragraph.strip())
        return
    pictures = [output for output in cell["outputs"] if "image/png" in output.get("data", {})]
    if not pictures:
        yield Code(source)
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            yield Code("".join(output["text"]))
    for output in pictures[:1]:
        png = base64.b64decode("".join(output["data"]["image/png"]))
        yield Picture(f"{name.replace(' ', '-')}.png", png, "".join(output["data"]["text/plain"]))


# --- steps by hand ------------------------------------------------------------------------------------------

#: Three steps for each method, with numbers that can be done by hand; `StepProblem.another` gives more. The ε of the
#: adaptive ones is too small to be seen in three decimals, and is left out of what is asked.
METHODS: dict[str, Optimizer] = {
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


def steps(variants: int) -> list[Steps]:
    """Tables of three steps on f = xy: so many for each method, all with different numbers."""
    return [
        _table(f"steps {method} {n}", problem)
        for method, optimizer in METHODS.items()
        for n, problem in enumerate(_different(optimizer, variants), 1)
    ]


def _different(optimizer: Optimizer, variants: int) -> list[StepProblem]:
    """Raises ValueError where there are not so many different ones."""
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
                _apart(value, [(w, _named(m, letters)) for w, m in wrong[t, axis].items()]),
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


DECIMALS = _("Type a number, with a point for decimals; three of them are enough.")


def _tex(value: Any) -> str:
    exact = Fraction(str(value))
    if exact.denominator in (1, 10, 20, 100):
        return f"{float(exact):g}"
    sign = "-" if exact < 0 else ""
    return rf"{sign}\tfrac{{{abs(exact.numerator)}}}{{{exact.denominator}}}"


def decimal(value: Fraction) -> str:
    """A number as every system reads it: all its digits where they are few, else six decimals."""
    text = f"{float(value):.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
