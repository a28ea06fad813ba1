"""The training clinic: each run fails as it says, each repair heals it, and what only seems to make sense does not."""

import asyncio
import math
import re
import string
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from loops import in_a_loop
from weekly import one_of_each

from course_utils import widgets
from course_utils.digits import load_digits
from course_utils.network import TwoLayerNet, forward, softmax_cross_entropy
from course_utils.practice import clinic, progress
from course_utils.practice.clinic import CASES, OFFERED, SEEDS, Case, Run, Setup, case, telling
from course_utils.practice.clinic.runs import gradient
from course_utils.training import Config, run
from course_utils.widgets import Clinic
from course_utils.widgets.clinic import finished
from course_utils.words import in_english

WORDS = in_english("training-clinic")
CONTRIBUTING = Path(__file__).resolve().parents[1] / "CONTRIBUTING.md"


def seeds(setup):
    """The same run with three seeds."""
    return [finished(replace(setup, seed=setup.seed + more)) for more in range(SEEDS)]


def accuracy(run):
    return run.measured["test_accuracy"][-1]


# --- the cases ------------------------------------------------------------------------------------------------


def test_there_are_twelve_cases_and_each_cause_is_right_once():
    assert len(CASES) == 12
    assert len({case.cause for case in CASES.values()}) == 12


@pytest.mark.parametrize("name", CASES)
def test_a_run_fails_with_its_symptom(name):
    found = case(name)
    for failing in seeds(found.setup):
        assert not found.reached(failing)
        assert found.symptom(failing)


@pytest.mark.parametrize("name", CASES)
def test_the_symptom_is_gone_when_the_run_is_healed(name):
    found = case(name)
    assert not found.symptom(finished(found.changed(found.repair)))


@pytest.mark.parametrize("name", CASES)
def test_the_repair_is_better_on_test_images_with_each_of_three_seeds(name):
    found = case(name)
    for failing, healed in zip(seeds(found.setup), seeds(found.changed(found.repair)), strict=True):
        assert found.reached(healed)
        assert accuracy(healed) > found.goal + 0.01, "not by a hair: another computer rounds in other ways"
        assert accuracy(healed) > accuracy(failing) + 0.04


