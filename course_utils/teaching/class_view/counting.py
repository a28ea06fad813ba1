"""The counts of one task, and which of them may be shown: nothing about fewer people than a given number."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.teaching.class_view.naming import Said

DONE = ("done",)  # what those are counted under who are done
MOST_BARS = 7  # more would not fit on a projector

View = dict[str, Any]  # what JSON can hold: the page shows it


@dataclass(frozen=True)
class Result:
    """Where one person is: done, or the ids of the mistakes any of which gives what was answered."""

    done: bool
    causes: tuple[str, ...] = ()

    @property
    def group(self) -> tuple[str, ...]:
        return DONE if self.done else self.causes


def shown(counts: Counter[tuple[str, ...]], least: int) -> tuple[Counter[tuple[str, ...]], int]:
    """-> (the groups that may be shown, how many people are in all others together)

    A group of fewer than `least` is not shown. Nor can it be found by subtraction: the others together are nobody, or at
    least as many, for which the smallest of the other groups joins them; those who are done come last.
    """
    kept = Counter({group: n for group, n in counts.items() if n >= least})
    rest = counts.total() - kept.total()
    while 0 < rest < least and kept:
        smallest = min(kept, key=lambda group: (group == DONE, kept[group]))
        rest += kept.pop(smallest)
    return kept, rest


def task_view(
    title: str,
    results: Iterable[Result],
    said: Callable[[str], Said],
    least: int = 1,
    students: int | None = None,
) -> View:
    """What the page shows of one task.

    results: of everybody who answered.  said: a mistake's id -> what is said about it.  students: how many there are, where
    that is known.  least: nothing is shown about fewer people.
    """
    counts = Counter(result.group for result in results)
    people = counts.total()
    if people < least:
        few = ngettext("Fewer than {n} person has answered.", "Fewer than {n} people have answered.", least)
        told = few.format(n=least) if students is None else _answered(people, students)
        return {"title": title, "answered": told, "told": "", "done": 0, "bars": [], "ask": None}
    kept, rest = shown(counts, least)
    others = [(group, n) for group, n in kept.most_common() if group != DONE]
    rest += sum(n for _group, n in others[MOST_BARS:])
    bars = [_bar(group, n, people, said) for group, n in others[:MOST_BARS]]
    ask = _ask(others[0][0], said) if others else None
    if rest and kept:
        bars.append({"name": _("everything else"), "count": rest, "share": rest / people, "rest": True})
    done, told = _done(kept, counts[DONE], people, least)
    return {
        "title": title,
        "answered": _answered(people, students),
        "told": told,
        "done": done / people,
        "bars": bars,
        "ask": ask,
    }


def _answered(people: int, students: int | None) -> str:
    if students is None:
        return ngettext("{n} person has shared.", "{n} people have shared.", people).format(n=people)
    told = ngettext("{n} of {all} student has answered.", "{n} of {all} students have answered.", students)
    return told.format(n=people, all=students)


def _done(kept: Counter[tuple[str, ...]], done: int, people: int, least: int) -> tuple[int, str]:
    """How many are done, and the same in words; less exactly where it would tell of a few."""
    if DONE in kept or least == 1:
        told = ngettext("{done} of {n} has it right", "{done} of {n} have it right", people)
        return done, told.format(done=done, n=people)
    if done < least:
        return 0, _("Fewer than {least} of {n} have it right").format(least=least, n=people)
    sure = people - least + 1  # fewer than `least` are not
    return sure, _("At least {sure} of {n} have it right").format(sure=sure, n=people)


def _bar(group: tuple[str, ...], n: int, people: int, said: Callable[[str], Said]) -> View:
    return {"name": _any_of(group, said), "count": n, "share": n / people, "rest": False}


def _any_of(group: tuple[str, ...], said: Callable[[str], Said]) -> str:
    name = said(group[0]).name
    for id in group[1:]:
        name = _("{first} or {second}").format(first=name, second=said(id).name)
    return name


def _ask(group: tuple[str, ...], said: Callable[[str], Said]) -> View:
    """What to ask next: about the mistake that is made most often."""
    told = [said(id) for id in group]
    why = list(dict.fromkeys(each.why for each in told if each.why))
    return {"about": _any_of(group, said), "question": told[0].ask, "why": why}
