"""What is written down of a widget for pages without a kernel: its state, and the answers of the widget itself."""

import json
import math
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from test_javascript import program

from course_utils.authoring import alive, npm, pages, recording
from course_utils.landscapes import BOWL
from course_utils.optimizers import SGD, Momentum, NesterovLookahead
from course_utils.practice import THREE_STEPS
from course_utils.practice.questions import NumberQuestion, judged, question
from course_utils.widgets import Blindfold, Compass, Explorer, Gate, NoiseBall, NumberQuiz, Quiz, StepExercise
from course_utils.words import groups, words

TYPED = [
    "",
    "0",
    "1",
    "-1",
    "10",
    "0.1",
    "0.50",
    "0.333",
    "1/3",
    "2/6",
    "2 1/2",
    "1e-2",
    "1e3",
    "−2",
    "(3)",
    "abc",
    "1,5",
    "1,200",
    "0, 5",
    "1/0",
]


def replies_of(widget):
    """{message as JSON: what changes}"""
    return {json.dumps(message): changes for message, changes in recording.of_widget(widget)["replies"]}


def test_each_option_is_answered_as_by_the_quiz_itself():
    replies = replies_of(Quiz("04 memory"))
    quiz = Quiz("04 memory")
    for k in range(len(quiz.options)):
        quiz.choose(k)
        assert replies[json.dumps({"choose": k})] == {
            "ticked": k,
            "chosen": k,
            "right": quiz.right,
            "why": quiz.why,
        }
    assert replies[json.dumps({"do": "again"})] == {"ticked": -1, "chosen": -1, "right": False, "why": ""}


def test_typed_numbers_are_judged_on_the_page_as_in_python():
    program("node")
    widgets = [NumberQuiz(name) for name in number_questions()]
    typed = [[*TYPED, *forms_of(widget)] for widget in widgets]
    script = alive.joined("numbers.js", "table.js", "host.js")
    script += """
        const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
        console.log(JSON.stringify(asked.map(([typed, told]) => typed.map((text) => foreseen(text, told)))));"""
    asked = [[texts, widget.typed_alone()] for texts, widget in zip(typed, widgets, strict=True)]
    for widget, texts, chosen in zip(widgets, typed, npm.node(script, data=asked), strict=True):
        replies = replies_of(widget)
        for text, instead in zip(texts, chosen, strict=True):
            told = replies[json.dumps({"answer": instead})]
            mark, why = judged(text, widget.question)
            assert told["mark"] == mark, (widget.key, text, instead)
            assert mark == "unreadable" or told["why"] == why, (widget.key, text, instead)


def number_questions():
    names = [f"{group} {key}" for group in groups() for key in words(group)["questions"]]
    return [name for name in names if isinstance(question(name), NumberQuestion)]


def forms_of(widget):
    """The right number and the known wrong ones, as they may be typed."""
    known = [widget.question.answer, *(wrong.value for wrong in widget.question.wrong)]
    decimals = [f"{float(value):.{d}f}" for value in known for d in range(6)]
    return [*map(str, known), *decimals, f"x = {known[0]}", f" {known[0]} "]


@cache
def recorded_table():
    """-> (a step exercise, what a page gets of it)"""
    widget = StepExercise(THREE_STEPS)
    told = recording.of_widget(widget)["typed"]
    widget.key = ""  # nothing is kept
    return widget, told


def test_a_step_table_is_marked_on_the_page_as_in_python():
    """Wrong tables that have a name, any other, and blanks: marks, praise and advice are those of the widget."""
    program("node")
    widget, told = recorded_table()
    assert len(told["named"]) > 100 and len(json.dumps(told)) < 45_000, "60 kB once it is coded"
    tables = [*map(entries_of, told["named"][::4]), *OTHER_TABLES]
    answers = on_the_page([{"do": "check", "entries": table} for table in tables], widget, told)
    for table, (_message, changes, reached) in zip(tables, answers, strict=True):
        widget.begin()
        widget.hear({"do": "check", "entries": table})
        for name in ("marks", "good", "tried", "checked"):
            assert changes[name] == getattr(widget, name), (name, table)
        assert reached == widget.reached(), table
        if "the live notebook" in changes["message"]:
            assert not widget.good and (table in OTHER_TABLES)
        elif "not a number I can read" not in changes["message"]:
            assert changes["message"] == widget.message, table


