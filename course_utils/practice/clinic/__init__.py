"""The training clinic: runs that fail, to be diagnosed by their curves, changed, and trained again.

run = Run(case("crawls").setup)
run.advance(150)
run.measured["test_accuracy"]
"""

from course_utils.practice.clinic.cases import CASES, OFFERED, SEEDS, Case, case
from course_utils.practice.clinic.runs import Run, Setup

__all__ = ["CASES", "OFFERED", "SEEDS", "Case", "Run", "Setup", "case"]
