"""What an examination sees in a student's code, and what to look at for it."""

from typing import NamedTuple


class Seen(NamedTuple):
    """Two parts, each of whole sentences.

    what: what was seen.  look: what to look at; left out where the very line can be told.
    """

    what: str
    look: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.look}".rstrip()
