"""Pictures are the same whatever the reader has set in matplotlib, and what is set stays set."""

import warnings

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils import figures
from course_utils.descent import descend
from course_utils.landscapes import BOWL, SADDLE
from course_utils.optimizers import SGD, Momentum
from course_utils.practice.problems import StepProblem
from course_utils.widgets import (
    Blindfold,
    Edge,
    Explorer,
    HeatMap,
    OneAxis,
    PredictNext,
    StepExercise,
    Stepper,
)
from course_utils.widgets.base import Live
from course_utils.widgets.compass import Compass
from course_utils.widgets.map import Map, _background
from course_utils.widgets.noise import NoiseBall
from course_utils.widgets.race import Race

WALK = descend(SGD(0.95), BOWL, (-7, 2), 30)
ROLL = descend(Momentum(1, 1), SADDLE, (1, 2), 3)


def as_in_a_cell():
    """A figure drawn as the cells of the lectures draw theirs."""
    figure, (left, right) = figures.new_figure(7.5, 3, columns=2)
    left.plot([1, 2, 4], [3, 4, 1], label="a line, $x^2$")
    left.legend()
    left.set(xlabel="step", ylabel="loss $f$", title="Title", yscale="log")
    right.bar(["one", "two"], [1, 2])
    right.annotate("here", (0, 1))
    right.twinx().plot([3, 1], color="red")
    figure.suptitle("Both")
    return figure


PICTURES = {
    "paths": lambda: figures.paths_on_map({"SGD": WALK})[0],
    "losses": lambda: figures.losses({"SGD": WALK})[0],
    "arrows": lambda: figures.step_arrows(ROLL)[0],
    "triangles": lambda: figures.triangles(BOWL, (-6, 2), (1, 0), 0.3, 0.9)[0],
    "card": lambda: figures.card(["a = b", "c_1^2"]),
    "cell": as_in_a_cell,
}
WIDGETS = {
    "Map": lambda: Map({"SGD": WALK}),
    "Explorer": lambda: Explorer(BOWL, [SGD(0.1), Momentum(0.1, 0.9)]),
    "Stepper": lambda: Stepper(ROLL),
    "PredictNext": lambda: PredictNext(SADDLE, Momentum(lr=1, momentum=1), start=(1, 2), steps=3),
    "Blindfold": lambda: Blindfold(BOWL, steps=3),
    "Compass": lambda: Compass(SADDLE),
    "HeatMap": HeatMap,
    "Edge": Edge,
    "OneAxis": OneAxis,
    "Race": lambda: Race({"SGD": np.linspace((2, 2.1), (1, 1.2), 50).T}),
    "NoiseBall": NoiseBall,
    "StepExercise": lambda: StepExercise(StepProblem(SADDLE, Momentum(1, 1), start=(1, 2), steps=3)),
}


def drawn(name):
    """All that is drawn under a name: PNG bytes, base64 in the bundle of a widget, and its ticks."""
    if name in PICTURES:
        return figures.png(PICTURES[name]())
    _background.cache_clear()
    widget = WIDGETS[name]()
    data, _ = widget._repr_mimebundle_()
    return data["image/png"], getattr(widget, "background", None), getattr(widget, "ticks", None)


def use_odd_settings():
    matplotlib.rcParams.update(
        {
            "font.size": 30,
            "font.family": "monospace",
            "axes.autolimit_mode": "round_numbers",
            "axes.facecolor": "black",
            "lines.marker": "x",
            "savefig.dpi": 20,
            "savefig.transparent": True,
            "savefig.bbox": "tight",
            "image.origin": "lower",
            "legend.loc": "lower left",
            "text.parse_math": False,
        }
    )


SETTINGS = {
    "usetex": lambda: matplotlib.rcParams.update({"text.usetex": True}),
    "dark_background": lambda: plt.style.use("dark_background"),
    "xkcd": plt.xkcd,
    "svg backend": lambda: plt.switch_backend("svg"),
    "many": use_odd_settings,
}


OFTEN = ("many",)  # many settings at once; the others are tried weekly, one by one


@pytest.fixture(params=[n if n in OFTEN else pytest.param(n, marks=pytest.mark.weekly) for n in SETTINGS])
def settings(request):
    """The reader's settings; all is put back at the end."""
    backend = matplotlib.get_backend()
    with warnings.catch_warnings(), matplotlib.rc_context():
        SETTINGS[request.param]()
        yield
    plt.switch_backend(backend)


@pytest.fixture(scope="module")
def plainly():
    """What is drawn where nothing is set."""
    return {name: drawn(name) for name in (*PICTURES, *WIDGETS)}


@pytest.mark.weekly
def test_pictures_ignore_the_readers_settings(plainly, settings):
    before = dict(matplotlib.rcParams)
    other = [name for name in (*PICTURES, *WIDGETS) if drawn(name) != plainly[name]]
    assert other == []
    assert dict(matplotlib.rcParams) == before, "what the reader set stays set"


def test_a_failed_drawing_leaves_the_readers_settings_alone():
    with matplotlib.rc_context({"font.size": 30}):
        with pytest.raises(AttributeError):
            figures.draw_ring(None, (0, 0))
        assert matplotlib.rcParams["font.size"] == 30
        assert matplotlib.rcParams["axes.spines.top"]


def test_a_picture_that_fails_leaves_the_widget_and_its_sentence():
    class Broken(Live):
        def sentence(self):
            return "What it shows."

        def figure(self):
            raise RuntimeError("no font, no LaTeX, no luck")

    data, metadata = Broken()._repr_mimebundle_()
    assert data["text/plain"] == "What it shows."
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "image/png" not in data and "image/png" not in metadata