def test_a_step_table_on_the_page_gives_hints_and_the_solution_after_a_try():
    program("node")
    widget, told = recorded_table()
    widget.begin()
    begun = [["2", "-1"], ["2", "9"], ["", ""]]
    asked = [
        {"do": what, "entries": begun} for what in ("solution", "check", "hint", "hint", "solution", "again")
    ]
    early, _check, first, second, solution, again = on_the_page(asked, widget, told, after_each_other=True)
    for _ in range(2):
        widget.hear({"do": "hint", "entries": begun})
    assert early is None
    assert [*first[1]["hints"], second[1]["hints"][1]] == widget.hints
    assert solution[1]["solution"] == THREE_STEPS.worked() and solution[2] == "", (
        "what is kept is the last check"
    )
    widget.begin()
    assert again[1] == {name: getattr(widget, name) for name in again[1]}


def on_the_page(messages, widget, told, after_each_other=False):
    """What the page answers to each message: [message, changes, how far] or None."""
    script = alive.joined("numbers.js", "table.js")
    script += """
        const { messages, state, told, going } = JSON.parse(require("fs").readFileSync(0, "utf8"));
        let now = state;
        console.log(JSON.stringify(messages.map((message) => {
            const answer = answerOfTable(message, now, told);
            if (going && answer) now = { ...now, ...answer[1] };
            return answer ?? null;
        })));"""
    state = {name: value for name, value in recording._state(widget).items() if name != "map"}
    data = {"messages": messages, "state": state, "told": told, "going": after_each_other}
    return npm.node(script, data=data)


def entries_of(named):
    """What would be typed, for the numbers of a table: blank after its last row."""
    numbers = [f"{x:g}" for x in named[0]]
    rows = [numbers[k : k + 2] for k in range(0, len(numbers), 2)]
    return rows + [["", ""]] * (THREE_STEPS.steps - len(rows))


RIGHT = [[str(x) for x in point] for point in THREE_STEPS.answer]
OTHER_TABLES = [
    RIGHT,
    [["", ""]] * 3,
    [RIGHT[0], ["", ""], ["", ""]],
    [["", ""], RIGHT[1], ["", ""]],
    [RIGHT[0], [RIGHT[1][0], "77"], RIGHT[2]],
    [["77", "88"], RIGHT[1], RIGHT[2]],
    [["77", ""], ["", ""], ["", ""]],
    [["abc", RIGHT[0][1]], RIGHT[1], ["", "?"]],
    [["0,5", ""], ["0,5", "1"], ["1/0", "1e400"]],
    [[f" {x} = {y} " for x, y in zip("xy", row, strict=True)] for row in RIGHT],
    [[f"{float(x):.4f}" for x in map(Fraction, row)] for row in RIGHT],
]


def test_a_gate_tells_the_truth_to_a_guess_that_nobody_foresaw():
    widget = Gate("04 across", "It takes friction.")
    replies = recording.of_widget(widget)["replies"]
    told = {json.dumps(message["guess"]): changes for message, changes in replies}
    assert told["null"]["opened"] is False and "first" in told["null"]["notice"]
    unforeseen = told['"any"']
    assert unforeseen["opened"] is unforeseen["committed"] is True
    assert unforeseen["told"].startswith("It is ") and unforeseen["notice"] == ""
    assert len(unforeseen["views"]) == 1


def test_an_answer_that_takes_a_kernel_is_its_picture():
    kept = recording.of_widget(Gate("04 across", lambda guess: Compass(BOWL)))
    views = list(kept["views"].values())
    assert views and all('<img src="data:image/png;base64,iVBOR' in view["html"] for view in views)
    assert kept["whole"] is False, "the page says where it moves"


def test_nothing_of_an_answer_is_read_at_a_glance():
    shelf = alive.Shelf()
    figure = alive._figure("x/y-0", recording.of_widget(Quiz("04 memory")), shelf)
    quiz = Quiz("04 memory")
    for option in quiz.question.options:
        assert option.why not in figure.held() and option.why not in figure.told()
        assert option.text in figure.held()
    number = alive._figure("x/y-1", recording.of_widget(NumberQuiz("01 count")), shelf)
    assert "known" not in number.held() and "known" in number.answers["typed"]


