"""The base of everything alive on a page: one look, errors shown where they happen, a word when the kernel is gone, cleaning up."""

from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from IPython.core.getipython import get_ipython

from course_utils.support.language import gettext as _

HERE = Path(__file__).parent


def script(*files: Path) -> str:
    """The text of a script, with what all share before it: a browser gets one module."""
    return "\n".join(
        file.read_text(encoding="utf-8") for file in (HERE / "alive.js", HERE / "form.js", *files)
    )


def style(*files: Path) -> str:
    """The text of a style sheet, with what all share before it."""
    return "\n".join(file.read_text(encoding="utf-8") for file in (HERE / "course.css", *files))


class Widget(anywidget.AnyWidget):
    """What a hand can move, or press.

    notice: one line that says what went wrong; empty while all is well. The browser shows it.
    texts: all that the browser says of itself, {id: a sentence with {named} places}. It has no words of its own.
    """

    _css: Any = style()

    notice = traitlets.Unicode().tag(sync=True)
    texts = traitlets.Dict(read_only=True).tag(sync=True)

    #: What a kind of widget adds to the texts.
    said: ClassVar[dict[str, str]] = {
        "gone": _("The kernel that drew this is gone. Run this cell again to make it live."),
    }

    #: The names of what a hand moves, where the browser may set nothing else.
    by_hand: Container[str] | None = None

    def __init__(self, **traits: Any):
        super().__init__(**traits)
        _close_what_this_cell_made_before(self)

    @traitlets.default("texts")
    def _all_that_is_said(self) -> dict[str, str]:
        kinds = reversed(type(self).__mro__)
        return {id: text for kind in kinds for id, text in vars(kind).get("said", {}).items()}

    def close(self) -> None:
        """Close the widget and its layout, which is a widget of its own."""
        if self.comm is not None:
            self.layout.close()
        super().close()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over what the browser sent; what cannot be taken changes nothing, and is said."""
        alien = [name for name in sync_data if self.by_hand is not None and name not in self.by_hand]
        if alien:
            with self.refusing():
                names = ", ".join(map(str, alien[:3]))[:60]
                raise ValueError(_("The browser may not set {names}.").format(names=names))
            return
        with self.refusing(*(name for name in sync_data if name in self.keys)):
            super().set_state(sync_data)

    @contextmanager
    def refusing(self, *names: str) -> Iterator[None]:
        """What goes wrong inside leaves the traits of these names as they were, and is said in `notice`."""
        before = {name: getattr(self, name) for name in names}
        self.notice = ""
        try:
            yield
        except Exception as error:  # whatever it is, the student must see it: a log is not seen
            for name, value in before.items():
                with suppress(Exception):  # an observer that fails on every change has been heard already
                    self.set_trait(name, value)
            self.notice = one_line(error)
            self.send_state([*before, "notice"])


def one_line(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 300 else text[:297] + "..."


_made: dict[str, tuple[int, list[Widget]]] = {}  # cell id -> (the run that made them, widgets)


def _close_what_this_cell_made_before(widget: Widget) -> None:
    """Close the widgets that an earlier run of the same cell made: else each run would leak its comms."""
    shell: Any = get_ipython()
    cell = _asked_for(shell).get("metadata", {}).get("cellId")
    if cell is None:
        return
    run, widgets = _made.get(cell, (None, []))
    if run != shell.execution_count:
        for old in widgets:
            old.close()
        widgets = []
    _made[cell] = (shell.execution_count, [*widgets, widget])


def _asked_for(shell: Any) -> dict[str, Any]:
    """The request that the kernel answers now, as Jupyter sent it; {} outside a notebook."""
    if hasattr(shell, "parent_header"):
        return shell.parent_header
    return getattr(getattr(shell, "kernel", None), "_parent_header", {})  # the kernel in a browser
