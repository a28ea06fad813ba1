"""Find the cells that nbgrader grades in a hand-in, whatever has happened to it.

nbgrader knows its cells by an id in their metadata. JupyterLab copies the id along with a cell, and a cell pasted into
another notebook may have none. Here an answer is recognised by the function or class that it defines, or by the name to
which it assigns a value, a test by its call, check(name, ...), and a text by the question in it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from course_utils.support.language import gettext as _

Cell = Any  # nbformat's NotebookNode
NewCell = Callable[[str, str], Cell]  # cell type, source -> a cell

CHECK = re.compile(r"^check\(\s*(\w+)\s*(?:,\s*[\"']([^\"']*))?", re.MULTILINE)
WRITTEN = re.compile(r"^(?:def|class)\s+(\w+)", re.MULTILINE)  # even where Python cannot read the cell
ASSIGNED = re.compile(r"^(\w+)\s*=(?!=)", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """A cell of the assignment that nbgrader knows: an answer, a test, or a text to be graded by hand.

    name: its grade_id.  source: as students got it.
    """

    name: str
    cell_type: str
    source: str
    grade: bool
    solution: bool
    locked: bool
    points: float | None = None
    checksum: str | None = None

    @property
    def called(self) -> tuple[str, str] | None:
        """What a test checks: (function or class, name of the task); None where this is no test."""
        found = CHECK.search(self.source) if self.grade and not self.solution else None
        return (found[1], found[2] or "") if found else None

    def metadata(self) -> dict[str, Any]:
        """What nbgrader keeps in the cell."""
        kept: dict[str, Any] = {
            "schema_version": 3,
            "grade_id": self.name,
            "grade": self.grade,
            "solution": self.solution,
            "locked": self.locked,
            "task": False,
            "cell_type": self.cell_type,
            "checksum": self.checksum,
        }
        return kept | ({"points": self.points} if self.grade else {})


@dataclass
class Repaired:
    """What was done to a hand-in. said: a sentence each.  missing: {the part that is not there: the test it belongs to}."""

    said: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)


def repair(cells: list[Cell], parts: Sequence[Part], new_cell: NewCell) -> Repaired:
    """Find the parts of an assignment in a hand-in, and mark them for nbgrader; put in what is not there.

    cells: changed in place.  parts: in the order of the assignment.

    A part that is there several times counts once: the one that was worked on and stands last before its test.
    All else stays in the notebook, and runs, but is not graded. Each test comes to stand behind its answer.
    """
    search = _Search(cells, parts, new_cell)
    search.find()
    search.mark()
    search.order()
    return search.done


def _grade_id(cell: Cell) -> str | None:
    kept: str | None = (cell.metadata.get("nbgrader") or {}).get("grade_id")
    return kept


def _plain(text: str) -> str:
    return " ".join(text.split())


class _Search:
    """The parts of one assignment in one hand-in."""

    def __init__(self, cells: list[Cell], parts: Sequence[Part], new_cell: NewCell):
        self.cells, self.parts, self.new_cell = cells, parts, new_cell
        self.tests = {part.called[0]: part for part in parts if part.called}
        self.written = {part.name: self._to_write(part) for part in parts}
        self.values = {
            name
            for part in parts
            if (name := self.written[part.name]) and name not in WRITTEN.findall(part.source)
        }
        self.chosen: dict[str, Cell] = {}
        self.done = Repaired()

    def _to_write(self, part: Part) -> str | None:
        """What is to be written in an answer: the function or class that a test calls, or the name that it looks at."""
        if not part.solution or part.cell_type != "code":
            return None
        names = WRITTEN.findall(part.source) or [n for n in ASSIGNED.findall(part.source) if n in self.tests]
        return next((name for name in names if name in self.tests), names[0] if names else None)

    def _gives(self, source: str) -> set[str]:
        """The functions and classes that a cell defines, and the answers to which it gives a value."""
        return {*WRITTEN.findall(source), *(self.values & {*ASSIGNED.findall(source)})}

    def place(self, part: Part) -> int:
        """Where the chosen cell of a part stands; behind all cells where there is none."""
        cell = self.chosen.get(part.name)
        return next((n for n, each in enumerate(self.cells) if each is cell), len(self.cells))

    # --- finding ---

    def find(self) -> None:
        for part in sorted(
            self.parts, key=lambda part: part.called is None
        ):  # answers look where their test is
            found = [n for n, cell in enumerate(self.cells) if self._can_be(part, cell)]
            if found:
                self._choose(part, found)

    def _can_be(self, part: Part, cell: Cell) -> bool:
        """Whether a cell says that it is this part, or looks like it."""
        own, names = _grade_id(cell) == part.name, self._gives(cell.source)
        answers_another = bool(names & set(filter(None, self.written.values())))
        if part.called:
            call = CHECK.search(cell.source)
            same = call is not None and (call[1], call[2] or "") == part.called
            return not answers_another and cell.cell_type == "code" and (own or same)
        name = self.written[part.name]
        if name:
            return (own and not answers_another) or (name in names and (own or cell.cell_type == "code"))
        if part.cell_type == "markdown":
            return own or _plain(cell.source).startswith(
                _plain(part.source.rpartition("\n\n")[0] or part.source)
            )
        return own

    def _choose(self, part: Part, found: list[int]) -> None:
        name = self.written[part.name]
        before = self.place(self.tests[name]) if name in self.tests else len(self.cells)

        def worth(n: int) -> tuple[bool, ...]:
            """Worked on counts most, then what is defined, then the mark; then the last one before the test."""
            cell = self.cells[n]
            worked_on = part.called is None and _plain(cell.source) != _plain(part.source)
            defines = name in WRITTEN.findall(cell.source) + ASSIGNED.findall(cell.source)
            return worked_on, defines, _grade_id(cell) == part.name, n < before

        best = max(found, key=lambda n: (worth(n), n))
        self.chosen[part.name] = self.cells[best]
        marked = sum(_grade_id(self.cells[n]) == part.name for n in found)
        if marked > 1:
            told = _("{name} is there {n} times: the one in cell {cell} counts.")
            self.done.said.append(told.format(name=part.name, n=marked, cell=best + 1))
        elif _grade_id(self.cells[best]) != part.name:
            told = _("{name} has no mark of its own: what stands in cell {cell} counts.")
            self.done.said.append(told.format(name=part.name, cell=best + 1))

    # --- marking ---

    def mark(self) -> None:
        for cell in self.cells:
            for key in ("nbgrader", "deletable", "editable"):
                cell.metadata.pop(key, None)
        for part in self.parts:
            if part.name not in self.chosen:
                self._put_in(part)
            self.chosen[part.name].metadata["nbgrader"] = part.metadata()

    def _put_in(self, part: Part) -> None:
        """Put a missing part behind those before it, as students got it."""
        earlier = [self.place(each) for each in self.parts[: self.parts.index(part)]]
        source, told = part.source, _("{name} was missing, and was put back.").format(name=part.name)
        if not part.called:
            told = _("{name} is missing: there is nothing to grade.").format(name=part.name)
            name = self.written[part.name]
            self.done.missing[part.name] = self.tests[name].name if name in self.tests else part.name
            source = f"{source}\n\n**{told}**" if part.cell_type == "markdown" else source
        self.done.said.append(told)
        self.chosen[part.name] = self.new_cell(part.cell_type, source)
        self.cells.insert(max(earlier, default=-1) + 1, self.chosen[part.name])

    # --- order ---

    def order(self) -> None:
        for part in self.parts:
            name = self.written[part.name]
            if name in self.tests:
                self._follow(part, self.tests[name])

    def _follow(self, answer: Part, test: Part) -> None:
        """Move a test behind its answer where it stands before it, or where something in between defines the same."""
        start, end = self.place(answer), self.place(test)
        between = (cell for cell in self.cells[start + 1 : end] if cell.cell_type == "code")
        if end < start or any(self.written[answer.name] in self._gives(cell.source) for cell in between):
            moved = self.cells.pop(end)
            self.cells.insert(self.place(answer) + 1, moved)
