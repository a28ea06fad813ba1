"""What a live figure needs where no kernel answers: its state, and the answers to what a hand may ask for, given ahead.

A notebook is run once more with one cell after it, which writes both down for every widget that the notebook shows.
That is kept in build/alive, and made anew when the notebook or the course has changed.
"""

import base64
import hashlib
import json
import tempfile
from functools import cache
from pathlib import Path

import nbformat
import numpy as np

from course_utils.authoring import running
from course_utils.authoring.page import VIEW, AuthoringError

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

    html: of a text with formulas, and nothing else.
    kind: the name of its class.  script, style: their texts.  state: its traits.  whole: whether a hand can move all of it.
    replies: [[message, what changes], ...] for all that was foreseen; what changes `in_short` has its "bytes" beside it.  sets: the traits whose setting is answered.
    key, reached: of an exercise, the name under which it is kept, and for each reply how far it leads.
    views: {model: the same} for the widgets that a reply shows.
    """
    if type(widget).__name__ == "HTMLMath":
        return {"html": widget.value}
    other = widget.alone() if hasattr(widget, "alone") else None
    if other is None:
        return None
    state = _state(widget) | other
    views: dict = {}
    replies, reached = [], []
    for group in widget.foreseen():
        answers = [(message, *_answered(widget, message, views)) for message in group]
        changed = {name for _m, after, _r in answers for name in after if after[name] != state.get(name)}
        for message, after, how_far in answers:
            moved = {name: after[name] for name in sorted(changed - set(other))}
            short = {
                name: _in_short(moved[name], size) for name, size in widget.in_short.items() if name in moved
            }
            replies.append([message, moved | short])
            reached.append(how_far)
    return _plain(
        {
            "kind": type(widget).__name__,
            "script": widget._esm,
            "style": widget._css,
            "state": state,
            "whole": not other,
            "sets": sorted({name for message, _changes in replies for name in message.get("set", {})}),
            "replies": replies,
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
        views[model] = of_widget(_instances[model])
    return after, widget.reached() if hasattr(widget, "reached") else ""


def _state(widget):
    state = widget.get_state()
    return {name: value for name, value in state.items() if name[0] != "_" and name not in NOT_STATE}


def _in_short(numbers, size):
    """Numbers in float64, in their first bytes as float32: two are enough for an arrow, three for what is read."""
    with np.errstate(over="ignore"):
        floats = np.frombuffer(numbers).astype(">f4")
    rounded = (floats.view(">u4") + np.uint32(1 << (31 - 8 * size))).astype(">u4")
    kept = np.where(np.isfinite(floats), rounded, floats.view(">u4")).astype(">u4")
    return {"base64": _plain(kept.view(np.uint8).reshape(-1, 4)[:, :size].tobytes())["base64"], "bytes": size}


def _plain(value):
    """What JSON can hold: bytes as base64, NaN as null."""
    if isinstance(value, (bytes, memoryview)):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value
