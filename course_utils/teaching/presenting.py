"""Presenter mode, for a projector: call present() before the cells are run, in a console on the notebook's kernel.

JupyterLab saves a notebook by itself, and what stands in one of its cells with it; a console is not saved.

    from course_utils.teaching.presenting import present, release, stop

    present()    larger type and figures; no kept answers and no progress on the screen; hints and solutions wait
    release()    hints and solutions may be asked for, and the answers behind gates are open
    stop()       back to how it was

It holds for this notebook, until its kernel ends.
"""

import os

from course_utils.practice import classroom
from course_utils.support.language import gettext as _
from course_utils.widgets.projector import Projector

KEPT = "COURSE_PROGRESS"  # the environment variable that says where answers are kept; "" is nowhere

_before: dict[str, str | None] = {}  # KEPT as it was before presenting
_projector = None


def present() -> None:
    """Larger type and figures; answers are neither shown nor kept; hints and solutions wait for release()."""
    global _projector
    _before.setdefault(KEPT, os.environ.get(KEPT))
    os.environ[KEPT] = ""
    classroom.hold()
    if _projector is None:
        _projector = Projector()
    _projector.on = True
    print(
        _(
            "Presenter mode. Now run the other cells: answers are neither shown nor kept, "
            "hints wait for release()."
        )
    )


def release() -> None:
    """Let hints and solutions go, and open every gate; present() holds them back again."""
    classroom.release()
    print(_("Hints, solutions and answers are open to all. present() closes them again."))


def stop() -> None:
    """Leave presenter mode: everything is as it was before."""
    classroom.hold(False)
    if _projector is not None:
        _projector.on = False
    kept = _before.pop(KEPT, os.environ.get(KEPT))
    if kept is None:
        os.environ.pop(KEPT, None)
    else:
        os.environ[KEPT] = kept
    print(_("Presenter mode is over. Run a cell with an exercise again, and its kept answers are back."))
