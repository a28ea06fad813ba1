"""The net under the notebooks holds: what is corrupted is found, what is refreshed stays as it is."""

import base64
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from course_utils import figures
from course_utils.authoring import answers, lectures, pages, running
from course_utils.authoring import refresh as authoring
from course_utils.authoring.__main__ import main
from course_utils.authoring.exercises import exercise_of
from course_utils.authoring.page import PNG, VIEW, AuthoringError, Page, written
from course_utils.practice.tasks import task

ROOT = Path(__file__).resolve().parent.parent
ALT = "Momentum: 30 steps, ends 0.901 from the minimum."

TITLE = "# Roll downhill\n\n## A first step\n\nSee [above](#A-first-step) and the [web](https://jupyter.org)."
PICTURE = f"""\
from IPython.display import display

alt = "Momentum: 30 steps, ends {{:.3g}} from the minimum.".format(0.9007)
data = {{"image/png": "aGk=", "text/plain": alt, "{VIEW}": {{"model_id": "1"}}}}
display(data, metadata={{"image/png": {{"alt": alt}}}}, raw=True)"""
TASK = '''\
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION'''
CHECK = "from course_utils.practice.checking import check\n\ncheck(double, [((2,), 4)])"
WHY = "Why?\n\n<!-- BEGIN SOLUTION -->\nBecause.\n<!-- END SOLUTION -->"


def graded(cell, name, grade, solution):
    about = {"grade": grade, "grade_id": name, "locked": grade and not solution, "solution": solution}
    about |= {"schema_version": 3, "task": False} | ({"points": 1} if grade else {})
    cell.metadata["nbgrader"] = about
    return cell


def small(*extra):
    cells = [
        new_markdown_cell(TITLE),
        new_code_cell('print("the answer is", 42)\nprint("and", 43)'),
        new_code_cell(PICTURE),
        graded(new_code_cell(TASK), "double", grade=False, solution=True),
        graded(new_code_cell(CHECK), "double-check", grade=True, solution=False),
        graded(new_markdown_cell(WHY), "why", grade=True, solution=True),
        *extra,
    ]
    return new_notebook(cells=cells, metadata={"widgets": {"state": {}}})


