"""Live figures for pages without a kernel, as classic scripts: a page opened from a folder cannot load modules.

A figure is two files: one holds what it shows, the other its answers, encoded so that nobody reads them at a glance.
"""

import base64
import hashlib
import io
import json
import re
import sys
import zlib
from dataclasses import dataclass, field

from bs4 import BeautifulSoup

from course_utils.authoring import pages, recording
from course_utils.authoring.page import AuthoringError

PNG_BEGINS = base64.b64encode(b"\x89PNG\r\n\x1a\n")[:10].decode()
HOST = ("numbers.js", "table.js", "host.js", "living.js")
#: comments that stand on lines of their own, and what lines are indented by
IDLE = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/[ \t]*\n|//[^\n]*\n|)", re.MULTILINE | re.DOTALL)


@dataclass
class Figure:
    """A live figure: its name on the page, what was recorded of it, and the data that this refers to."""

    name: str
    stored: dict
    blobs: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)
    more: dict = field(default_factory=dict)

    @property
    def whole(self):
        """Whether everything in it works that works with a kernel."""
        return self.stored["whole"]

    def scripts(self, base):
        """The HTML right after a page's first figure, so that it is live before the rest of the page has arrived."""
        names = ["alive", f"alive/{self.stored['module']}", f"alive/{self.name}"]
        sources = "".join(f'<script src="{base}assets/{name}.js"></script>' for name in names)
        return f"{sources}<script>course.now({self.name!r});</script>"

    def held(self):
        """The call that delivers what the figure shows."""
        return _call("hold", self.name, self.stored, self.blobs)

    def told(self):
        """The call that delivers its answers."""
        text = base64.b64encode(zlib.compress(_json(self.answers).encode(), 9)).decode()
        return _call("tell", self.name, text, self.more)


class Shelf:
    """Scripts and styles of all kinds of widgets that occur, each kept once."""

    def __init__(self):
        self.scripts, self.styles = {}, []

    def put(self, widget):
        """Move script and style from the record of a widget onto the shelf. -> the name of its module"""
        script, style = widget.pop("script"), widget.pop("style")
        if style not in self.styles:
            self.styles.append(style)
        name = f"{widget['kind'].lower()}-{_digest(script)}"
        known = next((name for name, text in self.scripts.items() if text == script), name)
        self.scripts[known] = script
        return known

    def modules(self):
        """{name of a module: its text as a classic script}"""
        return {name: classic(text, f"course.modules[{name!r}] =") for name, text in self.scripts.items()}

    def style(self):
        """One style sheet, in which the part that all of them begin with occurs once."""
        shared = min(self.styles, key=len, default="")
        return IDLE.sub("", "\n".join([shared, *(style.removeprefix(shared) for style in self.styles)]))


def figures(page, shelf):
    """-> {(cell id, number of the output): a Figure, or None where it takes a kernel} of a lecture

    A lecture that cannot be run here, such as lecture 10 without PyTorch, has none; a line on stderr says so.
    """
    try:
        recorded = recording.recorded(page)
    except AuthoringError as error:
        print(
            f"{page.name}: its figures stay pictures, since it cannot be run here. {error}", file=sys.stderr
        )
        return {}
    found = {
        (cell, number): widget and _figure(f"{page.path.stem}/{cell}-{number}", widget, shelf)
        for (cell, number), widget in recorded.items()
    }
    _set_formulas(page.name, [figure for figure in found.values() if figure])
    return found


def _figure(name, widget, shelf):
    _on_shelf(widget, shelf)
    answers = {part: widget.pop(part) for part in ("replies", "family", "views", "typed")}
    blobs: dict = {}
    figure = Figure(name, _detached(widget, blobs), blobs)
    figure.answers = _detached(answers, figure.more)
    figure.more = {key: text for key, text in figure.more.items() if key not in blobs}
    return figure


def _on_shelf(widget, shelf):
    """Put the modules of a widget, and of those that it may show, on the shelf."""
    if "script" in widget:
        widget["module"] = shelf.put(widget)
        for view in widget["views"].values():
            _on_shelf(view, shelf)
        kept = widget.pop("reached")
        widget["replies"] = [[*reply, far] for reply, far in zip(widget["replies"], kept, strict=True)]


def _detached(value, blobs):
    """The value with its binary parts put into `blobs`, each of them once."""
    if isinstance(value, dict):
        if "base64" in value:
            text = value["base64"]
            name = _digest(text)
            if name not in blobs:
                blobs[name] = _small(text)
            return {
                ("blob" if key == "base64" else key): name if part == text else part
                for key, part in value.items()
            }
        return {key: _detached(part, blobs) for key, part in value.items()}
    return [_detached(part, blobs) for part in value] if isinstance(value, list) else value


def _small(text):
    """Bytes as base64. A picture becomes a WebP where that is smaller; browsers recognise it by its first bytes."""
    if not text.startswith(PNG_BEGINS):
        return text
    from PIL import Image  # a dependency of matplotlib

    out = io.BytesIO()
    Image.open(io.BytesIO(base64.b64decode(text))).save(out, "webp", lossless=True)
    return min(text, base64.b64encode(out.getvalue()).decode(), key=len)


def _set_formulas(name, found):
    """Set the formulas in the texts that answers hold, all at once."""
    texts = [view for figure in found for view in figure.answers["views"].values() if "html" in view]
    mark = "<!-- next -->"
    done = pages.typeset(name, mark.join(pages.with_formulas(view["html"]) for view in texts)).split(mark)
    for view, text in zip(texts, done, strict=False):
        view["html"] = text


def named(text, found):
    """The HTML of cells, with each live figure's place marked by its name. found: what `figures` returned."""
    if not any(found.values()):
        return text
    soup = BeautifulSoup(text, "html.parser")
    for output, figure in found.items():
        name_place(soup, output, figure)
    return str(soup)


def name_place(soup, output, figure):
    """Mark the place of a figure's picture with its name, if it is live. -> the place, or None if the cell is not shown

    output: (cell id, number of the output).
    """
    cell, number = output
    areas = soup.select(f'[id="cell-id={cell}"] .output_area')
    place = areas[number] if number < len(areas) else None
    if place and figure:
        place["data-live"] = figure.name
    return place


def host():
    """The script that makes a page's figures live."""
    return f"(() => {{\n{IDLE.sub('', joined(*HOST))}}})();\n"


def joined(*modules):
    """The modules of these names as one text."""
    text = "".join(map(pages.asset, modules))
    return re.sub("^export |^import .*", "", text, flags=re.MULTILINE)


def classic(text, export):
    """A module with one default export, turned into a classic script that delivers it."""
    return f"(() => {{\n{IDLE.sub('', text).replace('export default', export)}\n}})();\n"


def _call(what, *values):
    return f"course.{what}({','.join(map(_json, values))});\n"


def _json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:8]
