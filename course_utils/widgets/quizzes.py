"""Quiz: choose an answer. NumberQuiz: compute one. Each answer is told what it shows."""

import re

import traitlets

from course_utils import figures
from course_utils.problems import read_number
from course_utils.questions import NumberQuestion, Question, question
from course_utils.validation import shown
from course_utils.widgets.base import Live, script


class Quiz(Live):
    """Ask a question of `course_utils.questions` by its name, such as Quiz("04 coasting").

    The browser sends {"choose": which}; it is told of the chosen option only whether it is right, and why.

    State shared with the browser: text and options of the question; chosen, the option checked last, −1 before;
    right and why, what is to be said about it.
    """

    _esm = script("quiz.js")

    text = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chosen = traitlets.Int(-1).tag(sync=True)
    right = traitlets.Bool().tag(sync=True)
    why = traitlets.Unicode().tag(sync=True)

    def __init__(self, name):
        self.question = _of_kind(name, Question, "NumberQuiz")
        super().__init__(text=self.question.text, options=[option.text for option in self.question.options])
        self.on_msg(self._obey)

    def choose(self, which):
        """Check the option with this number, counted from 0."""
        if not isinstance(which, int) or isinstance(which, bool) or not 0 <= which < len(self.options):
            raise ValueError(f"which must be a number from 0 to {len(self.options) - 1}, not {which!r:.60}")
        option = self.question.options[which]
        with self.hold_sync():
            self.chosen, self.right, self.why = which, option.right, option.why

    def _obey(self, _widget, content, _buffers):
        with self.refusing():
            self.choose(content.get("choose"))

    def sentence(self):
        letters = (f"{letter}) {text}" for letter, text in zip("ABCDEFGH", self.options, strict=False))
        return f"Question: {self.text} {' '.join(letters)}"

    def figure(self):
        letters = (f"   {letter})  {text}" for letter, text in zip("ABCDEFGH", self.options, strict=False))
        return figures.card([self.text, "", *letters])


class NumberQuiz(Live):
    """Ask for a number: a question of `course_utils.questions` by its name, such as NumberQuiz("01 count").

    The browser sends {"answer": what was typed}; it is told whether that is right, and which mistake a wrong
    number shows, or a hint where the mistake is not known.

    State shared with the browser: text of the question; typed, what was checked last; mark, "" before, then
    "right", "wrong", "open" or "unreadable"; why, what is to be said about it.
    """

    _esm = script("number.js")

    text = traitlets.Unicode().tag(sync=True)
    typed = traitlets.Unicode().tag(sync=True)
    mark = traitlets.Unicode().tag(sync=True)
    why = traitlets.Unicode().tag(sync=True)

    def __init__(self, name):
        self.question = _of_kind(name, NumberQuestion, "Quiz")
        super().__init__(text=self.question.text)
        self.on_msg(self._obey)

    def check(self, typed):
        """Say what the typed number shows."""
        if not isinstance(typed, str):
            raise TypeError(f"answer must be what was typed, not {shown(typed)}")
        mark, why = self._judged(typed)
        with self.hold_sync():
            self.typed, self.mark, self.why = typed[:100], mark, why

    def _judged(self, typed):
        try:
            number = _number(typed)
        except ValueError as error:
            return "unreadable", str(error)
        if number is None:
            return "open", "Not yet answered: type a number."
        if number == self.question.answer:
            return "right", self.question.why
        known = {wrong.value: wrong.why for wrong in self.question.wrong}
        return "wrong", known.get(number, self.question.hint)

    def _obey(self, _widget, content, _buffers):
        with self.refusing():
            self.check(content.get("answer"))

    def sentence(self):
        return f"Question: {self.text} Type a number."

    def figure(self):
        return figures.card([self.text, "", "   Answer: ________"])


def _of_kind(name, kind, other):
    """The question of this name, if it is one to be asked so."""
    asked = question(name)
    if not isinstance(asked, kind):
        raise ValueError(f"name must be a question of another kind: ask {name!r} with {other}({name!r})")
    return asked


def _number(typed):
    """Read a single number that stands alone. ValueError says how to write it."""
    if "," in typed or ";" in typed or re.search(r"\d[\s'’]+\d{3}\b", typed):
        raise ValueError(
            "Write the number with a point for decimals and without gaps or commas: 0.5, 7/2, 1200."
        )
    return read_number(typed)
