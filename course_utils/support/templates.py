"""Pages of HTML from jinja2 templates. What is put into them is text, and escaped, unless a template says `| safe`."""

from pathlib import Path
from typing import Any

import jinja2


def render(folder: Path, template: str, **values: Any) -> str:
    """The text of a page. folder: where the template, and those it builds on, stand."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(**values)
