"""Where a verdict is shown: as a card in a notebook, in plain text elsewhere."""

from course_utils.practice.tasks.verdicts import Verdict


def show(verdict: Verdict) -> None:
    print(verdict)
