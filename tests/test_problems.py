"""Problems: exact answers, kind and right diagnoses, fresh numbers, and what a student may type."""

import re
import time
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.landscapes import BOWL, LANDSCAPES, SADDLE, quadratic
from course_utils.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, NesterovLookahead, RMSProp
from course_utils.practice.problems import (
    FOLLOW_UP,
    SLIP,
    THREE_STEPS,
    Diagnosis,
    StepProblem,
    asked,
)
from course_utils.practice.typed_numbers import is_right, read_number
from course_utils.support.numbers import written_point

METHODS = (SGD, Momentum, NesterovLookahead, Nesterov)
RIGHT = [(-1, 1), (-4, 1), (-8, 5)]
BLANK = (None, None)
THIRDS = StepProblem(BOWL, SGD(F(1, 3)), (1, 2), 2)  # 29/30, 2/3 and 841/900, 2/9


# --- right, blank, partly done -------------------------------------------------------------------------------


def test_the_answer_is_exact():
    assert THREE_STEPS.answer == RIGHT
    assert FOLLOW_UP.answer == [(0, 12), (-8, 11), (F(-31, 2), F(59, 4))]
    for problem in THREE_STEPS, FOLLOW_UP:
        assert all(isinstance(x, F) for point in problem.answer for x in point)


def test_a_float_setting_is_the_decimal_it_prints_as():
    problem = StepProblem(BOWL, Momentum(0.1, 0.9), (-7, 2.5), 1)
    assert problem.settings == {"lr": F(1, 10), "momentum": F(9, 10)}
    assert problem.answer == [(F(-693, 100), F(2))]


@pytest.mark.parametrize(
    "attempt",
    [
        RIGHT,
        [list(p) for p in RIGHT],
        np.array(RIGHT),
        np.array(RIGHT, float),
        [(F(x), float(y)) for x, y in RIGHT],
    ],
    ids=["tuples", "lists", "ints", "floats", "mixed"],
)
def test_a_right_answer_is_right_in_any_kind_of_number(attempt):
    assert THREE_STEPS.diagnose(attempt) == Diagnosis(True, None, (), "Right, every step.")


def test_a_blank_is_never_wrong():
    empty = THREE_STEPS.diagnose([BLANK] * 3)
    assert empty == Diagnosis(False, None, (), "Nothing to check yet: fill in the first step.")
    for blanks in range(1, 63):  # every way to leave out some of the six entries, but not all
        entries = [None if blanks >> i & 1 else x for i, x in enumerate(x for p in RIGHT for x in p)]
        diagnosis = THREE_STEPS.diagnose(list(zip(entries[::2], entries[1::2], strict=True)))
        first = 1 + entries.index(None) // 2
        assert diagnosis == Diagnosis(False, None, (), f"Right so far. Step {first} is not yet answered.")


@given(st.lists(st.tuples(*[st.one_of(st.none(), st.integers(-9, 9), st.sampled_from([F(1, 3), 0.25]))] * 2),
                min_size=3, max_size=3))  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_any_table_gets_a_verdict(attempt):
    for problem in THREE_STEPS, FOLLOW_UP:
        diagnosis = problem.diagnose(attempt)
        wrong = [
            t
            for t, (given_point, right) in enumerate(zip(attempt, problem.answer, strict=True), 1)
            if any(a is not None and a != b for a, b in zip(given_point, right, strict=True))
        ]
        assert diagnosis.first_wrong_step == (wrong[0] if wrong else None)
        assert diagnosis.correct == (not wrong and not any(None in point for point in attempt))
        assert diagnosis.message.endswith((".", "?"))
        assert wrong or not diagnosis.mistakes


def test_a_half_filled_point_that_fits_no_mistake():
    diagnosis = THREE_STEPS.diagnose([(None, 99), BLANK, BLANK])
    assert (diagnosis.first_wrong_step, diagnosis.mistakes) == (1, ())
    assert diagnosis.message.startswith("Look at y in step 1:")
    diagnosis = THREE_STEPS.diagnose([(99, None), BLANK, BLANK])
    assert diagnosis.message.startswith("Look at x in step 1:")


