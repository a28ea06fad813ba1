"""StepExercise without a browser: what Python decides."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.landscapes import BOWL
from course_utils.optimizers import SGD, Nesterov, NesterovLookahead
from course_utils.practice import progress
from course_utils.practice.asked import ASKED
from course_utils.practice.problems import FOLLOW_UP, THREE_STEPS, StepProblem
from course_utils.widgets import StepExercise

ROOT = Path(__file__).resolve().parent.parent
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


def test_a_blank_stays_open_and_unreadable_entries_are_reported(exercise):
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


def test_anything_but_a_problem_is_refused():
    with pytest.raises(TypeError, match="problem must be a StepProblem, not 3"):
        StepExercise(3)


texts = st.one_of(
    st.text(max_size=30), st.sampled_from(["-1", "1/2", "0,5", "", "1/0", "(1, 2)", "½", "9" * 400])
)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(texts, min_size=2, max_size=2), min_size=3, max_size=3),
    st.sampled_from(["check", "hint", "map"]),
)
def test_whatever_is_typed_gets_an_answer(entries, what):
    widget = StepExercise(THREE_STEPS)
    press(widget, what, entries)
    assert widget.notice == ""
    assert what != "check" or widget.message
    widget.close()


# --- it comes back as it was left -------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Where answers are kept."""
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("COURSE_PROGRESS", str(path))
    return path


def left(widget):
    """What a student sees of an exercise; a second one made now must show the same."""
    names = ("question", "entries", "marks", "message", "good", "hints", "tried", "solution", "notice")
    return {name: getattr(widget, name) for name in names} | {"map": widget.map and sorted(widget.map.paths)}


WRONG = [["-1", "1"], ["-2", "2"], ["0,5", ""]]


@pytest.mark.parametrize(
    "story",
    [
        [("type", [["-1", ""], ["", ""], ["", "abc"]])],
        [("check", WRONG)],
        [("check", RIGHT)],
        [("hint", BLANK), ("check", WRONG), ("hint", WRONG), ("solution", WRONG), ("map", WRONG)],
        [("check", WRONG), ("type", [["-1", "1"], ["-4", ""], ["", ""]])],
        [("check", RIGHT), ("another", RIGHT), ("another", BLANK), ("type", WRONG)],
        [("another", BLANK), ("check", WRONG), ("hint", WRONG)],
    ],
    ids=lambda story: " ".join(what for what, _ in story),
)
def test_it_comes_back_as_it_was_left(file, story):
    before = StepExercise(THREE_STEPS)
    blank = before._repr_mimebundle_()[0]
    for what, entries in story:
        press(before, what, entries)
    after = StepExercise(THREE_STEPS)
    assert left(after) == left(before)
    assert left(after) != left(StepExercise(FOLLOW_UP)), "each problem has its own answers"
    assert after._repr_mimebundle_()[0]["text/plain"] == blank["text/plain"]
    assert after._repr_mimebundle_()[0]["image/png"] == blank["image/png"]

    press(after, "hint", after.entries)
    assert left(StepExercise(THREE_STEPS)) == left(after), "and again, from there"


def test_start_again_empties_it_and_what_is_done_stays_done(file):
    exercise, blank = StepExercise(THREE_STEPS), left(StepExercise(THREE_STEPS))
    press(exercise, "check", RIGHT)
    press(exercise, "another", RIGHT)
    press(exercise, "again", WRONG)
    assert left(exercise) == left(StepExercise(THREE_STEPS)) == blank
    assert progress.state("04 three-steps") == "done"


@pytest.mark.parametrize(
    "damage",
    [
        {"problem": "StepProblem(another one)"},
        {"entries": [["1", "2"]]},
        {"entries": 5},
        {"checked": [[1, 2]] * 3},
        {"another": "x"},
        {"hints": 7},
        {"tried": None},
    ],
    ids=str,
)
def test_answers_that_no_longer_fit_are_dropped_and_it_says_so(file, damage):
    exercise, blank = StepExercise(THREE_STEPS), left(StepExercise(THREE_STEPS))
    press(exercise, "check", WRONG)
    progress.keep("04 three-steps", progress.last("04 three-steps") | damage, "tried")
    notice = "The exercise has changed since you answered it: it begins anew."
    assert left(StepExercise(THREE_STEPS)) == blank | {"notice": notice}
    progress.keep("04 three-steps", {}, "tried")
    assert left(StepExercise(THREE_STEPS)) == blank


def test_a_students_file_keeps_of_hints_which_steps_they_are_about(file):
    exercise = StepExercise(THREE_STEPS)
    press(exercise, "hint", BLANK)
    press(exercise, "hint", [["-1", "1"], ["", ""], ["", ""]])
    assert progress.last("04 three-steps")["hints"] == [1, 2]
    assert exercise.hints[1].startswith("Step 2 starts at")
    assert left(StepExercise(THREE_STEPS)) == left(exercise)


def test_an_older_file_which_holds_the_words_of_hints_is_carried_over(file):
    exercise = StepExercise(THREE_STEPS)
    press(exercise, "check", WRONG)
    press(exercise, "hint", WRONG)
    press(exercise, "hint", WRONG)
    older = progress.last("04 three-steps") | {"hints": ["Make a table.", "Step 2 starts at (−1, 1)."]}
    progress.keep("04 three-steps", older, "tried")
    assert left(StepExercise(THREE_STEPS)) == left(exercise)


def test_answers_that_cannot_be_kept_are_said_in_one_line_and_not_lost(file, monkeypatch):
    exercise = StepExercise(THREE_STEPS)
    file.mkdir()
    press(exercise, "check", RIGHT)
    assert (exercise.good, exercise.notice.count("\n")) == (True, 0)
    assert "cannot be written" in exercise.notice
    assert StepExercise(THREE_STEPS).entries == RIGHT
    file.rmdir()
    press(exercise, "type", WRONG)
    assert exercise.notice == ""
    assert [record["state"] for record in progress.attempts("04 three-steps")] == ["done", "done"]


def test_a_draft_is_not_sent_back_while_somebody_types(exercise, monkeypatch):
    sent = []
    monkeypatch.setattr(exercise, "_send", lambda message, buffers=None: sent.append(message))
    press(exercise, "type", WRONG)
    assert exercise.entries == WRONG
    assert not [message for message in sent if "entries" in message.get("state", {})]


def test_every_table_that_a_notebook_asks_has_its_name():
    """Without one it would be kept, but not counted: add what is missing to ASKED in widgets/exercises.py."""
    asked = {}
    for path in sorted([*ROOT.glob("notebooks/[0-9]*.ipynb"), *ROOT.glob("solutions/[0-9]*.ipynb")]):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                sentence = "".join(output.get("data", {}).get("text/plain", ""))
                if sentence.startswith("Exercise: "):
                    asked.setdefault(sentence, path.name[:2])
    named = {StepExercise(problem).sentence(): name[:2] for name, problem in ASKED.items()}
    assert named == asked
