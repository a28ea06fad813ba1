"""Quiz: every question has one right answer and an explanation for each; no answer reaches the browser unasked."""

import json
import tomllib

import pytest

from course_utils.questions import HERE, question
from course_utils.widgets import Quiz

NAMES = [
    f"{file.stem} {key}"
    for file in sorted(HERE.glob("*.toml"))
    for key in tomllib.loads(file.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("name", NAMES)
def test_every_question_is_whole(name):
    asked = question(name)
    assert len(asked.options) >= 2
    assert [option.right for option in asked.options].count(True) == 1
    assert len({option.text for option in asked.options}) == len(asked.options)
    for text in (asked.text, *(part for option in asked.options for part in (option.text, option.why))):
        assert text.strip() == text
        assert text[-1] in ".?!:"


@pytest.mark.parametrize("name", NAMES)
def test_the_browser_is_told_of_the_chosen_option_only(name):
    quiz = Quiz(name)
    options = quiz.question.options

    def known():
        return json.dumps(
            {k: v for k, v in quiz.get_state().items() if isinstance(v, str | bool | list)},
            ensure_ascii=False,
        )

    assert not any(json.dumps(option.why, ensure_ascii=False) in known() for option in options)
    for i, option in enumerate(options):
        quiz._handle_custom_msg({"choose": i}, [])
        assert (quiz.chosen, quiz.right, quiz.why) == (i, option.right, option.why)
        assert not any(
            json.dumps(o.why, ensure_ascii=False) in known() for o in options if o.why != option.why
        )
    quiz.close()


def test_it_leaves_a_picture_and_a_sentence_behind():
    quiz = Quiz("04 terrace")
    data, metadata = quiz._repr_mimebundle_()
    assert data["text/plain"].startswith("Question: Ball and walker")
    assert "B) Only the ball." in data["text/plain"]
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


@pytest.mark.parametrize("name", ["04 nothing", "99 race", "", "../04 race", None])
def test_an_unknown_name_is_refused_with_those_there_are(name):
    with pytest.raises(ValueError, match="name must be a lecture and a key, such as '04 coasting'"):
        Quiz(name)
