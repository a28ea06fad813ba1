"""Start the browser edition's kernel together with the page: JupyterLite takes seconds before it asks for one.

A script in the page's head starts the very worker that JupyterLite is going to ask for, and hands it over when asked. The
worker starts Python by itself, through `python.mjs`, which lies where the kernel looks for Pyodide. Every later kernel,
after a restart or for a second notebook, starts in the same way, in a worker of its own.
"""

import json

from course_utils.authoring import pages
from course_utils.authoring.page import AuthoringError

APPS = ("notebooks", "lab")  # the interfaces that are sure to ask for a kernel
PYODIDE = "static/pyodide"
KERNEL = "@jupyterlite/pyodide-kernel-extension"
WORKER = "comlink.worker.*.js"  # the one that needs no headers for isolation
HEAD = '<meta charset="utf-8">'
#: What nearly every lecture imports. This runs before the folder with the reader's files is mounted: Python searches that
#: folder first, and each look-up has to go through the page. Afterwards it is searched last.
FIRST = """
import sys
import pyodide_kernel
import matplotlib.pyplot, matplotlib_inline.backend_inline
import numpy, ipywidgets, anywidget
from course_utils import descent, figures, landscapes, optimizers, practice
from course_utils.widgets import Explorer, Gate, NumberQuiz, Quiz, StepExercise
sys.path.sort(key=lambda place: place == "")
"""


def begin_early(folder):
    """Make the kernel of a built edition start together with the page."""
    worker = _worker(folder)
    file = folder / "jupyter-lite.json"
    settings = json.loads(file.read_text(encoding="utf-8"))
    page = settings["jupyter-config-data"]
    kernel = page["litePluginSettings"][f"{KERNEL}:kernel"]
    kernel["pyodideUrl"] = f"./{PYODIDE}/python.mjs"
    file.write_text(json.dumps(settings), encoding="utf-8")
    course = {"options": kernel["loadPyodideOptions"], "first": FIRST}
    (folder / PYODIDE / "python.mjs").write_text(
        f"const COURSE = {json.dumps(course)};\n{pages.asset('lite-python.mjs')}",
        encoding="utf-8",
        newline="\n",
    )
    (folder / PYODIDE / "worker.mjs").write_text(
        f'import "../../{worker}"; // hears the page\nimport "./python.mjs"; // and begins meanwhile\n',
        encoding="utf-8",
        newline="\n",
    )
    known = {"version": page["appVersion"], "worker": worker.rpartition("/")[2]}
    script = f"const COURSE = {json.dumps(known)};\n{pages.asset('lite-early.js')}"
    for app in APPS:
        file = folder / app / "index.html"
        text = file.read_text(encoding="utf-8")
        if text.count(HEAD) != 1:
            raise AuthoringError(f"{app}/index.html of JupyterLite has no {HEAD} of its own any more.")
        script_here = f"{HEAD}\n<script>\n(() => {{\n{pages.inline(script)}}})();\n</script>"
        file.write_text(text.replace(HEAD, script_here), encoding="utf-8", newline="\n")


def _worker(folder):
    """The script of the kernel's worker, inside the folder."""
    found = sorted((folder / "extensions" / KERNEL / "static").glob(WORKER))
    if len(found) != 1:
        raise AuthoringError(f"JupyterLite's kernel has {len(found)} scripts {WORKER}, and 1 was expected.")
    return found[0].relative_to(folder).as_posix()
