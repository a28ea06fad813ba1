"""What is said about the wrong tables that can be foreseen, for pages without a kernel."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from course_utils.practice.pairs import alone
from course_utils.practice.problems import StepProblem

DIGITS = 12  # of a number that is sent along
NO_MISTAKE = Fraction(987654321)  # a number that no mistake leads to


def named_tables(problem: StepProblem) -> dict[tuple[tuple[float, ...], ...], str]:
    """{the rows of a wrong table: what `problem.diagnose` says of it}, each table once.

    The tables are those of one mistake, made from the start or from a later step on; of as many rows as were filled
    in before it was checked. A table in which no mistake is found is left out.
    """
    said = {}
    for k in range(1, problem.steps + 1):
        for table in _with_one_mistake(problem):
            rows = tuple(tuple(float(f"{x:.{DIGITS}g}") for x in row) for row in table[:k])
            if rows not in said and np.isfinite(rows).all():
                diagnosis = problem.diagnose(_filled(problem, rows))
                if diagnosis.mistakes:
                    said[rows] = diagnosis.message
    return said


def _with_one_mistake(problem: StepProblem) -> Iterator[list[Any]]:
    right = [[float(x) for x in point] for point in problem.answer]
    for step in range(1, problem.steps + 1):
        for table in alone(problem.rest(step))[1]:
            yield [*right[: step - 1], *table.tolist()]


def unnamed(problem: StepProblem, step: int, axes: tuple[int, ...]) -> str:
    """What is said when these coordinates (0, 1, or both) of a step are wrong, and no mistake gives what was typed."""
    row = [NO_MISTAKE if axis in axes else x for axis, x in enumerate(problem.answer[step - 1])]
    return problem.diagnose(_filled(problem, [*problem.answer[: step - 1], row])).message


def blank_in(problem: StepProblem, step: int) -> str:
    """What is said when all is right except for a blank in this step."""
    row = (problem.answer[step - 1][0], None)
    return problem.diagnose([*problem.answer[: step - 1], row, *problem.answer[step:]]).message


def _filled(problem: StepProblem, rows: Any) -> list[tuple[Fraction | None, ...]]:
    """The attempt that begins with these rows, and is blank after them."""
    begun = [tuple(Fraction(str(x)) for x in row) for row in rows]
    return [*begun, *[(None, None)] * (problem.steps - len(begun))]
