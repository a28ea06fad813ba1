"""What the course says of an attempt or a table: the check of a notebook is run, and its verdict is taken apart."""

import contextlib
import hashlib
import io
import re
import time
from dataclasses import dataclass, field

from benchmarks.diagnosis.corpus import Attempt, Table
from benchmarks.diagnosis.notebooks import place, typed
from course_utils.practice import check
from course_utils.practice.problems import Diagnosis
from course_utils.practice.tasks import edits
from course_utils.practice.tasks.verdicts import RIGHT, Verdict
from course_utils.practice.typed_numbers import read_number

#: What must not reach a student.
RAW = re.compile(r'Traceback \(most recent|0x[0-9a-fA-F]{6,}|File "|<cell |site-packages')


@dataclass(frozen=True)
class Told:
    """What was said of one attempt.

    state: as in a Verdict; "no check" where the cell itself ends with an error, which Python shows, or where
        something that was typed cannot be read.
    said: {key: sentences}, of all that may be true or not: causes by their ids, edits by kind and line, wrong values by
        their line, and anything else by a short hash of its words.
    lines: the lines of code that were shown, or the step of a table.  coordinate: the letter of the one that is said
        to be wrong in it, "" where none is singled out.  text: the whole, as it is printed.  seconds: how long it took.
    """

    id: str
    state: str
    said: dict[str, str] = field(default_factory=dict)
    lines: tuple[int, ...] = ()
    coordinate: str = ""
    text: str = ""
    seconds: float = 0.0

    @property
    def is_raw(self) -> bool:
        """Whether a traceback, an address or a path is shown."""
        return bool(RAW.search(self.text))


def check_attempt(attempt: Attempt) -> Told:
    """Run the cell and the check of an attempt."""
    here = place(attempt.task)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            thing = typed(here.name, attempt.source, here.scope)
    except Exception as error:
        return Told(attempt.id, "no check", text=f"{type(error).__name__}: {error}")
    began = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        verdict = check(thing, attempt.task)
    seconds = time.perf_counter() - began
    assert verdict is not None
    also = [
        int(n) for found in re.findall(r"in line (\d+)(?: or (\d+))?", verdict.advice) for n in found if n
    ]
    lines = ([verdict.line.number] if verdict.line else []) + also
    return Told(attempt.id, verdict.state, said_of(verdict), tuple(lines), "", str(verdict), seconds)


def said_of(verdict: Verdict) -> dict[str, str]:
    """{key: sentences}: see Told."""
    paragraphs = [*verdict.advice.splitlines()]
    said = {}
    if verdict.mistakes:
        said["cause " + " | ".join(verdict.mistakes[:3])] = paragraphs.pop(0)
    for text in (*verdict.findings, *paragraphs):
        said[_key(text, verdict)] = text
    return {} if verdict.state == RIGHT else said


#: How a sentence begins on a value that would have to be another one: see tasks/replacement.py.
VALUE = re.compile(
    r"In the call above, .+ (goes wrong where it|in this line comes to|is .+ after this line)|Look at .+ with (an)?other value"
)


def _key(text: str, verdict: Verdict) -> str:
    if verdict.line and VALUE.match(text):
        return f"value, line {verdict.line.number}"
    kinds = [kind for kind, sentence in edits.told().items() if text.startswith(sentence)]
    if not verdict.line or not (kinds or "one small change" in text):
        return "words " + hashed(text)
    return f"edit {kinds[0] if kinds else 'of several kinds'}, line {verdict.line.number}"


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def diagnose_table(table: Table) -> Told:
    """Read and mark a table."""
    began = time.perf_counter()
    try:
        found = table.problem.diagnose([[read_number(str(x)) for x in row] for row in table.rows])
    except ValueError as error:
        return Told(table.id, "no check", text=str(error))
    seconds = time.perf_counter() - began
    said = {} if found.correct or found.first_wrong_step is None else _said_of_table(found)
    state = RIGHT if found.correct else "not yet"
    steps = (found.first_wrong_step,) if found.first_wrong_step else ()
    one = re.search(r"only (\w+) is wrong|Look at (\w+) in step", found.message)
    coordinate = next(filter(None, one.groups())) if one else ""
    return Told(table.id, state, said, steps, coordinate, found.message, seconds)


def _said_of_table(found: Diagnosis) -> dict[str, str]:
    """{key: sentences}; what is said about a row beside the slip in it stands by itself."""
    if not found.mistakes:
        return {"words " + hashed(found.message): found.message}
    key = "cause " + " | ".join(found.mistakes[:3])
    slip, end, beside = found.message.partition(f"redo the arithmetic of step {found.first_wrong_step}.")
    beside = beside.strip()
    return {key: slip + end} | ({"words " + hashed(beside): beside} if beside else {})
