"""The exercise of lecture 09: references against the course's own code, and its notebook."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_utils.curvature import hessian_vector, lanczos
from course_utils.optimizers import Momentum
from course_utils.practice.questions import question
from course_utils.practice.tasks import lecture_09, of_lecture, task
from course_utils.practice.tasks.comparing import same
from course_utils.schedules import Scheduled, constant
from course_utils.training import edge
from course_utils.words import words
from course_utils.wrappers import global_norm

TASKS = of_lecture("09")
ROOT = Path(__file__).resolve().parent.parent
NAME = "09-the-law-meets-the-network.ipynb"


def prose(folder):
    return "\n".join(
        c.source for c in nbformat.read(ROOT / folder / NAME, 4).cells if c.cell_type == "markdown"
    )


# --- the references ------------------------------------------------------------------------------------------


def test_the_product_is_the_difference_of_gradients():
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, c, W, w, U, u = lecture_09.some_net(rng)

        def gradient(h, x=x, c=c, W=W, w=w, U=U, u=u):
            a = x @ (W + h * U)
            e = np.maximum(a, 0) @ (w + h * u) - c
            return x.T @ (np.outer(e, w + h * u) * (a > 0)) / len(x), np.maximum(a, 0).T @ e / len(x)

        differences = [(up - down) / 2e-6 for up, down in zip(gradient(1e-6), gradient(-1e-6), strict=True)]
        for part, difference in zip(lecture_09.hessian_vector(x, c, W, w, U, u), differences, strict=True):
            assert part == pytest.approx(difference, rel=1e-6, abs=1e-6)


def test_no_unit_opens_or_shuts_before_the_first_kink_and_one_does_there():
    rng = np.random.default_rng(0)
    for _ in range(50):
        a, change = lecture_09.some_units(rng)
        h = lecture_09.first_kink(a, change)
        for side in (1, -1):
            assert ((a + side * 0.999 * h * change > 0) == (a > 0)).all()
        assert any(((a + side * 1.001 * h * change > 0) != (a > 0)).any() for side in (1, -1))


def test_clipping_keeps_the_direction_and_bounds_the_length():
    rng = np.random.default_rng(0)
    for _ in range(20):
        grads, most = lecture_09.some_gradients(rng)
        clipped = lecture_09.clip(grads, most)
        assert global_norm(clipped) == pytest.approx(min(most, global_norm(grads)))
        factors = [(c[g != 0] / g[g != 0]) for c, g in zip(clipped.values(), grads.values(), strict=True)]
        assert np.ptp(np.concatenate(factors)) < 1e-12


def test_an_interrupted_run_ends_where_the_course_s_own_classes_end():
    rng = np.random.default_rng(0)
    gradients = list(rng.normal(size=(9, 2)))
    state = lecture_09.carry_on(lecture_09.BEGINNING, gradients[:4], 0.5, 0.9, 6)
    state = lecture_09.carry_on(state, gradients[4:], 0.5, 0.9, 6)
    ball = Scheduled(Momentum(0.5, 0.9), lambda step: constant(step, 0.5, warm_up=6))
    params = {"theta": lecture_09.BEGINNING["theta"].copy()}
    for g in gradients:
        ball.update(params, {"theta": g})
    assert state["theta"] == pytest.approx(params["theta"], rel=1e-12)
    assert state["step"] == 9
    rates = [lecture_09.warmed_up(step, 0.5, 6) for step in range(9)]
    assert rates == pytest.approx([constant(step, 0.5, warm_up=6) for step in range(9)])


# --- the tasks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", TASKS)
def test_the_right_answer_is_right_and_a_slip_is_named(key):
    asked = task(f"09 {key}")
    assert asked.examine(asked.reference).state == "right"
    assert len(asked.hints) == 3
    body = [line.strip() for line in asked.code().splitlines() if line.strip().startswith("return")]
    assert not any(line in hint for line in body for hint in asked.hints)
    slip = asked.mistakes[0]
    verdict = asked.examine(slip.function)
    assert verdict.state == "not yet"
    assert verdict.mistakes == (slip.name,)
    assert slip.symptom in " ".join(str(verdict).split())


@pytest.mark.parametrize("key", TASKS)
def test_no_slip_looks_like_another_or_like_the_right_answer(key):
    asked, rng = TASKS[key], np.random.default_rng(0)
    cases = [*asked.cases, *(asked.fresh(rng) for _ in range(20))]
    with np.errstate(all="ignore"):
        tables = [
            [function(*case) for case in cases]
            for function in (asked.reference, *(slip.function for slip in asked.mistakes))
        ]
    for i, one in enumerate(tables):
        for other in tables[:i]:
            assert not all(same(a, b) for a, b in zip(one, other, strict=True))


def test_clipping_each_array_differs_from_clipping_the_whole():
    verdict = task("09 clip").examine(
        lambda grads, most: {k: g * min(1, most / (np.linalg.norm(g) or 1)) for k, g in grads.items()}
    )
    assert verdict.mistakes == ("each_array",)


def test_no_task_shares_its_name_with_a_question():
    assert not set(TASKS) & set(words("09")["questions"])


# --- the questions -------------------------------------------------------------------------------------------


def test_the_numbers_asked_for_by_hand():
    def product(x, c, w1, w2, u1, u2):
        rows = np.array([[float(x)]]), np.array([float(c)]), np.array([[float(w1)]]), np.array([float(w2)])
        parts = lecture_09.hessian_vector(*rows, np.array([[float(u1)]]), np.array([float(u2)]))
        return [part.item() for part in parts]

    assert product(1, 1, 1, 2, 1, 0) == [4, float(question("09 entry").answer)]
    assert product(2, 1, 1, 1, 0, 1)[0] == float(question("09 hand").answer)
    assert product(2, 1, -1, 1, 0, 1)[0] == float(question("09 shut").answer) == 0
    H = np.array([product(2, 1, 1, 1, 1, 0), product(2, 1, 1, 1, 0, 1)])
    assert np.linalg.eigvalsh(H) == pytest.approx([-2, 10])
    assert lecture_09.largest_rate(np.array([8.0, 1]), 0.5) == float(question("09 allowed").answer)


def test_the_printed_spectrum_belongs_to_the_network():
    (source,) = [c.source for c in nbformat.read(ROOT / "solutions" / NAME, 4).cells if c.id == "limit-see"]
    printed = [float(x) for x in re.search(r"np\.array\(\[(.*?)\]\)", source)[1].split(",")]
    network, x, t = edge.beginning("raw", 3)
    start = np.random.default_rng(0).standard_normal(network.size)
    *_, (values, _shares, _misses) = lanczos(hessian_vector(network, x, t), start / np.linalg.norm(start), 90)
    assert np.array([*values[:4], *values[-2:]]).round(2).tolist() == printed


def test_the_run_of_the_two_curves_does_what_the_answer_says():
    run = edge.trained_ahead("raw")[5, 0.28]
    assert run.curvatures[0] == pytest.approx(12, abs=0.1)
    assert run.curvatures[1] == pytest.approx(20, abs=0.6)
    assert run.rises == 16
    assert not (np.diff(run.losses[53:]) > 0).any()
    assert abs(run.curvatures[8:16] - 2 / 0.28).max() < 0.7
    assert not edge.trained_ahead("centred")[5, 0.28].rises


def test_the_numbers_of_the_worked_answers_hold():
    clipped = lecture_09.clip({"W": np.array([30.0, 40.0]), "b": np.array([0.5])}, 1)
    assert [*clipped["W"], *clipped["b"]] == pytest.approx([0.6, 0.8, 0.01], abs=1e-4)
    assert pytest.approx(3, abs=0.2) == 0.1 / 0.001**0.5


# --- the notebooks -------------------------------------------------------------------------------------------


def test_the_tasks_take_at_most_45_minutes_and_say_what_they_train():
    found = re.findall(r"\*Trains [^*]+ About (\d+) minutes\.\*", prose("solutions"))
    assert len(found) == 8
    assert sum(map(int, found)) <= 45


def test_no_answer_stands_in_the_exercise():
    text = (ROOT / "exercises" / NAME).read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" not in text
    assert "Worked answer" not in text
    code = [c.source for c in nbformat.read(ROOT / "exercises" / NAME, 4).cells if c.cell_type == "code"]
    assert sum("raise NotImplementedError" in source for source in code) == len(TASKS)
