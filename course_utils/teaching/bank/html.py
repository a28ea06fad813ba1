"""The blocks of a question as HTML, with formulas as MathJax finds them: \\( … \\)."""

import html
import re

from course_utils.teaching.bank.questions import Block, Code, Picture
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


def _formulas(page: str) -> str:
    page = re.sub(r"\$\$(.+?)\$\$", r"\\[\1\\]", page, flags=re.DOTALL)
    return re.sub(r"\$([^$\n]+)\$", r"\\(\1\\)", page)
