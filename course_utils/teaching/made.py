"""How often each mistake is made, counted in the corpus of attempts, which comes with the whole repository only.

For every attempt a person has judged whether the cause that the check names is the true one (benchmarks/diagnosis/judged.toml);
only true ones are counted.
"""

import itertools
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from course_utils import landscapes, optimizers
from course_utils.practice.problems import StepProblem

CORPUS = Path(__file__).resolve().parents[2] / "benchmarks" / "diagnosis"


@dataclass(frozen=True)
class Made:
    """What wrong attempts do.

    counts: {id of a mistake: how many}.  wrong: how many attempts there are.  named: how many of these make one of the
    mistakes in counts.
    """

    counts: Counter[str]
    wrong: int
    named: int


def made(asked: str | StepProblem, corpus: Path = CORPUS) -> Made | None:
    """What the wrong attempts at a task, or the wrong tables for a problem, do.

    asked: the name of a task, such as "04 step", or a StepProblem.

    None where the corpus has no such attempts, or is not there.
    """
    wrong = [entry["id"] for entry in entries(corpus) if entry["kind"] != "right" and _asks(entry, asked)]
    if not wrong:
        return None
    judged = tomllib.loads((corpus / "judged.toml").read_text(encoding="utf-8"))
    causes = [_causes(judged.get(id, {})) for id in wrong]
    return Made(Counter(itertools.chain(*causes)), len(wrong), sum(map(bool, causes)))


def _causes(said: dict[str, str]) -> set[str]:
    """The mistakes that are the cause, by their ids."""
    true = [key for key, judgement in said.items() if judgement == "cause" and key.startswith("cause ")]
    return {id for key in true for id in key.removeprefix("cause ").split(" | ")}


@cache
def entries(corpus: Path) -> list[dict[str, Any]]:
    """All attempts of a corpus, at code and at tables, as they stand in its files."""
    files = sorted((corpus / "attempts").glob("*.toml"))
    return [entry for file in files for entry in tomllib.loads(file.read_text(encoding="utf-8"))["attempt"]]


def _asks(entry: dict[str, Any], asked: str | StepProblem) -> bool:
    if isinstance(asked, str):
        return entry.get("task") == asked
    return "problem" in entry and _spelled(problem_of(**entry["problem"])) == _spelled(asked)


def _spelled(problem: StepProblem) -> str:
    return f"{problem!r}, f = {problem.landscape.plain}"


def problem_of(landscape: str, optimizer: str, start: list[str], steps: int, **settings: str) -> StepProblem:
    """The problem of a table, from the words in the corpus."""
    name, *numbers = re.findall(r"[\w.]+", landscape)  # SADDLE, or quadratic(1, 7)
    ground = getattr(landscapes, name)
    method = getattr(optimizers, optimizer)(**{key: Fraction(x) for key, x in settings.items()})
    return StepProblem(
        ground(*map(int, numbers)) if numbers else ground, method, tuple(map(Fraction, start)), steps
    )
