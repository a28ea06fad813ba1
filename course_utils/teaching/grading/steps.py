"""The course's own steps in nbgrader's autograding; deploy/nbgrader_config.py puts them in.

one_notebook       before a submission: a notebook under another name is taken for the assignment's
Repair             first of the sanitizing steps: cells that lost their mark, or have it twice
FreshChecks        in place of Execute: the real `check` before each test, and a kernel that dies costs what comes after
SaveGrades         in place of SaveAutoGrades: what is missing or never ran is left open, and is no zero
"""

import re
import shutil
import unicodedata
from pathlib import Path
from typing import Any

from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader import utils  # type: ignore[import-untyped]
from nbgrader.api import Gradebook  # type: ignore[import-untyped]
from nbgrader.preprocessors import (  # type: ignore[import-untyped]
    Execute,
    NbGraderPreprocessor,
    SaveAutoGrades,
)

from course_utils.support.language import gettext as _
from course_utils.teaching.grading.repair import Part, Repaired, repair

KEPT = "downhill-blindfolded"  # where a graded notebook keeps what was repaired
NEVER_RAN = "DeadKernelError"


# --- under another name -----------------------------------------------------------------------------------


def one_notebook(assignment: str, student: str, notebooks: list[str]) -> None:
    """Where no notebook has the assignment's name, copy the one that was meant to it: "04-momentum (1).ipynb".

    notebooks: the paths in one student's folder; the copy is added to them. What was handed in stays as it is.
    """
    paths = [Path(path) for path in notebooks]
    if not paths or any(path.stem == assignment for path in paths):
        return
    meant = [path for path in paths if _folded(assignment) in _folded(path.stem)]
    if not meant and len(paths) > 1:
        return
    newest = max(meant or paths, key=lambda path: (_copy_number(path.stem), path.stat().st_mtime))
    copy = newest.with_name(f"{assignment}.ipynb")
    shutil.copy(newest, copy)
    notebooks.append(str(copy))


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "-", unicodedata.normalize("NFC", name).casefold())


def _copy_number(stem: str) -> int:
    """The 2 of "04-momentum (2)", "04-momentum-Copy2" and "04-momentum-2"; 0 where there is none."""
    found = re.search(r"(?:\(|copy ?|-)(\d+)\)?$", stem, re.IGNORECASE)
    return int(found[1]) if found else 0


# --- cells without their mark, or with it twice ------------------------------------------------------------


def parts_of(notebook: Any) -> list[Part]:
    """The parts of an assignment, as nbgrader's gradebook knows them."""
    points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    return [
        Part(
            cell.name,
            cell.cell_type,
            cell.source,
            grade=cell.name in points,
            solution=cell.name in solutions,
            locked=cell.locked,
            points=points.get(cell.name),
            checksum=cell.checksum,
        )
        for cell in notebook.source_cells
    ]


def new_cell(cell_type: str, source: str) -> Any:
    return new_code_cell(source) if cell_type == "code" else new_markdown_cell(source)


class Repair(NbGraderPreprocessor):
    """Mark the cells that nbgrader grades, whatever became of their marks; say at the top what was done."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            parts = parts_of(gradebook.find_notebook(where["notebook"], where["assignment"]))
        done = repair(nb.cells, parts, new_cell)
        for told in done.said:
            self.log.warning("%s: %s", where["student"], told)
        nb.metadata[KEPT] = {"said": done.said, "missing": done.missing}
        if done.said:
            nb.cells.insert(0, new_markdown_cell(_notice(done)))
        return nb, resources


def _notice(done: Repaired) -> str:
    lines = [f"- {told}" for told in done.said]
    return "\n".join([_("**Before it was graded, this notebook was put right:**"), "", *lines])


# --- running ---------------------------------------------------------------------------------------------


FRESH = """\
import importlib as _importlib, os as _os
import course_utils.practice.checking as _checking
_os.environ["NBGRADER_EXECUTION"] = "autograde"
check = _importlib.reload(_checking).check"""


class FreshChecks(Execute):
    """Before every locked test the course's own `check` is put back, whatever an answer made of that name.

    It undoes the easy tricks: `check = lambda *a: None`, a function of the module replaced, the variable removed by which
    `check` knows that it is grading. It is no wall: an answer runs in the same process as its test.

    Where a cell ends the kernel, all that ran before it keeps its outputs, and the rest is marked as never run.
    """

    def preprocess(self, nb: Any, resources: Any, km: Any = None) -> tuple[Any, Any]:
        self.reached = -1
        try:
            return super().preprocess(nb, resources, km)
        except DeadKernelError as error:
            student = resources["nbgrader"]["student"]
            told = f"Cell {self.reached + 1} ended the kernel: what comes after it was not run."
            self.log.error("%s: %s", student, told)
            for cell in nb.cells[self.reached :]:
                if cell.cell_type == "code":
                    cell.outputs = [
                        new_output("error", ename=NEVER_RAN, evalue=told, traceback=[str(error), told])
                    ]
            return nb, resources

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> Any:
        self.reached = index
        if cell.cell_type == "code" and utils.is_grade(cell) and utils.is_locked(cell):
            self.execute_cell(new_code_cell(FRESH), index)
        return super().preprocess_cell(cell, resources, index)


# --- points ----------------------------------------------------------------------------------------------


def never_ran(cell: Any) -> bool:
    return any(output.get("ename") == NEVER_RAN for output in cell.get("outputs", []))


class SaveGrades(SaveAutoGrades):
    """As nbgrader does; but a test without its answer, or one that never ran, is left for a person to look at."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        self.missing = set(nb.metadata.get(KEPT, {}).get("missing", {}).values())
        return super().preprocess(nb, resources)

    def _add_score(self, cell: Any, resources: Any) -> None:
        super()._add_score(cell, resources)
        name = cell.metadata.nbgrader["grade_id"]
        if name in self.missing or never_ran(cell):
            grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
            grade.auto_score, grade.needs_manual_grade = None, True
            self.gradebook.db.commit()
