"""The commands of the course. Standard library only: nothing is installed yet when this file runs.

    python3 -m course_utils start [anything JupyterLab understands]
    python3 -m course_utils test [anything pytest understands]
    python3 -m course_utils teach | slides | site | handout | mark | grades | export ...    for instructors

The first run makes a virtual environment, `.venv`, in the folder of the course and installs the course into
it. Later runs find that nothing changed and go straight on. Nothing outside that folder is touched, apart
from the installer's own cache. An old Python must be able to read this file, to tell its user what to do:
keep the syntax to what Python 3.6 knows (a test holds this).
"""

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for whoever calls this folder by its path

from course_utils import installer
from course_utils.installer import Problem, venv, venv_python, venv_version

FIRST_NOTEBOOK = "notebooks/00-start-here.ipynb"
SIZES = {"start": 450, "test": 1500, "teach": 700}  # MB of disk that the packages take, measured on Linux
TOOLS = {  # command: (the module that does it, the extras that it needs)
    "slides": ("course_utils.authoring", ["teach"]),
    "site": ("course_utils.authoring", ["teach"]),
    "handout": ("course_utils.teaching.handouts", []),
    "mark": ("course_utils.teaching.handouts", []),
    "grades": ("course_utils.teaching.grading.grades", []),
    "export": ("course_utils.teaching.bank", []),
}
USAGE = """\
Downhill, Blindfolded: a hands-on course on the optimizers of deep learning

  python3 -m course_utils start    open the course in JupyterLab
  python3 -m course_utils test     run every test and every notebook

For instructors (each says more with --help):

  python3 -m course_utils teach                      like start, with slides inside JupyterLab
  python3 -m course_utils slides 04 --output DIR     a lecture as slides, one file that needs no network
  python3 -m course_utils site --output DIR          all lectures as a site for any web server
  python3 -m course_utils handout ...                an exercise sheet with numbers of its own for every student
  python3 -m course_utils mark ...                   mark the sheets, and name each mistake
  python3 -m course_utils grades ...                 the marks as columns for Canvas or Moodle
  python3 -m course_utils export ...                 all questions for Moodle, Canvas and others, or as polls

The first run installs what is needed into the folder .venv, here in the course. What you write after
`start` or `teach` goes to JupyterLab (start --no-browser --port 8890), and after `test` to pytest (test -k adam).
"""
# The whole suite takes minutes, so as many files run at a time as there are cores, each in one process.
SIDE_BY_SIDE = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "-m", "not weekly"]


# ------------------------------------------------------------------------------ what can be known beforehand


