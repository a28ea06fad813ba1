"""Write the solution of each autograded answer from the reference of its task, so that nobody types it twice.

The task is the one that the next `check(function, "NN key")` names. Only what stands between BEGIN and END SOLUTION
is written; the signature and the docstring belong to the notebook. A cell with the tag `own-solution` is left alone.

Where `check(answer, "NN key")` names a question with options, the letter of the right one is written, and the text
above the answer: the question and its options, as they stand in words/NN.toml.
"""

import ast
import copy
import re
import string
import textwrap

from course_utils.authoring.page import AuthoringError
from course_utils.practice.questions import NumberQuestion, is_question, question
from course_utils.practice.tasks import task

OWN = "own-solution"
CHECK = re.compile(r'^check\((\w+), "([^"]+)"\)', re.MULTILINE)
SOLUTION = re.compile(
    r"(?P<begin>^(?P<indent> *)### BEGIN SOLUTION\n).*?(?P<end>^ *### END SOLUTION)",
    re.DOTALL | re.MULTILINE,
)


def answered(page):
    """Yield (number of a cell, its source) for every autograded answer, and for the text above a choice.

    Raises AuthoringError where the task is not known, or the solution stands in no function that the reference has.
    """
    if page.folder != "solutions":
        return
    answer = None
    for number, cell in page.cells("code"):
        check = CHECK.search(cell.source)
        solution = SOLUTION.search(cell.source)
        if solution:
            answer = None if OWN in cell.metadata.get("tags", []) else (number, solution)
        elif check and answer:
            if is_question(check[2]):
                yield from _choice(page, answer[0], *check.groups())
            else:
                yield answer[0], _with_reference(page, *answer, check[2])
            answer = None


def filled(page):
    """A copy of a page's notebook in which the answers are written from their references, and choices from their words."""
    nb = copy.deepcopy(page.nb)
    for number, source in answered(page):
        nb.cells[number - 1].source = source
    return nb


def typed_twice(page):
    """Yield (number of the cell, what to do) for every answer that is not what its reference or its words give."""
    for number, source in answered(page):
        cell = page.nb.cells[number - 1]
        if cell.source == source:
            continue
        if cell.cell_type == "markdown":
            yield number, "is not what words/ say of its question: edit those, and refresh this notebook"
        else:
            yield (
                number,
                f"is not its task's reference: edit that one and refresh this notebook, or tag the cell {OWN}",
            )


def _choice(page, number, variable, name):
    """Yield the text above the answer of a choice, and the answer: a cell's number, and its source."""
    above = page.nb.cells[number - 2] if number > 1 else None
    if above is None or above.cell_type != "markdown":
        raise AuthoringError(f"{page.place(number)}: a text belongs above it, for the options of {name!r}")
    asked = question(name)
    if isinstance(asked, NumberQuestion):
        raise AuthoringError(f"{page.place(number)}: {name!r} asks for a number; tag the cell {OWN}")
    letters = string.ascii_uppercase[: len(asked.options)]
    right = next(letter for letter, option in zip(letters, asked.options, strict=True) if option.right)
    options = [
        f"- **{letter}.** {option.text}" for letter, option in zip(letters, asked.options, strict=True)
    ]
    yield number - 1, "\n".join([f"**Then choose.** {asked.text}", "", *options])
    *first, last = [f'"{letter}"' for letter in letters]
    hint = f"{', '.join(first)} or {last}"
    yield number, f'### BEGIN SOLUTION\n{variable} = "{right}"  # {hint}\n### END SOLUTION'


def _with_reference(page, number, solution, name):
    """The source of an answer's cell with the reference of the task `name`. solution: a match of SOLUTION in it."""
    source = solution.string
    before, after = source[: solution.end("begin")], source[solution.start("end") :]
    try:
        around = _function_around(f"{before}{solution['indent']}pass\n{after}", before.count("\n"))
        answer = _body(task(name).code(), around)
    except (ValueError, SyntaxError) as error:
        raise AuthoringError(f"{page.place(number)}: {error}") from None
    answer = textwrap.indent(answer, solution["indent"])
    return f"{before}{answer}\n{after}"


def _function_around(code, line):
    """The name of the innermost function that holds a line of the code."""
    around = [each for each in _functions(code) if each.lineno < line <= (each.end_lineno or 0)]
    if not around:
        raise ValueError(f"the solution stands in no function; tag the cell {OWN}")
    return max(around, key=lambda each: each.lineno).name


def _body(reference, name):
    """What a function of the reference does, without its docstring: the method of this name, or the one function."""
    functions = _functions(reference)
    if reference.startswith("class "):
        functions = [each for each in functions if each.name == name]
    if not functions:
        raise ValueError(f"the reference has no method {name}; tag the cell {OWN}")
    function, lines = functions[0], reference.splitlines()
    if ast.get_docstring(function) is not None:
        start = function.body[0].end_lineno
    else:
        start = function.body[0].lineno - 1
        while lines[start - 1].lstrip().startswith("#"):
            start -= 1
    return textwrap.dedent("\n".join(lines[start : function.end_lineno]))


def _functions(code):
    return [each for each in ast.walk(ast.parse(code)) if isinstance(each, ast.FunctionDef)]
