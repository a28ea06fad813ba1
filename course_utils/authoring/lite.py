"""The browser edition: JupyterLite, with the same notebooks and a Python that runs in the browser, as static files.

pip fetches the tools that build it into build/lite-VERSION, once. They must stay out of the course's own environment,
because their extension disturbs an ordinary JupyterLab. Later builds need no network, and a reader's browser needs only
the server that hosts the folder: Pyodide and every package lie in static/pyodide.
"""

import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from course_utils.authoring import npm, pages
from course_utils.authoring.download import pip
from course_utils.authoring.early import KERNEL, begin_early
from course_utils.authoring.page import AuthoringError
from course_utils.authoring.programs import call
from course_utils.authoring.pyodide import write_pyodide
from course_utils.support.language import gettext as _

TITLE = "Downhill, Blindfolded"
VERSION = "0.8.6"
TOOLS = (f"jupyterlite-core=={VERSION}", f"jupyterlite-pyodide-kernel=={VERSION}", "hatchling>=1.25")
KEPT = npm.KEPT.with_name(f"lite-{VERSION}")
OURS = ("@jupyter-widgets/jupyterlab-manager", "anywidget", "jupyterlab_pygments")  # as in our JupyterLab
STUBS = (
    "ipykernel-6",
    "piplite",
    "pyodide_kernel",
    "widgetsnbextension-4",
)  # what the kernel brings of its own
STILLS = "downhill-blindfolded"  # our own extension: the pictures of figures without a kernel
WORKER = "service-worker.js"
LOADING = "downhill-browser-edition"  # and another: how much of Python has been loaded
FETCHING = "what builds the browser edition cannot be fetched by pip: check the network, or the proxy, and run this again"
NAMED = ('"name": "python3"', '"name": "python"')  # a notebook's kernel: here, and in the browser
#: where a student's answers are: a folder of the page's own files, which the browser keeps; its file comes with the first
ANSWERS = "answers/progress.jsonl"
SETTINGS = {
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 10}
}  # seconds: a tab is soon closed
ABOUT_ANSWERS = (
    "Your answers are in this folder, in `progress.jsonl`. Your browser keeps it on this computer.\n"
)


def build_lite(folder, root):
    """Build the browser edition into `folder`."""
    with tempfile.TemporaryDirectory() as place:
        here = Path(place)
        copy_course(root, here / "contents")
        _run(["hatchling", "build", "-t", "wheel", "-d", place], root, "the course's wheel")
        kernel = tools() / "share/jupyter/labextensions" / KERNEL
        stubs = [wheel for wheel in kernel.glob("static/pypi/*.whl") if wheel.name.startswith(STUBS)]
        packages, weight = write_pyodide(here / "static" / "pyodide", [*stubs, *here.glob("*.whl")])
        extensions = [kernel, *(Path(sys.prefix, "share/jupyter/labextensions", name) for name in OURS)]
        extensions += copy_ours(root, here / "extensions")
        settings = {
            "apps": ["lab", "notebooks", "tree", "edit"],
            "contents": [str(here / "contents")],
            "output_dir": str(folder),
            "ignore_sys_prefix": ["federated_extensions"],  # else all that this JupyterLab has comes along
            "federated_extensions": [str(extension) for extension in extensions],
            "no_sourcemaps": True,
        }
        _write_json(here / "jupyter_lite_config.json", {"LiteBuildConfig": settings})
        settings = {"jupyter-lite-schema-version": 0, **configuration(packages, weight)}
        _write_json(here / "jupyter-lite.json", settings)
        _run(["jupyterlite_core", "build"], here, "the browser edition")
    install(folder)


def configuration(packages, weight):
    """What the pages of JupyterLite read when they start.

    packages: what the kernel loads, all at once.  weight: the bytes of it and Python
    """
    environment = {
        "COURSE_PROGRESS": f"/drive/{ANSWERS}",
        "PYTHONWARNINGS": "ignore:JsProxy.as_object_map",  # which threadpoolctl calls
    }
    kernel = {
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": packages, "env": environment},
    }
    words = {
        "loading": _("Python is loading: {loaded} of {total} MB. You can read meanwhile."),
        "starting": _("Python is starting. You can read meanwhile."),
    }
    loading = {"words": words, "total": weight}
    return {
        "jupyter-config-data": {
            "appName": TITLE,
            "exposeAppInBrowser": True,  # for tests, and for debugging
            "litePluginSettings": {f"{KERNEL}:kernel": kernel, f"{LOADING}:loading": loading},
            "settingsOverrides": SETTINGS,
        }
    }


def tools():
    """The folder with the packages that build a JupyterLite, fetched if it is not there yet."""
    if not KEPT.is_dir():
        try:
            KEPT.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=KEPT.parent) as place:
                pip("install", ["--target", f"{place}/packages", *TOOLS], KEPT.parent, FETCHING)
                os.rename(f"{place}/packages", KEPT)
        except OSError as error:
            raise AuthoringError(f"{KEPT} cannot be written: {error.strerror or error}") from None
    return KEPT


def copy_course(root, contents):
    """Copy lectures and exercises, unchanged except for the name of their kernel, and make a folder for the answers."""
    for page in [*pages.lectures(root), *pages.exercises(root)]:
        target = contents / page.name
        target.parent.mkdir(parents=True, exist_ok=True)
        text = page.path.read_text(encoding="utf-8").replace(
            *NAMED
        )  # or JupyterLite may ask which kernel to take
        target.write_text(text, encoding="utf-8", newline="\n")
    answers = (contents / ANSWERS).parent
    answers.mkdir()
    (answers / "README.md").write_text(ABOUT_ANSWERS, encoding="utf-8")


def copy_ours(root, folder):
    """Collect the course's own extensions of JupyterLab. -> their folders"""
    stills, loading = folder / STILLS, folder / LOADING
    shutil.copytree(root / "course_utils/widgets/stills", stills)
    shutil.copytree(root / "course_utils/figures/fonts", stills / "fonts")
    shutil.copytree(Path(__file__).with_name("loading"), loading)
    return [stills, loading]


def install(folder):
    """Make the browser keep all of a built edition, and offer it as an app."""
    manifest = folder / "manifest.webmanifest"
    app = json.loads(manifest.read_text(encoding="utf-8"))
    first = f"./notebooks/index.html?path={pages.lectures()[0].name}"
    about = _("A hands-on course on the optimizers of deep learning")
    app |= {
        "name": TITLE,
        "short_name": "Downhill",
        "description": about,
        "start_url": first,
        "shortcuts": [],
    }
    _write_json(manifest, app)
    begin_early(folder)
    (folder / WORKER).rename(folder / "jupyterlite-worker.js")
    write_worker(folder)


def write_worker(folder):
    """Write the service worker, which knows every other file of the edition by its hash; together they make the version."""
    files = {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file != folder / WORKER
    }
    version = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:12]
    course = json.dumps({"version": version, "files": files})
    (folder / WORKER).write_text(
        f"self.COURSE = {course};\n{pages.asset('lite-worker.js')}", encoding="utf-8", newline="\n"
    )


def _write_json(file, content):
    file.write_text(json.dumps(content), encoding="utf-8")


def _run(module, folder, what):
    """Run one of the tools."""
    paths = os.pathsep.join(filter(None, [str(tools()), os.environ.get("PYTHONPATH")]))
    call(module, folder, f"{what} was not built", PYTHONPATH=paths)
