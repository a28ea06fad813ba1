"""How many wrong answers are told apart, and whether what is said about them is true.

    python -m benchmarks.diagnosis [--json] [--unjudged open|kept] [BEGINNING ...]

Every attempt of the corpus is checked as in a student's notebook, and every table is marked. Given the beginnings of
ids ("04", "bugs-stuck"), only these. Of the two parts of the corpus, two thirds may be looked at by whoever
improves the checks; one third is kept aside, and its figures are the ones that count.

named       wrong ones of which a true cause is named, as a person has judged (judged.toml)
located     wrong ones whose wrong line is shown; of a table, whose wrong step and coordinate are told
found       named or located
false       attempts of which something is said that is not true
unjudged    attempts of which something is said that nobody has judged
refused     right ones that are not accepted
accepted    wrong ones that are
raw         a traceback, an address or a path is shown
no check    the cell itself ends with an error, and Python shows it; or what was typed cannot be read
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence

from benchmarks.diagnosis import corpus, trying
from benchmarks.diagnosis.corpus import RIGHT, Attempt, Table, is_kept
from benchmarks.diagnosis.judging import CAUSE, FALSE, Judged, judged, judgements, side_by_side
from benchmarks.diagnosis.trying import Told

COUNTS = (
    "wrong",
    "named",
    "located",
    "found",
    "false",
    "unjudged",
    "right",
    "refused",
    "accepted",
    "raw",
    "no check",
)
LISTED = ("false", "unjudged", "refused", "accepted", "raw", "no check")


def located(asked: Attempt | Table, told: Told) -> bool:
    """Whether the place is shown where it is wrong."""
    if isinstance(asked, Attempt):
        return bool(asked.wrong_lines & set(told.lines))
    one = len(asked.coordinates) == 1
    return asked.first_wrong_step in told.lines and (not one or asked.coordinates == [told.coordinate])


def classes(asked: Attempt | Table, told: Told, known: Judged) -> set[str]:
    """What an attempt counts as: some of COUNTS."""
    verdicts = judgements(told, known)
    found = {"raw"} if told.is_raw else set()
    found |= {"false"} if FALSE in verdicts else set()
    found |= {"unjudged"} if "unjudged" in verdicts else set()
    if asked.kind == RIGHT:
        return found | {"right"} | ({"refused"} if told.state != RIGHT else set())
    found.add("wrong")
    if told.state in (RIGHT, "no check"):
        return found | {"accepted" if told.state == RIGHT else told.state}
    found |= {"named"} if CAUSE in verdicts else set()
    found |= {"located"} if located(asked, told) else set()
    return found | ({"found"} if found & {"named", "located"} else set())


def figures(asked: Sequence[Attempt | Table], told: dict[str, Told], known: Judged) -> dict[str, object]:
    """The counts of one part, the ids behind the bad ones, and the times."""
    sorted_out = {each.id: classes(each, told[each.id], known) for each in asked}
    counts = {name: sum(name in found for found in sorted_out.values()) for name in COUNTS}
    ids = {name: [id for id, found in sorted_out.items() if name in found] for name in LISTED}
    ids["not found"] = [id for id, each in sorted_out.items() if "wrong" in each and "found" not in each]
    seconds = sorted(told[each.id].seconds for each in asked)
    times = {"median": statistics.median(seconds), "p95": seconds[int(0.95 * (len(seconds) - 1))]}
    return {"counts": counts, "seconds": times, "ids": ids}


def try_all(asked: Sequence[Attempt | Table]) -> dict[str, Told]:
    """What is said about each, one after the other, so that the times are those of a student who is alone."""
    told = {}
    for n, each in enumerate(asked, 1):
        if sys.stderr.isatty():
            print(f"\r{n} of {len(asked)}", end="", file=sys.stderr)
        try_one = trying.check_attempt if isinstance(each, Attempt) else trying.diagnose_table
        told[each.id] = try_one(each)  # type: ignore[arg-type]
    return told


def report(found: dict[str, dict[str, dict[str, object]]]) -> str:
    """The figures as a table: a column for each part."""
    columns = [(f"{kind}, {part}", each) for kind, parts in found.items() for part, each in parts.items()]
    lines = [f"{'':10}" + "".join(f"{title:>20}" for title, _ in columns)]
    for name in COUNTS:
        lines.append(f"{name:10}" + "".join(f"{_share(each, name):>20}" for _, each in columns))
    for name in ("median", "p95"):
        lines.append(f"{name:10}" + "".join(f"{each['seconds'][name]:18.2f} s" for _, each in columns))
    for title, each in columns:
        lines += [f"{title}: {name}: {', '.join(ids)}" for name, ids in each["ids"].items() if ids]
    return "\n".join(lines)


def _share(each, name):
    counts = each["counts"]
    if name not in ("named", "located", "found") or not counts["wrong"]:
        return str(counts[name])
    return f"{counts[name]} ({counts[name] / counts['wrong']:.0%})"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.diagnosis", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--unjudged", choices=("open", "kept"), help="print what is still to be judged in a part"
    )
    parser.add_argument("beginnings", nargs="*", help="of ids: only these")
    given = parser.parse_args(arguments)
    begins = tuple(given.beginnings) or ("",)
    kinds = {"code": corpus.attempts(), "tables": corpus.tables()}
    asked = {kind: [each for each in all if each.id.startswith(begins)] for kind, all in kinds.items()}
    os.environ["COURSE_PROGRESS"] = ""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        told = {kind: try_all(all) for kind, all in asked.items()}
    known = judged()
    if given.unjudged:
        for kind, all in asked.items():
            chosen = [each for each in all if is_kept(each.id) == (given.unjudged == "kept")]
            print(side_by_side(chosen, told[kind], known))
        return 0
    found = {
        kind: {
            part: figures(chosen, told[kind], known)
            for part, kept in (("open", False), ("kept", True))
            if (chosen := [each for each in all if is_kept(each.id) == kept])
        }
        for kind, all in asked.items()
    }
    print(json.dumps(found, indent=1) if given.json else report(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
