"""Ctrl-C that waits for the end of a step."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Pressed:
    pressed = False


@contextmanager
def patient() -> Iterator[Pressed]:
    """Inside, the first Ctrl-C only sets `pressed`, so that a step is not torn apart; a second one interrupts.

    Only where Ctrl-C has its usual meaning: in the main thread, with Python's own handler.
    """
    ctrl_c = Pressed()
    usual = signal.default_int_handler
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not usual
    ):
        yield ctrl_c
        return

    def note(number: int, frame: FrameType | None) -> None:
        ctrl_c.pressed = True
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, note)
    try:
        yield ctrl_c
    finally:
        signal.signal(signal.SIGINT, usual)
