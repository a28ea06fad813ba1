"""A real JupyterLab in a real browser, for tests that use their hands: the fixture `lab`.

    def test_something(lab):
        with lab.book(["from ... import Explorer", "e = Explorer(...)\ne"]) as book:
            book.page.get_by_role("button", name="Play").click()
            assert book.ask("e.step") == 30

Any Chromium, Chrome or Edge will do; where there is none, playwright fetches a Chromium.
"""

import ast
import contextlib
import json
import math
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import ready_kernels
from needs import missing

ROOT = Path(__file__).resolve().parent.parent
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
APPLICATIONS, SNAP = (
    Path("/Applications"),
    Path("/snap/bin"),
)  # where macOS and Ubuntu have a browser, whatever the PATH
GIVES_UP = 2  # seconds that ipywidgets looks for a widget's model, before it says that there is none
PATIENCE = 30  # seconds for what a page or a kernel does at once, on a busy machine
LOOKS = 30  # milliseconds from look to look at a page: with every frame, as playwright does unasked, it is busy looking
#: a figure is looked at in both themes: with every run in the one that its makers see less often
THEMES = ["JupyterLab Dark", pytest.param("JupyterLab Light", marks=pytest.mark.weekly)]
QUIET = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


@pytest.fixture(scope="session")
def browser(request):
    """A real browser, that lives as long as the test session."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with contextlib.ExitStack() as stack:
        try:
            with capture.global_and_fixture_disabled():  # a download of minutes is seen
                found = stack.enter_context(chromium())
        except NoBrowser as reason:
            missing(str(reason))
        yield found


@pytest.fixture(scope="session")
def lab(request, tmp_path_factory, browser):
    """A Lab on an empty folder, and the browser to look at it."""
    with Lab(tmp_path_factory.mktemp("lab"), browser, lambda: request.session.testsfailed) as lab:
        yield lab


class NoBrowser(Exception):
    pass


@contextlib.contextmanager
def chromium():
    """The system's Chromium, Chrome or Edge, else the Chromium of playwright; raises NoBrowser if none is to be had."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launched(playwright.chromium, [*browsers_here(), None])
        if browser is None:
            fetch = [sys.executable, "-m", "playwright", "install", "chromium"]
            subprocess.run(fetch, stdout=sys.stderr, check=False)  # one at a time: playwright sees to that
            browser = launched(playwright.chromium, [None])
        if browser is None:
            raise NoBrowser(
                "no browser to drive: install Chromium, Chrome or Edge (on Debian and Ubuntu: sudo apt install chromium), "
                "and run the tests again"
            )
        yield browser
        browser.close()


def launched(kind, programs):
    """The first of these programs that starts, as playwright's browser; None stands for playwright's own."""
    from playwright.sync_api import Error

    for program in programs:
        with contextlib.suppress(Error):
            return kind.launch(executable_path=program, args=FLAGS)
    return None


