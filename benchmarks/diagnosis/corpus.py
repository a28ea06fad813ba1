"""The attempts and the tables of the corpus, as they stand in its files."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from course_utils.practice.problems import StepProblem
from course_utils.teaching.made import entries, problem_of

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
    return [Attempt(**entry) for entry in entries(folder) if "source" in entry]


def tables(folder: Path = HERE) -> list[Table]:
    found = [entry for entry in entries(folder) if "rows" in entry]
    return [Table(**entry | {"problem": problem_of(**entry["problem"])}) for entry in found]
