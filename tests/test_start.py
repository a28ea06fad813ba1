"""`python3 -m course_utils start | test` on real folders, with real virtual environments and a real pip.

The course in these tests is a small one that needs no package, so that nothing is downloaded: its build
backend is a file of its own, and its JupyterLab, its pytest and its tools only tell how they were called.
"""

import ast
import ensurepip
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_utils import __main__ as commands

ROOT = Path(__file__).resolve().parent.parent
ON_WINDOWS = os.name == "nt"

PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "tiny"
version = "0"
requires-python = ">=3.11"

[project.optional-dependencies]
test = []
teach = []
"""
BACKEND = """\
import errno, os, time, zipfile
from pathlib import Path

def build_editable(folder, settings=None, metadata=None):
    trouble = os.environ.get("TROUBLE")
    if trouble == "disk":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if trouble == "other":
        raise RuntimeError("the compiler is on holiday")
    if trouble == "slow":
        Path("building").touch()
        time.sleep(60)
    files = {
        "tiny.pth": [os.getcwd()],
        "tiny-0.dist-info/METADATA": [
            "Metadata-Version: 2.1", "Name: tiny", "Version: 0", "Provides-Extra: test", "Provides-Extra: teach"
        ],
        "tiny-0.dist-info/WHEEL": ["Wheel-Version: 1.0", "Root-Is-Purelib: true", "Tag: py3-none-any"],
        "tiny-0.dist-info/RECORD": [],
    }
    with zipfile.ZipFile(Path(folder, "tiny-0-py3-none-any.whl"), "w") as wheel:
        for name, lines in files.items():
            wheel.writestr(name, "".join(line + "\\n" for line in lines))
    return "tiny-0-py3-none-any.whl"
