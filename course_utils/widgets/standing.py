"""Standing: where you are in the course, counted from the answers that are kept."""

from typing import ClassVar

import traitlets

from course_utils import figures
from course_utils.practice import progress, tasks
from course_utils.practice.asked import ASKED
from course_utils.practice.clinic import CASES
from course_utils.support.language import gettext as _
from course_utils.support.validation import shown
from course_utils.widgets.base import Live, script
from course_utils.words import groups, words

TITLES = {
    "00": _("Start here"),
    "01": _("Walk downhill, blindfolded"),
    "02": _("Stochastic gradient descent"),
    "03": _("Where SGD struggles"),
    "04": _("Momentum"),
    "05": _("Nesterov's look-ahead"),
    "06": _("Why momentum works"),
    "07": _("A step size for every parameter"),
    "08": _("Train the network"),
    "09": _("The law meets the network"),
    "10": _("In a library"),
    "bugs": _("Bug clinic"),
    "training-clinic": _("Training clinic"),
}


def exercises():
    """The names of all exercises that are counted: questions, tables of steps, checked code, and runs of the clinic."""
    asked = [f"{group} {key}" for group in groups() for key in words(group)["questions"]]
    runs = [f"training-clinic {name}" for name in CASES]
    return sorted({*ASKED, *asked, *tasks.names(), *runs})


class Standing(Live):
    """How many exercises of each lecture are done, tried and still open.

    The browser sends {"do": "look"} to have them counted again.

    State shared with the browser: rows, [{"lecture", "title", "done", "tried", "open"}]; kept, a sentence on where
    the answers are; looked, how often they were counted.
    """

    _esm = script("standing.js")

    said: ClassVar[dict[str, str]] = {
        "standing": _("Where you are"),
        "lecture": _("Lecture"),
        "exercises": _("Exercises"),
        "done": _("Done"),
        "tried": _("Tried"),
        "open": _("Open"),
        "look": _("Look again"),
        "looked": _("Counted anew."),
    }

    rows = traitlets.List(traitlets.Dict()).tag(sync=True)
    kept = traitlets.Unicode().tag(sync=True)
    looked = traitlets.Int(-1).tag(sync=True)

    def __init__(self):
        super().__init__()
        self.look()
        self.on_msg(self._obey)

    def look(self):
        """Count again."""
        with self.hold_sync():
            self.rows = [
                {"lecture": lecture if lecture.isdigit() else "", "title": TITLES.get(lecture, ""), **counts}
                for lecture, counts in progress.standing(exercises()).items()
            ]
            place = progress.place()
            kept, not_kept = _("Your answers are kept in {place}."), _("Answers are not kept here.")
            self.kept = kept.format(place=place) if place else not_kept
            self.notice = progress.trouble()
            self.looked += 1

    def _obey(self, _widget, content, _buffers):
        with self.refusing():
            if content.get("do") != "look":
                raise ValueError(f"do must be look, not {shown(content.get('do'))}")
            self.look()

    def sentence(self):
        return _("Where you are: how many exercises of each lecture are done, tried and still open.")

    def figure(self):
        """The same for everybody: a stored page must not tell of anybody's answers."""
        return figures.card([self.sentence(), "", _("Run the cell to count them.")])
