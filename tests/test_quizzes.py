"""Quiz: every question has one right answer and an explanation for each; no answer reaches the browser unasked."""

import json
import re

import pytest

from course_utils.practice import progress
from course_utils.practice.questions import Question, option_kept, question
from course_utils.practice.typed_numbers import is_right, read_number
from course_utils.widgets.quizzes import NumberQuiz, Quiz
from course_utils.words import groups, words

ALL = [f"{group} {key}" for group in groups() for key in words(group)["questions"]]
NAMES = [name for name in ALL if isinstance(question(name), Question)]
NUMBERS = [name for name in ALL if name not in NAMES]


def known(quiz):
    """What the browser knows of a quiz."""
    state = {k: v for k, v in quiz.get_state().items() if isinstance(v, str | bool | list) and k != "_esm"}
    return json.dumps(state, ensure_ascii=False)


def is_said(text, quiz):
    return json.dumps(text, ensure_ascii=False)[1:-1] in known(quiz)


@pytest.mark.parametrize("name", NAMES)
def test_every_question_is_complete(name):
    asked = question(name)
    assert len(asked.options) >= 2
    assert [option.right for option in asked.options].count(True) == 1
    assert len({option.text for option in asked.options}) == len(asked.options)
    for text in (asked.text, *(part for option in asked.options for part in (option.text, option.why))):
        assert text.strip() == text
        assert text[-1] in ".?!:"


@pytest.mark.parametrize("name", NAMES)
def test_the_browser_hears_about_the_chosen_option_only(name):
    quiz = Quiz(name)
    options = quiz.question.options

    assert not any(is_said(option.why, quiz) for option in options)
    for i, option in enumerate(options):
        quiz._handle_custom_msg({"choose": i}, [])
        assert (quiz.chosen, quiz.right, quiz.why) == (i, option.right, option.why)
        assert not any(is_said(o.why, quiz) for o in options if o.why != option.why)
    quiz.close()


def test_it_leaves_a_picture_and_a_sentence_behind():
    quiz = Quiz("01 factor")
    data, metadata = quiz._repr_mimebundle_()
    assert data["text/plain"].startswith("Question: A walk on f = ½ λ θ²")
    assert "B) It jumps to the other side" in data["text/plain"]
    assert data["image/png"]
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert not any(option.why in data["text/plain"] for option in quiz.question.options)


@pytest.mark.parametrize(
    "message", [{}, {"choose": 9}, {"choose": -1}, {"choose": True}, {"choose": "0"}, {"choose": [1]}]
)
def test_a_message_that_makes_no_sense_changes_nothing_and_is_said(message):
    quiz = Quiz("04 terrace")
    quiz._handle_custom_msg(message, [])
    assert quiz.chosen == -1
    assert "which must be a number from 0 to 3" in quiz.notice


@pytest.mark.parametrize("name", ["04 nothing", "99 race", "", "../04 race", None, 4])
def test_an_unknown_name_is_refused_with_what_may_be_meant(name):
    with pytest.raises(ValueError, match=r"^There is no question .*'04 ") as refused:
        Quiz(name)
    named = re.findall(r"'(\d\d [\w-]+)'", str(refused.value).partition("). ")[2])
    assert named and set(named) <= set(ALL)


@pytest.mark.parametrize("name", ["04 memroy", "4 memory", "terrace", "04_memory", "04  Memory"])
def test_a_mistyped_name_gets_the_nearest_one(name):
    with pytest.raises(ValueError, match=r"Did you mean '04 (memory|terrace)'\?"):
        Quiz(name)


def test_every_name_that_the_documentation_gives_is_there():
    for text in Quiz.__doc__, NumberQuiz.__doc__, question.__doc__:
        names = re.findall(r'"(\d\d [\w-]+)"', text)
        assert names and set(names) <= set(ALL)


# --- a number to compute ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NUMBERS)
def test_every_question_for_a_number_is_complete(name):
    asked = question(name)
    values = [asked.answer, *(wrong.value for wrong in asked.wrong)]
    assert len(values) >= 3
    assert len(set(values)) == len(values)
    whys = [asked.why, asked.hint, *(wrong.why for wrong in asked.wrong)]
    assert len(set(whys)) == len(whys)
    for text in (asked.text, *whys):
        assert text.strip() == text
        assert text[-1] in ".?!:"


