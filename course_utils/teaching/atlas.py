"""The mistake atlas as tables, for instructors: what each mistake is, what it gives, and what a class is likely to do.

page("04 step"), page(FOLLOW_UP)                  a page on one task, or on one problem
python -m course_utils.teaching.atlas "04 step"   the same, to print
"""

import copy
import itertools
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from course_utils.practice.mistakes import (
    ALL_METHODS,
    MISTAKES,
    Mistake,
    OtherMethod,
    OtherSetting,
    OtherStep,
    WrongAnswer,
    WrongGradient,
    WrongRoot,
    WrongStep,
)
from course_utils.practice.problems import StepProblem
from course_utils.practice.tasks import OptimizerTask, impulse, task
from course_utils.practice.tasks.classes import PROBES, mistaken, walk
from course_utils.practice.tasks.comparing import same
from course_utils.practice.tasks.functions import FRESH
from course_utils.support.language import gettext as _
from course_utils.support.numbers import written_point
from course_utils.teaching.made import made

#: What kind of mistake a class of mistakes.py is; the remaining ones move x and y one after the other.
KINDS = {
    OtherMethod: _("another method"),
    OtherSetting: _("other settings"),
    WrongStep: _("wrong step"),
    WrongRoot: _("wrong step"),
    WrongGradient: _("wrong gradient"),
    WrongAnswer: _("wrongly written down"),
}


def kind(mistake: type[Mistake]) -> str:
    """What kind of mistake it is, in words."""
    return next(
        (words for base, words in KINDS.items() if issubclass(mistake, base)), _("one axis after the other")
    )


def catalogue() -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    """Every mistake, one row each: (name, kind, symptom, cure, names of the methods in which it can be made)."""
    return [
        (m.name, kind(m), m.symptom, m.cure, tuple(method.__name__ for method in m.methods)) for m in MISTAKES
    ]


def tables(problem: StepProblem) -> list[tuple[tuple[tuple[Fraction, ...], ...], list[str]]]:
    """What a problem shows: [(table of points, names of the mistakes that give it)], in the order of the atlas."""
    names = defaultdict(list)
    for mistake, table in problem.mistaken:
        names[tuple(table)].append(mistake.id)
    return list(names.items())


def told_apart(problem: StepProblem) -> int:
    """How many mistakes can be told from the right answer and from each other: the number of wrong tables."""
    return len(tables(problem))


def characters(problem: StepProblem) -> int:
    """How many characters there are to write in the right answer: what makes a table long to do by hand."""
    return sum(len(str(x)) for point in problem.answer for x in point)


def written_table(table: Iterable[tuple[Fraction, ...]]) -> str:
    """A table of points on one line: (−1, 1)  (−4, 1)  (−8, 5)."""
    return "  ".join(map(written_point, table))


