"""HTML from jinja2 templates. Whatever is put into them is escaped as text, unless a template says `| safe`.

A template's own words go through gettext: {% trans %}, or _("...").
"""

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_utils.support import language

if TYPE_CHECKING:  # loaded with the first page: a lecture shows its first figure before it
    import jinja2
    from markupsafe import Markup


def render(folder: Path, template: str, **values: Any) -> str:
    """The text of a page. folder: where the template, and those it builds on, stand."""
    return _environment(folder).get_template(template).render(language=language.name(), **values)


@functools.cache
def _environment(folder: Path) -> "jinja2.Environment":
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.filters["prose"] = _prose
    sayings: Any = environment
    sayings.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)
    return environment


def _prose(text: str) -> "Markup":
    """A text in which `code` is set as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))
