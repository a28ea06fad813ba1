"""check, hint and solution, as a student meets them."""

import functools
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from course_utils.optimizers import Momentum
from course_utils.practice import helping, progress
from course_utils.practice.checking import check, hint, solution
from course_utils.practice.questions import is_question
from course_utils.practice.tasks import task

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(helping, "_seen", {})


@pytest.fixture
def said(capsys):
    """What was printed since it was asked last, line by line."""
    return lambda: capsys.readouterr().out.splitlines()


# --- cases of one's own ------------------------------------------------------------------------------------------


def answer(x):
    return {"half": [0.5, x], "zero": x / 0, "todo": x}


def undone(x):
    raise NotImplementedError


def half_done(x):
    return x if x < 2 else undone(x)


def test_check_says_what_was_called_expected_and_got(said, monkeypatch):
    check(abs, [((-2,), 2), ((-0.5,), 1), ((3,), 3)])
    check(undone, [((1,), 1)])
    check(half_done, [((1,), 1), ((2,), 2)])
    check(answer, [(((1, 2.0),), 1)])
    lines = said()
    assert lines.pop() == "Lists and tuples cannot do arithmetic: make an array of them first, with np.array."
    assert re.fullmatch(r"  Line \d+ of test_checking.py: return \{\"half\".*", lines.pop())
    assert re.fullmatch(r"  Your code raises TypeError: .*'int'", lines.pop())
    assert re.fullmatch(r"  Line \d+ of test_checking.py: raise NotImplementedError", lines.pop(-2))
    assert lines == [
        "Right: abs(-2) = 2",
        "Not yet: abs(-0.5)",
        "  expected 1",
        "  got      0.5",
        "To do: undone(1) raises NotImplementedError. Write your code in its place.",
        "Right: half_done(1) = 1",
        "Not yet: half_done(2)",
        "  Your code raises NotImplementedError here: write your code in its place.",
        "Not yet: answer((1, 2))",
    ]
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check(abs, [((-2,), 2)])
    with pytest.raises(AssertionError, match="To do"):
        check(undone, [((1,), 1)])
    with pytest.raises(AssertionError, match="Not yet"):
        check(abs, [((1,), 2)])


@pytest.mark.parametrize("got", [None, "1", (1, 2, 3), [1], 1, {}])
def test_check_accepts_only_the_same_shape(got, said):
    check(lambda: got, [((), (1, 2))])
    assert said()[0] == "Not yet: <lambda>()"


def changes(values):
    values.append(1)
    return values


def prints(x):
    print("x is", x)
    for k in range(10):
        print(k)


def endless(x):
    while True:
        pass


def yields(x):
    yield x


async def awaited(x):
    return x


class Odd:
    """Nothing that a task asks for."""


