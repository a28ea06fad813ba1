"""The bug clinic: its facts once more, its patients and repairs before its checks, its hints without the answer."""

import ast
import inspect
import re
from fractions import Fraction as F

import numpy as np
import pytest
from browser import ROOT

from course_utils.authoring.page import Page
from course_utils.descent import descend
from course_utils.landscapes import BOWL, HIMMELBLAU, SADDLE, quadratic
from course_utils.optimizers import Momentum, Nesterov, NesterovLookahead
from course_utils.practice.checking import check, hint, solution
from course_utils.practice.questions import question
from course_utils.practice.tasks import bugs, of_lecture, task
from course_utils.words import words

SOLUTION = ROOT / "solutions" / "bug-clinic.ipynb"
KINDS = {  # what is in the notebook: (broken, repaired, what the check must say of the broken one)
    "stuck": ("StuckMomentum", "MovingMomentum", "first call only"),
    "name": ("HalfwayNesterov", "SpeltNesterov", "sefl"),
    "order": ("RunawayNesterov", "OrderlyNesterov", "you update v before"),
    "whole": ("quick_walk", "walk", "cut off to whole numbers"),
    "history": ("one_row_history", "history", "without a copy"),
    "slope": ("close_slope", "slope", "h is so small that rounding eats the digits"),
    "shared": ("HauntedMomentum", "OwnMomentum", "what an optimizer remembers belongs to self"),
    "rate": ("StubbornMomentum", "ObedientMomentum", "η is always 0.1"),
}


@pytest.fixture(scope="module")
def clinic():
    """What the notebook defines: its classes and functions, broken and repaired."""
    space = {}
    for _, cell in Page.read(SOLUTION).cells("code"):
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.Import | ast.ImportFrom | ast.ClassDef | ast.FunctionDef):
                lines = "\n" * (node.lineno - 1) + ast.get_source_segment(cell.source, node)
                exec(compile(lines, f"<{cell.id}>", "exec"), space)
    return space


def said(capsys, thing, name):
    check(thing, f"bugs {name}")
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("name", [*KINDS, "test"])
def test_the_repaired_code_is_right(clinic, capsys, name):
    repaired = KINDS[name][1] if name in KINDS else "is_momentum"
    out = said(capsys, clinic[repaired], name)
    assert "Right" in out
    assert "Not yet" not in out


@pytest.mark.parametrize("name", KINDS)
def test_the_broken_code_is_wrong_and_its_symptom_is_named(clinic, capsys, name):
    broken, _, symptom = KINDS[name]
    out = said(capsys, clinic[broken], name)
    assert "Not yet" in out
    assert symptom in out


class OldVelocityKept:
    """Nesterov in Θ with the early update left in, and the old v kept: as right as the other order."""

    def __init__(self, lr=0.01, momentum=0.9):
        self.rate, self.mu, self.state = lr, momentum, {}

    def update(self, params, grads):
        for name in params:
            old = self.state.get(name, 0 * params[name])
            self.state[name] = self.mu * old - self.rate * grads[name]
            params[name] += (1 + self.mu) * self.state[name] - self.mu * old


class AssignedInPlace:
    """Momentum without += and without a name that is used in the notebook."""

    def __init__(self, lr=0.01, momentum=0.9):
        self.eta, self.mu, self.speeds = lr, momentum, None

    def update(self, params, grads):
        if not self.speeds:
            self.speeds = {key: grads[key] * 0 for key in grads}
        for key, value in params.items():
            self.speeds[key] = self.mu * self.speeds[key] - self.eta * grads[key]
            value[...] = value + self.speeds[key]


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        (OldVelocityKept, "name"),
        (OldVelocityKept, "order"),
        (AssignedInPlace, "stuck"),
        (AssignedInPlace, "shared"),
        (AssignedInPlace, "rate"),
    ],
)
def test_another_way_to_write_the_repair_is_right_too(capsys, thing, name):
    out = said(capsys, thing, name)
    assert "Right" in out
    assert "Not yet" not in out


def test_other_repairs_of_the_functions_are_right_too(capsys):
    def whole(start, lr, steps):
        x, y = map(float, start)
        for _ in range(steps):
            x, y = x - lr * x / 10, y - lr * 2 * y
        return np.array([x, y])

    def history(start, lr, steps):
        theta = np.array(start, dtype=float)
        rows = [theta]
        for _ in range(steps):
            theta = theta - lr * BOWL.gradient(theta)
            rows.append(theta)
        return rows

    def slope(f, x):
        return (f(x + 1e-8) - f(x)) / 1e-8

    for thing in (whole, history, slope):
        out = said(capsys, thing, thing.__name__)
        assert "Right" in out
        assert "Not yet" not in out


