"""Gate: an answer that waits until the reader has committed to a guess, and then shows both."""

import html
from typing import Any, ClassVar

import ipywidgets  # type: ignore[import-untyped]
import traitlets
from matplotlib.figure import Figure

from course_utils import figures
from course_utils.practice import classroom
from course_utils.practice.questions import LETTERS, Question, question
from course_utils.practice.sharing import Sharing, of_option
from course_utils.support.language import gettext as _
from course_utils.support.validation import shown
from course_utils.widgets.base import KeptAside, Live, script, styles
from course_utils.widgets.guesses import Choice, Guess, Number
from course_utils.widgets.markdown import as_html

ANY = "any"  # stands for a guess that was not foreseen


class Gate(Sharing, KeptAside):
    """Hold an answer back until the reader has committed to a guess, and then show it with the guess drawn in.

    name: "NN key", under which the guess is kept. Where `course_utils.practice.questions` has a question of that
        name, it is what the Gate asks, and its answer is the truth.
    answer: what is held back, or a function of the guess that gives it; the guess is None where nobody has made one:
        on a page without a kernel, and in class. An answer is
            (figure, sentence), as the functions of `figures` return it,
            a {name: value} for a table of two columns, or `figures.tables.bundle(rows, head, caption)` for one of more,
            a text in Markdown, with formulas between dollars,
            a widget of the course, such as a Stage,
            or a list of such parts. None: the truth is all there is to show.
    guess: a Choice, Number, Point or Curve; that of the question where None.
    ask: the question, where none of that name is kept.  truth: what the guess is compared with.
    because: half a sentence that follows the comparison after a colon.

    The browser sends {"do": "commit", "guess": ...}, or "draft" while the hand still draws. Nothing of the answer is
    sent before. Once open it stays so for this student. State shared with the browser:
        text, kind, asked    the question, and what its kind of guess needs
        guess     what was drawn or ticked so far
        committed, opened    whether a guess is made; whether the answer may be seen
        told      the guess beside the truth, in a sentence
        truth     what is drawn beside the guess
        parts     of the answer: {"kind": "picture", "png", "alt", "width"}, {"kind": "table", "rows"}, {"kind": "view"}
        views     the widgets that "view" parts stand for, in order

    Raises ValueError for a name without a question where ask or guess is missing.
    """

    _esm = script("gate.js")
    _css: Any = styles("gate.css")

    by_hand = ("guess",)

    said: ClassVar[dict[str, str]] = {
        "commit": _("This is my guess"),
        "answer": _("The answer"),
        "mine": _("your guess"),
        "true": _("the answer"),
        "number": _("Your guess, a number"),
        "placeholder": _("number"),
        "cross": _("Your guess: a point on the map"),
        "on map": _("point on the map"),
        "curve": _("Your guess: a curve"),
        "on axes": _("curve over the axes"),
        "at": _("{label} = {place}: {height}"),
        "blank": _("not drawn yet"),
        "keys choice": _("Keyboard: after Shift+Enter, ↑ and then Tab lead in here. ↑ and ↓ choose, Enter commits, Esc leads out."),
        "keys number": _("Keyboard: after Shift+Enter, ↑ and then Tab lead in here. Enter commits, Esc leads out."),
        "keys point": _("Click the map, or move the cross with the arrow keys; Enter commits."),
        "keys curve": _("Draw with the mouse or a finger. Keyboard: ← and → move along, ↑ and ↓ raise and lower, Enter commits."),
    }  # fmt: skip

    text = traitlets.Unicode().tag(sync=True)
    kind = traitlets.Unicode().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)
    guess = traitlets.Any(None, allow_none=True).tag(sync=True, echo_update=False)
    committed = traitlets.Bool().tag(sync=True)
    opened = traitlets.Bool().tag(sync=True)
    told = traitlets.Unicode().tag(sync=True)
    truth = traitlets.Dict().tag(sync=True)
    parts = traitlets.List(traitlets.Dict()).tag(sync=True)
    views = traitlets.List(traitlets.Instance(ipywidgets.Widget)).tag(
        sync=True, **ipywidgets.widget_serialization
    )

    def __init__(
        self,
        name: str,
        answer: Any = None,
        guess: Guess | None = None,
        ask: str = "",
        truth: Any = None,
        because: str = "",
    ) -> None:
        text, own, known = _asked(name, ask, guess)
        if not isinstance(own, Guess):
            raise TypeError(f"guess must be a Choice, Number, Point or Curve, not {shown(guess)}")
        truth = known if truth is None else truth
        self._how = own
        self._truth = None if truth is None else own.checked(truth)
        self._answer, self._because = answer, because
        if answer is None and self._truth is None:
            raise ValueError("a Gate needs something to hold back: an answer, a truth, or both")
        super().__init__(text=text, kind=own.kind, asked=own.asked())
        self.key = name
        self.on_msg(self._obey)
        classroom.on_change(self._class_changed)
        self._class_changed()

    # --- guess and answer ------------------------------------------------------------------------------

    def begin(self):
        """No guess, and the answer held back."""
        with self.hold_sync():
            self.guess, self.committed = None, False
            self._shut()

    def commit(self, guess: Any) -> None:
        """Take a guess for good, and show the answer, unless a class is to wait for it."""
        if self.committed:
            return
        guess = self._how.taken(guess)
        with self.hold_sync():
            self.guess, self.committed = guess, True
            try:
                self._open_or_shut()
            except Exception:  # an answer that cannot be drawn: the guess may be made again
                self.guess, self.committed = None, False
                raise

    def _class_changed(self):
        """A class begins or ends, or its answers are released."""
        if self.comm is not None:  # not closed
            with self.refusing():
                self._open_or_shut()

    def _open_or_shut(self):
        """As guess and class have it."""
        may = (self.committed or classroom.released()) and not classroom.held()
        if may and not self.opened:
            self._open()
        elif not may and self.opened:
            self._shut()
        if self.committed and classroom.held():
            self.notice = _("The answer waits for release().")

    def _open(self):
        guess = self.guess if self.committed else None
        with self.hold_sync():
            self._show(self._parts(guess))
            self.told = self._sentence(guess)
            self.truth = self._how.drawn(guess, self._truth)
            self.opened = True

    def _shut(self):
        self._show([])
        self.told, self.truth, self.opened = "", {}, False

    def _show(self, parts):
        for old in self.views:
            old.close()
        self.views = [part for part in parts if isinstance(part, ipywidgets.Widget)]
        self.parts = [part if isinstance(part, dict) else {"kind": "view"} for part in parts]

    def close(self):
        for view in self.views:
            view.close()
        super().close()

    def _sentence(self, guess):
        if self._truth is None and guess is None:
            return ""
        said = self._how.said(self._truth) if guess is None else self._how.told(guess, self._truth)
        if self._because:
            return f"{said}: {self._because.rstrip('.')}."
        return said if said.endswith(("?", "!")) else f"{said}."

    def _given(self, guess):
        """The parts of the answer, as the lecture gives them."""
        value = None if guess is None else self._how.value(guess)
        given = self._answer(value) if callable(self._answer) else self._answer
        if given is None:
            return []
        return given if isinstance(given, list) else [given]

    def _parts(self, guess):
        return [_part(one) for one in self._given(guess)]

    # --- what the browser asks for ---------------------------------------------------------------------

    def _obey(self, _widget, content, _buffers):
        with self.refusing():
            if content.get("do") not in ("commit", "draft"):
                raise ValueError(f"do must be commit or draft, not {shown(content.get('do'))}")
            if content["do"] == "commit":
                self.commit(content.get("guess"))
                self.keep()
            elif not self.committed:
                self.take(guess=content.get("guess"))

    # --- where no kernel answers: what is not foreseen opens the answer as if nobody had guessed ----------

    def alone(self):
        return {}

    def typed_alone(self):
        known = [repr(self._truth)] if self.kind == "number" and self._truth is not None else []
        others = {"rounded": ANY, "other": ANY, "blank": None, "unreadable": "?"}
        return {"field": "guess", "fills": ["guess"], "known": known, **others}

    def foreseen(self):
        options = range(len(getattr(self._how, "options", [])))
        guesses = [*options, *self.typed_alone()["known"], None, "?"]
        return [[{"do": "commit", "guess": guess} for guess in [*guesses, *([] if options else [ANY])]]]

    def hear(self, message):
        if message.get("guess") == ANY:
            with self.hold_sync():
                self._open()
                self.committed = True
        else:
            super().hear(message)

    def outcome(self):
        return of_option(self.key, self.guess) if self.committed and self.kind == "choice" else None

    # --- what is kept ----------------------------------------------------------------------------------

    def reached(self):
        return "done" if self.committed else "open"

    def answers(self):
        by_text = isinstance(self._how, Choice) and self.committed
        return {"guess": self._how.value(self.guess) if by_text else self.guess}

    def put_back(self, answers):
        self.commit(answers["guess"])

    # --- the page without a kernel: closed, and a reader can open it -----------------------------------

    def still(self):
        """-> (data, metadata): a closed <details>, the picture of the answer where it has one, and both as text."""
        parts = [_still(one) for one in self._given(None)]
        truth = [self._sentence(None)] if self._truth is not None else []
        if not parts and hasattr(self._how, "figure"):
            parts = [("", self._how.figure(self._truth), "")]
        told = [*truth, *(text for text, _figure, _html in parts if text)]
        sentence = " ".join([self.sentence(), _("The answer: {answer}").format(answer=" ".join(told))])
        inside = "".join(f"<p>{html.escape(line)}</p>" for line in truth)
        inside += "".join(markup for _text, _figure, markup in parts)
        options = getattr(self._how, "options", [])
        button = html.escape(_("Show the answer"))  # in an f-string Babel would not find it
        listed = "".join(f"<li>{html.escape(option)}</li>" for option in options)
        data = {
            "text/html": f'<div class="course-gate-still"><p>{html.escape(self.text)}</p>'
            + (f'<ol type="A">{listed}</ol>' if listed else "")
            + f"<details><summary>{button}</summary>{inside}</details></div>",
            "text/plain": sentence,
        }
        about: dict[str, Any] = {}
        drawn = next((figure for _text, figure, _html in parts if figure is not None), None)
        if drawn is not None:
            picture, about = figures.picture(drawn, sentence)
            data["image/png"] = picture["image/png"]
        return data, about

    def sentence(self):
        options = getattr(self._how, "options", [])
        letters = (f"{letter}) {text}" for letter, text in zip(LETTERS, options, strict=False))
        return " ".join([_("Predict: {question}").format(question=self.text), *letters])

    def figure(self):
        return figures.card([self.sentence()])


