"""Make the virtual environment .venv and fill it with exactly the packages of the lock, by uv or by pip.

For __main__: standard library only, and in the syntax of Python 3.6, because nothing is installed yet.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = "requirements.lock.txt"
# The lock without its hashes: with them, pip would refuse the course itself, which has none. The path is a relative one
# because both installers split these settings at spaces. With pip >= 25.3 and uv, builds have a setting of their own.
PINS = ".venv/pins.txt"
PINNED = dict.fromkeys(
    ["PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT", "UV_CONSTRAINT", "UV_BUILD_CONSTRAINT"], PINS
)
# What says where a Python looks for modules, or where an installer puts them: set for another Python than that of .venv.
ELSEWHERE = [
    *[
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONPLATLIBDIR",
        "PYTHONUSERBASE",
        "PYTHONEXECUTABLE",
        "__PYVENV_LAUNCHER__",
    ],
    *["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "UV_TARGET", "UV_PREFIX", "UV_SYSTEM_PYTHON"],
]


class Problem(Exception):
    """Something the user can put right: the text says what happened and what to do, in one line."""


# ------------------------------------------------------------------------------------ what errors have to say

# (what is found in an error of pip, of uv, or of the system, in small letters; what to do about it): the first that fits.
ADVICE = [
    (
        r"no space left|errno 28\b|os error 28\b|not enough space|os error 112\b|winerror 112\b|quota exceeded",
        "The disk is full: make room, also where temporary files go, and run this again.",
    ),
    (
        r"winerror (5|32|33)\b|being used by another process|(?<!output error )(?<!broken pipe )\(os error (5|32|33)\)",
        "A file in .venv is in use: close JupyterLab and every program that runs Python, and run this again.",
    ),
    (
        r"\b407 [a-z]*auth|\(407\b|failed: 407\b|proxy auth",
        "The proxy asks for a name and a password: set HTTPS_PROXY to http://NAME:PASSWORD@HOST:PORT (with %40 for an "
        "@ in the password), and run this again.",
    ),
    (
        r"tunnel connection failed|tunnel error|cannot connect to proxy|proxyerror",
        "The proxy does not answer, or does not let this through: check the address in HTTPS_PROXY, or ask whoever runs your network "
        "which one to use, and run this again.",
    ),
    (
        r"certificate|ssl_cert_file|unknownissuer",
        "The server's certificate is not trusted: check this computer's date; if your network has a certificate of its own, "
        "set PIP_CERT and SSL_CERT_FILE to the path of that file; then run this again.",
    ),
    (
        r"connect|name resolution|dns error|getaddrinfo|timed out|unreachable",
        "The packages cannot be reached: check the network, or the proxy, and run this again.",
    ),
]


def advice(text):
    """What to do about an error, in one line; empty where that is not known."""
    return next((line for pattern, line in ADVICE if re.search(pattern, text.lower())), "")


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


def surroundings(**more):
    """The environment variables for whatever runs in .venv: without those that lead to packages elsewhere."""
    kept = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    return dict(kept, PYTHONNOUSERSITE="1", **more)


def make_venv(uv):
    """Make .venv with the Python that runs this; replace one that is broken, and nothing else."""
    if venv().is_dir() and (venv() / "pyvenv.cfg").is_file():
        shutil.rmtree(str(venv()))
    elif os.path.lexists(str(venv())) and not (venv().is_dir() and not os.listdir(str(venv()))):
        raise Problem(f"{venv()} is not a virtual environment, so it is left alone: rename it and run again.")
    python = getattr(sys, "_base_executable", None) or sys.executable  # not that of a .venv just removed
    if uv and succeeds([uv, "venv", "--quiet", "--seed", "--python", python, str(venv())]):
        return
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise Problem(
            "This Python cannot make virtual environments. On Debian and Ubuntu, `sudo apt install "
            "python{}.{}-venv` adds what is missing; then run again.".format(*sys.version_info[:2])
        )
    run([python, "-m", "venv", "--clear", str(venv())])


def install(uv, extras):
    """Install the course, editable: a change in course_utils is at once a change in the notebooks."""
    course = ".[{}]".format(",".join(extras)) if extras else "."
    python = str(venv_python())
    (ROOT / PINS).write_text("\n".join(pins()) + "\n", encoding="utf-8")
    if uv and succeeds([uv, "pip", "install", "--python", python, "--editable", course], **PINNED):
        return
    if subprocess.call([python, "-I", "-c", "import pip"], stderr=subprocess.DEVNULL) != 0:
        run([python, "-I", "-m", "ensurepip"])  # some tools make a virtual environment without pip
    run([python, "-m", "pip", "install", "--editable", course], **PINNED)


def pins():
    """-> ["numpy==2.4.6 ; python_full_version < '3.12'", ...], without extras: a constraint may not have any"""
    lines = (ROOT / LOCK).read_text(encoding="utf-8").splitlines()
    entries = [re.match(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?(==[^\\]*)", line) for line in lines]
    return [f"{entry[1]}{entry[2]}".rstrip() for entry in entries if entry]


def succeeds(command, **more):
    """Run uv; whatever stops it need not stop pip, which knows other settings, proxies and certificates."""
    try:
        run(command, **more)
    except (Problem, OSError) as problem:
        print(f"uv did not do it, so pip tries. (uv: {problem})", file=sys.stderr, flush=True)
        return False
    return True


def run(command, **more):
    """Run an installer in the user's sight, and listen to its errors: they tell what the user can do.

    more: environment variables
    """
    quiet = {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONIOENCODING": "utf-8"}
    heard = ""
    with subprocess.Popen(
        command,
        cwd=str(ROOT),
        env=surroundings(**quiet, **more),
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stderr or ():
            print(line, end="", file=sys.stderr, flush=True)
            heard += line
    if process.returncode != 0:
        raise Problem(
            advice(heard)
            or "The installation failed, and the lines above say why. If they do not help, delete the folder "
            ".venv and run this again."
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


def leave_slides():
    """Slides that were on the screen when JupyterLab was last closed do not come up with the next notebook.

    jupyterlab-slideshow keeps it among the user's settings, and takes it back only where the slides are left first.
    """
    config = os.environ.get("JUPYTER_CONFIG_DIR") or str(Path.home() / ".jupyter")
    settings = os.environ.get("JUPYTERLAB_SETTINGS_DIR") or os.path.join(config, "lab", "user-settings")
    file = Path(settings) / "jupyterlab-slideshow" / "plugin.jupyterlab-settings"
    try:
        text = file.read_text(encoding="utf-8")
        left = re.sub(r'("active"\s*:\s*)true', r"\1false", text)
        if left != text:
            file.write_text(left, encoding="utf-8")
    except OSError:
        pass  # there are none, or they are not ours to change