def test_marks_judge_every_entry_by_itself():
    assert THREE_STEPS.marks(RIGHT) == [(True, True)] * 3
    assert THREE_STEPS.marks([(-1, None), (0, 1), BLANK]) == [(True, None), (False, True), (None, None)]
    assert THIRDS.marks([(0.967, 0.67), (None, F(2, 9))]) == [(True, False), (None, True)]


# --- the mistake and its step ----------------------------------------------------------------------------------


def test_the_step_where_the_paths_part():
    nag = THREE_STEPS.diagnose([(-1, 1), (-3, 3), (-10, 10)])
    assert nag.first_wrong_step == 2
    assert nag.message.startswith("Step 1 is right. At step 2 the paths part. This is what comes out when ")
    absolute = THREE_STEPS.diagnose([(-1, 1), (-4, -1), (-8, -7)])
    assert absolute.first_wrong_step == 2
    late = StepProblem(SADDLE, Momentum(1, 1), (1, 2), 4)
    diagnosis = late.diagnose([*RIGHT, (99, 99)])
    assert diagnosis.first_wrong_step == 4
    assert diagnosis.message.startswith("Steps 1 to 3 are right. Look at x and y in step 4:")


def test_two_mistakes_with_one_table_are_both_named():
    diagnosis = THREE_STEPS.diagnose([(-1, 1), (-2, 2), (-4, 4)])
    assert set(diagnosis.mistakes) == {"velocity replaced", "no velocity"}
    assert diagnosis.message.count(", or when ") == 1


def test_a_partial_attempt_names_what_it_fits():
    diagnosis = THREE_STEPS.diagnose([(-1, 1), (-3, 3), BLANK])
    assert "look-ahead gradient (NAG)" in diagnosis.mistakes
    assert diagnosis.first_wrong_step == 2


def test_one_wrong_entry_alone_is_no_evidence():
    diagnosis = THREE_STEPS.diagnose([(-1, 1), (-3, None), BLANK])
    assert (diagnosis.mistakes, diagnosis.first_wrong_step) == ((), 2)
    assert diagnosis.message.startswith("Step 1 is right. In step 2 only x is wrong: redo its arithmetic. ")
    assert "the gradient is taken at the look-ahead point" in diagnosis.message


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("where", ["velocity", "point"])
@pytest.mark.parametrize("land", [SADDLE, BOWL, quadratic(1, 3)], ids=lambda land: land.name)
def test_a_slip_carried_forward_counts_once(method, at, where, land):
    """A wrong step, worked on with correctly: the slip sits in the velocity (and so in the point), or in the point."""
    lr, mu = F(1, 2), F(1, 4)
    problem = StepProblem(land, SGD(lr) if method is SGD else method(lr, mu), (8, 16), 4)
    theta, v, table = problem.start.copy(), np.array([F(0), F(0)]), []
    for t in range(1, 5):
        point = theta + mu * v if method is NesterovLookahead else theta
        g = land.gradient(point)
        slip = np.array([F(7), F(0)]) if t == at else F(0)
        old, v = v, mu * v - lr * g
        if method is SGD:
            theta = theta - lr * g + slip
        elif method is Nesterov:
            theta = theta + mu**2 * old - (1 + mu) * lr * g
            v, theta = (v + slip, theta + (1 + mu) * slip) if where == "velocity" else (v, theta + slip)
        else:
            v = v + slip if where == "velocity" else v
            theta = theta + v + (slip if where == "point" else 0)
        table.append(tuple(theta))
    diagnosis = problem.diagnose(table)
    assert (diagnosis.mistakes, diagnosis.first_wrong_step, diagnosis.correct) == ((SLIP,), at, False)
    assert f"one slip in step {at}" in diagnosis.message
    assert f"One mistake, not {5 - at}" in diagnosis.message
    table[-1] = (table[-1][0] + 1, table[-1][1])  # a second slip: no longer one mistake
    assert problem.diagnose(table).mistakes == ()