def put(path, nb):
    path.parent.mkdir(exist_ok=True)
    path.write_text(written(nb), encoding="utf-8", newline="\n")
    return path


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A small solution, refreshed once, with its exercise: (its text, the exercise's text)."""
    path = put(tmp_path_factory.mktemp("made") / "solutions" / "01-roll.ipynb", small())
    assert authoring.refresh([path]) == 0
    return path.read_text(encoding="utf-8"), Page.read(path).sibling("exercises").read_text(encoding="utf-8")


@pytest.fixture
def solution(made, tmp_path):
    """A fresh copy of it, to spoil."""
    for folder, text in zip(("solutions", "exercises"), made, strict=True):
        put(tmp_path / folder / "01-roll.ipynb", nbformat.reads(text, as_version=4))
    return tmp_path / "solutions" / "01-roll.ipynb"


def change(path, how):
    nb = nbformat.read(path, as_version=4)
    how(nb)
    return put(path, nb)


# ---------------------------------------------------------------------------------------------------- refresh


def test_refresh_stores_outputs_in_one_form(made):
    nb = nbformat.reads(made[0], as_version=4)
    assert nb.metadata == {"kernelspec": running.KERNEL, "language_info": {"name": "python"}}
    assert [cell.execution_count for cell in nb.cells if cell.cell_type == "code"] == [1, 2, 3, 4]
    assert [output.text for output in nb.cells[1].outputs] == ["the answer is 42\nand 43\n"]
    [picture] = nb.cells[2].outputs
    assert picture.data == {PNG: "aGk=", "text/plain": ALT}, "the widget view is left out"
    assert made[0].endswith("}\n") and made[0].startswith('{\n "cells"'), "indent 1, one newline at the end"


def test_a_second_refresh_changes_nothing_and_check_agrees(solution, made, capsys):
    assert main(["refresh", str(solution)]) == 0
    assert "01-roll.ipynb: " in capsys.readouterr().out
    exercise = Page.read(solution).sibling("exercises")
    assert (solution.read_bytes().decode(), exercise.read_bytes().decode()) == made
    assert main(["refresh", "--check", str(solution)]) == 0
    assert re.search(r"solutions/01-roll\.ipynb: [0-9.]+ s, in step\n$", capsys.readouterr().out)


def test_check_names_what_would_change_and_writes_nothing(solution, capsys):
    def spoil(nb):
        nb.cells[1].outputs[0].text = "the answer is 41\nand 43\n"
        nb.cells[2].outputs[0].data[PNG] = "aG8="  # another machine's picture
        nb.cells[3].metadata["collapsed"] = True
        nb.metadata["widgets"] = {}

    before = change(solution, spoil).read_bytes()
    exercise = change(Page.read(solution).sibling("exercises"), lambda nb: nb.cells.pop())
    kept = exercise.read_bytes()
    assert authoring.refresh([solution], check=True) == 1
    said = capsys.readouterr().out
    assert 'cell 2 (print("the answer is", 42)): other outputs\n' in said
    assert "cell 4 (def double(x):): other metadata\n" in said
    assert "01-roll.ipynb: other metadata of the notebook\n" in said
    assert "exercises/01-roll.ipynb: is not what solutions/01-roll.ipynb gives" in said
    assert "cell 3" not in said, "the bytes of a picture may differ"
    assert (solution.read_bytes(), exercise.read_bytes()) == (before, kept)


def test_refresh_says_when_only_pictures_changed(solution, capsys):
    def another_picture(nb):
        nb.cells[2].outputs[0].data[PNG] = "aG8="

    change(solution, another_picture)
    assert authoring.refresh([solution]) == 0
    assert "changed, pictures only\n" in capsys.readouterr().out


def test_a_cell_that_raises_is_named_with_the_end_of_its_traceback(tmp_path, capsys):
    path = put(tmp_path / "notebooks" / "02-fall.ipynb", small(new_code_cell("ball = 1\nball / 0")))
    before = path.read_bytes()
    assert authoring.refresh([path]) == 1
    said = capsys.readouterr().out
    assert "notebooks/02-fall.ipynb, cell 7 (ball = 1) raises an error:\n" in said
    assert "ZeroDivisionError: division by zero" in said
    assert "\x1b" not in said
    assert path.read_bytes() == before


def test_a_cell_with_the_tag_may_raise(tmp_path):
    falls = new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    path = put(tmp_path / "notebooks" / "fall.ipynb", small(falls))
    assert authoring.refresh([path]) == 0
    assert authoring.problems(path) == []


def test_pieces_of_a_stream_are_joined_but_not_across_a_picture():
    piece = lambda text, name="stdout": new_output("stream", name=name, text=text)  # noqa: E731
    view = new_output("display_data", data={VIEW: {}})
    outputs = [
        piece("a"),
        piece("b"),
        piece("!", "stderr"),
        view,
        piece("c"),
        new_output("display_data"),
        piece("d"),
    ]
    assert [each.get("text") for each in list(running.tidied(outputs))] == ["ab", "!", "c", None, "d"]


def test_a_stored_picture_is_the_one_that_was_drawn_in_fewer_bytes():
    drawn = figures.png(figures.new_figure()[0])
    outputs = [new_output("display_data", {PNG: base64.b64encode(drawn).decode(), "text/plain": "axes"})]
    stored = base64.b64decode(next(running.tidied(outputs)).data[PNG])
    assert len(stored) < len(drawn)
    one, other = (Image.open(io.BytesIO(png)).convert("RGBA") for png in (drawn, stored))
    assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize(
    ("name", "message"),
    [("exercises/01-roll.ipynb", "is made from solutions/"), ("solutions/none.ipynb", "is not a notebook")],
)
def test_refresh_refuses_what_it_cannot_run(solution, capsys, name, message):
    assert main(["refresh", str(solution.parent.parent / name)]) == 1
    assert message in capsys.readouterr().err


def test_the_lock_is_compared_with_what_is_installed(tmp_path, capsys):
    version = authoring.metadata.version("nbformat")
    lines = [
        "# comment",
        f"nbformat=={version} \\",
        "    --hash=sha256:00",
        "numpy[fast]==0.1 \\",
        "no-such-package==1",
    ]
    lines.append("matplotlib==0.1 ; python_version < '3'")
    (tmp_path / authoring.LOCK).write_text("\n".join(lines), encoding="utf-8")
    assert authoring.unlike_the_lock(tmp_path) == [f"numpy {authoring.metadata.version('numpy')}, not 0.1"]
    assert authoring.refresh(root=tmp_path) == 0
    assert (
        "Note: outputs are recorded with requirements.lock.txt; this environment has numpy"
        in capsys.readouterr().out
    )


# ---------------------------------------------------------------------------------------------------- answers

RATE = '''\
def my_rate(lr, mu, curvature):
    """Kept as it is."""
    ### BEGIN SOLUTION
    return 0
    ### END SOLUTION'''
CLASS = '''\
class MySGD:
    """Kept as it is."""

    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        """Kept as well."""
        ### BEGIN SOLUTION
        pass
        ### END SOLUTION'''


def answer_to(task, source, *tags):
    """A page with one answer and its check."""
    cell = graded(new_code_cell(source), "answer", grade=False, solution=True)
    cell.metadata.tags = list(tags)
    name = re.search(r"(?:def|class) (\w+)", source)[1]
    nb = new_notebook(cells=[new_markdown_cell("# Answers"), cell, new_code_cell(f'check({name}, "{task}")')])
    return Page(Path("solutions/01-answers.ipynb"), written(nb))


@pytest.mark.parametrize(
    ("name", "source", "stub"),
    [
        ("06 rate", RATE, "    return 0\n"),
        ("02 sgd", CLASS, "        pass\n"),
        ("06 rate", RATE.replace("    return 0\n", "    # still to write\n"), "    # still to write\n"),
    ],
    ids=["function", "class", "not written yet"],
)
def test_a_solution_is_written_from_the_reference_and_the_rest_is_kept(name, source, stub):
    page = answer_to(name, source)
    before, after = source.split(stub)
    [(number, filled)] = answers.answered(page)
    assert filled.startswith(before) and filled.endswith(after)
    body = filled.removeprefix(before).removesuffix(after)
    assert task(name).code().endswith(f"):\n{body.rstrip()}")
    assert [n for n, _ in answers.typed_twice(page)] == [number] == [2]


def test_refresh_writes_solutions_and_then_there_is_nothing_to_say(tmp_path):
    nb = small(
        new_code_cell("from course_utils.practice import check"),
        graded(new_code_cell(RATE), "rate", grade=False, solution=True),
        graded(new_code_cell('check(my_rate, "06 rate")'), "rate-check", grade=True, solution=False),
    )
    path = put(tmp_path / "solutions" / "01-roll.ipynb", nb)
    assert any("is not its task's reference" in line for line in authoring.problems(path))
    assert authoring.refresh([path]) == 0
    assert authoring.problems(path) == []
    assert "Not yet" not in path.read_text(encoding="utf-8")
    assert "return 0\n" not in Page.read(path).nb.cells[7].source


def test_an_answer_of_its_own_is_left_alone():
    assert list(answers.answered(answer_to("06 rate", RATE, "own-solution"))) == []


CHOICE = """\
**Then choose.** You train with η = 0.1 and μ = 0.9. Then you change μ to 0.99, and nothing else. What have you changed?

- **A.** Only how long gradients are remembered.
- **B.** The memory, and also the step size: on an even slope it is ten times larger.
- **C.** The memory, and also the step size: it is ten times smaller."""


def choice(above):
    """A page that asks for the letter of an option of "04 larger"."""
    cells = [
        new_markdown_cell("# Answers"),
        *above,
        graded(
            new_code_cell("### BEGIN SOLUTION\nmore = 1\n### END SOLUTION"),
            "more",
            grade=False,
            solution=True,
        ),
        graded(new_code_cell('check(more, "04 larger")'), "more-check", grade=True, solution=False),
    ]
    return Page(Path("solutions/01-answers.ipynb"), written(new_notebook(cells=cells)))


def test_a_choice_and_its_options_are_written_from_the_words_of_its_question():
    page = choice(
        [new_markdown_cell("Why?\n\n### BEGIN SOLUTION\nSo.\n### END SOLUTION"), new_markdown_cell("?")]
    )
    filled = answers.filled(page)
    assert filled.cells[2].source == CHOICE
    answer = '### BEGIN SOLUTION\nmore = "B"  # "A", "B" or "C"\n### END SOLUTION'
    assert filled.cells[3].source == answer
    said = dict(answers.typed_twice(page))
    assert said.keys() == {3, 4} and "is not what words/ say of its question" in said[3]
    assert list(answers.typed_twice(Page(page.path, written(filled)))) == []
    exercise = nbformat.reads(exercise_of(Page(page.path, written(filled))), as_version=4)
    assert exercise.cells[3].source == 'more = None  # "A", "B" or "C"'
    assert exercise.cells[1].source == "Why?\n\n*Write your answer here.*"


def test_an_answer_that_is_a_number_is_left_to_the_author():
    page = choice([new_markdown_cell("?")])
    number = Page(page.path, page.text.replace("04 larger", "04 limit"))
    with pytest.raises(AuthoringError, match=r"'04 limit' asks for a number; tag the cell own-solution"):
        list(answers.answered(number))


def test_a_choice_needs_a_text_above_it():
    with pytest.raises(
        AuthoringError, match=r"cell 3 .*a text belongs above it, for the options of '04 larger'"
    ):
        list(answers.answered(choice([new_code_cell("1")])))


@pytest.mark.parametrize(
    ("name", "source", "message"),
    [
        ("06 rat", RATE, r"cell 2 .*: There is no task '06 rat'\. Did you mean '06 rate'"),
        (
            "02 sgd",
            CLASS.replace("update", "step"),
            "the reference has no method step; tag the cell own-solution",
        ),
        ("06 rate", "### BEGIN SOLUTION\ndef rate(): pass\n### END SOLUTION", "stands in no function"),
    ],
    ids=["unknown task", "unknown method", "no function"],
)
def test_an_answer_without_a_reference_is_named(name, source, message):
    with pytest.raises(AuthoringError, match=message):
        list(answers.answered(answer_to(name, source)))


# -------------------------------------------------------------------------------------------------- exercises


def test_an_exercise_has_stubs_for_solutions_and_keeps_the_rest(made):
    nb, exercise = (nbformat.reads(text, as_version=4) for text in made)
    assert [cell.id for cell in exercise.cells] == [cell.id for cell in nb.cells]
    assert [cell.metadata for cell in exercise.cells] == [cell.metadata for cell in nb.cells]
    assert exercise.cells[3].source == 'def double(x):\n    """Twice x."""\n    raise NotImplementedError'
    assert exercise.cells[5].source == "Why?\n\n*Write your answer here.*"
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in exercise.cells)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda nb: nb.cells[3].update(source="### BEGIN SOLUTION"), "no end solution statement found"),
        (lambda nb: nb.cells[4].metadata["nbgrader"].update(grade_id="double"), "Duplicate grade id: double"),
        (lambda nb: nb.cells[3].metadata.pop("nbgrader"), "Solution region detected in a non-solution cell"),
    ],
)
def test_a_solution_that_nbgrader_refuses_is_reported(solution, spoil, message):
    change(solution, spoil)
    [line] = authoring.problems(Page.read(solution).sibling("exercises"))
    assert line.startswith("solutions/01-roll.ipynb: nbgrader makes no exercise of it: ")
    assert message in line


