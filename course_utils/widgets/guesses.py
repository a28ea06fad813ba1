"""The kinds of guesses that a Gate asks for: how each is asked, read, compared with the truth, and put into words.

A guess travels, and is kept, as JSON: the number of an option, what was typed, a pair, or a list of heights.
"""

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from course_utils import figures
from course_utils.figures import number, point
from course_utils.landscapes import Landscape
from course_utils.practice.questions import LETTERS
from course_utils.practice.typed_numbers import is_right, read_number
from course_utils.support.language import gettext as _
from course_utils.support.validation import shown
from course_utils.widgets.map import _background, _is_window, _nice, _shaped, _size, _ticks

LONGEST = 60  # characters of a typed number
COLUMNS = 41  # points of a drawn curve
MARGIN = 0.25  # of the span, beside the marks of a number line


class Guess:
    """One kind of guess.

    kind: what the browser is to show.  asked(): what it needs for that.
    taken(sent): the guess, as JSON; raises ValueError with a kind line where it is none.
    value(guess): as the answer's function gets it.
    told(guess, truth): a sentence, the guess beside the truth, without its stop.  said(truth): the truth alone.
    drawn(guess, truth): what the browser needs to draw both.
    """

    kind = ""

    def asked(self) -> dict[str, Any]:
        return {}

    def taken(self, sent: Any) -> Any:
        raise NotImplementedError

    def value(self, guess: Any) -> Any:
        return guess

    def checked(self, truth: Any) -> Any:
        """The truth in the form that the others take. Raises ValueError where it is none."""
        return truth

    def told(self, guess: Any, truth: Any) -> str:
        raise NotImplementedError

    def said(self, truth: Any) -> str:
        raise NotImplementedError

    def drawn(self, guess: Any, truth: Any) -> dict[str, Any]:
        return {}


@dataclass
class Choice(Guess):
    """One of several options. The truth is an option, by its text or its number from 0; why: what each shows."""

    options: list[str]
    why: list[str] = field(default_factory=list)
    kind = "choice"

    def __post_init__(self):
        self.options = list(self.options)
        if len(self.options) < 2 or not all(isinstance(o, str) and o.strip() for o in self.options):
            raise ValueError(f"options must be at least two texts, not {shown(self.options)}")

    def asked(self):
        return {"options": self.options}

    def taken(self, sent):
        if (
            isinstance(sent, str) and sent in self.options
        ):  # kept by its text: another year it may stand elsewhere
            return self.options.index(sent)
        if not isinstance(sent, int) or isinstance(sent, bool) or not 0 <= sent < len(self.options):
            raise ValueError(_("Choose one of the answers first."))
        return sent

    def checked(self, truth):
        if truth in self.options:
            return self.options.index(truth)
        if isinstance(truth, int) and 0 <= truth < len(self.options):
            return truth
        raise ValueError(f"truth must be one of the options, or its number, not {shown(truth)}")

    def value(self, guess):
        return self.options[guess]

    def _named(self, k):
        return f"{LETTERS[k]}) {self.options[k]}".rstrip(".")

    def told(self, guess, truth):
        if truth is None:
            return _("You chose {guess}").format(guess=self._named(guess))
        why = f". {self.why[guess]}".rstrip(".") if self.why else ""
        if guess == truth:
            return _("You chose {guess}, and that is right").format(guess=self._named(guess)) + why
        return (
            _("You chose {guess}; it is {truth}").format(guess=self._named(guess), truth=self._named(truth))
            + why
        )

    def said(self, truth):
        why = f". {self.why[truth]}".rstrip(".") if self.why else ""
        return _("It is {truth}").format(truth=self._named(truth)) + why

    def drawn(self, guess, truth):
        return {} if truth is None else {"right": truth}


