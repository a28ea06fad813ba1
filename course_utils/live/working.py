"""Work in slices: a widget computes in the kernel while the page watches, and listens to the reader between two slices."""

import asyncio
import math
import threading
import time
from collections.abc import Iterator
from typing import Any, ClassVar

import traitlets

from course_utils.live import Widget, one_line
from course_utils.support.language import gettext as _

SLICE = (
    0.03  # seconds of work at a stretch: with the sending of what came of it, a hand waits less than 50 ms
)
PAUSE = 0.01  # seconds between two slices, for the kernel to hear the page and for the page to draw
STATUSES = ("ready", "running", "paused", "stopped", "finished", "failed")


class Working(Widget):
    """A widget that works on the kernel's own event loop: it can be started, paused, stopped and reset while it works.

    A kind of widget says what it does:

        def work(self):             # a generator: each `yield` ends a small piece of work, of 20 ms at most
            for step in range(100):
                self.train_one_step()
                yield

        def told(self): ...         # after each slice, about 25 times a second: set the traits that the page draws
        def clear(self): ...        # before the work begins again, and on reset: as if nothing had been done

    What the hand moves in between is seen by the next piece. Nothing starts by itself: it takes the page, which sends
    {"run": "start"} (or "pause", "stop", "reset"), or a call of start(). `finish` does all the work at once, for pictures,
    tests and scripts. Closing the widget, or running its cell again, ends the work.

    status: "ready", "running", "paused", "stopped" by hand, "finished", or "failed": `notice` then holds the exception.
    """

    said: ClassVar[dict[str, str]] = {
        "run": _("Run"),
        "run start": _("Start"),
        "run pause": _("Pause"),
        "run on": _("Go on"),
        "run stop": _("Stop"),
        "run reset": _("Reset"),
    }

    status: Any = traitlets.Enum(STATUSES, "ready").tag(sync=True)

    def __init__(self, **traits: Any):
        self._work: Iterator[None] | None = None
        self._turn: object = (
            None  # changes with every start and stop: a slice that was planned before knows it is late
        )
        self._alone = (
            threading.RLock()
        )  # JupyterLab's messages and a cell's code may come in different threads
        super().__init__(**traits)
        self.on_msg(self._on_run)

    # --- what a kind of widget says --------------------------------------------------------------------

    def work(self) -> Iterator[None]:
        raise NotImplementedError

    def told(self) -> None:
        pass

    def clear(self) -> None:
        pass

    # --- what the hand asks for ------------------------------------------------------------------------

    def start(self) -> None:
        """Begin, or go on after a pause; what was stopped, has finished or has failed begins again.

        Raises RuntimeError where no event loop runs, as in a script: there, `finish` does the work.
        """
        with self._alone:
            if self.status == "running":
                return
            loop = asyncio.get_running_loop()
            self._ready_to_work()
            self._turn = object()
            loop.call_later(0, self._slice, loop, self._turn)

    def pause(self) -> None:
        """Wait, until start() goes on."""
        with self._alone:
            if self.status == "running":
                self._turn, self.status = None, "paused"

    def stop(self) -> None:
        """End the work, and leave what came of it."""
        with self._alone:
            if self.status in ("running", "paused"):
                self._end("stopped")

    def reset(self) -> None:
        """End the work, and be as if nothing had been done."""
        with self._alone, self.hold_sync():
            self._end("ready")
            self.notice = ""
            self.clear()
            self.told()

    def finish(self) -> None:
        """Do the rest of the work at once, or all of it: nothing is heard meanwhile."""
        with self._alone:
            self._ready_to_work()
            self._turn = None
            self._work_until(math.inf)

    def close(self) -> None:
        self._turn = self._work = None
        super().close()

    # --- how it is done --------------------------------------------------------------------------------

    def _on_run(self, _widget: Widget, content: Any, _buffers: Any) -> None:
        asked = content.get("run") if isinstance(content, dict) else None
        if asked in ("start", "pause", "stop", "reset"):
            with self.refusing():
                getattr(self, asked)()

    def _ready_to_work(self) -> None:
        with self.hold_sync():
            if self._work is None:
                self.notice = ""
                self.clear()
                self._work = self.work()
            self.status = "running"

    def _slice(self, loop: asyncio.AbstractEventLoop, turn: object) -> None:
        with self._alone:
            if turn is not self._turn:
                return
            self._work_until(time.perf_counter() + SLICE)
            if turn is self._turn:
                loop.call_later(PAUSE, self._slice, loop, turn)

    def _work_until(self, end: float) -> None:
        """Work until the clock shows `end`, or there is nothing left to do, or something goes wrong."""
        with self.hold_sync():
            try:
                while (
                    self._work is not None and self.status == "running"
                ):  # a piece may pause or stop its own work
                    if next(self._work, self) is self:
                        self._end("finished")
                    if time.perf_counter() >= end:
                        break
                self.told()
            except Exception as error:  # whatever it is, the student must see it: a log is not seen
                self._end("failed")
                self.notice = one_line(error)

    def _end(self, status: str) -> None:
        self._turn = self._work = None
        self.status = status