def test_an_edited_exercise_is_found(solution):
    exercise = Page.read(solution).sibling("exercises")
    assert authoring.problems(exercise) == []
    change(exercise, lambda nb: nb.cells[0].update(source=TITLE + " Really."))
    [line] = authoring.problems(exercise)
    assert line.endswith("is not what solutions/01-roll.ipynb gives: edit that one, and refresh it")


def test_a_solution_and_its_exercise_need_each_other(solution):
    exercise = Page.read(solution).sibling("exercises")
    exercise.rename(exercise.with_name("kept"))
    assert "has no exercises/01-roll.ipynb" in authoring.problems(solution)[0]
    exercise.with_name("kept").rename(exercise)
    solution.unlink()
    assert "has no solutions/01-roll.ipynb" in authoring.problems(exercise)[0]


# ---------------------------------------------------------------------------------------- the rules, one by one

RULES = {}


def breaks(message):
    """Register a way to break one rule, and the words in which it must be found."""
    return lambda spoil: RULES.setdefault(spoil.__name__, (spoil, message))


def add(nb, *cells):
    nb.cells += cells


def append_code(nb, source, **known):
    count = sum(cell.cell_type == "code" for cell in nb.cells) + 1
    add(nb, new_code_cell(source, execution_count=count, **known))