@dataclass
class Number(Guess):
    """A number, typed as in all boxes of the course. unit: a word after it."""

    unit: str = ""
    kind = "number"

    def asked(self):
        return {"unit": self.unit}

    def taken(self, sent):
        if not isinstance(sent, str):
            raise ValueError(_("Type a number first."))
        typed = sent[:LONGEST].strip()
        if read_number(typed) is None:
            raise ValueError(_("Type a number first."))
        return typed

    def value(self, guess):
        return float(read_number(guess) or 0)

    def checked(self, truth):
        try:
            value = float(truth)
        except (TypeError, ValueError):
            value = math.nan
        if not math.isfinite(value):
            raise ValueError(f"truth must be a finite number, not {shown(truth)}")
        return value

    def _written(self, value):
        return f"{number(value)} {self.unit}".strip()

    def told(self, guess, truth):
        mine = self.value(guess)
        if truth is None:
            return _("You said {guess}").format(guess=self._written(mine))
        if is_right(read_number(guess) or Fraction(0), Fraction(truth)) or number(mine) == number(truth):
            return _("You said {guess}, and that is right").format(guess=self._written(mine))
        off = abs(mine - truth)
        return _("You said {guess}; it is {truth}, {off} away").format(
            guess=self._written(mine), truth=self._written(truth), off=number(off)
        )

    def said(self, truth):
        return _("It is {truth}").format(truth=self._written(truth))

    def drawn(self, guess, truth):
        """Both on a number line: shares of its length."""
        if truth is None:
            return {}
        values = [truth] if guess is None else [truth, self.value(guess)]
        span = max(values) - min(values) or max(abs(truth), 1.0)
        low, high = min(values) - MARGIN * span, max(values) + MARGIN * span
        share = [(v - low) / (high - low) for v in values]
        ticks = [[(v - low) / (high - low), text] for v, text in _ticks(low, high)]
        line = {"truth": share[0], "truthText": number(truth), "ticks": ticks}
        if guess is not None:
            line |= {"guess": share[1], "guessText": number(self.value(guess))}
        return {"line": line}


@dataclass
class Point(Guess):
    """A click on the map of a landscape, or arrow keys and Enter. marks: [(x, y, text)] that are shown before."""

    landscape: Landscape
    bounds: Any = None
    marks: list[tuple[float, float, str]] = field(default_factory=list)
    start: Any = None
    kind = "point"

    def __post_init__(self):
        if not isinstance(self.landscape, Landscape):
            raise TypeError(f"landscape must be a Landscape such as BOWL, not {shown(self.landscape)}")
        if self.bounds is not None and not _is_window(self.bounds):
            raise ValueError(f"bounds must be (x from, x to, y from, y to), not {shown(self.bounds)}")
        bounds = tuple(map(float, self.bounds or self.landscape.bounds))
        self.size = _size(bounds)
        self.window = _shaped(bounds, self.size)

    def asked(self):
        first = self.start or [(self.window[0] + self.window[1]) / 2, (self.window[2] + self.window[3]) / 2]
        return {
            "background": _background(self.landscape, self.window, self.size),
            "size": list(self.size),
            "bounds": list(self.window),
            "ticks": {"x": _ticks(*self.window[:2]), "y": _ticks(*self.window[2:])},
            "grid": _nice((self.window[1] - self.window[0]) / 200),
            "marks": [[float(x), float(y), text] for x, y, text in self.marks],
            "first": [float(x) for x in first],
        }

    def taken(self, sent):
        try:
            x, y = (float(v) for v in sent)
        except (TypeError, ValueError):
            raise ValueError(_("Click a point on the map first.")) from None
        x_from, x_to, y_from, y_to = self.window
        if not (x_from <= x <= x_to and y_from <= y <= y_to):
            raise ValueError(_("Click a point inside the map."))
        return [x, y]

    def value(self, guess):
        return tuple(guess)

    def checked(self, truth):
        try:
            x, y = (float(v) for v in truth)
        except (TypeError, ValueError):
            raise ValueError(f"truth must be a point (x, y), not {shown(truth)}") from None
        return [x, y]

    def told(self, guess, truth):
        if truth is None:
            return _("You pointed at {guess}").format(guess=point(guess))
        off = math.dist(guess, truth)
        if off <= 0.02 * (self.window[1] - self.window[0]):
            return _("You pointed at {guess}; it is {truth}, and that is right").format(
                guess=point(guess), truth=point(truth)
            )
        return _("You pointed at {guess}; it is {truth}, {off} away").format(
            guess=point(guess), truth=point(truth), off=number(off)
        )

    def said(self, truth):
        return _("It is {truth}").format(truth=point(truth))

    def drawn(self, guess, truth):
        return {} if truth is None else {"point": truth}


