"""Answers to questions, typed into a cell and checked: what is accepted, what is said, what is kept."""

import itertools
import json
import re
from fractions import Fraction
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from course_utils.practice import progress
from course_utils.practice.checking import NotYet, ToDo, check, hint, solution
from course_utils.practice.questions import Question, question
from course_utils.words import groups, in_english

ROOT = Path(__file__).resolve().parent.parent
CHECKED = re.compile(r'^check\((\w+), "((?:\d\d|bugs) [\w-]+-(?:why|picture))"\)', re.MULTILINE)


def cells(folder):
    """[(name of the notebook, its cells)]"""
    for path in sorted((ROOT / folder).glob("*.ipynb")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))["cells"]


#: The questions that an exercise asks for a letter: {name: variable}
ASKED = {
    name: variable
    for _, page in cells("solutions")
    for cell in page
    for variable, name in CHECKED.findall("".join(cell["source"]))
}


@pytest.mark.parametrize("typed", ["C", "c", " C ", '"C"', "C.", "(c)", "‘C’", "farther-left"])
def test_a_letter_is_read_as_a_student_types_it(typed, capsys):
    assert check(typed, "04 memory").state == "right"
    assert capsys.readouterr().out.startswith("Right: C\nYes. It was moving by")


def test_a_wrong_letter_gets_its_explanation_but_not_the_answer(capsys):
    for letter, option in zip("ABC", question("04 memory").options, strict=True):
        verdict = check(letter, "04 memory")
        assert verdict.advice == option.why
        assert verdict.state == ("right" if option.right else "not yet")
    told = capsys.readouterr().out
    assert told.startswith("Not yet: A\nThe first step is the same") and "Right: C" in told
    assert verdict.next == ""


@pytest.mark.parametrize("typed", ["D", "", "AB", "yes", 2, 1.5, True, ["A"], print, np.zeros(3)])
def test_what_is_no_option_gets_one_line(typed, capsys):
    state = check(typed, "04 memory").state
    [line] = capsys.readouterr().out.splitlines()
    if isinstance(typed, str) and not typed:
        assert (state, line) == (
            "to do",
            'To do: Put the letter of your answer in place of None, from "A" to "C".',
        )
    else:
        assert state == "not yet"
        assert line.endswith('is none of the options: the answer is a letter from "A" to "C", in quotes.')


@pytest.mark.parametrize(
    ("typed", "state", "said"),
    [
        (1.4, "right", "Right: 1.4"),
        (Fraction(7, 5), "right", "Right: 7/5"),
        (np.float64(1.4), "right", "Right: 1.4"),
        ("7/5", "right", "Right: 7/5"),
        (0.2 * 7, "right", "Right: 1.4"),
        (2.8, "not yet", "Not yet: 2.8\nThat is 2(1 + μ)"),
        (3, "not yet", "Not yet: 3\nPut the curvature"),
        (None, "to do", "To do: Put your number in place of None."),
        ("soon", "not yet", "Not yet: 'soon'\n"),
        (True, "not yet", "Not yet: True\n"),
        (float("nan"), "not yet", "Not yet: nan\n"),
    ],
)
def test_a_number_is_read_as_in_its_box(typed, state, said, capsys):
    assert check(typed, "04 limit").state == state
    assert capsys.readouterr().out.startswith(said)


