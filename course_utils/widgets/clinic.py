"""Clinic: a training that fails, by its curves. Name the cause, change the run, train it again, and prove it with three seeds."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import traitlets

from course_utils import figures
from course_utils.live.working import Working
from course_utils.practice import progress
from course_utils.practice.clinic import OFFERED, SEEDS, Run, Setup, case, telling
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.widgets.base import KeptAside, script, styles

PIECE = 5  # steps of training in one piece of work: a few milliseconds

#: What one sees of a run: (id, its lines, the lowest and highest value shown, whether the scale is logarithmic, its ticks)
DIALS: tuple[tuple[str, tuple[str, ...], float, float, bool, tuple[float, ...]], ...] = (
    ("loss", ("loss", "test_loss"), 1e-2, 1e3, True, (0.01, 0.1, 1, 10, 100, 1000)),
    ("accuracy", ("train_accuracy", "test_accuracy"), 0, 1, False, (0, 0.5, 1)),
    ("gradient", ("gradient",), 1e-2, 1e3, True, (0.01, 1, 100)),
    ("ratio", ("ratio",), 1e-6, 1, True, (1e-6, 1e-3, 1)),
    ("dead", ("dead",), 0, 1, False, (0, 0.5, 1)),
    ("lr", ("lr",), 1e-5, 100, True, (1e-4, 0.01, 1, 100)),
)
COLOURS = {"test_loss": "#b3451b", "test_accuracy": "#b3451b"}  # of the test images; all other lines are blue
BLUE = figures.QUANTITIES["g"].colour


class Clinic(Working, KeptAside):
    """A case of the training clinic by its id, such as Clinic("crawls").

    The curves of the failing run are there from the beginning. The panel opens when a cause has been named, right or wrong.
    A run that reaches the goal is at once repeated with other seeds; what is tried is kept in the student's file, and the
    fewest runs win. The browser sends {"cause": id}, {"change": [setting, which]} (which: counted from 0),
    {"do": "again"}, and {"run": ...} (see Working).

    State shared with the browser:
        title, complaint      what the owner of the run says
        causes                [[id, text], ...]; cause, the one named last, "" before; right; answer, what is to be said
        knobs                 [[setting, its name, [value as text, ...]], ...]; chosen, {setting: which}
        dials                 [[id, its name, [[id of a line, the images it is about, its colour], ...],
                              [[share from above, tick], ...]], ...]
        before, now           the curves of the failing run and of the latest, in shares of the height from above: float32,
                              shape (lines, steps + 1), not a number where there is none
        steps                 as far as the axis goes
        lines                 what the latest run shows, in sentences
        tries                 [what was changed and what came of it, ...]
        good                  whether those tell of a proof; healed, whether there was one
        table                 [[name of a line, at the start, halfway, at the end], ...] of the curves drawn last
        alt                   one sentence on what is drawn
    """

    _esm = script("clinic.js")
    _css: Any = styles("clinic.css")

    said: ClassVar[dict[str, str]] = {
        "run": _("Training"),
        "run start": _("Train"),
        "run reset": _("Failing run"),
        "what is wrong": _("What is wrong with this run?"),
        "commit": _("This is my diagnosis"),
        "panel": _("Change the run"),
        "locked": _("The panel opens when you have named a cause."),
        "tries": _("What you have tried"),
        "numbers": _("The curves in numbers"),
        "line": _("curve"),
        "start": _("start"),
        "halfway": _("halfway"),
        "end": _("end"),
        "axis": _("Each picture runs from step 0 to step {steps}."),
        "compared": _("Coloured lines are the latest run, dashed grey ones the failing run."),
        "again": _("Start again"),
        "again does": _("Forget cause and tries; what is done stays done"),
        "keys": _(
            "Keyboard: after Shift+Enter, ↑ and then Tab lead in here. Arrow keys choose, Enter presses, Esc leads out."
        ),
    }

    by_hand = ()

    title = traitlets.Unicode().tag(sync=True)
    complaint = traitlets.Unicode().tag(sync=True)
    causes: traitlets.List = traitlets.List().tag(sync=True)
    cause = traitlets.Unicode().tag(sync=True)
    right = traitlets.Bool().tag(sync=True)
    answer = traitlets.Unicode().tag(sync=True)
    knobs: traitlets.List = traitlets.List().tag(sync=True)
    chosen: traitlets.Dict = traitlets.Dict().tag(sync=True)
    dials: traitlets.List = traitlets.List().tag(sync=True)
    before = traitlets.Bytes().tag(sync=True)
    now = traitlets.Bytes().tag(sync=True)
    steps = traitlets.Int().tag(sync=True)
    lines = traitlets.List(traitlets.Unicode()).tag(sync=True)
    tries = traitlets.List(traitlets.Unicode()).tag(sync=True)
    good = traitlets.Bool().tag(sync=True)
    healed = traitlets.Bool().tag(sync=True)
    table: traitlets.List = traitlets.List().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)

    guessed: list[str]
    tried: list[Any]

    def __init__(self, name: str) -> None:
        self.case = case(name)
        self.failing = finished(self.case.setup)
        self.texts_of_case = telling.said_of(name, self.failing)
        self.run = self.first = (
            self.failing
        )  # the run that is drawn; the one of the panel, whose seed is its own
        self.guessed, self.tried = [], []
        super().__init__(
            title=self.texts_of_case["title"],
            complaint=self.texts_of_case["complaint"],
            causes=[list(pair) for pair in telling.causes(name, self.case).items()],
            knobs=[[knob, telling.knob(knob), self._offered_as_text(knob)] for knob in self.case.panel],
            dials=[self._dial(dial) for dial in DIALS],
            steps=self.case.setup.steps,
            before=self._curves(self.failing),
        )
        self.key = f"{telling.GROUP} {name}"
        self.begin()
        self.on_msg(self._obey)

    # --- what the hand does ----------------------------------------------------------------------------

    def begin(self):
        """Nothing is named, nothing tried."""
        self.guessed = []
        self.tried = []
        with self.hold_sync():
            self.cause, self.right, self.answer, self.healed = "", False, "", False
            self.tries = []
            self._as_it_was()
            self.reset()

    def name_cause(self, cause):
        """Name a cause, by its id: what speaks for it or against it is said, and the panel opens."""
        if cause not in dict(self.causes):
            raise ValueError(f"cause must be one of {', '.join(dict(self.causes))}, not {cause!r:.60}")
        self.guessed.append(cause)
        with self.hold_sync():
            self.cause, self.right = cause, cause == self.case.cause
            self.answer = self.texts_of_case["yes"] if self.right else self.texts_of_case["against"][cause]

    def change(self, knob, which):
        """Choose a setting's value, by its place in what is offered, for the next run."""
        if knob not in self.chosen or type(which) is not int or not 0 <= which < len(OFFERED[knob]):
            raise ValueError(f"no setting of this panel: {knob!r:.40}, {which!r:.40}")
        self.chosen = {**self.chosen, knob: which}

    def setup(self):
        """The Setup that the panel shows."""
        return self.case.changed({knob: OFFERED[knob][which] for knob, which in self.chosen.items()})

    def _as_it_was(self):
        self.chosen = {knob: OFFERED[knob].index(getattr(self.case.setup, knob)) for knob in self.case.panel}

    def _obey(self, _widget, content, _buffers):
        if "run" in content:
            return
        with self.refusing():
            if content.get("do") == "again":
                self.begin()
            elif "cause" in content:
                self.name_cause(content["cause"])
            elif "change" in content:
                self.change(*content["change"])
            self.keep()

    def start(self):
        if not self.cause:
            raise ValueError(self.said["locked"])
        super().start()

    def stop(self):
        with self.hold_sync():
            under_way = self.status in ("running", "paused")
            super().stop()
            if under_way:
                self._note(telling.told_of_stop(self.first))

    def reset(self):
        with self.hold_sync():
            super().reset()
            self.run = self.failing
            self._as_it_was()
            self.told()

    # --- training --------------------------------------------------------------------------------------

    def clear(self):
        self.lines, self.good = [], False

    def work(self) -> Iterator[None]:
        setup = self.setup()
        self.run = self.first = Run(setup)
        yield from self._train(self.run)
        lines = telling.told(self.case, self.run, self.failing)
        self.lines = lines
        if self.case.reached(self.run):
            runs = [self.run]
            for more in range(1, SEEDS):
                runs.append(Run(replace(setup, seed=setup.seed + more)))
                self.run = runs[-1]
                yield from self._train(self.run)
            failing = []
            for more in range(SEEDS):
                before = replace(self.case.setup, seed=setup.seed + more)
                failing.append(_run_of(before))
                yield from self._train(failing[-1])
            self.run = self.first
            self.good = all(map(self.case.reached, runs))
            lines = [telling.told_of_proof(runs, failing, self.case)]
            lines += [self.texts_of_case["why"]] * self.good
        self._note(*lines)

    def _train(self, run):
        while not run.over:
            run.advance(PIECE)
            yield

    def _note(self, *lines):
        """Note what came of the run of the panel."""
        accuracy = self.first.measured["test_accuracy"][-1]
        self.tried.append([self._difference(self.first.setup), accuracy, self.good])
        with self.hold_sync():
            self.healed |= self.good
            self.lines = [*lines, self._count()] if self.good else list(lines)
            self._list_tries()
            self.keep()

    def told(self):
        with self.hold_sync():
            self.now = b"" if self.run is self.failing else self._curves(self.run)
            self.table = self._numbers(self.run)
            self.alt = self._drawn(self.run)

    # --- what is kept ----------------------------------------------------------------------------------

    def _difference(self, setup):
        """{setting: value}, where a setup is not that of the failing run."""
        return {
            knob: getattr(setup, knob)
            for knob in self.case.panel
            if getattr(setup, knob) != getattr(self.case.setup, knob)
        }

    def _list_tries(self):
        self.tries = [
            _("{change}: {accuracy} of the test images right").format(
                change=", ".join(
                    f"{telling.knob(knob)} {telling.setting(knob, value)}" for knob, value in change.items()
                )
                or _("nothing changed"),
                accuracy=telling.percent(accuracy),
            )
            for change, accuracy, _healed in self.tried
        ]

    def _runs_to_heal(self):
        return next((n for n, (_c, _a, healed) in enumerate(self.tried, start=1) if healed), None)

    def _count(self):
        n = self._runs_to_heal() or len(self.tried)
        kept = [record["attempt"] or {} for record in progress.attempts(self.key)]
        best = min([n, *(attempt["healed_in"] for attempt in kept if attempt.get("healed_in"))])
        told = ngettext(
            "You needed {n} run; your best so far is {best}.",
            "You needed {n} runs; your best so far is {best}.",
            n,
        )
        return told.format(n=n, best=best)

    def answers(self):
        return {"guessed": self.guessed, "tried": self.tried, "healed_in": self._runs_to_heal()}

    def reached(self):
        return "done" if self.healed else "tried" if self.guessed else "open"

    def put_back(self, answers):
        guessed, tried = answers["guessed"], answers["tried"]
        for change, _accuracy, _healed in tried:
            self.case.changed(change)  # of an older course, perhaps
        if guessed:
            self.name_cause(guessed[-1])
        self.guessed, self.tried = list(guessed), [[dict(c), float(a), bool(h)] for c, a, h in tried]
        self.healed = bool(tried) and any(healed for _c, _a, healed in tried)
        self._list_tries()
        if tried:
            self.chosen |= {knob: OFFERED[knob].index(value) for knob, value in tried[-1][0].items()}
        if self.healed:
            self.lines, self.good = [self.texts_of_case["why"], self._count()], True

    # --- what is drawn ---------------------------------------------------------------------------------

    def _offered_as_text(self, knob):
        return [telling.setting(knob, value) for value in OFFERED[knob]]

    def _dial(self, dial):
        id, lines, _low, _high, _log, ticks = dial
        marks = [[_share(dial, tick), _tick(id, tick)] for tick in ticks]
        return [id, titles()[id], [[line, images(line), COLOURS.get(line, BLUE)] for line in lines], marks]

    def _curves(self, run):
        rows = [_share(dial, points(run, line)) for dial in DIALS for line in dial[1]]
        return np.array(rows, np.float32).tobytes()

    def _numbers(self, run):
        rows = []
        for dial in DIALS:
            for line in dial[1]:
                values = points(run, line)[: run.taken + 1]
                seen = values[~np.isnan(values)] if len(values) else values
                at = [seen[k] for k in (0, len(seen) // 2, -1)] if len(seen) else [math.nan] * 3
                write = telling.percent if dial[0] in ("accuracy", "dead") else telling.number
                rows.append([names()[line], *map(write, map(float, at))])
        return rows

    def _drawn(self, run):
        what = _("The failing run") if run is self.failing else _("The latest run")
        told = _(
            "{run}, {steps} steps: the loss goes from {first} to {final}, the accuracy on test images is {accuracy}."
        )
        return told.format(run=what, **telling.facts(run))

    def sentence(self):
        told = _("Training clinic, {title}. {reading} The goal is {goal} of the test images right.")
        ends = (
            _("The run breaks off before its end.")
            if self.failing.broke
            else _("The run ends below the goal.")
        )
        return told.format(title=self.title, reading=ends, goal=telling.percent(self.case.goal))

    @figures.styled
    def figure(self):
        figure, grid = figures.new_figure(8.4, 4.0, rows=2, columns=3)
        steps = np.arange(self.case.setup.steps + 1)
        for axes, dial in zip(np.ravel(grid), DIALS, strict=True):
            id, lines, _low, _high, _log, ticks = dial
            for line in lines:
                values = 1 - _share(dial, points(self.failing, line))
                there = ~np.isnan(values)
                axes.plot(steps[there], values[there], color=COLOURS.get(line, BLUE), linewidth=1.4)
            axes.set(ylim=(-0.02, 1.02), xlim=(0, self.case.setup.steps))
            axes.set_title(titles()[id], fontsize=9)
            axes.set_yticks(
                [float(1 - _share(dial, tick)) for tick in ticks], labels=[_tick(id, tick) for tick in ticks]
            )
            axes.tick_params(labelsize=8)
            axes.grid(True, axis="y")
            if len(lines) > 1:
                for x, line in zip((0.55, 0.82), lines, strict=True):
                    colour = COLOURS.get(line, BLUE)
                    axes.text(x, 1.06, images(line), transform=axes.transAxes, color=colour, fontsize=8)
        return figure


_finished: dict[Setup, Run] = {}  # runs that fail, and do so in the same way each time


def finished(setup: Setup) -> Run:
    """A run, trained to its end; one that was trained before is not trained again."""
    run = _run_of(setup)
    run.advance(setup.steps)
    return run


def _run_of(setup: Setup) -> Run:
    """The one run with this setup, as far as it has been trained."""
    if setup not in _finished:
        _finished[setup] = Run(setup)
    return _finished[setup]


def points(run, line):
    """The values of a line at steps 0, 1, 2, ..., not a number where nothing was measured: shape (steps + 1,)."""
    values = np.full(run.setup.steps + 1, np.nan)
    if line in run.per_step:
        values[: run.taken] = run.per_step[line]
    else:
        values[np.array(run.measured["step"], int)] = run.measured[line]
    return values


def _share(dial, values):
    """Where values stand on a dial, in shares of its height from above; what is off the scale stands at its edge."""
    _id, _lines, low, high, log, _ticks = dial
    values = np.where(np.isposinf(values), high, values)
    clipped = np.clip(values, low, high)
    if log:
        return np.round((np.log(high) - np.log(clipped)) / (np.log(high) - np.log(low)), 4)
    return np.round((high - clipped) / (high - low), 4)


def _tick(id, tick):
    return telling.percent(tick) if id in ("accuracy", "dead") else telling.number(tick)


def titles():
    """What the dials are called."""
    return names() | {"loss": _("loss"), "accuracy": _("accuracy")}


def images(line):
    """On which images a line was measured, where a dial has two."""
    test = line in ("test_loss", "test_accuracy")
    return _("test") if test else _("training")


def names():
    """What the lines are called."""
    return {
        "loss": _("loss, training"),
        "test_loss": _("loss, test"),
        "train_accuracy": _("accuracy, training"),
        "test_accuracy": _("accuracy, test"),
        "gradient": _("gradient |g|"),
        "ratio": _("update |Δθ|/|θ|"),
        "dead": _("dead hidden units"),
        "lr": _("learning rate η"),
    }
