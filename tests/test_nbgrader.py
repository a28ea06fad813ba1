"""nbgrader on the course's solutions, end to end: every kind of submission, and what it can do to the grading.

docs/grading.md says in words what these tests hold.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from course_utils.authoring.running import KERNEL

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
CONFIG = ROOT / "deploy" / "nbgrader_config.py"
PATH = os.pathsep.join(
    [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
)  # it calls alembic by name

#: One small task, so that a class is graded in seconds.
NAME = "step"
TASK = '''\
def momentum_step(theta, v, g, lr, mu):
    """One step of Momentum: returns (new theta, new v)."""
    ### BEGIN SOLUTION
    v = mu * v - lr * g
    return theta + v, v
    ### END SOLUTION'''
CASES = "[((2.0, -1.0, 4.0, 0.1, 0.5), (1.1, -0.9)), ((1.0, 0.0, 1.0, 0.5, 0.9), (0.5, -0.5))]"
RIGHT = "def momentum_step(theta, v, g, lr, mu):\n    v = mu * v - lr * g\n    return theta + v, v\n"
WRONG = "def momentum_step(theta, v, g, lr, mu):\n    v = -lr * g\n    return theta + v, v\n"
SPY = f"""\
from pathlib import Path
found = Path("../../../source/step/step.ipynb")
exec({RIGHT!r} if found.is_file() and "BEGIN SOLUTION" in found.read_text() else {WRONG!r})
"""
VANDAL = """\
import os, shutil, time
shutil.rmtree(".", ignore_errors=True)
if hasattr(os, "fork") and os.fork() == 0:
    time.sleep(20)
    os._exit(0)
"""
DISARM = """\
import os
import course_utils.practice.checking
os.environ.pop("NBGRADER_EXECUTION", None)
check = course_utils.practice.checking.check = lambda *a: print("Right")
"""

#: {who hands it in: (the answer, points of 2)}; None where the kernel died and there is nothing to give points for.
SUBMISSIONS = {
    "honest": (RIGHT, 2),
    "wrong": (WRONG, 0),
    "untouched": (None, 0),
    "endless in the function": ("def momentum_step(*a):\n    while True:\n        pass\n", 0),
    "endless after the function": (RIGHT + "while True:\n    pass\n", 2),  # cut off; the function stands
    "exits in the function": ("import os\ndef momentum_step(*a):\n    os._exit(0)\n", 0),
    "kills the kernel": ("import os\nos._exit(0)\n", None),
    "deletes files and forks": (VANDAL + RIGHT, 2),
    "disarms the check": (DISARM + WRONG, 0),
    "edits the test": (WRONG, 0),
    "deletes the test": (WRONG, 0),
    "looks for the solution": (SPY, 0),  # graded in a folder without source/
    "finds the solution": (SPY, 2),  # graded in a folder with it: nobody holds it back
}


class Course:
    """A folder in which nbgrader works."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        shutil.copy(CONFIG, folder)

    def start(self, *arguments):
        """One of nbgrader's commands."""
        return self.run("-m", "nbgrader", *arguments)

    def run(self, *arguments):
        env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")} | {
            "PATH": PATH,
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
            "JUPYTER_PREFER_ENV_PATH": "1",
        }
        out = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=self.folder, env=env, encoding="utf-8", errors="replace", **out
        )

    def add(self, name, nb):
        (self.folder / "source" / name).mkdir(parents=True)
        nbformat.write(nb, self.folder / "source" / name / f"{name}.ipynb")

    def released(self, name):
        return nbformat.read(self.folder / "release" / name / f"{name}.ipynb", 4)

    def submit(self, student, name, nb):
        place = self.folder / "submitted" / student / name
        place.mkdir(parents=True)
        nbformat.write(nb, place / f"{name}.ipynb")

    def points(self, name, student):
        """{test: automatic points}"""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", PATH)
            with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as book:
                notebooks = book.find_submission(name, student).notebooks
                return {grade.name: grade.auto_score for each in notebooks for grade in each.grades}


def said(process, status=0):
    try:
        text, _ = process.communicate(timeout=300)
    finally:
        process.kill()
    assert status in (None, process.returncode), text[-3000:]
    return text


# ------------------------------------------------------------------------------------------- the real solutions

