"""Keep the notebooks true: record their outputs, make the exercises from the solutions, check both.

    python -m course_utils.authoring refresh [NOTEBOOK ...] [--check]

`refresh` runs lectures and solutions (all, or the ones named) and stores what comes out, always in the same
form: a second refresh changes nothing. Answers in solutions/ are written from the references of their tasks first,
and exercises/ are made from solutions/ at the end. With --check it writes nothing, says what would change, and
exits with 1 if there is anything.

`problems(path)` reads one notebook, without running it, and says what breaks the rules in rules.py, and whether
answers are in step with their references, and exercises with their solutions.
"""

import argparse
import copy
import os
import re
import sys
import time
from importlib import metadata
from pathlib import Path

import nbformat

from course_utils.authoring import answers, rules
from course_utils.authoring.exercises import exercise_of
from course_utils.authoring.page import PNG, VIEW, Mishap, Page, written

ROOT = Path(__file__).resolve().parents[2]
LOCK = "requirements.lock.txt"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
PATIENCE = 300  # seconds a cell may run
PASSING = ("execution", "ExecuteTime", "collapsed", "scrolled", "trusted")  # cell metadata that editors leave


# --------------------------------------------------------------------------------------- running, in one form


def refreshed(page):
    """The notebook run anew, in the form in which it is stored."""
    nb = copy.deepcopy(page.nb)
    nb.metadata.pop("widgets", None)
    nb.metadata |= {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    nb = nbformat.from_dict(nb)
    answers.fill(page, nb)
    run(nb, page)
    for cell in nb.cells:
        for name in PASSING:
            cell.metadata.pop(name, None)
        if cell.metadata.get("slideshow", {}).get("slide_type") in ("", "-"):  # what "none" leaves behind
            del cell.metadata["slideshow"]
        if cell.cell_type == "code":
            cell.outputs = list(tidied(cell.outputs))
    return nb


def run(nb, page):
    """Run every cell in place, in the notebook's folder, with this very Python and this very course."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    client = NotebookClient(nb, timeout=PATIENCE, store_widget_state=False, record_timing=False)
    client.extra_arguments = ["--log-level=ERROR"]
    here = KernelSpecManager(kernel_dirs=[])  # no kernel that the user may have registered elsewhere
    client.km = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=here)
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with client.setup_kernel(
        cleanup_kc=True,
        cwd=str(page.path.parent.resolve()),
        env=os.environ | {"PYTHONPATH": paths, "COURSE_PROGRESS": ""},  # nobody's answers in the outputs
    ):
        for index, cell in enumerate(nb.cells):
            if cell.cell_type == "code":
                cell.execution_count, cell.outputs = None, []
            try:
                client.execute_cell(cell, index)
            except CellExecutionError:
                raise Mishap(f"{page.place(index + 1)} raises an error:\n{last_lines(cell)}") from None
            except CellTimeoutError:
                raise Mishap(f"{page.place(index + 1)} runs for more than {PATIENCE} s") from None
            except DeadKernelError:
                raise Mishap(f"{page.place(index + 1)} ends its kernel") from None


def last_lines(cell, count=6):
    """The end of a cell's traceback, without colours."""
    error = next(output for output in reversed(cell.outputs) if output.output_type == "error")
    lines = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback)).splitlines()
    return "\n".join(f"    {line}" for line in [line for line in lines if line.strip()][-count:])


def tidied(outputs):
    """Outputs as they are stored: neighbouring pieces of a stream as one, and no widget views.

    A view is only an address in a running kernel; where it is missing, the page shows the picture beside it.
    """
    stream = None
    for output in outputs:
        if output.output_type == "stream":
            if stream is not None and stream.name == output.name:
                stream.text += output.text
                continue
            stream = output
        elif VIEW in output.get("data", {}) and len(output.data) == 1:
            continue
        else:
            output.get("data", {}).pop(VIEW, None)
            stream = None
        yield output


def without_pictures(nb):
    """A copy in which a PNG is only known to be there: its bytes differ from machine to machine."""
    nb = copy.deepcopy(nb)
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            if PNG in output.get("data", {}):
                output.data[PNG] = "PNG"
    return nb


def drift(page, fresh):
    """What a refresh would change, apart from the bytes of pictures, one line each."""
    old, new = without_pictures(page.nb), without_pictures(fresh)
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
        if re.match(r"[A-Za-z0-9][\w.-]*==", line):
            wanted = Requirement(line.removesuffix("\\").strip())
            try:
                version = metadata.version(wanted.name)
            except metadata.PackageNotFoundError:
                continue  # what is not here runs no cell
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
            raise Mishap(f"{path.name} is made from solutions/{path.name}: refresh that one")
        if not path.is_file() or path.suffix != ".ipynb":
            raise Mishap(f"{path} is not a notebook")
    return paths


def refresh_one(path, check):
    """Run one notebook and store it, and the exercise made from it. -> (what happened, lines to put right)"""
    page = Page.read(path)
    fresh = refreshed(page)
    text, changes = written(fresh), list(drift(page, fresh))
    if check:
        made = page.sibling("exercises")
        lines = changes + problems(path) + (problems(made) if page.folder == "solutions" else [])
        return ("in step" if not lines else "not in step"), lines
    if Page.read(path).text != page.text:
        raise Mishap(
            f"{page.name} was saved by someone else while it ran: nothing is written, run this again"
        )
    if text != page.text:
        path.write_text(text, encoding="utf-8", newline="\n")
    told = "unchanged" if text == page.text else "changed" if changes else "changed, pictures only"
    if page.folder == "solutions":
        target, made = page.sibling("exercises"), exercise_of(Page(path, text))
        if not target.is_file() or target.read_text(encoding="utf-8") != made:
            target.parent.mkdir(exist_ok=True)
            target.write_text(made, encoding="utf-8", newline="\n")
            told += f"; exercises/{path.name} made anew"
    return told, problems(path)


def refresh(names=(), check=False, root=ROOT):
    """Refresh notebooks and say what happened, one line each. -> exit status"""
    others = unlike_the_lock(root)
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        print(f"Note: outputs are recorded with {LOCK}; here is {'; '.join(others[:3])}{more}.")
    status = 0
    for path in chosen(names, root):
        started = time.perf_counter()
        try:
            told, lines = refresh_one(path, check)
            status = max(status, int(check and bool(lines)))
        except Mishap as mishap:
            told, lines, status = "failed", [str(mishap)], 1
        print(f"{path.parent.name}/{path.name}: {time.perf_counter() - started:.1f} s, {told}", flush=True)
        for line in lines:
            print(f"  {line}", flush=True)
    return status


def problems(path):
    """What breaks the rules in one notebook: one line each, saying where, what is wrong and what is right."""
    try:
        page = Page.read(path)
        found = [*rules.broken(page), *answers.typed_twice(page), *out_of_step(page)]
        return [f"{page.place(number)}: {what}" for number, what in found]
    except Mishap as mishap:
        return [str(mishap)]


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


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m course_utils.authoring", description=__doc__.split("\n")[0]
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("refresh", help="run lectures and solutions, store outputs, make exercises")
    command.add_argument(
        "notebooks", nargs="*", help="notebooks in notebooks/ or solutions/; all where none is named"
    )
    command.add_argument(
        "--check", action="store_true", help="write nothing; say what would change, and exit with 1"
    )
    given = parser.parse_args(arguments)
    try:
        return refresh(given.notebooks, given.check)
    except Mishap as mishap:
        print(mishap, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
