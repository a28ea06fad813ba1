"""StepExercise without a browser: what Python decides."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.landscapes import BOWL
from course_utils.optimizers import SGD, Nesterov, NesterovLookahead
from course_utils.problems import FOLLOW_UP, THREE_STEPS, StepProblem
from course_utils.widgets import StepExercise

RIGHT = [["-1", "1"], ["−4", "1"], ["(-8)", "5.0"]]
BLANK = [["", ""]] * 3


@pytest.fixture
def exercise():
    widget = StepExercise(THREE_STEPS)
    yield widget
    widget.close()


def press(widget, what, entries):
    """What the browser sends when a button is pressed."""
    widget._handle_custom_msg({"do": what, "entries": entries}, [])


def test_a_right_table_is_right_however_it_is_written(exercise):
    press(exercise, "check", RIGHT)
    assert exercise.good
    assert exercise.message == "Right, every step."
    assert exercise.marks == [["right", "right"]] * 3


def test_the_table_of_plain_gradient_descent_is_named(exercise):
    press(exercise, "check", [["-1", "1"], ["-2", "2"], ["-4", "4"]])
    assert not exercise.good
    assert "no velocity" in exercise.message
    assert exercise.marks == [["right", "right"], ["wrong", "wrong"], ["wrong", "wrong"]]


def test_a_blank_is_open_and_what_cannot_be_read_is_said(exercise):
    press(exercise, "check", [["-1", "1"], ["0,5", ""], ["", ""]])
    assert exercise.marks == [["right", "right"], ["unreadable", "open"], ["open", "open"]]
    assert exercise.message.startswith("x of θ₂: Use a point for decimals")


def test_solution_and_map_come_only_after_a_try(exercise):
    for what in ("solution", "map"):
        press(exercise, what, BLANK)
    press(exercise, "check", BLANK)
    press(exercise, "solution", BLANK)
    assert (exercise.tried, exercise.solution, exercise.map) == (False, [], None)

    press(exercise, "check", [["9", ""], ["", ""], ["", ""]])
    for what in ("solution", "map"):
        press(exercise, what, exercise.entries)
    assert exercise.tried
    assert exercise.solution[-1] == "Step 3: g = (1, −4), v = (−4, 4), new point (−8, 5)"
    assert exercise.map.paths["the true path"].positions[-1].tolist() == [-8, 5]
    assert exercise.map.paths["my points"].positions.tolist() == [[1, 2]]

    press(exercise, "check", [["9", "1"], ["", ""], ["", ""]])
    assert exercise.map.paths["my points"].positions.tolist() == [[1, 2], [9, 1]]
    drawn = exercise.map
    press(exercise, "another", exercise.entries)
    assert exercise.map is None
    assert drawn.comm is None


def test_three_hints_on_the_first_open_step_and_none_tells_the_answer(exercise):
    entries = [["-1", "1"], ["", ""], ["", ""]]
    for _ in range(5):
        press(exercise, "hint", entries)
    assert len(exercise.hints) == 3
    assert "g = (1, −1)" in exercise.hints[1]
    assert not any("(−4, 1)" in hint or "(−8, 5)" in hint for hint in exercise.hints)


def test_another_one_is_fresh_and_the_same_for_everybody(exercise):
    press(exercise, "check", RIGHT)
    press(exercise, "another", RIGHT)
    assert exercise.problem.answer != THREE_STEPS.answer
    assert exercise.entries == BLANK
    assert not (exercise.tried or exercise.good or exercise.message)

    other = StepExercise(THREE_STEPS)
    other.another()
    assert other.question == exercise.question
    other.another()
    assert other.question != exercise.question


@pytest.mark.parametrize(
    "problem",
    [
        FOLLOW_UP,
        StepProblem(BOWL, SGD(0.5), (-4, 2), 2),
        StepProblem(BOWL, NesterovLookahead(0.5, 0.5), (-4, 2), 2),
        StepProblem(BOWL, Nesterov(0.5, 0.5), (-4, 2), 4),
    ],
    ids=repr,
)
def test_it_works_for_any_problem(problem):
    exercise = StepExercise(problem)
    press(exercise, "check", [[str(x), str(y)] for x, y in problem.answer])
    assert exercise.good
    data, metadata = exercise._repr_mimebundle_()
    assert data["text/plain"] == exercise.sentence()
    assert problem.landscape.plain in data["text/plain"]
    assert data["image/png"]
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in data
    exercise.close()


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"do": "check"},
        {"do": "dance", "entries": BLANK},
        {"do": "check", "entries": [["1"]]},
        {"do": "check", "entries": 5},
    ],
)
def test_a_message_that_makes_no_sense_changes_nothing_and_is_said(exercise, message):
    press(exercise, "check", RIGHT)
    exercise._handle_custom_msg(message, [])
    assert exercise.entries == RIGHT
    assert exercise.good
    assert exercise.notice


def test_a_state_that_makes_no_sense_changes_nothing_and_is_said(exercise):
    for state in ({"entries": [["1", "2"]]}, {"entries": None}, {"entries": [[1, 2]] * 3}):
        exercise.set_state(state)
        assert exercise.entries == BLANK
        assert exercise.notice


def test_what_is_no_problem_is_refused():
    with pytest.raises(TypeError, match="problem must be a StepProblem, not 3"):
        StepExercise(3)


texts = st.one_of(
    st.text(max_size=30), st.sampled_from(["-1", "1/2", "0,5", "", "1/0", "(1, 2)", "½", "9" * 400])
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(texts, min_size=2, max_size=2), min_size=3, max_size=3),
    st.sampled_from(["check", "hint", "map"]),
)
def test_whatever_is_typed_there_is_an_answer(entries, what):
    widget = StepExercise(THREE_STEPS)
    press(widget, what, entries)
    assert widget.notice == ""
    assert what != "check" or widget.message
    widget.close()
