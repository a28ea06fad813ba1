"""Messages in the reader's language, or in English where no catalogue has them.

    from course_utils.support.language import gettext as _, ngettext

    _("{name} is not a number.").format(name=typed)
    ngettext("{n} step", "{n} steps", n).format(n=n)

A message is a whole sentence with named places, never glued from parts: another language orders its words differently.

The language is the first of LANGUAGE, LC_ALL, LC_MESSAGES and LANG that names one with a catalogue in words/locale.
TEXTDOMAINDIR, which gettext's own tools know too, names another folder of catalogues, so that translators can try one out.
"""

import gettext as _gettext
import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "words" / "locale"
DOMAIN = "course_utils"

_ours = _gettext.translation(DOMAIN, FOLDER, fallback=True)
_theirs = os.environ.get("TEXTDOMAINDIR")
_catalogue = _gettext.translation(DOMAIN, _theirs, fallback=True) if _theirs else _ours


def gettext(message: str) -> str:
    """The message in the reader's language."""
    return _catalogue.gettext(message) if message else ""  # "" is the catalogue's own head


def ngettext(one: str, many: str, n: int) -> str:
    """The message for one thing, or for n of them."""
    return _catalogue.ngettext(one, many, n)


def name() -> str:
    """The language in which the course speaks, as HTML names it: "en", "pt-BR"."""
    return str(_catalogue.info().get("language") or "en").replace("_", "-")