LOOKS = {  # a function, what is expected of it, and what is said
    "prints": (prints, 1, ["  It printed:", "    x is 2", "    …", "Your function prints and returns nothing: end it"]),
    "nothing": (lambda x: None, 1, ["Your function returns nothing: is there a `return`?"]),
    "a function": (lambda x: abs, 1, ["Your function returns a value of the type function: return numbers"]),
    "text": (lambda x: "4", 4, ["  got      '4'", "Your function returns text: return the value itself."]),
    "generator": (yields, 1, ["  got      <generator object yields>", "Your function is a generator, since it holds"]),
    "coroutine": (awaited, 1, ["Your function is a coroutine, since `async` stands before `def`"]),
    "object": (lambda x: Odd(), 1, ["  got      <test_checking.Odd object>", "Your function returns a value of the type Odd: return"]),
    "dict": (lambda x: {"a": 1}, np.ones(2), ["Your function returns a dict: return the value itself."]),
    "empty": (lambda x: [], np.ones(2), ["Your function returns an empty list; the task asks for an array of shape (2,)."]),
    "numpy's": (lambda x: np.sum, 1, ["Your function returns a value of the type function: return numbers"]),
    "five digits": (lambda x: [1.000001, 2], [1, 2], ["Your numbers differ only after the fifth digit"]),
    "factor": (lambda x: [3, 6], [1, 2], ["Every number here is 3 times what is asked for."]),
    "one for none": (lambda x: 1, [], ["Your function returns one value; the task asks for an empty list."]),
    "two for none": (lambda x: [1, 2], [], ["Your function returns 2 values; the task asks for an empty list."]),
    "one in brackets": (lambda x: 1, (1,), ["they come as a single number, and the task asks for a tuple of one value."]),
    "ragged": (lambda x: [5, [2, 3]], 1, ["Your function returns a list of 2 values; the task asks for a single number."]),
    "float32": (lambda x: [np.float32(1 / 3)], [1 / 3], ["Your numbers are right to about 7 digits: that is all"]),
    "float32 array": (lambda x: np.ones(2, "f4") / 3, np.ones(2) / 3, ["all that float32 holds"]),
    "one": (lambda x: 1, (1, 2), ["Your function returns one value, but the task asks for 2."]),
    "three": (lambda x: (1, 5, 3), (1, 2), ["Your function returns 3 values, but the task asks for 2."]),
    "turned round": (lambda x: (2, 1), (1, 2), ["The values are right, but in the other order."]),
    "shape": (lambda x: np.ones(3), np.ones(2), ["Your function returns an array of shape (3,); the task asks for an array"]),
    "array": (lambda x: np.ones(1), 1, ["The numbers are right, but they come as an array of shape (1,), and the task"]),
    "list": (lambda x: [x, x], 1, ["Your function returns a list of 2 values; the task asks for a single number."]),
    "half": (lambda x: (x, 5), (2, 6), ["the first is right in every case: look at the second."]),
    "close": (lambda x: 1 / 3 + 1e-7, 1 / 3, ["  expected 0.333333333", "  got      0.333333433"]),
    "sign": (lambda x: (-1, np.array([2, -3])), (1, np.array([-2, 3])), ["Every number has the wrong sign."]),
    "rounded": (lambda x: 0.33, 1 / 3, ["The numbers are rounded: return them as they are."]),
    "NaN": (lambda x: x * 1e308 - x * 1e308, 1, ["  got      nan", "NaN is not a number: it comes from 0/0"]),
    "infinite": (lambda x: (x * 1e308, 1), (1, 1), ["An infinite number comes from a division by 0"]),
    "changed": (changes, [1], ["  expected [1]", "  Your function changes its argument values: work on a copy."]),
    "infinite as written": (lambda x: (np.inf, 1), (1, 1), ["Of the two values that you return, the second is right"]),
    "otherwise": (lambda x: 17, 4, ["  expected 4", "  got      17"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", LOOKS)
def test_what_is_striking_about_a_wrong_answer_is_said(kind, said):
    function, expected, told = LOOKS[kind]
    check(function, [((2,) if kind != "changed" else ([5],), expected)])
    lines = said()
    assert lines[0].startswith("Not yet: ")
    for line in told:
        assert any(line in one for one in lines), lines
    assert kind != "otherwise" or len(lines) == 3


def test_an_argument_that_changes_is_wrong_even_where_the_value_is_right(said):
    check(changes, [(([1],), [1, 1])])
    assert said() == [
        "Not yet: changes([1])",
        "  Your function changes its argument values: work on a copy.",
        f"  Line {changes.__code__.co_firstlineno + 1} of test_checking.py: values.append(1)",
    ]


def half_a_return(x):
    if x < 2:
        return x


def changes_both(a, b):
    a += b
    b += a
    return 0


def test_a_branch_without_return_and_two_changed_arguments_are_named(said):
    check(half_a_return, [((1,), 1), ((2,), 2)])
    assert said()[-1] == "Your function returns nothing here: does every way through it end in a `return`?"
    check(changes_both, [((np.ones(1), np.ones(1)), 0)])
    *__, told, line = said()
    assert told == "  Your function changes its arguments a, b: work on a copy."
    assert line.endswith("of test_checking.py: a += b")


def raises_at_length(x):
    raise ValueError(
        "well " * 30
    )  # and the line of code beside it is long as well, longer than the page is wide


def test_long_lines_are_broken_between_words_but_not_where_outputs_are_stored(said):
    check(raises_at_length, [((1,), 1)])
    lines = said()
    assert all(len(line) <= 100 and not line.endswith(" we") for line in lines)
    assert all(line.startswith("  ") for line in lines[1:])
    assert any(line.startswith("  Line ") for line in lines)
    check(abs, [((10**90,), 10**90)] * 2)
    assert len(said()) == 2
    check(lambda x: x, [(("word " * 30,), "word " * 30)])
    (line,) = said()
    assert line.startswith("Right: ")


def test_anything_but_a_function_is_refused_in_plain_words(said):
    told = []
    for thing, asked in (3, [((1,), 1)]), (None, "04 step"), (uses_a_lock, "04 step"):
        check(thing, asked)
        told.append(" ".join(said()))
    first, second, third = told
    assert first == "Not yet: 3 is not a function. Hand over the function itself: its name, without brackets."
    assert second.startswith("Not yet: None is not a function.")
    assert third.startswith("Not yet: Your code uses LOCK, a lock, which cannot be handed to the process")


LOCK = __import__("threading").Lock()


def uses_a_lock(*_):
    return LOCK


@functools.cache
def cached(sizes):
    return 1


class Unwritable:
    def __repr__(self):
        raise ValueError("no")

    def __call__(self, *_):
        print(Odd())
        raise ValueError(Odd())


class Answering:
    """Answers to every name."""

    def __getattr__(self, name):
        return self


ODD = [
    Odd, Odd(), Unwritable(), Answering(), Mock(), object(), np, 3, "a", None, ..., int, len, np.add, {1: 2}, [changes],
    (k for k in "ab"), Odd.__init__, Answering().anything, functools.partial(changes, 1), property(changes), cached,
    lambda *_: [Odd(), Mock()], lambda *_: Unwritable(), lambda *_: {Odd(): Odd}, lambda *_: {}[Odd()],
]  # fmt: skip


@pytest.mark.parametrize("thing", ODD, ids=lambda thing: type(thing).__name__)
def test_whatever_is_passed_to_check_it_answers_plainly(thing, said):
    for asked in "01 knobs", "04 momentum", [((1,), Odd()), ((1,), 2)]:
        check(thing, asked)
        text = "\n".join(said())
        assert text.startswith(("Not yet: ", "Right: "))
        assert not re.search(r"0x[0-9a-f]{4}|id='|Traceback", text), text


def test_objects_are_called_by_their_names(said):
    check(Odd, "01 knobs")
    assert said() == ["Not yet: Odd is a class, but this task asks for a function."]
    check(changes, "04 momentum")
    assert said() == ["Not yet: changes is a function, but this task asks for a class."]
    check(Momentum(), "04 momentum")
    assert said()[0].startswith(
        "Not yet: This is an object of the class Momentum. Hand over the class itself"
    )
    check(cached, "01 knobs")
    lines = said()
    assert lines[1] == "  Your code raises TypeError: unhashable type: 'list'"
    assert lines[2].startswith("The cache finds an answer by its arguments, and these hold a list")


def test_an_unknown_task_is_answered_with_the_nearest_names(said, monkeypatch):
    for name in "01 konbs", "1 knobs", "knobs", "01_knobs", "01  Knobs":
        for ask in (lambda name: check(abs, name)), hint, solution:
            ask(name)
            assert said() == [f"There is no task {name!r}. Did you mean '01 knobs'?"]
    for name in None, 3, "", abs, "99 xyzzy":
        for ask in hint, solution:
            ask(name)
            assert " ".join(said()).startswith("There is no task ")
    assert not helping._seen
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(AssertionError):
        check(abs, "01 konbs")


def test_a_wrong_call_of_check_says_how_to_write_it(said):
    check("01 knobs", changes)
    assert said() == ['The function goes first, then the name of the task: check(changes, "01 knobs").']
    for nothing in (), (None,), (5,), ([],), ({1: 2},), (abs,):
        check(abs, *nothing)
        assert said()[0].startswith(
            'After the function goes the name of a task, such as "04 step", or a list of'
        )
    for cases in [(2, 4)], [((2,), 4, 5)], ((2,), 4), [3], ["ab"]:
        check(abs, cases)
        assert said()[0].startswith("A case is a pair: the arguments as a tuple, and what is expected.")


# --- how exact an answer has to be -------------------------------------------------------------------------------


def angle_by_cosine(kappa):
    gradient, home = np.array([1, kappa**0.5]), np.array([1, kappa**-0.5])
    cosine = gradient @ home / np.sqrt((gradient @ gradient) * (home @ home))
    return np.degrees(np.arccos(cosine * (1 - 4e-16)))


def test_zero_is_judged_by_the_size_of_the_other_answers(said):
    assert 1e-6 < angle_by_cosine(1.0) < 2e-6
    check(angle_by_cosine, "03 worst")
    assert said()[-1] == "Right: 20 more cases."
    check(lambda x: x - 2 + 1e-7, [((2,), 0), ((3,), 1 + 1e-7)])
    assert said()[0] == "Not yet: <lambda>(2)"


def test_what_is_said_about_a_wrong_answer_fits_the_case_shown(said):
    for strange in np.inf, np.nan:
        check(lambda x, strange=strange: 5.0 if x == 2 else strange, [((2,), 4), ((3,), 5)])
        assert said() == ["Not yet: <lambda>(2)", "  expected 4", "  got      5"]


# --- a task ------------------------------------------------------------------------------------------------------


def stands(theta, v, g, lr, mu):
    return theta + v, mu * v - lr * g


def strange_only_at_three_quarters(theta, v, g, lr, mu):
    v = mu * v - lr * g
    return theta + v + (mu == 0.75), v


def test_a_task_shows_the_smallest_failing_case_and_names_the_mistake(said):
    check(stands, "04 step")
    assert said() == [
        "Not yet: stands(2, -1, 4, 0.1, 0.5)",
        "  expected (1.1, -0.9)",
        "  got      (1, -0.9)",
        "This is what comes out when you move with v before you update it. The order matters: first the",
        "velocity, then the point.",
    ]
    check(strange_only_at_three_quarters, "04 step")
    lines = said()
    assert [line[:7] for line in lines] == ["Right: "] * 4 + [
        "Not yet",
        "  expec",
        "  got  ",
        "  Line ",
        "Of the ",
        "Your co",
    ]
    assert "0.75" in lines[4]
    check(task("04 step").reference, "04 step")
    assert said()[-1] == "Right: 20 more cases."


def test_hints_come_one_by_one_and_the_solution_only_after_a_try(said):
    solution("04 step")
    assert said() == [
        'First a try of your own: write something, and check(..., "04 step") it. hint("04 step") helps.'
    ]
    for k in range(1, 4):
        hint("04 step")
        assert said()[0].startswith(f"Hint {k} of 3. ")
    hint("04 step")
    assert [line[:12] for line in said() if line.startswith("Hint")] == [f"Hint {k} of 3." for k in (1, 2, 3)]
    hint("04 top-speed")
    assert said()[0].startswith("Hint 1 of 3. "), "each task counts for itself"

    check(undone_step, "04 step")
    solution("04 step")
    assert said()[-1].startswith("First a try"), "nothing was written yet"
    check(stands, "04 step")
    said()
    solution("04 step")
    lines = said()
    assert lines[0] == "def momentum_step(theta, v, g, lr, mu):"
    assert lines[-1].endswith(".")
    check(stands, "04 momentum")
    said()
    solution("04 momentum")
    code = said()
    assert code[0].startswith("class Momentum")
    assert not any("validate" in line for line in code)


def undone_step(theta, v, g, lr, mu):
    raise NotImplementedError


# --- what is kept ------------------------------------------------------------------------------------------------


def test_a_check_is_kept_and_comes_back(tmp_path, monkeypatch, said):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "kept.jsonl"))
    check(undone_step, "04 step")
    assert progress.state("04 step") == "open"
    hint("04 step")
    check(stands, "04 step")
    kept = progress.last("04 step")
    assert kept["source"].startswith("def stands(theta")
    assert kept["hints"] == 1
    assert progress.state("04 step") == "tried"

    monkeypatch.setattr(helping, "_seen", {})  # a new day
    said()
    solution("04 step")
    assert said()[0].startswith("def momentum_step")
    hint("04 step")
    assert said()[0].startswith("Hint 2 of 3. ")
    check(task("04 step").reference, "04 step")
    check(stands, "04 step")
    assert progress.state("04 step") == "done"
    check(abs, [((1,), 1)])
    assert {record["key"] for record in progress._records()} == {"04 step"}


def test_an_answer_that_cannot_be_kept_is_reported_in_one_line(tmp_path, monkeypatch, said):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path))  # a folder
    check(stands, "04 step")
    lines = said()
    assert lines[0].startswith("Not yet: ")
    assert lines[-1].startswith("Your answer cannot be written to ")


