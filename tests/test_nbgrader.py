"""nbgrader on the course's solutions, end to end: every kind of submission, and what it can do to the grading.

docs/grading.md says in words what these tests hold. One process grades all of them: nbgrader takes seconds to start.
What is mended before a notebook runs is tested on notebooks alone, in test_repair.py.
"""

import copy
import csv
import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
import zipfile
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
ENDLESS = "import time\nwhile True:\n    time.sleep(0.1)\n"
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


def answers(source):
    """Write this into the answer."""

    def change(nb):
        nb.cells[1].source = source

    return change


def copies_the_answer(nb):  # as JupyterLab does, with its mark, and answers below the test
    twin = copy.deepcopy(nb.cells[1])
    twin.id, twin.source = "twin", RIGHT
    nb.cells.append(twin)


def pastes_the_cells(nb):  # into a notebook of their own, which knows no marks
    answers(RIGHT)(nb)
    for cell in nb.cells:
        cell.metadata = {}


def merges_answer_and_test(nb):
    nb.cells[1].source = f"{RIGHT}\n\n{nb.cells.pop(2).source}"


def makes_a_text_of_the_answer(nb):
    nb.cells[1] = nbformat.v4.new_markdown_cell(RIGHT, metadata=nb.cells[1].metadata)


def edits_the_test(nb):
    answers(WRONG)(nb)
    nb.cells[2].source = "pass"


def deletes_the_test(nb):
    answers(WRONG)(nb)
    del nb.cells[2]


def deletes_answer_and_test(nb):
    del nb.cells[1:]


#: {who hands it in: (what is done to the notebook, points of 2, state, what the export says)}. Points are None where
#: there is nothing to give points for.
SUBMISSIONS = {
    "honest": (answers(RIGHT), 2, "graded", ""),
    "wrong": (answers(WRONG), 0, "graded", "Wrong: check."),
    "untouched": (lambda nb: None, 0, "graded", "Untouched: check."),
    "misspells the name": (
        answers(RIGHT.replace("_step", "")),
        0,
        "graded",
        "Crashed before it could be judged: check.",
    ),
    "endless in the function": (
        answers("def momentum_step(*a):\n" + textwrap.indent(ENDLESS, "    ")),
        0,
        "graded",
        "Wrong: check.",
    ),
    "endless after the function": (answers(RIGHT + ENDLESS), 2, "graded", ""),  # cut off; the function stands
    "exits in the function": (
        answers("import os\ndef momentum_step(*a):\n    os._exit(0)\n"),
        0,
        "graded",
        "Wrong: check.",
    ),
    "kills the kernel": (
        answers("import os\nos._exit(0)\n"),
        None,
        "waits for a person",
        "To be looked at: check.",
    ),
    "deletes files and forks": (answers(VANDAL + RIGHT), 2, "graded", ""),
    "disarms the check": (answers(DISARM + WRONG), 0, "graded", "Wrong: check."),
    "edits the test": (edits_the_test, 0, "graded", "Wrong: check."),
    "deletes the test": (deletes_the_test, 0, "graded", "Wrong: check. check was missing, and was put back."),
    "copies the answer": (
        copies_the_answer,
        2,
        "graded",
        "write is there 2 times: the one in cell 4 counts.",
    ),
    "pastes the cells": (pastes_the_cells, 2, "graded", "check has no mark of its own"),
    "merges answer and test": (merges_answer_and_test, 2, "graded", "check was missing, and was put back."),
    "makes a text of the answer": (makes_a_text_of_the_answer, 2, "graded", ""),
    "deletes answer and test": (deletes_answer_and_test, None, "waits for a person", "write is missing"),
    "looks for the solution": (
        answers(SPY),
        0,
        "graded",
        "Wrong: check.",
    ),  # graded in a folder without source/
    "finds the solution": (answers(SPY), 2, "graded", ""),  # graded in a folder with it: nobody holds it back
    "downloads it twice": (answers(RIGHT), 2, "graded", "Handed in as well, and not graded: step (1).ipynb."),
    "cuts the file short": (answers(RIGHT), None, "not graded", "step.ipynb cannot be read as a notebook."),
    "hands in a program": (
        answers(RIGHT),
        None,
        "not graded",
        "There is no notebook among what was handed in: step.py.",
    ),
}
#: What they show is shown by somebody else of this class, or without nbgrader: in test_repair.py and test_sandbox.py.
#: Two more are nbgrader's own: it ends a cell that takes too long, and puts an edited test back.
WEEKLY = (
    "endless after the function",
    "deletes files and forks",
    "edits the test",
    "downloads it twice",
    "finds the solution",
    "endless in the function",
    "exits in the function",
    "pastes the cells",
    "merges answer and test",
    "makes a text of the answer",
)
CLASS = [
    pytest.param(student, marks=pytest.mark.weekly if student in WEEKLY else ()) for student in SUBMISSIONS
]
NOT_GRADED = [student for student, kind in SUBMISSIONS.items() if kind[2] == "not graded"]