def check_python(version=sys.version_info):
    """The bound is the one in pyproject.toml, read without tomllib, which an old Python lacks."""
    text = (installer.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    bound = [int(number) for number in re.findall(r'requires-python = ">=(\d+)\.(\d+)"', text)[0]]
    if list(version[:2]) < bound:
        raise Problem(
            "This course needs Python {}.{} or newer, and this is Python {}.{}: install a newer one, for "
            "example from python.org, and run the same command with it.".format(*bound, *version[:2])
        )


def check_notebook():
    if not (installer.ROOT / FIRST_NOTEBOOK).is_file():
        raise Problem(
            f"{FIRST_NOTEBOOK} is missing in {installer.ROOT}: get it back with git, or download the course."
        )


def check_port(arguments):
    """JupyterLab would quietly take another port, while the user waits at the one they named."""
    words = " ".join(arguments).replace("=", " ").split()
    for name, port in zip(words, [*words[1:], ""]):  # noqa: B905 (an old Python's zip has no strict)
        if name not in ("--port", "--ServerApp.port"):
            continue
        if not re.fullmatch("[0-9]+", port) or int(port) > 65535:
            raise Problem(f"--port needs a number from 0 to 65535, not '{port}': for example --port 8890.")
        with socket.socket() as probe:
            if os.name == "posix":  # so that a port closed a moment ago counts as free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", int(port)))
            except OSError:
                raise Problem(
                    f"Port {port} is taken, perhaps by another JupyterLab: close that one, or choose another "
                    "port, or leave --port out."
                ) from None


def check_user(arguments):
    """JupyterLab refuses to serve root, and would say so only after everything is installed."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root and not any(
        re.match("--(allow-root|ServerApp.allow_root|help|version)|-h", word) for word in arguments
    ):
        raise Problem(
            "You are root, and JupyterLab serves root only when told to: add --allow-root, and in a container "
            "--no-browser --ip 0.0.0.0 as well, or run this as another user."
        )


def check_writable():
    try:
        tempfile.TemporaryFile(dir=str(installer.ROOT)).close()
    except OSError:
        raise Problem(
            f"Nothing can be written in {installer.ROOT}: move the course to a folder of your own."
        ) from None


def check_room(megabytes):
    free = shutil.disk_usage(str(installer.ROOT)).free // 10**6
    if free < megabytes:
        raise Problem(
            f"This needs {megabytes} MB on the disk, and {free} MB are free: make room and run again."
        )


# --------------------------------------------------------------------------------------- what is installed


def stamp():
    """The file that says what a finished installation installed; without it, none was finished."""
    return venv() / "course_utils.json"


def stamped():
    try:
        return json.loads(stamp().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def fingerprint(name):
    return hashlib.sha256((installer.ROOT / name).read_bytes()).hexdigest()


def prepare(extras, megabytes):
    """Leave a .venv in which the course and these extras are installed; do nothing if it is already there."""
    before, version = stamped(), venv_version()
    wanted = {
        "pyproject": fingerprint("pyproject.toml"),
        "lock": fingerprint(installer.LOCK),
        "extras": sorted(set(extras) | set(before.get("extras", []))),
        "folder": str(installer.ROOT),
        "python": version,
    }
    if version and before == wanted:
        return
    check_writable()
    # A virtual environment knows its own place and its Python: it cannot follow when one of them changes.
    moved = before and (before["folder"], before["python"]) != (wanted["folder"], version)
    anew = moved or not version
    if anew:
        check_room(megabytes)
    if stamp().exists():
        stamp().unlink()  # from here to the end, an interruption leaves a .venv that the next run repairs
    uv = shutil.which("uv")
    if anew:
        print(f"Installing the course into .venv: {megabytes} MB, a minute or two, only once.", flush=True)
        installer.make_venv(uv)
        wanted["python"] = venv_version()
    else:
        print("Bringing .venv up to date.", flush=True)
    installer.install(uv, wanted["extras"])
    installer.quiet_jupyterlab()
    stamp().write_text(json.dumps(wanted, indent=1), encoding="utf-8")


# ---------------------------------------------------------------------------------------------- the commands


def hand_over(arguments, folder=None):
    """Become .venv's Python, in the folder of the course or another.

    Ctrl-C and the exit status are from then on those of the program it runs.
    """
    command = [str(venv_python()), *arguments]
    environment = installer.surroundings(VIRTUAL_ENV=str(venv()), JUPYTER_PREFER_ENV_PATH="1")
    for name, own in (("PATH", venv_python().parent), ("JUPYTER_PATH", venv() / "share" / "jupyter")):
        environment[name] = os.pathsep.join(filter(None, [str(own), os.environ.get(name)]))
    os.chdir(str(folder or installer.ROOT))
    sys.stdout.flush()
    if os.name == "posix":
        os.execve(command[0], command, environment)
    process = subprocess.Popen(command, env=environment)  # Windows has no exec that keeps the console
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            pass  # the program has heard it too, and decides


def start(arguments, extras=(), size=SIZES["start"]):
    check_notebook()
    check_user(arguments)
    check_port(arguments)
    prepare(extras, size)
    installer.leave_slides()
    first = [
        "--ServerApp.root_dir=" + str(installer.ROOT),
        "--LabApp.default_url=/lab/tree/" + FIRST_NOTEBOOK,
    ]
    return hand_over(["-m", "jupyterlab", *first, *arguments])


def test(arguments):
    prepare(["test"], SIZES["test"])
    return hand_over(["-m", "pytest", *(arguments or SIDE_BY_SIDE)])


def teach(arguments):
    return start(arguments, ["teach"], SIZES["teach"])


def tool(name):
    """The command of an instructor's tool. It runs where it was typed, so that its files go there."""

    def command(arguments):
        module, extras = TOOLS[name]
        prepare(extras, SIZES["teach" if extras else "start"])
        return hand_over(["-m", module, name, *arguments], folder=os.getcwd())

    return command


def main(arguments):
    commands = {"start": start, "test": test, "teach": teach}
    commands.update((name, tool(name)) for name in TOOLS)
    command = arguments[0] if arguments else "--help"
    if command not in commands:
        print(USAGE, end="")
        return 0 if command in ("-h", "--help") else 2
    try:
        check_python()
        return commands[command](arguments[1:])
    except Problem as problem:
        print(problem, file=sys.stderr)
    except OSError as error:
        advice = installer.advice(str(error))
        print(advice or f"{error}: put this right, then run the same command again.", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
