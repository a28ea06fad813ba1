"""An observation about a student's code, and where to look because of it."""

from typing import NamedTuple


class Seen(NamedTuple):
    """Two parts, each of whole sentences.

    what: what was seen.  look: what to look at; left out where the line itself can be named.
    """

    what: str
    look: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.look}".rstrip()
