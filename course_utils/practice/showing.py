"""Where a verdict is shown: as a card in a notebook, in plain text elsewhere."""

import os
import sys
from typing import Any

from course_utils.practice.tasks.verdicts import Verdict

_shown: tuple[int, list[Verdict]] = (0, [])  # the run of a cell, and what was shown in it


def show(verdict: Verdict) -> None:
    """Show a verdict at once, wherever in a cell it is reached."""
    shell = _notebook()
    if shell is None:
        print(verdict)
        return
    shell.display_formatter.ipython_display_formatter.for_type(Verdict, _show_once)
    _show_once(verdict)


def _show_once(verdict: Verdict) -> None:
    """Show it, unless the same cell has done so: the last line of a cell is shown by the notebook as well."""
    global _shown
    shell = _notebook()
    if shell is None:
        print(verdict)
        return
    if _shown[0] != shell.execution_count:
        _shown = (shell.execution_count, [])
    if any(verdict is each for each in _shown[1]):
        return
    _shown[1].append(verdict)
    from IPython.display import display, publish_display_data

    from course_utils.practice.card import Card, still  # widgets take long to import, and a script needs none

    if os.environ.get("NBGRADER_EXECUTION"):  # its reports are pages without a kernel
        publish_display_data(still(verdict))
    else:
        display(Card(verdict))


def _notebook() -> Any:
    """IPython's shell, where it runs in a kernel; else None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if hasattr(shell, "kernel") else None
