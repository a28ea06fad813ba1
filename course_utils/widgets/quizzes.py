"""Quiz: choose an answer. NumberQuiz: compute one. Each answer is told what it shows."""

from typing import ClassVar

import traitlets

from course_utils import figures
from course_utils.practice.questions import LETTERS, NumberQuestion, Question, judged, option_kept, question
from course_utils.practice.sharing import Outcome, Sharing, of_option
from course_utils.practice.typed_numbers import is_right, is_shortened, read_number
from course_utils.support.language import gettext as _
from course_utils.support.validation import shown
from course_utils.widgets.base import Kept, script

UNFORESEEN = "987654321"  # a number that no question has foreseen
LONGEST = 100  # characters that are kept of a typed number


class Quiz(Sharing, Kept):
    """Ask a question of `course_utils.practice.questions` by its name, such as Quiz("04 memory").

    The browser sends {"choose": which}, {"tick": which} before it is checked, or {"do": "again"}; it is told of the
    chosen option only whether it is right, and why.

    State shared with the browser: text and options of the question; ticked, the option that has the dot, −1 for none;
    chosen, the option checked last, −1 before; right and why, what is to be said about it as long as it has the dot.
    """

    _esm = script("quiz.js")

    said: ClassVar[dict[str, str]] = {
        "check": _("Check"),
        "again": _("Start again"),
        "again does": _("Choose anew; what is done stays done"),
        "keys": _(
            "Keyboard: after Shift+Enter, ↑ and then Tab lead in here. ↑ and ↓ choose, Enter checks, Esc leads out."
        ),
    }

    text = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    ticked = traitlets.Int(-1).tag(sync=True, echo_update=False)
    chosen = traitlets.Int(-1).tag(sync=True)
    right = traitlets.Bool().tag(sync=True)
    why = traitlets.Unicode().tag(sync=True)

    def __init__(self, name: str) -> None:
        self.question = _of_kind(name, Question, "NumberQuiz")
        super().__init__(text=self.question.text, options=[option.text for option in self.question.options])
        self.key = name
        self.on_msg(self._obey)
        self.come_back()

    def begin(self):
        """Nothing is ticked, nothing said."""
        with self.hold_sync():
            self.ticked, self.chosen, self.right, self.why = -1, -1, False, ""

    def choose(self, which: int) -> None:
        """Check the option with this number, counted from 0."""
        option = self.question.options[self._number(which)]
        with self.hold_sync():
            self.ticked, self.chosen, self.right, self.why = which, which, option.right, option.why

    def _number(self, which):
        if not isinstance(which, int) or isinstance(which, bool) or not 0 <= which < len(self.options):
            raise ValueError(f"which must be a number from 0 to {len(self.options) - 1}, not {which!r:.60}")
        return which

    def _obey(self, _widget, content, _buffers):
        with self.refusing():
            if content.get("do") == "again":
                self.begin()
            elif "tick" in content:
                self.take(ticked=self._number(content["tick"]))
            else:
                self.choose(content.get("choose"))
            self.keep()

    def reached(self):
        return "done" if self.right else "tried" if self.chosen >= 0 else "open"

    def outcome(self):
        return of_option(self.key, self.chosen) if self.chosen >= 0 else None

    def answers(self):
        """The options by their ids: another year they may stand in another order, or be reworded."""
        ids = [*(option.id for option in self.question.options), None]  # −1 is the last
        return {"ticked": ids[self.ticked], "chosen": ids[self.chosen]}

    def put_back(self, answers):
        ids = [option.id for option in self.question.options]
        ticked, chosen = (
            -1 if kept is None else ids.index(option_kept(self.key, kept))
            for kept in (answers["ticked"], answers["chosen"])
        )
        if chosen >= 0:
            self.choose(chosen)
        self.ticked = ticked

    def alone(self):
        return {}

    def foreseen(self):
        return [[*({"choose": which} for which in range(len(self.options))), {"do": "again"}]]

    def sentence(self):
        letters = (f"{letter}) {text}" for letter, text in zip(LETTERS, self.options, strict=False))
        return _("Question: {question} {options}").format(question=self.text, options=" ".join(letters))

    def figure(self):
        letters = (f"   {letter})  {text}" for letter, text in zip(LETTERS, self.options, strict=False))
        return figures.card([self.text, "", *letters])


