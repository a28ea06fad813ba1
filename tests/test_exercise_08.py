"""The exercise of lecture 08: references against the course's own code, and its notebook."""

from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_utils import training
from course_utils.digits import load_digits
from course_utils.network import TwoLayerNet, backpropagate, softmax_cross_entropy
from course_utils.optimizers import Momentum
from course_utils.practice.questions import question
from course_utils.practice.tasks import lecture_08, of_lecture, task
from course_utils.training import Config, sweep
from course_utils.words import words

TASKS = of_lecture("08")

ROOT = Path(__file__).resolve().parent.parent
NAME = "08-train-the-network.ipynb"

# --- the references -------------------------------------------------------------------------------------------


def test_the_references_agree_with_the_network():
    rng = np.random.default_rng(0)
    net = TwoLayerNet(sizes=(7, 5, 4), dtype=np.float64)
    x, t = rng.random((6, 7)), rng.integers(0, 4, 6)
    p = net.params
    h = np.maximum(x @ p["W1"] + p["b1"], 0)
    loss, ds = lecture_08.cross_entropy(h @ p["W2"] + p["b2"], t)
    _, dW1, db1 = lecture_08.layer_gradient(x, p["W1"], p["b1"], ds @ p["W2"].T)
    wanted_loss, wanted = backpropagate(p, x, t)
    assert loss == pytest.approx(wanted_loss, rel=1e-12)
    for name, mine in {"W1": dW1, "b1": db1, "W2": h.T @ ds, "b2": ds.sum(axis=0)}.items():
        np.testing.assert_allclose(mine, wanted[name], rtol=1e-12, atol=1e-15)
    s = np.array([[1000.0, 1001.0]])
    assert lecture_08.cross_entropy(s, np.array([0]))[0] == pytest.approx(
        softmax_cross_entropy(s, np.array([0]))[1]
    )


def test_the_gradient_by_the_input_of_a_layer_is_right_too():
    rng = np.random.default_rng(1)
    x, W, b, dh = lecture_08.some_layer(rng)
    dx = lecture_08.layer_gradient(x, W, b, dh)[0]

    def loss(flat):
        return np.sum(np.maximum(flat.reshape(x.shape) @ W + b, 0) * dh)

    measured = lecture_08.numerical_gradient(loss, x.ravel())
    np.testing.assert_allclose(dx.ravel(), measured, atol=1e-8)


def test_the_numerical_gradient_has_the_digits_it_promises():
    theta = np.array([0.5, 1.0])
    slope = (np.cos(theta) + np.sin(theta) / 2) * np.exp(theta / 2)
    np.testing.assert_allclose(
        lecture_08.numerical_gradient(lecture_08.waves, theta), slope, rtol=TASKS["numerical"].rtol / 10
    )


@pytest.mark.parametrize("h", [1e-4, 1e-6])
def test_other_good_choices_of_h_are_right_too(h):
    assert task("08 numerical").examine(lecture_08._difference(h)).state == "right"


def test_the_memory_is_what_the_optimizers_keep():
    for method in lecture_08.KEPT:
        net = TwoLayerNet(sizes=(6, 5, 4), dtype=np.float64)
        optimizer = training.METHODS[method]()
        optimizer.update(net.params, {name: np.ones_like(p) for name, p in net.params.items()})
        assert lecture_08.numbers_kept(method, (6, 5, 4)) == training.floats_kept(optimizer)


def test_no_task_shares_its_name_with_a_question():
    assert not set(TASKS) & set(words("08")["questions"])


# --- the tasks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", TASKS)
def test_the_right_answer_is_right_and_has_three_hints(key):
    asked = task(f"08 {key}")
    assert asked.examine(asked.reference).state == "right"
    assert len(asked.hints) == 3
    body = [line.strip() for line in asked.code().splitlines() if line.strip().startswith("return")]
    assert not any(line in hint for line in body for hint in asked.hints)


# --- the questions ------------------------------------------------------------------------------------------------


def test_the_numbers_asked_for_by_hand():
    _, ds = lecture_08.cross_entropy(np.log([[3.0, 2.0, 1.0], [1.0, 1.0, 2.0]]), np.array([2, 0]))
    assert ds[0, 2] == pytest.approx(float(question("08 score").answer))
    np.testing.assert_allclose(ds[:, 2], [-5 / 12, 1 / 4])
    assert np.array([3, 6]) @ ds[:, 2] == pytest.approx(float(question("08 weight").answer))
    wrong = {float(w.value) for w in question("08 weight").wrong}
    for mistake in (3 * ds[0, 2], 6 * ds[1, 2], ds[:, 2].sum(), np.array([6, 3]) @ ds[:, 2]):
        assert any(abs(mistake - w) < 1e-12 for w in wrong)


def solution_cells():
    return nbformat.read(ROOT / "solutions" / NAME, 4).cells


def test_one_claim_is_fair_and_the_others_have_the_stated_fault():
    source = next(c.source for c in solution_cells() if c.id == "claims-configs")
    names = {"Config": Config}
    exec(source, names)  # the cell itself
    fields = ("seed", "epochs", "batch_size", "sizes", "activation", "initialisation", "data")
    found = {}
    for claim, (ours, theirs) in names["claims"].items():
        found[claim[0]] = {
            f for f in fields if [getattr(c, f) for c in ours] != [getattr(c, f) for c in theirs]
        }
        found[claim[0]] |= {"few seeds"} if len(ours) < 5 else set()
    assert found == {"A": {"batch_size"}, "B": {"epochs"}, "C": set(), "D": {"few seeds"}}
    right = [option.text[0] for option in question("08 fair").options if option.right]
    assert right == ["C"]


def test_the_numbers_of_the_worked_answer_on_claim_a_hold():
    def end(method, lr, batch_size=100):
        runs = sweep([Config(method, {"lr": lr}, s, epochs=6, batch_size=batch_size) for s in range(5)])
        return np.median([r.history.losses[-1500 // batch_size :].mean() for r in runs])

    adam, slow, repaired = end("Adam", 0.01), end("SGD", 0.3, 300), end("SGD", 0.3)
    assert adam < repaired < slow
    assert (slow - repaired) > (repaired - adam), "most of the distance goes away"


def test_a_forgotten_mask_is_seen_late():
    source = next(c.source for c in solution_cells() if c.id == "own-train")
    names = {"np": np, "load_digits": load_digits, "Momentum": Momentum, "minibatches": training.minibatches,
             "cross_entropy": lecture_08.cross_entropy}  # fmt: skip
    losses = {}
    forgotten = next(slip.function for slip in TASKS["layer"].mistakes if slip.name == "mask_forgotten")
    versions = {"layer_gradient": lecture_08.layer_gradient, "mask_forgotten": forgotten}
    for name in versions:
        names["layer_gradient"] = versions[name]
        exec(source, names)  # the cell itself
        losses[name] = names["train_mine"](150)[0]
    early, late = (
        np.mean(losses["mask_forgotten"][part]) / np.mean(losses["layer_gradient"][part])
        for part in (slice(45, 60), slice(135, 150))
    )
    assert 0.7 < early < 1.3
    assert 1.5 < late < 3


# --- the notebooks --------------------------------------------------------------------------------------------------


def test_no_answer_stands_in_the_exercise():
    text = (ROOT / "exercises" / NAME).read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" not in text
    assert "Worked answer" not in text
    code = [c.source for c in nbformat.read(ROOT / "exercises" / NAME, 4).cells if c.cell_type == "code"]
    assert sum("raise NotImplementedError" in source for source in code) == 5
