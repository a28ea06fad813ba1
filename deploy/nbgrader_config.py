"""nbgrader for this course: copy this file into the folder in which you grade, and read docs/grading.md first.

nbgrader generate_assignment 04-momentum     source/    -> release/
nbgrader autograde 04-momentum               submitted/ -> autograded/
nbgrader generate_feedback 04-momentum       autograded/ -> feedback/
nbgrader export                              gradebook.db -> grades.csv
"""

from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import ClearSolutions, DeduplicateIds, Execute, SaveAutoGrades

from course_utils.authoring.stubs import Stubs
from course_utils.teaching.grading.collecting import ArchiveNames
from course_utils.teaching.grading.export import Grades
from course_utils.teaching.grading.steps import FreshChecks, Repair, SaveGrades, one_notebook

c = get_config()  # noqa: F821  (nbgrader provides it)

# The same stubs as in the course's own exercises: an untouched answer is "to do", not wrong.
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "*Write your answer here.*"
c.GenerateAssignment.preprocessors = [
    {ClearSolutions: Stubs}.get(step, step) for step in GenerateAssignment.preprocessors.default()
]

# `check` has a time limit of its own. This one ends a loop that stands outside of any function.
c.Execute.timeout = 30  # seconds per cell
c.Execute.interrupt_on_timeout = True
c.Execute.shutdown_kernel = "immediate"  # to ask it politely takes half a second
c.Execute.extra_arguments = ["--HistoryManager.enabled=False"]

# A locked cell is put right before anything runs, and a notebook that lost its marks, or its name, is mended.
c.Autograde.pre_convert_hook = one_notebook
own = {DeduplicateIds: Repair, Execute: FreshChecks, SaveAutoGrades: SaveGrades}
c.Autograde.sanitize_preprocessors = [
    own.get(step, step) for step in Autograde.sanitize_preprocessors.default()
]
c.Autograde.autograde_preprocessors = [
    own.get(step, step) for step in Autograde.autograde_preprocessors.default()
]

# An output of a million lines is cut.
c.LimitOutput.max_lines = 200
c.LimitOutput.max_traceback = 50

# `nbgrader export` tells what was not graded from what earned no points; archives are named as Moodle and Canvas do it.
c.ExportApp.plugin_class = Grades
c.ZipCollectApp.collector_plugin = ArchiveNames
