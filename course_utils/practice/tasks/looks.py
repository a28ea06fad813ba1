"""What is said about a wrong function that no listed slip explains: what its code and its answers show, in order.

    look(function, tried, shown, ...) -> Finding(told, line)

Every sentence is true of the code on its own, so several of them can be combined.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from course_utils.practice import plain_data, sandbox
from course_utils.practice.sandbox import Line
from course_utils.practice.tasks import edits, exceptions, factors, locating, nearly, shapes, splits, usage
from course_utils.practice.tasks.comparing import same
from course_utils.practice.tasks.declared import Slip
from course_utils.practice.tasks.replacement import Place
from course_utils.practice.tasks.rewrites import Through
from course_utils.practice.tasks.tried import Try, beginning_with, that_differ
from course_utils.practice.tasks.verdicts import because
from course_utils.support.language import gettext as _

Function: TypeAlias = Callable[..., Any]
Again: TypeAlias = Sequence[tuple[Try, sandbox.Outcome]]  # a try, and what came of the same call later

MOST = 3  # sentences on one wrong function


@dataclass(frozen=True)
class Finding:
    """told: sentences.  line: the student's line that they are about."""

    told: list[str] = field(default_factory=list)
    line: Line | None = None


def look(
    function: Any,
    tried: Sequence[Try],
    shown: Try,
    again: Again = (),
    reference: Function | None = None,
    mistakes: Sequence[Slip] = (),
) -> Finding:
    """What a wrong function shows.

    shown: the try that is shown.  again: calls that were made once more, after all others.  mistakes: the usual ones,
    none of which explains it alone.
    """
    if shown.trouble:
        return _of_an_exception(function, tried, shown, reference)
    if any(_is_another(one, outcome) for one, outcome in again):
        return Finding([usage.kept(function)])
    if shown.is_same:
        return _of_a_change(function, tried, shown, reference)
    seen = _used(function, tried, reference)
    seen_at = next((one.line for one in seen if one.line), None)
    found = _of_the_answers(function, tried, shown, seen_at, reference, [] if seen else mistakes)
    told = [one.told for one in seen] + ([] if seen_at and not found.line else found.told)
    return Finding(told[:MOST], seen_at or found.line)


def look_beside(
    function: Any, tried: Sequence[Try], shown: Try, reference: Function | None = None
) -> Finding:
    """What a wrong function shows whose answers are all alike, so that a usual mistake explains them all too easily."""
    if any(not one.agree(one.value, shown.value) for one in tried if not one.trouble) or shown.trouble:
        return Finding()
    near = _nearest(function, tried, shown, reference)
    if near and not near.mistakes and near.lines:
        return Finding([str(near)], near.lines[0])
    place = _located(function, reference, tried, shown)
    return Finding([str(place)], place.line) if place and place.whole else Finding()


def _of_an_exception(function: Any, tried: Sequence[Try], shown: Try, reference: Function | None) -> Finding:
    meant = _meant(function, shown.outcome)
    if meant:
        return Finding([meant])
    return _of_an_edit(function, tried, shown, reference)


def _meant(function: object, outcome: sandbox.Outcome) -> str:
    """One line about what an exception means; "" where nothing can be said."""
    if hasattr(function, "cache_parameters") and "unhashable type" in outcome.text:
        return _(
            "The cache finds an answer by its arguments, and these hold a list, a dict or an array, which it "
            "cannot look up: leave it off here."
        )
    return exceptions.advice(outcome)


def _of_a_change(function: Any, tried: Sequence[Try], shown: Try, reference: Function | None) -> Finding:
    """Where a value is right, and an argument is changed."""
    line = usage.changing(function, shown.outcome.changed)
    if line:
        return Finding([], line)
    return _of_an_edit(function, tried, shown, reference)


def _of_an_edit(function: Any, tried: Sequence[Try], shown: Try, reference: Function | None) -> Finding:
    """Where a single edit would do."""
    near = _nearest(function, tried, shown, reference)
    return Finding([str(near)], near.lines[0]) if near else Finding()


def _is_another(one: Try, outcome: sandbox.Outcome) -> bool:
    """Whether the same call has come to something else."""
    if "not run" in (one.outcome.kind, outcome.kind) or one.outcome.kind == outcome.kind == "raised":
        return False
    if outcome.kind != one.outcome.kind:
        return outcome.kind in ("returned", "raised")
    return outcome.kind == "returned" and not _equal(outcome.value, one.value)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(other, plain_data.Other):
        return True  # of which nothing is known but how it is written
    return same(one, other, 1e-12)


def _used(function: Any, tried: Sequence[Try], reference: Function | None) -> list[usage.Seen]:
    """What is used that should not be, or is not used that should be."""

    def matters(name: str) -> bool:
        return reference is not None and _depends(reference, tried, name)

    return [one for one in (usage.strange(function), usage.unread(function, matters)) if one]