breaks("execution count 7, not 2")(lambda nb: nb.cells[2].update(execution_count=7))


@breaks("cells have the id")
def same_id(nb):
    nb.cells[1]["id"] = nb.cells[0]["id"]


@breaks("nbformat 4.5")
def older_format(nb):
    nb["nbformat_minor"] = 4
    for cell in nb.cells:
        cell.pop("id")


@breaks("is not a valid notebook")
def invalid(nb):
    nb.cells[0].pop("metadata")


@breaks("answers with moral, which a later cell binds anew")
def late_answer(nb):
    append_code(nb, "moral = 'so'\nif 0:\n    Gate('01 x', lambda guess: [guess, moral])")
    append_code(nb, "moral = 'other'")


@breaks("right before `code`")
def formula_at_code(nb):
    add(nb, new_markdown_cell("It is $1 - {}$`dampening`."))


@breaks("needs one title")
def second_title(nb):
    add(nb, new_markdown_cell("# Another title"))


@breaks("needs one title")
def title_too_low(nb):
    nb.cells[0].source = "## Roll downhill\n\n## A first step\n\n[above](#A-first-step)"


@breaks("has execution count None, not 5")
def not_run(nb):
    add(nb, new_code_cell("x = 1"))


@breaks("stores no output")
def output_lost(nb):
    nb.cells[1].outputs = []


