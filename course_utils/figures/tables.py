"""Tables of numbers: as HTML, and as plain text for terminals and for nbval."""

import numbers
from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import Any

from course_utils.figures.sentences import number
from course_utils.support.templates import render
from course_utils.support.validation import shown

TEMPLATES = FilePath(__file__).parent / "templates"


def table(rows: Sequence[Sequence[Any]], head: Sequence[str], caption: str = "") -> None:
    """Put a table on the page.

        table([("SGD", 30, 0.3605), ("Momentum", 30, 0.9007)], ["method", "steps", "distance"], "After thirty steps.")

    rows: one sequence per row, as long as `head`. Numbers stand right, written with four digits as everywhere else;
    format one yourself, as a string, where it takes other digits: it stands right all the same, and so does a word
    such as "diverges" between them. None is an empty cell.
    head: a title for each column.  caption: a sentence that says what the table shows.

    Raises ValueError where a row has another length than the head.
    """
    from IPython.display import display

    display(bundle(rows, head, caption), raw=True)


def bundle(rows: Sequence[Sequence[Any]], head: Sequence[str], caption: str = "") -> dict[str, str]:
    """The table as a MIME bundle: text/html and text/plain."""
    for row in rows:
        if len(row) != len(head):
            raise ValueError(f"every row must have {len(head)} cells, one for each title, not {shown(row)}")
    cells = [[_text(cell) for cell in row] for row in rows]
    right = [_of_numbers(column) for column in zip(*cells, strict=True)] or [False] * len(head)
    html = render(
        TEMPLATES, "table.html", rows=cells, head=list(map(str, head)), right=right, caption=caption
    )
    return {"text/html": html, "text/plain": _plain(cells, list(map(str, head)), right, caption)}


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, numbers.Integral) and not isinstance(cell, bool):
        return f"{int(cell)}".replace("-", "−")
    if isinstance(cell, numbers.Real) and not isinstance(cell, (bool, numbers.Rational)):
        return number(cell)
    return str(cell)


def _of_numbers(column: tuple[str, ...]) -> bool:
    """Whether a column stands right: most of its cells are numbers, and the others a word such as "diverges"."""
    filled = [cell for cell in column if cell]
    words = [cell for cell in filled if not _reads_as_number(cell)]
    return 2 * len(words) < len(filled) and not any(" " in word for word in words)


def _reads_as_number(text: str) -> bool:
    """Whether a cell is a number as people write them: −31/2, 1.5e-7, 12 %, 3 ×, (−1, 2)."""
    return text.strip()[:1] in set("0123456789−-+.(–<>≈") and not any(word.isalpha() for word in text.split())


def _plain(cells: list[list[str]], head: list[str], right: list[bool], caption: str) -> str:
    lines = [head, *cells]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = [
        "  ".join(
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    ]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join([*([caption] if caption else []), rows[0], rule, *rows[1:]])
