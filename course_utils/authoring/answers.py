"""The solution of an autograded answer is written from the reference of its task, so that nobody types it twice.

The task is the one that the next `check(function, "NN key")` names. Only what stands between BEGIN and END SOLUTION
is written; the signature and the docstring belong to the notebook. A cell with the tag `own-solution` is left alone.
"""

import ast
import copy
import re
import textwrap

from course_utils.authoring.page import AuthoringError
from course_utils.practice.tasks import task

OWN = "own-solution"
CHECK = re.compile(r'^check\(\w+, "([^"]+)"\)', re.MULTILINE)
SOLUTION = re.compile(
    r"(?P<begin>^(?P<indent> *)### BEGIN SOLUTION\n).*?(?P<end>^ *### END SOLUTION)",
    re.DOTALL | re.MULTILINE,
)


def answered(page):
    """Yield (number of the cell, its source with the reference as its solution) for every autograded answer.

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
            yield answer[0], _with_reference(page, *answer, check[1])
            answer = None


def filled(page):
    """A copy of a page's notebook in which the solutions of its answers are written from their references."""
    nb = copy.deepcopy(page.nb)
    for number, source in answered(page):
        nb.cells[number - 1].source = source
    return nb


def typed_twice(page):
    """Yield (number of the cell, what to do) for every answer that is not what its reference gives."""
    for number, source in answered(page):
        if page.nb.cells[number - 1].source != source:
            yield (
                number,
                f"is not its task's reference: edit that one and refresh this notebook, or tag the cell {OWN}",
            )


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