def test_the_states_are_those_that_nbgrader_counts(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check("C", "04 memory").state == "right"
    for typed, error in ((None, ToDo), ("A", NotYet), ("E", NotYet)):
        with pytest.raises(error):
            check(typed, "04 memory")


def test_an_answer_is_kept_as_its_widget_keeps_it(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.jsonl"))
    from course_utils.widgets import NumberQuiz, Quiz

    for typed in (None, "E"):
        check(typed, "04 memory")
    assert progress.last("04 memory") is None
    check("a", "04 memory")
    assert (progress.state("04 memory"), Quiz("04 memory").chosen) == ("tried", 0)
    check("c", "04 memory")
    assert (progress.state("04 memory"), Quiz("04 memory").right) == ("done", True)
    check(2.8, "04 limit")
    assert (NumberQuiz("04 limit").mark, NumberQuiz("04 limit").typed) == ("wrong", "2.8")


def test_a_question_has_no_hints_and_says_so(capsys):
    for ask in (hint, solution):
        ask("04 write-why")
        assert capsys.readouterr().out.startswith("A question has no hints: each answer that you check")


# --- the questions of the exercises -----------------------------------------------------------------------


def test_an_untouched_exercise_leaves_every_choice_to_do(capsys):
    found = {}
    for _, page in cells("exercises"):
        for cell in page:
            if cell["id"].endswith("-choose"):
                exec("".join(cell["source"]), found)
    assert len(ASKED) > 45
    for name, variable in ASKED.items():
        assert check(found[variable], name).state == "to do"


def test_every_choice_follows_a_text_in_ones_own_words_that_is_not_graded():
    for notebook, page in cells("solutions"):
        for n, cell in enumerate(page):
            if cell["id"].endswith("-choose"):
                text = page[n - 2]
                assert "BEGIN SOLUTION" in "".join(text["source"]), (notebook, cell["id"])
                assert "nbgrader" not in text["metadata"]


def test_neither_length_nor_place_gives_a_right_option_away():
    places, longest = [], []
    for name in ASKED:
        asked = question(name)
        assert isinstance(asked, Question) and len(asked.options) == 4, name
        lengths = [len(option.text) for option in asked.options]
        [right] = [n for n, option in enumerate(asked.options) if option.right]
        others = [length for n, length in enumerate(lengths) if n != right]
        assert lengths[right] <= 1.12 * max(others), name
        assert min(lengths) > 0.6 * max(lengths), name
        places.append(right)
        longest.append(lengths[right] > max(others))
    assert all(places.count(place) > len(ASKED) / 6 for place in range(4))
    assert sum(longest) < len(ASKED) / 2


# --- the arithmetic in what is said -----------------------------------------------------------------------

RUN = re.compile(r"[-\d.+−·×/√()⁻⁰¹²³⁴-⁹ =]+")  # whatever has no letters and commas in it
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def value(term):
    """What a sum without letters comes to; None where it is none."""
    code = term.strip().rstrip(".").replace("−", "-").replace("·", "*").replace("×", "*")
    code = re.sub(r"([⁻⁰¹²³⁴-⁹]+)", lambda m: f"**({m[1].translate(RAISED)})", code)
    code = re.sub(r"√([\d.]+|\([^()]*\))", r"sqrt(\1)", code)
    if re.search(r"\d *\(", code):
        return None
    try:
        return eval(code, {"sqrt": sqrt})
    except (SyntaxError, TypeError):
        return None


def sums(text):
    """Every (sum, its value as it is given) in a text, such as ("1 − 2.25", "−1.25")."""
    for run in RUN.finditer(text):
        terms = run[0].split("=")
        before = text[: run.start()]
        if re.search(r"\b(ln|log|cos)$", before) or (
            re.search(r"\w$", before) and re.match(r" *[-+−·×/]", terms[0])
        ):
            terms[0] = "a letter before it"
        if re.match(r"%|[α-ω]|[A-Za-z]\b" if run[0].endswith(" ") else r"[%\w]", text[run.end() :]):
            terms[-1] = "a letter after it"
        yield from itertools.pairwise(terms)


def test_every_sum_in_the_words_comes_out():
    """As in "1 − 2.25 = −1.25": what is said to be equal is so, to the digits that are given."""
    found = []
    for group in groups():
        for text in json.dumps(in_english(group)["questions"], ensure_ascii=False).split('"'):
            for term, given in sums(text):
                if value(term) is not None and value(given) is not None:
                    found.append((group, term, given))
    for group, term, given in found:
        digits = len(re.sub(r"^[-0.]+", "", re.sub(r"[^\d.]", "", given)).replace(".", ""))
        close = 0.51 * 10 ** (1 - digits) if "/" not in given else 1e-9
        assert value(given) == pytest.approx(value(term), rel=max(close, 1e-9)), (group, term, given)
    assert len(found) > 50