def _depends(function: Function, tried: Sequence[Try], name: str) -> bool:
    """Whether a function of ours answers differently where one argument has another value, as other cases have it."""
    others = [one.arguments[name] for one in tried if name in one.arguments]
    for one in tried[:MOST]:
        usual = _answer(function, one.arguments)
        given = (_answer(function, one.arguments | {name: value}) for value in others)
        if any(not one.agree(answer, usual) for answer in given if answer is not None):
            return True
    return False


def _answer(function: Function, arguments: dict[str, Any]) -> Any:
    """What a function of ours gives; None where it raises."""
    try:
        with np.errstate(all="ignore"):
            return function(*copy.deepcopy(list(arguments.values())))
    except Exception:
        return None


# --- what the answers show ----------------------------------------------------------------------------------


def _of_the_answers(
    function: Any,
    tried: Sequence[Try],
    shown: Try,
    seen_at: Line | None,
    reference: Function | None,
    mistakes: Sequence[Slip],
) -> Finding:
    form = shapes.look(tried, shown)
    coarse = None if form else _finer(function, tried, shown)
    if coarse:
        return Finding([str(coarse)], coarse.line)
    near = _nearest(function, tried, shown, reference, [] if form else mistakes)
    two, near = (near, None) if near and near.mistakes else (None, near)
    line = near.lines[0] if near else None
    if near and seen_at and line and line.number == seen_at.number:
        near = None  # it has been said what is wrong in this line
    sure = (
        form
        or _place(function, tried)
        or _strange(function, shown, near)
        or _digits(function, tried, shown, near)
        or _last_digits(tried, near)
    )
    if sure:
        return Finding(sure, line)
    told = _numbers(function, tried, shown)
    if near:
        return Finding([*told[: MOST - 1], str(near)], line)
    coarse_mistake = None if told else _nearly_a_mistake(tried, mistakes)
    if coarse_mistake:
        return Finding([coarse_mistake])
    split = splits.condition(tried)
    place = _located(function, reference, tried, shown)
    if two and not (told or split or (place and place.whole)):
        return _of_two(two, mistakes)
    told = [*told[: MOST - 1], *([split] if split else [])]
    if place:
        return Finding([*told[: MOST - 1], str(place)], place.line)
    return Finding(told or _close(function, tried), line)


def _located(
    function: Any, reference: Function | None, tried: Sequence[Try], shown: Try
) -> Through | Place | None:
    if reference is None or shown.outcome.kind != "returned":
        return None
    cases = [(tuple(one.arguments.values()), one.expected) for one in beginning_with(shown, tried)]
    return locating.locate(function, reference, cases, shown.rtol, shown.atol)


def _nearly_a_mistake(tried: Sequence[Try], mistakes: Sequence[Slip]) -> str:
    """What is said if usual mistakes give nearly what came out in each case, and the right answers are farther off."""
    if len(that_differ(tried)) < MOST or any(one.trouble for one in tried):
        return ""
    fitting = []
    for slip in mistakes:
        answers = [_answer(slip.function, one.arguments) for one in tried]
        near = all(same(one.value, answer, nearly.CLOSE) for one, answer in zip(tried, answers, strict=True))
        if near and not all(
            same(one.expected, answer, 3 * nearly.CLOSE) for one, answer in zip(tried, answers, strict=True)
        ):
            fitting.append(slip)
    symptoms = list(dict.fromkeys(slip.symptom for slip in fitting))
    if not 0 < len(symptoms) <= MOST:
        return ""
    told = _("Your numbers are within {part} % of what a usual mistake gives.").format(
        part=f"{100 * nearly.CLOSE:g}"
    )
    return f"{told} {because(symptoms, [fitting[0].cure])}"


def _of_two(found: edits.Found, mistakes: Sequence[Slip]) -> Finding:
    """What is said if a single edit leaves a usual mistake: there are two, and they are told one at a time."""
    slips = [next(slip for slip in mistakes if slip.name == name) for name in found.mistakes]
    if found.lines:
        place = _(
            "There seem to be two mistakes here: take them one at a time. One of them may be in this line."
        )
        left = _("Once it is put right, what comes out is still what comes out when {first}. {cure}")
        return Finding(
            [
                " ".join(filter(None, [place, found.looked_at])),
                left.format(first=slips[0].symptom, cure=slips[0].cure),
            ],
            found.lines[0],
        )
    told = (
        _(
            "There seem to be two mistakes here: take them one at a time. One of them may be that {first}. {cure}"
        ),
        _(
            "There seem to be two mistakes here: take them one at a time. One of them may be that {first}, "
            "or that {second}. {cure}"
        ),
        _(
            "There seem to be two mistakes here: take them one at a time. One of them may be that {first}, "
            "or that {second}, or that {third}. {cure}"
        ),
    )
    symptoms = dict(zip(("first", "second", "third"), (slip.symptom for slip in slips), strict=False))
    return Finding([told[len(slips) - 1].format(cure=slips[0].cure, **symptoms)])


