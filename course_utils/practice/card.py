"""Card: a verdict as a notebook shows it, with hints and the solution at hand."""

from pathlib import Path
from typing import Any, ClassVar

import traitlets

from course_utils import live
from course_utils.practice import helping
from course_utils.practice.sharing import Outcome, Sharing
from course_utils.practice.tasks import task
from course_utils.practice.tasks.verdicts import NOT_YET, RIGHT, TO_DO, Row, Verdict
from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.templates import render
from course_utils.support.validation import shown

HERE = Path(__file__).parent
LOOKS = {RIGHT: "right", NOT_YET: "wrong", TO_DO: "open"}
MARKS = {RIGHT: "✓", NOT_YET: "✗", TO_DO: "○"}


def still(verdict: Verdict) -> dict[str, str]:
    """{type: text} of a verdict where no kernel runs: the site, GitHub, print, nbval."""
    titles = {RIGHT: _("Right"), NOT_YET: _("Not yet"), TO_DO: _("To do")}
    passed = len(verdict.passed)
    html = render(
        HERE / "templates",
        "verdict.html",
        verdict=verdict,
        look=LOOKS[verdict.state],
        mark=MARKS[verdict.state],
        title=titles[verdict.state],
        passed=ngettext("{n} case came out right", "{n} cases came out right", passed).format(n=passed),
        parts=bool(verdict.rows),
        rows=verdict.rows or ([Row("", verdict.expected, verdict.got, False)] if verdict.expected else []),
        expected=_("expected"),
        got=_("got"),
        printed=_("It printed:"),
    )
    return {"text/plain": str(verdict), "text/html": html}


class Card(Sharing):
    """A verdict, and buttons for the help that is due.

    The browser sends {"do": "hint"} or {"do": "solution"}.

    State shared with the browser, all of it Python's to decide:
        html      the verdict itself, as it stands on pages without a kernel
        next      what to do now
        more      the name of the hint that comes next; "" where none is left, or none is needed
        hints     those that were given: [name, text] each
        tried     whether the solution may be shown
        solution  [code, why], once asked for
    """

    _esm = live.script(HERE / "card.js")
    _css = live.style(HERE / "card.css")
    by_hand = ()

    said: ClassVar[dict[str, str]] = {
        "card": _("Verdict"),
        "hints": _("Hints"),
        "solution": _("Solution"),
        "show": _("Show the solution"),
        "later": _("First a try of your own"),
    }

    html = traitlets.Unicode().tag(sync=True)
    next = traitlets.Unicode().tag(sync=True)
    more = traitlets.Unicode().tag(sync=True)
    hints = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    tried = traitlets.Bool().tag(sync=True)
    solution = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, verdict: Verdict):
        self._still = still(verdict)
        self._verdict = verdict
        self._task = task(verdict.task) if verdict.task else None
        super().__init__(
            html=self._still["text/html"],
            next=verdict.next,
        )
        if self._task:
            self.tried = helping.tried(self._task.name)
            if verdict.state != RIGHT:
                self._tell(helping.given(self._task))
        self.on_msg(self._obey)

    def hint(self) -> None:
        """Give one hint more."""
        if self._task:
            self._tell(helping.next_hint(self._task))

    def solve(self) -> None:
        """Show the solution, after a try."""
        if self._task:
            self.solution = list(helping.solution(self._task) or ())

    def outcome(self) -> Outcome | None:
        verdict = self._verdict
        if not verdict.task or verdict.state == TO_DO:
            return None
        return Outcome(verdict.task, verdict.state == RIGHT, verdict.mistakes)

    def _tell(self, given: tuple[str, ...]) -> None:
        assert self._task is not None
        name, count = _("Hint {n} of {all}"), len(self._task.hints)
        with self.hold_sync():
            self.hints = [[name.format(n=n, all=count), text] for n, text in enumerate(given, 1)]
            coming = len(helping.given(self._task)) + 1
            self.more = name.format(n=min(coming, count), all=count) if len(given) < count else ""

    def _obey(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        deeds = {"hint": self.hint, "solution": self.solve}
        with self.refusing():
            if content.get("do") not in deeds:
                raise ValueError(f"do must be one of {', '.join(deeds)}, not {shown(content.get('do'))}")
            deeds[content["do"]]()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle: Any = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, **self._still}, metadata
