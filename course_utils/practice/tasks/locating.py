"""Where wrong code goes wrong, found by running it again in a process of its own.

locate(function, reference, cases) -> Through, Place, or None
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from course_utils.practice import sandbox
from course_utils.practice.tasks import edits, replacement, rewrites
from course_utils.practice.tasks.replacement import Place
from course_utils.practice.tasks.rewrites import Through

Case: TypeAlias = tuple[tuple[Any, ...], Any]  # the arguments, and what is expected

SECONDS = 1.2  # for everything, in the process of the student's code
FEWEST = 4  # cases: fewer are too easily right by chance


def locate(
    function: Any,
    reference: Callable[..., Any],
    cases: Sequence[Case],
    rtol: float = 1e-9,
    atol: float = 0.0,
) -> Through | Place | None:
    """A slip that runs through a function, or the earliest value that is wrong; None where neither is found.

    cases: (arguments, expected), the one that is shown first.
    """
    own = list(edits.functions_of(function))
    if not own or len(cases) < FEWEST or sys.platform == "emscripten":  # which has no other process
        return None
    sources = [edits.source_of(one)[1] for one in own]
    if not sources[0]:
        return None
    right = replacement.noted_values(reference, [arguments for arguments, expected in cases])
    asked = (function, own, sources)
    rest = (list(cases), rtol, atol)
    calls: list[sandbox.Call] = [
        (rewrites.search, (*asked, *rest)),
        (replacement.search, (*asked, right, *rest)),
    ]
    try:
        outcomes = sandbox.run(calls, seconds=SECONDS)
    except sandbox.CannotRun:
        return None
    through, place = (one.value if one.kind == "returned" else None for one in outcomes)
    return rewrites.told(through) or replacement.told(place)
