"""The exercise of lecture 07: its references agree with the optimizers, its slips are told apart, its worked answers are right."""

import numpy as np
import pytest

from course_utils.optimizers import AdaGrad, Adam, AdamW, RMSProp
from course_utils.practice import three_walks
from course_utils.practice.questions import question
from course_utils.practice.tasks import lecture_07, of_lecture, task

TASKS = of_lecture("07")


def test_the_references_agree_with_the_optimizers_themselves():
    rng = np.random.default_rng(1)
    for _ in range(50):
        theta, s, g, lr, eps = lecture_07.any_step(rng)
        optimizer, params = AdaGrad(lr, eps), {"theta": theta.copy()}
        optimizer.s = {"theta": s.copy()}
        optimizer.update(params, {"theta": g})
        mine = lecture_07.adagrad_step(theta, s, g, lr, eps)
        np.testing.assert_allclose(mine, (params["theta"], optimizer.s["theta"]), rtol=1e-12)

        start, gradients, *settings, corrected = lecture_07.any_adam(rng)
        optimizer, params = Adam(*settings), {"theta": start.astype(float)}
        for g in gradients:
            optimizer.update(params, {"theta": g})
        np.testing.assert_allclose(
            lecture_07.adam(start, gradients, *settings, corrected), params["theta"], rtol=1e-12
        )


def test_the_first_lengths_agree_with_whole_steps():
    lr, beta1, beta2, eps, g = 0.3, 0.9, 0.96, 0.01, -0.02
    m, s = (1 - beta1) * g, (1 - beta2) * g**2
    params = {"x": 0.0}
    Adam(lr, beta1, beta2, eps).update(params, {"x": g})
    folded = lr * np.sqrt(1 - beta2) / (1 - beta1) * m / (np.sqrt(s) + eps)
    under = lr * (m / (1 - beta1)) / np.sqrt(s / (1 - beta2) + eps)
    for step, place in (
        (params["x"], "beside the corrected root"),
        (folded, "beside the uncorrected root"),
        (under, "under the root"),
    ):
        assert lr * lecture_07.first_length(g, eps, beta2, place) == pytest.approx(abs(step), rel=1e-12)


def test_the_decays_agree_with_whole_first_steps():
    rng = np.random.default_rng(2)
    for _ in range(20):
        theta, g, lr, decay, _ = lecture_07.any_decay(rng)
        l2, decoupled = {"t": theta.copy()}, {"t": theta.copy()}
        Adam(lr, eps=1e-300).update(l2, {"t": g + decay * theta})
        AdamW(lr, eps=1e-300, weight_decay=decay).update(decoupled, {"t": g})
        np.testing.assert_allclose(lecture_07.first_step(theta, g, lr, decay, False), l2["t"], rtol=1e-12)
        np.testing.assert_allclose(
            lecture_07.first_step(theta, g, lr, decay, True), decoupled["t"], rtol=1e-12
        )


@pytest.mark.parametrize("key", TASKS)
def test_the_right_answer_is_right_and_a_slip_is_named(key):
    asked = task(f"07 {key}")
    assert asked.examine(asked.reference).state == "right"
    assert len(asked.hints) == 3
    for slip in asked.mistakes[:2]:
        verdict = asked.examine(slip.function)
        assert verdict.state == "not yet"
        assert verdict.mistakes == (slip.name,)
        assert slip.symptom in " ".join(str(verdict).split())


@pytest.mark.parametrize("key", TASKS)
def test_no_slip_looks_like_another_or_like_the_right_answer(key):
    asked, rng = TASKS[key], np.random.default_rng(0)
    cases = [*asked.cases, *(asked.fresh(rng) for _ in range(20))]

    def table(function):
        with np.errstate(all="ignore"):
            return np.concatenate([np.ravel(np.array(function(*case), dtype=float)) for case in cases])

    tables = [table(function) for function in (asked.reference, *(slip.function for slip in asked.mistakes))]
    for i, one in enumerate(tables):
        for other in tables[:i]:
            assert not np.allclose(one, other, rtol=1e-9, equal_nan=True)


def test_no_hint_gives_the_answer():
    for asked in TASKS.values():
        body = [line.strip() for line in asked.code().splitlines() if line.strip().startswith("return")]
        assert not any(line in hint for line in body for hint in asked.hints)


def test_the_walks_show_what_the_worked_answer_says():
    walks = three_walks()
    first = {name: theta[0] - theta[1] for name, theta in walks.items()}
    assert first["A"] == pytest.approx(0.5 / 0.1**0.5, rel=1e-6)  # RMSProp
    assert first["B"] == pytest.approx(0.5) == first["C"]
    assert np.abs(walks["A"][30:60]).max() < 1e-6 < 0.1 < np.abs(walks["A"][80:]).max()
    assert walks["B"].min() < -1  # Adam runs through
    steps = -np.diff(walks["C"])
    assert np.all(steps > 0)
    assert np.all(np.diff(steps) < 0)
    assert walks["C"][-1] > 0.1


def test_the_numbers_asked_for_agree_with_the_code():
    optimizer, params = AdaGrad(0.5), {"x": 0.0}
    for g in (3.0, 4.0):
        optimizer.update(params, {"x": g})
    assert params["x"] == pytest.approx(float(question("07 hand").answer))
    text = question("07 libraries").text
    for place in ("beside the corrected root", "beside the uncorrected root", "under the root"):
        assert f"{lecture_07.first_length(2e-5, 1e-7, 0.999, place):.3f} η" in text


def test_the_numbers_of_the_worked_answers():
    optimizer, params, count = RMSProp(1.0, rho=0.9), {"x": 0.0}, 0
    optimizer.update(params, {"x": 4000.0})
    while optimizer.s["x"] - 9 > 9:  # the new gradients bring 9 along
        optimizer.update(params, {"x": 3.0})
        count += 1
    assert count == pytest.approx(np.log(0.1 * 4000**2 / 9) / np.log(1 / 0.9), abs=1.5)
    assert round(np.log(0.1 * 4000**2 / 9) / np.log(1 / 0.9)) == 115
    lengths = [(1 - 0.9**t) / (1 - 0.99**t) ** 0.5 for t in (1, 2)]
    assert lengths == pytest.approx([1, 1.35], abs=0.005)
    t = np.arange(1, 5)
    wrong = (0.1 / (1 - 0.9**t)) / np.sqrt(0.001 / (1 - 0.999**t))
    assert wrong == pytest.approx([1, 0.744, 0.639, 0.581], abs=5e-4)


def test_a_task_and_a_question_never_share_a_name():
    """Answers to both are kept by name."""
    for key in TASKS:
        with pytest.raises(ValueError, match="There is no question"):
            question(f"07 {key}")
