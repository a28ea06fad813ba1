"""The page for the projector: it asks for new counts every two seconds, and needs nothing from elsewhere."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course_utils.support.language import gettext as _
from course_utils.support.templates import render
from course_utils.teaching.class_view.counting import View

HERE = Path(__file__).parent
DATA = "counts.json"  # where the page asks, beside itself
EVERY = 2  # seconds

#: What the script says.
TEXTS = {
    "lost": _("No new counts are coming in. Trying again."),
    "sure": _("End the class? All its answers are forgotten."),
    "empty": _("Nothing has come in yet."),
}


def page(note: str, ends: str = "") -> str:
    """The whole page. note: a sentence on what is counted.  ends: a token that ends the session, where a button is to do so."""
    return render(
        HERE / "templates",
        "class-view.html",
        note=note,
        ends=bool(ends),
        script=(HERE / "class-view.js").read_text(encoding="utf-8"),
        setup=_in_script({"data": DATA, "every": 1000 * EVERY, "texts": TEXTS, "token": ends}),
    )


def counts(tasks: Sequence[View], notice: str = "") -> bytes:
    """What the page is told when it asks. notice: a line on what is wrong; "" where all is well."""
    return json.dumps({"tasks": list(tasks), "notice": notice}).encode()


def _in_script(data: Any) -> str:
    """JSON that cannot end the script in which it stands."""
    return json.dumps(data).replace("<", "\\u003c")
