"""Numbers as students type them: docs/typed-numbers.md says what is read and what is said, and everything reads so."""

import ast
import inspect
import re
import time
from fractions import Fraction as F
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_guide import rows

from course_utils.landscapes import BOWL
from course_utils.optimizers import SGD, Momentum
from course_utils.practice import THREE_STEPS, typed_numbers
from course_utils.practice.problems import StepProblem
from course_utils.practice.typed_numbers import is_right, is_shortened, read_number
from course_utils.support.numbers import written
from course_utils.teaching import handouts
from course_utils.teaching.handouts import Student, make_sheets, mark
from course_utils.widgets import Explorer, NumberQuiz, StepExercise
from course_utils.widgets.guesses import Number

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "typed-numbers.md").read_text(encoding="utf-8")
PARTS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))


def each(title, columns=2):
    """The rows of the tables below a heading: (what is typed, the last cell), one for every way to type it."""
    found = [row for row in rows(PARTS[title]) if len(row) == columns]
    return [(text, row[-1]) for row in found for text in typed_in(row[0])]


def typed_in(cell):
    return re.findall(r"`([^`]+)`", cell)


READ = each("What is read")
REFUSED = each("What is refused, and what is said")


def said_of(text, name="x₁"):
    """The line with which a text is refused."""
    with pytest.raises(ValueError) as refused:
        read_number(text, name)
    return str(refused.value)


# --- the page of rules -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, number", READ)
def test_what_is_read(text, number):
    assert read_number(text, "x₁") == read_number(text) == F(number)


@pytest.mark.parametrize("text, line", REFUSED)
def test_what_is_refused_and_what_is_said(text, line):
    assert said_of(text) == line


def test_the_page_holds_every_line_that_the_reader_can_say():
    calls = [
        node for node in ast.walk(ast.parse(inspect.getsource(typed_numbers))) if isinstance(node, ast.Call)
    ]
    lines = [call.args[0].value for call in calls if getattr(call.func, "id", "") == "_"]
    assert len(lines) > 25
    on_page = {line for _text, line in REFUSED}
    for line in lines:
        form = re.sub(r"\\{\w+\\}", ".+", re.escape(line))
        assert any(re.fullmatch(form, told) for told in on_page), line


def test_every_line_is_a_whole_sentence():
    for line in {line for _text, line in REFUSED}:
        assert re.fullmatch(r"[A-Z][^\n]{10,118}\.", line)


RIGHT, TOO_FAR, WRONG = "right", "rounded too far", "wrong"
VERDICTS = [
    (exact, text, verdict)
    for exact, *cells in rows(PARTS["What counts as right"])
    if len(cells) == 3
    for cell, verdict in zip(cells, (RIGHT, TOO_FAR, WRONG), strict=True)
    for text in typed_in(cell)
]


@pytest.mark.parametrize("exact, text, verdict", VERDICTS)
def test_what_counts_as_right(exact, text, verdict):
    given_number = read_number(text)
    opposite = read_number(text.removeprefix("-") if text.startswith("-") else f"-{text}")
    for typed, right in (given_number, F(exact)), (opposite, -F(exact)):
        assert is_right(typed, right) == (verdict == RIGHT)
        assert (is_right(typed, right) or is_shortened(typed, right)) == (verdict != WRONG)


@pytest.mark.parametrize("exact, text, verdict", [v for v in VERDICTS if v[0] == "1/3"])
def test_a_number_question_a_step_table_and_a_gate_agree_on_what_is_right(exact, text, verdict):
    quiz = NumberQuiz("01 other-bowl")
    quiz.check(text)
    assert quiz.question.answer == F(exact)
    assert quiz.mark == ("right" if verdict == RIGHT else "wrong")
    assert ("rounded too far" in quiz.why) == (verdict == TOO_FAR)

    problem = StepProblem(BOWL, SGD(F(1, 6)), (1, F(1, 2)), 1)
    assert problem.answer == [(F(59, 60), F(exact))]
    exercise = StepExercise(problem)
    exercise.entries = [["59/60", text]]
    exercise.check()
    assert exercise.good == (verdict == RIGHT)
    assert ("rounded too far" in exercise.message) == (verdict == TOO_FAR)

    assert ("that is right" in Number().told(text, 1 / 3)) == (verdict == RIGHT)


