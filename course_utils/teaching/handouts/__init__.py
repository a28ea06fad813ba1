"""On paper, in class: a sheet with its own numbers for every student, and the marking of what comes back.

    python -m course_utils handout --problem three-steps --students roster.csv --seed autumn --output sheets
    python -m course_utils mark attempts.csv --answers sheets/answers.csv --output marked

The same from a notebook:

    students, complaints = read_students("roster.csv")
    sheets = make_sheets("three-steps", students, seed="autumn")
    report = mark("attempts.csv", "sheets/answers.csv")
    report.counts()      # what the class did, the most frequent first
"""

from course_utils.teaching.handouts.command import main
from course_utils.teaching.handouts.marking import Marked, Report, mark
from course_utils.teaching.handouts.sheets import (
    PROBLEMS,
    Sheet,
    Student,
    make_sheets,
    page,
    read_answers,
    read_students,
    write_answers,
)
from course_utils.teaching.handouts.tables import Complaint

__all__ = [
    "PROBLEMS",
    "Complaint",
    "Marked",
    "Report",
    "Sheet",
    "Student",
    "main",
    "make_sheets",
    "mark",
    "page",
    "read_answers",
    "read_students",
    "write_answers",
]