def test_a_wrong_last_step_is_not_a_carried_slip():
    diagnosis = THREE_STEPS.diagnose([(-1, 1), (-4, 1), (-8, 6)])
    assert diagnosis.mistakes == ()
    assert diagnosis.message == (
        "Steps 1 to 2 are right. Look at y in step 3: write down the gradient there, then the velocity, "
        "then the new point."
    )


def test_huge_numbers_are_only_wrong():
    for huge in 10**400, F(1, 10**400), 1e308, -1e-308:
        diagnosis = FOLLOW_UP.diagnose([(huge, huge)] * 3)
        assert (diagnosis.correct, diagnosis.first_wrong_step) == (False, 1)


# --- from the middle of a walk -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("land", [SADDLE, BOWL], ids=lambda land: land.name)
def test_the_next_step_alone_goes_on_where_the_others_ended(method, land):
    lr, mu = F(1, 2), F(1, 4)
    problem = StepProblem(land, SGD(lr) if method is SGD else method(lr, mu), (8, 16), 4)
    for t in range(4):
        one = problem.after(t)
        assert one.steps == 1
        assert one.answer == [problem.answer[t]]
        assert tuple(one.start) == (problem.answer[t - 1] if t else (8, 16))
        ends = {mistake.id: table[0] for mistake, table in one.mistaken}
        theta, v = np.array(one.start), problem.path.velocities[t]
        g = land.gradient(theta + mu * v if method is NesterovLookahead else theta)
        if method is SGD:
            assert ends["uphill"] == tuple(theta + lr * g)
            assert not t or ends["steps added up"] == tuple(theta + v - lr * g)
        if method in (Momentum, NesterovLookahead):
            assert ends["velocity written for the position"] == tuple(mu * v - lr * g)
            assert ends["moved against the velocity"] == tuple(theta - mu * v + lr * g)
            assert not t or ends["velocity subtracted"] == tuple(theta - mu * v - lr * g)
        if method is Nesterov:
            assert not t or ends["NAG: μ v in place of μ² v"] == tuple(theta + mu * v - (1 + mu) * lr * g)
    with pytest.raises(ValueError, match=r"^velocity must be \(v_x, v_y\), not 3"):
        StepProblem(land, problem.optimizer, (1, 2), 1, velocity=3)


# --- rounding --------------------------------------------------------------------------------------------------

ROUNDED = [
    ("0.967 0.667 0.934 0.222", None),
    ("0.9667 0.6667 0.9344 0.2222", None),
    ("29/30 2/3 841/900 2/9", None),
    ("0.966666666666667 0.6666666666666666 0.9344444444444444 0.2222222222222222", None),
    ("0.966 0.666 0.934 0.222", None),
    ("0.9666 0.6666 0.9344 0.2222", None),
    ("0.965 0.667 0.95 0.222", "Look at x in step 1"),
    ("0.968 0.667 0.95 0.222", "Look at x in step 1"),
    ("0.9667 0.6667 0.5 0", "Step 1 is right. Look at x and y in step 2"),
    ("0.96 0.66 0.93 0.22", "Step 1 is rounded too far"),
    ("0.97 0.67 0.93 0.22", "Step 1 is rounded too far: give three decimals, or a fraction."),
    ("1 1 1 0", "Step 1 is rounded too far"),
    ("0.967 0.667 0.93 0.222", "Step 1 is right. Step 2 is rounded too far"),
    ("0.9667 0.6665 0.934 0.25", "Look at y in step 1"),
]


@pytest.mark.parametrize("typed, message", ROUNDED)
def test_three_decimals_are_enough_and_fewer_are_named(typed, message):
    a, b, c, d = map(read_number, typed.split())
    for attempt in [(a, b), (c, d)], [(float(a), float(b)), (float(c), float(d))]:
        diagnosis = THIRDS.diagnose(attempt)
        assert diagnosis.correct == (message is None)
        assert (message or "Right, every step.") in diagnosis.message