class NumberQuiz(Sharing, Kept):
    """Ask for a number: a question of `course_utils.practice.questions` by its name, such as NumberQuiz("01 count").

    The browser sends {"answer": what was typed}, {"type": the same} before it is checked, or {"do": "again"}; it is
    told whether the answer is right, and which mistake a wrong number shows, or a hint where that is not known.

    State shared with the browser: text of the question; typed, what stands in the box; checked, what was checked last;
    mark, "" before anything was checked, then "right", "wrong", "open" or "unreadable"; why, what is to be said about
    it. The browser shows mark and why as long as the box holds what was checked.
    """

    _esm = script("number.js")

    said: ClassVar[dict[str, str]] = {
        "check": _("Check"),
        "again": _("Start again"),
        "again does": _("Empty the box; what is done stays done"),
        "answer": _("Your answer, a number"),
        "number": _("number"),
        "keys": _("Keyboard: after Shift+Enter, ↑ and then Tab lead in here. Enter checks, Esc leads out."),
    }

    text = traitlets.Unicode().tag(sync=True)
    typed = traitlets.Unicode().tag(sync=True, echo_update=False)
    checked = traitlets.Unicode().tag(sync=True)
    mark = traitlets.Unicode().tag(sync=True)
    why = traitlets.Unicode().tag(sync=True)

    def __init__(self, name: str) -> None:
        self.question = _of_kind(name, NumberQuestion, "Quiz")
        super().__init__(text=self.question.text)
        self.key = name
        self.begin()
        self.on_msg(self._obey)
        self.come_back()

    def begin(self):
        """Nothing is typed, nothing said."""
        with self.hold_sync():
            self.typed, self.checked, self.mark, self.why = "", "", "", ""

    def check(self, typed: str) -> None:
        """Say what the typed number shows."""
        mark, why = judged(_text(typed), self.question)
        with self.hold_sync():
            self.checked = self.typed = typed[:LONGEST]
            self.mark, self.why = mark, why

    def _obey(self, _widget, content, _buffers):
        with self.refusing():
            if content.get("do") == "again":
                self.begin()
            elif "type" in content:
                self.take(typed=_text(content["type"])[:LONGEST])
            else:
                self.check(content.get("answer"))
            self.keep()

    def reached(self):
        return {"right": "done", "wrong": "tried"}.get(self.mark, "open")

    def outcome(self):
        if self.reached() == "open":
            return None
        known = [str(wrong.value) for wrong in self.question.wrong if wrong.why == self.why]
        return Outcome(self.key, self.mark == "right", known if self.mark == "wrong" else ())

    def answers(self):
        return {"typed": self.typed, "checked": self.checked if self.mark else None}

    def put_back(self, answers):
        if answers["checked"] is not None:
            self.check(answers["checked"])
        self.typed = answers["typed"]

    def alone(self):
        return {}

    def typed_alone(self):
        known = [self.question.answer, *(wrong.value for wrong in self.question.wrong)]
        short = [f"{float(self.question.answer):.{decimals}f}" for decimals in range(3)]
        rounded = next((typed for typed in short if self._is_rounded(typed, known)), UNFORESEEN)
        return {
            "field": "answer",
            "fills": ["typed", "checked"],
            "known": list(map(str, known)),
            "rounded": rounded,
            "other": UNFORESEEN,
            "blank": "",
            "unreadable": "?",
        }

    def _is_rounded(self, typed, known):
        number, answer = read_number(typed), self.question.answer
        return bool(
            number is not None
            and number not in known
            and is_shortened(number, answer)
            and not is_right(number, answer)
        )

    def foreseen(self):
        told = self.typed_alone()
        typed = [*told["known"], *(told[name] for name in ("rounded", "other", "blank", "unreadable"))]
        return [[*({"answer": each} for each in dict.fromkeys(typed)), {"do": "again"}]]

    def sentence(self):
        return _("Question: {question} Type a number.").format(question=self.text)

    def figure(self):
        return figures.card([self.text, "", "   " + _("Answer: ________")])


def _of_kind(name, kind, other):
    """The question of this name, if it is one to be asked so."""
    asked = question(name)
    if not isinstance(asked, kind):
        raise ValueError(f"name must be a question of another kind: ask {name!r} with {other}({name!r})")
    return asked


def _text(typed):
    if not isinstance(typed, str):
        raise TypeError(f"answer must be what was typed, not {shown(typed)}")
    return typed