@pytest.mark.parametrize(
    "typed, mark, why",
    [
        ("1/3", "right", "Yes: "), ("0.3333", "right", "Yes: "), ("0.333", "right", "Yes: "),
        (".33333333333333", "right", "Yes: "), ("0.33", "wrong", "This is rounded too far: give three decimals"),
        ("0.334", "wrong", "Differentiate twice"), ("0.3334", "wrong", "Differentiate twice"),
        ("0", "wrong", "Differentiate twice"), ("0.6667", "wrong", "This takes λ = 3"), ("2/3", "wrong", "This takes λ = 3"),
        ("0.1666", "wrong", "This is 1/λ along x"), ("33/100", "wrong", "This is rounded too far"),
    ],
)  # fmt: skip
def test_rounding_differs_from_error(typed, mark, why):
    quiz = NumberQuiz("01 other-bowl")
    quiz.check(typed)
    assert quiz.mark == mark
    assert quiz.why.startswith(why)


@pytest.mark.parametrize("name", NUMBERS)
def test_no_foreseen_error_passes_as_a_rounded_answer(name):
    asked = question(name)
    assert not any(is_right(wrong.value, asked.answer) for wrong in asked.wrong)


@pytest.mark.parametrize("name", NUMBERS)
def test_each_foreseen_number_gets_its_own_explanation(name):
    quiz = NumberQuiz(name)
    asked = quiz.question
    said = {asked.answer: asked.why, **{wrong.value: wrong.why for wrong in asked.wrong}}
    assert not any(is_said(why, quiz) for why in [*said.values(), asked.hint])
    for value, why in said.items():
        quiz._handle_custom_msg({"answer": str(value)}, [])
        assert read_number(quiz.typed) == value
        assert (quiz.mark, quiz.why) == ("right" if value == asked.answer else "wrong", why)
        assert not any(is_said(w, quiz) for w in [*said.values(), asked.hint] if w not in why)
    quiz._handle_custom_msg({"answer": "987654321"}, [])
    assert (quiz.mark, quiz.why, quiz.notice) == ("wrong", asked.hint, "")
    quiz.close()


@pytest.mark.parametrize(
    ("typed", "mark"),
    [
        ("1", "right"),
        (" 1.0 ", "right"),
        ("2/2", "right"),
        ("-1", "wrong"),
        ("", "open"),
        ("   ", "open"),
        ("1,0", "right"),
        ("1, 0", "unreadable"),
        ("39 760", "unreadable"),
        ("39,760", "unreadable"),
        ("39'760", "unreadable"),
        ("one", "unreadable"),
        ("__import__('os')", "unreadable"),
        ("2-1", "unreadable"),
        ("1e0", "right"),
        ("9" * 5000, "unreadable"),
    ],
)
def test_numbers_are_read_as_a_student_types_them(typed, mark):
    quiz = NumberQuiz("01 largest-stable-eta")
    quiz._handle_custom_msg({"answer": typed}, [])
    assert (quiz.mark, quiz.notice) == (mark, "")
    assert quiz.why[-1] == "."
    assert "coordinate" not in quiz.why, "there is one number to type, not two"


@pytest.mark.parametrize("message", [{}, {"answer": 1}, {"answer": None}, {"answer": ["1"]}, {"choose": 0}])
def test_a_message_without_typed_text_changes_nothing_and_is_said(message):
    quiz = NumberQuiz("01 largest-stable-eta")
    quiz._handle_custom_msg(message, [])
    assert (quiz.typed, quiz.mark, quiz.why) == ("", "", "")
    assert "answer must be what was typed" in quiz.notice


def test_a_number_quiz_leaves_a_picture_and_a_sentence_behind():
    quiz = NumberQuiz("01 count")
    data, metadata = quiz._repr_mimebundle_()
    assert data["text/plain"].startswith("Question: ")
    assert data["image/png"]
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert "39760" not in data["text/plain"]


def test_a_question_is_asked_by_the_widget_of_its_kind():
    with pytest.raises(ValueError, match=r"ask '04 race' with Quiz\('04 race'\)"):
        NumberQuiz("04 race")
    with pytest.raises(ValueError, match=r"ask '01 count' with NumberQuiz\('01 count'\)"):
        Quiz("01 count")


# --- they come back as they were left ---------------------------------------------------------------------

NAMES_OF_STATE = ("ticked", "chosen", "right", "typed", "mark", "why", "notice")


def left(quiz):
    return {name: getattr(quiz, name) for name in NAMES_OF_STATE if hasattr(quiz, name)}


