"""The browser edition in a real browser that reaches no other host: the folder that `site --lite` builds, served.

with Edition(folder, browser) as edition, edition.book("notebooks/04-momentum.ipynb") as book:
    book.run_all()
"""

import ast
import contextlib
import functools
import http.server
import json
import re
import threading
import time
from pathlib import Path

from browser import PATIENCE, ROOT, Book

WORDS = ("text/plain", "text/html", "text/markdown")
HELD_BACK = "/static/pyodide/matplotlib-3"
BAR = re.compile(r"\d+%\|")
SLOW = 240  # seconds for a kernel to start, or a notebook to run, on a busy machine

DONE = """() => {
  const book = window.jupyterapp?.shell.currentWidget;
  return book?.sessionContext?.session?.kernel?.status === "idle"
    && [...book.content.widgets].every((cell) => cell.model.type !== "code" || cell.prompt !== "*");
}"""

#: this kernel does not support user_expressions, so the code prints its value
ASK = """async ([expression]) => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  const asked = kernel.requestExecute({ code: `print(repr(${expression}), end="")`, store_history: false });
  let told = "";
  asked.onIOPub = (message) => { told += message.header.msg_type === "stream" ? message.content.text : ""; };
  const { content } = await asked.done;
  await new Promise(requestAnimationFrame);
  return { ...content, data: { "text/plain": told } };
}"""

KEPT = """async ([path]) => {
  const { contents } = window.jupyterapp.serviceManager;
  try {
    return (await contents.get(path, { type: "file", format: "text", content: true })).content;
  } catch (error) {
    if (String(error).includes("does not exist")) return "";
    throw error;
  }
}"""

#: one of JupyterLab's commands, which may never end if the kernel is lost
COMMAND = """async ([name, args, seconds]) => {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`${name} did not end in ${seconds} s`)), 1000 * seconds));
  await Promise.race([window.jupyterapp.commands.execute(name, args), late]);
}"""

INSERT = """([text]) => {
  const { content } = window.jupyterapp.shell.currentWidget;
  content.model.sharedModel.insertCell(0, { cell_type: "code", source: text });
  content.activeCellIndex = 0;
}"""

SHOWN = """() => window.jupyterapp.shell.currentWidget.content.model.toJSON()"""


class Server(http.server.SimpleHTTPRequestHandler):
    """Serve files as any web server does, and note which were sent."""

    def __init__(self, *args, served, going_on, **options):
        self.served, self.going_on = served, going_on
        super().__init__(*args, **options)

    def do_GET(self):
        if self.path == "/favicon.ico":  # a browser asks for it until the page has named a picture of its own
            self.send_response(http.HTTPStatus.NO_CONTENT)
            self.end_headers()
        else:
            if HELD_BACK in self.path:
                self.going_on.wait(SLOW)
            super().do_GET()

    def log_request(self, code="-", size="-"):
        if code == http.HTTPStatus.OK:
            self.served.append(Path(self.translate_path(self.path)))

    def log_message(self, *_):
        pass


class Edition:
    """The folder behind a server of its own.

    asked: every address that its pages asked for, on any host.  served: the files that the server sent.
    going_on: while it is cleared, the server holds matplotlib back, like a slow network.
    """

    def __init__(self, folder, browser):
        self.folder, self.browser, self.asked, self.served = folder, browser, [], []
        self.going_on = threading.Event()
        self.going_on.set()

    def __enter__(self):
        handler = functools.partial(Server, directory=self.folder, served=self.served, going_on=self.going_on)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def context(self, **options):
        """A new browser context, with empty caches, in which no other host answers."""
        context = self.browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        context.route("**/*", self._only_here)
        return context

    def _only_here(self, route):
        self.asked.append(route.request.url)
        if route.request.url.startswith((self.url, "data:", "blob:")):
            route.continue_()
        else:
            route.abort()

    def elsewhere(self):
        """The addresses on other hosts that were asked for, and refused."""
        return [url for url in self.asked if not url.startswith((self.url, "data:", "blob:"))]

    @contextlib.contextmanager
    def book(self, name, app="notebooks", **options):
        """A notebook of the edition, opened by its link in a new context, its kernel ready.  app: the interface"""
        context = self.context(**options)
        try:
            book = LiteBook(self, context.new_page(), name, app)
            book.open()
            yield book
        finally:
            context.close()


