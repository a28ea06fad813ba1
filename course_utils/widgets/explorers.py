"""Figures with one thing to move and one thing to see, all of them Maps: Explorer, Stepper, PredictNext, Blindfold."""

import copy
import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import traitlets

from course_utils import figures
from course_utils.descent import Path, descend
from course_utils.figures import number, point
from course_utils.landscapes import Landscape
from course_utils.mistakes import MISTAKES, OtherMethod, OtherSetting, WrongAnswer, WrongGradient, WrongStep
from course_utils.optimizers import SGD
from course_utils.problems import StepProblem, read_number
from course_utils.validation import shown
from course_utils.widgets.map import FAR, ROWS, Map, arrow_names, arrows_of, cut, path_of

MOST_AHEAD = 60_000  # points walked ahead and sent, three numbers of four bytes each
NAMES = {"lr": "learning rate η", "momentum": "momentum μ"}


class Explorer(Map):
    """All methods at once on one landscape: move the start, the learning rate or the momentum, and see.

    optimizers: a list, or {label: optimizer}.  start: (x, y); the landscape's own where None.
    steps: how many steps each takes.

    A setting in which all methods agree has one slider for all; otherwise each method has its own.

    settings: {slider's key: value}, as a hand may change it; keys are "lr" and "momentum", or "lr SGD" and so on.
    sliders: [{key, label, values}], the values the slider stops at; more can be typed.
    limits: [{key, label, colour, marker, at}]: below `at` the method is stable here, where theory says so.
    family: {key, tracks, ended, status}: the paths at every stop of the slider `key`, once a hand comes near it:
        tracks as of Map, for each stop, in float32: (paths, stops, steps + 1, 3). Empty where it no longer holds.
    """

    deeds = (*Map.deeds, "type", "family")

    family = traitlets.Dict().tag(sync=True)

    def __init__(self, landscape, optimizers, start=None, steps=30, **options):
        self.optimizers = _labelled(optimizers)
        paths = _walk(self.optimizers, landscape, _begin(landscape, start), steps)
        self._steps = steps
        self._ahead: dict[str, Any] = {}
        self._owners: dict[str, list] = {}  # slider's key -> labels of the optimizers it sets
        settings, sliders = self._arrange(landscape)
        super().__init__(paths, movable=True, **options)
        with self.hold_sync():
            self.sliders, self.settings = sliders, settings
        self._walk_again(None)
        self.observe(self._walk_again, ["start", "settings"])

    def _arrange(self, landscape):
        """-> (settings, sliders): one slider for a setting that is shared, else one a method."""
        settings, sliders = {}, []
        for name in NAMES:
            having = {label: getattr(o, name) for label, o in self.optimizers.items() if hasattr(o, name)}
            shared = len(set(having.values())) == 1
            for labels in [list(having)] if shared else [[label] for label in having]:
                key = name if shared else f"{name} {labels[0]}"
                whose = "" if shared else f" of {labels[0]}"
                self._owners[key] = labels
                settings[key] = float(having[labels[0]])
                limits = [
                    stable_below(self.optimizers[label], landscape, momentum=1) or 0 for label in labels
                ]
                values = _decades(max(settings[key], *limits, 0)) if name == "lr" else _SHARES
                sliders.append({"key": key, "label": NAMES[name] + whose, "values": values})
        return settings, sliders

    @traitlets.validate("settings")
    def _are_settings(self, proposal):
        given = proposal["value"]
        if self.sliders and given.keys() != self._owners.keys():
            raise traitlets.TraitError(f"settings must have the keys {', '.join(self._owners)}")
        for key, value in given.items():
            top, words = (1.0, "from 0 to 1") if key.startswith("momentum") else (FAR, "greater than 0")
            right = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= top
            if not right or (key.startswith("lr") and value < 1e-9):
                raise traitlets.TraitError(f"{key} must be a number {words}, not {shown(value)}")
        return {key: float(value) for key, value in given.items()}

    def _walk_again(self, _change):
        """Walk all paths anew, or pick them where they were walked ahead."""
        for key, value in self.settings.items():
            for label in self._owners[key]:
                setattr(self.optimizers[label], key.split(" ")[0], value)
        with self.hold_sync():
            if not self._still_ahead():
                self.forget()
            self.show(self._picked() or _walk(self.optimizers, self.landscape, self.start, self._steps))
            self.limits = self._limits()

    def _limits(self):
        return [
            {"key": key, "label": label, "at": at} | _swatch(self.optimizers[label])
            for key in self.settings
            if key.startswith("lr")
            for label in self._owners[key]
            if (at := stable_below(self.optimizers[label], self.landscape)) is not None
        ]

    # --- the whole family of paths over a slider, walked in one go when a hand comes near ---------------

    def walk_ahead(self, key):
        """Walk the paths at every stop of a slider, and send them: the browser and we then only pick.

        Optimizers broadcast, so this is one `descend` a method.
        """
        values = next((slider["values"] for slider in self.sliders if slider["key"] == key), None)
        if values is None:
            raise ValueError(f"There is no slider called {shown(key)}.")
        if self._still_ahead() and self._ahead["key"] == key:
            return
        stops = np.array(values)[:, None]
        if len(self.optimizers) * len(values) * (self._steps + 1) > MOST_AHEAD:
            return
        ahead = {}
        for label, optimizer in self.optimizers.items():
            several = copy.deepcopy(optimizer)
            if label in self._owners[key]:
                setattr(
                    several, key.split(" ")[0], np.maximum(stops, 1e-9) if key.startswith("lr") else stops
                )
            ahead[label] = descend(several, self.landscape, np.array(self.start), self._steps)
        rest = {k: v for k, v in self.settings.items() if k != key}
        self._ahead = {"key": key, "values": values, "start": self.start, "rest": rest, "paths": ahead}
        shape = (self._steps + 1, len(values), 3)
        numbers = [
            np.broadcast_to(np.dstack([_rows(p.positions), _rows(p.losses[..., None])]), shape)
            for p in ahead.values()
        ]
        with np.errstate(over="ignore"):
            family = np.array(numbers).swapaxes(1, 2).astype(np.float32)
        self.family = {
            "key": key,
            "ended": [np.broadcast_to(p.ended, len(values)).tolist() for p in ahead.values()],
            "status": [np.broadcast_to(p.status, len(values)).tolist() for p in ahead.values()],
            "tracks": family.tobytes(),
        }

    def _still_ahead(self):
        """Whether what was walked ahead still holds: only its own slider has moved."""
        ahead = self._ahead
        return bool(ahead) and (ahead["start"], ahead["rest"]) == (
            self.start,
            {k: v for k, v in self.settings.items() if k != ahead["key"]},
        )

    def forget(self):
        """Drop what was walked ahead."""
        self._ahead, self.family = {}, {}

    def _picked(self):
        """{label: Path} at the slider's stop, out of those walked ahead; None where there is none."""
        if not self._ahead or self.settings[self._ahead["key"]] not in self._ahead["values"]:
            return None
        k = self._ahead["values"].index(self.settings[self._ahead["key"]])
        return {
            label: _one_of(path, k, self.optimizers[label]) for label, path in self._ahead["paths"].items()
        }

    def obey(self, do, **about):
        if do == "type":
            self._type(**about)
        elif do == "family":
            self.walk_ahead(**about)
        else:
            super().obey(do, **about)

    def _type(self, key, text):
        """Take a typed number for a setting."""
        if key not in self.settings:
            raise ValueError(f"There is no setting called {shown(key)}.")
        value = read_number(str(text)[:100])
        if value is not None:
            self.settings = self.settings | {key: float(value)}


