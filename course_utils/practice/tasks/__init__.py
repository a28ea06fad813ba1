"""What the exercises ask for: each task knows the right answer, fresh cases, usual mistakes and three hints.

    task("04 step").examine(momentum_step) -> Verdict

The tasks of a lecture are declared in lecture_NN.py, those of the bug clinic in bugs.py.
"""

import importlib
from pathlib import Path

from course_utils.practice.tasks.classes import OptimizerTask
from course_utils.practice.tasks.declared import Declared, Slip
from course_utils.practice.tasks.functions import FunctionTask, function_task
from course_utils.practice.tasks.verdicts import Verdict
from course_utils.support.language import gettext as _
from course_utils.support.numbers import typed
from course_utils.support.validation import instead

__all__ = ["FunctionTask", "OptimizerTask", "Slip", "Verdict", "function_task", "names", "of_lecture", "task"]

EXAMPLE = "04 step"


def task(name: object) -> Declared:
    """The task of this name, such as "04 step": the lecture, then the task.

    Raises ValueError for any other, with the names that are nearest.
    """
    group, __, key = name.partition(" ") if isinstance(name, str) else ("", "", "")
    found = of_lecture(group).get(key)
    if found is None:
        told = _("There is no task {name}.").format(name=typed(name, 60))
        raise ValueError(f"{told} {instead(name, names(), EXAMPLE)}")
    return found


def names() -> list[str]:
    """The names of all tasks, in order."""
    stems = sorted(path.stem for path in Path(__file__).parent.glob("*.py"))
    groups = ["bugs"] * ("bugs" in stems) + [
        s.removeprefix("lecture_") for s in stems if s.startswith("lecture_")
    ]
    return [f"{group} {key}" for group in groups for key in of_lecture(group)]


def of_lecture(group: str) -> dict[str, Declared]:
    """The tasks of a lecture, "01" ... "09", or of the clinic, "bugs": {key: task}, in order."""
    module = group if group == "bugs" else f"lecture_{group}"
    if not (Path(__file__).parent / f"{module}.py").is_file():
        return {}
    there = vars(importlib.import_module(f"{__name__}.{module}")).values()
    tasks = [each for each in there if isinstance(each, Declared)]
    return {each.name.removeprefix(f"{group} "): each for each in tasks if each.name.startswith(f"{group} ")}
