"""StepExercise: compute the steps by hand, type them in, and be told which mistake was made."""

from typing import ClassVar

import traitlets
from ipywidgets import widget_serialization  # type: ignore[import-untyped]

from course_utils import figures
from course_utils.practice import ahead, classroom
from course_utils.practice.asked import ASKED, NAMES, _spelled
from course_utils.practice.problems import (
    StepProblem,
    asked,
    method_words,
)
from course_utils.practice.sharing import UNFINISHED, Outcome, Sharing
from course_utils.practice.typed_numbers import read_number
from course_utils.support.language import gettext as _
from course_utils.support.validation import shown
from course_utils.widgets.base import Kept, script
from course_utils.widgets.map import Map, path_of


class StepExercise(Sharing, Kept):
    """Ask a StepProblem: a box for every coordinate, and a diagnosis of what was typed.

    problem: any StepProblem. What is typed is kept, under the problem's name in ASKED, or else what it is.

    State shared with the browser. The browser sends messages, {"do": "check" or "hint", "solution", "map",
    "another", "again", or "type" while somebody types, "entries": what stands in the boxes}; all the rest is
    Python's to decide:
        question   the texts and labels to show
        entries    what was typed: [x, y] a step
        checked    what stood in the boxes at the last check; [] before
        marks      "right", "wrong", "open" or "unreadable", one an entry of `checked`; the browser shows a mark as
                   long as its box holds what was checked
        message    what the last check says; good: whether everything was right
        hints      the hints given so far, three at most
        tried      whether something was checked: only then is the solution shown
        solution   the worked answer, once asked for
        map        a Map with my points and the true path, once asked for
        offered    what there is a button for
    """

    _esm = script("exercise.js")

    said: ClassVar[dict[str, str]] = {
        "check": _("Check"),
        "hint": _("Hint"),
        "next hint": _("Hint {n} of 3"),
        "hint number": _("Hint {n}."),
        "hints": _("Hints"),
        "solution": _("Show the solution"),
        "worked": _("Solution"),
        "map": _("Show on the map"),
        "another": _("Another one like it"),
        "again": _("Start again"),
        "again does": _("Empty the boxes; what is done stays done"),
        "last check": _("At your last check: "),
        "try first": _("First check a try of your own"),
        "axis": _("{axis} of {label}"),
        "mark right": _("right"),
        "mark wrong": _("not right yet"),
        "mark unreadable": _("not a number I can read"),
        "keys": _(
            "Keyboard: after Shift+Enter, ↑ and then Tab lead in here. Tab goes on, Enter checks, Esc leads out."
        ),
    }

    question = traitlets.Dict().tag(sync=True)
    # no echo: an old one, coming late, would overwrite what was typed since
    entries = traitlets.List(traitlets.List(traitlets.Unicode(), minlen=2, maxlen=2)).tag(
        sync=True, echo_update=False
    )
    checked = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    marks = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    good = traitlets.Bool().tag(sync=True)
    hints = traitlets.List(traitlets.Unicode()).tag(sync=True)
    tried = traitlets.Bool().tag(sync=True)
    solution = traitlets.List(traitlets.Unicode()).tag(sync=True)
    map = traitlets.Instance(Map, allow_none=True).tag(sync=True, **widget_serialization)
    offered = traitlets.List(
        traitlets.Unicode(), ["check", "hint", "map", "solution", "another", "again"], read_only=True
    ).tag(sync=True)

    def __init__(self, problem: StepProblem) -> None:
        if not isinstance(problem, StepProblem):
            raise TypeError(f"problem must be a StepProblem, not {shown(problem)}")
        super().__init__()
        self._first = problem
        self.key = NAMES.get(_spelled(problem), _spelled(problem))
        self.begin()
        self.on_msg(self._obey)
        self.come_back()

    def begin(self):
        """Ask the first problem, with nothing typed."""
        self._count = 0
        self._ask(self._first)

    def _ask(self, problem):
        self.problem = problem
        self.question = _question(problem)
        self.message, self.good, self.tried = "", False, False
        self._mistakes = ()
        self.hints, self.solution = [], []
        self._hinted = []  # the steps that the hints are about
        self.checked = []
        self._drop_map()
        self.entries = [["", ""]] * problem.steps
        self.marks = [["open", "open"]] * problem.steps

    @traitlets.validate("entries")
    def _as_many_as_asked(self, proposal):
        rows = proposal["value"]
        if len(rows) != self.problem.steps:
            raise traitlets.TraitError(f"entries must hold {self.problem.steps} rows, not {len(rows)}")
        return rows

    # --- what the student can ask for ----------------------------------------------------------------

    def check(self):
        """Mark what was typed and say what it shows."""
        self.checked = self.entries
        attempt, unreadable = self._attempt()
        right = {True: "right", False: "wrong", None: "open"}
        marks = [[right[mark] for mark in row] for row in self.problem.marks(attempt)]
        for (t, i), _line in unreadable:
            marks[t][i] = "unreadable"
        diagnosis = self.problem.diagnose(attempt)
        self.marks, self.good, self._mistakes = marks, diagnosis.correct, diagnosis.mistakes
        self.tried = self.tried or any(mark in ("right", "wrong") for row in marks for mark in row)
        if unreadable:
            (t, i), line = unreadable[0]
            self.message = self._unreadable(t, i, line)
        else:
            self.message = diagnosis.message
        if self.map:
            self.show_map()

    def _unreadable(self, t, i, line):
        axis, label = self.question["letters"][i], self.question["labels"][t]
        return _("{axis} of {label}: {what}").format(axis=axis, label=label, what=line)

    def hint(self):
        """Give the next hint on the first step that is not right yet."""
        classroom.require_released()
        if len(self.hints) < 3:
            self._give_hint(self._step_to_mend())

    def _give_hint(self, step):
        self.hints = [*self.hints, self.problem.hints(step)[len(self.hints)]]
        self._hinted.append(step)

    def _step_to_mend(self):
        """The first step that is not right yet, counted from 1."""
        attempt = self._attempt()[0]
        marks = self.problem.marks(attempt)
        return next((t for t, row in enumerate(marks, 1) if row != (True, True)), self.problem.steps)

    def show_solution(self) -> None:
        """Show the worked answer; only after a try."""
        classroom.require_released()
        if self.tried:
            self.solution = self.problem.worked()

    def show_map(self) -> None:
        """Draw my points and the true path over the contours; only after a try."""
        if not self.tried:
            return
        attempt = self._attempt()[0]
        mine = [self.problem.start, *(point for point in attempt if None not in point)]
        paths = {
            _("the true path"): self.problem.path,
            _("my points"): path_of(self.problem.landscape, mine),
        }
        if self.map is None:
            self.map = Map(paths, bounds=figures.fit(self.problem.path, extra=mine))
        else:
            self.map.show(paths)

    def another(self) -> None:
        """Ask a fresh problem of the same kind; the sequence is the same for everybody."""
        self._count += 1
        self._ask(self._first.another(seed=self._count))

    def close(self):
        self._drop_map()
        super().close()

    def outcome(self):
        marks = {mark for row in self.marks for mark in row}
        if self.key not in ASKED or marks.isdisjoint(("right", "wrong")):
            return None
        causes = self._mistakes if "wrong" in marks else (UNFINISHED,)
        return Outcome(self.key, self.good, () if self.good else causes)

    # --- what is kept ---------------------------------------------------------------------------------

    def reached(self):
        return "done" if self.good else "tried" if self.tried else "open"

    def answers(self):
        return {
            "problem": _spelled(self.problem),
            "another": self._count,
            "entries": self.entries,
            "checked": self.checked or None,
            "tried": self.tried,
            "hints": self._hinted,
            "solution": bool(self.solution),
            "map": self.map is not None,
        }

    def put_back(self, answers):
        if count := answers["another"]:
            self._ask(self._first.another(seed=count))
            self._count = count
        if answers["problem"] != _spelled(self.problem):
            raise ValueError("this was another problem")
        if answers["checked"] is not None:
            self.entries = answers["checked"]
            self.check()
        self.entries, self.tried = answers["entries"], answers["tried"]
        for step in answers["hints"]:  # of an older file, the hint as it was worded: as many are given again
            self._give_hint(step if isinstance(step, int) else self._step_to_mend())
        if answers["solution"]:
            self.show_solution()
        if answers["map"]:
            self.show_map()

    # --- behind the scenes ---------------------------------------------------------------------------

    def _obey(self, _widget, content, _buffers):
        deeds = {
            "check": self.check,
            "hint": self.hint,
            "solution": self.show_solution,
            "map": self.show_map,
            "another": self.another,
            "again": self.begin,
            "type": lambda: None,
        }
        with self.refusing("entries"), self.hold_sync():  # the browser sees the new state as one
            if content.get("do") not in deeds:
                raise ValueError(f"do must be one of {', '.join(deeds)}, not {shown(content.get('do'))}")
            self.take(
                entries=content.get("entries")
            )  # with the message: changes of state may arrive after it
            deeds[content["do"]]()
            self.keep()

    def _drop_map(self):
        if self.map is not None:
            self.map.close()
            self.map = None

    def _attempt(self):
        """-> (the entries as numbers, [((step, coordinate), what is wrong with the writing)])"""
        attempt, unreadable = [], []
        for t, row in enumerate(self.entries):
            numbers = []
            for i, text in enumerate(row):
                name = self.question["letters"][i] + str(t + 1).translate(figures.SUBSCRIPTS)
                try:
                    numbers.append(read_number(text, name, may_be_two=not row[1 - i].strip()))
                except ValueError as error:
                    numbers.append(None)
                    unreadable.append(((t, i), str(error)))
            attempt.append(tuple(numbers))
        return attempt, unreadable

    # --- where no kernel answers: all that can be said of it is sent along -----------------------------

    def alone(self):
        return {"offered": ["check", "hint", "solution", "again"]}  # the rest takes a kernel

    def typed_alone(self):
        """A table is marked there, and looked up among the wrong ones that have a name.

        {"right": [[x, y] a step], "named": [[numbers row by row, place in "said"], ...], "said": [...], "hints": [three
        a step], "solution": lines}, and what else is said: "correct", "nothing", "blank" for each step, "wrong" for "x",
        "y" and "both" in each step, "unreadable" for each coordinate of each step.
        """
        problem, steps = self._first, range(1, self._first.steps + 1)
        named = ahead.named_tables(problem)
        said = list(dict.fromkeys(named.values()))
        more = _(
            "This page knows only the common mistakes; the live notebook can often tell which one it is."
        )
        axes = {"x": (0,), "y": (1,), "both": (0, 1)}
        return {
            "right": [[float(x) for x in point] for point in problem.answer],
            "named": [[[*sum(rows, ())], said.index(told)] for rows, told in named.items()],
            "said": said,
            "correct": problem.diagnose(problem.answer).message,
            "nothing": problem.diagnose([(None, None)] * problem.steps).message,
            "blank": [ahead.blank_in(problem, step) for step in steps],
            "wrong": {
                name: [f"{ahead.unnamed(problem, step, which)} {more}" for step in steps]
                for name, which in axes.items()
            },
            "unreadable": [[self._unreadable(t - 1, i, str(_not_read())) for i in (0, 1)] for t in steps],
            "hints": [problem.hints(step) for step in steps],
            "solution": problem.worked(),
        }

    # a page that is stored shows the first problem, whatever was answered: it is the same for everybody

    def sentence(self):
        return _("Exercise: {question}").format(question=_question(self._first)["text"])

    def figure(self):
        question = _question(self._first)
        boxes = [f"   {label} = ( ______ , ______ )" for label in question["labels"]]
        return figures.card([question["text"], "", f"   {question['rule']}", "", *boxes])


def _not_read():
    """What is said about a text that is not a number."""
    try:
        read_number("?")
    except ValueError as error:
        return error


def _question(problem):
    """The texts that ask a problem, and a label for each step."""
    _method, rule, symbol = method_words(problem)
    return {
        "text": asked(problem),
        "rule": rule,
        "letters": problem.landscape.letters,
        "labels": [symbol + str(t).translate(figures.SUBSCRIPTS) for t in range(1, problem.steps + 1)],
    }
