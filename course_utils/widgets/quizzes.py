"""Quiz: one question, several answers, and an explanation for each of them."""

import textwrap

import traitlets

from course_utils import figures
from course_utils.questions import question
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
        self.question = question(name)
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
        lines = [*textwrap.wrap(_unbroken(self.text), 84), ""]
        for letter, text in zip("ABCDEFGH", self.options, strict=False):
            lines += textwrap.wrap(f"   {letter})  {_unbroken(text)}", 84, subsequent_indent=" " * 9)
        figure, axes = figures.new_figure(7.5, 0.26 * len(lines) + 0.3)
        axes.axis("off")
        axes.text(
            0, 1, "\n".join(lines), va="top", linespacing=1.5, transform=axes.transAxes, parse_math=False
        )
        return figure


def _unbroken(text):
    """The text, with formulas such as μ = 0.9 kept on one line."""
    return text.replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")