def stable_below(optimizer, landscape, momentum=None):
    """The learning rate from which a method no longer comes to rest on a bowl; None where theory gives none.

    λ is the largest eigenvalue of the Hessian, which must be the same everywhere, and positive throughout.
    momentum: the optimizer's own where None.
    """
    steepest = _steepest(landscape)
    if steepest is None:
        return None
    mu = getattr(optimizer, "momentum", 0) if momentum is None else momentum
    factor = {
        "SGD": 2,
        "Momentum": 2 * (1 + mu),
        "NesterovLookahead": 2 * (1 + mu) / (1 + 2 * mu),
        "Nesterov": 2 * (1 + mu) / (1 + 2 * mu),
    }.get(type(optimizer).__name__)
    return None if factor is None else float(factor / steepest)


@lru_cache(maxsize=32)
def _steepest(landscape):
    """The largest eigenvalue of a Hessian that is the same everywhere and positive; None for another one."""
    here, there = landscape.hessian(np.array([landscape.start, (0.3, 0.7)], dtype=float))
    eigenvalues = np.linalg.eigvalsh(here)
    return eigenvalues[-1] if np.allclose(here, there) and eigenvalues[0] > 0 else None


def _begin(landscape, start):
    """The start that is given, or else the landscape's own."""
    if not isinstance(landscape, Landscape):
        raise TypeError(f"landscape must be a Landscape such as BOWL, not {shown(landscape)}")
    return landscape.start if start is None else start


