"""The names that the screen shows for the ids that travel: of tasks, and of the mistakes made in them."""

from dataclasses import dataclass

from course_utils.practice.asked import ASKED
from course_utils.practice.causes import SLIP
from course_utils.practice.problems import StepProblem
from course_utils.practice.questions import NumberQuestion, is_question, question
from course_utils.practice.sharing import UNFINISHED, WRONG
from course_utils.practice.tasks import OptimizerTask, task
from course_utils.practice.tasks.declared import Declared
from course_utils.practice.tasks.verdicts import because
from course_utils.support.language import gettext as _
from course_utils.words import words

#: Of the mistakes in a table, and those of the atlas in code.
MISTAKES = {
    id: {key: text.format(x="x", y="y") for key, text in told.items()}
    for kind in ("rows", "fitted", "moved", "mistakes")
    for id, told in words("mistakes")[kind].items()
}

#: What each cause is called.
NAMES = {
    WRONG: _("wrong, cause not recognised"),
    UNFINISHED: _("right so far, not finished"),
    SLIP: _("one slip in the arithmetic, carried forward"),
    **{id: told["name"] for id, told in MISTAKES.items()},
}


@dataclass(frozen=True)
class Said:
    """name: beside a bar.  ask: what to ask the class about it.  why: what it shows, for after the talk."""

    name: str
    ask: str
    why: str = ""


def said(name: str, id: str) -> Said:
    """What is said about a mistake in a task, a table of steps or a question.

    Raises ValueError for a name or an id that is not known: nothing else may come to the screen.
    """
    if is_question(name):
        return _of_question(name, id)
    found = ASKED.get(name) or task(name)
    if id in NAMES:
        return _of_atlas(id)
    return _of_code(found, id)


def of_table(id: str) -> Said:
    """The same of a table of steps that has no name, as on a handout."""
    if id not in NAMES:
        raise ValueError(f"there is no mistake {id!r:.60}")
    return _of_atlas(id)


def _of_question(name: str, id: str) -> Said:
    asked = question(name)
    if isinstance(asked, NumberQuestion):
        known = {str(wrong.value): (f"{float(wrong.value):.4g}", wrong.why) for wrong in asked.wrong}
    else:
        known = {option.id: (option.text, option.why) for option in asked.options if not option.right}
    if id == WRONG:
        return Said(_("another answer"), asked.text)
    if id not in known:
        raise ValueError(f"the question {name!r} has no wrong answer {id!r:.60}")
    answer, why = known[id]
    return Said(answer, asked.text, why)


def _of_atlas(id: str) -> Said:
    told = MISTAKES.get(id)
    if told is None:
        return Said(NAMES[id], _("Compare with your neighbour: where do your answers first differ?"))
    return Said(
        told["name"],
        told.get("ask", _("Which rule was followed here, and in which step does it first show?")),
        because([told["symptom"]], [told["cure"]]),
    )


def _of_code(found: Declared | StepProblem, id: str) -> Said:
    slips = {slip.name: slip for slip in found.mistakes} if isinstance(found, Declared) else {}
    if id not in slips:
        raise ValueError(f"there is no mistake {id!r:.60} in this task")
    slip = slips[id]
    return Said(
        slip.symptom,
        _("What comes out of this code in its first two calls, and what should?")
        if isinstance(found, OptimizerTask)
        else _("For which arguments does this come out wrong, and by how much?"),
        because([slip.symptom], [slip.cure]),
    )