def test_a_blank_and_a_rounded_number_get_their_words():
    quiz, exercise = NumberQuiz("01 other-bowl"), StepExercise(THREE_STEPS)
    said = {}
    for what, text in ("a blank", " "), ("rounded too far", "0.33"):
        quiz.check(text)
        said["a number question", what] = quiz.why
    with pytest.raises(ValueError) as blank:
        Number().taken(" ")
    said["a gate", "a blank"] = str(blank.value)
    exercise.check()
    said["a step table", "blanks alone"] = exercise.message
    exercise.entries = [["0,5", ""], ["", ""], ["", ""]]
    exercise.check()
    said["a step table", "`0,5` beside a blank"] = exercise.message
    exercise.entries = [["-1", "1"], ["", ""], ["", ""]]
    exercise.check()
    said["a step table", "right, then a blank"] = exercise.message
    thirds = StepExercise(StepProblem(BOWL, SGD(F(1, 3)), (1, 2), 1))
    thirds.entries = [["0.97", "0.67"]]
    thirds.check()
    said["a step table", "rounded too far"] = thirds.message
    table = [row for row in rows(PARTS["What counts as right"]) if len(row) == 3]
    assert said == {(where, what): line for where, what, line in table}


# --- every box reads so ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, number", READ)
def test_every_box_reads_the_same(text, number):
    exercise = StepExercise(THREE_STEPS)
    exercise.entries = [[text, "1"], ["", ""], ["", ""]]
    assert exercise._attempt() == ([(F(number), F(1)), (None, None), (None, None)], [])
    quiz = NumberQuiz("01 count")
    quiz.check(text)
    assert quiz.mark == "wrong"
    assert Number().value(Number().taken(text)) == float(F(number))


@pytest.mark.parametrize("text, line", REFUSED)
def test_every_box_refuses_the_same(text, line):
    exercise = StepExercise(THREE_STEPS)
    exercise.entries = [[text, ""], ["", ""], ["", ""]]
    exercise.check()
    assert exercise.marks[0] == ["unreadable", "open"]
    assert exercise.message == f"x of θ₁: {line}"
    if "This box asks" not in line:
        quiz = NumberQuiz("01 count")
        quiz.check(text)
        assert (quiz.mark, quiz.why) == ("unreadable", line)
        with pytest.raises(ValueError, match=f"^{re.escape(line)}$"):
            Number().taken(text)


@pytest.mark.parametrize(
    "name, text",
    [
        ("x₂", "x=3"), ("x₂", "x₂ = 3"), ("x₂", "x_{2} = 3"), ("x₂", "X2 = 3"), ("x2", "x₂ ≈ 3"), ("w₁", "w = 3"),
        ("η", "η = 3"), ("η", "eta = 3"), ("η", "lr=3"), ("η", "learning rate = 3"), ("μ", "µ = 3"), ("μ", "momentum = 3"),
        ("", "f(1, 2) = 3"), ("", "number of steps = 3"), ("", "λ_max = 3"),
    ],
)  # fmt: skip
def test_the_name_of_what_is_asked_is_left_out(name, text):
    assert read_number(text, name) == 3


@pytest.mark.parametrize(
    "name, text, line",
    [
        ("x₂", "y = 3", "This box asks for x₂, not for y."), ("x₂", "x₁ = 3", "This box asks for x₂, not for x1."),
        ("x₂", "θ₂ = (1, 2)", "This box asks for x₂, not for θ2."), ("η", "mu = 3", "This box asks for η, not for mu."),
        ("b₁", "w = 3", "This box asks for b₁, not for w."),
    ],
)  # fmt: skip
def test_another_name_is_refused(name, text, line):
    assert said_of(text, name) == line


def test_a_name_with_nothing_after_it_is_a_blank():
    for text in "x =", "x₁ = ", "=", "≈":
        assert read_number(text, "x₁") is None


def test_a_box_beside_a_slider_reads_what_it_shows_and_names_what_it_asks_for():
    explorer = Explorer(BOWL, [SGD(0.1), Momentum(0.1, 0.9)])
    for text, lr in ("5e-04", 0.0005), ("η = 1/8", 0.125), ("0,5", 0.5), ("lr=.25", 0.25), ("η =", 0.25):
        explorer._handle_custom_msg({"do": "type", "key": "lr", "text": text}, [])
        assert (explorer.settings["lr"], explorer.notice) == (lr, "")
    for key, text, line in (
        ("lr", "μ = 0.9", "This box asks for η, not for μ."),
        ("momentum", "1,200", "A comma can be read in two ways: type 1200, or 1.200 with a point."),
    ):
        before = dict(explorer.settings)
        explorer._handle_custom_msg({"do": "type", "key": key, "text": text}, [])
        assert (explorer.settings, explorer.notice) == (before, line)


