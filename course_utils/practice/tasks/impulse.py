"""Impulse response: what one push of the gradient does to params now, next, later and elsewhere.

    response(method, settings) -> {name of a run: the moves}
    told(student, reference, settings) -> [Seen(what differs, what to look at)]
    told_of_names(student) -> [Seen(...)] of what one array in params does to another

A class is fed g = 1 and then 0, 0, ..., on one coordinate of two, with two choices of its settings. The reading is compared
with that of the reference; so it needs no list of mistakes, and works for every optimizer. Where steps are no multiples of
the gradient, as in the adaptive methods, squares.py goes on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from course_utils.practice.tasks import squares
from course_utils.practice.tasks.formulas import Settings, as_formula
from course_utils.practice.tasks.seen import Seen
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.types import Array

Method: TypeAlias = Callable[..., Any]
Response: TypeAlias = dict[str, Array]
Pushes: TypeAlias = tuple[tuple[float, ...], ...]

STEPS = 6
MOST = 2  # sentences
FAR = (3.0, -2.0)

#: Each run: (where params start, the first gradients; those after are 0).
RUNS: dict[str, tuple[tuple[float, ...], Pushes]] = {
    "push": ((0, 0), ((1, 0),)),
    "still": ((0, 0), ()),
    "small": ((0, 0), ((0.01, 0),)),
    "large": ((0, 0), ((100, 0),)),
    "back": ((0, 0), ((-1, 0),)),
    "second": ((0, 0), ((0, 0), (1, 0))),
    "fourth": ((0, 0), ((0, 0), (0, 0), (0, 0), (1, 0))),
    "steady": ((0, 0), ((1, 0),) * STEPS),
    "uneven": ((0, 0), ((4, 0), (-3, 0), (0.5, 0))),
    "rest": (FAR, ()),
    "far": (FAR, ((1, 0),)),
    "both": ((0, 0), ((1, 1),)),
    "one, other": ((0, 0), ((1, 0), (0, 1))),
    "none, other": ((0, 0), ((0, 0), (0, 1))),
    "wide": ((0,) * 5, ((1, 0, 0, 0, 0),)),
}

#: Without these nothing is said; a class may well be made for arrays of two entries only.
NEEDED = (*(run for run in RUNS if run != "wide"), "ahead")

#: What is pushed in the first step, of two arrays in params.
NAMES = {"name a": "a", "name b": "b", "names": "ab"}


def chosen(named: Sequence[str], usual: Settings) -> list[Settings]:
    """Two choices of the settings in which nothing is equal by chance, and the same with a large ε, if there is one.

    named: the settings.  usual: what they are where nothing else is known.
    """
    values = {
        "lr": (0.31, 0.17),
        "momentum": (0.57, 0.83),
        "rho": (0.71, 0.88),
        "beta1": (0.57, 0.83),
        "beta2": (0.71, 0.88),
        "eps": (1e-6, 1e-6),
        "weight_decay": (0.37, 0.23),
    }
    settings: list[Settings] = [
        {n: values[n][k] if n in values else float(usual[n]) for n in named} for k in range(2)
    ]
    if "eps" in named:
        settings += [{**each, "eps": 0.25} for each in settings]
    return settings


# --- in the process of the student's code -----------------------------------------------------------------


def responses(method: Method, settings: Sequence[Settings]) -> list[Response]:
    return [response(method, each) for each in settings]


def response(method: Method, settings: Settings) -> Response:
    """Feed a class one push at a time. -> {run: moves (steps, entries)}

    "ahead" is where the gradient is asked for, seen from params, in the run "push". A run in which something is raised, or
    that leaves the finite numbers, is missing.
    """
    moves: Response = {}
    for run, (start, pushes) in RUNS.items():
        gradients = [{"theta": g} for g in (*pushes, *((0,) * len(start),) * (STEPS - len(pushes)))]
        found = _run(method, settings, {"theta": start}, gradients)
        if found is not None:
            moves[run] = found[0]
            if run == "push":
                moves["ahead"] = found[1]
    for run, pushed in NAMES.items():
        still = dict.fromkeys("ab", (0.0, 0.0))
        first = {name: (float(name in pushed), 0.0) for name in "ab"}
        found = _run(method, settings, still, [first, *[still] * (STEPS - 1)])
        if found is not None:
            moves[run] = found[0]
    return moves


def _run(
    method: Method, settings: Settings, start: dict[str, Any], gradients: Sequence[Mapping[str, Any]]
) -> tuple[Array, Array] | None:
    """(the moves, how far ahead the gradient is asked for), all arrays in params side by side: (steps, entries)"""
    try:
        optimizer = method(**settings)
        params = {name: np.array(values, float) for name, values in start.items()}
        moves, ahead = [], []
        for each in gradients:
            before = _flat(params)
            at = optimizer.gradient_point(params) if hasattr(optimizer, "gradient_point") else params
            ahead.append(_flat(at) - before)
            if not np.array_equal(_flat(params), before):  # that has been said already
                return None
            optimizer.update(params, {name: np.array(g, float) for name, g in each.items()})
            moves.append(_flat(params) - before)
        both = np.array(moves, float), np.array(ahead, float)
    except Exception:
        return None
    return both if all(np.isfinite(each).all() for each in both) else None


def _flat(params: Any) -> Array:
    return np.concatenate([np.array(params[name], float).ravel() for name in params])


# --- what it shows ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Readings:
    """What a student's class and the reference do, with the same choices of the settings."""

    student: Sequence[Response]
    reference: Sequence[Response]
    settings: Sequence[Settings]

    def pairs(self, run: str, entry: int = 0) -> list[tuple[Array, Array]]:
        """[(moves of the student's class, of the reference)] in one entry, for the two choices of the settings."""
        both = zip(self.student[:2], self.reference[:2], strict=True)
        return [(s[run][:, entry], r[run][:, entry]) for s, r in both]

    def mine(self, run: str, entry: int = 0) -> list[Array]:
        return [s for s, __ in self.pairs(run, entry)]

    def right(self, run: str, entry: int = 0) -> list[Array]:
        return [r for __, r in self.pairs(run, entry)]

    def named(self, values: Sequence[float]) -> str | None:
        """A number that depends on the settings, as a formula; "1" where it is 1."""
        return as_formula(values, self.settings[:2])

    def is_same(self, run: str) -> bool:
        both = zip(self.student, self.reference, strict=True)
        return all(_close(s[run], r[run]) for s, r in both)

    def is_nearly_right(self, run: str) -> bool:
        """Whether a run may differ by rounding alone, even if it is in float16."""
        both = zip(self.student, self.reference, strict=True)
        return all(np.abs(s[run] - r[run]).max() <= 2e-3 * np.abs(r[run]).max() for s, r in both)


