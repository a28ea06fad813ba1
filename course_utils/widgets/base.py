"""What every widget of the course shares: it leaves a picture behind, says what goes wrong, and cleans up."""

from collections.abc import Container
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from IPython.core.getipython import get_ipython

from course_utils.figures import picture
from course_utils.practice import progress
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext

HERE = Path(__file__).parent
DRAWINGS = ("gate.js", "heat.js", "map.js", "race.js", "stage.js")


def script(name):
    """The text of a widget's script, with what widgets share before it: a browser gets one module."""
    shared = ("alive.js", "form.js", "draw.js") if name in DRAWINGS else ("alive.js", "form.js")
    return "\n".join((HERE / part).read_text(encoding="utf-8") for part in (*shared, name))


class Live(anywidget.AnyWidget):
    """A widget with a picture and a sentence of its state, for where no kernel runs: GitHub, print, nbval.

    notice: one line that says what went wrong; empty while all is well. The browser shows it.
    texts: all that the browser says of itself, {id: a sentence with {named} places}. It has no words of its own.
    """

    _css = HERE / "course.css"

    notice = traitlets.Unicode().tag(sync=True)
    texts = traitlets.Dict(read_only=True).tag(sync=True)

    #: What a kind of widget adds to the texts.
    said: ClassVar[dict[str, str]] = {
        "gone": _("The kernel that drew this is gone. Run this cell again to make it live."),
    }

    #: The names of what a hand moves, where the browser may set nothing else.
    by_hand: Container[str] | None = None

    def __init__(self, **traits):
        super().__init__(**traits)
        _close_what_this_cell_made_before(self)

    @traitlets.default("texts")
    def _all_that_is_said(self):
        kinds = reversed(type(self).__mro__)
        return {id: text for kind in kinds for id, text in vars(kind).get("said", {}).items()}

    def figure(self):
        """The matplotlib Figure of the widget's state."""
        raise NotImplementedError

    def sentence(self):
        """One sentence that says what the widget shows."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **options):
        bundle: Any = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        still, about = self.still()
        return {**data, **still}, {**metadata, **about}

    def still(self):
        """-> (data, metadata) of the picture and its sentence: of the sentence alone where no picture can be drawn."""
        sentence = self.sentence()
        try:
            return picture(self.figure(), sentence)
        except Exception:  # whatever it is: the widget itself needs no matplotlib
            return {"text/plain": sentence}, {}

    def close(self):
        """Close the widget and its layout, which is a widget of its own."""
        if self.comm is not None:
            self.layout.close()
        super().close()

    def set_state(self, sync_data):
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
    def refusing(self, *names):
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


class Kept(Live):
    """A widget whose answers outlive its kernel: `progress` keeps them, and it comes back as it was left.

    A subclass says what is to be kept (`answers`, a dict for JSON), how far it is (`reached`), how it begins
    (`begin`), and puts answers back (`put_back`; whatever that raises, the widget begins anew). It calls `come_back`
    at the end of its __init__, and `keep` after each change.

    key: the name under which it is kept, "NN name"; "" for not at all.
    """

    key = ""

    def answers(self):
        raise NotImplementedError

    def reached(self):
        """ "open", "tried" or "done"."""
        raise NotImplementedError

    def begin(self):
        raise NotImplementedError

    def put_back(self, answers):
        raise NotImplementedError

    def keep(self):
        """Keep what is there now; where that fails, one line says so."""
        if self.key:
            self.notice = progress.keep(self.key, self.answers(), self.reached()) or self.notice

    def come_back(self):
        """Be as it was left: after a crash, a second run, or a new day."""
        answers = progress.last(self.key) if self.key else None
        if answers:
            try:
                with self.hold_sync():
                    self.put_back(answers)
            except Exception:  # kept by an older course, or by a hand: nothing to lose over it
                self.begin()
                self.notice = _("The exercise has changed since you answered it: it begins anew.")
        self.notice = self.notice or _once(progress.trouble())

    def again(self):
        """Begin anew. What was answered before stays in the file, and what is done stays done."""
        self.begin()
        self.keep()

    def take(self, **traits):
        """Take over what the browser sent without sending it back: more may have been typed since."""
        super(Live, self).set_state(traits)


def said_by_player(speeds):
    """The texts of a player (draw.js), which offers so many steps a second."""
    return {
        "back": _("Back"),
        "play": _("Play"),
        "pause": _("Pause"),
        "next": _("Next"),
        "step": _("step"),
        "steps": _("Steps"),
        "speed": _("speed"),
        "step of": _("step {step} of {end}"),
        "step count": _("step {step} / {end}"),
        "arrow of": _("arrow {step} of {end}"),
        **{f"speed {n}": ngettext("{n} step/s", "{n} steps/s", n).format(n=n) for n in speeds},
    }


_told: set[str] = set()


def _once(line):
    """The line, when it is said for the first time in this kernel."""
    if line in _told:
        return ""
    _told.add(line)
    return line


def one_line(error):
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 300 else text[:297] + "..."


_made: dict[str, tuple[int, list]] = {}  # cell id -> (the run that made them, widgets)


def _close_what_this_cell_made_before(widget):
    """Close the widgets that an earlier run of the same cell made: else each run would leak its comms."""
    shell: Any = get_ipython()
    cell = getattr(shell, "parent_header", {}).get("metadata", {}).get("cellId") if shell else None
    if cell is None:
        return
    run, widgets = _made.get(cell, (None, []))
    if run != shell.execution_count:
        for old in widgets:
            old.close()
        widgets = []
    _made[cell] = (shell.execution_count, [*widgets, widget])