@pytest.mark.parametrize("separator, comma", [(",", False), (";", True), ("\t", False)])
def test_a_table_of_answers_reads_so_too(tmp_path, separator, comma):
    sheets = make_sheets("three-steps", [Student("1", "")], seed=2)
    handouts.write_answers(tmp_path / "answers.csv", sheets)
    entries = [x for point in sheets[0].problem.answer for x in point]
    ways = [mixed, str, written, lambda x: f"≈ {float(x)}", lambda x: f"y2 = {float(x)!r}", str]
    cells = [way(x) for way, x in zip(ways, entries, strict=True)]
    if comma:
        cells = [cell.replace(".", ",") for cell in cells]
    head = separator.join(["id", *(f"{axis}{t}" for t in (1, 2, 3) for axis in "xy")])
    cells = [cell.replace("y2", "x3") if k == 4 else cell for k, cell in enumerate(cells)]
    (tmp_path / "attempts.csv").write_text(f"{head}\n1{separator}{separator.join(cells)}\n", encoding="utf-8")
    report = mark(tmp_path / "attempts.csv", tmp_path / "answers.csv")
    assert ([each.verdict for each in report.marked], report.complaints) == (["right"], [])


def test_a_name_that_belongs_to_another_column_is_reported(tmp_path):
    handouts.write_answers(tmp_path / "answers.csv", make_sheets("three-steps", [Student("1", "")], seed=2))
    (tmp_path / "attempts.csv").write_text("id,x1,y1,x2,y2,x3,y3\n1,y = 3,,,,,31. Feb\n", encoding="utf-8")
    complaints = [each.text for each in mark(tmp_path / "attempts.csv", tmp_path / "answers.csv").complaints]
    assert complaints == [
        "x1: This box asks for x1, not for y. It counts as a blank.",
        "y3: This looks like a date that a spreadsheet has made out of a fraction: type a decimal. It counts as a blank.",
    ]


def test_answers_that_a_spreadsheet_has_stored_with_commas_are_read(tmp_path):
    handouts.write_answers(tmp_path / "answers.csv", make_sheets("three-steps", [Student("1", "")], seed=2))
    text = (tmp_path / "answers.csv").read_text(encoding="utf-8-sig")
    assert "." in text, "some answers have decimals"
    (tmp_path / "answers.csv").write_text(text.replace(",", ";").replace(".", ","), encoding="utf-8")
    (tmp_path / "attempts.csv").write_text("id,x1,y1,x2,y2,x3,y3\n", encoding="utf-8")
    report = mark(tmp_path / "attempts.csv", tmp_path / "answers.csv")
    assert ([each.verdict for each in report.marked], report.complaints) == (["not handed in"], [])


# --- any number, any text --------------------------------------------------------------------------------------


def mixed(number):
    """A number as a whole and a fraction: −15 1/2."""
    whole, rest = divmod(abs(number), 1)
    if not rest or not whole:
        return str(number)
    return f"{'-' if number < 0 else ''}{whole} {rest}"


DIGITS = ["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९"]
FRACTIONS = {F(1, 2): "½", F(1, 4): "¼", F(3, 4): "¾", F(1, 3): "⅓", F(2, 3): "⅔", F(1, 8): "⅛"}


def with_sign(number):
    whole, rest = divmod(abs(number), 1)
    return f"{'−' if number < 0 else ''}{whole or ''}{FRACTIONS[rest]}" if rest in FRACTIONS else str(number)


WAYS = [
    str,
    written,
    mixed,
    with_sign,
    lambda x: f"({x.numerator})/{x.denominator}",
    lambda x: f"-({-x})",
    lambda x: f"+{x}" if x >= 0 else f"–{-x}",
    lambda x: f"[({x})]",
    lambda x: str(x).replace("/", " ÷ "),
    lambda x: f"x = {x}.",
    lambda x: f"≈{mixed(x)}",
    *(lambda x, digits=digits: str(x).translate(str.maketrans("0123456789", digits)) for digits in DIGITS),
]


@given(st.fractions(-(10**6), 10**6, max_denominator=10**4), st.sampled_from(WAYS))
@settings(deadline=None)
def test_a_fraction_comes_back_however_it_is_written(number, way):
    assert read_number(way(number)) == number


