"""`nbgrader export` for this course: says what lies behind each 0.0 of nbgrader's own exporter, and leaves it empty in a gradebook.

nbgrader export                                          grades.csv, with the state of every hand-in
nbgrader export --Grades.layout=canvas --to canvas.csv   as Canvas imports it; moodle as well
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import MissingEntry  # type: ignore[import-untyped]
from nbgrader.plugins import ExportPlugin  # type: ignore[import-untyped]
from traitlets import Enum

from course_utils.support.language import gettext as _
from course_utils.teaching.grading import grades
from course_utils.teaching.grading.grades import FORMATS, GRADED, NOT_GRADED, NOT_HANDED_IN, WAITING, Grade
from course_utils.teaching.grading.steps import KEPT, NEVER_RAN

RIGHT, WRONG, UNTOUCHED, CRASHED, OPEN = "right", "wrong", "untouched", "crashed", "open"

#: What a test that is not right came to; {names} are the tests.
TOLD = {
    WRONG: _("Wrong: {names}."),
    UNTOUCHED: _("Untouched: {names}."),
    CRASHED: _("Crashed before it could be judged: {names}."),
    OPEN: _("To be looked at: {names}."),
}


class Grades(ExportPlugin):
    """Grades with the state of every hand-in."""

    layout = Enum(FORMATS, "csv", help="canvas, moodle, or csv: a plain table").tag(config=True)

    def export(self, gradebook: Any) -> None:
        found = [
            self.grade_of(gradebook, assignment, student)
            for assignment in gradebook.assignments
            if not self.assignment or assignment.name in map(str, self.assignment)
            for student in self.students(gradebook, assignment.name)
            if not self.student or student in map(str, self.student)
        ]
        path = Path(self.to or "grades.csv")
        grades.write(path, self.layout, found)
        for line in grades.told(found):
            self.log.warning(line)
        self.log.info("%d grades in %s", len(found), path)

    def students(self, gradebook: Any, assignment: str) -> list[str]:
        """All that the gradebook knows, and all who handed something in."""
        folders = Path(self.coursedir.format_path(self.coursedir.submitted_directory, "x", assignment))
        handed_in = [folder.parent.name for folder in folders.parents[1].glob(f"*/{assignment}")]
        return sorted({student.id for student in gradebook.students} | set(handed_in))

    @property
    def coursedir(self) -> Any:
        return self.parent.coursedir

    def folder(self, kind: str, assignment: str, student: str) -> Path:
        return Path(self.coursedir.format_path(kind, student, assignment))

    def grade_of(self, gradebook: Any, assignment: Any, student: str) -> Grade:
        try:
            about = gradebook.find_student(student)
            name = ", ".join(filter(None, [about.last_name, about.first_name]))
            email = about.email or ""
        except MissingEntry:
            name = email = ""
        points, state, notes = self.stands(gradebook, assignment.name, student)
        return Grade(student, name, email, assignment.name, points, assignment.max_score, state, tuple(notes))

    def stands(self, gradebook: Any, assignment: str, student: str) -> tuple[float | None, str, list[str]]:
        """-> (points so far, state, notes)"""
        handed_in = sorted(
            self.folder(self.coursedir.submitted_directory, assignment, student).glob("*.ipynb")
        )
        graded = sorted(self.folder(self.coursedir.autograded_directory, assignment, student).glob("*.ipynb"))
        others = [path.name for path in handed_in if path.name not in {each.name for each in graded}]
        if not graded:
            return (
                None,
                *_why_not(self.folder(self.coursedir.submitted_directory, assignment, student), handed_in),
            )
        submission = gradebook.find_submission(assignment, student)
        notes = [line for path in graded for line in _notes(nbformat.read(path, 4))]
        if others:
            notes.append(_("Handed in as well, and not graded: {names}.").format(names=", ".join(others)))
        points = max(0.0, submission.score - submission.late_submission_penalty)
        waiting = sum(g.needs_manual_grade for book in submission.notebooks for g in book.grades)
        if waiting:
            notes.append(_("{n} of its cells wait for a person.").format(n=waiting))
        return points, WAITING if waiting else GRADED, notes


def _why_not(folder: Path, handed_in: list[Path]) -> tuple[str, list[str]]:
    """-> (state, notes) where there is no graded notebook"""
    if not folder.is_dir() or not any(folder.iterdir()):
        return NOT_HANDED_IN, []
    if not handed_in:
        names = ", ".join(sorted(path.name for path in folder.iterdir()))
        return NOT_GRADED, [_("There is no notebook among what was handed in: {names}.").format(names=names)]
    notes = []
    for path in handed_in:
        try:
            nbformat.read(path, 4)
        except Exception:  # nbformat raises whatever its reader met
            notes.append(_("{name} cannot be read as a notebook.").format(name=path.name))
    return NOT_GRADED, notes or [_("Autograding has not been run, or did not get through: see what it said.")]


def _notes(nb: Any) -> list[str]:
    kept = nb.metadata.get(KEPT, {})
    missing = set(kept.get("missing", {}).values())
    came_to: dict[str, list[str]] = {}
    for name, result in results(nb, missing):
        came_to.setdefault(result, []).append(name)
    told = [TOLD[result].format(names=", ".join(came_to[result])) for result in TOLD if result in came_to]
    return [*told, *kept.get("said", [])]


def results(nb: Any, missing: set[str]) -> Iterator[tuple[str, str]]:
    """What each test of a graded notebook came to. -> (its grade_id, "right", "wrong", "untouched", "crashed" or "open")"""
    for cell in nb.cells:
        about = cell.metadata.get("nbgrader", {})
        if not about.get("grade") or about.get("solution") or cell.cell_type != "code":
            continue
        yield about["grade_id"], OPEN if about["grade_id"] in missing else _result(cell)


def _result(cell: Any) -> str:
    errors = [output.get("ename") for output in cell.outputs if output.output_type == "error"]
    if NEVER_RAN in errors:
        return OPEN
    known = {"ToDo": UNTOUCHED, "NotYet": WRONG}
    if errors:
        return known.get(errors[0], CRASHED)
    return CRASHED if any(output.get("name") == "stderr" for output in cell.outputs) else RIGHT