def told(
    student: Sequence[Response], reference: Sequence[Response], settings: Sequence[Settings]
) -> list[Seen]:
    """What differs between two classes, at most two things; [] where nothing certain can be said.

    student, reference: what `responses` gives.  settings: the choices that it was given.
    """
    if len(student) < len(settings) or not all(set(s) >= set(NEEDED) for s in (*student, *reference)):
        return []
    readings = _Readings(student, reference, settings)
    if all(map(readings.is_nearly_right, NEEDED)):
        return []
    for look in (
        _unasked,
        _neighbours,
        _place,
        _squares,
        _proportion,
        _time,
        _answer,
        _together,
        _look_ahead,
    ):
        with np.errstate(all="ignore"):
            found = look(readings)
        if found:
            return found[:MOST]
    return []


def told_of_names(student: Sequence[Response]) -> list[Seen]:
    """What the steps of one array have to do with another, where all is right with an array alone; [] for nothing."""
    if not student or not all(set(s) >= {"push", "second", *NAMES} for s in student):
        return []
    if all(_close(s["names"], np.hstack([s["push"], s["push"]])) for s in student):
        return []
    late = [(s["names"][0, 2], s["second"][1, 0]) for s in student]
    if all(_close(s["names"][0, 0], s["push"][0, 0]) for s in student) and all(
        _close(*each) for each in late
    ):
        return [
            Seen(
                _(
                    "In the first step the second array in params moves as if it were the second step already."
                ),
                _("What counts the steps should go on once per update, and not once per name."),
            )
        ]
    if any(s["name a"][:, 2:].any() or s["name b"][:, :2].any() for s in student):
        return [
            Seen(
                _("A gradient of one array in params moves another array too."),
                _(
                    "Is what is kept from step to step kept for each of them, and taken from under its own name?"
                ),
            )
        ]
    return []


