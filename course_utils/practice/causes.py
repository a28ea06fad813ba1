"""What a wrong table shows: the simplest cause that explains most of it, and what is said about it.

Causes are tried in this order: one mistake of the atlas; one slip, carried forward; one wrong number used everywhere; one
mistake that begins in the middle; the right points in other rows; two mistakes at once; one mistake with a slip in it, or
rounded; the first wrong row taken alone. A cause is named only if at least two entries show it: one may agree by chance.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from course_utils.descent import descend
from course_utils.practice.fitted import fitted
from course_utils.practice.mistakes import MISTAKES, RARE, OtherStep
from course_utils.practice.pairs import Made, TypedRows, alone, in_floats, together
from course_utils.practice.rows import Cause, causes_of_row
from course_utils.practice.typed_numbers import is_right, is_shortened
from course_utils.support.language import gettext as _
from course_utils.support.types import Array

Row: TypeAlias = tuple[Fraction | None, ...]  # of a student's table; None for a blank
Found: TypeAlias = tuple[tuple[str, ...], list[str]]  # ids of mistakes, sentences

#: What can be said of a whole table only, and not of its end.
FROM_THE_START = {
    "start counted as step 1",
    "moved first, then took the gradient",
    "moved only once",
    "history not copied",
    "velocity started at −η g",
    "velocity started at the start point",
}

#: The name that `diagnose` gives to a single wrong step with everything after it right.
SLIP = "slip carried forward"


def cause(problem: Any, attempt: list[Row], wrong: int) -> Found:
    """What a table shows.  problem: a StepProblem.  wrong: the first step with a wrong entry, from 1."""
    ways: tuple[Callable[[Any, list[Row], int], Found | None], ...] = (
        _one_mistake,
        _one_slip,
        _one_number,
        _begun_later,
        _rows_moved,
        _two_mistakes,
        _mistake_and_number,
        _rounded,
        _mistake_and_slip,
        _mistake_and_rounded,
        _row_alone,
    )
    found = (way(problem, attempt, wrong) for way in ways)
    return next((each for each in found if each), None) or ((), [_look(problem, attempt, wrong)])


# --- the ways to explain a table -------------------------------------------------------------------------


def _one_mistake(problem: Any, attempt: list[Row], wrong: int) -> Found | None:
    found = [m for (m,) in _fitting(alone(problem), attempt)]
    common = [m for m in found if m not in RARE]
    if not common:
        return None
    found = common if len(common) > 1 else found
    off = _wrong_entries(problem, attempt)
    if problem.steps > 1 and off.sum() == 1:
        letter = _wrong_letters(problem, attempt, wrong)
        return (), [_said(COORDINATE_MAY_BE, found, problem.landscape.letters, n=wrong, axis=letter)]
    one_axis = off.any(0).sum() == 1  # on a quadratic, each coordinate goes its own way
    if one_axis and _is_slip(problem, attempt, wrong):
        told = _(
            "One slip in {what} in step {n} does the same, where everything after it is worked out from it."
        )
        told = told.format(n=wrong, what=_wrong_letters(problem, attempt, wrong))
        ids, sentences = _told(problem, found, _parting(wrong), [told])
        return (*ids, SLIP), sentences
    return _told(problem, found, _parting(wrong))


def _one_slip(problem: Any, attempt: list[Row], wrong: int) -> Found | None:
    if not _is_slip(problem, attempt, wrong):
        return None
    both_off = _wrong_entries(problem, attempt)[wrong - 1].all()
    rare = _begun_later(problem, attempt, wrong) if wrong == 1 and both_off else None
    if rare:  # on a quadratic one wrong point often follows from another
        return rare
    told = _(
        "There is one slip in step {n}, in {what}; everything after it follows correctly from it. "
        "One mistake, not {steps}: redo the arithmetic of step {n}."
    )
    told = told.format(n=wrong, what=_wrong_letters(problem, attempt, wrong), steps=problem.steps - wrong + 1)
    causes = causes_of_row(problem, wrong, attempt[wrong - 1])
    return (SLIP,), [told, *_because_of_row(causes, wrong, problem.landscape.letters)]


def _rounded(problem: Any, attempt: list[Row], wrong: int) -> Found | None:
    pairs = zip(attempt[wrong - 1], problem.answer[wrong - 1], strict=True)
    if not all(is_shortened(a, b) for a, b in pairs if a is not None):
        return None
    return (), [_("Step {n} is rounded too far: give three decimals, or a fraction.").format(n=wrong)]


def _one_number(problem: Any, attempt: list[Row], wrong: int) -> Found | None:
    if not _is_telling(_wrong_entries(problem, attempt)):
        return None
    found = [Cause(id, None) for id in fitted(problem, attempt, wrong)]
    return _told(problem, found, _parting(wrong)) if found else None


def _begun_later(problem: Any, attempt: list[Row], wrong: int) -> Found | None:
    """One mistake that is made from the first wrong step on; from the start on, where it is a rare one."""
    if _wrong_entries(problem, attempt).any(-1).sum() < 2:
        return None
    fits = _fitting(alone(problem.rest(wrong)), attempt[wrong - 1 :])
    found = [m for (m,) in fits if wrong == 1 or m.id not in FROM_THE_START]
    return _told(problem, found, _parting(wrong)) if found else None


def _rows_moved(problem: Any, attempt: list[Row], wrong: int) -> Found | None:
    """The right points, in other rows than theirs."""
    if not _is_telling(_wrong_entries(problem, attempt)):
        return None
    points = in_floats(
        descend(problem.optimizer, problem.landscape, problem.start, problem.steps + 2).positions
    )
    places = [
        np.flatnonzero(TypedRows([row]).marks(points[:, None]).all((-1, -2)))
        for row in attempt
        if None not in row
    ]
    if any(len(each) != 1 for each in places):
        return None
    steps = [int(each[0]) for each in places]
    goes_on = all(a < b for a, b in pairwise(steps))
    return _told(problem, [Cause("step left out" if goes_on else "rows exchanged", None)], _parting(wrong))


def _mistake_and_number(problem: Any, attempt: list[Row], wrong: int) -> Found | None:
    off = _wrong_entries(problem, attempt)
    if off.sum() < 4 or not _is_telling(off):
        return None
    steps = [m for m in MISTAKES if issubclass(m, OtherStep) and m.applies_to(problem)]
    found = [m for m in steps if fitted(problem, attempt, wrong, m)]
    return _first_of_two(problem, found, wrong) if found else None


def _two_mistakes(problem: Any, attempt: list[Row], wrong: int) -> Found | None:
    if not _is_telling(_wrong_entries(problem, attempt)):
        return None
    pairs = _fitting(together(problem), attempt)
    if not pairs:
        return None
    common = [m for m in pairs[0] if all(m in pair for pair in pairs)]
    return _first_of_two(problem, common[:1] or [pair[0] for pair in pairs], wrong)


def _mistake_and_slip(problem: Any, attempt: list[Row], wrong: int) -> Found | None:
    """One mistake, except for a single entry, or up to a step from which on something else is done as well."""
    off = _wrong_entries(problem, attempt)
    made, tables = alone(problem)
    tried = {m[0]: marks for m, marks in zip(made, TypedRows(attempt).marks(tables), strict=True) if m}
    tried = {m: tried[m] for m in sorted(tried, key=_place)}
    left_over = {m: ~marks for m, marks in tried.items() if (~marks).sum() == 1 and _is_telling(off & marks)}
    if left_over:
        places = {m: tuple(np.argwhere(off_there)[0]) for m, off_there in left_over.items()}
        step, axis = next(iter(places.values()))
        told = _("Only {axis} in step {n} does not fit: look at the arithmetic there as well.")
        told = told.format(axis=problem.landscape.letters[axis], n=step + 1)
        same = [m for m, place in places.items() if place == (step, axis)]
        return _told(problem, same, _parting(wrong), [told])
    rows = {m: int(np.argmin(marks.all(-1))) for m, marks in tried.items()}
    begun = {m: n for m, n in rows.items() if _is_telling(off[:n])}
    if not begun:
        return None
    longest = max(begun.values())
    told = _("Up to step {n} this fits; in step {next} something else is done as well.")
    told = told.format(n=longest, next=longest + 1)
    return _told(problem, [m for m, n in begun.items() if n == longest], _parting(wrong), [told])


def _mistake_and_rounded(problem: Any, attempt: list[Row], wrong: int) -> Found | None:
    off = _wrong_entries(problem, attempt)
    if off.sum() < 4 or not _is_telling(off):
        return None
    found = [m for (m,) in _fitting(alone(problem), attempt, decimals=1) if m not in RARE]
    told = _("The numbers are rounded as well: give three decimals, or a fraction.")
    return _told(problem, found, _parting(wrong), [told]) if found else None


def _row_alone(problem: Any, attempt: list[Row], wrong: int) -> Found | None:
    causes = causes_of_row(problem, wrong, attempt[wrong - 1])
    if not causes:
        return None
    named = tuple(each.id for each in causes[:3] if each.axis is None)
    return named, _because_of_row(causes, wrong, problem.landscape.letters)


def _look(problem: Any, attempt: list[Row], wrong: int) -> str:
    if "momentum" in problem.settings:
        told = _(
            "Look at {what} in step {n}: write down the gradient there, then the velocity, then the new point."
        )
    else:
        told = _("Look at {what} in step {n}: write down the gradient there, then the new point.")
    return told.format(what=_wrong_letters(problem, attempt, wrong), n=wrong)


# --- comparing ---------------------------------------------------------------------------------------------


def _fitting(walked: tuple[list[Made], Array], attempt: Sequence[Row], decimals: int = 3) -> list[Made]:
    """What was made where a table is just what was typed, each only once, in the order of the atlas."""
    made, tables = walked
    fits = TypedRows(attempt, decimals).marks(tables).all((-1, -2))
    found = [made[k] for k in np.flatnonzero(fits) if made[k]]
    fewest = min(map(len, found), default=0)
    one_of_each = dict.fromkeys(each for each in found if len(each) == fewest)
    return sorted(one_of_each, key=lambda made: [_place(m) for m in made])


def _place(mistake: Any) -> int:
    """Where a mistake stands in the atlas; those of one problem alone come first, and rare ones last."""
    return (*MISTAKES, *RARE).index(mistake) if mistake in (*MISTAKES, *RARE) else -1


def _wrong_entries(problem: Any, attempt: Sequence[Row]) -> Array:
    return np.array([[mark is False for mark in row] for row in problem.marks(attempt)])


def _is_telling(off: Array) -> bool:
    """Whether wrong entries are too many to come out by chance as some cause would have them."""
    return bool(off.sum() >= 3 and off.any(-1).sum() >= 2)


def _wrong_letters(problem: Any, attempt: Sequence[Row], wrong: int) -> str:
    """The coordinate that is wrong in a step, or both."""
    x, y = problem.landscape.letters
    pairs = zip((x, y), attempt[wrong - 1], problem.answer[wrong - 1], strict=True)
    which = [axis for axis, a, b in pairs if a is not None and not is_right(a, b)]
    return which[0] if len(which) == 1 else _("{x} and {y}").format(x=x, y=y)


def _is_slip(problem: Any, attempt: list[Row], wrong: int) -> bool:
    """Whether everything after the first wrong step follows correctly from it.

    The slip may sit in the point only, or in the velocity from which the point was computed, or the velocity was
    left as it was before.
    """
    if (
        wrong == problem.steps
        or None in attempt[wrong - 1]
        or all(None in point for point in attempt[wrong:])
        or all(point == attempt[wrong - 1] for point in attempt[wrong:])  # where nothing moves, all follows
    ):
        return False
    before = descend(problem.optimizer, problem.landscape, problem.start, wrong)
    point = np.array(attempt[wrong - 1], dtype=problem.start.dtype)
    slip = point - before.positions[-1]
    mu, v = problem.settings.get("momentum", 0), before.velocities[-1]
    has_velocity = bool(getattr(before.optimizer, "v", None))
    carried = (v, v + slip, v + slip / (1 + mu), before.velocities[-2])
    for velocity in carried if has_velocity else (v,):
        optimizer = before.optimizer
        if has_velocity:
            optimizer.v = {"theta": velocity}
        after = descend(optimizer, problem.landscape, point, problem.steps - wrong).positions[1:]
        if TypedRows(attempt[wrong:]).marks(in_floats(after)).all():
            return True
    return False


# --- saying --------------------------------------------------------------------------------------------------

#: What is said about one cause, of two, or of three or more. A symptom is a clause that goes on after "when".
BECAUSE = (
    _("This is what comes out when {first}. {cure}"),
    _("This is what comes out when {first}, or when {second}. {cure}"),
    _("This is what comes out when {first}, or when {second}, or when {third}. {cure}"),
)
#: The same of two mistakes at once, where one, two or three may be the first to look at.
FIRST_OF_TWO = (
    _("There are two mistakes in this table: take them one at a time. The first is that {first}. {cure}"),
    _(
        "There are two mistakes in this table: take them one at a time. The first may be that {first}, "
        "or that {second}. {cure}"
    ),
    _(
        "There are two mistakes in this table: take them one at a time. The first may be that {first}, "
        "or that {second}, or that {third}. {cure}"
    ),
)
#: The same of one row alone, and of one coordinate of it.
ROW_BECAUSE = (
    _("Taken alone, step {n} is what comes out when {first}. {cure}"),
    _("Taken alone, step {n} is what comes out when {first}, or when {second}. {cure}"),
    _("Taken alone, step {n} is what comes out when {first}, or when {second}, or when {third}. {cure}"),
)
COORDINATE_MAY_BE = (
    _(
        "In step {n} only {axis} is wrong: redo its arithmetic. The same number comes out when {first}. {cure}"
    ),
    _(
        "In step {n} only {axis} is wrong: redo its arithmetic. The same number comes out when {first}, "
        "or when {second}. {cure}"
    ),
    _(
        "In step {n} only {axis} is wrong: redo its arithmetic. The same number comes out when {first}, "
        "or when {second}, or when {third}. {cure}"
    ),
)


def _parting(wrong: int) -> list[str]:
    return [] if wrong == 1 else [_("At step {n} the paths part.").format(n=wrong)]


def _told(problem: Any, causes: Sequence[Any], before: list[str], after: Sequence[str] = ()) -> Found:
    """The ids of causes each of which would do, and what is said about them."""
    because = _said(BECAUSE, causes, problem.landscape.letters)
    return tuple(each.id for each in causes), [*before, because, *after]


def _first_of_two(problem: Any, causes: Sequence[Any], wrong: int) -> Found:
    """What is said about two mistakes at once: only of the first, which may be one of three; its ids go with it."""
    first = list(dict.fromkeys(causes))[:3]
    told = _said(FIRST_OF_TWO, first, problem.landscape.letters)
    return tuple(m.id for m in first), [*_parting(wrong), told]


def _because_of_row(causes: Sequence[Cause], wrong: int, letters: tuple[str, str]) -> list[str]:
    """What is said about the causes of the first wrong row, at most three: one sentence or two, or none."""
    if not causes:
        return []
    axis = causes[0].axis
    if axis is None:
        return [_said(ROW_BECAUSE, causes, letters, n=wrong)]
    return [_said(COORDINATE_MAY_BE, causes, letters, n=wrong, axis=letters[axis])]


def _said(templates: Sequence[str], causes: Sequence[Any], letters: tuple[str, str], **more: Any) -> str:
    """One of the templates, for one cause, two, or three or more, where the coordinates have these letters."""
    names = zip(("first", "second", "third"), causes, strict=False)
    symptoms = {name: each.said("symptom", letters) for name, each in names}
    return templates[len(symptoms) - 1].format(cure=causes[0].said("cure", letters), **symptoms, **more)
