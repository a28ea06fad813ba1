"""The blocks of a question as HTML: formulas as MathJax finds them, \\( … \\), or in plain letters where there is none."""

import html
import re

from course_utils.teaching.bank.questions import Block, Code, Picture, Question
from course_utils.widgets.markdown import as_html


def text(source: str) -> str:
    """Paragraphs and lists."""
    return _formulas(as_html(source))


def line(source: str) -> str:
    """The same where there can be no paragraphs."""
    return re.sub(r"</p>\s*<p>", "<br/>", text(source)).removeprefix("<p>").removesuffix("</p>")


def block(each: Block, address: str) -> str:
    """address: where pictures are, in front of their names."""
    if isinstance(each, Picture):
        return f'<p><img src="{address}{each.name}" alt="{html.escape(each.alt)}"/></p>'
    if isinstance(each, Code):
        return f"<pre>{html.escape(each.text, quote=False)}</pre>"
    return text(each)


def body(asked: Question, address: str) -> str:
    """A question with what stands before it. address: where pictures are, in front of their names."""
    return "".join(block(each, address) for each in asked.before) + text(asked.text)


def _formulas(page: str) -> str:
    page = re.sub(r"\$\$(.+?)\$\$", r"\\[\1\\]", page, flags=re.DOTALL)
    return re.sub(r"\$([^$\n]+)\$", r"\\(\1\\)", page)


def words(page: str) -> str:
    """The text of a page, without its markup."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


# --- without MathJax -----------------------------------------------------------------------------------------

LETTERS = {
    "alpha": "α", "beta": "β", "eta": "η", "lambda": "λ", "mu": "μ", "theta": "θ", "partial": "∂",
    "cdot": "·", "log": "log", "lVert": "‖", "rVert": "‖", "quad": " ",
}  # fmt: skip


def plain(source: str) -> str:
    """Paragraphs and lists whose formulas any page can show. Knows what the quoted passages need, and no more.

    Raises KeyError for another command of TeX.
    """
    page = as_html(source)
    return re.sub(r"\$\$?(.+?)\$\$?", lambda found: f"<i>{_letters(found[1])}</i>", page, flags=re.DOTALL)


def _letters(tex: str) -> str:
    tex = re.sub(r"\\begin\{pmatrix\}(.*?)\\end\{pmatrix\}", lambda found: _matrix(found[1]), tex)
    tex = re.sub(r"\\tfrac(?:\{(\d+)\}\{(\d+)\}|(\d)(\d))", lambda f: f"{f[1] or f[3]}/{f[2] or f[4]}", tex)
    tex = re.sub(r"\\[;,]", " ", tex)
    tex = re.sub(r"\\([a-zA-Z]+)", lambda found: LETTERS[found[1]], tex).replace("‖ ", "‖")
    tex = re.sub(r"_(\w)", r"<sub>\1</sub>", tex)
    return re.sub(r"\^\{?(\w)\}?", r"<sup>\1</sup>", tex).replace("-", "−")


def _matrix(entries: str) -> str:
    rows = [" ".join(entry.strip() for entry in row.split("&amp;")) for row in entries.split(r"\\")]
    return "(" + "; ".join(rows) + ")"