# --- the tasks ---------------------------------------------------------------------------------------------


def test_each_task_is_asked_once_and_named_beside_it():
    page = Page.read(SOLUTION)
    code = "\n".join(cell.source for _, cell in page.cells("code"))
    prose = "\n".join(cell.source for _, cell in page.cells("markdown"))
    assert re.findall(r'^check\(\w+, "bugs (\w+)"\)', code, re.MULTILINE) == list(of_lecture("bugs"))
    for name in of_lecture("bugs"):
        assert f'Your word for hints is `"bugs {name}"`' in prose
        assert task(f"bugs {name}") is of_lecture("bugs")[name]


def test_each_question_is_asked_once_and_shares_no_name_with_a_task():
    code = "\n".join(cell.source for _, cell in Page.read(SOLUTION).cells("code"))
    asked = re.findall(r'^Quiz\("bugs ([\w-]+)"\)', code, re.MULTILINE)
    answered = re.findall(r'^check\(\w+, "bugs ([\w-]+)"\)', code, re.MULTILINE)
    keys = list(words("bugs")["questions"])
    assert asked == [key for key in keys if key not in answered]
    assert len(asked) == len(KINDS)
    assert not set(keys) & set(of_lecture("bugs")), "kept answers are told apart by name"
    places = [[o.right for o in question(f"bugs {key}").options].index(True) for key in asked]
    assert len(set(places)) >= 3, "the right answer does not always stand at the same place"


FUNCTION_TASKS = [name for name in of_lecture("bugs") if hasattr(of_lecture("bugs")[name], "reference")]


@pytest.mark.parametrize("name", FUNCTION_TASKS)
def test_each_foreseen_mistake_is_seen_and_told_from_the_others(name):
    asked = of_lecture("bugs")[name]
    cases = list(asked.cases)

    def answer(function, case):
        try:
            with np.errstate(all="ignore"):
                return np.round(np.asarray(function(*case), dtype=float), 6).tolist()
        except Exception as error:
            return type(error).__name__

    told = [("right", asked.reference), *((slip.symptom, slip.function) for slip in asked.mistakes)]
    tables = [(symptom, [answer(function, case) for case in cases]) for symptom, function in told]
    for i, (symptom, table) in enumerate(tables):
        others = [other for said, other in tables[:i] if said != symptom]
        assert table not in others, "two of them give the same answers"


@pytest.mark.parametrize("name", [name for name in FUNCTION_TASKS if of_lecture("bugs")[name].fresh])
def test_fresh_cases_can_be_answered(name):
    asked = of_lecture("bugs")[name]
    rng = np.random.default_rng(1)
    for _ in range(50):
        assert np.isfinite(np.asarray(asked.reference(*asked.fresh(rng)), dtype=float)).all()


@pytest.mark.parametrize("name", of_lecture("bugs"))
def test_three_hints_and_none_holds_a_line_of_the_repair(name):
    hints = of_lecture("bugs")[name].hints
    assert len(hints) == len(set(hints)) == 3
    cells = [cell for _, cell in Page.read(SOLUTION).cells("code")]
    at = next(
        i for i, cell in enumerate(cells) if f'"bugs {name}")' in cell.source and "check(" in cell.source
    )
    answer = re.search(r"### BEGIN SOLUTION(.*)### END SOLUTION", cells[at - 1].source, re.DOTALL)[1]
    given = "\n".join(hints)
    for line in answer.splitlines():
        line = line.split("#")[0].strip()
        if "=" in line and "lr=" not in line and "update(" not in line:
            assert line not in given


def test_a_hint_and_then_a_solution(clinic, capsys):
    hint("bugs stuck")
    assert of_lecture("bugs")["stuck"].hints[0] in capsys.readouterr().out
    check(clinic["StuckMomentum"], "bugs stuck")
    capsys.readouterr()
    solution("bugs stuck")
    assert "one level to the left" in capsys.readouterr().out.lower()


# --- the facts ---------------------------------------------------------------------------------------------


def test_the_ball_moves_once_and_never_again(clinic):
    path = descend(clinic["StuckMomentum"](lr=1, momentum=1), SADDLE, start=(1, 2), steps=3)
    assert path.positions[1:].tolist() == [[-1, 1]] * 3