@breaks("stores the error ValueError")
def error(nb):
    append_code(nb, "x", outputs=[new_output("error", ename="ValueError", evalue="", traceback=[])])


@breaks("writes to stderr")
def warning(nb):
    nb.cells[1].outputs.append(new_output("stream", name="stderr", text="Warning: ..."))


@breaks("stores the state of widgets")
def widget_state(nb):
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


@breaks("stores the view of a widget")
def widget_view(nb):
    nb.cells[2].outputs[0].data[VIEW] = {"model_id": "1"}


@breaks("whose alt text is not its text/plain")
def alt_dropped(nb):
    nb.cells[2].outputs[0].metadata = {}


@breaks("whose alt text is not its text/plain")
def alt_differs(nb):
    nb.cells[2].outputs[0].metadata[PNG]["alt"] = ALT.replace("30", "31")


def picture_says(nb, words):
    output = nb.cells[2].outputs[0]
    output.data["text/plain"], output.metadata[PNG]["alt"] = words, words


@breaks("takes a sentence")
def no_sentence(nb):
    picture_says(nb, "<Figure size 640x480 with 1 Axes>")


@breaks("takes a sentence")
def empty_sentence(nb):
    picture_says(nb, "")


@breaks("takes a sentence")
def bare_words(nb):
    picture_says(nb, "a loss curve")


