"""What a class has shared, kept in memory only: it is never written down, and forgotten when the class ends."""

import hashlib
import secrets
import time
from collections.abc import Callable

from course_utils.practice.sharing import WRONG
from course_utils.teaching.class_view.counting import Result, View, task_view
from course_utils.teaching.class_view.naming import said

LEAST = 5  # people: nothing is shown about fewer
IDLE = 2 * 60 * 60  # seconds after the last answer until everything is forgotten
MOST_CAUSES = 12  # that can be told from each other by no check


class Session:
    """The answers of one class.

    A person is known by a keyed hash of the name, whose key is new in each session and kept nowhere: so one person
    counts once, and nobody can be looked up afterwards.

    A task's counts move only when five people have moved: who watches the screen while somebody presses the button
    learns nothing about them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self.end()

    def end(self) -> None:
        """Forget everything."""
        self._key = secrets.token_bytes(32)
        self._now: dict[str, dict[bytes, Result]] = {}  # task -> person -> result
        self._moved: dict[str, set[bytes]] = {}  # task -> who is not where the screen shows them
        self._seen: dict[str, list[Result]] = {}  # task -> the results on the screen
        self._last = self._clock()

    def share(self, person: str, task: str, done: bool, mistakes: list[str]) -> None:
        """Take in where a person is with a task; what the same person shared before is replaced.

        A mistake that the course does not have is left out: no text of anybody's comes to the screen. Raises ValueError
        for a task that the course does not have.
        """
        said(task, WRONG)
        causes = tuple(id for id in sorted(set(mistakes[:MOST_CAUSES])) if _is_known(task, id))
        result = Result(done, () if done else causes or (WRONG,))
        self.forget_when_idle()
        self._last = self._clock()
        who = hashlib.blake2b(person.encode(), key=self._key, digest_size=16).digest()
        people = self._now.setdefault(task, {})
        if people.get(who) != result:
            people[who] = result
            self._moved.setdefault(task, set()).add(who)
        self._seen.setdefault(task, [])
        if len(self._moved.get(task, ())) >= LEAST:
            del self._seen[task]  # the one that moved last stands at the end
            self._seen[task] = list(people.values())
            self._moved[task].clear()

    def forget_when_idle(self) -> None:
        """End the session where nobody has shared for two hours."""
        if self._clock() - self._last > IDLE:
            self.end()

    def view(self) -> list[View]:
        """What the page shows: a list of tasks, the one that moved last at the end."""
        self.forget_when_idle()
        return [
            task_view(name, results, lambda id, name=name: said(name, id), LEAST)  # type: ignore[misc]
            for name, results in self._seen.items()
        ]


def _is_known(task: str, id: str) -> bool:
    try:
        said(task, id)
    except ValueError:
        return False
    return True