def counts_entries(student: Sequence[Response]) -> bool:
    """Whether steps are divided by the number of entries that an array has: for two it looks like a factor ½."""
    first = [(5 * s["wide"][0, 0], 2 * s["push"][0, 0]) for s in student if {"wide", "push"} <= set(s)]
    return any(pushed for __, pushed in first) and all(_close(*each) for each in first)


def _close(one: Any, other: Any) -> bool:
    """To as many digits as float32 holds, or the sentences would speak of its rounding."""
    return bool(np.allclose(one, other, rtol=1e-5, atol=1e-6))


def _unasked(readings: _Readings) -> list[Seen]:
    """Moves before any gradient has come."""
    if not any(moves.any() for moves in (*readings.mine("still"), *readings.mine("still", 1))):
        return []
    return [
        Seen(
            _("Params move although no gradient has come yet."),
            _("What is in the step beside the gradients, and what is kept before the first of them?"),
        )
    ]


def _neighbours(readings: _Readings) -> list[Seen]:
    """One entry of an array, and the others."""
    if any(moves.any() for moves in readings.mine("push", 1)):
        return [
            Seen(
                _("A gradient in one entry of an array moves the other entries too."),
                _("Is something summed or averaged over the array, or kept for all its entries together?"),
            )
        ]
    alone = [*readings.mine("push"), *readings.mine("none, other", 1)]
    beside = [*readings.mine("both"), *readings.mine("one, other", 1)]
    if not all(map(_close, alone, beside)):
        return [
            Seen(
                _("How far one entry of an array moves depends on the gradients of the other entries."),
                _("Is something summed, averaged or compared over the whole array?"),
            )
        ]
    if counts_entries(readings.student):
        return [
            Seen(
                _("The more entries an array has, the less each of them moves."),
                _("Is something divided by their number?"),
            )
        ]
    return []


def _place(readings: _Readings) -> list[Seen]:
    """What the place of params has to do with the steps, beside the gradient."""
    pairs = [*readings.pairs("rest"), *readings.pairs("rest", 1)]
    if any(r.any() for __, r in pairs):
        return squares.told_of_decay(readings.pairs("rest"), readings.settings)
    if any(s.any() for s, __ in pairs):
        return [
            Seen(
                _("Params move even where all gradients are 0, unless params themselves are 0."),
                _("Are they in the step, or in what is kept, beside the gradients?"),
            )
        ]
    if not all(map(_close, readings.mine("far"), readings.mine("push"))):
        return [
            Seen(
                _("The same gradient moves params differently from another place."),
                _("A step should depend on the gradients alone. Are params themselves in what is kept?"),
            )
        ]
    return []


def _squares(readings: _Readings) -> list[Seen]:
    """What only an adaptive method has."""
    return squares.told(readings.student, readings.reference, readings.settings)


