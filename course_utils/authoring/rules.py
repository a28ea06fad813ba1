"""The rules that every notebook of the course keeps, read off the file without running it.

A rule is a function of a Page. It yields (number of the cell, what is wrong and what is right); cells are
counted from 1, all kinds together, and 0 stands for the whole notebook. kB are 1000 bytes.
"""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote

from course_utils.authoring.lectures import about_the_lecture, called, trees
from course_utils.authoring.page import PNG, VIEW, Page

SLIDES = ("slide", "subslide", "fragment", "skip", "notes")
LARGEST_PICTURE, LARGEST_FILE = 120_000, 1_000_000  # bytes


# ----------------------------------------------------------------------------------------------------- rules

Found = Iterator[tuple[int, str]]


def broken(page) -> Found:
    """Everything in a page that breaks a rule."""
    rules = [about_the_file, about_code, about_links, about_formulas, about_late_answers]
    for rule in (
        rules if page.folder == "exercises" else [*rules, about_the_run, about_outputs, about_the_lecture]
    ):
        yield from rule(page)


def about_the_file(page) -> Found:
    nb = page.nb
    ids = (cell["id"] for cell in json.loads(page.text)["cells"])  # nbformat gives new ones to doubles
    for cell_id, count in Counter(ids).items():
        if count > 1:
            yield 0, f"{count} cells have the id {cell_id!r}; every cell needs its own"
    size = len(page.text.encode("utf-8"))
    if size > LARGEST_FILE:
        yield 0, f"the file has {size // 1000} kB; at most {LARGEST_FILE // 1000} kB keep it quick to open"
    titles = [n for n, cell in page.cells("markdown") if re.search(r"^# ", prose(cell.source), re.MULTILINE)]
    if titles != [1] or not nb.cells[0].source.startswith("# "):
        yield 0, "needs one title: the first cell starts with `# `, and no other cell has a line that does"
    if "widgets" in nb.metadata:
        yield 0, "stores the state of widgets; refresh leaves it out"
    for number, cell in enumerate(nb.cells, 1):
        slide = cell.metadata.get("slideshow", {}).get("slide_type")
        if slide is not None and slide not in SLIDES:
            yield number, f"slide type {slide!r}; the course uses {', '.join(SLIDES)}, or none at all"
        for hit in filter(None, map(MACHINE.search, strings(cell))):
            yield number, f"names a folder of one machine, {hit[0]!r}; say it relative to the course"


MACHINE = re.compile(r"(?<![\w.])/(?:(?:home|Users)/\w|(?:root|work|opt|tmp)/)|\b[A-Z]:\\+Users\b")
UNSTABLE = {
    r"\bclear_output\b": "clear_output flickers and fails under nbval; use a widget of the course",
    r"\binteract(ive|_manual)?\(|@(\w+\.)?interact\b": "interact fails under nbval; use a widget of the course",
    r"\bOutput\(": "an Output widget fails under nbval; use a widget of the course",
    r";\s*\Z": "a `;` at the end silences nothing under nbval; end the cell with show(...) or leave it out",
}


def strings(node):
    """Every string in a cell, apart from pictures."""
    if isinstance(node, str):
        yield node
    for key, value in (
        node.items() if isinstance(node, dict) else enumerate(node if isinstance(node, list) else ())
    ):
        if key != PNG:
            yield from strings(value)


def about_code(page) -> Found:
    for number, cell in page.cells("code"):
        yield from (
            (number, advice) for pattern, advice in UNSTABLE.items() if re.search(pattern, cell.source)
        )


def about_late_answers(page) -> Found:
    """A function that answers for a Gate runs when the reader has guessed: its names stand for what they do by then."""
    bound_later: set[str] = set()
    for number, tree in reversed([*trees(page)]):
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        gates = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) == "Gate"]
        given = [each for gate in gates for each in gate.args]
        for answer in [functions.get(getattr(each, "id", ""), each) for each in given]:
            if isinstance(answer, (ast.Lambda, ast.FunctionDef)):
                own = names(answer, ast.Store) | {each.arg for each in answer.args.args}
                for name in (names(answer, ast.Load) - own) & bound_later:
                    yield (
                        number,
                        f"answers with {name}, which a later cell binds anew; give one of them another name",
                    )
        plain = [node for node in tree.body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        bound_later = bound_later.union(*(names(node, ast.Store) for node in plain))


def names(tree, how):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, how)}