@pytest.mark.parametrize(
    "typed", ["-11/64", "-0.171875", "-0.172", "-0.171", "-0.1718", "-0.1719", "-0.17187"]
)
def test_rounded_or_cut_off_is_right_to_the_digits_given(typed):
    assert is_right(read_number(typed), F(-11, 64))
    assert is_right(-read_number(typed), F(11, 64))


@pytest.mark.parametrize(
    "typed", ["-0.17", "-0.173", "-0.170", "-0.1717", "-0.1720", "-0.17186", "0.1718", "0"]
)
def test_a_wrong_digit_makes_the_answer_wrong(typed):
    typed = typed.replace("-0.1720", "-0.17201")  # a zero at the end is lost when it becomes a number
    assert not is_right(read_number(typed), F(-11, 64))


@pytest.mark.parametrize("method", METHODS)
def test_no_mistake_passes_as_a_shortened_answer(method):
    problems = [StepProblem(SADDLE, method(F(1, 2)), (1, 2), 3).another(seed) for seed in range(10)]
    for problem in problems:
        for mistake, table in problem.mistaken:
            assert not problem.diagnose(table).correct, mistake.id


def test_a_rounded_mistake_is_recognised_too():
    problem = StepProblem(BOWL, SGD(F(1, 3)), (1, 2), 1)
    assert "uphill" in problem.diagnose([(1.033, 3.333)]).mistakes


@pytest.mark.parametrize(
    "typed, right",
    [("2", True), ("2.000", True), ("2.0004", True), ("2.00", True), ("2.001", False), ("2.0001", False), ("1.9996", False),
     ("2.0", True)],
)  # fmt: skip
def test_a_rounded_answer_may_end_in_zeros(typed, right):
    """2.000 is 2.0004 to three decimals, although its zeros are lost when it becomes a number."""
    problem = StepProblem(quadratic(F(1), F(1)), SGD(F(1)), (F(1), F(1)), 1)
    problem.answer = [(F(20004, 10000), F(0))]
    diagnosis = problem.diagnose([(read_number(typed), F(0))])
    assert diagnosis.correct == right
    assert "rounded too far" not in diagnosis.message


def test_a_half_filled_point_can_be_rounded_too_far():
    assert "rounded too far" in THIRDS.diagnose([(None, 0.67), BLANK]).message


# --- another -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("land", [SADDLE, BOWL], ids=lambda land: land.name)
def test_another_problem_is_friendly_and_tells_mistakes_apart(method, land):
    first = StepProblem(land, method(F(1, 2)), (1, 2), 3)
    fresh = [first.another(seed) for seed in range(5)]
    assert repr(fresh[3]) == repr(first.another(3)), "the same seed, the same problem"
    assert len({repr(p) for p in fresh}) >= 4, "different seeds, different problems"
    for problem in fresh:
        assert (problem.landscape, type(problem.optimizer), problem.steps) == (land, method, 3)
        assert all(x != 0 and x.denominator == 1 for x in problem.start)
        assert all(len(str(x)) <= 12 for point in problem.answer for x in point), "hand-friendly"
        assert problem.answer[-1] != tuple(problem.start)
        groups, unseen = problem.confusions()
        allowed = (
            {"y's gradient saw the new x", "x's gradient saw the new y"} if land is not SADDLE else set()
        )
        assert set(unseen) <= allowed | {"sign of the gradient lost"}
        assert len(groups) <= 6
        assert max(map(len, groups), default=0) <= 3


@pytest.mark.parametrize(
    "optimizer", [AdaGrad(0.5, 0.1), RMSProp(0.5, 0.75), Adam(0.5, 0.5, 0.75)], ids=lambda o: type(o).__name__
)
def test_a_method_that_takes_roots_is_asked_to_three_decimals(optimizer):
    problem = StepProblem(SADDLE, optimizer, (2, 3), 3)
    cut = [tuple(F(int(x * 1000), 1000) for x in row) for row in problem.answer]
    assert problem.diagnose(cut).correct
    fresh = problem.another(2)
    assert type(fresh.optimizer) is type(optimizer) and fresh.settings["eps"] == optimizer.eps
    assert fresh.diagnose(fresh.answer).correct
    for line in [*problem.worked(), *problem.hints(2), asked(problem)]:
        assert not re.search(r"\d{6}", line), "four digits are enough"
    assert "ε = " in asked(problem) and "v = (0, 0)" not in asked(problem)


