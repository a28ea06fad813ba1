"""Lecture 09: its derivation against another one, its numbers recomputed over six seeds, and what its prose says about them."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import sympy

from course_utils.curvature import difference_of_gradients, hessian_vector, spectrum, top_eigenvalues
from course_utils.digits import load_digits
from course_utils.network import TwoLayerNet, views_of
from course_utils.optimizers import SGD
from course_utils.practice.questions import question
from course_utils.training import edge
from course_utils.training.full_batch import descent

ROOT = Path(__file__).resolve().parent.parent
LECTURE = ROOT / "notebooks" / "09-the-law-meets-the-network.ipynb"
SEEDS = range(6)
RAW, CENTRED, MOMENTUM = (edge.trained_ahead(setting) for setting in edge.SETTINGS)


def cells():
    return nbformat.read(LECTURE, 4).cells


def cell(id):
    return next(c for c in cells() if c.id == id)


def outputs(id=None):
    """What the cells show, as text."""
    shown = [o for c in cells() if c.cell_type == "code" and id in (None, c.id) for o in c.outputs]
    return "\n".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in shown)


def prose():
    return "\n".join(c.source for c in cells() if c.cell_type == "markdown")


@pytest.fixture(scope="module")
def steepest():
    return {
        setting: [top_eigenvalues(*edge.beginning(setting, seed))[0] for seed in SEEDS]
        for setting in ("raw", "centred")
    }


# --- the product ---------------------------------------------------------------------------------------------


def test_the_product_typed_in_the_lecture_agrees_with_the_course():
    from course_utils import digits, network

    names = {"np": np, "digits": digits, "network": network}
    exec(cell("product").source, names)  # the cell itself
    u = np.random.default_rng(3).standard_normal(names["net"].size)
    exact = hessian_vector(names["net"], names["x"], names["t"])(u)
    assert names["product"](u) == pytest.approx(exact, rel=1e-12, abs=1e-14)


def test_the_rate_of_change_of_softmax():
    y = sympy.symbols("y0:3")
    rates = sympy.symbols("v0:3")
    total = sum(sympy.exp(s) for s in y)
    p = [sympy.exp(s) / total for s in y]
    mean = sum(a * b for a, b in zip(p, rates, strict=True))
    for j in range(3):
        change = sum(sympy.diff(p[j], s) * v for s, v in zip(y, rates, strict=True))
        assert sympy.simplify(change - p[j] * (rates[j] - mean)) == 0


def test_the_memory_of_the_hessian():
    size = TwoLayerNet().size
    assert f"{size**2 * 8 / 1e9:.1f} gigabytes" in question("09 size").options[2].text
    assert f"{size * 8 / 1e3:.0f} kilobytes" in question("09 size").options[0].text
    assert f"{size**2 / 1e9:.1f} gigabytes" in question("09 size").options[1].text


def test_the_difference_fails_in_the_middle():
    network, x, t = edge.beginning("raw", 0)
    product, e = hessian_vector(network, x, t), np.random.default_rng(0).standard_normal(network.size)
    for _ in range(60):
        e = product(e / np.linalg.norm(e))
    e /= np.linalg.norm(e)
    lengths = {h: np.linalg.norm(difference_of_gradients(network, x, t, e, h)) for h in (1e-2, 1e-5, 1e-7)}
    assert f"length with h = 0.00001: {lengths[1e-5]:.2f}" in outputs("difference-gate")
    assert lengths[1e-5] > 100
    assert lengths[1e-7] == pytest.approx(14.80, abs=0.005)
    assert abs(lengths[1e-2] - 14.8) < 1
    assert "no kink is so near" in outputs("difference-gate"), "the seeds that disagree are shown"


# --- eigenvalues ---------------------------------------------------------------------------------------------


def test_the_numbers_of_the_syllabus_are_on_the_page(steepest):
    for number in ("14.80", "11.20", "10.77", "8.13", "6.63"):
        assert number in outputs("many-gate")
    assert f"from {steepest['raw'][0]:.2f} to {steepest['centred'][0]:.2f}" in outputs("centre-gate")
    assert (round(steepest["raw"][0], 2), round(steepest["centred"][0], 2)) == (14.80, 0.59)
    for seed in SEEDS:
        assert f"{steepest['raw'][seed]:.2f}" in outputs("six")
        assert f"{2 / steepest['raw'][seed]:.3f}" in outputs("six")


@pytest.mark.parametrize("seed", range(3))
def test_about_three_hundred_eigenvalues_are_larger_than_a_tenth(seed):
    """Counted exactly for seed 0: 282, of which 21 are larger than 1; and 247 are below −0.1."""
    values, shares = spectrum(*edge.beginning("raw", seed), steps=60)
    above, far, below = (3610 * shares[where].sum() for where in (values > 0.1, values > 1, values < -0.1))
    assert above == pytest.approx(282, rel=0.2)
    assert far == pytest.approx(21, abs=6)
    assert below == pytest.approx(247, rel=0.25)


def test_the_steepest_direction_is_the_mean_image_for_every_seed():
    digits, told = load_digits(), outputs("mean-image")
    mean = digits.x_train.mean(axis=0, dtype=float)
    for seed in (1, 4):
        network = TwoLayerNet(seed=seed, dtype=np.float64)
        product = hessian_vector(network, digits.x_train, digits.t_train)
        e = np.random.default_rng(1).standard_normal(network.size)
        for _ in range(30):
            e = product(e / np.linalg.norm(e))
        left = np.linalg.svd(views_of(e, network.params)["W1"], full_matrices=False)[0][:, 0]
        assert abs(left @ mean) / np.linalg.norm(mean) > 0.998
    share = len(digits.x_train) * (mean @ mean) / (digits.x_train.astype(float) ** 2).sum()
    assert f"{share:.0%} of the sum" in told


# --- the law -------------------------------------------------------------------------------------------------


def test_the_law_tells_the_seeds_apart(steepest):
    rises = [int((np.diff(RAW[seed, 0.2].losses) > 0).sum()) for seed in SEEDS]
    assert [seed for seed in SEEDS if not rises[seed]] == [1]
    assert [seed for seed in SEEDS if 2 / steepest["raw"][seed] > 0.2] == [1]
    first = ", ".join(
        f"seed {seed} (limit {2 / steepest['raw'][seed]:.3f}): {(np.diff(RAW[seed, 0.2].losses[:31]) > 0).sum()}"
        for seed in SEEDS
    )
    assert first in outputs("seeds-gate")


@pytest.mark.parametrize("share, rising", [(0.9, 0), (1.1, 1), (2, 6), (6, 6)])
def test_below_above_and_far_above_the_limit(steepest, share, rising):
    runs = []
    for seed in SEEDS:
        network, x, t = edge.beginning("raw", seed)
        runs.append(descent(network, SGD(share * 2 / steepest["raw"][seed]), x, t, steps=60, every=0))
    assert sum(run.rises > 0 for run in runs) == rising
    assert f"{share} times the limit: {rising} of 6 rise" in outputs("break-gate")
    if share == 2:
        assert all(np.flatnonzero(np.diff(run.losses) > 0)[0] < 5 for run in runs), "within five steps"
        assert max(run.losses[-1] for run in runs) < 0.3
    if share == 6:
        assert all(run.losses[-1] == pytest.approx(np.log(10), abs=0.01) for run in runs)
        assert all(run.shut >= 46 for run in runs)


def test_the_edge_of_stability():
    at = {lr: [RAW[0, lr].curvatures[step // 10] for step in (50, 100, 150, 200, 300)] for lr in (0.2, 0.4)}
    assert at[0.4][1:] == pytest.approx([4.95, 5.05, 4.52, 4.71], abs=0.01)
    assert at[0.2][0] == pytest.approx(10.0, abs=0.05)
    assert RAW[0, 0.05].curvatures[5] == pytest.approx(17.7, abs=0.05)
    ends = [RAW[seed, 0.4].curvatures[-1] for seed in SEEDS]
    assert f"all six end from {min(ends):.1f} to {max(ends):.1f}" in outputs("edge-gate")
    assert f"between {min(ends):.1f} and {max(ends):.1f}, just below" in outputs("edge-gate")


def test_centring_allows_long_steps_and_the_law_is_not_exact_there(steepest):
    first = {
        lr: np.median([np.flatnonzero(CENTRED[seed, lr].losses <= 0.1)[0] for seed in SEEDS])
        for lr in (0.2, 1.6, 3.2)
    }
    assert (first[1.6], first[3.2]) == (21, 12.5)
    raw = np.median([np.flatnonzero(RAW[seed, 0.2].losses <= 0.1)[0] for seed in SEEDS])
    assert raw == pytest.approx(170, abs=4)
    assert first[0.2] == pytest.approx(165, abs=4)
    assert sum(2 / value > 3.2 for value in steepest["centred"]) == 5
    assert all(1 <= CENTRED[seed, 3.2].rises <= 3 for seed in SEEDS)
    arrived = [seed for seed in SEEDS if (CENTRED[seed, 6.4].losses <= 0.1).any()]
    assert arrived == [1]
    assert all(RAW[seed, 0.1].losses[-1] > 0.1 for seed in SEEDS), "over 300 steps"
    peaks = [CENTRED[seed, 0.4].curvatures.max() for seed in SEEDS]
    assert np.median(peaks) == pytest.approx(1.1, abs=0.1)


def test_the_first_rise_is_within_a_factor_of_the_limit():
    factors = []
    for runs, reach in ((RAW, 2), (MOMENTUM, 3.8), (CENTRED, 2)):
        for seed in SEEDS:
            first = next(lr for lr in edge.RATES if runs[seed, lr].rises)
            factors.append(first * runs[seed, 0.1].curvatures[0] / reach)
    assert f"{min(factors):.2f} to {max(factors):.2f} times" in outputs("limits")
    assert min(factors) > 1 / 1.6 and max(factors) < 1.61
    assert "predicts within a factor of 1.6" in prose()


def test_what_is_said_of_momentum_and_of_minibatches():
    assert all(MOMENTUM[seed, 0.4].curvatures[-1] < 1.5 for seed in SEEDS)
    batches = edge.curvatures_in_batches()
    last = {size: [batches[size, seed][-6:].mean() for seed in SEEDS] for size in edge.BATCHES}
    assert max(last[300]) < 5 and min(last[300]) > 3.5
    assert max(last[20]) > 7
    told = f"batches of 300: {min(last[300]):.1f} to {max(last[300]):.1f} (edge 5)"
    assert told in outputs("honest")


def test_twice_the_weights():
    factors = {"raw": [], "centred": []}
    for setting, found in factors.items():
        for seed in SEEDS:
            network, x, t = edge.beginning(setting, seed)
            before = top_eigenvalues(network, x, t)[0]
            network.vector *= 2
            found.append(top_eigenvalues(network, x, t)[0] / before)
    assert (round(min(factors["raw"]), 1), round(max(factors["raw"]), 1)) == (3.6, 5.4)
    assert np.median(factors["centred"]) == pytest.approx(3, abs=0.3)
    assert "by 3.6 to 5.4 times" in outputs("scale-see")


def test_the_race_says_what_the_prose_says():
    pattern = r"([A-Z][A-Za-z, Θ]*): raw: η = (\S+), loss (\S+), test (\d+)%; centred: η = (\S+), loss (\S+), test (\d+)%"
    table = {name: row for name, *row in re.findall(pattern, outputs("race-see"))}
    raw = {name: float(row[1]) for name, row in table.items()}
    centred = {name: float(row[4]) for name, row in table.items()}
    assert (raw["SGD"], centred["SGD"]) == (0.13, 0.006)
    assert (table["SGD"][0], table["SGD"][3]) == ("0.3", "3")
    assert centred["SGD"] < min(raw.values())
    assert max(centred["RMSProp"], centred["Adam"]) < centred["SGD"] < 0.01
    assert sorted(centred, key=centred.get)[-2:] == ["Momentum", "Nesterov, Θ"]
    tests = [int(row[5]) for row in table.values()]
    assert (min(tests), max(tests)) == (91, 93)
    assert "between 91 and 93 per cent" in outputs("race-see")


# --- the notebook --------------------------------------------------------------------------------------------


def test_each_prediction_comes_before_its_answer():
    sources = [c.source for c in cells()]
    order = ["Edge(lr", 'Quiz("09 size")', 'NumberQuiz("09 entry")', 'Gate("09 difference"', 'Gate("09 many"',
             'Gate("09 seeds"', 'Gate("09 break"', 'Gate("09 edge"', 'Gate("09 centre"', 'Gate("09 winner"',
             'Quiz("09 rises")', 'NumberQuiz("09 allowed")']  # fmt: skip
    places = [
        next(i for i, text in enumerate(sources) if wanted in text.replace("\n    ", "")) for wanted in order
    ]
    assert places == sorted(places)


def test_every_slide_has_notes_and_they_fill_three_quarters_of_an_hour():
    kinds = [c.metadata.get("slideshow", {}).get("slide_type") for c in cells()]
    minutes = [float(n) for n in re.findall(r"For the teacher: (\S+) minutes?<", prose())]
    assert sum(minutes) <= 45
    slides = [i for i, kind in enumerate(kinds) if kind == "slide"][1:]
    for begin, end in zip(slides, [*slides[1:], len(kinds)], strict=True):
        assert "notes" in kinds[begin:end], cells()[begin].source[:50]
