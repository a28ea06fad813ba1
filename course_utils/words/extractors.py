"""Extract messages from words/*.toml and from notebooks, in the form that Babel asks for: (line, function, message, comments).

pyproject.toml names these functions to pybabel.
"""

import json
import tomllib
from collections.abc import Iterator
from typing import Any, BinaryIO

from course_utils.words import said

Found = tuple[int, None, str, list[str]]


def from_toml(file: BinaryIO, _keywords: Any, _tags: Any, options: Any) -> Iterator[Found]:
    """The messages of a file of words."""
    found: list[str] = []

    def note(message: str) -> str:
        found.append(message)
        return message

    said(tomllib.load(file), note)
    yield from ((1, None, message, []) for message in found if message)


def from_notebook(file: BinaryIO, _keywords: Any, _tags: Any, options: Any) -> Iterator[Found]:
    """The Markdown cells of a notebook."""
    for cell in json.load(file)["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and text:
            yield 1, None, text, []