@given(st.decimals(-1000, 1000, places=5), st.integers(-12, 12))
@settings(deadline=None)
def test_a_decimal_comes_back_however_it_is_written(decimal, power):
    number = F(decimal) * F(10) ** power
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    for text in (
        f"{decimal:f}e{power}",
        f"{decimal:f}·10^{power}",
        f"{decimal:f} × 10{raised}",
        f"{decimal:f}*10**({power})",
    ):
        assert read_number(text) == number
    assert read_number(f"{decimal:f}", decimal_comma=True) == read_number(
        f"{decimal:f}".replace(".", ","), decimal_comma=True
    )


@given(st.fractions(-(10**15), 10**15, max_denominator=10**6), st.booleans())
@settings(deadline=None)
def test_what_we_write_we_can_read(number, minus):
    text = written(number) if minus else str(number)
    assert read_number(text) == number
    assert "-" not in written(number)


@given(st.floats(1e-90, 1e90) | st.floats(-1e90, -1e-90))
@settings(deadline=None)
def test_what_python_prints_of_a_float_is_read(number):
    assert float(read_number(repr(number))) == number


likely = st.text("0123456789-−+/.,; ()[]½²₁e%=≈~√πxy^*·:<∞'\\\u200b\n", max_size=45)
any_digit = st.characters(categories=["Nd", "Nl", "No", "Sm", "Pd", "Cf", "Cs", "Zs", "Cc"])


@given(
    st.one_of(
        likely,
        st.text(max_size=50),
        st.text(),
        st.text(any_digit | st.sampled_from("0123456789/.-"), max_size=12),
        st.builds(str.__mul__, st.text(max_size=5), st.integers(0, 20_000)),
    ),
    st.sampled_from(["", "x₂", "η"]),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_number_a_blank_or_gets_a_line(text, name, comma):
    text = text[:100_000]
    began = time.perf_counter()
    try:
        number = read_number(text, name, comma)
    except ValueError as error:
        assert re.fullmatch(r"[A-Z][^\n]{10,118}\.", str(error))
    else:
        assert number is None or isinstance(number, F)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "text",
    ["9" * 1000, "(" * 1000, "(" * 500 + "3" + ")" * 500, "1e999999", "1e-999999", "-" * 1000, "1/" * 500, "1,000" * 200,
     "(" * 19 + "3" + ")" * 19, "((" * 20, "1e" + "9" * 38, "9" * 40, "1/" * 20, "1 " * 20, "ﷺ" * 40, "1.1." * 10, "1'" * 20, "²" * 40],
    ids=lambda text: ascii(text)[:20],
)  # fmt: skip
def test_hostile_text_is_read_or_refused_at_once(text):
    began = time.perf_counter()
    try:
        read_number(text)
    except ValueError as error:
        assert len(str(error)) < 120
    assert time.perf_counter() - began < 5


ACCEPTED = {
    "‑1": -1, "((−3))": -3, " - 3 ": -3, "０": 0, "1２": 12, "31∕2": F(31, 2), "1/-2": F(-1, 2), "-1/-2": F(1, 2), "-.5": F(-1, 2),
    "3.": 3, "1.5/2": F(3, 4), "1/2.5": F(2, 5), "007": 7, "0.1": F(1, 10), "-¾": F(-3, 4), "\u200b5\u200e": 5, "\ufeff-5": -5,
    "\u00a05\n": 5, "1" * 40: int("1" * 40), "": None, " ": None, "\t\n": None, "\u200b": None, " " * 100_000: None,
    " " * 500 + "5": 5, "-2⅔": F(-8, 3), "⅟2": F(1, 2), "٣": 3, "१२/५": F(12, 5), "٠٫٥": F(1, 2),
}  # fmt: skip


@pytest.mark.parametrize("text", ACCEPTED, ids=lambda t: ascii(t)[:25])
def test_more_that_is_read(text):
    number = read_number(text)
    assert number == ACCEPTED[text]
    assert number is None or isinstance(number, F)


@pytest.mark.parametrize(
    "text",
    ["()", ")(", ".", "/", "3₂", "x₂", "0x10", "1e", "e", "__import__('os')", "open('x')", "1/", "/2", "1//2", "2%3", "1e2e3",
     "3 x", "0b1", "True", "None", "1j", "½½", "½/2", "1 1/2/2", "1 1/0", "x = y", "1 = 1 = 1"],
)  # fmt: skip
def test_more_that_is_refused(text):
    said_of(text)