def _labelled(optimizers):
    if not isinstance(optimizers, dict):
        try:
            labels = [figures.look_of(o).label or type(o).__name__ for o in optimizers]
        except TypeError:
            raise TypeError(
                f"optimizers must be a list or {{label: optimizer}}, not {shown(optimizers)}"
            ) from None
        optimizers = dict(zip(labels, optimizers, strict=True))
        if len(optimizers) < len(labels):
            raise ValueError("optimizers of one method need labels: {label: optimizer}")
    if not optimizers or not all(hasattr(o, "update") for o in optimizers.values()):
        raise TypeError(f"optimizers must be optimizers such as SGD(lr=0.1), not {shown(optimizers)}")
    for label, o in optimizers.items():
        for name in NAMES:
            if np.ndim(getattr(o, name, 0)):
                raise ValueError(f"{name} of {label} must be one number, not {shown(getattr(o, name))}")
    return {label: copy.deepcopy(o) for label, o in optimizers.items()}


def _swatch(optimizer):
    look = figures.look_of(optimizer)
    return {"colour": look.colour, "marker": look.marker}


def _rows(values):
    """(steps + 1, settings, columns): a path that is the same at all settings has one."""
    return values if values.ndim == 3 else values[:, None]


def _one_of(path, k, optimizer):
    """The k-th of the paths that were walked side by side, as if it had been walked alone."""
    if path.positions.ndim == 2:
        return path
    rows = {name: getattr(path, name)[:, k] for name in ROWS}
    return replace(path, **rows, optimizer=optimizer, status=str(path.status[k]), ended=int(path.ended[k]))


def _walk(optimizers, landscape, start, steps):
    start = np.array(start, dtype=float)
    return {label: descend(optimizer, landscape, start, steps) for label, optimizer in optimizers.items()}


def _decades(value):
    """Round numbers over the three decades up to a value or more, about even in their logarithm."""
    top = math.ceil(math.log10(value) + 0.1)
    mantissas = [*range(10, 20), *range(20, 50, 2), *range(50, 100, 5)]
    return [float(f"{m}e{p - 1}") for p in range(top - 3, top) for m in mantissas] + [10.0**top]


_SHARES = [round(k / 100, 2) for k in range(100)] + [0.995, 0.999, 1.0]


# --- one step, arrow by arrow ----------------------------------------------------------------------------


class Stepper(Map):
    """One method, arrow by arrow: what is kept of the velocity, the gradient step, their sum, the new point.

    Stepper(path), or Stepper(landscape, optimizer, start, steps). `step` counts the arrows, not the steps.
    """

    def __init__(self, path, optimizer=None, start=None, steps=3, bounds=None, **options):
        if isinstance(path, Landscape):
            path = descend(optimizer, path, _begin(path, start), steps)
        elif not isinstance(path, Path):
            raise TypeError(f"path must be a Path from descend(...), or a Landscape, not {shown(path)}")
        if path.positions.ndim != 2 or not np.isfinite(arrows_of(path)[1]).any():
            raise ValueError("path must be a single one of SGD, Momentum, NesterovLookahead or Nesterov")
        path = cut(path, path.ended - 1) if path.status == "diverged" else path
        self.path = path
        label = figures.look_of(path.optimizer).label
        super().__init__({label: path}, bounds=bounds or _roomy(path), step=0, **options)
        with self.hold_sync():
            self.frames = _frames(path)
            self.speed = 1

    def figure(self):
        t = self._at() or self.path.steps  # a page without a kernel shows all arrows
        return figures.step_arrows(cut(self.path, t), bounds=self.bounds, title=self.title)[0]

    def sentence(self):
        if not self.frames:
            return super().sentence()
        return f"Step by step, {self.path.steps} steps. " + self.frames[self.step]["words"].replace("\n", " ")