def about_the_run(page) -> Found:
    """Every code cell ran, in order, and nothing went wrong."""
    for position, (number, cell) in enumerate(page.cells("code"), 1):
        if cell.execution_count != position:
            yield number, f"has execution count {cell.execution_count}, not {position}: refresh this notebook"
        if not cell.outputs and speaks(cell.source):
            yield number, "shows something, but stores no output: refresh this notebook"
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", []):
                yield number, f"stores the error {output.ename}; repair it, or tag the cell raises-exception"
            if output.get("name") == "stderr":
                yield number, "writes to stderr; a warning on the page is one to remove at its cause"


def speaks(source):
    """Whether a cell calls print, show, check or display outright, so that something must appear."""
    try:
        lines = ast.parse(source).body
    except SyntaxError:  # a magic
        return False
    calls = [line.value for line in lines if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call)]
    return any(
        isinstance(c.func, ast.Name) and c.func.id in ("print", "show", "check", "display") for c in calls
    )


def about_outputs(page) -> Found:
    """Every picture is small, and has a sentence for those who do not see it."""
    for number, cell in page.cells("code"):
        for output in cell.outputs:
            data = output.get("data", {})
            if VIEW in data:
                yield (
                    number,
                    "stores the view of a widget, which needs a running kernel; refresh leaves it out",
                )
            if PNG not in data:
                continue
            size = len("".join(data[PNG]).rstrip()) * 3 // 4
            if size > LARGEST_PICTURE:
                yield number, f"a picture of {size // 1000} kB; at most {LARGEST_PICTURE // 1000} kB"
            sentence = data.get("text/plain", "")
            if not re.fullmatch(r"[^<\s]\S*(\s+\S+){2,}[.!?]", sentence):
                yield (
                    number,
                    f"a picture with {sentence[:40]!r} as text; show(figure, alt) takes a sentence, with its stop",
                )
            if output.metadata.get(PNG, {}).get("alt") != sentence:
                yield number, "a picture whose alt text is not its text/plain; show(figure, alt) sets both"


def prose(source):
    """Markdown without code and formulas."""
    return re.sub(r"```.*?```|~~~.*?~~~|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$", " ", source, flags=re.DOTALL)


def about_formulas(page) -> Found:
    """Formulas that JupyterLab recognises as such: it takes a $ right before `code` for a part of the code."""
    for number, cell in page.cells("markdown"):
        if "$`" in cell.source:
            yield (
                number,
                "a formula that ends right before `code` is not typeset; put a word or a space between",
            )


def about_links(page) -> Found:
    """Relative links and pictures are there, and so are the headings that they name."""
    for number, cell in page.cells("markdown"):
        text = prose(cell.source)
        links = re.findall(r"\]\(\s*<?([^)>\s]+)", text) + re.findall(r"""(?:src|href)=["']([^"']+)""", text)
        if "http://" in text:
            yield number, "an http: link; write https:"
        for link in links:
            if re.match(r"(https?|mailto|data):", link):
                continue
            if link.startswith("attachment:"):
                if unquote(link[11:]) not in cell.get("attachments", {}):
                    yield number, f"{link} is not attached to the cell"
                continue
            file, _, anchor = unquote(link).partition("#")
            target = page.path.parent / file if file else page.path
            if not target.exists():
                yield number, f"links to {link}, which does not exist"
            elif anchor and anchor not in anchors(target):
                yield (
                    number,
                    f"links to {link}, but there is no such heading; in a notebook it is Words-of-the-heading",
                )


def anchors(target):
    """What a link into a file can name: JupyterLab's way in notebooks, GitHub's in Markdown files."""
    if target.suffix == ".ipynb":
        text = "\n".join(cell.source + "\n" for _, cell in Page.read(target).cells("markdown"))
    else:
        text = target.read_text(encoding="utf-8") if target.suffix == ".md" else ""
    heads = [re.sub(r"[*`]", "", head).strip() for head in re.findall(r"^#+ (.+)$", text, re.MULTILINE)]
    if target.suffix == ".md":
        heads = [re.sub(r"[^\w\- ]", "", head.lower()) for head in heads]
    return {head.replace(" ", "-") for head in heads} | set(re.findall(r"""(?:id|name)=["']([^"']+)""", text))
