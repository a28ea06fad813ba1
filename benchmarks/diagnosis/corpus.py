"""The attempts and the tables of the corpus, as they stand in its files."""

import hashlib
import tomllib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from course_utils import landscapes, optimizers
from course_utils.practice.problems import StepProblem

HERE = Path(__file__).parent
RIGHT, WRONG, TWO = "right", "wrong", "two slips"


@dataclass(frozen=True)
class Attempt:
    """Code for a task: see the docstring of the package."""

    id: str
    task: str
    kind: str
    slip: str
    line: str
    source: str

    @property
    def wrong_lines(self) -> set[int]:
        """The numbers of the lines that are wrong, counted from 1 as a cell counts; together, or apart."""
        code, wrong = self.source.splitlines(), self.line.strip("\n").splitlines()
        starts = [k for k in range(len(code)) if wrong and code[k : k + len(wrong)] == wrong]
        together = {k + n + 1 for k in starts for n in range(len(wrong))}
        return together or {k for k, line in enumerate(code, 1) if line.strip() and line in wrong}


@dataclass(frozen=True)
class Table:
    """A table for a step problem, and where its first wrong entry stands.

    coordinate: the letter of the only wrong one in that step; "" where both are wrong.
    """

    id: str
    problem: StepProblem
    rows: list[list[Fraction | None]]
    kind: str
    slip: str
    first_wrong_step: int | None
    coordinate: str


def is_kept(id: str) -> bool:
    """Whether an attempt belongs to the third that is kept aside while messages and mechanisms are written."""
    return int(hashlib.sha256(id.encode()).hexdigest(), 16) % 3 == 0


def attempts(folder: Path = HERE) -> list[Attempt]:
    return [Attempt(**entry) for entry in _entries(folder, "attempt")]


def tables(folder: Path = HERE) -> list[Table]:
    return [_table(**entry) for entry in _entries(folder, "table")]


def _entries(folder: Path, kind: str) -> list[dict[str, Any]]:
    files = sorted((folder / "attempts").glob("*.toml"))
    return [
        entry for file in files for entry in tomllib.loads(file.read_text(encoding="utf-8")).get(kind, ())
    ]


def _table(problem: dict[str, Any], rows: list[list[Any]], **rest: Any) -> Table:
    return Table(problem=_problem(**problem), rows=[[_number(x) for x in row] for row in rows], **rest)


def _problem(
    landscape: str, optimizer: str, arguments: dict[str, Any], start: list[Any], steps: int
) -> StepProblem:
    ground = eval(landscape, vars(landscapes))  # "SADDLE", or "quadratic(1, 7)"
    method = getattr(optimizers, optimizer)(**{name: _number(x) for name, x in arguments.items()})
    return StepProblem(ground, method, tuple(map(_number, start)), steps)


def _number(typed: Any) -> Any:
    """A number as the file has it: 3, 0.5, "7/2", or "" for a blank."""
    return None if typed == "" else Fraction(str(typed))
