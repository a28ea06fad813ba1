"""nbgrader for this course: copy this file into the folder in which you grade, and read docs/grading.md first.

nbgrader generate_assignment 04-momentum     source/    -> release/
nbgrader autograde 04-momentum               submitted/ -> autograded/
nbgrader generate_feedback 04-momentum       autograded/ -> feedback/
"""

from nbformat.v4 import new_code_cell
from nbgrader import utils
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute

c = get_config()  # noqa: F821  (nbgrader provides it)

# The same stubs as in the course's own exercises: an untouched answer is "to do", not wrong.
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "*Write your answer here.*"

# `check` has a time limit of its own. This one ends a loop that stands outside of any function.
c.Execute.timeout = 30  # seconds per cell
c.Execute.interrupt_on_timeout = True
c.Execute.extra_arguments = ["--HistoryManager.enabled=False"]

# A deleted test comes back, and a locked cell is put right before anything runs.
c.OverwriteCells.add_missing_cells = True

# An output of a million lines is cut.
c.LimitOutput.max_lines = 200
c.LimitOutput.max_traceback = 50


class ExecuteWithFreshChecks(Execute):
    """Before every locked test the course's own `check` is put back, whatever an answer made of that name.

    It undoes the easy tricks: `check = lambda *a: None`, a function of the module replaced, the variable removed by which
    `check` knows that it is grading. It is no wall: an answer runs in the same process as its test.
    """

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type == "code" and utils.is_grade(cell) and utils.is_locked(cell):
            self.execute_cell(new_code_cell(FRESH), index)
        return super().preprocess_cell(cell, resources, index)


FRESH = """\
import importlib as _importlib, os as _os
import course_utils.practice.checking as _checking
_os.environ["NBGRADER_EXECUTION"] = "autograde"
check = _importlib.reload(_checking).check"""

c.Autograde.autograde_preprocessors = [
    ExecuteWithFreshChecks if step is Execute else step
    for step in Autograde.autograde_preprocessors.default()
]