def address(edition, name, app="notebooks"):
    """The link of a notebook.  app: the interface"""
    return f"{edition.url}/lite/{app}/index.html?path={name}"


class LiteBook(Book):
    """A notebook in the browser edition: a Book, whose kernel lives in the page."""

    def __init__(self, edition, page, name, app):
        super().__init__(edition, page, name)
        self.app = app

    def address(self):
        return address(self.lab, self.name, self.app)

    def open(self):
        self.page.goto(self.address(), timeout=1000 * PATIENCE * 4)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=1000 * SLOW)
        self.idle()
        self.opened = time.monotonic()

    def idle(self):
        """Wait until the kernel is there, and no cell waits for it."""
        self.page.wait_for_function(DONE, timeout=1000 * SLOW)

    def workers(self):
        """The names of the scripts of the page's workers: one worker for each kernel."""
        return [worker.url.rpartition("/")[2] for worker in self.page.workers]

    def cells(self):
        """The cells as they are now, in nbformat's form."""
        return self.page.evaluate(SHOWN)["cells"]

    def kept(self, path):
        """The text of a file kept in the browser, as the page sees it; "" if there is none yet."""
        self.page.wait_for_function("() => window.jupyterapp?.serviceManager?.contents")
        return self.page.evaluate(KEPT, [path])

    def fill_in(self, typed):
        """Type numbers into the first exercise of the notebook, and have them checked."""
        form = self.page.locator(".course-exercise").first
        for box, number in zip(form.get_by_role("textbox").all(), typed, strict=True):
            box.fill(number)
        form.get_by_role("button", name="Check").click()

    def command(self, name, **arguments):
        """Run one of JupyterLab's commands, and wait for its end. Fails if it takes too long."""
        self.page.evaluate(COMMAND, [name, arguments, SLOW])

    def run_first(self, source):
        """Run code in a new cell above all others."""
        self.page.evaluate(INSERT, [source])
        self.command("notebook:run-cell")
        self.idle()

    def run_all(self):
        """Clear all outputs, and run all cells."""
        self.command("notebook:clear-all-cell-outputs")
        super().run_all()

    def ask(self, expression):
        it = self.page.evaluate(ASK, [expression])
        if it["status"] != "ok":
            raise RuntimeError(f"{expression}: {it['ename']}: {it['evalue']}")
        return ast.literal_eval(
            it["data"]["text/plain"].splitlines()[-1]
        )  # the lines above are what it printed


#: PyTorch does not run in a browser: what each cell of its lecture prints instead
TORCH, LEFT_OUT = (
    "notebooks/10-in-pytorch.ipynb",
    [("stdout", "This cell needs PyTorch, so it was left out.\n")],
)

#: cells whose outputs differ from those of an ordinary installation: {notebook: how their sources begin}
OTHERWISE = {
    "notebooks/00-start-here.ipynb": [
        "from course_utils.support.setup_check"
    ]  # JupyterLab is not a package there
}


def differences(name, cells):
    """[(the stored texts, the texts now)] for each cell of a notebook whose outputs differ."""
    stored = json.loads((ROOT / name).read_text(encoding="utf-8"))["cells"]
    otherwise = tuple(OTHERWISE.get(name, ()))
    pairs = [
        (LEFT_OUT if name == TORCH else texts(before), texts(now))
        for before, now in zip(stored, cells, strict=True)
        if before.get("outputs") and not "".join(before["source"]).startswith(otherwise)
    ]
    return [(before, now) for before, now in pairs if before != now]


def texts(cell):
    """A cell's outputs as text: what it printed (progress bars apart), every text and table, every error."""
    told = []
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream":
            text = "".join(output["text"])
            if not BAR.search(text):
                told.append((output["name"], text))
        elif output["output_type"] == "error":
            told.append(("error", f"{output['ename']}: {output['evalue']}"))
        else:
            words = {kind: "".join(text) for kind, text in output["data"].items() if kind in WORDS}
            told.append(sorted(words.items()))
    return told


def troubles(cells):
    """The errors that cells show, and what they print to stderr."""
    told = [text for cell in cells for text in texts(cell)]
    return [text for text in told if text and text[0] in ("error", "stderr")]