def _asked(name, ask, guess):
    """-> (the question, its Guess, the truth or None)"""
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"name must be a lecture and a key, such as '04 fall', not {shown(name)}")
    if ask:
        return ask, guess, None
    found = question(name)
    if guess is not None:
        return found.text, guess, None
    if isinstance(found, Question):
        options = [option.text for option in found.options]
        right = [option.right for option in found.options].index(True)
        return found.text, Choice(options, [option.why for option in found.options]), right
    return found.text, Number(), found.answer


def _part(given):
    """A part of the answer as the browser gets it: a dict, or a widget."""
    if isinstance(given, ipywidgets.Widget):
        return given
    if isinstance(given, str):
        return ipywidgets.HTMLMath(as_html(given))
    if _is_table(given):
        return ipywidgets.HTMLMath(given["text/html"])
    if isinstance(given, dict):
        return {"kind": "table", "rows": [[str(k), _written(v)] for k, v in given.items()]}
    figure, sentence = _drawn(given)
    return {
        "kind": "picture",
        "png": figures.png(figure),
        "alt": sentence,
        "width": round(figure.get_figwidth() * 96),
    }


def _still(given):
    """-> (its sentence, its Figure or None, its HTML) for a page without a kernel"""
    if isinstance(given, Live):
        try:
            return given.sentence(), given.figure(), f"<p>{html.escape(given.sentence())}</p>"
        finally:
            given.close()
    if isinstance(given, str):
        return " ".join(given.split()), None, as_html(given)
    if _is_table(given):
        return f"\n{given['text/plain']}\n", None, given["text/html"]
    if isinstance(given, dict):
        rows = {str(k): _written(v) for k, v in given.items()}
        body = "".join(
            f'<tr><th scope="row">{html.escape(k)}</th><td>{html.escape(v)}</td></tr>'
            for k, v in rows.items()
        )
        return "; ".join(f"{k}: {v}" for k, v in rows.items()) + ".", None, f"<table>{body}</table>"
    figure, sentence = _drawn(given)
    return sentence, figure, f"<p>{html.escape(sentence)}</p>"


def _is_table(given):
    """Whether a part is a whole table, as `figures.tables.bundle` gives it."""
    return isinstance(given, dict) and given.keys() == {"text/html", "text/plain"}


def _drawn(given):
    if not (
        isinstance(given, tuple)
        and len(given) == 2
        and isinstance(given[0], Figure)
        and isinstance(given[1], str)
    ):
        raise TypeError(
            "an answer must be (figure, sentence), {name: value}, a text, a widget, or a list of those, "
            f"not {shown(given)}"
        )
    return given


def _written(value):
    return value if isinstance(value, str) else figures.number(value)