@dataclass
class Curve(Guess):
    """A curve drawn over axes, by mouse, finger or arrow keys.

    x, y: (from, to).  labels: of both axes.  start: the height at which it must begin, where that is given.
    The truth: heights at evenly spaced places from the first x to the last, or (places, heights).
    """

    x: tuple[float, float]
    y: tuple[float, float]
    labels: tuple[str, str] = ("x", "y")
    start: float | None = None
    kind = "curve"

    def __post_init__(self):
        for name, span in ("x", self.x), ("y", self.y):
            try:
                right = float(span[0]) < float(span[1])
            except (TypeError, ValueError, IndexError):
                right = False
            if not right:
                raise ValueError(f"{name} must be (from, to), not {shown(span)}")
        self.places = np.linspace(float(self.x[0]), float(self.x[1]), COLUMNS)

    def asked(self):
        return {
            "x": [float(v) for v in self.x],
            "y": [float(v) for v in self.y],
            "labels": list(self.labels),
            "ticks": {"x": _ticks(*map(float, self.x)), "y": _ticks(*map(float, self.y))},
            "columns": COLUMNS,
            "start": self.start,
        }

    def taken(self, sent):
        missing = _("Draw the curve from the left edge to the right edge first.")
        if not isinstance(sent, list) or len(sent) != COLUMNS:
            raise ValueError(missing)
        if not all(isinstance(v, (int, float)) and math.isfinite(v) for v in sent):
            raise ValueError(missing)
        return [float(np.clip(v, *self.y)) for v in sent]

    def value(self, guess):
        return np.array(guess)

    def checked(self, truth):
        pair = isinstance(truth, tuple) and len(truth) == 2 and np.ndim(truth[0]) == 1
        heights = np.asarray(truth[1] if pair else truth, dtype=float)
        if heights.ndim != 1 or len(heights) < 2 or not np.isfinite(heights).all():
            raise ValueError(f"truth must be finite heights, at least two of them, not {shown(truth)}")
        at = np.asarray(truth[0], dtype=float) if pair else np.linspace(*self.x, len(heights))
        return np.interp(self.places, at, heights).tolist()

    def told(self, guess, truth):
        if truth is None:
            return _("Your curve runs from {first} to {last}").format(
                first=number(guess[0]), last=number(guess[-1])
            )
        off = np.abs(np.subtract(guess, truth))
        worst = int(off.argmax())
        if off[worst] <= 0.05 * (self.y[1] - self.y[0]):
            return _("Your curve is never more than {off} away, and that is right").format(
                off=number(off[worst])
            )
        return _(
            "Your curve is {mean} off on average, and most at {label} = {place}: you drew {guess}; it is {truth}"
        ).format(
            mean=_short(off.mean()),
            label=self.labels[0],
            place=_short(self.places[worst]),
            guess=_short(guess[worst]),
            truth=_short(truth[worst]),
        )

    def said(self, truth):
        return _("It goes from {first} to {last}").format(first=number(truth[0]), last=number(truth[-1]))

    def drawn(self, guess, truth):
        return {} if truth is None else {"curve": truth}

    @figures.styled
    def figure(self, truth):
        """The truth on the axes over which the guess is drawn."""
        figure, axes = figures.new_figure(7.5, 3.4)
        axes.plot(self.places, truth, color=figures.INK)
        axes.set(xlabel=self.labels[0], ylabel=self.labels[1], xlim=self.x, ylim=self.y)
        return figure


def _short(value):
    return number(float(f"{value:.2g}"))
