"""The cases of the clinic: runs that fail, each a Setup with one thing wrong in it. What is said about them is in words/training-clinic.toml."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from course_utils.practice.clinic.runs import Run, Setup
from course_utils.support.validation import instead, shown

#: {setting: the values that a panel offers}, the ones that make sense in a row
OFFERED: dict[str, tuple[Any, ...]] = {
    "lr": (1e-5, 1e-4, 1e-3, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
    "schedule": ("constant", "linear", "cosine"),
    "warm_up": (0, 20, 50),
    "batch_size": (10, 30, 100, 300),
    "clip": (0, 0.3, 1.0, 10.0),
    "scale": (0, 0.1, 1.0, 3.0, 10.0),
    "centre": (False, True),
    "shuffle": (False, True),
    "weight_decay": (0, 0.01, 0.1, 1.0),
    "reduce": ("mean", "sum"),
    "loss_from": ("probabilities", "scores"),
    "stop_early": (False, True),
    "keep_state": (False, True),
    "seed": (0, 1, 2, 3),
}
SEEDS = 3  # a repair is proved with this many seeds, the one of the panel first


@dataclass(frozen=True)
class Case:
    """One run that fails.

    setup: of the failing run.  cause: what is wrong, an id of [causes] in the words.
    symptom: whether a Run shows what the case is about.
    panel: the settings that can be changed, keys of OFFERED.
    goal: the share of test images that a repaired run has right, or more, with each of three seeds.
    repair: a change that heals the run.  useless: changes that seem to make sense and do not.
    """

    setup: Setup
    cause: str
    symptom: Callable[[Run], bool]
    panel: tuple[str, ...]
    goal: float
    repair: Mapping[str, Any]
    useless: tuple[Mapping[str, Any], ...]

    def changed(self, change: Mapping[str, Any]) -> Setup:
        """The setup with some settings changed.  Raises ValueError for a setting or a value that the panel does not offer."""
        for name, value in change.items():
            if name not in self.panel:
                raise ValueError(f"the panel has no {shown(name)}, only {', '.join(self.panel)}")
            if value not in OFFERED[name]:
                raise ValueError(
                    f"{name} must be one of {', '.join(map(str, OFFERED[name]))}, not {shown(value)}"
                )
        return replace(self.setup, **change)

    def reached(self, run: Run) -> bool:
        """Whether a run that is over has reached the goal."""
        return run.broke is None and run.measured["test_accuracy"][-1] >= self.goal


def case(name: object) -> Case:
    """A case by its id, such as "crawls".  Raises ValueError, with what may be meant, for an unknown one."""
    if name not in CASES:
        raise ValueError(f"There is no case {shown(name)}. {instead(name, list(CASES), 'crawls')}")
    return CASES[str(name)]


# --- what one sees in the curves --------------------------------------------------------------------------


def last(run: Run, name: str) -> float:
    return run.measured[name][-1]


def breaks_off(run: Run) -> bool:
    return run.broke is not None


def guesses(run: Run) -> bool:
    """The network knows no more than one that always says the same digit, or hardly more."""
    return last(run, "test_accuracy") < 0.3


def all_dead(run: Run) -> bool:
    return last(run, "dead") > 0.9


def hardly_falls(run: Run) -> bool:
    losses = run.per_step["loss"]
    return losses[-1] > 0.8 * losses[0] and max(run.per_step["ratio"]) < 1e-3


def rises_again(run: Run) -> bool:
    """The test loss has turned up, while the training images are learned."""
    losses = run.measured["test_loss"]
    return losses[-1] > 1.5 * min(losses) and last(run, "train_accuracy") > 0.9


def jumps(run: Run) -> bool:
    """The gradient of some step is ten times as long as that of the first."""
    return max(run.per_step["gradient"]) > 10 * run.per_step["gradient"][0]


def saws(run: Run) -> bool:
    """Within each of its last epochs the loss goes up and down by a factor of three."""
    epoch = -(-run.setup.images // run.setup.batch_size)
    losses = np.array(run.per_step["loss"][-3 * epoch :]).reshape(3, epoch)
    return bool((losses.max(axis=1) > 3 * losses.min(axis=1)).all())


# --- the cases --------------------------------------------------------------------------------------------

CASES: dict[str, Case] = {
    "crawls": Case(
        Setup(lr=1e-4),
        cause="rate-low",
        symptom=hardly_falls,
        panel=("lr", "schedule", "batch_size", "scale", "seed"),
        goal=0.83,
        repair={"lr": 0.03},
        useless=({"seed": 1}, {"batch_size": 300}, {"scale": 3.0}),
    ),
    "bursts": Case(
        Setup(lr=10.0, centre=True),
        cause="rate-high",
        symptom=breaks_off,
        panel=("lr", "warm_up", "batch_size", "scale", "seed"),
        goal=0.86,
        repair={"lr": 0.1},
        useless=({"warm_up": 50}, {"batch_size": 300}, {"scale": 0.1}),
    ),
    "goes-dark": Case(
        Setup(lr=1.0),
        cause="dead-units",
        symptom=lambda run: all_dead(run) and run.measured["dead"][0] < 0.3,
        panel=("lr", "schedule", "batch_size", "weight_decay", "seed"),
        goal=0.83,
        repair={"lr": 0.03},
        useless=({"schedule": "cosine"}, {"batch_size": 300}, {"seed": 3}),
    ),
    "flat-line": Case(
        Setup(scale=0),
        cause="zero-weights",
        symptom=lambda run: run.measured["dead"][0] == 1 and max(run.per_step["gradient"]) < 0.3,
        panel=("scale", "lr", "warm_up", "shuffle", "seed"),
        goal=0.83,
        repair={"scale": 1.0},
        useless=({"lr": 0.3}, {"seed": 1}, {"warm_up": 20}),
    ),
    "bright-paper": Case(
        Setup(bright=True, steps=100),
        cause="not-centred",
        symptom=lambda run: max(run.per_step["gradient"]) > 5 and last(run, "test_accuracy") < 0.8,
        panel=("lr", "centre", "warm_up", "clip", "seed"),
        goal=0.84,
        repair={"centre": True},
        useless=({"lr": 0.003}, {"lr": 0.01}, {"seed": 1}),
    ),
    "grown-batch": Case(
        Setup(lr=0.01, reduce="sum"),
        cause="sum",
        symptom=lambda run: run.per_step["loss"][0] > 100 and all_dead(run),
        panel=("lr", "reduce", "batch_size", "weight_decay", "seed"),
        goal=0.83,
        repair={"reduce": "mean"},
        useless=({"batch_size": 300}, {"weight_decay": 0.1}, {"seed": 1}),
    ),
    "forgets": Case(
        Setup(lr=0.01, shuffle=False),
        cause="sorted",
        symptom=saws,
        panel=("lr", "shuffle", "clip", "weight_decay", "seed"),
        goal=0.84,
        repair={"shuffle": True},
        useless=({"lr": 0.03}, {"lr": 0.003}, {"weight_decay": 0.1}),
    ),
    "stumbles": Case(
        Setup(method="Adam", lr=0.1, schedule="cosine"),
        cause="no-warm-up",
        symptom=lambda run: max(run.measured["dead"][:6]) > 0.8 and last(run, "dead") > 0.8,
        panel=("warm_up", "schedule", "batch_size", "weight_decay", "seed"),
        goal=0.82,
        repair={"warm_up": 20},
        useless=({"schedule": "linear"}, {"batch_size": 300}, {"weight_decay": 0.1}),
    ),
    "one-spike": Case(
        Setup(
            spoiled=3, seed=1
        ),  # with seed 0 the spike comes in the second step: nobody sees what was before
        cause="one-batch",
        symptom=lambda run: jumps(run) and last(run, "test_accuracy") < 0.6,
        panel=("lr", "clip", "warm_up", "weight_decay", "seed"),
        goal=0.86,
        repair={"clip": 1.0},
        useless=({"lr": 0.003}, {"warm_up": 50}, {"weight_decay": 0.1}),
    ),
    "breaks-off": Case(
        Setup(lr=1.0, centre=True, loss_from="probabilities"),
        cause="log-of-0",
        symptom=lambda run: breaks_off(run) and max(run.per_step["gradient"][:-1]) < 10,
        panel=("loss_from", "clip", "warm_up", "batch_size", "seed"),
        goal=0.75,
        repair={"loss_from": "scores"},
        useless=({"clip": 10.0}, {"warm_up": 20}, {"seed": 1}),
    ),
    "knows-it-all": Case(
        Setup(lr=0.1, centre=True, images=200, batch_size=50, steps=300, mislabelled=0.3),
        cause="by-heart",
        symptom=rises_again,
        panel=("lr", "stop_early", "weight_decay", "schedule", "seed"),
        goal=0.61,
        repair={"stop_early": True},
        useless=({"schedule": "cosine"}, {"weight_decay": 0.01}, {"lr": 0.3}),
    ),
    "after-the-pause": Case(
        Setup(method="Adam", lr=0.03, schedule="cosine", break_at=145, keep_state=False),
        cause="state-lost",
        symptom=lambda run: run.per_step["ratio"][145] > 10 * run.per_step["ratio"][144],
        panel=("keep_state", "clip", "batch_size", "weight_decay", "seed"),
        goal=0.84,
        repair={"keep_state": True},
        useless=({"clip": 1.0}, {"batch_size": 300}, {"seed": 1}),
    ),
}