@pytest.mark.parametrize("kept", [{}, {"hints": "9", "source": 5}, {"hints": -3}, {"hints": 99}])
def test_a_damaged_record_does_no_harm(tmp_path, monkeypatch, said, kept):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "kept.jsonl"))
    progress.keep("04 step", kept, "tried")
    hint("04 step")
    assert said()[0].startswith(("Hint 1 of 3. ", "Hint 3 of 3. "))


# --- in a notebook -----------------------------------------------------------------------------------------------


def run(cells):
    """Run a notebook of these cells. -> what each cell says"""
    nb = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    client = NotebookClient(nb, timeout=60, kernel_name="python3", allow_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("COURSE_PROGRESS", "")
        with ThreadPoolExecutor(1) as apart:  # where no browser of another test has its event loop
            apart.submit(client.execute).result()
    return ["".join(map(text_of, cell.outputs)) for cell in nb.cells]


def text_of(output):
    shown = output.get("data", {}).get("text/plain")
    return f"{shown}\n" if shown else output.get("text") or "".join(output.get("traceback", ()))


def test_check_works_in_a_real_kernel():
    texts = run(
        [
            "import numpy as np\nfrom course_utils.practice.checking import check\nSIGN = -1",
            "def push(g, lr):\n    return SIGN * lr * g",
            "def momentum_step(theta, v, g, lr, mu):\n    v = mu * v + push(g, lr)\n    return theta + v, v",
            "check(momentum_step, '04 step')",
            "SIGN = 1\ncheck(momentum_step, '04 step')",
            "def momentum_step(theta, v, g, lr, mu):\n    v = mu * w - lr * g\n    return theta + v, v\n"
            "check(momentum_step, '04 step')",
            "import os\ndef momentum_step(*_): os._exit(0)\ncheck(momentum_step, '04 step')",
            "def momentum_step(*_): raise SystemExit\ncheck(momentum_step, '04 step')",
            "print('still here')",
        ]
    )
    assert texts[3].endswith("Right: 20 more cases.\n")
    assert "the gradient is added, so every push goes uphill" in texts[4]
    assert "raises NameError: name 'w' is not defined\n  Line 2: v = mu * w - lr * g" in texts[5]
    assert "ended Python itself (exit code 0)" in texts[6]
    assert "asks Python to end" in texts[7]
    assert texts[8] == "still here\n"


EXERCISES = sorted(ROOT.glob("exercises/*.ipynb"))


def test_the_exercises_name_tasks_and_questions_that_exist():
    for path in EXERCISES:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r'(?:check\(\w+, |hint\(|solution\()\\"([^"\\]+)\\"', text):
            assert is_question(name) or task(name)


def test_a_check_is_quick(said):
    """0.15 s on a quiet machine."""
    began = time.perf_counter()
    check(task("04 step").reference, "04 step")
    assert time.perf_counter() - began < 10
