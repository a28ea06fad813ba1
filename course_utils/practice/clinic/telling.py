"""What the clinic says: words filled with the numbers of a run."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from course_utils.practice.clinic.cases import SEEDS, Case, all_dead, guesses, last
from course_utils.practice.clinic.runs import Run
from course_utils.words import words

GROUP = "training-clinic"


def facts(run: Run) -> dict[str, str]:
    """The numbers of a run that sentences may name, as they are written."""
    steps, seen = run.per_step, run.measured
    return {
        "steps": str(run.taken),
        "broke": str(run.broke),
        "lr": number(run.setup.lr),
        "first": number(steps["loss"][0]) if run.taken else "",
        "final": number(steps["loss"][-1]) if run.taken else "",
        "test_loss": number(seen["test_loss"][-1]),
        "lowest_test_loss": number(min(seen["test_loss"])),
        "accuracy": percent(seen["test_accuracy"][-1]),
        "train_accuracy": percent(seen["train_accuracy"][-1]),
        "dead_first": percent(seen["dead"][0]),
        "dead": percent(seen["dead"][-1]),
        "gradient_first": number(steps["gradient"][0]) if run.taken else "",
        "gradient_max": number(max(filter(math.isfinite, steps["gradient"]), default=math.nan)),
        "ratio": number(typical_ratio(run)),
    }


def typical_ratio(run: Run) -> float:
    finite = [ratio for ratio in run.per_step["ratio"] if math.isfinite(ratio)]
    return float(np.median(finite)) if finite else math.nan


def said_of(name: str, failing: Run) -> dict[str, Any]:
    """What is said about a case: title, complaint, yes, why and against, {cause: why not}."""
    entry, places = words(GROUP)["cases"][name], facts(failing)
    against = {cause: text.format(**places) for cause, text in entry["against"].items()}
    texts = {key: text.format(**places) for key, text in entry.items() if isinstance(text, str)}
    return texts | {"against": against}


def causes(name: str, case: Case) -> dict[str, str]:
    """The causes that are offered, {id: text}, in the order of their texts: the right one has no place of its own."""
    texts = words(GROUP)["causes"]
    offered = [case.cause, *words(GROUP)["cases"][name]["against"]]
    return {id: texts[id] for id in sorted(offered, key=lambda id: texts[id])}


def told(case: Case, run: Run, failing: Run) -> list[str]:
    """What a run that is over shows, in whole sentences; `failing` is the run of the case."""
    said, places = words(GROUP)["readings"], facts(run)
    places |= {"goal": percent(case.goal), "before": percent(last(failing, "test_accuracy"))}
    if case.reached(run):
        return [said["reached"].format(**places)]
    ids = ["same"] if run.setup == failing.setup else []
    if run.broke is not None:
        ids += ["broke"]
    elif guesses(run):
        ids += ["guesses"]
    else:
        ids += ["short"]
        ids += ["better"] * (last(run, "test_accuracy") > last(failing, "test_accuracy") + 0.02)
        ids += ["gap"] * (last(run, "train_accuracy") > last(run, "test_accuracy") + 0.2)
    if run.broke is None:
        ids += ["dead"] * all_dead(run)
        ids += ["slow"] * (typical_ratio(run) < 5e-4 and not all_dead(run))
    return [said[id].format(**places) for id in ids]


def told_of_proof(runs: Sequence[Run], failing: Sequence[Run], case: Case) -> str:
    """What several seeds show: that the run is healed, or with which seed it is not."""
    said = words(GROUP)["readings"]
    for run in runs:
        if not case.reached(run):
            return said["unproved"].format(seed=run.setup.seed, accuracy=percent(last(run, "test_accuracy")))
    assert len(runs) == SEEDS
    accuracies, before = (
        ", ".join(percent(last(run, "test_accuracy")) for run in each) for each in (runs, failing)
    )
    return said["proved"].format(accuracies=accuracies, failing=before)


def told_of_stop(run: Run) -> str:
    return words(GROUP)["readings"]["stopped"].format(**facts(run))


def knob(name: str) -> str:
    """How a setting is called."""
    return words(GROUP)["knobs"][name]


def setting(name: str, value: Any) -> str:
    """How a value of a setting is written."""
    said = words(GROUP)["settings"]
    if isinstance(value, bool):
        return said["yes" if value else "no"]
    if isinstance(value, str):
        return said[value]
    if name in ("clip", "weight_decay", "warm_up") and not value:
        return said["none"]
    return said["times"].format(n=f"{value:g}") if name == "scale" else f"{value:g}"


def number(x: float) -> str:
    """Two digits, as people write them: 0.00012, 2.3, 4.7 · 10¹⁸."""
    if not math.isfinite(x):
        return "–"
    if x == 0 or 1e-5 <= abs(x) < 1e4:
        return f"{float(f'{x:.2g}'):.10f}".rstrip("0").rstrip(".").replace("-", "−")
    mantissa, power = f"{x:.1e}".split("e")
    factor = "" if mantissa == "1.0" else f"{mantissa} · "
    return f"{factor}10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.0f} %"