def test_figures_that_need_a_kernel_are_recognised():
    explorer = Explorer(BOWL, [SGD(0.95), Momentum(0.1, 0.9)])
    kept = recording.of_widget(explorer)
    assert kept["whole"] is False and kept["state"]["movable"] is False
    assert kept["state"]["parts"]["numbers"] and kept["packs"]["parts"], "its arrows can be shown"
    assert kept["state"]["sliders"] == kept["sets"] == [], "three sliders have too many stops"
    assert not any("movable" in changes for _message, changes in kept["replies"])
    for widget in (Blindfold(BOWL), Compass(BOWL)):
        assert recording.of_widget(widget) is None


def test_sliders_move_within_60_kb_of_paths():
    """And the numbers come back as they are read: to three bytes of a float32."""
    for optimizer, steps, fewest in ((SGD(0.3), 30, 80), (SGD(0.3), 150, 50), (Momentum(0.1, 0.5), 25, 100)):
        explorer = Explorer(BOWL, [optimizer], steps=steps)
        kept = recording.of_widget(explorer)
        sliders = kept["state"]["sliders"]
        each = math.prod(len(slider["values"]) for slider in sliders)
        assert each >= fewest
        assert all(explorer.settings[slider["key"]] in slider["values"] for slider in sliders)
        stops = [(message, changes) for message, changes in kept["replies"] if "set" in message]
        assert len(stops) == each
        assert sum(len(pack["base64"]) for pack in kept["family"].values()) <= 60_000
        numbers = unpacked_by_the_page(kept["family"])["tracks"]
        for message, changes in (stops[0], stops[each // 2], stops[-1]):
            for name, value in message["set"]["settings"].items():
                setattr(optimizer, name, value)
            other = Explorer(BOWL, [optimizer], steps=steps)
            assert changes["methods"] == other.methods
            place = changes["tracks"]
            sent = numbers[place["from"] :][: place["numbers"]]
            assert sent == pytest.approx(finite(np.frombuffer(other.tracks)), rel=3e-5, nan_ok=True)
    two = [Momentum(0.4, 0.9), NesterovLookahead(0.4, 0.9)]
    assert recording.of_widget(Explorer(BOWL, two, steps=150))["state"]["sliders"] == []


def test_the_walkers_of_a_noise_ball_are_sent_along():
    ball = NoiseBall(batch=4, lr=0.4)
    kept = recording.of_widget(ball)
    assert kept["state"]["sliders"] == [] and kept["state"]["movable"] is False
    sent = unpacked_by_the_page({"crowd": kept["packs"]["crowd"]})["crowd"]
    assert sent == pytest.approx(np.frombuffer(ball.crowd, np.float32).astype(float), rel=2**-8)


def unpacked_by_the_page(packs):
    """{name: numbers}, NaN for what is not finite, of packs as they were written down."""
    script = alive.joined("numbers.js", "table.js", "host.js")
    script += """
        const packs = JSON.parse(require("fs").readFileSync(0, "utf8"));
        const blobs = Object.fromEntries(Object.keys(packs).map((name) => [name, packs[name].base64]));
        for (const name in packs) packs[name].blob = name;
        allUnpacked(packs, blobs).then((all) =>
          console.log(JSON.stringify(Object.fromEntries(Object.keys(all).map((name) => [name, [...all[name]]])))));"""
    return {name: np.array(row, float) for name, row in npm.node(script, data=packs).items()}


def finite(numbers):
    """float32, NaN for what is not finite."""
    with np.errstate(over="ignore"):
        short = numbers.astype(np.float32).astype(float)
    return np.where(np.isfinite(short), short, np.nan)


def test_what_was_written_down_is_made_anew_when_the_page_changes(monkeypatch, tmp_path):
    runs = []
    monkeypatch.setattr(recording, "KEPT", tmp_path)
    monkeypatch.setattr(recording, "_record", lambda page: runs.append(page) or "[]")
    page = pages.lectures()[0]
    other = type(page)(page.path, page.text + "\n")
    for each in (page, page, other, other):
        recording.recorded(each)
    assert runs == [page, other] and len(list(tmp_path.iterdir())) == 1
