"""`python3 -m course_utils start | test` on real folders, with real virtual environments and a real pip.

The course in these tests is a small one that needs no package, so that nothing is downloaded: its build
backend is a file of its own, and its JupyterLab, its pytest and its tools only tell how they were called.
"""

import ast
import contextlib
import ensurepip
import json
import os
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest
from uv import find_uv_bin
from weekly import one_of_each

from course_utils import __main__ as commands
from course_utils import installer

ROOT = Path(__file__).resolve().parent.parent
ON_WINDOWS = os.name == "nt"
AS_ROOT = ["--allow-root"] if not ON_WINDOWS and os.geteuid() == 0 else []
READ_BY_AN_OLD_PYTHON = ("__init__.py", "__main__.py", "installer.py")

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
call = {"arguments": sys.argv[1:], "prefix": sys.prefix, "folder": os.getcwd(), "environment": dict(os.environ)}
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
    for name in READ_BY_AN_OLD_PYTHON:
        shutil.copy(ROOT / "course_utils" / name, root / "course_utils" / name)
    (root / "notebooks").mkdir()
    (root / commands.FIRST_NOTEBOOK).write_text("{}", encoding="utf-8")
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (root / installer.LOCK).write_text("# nothing\n", encoding="utf-8")
    (root / "backend.py").write_text(BACKEND, encoding="utf-8")
    for name in (
        "jupyterlab.py",
        "pytest.py",
        "course_utils/authoring.py",
        "course_utils/teaching/handouts.py",
    ):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(TELL, encoding="utf-8")
    return root.resolve()


