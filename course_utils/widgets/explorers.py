"""Explorer: all methods at once on one landscape, with logarithmic sliders for their settings."""

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import traitlets

from course_utils import figures
from course_utils.descent import descend
from course_utils.landscapes import Landscape
from course_utils.practice.problems import SYMBOLS
from course_utils.practice.typed_numbers import read_number
from course_utils.quadratics import stability_limit
from course_utils.support.language import gettext as _
from course_utils.support.packing import packed
from course_utils.support.types import Point, Stepper
from course_utils.support.validation import shown
from course_utils.widgets.map import FAR, ROWS, Map, start_of

MOST_AHEAD = 60_000  # points walked ahead and sent, three numbers of four bytes each
#: letters, as bytes are coded, of paths that a page without a kernel gets ahead for one figure
MOST_ALONE = 60_000
FEWEST_STOPS = (10, 5)  # of one slider, and of each of two
NAMES = {"lr": _("learning rate η"), "momentum": _("momentum μ")}
NAMES_OF = {"lr": _("learning rate η of {method}"), "momentum": _("momentum μ of {method}")}


class Explorer(Map):
    """All methods at once on one landscape: move the start, the learning rate or the momentum, and see.

    optimizers: a list, or {label: optimizer}.  start: (x, y); the landscape's own where None.
    steps: how many steps each takes.

    A setting in which all methods agree has one slider for all; otherwise each method has its own.

    settings: {slider's key: value}, as a hand may change it; keys are "lr" and "momentum", or "lr SGD" and so on.
    sliders: [{key, label, values}], the values the slider stops at; more can be typed.
    limits: [{key, label, colour, marker, at}]: below `at` the method is stable here, where theory says so.
    family: {key, tracks, ended, status}: the paths at every stop of the slider `key`, once a hand comes near it:
        tracks as in Map, for each stop, in float32: (paths, stops, steps + 1, 3). Empty where it no longer holds.
    """

    deeds = (*Map.deeds, "type", "family")

    family = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        landscape: Landscape,
        optimizers: Sequence[Stepper] | Mapping[str, Stepper],
        start: Point | None = None,
        steps: int = 30,
        **options: Any,
    ) -> None:
        self.optimizers = _labelled(optimizers)
        paths = _walk(self.optimizers, landscape, start_of(landscape, start), steps)
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
        """-> (settings, sliders): one slider for a shared setting, otherwise one per method."""
        settings, sliders = {}, []
        for name in NAMES:
            having = {label: getattr(o, name) for label, o in self.optimizers.items() if hasattr(o, name)}
            shared = len(set(having.values())) == 1
            for labels in [list(having)] if shared else [[label] for label in having]:
                key = name if shared else f"{name} {labels[0]}"
                called = NAMES[name] if shared else NAMES_OF[name].format(method=labels[0])
                self._owners[key] = labels
                settings[key] = float(having[labels[0]])
                limits = [
                    stable_below(self.optimizers[label], landscape, momentum=1) or 0 for label in labels
                ]
                values = _decades(max(settings[key], *limits, 0)) if name == "lr" else _SHARES
                sliders.append({"key": key, "label": called, "values": values})
        return settings, sliders

    @traitlets.validate("settings")
    def _are_settings(self, proposal):
        given = proposal["value"]
        if self.sliders and given.keys() != self._owners.keys():
            keys = ", ".join(self._owners)
            raise traitlets.TraitError(_("settings must have the keys {keys}").format(keys=keys))
        for key, value in given.items():
            top, told = (
                (1.0, _("{key} must be a number from 0 to 1, not {value}"))
                if key.startswith("momentum")
                else (FAR, _("{key} must be a number greater than 0, not {value}"))
            )
            right = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= top
            if not right or (key.startswith("lr") and value < 1e-9):
                raise traitlets.TraitError(told.format(key=key, value=shown(value)))
        return {key: float(value) for key, value in given.items()}

    def _walk_again(self, _change):
        """Walk all paths again, or pick them where they were walked ahead."""
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
            raise ValueError(_("There is no slider called {key}.").format(key=shown(key)))
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
            np.broadcast_to(np.dstack([_rows(self.spots(p)), _rows(p.losses[..., None])]), shape)
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

    # --- where no kernel answers: so few stops that the paths at all of them can be sent along ----------

    def alone(self):
        return {**super().alone(), "movable": False, "sliders": self._few_stops()}

    def foreseen(self):
        few = self._few_stops()
        return [
            *super().foreseen(),
            [{"set": {"settings": each}} for each in _settings_at(few)] if few else [],
        ]

    def _few_stops(self):
        """The sliders with fewer stops, and among them where each stands; none where that leaves too few."""
        if len(self.sliders) not in (1, 2):
            return []
        fewest = FEWEST_STOPS[len(self.sliders) - 1]
        about = int(fewest * (MOST_ALONE / self._weight(fewest)) ** (1 / len(self.sliders)))
        most = min(about, max(len(slider["values"]) for slider in self.sliders))
        each = next((n for n in range(most, fewest - 1, -1) if self._weight(n) <= MOST_ALONE), None)
        return self._with_stops(each) if each else []

    def _with_stops(self, most):
        return [{**slider, "values": self._thinned(slider, most)} for slider in self.sliders]

    def _weight(self, most):
        """How many letters the paths at all stops take, with at most this many of each slider."""
        before, sent, levels = self.settings, dict.fromkeys(self.in_short, b""), 0
        for settings in _settings_at(self._with_stops(most)):
            self.settings = settings
            sent = {name: numbers + getattr(self, name) for name, numbers in sent.items()}
            levels += len(self.levels)
        self.settings = before
        packs = [
            packed(np.frombuffer(sent[name], dtype), *about)
            for name, (dtype, *about) in self.in_short.items()
        ]
        return (sum(map(len, packs)) + levels) * 4 / 3

    def _thinned(self, slider, most):
        """At most this many stops of a slider, evenly, and where it stands."""
        values, here = slider["values"], self.settings[slider["key"]]
        every = -(-len(values) // most)
        middle = int(np.argmin([abs(value - here) for value in values]))
        return sorted([here, *(v for k, v in enumerate(values) if (k - middle) % every == 0 and k != middle)])

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
            raise ValueError(_("There is no setting called {key}.").format(key=shown(key)))
        value = read_number(str(text)[:100], name=SYMBOLS.get(key.split(" ")[0], ""))
        if value is not None:
            self.settings = self.settings | {key: float(value)}


def _settings_at(sliders):
    """All settings that these sliders can be moved to."""
    keys = [slider["key"] for slider in sliders]
    return [
        dict(zip(keys, values, strict=True)) for values in product(*(slider["values"] for slider in sliders))
    ]


def stable_below(optimizer, landscape, momentum=None):
    """The learning rate from which a method no longer comes to rest on a bowl; None where theory gives none.

    λ is the largest eigenvalue of the Hessian, which must be the same everywhere, and positive throughout.
    momentum: the optimizer's own where None.
    """
    steepest = _steepest(landscape)
    if steepest is None:
        return None
    if momentum is not None and hasattr(optimizer, "momentum"):
        optimizer = copy.copy(optimizer)
        optimizer.momentum = momentum
    try:
        return float(stability_limit(optimizer) / steepest)
    except TypeError:  # a method that quadratics.py does not know
        return None


@lru_cache(maxsize=32)
def _steepest(landscape):
    """The largest eigenvalue of a Hessian that is the same everywhere and positive; None for another one."""
    here, there = landscape.hessian(np.array([landscape.start, (0.3, 0.7)], dtype=float))
    eigenvalues = np.linalg.eigvalsh(here)
    return eigenvalues[-1] if np.allclose(here, there) and eigenvalues[0] > 0 else None


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
