"""The adaptive methods, read from their steps: what is gathered, what is divided by, what is corrected, and where ε stands.

    told(student, reference, settings) -> [Seen(what is not as it should be, what to look at)]

Their steps are no multiples of the gradient, so that no single number tells what is wrong. They are compared with those of a
model that has every part of an adaptive method, each of it right or changed; one or two changes at most.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from course_utils.practice.tasks.formulas import SYMBOLS, Settings, as_formula
from course_utils.practice.tasks.seen import Seen
from course_utils.support.language import gettext as _
from course_utils.support.numbers import typed
from course_utils.support.types import Array

Parts: TypeAlias = Mapping[str, str]
Change: TypeAlias = tuple[Parts, Seen]  # the parts that are changed, and what is said about it
Response: TypeAlias = Mapping[str, Array]
Responses: TypeAlias = Sequence[Response]
Pairs: TypeAlias = Sequence[tuple[Array, Array]]

#: The runs that are compared, as they start; the gradients after are 0.
COMPARED = {
    "push": (1.0,), "small": (0.01,), "second": (0.0, 1.0), "steady": (1.0,) * 6, "uneven": (4.0, -3.0, 0.5),
}  # fmt: skip

#: The reference as a model: one of these does what it does.
BASES: tuple[Parts, ...] = tuple(
    {
        "step": step, "step β": "own", "step corrected": corrected,
        "squares": squares, "squares β": "own", "squares corrected": corrected,
        "of": "gradient squared", "start": "0", "when": "new", "below": "root", "kept": "as they are",
    }
    for step, squares, corrected in (
        ("gradient", "sum", "no"), ("gradient", "average", "no"), ("average", "average", "yes"),
    )
)  # fmt: skip


def told(student: Responses, reference: Responses, settings: Sequence[Settings]) -> list[Seen]:
    """What in an adaptive method is not as it should be; [] where no model takes these steps, or the method is none."""
    base = next((b for b in BASES if _takes(b, reference, settings)), None)
    if base is None:
        return []
    changes = [c for c in _changes(base) if any(base[part] != value for part, value in c[0].items())]
    for change in changes:
        if _takes({**base, **change[0]}, student, settings):
            return [change[1]]
    if _share(base, student, settings):
        return []  # a factor of all steps, and nothing that only an adaptive method has
    if found := _shares(base, student, settings) or _added(base, student, settings):
        return found
    for change in changes:
        share = _share({**base, **change[0]}, student, settings)
        if share:
            return [change[1], _everywhere(share)]
    for one, other in itertools.combinations(changes, 2):
        if not one[0].keys() & other[0].keys() and _takes({**base, **one[0], **other[0]}, student, settings):
            return [one[1], other[1]]
    return _sizes(student, reference)


def told_of_decay(pairs: Pairs, settings: Sequence[Settings]) -> list[Seen]:
    """What is said about weight decay; [] where it is right.

    pairs: the moves of the student's class and the reference where all gradients are 0, away from 0.
    """
    if all(np.allclose(s, r, rtol=1e-7, atol=1e-11) for s, r in pairs):
        return []
    if not any(s.any() for s, __ in pairs):
        return [
            Seen(
                _("Where all gradients are 0, params should shrink a little in every step, and yours stay."),
                _("Where does w come in?"),
            )
        ]
    ratio = [s[0] / r[0] for s, r in pairs]
    if all(x < 0 for x in ratio):
        return [
            Seen(
                _("Where all gradients are 0, params should shrink a little in every step, and yours grow."),
                _("By what are they multiplied?"),
            )
        ]
    lengths = [abs(s[0]) / each.get("lr", 0.01) for (s, __), each in zip(pairs, settings, strict=False)]
    if np.allclose(lengths, 1, rtol=1e-4):
        return [
            Seen(
                _(
                    "The decay goes the way of the gradients, through the averages and the root, so that it no longer depends on how large params are."
                ),
                _("It should act on params alone."),
            )
        ]
    formula = as_formula(ratio, settings[:2])
    if formula in (None, "1"):
        return [
            Seen(
                _("Where all gradients are 0, params do not shrink as they should."), _("Look at the decay.")
            )
        ]
    return [
        Seen(
            _("Where all gradients are 0, params shrink by {factor} times as much as they should.").format(
                factor=formula
            ),
            _("By what is the decay multiplied?"),
        )
    ]


# --- the model --------------------------------------------------------------------------------------------


def _steps(parts: Parts, gradients: Sequence[float], settings: Settings) -> Iterator[float]:
    """The moves of a model. Raises ArithmeticError or ValueError where they cannot be computed."""
    lr, eps, decay, beta1, beta2 = _named(settings)
    m, s, theta = 0.0, float(parts["start"]), 0.0
    of_m, of_s = (
        (b if parts[p] == "own" else o) for p, b, o in (("step β", beta1, beta2), ("squares β", beta2, beta1))
    )
    for t, g in enumerate(gradients, 1):
        before = s
        m = _gathered(parts["step"], m, g, of_m, t, settings, "gradient")
        s = _gathered(parts["squares"], s, _squared(parts["of"], g, m), of_s, t, settings, "square")
        top = _corrected(parts["step corrected"], m, beta1, beta2, t)
        used = s if parts["when"] == "new" else before
        bottom = _corrected(parts["squares corrected"], used, beta2, beta1, t)
        if parts["kept"] == "corrected":
            m, s = top, bottom
        move = -lr * top / _below(parts["below"], bottom, eps, 1 - beta2**t) - lr * decay * theta
        theta += move
        yield move


def _named(settings: Settings) -> tuple[float, float, float, float, float]:
    """η, ε, w, β₁ and β₂, which RMSProp calls rho."""
    beta2 = settings.get("beta2", settings.get("rho", 0.9))
    named = (("lr", 0.01), ("eps", 1e-8), ("weight_decay", 0.0), ("beta1", 0.9))
    lr, eps, decay, beta1 = (settings.get(name, usual) for name, usual in named)
    return lr, eps, decay, beta1, beta2


def _gathered(how: str, before: float, new: float, beta: float, t: int, settings: Settings, of: str) -> float:
    match how:
        case "shares":
            return settings[f"old {of}"] * before + settings[f"new {of}"] * new
        case "average":
            return beta * before + (1 - beta) * new
        case "sum":
            return before + new
        case "fading sum":
            return beta * before + new
        case "shares swapped":
            return (1 - beta) * before + beta * new
        case "never fading":
            return before + (1 - beta) * new
        case "mean":
            return before + (new - before) / t
        case "greatest":
            return max(before, new)
        case "nothing":
            return before
    return new


def _squared(of: str, g: float, m: float) -> float:
    return {"gradient squared": g * g, "size": abs(g), "gradient": g, "average squared": m * m}[of]


def _corrected(how: str, average: float, beta: float, other: float, t: int) -> float:
    divisor = {
        "yes": 1 - beta**t,
        "as in step 1": 1 - beta,
        "other β": 1 - other**t,
        "t too large": 1 - beta ** (t + 1),
        "multiplied": 1 / (1 - beta**t),
    }
    return average / divisor.get(how, 1.0)


def _below(how: str, s: float, eps: float, share: float) -> float:
    match how:
        case "no root":
            return s + eps
        case "ε in the root":
            return math.sqrt(s + eps)
        case "size":
            return abs(s) + eps
        case "root of ε":
            return math.sqrt(s) + math.sqrt(eps)
        case "no ε":
            return math.sqrt(s) or 1.0
        case "ε before the correction":
            return math.sqrt(s) + eps / math.sqrt(share)
        case "nothing":
            return 1.0
    return math.sqrt(s) + eps


def _runs(parts: Parts, settings: Sequence[Settings]) -> Iterator[tuple[int, str, list[float]]]:
    """(which settings, the run, the moves of the model)"""
    for k, each in enumerate(settings):
        for run, first in COMPARED.items():
            yield k, run, list(_steps(parts, (*first, *(0.0,) * (6 - len(first))), each))


def _takes(parts: Parts, responses: Responses, settings: Sequence[Settings]) -> bool:
    """Whether a model takes just these steps."""
    try:
        return all(
            np.allclose(moves, responses[k][run][:, 0], rtol=1e-5, atol=1e-9)
            for k, run, moves in _runs(parts, settings)
        )
    except (ArithmeticError, ValueError):
        return False


def _share(parts: Parts, responses: Responses, settings: Sequence[Settings]) -> str | None:
    """The factor by which all steps of a model are wrong; None where it is not a factor."""
    ratios: dict[int, float] = {}
    try:
        for k, run, moves in _runs(parts, settings):
            got = responses[k][run][:, 0]
            if run == "push":
                ratios[k] = float(got[0]) / moves[0]
            if not np.allclose(ratios[k] * np.array(moves), got, rtol=1e-5, atol=1e-9):
                return None
    except (ArithmeticError, ValueError):
        return None
    formula = as_formula([ratios[0], ratios[1]], settings[:2])
    return formula if formula != "1" else None


# --- in words ---------------------------------------------------------------------------------------------


def _changes(base: Parts) -> list[Change]:
    """What may be changed in a model, and what is said about it; what is said about two at once goes first."""
    changes: list[Change] = [
        *_of_corrections(base),
        *_of_the_step(base),
        ({"squares": "newest"}, Seen(_("What you divide by knows only the newest gradient."), _("What becomes of the squares before it?"))),
        ({"of": "size"}, Seen(_("What you divide by is the root of sizes of gradients, and not of squares."), _("What is put together under the root?"))),
        (
            {"of": "gradient", "below": "size"},
            Seen(
                _("What you divide by is made of the gradients themselves: one uphill and one downhill cancel there."),
                _("What should make all of them count as positive?"),
            ),
        ),
        (
            {"of": "size", "below": "size"},
            Seen(
                _("You divide by what is made of the sizes of the gradients."),
                _("What should be squared before it is put together, and of what is the root taken?"),
            ),
        ),
        (
            {"when": "old"},
            Seen(_("What you divide by is one step old."), _("Is the square of this gradient already in it when params move?")),
        ),
        (
            {"squares": "nothing"},
            Seen(_("What you divide by holds nothing but ε."), _("Do the squares of the gradients come in, and stay there?")),
        ),
        (
            {"start": "1"},
            Seen(_("What you divide by does not start at 0."), _("What should it hold before the first gradient?")),
        ),
        ({"below": "no root"}, Seen(_("You divide by the squares themselves."), _("What of them belongs below the line?"))),
        ({"below": "nothing"}, Seen(_("The step is not divided by anything that the gradients have a part in."), _("Where do the squares come in?"))),
        ({"below": "ε in the root"}, Seen(_("ε is added under the root."), _("At which place does it stand in the formula?"))),
        ({"below": "root of ε"}, Seen(_("The root is taken of ε as well."), _("At which place does ε stand in the formula?"))),
        ({"below": "no ε"}, Seen(_("Nothing is added to the root."), _("At which place does ε stand in the formula?"))),
    ]  # fmt: skip
    if base["squares"] == "sum":
        changes += [
            ({"squares": "mean"}, Seen(_("What you divide by behaves as the mean of all squares so far, and should be made of their sum."))),
            ({"squares": "greatest"}, Seen(_("What you divide by behaves as the greatest square so far, and should be made of their sum."))),
        ]  # fmt: skip
    else:
        changes += [
            (
                {"squares": "fading sum"},
                Seen(_("The squares are added up and not averaged."), _("Which share should the newest one have?")),
            ),
            ({"squares": "sum"}, Seen(_("The squares are added up and never fade."), _("How does an average forget the old ones?"))),
            (
                {"squares": "shares swapped"},
                Seen(
                    _("In the average of the squares, the old average and the newest square have each other's share."),
                    _("Which of the two should count most?"),
                ),
            ),
            (
                {"squares": "never fading"},
                Seen(_("In the average of the squares, the old average never becomes less."), _("What should make it fade?")),
            ),
            ({"squares": "mean"}, Seen(_("All squares so far count alike."), _("Which of them should count most in this average?"))),
        ]  # fmt: skip
    return changes


def _of_the_step(base: Parts) -> list[Change]:
    if base["step"] != "average":
        return []
    swapped = {part: "other" for part in ("step β", "squares β")}
    return [
        (
            {**swapped, "step corrected": "other β", "squares corrected": "other β"},
            Seen(_("β₁ and β₂ have changed places."), _("Which of them belongs to the gradients, and which to the squares?")),
        ),
        (
            {"step β": "other", "step corrected": "other β"},
            Seen(_("The average of the gradients is made with the β of the squares.")),
        ),
        (
            {"squares β": "other", "squares corrected": "other β"},
            Seen(_("The average of the squares is made with the β of the gradients.")),
        ),
        ({"step β": "other"}, Seen(_("The average of the gradients is made with the β of the squares, and corrected with its own."))),
        ({"squares β": "other"}, Seen(_("The average of the squares is made with the β of the gradients, and corrected with its own."))),
        ({"step": "newest", "step corrected": "no"}, Seen(_("The newest gradient itself moves params."), _("Where does the average of the gradients come in?"))),
        ({"step": "newest"}, Seen(_("The average of the gradients holds only the newest one."), _("What becomes of those before it?"))),
        ({"step": "fading sum"}, Seen(_("The gradients are added up and not averaged."), _("Which share should the newest one have?"))),
        (
            {"step": "shares swapped"},
            Seen(
                _("In the average of the gradients, the old average and the newest gradient have each other's share."),
                _("Which of the two should count most?"),
            ),
        ),
        (
            {"step": "never fading"},
            Seen(_("In the average of the gradients, the old average never becomes less."), _("What should make it fade?")),
        ),
        ({"of": "average squared"}, Seen(_("What is squared is the average of the gradients."), _("Of what should the squares be?"))),
    ]  # fmt: skip


def _of_corrections(base: Parts) -> list[Change]:
    if base["step corrected"] == "no":
        return []
    both = {
        "no": Seen(_("Neither of the two averages is corrected for its start at 0.")),
        "as in step 1": Seen(
            _("Both averages are corrected in every step as in the first."), _("What should change with t?")
        ),
        "other β": Seen(_("Each of the two averages is corrected with the β of the other.")),
        "t too large": Seen(
            _("The corrections are those of one step later."), _("With what t does the first step begin?")
        ),
        "multiplied": Seen(_("The corrections make the two averages smaller, and should make them larger.")),
    }
    gradients = {
        "no": Seen(_("The average of the gradients is not corrected for its start at 0.")),
        "as in step 1": Seen(_("The average of the gradients is corrected in every step as in the first.")),
        "other β": Seen(_("The average of the gradients is corrected with the β of the squares.")),
        "t too large": Seen(_("The average of the gradients is corrected as one step later.")),
    }
    squares = {
        "no": Seen(_("The average of the squares is not corrected for its start at 0.")),
        "as in step 1": Seen(_("The average of the squares is corrected in every step as in the first.")),
        "other β": Seen(_("The average of the squares is corrected with the β of the gradients.")),
        "t too large": Seen(_("The average of the squares is corrected as one step later.")),
    }
    return [
        *(({"step corrected": how, "squares corrected": how}, text) for how, text in both.items()),
        *(({"step corrected": how}, text) for how, text in gradients.items()),
        *(({"squares corrected": how}, text) for how, text in squares.items()),
        (
            {"kept": "corrected"},
            Seen(_("The corrected averages are kept for the next step, and are corrected there once more.")),
        ),
        (
            {"below": "ε before the correction"},
            Seen(
                _("ε stands beside the root before that is corrected."),
                _("At which place does it stand in the formula?"),
            ),
        ),
    ]


def _everywhere(share: str) -> Seen:
    return Seen(_("Besides, every step is {factor} times as long as it should be.").format(factor=share))


def _shares(base: Parts, student: Responses, settings: Sequence[Settings]) -> list[Seen]:
    """The numbers before what is kept, and before what is new, where nothing else is wrong."""
    if len(settings) != 4:  # without ε among the settings
        return []
    parts = {**base, "squares": "shares", "step": "shares" if base["step"] == "average" else base["step"]}
    for which in (0, 1):  # of two solutions
        numbers = [
            _numbers(base, student[k], student[k + 2], settings[k], settings[k + 2], which) for k in (0, 1)
        ]
        told = [{**a, **b} for a, b in zip(settings, numbers * 2, strict=True)]
        if all(numbers) and _takes(parts, student, told):
            return _other_numbers(base, numbers, settings)
    return []


def _numbers(
    base: Parts, response: Response, blunt: Response, each: Settings, large: Settings, which: int
) -> Settings:
    """{"old square": the number before what is kept, "new square": ...}, and the same of the gradients where they are averaged.

    response, blunt: with the settings each, and with a large ε.  {} where there are no such numbers.
    """
    lr, eps, decay, beta1, beta2 = _named(each)
    average = base["step"] == "average"
    k1, k2 = (1 / (1 - beta1), 1 / (1 - beta1**2)) if average else (1.0, 1.0)
    l1, l2 = (1 / (1 - beta2), 1 / (1 - beta2**2)) if average else (1.0, 1.0)
    first, after = -response["push"][:2, 0]
    second = -response["steady"][1, 0] - lr * decay * first
    after -= lr * decay * first
    with np.errstate(all="ignore"):
        if not average:
            new = (lr / first - eps) ** 2
            found = {"new square": new, "old square": (lr / second - eps) ** 2 / new - 1}
            return found if np.isfinite(list(found.values())).all() else {}
        bluntly = -blunt["push"][0, 0]
        below = (bluntly * large["eps"] - first * eps) / (first - bluntly)
        push, new = first * (below + eps) / (lr * k1), below**2 / l1
        # second (√(q + 1) r + ε) = after (√q r + ε) + n for the number q before the old squares
        r, n = np.sqrt(new * l2), lr * push * k2
        y, x, n_ = second * r, after * r, n - (second - after) * eps
        if not np.isfinite([y, x, n_]).all() or y * y == x * x:
            return {}
        roots = np.roots([y * y - x * x, -2 * x * n_, y * y - n_ * n_])
        z = float(np.real(roots[which]))
        old = after * (z * r + eps) / n
    return {"new gradient": push, "old gradient": old, "new square": new, "old square": z * z}


def _other_numbers(base: Parts, numbers: Sequence[Settings], settings: Sequence[Settings]) -> list[Seen]:
    """What is said about the numbers that are not as they should be."""
    look = _("Look at the numbers before what is kept and before what is new.")
    seen = []
    for which in numbers[0]:
        values = [each[which] for each in numbers]
        right, text = _right_number(base, which, settings)
        if not np.allclose(values, right, rtol=1e-5, atol=1e-5):
            told = "0" if np.allclose(values, 0, atol=1e-5) else as_formula(values, settings[:2])
            seen.append(Seen(_number_said(which, told is not None).format(told=told, right=text), look))
    return seen


def _right_number(base: Parts, which: str, settings: Sequence[Settings]) -> tuple[list[float], str]:
    """What a number should be, with each choice of the settings, and how that is written."""
    if base["squares"] == "sum":
        return [1.0, 1.0], "1"
    name = "beta1" if "gradient" in which else "beta2" if "beta2" in settings[0] else "rho"
    betas = [each.get(name, 0.9) for each in settings[:2]]
    if "old" in which:
        return betas, SYMBOLS[name]
    return [1 - beta for beta in betas], f"(1 − {SYMBOLS[name]})"


def _number_said(which: str, told: bool) -> str:
    """told: whether the number has a short formula."""
    if not told:
        return {
            "new gradient": _(
                "In the average of the gradients, the newest one is not multiplied by {right}."
            ),
            "old gradient": _(
                "In the average of the gradients, the old average is not multiplied by {right}."
            ),
            "new square": _("In what you divide by, the newest square is not multiplied by {right}."),
            "old square": _("In what you divide by, what is kept is not multiplied by {right}."),
        }[which]
    return {
        "new gradient": _(
            "In the average of the gradients, the newest one is multiplied by {told}, and should be by {right}."
        ),
        "old gradient": _(
            "In the average of the gradients, the old average is multiplied by {told}, and should be by {right}."
        ),
        "new square": _(
            "In what you divide by, the newest square is multiplied by {told}, and should be by {right}."
        ),
        "old square": _(
            "In what you divide by, what is kept is multiplied by {told}, and should be by {right}."
        ),
    }[which]


def _added(base: Parts, student: Responses, settings: Sequence[Settings]) -> list[Seen]:
    """What is added to the root in the place of ε, read from a small gradient."""
    added = []
    for response, each in zip(student, settings, strict=True):
        got = float(response["small"][0, 0])
        [right] = _steps({**base, "below": "no ε"}, COMPARED["small"], {**each, "eps": 0.0})
        top = each.get("lr", 0.01) * COMPARED["small"][0]
        added.append(top / abs(got) - top / abs(right) if got and right else np.nan)
    if (
        not np.isfinite(added).all()
        or min(added) < 0
        or not _takes(base, student, [{**a, "eps": b} for a, b in zip(settings, added, strict=True)])
    ):
        return []
    fixed = np.allclose(added[:2], added[2:], rtol=1e-5) if len(added) == 4 else True  # whatever ε is
    told = as_formula(added[:2], settings[:2]) if fixed else None
    look = _("At which place does ε stand in the formula?")
    if told is None:
        return [Seen(_("What is added to the root is something else than ε."), look)]
    return [Seen(_("What is added to the root is {told}, and should be ε.").format(told=told), look)]


def _sizes(student: Responses, reference: Responses) -> list[Seen]:
    """How the first step depends on the size of the gradient, where it should not."""
    ratios = [s["push"][0, 0] / s["small"][0, 0] for s in student[:2] if s["small"][0, 0]]
    right = [r["push"][0, 0] / r["small"][0, 0] for r in reference[:2]]
    if len(ratios) < 2 or np.allclose(ratios, right, rtol=0.1) or not np.allclose(right, 1, rtol=1e-3):
        return []
    if not np.allclose(ratios, ratios[0], rtol=1e-3):
        return []
    return [
        Seen(
            _(
                "In the first step a gradient of 1 should move params as far as one of 0.01, and here it moves them "
                "{ratio} times as far."
            ).format(ratio=typed(float(f"{ratios[0]:.3g}"))),
            _("Look at the squares, and at the root."),
        )
    ]
