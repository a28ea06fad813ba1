"""The little Markdown that a held text needs, as HTML: paragraphs, lists, **strong**, *stressed*, `code`, [links](…).

Formulas between dollars stay as they are: whoever shows the text typesets them.
"""

import html
import re

KEPT = re.compile(r"(\$\$.+?\$\$|\$[^$\n]+\$|`[^`\n]+`)", re.DOTALL)


def as_html(text: str) -> str:
    """The HTML of a text. Everything that looks like HTML in it is shown as it stands."""
    return "\n".join(_block(block) for block in re.split(r"\n\s*\n", text.strip()))


def _block(block: str) -> str:
    lines = block.strip().splitlines()
    if all(re.match(r"[-*] |  +\S", line) for line in lines) and lines[0][:2] in ("- ", "* "):
        items = re.split(r"^[-*] ", block.strip(), flags=re.MULTILINE)[1:]
        return "<ul>" + "".join(f"<li>{_line(item.strip())}</li>" for item in items) + "</ul>"
    if heading := re.fullmatch(r"#+ (.+)", block.strip()):
        return f"<p><strong>{_line(heading[1])}</strong></p>"
    return f"<p>{_line(block.strip())}</p>"


def _line(text: str) -> str:
    kept: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        part = found[0]
        kept.append(f"<code>{html.escape(part[1:-1])}</code>" if part[0] == "`" else html.escape(part))
        return f"\0{len(kept) - 1}\0"

    words = _words(KEPT.sub(put_aside, text))  # of the whole line: what is strong may hold a formula
    return re.sub(r"\0(\d+)\0", lambda found: kept[int(found[1])], words)


def _words(text: str) -> str:
    text = html.escape(text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text, flags=re.DOTALL)
    text = re.sub(r"\*(.+?)\*", r"<em>\1</em>", text, flags=re.DOTALL)
    return re.sub(r"\[([^\]]+)\]\(((?:https:|[\w./#-])[^)\s]*)\)", r'<a href="\2">\1</a>', text)