def surroundings(uv=False, **more):
    """An environment in which pip reaches no index, and uv is hidden unless asked for."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))
    }
    folders = kept["PATH"].split(os.pathsep)
    folders = [folder for folder in folders if not shutil.which("uv", path=folder)]
    if uv:
        folders.insert(0, str(Path(find_uv_bin()).parent))
    kept |= {"PATH": os.pathsep.join(folders), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    return kept | {"PYTHONIOENCODING": "utf-8", **more}


def run(root, *arguments, python=sys.executable, cwd=None, uv=False, **more):
    """The command as a student types it; `cwd` runs it from another folder, by the path of course_utils."""
    target = [str(root / "course_utils")] if cwd else ["-m", "course_utils"]
    if arguments[0] in ("start", "teach"):
        arguments = [*arguments, *AS_ROOT]
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


def told_first(call, root, *more):
    """Whether JupyterLab was told this, and nothing else."""
    return call["arguments"] == [*start_arguments(root), *more, *AS_ROOT]


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
    assert told_first(call, root, "--no-browser", "--port", "0")
    assert Path(call["prefix"]).samefile(root / ".venv")
    assert Path(call["folder"]).samefile(root)
    assert Path(call["environment"]["PATH"].split(os.pathsep)[0]).samefile(python_of(root).parent)
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


def test_uv_is_used_where_there_is_one(course):
    (course / ".venv").mkdir()  # an empty folder is no reason to refuse
    pip = Path(ensurepip.__file__).parent / "_bundled"  # so that uv, too, reaches no index
    done = run(course, "test", uv=True, UV_NO_INDEX="1", UV_NO_CONFIG="1", UV_FIND_LINKS=str(pip))
    assert told(done)["arguments"] == commands.SIDE_BY_SIDE
    assert "uv =" in (course / ".venv/pyvenv.cfg").read_text(encoding="utf-8")
    assert stamp_of(course)["extras"] == ["test"]


# -------------------------------------------------------------------------------------------------- the lock


def make_wheel(folder, version):
    """The package `leaf`, which knows its version."""
    folder.mkdir(exist_ok=True)
    info = f"leaf-{version}.dist-info"
    with zipfile.ZipFile(folder / f"leaf-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("leaf.py", f"version = '{version}'\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: leaf\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def lock_leaf(root, version):
    """A lock as uv writes it, with hashes and with markers."""
    mark = " \\\n    --hash=sha256:" + "0" * 64 + "\n"
    lines = [
        f"leaf=={version} ; python_full_version >= '3.11'",
        "leaf==9 ; python_full_version < '3.11'",
        "other[more]==4",
    ]
    (root / installer.LOCK).write_text(
        "# a comment\n" + "".join(line + mark for line in lines), encoding="utf-8"
    )


@pytest.fixture
def with_leaf(installed, tmp_path):
    """(a course that needs the package `leaf`, and to be built as well; what lets installers find its versions 1, 2, 3)"""
    text = PYPROJECT.replace("requires = []", 'requires = ["leaf"]')
    text = text.replace(
        'requires-python = ">=3.11"', 'requires-python = ">=3.11"\ndependencies = ["leaf>=1"]'
    )
    (installed / "pyproject.toml").write_text(text, encoding="utf-8")
    backend = BACKEND.replace(
        "    files", "    import leaf\n    Path('built-with').write_text(leaf.version)\n    files"
    )
    backend = backend.replace('"Version: 0",', '"Version: 0", "Requires-Dist: leaf>=1",')
    (installed / "backend.py").write_text(backend, encoding="utf-8")
    for version in "123":
        make_wheel(tmp_path / "wheels", version)
    lock_leaf(installed, 2)
    links = (tmp_path / "wheels").as_uri()
    return installed, {
        "PIP_FIND_LINKS": links,
        "UV_FIND_LINKS": links,
        "UV_NO_INDEX": "1",
        "UV_NO_CONFIG": "1",
    }


def leaf_of(root):
    ask = [str(python_of(root)), "-I", "-B", "-c", "import leaf; print(leaf.version)"]
    return subprocess.check_output(ask, text=True).strip()


@pytest.mark.parametrize("uv", [False, True], ids=["pip", "uv"])
def test_the_versions_of_the_lock_are_installed(with_leaf, uv):
    course, links = with_leaf
    done = run(course, "start", uv=uv, **links)
    assert told(done) and "so pip tries" not in done.stderr
    assert leaf_of(course) == "2"
    assert (course / "built-with").read_text() == "2", "what builds the course is locked as well"
    lock_leaf(course, 1)
    done = run(course, "start", uv=uv, **links)
    assert told(done) and done.stdout.startswith("Bringing .venv up to date.")
    assert leaf_of(course) == "1", "a changed lock is noticed"
    assert len(run(course, "start").stdout.splitlines()) == 1, "an unchanged one as well"


@pytest.mark.weekly
def test_where_uv_fails_pip_does_it(with_leaf):
    course, links = with_leaf
    shutil.rmtree(course / ".venv")
    links["UV_HTTP_TIMEOUT"] = "soon"  # uv refuses to start with such a setting
    done = run(course, "start", uv=True, **links)
    assert told(done) and done.stderr.count("uv did not do it, so pip tries.") == 2, (
        "for .venv, for the packages"
    )
    assert leaf_of(course) == "2"


# --------------------------------------------------------------------------------------- what leads elsewhere


def test_packages_elsewhere_neither_count_as_installed_nor_reach_jupyterlab(with_leaf, tmp_path):
    course, links = with_leaf
    elsewhere = tmp_path / "modules of the cluster"
    with zipfile.ZipFile(tmp_path / "wheels/leaf-2-py3-none-any.whl") as wheel:
        wheel.extractall(elsewhere)
    for name in ("leaf.py", "encodings.py", "pip.py", "jupyterlab.py"):
        (elsewhere / name).write_text("raise ImportError('built for another Python')", encoding="utf-8")
    (elsewhere / "encodings.py").unlink()  # without it the user's own Python would not start either
    more = {
        "PYTHONPATH": str(elsewhere),
        "PYTHONUSERBASE": str(elsewhere),
        "PIP_TARGET": str(elsewhere / "target"),
    }
    call = told(run(course, "start", **links, **more, JUPYTER_PATH=str(elsewhere)))
    assert leaf_of(course) == "2"
    assert not {"PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE"} & set(call["environment"])
    assert call["environment"]["PYTHONNOUSERSITE"] == "1"
    share = str(course / ".venv" / "share" / "jupyter")
    assert call["environment"]["JUPYTER_PATH"].split(os.pathsep) == [share, str(elsewhere)], (
        "our kernel comes first"
    )


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


@pytest.mark.weekly
def test_a_moved_course_gets_a_new_venv(installed, first_run):
    change_stamp(installed, folder=str(first_run[0]))
    (installed / ".venv/left-over").touch()
    done = run(installed, "start")
    assert Path(told(done)["prefix"]).samefile(installed / ".venv")
    assert done.stdout.startswith("Installing the course")
    assert not (installed / ".venv/left-over").exists()


@pytest.mark.weekly
def test_a_venv_without_its_python_is_noticed(installed, monkeypatch):
    monkeypatch.setattr(installer, "ROOT", installed)
    assert installer.venv_version() == "{}.{}".format(*sys.version_info[:2])
    python_of(installed).unlink()
    assert installer.venv_version() == ""
    installer.make_venv(None)
    assert installer.venv_version()


# ------------------------------------------------------------------------------------------ for instructors


def test_teach_is_start_with_more_packages(installed, tmp_path):
    slides = tmp_path / "jupyterlab-slideshow" / "plugin.jupyterlab-settings"
    slides.parent.mkdir()
    slides.write_text(
        '{\n    // Decks\n    "active": true,\n    "showCodeCellPrompt": true\n}', encoding="utf-8"
    )
    call = told(run(installed, "teach", "--no-browser", JUPYTERLAB_SETTINGS_DIR=str(tmp_path)))
    left = '{\n    // Decks\n    "active": false,\n    "showCodeCellPrompt": true\n}'
    assert slides.read_text(encoding="utf-8") == left, "slides of the last class do not come up by themselves"
    assert told_first(call, installed, "--no-browser")
    assert stamp_of(installed)["extras"] == ["teach"]
    assert told_first(told(run(installed, "start")), installed)
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


def test_an_old_python_is_refused_in_plain_words(course):
    for python in filter(works, old_pythons()):
        line = complaint(run(course, "start", python=python))
        assert line.startswith("This course needs Python 3.11 or newer, and this is Python 3.")
    bound = f"3.{sys.version_info.minor + 1}"  # and where there is no old one, this one is too old for a newer course
    (course / "pyproject.toml").write_text(PYPROJECT.replace("3.11", bound), encoding="utf-8")
    assert f"needs Python {bound} or newer" in complaint(run(course, "start"))


@pytest.mark.parametrize("name", READ_BY_AN_OLD_PYTHON)
def test_an_old_python_can_read_the_file(name):
    tree = ast.parse((ROOT / "course_utils" / name).read_text(encoding="utf-8"), feature_version=(3, 6))
    for node in ast.walk(tree):
        assert not (isinstance(node, ast.ImportFrom) and node.module == "__future__"), "3.6 lacks most of it"
        assert not isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.Match)


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


def test_root_gets_advice_on_how_to_go_on(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    with pytest.raises(
        commands.Problem, match=r"add --allow-root, and in a container --no-browser --ip 0\.0\.0\.0"
    ):
        commands.check_user(["--no-browser"])
    for arguments in (
        ["--allow-root"],
        ["--ServerApp.allow_root=True"],
        ["--version"],
        ["--port", "1", "-h"],
    ):
        commands.check_user(arguments)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    commands.check_user([])


@pytest.mark.weekly
@pytest.mark.skipif(ON_WINDOWS, reason="Windows has no root")
def test_jupyterlab_still_refuses_root_in_that_way():
    """As root; anybody else is served, and asks for the version only."""
    ask = ["--no-browser", "--port", "0"] if AS_ROOT else ["--version"]
    done = subprocess.run(
        [sys.executable, "-m", "jupyterlab", *ask], capture_output=True, text=True, timeout=60
    )
    assert "--allow-root" in done.stderr if AS_ROOT else done.returncode == 0


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


def test_without_venv_the_user_is_told_what_to_install(course, monkeypatch):
    monkeypatch.setattr(installer, "ROOT", course)
    monkeypatch.setitem(sys.modules, "ensurepip", None)  # as on Debian without python3-venv
    with pytest.raises(commands.Problem, match=r"sudo apt install python3\.\d+-venv"):
        installer.make_venv(None)


def test_too_little_room_is_said_before_anything_is_made(course, monkeypatch, capsys):
    usage = type(shutil.disk_usage(course))
    monkeypatch.setattr(installer, "ROOT", course)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 10**12 - 10**8, 10**8))
    assert commands.main(["test"]) == 1
    printed = capsys.readouterr()
    assert "MB on the disk, and 100 MB are free: make room" in printed.err
    assert (printed.out, (course / ".venv").exists()) == ("", False)


@pytest.mark.skipif(ON_WINDOWS, reason="Windows folders refuse in another way")
def test_a_folder_that_cannot_be_written_is_named(course, monkeypatch):
    refusing = course
    if os.geteuid() == 0:
        refusing = Path("/proc")  # root may write anywhere else
    course.chmod(0o500)
    monkeypatch.setattr(installer, "ROOT", refusing)
    with pytest.raises(commands.Problem, match=r"Nothing can be written in .*: move the course"):
        commands.check_writable()
    course.chmod(0o700)


# ---------------------------------------------------------------------------- what goes wrong: on the way


def begin(root, **more):
    """Start the course in a terminal of its own, and leave it running."""
    return subprocess.Popen(
        [sys.executable, "-m", "course_utils", "start", *AS_ROOT],
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


@contextlib.contextmanager
def answering(reply, certificate=None):
    """A server on this machine that gives everybody this answer; -> its port"""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            with contextlib.suppress(OSError):
                while self.rfile.readline().strip():
                    pass
                self.wfile.write(
                    f"HTTP/1.1 {reply}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
                )

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def get_request(self):
            connection, address = super().get_request()
            if certificate:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate)
                connection = context.wrap_socket(
                    connection, server_side=True
                )  # an OSError if the other hangs up
            return connection, address

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def proxy(port):
    return {"HTTPS_PROXY": f"http://127.0.0.1:{port}"}, "https://example.invalid/simple"


def index(port):
    return {}, f"https://localhost:{port}/simple"


CERTIFICATE = ROOT / "tests/golden/self_signed.pem"
NETWORKS = {  # what is in the way: (what a server answers, its certificate, how it is reached, how the advice begins)
    "nobody answers": (None, None, index, "The packages cannot be reached: check the network"),
    "a proxy wants a name": ("407 Proxy Authentication Required", None, proxy, "The proxy asks for a name"),
    "a proxy forbids it": (
        "403 Forbidden",
        None,
        proxy,
        "The proxy does not answer, or does not let this through",
    ),
    "an unknown certificate": (
        "404 Not Found",
        CERTIFICATE,
        index,
        "The server's certificate is not trusted",
    ),
}


@pytest.mark.parametrize(
    "network, uv",  # where uv fails pip tries, and has the last word: with both, both are heard
    one_of_each(
        ["index", "proxy", "proxy", "certificate"] * 2,
        [(name, uv) for uv in (True, False) for name in NETWORKS],
    ),
    ids=lambda x: x if isinstance(x, str) else "uv and pip" if x else "pip",
)
def test_network_problems_are_explained(installed, network, uv):
    text = PYPROJECT.replace("requires = []", 'requires = ["a-build-backend-to-download"]')
    (installed / "pyproject.toml").write_text(text, encoding="utf-8")
    reply, certificate, reach, advice = NETWORKS[network]
    with answering(reply, certificate) if reply else contextlib.nullcontext(9) as port:
        more, url = reach(port)
        more |= {"PIP_NO_INDEX": "", "PIP_INDEX_URL": url, "PIP_RETRIES": "1"}
        more |= {
            "UV_DEFAULT_INDEX": url,
            "UV_HTTP_RETRIES": "0",
            "UV_NO_CONFIG": "1",
            "NO_PROXY": "",
            "no_proxy": "",
        }
        done = run(installed, "start", uv=uv, **more)
    assert last_words(done).startswith(advice)
    assert f"uv did not do it, so pip tries. (uv: {advice}" in done.stderr or not uv
    assert not (installed / ".venv/course_utils.json").exists()


@pytest.mark.parametrize(
    "words",
    [  # of pip, of uv, and of Python itself, on Windows
        "ERROR: Could not install packages due to an OSError: [WinError 32] Der Prozess kann nicht zugreifen: 'c:\\x.pyd'",
        "ERROR: Could not install packages due to an OSError: [WinError 5] Access is denied: 'C:\\x.dll'\nCheck the permissions.",
        "error: failed to remove file `C:\\x.pyd`: Access is denied. (os error 5)",
        "error: The process cannot access the file because it is being used by another process. (os error 32)",
        "[WinError 32] The process cannot access the file because it is being used by another process: '.venv'",
    ],
)
def test_a_file_in_use_is_recognised(words):
    assert installer.advice(words).startswith("A file in .venv is in use: close JupyterLab")


def test_an_unknown_failure_gets_no_advice():
    for words in (
        "error: Input/output error (os error 5)",
        "Broken pipe (os error 32)",
        "Downloading a-407.whl",
    ):
        assert installer.advice(words) == ""


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