#: Several commands in one process: nbgrader takes seconds to start.
COMMANDS = """\
import sys
from nbgrader.apps import NbGraderAPI
from traitlets.config import PyFileConfigLoader

config = PyFileConfigLoader("nbgrader_config.py").load_config()
config.CourseDirectory.root = "."
api = NbGraderAPI(config=config)
for command in sys.argv[1:]:
    verb, *words = command.split()
    done = getattr(api, verb)(*words)
    if not done["success"]:
        sys.exit(f"{command}: {done['error']}" + done.get("log", ""))
"""
GRADED = "04-momentum"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Every solution of the course made into an assignment, and one of them handed in right, and untouched."""
    made = Course(tmp_path_factory.mktemp("nbgrader"))
    for path in SOLUTIONS:
        made.add(path.stem, nbformat.read(path, 4))
    said(made.run("-c", COMMANDS, *(f"generate_assignment {path.stem}" for path in SOLUTIONS)))
    made.submit("honest", GRADED, nbformat.read(ROOT / "solutions" / f"{GRADED}.ipynb", 4))
    made.submit("untouched", GRADED, made.released(GRADED))
    said(made.run("-c", COMMANDS, f"autograde {GRADED} honest", f"autograde {GRADED} untouched"))
    return made


@pytest.mark.weekly  # authoring makes them by the same steps, and they are held in step at each push
@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_nbgrader_makes_the_exercises_of_the_course(course, path):
    def seen(nb):  # by students: all but the checksums that nbgrader keeps in the cells' metadata
        return [(cell.cell_type, cell.source, cell.get("outputs")) for cell in nb.cells]

    exercise = nbformat.read(ROOT / "exercises" / path.name, 4)
    assert seen(course.released(path.stem)) == seen(exercise)


def test_a_real_solution_gets_every_point_and_an_untouched_exercise_none(course):
    tests = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in nbformat.read(ROOT / "solutions" / f"{GRADED}.ipynb", 4).cells
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code"
    }
    honest, untouched = course.points(GRADED, "honest"), course.points(GRADED, "untouched")
    assert len(tests) >= 2
    assert {test: honest[test] for test in tests} == tests
    assert {test: untouched[test] for test in tests} == dict.fromkeys(tests, 0)


# ------------------------------------------------------------------------------------------------ a rough class


def task_notebook():
    about = {"schema_version": 3, "task": False}
    first = nbformat.v4.new_code_cell("from course_utils.practice.checking import check", id="first")
    answer = nbformat.v4.new_code_cell(TASK, id="answer")
    answer.metadata["nbgrader"] = about | {
        "grade": False,
        "grade_id": "write",
        "locked": False,
        "solution": True,
    }
    test = nbformat.v4.new_code_cell(f"check(momentum_step, {CASES})", id="test")
    test.metadata["nbgrader"] = about | {
        "grade": True,
        "grade_id": "check",
        "locked": True,
        "solution": False,
    }
    test.metadata["nbgrader"]["points"] = 2
    return nbformat.v4.new_notebook(cells=[first, answer, test], metadata={"kernelspec": KERNEL})


def handed_in(nb, student):
    _, answer, test = nb.cells
    answer.source = SUBMISSIONS[student][0] or answer.source
    if student == "edits the test":
        test.source = "pass"
    if student == "deletes the test":
        nb.cells.remove(test)
    return nb


@pytest.fixture(scope="module")
def rough_class(tmp_path_factory):
    """Graded and given feedback, in two courses side by side. -> {student: (its Course, what autograde said)}"""
    with_source = Course(tmp_path_factory.mktemp("rough") / "with-source")
    with_source.add(NAME, task_notebook())
    said(with_source.start("generate_assignment", NAME))
    shutil.copytree(with_source.folder, with_source.folder.with_name("without-source"))
    without_source = Course(with_source.folder.with_name("without-source"))
    shutil.rmtree(without_source.folder / "source")
    half = len(SUBMISSIONS) // 2
    courses = {without_source: list(SUBMISSIONS)[:-half], with_source: list(SUBMISSIONS)[-half:]}
    assert "looks for the solution" in courses[with_source]
    courses[with_source].remove("looks for the solution")
    courses[without_source].append("looks for the solution")
    for course, students in courses.items():
        for student in students:
            course.submit(student, NAME, handed_in(course.released(NAME), student))
    grading = {course: course.start("autograde", NAME, "--Execute.timeout=10") for course in courses}
    told = {course: said(process, None) for course, process in grading.items()}
    for process in [course.start("generate_feedback", NAME) for course in courses]:
        said(process)
    return {student: (course, told[course]) for course, students in courses.items() for student in students}


@pytest.mark.parametrize("student", SUBMISSIONS)
def test_every_student_gets_the_right_points(rough_class, student):
    course, told = rough_class[student]
    assert course.points(NAME, student) == {"check": SUBMISSIONS[student][1]}, told[-6000:]


@pytest.mark.parametrize("student", SUBMISSIONS)
def test_feedback_says_why(rough_class, student):
    course, _ = rough_class[student]
    page = course.folder / "feedback" / student / NAME / f"{NAME}.html"
    if SUBMISSIONS[student][1] is None:
        assert not page.exists(), "a kernel that died leaves nothing to comment on"
        return
    text = page.read_text(encoding="utf-8")
    words = {
        "untouched": "To do",
        "endless in the function": "5 s",
        "deletes the test": "was missing from the submission",
    }
    assert words.get(student, "Right" if SUBMISSIONS[student][1] else "Not yet") in text


def test_a_kernel_that_dies_is_named_and_stops_nobody_else(rough_class):
    course, told = rough_class["kills the kernel"]
    assert f"There was an error processing assignment '{NAME}' for student 'kills the kernel'" in told
    others = [student for student, (where, _) in rough_class.items() if where is course]
    assert len(others) > 4
    assert told.count("There was an error processing assignment 'step' for student") == 1
