"""Gate: the answer waits for a guess, stands beside it, and stays open; a page without a kernel holds it closed."""

import json

import numpy as np
import pytest

from course_utils import figures
from course_utils.descent import descend
from course_utils.landscapes import BOWL
from course_utils.optimizers import SGD
from course_utils.teaching import presenting
from course_utils.widgets import Choice, Curve, Gate, Number, Point, Stage
from course_utils.widgets.guesses import COLUMNS
from course_utils.widgets.markdown import as_html

PATH = descend(SGD(0.95), BOWL, (-7, 2), 30)
SECRET = "The ravine is flat along x, and $v_\\infty = 10$."


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.jsonl"))
    yield
    presenting.stop()


def number(**options):
    options = {"guess": Number(), "ask": "How often?", "truth": 30, "answer": SECRET} | options
    return Gate("04 sides", **options)


def sent(gate):
    """All that the browser knows, apart from the scripts, and from the random name of the layout."""
    state = {k: v for k, v in gate.get_state().items() if not k.startswith("_") and k != "layout"}
    return json.dumps(state, ensure_ascii=False, default=str)


def commit(gate, guess):
    gate._handle_custom_msg({"do": "commit", "guess": guess}, [])


# --- held back, then open -------------------------------------------------------------------------------------


def test_nothing_of_the_answer_is_sent_before_the_guess():
    gate = number(because="it overshoots")
    for secret in ("ravine", "30", "overshoots"):
        assert secret not in sent(gate)
    gate._handle_custom_msg({"do": "draft", "guess": "2"}, [])
    assert not gate.opened
    commit(gate, "20")
    assert gate.opened
    assert gate.told == "You said 20; it is 30, 10 away: it overshoots."
    assert "ravine" in gate.views[0].value
    assert gate.truth["line"]["guessText"] == "20"


def test_a_guess_is_for_good():
    gate = number()
    commit(gate, "20")
    commit(gate, "30")
    gate._handle_custom_msg({"do": "draft", "guess": "30"}, [])
    assert (gate.guess, gate.told) == ("20", "You said 20; it is 30, 10 away.")


def test_once_open_it_stays_open_with_the_guess_drawn_in():
    first = number()
    first._repr_mimebundle_()
    commit(first, "20")
    again = number()
    again._repr_mimebundle_()
    assert (again.opened, again.guess, again.told) == (True, "20", first.told)


def test_a_stored_page_tells_of_nobodys_guess():
    first = number()
    stored = first._repr_mimebundle_()[0]["text/html"]
    commit(first, "20")
    assert number()._repr_mimebundle_()[0]["text/html"] == stored


@pytest.mark.parametrize(
    "guess, line",
    [
        (None, "Type a number first."), ("", "Type a number first."), ("many", "a number"),
        ("1, 5", "Use a point for decimals: 1.5, not 1,5."), (7, "Type a number first."),
    ],
)  # fmt: skip
def test_what_is_no_guess_gets_a_kind_line(guess, line):
    gate = number()
    commit(gate, guess)
    assert line in gate.notice
    assert not gate.opened
    commit(gate, "30")
    assert (gate.notice, gate.told) == ("", "You said 30, and that is right.")


@pytest.mark.parametrize("message", [{}, {"do": "open"}, {"do": ["commit"]}])
def test_a_message_that_makes_no_sense_opens_nothing(message):
    gate = number()
    gate._handle_custom_msg(message, [])
    assert "do must be commit or draft" in gate.notice
    gate.set_state({"opened": True})
    assert not gate.opened


def test_an_answer_that_fails_is_said_and_leaves_the_guess_open():
    gate = number(answer=lambda guess: 1 / 0)
    commit(gate, "3")
    assert ("division by zero" in gate.notice, gate.committed) == (True, False)
    commit(gate, "3")
    presenting.release()
    assert ("division by zero" in gate.notice, gate.opened) == (True, False)


# --- in class -------------------------------------------------------------------------------------------------


def test_in_class_the_answer_waits_for_release():
    presenting.present()
    gate, untouched = number(), number()
    commit(gate, "20")
    assert (gate.opened, gate.notice) == (False, "The answer waits for release().")
    assert "ravine" not in sent(gate)
    presenting.release()
    assert (gate.opened, gate.told, gate.notice) == (True, "You said 20; it is 30, 10 away.", "")
    assert (untouched.opened, untouched.told) == (True, "It is 30.")
    presenting.present()
    assert (gate.opened, untouched.opened, gate.told) == (False, False, "")
    presenting.stop()
    assert (gate.opened, untouched.opened) == (True, False)


# --- the kinds of guesses -------------------------------------------------------------------------------------


def test_a_question_of_the_course_brings_its_options_and_its_answer():
    gate = Gate("04 terrace")
    assert gate.kind == "choice"
    assert len(gate.asked["options"]) == 4
    commit(gate, 0)
    assert gate.told.startswith("You chose A) Both; it is B) Only the one with η = 0.05. Coasting carries")
    assert gate.truth == {"right": 1}
    right = Gate("04 terrace")
    commit(right, 1)
    assert right.told.startswith("You chose B) Only the one with η = 0.05, and that is right. Yes: 9")
    asks_back = Gate("02 constants")
    commit(asks_back, 0)
    assert asks_back.told.endswith(" leave?")