class Course:
    """A folder in which nbgrader works."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        shutil.copy(CONFIG, folder)

    def run(self, *commands):
        """Run nbgrader's commands in one process. -> what it said"""
        env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")} | {
            "PATH": PATH,
            "PYTHONPATH": os.pathsep.join(
                filter(None, [str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH")])
            ),
            "JUPYTER_PREFER_ENV_PATH": "1",
        }
        done = subprocess.run(
            [sys.executable, "-c", COMMANDS, *commands],
            cwd=self.folder,
            env=env,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=400,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout + done.stderr

    def add(self, name, nb):
        (self.folder / "source" / name).mkdir(parents=True)
        nbformat.write(nb, self.folder / "source" / name / f"{name}.ipynb")

    def released(self, name):
        return nbformat.read(self.folder / "release" / name / f"{name}.ipynb", 4)

    def submit(self, student, name, nb, file=None):
        place = self.folder / "submitted" / student / name
        place.mkdir(parents=True)
        nbformat.write(nb, place / (file or f"{name}.ipynb"))

    def points(self, name, student):
        """{test: automatic points}"""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", PATH)
            with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as book:
                notebooks = book.find_submission(name, student).notebooks
                return {grade.name: grade.auto_score for each in notebooks for grade in each.grades}


#: Commands as nbgrader's own programs run them, one after the other. -student leaves one out; a failure is only told.
COMMANDS = """\
import pathlib, shutil, sys
import test_nbgrader
from nbgrader.apps import NbGraderAPI
from nbgrader.apps.exportapp import ExportApp
from nbgrader.apps.zipcollectapp import ZipCollectApp
from traitlets.config import PyFileConfigLoader

PROGRAMS = {"export": ExportApp, "zip_collect": ZipCollectApp}

config = PyFileConfigLoader("nbgrader_config.py").load_config()
config.CourseDirectory.root = "."
config.Execute.timeout = 10
api = NbGraderAPI(config=config)
for command in sys.argv[1:]:
    verb, *words = command.split("|")
    if verb == "hand in":
        test_nbgrader.hand_in_all(test_nbgrader.Course(pathlib.Path()), words)
    elif verb == "remove":
        shutil.rmtree(words[0])
    elif verb == "leave out":
        api.coursedir.student_id_exclude = words[0]
    elif verb in PROGRAMS:
        app = PROGRAMS[verb](config=config)
        app.initialize(words)
        app.start()
    else:
        done = getattr(api, verb)(*words)
        print(done.get("log", ""), done.get("error", ""))
        if not done["success"] and verb == "generate_assignment":
            sys.exit(done["error"])
"""

# ------------------------------------------------------------------------------------------- the real solutions

GRADED = "04-momentum"
SOLUTION = (ROOT / "solutions" / f"{GRADED}.ipynb").read_text(encoding="utf-8")

#: An archive as Moodle and Canvas name what is in it: {file: what it holds, None for the exercise untouched}.
ARCHIVE = {
    "김민수_1327627_assignsubmission_file_/04-momentum (1).ipynb": SOLUTION,
    "leejihye_LATE_4711_99121_04-momentum-2.ipynb": None,
    "__MACOSX/김민수_1327627_assignsubmission_file_/._04-momentum.ipynb": "no notebook",
}


@pytest.fixture(scope="module")
def course(request, tmp_path_factory):
    """Two assignments, a small one and one of the course's, graded and given feedback. -> (Course, what was said)

    The small one is handed in by those of the class whom this run asks for.
    """
    chosen = [
        item.callspec.params.get("student") for item in request.session.items if hasattr(item, "callspec")
    ]
    graded = [student for student in SUBMISSIONS if student in chosen or student not in WEEKLY]
    made = Course(tmp_path_factory.mktemp("nbgrader"))
    made.add(NAME, task_notebook())
    made.add(GRADED, nbformat.read(ROOT / "solutions" / f"{GRADED}.ipynb", 4))
    return made, made.run(
        f"generate_assignment|{NAME}",
        f"generate_assignment|{GRADED}",
        f"hand in|{'|'.join(graded)}",
        f"autograde|{NAME}|finds the solution",
        "remove|source",
        f"zip_collect|{GRADED}",
        f"autograde|{GRADED}|*",
        "leave out|finds the solution",
        f"autograde|{NAME}|*",
        "leave out|",
        f"generate_feedback|{NAME}|*",
        f"export|--assignment=['{NAME}']",
        f"export|--assignment=['{NAME}']|--Grades.layout=canvas|--to=canvas.csv",
    )


def hand_in_all(course, students):
    """Hand in the small one for each of these students, and an archive with the course's own."""
    (course.folder / "roster.csv").write_text("id,name\n2021001,김 민수\n", encoding="utf-8")
    archive = course.folder / "downloaded" / GRADED / "archive" / "all of them.zip"
    archive.parent.mkdir(parents=True)
    untouched = (course.folder / "release" / GRADED / f"{GRADED}.ipynb").read_text(encoding="utf-8")
    with zipfile.ZipFile(archive, "w") as all_of_them:
        for name, text in ARCHIVE.items():
            all_of_them.writestr(name, text or untouched)
    for student in students:
        hand_in(course, student)


def hand_in(course, student):
    nb = course.released(NAME)
    SUBMISSIONS[student][0](nb)
    course.submit(student, NAME, nb, "step (1).ipynb" if student == "downloads it twice" else None)
    file = course.folder / "submitted" / student / NAME / f"{NAME}.ipynb"
    if student == "cuts the file short":
        file.write_text(file.read_text(encoding="utf-8")[:400], encoding="utf-8")
    if student == "hands in a program":
        file.rename(file.with_suffix(".py"))


@pytest.mark.weekly  # authoring makes them by the same steps, and they are held in step at each push
def test_nbgrader_makes_the_exercises_of_the_course(tmp_path):
    def seen(nb):  # by students: all but the checksums that nbgrader keeps in the cells' metadata
        return [(cell.cell_type, cell.source, cell.get("outputs")) for cell in nb.cells]

    made = Course(tmp_path / "all")
    for path in SOLUTIONS:
        made.add(path.stem, nbformat.read(path, 4))
    made.run(*(f"generate_assignment|{path.stem}" for path in SOLUTIONS))
    for path in SOLUTIONS:
        exercise = nbformat.read(ROOT / "exercises" / path.name, 4)
        assert seen(made.released(path.stem)) == seen(exercise), path.name


def test_a_real_solution_gets_every_point_and_an_untouched_exercise_none(course):
    course, _ = course
    tests = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in nbformat.read(ROOT / "solutions" / f"{GRADED}.ipynb", 4).cells
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code"
    }
    honest, untouched = course.points(GRADED, "2021001"), course.points(GRADED, "leejihye_4711")
    assert len(tests) >= 2
    assert {test: honest[test] for test in tests} == tests
    assert {test: untouched[test] for test in tests} == dict.fromkeys(tests, 0)


# ------------------------------------------------------------------------------------------------- the guide

GUIDE = (ROOT / "docs" / "grading.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", GUIDE, re.M | re.S)


def test_the_guide_and_the_exercises_give_the_same_points():
    told = re.findall(r"^\| \[([\w-]+)\]\(\.\./solutions/\1\.ipynb\) \| (\d+) \| (\d+) \|$", GUIDE, re.M)
    counted = []
    for path in SOLUTIONS:
        graded = [
            cell for cell in nbformat.read(path, 4).cells if cell.metadata.get("nbgrader", {}).get("grade")
        ]
        points = [cell.metadata.nbgrader.points for cell in graded]
        by_hand = [cell.metadata.nbgrader.points for cell in graded if cell.cell_type == "markdown"]
        counted.append((path.stem, str(sum(points)), str(sum(by_hand))))
    assert told == counted
    everything = [sum(int(row[n]) for row in counted) for n in (1, 2)]
    assert "| **all** | **{}** | **{}** |".format(*everything) in GUIDE
    assert everything[1] <= 20


def test_git_ignores_what_is_graded_and_not_what_grades():
    def ignored(name):
        return subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False).returncode == 0

    assert ignored("grading/submitted/ada/step/step.ipynb")
    assert not ignored("course_utils/teaching/grading/new.py")