@breaks("a picture of 130 kB; at most 120 kB")
def large_picture(nb):
    nb.cells[2].outputs[0].data[PNG] = base64.b64encode(bytes(130_000)).decode()


@breaks("at most 1000 kB")
def large_file(nb):
    add(nb, new_markdown_cell("word " * 201_000))


@breaks("clear_output")
def cleared(nb):
    append_code(nb, "from IPython.display import clear_output")


@breaks("interact fails")
def interacting(nb):
    append_code(nb, "interact(f, x=3)")


@breaks("interact fails")
def interacting_by_decorator(nb):
    append_code(nb, "@widgets.interact\ndef f(x=3): ...")


@breaks("an Output widget")
def output_widget(nb):
    append_code(nb, "out = widgets.Output()")


@breaks("a `;` at the end")
def silenced(nb):
    append_code(nb, "x = 1\nx;\n")


@breaks("links to ../notebooks/none.ipynb, which does not exist")
def broken_link(nb):
    add(nb, new_markdown_cell("the [next lecture](../notebooks/none.ipynb)"))


@breaks("links to none.png, which does not exist")
def broken_picture(nb):
    add(nb, new_markdown_cell('<img src="none.png" alt="none">'))


@breaks("no such heading")
def broken_anchor(nb):
    add(nb, new_markdown_cell("see [below](01-roll.ipynb#A-second-step)"))


@breaks("is not attached")
def broken_attachment(nb):
    add(nb, new_markdown_cell("![a ball](attachment:ball.png)"))


@breaks("an http: link")
def insecure_link(nb):
    add(nb, new_markdown_cell("see [here](http://example.org)"))


@breaks("names a folder of one machine")
def machine_path_in_source(nb):
    append_code(nb, "x = 'a\\n' '/ho" + "me/someone/course'")


@breaks("names a folder of one machine")
def machine_path_in_output(nb):
    nb.cells[1].outputs[0].text += "saved in\n/tm" + "p/picture.png\n"


@breaks("names a folder of one machine")
def machine_path_on_windows(nb):
    add(nb, new_markdown_cell("in C:\\Us" + "ers\\someone"))


@breaks("slide type 'big'")
def unknown_slide(nb):
    nb.cells[0].metadata["slideshow"] = {"slide_type": "big"}


@pytest.mark.parametrize("name", RULES)
def test_a_broken_rule_is_found_and_named(solution, name):
    spoil, message = RULES[name]
    nb = nbformat.read(solution, as_version=4)
    spoil(nb)
    solution.write_text(json.dumps(nb), encoding="utf-8")  # nbformat itself would not write all of this
    [line] = authoring.problems(solution)
    assert line.startswith("solutions/01-roll.ipynb")
    assert message in line


def test_a_notebook_that_keeps_the_rules_passes(solution):
    def more(nb):
        code = "`[x](none) http://x`, ```\n# no title\n```, $f[x](y)$"
        links = (
            "[below](#A-*odd*-heading?) [file](01-roll.ipynb) [mail](mailto:a@b.org)\n\n## A *odd* heading?"
        )
        add(nb, new_markdown_cell(code), new_markdown_cell(links.replace("A-*odd*", "A-odd")))
        append_code(nb, "interacts = {'a': 1}; b = 2  # interact with me")
        nb.cells[0].metadata["slideshow"] = {"slide_type": "slide"}

    assert authoring.problems(solution) == []
    assert authoring.problems(change(solution, more)) == []


def test_a_file_that_is_not_a_notebook_is_reported(tmp_path):
    (tmp_path / "x.ipynb").write_text("{", encoding="utf-8")
    assert "is not a valid notebook" in authoring.problems(tmp_path / "x.ipynb")[0]
    assert "cannot be read" in authoring.problems(tmp_path / "y.ipynb")[0]


