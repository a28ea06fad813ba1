"""Record what a live figure needs where there is no kernel: its state, and its answers to all that a reader may do.

A notebook is run once more with one extra cell, which writes down both for every widget that the notebook shows. The
record is kept in build/alive, and renewed when the notebook or the course has changed.
"""

import base64
import hashlib
import html
import json
import tempfile
from functools import cache
from pathlib import Path

import nbformat
import numpy as np

from course_utils.authoring import running
from course_utils.authoring.page import PNG, VIEW, AuthoringError
from course_utils.support.packing import packed

COURSE = Path(__file__).resolve().parents[1]
KEPT = COURSE.parent / "build" / "alive"
LAST_CELL = "from course_utils.authoring.recording import write_down\n\nwrite_down({models!r}, {file!r})"
NOT_STATE = ("layout", "tabbable", "tooltip", "comm")  # of any Jupyter widget; nothing of ours reads them


def recorded(page):
    """{(cell id, number of the output): what was written down of the widget there} for a Page, run or kept.

    Widgets that need a kernel are None.
    """
    digest = hashlib.sha256(page.text.encode() + _course()).hexdigest()[:16]
    file = KEPT / f"{page.path.stem}-{digest}.json"
    if not file.is_file():
        text = _record(page)
        try:
            KEPT.mkdir(parents=True, exist_ok=True)
            for old in KEPT.glob(f"{page.path.stem}-*.json"):
                old.unlink()
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise AuthoringError(f"{file} cannot be written: {error.strerror or error}") from None
    return {(cell, number): what for cell, number, what in json.loads(file.read_text(encoding="utf-8"))}


@cache
def _course():
    """The digest of all that the widgets are made of."""
    digest = hashlib.sha256()
    for file in sorted(COURSE.rglob("*")):
        made_of = file.suffix in (".py", ".js", ".css", ".toml", ".mo")
        if made_of and ("authoring" not in file.parts or file == Path(__file__)):
            digest.update(file.read_bytes())
    return digest.digest()


def _record(page):
    """Run the page, and write down its widgets: the text of a JSON file."""
    nb = nbformat.from_dict(page.nb)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "widgets.json")
        cell = nbformat.v4.new_code_cell("")
        nb.cells = [*nb.cells, cell]

        def ask():
            seen = [(c.id, *each) for c in nb.cells if c.cell_type == "code" for each in _views(c.outputs)]
            cell.source = LAST_CELL.format(models=[model for _c, _n, model in seen], file=str(file))
            return seen

        seen = running.run(nb, page, before_last=ask)
        kept = json.loads(file.read_text(encoding="utf-8"))
    rows = [[c, number, kept[model]] for c, number, model in seen]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _views(outputs):
    """Yield (number of the output as it is stored, id of the model) for each output that is a view of a widget."""
    number, stream = -1, None
    for output in outputs:
        data = output.get("data", {})
        if output.output_type != "stream" or output.name != stream:
            number += 1
        stream = output.name if output.output_type == "stream" else None
        if VIEW in data:
            if len(data) == 1:
                number -= 1
            else:
                yield number, data[VIEW]["model_id"]


# ------------------------------------------------------------------------------------------- in the kernel


def write_down(models, file):
    """Write to the file what the widgets with these ids hold and answer. It is called in the notebook's own kernel."""
    from ipywidgets.widgets.widget import _instances  # type: ignore[import-untyped]

    Path(file).write_text(
        json.dumps({model: of_widget(_instances[model]) for model in models}), encoding="utf-8"
    )


def of_widget(widget):
    """What a page needs of a widget: a dict for JSON, in which bytes are {"base64": text}; None for one that needs a kernel.

    html: of a text with formulas, or of the picture of what needs a kernel, and nothing else but whole.
    kind: the name of its class.  script, style: their texts.  state: its traits.  whole: whether a hand can move all of it.
    replies: [[message, what changes], ...] for all that was foreseen.  sets: the traits whose setting is answered.
    packs, family: {trait: its numbers in the state, and in all replies} for the traits that the widget sends `in_short`;
    there such a trait is {"pack": its name, "from": the place of its first number, "numbers": how many}.
    key, reached: of an exercise, the name under which it is kept, and for each reply how far it leads.
    views: {model: the same} for the widgets that a reply shows.
    """
    if type(widget).__name__ == "HTMLMath":
        return {"html": widget.value, "whole": True}
    other = widget.alone() if hasattr(widget, "alone") else None
    if other is None:
        return None
    state = _state(widget) | other
    views: dict = {}
    replies, reached = [], []
    packs, family = Packs(widget.in_short), Packs(widget.in_short)
    for group in widget.foreseen():
        answers = [(message, *_answered(widget, message, views)) for message in group]
        changed = {name for _m, after, _r in answers for name in after if after[name] != state.get(name)}
        for message, after, how_far in answers:
            moved = {name: after[name] for name in sorted(changed - set(other))}
            replies.append([message, family.put(moved)])
            reached.append(how_far)
    return _plain(
        {
            "kind": type(widget).__name__,
            "script": widget._esm,
            "style": widget._css,
            "state": packs.put(state),
            "packs": packs.all(),
            "whole": not other and all(view["whole"] for view in views.values()),
            "sets": sorted({name for message, _changes in replies for name in message.get("set", {})}),
            "replies": replies,
            "family": family.all(),
            "key": getattr(widget, "key", ""),
            "reached": reached,
            "typed": getattr(widget, "typed_alone", lambda: None)(),
            "views": views,
        }
    )


def _answered(widget, message, views):
    """-> (the state after a message, how far the exercise is then)"""
    if hasattr(widget, "begin"):
        widget.begin()
    widget.notice = ""
    widget.hear(message)
    after = _state(widget)
    from ipywidgets.widgets.widget import _instances

    for name in after.get("views", []):
        model = name.removeprefix("IPY_MODEL_")
        views[model] = of_widget(_instances[model]) or _picture_of(_instances[model])
    return after, widget.reached() if hasattr(widget, "reached") else ""


def _picture_of(widget):
    """What stands for a widget that needs a kernel."""
    data, about = widget.still()
    source, alt = f"data:{PNG};base64,{data[PNG]}", html.escape(data["text/plain"])
    return {
        "html": f'<figure><img src="{source}" alt="{alt}" width="{about[PNG]["width"]}"></figure>',
        "whole": False,
    }


def _state(widget):
    state = widget.get_state()
    return {name: value for name, value in state.items() if name[0] != "_" and name not in NOT_STATE}


class Packs:
    """Numbers of several states, those of each trait together. in_short: as in the widget."""

    def __init__(self, in_short):
        self.in_short, self.sent = in_short, dict.fromkeys(in_short, b"")

    def put(self, state):
        """The state, with places in the packs for its numbers."""
        return {
            name: self._place(name, bytes(value)) if name in self.in_short else value
            for name, value in state.items()
        }

    def _place(self, name, numbers):
        each = np.dtype(self.in_short[name][0]).itemsize
        place = {"pack": name, "from": len(self.sent[name]) // each, "numbers": len(numbers) // each}
        self.sent[name] += numbers
        return place

    def all(self):
        """{trait: {"base64", "dtype", "bytes": of each number, "columns"}} of those that hold something."""
        return {
            name: _plain(packed(np.frombuffer(self.sent[name], dtype), size, columns))
            | {"dtype": dtype, "bytes": size, "columns": columns}
            for name, (dtype, size, columns) in self.in_short.items()
            if self.sent[name]
        }


def _plain(value):
    """What JSON can hold: bytes as base64, NaN as null."""
    if isinstance(value, (bytes, memoryview)):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value
