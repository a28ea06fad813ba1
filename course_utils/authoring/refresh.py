"""Keep the notebooks up to date: record their outputs, make the exercises from the solutions, check both.

    python -m course_utils.authoring refresh [NOTEBOOK ...] [--check]

`refresh` runs lectures and solutions (all, or the ones named) and stores what comes out, always in the same
form: a second refresh changes nothing. On the way, answers in solutions/ are written from the references of their
tasks, and exercises/ are made from solutions/. With --check it writes nothing, says what would change, and
exits with 1 if there is anything.

`problems(path)` reads one notebook, without running it, and says what breaks the rules in rules.py, and whether
answers are in step with their references, and exercises with their solutions.
"""

import copy
import re
import time
from importlib import metadata
from pathlib import Path

from course_utils.authoring import answers, rules
from course_utils.authoring.exercises import exercise_of
from course_utils.authoring.page import PNG, AuthoringError, Page, written
from course_utils.authoring.running import ROOT, refreshed

LOCK = "requirements.lock.txt"


def without_pictures(nb):
    """A copy in which a PNG is only known to be there: its bytes differ from machine to machine."""
    nb = copy.deepcopy(nb)
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            if PNG in output.get("data", {}):
                output.data[PNG] = "PNG"
    return nb


def drift(page, fresh):
    """What a refresh would change, apart from the bytes of pictures: one line per change."""
    old, new = without_pictures(page.nb), without_pictures(fresh.nb)
    for number, (before, after) in enumerate(zip(old.cells, new.cells, strict=True), 1):
        keys = ("source", "outputs", "execution_count", "metadata")
        parts = [key for key in keys if before.get(key) != after.get(key)]
        if parts:
            yield f"{page.place(number)}: other {' and '.join(parts).replace('_', ' ')}"
    if old.metadata != new.metadata:
        yield f"{page.name}: other metadata of the notebook"
    if page.text != written(page.nb):
        yield f"{page.name}: is not in the form that refresh writes"


def unlike_the_lock(root=ROOT):
    """["numpy 2.4.6, not 2.3.0", ...]: installed packages of which the lock names another version."""
    from packaging.requirements import Requirement

    lock, found = root / LOCK, []
    lines = lock.read_text(encoding="utf-8").splitlines() if lock.is_file() else []
    for line in lines:
        if re.match(r"[A-Za-z0-9][\w.-]*(\[.*\])?==", line):
            wanted = Requirement(line.removesuffix("\\").strip())
            try:
                version = metadata.version(wanted.name)
            except metadata.PackageNotFoundError:
                continue  # what is not installed runs no cell
            if (not wanted.marker or wanted.marker.evaluate()) and version not in wanted.specifier:
                found.append(f"{wanted.name} {version}, not {str(wanted.specifier).removeprefix('==')}")
    return found


def chosen(names, root=ROOT):
    """The lectures and solutions that were named; all of them where none was."""
    if not names:
        return sorted([*root.glob("notebooks/*.ipynb"), *root.glob("solutions/*.ipynb")])
    paths = [Path(name).resolve() for name in names]
    for path in paths:
        if path.parent.name == "exercises":
            raise AuthoringError(f"{path.name} is made from solutions/{path.name}: refresh that one")
        if not path.is_file() or path.suffix != ".ipynb":
            raise AuthoringError(f"{path} is not a notebook")
    return paths


def refresh_one(path, check):
    """Run one notebook, and store it and the exercise made from it. -> (what happened, lines to put right)"""
    page = Page.read(path)
    fresh = Page(page.path, written(refreshed(page)))
    return compared(page, fresh) if check else stored(page, fresh)


def compared(page, fresh):
    """What storing the fresh notebook would change, and what breaks the rules. -> as refresh_one"""
    lines = [*drift(page, fresh), *problems_of(page)]
    if page.folder == "solutions":
        lines += problems(page.sibling("exercises"))
    return ("not in step" if lines else "in step"), lines


def stored(page, fresh):
    """Store the fresh notebook in the place of the page, and the exercise made from it. -> as refresh_one"""
    if Page.read(page.path).text != page.text:
        raise AuthoringError(
            f"{page.name} was saved by someone else while it ran: nothing is written, run this again"
        )
    changed = any(drift(page, fresh))
    told = "unchanged" if not fresh.store() else "changed" if changed else "changed, pictures only"
    if page.folder == "solutions":
        exercise = Page(page.sibling("exercises"), exercise_of(fresh))
        if exercise.store():
            told += f"; {exercise.name} made anew"
    return told, problems_of(fresh)


def refresh(names=(), check=False, root=ROOT):
    """Refresh notebooks and say what happened, one line per notebook. -> exit status"""
    others = unlike_the_lock(root)
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        print(f"Note: outputs are recorded with {LOCK}; this environment has {'; '.join(others[:3])}{more}.")
    status = 0
    for path in chosen(names, root):
        started = time.perf_counter()
        try:
            told, lines = refresh_one(path, check)
            status = max(status, int(check and bool(lines)))
        except AuthoringError as error:
            told, lines, status = "failed", [str(error)], 1
        print(f"{path.parent.name}/{path.name}: {time.perf_counter() - started:.1f} s, {told}", flush=True)
        for line in lines:
            print(f"  {line}", flush=True)
    return status


def problems(path):
    """What breaks the rules in one notebook: one line each, saying where, what is wrong and what is right."""
    try:
        return problems_of(Page.read(path))
    except AuthoringError as error:
        return [str(error)]


def problems_of(page):
    """The same of a Page. Raises AuthoringError where it is not a notebook, or cannot be compared with its source."""
    found = [*rules.broken(page), *answers.typed_twice(page), *out_of_step(page)]
    return [f"{page.place(number)}: {what}" for number, what in found]


def out_of_step(page):
    """An exercise is what its solution gives, to the letter; and every solution has one."""
    if page.folder == "solutions" and not page.sibling("exercises").is_file():
        yield 0, f"has no exercises/{page.path.name}: refresh this notebook"
    if page.folder == "exercises":
        solution = page.sibling("solutions")
        if not solution.is_file():
            yield 0, f"has no solutions/{page.path.name} to be made from"
        elif page.text != exercise_of(Page.read(solution)):
            yield 0, f"is not what solutions/{page.path.name} gives: edit that one, and refresh it"
