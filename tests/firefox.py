"""A real Firefox, driven by WebDriver BiDi, which it supports itself; playwright drives only Firefox builds of its own.

with started(folder) as page:
    page.open("http://127.0.0.1:8000/")
    page.ask("document.title")
    run_all(page, edition, "notebooks/04-momentum.ipynb")
"""

import contextlib
import itertools
import json
import shutil
import subprocess
import time
from pathlib import Path

from browser import soon
from lite import DONE, SHOWN, SLOW, address, differences, troubles

PROGRAMS = (
    "firefox-esr",
    "firefox",
    "/Applications/Firefox.app/Contents/MacOS/firefox",
    r"C:\Program Files\Mozilla Firefox\firefox.exe",
)
MISSING = "no Firefox: sudo apt install firefox-esr"
ANSWERS = 300  # seconds that an answer may take, on a busy machine

#: clears all outputs and starts to run all cells, without waiting for their end
RUN_ALL = """(({ commands }) => commands.execute("notebook:clear-all-cell-outputs").then(
  () => { commands.execute("notebook:run-all-cells"); return true; }))(window.jupyterapp)"""


class Page:
    """Firefox's only tab.  errors: those in its console"""

    def __init__(self, socket):
        self.socket, self.count, self.errors = socket, itertools.count(1), []
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded"])
        self.tab = self.call("browsingContext.getTree")["contexts"][0]["context"]

    def call(self, method, **params):
        """One command of the protocol. -> its result. Raises RuntimeError where Firefox refuses."""
        number = next(self.count)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("method") == "log.entryAdded" and answer["params"]["level"] == "error":
                self.errors.append(answer["params"]["text"])
            if answer.get("id") == number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['message']}")
                return answer["result"]

    def open(self, url):
        self.call("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def ask(self, expression):
        """The value in the page of an expression, or of its promise, passed as JSON."""
        told = self.call(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then(it => JSON.stringify(it ?? null))",
            target={"context": self.tab},
            awaitPromise=True,
        )
        if told["type"] == "exception":
            raise RuntimeError(told["exceptionDetails"]["text"])
        return json.loads(told["result"]["value"])

    def wait_for(self, expression, seconds):
        end = time.monotonic() + seconds
        while not self.ask(expression):
            assert time.monotonic() < end, (
                f"not within {seconds} s: {expression}; the console said {self.errors}"
            )
            time.sleep(0.5)


def program():
    """The path of a Firefox, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextlib.contextmanager
def started(folder):
    """folder: an empty one, for its profile"""
    import websocket

    command = [program(), "--headless", "--no-remote", "--profile", folder, "--remote-debugging-port", "0"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as running:
        try:
            assert soon(lambda: port_of(folder) > 0), "Firefox does not start"
            url = f"ws://127.0.0.1:{port_of(folder)}/session"
            socket = websocket.create_connection(url, timeout=ANSWERS, suppress_origin=True)
            yield Page(socket)
            socket.close()
        finally:
            running.terminate()


def port_of(folder):
    """The port on which Firefox listens, which it writes into its profile; 0 until then."""
    try:
        told = json.loads(Path(folder, "WebDriverBiDiServer.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
    return told["ws_port"]


def run_all(page, edition, name):
    """Open a notebook of the browser edition and run it.

    -> (its errors and what it prints to stderr, the outputs that differ from the stored ones, the console's errors)
    """
    page.errors.clear()
    page.open(address(edition, name))
    page.wait_for(f"({DONE})()", SLOW)
    page.ask(RUN_ALL)
    page.wait_for(f"({DONE})()", SLOW)
    cells = page.ask(f"({SHOWN})()")["cells"]
    return troubles(cells), differences(name, cells), page.errors