@pytest.mark.parametrize(
    ("kind", "name", "messages", "state"),
    [
        (Quiz, "04 race", [{"tick": 1}], "open"),
        (Quiz, "04 race", [{"choose": 0}], "tried"),
        (Quiz, "04 race", [{"choose": 2}], "done"),
        (Quiz, "04 race", [{"choose": 0}, {"tick": 2}], "tried"),
        (NumberQuiz, "01 count", [{"type": "39"}], "open"),
        (NumberQuiz, "01 count", [{"answer": "39,760"}], "open"),
        (NumberQuiz, "01 count", [{"answer": "39700"}], "tried"),
        (NumberQuiz, "01 count", [{"answer": "39760"}], "done"),
        (NumberQuiz, "01 count", [{"answer": "39700"}, {"type": "397"}], "tried"),
        (NumberQuiz, "01 count", [{"type": "9" * 100_000}], "open"),
    ],
)
def test_it_comes_back_as_it_was_left(tmp_path, monkeypatch, kind, name, messages, state):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.jsonl"))
    before, blank = kind(name), left(kind(name))
    stored = before._repr_mimebundle_()[0]
    for message in messages:
        before._handle_custom_msg(message, [])
    after = kind(name)
    assert left(after) == left(before) != blank
    assert progress.state(name) == state
    assert after._repr_mimebundle_()[0]["text/plain"] == stored["text/plain"]
    assert after._repr_mimebundle_()[0]["image/png"] == stored["image/png"]

    after._handle_custom_msg({"do": "again"}, [])
    assert left(after) == left(kind(name)) == blank
    assert progress.state(name) == state, "what is done stays done"

    progress.keep(name, {"chosen": "An option of another year.", "ticked": None, "checked": 7}, "tried")
    assert left(kind(name)) == blank | {
        "notice": "The exercise has changed since you answered it: it begins anew."
    }


@pytest.mark.parametrize(
    ("quiz", "message"), [(Quiz("04 race"), {"tick": 9}), (NumberQuiz("01 count"), {"type": None})]
)
def test_a_draft_that_makes_no_sense_changes_nothing_and_is_said(quiz, message):
    before = left(quiz)
    quiz._handle_custom_msg(message, [])
    assert left(quiz) == before | {"notice": quiz.notice}
    assert quiz.notice


# --- a student's file keeps ids ---------------------------------------------------------------------------


def test_a_students_file_names_options_by_their_ids(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.jsonl"))
    quiz = Quiz("04 memory")
    quiz._handle_custom_msg({"choose": 1}, [])
    quiz._handle_custom_msg({"tick": 2}, [])
    assert progress.last("04 memory") == {"ticked": "farther-left", "chosen": "nearer"}


@pytest.mark.parametrize("name", NAMES)
def test_the_ids_of_options_are_short(name):
    for option in question(name).options:
        assert re.fullmatch(r"[a-z]+(-[a-z]+){0,3}", option.id)


OLDER = """
{"v": 1, "when": "2026-03-01T10:00:00+00:00", "key": "04 memory", "state": "tried", "attempt": {"ticked": "Nearer to (\u22121, 1): the ball is slowed down.", "chosen": "Nearer to (\u22121, 1): the ball is slowed down."}}
{"v": 1, "when": "2026-03-01T10:01:00+00:00", "key": "04 race", "state": "open", "attempt": {"ticked": "They are about equally near.", "chosen": null}}
{"v": 1, "when": "2026-03-01T10:02:00+00:00", "key": "04 terminal", "state": "done", "attempt": {"ticked": "9 plain steps.", "chosen": "10 plain steps."}}
"""


def test_an_older_file_which_names_options_by_their_texts_is_carried_over(tmp_path, monkeypatch):
    file = tmp_path / "progress.jsonl"
    file.write_text(OLDER, encoding="utf-8")
    monkeypatch.setenv("COURSE_PROGRESS", str(file))
    quizzes = {name: Quiz(name) for name in ("04 memory", "04 race", "04 terminal")}
    assert [(quiz.ticked, quiz.chosen) for quiz in quizzes.values()] == [(1, 1), (1, -1), (1, 2)]
    assert not any(quiz.notice for quiz in quizzes.values())
    for name, quiz in quizzes.items():
        quiz._handle_custom_msg({"tick": quiz.ticked}, [])
        assert left(Quiz(name)) == left(quiz)
    assert progress.last("04 terminal") == {"ticked": "nine", "chosen": "ten"}
    assert OLDER.strip() in file.read_text(encoding="utf-8"), "what was kept before stays"


def test_every_text_of_an_option_that_an_older_file_may_hold_is_known():
    for name in NAMES:
        for option in question(name).options:
            assert option_kept(name, option.text) == option_kept(name, option.id) == option.id
    with pytest.raises(ValueError, match="'04 race' has no option 'fast'"):
        option_kept("04 race", "fast")