"""
TELL = """\
import json, os, sys
call = {"arguments": sys.argv[1:], "prefix": sys.prefix, "folder": os.getcwd(), "path": os.environ["PATH"]}
print(json.dumps(call))
sys.exit(7)
"""
WAIT = """\
import sys, time
try:
    print("up", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    sys.exit(42)
"""


def make_course(root):
    (root / "course_utils").mkdir(parents=True)
    for name in ("__init__.py", "__main__.py"):
        shutil.copy(ROOT / "course_utils" / name, root / "course_utils" / name)
    (root / "notebooks").mkdir()
    (root / commands.FIRST_NOTEBOOK).write_text("{}", encoding="utf-8")
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (root / "backend.py").write_text(BACKEND, encoding="utf-8")
    for name in ("jupyterlab.py", "pytest.py", "course_utils/publishing.py", "course_utils/handouts.py"):
        (root / name).write_text(TELL, encoding="utf-8")
    return root.resolve()


def surroundings(uv=False, **more):
    """An environment in which pip reaches no index, and uv is hidden unless asked for."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))
    }
    folders = kept["PATH"].split(os.pathsep)
    if not uv:
        folders = [folder for folder in folders if not shutil.which("uv", path=folder)]
    kept |= {"PATH": os.pathsep.join(folders), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    return kept | {"PYTHONIOENCODING": "utf-8", **more}


def run(root, *arguments, python=sys.executable, cwd=None, uv=False, **more):
    """The command as a student types it; `cwd` runs it from another folder, by the path of course_utils."""
    target = [str(root / "course_utils")] if cwd else ["-m", "course_utils"]
    return subprocess.run(
        [str(python), *target, *arguments],
        cwd=cwd or root,
        env=surroundings(uv, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )


def told(done):
    """What the stand-in for JupyterLab or pytest said."""
    assert done.returncode == 7, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def start_arguments(root):
    """What JupyterLab is told first."""
    return [
        f"--ServerApp.root_dir={root}",
        "--LabApp.default_url=/lab/tree/notebooks/00-start-here.ipynb",
    ]


def complaint(done):
    """The one clear line: nothing else was said, nothing was installed, and the exit status is 1."""
    assert (done.returncode, done.stdout) == (1, ""), done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    return line


def last_words(done):
    """The one clear line at the end of what an installer had to say."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "course_utils" not in done.stderr.replace("-m course_utils", ""), "a traceback of ours"
    return done.stderr.splitlines()[-1]


@pytest.fixture
def course(tmp_path):
    """A course that was just downloaded, into a folder that is hard to spell."""
    return make_course(tmp_path / "Meine Übungen 내리막")


@pytest.fixture(scope="module")
def first_run(tmp_path_factory):
    """(the course, what its very first start said): the whole way, with Python's own venv and pip."""
    root = make_course(tmp_path_factory.mktemp("first run") / "Meine Übungen 내리막")
    return root, run(root, "start", "--no-browser", "--port", "0")


@pytest.fixture
def installed(first_run, course):
    """A course whose .venv is finished: that of the first run, as if it had been made here."""
    shutil.copytree(first_run[0] / ".venv", course / ".venv", symlinks=True)
    change_stamp(course, folder=str(course))
    return course


def stamp_of(root):
    return json.loads((root / ".venv/course_utils.json").read_text(encoding="utf-8"))


def change_stamp(root, **changes):
    stamp = json.dumps(stamp_of(root) | changes)
    (root / ".venv/course_utils.json").write_text(stamp, encoding="utf-8")


def python_of(root):
    return root / (".venv/Scripts/python.exe" if ON_WINDOWS else ".venv/bin/python")


# --------------------------------------------------------------------------------------------- the first run


def test_the_first_start_makes_venv_and_opens_the_first_notebook(first_run):
    root, done = first_run
    call = told(done)
    assert call["arguments"] == [*start_arguments(root), "--no-browser", "--port", "0"]
    assert Path(call["prefix"]).samefile(root / ".venv")
    assert Path(call["folder"]).samefile(root)
    assert Path(call["path"].split(os.pathsep)[0]).samefile(python_of(root).parent)
    assert done.stdout.splitlines()[0].startswith("Installing the course into .venv:")


def test_the_course_is_installed_so_that_a_notebook_anywhere_imports_it(installed, first_run, tmp_path):
    ask = [str(python_of(first_run[0])), "-c", "import course_utils; print(ascii(course_utils.__file__))"]
    answer = subprocess.run(ask, cwd=tmp_path, env=surroundings(), capture_output=True, text=True)
    assert Path(ast.literal_eval(answer.stdout.strip())).samefile(first_run[0] / "course_utils/__init__.py")


def test_jupyterlab_asks_nothing_about_news_in_this_venv(first_run):
    overrides = first_run[0] / ".venv/share/jupyter/lab/settings/overrides.json"
    ((plugin, settings),) = json.loads(overrides.read_text(encoding="utf-8")).items()
    assert settings == {"fetchNews": "false", "checkForUpdates": False}
    package, name = plugin.split(":")
    schema = Path(sys.prefix, "share/jupyter/lab/schemas", package, f"{name}.json")
    known = json.loads(schema.read_text(encoding="utf-8"))["properties"]
    assert '"false"' in json.dumps(known["fetchNews"]), "one of its choices, a text"
    assert known["checkForUpdates"]["type"] == "boolean"


@pytest.mark.skipif(not shutil.which("uv"), reason="uv is not installed")
def test_uv_is_used_where_there_is_one(course):
    (course / ".venv").mkdir()  # an empty folder is no reason to refuse
    pip = Path(ensurepip.__file__).parent / "_bundled"  # so that uv, too, reaches no index
    done = run(course, "test", uv=True, UV_NO_INDEX="1", UV_NO_CONFIG="1", UV_FIND_LINKS=str(pip))
    assert told(done)["arguments"] == commands.SIDE_BY_SIDE
    assert "uv =" in (course / ".venv/pyvenv.cfg").read_text(encoding="utf-8")
    assert stamp_of(course)["extras"] == ["test"]


# ------------------------------------------------------------------------------------------------ later runs


@pytest.mark.parametrize("own", [False, True], ids=["another Python", "the Python of .venv"])
def test_a_later_start_installs_nothing(installed, own):
    for pip in (installed / ".venv").glob("[Ll]ib/**/site-packages/pip"):
        shutil.rmtree(pip)  # whoever called pip now would fail
    before = stamp_of(installed)
    done = run(installed, "start", python=python_of(installed) if own else sys.executable)
    assert told(done) and len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
    assert stamp_of(installed) == before


def test_it_works_from_another_folder(installed, tmp_path):
    assert Path(told(run(installed, "start", cwd=tmp_path))["folder"]).samefile(installed)


def test_the_test_command_hands_on_arguments_and_exit_status(installed):
    change_stamp(installed, extras=["test"])
    assert told(run(installed, "test", "-k", "adam and not slow"))["arguments"] == ["-k", "adam and not slow"]


def test_a_changed_pyproject_is_installed_with_the_extras_of_before(installed):
    change_stamp(installed, extras=["test"])
    (installed / "pyproject.toml").write_text(PYPROJECT + "\n# changed\n", encoding="utf-8")
    done = run(installed, "start")
    assert told(done) and done.stdout.startswith("Bringing .venv up to date.")
    assert stamp_of(installed)["extras"] == ["test"]
    assert len(run(installed, "start").stdout.splitlines()) == 1


def test_the_test_command_adds_what_it_needs_to_a_venv_of_another_maker(installed):
    (installed / ".venv/course_utils.json").unlink()  # no stamp: also what an interruption leaves behind
    done = run(installed, "test")
    assert told(done) and done.stdout.startswith("Bringing .venv up to date.")
    assert stamp_of(installed)["extras"] == ["test"]


def test_a_moved_course_gets_a_new_venv(installed, first_run):
    change_stamp(installed, folder=str(first_run[0]))
    (installed / ".venv/left-over").touch()
    done = run(installed, "start")
    assert Path(told(done)["prefix"]).samefile(installed / ".venv")
    assert done.stdout.startswith("Installing the course")
    assert not (installed / ".venv/left-over").exists()


def test_a_venv_without_its_python_is_noticed(installed, monkeypatch):
    monkeypatch.setattr(commands, "ROOT", installed)
    assert commands.venv_version() == "{}.{}".format(*sys.version_info[:2])
    python_of(installed).unlink()
    assert commands.venv_version() == ""
    made = []
    monkeypatch.setattr(commands, "run", made.append)
    commands.make_venv(None)
    assert made and not (installed / ".venv").exists()


# ------------------------------------------------------------------------------------------ for instructors


def test_teach_is_start_with_more_packages(installed):
    call = told(run(installed, "teach", "--no-browser"))
    assert call["arguments"] == [*start_arguments(installed), "--no-browser"]
    assert stamp_of(installed)["extras"] == ["teach"]
    assert told(run(installed, "start"))["arguments"] == start_arguments(installed)
    assert stamp_of(installed)["extras"] == ["teach"], "what was installed stays"


@pytest.mark.parametrize(
    ("name", "extras"), [("slides", ["teach"]), ("site", ["teach"]), ("handout", []), ("mark", [])]
)
def test_a_tool_runs_where_it_was_called(installed, tmp_path, name, extras):
    done = run(installed, name, "04", "--output", "my talk", cwd=tmp_path)
    call = told(done)
    assert call["arguments"] == [name, "04", "--output", "my talk"]
    assert Path(call["folder"]).samefile(tmp_path), "its files go where the user is"
    assert stamp_of(installed)["extras"] == extras


@pytest.mark.parametrize("name", commands.TOOLS)
def test_the_module_of_a_tool_is_there_and_knows_its_name(name):
    command = [sys.executable, "-m", commands.TOOLS[name][0], name, "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ") and "--output" in done.stdout


# ------------------------------------------------------------------------------- what goes wrong: before


def old_pythons():
    found = {shutil.which(f"python3.{minor}") for minor in range(6, 11)} - {None}
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    for minor in range(6, 11):
        found |= {str(each) for each in pyenv.glob(f"3.{minor}.*/bin/python")}
    return sorted(found)


def works(python):
    """A shim may be on PATH for a version that is not there."""
    return subprocess.run([python, "-c", ""], capture_output=True).returncode == 0


def test_an_old_python_is_told_so(course):
    usable = [python for python in old_pythons() if works(python)]
    if not usable:
        pytest.skip("no Python older than 3.11 here")
    for python in usable:
        line = complaint(run(course, "start", python=python))
        assert line.startswith("This course needs Python 3.11 or newer, and this is Python 3.")


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_an_old_python_can_read_the_file(name):
    tree = ast.parse((ROOT / "course_utils" / name).read_text(encoding="utf-8"), feature_version=(3, 6))
    for node in ast.walk(tree):
        assert not (isinstance(node, ast.ImportFrom) and node.module == "__future__"), "3.6 lacks most of it"
        assert not isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.Match)


def test_the_lowest_python_is_the_one_in_pyproject(course):
    bound = f">=3.{sys.version_info.minor + 1}"
    (course / "pyproject.toml").write_text(PYPROJECT.replace(">=3.11", bound), encoding="utf-8")
    assert f"needs Python {bound[2:]} or newer" in complaint(run(course, "start"))


def test_every_newer_python_is_welcome():
    for version in [(3, 11), (3, 11, 0, "final", 0), (3, 20), (4, 0)]:
        commands.check_python(version)
    for version in [(3, 10, 99), (2, 7)]:
        with pytest.raises(commands.Problem, match=r"this is Python \d\.\d+: install a newer one"):
            commands.check_python(version)


def test_a_taken_port_is_named(course):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert f"Port {port} is taken" in complaint(run(course, "start", "--port", port))
        for arguments in ([f"--port={port}"], [f"--ServerApp.port={port}", "--no-browser"]):
            with pytest.raises(commands.Problem, match=f"Port {port} is taken"):
                commands.check_port(arguments)
    commands.check_port(["--no-browser", "--port", port])


@pytest.mark.parametrize("arguments", [["--port", "eighty"], ["--port=-1"], ["--port", "65536"], ["--port"]])
def test_a_port_is_a_number(arguments):
    with pytest.raises(commands.Problem, match="--port needs a number"):
        commands.check_port(arguments)


def test_a_missing_notebook_is_named(course):
    (course / commands.FIRST_NOTEBOOK).unlink()
    assert complaint(run(course, "start")).startswith("notebooks/00-start-here.ipynb is missing in ")


def test_a_folder_that_is_not_a_virtual_environment_is_left_alone(course):
    (course / ".venv").mkdir()
    (course / ".venv/thesis.txt").write_text("the only copy", encoding="utf-8")
    done = run(course, "start")
    assert "is not a virtual environment, so it is left alone" in last_words(done)
    assert (course / ".venv/thesis.txt").read_text(encoding="utf-8") == "the only copy"


def test_a_file_named_venv_is_left_alone(course):
    (course / ".venv").write_text("the only copy", encoding="utf-8")
    assert "is not a virtual environment" in last_words(run(course, "start"))
    assert (course / ".venv").read_text(encoding="utf-8") == "the only copy"


def test_a_python_without_venv_is_told_what_to_install(course, monkeypatch):
    monkeypatch.setattr(commands, "ROOT", course)
    monkeypatch.setitem(sys.modules, "ensurepip", None)  # as on Debian without python3-venv
    with pytest.raises(commands.Problem, match=r"sudo apt install python3\.\d+-venv"):
        commands.make_venv(None)


def test_too_little_room_is_said_before_anything_is_made(course, monkeypatch, capsys):
    usage = type(shutil.disk_usage(course))
    monkeypatch.setattr(commands, "ROOT", course)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 10**12 - 10**8, 10**8))
    assert commands.main(["start"]) == 1
    printed = capsys.readouterr()
    assert "MB on the disk, and 100 MB are free: make room" in printed.err
    assert (printed.out, (course / ".venv").exists()) == ("", False)