def _proportion(readings: _Readings) -> list[Seen]:
    """How the steps depend on the size and the sign of the gradient; for methods in which they are multiples of it."""
    whole, small, large, back = (readings.mine(run) for run in ("push", "small", "large", "back"))
    if not _are_multiples(readings.right("push"), readings.right("small"), 100):
        return []
    if all(map(_close, whole, back)) and all(w.any() for w in whole):
        return [
            Seen(
                _("A gradient of −1 moves params the same way as one of 1."),
                _("Where does its sign get lost?"),
            )
        ]
    if all(map(_close, whole, small)) and all(w.any() for w in whole):
        return [
            Seen(
                _("A gradient of 0.01 moves params as far as one of 1: its size is lost on the way."),
                _("Is only its sign used, or is it divided by its own size?"),
            )
        ]
    for one, other, sizes in ((whole, small, ("1", "0.01")), (large, whole, ("100", "1"))):
        if not _are_multiples([w[:1] for w in one], [o[:1] for o in other], 100):
            return [_other_multiple(readings, one, other, sizes)]
    if not _are_multiples(whole, small, 100) or not _are_multiples(large, whole, 100):
        return [
            Seen(
                _(
                    "In the step in which it comes, a gradient moves params in proportion to its size, but no longer in the steps after it."
                ),
                _("What is done to what is kept, besides multiplying and adding?"),
            )
        ]
    if not _are_multiples(whole, back, -1):
        return [
            Seen(
                _("A gradient of −1 should move params as far as one of 1, the other way, and it does not."),
                _("What treats negative numbers differently?"),
            )
        ]
    return []


def _are_multiples(moves: Sequence[Array], others: Sequence[Array], times: float) -> bool:
    return all(_close(one, times * other) for one, other in zip(moves, others, strict=True))


def _other_multiple(
    readings: _Readings, one: Sequence[Array], other: Sequence[Array], sizes: tuple[str, str]
) -> Seen:
    ratio = None
    if all(b[0] for b in other):
        ratio = readings.named([a[0] / b[0] for a, b in zip(one, other, strict=True)])
    if ratio is None:
        seen = _(
            "A gradient of {size} should move params a hundred times as far as one of {other}, and it does not."
        )
    elif ratio == "1":
        seen = _(
            "A gradient of {size} should move params a hundred times as far as one of {other}, and moves them just as far."
        )
    else:
        seen = _(
            "A gradient of {size} should move params a hundred times as far as one of {other}, and here it is "
            "{ratio} times as far."
        )
    return Seen(
        seen.format(size=sizes[0], other=sizes[1], ratio=ratio),
        _("What is done to the gradient, besides multiplying it by a number?"),
    )


def _shifted(moves: Array, steps: int) -> Array:
    """What a push gives if it comes some steps later."""
    return np.concatenate([np.zeros(steps), moves[: len(moves) - steps]])


def _time(readings: _Readings) -> list[Seen]:
    """Whether the same push does the same whenever it comes; for methods in which it does."""
    late = {"second": 1, "fourth": 3}
    for run, steps in late.items():
        pairs = zip(readings.right(run), readings.right("push"), strict=True)
        if not all(_close(r, _shifted(p, steps)) for r, p in pairs):
            return []
    first, second, fourth = (readings.mine(run) for run in ("push", *late))
    if all(_close(f, _shifted(p, 3)) for f, p in zip(fourth, first, strict=True)):
        return []
    if all(p[0] and not f.any() for p, f in zip(first, fourth, strict=True)):
        return [_no_more(any(s.any() for s in second))]
    if all(_close(f[2:], s[:-2]) for f, s in zip(fourth, second, strict=True)):
        right = readings.is_same("second") and readings.is_same("fourth")
        return [
            Seen(
                _(
                    "From the second step on a gradient is answered as it should be, and only that of the first step is not."
                )
                if right
                else _("A gradient of the first step is answered differently from the same one later."),
                _("Look at what happens in the first call only."),
            )
        ]
    return [
        _drifting(readings, [f[3] / p[0] if p[0] else np.inf for f, p in zip(fourth, first, strict=True)])
    ]


def _no_more(moved: bool) -> Seen:
    """moved: whether a gradient of the second step still moves params."""
    if moved:
        return Seen(
            _("After some steps a gradient no longer moves params at all."),
            _("What changes from call to call?"),
        )
    return Seen(
        _("Only the gradient of the first step moves params."), _("What happens in the first call only?")
    )


def _drifting(readings: _Readings, ratios: Sequence[float]) -> Seen:
    """ratios: how far a gradient moves params in the fourth step, for 1 in the first."""
    ratio = readings.named(ratios)
    if ratio == "1":
        seen = _("How fast the effect of a gradient fades depends on the step in which it comes.")
    elif ratio is None:
        seen = _("The same gradient moves params differently in the fourth step and in the first.")
    else:
        seen = _("The same gradient moves params {ratio} times as far in the fourth step as in the first.")
    return Seen(
        seen.format(ratio=ratio), _("Look for a number that changes from call to call, and should not.")
    )


