"""A verdict as a notebook shows it: the card, what it leaves behind, and when it is shown."""

import numpy as np
import pytest
from test_checking import run

from course_utils.practice import classroom, helping, progress
from course_utils.practice.card import Card, still
from course_utils.practice.checking import check
from course_utils.practice.tasks import task


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(helping, "_seen", {})


def stands(theta, v, g, lr, mu):
    return theta + v, mu * v - lr * g


def undone(theta, v, g, lr, mu):
    raise NotImplementedError


def press(card, what):
    card._obey(card, {"do": what}, [])


# --- what it says ------------------------------------------------------------------------------------------------


def test_a_verdict_is_data_and_its_text_says_all_of_it():
    verdict = check(stands, "04 step")
    assert (verdict.state, verdict.task) == ("not yet", "04 step")
    assert verdict.called == "stands(2, -1, 4, 0.1, 0.5)"
    assert (verdict.expected, verdict.got) == ("(1.1, -0.9)", "(1, -0.9)")
    assert verdict.mistakes == (task("04 step").mistakes[0].name,)
    assert str(verdict).splitlines() == [
        "Not yet: stands(2, -1, 4, 0.1, 0.5)",
        "  expected (1.1, -0.9)",
        "  got      (1, -0.9)",
        "This is what comes out when you move with v before you update it. The order matters: first the",
        "velocity, then the point.",
    ]
    assert repr(verdict).startswith("Verdict(state='not yet'"), "short, where it is one of several"
    assert len(repr(verdict)) < 200


def fails(x):
    return x / 0


def test_the_line_of_the_students_code_is_shown():
    verdict = check(fails, [((1,), 1)])
    assert verdict.line.code == "return x / 0"
    assert f"  Line {verdict.line.number} of test_card.py: return x / 0" in str(verdict).splitlines()


def test_a_long_value_shows_the_entries_that_differ():
    expected = {"a": [np.arange(100.0), np.ones((20, 20))]}

    def almost():
        got = {"a": [np.arange(100.0), np.ones((20, 20))]}
        got["a"][0][71] = got["a"][1][3, 7] = -5
        return got

    verdict = check(almost, [((), expected)])
    assert [(row.place, row.expected, row.got) for row in verdict.rows] == [
        ("['a'][0][71]", "71", "-5"),
        ("['a'][1][3][7]", "1", "-5"),
    ]
    assert "71" in str(verdict)
    assert not check(lambda: [1, 2], [((), [1, 3])]).rows, "a short one is seen at a glance"


def test_a_page_without_a_kernel_shows_the_same_and_no_markup_of_the_student():
    bad = "<script>alert(1)</script>"
    page = still(check(lambda: bad, [((), "`fine` & well")]))["text/html"]
    assert "<script>" not in page
    assert "&lt;script&gt;" in page and "&amp; well" in page
    right = still(check(task("04 step").reference, "04 step"))
    assert right["text/plain"].splitlines()[-1] == "Right: 20 more cases."
    assert (
        "✓" in right["text/html"] and "momentum_step(2, -1, 4, 0.1, 0.5) = (1.1, -0.9)" in right["text/html"]
    )
    assert len(right["text/html"]) < 1500


# --- the help that is due ----------------------------------------------------------------------------------------


def test_the_card_shows_the_hints_of_hint(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "kept.jsonl"))
    card = Card(check(undone, "04 step"))
    assert (card.more, card.hints, card.tried) == ("Hint 1 of 3", [], False)
    press(card, "hint")
    assert card.hints == [["Hint 1 of 3", task("04 step").hints[0]]]
    assert card.more == "Hint 2 of 3"
    assert progress.last("04 step")["hints"] == 1
    again = Card(check(stands, "04 step"))
    assert again.hints == card.hints, "they are there when the cell has run again"
    for _ in range(3):
        press(again, "hint")
    assert (len(again.hints), again.more) == (3, "")


def test_the_solution_waits_for_a_try():
    card = Card(check(undone, "04 step"))
    press(card, "solution")
    assert (card.tried, card.solution) == (False, [])
    card = Card(check(stands, "04 step"))
    press(card, "solution")
    assert card.solution[0].startswith("def momentum_step")
    assert card.solution[1] == task("04 step").why


def test_in_class_the_help_waits_for_release():
    card = Card(check(stands, "04 step"))
    classroom.hold()
    try:
        press(card, "hint")
        press(card, "solution")
    finally:
        classroom.hold(False)
    assert (card.hints, card.solution, card.notice) == ([], [], classroom.WAITS)


def test_cases_of_ones_own_have_no_help():
    card = Card(check(abs, [((-2,), 3)]))
    assert (card.more, card.tried) == ("", False)
    press(card, "hint")
    assert (card.hints, card.notice) == ([], "")


def test_the_browser_can_set_nothing():
    card = Card(check(stands, "04 step"))
    card.set_state({"html": "<b>Right</b>"})
    assert "Not yet" in card.html
    press(card, "anything")
    assert card.notice.startswith("do must be one of hint, solution")


# --- when it is shown --------------------------------------------------------------------------------------------


def test_every_check_of_a_cell_is_shown_once_and_a_verdict_again_when_it_is_asked_for():
    texts = run(
        [
            "from course_utils.practice import check",
            "check(abs, [((-2,), 2)])\ncheck(abs, [((-3,), 3)])",
            "v = check(abs, [((-4,), 4)])\nprint('between')\nv",
            "v",
            "[v, v]",
        ]
    )
    assert texts[1].splitlines() == ["Right: abs(-2) = 2", "Right: abs(-3) = 3"]
    assert texts[2].splitlines() == ["Right: abs(-4) = 4", "between"]
    assert texts[3].splitlines() == ["Right: abs(-4) = 4"]
    assert texts[4].startswith("[Verdict(state='right'")


def test_a_script_prints_the_text(capsys):
    verdict = check(abs, [((-2,), 2)])
    assert capsys.readouterr().out == f"{verdict}\n"
