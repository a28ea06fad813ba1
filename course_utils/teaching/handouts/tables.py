"""Tables from spreadsheets: read whatever Excel and its relatives write, and write what they can open safely.

One row is one line. A row that cannot be read becomes a Complaint, which names its line; the others do not suffer.
"""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.support.language import gettext as _
from course_utils.support.language import ngettext
from course_utils.support.validation import shown
from course_utils.teaching.handouts.encodings import decoded

LONGEST = 200  # characters in a cell: names are shorter, and a sheet must stay one page
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Complaint:
    """What is wrong with one line of a file. file: its name.  line: counted from 1.  text: what to put right."""

    file: str
    line: int
    text: str

    def __str__(self):
        return _("{file}, line {line}: {what}").format(file=self.file, line=self.line, what=self.text)


@dataclass
class Table:
    """What a file holds.

    columns: the header, in small letters.  rows: [(line, {column: text})].  complaints: the lines left out.
    decimal_comma: whether the file writes 0,5 for one half, as spreadsheets do where ; separates the columns.
    """

    file: str
    columns: list[str]
    decimal_comma: bool
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)

    def complain(self, line, text):
        self.complaints.append(Complaint(self.file, line, text))


def read(path, needed):
    """Read a table with a header. needed: names of the columns it must have; others may be there too.

    Understands , ; and tab between columns, and the encodings of `encodings.decoded`; one line is printed where that
    had to be guessed. Blank lines are passed over.

    Raises ValueError where there is no header with these columns or the encoding is not clear, and OSError where
    there is no file to read.
    """
    path = Path(path)
    text, told = decoded(path.read_bytes(), path.name)
    if told:
        print(told)
    lines = list(enumerate(re.split(r"\r\n|\r|\n", text), 1))
    lines = [(number, line) for number, line in lines if line.strip(" \t,;\0")]
    if lines and re.fullmatch(
        r'"?sep=.?"?', lines[0][1].strip()
    ):  # Excel's own note on what separates the columns
        del lines[0]
    names = ", ".join(needed)
    if not lines:
        told = _("{file} must begin with a line that names the columns {names}, and it is empty")
        raise ValueError(told.format(file=path.name, names=names))
    (_line, first), *rest = lines
    headers = {separator: _header(first, separator) for separator in ",;\t"}
    separator = max(headers, key=lambda each: len(set(needed) & set(headers[each])))
    columns = headers[separator]
    missing = [name for name in needed if name not in columns]
    if missing:
        told = _(
            "{file} must begin with a line that names the columns {names}; {missing} is not in its first line, {first}"
        )
        raise ValueError(
            told.format(file=path.name, names=names, missing=", ".join(missing), first=shown(first))
        )
    twice = [name for name in needed if columns.count(name) > 1]
    if twice:
        told = _("{file} names the column {column} twice: leave one of them out")
        raise ValueError(told.format(file=path.name, column=twice[0]))
    table = Table(path.name, columns, decimal_comma=separator == ";")
    for number, line in rest:
        try:
            table.rows.append((number, _row(line, separator, columns)))
        except (ValueError, csv.Error) as error:
            table.complain(number, _("{what}; this row is left out").format(what=error))
    return table


def write(path, columns, rows):
    """Write a table that spreadsheets open as it is meant: UTF-8 with its mark, and no cell that is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    Path(path).write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def _cells(line, separator):
    return next(csv.reader([line], delimiter=separator, strict=True))


def _header(line, separator):
    try:
        return [_clean(cell).lower() for cell in _cells(line, separator)]
    except csv.Error:
        return []


def _row(line, separator, columns):
    try:
        cells = [_clean(cell) for cell in _cells(line, separator)]
    except csv.Error:
        raise ValueError(_("a quotation mark is not closed, or stands inside a word")) from None
    if any(cells[len(columns) :]):
        told = ngettext(
            "has {n} cells, and the table has {columns} column",
            "has {n} cells, and the table has {columns} columns",
            len(columns),
        )
        raise ValueError(told.format(n=len(cells), columns=len(columns)))
    row = dict(zip(columns, cells + [""] * len(columns), strict=False))
    for name, cell in row.items():
        if len(cell) > LONGEST:
            told = _("{name} is {n} characters long, and {most} are allowed")
            raise ValueError(told.format(name=name or _("a cell"), n=len(cell), most=LONGEST))
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
