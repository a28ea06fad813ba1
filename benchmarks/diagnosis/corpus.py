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
    """A table for a step problem, as it was typed, and where its first wrong entry stands.

    first_wrong_step: from 1; 0 for a right table.  coordinates: the letters of those that are wrong in this step.
    """

    id: str
    problem: StepProblem
    rows: list[list[str | float]]
    kind: str
    slip: str
    first_wrong_step: int
    coordinates: list[str]


def is_kept(id: str) -> bool:
    """Whether an attempt belongs to the third that is kept aside while messages and mechanisms are written."""
    return int(hashlib.sha256(id.encode()).hexdigest(), 16) % 3 == 0


def attempts(folder: Path = HERE) -> list[Attempt]:
    return [Attempt(**entry) for entry in _entries(folder) if "source" in entry]


def tables(folder: Path = HERE) -> list[Table]:
    found = [entry for entry in _entries(folder) if "rows" in entry]
    return [Table(problem=_problem(**entry.pop("problem")), **entry) for entry in found]


def _entries(folder: Path) -> list[dict[str, Any]]:
    files = sorted((folder / "attempts").glob("*.toml"))
    return [entry for file in files for entry in tomllib.loads(file.read_text(encoding="utf-8"))["attempt"]]


def _problem(landscape: str, optimizer: str, start: list[str], steps: int, **settings: str) -> StepProblem:
    ground = eval(landscape, vars(landscapes))  # "SADDLE", or "quadratic(1, 7)"
    method = getattr(optimizers, optimizer)(**{name: Fraction(x) for name, x in settings.items()})
    return StepProblem(ground, method, tuple(map(Fraction, start)), steps)