def _digits(function: Any, tried: Sequence[Try], shown: Try, near: edits.Found | None) -> list[str]:
    """What the digits of the numbers show, unless an edit says it with the line."""
    if near and near.kinds == ("whole",):
        return []
    told = nearly.digits(function, tried, shown)
    return [told] if told else []


def _strange(function: Any, shown: Try, near: edits.Found | None) -> list[str]:
    """Where NaN and infinite numbers come from, unless they are written in the code."""
    told = None if near or usage.uses(function, ("inf", "nan", "isnan", "isinf")) else factors.strange(shown)
    return [told] if told else []


def _last_digits(tried: Sequence[Try], near: edits.Found | None) -> list[str]:
    told = None if near else nearly.last_digits(tried)
    return [told] if told else []


def _close(function: Any, tried: Sequence[Try]) -> list[str]:
    """What is said if nothing is known but that the numbers are nearly right."""
    far = nearly.farthest(tried)
    if far is not None and far <= nearly.ROUGH and usage.draws(function):
        return [_("Your answer is only nearly right, since it rests on random numbers.")]
    return [nearly.close(far)] if far is not None and far <= nearly.CLOSE else []


def _numbers(function: Any, tried: Sequence[Try], shown: Try) -> list[str]:
    """What the numbers have in common, or which of them are right."""
    told = shapes.unequal(shown) or factors.look(tried, shown)
    if told:
        return [told]
    parts = shapes.parts(tried)
    if not parts:
        return []
    sentence, others = parts
    return [sentence, *(_of_a_part(function, tried, others[0]) if len(others) == 1 else [])]


def _place(function: Any, tried: Sequence[Try]) -> list[str]:
    """That the place of a number comes back, and not the number."""
    wrong = that_differ(tried)
    whole = all(isinstance(one.value, (int, np.integer)) for one in wrong)
    told = usage.place(function) if whole and any(isinstance(one.expected, float) for one in wrong) else None
    return [told] if told else []


def _of_a_part(function: Any, tried: Sequence[Try], key: Any) -> list[str]:
    """What the only entry shows that goes wrong."""
    if isinstance(key, tuple) or isinstance(tried[0].expected, np.ndarray):
        return []
    inside = [one.part(key) for one in tried]
    wrong = that_differ(inside)
    return (
        shapes.look(inside, wrong[0])
        or _digits(function, inside, wrong[0], None)
        or _numbers(function, inside, wrong[0])
    )


def _finer(function: Any, tried: Sequence[Try], shown: Try) -> nearly.Finer | None:
    far = nearly.farthest(tried)
    if far is None or not 0 < far <= nearly.ROUGH:
        return None
    wrong = beginning_with(shown, that_differ(tried))
    return nearly.finer(function, [(function, tuple(one.arguments.values()), one.expected) for one in wrong])


def _nearest(
    function: Any,
    tried: Sequence[Try],
    shown: Try,
    reference: Function | None,
    mistakes: Sequence[Slip] = (),
) -> edits.Found | None:
    if shown.outcome.kind not in ("returned", "raised", "too slow"):
        return None
    cases = beginning_with(shown, tried)
    asked = [(function, tuple(one.arguments.values()), one.expected) for one in cases]
    told_apart = not all(isinstance(one.expected, (bool, str, type(None))) for one in cases)
    used = [
        name
        for name in usage.arguments_read(function)
        if mistakes and told_apart and reference and _depends(reference, tried, name)
    ]
    likely = [
        slip for slip in mistakes if told_apart and all(_depends(slip.function, tried, name) for name in used)
    ]
    given = {slip.name: _answers(slip, cases) for slip in likely}
    told = {name: answers for name, answers in given.items() if answers} | _one_by_one(cases)
    lines = [edits.lines_run(reference, arguments) for __, arguments, __ in asked] if reference else []
    return edits.nearest(function, asked, shown.rtol, shown.atol, told, lines)


def _one_by_one(cases: Sequence[Try]) -> dict[str, list[Any]]:
    """What the answers are where one of several values is right, and the others as they were; {} for a single value."""
    counts = {shapes.length(x) for one in cases for x in (one.value, one.expected)}
    count = counts.pop() or 0
    wrong = [k for k in range(count) if not counts and any(not one.part(k).is_same for one in cases)]
    if len(wrong) < 2:
        return {}
    return {
        f"{edits.ENTRY}{k}": [shapes.replaced(one.value, k, one.expected[k]) for one in cases] for k in wrong
    }


def _answers(slip: Slip, cases: Sequence[Try]) -> list[Any]:
    """What a usual mistake gives in each case; [] where it does not end, or raises."""
    try:
        with np.errstate(all="ignore"):
            return [slip.function(*copy.deepcopy(list(one.arguments.values()))) for one in cases]
    except Exception:
        return []
