"""Lecture 10: its outputs are those of a computer with PyTorch, it runs without, and nothing else needs it."""

import ast
import copy
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from every import OPTIMIZERS

from course_utils import library
from course_utils.authoring.page import Page
from course_utils.authoring.running import run
from course_utils.digits import load_digits
from course_utils.network import TwoLayerNet
from course_utils.optimizers import Adam, Momentum, NesterovLookahead
from course_utils.practice.questions import question
from course_utils.schedules import Scheduled, cosine
from course_utils.training import minibatches, train
from course_utils.wrappers import Clipped, global_norm

ROOT = Path(__file__).resolve().parent.parent
PAGE = Page.read(ROOT / "notebooks" / "10-in-pytorch.ipynb")


def told(cell):
    return "\n".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs)


OUTPUTS = {cell.id: told(cell) for _, cell in PAGE.cells("code")}


def test_the_stored_outputs_were_made_with_pytorch():
    assert not [name for name, output in OUTPUTS.items() if "needs PyTorch" in output]
    assert sum("torch" in cell.source for _, cell in PAGE.cells("code")) > 8


def test_wherever_two_are_compared_they_agree_to_a_millionth():
    compared = [output for output in OUTPUTS.values() if " differ by " in output]
    assert len(compared) == 6
    assert all("differ by less than 1e-6" in output and "e-0" not in output for output in compared)


def test_every_method_has_its_line():
    rows = re.findall(r"^(\w+) +torch\.optim\.\w+\(θ, .*\) +(.+)$", OUTPUTS["table"], re.M)
    assert [name for name, _ in rows] == [m.__name__ for m in OPTIMIZERS if m is not NesterovLookahead]
    assert {difference for _, difference in rows} == {"less than 1e-6"}


def test_a_resumed_run_is_the_same_in_both():
    assert [OUTPUTS[name].count("every bit is equal") for name in ("resume-torch", "resume-ours")] == [1, 1]


# ----------------------------------------------------------------------------- what the questions say, computed


@pytest.mark.parametrize("seed", [0, 1])
def test_a_warm_up_decides_whether_adam_learns(seed):
    right = []
    for warm_up in 0, 15:
        adam = Scheduled(Adam(), lambda step, warm_up=warm_up: cosine(step, 0.1, 150, warm_up))
        right.append(train(TwoLayerNet(seed=seed), adam, load_digits(), steps=150, seed=seed).accuracies[-1])
    assert right[0] < 0.8
    assert right[1] > 0.88
    assert "Less than 80 %" in next(o.text for o in question("10 warm-up").options if o.right)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_one_spoiled_minibatch_does(seed):
    digits, loud = load_digits(), {}
    for how in ("not at all", "each entry", "the whole"):
        network, momentum = TwoLayerNet(seed=seed), Momentum(0.1)
        optimizer = Clipped(momentum, 1.0) if how == "the whole" else momentum
        train(network, optimizer, digits, steps=60, seed=seed)
        x, t = next(minibatches(255 * digits.x_train, digits.t_train, seed=seed))
        grads, usual = network.gradient(x, t), network.gradient(x / 255, t)
        if how == "not at all":
            assert global_norm(grads) > 100 * global_norm(usual)
        if how == "each entry":
            grads = {name: np.clip(g, -1, 1) for name, g in grads.items()}
            assert 30 < global_norm(grads) < 80
        optimizer.update(network.params, grads)
        loud[how] = train(network, optimizer, digits, steps=10, seed=seed).losses.max()
    assert loud["not at all"] > 100
    assert loud["each entry"] > 100
    assert loud["the whole"] < 0.5


def test_a_larger_eta_with_its_warm_up_buys_training_loss_and_hardly_a_better_test():
    rows = [re.split(r" {2,}", row.strip()) for row in OUTPUTS["why-warm-up-buys"].splitlines()[-4:]]
    assert rows == [
        ["0.01", "none", "below 0.1", "about 90 %"],
        ["0.01", "15", "below 0.1", "about 90 %"],
        ["0.1", "none", "above 1", "less than 80 %"],
        ["0.1", "15", "below 0.05", "about 90 %"],
    ]


def test_the_loss_at_the_start_stands_in_the_table_of_the_warm_up():
    first = next(line.split() for line in OUTPUTS["why-warm-up-table"].splitlines() if line.startswith(" "))
    assert first == ["0", "0.0", "2.4", "5", "0.0", "2.4", "5"]


def test_the_limit_of_the_comparison_was_reached_in_every_step():
    assert "longer than 0.5 in 100 of the 100 steps" in OUTPUTS["clipping-code"]


def test_the_groups_of_the_decay_hold_every_parameter_of_a_convolution():
    """Whatever has axes to count will do for PyTorch's parameters here."""
    cell = next(cell for _, cell in PAGE.cells("code") if cell.id == "groups-code")
    [groups] = [line for line in ast.parse(cell.source).body if ast.unparse(line).startswith("groups = ")]
    shapes = (8, 3, 5, 5), (8,), (8,), (8,), (10, 72), (10,)
    places = {"model": SimpleNamespace(parameters=lambda: map(np.zeros, shapes))}
    exec(ast.unparse(groups), places)
    decaying, others = ([p.shape for p in group["params"]] for group in places["groups"])
    assert decaying == [(8, 3, 5, 5), (10, 72)]
    assert len(decaying) + len(others) == len(shapes)


def test_the_question_about_clipping_comes_before_its_definition():
    ids = [cell.id for cell in PAGE.nb.cells]
    before = "".join(
        cell.source for cell in PAGE.nb.cells[: ids.index("spoiled")] if cell.cell_type == "markdown"
    )
    assert "shortens a gradient" not in before
    assert "shortens a gradient" in PAGE.nb.cells[ids.index("clipping-where")].source


# ------------------------------------------------------------------------------------------- without PyTorch


def test_without_pytorch_the_notebook_says_how_to_get_it_and_runs_clean(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['torch'] = None", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    nb = copy.deepcopy(PAGE.nb)
    run(nb, PAGE)
    first, *others = [cell for cell in nb.cells if cell.cell_type == "code"]
    assert library.COMMAND in told(first)
    assert {told(cell).strip() for cell in others} == {"This cell needs PyTorch, so it was left out."}


def test_what_installs_pytorch_or_asks_for_it_is_never_left_out():
    for line in "needs_torch()\n", "get_ipython().run_line_magic('pip', 'install torch')\n":
        assert library.left_out([line]) == [line]
    assert library.left_out(["\n"]) == ["\n"]
    assert library.left_out(["import torch\n"]) != ["import torch\n"]


def test_in_the_browser_no_command_is_offered():
    told, command = library.how_to_get_it("emscripten")
    assert command == ""
    assert "computer" in told[-1]
    assert library.how_to_get_it("linux")[1].startswith(
        "%pip install torch --index-url https://download.pytorch.org"
    )


def test_outside_a_notebook_nothing_is_left_out():
    assert library.needs_torch() is None


def test_nothing_else_needs_pytorch():
    for folder in ("notebooks", "solutions", "exercises"):
        for path in sorted((ROOT / folder).glob("*.ipynb")):
            code = "\n".join(cell.source for _, cell in Page.read(path).cells("code"))
            assert ("import torch" in code) == (path == PAGE.path), path.name
    for path in (ROOT / "course_utils").rglob("*.py"):
        assert not re.search(r"^\s*(import|from) torch\b", path.read_text(encoding="utf-8"), re.M), path.name
