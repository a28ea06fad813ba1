"""JupyterLite: the same notebooks with a Python that runs in the browser, as static files.

What builds it is fetched by pip into build/lite-VERSION, once, and kept there: it must stay out of the course's own
environment, for its extension disturbs an ordinary JupyterLab. Later builds need no network. The reader's browser
does: its Python, numpy and matplotlib come from Pyodide's CDN.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from course_utils.authoring import npm, pages
from course_utils.authoring.page import AuthoringError

VERSION = "0.8.6"
TOOLS = (f"jupyterlite-core=={VERSION}", f"jupyterlite-pyodide-kernel=={VERSION}", "hatchling>=1.25")
KEPT = npm.KEPT.with_name(f"lite-{VERSION}")
PATIENCE = 600  # seconds
OURS = ("@jupyter-widgets/jupyterlab-manager", "anywidget", "jupyterlab_pygments")  # as in our JupyterLab
FETCHING = (
    "what builds a JupyterLite cannot be fetched by pip: check the network, or the proxy, and run this again"
)
FIRST_CELL = """\
import piplite  # in the browser only: the course, and the packages below its figures

await piplite.install("downhill-blindfolded", deps=False)
await piplite.install(["matplotlib", "anywidget", "ipywidgets"])"""


def build_lite(folder, root):
    """Build a JupyterLite of the course into `folder`."""
    with tempfile.TemporaryDirectory() as place:
        here = Path(place)
        copy_course(root, here / "contents")
        _run(["hatchling", "build", "-t", "wheel", "-d", place], root, "the course's wheel")
        (wheel,) = here.glob("*.whl")
        extensions = [tools() / "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension"]
        extensions += [Path(sys.prefix, "share/jupyter/labextensions", name) for name in OURS]
        settings = {
            "apps": ["lab"],
            "contents": [str(here / "contents")],
            "output_dir": str(folder),
            "ignore_sys_prefix": ["federated_extensions"],  # else all that this JupyterLab has comes along
            "federated_extensions": [str(folder) for folder in extensions],
            "no_sourcemaps": True,
        }
        config = {"LiteBuildConfig": settings, "PipliteAddon": {"piplite_urls": [str(wheel)]}}
        (here / "jupyter_lite_config.json").write_text(json.dumps(config), encoding="utf-8")
        _run(["jupyterlite_core", "build"], here, "JupyterLite")


def tools():
    """The folder with the packages that build a JupyterLite, fetched if it is not there yet."""
    if not KEPT.is_dir():
        try:
            KEPT.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=KEPT.parent) as place:
                install = ["pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"]
                _call([*install, "--target", f"{place}/packages", *TOOLS], KEPT.parent, os.environ, FETCHING)
                os.rename(f"{place}/packages", KEPT)
        except OSError as error:
            raise AuthoringError(f"{KEPT} cannot be written: {error.strerror or error}") from None
    return KEPT


def copy_course(root, contents):
    """Lectures and exercises, each with a first cell that installs the course in the browser."""
    for page in [*pages.lectures(root), *pages.exercises(root)]:
        cell = nbformat.v4.new_code_cell(FIRST_CELL, id="in-the-browser")
        cell.metadata["slideshow"] = {"slide_type": "skip"}
        nb = page.nb.copy()
        nb["cells"] = [nb.cells[0], cell, *nb.cells[1:]]
        target = contents / page.name
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(nb, target)


def _run(module, folder, what):
    """Run one of the tools."""
    paths = os.pathsep.join(filter(None, [str(tools()), os.environ.get("PYTHONPATH")]))
    _call(module, folder, os.environ | {"PYTHONPATH": paths}, f"{what} was not built")


def _call(module, folder, environment, failure):
    try:
        done = subprocess.run(
            [sys.executable, "-m", *module],
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise AuthoringError(f"{failure}: no end after {PATIENCE} s.") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["it does not say why"]
        raise AuthoringError(f"{failure}. The last words were: {lines[-1]}")