@pytest.mark.parametrize("name", one_of_each([n // 3 for n in range(len(CASES))], CASES))
def test_changes_that_seem_to_make_sense_do_not_heal(name):
    found = case(name)
    assert len(found.useless) >= 2
    for change in found.useless:
        assert not all(map(found.reached, seeds(found.changed(change)))), change
        assert min(map(accuracy, seeds(found.changed(change)))) < found.goal - 0.015, change


@pytest.mark.parametrize("name", CASES)
def test_each_panel_offers_the_repair_and_some_other_ways(name):
    found = case(name)
    assert 4 <= len(found.panel) <= 6
    assert set(found.repair) <= set(found.panel)
    for knob in found.panel:
        assert getattr(found.setup, knob) in OFFERED[knob], knob


@pytest.mark.parametrize("name", CASES)
def test_a_case_has_words_for_its_cause_and_against_at_least_two_others(name):
    entry, failing = WORDS["cases"][name], finished(case(name).setup)
    assert {"title", "complaint", "yes", "why", "against"} == set(entry)
    assert case(name).cause not in entry["against"]
    assert len(entry["against"]) >= 2
    assert set(telling.causes(name, case(name))) == {case(name).cause, *entry["against"]}
    said = telling.said_of(name, failing)
    assert not any("{" in text for text in strings(said)), "every place is filled"


def test_six_runs_end_in_the_dark_as_the_notebook_says():
    dead = {name for name in CASES if finished(case(name).setup).measured["dead"][-1] > 0.9}
    assert dead == {"flat-line", "goes-dark", "grown-batch", "bright-paper", "stumbles", "one-spike"}


def test_the_notebook_visits_every_case_under_its_title():
    text = (CONTRIBUTING.parent / "solutions" / "training-clinic.ipynb").read_text(encoding="utf-8")
    visits = re.findall(r"Clinic\(\\\"([a-z-]+)\\\"\)", text)
    assert sorted(visits) == sorted(CASES)
    titles = re.findall(r"## \d+\. ([^\\\"]+)", text)
    assert titles == [WORDS["cases"][name]["title"] for name in visits]


def test_no_words_are_left_over():
    assert set(WORDS["cases"]) == set(CASES)
    offered = {cause for name in CASES for cause in telling.causes(name, case(name))}
    assert set(WORDS["causes"]) == offered
    assert set(WORDS["knobs"]) == set(OFFERED)
    places = {place for text in strings(WORDS) for _, place, _, _ in string.Formatter().parse(text) if place}
    known = {*telling.facts(finished(Setup(steps=1))), "goal", "before", "seed", "accuracies", "failing", "n"}
    assert places <= known


def strings(entry):
    return [entry] if isinstance(entry, str) else [text for each in entry.values() for text in strings(each)]


def test_an_unknown_case_is_refused_with_a_suggestion():
    with pytest.raises(ValueError, match="crawls"):
        Clinic("crawl")


def test_a_value_that_the_panel_does_not_offer_is_refused():
    with pytest.raises(ValueError, match="the panel has no 'momentum'"):
        case("crawls").changed({"momentum": 0.5})
    with pytest.raises(ValueError, match="lr must be one of"):
        case("crawls").changed({"lr": 0.02})


def test_before_its_first_spike_the_loss_falls_for_a_dozen_steps():
    """So its owner says, and its notebook asks whether anything was wrong before."""
    losses, lengths = (
        np.array(finished(case("one-spike").setup).per_step[name]) for name in ("loss", "gradient")
    )
    assert list(np.flatnonzero(lengths > 10)[:2] + 1) == [13, 15]
    assert lengths[:12].max() < 3
    assert losses[11] < 1.8
    assert (np.diff(losses[:12]) < 0).all()


def test_where_the_run_breaks_off_the_slope_of_the_logarithm_is_too_large_for_float32():
    run = Run(case("breaks-off").setup)
    probabilities = []

    def watched(params, x, t, reduce, loss_from):
        _, scores = forward(params, x)
        right = softmax_cross_entropy(scores, t)[0][np.arange(len(t)), t]
        probabilities.append(right.min())
        return gradient(params, x, t, reduce, loss_from)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("course_utils.practice.clinic.runs.gradient", watched)
        run.advance(1000)
    assert run.broke == len(probabilities)
    assert probabilities[-1] < 1e-38, "as its words say"
    assert min(probabilities[:-1]) > 1e-38
    with np.errstate(over="ignore", divide="ignore"):
        assert np.isinf(1 / np.float32(probabilities[-1]))
    assert not np.isfinite(run.network.vector).any()


def test_more_than_a_quarter_of_the_labels_are_wrong_where_the_network_learns_by_heart():
    labels = Run(case("knows-it-all").setup).digits.t_train
    assert (labels != load_digits().t_train[: len(labels)]).mean() > 0.25


def test_the_bursting_run_grows_from_its_third_step_on():
    losses = np.array(finished(case("bursts").setup).per_step["loss"][:-1])
    factors = losses[2:] / losses[1:-1]
    assert (factors > 0.5).all()
    assert np.median(factors) > 2


def test_in_a_healthy_run_the_weights_change_by_a_few_thousandths_in_a_step():
    """What the words of the run that crawls compare it with."""
    for name in ("crawls", "bright-paper", "grown-batch", "knows-it-all"):
        found = case(name)
        ratios = finished(found.changed(found.repair)).per_step["ratio"]
        assert 0.002 < np.median(ratios) < 0.02, name
        assert min(ratios[:10]) > 0.001, name
        assert max(ratios[:10]) < 0.03, name


def test_with_a_tenth_of_its_eta_the_run_at_the_peak_rate_needs_no_warm_up():
    found = case("stumbles")
    assert all(map(found.reached, seeds(replace(found.setup, lr=0.01))))
    assert 0.4 < finished(found.changed(found.repair)).measured["dead"][-1] < 0.7, (
        "half of the units are lost"
    )


def test_every_parameter_that_has_a_gradient_is_thousands_and_not_all():
    run = finished(case("stumbles").setup)
    fresh = Run(run.setup)
    _, grads = gradient(fresh.network.params, *fresh._minibatch(), "mean", "scores")
    assert 2000 < sum(np.count_nonzero(g) for g in grads.values()) < fresh.network.size / 2


# --- a run ----------------------------------------------------------------------------------------------------


def test_a_plain_run_equals_train():
    """On all 1500 images, with nothing special: the same losses, step by step."""
    setup = Setup(lr=0.1, images=1500, steps=45)
    history = run(Config("Momentum", {"lr": 0.1}, seed=0, epochs=3)).history
    np.testing.assert_allclose(finished(setup).per_step["loss"], history.losses, rtol=1e-4)


@pytest.mark.parametrize("loss_from", ["scores", "probabilities"])
def test_both_ways_to_compute_the_loss_have_the_right_gradient(loss_from):
    network, rng = TwoLayerNet((6, 5, 4), seed=1, dtype=np.float64), np.random.default_rng(0)
    x, t = rng.random((8, 6)), rng.integers(0, 4, 8)
    loss, grads = gradient(network.params, x, t, "mean", loss_from)
    assert loss == pytest.approx(network.loss(x, t))
    for name, g in network.gradient(x, t).items():
        np.testing.assert_allclose(grads[name], g, atol=1e-12)
    total, summed = gradient(network.params, x, t, "sum", loss_from)
    assert total == pytest.approx(8 * loss)
    np.testing.assert_allclose(summed["W1"], 8 * grads["W1"])


def test_a_run_in_slices_is_the_run_in_one_go():
    whole, sliced = Run(Setup(steps=30)), Run(Setup(steps=30))
    whole.advance(1000)
    while not sliced.over:
        sliced.advance(7)
    assert sliced.per_step == whole.per_step
    assert sliced.measured == whole.measured


def test_a_run_that_keeps_its_state_does_not_notice_the_pause():
    paused = Setup(method="Adam", schedule="cosine", steps=40, break_at=20)
    assert finished(paused).per_step == finished(replace(paused, break_at=0)).per_step
    assert finished(replace(paused, keep_state=False)).per_step != finished(paused).per_step


def test_an_early_stop_goes_back_to_its_best_and_never_looks_at_test_images(monkeypatch):
    setup = CASES["knows-it-all"].setup
    stopped, whole = finished(replace(setup, stop_early=True)), finished(setup)
    assert stopped.taken < whole.taken
    assert stopped.per_step["loss"] == whole.per_step["loss"][: stopped.taken]
    best = stopped.best[1]
    for name in ("test_loss", "test_accuracy"):
        assert stopped.measured[name][-1] == whole.measured[name][best]
    assert stopped.network.accuracy(stopped.digits.x_test, stopped.digits.t_test) == accuracy(stopped)


def test_centring_uses_the_training_images_alone():
    run = Run(Setup(centre=True, images=500, steps=1))
    assert np.abs(run.digits.x_train.mean(axis=0)).max() < 1e-6
    assert np.abs(run.digits.x_test.mean(axis=0)).max() > 1e-3


# --- the widget -----------------------------------------------------------------------------------------------


@pytest.fixture
def kept(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.jsonl"))


def opened(name):
    """A Clinic as a notebook shows it: its picture is taken, and it comes back as it was left."""
    found = Clinic(name)
    found._repr_mimebundle_()
    return found


def test_the_picture_shows_the_failing_run_and_its_sentence_hangs_on_no_last_digit(kept):
    first = Clinic("bursts")
    bundle = first._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert len(data["image/png"]) < 160_000
    assert data["text/plain"] == (
        "Training clinic, The run that bursts. The run breaks off before its end. The goal is 86 % of the test images right."
    )
    first.name_cause("rate-high")
    first.keep()
    assert Clinic("bursts").sentence() == data["text/plain"], "a stored page tells of nobody's guesses"


def test_the_panel_is_closed_until_a_cause_is_named():
    found = Clinic("crawls")
    found._handle_custom_msg({"run": "start"}, [])
    assert (found.status, found.notice) == ("ready", "The panel opens when you have named a cause.")
    found._handle_custom_msg({"cause": "noise"}, [])
    assert (found.cause, found.right, found.notice) == ("noise", False, "")
    assert found.answer.startswith("Look at the training loss")


def test_a_wrong_change_is_explained_and_the_right_one_is_proved_with_three_seeds(kept):
    found = opened("crawls")
    found.name_cause("rate-low")
    assert found.right
    found.change("seed", 1)
    found.finish()
    assert not found.good
    assert "28 % of the test images are right" in found.lines[0]
    assert "the steps are too short" in found.lines[-1]
    found.change("seed", 0)
    found.change("lr", OFFERED["lr"].index(0.03))
    found.finish()
    assert found.good
    assert found.healed
    assert found.lines[0].startswith("Cured. With three seeds 89 %")
    assert found.lines[-1] == "You needed 2 runs; your best so far is 2."
    assert found.tries == [
        "seed 1: 28 % of the test images right",
        "learning rate η 0.03: 89 % of the test images right",
    ]
    assert progress.state("training-clinic crawls") == "done"


def test_tries_come_back_and_the_fewest_runs_win(kept):
    found = opened("crawls")
    for lr in (0.001, 0.03):
        found.name_cause("rate-low")
        found.change("lr", OFFERED["lr"].index(lr))
        found.finish()
    back = opened("crawls")
    assert (back.tries, back.healed, back.cause) == (found.tries, True, "rate-low")
    assert back.setup().lr == 0.03
    back._handle_custom_msg({"do": "again"}, [])
    assert (back.tries, back.healed, back.cause) == ([], False, "")
    back.name_cause("rate-low")
    back.change("lr", OFFERED["lr"].index(0.1))
    back.finish()
    assert back.lines[-1] == "You needed 1 run; your best so far is 1."
    assert opened("crawls").lines[-1] == "You needed 1 run; your best so far is 1."
    assert progress.state("training-clinic crawls") == "done"


def test_what_an_older_course_kept_is_no_trouble(kept):
    progress.keep("training-clinic crawls", {"guessed": ["the moon"], "tried": [[{"lr": 7}, 0.5, False]]})
    found = opened("crawls")
    assert (found.cause, found.tries) == ("", [])
    assert "begins anew" in found.notice


def test_a_lucky_seed_heals_nothing(monkeypatch):
    """Where the first seed reaches the goal and the next does not, it says with which."""
    lucky = replace(case("stumbles"), goal=0.7)
    monkeypatch.setitem(CASES, "stumbles", lucky)
    found = Clinic("stumbles")
    found.name_cause("noise")
    found.finish()
    assert not found.healed
    assert found.lines == [
        "With seed 1 it is only 25 %. A change that works with one seed and not with the next has cured nothing."
    ]


def test_stop_ends_a_run_and_counts_it_as_a_try():
    async def scene():
        found = Clinic("knows-it-all")
        found.name_cause("rate-low")
        found.start()
        while not found.run.taken or found.run is found.failing:
            await asyncio.sleep(0.005)
        found._handle_custom_msg({"run": "stop"}, [])
        taken = found.run.taken
        await asyncio.sleep(0.1)
        assert (found.status, found.run.taken) == ("stopped", taken)
        assert 0 < taken < 300
        assert found.lines[0].startswith(f"You stopped the run after {taken} steps.")
        assert len(found.tries) == 1

    in_a_loop(scene())


def test_the_proof_is_worked_out_in_slices_too(monkeypatch):
    """With the failing runs of the other seeds, if they are not there yet."""
    longest = []
    advance = Run.advance

    def watched(run, steps):
        longest.append(steps)
        advance(run, steps)

    found = Clinic("grown-batch")
    found.name_cause("sum")
    found.change("reduce", OFFERED["reduce"].index("mean"))
    monkeypatch.setattr("course_utils.widgets.clinic._finished", {})
    monkeypatch.setattr(Run, "advance", watched)
    found.finish()
    assert found.healed
    assert max(longest) <= 5
    assert len(longest) == 6 * 150 / 5


def test_the_browser_may_set_nothing_and_ask_only_for_what_there_is():
    found = Clinic("crawls")
    found.set_state({"healed": True})
    assert not found.healed
    for asked in (
        {"cause": "state-lost"},
        {"change": ["lr", 99]},
        {"change": ["lr", True]},
        {"change": ["steps", 1]},
    ):
        found._handle_custom_msg(asked, [])
        assert found.notice
        assert found.cause == ""
    assert found.setup() == found.case.setup


def test_curves_stay_on_their_dials_and_end_where_the_run_broke_off():
    found = Clinic("bursts")
    curves = np.frombuffer(found.before, np.float32).reshape(8, found.steps + 1)
    seen = curves[~np.isnan(curves)]
    assert seen.min() == 0, "what is off the scale stands at the edge"
    assert seen.max() <= 1
    assert np.isnan(curves[:, found.failing.broke + 1 :]).all()
    assert found.table[0][0] == "loss, training"
    assert found.alt.startswith("The failing run, ")


def test_numbers_are_written_as_people_write_them():
    texts = [telling.number(x) for x in (0.0001, 2.32, 151.0, 4.7e18, 1e-6, math.nan, -0.5)]
    assert texts == ["0.0001", "2.3", "150", "4.7 · 10¹⁸", "10⁻⁶", "–", "−0.5"]


# --- an instructor's own case ---------------------------------------------------------------------------------


def test_an_instructor_adds_a_case_in_twenty_lines(monkeypatch):
    """The one that CONTRIBUTING.md shows, as it stands there."""
    text = CONTRIBUTING.read_text(encoding="utf-8").partition("### A case of the training clinic")[2]
    code, said = (re.search(rf"^```{kind}\n(.*?)^```", text, re.M | re.S)[1] for kind in ("python", "toml"))
    assert len((code + said).strip().splitlines()) <= 20
    cases = {}
    exec(code, {"CASES": cases, "Case": Case, "Setup": Setup, **vars(clinic.cases)} | {"CASES": cases})
    ((name, found),) = cases.items()
    more = tomllib.loads(said)
    words = {**WORDS, **{group: {**WORDS[group], **more[group]} for group in ("causes", "cases")}}
    monkeypatch.setitem(CASES, name, found)
    monkeypatch.setattr(telling, "words", lambda group: words)
    for check in (test_a_run_fails_with_its_symptom, test_the_symptom_is_gone_when_the_run_is_healed,
                  test_the_repair_is_better_on_test_images_with_each_of_three_seeds,
                  test_changes_that_seem_to_make_sense_do_not_heal, test_each_panel_offers_the_repair_and_some_other_ways):  # fmt: skip
        check(name)
    shown = widgets.Clinic(name)
    assert len(shown.causes) >= 3
    shown.name_cause(found.cause)
    assert shown.right


def test_the_notes_for_instructors_list_each_case_with_its_cause_and_what_was_tested():
    text = (CONTRIBUTING.parent / "docs" / "training-clinic.md").read_text(encoding="utf-8")

    def written(change):
        return ", ".join(
            f"{telling.knob(knob)}: {telling.setting(knob, value)}" for knob, value in change.items()
        )

    for name, found in CASES.items():
        cells = WORDS["cases"][name]["title"], WORDS["causes"][found.cause], written(found.repair)
        row = f"| {' | '.join(cells)} | {'; '.join(map(written, found.useless))} |"
        assert row in text, row
