"""What every widget of the course shares: it leaves a picture behind, and keeps what is answered."""

from pathlib import Path
from typing import Any, ClassVar

from course_utils import live
from course_utils.figures import picture, stylesheet
from course_utils.practice import progress
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext

HERE = Path(__file__).parent
DRAWINGS = ("edge.js", "gate.js", "heat.js", "map.js", "one_axis.js", "race.js", "stage.js")
WORKERS = ("clinic.js", "live_training.js")  # that draw, too


def script(name):
    """The text of a widget's script, with what widgets share before it: a browser gets one module."""
    shared = ["draw.js", "work.js"] if name in WORKERS else ["draw.js"] if name in DRAWINGS else []
    return live.script(*(HERE / part for part in (*shared, name)))


def styles(*names: str) -> str:
    """The text of style sheets, after the table of colours that figures and widgets share: var(--eta) is that of η."""
    return "\n".join((stylesheet(), live.style(*(HERE / name for name in names))))


class Live(live.Widget):
    """A widget with a picture and a sentence of its state, for where no kernel runs: GitHub, print, nbval."""

    _css: Any = styles()

    def figure(self):
        """The matplotlib Figure of the widget's state."""
        raise NotImplementedError

    def sentence(self):
        """One sentence that says what the widget shows."""
        raise NotImplementedError

    # --- where no kernel answers: on the site, and on slides ------------------------------------------

    #: traits of numbers, and for each (their dtype, how many bytes of each are sent there, how many make a row)
    in_short: ClassVar[dict[str, tuple[str, int, int]]] = {}

    def alone(self) -> dict[str, Any] | None:
        """The traits that are different where no kernel answers, {} for none; None where a hand could move nothing there."""
        return None

    def foreseen(self) -> list[list[dict[str, Any]]]:
        """What a hand may ask for there, as `hear` takes it, in groups; each answer undoes the others of its group."""
        return []

    def typed_alone(self) -> dict[str, Any] | None:
        """How a page without a kernel reads what is typed, or guessed: None where nothing is.

        {"field": the part of a message that holds it, "fills": the traits that then hold it, "known": numbers that have
        an answer of their own, the right one first, "rounded", "other", "blank", "unreadable": what to send in place of
        any that is so}
        """
        return None

    def hear(self, message):
        """Do what a message of the browser asks for; {"set": {name: value}} sets a trait, as the browser does."""
        if "set" in message:
            self.set_state(message["set"])
        else:
            self._handle_custom_msg(message, [])

    def _ipython_display_(self):
        """Show the widget at once. Its picture, which takes longer to draw than all the rest, follows into the same output."""
        from IPython.display import display

        data, metadata = self._view()
        at_once = {**data, "text/plain": self.sentence()}
        shown: Any = display(at_once, metadata=metadata, raw=True, display_id=True)
        data, metadata = self._repr_mimebundle_()
        shown.update(data, metadata=metadata, raw=True)

    def _repr_mimebundle_(self, **options):
        data, metadata = self._view(**options)
        still, about = self.still()
        return {**data, **still}, {**metadata, **about}

    def _view(self, **options):
        """-> (data, metadata) of the widget alone."""
        bundle: Any = super()._repr_mimebundle_(**options)
        return bundle if isinstance(bundle, tuple) else (bundle, {})

    def still(self):
        """-> (data, metadata) of the picture and its sentence: of the sentence alone where no picture can be drawn."""
        sentence = self.sentence()
        try:
            return picture(self.figure(), sentence)
        except Exception:  # whatever it is: the widget itself needs no matplotlib
            return {"text/plain": sentence}, {}


class Kept(Live):
    """A widget whose answers outlive its kernel: `progress` keeps them, and it comes back as it was left.

    A subclass says what is to be kept (`answers`, a dict for JSON), how far it is (`reached`), how it begins
    (`begin`), and puts answers back (`put_back`; whatever that raises, the widget begins again). It calls `come_back`
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
        """Begin again. What was answered before stays in the file, and what is done stays done."""
        self.begin()
        self.keep()

    def take(self, **traits):
        """Take over what the browser sent without sending it back: more may have been typed since."""
        super(live.Widget, self).set_state(traits)


class KeptAside(Kept):
    """A Kept widget that comes back only after its picture is taken: a stored page tells of nobody's guesses.

    So it is shown only then, too: a gate that is open does not first appear closed.
    """

    _ipython_display_: Any = None
    _is_back = False

    def _repr_mimebundle_(self, **options):
        bundle = super()._repr_mimebundle_(**options)
        if not self._is_back:
            self._is_back = True
            self.come_back()
        return bundle


def said_by_player(speeds):
    """The texts of a player (draw.js), which offers this many steps a second."""
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
