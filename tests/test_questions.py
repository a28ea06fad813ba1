"""docs/questions.md: every question has its row in the guide, every heading it names is there, and its numbers come out."""

import re
from pathlib import Path

import numpy as np
import pytest
from test_guide import headings, rows, section, slug

from course_utils.digits import load_digits
from course_utils.network import TwoLayerNet
from course_utils.optimizers import SGD
from course_utils.training import train

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "questions.md").read_text(encoding="utf-8")
ANSWERS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))


def places(text):
    """The headings that a text names, each with the lecture named last before it: [("08", "A fair race"), ...]"""
    lecture, found = None, []
    for number, heading in re.findall(r"[Ll]ecture (\d\d)|(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", text):
        lecture = number or lecture
        if heading and not heading.endswith(":"):
            found.append((lecture, heading))
    return found


@pytest.mark.parametrize("question", ANSWERS)
def test_a_heading_that_an_answer_names_is_in_that_lecture(question):
    for lecture, heading in places(ANSWERS[question]):
        assert lecture, f"{heading!r} is in no lecture"
        assert heading in headings(lecture), f"lecture {lecture}"


def test_the_guide_has_a_row_for_every_question_and_each_leads_to_its_answer():
    found = rows(section("Questions that learners ask"))
    names = [re.fullmatch(r"\[(.+)\]\(questions\.md#(.+)\)", row[0]).groups() for row in found]
    assert names == [(question, slug(question)) for question in ANSWERS]
    assert len(names) == 12
    for _, where in found:
        number, heading = re.fullmatch(r"\[(\d\d)\]\(\.\./notebooks/\1-.+\): \*(.+)\*", where).groups()
        assert heading in headings(number)


def test_every_answer_points_somewhere():
    for question, answer in ANSWERS.items():
        assert places(answer) or "arXiv" in answer or "`tests/" in answer or "](../" in answer, question


def test_twelve_gigabytes_and_twenty_million_operations():
    size = TwoLayerNet().size
    assert f"{8 * size**2 / 1e9:.1f} GB" == "12.6 GB"
    assert round(size**3 / 3 / 1e13) == 2
    assert 2e7 < 100 * 6 * size < 3e7, "forward and back, two operations a weight each"


def end_of(lr, batch):
    """The training loss after 20 epochs of plain gradient descent: the median of three seeds."""
    digits = load_digits()
    return np.median(
        [
            train(
                TwoLayerNet(seed=seed), SGD(lr), digits, epochs=20, batch_size=batch, seed=seed, curves=True
            ).train_losses[-1]
            for seed in range(3)
        ]
    )


@pytest.mark.parametrize("batch", [pytest.param(10, marks=pytest.mark.weekly), 50, 250])
def test_the_linear_rule_keeps_the_loss_while_eta_is_below_the_limit(batch):
    assert 0.10 < end_of(0.001 * batch, batch) < 0.15


def test_the_linear_rule_ends_where_the_curvature_says():
    assert end_of(0.5, 500) > 0.5


@pytest.mark.weekly
def test_with_one_eta_for_all_the_small_batch_is_far_ahead():
    assert round(end_of(0.05, 10), 2) == 0.04
    assert round(end_of(0.05, 250), 1) == 0.4