# --- now and later ----------------------------------------------------------------------------------------


def _answer(readings: _Readings) -> list[Seen]:
    """What a push does in its own step, and in those after it."""
    pairs = readings.pairs("push")
    if readings.is_same("push") or not all(r[0] for __, r in pairs) or not any(s.any() for s, __ in pairs):
        return []
    if all(s[0] == 0 for s, __ in pairs):
        return [
            Seen(
                _("A gradient does not move params in the step in which it comes, but only in later ones."),
                _("Which comes first, the gradient or the move?"),
            )
        ]
    now = readings.named([s[0] / r[0] for s, r in pairs])
    fixed = now is None and _close(
        *(s[0] for s, __ in pairs)
    )  # whatever the settings are: that is said elsewhere
    if all(_close(s, s[0] / r[0] * r) for s, r in pairs):
        alike = all(_close(s, s[0] / r[0] * r) for s, r in readings.pairs("steady"))
        return [_wholly(now)] if alike and now != "1" and not fixed else []
    own, later = [] if now == "1" else [_own_step(now)], _later(readings, now)
    if own and all(_close(s[1:], r[1:]) for s, r in pairs):
        return [*own, Seen(_("The steps after it are right."))]
    return later if fixed and later else [*own, *later]


def _wholly(now: str | None) -> Seen:
    """All steps that follow a push are wrong by the same factor."""
    if now == "−1":
        return Seen(
            _("A gradient of 1 makes params larger, and should make them smaller."),
            _("Follow the signs from grads to params."),
        )
    seen = (
        _("A gradient does not move params as far as it should, at once and in later steps alike.")
        if now is None
        else _(
            "A gradient moves params {factor} times as far as it should, at once and in later steps alike."
        )
    )
    return Seen(
        seen.format(factor=now), _("By what is it multiplied or divided on its way from grads to params?")
    )


def _own_step(now: str | None) -> Seen:
    if now == "−1":
        return Seen(
            _(
                "In the step in which it comes, a gradient of 1 makes params larger, and should make them smaller."
            ),
            _("Follow the signs from grads to params."),
        )
    seen = (
        _("In the step in which it comes, a gradient does not move params as far as it should.")
        if now is None
        else _("In the step in which it comes, a gradient moves params {factor} times as far as it should.")
    )
    return Seen(
        seen.format(factor=now), _("By what is it multiplied or divided on its way from grads to params?")
    )


def _later(readings: _Readings, now: str | None) -> list[Seen]:
    """What is left of a push in the steps after its own."""
    pairs = readings.pairs("push")
    if not any(r[1:].any() for __, r in pairs):
        return [
            Seen(
                _(
                    "A gradient goes on moving params in later steps, and here a step should depend on its own gradient alone."
                ),
                _("What is kept from step to step?"),
            )
        ]
    if not any(s[1:].any() for s, __ in pairs):
        return [
            Seen(
                _(
                    "A gradient moves params in the step in which it comes, and nothing of it is left in the next."
                ),
                _("Is what is kept really kept until then, and used?"),
            )
        ]
    for k in range(2, STEPS):
        if all(s[1:k].all() and not s[k:].any() for s, __ in pairs):
            return [_lost(k - 1)]
    return _fading(readings, now)


def _lost(steps: int) -> Seen:
    seen = ngettext(
        "A gradient still moves params in the step after that in which it comes, and then no longer: it should fade little by little.",
        "A gradient still moves params in the {steps} steps after that in which it comes, and then no longer: it should fade little by "
        "little.",
        steps,
    )
    return Seen(seen.format(steps=steps), _("What is kept from one step to the next?"))


