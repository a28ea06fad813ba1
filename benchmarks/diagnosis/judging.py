"""Whether what was said of an attempt is true: a person's judgement, kept in judged.toml.

["04-step-1"]
"cause moved_before" = "cause"          # true, and the cause of what is wrong, or one of two
"words 1a2b3c4d" = "true"               # true, but no cause
"edit sign, line 3" = "false"           # not true of this attempt

A key names what was said, not how, except for words without an id: so most judgements outlive a new wording, and
whatever was never judged is counted apart.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from benchmarks.diagnosis.corpus import HERE, Attempt, Table
from benchmarks.diagnosis.trying import Told

CAUSE, TRUE, FALSE = "cause", "true", "false"
FILE = HERE / "judged.toml"

Judged = dict[str, dict[str, str]]


def judged(file: Path = FILE) -> Judged:
    """{id: {what was said: judgement}}. Raises ValueError for a judgement of another name."""
    found: Judged = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    for id, said in found.items():
        for key, judgement in said.items():
            if judgement not in (CAUSE, TRUE, FALSE):
                raise ValueError(f"{id}: {key!r} must be cause, true or false, not {judgement!r}")
    return found


def judgements(told: Told, known: Judged) -> list[str]:
    """The judgement of each thing that was said; "unjudged" where nobody has given one."""
    return [known.get(told.id, {}).get(key, "unjudged") for key in told.said]


def side_by_side(asked: Iterable[Attempt | Table], told: dict[str, Told], known: Judged) -> str:
    """What has not been judged yet: the code or the rows, what is wrong, and what was said."""
    pages = []
    for each in asked:
        new = {key: text for key, text in told[each.id].said.items() if key not in known.get(each.id, {})}
        if new:
            shown = each.source if isinstance(each, Attempt) else f"{each.problem!r}\n{_written(each)}"
            said = "\n".join(f'"{key}" = ""  # {text}' for key, text in new.items())
            pages.append(f'# {each.kind}: {each.slip}\n{shown}\n["{each.id}"]\n{said}\n')
    return "\n".join(pages)


def _written(table: Table) -> str:
    return "  ".join(f"({', '.join(map(str, row))})" for row in table.rows)
