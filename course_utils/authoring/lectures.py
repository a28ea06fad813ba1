"""The rules for lectures, beyond those for every notebook: short, alive from the start, with code that shows the idea alone.

A rule is a function of a Page, as in rules.py. Cells of speaker notes do not count.
"""

import ast
import re
from collections.abc import Iterator

from course_utils.authoring.page import Page

CELLS, CODE_LINES, IMPORT_LINES, ALIVE_WITHIN = 55, 15, 6, 5
WIDGETS = "course_utils.widgets"

Found = Iterator[tuple[int, str]]


def is_lecture(page: Page) -> bool:
    """Whether the page is a lecture."""
    return page.folder == "notebooks" and bool(re.match(r"0[1-9]-", page.path.name))


def about_the_lecture(page: Page) -> Found:
    """What any rule for lectures finds."""
    if is_lecture(page):
        for rule in RULES:
            yield from rule(page)


def about_its_length(page: Page) -> Found:
    told = [cell for cell in page.nb.cells if slide_type(cell) != "notes"]
    if len(told) > CELLS:
        yield (
            0,
            f"has {len(told)} cells, speaker notes apart; at most {CELLS} fit into a lecture of 45 minutes",
        )


def about_its_code(page: Page) -> Found:
    for number, cell in page.cells("code"):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if is_folded(cell):
            if not lines[0].startswith("# "):
                yield (
                    number,
                    "is folded: its first line, which stays visible, is a comment that says what is inside",
                )
        elif len(lines) > CODE_LINES:
            yield (
                number,
                f"shows {len(lines)} lines of code; more than {CODE_LINES} become a function, or are folded",
            )
    imports = sum(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for _, tree in trees(page)
        for node in tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom))
    )
    if imports > IMPORT_LINES:
        yield 0, f"has {imports} lines of imports; {IMPORT_LINES} are enough"


def about_its_first_figure(page: Page) -> Found:
    """Something moves under the reader's hand within the first cells."""
    widgets: set[str] = set()
    for number, tree in trees(page):
        widgets |= names_from(tree, WIDGETS)
        if number <= ALIVE_WITHIN and any(called(node) in widgets for node in ast.walk(tree)):
            return
    yield 0, f"has no live figure among its first {ALIVE_WITHIN} cells"


def about_its_printing(page: Page) -> Found:
    """Tables are tables, and what was found is said in a sentence."""
    for number, tree in trees(page):
        loops = [node for node in ast.walk(tree) if isinstance(node, (ast.For, ast.While))]
        if any(called(node) == "print" for loop in loops for node in ast.walk(loop)):
            yield number, "prints a table line by line; show it with figures.table(...)"
    for number, cell in page.cells("code"):
        printed = "".join(o.get("text", "") for o in cell.outputs if o.get("name") == "stdout")
        if re.search(r"\b(True|False)\b", printed):
            yield number, "prints True or False; say in a sentence what was found"


PREDICT = re.compile(r"^#+ .*\bpredict\b|\*\*predict\b", re.MULTILINE | re.IGNORECASE)
ASKING = ("Gate", "Quiz", "NumberQuiz", "PredictNext", "StepExercise", "Blindfold", "check")


def about_predictions(page: Page) -> Found:
    """No answer stands open below a "Predict": what is run next asks for the reader's guess."""
    waiting = 0
    for number, cell in enumerate(page.nb.cells, 1):
        if cell.cell_type == "markdown" and PREDICT.search(cell.source):
            waiting = number
        elif cell.cell_type == "code" and waiting:
            if not asks(cell.source) and cell.outputs:
                yield (
                    waiting,
                    f"asks for a prediction, but cell {number} shows what comes out; put a Gate or a question between",
                )
            if asks(cell.source) or cell.outputs:
                waiting = 0


def asks(source: str) -> bool:
    """Whether a cell makes something that takes a guess or an answer."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic
        return False
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKING
        for node in ast.walk(tree)
    )


NOTES = re.compile(r"<details><summary>For the teacher(: [^<]+)?</summary>\n\n(?s:.+)\n\n</details>\s*")


def about_its_notes(page: Page) -> Found:
    """Speaker notes are folded, so that students do not read the answers in them; slides unfold them for the speaker."""
    for number, cell in page.cells("markdown"):
        if slide_type(cell) == "notes" and not NOTES.fullmatch(cell.source):
            yield (
                number,
                "holds speaker notes that are not folded; write <details><summary>For the teacher: 3 minutes</summary>, "
                "the notes, and </details>, with an empty line between them",
            )


def slide_type(cell) -> str | None:
    return cell.metadata.get("slideshow", {}).get("slide_type")


def is_folded(cell) -> bool:
    return bool(cell.metadata.get("jupyter", {}).get("source_hidden"))


def trees(page: Page) -> Iterator[tuple[int, ast.Module]]:
    """Each code cell as its number and its syntax tree; cells with magics are left out."""
    for number, cell in page.cells("code"):
        try:
            yield number, ast.parse(cell.source)
        except SyntaxError:
            continue


def names_from(tree: ast.Module, module: str) -> set[str]:
    """The names that a cell imports from a module."""
    found = (node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == module)
    return {alias.asname or alias.name for node in found for alias in node.names}


def called(node: ast.AST) -> str | None:
    """The plain name that a node calls, if it calls one."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


RULES = (
    about_its_length,
    about_its_code,
    about_its_first_figure,
    about_its_printing,
    about_predictions,
    about_its_notes,
)
