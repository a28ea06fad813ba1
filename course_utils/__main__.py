"""The commands of the course. Standard library only: nothing is installed yet when this file runs.

    python3 -m course_utils start [anything JupyterLab understands]
    python3 -m course_utils test [anything pytest understands]
    python3 -m course_utils teach | slides | site | handout | mark ...    for instructors

The first run makes a virtual environment, `.venv`, in the folder of the course and installs the course into
it. Later runs find that nothing changed and go straight on. Nothing outside that folder is touched, apart
from the installer's own cache. An old Python must be able to read this file, to tell its user what to do:
keep the syntax to what Python 3.6 knows (a test holds this).
"""

import errno
import hashlib
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST_NOTEBOOK = "notebooks/00-start-here.ipynb"
SIZES = {"start": 450, "test": 1500, "teach": 700}  # MB of disk that the packages take, measured on Linux
TOOLS = {  # command: (the module that does it, the extras that it needs)
    "slides": ("course_utils.publishing", ["teach"]),
    "site": ("course_utils.publishing", ["teach"]),
    "handout": ("course_utils.handouts", []),
    "mark": ("course_utils.handouts", []),
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

The first run installs what is needed into the folder .venv, here in the course. What you write after
`start` or `teach` goes to JupyterLab (start --no-browser --port 8890), and after `test` to pytest (test -k adam).
"""
# Everything takes minutes: so as many files at a time as there are cores, each file in one process.
SIDE_BY_SIDE = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
NO_NETWORK = r"connect|name resolution|dns error|getaddrinfo|timed out|unreachable|certificate"
NO_SPACE = r"no space left|errno 28\b|os error 28\b|not enough space|os error 112\b|quota exceeded"
DISK_FULL = "The disk is full: make room, also where temporary files go, and run this again."


class Problem(Exception):
    """Something the user can put right: the text says what happened and what to do, in one line."""


# ------------------------------------------------------------------------------ what can be known beforehand


def check_python(version=sys.version_info):
    """The bound is the one in pyproject.toml, read without tomllib, which an old Python lacks."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    bound = [int(number) for number in re.findall(r'requires-python = ">=(\d+)\.(\d+)"', text)[0]]
    if list(version[:2]) < bound:
        raise Problem(
            "This course needs Python {}.{} or newer, and this is Python {}.{}: install a newer one, for "
            "example from python.org, and run the same command with it.".format(*bound, *version[:2])
        )


def check_notebook():
    if not (ROOT / FIRST_NOTEBOOK).is_file():
        raise Problem(f"{FIRST_NOTEBOOK} is missing in {ROOT}: get it back with git, or download the course.")


def check_port(arguments):
    """JupyterLab would quietly take another port; whoever names one is waiting at that one."""
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


def check_writable():
    try:
        tempfile.TemporaryFile(dir=str(ROOT)).close()
    except OSError:
        raise Problem(f"Nothing can be written in {ROOT}: move the course to a folder of your own.") from None


def check_room(megabytes):
    free = shutil.disk_usage(str(ROOT)).free // 10**6
    if free < megabytes:
        raise Problem(
            f"This needs {megabytes} MB on the disk, and {free} MB are free: make room and run again."
        )


# ------------------------------------------------------------------------------------ the virtual environment


def venv():
    return ROOT / ".venv"


def venv_python():
    return venv() / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def venv_version():
    """The version of .venv's Python as "3.12"; empty if there is no .venv, or none that works."""
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.check_output([str(venv_python()), "-I", "-c", ask], stderr=subprocess.DEVNULL)
        return answer.decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def stamp():
    """The file that says what a finished installation installed; without it, none was finished."""
    return venv() / "course_utils.json"


def stamped():
    try:
        return json.loads(stamp().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def prepare(extras, megabytes):
    """Leave a .venv in which the course and these extras are installed; do nothing if it is already there."""
    before, version = stamped(), venv_version()
    wanted = {
        "pyproject": hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest(),
        "extras": sorted(set(extras) | set(before.get("extras", []))),
        "folder": str(ROOT),
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
        make_venv(uv)
        wanted["python"] = venv_version()
    else:
        print("Bringing .venv up to date.", flush=True)
    install(uv, wanted["extras"])
    quiet_jupyterlab()
    stamp().write_text(json.dumps(wanted, indent=1), encoding="utf-8")


def make_venv(uv):
    """Make .venv with the Python that runs this; replace one that is broken, and nothing else."""
    if venv().is_dir() and (venv() / "pyvenv.cfg").is_file():
        shutil.rmtree(str(venv()))
    elif os.path.lexists(str(venv())) and not (venv().is_dir() and not os.listdir(str(venv()))):
        raise Problem(f"{venv()} is not a virtual environment, so it is left alone: rename it and run again.")
    python = getattr(sys, "_base_executable", None) or sys.executable  # not that of a .venv just removed
    if uv:
        return run([uv, "venv", "--quiet", "--seed", "--python", python, str(venv())])
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise Problem(
            "This Python cannot make virtual environments. On Debian and Ubuntu, `sudo apt install "
            "python{}.{}-venv` adds what is missing; then run again.".format(*sys.version_info[:2])
        )
    return run([python, "-m", "venv", str(venv())])


def install(uv, extras):
    """Install the course, editable: a change in course_utils is at once a change in the notebooks."""
    course = ".[{}]".format(",".join(extras)) if extras else "."
    if uv:
        return run([uv, "pip", "install", "--python", str(venv_python()), "--editable", course])
    python = str(venv_python())
    if subprocess.call([python, "-c", "import pip"], stderr=subprocess.DEVNULL) != 0:
        run([python, "-m", "ensurepip"])  # some tools make a virtual environment without pip
    return run([python, "-m", "pip", "install", "--editable", course])


def run(command):
    """Run an installer in the user's sight, and listen to its errors: they tell what the user can do."""
    environment = dict(os.environ, PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", PYTHONIOENCODING="utf-8")
    heard = ""
    with subprocess.Popen(
        command, cwd=str(ROOT), env=environment, stderr=subprocess.PIPE, encoding="utf-8", errors="replace"
    ) as process:
        for line in process.stderr or ():
            print(line, end="", file=sys.stderr, flush=True)
            heard += line.lower()
    if process.returncode == 0:
        return
    if re.search(NO_SPACE, heard):
        raise Problem(DISK_FULL)
    if re.search(NO_NETWORK, heard):
        raise Problem("The packages cannot be reached: check the network, or the proxy, and run this again.")
    raise Problem(
        "The installation failed, and the lines above say why. If they do not help, delete the folder .venv "
        "and run this again."
    )


def quiet_jupyterlab():
    """No question about news, no check for updates, no grader's menus that only the tests brought along.

    In this .venv only; a user's own setting still wins.
    """
    news = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    menus = {"disabledExtensions": {"@jupyter/nbgrader": True}}
    for file, content in (
        ("share/jupyter/lab/settings/overrides.json", news),
        ("etc/jupyter/labconfig/page_config.json", menus),
    ):
        (venv() / file).parent.mkdir(parents=True, exist_ok=True)
        (venv() / file).write_text(json.dumps(content, indent=1), encoding="utf-8")


# ---------------------------------------------------------------------------------------------- the commands


def hand_over(arguments, folder=None):
    """Become .venv's Python, in the folder of the course or another.

    Ctrl-C and the exit status are from then on those of the program it runs.
    """
    command = [str(venv_python()), *arguments]
    environment = dict(os.environ, VIRTUAL_ENV=str(venv()), JUPYTER_PREFER_ENV_PATH="1")
    environment["PATH"] = str(venv_python().parent) + os.pathsep + os.environ.get("PATH", "")
    os.chdir(str(folder or ROOT))
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
    check_port(arguments)
    prepare(extras, size)
    first = ["--ServerApp.root_dir=" + str(ROOT), "--LabApp.default_url=/lab/tree/" + FIRST_NOTEBOOK]
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
        advice = f"{error}: put this right, then run the same command again."
        print(DISK_FULL if error.errno == errno.ENOSPC else advice, file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
