"""Share with the class: a button that tells the hub how one exercise came out, where the hub has a class view.

A hub that has one says so in the environment of its servers: COURSE_CLASS_VIEW is the address of the service. Anywhere else
there is no button, and nothing leaves the notebook without a press of it.
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import traitlets

from course_utils import live
from course_utils.practice.questions import Question, is_question, question
from course_utils.support.language import gettext as _

PATIENCE = 5  # seconds that the class view may take
WRONG, UNFINISHED = "wrong", "not finished"  # where no mistake was recognised


@dataclass(frozen=True)
class Outcome:
    """All that leaves the notebook: a task, whether it is done, and the ids of the mistakes that were recognised."""

    task: str
    done: bool
    mistakes: Sequence[str] = ()


def of_option(name: str, which: int) -> Outcome | None:
    """The outcome of choosing an option of a question, counted from 0; None where the course asks no such question."""
    asked = question(name) if is_question(name) else None
    if not isinstance(asked, Question):
        return None
    option = asked.options[which]
    return Outcome(name, option.right, () if option.right else (option.id,))


def offered() -> bool:
    """Whether this notebook runs on a hub that has a class view."""
    return bool(os.environ.get("COURSE_CLASS_VIEW") and os.environ.get("JUPYTERHUB_API_TOKEN"))


def share(outcome: Outcome) -> str:
    """Send an outcome to the class view, by the server's own token. -> a line that says what was sent, or why it was not"""
    request = urllib.request.Request(
        os.environ["COURSE_CLASS_VIEW"].rstrip("/") + "/share",
        json.dumps(asdict(outcome)).encode(),
        {
            "Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}",
            "Content-Type": "application/json",
        },
    )
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the hub is near
    try:
        straight.open(request, timeout=PATIENCE).close()
    except (OSError, ValueError) as error:
        why = error.reason if isinstance(error, urllib.error.URLError) else error
        return _("The class view cannot be reached ({reason}); nothing was shared.").format(reason=why)
    if outcome.done:
        return _("Shared: {task}, done.").format(task=outcome.task)
    if not outcome.mistakes:
        return _("Shared: {task}, not done yet.").format(task=outcome.task)
    told = _("Shared: {task}, {mistakes}.")
    return told.format(task=outcome.task, mistakes=", ".join(outcome.mistakes))


class Sharing(live.Widget):
    """A widget whose outcome can be shared. The browser sends {"do": "share"}.

    State shared with the browser: offer, the texts of the button, {} where there is no class view; shared, a line on what
    was sent last, which goes with the next thing that is done.
    """

    offer = traitlets.Dict(read_only=True).tag(sync=True)
    shared = traitlets.Unicode().tag(sync=True)

    @traitlets.default("offer")
    def _where_a_class_looks_on(self) -> dict[str, str]:
        if not offered():
            return {}
        return {
            "button": _("Share with the class"),
            "leaves": _(
                "Only the name of this exercise, whether it is done, and the name of the mistake leave your notebook. The screen "
                "shows how many people made it, and never who."
            ),
        }

    def outcome(self) -> Outcome | None:
        """How the exercise came out; None before anything was checked."""
        raise NotImplementedError

    def _handle_custom_msg(self, content: Any, buffers: Any) -> None:
        if not self.offer:
            super()._handle_custom_msg(content, buffers)
        elif content.get("do") != "share":
            self.shared = ""
            super()._handle_custom_msg(content, buffers)
        else:
            with self.refusing():
                outcome = self.outcome()
                self.shared = share(outcome) if outcome else _("Check an answer first, and then share it.")