def test_the_misspelt_class_imports_and_constructs_and_fails_in_its_first_step(clinic):
    optimizer = clinic["HalfwayNesterov"](lr=0.1, momentum=0.9)
    with pytest.raises(NameError, match="sefl"):
        optimizer.update({"x": np.zeros(2)}, {"x": np.ones(2)})
    outside = clinic["outside_names"]
    assert outside(clinic["HalfwayNesterov"].update) == ["np", "sefl"]
    assert outside(clinic["SpeltNesterov"].update) == ["np"]


def test_the_wrong_order_is_a_look_ahead_of_two_steps_exactly(clinic):
    lr, mu = F(1, 300), F(2, 3)
    wrong = descend(clinic["RunawayNesterov"](lr=lr, momentum=mu), HIMMELBLAU, start=(F(1), F(2)), steps=3)
    theta, v = np.array([F(1), F(2)]), np.array([F(0), F(0)])
    for t in range(3):
        ahead = theta + (mu + mu**2) * v
        assert (ahead == wrong.positions[t]).all()
        v = mu * v - lr * HIMMELBLAU.gradient(ahead)
        theta = theta + v
    assert not np.array_equal(wrong.positions, descend(Nesterov(lr, mu), HIMMELBLAU, (1, 2), 3).positions)


def test_the_wrong_order_blows_up_where_the_right_one_is_stable(clinic):
    early = clinic["RunawayNesterov"]
    ends = {
        method: np.linalg.norm(descend(method(lr=0.5, momentum=0.9), BOWL, (-7, 2), 60).positions[-1])
        for method in (early, NesterovLookahead)
    }
    assert f"{ends[early]:.3g}" == "9.61e+08"
    assert f"{ends[NesterovLookahead]:.4f}" == "0.0611"

    limit = 2 * 1.9 / (1 + 1.8 + 1.62)
    assert f"{limit:.4f}" == "0.8597"
    for lr, grows in ((0.999 * limit, False), (1.001 * limit, True)):
        far = np.abs(descend(early(lr=lr, momentum=0.9), quadratic(1, 1), (1, 1), 20_000).positions[-1]).max()
        assert (far > 1) == grows


def test_on_an_even_slope_the_wrong_order_looks_right(clinic):
    steps = {}
    for method in (clinic["RunawayNesterov"], Nesterov):
        optimizer, params = method(lr=0.1, momentum=0.9), {"x": np.array(0.0)}
        for _ in range(400):
            before = params["x"].item()
            optimizer.update(params, {"x": np.array(1.0)})
        steps[method] = params["x"] - before
    assert len({f"{step:.6f}" for step in steps.values()}) == 1


def test_whole_numbers_are_cut_off_or_refused(clinic):
    assert clinic["quick_walk"](np.array([-7, 2]), 0.1, 7).tolist() == [0, 0]
    right = clinic["walk"](np.array([-7, 2]), 0.1, 7)
    assert right.tolist() == pytest.approx([-7 * 0.99**7, 2 * 0.8**7])
    with pytest.raises(TypeError, match="Cannot cast ufunc 'add' output"):
        np.array([-7, 2]).__iadd__(np.array([0.07, -0.4]))


def test_the_best_h_of_both_quotients():
    x = np.linspace(0.5, 3, 101)
    for quotient, best in (
        (lambda h: ((x + h) ** 3 - x**3) / h, 8),
        (lambda h: ((x + h) ** 3 - (x - h) ** 3) / (2 * h), 5),
    ):
        errors = [np.median(np.abs(quotient(10.0**-k) - 3 * x**2) / (3 * x**2)) for k in range(1, 15)]
        assert 1 + int(np.argmin(errors)) == best


def test_two_optimizers_share_one_velocity(clinic):
    one, other = (clinic["HauntedMomentum"](lr=0.1, momentum=0.9) for _ in range(2))
    one.update({"theta": np.zeros(2)}, {"theta": np.ones(2)})
    assert other.v["theta"].tolist() == [-0.1, -0.1]
    own = [clinic["OwnMomentum"](lr=0.1, momentum=0.9) for _ in range(2)]
    own[0].update({"theta": np.zeros(2)}, {"theta": np.ones(2)})
    assert own[1].v == {}


def test_what_the_students_own_test_has_to_tell_apart():
    for (method,) in of_lecture("bugs")["test"].cases:
        assert bugs.is_momentum(method) == (method in (Momentum, bugs.LastDigitOff))
    assert inspect.signature(bugs.is_momentum.reference).parameters.keys() == {"method"}