def test_a_kept_choice_is_known_by_its_text():
    def gate(options):
        return Gate("04 order", guess=Choice(options), ask="Which?", truth="one")

    first = gate(["one", "two"])
    commit(first, 1)
    again = gate(["two", "one"])
    again._repr_mimebundle_()
    assert again.guess == 0


def test_a_point_is_compared_by_its_distance():
    gate = Gate("04 where", guess=Point(BOWL), ask="Where?", truth=(0, 0))
    commit(gate, [3, 4.5])
    assert gate.notice == "Click a point inside the map."
    commit(gate, [3, 4])
    assert gate.told == "You pointed at (3, 4); it is (0, 0), 5 away."
    assert gate.truth == {"point": [0.0, 0.0]}


def test_a_curve_is_compared_where_it_is_farthest_off():
    distance = np.linalg.norm(PATH.positions, axis=1)
    gate = Gate("04 fall", guess=Curve((0, 30), (0, 8), ("step", "distance")), ask="Draw it.", truth=distance)
    assert "7.28" not in sent(gate)
    commit(gate, [4.0] * (COLUMNS - 1) + [None])
    assert gate.notice == "Draw the curve from the left edge to the right edge first."
    commit(gate, [4.0] * COLUMNS)
    assert gate.told == "Your curve is 2.3 off on average, and most at step = 30: you drew 4; it is 0.36."
    assert gate.truth["curve"][0] == pytest.approx(7.2801, abs=1e-4)
    right = Gate("04 other", guess=Curve((0, 30), (0, 8)), ask="Draw it.", truth=distance)
    commit(right, list(right._truth))
    assert right.told == "Your curve is never more than 0 away, and that is right."


# --- the kinds of answers -------------------------------------------------------------------------------------


def test_the_answer_knows_the_guess():
    seen = []
    gate = number(answer=lambda guess: seen.append(guess) or {"steps": 30})
    gate.still()
    commit(gate, "7/2")
    assert seen == [None, 3.5]
    assert gate.parts == [{"kind": "table", "rows": [["steps", "30"]]}]


def test_an_answer_may_have_several_parts():
    gate = number(answer=[figures.paths_on_map({"SGD": PATH}), {"a": "b"}, "Text.", Stage({"SGD": PATH})])
    commit(gate, "30")
    assert [part["kind"] for part in gate.parts] == ["picture", "table", "view", "view"]
    assert len(gate.views) == 2
    assert gate.parts[0]["alt"] == "SGD: 30 steps, ends 0.3605 from the minimum."


def test_an_answer_may_be_a_table_of_several_columns():
    gate = number(
        answer=figures.tables.bundle([(1, "(−1, 1)", "(−3, 0)")], ["step", "θ", "Θ"], "Two points.")
    )
    assert "(−3, 0)" not in sent(gate)
    told = gate.still()[0]
    assert "<table" in told["text/html"].partition("Show the answer")[2]
    assert "Two points. step θ Θ" in " ".join(told["text/plain"].split())
    commit(gate, "30")
    assert gate.parts == [{"kind": "view"}]
    assert ">Θ</th>" in gate.views[0].value and ">(−3, 0)</td>" in gate.views[0].value


def test_without_a_kernel_the_answer_is_closed_and_can_be_opened():
    gate = number(answer=lambda guess: [figures.paths_on_map({"SGD": PATH}), SECRET], because="it overshoots")
    data, metadata = gate.still()
    before, _, inside = data["text/html"].partition("<details><summary>Show the answer</summary>")
    assert "How often?" in before and "30" not in before
    assert "<details open" not in data["text/html"]
    assert "It is 30: it overshoots." in inside and "$v_\\infty = 10$" in inside
    assert data["image/png"]
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert data["text/plain"].startswith(
        "Predict: How often? The answer: It is 30: it overshoots. SGD: 30 steps"
    )


def test_a_held_text_is_shown_as_it_was_written():
    assert as_html("So **it** is: $a*b*c < 1$, `x*y*z`.\n\n- one\n- *two*\n\n<b>") == (
        "<p>So <strong>it</strong> is: $a*b*c &lt; 1$, <code>x*y*z</code>.</p>\n"
        "<ul><li>one</li><li><em>two</em></li></ul>\n<p>&lt;b&gt;</p>"
    )
    assert as_html("**A factor $t$**, *as `a*b`*") == (
        "<p><strong>A factor $t$</strong>, <em>as <code>a*b</code></em></p>"
    )


# --- bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options, message",
    [
        ({"guess": None}, "guess must be a Choice, Number, Point or Curve"),
        ({"truth": "many"}, "truth must be a finite number"),
        ({"truth": None, "answer": None}, "needs something to hold back"),
    ],
)
def test_a_gate_that_cannot_work_is_refused(options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        number(**options)


def test_an_unknown_question_gets_the_nearest_one():
    with pytest.raises(ValueError, match="Did you mean '04 terrace'"):
        Gate("04 terrasse")