def browsers_here():
    """The paths of the browsers on the PATH, and where Windows, macOS and Linux usually have them."""
    names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
    names += ["microsoft-edge", "microsoft-edge-stable", "msedge"]
    folders = [os.environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    windows = ["Chromium/Application/chrome.exe", "Google/Chrome/Application/chrome.exe"]
    windows += ["Microsoft/Edge/Application/msedge.exe"]
    apps = [f"{app}.app/Contents/MacOS/{app}" for app in ("Chromium", "Google Chrome", "Microsoft Edge")]
    usual = [Path(folder, name) for folder in filter(None, folders) for name in windows]
    usual += [Path(folder, app) for folder in (APPLICATIONS, Path.home() / "Applications") for app in apps]
    usual.append(SNAP / "chromium")
    return [*filter(None, map(shutil.which, names)), *(str(path) for path in usual if path.is_file())]


class Lab:
    """JupyterLab on a folder. folder: a Path.  browser: playwright's.  failures: says how many tests have failed so far."""

    def __init__(self, folder, browser, failures=lambda: 0):
        self.folder, self.browser, self.failures, self._count = Path(folder), browser, failures, 0
        self._ending = []  # threads that end the kernels of closed books: half a second each
        self._pages = []  # that the next books may have: loading JupyterLab takes 8 s of a processor, a notebook 1
        self.token = secrets.token_hex(8)
        self.root, self.runtime = self.folder / "books", self.folder / "runtime"

    def __enter__(self):
        self.root.mkdir(parents=True)
        self.kernels = ready_kernels.beside(self.folder) if ready_kernels.POSSIBLE else None
        for name, value in QUIET.items():
            file = self.folder / "settings" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(value), encoding="utf-8")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        env = os.environ | {
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
            "JUPYTER_PATH": str(self.folder / ready_kernels.SPECS),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        }
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--allow-root",
            "--expose-app-in-browser",
        ]
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": port,
            "ServerApp.port_retries": 0,
            "IdentityProvider.token": self.token,
            "ServerApp.root_dir": self.root,
            "KernelRestarter.time_to_dead": 0.3,  # seconds from look to look whether a kernel is still there
        }
        self.log = (self.folder / "lab.log").open("w")
        self.server = subprocess.Popen(
            command + [f"--{name}={value}" for name, value in options.items()],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env=env,
        )
        self.url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            with contextlib.suppress(OSError):
                self.get("api/status")
                return self
            if self.server.poll() is not None:
                break
            time.sleep(0.1)
        self.__exit__()
        raise RuntimeError(f"JupyterLab did not start:\n{(self.folder / 'lab.log').read_text()[-2000:]}")

    def __exit__(self, *_):
        for thread in self._ending:
            thread.join()
        with contextlib.suppress(OSError):
            for session in self.get("api/sessions"):
                self.get(f"api/sessions/{session['id']}", method="DELETE")
        self.server.terminate()
        self.server.wait(30)
        self.log.close()
        if self.kernels:
            self.kernels.communicate()

    def get(self, path, method="GET"):
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/{path}", method=method, headers=headers)
        for pause in (0.5, 2, None):  # while it restarts a killed kernel the server may answer 500
            try:
                with urllib.request.urlopen(request, timeout=10) as reply:
                    return json.loads(reply.read() or "null")
            except urllib.error.HTTPError as error:
                if error.code < 500 or pause is None:
                    raise
                time.sleep(pause)

    @contextlib.contextmanager
    def book(self, source, run=True, dark=False, size=(1280, 900)):
        """A notebook, alone in its page. The page is one in which an earlier book was closed, if no test failed there.

        source: a notebook's Path, or the texts of its code cells.  run: whether all cells are run.
        """
        name, before = self._write(source), self.failures()
        page = self._pages.pop() if self._pages else self.browser.new_context().new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        book, as_new = Book(self, page, name), False
        try:
            book.open(anew=page.url == "about:blank")
            book.wear("JupyterLab Dark" if dark else "JupyterLab Light")
            if run:
                book.run_all()
            yield book
            as_new = book.close() and self.failures() == before
        finally:
            if as_new:
                self._pages.append(page)
            else:
                page.context.close()
            self._ending.append(threading.Thread(target=book.end_kernel))
            self._ending[-1].start()

    def _write(self, source):
        """Put a notebook into the folder; -> its name"""
        self._count += 1
        name = f"book-{self._count}.ipynb"
        if isinstance(source, Path):
            shutil.copy(source, self.root / name)
        else:
            import nbformat

            cells = [nbformat.v4.new_code_cell(text, id=f"cell-{i}") for i, text in enumerate(source)]
            kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
            nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), self.root / name)
        return name


#: the outputs of a notebook that are not there yet: empty, or a widget or picture still on its way
NOT_YET_DRAWN = """() => [...document.querySelectorAll(".jp-Notebook .jp-OutputArea-output")].filter((output) =>
    !(output.firstElementChild?.firstChild || output.querySelector("img"))
    || output.textContent.startsWith("Loading widget")
    || [...output.querySelectorAll("img")].some((img) => !img.complete))"""

ASK = """async ([expression, seconds]) => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    const asked = kernel.requestExecute({ code: "", silent: true, user_expressions: { it: expression }, allow_stdin: false });
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error("the kernel does not answer")), 1000 * seconds));
    const { content } = await Promise.race([asked.done, late]);
    await new Promise(requestAnimationFrame);
    return content.user_expressions.it; }"""