@pytest.mark.skipif(ON_WINDOWS, reason="Windows folders refuse in another way")
def test_a_folder_that_cannot_be_written_is_named(course, monkeypatch):
    refusing = course
    if os.geteuid() == 0:
        refusing = Path("/proc")  # root may write anywhere else
    course.chmod(0o500)
    monkeypatch.setattr(commands, "ROOT", refusing)
    with pytest.raises(commands.Problem, match=r"Nothing can be written in .*: move the course"):
        commands.check_writable()
    course.chmod(0o700)


# ---------------------------------------------------------------------------- what goes wrong: on the way


def begin(root, **more):
    """Start the course in a terminal of its own, and leave it running."""
    return subprocess.Popen(
        [sys.executable, "-m", "course_utils", "start"],
        cwd=root,
        env=surroundings(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def unfinished(root):
    (root / ".venv/course_utils.json").unlink()
    return root


def test_no_network(installed):
    text = PYPROJECT.replace("requires = []", 'requires = ["a-build-backend-to-download"]')
    (installed / "pyproject.toml").write_text(text, encoding="utf-8")
    index = {"PIP_NO_INDEX": "", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}
    done = run(installed, "start", **index)
    assert last_words(done).startswith("The packages cannot be reached: check the network")
    assert not (installed / ".venv/course_utils.json").exists()


def test_a_disk_that_fills_up_on_the_way(installed):
    assert last_words(run(unfinished(installed), "start", TROUBLE="disk")).startswith("The disk is full")
    assert told(run(installed, "start")), "with room again, the same command goes on"


def test_any_other_failure_points_at_the_installers_own_words(installed):
    done = run(unfinished(installed), "start", TROUBLE="other")
    assert last_words(done).startswith("The installation failed, and the lines above say why.")
    assert "the compiler is on holiday" in done.stderr


@pytest.mark.skipif(ON_WINDOWS, reason="signals are sent to a process group in another way")
def test_ctrl_c_during_the_installation(installed):
    student = begin(unfinished(installed), TROUBLE="slow")
    for _ in range(600):
        if (installed / "building").exists():
            break
        time.sleep(0.05)
    os.killpg(student.pid, signal.SIGINT)
    _, said = student.communicate(timeout=30)
    assert student.returncode == 1
    assert said.splitlines()[-1] == "Stopped. Run the same command again to go on."
    assert not (installed / ".venv/course_utils.json").exists()


@pytest.mark.skipif(ON_WINDOWS, reason="signals are sent to a process group in another way")
def test_ctrl_c_belongs_to_jupyterlab(installed):
    (installed / "jupyterlab.py").write_text(WAIT, encoding="utf-8")
    student = begin(installed)
    assert student.stdout.readline() == "up\n"
    os.killpg(student.pid, signal.SIGINT)
    _, said = student.communicate(timeout=30)
    assert (student.returncode, said) == (42, "")


# ------------------------------------------------------------------------------------------------- the usage


@pytest.mark.parametrize(("arguments", "status"), [([], 0), (["-h"], 0), (["--help"], 0), (["strat"], 2)])
def test_the_usage(arguments, status, capsys):
    assert commands.main(arguments) == status
    printed = capsys.readouterr()
    assert "python3 -m course_utils start " in printed.out and "python3 -m course_utils test " in printed.out
    assert printed.err == "" and printed.out.isascii()
