"""In which cases a function goes wrong, where one simple condition tells them from the others.

condition(tried) -> a sentence, or None
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from course_utils.practice.tasks.tried import Try
from course_utils.support.language import gettext as _
from course_utils.support.numbers import typed

FEWEST = 3  # cases on either side: fewer are too easily told apart by chance
WORDS = 3  # values that are listed


def condition(tried: Sequence[Try]) -> str | None:
    """Where exactly it goes wrong; None where no simple condition says it."""
    wrong = [one.wrong for one in tried]
    if min(sum(wrong), len(wrong) - sum(wrong)) < FEWEST:
        return None
    known = [_conditions(one.arguments) for one in tried]
    names = list(dict.fromkeys(itertools.chain(*known)))
    for name in names:
        if [each.get(name) for each in known] == wrong:
            return _("It goes wrong exactly where {condition}.").format(condition=name)
    return _word(tried) or _asked(tried) or _mostly(names, known, wrong)


def _mostly(names: Sequence[str], known: Sequence[dict[str, bool]], wrong: Sequence[bool]) -> str | None:
    """A condition that holds wherever it goes wrong, and hardly anywhere else."""
    for name in names:
        values = [each.get(name, True) for each in known]
        beside = [holds for holds, is_wrong in zip(values, wrong, strict=True) if not is_wrong]
        always = all(holds for holds, is_wrong in zip(values, wrong, strict=True) if is_wrong)
        if always and 4 * sum(beside) <= len(beside) and len(beside) - sum(beside) >= 2 * FEWEST:
            return _("It goes wrong only where {condition}, though not always there.").format(condition=name)
    return None


def _conditions(arguments: Mapping[str, Any]) -> dict[str, bool]:
    """What is so of the arguments, as it is typed, and whether it is."""
    found = {}
    numbers = {}
    for name, value in arguments.items():
        if isinstance(value, bool):
            found[f"{name} is True"], found[f"{name} is False"] = value, not value
        elif isinstance(value, (int, float)):
            numbers[name] = value
            for sign, holds in (
                ("== 0", value == 0),
                ("!= 0", value != 0),
                ("< 0", value < 0),
                ("> 0", value > 0),
            ):
                found[f"{name} {sign}"] = holds
        elif isinstance(value, (tuple, list, np.ndarray)):
            found |= _of_many(name, value)
    for name, x in numbers.items():
        for other, y in numbers.items():
            if name != other:
                found[f"{name} < {other}"], found[f"{name} >= {other}"] = x < y, x >= y
    return found


def _of_many(name: str, values: Any) -> dict[str, bool]:
    found = {}
    if np.ndim(values):
        found[f"len({name}) == 1"], found[f"len({name}) > 1"] = len(values) == 1, len(values) > 1
        found[f"len({name}) == 2"], found[f"len({name}) > 2"] = len(values) == 2, len(values) > 2
    return found


def _word(tried: Sequence[Try]) -> str | None:
    """That a word among the arguments decides."""
    for name, value in tried[0].arguments.items():
        if isinstance(value, str):
            wrong, right = (
                {one.arguments.get(name) for one in tried if one.wrong is which} for which in (True, False)
            )
            if not wrong & right and 0 < len(wrong) <= WORDS:
                told = ", ".join(sorted(typed(x, 60) for x in wrong))
                if len(wrong) == 1:
                    return _("It goes wrong exactly where {condition}.").format(condition=f"{name} == {told}")
                return _("It goes wrong exactly where {condition}.").format(condition=f"{name} in ({told})")
    return None


def _asked(tried: Sequence[Try]) -> str | None:
    """That it goes wrong wherever one certain word, or None, is asked for."""
    if not all(isinstance(one.expected, (str, type(None))) for one in tried) and not any(
        one.expected is None for one in tried
    ):
        return None
    wrong, right = ({_key(one.expected) for one in tried if one.wrong is which} for which in (True, False))
    if wrong & right or len(wrong) != 1 or "" in wrong:
        return None
    return _("It goes wrong exactly where {value} is asked for.").format(value=wrong.pop())


def _key(value: Any) -> str:
    return typed(value, 60) if isinstance(value, (str, type(None))) else ""
