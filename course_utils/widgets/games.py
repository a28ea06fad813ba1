"""Two games on the map: predict the next point, and walk downhill blindfolded."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import traitlets

from course_utils import figures
from course_utils.descent import descend
from course_utils.figures import number, point
from course_utils.landscapes import Landscape
from course_utils.optimizers import SGD, Optimizer
from course_utils.practice.problems import SYMBOLS, StepProblem
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.types import Point, Window
from course_utils.support.validation import shown, whole_number
from course_utils.widgets.base import KeptAside
from course_utils.widgets.map import Map, arrow_mark, cut, path_of, start_of, window_for


class PredictNext(KeptAside, Map):
    """Click where the next step goes: it tells how far off that is and which mistake it shows, and goes on.

    landscape, optimizer, start, steps: as in StepProblem. The guesses are kept.

    guesses: one per step so far, {"step", "at", "off", "right", "mistakes"}.
    """

    deeds = ("aim", "again")
    tolerance = 0.02  # how far from a point a click may be and still mean it, in widths of the window

    guesses = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(
        self,
        landscape: Landscape,
        optimizer: Optimizer,
        start: Point | None = None,
        steps: int = 3,
        bounds: Window | None = None,
        **options: Any,
    ) -> None:
        self.problem = StepProblem(landscape, optimizer, start_of(landscape, start), steps)
        self.label = figures.look_of(optimizer).label
        whole = self.problem.path
        super().__init__(
            {self.label: cut(whole, 0)}, bounds=bounds or window_for(whole), aiming=True, **options
        )
        self.key = f"predict {self.problem!r}, f = {landscape.plain}"
        self.begin()

    def begin(self):
        """Ask from the first step on."""
        with self.hold_sync():
            self.guesses, self.marks, self.buttons = [], [], []
            self._ask("")

    def guess(self, at: tuple[float, float]) -> None:
        """Take a guess at the next point: say what it shows, reveal the point, ask the next."""
        if not self.aiming:
            return
        self.aim = at
        t, right = len(self.guesses), self._whole[len(self.guesses) + 1]
        off = float(np.hypot(*np.subtract(self.aim, right)))
        reach = self.tolerance * (self.bounds[1] - self.bounds[0])
        by_mistake = [(np.hypot(*np.subtract(self.aim, end)), m) for m, end in one_step(self.problem, t)]
        nearest = min([d for d, _ in by_mistake], default=math.inf)
        is_right = bool(off <= min(reach, nearest))
        found = (
            [] if is_right or nearest > reach else [m for d, m in by_mistake if d <= nearest + reach / 100]
        )
        guess = {
            "step": t + 1,
            "at": self.aim,
            "off": off,
            "right": is_right,
            "mistakes": [m.id for m in found],
        }
        told = self._told(t, is_right, found).format(
            step=t + 1,
            point=point(right),
            off=number(off),
            symptom=found[0].said("symptom", self.landscape.letters) if found else "",
            cure=found[0].said("cure", self.landscape.letters) if found else "",
        )
        with self.hold_sync():
            self.guesses = [*self.guesses, guess]
            self.marks = [
                {"kind": "cross", "at": list(self.aim), "label": _("your click"), "colour": figures.INK}
            ]
            self._ask(told)

    def _told(self, t, is_right, found):
        """What is said about a guess, with places for its numbers."""
        if is_right:
            return _("Step {step} leads to {point}: you are {off} off, and that is right.")
        if found:
            return _(
                "Step {step} leads to {point}: you are {off} off. "
                "Where you clicked is where you land when {symptom}. {cure}"
            )
        if self._velocity(t) is None:
            return _(
                "Step {step} leads to {point}: you are {off} off. "
                "Write down the gradient where you stand, then the new point."
            )
        return _(
            "Step {step} leads to {point}: you are {off} off. "
            "Write down the gradient where you stand, then the velocity, then the new point."
        )

    @property
    def _whole(self):
        return self.problem.path.positions.astype(float)

    def _velocity(self, t):
        return self.problem.path.velocities[t].astype(float) if "momentum" in self.problem.settings else None

    def _ask(self, told):
        """Draw what is known by now, and put the next question below what was told."""
        t = len(self.guesses)
        self.show({self.label: cut(self.problem.path, t)})
        self.aim = tuple(self._whole[t])
        self.step = self.last
        self.aiming = t < self.problem.steps
        if self.aiming:
            said = self._asked(t)
        else:
            said = _("{right} of {n} right.").format(right=sum(g["right"] for g in self.guesses), n=t)
            self.buttons = [{"do": "again", "label": _("Once more")}]
        self.words = f"{told}\n{said}".strip()
        self.alt = self.sentence()

    def _asked(self, t):
        """The question for step t + 1."""
        velocity = self._velocity(t)
        if velocity is None:
            asked = _(
                "{method} with {settings} on f = {landscape}: you are at {point}. "
                "Where does step {n} of {steps} go? Click there, or press the arrow keys and Enter."
            )
        else:
            asked = _(
                "{method} with {settings} on f = {landscape}: you are at {point}, v = {velocity}. "
                "Where does step {n} of {steps} go? Click there, or press the arrow keys and Enter."
            )
        return asked.format(
            method=self.label,
            settings=", ".join(f"{SYMBOLS[n]} = {number(x)}" for n, x in self.problem.settings.items()),
            landscape=self.landscape.plain,
            point=point(self._whole[t]),
            velocity="" if velocity is None else point(velocity),
            n=t + 1,
            steps=self.problem.steps,
        )

    def alone(self):
        return None

    def obey(self, do, **about):
        if do == "aim":
            self.guess(tuple(about.pop("at")))
        if about:
            raise ValueError(f"{do} takes nothing else along, not {shown(about)}")
        if do == "again":
            self.begin()
        self.keep()

    def reached(self):
        return "open" if not self.guesses else "tried" if self.aiming else "done"

    def answers(self):
        return {"guesses": [list(guess["at"]) for guess in self.guesses]}

    def put_back(self, answers):
        for at in answers["guesses"]:
            self.guess(tuple(at))

    def sentence(self):
        if not self.words:
            return super().sentence()
        return _("Predict the next point. {question}").format(question=self.words.replace("\n", " "))


def one_step(problem, t):
    """Where each mistake leads when it is made in step t + 1, after t right steps: [(mistake, (x, y))]."""
    return [(mistake, np.array(table[0], float)) for mistake, table in problem.after(t).mistaken]


# --- walk downhill blindfolded ---------------------------------------------------------------------------


class Blindfold(Map):
    """Walk downhill with closed eyes: only the slope under the feet is felt, and each click is a step.

    The map is shown at the end, with your own path and that of gradient descent with learning rate `lr`.

    walked: the points so far, the start first.
    """

    deeds = ("aim", "reveal", "again")

    walked = traitlets.List(traitlets.Tuple(traitlets.Float(), traitlets.Float())).tag(sync=True)

    def __init__(
        self,
        landscape: Landscape,
        start: Point | None = None,
        steps: int = 10,
        lr: float = 0.1,
        bounds: Window | None = None,
        **options: Any,
    ) -> None:
        steps = whole_number("steps", steps, 1)
        self.guide = descend(SGD(lr), landscape, np.array(start_of(landscape, start), float), steps)
        self._begin = tuple(self.guide.positions[0].tolist())
        super().__init__({_("You"): path_of(landscape, [self._begin])}, bounds=bounds, fog=True, **options)
        self.again()

    def again(self):
        """Back to the start, with closed eyes."""
        self.fog, self.background = True, b""
        self.buttons = [{"do": "reveal", "label": _("Take off the blindfold")}]
        self._stand([self._begin])

    def walk(self, to: tuple[float, float]) -> None:
        """One step, to the point `to`."""
        if not self.fog:
            return
        self.aim = to
        walked = [*self.walked, self.aim]
        if len(walked) > self.guide.steps:
            self.walked = walked
            self.reveal()
        else:
            self._stand(walked)

    def _stand(self, walked):
        """Feel the slope at the last point walked to."""
        slope = self.landscape.gradient(np.array(walked[-1]))
        steep = float(np.hypot(*slope))
        left = self.guide.steps - len(walked) + 1
        felt = "; ".join(_felt_along(axis, g) for axis, g in zip("xy", slope, strict=True))
        self.walked, self.aim, self.aiming = walked, walked[-1], True
        self.marks = [
            _felt(self.landscape, p, self.bounds, _("downhill") if k == len(walked) else "")
            for k, p in enumerate(walked, 1)
        ]
        told = ngettext(
            "You stand at {point}. Feel the ground: {felt}. The arrow points straight downhill, slope {slope}.\n"
            "Click where to step, or press the arrow keys and Enter. {n} step left.",
            "You stand at {point}. Feel the ground: {felt}. The arrow points straight downhill, slope {slope}.\n"
            "Click where to step, or press the arrow keys and Enter. {n} steps left.",
            left,
        )
        self.words = told.format(point=point(walked[-1]), felt=felt, slope=number(steep), n=left)
        self.show({_("You"): path_of(self.landscape, walked)})
        self.step = self.last

    def reveal(self) -> None:
        """Show the map, the path walked and that of gradient descent."""
        self.fog, self.aiming, self.marks = False, False, []
        self.buttons = [{"do": "again", "label": _("Once more")}]
        mine = path_of(self.landscape, self.walked)
        lr = number(self.guide.optimizer.lr)
        self._look_at(self.home)
        self.show({_("You"): mine, _("SGD, η = {lr}").format(lr=lr): self.guide})
        self.step = self.last
        if mine.losses[-1] < self.guide.losses[-1]:
            told = ngettext(
                "You took {n} step and stand at f = {mine}: lower than gradient descent, at f = {guide} after {steps}.",
                "You took {n} steps and stand at f = {mine}: lower than gradient descent, at f = {guide} after {steps}.",
                mine.steps,
            )
        else:
            told = ngettext(
                "You took {n} step and stand at f = {mine}: not lower than gradient descent, "
                "at f = {guide} after {steps}.",
                "You took {n} steps and stand at f = {mine}: not lower than gradient descent, "
                "at f = {guide} after {steps}.",
                mine.steps,
            )
        losses = {"mine": number(mine.losses[-1]), "guide": number(self.guide.losses[-1])}
        self.words = told.format(n=mine.steps, steps=self.guide.steps, **losses)

    def alone(self):
        return None

    def obey(self, do, **about):
        with self.hold_sync():
            if do == "aim":
                self.walk(tuple(about.pop("at")))
            if about:
                raise ValueError(f"{do} takes nothing else along, not {shown(about)}")
            if do != "aim":
                {"again": self.again, "reveal": self.reveal}[do]()

    def figure(self):
        if not self.fog:
            return super().figure()
        figure, axes = figures.new_figure(6.5, 4.2)
        axes.set(
            xlabel="$x$",
            ylabel="$y$",
            xlim=self.bounds[:2],
            ylim=self.bounds[2:],
            aspect="equal",
            facecolor="#e9e6db",
        )
        for theta in self.walked:
            mark = _felt(self.landscape, theta, self.bounds)
            figures.draw_arrow(axes, theta, np.subtract(mark["to"], theta), "gradient step")
        axes.plot(*np.array(self.walked).T, marker="o", color=figures.INK)
        axes.set_title(_("Only the slope under your feet is felt"))
        return figure

    def sentence(self):
        if self.fog:
            here = self.walked[-1] if self.walked else self._begin
            gradient = self.landscape.gradient(np.array(here))
            told = _("Blindfolded at {point}: the gradient there is {gradient}.")
            return told.format(point=point(here), gradient=point(gradient))
        return super().sentence()


def _felt_along(axis, g):
    """What is felt of the slope along an axis."""
    if not g:
        return _("along {axis} it is level").format(axis=axis)
    told = _("along {axis} it rises by {g} a unit") if g > 0 else _("along {axis} it falls by {g} a unit")
    return told.format(axis=axis, g=number(abs(g)))


def _felt(landscape, theta, bounds, label=""):
    """An arrow straight downhill. Its length grows with the logarithm of the slope, so that gentle and steep
    can be told apart everywhere; where the landscape is steepest it is three tenths of the window.
    """
    slope = -landscape.gradient(np.array(theta))
    steep = np.hypot(*slope)
    tip = np.array(theta)
    if steep:
        share = min(1, np.log1p(steep) / np.log1p(_steepest_slope(landscape)))
        tip = tip + slope / steep * 0.3 * (bounds[1] - bounds[0]) * share
    return arrow_mark(np.array(theta), tip, "gradient step", label)


@lru_cache(maxsize=32)
def _steepest_slope(landscape):
    """The largest slope in the landscape's usual window, on a coarse grid; never 0."""
    x_from, x_to, y_from, y_to = landscape.bounds
    grid = np.stack(np.meshgrid(np.linspace(x_from, x_to, 41), np.linspace(y_from, y_to, 41)), axis=-1)
    return max(float(np.linalg.norm(landscape.gradient(grid), axis=-1).max()), 1e-9)