@pytest.mark.weekly  # the same steps grade the class below
@pytest.mark.skipif(os.name != "posix", reason="the commands of the guide are for a POSIX shell")
def test_the_commands_of_the_guide_run_as_written(tmp_path):
    """In a shell that knows nothing, as far as .venv's own activation; and Formgrader is there."""
    for folder in ("deploy", "solutions"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    own = f'export PATH="{Path(sys.executable).parent}:$PATH" PYTHONPATH="{ROOT}"\n'
    (tmp_path / ".venv" / "bin" / "activate").write_text(own, encoding="utf-8")
    set_up, grade, _collect, formgrader, *_ = BLOCKS
    install, *lines = [*set_up.splitlines(), grade.splitlines()[0]]
    assert install == "python3 -m course_utils teach --version"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = f"--port {port} --no-browser --allow-root --IdentityProvider.token=''"
    script = "\n".join(["set -e", *lines, f"exec {formgrader.strip()} {quiet}"])
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    with (tmp_path / "log").open("w") as log:
        shell = subprocess.Popen(["bash", "-c", script], cwd=tmp_path, env=bare, stdout=log, stderr=log)
    try:
        page = waited_for(f"http://127.0.0.1:{port}/formgrader", shell)
    finally:
        shell.terminate()
        shell.wait(20)
    assert "Manual Grading" in page, (tmp_path / "log").read_text()[-3000:]
    assert (tmp_path / "grading" / "release" / "04-momentum" / "04-momentum.ipynb").exists()


def waited_for(address, process):
    """The page at an address, as soon as it is there; "" when the process has ended."""
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end:
        try:
            return urllib.request.urlopen(address, timeout=20).read().decode()
        except OSError:
            time.sleep(0.3)
    return ""


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


@pytest.mark.parametrize("student", [each for each in CLASS if each.values[0] not in NOT_GRADED])
def test_every_student_gets_the_right_points(course, student):
    course, told = course
    assert course.points(NAME, student) == {"check": SUBMISSIONS[student][1]}, told[-6000:]


@pytest.mark.parametrize("student", CLASS)
def test_feedback_says_why(course, student):
    course, _ = course
    page = course.folder / "feedback" / student / NAME / f"{NAME}.html"
    if student in NOT_GRADED:
        assert not page.exists()
        return
    text = page.read_text(encoding="utf-8")
    words = {
        "untouched": "To do",
        "endless in the function": "5 s",
        "deletes the test": "check was missing, and was put back",
        "misspells the name": "is not defined",
        "kills the kernel": "Cell 2 ended the kernel",
        "deletes answer and test": "there is nothing to grade",
    }
    assert words.get(student, "Right" if SUBMISSIONS[student][1] else "Not yet") in text


def test_a_kernel_that_dies_is_named_and_stops_nobody_else(course):
    _, told = course
    assert "kills the kernel: Cell 2 ended the kernel: what comes after it was not run." in told
    assert {line for line in told.splitlines() if "There was an error processing assignment '" in line} == {
        "[ERROR] There was an error processing assignment 'step' for student 'cuts the file short'"
    }


def rows(path):
    return list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))


@pytest.mark.parametrize("student", CLASS)
def test_the_export_tells_crashed_untouched_and_wrong_apart(course, student):
    course, _ = course
    row = next(row for row in rows(course.folder / "grades.csv") if row["id"] == student)
    _, points, state, said = SUBMISSIONS[student]
    assert row["state"] == state
    assert said in row["notes"] and (said or not row["notes"])
    if state == "graded":
        assert float(row["points"]) == points


def test_nobody_gets_a_zero_in_a_gradebook_that_nobody_looked_at(course):
    course, told = course
    cells = {row["Student"] or row["SIS User ID"]: row[NAME] for row in rows(course.folder / "canvas.csv")}
    assert cells.pop("    Points Possible") == "2"
    assert {student for student, cell in cells.items() if not cell} == {
        *(student for student, kind in SUBMISSIONS.items() if kind[1] is None),
        *("2021001", "leejihye_4711"),  # who have handed in another assignment, and nothing here
    }
    assert "2 without a grade, not graded: cuts the file short (step), hands in a program (step)" in told
