"""What the course says, in the reader's language; English where no catalogue has it.

    from course_utils.support.language import gettext as _, ngettext

    _("{name} is not a number.").format(name=typed)
    ngettext("{n} step", "{n} steps", n).format(n=n)

A message is a whole sentence with named places, never glued from parts: another language orders its words differently.
"""

import gettext as _gettext
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "words" / "locale"
_catalogue = _gettext.translation("course_utils", FOLDER, fallback=True)


def gettext(message: str) -> str:
    """The message in the reader's language."""
    return _catalogue.gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """The message for one thing, or for n of them."""
    return _catalogue.ngettext(one, many, n)
