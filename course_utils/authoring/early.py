"""The kernel of the browser edition begins with the page, not after it: JupyterLite takes seconds until it asks for one.

A script at the head of the page begins the very worker that JupyterLite will ask for, and hands it over then. The worker
begins Python on its own; that is `python.mjs`, which stands where the kernel looks for Pyodide. Every later kernel,
after a restart or of a second notebook, gets a worker of its own, and takes the same way.
"""

import json

from course_utils.authoring import pages
from course_utils.authoring.page import AuthoringError

APPS = ("notebooks", "lab")  # where a kernel is sure to be asked for
PYODIDE = "static/pyodide"
KERNEL = "@jupyterlite/pyodide-kernel-extension"
WORKER = "comlink.worker.*.js"  # the one that needs no headers for isolation
HEAD = '<meta charset="utf-8">'
#: What nearly every lecture imports: done before the folder of the reader's files is there, for Python looks there first,
#: and every look goes through the page. Afterwards it looks there last.
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
    """Let the kernel of a built edition begin with the page."""
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
