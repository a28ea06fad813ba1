"""Trainings done ahead: each is what training it now gives, and the lectures find all of theirs."""

from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_utils.digits import load_digits
from course_utils.training import Config, Result, sweep, sweeps
from course_utils.training.ahead import configs
from course_utils.training.records import AHEAD, kept, key_of

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
ALL = list(configs())


def test_the_file_holds_each_of_them_once_and_nothing_else():
    keys = [key_of(config) for config in ALL]
    assert sorted(keys) == sorted(kept(AHEAD)) and len(set(keys)) == len(keys)
    assert len(AHEAD.read_text(encoding="utf-8").splitlines()) == len(keys)


@pytest.mark.parametrize("config", ALL[7::41], ids=str)
def test_a_training_done_ahead_is_what_comes_out_now(config):
    (then,), (now,) = sweep([config], ahead=True), sweep([config])
    assert then.status == now.status
    for name in ("losses", "test_losses", "accuracies", "unseen_loss"):
        old, new = (np.asarray(getattr(r.history, name), float) for r in (then, now))  # None: not measured
        np.testing.assert_allclose(old, new, rtol=1e-5, atol=1e-7, err_msg=name)


def test_a_sweep_trains_what_was_not_done_ahead(monkeypatch):
    other = Config("SGD", {"lr": 0.123}, epochs=1)
    trained = []
    monkeypatch.setattr(sweeps, "run", lambda config: trained.append(config) or Result(config, "finished"))
    assert [result.config for result in sweep([ALL[0], other], ahead=True)] == [ALL[0], other]
    assert trained == [other]
    sweep([ALL[0]])
    assert trained == [other, ALL[0]], "only where it is asked for"


@pytest.mark.parametrize(
    ("lecture", "cells"),
    [
        ("08-train-the-network", ("c002", "c047", "c057", "c055", "budget-gate")),
        ("09-the-law-meets-the-network", ("tools", "race-tune", "race-see")),
    ],
)
def test_a_lecture_finds_all_that_was_trained_for_it(monkeypatch, lecture, cells):
    """Its cells run, and none of their sweeps trains anything; the poster of lecture 08 is trained in the lecture."""
    monkeypatch.setattr(sweeps, "run", lambda config: pytest.fail(f"{config} was not done ahead"))
    nb = nbformat.read(NOTEBOOKS / f"{lecture}.ipynb", 4)
    sources = {cell.id: cell.source for cell in nb.cells}
    names = {"data": load_digits()}
    for id in cells:
        exec(sources[id].split("poster = ")[0], names)  # the cell itself