def as_markdown(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown.

    head: the titles of the columns.  rows: each holds as many texts.

    Raises ValueError for a row of another length.
    """
    lines = [head, ["---"] * len(head), *rows]
    for row in lines:
        if len(row) != len(head):
            raise ValueError(f"rows must have {len(head)} entries each, as head has, not {len(row)}")
    return "\n".join(
        "| " + " | ".join(str(entry).replace("|", "\\|") for entry in row) + " |" for row in lines
    )


# --- one page on a task or on a problem --------------------------------------------------------------------


@dataclass(frozen=True)
class AtlasPage:
    """A page that a notebook shows and `str` prints, in Markdown."""

    markdown: str

    def __str__(self) -> str:
        return self.markdown

    def _repr_markdown_(self) -> str:
        return self.markdown


def page(asked: str | StepProblem) -> AtlasPage:
    """What is told apart of a task or a problem, what is not, and what a class is likely to do. -> AtlasPage

    asked: the name of a task, such as "04 step", or a StepProblem.

    Raises ValueError for a name that no task has.
    """
    if isinstance(asked, StepProblem):
        return _page(repr(asked), asked, _of_problem(asked), _seen_in_tables())
    found = task(asked)
    kind = _of_class(found) if isinstance(found, OptimizerTask) else _of_function(found)
    more = _one_push(found) if isinstance(found, OptimizerTask) else ()
    return _page(asked, asked, kind, _seen_in_code(found), more)


def _of_problem(problem):
    """-> ({id: what it does}, groups of ids that look the same, ids that are not seen)"""
    letters = problem.landscape.letters
    told = {m.id: m.said("symptom", letters) for m, _table in problem.mistaken}
    groups, unseen = problem.confusions()
    return told, [tuple(dict.fromkeys(group)) for group in groups if len(set(group)) > 1], unseen


def _of_class(found):
    walks = list(found.walks())
    told, shown = {}, []
    for slip in found.mistakes:
        told[slip.name] = slip.symptom
        shown.append((slip.name, [walk(slip.function, *where)["points"] for where in walks]))
    for m, points in mistaken(found.optimizer, walks) if found.optimizer in ALL_METHODS else ():
        told[m.id] = m.in_code or m.symptom
        shown.append((m.id, points))
    return told, _alike(shown), ()


def _one_push(found):
    """What a single push of the gradient shows of the listed mistakes: the parts of a page."""
    walks = list(found.walks())
    usual = {name: float(value) for name, value in walks[0][3].items()}
    settings = impulse.chosen(list(usual), usual)
    right = impulse.responses(found.optimizer, settings)
    names = defaultdict(list)
    for name, method in _classes(found, walks):
        read = impulse.told(impulse.responses(method, settings), right, settings)
        names[" ".join(one.what for one in read)].append(name)
    nothing = names.pop("", [])
    rows = [(read, " = ".join(dict.fromkeys(same))) for read, same in names.items()]
    told = _(
        "Where no listed mistake fits, a class is fed g = 1 and then only g = 0. What this one push does at once, in later "
        "steps and elsewhere is compared with what it should do, so that even a mistake that nobody has listed is described. "
        "Of the listed ones this would be said:"
    )
    left = _("One push shows nothing of: {names}.")
    return [
        "## " + _("What one push shows"),
        told,
        as_markdown((_("what is said"), _("name")), rows),
        *([left.format(names=", ".join(dict.fromkeys(nothing)))] if nothing else []),
    ]


def _classes(found, walks):
    """(id, a class that makes it) of the listed mistakes that are made in a class, and not in the landscape or on paper."""
    for slip in found.mistakes:
        yield slip.name, slip.function
    for m, _points in mistaken(found.optimizer, walks) if found.optimizer in ALL_METHODS else ():
        if issubclass(m, OtherStep):
            yield m.id, lambda m=m, **settings: m.stepper(found.optimizer, settings)
        elif issubclass(m, OtherSetting):
            yield m.id, lambda m=m, **settings: found.optimizer(**m.settings(**settings))


def _of_function(found):
    rng = np.random.default_rng(0)
    cases = [*found.cases, *(found.fresh(rng) for _k in range(FRESH if found.fresh else 0))]
    told = {slip.name: slip.symptom for slip in found.mistakes}
    shown = [(slip.name, [_outcome(slip.function, case) for case in cases]) for slip in found.mistakes]
    return told, _alike(shown), ()


def _outcome(function, arguments):
    """What a slip gives; of an error its name alone."""
    try:
        with np.errstate(all="ignore"):
            return function(*copy.deepcopy(arguments))
    except Exception as error:
        return type(error).__name__


def _alike(shown):
    """Groups of ids that give the same in everything that is tried. shown: [(id, [what it gives])]"""
    groups: list[list[tuple[str, list[object]]]] = []
    for name, given in shown:
        group = next((g for g in groups if _same(g[0][1], given)), None)
        if group is None:
            groups.append([(name, given)])
        else:
            group.append((name, given))
    names = [tuple(dict.fromkeys(name for name, _given in group)) for group in groups]
    return [group for group in names if len(group) > 1]


def _same(some, others):
    return all(same(a, b) for a, b in zip(some, others, strict=True))


def _seen_in_tables():
    return [
        _(
            "The first wrong row is taken alone: what can be done wrongly in one step, in both coordinates or in one."
        ),
        _("What follows correctly from a slip is counted as one mistake."),
        _("A row that is right but rounded too far is told from a wrong one."),
    ]


def _seen_in_code(found):
    if isinstance(found, OptimizerTask):
        own = _(
            "Besides the walks, {probes} other ways of using it are tried, with several arrays or two optimizers."
        )
        return [
            own.format(probes=len(PROBES)),
            _(
                "A setting that makes no difference is named, and so is what changes grads or replaces an array."
            ),
            *_seen_in_all_code(),
        ]
    return [
        _("What comes out is looked at: its shape, sign, order, common factor, rounding, NaN and infinity."),
        _("An argument that the function changes is named."),
        *_seen_in_all_code(),
    ]


def _seen_in_all_code():
    return [
        _(
            "Where no listed mistake fits, single edits of the student's code are tried; if one makes every case right, its line is shown."
        ),
        _("An error that Python raises is shown with its line, and with advice on what it means."),
    ]


def _page(title, asked, found, mechanisms, more=()):
    told, groups, unseen = found
    counted = made(asked)
    counts = counted.counts if counted else {}
    order = sorted(told, key=lambda id: -counts.get(id, 0))
    rows = [(told[id], counts.get(id, 0) if counted else "–", id) for id in order]
    parts = [
        "# " + _("What is told apart: {title}").format(title=title),
        *_often(counted),
        as_markdown((_("what is done"), _("how often"), _("name")), rows)
        if rows
        else _("No mistake is listed."),
        "## " + _("What is not told apart"),
        *(
            ["- " + " = ".join(group) for group in groups]
            or [_("Every listed mistake is told from all others.")]
        ),
    ]
    if unseen:
        told_not = _("Not seen, since it gives the right answer: {names}.")
        parts.append(told_not.format(names=", ".join(unseen)))
    parts += more
    return AtlasPage(
        _joined([*parts, "## " + _("What else is looked at"), *("- " + each for each in mechanisms)])
    )


def _often(counted):
    """How the mistakes were counted: one paragraph."""
    if counted is None:
        return [_("How often each is made: no data.")]
    told = _(
        "The corpus has {wrong} wrong attempts. In {named} of them a mistake from this list is the cause, as a person has confirmed: "
        "the most frequent come first."
    )
    return [told.format(wrong=counted.wrong, named=counted.named)]


def _joined(parts):
    """Paragraphs with a blank line between them; the items of a list stand close together."""
    text = parts[0]
    for before, each in itertools.pairwise(parts):
        text += ("\n" if before.startswith("- ") and each.startswith("- ") else "\n\n") + each
    return text + "\n"


if __name__ == "__main__":
    print(page(" ".join(sys.argv[1:])))