def test_another_without_a_seed_varies():
    assert len({repr(THREE_STEPS.another()) for _ in range(4)}) > 1


@pytest.mark.parametrize("land", LANDSCAPES, ids=lambda land: land.name)
def test_another_is_quick_on_every_landscape(land):
    began = time.perf_counter()
    problem = StepProblem(land, Momentum(F(1, 2)), (1, 2), 2).another(1)
    assert problem.diagnose(problem.answer).correct
    assert time.perf_counter() - began < 10


# --- bad input -----------------------------------------------------------------------------------------------------

NAN, INF = float("nan"), float("inf")
BAD_ATTEMPTS = [
    None, 3, "abc", "", [], RIGHT[:2], [*RIGHT, (0, 0)], [1, 2, 3], [(1,), (2,), (3,)], [(1, 2, 3)] * 3,
    [("1", 2)] * 3, [(1j, 2)] * 3, [(True, 2)] * 3, [(NAN, 1)] * 3, [(INF, 1)] * 3, [([1], 2)] * 3, {}, print,
    np.zeros(3), np.zeros((3, 3)), np.zeros((3, 2), bool), np.zeros((3, 2, 2)), [None] * 3, ["ab"] * 3,
]  # fmt: skip


@pytest.mark.parametrize("attempt", BAD_ATTEMPTS, ids=lambda a: " ".join(repr(a).split())[:30])
def test_a_bad_attempt_is_refused_by_name(attempt):
    with pytest.raises((ValueError, TypeError), match=r"^attempt must") as refused:
        THREE_STEPS.diagnose(attempt)
    assert "\n" not in str(refused.value)


BAD_PROBLEMS = [
    (("xy", Momentum(), (1, 2), 3), "landscape must"),
    ((None, Momentum(), (1, 2), 3), "landscape must"),
    ((SADDLE, Momentum, (1, 2), 3), "optimizer must"),
    ((SADDLE, None, (1, 2), 3), "optimizer must"),
    ((SADDLE, Momentum(np.array([0.1, 0.2])), (1, 2), 3), "lr must"),
    ((SADDLE, Momentum(0.1, np.array([0.1, 0.2])), (1, 2), 3), "momentum must"),
    ((SADDLE, Momentum(), (1, 2), 0), "steps must"),
    ((SADDLE, Momentum(), (1, 2), 2.0), "steps must"),
    ((SADDLE, Momentum(), (1, 2), True), "steps must"),
    ((SADDLE, Momentum(), 1, 3), "start must"),
    ((SADDLE, Momentum(), (1, 2, 3), 3), "start must"),
    ((SADDLE, Momentum(), None, 3), "start must"),
    ((SADDLE, Momentum(), (1, NAN), 3), "start must"),
    ((SADDLE, Momentum(), ("1", 2), 3), "start must"),
    ((SADDLE, Momentum(), (True, 2), 3), "start must"),
]


@pytest.mark.parametrize("arguments, words", BAD_PROBLEMS, ids=lambda x: x if isinstance(x, str) else "")
def test_a_bad_problem_is_refused_by_name(arguments, words):
    with pytest.raises((ValueError, TypeError), match=f"^{words}"):
        StepProblem(*arguments)


def test_numpys_whole_numbers_do_not_overflow():
    problem = StepProblem(SADDLE, Momentum(np.int64(1), np.int64(1)), np.array([1, 2]), np.int64(60))
    assert problem.answer == StepProblem(SADDLE, Momentum(1, 1), (1, 2), 60).answer
    assert problem.answer[-1][0] < -(2**63)


# --- how it is written ----------------------------------------------------------------------------------------


def test_a_point_is_written_with_true_minus_signs():
    assert written_point((F(-31, 2), 5)) == "(−31/2, 5)"
    assert repr(THREE_STEPS) == "StepProblem(saddle, Momentum(lr=1, momentum=1), start=(1, 2), steps=3)"