class Book:
    """One open notebook.

    page: playwright's.  errors: what the console said was wrong, and what the page threw.
    """

    def __init__(self, lab, page, name):
        self.lab, self.page, self.name, self.errors = lab, page, name, []
        self.opened = math.inf
        self.ears = {
            "console": lambda m: m.type == "error" and self._hear(f"console: {m.text[:300]}"),
            "pageerror": lambda e: self._hear(f"page: {str(e)[:300]}"),
        }
        for event, ear in self.ears.items():
            page.on(event, ear)
        page.set_default_timeout(1000 * PATIENCE)

    def _hear(self, error):
        """Keep an error, but not that of an earlier book in this page, whose search, question or message ends only now."""
        late = ("widget model not found", "Could not restore the debugger state", "Error: Cannot send")
        if any(text in error for text in late) and time.monotonic() < self.opened + GIVES_UP:
            return
        self.errors.append(error)

    def open(self, anew=True):
        """Open the notebook, for the first time or again; a kernel that it still has stays.

        anew: load the page, rather than open the notebook in the JupyterLab that is already there.
        """
        if anew:
            self.page.goto(
                f"{self.lab.url}/lab/tree/{self.name}?reset&token={self.lab.token}", timeout=120_000
            )
        else:
            self.command("docmanager:open", path=self.name)
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=120_000)
        self.idle()
        self.page.evaluate(
            """() => { const { shell } = window.jupyterapp;
                       for (const other of shell.widgets("main")) if (other !== shell.currentWidget) other.dispose();
                       shell.collapseLeft(); }"""
        )
        self.opened = time.monotonic()

    def close(self):
        """Close the notebook without saving it; -> whether this leaves the page as if nothing had been there"""
        for event, ear in self.ears.items():
            self.page.remove_listener(event, ear)
        self.page.emulate_media(reduced_motion="no-preference")
        self.page.mouse.move(0, 0)
        return self.page.evaluate(
            """() => { for (const each of window.jupyterapp.shell.widgets("main")) each.dispose();
                       return !document.querySelector(".jp-Dialog, .course-widget, .course-projector"); }"""
        )

    def wear(self, theme):
        """Have a theme, by its name in JupyterLab's menu."""
        if self.page.evaluate("() => document.body.dataset.jpThemeName") != theme:
            self.command("apputils:change-theme", theme=theme)
        self.page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)

    def shut_down(self):
        """End the notebook's kernel, as "Shut Down Kernel" does in another tab, and have the page look at once."""
        self.end_kernel()
        self.page.evaluate(
            "async () => { await window.jupyterapp.serviceManager.sessions.refreshRunning(); }"
        )

    def end_kernel(self):
        for session in self.lab.get("api/sessions"):
            if session["path"] == self.name:
                self.lab.get(f"api/sessions/{session['id']}", method="DELETE")

    def idle(self):
        """Wait until a kernel is there and has nothing to do."""
        self.page.wait_for_function(
            """() => { const book = window.jupyterapp?.shell.currentWidget;
                       return book?.sessionContext?.session?.kernel?.status === "idle"; }""",
            polling=LOOKS,
            timeout=120_000,
        )

    def drawn(self):
        """Wait until the page shows every output, with its pictures and widgets."""
        self.page.wait_for_function(f"() => ({NOT_YET_DRAWN})().length === 0", polling=LOOKS)

    def command(self, name, **arguments):
        """Run one of JupyterLab's commands, to its end."""
        return self.page.evaluate(
            "async ([name, args]) => { await window.jupyterapp.commands.execute(name, args); }",
            [name, arguments],
        )

    def run_all(self):
        self.command("notebook:run-all-cells")
        self.idle()
        self.drawn()

    def restart(self):
        """Restart the kernel, as "Restart Kernel" does once it is confirmed."""
        self.page.evaluate(
            "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart(); }"
        )
        self.idle()

    def kill(self):
        """End the kernel as a crash does, and wait until JupyterLab has started another.

        What the console says meanwhile does not count: JupyterLab itself looks for widgets in the kernel that is gone.
        """
        from playwright.sync_api import Error

        before = list(self.errors)
        pid = now = self.ask("__import__('os').getpid()")
        os.kill(pid, signal.SIGKILL)
        while now == pid:
            with contextlib.suppress(Error, RuntimeError):  # no kernel, or one that is on its way
                now = self.ask("__import__('os').getpid()")
        self.idle()
        for button in self.page.locator(".jp-Dialog button.jp-mod-accept").all():  # "the kernel has died"
            button.click()
        self.errors[:] = before

    def select(self, index):
        """Select a cell, as a click beside it does."""
        self.page.evaluate(
            """i => { const { content } = window.jupyterapp.shell.currentWidget;
                      content.activeCellIndex = i; content.mode = "command"; content.activate(); }""",
            index,
        )

    def run_cell(self, index=None):
        """Run a cell, the selected one if none is named, to the end of all that it prints and shows."""
        if index is not None:
            self.page.evaluate(
                "i => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = i; }", index
            )
        self.command("notebook:run-cell")
        self.idle()
        self.drawn()

    def ask(self, expression):
        """The value of an expression in the notebook's kernel: a number, a text, or a list or dict of such.

        It goes the way that the widgets' messages go: the kernel has had what the page sent before, and the page has drawn
        what the kernel sent up to the answer.
        """
        it = self.page.evaluate(ASK, [expression, PATIENCE])
        if it["status"] != "ok":
            raise RuntimeError(f"{expression}: {it['ename']}: {it['evalue']}")
        return ast.literal_eval(it["data"]["text/plain"])

    def until(self, expression, value):
        """Wait until an expression in the kernel has this value; -> the last value seen."""
        return soon(lambda: self.ask(expression), value)


def soon(look, wanted=True):
    """Look until one sees what is wanted; -> what was seen last

    assert soon(lambda: box.input_value(), "0.125") == "0.125"
    """
    end = time.monotonic() + PATIENCE
    while (seen := look()) != wanted and time.monotonic() < end:
        time.sleep(0.05)
    return seen


def serious_violations(page, context):
    """What axe-core finds, in the part of a page that the selector names, that would shut somebody out."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=context).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    return [
        f"{v['id']}: {node['html'][:200]} {node['failureSummary']}" for v in serious for node in v["nodes"]
    ]
