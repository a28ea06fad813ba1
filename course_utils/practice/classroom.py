"""Whether a class is watching: then hints and solutions wait until the presenter releases them."""

from course_utils.support.language import gettext as _

WAITS = _("Presenter mode: hints and solutions wait for release().")

_held = False


class Held(Exception):
    """What was asked for is held back."""


def hold(held: bool = True) -> None:
    """Hold hints and solutions back, or let them go."""
    global _held
    _held = held


def held() -> bool:
    return _held


def require_released() -> None:
    """Raises Held while hints and solutions are held back."""
    if _held:
        raise Held(WAITS)
