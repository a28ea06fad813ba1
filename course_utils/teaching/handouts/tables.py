"""Tables from spreadsheets: read whatever Excel and its relatives write, and write what they can open safely.

A row is a line, or several where a cell in quotation marks holds line breaks. A row that cannot be read becomes a
Complaint, which names its first line; the others do not suffer.
"""

import csv
import io
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.validation import shown
from course_utils.teaching.handouts import headings
from course_utils.teaching.handouts.encodings import decoded

LONGEST = 200  # characters in a cell that is read: names are shorter, and a sheet must stay one page
MOST_LINES = (
    200  # of one row: a comment may be long, but a quotation mark that is never closed must not take all
)
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Complaint:
    """What is wrong with one line of a file. file: its name.  line: counted from 1.  text: what to put right."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return _("{file}, line {line}: {what}").format(file=self.file, line=self.line, what=self.text)


@dataclass
class Table:
    """What a file holds.

    columns: the header, in small letters; a column that was needed, and has another heading, by the name that is needed.
    rows: [(line, {column: text})].  left_out: [(line, the text in the first needed column)] of rows that could not be
    read.  complaints: what is to be said about lines.
    decimal_comma: whether the file writes 0,5 for one half, as spreadsheets do where ; separates the columns.
    """

    file: str
    columns: list[str]
    decimal_comma: bool
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)

    def complain(self, line: int, text: str) -> None:
        self.complaints.append(Complaint(self.file, line, text))


def read(
    path: Path | str,
    needed: Sequence[str],
    asked: Mapping[str, str] | None = None,
    optional: Sequence[str] = (),
) -> Table:
    """Read a table with a header.

    needed: names of the columns it must have; others may be there too.  optional: names of those it may have.
    asked: {name: heading} of columns that are called otherwise; what is clear without that is found (`headings.find`).

    Understands , ; and tab between columns, and the encodings of `encodings.decoded`; one line is printed where that,
    or a column, had to be guessed. Blank lines are passed over.

    Raises ValueError where there is no header with these columns or the encoding is not clear, and OSError where
    there is no file to read.
    """
    path, asked = Path(path), asked or {}
    text, told = decoded(path.read_bytes(), path.name, headings.TELLING)
    if told:
        print(told)
    lines = re.split(r"\r\n|\r|\n", text)
    first = next((k for k, line in enumerate(lines) if not _blank(line)), 0)
    if re.fullmatch(r'"?sep=.?"?', lines[first].strip()):  # Excel's own note on what separates the columns
        lines[first] = ""
    names = ", ".join(needed)
    if all(map(_blank, lines)):
        told = _("{file} must begin with a line that names the columns {names}, and it is empty")
        raise ValueError(told.format(file=path.name, names=names))
    separator, columns, where = _header(path.name, lines, needed, asked, optional)
    missing = [name for name in needed if name not in where]
    if missing:
        _refuse(path.name, lines, columns, names, missing)
    guessed = [name for name in where if name not in asked and columns[where[name][0][0]] != name]
    if guessed:
        told = _("{file}: {columns}.")
        pair = _("“{heading}” was read as {name}")
        pairs = [
            pair.format(heading=" + ".join(columns[k] for k in where[name][0]), name=name) for name in guessed
        ]
        print(told.format(file=path.name, columns=", ".join(pairs)))
    return _table(path.name, lines, separator, columns, where, needed)


def _header(file, lines, needed, asked, optional):
    """-> (what separates the columns, their headings, which of them are meant): the separator that finds most of them"""
    best = None
    failed = None
    for separator in ",;\t":
        _line, cells = next(_records(lines, separator))
        columns = [_clean(cell).lower() for cell in cells or ()]
        try:
            where = headings.find(columns, needed, asked, optional)
        except ValueError as error:
            failed = failed or error
            continue
        if best is None or len(where) > len(best[2]):
            best = separator, columns, where
    if best is None:
        raise ValueError(_("{file}: {what}").format(file=file, what=failed))
    return best


def _refuse(file, lines, columns, names, missing):
    twice = [name for name in missing if columns.count(name) > 1]
    if twice:
        told = _("{file} names the column {column} twice: leave one of them out")
        raise ValueError(told.format(file=file, column=twice[0]))
    told = _(
        "{file} must begin with a line that names the columns {names}; {missing} is not in its first line, {first}. "
        'If a column has another heading, say so: --column {name}="ITS HEADING"'
    )
    first = next(line for line in lines if not _blank(line))
    raise ValueError(
        told.format(file=file, names=names, missing=", ".join(missing), first=shown(first), name=missing[0])
    )


def _table(file, lines, separator, columns, where, needed):
    named = dict(enumerate(columns))
    named.update({numbers[0]: name for name, (numbers, _joint) in where.items()})
    table = Table(file, list(named.values()), decimal_comma=separator == ";")
    for line, cells in itertools.islice(_records(lines, separator), 1, None):
        try:
            table.rows.append((line, _row(cells, table.columns, where)))
        except ValueError as error:
            table.complain(line, _("{what}; this row is left out").format(what=error))
            cells = cells or lines[line - 1].split(separator)
            first = where[needed[0]][0][0]
            table.left_out.append((line, _clean(cells[first]) if first < len(cells) else ""))
    return table


def write(path: Path | str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table that spreadsheets open as it is meant: UTF-8 with its mark, and no cell that is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    Path(path).write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def _blank(line):
    return not line.strip(" \t,;\0")


def _records(lines, separator):
    """[(number of its first line, its cells)] of all rows that are not blank; None for cells that cannot be told apart."""
    at, width = 0, 0
    cells: list[str] | None
    while at < len(lines):
        some = (f"{line}\n" for line in lines[at : at + MOST_LINES])
        reader = csv.reader(some, delimiter=separator, strict=True)
        try:
            cells, taken = next(reader), reader.line_num
            if taken > 1 and width and len(cells) != width:  # two stray marks, with other rows between them
                cells, taken = None, 1
        except csv.Error:
            cells, taken = None, 1
        if taken > 1 or not _blank(lines[at]):
            width = width or len(cells or ())
            yield at + 1, cells
        at += taken


def _row(cells, columns, where):
    if cells is None:
        raise ValueError(_("a quotation mark is not closed, or stands inside a word"))
    cells = [_clean(cell) for cell in cells]
    if any(cells[len(columns) :]):
        told = ngettext(
            "has {n} cells, and the table has {columns} column",
            "has {n} cells, and the table has {columns} columns",
            len(columns),
        )
        raise ValueError(told.format(n=len(cells), columns=len(columns)))
    cells += [""] * (len(columns) - len(cells))
    row = dict(zip(columns, cells, strict=False))
    for name, (numbers, joint) in where.items():
        row[name] = joint.join(filter(None, (cells[k] for k in numbers)))
    for name in where:
        if len(row[name]) > LONGEST:
            told = _("{name} is {n} characters long, and {most} are allowed")
            raise ValueError(told.format(name=name, n=len(row[name]), most=LONGEST))
    return row


def _clean(cell):
    """A cell without the marks that only machines see: control characters, and the ' that keeps a formula quiet."""
    cell = "".join(" " if unicodedata.category(c) == "Cc" else c for c in unicodedata.normalize("NFC", cell))
    cell = " ".join(cell.replace("\N{ZERO WIDTH NO-BREAK SPACE}", "").split())
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell[1:]) else cell


def _harmless(cell):
    """A text that a spreadsheet would run as a formula gets a ' before it; a number stays one."""
    text = str(cell)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
