"""Whether a class is watching: then hints, solutions and held answers wait until the presenter releases them."""

import weakref
from collections.abc import Callable

from course_utils.support.language import gettext as _

WAITS = _("Presenter mode: hints and solutions wait for release().")

_held = False
_released = False
_watching: list[
    weakref.WeakMethod[Callable[[], object]]
] = []  # what is told of each change, as long as it lives


class Held(Exception):
    """What was asked for is held back."""


def hold(held: bool = True) -> None:
    """Hold hints, solutions and answers back, or stop doing so."""
    _be(held, released=False)


def release() -> None:
    """Let all of them go: what waits for a guess opens without one."""
    _be(False, released=True)


def _be(held: bool, released: bool) -> None:
    global _held, _released
    _held, _released = held, released
    for watcher in _watching[:]:
        tell = watcher()
        if tell is None:
            _watching.remove(watcher)
        else:
            tell()


def on_change(tell: Callable[[], object]) -> None:
    """Call this method after each change, as long as its object lives."""
    _watching.append(weakref.WeakMethod(tell))


def released() -> bool:
    return _released


def held() -> bool:
    return _held


def require_released() -> None:
    """Raises Held while hints and solutions are held back."""
    if _held:
        raise Held(WAITS)
