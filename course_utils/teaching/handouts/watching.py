"""`mark --watch`: mark a form's table again whenever it has grown, and show the class as a whole on a page.

The page is served on this machine alone and names nobody. What is wrong with the table is told where the command runs,
since a line of it may hold a name; the page says only that something is.
"""

import contextlib
import io
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from course_utils.practice.sharing import UNFINISHED, WRONG
from course_utils.support.language import gettext as _
from course_utils.teaching.class_view import naming, page
from course_utils.teaching.class_view.counting import Result, View, task_view
from course_utils.teaching.handouts.marking import RIGHT, Report

EVERY = 1  # second between two looks at the file
PATIENCE = 5  # looks at a file that changes all the time, before it is read as it is


class Watched:
    """A table that grows.

    path: of the table.  mark: () -> its Report.  say: told once of each line to look at.
    tasks, notice: what the page shows, and one line on what is wrong.
    """

    def __init__(self, path: Path, mark: Callable[[], Report], say: Callable[[str], object]):
        self.path, self._mark, self._say = path, mark, say
        self.tasks: list[View] = []
        self.notice = ""
        self._told: set[str] = set()
        self._marked: object = None  # the file as it was when it was marked
        self._seen: object = None  # and at the last look
        self._unrest = 0

    def look(self) -> None:
        """Mark the table again if it has changed, once it is no longer being written."""
        try:
            now = self.path.stat()
            stamp = (now.st_ino, now.st_size, now.st_mtime_ns)
            if stamp == self._marked or (stamp != self._seen and self._unrest < PATIENCE):
                self._unrest += stamp != self._marked
                self._seen = stamp
                return
            self._seen, self._unrest = stamp, 0
            self._mark_now()
            self._marked, self.notice = stamp, ""
        except OSError as error:
            self._marked = None  # when it is back, it is read even if it has not changed
            self._tell(f"{self.path}: {error.strerror or error}")
            told = _("{file} cannot be opened. As soon as it can, counting goes on.")
            self.notice = told.format(file=self.path.name)
        except ValueError as error:
            self._marked = stamp
            self._tell(str(error))
            told = _("{file} cannot be read as it is; what is wrong is told where the command runs.")
            self.notice = told.format(file=self.path.name)

    def _mark_now(self) -> None:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            report = self._mark()
        for line in [*printed.getvalue().splitlines(), *map(str, report.complaints)]:
            self._tell(line)
        self.tasks = [
            task_view(self.path.name, results(report), naming.of_table, students=len(report.marked))
        ]

    def _tell(self, line: str) -> None:
        if line not in self._told:
            self._told.add(line)
            self._say(line)


def results(report: Report) -> list[Result]:
    """Where everybody is who has written something that can be read."""
    answered = [each for each in report.marked if each.verdict in (RIGHT, WRONG, UNFINISHED)]
    return [Result(each.verdict == RIGHT, each.causes) for each in answered]


@contextlib.contextmanager
def served(watched: Watched) -> Iterator[str]:
    """Serve the page on this machine alone. -> its address"""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        host = f"127.0.0.1:{server.server_port}"
        server.pages = {  # type: ignore[attr-defined]
            "/": ("text/html; charset=utf-8", lambda: page.page(_NOTE).encode()),
            f"/{page.DATA}": ("application/json", lambda: page.counts(watched.tasks, watched.notice)),
        }
        server.hosts = (host, host.replace("127.0.0.1", "localhost"))  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{host}/"
        server.shutdown()


_NOTE = _("Counted anew whenever the file of answers grows.")


class _Handler(BaseHTTPRequestHandler):
    server: Any  # with the pages, and the hosts as which a browser may know this machine

    def do_GET(self) -> None:
        kind, text = self.server.pages.get(self.path, (None, None))
        if text is None or self.headers["Host"] not in self.server.hosts:  # no other site's page may read it
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        body = text()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: Any) -> None:
        """A line every two seconds would hide what is told of the table."""


def watch(path: Path, mark: Callable[[], Report]) -> None:
    """Mark a table as it grows, and serve the page, until Ctrl-C."""
    watched = Watched(path, mark, lambda line: print(line, file=sys.stderr))
    with contextlib.suppress(KeyboardInterrupt), served(watched) as address:
        print(
            _("Open this page on the projector, and end it with Ctrl-C: {address}").format(address=address),
            flush=True,
        )
        while True:
            watched.look()
            time.sleep(EVERY)