def _roomy(path):
    """The landscape's own window where the path fills a good part of it, else one around the path."""
    around = figures.fit(path, extra=path.gradient_points.astype(float))
    (x_from, x_to, y_from, y_to), bounds = around, path.landscape.bounds
    inside = bounds[0] <= x_from and x_to <= bounds[1] and bounds[2] <= y_from and y_to <= bounds[3]
    fills = max((x_to - x_from) / (bounds[1] - bounds[0]), (y_to - y_from) / (bounds[3] - bounds[2])) > 0.4
    return bounds if inside and fills else around


def _frames(path):
    """What is seen and said: at the start, then arrow by arrow, each step keeping its lines until it is done."""
    theta = "Θ" if type(path.optimizer).__name__ == "Nesterov" else "θ"
    positions, kept_pull = path.positions.astype(float), arrows_of(path)
    rest = " The velocity is 0." if hasattr(path.optimizer, "momentum") else ""
    frames = [{"at": 0, "marks": [], "words": f"The start: {theta} = {point(positions[0])}.{rest}"}]
    for t in range(path.steps):
        lines: list[str] = [f"Step {t + 1}, from {theta} = {point(positions[t])}"]
        marks: list[dict] = []
        for line, mark in _parts_of_step(path, t, theta, *(arrow[t] for arrow in kept_pull)):
            lines, marks = [*lines, line], [*marks, *([mark] if mark else [])]
            frames.append({"at": t, "marks": marks, "words": "\n".join(lines)})
        lines.append(f"Move there: {theta} = {point(positions[t + 1])}, f = {number(path.losses[t + 1])}")
        frames.append({"at": t + 1, "marks": marks, "words": "\n".join(lines)})
    return frames


def _parts_of_step(path, t, theta, kept, pull):
    """Yield what happens in step t + 1, one line and one mark (or none) at a time."""
    here, there = path.positions[t].astype(float), path.positions[t + 1].astype(float)
    looked, g = path.gradient_points[t].astype(float), point(path.gradients[t])
    (a, b), total = arrow_names(path), "step" if theta == "Θ" else "new v"
    has_velocity = hasattr(path.optimizer, "momentum")
    left = (
        1 if kept[0] * pull[1] > kept[1] * pull[0] else -1
    )  # the arrows turn left: their names stand outside
    if has_velocity:
        none_yet = "" if kept.any() else ": nothing yet"
        yield (
            f"What is kept: {a} = {point(kept)}{none_yet}",
            _arrow(here, here + kept, "kept velocity", a, left),
        )
    if type(path.optimizer).__name__ == "NesterovLookahead":
        ring = {"kind": "ring", "at": looked.tolist(), "label": "look ahead"}
        yield f"Look ahead, to θ + μv = {point(looked)}: there g = {g}", ring
    else:
        yield f"The gradient at {theta} is g = {g}", None
    yield (
        f"The gradient step: {b} = {point(pull)}",
        _arrow(here + kept, here + kept + pull, "gradient step", b, left),
    )
    if has_velocity:
        yield f"Their sum: {total} = {point(there - here)}", _arrow(here, there, "new velocity", total, -left)


def _arrow(tail, tip, quantity, label, side=1):
    return {
        "kind": "arrow",
        "from": tail.tolist(),
        "to": tip.tolist(),
        "colour": figures.QUANTITIES[quantity].colour,
        "broad": quantity == "new velocity",
        "label": label,
        "side": side,
    }


# --- predict the next point ------------------------------------------------------------------------------


