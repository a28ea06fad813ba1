"""Notebooks as HTML that needs no network: nbconvert makes the page, KaTeX the formulas, at build time.

So nothing is left for the browser to do, and a formula that cannot be set is found here and not in class.
"""

import base64
import copy
import html
import os
import re
from functools import cache
from pathlib import Path

from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from course_utils.authoring import npm
from course_utils.authoring.page import HTML, PNG, AuthoringError, Page
from course_utils.authoring.rules import speaks
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.templates import render

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = Path(__file__).with_name("templates")
FONTS = Path(__file__).resolve().parents[1] / "figures" / "fonts"
FOUND = 20  # places that a search shows
GENERATOR = "Downhill, Blindfolded"  # in every page: so a later build knows what it may replace
FORMULA = re.compile(r"<x-tex(?P<display> display[^>]*)?>(?P<tex>.*?)</x-tex>", re.DOTALL)
#: an inline formula and the punctuation right beside it: a line must not begin with a full stop
AT_FORMULA = re.compile(
    r"""(?P<before>[(\[{“‘"'—–]*)(?P<formula><x-tex>.*?</x-tex>)(?P<after>(?:&quot;|[^\s<&\w])*)""", re.DOTALL
)
PART = '<span class="katex-base">'  # KaTeX's own: a formula may be broken before it
POINT = re.compile(r"(\([^\s()]{1,14},) ([^\s()]{1,14}\))")  # (x, y) in words: stays on one line
TYPESET = """
const katex = require(process.argv[1]);
const set = ([tex, displayMode, output]) => {
  try { return { html: katex.renderToString(tex, { displayMode, output, strict: false }) }; }
  catch (error) { return { error: error.message }; }
};
console.log(JSON.stringify(JSON.parse(require("fs").readFileSync(0, "utf8")).map(set)));
"""


# ------------------------------------------------------------------------------------------ which lectures


def lectures(root=ROOT):
    """The Pages of all lectures, in their order."""
    return [Page.read(path) for path in sorted((root / "notebooks").glob("[0-9][0-9]-*.ipynb"))]


def exercises(root=ROOT):
    """The Pages of all exercises; solutions are never published."""
    return [Page.read(path) for path in sorted((root / "exercises").glob("*.ipynb"))]


def lecture(number, root=ROOT):
    """The Page of the lecture "04" (or "4"). Raises AuthoringError where there is none, or it holds no outputs."""
    pages = {page.path.name[:2]: page for page in lectures(root)}
    wanted = str(number).zfill(2)
    if wanted not in pages:
        raise AuthoringError(f"There is no lecture {number!r}; there are {', '.join(pages) or 'none'}.")
    return with_outputs(pages[wanted])


def with_outputs(page):
    """The same Page, if its cells were run. Raises AuthoringError, which says how to run them, if not."""
    missing = [n for n, cell in page.cells("code") if not cell.outputs and speaks(cell.source)]
    if missing or not any(cell.outputs for _, cell in page.cells("code")):
        raise AuthoringError(
            f"{page.place(missing[0] if missing else 0)}: no output is stored. Refresh it first: "
            f"python -m course_utils.authoring refresh {page.name}"
        )
    return page


def title(page):
    """The lecture's title, from its first line: "04 · Momentum"."""
    return page.nb.cells[0].source.splitlines()[0].removeprefix("# ").strip()


# --------------------------------------------------------------------------------------------- cells as HTML


class Renderer(IPythonRenderer):
    """Markdown as nbconvert has it, with formulas kept for KaTeX and headings named as in JupyterLab."""

    def heading(self, text, level, **attrs):
        name = html.unescape(re.sub(r"<[^>]*>", "", text)).strip().replace(" ", "-")
        return f'<h{level} id="{html.escape(name)}">{text}</h{level}>\n'

    def inline_math(self, body):
        return f"<x-tex>{html.escape(body)}</x-tex>"

    def block_math(self, body):
        return f"<x-tex display>{html.escape(body)}</x-tex>"

    def latex_environment(self, name, body):
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")


class Exporter(HTMLExporter):
    """The cells alone, without prompts and without the page around them."""

    def markdown2html(self, source):
        return MarkdownWithMath(renderer=Renderer(escape=False, exclude_anchor_links=True)).render(source)

    def default_filters(self):
        yield from super().default_filters()
        yield "markdown2html", self.markdown2html
        # it would wash what Pygments has just written, in a third of the time that a page takes
        yield "clean_html", lambda text: text


@cache
def exporter():
    return Exporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)


def cells_html(nb, cells):
    """The HTML of some cells of a notebook, formulas still as <x-tex>."""
    part = nb.copy()
    part["cells"] = [with_held_pictures(cell) for cell in cells]
    text = exporter().from_notebook_node(part)[0]
    kept = re.split(
        r"(<pre\b.*?</pre>|<x-tex.*?</x-tex>|<[^>]*>)", text, flags=re.DOTALL
    )  # words at even places
    kept[::2] = [POINT.sub("\\1\N{NO-BREAK SPACE}\\2", words) for words in kept[::2]]
    return "".join(kept)


def with_formulas(text):
    """HTML in which formulas stand between dollars, with them as <x-tex>."""
    shown = re.sub(r"\$\$([^$<]+)\$\$", r"<x-tex display>\1</x-tex>", text)
    return re.sub(r"\$([^$<]+)\$", r"<x-tex>\1</x-tex>", shown)