# --------------------------------------------------------------------- strict nbval, as the whole suite runs it


def spoilt(text):
    """A notebook with a wrong digit in the first text that a cell prints or shows, and in the first picture's sentence.

    -> (the notebook, the indices of the two code cells)
    """
    nb = nbformat.reads(text, as_version=4)
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    shown = [cell.outputs[0].get("data", cell.outputs[0]) if cell.outputs else {} for cell in cells]
    texts = [data.get("text", data.get("text/plain", "")) for data in shown]
    printed = next(i for i, data in enumerate(shown) if PNG not in data and re.search(r"\d", texts[i]))
    drawn = next(i for i, data in enumerate(shown) if PNG in data)
    for where in shown[printed], shown[drawn]:
        key = "text" if "text" in where else "text/plain"
        where[key] = re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), where[key], count=1)
    return nb, {printed, drawn}


def test_nbval_fails_on_one_wrong_number_and_on_one_wrong_sentence(made, tmp_path):
    real = (ROOT / "solutions" / "04-momentum.ipynb").read_text(encoding="utf-8")
    put(tmp_path / "right.ipynb", nbformat.reads(made[0], as_version=4))
    expected = {"right": set()}
    for name, text in {"small": made[0], "real": real}.items():
        nb, expected[name] = spoilt(text)
        put(tmp_path / f"{name}.ipynb", nb)

    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # and no settings of ours
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", "-q"]
    command += [f"--rootdir={tmp_path}", f"--junitxml={report}", str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 1, run.stdout
    failed = {name: set() for name in expected}
    for case in ElementTree.parse(report).iter("testcase"):
        where = case.get("classname") + " " + case.get("name")
        name, cell = re.search(r"\b(right|small|real)\b.*\bCell (\d+)$", where).groups()
        if case.find("failure") is not None:
            failed[name].add(int(cell))
    assert failed == expected, run.stdout


# ------------------------------------------------------------------------------- predictions and held answers


def output(**data):
    return nbformat.v4.new_output("display_data", data, metadata={})


@pytest.mark.parametrize(
    "asks, right",
    [
        ('Gate("04 fall", truth=3)', True),
        ('widget = Quiz("04 memory")\nwidget', True),
        ("StepExercise(THREE_STEPS)", True),
        ("print(30)", False),
        ("Explorer(BOWL, [SGD(0.1)])", False),
    ],
)
def test_a_prediction_is_asked_for_before_its_answer_is_shown(asks, right):
    cells = [
        nbformat.v4.new_markdown_cell("## A ravine\n\n**Predict.** How often?"),
        nbformat.v4.new_code_cell("import numpy as np"),
        nbformat.v4.new_code_cell(asks, outputs=[output(**{"text/plain": "A question?"})]),
        nbformat.v4.new_code_cell("print(30)", outputs=[output(**{"text/plain": "30"})]),
    ]
    page = Page(Path("notebooks/09.ipynb"), nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    found = list(lectures.about_predictions(page))
    assert [number for number, _ in found] == ([] if right else [1])


def test_a_page_of_the_site_holds_the_picture_of_an_answer_back():
    data = {
        "text/plain": "Predict: How? The answer: so.",
        "text/html": "<p>How?</p><details><summary>Show the answer</summary><p>$v_1$</p></details>",
        "image/png": "iVBORw0KGgo=\n",
    }
    held = nbformat.v4.new_output("display_data", data, metadata={"image/png": {"alt": 'an "alt"'}})
    cell = nbformat.v4.new_code_cell("Gate(...)", outputs=[held])
    shown = pages.cells_html(nbformat.v4.new_notebook(cells=[cell]), [cell])
    before, inside = shown.split("<details>")
    assert "iVBORw0KGgo=" not in before
    assert "<x-tex>v_1</x-tex></p><img " in inside
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in inside
    assert """alt='an "alt"'""" in inside
    assert cell.outputs[0].data["image/png"], "the notebook itself stays as it is"