class PredictNext(Map):
    """Click where the next step goes: it tells how far off that is and which mistake it shows, and goes on.

    landscape, optimizer, start, steps: as of StepProblem.

    guesses: one a step so far, {"step", "at", "off", "right", "mistakes"}.
    """

    deeds = ("aim", "again")
    tolerance = 0.02  # how far from a point a click may be and still mean it, in widths of the window

    guesses = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, landscape, optimizer, start=None, steps=3, bounds=None, **options):
        self.problem = StepProblem(landscape, optimizer, _begin(landscape, start), steps)
        self.label = figures.look_of(optimizer).label
        whole = self.problem.path
        super().__init__({self.label: cut(whole, 0)}, bounds=bounds or _roomy(whole), aiming=True, **options)
        self.again()

    def again(self):
        """Ask from the first step on."""
        with self.hold_sync():
            self.guesses, self.marks, self.buttons = [], [], []
            self._ask("")

    def guess(self, at):
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
            "mistakes": [m.name for m in found],
        }
        told = f"Step {t + 1} leads to {point(right)}: you are {number(off)} off"
        if is_right:
            told += ", and that is right."
        elif found:
            told += f". Where you clicked is where you land when {found[0].symptom}. {found[0].cure}"
        else:
            told += ". Write down the gradient where you stand" + (
                ", then the velocity, then the new point."
                if self._velocity(t) is not None
                else ", then the new point."
            )
        with self.hold_sync():
            self.guesses = [*self.guesses, guess]
            self.marks = [
                {"kind": "cross", "at": list(self.aim), "label": "your click", "colour": figures.INK}
            ]
            self._ask(told)

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
            v = "" if self._velocity(t) is None else f", v = {point(self._velocity(t))}"
            settings = ", ".join(
                f"{NAMES[n].split()[-1]} = {number(x)}" for n, x in self.problem.settings.items()
            )
            said = (
                f"{self.label} with {settings} on f = {self.landscape.plain}: you are at {point(self._whole[t])}{v}. "
                f"Where does step {t + 1} of {self.problem.steps} go? Click there, or press the arrow keys and Enter."
            )
        else:
            said = f"{sum(g['right'] for g in self.guesses)} of {t} right."
            self.buttons = [{"do": "again", "label": "Once more"}]
        self.words = f"{told}\n{said}".strip()
        self.alt = self.sentence()

    def obey(self, do, **about):
        if do == "aim":
            self.guess(tuple(about.pop("at")))
        if about:
            raise ValueError(f"{do} takes nothing else along, not {shown(about)}")
        if do == "again":
            self.again()

    def sentence(self):
        return (
            "Predict the next point. " + self.words.replace("\n", " ") if self.words else super().sentence()
        )


def one_step(problem, t):
    """Where each mistake leads when it is made in step t + 1, after t right steps: [(mistake, (x, y))]."""
    before = descend(problem.optimizer, problem.landscape, problem.start, t)
    here, right = before.positions[-1], problem.answer[t]
    found = []
    for mistake in MISTAKES:
        if not mistake.applies_to(problem):
            continue
        optimizer, landscape = _mistaken(mistake, problem)
        if optimizer is None:  # a mistake that is no optimizer: from rest it knows itself what it gives
            if t:
                continue
            end = mistake.points(StepProblem(problem.landscape, problem.optimizer, problem.start, 1))[0]
        else:
            if t and hasattr(optimizer, "v"):
                optimizer.v = {"theta": before.velocities[-1].copy()}
            path = descend(optimizer, landscape, here, 1)
            end = (mistake.written(path) if issubclass(mistake, WrongAnswer) else path.positions[1:])[0]
        if tuple(end) != tuple(right):
            found.append((mistake, end.astype(float)))
    return found


def _mistaken(mistake, problem):
    """-> (the optimizer that makes the mistake, the landscape it sees); None for a mistake that is no optimizer."""
    if issubclass(mistake, WrongStep):
        return mistake(problem.optimizer), problem.landscape
    if issubclass(mistake, OtherMethod):
        return mistake.instead(**problem.settings), problem.landscape
    if issubclass(mistake, OtherSetting):
        return type(problem.optimizer)(**mistake.settings(**problem.settings)), problem.landscape
    if issubclass(mistake, WrongGradient):
        return copy.deepcopy(problem.optimizer), mistake(problem.landscape)
    if issubclass(mistake, WrongAnswer):
        return copy.deepcopy(problem.optimizer), problem.landscape
    return None, problem.landscape


