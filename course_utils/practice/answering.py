"""What an answer to a question shows: the letter of an option, or a number, as it is given to check(answer, "04 write-why").

letter = "B"; check(letter, "04 write-why")     the letter of an option, in either case, or its id
limit = 1.4; check(limit, "04 limit")           a number, or how one is typed: "7/5"
"""

import re
from dataclasses import dataclass
from typing import Any

from course_utils.practice import progress
from course_utils.practice.questions import LETTERS, NumberQuestion, Option, Question, judged, question
from course_utils.practice.tasks.verdicts import NOT_YET, RIGHT, TO_DO, Verdict
from course_utils.support.language import gettext as _
from course_utils.support.numbers import typed


@dataclass(frozen=True)
class Answered(Verdict):
    """A verdict on the answer to a question."""

    @property
    def next(self) -> str:
        if self.state == TO_DO:
            return _("Give your answer, run its cell, and then run this one again.")
        if self.state == NOT_YET:
            return _("Change your answer, run its cell, and then run this one again.")
        return ""


def examine(answer: Any, name: str) -> tuple[Answered, str]:
    """What an answer to the question of this name shows; it is kept as its widget would keep it.

    answer: a letter or an id, or a number where one is asked for; None where there is no answer yet.

    -> (the verdict, "" or one line that says why the answer cannot be kept)
    """
    asked = question(name)
    if isinstance(asked, NumberQuestion):
        return _number(answer, asked, name)
    return _choice(answer, asked, name)


def _choice(answer: Any, asked: Question, name: str) -> tuple[Answered, str]:
    last = LETTERS[len(asked.options) - 1]
    if answer is None or (isinstance(answer, str) and not answer.strip()):
        told = _('Put the letter of your answer in place of None, from "A" to "{last}".').format(last=last)
        return Answered(TO_DO, findings=(told,)), ""
    which = _which(answer, asked.options)
    if which is None:
        told = _('{answer} is none of the options: the answer is a letter from "A" to "{last}", in quotes.')
        return Answered(NOT_YET, findings=(told.format(answer=typed(answer, 60), last=last),)), ""
    option, letter = asked.options[which], LETTERS[which]
    kept = {"ticked": option.id, "chosen": option.id}
    return _told(name, letter, option.why, option.right, kept)


def _which(answer: Any, options: tuple[Option, ...]) -> int | None:
    """The place of the option that is meant: "b", " B. " and "(b)" are the second."""
    if not isinstance(answer, str):
        return None
    said = re.sub(r"[\s\"'“”‘’().:]", "", answer).casefold()
    for place, option in enumerate(options):
        if said in (LETTERS[place].casefold(), option.id):
            return place
    return None


def _number(answer: Any, asked: NumberQuestion, name: str) -> tuple[Answered, str]:
    mark, why = judged("" if answer is None else str(answer), asked)
    if mark == "open":
        return Answered(TO_DO, findings=(_("Put your number in place of None."),)), ""
    if mark == "unreadable":
        return Answered(NOT_YET, called=typed(answer, 60), advice=why), ""
    return _told(name, str(answer), why, mark == "right", {"typed": str(answer), "checked": str(answer)})


def _told(name: str, answer: str, why: str, right: bool, kept: dict[str, Any]) -> tuple[Answered, str]:
    trouble = progress.keep(name, kept, "done" if right else "tried")
    if right:
        return Answered(RIGHT, passed=(answer,), advice=why), trouble
    return Answered(NOT_YET, called=answer, advice=why), trouble
