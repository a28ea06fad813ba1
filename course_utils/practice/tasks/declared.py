"""What every task is made of: a name, what is said about it, and the slips that students make in it.

The words stand in course_utils/words, under the names that are given here.
"""

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from course_utils.practice.tasks.verdicts import Verdict
from course_utils.words import words


@dataclass(frozen=True)
class Slip:
    """A usual mistake: a function or class that makes it, what it does (ends "... comes out when ..."), what to look at.

    A function that raises TimeoutError stands for one that never comes to an end.
    """

    name: str
    function: Callable[..., Any]
    symptom: str
    cure: str


class Declared:
    """A task with a name, such as "04 step", and its words: three hints, and why the solution is so."""

    def __init__(self, name: str = ""):
        self.name = name
        self._slips: dict[str, list[Any]] = {}

    def slips(self, **slips: Any) -> None:
        """Declare the usual mistakes, by the names that their words have.

        A slip is a function or a class; or an edit of the reference's own code, (old, new), where old stands once in it;
        or a list of such, where one thing is said of all of them.
        """
        self._slips = {name: slip if isinstance(slip, list) else [slip] for name, slip in slips.items()}

    def examine(self, thing: Any) -> Verdict:
        """What a student's function or class shows."""
        raise NotImplementedError

    def code(self) -> str:
        """The right answer, as it is written."""
        raise NotImplementedError

    @cached_property
    def words(self) -> dict[str, Any]:
        group, _, key = self.name.partition(" ")
        return words(group)["tasks"][key] if self.name else {}

    @property
    def hints(self) -> tuple[str, ...]:
        return tuple(self.words.get("hints", ()))

    @property
    def why(self) -> str:
        return self.words.get("why", "")

    @cached_property
    def mistakes(self) -> tuple[Slip, ...]:
        said = self.words.get("slips", {})
        return tuple(
            Slip(name, self.edited(slip) if isinstance(slip, tuple) else slip, **said[name])
            for name, versions in self._slips.items()
            for slip in versions
        )

    def edited(self, edit: tuple[str, str]) -> Callable[..., Any]:
        """The reference with one change in its code."""
        raise NotImplementedError


def source(function: Callable[..., Any]) -> str:
    """The code of a function, without its decorators."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    first = next(k for k, line in enumerate(lines) if line.startswith(("def ", "class ")))
    return "\n".join(lines[first:]).rstrip()


def edited(function: Callable[..., Any], old: str, new: str) -> Callable[..., Any]:
    """A function with one change in its code.

    Raises ValueError unless old stands in the code exactly once.
    """
    code = source(function)
    if code.count(old) != 1:
        raise ValueError(
            f"old must stand once in the code of {function.__name__}, not {code.count(old)} times: {old!r}"
        )
    scope: dict[str, Any] = {}
    exec(code.replace(old, new), function.__globals__, scope)
    return scope[function.__name__]
