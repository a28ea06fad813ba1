"""The questions that the notebooks ask in words, with what stands before each of them in its notebook."""

import base64
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from course_utils.practice.questions import NumberQuestion, question
from course_utils.support.language import gettext as _
from course_utils.teaching.bank.questions import Answer, Block, Choice, Code, Entry, Number, Picture, apart
from course_utils.words import groups, words

ROOT = Path(__file__).resolve().parents[3]

#: What stands before a question in its notebook, and without which it cannot be answered: the ids of these cells.
BEFORE = {
    "01 recorded": ("recorded", "recorded-see"),
    "01 flaw": ("flaw",),
    "02 end": ("play-ball",),
    "03 arrived": ("who", "who-figure"),
    "03 four-hundred": ("passes",),
    "03 flaw": ("flaw",),
    "04 turn": ("turn",),
    "07 thrown": ("rmsprop-live",),
    "08 open": ("c024",),
    "08 shut": ("c024",),
    "08 zeros": ("c024",),
    "08 score": ("by-hand",),
    "08 weight": ("by-hand", "by-hand-next"),
    "08 fair": ("claims", "claims-configs"),
    "09 honest": ("limits-why",),
    "09 curves": ("curves", "curves-see"),
    "bugs standstill": ("stuck-class", "stuck-steps"),
    "bugs sefl": ("name-class", "name-steps"),
    "bugs blow-up": ("order-class", "order-one-step"),
    "bugs too-good": ("whole-symptom",),
    "bugs same-rows": ("history-symptom",),
    "bugs check-fails": ("slope-symptom",),
    "bugs second-run": ("shared-class", "shared-runs"),
    "bugs one-result": ("rate-symptom",),
}
#: Questions that go on from another one, whose text stands before theirs.
AFTER = {"06 size": "06 det", "09 shut": "09 hand"}


def questions() -> list[Choice | Number]:
    """All questions in words, lecture by lecture."""
    return [_question(f"{lecture} {key}") for lecture in groups() for key in words(lecture)["questions"]]


def _question(name: str) -> Choice | Number:
    asked = question(name)
    before: tuple[Block, ...] = (question(AFTER[name]).text,) if name in AFTER else _before(name)
    if isinstance(asked, NumberQuestion):
        text = asked.text.replace(_("A fraction is welcome."), "").strip()  # to us, but not to other systems
        wrong = [(each.value, each.why) for each in asked.wrong]
        return Number(
            name, text, Entry(asked.answer, asked.why, apart(asked.answer, wrong), asked.hint), before
        )
    options = tuple(Answer(each.id, each.text, each.why) for each in asked.options)
    right = next(each.id for each in asked.options if each.right)
    return Choice(name, asked.text, options, right, before)


# --- what stands before them in a notebook ------------------------------------------------------------------


def _before(name: str) -> tuple[Block, ...]:
    cells = _cells_around(name) if name in BEFORE else {}
    return tuple(block for id in BEFORE.get(name, ()) for block in _blocks(f"{name} {id}", cells[id]))


@cache
def _notebooks() -> tuple[list[dict[str, Any]], ...]:
    paths = [
        path for folder in ("notebooks", "solutions") for path in sorted((ROOT / folder).glob("*.ipynb"))
    ]
    return tuple(json.loads(path.read_text(encoding="utf-8"))["cells"] for path in paths)


def _cells_around(name: str) -> dict[str, dict[str, Any]]:
    """{id: cell} of the notebook that asks a question.  Raises FileNotFoundError where there are no notebooks."""
    for cells in _notebooks():
        if any(
            re.search(rf'(?:Quiz|Gate)\(\s*"{re.escape(name)}"', "".join(cell["source"])) for cell in cells
        ):
            return {cell["id"]: cell for cell in cells}
    raise FileNotFoundError(_("the notebook that asks {name} is not there").format(name=name))


def _blocks(name: str, cell: dict[str, Any]) -> Iterator[Block]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        kept = re.sub(
            r"^#+ .*$|^\*[^*\n]*\d minutes?\.[^*\n]*\*$|\*\*Predict[^*]*\*\*.*$",
            "",
            source,
            flags=re.MULTILINE,
        )
        yield from (paragraph.strip() for paragraph in re.split(r"\n\s*\n", kept) if paragraph.strip())
        return
    pictures = [output for output in cell["outputs"] if "image/png" in output.get("data", {})]
    if not pictures:
        yield Code(source)
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            yield Code("".join(output["text"]))
    for output in pictures[:1]:
        png = base64.b64decode("".join(output["data"]["image/png"]))
        yield Picture(f"{name.replace(' ', '-')}.png", png, "".join(output["data"]["text/plain"]))