# --- walk downhill blindfolded ---------------------------------------------------------------------------


class Blindfold(Map):
    """Walk downhill with closed eyes: only the slope under the feet is felt, and each click is a step.

    The map is shown at the end, with your own path and that of gradient descent with learning rate `lr`.

    walked: the points so far, the start first.
    """

    deeds = ("aim", "reveal", "again")

    walked = traitlets.List(traitlets.Tuple(traitlets.Float(), traitlets.Float())).tag(sync=True)

    def __init__(self, landscape, start=None, steps=10, lr=0.1, bounds=None, **options):
        self.guide = descend(SGD(lr), landscape, np.array(_begin(landscape, start), float), steps)
        if not steps:
            raise ValueError("steps must be a whole number ≥ 1, not 0")
        self._begin = tuple(self.guide.positions[0].tolist())
        super().__init__({"You": path_of(landscape, [self._begin])}, bounds=bounds, fog=True, **options)
        self.again()

    def again(self):
        """Back to the start, with closed eyes."""
        self.fog, self.background = True, b""
        self.buttons = [{"do": "reveal", "label": "Take off the blindfold"}]
        self._stand([self._begin])

    def walk(self, to):
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
        felt = "; ".join(
            f"along {axis} it "
            + (f"{'rises' if g > 0 else 'falls'} by {number(abs(g))} a unit" if g else "is level")
            for g, axis in zip(slope, "xy", strict=True)
        )
        self.walked, self.aim, self.aiming = walked, walked[-1], True
        self.marks = [
            _felt(self.landscape, p, self.bounds, "downhill" if k == len(walked) else "")
            for k, p in enumerate(walked, 1)
        ]
        self.words = (
            f"You stand at {point(walked[-1])}. Feel the ground: {felt}. The arrow points straight downhill, slope {number(steep)}.\n"
            f"Click where to step, or press the arrow keys and Enter. {left} step{'s' if left != 1 else ''} left."
        )
        self.show({"You": path_of(self.landscape, walked)})
        self.step = self.last

    def reveal(self):
        """Show the map, the path walked and that of gradient descent."""
        self.fog, self.aiming, self.marks = False, False, []
        self.buttons = [{"do": "again", "label": "Once more"}]
        mine = path_of(self.landscape, self.walked)
        lr = number(self.guide.optimizer.lr)
        self._look_at(self.home)
        self.show({"You": mine, f"SGD, η = {lr}": self.guide})
        self.step = self.last
        low = "lower" if mine.losses[-1] < self.guide.losses[-1] else "not lower"
        self.words = (
            f"You took {mine.steps} step{'s' if mine.steps != 1 else ''} and stand at f = {number(mine.losses[-1])}: {low} "
            f"than gradient descent, at f = {number(self.guide.losses[-1])} after {self.guide.steps}."
        )

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
            facecolor="#e9edf1",
        )
        for theta in self.walked:
            mark = _felt(self.landscape, theta, self.bounds)
            figures.draw_arrow(axes, theta, np.subtract(mark["to"], theta), "gradient step")
        axes.plot(*np.array(self.walked).T, marker="o", color=figures.INK)
        axes.set_title("Only the slope under your feet is felt")
        return figure

    def sentence(self):
        if self.fog:
            here = self.walked[-1] if self.walked else self._begin
            return f"Blindfolded at {point(here)}: the gradient there is {point(self.landscape.gradient(np.array(here)))}."
        return super().sentence()


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
    return _arrow(np.array(theta), tip, "gradient step", label)


@lru_cache(maxsize=32)
def _steepest_slope(landscape):
    """The largest slope in the landscape's usual window, on a coarse grid; never 0."""
    x_from, x_to, y_from, y_to = landscape.bounds
    grid = np.stack(np.meshgrid(np.linspace(x_from, x_to, 41), np.linspace(y_from, y_to, 41)), axis=-1)
    return max(float(np.linalg.norm(landscape.gradient(grid), axis=-1).max()), 1e-9)