def _fading(readings: _Readings, now: str | None) -> list[Seen]:
    """How the rest of a push shrinks from step to step."""
    pairs = readings.pairs("push")
    if not all(each[1:].all() for pair in pairs for each in pair):
        return []
    mine, right = ([pair[k][2:] / pair[k][1:-1] for pair in pairs] for k in range(2))
    if not all(_close(rates, rates[0]) for rates in right):
        return []
    if not all(_close(rates, rates[0]) for rates in mine):
        return [
            Seen(
                _("What a gradient leaves for later steps does not fade evenly."),
                _("Each of these steps should be the same part of the one before."),
            )
        ]
    if not _close([rates[0] for rates in mine], [rates[0] for rates in right]):
        return _fades_wrongly(*(readings.named([rates[0] for rates in both]) for both in (mine, right)))
    return _jumps(now, readings.named([s[1] / r[1] for s, r in pairs]))


def _fades_wrongly(fades: str | None, should: str | None) -> list[Seen]:
    if should is None:
        return []
    if fades == "1":
        return [
            Seen(
                _("What a gradient leaves for later steps never fades: they are all as long as one another."),
                _("What should make it less from step to step?"),
            )
        ]
    if fades is None:
        seen = _(
            "What a gradient leaves for later steps does not become {should} times as much with every step."
        )
    elif fades.replace(".", "").isdigit():
        seen = _(
            "What a gradient leaves for later steps becomes {fades} times as much with every step, whatever the settings "
            "are, and should become {should} times as much."
        )
    else:
        seen = _(
            "What a gradient leaves for later steps becomes {fades} times as much with every step, and should become "
            "{should} times as much."
        )
    return [
        Seen(seen.format(fades=fades, should=should), _("Look at what is kept, and at the factor before it."))
    ]


def _jumps(now: str | None, later: str | None) -> list[Seen]:
    """The rest of a push fades as it should. now, later: how far a gradient moves params in its own step, and after it, for 1."""
    if later == "1":
        return []
    if later == "−1":
        seen = _("In each step after its own, a gradient moves params the wrong way.")
    elif later is None:
        seen = _("In each step after its own, a gradient does not move params as far as it should.")
    elif now == "1":
        seen = _(
            "In the step in which it comes, a gradient moves params as far as it should, and in each step after it "
            "{factor} times as far."
        )
    else:
        seen = _("In each step after its own, a gradient moves params {factor} times as far as it should.")
    return [
        Seen(
            seen.format(factor=later), _("How does what is kept come into the step, and what comes into it?")
        )
    ]


def _together(readings: _Readings) -> list[Seen]:
    """Several pushes one after the other, where each alone is answered as it should be."""
    if not readings.is_same("push") or all(map(readings.is_same, ("steady", "uneven"))):
        return []
    return [
        Seen(
            _("Each gradient alone is answered as it should be, and several in a row are not."),
            _(
                "Does a new one replace what is kept, or is it treated differently when something is kept already?"
            ),
        )
    ]


def _look_ahead(readings: _Readings) -> list[Seen]:
    """Where the gradient is asked for, as long as the steps themselves are right."""
    if readings.is_same("ahead") or not readings.is_same("push"):
        return []
    pairs = [(s[1:], r[1:]) for s, r in readings.pairs("ahead")]
    ratios = [s / r if r.all() else np.array([np.nan]) for s, r in pairs]
    ahead = readings.named([each[0] for each in ratios])
    if not any(r.any() for __, r in pairs):
        seen = _(
            "Your update moves params as it should. But gradient_point asks for the gradient at another place than params."
        )
    elif not any(s.any() for s, __ in pairs):
        seen = _(
            "Your update moves params as it should. But the gradient is asked for at params, and never ahead of them."
        )
    elif ahead is None or not all(_close(each, each[0]) for each in ratios):
        seen = _(
            "Your update moves params as it should. But gradient_point does not ask for the gradient where the velocity "
            "alone would carry params."
        )
    elif ahead == "−1":
        seen = _(
            "Your update moves params as it should. But gradient_point looks back, and should look ahead."
        )
    else:
        seen = _(
            "Your update moves params as it should. But gradient_point looks {factor} times as far ahead as it should."
        )
    return [Seen(seen.format(factor=ahead), _("From where should it look, in which direction, and how far?"))]