def with_held_pictures(cell):
    """The cell; an answer that a <details> holds back has its picture and its formulas inside, too."""
    if not any("<details" in output.get("data", {}).get(HTML, "") for output in cell.get("outputs", [])):
        return cell
    cell = copy.deepcopy(cell)
    for output in cell.outputs:
        data = output.get("data", {})
        if "<details" not in data.get(HTML, ""):
            continue
        data[HTML] = with_formulas(data[HTML])
        if PNG in data:
            alt = html.escape(output.metadata.get(PNG, {}).get("alt", ""))
            image = f'<img src="data:{PNG};base64,{data.pop(PNG).strip()}" alt="{alt}">'
            data[HTML] = data[HTML].replace("</details>", f"{image}</details>")
    return cell


def typeset(name, text, output="htmlAndMathml"):
    """The HTML with its formulas set. Raises AuthoringError with the first formula that KaTeX refuses.

    name: what the text is called in an error.  output: "mathml" for formulas that the browser sets with its own fonts.
    """
    wanted = sorted({(html.unescape(m["tex"]), bool(m["display"])) for m in FORMULA.finditer(text)})
    asked = [[*formula, output] for formula in wanted]
    done = npm.node(TYPESET, npm.package("katex") / "dist" / "katex.min.js", data=asked) if wanted else []
    for (tex, _display), answer in zip(wanted, done, strict=True):
        if "error" in answer:
            raise AuthoringError(f"{name}: the formula {tex!r} cannot be set: {answer['error']}")
    found = dict(zip(wanted, done, strict=True))

    def set_formula(match):
        return found[html.unescape(match["tex"]), bool(match["display"])]["html"]

    def set_glued(match):
        """A formula that keeps its punctuation beside it; a line may still break between its own parts."""
        formula = FORMULA.sub(set_formula, match["formula"])
        if not (match["before"] or match["after"]):
            return formula
        head, part, rest = formula.partition(PART)
        formula = head + part + rest.replace(PART, "<wbr>" + PART)
        return f'<span class="glued">{match["before"]}{formula}{match["after"]}</span>'

    return FORMULA.sub(set_formula, AT_FORMULA.sub(set_glued, text))


def is_picture(cell):
    return any(PNG in output.get("data", {}) for output in cell.get("outputs", []))


def without_code(cell):
    """The cell with only its output."""
    cell = cell.copy()
    cell["metadata"] = cell.metadata | {"transient": {"remove_source": True}}
    return cell


def without_output(cell):
    """The cell with only its code."""
    cell = cell.copy()
    cell["outputs"] = []
    return cell


# ------------------------------------------------------------------------------------------------- the pages


def said_by_script():
    """What site.js says. places: for none, one, two, ... places found; {asked} is what was searched for."""
    counted = [
        ngettext("{n} place with “{asked}”", "{n} places with “{asked}”", n).replace("{n}", str(n))
        for n in range(FOUND)
    ]
    return {
        "light": _("Light"),
        "dark": _("Dark"),
        "to light": _("Change to the light theme"),
        "to dark": _("Change to the dark theme"),
        "places": [*counted, _("The first {n} places with “{asked}”").replace("{n}", str(FOUND))],
        "in page": _("in {page}"),
        "from a folder": _(
            "Browsers do not start the notebooks from a folder. Type “python3 -m http.server” in it, and open "
            "http://localhost:8000."
        ),
    }


def page_of(template, **values):
    """A page from one of the templates."""
    return render(TEMPLATES, template, generator=GENERATOR, words=said_by_script(), **values)


def asset(name):
    """A script or a style of our own."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def inline(script):
    """A script as it may stand inside a page."""
    return script.replace("</script", r"<\/script")


def font(file):
    """The address of a font that is the font itself."""
    return "data:font/woff2;base64," + base64.b64encode(file.read_bytes()).decode()


def katex_fonts():
    """The folder of the fonts that KaTeX's style names."""
    return npm.package("katex") / "dist" / "fonts"


def katex_style(address):
    """KaTeX's style, with its fonts at address(name of a .woff2 file)."""
    style = npm.text("katex", "dist/katex.min.css")
    style = re.sub(r",url\(fonts/[\w-]+\.(?:woff|ttf)\) format\(\"\w+\"\)", "", style)
    return re.sub(r"url\(fonts/([\w-]+\.woff2)\)", lambda m: f"url({address(m[1])})", style)


def typeface(address, display="optional"):
    """The style that names the figures' typeface, with its files at address(name of a .woff2 file).

    display: as in CSS. A typeface that comes late is kept for the next page: one that is swapped would move the lines
    under the eye. Where the files are at hand, "block" waits for them.
    """
    style = (FONTS / "faces.css").read_text(encoding="utf-8").replace("display: swap", f"display: {display}")
    return re.sub(r"url\(([\w-]+\.woff2)\)", lambda m: f"url({address(m[1])})", style)


def write(path, text):
    """Write a page. A file that no earlier build made is left alone."""
    path = Path(path)
    try:
        if path.exists() and not made_here(path):
            raise AuthoringError(
                f"{path} is there already, and is not ours to replace: choose another folder."
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".new")
        beside.write_text(text, encoding="utf-8", newline="\n")
        os.replace(beside, path)
    except OSError as error:
        raise AuthoringError(f"{path} cannot be written: {error.strerror or error}") from None


def made_here(path):
    with path.open("rb") as file:
        return f'<meta name="generator" content="{GENERATOR}">'.encode() in file.read(2000)
